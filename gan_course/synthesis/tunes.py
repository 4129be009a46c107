"""A short piece to play on whatever one has made. Lesson 01."""

from collections.abc import Callable, Sequence

from gan_course.sound import Sound, silence
from gan_course.synthesis.envelopes import exponential_decay
from gan_course.synthesis.pitch import frequency_of, midi_number
from gan_course.synthesis.strings import pluck

GREENSLEEVES: Sequence[tuple[float, str]] = (
    # the beat on which it begins, the note: the tune's first line (traditional, about 1580), and a chord
    *((0, "A3"), (1, "C4"), (3, "D4"), (4, "E4"), (5.5, "F4"), (6, "E4"), (7, "D4"), (9, "B3"), (10, "G3")),
    *((11.5, "A3"), (12, "B3"), (1, "A2"), (4, "C3"), (7, "G2"), (10, "D3")),
    *((13, "A2"), (13.2, "E3"), (13.4, "A3"), (13.6, "C4"), (13.8, "E4"), (14, "A4")),
)
"""Pairs of the beat on which a note begins and its name."""

BEAT, RING, RATE = 0.2, 1.2, 32_000


def perform(
    score: Sequence[tuple[float, str]], instrument: Callable[..., Sound] = pluck, rate: int = 16_000
) -> Sound:
    """The notes of a `score`, pairs of a beat and a name such as "A4", on an instrument, at `rate` (Hz). Lesson 01.

    instrument: called as `instrument(frequency, duration, rate=rate)`, with a frequency in Hz and a duration in s;
    at 32,000 samples in a second, as a plucked string's pitch is the truer the higher its rate.
    """
    fading = exponential_decay(RING, 0.25, RATE)
    piece = silence(0.1, RATE)
    for beat, name in score:
        note = instrument(frequency_of(midi_number(name)), RING, rate=RATE) * fading
        piece = piece + silence(0.1 + BEAT * beat, RATE).then(note)
    return piece.at_peak(-1).resample(rate).named("strings")
