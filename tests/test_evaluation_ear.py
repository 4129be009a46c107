"""The ear hears what fresh sounds are, and a planted failure; it says what it cannot hear."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from gan_course import Sound, datasets, zoo
from gan_course.datasets import Clips
from gan_course.evaluation import Ear, frechet_distance, train_ear
from gan_course.evaluation.ear import mixed, varied
from gan_course.spectral import LogMel
from gan_course.training.checkpoint import CheckpointError
from gan_course.zoo.ears import PLANS, make_ear, shuffled
from gan_course.zoo.model import WEIGHTS

SEED = 424_242
"""Of notes that no ear was trained on or measured with."""


@pytest.fixture(scope="module")
def clips() -> Clips:
    return datasets.notes(222, seed=SEED)


@pytest.fixture(scope="module", params=["ear-notes", "ear-notes-judge"])
def ear(request: pytest.FixtureRequest) -> Ear:
    return zoo.load_ear(request.param)


def with_noise(clips: Clips, below: float) -> Clips:
    """Noise of so many dB below each clip's own level."""
    noise = torch.randn(clips.audio.shape, generator=torch.Generator().manual_seed(0))
    level = clips.audio.square().mean(1, keepdim=True).sqrt()
    return replace(clips, audio=clips.audio + level * 10 ** (-below / 20) * noise)


# What it hears


def test_a_shipped_ear_hears_instrument_and_pitch_of_fresh_notes(ear: Ear, clips: Clips) -> None:
    assert all(share >= 0.98 for share in ear.accuracy(clips).values())


def test_with_shuffled_labels_it_is_right_by_chance_only(ear: Ear, clips: Clips) -> None:
    for kind, share in ear.accuracy(shuffled(clips)).items():
        chance = 1 / len(ear.classes[kind])
        assert abs(share - chance) < 4 * math.sqrt(chance * (1 - chance) / len(clips))


def test_it_still_hears_them_softer_later_and_with_hiss(ear: Ear, clips: Clips) -> None:
    for changed in (
        replace(clips, audio=0.25 * clips.audio),
        replace(clips, audio=clips.audio.roll(640, 1)),
        with_noise(clips, 40),
        with_noise(clips, 20),
    ):
        assert all(share >= 0.95 for share in ear.accuracy(changed).values())


def test_it_hears_through_the_way_from_sound_to_picture_and_back(ear: Ear, clips: Clips) -> None:
    some = clips.select(slice(0, 74))
    through = replace(some, audio=LogMel().decode(LogMel().encode(some.audio), iterations=16))
    assert all(share >= 0.95 for share in ear.accuracy(through).values())


def test_two_ears_agree_in_their_verdicts_but_not_in_their_features(clips: Clips) -> None:
    one, other = (zoo.load_ear(name) for name in ("ear-notes", "ear-notes-judge"))
    a, b = one.hear(clips), other.hear(clips)
    assert all((a[kind].argmax(1) == b[kind].argmax(1)).double().mean() > 0.98 for kind in one.classes)
    x, y = ((f - f.mean(0)) / f.std(0) for f in (one.features(clips), other.features(clips)))
    alike = (x.T @ y / len(x)).abs()
    assert alike.diag().mean() < 0.4
    assert alike.amax(1).mean() < 0.8, "each feature of one has a twin in the other"


def test_features_set_what_differs_further_apart_than_what_is_alike(ear: Ear, clips: Clips) -> None:
    features = ear.features(clips)
    assert features.shape == (222, 64)
    assert features.isfinite().all()
    alike = frechet_distance(features[::2], features[1::2])
    bells = clips.labels["instrument"] == clips.classes["instrument"].index("bell")
    assert frechet_distance(features[bells], features[~bells]) > 5 * alike


def test_a_clip_is_heard_alike_alone_in_a_batch_and_as_a_sound(ear: Ear, clips: Clips) -> None:
    together = ear.hear(clips)
    for kind, p in together.items():
        assert p.shape == (222, len(ear.classes[kind]))
        torch.testing.assert_close(p.sum(1), torch.ones(222))
        for same in (clips[7], [clips[7]], clips.audio[7], clips.audio[7:8].numpy(), clips.audio[7].double()):
            torch.testing.assert_close(ear.hear(same)[kind], p[7:8], atol=1e-4, rtol=1e-3)


def test_it_says_in_words_what_it_hears(ear: Ear) -> None:
    notes = [datasets.note("bell", "A4", 3), datasets.note("reed", "C3", 3)]
    assert ear.says(notes) == ["bell A4", "reed C3"]
    assert ear.says(torch.zeros(1, ear.samples)) == ["silence"]


# How it counts


