"""Keeping signals at one size on their way through a network: normalisations, and weights that need none. Lesson 08."""

from __future__ import annotations

import math

from torch import Tensor

Statistics = tuple[Tensor, Tensor]
"""A mean and a variance for every channel, `(channel,)` each."""


def batch_norm(
    x: Tensor, running: Statistics, training: bool, momentum: float = 0.1, eps: float = 1e-5
) -> tuple[Tensor, Statistics]:
    """`x` `(batch, channel, …)` brought to mean 0 and variance 1 in every channel, and the running statistics.

    In training the mean and the variance are those of this batch, over all axes but the channel's, and the `running`
    ones move by `momentum` of the way to them (with the variance that has count − 1 below). Otherwise the running ones
    are used, and stay. Scale and shift, which a layer learns, are left to the caller. Equal to
    `torch.nn.functional.batch_norm`. Ioffe and Szegedy (2015). Lesson 08.
    """
    axes = [0, *range(2, x.ndim)]
    mean, variance = running
    if training:
        mean, variance = x.mean(axes), x.var(axes, correction=0)
        latest = x.detach().var(axes, correction=1)
        running = running[0].lerp(mean.detach(), momentum), running[1].lerp(latest, momentum)
    shape = [-1] + [1] * (x.ndim - 2)
    return (x - mean.view(shape)) / (variance.view(shape) + eps).sqrt(), running


def normalised(x: Tensor, axes: tuple[int, ...], eps: float = 1e-5) -> Tensor:
    """`x` less its mean over `axes`, over its standard deviation there.

    Of pictures `(batch, channel, frequency, frame)`: axes (0, 2, 3) are batch norm in training, (1, 2, 3) layer norm
    (Ba, Kiros and Hinton 2016), (2, 3) instance norm (Ulyanov, Vedaldi and Lempitsky 2016). Only the first mixes
    samples. Lesson 08.
    """
    variance = x.var(axes, correction=0, keepdim=True)
    return (x - x.mean(axes, keepdim=True)) / (variance + eps).sqrt()


def pixel_norm(x: Tensor, eps: float = 1e-8) -> Tensor:
    """`x` `(batch, channel, …)` over the root of its mean square over the channels, at every place by itself.

    Nothing is subtracted, nothing learnt, and no place or sample looks at another. Karras et al. (2018). Lesson 08.
    """
    return x / (x.square().mean(1, keepdim=True) + eps).sqrt()


def starting_deviation(channels: int, kernel: int, stride: int, slope: float = 0.2) -> float:
    """The standard deviation of weights with which a transposed convolution of pictures keeps its signal's size.

    Before it comes a leaky ReLU with `slope` below zero, which halves the mean square of what is evenly spread about
    zero, and keeps slope² of the other half. Then each output sums `channels` · (kernel / stride)² of these, on
    average, with random weights. After He et al. (2015). Lesson 08.
    """
    summed = channels * (kernel / stride) ** 2
    return math.sqrt(2 / ((1 + slope**2) * summed))
