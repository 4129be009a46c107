"""Which class is taken for which. Lesson 04."""

import torch
from torch import Tensor


def confusion_matrix(truth: Tensor, heard: Tensor, count: int) -> Tensor:
    """How often each of `count` classes was heard as which: counts `(truth, heard)` int64.

    truth, heard: `(clip,)` int64, indices of classes. The diagonal holds what was heard right, and each row adds up to
    the number of clips of its class. Lesson 04.
    """
    pairs = count * truth + heard
    return torch.bincount(pairs, minlength=count**2).view(count, count)
