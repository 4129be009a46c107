"""Answers to lesson 02: right ones written differently, and wrong ones of the kind that students give."""

import math

import numpy as np
import torch

from gan_course.spectral import dft as our_dft
from gan_course.spectral import fft as our_fft

NAMES = {
    "np": np,
    "torch": torch,
    "math": math,
    # what a learner has by the time of the later exercises: their own, or the stand-in
    "their_dft": our_dft,
    "their_fft": our_fft,
}

AMOUNT = "def amount(x, frequency, rate=16_000):\n"
FFT = "def fft(x):\n    if len(x) == 1:\n        return x\n"
SWAP = "def swap_phase(x, y):\n    X, Y = np.fft.rfft(x), np.fft.rfft(y)\n"
WINDOW = "def cosine_window(length, coefficients):\n    n = np.arange(length)\n"
CONVOLVE = "def convolve(x, h):\n    length = len(x) + len(h) - 1\n"
SPREAD = "def spread(position, weight):\n    share = weight / np.sum(weight)\n    mean = np.sum(position * share)\n"

RIGHT = {
    "amount": {
        "cosine and sine": AMOUNT + "    angle = 2 * np.pi * frequency * np.arange(len(x)) / rate\n"
        "    a, b = 2 * np.mean(x * np.cos(angle)), 2 * np.mean(x * np.sin(angle))\n    return a - 1j * b",
        "scalar product": AMOUNT
        + "    turning = np.exp(2j * np.pi * frequency / rate) ** np.arange(len(x))\n"
        "    return np.vdot(turning, x) * 2 / len(x)",
        "in a loop": AMOUNT + "    total = 0\n    for n, sample in enumerate(x):\n"
        "        angle = 2 * math.pi * frequency * n / rate\n"
        "        total += sample * complex(math.cos(angle), -math.sin(angle))\n    return 2 * total / len(x)",
        "torch, single precision": AMOUNT + "    x = torch.as_tensor(x).float()\n"
        "    n = torch.arange(len(x))\n"
        "    return 2 * torch.mean(x * torch.exp(-2j * torch.pi * frequency * n / rate))",
    },
    "dft": {
        "in a loop": "def dft(x):\n    n, X = np.arange(len(x)), []\n    for k in range(len(x)):\n"
        "        X.append(np.sum(x * np.exp(-2j * np.pi * k * n / len(x))))\n    return X",
        "cosine and sine": "def dft(x):\n    n = np.arange(len(x))\n"
        "    angle = 2 * np.pi * n[:, None] * n / len(x)\n"
        "    return np.cos(angle) @ x - 1j * (np.sin(angle) @ x)",
        "two loops": "def dft(x):\n    N = len(x)\n    X = np.zeros(N, dtype=complex)\n    for k in range(N):\n"
        "        for n in range(N):\n            X[k] += x[n] * np.exp(-2j * np.pi * k * n / N)\n    return X",
        "torch": "def dft(x):\n    x = torch.as_tensor(x).to(torch.complex128)\n    n = torch.arange(len(x)).double()\n"
        "    return torch.exp(-2j * torch.pi * torch.outer(n, n) / len(x)) @ x",
        "powers of one root": "def dft(x):\n    root = np.exp(-2j * np.pi / len(x))\n"
        "    return np.vander(root ** np.arange(len(x)), increasing=True) @ x",
    },
    "bin_frequency": {
        "with remainder": "def bin_frequency(k, length, rate=16_000):\n"
        "    return ((k + length // 2) % length - length // 2) * rate / length",
        "up, then less the rate": "def bin_frequency(k, length, rate=16_000):\n"
        "    f = rate / length * np.asarray(k)\n    return np.where(f > rate / 2, f - rate, f)",
        "middle bin negative": "def bin_frequency(k, length, rate=16_000):\n    k = np.asarray(k)\n"
        "    return (k - length * (k >= length / 2)) * rate / length",
        "a copy of the array": "def bin_frequency(k, length, rate=16_000):\n    k = np.array(k, dtype=float)\n"
        "    k[k > length // 2] -= length\n    return k * rate / length",
    },
    "inverse_dft": {
        "in a loop": "def inverse_dft(X):\n    k = np.arange(len(X))\n"
        "    return np.array([np.mean(X * np.exp(2j * np.pi * k * n / len(X))) for n in k])",
        "by the DFT, conjugated": "def inverse_dft(X):\n    return np.conj(their_dft(np.conj(X))) / len(X)",
        "by the DFT, turned round": "def inverse_dft(X):\n    x = their_dft(X) / len(X)\n"
        "    return np.concatenate([x[:1], x[:0:-1]])",
        "matrix, conjugated": "def inverse_dft(X):\n    n = np.arange(len(X))\n"
        "    F = np.exp(-2j * np.pi * np.outer(n, n) / len(X))\n    return F.conj().T @ X / len(X)",
    },
    "fft": {
        "written out": FFT + "    N = len(x)\n    E, O = fft(x[0::2]), fft(x[1::2])\n"
        "    X = np.zeros(N, dtype=complex)\n"
        "    for k in range(N // 2):\n        t = np.exp(-2j * np.pi * k / N) * O[k]\n"
        "        X[k], X[k + N // 2] = E[k] + t, E[k] - t\n    return X",
        "short ones by the DFT": "def fft(x):\n    if len(x) <= 8:\n        return their_dft(x)\n"
        "    N = len(x)\n    E, O = fft(x[::2]), fft(x[1::2])\n"
        "    factor = np.exp(-2j * np.pi * np.arange(N) / N)\n"
        "    return np.concatenate([E, E]) + factor * np.concatenate([O, O])",
        "without recursion": "def fft(x):\n    X = np.asarray(x).reshape(1, -1)\n    while X.shape[0] < len(x):\n"
        "        half = X.shape[1] // 2\n        even, odd = X[:, :half], X[:, half:]\n"
        "        turn = np.exp(-1j * np.pi * np.arange(len(X)) / len(X))[:, None]\n"
        "        X = np.vstack([even + turn * odd, even - turn * odd])\n    return X.ravel()",
        "plain arrays": "def fft(x):\n    x = np.asarray(x, dtype=complex)\n    if len(x) == 1:\n        return x\n"
        "    N = len(x)\n    even, odd = fft(x[::2]), fft(x[1::2])\n"
        "    w = np.exp(-2j * np.pi / N) ** np.arange(N // 2)\n"
        "    return np.r_[even + w * odd, even - w * odd]",
        "in place, bits turned round": "def fft(x):\n    N, X = len(x), np.array(x, dtype=complex)\n"
        "    bits = N.bit_length() - 1\n    order = [int(format(n, f'0{bits}b')[::-1] or '0', 2) if bits else 0"
        " for n in range(N)]\n    X, size = X[order], 2\n    while size <= N:\n"
        "        w = np.exp(-2j * np.pi * np.arange(size // 2) / size)\n"
        "        for start in range(0, N, size):\n            even = X[start : start + size // 2].copy()\n"
        "            odd = w * X[start + size // 2 : start + size]\n"
        "            X[start : start + size // 2] = even + odd\n"
        "            X[start + size // 2 : start + size] = even - odd\n        size *= 2\n    return X",
        "lists and numbers": "def fft(x):\n    x = list(map(complex, x))\n    N = len(x)\n"
        "    if N == 1:\n        return x\n"
        "    even, odd = fft(x[::2]), fft(x[1::2])\n"
        "    turned = [complex(math.cos(2 * math.pi * k / N), -math.sin(2 * math.pi * k / N)) * odd[k]"
        " for k in range(N // 2)]\n"
        "    return [a + b for a, b in zip(even, turned)] + [a - b for a, b in zip(even, turned)]",
        "torch": "def fft(x):\n    x = torch.as_tensor(np.array(x))\n    if len(x) == 1:\n        return x\n"
        "    even, odd = fft(x[::2]), fft(x[1::2])\n"
        "    turned = torch.exp(-2j * torch.pi * torch.arange(len(odd)) / len(x)) * odd\n"
        "    return torch.cat([even + turned, even - turned])",
        "torch, by cosines and sines": "def fft(x):\n"
        "    x = torch.as_tensor(np.array(x)).to(torch.complex128)\n    N = len(x)\n"
        "    if N == 1:\n        return x\n    E, O = fft(x[::2]), fft(x[1::2])\n"
        "    angle = -2 * math.pi * torch.arange(N).double() / N\n"
        "    w = torch.complex(torch.cos(angle), torch.sin(angle)).to(torch.complex128)\n"
        "    return torch.cat([E, E]) + w * torch.cat([O, O])",
        "torch, written out": "def fft(x):\n    x = torch.as_tensor(np.array(x), dtype=torch.complex128)\n"
        "    N = len(x)\n    if N == 1:\n        return x\n    even, odd = fft(x[::2]), fft(x[1::2])\n"
        "    X = torch.zeros(N, dtype=torch.complex128)\n"
        "    for k in range(N // 2):\n"
        "        t = torch.exp(torch.tensor(-2j * torch.pi * k / N, dtype=torch.complex128)) * odd[k]\n"
        "        X[k], X[k + N // 2] = even[k] + t, even[k] - t\n    return X",
    },
    "swap_phase": {
        "by division": SWAP + "    return np.fft.irfft(np.abs(X) * Y / np.abs(Y), n=len(x))",
        "all frequencies": "def swap_phase(x, y):\n    X, Y = np.fft.fft(x), np.fft.fft(y)\n"
        "    return np.fft.ifft(np.abs(X) * np.exp(1j * np.angle(Y))).real",
        "torch": "def swap_phase(x, y):\n"
        "    X, Y = torch.fft.rfft(torch.as_tensor(x)), torch.fft.rfft(torch.as_tensor(y))\n"
        "    return torch.fft.irfft(torch.polar(X.abs(), Y.angle()), len(x))",
        "cosine and sine": SWAP + "    r, phi = np.abs(X), np.angle(Y)\n"
        "    return np.fft.irfft(r * np.cos(phi) + 1j * r * np.sin(phi), len(x))",
    },
    "cosine_window": {
        "in a loop": WINDOW + "    w = np.zeros(length)\n    for k, a in enumerate(coefficients):\n"
        "        w += a * (-1) ** k * np.cos(2 * np.pi * k * n / length)\n    return w",
        "a shift instead of signs": WINDOW
        + "    return sum(a * np.cos(2 * np.pi * k * (n / length - 0.5)) for k, a in enumerate(coefficients))",
        "as a matrix": WINDOW + "    a = np.array(coefficients)\n    k = np.arange(len(a))\n"
        "    return np.cos(2 * np.pi * np.outer(n, k) / length) @ (a * (-1.0) ** k)",
        "through the spectrum": "def cosine_window(length, coefficients):\n    W = np.zeros(length)\n"
        "    for k, a in enumerate(coefficients):\n        W[k] += (-1) ** k * a / 2\n"
        "        W[-k] += (-1) ** k * a / 2\n"
        "    return np.fft.fft(W).real",
        "torch": "def cosine_window(length, coefficients):\n    n = torch.arange(length)\n"
        "    terms = [(-1) ** k * a * torch.cos(2 * torch.pi * k * n / length)"
        " for k, a in enumerate(coefficients)]\n    return torch.stack(terms).sum(0)",
    },
    "convolve": {
        "zeros first": CONVOLVE + "    X = np.fft.fft(np.pad(x, (0, length - len(x))))\n"
        "    H = np.fft.fft(np.pad(h, (0, length - len(h))))\n    return np.fft.ifft(X * H).real",
        "power of two, then cut": CONVOLVE + "    size = 1\n    while size < length:\n        size *= 2\n"
        "    return np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(h, size), size)[:length]",
        "by their own FFT": CONVOLVE + "    size = 1\n    while size < length:\n        size *= 2\n"
        "    X, H = (their_fft(np.pad(each, (0, size - len(each)))) for each in (x, h))\n"
        "    return (np.conj(their_fft(np.conj(X * H))) / size).real[:length]",
        "by an FFT within": CONVOLVE + "    def transform(x):\n        x = np.asarray(x, dtype=complex)\n"
        "        if len(x) == 1:\n            return x\n"
        "        N = len(x)\n        even, odd = transform(x[::2]), transform(x[1::2])\n"
        "        w = np.exp(-2j * np.pi * np.arange(N // 2) / N)\n"
        "        return np.concatenate([even + w * odd, even - w * odd])\n"
        "    size = 1\n    while size < length:\n        size *= 2\n"
        "    X, H = transform(np.pad(x, (0, size - len(x)))), transform(np.pad(h, (0, size - len(h))))\n"
        "    return (np.conj(transform(np.conj(X * H))) / size).real[:length]",
        "torch": CONVOLVE + "    X = torch.fft.rfft(torch.as_tensor(np.array(x)), length)\n"
        "    H = torch.fft.rfft(torch.as_tensor(np.array(h)), length)\n    return torch.fft.irfft(X * H, length)",
    },
    "spread": {
        "numpy's average": "def spread(position, weight):\n    mean = np.average(position, weights=weight)\n"
        "    return np.average((position - mean) ** 2, weights=weight) ** 0.5",
        "mean of squares": "def spread(position, weight):\n    p = weight / weight.sum()\n"
        "    return np.sqrt(p @ position**2 - (p @ position) ** 2)",
        "in a loop": "def spread(position, weight):\n    total = sum(weight)\n"
        "    mean = sum(p * w for p, w in zip(position, weight)) / total\n"
        "    return math.sqrt(sum(w * (p - mean) ** 2 for p, w in zip(position, weight)) / total)",
        "torch": "def spread(position, weight):\n    p, w = torch.as_tensor(position), torch.as_tensor(weight)\n"
        "    w = w / w.sum()\n    return (w * (p - (w * p).sum()).square()).sum().sqrt()",
    },
}

