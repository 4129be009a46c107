"""Players: sounds side by side, each with its picture, and a sentence that says what to listen for."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal, get_args

import numpy as np

from gan_course.display.pictures import facts, fine_spectrogram, names_of, portrait
from gan_course.display.stored import Coding, audio_source, known_coding
from gan_course.sound import Sound

Shown = Literal["both", "spectrogram", "waveform"]
Gain = Literal["common", "each"]

# two narrow cards stand side by side in the page of a small screen
_ALONE, _BESIDE = 440, 372


@dataclass(frozen=True, eq=False, repr=False)
class Players:
    """Sounds as a notebook shows them; made by `listen`."""

    sounds: tuple[Sound, ...]
    labels: tuple[str, ...]
    coding: Coding
    shown: Shown | None
    say: str
    gain: Gain

    def __repr__(self) -> str:
        each = "; ".join(
            f"{label or 'a sound'} ({facts(sound)})"
            for sound, label in zip(self.sounds, self.labels, strict=True)
        )
        return (
            f"{'Player' if len(self.sounds) == 1 else 'Players'}: {each}.{' ' if self.say else ''}{self.say}"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}

    def html(self) -> str:
        """Cards side by side, then what they have in common."""
        factors, note = gains(self.sounds, self.gain)
        width = _ALONE if len(self.sounds) == 1 else _BESIDE
        portraits = _portraits(self.sounds, self.labels, self.shown, width)
        cards = "".join(
            _card(sound, label, drawn, audio_source(sound * factor, self.coding), width)
            for sound, label, drawn, factor in zip(self.sounds, self.labels, portraits, factors, strict=True)
        )
        say = f'<div style="margin:2px 0 6px 0;max-width:{2 * _ALONE}px">{escape(self.say)}</div>'
        small = f'<div style="margin:0 0 6px 0;font-size:85%;opacity:0.8">{escape(note)}</div>'
        return (
            '<div class="gan-course-players">'
            f'<div style="display:flex;flex-wrap:wrap;align-items:flex-start">{cards}</div>'
            f"{say if self.say else ''}{small if note else ''}</div>"
        )


def listen(
    *sounds: Sound,
    labels: Sequence[str] | None = None,
    coding: Coding | None = None,
    picture: Shown | None = "both",
    say: str = "",
    gain: Gain = "common",
) -> Players:
    """Players side by side, for comparing sounds.

    labels: a name for each; the sound's own, or A, B, C … where there is none.
    coding: "flac", "mp3" or "wav"; None for what `configure` chose.
    picture: "both" (waveform above spectrogram), one of them, or None. All pictures share their scales.
    say: what to listen for.
    gain: "common" plays all at their own levels, scaled down by one factor if the loudest is above full
        scale; "each" brings every peak to -1 dB. Whatever is done is said below the players.

    Raises ValueError for anything but Sounds, and for labels that do not fit.
    """
    names = names_of(sounds, labels)
    if picture is not None and picture not in get_args(Shown):
        raise ValueError(f"A picture is {', '.join(get_args(Shown))} or None, and not {picture!r}.")
    if gain not in get_args(Gain):
        raise ValueError(f"The gain is {' or '.join(get_args(Gain))}, and not {gain!r}.")
    return Players(tuple(sounds), tuple(names), known_coding(coding), picture, say, gain)


def mimebundle(sound: Sound) -> dict[str, str]:
    """How one Sound shows itself in a notebook."""
    return listen(sound)._repr_mimebundle_()


def gains(sounds: Sequence[Sound], gain: Gain) -> tuple[list[float], str]:
    """A factor for each sound, and what there is to say about it."""
    if gain == "each":
        aim = 10 ** (-1 / 20)
        note = "Each is played with its peak at −1 dB; their levels are not to be compared."
        return [aim / sound.peak if sound.peak else 1.0 for sound in sounds], note
    loudest = max(sound.peak for sound in sounds)
    if loudest <= 1:
        return [1.0] * len(sounds), ""
    softer = f"{20 * np.log10(loudest):.1f} dB"
    subject = "Played" if len(sounds) == 1 else "All are played"
    return [1 / loudest] * len(sounds), f"{subject} {softer} softer, as the largest sample is {loudest:.3g}."


def _portraits(sounds: Sequence[Sound], labels: Sequence[str], shown: Shown | None, width: int) -> list[str]:
    if shown is None:
        return [""] * len(sounds)
    duration, peak = max(sound.duration for sound in sounds), max(sound.peak for sound in sounds)
    tops = [float(fine_spectrogram(sound, 300)[0].max()) for sound in sounds if len(sound) >= 16]
    # a scale that ends at a round number hardly ever changes under a slider
    highest = max(-40.0, 10 * np.ceil(max(tops, default=0.0) / 10))
    # beside a sound ten times as long nothing would be seen of a short one: it has a time axis of its own
    axes = [duration if 10 * sound.duration >= duration else sound.duration for sound in sounds]
    return [
        portrait(sound, shown, axis, peak, highest, label, width).html()
        for sound, label, axis in zip(sounds, labels, axes, strict=True)
    ]


def _card(sound: Sound, label: str, drawn: str, source: str, width: int) -> str:
    name = f"<b>{escape(label)}</b> " if label else ""
    return (
        f'<div style="margin:0 16px 8px 0;width:{width}px;max-width:100%">'
        f'<div style="margin-bottom:2px">{name}<span'
        f' style="font-size:85%;opacity:0.8">{facts(sound)}</span></div>'
        f"{drawn}"
        f'<audio controls preload="metadata" aria-label="{escape(label or "sound")}" src="{source}"'
        ' style="display:block;width:100%;height:36px;margin-top:4px"></audio></div>'
    )
