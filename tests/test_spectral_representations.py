"""The representations: shapes, round trips clean and noisy, arbitrary pictures, and real recordings."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course.spectral import (
    LogMagnitudeIF,
    LogMel,
    Representation,
    representation,
    round_trip_report,
    signal_to_noise,
)

BOTH = (LogMel(), LogMagnitudeIF())
by_name = pytest.mark.parametrize("of", BOTH, ids=lambda of: type(of).__name__)


def harmonic_tones(midi: range = range(40, 77, 4), samples: int = 16_384, rate: int = 16_000) -> torch.Tensor:
    """Decaying notes `(note, sample)` of many partials that fall off with their number."""
    t, rows = np.arange(samples) / rate, []
    for number in midi:
        f = 440 * 2 ** ((number - 69) / 12)
        partials = np.arange(1, int(min(40, 7600 // f)) + 1)[:, None]
        x = (np.sin(2 * np.pi * f * partials * t + partials**2) / partials).sum(0)
        x = x * np.minimum(1, t / 0.02) * np.exp(-2 * t) * np.clip((t[-1] - t) / 0.1, 0, 1)
        rows.append(0.7 * x / np.abs(x).max())
    return torch.tensor(np.stack(rows), dtype=torch.float32)


def pitch(x: np.ndarray, rate: int = 16_000, low: float = 60, high: float = 900) -> float:
    """The pitch in Hz of the second tenth to the sixth of a clip: YIN's first dip, with a parabola through it."""
    estimates = []
    width, longest, shortest = 1600, int(rate / low) + 2, int(rate / high)
    for start in range(1600, 9600, 800):
        piece = np.asarray(x[start : start + width + longest], dtype=np.float64)
        spectrum = np.conj(np.fft.rfft(piece[:width], 4096)) * np.fft.rfft(piece, 4096)
        energy = np.concatenate([[0], np.cumsum(piece**2)])
        d = energy[width] + energy[width : width + longest] - energy[:longest]
        d = d - 2 * np.fft.irfft(spectrum, 4096)[:longest]
        relative = d[1:] * np.arange(1, longest) / np.maximum(np.cumsum(d[1:]), 1e-12)
        dips = np.flatnonzero(relative[shortest - 1 :] < 0.15)
        lag = shortest + (dips[0] if len(dips) else np.argmin(relative[shortest - 1 :]))
        while lag + 1 < longest - 1 and relative[lag] < relative[lag - 1]:
            lag += 1
        a, b, c = d[lag - 1 : lag + 2]
        estimates.append(rate / (lag + 0.5 * (a - c) / max(a - 2 * b + c, 1e-12)))
    return float(np.median(estimates))


@pytest.fixture(scope="module")
def tones() -> torch.Tensor:
    return harmonic_tones()


@pytest.fixture(scope="session")
def orchestra(mirror: Path) -> torch.Tensor:
    """Real notes at 16 kHz, `(recording, sample)`: every sixtieth of the archive, as they were recorded."""
    clips = []
    with zipfile.ZipFile(_archive(mirror, "philharmonia-samples.zip")) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".mp3") and archive.getinfo(n).file_size)
        for name in names[::60]:
            x, rate = soundfile.read(io.BytesIO(archive.read(name)), dtype="float32")
            clips.append(_clip(soxr.resample(x, rate, 16_000)))
    return torch.tensor(np.stack(clips))


@pytest.fixture(scope="session")
def digits(mirror: Path) -> torch.Tensor:
    """Real spoken digits at their own 8 kHz, `(recording, sample)`."""
    with zipfile.ZipFile(_archive(mirror, "free-spoken-digit-dataset.zip")) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".wav"))
        read = [soundfile.read(io.BytesIO(archive.read(n)), dtype="float32") for n in names[::60]]
    assert {rate for _, rate in read} == {8000}
    return torch.tensor(np.stack([_clip(x, 8192) for x, _ in read]))


def _archive(mirror: Path, name: str) -> Path:
    if not (mirror / name).is_file():
        pytest.skip(f"{name} is not in {mirror}")
    return mirror / name


def _clip(x: np.ndarray, samples: int = 16_384) -> np.ndarray:
    return np.pad(x[:samples], (0, max(0, samples - len(x))))


# Shapes and plain data -----------------------------------------------------------------------------------


