"""The small GAN of lesson 07: each piece against the library's larger one, or by what it must do."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
import torch

from gan_course import datasets
from gan_course.objectives import least_squares, value
from gan_course.objectives.games import both_orders, mixed_value
from gan_course.spectral import LogMel
from gan_course.training import first_gan


@pytest.fixture(scope="module")
def clips() -> datasets.Clips:
    return datasets.notes(8, seed=3)


def test_its_pictures_are_those_of_the_representation(clips: datasets.Clips) -> None:
    mel = LogMel()
    filters = mel.filters(clips.audio)
    loud = torch.cat([clips.audio, 20 * clips.audio[:2], torch.zeros(1, clips.audio.shape[1])])
    assert torch.allclose(first_gan.encode(loud, filters), mel.encode(loud), atol=1e-6)


def test_a_folder_is_read_whole_at_one_rate_and_length(clips: datasets.Clips, tmp_path: Path) -> None:
    for i, sound in enumerate(clips):
        sound.resample(8_000 if i % 2 else 16_000).save(tmp_path / f"{i}.wav")
    read = first_gan.read_folder(tmp_path, 16_000, 16_384)
    assert read.shape == clips.audio.shape
    assert (read[::2] - clips.audio[::2]).abs().max() < 1e-3
    for one, other in zip(read[1::2], clips.audio[1::2], strict=True):
        assert torch.corrcoef(torch.stack([one, other]))[0, 1] > 0.9


def test_what_is_written_is_read_again_and_never_clipped(tmp_path: Path) -> None:
    for peak in (0.2, 1.0, 7.0):
        x = torch.linspace(-peak, peak, 500)
        first_gan.write_sound(tmp_path / "x.wav", x, 11_025)
        got, rate = soundfile.read(tmp_path / "x.wav")
        assert rate == 11_025
        assert abs(torch.from_numpy(got) - x / max(peak, 1.0)).max() < 1e-3


def test_the_networks_fit_each_other_and_the_pictures(clips: datasets.Clips) -> None:
    G, D = first_gan.build_generator(10), first_gan.build_discriminator()
    assert G(torch.randn(2, 10)).shape == (2, *first_gan.SHAPE) == (2, *LogMel().shape(16_384))
    assert D(LogMel().encode(clips.audio)).shape == (8, 1)


def test_the_discriminators_step_moves_nobody_else_and_skips_a_penalty_of_no_weight() -> None:
    torch.manual_seed(0)
    G, D = first_gan.build_generator(4), first_gan.build_discriminator()
    before = [w.clone() for w in G.parameters()]
    adam = torch.optim.Adam(D.parameters())
    real, z = torch.rand(3, 1, 64, 64), torch.randn(3, 4)
    for gamma in (0.0, 1.0):
        loss = first_gan.discriminator_step(least_squares, D, G, adam, real, z, gamma)
        assert loss.ndim == 0
    assert all(torch.equal(a, b) for a, b in zip(before, G.parameters(), strict=True))
    assert all(w.grad is None for w in G.parameters())


def test_max_min_is_never_above_min_max_and_dice_lie_between() -> None:
    torch.manual_seed(1)
    D, q = torch.rand(9, 3).double(), torch.rand(7, 3).double()
    p, q = torch.tensor([0.2, 0.3, 0.5]).double(), q / q.sum(1, keepdim=True)
    first, second = both_orders(D, p, q)
    between = mixed_value(value(D[:, None], p, q)).value
    assert first - 1e-9 <= between <= second + 1e-9


def test_a_name_is_missing_only_while_nobody_defines_it() -> None:
    namespace: dict = {}
    exec("def f(x):\n    return nowhere(x) + len(x)\n", namespace)
    assert first_gan.missing_names(namespace["f"]) == ["nowhere"]
    namespace["nowhere"] = len
    assert first_gan.missing_names(namespace["f"]) == []
