"""The ear for texture hears how notes are made, and notices what an ear trained on labels does not."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan_course import datasets, evaluation, zoo
from gan_course.datasets import Clips
from gan_course.evaluation import blurred, frechet_distance, kernel_distance, noisy, train_texture
from gan_course.evaluation.texture import TextureEar, scales_of, standardised, targets
from gan_course.training.checkpoint import CheckpointError
from gan_course.zoo.ears import make_ear
from gan_course.zoo.model import WEIGHTS
from gan_course.zoo.textures import TEXTURE_PLANS, TexturePlan

SEED = 424_242
"""Of notes that no ear was trained on or measured with."""


@pytest.fixture(scope="module")
def clips() -> Clips:
    return datasets.notes(444, seed=SEED)


@pytest.fixture(scope="module")
def ear() -> TextureEar:
    return zoo.load_texture_ear()


def test_it_hears_how_fresh_notes_were_made(ear: TextureEar, clips: Clips) -> None:
    explained = ear.explained(clips)
    assert set(explained) == set(targets(clips)) == set(ear.parameters)
    assert "frequency" not in explained
    for name in ("midi", "level_db", "onset", "sounding", "damping", "noise_db", "brightness"):
        assert explained[name] > 0.4, name


@pytest.mark.slow
def test_it_notices_blur_and_noise_more_than_an_ear_that_was_trained_on_labels(
    ear: TextureEar, clips: Clips
) -> None:
    label_ear = zoo.load_ear("ear-notes-judge")
    other = datasets.notes(444, seed=SEED + 1)
    for damage, least in ((blurred, 0.03), (lambda x: noisy(x, 0.05), 0.004)):
        texture, label = (
            kernel_distance(e.features(clips), e.describe(damage(e.pictures(other))))
            for e in (ear, label_ear)
        )
        assert texture > least
        assert texture > 1.5 * label
    faint = [e.describe(noisy(e.pictures(other), 0.05)) for e in (ear, label_ear)]
    for e, features, noticed in zip((ear, label_ear), faint, (True, False), strict=True):
        real = e.features(clips)
        assert (frechet_distance(real, features) > 2 * frechet_distance(real, e.features(other))) == noticed
    assert abs(kernel_distance(ear.features(clips), ear.features(other))) < 0.003


def test_who_only_knows_the_instrument_explains_nothing(ear: TextureEar, clips: Clips) -> None:
    wanted = standardised(clips, ear.scales, ear.parameters)
    assert wanted.nanmean().abs() < 0.1
    silent = replace(clips, audio=torch.zeros_like(clips.audio))
    assert max(ear.explained(silent).values()) < 0.05
    order = torch.randperm(len(clips), generator=torch.Generator().manual_seed(0))
    assert ear.explained(replace(clips, audio=clips.audio[order]))["level_db"] < 0.05


def test_parameters_are_standardised_within_each_instrument(clips: Clips) -> None:
    scales = scales_of(clips)
    assert "tremolo_db" in scales["reed"] and "tremolo_db" not in scales["bell"]
    names = list(targets(clips))
    wanted = standardised(clips, scales, names)
    for index, instrument in enumerate(clips.classes["instrument"]):
        own = wanted[clips.labels["instrument"] == index]
        for column, name in enumerate(names):
            if name in scales[instrument]:
                assert float(own[:, column].mean()) == pytest.approx(0, abs=1e-4)
                assert float(own[:, column].std()) == pytest.approx(1, abs=1e-3)
            else:
                assert own[:, column].isnan().all()


def test_of_a_phase_the_cosine_and_the_sine_are_asked_for(clips: Clips) -> None:
    asked = targets(clips)
    assert not {name for name in asked if name.endswith("_phase")}
    turn = torch.atan2(asked["vibrato_phase_sine"], asked["vibrato_phase_cosine"]) / (2 * math.pi)
    known = clips.parameters["vibrato_phase"].isfinite()
    apart = (turn - clips.parameters["vibrato_phase"])[known]
    assert (apart - apart.round()).abs().max() < 1e-5


@pytest.mark.slow
def test_training_is_the_same_from_the_same_seed_and_teaches_something() -> None:
    few = datasets.notes(128, seed=3)
    before = torch.random.get_rng_state()
    one, again, other = (train_texture(few, steps=4, batch=16, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(one.features(few), again.features(few))
    assert not torch.equal(one.features(few), other.features(few))
    learnt = train_texture(few, steps=40, batch=32).explained(few)
    assert sum(learnt.values()) > sum(one.explained(few).values())


def test_a_saved_one_is_small_and_hears_the_same(tmp_path: Path, ear: TextureEar, clips: Clips) -> None:
    ear.save(tmp_path / "mine.safetensors")
    again = zoo.load_texture_ear(tmp_path / "mine.safetensors")
    some = clips.select(slice(0, 8))
    assert torch.equal(again.features(some), ear.features(some))
    assert (again.scales, again.parameters, again.about) == (ear.scales, ear.parameters, ear.about)
    assert (WEIGHTS / "ear-notes-texture.safetensors").stat().st_size < 0.5e6


def test_the_shipped_one_was_made_as_planned_and_its_card_says_how_to_again(ear: TextureEar) -> None:
    plan = TEXTURE_PLANS["ear-notes-texture"]
    assert (ear.about["training"]["seed"], ear.about["training"]["steps"]) == (plan.seed, plan.steps)
    card = (WEIGHTS / "ear-notes-texture.md").read_text("utf-8")
    assert "gan-course train-ear ear-notes-texture " in card
    assert all(f"| {name} |" in card for name in ear.parameters)
    assert "blurred by a mean over 3 × 3" in card


@pytest.mark.slow
def test_it_is_made_measured_and_described_by_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        TEXTURE_PLANS, "ear-notes-texture", TexturePlan(count=222, steps=3, measured_with=222)
    )
    card = make_ear("ear-notes-texture", tmp_path)
    assert zoo.load_texture_ear(tmp_path / "ear-notes-texture.safetensors").about["training"]["steps"] == 3
    assert "| midi | MIDI number of the pitch | all |" in card.read_text("utf-8")


def test_the_label_ears_do_not_include_it() -> None:
    assert "ear-notes-texture" not in zoo.ear_names()
    assert "ear-notes-texture" not in zoo.names()
    assert {"TextureEar", "train_texture", "blurred", "noisy"} <= set(evaluation.__all__)


def test_what_it_cannot_do_is_said_in_one_sentence(ear: TextureEar, clips: Clips) -> None:
    bare = Clips(torch.zeros(2, ear.samples), ear.rate, {}, {})
    for call, says in (
        (lambda: ear.explained(bare), "lack the label instrument"),
        (lambda: train_texture(bare), "lack instruments or parameters"),
        (lambda: ear.features(torch.zeros(1, 99)), "this ear hears clips of 16,384"),
        (lambda: ear.features(torch.full((1, ear.samples), torch.nan)), "NaN or infinite"),
        (lambda: zoo.load_texture_ear("ear-whales"), "there is no ear for texture 'ear-whales'"),
        (lambda: blurred(torch.zeros(1, 1, 4, 4), 2), "an odd number is needed"),
    ):
        with pytest.raises(ValueError, match=says):
            call()
    with pytest.raises(CheckpointError, match="does not hold an ear for texture"):
        TextureEar.load(WEIGHTS / "ear-notes.safetensors")


def test_damage_is_what_it_says() -> None:
    spot = torch.zeros(1, 1, 5, 5)
    spot[..., 2, 2] = 0.9
    torch.testing.assert_close(blurred(spot)[..., 1:4, 1:4], torch.full((1, 1, 3, 3), 0.1))
    assert torch.equal(blurred(spot, 1), spot)
    edge = torch.ones(1, 1, 4, 4)
    torch.testing.assert_close(blurred(edge), edge)
    hiss = noisy(torch.zeros(4, 1, 64, 64), 0.05)
    assert float(hiss.std()) == pytest.approx(0.05, rel=0.02)
    assert torch.equal(hiss, noisy(torch.zeros(4, 1, 64, 64), 0.05))
    assert noisy(edge, 0.5).abs().max() <= 1
