"""A contact sheet: many sounds at a glance, each a small picture that plays. Lesson 04."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gan_course.datasets import Clips
from gan_course.display import drawing
from gan_course.display.pictures import Picture, fine_spectrogram, in_words
from gan_course.display.players import Gain, gains
from gan_course.display.stored import Coding, audio_source, known_coding, small_png
from gan_course.sound import Sound
from gan_course.spectral import hertz_to_mel, mel_to_hertz

_TILE, _TALL = 144, 72
# half as many as pixels on the screen each way: a browser fills in between
_BANDS, _COLUMNS = 36, 72
_LOWEST = 40.0
_RANGE_DB = 70.0
_SHORTEST = 16


@dataclass(frozen=True, eq=False, repr=False)
class ContactSheet:
    """Sounds as small pictures that play; made by `contact_sheet`."""

    sounds: tuple[Sound, ...]
    labels: tuple[str, ...]
    note: str
    say: str
    coding: Coding
    gain: Gain

    def __repr__(self) -> str:
        each = "; ".join(
            f"{label}, {_level(sound)}" for sound, label in zip(self.sounds, self.labels, strict=True)
        )
        return f"Contact sheet of {len(self.sounds)} sounds: {each}.{' ' if self.say else ''}{self.say}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}

    def html(self) -> str:
        """The tiles side by side, as many in a row as there is room for, then what they have in common."""
        louder, played = gains(self.sounds, self.gain)
        levels = [
            mel_levels(sound) if len(sound) >= _SHORTEST else np.full((_BANDS, 2), -np.inf)
            for sound in self.sounds
        ]
        # one scale for all, so that soft clips look soft
        highest = 10 * math.ceil(max(-40.0, *(float(level.max()) for level in levels)) / 10)
        duration = max(sound.duration for sound in self.sounds)
        tiles = "".join(
            _tile(sound, label, tile(level, sound.duration / duration, highest), sound * factor, self.coding)
            for sound, label, level, factor in zip(self.sounds, self.labels, levels, louder, strict=True)
        )
        rate = max(sound.rate for sound in self.sounds)
        scale = (
            f"Each picture: {duration:.2g} s from left to right, {_LOWEST:.0f} Hz to {rate / 2000:g} kHz "
            f"upwards on the mel"
            f" scale, {highest - _RANGE_DB:.0f} dB (black) to {highest:.0f} dB (bright)."
        ).replace("-", "−")
        say = f'<div style="margin:2px 0 4px 0;max-width:880px">{escape(self.say)}</div>' if self.say else ""
        notes = " ".join(part for part in (self.note, scale, played) if part)
        return (
            '<div class="gan-course-contact-sheet">'
            f'<div style="display:flex;flex-wrap:wrap;align-items:flex-start">{tiles}</div>{say}'
            f'<div style="margin:0 0 6px 0;max-width:880px;font-size:85%;opacity:0.8">{escape(notes)}</div></div>'
        )


def contact_sheet(
    shown: Clips | Sequence[Sound],
    count: int = 12,
    labels: Sequence[str] | None = None,
    seconds: float | None = None,
    seed: int = 0,
    say: str = "",
    coding: Coding = "mp3",
    gain: Gain = "common",
) -> ContactSheet:
    """Many sounds as small spectrograms that play, all on one scale.

    shown: clips or sounds; where there are more than `count`, so many are drawn at random from `seed`, in their
        order: what one chooses oneself one need not look at.
    labels: a name for each sound that is given; what its labels say where they are None.
    seconds: play and draw no more than the beginning of each (s), to store less.
    say: what to look and to listen for. coding, gain: as `listen` has them, but MP3 unless told otherwise, since a
        sheet is for finding one's way and not for judging sound.

    Raises ValueError for anything but sounds, for none, and for labels that do not fit.
    """
    given = len(shown)
    if not given or count < 1:
        raise ValueError(f"There are {given} sounds and {count} to be shown: give at least one of both.")
    if isinstance(labels, str) or (labels is not None and len(labels) != given):
        raise ValueError(f"{given} sounds need a list of {given} labels; {labels!r} was given.")
    if given > count:
        chosen = torch.randperm(given, generator=torch.Generator().manual_seed(seed))[:count].sort().values
        which = chosen.tolist()
    else:
        which = list(range(given))
    sounds = [shown[place] for place in which]
    for sound in sounds:
        if not isinstance(sound, Sound):
            raise ValueError(
                f"A contact sheet shows Clips or Sounds, and not {type(sound).__name__}: make it one with"
                " Sound(samples, rate)."
            )
    names = [
        labels[place] if labels is not None else sound.label
        for place, sound in zip(which, sounds, strict=True)
    ]
    if seconds is not None:
        sounds = [sound.cut(0, min(seconds, sound.duration)) for sound in sounds]
    note = f"{count} of {given:,}, drawn at random." if given > count else ""
    return ContactSheet(tuple(sounds), tuple(map(str, names)), note, say, known_coding(coding), gain)


def mel_levels(sound: Sound) -> NDArray[np.floating]:
    """Levels (dB; 0 is a sine at full scale) `(band, frame)`, the largest in each of 36 bands of one width in mels."""
    levels, _ = fine_spectrogram(sound, _COLUMNS)
    ends = hertz_to_mel(torch.tensor([_LOWEST, sound.rate / 2]))
    edges = mel_to_hertz(torch.linspace(ends[0], ends[1], _BANDS + 1)).numpy()
    rows = np.minimum((edges / (sound.rate / 2) * (len(levels) - 1)).astype(int), len(levels) - 1)
    # a band narrower than the distance of two rows shows the row that it lies in
    return np.stack([levels[low : max(low + 1, high)].max(0) for low, high in pairwise(rows)])


def tile(levels: NDArray[np.floating], share: float, highest: float) -> bytes:
    """A PNG of levels (dB) `(band, frame)`, low bands below, over the first `share` of its width, grey beyond."""
    from matplotlib import colormaps
    from PIL import Image

    unit = np.clip((levels - highest + _RANGE_DB) / _RANGE_DB, 0, 1).astype(np.float32)
    width = max(1, round(share * _COLUMNS))
    drawn = np.asarray(Image.fromarray(unit[::-1]).resize((width, len(unit)), Image.Resampling.BOX))
    pixels = np.full((len(unit), _COLUMNS, 3), 235, np.uint8)
    pixels[:, :width] = np.rint(255 * colormaps[drawing.COLOUR_MAP](drawn)[..., :3])
    return small_png(pixels, drawing.mapped_palette())


def _tile(sound: Sound, label: str, png: bytes, played: Sound, coding: Coding) -> str:
    words = f"Spectrogram of {in_words(sound, label)}"
    name = escape(label)
    return (
        f'<div style="margin:0 10px 8px 0;width:{_TILE}px">'
        f'<div style="font-size:85%;white-space:nowrap;overflow:hidden;text-overflow:ellipsis" title="{name}">'
        f'<b>{name}</b> <span style="opacity:0.8">{_level(sound)}</span></div>'
        f"{Picture(png, words, _TILE, _TALL).html()}"
        f'<audio controls preload="metadata" aria-label="{name or "sound"}" src="{audio_source(played, coding)}"'
        f' style="display:block;width:{_TILE}px;height:28px;margin-top:2px"></audio></div>'
    )


def _level(sound: Sound) -> str:
    # A level just below 0 is 0, and not −0.
    return f"{round(sound.level)} dB".replace("-", "−") if sound.peak else "silence"
