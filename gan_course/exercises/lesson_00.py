"""Checks of lesson 00, start here."""

import numpy as np

from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import expect, expect_equal, expect_number
from gan_course.synthesis import frequency_of as frequency_of_reference

lesson = Lesson("00", "Start here")


@lesson.exercise(
    reference=frequency_of_reference,
    minutes=2,
    hints=(
        "How many semitones is `midi` above 69? Twelve of them double the frequency.",
        "Python writes powers with `**`: `2 ** (1 / 12)` is one semitone. Mind the brackets around `midi - 69`.",
        "`440.0 * 2 ** (… / 12)`, and in the place of the dots the number of semitones above A4.",
    ),
)
def frequency_of(answer, rng: np.random.Generator) -> None:
    """A4 is 440 Hz, an octave doubles, a semitone is a twelfth of it, for any MIDI number."""
    a4 = expect_number(answer(69), "the frequency of MIDI number 69")
    expect(abs(a4 - 440) < 1e-6, f"MIDI number 69 is A4 and should give 440 Hz; your function gives {a4:.6g}")
    midi = int(rng.integers(24, 96))
    low, high = (expect_number(answer(m), f"the frequency of MIDI number {m}") for m in (midi, midi + 12))
    expect(
        high > low,
        f"MIDI number {midi + 12} lies above {midi}, but gives {high:.6g} Hz, not more than {low:.6g}",
    )
    expect(
        abs(high / low - 2) < 1e-6,
        f"twelve semitones up should double the frequency; from {midi} to {midi + 12} it grows by {high / low:.6g}",
    )
    wanted = 440 * 2 ** ((midi - 69) / 12)
    expect_equal(low, wanted, f"the frequency of MIDI number {midi}", tolerance=1e-6)
    between = float(rng.uniform(24, 96))
    wanted = 440 * 2 ** ((between - 69) / 12)
    heard = expect_number(answer(between), f"the frequency of MIDI number {between:.3f}")
    expect_equal(heard, wanted, f"the frequency of {between:.3f}, between two keys,", tolerance=1e-6)


@lesson.exercise(
    reference=64,
    minutes=1,
    hints=(
        "`z.shape` says how many rows and columns `z` has.",
        "One row is one sound. How many numbers are in a row? `z.shape[1]`.",
    ),
)
def latent_size(answer, rng: np.random.Generator) -> None:
    """The length of one latent vector."""
    number = expect_number(answer, "latent_size")
    expect(number != 6, "six are printed, but the line goes on: count them all, with `z.shape`")
    expect(number != 1, "1 is the number of sounds; one sound has a whole row of numbers")
    expect(number != 128 * 64, "that is how many numbers come *out* of G; asked is how many go in")
    expect(number == 64, f"one row of z does not hold {number:g} numbers: look at `z.shape`")
