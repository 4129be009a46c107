"""The discrete Fourier transform, and what can be done with it: lesson 02.

Arrays, lists, tensors and Sounds of shape `(sample,)` go in, numpy arrays of double precision come out. All functions
raise ValueError for what is empty, has more than one axis, or holds NaN or infinity.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from gan_course.synthesis.edge import edge

WINDOWS: Mapping[str, tuple[float, ...]] = {
    "rectangular": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
}
"""The coefficients of windows that are sums of cosines, for `cosine_window`; Harris (1978), table I. Lesson 02."""

LONGEST_DFT = 4096
_FINE = 64  # places between two bins at which a window's spectrum is looked at


def _numbers(given: Any, what: str) -> NDArray[Any]:
    """`given` as a one-dimensional float64 or complex128 array of finite numbers, or ValueError."""
    if isinstance(given, torch.Tensor):
        given = given.detach().cpu()
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError(f"{what} is one row of numbers, and these rows differ in length") from None
    if array.dtype.kind not in "fciub":
        raise ValueError(f"{what} holds numbers, and not {array.dtype}: convert it first")
    if array.ndim != 1:
        raise ValueError(
            f"{what} has one axis, and not the shape {array.shape}: take one channel of one sound"
        )
    if not array.size:
        raise ValueError(f"{what} is empty: give at least one number")
    array = array.astype(complex if array.dtype.kind == "c" else float, copy=False)
    if not np.isfinite(array).all():
        bad = int(np.flatnonzero(~np.isfinite(array))[0])
        raise ValueError(
            f"{what} must hold finite numbers, and at index {bad} it holds {array[bad]}: repair it first"
        )
    return array


def _real(given: Any, what: str) -> NDArray[np.float64]:
    array = _numbers(given, what)
    if array.dtype.kind == "c":
        raise ValueError(
            f"{what} must be real, and complex numbers were given: take its real part or magnitude"
        )
    return array


def _rate(rate: float) -> float:
    if not 0 < rate < float("inf"):
        raise ValueError(f"the rate is a number of samples in a second above 0, such as 16000, not {rate!r}")
    return rate


def _amount_arguments(x: ArrayLike, frequency: float, rate: float) -> tuple[NDArray[Any], float, float]:
    if not np.isfinite(frequency):
        raise ValueError(f"the frequency is a finite number of Hz, such as 440, not {frequency!r}")
    return _numbers(x, "the sound"), frequency, _rate(rate)


@edge(_amount_arguments)
def amount(x: NDArray[Any], frequency: float, rate: float = 16_000) -> complex:
    """How much of a sinusoid of `frequency` (Hz) is in `x` `(sample,)`: (2/N) Σ x[n] exp(−2πi f n / rate).

    For x[n] = A cos(2πf n / rate + φ) over a whole number of turns (and 0 < f < rate / 2) it is A exp(iφ): its
    magnitude is the amplitude, its angle the phase. Lesson 02.
    """
    n = np.arange(len(x))
    return 2 / len(x) * np.sum(x * np.exp(-2j * np.pi * frequency * n / rate))


def _short(what: str, function: str) -> Callable[[ArrayLike], tuple[NDArray[Any]]]:
    def arguments(given: ArrayLike) -> tuple[NDArray[Any]]:
        array = _numbers(given, what)
        if len(array) > LONGEST_DFT:
            raise ValueError(
                f"{what} has {len(array)} entries, and its matrix would have {len(array)} times as many: give at "
                f"most {LONGEST_DFT}, or take {function}"
            )
        return (array,)

    return arguments


@edge(_short("the sound", "fft"))
def dft(x: NDArray[Any]) -> NDArray[np.complex128]:
    """The discrete Fourier transform `(frequency,)` of `x` `(sample,)`: X[k] = Σ x[n] exp(−2πi kn / N).

    All N values, straight from the formula with N² multiplications. Equal to `numpy.fft.fft`. Raises ValueError
    for more than 4096 samples. Lesson 02.
    """
    n = np.arange(len(x))
    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x


@edge(_short("the spectrum", "inverse_fft"))
def inverse_dft(X: NDArray[Any]) -> NDArray[np.complex128]:
    """The samples `(sample,)` whose DFT is `X` `(frequency,)`: x[n] = (1/N) Σ X[k] exp(2πi kn / N).

    Complex; for the spectrum of a real sound the imaginary part is rounding alone. Equal to `numpy.fft.ifft`.
    Raises ValueError for more than 4096 values. Lesson 02.
    """
    k = np.arange(len(X))
    return np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X / len(X)


def _bin_arguments(
    k: ArrayLike, length: int, rate: float
) -> tuple[NDArray[np.floating] | ArrayLike, int, float]:
    if length != int(length) or length < 1:
        raise ValueError(f"the length is a whole number of samples, at least 1, and not {length!r}")
    number = np.asarray(k)
    if number.dtype.kind not in "fiu" or not ((number >= 0) & (number < length)).all():
        raise ValueError(f"the bins of {length} samples are 0 to {length - 1}, and not {k!r}")
    # whole numbers as numpy's usual ones: smaller ones, and those without a sign, hold no k − length
    return number if number.dtype.kind == "f" else number.astype(np.int64), length, _rate(rate)


@edge(_bin_arguments)
def bin_frequency(k: int | NDArray[Any], length: int, rate: float = 16_000) -> Any:
    """The frequency (Hz) of bin `k`, a number or an array, of a DFT of `length` samples.

    From 0 up to rate / 2, and beyond the middle negative: bin N − k turns as fast as bin k, the other way round.
    As `numpy.fft.fftfreq`, which calls the middle bin of an even length −rate / 2; here it is rate / 2. Lesson 02.
    """
    return np.where(k > length / 2, k - length, k) * rate / length


def _power_of_two(what: str) -> Callable[[ArrayLike], tuple[NDArray[Any]]]:
    def arguments(given: ArrayLike) -> tuple[NDArray[Any]]:
        array = _numbers(given, what)
        if len(array) & (len(array) - 1):
            raise ValueError(
                f"{what} has {len(array)} entries, and a power of two is needed: add zeros up to "
                f"{1 << len(array).bit_length()}"
            )
        # the DFT of one sample is that sample, and must not be the caller's own
        return (array.astype(complex, copy=len(array) == 1),)

    return arguments


@edge(_power_of_two("the sound"))
def fft(x: NDArray[Any]) -> NDArray[np.complex128]:
    """The DFT `(frequency,)` of `x` `(sample,)` in about N log₂ N steps, for N = 1, 2, 4, 8, …

    The DFTs of the even and of the odd samples, put together: X[k] = E[k] + exp(−2πi k / N) O[k], and
    X[k + N/2] = E[k] − exp(−2πi k / N) O[k]. Cooley and Tukey (1965). Equal to `numpy.fft.fft`, which is faster.
    Raises ValueError for other lengths. Lesson 02.
    """
    if len(x) == 1:
        return x
    even, odd = fft(x[::2]), fft(x[1::2])
    turned = np.exp(-2j * np.pi * np.arange(len(odd)) / len(x)) * odd
    return np.concatenate([even + turned, even - turned])


@edge(_power_of_two("the spectrum"))
def inverse_fft(X: NDArray[Any]) -> NDArray[np.complex128]:
    """The samples `(sample,)` whose DFT is `X` `(frequency,)`, by `fft`, for lengths that are powers of two.

    The inverse has the other sign in its exponent, and so is the conjugate of the transform of the conjugate,
    divided by N. Equal to `numpy.fft.ifft`. Lesson 02.
    """
    return np.conj(fft(np.conj(X))) / len(X)


def _pair(
    one: str, other: str, equal: bool = False
) -> Callable[[ArrayLike, ArrayLike], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    def arguments(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        first, second = _real(x, one), _real(y, other)
        if equal and len(first) != len(second):
            raise ValueError(
                f"{one} has {len(first)} entries and {other} {len(second)}, and they must have as many: cut the "
                "longer one"
            )
        return first, second

    return arguments


@edge(_pair("the sound", "the other sound", equal=True))
def swap_phase(x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.float64]:
    """The waveform `(sample,)` with the magnitudes of `x` and the phases of `y`, both `(sample,)`.

    One DFT of the whole sound each. Oppenheim and Lim (1981). Raises ValueError unless both are equally long.
    Lesson 02.
    """
    X, Y = np.fft.rfft(x), np.fft.rfft(y)
    return np.fft.irfft(np.abs(X) * np.exp(1j * np.angle(Y)), len(x))


def _window_arguments(length: int, coefficients: Sequence[float]) -> tuple[int, NDArray[np.float64]]:
    if length != int(length) or length < 1:
        raise ValueError(f"a window has a whole number of samples, at least 1, and not {length!r}")
    return length, _real(coefficients, "the row of coefficients")


@edge(_window_arguments)
def cosine_window(length: int, coefficients: Sequence[float]) -> NDArray[np.float64]:
    """The window `(sample,)` w[n] = a₀ − a₁ cos(2πn / N) + a₂ cos(4πn / N) − …, with N = `length`.

    coefficients: a₀, a₁, …, such as `WINDOWS["hann"]`, which gives what `hann(length)` does. Periodic: its period is
    N, as spectra want it, and so its DFT has values at bins −K … K alone, where K is the last coefficient's number.
    Equal to `scipy.signal.windows.general_cosine(…, sym=False)`. Harris (1978). Lesson 02.
    """
    n = np.arange(length)
    return sum((-1) ** k * a * np.cos(2 * np.pi * k * n / length) for k, a in enumerate(coefficients))


def _window_spectrum(window: ArrayLike) -> tuple[NDArray[np.float64], int]:
    """Magnitudes of a window's spectrum, 64 a bin, relative to frequency 0, and where its main lobe ends."""
    w = _real(window, "the window")
    magnitude = np.abs(np.fft.rfft(w, _FINE * len(w)))
    if not magnitude[0] > 1e-9 * np.abs(w).sum():
        raise ValueError(
            "the window adds up to 0, so that it has no main lobe: give one that adds up to more"
        )
    rising = np.flatnonzero(np.diff(magnitude) > 1e-9 * magnitude[0])  # what rises by less is rounding
    if not len(rising):
        raise ValueError(
            f"a window of {len(w)} samples that is too short or too smooth has no side lobes: give one of at least 16 "
            "samples, such as Hann's"
        )
    return magnitude / magnitude[0], int(rising[0])


