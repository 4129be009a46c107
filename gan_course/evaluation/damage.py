"""What is done to good pictures to see whether a metric notices. Lesson 10."""

import torch
from torch import Tensor
from torch.nn import functional as F


def blurred(pictures: Tensor, size: int = 3) -> Tensor:
    """Each value of `(clip, channel, frequency, frame)` replaced by the mean of the `size` × `size` around it.

    `size` is odd. What lies beyond an edge is taken to be as the edge is. Raises ValueError for an even size.
    """
    if size < 1 or size % 2 == 0:
        raise ValueError(f"size is {size}: an odd number is needed, so that the mean has a middle")
    return F.avg_pool2d(F.pad(pictures, (size // 2,) * 4, mode="replicate"), size, 1)


def noisy(pictures: Tensor, spread: float, seed: int = 0) -> Tensor:
    """Pictures in [−1, 1] with independent normal noise of this standard deviation, clipped to [−1, 1] again."""
    random = torch.Generator().manual_seed(seed)
    return (pictures + spread * torch.randn(pictures.shape, generator=random)).clamp(-1, 1)
