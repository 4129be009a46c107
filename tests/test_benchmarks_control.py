"""Control measured with the labels of all data: what is heard, by whom, and of how many."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from benchmarks.control import TUNE, main, right, rows
from gan_course import datasets, zoo
from gan_course.synthesis import frequency_of, midi_number
from gan_course.zoo.judging import generated_like, through

PARTS = {"some": datasets.notes(40, seed=11), "others": datasets.notes(20, seed=12)}


@pytest.fixture(scope="module")
def model() -> zoo.Model:
    return zoo.load("notes-lite")


def test_all_together_is_what_the_parts_say_each_as_often_as_it_is_there(model: zoo.Model) -> None:
    ear = zoo.load_ear("ear-notes-judge")
    some, others, together = rows(model, PARTS, ear)
    assert [row[1] for row in (some, others, together)] == [40, 20, 60]
    for kind, shares in together[2].items():
        for mean, one, other in zip(shares, some[2][kind], others[2][kind], strict=True):
            assert mean == pytest.approx((2 * one + other) / 3)
    assert set(together[2]) == {"pitch", "instrument", TUNE}
    real = replace(PARTS["some"], parameters={})
    assert some[2]["instrument"][1] == pytest.approx(ear.accuracy(real)["instrument"])
    assert some[2]["pitch"][0] > 0.9  # it does play what it is asked for …
    swapped = replace(real, labels=real.labels | {"pitch": (real.labels["pitch"] + 5) % 37})
    wrong = right(generated_like(model, real, 0).audio, swapped, ear, ["pitch"])
    assert wrong["pitch"].mean() < 0.1 and wrong[TUNE].mean() < 0.1  # … and not what it was not


def test_a_tone_is_in_tune_within_half_a_semitone_of_its_label() -> None:
    ear, rate = zoo.load_ear("ear-notes-judge"), PARTS["some"].rate
    clips = PARTS["others"].select(range(3))
    names = [clips.classes["pitch"][i] for i in clips.labels["pitch"]]
    beside = {0: 2 ** (30 / 1200), 1: 2 ** (70 / 1200), 2: 2 ** (-45 / 1200)}
    time = torch.arange(clips.audio.shape[1]) / rate
    tones = [
        0.1 * torch.sin(6.2832 * float(frequency_of(midi_number(n))) * beside[i] * time)
        for i, n in enumerate(names)
    ]
    assert right(torch.stack(tones), clips, ear, ["pitch"])[TUNE].tolist() == [1, 0, 1]


def test_through_is_the_representation_there_and_back(model: zoo.Model) -> None:
    clips = PARTS["others"]
    assert (through(model, clips).audio[:2] == model.decode(model.encoding.encode(clips.audio[:2]))).all()


def test_a_model_whose_data_have_no_held_out_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words, sentence in (
        (["notes-lite"], "is expected: name a model of the orchestra"),
        (["nobody"], "there is no model"),
        (["orchestra-full", "--vocoder", "nobody"], "there is no vocoder"),
    ):
        with pytest.raises(SystemExit):
            main(words)
        assert sentence in capsys.readouterr().err
