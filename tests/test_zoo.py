"""The shipped model: plays what it is asked for, the same every time."""

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from gan_course import zoo
from gan_course.cli import app
from gan_course.evaluation import pitch_accuracy
from gan_course.synthesis import frequency_of, midi_number
from gan_course.training import Recipe, checkpoint, train
from gan_course.zoo.model import as_file_name, slerp


@pytest.fixture(scope="module")
def model() -> zoo.Model:
    return zoo.load("notes-full")


def test_the_same_seed_is_the_same_sound_and_another_seed_another(model: zoo.Model) -> None:
    one, again, other = (model.generate(seed, pitch="A4", instrument="bell") for seed in (1, 1, 2))
    assert np.array_equal(one.samples, again.samples)
    assert not np.allclose(one.samples, other.samples, atol=0.01)


def test_every_note_is_audible_unclipped_and_ends_in_silence(model: zoo.Model) -> None:
    for instrument in model.classes["instrument"]:
        sound = model.generate(seed=4, pitch="C4", instrument=instrument)
        assert sound.duration == pytest.approx(1.024)
        assert -40 < sound.level < -8
        assert sound.peak <= 1
        assert sound.cut(0.99, 1.02).level < sound.level - 10


def test_it_plays_the_pitches_it_is_asked_for(model: zoo.Model) -> None:
    pitches = [p for p in model.classes["pitch"] for _ in range(2)]
    instruments = [model.classes["instrument"][i % 6] for i in range(len(pitches))]
    audio = model.encoding.decode(
        model.pictures(model.z(11, len(pitches)), pitch=pitches, instrument=instruments)
    )
    wanted = torch.tensor([frequency_of(midi_number(p)) for p in pitches])
    assert pitch_accuracy(audio, model.rate, wanted)["share"] >= 0.93
    shuffled = wanted.roll(7)
    assert pitch_accuracy(audio, model.rate, shuffled)["share"] < 0.2


def test_an_untrained_network_does_not(model: zoo.Model) -> None:
    pitches = list(model.classes["pitch"])
    untrained = model.untrained()
    audio = untrained.encoding.decode(untrained.pictures(model.z(1, len(pitches)), pitch=pitches))
    wanted = torch.tensor([frequency_of(midi_number(p)) for p in pitches])
    assert pitch_accuracy(audio, model.rate, wanted)["share"] < 0.2


def test_an_interpolation_begins_and_ends_with_its_two_sounds(model: zoo.Model) -> None:
    path = model.interpolate(3, 8, steps=3, pitch="C4", instrument="reed")
    ends = [model.generate(seed, pitch="C4", instrument="reed") for seed in (3, 8)]
    for one, other in zip((path[0], path[2]), ends, strict=True):
        assert np.corrcoef(one.samples, other.samples)[0, 1] > 0.9


@pytest.mark.parametrize("latent", [8, 24, 100, 128])
def test_a_vector_of_a_seed_is_the_same_for_any_count(
    model: zoo.Model, monkeypatch: pytest.MonkeyPatch, latent: int
) -> None:
    monkeypatch.setattr(model, "recipe", replace(model.recipe, latent=latent))
    many = model.z(3, 10)
    for count in (0, 1, 2, 3, 9):
        assert torch.equal(model.z(3, count), many[:count])
    if latent % 16 == 0:
        assert torch.equal(many, torch.randn(10, latent, generator=torch.Generator().manual_seed(3)))


def test_slerp_keeps_the_length_of_vectors_of_one_length() -> None:
    a, b = torch.nn.functional.normalize(torch.randn(2, 1, 64, dtype=torch.float64), dim=-1)
    assert all(slerp(a, b, share).norm().item() == pytest.approx(1) for share in (0, 0.3, 0.5, 1))
    assert torch.allclose(slerp(a, a, 0.5), a)


def test_the_arithmetic_is_shipped_with_the_weights(model: zoo.Model) -> None:
    assert model.about["steps"] == model.recipe.steps
    assert model.about["samples"] == model.encoding.hop * model.about["shape"][2]
    assert f"{model.parameters:,} parameters" in model.card


