"""The vocoder's way from a picture to a sound: nothing is shifted, nothing drifts apart, silence is silence."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from gan_course import datasets
from gan_course.evaluation import pitch_accuracy
from gan_course.networks import vocoder as module
from gan_course.networks.vocoder import (
    SpectrogramCritic,
    Vocoder,
    accumulated,
    nearest_event,
    nearest_partial,
    spreading,
)
from gan_course.spectral import (
    LogMagnitudeIF,
    LogMel,
    amplitude_to_db,
    istft,
    stft,
)

ENCODING = LogMel(n_mels=128)


def fresh(encoding: LogMel = ENCODING, **sizes: int) -> Vocoder:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return Vocoder(encoding, **{"width": 16, "hidden": 32, "blocks": 2, **sizes})


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("encoding", [ENCODING, LogMel(), LogMel(n_fft=2048, hop=512, n_mels=96)])
@pytest.mark.parametrize("frames", [5, 32, 64])
def test_every_frame_becomes_one_hop_of_samples(encoding: LogMel, frames: int) -> None:
    vocoder = fresh(encoding)
    z = encoding.encode(0.1 * noise(2, frames * encoding.hop))
    for rounds in (0, 2):
        assert vocoder.decode(z, rounds).shape == (2, frames * encoding.hop)
    assert vocoder.decode(z.numpy()).dtype == torch.float32


def test_an_impulse_stays_at_its_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NEIGHBOURS", 0)  # each bin by itself: so what is exact comes back exactly
    x = torch.zeros(1, 16_384)
    x[0, 5_003] = 1.0
    vocoder = fresh()
    X = stft(x).transpose(1, 2) * vocoder.middle
    advance = (X * torch.cat([X[:, :1], X[:, :-1]], dim=1).conj()).angle()
    delay = 5_003 - 256.0 * torch.arange(65).unsqueeze(0)
    level = amplitude_to_db(X, -200, 256)
    back = istft(vocoder.spectrum(torch.zeros(1, 1, 128, 65), level, advance, delay), length=16_384)
    assert (back - x).abs().max() < 1e-4


def test_advances_add_up() -> None:
    advance = torch.full((1, 9, 7), 0.4)
    phases = accumulated(torch.ones(1, 9, 7), advance, *torch.zeros(2, 1, 9, 7))
    expected = torch.polar(torch.ones(9), 0.4 * torch.arange(9.0))
    assert torch.allclose(phases, expected[None, :, None].expand_as(phases), atol=1e-5)


def test_the_loud_lead_those_around_them_but_not_another_partial() -> None:
    magnitude, advance = torch.full((1, 40, 27), 1e-5), torch.zeros(1, 40, 27)
    for partial, angle in ((10, 0.3), (16, -0.7)):
        magnitude[..., partial], advance[..., partial] = 1.0, angle
    phases = accumulated(magnitude, advance, *torch.zeros(2, 1, 40, 27))[0, -1]
    for partial, angle in ((10, 0.3), (16, -0.7)):
        led = phases[partial - 2 : partial + 3]
        assert torch.allclose(led, torch.polar(torch.ones(5), torch.full((5,), 39 * angle)), atol=1e-2)


def test_a_loud_bin_leads_its_neighbours_at_the_lag_between_them() -> None:
    magnitude, lag = torch.full((1, 5, 11), 1e-5), torch.full((1, 5, 11), 0.2)
    magnitude[..., 5] = 1.0
    phases = accumulated(magnitude, torch.zeros_like(lag), lag, torch.zeros_like(lag))[0, -1].angle()
    assert torch.allclose(phases[3:8], torch.tensor([-0.4, -0.2, 0.0, 0.2, 0.4]), atol=1e-2)


def test_where_an_impulse_lies_is_seen_by_the_frames_around_it() -> None:
    x = torch.zeros(1, 16_384)
    x[0, 5_003] = 1.0
    found = nearest_event(amplitude_to_db(stft(x), -80, 256).transpose(1, 2))[0, 19:21, 100] * 1024**2 / 256
    wanted = torch.tensor([5_003 - 19 * 256.0, 5_003 - 20 * 256.0])
    assert (found - wanted).abs().max() < 100  # samples; the frames reach 512 to either side


def test_phases_are_those_of_a_sum_over_neighbours_each_turned_by_its_lag() -> None:
    magnitude, advance, lag, beginning = (torch.rand(2, 5, 9, dtype=torch.float64) for _ in range(4))
    by_hand = [torch.polar(torch.ones_like(magnitude[:, 0]), beginning[:, 0])]
    for m in range(1, 5):
        left = torch.minimum(magnitude[:, m], magnitude[:, m - 1])
        total = torch.polar(magnitude[:, m] - left, beginning[:, m])
        for k in range(9):
            for n in range(max(0, k - 2), min(9, k + 3)):
                turned = advance[:, m, n] + (k - n) * lag[:, m, k]
                total[:, k] += torch.polar(left[:, n], turned) * by_hand[-1][:, n]
        by_hand.append(total / total.abs())
    assert torch.allclose(accumulated(magnitude, advance, lag, beginning), torch.stack(by_hand, 1))


def test_no_slope_passes_from_a_frame_to_those_before() -> None:
    magnitude, advance, lag, beginning = (torch.rand(1, 4, 9, dtype=torch.float64) for _ in range(4))
    lag.requires_grad_(True)
    accumulated(magnitude, advance, lag, beginning)[:, 2].real.sum().backward()
    slopes = lag.grad
    assert slopes is not None and slopes[:, 2].any() and not slopes[:, [0, 1, 3]].any()


def test_what_a_frame_gains_begins_anew_and_what_stays_goes_on() -> None:
    magnitude, beginning = torch.ones(1, 3, 7), torch.full((1, 3, 7), 1.0)
    magnitude[:, 2] = 1e6
    phases = accumulated(magnitude, torch.full((1, 3, 7), 0.5), torch.zeros(1, 3, 7), beginning)
    phases = phases[0, :, 3].angle()
    assert torch.allclose(phases, torch.tensor([1.0, 1.5, 1.0]), atol=1e-4)


@pytest.mark.parametrize("cycles", [8.0, 20.25, 20.5, 33.4, 100.71])
def test_where_a_partial_lies_is_seen_by_the_bins_beside_it(cycles: float) -> None:
    t = torch.arange(16_384) / 1024
    X = stft(torch.sin(2 * math.pi * cycles * t).unsqueeze(0))[..., 30]
    bins = torch.tensor([math.floor(cycles), math.ceil(cycles)])
    found = nearest_partial(amplitude_to_db(X))[0, bins]
    wanted = cycles - bins
    assert (found - wanted).abs().max() < 0.15  # bins; their centres alone are off by up to 0.75


def test_bands_spread_over_bins_keep_the_level_of_a_flat_spectrum() -> None:
    for encoding in (ENCODING, LogMel(), LogMel(low=200.0, high=6000.0)):
        weights, offset = spreading(encoding)
        mel = encoding.filters(weights) @ torch.ones(513, 1)
        assert torch.allclose(weights @ (20 * mel.log10())[:, 0] + offset, torch.zeros(513), atol=1e-4)
        assert weights.min() >= 0


def test_silence_is_exactly_silent_and_a_sound_after_it_is_not() -> None:
    vocoder = fresh()
    x = torch.cat([torch.zeros(1, 8192), 0.1 * noise(1, 8192)], dim=1)
    for rounds in (0, 2):
        assert not vocoder.decode(-torch.ones(1, 1, 128, 64), rounds).any()
        y = vocoder.decode(ENCODING.encode(x), rounds)
        assert not y[0, :7_000].any()
        assert 0.05 < y[0, 9_000:].square().mean().sqrt() < 0.2


def test_bursts_come_when_they_came() -> None:
    x = 0.1 * noise(1, 16_384)
    for start in (2_100, 5_500, 9_000, 13_700):
        x[0, start : start + 1_200] = 0
    y = fresh().decode(ENCODING.encode(x), 2)
    one, other = (sound.square().unflatten(1, (-1, 64)).mean(2)[0] for sound in (x, y))
    alike = torch.stack([((one - one.mean()) * other.roll(lag)).sum() for lag in range(-8, 9)])
    assert abs(int(alike.argmax()) - 8) <= 1  # blocks of 64 samples; a frame is four of them


def test_before_any_training_it_plays_the_notes_that_it_is_shown() -> None:
    clips = datasets.notes(37, seed=5)
    y = fresh().decode(ENCODING.encode(clips.audio))
    assert pitch_accuracy(y, clips.rate, clips.parameters["frequency"])["share"] > 0.9


def test_a_sound_does_not_depend_on_those_beside_it_nor_on_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    vocoder, z = fresh(), ENCODING.encode(datasets.notes(5, seed=3).audio)
    together = vocoder.decode(z)
    assert torch.equal(vocoder.decode(z, seed=3), together)
    monkeypatch.setattr(module, "PASS", 2)
    # Rounding grows where phases are chance, so not to the last bit.
    for one, other in zip(vocoder.decode(z), together, strict=True):
        assert (one - other).norm() < 0.03 * other.norm()


def test_slopes_are_finite_even_of_silence() -> None:
    vocoder = fresh()
    z = torch.cat([ENCODING.encode(0.1 * noise(1, 4096)), -torch.ones(1, 1, 128, 16)])
    vocoder.sounds(z).square().sum().backward()
    slopes = [w.grad for w in vocoder.parameters()]
    assert all(slope is not None and slope.isfinite().all() for slope in slopes)
    assert all(slope.any() for slope in slopes)  # type: ignore[union-attr]


def test_the_critic_gives_every_sound_the_same_number_of_verdicts() -> None:
    verdicts = SpectrogramCritic(width=4)(0.1 * noise(3, 8192))
    assert verdicts.shape[0] == 3 and verdicts.shape[1] > 100
    assert verdicts.isfinite().all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda v: v.decode(torch.zeros(1, 1, 64, 64)),
            r"decodes \(batch, 1, 128, frame\), not \(1, 1, 64, 64\)",
        ),
        (lambda v: v.decode(torch.zeros(128, 64)), "trained for LogMel .*n_mels 128"),
        (lambda v: v.decode(torch.full((1, 1, 128, 64), math.nan)), "NaN or infinity"),
        (lambda v: v.require(LogMel()), "are by LogMel .*n_mels 64.* was trained for .*n_mels 128"),
        (lambda v: v.require(LogMagnitudeIF()), "are by LogMagnitudeIF"),
        (lambda v: Vocoder(LogMagnitudeIF()), "was given LogMagnitudeIF: give a LogMel"),  # type: ignore[arg-type]
        (lambda v: Vocoder(ENCODING, blocks=0), "blocks is 0, and at least 1"),
        (lambda v: Vocoder(ENCODING, kernel=4), "kernel is 4 frames, and an odd number"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call(fresh())


def test_its_own_encoding_is_accepted() -> None:
    fresh().require(LogMel(n_mels=128))
