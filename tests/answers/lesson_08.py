"""Answers to lesson 08: right ones written differently, and wrong ones of the kind that students give."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from gan_course.spectral import amplitude_to_db, overlap_add

NAMES = {
    "np": np,
    "math": math,
    "torch": torch,
    "nn": nn,
    "F": F,
    "amplitude_to_db": amplitude_to_db,
    "overlap_add": overlap_add,
}

STRETCH = "def transposed_convolution(x, kernel, stride):\n"
COVER = "def cover(taps, stride):\n"
LEVELS = "def tone_levels(kernel, stride):\n"
SHUFFLE = "def pixel_shuffle(x, factor):\n    batch, channels, time = x.shape\n"
RESIZE = "def resize_convolution(inputs, outputs, kernel=3):\n"
FIELD = "def receptive_field(layers):\n"
HEARD = "def heard_milliseconds(frames, n_fft=1024, hop=256, rate=16_000):\n"
BATCH = "def batch_norm(x, running, training, momentum=0.1, eps=1e-5):\n"
PIXEL = "def pixel_norm(x, eps=1e-8):\n"
START = "def starting_deviation(channels, kernel, stride, slope=0.2):\n"

EMPTY = "    y = x.new_zeros(*x.shape[:-1], (x.shape[-1] - 1) * stride + len(kernel))\n"
PERIOD = (
    "    period = kernel.new_zeros(stride)\n    for tap, weight in enumerate(kernel):\n"
    "        period[tap % stride] += weight\n    lines = torch.fft.rfft(period).abs()\n"
)
AXES = "    axes, shape = [0, *range(2, x.ndim)], [-1] + [1] * (x.ndim - 2)\n    mean, variance = running\n"
TRAINING = "    if training:\n        mean, variance = x.mean(axes), x.var(axes, correction=0)\n"
MOVE = (
    "        running = (running[0].lerp(mean.detach(), momentum),\n"
    "                   running[1].lerp(x.detach().var(axes, correction=1), momentum))\n"
)
NORMAL = "    return (x - mean.view(shape)) / (variance.view(shape) + eps).sqrt(), running"

RIGHT = {
    "transposed_convolution": {
        "sample by sample": STRETCH + EMPTY + "    for m in range(x.shape[-1]):\n"
        "        y[..., m * stride : m * stride + len(kernel)] += x[..., m, None] * kernel\n    return y",
        "zeros and a convolution": STRETCH + "    n = x.shape[-1]\n"
        "    spread = x.new_zeros(*x.shape[:-1], (n - 1) * stride + 1)\n    spread[..., ::stride] = x\n"
        "    rows = spread.reshape(-1, 1, spread.shape[-1])\n"
        "    y = F.conv1d(rows, kernel.flip(0)[None, None], padding=len(kernel) - 1)\n"
        "    return y.reshape(*x.shape[:-1], -1)",
        "overlap-add of stamps": STRETCH + "    return overlap_add(x[..., None] * kernel, stride)",
        "a matrix": STRETCH + "    n = x.shape[-1]\n"
        "    stamps = x.new_zeros(n, (n - 1) * stride + len(kernel))\n"
        "    for m in range(n):\n        stamps[m, m * stride : m * stride + len(kernel)] = kernel\n"
        "    return x @ stamps",
        "in 32 bits": STRETCH
        + "    y = torch.zeros(*x.shape[:-1], (x.shape[-1] - 1) * stride + len(kernel))\n"
        "    for m in range(x.shape[-1]):\n"
        "        y[..., m * stride : m * stride + len(kernel)] += x[..., m, None] * kernel\n    return y",
        "numpy": STRETCH + "    x, kernel = np.asarray(x), np.asarray(kernel)\n"
        "    y = np.zeros((*x.shape[:-1], (x.shape[-1] - 1) * stride + len(kernel)), dtype=np.float32)\n"
        "    for m in range(x.shape[-1]):\n"
        "        y[..., m * stride : m * stride + len(kernel)] += x[..., m, None] * kernel\n    return y",
    },
    "cover": {
        "a loop": COVER + "    counts = [0] * stride\n    for tap in range(taps):\n"
        "        counts[tap % stride] += 1\n    return torch.tensor(counts)",
        "quotient and rest": COVER
        + "    return taps // stride + (torch.arange(stride) < taps % stride).int()",
        "numpy": COVER + "    return np.array([len(range(r, taps, stride)) for r in range(stride)])",
        "a list": COVER + "    return torch.bincount(torch.arange(taps) % stride, minlength=stride).tolist()",
        "in the middle of a stretched constant": COVER + "    y = torch.zeros(40 * stride + taps)\n"
        "    for m in range(40):\n        y[m * stride : m * stride + taps] += 1\n"
        "    return y[20 * stride : 21 * stride]",
    },
    "tone_levels": {
        "padded and folded": LEVELS + "    padded = F.pad(kernel, (0, -len(kernel) % stride))\n"
        "    lines = torch.fft.rfft(padded.view(-1, stride).sum(0)).abs()\n"
        "    return amplitude_to_db(lines[1:] / lines[0], -120.0)",
        "sinusoids": LEVELS + "    n = torch.arange(len(kernel))\n"
        "    k = torch.arange(1, stride // 2 + 1)[:, None]\n"
        "    lines = (kernel * torch.exp(-2j * math.pi * k * n / stride)).sum(1).abs()\n"
        "    return 20 * torch.log10((lines / kernel.sum().abs()).clamp(min=1e-6))",
        "a stretched constant": LEVELS
        + "    long = torch.zeros(60 * stride + len(kernel), dtype=kernel.dtype)\n"
        "    for m in range(60):\n        long[m * stride : m * stride + len(kernel)] += kernel\n"
        "    lines = torch.fft.fft(long[30 * stride : 31 * stride]).abs()\n"
        "    return amplitude_to_db(lines[1 : stride // 2 + 1] / lines[0], -120.0)",
        "numpy, in 32 bits": LEVELS + "    kernel = np.asarray(kernel, dtype=np.float32)\n"
        "    period = np.array([kernel[r::stride].sum() for r in range(stride)], dtype=np.float32)\n"
        "    lines = np.abs(np.fft.rfft(period)).astype(np.float32)\n"
        "    return 20 * np.log10(np.maximum(lines[1:] / lines[0], 1e-6))",
    },
    "pixel_shuffle": {
        "turn by turn": SHUFFLE + "    y = x.new_empty(batch, channels // factor, time * factor)\n"
        "    for i in range(factor):\n        y[:, :, i::factor] = x[:, i::factor]\n    return y",
        "stacked": SHUFFLE
        + "    return torch.stack([x[:, i::factor] for i in range(factor)], -1).flatten(2)",
        "permuted": SHUFFLE + "    y = x.view(batch, channels // factor, factor, time).permute(0, 1, 3, 2)\n"
        "    return y.flatten(2)",
    },
    "resize_convolution": {
        "nearest named": RESIZE + "    return nn.Sequential(nn.UpsamplingNearest2d(scale_factor=2),\n"
        "                         nn.Conv2d(inputs, outputs, kernel, padding='same'))",
        "a module": RESIZE + "    class Layer(nn.Module):\n        def __init__(self):\n"
        "            super().__init__()\n"
        "            self.convolution = nn.Conv2d(inputs, outputs, kernel, padding=(kernel - 1) // 2)\n"
        "        def forward(self, x):\n"
        "            return self.convolution(F.interpolate(x, scale_factor=2))\n    return Layer()",
        "without a bias": RESIZE + "    return nn.Sequential(nn.Upsample(scale_factor=2),\n"
        "                         nn.Conv2d(inputs, outputs, kernel, 1, kernel // 2, bias=False))",
        "lazy": RESIZE + "    return nn.Sequential(nn.Upsample(scale_factor=2),\n"
        "                         nn.LazyConv2d(outputs, kernel, padding=kernel // 2))",
    },
    "receptive_field": {
        "product of strides": FIELD + "    size = 1\n    for i, (kernel, _) in enumerate(layers):\n"
        "        size += (kernel - 1) * math.prod(s for _, s in layers[:i])\n"
        "    return size, math.prod(s for _, s in layers)",
        "from the output": FIELD + "    size = 1\n    for kernel, stride in reversed(layers):\n"
        "        size = (size - 1) * stride + kernel\n"
        "    return size, int(np.prod([s for _, s in layers]))",
        "two ends": FIELD + "    last, jump = 0, 1\n    for kernel, stride in layers:\n"
        "        last = last + (kernel - 1) * jump\n        jump = jump * stride\n    return [last + 1, jump]",
        "an array": FIELD + "    size = jump = 1\n    for kernel, stride in layers:\n"
        "        size, jump = size + (kernel - 1) * jump, jump * stride\n    return np.array([size, jump])",
        "a tensor, in 32 bits": FIELD + "    size = jump = 1\n    for kernel, stride in layers:\n"
        "        size, jump = size + (kernel - 1) * jump, jump * stride\n    return torch.tensor([size, jump]).float()",
    },
    "heard_milliseconds": {
        "in samples first": HEARD
        + "    samples = n_fft + hop * (frames - 1)\n    return samples / rate * 1e3",
        "overlap taken off": HEARD + "    return (frames * hop + (n_fft - hop)) / (rate / 1000)",
        "in 32 bits": HEARD + "    return torch.tensor(1000.0) * ((frames - 1) * hop + n_fft) / rate",
    },
    "batch_norm": {
        "transposed": BATCH + "    t = x.transpose(0, 1).flatten(1)\n    mean, variance = running\n"
        "    if training:\n        mean, variance, n = t.mean(1), t.var(1, unbiased=False), t.shape[1]\n"
        "        with torch.no_grad():\n"
        "            running = ((1 - momentum) * running[0] + momentum * mean,\n"
        "                       (1 - momentum) * running[1] + momentum * variance * n / (n - 1))\n"
        "    y = (t - mean[:, None]) / torch.sqrt(variance[:, None] + eps)\n"
        "    return y.view(x.shape[1], x.shape[0], *x.shape[2:]).transpose(0, 1), running",
        "kept axes": BATCH + "    axes = tuple(a for a in range(x.ndim) if a != 1)\n"
        "    shape = (1, -1) + (1,) * (x.ndim - 2)\n    if training:\n"
        "        mean = x.mean(axes, keepdim=True)\n        variance = ((x - mean) ** 2).mean(axes, keepdim=True)\n"
        "        new = mean.detach().flatten(), x.detach().var(axes)\n"
        "        running = [old + momentum * (n - old) for old, n in zip(running, new)]\n"
        "    else:\n        mean, variance = running[0].view(shape), running[1].view(shape)\n"
        "    return (x - mean) * (variance + eps) ** -0.5, running",
        "in 32 bits": BATCH
        + AXES
        + "    x = x.float()\n    mean, variance = mean.float(), variance.float()\n"
        + "    running = mean, variance\n"
        + TRAINING
        + MOVE
        + NORMAL,
    },
    "pixel_norm": {
        "rsqrt": PIXEL + "    return x * torch.rsqrt(torch.mean(x**2, dim=1, keepdim=True) + eps)",
        "sum over channels": PIXEL
        + "    return x / ((x * x).sum(1).div(x.shape[1]) + eps).sqrt().unsqueeze(1)",
        "channels last": PIXEL
        + "    y = x.movedim(1, -1)\n    y = y / (y.square().mean(-1)[..., None] + eps) ** 0.5\n"
        "    return y.movedim(-1, 1)",
        "in 32 bits": PIXEL
        + "    x = x.float()\n    return x / (x.square().mean(1, keepdim=True) + eps).sqrt()",
    },
    "starting_deviation": {
        "step by step": START
        + "    fan = channels * kernel**2 / stride**2\n    gain = math.sqrt(2 / (1 + slope * slope))\n"
        "    return gain / math.sqrt(fan)",
        "a power": START + "    kept = (1 + slope**2) / 2\n"
        "    return (kept * channels * kernel * kernel) ** -0.5 * stride",
        "in 32 bits": START + "    n = torch.tensor(channels * (kernel / stride) ** 2)\n"
        "    return torch.sqrt(2 / ((1 + slope**2) * n))",
    },
}

WRONG = {
    "transposed_convolution": {
        "kernel flipped": (
            STRETCH + EMPTY + "    for m in range(x.shape[-1]):\n"
            "        y[..., m * stride : m * stride + len(kernel)] += x[..., m, None] * kernel.flip(0)\n    return y",
            "wrong way round",
        ),
        "overwritten": (
            STRETCH + EMPTY + "    for m in range(x.shape[-1]):\n"
            "        y[..., m * stride : m * stride + len(kernel)] = x[..., m, None] * kernel\n    return y",
            "they add up",
        ),
        "zeros after the last": (
            STRETCH
            + "    spread = x.new_zeros(*x.shape[:-1], x.shape[-1] * stride)\n    spread[..., ::stride] = x\n"
            "    rows = spread.reshape(-1, 1, spread.shape[-1])\n"
            "    y = F.conv1d(rows, kernel.flip(0)[None, None], padding=len(kernel) - 1)\n"
            "    return y.reshape(*x.shape[:-1], -1)",
            "*between*",
        ),
        "repeated": (
            STRETCH + "    y = x.repeat_interleave(stride, -1)[..., : (x.shape[-1] - 1) * stride + 1]\n"
            "    y = F.conv1d(y.reshape(-1, 1, y.shape[-1]), kernel.flip(0)[None, None], padding=len(kernel) - 1)\n"
            "    return y.reshape(*x.shape[:-1], -1)",
            "each sample is repeated",
        ),
        "no convolution": (
            STRETCH + "    y = x.new_zeros(*x.shape[:-1], (x.shape[-1] - 1) * stride + 1)\n"
            "    y[..., ::stride] = x\n    return y",
            "no convolution yet",
        ),
        "strided convolution": (
            STRETCH + "    return torch.from_numpy(np.convolve(x, kernel)[::stride])",
            "samples",
        ),
        "ready-made": (
            STRETCH
            + "    return F.conv_transpose1d(x.reshape(-1, 1, x.shape[-1]), kernel[None, None], stride=stride)"
            ".reshape(*x.shape[:-1], -1)",
            "does the whole exercise",
        ),
        "one row only": (
            STRETCH + "    y = x.new_zeros((len(x) - 1) * stride + len(kernel))\n"
            "    for m in range(len(x)):\n        y[m * stride : m * stride + len(kernel)] += x[m] * kernel\n"
            "    return y",
            "",
        ),
        **{
            f"ready-made: {call.partition('(')[0]}": (
                STRETCH
                + "    rows = x.reshape(-1, 1, x.shape[-1])\n    n = (x.shape[-1] - 1) * stride + len(kernel)\n"
                f"    w = kernel[None, None]\n    y = {call}\n    return y.detach().reshape(*x.shape[:-1], -1)",
                "does the whole exercise",
            )
            for call in (
                "F.conv_transpose3d(rows[:, :, None, None], w[:, :, None, None], stride=(1, 1, stride))",
                "torch.conv_transpose2d(rows[:, :, None], w[:, :, None], stride=(1, stride))",
                "nn.ConvTranspose1d(1, 1, len(kernel), stride)(rows.float())",
                "torch.nn.grad.conv1d_input((len(rows), 1, n), w, rows, stride)",
                "torch.autograd.grad(F.conv1d(z := rows.new_zeros(len(rows), 1, n).requires_grad_(), w, None, stride),"
                " z, rows)[0]",
            )
        },
        "backward of a convolution": (
            STRETCH + "    rows = x.reshape(-1, 1, x.shape[-1])\n"
            "    z = x.new_zeros(len(rows), 1, (x.shape[-1] - 1) * stride + len(kernel)).requires_grad_()\n"
            "    F.conv1d(z, kernel[None, None], None, stride).backward(rows)\n"
            "    return z.grad.reshape(*x.shape[:-1], -1)",
            "does the whole exercise",
        ),
    },
    "cover": {
        "mean": (COVER + "    return torch.full((stride,), taps / stride)", "mean cover"),
        "whole stamps": (
            COVER + "    return torch.full((stride,), taps // stride)",
            "left of the taps is forgotten",
        ),
        "last remainders": (
            COVER + "    return torch.bincount(torch.arange(taps) % stride, minlength=stride).flip(0)",
            "begins at remainder 0",
        ),
        "from 1": (
            COVER + "    return torch.bincount(torch.arange(1, taps + 1) % stride, minlength=stride)",
            "begins at remainder 0",
        ),
        "zeros forgotten": (
            COVER + "    return torch.bincount(torch.arange(taps) % stride)",
            "zeros included",
        ),
        "one number": (COVER + "    return -(-taps // stride)", "one number for each"),
        "nothing returned": (
            COVER + "    torch.bincount(torch.arange(taps) % stride, minlength=stride)",
            "return",
        ),
        "at the beginning": (
            COVER + "    y = torch.zeros(40 * stride + taps)\n    for m in range(40):\n"
            "        y[m * stride : m * stride + taps] += 1\n    return y[:stride]",
            "at an end",
        ),
    },
    "tone_levels": {
        "power": (
            LEVELS + PERIOD + "    return 10 * torch.log10((lines[1:] / lines[0]).clamp(min=1e-6))",
            "20 log₁₀",
        ),
        "not relative": (LEVELS + PERIOD + "    return amplitude_to_db(lines[1:], -120.0)", "not relative"),
        "upside down": (
            LEVELS + PERIOD + "    return -amplitude_to_db(lines[1:] / lines[0], -120.0)",
            "sign is wrong",
        ),
        "0 Hz too": (
            LEVELS + PERIOD + "    return amplitude_to_db(lines / lines[0], -120.0)",
            "leave the first",
        ),
        "ratios": (LEVELS + PERIOD + "    return lines[1:] / lines[0]", "in decibels"),
        "not folded": (
            LEVELS + "    lines = torch.fft.rfft(kernel, max(stride, len(kernel))).abs()\n"
            "    return amplitude_to_db(lines[1:] / lines[0], -120.0)",
            "fold",
        ),
        "no floor": (
            LEVELS + PERIOD + "    return 20 * torch.log10(lines[1:] / lines[0])",
            "floor",
        ),
        "relative to the strongest": (
            LEVELS + PERIOD + "    return amplitude_to_db(lines[1:] / lines[1:].max(), -120.0)",
            "strongest line",
        ),
        "real part": (
            LEVELS
            + PERIOD.replace(".abs()", ".real")
            + "    return amplitude_to_db(lines[1:] / lines[0], -120.0)",
            "not as its real part",
        ),
        "sum below 0": (
            LEVELS + PERIOD + "    return 20 * torch.log10((lines[1:].abs() / kernel.sum()).clamp(min=1e-6))",
            "add up to less than 0",
        ),
        "logarithm of a sum below 0": (
            LEVELS + PERIOD + "    ratio = lines[1:] / kernel.sum()\n"
            "    return 20 * torch.where(ratio.abs() < 1e-6, torch.tensor(1e-6), ratio).log10()",
            "has no logarithm",
        ),
        "signs lost": (
            LEVELS
            + PERIOD.replace("+= weight", "+= weight.abs()")
            + "    return amplitude_to_db(lines[1:] / lines[0], -120.0)",
            "have lost their signs",
        ),
        "doubled": (
            LEVELS + PERIOD + "    return amplitude_to_db(2 * lines[1:] / lines[0], -120.0)",
            "compare line with line",
        ),
        "rest forgotten": (
            LEVELS + "    whole = kernel[: len(kernel) // stride * stride].view(-1, stride)\n"
            "    lines = torch.fft.rfft(whole.sum(0)).abs()\n"
            "    return amplitude_to_db(lines[1:] / lines[0], -120.0)",
            "what is left of the taps",
        ),
    },
    "pixel_shuffle": {
        "one after the other": (
            SHUFFLE + "    return x.reshape(batch, channels // factor, time * factor)",
            "take turns",
        ),
        "channels far apart": (
            SHUFFLE + "    y = x.view(batch, factor, channels // factor, time).permute(0, 2, 3, 1)\n"
            "    return y.reshape(batch, channels // factor, time * factor)",
            "are neighbours",
        ),
        "backwards": (
            SHUFFLE + "    y = x.view(batch, channels // factor, factor, time).flip(2).transpose(2, 3)\n"
            "    return y.flatten(2)",
            "backwards",
        ),
        "repeated": (
            SHUFFLE + "    return x[:, ::factor].repeat_interleave(factor, 2)",
            "the shuffle of",
        ),
        "turned": (
            SHUFFLE + "    y = x.view(batch, channels // factor, factor, time).transpose(2, 3).flatten(2)\n"
            "    return y.transpose(1, 2)",
            "(batch, channel, time)",
        ),
        "nothing shuffled": (SHUFFLE + "    return x", "shape"),
    },
    "resize_convolution": {
        "transposed": (
            RESIZE + "    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)",
            "transposed convolution",
        ),
        "blended": (
            RESIZE + "    return nn.Sequential(nn.Upsample(scale_factor=2, mode='bilinear'),\n"
            "                         nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2))",
            "blends",
        ),
        "convolved first": (
            RESIZE + "    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2),\n"
            "                         nn.Upsample(scale_factor=2))",
            "comes first",
        ),
        "no padding": (
            RESIZE
            + "    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, kernel))",
            "padding",
        ),
        "padding for 3 only": (
            RESIZE
            + "    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, kernel, padding=1))",
            "a kernel of 5",
        ),
        "exchanged": (
            RESIZE
            + "    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(outputs, inputs, kernel, padding=1))",
            "(outputs, inputs, kernel, kernel)",
        ),
        "one axis": (
            RESIZE + "    return nn.Sequential(nn.Upsample(scale_factor=(1, 2)),\n"
            "                         nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2))",
            "twice the input",
        ),
        "no convolution": (RESIZE + "    return nn.Upsample(scale_factor=2)", "one `nn.Conv2d`"),
        "shrinks": (
            RESIZE + "    return nn.Sequential(nn.Upsample(scale_factor=2),\n"
            "                         nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2))",
            "twice the input",
        ),
        "a list": (
            RESIZE + "    return [nn.Upsample(scale_factor=2), nn.Conv2d(inputs, outputs, 3)]",
            "a layer is",
        ),
        "lazy, and not padded": (
            RESIZE + "    return nn.Sequential(nn.Upsample(scale_factor=2), nn.LazyConv2d(outputs, kernel))",
            "padding",
        ),
        "lazy, and flattened": (
            RESIZE
            + "    return nn.Sequential(nn.Flatten(), nn.LazyConv2d(outputs, kernel, padding=kernel // 2))",
            "cannot read pictures",
        ),
        "lazy, and not used": (
            RESIZE + "    class Layer(nn.Upsample):\n        def __init__(self):\n"
            "            super().__init__(scale_factor=2)\n"
            "            self.convolution = nn.LazyConv2d(outputs, kernel)\n"
            "    return Layer()",
            "no picture goes through",
        ),
    },
    "receptive_field": {
        "jump too early": (
            FIELD + "    size = jump = 1\n    for kernel, stride in layers:\n        jump *= stride\n"
            "        size += (kernel - 1) * jump\n    return size, jump",
            "*old* jump",
        ),
        "from 0": (
            FIELD
            + "    size, jump = 0, 1\n    for kernel, stride in layers:\n        size += (kernel - 1) * jump\n"
            "        jump *= stride\n    return size, jump",
            "begin with 1",
        ),
        "whole kernel": (
            FIELD
            + "    size, jump = 1, 1\n    for kernel, stride in layers:\n        size += kernel * jump\n"
            "        jump *= stride\n    return size, jump",
            "k − 1 steps",
        ),
        "no jump": (
            FIELD + "    size, jump = 1, 1\n    for kernel, stride in layers:\n        size += kernel - 1\n"
            "        jump *= stride\n    return size, jump",
            "multiply by the jump",
        ),
        "strides added": (
            FIELD
            + "    size, jump = 1, 1\n    for kernel, stride in layers:\n        size += (kernel - 1) * jump\n"
            "        jump *= stride\n    return size, sum(s for _, s in layers)",
            "strides multiply",
        ),
        "last stride": (
            FIELD
            + "    size, jump = 1, 1\n    for kernel, stride in layers:\n        size += (kernel - 1) * jump\n"
            "        jump *= stride\n    return size, stride",
            "last layer's stride",
        ),
        "size only": (
            FIELD
            + "    size, jump = 1, 1\n    for kernel, stride in layers:\n        size += (kernel - 1) * jump\n"
            "        jump *= stride\n    return size",
            "two numbers",
        ),
        "product": (
            FIELD + "    size, jump = 1, 1\n    for kernel, stride in layers:\n        size *= kernel\n"
            "        jump *= stride\n    return size, jump",
            "sizes do not multiply",
        ),
        "jump set": (
            FIELD
            + "    size, jump = 1, 1\n    for kernel, stride in layers:\n        size += (kernel - 1) * jump\n"
            "        jump = stride\n    return size, jump",
            "the strides of all layers before multiply",
        ),
        "input used up": (
            FIELD + "    size = jump = 1\n    while layers:\n        kernel, stride = layers.pop(0)\n"
            "        size += (kernel - 1) * jump\n        jump *= stride\n    return size, jump",
            "changes its input",
        ),
        "changed places": (
            FIELD + "    size = jump = 1\n    for kernel, stride in layers:\n"
            "        size += (kernel - 1) * jump\n        jump *= stride\n    return jump, size",
            "have changed places",
        ),
        "unpacked the wrong way round": (
            FIELD + "    size = jump = 1\n    for stride, kernel in layers:\n"
            "        size += (kernel - 1) * jump\n        jump *= stride\n    return size, jump",
            "unpacked the wrong way round",
        ),
        "after the first layer": (
            FIELD + "    size = jump = 1\n    for kernel, stride in layers:\n"
            "        size += (kernel - 1) * jump\n        jump *= stride\n        return size, jump",
            "after the first layer",
        ),
        "begun in the loop": (
            FIELD + "    for kernel, stride in layers:\n        size = jump = 1\n"
            "        size += (kernel - 1) * jump\n        jump *= stride\n    return size, jump",
            "before the loop",
        ),
        "sum of the kernels": (
            FIELD + "    return sum(k for k, _ in layers), math.prod(s for _, s in layers)",
            "sum of the kernels",
        ),
        "jump grows by strides": (
            FIELD + "    size = jump = 1\n    for kernel, stride in layers:\n"
            "        size += (kernel - 1) * jump\n        jump += stride\n    return size, jump",
            "strides multiply",
        ),
        "jump grows by strides, at the end": (
            FIELD + "    size = jump = 1\n    for kernel, stride in layers:\n"
            "        size += (kernel - 1) * jump\n        jump *= stride\n"
            "    return size, 1 + sum(s for _, s in layers)",
            "strides multiply",
        ),
        "from the output": (
            FIELD + "    size = jump = 1\n    for kernel, stride in layers[::-1]:\n"
            "        size += (kernel - 1) * jump\n        jump *= stride\n    return size, jump",
            "begin at the input",
        ),
    },
    "heard_milliseconds": {
        "seconds": (HEARD + "    return ((frames - 1) * hop + n_fft) / rate", "in seconds"),
        "samples": (HEARD + "    return (frames - 1) * hop + n_fft", "samples"),
        "hops only": (HEARD + "    return 1000 * frames * hop / rate", "a whole window"),
        "window forgotten": (HEARD + "    return 1000 * (frames - 1) * hop / rate", "forgotten"),
        "one hop too many": (HEARD + "    return 1000 * (frames * hop + n_fft) / rate", "needs no hop"),
        "no overlap": (HEARD + "    return 1000 * frames * n_fft / rate", "overlap"),
        "rate fixed": (HEARD + "    return ((frames - 1) * hop + n_fft) / 16", "frames of"),
        "hop taken for a quarter": (
            HEARD + "    return 1000 * (frames + 3) * hop / rate",
            "need not be 4 hops",
        ),
        "one hop too few": (HEARD + "    return 1000 * ((frames - 2) * hop + n_fft) / rate", "one too few"),
        "half a window": (
            HEARD + "    return 1000 * ((frames - 1) * hop + n_fft / 2) / rate",
            "not half of it",
        ),
        "rounded down": (
            HEARD + "    return 1000 * ((frames - 1) * hop + n_fft) // rate",
            "nothing is to be rounded",
        ),
        "rounded up": (HEARD + "    return math.ceil(1000 * ((frames - 1) * hop + n_fft) / rate)", "rounded"),
        "rounded": (
            HEARD + "    return round(1000 * ((frames - 1) * hop + n_fft) / rate)",
            "nothing is to be rounded",
        ),
        "rounded to 2 digits": (
            HEARD + "    return round(1000 * ((frames - 1) * hop + n_fft) / rate, 2)",
            "nothing is to be rounded",
        ),
        "rounded to 4 digits": (
            HEARD + "    return round(1000 * ((frames - 1) * hop + n_fft) / rate, 4)",
            "is expected",
        ),
        "rate in whole kHz": (
            HEARD + "    return ((frames - 1) * hop + n_fft) / (rate // 1000)",
            "nothing is to be rounded",
        ),
    },
    "batch_norm": {
        "running in training": (
            BATCH + AXES + TRAINING + MOVE + "        mean, variance = running\n" + NORMAL,
            "moved on, are used",
        ),
        "count − 1": (
            BATCH + AXES + TRAINING.replace("correction=0", "correction=1") + MOVE + NORMAL,
            "the count below",
        ),
        "no mean": (
            BATCH + AXES + TRAINING + MOVE + NORMAL.replace("(x - mean.view(shape))", "x"),
            "not subtracted",
        ),
        "variance": (BATCH + AXES + TRAINING + MOVE + NORMAL.replace(".sqrt()", ""), "take its root"),
        "eps outside": (
            BATCH
            + AXES
            + TRAINING
            + MOVE
            + "    return (x - mean.view(shape)) / (variance.view(shape).sqrt() + eps), running",
            "under the root",
        ),
        "eps forgotten": (BATCH + AXES + TRAINING + MOVE + NORMAL.replace(" + eps", ""), "eps is missing"),
        "batch axis only": (
            BATCH
            + AXES
            + TRAINING.replace("axes", "0")
            + "    return (x - mean) / (variance + eps).sqrt(), running",
            "",
        ),
        "over everything": (
            BATCH
            + AXES
            + "    if training:\n        mean, variance = x.mean(), x.var(correction=0)\n"
            + MOVE
            + "    return (x - mean) / (variance + eps).sqrt(), running",
            "each *channel*",
        ),
        "momentum exchanged": (
            BATCH + AXES + TRAINING + MOVE.replace("momentum)", "1 - momentum)") + NORMAL,
            "share of the *new*",
        ),
        "never moves": (BATCH + AXES + TRAINING + NORMAL, "has not moved"),
        "replaced": (
            BATCH
            + AXES
            + TRAINING
            + "        running = mean.detach(), x.detach().var(axes, correction=1)\n"
            + NORMAL,
            "only `momentum`",
        ),
        "added": (
            BATCH
            + AXES
            + TRAINING
            + "        running = (running[0] + momentum * mean.detach(), running[1] + momentum * variance.detach())\n"
            + NORMAL,
            "made smaller",
        ),
        "running variance with the count": (
            BATCH + AXES + TRAINING + MOVE.replace("correction=1", "correction=0") + NORMAL,
            "count − 1 below",
        ),
        "graph kept": (BATCH + AXES + TRAINING + MOVE.replace(".detach()", "") + NORMAL, "carry a graph"),
        "statistics detached": (
            BATCH
            + AXES
            + TRAINING.replace("x.mean(axes)", "x.detach().mean(axes)").replace("x.var", "x.detach().var")
            + MOVE
            + NORMAL,
            "are detached",
        ),
        "always the batch's": (
            BATCH
            + AXES
            + "    mean, variance = x.mean(axes), x.var(axes, correction=0)\n    if training:\n"
            + MOVE
            + NORMAL,
            "without training use the running",
        ),
        "always moves": (
            BATCH + AXES + TRAINING + MOVE + "    else:\n"
            "        running = running[0].lerp(x.mean(axes), momentum), running[1].lerp(x.var(axes), momentum)\n"
            + NORMAL,
            "stays",
        ),
        "in place": (
            BATCH + AXES + TRAINING + "        running[0].lerp_(mean.detach(), momentum)\n"
            "        running[1].lerp_(x.detach().var(axes), momentum)\n" + NORMAL,
            "changes its input",
        ),
        "x only": (BATCH + AXES + TRAINING + NORMAL.replace(", running", ""), "two things"),
        "ready-made": (
            BATCH
            + "    return F.batch_norm(x, *running, training=training, momentum=momentum, eps=eps), running",
            "does the whole exercise",
        ),
        "pictures and points only": (
            BATCH
            + AXES.replace("[0, *range(2, x.ndim)]", "(0, 2, 3) if x.ndim == 4 else 0")
            + TRAINING
            + "        if x.ndim == 3:\n            shape = [1, *x.shape[1:]]\n"
            "            running = [r[:, None] for r in running]\n" + MOVE + NORMAL,
            "all axes but the channel's",
        ),
        "both detached": (
            BATCH
            + AXES
            + TRAINING.replace("x.mean(axes)", "x.mean(axes).detach()").replace(
                "correction=0)", "correction=0).detach()"
            )
            + MOVE
            + NORMAL,
            "the statistics of x are detached",
        ),
        "mean detached": (
            BATCH + AXES + TRAINING.replace("x.mean(axes)", "x.mean(axes).detach()") + MOVE + NORMAL,
            "the mean of x is detached",
        ),
        "variance detached": (
            BATCH + AXES + TRAINING.replace("correction=0)", "correction=0).detach()") + MOVE + NORMAL,
            "the variance of x is detached",
        ),
        "no graph": (
            BATCH
            + AXES
            + TRAINING
            + MOVE
            + NORMAL.replace("(x -", "(x.detach() -")
            .replace("mean.v", "mean.detach().v")
            .replace("variance.v", "variance.detach().v"),
            "has no graph",
        ),
        "no graph without training": (
            BATCH + AXES + TRAINING + MOVE + "    else:\n        x = x.detach()\n" + NORMAL,
            "without training x has no graph",
        ),
        "without training under no_grad": (
            BATCH + AXES + TRAINING + MOVE + "    with torch.set_grad_enabled(training):\n    " + NORMAL,
            "without training x has no graph",
        ),
        "numpy": (
            BATCH + AXES + "    x = torch.from_numpy(x.numpy())\n" + TRAINING + MOVE + NORMAL,
            "numpy keeps no graph",
        ),
        "numpy, detached": (
            BATCH
            + AXES
            + TRAINING
            + MOVE
            + NORMAL.replace("return ", "y = ").replace(", running", "\n")
            + "    return y.detach().numpy(), running",
            "has no graph",
        ),
        **{
            f"eps {eps} unless told": (
                BATCH.replace("1e-5", eps) + AXES + TRAINING + MOVE + NORMAL,
                "the default eps is",
            )
            for eps in ("1e-3", "1e-6", "1e-8")
        },
        "momentum 0.9 unless told": (
            BATCH.replace("0.1", "0.9") + AXES + TRAINING + MOVE + NORMAL,
            "the default momentum is 0.9",
        ),
    },
    "pixel_norm": {
        "length": (PIXEL + "    return x / (x.square().sum(1, keepdim=True) + eps).sqrt()", "not their sum"),
        "eps outside": (
            PIXEL + "    return x / (x.square().mean(1, keepdim=True).sqrt() + eps)",
            "under the root",
        ),
        "eps forgotten": (PIXEL + "    return x / x.square().mean(1, keepdim=True).sqrt()", "eps is missing"),
        "no root": (PIXEL + "    return x / (x.square().mean(1, keepdim=True) + eps)", "root is missing"),
        "centred": (
            PIXEL
            + "    x = x - x.mean(1, keepdim=True)\n    return x / (x.square().mean(1, keepdim=True) + eps).sqrt()",
            "nothing is subtracted",
        ),
        "whole sample": (
            PIXEL + "    return x / (x.square().mean(tuple(range(1, x.ndim)), keepdim=True) + eps).sqrt()",
            "each place",
        ),
        "over the batch": (
            PIXEL + "    return x / (x.square().mean(0, keepdim=True) + eps).sqrt()",
            "over the batch",
        ),
        "last axis": (PIXEL + "    return x / (x.square().mean(-1, keepdim=True) + eps).sqrt()", "last axis"),
        "square of the mean": (
            PIXEL + "    return x / (x.mean(1, keepdim=True).square() + eps).sqrt()",
            "mean of the squares",
        ),
        "multiplied": (
            PIXEL + "    return x * (x.square().mean(1, keepdim=True) + eps).sqrt()",
            "become small",
        ),
        "no graph": (
            PIXEL
            + "    with torch.no_grad():\n        return x / (x.square().mean(1, keepdim=True) + eps).sqrt()",
            "has no graph",
        ),
        "root detached": (
            PIXEL + "    return x / (x.detach().square().mean(1, keepdim=True) + eps).sqrt()",
            "the root is detached",
        ),
        "x detached": (
            PIXEL + "    return x.detach() / (x.square().mean(1, keepdim=True) + eps).sqrt()",
            "x itself is detached",
        ),
        "another graph": (
            PIXEL + "    x = x.detach().requires_grad_()\n"
            "    return x / (x.square().mean(1, keepdim=True) + eps).sqrt()",
            "has no graph",
        ),
        "numpy": (
            PIXEL + "    x = x.numpy()\n    return x / np.sqrt((x**2).mean(1, keepdims=True) + eps)",
            "numpy keeps no graph",
        ),
        "numpy and back": (
            PIXEL + "    x = np.asarray(x)\n"
            "    return torch.from_numpy(x / np.sqrt((x**2).mean(1, keepdims=True) + eps))",
            "numpy keeps no graph",
        ),
        "numpy, detached": (
            PIXEL + "    x = x.detach().numpy()\n    return x / np.sqrt((x**2).mean(1, keepdims=True) + eps)",
            "stay with torch",
        ),
        **{
            f"eps {eps} unless told": (
                PIXEL.replace("1e-8", eps) + "    return x / (x.square().mean(1, keepdim=True) + eps).sqrt()",
                "the default eps is",
            )
            for eps in ("1e-5", "1e-6", "1e-10", "0.0")
        },
    },
    "starting_deviation": {
        "variance": (
            START + "    return 2 / ((1 + slope**2) * channels * (kernel / stride) ** 2)",
            "take its root",
        ),
        "no stride": (
            START + "    return math.sqrt(2 / ((1 + slope**2) * channels * kernel**2))",
            "stride is forgotten",
        ),
        "one axis": (
            START + "    return math.sqrt(2 / ((1 + slope**2) * channels * kernel / stride))",
            "two axes",
        ),
        "stride in one axis": (
            START + "    return math.sqrt(2 / ((1 + slope**2) * channels * kernel**2 / stride))",
            "both axes",
        ),
        "no slope": (
            START + "    return math.sqrt(2 / (channels * (kernel / stride) ** 2))",
            "slope is forgotten",
        ),
        "slope not squared": (
            START + "    return math.sqrt(2 / ((1 + slope) * channels * (kernel / stride) ** 2))",
            "slope², not slope",
        ),
        "half forgotten": (
            START + "    return math.sqrt(1 / ((1 + slope**2) * channels * (kernel / stride) ** 2))",
            "a 2 above",
        ),
        "linear": (
            START + "    return 1 / math.sqrt(channels * (kernel / stride) ** 2)",
            "without a leaky ReLU",
        ),
        "stride upside down": (
            START + "    return math.sqrt(2 / ((1 + slope**2) * channels * (kernel * stride) ** 2))",
            "wrong way round",
        ),
        "upside down": (
            START + "    return math.sqrt((1 + slope**2) * channels * (kernel / stride) ** 2 / 2)",
            "one over it",
        ),
        "rounded down": (
            START + "    return math.sqrt(2 / ((1 + slope**2) * channels * (kernel // stride) ** 2))",
            "rounded down",
        ),
        "rounded up": (
            START + "    return math.sqrt(2 / ((1 + slope**2) * channels * math.ceil(kernel / stride) ** 2))",
            "rounded up",
        ),
        "halved twice": (
            START + "    kept = (1 + slope**2) / 2\n"
            "    return math.sqrt(1 / (kept / 2 * channels * (kernel / stride) ** 2))",
            "here it is twice",
        ),
        "channels squared": (
            START + "    return math.sqrt(2 / ((1 + slope**2) * (channels * kernel / stride) ** 2))",
            "channels as they are",
        ),
    },
}

EQUIVALENT: dict[str, dict[str, str]] = {
    "tone_levels": {
        "Add → Sub in `period[tap % stride] += weight`": "all lines change their sign, and their ratios do not",
        "call of .abs dropped in `lines = torch.fft.rfft(period).abs()`": "`amplitude_to_db` takes the magnitude",
    },
    "pixel_shuffle": {
        "first two arguments swapped in `turns = x.reshape(batch, channels // factor, factor, time)`": (
            "both axes stay in their order, and the last line divides them as they should be"
        ),
    },
    "resize_convolution": {
        "mode= dropped in `return nn.Sequential(nn.Upsample(scale_factor=2, mode='nearest'), "
        "nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2))`": "nearest is what it does unless told otherwise",
    },
    "batch_norm": {
        "correction= dropped in `latest = x.detach().var(axes, correction=1)`": "1 is what it is unless told otherwise",
    },
}
