"""A trained generator as an instrument: a list of notes becomes one sound. Lesson 09."""

from __future__ import annotations

import math

import numpy as np

from gan_course.sound import Sound
from gan_course.zoo.model import Model

REST = "-"
RELEASE = 0.12
"""A note goes on for so long after its time (s), softer and softer, as a damped string does."""


def read_tune(text: str) -> list[tuple[str, float]]:
    """A tune as it is typed, "C4 E4:2 -:1 G4:0.5": pitches, each with its length in beats after a colon (1 if none).

    A rest is "-". Raises ValueError for an empty tune and for a length that is no number above 0.
    """
    notes = []
    for word in text.split():
        pitch, _, beats = word.partition(":")
        try:
            length = float(beats or 1)
        except ValueError:
            length = math.nan
        if not pitch or not 0 < length < math.inf:
            raise ValueError(
                f"{word!r} is no note: write a pitch, such as C4, or {REST} for a rest, and after a colon how many "
                f"beats it lasts, such as C4:2"
            )
        notes.append((pitch, length))
    if not notes:
        raise ValueError("the tune has no note: write some, such as 'C4 E4 G4:2'")
    return notes


def tune(
    model: Model,
    notes: str | list[tuple[str, float]],
    tempo: float = 120.0,
    seed: int = 0,
    **conditions: str,
) -> Sound:
    """The notes one after the other, all from the latent vector of one ``seed``, so that they are one instrument.

    notes: as `read_tune` reads or gives them. tempo: beats a minute. The other ``conditions`` are for all notes. A note
    lasts as long as the model's clips at most. The peak is at most −1 dB.

    Raises ValueError for a model that has no pitch, for a note that it does not know and for a tempo that is not above
    0.
    """
    notes = read_tune(notes) if isinstance(notes, str) else notes
    if "pitch" not in model.classes:
        raise ValueError(f"{model.name} has no pitch to play a tune with: its conditions are {_known(model)}")
    if "pitch" in conditions:
        raise ValueError(f"a tune has its own pitches: leave out the pitch {conditions['pitch']}")
    if not 0 < tempo < math.inf:
        raise ValueError(f"the tempo is {tempo} beats a minute, and a number above 0 is expected")
    pitches = list(dict.fromkeys(pitch for pitch, _ in notes if pitch != REST))  # each is drawn once
    if not pitches:
        raise ValueError("the tune has rests only: write some notes, such as 'C4 E4 G4:2'")
    z = model.z(seed).expand(len(pitches), -1)
    heard = dict(zip(pitches, model.sounds(model.pictures(z, pitch=pitches, **conditions)), strict=True))
    beat = 60 / tempo
    total = sum(beats for _, beats in notes) * beat + RELEASE
    mixed, begin = np.zeros(math.ceil(total * model.rate)), 0.0
    for pitch, beats in notes:
        if pitch != REST:
            note = heard[pitch].cut(0, min(heard[pitch].duration, beats * beat + RELEASE))
            x = note.fade(0, min(RELEASE, note.duration / 2)).samples
            start = round(begin * model.rate)
            x = x[: len(mixed) - start]
            mixed[start : start + len(x)] += x
        begin += beats * beat
    played = [name for kind, names in model.asked(conditions).items() if kind != "pitch" for name in names]
    label = " ".join([model.name, *played, "plays a tune"])
    sound = Sound(mixed.astype(np.float32), model.rate, label)
    return sound.at_peak(-1.0) if sound.peak > 10 ** (-1 / 20) else sound


def _known(model: Model) -> str:
    return ", ".join(model.classes) or "none"
