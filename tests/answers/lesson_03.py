"""Answers to lesson 03: right ones written differently, and wrong ones of the kind that students give."""

import math

import numpy as np
import torch

from gan_course.spectral import frames, hann, overlap_add, random_phase, reflect
from gan_course.spectral import istft as our_istft
from gan_course.spectral import principal as our_principal
from gan_course.spectral import stft as our_stft

NAMES = {
    "np": np,
    "torch": torch,
    "math": math,
    "frames": frames,
    "hann": hann,
    "overlap_add": overlap_add,
    "random_phase": random_phase,
    "reflect": reflect,
    # what a learner has by the time of the later exercises: their own, or the stand-in
    "their_stft": our_stft,
    "their_istft": our_istft,
    "their_principal": our_principal,
}

STFT = (
    "def stft(x, n_fft=1024, hop=256, window=None):\n    window = hann(n_fft) if window is None else window\n"
)
ISTFT = (
    "def istft(X, hop=256, length=None, window=None):\n"
    "    n_fft = 2 * (X.shape[-2] - 1)\n"
    "    window = hann(n_fft).double() if window is None else window\n"
    "    length = hop * (X.shape[-1] - 1) if length is None else length\n"
)
ISTFT_END = (
    "    wanted = slice(n_fft // 2, n_fft // 2 + length)\n"
    "    return overlap_add(pieces, hop)[..., wanted] / weight[wanted]"
)
GRIFFIN_LIM = (
    "def griffin_lim(magnitude, hop=256, iterations=32, momentum=0.99, phase=None, length=None, seed=0):\n"
    "    n_fft = 2 * (magnitude.shape[-2] - 1)\n"
    "    phase = random_phase(magnitude, seed) if phase is None else phase\n"
    "    estimate, previous = torch.polar(magnitude, phase), 0.0\n"
)


def griffin_lim(
    loop: str, end: str = "    return their_istft(estimate, hop, length)", begin: str = GRIFFIN_LIM
) -> str:
    body = "".join(f"        {line}\n" for line in loop.splitlines())
    return f"{begin}    for _ in range(iterations):\n{body}{end}"


REBUILT = "rebuilt = their_stft(their_istft(estimate, hop, length), n_fft, hop)[..., : magnitude.shape[-1]]\n"
FAST = "estimate = magnitude * torch.sgn(rebuilt + momentum * (rebuilt - previous))\nprevious = rebuilt"

