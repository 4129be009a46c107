"""Checks are shown to be good by wrong answers.

For every exercise of every lesson: the reference and other right answers pass on every seed, wrong answers of
the kind that students give fail with a sentence that names the fault, and so does every mutation of the
reference that is not proved equivalent. ``tests/answers/lesson_NN.py`` holds the answers.
"""

from __future__ import annotations

import _thread
import importlib
import linecache
import math
import os
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import torch

from gan_course.exercises.engine import Exercise, code_of
from tests import mutations

LESSONS = sorted(
    path.stem.removeprefix("lesson_") for path in (Path(__file__).parent / "answers").glob("lesson_*.py")
)
CHECKED = sorted(
    path.stem.removeprefix("lesson_")
    for path in (Path(__file__).parents[1] / "gan_course" / "exercises").glob("lesson_*.py")
)
SECONDS = 10


def exercises() -> list[Exercise]:
    return [
        exercise
        for number in LESSONS
        for exercise in importlib.import_module(
            f"gan_course.exercises.lesson_{number}"
        ).lesson.exercises.values()
    ]


def answers(exercise: Exercise) -> Any:
    return importlib.import_module(f"tests.answers.lesson_{exercise.lesson}")


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(exercise, label, answer, id=f"{exercise.lesson}-{exercise.name}-{label}")
        for exercise in exercises()
        for label, answer in getattr(answers(exercise), kind).get(exercise.name, {}).items()
    ]


def run(source: str, exercise: Exercise, namespace: dict[str, Any] | None = None) -> Any:
    """What ``source`` binds to the exercise's name, run as the learner's cell would be."""
    namespace = {"np": np, "torch": torch, "math": math, **(namespace or {})}
    file = f"<answer to {exercise.name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    exec(compile(source, file, "exec"), namespace)
    return namespace[exercise.name]


@contextmanager
def limited(seconds: float = SECONDS):
    """Turn an endless answer into an error, on systems without an alarm too: a thread waits, and then interrupts."""
    late = threading.Event()

    def tell() -> None:
        late.set()
        _thread.interrupt_main()

    def stop(*_: Any) -> None:
        raise TimeoutError(f"still running after {seconds} s") if late.is_set() else KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    timer = threading.Timer(seconds, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGINT, before)


def learner_names(exercise: Exercise) -> dict[str, Any]:
    """What the learner's notebook has imported by then, as the answers file says."""
    return dict(getattr(answers(exercise), "NAMES", {}))


def copy_of_reference(exercise: Exercise) -> Any:
    if not callable(exercise.reference):
        return exercise.reference
    return run(
        mutations.source_of(exercise.reference),
        exercise,
        vars(importlib.import_module(exercise.reference.__module__)),
    )


@pytest.fixture(scope="session", autouse=True)
def _librosa_has_compiled_itself() -> None:
    """On a new machine librosa's first resampling compiles for half a minute: that is no answer's own time."""
    librosa.resample(np.zeros(800, dtype=np.float32), orig_sr=8000, target_sr=16000)


def test_an_endless_answer_is_stopped_and_whoever_interrupts_the_tests_still_does() -> None:
    usual = signal.getsignal(signal.SIGINT)
    with pytest.raises(TimeoutError, match=r"still running after 0\.2 s"), limited(0.2):
        while True:
            pass
    with pytest.raises(KeyboardInterrupt), limited(60):
        signal.raise_signal(signal.SIGINT)
    with limited(0.01):
        pass
    assert signal.getsignal(signal.SIGINT) is usual
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_every_lesson_has_its_answers_tested() -> None:
    assert LESSONS == CHECKED


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: f"{e.lesson}-{e.name}")
def test_every_exercise_has_four_wrong_answers_two_right_ones_hints_and_minutes(exercise: Exercise) -> None:
    held = answers(exercise)
    assert len(held.WRONG.get(exercise.name, {})) >= 4
    assert len(held.RIGHT.get(exercise.name, {})) >= 2
    assert len(exercise.hints) >= 2
    assert exercise.minutes >= 1


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: f"{e.lesson}-{e.name}")
def test_the_reference_itself_is_no_answer_but_its_text_typed_out_is(exercise: Exercise) -> None:
    if callable(exercise.reference):
        verdict = exercise.verdict(exercise.reference, seed=0)
        assert (verdict.status, verdict.points) == ("failed", 0)
        assert "library's own" in verdict.fault
        hidden = exercise.verdict(lambda *args, **named: exercise.reference(*args, **named), seed=0)
        assert "library's own" in hidden.fault
        assert code_of(copy_of_reference(exercise)) is not code_of(exercise.reference)
    verdict = exercise.verdict(copy_of_reference(exercise), seed=0)
    assert (verdict.status, verdict.points) == ("passed", exercise.points), verdict.fault


