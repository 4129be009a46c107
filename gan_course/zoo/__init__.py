"""The trained generators that come with the course, and your own: ``zoo.load("notes-first")``; and its ears."""

from gan_course.zoo.ears import ear_names, load_ear
from gan_course.zoo.model import Model, load, names
from gan_course.zoo.textures import load_texture_ear
from gan_course.zoo.tunes import tune

__all__ = ["Model", "ear_names", "load", "load_ear", "load_texture_ear", "names", "tune"]