def test_a_note_has_several_names_and_a_sound_says_what_is_played_where_nothing_was_asked_for(
    model: zoo.Model,
) -> None:
    flat, sharp = (model.generate(2, pitch=name, instrument="bell") for name in ("Bb4", "A#4"))
    assert np.array_equal(flat.samples, sharp.samples) and flat.label == sharp.label
    assert model.asked({"pitch": ["Gb3", "a4"]}) == {"pitch": ["F#3", "A4"], "instrument": ["reed"]}
    assert model.generate().label == "notes-full A#3 reed (seed 0)"
    tunes = [zoo.tune(model, text, instrument="bell") for text in ("Eb4 Bb3", "D#4 A#3")]
    assert np.array_equal(*(tune.samples for tune in tunes))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda m: m.generate(pitch="Z9"), "knows no pitch 'Z9': choose from E2"),
        (lambda m: m.generate(singer="me"), "knows no singer"),
        (lambda m: m.pictures(m.z(0, 3), pitch=["A4", "A3"]), "2 values of pitch for 3 sounds"),
        (lambda m: zoo.load("nothing"), "there is no model 'nothing'"),
        (lambda m: m.generate(pitch=1), "pitch is 1, and a name is expected, such as 'A#3', or one for each"),
        (lambda m: m.generate(pitch=[1]), "knows no pitch 1: choose from E2"),
        (lambda m: m.generate(seed=10**20), "a seed is a whole number of at most 64 bits.* not 1000"),
        (lambda m: m.generate(seed=-(10**20)), "a seed is a whole number"),
        (lambda m: m.generate(seed=1.5), "a seed is a whole number .* not 1.5"),
        (lambda m: m.generate(seed=None), "a seed is a whole number .* not None"),
        (lambda m: m.untrained(seed="x"), "a seed is a whole number .* not 'x'"),
        (lambda m: m.interpolate(0, 1, 0), "steps is a whole number above 0, and not 0"),
        (lambda m: m.interpolate(0, 1, 2.5), "steps is a whole number above 0, and not 2.5"),
    ],
)
def test_what_it_does_not_know_is_said_in_one_sentence(model: zoo.Model, call, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        call(model)
    assert "\n" not in str(caught.value)


def test_a_seed_may_be_any_whole_number_of_64_bits(model: zoo.Model) -> None:
    assert torch.equal(model.z(np.int64(3)), model.z(3))
    assert not torch.equal(model.z(2**64 - 1), model.z(-(2**63)))


def test_a_name_is_the_same_however_its_accents_are_typed(
    model: zoo.Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed, apart = (unicodedata.normalize(form, "voix d'été") for form in ("NFC", "NFD"))
    for known, typed in ((composed, apart), (apart, composed)):
        monkeypatch.setattr(model, "classes", {known: ("a", known, "é")})
        assert model.asked({typed: typed}) == {known: [known]}
    monkeypatch.setattr(model, "classes", {"folder": (apart, composed)})
    for known in (apart, composed):
        assert model.asked({"folder": known}) == {"folder": [known]}


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("kick/808", "kick-808"),
        ("../../snare", "--..-snare"),
        ("...", "-"),
        (".hidden", "-hidden"),
        ('a\\b:c*d?e"f<g>h|i\nj', "a-b-c-d-e-f-g-h-i-j"),
        ("voix d'été 2.5 A#4", "voix d'été 2.5 A#4"),
    ],
)
def test_a_label_is_a_part_of_a_files_name_on_any_system(label: str, part: str) -> None:
    assert as_file_name(label) == part


def test_a_sound_of_a_label_with_a_slash_lies_in_the_folder_that_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = zoo.load("notes-full")
    named.classes["instrument"] = ("../kick/808", *named.classes["instrument"][1:])
    monkeypatch.setattr(zoo, "load", lambda name: named)
    arguments = ["generate", "notes-full", "--instrument", "../kick/808", "--folder", str(tmp_path / "heard")]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert [file.name for file in tmp_path.rglob("*.wav")] == ["notes-full_A#3_--kick-808_seed0.wav"]
    assert [file.name for file in tmp_path.iterdir()] == ["heard"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    recipe = Recipe(
        data_options={"count": 8, "seed": 3, "pitches": ["C4", "A4"]},
        generator_widths=(8, 8, 8, 8),
        discriminator_widths=(4, 4, 8, 8),
        latent=8,
        steps=1,
        batch=4,
        precision="32-true",
    )
    train(recipe, folder=folder)
    return folder


def test_a_runs_checkpoint_is_no_generator_and_what_to_name_is_said(run: Path) -> None:
    for path in (run / "checkpoint.safetensors", str(run / "checkpoint.safetensors")):
        with pytest.raises(
            ValueError, match="is the checkpoint of a training: name the run's folder or its gen"
        ) as said:
            zoo.load(path)
        assert "\n" not in str(said.value)
    assert zoo.load(run).name == zoo.load(run / "generator.safetensors").name == "tiny"


def test_tensors_that_do_not_fit_are_refused_in_one_sentence(run: Path, tmp_path: Path) -> None:
    tensors, about = checkpoint.load(run / "generator.safetensors")
    other = tmp_path / "other.safetensors"
    first = min(tensors)
    for wrong in (
        {key: x for key, x in tensors.items() if key != first},
        tensors | {first: tensors[first][:1]},
        tensors | {"a new one": tensors[first].clone()},
    ):
        checkpoint.save(other, wrong, about)
        with pytest.raises(
            ValueError, match=r"of other does not fit the .* 1 of its tensors are others, such as"
        ) as said:
            zoo.load(other)
        assert "\n" not in str(said.value)
    for lacking in ("recipe", "classes", "shape", "rate"):
        checkpoint.save(other, tensors, {key: said for key, said in about.items() if key != lacking})
        with pytest.raises(ValueError, match=re.escape("other.safetensors holds no generator")):
            zoo.load(other)
