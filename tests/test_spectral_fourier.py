"""The Fourier transform, windows and convolution of lesson 02, against numpy, scipy and their own properties."""

import numpy as np
import pytest
import scipy.fft
import scipy.signal
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course import Sound, spectral
from gan_course.spectral import WINDOWS

quick = settings(max_examples=40, deadline=None)
lengths = st.integers(1, 300)
powers = st.integers(0, 10).map(lambda e: 2**e)
seeds = st.integers(0, 99)


def noise(length: int, seed: int = 0, imaginary: bool = False) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=length) + (1j * rng.normal(size=length) if imaginary else 0)


def assert_same(got: np.ndarray, wanted: np.ndarray, tolerance: float = 1e-10) -> None:
    """Equal but for rounding, relative to the largest value."""
    assert got.shape == wanted.shape
    assert np.abs(got - wanted).max() <= tolerance * np.abs(wanted).max()


# DFT and FFT


@quick
@given(length=lengths, seed=seeds, imaginary=st.booleans())
def test_the_dft_equals_that_of_scipy_for_any_length(length: int, seed: int, imaginary: bool) -> None:
    x = noise(length, seed, imaginary)
    X = spectral.dft(x)
    assert X.dtype == np.complex128
    assert_same(X, scipy.fft.fft(x))
    assert_same(spectral.inverse_dft(X), x.astype(complex))


@quick
@given(length=powers, seed=seeds, imaginary=st.booleans())
def test_the_fft_equals_that_of_numpy_for_any_power_of_two(length: int, seed: int, imaginary: bool) -> None:
    x = noise(length, seed, imaginary)
    X = spectral.fft(x)
    assert X.dtype == np.complex128
    assert_same(X, np.fft.fft(x))
    assert_same(spectral.inverse_fft(X), x.astype(complex))


def test_long_transforms_are_as_exact() -> None:
    assert_same(spectral.fft(noise(2**15)), np.fft.fft(noise(2**15)))
    assert_same(spectral.dft(noise(2003)), np.fft.fft(noise(2003)))


@quick
@given(length=lengths, k=st.integers(0, 299), m=st.integers(0, 299))
def test_turning_sinusoids_with_whole_numbers_of_turns_are_orthogonal(length: int, k: int, m: int) -> None:
    k, m = k % length, m % length
    turning = np.exp(2j * np.pi * m * np.arange(length) / length)
    wanted = length * (np.arange(length) == m)
    assert np.abs(spectral.dft(turning) - wanted).max() < 1e-9 * length
    assert abs(spectral.dft(turning)[k] - length * (k == m)) < 1e-9 * length


@quick
@given(length=lengths, seed=seeds)
def test_energy_is_the_same_in_time_and_frequency(length: int, seed: int) -> None:
    x = noise(length, seed, imaginary=True)
    assert np.isclose((np.abs(x) ** 2).sum(), (np.abs(spectral.dft(x)) ** 2).sum() / length)


@quick
@given(length=powers, shift=st.integers(0, 1023), seed=seeds)
def test_a_delay_changes_phases_alone(length: int, shift: int, seed: int) -> None:
    x = noise(length, seed)
    turned = np.exp(-2j * np.pi * np.arange(length) * shift / length) * spectral.fft(x)
    assert_same(spectral.fft(np.roll(x, shift)), turned)


@quick
@given(
    amplitude=st.floats(0.01, 2),
    phase=st.floats(-3, 3),
    turns=st.integers(1, 30),
    length=st.integers(64, 300),
    rate=st.sampled_from([8000, 16_000, 44_100.0]),
)
def test_amount_finds_amplitude_and_phase_of_a_sinusoid(
    amplitude: float, phase: float, turns: int, length: int, rate: float
) -> None:
    x = amplitude * np.cos(2 * np.pi * turns * np.arange(length) / length + phase) + 0.3
    found = spectral.amount(x, turns * rate / length, rate)
    assert np.isclose(found, amplitude * np.exp(1j * phase), rtol=0, atol=1e-10)


