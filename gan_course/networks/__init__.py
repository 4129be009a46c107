"""Generators, discriminators and classifiers, each file readable in one sitting."""

from typing import Any

from gan_course.networks.banded import BandDiscriminator, BandGenerator
from gan_course.networks.classifier import Classifier
from gan_course.networks.convolutional import (
    Conditioning,
    Discriminator,
    Generator,
    Projection,
    fitting_samples,
    one_hot_blocks,
    projection_logit,
)
from gan_course.networks.modulation import ModulationJudge, modulation_picture, modulations
from gan_course.networks.namer import Namer
from gan_course.networks.partials import Partials, comb
from gan_course.networks.perceptron import perceptron
from gan_course.networks.residual import ResidualDiscriminator, ResidualGenerator
from gan_course.networks.textured import TexturedDiscriminator, TexturedGenerator

FAMILIES: dict[str, tuple[Any, Any]] = {
    "convolutional": (Generator, Discriminator),
    "banded": (BandGenerator, BandDiscriminator),
    "residual": (ResidualGenerator, ResidualDiscriminator),
    "textured": (TexturedGenerator, TexturedDiscriminator),
}
"""Generator and discriminator of spectrograms, by the name that a recipe gives."""

__all__ = [
    "FAMILIES",
    "BandDiscriminator",
    "BandGenerator",
    "Classifier",
    "Conditioning",
    "Discriminator",
    "Generator",
    "ModulationJudge",
    "Namer",
    "Partials",
    "Projection",
    "ResidualDiscriminator",
    "ResidualGenerator",
    "TexturedDiscriminator",
    "TexturedGenerator",
    "comb",
    "fitting_samples",
    "modulation_picture",
    "modulations",
    "one_hot_blocks",
    "perceptron",
    "projection_logit",
]
