"""A contact sheet: every sound is there once, with its picture, its level and its player, all on one scale."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from gan_course import Sound
from gan_course.datasets import notes
from gan_course.display import contact_sheet
from gan_course.display.contact_sheet import mel_levels

RATE = 16_000


def sine(frequency: float, seconds: float = 0.5, amplitude: float = 0.5, label: str = "") -> Sound:
    t = np.arange(round(seconds * RATE)) / RATE
    return Sound(amplitude * np.sin(2 * np.pi * frequency * t), RATE, label)


def pictures(page: str) -> list[np.ndarray]:
    """The pictures of a sheet as brightness (row, column) of 0 to 255, high frequencies in the first rows."""
    stored = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L")) for png in stored]


def test_each_sound_has_its_picture_its_player_its_label_and_its_level() -> None:
    sheet = contact_sheet([sine(300), sine(3000, amplitude=0.05)], labels=["low", "<high>"], say="Two tones.")
    page = sheet.html()
    assert page.count("<audio") == 2 and len(pictures(page)) == 2
    assert 'aria-label="&lt;high&gt;"' in page and "<high>" not in page
    assert re.findall(r"(?<=>)−?\d+ dB", page) == ["−9 dB", "−29 dB"]
    assert repr(sheet) == "Contact sheet of 2 sounds: low, −9 dB; <high>, −29 dB. Two tones."


def test_low_tones_are_bright_below_and_high_ones_above() -> None:
    low, high = pictures(contact_sheet([sine(300), sine(5000)], labels=["low", "high"]).html())
    rows = len(low)
    assert low.mean(1).argmax() > 0.7 * rows and high.mean(1).argmax() < 0.3 * rows


def test_all_pictures_have_one_scale_and_one_length_of_time() -> None:
    loud, soft, short = pictures(
        contact_sheet(
            [sine(440), sine(440, amplitude=0.005), sine(440, seconds=0.25)], labels=list("abc")
        ).html()
    )
    assert loud.max() - soft.max() > 60
    width = short.shape[1]
    beyond = short[:, round(0.55 * width) :]
    assert beyond.min() == beyond.max() > 200  # one grey, where the shorter one is over
    assert short[:, : round(0.45 * width)].min() < 60


def test_levels_are_those_of_the_sine_in_its_band() -> None:
    levels = mel_levels(sine(1000, amplitude=0.5))
    assert levels.max() == pytest.approx(20 * np.log10(0.5), abs=1.0)


def test_a_level_of_zero_has_no_sign_and_silence_is_called_so() -> None:
    square = Sound(np.where(np.arange(8000) % 40 < 20, 0.97, -0.97), RATE)
    sheet = contact_sheet([square, Sound(np.zeros(8000), RATE)], labels=["square", "nothing"])
    assert repr(sheet) == "Contact sheet of 2 sounds: square, 0 dB; nothing, silence."


def test_of_many_some_are_drawn_by_chance_the_same_for_one_seed() -> None:
    clips = notes(40, seed=3)
    one, again, other = (contact_sheet(clips, 6, seed=seed) for seed in (1, 1, 2))
    assert one.labels == again.labels != other.labels
    assert len(one.sounds) == 6 and "6 of 40, drawn at random." in one.html()
    assert "drawn at random" not in contact_sheet(clips.select(range(6)), 6).html()


def test_only_the_beginning_is_stored_where_that_is_asked_for() -> None:
    assert [s.duration for s in contact_sheet([sine(440), sine(440, 0.1)], seconds=0.2).sounds] == [0.2, 0.1]


@pytest.mark.parametrize(
    ("shown", "more", "complaint"),
    [
        ([], {}, "There are 0 sounds"),
        ([sine(440)], {"count": 0}, "0 to be shown"),
        ([sine(440)], {"labels": "a"}, "1 sounds need a list of 1 labels; 'a' was given"),
        ([sine(440)], {"labels": ["a", "b"]}, "need a list of 1 labels"),
        ([np.zeros(100)], {}, "shows Clips or Sounds, and not ndarray"),
        ([sine(440)], {"coding": "wma"}, "wma"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_sentence(shown, more, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as caught:
        contact_sheet(shown, **more)
    assert "\n" not in str(caught.value)
