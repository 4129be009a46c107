"""Checks of lesson 09, the spectrogram GAN."""

from __future__ import annotations

import builtins
import itertools
import math
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from gan_course import networks, training
from gan_course.datasets import augmentation
from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import (
    Fault,
    expect,
    expect_array,
    expect_equal,
    expect_number,
    require_equal,
)
from gan_course.training import schedules
from gan_course.zoo import model

lesson = Lesson("09", "The spectrogram GAN")


def _tensor(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(x, dtype=np.float64))


# What is asked for ------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=networks.one_hot_blocks,
    minutes=5,
    hints=(
        "`torch.nn.functional.one_hot(label, number)` makes `(batch, number)` whole numbers of labels `(batch,)`.",
        "Go through `classes.items()`, in that order; `labels` may hold the kinds in another one.",
        "`torch.cat([one_hot(labels[kind], number).float() for kind, number in classes.items()], dim=1)`",
    ),
)
def one_hot_blocks(answer, rng: np.random.Generator) -> None:
    """For each kind of label a block with a single one, side by side in the order of `classes`."""
    batch = int(rng.integers(4, 9))
    sizes = [int(n) for n in rng.choice(np.arange(2, 9), 3, replace=False)]
    classes = dict(zip(("pitch", "instrument", "loudness"), sizes, strict=True))
    chosen = {
        kind: rng.integers(0, number - 1, batch) for kind, number in classes.items()
    }  # the last never occurs
    labels = {kind: torch.from_numpy(chosen[kind]) for kind in ("loudness", "pitch", "instrument")}
    wanted = np.concatenate([np.eye(n)[chosen[kind]] for kind, n in classes.items()], axis=1)
    got = answer(labels, dict(classes))
    array = expect_array(got, "the vectors")
    expect(
        array.shape == wanted.shape,
        f"the vectors have the shape {array.shape}, and {wanted.shape} is expected: a row for each of {batch} sounds, "
        f"and {' + '.join(map(str, sizes))} places, whichever labels happen to occur",
    )
    other = np.concatenate([np.eye(classes[kind])[chosen[kind]] for kind in labels], axis=1)
    expect(
        not np.array_equal(array, other),
        "the blocks come in the order of `labels`; take the order of `classes`, which is the network's own",
    )
    expect_equal(got, wanted, "the vectors", axes=("sound", "place"))
    expect(
        isinstance(got, torch.Tensor),
        f"the vectors are right, but of type {type(got).__name__}, and a linear layer takes tensors: "
        f"`torch.as_tensor(…)`",
    )
    expect(
        got.is_floating_point(),
        "the vectors are whole numbers, and a linear layer takes floating-point ones: add `.float()`",
    )


@lesson.exercise(
    reference=networks.projection_logit,
    points=2,
    minutes=6,
    hints=(
        "`wanted * features` multiplies each feature with what the labels want of it; sum over the features, axis 1.",
        "Divide that sum by the square root of the number of features, `features.shape[1]`.",
        "`bare + (wanted * features).sum(1) / math.sqrt(features.shape[1])`",
    ),
)
def projection_logit(answer, rng: np.random.Generator) -> None:
    """Bare + wanted · features / √size, for each sound of its own."""
    batch, size = int(rng.integers(3, 6)), int(rng.choice([7, 12, 20]))
    f, wanted = rng.normal(size=(2, batch, size))
    bare = rng.normal(size=batch)
    features = _tensor(f).requires_grad_()
    got = answer(features, _tensor(bare), _tensor(wanted))
    match = (wanted * f).sum(1)
    array = expect_array(got, "the logits")
    expect(
        array.shape == (batch,),
        f"the logits have the shape {array.shape}, and ({batch},) is expected: one for each sound, so sum over the "
        f"features, axis 1",
    )
    faults = {
        "this is the bare logit: add how well the features match the labels": bare,
        "this is the match alone: add the bare logit": match / math.sqrt(size),
        "the sum is not divided by the root of the number of features": bare + match,
        "the sum is divided by the number of features; take its square root": bare + match / size,
        "the root is that of the number of sounds; take that of the number of features": (
            bare + match / math.sqrt(batch)
        ),
        "the bare logit is divided as well; divide the match only": (bare + match) / math.sqrt(size),
        "the match is subtracted; a sound that matches its labels is *more* real": bare
        - match / math.sqrt(size),
        "the match is multiplied by the root of the number of features; divide": bare
        + match * math.sqrt(size),
    }
    require_equal(array, bare + match / math.sqrt(size), "the logits", faults)
    expect(
        getattr(got, "requires_grad", False),
        "the logits have no graph back to the features: what finds these could not learn. Do without `.detach()`, "
        "numpy and `torch.no_grad()`",
    )


