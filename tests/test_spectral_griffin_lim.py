"""Griffin-Lim against torchaudio and librosa, and phase as instantaneous frequency."""

from itertools import pairwise

import librosa
import numpy as np
import pytest
import torch
import torchaudio
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course.spectral import (
    expected_advance,
    griffin_lim,
    instantaneous_frequency,
    istft,
    mel_filters,
    mel_griffin_lim,
    mel_rounds,
    mel_to_magnitude,
    mel_update,
    phase_from_instantaneous_frequency,
    principal,
    random_phase,
    spectral_convergence,
    stft,
)

quick = settings(max_examples=40, deadline=None)


def magnitudes(*leading: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Of a few decaying partials in some noise."""
    generator = torch.Generator().manual_seed(seed)
    t = torch.arange(8000, dtype=dtype) / 16_000
    f = 100 + 2000 * torch.rand(*leading, 5, 1, generator=generator, dtype=dtype)
    x = (torch.sin(2 * torch.pi * f * t) * torch.exp(-3 * t)).sum(-2)
    x = x + 0.01 * torch.randn(*x.shape, generator=generator, dtype=dtype)
    return stft(x, 512, 128).abs()


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("length", [None, 8000])
def test_griffin_lim_equals_that_of_torchaudio(momentum: float, length: int | None) -> None:
    S = magnitudes(2)
    window = torch.hann_window(512, dtype=S.dtype)
    theirs = torchaudio.functional.griffinlim(
        S, window, 512, 128, 512, 1.0, 32, momentum, length, rand_init=False
    )
    ours = griffin_lim(S, 128, 32, momentum, phase=torch.zeros_like(S), length=length)
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs, rtol=0, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("momentum", [0.0, 0.99])
def test_griffin_lim_equals_that_of_librosa_from_the_same_random_phases(momentum: float) -> None:
    S = magnitudes()
    random = 2 * np.pi * np.random.default_rng(3).random(tuple(S.shape))
    theirs = librosa.griffinlim(
        S.numpy(),
        n_iter=16,
        hop_length=128,
        momentum=momentum,
        init="random",
        random_state=np.random.default_rng(3),
        length=8000,
        pad_mode="reflect",
        dtype=np.float64,
    )
    ours = griffin_lim(S, 128, 16, momentum, phase=torch.from_numpy(random), length=8000)
    assert np.allclose(ours.numpy(), theirs, rtol=0, atol=1e-7)


def test_single_precision_stays_near_double() -> None:
    S = magnitudes()
    double, single = (griffin_lim(M, 128, 8, phase=torch.zeros_like(M)) for M in (S, S.float()))
    assert single.dtype == torch.float32
    assert (double - single).norm() / double.norm() < 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_without_momentum_no_round_makes_the_waveform_fit_worse(seed: int) -> None:
    """Griffin and Lim's theorem, for the distance of the waveform's STFT from the estimate, magnitudes and phases."""
    S = magnitudes(seed=seed)
    errors = []
    for rounds in range(1, 20):
        x = griffin_lim(S, 128, rounds, momentum=0)
        errors.append((stft(x, 512, 128).abs() - S)[:, 4:-4].norm().item())  # away from the mirrored ends
    assert all(later <= earlier * 1.001 for earlier, later in pairwise(errors))
    assert errors[-1] < 0.75 * errors[0]


def test_momentum_is_better_after_as_many_rounds() -> None:
    S = magnitudes(6)
    plain, fast = (
        spectral_convergence(stft(griffin_lim(S, 128, 32, m), 512, 128).abs(), S) for m in (0.0, 0.99)
    )
    gain = 20 * torch.log10(plain / fast).mean().item()
    print(f"momentum 0.99 is {gain:.1f} dB better than none after 32 rounds")
    assert gain > 1


def test_right_phases_give_the_sound_itself() -> None:
    x = torch.randn(4000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    X = stft(x, 256, 64)
    assert torch.allclose(griffin_lim(X.abs(), 64, 8, phase=X.angle(), length=4000), x, atol=1e-9)


def test_an_item_of_a_batch_does_not_depend_on_the_others_and_a_seed_repeats() -> None:
    S = magnitudes(2, 2)
    together = griffin_lim(S, 128, 4, seed=5)
    assert torch.allclose(together[1, 0], griffin_lim(S[1, 0], 128, 4, seed=5))
    assert not torch.allclose(together, griffin_lim(S, 128, 4, seed=6))
    assert torch.equal(random_phase(S, 5), random_phase(S, 5))


def test_silence_stays_silent() -> None:
    assert not griffin_lim(torch.zeros(129, 20), 64, 4).any()
    assert not mel_griffin_lim(torch.zeros(20, 20), mel_filters(20, 256, 16_000, 200), 64, 4).any()


@pytest.mark.parametrize(
    "hop, length, batch, relaxation",
    [(64, None, (), 1.0), (64, 1600, (2,), 1.0), (64, 1700, (2, 1), 1.3), (100, 2600, (1,), 0.5)],
)
def test_the_rounds_for_mel_are_those_of_their_two_lines(
    hop: int, length: int | None, batch: tuple[int, ...], relaxation: float
) -> None:
    filters = mel_filters(20, 256, 16_000, 200).double()
    start = torch.polar(*torch.rand(2, *batch, 129, 26, dtype=torch.float64))
    mel = torch.rand(*batch, 20, 26, dtype=torch.float64)
    by_hand = previous = start
    for turn in range(3):
        rebuilt = stft(istft(by_hand, hop, length), 256, hop)[..., :26]
        onwards = rebuilt + 0.9 * (rebuilt - previous) * (turn > 0)
        present = filters @ rebuilt.abs()
        wanted = present * (mel / present) ** relaxation
        by_hand = mel_update(rebuilt.abs(), wanted, filters) * torch.sgn(onwards)
        previous = rebuilt
    x = mel_rounds(start, mel, filters, hop, 3, 0.9, length, relaxation)
    assert torch.allclose(x, istft(by_hand, hop, length))


def test_rounds_that_have_not_as_many_frames_as_asked_for_are_refused() -> None:
    with pytest.raises(
        ValueError, match="1500 samples have no 26 frames of 256, 64 samples apart: ask for 1600"
    ):
        mel_griffin_lim(torch.ones(20, 26), mel_filters(20, 256, 16_000, 200), 64, 2, length=1500)


def test_mel_griffin_lim_comes_nearer_to_the_bands_than_fixed_magnitudes_do() -> None:
    S = magnitudes(4)
    filters = mel_filters(40, 512, 16_000, 40, dtype=S.dtype)
    mel = filters @ S
    fixed = griffin_lim(mel_to_magnitude(mel, filters), 128, 32, length=8000)
    free = mel_griffin_lim(mel, filters, 128, 32, length=8000)
    there = [((filters @ stft(x, 512, 128).abs() - mel).norm() / mel.norm()).item() for x in (fixed, free)]
    assert there[1] < 0.7 * there[0]


@pytest.mark.parametrize(
    ("S", "arguments", "sentence"),
    [
        (-torch.ones(129, 9), {}, "none negative"),
        (torch.full((129, 9), torch.nan), {}, "NaN"),
        (torch.ones(129, 9, dtype=torch.complex64), {}, "abs"),
        (torch.ones(129, 9), {"momentum": 1.0}, "below 1"),
        (torch.ones(129, 9), {"momentum": -0.1}, "at least 0"),
        (torch.ones(129, 9), {"length": 5000}, "smaller length"),
        (
            torch.ones(129, 9),
            {"length": 300},
            "300 samples have no 9 frames of 256, 64 samples apart: ask for 512",
        ),
        (torch.ones(129, 9), {"phase": torch.zeros(129, 8)}, r"\(129, 9\), not \(129, 8\)"),
        (torch.ones(129, 9), {"phase": torch.zeros(2, 129, 9)}, r"\(129, 9\), not \(2, 129, 9\)"),
        (np.ones((129, 9)), {}, "a tensor, not of type ndarray"),
    ],
)
def test_what_griffin_lim_cannot_use_is_refused(S: torch.Tensor, arguments: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        griffin_lim(S, 64, 2, **arguments)


def test_spectral_convergence_is_zero_for_equals_and_one_for_silence() -> None:
    S = magnitudes(3)
    assert torch.equal(spectral_convergence(S, S), torch.zeros(3, dtype=S.dtype))
    assert torch.allclose(spectral_convergence(torch.zeros_like(S), S), torch.ones(3, dtype=S.dtype))


# Instantaneous frequency -----------------------------------------------------------------------------------


@quick
@given(seed=st.integers(0, 999), shift=st.floats(-10, 10))
def test_phases_come_back_from_their_advances(seed: int, shift: float) -> None:
    phase = (
        2
        * torch.pi
        * torch.rand(2, 17, 40, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    )
    advance = instantaneous_frequency(phase, shift)
    assert advance.min() >= -torch.pi and advance.max() < torch.pi + 1e-12
    back = phase_from_instantaneous_frequency(advance, shift)
    assert torch.allclose(
        torch.polar(torch.ones_like(back), back), torch.polar(torch.ones_like(phase), phase)
    )


@quick
@given(f=st.floats(300, 7500))
def test_a_steady_sine_has_its_own_frequency_in_every_bin_nearby(f: float) -> None:
    n_fft, hop, rate = 1024, 128, 16_000
    X = stft(torch.sin(2 * torch.pi * f * torch.arange(16_384, dtype=torch.float64) / rate), n_fft, hop)
    k = round(f * n_fft / rate)
    advance = instantaneous_frequency(X.angle(), expected_advance(n_fft, hop).double())
    hertz = k * rate / n_fft + advance[k, 10:-10] * rate / (2 * torch.pi * hop)
    assert torch.allclose(hertz, torch.tensor(f, dtype=torch.float64), atol=0.05)


def test_the_expected_advance_is_taken_to_where_the_phase_is() -> None:
    phase = torch.zeros(257, 3, device="meta")
    for function in (instantaneous_frequency, phase_from_instantaneous_frequency):
        assert function(phase, expected_advance(512, 100)).device == phase.device


def test_the_expected_advance_is_that_of_the_bin_centres() -> None:
    there = expected_advance(512, 100).squeeze()
    wanted = torch.arange(257, dtype=torch.float64) * 2 * torch.pi * 100 / 512
    assert torch.allclose(
        principal(there.double() - wanted), torch.zeros(257, dtype=torch.float64), atol=1e-5
    )


@quick
@given(angle=st.floats(-100, 100))
def test_a_principal_value_is_the_same_angle_within_half_a_turn(angle: float) -> None:
    there = principal(torch.tensor(angle, dtype=torch.float64)).item()
    assert -np.pi <= there <= np.pi
    assert np.exp(1j * there) == pytest.approx(np.exp(1j * angle), abs=1e-9)