def test_accuracy_and_confusion_count_what_it_says(ear: Ear, clips: Clips) -> None:
    noisy = with_noise(clips, -20)
    words = [said.split() for said in ear.says(noisy)]
    truth = [noisy.says(i).split() for i in range(len(noisy))]
    for place, kind in enumerate(ear.classes):
        right = sum(a[place] == b[place] for a, b in zip(words, truth, strict=True))
        assert ear.accuracy(noisy)[kind] == pytest.approx(right / len(noisy))
        counts = np.zeros((len(ear.classes[kind]),) * 2, int)
        for heard, true in zip(words, truth, strict=True):
            counts[ear.classes[kind].index(true[place]), ear.classes[kind].index(heard[place])] += 1
        assert right < len(noisy), "noise louder than the notes is too little to tell a row from a column"
        np.testing.assert_array_equal(ear.confusion(noisy, kind).numpy(), counts)


def test_classes_are_compared_by_name_in_any_order(ear: Ear) -> None:
    few = datasets.notes(24, seed=SEED, instruments=["bell", "reed"], pitches=["A4", "E2", "C3"])
    assert all(share > 0.9 for share in ear.accuracy(few).values())
    assert set(ear.confusion(few, "pitch").nonzero()[:, 0].tolist()) == {
        ear.classes["pitch"].index(name) for name in ("A4", "E2", "C3")
    }


def test_silence_is_every_class_alike_and_never_right(ear: Ear, clips: Clips) -> None:
    audio = clips.audio.clone()
    audio[::2] = 0
    half = replace(clips, audio=audio)
    for kind, p in ear.hear(half).items():
        torch.testing.assert_close(p[::2], torch.full_like(p[::2], 1 / p.shape[1]))
        assert p[1::2].amax(1).mean() > 0.9
        assert ear.accuracy(half)[kind] <= 0.5
        assert ear.accuracy(half)[kind] > 0.48
        assert ear.confusion(half, kind).sum() == len(clips) // 2
    assert ear.features(half).isfinite().all()


