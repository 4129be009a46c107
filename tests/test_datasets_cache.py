"""The cache of clips: valid or absent, never half, and safe when two processes want it at once."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from gan_course.datasets import Clips
from gan_course.datasets.archive import DATA
from gan_course.datasets.cache import cache_folder, cache_size, cached, clear_cache


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DATA, str(tmp_path / "data"))
    return tmp_path


def some_clips(seed: int = 0) -> Clips:
    random = torch.Generator().manual_seed(seed)
    return Clips(
        audio=torch.rand(5, 100, generator=random),
        rate=8_000,
        labels={"pitch": torch.tensor([0, 1, 2, 1, 0]), "instrument": torch.tensor([0, 0, 0, 0, 0])},
        classes={"pitch": ("A3", "A4", "Ä5"), "instrument": ("oboe",)},
        parameters={"level_db": torch.tensor([1.0, 2.0, torch.nan, 4.0, 5.0])},
        name="some",
        note="5 of 5",
        report="a: left out, empty",
    )


class Counting:
    def __init__(self) -> None:
        self.built = 0

    def __call__(self) -> Clips:
        self.built += 1
        return some_clips(self.built)


def only_cache() -> Path:
    (path,) = cache_folder().glob("*.safetensors")
    return path


@pytest.mark.skipif(os.name != "posix", reason="rights as on Unix")
def test_who_else_may_read_new_files_may_read_the_cache() -> None:
    before = os.umask(0o027)
    try:
        cached("some", {}, [], Counting())
    finally:
        os.umask(before)
    assert only_cache().stat().st_mode & 0o777 == 0o640


def test_what_comes_from_the_cache_is_what_was_built(home: Path) -> None:
    build = Counting()
    first, again = (cached("some", {"rate": 8_000}, [], build) for _ in range(2))
    assert build.built == 1
    assert torch.equal(first.audio, again.audio)
    assert torch.equal(first.labels["pitch"], again.labels["pitch"])
    assert (
        first.parameters["level_db"].nan_to_num(9).tolist()
        == again.parameters["level_db"].nan_to_num(9).tolist()
    )
    assert [clip.label for clip in first] == [clip.label for clip in again]
    for name in ("rate", "classes", "name", "note", "report"):
        assert getattr(first, name) == getattr(again, name)


def test_other_options_and_changed_files_make_another_cache(home: Path) -> None:
    file = home / "a.wav"
    file.write_bytes(b"one")
    build = Counting()
    cached("some", {"rate": 8_000}, [file], build)
    cached("some", {"rate": 9_000}, [file], build)
    assert build.built == 2
    file.write_bytes(b"longer")
    cached("some", {"rate": 8_000}, [file], build)
    assert build.built == 3
    os.utime(file, ns=(1, 1))
    cached("some", {"rate": 8_000}, [file], build)
    assert build.built == 4
    cached("some", {"rate": 8_000}, [file], build)
    assert build.built == 4


def test_what_was_loaded_may_be_changed_without_changing_the_cache() -> None:
    cached("some", {}, [], some_clips)
    cached("some", {}, [], some_clips).audio.zero_()
    assert torch.equal(cached("some", {}, [], some_clips).audio, some_clips().audio)


def test_the_order_of_the_files_counts_and_one_that_is_gone_is_no_error(home: Path) -> None:
    (home / "a.wav").write_bytes(b"one")
    (home / "b.wav").write_bytes(b"two")
    build = Counting()
    for names in (["a.wav", "b.wav"], ["b.wav", "a.wav"], ["a.wav", "gone.wav"]):
        cached("some", {}, [home / name for name in names], build)
    assert build.built == 3


def test_the_report_is_a_text_beside_the_cache() -> None:
    cached("some", {}, [], some_clips)
    assert only_cache().with_suffix(".txt").read_text("utf-8") == "a: left out, empty\n"


@pytest.mark.parametrize("damage", ["cut", "emptied", "a bit", "header", "other"])
def test_a_damaged_cache_is_made_anew(damage: str) -> None:
    build = Counting()
    cached("some", {}, [], build)
    content = bytearray(only_cache().read_bytes())
    if damage == "cut":
        content = content[:-10]
    elif damage == "header":
        # the text of the metadata, and not the tensors: a class under another name
        content = content.replace(b"oboe", b"tuba")
    elif damage == "emptied":
        content = bytearray()
    elif damage == "a bit":
        content[-3] ^= 1
    else:
        content = bytearray(b"something else")
    only_cache().write_bytes(content)
    assert torch.equal(cached("some", {}, [], build).audio, some_clips(2).audio)
    cached("some", {}, [], build)
    assert build.built == 2


def test_only_the_last_few_are_kept_and_all_can_be_cleared() -> None:
    for rate in range(1, 9):
        cached("some", {"rate": rate}, [], some_clips)
        time.sleep(0.01)
    assert len(list(cache_folder().glob("*.safetensors"))) == 4
    assert len(list(cache_folder().glob("*.txt"))) == 4
    size = cache_size()
    assert size > 0
    assert clear_cache() == size
    assert cache_size() == 0


def test_the_ones_not_used_for_longest_are_forgotten_first() -> None:
    build = Counting()
    for rate in (1, 2, 3, 4, 1, 5, 1):
        cached("some", {"rate": rate}, [], build)
        time.sleep(0.01)
    assert build.built == 5
    cached("some", {"rate": 2}, [], build)
    assert build.built == 6


def test_a_full_disk_is_told_and_the_clips_come_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(UserWarning, match="not kept for the next time: .*No space left"):
        assert len(cached("some", {}, [], some_clips)) == 5
    assert not [path for path in cache_folder().iterdir() if path.suffix in (".part", ".safetensors")]


def test_what_cannot_be_deleted_costs_no_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    for rate in range(1, 6):
        cached("some", {"rate": rate}, [], some_clips)
    again = sorted(cache_folder().glob("*.safetensors"))[0]
    again.rename(again.with_name(f"{again.name}.dead.part"))

    def held(path: Path, missing_ok: bool = False) -> None:
        if path.exists():
            raise PermissionError(errno.EACCES, "used by another process")

    monkeypatch.setattr(Path, "unlink", held)
    for rate in range(1, 7):
        assert len(cached("some", {"rate": rate}, [], some_clips)) == 5
    assert list(cache_folder().glob("*.dead.part")) and len(list(cache_folder().glob("*.safetensors"))) == 6


def test_where_nothing_can_be_written_the_clips_come_all_the_same(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("in the way")
    monkeypatch.setenv(DATA, str(home / "file"))
    build = Counting()
    with pytest.warns(UserWarning, match="are not kept for the next time"):
        assert len(cached("some", {}, [], build)) == 5
    assert build.built == 1


def test_an_error_while_building_is_the_callers_and_leaves_nothing() -> None:
    def fails() -> Clips:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        cached("some", {}, [], fails)
    assert not list(cache_folder().glob("*.safetensors"))
    assert len(cached("some", {}, [], some_clips)) == 5


PROGRAM = """
import sys, time
from pathlib import Path
from tests.test_datasets_cache import some_clips
from gan_course.datasets import cache