@quick
@given(length=lengths, seed=seeds, f=st.floats(0, 8000))
def test_amount_is_the_discrete_time_transform_that_scipy_computes(length: int, seed: int, f: float) -> None:
    x = noise(length, seed)
    _, response = scipy.signal.freqz(x, worN=[f], fs=16_000)
    assert np.isclose(spectral.amount(x, f), 2 / length * response[0], rtol=0, atol=1e-9)


@quick
@given(length=lengths, rate=st.floats(1, 1e5))
def test_bin_frequencies_are_those_of_numpy_but_for_the_sign_of_half_the_rate(
    length: int, rate: float
) -> None:
    wanted = np.fft.fftfreq(length, 1 / rate)
    if length % 2 == 0:
        wanted[length // 2] *= -1
    assert np.allclose(spectral.bin_frequency(np.arange(length), length, rate), wanted)
    assert np.allclose([spectral.bin_frequency(k, length, rate) for k in range(length)], wanted)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint64, np.float32])
def test_bin_frequencies_are_the_same_for_numbers_of_any_type(kind: type) -> None:
    k = np.arange(100, dtype=kind)
    assert_same(spectral.bin_frequency(k, 100), spectral.bin_frequency(np.arange(100), 100))
    assert spectral.bin_frequency(kind(99), 100) == -160


# Phase


@quick
@given(length=st.integers(2, 300), seed=seeds)
def test_swapped_phases_keep_the_magnitudes_of_one_and_the_angles_of_the_other(
    length: int, seed: int
) -> None:
    x, y = noise(length, seed), noise(length, seed + 1)
    Z, X, Y = (scipy.fft.fft(each) for each in (spectral.swap_phase(x, y), x, y))
    assert_same(np.abs(Z), np.abs(X))
    assert np.abs(Z * np.conj(Y) - np.abs(X * Y)).max() <= 1e-10 * np.abs(X * Y).max()


def test_a_sound_with_its_own_phases_is_itself() -> None:
    x = noise(101)
    assert_same(spectral.swap_phase(x, x), x)


# Windows


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("length", [2, 5, 64, 1023])
def test_windows_equal_those_of_scipy(name: str, length: int) -> None:
    wanted = scipy.signal.get_window("boxcar" if name == "rectangular" else name, length)
    assert np.allclose(spectral.cosine_window(length, WINDOWS[name]), wanted, rtol=0, atol=1e-12)


def test_hann_is_the_window_of_the_stft() -> None:
    window = spectral.cosine_window(1024, WINDOWS["hann"])
    assert np.allclose(window, spectral.hann(1024, torch.float64).numpy(), rtol=0, atol=1e-14)


@quick
@given(
    coefficients=st.lists(st.floats(-1, 1), min_size=1, max_size=5),
    length=st.integers(16, 90),
)
def test_the_spectrum_of_a_cosine_window_is_its_coefficients(coefficients: list[float], length: int) -> None:
    W = scipy.fft.fft(spectral.cosine_window(length, coefficients)) / length
    wanted = np.zeros(length)
    for k, a in enumerate(coefficients):
        wanted[k] += (-1) ** k * a / 2
        wanted[-k] += (-1) ** k * a / 2
    assert np.allclose(W, wanted, rtol=0, atol=1e-12)
    theirs = scipy.signal.windows.general_cosine(length, coefficients, sym=False)
    assert np.allclose(spectral.cosine_window(length, coefficients), theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "width", "level"),
    [("rectangular", 2, -13.3), ("hann", 4, -31.5), ("hamming", 4, -42.7), ("blackman", 6, -58.1)],
)
@pytest.mark.parametrize("length", [128, 999])
def test_lobes_are_as_harris_1978_lists_them(name: str, width: float, level: float, length: int) -> None:
    window = spectral.cosine_window(length, WINDOWS[name])
    assert abs(spectral.main_lobe_width(window) - width) <= 1 / 16
    assert abs(spectral.side_lobe_level(window) - level) < 0.15
    assert spectral.side_lobe_level(3 * window) == pytest.approx(spectral.side_lobe_level(window))