# Functions of the step --------------------------------------------------------------------------------------


@lesson.exercise(
    reference=schedules.held_then_falling,
    points=2,
    minutes=6,
    hints=(
        "Up to steps / 2 it is 1, at steps it is `end`. How far along the second half is a step? 2 · step / steps − 1.",
        "Below 0 you are still in the first half, above 1 beyond the end: `min(1, max(0, …))`. And where `steps` is 0, "
        "nothing ever falls.",
        "`late = min(1.0, max(0.0, 2 * step / steps - 1))`, then `1 - (1 - end) * late`",
    ),
)
def held_then_falling(answer, rng: np.random.Generator) -> None:
    """1 over the first half, in a straight line to `end` over the second, and there for ever."""
    steps, end = 2 * int(rng.integers(50, 500)), float(rng.uniform(0.05, 0.5))

    def at(step: float, **how: float) -> float:
        return expect_number(answer(step, steps, **how), f"the factor at step {step} of {steps}")

    for step in (0, steps // 4, steps // 2):
        got = at(step, end=end)
        expect(
            abs(got - 1) < 1e-6,
            f"at step {step} of {steps} the factor is {got:.3g}, and 1 is expected over the whole first half",
        )
    got = at(steps, end=end)
    expect(abs(got - end) < 1e-6, f"at step {steps} the factor is {got:.3g}, and end = {end:.3g} is expected")
    got = at(3 * steps, end=end)
    expect(
        abs(got - end) < 1e-6,
        f"long after the last step the factor is {got:.3g}: it should stay at end = {end:.3g}, not fall on",
    )
    step = int(rng.integers(int(0.6 * steps), int(0.95 * steps)))
    share = 2 * step / steps - 1
    got, wanted = at(step, end=end), 1 - (1 - end) * share
    expect(
        abs(got - end**share) > 1e-5,
        "it falls by the same *ratio* at every step; here it falls in a straight line",
    )
    expect(
        abs(got - wanted) < 1e-6,
        f"at {share:.0%} of the second half the factor is {got:.4g}, and {wanted:.4g} is expected, on a straight line",
    )
    got = at(steps)
    expect(abs(got - 0.1) < 1e-6, f"if no end is given it is 0.1, and yours ends at {got:.3g}: `end=0.1`")
    got = expect_number(answer(int(rng.integers(1, 99)), 0, end), "the factor where `steps` is 0")
    expect(got == 1, f"where `steps` is 0 nothing falls, so the factor is 1, and yours is {got:.3g}")


@lesson.exercise(
    reference=schedules.average_decay,
    minutes=6,
    hints=(
        "After one half-life half is left: decay ** half_life = ½, so decay = ½ ** (1 / half_life).",
        "At the beginning take the smaller of the half-life and half of the steps done, `min(half_life, 0.5 * step)`, "
        "and at least 1: `max(1.0, …)`, since nothing can be divided by 0.",
        "`0.5 ** (1 / max(1.0, min(half_life, 0.5 * step)))`",
    ),
)
def average_decay(answer, rng: np.random.Generator) -> None:
    """½ to the power of one over a half-life, which is at most half of the steps done, and at least 1."""
    half_life = int(rng.integers(20, 400)) + float(rng.uniform(0.3, 0.7))

    def at(step: int, life: float = half_life) -> float:
        return expect_number(answer(step, life), f"the decay at step {step} with a half-life of {life:.4g}")

    late = 10 * math.ceil(half_life)
    got = at(late)
    expect(0 < got < 1, f"the decay is {got:.4g}, and a share between 0 and 1 is expected")
    faults = {
        "this is the share that *changes*, 1 − decay; asked for is the share that is kept": (
            1 - 0.5 ** (1 / half_life)
        ),
        "after half_life steps 1/e is left with this, exp(−1 / half_life); a half should be: 0.5 ** (1 / half_life)": (
            math.exp(-1 / half_life)
        ),
        "1 − 1 / half_life leaves about 1/e after half_life steps; a half should be left: 0.5 ** (1 / half_life)": (
            1 - 1 / half_life
        ),
    }
    for sentence, other in faults.items():
        expect(abs(got - other) > 2e-7, sentence)
    left = got**half_life
    expect(
        abs(left - 0.5) < 1e-4,
        f"long after the beginning, {left:.4f} is left after half_life = {half_life:.2f} steps, and 0.5 should be",
    )
    for early in (2 * int(rng.integers(2, 9)) + 1, 2 * int(0.75 * half_life) + 1):
        got, wanted = at(early), 0.5 ** (2 / early)
        expect(
            abs(got - 0.5 ** (1 / half_life)) > 1e-6,
            f"at step {early} the whole half-life of {half_life:.1f} is used already; it should be half of the steps "
            f"done, {early / 2:g}",
        )
        expect(
            abs(got - 0.5 ** (1 / early)) > 1e-6,
            f"at step {early} the half-life is all of the steps done; it should be *half* of them",
        )
        expect(
            abs(got - 0.5 ** (1 / (early // 2))) > 1e-6,
            f"at step {early} the half-life is {early // 2}; half of the steps done is {early / 2:g}: `/` and not `//`",
        )
        expect(
            abs(got - wanted) < 1e-6,
            f"at step {early} the decay is {got:.6g}, and {wanted:.6g} is expected: a half-life of {early / 2:g} steps",
        )
    for step in (0, 1):
        try:
            got = at(step)
        except Fault as fault:
            if "ZeroDivisionError" in str(fault):
                fault = Fault(f"at step {step} something is divided by 0: the half-life is at least 1")
            raise fault from None
        expect(
            abs(got - 0.5) < 1e-6,
            f"at step {step} the decay is {got:.4g}, and 0.5 is expected: the half-life is at least 1",
        )
    got = at(1000, 0.25)
    expect(
        abs(got - 0.5) < 1e-6,
        f"with a half-life of 0.25 the decay is {got:.4g}; below 1 take 1, so that 0.5 comes out",
    )


@lesson.exercise(
    reference=training.chance_at,
    minutes=4,
    hints=(
        "`torch.Generator()` makes a generator of your own, and `.manual_seed(number)` seeds it and returns it.",
        "Make one whole number of the two such that no two pairs have the same: seed · (a large number) + step.",
        "`torch.Generator().manual_seed(seed * 1_000_003 + step)`",
    ),
)
def chance_at(answer, rng: np.random.Generator) -> None:
    """Always the same numbers for a seed and a step, other ones for any other pair, and no trace elsewhere."""
    seed, step = int(rng.integers(3, 50)), int(rng.integers(1, 9000))
    number = {}

    def numbers(seed: int, step: int, count: int = 4) -> tuple[float, ...]:
        made = answer(seed, step)
        expect(
            isinstance(made, torch.Generator),
            f"a torch.Generator is expected, and yours returns {type(made).__name__}",
        )
        number[seed, step] = made.initial_seed()
        return tuple(torch.rand(count, generator=made).tolist())

    def differ(one: tuple[int, int], other: tuple[int, int], fault: str) -> None:
        if numbers(*one) == numbers(*other):
            expect(
                number[one] == number[other] or (number[one] - number[other]) % 2**32,
                f"{fault}: of the number that it is seeded with, torch's generator uses the lowest 32 bits only, and "
                f"{number[one]:,} and {number[other]:,} agree in these",
            )
            raise Fault(fault)

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        untouched = torch.rand(4).tolist()
        torch.manual_seed(1)
        plain, legacy = random.getstate(), np.random.get_state()[1].tolist()
        first = answer(seed, step)
        after = torch.rand(4).tolist()
        expect(
            after == untouched,
            "it changes the random numbers of everybody else: `torch.manual_seed` seeds the generator that all share; "
            "make one of your own with `torch.Generator()`",
        )
        expect(
            plain == random.getstate() and legacy == np.random.get_state()[1].tolist(),
            "it changes the random numbers of everybody else, who use those of Python or numpy: work out a number from "
            "the two, by arithmetic, and seed with it",
        )
        with _texts_hashed() as hashed:
            numbers(seed, step)
        expect(
            not hashed,
            "Python's `hash` of a text is another number in each process: after a break nothing would be the same. "
            "Work out a number by arithmetic",
        )
        torch.rand(7)
        expect(
            numbers(seed, step) == numbers(seed, step),
            "asked twice for the same seed and step it gives other numbers: they must depend on these two only",
        )
        here = numbers(seed, step)
        answer(seed, step + 1)
        expect(
            isinstance(first, torch.Generator) and tuple(torch.rand(4, generator=first).tolist()) == here,
            "a generator that was made before has changed when another was made: make a new one each time",
        )
        differ((seed, step), (seed, step + 1), "the next step gets the same numbers: use the step")
        differ((seed, step), (seed + 1, step), "another seed gives the same numbers: use the seed")
        now, then = numbers(seed, step, 64), numbers(seed, step + 1, 64)
        expect(
            len({*now} & {*then}) < 16,
            "the next step gets the same numbers, moved on by some places: seed it with another number instead",
        )
        other = seed + int(rng.integers(1, 50))
        differ(
            (seed, other),
            (other, seed),
            f"seed {seed}, step {other} gives the numbers of seed {other}, step {seed}",
        )
        for one, other in (((0, step), (0, step + 1)), ((seed, 0), (seed + 1, 0))):
            differ(
                one,
                other,
                "with a seed or a step of 0 all get the same numbers: a product forgets the one where the other is 0",
            )
        for digits in (1, 2, 3):
            ones = int("1" * digits)
            differ(
                (ones, 10 * ones + 1),
                (10 * ones + 1, ones),
                f"seed {ones}, step {10 * ones + 1} gives the numbers of seed {10 * ones + 1}, step {ones}: digits "
                "that are written one after the other do not say where the first number ends",
            )
        _judge_all_together(numbers, differ)


def _judge_all_together(numbers: Callable[..., Any], differ: Callable[..., None]) -> None:
    """No two of many seeds and steps have the same numbers.

    Of two seeds every step up to 320 is asked, and every 320th: with any factor between the seeds, or any length
    after which steps come again, up to 100,000, two of these meet. By the chance of a good hash one pair may, but
    hardly the next steps as well.
    """
    asked = itertools.chain(
        itertools.product((1, 2), (*range(320), *range(320, 100_000, 320))),
        itertools.product(range(111), (0, 3)),
    )
    first: dict[Any, tuple[int, int]] = {}
    for seed, step in dict.fromkeys(asked):
        before, then = first.setdefault(numbers(seed, step), (seed, step))
        if (before, then) == (seed, step) or numbers(seed, step + 1) != numbers(before, then + 1):
            continue
        differ(
            (before, then),
            (seed, step),
            f"seed {seed:,}, step {step:,} gives the numbers of seed {before:,}, step {then:,}, and both may well be "
            f"so large; multiply the seed by more than any step",
        )


@contextmanager
def _texts_hashed() -> Iterator[list[Any]]:
    """Note what is given to Python's `hash` and has a text in it."""
    noted: list[Any] = []
    plain = builtins.hash

    def noting(thing: Any) -> int:
        parts = thing if isinstance(thing, (tuple, frozenset)) else (thing,)
        noted.extend(part for part in parts if isinstance(part, (str, bytes)))
        return plain(thing)

    builtins.hash = noting
    try:
        yield noted
    finally:
        builtins.hash = plain


# Changes ----------------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=networks.modulations,
    points=2,
    minutes=8,
    hints=(
        "`w = hann(x.shape[-1], x.dtype, x.device)` goes along the last axis; the mean under it is "
        "`(x * w).sum(-1, keepdim=True) / w.sum()`.",
        "`torch.fft.rfft(…)` goes along the last axis, and has the lines k = 0, …, T/2: leave the first one out, "
        "`[..., 1:]`.",
        "`torch.fft.rfft((x - mean) * w)[..., 1:] * (2 / w.sum())`",
    ),
)
def modulations(answer, rng: np.random.Generator) -> None:
    """The lines k = 1, …, T/2 under a Hann window, without the mean under it, 2 / Σ w times as large."""
    frames = 2 * int(rng.integers(8, 20))
    t = np.arange(frames)
    window, even = 0.5 - 0.5 * np.cos(2 * np.pi * t / frames), np.hanning(frames)
    x = rng.normal(size=(2, 1, 3, frames)) * 0.05 + rng.uniform(0.4, 0.8, (2, 1, 3, 1))

    def lines(w: np.ndarray, mean: np.ndarray | float) -> np.ndarray:
        return np.fft.rfft((x - mean) * w) * 2 / w.sum()

    def under(w: np.ndarray) -> np.ndarray:
        return (x * w).sum(-1, keepdims=True) / w.sum()

    plain, whole = x.mean(-1, keepdims=True), lines(window, under(window))
    wanted = whole[..., 1:]
    faults = {
        "these are the magnitudes; the a_k themselves are complex": np.abs(wanted),
        "a is half as large as it should be: the 2 in front is missing, or it is divided by the number of frames, "
        "of which the sum of the window is half": wanted / 2,
        "it is not divided by the sum of the window": wanted * window.sum(),
        "it is neither doubled nor divided by the sum of the window": wanted * window.sum() / 2,
        "the mean is the plain one; under the window it is Σ w x / Σ w, or a bit of the level is left at k = 1": lines(
            window, plain
        )[..., 1:],
        "no mean is taken away, so that the level is left at k = 1": lines(window, 0.0)[..., 1:],
        "there is no window": lines(np.ones(frames), plain)[..., 1:],
        "the window comes before the mean is taken away": (
            np.fft.rfft(x * window - under(window)) * 2 / window.sum()
        )[..., 1:],
        "the window ends with a 0; that of lesson 03 would have it one frame later": lines(even, under(even))[
            ..., 1:
        ],
        "k = 0 is among them; begin with k = 1": whole,
        "the last one is missing: k goes up to T/2": wanted[..., :-1],
        "the first ones are there, and k = 0 is among them; begin with k = 1": whole[..., :-1],
    }
    got = answer(_tensor(x))
    array = expect_array(got, "the result")
    for sentence, other in faults.items():
        same = array.shape == other.shape and np.allclose(
            array, other, rtol=0, atol=1e-5 * np.abs(other).max()
        )
        expect(not same, sentence)
    axes = ("batch", "channel", "frequency", "modulation")
    expect_equal(array, wanted, f"the result for bands of {frames} frames", tolerance=1e-5, axes=axes)
    line = expect_array(answer(_tensor(x[0, 0, 0])), "the result for a single band `(frame,)`")
    expect_equal(line, wanted[0, 0, 0], "the result for a single band `(frame,)`", tolerance=1e-5)
    graph = answer(torch.from_numpy(x).requires_grad_())
    expect(
        getattr(graph, "requires_grad", False),
        "it has no graph: G could not learn from what the judge is shown. Do without `.detach()`, numpy and "
        "`torch.no_grad()`",
    )


# Variety, and ways between ----------------------------------------------------------------------------------


@lesson.exercise(
    reference=augmentation.delayed,
    points=2,
    minutes=9,
    hints=(
        "What is at sample t of the result was at sample t − samples before. Make all these places at once: "
        "`torch.arange(audio.shape[-1]) - samples[:, None]` is `(clip, sample)`.",
        "`audio.gather(-1, places)` reads at the places, row by row. There are no negative places: `.clamp(min=0)`, "
        "and then make what stood there silent.",
        "`audio.gather(-1, places.clamp(min=0)) * (places >= 0)`; and before, a ValueError for negative `samples`",
    ),
)
def delayed(answer, rng: np.random.Generator) -> None:
    """Each clip later by its own number of samples, silence before it, the length kept."""
    clips, length = int(rng.integers(3, 6)), int(rng.integers(20, 40))
    audio = rng.normal(size=(clips, length)) + 3
    by = rng.permutation(np.arange(1, 9))[:clips]
    by[int(rng.integers(clips))] = 0
    given = _tensor(audio.copy())
    got = answer(given, torch.from_numpy(by))
    array = expect_array(got, "the delayed clips")
    expect(
        array.shape == audio.shape,
        f"the delayed clips have the shape {array.shape}, and {audio.shape} is expected: what runs over is lost",
    )
    expect(
        bool((given == _tensor(audio)).all()),
        "your function changes the clips that it was given: work on a copy",
    )
    rolled = np.stack([np.roll(x, n) for x, n in zip(audio, by, strict=True)])
    expect(
        not np.allclose(array, rolled),
        "what runs over the end comes back at the beginning, as `torch.roll` does; there should be silence",
    )
    wanted = np.where(np.arange(length) >= by[:, None], rolled, 0.0)
    early = np.stack([np.concatenate([x[n:], np.zeros(n)]) for x, n in zip(audio, by, strict=True)])
    expect(not np.allclose(array, early), "the clips begin *earlier*: what was at t should be at t + samples")
    same = np.stack([np.concatenate([np.zeros(by[0]), x[: length - by[0]]]) for x in audio])
    expect(
        not np.allclose(array, same),
        "all clips are delayed by the first one's samples: each has its own number",
    )
    held = np.stack(
        [np.concatenate([np.full(n, x[0]), x[: length - n]]) for x, n in zip(audio, by, strict=True)]
    )
    expect(
        not np.allclose(array, held),
        "before the clip its first sample is held; there should be silence, zeros",
    )
    expect_equal(got, wanted, "the delayed clips", tolerance=2e-6, axes=("clip", "sample"))
    far = by.copy()
    far[int(rng.integers(clips))] = length + int(rng.integers(1, 9))
    got = answer(given, torch.from_numpy(far))
    kept = np.where(far[:, None] > length, 0.0, wanted)
    expect_equal(
        got, kept, f"clips of {length} samples, one of them delayed by {far.max()}, are to be silent: it"
    )
    by[int(rng.integers(1, clips))] = -1
    try:
        answer(given, torch.from_numpy(by))
    except Fault as fault:
        if "raised ValueError" in str(fault):
            return
    expect(False, "a negative number of samples is no delay: raise a ValueError that says so")


@lesson.exercise(
    reference=model.slerp,
    points=2,
    minutes=8,
    hints=(
        "The angle of a and b: the arc cosine of `torch.nn.functional.cosine_similarity(a, b, dim=-1)`.",
        "The weights are sin((1 − share) · angle) / sin(angle) for a and sin(share · angle) / sin(angle) for b; "
        "`unsqueeze(-1)` lets the angles `(…)` multiply vectors `(…, latent)`.",
        "Where sin(angle) is nearly 0 the arc is a straight line: return `(1 - share) * a + share * b` there.",
    ),
)
def slerp(answer, rng: np.random.Generator) -> None:
    """Along the arc from a to b: the two ends, the length kept, equal angles for equal shares."""
    size = int(rng.integers(3, 9))
    a, b = rng.normal(size=(2, 1, size))
    b *= np.linalg.norm(a) / np.linalg.norm(b)

    def at(share: float, a: np.ndarray = a, b: np.ndarray = b) -> np.ndarray:
        got = expect_array(answer(_tensor(a), _tensor(b), share), f"the vector at {share:.0%} of the arc")
        expect(
            got.shape == a.shape,
            f"the vectors have the shape {got.shape}, and {a.shape} is expected, that of a and b",
        )
        return got

    expect(
        not (np.allclose(at(0.0), b) and np.allclose(at(1.0), a)),
        "at share 0 it is at b, and at share 1 at a: the two weights have changed places",
    )
    expect(np.allclose(at(0.0), a), "at share 0 it should be at a, and is not")
    expect(np.allclose(at(1.0), b), "at share 1 it should be at b, and is not")
    share = float(rng.choice([rng.uniform(0.15, 0.4), rng.uniform(0.6, 0.85)]))

    def angle(x: np.ndarray, y: np.ndarray) -> float:
        return math.acos(np.clip(np.sum(x * y) / np.linalg.norm(x) / np.linalg.norm(y), -1, 1))

    for end in (b, -b):  # an angle below 90° and one above
        got = at(share, a, end)
        long, wanted = np.linalg.norm(got), np.linalg.norm(a)
        expect(
            not np.allclose(got, (1 - share) * a + share * end),
            f"this is the chord: its vectors are shorter, {long:.3g} instead of {wanted:.3g} at {share:.0%} of the way",
        )
        expect(
            abs(long / wanted - 1) < 1e-6,
            f"a and b have the length {wanted:.3g}, and the vector at {share:.0%} of the arc {long:.3g}: keep it",
        )
        turned = angle(a, got) / angle(a, end)
        expect(
            abs(turned - share) < 1e-5,
            f"at {share:.0%} of the way it has turned by {turned:.0%} of the angle: the same share is expected",
        )
    several = rng.normal(size=(2, 2, 3, size))
    got = at(share, several[0], several[1])
    pairs = several.reshape(2, -1, 1, size)
    rows = np.concatenate([at(share, x, y) for x, y in zip(*pairs, strict=True)])
    expect(
        np.allclose(got.reshape(-1, size), rows),
        "of several pairs `(…, latent)` each should go by its own angle: take the cosine along the last axis",
    )
    for share_there, end, name in ((0.0, several[0], "a"), (1.0, several[1], "b")):
        expect(
            np.allclose(at(share_there, several[0], several[1]), end),
            f"where a and b are not equally long it should still be at {name} for share {share_there:.0f}, and is not: "
            "take the cosine of the angle between them, and leave their lengths as they are",
        )
    axis = np.zeros((1, size))
    axis[0, int(rng.integers(size))] = 2
    many = rng.normal(size=(40, 1, size))
    for place in (axis, *many):
        try:
            stayed = np.allclose(at(share, place, place), place)
        except Fault:
            stayed = False
        expect(
            stayed,
            "from a to a itself the way should stay at a: there sin(angle) is 0, or the cosine a little above 1 by "
            "rounding, and NaN may come out",
        )
    many = many[:, 0]  # all at once now
    at(share, many, -many)  # any arc will do, but no NaN
    for share_there in (share, 1.0):
        expect(
            np.allclose(_finite(at, share_there, many, 2 * many), (1 + share_there) * many),
            f"from a to 2a, in one line with it, the chord is expected, {1 + share_there:.3g} times a at "
            f"{share_there:.0%} of the way",
        )
    mixed = np.concatenate([many, a]), np.concatenate([2 * many, b])
    expect(
        np.allclose(_finite(at, share, *mixed), np.concatenate([(1 + share) * many, at(share)])),
        "of several pairs some lie in one line and one does not: each is to go its own way, those along the chord and "
        "this along the arc. `torch.where` chooses row by row",
    )


def _finite(at: Callable[..., np.ndarray], *arguments: Any) -> np.ndarray:
    """What `at` gives, or NaN where it is refused."""
    try:
        return at(*arguments)
    except Fault:
        return np.array(np.nan)


# Your own sounds --------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=networks.fitting_samples,
    minutes=6,
    hints=(
        "The number of frames must be a multiple of 2 ** halvings, so that of samples is one of hop · 2 ** halvings.",
        "How many such pieces cover seconds · rate samples? Round up, with `math.ceil`.",
        "`step = hop * 2**halvings`, then `step * math.ceil(seconds * rate / step)`",
    ),
)
def fitting_samples(answer, rng: np.random.Generator) -> None:
    """The smallest multiple of hop · 2^halvings that lasts long enough."""
    hop, halvings = int(rng.choice([128, 200, 256])), int(rng.choice([3, 5]))
    rate = int(rng.choice([8_000, 22_050, 44_100]))
    step, pieces = hop * 2**halvings, 2 * int(rng.integers(1, 5)) + 1

    def ask(seconds: float) -> float:
        return expect_number(answer(seconds, rate, hop, halvings), "the number of samples")

    asked = (
        (pieces - float(rng.uniform(0.6, 0.8))) * step / rate
    )  # rounding to the nearest would be too short
    got, wanted = ask(asked), pieces * step
    expect(
        got != math.ceil(asked * rate / hop) * hop,
        f"{got:.0f} samples are a whole number of frames, {got / hop:.0f}, which cannot be halved {halvings} times",
    )
    expect(
        got != wanted - step,
        f"{got:.0f} samples last {got / rate:.3g} s, and {asked:.3g} s are asked for: round up",
    )
    expect(
        got != wanted / hop, f"{got:.0f} is the number of frames; asked for is that of samples, hop for each"
    )
    expect(
        got % step == 0 and got > 0,
        f"{got:g} samples are {got / hop:g} frames, which cannot be halved {halvings} times: "
        f"hop · 2^halvings is {step}",
    )
    expect(
        got == wanted,
        f"{got:.0f} samples are more than needed for {asked:.3g} s or fewer: {wanted} is the smallest number that fits",
    )
    least = ask(hop / 2 / rate)
    expect(
        least == step,
        f"the shortest sound that can be halved {halvings} times has {step} samples, hop · 2^halvings, and yours has "
        f"{least:.0f}",
    )
    for wanted in range(step, 8 * step, step):
        exact = ask(wanted / rate)
        expect(
            exact == wanted,
            f"{wanted / rate:.6g} s are exactly {wanted} samples, which fit, and yours gives {exact:.0f}",
        )
        over = ask((wanted + 1) / rate)
        expect(
            over == wanted + step,
            f"{wanted + 1} samples are asked for, one more than fit into {wanted}, and yours gives {over:.0f}",
        )
