"""Anyone's own sounds: a folder of files of any format, rate, depth, length and number of channels. Lesson 04."""

from __future__ import annotations

import csv
import hashlib
import math
import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from gan_course.datasets.cache import cached
from gan_course.datasets.clips import Clips
from gan_course.datasets.recordings import QUIETEST, SHORTEST, followed, loaded, reason
from gan_course.datasets.splits import Split, check_split, held_out, held_out_but_known
from gan_course.sound import SoundError
from gan_course.synthesis.edge import whole
from gan_course.synthesis.pitch import is_note, midi_number

ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64")
"""File endings that count as sounds, in capitals too."""
SILENCE = -45.0
"""What is this far below a file's peak, at its ends, is trimmed (dB); a piece that never rises above is left out."""
LEAST_PIECE = 0.5
"""The rest of a long file makes a clip of its own if it fills this share of one."""
FADE = 0.005
"""How long a piece fades in and out where a long file was cut (s)."""
RATES = (1_000, 768_000)
"""The lowest and the highest rate of clips (Hz)."""
_READING = 2
"""Raised whenever files are read, or told of, otherwise than before, so that no clips kept from then are used."""
_REST = "with a rest unused"


@dataclass(frozen=True)
class _File:
    path: Path
    name: str
    labels: Mapping[str, str]
    group: str


