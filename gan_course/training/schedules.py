"""Rates and weights that change while a game is played, each a function of the step alone. Lesson 09.

A run that is taken up again at some step then finds the rate that it would have had.
"""

from __future__ import annotations


def held_then_falling(step: float, steps: float, end: float = 0.1) -> float:
    """A factor that is 1 over the first half of the ``steps`` and falls linearly to ``end`` over the second.

    It stays at ``end`` from then on. ``step`` counts from 0; no ``steps``: always 1. Lesson 09.
    """
    if not steps:
        return 1.0
    late = min(1.0, max(0.0, 2 * step / steps - 1))
    return 1 - (1 - end) * late


def falling_geometrically(step: float, steps: float, end: float) -> float:
    """A factor that falls from 1 to ``end``, by the same ratio at every step, and stays there after ``steps``.

    ``end`` is above 0; no ``steps``: always 1. Lesson 09.
    """
    return end ** min(1.0, step / steps) if steps else 1.0


def average_decay(step: float, half_life: float) -> float:
    """The share of the averaged weights that is kept at ``step`` (from 0): ½ to the power of 1 / half-life.

    After ``half_life`` steps (at least 1) half of what was there is left. At the beginning the half-life is shorter, at
    most half of the steps done, so that the average soon forgets the random weights that it began with. Karras et al.
    (2024, "Analyzing and improving the training dynamics of diffusion models") discuss such profiles. Lesson 09.
    """
    return 0.5 ** (1 / max(1.0, min(half_life, 0.5 * step)))
