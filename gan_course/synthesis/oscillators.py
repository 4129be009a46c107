"""Periodic sounds from their formulas: sine, additive and frequency-modulated tones. Lesson 01.

Each function returns a `Sound` of `duration` seconds at `rate` samples in a second. All of them raise
ValueError if the duration holds no sample, or the rate is no whole number of Hz.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gan_course.sound import Sound
from gan_course.synthesis.edge import edge


def times(duration: float, rate: int = 16_000) -> NDArray[np.float64]:
    """When each sample of a sound of `duration` (s) comes: n / rate (s), `(sample,)`. Lesson 01."""
    if isinstance(rate, bool) or rate != int(rate) or rate < 1:
        raise ValueError(
            f"The rate is a whole number of samples in a second, such as 16000, and not {rate!r}."
        )
    if not 0.5 / rate < duration < float("inf"):
        raise ValueError(
            f"A sound lasts at least one sample, {1 / rate:g} s: a duration of {duration!r} s was given."
        )
    return np.arange(round(duration * rate)) / rate


def sine(
    frequency: float, duration: float, rate: int = 16_000, phase: float = 0.0, amplitude: float = 1.0
) -> Sound:
    """A sin(2π f t + φ), with f = `frequency` (Hz), φ = `phase` (radians), A = `amplitude`. Lesson 01.

    Above half the rate it is what sampling makes of it: a lower tone, see `alias_frequency`.
    """
    t = times(duration, rate)
    return Sound(amplitude * np.sin(2 * np.pi * frequency * t + phase), rate, f"sine {frequency:g} Hz")


def chirp(start: float, stop: float, duration: float, rate: int = 16_000, amplitude: float = 1.0) -> Sound:
    """A sine whose frequency moves from `start` to `stop` (Hz), by as many Hz in every second. Lesson 01.

    Its phase is 2π times the integral of its frequency, start + (stop - start) t / duration.
    """
    t = times(duration, rate)
    turns = start * t + (stop - start) * t**2 / (2 * duration)
    return Sound(amplitude * np.sin(2 * np.pi * turns), rate, f"chirp {start:g} to {stop:g} Hz")


def additive(
    frequency: float,
    amplitudes: ArrayLike,
    duration: float,
    rate: int = 16_000,
    ratios: ArrayLike | None = None,
) -> Sound:
    """A sum of sines, Σ a_k sin(2π k f t), with f = `frequency` (Hz), a_k from `amplitudes`. Lesson 01.

    k is 1, 2, 3 … (harmonics), or what is given as `ratios` (inharmonic partials, as a bell has).
    Partials at half the rate and above are left out, because they would come back as other tones.
    """
    a = np.atleast_1d(amplitudes)
    k = np.arange(1, len(a) + 1) if ratios is None else np.atleast_1d(ratios)
    if a.shape != k.shape:
        raise ValueError(
            f"Give one ratio for each amplitude: there are {k.size} ratios and {a.size} amplitudes."
        )
    t = times(duration, rate)
    samples = np.zeros_like(t)
    for a_k, ratio in zip(a, k, strict=True):
        if abs(ratio * frequency) < rate / 2:
            samples += a_k * np.sin(2 * np.pi * ratio * frequency * t)
    return Sound(samples, rate, f"additive {frequency:g} Hz")


def harmonics_below(limit: float, frequency: float) -> NDArray[np.int64]:
    """The numbers 1, 2, 3 … of the harmonics of `frequency` (Hz) below `limit` (Hz). Lesson 01."""
    if not frequency > 0:
        raise ValueError(f"A tone with harmonics has a frequency above 0 Hz: {frequency!r} was given.")
    return np.arange(1, int(np.ceil(limit / frequency)))


def sawtooth(frequency: float, duration: float, rate: int = 16_000, amplitude: float = 1.0) -> Sound:
    """A sawtooth that falls from 1 to -1, without aliases: (2/π) Σ sin(2π k f t) / k. Lesson 01.

    The sum goes as far as k f is below half the rate; Fourier 1822. Near its
    jump the sum overshoots by 18% of the amplitude (Gibbs 1899).
    """
    k = harmonics_below(rate / 2, frequency)
    tone = additive(frequency, amplitude * 2 / (np.pi * k), duration, rate)
    return tone.named(f"sawtooth {frequency:g} Hz")


def square(frequency: float, duration: float, rate: int = 16_000, amplitude: float = 1.0) -> Sound:
    """A square wave between 1 and -1, without aliases: (4/π) Σ sin(2π k f t) / k for odd k. Lesson 01.

    The sum goes as far as k f is below half the rate; Fourier 1822. Near its
    jumps the sum overshoots by 18% of the amplitude (Gibbs 1899).
    """
    k = harmonics_below(rate / 2, frequency)
    tone = additive(frequency, amplitude * (k % 2) * 4 / (np.pi * k), duration, rate)
    return tone.named(f"square {frequency:g} Hz")


def _with_index_array(
    carrier: float, modulator: float, index: ArrayLike, duration: float, rate: int, amplitude: float
) -> tuple[float, float, NDArray[np.float64], float, int, float]:
    index, samples = np.asarray(index, np.float64), len(times(duration, rate))
    if index.shape not in ((), (samples,)):
        raise ValueError(
            f"The index is one number, or one for each of {samples} samples, and not {index.shape}."
        )
    return carrier, modulator, index, duration, rate, amplitude


@edge(_with_index_array)
def fm(
    carrier: float,
    modulator: float,
    index: float | NDArray[np.floating],
    duration: float,
    rate: int = 16_000,
    amplitude: float = 1.0,
) -> Sound:
    """A sin(2π f_c t + I sin(2π f_m t)): a `carrier` (Hz) whose phase a `modulator` (Hz) moves. Lesson 01.

    index: I, how far it moves (radians): a number, or one for each sample, `4 * exponential_decay(1.0)`.
    The partials lie at f_c ± n f_m, and their amplitudes are the Bessel functions J_n(I). Chowning 1973.
    """
    t = times(duration, rate)
    samples = amplitude * np.sin(2 * np.pi * carrier * t + index * np.sin(2 * np.pi * modulator * t))
    return Sound(samples, rate, f"FM {carrier:g} / {modulator:g} Hz")