def test_the_main_lobe_of_a_rectangle_ends_at_the_first_zero_of_its_closed_form() -> None:
    """Dirichlet's kernel sin(πf) / sin(πf / N) is 0 at f = 1 bin, and its next extreme lies near f = 1.43."""
    f = np.linspace(1, 2, 20_001)
    level = 20 * np.log10(np.abs(np.sin(np.pi * f) / np.sin(np.pi * f / 256)).max() / 256)
    assert spectral.main_lobe_width(np.ones(256)) == 2
    assert spectral.side_lobe_level(np.ones(256)) == pytest.approx(level, abs=0.01)


def test_ripples_of_rounding_are_no_lobes() -> None:
    window = scipy.signal.windows.blackmanharris(1000, sym=False)
    assert spectral.main_lobe_width(window + 1e-14 * noise(1000)) == spectral.main_lobe_width(window) == 8
    assert spectral.side_lobe_level(window) == pytest.approx(-92, abs=0.2)


# Convolution


@quick
@given(n=lengths, m=lengths, seed=seeds)
def test_convolution_through_the_spectrum_equals_the_sum(n: int, m: int, seed: int) -> None:
    x, h = noise(n, seed), noise(m, seed + 1)
    y = spectral.convolve(x, h)
    assert y.dtype == np.float64
    wanted = np.convolve(x, h)
    assert y.shape == wanted.shape
    assert np.abs(y - wanted).max() <= 1e-10 * np.linalg.norm(x) * np.linalg.norm(h)
    assert np.allclose(y, scipy.signal.convolve(h, x, method="direct"), rtol=0, atol=1e-10)


def test_an_impulse_leaves_a_sound_as_it_is_and_a_late_one_delays_it() -> None:
    x = noise(50)
    assert_same(spectral.convolve(x, [1]), x)
    assert_same(spectral.convolve(x, [0, 0, 0, 2]), np.concatenate([[0, 0, 0], 2 * x]))


# Uncertainty


