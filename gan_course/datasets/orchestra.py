"""Real notes of orchestral instruments: the Philharmonia Orchestra's samples. Lesson 04.

Recorded by members of the Philharmonia Orchestra, London; packed by github.com/skratchdot/philharmonia-samples. Free to
use, commercially too, but not to be sold or made available "as is", as samples or as a sampler instrument. Its card is
data/orchestra.md.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from gan_course.datasets import archive
from gan_course.datasets.cache import cached
from gan_course.datasets.clips import Clips
from gan_course.datasets.recordings import read
from gan_course.datasets.splits import Split, check_split, held_out, held_out_of_each
from gan_course.synthesis.edge import whole
from gan_course.synthesis.pitch import frequency_of, midi_number, note_name

COMMIT = "717b7de2bcae05e44aa8a3dde143c8d093b8f6c8"
RATE = 44_100
"""The rate of the recordings (Hz)."""
DYNAMICS = (
    "molto-pianissimo", "pianissimo", "piano", "mezzo-piano", "mezzo-forte", "forte", "fortissimo",
    "crescendo", "decrescendo", "cresc-decresc",
)  # fmt: skip
"""How loud, from the softest; then those that change."""
PLAIN = ("normal", "arco-normal")
"""The articulations that are played plainly, by wind or by bow."""
NOMINAL = ("1", "15")
"""The lengths of about a second, by the files' names."""
BEFORE_ONSET = 0.01
"""How long before its onset a note's clip begins (s)."""
ONSET = -35.0
"""A note begins where its samples first come this near to their peak (dB)."""
FADE = 0.02
"""How long the end of a note that is cut off fades (s)."""
TEST_SHARE = 0.1
"""The share of the notes that are for testing, before every pitch has at least one."""

ARCHIVE = archive.Archive(
    name="orchestra",
    file="philharmonia-samples.zip",
    url=f"https://github.com/skratchdot/philharmonia-samples/archive/{COMMIT}.zip",
    pattern="audio/*",
    count=9_750,
    digest="ece5772eb377ffaf94be65330185f7fd0f17701bd2e2ff7cd0ff3d1dc9309a4d",
    # 85% of the plain notes of 1 and 1.5 s, of eleven instruments
    subsets=("d46b425e6058f4d30a720e4d79754daed07c0058c0c7fbdb4846a14e4f33ac5b",),
    licence='free to use; not to be sold or offered "as is" as samples',
    home="https://github.com/skratchdot/philharmonia-samples",
    credit="Philharmonia Orchestra sound samples",
)

_NAME = re.compile(
    r"(?P<instrument>[a-z-]+)_(?P<pitch>[A-G]s?\d)_(?P<length>[a-z0-9-]+)_(?P<dynamic>[a-z-]+)_(?P<articulation>[a-z-]+)"
)


# More than 75 cents from what the name says, by probabilistic YIN and by the energy at multiples of the named frequency
_MISNAMED = frozenset(
    (
        ("bassoon", "G5", "1", "mezzo-piano"),
        ("cello", "F3", "1", "mezzo-piano"),
        ("cello", "F#3", "1", "mezzo-piano"),
        ("clarinet", "G3", "1", "pianissimo"),  # many notes one after the other
        ("contrabassoon", "D4", "1", "fortissimo"),
        ("contrabassoon", "D4", "15", "fortissimo"),
        ("double-bass", "C3", "1", "mezzo-piano"),
        ("double-bass", "D#4", "1", "pianissimo"),  # 0.08 s long
        ("flute", "B6", "1", "forte"),
        ("flute", "C#7", "15", "forte"),
        ("flute", "D7", "1", "forte"),
        ("flute", "D7", "1", "fortissimo"),
        ("flute", "D7", "15", "fortissimo"),
        ("flute", "E7", "1", "forte"),
        ("flute", "E7", "1", "piano"),
        ("flute", "E7", "15", "forte"),
        ("flute", "E7", "15", "piano"),
        ("oboe", "A#6", "1", "piano"),
        ("oboe", "A#6", "15", "piano"),
        ("oboe", "E6", "15", "mezzo-forte"),  # byte for byte the French horn's E2
    )
)
_SEMITONE_LOW = ("clarinet", "fortissimo", midi_number("C#5"))
"""This instrument's notes at this dynamic, from this one up, sound a semitone below their names."""


class Note(NamedTuple):
    """What a file's name says: `flute_As4_15_forte_normal.mp3` is ("flute", "A#4", "15", "forte", "normal").

    length: nominal, "025", "05", "1" or "15" for 0.25 to 1.5 s, or "long", "very-long", "phrase".
    """

    instrument: str
    pitch: str
    length: str
    dynamic: str
    articulation: str


def parse(path: str) -> Note | None:
    """What a file's name says, or None if it names no pitched note (percussion, for one, has none)."""
    found = _NAME.fullmatch(PurePosixPath(path).stem)
    if found is None:
        return None
    return Note(**found.groupdict() | {"pitch": note_name(midi_number(found["pitch"].replace("s", "#")))})


