"""Data sets by name, so that a recipe can say in plain data what it trains on."""

from __future__ import annotations

from typing import Any

from gan_course.datasets.clips import Clips

NAMES = ("notes", "digits", "orchestra", "folder")


def load(name: str, **options: Any) -> Clips:
    """The clips of the data set ``name`` with its own ``options``; ValueError for an unknown name."""
    if name == "notes":
        from gan_course.datasets.notes import notes

        return notes(**options)
    if name == "digits":
        from gan_course.datasets import digits

        return digits.load(**options)
    if name == "orchestra":
        from gan_course.datasets import orchestra

        return orchestra.load(**options)
    if name == "folder":
        from gan_course.datasets import folder

        return folder.load(**options)
    raise ValueError(f"there is no data set {name!r}: choose from {', '.join(NAMES)}")
