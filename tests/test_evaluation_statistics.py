"""Band levels and modulation spectra say in dB and Hz what was done to a sound."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance
from torch import Tensor

from gan_course import datasets
from gan_course.evaluation.statistics import (
    band_centres,
    band_distance,
    band_levels,
    modulation_distance,
    modulation_spectra,
)

RATE, SAMPLES = 16_000, 16_384


def noise(seed: int = 0, count: int = 48) -> Tensor:
    return 0.1 * torch.randn(count, SAMPLES, generator=torch.Generator().manual_seed(seed))


def wavering(f: float, depth: float = 0.8, seed: int = 0) -> Tensor:
    t = torch.arange(SAMPLES) / RATE
    return noise(seed) * (1 + depth * (2 * math.pi * f * t).sin())


def test_a_gain_of_6_db_moves_every_band_by_6_db() -> None:
    x, gain = noise(), 10 ** (6 / 20)
    torch.testing.assert_close(band_levels(gain * x, RATE), band_levels(x, RATE) + 6, atol=1e-3, rtol=0)
    assert band_distance(band_levels(x, RATE), band_levels(gain * x, RATE)) == pytest.approx(6, abs=1e-3)


@pytest.mark.parametrize("f", [300.0, 1000.0, 3500.0])
def test_a_sine_of_full_scale_has_0_db_in_the_bands_around_it(f: float) -> None:
    sine = (2 * math.pi * f * torch.arange(SAMPLES) / RATE).sin()[None]
    levels = band_levels(sine, RATE)[0]
    assert 10 * math.log10(float((10 ** (levels / 10)).sum())) == pytest.approx(0, abs=0.1)
    loudest = float(band_centres(RATE)[levels.argmax()])
    assert abs(math.log2(loudest / f)) < 0.3


def test_only_the_bands_that_a_filter_touches_move() -> None:
    x = noise()
    spectrum = torch.fft.rfft(x)
    spectrum[:, torch.fft.rfftfreq(SAMPLES, 1 / RATE) > 4000] *= 0.1
    moved = band_levels(x, RATE) - band_levels(torch.fft.irfft(spectrum), RATE)
    centres = band_centres(RATE)
    assert moved[:, centres < 3300].abs().max() < 0.1
    torch.testing.assert_close(
        moved[:, centres > 5000], torch.full_like(moved[:, centres > 5000], 20.0), atol=0.5, rtol=0
    )


def test_the_distance_of_one_band_is_the_wasserstein_distance_of_its_levels() -> None:
    random = np.random.default_rng(0)
    one, other = random.normal(0, 1, 4000), random.normal(0.7, 2.0, 3000)
    found = band_distance(torch.tensor(one)[:, None], torch.tensor(other)[:, None])
    assert found == pytest.approx(wasserstein_distance(one, other), rel=0.02)
    both = band_distance(
        torch.tensor(one)[:, None].repeat(1, 150), torch.tensor(other)[:, None].repeat(1, 150)
    )
    assert both == pytest.approx(found)


def test_the_distance_of_a_set_to_itself_is_0_and_small_between_two_draws() -> None:
    one, other = (band_levels(noise(seed), RATE) for seed in (0, 1))
    assert band_distance(one, one) == 0
    assert 0 < band_distance(one, other) < 0.3


@pytest.mark.parametrize("f", [3.0, 6.0, 12.0])
def test_noise_that_wavers_at_f_has_its_greatest_modulation_at_f(f: float) -> None:
    depth, frequencies = modulation_spectra(wavering(f), RATE)
    peak = float(frequencies[depth.mean((0, 1)).argmax()])
    assert abs(peak - f) < float(frequencies[1] - frequencies[0])


def test_a_tone_whose_amplitude_wavers_by_a_tenth_has_a_depth_of_minus_20_db() -> None:
    t = torch.arange(SAMPLES) / RATE
    tone = (2 * math.pi * 1000 * t).sin() * (1 + 0.1 * (2 * math.pi * 5.0 * t).sin())
    depth, frequencies = modulation_spectra(0.5 * tone[None], RATE)
    loudest = band_levels(0.5 * tone[None], RATE)[0].argmax()
    assert float(depth[0, loudest].max()) == pytest.approx(-20, abs=1.2)
    assert abs(float(frequencies[depth[0, loudest].argmax()]) - 5) < 1


def test_modulation_does_not_depend_on_the_level_but_band_levels_do() -> None:
    x = wavering(6.0)
    softer = modulation_distance(modulation_spectra(x, RATE)[0], modulation_spectra(0.5 * x, RATE)[0])
    assert softer < 0.01
    assert band_distance(band_levels(x, RATE), band_levels(0.5 * x, RATE)) > 6


def test_modulation_distance_notices_what_band_levels_do_not() -> None:
    steady, slow = noise(1), wavering(6.0)
    slow = slow * (steady.square().mean() / slow.square().mean()).sqrt()
    other = noise(2)
    levels = [band_distance(band_levels(steady, RATE), band_levels(x, RATE)) for x in (slow, other)]
    wavers = [
        modulation_distance(modulation_spectra(steady, RATE)[0], modulation_spectra(x, RATE)[0])
        for x in (slow, other)
    ]
    assert wavers[0] > 1.5 * wavers[1]
    assert levels[0] < 3 * levels[1]


def test_silence_has_the_lowest_level_and_no_modulation() -> None:
    silence = torch.zeros(2, SAMPLES)
    assert (band_levels(silence, RATE) == -80).all()
    assert (modulation_spectra(silence, RATE)[0] == -40).all()


def test_vibrato_and_tremolo_of_the_notes_are_seen() -> None:
    still, deep = (
        datasets.note("reed", "A4", 3, tremolo_db=db, tremolo_rate=5.0).tensor()[None] for db in (0.0, 6.0)
    )
    there = [modulation_spectra(x, RATE) for x in (still, deep)]
    five = int((there[0][1] - 5).abs().argmin())
    loudest = band_levels(still, RATE)[0].argmax()
    assert float(there[1][0][0, loudest, five] - there[0][0][0, loudest, five]) > 6


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: band_levels(torch.zeros(SAMPLES), RATE), r"\(clip, sample\) is expected"),
        (lambda: band_levels(torch.zeros(0, SAMPLES), RATE), "one clip or more"),
        (lambda: band_levels(torch.full((1, SAMPLES), torch.nan), RATE), "NaN"),
        (lambda: band_distance(torch.zeros(3, 4), torch.zeros(3, 5)), "as many bands in both"),
        (lambda: band_distance(torch.zeros(0, 4), torch.zeros(3, 4)), "0 real clips and 3 generated"),
        (lambda: modulation_distance(torch.zeros(3, 4), torch.zeros(3, 4)), "band, modulation"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(call, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()
