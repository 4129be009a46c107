"""A sound: samples, their rate, and the few things one does with it all day.

A `Sound` is mono and immutable in use: every method returns a new one. Arrays, lists and tensors go in,
`numpy.asarray(sound)` and `sound.tensor()` come out. Introduced in Lesson 01.
"""

import errno
import io
import os
import secrets
import struct
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from mmap import mmap
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

if TYPE_CHECKING:
    from torch import Tensor

FORMATS = {".wav": "WAV", ".flac": "FLAC", ".ogg": "OGG", ".mp3": "MP3"}
"""The file endings that `Sound.load` and `Sound.save` know, with libsndfile's name for each."""

CANCELLED = -20.0
"""Channels cancel where their mean is so far below the loudest of them (dB)."""

_Drawing = Callable[["Sound"], dict[str, str]]
_drawing: _Drawing | None = None


class SoundError(ValueError):
    """What was given is no sound, or nothing that can be done with this one."""


def set_drawing(drawing: _Drawing | None) -> None:
    """Let `drawing(sound)` make the MIME bundle that shows a `Sound` in a notebook; None for text alone."""
    global _drawing
    _drawing = drawing


@dataclass(frozen=True, eq=False, repr=False)
class Sound:
    """Samples and the rate at which they follow each other. Lesson 01.

    samples: `(sample,)` float32 or float64, finite, nominally in [-1, 1]. Lists, arrays and tensors of shape
        `(sample,)` or `(1, sample)` are taken and copied. Integers of 8, 16 and 32 bits are divided by their
        type's full scale (unsigned ones are centred first); 64-bit integers, which no sound file holds, are
        taken as they are if they are all -1, 0 or 1.
    rate: samples in a second (Hz), a whole number.
    label: a few words that players and pictures show.

    Raises SoundError for anything else: no samples, NaN or infinity, several channels, a rate below 1 Hz.
    """

    samples: NDArray[np.floating]
    rate: int = 16_000
    label: str = ""

    # so that `numpy_number * sound` is a Sound, and not an array
    __array_priority__ = 1000.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", _samples(self.samples))
        object.__setattr__(self, "rate", _rate(self.rate))
        object.__setattr__(self, "label", str(self.label))

    def __repr__(self) -> str:
        named = f", {self.label!r}" if self.label else ""
        return f"Sound({self.duration:.3f} s at {self.rate:,} Hz{named})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self)} | (_drawing(self) if _drawing else {})

    def __len__(self) -> int:
        return len(self.samples)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            return np.asarray(self.samples, dtype, copy=False)
        return np.array(self.samples, dtype)

    def tensor(self) -> "Tensor":
        """The samples as a float32 tensor `(sample,)` of its own memory."""
        import torch

        return torch.from_numpy(np.array(self.samples, np.float32))

    @property
    def duration(self) -> float:
        """How long it lasts (s)."""
        return len(self) / self.rate

    @property
    def times(self) -> NDArray[np.float64]:
        """When each sample comes (s): `(sample,)`, from 0."""
        return np.arange(len(self)) / self.rate

    @property
    def level(self) -> float:
        """Root-mean-square level (dB, 0 for a square wave between -1 and 1); -inf for silence."""
        return _decibels(float(np.sqrt(np.mean(np.square(self.samples, dtype=np.float64)))))

    @property
    def peak(self) -> float:
        """The largest magnitude of any sample (1 is full scale)."""
        return float(np.max(np.abs(self.samples)))

    @classmethod
    def load(cls, path: str | os.PathLike[str], rate: int | None = None) -> Self:
        """Read a wav, flac, ogg or mp3 file; several channels become their mean, or the loudest one where they cancel.

        They cancel where the mean is 20 dB or more below the loudest channel, as with one that is the other's negative.

        rate: resample to this rate (Hz); None keeps the file's own.

        Raises FileNotFoundError or another OSError where there is nothing to read, and SoundError if the file
        is empty, cut short, no sound file, or holds NaN.
        """
        path = Path(path)
        samples, own_rate = _read(path)
        try:
            sound = cls(samples, own_rate, path.stem)
        except SoundError as wrong:
            raise SoundError(f"{path} cannot be used as a sound: {wrong}") from None
        return sound if rate is None else sound.resample(rate)

    def save(self, path: str | os.PathLike[str], overwrite: bool = False, subtype: str | None = None) -> Path:
        """Write a wav, flac, ogg or mp3 file, as its ending says, and return its path.

        subtype: libsndfile's name of the sample format, such as "PCM_16" (the default for wav and flac),
            "PCM_24" or "FLOAT". Formats of whole numbers clip what is above full scale, with a warning.

        Raises FileExistsError unless `overwrite`, SoundError for an ending or format that cannot be written,
        and OSError if the disk is full; the file appears under its name only when it is complete.
        """
        path = Path(path)
        if path.exists() and not path.is_file():
            raise SoundError(f"{path} is no ordinary file: give the name of a sound file to write.")
        if path.exists() and not overwrite:
            raise FileExistsError(
                errno.EEXIST, "this file exists already: pass overwrite=True to replace it", str(path)
            )
        _write_whole(path, self.encode(path.suffix, subtype))
        return path

    def encode(self, ending: str, subtype: str | None = None) -> bytes:
        """The bytes of a sound file: `ending` is ".wav", ".flac", ".ogg" or ".mp3".

        Raises SoundError for another ending, or a rate or `subtype` that this format cannot hold.
        """
        import soundfile  # type: ignore[import-untyped]

        kind = FORMATS.get(ending.lower())
        if kind is None:
            raise SoundError(f"A sound file ends in {', '.join(FORMATS)}, and not in {ending!r}.")
        subtype = subtype or soundfile.default_subtype(kind)
        if subtype.startswith("PCM_") and self.peak > 1:
            warnings.warn(
                f"The peak {self.peak:.3g} is above full scale and is clipped: use .at_peak() first,"
                " or subtype='FLOAT' in a wav file.",
                stacklevel=3,
            )
        target = io.BytesIO()
        try:
            with soundfile.SoundFile(target, "w", self.rate, 1, subtype, format=kind) as file:
                # libsndfile's Vorbis encoder overruns its stack when it is given minutes at once
                for block in np.split(self._as_stored(subtype), range(1 << 16, len(self), 1 << 16)):
                    file.write(block)
        except (ValueError, RuntimeError) as wrong:
            raise SoundError(
                f"A {kind} file cannot hold {subtype} samples at {self.rate} Hz ({_reason(wrong)}):"
                " resample it or choose another format."
            ) from None
        return target.getvalue()

    def _as_stored(self, subtype: str) -> NDArray[Any]:
        """Integers as libsndfile expects them, so that what was read is written back bit by bit."""
        bits = {"PCM_16": 16, "PCM_24": 24, "PCM_32": 32}.get(subtype)
        if bits is None:
            return self.samples
        whole = np.rint(self.samples.astype(np.float64) * 2 ** (bits - 1))
        whole = np.clip(whole, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1).astype(np.int64)
        return whole.astype(np.int16) if bits == 16 else (whole << (32 - bits)).astype(np.int32)

    def resample(self, rate: int) -> Self:
        """The same sound at another rate (Hz), low-passed so that nothing aliases (soxr, quality HQ).

        Raises SoundError for a rate more than a thousand times as high or as low, and if no sample would be left.
        """
        rate = _rate(rate)
        if rate == self.rate:
            return self
        if not 1 / 1000 <= rate / self.rate <= 1000:
            raise SoundError(
                f"A sound at {self.rate:,} Hz cannot be resampled to {rate:,} Hz: choose a rate at most a thousand"
                " times as high or as low."
            )
        import soxr  # type: ignore[import-untyped]

        samples = soxr.resample(self.samples, self.rate, rate)
        if not len(samples):
            raise SoundError(f"{self!r} is too short to be resampled to {rate} Hz: no sample is left.")
        return replace(self, samples=samples, rate=rate)

    def trim(self, threshold_db: float = -60.0) -> Self:
        """Without the quiet beginning and end: all before the first and after the last sample that is above
        `threshold_db` (dB, against this sound's peak). Raises SoundError for silence."""
        self._needs_sound("trimmed")
        if not threshold_db < 0:
            raise SoundError(f"The threshold is in dB below the peak, such as -60, and not {threshold_db!r}.")
        loud = np.flatnonzero(np.abs(self.samples) >= self.peak * _amplitude(threshold_db))
        return replace(self, samples=self.samples[loud[0] : loud[-1] + 1])

    def cut(self, start: float = 0.0, stop: float | None = None) -> Self:
        """The part from `start` to `stop` (s; None for the end). Raises SoundError if that is not inside."""
        stop = self.duration if stop is None else stop
        first, last = (round(time * self.rate) if np.isfinite(time) else -1 for time in (start, stop))
        if not 0 <= first < last <= len(self):
            raise SoundError(
                f"There is nothing to cut from {start:g} s to {stop:g} s in a sound of {self.duration:g} s:"
                " start must be at least 0 and less than stop, stop at most the duration."
            )
        return replace(self, samples=self.samples[first:last])

    def pad(self, duration: float) -> Self:
        """With silence after it, until it lasts `duration` (s); a longer sound stays as it is."""
        missing = round(_seconds(duration) * self.rate) - len(self)
        return replace(self, samples=np.pad(self.samples, (0, max(0, missing))))

    def fade(self, attack: float = 0.01, release: float = 0.01) -> Self:
        """Faded in over `attack` and out over `release` (s), each along half a period of a cosine."""
        rise, fall = (round(_seconds(length) * self.rate) for length in (attack, release))
        if rise + fall > len(self):
            raise SoundError(
                f"A sound of {self.duration:g} s is too short to fade in over {attack:g} s and out over"
                f" {release:g} s."
            )
        envelope = np.ones(len(self), self.samples.dtype)
        envelope[:rise] = _half_cosine(rise)
        envelope[len(self) - fall :] *= _half_cosine(fall)[::-1]
        return self * envelope

    def gain(self, db: float) -> Self:
        """Louder by `db` (dB; negative is softer)."""
        return self * _amplitude(db)

    def at_level(self, db: float) -> Self:
        """Scaled so that its root-mean-square level is `db` (dB, 0 is full scale).

        Raises SoundError for silence."""
        self._needs_sound("brought to a level")
        return self.gain(db - self.level)

    def at_peak(self, db: float = -1.0) -> Self:
        """Scaled so that its peak is `db` (dB, 0 is full scale). Raises SoundError for silence."""
        self._needs_sound("brought to a peak")
        return self * (_amplitude(db) / self.peak)

    def reversed(self) -> Self:
        """Played backwards."""
        return replace(self, samples=self.samples[::-1])

    def then(self, other: "Sound") -> Self:
        """This, and `other` after it. Raises SoundError if the rates differ."""
        self._needs_rate(other)
        return replace(self, samples=np.concatenate([self.samples, other.samples]))

    def named(self, label: str) -> Self:
        """The same sound under another label."""
        return replace(self, label=label)

    def __add__(self, other: "Sound") -> Self:
        """Both at once; the shorter one is padded with silence. Raises SoundError if the rates differ."""
        if not isinstance(other, Sound):
            return NotImplemented
        self._needs_rate(other)
        length = max(len(self), len(other))
        first, second = (np.pad(part.samples, (0, length - len(part))) for part in (self, other))
        return replace(
            self, samples=first + second, label=" + ".join(filter(None, (self.label, other.label)))
        )

    def __mul__(self, factor: float | ArrayLike) -> Self:
        """Each sample times a number, or times the entry of an envelope or a sound of the same length.

        Raises SoundError for another length or another rate.
        """
        if isinstance(factor, Sound):
            self._needs_rate(factor)
        try:
            scale = np.asarray(factor, self.samples.dtype)
        except (TypeError, ValueError):
            return NotImplemented
        if scale.shape not in ((), self.samples.shape):
            raise SoundError(
                f"A sound of {len(self)} samples is multiplied by a number or by {len(self)} of them,"
                f" and not by an array of shape {scale.shape}."
            )
        return replace(self, samples=self.samples * scale)

    __rmul__ = __mul__

    def __truediv__(self, number: float) -> Self:
        return self * (1 / number)

    def __neg__(self) -> Self:
        return self * -1.0

    def __sub__(self, other: "Sound") -> Self:
        """The difference, such as what a coding lost. Raises SoundError if the rates differ."""
        return replace(self + -other, label=self.label) if isinstance(other, Sound) else NotImplemented

    def _needs_sound(self, done: str) -> None:
        if not self.peak:
            raise SoundError(f"{self!r} is silent: it cannot be {done}.")

    def _needs_rate(self, other: "Sound") -> None:
        if self.rate != other.rate:
            raise SoundError(
                f"The sounds have different rates, {self.rate} and {other.rate} Hz:"
                f" bring the second to the first's with .resample({self.rate})."
            )


