"""A dozen notes as one finds such things: five of them with a fault, for lesson 04 to find."""

from dataclasses import replace
from functools import cache

import numpy as np
import torch

from gan_course.datasets.clips import Clips
from gan_course.datasets.notes import INSTRUMENTS, PITCHES, note
from gan_course.synthesis.pitch import midi_number, note_name

NAMES = (
    "plucked E3", "bell A4", "organ C4", "reed D4", "struck G3", "bowed B3",
    "struck C4", "bell E4", "reed D4", "plucked A3", "bell F4", "organ A3",
)  # fmt: skip
"""What the clips are said to be, and most of them are."""
FAULTS: dict[str, tuple[int, ...]] = {
    "silent": (4,),
    "clipped": (5,),
    "a copy": (3, 8),
    "too fast": (9,),
    "wrong name": (10,),
}
"""Which clips have which fault; of a copy either of the two is meant."""


def found() -> Clips:
    """Twelve notes with labels "instrument" and "pitch", some of which are wrong in the ways of `FAULTS`. Lesson 04."""
    clips = _found()
    labels = {kind: values.clone() for kind, values in clips.labels.items()}
    return replace(clips, audio=clips.audio.clone(), labels=labels)


@cache
def _found() -> Clips:
    sounds = [note(*name.split(), seed=7).samples for name in NAMES]
    sounds[4] = np.zeros_like(sounds[4])
    sounds[5] = np.clip(12 * sounds[5] / np.abs(sounds[5]).max(), -1, 1)
    sounds[8] = sounds[3] / 2
    # recorded at half the rate, and read as if it had been at the whole one
    fast = note("plucked", "A3", seed=7).resample(8_000).samples
    sounds[9] = np.pad(fast, (0, len(sounds[9]) - len(fast)))
    sounds[10] = note("bowed", "F4", seed=7).samples
    pitches = tuple(note_name(number) for number in PITCHES)
    said = [name.split() for name in NAMES]
    return Clips(
        torch.from_numpy(np.stack(sounds).astype(np.float32)),
        16_000,
        labels={
            "instrument": torch.tensor([INSTRUMENTS.index(instrument) for instrument, _ in said]),
            "pitch": torch.tensor([pitches.index(note_name(midi_number(pitch))) for _, pitch in said]),
        },
        classes={"instrument": INSTRUMENTS, "pitch": pitches},
        name="found notes",
    )