@by_name
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_second_makes_64_frames_within_one(of: Representation, dtype: torch.dtype) -> None:
    audio = 0.3 * torch.randn(2, 16_384, dtype=dtype, generator=torch.Generator().manual_seed(0))
    z = of.encode(audio)
    assert z.shape[1:] == of.shape(16_384) and z.shape[-1] == 64
    assert z.dtype == dtype and z.min() >= -1 and z.max() <= 1
    back = of.decode(z, iterations=2)
    assert back.shape == audio.shape and back.dtype == dtype


@by_name
def test_arrays_and_other_leading_axes_are_encoded_too(of: Representation) -> None:
    audio = torch.randn(2, 3, 4096, generator=torch.Generator().manual_seed(0)) / 4
    z = of.encode(audio)
    assert z.shape[:2] == (2, 3)
    assert torch.allclose(of.encode(audio.numpy()), z)
    assert torch.allclose(of.encode(audio[1, 2]), z[1, 2], atol=1e-4)
    assert of.decode(z[1, 2], iterations=1).shape == (4096,)


@pytest.mark.parametrize(
    "of",
    [
        *BOTH,
        LogMel(rate=8000, n_fft=512, hop=128, n_mels=32, scale="slaney"),
        LogMagnitudeIF(n_fft=2048, floor=-90),
    ],
)
def test_plain_data_brings_a_representation_back(of: Representation) -> None:
    assert representation(json.loads(json.dumps(of.to_dict()))) == of


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"representation": "LogMell"}, "LogMel, LogMagnitudeIF, not 'LogMell'"),
        ({}, "not None"),
        ({"representation": "LogMel", "mels": 3}, "n_mels.*not mels"),
    ],
)
def test_unknown_plain_data_is_refused(data: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        representation(data)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: LogMel(hop=512), "quarter"),
        (lambda: LogMagnitudeIF(n_fft=1023), "even"),
        (lambda: LogMel(floor=10, ceiling=10), "below the ceiling"),
        (lambda: LogMel(n_mels=400), "hold no frequency"),
        (lambda: LogMel(rate=8000, high=8000), "half the rate"),
    ],
)
def test_sizes_that_do_not_fit_together_are_refused(make, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make()


def test_the_scale_is_what_the_docstring_says() -> None:
    """Magnitudes: a full-scale sine at a bin's centre is at 0 dB. Mel: it is at 6 dB, and a square wave at 8 dB."""
    n = torch.arange(16_384, dtype=torch.float64)
    sine = torch.sin(2 * torch.pi * 64 / 1024 * n)
    level = LogMagnitudeIF().encode(sine)[0, 64, 20]
    assert level.item() == pytest.approx(2 * 120 / 126 - 1, abs=1e-6)
    loudest = LogMel().encode(torch.stack([sine, sine.sign()])).amax((1, 2, 3)) * 45 - 35
    assert loudest[0].item() == pytest.approx(6, abs=0.6) and loudest[1].item() == pytest.approx(8, abs=0.6)
    half = LogMel().encode(torch.stack([sine, sine / 2]))[:, 0, :, 20]
    assert ((half[0] - half[1]) * 45).max().item() == pytest.approx(6.02, abs=0.01)


def test_a_full_scale_sound_is_above_the_ceiling_at_its_ends_and_in_fast_sweeps_alone() -> None:
    n = torch.arange(16_384, dtype=torch.float64)
    of = LogMel(ceiling=20.0)
    sines = torch.stack([torch.sin(2 * torch.pi * (f * n / 16_000)) for f in range(50, 7800, 250)])
    level = of.encode(sines).amax((0, 1, 2)) * 50 - 30
    assert level[4:-4].max() < 6.5 and 10 < level.max() < 12
    sweep = torch.sin(2 * torch.pi * 3900 * n**2 / 16_000**2)
    assert 12 < of.encode(sweep)[..., 4:-4].max().item() * 50 - 30 < 13


@by_name
def test_frame_m_is_centred_on_sample_m_hops(of: Representation) -> None:
    click = torch.zeros(1, 16_384)
    click[0, 20 * 256] = 1
    assert (of.encode(click)[0, 0].mean(0).argmax() == 20).all()


@by_name
def test_pictures_are_made_softer_as_the_sounds_would_be(of: Representation) -> None:
    x = 0.5 * harmonic_tones()[:3]
    decibels = torch.tensor([0.0, 3.0, 11.0])
    expected = of.encode(x * 10 ** (-decibels[:, None] / 20))
    made = of.softer(of.encode(x), decibels)
    torch.testing.assert_close(made[:, 0], expected[:, 0], atol=1e-3, rtol=0)
    if of.channels > 1:
        assert torch.equal(made[:, 1], of.encode(x)[:, 1])


def test_silence_becomes_minus_one_and_silence_again() -> None:
    for of in BOTH:
        z = of.encode(torch.zeros(1, 16_384))
        assert (z[:, 0] == -1).all()
        assert not of.decode(z).any()


def test_bands_know_their_frequencies() -> None:
    of = LogMel()
    for band in (5, 30, 60):
        f = of.frequencies()[band]
        z = of.encode(torch.sin(2 * torch.pi * f * torch.arange(16_384) / 16_000))
        assert z[0, :, 20].argmax() == band


@by_name
def test_gradients_reach_the_sound(of: Representation) -> None:
    audio = (0.1 * torch.randn(1, 2048, generator=torch.Generator().manual_seed(0))).requires_grad_()
    of.encode(audio).sum().backward()
    assert audio.grad is not None and audio.grad.isfinite().all() and audio.grad.abs().max() > 0


# Bad input ------------------------------------------------------------------------------------------------


@by_name
@pytest.mark.parametrize(
    ("audio", "sentence"),
    [
        (torch.zeros(1, 3), "at least 513 samples.*not 3 samples"),
        (torch.zeros(1, 16_000), "cut the sound to 15872 samples or pad it to 16128"),
        (torch.full((1, 1024), torch.nan), "NaN"),
        (torch.full((1, 1024), torch.inf), "infinite"),
        (torch.zeros(1, 1024, dtype=torch.int16), "full scale"),
        (torch.zeros(0, 1024), "there is no sound in a batch"),
    ],
)
def test_sounds_that_cannot_be_encoded_are_refused(
    of: Representation, audio: torch.Tensor, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        of.encode(audio)


@by_name
def test_pictures_that_cannot_be_decoded_are_refused(of: Representation) -> None:
    with pytest.raises(ValueError, match="decodes"):
        of.decode(torch.zeros(1, 3, 64, 64))
    with pytest.raises(ValueError, match="decodes"):
        of.decode(torch.zeros(64, 64))
    with pytest.raises(ValueError, match="diverged"):
        of.decode(torch.full((1, *of.shape(4096)), torch.nan))
    with pytest.raises(ValueError, match="there is no picture in a batch"):
        of.decode(torch.zeros(0, *of.shape(4096)))
    for frames in (1, 2):
        with pytest.raises(ValueError, match=f"{frames} frames is too short to be a sound: give at least 3"):
            of.decode(torch.zeros(1, *of.shape(256 * frames)))
    assert of.decode(torch.zeros(1, *of.shape(256 * 3))).shape == (1, 768)


def test_arbitrary_pictures_do_not_end_in_a_click() -> None:
    of = LogMel()
    z = 0.3 * torch.randn(48, *of.shape(8192), generator=torch.Generator().manual_seed(0))
    y = of.decode(z, iterations=8).square()
    assert (y[:, -64:].mean() / y[:, 2048:6144].mean()).sqrt() < 1.5


@by_name
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 999), spread=st.floats(0, 3), centre=st.floats(-1, 1), half=st.booleans())
def test_any_picture_decodes_to_finite_sound(
    of: Representation, seed: int, spread: float, centre: float, half: bool
) -> None:
    z = centre + spread * torch.randn(1, *of.shape(8192), generator=torch.Generator().manual_seed(seed))
    y = of.decode(z.bfloat16() if half else z, iterations=4)[0]
    assert y.isfinite().all()