def silence(duration: float, rate: int = 16_000) -> Sound:
    """Nothing to hear for `duration` (s)."""
    return Sound(np.zeros(round(_seconds(duration) * _rate(rate)), np.float32), rate, "silence")


def _samples(given: Any) -> NDArray[np.floating]:
    if isinstance(given, (str, bytes, Path)):
        raise SoundError(f"A Sound is made of samples; to read the file {str(given)!r} use Sound.load.")
    # Whoever has a tensor has imported torch; whoever has none need not wait for it.
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(given, torch.Tensor):
        given = given.detach().cpu()
        given = (given.float() if given.dtype == torch.bfloat16 else given).numpy()
    try:
        array = np.asarray(given)
    except ValueError:
        raise SoundError("A Sound is made of a list of numbers, all in one row; these rows differ.") from None
    if array.ndim == 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim != 1:
        raise SoundError(
            f"A Sound is mono, samples of shape (sample,), and not {array.shape}:"
            " take one channel, one clip, or the mean of the channels."
        )
    if not array.size:
        raise SoundError("A Sound has at least one sample; none was given.")
    floating = _floating(array)
    if not np.isfinite(floating).all():
        bad = int(np.flatnonzero(~np.isfinite(floating))[0])
        count = int(np.count_nonzero(~np.isfinite(floating)))
        raise SoundError(
            f"Samples must be finite numbers: {count} of {len(floating)} are not,"
            f" the first at index {bad} ({floating[bad]})."
        )
    return floating


