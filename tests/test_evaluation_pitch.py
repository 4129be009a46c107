"""The pitch tracker against sounds of known pitch and against an independent tracker."""

import librosa
import numpy as np
import pytest
import torch

from gan_course.datasets import notes
from gan_course.evaluation import cents, pitch_accuracy, track_pitch


def harmonic(frequencies: list[float], rate: int = 16_000, partials: int = 6) -> torch.Tensor:
    t = torch.arange(rate, dtype=torch.float64) / rate
    tones = [
        sum(torch.sin(2 * torch.pi * k * f * t + k) / k for k in range(1, partials + 1)) for f in frequencies
    ]
    return torch.stack(tones).float()


@pytest.mark.parametrize("rate", [16_000, 22_050])
def test_harmonic_tones_are_heard_within_two_cents(rate: int) -> None:
    frequencies = [82.4, 110.0, 233.1, 440.0, 659.3]
    heard = track_pitch(harmonic(frequencies, rate), rate)
    assert cents(heard, torch.tensor(frequencies)).abs().max() < 2


def test_a_missing_fundamental_is_heard_at_its_place() -> None:
    t = torch.arange(16_000) / 16_000
    x = sum(torch.sin(2 * torch.pi * k * 150 * t) for k in (2, 3, 4, 5))
    assert cents(track_pitch(x[None], 16_000), torch.tensor([150.0])).abs() < 5


def test_silence_has_no_pitch_and_is_never_right() -> None:
    silent = torch.zeros(1, 16_000)
    assert track_pitch(silent, 16_000).isnan().all()
    assert pitch_accuracy(silent, 16_000, torch.tensor([440.0]))["share"] == 0


def test_a_semitone_too_high_is_wrong() -> None:
    tones = harmonic([440.0 * 2 ** (1 / 12)])
    assert pitch_accuracy(tones, 16_000, torch.tensor([440.0]))["share"] == 0


def test_it_agrees_with_yin_on_notes() -> None:
    clips = notes(60, seed=5)
    ours = track_pitch(clips.audio, clips.rate).numpy()
    theirs = [np.median(librosa.yin(x, fmin=60, fmax=1000, sr=16_000)[10:35]) for x in clips.audio.numpy()]
    assert np.mean(np.abs(1200 * np.log2(ours / theirs)) < 20) > 0.95


@pytest.mark.parametrize("wanted", [35.0, 1500.0, 2600.0])
def test_notes_beyond_the_trackers_usual_range_are_heard_where_they_are_wanted(wanted: float) -> None:
    frequency = torch.tensor([wanted])
    assert pitch_accuracy(harmonic([wanted], partials=3), 16_000, frequency)["share"] == 1
    assert pitch_accuracy(harmonic([wanted * 2 ** (1 / 12)], partials=3), 16_000, frequency)["share"] == 0


@pytest.mark.parametrize("highest", [440.0, 659.3, 1100.0])
def test_an_octave_too_high_is_wrong_for_the_highest_note_too(highest: float) -> None:
    wanted = torch.tensor([220.0, highest])
    assert pitch_accuracy(harmonic((2 * wanted).tolist(), partials=3), 16_000, wanted)["share"] == 0