# Round trips ------------------------------------------------------------------------------------------------


def test_magnitude_and_frequency_bring_tones_back(tones: torch.Tensor) -> None:
    of = LogMagnitudeIF()
    assert signal_to_noise(of.decode(of.encode(tones)), tones).min() > 80


def test_magnitude_and_frequency_bring_noise_back_without_its_nyquist_bin() -> None:
    of, noise = LogMagnitudeIF(), 0.1 * torch.randn(2, 16_384, generator=torch.Generator().manual_seed(0))
    assert signal_to_noise(of.decode(of.encode(noise)), noise).min() > 45


def test_the_instantaneous_frequency_of_a_steady_sine_is_level_and_in_hertz() -> None:
    of, f = LogMagnitudeIF(), 1003.0
    z = of.encode(torch.sin(2 * torch.pi * f * torch.arange(16_384, dtype=torch.float64) / 16_000))
    k = round(f * 1024 / 16_000)
    hertz = k * 16_000 / 1024 + z[1, k, 4:-4] * 16_000 / (2 * 256)
    assert torch.allclose(hertz, torch.tensor(f, dtype=torch.float64), atol=0.1)


@pytest.mark.parametrize("n_fft", [1024, 2048])
def test_magnitude_and_frequency_bring_real_recordings_back(
    orchestra: torch.Tensor, digits: torch.Tensor, n_fft: int
) -> None:
    for name, audio, rate in (("orchestra", orchestra, 16_000), ("digits", digits, 8000)):
        of = LogMagnitudeIF(rate=rate, n_fft=n_fft)
        snr = signal_to_noise(of.decode(of.encode(audio)), audio)
        print(f"{name}, n_fft {n_fft}: SNR {snr.min():.1f} dB at worst, {snr.median():.1f} dB in the middle")
        assert snr.min() > 50


