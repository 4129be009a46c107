"""Anyone's own sounds: a folder of files of any format, rate, depth, length and number of channels. Lesson 04."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_course.datasets.cache import cached
from gan_course.datasets.clips import Clips
from gan_course.datasets.recordings import QUIETEST, SHORTEST, followed, reason
from gan_course.datasets.splits import Split, check_split, held_out
from gan_course.sound import Sound, SoundError

ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64")
"""File endings that count as sounds, in capitals too."""
SILENCE = -45.0
"""What is this far below a file's peak, at its ends, is trimmed (dB); a piece that never rises above is left out."""
LEAST_PIECE = 0.5
"""The rest of a long file makes a clip of its own if it fills this share of one."""
FADE = 0.005
"""How long a piece fades in and out where a long file was cut (s)."""


@dataclass(frozen=True)
class _File:
    path: Path
    name: str
    labels: Mapping[str, str]
    group: str


@dataclass
class _Found:
    """What reading has found so far."""

    clips: list[NDArray[np.float32]] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def load(
    path: str | Path,
    split: Split = "all",
    *,
    labels: str | Path | None = "folders",
    group: str | None = None,
    test_share: float = 0.15,
    rate: int = 16_000,
    samples: int = 16_384,
    trim: bool = True,
    peak: float | None = -1.0,
) -> Clips:
    """The sounds below the folder `path` as `Clips`; parameters "start" (s, in the trimmed file) and "file", a number.

    Every file is mixed to one channel and resampled to `rate` (Hz). Silence at its ends is trimmed (`SILENCE`) unless
    `trim` is False. What is longer than `samples` is cut into pieces, what is shorter is followed by silence. Each
    file's peak is brought to `peak` (dB), so that loud and soft ones count alike; None keeps the levels. `report` says
    what was done to each file, and `note` counts it. Your files are only read.

    labels: "folders" takes the name of the sub-folder that a file lies in, as the label "folder"; the path of a CSV
        file takes its column "file" (relative to it) and makes a label of every other column; None makes no labels.
    split: all pieces of one file are on one side, about `test_share` of the files for testing, by their names
        (`held_out`). group: the name of a label whose classes stay together instead, such as "speaker".

    Raises FileNotFoundError or NotADirectoryError where there is no such folder, and ValueError, in one sentence, if it
    holds no sound, if the CSV names files that are not there or lacks a column, or if a split or option makes no sense.
    """
    folder = Path(path).expanduser()
    check_split(split)
    if not folder.exists():
        raise FileNotFoundError(
            f"There is no folder {folder}: give the path of the folder that holds your sounds."
        )
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file: give the folder that it lies in.")
    for name, number in (("rate", rate), ("samples", samples)):
        if not isinstance(number, int) or number < 1:
            raise ValueError(f"{name} is a whole number above 0, and not {number!r}.")
    if not 0 < test_share < 1:
        raise ValueError(f"test_share is a share between 0 and 1, such as 0.15, and not {test_share!r}.")
    files = _labelled(folder, labels, group)
    options = {"rate": rate, "samples": samples, "trim": trim, "peak": peak} | {
        "files": [[one.name, sorted(one.labels.items()), one.group] for one in files]
    }
    clips = cached(
        "folder",
        options,
        [one.path for one in files],
        lambda: _clips(folder, files, rate, samples, trim, peak),
    )
    if split == "all":
        return clips
    tested = torch.tensor([held_out(one.group, test_share) for one in files])
    side = tested[clips.parameters["file"].long()] == (split == "test")
    if not side.any():
        raise ValueError(
            f"None of the {len({one.group for one in files})} groups in {folder} is in the {split} split:"
            f" give more files, or another test_share than {test_share:g}."
        )
    return replace(clips.select(side), note=f"{clips.note}; {split} split by {group or 'file'}")


def sound_files(folder: Path) -> list[Path]:
    """All sound files below a folder, in order; hidden ones and what a link leads to twice are left out."""
    return sorted(path for path in _walk(folder) if path.suffix.lower() in ENDINGS)


def _walk(folder: Path) -> Iterator[Path]:
    seen = set()
    for place, inner, names in os.walk(folder, followlinks=True):
        here = os.path.realpath(place)
        if here in seen:
            inner.clear()
            continue
        seen.add(here)
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "__MACOSX")
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _labelled(folder: Path, labels: str | Path | None, group: str | None) -> list[_File]:
    if labels is None or labels == "folders":
        paths = sound_files(folder)
        if not paths:
            endings = ", ".join(ending[1:] for ending in ENDINGS[:7])
            raise ValueError(
                f"There is no sound file in {folder}: put some there ({endings}), or give another folder."
            )
        parts = [path.relative_to(folder) for path in paths]
        named = labels == "folders" and any(len(part.parts) > 1 for part in parts)
        rows = [
            (
                path,
                part.as_posix(),
                {"folder": part.parts[0] if len(part.parts) > 1 else "."} if named else {},
            )
            for path, part in zip(paths, parts, strict=True)
        ]
    else:
        rows = _from_table(Path(labels).expanduser())
    known = list(rows[0][2])
    if group is not None and group not in known:
        raise ValueError(
            f"group is the name of a label, here {', '.join(known) or 'none'}, and not {group!r}."
        )
    return [_File(path, name, own, own[group] if group else name) for path, name, own in rows]


