"""The same sound, played a little later: variety that leaves the pitch alone. Lesson 09."""

import torch
from torch import Tensor


def delayed(audio: Tensor, samples: Tensor) -> Tensor:
    """Each clip begins later by its own number of samples, after silence; what runs over the end is lost.

    audio: `(clip, sample)`; samples: `(clip,)` whole numbers, 0 or more, on the same device. Of a clip that is
    delayed by its length or more, silence is left.
    Raises ValueError for a negative one. Lesson 09.
    """
    if bool((samples < 0).any()):
        raise ValueError(f"a delay is 0 or more samples, and not {int(samples.min())}")
    places = torch.arange(audio.shape[-1], device=samples.device) - samples[:, None]
    return audio.gather(-1, places.clamp(min=0)) * (places >= 0)
