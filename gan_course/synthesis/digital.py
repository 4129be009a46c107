"""What becomes of a sound when it is made into numbers: levels, steps and aliases. Lesson 01."""

import functools
from collections.abc import Callable
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_course.sound import Sound
from gan_course.synthesis.edge import edge


def _keeping_sounds(rounded: Callable[[NDArray[np.float64], int], NDArray[np.float64]]):  # type: ignore[no-untyped-def]
    """Let what is taught for arrays take a Sound, too, and give one back."""

    @overload
    def entered(x: Sound, bits: int) -> Sound: ...
    @overload
    def entered(x: ArrayLike, bits: int) -> NDArray[np.float64]: ...
    @functools.wraps(rounded)
    def entered(x: Sound | ArrayLike, bits: int) -> Sound | NDArray[np.float64]:
        if isinstance(bits, bool) or bits != int(bits) or not 1 <= bits <= 24:
            raise ValueError(f"The number of bits is a whole number from 1 to 24: {bits!r} was given.")
        samples = rounded(np.asarray(x, np.float64), int(bits))
        return Sound(samples, x.rate, f"{x.label} {bits} bits".strip()) if isinstance(x, Sound) else samples

    return entered


@_keeping_sounds
def quantise(x: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Each sample rounded to the nearest of 2^bits steps from -1 to 1 - 2^(1 - bits). Lesson 01.

    One step is 2^(1 - bits) wide, so that the error is at most half of that where nothing is clipped; each bit
    makes it softer by 6 dB (Bennett 1948). A Sound gives a Sound, anything else an array.

    Raises ValueError if bits is no whole number from 1 to 24.
    """
    step = 2.0 ** (1 - bits)
    return np.clip(np.round(x / step) * step, -1, 1 - step)


def _with_positive_rate(frequency: float, rate: float) -> tuple[float, float]:
    if not rate > 0:
        raise ValueError(f"The rate is a number of samples in a second above 0: {rate!r} was given.")
    return frequency, rate


@edge(_with_positive_rate)
def alias_frequency(frequency: float, rate: float) -> float:
    """The frequency (Hz) at which a sine of `frequency` (Hz) is heard once it is sampled at `rate` (Hz). Lesson 01.

    |f - R round(f / R)|: the distance from the nearest multiple of the rate, never above half the rate.
    Arrays are taken too. Raises ValueError if the rate is not above 0.
    """
    return abs(frequency - rate * np.round(frequency / rate))


def _silence_is_minus_infinity(
    level: Callable[[NDArray[np.float64]], float],
) -> Callable[[Sound | ArrayLike], float]:
    @functools.wraps(level)
    def entered(x: Sound | ArrayLike) -> float:
        samples = np.asarray(x, np.float64)
        if not samples.size:
            raise ValueError("The level of no samples at all is not defined: give at least one.")
        return float(level(samples)) if np.any(samples) else -float("inf")

    return entered


@_silence_is_minus_infinity
def level_db(x: NDArray[np.float64]) -> float:
    """20 log10 of the root mean square (dB; a full square wave has 0, a full sine -3.01, silence -inf). Lesson 01.

    Raises ValueError if there is no sample.
    """
    rms = np.sqrt(np.mean(x**2))
    return 20 * np.log10(rms)
