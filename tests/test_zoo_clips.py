"""The sounds that are played at the top of a lesson."""

import pytest

from gan_course.zoo.clips import CLIPS, clip


@pytest.mark.parametrize("name", [path.stem for path in CLIPS.glob("*.flac")])
def test_a_stored_clip_is_a_short_sound_that_is_neither_silent_nor_clipped(name: str) -> None:
    sound = clip(name)
    assert 0.5 < sound.duration < 10
    assert 0.05 < sound.peak < 1
    assert (CLIPS / f"{name}.flac").stat().st_size < 200_000


def test_an_unknown_clip_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(ValueError, match="lesson-08"):
        clip("lesson-99")
