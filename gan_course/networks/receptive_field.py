"""How much of its input one output of a stack of layers sees, and how long that lasts. Lesson 08."""

from __future__ import annotations

from collections.abc import Sequence

from gan_course.synthesis.edge import edge, whole


def _layers(layers: Sequence[tuple[int, int]]) -> tuple[Sequence[tuple[int, int]]]:
    for layer in layers:
        try:
            kernel, stride = layer
            whole("kernel", kernel)
            whole("stride", stride)
        except (TypeError, ValueError):
            raise ValueError(
                f"{layer} is no layer: a pair (kernel, stride) is expected, whole numbers from 1 up, such as (4, 2)"
            ) from None
    return (layers,)


@edge(_layers)
def receptive_field(layers: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Of convolutions `(kernel, stride)`, from the input on: how many inputs one output sees, and the jump.

    The jump is how many inputs two neighbouring outputs are apart. Along one axis; padding does not matter. Raises
    ValueError for what is no layer. Araujo, Norris and Sim (2019). Lesson 08.
    """
    size, jump = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump *= stride
    return size, jump


def heard_milliseconds(frames: int, n_fft: int = 1024, hop: int = 256, rate: int = 16_000) -> float:
    """How long (ms) the piece of sound is that so many neighbouring `frames` of a spectrogram are made from.

    Each frame is a window of `n_fft` samples, `hop` samples after the one before; `rate` in Hz. Lesson 08.
    """
    return 1000 * ((frames - 1) * hop + n_fft) / rate
