"""A conditional generator and discriminator of spectrograms, in the shape of DCGAN.

Strided convolutions as in Radford, Metz and Chintala (2016), without their batch normalisation, which mixes
the samples of a batch and so makes a gradient penalty of one sample depend on the others. Lesson 08.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.networks.normalisation import starting_deviation
from gan_course.networks.partials import Partials
from gan_course.networks.upsampling import smoothed

SLOPE = 0.2
"""Slope of the leaky ReLU below zero."""


def one_hot_blocks(labels: Mapping[str, Tensor], classes: Mapping[str, int]) -> Tensor:
    """Labels as one vector each: for every kind a block with a one at the label's place, side by side.

    labels: by kind, `(batch,)` int64. classes: by kind, how many values it has; the blocks come in its order. Returns
    `(batch, sum of the classes)` float32. Lesson 09.
    """
    blocks = [F.one_hot(labels[kind], number).float() for kind, number in classes.items()]
    return torch.cat(blocks, dim=1)


def projection_logit(features: Tensor, bare: Tensor, wanted: Tensor) -> Tensor:
    """How real a sound is, plus how well it matches its labels: ``bare + Σ wanted · features / √size``.

    features: `(batch, size)`. bare: the logit of a judge that hears no labels, `(batch,)`. wanted: the features that
    the labels ask for, `(batch, size)`. Returns `(batch,)`. Miyato and Koyama (2018), there without the root, which
    keeps the sum as large as one of its terms. Lesson 09.
    """
    return bare + (wanted * features).sum(1) / math.sqrt(features.shape[1])


def naming_cost(heard: Mapping[str, Tensor], labels: Mapping[str, Tensor]) -> Tensor:
    """What it costs to name labels: the cross-entropies of all kinds, in nats, added up; in 32 bits at least.

    heard: for each kind of label, logits `(batch, class)`; of no kind, it costs 0. labels: by kind, `(batch,)` int64.
    Odena, Olah and Shlens (2017). Lesson 09.
    """
    cost = torch.zeros(())
    for kind, logits in heard.items():
        wide = torch.promote_types(logits.dtype, torch.float32)
        cost = cost + F.cross_entropy(logits.to(wide), labels[kind])
    return cost


class Conditioning(nn.Module):
    """Labels as one long vector: a one-hot block for each, side by side.

    ``classes`` gives the number of values of each label, as in ``{"pitch": 37, "instrument": 6}``; it may be
    empty, for a model without conditions.
    """

    def __init__(self, classes: Mapping[str, int]) -> None:
        super().__init__()
        self.classes = dict(classes)
        self.size = sum(self.classes.values())

    def forward(self, labels: Mapping[str, Tensor], count: int) -> Tensor:
        """Labels ``(batch,)`` int64 each → ``(batch, size)`` of zeros and ones."""
        return one_hot_blocks(labels, self.classes) if self.classes else torch.zeros(count, 0)


class Projection(nn.Module):
    """Features and labels → one logit, w·f + Σ e(label)·f / √size (Miyato and Koyama 2018).

    Is this a real sound, and is it the sound that the labels ask for? ``features`` is the size of f.
    """

    def __init__(self, features: int, classes: Mapping[str, int]) -> None:
        super().__init__()
        self.conditioning = Conditioning(classes)
        self.real = nn.Linear(features, 1)
        self.matches = nn.Linear(self.conditioning.size, features, bias=False) if classes else None

    def forward(self, f: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """``f`` ``(batch, features)`` → logits ``(batch,)``."""
        bare = self.real(f).squeeze(1)
        if self.matches is None:
            return bare
        return projection_logit(f, bare, self.matches(self.conditioning(labels, len(f)).to(f)))

    def heard(self, f: Tensor) -> dict[str, Tensor]:
        """What ``f`` ``(batch, features)`` is heard as: for each kind of label, logits ``(batch, class)``.

        They are e(label)·f / √size of all labels of a kind, so that the embeddings are trained by what they are for:
        Odena, Olah and Shlens (2017), with the projection's own weights. Lesson 09.
        """
        if self.matches is None:
            return {}
        kinds = self.conditioning.classes
        logits = f @ self.matches.weight / math.sqrt(f.shape[1])
        return dict(zip(kinds, logits.split(list(kinds.values()), dim=1), strict=True))

    def naming(self, f: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """What it costs to name the labels from ``f`` ``(batch, features)``: a `naming_cost`.

        By what a generator is `heard` as, it can be told whether it is what it was asked for. Zero where there are no
        labels. Lesson 09.
        """
        return naming_cost(self.heard(f), labels)


class LabelledDiscriminator(nn.Module):
    """What all discriminators of spectrograms share: features of a sound are seen, and a `Projection` judges them."""

    judge: Projection

    def seen(self, x: Tensor) -> Tensor:
        """``x`` ``(batch, channel, frequency, frame)`` → the features that are judged, ``(batch, features)``."""
        raise NotImplementedError

    def forward(self, x: Tensor, labels: Mapping[str, Tensor], naming: bool = False) -> Any:
        """``x`` ``(batch, channel, frequency, frame)`` → logits ``(batch,)``; with ``naming``, also its cost."""
        f = self.seen(x)
        return (self.judge(f, labels), self.judge.naming(f, labels)) if naming else self.judge(f, labels)


class Generator(nn.Module):
    """z and labels → a spectrogram in (−1, 1).

    ``shape`` is ``(channel, frequency, frame)``; frequency and frame must be divisible by 2 to the number of
    ``widths``. Each width is the number of channels at one resolution, from the smallest upwards; a transposed
    convolution of kernel 4 and stride 2 leads to the next (a kernel that the stride divides covers every
    output equally often). With a ``comb`` it knows of `Partials`; ``antialiased`` is as in `stretched`. Raises
    ValueError for a shape that does not divide.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        latent: int = 64,
        widths: Sequence[int] = (128, 96, 64, 32),
        comb: Tensor | None = None,
        antialiased: bool = False,
    ) -> None:
        super().__init__()
        channels, height, width = shape
        self.partials, self.antialiased = Partials(comb), antialiased
        check_divisible(height, width, len(widths))
        self.latent, self.widths = latent, tuple(widths)
        self.conditioning = Conditioning(classes)
        self.start = (widths[0], height >> len(widths), width >> len(widths))
        self.project = nn.Linear(latent + self.conditioning.size, math.prod(self.start))
        outputs = [*widths[1:], channels * self.partials.pictures]
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(i, o, kernel_size=4, stride=2, padding=1)
            for i, o in zip(widths, outputs, strict=True)
        )
        self.apply(start_weights)
        self.partials.start(self.up[-1], axis=1)

    def forward(self, z: Tensor, labels: Mapping[str, Tensor]) -> Tensor:
        """``z`` ``(batch, latent)`` of standard normal numbers → ``(batch, channel, frequency, frame)``."""
        h = torch.cat([z, self.conditioning(labels, len(z)).to(z)], dim=1)
        h = self.project(h).view(-1, *self.start)
        h = stretched(h, self.up, self.antialiased)
        return torch.tanh(self.partials.placed(h, labels))