log = Path(sys.argv[1])

def build():
    with log.open("a") as file:
        file.write("built\\n")
    time.sleep(float(sys.argv[2]))
    return some_clips(7)

def write(descriptor):
    log.write_text("writing")
    time.sleep(60)

if len(sys.argv) > 3:
    cache.os.fsync = write
clips = cache.cached("some", {}, [], build)
with log.open("a") as file:
    file.write(f"{float(clips.audio.sum()):.4f}\\n")
"""


def start(log: Path, seconds: float, *slow_to_write: str) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[1]
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(log), str(seconds), *slow_to_write], cwd=root)


def wait_for(log: Path, text: str) -> None:
    end = time.monotonic() + 100
    while not (log.exists() and text in log.read_text()):
        assert time.monotonic() < end, f"no {text!r} in {log}"
        time.sleep(0.02)


@pytest.mark.slow
def test_of_two_processes_one_builds_and_both_have_the_clips(home: Path) -> None:
    log = home / "log"
    both = [start(log, 2.0) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
    lines = log.read_text().splitlines()
    assert lines.count("built") == 1
    assert lines[1:] == [f"{float(some_clips(7).audio.sum()):.4f}"] * 2


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_builds_leaves_no_half_and_no_lock(home: Path) -> None:
    log = home / "log"
    killed = start(log, 60.0)
    wait_for(log, "built")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not list(cache_folder().glob("*.safetensors"))
    assert start(log, 0.0).wait(120) == 0
    assert log.read_text().splitlines().count("built") == 2
    assert only_cache().exists()


@pytest.mark.slow
def test_a_process_that_is_killed_while_it_writes_leaves_no_half_that_is_used(home: Path) -> None:
    log = home / "log"
    killed = start(log, 0.0, "slow to write")
    wait_for(log, "writing")
    assert list(cache_folder().glob("*.part"))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not list(cache_folder().glob("*.safetensors"))
    assert start(log, 0.0).wait(120) == 0
    assert log.read_text().endswith(f"built\n{float(some_clips(7).audio.sum()):.4f}\n")
    assert only_cache().exists()
    assert not list(cache_folder().glob("*.part"))
