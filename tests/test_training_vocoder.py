"""A vocoder's training: it learns, goes on as if it had not stopped, and says what is wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.training.checkpoint import CheckpointError
from gan_course.training.processes import alone_in
from gan_course.training.recorders import History
from gan_course.training.vocoder import (
    VocoderRecipe,
    VocoderTraining,
    lateness,
    load_vocoder,
    played_at,
    train_vocoder,
)
from gan_course.zoo.model import WEIGHTS

SMALL = VocoderRecipe(
    representation={"representation": "LogMel", "n_mels": 64},
    width=16,
    hidden=32,
    blocks=1,
    steps=6,
    batch=2,
)


@pytest.fixture(scope="module")
def clips() -> Clips:
    return datasets.notes(12, seed=0, samples=8192)


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("critic", [0.0, 0.1])
def test_a_run_taken_up_again_ends_bit_for_bit_as_one_that_never_stopped(
    clips: Clips, tmp_path: Path, critic: float
) -> None:
    recipe = replace(SMALL, critic=critic)
    whole = train_vocoder(recipe, clips)
    run = VocoderTraining(recipe, clips)
    for _ in range(3):
        run.step(run.sounds)
    run.save(tmp_path / "checkpoint.safetensors")
    again = train_vocoder(recipe, clips, tmp_path)
    assert again.done == 6
    assert equal(whole.state(), again.state())
    assert any(name.startswith("critic/") for name in whole.state()) == bool(critic)


def test_a_seed_decides_everything_and_the_global_state_nothing(clips: Clips) -> None:
    torch.manual_seed(1)
    before = torch.get_rng_state()
    one = train_vocoder(SMALL, clips).averaged
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert equal(one, train_vocoder(SMALL, clips).averaged)
    assert not equal(one, train_vocoder(replace(SMALL, seed=1), clips).averaged)


@pytest.mark.slow
def test_it_learns(clips: Clips) -> None:
    run = VocoderTraining(replace(SMALL, steps=80, batch=4), clips)
    x = clips.audio[:4]

    def distance() -> dict[str, float]:
        probe = VocoderTraining(replace(SMALL, batch=4), clips)
        probe.restore(run.state(), 0)
        return {name: value.item() for name, value in probe.step(lambda count, random: x).items()}

    before = distance()
    for _ in range(80):
        run.step(run.sounds)
    after = distance()
    assert after["delay"] < 0.7 * before["delay"]
    assert after["sound"] < 0.9 * before["sound"]


def test_the_average_follows_the_network_from_behind(clips: Clips) -> None:
    run = VocoderTraining(replace(SMALL, average=0.5), clips)
    start = {name: w.clone() for name, w in run.averaged.items()}
    for _ in range(6):
        run.step(run.sounds)
    for name, w in run.vocoder.state_dict().items():
        moved, behind = (w - start[name]).norm(), (run.averaged[name] - start[name]).norm()
        assert 0 < behind < moved


def test_what_is_kept_is_small_and_plays_the_same(clips: Clips, tmp_path: Path) -> None:
    run = train_vocoder(SMALL, clips, tmp_path, [History(tmp_path, 2)])
    vocoder, about = load_vocoder(tmp_path / "vocoder.safetensors")
    assert about["steps"] == 6 and "synthetic notes" in about["data"]
    assert VocoderRecipe.from_dict(about["vocoder"]) == SMALL
    run.vocoder.load_state_dict(run.averaged)
    z = vocoder.encoding.encode(clips.audio[:2])
    for one, other in zip(vocoder(z), run.vocoder.eval()(z), strict=True):
        assert torch.allclose(one, other, atol=0.3, rtol=1e-2)
    assert not any(w.requires_grad for w in vocoder.parameters())
    rows = (tmp_path / "losses.csv").read_text().splitlines()
    assert rows[0] == "step,magnitude,advance,delay,sound,learning rate,steps a second" and len(rows) == 4
    assert not any(cell == "" for row in rows for cell in row.split(","))


def test_a_folder_of_another_recipe_and_a_file_of_another_kind_are_refused(
    clips: Clips, tmp_path: Path
) -> None:
    train_vocoder(SMALL, clips, tmp_path)
    with pytest.raises(CheckpointError, match="made with another recipe: choose another folder"):
        train_vocoder(replace(SMALL, seed=3), clips, tmp_path)
    for foreign in (tmp_path / "checkpoint.safetensors", WEIGHTS / "orchestra-full.safetensors"):
        with pytest.raises(CheckpointError, match="does not hold a vocoder: name a file"):
            load_vocoder(foreign)


def test_a_run_is_not_taken_up_with_other_sounds_nor_beside_another(clips: Clips, tmp_path: Path) -> None:
    train_vocoder(SMALL, clips, tmp_path)
    (tmp_path / "vocoder.safetensors").unlink()
    for other in (clips.select(range(8)), replace(clips, audio=clips.audio.flip(0))):
        with pytest.raises(CheckpointError, match=r"trained on other data .* bring those back"):
            train_vocoder(SMALL, other, tmp_path)
    with alone_in(tmp_path), pytest.raises(ValueError, match="another training is running in"):
        train_vocoder(SMALL, clips, tmp_path)
    assert train_vocoder(SMALL, clips, tmp_path).done == 6
    assert sorted(file.name for file in tmp_path.iterdir()) == ["checkpoint.safetensors", "vocoder.safetensors"]
    with pytest.raises(ValueError, match="save_every is 0, and at least 1"):
        train_vocoder(SMALL, clips, save_every=0)


def test_a_state_of_another_network_is_refused_and_nothing_moves(clips: Clips) -> None:
    run = VocoderTraining(SMALL, clips)
    before = {name: w.clone() for name, w in run.state().items()}
    with pytest.raises(CheckpointError, match="of other networks, which differ in"):
        run.restore(VocoderTraining(replace(SMALL, hidden=48), clips).state(), 3)
    assert run.done == 0 and equal(before, run.state())


def test_numbers_that_are_none_any_more_stop_it_where_it_was_last_kept(clips: Clips, tmp_path: Path) -> None:
    train_vocoder(SMALL, clips, tmp_path)
    broken = replace(clips, audio=clips.audio.clone())
    run = VocoderTraining(SMALL, clips)
    run.resume(tmp_path / "checkpoint.safetensors")
    broken.audio[:] = 1e30
    with pytest.raises(
        FloatingPointError, match=r"at step \d are no finite numbers .* smaller learning rate"
    ):
        train_vocoder(SMALL, broken)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": 0}, "steps is 0, and at least 1"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, and a number above 0"),
        ({"critic": -1.0}, "critic is -1.0, and 0 or more"),
    ],
)
def test_recipes_that_cannot_work_are_refused(change: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(SMALL, **change)  # type: ignore[arg-type]


def test_clips_that_do_not_fit_are_refused(clips: Clips) -> None:
    with pytest.raises(ValueError, match="rate of 8,000 Hz, and the representation is for 16,000 Hz"):
        VocoderTraining(SMALL, replace(clips, rate=8000))
    with pytest.raises(ValueError, match="not a whole number of hops of 256"):
        VocoderTraining(SMALL, replace(clips, audio=clips.audio[:, :-1]))
    with pytest.raises(ValueError, match="a vocoder's recipe has no weight; it has data, "):
        VocoderRecipe.from_dict({"weight": 3})


def test_sounds_to_learn_from_vary_in_pitch_company_and_hiss(clips: Clips) -> None:
    run = VocoderTraining(SMALL, clips)
    x = run.sounds(200, torch.Generator().manual_seed(0))
    assert x.shape == (200, 8192)
    quiet = x[:, -64:].abs().amax(1)
    assert 0.2 < (quiet > 0).float().mean() < 0.9
    plain = replace(SMALL, varispeed=0.0, chords=0.0, hiss=-100.0)
    x = VocoderTraining(plain, clips).sounds(50, torch.Generator().manual_seed(0))
    nearest = torch.cdist(x, clips.audio).amin(1)
    assert nearest.max() < 0.05


def test_faster_is_higher_and_shorter() -> None:
    t = torch.arange(4096.0)
    tone = torch.sin(2 * torch.pi * 100 / 4096 * t).unsqueeze(0)
    fast = played_at(tone, 1.5, 4096)
    assert fast[0, :2700].unsqueeze(0).shape == (1, 2700) and not fast[0, 2740:].any()
    assert torch.allclose(fast[0, :2000], torch.sin(2 * torch.pi * 150 / 4096 * t[:2000]), atol=0.01)
    assert torch.equal(played_at(tone, 1.0, 4096), tone)


def test_lateness_is_where_the_sound_is_in_the_frame() -> None:
    x = torch.zeros(1, 4096)
    x[0, 1_100] = 2.0
    late, loud = lateness(x, 1024, 256)
    assert late[0, 4].item() == pytest.approx(1_100 - 4 * 256, abs=0.01)
    assert late[0, 5].item() == pytest.approx(1_100 - 5 * 256, abs=0.01)
    assert loud[0, 12].item() == pytest.approx(0, abs=1e-6) and late[0, 12].item() == 0