@quick
@given(shift=st.floats(-5, 5), scale=st.floats(0.1, 10), seed=seeds)
def test_spread_is_the_weighted_standard_deviation(shift: float, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    position, weight = rng.normal(size=60), rng.uniform(size=60)
    wanted = np.sqrt(np.cov(position, aweights=weight, ddof=0))
    assert spectral.spread(position, weight) == pytest.approx(float(wanted))
    assert spectral.spread(scale * position + shift, 7 * weight) == pytest.approx(scale * float(wanted))


def test_a_gaussian_burst_reaches_the_least_product_of_duration_and_bandwidth_and_others_stay_above() -> None:
    rate, t = 16_000, np.arange(16_384) / 16_000 - 0.5

    def product(envelope: np.ndarray) -> float:
        x = envelope * np.cos(2 * np.pi * 2000 * t)
        f = np.fft.rfftfreq(len(x), 1 / rate)
        duration = spectral.spread(t, x**2)
        return duration * spectral.spread(f, np.abs(np.fft.rfft(x)) ** 2)

    assert product(np.exp(-((t / 0.02) ** 2))) == pytest.approx(1 / (4 * np.pi), rel=1e-4)
    hann = np.where(np.abs(t) < 0.03, np.cos(np.pi * t / 0.06) ** 2, 0)
    # in closed form for cos²: √((π² / 3 − 5 / 2) / 3) / 2π, 2.6% above the least
    assert product(hann) == pytest.approx(np.sqrt((np.pi**2 / 3 - 2.5) / 3) / (2 * np.pi), rel=1e-3)
    assert product((np.abs(t) < 0.03).astype(float)) > 0.3


# What goes in


@pytest.mark.parametrize(
    "function",
    [
        spectral.dft,
        spectral.inverse_dft,
        spectral.fft,
        spectral.inverse_fft,
        lambda x: spectral.amount(x, 440),
        lambda x: spectral.convolve(x, [1, 2]),
        lambda x: spectral.convolve([1, 2], x),
        lambda x: spectral.swap_phase(x, x),
        lambda x: spectral.spread(x, np.ones(2)),
        spectral.main_lobe_width,
        spectral.side_lobe_level,
    ],
)
@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ([], "empty"),
        ([1.0, np.nan], "index 1"),
        ([np.inf, 0], "finite"),
        (np.ones((2, 2)), "one axis"),
        (3.0, "one axis"),
        ("ab", "numbers"),
        ([[1], [1, 2]], "one row"),
    ],
)
def test_what_is_no_row_of_finite_numbers_is_refused_in_one_sentence(function, bad, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refusal:
        function(bad)
    assert len(str(refusal.value)) < 160


@pytest.mark.parametrize("length", [3, 6, 100, 1023])
def test_the_fft_refuses_lengths_that_are_no_power_of_two_and_says_which_is_next(length: int) -> None:
    following = 2 ** int(np.ceil(np.log2(length)))
    for function in (spectral.fft, spectral.inverse_fft):
        with pytest.raises(ValueError, match=f"add zeros up to {following}$"):
            function(np.ones(length))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: spectral.dft(np.ones(4097)), "4096, or take fft"),
        (lambda: spectral.inverse_dft(np.ones(5000)), "inverse_fft"),
        (lambda: spectral.swap_phase(np.ones(5), np.ones(6)), "cut the longer"),
        (lambda: spectral.swap_phase([1j, 2], [1, 2]), "real"),
        (lambda: spectral.convolve([1j, 2], [1, 2]), "real"),
        (lambda: spectral.amount(np.ones(5), np.nan), "frequency"),
        (lambda: spectral.amount(np.ones(5), 440, 0), "rate"),
        (lambda: spectral.bin_frequency(8, 8), "0 to 7"),
        (lambda: spectral.bin_frequency(-1, 8), "0 to 7"),
        (lambda: spectral.bin_frequency(0, 0), "length"),
        (lambda: spectral.cosine_window(0, [1]), "window"),
        (lambda: spectral.cosine_window(8, []), "coefficients"),
        (lambda: spectral.main_lobe_width([1, -1]), "adds up to 0"),
        (lambda: spectral.main_lobe_width(np.sin(2 * np.pi * np.arange(100) / 100)), "adds up to 0"),
        (
            lambda: spectral.side_lobe_level(scipy.signal.windows.gaussian(501, 30)),
            "too smooth has no side lobes",
        ),
        (lambda: spectral.main_lobe_width([1]), "too short"),
        (lambda: spectral.spread([1, 2], [1, -1]), "not negative"),
        (lambda: spectral.spread([1, 2], [0, 0]), "not negative"),
        (lambda: spectral.spread([1, 2], [1]), "as many"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


def test_sounds_lists_and_tensors_are_taken_and_left_as_they_are() -> None:
    x = noise(64).astype(np.float32)
    wanted = np.fft.fft(x.astype(float))
    tensor = torch.from_numpy(x).requires_grad_()
    for given_as in (Sound(x), x.tolist(), tensor, x):
        assert_same(spectral.fft(given_as), wanted)
        assert_same(spectral.dft(given_as), wanted)
    one = np.array([2 + 1j])
    spectral.fft(one)[0] = 0
    spectral.inverse_fft(one)[0] = 0
    assert one[0] == 2 + 1j
    before = noise(64)
    spectral.fft(before)
    spectral.convolve(before, before)
    assert np.array_equal(before, noise(64))
    assert_same(spectral.dft([1, 2, 3]), np.fft.fft([1, 2, 3]))
