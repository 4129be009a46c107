"""Anyone's own folder: any format, any length, labels from folders or a table, and a report of what was done."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from gan_course import datasets
from gan_course.datasets import folder
from gan_course.datasets.archive import DATA

RATE = 16_000


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA, str(tmp_path_factory.mktemp("data")))


def tone(seconds: float, rate: int = RATE, frequency: float = 440.0, silence: float = 0.0) -> np.ndarray:
    x = 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)
    return np.concatenate([np.zeros(round(silence * rate)), x, np.zeros(round(silence * rate))])


def put(path: Path, x: np.ndarray, rate: int = RATE, **how: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x, rate, **how)
    return path


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Files of several formats, rates, depths and channels, some of them useless."""
    home = tmp_path / "my sounds"
    put(home / "dog" / "ä bark.wav", tone(0.4), subtype="PCM_16")
    stereo = np.stack([tone(0.5, 96_000), np.zeros(48_000)], 1)
    put(home / "dog" / "wide.wav", stereo, 96_000, subtype="PCM_24")
    put(home / "cat" / "long.flac", tone(3.3, 44_100), 44_100)
    put(home / "cat" / "deep" / "quiet.ogg", 0.01 * tone(0.6, 22_050, silence=0.3), 22_050)
    put(home / "cat" / "small.mp3", tone(0.7, 44_100), 44_100)
    put(home / "cat" / "old.AIFF", tone(0.5, 8_000), 8_000, format="AIFF")
    (home / "cat" / "empty.wav").write_bytes(b"")
    (home / "cat" / "no.wav").write_bytes(b"not a sound at all")
    put(home / "cat" / "silent.wav", np.zeros(8_000))
    put(home / "cat" / "click.wav", tone(0.01))
    put(home / ".hidden" / "x.wav", tone(0.5))
    (home / "notes.txt").write_text("no sound")
    return home


def test_a_mixed_folder_becomes_clips_of_one_length_and_rate(mixed: Path) -> None:
    clips = folder.load(mixed)
    assert clips.audio.shape == (8, 16_384)
    assert clips.rate == RATE
    assert clips.classes == {"folder": ("cat", "dog")}
    assert clips.audio.abs().amax(1).tolist() == pytest.approx([10 ** (-1 / 20)] * 8, rel=0.1)
    words = [clip.label for clip in clips]
    assert words.count("dog") == 2
    assert "6 of 10 files" in clips.note
    for counted in ("1 left out, empty", "1 left out, silent", "1 left out, too short", "1 cut", "5 padded"):
        assert counted in clips.note, clips.note


def test_the_report_says_what_was_done_to_each_file(mixed: Path) -> None:
    lines = dict(line.split(": ", 1) for line in folder.load(mixed).report.splitlines())
    assert len(lines) == 10
    assert lines["dog/ä bark.wav"] == "0.40 s, 0.62 s of silence added"
    assert lines["cat/long.flac"] == "3.30 s, resampled from 44,100 Hz, cut into 3 clips"
    assert "resampled from 22,050 Hz, 0.5" in lines["cat/deep/quiet.ogg"]
    assert "s of silence trimmed" in lines["cat/deep/quiet.ogg"]
    assert lines["cat/no.wav"].startswith("left out, not readable")


def test_pieces_of_a_long_file_are_its_sound_in_order(tmp_path: Path) -> None:
    x = tone(2.0, frequency=100.0) * np.linspace(0.2, 1, 2 * RATE)
    put(tmp_path / "long.wav", x, subtype="FLOAT")
    clips = folder.load(tmp_path, samples=8_000, trim=False, peak=None)
    assert clips.parameters["start"].tolist() == [0.0, 0.5, 1.0, 1.5]
    middle = slice(100, 7_900)
    assert torch.allclose(clips.audio[2][middle], torch.tensor(x[16_000:24_000][middle]).float(), atol=1e-6)
    assert clips.audio[2][0] == 0


def test_a_rest_that_is_too_short_is_left_out(tmp_path: Path) -> None:
    put(tmp_path / "a.wav", tone(1.2))
    assert len(folder.load(tmp_path, samples=8_000)) == 2
    assert len(folder.load(tmp_path, samples=12_000)) == 2


def test_no_piece_of_a_file_is_on_both_sides(tmp_path: Path) -> None:
    for number in range(30):
        put(tmp_path / f"{number}.wav", tone(1.5, frequency=200 + 20 * number))
    train, test = (folder.load(tmp_path, split, samples=4_000) for split in ("train", "test"))
    assert len(train) + len(test) == len(folder.load(tmp_path, samples=4_000))
    assert not set(train.parameters["file"].tolist()) & set(test.parameters["file"].tolist())
    assert 0 < len(test) < len(train)


