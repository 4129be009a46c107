"""Amplitudes in decibels. Lessons 01 and 03."""

import torch
from torch import Tensor


def amplitude_to_db(x: Tensor | float, floor: float = -100.0, reference: float = 1.0) -> Tensor:
    """20 log₁₀(|x| / reference) in dB, but no less than `floor` dB; any shape, real or complex.

    The floor stands for silence, whose level would be −∞ dB. Equal to `librosa.amplitude_to_db` with
    amin = reference · 10^(floor / 20) and top_db=None. Raises ValueError unless reference > 0. Lessons 01, 03.
    """
    if not reference > 0:
        raise ValueError(f"the reference amplitude must be above 0, not {reference}")
    return 20 * torch.log10((torch.as_tensor(x).abs() / reference).clamp(min=10 ** (floor / 20)))


def db_to_amplitude(db: Tensor | float, reference: float = 1.0) -> Tensor:
    """reference · 10^(db / 20), the inverse of `amplitude_to_db` above its floor; any shape. Lessons 01, 03."""
    return reference * 10 ** (torch.as_tensor(db) / 20)


def to_unit(magnitude: Tensor, floor: float = -80.0, ceiling: float = 10.0) -> Tensor:
    """Magnitudes, none negative, as numbers in [−1, 1]: −1 is `floor` dB and all below, 1 is `ceiling` dB and above.

    dB relative to a magnitude of 1; any shape. Lesson 04.
    """
    db = 20 * torch.log10(magnitude.clamp(min=10 ** (floor / 20)))
    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1)


def from_unit(z: Tensor, floor: float = -80.0, ceiling: float = 10.0) -> Tensor:
    """Numbers in [−1, 1] as magnitudes, the inverse of `to_unit`: −1 is silence, a magnitude of 0; any shape.

    What lies beyond [−1, 1], as a generator may draw it, is taken for the end that it is beyond. Lesson 04.
    """
    db = floor + (z.clamp(max=1) + 1) / 2 * (ceiling - floor)
    return 10 ** (db / 20) * (z > -1)
