"""What lies in a run's folder: whose it is, what tells it from others, and what is mended or refused there."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from typer.testing import CliRunner

from gan_course import Sound, datasets
from gan_course.cli import app, endings_wait
from gan_course.datasets import Clips
from gan_course.display.monitor import tiles
from gan_course.evaluation.during import Examination
from gan_course.training import Game, Recipe, Rules, Training, checkpoint, loop, play, recorders, train
from gan_course.training.processes import alone_in
from gan_course.training.recorders import History, ProgressBar, Samples
from tests.test_training import SMALL, assert_same, table
from tests.test_training_game import bells, networks

QUIET = ("--measure-every", "0")


@pytest.fixture(scope="module")
def clips() -> Clips:
    return datasets.notes(24, seed=3)


def typed(*words: object) -> Any:
    """What the command says to these words."""
    return CliRunner().invoke(app, list(map(str, words)))


def in_one_sentence(said: Any, *parts: str) -> None:
    assert said.exit_code == 1 and "Traceback" not in said.output, said.output
    assert isinstance(said.exception, SystemExit), said.exception
    assert len(said.stderr.strip().splitlines()) == 1
    assert all(part in said.stderr for part in parts), said.stderr


def full(*_: Any) -> None:
    """In the place of what writes: the disk is full."""
    raise OSError(28, "No space left on device")


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(SMALL.to_dict()))
    return file


# The data of the run


def renamed(clips: Clips) -> Clips:
    names = clips.classes["instrument"]
    order = torch.arange(len(names)).roll(1)
    labels = clips.labels | {"instrument": order[clips.labels["instrument"]]}
    return replace(clips, classes=clips.classes | {"instrument": (*names[1:], names[0])}, labels=labels)


def exchanged(clips: Clips) -> Clips:
    """The same labels in the same order, and the sounds in another."""
    return replace(clips, audio=clips.audio.flip(0))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (renamed, "the values of instrument are in another order"),
        (
            lambda c: replace(c, classes=c.classes | {"pitch": (*c.classes["pitch"], "C9")}),
            "the values of pitch lost none and won C9",
        ),
        (lambda c: c.select(range(20)), "they were 24 clips and are 20"),
        (lambda c: c.select(torch.arange(24).roll(1)), "the clips have other labels"),
        (exchanged, "the clips sound otherwise"),
        (
            lambda c: replace(c, audio=torch.cat([c.audio, c.audio], 1)),
            "the samples were 16384 and are 32768",
        ),
    ],
    ids=["renamed", "more", "fewer", "other labels", "exchanged", "longer"],
)
def test_a_run_is_not_taken_up_with_other_data(
    clips: Clips, tmp_path: Path, change: Callable[[Clips], Clips], said: str
) -> None:
    train(replace(SMALL, steps=4), clips, tmp_path, seconds=0)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(checkpoint.CheckpointError, match=f"other data .*{said}.*: bring those back"):
        train(replace(SMALL, steps=4), change(clips), tmp_path)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before


def test_the_last_bits_of_the_clips_and_an_older_checkpoint_stop_no_run(clips: Clips, tmp_path: Path) -> None:
    train(SMALL, clips, tmp_path, seconds=0)
    train(SMALL, replace(clips, audio=clips.audio * (1 + 1e-6)), tmp_path, seconds=0)
    path = tmp_path / "checkpoint.safetensors"
    tensors, about = checkpoint.load(path)
    del about["clips"]
    checkpoint.save(path, tensors, about)
    assert train(SMALL, exchanged(clips), tmp_path, seconds=0).done == 3


def test_a_generator_says_which_clips_it_was_trained_on_and_one_of_before_is_told(
    clips: Clips, tmp_path: Path
) -> None:
    recipe, path = replace(SMALL, steps=2), tmp_path / "generator.safetensors"
    run = train(recipe, clips, tmp_path)
    tensors, about = checkpoint.load(path)
    assert about["clips"] == checkpoint.fingerprint(clips, recipe.conditions) == run.fingerprint
    checkpoint.save(path, tensors, {name: value for name, value in about.items() if name != "clips"})
    train(recipe, clips, tmp_path)
    assert checkpoint.about(path) == about


def of_a_folder(folder: Path, **options: Any) -> Recipe:
    """A small recipe for a folder with six sounds, which is made; a table names their pitches."""
    folder.mkdir(parents=True)
    rows = [("file", "pitch")]
    for number, pitch in enumerate(("C4", "D4", "E4") * 2):
        datasets.note("organ", pitch, seed=number).save(folder / f"{number}.wav")
        rows.append((f"{number}.wav", pitch))
    with open(folder / "labels.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return replace(
        SMALL, steps=4, data="folder", data_options={"path": str(folder), **options}, conditions=("pitch",)
    )


@pytest.mark.parametrize("table", ["labels.csv", "absolute"])
def test_a_folder_of_sounds_may_be_moved_and_the_run_goes_on(tmp_path: Path, table: str) -> None:
    before, now, folder = tmp_path / "sounds", tmp_path / "new place" / "é", tmp_path / "run"
    recipe = of_a_folder(before, labels=str(before / "labels.csv") if table == "absolute" else table)
    train(recipe, folder=folder, seconds=0)
    now.parent.mkdir()
    before.rename(now)
    moved, file = recipe.with_sounds_in(now), folder / "recipe.json"
    file.write_bytes(file.read_bytes()[:-9])  # and half of it is left
    assert moved.data_options["labels"] == "labels.csv"
    assert train(moved, folder=folder, seconds=0).done == 2
    assert Recipe.read(file) == moved
    now.rename(before)
    done = typed("train", file, "--folder", folder, "--sounds", before, "--pause-after", "0", *QUIET)
    assert done.exit_code == 0, done.output
    assert Recipe.read(file).data_options["path"] == str(before) and "3 of 4 steps" in done.stdout
    (before / "0.wav").unlink()
    with open(before / "labels.csv", "w", newline="") as opened:
        csv.writer(opened).writerows(
            [("file", "pitch"), *((f"{n}.wav", "CDECDE"[n] + "4") for n in range(1, 6))]
        )
    with pytest.raises(checkpoint.CheckpointError, match="they were 6 clips and are 5"):
        train(recipe.with_sounds_in(before), folder=folder)
    with pytest.raises(checkpoint.CheckpointError, match=r"data_options was .*'trim': False"):
        train(
            replace(recipe, data_options=recipe.with_sounds_in(before).data_options | {"trim": False}),
            folder=folder,
        )
    with pytest.raises(ValueError, match="the data 'notes', which have no folder of sounds"):
        SMALL.with_sounds_in(before)


@pytest.mark.parametrize(("averaged", "wide"), [(0.0, False), (3.0, False), (0.0, True)])
def test_a_game_of_other_networks_is_not_taken_up_and_nothing_moves(
    tmp_path: Path, averaged: float, wide: bool
) -> None:
    path, rules = tmp_path / "game.safetensors", Rules(batch=8, average=averaged)
    play(Game(*networks(), rules), bells, 2).save(path)
    generator, _ = networks(1)
    other = Game(
        generator, nn.Sequential(nn.Linear(2, 32 if wide else 16), nn.Linear(32 if wide else 16, 1)), rules
    )
    before = {name: w.clone() for name, w in other.state().items()}
    with pytest.raises(checkpoint.CheckpointError, match=r"of other networks, which differ in discriminator"):
        other.resume(path)
    assert other.done == 0
    assert_same(before, other.state())


# The recipe beside the run


def advised(said: str) -> list[str]:
    """The words of the command that a sentence advises."""
    found = re.search("`gan-course (.*?)`", said)
    assert found, said
    return shlex.split(found[1])


@pytest.mark.parametrize("state", ["as it was", "missing", "half of it", "edited", "no JSON"])
def test_the_command_that_is_advised_for_a_run_of_another_recipe_goes_on_with_it(
    clips: Clips, tmp_path: Path, state: str
) -> None:
    folder = tmp_path / "my run"
    file = folder / "recipe.json"
    train(replace(SMALL, steps=2), clips, folder, seconds=0)
    before = file.read_bytes()
    if state == "missing":
        file.unlink()
    elif state == "half of it":
        file.write_bytes(before[:99])
    elif state == "edited":
        file.write_text(json.dumps(SMALL.to_dict() | {"steps": 2, "gamma": 7.0}))
    elif state == "no JSON":
        file.write_text("{gamma: 7}")
    changed = file.read_bytes() if file.is_file() else b""
    with pytest.raises(
        checkpoint.CheckpointError, match=r"another recipe \(gamma was 1.0 and is 7.0\)"
    ) as refused:
        train(replace(SMALL, steps=2, gamma=7.0), clips, folder)
    assert ("moved" in str(refused.value)) == (state in ("edited", "no JSON"))
    assert (file.read_bytes() if file.is_file() else b"") == changed
    if state in ("edited", "no JSON"):
        again = typed(*advised(str(refused.value)), *QUIET)
        in_one_sentence(
            again, "another recipe" if state == "edited" else "or move it away, and the same command"
        )
        assert file.read_bytes() == changed
        file.rename(tmp_path / "mine.json")
    done = typed(*advised(str(refused.value)), *QUIET)
    assert done.exit_code == 0, done.output
    assert file.read_bytes() == before and checkpoint.about(folder / "checkpoint.safetensors")["steps"] == 2


def test_a_recipe_that_is_missing_is_written_when_the_run_goes_on_and_an_edited_one_stays(
    clips: Clips, tmp_path: Path
) -> None:
    file, recipe = tmp_path / "recipe.json", replace(SMALL, precision="auto")
    train(recipe, clips, tmp_path, seconds=0)
    kept = json.dumps(recipe.to_dict())
    for left, after in ((None, None), ("", None), (kept, kept), ("{gamma: 7}", "{gamma: 7}")):
        file.unlink()
        if left is not None:
            file.write_text(left)
        train(recipe, clips, tmp_path, seconds=0)
        if after is None:
            assert replace(Recipe.read(file), precision="auto") == recipe
        else:
            assert file.read_text() == after


# Foreign files


def foreign(path: Path, kind: str) -> None:
    if kind == "a game":
        play(Game(*networks(), Rules(batch=8)), bells, 2).save(path)
    else:
        about = (
            {"vocoder": {"width": 3}, "steps": 2, "seconds": 1.0} if kind == "a vocoder" else {"recipe": {}}
        )
        checkpoint.save(path, {"w": torch.ones(2)}, about)


@pytest.mark.parametrize("kind", ["a game", "a vocoder", "half of it"])
@pytest.mark.parametrize("precision", ["auto", "32-true"])
def test_a_checkpoint_that_is_no_runs_is_refused_in_one_sentence(
    clips: Clips, tmp_path: Path, recipe_file: Path, kind: str, precision: str
) -> None:
    folder = tmp_path / "run"
    foreign(folder / "checkpoint.safetensors", kind)
    with pytest.raises(
        checkpoint.CheckpointError, match="holds no run of a recipe that could go on: move it away"
    ):
        train(replace(SMALL, precision=precision), clips, folder)
    for more in ((), ("--within", "1")):
        asked = ("train", recipe_file, "--folder", folder, "--set", f"precision={precision}", *QUIET, *more)
        in_one_sentence(typed(*asked), "holds no run of a recipe")


@pytest.mark.parametrize("content", [b"[1, 2]", b"\xff\xfe\x00", b'"notes"', b"{"])
def test_a_file_that_is_no_recipe_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"mine\.json is no (recipe|JSON).*(names with values|name a file)"):
        Recipe.read(file)
    in_one_sentence(typed("train", file, "--folder", tmp_path / "run"), "mine.json is no")


@pytest.mark.parametrize("content", [b"", b"no checkpoint"])
def test_of_a_damaged_file_it_is_said_where_it_is_and_what_to_do(
    clips: Clips, tmp_path: Path, recipe_file: Path, content: bytes
) -> None:
    folder = tmp_path / "run"
    train(replace(SMALL, steps=2), clips, folder)
    path = folder / "checkpoint.safetensors"
    (folder / "generator.safetensors").write_bytes(content)
    by_training = "the command that trained it writes it anew from the checkpoint beside it"
    in_one_sentence(typed("generate", folder), str(folder / "generator.safetensors"), by_training)
    path.write_bytes(content)
    asked = ("train", recipe_file, "--folder", folder, *QUIET)
    said = "choose another folder to begin anew; what else is in"
    in_one_sentence(typed(*asked), f"{path} is not a checkpoint", said, "losses, stays as it is")
    path.unlink()
    in_one_sentence(
        typed("generate", folder), f"{folder / 'generator.safetensors'} is not", "use another file"
    )


def test_a_folder_that_is_a_file_is_refused_in_one_sentence(clips: Clips, recipe_file: Path) -> None:
    with pytest.raises(ValueError, match=r"mine\.json is a file, and the folder of a run is expected"):
        train(SMALL, clips, recipe_file)
    in_one_sentence(typed("train", recipe_file, "--folder", recipe_file, *QUIET), "is a file, and the folder")


# What a kill or another training leaves


def test_what_ended_a_run_is_told_whatever_its_observers_do_at_the_end(clips: Clips) -> None:
    told = []

    class Fails:
        def started(self, total_steps: int) -> None: ...

        def step(self, step: int, losses: Any, seconds_left: float) -> None:
            if step == 2:
                raise KeyboardInterrupt

        def finished(self) -> None:
            told.append("ended")
            raise OSError("the disk is full")

    with pytest.raises(KeyboardInterrupt):
        train(SMALL, clips, observers=[Fails(), Fails()])
    assert told == ["ended", "ended"]


@pytest.mark.skipif(os.name != "posix", reason="rights as on Unix")
def test_who_else_may_read_new_files_may_read_a_checkpoint(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        checkpoint.save(tmp_path / "a.safetensors", {"w": torch.ones(3)}, {})
    finally:
        os.umask(before)
    assert (tmp_path / "a.safetensors").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("left", ["nothing", "an older one", "half of one"])
def test_a_generator_that_is_missing_or_older_than_the_checkpoint_is_written_again(
    clips: Clips, tmp_path: Path, left: str
) -> None:
    path, recipe = tmp_path / "generator.safetensors", replace(SMALL, steps=4)
    train(recipe, clips, tmp_path, seconds=0)
    older = path.read_bytes()
    train(recipe, clips, tmp_path)
    whole = path.read_bytes()
    path.unlink()
    if left != "nothing":
        path.write_bytes(older if left == "an older one" else older[:99])
    train(recipe, clips, tmp_path)
    assert checkpoint.about(path)["steps"] == 4
    assert_same(checkpoint.load(path)[0], {n: w.half() for n, w in train(recipe, clips).averaged.items()})
    assert len(path.read_bytes()) == len(whole)


def test_two_trainings_in_one_folder_are_refused(clips: Clips, tmp_path: Path, recipe_file: Path) -> None:
    folder = tmp_path / "run"
    with alone_in(folder):
        with pytest.raises(
            ValueError, match=r"another training is running in .*run: wait until it has ended"
        ):
            train(SMALL, clips, folder)
        in_one_sentence(
            typed("train", recipe_file, "--folder", folder, *QUIET), "another training is running"
        )
    (folder / ".training.lock").touch()  # as a process that was killed leaves it
    train(replace(SMALL, steps=2), clips, folder)
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize("soft", [False, True])
def test_a_drive_that_knows_no_locks_is_trained_on_without(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, soft: bool
) -> None:
    import filelock

    def none(self: Any, *how: Any, **more: Any) -> None:
        if soft:
            self.__class__ = filelock.SoftFileLock
            raise filelock.Timeout(self.lock_file)
        raise OSError(37, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    assert train(replace(SMALL, steps=2), clips, tmp_path).done == 2


def test_processes_that_would_each_train_alone_in_the_folder_are_refused(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match=r"2 processes were started, and each would train alone .*--devices"):
        train(SMALL, clips, tmp_path)


def test_steps_that_were_tried_out_stay_before_the_first_checkpoint(
    tmp_path: Path, recipe_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    monkeypatch.setattr("gan_course.training.steps_within", lambda *how: 5)
    assert typed("train", recipe_file, "--folder", folder, "--within", "1", *QUIET).exit_code == 0
    (folder / "checkpoint.safetensors").unlink()
    monkeypatch.setattr("gan_course.training.steps_within", lambda *how: 6)
    again = typed("train", recipe_file, "--folder", folder, "--within", "1", *QUIET)
    assert again.exit_code == 0 and "5 steps" in again.stdout, again.output
    assert Recipe.read(folder / "recipe.json").steps == 5


def test_the_recipe_beside_a_run_is_whole_or_absent(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(
        OSError, match=r"recipe\.json could not be written \(No space .*\): free some space, or name"
    ):
        train(SMALL, clips, tmp_path)
    assert not list(tmp_path.glob("recipe.json*"))


def test_what_cannot_be_said_is_not_blamed_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "checkpoint.safetensors"
    with pytest.raises(TypeError, match="JSON"):
        checkpoint.save(path, {"w": torch.ones(3)}, {"steps": {1, 2}})

    def interrupted(*_: Any, **__: Any) -> None:
        path.with_name(path.name + ".part").write_bytes(b"half")
        raise RuntimeError("something else")

    monkeypatch.setattr("safetensors.torch.save_file", interrupted)
    with pytest.raises(RuntimeError, match="something else"):
        checkpoint.save(path, {"w": torch.ones(3)}, {"steps": 1})
    assert not list(tmp_path.iterdir())


def forbidden(*_: Any, **__: Any) -> None:
    """In the place of what writes: the rights do not allow it."""
    raise PermissionError(13, "Permission denied")


def test_where_one_may_not_write_no_space_is_to_be_freed_and_the_folder_is_named(
    clips: Clips, tmp_path: Path, recipe_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, allow = tmp_path / "ro" / "run", "allow yourself to write there"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", forbidden)
        asked = ("train", recipe_file, "--folder", folder, *QUIET)
        in_one_sentence(typed(*asked), f"{folder} could not be written (Permission denied): {allow}, or name")
        wanted = ("generate", "notes-full", "--folder", folder)
        in_one_sentence(
            typed(*wanted), f"{folder} could not be written (Permission denied): {allow}, or name"
        )
    with monkeypatch.context() as patch:
        patch.setattr(recorders, "_write", forbidden)
        with pytest.raises(
            OSError, match=rf"losses\.csv could not be written .*: {allow}, and go on"
        ) as refused:
            train(replace(SMALL, steps=2), clips, tmp_path / "run")
    assert "space" not in str(refused.value)
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", forbidden)
        with pytest.raises(
            OSError, match=f"checkpoint could not be written to .*: {allow}, or name another folder"
        ):
            checkpoint.save(tmp_path / "a.safetensors", {"w": torch.ones(3)}, {})
    file = tmp_path / "file"
    file.write_text("")
    in_one_sentence(
        typed("generate", "notes-full", "--folder", file / "x"), f"{file / 'x'} could not be written (Not a"
    )


# Tables, samples and the bar


def test_rows_of_steps_that_come_again_and_half_a_row_give_way(clips: Clips, tmp_path: Path) -> None:
    recipe = replace(SMALL, steps=8)

    def tables() -> list[list[str]]:
        return [[row["step"] for row in table(tmp_path / name)] for name in ("losses.csv", "metrics.csv")]

    def go_on(seconds: float = 1e9) -> None:
        watching = [History(tmp_path, 1)]
        train(
            recipe,
            clips,
            tmp_path,
            watching,
            measure=lambda r: {"d": r.done},
            measure_every=2,
            seconds=seconds,
        )

    go_on(seconds=0)
    whole = (tmp_path / "losses.csv").read_text(), (tmp_path / "metrics.csv").read_text()
    with open(tmp_path / "losses.csv", "a", newline="") as file:
        csv.writer(file).writerows([["2", "9"], ["3", "9"]])
        file.write("4,0.1")
    with open(tmp_path / "metrics.csv", "a", newline="") as file:
        file.write("2,9\r\n4,")
    go_on()
    assert tables() == [[str(step) for step in range(1, 9)], ["1", "2", "4", "6", "8"]]
    assert (tmp_path / "losses.csv").read_text().startswith(whole[0])
    assert "9" not in [row["D"] for row in table(tmp_path / "losses.csv")]


@pytest.mark.parametrize(("every", "steps"), [(1, "1 2 3 4 5"), (3, "3 5"), (7, "5"), (4, "4 5")])
def test_every_row_says_how_the_machine_ran_and_the_last_step_has_one(
    clips: Clips, tmp_path: Path, every: int, steps: str
) -> None:
    recipe = replace(SMALL, steps=5)
    train(recipe, clips, tmp_path, [History(tmp_path, every)])
    rows = table(tmp_path / "losses.csv")
    assert [row["step"] for row in rows] == steps.split()
    for row in rows:
        assert {"D", "G", "gradient norm D", "learning rate", "steps a second"} < set(row) and all(
            row.values()
        )
        assert float(row["learning rate"]) == pytest.approx(recipe.rate_at(int(row["step"]) - 1), rel=1e-4)


def test_a_full_disk_is_met_by_tables_after_the_checkpoint_and_named(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_write", full)
    with pytest.raises(OSError, match=r"losses\.csv could not be written \(.*No space.*\): free some space"):
        train(SMALL, clips, tmp_path, [History(tmp_path, 5)], save_every=5)
    assert checkpoint.about(tmp_path / "checkpoint.safetensors")["steps"] == 5


def test_a_run_with_a_folder_has_tables_and_the_command_writes_pictures_and_sounds(
    clips: Clips, tmp_path: Path, recipe_file: Path
) -> None:
    train(replace(SMALL, steps=2), clips, tmp_path / "plain")
    assert [row["step"] for row in table(tmp_path / "plain" / "losses.csv")] == ["2"]
    folder = tmp_path / "run"
    for words in (("--pause-after", "0"), ()):
        done = typed("train", recipe_file, "--folder", folder, "--measure-every", "8", *words)
        assert done.exit_code == 0, done.output
    names = sorted(file.name for file in (folder / "samples").iterdir())
    assert names == sorted(
        f"{step}{end}" for step in (1, 8, 12) for end in (".png", "-1.wav", "-2.wav", "-3.wav")
    )
    assert (folder / "samples" / "8.png").read_bytes().startswith(b"\x89PNG")
    assert Sound.load(folder / "samples" / "8-1.wav").duration == pytest.approx(1.024)


def test_sounds_above_full_scale_are_made_softer_and_a_full_disk_is_named(tmp_path: Path) -> None:
    samples, loud = Samples(tmp_path, tiles), Sound(torch.linspace(-2, 2, 16_000).numpy(), 16_000)
    samples.started(3)
    samples.step(3, {}, 0.0)
    samples.sample(torch.rand(4, 8, 8).numpy(), [loud])
    assert Sound.load(tmp_path / "samples" / "3-1.wav").peak == pytest.approx(10 ** (-1 / 20), rel=1e-3)
    blocked = Samples(tmp_path / "samples" / "3.png", tiles)
    with pytest.raises(OSError, match="what the generator makes could not be written to"):
        blocked.sample(torch.rand(4, 8, 8).numpy(), [])


def test_one_step_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []

    def draw(images: Any, text: str) -> Any:
        told.append(text)
        raise OSError

    bar, samples = ProgressBar(), Samples(tmp_path, draw)
    bar.started(2)
    for step in (1, 2):
        bar.metrics(step, {"d": 1.0})
        samples.step(step, {}, 0.0)
        with pytest.raises(OSError, match="could not be written"):
            samples.sample(torch.rand(4, 8, 8).numpy(), [])
    bar.finished()
    assert told == ["made after 1 step", "made after 2 steps"]
    said = capsys.readouterr().out
    assert "after 1 step: d 1" in said and "after 2 steps: d 1" in said


def test_a_bar_of_a_run_that_goes_on_counts_its_own_steps_and_says_how_it_runs() -> None:
    bar = ProgressBar()
    bar.started(500)
    bar.details(301, {"gradient norm D": 2.0, "learning rate": 1e-4, "penalty share": 1.0})
    bar.step(301, {"D": 0.5}, 9.0)
    bar.step(302, {"D": 0.5}, 9.0)
    said = bar.bar.format_dict
    bar.finished()
    assert (said["initial"], said["n"], said["total"]) == (300, 302, 500)
    assert said["postfix"] == "D=0.500, grad D=2, rate=0.0001"


# What is refused before any step


def test_too_few_clips_to_be_measured_are_refused_before_the_training(clips: Clips) -> None:
    with pytest.raises(ValueError, match=r"there are 5 clips .* 6 or more .*measure=None, --measure-every 0"):
        Examination(SMALL, clips.select(range(5)))
    assert len(Examination(SMALL, clips.select(range(6))).real) == 6


@pytest.mark.parametrize("name", ["save_every", "sample_every", "measure_every"])
def test_nothing_happens_every_0_steps(clips: Clips, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is 0, and at least 1 is expected"):
        train(SMALL, clips, **{name: 0})
    with pytest.raises(ValueError, match="every is 0, and at least 1 is expected"):
        History("", 0)
    with pytest.raises(ValueError, match="every 0 steps, and at least 1 is expected"):
        play(Game(*networks(), Rules(batch=8)), bells, 2, keep_every=0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("shift=Infinity", "shift is inf, and a finite number is expected"),
        ("gamma_at_end=NaN", "gamma_at_end is nan, and a finite number is expected"),
        ("betas=0,Infinity", "betas is"),
        ("generator_widths=none", r"generator_widths is \[\], and at least one is expected"),
        ("generator_widths=0,4", r"generator_widths is \[0, 4\], and"),
        ("generator_widths=-4,4", r"generator_widths is \[-4, 4\], and"),
        ("generator_widths=true,4", "generator_widths is"),
        ("discriminator_widths=none", r"discriminator_widths is \[\], and at least one"),
        ("data_options=none", "data_options is None, and names with values"),
        ("representation=none", "representation is None, and names with values"),
        ("seed=-1", "seed is -1, and a whole number from 0"),
        ("seed=99999999999999999999", "seed is 99999999999999999999, and a whole number from 0"),
        ("average=-1", "average is -1, and 0 or more"),
        ("gamma=-1", "gamma is -1, and 0 or more"),
        ("discriminator_speed=0", "discriminator_speed is 0, and a number above 0"),
    ],
)
def test_changes_that_cannot_work_are_refused_by_their_own_names(change: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SMALL.changed([change])


def test_clips_that_do_not_fit_the_networks_are_refused_with_a_length_that_does(recipe_file: Path) -> None:
    change = "data_options.samples=15872"
    said = r"64 × 62 cannot be halved 4 times: .*; clips of 16,384 samples would fit, data_options\.samples=16384$"
    with pytest.raises(ValueError, match=said):
        Training(SMALL.changed([change]))
    Training(SMALL.changed(["data_options.samples=16384"]))
    asked = ("train", recipe_file, "--folder", recipe_file.with_name("run"), "--set", change)
    in_one_sentence(typed(*asked), "data_options.samples=16384")
    for other in ("generator_widths=8,8,8,8,8,8,8", "representation.n_mels=60"):
        with pytest.raises(ValueError, match="cannot be halved") as refused:
            Training(SMALL.changed([other]))
        assert "samples" not in str(refused.value) or "generator" in other


def test_options_that_the_data_do_not_have_are_refused_with_those_that_they_have(recipe_file: Path) -> None:
    for change, said in (
        ("data_options.bogus=3", "name some of count, seed, rate, samples"),
        ("data=digits", "do not fit the data 'digits'"),
        ("data=folder", "name some of path, split"),
    ):
        with pytest.raises(ValueError, match=said):
            Training(SMALL.changed([change]))
        asked = ("train", recipe_file, "--folder", recipe_file.with_name("run"), "--set", change)
        in_one_sentence(typed(*asked), said)


def test_a_process_that_is_not_the_first_on_its_machine_ends_without_a_word(
    tmp_path: Path, recipe_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gan_course.training.train", stop)
    asked = ("train", recipe_file, "--folder", tmp_path / "run", *QUIET)
    in_one_sentence(typed(*asked), "Stopped. The same command goes on")
    monkeypatch.setenv("LOCAL_RANK", "1")
    said = typed(*asked)
    assert said.exit_code == 1 and not said.output


@pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("ignored", [False, True])
def test_who_is_asked_to_end_saves_first_as_for_ctrl_c_and_ends_with_the_number(
    clips: Clips, tmp_path: Path, recipe_file: Path, monkeypatch: pytest.MonkeyPatch, name: str, ignored: bool
) -> None:
    number = getattr(signal, name)
    usual = {
        signal.SIGINT: signal.SIG_IGN if ignored else signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
        signal.SIGHUP: signal.SIG_DFL,  # who tests under nohup has it ignored
    }

    class Asks(ProgressBar):
        def step(self, step: int, losses: Any, seconds_left: float) -> None:
            if step == 3:
                signal.raise_signal(number)
                signal.raise_signal(number)  # as one to the process and one to its group

    monkeypatch.setattr(recorders, "ProgressBar", Asks)
    before = {one: signal.signal(one, handler) for one, handler in usual.items()}
    try:
        said = typed("train", recipe_file, "--folder", tmp_path / "run", *QUIET)
        assert {one: signal.getsignal(one) for one in usual} == usual
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    assert said.exit_code == 128 + number, said.output
    assert "\nStopped. The same command goes on from the last checkpoint in" in said.stderr
    assert checkpoint.about(tmp_path / "run" / "checkpoint.safetensors")["steps"] == 4
    assert checkpoint.about(tmp_path / "run" / "generator.safetensors")["steps"] == 4


@pytest.mark.skipif(os.name != "posix", reason="signals as on Unix")
def test_what_a_process_was_told_to_ignore_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with endings_wait() as asked:
            signal.raise_signal(signal.SIGHUP)
            assert not asked and signal.getsignal(signal.SIGTERM) != signal.SIG_DFL
        with ThreadPoolExecutor() as other:
            assert other.submit(lambda: endings_wait().__enter__()).result() == []
    finally:
        signal.signal(signal.SIGHUP, before)
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


def test_a_run_that_loses_its_numbers_is_told_to_begin_elsewhere(
    clips: Clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Training.notes

    def broken(self: Training, count: int, random: torch.Generator) -> Any:
        x, labels = own(self, count, random)
        return x * (torch.nan if self.done == 3 else 1), labels

    monkeypatch.setattr(loop.Training, "notes", broken)
    said = "begin anew with .*, in another folder: such as --set learning_rate=0.0005, or a gamma above 1$"
    with pytest.raises(FloatingPointError, match=said):
        train(SMALL, clips, tmp_path)