RIGHT = {
    "stft": {
        "without transpose": STFT + "    pieces = frames(reflect(x, n_fft // 2), n_fft, hop) * window\n"
        "    return torch.fft.rfft(pieces).mT",
        "frame by frame": STFT + "    x = reflect(x, n_fft // 2)\n"
        "    starts = range(0, x.shape[-1] - n_fft + 1, hop)\n"
        "    return torch.stack([torch.fft.rfft(x[..., s : s + n_fft] * window) for s in starts], -1)",
        "whole transform, cut": STFT + "    pieces = frames(reflect(x, n_fft // 2), n_fft, hop) * window\n"
        "    return torch.fft.fft(pieces)[..., : n_fft // 2 + 1].movedim(-1, -2)",
        "numpy": "def stft(x, n_fft=1024, hop=256, window=None):\n"
        "    x = np.asarray(x)\n"
        "    window = np.sin(np.pi * np.arange(n_fft) / n_fft) ** 2 if window is None else np.asarray(window)\n"
        "    x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(n_fft // 2, n_fft // 2)], mode='reflect')\n"
        "    pieces = np.lib.stride_tricks.sliding_window_view(x, n_fft, axis=-1)[..., ::hop, :]\n"
        "    return np.swapaxes(np.fft.rfft(pieces * window), -1, -2)",
    },
    "window_length": {
        "the number": "window_length = 4096",
        "as a float": "window_length = 4096.0",
        "computed": "window_length = 2 ** math.ceil(math.log2(4 * 16000 / (440 * (2 ** (1 / 12) - 1))))",
    },
    "istft": {
        "window squared first": ISTFT + "    pieces = torch.fft.irfft(X.mT, n=n_fft) * window\n"
        "    weight = overlap_add((window ** 2).repeat(X.shape[-1], 1), hop)\n" + ISTFT_END,
        "frame by frame": ISTFT + "    count = X.shape[-1]\n"
        "    total = torch.zeros(*X.shape[:-2], hop * (count - 1) + n_fft, dtype=X.real.dtype)\n"
        "    weight = torch.zeros(hop * (count - 1) + n_fft, dtype=torch.float64)\n"
        "    for m in range(count):\n"
        "        total[..., m * hop : m * hop + n_fft] += window * torch.fft.irfft(X[..., m], n_fft)\n"
        "        weight[m * hop : m * hop + n_fft] += window**2\n"
        "    return (total / weight.clamp(min=1e-12))[..., n_fft // 2 : n_fft // 2 + length]",
        "margin cut last": ISTFT + "    pieces = window * torch.fft.irfft(X.transpose(-1, -2))\n"
        "    whole = overlap_add(pieces, hop) / overlap_add(window.square().expand(X.shape[-1], n_fft), hop)\n"
        "    return whole[..., n_fft // 2 :][..., :length]",
    },
    "hertz_to_mel": {
        "natural logarithms": "def hertz_to_mel(f, scale='htk'):\n"
        "    if scale == 'htk':\n        return 2595 / math.log(10) * torch.log1p(f / 700)\n"
        "    return torch.where(f < 1000, 0.015 * f, 15 + torch.log(f / 1000) * 27 / math.log(6.4))",
        "numpy": "def hertz_to_mel(f, scale='htk'):\n"
        "    f = np.asarray(f)\n"
        "    if scale != 'htk':\n"
        "        return np.where(f < 1000, f / (200 / 3), 15 + 27 * np.log(np.maximum(f, 1e-9) / 1000) / np.log(6.4))\n"
        "    return 2595 * np.log10(1 + f / 700)",
        "minimum of the two": "def hertz_to_mel(f, scale='htk'):\n"
        "    above = 15 + 27 * torch.log(f.clamp(min=1000) / 1000) / math.log(6.4)\n"
        "    below = f.clamp(max=1000) * 3 / 200\n"
        "    return {'htk': 2595 * torch.log10(1 + f / 700), 'slaney': below + above - 15}[scale]",
    },
    "triangles": {
        "one by one": "def triangles(corners, f):\n"
        "    rows = []\n"
        "    for left, centre, right in zip(corners, corners[1:], corners[2:]):\n"
        "        rising, falling = (f - left) / (centre - left), (right - f) / (right - centre)\n"
        "        rows.append(torch.minimum(rising, falling).clamp(min=0))\n"
        "    return torch.stack(rows)",
        "cut on both sides": "def triangles(corners, f):\n"
        "    c = corners[:, None]\n"
        "    up, down = (f - c[:-2]) / (c[1:-1] - c[:-2]), (c[2:] - f) / (c[2:] - c[1:-1])\n"
        "    return torch.where(f < c[1:-1], up.clamp(0, 1), down.clamp(0, 1))",
        "numpy": "def triangles(corners, f):\n"
        "    return np.array([np.interp(f, corners[i : i + 3], [0, 1, 0]) for i in range(len(corners) - 2)])",
    },
    "griffin_lim": {
        "as torchaudio writes it": griffin_lim(
            REBUILT + "step = rebuilt - momentum / (1 + momentum) * previous\n"
            "estimate, previous = magnitude * step / step.abs().clamp(min=1e-16), rebuilt"
        ),
        "angles": griffin_lim(
            REBUILT + "ahead = rebuilt * (1 + momentum) - momentum * previous\n"
            "estimate = magnitude * torch.exp(1j * ahead.angle())\nprevious = rebuilt"
        ),
    },
    "principal": {
        "by rounding": "def principal(angle):\n    return angle - 2 * torch.pi * torch.round(angle / (2 * torch.pi))",
        "by the circle": "def principal(angle):\n    return torch.atan2(torch.sin(angle), torch.cos(angle))",
        "python's remainder": "def principal(angle):\n    return (angle + np.pi) % (2 * np.pi) - np.pi",
    },
    "instantaneous_frequency": {
        "as a copy": "def instantaneous_frequency(phase, expected=0.0):\n"
        "    advance = phase.clone()\n"
        "    advance[..., 1:] -= phase[..., :-1]\n"
        "    return their_principal(advance - expected)",
        "first frame put in front": "def instantaneous_frequency(phase, expected=0.0):\n"
        "    advance = torch.cat([phase[..., :1], phase[..., 1:] - phase[..., :-1]], dim=-1) - expected\n"
        "    return torch.remainder(advance + torch.pi, 2 * torch.pi) - torch.pi",
        "complex numbers": "def instantaneous_frequency(phase, expected=0.0):\n"
        "    turned = torch.exp(1j * phase)\n"
        "    before = torch.cat([torch.ones_like(turned[..., :1]), turned[..., :-1]], dim=-1)\n"
        "    return torch.angle(turned * before.conj() * torch.exp(-1j * torch.as_tensor(expected)))",
    },
}

