"""Sounds made from formulas, and the instruments of the built-in data set."""

from gan_course.synthesis.digital import alias_frequency, level_db, quantise
from gan_course.synthesis.envelopes import envelope, exponential_decay
from gan_course.synthesis.noise import noise
from gan_course.synthesis.oscillators import additive, chirp, fm, sawtooth, sine, square, times
from gan_course.synthesis.pitch import frequency_of, midi_number, note_name
from gan_course.synthesis.strings import pluck
from gan_course.synthesis.tunes import GREENSLEEVES, perform

__all__ = [
    "GREENSLEEVES",
    "additive",
    "alias_frequency",
    "chirp",
    "envelope",
    "exponential_decay",
    "fm",
    "frequency_of",
    "level_db",
    "midi_number",
    "noise",
    "note_name",
    "perform",
    "pluck",
    "quantise",
    "sawtooth",
    "sine",
    "square",
    "times",
]
