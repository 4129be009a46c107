"""From few samples, or frames, to many: transposed convolution, its checkerboard, and what is used instead. Lesson 08.

One axis at a time: what holds for samples holds for the frames and the bands of a spectrogram.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.spectral import amplitude_to_db
from gan_course.synthesis.edge import edge


def _stamps(x: Tensor, kernel: Tensor, stride: int) -> tuple[Tensor, Tensor, int]:
    if kernel.ndim != 1 or not len(kernel) or not x.shape[-1]:
        raise ValueError(
            f"x has shape {tuple(x.shape)} and the kernel {tuple(kernel.shape)}: (…, sample) and (tap,) are expected, "
            f"with one sample and one tap at least"
        )
    return x, kernel, _whole("stride", stride)


@edge(_stamps)
def transposed_convolution(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """`x` `(…, sample)` stretched by `stride`: `(…, (sample − 1) · stride + tap)`, for a `kernel` `(tap,)`.

    y[n] = Σₘ x[m] kernel[n − m · stride]: every sample stamps the kernel, times itself, `stride` further on, and where
    stamps overlap they add up. The same as zeros put between the samples and a convolution; equal to
    `torch.nn.functional.conv_transpose1d` with one channel. Raises ValueError for other shapes, and for a stride below
    1. Dumoulin and Visin (2016) draw it. Lesson 08.
    """
    length = (x.shape[-1] - 1) * stride + 1
    y = x.new_zeros(*x.shape[:-1], length - 1 + len(kernel))
    for tap, weight in enumerate(kernel):
        y[..., tap : tap + length : stride] += weight * x
    return y


def _whole_numbers(taps: int, stride: int) -> tuple[int, int]:
    return _whole("number of taps", taps), _whole("stride", stride)


@edge(_whole_numbers)
def cover(taps: int, stride: int) -> Tensor:
    """How many stamps of `taps` samples, `stride` apart, reach the outputs n with n % stride = 0, 1, …: `(stride,)`.

    Whole numbers, for outputs away from the ends. All are equal where the stride divides the number of taps; otherwise
    equal weights leave a pattern, the checkerboard (Odena, Dumoulin and Olah 2016). Raises ValueError below 1.
    Lesson 08.
    """
    return torch.bincount(torch.arange(taps) % stride, minlength=stride)


def _taps(kernel: Tensor, stride: int) -> tuple[Tensor, int]:
    if kernel.ndim != 1 or not len(kernel):
        raise ValueError(f"the kernel has shape {tuple(kernel.shape)}, and (tap,) is expected")
    return kernel, _whole("stride", stride)


def _sounding(kernel: Tensor, stride: int) -> tuple[Tensor, int]:
    kernel, stride = _taps(kernel, stride)
    if not kernel.sum().abs() > 1e-6 * kernel.abs().sum():
        raise ValueError(
            "the kernel adds up to 0 and takes a constant away, so that it has no level to compare with"
        )
    return kernel, stride


@edge(_sounding)
def tone_levels(kernel: Tensor, stride: int) -> Tensor:
    """Levels (dB) of the lines at rate / stride, 2 rate / stride, … that a constant is given by a stretching.

    `kernel` `(tap,)`; the result `(stride // 2,)` goes up to half the rate. 0 dB is the line at 0 Hz, the constant
    itself; −120 dB stands for nothing at all. The output repeats after `stride` samples, so its lines are the DFT of
    one period, which is the sum of every `stride`-th weight. Pons et al. (2021) call these lines tonal artifacts.
    Raises ValueError for other shapes, and for weights that add up to 0. Lesson 08.
    """
    period = kernel.new_zeros(stride)
    for tap, weight in enumerate(kernel):
        period[tap % stride] += weight
    lines = torch.fft.rfft(period).abs()
    return amplitude_to_db(lines[1:] / lines[0], -120.0)


def _channels(x: Tensor, factor: int) -> tuple[Tensor, int]:
    if x.ndim != 3 or x.shape[1] % _whole("factor", factor):
        raise ValueError(
            f"x has shape {tuple(x.shape)}: (batch, channel, time) is expected, with channels that {factor} "
            f"divides"
        )
    return x, factor


@edge(_channels)
def pixel_shuffle(x: Tensor, factor: int) -> Tensor:
    """`(batch, channel · factor, time)` → `(batch, channel, time · factor)`: channels take turns in time.

    y[b, c, t · factor + i] = x[b, c · factor + i, t]. Along both axes of a picture it is `torch.pixel_shuffle`. Nothing
    overlaps; but the channels of one turn have weights of their own, so that they begin unlike: see `alike`. Raises
    ValueError where the factor does not divide the channels. Shi et al. (2016). Lesson 08.
    """
    batch, channels, time = x.shape
    turns = x.reshape(batch, channels // factor, factor, time)
    return turns.permute(0, 1, 3, 2).reshape(batch, channels // factor, time * factor)


def alike(weight: Tensor, copies: int) -> Tensor:
    """Weights `(channel · copies, …)` in which each channel of a turn starts as a copy of the first: no checkerboard.

    With it a pixel shuffle begins as a convolution followed by a resize (ICNR, Aitken et al. 2017). Raises ValueError
    where `copies` does not divide the channels. Lesson 08.
    """
    if len(weight) % _whole("number of copies", copies):
        raise ValueError(
            f"{len(weight)} channels cannot be {copies} copies each: choose a number that divides"
        )
    return weight[::copies].repeat_interleave(copies, 0)


def resize_convolution(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Pictures `(batch, inputs, frequency, frame)` → `(batch, outputs, 2 frequency, 2 frame)`: repeat, convolve.

    Each value is repeated twice along both axes, then comes an ordinary convolution with a margin of zeros. What is
    constant stays constant, whatever the weights are (Odena, Dumoulin and Olah 2016); `kernel` is odd. Lesson 08.
    """
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="nearest"),
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2),
    )


