"""The smallest networks of the course: a few numbers in, a few numbers out. Lesson 06."""

from __future__ import annotations

from torch import nn

from gan_course.networks.convolutional import SLOPE


def perceptron(inputs: int, outputs: int, width: int = 64) -> nn.Sequential:
    """Two hidden layers of ``width`` units with leaky ReLU: ``(batch, inputs)`` → ``(batch, outputs)``. Lesson 06."""
    return nn.Sequential(
        nn.Linear(inputs, width),
        nn.LeakyReLU(SLOPE),
        nn.Linear(width, width),
        nn.LeakyReLU(SLOPE),
        nn.Linear(width, outputs),
    )
