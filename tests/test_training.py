"""Training: deterministic, resumable to the bit, and clear about what stops it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from gan_course import datasets
from gan_course.training import Recipe, Training, checkpoint, train
from gan_course.training.recorders import History

SMALL = Recipe(
    data_options={"count": 24, "seed": 3},
    generator_widths=(8, 8, 8, 8),
    discriminator_widths=(4, 4, 8, 8),
    latent=8,
    steps=12,
    batch=4,
    penalty_every=4,
    precision="32-true",
)


@pytest.fixture(scope="module")
def clips() -> datasets.Clips:
    return datasets.notes(24, seed=3)


def weights(run: Training) -> dict[str, torch.Tensor]:
    return {**run.averaged, **run.generator.state_dict(), **run.discriminator.state_dict()}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_same_seed_gives_the_same_weights_to_the_bit(clips: datasets.Clips) -> None:
    assert_same(weights(train(SMALL, clips)), weights(train(SMALL, clips)))


def test_a_run_that_was_interrupted_ends_with_the_weights_of_one_that_was_not(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    class Stop(Exception):
        pass

    class Interrupting(History):
        def step(self, step: int, losses, seconds_left: float) -> None:
            if step == 7:
                raise Stop

    with pytest.raises(Stop):
        train(SMALL, clips, tmp_path, [Interrupting(tmp_path)], save_every=5)
    resumed = train(SMALL, clips, tmp_path)
    assert resumed.done == SMALL.steps
    assert_same(weights(resumed), weights(train(SMALL, clips)))


def test_training_moves_both_players_and_the_average_follows_behind(clips: datasets.Clips) -> None:
    run = Training(SMALL, clips)
    before = {name: w.clone() for name, w in weights(run).items()}
    run.step()
    assert all(
        not torch.equal(before[n], w) for n, w in run.discriminator.state_dict().items() if "weight" in n
    )
    moved = {n: (w - before[n]).norm() for n, w in run.generator.state_dict().items()}
    followed = {n: (run.averaged[n] - before[n]).norm() for n in run.averaged}
    assert sum(moved.values()) > 0
    for _ in range(3):
        run.step()
    assert 0 < sum(followed.values()) <= sum(moved.values()) + 1e-6


def test_the_schedules_begin_and_end_where_the_recipe_says() -> None:
    recipe = Recipe(steps=1000, learning_rate=1e-3, average=0.1)
    assert recipe.rate_at(0) == recipe.rate_at(500) == 1e-3
    assert recipe.rate_at(750) == pytest.approx(0.55e-3)
    assert recipe.rate_at(1000) == pytest.approx(1e-4)
    assert recipe.decay_at(1000) ** 100 == pytest.approx(0.5)
    assert recipe.decay_at(0) <= 0.5


def test_losses_that_are_no_numbers_stop_the_run_and_keep_the_last_checkpoint(
    clips: datasets.Clips, tmp_path: Path
) -> None:
    class Poison(History):
        def step(self, step: int, losses, seconds_left: float) -> None:
            if step == 6:
                with torch.no_grad():
                    self.run.generator.state_dict()["project.weight"].fill_(torch.nan)

    poison = Poison(tmp_path)
    made: list[Training] = []
    original = Training.__init__

    def remember(self: Training, *arguments) -> None:
        original(self, *arguments)
        made.append(self)
        poison.run = self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Training, "__init__", remember)
        with pytest.raises(FloatingPointError, match="smaller learning rate"):
            train(SMALL, clips, tmp_path, [poison], save_every=5)
    tensors, about = checkpoint.load(tmp_path / "checkpoint.safetensors")
    assert about["steps"] == 5
    assert all(torch.isfinite(t).all() for t in tensors.values())


def test_a_full_disk_leaves_the_checkpoint_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint.safetensors"
    checkpoint.save(path, {"w": torch.ones(3)}, {"steps": 1})

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(OSError, match="free some space"):
        checkpoint.save(path, {"w": torch.zeros(3)}, {"steps": 2})
    assert checkpoint.load(path)[1]["steps"] == 1
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_missing_damaged_or_foreign_checkpoint_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "generator.safetensors"
    with pytest.raises(checkpoint.CheckpointError, match="train first"):
        checkpoint.load(path)
    path.write_bytes(content)
    with pytest.raises(checkpoint.CheckpointError, match="not a checkpoint of this course"):
        checkpoint.load(path)


def test_a_folder_with_another_recipes_run_is_left_alone(clips: datasets.Clips, tmp_path: Path) -> None:
    train(SMALL, clips, tmp_path)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    other = Recipe.from_dict(SMALL.to_dict() | {"gamma": 5.0})
    with pytest.raises(checkpoint.CheckpointError, match="another recipe"):
        train(other, clips, tmp_path)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before


def test_a_recipe_is_plain_data_and_reads_itself_back(tmp_path: Path) -> None:
    text = json.dumps(SMALL.to_dict())
    assert Recipe.from_dict(json.loads(text)) == SMALL
    file = tmp_path / "mine.json"
    file.write_text(text)
    assert Recipe.read(file, steps=99).steps == 99


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"steps": 0}, "at least 1"), ({"precision": "fp8"}, "choose auto"), ({"stepz": 3}, "no stepz")],
)
def test_a_recipe_that_cannot_work_is_refused(changes: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Recipe.from_dict(changes)


def test_an_unknown_recipe_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="notes-first"):
        Recipe.read("nothing")
