"""Phase as frequency. Lesson 03."""

import torch
from torch import Tensor

from gan_course.synthesis.edge import edge


def _on_one_device(phase: Tensor, expected: Tensor | float) -> tuple[Tensor, Tensor | float]:
    return phase, expected.to(phase.device) if isinstance(expected, Tensor) else expected


@edge(_on_one_device)
def instantaneous_frequency(phase: Tensor, expected: Tensor | float = 0.0) -> Tensor:
    """The phase advance from each frame to the next, less the `expected` one: `(..., frequency, frame)`.

    In radians per hop, the principal value in [−π, π); the first frame is taken as an advance from 0, so nothing is
    lost. A steady partial has a constant advance, while its phase runs round and round. An advance a per hop beyond
    the `expected_advance` of bin k is the frequency k · rate / n_fft + a · rate / (2π · hop) in Hz.
    Flanagan and Golden (1966); for GANs, Engel et al. (2019). Lesson 03.
    """
    advance = torch.diff(phase, dim=-1, prepend=torch.zeros_like(phase[..., :1]))
    return principal(advance - expected)


@edge(_on_one_device)
def phase_from_instantaneous_frequency(advance: Tensor, expected: Tensor | float = 0.0) -> Tensor:
    """The phases `(..., frequency, frame)` in [−π, π) whose advances these are, in radians; the inverse. Lesson 03."""
    return principal(torch.cumsum(advance + expected, dim=-1))


def expected_advance(n_fft: int, hop: int) -> Tensor:
    """The advance per hop of a partial at the centre of each bin, `(frequency, 1)`, in radians in [−π, π).

    2π · hop · k / n_fft for k = 0 … n_fft / 2, less the whole turns. Lesson 03.
    """
    turns = torch.arange(n_fft // 2 + 1, dtype=torch.float64) * hop / n_fft
    return principal(2 * torch.pi * turns).float().unsqueeze(-1)


def principal(angle: Tensor) -> Tensor:
    """`angle` in radians, less the whole turns: in [−π, π). Lesson 03."""
    return torch.remainder(angle + torch.pi, 2 * torch.pi) - torch.pi
