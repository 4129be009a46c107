"""Checks of lesson 02, Fourier."""

import functools
import os
import sys
import time
import tracemalloc
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from gan_course import spectral
from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import expect, expect_array, expect_equal, expect_number

lesson = Lesson("02", "Fourier")

TRANSFORMS = ("numpy.fft", "torch.fft", "scipy.fft", "scipy.fftpack", "scipy.signal", "librosa", "torchaudio")


def require_none_of(got: np.ndarray, wanted: np.ndarray, what: str, faults: Mapping[str, Any]) -> None:
    """Tell an answer that is one of `faults` (sentence → what that mistake gives) so."""
    for sentence, mistaken in faults.items():
        mistaken = np.asarray(mistaken)
        different = mistaken.shape != wanted.shape or not _near(wanted, mistaken)
        kinds = np.iscomplexobj(mistaken), np.iscomplexobj(got) or np.iscomplexobj(wanted)
        hit = got.shape == mistaken.shape and (kinds[0] == np.iscomplexobj(got) or all(kinds))
        expect(not (different and hit and _near(got, mistaken)), f"{what} is not right: {sentence}")


def _near(one: np.ndarray, other: np.ndarray, tolerance: float = 1e-5) -> bool:
    return bool(np.abs(one - other).max(initial=0) <= tolerance * (np.abs(other).max(initial=0) or 1))


