"""How far one sound is from another, as their spectrograms say: what a vocoder minimises. Lesson 03."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gan_course.spectral import stft

RESOLUTIONS = ((512, 128), (1024, 256), (2048, 512))
"""Window and hop in samples: short windows see when, long ones which pitch."""


def spectral_distance(estimate: Tensor, target: Tensor, floor: float = 1e-4) -> Tensor:
    """Spectral convergence plus log magnitude distance of magnitudes `(batch, frequency, frame)`: a scalar, 0 if equal.

    ‖target − estimate‖ / ‖target‖ by the Frobenius norm of each item, which the loudest bins decide, and the mean of
    |ln target − ln estimate|, in which all bins count alike; magnitudes below `floor` are taken for it. Arık, Jun and
    Diamos (2019).
    """
    distance = torch.linalg.norm(target - estimate, dim=(-2, -1))
    convergence = distance / torch.linalg.norm(target, dim=(-2, -1)).clamp(min=floor)
    logarithms = target.clamp(min=floor).log() - estimate.clamp(min=floor).log()
    return convergence.mean() + logarithms.abs().mean()


def multi_resolution_stft(
    estimate: Tensor,
    target: Tensor,
    resolutions: Sequence[tuple[int, int]] = RESOLUTIONS,
    floor: float = -80.0,
) -> Tensor:
    """The mean of `spectral_distance` over STFTs of several `resolutions`, of waveforms `(batch, sample)`: a scalar.

    Several, because a window can be pleased by what it cannot see. The `floor` is in dB relative to n_fft / 4, the
    magnitude of a sine of amplitude 1. Raises ValueError for waveforms of different shapes, and for clips that are
    shorter than half of a window. Yamamoto, Song and Kim (2020).
    """
    if estimate.shape != target.shape:
        raise ValueError(
            f"the sounds have shapes {tuple(estimate.shape)} and {tuple(target.shape)}: cut both to one length"
        )
    distances = [
        spectral_distance(
            magnitudes(estimate, n_fft, hop), magnitudes(target, n_fft, hop), 10 ** (floor / 20) * n_fft / 4
        )
        for n_fft, hop in resolutions
    ]
    return torch.stack(distances).mean()


def magnitudes(audio: Tensor, n_fft: int, hop: int) -> Tensor:
    """|STFT| `(batch, frequency, frame)` of `audio` `(batch, sample)`, with a slope everywhere, at 0 too."""
    X = stft(audio, n_fft, hop)
    return (X.real.square() + X.imag.square() + 1e-12).sqrt()


def advance_distance(advance: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """The weighted mean of 1 − cos(advance − target), angles in radians of one shape: a scalar from 0 to 2.

    An angle and the same one turned around once more are equal. Losses of instantaneous frequency that know this are
    Ai and Ling's (2023).
    """
    return (weight * (1 - torch.cos(advance - target))).sum() / weight.sum().clamp(min=1e-12)


def log_distance(estimate: Tensor, target: Tensor, floor: float) -> Tensor:
    """The mean of |ln target − ln estimate| of magnitudes of one shape, none taken for less than `floor`: in nepers."""
    return (target.clamp(min=floor).log() - estimate.clamp(min=floor).log()).abs().mean()