def main_lobe_width(window: ArrayLike) -> float:
    """How wide the bump is that `window` `(sample,)` makes of a tone: from zero to zero, in bins of its length.

    Two for the rectangular window, four for Hann's and Hamming's, six for Blackman's; measured to 1/32 of a bin.
    Harris (1978). Lesson 02.
    """
    return 2 * _window_spectrum(window)[1] / _FINE


def side_lobe_level(window: ArrayLike) -> float:
    """The level (dB) of the highest of the bumps beside the main one, below the main one: negative.

    −13 for the rectangular window, −31 for Hann's, −43 for Hamming's, −58 for Blackman's. Harris (1978). Lesson 02.
    """
    magnitude, end = _window_spectrum(window)
    return float(20 * np.log10(magnitude[end:].max()))


@edge(_pair("the sound", "the impulse response"))
def convolve(x: NDArray[Any], h: NDArray[Any]) -> NDArray[np.float64]:
    """The convolution y[n] = Σ h[m] x[n − m] of `x` and `h`, `(sample,)` each, through their spectra.

    As long as both together less one, so that nothing wraps around. Equal to `numpy.convolve` and
    `scipy.signal.fftconvolve`. Stockham (1966). Lesson 02.
    """
    length = len(x) + len(h) - 1
    return np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h, length), length)


def _spread_arguments(
    position: ArrayLike, weight: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    places, weights = _pair("the row of positions", "the row of weights", equal=True)(position, weight)
    if weights.min() < 0 or not weights.sum() > 0:
        raise ValueError("weights are not negative, and not all 0: give energies, such as x**2")
    return places, weights


@edge(_spread_arguments)
def spread(position: NDArray[Any], weight: NDArray[Any]) -> float:
    """The standard deviation of `position` `(point,)`, each counted with its `weight` `(point,)`, in its unit.

    spread(t, x²) is how long a sound lasts, spread(f, |X|²) how wide its band is; over positive frequencies their
    product is at least about 1/(4π). Gabor (1946). Lesson 02.
    """
    share = weight / np.sum(weight)
    mean = np.sum(position * share)
    return np.sqrt(np.sum((position - mean) ** 2 * share))
