"""The mel scale, its filters and decibels, against torchaudio and librosa under both conventions."""

from contextlib import nullcontext

import librosa
import numpy as np
import pytest
import torch
import torchaudio
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course.spectral import (
    amplitude_to_db,
    db_to_amplitude,
    hertz_to_mel,
    mel_filters,
    mel_to_hertz,
    mel_to_magnitude,
    mel_update,
    triangles,
)

SCALES = ("htk", "slaney")
quick = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("scale", SCALES)
def test_mels_equal_those_of_librosa(scale: str) -> None:
    f = np.linspace(0, 12_000, 4001)
    mels = librosa.hz_to_mel(f, htk=scale == "htk")
    assert np.allclose(hertz_to_mel(torch.from_numpy(f), scale).numpy(), mels, rtol=1e-12)
    assert np.allclose(mel_to_hertz(torch.from_numpy(mels), scale).numpy(), f, rtol=1e-12, atol=1e-9)


@quick
@given(f=st.floats(0, 24_000), scale=st.sampled_from(SCALES))
def test_mel_to_hertz_inverts_hertz_to_mel(f: float, scale: str) -> None:
    there = hertz_to_mel(torch.tensor(f, dtype=torch.float64), scale)
    assert abs(mel_to_hertz(there, scale).item() - f) < 1e-8 * (1 + f)


@pytest.mark.parametrize("scale", SCALES)
def test_a_kilohertz_is_where_each_convention_puts_it(scale: str) -> None:
    assert hertz_to_mel(1000, scale).item() == pytest.approx({"htk": 999.9856, "slaney": 15}[scale], abs=1e-3)