WRONG = {
    "stft": {
        "axes": (
            STFT + "    return torch.fft.rfft(frames(reflect(x, n_fft // 2), n_fft, hop) * window)",
            "axes are swapped",
        ),
        "no window": (
            STFT + "    return torch.fft.rfft(frames(reflect(x, n_fft // 2), n_fft, hop)).mT",
            "not multiplied by the window",
        ),
        "not centred": (
            STFT + "    return torch.fft.rfft(frames(x, n_fft, hop) * window).mT",
            "centred on sample",
        ),
        "zeros outside": (
            STFT + "    x = torch.nn.functional.pad(x, (n_fft // 2, n_fft // 2))\n"
            "    return torch.fft.rfft(frames(x, n_fft, hop) * window).mT",
            "filled with zeros",
        ),
        "all frequencies": (
            STFT + "    return torch.fft.fft(frames(reflect(x, n_fft // 2), n_fft, hop) * window).mT",
            "rfft",
        ),
        "magnitudes": (
            STFT + "    return torch.fft.rfft(frames(reflect(x, n_fft // 2), n_fft, hop) * window).mT.abs()",
            "phase is lost",
        ),
        "margin of n_fft": (
            STFT + "    return torch.fft.rfft(frames(reflect(x, n_fft), n_fft, hop) * window).mT",
            "has shape",
        ),
        "symmetric window": (
            "def stft(x, n_fft=1024, hop=256, window=None):\n"
            "    window = torch.hann_window(n_fft, periodic=False) if window is None else window\n"
            "    return torch.fft.rfft(frames(reflect(x, n_fft // 2), n_fft, hop) * window).mT",
            "symmetric",
        ),
        "own window ignored": (
            "def stft(x, n_fft=1024, hop=256, window=None):\n"
            "    return torch.fft.rfft(frames(reflect(x, n_fft // 2), n_fft, hop) * hann(n_fft)).mT",
            "window of ours",
        ),
        "one sound only": (
            STFT + "    x = reflect(x, n_fft // 2)\n"
            "    return torch.stack([torch.fft.rfft(x[i : i + n_fft] * window)"
            " for i in range(0, len(x) - n_fft + 1, hop)], 1)",
            "stft raised",
        ),
        "sizes written in": (
            STFT + "    return torch.fft.rfft(frames(reflect(x, 512), 1024, 256) * window).mT",
            "stft raised",
        ),
        "ready-made": (
            STFT + "    return torch.stft(x, n_fft, hop, window=window, return_complex=True)",
            "calls torch.stft",
        ),
        "not returned": (
            STFT + "    torch.fft.rfft(frames(reflect(x, n_fft // 2), n_fft, hop) * window)",
            "return",
        ),
    },
    "window_length": {
        "too short": ("window_length = 2048", "too short"),
        "too long": ("window_length = 8192", "too long"),
        "the next whole number": ("window_length = 2447", "no power of two"),
        "in ms": ("window_length = 0.256", "whole number of samples"),
        "in quotes": ("window_length = '4096'", "leave the quotes out"),
    },
    "istft": {
        "not divided": (
            ISTFT
            + "    pieces = torch.fft.irfft(X.mT, n_fft) * window\n    weight = torch.ones(10**5)\n"
            + ISTFT_END,
            "divide by the sum",
        ),
        "only added": (
            ISTFT + "    pieces = torch.fft.irfft(X.mT, n_fft)\n    weight = torch.ones(10**5)\n" + ISTFT_END,
            "not divided by anything",
        ),
        "windowed once": (
            ISTFT + "    pieces = torch.fft.irfft(X.mT, n_fft)\n"
            "    weight = overlap_add(window.expand(X.shape[-1], n_fft), hop)\n" + ISTFT_END,
            "least-squares",
        ),
        "not squared": (
            ISTFT + "    pieces = torch.fft.irfft(X.mT, n_fft) * window\n"
            "    weight = overlap_add(window.expand(X.shape[-1], n_fft), hop)\n" + ISTFT_END,
            "*squared*",
        ),
        "not windowed again": (
            ISTFT + "    pieces = torch.fft.irfft(X.mT, n_fft)\n"
            "    weight = overlap_add(window.square().expand(X.shape[-1], n_fft), hop)\n" + ISTFT_END,
            "once more before adding",
        ),
        "margin kept": (
            ISTFT + "    pieces = torch.fft.irfft(X.mT, n_fft) * window\n"
            "    weight = overlap_add(window.square().expand(X.shape[-1], n_fft), hop).clamp(min=1e-12)\n"
            "    return overlap_add(pieces, hop) / weight",
            "at each end",
        ),
        "cut at the end only": (
            ISTFT + "    pieces = torch.fft.irfft(X.mT, n_fft) * window\n"
            "    weight = overlap_add(window.square().expand(X.shape[-1], n_fft), hop).clamp(min=1e-12)\n"
            "    return (overlap_add(pieces, hop) / weight)[..., :length]",
            "at the beginning",
        ),
        "axes": (
            ISTFT + "    pieces = torch.fft.irfft(X, n_fft) * window\n"
            "    weight = overlap_add(window.square().expand(X.shape[-1], n_fft), hop)\n" + ISTFT_END,
            "istft",
        ),
        "length ignored": (
            "def istft(X, hop=256, length=None, window=None):\n"
            "    n_fft = 2 * (X.shape[-2] - 1)\n"
            "    window = hann(n_fft).double() if window is None else window\n"
            "    length = hop * (X.shape[-1] - 1)\n"
            "    pieces = torch.fft.irfft(X.mT, n_fft) * window\n"
            "    weight = overlap_add(window.square().expand(X.shape[-1], n_fft), hop)\n" + ISTFT_END,
            "length=",
        ),
        "ready-made": (
            ISTFT + "    return torch.istft(X, n_fft, hop, window=window, length=length)",
            "calls torch.istft",
        ),
    },
    "hertz_to_mel": {
        "natural logarithm": (
            "def hertz_to_mel(f, scale='htk'):\n    return 2595 * torch.log(1 + f / 700)",
            "base 10",
        ),
        "without 1": (
            "def hertz_to_mel(f, scale='htk'):\n    return 2595 * torch.log10(f / 700)",
            "infinity",
        ),
        "one scale only": (
            "def hertz_to_mel(f, scale='htk'):\n    return 2595 * torch.log10(1 + f / 700)",
            "15 mels",
        ),
        "slaney by default": (
            "def hertz_to_mel(f, scale='slaney'):\n"
            "    if scale == 'htk':\n        return 2595 * torch.log10(1 + f / 700)\n"
            "    return torch.where(f < 1000, f * 3 / 200, 15 + 27 * torch.log(f / 1000) / math.log(6.4))",
            'unless given is "htk"',
        ),
        "two logarithms": (
            "def hertz_to_mel(f, scale='htk'):\n"
            "    if scale == 'htk':\n        return 2595 * torch.log10(1 + f / 700)\n"
            "    return torch.where(f < 1000, f * 3 / 200, 15 + 27 * torch.log10(f / 1000) / math.log(6.4))",
            "both natural",
        ),
        "straight all the way": (
            "def hertz_to_mel(f, scale='htk'):\n"
            "    return 2595 * torch.log10(1 + f / 700) if scale == 'htk' else f * 3 / 200",
            "slaney mels",
        ),
        "upside down": (
            "def hertz_to_mel(f, scale='htk'):\n"
            "    if scale == 'htk':\n        return 700 * (10 ** (f / 2595) - 1)\n"
            "    return f * 200 / 3",
            "HTK mels",
        ),
        "ready-made": (
            "from torchaudio.functional.functional import _hz_to_mel\ndef hertz_to_mel(f, scale='htk'):\n"
            "    return torch.tensor([_hz_to_mel(float(one), scale) for one in f])",
            "calls torchaudio",
        ),
    },
    "triangles": {
        "not clamped": (
            "def triangles(corners, f):\n"
            "    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]\n"
            "    return torch.minimum((f - left) / (centre - left), (right - f) / (right - centre))",
            "outside its triangle",
        ),
        "larger of the two": (
            "def triangles(corners, f):\n"
            "    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]\n"
            "    return torch.maximum((f - left) / (centre - left), (right - f) / (right - centre)).clamp(min=0)",
            "should be 0",
        ),
        "transposed": (
            "def triangles(corners, f):\n"
            "    left, centre, right = corners[:-2], corners[1:-1], corners[2:]\n    f = f[:, None]\n"
            "    return torch.minimum((f - left) / (centre - left), (right - f) / (right - centre)).clamp(min=0)",
            "axes are swapped",
        ),
        "boxes": (
            "def triangles(corners, f):\n"
            "    return ((f >= corners[:-2, None]) & (f <= corners[2:, None])).double()",
            "should be 0",
        ),
        "areas": (
            "def triangles(corners, f):\n"
            "    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]\n"
            "    t = torch.minimum((f - left) / (centre - left), (right - f) / (right - centre)).clamp(min=0)\n"
            "    return t * 2 / (right - left)",
            "where its top",
        ),
        "even spacing": (
            "def triangles(corners, f):\n"
            "    width = (corners[-1] - corners[0]) / (len(corners) - 1)\n"
            "    return (1 - (f - corners[1:-1, None]).abs() / width).clamp(min=0)",
            "should be 0",
        ),
        "one short": (
            "def triangles(corners, f):\n"
            "    left, centre, right = corners[:-3, None], corners[1:-2, None], corners[2:-1, None]\n"
            "    return torch.minimum((f - left) / (centre - left), (right - f) / (right - centre)).clamp(min=0)",
            "one filter too few",
        ),
    },
    "griffin_lim": {
        "no momentum": (
            griffin_lim(REBUILT + "estimate = magnitude * torch.sgn(rebuilt)"),
            "without momentum",
        ),
        "momentum backwards": (
            griffin_lim(
                REBUILT + "estimate = magnitude * torch.sgn(rebuilt - momentum * (rebuilt - previous))\n"
                "previous = rebuilt"
            ),
            "not back towards it",
        ),
        "magnitudes not put in again": (
            griffin_lim(REBUILT + "estimate = rebuilt + momentum * (rebuilt - previous)\nprevious = rebuilt"),
            "put the given magnitudes in again",
        ),
        "phases not taken": (
            griffin_lim(REBUILT + "estimate = magnitude * rebuilt"),
            "after 2 iterations",
        ),
        "previous never kept": (
            griffin_lim(
                REBUILT + "estimate = magnitude * torch.sgn(rebuilt + momentum * (rebuilt - previous))"
            ),
            "without momentum",
        ),
        "first estimate returned": (
            griffin_lim("pass"),
            "nothing has changed",
        ),
        "one round too many": (
            griffin_lim(REBUILT + FAST, begin=GRIFFIN_LIM + "    iterations += 1\n"),
            "with 0 iterations",
        ),
        "phase ignored": (
            griffin_lim(REBUILT + FAST, begin=GRIFFIN_LIM.replace(" if phase is None else phase", "")),
            "with the given phases",
        ),
        "zero phase": (
            griffin_lim(
                REBUILT + FAST,
                begin=GRIFFIN_LIM.replace("random_phase(magnitude, seed)", "torch.zeros_like(magnitude)"),
            ),
            "another `seed`",
        ),
        "fresh chance each time": (
            griffin_lim(
                REBUILT + FAST,
                begin=GRIFFIN_LIM.replace(
                    "random_phase(magnitude, seed)", "6.28 * torch.rand_like(magnitude)"
                ),
            ),
            "same seed",
        ),
        "length forgotten": (
            griffin_lim(REBUILT.replace(", length", "") + FAST, "    return their_istft(estimate, hop)"),
            "length=",
        ),
        "other defaults": (
            griffin_lim(REBUILT + FAST, begin=GRIFFIN_LIM.replace("iterations=32", "iterations=16")),
            "iterations is 32",
        ),
        "frames not kept": (
            griffin_lim(REBUILT.replace("[..., : magnitude.shape[-1]]", "") + FAST),
            "griffin_lim raised",
        ),
        "spectrogram returned": (griffin_lim(REBUILT + FAST, "    return estimate"), "has shape"),
        "ready-made": (
            "import torchaudio\n"
            "def griffin_lim(magnitude, hop=256, iterations=32, momentum=0.99, phase=None, length=None, seed=0):\n"
            "    n_fft = 2 * (magnitude.shape[-2] - 1)\n"
            "    return torchaudio.functional.griffinlim(magnitude, torch.hann_window(n_fft).double(), n_fft, hop,"
            " n_fft, 1, max(iterations, 1), momentum, length, True)",
            "calls torchaudio",
        ),
    },
    "principal": {
        "not shifted": ("def principal(angle):\n    return torch.remainder(angle, 2 * torch.pi)", "outside"),
        "shifted once": (
            "def principal(angle):\n    return torch.remainder(angle + torch.pi, 2 * torch.pi)",
            "only whole turns",
        ),
        "half turns": (
            "def principal(angle):\n    return torch.remainder(angle + torch.pi / 2, torch.pi) - torch.pi / 2",
            "only whole turns",
        ),
        "clamped": ("def principal(angle):\n    return angle.clamp(-torch.pi, torch.pi)", "only whole turns"),
        "sign kept": ("def principal(angle):\n    return torch.fmod(angle, 2 * torch.pi)", "outside"),
        "one turn only": (
            "def principal(angle):\n    return torch.where(angle > torch.pi, angle - 2 * torch.pi, angle)",
            "outside",
        ),
        "degrees": ("def principal(angle):\n    return torch.remainder(angle + 180, 360) - 180", "outside"),
        "in place": (
            "def principal(angle):\n    angle += torch.pi\n    angle %= 2 * torch.pi\n    return angle - torch.pi",
            "changes its input",
        ),
    },
    "instantaneous_frequency": {
        "a frame short": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    return their_principal(torch.diff(phase) - expected)",
            "one frame too few",
        ),
        "not wrapped": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    return torch.diff(phase, prepend=torch.zeros_like(phase[..., :1])) - expected",
            "half a turn",
        ),
        "wrapped too early": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    return their_principal(torch.diff(phase, prepend=torch.zeros_like(phase[..., :1]))) - expected",
            "half a turn",
        ),
        "first frame zero": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    return their_principal(torch.diff(phase, prepend=phase[..., :1]) - expected)",
            "first frame",
        ),
        "sign": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    return their_principal(-torch.diff(phase, prepend=torch.zeros_like(phase[..., :1])) - expected)",
            "wrong sign",
        ),
        "other axis": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    advance = torch.diff(phase, dim=-2, prepend=torch.zeros_like(phase[..., :1, :]))\n"
            "    return their_principal(advance - expected)",
            "frames are the last axis",
        ),
        "expected ignored": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    return their_principal(torch.diff(phase, prepend=torch.zeros_like(phase[..., :1])))",
            "`expected`",
        ),
        "expected added": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    return their_principal(torch.diff(phase, prepend=torch.zeros_like(phase[..., :1])) + expected)",
            "less `expected`",
        ),
        "scaled": (
            "def instantaneous_frequency(phase, expected=0.0):\n"
            "    advance = torch.diff(phase, prepend=torch.zeros_like(phase[..., :1]))\n"
            "    return their_principal(advance - expected) / torch.pi",
            "not this frame's phase less",
        ),
    },
}

