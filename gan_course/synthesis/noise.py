"""Sounds without a pitch. Lesson 01."""

import numpy as np

from gan_course.sound import Sound
from gan_course.synthesis.oscillators import times

COLOURS = {"white": 0.0, "pink": 1.0, "brown": 2.0}
"""By how much the power of each colour of noise falls with frequency: as 1 / f to this power."""


def noise(
    duration: float, rate: int = 16_000, colour: str = "white", amplitude: float = 0.1, seed: int = 0
) -> Sound:
    """Random samples whose power falls as 1/f^e: e = 0 for "white", 1 for "pink", 2 for "brown". Lesson 01.

    amplitude: the root mean square of the samples. Each octave of pink noise is as strong as the next. The mean of
        coloured noise is not 0: it is about as strong as the lowest frequency, and holds a fifth of the power of brown
        noise.
    Raises ValueError for another colour.
    """
    if colour not in COLOURS:
        raise ValueError(f"The colour of noise is one of {', '.join(COLOURS)}: {colour!r} was given.")
    white = np.random.default_rng(seed).standard_normal(len(times(duration, rate)))
    spectrum = np.fft.rfft(white)
    number = np.maximum(np.arange(len(spectrum)), 1)
    samples = np.fft.irfft(spectrum * number ** (-COLOURS[colour] / 2), len(white))
    return Sound(amplitude * samples / np.sqrt(np.mean(samples**2)), rate, f"{colour} noise")