# What it refuses


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda e: e.hear(Sound(np.zeros(8192), 8_000)), "a rate of 8,000 Hz, and this ear hears 16,000 Hz"),
        (lambda e: e.hear(Sound(np.zeros(8000))), "8,000 samples, and this ear hears clips of 16,384"),
        (lambda e: e.features(torch.zeros(3, 1000)), "1,000 samples, and this ear hears clips of 16,384"),
        (lambda e: e.hear(torch.full((1, 16_384), torch.nan)), "NaN or infinite"),
        (lambda e: e.hear([]), r"shape \(0, 16384\).*give one clip or more"),
        (lambda e: e.hear(torch.zeros(1, 1, 16_384)), r"\(1, 1, 16384\), and \(batch, sample\) is expected"),
        (lambda e: e.hear(torch.zeros(1, 16_384, dtype=torch.int16)), "floating-point numbers"),
        (lambda e: e.accuracy(datasets.notes(3, pitches=[84, 60, 86])), "does not know the pitch C6, D6"),
        (lambda e: e.accuracy(Clips(torch.zeros(1, 16_384), 16_000, {}, {})), "labelled with nothing"),
        (lambda e: e.confusion(datasets.notes(2), "singer"), "hears instrument, pitch, and not singer"),
        (
            lambda e: train_ear(datasets.notes(2), ["singer"]),
            "labelled with instrument, pitch, and the ear is to hear singer",
        ),
        (lambda e: train_ear(datasets.notes(2), encoding=LogMel(rate=8_000)), "the encoding is for 8,000 Hz"),
        (lambda e: train_ear(datasets.notes(2).select([])), "no clips to train an ear on"),
        (lambda e: train_ear(datasets.notes(2), steps=0), "steps is 0 and batch is 64"),
        (lambda e: Ear(e.classifier, e.encoding, {"pitch": ["A4"]}), "give one name for each class"),
        (lambda e: zoo.load_ear("ear-whales"), "there is no ear 'ear-whales': choose ear-"),
        (lambda e: zoo.load("ear-notes"), "holds no generator: load an ear with zoo.load_ear"),
        (lambda e: make_ear("ear-whales"), "there is no ear 'ear-whales'"),
    ],
)
def test_what_it_cannot_do_is_said_in_one_sentence(call, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call(zoo.load_ear("ear-notes"))


def test_nan_in_one_clip_is_not_passed_over(clips: Clips) -> None:
    audio = clips.audio.clone()
    audio[3, 5000] = torch.inf
    with pytest.raises(ValueError, match="NaN or infinite"):
        zoo.load_ear("ear-notes").accuracy(replace(clips, audio=audio))


# How it is trained


class Witness:
    """Writes down what an observer is told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def started(self, total_steps: int) -> None:
        self.told.append(total_steps)

    def step(self, step: int, losses: Mapping[str, float], seconds_left: float) -> None:
        self.told.append((step, dict(losses), seconds_left))

    def finished(self) -> None:
        self.told.append("end")


FEW = {"instruments": ["bell", "organ", "plucked"], "pitches": ["E2", "C3", "A3", "C5"]}


@pytest.mark.slow
def test_it_learns_a_few_notes_in_seconds_from_labels_that_are_true_and_nothing_from_others() -> None:
    train, test = (datasets.notes(240, seed=seed, **FEW) for seed in (0, SEED))
    witness = Witness()
    ear = train_ear(train, steps=60, batch=32, observers=[witness])
    assert all(share >= 0.9 for share in ear.accuracy(test).values())
    assert witness.told[0] == 60
    assert witness.told[-1] == "end"
    steps = witness.told[1:-1]
    assert [step for step, _, _ in steps] == list(range(1, 61))
    for kind in ("instrument", "pitch"):
        assert steps[0][1][kind] == pytest.approx(math.log(len(test.classes[kind])), abs=0.7)
        assert steps[-1][1][kind] < 0.5 * steps[0][1][kind]
    deaf = train_ear(shuffled(train), steps=60, batch=32)
    assert all(share < 0.55 for share in deaf.accuracy(test).values())


def test_the_same_seed_is_the_same_ear_and_the_global_random_state_is_left_alone() -> None:
    train = datasets.notes(24, **FEW)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, again, other = (train_ear(train, steps=3, batch=8, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    x = one.features(train)
    assert torch.equal(x, again.features(train))
    assert not torch.allclose(x, other.features(train), atol=0.1)
    a, b = (train_ear(train, steps=1, batch=8, learning_rate=1e-9, seed=seed) for seed in (1, 2))
    assert not torch.allclose(a.classifier.describe.weight, b.classifier.describe.weight, atol=0.01)


def test_it_hears_the_kinds_that_were_asked_for_only() -> None:
    ear = train_ear(datasets.notes(12, **FEW), ["pitch"], steps=1, batch=4)
    assert list(ear.classes) == list(ear.hear(torch.ones(1, 16_384))) == ["pitch"]
    assert ear.about["training"]["steps"] == 1


def test_pictures_are_mixed_as_sounds_are() -> None:
    encoding = LogMel()
    tone = 0.3 * torch.sin(0.3 * torch.arange(16_384.0))[None]
    noise = 0.03 * torch.randn(1, 16_384, generator=torch.Generator().manual_seed(0))
    true = encoding.encode(tone + noise)
    error = (mixed(encoding.encode(tone), encoding.encode(noise), encoding) - true).abs()
    assert error.mean() * 45 < 0.5  # dB
    assert (encoding.encode(tone) - true).abs().mean() * 45 > 10
    # two hisses, equally loud, are 3 dB louder than one
    one, other = 0.1 * torch.randn(2, 1, 16_384, generator=torch.Generator().manual_seed(1))
    twice = mixed(encoding.encode(one), encoding.encode(other), encoding)
    assert abs((twice - encoding.encode(one + other)).mean()) * 45 < 0.7
    tone_picture = encoding.encode(tone)
    louder = (
        mixed(tone_picture, tone_picture, encoding)[tone_picture > -0.9] - tone_picture[tone_picture > -0.9]
    )
    torch.testing.assert_close(louder * 45, torch.full_like(louder, 10 * math.log10(2)), atol=1e-3, rtol=0)


def test_variation_moves_and_softens_but_never_changes_the_pitch() -> None:
    encoding = LogMel()
    x = encoding.encode(datasets.notes(64, seed=1).audio)
    y = varied(x, -torch.ones(4, 1, 64, 64), encoding, torch.Generator().manual_seed(3))
    assert y.shape == x.shape
    softer = (
        x.amax((1, 2, 3)) - y.amax((1, 2, 3))
    ) * 45  # dB; in the last 64 ms before its end no note is loudest
    assert softer.min() > -0.1
    assert softer.max() < 12.1
    assert softer.std() > 2, "all clips are softer by as much"
    loudest: list[Tensor] = [picture.amax(3).argmax(2) for picture in (x, y)]
    assert torch.equal(*loudest)
    starts = {
        int(
            varied(x, -torch.ones_like(x), encoding, torch.Generator().manual_seed(i))[0]
            .amax((0, 1))
            .argmax()
        )
        for i in range(40)
    }
    first = int(x[0].amax((0, 1)).argmax())
    assert starts == {place for place in range(first - 4, first + 5) if place >= 0}


def test_variation_puts_a_hiss_behind_each_clip_as_loud_as_asked_for_at_most() -> None:
    encoding = LogMel()
    silence, noise = -torch.ones(200, 1, 64, 64), encoding.encode(0.1 * torch.randn(4, 16_384))
    heard = varied(silence, noise, encoding, torch.Generator().manual_seed(3)).mean((1, 2, 3))
    assert heard.max() <= noise.mean((1, 2, 3)).max() + 0.01
    assert heard.max() > noise.mean() - 0.05
    assert heard.min() < -0.9


@pytest.mark.slow
def test_an_ear_that_never_heard_hiss_is_deaf_to_instruments_as_soon_as_there_is_some(clips: Clips) -> None:
    train = datasets.notes(2048, seed=0)
    clean, used_to_it = (train_ear(train, hiss=hiss, steps=250) for hiss in (-math.inf, -20.0))
    noisy = with_noise(clips, 30)
    assert clean.accuracy(clips)["instrument"] > 0.95
    assert clean.accuracy(noisy)["instrument"] < 0.5
    assert used_to_it.accuracy(noisy)["instrument"] > 0.9


@pytest.mark.slow
def test_digits_of_voices_that_are_new_are_harder_than_those_of_known_ones(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAN_COURSE_MIRROR", str(mirror))
    known = datasets.load("digits", split="train")
    late = known.parameters["take"] >= 45
    shipped = zoo.load_ear("ear-digits")
    assert shipped.accuracy(known.select(late))["digit"] >= 0.95
    train, test = (datasets.load("digits", split=side, by="speaker") for side in ("train", "test"))
    stranger = train_ear(train, ["digit"], steps=300)
    assert 0.5 < stranger.accuracy(test)["digit"] < 0.92


# How it is kept


def test_a_saved_ear_is_small_and_hears_the_same(tmp_path: Path, clips: Clips) -> None:
    ear = zoo.load_ear("ear-notes")
    ear.save(tmp_path / "mine.safetensors")
    again = zoo.load_ear(tmp_path / "mine.safetensors")
    assert torch.equal(again.features(clips), ear.features(clips))
    assert (again.classes, again.encoding, again.about) == (ear.classes, ear.encoding, ear.about)
    assert (tmp_path / "mine.safetensors").stat().st_size < 1e6


def test_a_file_that_holds_no_ear_is_refused(tmp_path: Path) -> None:
    shutil.copy(WEIGHTS / "notes-full.safetensors", tmp_path / "generator.safetensors")
    whole = (WEIGHTS / "ear-notes.safetensors").read_bytes()
    (tmp_path / "half.safetensors").write_bytes(whole[: len(whole) // 2])
    for name, said in (("generator", "does not hold an ear"), ("half", "damaged"), ("none", "no checkpoint")):
        with pytest.raises(CheckpointError, match=said):
            Ear.load(tmp_path / f"{name}.safetensors")


def test_every_shipped_ear_has_a_plan_a_card_and_a_judge_of_the_same_classes() -> None:
    names = zoo.ear_names()
    assert {"ear-notes", "ear-notes-judge"} <= set(names) <= set(PLANS)
    assert not set(names) & set(zoo.names())
    for name in names:
        ear, plan = zoo.load_ear(name), PLANS[name]
        assert (WEIGHTS / f"{name}.safetensors").stat().st_size < 1e6
        card = (WEIGHTS / f"{name}.md").read_text("utf-8")
        assert f"gan-course train-ear {name} " in card
        assert "labels shuffled" in card
        assert ear.about["training"]["seed"] == plan.seed
        assert ear.about["training"]["steps"] == plan.steps
        assert ear.encoding == plan.encoding
        twin = zoo.load_ear(name.removesuffix("-judge") if name.endswith("-judge") else f"{name}-judge")
        assert twin.classes == ear.classes
        assert twin.about["training"]["seed"] != plan.seed


def test_notes_of_the_shipped_generator_are_heard_as_asked_for(ear: Ear) -> None:
    model = zoo.load("notes-full")
    pitches = list(model.classes["pitch"])[::2]
    instruments = [model.classes["instrument"][i % 6] for i in range(len(pitches))]
    pictures = model.pictures(model.z(11, len(pitches)), pitch=pitches, instrument=instruments)
    said = ear.says(model.sounds(pictures))
    asked = [f"{i} {p}" for i, p in zip(instruments, pitches, strict=True)]
    assert sum(a == b for a, b in zip(said, asked, strict=True)) >= 0.8 * len(asked)
    untrained = model.untrained().pictures(model.z(11, len(pitches)), pitch=pitches, instrument=instruments)
    said = ear.says(model.sounds(untrained))
    assert sum(a == b for a, b in zip(said, asked, strict=True)) <= 0.2 * len(asked)
