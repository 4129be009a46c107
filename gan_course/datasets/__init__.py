"""Data sets of short sounds, each loaded as `Clips`."""

from gan_course.datasets.clips import Clips
from gan_course.datasets.notes import note, notes
from gan_course.datasets.registry import load

__all__ = ["Clips", "load", "note", "notes"]
