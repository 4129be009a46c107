"""Reading many sound files, some of them bad, into clips of one length. Lesson 04."""

import mmap
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gan_course.sound import Sound, SoundError, _cut_short, _knows_its_length

SHORTEST = 0.02
"""What is shorter (s) is no recording of anything: it holds one period of 50 Hz."""
QUIETEST = 2 / 32_768
"""A peak up to this is silence: the last bit of a 16-bit converter, flickering."""

# which of `Sound.load`'s sentences means what, in a word that can be counted
_REASONS = (
    ("is empty", "empty"),
    ("without a single sample", "empty"),
    ("cut short", "cut short"),
    ("must be finite", "with NaN or infinite samples"),
    ("cannot be read", "not readable as sound"),
)


@dataclass(frozen=True)
class Reading:
    """What `read` found.

    audio: `(clip, sample)` float32. kept: the index, among the given paths, of each clip.
    seconds: how long each one was (s). cut: how many were too long and lost something.
    told: what was left out or is not at the usual rate, counted, in a sentence or two; empty if all is well.
    """

    audio: Tensor
    kept: list[int]
    seconds: list[float]
    cut: int
    told: str = ""


def fit(x: NDArray[np.floating], samples: int) -> NDArray[np.floating]:
    """`(sample,)` brought to a length: a shorter one is centred in silence, of a longer one the stretch with
    the most energy is kept (the earliest of several). Lesson 04."""
    missing = samples - len(x)
    if missing >= 0:
        return np.pad(x, (missing // 2, missing - missing // 2))
    energy = np.concatenate([[0.0], np.cumsum(np.square(x, dtype=np.float64))])
    start = int(np.argmax(energy[samples:] - energy[:-samples]))
    return x[start : start + samples]


def read(
    paths: Sequence[Path],
    rate: int,
    samples: int,
    usual_rate: int | None = None,
    advice: str = "",
    place: Callable[[NDArray[np.floating], int], NDArray[np.floating]] = fit,
) -> Reading:
    """Sound files as clips of `samples` at `rate` (Hz), each brought to that length by `place`.

    Files that are empty, cut short, silent, shorter than `SHORTEST`, hold NaN or are no sound are left out,
    and files whose own rate is not `usual_rate` (Hz) are resampled from their own; one warning counts both
    and ends with `advice`, such as how to get better files. Raises ValueError if no file is left.
    """
    left_out: list[tuple[str, Path]] = []
    other_rate: list[tuple[str, Path]] = []
    clips = np.zeros((len(paths), samples), np.float32)
    kept: list[int] = []
    seconds: list[float] = []
    cut = 0
    for index, path in enumerate(followed(paths)):
        try:
            sound = Sound.load(path)
        except (SoundError, OSError) as wrong:
            left_out.append((reason(wrong), path))
            continue
        if sound.peak <= QUIETEST or sound.duration < SHORTEST:
            left_out.append(("silent" if sound.peak <= QUIETEST else "too short", path))
            continue
        if usual_rate is not None and sound.rate != usual_rate:
            other_rate.append((f"at {sound.rate:,} Hz", path))
        sound = sound.resample(rate)
        clips[len(kept)] = place(sound.samples, samples)
        cut += len(sound) > samples
        kept.append(index)
        seconds.append(sound.duration)
    if not kept:
        found = f"all {len(paths)} are bad ({_counted(left_out)})" if paths else "there are no files"
        raise ValueError(f"No recording can be used, {found}: give files with sound in them.")
    told = _told(left_out, other_rate, len(paths), advice)
    if told:
        warnings.warn(told, stacklevel=3)
    return Reading(torch.from_numpy(clips[: len(kept)]), kept, seconds, cut, told)


LARGE = 1 << 23
"""From this many bytes on a file is read block by block: as 64-bit numbers, an hour in stereo would take 3 GB."""
_BLOCK = 1 << 18


def loaded(path: Path, rate: int) -> tuple[Sound, int]:
    """A recording of any length as one channel at `rate` (Hz), and the rate that it has itself (Hz).

    Raises what `Sound.load` raises.
    """
    if not path.is_file() or path.stat().st_size < LARGE:
        sound = Sound.load(path)
        return sound.resample(rate), sound.rate
    import soundfile  # type: ignore[import-untyped]
    import soxr  # type: ignore[import-untyped]

    parts: list[NDArray[np.float32]] = []
    try:
        with soundfile.SoundFile(path) as file:
            own_rate, promised, kind = file.samplerate, file.frames, file.format
            stream = soxr.ResampleStream(own_rate, rate, 1, dtype="float32") if own_rate != rate else None
            count = 0
            # after every block soundfile seeks, and libsndfile's MPEG decoder does not go on as it would have
            size = promised if kind == "MP3" else _BLOCK
            for block in file.blocks(size, dtype="float32", always_2d=True):
                count += len(block)
                x = block.mean(axis=1)
                parts.append(x if stream is None else stream.resample_chunk(x))
            if stream is not None:
                parts.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    except (RuntimeError, TypeError) as wrong:
        raise SoundError(f"{path} cannot be read as a sound file: {wrong}") from None
    with open(path, "rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        short = (count < promised and _knows_its_length(content, kind)) or _cut_short(content, kind)
    if short:
        raise SoundError(f"{path} is cut short: only {count} of its {promised} samples are there.")
    if not count:
        raise SoundError(f"{path} is a sound file without a single sample.")
    return Sound(np.concatenate(parts), rate, path.stem), own_rate


T = TypeVar("T")


def followed(files: Sequence[T]) -> Iterable[T]:
    """The files one after the other, with a progress bar if they take more than two seconds.

    One after the other because threads gain nothing: `Sound.load` hands libsndfile a file in memory, which it reads
    through Python. On two cores 600 files took 1.04 s one by one and 1.12 s in two threads.
    """
    from tqdm.auto import tqdm

    bar: Iterable[T] = tqdm(files, desc="reading", unit="file", delay=2, leave=False, disable=None)
    return bar


def reason(wrong: Exception) -> str:
    """Why a file cannot be used, in a word or two that can be counted."""
    if isinstance(wrong, FileNotFoundError):
        return "missing"
    return next((told for words, told in _REASONS if words in str(wrong)), "not readable")


def _counted(found: list[tuple[str, Path]]) -> str:
    counts = Counter(reason for reason, _ in found)
    return f"{', '.join(f'{count:,} {reason}' for reason, count in counts.items())}; first: {found[0][1]}"


def _told(
    left_out: list[tuple[str, Path]], other_rate: list[tuple[str, Path]], given: int, advice: str
) -> str:
    told = []
    if left_out:
        told.append(f"{len(left_out):,} of {given:,} recordings are left out: {_counted(left_out)}.")
    if other_rate:
        told.append(
            f"{len(other_rate):,} of {given:,} recordings are not at the usual rate: {_counted(other_rate)}."
        )
    return " ".join([*told, advice]).strip() if told else ""