def test_decoded_mel_keeps_the_pitch_of_tones(tones: torch.Tensor) -> None:
    of = LogMel()
    decoded = of.decode(of.encode(tones)).numpy()
    wanted = [440 * 2 ** ((number - 69) / 12) for number in range(40, 77, 4)]
    cents = [1200 * np.log2(pitch(y) / f) for y, f in zip(decoded, wanted, strict=True)]
    own = [1200 * np.log2(pitch(x) / f) for x, f in zip(tones.numpy(), wanted, strict=True)]
    print("cents after a round trip:", np.round(cents, 1).tolist())
    assert np.abs(own).max() < 5
    assert np.median(np.abs(cents)) < 10 and np.abs(cents).max() < 50


def test_what_a_round_trip_costs_on_tones_is_bounded(tones: torch.Tensor) -> None:
    mel, both = (round_trip_report(of, tones) for of in BOTH)
    print(mel, both, sep="\n")
    _require_bounds(mel, both)


@pytest.mark.slow
def test_what_a_round_trip_costs_on_real_recordings_is_bounded(
    orchestra: torch.Tensor, digits: torch.Tensor
) -> None:
    for audio, rate in ((orchestra[:24], 16_000), (digits[:24], 8000)):
        narrow = {"n_fft": 512, "hop": 128} if rate == 8000 else {}
        mel = round_trip_report(LogMel(rate=rate, **narrow), audio)
        both = round_trip_report(LogMagnitudeIF(rate=rate, **narrow), audio)
        print(f"{rate} Hz", mel, both, sep="\n")
        _require_bounds(mel, both)


def _require_bounds(mel, both) -> None:
    clean, noisy = mel.rows
    assert np.isnan(clean.snr) and clean.convergence < 0.5 and clean.log_mel < 5
    assert clean.log_mel <= noisy.log_mel + 0.1 and noisy.log_mel < clean.log_mel + 1
    clean, noisy = both.rows
    assert clean.snr > 40 and clean.convergence < 0.01 and clean.log_mel < 0.1
    assert 10 < noisy.snr < 40 and noisy.convergence < 0.1 and noisy.log_mel < 1.5


def test_the_report_prints_a_row_for_each_noise(tones: torch.Tensor) -> None:
    report = round_trip_report(LogMel(), tones[:1], noise=(0, 0.01, 0.05), iterations=1)
    lines = str(report).splitlines()
    assert len(lines) == 4 and "LogMel" in lines[0] and "1.0%" in lines[2] and "–" in lines[2]
    assert [row.noise for row in report.rows] == [0, 0.01, 0.05]


def test_signal_to_noise_of_a_tenth_is_twenty_decibels() -> None:
    x = torch.randn(3, 100)
    assert torch.allclose(signal_to_noise(1.1 * x, x), torch.full((3,), 20.0), atol=1e-3)