def test_a_file_stays_on_its_side_when_others_come(tmp_path: Path) -> None:
    for number in range(12):
        put(tmp_path / f"{number}.wav", tone(0.3))
    before = folder.load(tmp_path, "test", test_share=0.4).report
    tested = {line.split(":")[0] for line in before.splitlines()}
    side = {name: datasets.splits.held_out(name, 0.4) for name in tested}
    for number in range(12, 20):
        put(tmp_path / f"{number}.wav", tone(0.3))
    again = folder.load(tmp_path, "test", test_share=0.4)
    names = [f"{n}.wav" for n in sorted(map(str, range(20)))]
    kept = {sorted(p.name for p in tmp_path.glob("*.wav"))[int(i)] for i in again.parameters["file"]}
    assert names
    assert {name for name, held in side.items() if held} <= kept


def table(home: Path, text: str, name: str = "labels.csv") -> Path:
    (home / name).write_text(text, encoding="utf-8")
    return home / name


def test_labels_from_a_table_and_a_group_that_stays_together(tmp_path: Path) -> None:
    rows = ["file,speaker,word"]
    for speaker in "abcdefgh":
        for word in ("yes", "no"):
            put(tmp_path / f"{speaker}{word}.wav", tone(0.3))
            rows.append(f"{speaker}{word}.wav,{speaker},{word}")
    labels = table(tmp_path, "\ufeff" + "\n".join(rows))
    both = [
        folder.load(tmp_path, side, labels=labels, group="speaker", test_share=0.4)
        for side in ("train", "test")
    ]
    assert both[0].classes == {"speaker": tuple("abcdefgh"), "word": ("no", "yes")} == both[1].classes
    speakers = [set(clips.labels["speaker"].tolist()) for clips in both]
    assert not speakers[0] & speakers[1]
    assert "test split by speaker" in both[1].note


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,word\nx.wav,yes", "needs a column 'file'"),
        ("", "needs a column 'file'"),
        ("file,word\nx.wav,yes\ngone.wav,no", "1 of the 2 files .* are not there, the first is 'gone.wav'"),
        ("file,word\nx.wav,", "lacks a label for 1 files, the first is 'x.wav'"),
        ("file,word\nx.wav,a\nx.wav,b", "lists 'x.wav' more than once"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_in_one_sentence(
    tmp_path: Path, text: str, says: str
) -> None:
    put(tmp_path / "x.wav", tone(0.3))
    with pytest.raises(ValueError, match=says):
        folder.load(tmp_path, labels=table(tmp_path, text))


def refused(call: Callable[[], object], says: str) -> None:
    with pytest.raises((ValueError, OSError), match=says) as caught:
        call()
    assert str(caught.value).count("\n") == 0


def test_a_folder_that_cannot_be_used_is_refused_in_one_sentence(tmp_path: Path) -> None:
    refused(lambda: folder.load(tmp_path / "gone"), "There is no folder")
    refused(lambda: folder.load(put(tmp_path / "x.wav", tone(0.3))), "is a file: give the folder")
    (tmp_path / "none").mkdir()
    refused(lambda: folder.load(tmp_path / "none"), "There is no sound file in")
    put(tmp_path / "bad" / "x.wav", np.zeros(4_000))
    refused(lambda: folder.load(tmp_path / "bad"), r"None of the 1 sound files .*x.wav: left out, silent")
    refused(lambda: folder.load(tmp_path, labels="labels.csv"), "there is no file labels.csv")
    refused(lambda: folder.load(tmp_path, "both"), 'split is "all", "train" or "test"')  # type: ignore[arg-type]
    refused(lambda: folder.load(tmp_path, samples=0), "samples is a whole number above 0")
    refused(lambda: folder.load(tmp_path, test_share=2.0), "test_share is a share")
    refused(lambda: folder.load(tmp_path, group="speaker"), "group is the name of a label, here folder")


def test_one_file_is_a_data_set_and_has_no_test_split_of_its_own(tmp_path: Path) -> None:
    put(tmp_path / "only.wav", tone(0.3))
    clips = folder.load(tmp_path)
    assert len(clips) == 1
    assert clips.classes == {}
    assert clips[0].label.endswith("0")
    sides = []
    for split in ("train", "test"):
        try:
            sides.append(len(folder.load(tmp_path, split)))
        except ValueError as wrong:
            assert "None of the 1 groups" in str(wrong)
    assert sides == [1]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    put(tmp_path / "a" / "x.wav", tone(0.3))
    os.symlink(tmp_path, tmp_path / "a" / "again")
    assert len(folder.load(tmp_path)) == 1


def test_the_files_are_only_read(mixed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in mixed.rglob("*")}
    folder.load(mixed)
    assert {path: path.stat().st_mtime_ns for path in mixed.rglob("*")} == before


def test_a_recipe_can_name_a_folder(mixed: Path) -> None:
    assert len(datasets.load("folder", path=str(mixed), samples=4_000)) > 8
