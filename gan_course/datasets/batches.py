"""Going through a data set in small parts, in another order each time. Lesson 04."""

import torch
from torch import Tensor


def batches(count: int, size: int, seed: int) -> list[Tensor]:
    """The indices of `count` clips in a new order, in batches `(size,)` int64; the last one holds what is left.

    One pass over them is an epoch: each clip comes once. Another seed is another order, and the same seed the
    same order; the global random state is left alone. Lesson 04.
    """
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return list(order.split(size))