def _floating(array: NDArray[Any]) -> NDArray[np.floating]:
    """A new array of float32 or float64 in which 1 is full scale."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "f":
        return array.astype(np.float64 if size >= 8 else np.float32)
    if kind in "iu" and size < 8:
        full = 2.0 ** (8 * size - 1)
        centred = array.astype(np.float64) - (full if kind == "u" else 0.0)
        return (centred / full).astype(np.float64 if size == 4 else np.float32)
    if kind in "iu":
        if np.max(np.abs(array.astype(np.float64))) <= 1:
            return array.astype(np.float64)
        raise SoundError(
            f"Samples of type {array.dtype} have no full scale that sound files know:"
            " convert them with .astype(numpy.int16), or divide them so that they lie between -1 and 1."
        )
    raise SoundError(f"Samples are real numbers, and not of type {array.dtype}.")


def _rate(given: Any) -> int:
    whole = isinstance(given, (Integral, np.integer)) or (
        isinstance(given, (Real, np.floating)) and float(given).is_integer()
    )
    if isinstance(given, bool) or not whole or int(given) < 1:
        raise SoundError(
            f"The rate is the number of samples in a second, a whole number such as 16000, and not {given!r}."
        )
    return int(given)


def _seconds(given: float) -> float:
    if not 0 <= given < float("inf"):
        raise SoundError(f"A length of time is in seconds and not negative; {given!r} was given.")
    return float(given)


def _amplitude(db: float) -> float:
    if not db <= 6000:  # 10^300: more would be no number any more
        raise SoundError(f"A level or a gain is a number of dB, and not {db!r}.")
    return float(10.0 ** (db / 20.0))


def _decibels(amplitude: float) -> float:
    return float(20.0 * np.log10(amplitude)) if amplitude > 0 else -float("inf")


def _half_cosine(length: int) -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / max(length, 1))


def _reason(wrong: BaseException) -> str:
    """What libsndfile says, without the address of the object it was reading."""
    return str(getattr(wrong, "error_string", wrong)).strip().rstrip(".")


def _read(path: Path) -> tuple[NDArray[np.floating], int]:
    """Samples `(sample,)` and rate of a sound file that is whole."""
    import soundfile

    if path.exists() and not path.is_file():
        raise SoundError(f"{path} is no ordinary file: give the name of a sound file to read.")
    content = path.read_bytes()
    if not content:
        raise SoundError(f"{path} is empty: it holds 0 bytes.")
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            promised, rate, subtype = file.frames, file.samplerate, file.subtype
            channels = file.read(dtype="float64", always_2d=True)
            kind = file.format
    except (RuntimeError, ValueError) as wrong:
        raise SoundError(
            f"{path} cannot be read as a sound file (wav, flac, ogg or mp3), or is damaged: {_reason(wrong)}."
        ) from None
    if (len(channels) < promised and _knows_its_length(content, kind)) or _cut_short(content, kind):
        raise SoundError(
            f"{path} is cut short: only {len(channels)} samples of what it promises are there;"
            " copy or download it again."
        )
    if not len(channels):
        raise SoundError(f"{path} is a sound file without a single sample.")
    wide = subtype in ("PCM_32", "DOUBLE")
    return _mixed(channels).astype(np.float64 if wide else np.float32), rate


def _mixed(channels: NDArray[np.floating]) -> NDArray[np.floating]:
    """`(sample, channel)` as one channel: their mean, or the loudest where these cancel (`CANCELLED`)."""
    mean = channels.mean(axis=1)
    powers = np.einsum("ij,ij->j", channels, channels)
    loudest = int(np.argmax(powers))
    return channels[:, loudest] if mean @ mean < _amplitude(CANCELLED) ** 2 * powers[loudest] else mean


def _knows_its_length(content: bytes | mmap, kind: str) -> bool:
    """Whether the length that libsndfile promises was read and not guessed from the size, pictures and all.

    An MPEG file states it in its first frame, if at all, under one of three names.
    """
    begin = _id3_size(content)
    return kind != "MP3" or any(name in content[begin : begin + 4096] for name in _MPEG_LENGTHS)


_MPEG_LENGTHS = (b"Xing", b"Info", b"VBRI")


def _id3_size(content: bytes | mmap) -> int:
    """How many bytes the text and pictures take that stand before the sound of an MPEG file."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    return 10 + sum(byte << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))


def _cut_short(content: bytes | mmap, kind: str) -> bool:
    """Whether the file ends before its own header says: libsndfile reads what is there and stays silent."""
    if kind.startswith("WAV") and content[:4] == b"RIFF":
        (promised,) = struct.unpack_from("<I", content, 4)
        # writers that stream leave 0 or the largest number here
        return 0 < promised < 0xFFFFFF00 and len(content) < promised + 8
    if kind == "OGG":
        last = content[content.rfind(b"OggS") :]
        if len(last) < 27 or len(last) < 27 + last[26]:
            return True
        page_end = 27 + last[26] + sum(last[27 : 27 + last[26]])
        ends_stream = bool(last[5] & 4)
        return len(last) < page_end or not ends_stream
    return False


def _write_whole(path: Path, content: bytes) -> None:
    """Write under a temporary name in the same folder, then rename: all or nothing."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder for this file does not exist: create it", str(path))
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(unfinished, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as wrong:
        unfinished.unlink(missing_ok=True)
        raise type(wrong)(wrong.errno, f"the sound was not written ({wrong.strerror})", str(path)) from None
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
