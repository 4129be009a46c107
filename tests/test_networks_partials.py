"""What networks are shown of a pitch: the comb lies where its partials are, and both players put it to use."""

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


def test_a_discriminator_sees_beside_the_picture_what_of_it_is_at_the_partials() -> None:
    x, wanted = torch.randn(2, 1, 32, 8), {"pitch": torch.tensor([3, 0])}
    seen = Partials(COMB).beside(x, wanted)
    assert torch.equal(seen[:, :1], x)
    torch.testing.assert_close(seen[1, 1], x[1, 0] * COMB[0][:, None])
    assert Partials().beside(x, wanted) is x


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_puts_the_comb_of_the_pitch_to_use(family: str) -> None:
    torch.manual_seed(0)
    make_generator, make_discriminator = FAMILIES[family]
    generator = make_generator((1, 32, 16), CLASSES, 8, (8, 8, 4, 4), comb=COMB.clone())
    discriminator = make_discriminator((1, 32, 16), CLASSES, (4, 4, 8, 8), comb=COMB.clone())
    z, wanted = torch.randn(4, 8), {"pitch": torch.arange(4), "instrument": torch.arange(4) % 3}
    x = generator(z, wanted)
    assert x.shape == (4, 1, 32, 16)
    said = discriminator(x, wanted)
    said.sum().backward()
    assert all(w.grad is not None for w in (*generator.parameters(), *discriminator.parameters()))
    other = COMB[torch.tensor([0, 1, 2, 4, 3])]  # another pitch 3, and all else as before

    def differences() -> tuple[torch.Tensor, torch.Tensor]:
        x = generator(z, wanted)
        said = discriminator(x, wanted)
        for network in (generator, discriminator):
            network.partials.comb.copy_(other)
        differences = (
            (generator(z, wanted) - x).flatten(1).abs().amax(1),
            (discriminator(x, wanted) - said).abs(),
        )
        for network in (generator, discriminator):
            network.partials.comb.copy_(COMB)
        return differences

    assert all((difference < 1e-6).all() for difference in differences())  # they begin as without a comb
    with torch.no_grad():
        for w in (*generator.parameters(), *discriminator.parameters()):
            w += 0.1 * torch.randn_like(w)
    for difference in differences():
        assert (difference[:3] < 1e-5).all() and difference[3] > 1e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_a_pitch_that_is_shown_need_not_be_named(family: str) -> None:
    torch.manual_seed(1)
    discriminator = FAMILIES[family][1]((1, 32, 16), CLASSES, (4, 4, 8, 8), comb=COMB.clone())
    x, wanted = torch.randn(4, 1, 32, 16), {"pitch": torch.arange(4), "instrument": torch.arange(4) % 3}
    logits, cost = discriminator(x, wanted, naming=True)
    assert torch.equal(logits, discriminator(x, wanted))
    f = discriminator.seen(discriminator.partials.beside(x, wanted))
    embeddings = discriminator.judge.matches.weight[:, CLASSES["pitch"] :]
    chances = (f @ embeddings / f.shape[1] ** 0.5).softmax(1)
    expected = -chances[torch.arange(4), wanted["instrument"]].log().mean()
    torch.testing.assert_close(cost, expected)


def test_both_players_of_a_training_have_the_comb_and_its_generator_takes_it_along(tmp_path: Path) -> None:
    run = train(SMALL, folder=tmp_path)
    expected = comb(run.encoding, run.clips.classes["pitch"])
    for network in (run.generator, run.discriminator):
        assert torch.equal(network.partials.comb, expected)
    model = zoo.load(tmp_path)
    assert torch.equal(model.generator.partials.comb, expected)
    assert torch.equal(model.untrained().generator.partials.comb, expected)
    plain = Training(replace(SMALL, partials=False))
    assert plain.generator.partials.comb is None
    assert "partials.comb" not in plain.generator.state_dict()


def test_partials_need_pitches_and_these_need_to_be_notes() -> None:
    with pytest.raises(
        ValueError, match=r"partials is True.*name pitch among them, or leave partials at False"
    ):
        Recipe(conditions=("instrument",), partials=True)
    clips = datasets.notes(8, seed=0)
    clips = replace(clips, classes={**clips.classes, "pitch": ("loud", *clips.classes["pitch"][1:])})
    with pytest.raises(
        ValueError, match=r"partials asks how high each pitch is.*'loud'.*do without partials"
    ):
        Training(SMALL, clips)
