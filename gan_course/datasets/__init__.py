"""Data sets of short sounds, each loaded as `Clips`."""

from gan_course.datasets.batches import batches
from gan_course.datasets.clips import Clips
from gan_course.datasets.normalisation import standardise
from gan_course.datasets.notes import note, notes
from gan_course.datasets.registry import load
from gan_course.datasets.splits import split_by_group

__all__ = ["Clips", "batches", "load", "note", "notes", "split_by_group", "standardise"]