WRONG = {
    "amount": {
        "cosine only": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return 2 * np.mean(x * np.cos(2 * np.pi * frequency * n / rate))",
            "cosine's part alone",
        ),
        "sine only": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return 2 * np.mean(x * np.sin(2 * np.pi * frequency * n / rate))",
            "sine's part alone",
        ),
        "other sign": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return 2 * np.mean(x * np.exp(2j * np.pi * frequency * n / rate))",
            "sign of the exponent",
        ),
        "no 2": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return np.mean(x * np.exp(-2j * np.pi * frequency * n / rate))",
            "half the amplitude",
        ),
        "not divided": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return 2 * np.sum(x * np.exp(-2j * np.pi * frequency * n / rate))",
            "divided by how many",
        ),
        "magnitude": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return abs(2 * np.mean(x * np.exp(-2j * np.pi * frequency * n / rate)))",
            "without the phase",
        ),
        "not summed": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return 2 / len(x) * x * np.exp(-2j * np.pi * frequency * n / rate)",
            "sum up",
        ),
        "rate written in": (
            AMOUNT + "    n = np.arange(len(x))\n"
            "    return 2 * np.mean(x * np.exp(-2j * np.pi * frequency * n / 16_000))",
            "rate that is given",
        ),
        "no 2π": (
            AMOUNT
            + "    n = np.arange(len(x))\n    return 2 * np.mean(x * np.exp(-1j * frequency * n / rate))",
            "the amount of",
        ),
        "nearest bin": (
            AMOUNT + "    X = np.fft.fft(x)\n    return 2 * X[round(frequency * len(x) / rate)] / len(x)",
            "calls numpy.fft",
        ),
        "nearest whole number of turns": (
            AMOUNT + "    n = np.arange(len(x))\n    k = round(frequency * len(x) / rate)\n"
            "    return 2 * np.mean(x * np.exp(-2j * np.pi * k * n / len(x)))",
            "no whole number of turns",
        ),
    },
    "dft": {
        "other sign": (
            "def dft(x):\n    n = np.arange(len(x))\n"
            "    return np.exp(2j * np.pi * np.outer(n, n) / len(x)) @ x",
            "sign of the exponent",
        ),
        "divided by N": (
            "def dft(x):\n    n = np.arange(len(x))\n"
            "    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x / len(x)",
            "1/",
        ),
        "half of it": (
            "def dft(x):\n    n = np.arange(len(x))\n    k = np.arange(len(x) // 2 + 1)\n"
            "    return np.exp(-2j * np.pi * np.outer(k, n) / len(x)) @ x",
            "k goes up to",
        ),
        "magnitudes": (
            "def dft(x):\n    n = np.arange(len(x))\n"
            "    return np.abs(np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x)",
            "magnitude",
        ),
        "cosine only": (
            "def dft(x):\n    n = np.arange(len(x))\n    return np.cos(2 * np.pi * np.outer(n, n) / len(x)) @ x",
            "cosine's part",
        ),
        "from 1": (
            "def dft(x):\n    n = np.arange(1, len(x) + 1)\n"
            "    return np.exp(-2j * np.pi * np.outer(n - 1, n) / len(x)) @ x",
            "n must begin at 0",
        ),
        "no 2π": (
            "def dft(x):\n    n = np.arange(len(x))\n    return np.exp(-1j * np.outer(n, n) / len(x)) @ x",
            "2π",
        ),
        "not summed": (
            "def dft(x):\n    n = np.arange(len(x))\n"
            "    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)) * x",
            "has shape",
        ),
        "one sum for all": (
            "def dft(x):\n    n = np.arange(len(x))\n    return np.sum(x * np.exp(-2j * np.pi * n * n / len(x)))",
            "has shape",
        ),
        "zeros of the wrong type": (
            "def dft(x):\n    n, X = np.arange(len(x)), np.zeros(len(x))\n    for k in n:\n"
            "        X[k] = np.sum(x * np.exp(-2j * np.pi * k * n / len(x))).real\n    return X",
            "cosine's part",
        ),
        "ready-made": ("def dft(x):\n    return np.fft.fft(x)", "calls numpy.fft"),
        "torch's": (
            "def dft(x):\n    return torch.fft.fft(torch.as_tensor(x))",
            "calls torch.fft",
        ),
        "real samples only": (
            "def dft(x):\n    n = np.arange(len(x))\n    x = np.real(x)\n"
            "    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x",
            "complex samples",
        ),
    },
    "bin_frequency": {
        "never negative": (
            "def bin_frequency(k, length, rate=16_000):\n    return k * rate / length",
            "beyond the middle",
        ),
        "one step less": (
            "def bin_frequency(k, length, rate=16_000):\n    return k * rate / (length - 1)",
            "not one less",
        ),
        "half as wide": (
            "def bin_frequency(k, length, rate=16_000):\n"
            "    return np.where(k > length / 2, k - length, k) * rate / (2 * length)",
            "bin is as wide",
        ),
        "turned over": (
            "def bin_frequency(k, length, rate=16_000):\n    return length * rate / k",
            "turned it over",
        ),
        "mirrored": (
            "def bin_frequency(k, length, rate=16_000):\n"
            "    return np.where(k > length / 2, length - k, k) * rate / length",
            "beyond the middle the frequencies are negative",
        ),
        "numbers only": (
            "def bin_frequency(k, length, rate=16_000):\n"
            "    if k > length / 2:\n        k = k - length\n    return k * rate / length",
            "bin_frequency raised",
        ),
        "counted from the middle": (
            "def bin_frequency(k, length, rate=16_000):\n"
            "    return np.where(k > length / 2, length / 2 - k, k) * rate / length",
            "counted from the middle",
        ),
        "rate written in": (
            "def bin_frequency(k, length, rate=16_000):\n"
            "    return np.where(k > length / 2, k - length, k) * 16_001 / length",
            "the frequency of bin",
        ),
        "in samples": (
            "def bin_frequency(k, length, rate=16_000):\n    return k * length / rate",
            "a turn lasts",
        ),
        "ready-made": (
            "def bin_frequency(k, length, rate=16_000):\n    return np.fft.fftfreq(length, 1 / rate)[k]",
            "calls numpy.fft",
        ),
    },
    "inverse_dft": {
        "not divided": (
            "def inverse_dft(X):\n    k = np.arange(len(X))\n"
            "    return np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X",
            "divided by N",
        ),
        "same sign": (
            "def inverse_dft(X):\n    k = np.arange(len(X))\n"
            "    return np.exp(-2j * np.pi * np.outer(k, k) / len(X)) @ X / len(X)",
            "has the sign +",
        ),
        "the DFT again": ("def inverse_dft(X):\n    return their_dft(X)", "DFT once more"),
        "real part": (
            "def inverse_dft(X):\n    k = np.arange(len(X))\n"
            "    return np.real(np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X) / len(X)",
            "it is real",
        ),
        "magnitude": (
            "def inverse_dft(X):\n    k = np.arange(len(X))\n"
            "    return np.abs(np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X) / len(X)",
            "magnitude",
        ),
        "conjugated on one side": (
            "def inverse_dft(X):\n    return their_dft(np.conj(X)) / len(X)",
            "sign in its imaginary part",
        ),
        "root of N": (
            "def inverse_dft(X):\n    k = np.arange(len(X))\n"
            "    return np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X / np.sqrt(len(X))",
            "not by its square root",
        ),
        "ready-made": ("def inverse_dft(X):\n    return np.fft.ifft(X)", "calls numpy.fft"),
        "not returned": (
            "def inverse_dft(X):\n    k = np.arange(len(X))\n"
            "    np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X / len(X)",
            "return",
        ),
    },
    "fft": {
        "plus twice": (
            FFT + "    E, O = fft(x[::2]), fft(x[1::2])\n"
            "    t = np.exp(-2j * np.pi * np.arange(len(O)) / len(x)) * O\n    return np.concatenate([E + t, E + t])",
            "subtracted",
        ),
        "not turned": (
            FFT + "    E, O = fft(x[::2]), fft(x[1::2])\n    return np.concatenate([E + O, E - O])",
            "must be turned",
        ),
        "turned twice as far": (
            FFT + "    E, O = fft(x[::2]), fft(x[1::2])\n"
            "    t = np.exp(-2j * np.pi * np.arange(len(O)) / len(O)) * O\n    return np.concatenate([E + t, E - t])",
            "not of its half",
        ),
        "other sign": (
            FFT + "    E, O = fft(x[::2]), fft(x[1::2])\n"
            "    t = np.exp(2j * np.pi * np.arange(len(O)) / len(x)) * O\n    return np.concatenate([E + t, E - t])",
            "the FFT of",
        ),
        "even and odd exchanged": (
            FFT + "    E, O = fft(x[1::2]), fft(x[::2])\n"
            "    t = np.exp(-2j * np.pi * np.arange(len(O)) / len(x)) * O\n    return np.concatenate([E + t, E - t])",
            "exchanged",
        ),
        "first and second half": (
            FFT + "    E, O = fft(x[: len(x) // 2]), fft(x[len(x) // 2 :])\n"
            "    t = np.exp(-2j * np.pi * np.arange(len(O)) / len(x)) * O\n    return np.concatenate([E + t, E - t])",
            "not into first and second half",
        ),
        "no end": (
            "def fft(x):\n    E, O = fft(x[::2]), fft(x[1::2])\n    return np.concatenate([E + O, E - O])",
            "RecursionError",
        ),
        "a DFT": (
            "def fft(x):\n    n = np.arange(len(x))\n"
            "    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x",
            "no faster than the DFT",
        ),
        "a DFT in loops": (
            "def fft(x):\n    N = len(x)\n"
            "    return [sum(x[n] * np.exp(-2j * np.pi * k * n / N) for n in range(N)) for k in range(N)]",
            "no faster than the DFT",
        ),
        "the DFT of exercise 2": ("def fft(x):\n    return their_dft(x)", "no faster than the DFT"),
        "the DFT of both halves": (
            "def fft(x):\n    if len(x) == 1:\n        return x\n    E, O = their_dft(x[::2]), their_dft(x[1::2])\n"
            "    t = np.exp(-2j * np.pi * np.arange(len(O)) / len(x)) * O\n    return np.concatenate([E + t, E - t])",
            "no faster than the DFT",
        ),
        "a DFT of a plain array": (
            "def fft(x):\n    x = np.asarray(x)\n    n = np.arange(len(x))\n"
            "    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x",
            "no faster than the DFT",
        ),
        "a DFT with np.dot": (
            "def fft(x):\n    n = np.arange(len(x))\n"
            "    return np.dot(np.exp(-2j * np.pi * np.outer(n, n) / len(x)), x)",
            "no faster than the DFT",
        ),
        "a DFT with the method dot": (
            "def fft(x):\n    n = np.arange(len(x))\n"
            "    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)).dot(x)",
            "no faster than the DFT",
        ),
        "a DFT with einsum": (
            "def fft(x):\n    n = np.arange(len(x))\n"
            "    return np.einsum('kn,n->k', np.exp(-2j * np.pi * np.outer(n, n) / len(x)), x)",
            "no faster than the DFT",
        ),
        "a DFT in a loop over a plain array": (
            "def fft(x):\n    x, n = np.asarray(x), np.arange(len(x))\n"
            "    return np.array([np.sum(x * np.exp(-2j * np.pi * k * n / len(x))) for k in n])",
            "no faster than the DFT",
        ),
        "a DFT in a quick loop": (
            "def fft(x):\n    x, n = np.asarray(x), np.arange(len(x))\n"
            "    turning = np.exp(-2j * np.pi * n / len(x))\n"
            "    return np.array([turning[k * n % len(x)] @ x for k in n])",
            "no faster than the DFT",
        ),
        "a DFT in loops over lists": (
            "def fft(x):\n    x, N = x.tolist(), len(x)\n"
            "    turning = [np.exp(-2j * np.pi * k / N) for k in range(N)]\n"
            "    return [sum(x[n] * turning[k * n % N] for n in range(N)) for k in range(N)]",
            "no faster than the DFT",
        ),
        "torch's DFT": (
            "def fft(x):\n    x = torch.as_tensor(np.array(x)).to(torch.complex128)\n"
            "    n = torch.arange(len(x)).double()\n"
            "    return torch.exp(-2j * torch.pi * torch.outer(n, n) / len(x)) @ x",
            "no faster than the DFT",
        ),
        "torch's DFT of both halves": (
            "def dft(x):\n    n = torch.arange(len(x)).double()\n"
            "    return torch.exp(-2j * torch.pi * torch.outer(n, n) / len(x)) @ x\n\n"
            "def fft(x):\n    x = torch.as_tensor(np.array(x)).to(torch.complex128)\n"
            "    if len(x) == 1:\n        return x\n    E, O = dft(x[::2]), dft(x[1::2])\n"
            "    t = torch.exp(-2j * torch.pi * torch.arange(len(O)) / len(x)) * O\n"
            "    return torch.cat([E + t, E - t])",
            "no faster than the DFT",
        ),
        "torch's DFT in a loop": (
            "def fft(x):\n    x = torch.as_tensor(np.array(x)).to(torch.complex128)\n"
            "    n = torch.arange(len(x)).double()\n"
            "    return torch.stack([(torch.exp(-2j * torch.pi * k * n / len(x)) * x).sum() for k in n])",
            "no faster than the DFT",
        ),
        "torch's DFT from a table": (
            "def fft(x):\n    x = torch.tensor(np.array(x)).to(torch.complex128)\n"
            "    n = torch.arange(len(x))\n    turning = torch.exp(-2j * torch.pi * n / len(x)).to(x.dtype)\n"
            "    return torch.stack([turning[k * n % len(x)] @ x for k in range(len(x))]).numpy()",
            "no faster than the DFT",
        ),
        "ready-made": ("def fft(x):\n    return np.fft.fft(x)", "calls numpy.fft"),
        "second half forgotten": (
            FFT + "    E, O = fft(x[::2]), fft(x[1::2])\n"
            "    return E + np.exp(-2j * np.pi * np.arange(len(O)) / len(x)) * O",
            "has shape",
        ),
    },
    "swap_phase": {
        "other way round": (
            SWAP + "    return np.fft.irfft(np.abs(Y) * np.exp(1j * np.angle(X)), len(x))",
            "other way round",
        ),
        "not normalised": (SWAP + "    return np.fft.irfft(np.abs(X) * Y, len(x))", "divide Y by its own"),
        "both phases": (
            SWAP + "    return np.fft.irfft(X * np.exp(1j * np.angle(Y)), len(x))",
            "phases of both",
        ),
        "multiplied": (SWAP + "    return np.fft.irfft(X * Y, len(x))", "multiplied"),
        "without i": (
            SWAP + "    return np.fft.irfft(np.abs(X) * np.exp(np.angle(Y)), len(x))",
            "the sound of",
        ),
        "cosine of the phase": (
            SWAP + "    return np.fft.irfft(np.abs(X) * np.cos(np.angle(Y)), len(x))",
            "the sound of",
        ),
        "length lost": (
            SWAP + "    return np.fft.irfft(np.abs(X) * np.exp(1j * np.angle(Y)))",
            "last sample is lost",
        ),
        "spectrum returned": (SWAP + "    return np.abs(X) * np.exp(1j * np.angle(Y))", "transform back"),
        "complex": (
            "def swap_phase(x, y):\n    X, Y = np.fft.fft(x), np.fft.fft(y)\n"
            "    return np.fft.ifft(np.abs(X) * np.exp(1j * np.angle(Y)))",
            "real part",
        ),
        "sign": (
            SWAP + "    return np.fft.irfft(np.abs(X) * np.exp(-1j * np.angle(Y)), len(x))",
            "runs backwards",
        ),
        "no phases": (SWAP + "    return np.fft.irfft(np.abs(X), len(x))", "all phases are 0"),
    },
    "cosine_window": {
        "all plus": (
            WINDOW
            + "    return sum(a * np.cos(2 * np.pi * k * n / length) for k, a in enumerate(coefficients))",
            "alternate",
        ),
        "symmetric": (
            WINDOW + "    return sum((-1) ** k * a * np.cos(2 * np.pi * k * n / (length - 1))"
            " for k, a in enumerate(coefficients))",
            "not N − 1",
        ),
        "two terms": (
            WINDOW + "    a = (*coefficients, 0)\n    return a[0] - a[1] * np.cos(2 * np.pi * n / length)",
            "only the first two",
        ),
        "all minus": (
            WINDOW + "    w = np.full(length, coefficients[0])\n    for k in range(1, len(coefficients)):\n"
            "        w = w - coefficients[k] * np.cos(2 * np.pi * k * n / length)\n    return w",
            "all signs after the first",
        ),
        "half as far": (
            WINDOW + "    return sum((-1) ** k * a * np.cos(np.pi * k * n / length)"
            " for k, a in enumerate(coefficients))",
            "half as far",
        ),
        "always Hann": (WINDOW + "    return 0.5 - 0.5 * np.cos(2 * np.pi * n / length)", "the window of"),
        "from 1": (
            "def cosine_window(length, coefficients):\n    n = np.arange(1, length + 1)\n"
            "    return sum((-1) ** k * a * np.cos(2 * np.pi * k * n / length)"
            " for k, a in enumerate(coefficients))",
            "n begins at 0",
        ),
        "starts at −": (
            WINDOW + "    return sum((-1) ** (k + 1) * a * np.cos(2 * np.pi * k * n / length)"
            " for k, a in enumerate(coefficients))",
            "wrong sign",
        ),
        "a number for one coefficient": (
            WINDOW + "    w = coefficients[0]\n    for k, a in enumerate(coefficients[1:], 1):\n"
            "        w = w + (-1) ** k * a * np.cos(2 * np.pi * k * n / length)\n    return w",
            "single coefficient",
        ),
        "ready-made": (
            "import scipy.signal\ndef cosine_window(length, coefficients):\n"
            "    return scipy.signal.windows.general_cosine(length, coefficients, sym=False)",
            "calls scipy.signal",
        ),
    },
    "convolve": {
        "as long as the longer": (
            "def convolve(x, h):\n    n = max(len(x), len(h))\n"
            "    return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)",
            "wrapped around",
        ),
        "zeros afterwards": (
            CONVOLVE + "    n = max(len(x), len(h))\n"
            "    y = np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)\n    return np.pad(y, (0, length - n))",
            "wraps around",
        ),
        "as long as both": (
            "def convolve(x, h):\n    n = len(x) + len(h)\n"
            "    return np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)",
            "one sample too many",
        ),
        "spectra added": (
            CONVOLVE + "    return np.fft.irfft(np.fft.rfft(x, length) + np.fft.rfft(h, length), length)",
            "added, not multiplied",
        ),
        "correlation": (
            CONVOLVE
            + "    return np.fft.irfft(np.fft.rfft(x, length) * np.conj(np.fft.rfft(h, length)), length)",
            "correlation",
        ),
        "backwards": (
            CONVOLVE
            + "    return np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h[::-1], length), length)",
            "wrong way round",
        ),
        "length lost": (
            CONVOLVE + "    return np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h, length))",
            "convol",
        ),
        "cut to x": (
            CONVOLVE + "    y = np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h, length), length)\n"
            "    return y[: len(x)]",
            "must not be cut",
        ),
        "complex": (
            CONVOLVE + "    return np.fft.ifft(np.fft.fft(x, length) * np.fft.fft(h, length))",
            "complex",
        ),
        "spectrum returned": (
            CONVOLVE + "    return np.fft.rfft(x, length) * np.fft.rfft(h, length)",
            "transform back",
        ),
        "sample by sample": (
            CONVOLVE + "    y = np.zeros(length)\n    for m in range(len(h)):\n"
            "        y[m : m + len(x)] += h[m] * x\n    return y",
            "sample by sample",
        ),
        "sample by sample, with plain arrays": (
            CONVOLVE + "    x, h, y = np.asarray(x), np.asarray(h), np.zeros(length)\n"
            "    for m in range(len(h)):\n        y[m : m + len(x)] += h[m] * x\n    return y",
            "sample by sample",
        ),
        "sample by sample, in lists": (
            CONVOLVE + "    x, h, y = x.tolist(), h.tolist(), [0.0] * length\n"
            "    for n in range(len(x)):\n        for m in range(len(h)):\n            y[n + m] += x[n] * h[m]\n"
            "    return y",
            "sample by sample",
        ),
        "sums of a table's diagonals": (
            CONVOLVE + "    table = np.outer(x, h)[::-1]\n"
            "    return np.array([np.trace(table, k) for k in range(1 - len(x), len(h))])",
            "sample by sample",
        ),
        "ready-made": ("def convolve(x, h):\n    return np.convolve(x, h)", "calls numpy.convolve"),
    },
    "spread": {
        "variance": (SPREAD + "    return np.sum((position - mean) ** 2 * share)", "take the root"),
        "weights ignored": (
            "def spread(position, weight):\n    return np.sqrt(np.mean((position - np.mean(position)) ** 2))",
            "weights are not used",
        ),
        "weights not divided": (
            SPREAD + "    return np.sqrt(np.sum((position - mean) ** 2 * weight))",
            "divided by their sum",
        ),
        "mean not taken away": (SPREAD + "    return np.sqrt(np.sum(position**2 * share))", "taken away"),
        "plain mean": (
            SPREAD + "    return np.sqrt(np.sum((position - np.mean(position)) ** 2 * share))",
            "weighted as well",
        ),
        "mean distance": (SPREAD + "    return np.sum(np.abs(position - mean) * share)", "mean distance"),
        "mean of the shares": (
            SPREAD + "    return np.sqrt(np.mean((position - mean) ** 2 * share))",
            "do not take the mean",
        ),
        "not summed": (SPREAD + "    return np.sqrt((position - mean) ** 2 * share)", "one number"),
        "mean": (SPREAD + "    return mean", "how far from it"),
    },
}

EQUIVALENT: dict[str, dict[str, str]] = {
    "bin_frequency": {
        "Gt → GtE in `return np.where(k > length / 2, k - length, k) * rate / length`": "the two differ in the middle "
        "bin of an even length alone, where one says rate / 2 and the other −rate / 2; sampled, both turn by half a "
        "turn from sample to sample and are the same sinusoid",
    },
}