@pytest.mark.parametrize("norm", [None, "slaney"])
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    ("n_mels", "n_fft", "rate", "low", "high"),
    [
        (64, 1024, 16_000, 40, 8000),
        (128, 2048, 44_100, 0, 16_000),
        (1, 512, 8000, 100, 3000),
        (80, 512, 16_000, 0, 8000),
    ],
)
def test_filters_equal_those_of_torchaudio_and_librosa(
    n_mels: int, n_fft: int, rate: int, low: float, high: float, scale: str, norm: str | None
) -> None:
    ours = mel_filters(n_mels, n_fft, rate, low, high, scale, norm, dtype=torch.float64)
    with pytest.warns(UserWarning) if not ours.sum(1).all() else nullcontext():
        theirs = librosa.filters.mel(
            sr=rate,
            n_fft=n_fft,
            n_mels=n_mels,
            fmin=low,
            fmax=high,
            htk=scale == "htk",
            norm=norm,
            dtype=np.float64,
        )
        single = torchaudio.functional.melscale_fbanks(n_fft // 2 + 1, low, high, n_mels, rate, norm, scale)
    assert np.allclose(ours.numpy(), theirs, rtol=0, atol=1e-9)
    assert torch.allclose(ours.float(), single.T, rtol=0, atol=1e-4 * ours.max().item())  # computed in 32 bit


@quick
@given(
    n_mels=st.integers(2, 60),
    low=st.floats(0, 500),
    width=st.floats(2000, 7000),
    scale=st.sampled_from(SCALES),
)
def test_neighbouring_filters_add_up_to_one(n_mels: int, low: float, width: float, scale: str) -> None:
    """Between the first centre and the last, no frequency counts for more than another."""
    high = min(low + width, 8000)
    filters = mel_filters(n_mels, 4096, 16_000, low, high, scale, dtype=torch.float64)
    ends = hertz_to_mel(torch.tensor([low, high], dtype=torch.float64), scale)
    centres = mel_to_hertz(torch.linspace(ends[0], ends[1], n_mels + 2, dtype=torch.float64), scale)
    f = torch.linspace(0, 8000, 2049, dtype=torch.float64)
    inside = (f >= centres[1]) & (f <= centres[-2])
    assert torch.allclose(filters.sum(0)[inside], torch.ones(int(inside.sum()), dtype=torch.float64))


def test_slaneys_norm_gives_every_filter_the_area_one_hertz() -> None:
    filters = mel_filters(20, 65_536, 16_000, norm="slaney", dtype=torch.float64)
    assert torch.allclose(filters.sum(1) * 16_000 / 65_536, torch.ones(20, dtype=torch.float64), rtol=1e-3)


def test_a_triangle_is_one_at_its_centre_and_zero_at_its_neighbours() -> None:
    corners = torch.tensor([100.0, 200.0, 400.0, 700.0])
    assert torch.equal(
        triangles(corners, corners), torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    )
    assert torch.allclose(
        triangles(corners, torch.tensor([150.0, 300.0])), torch.tensor([[0.5, 0.5], [0.0, 0.5]])
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"high": 9000}, "half the rate"),
        ({"low": -1}, "half the rate"),
        ({"low": 4000, "high": 300}, "low before high"),
        ({"n_mels": 0}, "at least one"),
        ({"scale": "bark"}, "htk"),
        ({"norm": "area"}, "norm"),
        ({"n_fft": 513}, "even number of samples, such as 1024, not 513"),
        ({"n_fft": 0}, "even"),
    ],
)
def test_filters_that_make_no_sense_are_refused(arguments: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        mel_filters(**{"n_mels": 40, "n_fft": 512, "rate": 16_000} | arguments)


# From mel bands back to frequencies ----------------------------------------------------------------------


def divergence(mel: torch.Tensor, other: torch.Tensor) -> float:
    """Kullback-Leibler divergence of two spectrograms that need not add up to one."""
    return (mel * torch.log(mel / other) - mel + other).sum().item()


@quick
@given(seed=st.integers(0, 999))
def test_no_mel_update_makes_the_divergence_larger(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    filters = mel_filters(20, 256, 16_000, 40, dtype=torch.float64)
    filters = filters[filters.sum(1) > 0]
    mel = torch.rand(len(filters), 3, generator=generator, dtype=torch.float64) + 1e-3
    magnitude = torch.rand(129, 3, generator=generator, dtype=torch.float64) + 1e-3
    magnitude = magnitude * (filters.sum(0) > 0)[:, None]
    for _ in range(5):
        better = mel_update(magnitude, mel, filters)
        assert divergence(mel, filters @ better) <= divergence(mel, filters @ magnitude) + 1e-9
        assert (better >= 0).all()
        magnitude = better


def test_right_magnitudes_are_left_as_they_are() -> None:
    filters = mel_filters(30, 512, 16_000, dtype=torch.float64)
    magnitude = torch.rand(257, 4, dtype=torch.float64) * (filters.sum(0) > 1e-6)[:, None]
    assert torch.allclose(mel_update(magnitude, filters @ magnitude, filters), magnitude)


def test_magnitudes_found_have_the_mel_spectrogram_that_was_asked_for() -> None:
    filters = mel_filters(64, 1024, 16_000, 40, dtype=torch.float64)
    magnitude = torch.randn(3, 513, 8, generator=torch.Generator().manual_seed(1), dtype=torch.float64).abs()
    mel = filters @ magnitude
    errors = [
        ((filters @ mel_to_magnitude(mel, filters, n) - mel).norm() / mel.norm()).item() for n in (0, 4, 32)
    ]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.02
    assert not mel_to_magnitude(torch.zeros(64, 5), filters.float()).any()


# Decibels ------------------------------------------------------------------------------------------------


@quick
@given(
    x=st.lists(st.floats(0, 1e3), min_size=1, max_size=20),
    floor=st.floats(-140, -20),
    reference=st.floats(1e-3, 1e3),
)
def test_decibels_equal_those_of_librosa(x: list[float], floor: float, reference: float) -> None:
    x = np.array(x)
    amin = reference * 10 ** (floor / 20)
    theirs = librosa.amplitude_to_db(x, ref=reference, amin=amin, top_db=None)
    ours = amplitude_to_db(torch.from_numpy(x), floor, reference)
    assert np.allclose(ours.numpy(), theirs, rtol=1e-9, atol=1e-7)
    assert np.allclose(
        db_to_amplitude(ours, reference).numpy(), librosa.db_to_amplitude(theirs, ref=reference), rtol=1e-6
    )


@quick
@given(db=st.floats(-100, 60), reference=st.floats(1e-2, 1e2))
def test_decibels_and_amplitudes_are_inverse_above_the_floor(db: float, reference: float) -> None:
    amplitude = db_to_amplitude(torch.tensor(db, dtype=torch.float64), reference)
    assert amplitude_to_db(amplitude, -120, reference).item() == pytest.approx(db, abs=1e-9)


def test_silence_is_at_the_floor_and_a_doubling_is_six_decibels() -> None:
    assert amplitude_to_db(torch.zeros(3), floor=-70).tolist() == pytest.approx([-70] * 3, abs=1e-4)
    assert (amplitude_to_db(2.0) - amplitude_to_db(1.0)).item() == pytest.approx(6.0206, abs=1e-4)


def test_a_reference_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        amplitude_to_db(torch.ones(1), reference=0)
