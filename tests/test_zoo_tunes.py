"""A tune played by a trained generator."""

import numpy as np
import pytest

from gan_course import zoo
from gan_course.evaluation import cents, track_pitch
from gan_course.synthesis import frequency_of, midi_number
from gan_course.zoo.tunes import RELEASE, read_tune


def test_a_tune_is_read_as_it_is_typed() -> None:
    assert read_tune("C4 E4:2  -:0.5") == [("C4", 1.0), ("E4", 2.0), ("-", 0.5)]
    for wrong in ("", "C4:x", ":2", "C4:0", "C4:-1", "C4:nan", "C4:inf"):
        with pytest.raises(ValueError, match="note"):
            read_tune(wrong)


def test_notes_come_at_their_times_with_their_pitches_and_rests_are_silent() -> None:
    model = zoo.load("notes-full")
    played = zoo.tune(model, "C4:1 -:2 G4:1 C5:1", tempo=120, seed=1, instrument="organ")
    assert played.duration == pytest.approx(5 * 0.5 + RELEASE, abs=1e-3)
    assert played.peak <= 10 ** (-1 / 20) + 1e-6
    for begin, pitch in ((0.0, "C4"), (1.5, "G4"), (2.0, "C5")):
        heard = track_pitch(played.cut(begin + 0.15, begin + 0.45).tensor()[None], played.rate)
        assert abs(float(cents(heard, frequency_of(midi_number(pitch))))) < 50
    assert np.abs(played.cut(0.5 + RELEASE + 0.01, 1.49).samples).max() == 0


def test_what_cannot_be_played_is_refused_in_one_sentence() -> None:
    model = zoo.load("notes-full")
    with pytest.raises(ValueError, match="knows no pitch 'H2'"):
        zoo.tune(model, "H2")
    with pytest.raises(ValueError, match="rests only"):
        zoo.tune(model, "-:2")
    with pytest.raises(ValueError, match="beats a minute"):
        zoo.tune(model, "C4", tempo=0)
