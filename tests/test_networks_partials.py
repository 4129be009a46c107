"""What a generator is shown of a pitch: the comb lies where its partials are, and is put to use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan_course import datasets, zoo
from gan_course.networks import FAMILIES, Partials, comb
from gan_course.spectral import LogMagnitudeIF, LogMel
from gan_course.synthesis import frequency_of, midi_number
from gan_course.training import Recipe, Training, train

CLASSES = {"pitch": 5, "instrument": 3}
COMB = torch.rand(5, 32, generator=torch.Generator().manual_seed(0))
SMALL = Recipe(
    data_options={"count": 16, "seed": 0},
    networks="banded",
    generator_widths=(8, 8, 8, 8),
    discriminator_widths=(8, 8, 8, 8),
    steps=4,
    batch=4,
    partials=True,
    precision="32-true",
)


@pytest.mark.parametrize("name", ["E3", "A4", "C6"])
def test_a_comb_is_1_at_the_partials_and_0_far_from_them(name: str) -> None:
    encoding = LogMel(n_mels=128)
    (teeth,) = comb(encoding, [name])
    assert teeth.shape == (128,) and teeth.min() >= 0 and teeth.max() == 1
    centres, f = encoding.frequencies(), frequency_of(midi_number(name))
    resolution = encoding.rate / encoding.n_fft
    for number in range(1, int(2000 / f) + 1):
        nearest = (centres - number * f).abs().argmin()
        assert teeth[max(0, nearest - 1) : nearest + 2].max() > 0.93
        # between this partial and the next: out of the main lobes of both, and of the band's own width
        width = centres[nearest + 1] - centres[nearest - 1]
        if f / 2 > 2.5 * resolution + width:
            assert teeth[(centres - (number + 0.5) * f).abs().argmin()] == 0
    assert teeth[centres < f - 4 * resolution].max() == 0


def test_an_octave_higher_every_second_tooth_is_left() -> None:
    low, high = comb(LogMagnitudeIF(), ["A3", "A4"])
    bins = torch.arange(1, 8) * 440 / (16_000 / 1024)
    assert (torch.stack([low, high])[:, bins.round().long()] > 0.9).all()
    between = (bins - 220 / (16_000 / 1024)).round().long()
    assert (low[between] > 0.9).all() and (high[between] == 0).all()


def test_a_comb_keeps_every_bit_in_16_bit_and_a_name_that_is_no_note_is_refused() -> None:
    teeth = comb(LogMel(), ["C4", "G4"])
    assert torch.equal(teeth, teeth.half().float())
    with pytest.raises(ValueError, match="'loud' was given"):
        comb(LogMel(), ["C4", "loud"])


def test_a_generator_places_its_second_picture_at_the_partials() -> None:
    made, wanted = torch.randn(2, 2, 32, 8), {"pitch": torch.tensor([3, 0])}
    placed = Partials(COMB).placed(made, wanted)
    for number, pitch in enumerate((3, 0)):
        for frequency in range(32):
            between, at_partials = made[number, :, frequency]
            expected = between + at_partials * COMB[pitch, frequency]
            torch.testing.assert_close(placed[number, 0, frequency], expected)
    assert Partials().placed(made, wanted) is made


@pytest.mark.parametrize("family", FAMILIES)
def test_every_generator_begins_as_without_a_comb_and_then_uses_that_of_the_pitch(family: str) -> None:
    torch.manual_seed(0)
    generator = FAMILIES[family][0]((1, 32, 16), CLASSES, 8, (8, 8, 4, 4), COMB.clone())
    z, wanted = torch.randn(4, 8), {"pitch": torch.arange(4), "instrument": torch.arange(4) % 3}
    other = COMB[torch.tensor([0, 1, 2, 4, 3])]  # another pitch 3, and all else as before

    def difference() -> torch.Tensor:
        x = []
        for known in (COMB, other):
            generator.partials.comb.copy_(known)
            x.append(generator(z, wanted))
        assert x[0].shape == (4, 1, 32, 16)
        return (x[1] - x[0]).flatten(1).abs().amax(1)

    assert (difference() == 0).all()
    generator(z, wanted).sum().backward()
    assert all(w.grad is not None for w in generator.parameters())
    with torch.no_grad():
        for w in generator.parameters():
            w += 0.1 * torch.randn_like(w)
    changed = difference()
    assert (changed[:3] == 0).all() and changed[3] > 1e-4


def test_a_training_draws_the_comb_and_its_generator_takes_it_along(tmp_path: Path) -> None:
    run = train(SMALL, folder=tmp_path)
    expected = comb(run.encoding, run.clips.classes["pitch"])
    assert torch.equal(run.generator.partials.comb, expected)
    model = zoo.load(tmp_path)
    assert torch.equal(model.generator.partials.comb, expected)
    assert torch.equal(model.untrained().generator.partials.comb, expected)
    plain = Training(replace(SMALL, partials=False))
    assert plain.generator.partials.comb is None
    assert "partials.comb" not in plain.generator.state_dict()


def test_partials_need_pitches_and_these_need_to_be_notes() -> None:
    with pytest.raises(
        ValueError, match=r"partials is True.*name pitch among them, or set partials to False"
    ):
        Recipe(conditions=("instrument",), partials=True)
    clips = datasets.notes(8, seed=0)
    clips = replace(clips, classes={**clips.classes, "pitch": ("loud", *clips.classes["pitch"][1:])})
    with pytest.raises(
        ValueError, match=r"partials asks how high each pitch is.*'loud' is no note.*do without partials"
    ):
        Training(SMALL, clips)


def test_a_recipe_for_other_labels_leaves_out_what_they_do_not_allow() -> None:
    recipe = replace(SMALL, naming=0.3, unheard=0.2)
    assert recipe.conditioned_on({"pitch": ("C4", "Gb3"), "breath": ("soft",)}) == replace(
        recipe, conditions=("pitch", "breath")
    )
    assert recipe.conditioned_on({"word": ("yes", "no")}) == replace(
        recipe, conditions=("word",), partials=False, unheard=0.0
    )
    assert recipe.conditioned_on({"pitch": ("high", "low")}) == replace(
        recipe, conditions=("pitch",), partials=False, unheard=0.0
    )
    assert recipe.conditioned_on({}) == replace(
        recipe, conditions=(), partials=False, unheard=0.0, naming=0.0
    )
