"""Checks of lesson 08, convolutional generators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.parameter import is_lazy

from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import (
    Fault,
    double,
    expect,
    expect_array,
    expect_equal,
    expect_number,
    require_equal,
)
from gan_course.networks import normalisation, upsampling
from gan_course.networks import receptive_field as fields

lesson = Lesson("08", "Convolutional generators")


def _apart(right: float, faults: Mapping[str, float], share: float = 1e-3) -> bool:
    """Whether what is right and what each mistake gives all differ, so that no mistake is taken for another."""
    return all(abs(a - b) > share * abs(right) for a, b in combinations([right, *faults.values()], 2))


def _with_graph(call: Callable[[], Any]) -> Any:
    """What `call` returns for an x that wants slopes; numpy refuses such an x, and says to detach it."""
    try:
        return call()
    except Fault as fault:
        expect(
            "call numpy() on Tensor" not in str(fault),
            "numpy keeps no graph, and a network with this in it could not be trained: stay with torch",
        )
        raise


def _slopes(y: Tensor, x: Tensor, weight: Tensor) -> Tensor | None:
    return torch.autograd.grad((y * weight).sum(), x, retain_graph=True, allow_unused=True)[0]


def _default_eps(right: float, by: Callable[[float], np.ndarray]) -> dict[str, np.ndarray]:
    others = (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 0.0)
    said = "the default eps is {:g}; make it {:g}, as in the first line of the exercise"
    return {said.format(eps, right).replace("e-0", "e-"): by(eps) for eps in others if eps != right}


# Stretching -------------------------------------------------------------------------------------------------


def _inserted(x: np.ndarray, stride: int, after: int = 0) -> np.ndarray:
    """`x` with zeros between its samples, and `after` behind the last."""
    spread = np.zeros((len(x) - 1) * stride + 1 + after)
    spread[: (len(x) - 1) * stride + 1 : stride] = x
    return spread


def _overwritten(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    y = np.zeros((len(x) - 1) * stride + len(kernel))
    for m, value in enumerate(x):
        y[m * stride : m * stride + len(kernel)] = value * kernel
    return y


@lesson.exercise(
    reference=upsampling.transposed_convolution,
    points=2,
    minutes=8,
    hints=(
        "The last stamp begins at (sample − 1) · stride, and is as long as the kernel: that is where y ends. Begin "
        "with `y = x.new_zeros(*x.shape[:-1], …)`.",
        "Sample m adds x[m] · kernel to y from m · stride on, for as many samples as the kernel has: `y[..., start : "
        "stop] += x[..., m, None] * kernel`.",
        "Or tap by tap: tap number t adds kernel[t] · x to `y[..., t : t + (sample - 1) * stride + 1 : stride]`.",
    ),
    instead_of=(
        *(f"{module}.conv_transpose{n}d" for module in ("torch", "torch.nn.functional") for n in (1, 2, 3)),
        *(f"torch.nn.grad.conv{n}d_input" for n in (1, 2, 3)),
        # the backward pass of a convolution
        "torch.autograd.grad",
        "torch.autograd.backward",
        "torch.autograd.functional.vjp",
        "torch.func.vjp",
    ),
)
def transposed_convolution(answer, rng: np.random.Generator) -> None:
    """Every sample stamps the kernel, `stride` further on; stamps add up; along the last axis."""
    for taps, stride in ((5, 2), (4, 2), (int(rng.integers(2, 4)), int(rng.integers(4, 6))), (3, 1)):
        x, kernel = rng.normal(size=int(rng.integers(4, 7))), rng.normal(size=taps)
        wanted = np.convolve(_inserted(x, stride), kernel)
        what = f"{len(x)} samples with {taps} taps and stride {stride}"
        got = expect_array(answer(double(x), double(kernel), stride), what)
        expect(
            got.shape != (len(wanted) + stride - 1,) or stride == 1,
            f"{what}: your result has {len(got)} samples, and {len(wanted)} are expected: the stride lies *between* "
            f"two samples, and after the last one comes only the rest of its stamp",
        )
        require_equal(
            got,
            wanted,
            what,
            {
                "the kernel is the wrong way round: its first tap falls on the sample itself": np.convolve(
                    _inserted(x, stride), kernel[::-1]
                ),
                "a later stamp wipes out an earlier one; where they overlap they add up": _overwritten(
                    x, kernel, stride
                ),
                "each sample is repeated; put its *stamp* there once, and zeros in between": np.convolve(
                    np.repeat(x, stride)[: len(x) * stride - stride + 1], kernel
                ),
                "this is a convolution with a stride, which makes a sound shorter": np.convolve(x, kernel)[
                    ::stride
                ],
                "these are the stamps before they are put in their places": np.outer(x, kernel),
                "zeros are put between the samples, but there is no convolution yet": _inserted(x, stride),
            },
        )
    x, kernel = rng.normal(size=(2, 3, 5)), rng.normal(size=4)
    rows = np.stack([np.convolve(_inserted(row, 3), kernel) for row in x.reshape(6, 5)])
    got = answer(double(x), double(kernel), 3)
    expect_equal(got, rows.reshape(2, 3, -1), "a batch (2, 3, sample), stretched along its last axis,")


@lesson.exercise(
    reference=upsampling.cover,
    minutes=5,
    hints=(
        "Tap number t of a stamp that begins at m · stride falls on output m · stride + t. Which remainder does that "
        "have?",
        "Its remainder is t % stride, whatever m is. So count how often each remainder comes among 0, 1, …, taps − 1.",
        "`torch.bincount(torch.arange(taps) % stride, minlength=stride)`",
    ),
)
def cover(answer, rng: np.random.Generator) -> None:
    """How many of the taps fall on each remainder, zeros included."""
    stride = int(rng.integers(3, 7))
    more = int(rng.integers(1, stride))
    stamps = (2 * stride + more, stride), (stride + more, stride), (2 * stride, stride), (more, stride)
    for taps, step in (*stamps, (5, 2), (4, 2), (4, 1)):
        wanted = np.bincount(np.arange(taps) % step, minlength=step)
        what = f"the cover of {taps} taps with stride {step}"
        got = expect_array(answer(taps, step), what)
        expect(
            got.shape == (step,),
            f"{what} has shape {got.shape}, and one number for each of {step} remainders is expected, zeros included",
        )
        require_equal(
            got,
            wanted,
            what,
            {
                "this is the mean cover; count the stamps at each remainder": np.full(step, taps / step),
                "the whole stamps are counted, and what is left of the taps is forgotten": np.full(
                    step, taps // step
                ),
                "this is counted at an end, which one stamp alone reaches; away from the ends more of them meet": (
                    np.minimum(wanted, 1)
                ),
                "the stamp begins at remainder 0, so what is left of the taps reaches the *first* remainders": (
                    wanted[::-1]
                ),
                "the stamp begins at remainder 0, and not at 1": np.roll(wanted, 1),
            },
        )


def _folded(kernel: np.ndarray, stride: int) -> np.ndarray:
    return np.bincount(np.arange(len(kernel)) % stride, kernel, stride)


@lesson.exercise(
    reference=upsampling.tone_levels,
    points=2,
    minutes=8,
    hints=(
        "Output n of a constant is the sum of the weights that reach it: those at n % stride, one stride on, two … "
        "Add them up for each remainder: that is one period.",
        "`torch.fft.rfft(period).abs()` are its lines: first the one at 0 Hz, then rate / stride, …",
        "The levels are those of `lines[1:] / lines[0]`. `amplitude_to_db(ratio, -120.0)` is 20 log₁₀ with a floor.",
    ),
)
def tone_levels(answer, rng: np.random.Generator) -> None:
    """One period is folded from the kernel; its lines against the line at 0 Hz, in dB, with a floor."""
    for kernel, stride in _kernels(rng):
        taps = len(kernel)
        complex_lines = np.fft.rfft(_folded(kernel, stride))
        lines, real = np.abs(complex_lines), np.abs(complex_lines.real)
        wanted = 20 * np.log10(lines[1:] / lines[0])
        signs = set(np.sign(kernel))
        kind = "taps" if signs == {1} else "negative taps" if signs == {-1} else "taps of both signs"
        what = f"the levels for {taps} {kind} and stride {stride}"
        own = np.abs(np.fft.rfft(kernel, max(stride, taps)))
        positive = np.abs(np.fft.rfft(_folded(np.abs(kernel), stride)))
        faults = {
            "this is 10 log₁₀, and these are amplitudes: 20 log₁₀": wanted / 2,
            "its sign is wrong: the line at 0 Hz is below the fraction": -wanted,
            "they are not relative to the line at 0 Hz": 20 * np.log10(lines[1:]),
            "the line at 0 Hz itself is among them: leave the first one out": 20 * np.log10(lines / lines[0]),
            "these are ratios; in decibels they are 20 log₁₀": lines[1:] / lines[0],
            "this is the spectrum of the kernel itself; fold it into one period of the output first": 20
            * np.log10(own[1:] / own[0]),
            "they are relative to the strongest line and not to the one at 0 Hz": 20
            * np.log10(lines[1:] / lines[1:].max()),
            "a line is as large as its magnitude, and not as its real part": 20
            * np.log10(real[1:] / real[0]),
            "only the lines above 0 Hz are doubled, which makes 6 dB; compare line with line": 20
            * np.log10(2 * lines[1:] / lines[0]),
            "the weights have lost their signs before they are added up": 20
            * np.log10(positive[1:] / positive[0]),
        }
        if taps > stride:
            whole = np.abs(np.fft.rfft(_folded(kernel[: taps // stride * stride], stride)))
            faults["what is left of the taps beyond whole strides is forgotten"] = 20 * np.log10(
                whole[1:] / whole[0]
            )
        if kernel.sum() < 0:
            below = "the line at 0 Hz is a magnitude too, and these weights add up to less than 0"
            faults[below] = np.full(len(wanted), -120.0)
            faults[below + ", which has no logarithm"] = np.full(len(wanted), np.nan)
        # a weak line has few digits
        require_equal(answer(double(kernel), stride), wanted, what, faults, tolerance=1e-4)
    got = answer(torch.ones(8, dtype=torch.float64), 4)
    level = np.asarray(got.detach() if hasattr(got, "detach") else got, dtype=float)
    expect(
        level.shape == (2,) and np.isfinite(level).all(),
        "eight equal weights with stride 4 leave no tone, and yours gives no number for it: set a floor, "
        "`amplitude_to_db(ratio, -120.0)`",
    )
    expect_equal(
        level, np.array([-120.0, -120.0]), "eight equal weights with stride 4: the floor", tolerance=2e-6
    )


def _kernels(rng: np.random.Generator) -> list[tuple[np.ndarray, int]]:
    """Kernels and strides: of several lines first, all positive, then with a sum below 0, and of both signs."""

    def drawn(taps: int, stride: int, sign: int) -> np.ndarray:
        while True:
            kernel = (sign or rng.choice([-1, 1], taps)) * rng.uniform(0.1, 1, taps) ** 2
            lines = np.fft.rfft(_folded(kernel, stride)) / np.abs(kernel).sum()
            levels = 20 * np.log10(np.abs(lines[1:] / lines[0]))
            no_line_is_weak = np.abs(lines).min() > 0.05 and np.abs(levels).max() > 2
            phases_count = stride == 2 or np.abs(lines.imag).max() > 0.05
            if no_line_is_weak and phases_count and (sign or len(set(np.sign(kernel))) == 2):
                return kernel

    stride = int(rng.integers(4, 7))
    several = 2 * stride + int(rng.integers(1, stride)), stride
    return [
        (drawn(*several, 1), stride),
        (drawn(5, 2, 1), 2),
        (drawn(3, 6, 1), 6),
        (drawn(9, 3, 1), 3),
        (-np.array([1.0, 2.0, 1.0, 3.0, 1.0]), 2),
        (drawn(*several, -1), stride),
        (drawn(*several, 0), stride),
        (drawn(7, 3, 0), 3),
    ]


@lesson.exercise(
    reference=upsampling.resize_convolution,
    points=1,
    minutes=5,
    hints=(
        "`nn.Upsample(scale_factor=2)` repeats every value twice, along both axes.",
        "`nn.Conv2d(inputs, outputs, kernel, padding=…)`: which padding leaves the size as it is, for an odd kernel?",
        "`nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2))`",
    ),
)
def resize_convolution(answer, rng: np.random.Generator) -> None:
    """A layer: every value twice along both axes, then one convolution that leaves the size."""
    inputs, outputs = int(rng.integers(2, 4)), int(rng.integers(4, 6))
    for size in ((), (5,)):
        layer = answer(inputs, outputs, *size)
        kernel = size[0] if size else 3
        expect(
            isinstance(layer, nn.Module),
            f"a layer is expected, such as `nn.Sequential(…)`, and this is {type(layer).__name__}",
        )
        # A lazy layer has its weights only once it has seen a picture.
        x = torch.from_numpy(rng.normal(size=(2, inputs, 4, 6))).float()
        unread = ""
        try:
            with torch.no_grad():
                got = layer(x)
        except Exception as error:
            unread = f"the layer cannot read pictures of shape {tuple(x.shape)}: {error}"
        held = list(layer.modules())
        expect(
            not any(isinstance(one, (nn.ConvTranspose1d, nn.ConvTranspose2d)) for one in held),
            "there is a transposed convolution in it: repeat with `nn.Upsample`, then convolve with `nn.Conv2d`",
        )
        convolutions = [one for one in held if isinstance(one, nn.Conv2d)]
        expect(
            len(convolutions) == 1,
            f"one `nn.Conv2d` is expected in the layer, and there are {len(convolutions)}",
        )
        weight, bias = convolutions[0].weight, convolutions[0].bias
        expect(
            is_lazy(weight) or tuple(weight.shape) == (outputs, inputs, kernel, kernel),
            f"the convolution's weights have shape {'' if is_lazy(weight) else tuple(weight.shape)}, and "
            f"{(outputs, inputs, kernel, kernel)}, (outputs, inputs, kernel, kernel), is expected",
        )
        expect(not unread, unread)
        expect(not is_lazy(weight), "the layer holds an `nn.Conv2d` that no picture goes through")
        twice = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
        with torch.no_grad():
            wanted = F.conv2d(twice, weight, bias, padding=kernel // 2)
            plain = F.conv2d(x, weight, bias, padding=kernel // 2)
            smooth, blocks = (
                F.conv2d(
                    F.interpolate(x, scale_factor=2.0, mode="bilinear"), weight, bias, padding=kernel // 2
                ),
                plain.repeat_interleave(2, 2).repeat_interleave(2, 3),
            )
        what = f"the layer's output for a kernel of {kernel}"
        expect(
            tuple(got.shape) == tuple(wanted.shape),
            f"{what} has shape {tuple(got.shape)}, and {tuple(wanted.shape)} is expected: twice the input, and the "
            f"convolution's padding leaves that as it is",
        )
        require_equal(
            got,
            wanted.numpy(),
            what,
            {
                "the convolution comes first; repeat first, or pairs of equal values are left": blocks.numpy(),
                "this blends neighbours; repeat each value as it is (nearest)": smooth.numpy(),
            },
            tolerance=1e-5,
        )


@lesson.exercise(
    reference=upsampling.pixel_shuffle,
    points=2,
    minutes=8,
    hints=(
        "Which channels make output channel c? Those from c · factor to c · factor + factor − 1. Give them an axis of "
        "their own: `x.reshape(batch, channels // factor, factor, time)`.",
        "In the result, time runs slowly and the turn fast: the turn must come *after* time. `.transpose(2, 3)`.",
        "Then `.reshape(batch, channels // factor, time * factor)`.",
    ),
    instead_of=("torch.pixel_shuffle", "torch.nn.functional.pixel_shuffle"),
)
def pixel_shuffle(answer, rng: np.random.Generator) -> None:
    """Channels c · factor + i go to times t · factor + i of channel c."""
    for factor, channels, time in ((2, 3, 5), (3, 2, 4), (int(rng.integers(4, 6)), 1, 3)):
        x = rng.normal(size=(2, channels * factor, time))
        wanted = np.empty((2, channels, time * factor))
        for i in range(factor):
            wanted[:, :, i::factor] = x[:, i::factor]
        what = f"the shuffle of {channels * factor} channels by {factor}"
        require_equal(
            answer(double(x), factor),
            wanted,
            what,
            {
                "the channels of one turn stand one after the other in time; they are to take turns": x.reshape(
                    wanted.shape
                ),
                "the channels that take turns are neighbours: c · factor + i, and not i · channels + c": (
                    x.reshape(2, factor, channels, time).transpose(0, 2, 3, 1).reshape(wanted.shape)
                ),
                "the turns run backwards": np.stack(
                    [
                        wanted[:, :, factor - 1 - n % factor + n // factor * factor]
                        for n in range(time * factor)
                    ],
                    -1,
                ),
                "this is turned: (batch, channel, time) is expected": wanted.swapaxes(1, 2),
            },
        )


# What one output sees ---------------------------------------------------------------------------------------


def _field(
    layers: list[tuple[int, int]], *, late: bool = False, first: int = 1, less: int = 1
) -> tuple[int, int]:
    size, jump = first, 1
    for kernel, stride in layers:
        jump *= stride if late else 1
        size += (kernel - less) * jump
        jump *= 1 if late else stride
    return size, jump


@lesson.exercise(
    reference=fields.receptive_field,
    points=2,
    minutes=8,
    hints=(
        "Before any layer an output is an input: size 1, jump 1.",
        "A kernel of k taps spans k − 1 steps, and each step is as long as the jump *before* this layer.",
        "`size += (kernel - 1) * jump`, and then `jump *= stride`.",
    ),
)
def receptive_field(answer, rng: np.random.Generator) -> None:
    """The recursion from the input on: (kernel − 1) jumps more, and then the jump times the stride."""
    stacks = [_telling_stack(rng), [(int(rng.integers(2, 8)), 1)], [(4, 2)] * int(rng.integers(2, 5))]
    stacks.append([(int(rng.integers(2, 8)), int(rng.integers(1, 4))) for _ in range(4)] + [(3, 3)])
    stacks.append([(3, 1), (5, 4), (2, 2)])
    for layers in stacks:
        got = answer(list(layers))
        got = got.tolist() if isinstance(got, (np.ndarray, Tensor)) else got
        expect(
            isinstance(got, (tuple, list)) and len(got) == 2,
            "two numbers are expected, the size and the jump: `return size, jump`",
        )
        shown = ", ".join(map(str, layers))
        wanted = _field(layers)
        size, jump = expect_number(got[0], "the size"), expect_number(got[1], "the jump")
        expect(
            (size, jump) != wanted[::-1] or wanted[0] == wanted[1],
            f"the size and the jump for the layers {shown} have changed places",
        )
        sizes, jumps = _field_faults(layers)
        require_equal(size, wanted[0], f"the size for the layers {shown}", sizes)
        require_equal(jump, wanted[1], f"the jump for the layers {shown}", jumps)


def _field_faults(layers: list[tuple[int, int]]) -> tuple[dict[str, float], dict[str, float]]:
    """What mistakes make of the size, and of the jump."""
    kernels, strides = zip(*layers, strict=True)
    exchanged, first = _field([(s, k) for k, s in layers]), layers[:1]
    added = np.cumsum([1, *strides])
    sizes = {
        "the jump is multiplied too early: this layer's taps are still the *old* jump apart": _field(
            layers, late=True
        )[0],
        "one output sees one input before any layer: begin with 1": _field(layers, first=0)[0],
        "k taps span k − 1 steps": _field(layers, less=0)[0],
        "the taps of a later layer are more than one input apart: multiply by the jump": 1
        + sum(k - 1 for k in kernels),
        "the layers are gone through from the output; begin at the input": _field(layers[::-1])[0],
        "sizes do not multiply": int(np.prod(kernels)),
        "this is the sum of the kernels; each layer sees (k − 1) *jumps* more": sum(kernels),
        "kernel and stride are unpacked the wrong way round: a layer is (kernel, stride)": exchanged[0],
        "it returns after the first layer: `return` stands within the loop": _field(first)[0],
        "this is the field of the last layer alone: size and jump begin at 1 once, before the loop": kernels[
            -1
        ],
        "the strides are added in the jump, and strides multiply": 1
        + sum((k - 1) * j for k, j in zip(kernels, added, strict=False)),
        "the jump is only the stride of the layer before; the strides of all layers before multiply": 1
        + sum((k - 1) * j for k, j in zip(kernels, (1, *strides), strict=False)),
    }
    jumps = {
        "this is the sum of the strides, and strides multiply": sum(strides),
        "this is 1 and the sum of the strides, and strides multiply": 1 + sum(strides),
        "this is the last layer's stride; the strides of all layers multiply": strides[-1],
        "this is the first layer's stride; the strides of all layers multiply": strides[0],
        "the last stride counts too": np.prod(strides[:-1]),
        "the first stride counts too": np.prod(strides[1:]),
        "the kernels have been multiplied; strides make the jump": exchanged[1],
    }
    return sizes, jumps


def _telling_stack(rng: np.random.Generator) -> list[tuple[int, int]]:
    """Three layers on which no mistake gives what another one does."""
    while True:
        layers = [(int(rng.integers(3, 9)), int(rng.integers(2, 6))) for _ in range(3)]
        right, faults = _field(layers), _field_faults(layers)
        if all(_apart(one, some) for one, some in zip(right, faults, strict=True)):
            return layers


@lesson.exercise(
    reference=fields.heard_milliseconds,
    minutes=4,
    hints=(
        "One frame hears n_fft samples. Each further frame adds how many?",
        "(frames − 1) · hop + n_fft samples, at `rate` samples a second; in ms.",
    ),
)
def heard_milliseconds(answer, rng: np.random.Generator) -> None:
    """The window of one frame, and a hop for each further one, in ms."""
    for short in (True, False, False):
        while True:
            frames, n_fft = (
                int(rng.integers(3, 6 if short else 60)),
                2 ** int(rng.integers(7, 8 if short else 12)),
            )
            hop, rate = n_fft // int(rng.choice([3, 5, 8])), int(rng.choice([11_025, 22_050, 44_100]))
            right, faults = _durations(frames, n_fft, hop, rate)
            if short:  # so short that a fourth digit counts
                rounded = "nothing is to be rounded, and this is, to {} digits"
                faults |= {rounded.format(digits): round(right, digits) for digits in (1, 2)}
            if _apart(right, faults, 5e-5) and (not short or abs(round(right, 4) - right) > 3e-6 * right):
                break
        require_equal(
            expect_number(answer(frames, n_fft, hop, rate), "the duration"),
            right,
            f"{frames} frames of {n_fft} samples, a hop of {hop}, at {rate} Hz",
            faults,
        )
    frames = int(rng.integers(2, 60))
    got = expect_number(answer(frames), "the duration")
    expect_equal(got, 64.0 + 16 * (frames - 1), f"{frames} frames with the defaults (1024, 256, 16,000 Hz)")


def _durations(frames: int, n_fft: int, hop: int, rate: int) -> tuple[float, dict[str, float]]:
    """The duration (ms), and what mistakes make of it."""
    samples = (frames - 1) * hop + n_fft
    right = 1000 * samples / rate
    return right, {
        "this is in seconds": samples / rate,
        "these are samples": samples,
        "only hops are counted, and a frame hears a whole window": 1000 * frames * hop / rate,
        "the last window is forgotten: it reaches n_fft samples from where the last hop has led": 1000
        * (frames - 1)
        * hop
        / rate,
        "the first frame needs no hop": 1000 * (samples + hop) / rate,
        "there is a hop between any two neighbouring frames, and here is one too few": 1000
        * (samples - hop)
        / rate,
        "the last frame hears n_fft samples, which need not be 4 hops": 1000 * (frames + 3) * hop / rate,
        "the whole window counts, and not half of it": 1000 * (samples - n_fft / 2) / rate,
        "windows overlap: each further frame adds a hop and not a window": 1000 * frames * n_fft / rate,
        "divide by the rate": 1000 * samples * rate,
        "nothing is to be rounded, and this is rounded down": right // 1,
        "nothing is to be rounded, and this is rounded up": right // 1 + 1,
        "nothing is to be rounded, and here the rate in kHz is": samples / (rate // 1000),
        "nothing is to be rounded, and here hop and window are": (frames - 1) * (1000 * hop // rate)
        + 1000 * n_fft // rate,
    }


# Sizes ------------------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=normalisation.starting_deviation,
    points=2,
    minutes=6,
    hints=(
        "What remains of the mean square after the leaky ReLU? Half of the values keep theirs, the other half keep "
        "slope² of it.",
        "With n numbers of mean square q in each sum, and weights of variance v, the sum's mean square is n · q · v. "
        "It shall be 1.",
        "n = channels · (kernel / stride)², q = (1 + slope²) / 2, and the deviation is the root of v = 1 / (n q).",
    ),
)
def starting_deviation(answer, rng: np.random.Generator) -> None:
    """The root of 2 / ((1 + slope²) channels (kernel / stride)²)."""
    for _ in range(4):
        while True:
            channels, kernel, stride = (int(rng.integers(*some)) for some in ((5, 200), (6, 12), (3, 6)))
            slope = float(rng.uniform(0.15, 0.6))
            right, faults = _deviations(channels, kernel, stride, slope)
            if kernel % stride and _apart(right, faults):
                break
        require_equal(
            expect_number(answer(channels, kernel, stride, slope), "the deviation"),
            right,
            f"the deviation for {channels} channels, kernel {kernel}, stride {stride}, slope {slope:.2f}",
            faults,
        )
    got = expect_number(answer(64, 4, 2), "the deviation")
    expect_equal(got, np.sqrt(2 / (1.04 * 256)), "with the default slope, 0.2, the deviation", tolerance=2e-6)


def _deviations(channels: int, kernel: int, stride: int, slope: float) -> tuple[float, dict[str, float]]:
    """The deviation, and what mistakes make of it."""
    reach, kept = kernel / stride, 1 + slope**2
    n = channels * reach**2
    right = float(np.sqrt(2 / (kept * n)))
    return right, {
        "this is the variance; take its root": right**2,
        "the stride is forgotten: a stretched picture is reached by fewer taps": right / stride,
        "pictures have two axes: (kernel / stride)²": right * np.sqrt(reach),
        "both axes have the stride: (kernel / stride)²": right / np.sqrt(stride),
        "kernel / stride is a mean, and here it is rounded down": right * reach / (kernel // stride),
        "kernel / stride is a mean, and here it is rounded up": right * reach / -(-kernel // stride),
        "n is channels · (kernel / stride)², with the channels as they are": right / np.sqrt(channels),
        "the slope is forgotten": np.sqrt(2 / n),
        "the mean square below zero is slope², not slope": np.sqrt(2 / ((1 + slope) * n)),
        "half of the mean square is lost in the leaky ReLU, and the weights make up for it: a 2 above": (
            right / np.sqrt(2)
        ),
        "half of the mean square is lost in the leaky ReLU once, and here it is twice": right * np.sqrt(2),
        "this would be right without a leaky ReLU": np.sqrt(1 / n),
        "the stride is the wrong way round: a larger one makes fewer taps": right / stride**2,
        "this is one over it": 1 / right,
    }


@lesson.exercise(
    reference=normalisation.batch_norm,
    points=3,
    minutes=12,
    hints=(
        "The axes to average over are 0 and everything from 2 on: `[0, *range(2, x.ndim)]`. `x.mean(axes)` and "
        "`x.var(axes, correction=0)` then have one number for each channel.",
        "`.view([-1] + [1] * (x.ndim - 2))` shapes (channel,) so that it goes with x.",
        "`running[0].lerp(mean.detach(), momentum)` is (1 − momentum) of the old and momentum of the new; for the "
        "variance the same with `correction=1`. Without training, use the running ones, and return them as they are.",
    ),
    instead_of=(
        "torch.batch_norm",
        "torch.nn.functional.batch_norm",
        "torch.native_batch_norm",
        "torch.nn.functional.instance_norm",
    ),
)
def batch_norm(answer, rng: np.random.Generator) -> None:
    """Per channel, over all else; the batch's own in training, the running ones otherwise, which move in training."""
    for shape in ((6, 3), (4, 3, 7), (4, 3, 2, 3)):
        _judge_batch_norm(answer, rng, shape)
    x = rng.normal(0.002, 0.003, (8, 2))  # so small that its variance is near eps
    start = double(np.zeros(2)), double(np.ones(2))
    got, running = answer(double(x), start, True)

    def by(eps: float) -> np.ndarray:
        return (x - x.mean(0)) / np.sqrt(x.var(0) + eps)

    require_equal(got, by(1e-5), "with the default eps x, of deviation 0.003,", _default_eps(1e-5, by))
    require_equal(
        running[0],
        0.1 * x.mean(0),
        "with the default momentum the running mean",
        {
            f"the default momentum is {m}; make it 0.1, as in the first line of the exercise": m * x.mean(0)
            for m in (0.9, 0.01, 0.99, 0.5, 0.2)
        },
    )


