"""The shipped vocoder does what its card says, against Griffin-Lim, and is played by models of its representation."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_course import datasets, networks, zoo
from gan_course.cli import app
from gan_course.datasets import Clips
from gan_course.evaluation import pitch_accuracy
from gan_course.networks.vocoder import Vocoder
from gan_course.spectral import LogMel, log_mel_distance, spectral_convergence, stft
from gan_course.training.checkpoint import CheckpointError
from gan_course.training.vocoder import VocoderRecipe, load_vocoder
from gan_course.zoo import vocoders
from gan_course.zoo.model import WEIGHTS

pytestmark = pytest.mark.slow

NAME = "vocoder-notes"
SEED = 424_242
"""Of notes that no vocoder was trained on or measured with."""


@pytest.fixture(scope="module")
def vocoder() -> Vocoder:
    return zoo.load_vocoder(NAME)


@pytest.fixture(scope="module")
def clips() -> Clips:
    return datasets.notes(48, seed=SEED)


@pytest.fixture(scope="module")
def heard(vocoder: Vocoder, clips: Clips) -> dict[str, Tensor]:
    z = vocoder.encoding.encode(clips.audio)
    return {"vocoder": vocoder.decode(z), "Griffin-Lim": vocoder.encoding.decode(z, iterations=32)}


def convergence(y: Tensor, x: Tensor) -> float:
    return spectral_convergence(stft(y).abs(), stft(x).abs()).mean().item()


def on_the_card(column: int) -> float:
    row = re.search(r"^\| held-out notes .*\| this vocoder.*$", zoo.vocoder_card(NAME), re.MULTILINE)
    assert row is not None
    return float(row.group().split("|")[column])


def test_it_is_as_near_to_notes_of_another_seed_as_its_card_says(
    heard: dict[str, Tensor], clips: Clips
) -> None:
    y = heard["vocoder"]
    pitch = pitch_accuracy(y, clips.rate, clips.parameters["frequency"])
    assert log_mel_distance(y, clips.audio, clips.rate).item() == pytest.approx(on_the_card(3), rel=0.15)
    assert convergence(y, clips.audio) == pytest.approx(on_the_card(4), rel=0.25)
    assert pitch["share"] >= on_the_card(5) - 0.05
    assert pitch["median_cents"] == pytest.approx(on_the_card(6), abs=1.0)


def test_it_is_nearer_than_griffin_lim_of_32_iterations(heard: dict[str, Tensor], clips: Clips) -> None:
    ours, theirs = heard["vocoder"], heard["Griffin-Lim"]
    assert convergence(ours, clips.audio) < convergence(theirs, clips.audio)
    assert log_mel_distance(ours, clips.audio, 16_000) < log_mel_distance(theirs, clips.audio, 16_000)


def test_rounds_that_mend_more_than_is_amiss_come_nearer(
    vocoder: Vocoder, clips: Clips, heard: dict[str, Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks.vocoder, "RELAXATION", 1.0)
    plain = vocoder.decode(vocoder.encoding.encode(clips.audio))
    with_it, without = (log_mel_distance(y, clips.audio, clips.rate) for y in (heard["vocoder"], plain))
    assert with_it < 0.99 * without


def test_pitch_is_right_within_8_cents(heard: dict[str, Tensor], clips: Clips) -> None:
    pitch = pitch_accuracy(heard["vocoder"], clips.rate, clips.parameters["frequency"])
    assert pitch["share"] > 0.98 and pitch["median_cents"] < 8


def test_level_and_peak_stay_and_nothing_clicks(heard: dict[str, Tensor], clips: Clips) -> None:
    y, x = heard["vocoder"], clips.audio
    level = 10 * (y.square().mean(1) / x.square().mean(1)).log10()
    assert level.abs().max() < 1  # dB
    assert y.abs().max() < 1.5
    bend, own = (sound.diff(n=2, dim=1).abs().amax(1) for sound in (y, x))
    assert (bend < 4 * own).all()


def test_it_is_quicker_than_griffin_lim(vocoder: Vocoder, clips: Clips) -> None:
    z = vocoder.encoding.encode(clips.audio[:4])

    def work(decode) -> float:  # of the processor, not of the clock: others may be at work, too
        begun = time.process_time()
        decode(z)
        return time.process_time() - begun

    taken = [(work(vocoder.decode), work(vocoder.encoding.decode)) for _ in range(5)]
    ours, theirs = (min(column) for column in zip(*taken, strict=True))
    assert ours < 0.5 * theirs


# Played by a model


def test_a_model_plays_through_it_and_the_same_every_time(vocoder: Vocoder) -> None:
    voiced = zoo.load("notes-full").heard_through(vocoder)
    one, again = (voiced.generate(3, pitch="A4", instrument="bell") for _ in range(2))
    plain = zoo.load("notes-full").generate(3, pitch="A4", instrument="bell")
    assert np.array_equal(one.samples, again.samples)
    assert len(one) == len(plain) and abs(one.level - plain.level) < 1
    assert one.label == plain.label
    assert not np.allclose(one.samples, plain.samples, atol=0.01)


def test_a_model_of_another_representation_is_refused(vocoder: Vocoder) -> None:
    model = zoo.load("notes-full")
    model.encoding = LogMel(n_mels=128, floor=-100.0)
    with pytest.raises(ValueError, match=r"by LogMel .*floor -100.* was trained for LogMel .*floor -80"):
        model.heard_through(vocoder)
    assert model.vocoder is None


# What is shipped


def test_a_model_heard_through_it_plays_all_its_sounds_by_it(vocoder: Vocoder) -> None:
    plain, voiced = zoo.load("notes-full"), zoo.load("notes-full").heard_through(vocoder)
    pictures = plain.pictures(plain.z(1, 2))
    assert torch.equal(voiced.decode(pictures), vocoder.decode(pictures))
    assert torch.equal(plain.decode(pictures), plain.encoding.decode(pictures))
    for model in (plain, voiced):
        heard = model.sounds(pictures, ["one", "other"])
        assert [sound.label for sound in heard] == ["one", "other"]
        assert np.array_equal([sound.samples for sound in heard], model.decode(pictures).numpy())
    one, other = (model.interpolate(1, 2, 2, pitch="A4")[0] for model in (plain, voiced))
    assert not np.array_equal(one.samples, other.samples)
    assert torch.equal(voiced.untrained().decode(pictures), vocoder.decode(pictures))
    with pytest.raises(ValueError, match="was trained for LogMel"):
        zoo.load("notes-lite").heard_through(vocoder)


def test_vocoders_are_no_generators(vocoder: Vocoder) -> None:
    assert NAME in zoo.vocoder_names()
    assert not set(zoo.vocoder_names()) & (set(zoo.names()) | set(zoo.ear_names()))
    with pytest.raises(
        ValueError, match=r"holds no generator: load an ear with .* a vocoder with load_vocoder"
    ):
        zoo.load(NAME)
    with pytest.raises(CheckpointError, match="does not hold a vocoder"):
        zoo.load_vocoder("notes-full")
    with pytest.raises(ValueError, match=f"there is no vocoder 'nothing': choose {NAME}"):
        zoo.load_vocoder("nothing")


def test_the_weights_are_small_finished_and_described(vocoder: Vocoder) -> None:
    path = WEIGHTS / f"{NAME}.safetensors"
    assert path.stat().st_size < 2_000_000
    _, about = load_vocoder(path)
    assert about["steps"] == vocoders.RECIPES[NAME].steps
    assert VocoderRecipe.from_dict(about["vocoder"]) == vocoders.RECIPES[NAME]
    card = zoo.vocoder_card(NAME)
    assert f"{sum(p.numel() for p in vocoder.parameters()):,} parameters" in card
    assert "n_mels 128" in card and "CC BY 4.0" in card and f"train-vocoder {NAME}" in card


def test_a_vocoder_is_made_measured_and_described_by_one_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = VocoderRecipe(
        data_options={"count": 8, "seed": 0}, width=8, hidden=8, blocks=1, steps=2, batch=2
    )
    monkeypatch.setattr(vocoders, "_recordings", lambda: [])
    monkeypatch.setattr(vocoders, "generated", lambda vocoder: vocoders.compared(vocoder, datasets.notes(2)))
    monkeypatch.setattr(vocoders, "ITERATIONS", 2)
    monkeypatch.setattr(vocoders, "RUNS", 10)
    monkeypatch.setattr(
        vocoders, "measured", lambda vocoder, measured=vocoders.measured: measured(vocoder, count=4)
    )
    card = vocoders.make_vocoder("vocoder-mine", tmp_path, recipe)
    said = card.read_text()
    assert "held-out notes of the built-in data set (4)" in said and "Griffin-Lim, 2 iterations" in said
    assert "train-vocoder vocoder-mine --data" in said and "| weights: CC BY 4.0; code: MIT |" in said
    vocoder, about = load_vocoder(card.with_suffix(".safetensors"))
    about["vocoder"]["data"] = "digits"
    assert "weights: CC BY-SA 4.0" in vocoders.describe("vocoder-mine", vocoder, about, {}, {}, "today")
    mine = zoo.load_vocoder(card.with_suffix(".safetensors"))
    assert mine.encoding == LogMel(n_mels=128)
    assert zoo.load_vocoder(tmp_path / "vocoder-mine").rounds == mine.rounds
    with pytest.raises(ValueError, match="there is no vocoder 'other': choose vocoder-notes, or say what"):
        vocoders.make_vocoder("other", tmp_path)


def test_what_to_train_on_is_named_or_found(tmp_path: Path) -> None:
    assert vocoders.trained_on("notes") == VocoderRecipe()
    assert vocoders.trained_on("orchestra", steps=5) == replace(
        VocoderRecipe(), data="orchestra", data_options={"split": "train"}, steps=5
    )
    assert vocoders.trained_on(str(tmp_path)).data == "folder"
    # notes that a generator is judged by are not to have been heard by what makes its sounds
    assert vocoders.trained_on("digits").data_options == {"split": "train"}
    with pytest.raises(ValueError, match="neither a data set nor a folder 'piano': choose notes, digits"):
        vocoders.trained_on("piano")


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    said = CliRunner().invoke(app, ["train-vocoder", "other", "--folder", str(tmp_path)])
    assert said.exit_code == 1 and "there is no vocoder 'other'" in said.output
