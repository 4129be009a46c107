"""Generators, discriminators and classifiers, each file readable in one sitting."""

from gan_course.networks.classifier import Classifier
from gan_course.networks.convolutional import Conditioning, Discriminator, Generator
from gan_course.networks.perceptron import perceptron

__all__ = ["Classifier", "Conditioning", "Discriminator", "Generator", "perceptron"]
