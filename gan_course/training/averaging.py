"""The generator that is kept: a running mean of the one that plays. Lesson 06."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


def moving_average(
    behind: Mapping[str, Tensor], ahead: Mapping[str, Tensor], decay: float
) -> dict[str, Tensor]:
    """The averaged weights ``behind``, by name, a step on towards the weights ``ahead``: new tensors without a graph.

    ``decay`` is the share of the old average that is kept; its half-life is log 2 / −log(decay) steps. `Game` does the
    same in place. Yazıcı et al. (2019, "The unusual effectiveness of averaging in GAN training"). Lesson 06.
    """
    return {name: decay * behind[name] + (1 - decay) * ahead[name].detach() for name in behind}
