"""Pictures brought to one scale, band by band. Lesson 04."""

from torch import Tensor


def standardise(x: Tensor, train: Tensor) -> Tensor:
    """`x` `(clip, frequency, frame)` less the mean, over the standard deviation, that each band has in `train`.

    Both statistics are those of all clips and frames of the training part, whatever `x` is: what is tested, even one
    clip alone, goes the way that the network has learnt. A band that hardly changes in training (a standard deviation
    below 0.001) is divided by 0.001, and not by nothing. Lesson 04.
    """
    mean = train.mean((0, 2), keepdim=True)
    deviation = train.std((0, 2), keepdim=True)
    return (x - mean) / deviation.clamp(min=0.001)