class Discriminator(LabelledDiscriminator):
    """A spectrogram and labels → one logit, by `Projection`.

    ``widths`` are the channels after each convolution of kernel 4 and stride 2, from the largest resolution
    to the smallest.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        widths: Sequence[int] = (32, 64, 96, 128),
        features: int = 128,
    ) -> None:
        super().__init__()
        channels, height, width = shape
        check_divisible(height, width, len(widths))
        inputs = [channels, *widths[:-1]]
        self.down = nn.ModuleList(
            nn.Conv2d(i, o, kernel_size=4, stride=2, padding=1) for i, o in zip(inputs, widths, strict=True)
        )
        size = widths[-1] * (height >> len(widths)) * (width >> len(widths))
        self.features = nn.Linear(size, features)
        self.judge = Projection(features, classes)
        self.apply(start_weights)

    def seen(self, x: Tensor) -> Tensor:
        """``x`` ``(batch, channel, frequency, frame)`` → features ``(batch, features)``."""
        h = x
        for layer in self.down:
            h = F.leaky_relu(layer(h), SLOPE)
        return F.leaky_relu(self.features(h.flatten(1)), SLOPE)


def stretched(h: Tensor, layers: nn.ModuleList, antialiased: bool) -> Tensor:
    """``h`` through layers that double it, a leaky ReLU before each; ``antialiased``, `smoothed` between any two.

    Every layer leaves images of what it doubles: in a sound, a flutter at the frame rate over 2, 4, 8, … What the last
    leaves is not smoothed, since no detail as fine could be drawn then. Lesson 09.
    """
    for number, layer in enumerate(layers):
        if antialiased and number:
            h = smoothed(h)
        h = layer(F.leaky_relu(h, SLOPE))
    return h


def start_weights(module: nn.Module) -> None:
    """Start a layer so that the size of its outputs is that of its inputs (He et al. 2015).

    Layers of one axis, as those along time alone, and of two.
    """
    stretching = isinstance(module, (nn.ConvTranspose1d, nn.ConvTranspose2d))
    if stretching or isinstance(module, (nn.Linear, nn.Conv1d, nn.Conv2d)):
        nn.init.kaiming_normal_(module.weight, a=SLOPE)
        if stretching:
            # along each axis, an output is reached by kernel / stride taps of every input channel
            summed = module.in_channels * math.prod(module.kernel_size) / math.prod(module.stride)
            nn.init.normal_(module.weight, std=starting_deviation(summed, 1, 1, SLOPE))
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def fitting_samples(seconds: float, rate: int, hop: int, halvings: int) -> int:
    """The fewest samples that last ``seconds`` or longer and make a number of frames that can be halved so often.

    rate: Hz. hop: samples a frame. A network that halves its frames ``halvings`` times needs it. Lesson 09.
    """
    step = hop * 2**halvings
    return step * math.ceil(seconds * rate / step - 1e-9)


def check_divisible(height: int, width: int, halvings: int) -> None:
    """Raise ValueError unless height and width can be halved that often."""
    if height % 2**halvings or width % 2**halvings:
        raise ValueError(
            f"a spectrogram of {height} × {width} cannot be halved {halvings} times: "
            f"choose sizes divisible by {2**halvings}, or fewer widths"
        )