class Counted(np.ndarray):
    """An array that counts in `effort[0]` how many of its numbers are read or computed with."""

    effort: list[int] | None

    @classmethod
    def of(cls, array: np.ndarray) -> "Counted":
        """A counting copy of `array`, with nothing counted yet."""
        counted = array.copy().view(cls)
        counted.effort = [0]
        return counted

    def __array_finalize__(self, source: Any) -> None:
        """Views and results count on with their source's count."""
        self.effort = getattr(source, "effort", None)

    def __deepcopy__(self, memo: dict[int, Any]) -> NDArray[Any]:
        return np.array(self)

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        self._count(found.size)
        return found

    def __array_function__(self, function: Any, kinds: Any, given: Any, named: Any) -> Any:
        """Compute as ever, and count the largest of what goes in and what comes out."""
        found = super().__array_function__(function, kinds, given, named)
        self._count(max((one.size for one in (found, *given) if isinstance(one, np.ndarray)), default=0))
        if isinstance(found, np.ndarray):
            found = found.view(Counted)
            found.effort = self.effort
        return found

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """Compute as ever, and count the results; of a matrix product, what goes into it."""
        if options.get("out") is not None:
            options["out"] = tuple(np.asarray(out) for out in options["out"])
        plain = [one.view(np.ndarray) if isinstance(one, Counted) else one for one in inputs]
        found = getattr(ufunc, method)(*plain, **options)
        worked = plain if ufunc is np.matmul or method == "reduce" else [found]
        self._count(max(np.size(one) for one in worked))
        if isinstance(found, np.ndarray):
            found = found.view(Counted)
            found.effort = self.effort
        return found

    def followed(self, function: Callable[[np.ndarray], Any]) -> Any:
        """What `function` makes of this array, where `np.asarray`, `np.array` and all of torch count on too."""
        usual = {"asarray": np.asarray, "array": np.array}
        np.asarray, np.array = np.asanyarray, functools.partial(np.array, subok=True)
        try:
            # By half: for what takes numpy one operation torch often needs two, one to convert.
            with _CountedTensors(lambda numbers: self._count((numbers + 1) // 2)):
                return function(self)
        finally:
            for name, one in usual.items():
                setattr(np, name, one)

    def _count(self, numbers: int) -> None:
        if self.effort is not None:
            self.effort[0] += numbers


class _CountedTensors(TorchDispatchMode):
    """While it lasts, `count` is told of each operation of torch how large the largest of its tensors is."""

    def __init__(self, count: Callable[[int], None]) -> None:
        super().__init__()
        self.count = count

    def __torch_dispatch__(self, operation: Any, kinds: Any, given: Any = (), named: Any = None) -> Any:
        found = operation(*given, **(named or {}))
        tensors = [one for one in tree_leaves(found) if isinstance(one, torch.Tensor)]
        if not operation.is_view:  # a view reads no more than what it shows
            tensors += [one for one in tree_leaves((given, named)) if isinstance(one, torch.Tensor)]
        self.count(max((one.numel() for one in tensors), default=0))
        return found


# The exercises --------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=spectral.amount,
    points=2,
    minutes=6,
    hints=(
        "Count the samples: `n = np.arange(len(x))`. At sample n the sinusoid has turned by the angle "
        "2π · frequency · n / rate.",
        "One complex exponential holds the cosine and the sine: `np.exp(-2j * np.pi * frequency * n / rate)`. "
        "Multiply `x` with it and sum up.",
        "`2 / len(x) * np.sum(x * np.exp(-2j * np.pi * frequency * n / rate))`",
    ),
    instead_of=TRANSFORMS,
)
def amount(answer, rng: np.random.Generator) -> None:
    """Amplitude and phase of a sinusoid at any frequency and rate, and the plain sum for whatever else."""
    rate = float(rng.choice([8000, 11_025, 22_050]))
    n = np.arange(int(rng.integers(150, 250)))
    turns, phase, a = int(rng.integers(4, 30)), float(rng.uniform(0.4, 1.2)), float(rng.uniform(0.3, 1))
    f = turns * rate / len(n)
    x = a * np.cos(2 * np.pi * turns * n / len(n) + phase)
    wanted = np.asarray(a * np.exp(1j * phase))
    what = f"the amount of {f:.4g} Hz in a tone of {f:.4g} Hz with amplitude {a:.2f} and phase {phase:.2f}"
    got = expect_array(answer(x, f, rate), what)
    expect(got.shape == (), f"{what} is one complex number, and not an array of shape {got.shape}: sum up")
    fixed = spectral.amount(x, f, 16_000)
    require_none_of(
        got,
        wanted,
        what,
        {
            "it is real, the cosine's part alone: without the sine, a tone a quarter of a turn late is missed": (
                wanted.real
            ),
            "it is real, the sine's part alone: take the cosine as well": wanted.imag,
            "it is the sine's part alone, with the other sign: take the cosine as well": -wanted.imag,
            "it is the amplitude without the phase: return the complex number itself": abs(wanted),
            "the sign of the exponent is +; with − the angle of the result is the phase": np.conj(wanted),
            "it is half the amplitude: the mean of cos² is ½, so multiply by 2": wanted / 2,
            "the sum must be divided by how many samples there are": wanted * len(n),
            "the sum must be divided by half the number of samples": wanted * len(n) / 2,
            "the rate that is given must be used, not 16000": fixed,
        },
    )
    expect_equal(got, wanted, what)
    y = x + rng.normal(size=len(n)) / 4
    between = f * float(rng.uniform(0.98, 1.02))
    angle = 2 * np.pi * between * n / rate
    plain = 2 / len(n) * (np.dot(y, np.cos(angle)) - 1j * np.dot(y, np.sin(angle)))
    expect_equal(
        answer(y, between, rate), plain, "the amount at a frequency that makes no whole number of turns"
    )
    usual = 2 / len(n) * np.dot(y, np.exp(-2j * np.pi * 500 * n / 16_000))
    expect(
        _near(expect_array(answer(y, 500), "the amount without a rate"), np.asarray(usual), 1e-4),
        "without a rate, 16000 samples in a second are meant",
    )


@lesson.exercise(
    reference=spectral.dft,
    minutes=5,
    hints=(
        "For one k it is a sum over n, as in exercise 1, without the 2 / N: `np.sum(x * np.exp(-2j * np.pi * k * n "
        "/ len(x)))`. You need it for every k from 0 to N − 1.",
        "Either a loop over k that collects the sums in a list, or all at once: `np.outer(n, n)` holds every product "
        "k · n.",
        "`np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x`, with `n = np.arange(len(x))`. `@` sums over n.",
    ),
    instead_of=(*TRANSFORMS, "gan_course.spectral.fft"),
)
def dft(answer, rng: np.random.Generator) -> None:
    """All N values, of real and of complex rows, of even and odd lengths."""
    for length in (2 * int(rng.integers(4, 20)), 2 * int(rng.integers(4, 20)) + 1):
        x = rng.normal(size=length)
        _require_dft(answer(x), x, f"the DFT of {length} samples")
    z = rng.normal(size=7) + 1j * rng.normal(size=7)
    expect_equal(answer(z), np.fft.fft(z), "the DFT of complex samples")
    expect_equal(answer(np.ones(1)), np.ones(1) + 0j, "the DFT of one sample")


def _require_dft(answer: Any, x: np.ndarray, what: str) -> None:
    N = len(x)
    got, wanted = expect_array(answer, what), np.fft.fft(x)
    k = np.arange(N)
    late = np.exp(-2j * np.pi * np.outer(k + 1, k) / N) @ x
    require_none_of(
        got,
        wanted,
        what,
        {
            f"only {N // 2 + 1} of the {N} values are there: k goes up to N − 1": np.fft.rfft(x),
            f"only {N // 2} of the {N} values are there: k goes up to N − 1": wanted[: N // 2],
            "it is the magnitude: return the complex numbers": np.abs(wanted),
            "it is the cosine's part alone: return complex numbers": wanted.real,
            "k must begin at 0": late,
            "the sample numbers n must begin at 0": np.exp(-2j * np.pi * k / N) * wanted,
            "is 2π in the exponent?": np.exp(-1j * np.outer(k, k) / N) @ x,
            "the angle of a whole turn is 2π, and not π": np.exp(-1j * np.pi * np.outer(k, k) / N) @ x,
        },
    )
    expect_equal(got, wanted, what, axes=("frequency",))


@lesson.exercise(
    reference=spectral.bin_frequency,
    minutes=5,
    hints=(
        "Bin k makes k turns in N samples. N samples last N / rate seconds. How many turns is that in a second?",
        "From the middle on, take N away from k first: bin N − 1 is bin −1. For an array, `np.where(condition, one, "
        "other)` chooses for each entry.",
        "`np.where(k > length / 2, k - length, k) * rate / length`",
    ),
    instead_of=TRANSFORMS,
)
def bin_frequency(answer, rng: np.random.Generator) -> None:
    """k · rate / N, and (k − N) · rate / N beyond the middle, for numbers and arrays, even and odd lengths."""
    rate = float(rng.choice([8000, 16_000, 44_100]))
    for length in (2 * int(rng.integers(4, 60)), 2 * int(rng.integers(4, 60)) + 1):
        k = np.arange(length)
        up = k * rate / length
        wanted = np.where(2 * k > length, up - rate, up)
        what = f"the frequency of bin {{}} of {length} samples at {rate:.0f} Hz"
        for one in (1, int(rng.integers(2, length // 2 - 1)), int(rng.integers(length // 2 + 2, length))):
            said = what.format(one)
            got = np.asarray(expect_number(answer(one, length, rate), said))
            low = {
                "there are as many steps from 0 to the rate as samples, not one less": one
                * rate
                / (length - 1),
                "a bin is as wide as the rate over the number of samples, not half of that": up[one] / 2,
                "you have turned it over: it is the number of turns in a second": length * rate / one,
                "with k turns in N samples, a turn lasts N / k samples": one * length / rate,
            }
            high = {
                "beyond the middle the frequencies are negative: take N from k there": up[one],
                "beyond the middle the frequencies are negative": -wanted[one],
                "negative, but counted from the middle: bin N − 1 is bin −1": rate / 2 - up[one],
            }
            faults = high if 2 * one > length else low
            require_none_of(got, wanted[one], said, faults)
            expect_equal(got, wanted[one], said)
        middle = length // 2
        both = expect_array(answer(k, length, rate), f"the frequencies of all {length} bins")
        expect(
            both.shape == k.shape, f"{length} bins have {length} frequencies, and not the shape {both.shape}"
        )
        if length % 2 == 0:  # half the rate, either sign of which is right
            expect_equal(
                abs(both[middle]), rate / 2, f"the frequency of the middle bin of {length}, half the rate,"
            )
            both[middle], wanted[middle] = 0, 0
        expect_equal(both, wanted, f"the frequencies of all {length} bins, an array,")
    expect_equal(answer(2, 100), 320.0, "the frequency of bin 2 of 100 at the usual rate of 16000")


@lesson.exercise(
    reference=spectral.inverse_dft,
    minutes=4,
    hints=(
        "It looks like the DFT, with two changes. Which two? Compare the formulas.",
        "The exponent has the sign +, and the sum is divided by N.",
        "`np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X / len(X)`, with `k = np.arange(len(X))`.",
    ),
    instead_of=(*TRANSFORMS, "gan_course.spectral.fft", "gan_course.spectral.inverse_fft"),
)
def inverse_dft(answer, rng: np.random.Generator) -> None:
    """The other sign and the division by N; complex, since spectra may be anything."""
    for length in (2 * int(rng.integers(4, 20)), 2 * int(rng.integers(4, 20)) + 1):
        X = rng.normal(size=length) + 1j * rng.normal(size=length)
        what = f"the samples for a spectrum of {length} complex values"
        got, wanted = expect_array(answer(X), what), np.fft.ifft(X)
        require_none_of(
            got,
            wanted,
            what,
            {
                "the sum must be divided by N": wanted * length,
                "it is the DFT divided by N: the exponent has the sign + here": np.fft.fft(X) / length,
                "it is the DFT once more: the exponent has the sign + here, and the sum is divided by N": (
                    np.fft.fft(X)
                ),
                "it is real: keep the complex numbers, a spectrum need not be that of a real sound": wanted.real,
                "it is the magnitude: keep the complex numbers": np.abs(wanted),
                "divide by N, not by its square root": wanted * np.sqrt(length),
                "divide by N once": wanted / length,
            },
        )
        expect_equal(got, wanted, what, axes=("sample",))


def _recursion(
    x: np.ndarray,
    split: Callable[[np.ndarray], Sequence[np.ndarray]] = lambda x: (x[::2], x[1::2]),
    turn: float = -2.0,
    second: float = -1.0,
    side_by_side: bool = False,
) -> np.ndarray:
    """The FFT as students write it, with one thing or another wrong."""
    if len(x) == 1:
        return x.astype(complex)
    even, odd = (_recursion(part, split, turn, second, side_by_side) for part in split(x))
    turned = np.exp(turn * 1j * np.pi * np.arange(len(odd)) / len(x)) * odd
    parts = [even + turned, even + second * turned]
    return np.stack(parts, 1).ravel() if side_by_side else np.concatenate(parts)


@lesson.exercise(
    reference=spectral.fft,
    points=2,
    minutes=12,
    hints=(
        "A function may call itself. The DFT of one sample is that sample: `if len(x) == 1: return x`. Otherwise ask "
        "`fft` for the DFT of the even samples `x[::2]`, and for that of the odd ones `x[1::2]`.",
        "Turn the odd half's DFT: multiply its entry k with exp(−2πi k / N), where N is the length of `x` and "
        "k = 0 … N/2 − 1.",
        "The first half of the result is `even + turned`, the second `even - turned`; `np.concatenate([…, …])` puts "
        "them one after the other.",
    ),
    instead_of=TRANSFORMS,
)
def fft(answer, rng: np.random.Generator) -> None:
    """Equal to numpy's for powers of two, real and complex, with far fewer steps, bytes and seconds than N²."""
    for length in (4, 2, 16, int(2 ** rng.integers(5, 7))):
        x = rng.normal(size=length)
        what = f"the FFT of {length} samples"
        got, wanted = expect_array(answer(x), what), np.fft.fft(x)
        require_none_of(
            got,
            wanted,
            what,
            {
                "in the second half the turned part is subtracted": _recursion(x, second=1.0),
                "the DFT of the odd samples must be turned by exp(−2πi k / N) before it is added": _recursion(
                    x, turn=0.0
                ),
                "the angle is 2πk / N with N the length of x, not of its half": _recursion(x, turn=-4.0),
                "the angle is 2πk / N, and yours is half of that": _recursion(x, turn=-1.0),
                "even and odd samples are exchanged: x[::2] begins with sample 0, which is even": _recursion(
                    x, lambda x: (x[1::2], x[::2])
                ),
                "it must be split into even and odd samples, not into first and second half": _recursion(
                    x, lambda x: (x[: len(x) // 2], x[len(x) // 2 :])
                ),
                "the two halves of the result follow each other, they do not alternate": _recursion(
                    x, side_by_side=True
                ),
                "it is the magnitude: return the complex numbers": np.abs(wanted),
                "it is divided by N, which only the inverse is": wanted / length,
            },
        )
        expect_equal(got, wanted, what, axes=("frequency",))
    z = rng.normal(size=8) + 1j * rng.normal(size=8)
    expect_equal(answer(z), np.fft.fft(z), "the FFT of complex samples")
    one = expect_array(answer(z[:1]), "the FFT of one sample")
    expect_equal(one.reshape(-1), z[:1], "the FFT of one sample, which is that sample,")
    many = Counted.of(rng.normal(size=256))
    expect_equal(many.followed(answer.function), np.fft.fft(np.array(many)), "the FFT of 256 samples")
    slow = (
        "the values are right, but found in some N² steps, no faster than the DFT: "
        "split into even and odd samples, and call `fft` for both"
    )
    _require_effort(many, 256 * 256 // 2, slow)
    if many.effort[0] < 256 * 8:  # fewer than N log₂ N: most of the work was done where it is not counted
        expect(_memory(answer.function, rng.normal(size=256)) < 8 * 256 * 256, slow)
        expect(not _grows_by_squares(answer.function, rng.normal(size=64), rng.normal(size=512)), slow)


def _require_effort(counted: Counted, limit: int, sentence: str) -> None:
    expect(counted.effort is not None and counted.effort[0] < limit, sentence)


def _memory(function: Callable[[np.ndarray], Any], x: np.ndarray) -> int:
    """How many bytes `function` of `x` needs at its peak: a matrix of N² complex numbers needs 16 N²."""
    before = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        held, _ = tracemalloc.get_traced_memory()
        function(x)
        return tracemalloc.get_traced_memory()[1] - held
    finally:
        if not before:
            tracemalloc.stop()


# Windows counts a thread's own time in steps of 16 ms
_clock = time.perf_counter if os.name == "nt" else time.thread_time


def _grows_by_squares(function: Callable[[np.ndarray], Any], few: np.ndarray, many: np.ndarray) -> bool:
    """Whether `function` takes far more than eight times as long for `many`, which are eight times as many as `few`.

    N log N steps take up to 12 times as long, and N² steps 64 times. A busy computer may disturb a measurement: what
    is too slow is measured again.
    """
    return all(
        _seconds(function, many) > 28 * min(_seconds(function, few) for _ in range(3)) for _ in range(3)
    )


def _seconds(function: Callable[[np.ndarray], Any], x: np.ndarray) -> float:
    begin = _clock()
    function(x)
    return max(_clock() - begin, 1e-6)


@lesson.exercise(
    reference=spectral.swap_phase,
    minutes=5,
    hints=(
        "Take the spectrum of both: `np.fft.rfft`. `np.abs` gives magnitudes, `np.angle` gives phases.",
        "The number with magnitude r and phase φ is r · exp(iφ): `r * np.exp(1j * phi)`.",
        "Back to samples with `np.fft.irfft(…, len(x))`. Without `len(x)` an odd number of samples would lose one.",
    ),
)
def swap_phase(answer, rng: np.random.Generator) -> None:
    """Magnitudes of the first, phases of the second, real, and as long as they were."""
    for length in (2 * int(rng.integers(5, 30)), 2 * int(rng.integers(5, 30)) + 1):
        x, y = rng.normal(size=length), rng.normal(size=length)
        X, Y = np.fft.fft(x), np.fft.fft(y)

        def back(Z: np.ndarray) -> np.ndarray:
            return np.fft.ifft(Z).real

        what = f"the sound of {length} samples"
        got, wanted = expect_array(answer(x, y), what), back(np.abs(X) * Y / np.abs(Y))
        half = np.fft.rfft(wanted)
        require_none_of(
            got,
            wanted,
            what,
            {
                "it has the magnitudes of y and the phases of x: the other way round": back(
                    np.abs(Y) * X / np.abs(X)
                ),
                "it is the spectrum: transform back": half,
                "it is the spectrum, all of it: transform back": np.abs(X) * Y / np.abs(Y),
                "the magnitudes of both are in it: divide Y by its own": back(np.abs(X) * Y),
                "the phases of both are in it: of X take the magnitude": back(X * Y / np.abs(Y)),
                "the spectra are multiplied": back(X * Y),
                "nothing of y is in it": x,
                "nothing of x is in it": y,
                "the sign of the phases is the wrong one, so that all runs backwards": back(
                    np.abs(X) * np.conj(Y) / np.abs(Y)
                ),
                "all phases are 0 in it": back(np.abs(X)),
                "the last sample is lost, since the number is odd: `np.fft.irfft(…, len(x))`": np.fft.irfft(
                    half
                ),
            },
        )
        expect_equal(got, wanted, what)


@lesson.exercise(
    reference=spectral.cosine_window,
    minutes=6,
    hints=(
        "Each coefficient a, number k, gives one term: a · cos(2πkn / N), for all n at once with `n = "
        "np.arange(length)`.",
        "The signs alternate, beginning with +: `(-1) ** k`.",
        "`sum((-1) ** k * a * np.cos(2 * np.pi * k * n / length) for k, a in enumerate(coefficients))`",
    ),
    instead_of=("scipy.signal", "torch.hann_window", "torch.hamming_window", "torch.blackman_window"),
)
def cosine_window(answer, rng: np.random.Generator) -> None:
    """The alternating sum of cosines with the period N, for any number of coefficients."""
    for count in (2, 3, 4):
        length = int(rng.integers(9, 40))
        a = rng.uniform(0.1, 1, count)
        what = f"the window of {length} samples with {count} coefficients"
        got, wanted = expect_array(answer(length, tuple(a)), what), _cosines(a, np.arange(length), length)
        n, signs = np.arange(length), (-1.0) ** np.arange(count)
        require_none_of(
            got,
            wanted,
            what,
            {
                "the signs alternate: + − + −": _cosines(a * signs, n, length),
                "only the first two terms are in it": _cosines(a[:2], n, length),
                "its period is N, so that N stands below the line, and not N − 1": _cosines(a, n, length - 1),
                "all signs after the first are −, but they alternate": _cosines(
                    np.concatenate([a[:1], -signs[1:] * a[1:]]), n, length
                ),
                "n begins at 0": _cosines(a, n + 1, length),
                "is 2π in the cosine? Yours turns half as far": _cosines(a, n, 2 * length),
            },
        )
        expect_equal(got, wanted, what, axes=("sample",))
    ones = answer(12, (1.0,))
    expect_equal(ones, np.ones(12), "the window with the single coefficient 1")


def _cosines(a: np.ndarray, n: np.ndarray, period: int) -> np.ndarray:
    """a₀ − a₁ cos(2πn / period) + …, as the real part of a polynomial on the unit circle."""
    return np.real(np.polynomial.polynomial.polyval(-np.exp(2j * np.pi * n / period), a))


@lesson.exercise(
    reference=spectral.convolve,
    points=2,
    minutes=8,
    hints=(
        "How long is the result? The last sample of x starts a copy of h: len(x) + len(h) − 1 samples.",
        "`np.fft.rfft(x, length)` fills x with zeros up to that length before it transforms. Do so for both, multiply, "
        "and go back with `np.fft.irfft(…, length)`.",
        "`np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h, length), length)`",
    ),
    instead_of=(
        "numpy.convolve",
        "numpy.correlate",
        "scipy.signal",
        "torch.conv1d",
        "torch.nn.functional.conv1d",
        "torchaudio",
        "librosa",
    ),
)
def convolve(answer, rng: np.random.Generator) -> None:
    """The linear convolution, in full length, for either one longer, through the spectrum."""
    sizes = [int(rng.integers(20, 40)), int(rng.integers(4, 15))]
    for n, m in (sizes, sizes[::-1], [sizes[0], sizes[1] + 1]):
        x, h = rng.normal(size=n), rng.normal(size=m)
        what = f"the convolution of {n} and {m} samples"
        got, wanted = expect_array(answer(x, h), what), np.convolve(x, h)
        longer, whole = max(n, m), n + m - 1
        spectrum = np.fft.fft(x, whole) * np.fft.fft(h, whole)
        around = np.fft.irfft(np.fft.rfft(x, longer) * np.fft.rfft(h, longer), longer)
        require_none_of(
            got,
            wanted,
            what,
            {
                "what should come after the end has wrapped around to the beginning: transform with "
                f"{n} + {m} − 1 samples": around,
                "it wraps around, too short a transform, and is then filled with zeros": np.pad(
                    around, (0, whole - longer)
                ),
                "it must not be cut to the length of x: the last sample of x still has its echoes": wanted[
                    :n
                ],
                "there is one sample too many: n + m − 1": np.append(wanted, 0),
                "it is a correlation: do not conjugate, and do not turn h round": np.fft.ifft(
                    np.fft.fft(x, whole) * np.conj(np.fft.fft(h, whole))
                ).real,
                "h is the wrong way round": np.convolve(x, h[::-1]),
                "the spectra are added, not multiplied": np.pad(x, (0, m - 1)) + np.pad(h, (0, n - 1)),
                "it is the spectrum: transform back": spectrum,
                "it is half the spectrum: transform back": spectrum[: whole // 2 + 1],
                "the last sample is lost, since the number is odd: `np.fft.irfft(…, length)`": np.fft.irfft(
                    spectrum[: whole // 2 + 1]
                ),
                "it is complex: with `rfft` and `irfft` it would be real": wanted + 0j,
            },
        )
        expect_equal(got, wanted, what, axes=("sample",))
    expect(
        _transforms(answer.function, rng.normal(size=20), rng.normal(size=12)),
        "the values are right, but found sample by sample, in N · M steps: go through the spectrum",
    )


def _transforms(function: Callable[..., Any], *given: np.ndarray) -> bool:
    """Whether `function` calls a Fourier transform: one of numpy, scipy or torch, or the learner's, by its name."""
    called: set[str] = set()

    def notice(frame: types.FrameType, event: str, argument: Any) -> None:
        if event == "call":
            called.add(frame.f_code.co_name.lower())
        elif event == "c_call":
            called.add(getattr(argument, "__name__", "").lower())

    before = sys.getprofile()
    sys.setprofile(notice)
    try:
        function(*given)
    finally:
        sys.setprofile(before)
    return any(part in name for name in called for part in ("fft", "dft", "fourier", "transform"))


@lesson.exercise(
    reference=spectral.spread,
    minutes=5,
    hints=(
        "First make shares of the weights, which add up to 1: `weight / np.sum(weight)`.",
        "The mean is the sum of position · share. The variance is the sum of (position − mean)² · share.",
        "`np.sqrt(np.sum((position - mean) ** 2 * share))`: the root of the variance has the unit of the position.",
    ),
    instead_of=("numpy.cov", "numpy.var", "numpy.std"),
)
def spread(answer, rng: np.random.Generator) -> None:
    """The weighted standard deviation: a number, whatever the weights add up to and wherever the middle is."""
    position = rng.normal(size=int(rng.integers(10, 40))) * rng.uniform(0.5, 3) + rng.uniform(2, 9)
    weight = rng.uniform(0.1, 4, len(position))
    share = weight / weight.sum()
    mean = position @ share
    wanted = np.asarray(np.sqrt(position**2 @ share - mean**2))
    what = "the spread"
    got = np.asarray(expect_number(answer(position, weight), what))
    require_none_of(
        got,
        wanted,
        what,
        {
            "it is the variance: take the root": wanted**2,
            "the weights are not used": np.std(position),
            "the weights must be divided by their sum": np.sqrt(np.sum((position - mean) ** 2 * weight)),
            "the mean must be taken away before squaring": np.sqrt(position**2 @ share),
            "the mean has to be weighted as well": np.sqrt((position - position.mean()) ** 2 @ share),
            "it is the mean distance, and not the root of the mean square": np.abs(position - mean) @ share,
            "it is the mean, and not how far from it the positions are": mean,
            "the weights are squared": np.sqrt(
                (position - position @ weight**2 / (weight**2).sum()) ** 2 @ weight**2 / (weight**2).sum()
            ),
            "sum, do not take the mean: the shares add up to 1 already": wanted / np.sqrt(len(position)),
        },
    )
    expect_equal(got, wanted, what)
    shifted = expect_number(answer(position + 100, 5 * weight), what)
    expect(
        abs(shifted - wanted) < 1e-4 * wanted,
        "the spread must not change when all positions move by as much, and all weights grow by as much",
    )