@dataclass
class _Found:
    """What reading has found so far.

    done: by file, how many clips it made and what was done to it. counts, lost: to how many files of those that are
    used something was done, and how many are left out for a reason.
    """

    clips: list[NDArray[np.float32]] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    done: list[tuple[str, int, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    heard: dict[bytes, str] = field(default_factory=dict)


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
    file's peak is brought to `peak` (dB), so that loud and soft ones count alike; None keeps the levels. A copy of
    another file is left out, since it could be on the other side of the split. `report` is a table of what was done to
    each file, and `note` counts it. Your files are only read.

    labels: "folders" takes the name of the sub-folder of `path` that a file lies in, at whatever depth, as the label
        "folder"; the path of a CSV file takes its column "file" (relative to the CSV file, or to `path`) and makes a
        label of every other column; None makes no labels.
    split: all pieces of one file are on one side, about `test_share` of the files for testing, by their names
        (`held_out`), so that no file changes sides when others come or go. Of each label at least one file is in
        training (`held_out_but_known`), until others of it are.
    group: what stays together instead: the name of a label, such as "speaker", or a regular expression whose first
        bracket finds the group in the path of a file, such as r"_([a-z]+)_" for 7_ada_0.wav. A label that says no
        more than what the group is may be in testing alone: that is what such a group is for.

    Raises FileNotFoundError or NotADirectoryError where there is no such folder, and ValueError, in one sentence, if it
    holds no sound that can be used, if labels are missing or the CSV names files that are not there, or if a split or
    option makes no sense.
    """
    folder = Path(path).expanduser()
    check_split(split)
    if not folder.exists():
        raise FileNotFoundError(
            f"There is no folder {folder}: give the path of the folder that holds your sounds."
        )
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file: give the folder that it lies in.")
    rate, samples, peak = whole("rate", rate), whole("samples", samples), _checked_peak(peak)
    if not RATES[0] <= rate <= RATES[1]:
        raise ValueError(
            f"rate is the number of samples in a second, from {RATES[0]:,} to {RATES[1]:,}, and not {rate:,}."
        )
    if not (isinstance(test_share, Real) and 0 < test_share < 1):
        raise ValueError(f"test_share is a share between 0 and 1, such as 0.15, and not {test_share!r}.")
    files, unlisted = _labelled(folder, labels)
    files = _grouped(files, group)
    options = {"rate": rate, "samples": samples, "trim": trim, "peak": peak, "unlisted": unlisted} | {
        "files": [[one.name, list(one.labels.items())] for one in files],
        "reading": _READING,
    }
    clips = cached(
        "folder",
        options,
        [one.path.absolute() for one in files],
        lambda: _clips(folder, files, unlisted, rate, samples, trim, peak),
    )
    if split == "all":
        return clips
    used = clips.parameters["file"].long()
    labels_of = _labels_of([files[number] for number in used.unique().tolist()], named=group is not None)
    held = held_out_but_known(labels_of, test_share)
    tested = torch.tensor([one.group in held for one in files])
    side = tested[used] == (split == "test")
    if not side.any():
        needed = split == "test" and any(held_out(name, test_share) for name in labels_of)
        raise ValueError(
            f"None of the {len({one.group for one in files})} groups in {folder} is in the {split} split"
            f"{', as training needs one of each label' * needed}: give more files{' of each label' * needed}, or"
            f" another test_share than {test_share:g}."
        )
    told = f"{split} split by {group or 'file'}: {int(side.sum()):,} of {len(clips):,} clips"
    return replace(clips.select(side), note=f"{clips.note}; {told}")


def _checked_peak(peak: float | None) -> float | None:
    if peak is None:
        return None
    if isinstance(peak, bool) or not isinstance(peak, Real) or not -math.inf < peak <= 0:
        raise ValueError(
            f"peak is in dB, 0 (full scale) or less, such as -1.0, or None to keep the levels, and not {peak!r}."
        )
    return float(peak)


def _labels_of(files: Iterable[_File], named: bool) -> dict[str, set[tuple[str, str]]]:
    """By group, all labels of its files. named: without the kinds of label that say no more than what the group is."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in files:
        found[one.group].update(one.labels.items())
    groups = Counter(label for labels in found.values() for label in labels)
    wide = {kind for (kind, _), count in groups.items() if count > 1 or not named}
    return {group: {label for label in labels if label[0] in wide} for group, labels in found.items()}


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
        # real folders first, so that what a link leads to is met under its own name
        inner[:] = sorted(
            (name for name in inner if not name.startswith(".") and name != "__MACOSX"),
            key=lambda name: (Path(place, name).is_symlink(), name),
        )
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _labelled(folder: Path, labels: str | Path | None) -> tuple[list[_File], list[str]]:
    """The files with their labels, and the names of those that a table does not list."""
    if labels is not None and not isinstance(labels, (str, os.PathLike)):
        raise ValueError(f"labels is 'folders', None or the path of a CSV file, and not {labels!r}.")
    paths = sound_files(folder)
    if labels is not None and labels != "folders":
        files = _from_table(_table(folder, labels), folder)
        listed = {os.path.realpath(one.path) for one in files}
        return files, [_name(path, folder) for path in paths if os.path.realpath(path) not in listed]
    if not paths:
        endings = ", ".join(ending[1:] for ending in ENDINGS[:7])
        raise ValueError(
            f"There is no sound file in {folder}: put some there ({endings}), or give another folder."
        )
    names = [_name(path, folder) for path in paths]
    apart = [name for name in names if "/" not in name] if labels == "folders" else names
    if 0 < len(apart) < len(names):
        raise ValueError(
            f"{len(apart):,} of the {len(names):,} sound files lie in no sub-folder of {folder} and so have no"
            f" label, the first is {apart[0]!r}: move them into one, or give labels=None (for `gan-course train`:"
            f" --set data_options.labels=none)."
        )
    return [
        _File(path, name, {} if apart else {"folder": name.split("/")[0]}, name)
        for path, name in zip(paths, names, strict=True)
    ], []


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _grouped(files: list[_File], group: str | None) -> list[_File]:
    if group is None:
        return files
    if group in files[0].labels:
        return [replace(one, group=one.labels[group]) for one in files]
    try:
        pattern = re.compile(group)
    except (re.error, TypeError):
        pattern = re.compile("")
    if not pattern.groups:
        raise ValueError(
            f"group is the name of a label, here {', '.join(files[0].labels) or 'none'}, or a regular expression with a"
            f" bracket, such as r'_([a-z]+)_', and not {group!r}."
        )
    found = [pattern.search(one.name) for one in files]
    missed = [one.name for one, match in zip(files, found, strict=True) if match is None or match[1] is None]
    if missed:
        raise ValueError(
            f"The group {group!r} is in {len(files) - len(missed):,} of the {len(files):,} files' names, and not in"
            f" {missed[0]!r}: mend the regular expression or the name."
        )
    return [replace(one, group=match[1]) for one, match in zip(files, found, strict=True) if match]


def _table(folder: Path, labels: str | Path) -> Path:
    table = Path(labels).expanduser()
    for place in (table, folder / table):
        if place.is_file():
            return place
    raise ValueError(
        f"labels is 'folders', None or the path of a CSV file, and there is no file {table}, nor one in {folder}."
    )


def _from_table(table: Path, folder: Path) -> list[_File]:
    """The files that a CSV file lists."""
    rows = _rows(table)
    columns = list(rows[0]) if rows else []
    if "file" not in columns:
        raise ValueError(
            f"{table} needs a column 'file' and a row for each sound; its columns are {columns}."
        )
    kinds = [name for name in columns if name and name != "file"]
    empty = [row["file"] for row in rows if not all(row[kind] for kind in ("file", *kinds))]
    if empty:
        raise ValueError(
            f"{table} lacks a label for {len(empty):,} of its {len(rows):,} files, the first is {empty[0]!r}:"
            " fill it in."
        )
    if twice := [name for name, count in Counter(row["file"] for row in rows).items() if count > 1]:
        raise ValueError(f"{table} lists {twice[0]!r} more than once: leave one row for each file.")
    found = [_found_file(row["file"], (table.parent, folder)) for row in rows]
    absent = [row["file"] for row, path in zip(rows, found, strict=True) if path is None]
    if absent:
        raise ValueError(
            f"{len(absent):,} of the {len(rows):,} files that {table} lists are not there, the first is {absent[0]!r}:"
            " paths are relative to the folder that the CSV file lies in."
        )
    return [
        _File(path, row["file"], {kind: row[kind] for kind in kinds}, row["file"])
        for row, path in zip(rows, found, strict=True)
        if path
    ]


def _rows(table: Path) -> list[dict[str, str]]:
    """The rows of a CSV file without spaces around, separated as the first line is: by commas, semicolons or tabs."""
    try:
        with open(table, newline="", encoding="utf-8-sig") as opened:
            first = opened.readline()
            opened.seek(0)
            separator = max(",;\t", key=first.count)
            read = list(csv.DictReader(opened, delimiter=separator, restval=""))
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise ValueError(
            f"{table} cannot be read as a CSV file in UTF-8 ({wrong}): save it as one."
        ) from None
    for number, row in enumerate(read, 2):
        if None in row:
            raise ValueError(
                f"Row {number} of {table} has more values than the first row has columns: put values that hold a"
                f" {separator!r} in quotes."
            )
    return [{(name or "").strip(): value.strip() for name, value in row.items()} for row in read]


def _found_file(name: str, places: Iterable[Path]) -> Path | None:
    """The file of that name, which a table may write with the separators or the accents of another system."""
    for written in dict.fromkeys((name, name.replace("\\", "/"))):
        for form in ("NFC", "NFD"):
            for place in places:
                path = place / unicodedata.normalize(form, written)
                if path.is_file():
                    return path
    return None


def _clips(
    folder: Path,
    files: list[_File],
    unlisted: list[str],
    rate: int,
    samples: int,
    trim: bool,
    peak: float | None,
) -> Clips:
    found = _Found()
    for one in followed(files):
        _read_one(one, found, rate, samples, trim, peak)
    for name in unlisted:
        found.lost["not in the table"] += 1
        found.done.append((name, 0, "left out, not in the table"))
    if not found.clips:
        raise ValueError(
            f"None of the {len(files):,} sound files in {folder} can be used ({_reasons(found)}); the first,"
            f" {found.done[0][0]}, is {found.done[0][2]}."
        )
    kinds = list(files[0].labels)
    classes = {kind: _in_order(kind, {one.labels[kind] for one in found.files}) for kind in kinds}
    places = {kind: {name: index for index, name in enumerate(classes[kind])} for kind in kinds}
    number = {one.name: index for index, one in enumerate(files)}
    used = len({one.name for one in found.files})
    told = f"{used:,} of {len(files) + len(unlisted):,} files{_counted(found)}"
    lost = {kind: _in_order(kind, {one.labels[kind] for one in files} - {*classes[kind]}) for kind in kinds}
    told += "".join(
        f"; of {kind} {', '.join(names)} nothing is left" for kind, names in lost.items() if names
    )
    return Clips(
        audio=torch.from_numpy(np.stack(found.clips)),
        rate=rate,
        labels={
            kind: torch.tensor([places[kind][one.labels[kind]] for one in found.files]) for kind in kinds
        },
        classes=classes,
        parameters={
            "file": torch.tensor([number[one.name] for one in found.files], dtype=torch.float32),
            "start": torch.tensor(found.starts, dtype=torch.float32),
        },
        name=folder.resolve().name,
        note=told,
        report=_table_of(found, told),
    )


def _in_order(kind: str, names: Iterable[str]) -> tuple[str, ...]:
    """Pitches from low to high, if all are names of notes; other labels by the numbers in their names, if all have some
    ("take 2" before "take 10"), then by the letters."""
    names = set(names)
    if kind == "pitch" and all(map(is_note, names)):
        return tuple(sorted(names, key=lambda name: (midi_number(name), name)))
    numbers = {name: [int(part) for part in re.findall(r"[0-9]+", name)] for name in names}
    return tuple(sorted(numbers, key=lambda name: (numbers[name] if all(numbers.values()) else [], name)))


def _counted(found: _Found) -> str:
    """What was done to files that are used, then how many are left out and why; the first three are named."""
    counts = {what: f"{count:,} {what}" for what, count in sorted(found.counts.items())}
    if (rest := counts.pop(_REST, "")) and "cut" in counts:
        counts["cut"] += f" ({rest})"
    told = f": {', '.join(counts.values())}" if counts else ""
    if not found.lost:
        return told
    # what a file system says that is no text could not be printed
    lost = [name.encode("utf-8", "backslashreplace").decode() for name, clips, _ in found.done if not clips]
    more = f" and {len(lost) - 3:,} more" if len(lost) > 3 else ""
    return f"{told}; {len(lost):,} left out ({_reasons(found)}), namely {', '.join(lost[:3])}{more}"


def _reasons(found: _Found) -> str:
    return "; ".join(f"{count:,}: {why}" for why, count in sorted(found.lost.items()))


def _table_of(found: _Found, told: str) -> str:
    rows = [
        ("file", "clips", "what was done"),
        *((name, str(clips), what) for name, clips, what in found.done),
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{name:<{widths[0]}}  {clips:>{widths[1]}}  {what}" for name, clips, what in rows]
    return "\n".join([f"{len(found.clips):,} clips of {told}", "", *lines])


def _read_one(one: _File, found: _Found, rate: int, samples: int, trim: bool, peak: float | None) -> None:
    def left_out(why: str, whole: str = "") -> None:
        found.lost[why] += 1
        found.done.append((one.name, 0, f"left out, {whole or why}"))

    try:
        sound, own_rate = loaded(one.path, rate)
    except (SoundError, OSError) as wrong:
        return left_out(reason(wrong))
    if sound.peak <= QUIETEST:
        return left_out("silent")
    content = hashlib.blake2b(sound.samples.tobytes(), digest_size=16).digest()
    if (other := found.heard.setdefault(content, one.name)) != one.name:
        return left_out("a copy", f"a copy of {other}")
    done = [f"{sound.duration:.2f} s"]

    def did(what: str, count: str) -> None:
        found.counts[count] += 1
        done.append(what)

    if own_rate != rate:
        did(f"resampled from {own_rate:,} Hz", "resampled")
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
        did("cut to one clip" if len(pieces) == 1 else f"cut into {len(pieces)} clips", "cut")
        unused = len(x) - sum(min(samples, len(x) - start) for start, _ in pieces)
        if unused > 0.01 * rate:
            did(f"{unused / rate:.2f} s of rest or silence unused", _REST)
    elif len(x) < samples:
        did(f"{(samples - len(x)) / rate:.2f} s of silence added", "padded")
    for start, piece in pieces:
        found.clips.append(piece)
        found.files.append(one)
        found.starts.append(start / rate)
    found.done.append((one.name, len(pieces), ", ".join(done)))


def _pieces(x: NDArray[np.float32], samples: int, rate: int) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Where each clip of a file begins, and its samples; silent ones and a rest that is too short are left out, but not
    the piece that holds the peak."""
    loudest = int(np.argmax(np.abs(x)))
    quiet = 10 ** (SILENCE / 20) * float(np.abs(x[loudest]))
    fade = min(round(FADE * rate), samples // 2)
    for start in range(0, len(x), samples):
        piece = x[start : start + samples].copy()
        holds_peak = start <= loudest < start + samples
        if not holds_peak and (len(piece) < LEAST_PIECE * samples or np.abs(piece).max() < quiet):
            continue
        if start and fade:
            piece[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)[: len(piece)]
        if start + samples < len(x) and fade:
            piece[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        yield start, np.pad(piece, (0, samples - len(piece)))
