"""Every example of a failure that comes with the course really has its symptom, measured on the sound as shipped."""

from __future__ import annotations

import pytest
import torch

from gan_course import datasets
from gan_course.evaluation import nearer_share
from gan_course.training.recipe import Recipe
from gan_course.zoo import failures as room
from gan_course.zoo.failures import FAILURES, Failure, failures, measure

EXAMPLES = failures()
GOOD = EXAMPLES["as it should be"]


def test_there_is_one_of_each_and_one_that_is_as_it_should_be() -> None:
    kinds = {"silence", "one note", "buzz", "phase smear", "clipping", "memorised", "as it should be"}
    assert set(EXAMPLES) == kinds
    assert sum(path.stat().st_size for path in FAILURES.iterdir()) < 1e6


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda e: e.name)
def test_the_figures_on_the_card_are_those_of_the_sound(example: Failure) -> None:
    assert measure(example.name, example.notes, GOOD.notes) == pytest.approx(example.measured, abs=0.02)
    card = (FAILURES / "failures.md").read_text("utf-8")
    assert f"| {example.name} | {example.fault} | {example.steps} | {example.seed} |" in card
    assert len(example.losses["D"]) == len(example.losses["G"]) == len(example.losses["step"]) > 10


def test_silence_is_silent() -> None:
    assert room.level(EXAMPLES["silence"].notes) < -60 < -40 < room.level(GOOD.notes)


def test_one_note_is_one_note_for_different_z() -> None:
    stuck = EXAMPLES["one note"].notes
    assert room.spread(stuck) < 0.4 * room.spread(GOOD.notes)
    assert room.level(stuck) > -40


def test_a_buzz_has_its_power_at_multiples_of_250_hz() -> None:
    assert room.at_multiples(EXAMPLES["buzz"].notes) > 0.9 > 0.3 > room.at_multiples(GOOD.notes)


def test_phase_smear_is_off_its_picture_by_more_than_another_guess_of_phases() -> None:
    assert room.distance(EXAMPLES["phase smear"].notes, GOOD.notes).diagonal().mean() > 3
    mel = room.MEL
    again = mel.decode(mel.encode(GOOD.notes), seed=5)
    assert room.distance(again, GOOD.notes).diagonal().mean() < 3


def test_clipping_is_at_full_scale_and_has_an_offset() -> None:
    notes = EXAMPLES["clipping"].notes
    assert room.at_full_scale(notes) > 0.2
    assert notes.mean() < -0.5
    assert room.at_full_scale(GOOD.notes) < 0.01


def test_memorised_notes_are_nearer_to_the_training_notes_than_others_of_their_kind() -> None:
    few = room.training_notes(4).audio
    unheard = room.training_notes(40, seed=1).audio[-18:]
    copied = room.distance(EXAMPLES["memorised"].notes, few).min(1).values
    others = room.distance(unheard, few).min(1).values
    # by chance one of so many may be the same instrument on the same note
    assert copied.max() < 0.5 * others.median()


def test_a_run_that_is_made_again_is_the_same() -> None:
    real = room.MEL.encode(room.training_notes(16).audio)
    one, other = (room.Run(real, 2).pictures(2) for _ in range(2))
    assert torch.equal(one, other)


def test_the_memoriser_lies_nearer_to_its_64_notes_than_to_64_others() -> None:
    model = room.memoriser()
    assert model.recipe == Recipe.read("memoriser", precision=model.recipe.precision)
    assert "158,185 parameters" in model.card
    assert model.parameters == 158_185
    known, others = datasets.notes(64, seed=0), datasets.notes(64, seed=5)
    names = [known.classes["pitch"][i] for i in known.labels["pitch"].tolist()]
    sets = [model.pictures(model.z(1, 64), pitch=names)]
    sets += [model.encoding.encode(clips.audio) for clips in (known, others)]
    assert nearer_share(*(x.flatten(1).double() for x in sets)) > 0.95