def misnamed(note: Note) -> bool:
    """Whether this recording, if plain and of about a second, is known to sound at another pitch than its name says."""
    if note.length not in NOMINAL or note.articulation not in PLAIN:
        return False
    instrument, dynamic, lowest = _SEMITONE_LOW
    if (note.instrument, note.dynamic) == (instrument, dynamic) and midi_number(note.pitch) >= lowest:
        return True
    return (note.instrument, note.pitch, note.length, note.dynamic) in _MISNAMED


def load(
    split: Split = "all",
    *,
    instruments: str | Sequence[str] | None = None,
    pitches: int | str | Iterable[int | str] | None = None,
    lengths: str | Sequence[str] | None = NOMINAL,
    dynamics: str | Sequence[str] | None = None,
    articulations: str | Sequence[str] | None = PLAIN,
    with_misnamed: bool = False,
    peak: float | None = None,
    rate: int = 16_000,
    samples: int = 16_384,
) -> Clips:
    """Orchestral notes as `Clips`: labels "instrument", "pitch" and "dynamic" (and "articulation" if others than the
    plain ones are selected), parameters "midi", "frequency" (Hz, at A4 = 440), "duration" and "onset" (s, of the
    recording) and "level_db" (RMS of the recording).

    On first use the data set is downloaded (about 230 MB) or taken from `GAN_COURSE_MIRROR`, and verified. Each
    recording is resampled to `rate` (Hz). Recordings begin with silence of different lengths, so a clip begins
    `BEFORE_ONSET` before the note's `onset`: all notes begin together. A longer one fades out at `samples`, a shorter
    one is followed by silence.

    instruments, lengths, dynamics, articulations: one or several, as the files' names say; None means all.
    pitches: MIDI numbers or names, such as range(48, 73) or ["A4"]; None means all.
    with_misnamed: keep the recordings that are `misnamed`, too, under the names that they have.
    split: all takes of one note, that is, of one instrument at one pitch, are on one side, whatever is selected: no
        test note was heard in training in another dynamic. Every pitch that two instruments play is on both sides
        (`held_out_of_each`); one that a single instrument plays is in training. The classes are those of all splits.
    peak: bring each clip's peak to this level (dB); None keeps the levels of the recordings, from -52 to -8 dB (RMS).

    `note` counts what is left out: files that are misnamed, and those that are empty as published. A warning and
    `report` count others that cannot be read. Raises DataError if the data set cannot be had, ValueError for a split,
    rate or length that makes no sense and for a selection that holds nothing.
    """
    check_split(split)
    rate, samples = whole("rate", rate), whole("samples", samples)
    numbers = _numbers(pitches)
    selected = {
        field: (values,) if isinstance(values, str) else values if values is None else tuple(values)
        for field, values in (
            ("instrument", instruments),
            ("length", lengths),
            ("dynamic", dynamics),
            ("articulation", articulations),
        )
    }
    held = archive.fetch(ARCHIVE)
    known = [(path, note) for path in held.files if (note := parse(path)) is not None]
    _check_known([note for _, note in known], held.counted, selected)

    def wanted(note: Note) -> bool:
        return (numbers is None or midi_number(note.pitch) in numbers) and all(
            values is None or getattr(note, field) in values for field, values in selected.items()
        )

    def passed_over(note: Note, path: str) -> bool:
        return (misnamed(note) and not with_misnamed) or (
            path not in held.damaged and _is_empty(held.folder / path)
        )

    chosen = sorted(((note, path) for path, note in known if wanted(note)), key=_in_order)
    if not chosen:
        raise ValueError(f"No note of the {held.counted} here is in all that was selected: select more.")
    left_out = Counter(
        "misnamed" if misnamed(note) else "empty" for note, path in chosen if passed_over(note, path)
    )
    chosen = [(note, path) for note, path in chosen if not passed_over(note, path)]
    counted = held.counted
    if left_out:
        counted += f"; left out: {', '.join(f'{count} {why}' for why, count in sorted(left_out.items()))}"
    if not chosen:
        raise ValueError(f"All that was selected of the {counted}: select more.")
    files = [held.folder / path for _, path in chosen]
    options = {"rate": rate, "samples": samples, "peak": peak, "counted": counted}
    clips = cached(
        "orchestra",
        options,
        files,
        lambda: _clips([note for note, _ in chosen], files, counted, peak, rate, samples),
    )
    if split == "all":
        return clips
    tested = _tested(note for _, note in known)
    notes = (
        f"{clips.classes['instrument'][i]} {clips.classes['pitch'][p]}"
        for i, p in zip(clips.labels["instrument"].tolist(), clips.labels["pitch"].tolist(), strict=True)
    )
    side = torch.tensor([(note in tested) == (split == "test") for note in notes])
    if not side.any():
        raise ValueError(
            f"No note of the {split} split is in what was selected: select more, or take split='all'."
        )
    return replace(clips.select(side), note=f"{clips.note}; {split} split by note")