@pytest.mark.parametrize(("exercise", "label", "source"), cases("RIGHT"))
def test_right_answers_written_differently_pass(exercise: Exercise, label: str, source: str) -> None:
    with limited(60):
        for seed in range(20):
            verdict = exercise.verdict(run(source, exercise, learner_names(exercise)), seed)
            assert verdict.status == "passed", f"seed {seed}: {verdict.fault}"


@pytest.mark.slow
@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: f"{e.lesson}-{e.name}")
def test_right_answers_pass_over_a_thousand_seeds(exercise: Exercise) -> None:
    """By turns, a thousand seeds for all together; with ``GAN_COURSE_EVERY_SEED=1``, a thousand for each."""
    right = [
        run(s, exercise, learner_names(exercise)) for s in answers(exercise).RIGHT[exercise.name].values()
    ]
    all_right = [copy_of_reference(exercise), *right]
    turns = [all_right] if os.environ.get("GAN_COURSE_EVERY_SEED") else [[answer] for answer in all_right]
    for seed in range(1000):
        for answer in turns[seed % len(turns)]:
            verdict = exercise.verdict(answer, seed)
            assert verdict.status == "passed", f"seed {seed}: {verdict.fault}"


@pytest.mark.parametrize(("exercise", "label", "answer"), cases("WRONG"))
def test_wrong_answers_fail_with_a_sentence_that_names_the_fault(
    exercise: Exercise, label: str, answer: tuple[str, str]
) -> None:
    source, named = answer
    for seed in range(8):
        with limited():
            verdict = exercise.verdict(run(source, exercise, learner_names(exercise)), seed)
        assert (verdict.status, verdict.points) == ("failed", 0), f"seed {seed}: accepted"
        assert named.lower() in verdict.fault.lower(), (
            f"seed {seed}: {verdict.fault!r} does not say {named!r}"
        )


def generated(exercise: Exercise) -> list[tuple[str, str]]:
    if callable(exercise.reference):
        return list(mutations.mutants(mutations.source_of(exercise.reference)))
    value = exercise.reference
    if isinstance(value, (int, float)):
        others = {-value, value + 1, value - 1, 2 * value, value / 2, 0} - {value}
        return [(f"{value} → {other}", f"{exercise.name} = {other!r}") for other in others]
    return []


@pytest.mark.parametrize("exercise", exercises(), ids=lambda e: f"{e.lesson}-{e.name}")
def test_every_mutation_of_the_reference_is_refused_unless_proved_equivalent(exercise: Exercise) -> None:
    equivalent = getattr(answers(exercise), "EQUIVALENT", {}).get(exercise.name, {})
    namespace = (
        vars(importlib.import_module(exercise.reference.__module__)) if callable(exercise.reference) else {}
    )
    accepted, met = {}, set()
    for what, source in generated(exercise):
        if what in equivalent:
            met.add(what)
            continue
        for seed in range(4):
            with limited():
                verdict = exercise.verdict(run(source, exercise, namespace), seed)
            if verdict.status == "passed":
                accepted[what] = source
    assert not accepted, "accepted: " + "; ".join(accepted)
    assert met == set(equivalent), "no such mutation any more: " + "; ".join(set(equivalent) - met)