def _judge_batch_norm(answer: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    channels = shape[1]
    axes = (0, *range(2, len(shape)))
    view = (1, channels, *[1] * (len(shape) - 2))
    x = rng.normal(rng.normal(0, 2, view), rng.uniform(0.5, 2, view), shape)
    old = rng.normal(size=channels), rng.uniform(0.5, 2, channels)
    momentum, eps = float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.2, 0.5))
    mean, variance, unbiased = x.mean(axes), x.var(axes), x.var(axes, ddof=1)
    given, weight = double(x).requires_grad_(), double(rng.normal(size=shape))

    def ask(training: bool) -> tuple[Any, Any]:
        got = _with_graph(lambda: answer(given, (double(old[0]), double(old[1])), training, momentum, eps))
        expect(
            isinstance(got, (tuple, list)) and len(got) == 2,
            "two things are expected, the normalised x and the running statistics: `return …, running`",
        )
        expect(
            isinstance(got[1], (tuple, list)) and len(got[1]) == 2,
            "the running statistics are a pair, mean and variance",
        )
        return got[0], got[1]

    def by(centre: np.ndarray, power: np.ndarray) -> np.ndarray:
        return (x - centre.reshape(view)) / np.sqrt(power.reshape(view) + eps)

    got, running = ask(True)
    require_equal(
        got,
        by(mean, variance),
        f"x of shape {shape} in training",
        {
            "the running statistics are used; in training use the batch's own": by(*old),
            "the running statistics, moved on, are used; in training use the batch's own": by(
                (1 - momentum) * old[0] + momentum * mean, (1 - momentum) * old[1] + momentum * unbiased
            ),
            "the variance here has the count below, not count − 1: `correction=0`": by(mean, unbiased),
            "the mean is not subtracted": x / np.sqrt(variance.reshape(view) + eps),
            "this is divided by the variance; take its root": (x - mean.reshape(view))
            / (variance.reshape(view) + eps),
            "eps goes under the root": (x - mean.reshape(view)) / (np.sqrt(variance).reshape(view) + eps),
            "eps is missing": by(mean, variance - eps),
            "it is only centred; divide by the standard deviation": x - mean.reshape(view),
            "the statistics are those of the whole batch together; each *channel* has its own": (x - x.mean())
            / np.sqrt(x.var() + eps),
            "the average runs over the batch alone; it runs over all axes but the channel's": (x - x.mean(0))
            / np.sqrt(x.var(0) + eps),
            "each sample is normalised by itself; the average runs over the batch too": (
                x - x.mean(axes[1:], keepdims=True)
            )
            / np.sqrt(x.var(axes[1:], keepdims=True) + eps),
        },
    )
    slope = _slopes(got, given, weight) if isinstance(got, Tensor) and got.requires_grad else None
    expect(slope is not None, "the normalised x has no graph: the network before it could not be trained")
    own_mean = given.mean(axes, keepdim=True)
    own_variance = given.var(axes, correction=0, keepdim=True)

    def slopes(mean: Tensor, variance: Tensor) -> Any:
        return _slopes((given - mean) / (variance + eps).sqrt(), given, weight)

    require_equal(
        slope,
        slopes(own_mean, own_variance),
        f"the gradient for x of shape {shape} in training",
        {
            "the statistics of x are detached; in training the gradient goes through them too": slopes(
                own_mean.detach(), own_variance.detach()
            ),
            "the mean of x is detached; in training the gradient goes through it too": slopes(
                own_mean.detach(), own_variance
            ),
            "the variance of x is detached; in training the gradient goes through it too": slopes(
                own_mean, own_variance.detach()
            ),
        },
    )
    for name, one, before, batch, faults in (
        ("mean", running[0], old[0], mean, {}),
        (
            "variance",
            running[1],
            old[1],
            unbiased,
            {"the running variance has count − 1 below: `correction=1`": (1 - momentum) * old[1]
             + momentum * variance},
        ),
    ):  # fmt: skip
        require_equal(
            one,
            (1 - momentum) * before + momentum * batch,
            f"the running {name} after a batch {shape}",
            {
                "it has not moved; in training it takes `momentum` of the batch's": before,
                "it is the wrong way round: momentum is the share of the *new*": momentum * before
                + (1 - momentum) * batch,
                "this is the batch's own; only `momentum` of it comes in": batch,
                "the old one must be made smaller: its share is 1 − momentum": before + momentum * batch,
                "it moves away from the batch's": before - momentum * (batch - before),
                **faults,
            },
        )
        expect(
            not getattr(one, "requires_grad", False),
            "the running statistics carry a graph, which would grow with every batch: detach",
        )
    got, running = ask(False)
    require_equal(
        got,
        by(*old),
        f"x of shape {shape} without training",
        {"the batch's own statistics are used; without training use the running ones": by(mean, variance)},
    )
    slope = _slopes(got, given, weight) if isinstance(got, Tensor) and got.requires_grad else None
    expect(slope is not None, "without training x has no graph, and the gradient is to reach x then too")
    require_equal(
        slope,
        weight.numpy() / np.sqrt(old[1].reshape(view) + eps),
        f"the gradient for x of shape {shape} without training",
        {},
    )
    for name, one, before in zip(("mean", "variance"), running, old, strict=True):
        expect_equal(one, before, f"without training the running {name} stays, and yours")