SYMMETRIC = "both arguments play the same part, so their order does not matter: "

EQUIVALENT: dict[str, dict[str, str]] = {
    "stft": {
        "first two arguments swapped in `return torch.fft.rfft(pieces * window).transpose(-1, -2)`": SYMMETRIC
        + "transpose(a, b) exchanges a and b",
    },
    "istft": {
        "first two arguments swapped in `pieces = window * torch.fft.irfft(X.transpose(-1, -2), n_fft)`": SYMMETRIC
        + "transpose(a, b) exchanges a and b",
        "real → imag in `window = hann(n_fft, X.real.dtype, X.device) if window is None else window`": "only the type "
        "is read, and the imaginary part has the type of the real one",
    },
    "hertz_to_mel": {
        "Lt → LtE in `return torch.where(f < 1000, f * 3 / 200, 15 + 27 * torch.log(f / 1000) / math.log(6.4))`": "the "
        "two differ at f = 1000 alone, where both formulas give 15: 1000 · 3 / 200 and 15 + 27 · log 1 / log 6.4",
    },
    "triangles": {
        "first two arguments swapped in `return torch.minimum((f - left) / (centre - left), (right - f) / "
        "(right - centre)).clamp(min=0)`": SYMMETRIC + "minimum(a, b) = minimum(b, a)",
    },
    "principal": {
        "Add → Sub in `return torch.remainder(angle + torch.pi, 2 * torch.pi) - torch.pi`": "angle + π and angle − π "
        "differ by 2π, and so have the same remainder",
    },
    "instantaneous_frequency": {
        "dim= dropped in `advance = torch.diff(phase, dim=-1, prepend=torch.zeros_like(phase[..., :1]))`": "the last "
        "axis is what torch.diff takes unless told otherwise",
    },
}