def _is_empty(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == 0


def _numbers(pitches: int | str | Iterable[int | str] | None) -> set[int] | None:
    if pitches is None:
        return None
    given = [pitches] if isinstance(pitches, (int, str)) else list(pitches)
    return {midi_number(pitch) if isinstance(pitch, str) else int(pitch) for pitch in given}


def _tested(known: Iterable[Note]) -> set[str]:
    """The notes for testing, as "flute A4". What is loaded by default decides first, so that there every pitch is on
    both sides; a note that is played in other ways only is drawn for itself."""
    plain, others = {}, set()
    for note in known:
        name = f"{note.instrument} {note.pitch}"
        if note.length in NOMINAL and note.articulation in PLAIN and not misnamed(note):
            plain[name] = note.pitch
        others.add(name)
    apart = {name for name in others - plain.keys() if held_out(name, TEST_SHARE)}
    return held_out_of_each(plain, TEST_SHARE) | apart


def onset_first(rate: int, peak: float | None) -> Callable[[NDArray[np.floating], int], NDArray[np.floating]]:
    """A way to place a note in a clip: it begins `BEFORE_ONSET` before its onset, and fades out where it is cut."""

    def place(x: NDArray[np.floating], samples: int) -> NDArray[np.floating]:
        start = max(onset(x) - round(BEFORE_ONSET * rate), 0)
        kept = np.array(x[start : start + samples])
        if len(x) - start > samples:
            fade = min(round(FADE * rate), samples)
            kept[samples - fade :] *= np.linspace(1, 0, fade)
        if peak is not None:
            kept *= 10 ** (peak / 20) / np.abs(kept).max()
        return np.pad(kept, (0, samples - len(kept)))

    return place


def onset(x: NDArray[np.floating]) -> int:
    """The index of the first sample within `ONSET` dB of the peak of `x` `(sample,)`."""
    magnitude = np.abs(x)
    return int(np.argmax(magnitude >= 10 ** (ONSET / 20) * magnitude.max()))


def _clips(
    notes: list[Note], files: list[Path], counted: str, peak: float | None, rate: int, samples: int
) -> Clips:
    measured: list[tuple[float, float]] = []
    place = onset_first(rate, peak)

    def measure_and_place(x: NDArray[np.floating], length: int) -> NDArray[np.floating]:
        measured.append((onset(x) / rate, 10 * float(np.log10(np.mean(np.square(x, dtype=np.float64))))))
        return place(x, length)

    advice = "If they were damaged here, `gan-course data orchestra --again` gets them anew."
    found = read(files, rate, samples, usual_rate=RATE, advice=advice, place=measure_and_place)
    kept = [notes[index] for index in found.kept]
    midi = torch.tensor([midi_number(note.pitch) for note in kept])
    pitches = tuple(note_name(int(number)) for number in midi.unique())
    instruments = tuple(sorted({note.instrument for note in kept}))
    dynamics = tuple(sorted({note.dynamic for note in kept}, key=_loudness))
    labels = {
        "instrument": torch.tensor([instruments.index(note.instrument) for note in kept]),
        "pitch": torch.tensor([pitches.index(note.pitch) for note in kept]),
        "dynamic": torch.tensor([dynamics.index(note.dynamic) for note in kept]),
    }
    classes = {"instrument": instruments, "pitch": pitches, "dynamic": dynamics}
    articulations = tuple(sorted({note.articulation for note in kept}))
    if not set(articulations) <= set(PLAIN):
        labels["articulation"] = torch.tensor([articulations.index(note.articulation) for note in kept])
        classes["articulation"] = articulations
    onsets, levels = torch.tensor(measured, dtype=torch.float32).T
    return Clips(
        audio=found.audio,
        rate=rate,
        labels=labels,
        classes=classes,
        parameters={
            "midi": midi.float(),
            "frequency": torch.tensor([frequency_of(int(number)) for number in midi], dtype=torch.float32),
            "duration": torch.tensor(found.seconds, dtype=torch.float32),
            "onset": onsets,
            "level_db": levels,
        },
        name="orchestral notes",
        note=counted,
        report=found.told,
    )


def _in_order(chosen: tuple[Note, str]) -> tuple[object, ...]:
    note, path = chosen
    return note.instrument, midi_number(note.pitch), note.length, _loudness(note.dynamic), path


def _loudness(dynamic: str) -> tuple[int, str]:
    return (DYNAMICS.index(dynamic) if dynamic in DYNAMICS else len(DYNAMICS)), dynamic


def _check_known(known: Sequence[Note], counted: str, selected: Mapping[str, tuple[str, ...] | None]) -> None:
    """Raise ValueError for a selected instrument, length, dynamic or articulation that no note here has."""
    usual = {"length": NOMINAL, "articulation": PLAIN}
    for field, values in selected.items():
        there = {getattr(note, field) for note in known}
        unknown = [
            value for value in values or () if value not in there and value not in usual.get(field, ())
        ]
        if unknown:
            raise ValueError(
                f"There is no {field} {unknown[0]!r} among the {counted} here:"
                f" choose from {', '.join(sorted(there))}."
            )
