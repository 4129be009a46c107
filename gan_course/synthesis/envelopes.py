"""How loud a sound is from moment to moment: arrays to multiply a `Sound` with. Lesson 01."""

import numpy as np
from numpy.typing import NDArray

from gan_course.synthesis.edge import edge
from gan_course.synthesis.oscillators import times


def _fitting(
    duration: float, attack: float, decay: float, sustain: float, release: float, rate: int
) -> tuple[float, float, float, float, float, int]:
    if min(attack, decay, release) < 0 or attack + decay + release > duration + 1e-9:
        raise ValueError(
            f"Attack, decay and release ({attack:g}, {decay:g} and {release:g} s) must not be negative, and"
            f" must fit into {duration:g} s together."
        )
    if not 0 <= sustain <= 1:
        raise ValueError(f"The sustained level is a number from 0 to 1: {sustain!r} was given.")
    return duration, attack, decay, sustain, release, rate


@edge(_fitting)
def envelope(
    duration: float,
    attack: float = 0.02,
    decay: float = 0.1,
    sustain: float = 0.6,
    release: float = 0.1,
    rate: int = 16_000,
) -> NDArray[np.float64]:
    """Straight lines from 0 up to 1, down to `sustain`, along, and down to 0: `(sample,)` in [0, 1]. Lesson 01.

    attack, decay, release: how long it takes (s) to rise, to fall to the level `sustain` (0 to 1), and to fall
    silent at the end of `duration` (s). `sine(440, 1.0) * envelope(1.0)` is a note.

    Raises ValueError if the three do not fit into the duration, or `sustain` is not from 0 to 1.
    """
    corners = [0, attack, attack + decay, duration - release, duration]
    return np.interp(times(duration, rate), corners, [0, 1, sustain, sustain, 0])


def exponential_decay(duration: float, time_constant: float = 0.3, rate: int = 16_000) -> NDArray[np.float64]:
    """exp(-t / τ), which falls to 37%, by 8.7 dB, in each `time_constant` τ (s). Lesson 01.

    Returns `(sample,)` in (0, 1], over `duration` (s).
    Raises ValueError if the time constant is not above 0.
    """
    if not time_constant > 0:
        raise ValueError(f"The time constant is a number of seconds above 0: {time_constant!r} was given.")
    return np.exp(-times(duration, rate) / time_constant)