def _from_table(table: Path) -> list[tuple[Path, str, dict[str, str]]]:
    """Paths, names and labels of the files that a CSV file lists."""
    if not table.is_file():
        raise ValueError(
            f"labels is 'folders', None or the path of a CSV file, and there is no file {table}."
        )
    try:
        with open(table, newline="", encoding="utf-8-sig") as opened:
            rows = list(csv.DictReader(opened))
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise ValueError(f"{table} cannot be read as a CSV file in UTF-8: {wrong}.") from None
    columns = list(rows[0]) if rows else []
    if "file" not in columns:
        raise ValueError(
            f"{table} needs a column 'file' and a row for each sound; its columns are {columns}."
        )
    absent = [row["file"] for row in rows if not (table.parent / row["file"]).is_file()]
    if absent:
        raise ValueError(
            f"{len(absent):,} of the {len(rows):,} files that {table} lists are not there, the first is {absent[0]!r}:"
            " paths are relative to the folder that the CSV file lies in."
        )
    kinds = [name for name in columns if name and name != "file"]
    empty = [row["file"] for row in rows if any(not (row[kind] or "").strip() for kind in kinds)]
    if empty:
        raise ValueError(
            f"{table} lacks a label for {len(empty):,} files, the first is {empty[0]!r}: fill it in."
        )
    if twice := [name for name, count in Counter(row["file"] for row in rows).items() if count > 1]:
        raise ValueError(f"{table} lists {twice[0]!r} more than once: leave one row for each file.")
    return [
        (table.parent / row["file"], row["file"], {kind: row[kind].strip() for kind in kinds}) for row in rows
    ]


def _clips(
    folder: Path, files: list[_File], rate: int, samples: int, trim: bool, peak: float | None
) -> Clips:
    found = _Found()
    for one in followed(files):
        _read_one(one, found, rate, samples, trim, peak)
    if not found.clips:
        raise ValueError(
            f"None of the {len(files):,} sound files in {folder} can be used ({_counted(found)}); the first:"
            f" {found.lines[0]}."
        )
    kinds = list(files[0].labels)
    classes = {kind: tuple(sorted({one.labels[kind] for one in found.files})) for kind in kinds}
    number = {one.name: index for index, one in enumerate(files)}
    return Clips(
        audio=torch.from_numpy(np.stack(found.clips)),
        rate=rate,
        labels={
            kind: torch.tensor([classes[kind].index(one.labels[kind]) for one in found.files])
            for kind in kinds
        },
        classes=classes,
        parameters={
            "file": torch.tensor([number[one.name] for one in found.files], dtype=torch.float32),
            "start": torch.tensor(found.starts, dtype=torch.float32),
        },
        name=folder.resolve().name,
        note=f"{len({one.name for one in found.files}):,} of {len(files):,} files{_counted(found, ': ')}",
        report="\n".join(found.lines),
    )


def _counted(found: _Found, before: str = "") -> str:
    told = ", ".join(f"{count:,} {what}" for what, count in sorted(found.counts.items()))
    return f"{before}{told}" if told else ""


def _read_one(one: _File, found: _Found, rate: int, samples: int, trim: bool, peak: float | None) -> None:
    def left_out(why: str) -> None:
        found.counts[f"left out, {why}"] += 1
        found.lines.append(f"{one.name}: left out, {why}")

    try:
        sound = Sound.load(one.path)
    except (SoundError, OSError) as wrong:
        return left_out(reason(wrong))
    if sound.peak <= QUIETEST:
        return left_out("silent")
    done = [f"{sound.duration:.2f} s"]

    def did(what: str, count: str) -> None:
        found.counts[count] += 1
        done.append(what)

    if sound.rate != rate:
        did(f"resampled from {sound.rate:,} Hz", "resampled")
        sound = sound.resample(rate)
    if trim:
        kept = sound.trim(SILENCE)
        if sound.duration - kept.duration > 0.01:
            did(f"{sound.duration - kept.duration:.2f} s of silence trimmed", "trimmed")
        sound = kept
    if sound.duration < SHORTEST:
        return left_out("too short")
    x = (sound if peak is None else sound.at_peak(peak)).samples.astype(np.float32)
    pieces = list(_pieces(x, samples, rate))
    if len(x) > samples:
        did(f"cut into {len(pieces)} clips", "cut")
    elif len(x) < samples:
        did(f"{(samples - len(x)) / rate:.2f} s of silence added", "padded")
    for start, piece in pieces:
        found.clips.append(piece)
        found.files.append(one)
        found.starts.append(start / rate)
    found.lines.append(f"{one.name}: {', '.join(done)}")


def _pieces(x: NDArray[np.float32], samples: int, rate: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Where each clip of a file begins, and its samples; silent ones and a rest that is too short are left out."""
    quiet = 10 ** (SILENCE / 20) * np.abs(x).max()
    fade = min(round(FADE * rate), samples // 2)
    for start in range(0, len(x), samples):
        piece = x[start : start + samples].copy()
        if start and len(piece) < LEAST_PIECE * samples:
            return
        if np.abs(piece).max() < quiet:
            continue
        if start and fade:
            piece[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        if start + samples < len(x) and fade:
            piece[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        yield start, np.pad(piece, (0, samples - len(piece)))
