"""Generators and discriminators, each file readable in one sitting."""

from gan_course.networks.convolutional import Conditioning, Discriminator, Generator

__all__ = ["Conditioning", "Discriminator", "Generator"]
