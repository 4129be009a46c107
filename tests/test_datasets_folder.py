"""Anyone's own folder: any format, any length, labels from folders or a table, and a report of what was done."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from gan_course import datasets
from gan_course.datasets import folder, recordings
from gan_course.datasets.archive import DATA
from gan_course.datasets.cache import cache_folder
from gan_course.datasets.splits import held_out
from gan_course.sound import SoundError

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


def rows(report: str) -> dict[str, tuple[int, str]]:
    """By file: how many clips it made, and what was done."""
    header, *lines = report.splitlines()[2:]
    assert header.split() == ["file", "clips", "what", "was", "done"]
    split = (re.fullmatch(r"(.+?)  +(\d+)  (.+)", line) for line in lines)
    return {found[1]: (int(found[2]), found[3]) for found in split if found}


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
    assert clips.note == (
        "6 of 10 files: 1 cut (1 with a rest unused), 5 padded, 5 resampled, 1 trimmed; 4 left out (1: empty;"
        " 1: not readable as sound; 1: silent; 1: too short), namely cat/click.wav, cat/empty.wav, cat/no.wav"
        " and 1 more"
    )


def test_the_report_says_what_was_done_to_each_file(mixed: Path) -> None:
    clips = folder.load(mixed)
    told = rows(clips.report)
    assert clips.report.startswith("8 clips of 6 of 10 files: ")
    assert len(told) == 10
    assert told["dog/ä bark.wav"] == (1, "0.40 s, 0.62 s of silence added")
    assert told["cat/long.flac"] == (
        3,
        "3.30 s, resampled from 44,100 Hz, cut into 3 clips, 0.23 s of rest or silence unused",
    )
    assert "resampled from 22,050 Hz, 0.5" in told["cat/deep/quiet.ogg"][1]
    assert "s of silence trimmed" in told["cat/deep/quiet.ogg"][1]
    assert told["cat/no.wav"] == (0, "left out, not readable as sound")
    assert sum(count for count, _ in told.values()) == len(clips)


def test_the_report_lies_beside_the_cache(mixed: Path) -> None:
    clips = folder.load(mixed)
    (beside,) = cache_folder().glob("folder-*.txt")
    assert beside.read_text("utf-8").strip() == clips.report


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


def different(path: Path, number: int, seconds: float = 0.3) -> Path:
    return put(path, tone(seconds, frequency=200 + 10 * number))


def test_a_file_stays_on_its_side_when_others_come(tmp_path: Path) -> None:
    def tested(clips: datasets.Clips) -> set[str]:
        names = sorted(path.name for path in tmp_path.glob("*.wav"))
        return {names[int(index)] for index in clips.parameters["file"]}

    for number in range(12):
        different(tmp_path / f"{number}.wav", number)
    before = {side: tested(folder.load(tmp_path, side, test_share=0.4)) for side in ("train", "test")}
    for number in range(12, 20):
        different(tmp_path / f"{number}.wav", number)
    for side in ("train", "test"):
        assert before[side] < tested(folder.load(tmp_path, side, test_share=0.4))


def test_a_copy_is_left_out_since_it_could_be_on_the_other_side(tmp_path: Path) -> None:
    whole_numbers = (32_767 * tone(0.3)).astype(np.int16)
    original = put(tmp_path / "a" / "one.wav", whole_numbers)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "same.wav").write_bytes(original.read_bytes())
    put(tmp_path / "b" / "same.flac", whole_numbers)
    put(tmp_path / "b" / "other.wav", tone(0.3, frequency=300))
    clips = folder.load(tmp_path)
    assert [clip.label for clip in clips] == ["a", "b"]
    assert "2 left out (2: a copy), namely b/same.flac, b/same.wav" in clips.note
    assert rows(clips.report)["b/same.wav"] == (0, "left out, a copy of a/one.wav")


def test_a_long_file_read_block_by_block_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.stack([tone(5.3, 44_100), tone(5.3, 44_100, 550.0)], 1)
    put(tmp_path / "x.opus", x, 48_000, format="OGG", subtype="OPUS")
    for ending, rate in ((".wav", 44_100), (".flac", 16_000), (".ogg", 44_100), (".mp3", 44_100)):
        put(tmp_path / f"x{ending}", x, rate)
    whole = {path.name: recordings.loaded(path, RATE) for path in tmp_path.iterdir()}
    monkeypatch.setattr(recordings, "LARGE", 0)
    monkeypatch.setattr(recordings, "_BLOCK", 1_000)
    for path in tmp_path.iterdir():
        sound, rate = recordings.loaded(path, RATE)
        assert rate == whole[path.name][1]
        np.testing.assert_allclose(sound.samples, whole[path.name][0].samples, atol=1e-6)
    content = (tmp_path / "x.wav").read_bytes()
    (tmp_path / "x.wav").write_bytes(content[: len(content) // 2])
    (tmp_path / "x.flac").write_bytes(b"fLaC, and nothing of the kind")
    clips = folder.load(tmp_path)
    assert "3 of 5 files" in clips.note
    assert "1: not readable as sound" in clips.note
    put(tmp_path / "nan.wav", np.full(4_000, np.nan), subtype="FLOAT")
    assert "1: with NaN or infinite samples" in folder.load(tmp_path).note


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_a_long_file_without_samples_is_left_out_as_a_short_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: int
) -> None:
    put(tmp_path / "good.wav", tone(0.5))
    empty = put(tmp_path / "none.wav", np.zeros(0), rate)
    monkeypatch.setattr(recordings, "LARGE", 0)
    with pytest.raises(SoundError, match=re.escape(f"{empty} is a sound file without a single sample.")):
        recordings.loaded(empty, RATE)
    assert "1 left out (1: empty), namely none.wav" in folder.load(tmp_path).note


def test_silence_within_a_long_file_makes_no_clips_but_its_loudest_part_does(tmp_path: Path) -> None:
    put(tmp_path / "gap.wav", np.concatenate([tone(1.0), np.zeros(2 * RATE), tone(1.0)]))
    clips = folder.load(tmp_path, samples=8_000)
    assert clips.parameters["start"].tolist() == [0.0, 0.5, 3.0, 3.5]
    assert rows(clips.report)["gap.wav"][1].endswith("cut into 4 clips, 2.00 s of rest or silence unused")
    put(tmp_path / "gap.wav", np.concatenate([1e-4 * tone(1.0), tone(0.1)]))
    clips = folder.load(tmp_path, samples=8_000, trim=False)
    assert clips.parameters["start"].tolist() == [1.0]
    assert "cut to one clip, 1.00 s of rest or silence unused" in rows(clips.report)["gap.wav"][1]
    assert "1 with a rest unused" in clips.note


def test_whole_numbers_of_numpy_are_taken_as_pythons_are(tmp_path: Path) -> None:
    put(tmp_path / "x.wav", tone(0.3))
    clips = folder.load(tmp_path, rate=np.int64(8_000), samples=np.int32(4_096))
    assert type(clips.rate) is int and clips.audio.shape == (1, 4_096)
    folder.load(tmp_path, rate=8_000, samples=4_096)
    assert len(list(cache_folder().glob("*.safetensors"))) == 1


def test_classes_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (2, 10, 1):
        different(tmp_path / f"take {number}" / "x.wav", number)
    assert folder.load(tmp_path).classes["folder"] == ("take 1", "take 2", "take 10")


def test_only_some_files_in_sub_folders_is_refused(tmp_path: Path) -> None:
    different(tmp_path / "a" / "x.wav", 1)
    different(tmp_path / "stray.wav", 2)
    refused(lambda: folder.load(tmp_path), "1 of the 2 sound files lie in no sub-folder .*'stray.wav'")
    assert folder.load(tmp_path, labels=None).classes == {}


def table(home: Path, text: str, name: str = "labels.csv") -> Path:
    (home / name).write_text(text, encoding="utf-8")
    return home / name


def test_labels_from_a_table_and_a_group_that_stays_together(tmp_path: Path) -> None:
    lines = ["file,speaker,word"]
    for speaker in "abcdefgh":
        for word in ("yes", "no"):
            different(tmp_path / f"{speaker}{word}.wav", len(lines))
            lines.append(f"{speaker}{word}.wav,{speaker},{word}")
    labels = table(tmp_path, "\ufeff" + "\n".join(lines))
    both = [
        folder.load(tmp_path, side, labels=labels, group="speaker", test_share=0.4)
        for side in ("train", "test")
    ]
    assert both[0].classes == {"speaker": tuple("abcdefgh"), "word": ("no", "yes")} == both[1].classes
    speakers = [set(clips.labels["speaker"].tolist()) for clips in both]
    assert not speakers[0] & speakers[1]
    assert f"test split by speaker: {len(both[1])} of 16 clips" in both[1].note


def test_a_table_as_a_spreadsheet_of_another_country_and_system_writes_it(tmp_path: Path) -> None:
    put(tmp_path / "sub" / unicodedata.normalize("NFD", "Hörner.wav"), tone(0.3))
    put(tmp_path / "plain.wav", tone(0.3, frequency=300))
    put(tmp_path / "unlisted.wav", tone(0.3, frequency=400))
    table(tmp_path, "\ufefffile; Wort \r\nsub\\Hörner.wav;ja, gern\r\n plain.wav ; nein\r\n")
    clips = folder.load(tmp_path, labels="labels.csv")
    assert clips.classes == {"Wort": ("ja, gern", "nein")}
    assert "2 of 3 files" in clips.note
    assert rows(clips.report)["unlisted.wav"] == (0, "left out, not in the table")


def test_a_table_that_lies_elsewhere_names_files_of_the_folder(tmp_path: Path) -> None:
    put(tmp_path / "sounds" / "x.wav", tone(0.3))
    clips = folder.load(tmp_path / "sounds", labels=table(tmp_path, "file,word\nx.wav,yes"))
    assert [clip.label for clip in clips] == ["yes"]


def test_a_group_may_be_found_in_the_files_names(tmp_path: Path) -> None:
    for speaker in ("ada", "bo", "cy", "di", "el", "fy"):
        for take in range(3):
            different(tmp_path / f"7_{speaker}_{take}.wav", 7 * take + ord(speaker[0]))
    names = sorted(path.name for path in tmp_path.iterdir())
    for side in ("train", "test"):
        clips = folder.load(tmp_path, side, group=r"_([a-z]+)_", test_share=0.4)
        speakers = {names[int(index)].split("_")[1] for index in clips.parameters["file"]}
        assert len(clips) == 3 * len(speakers)
        assert all(held_out(speaker, 0.4) == (side == "test") for speaker in speakers)
    refused(
        lambda: folder.load(tmp_path, group=r"_(ada)_"),
        r"in 3 of the 18 files' names, and not in '7_bo_0.wav'",
    )
    refused(
        lambda: folder.load(tmp_path, group="speaker"),
        "group is the name of a label, here none, or a regular",
    )
    refused(lambda: folder.load(tmp_path, group="("), "group is the name of a label")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,word\nx.wav,yes", "needs a column 'file'"),
        ("", "needs a column 'file'"),
        ("file,word\nx.wav,yes\ngone.wav,no", "1 of the 2 files .* are not there, the first is 'gone.wav'"),
        ("file,word\nx.wav,", "lacks a label for 1 of its 1 files, the first is 'x.wav'"),
        ("file,word\nx.wav", "lacks a label for 1 of its 1 files, the first is 'x.wav'"),
        ("file,word\n,yes", "lacks a label for 1 of its 1 files"),
        ("file,word\nx.wav,yes, of course", "Row 2 of .* has more values than"),
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
    refused(lambda: folder.load(tmp_path / "bad"), r"None of the 1 sound files .*x.wav, is left out, silent")
    refused(lambda: folder.load(tmp_path, labels="labels.csv"), "there is no file labels.csv")
    refused(lambda: folder.load(tmp_path, "both"), 'split is "all", "train" or "test"')  # type: ignore[arg-type]
    for wrong in (0, 2.5, "many", True):
        refused(lambda wrong=wrong: folder.load(tmp_path, samples=wrong), "samples is a whole number above 0")
    for wrong in (2.0, "0.1"):
        refused(lambda wrong=wrong: folder.load(tmp_path, test_share=wrong), "test_share is a share")
    for wrong in (1, 999, 768_001):
        refused(
            lambda wrong=wrong: folder.load(tmp_path, rate=wrong), "rate is .* from 1,000 to 768,000, and not"
        )
    for wrong in ("x", 5, 0.1, float("nan"), float("-inf"), True):
        refused(
            lambda wrong=wrong: folder.load(tmp_path, peak=wrong), "peak is in dB, 0 .full scale. or less"
        )
    for wrong in (True, 3):
        refused(
            lambda wrong=wrong: folder.load(tmp_path, labels=wrong), "labels is 'folders', None or the path"
        )
    refused(lambda: folder.load(tmp_path, labels=None, group=1), "group is the name of a label")
    (tmp_path / "x.wav").unlink()
    refused(lambda: folder.load(tmp_path, group="speaker"), "group is the name of a label, here folder")


def labels_of(clips: datasets.Clips, kind: str = "folder") -> set[str]:
    return {clips.classes[kind][index] for index in clips.labels[kind].tolist()}


def test_of_each_label_a_file_is_in_training(tmp_path: Path) -> None:
    for number in range(24):
        for take in range(2):
            different(tmp_path / f"class {number:02}" / f"{take}.wav", 2 * number + take)
    paths = [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*.wav"))]
    by_name = {path for path in paths if held_out(path, 0.4)}
    of = {name: {path for path in paths if path.startswith(f"{name}/")} for name in {p[:8] for p in paths}}
    lost = [name for name, members in of.items() if members <= by_name]
    assert lost, "some class is held out whole, if names alone decide"
    train, test = (folder.load(tmp_path, side, test_share=0.4) for side in ("train", "test"))
    assert labels_of(train) == set(train.classes["folder"])
    sides = [{paths[int(number)] for number in side.parameters["file"]} for side in (train, test)]
    assert sides[1] < by_name and len(by_name - sides[1]) == len(lost)
    assert sides[0] | sides[1] == set(paths) and not sides[0] & sides[1]
    assert all(len(of[name] & sides[0]) == 1 for name in lost)


def test_where_each_label_is_in_training_the_names_alone_decide(tmp_path: Path) -> None:
    for number in range(30):
        different(tmp_path / "ab"[number % 2] / f"{number}.wav", number)
    paths = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.wav"))
    test = folder.load(tmp_path, "test")
    assert {paths[int(number)] for number in test.parameters["file"]} == {p for p in paths if held_out(p)}


def test_a_file_that_is_left_out_is_no_training_sound_of_its_label(tmp_path: Path) -> None:
    held = next(f"{n}.wav" for n in range(99) if held_out(f"a/{n}.wav"))
    kept = next(f"{n}.wav" for n in range(99) if not held_out(f"a/{n}.wav"))
    different(tmp_path / "a" / held, 1)
    put(tmp_path / "a" / kept, np.zeros(4_000))
    for number in range(20):
        different(tmp_path / "b" / f"{number}.wav", 2 + number)
    assert labels_of(folder.load(tmp_path, "train")) == {"a", "b"}


def test_of_labels_of_several_kinds_each_is_in_training_unless_it_names_the_group(tmp_path: Path) -> None:
    lines = ["file,speaker,word"]
    for speaker in "abcdefgh":
        for word in ("yes", f"only {speaker}"):
            different(tmp_path / f"{speaker}{word}.wav", len(lines))
            lines.append(f"{speaker}{word}.wav,{speaker},{word}")
    table(tmp_path, "\n".join(lines))
    for share in (0.4, 0.9):
        train = folder.load(tmp_path, "train", labels="labels.csv", test_share=share)
        assert all(labels_of(train, kind) == set(train.classes[kind]) for kind in ("speaker", "word"))
    alone = table(tmp_path, "\n".join(lines[::2]), "alone.csv")
    refused(
        lambda: folder.load(tmp_path, "test", labels=alone, test_share=0.9),
        "None of the 8 groups in .* is in the test split, as training needs one of each label: give more files of each",
    )
    new = folder.load(tmp_path, "train", labels=alone, group="speaker", test_share=0.6)
    assert labels_of(new, "speaker") < set(new.classes["speaker"]), "a new speaker is what the test is about"


def test_pitches_come_in_the_order_of_their_pitch(tmp_path: Path) -> None:
    notes = ("G3", "C4", "D♭4", "D4", "Eb4", "E4", "A#4", "C10")
    lines = [f"{n}.wav,{note},{note}" for n, note in enumerate(sorted(notes))]
    for number in range(len(notes)):
        different(tmp_path / f"{number}.wav", number)
    table(tmp_path, "\n".join(["file,pitch,other", *lines]))
    clips = folder.load(tmp_path, labels="labels.csv")
    assert clips.classes["pitch"] == notes and clips.classes["other"] != notes
    assert sorted(clips.classes["other"]) == sorted(notes)
    table(
        tmp_path, "\n".join(["file,pitch", *(line.rsplit(",", 1)[0].replace("G3", "low") for line in lines)])
    )
    assert folder.load(tmp_path, labels="labels.csv").classes["pitch"][-1] == "low"


def test_channels_that_cancel_are_no_silence(tmp_path: Path) -> None:
    x = tone(0.3)
    put(tmp_path / "x.wav", np.stack([x, -x], 1))
    clips = folder.load(tmp_path)
    assert len(clips) == 1 and clips.audio.abs().max().item() == pytest.approx(10 ** (-1 / 20), rel=0.01)


def test_a_name_that_is_no_text_can_be_told_all_the_same(tmp_path: Path) -> None:
    different(tmp_path / "good.wav", 1)
    (tmp_path / os.fsdecode(b"b\xff.wav")).write_bytes(b"")
    folder.load(tmp_path).note.encode("utf-8")


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


def test_links_in_a_circle_end_and_links_to_nowhere_are_counted(tmp_path: Path) -> None:
    put(tmp_path / "z" / "x.wav", tone(0.3))
    os.symlink(tmp_path, tmp_path / "z" / "again")
    os.symlink(tmp_path / "z", tmp_path / "a")
    os.symlink(tmp_path / "gone.wav", tmp_path / "z" / "nowhere.wav")
    clips = folder.load(tmp_path)
    assert [clip.label for clip in clips] == ["z"]
    assert "1 left out (1: missing), namely z/nowhere.wav" in clips.note


def test_a_changed_folder_is_read_again(tmp_path: Path) -> None:
    different(tmp_path / "a.wav", 1)
    first = folder.load(tmp_path)
    different(tmp_path / "a.wav", 2)
    os.utime(tmp_path / "a.wav", ns=(1, 1))
    assert not torch.equal(folder.load(tmp_path).audio, first.audio)
    different(tmp_path / "b.wav", 3)
    assert len(folder.load(tmp_path)) == 2


def test_the_files_are_only_read(mixed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in mixed.rglob("*")}
    folder.load(mixed)
    assert {path: path.stat().st_mtime_ns for path in mixed.rglob("*")} == before


def test_a_recipe_can_name_a_folder(mixed: Path) -> None:
    assert len(datasets.load("folder", path=str(mixed), samples=4_000)) > 8
