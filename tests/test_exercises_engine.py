"""The check engine tells the truth: about answers, about what is no answer, and about nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gan_course.exercises import CheckFailed, lesson
from gan_course.exercises.engine import Lesson, LessonChecks, is_stand_in, same_inputs, stand_in
from gan_course.exercises.properties import Fault, difference, expect_array, expect_equal, expect_number


def energy(x):
    return (x**2).sum()


@pytest.fixture
def checks() -> LessonChecks:
    made = Lesson("99", "a lesson for tests")

    @made.exercise(
        reference=energy,
        points=2,
        hints=("square", "then add"),
        instead_of=("numpy.linalg", "numpy.dot", "torch.linalg", "scipy.signal"),
    )
    def energy_(answer, rng: np.random.Generator) -> None:
        x = rng.standard_normal(int(rng.integers(3, 9)))
        expect_equal(answer(x), (x**2).sum(), "the energy")

    made.exercises["energy"] = made.exercises.pop("energy_")
    object.__setattr__(made.exercises["energy"], "name", "energy")

    @made.exercise(reference=42)
    def number(answer, rng: np.random.Generator) -> None:
        if expect_number(answer, "number") != 42:
            raise Fault("it is not 42")

    return LessonChecks("99", made.exercises, {})


def verdict(checks: LessonChecks, answer, name: str = "energy"):
    return checks.exercises[name].verdict(answer)


def test_a_right_answer_passes_with_its_points(checks: LessonChecks) -> None:
    found = verdict(checks, lambda x: np.sum(x * x))
    assert (found.status, found.points, found.max_points) == ("passed", 2, 2)


@pytest.mark.parametrize("empty", [None, ..., lambda x: (_ for _ in ()).throw(NotImplementedError())])
def test_an_empty_answer_is_not_attempted(checks: LessonChecks, empty) -> None:
    assert verdict(checks, empty).status == "not attempted"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: np.linalg.norm(x) ** 2, "calls numpy.linalg"),
        (lambda x: torch.linalg.norm(torch.tensor(x)).item() ** 2, "calls torch.linalg"),
        (lambda x: energy(x), "the library's own energy"),
        (energy, "the library's own energy"),
        (lambda x: next(energy(y) for y in (x,)), "the library's own energy"),
        (lambda x: np.sum(np.multiply(x, x, out=x)), "changes its input"),
        (lambda x: x[100], "IndexError"),
        (lambda x: None, "None"),
        (lambda x: "12", "array of numbers"),
        (lambda x: -(x**2).sum(), "wrong sign"),
        (lambda x: (x**2).mean() * np.nan, "NaN"),
        (3.0, "def energy"),
        (lambda: 0, "TypeError"),
    ],
)
def test_what_is_no_answer_is_refused_by_name(checks: LessonChecks, answer, said: str) -> None:
    found = verdict(checks, answer)
    assert found.status == "failed"
    assert found.points == 0
    assert said in found.fault


def test_typing_the_references_text_out_is_an_honest_answer(checks: LessonChecks) -> None:
    namespace: dict = {}
    # The same text on the same line gives a code object that equals the reference's, and is another one.
    exec(
        compile(
            "\n" * (energy.__code__.co_firstlineno - 1) + "def energy(x):\n    return (x**2).sum()",
            "cell",
            "exec",
        ),
        namespace,
    )
    assert verdict(checks, namespace["energy"]).status == "passed"


def test_a_check_run_again_after_the_reference_was_bound_still_says_not_attempted(
    checks: LessonChecks,
) -> None:
    for name in ("energy", "number"):
        getattr(checks, name)(None)
        bound = checks.namespace[name]
        assert is_stand_in(bound)
        copied = bound
        assert verdict(checks, copied, name).status == "not attempted"
        assert verdict(checks, bound, name).points == 0
    assert checks.namespace["energy"](np.array([3.0, 4.0])) == 25
    assert checks.namespace["number"] + 1 == 43


@pytest.mark.parametrize("value", [3, 2.5, "word", [1, 2], np.arange(3), torch.arange(3)])
def test_stand_ins_behave_like_what_they_stand_for_and_are_known_again(value) -> None:
    standing = stand_in(value)
    assert is_stand_in(standing)
    assert not is_stand_in(value)
    assert np.array_equal(np.asarray(standing), np.asarray(value))


def test_true_and_false_have_no_stand_in() -> None:
    with pytest.raises(TypeError, match="word or a number"):
        stand_in(True)


def test_only_the_strict_variable_makes_a_check_raise_and_the_reference_is_bound_first(
    checks: LessonChecks, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks.energy(lambda x: 0)
    monkeypatch.setenv("GAN_COURSE_STRICT", "1")
    checks.namespace.clear()
    with pytest.raises(CheckFailed, match=r"^energy: failed: ") as raised:
        checks.energy(lambda x: 0)
    assert "\n" not in str(raised.value)
    assert is_stand_in(checks.namespace["energy"])
    checks.energy(lambda x: (x * x).sum())


def test_a_check_prints_no_warning_and_leaves_the_random_state_alone(
    checks: LessonChecks, capfd: pytest.CaptureFixture[str]
) -> None:
    import random
    import sys
    import warnings

    def noisy(x):
        warnings.warn("careful", stacklevel=2)
        print("on stderr", file=sys.stderr)
        np.random.seed(3)
        torch.manual_seed(3)
        random.seed(3)
        return 0

    np.random.seed(1)
    torch.manual_seed(1)
    expected = np.random.get_state()[1].copy(), torch.random.get_rng_state().clone()
    plain = random.getstate()
    found = verdict(checks, noisy)
    assert found.warnings == ("careful",)
    assert np.array_equal(np.random.get_state()[1], expected[0])
    assert torch.equal(torch.random.get_rng_state(), expected[1])
    assert random.getstate() == plain
    assert capfd.readouterr().err == ""


def test_hints_come_one_at_a_time_and_the_last_one_stays(
    checks: LessonChecks, capsys: pytest.CaptureFixture[str]
) -> None:
    for expected in ("Hint 1 of 2: square", "Hint 2 of 2: then add", "Hint 2 of 2: then add"):
        checks.energy.hint()
        assert capsys.readouterr().out.strip() == expected


def test_a_wrong_name_of_a_check_or_lesson_names_the_right_ones(checks: LessonChecks) -> None:
    with pytest.raises(AttributeError, match="it has: energy, number"):
        checks.enrgy(None)
    with pytest.raises(ValueError, match="expected a number such as '03'"):
        lesson("1000")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: -w, "wrong sign"),
        (lambda w: 2 * w, "2 times what is expected"),
        (lambda w: w / 4, "1/4"),
        (lambda w: w + 3, "off by the constant 3"),
        (lambda w: np.roll(w, 1), "off by one"),
        (lambda w: w[::-1], "wrong way round"),
    ],
)
def test_a_difference_is_described_by_its_kind(change, said: str) -> None:
    wanted = np.random.default_rng(0).standard_normal(12)
    assert said in difference(change(wanted), wanted, 1e-9)


@pytest.mark.parametrize(
    ("got", "wanted", "said"),
    [
        (0.5, 1.0, "is 0.5 times (1/2) what is expected"),
        (1 / np.pi, 1.0, "(1/3.142) what is expected"),
        (0.7123, 1.0, "is 0.7123 where 1 is expected"),  # of one number there is always a ratio
        (1.2345678, 1.2345671, "is 1.234568 where 1.234567 is expected"),
    ],
)
def test_one_number_is_told_by_its_ratio_only_where_that_says_something(
    got: float, wanted: float, said: str
) -> None:
    assert said in difference(np.array(got), np.array(wanted), 1e-9)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([(4, 2), (2, 1)], [(2, 1), (4, 2)]),
        ([(4, 2), (2, 1)], [(4, 2)]),
        ([(4, 2), (2, 1)], [(4, 2), (2, 1.0)]),
        ({"a": 2}, {"a": 1}),
        (np.array([2.0]), np.array([1.0])),
    ],
)
def test_changed_lists_dictionaries_and_arrays_are_noticed(before, after) -> None:
    assert same_inputs((before,), (before,)) and not same_inputs((before,), (after,))


def test_swapped_axes_and_one_frame_too_many_are_named() -> None:
    wanted = np.zeros((5, 8))
    with pytest.raises(Fault, match="axes are swapped"):
        expect_equal(wanted.T, wanted, "it", axes=("frequency", "frame"))
    with pytest.raises(Fault, match="one frame too many"):
        expect_equal(np.zeros((5, 9)), wanted, "it", axes=("frequency", "frame"))
    with pytest.raises(Fault, match="wrong sign in its imaginary part"):
        expect_equal(np.exp(-1j * np.arange(5)), np.exp(1j * np.arange(5)), "it")


@pytest.mark.parametrize(
    "good", [[1, 2], (1.0, 2.0), np.array([1, 2]), torch.tensor([1.0, 2.0], requires_grad=True)]
)
def test_lists_arrays_and_tensors_are_all_arrays(good) -> None:
    assert expect_array(good, "it").tolist() == [1, 2]
