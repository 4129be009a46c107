"""A plucked string from a delay line and a mean. Lesson 01."""

import numpy as np

from gan_course.sound import Sound
from gan_course.synthesis.edge import edge


def _playable(frequency: float, duration: float, rate: int, seed: int) -> tuple[float, float, int, int]:
    if not 0 < frequency < rate / 3:
        raise ValueError(
            f"The string's frequency must lie between 0 and {rate / 3:.0f} Hz: {frequency!r} was given."
        )
    if not 0.5 / rate < duration < float("inf"):
        raise ValueError(
            f"A sound lasts at least one sample, {1 / rate:g} s: a duration of {duration!r} s was given."
        )
    return frequency, duration, rate, seed


@edge(_playable)
def pluck(frequency: float, duration: float, rate: int = 16_000, seed: int = 0) -> Sound:
    """Noise that goes round and round, and becomes the mean of two neighbours at each turn. Lesson 01.

    y[n] = (y[n - N] + y[n - N - 1]) / 2, after N + 1 random samples in [-1, 1]. Karplus & Strong 1983.
    One turn takes N + 1/2 samples, so that the string sounds at rate / (N + 1/2), the closest that there is to
    `frequency` (Hz): the higher, the coarser. Another `seed` is another pluck.

    Raises ValueError for a frequency that is not above 0 and below a third of the rate.
    """
    turn = round(rate / frequency - 0.5)
    y = np.random.default_rng(seed).uniform(-1, 1, round(duration * rate))
    for n in range(turn + 1, len(y)):
        y[n] = (y[n - turn] + y[n - turn - 1]) / 2
    return Sound(y, rate, f"pluck {frequency:g} Hz")
