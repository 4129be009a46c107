"""Spoken digits: the Free Spoken Digit Dataset, zero to nine in English by six speakers. Lesson 04.

Zohar Jackson and contributors, github.com/Jakobovski/free-spoken-digit-dataset, CC BY-SA 4.0. Its card is
data/digits.md.
"""

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import torch

from gan_course.datasets import archive
from gan_course.datasets.clips import Clips
from gan_course.datasets.recordings import read
from gan_course.synthesis.edge import whole

COMMIT = "26eb9aaf76e81b692f806f9140c2d2777410d7a1"
RATE = 8_000
"""The rate of the recordings (Hz); there is nothing above 4 kHz in them at any other rate."""
DIGITS = tuple("0123456789")
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
TEST_TAKES = range(5)
"""The takes of each digit by each speaker that the data set itself names its test split."""
LATE_TAKES = range(45, 50)
"""The takes that `by="take"` tests on: it leaves the official test split unheard."""
HELD_OUT = ("jackson", "yweweler")
"""The speakers that `by="speaker"` tests on unless told otherwise: one a native speaker of English and loud,
the other neither; one of each kind is left to train on."""

_NAME = re.compile(r"([0-9])_([^_]+)_([0-9]+)\.wav")


@cache
def known_hashes() -> dict[str, str]:
    """The first 16 hexadecimal digits of the SHA-256 of recordings, by path, for the takes from 5 to 49."""
    table = json.loads(Path(__file__).with_name("digits.json").read_text("utf-8"))
    width, first = table["width"], table["first take"]
    return {
        f"recordings/{digit}_{speaker}_{first + place // width}.wav": row[place : place + width]
        for speaker, rows in table["hashes"].items()
        for digit, row in rows.items()
        for place in range(0, len(row), width)
    }


ARCHIVE = archive.Archive(
    name="digits",
    file="free-spoken-digit-dataset.zip",
    url=f"https://github.com/Jakobovski/free-spoken-digit-dataset/archive/{COMMIT}.zip",
    pattern="recordings/*.wav",
    count=3_000,
    digest="baa3a6dcf4da47fb3075bec71a8cefb512022cb9ae030a79a31b315f37bc67af",
    # all takes but the test split's
    subsets=("56a5917d2f67446d2ff2c6435449153dd8d2f9336c2ff94bf93d770173e292fb",),
    known=known_hashes,
    licence="CC BY-SA 4.0",
    home="https://github.com/Jakobovski/free-spoken-digit-dataset",
    credit="Free Spoken Digit Dataset, Zohar Jackson and contributors",
)


