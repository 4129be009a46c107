"""Names, numbers and frequencies of notes, in equal temperament. Lesson 01."""

import re

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
"""The twelve notes of an octave, from C; black keys are named as sharps."""

_NOTE = re.compile(r"([A-Ga-g])([#♯b♭]?)(-?\d+)")


def frequency_of(midi: float) -> float:
    """The frequency (Hz) of a MIDI number, 69 being A4 at 440 Hz and each semitone a factor of 2^(1/12).

    Fractions of a semitone are allowed; `frequency_of(midi_number("A4"))` starts from a name. Lesson 00.
    """
    return 440.0 * 2 ** ((midi - 69) / 12)


def midi_number(name: str) -> int:
    """The MIDI number of a note's name: "A4" is 69, "C4" (middle C) 60, "F#3" and "Gb3" 54.

    Raises ValueError for anything that is not a letter A to G, perhaps # or b, and an octave. Lesson 01.
    """
    found = _NOTE.fullmatch(name.strip()) if is_note(name) else None
    if not found:
        raise ValueError(
            f"A note is named by a letter A to G, # or b if need be, and an octave, as in 'F#3';"
            f" {name!r} was given."
        )
    letter, accidental, octave = found.groups()
    shift = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[accidental]
    return NAMES.index(letter.upper()) + shift + 12 * (int(octave) + 1)


def is_note(name: str) -> bool:
    """Whether `midi_number` understands this name."""
    return isinstance(name, str) and _NOTE.fullmatch(name.strip()) is not None


def note_name(midi: int) -> str:
    """The name of a MIDI number: 69 is "A4", 54 is "F#3". Lesson 01.

    Raises ValueError if it is no whole number.
    """
    if int(midi) != midi:
        raise ValueError(f"A note's MIDI number is a whole number such as 69 for A4: {midi!r} was given.")
    return f"{NAMES[int(midi) % 12]}{int(midi) // 12 - 1}"
