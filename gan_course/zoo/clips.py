"""Sounds that come with the course to be heard at the top of the lesson that makes them."""

from __future__ import annotations

from pathlib import Path

from gan_course.sound import Sound

CLIPS = Path(__file__).parent / "clips"


def clip(name: str) -> Sound:
    """A stored sound by its name, such as "lesson-08": what that lesson's last cells made when it was written.

    Single notes have been brought to one level, and then put one after the other.

    Raises ValueError for a name that is not there.
    """
    known = sorted(path.stem for path in CLIPS.glob("*.flac"))
    if name not in known:
        raise ValueError(f"there is no clip {name!r}: choose {', '.join(known)}")
    return Sound.load(CLIPS / f"{name}.flac").named(name)