def load(
    split: Literal["all", "train", "test"] = "all",
    by: Literal["official", "take", "speaker"] = "official",
    held_out_speakers: Sequence[str] | None = None,
    rate: int = 16_000,
    samples: int = 16_384,
    folder: str | Path | None = None,
) -> Clips:
    """Spoken digits as `Clips`: labels "digit" and "speaker", parameters "take" and "duration" (s).

    On first use the data set is downloaded (about 20 MB) or taken from `GAN_COURSE_MIRROR`, and verified.
    Each recording is resampled to `rate` (Hz) and centred in `samples`; of the few that are longer the
    stretch with the most energy is kept, and `note` counts them.

    split, by: with by="official" the test split is takes 0 to 4 of each digit and speaker, the rest is for
        training: the same voices in both. With by="take" the test split is takes 45 to 49, and takes 0 to 4 are
        in neither, for whatever is tuned before the official test. With by="speaker" the test split is
        `held_out_speakers` (`HELD_OUT` if None), whom a network that was trained on the rest has never heard.
    folder: read the wav files of this folder instead, such as your own, named {digit}_{speaker}_{take}.wav.

    Bad files are left out, and one warning counts them. Raises DataError if the data set cannot be had or the
    split is not in the part of it that is here, ValueError for an unknown split or speaker, or if no file
    can be used.
    """
    if split not in ("all", "train", "test"):
        raise ValueError(f'split is "all", "train" or "test", and not {split!r}.')
    if by not in ("official", "take", "speaker"):
        raise ValueError(f'by is "official", "take" or "speaker", and not {by!r}.')
    if by != "speaker" and held_out_speakers is not None:
        raise ValueError(f'The split by="{by}" holds out takes: to hold out speakers, give by="speaker" too.')
    rate, samples = whole("rate", rate), whole("samples", samples)
    paths, counted = _recordings(folder)
    speakers = SPEAKERS if folder is None else tuple(sorted({_parts(path)[1] for path in paths}))
    held_out = _held_out(held_out_speakers, speakers) if by == "speaker" else ()
    chosen = [path for path in paths if split in ("all", _side(path, by, held_out))]
    if not chosen:
        raise archive.DataError(_absent(split, by, counted))
    advice = "To get them again: `gan-course data digits --again`." if folder is None else ""
    found = read(chosen, rate, samples, usual_rate=RATE, advice=advice)
    digits, names, takes = zip(*(_parts(chosen[index]) for index in found.kept), strict=True)
    cut = (
        f"; {found.cut:,} longer than {samples / rate:.3f} s are cut to their loudest part"
        if found.cut
        else ""
    )
    part = "" if split == "all" else f"; {split} split by {'speaker' if by == 'speaker' else 'take'}"
    return Clips(
        audio=found.audio,
        rate=rate,
        labels={
            "digit": torch.tensor([DIGITS.index(digit) for digit in digits]),
            "speaker": torch.tensor([speakers.index(name) for name in names]),
        },
        classes={"digit": DIGITS, "speaker": speakers},
        parameters={
            "take": torch.tensor(takes, dtype=torch.float32),
            "duration": torch.tensor(found.seconds, dtype=torch.float32),
        },
        name="spoken digits",
        note=counted + part + cut,
    )


def _recordings(folder: str | Path | None) -> tuple[list[Path], str]:
    """The files, ordered by speaker, digit and take, and how many of all these are."""
    if folder is None:
        held = archive.fetch(ARCHIVE)
        paths, counted = [held.folder / path for path in held.files], held.counted
    else:
        paths = [path for path in Path(folder).expanduser().glob("*.wav") if _NAME.fullmatch(path.name)]
        counted = f"{len(paths):,} recordings in {folder}"
        if not paths:
            raise archive.DataError(
                f"There are no recordings in {folder}: name them {{digit}}_{{speaker}}_{{take}}.wav,"
                " such as 7_ada_0.wav."
            )
    return sorted(paths, key=lambda path: (_parts(path)[1], _parts(path)[0], _parts(path)[2])), counted


def _parts(path: Path) -> tuple[str, str, int]:
    """Digit, speaker and take, from the file's name."""
    found = _NAME.fullmatch(path.name)
    if found is None:
        raise ValueError(f"A recording is named {{digit}}_{{speaker}}_{{take}}.wav, and not {path.name}.")
    return found[1], found[2], int(found[3])


def _side(path: Path, by: str, held_out: Sequence[str]) -> Literal["train", "test", "neither"]:
    _, speaker, take = _parts(path)
    if by == "take" and take in TEST_TAKES:
        return "neither"
    late = {"official": take in TEST_TAKES, "take": take in LATE_TAKES, "speaker": speaker in held_out}
    return "test" if late[by] else "train"


def _held_out(given: Sequence[str] | None, speakers: Sequence[str]) -> tuple[str, ...]:
    held_out = HELD_OUT if given is None else (given,) if isinstance(given, str) else tuple(given)
    unknown = [name for name in held_out if name not in speakers]
    if unknown or not held_out or set(held_out) == set(speakers):
        raise ValueError(
            f"held_out_speakers are some, not all, of {', '.join(speakers)}, and not"
            f" {', '.join(map(str, held_out)) or 'none'}."
        )
    return held_out


def _absent(split: str, by: str, counted: str) -> str:
    if by == "official" and split == "test":
        return (
            f"The official test split (takes 0 to 4) is not among the {counted} here:"
            ' use load("test", by="take") or by="speaker", or get the complete set by unsetting'
            f" {archive.MIRROR} and running `gan-course data digits --again`."
        )
    return f"The {split} split by {by} is not among the {counted} here: use another split, or get them again."
