"""A small classifier of spectrograms whose next to last layer is a description of the sound. Lesson 04.

Strided convolutions in the shape of the DCGAN discriminator (Radford, Metz and Chintala 2016), with batch normalisation
(Ioffe and Szegedy 2015), which a GAN's discriminator has reason to avoid. A classifier by itself has none: it learns in
fewer steps with it, and understands voices better that are new to it. A namer, which plays in a game, does without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.networks.convolutional import SLOPE, check_divisible


class Classifier(nn.Module):
    """A spectrogram → the logits of every kind of label at once, such as pitch and instrument.

    ``shape`` is ``(channel, frequency, frame)``; frequency and frame must be divisible by 2 to the number of
    ``widths``. ``classes`` gives the number of values of each kind, as in ``{"pitch": 37, "instrument": 6}``. Each
    width is the number of channels after one convolution of kernel 4 and stride 2. What is left is brought to
    ``features`` numbers, and each kind is a linear map of these: they hold all that the labels ask for, which is why
    they can be used to compare sounds. Layers are normalised over the batch; with ``groups``, each picture by itself,
    in so many groups of channels (Wu and He 2018): what is said of a sound then does not depend on what else is heard,
    as a player of a game needs it. Lesson 04.

    Raises ValueError for a shape that does not divide and for no classes.
    """

    def __init__(
        self,
        shape: Sequence[int],
        classes: Mapping[str, int],
        widths: Sequence[int] = (16, 32, 48, 64),
        features: int = 64,
        groups: int | None = None,
    ) -> None:
        super().__init__()
        channels, height, width = shape
        check_divisible(height, width, len(widths))
        if not classes or min(classes.values()) < 1:
            raise ValueError(
                f"a classifier needs a kind of label with classes, not {dict(classes)}: give some such as "
                f"{{'pitch': 37}}"
            )
        self.shape, self.classes, self.widths = tuple(shape), dict(classes), tuple(widths)
        self.down = nn.Sequential(
            *(halving(i, o, groups) for i, o in zip((channels, *widths[:-1]), widths, strict=True))
        )
        size = widths[-1] * (height >> len(widths)) * (width >> len(widths))
        self.describe = nn.Linear(size, features)
        self.decide = nn.Linear(features, sum(self.classes.values()))

    def features(self, x: Tensor) -> Tensor:
        """``x`` ``(batch, channel, frequency, frame)`` in [−1, 1] → ``(batch, feature)``, of either sign.

        Raises ValueError for another shape than the classifier was built for.
        """
        if tuple(x.shape[1:]) != self.shape:
            raise ValueError(
                f"the pictures have shape {tuple(x.shape)}, and this classifier reads (batch, "
                f"{', '.join(map(str, self.shape))}): encode the sounds as those that it was trained on"
            )
        return self.describe(self.down(x).flatten(1))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """``x`` ``(batch, channel, frequency, frame)`` → for each kind of label, logits ``(batch, class)``."""
        return self.logits(self.features(x))

    def logits(self, features: Tensor) -> dict[str, Tensor]:
        """Features ``(batch, feature)`` → for each kind of label, logits ``(batch, class)``."""
        every = self.decide(F.leaky_relu(features, SLOPE))
        return dict(zip(self.classes, every.split(list(self.classes.values()), dim=1), strict=True))


def halving(inputs: int, outputs: int, groups: int | None = None) -> nn.Sequential:
    """A layer that halves frequency and frame: convolution, normalisation, leaky ReLU.

    Batch normalisation or, with ``groups``, that of so many groups of channels in each picture.
    """
    return nn.Sequential(
        # without a bias, since the normalisation that follows has one
        nn.Conv2d(inputs, outputs, kernel_size=4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(outputs) if groups is None else nn.GroupNorm(groups, outputs),
        nn.LeakyReLU(SLOPE),
    )
