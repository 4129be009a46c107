"""Checks of lesson 03, spectrograms."""

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from gan_course import spectral
from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import Fault, expect, expect_array, expect_equal, expect_number

lesson = Lesson("03", "Spectrograms")

READY_MADE = ("torchaudio", "librosa", "scipy.signal")
AXES = ("frequency", "frame")


# The same things a second time, in numpy, frame by frame --------------------------------------------------


def periodic_hann(length: int) -> np.ndarray:
    """Hann's window, from its cosine."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def dft_of_frames(x: np.ndarray, n_fft: int, hop: int, window: np.ndarray | None = None) -> np.ndarray:
    """The STFT `(frequency, frame)` of `x` `(sample,)`."""
    window = periodic_hann(n_fft) if window is None else window
    x = np.pad(x, n_fft // 2, mode="reflect")
    starts = np.arange(0, len(x) - n_fft + 1, hop)
    return np.fft.rfft(x[starts[:, None] + np.arange(n_fft)] * window).T


def added_up(pieces: np.ndarray, hop: int) -> np.ndarray:
    """Overlapping pieces `(frame, sample)`, added in their places: `(sample,)`."""
    count, length = pieces.shape
    places = np.arange(count)[:, None] * hop + np.arange(length)
    return np.bincount(places.ravel(), pieces.ravel(), (count - 1) * hop + length)


def nearest_waveform(X: np.ndarray, hop: int, length: int, window: np.ndarray | None = None) -> np.ndarray:
    """The least-squares inverse of `X` `(frequency, frame)`: `(sample,)`."""
    n_fft = 2 * (len(X) - 1)
    window = periodic_hann(n_fft) if window is None else window
    total = added_up(np.fft.irfft(X.T, n_fft) * window, hop)
    weight = added_up(np.tile(window**2, (X.shape[1], 1)), hop)
    inside = slice(n_fft // 2, n_fft // 2 + length)
    return total[inside] / weight[inside]


def phases_found(
    magnitude: np.ndarray, hop: int, iterations: int, momentum: float, phase: np.ndarray, length: int
) -> np.ndarray:
    """Griffin-Lim as torchaudio and librosa write it: the same phases from another formula."""
    n_fft, alpha, before = 2 * (len(magnitude) - 1), momentum / (1 + momentum), 0.0
    angles = np.exp(1j * phase)
    for _ in range(iterations):
        now = dft_of_frames(nearest_waveform(magnitude * angles, hop, length), n_fft, hop)[:, : len(phase.T)]
        angles = now - alpha * before
        angles, before = angles / (np.abs(angles) + 1e-30), now
    return nearest_waveform(magnitude * angles, hop, length)


def require_equal(
    answer: Any,
    wanted: np.ndarray,
    what: str,
    faults: Mapping[str, np.ndarray],
    tolerance: float = 1e-5,
    axes: tuple[str, ...] | None = None,
) -> None:
    """`expect_equal`, but an answer that is one of `faults` (sentence → what that mistake gives) is told so."""
    got = expect_array(answer, what)
    for sentence, mistaken in faults.items():
        same_shape = got.shape == mistaken.shape and got.shape != wanted.shape
        if got.shape == mistaken.shape and not (
            got.shape == wanted.shape and _near(wanted, mistaken, tolerance)
        ):
            expect(not _near(got, mistaken, tolerance), f"{what} is not right: {sentence}")
        expect(not same_shape, f"{what} has shape {got.shape}, and {wanted.shape} is expected: {sentence}")
    expect_equal(got, wanted, what, tolerance=tolerance, axes=axes)


def _near(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    with np.errstate(all="ignore"):
        return bool(np.abs(one - other).max(initial=0) <= tolerance * (np.abs(other).max(initial=0) or 1))


def _noise(rng: np.random.Generator, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.from_numpy(rng.uniform(-1, 1, shape)).to(dtype)


# The exercises --------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=spectral.stft,
    points=2,
    minutes=8,
    hints=(
        "Three steps: mirror the ends (`reflect`), cut into pieces (`frames`), and take the DFT of each piece times "
        "the window. `pieces * window` multiplies every piece at once.",
        "`frames` returns `(…, frame, sample)`, and `torch.fft.rfft` works on the last axis: it returns "
        "`(…, frame, frequency)`. We want `(…, frequency, frame)`.",
        "`pieces = frames(reflect(x, n_fft // 2), n_fft, hop)`, then `torch.fft.rfft(pieces * window)`, then "
        "`.transpose(-1, -2)`.",
    ),
    instead_of=("torch.stft", "torch.Tensor.stft", *READY_MADE),
)
def stft(answer, rng: np.random.Generator) -> None:
    """Centred, mirrored, windowed, one-sided, complex, on the last axis, for any even length and any hop."""
    n_fft, hop = 2 * int(rng.integers(8, 24)), int(rng.integers(3, 8))
    samples = n_fft * 2 + int(rng.integers(0, 9))
    # as many frames as frequencies would hide swapped axes
    x = _noise(rng, samples + hop * (1 + samples // hop == 1 + n_fft // 2))
    plain = x.double().numpy()
    wanted = dft_of_frames(plain, n_fft, hop)
    ones, padded = np.ones(n_fft), np.pad(plain, n_fft // 2)
    starts = np.arange(0, len(padded) - n_fft + 1, hop)
    zeros = np.fft.rfft(padded[starts[:, None] + np.arange(n_fft)] * periodic_hann(n_fft)).T
    whole = np.fft.fft(np.fft.irfft(wanted.T, n_fft)).T
    apart = plain[np.arange(0, len(plain) - n_fft + 1, hop)[:, None] + np.arange(n_fft)]
    require_equal(
        answer(x, n_fft, hop),
        wanted,
        f"the STFT of {len(x)} samples with n_fft={n_fft}, hop={hop}",
        {
            "the pieces are not multiplied by the window": dft_of_frames(plain, n_fft, hop, ones),
            "the ends are filled with zeros; mirror them (`reflect`)": zeros,
            "the window is applied twice": dft_of_frames(plain, n_fft, hop, periodic_hann(n_fft) ** 2),
            "the window is the symmetric one; ours is periodic: `hann(n_fft)`": dft_of_frames(
                plain, n_fft, hop, np.hanning(n_fft)
            ),
            "the upper half of the frequencies mirrors the lower one for real sounds: take `torch.fft.rfft`": whole,
            "frame m must be centred on sample m · hop: mirror n_fft // 2 samples at both ends first": np.fft.rfft(
                apart * periodic_hann(n_fft)
            ).T,
        },
        axes=AXES,
    )
    batch = _noise(rng, 2, 3, n_fft + 5)
    several = np.stack([[dft_of_frames(one, n_fft, hop) for one in row] for row in batch.double().numpy()])
    expect_equal(
        answer(batch, n_fft, hop),
        several,
        "the STFT of a batch (2, 3, sample): only the last axis is time, it",
    )
    window = rng.uniform(0.1, 1, n_fft)
    expect_equal(
        answer(x, n_fft, hop, torch.from_numpy(window).float()),
        dft_of_frames(plain, n_fft, hop, window),
        "the STFT with a window of ours (the argument `window`)",
    )
    long = _noise(rng, 1500)
    usual = dft_of_frames(long.double().numpy(), 1024, 256)
    expect_equal(answer(long), usual, "the STFT with the usual n_fft=1024 and hop=256", axes=AXES)


@lesson.exercise(
    reference=4096,
    minutes=4,
    hints=(
        "How far apart are the two tones, in Hz? A4 is 440 Hz, and a semitone up is a factor of 2^(1/12).",
        "Bins lie 16000 / n_fft Hz apart, and the main lobe is 4 bins wide. It must not be wider than the distance "
        "between the tones: 4 · 16000 / n_fft ≤ 26.16.",
        "n_fft must be at least 4 · 16000 / 26.16 ≈ 2446. Which power of two is the next one?",
    ),
)
def window_length(answer, rng: np.random.Generator) -> None:
    """The first power of two whose main lobe is narrower than a semitone above A4."""
    number = expect_number(answer, "window_length")
    expect(number == int(number) and number > 0, f"a window has a whole number of samples, not {number:g}")
    apart = 440 * (2 ** (1 / 12) - 1)
    expect(int(number) & (int(number) - 1) == 0, f"{number:g} is no power of two (64, 128, 256, …)")
    lobe = 4 * 16_000 / number
    expect(
        lobe <= apart,
        f"with {number:g} samples the main lobe is {lobe:.1f} Hz wide, more than the {apart:.1f} Hz between the "
        "two tones: too short",
    )
    expect(
        number == 4096,
        f"with {number:g} samples the main lobe is {lobe:.1f} Hz wide, but half as many samples would do: too long",
    )


@lesson.exercise(
    reference=spectral.istft,
    points=2,
    minutes=10,
    hints=(
        "Walk back: `torch.fft.irfft` of each frame gives pieces, `overlap_add(pieces, hop)` puts them in their "
        "places. Mind the axes: `irfft` wants frequency last.",
        "Multiply each piece by the window once more before you add. Then divide by what the windows add up to: the "
        "`overlap_add` of as many copies of `window**2` as there are frames.",
        "What is added up begins n_fft // 2 samples before the sound, in the mirrored margin. With "
        "`wanted = slice(n_fft // 2, n_fft // 2 + length)` take `[..., wanted]` of the sum and `[wanted]` of the "
        "weight, then divide.",
    ),
    instead_of=("torch.istft", "torch.Tensor.istft", *READY_MADE),
)
def istft(answer, rng: np.random.Generator) -> None:
    """Undoes the STFT for any hop, and is the least-squares answer for arrays that are no STFT of any sound."""
    n_fft, count = 2 * int(rng.integers(8, 24)), int(rng.integers(9, 14))
    hop = int(rng.integers(3, n_fft // 4 + 1))
    length = hop * (count - 1)
    x = _noise(rng, length + n_fft, dtype=torch.float64).numpy()[:length]
    if length <= n_fft // 2:
        hop, length = n_fft // 4, n_fft // 4 * (count - 1)
        x = rng.uniform(-1, 1, length)
    X = dft_of_frames(x, n_fft, hop)
    window, pieces = periodic_hann(n_fft), np.fft.irfft(X.T, n_fft)
    weight = added_up(np.tile(window, (count, 1)), hop)
    squares = added_up(np.tile(window**2, (count, 1)), hop)
    twice, inside = added_up(pieces * window, hop), slice(n_fft // 2, n_fft // 2 + length)
    with np.errstate(all="ignore"):
        faults = {
            "divide by the sum of the squared windows": twice[inside],
            "the pieces are added but not divided by anything": added_up(pieces, hop)[inside],
            "the pieces are windowed twice, once by the STFT and once here: divide by the sum of the *squared* "
            "windows": (twice / weight)[inside],
            "you divide by the sum of the squared windows: then window each piece once more before adding": (
                added_up(pieces, hop) / squares
            )[inside],
            "n_fft // 2 samples at the beginning are the mirrored margin: leave them out": np.nan_to_num(
                twice / squares
            )[:length],
            "n_fft // 2 samples at each end are the mirrored margin: leave them out": np.nan_to_num(
                twice / squares
            ),
        }
        require_equal(
            answer(torch.from_numpy(X), hop),
            x,
            f"istft of the STFT of {length} samples (n_fft={n_fft}, hop={hop})",
            faults,
        )
    free = rng.normal(size=X.shape) + 1j * rng.normal(size=X.shape)
    wanted = nearest_waveform(free, hop, length)
    require_equal(
        answer(torch.from_numpy(free), hop),
        wanted,
        "istft of an array that is no STFT of any sound",
        {
            "it undoes an STFT, but here it is not the least-squares answer: multiply each piece by the window once "
            "more, and divide by the sum of the squared windows": (
                added_up(np.fft.irfft(free.T, n_fft), hop) / weight
            )[inside]
        },
    )
    asked = length + int(rng.integers(1, hop))
    expect_equal(
        answer(torch.from_numpy(free), hop, asked),
        nearest_waveform(free, hop, asked),
        f"istft with length={asked}",
    )
    other = rng.uniform(0.1, 1, n_fft)
    expect_equal(
        answer(torch.from_numpy(free), hop, window=torch.from_numpy(other)),
        nearest_waveform(free, hop, length, other),
        "istft with a window of ours (the argument `window`)",
    )
    batch = np.stack([[free, X]])
    expect_equal(
        answer(torch.from_numpy(batch).to(torch.complex64), hop),
        np.stack([[wanted, x]]),
        "istft of a batch (1, 2, frequency, frame)",
        tolerance=1e-4,
    )
    usual = rng.normal(size=(513, 4)) + 1j * rng.normal(size=(513, 4))
    expect_equal(
        answer(torch.from_numpy(usual)), nearest_waveform(usual, 256, 768), "istft with the usual hop=256"
    )


@lesson.exercise(
    reference=spectral.hertz_to_mel,
    minutes=5,
    hints=(
        'Two cases: `if scale == "htk": return …`, and below it the other one. `torch.log10` is the logarithm to base '
        "10, `torch.log` the natural one.",
        "Slaney's scale has a bend at 1000 Hz. `torch.where(f < 1000, one, other)` chooses for each entry of `f`.",
        '`2595 * torch.log10(1 + f / 700)` for "htk"; and for "slaney" `f * 3 / 200` below 1000 Hz and '
        "`15 + 27 * torch.log(f / 1000) / math.log(6.4)` from there on.",
    ),
    instead_of=READY_MADE,
)
def hertz_to_mel(answer, rng: np.random.Generator) -> None:
    """Both scales, entry by entry, HTK unless told otherwise."""
    f = torch.from_numpy(np.sort(rng.uniform(20, 8000, 12)))
    plain = f.numpy()
    htk = 2595 / np.log(10) * np.log1p(plain / 700)
    mels = answer(f, "htk")
    expect_equal(answer(torch.zeros(2, dtype=torch.float64), "htk"), np.zeros(2), "0 Hz on the HTK scale")
    require_equal(
        mels,
        htk,
        "HTK mels",
        {
            "the formula has the logarithm to base 10, `torch.log10`": 2595 * np.log(1 + plain / 700),
            "is the 1 inside the logarithm?": 2595 * np.log10(plain / 700),
        },
        tolerance=1e-6,
    )
    expect_equal(
        answer(f), htk, 'the scale unless given is "htk", and what comes out without it', tolerance=1e-6
    )
    kilohertz = expect_number(answer(torch.tensor(1000.0).double(), "slaney"), "1000 Hz on Slaney's scale")
    expect(
        abs(kilohertz - 15) < 1e-6,
        f"1000 Hz is 15 mels on Slaney's scale; your function gives {kilohertz:.6g}",
    )
    below = torch.from_numpy(rng.uniform(0, 1000, 5))
    expect_equal(
        answer(below, "slaney"), below.numpy() * 0.015, "Slaney's scale below 1000 Hz, where it is straight,"
    )
    wanted = np.interp(plain, [0, 1000], [0, 15]) + 27 * np.log(np.maximum(plain, 1000) / 1000) / np.log(6.4)
    require_equal(
        answer(f, "slaney"),
        wanted,
        "Slaney mels",
        {
            "above 1000 Hz the logarithms are both natural ones": np.where(
                plain < 1000, plain * 0.015, 15 + 27 * np.log10(plain / 1000) / np.log(6.4)
            )
        },
        tolerance=1e-6,
    )
    bend = np.array([999.5, 1000.5, rng.uniform(1200, 1900)])
    expect_equal(
        answer(torch.from_numpy(bend), "slaney"),
        [bend[0] * 0.015, *(15 + 27 * np.log(bend[1:] / 1000) / np.log(6.4))],
        "Slaney mels on both sides of the bend at 1000 Hz, where the formula changes,",
        tolerance=1e-6,
    )


@lesson.exercise(
    reference=spectral.triangles,
    points=2,
    minutes=8,
    hints=(
        "Filter i has its left corner at `corners[i]`, its top at `corners[i + 1]`, its right corner at "
        "`corners[i + 2]`. So all left corners together are `corners[:-2]`.",
        "The rising side is the line (f − left) / (centre − left), the falling one (right − f) / (right − centre). "
        "The triangle is the smaller of the two, and 0 where that is negative.",
        "For all filters and frequencies at once: `left = corners[:-2, None]` has the shape (filter, 1), `f` has "
        "(frequency,), so `f - left` has (filter, frequency). Then `torch.minimum(rising, falling).clamp(min=0)`.",
    ),
    instead_of=READY_MADE,
)
def triangles(answer, rng: np.random.Generator) -> None:
    """Triangles between uneven corners: 0, up to 1, down to 0, and nowhere negative."""
    count = int(rng.integers(6, 12))
    corners = np.cumsum(rng.uniform(20, 90, count + 2)) + rng.uniform(0, 50)
    f = np.linspace(0, corners[-1] * 1.1, int(rng.integers(90, 140)))
    # the corners themselves are among the frequencies, so that zeros and tops can be asked for
    f = np.sort(np.concatenate([f, corners]))
    top = np.searchsorted(f, corners)
    got = expect_array(answer(torch.from_numpy(corners), torch.from_numpy(f)), "the result of triangles")
    what = f"triangles of {count + 2} corners at {len(f)} frequencies"
    wanted = np.stack([np.interp(f, corners[i : i + 3], [0, 1, 0]) for i in range(count)])
    if got.shape != wanted.shape:
        expect_equal(got, wanted, what, axes=("filter", "frequency"))
    expect(
        got.min() >= -1e-9,
        f"{what}: the smallest value is {got.min():.3g}; outside its triangle a filter is 0",
    )
    left, centre, right = (got[np.arange(count), top[i : i + count]] for i in range(3))
    which = int(np.abs(centre - 1).argmax())
    expect(
        abs(centre[which] - 1) < 1e-6,
        f"{what}: filter {which} is {centre[which]:.4g} at corner {which + 1}, where its top, 1, should be",
    )
    which = int((np.abs(left) + np.abs(right)).argmax())
    expect(
        max(left[which], right[which]) < 1e-6,
        f"{what}: filter {which} should be 0 at corners {which} and {which + 2}, but is {left[which]:.4g} and "
        f"{right[which]:.4g}",
    )
    expect_equal(got, wanted, what, axes=("filter", "frequency"))


@lesson.exercise(
    reference=spectral.griffin_lim,
    points=3,
    minutes=15,
    hints=(
        "Begin with momentum 0. `torch.polar(magnitude, phase)` makes the first estimate. Then, in a loop: to a "
        "waveform (`istft`) and back (`stft`), keep the phases of what comes back, put the magnitudes in again.",
        "`torch.sgn(c)` is c / |c|, the complex numbers of length 1 with the phases of c. So without momentum: "
        "`estimate = magnitude * torch.sgn(rebuilt)`.",
        "Momentum: remember the `rebuilt` of the round before as `previous` (0.0 at first), and take the phases of "
        "`rebuilt + momentum * (rebuilt - previous)`. Then `previous = rebuilt`.",
        "`length` goes to every `istft`; n_fft is 2 * (magnitude.shape[-2] - 1); a longer sound has more frames, "
        "keep the first `count`. After the loop: `return istft(estimate, hop, length)`.",
    ),
    instead_of=READY_MADE,
)
def griffin_lim(answer, rng: np.random.Generator) -> None:
    """Equal, from the same phases, to the formula of torchaudio and librosa, with and without momentum."""
    n_fft, count = 4 * int(rng.integers(4, 9)), int(rng.integers(8, 12))
    hop = n_fft // 4
    length = hop * (count - 1)
    magnitude = np.abs(dft_of_frames(rng.normal(size=length), n_fft, hop)) + 0.01
    phase = rng.uniform(-3, 3, magnitude.shape)
    m, start = torch.from_numpy(magnitude), torch.from_numpy(phase)

    def wanted(iterations: int, momentum: float, samples: int = length) -> np.ndarray:
        return phases_found(magnitude, hop, iterations, momentum, phase, samples)

    expect_equal(
        answer(m, hop, 0, 0.0, start),
        wanted(0, 0),
        "with 0 iterations the waveform of the magnitudes with the given phases",
        tolerance=1e-4,
    )
    require_equal(
        answer(m, hop, 2, 0.0, start),
        wanted(2, 0),
        "after 2 iterations without momentum the waveform",
        {
            "nothing has changed since the first estimate; each round must put the given magnitudes in again, and "
            "keep only the phases of what came back": wanted(0, 0),
            "there is one round too few": wanted(1, 0),
            "there is one round too many": wanted(3, 0),
        },
        tolerance=1e-4,
    )
    momentum, rounds = float(rng.uniform(0.3, 0.95)), int(rng.integers(3, 5))
    require_equal(
        answer(m, hop, rounds, momentum, start),
        wanted(rounds, momentum),
        f"after {rounds} iterations with momentum {momentum:.2f} the waveform",
        {
            "it is what comes out without momentum": wanted(rounds, 0),
            "momentum steps on, away from the round before, not back towards it": _back_and_forth(
                magnitude, hop, rounds, momentum, phase, length
            ),
        },
        tolerance=1e-4,
    )
    for asked in (length + int(rng.integers(1, hop)), length + hop):
        expect_equal(
            answer(m, hop, 1, momentum, start, asked),
            wanted(1, momentum, asked),
            f"with length={asked} (hop {hop}, {count} frames) the waveform",
            tolerance=1e-4,
        )
    _require_random_start(answer, m, hop)
    both = torch.stack([m, m.flip(-1)])
    phases = torch.stack([start, start.flip(-1)])
    turned = phases_found(magnitude[:, ::-1], hop, 1, 0.5, phase[:, ::-1], length + hop)
    expect_equal(
        answer(both, hop, 1, 0.5, phases, length + hop),
        np.stack([wanted(1, 0.5, length + hop), turned]),
        "the waveforms of a batch",
        tolerance=1e-4,
    )
    _require_defaults(answer, hop=256, iterations=32, momentum=0.99, seed=0)


def _require_defaults(answer: Any, **wanted: float) -> None:
    """The defaults as the question gives them; read off, since 32 iterations take longer than all the rest."""
    parameters = inspect.signature(getattr(answer, "function", answer)).parameters
    for name, value in wanted.items():
        if name in parameters:
            given = parameters[name].default
            expect(given == value, f"the argument {name} is {value} unless it is given, and yours is {given}")


def _back_and_forth(
    magnitude: np.ndarray, hop: int, iterations: int, momentum: float, phase: np.ndarray, length: int
) -> np.ndarray:
    estimate, before = magnitude * np.exp(1j * phase), 0.0
    for _ in range(iterations):
        now = dft_of_frames(nearest_waveform(estimate, hop, length), 2 * (len(magnitude) - 1), hop)
        step = now - momentum * (now - before)
        estimate, before = magnitude * step / np.abs(step), now
    return nearest_waveform(estimate, hop, length)


def _require_random_start(answer: Any, magnitude: torch.Tensor, hop: int) -> None:
    """Without phases it begins with random ones, which `seed` alone decides."""
    one, again, other = (
        expect_array(answer(magnitude, hop, 0, seed=seed), "the waveform without given phases")
        for seed in (1, 1, 2)
    )
    expect(
        _near(one, again, 1e-9),
        "without given phases the same seed should give the same waveform, and it does not",
    )
    expect(not _near(one, other, 1e-3), "without given phases another `seed` should begin with other phases")


@lesson.exercise(
    reference=spectral.principal,
    minutes=3,
    hints=(
        "A whole turn is 2π. `torch.remainder(a, 2 * torch.pi)` takes whole turns away and leaves a number in [0, 2π).",
        "We want [−π, π). So shift by π before taking the remainder, and shift back after it.",
        "`torch.remainder(angle + torch.pi, 2 * torch.pi) - torch.pi`",
    ),
)
def principal(answer, rng: np.random.Generator) -> None:
    """In [−π, π], and only whole turns away from what was given."""
    angle = rng.uniform(-30, 30, (int(rng.integers(3, 6)), int(rng.integers(6, 9))))
    got = expect_array(answer(torch.from_numpy(angle)), "the result of principal")
    expect(
        got.shape == angle.shape,
        f"angles of shape {angle.shape} come back as {got.shape}: keep the shape as it is",
    )
    turns = (angle - got) / (2 * np.pi)
    where = np.unravel_index(int(np.abs(turns - np.round(turns)).argmax()), turns.shape)
    expect(
        np.abs(turns - np.round(turns)).max() < 1e-6,
        f"{angle[where]:.4g} rad becomes {got[where]:.4g} rad, which is {turns[where]:.3g} turns away: only "
        "whole turns may be taken away",
    )
    large = float(got.ravel()[np.abs(got).argmax()])
    expect(
        abs(large) <= np.pi + 1e-6,
        f"{large:.4g} rad is among the results, and that is outside [−π, π): not all is taken away",
    )
    small = torch.from_numpy(rng.uniform(-3, 3, 7))
    expect_equal(
        answer(small), small.numpy(), "an angle within [−π, π), which should stay as it is,", tolerance=1e-6
    )


@lesson.exercise(
    reference=spectral.instantaneous_frequency,
    minutes=5,
    hints=(
        "The advance from frame to frame is a difference along the last axis: `torch.diff(phase)`. But then one "
        "frame is missing.",
        "`torch.diff(…, prepend=…)` puts a frame in front before it subtracts. Which frame, so that the first phase "
        "stays as it is?",
        "`torch.zeros_like(phase[..., :1])` is a frame of zeros. Take `expected` from the differences, and then the "
        "`principal` value.",
    ),
)
def instantaneous_frequency(answer, rng: np.random.Generator) -> None:
    """The wrapped difference along the last axis, the first frame kept, so that a running sum finds the phase."""
    shape = int(rng.integers(3, 6)), int(rng.integers(7, 12))
    phase = rng.uniform(-np.pi, np.pi, shape)
    what = f"the advance of phases (frequency, frame) = {shape}"
    got = expect_array(answer(torch.from_numpy(phase)), what)
    steps = np.diff(phase, axis=-1, prepend=0)
    if got.shape == (shape[0], shape[1] - 1):
        raise Fault(f"{what} has shape {got.shape}, one frame too few: the first frame keeps its own phase")
    expect(got.shape == shape, f"{what} has shape {got.shape}, and {shape} is expected")
    _require_turns(
        got, -steps, "the wrong sign: it is this frame's phase less that of the one before", different=True
    )
    _require_turns(
        got,
        np.diff(phase, axis=0, prepend=0),
        "the wrong direction: frames are the last axis",
        different=True,
    )
    _require_turns(got[:, 1:], steps[:, 1:], "not this frame's phase less that of the one before")
    _require_turns(got[:, :1], phase[:, :1], "wrong in the first frame, which keeps its own phase")
    _require_half_turns(got)
    expected = rng.uniform(-np.pi, np.pi, (shape[0], 1))
    beyond = expect_array(
        answer(torch.from_numpy(phase), torch.from_numpy(expected)), "the advance less an expected one"
    )
    expect(beyond.shape == shape, f"with `expected` the shape is {beyond.shape}, and {shape} is expected")
    _require_turns(
        beyond, got, "the same with `expected` as without: take it from the differences", different=True
    )
    _require_turns(beyond, steps - expected, "not the difference less `expected`")
    _require_half_turns(beyond)
    batch = rng.uniform(-np.pi, np.pi, (2, *shape))
    several = expect_array(answer(torch.from_numpy(batch)), "the advance of a batch")
    expect(
        several.shape == batch.shape,
        f"a batch of shape {batch.shape} gives {several.shape}: time is the last axis",
    )
    _require_turns(
        np.cumsum(several, axis=-1),
        batch,
        "such that in a batch its running sum does not give the phases back",
    )


def _require_turns(got: np.ndarray, wanted: np.ndarray, fault: str, different: bool = False) -> None:
    """The angles agree but for whole turns; with `different`, they do not."""
    apart = np.abs(np.sin((got - wanted) / 2)).max()
    expect((apart > 1e-6) == different, f"the advance is {fault}")


def _require_half_turns(advance: np.ndarray) -> None:
    large = float(np.abs(advance).max())
    expect(
        large <= np.pi + 1e-6,
        f"an advance of {large:.4g} rad is more than half a turn: take the principal value, in [−π, π), at the end",
    )
