"""The distances between sounds, against formulas written again in numpy and scipy."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import torch
from torch import Tensor

from gan_course.objectives.reconstruction import (
    RESOLUTIONS,
    advance_distance,
    log_distance,
    multi_resolution_stft,
)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def by_hand(estimate: np.ndarray, target: np.ndarray) -> float:
    """Yamamoto, Song and Kim (2020), equations 4 to 6, for clips that are nowhere near the floor."""
    total = 0.0
    for n_fft, hop in RESOLUTIONS:
        window = scipy.signal.get_window("hann", n_fft)

        def magnitudes(x: np.ndarray, window: np.ndarray = window, hop: int = hop) -> np.ndarray:
            x = np.pad(x, len(window) // 2, mode="reflect")
            starts = range(0, len(x) - len(window) + 1, hop)
            return np.abs([np.fft.rfft(window * x[n : n + len(window)]) for n in starts])

        parts = []
        for y, x in zip(estimate, target, strict=True):
            S, T = magnitudes(y), magnitudes(x)
            parts.append(np.linalg.norm(T - S) / np.linalg.norm(T) + np.abs(np.log(T) - np.log(S)).mean())
        total += float(np.mean(parts))
    return total / len(RESOLUTIONS)


def test_the_distance_is_that_of_the_paper() -> None:
    y, x = noise(2, 4096).double(), noise(2, 4096, seed=1).double()
    ours = multi_resolution_stft(y, x, floor=-160).item()
    assert ours == pytest.approx(by_hand(y.numpy(), x.numpy()), rel=1e-4)


def test_it_is_zero_for_equal_sounds_and_grows_with_the_error() -> None:
    x, error = noise(2, 4096), noise(2, 4096, seed=1)
    distances = [multi_resolution_stft(x + size * error, x).item() for size in (0, 0.01, 0.1, 1)]
    assert distances[0] == 0
    assert distances == sorted(distances)


def test_what_lies_below_the_floor_counts_nothing_and_silence_has_a_slope() -> None:
    x = torch.zeros(1, 4096)
    y = (1e-6 * noise(1, 4096)).requires_grad_()
    distance = multi_resolution_stft(y, x)
    distance.backward()
    assert distance < 0.1 and y.grad is not None and y.grad.isfinite().all()
    exact = torch.zeros(1, 4096, requires_grad=True)
    multi_resolution_stft(exact, noise(1, 4096)).backward()
    assert exact.grad is not None and exact.grad.isfinite().all()


def test_sounds_of_two_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shapes \(1, 4096\) and \(1, 4000\): cut both"):
        multi_resolution_stft(noise(1, 4096), noise(1, 4000))


def test_the_log_distance_is_in_nepers() -> None:
    assert log_distance(torch.ones(5), torch.full((5,), np.e), 1e-3).item() == pytest.approx(1)
    assert log_distance(torch.zeros(5), torch.full((5,), 1e-9), 1e-3).item() == 0


def test_the_advance_distance_goes_around_and_counts_where_it_matters() -> None:
    angle, weight = 10 * noise(4, 6), torch.ones(4, 6)
    assert advance_distance(angle + 2 * np.pi, angle, weight).item() == pytest.approx(0, abs=1e-5)
    assert advance_distance(angle + 0.5, angle, weight).item() == pytest.approx(1 - np.cos(0.5), rel=1e-4)
    far = angle.clone()
    far[0] += np.pi
    assert advance_distance(far, angle, weight).item() == pytest.approx(0.5, rel=1e-4)
    weight[0] = 0
    assert advance_distance(far, angle, weight).item() == pytest.approx(0, abs=1e-5)
    assert advance_distance(far, angle, torch.zeros(4, 6)).item() == 0