@lesson.exercise(
    reference=normalisation.pixel_norm,
    minutes=4,
    hints=(
        "The mean square over the channels, axis 1: `x.square().mean(1, keepdim=True)`.",
        "Add eps, take the root, and divide x by it.",
    ),
    instead_of=("torch.rms_norm", "torch.nn.functional.rms_norm", "torch.nn.functional.normalize"),
)
def pixel_norm(answer, rng: np.random.Generator) -> None:
    """Over the channels alone, at every place; eps under the root; nothing subtracted."""
    for shape in ((3, 5, 2, 4), (2, 4, 6), (4, 3)):
        x, eps = rng.normal(1, 2, shape), float(rng.uniform(0.2, 0.6))
        square = (x**2).mean(1, keepdims=True)
        centred = x - x.mean(1, keepdims=True)
        faults = {
            "this is divided by the length; the *mean* of the squares is wanted, not their sum": x
            / np.sqrt(square * shape[1] + eps),
            "eps goes under the root": x / (np.sqrt(square) + eps),
            "eps is missing": x / np.sqrt(square),
            "the root is missing": x / (square + eps),
            "nothing is subtracted here": centred / np.sqrt((centred**2).mean(1, keepdims=True) + eps),
            "the mean runs over the whole sample; each place has its own, over the channels": x
            / np.sqrt((x**2).mean(tuple(range(1, x.ndim)), keepdims=True) + eps),
            "the mean runs over the batch; no sample is to look at another": x
            / np.sqrt((x**2).mean(0, keepdims=True) + eps),
            "the mean runs over the last axis; the channels are axis 1": x
            / np.sqrt((x**2).mean(-1, keepdims=True) + eps),
            "squares are taken of the mean; take the mean of the squares": x
            / np.sqrt(x.mean(1, keepdims=True) ** 2 + eps),
            "multiply by one over the root: large values become small here": x * np.sqrt(square + eps),
        }
        require_equal(answer(double(x), eps), x / np.sqrt(square + eps), f"x of shape {shape}", faults)
    _judge_slopes_of_pixel_norm(answer, rng)
    tiny = np.full((1, 2, 1), 1e-4)

    def by(eps: float) -> np.ndarray:
        return tiny / np.sqrt(1e-8 + eps)

    what = "with the default eps x, all values 0.0001,"
    require_equal(answer(double(tiny)), by(1e-8), what, _default_eps(1e-8, by))
    nothing = answer(torch.zeros(1, 2, 3))
    expect_equal(nothing, np.zeros((1, 2, 3)), "silence, all zeros,")


def _judge_slopes_of_pixel_norm(answer: Any, rng: np.random.Generator) -> None:
    x, weight = double(rng.normal(1, 2, (3, 5, 4))), double(rng.normal(size=(3, 5, 4)))
    eps = float(rng.uniform(0.2, 0.6))
    got = _with_graph(lambda: answer(x.requires_grad_(), eps))
    kind = type(got).__name__
    expect(
        isinstance(got, Tensor),
        f"your result is of type {kind}, which has no graph, and a network with this in it could not be trained: "
        f"stay with torch",
    )
    slope = _slopes(got, x, weight) if got.requires_grad else None
    expect(slope is not None, "your result has no graph: the network before it could not be trained")
    root = (x.square().mean(1, keepdim=True) + eps).sqrt()
    right, above = _slopes(x / root, x, weight), weight / root.detach()
    require_equal(
        slope,
        right,
        "the gradient",
        {
            "the root is detached; the gradient goes through it too": above,
            "x itself is detached above the root; the gradient goes through it too": right - above,
        },
    )
