"""The trained generators that come with the course, and your own: ``zoo.load("notes-first")``."""

from gan_course.zoo.model import Model, load, names

__all__ = ["Model", "load", "names"]