def _shuffled(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, 4 * outputs, 3, padding=1), nn.PixelShuffle(2))


def _half_band(reach: int = 6, beta: float = 4.0) -> Tensor:
    n = torch.arange(-reach, reach + 1, dtype=torch.float64)
    taps = torch.sinc(n / 2) * torch.kaiser_window(len(n), periodic=False, beta=beta, dtype=torch.float64)
    return (taps / taps.sum()).float()


HALF_BAND = _half_band()
"""A low-pass whose edge is at half of what the rate can hold: a sinc under a window of Kaiser (1974), 13 taps."""


def smoothed(x: Tensor) -> Tensor:
    """`x` `(batch, channel, frame)` without what half as many frames could not hold; pictures along both axes.

    A stretching by 2 leaves images of all that was there, mirrored at the old rate's edge: that of a constant is the
    checkerboard, that of a slow swell a quick flutter. The edge is where `HALF_BAND` falls off, so that the images go
    and what was there stays, as after any change of rate. Beyond the ends the last value goes on. Zhang (2019) filters
    where a network halves, Karras et al. (2021) where it doubles. Raises ValueError for other shapes. Lesson 09.
    """
    if x.ndim not in (3, 4):
        raise ValueError(
            f"x has shape {tuple(x.shape)}: (batch, channel, frame) or (batch, channel, frequency, frame) is expected"
        )
    channels, reach = x.shape[1], len(HALF_BAND) // 2
    taps = HALF_BAND.to(x).expand(channels, 1, -1)  # every channel by itself
    if x.ndim == 3:
        return F.conv1d(F.pad(x, (reach, reach), mode="replicate"), taps, groups=channels)
    x = F.conv2d(F.pad(x, (reach, reach, 0, 0), mode="replicate"), taps[:, :, None], groups=channels)
    return F.conv2d(F.pad(x, (0, 0, reach, reach), mode="replicate"), taps[..., None], groups=channels)


DOUBLINGS: dict[str, Callable[[int, int], nn.Module]] = {
    "kernel 5": lambda i, o: nn.ConvTranspose2d(i, o, 5, stride=2, padding=2, output_padding=1),
    "kernel 4": lambda i, o: nn.ConvTranspose2d(i, o, 4, stride=2, padding=1),
    "pixel shuffle": _shuffled,
    "resize": resize_convolution,
}
"""Layers that double frequency and frame, by name: each is made from its numbers of input and output channels."""


def _whole(what: str, number: int) -> int:
    if number != int(number) or number < 1:
        raise ValueError(f"the {what} is {number}, and a whole number of at least 1 is expected")
    return int(number)
