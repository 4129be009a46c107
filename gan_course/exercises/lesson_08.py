"""Checks of lesson 08, convolutional generators."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from gan_course.exercises.engine import Lesson
from gan_course.exercises.lesson_05 import double, require_equal
from gan_course.exercises.properties import expect, expect_array, expect_equal, expect_number
from gan_course.networks import normalisation, upsampling
from gan_course.networks import receptive_field as fields

lesson = Lesson("08", "Convolutional generators")


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
        "torch.conv_transpose1d",
        "torch.conv_transpose2d",
        "torch.nn.functional.conv_transpose1d",
        "torch.nn.functional.conv_transpose2d",
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
            tolerance=1e-9,
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
    for taps, step in ((stride + more, stride), (2 * stride, stride), (more, stride), (5, 2), (4, 2), (4, 1)):
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
    for taps, stride in ((5, 2), (int(rng.integers(7, 12)), int(rng.integers(4, 7))), (3, 6), (9, 3)):
        kernel = rng.uniform(0.1, 1, taps) ** 2
        period = _folded(kernel, stride)
        lines = np.abs(np.fft.rfft(period))
        wanted = 20 * np.log10(lines[1:] / lines[0])
        what = f"the levels for {taps} taps and stride {stride}"
        own = np.abs(np.fft.rfft(kernel, max(stride, taps)))
        got = expect_array(answer(double(kernel), stride), what)
        require_equal(
            got,
            wanted,
            what,
            {
                "this is 10 log₁₀, and these are amplitudes: 20 log₁₀": wanted / 2,
                "its sign is wrong: the line at 0 Hz is below the fraction": -wanted,
                "they are not relative to the line at 0 Hz": 20 * np.log10(lines[1:]),
                "the line at 0 Hz itself is among them: leave the first one out": 20
                * np.log10(lines / lines[0]),
                "these are ratios; in decibels they are 20 log₁₀": lines[1:] / lines[0],
                "this is the spectrum of the kernel itself; fold it into one period of the output first": 20
                * np.log10(own[1:] / own[0]),
                "they are relative to the strongest line and not to the one at 0 Hz": 20
                * np.log10(lines[1:] / lines[1:].max()),
            },
            tolerance=1e-4,  # a line that nearly vanishes has few digits
        )
    got = answer(torch.ones(8, dtype=torch.float64), 4)
    level = np.asarray(got.detach() if hasattr(got, "detach") else got, dtype=float)
    expect(
        level.shape == (2,) and np.isfinite(level).all(),
        "eight equal weights with stride 4 leave no tone, and yours gives no number for it: set a floor, "
        "`amplitude_to_db(ratio, -120.0)`",
    )
    expect_equal(
        level, np.array([-120.0, -120.0]), "eight equal weights with stride 4: the floor", tolerance=1e-9
    )


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
            tuple(weight.shape) == (outputs, inputs, kernel, kernel),
            f"the convolution's weights have shape {tuple(weight.shape)}, and {(outputs, inputs, kernel, kernel)}, "
            f"(outputs, inputs, kernel, kernel), is expected",
        )
        x = torch.from_numpy(rng.normal(size=(2, inputs, 4, 6))).float()
        try:
            with torch.no_grad():
                got = layer(x)
        except Exception as error:
            expect(False, f"the layer cannot read pictures of shape {tuple(x.shape)}: {error}")
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
    stacks = [[(int(rng.integers(2, 8)), 1)], [(4, 2)] * int(rng.integers(2, 5))]
    stacks.append([(int(rng.integers(2, 8)), int(rng.integers(1, 4))) for _ in range(4)] + [(3, 3)])
    stacks.append([(3, 1), (5, 4), (2, 2)])
    for layers in stacks:
        got = answer(list(layers))
        expect(
            isinstance(got, (tuple, list)) and len(got) == 2,
            "two numbers are expected, the size and the jump: `return size, jump`",
        )
        shown = ", ".join(map(str, layers))
        wanted = _field(layers)
        require_equal(
            expect_number(got[0], "the size"),
            wanted[0],
            f"the size for the layers {shown}",
            {
                "the jump is multiplied too early: this layer's taps are still the *old* jump apart": _field(
                    layers, late=True
                )[0],
                "one output sees one input before any layer: begin with 1": _field(layers, first=0)[0],
                "k taps span k − 1 steps": _field(layers, less=0)[0],
                "the taps of a later layer are more than one input apart: multiply by the jump": 1
                + sum(k - 1 for k, _ in layers),
                "the layers are gone through from the output; begin at the input": _field(layers[::-1])[0],
                "sizes do not multiply": int(np.prod([k for k, _ in layers])),
                "the size and the jump have changed places": wanted[1],
            },
        )
        require_equal(
            expect_number(got[1], "the jump"),
            wanted[1],
            f"the jump for the layers {shown}",
            {
                "strides multiply": sum(s for _, s in layers),
                "this is the last layer's stride; the strides of all layers multiply": layers[-1][1],
                "the last stride counts too": wanted[1] / layers[-1][1],
            },
        )


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
    for _ in range(3):
        frames, n_fft = int(rng.integers(2, 60)), int(2 ** rng.integers(7, 12))
        hop, rate = n_fft // int(rng.choice([2, 3, 8])), int(rng.integers(8, 48)) * 1000
        require_equal(
            expect_number(answer(frames, n_fft, hop, rate), "the duration"),
            1000 * ((frames - 1) * hop + n_fft) / rate,
            f"{frames} frames of {n_fft} samples, a hop of {hop}, at {rate} Hz",
            {
                "this is in seconds": ((frames - 1) * hop + n_fft) / rate,
                "these are samples": (frames - 1) * hop + n_fft,
                "only hops are counted, and a frame hears a whole window": 1000 * frames * hop / rate,
                "the last window is forgotten: it reaches n_fft samples from where the last hop has led": 1000
                * (frames - 1)
                * hop
                / rate,
                "the first frame needs no hop": 1000 * (frames * hop + n_fft) / rate,
                "windows overlap: each further frame adds a hop and not a window": 1000
                * frames
                * n_fft
                / rate,
                "divide by the rate": 1000 * ((frames - 1) * hop + n_fft) * rate,
            },
            tolerance=1e-9,
        )
    frames = int(rng.integers(2, 60))
    got = expect_number(answer(frames), "the duration")
    expect_equal(got, 64.0 + 16 * (frames - 1), f"{frames} frames with the defaults (1024, 256, 16,000 Hz)")


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
        channels, kernel, stride = (int(rng.integers(*some)) for some in ((5, 200), (6, 11), (3, 6)))
        slope = float(rng.uniform(0.15, 0.6))
        n, kept = channels * (kernel / stride) ** 2, 1 + slope**2
        right = np.sqrt(2 / (kept * n))
        require_equal(
            expect_number(answer(channels, kernel, stride, slope), "the deviation"),
            right,
            f"the deviation for {channels} channels, kernel {kernel}, stride {stride}, slope {slope:.2f}",
            {
                "this is the variance; take its root": right**2,
                "the stride is forgotten: a stretched picture is reached by fewer taps": np.sqrt(
                    2 / (kept * channels * kernel**2)
                ),
                "pictures have two axes: (kernel / stride)²": np.sqrt(
                    2 / (kept * channels * kernel / stride)
                ),
                "both axes have the stride: (kernel / stride)²": np.sqrt(
                    2 / (kept * channels * kernel**2 / stride)
                ),
                "the slope is forgotten": np.sqrt(2 / n),
                "the mean square below zero is slope², not slope": np.sqrt(2 / ((1 + slope) * n)),
                "half of the mean square is lost in the leaky ReLU, and the weights make up for it: a 2 above": (
                    np.sqrt(1 / (kept * n))
                ),
                "this would be right without a leaky ReLU": np.sqrt(1 / n),
                "the stride is the wrong way round: a larger one makes fewer taps": np.sqrt(
                    2 / (kept * channels * (kernel * stride) ** 2)
                ),
                "this is one over it": 1 / right,
            },
            tolerance=1e-9,
        )
    got = expect_number(answer(64, 4, 2), "the deviation")
    expect_equal(got, np.sqrt(2 / (1.04 * 256)), "with the default slope, 0.2, the deviation", tolerance=1e-9)


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
    for shape in ((6, 3), (4, 3, 2, 3)):
        _judge_batch_norm(answer, rng, shape)
    x = double(rng.normal(3, 2, (8, 2)))
    start = double(np.zeros(2)), double(np.ones(2))
    got, running = answer(x, start, True)
    wanted = (x - x.mean(0)) / (x.var(0, correction=0) + 1e-5).sqrt()
    expect_equal(got, wanted, "with the default eps, 0.00001, x", tolerance=1e-9)
    expect_equal(running[0], 0.1 * x.mean(0), "with the default momentum, 0.1, the running mean")


def _judge_batch_norm(answer: Any, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
    channels = shape[1]
    axes = (0, *range(2, len(shape)))
    view = (1, channels, *[1] * (len(shape) - 2))
    x = rng.normal(rng.normal(0, 2, view), rng.uniform(0.5, 2, view), shape)
    old = rng.normal(size=channels), rng.uniform(0.5, 2, channels)
    momentum, eps = float(rng.uniform(0.1, 0.4)), float(rng.uniform(0.2, 0.5))
    mean, variance, unbiased = x.mean(axes), x.var(axes), x.var(axes, ddof=1)
    given = double(x).requires_grad_()

    def ask(training: bool) -> tuple[Any, Any]:
        got = answer(given, (double(old[0]), double(old[1])), training, momentum, eps)
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
    expect(
        isinstance(got, torch.Tensor) and got.requires_grad,
        "the normalised x has no graph: the network behind it could not be trained",
    )
    (slope,) = torch.autograd.grad(got[0].square().sum(), given)
    expect(
        bool(slope[1:].abs().sum() > 0),
        "the statistics of x are detached; in training the gradient goes through them too",
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
    x = double(rng.normal(size=(2, 3, 4)))
    expect_equal(
        answer(x),
        x / (x.square().mean(1, keepdim=True) + 1e-8).sqrt(),
        "with the default eps x",
        tolerance=1e-9,
    )
    tiny = double(np.full((1, 2, 1), 1e-4))
    expect_equal(
        answer(tiny), tiny / np.sqrt(2e-8), "with the default eps, 1e-8, values of 0.0001", tolerance=1e-6
    )
    nothing = answer(torch.zeros(1, 2, 3))
    expect_equal(nothing, np.zeros((1, 2, 3)), "silence, all zeros,")
