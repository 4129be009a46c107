"""Trained generators that come with the course, and your own: ``zoo.load("notes-full")``; its ears and vocoders."""

from gan_course.zoo.ears import ear_names, load_ear
from gan_course.zoo.model import Model, load, names
from gan_course.zoo.textures import load_texture_ear
from gan_course.zoo.tunes import tune
from gan_course.zoo.vocoders import load_vocoder, vocoder_card, vocoder_names

__all__ = [
    "Model",
    "ear_names",
    "load",
    "load_ear",
    "load_texture_ear",
    "load_vocoder",
    "names",
    "tune",
    "vocoder_card",
    "vocoder_names",
]
