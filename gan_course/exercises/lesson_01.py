"""Checks of lesson 01, sound as numbers."""

from typing import Any

import numpy as np

from gan_course import synthesis
from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import expect, expect_array, expect_equal, expect_number
from gan_course.sound import Sound

lesson = Lesson("01", "Sound as numbers")


def expect_sound(answer: Any, samples: int, rate: int, what: str) -> np.ndarray:
    """The samples of a Sound of so many samples at this rate; a fault that says what it is otherwise."""
    x = expect_array(answer, what)
    expect(
        isinstance(answer, Sound),
        f"{what} is of type {type(answer).__name__}: hand back `Sound(…, rate)`, "
        "which knows its rate and can be played",
    )
    expect(answer.rate == rate, f"{what} has {answer.rate} samples in a second, and {rate} were asked for")
    expect_length(x, samples, rate, what)
    return x


def expect_length(x: np.ndarray, samples: int, rate: int, what: str) -> None:
    """As many samples as are nearest to the duration times the rate."""
    expect(x.ndim == 1, f"{what} has shape {x.shape}, and one row of samples is expected")
    expect(
        len(x) == samples,
        f"{what} has {len(x)} samples at {rate} in a second, and {samples} are nearest to what was asked for: "
        "`times(duration, rate)` has as many entries",
    )


def some_time(rng: np.random.Generator, low: int, high: int) -> tuple[int, int, float]:
    """A rate (Hz), a number of samples, and a duration (s) to which that is the nearest number."""
    rate, samples = int(rng.integers(6_000, 24_000)), int(rng.integers(low, high))
    return rate, samples, float(samples + rng.choice([-0.3, 0.3])) / rate


def strongest(x: np.ndarray, rate: int) -> float:
    """The frequency (Hz) at which the spectrum of `x` is largest."""
    spectrum = np.abs(np.fft.rfft(x * np.hanning(len(x)), 8192))
    return float(spectrum.argmax()) * rate / 8192


@lesson.exercise(
    reference=synthesis.sine,
    minutes=4,
    hints=(
        "A sine turns `frequency` times in a second, and one turn is 2π. What is its angle at the time `t`?",
        "The angle is `2 * np.pi * frequency * t + phase`, for all entries of `t` at once. "
        "`np.sin` takes an array.",
        "`x = amplitude * np.sin(…)` with that angle in the place of the dots, then `return Sound(x, rate)`.",
    ),
)
def sine(answer, rng: np.random.Generator) -> None:
    """The right length, rate, frequency, phase and amplitude."""
    rate, samples, duration = some_time(rng, 600, 1200)
    frequency = float(rng.uniform(0.03, 0.4)) * rate
    asked = f"sine({frequency:.1f}, {duration:.4f}, {rate})"
    x = expect_sound(answer(frequency, duration, rate), samples, rate, asked)
    expect(
        np.abs(x).max() > 1e-6, f"{asked} is silent: every sample is 0; `times` gives an array, use all of it"
    )
    heard, width = strongest(x, rate), 2 * rate / samples
    expect(
        abs(heard - frequency) < width,
        f"{asked} is strongest at {heard:.1f} Hz, and not at {frequency:.1f} Hz",
    )
    expect(abs(x[0]) < 1e-6, f"without a phase a sine begins at 0 and rises; yours begins at {x[0]:.3f}")
    expect(x[1] > 0, f"without a phase a sine begins at 0 and rises; yours goes on with {x[1]:.3f}")
    turns = frequency * np.arange(samples) / rate
    expect_equal(x, np.exp(2j * np.pi * turns).imag, asked, tolerance=2e-3)
    phase, amplitude = float(rng.uniform(0.5, 2.5)), float(rng.uniform(0.2, 0.7))
    x = expect_sound(answer(frequency, duration, rate, phase), samples, rate, "a sine with a phase")
    wanted = np.exp(1j * (2 * np.pi * turns + phase)).imag
    expect_equal(x, wanted, f"with a phase of {phase:.3f} radians the sine", tolerance=2e-3)
    x = expect_sound(answer(frequency, duration, rate, phase, amplitude), samples, rate, "a soft sine")
    expect_equal(x, amplitude * wanted, f"with an amplitude of {amplitude:.3f} the sine", tolerance=2e-3)
    x = expect_sound(answer(frequency, 0.01), 160, 16_000, "without a rate, `sine(…, 0.01)`")
    wanted = np.exp(2j * np.pi * frequency * np.arange(160) / 16_000).imag
    expect_equal(x, wanted, "without a rate, phase and amplitude the sine", tolerance=2e-3)


@lesson.exercise(
    reference=synthesis.alias_frequency,
    minutes=5,
    hints=(
        "Which whole multiple of the rate lies nearest to the frequency? `frequency / rate` says how many rates fit.",
        "`np.round(frequency / rate)` is the number of that multiple; times the rate, it is the multiple, in Hz.",
        "What is heard is how far the frequency lies from that multiple, above or below: `abs(frequency - …)`.",
    ),
)
def alias_frequency(answer, rng: np.random.Generator) -> None:
    """Nothing changes below half the rate; above, the distance from the nearest multiple of the rate."""
    rate = int(rng.integers(40, 480)) * 100

    def heard(frequency: float) -> float:
        value = expect_number(answer(frequency, rate), f"alias_frequency({frequency:g}, {rate})")
        expect(
            value >= 0, f"alias_frequency({frequency:g}, {rate}) is {value:g} Hz: a frequency is not negative"
        )
        expect(
            value <= rate / 2 * (1 + 1e-9),
            f"alias_frequency({frequency:g}, {rate}) is {value:g} Hz, and nothing above half the rate, "
            f"{rate / 2:g} Hz, can be heard",
        )
        return value

    def expect_heard(frequency: float, wanted: float, why: str) -> None:
        value = heard(frequency)
        expect(
            abs(value - wanted) < 1e-6 * rate,
            f"alias_frequency({frequency:g}, {rate}) is {value:g} Hz where {wanted:g} Hz is heard: {why}",
        )

    low = round(float(rng.uniform(0.05, 0.45)) * rate, 1)
    expect_heard(low, low, "below half the rate a sine stays what it is")
    expect_heard(rate - low, low, "above half the rate it comes back down")
    expect_heard(rate, 0, "one sample a turn is always the same sample")
    expect_heard(rate + low, low, "a whole rate more gives the same samples")
    expect_heard(2 * rate - low, low, "it comes down to 0 at every multiple of the rate, and goes up again")
    n, frequency = np.arange(256), round(float(rng.uniform(2, 6)) * rate, 1)
    value = heard(frequency)
    same = np.cos(2 * np.pi * n * value / rate) - np.cos(2 * np.pi * n * frequency / rate)
    expect(
        np.abs(same).max() < 1e-3,
        f"a cosine of {frequency:g} Hz and one of {value:g} Hz do not have the same samples at a rate of {rate} Hz",
    )


@lesson.exercise(
    reference=synthesis.level_db,
    minutes=4,
    hints=(
        "Root mean square, read backwards: square the samples, take their mean, then the square root.",
        "`np.mean(x**2)` is the mean square, `np.sqrt` of that the root mean square.",
        "`20 * np.log10(…)` of the root mean square.",
    ),
)
def level_db(answer, rng: np.random.Generator) -> None:
    """A square wave at full scale is 0 dB, a sine 3 dB less, half the amplitude 6 dB less."""
    period = 4 * int(rng.integers(5, 25))
    turn = 2 * np.pi * np.arange(20 * period) / period
    full = expect_number(
        answer(np.where(np.sin(turn + 0.01) > 0, 1.0, -1.0)), "the level of a square wave between -1 and 1"
    )
    expect(abs(full) < 1e-6, f"a square wave between -1 and 1 has a level of 0 dB; yours is {full:.3f}")
    tone = expect_number(answer(np.sin(turn)), "the level of a sine of amplitude 1")
    wanted = 10 * np.log10(0.5)
    expect(
        abs(tone) > 1e-6,
        "a sine of amplitude 1 has the same peak as the square wave, but it is softer: "
        "take the root mean square, not the peak",
    )
    expect(
        abs(tone - wanted) < 1e-3,
        f"a sine of amplitude 1 has a level of {wanted:.2f} dB; yours is {tone:.2f} dB",
    )
    noise = rng.standard_normal(int(rng.integers(50, 900))) * rng.uniform(0.01, 0.3) + rng.uniform(-0.1, 0.1)
    one, half = (expect_number(answer(x), "the level of noise") for x in (noise, noise / 2))
    expect(
        abs(one - half - 20 * np.log10(2)) < 1e-3,
        f"half the amplitude is 6.02 dB less; yours goes from {one:.2f} to {half:.2f} dB",
    )
    wanted = 10 * np.log10(np.dot(noise, noise) / len(noise))
    expect(
        abs(one - wanted) < 1e-3,
        f"the level of {len(noise)} samples of noise is {one:.3f} dB where {wanted:.3f} is expected",
    )


@lesson.exercise(
    reference=synthesis.quantise,
    minutes=7,
    hints=(
        "Count in steps: `x / step` says how many steps a sample is from 0. Round that, and go back to the old scale.",
        "`2.0 ** (1 - bits)` is the step. `np.round(x / step) * step` is nearly all: what becomes of a sample of 1?",
        "`np.clip(…, lowest, highest)` keeps values between two ends: here -1 and 1 - step.",
    ),
)
def quantise(answer, rng: np.random.Generator) -> None:
    """Multiples of the step, the nearest one, 2^bits of them, from -1 to one step below 1."""
    for bits in (int(rng.integers(2, 5)), int(rng.integers(5, 13))):
        step = 2.0 ** (1 - bits)
        x = rng.uniform(-1, 1, int(rng.integers(150, 300)))
        x[:4] = 0, 1, -1, 1 - 0.8 * step
        what = f"quantise(x, {bits})"
        got = expect_array(answer(x, bits), what)
        expect(
            got.shape == x.shape,
            f"{what} has shape {got.shape}, and x has {x.shape}: one value for each sample",
        )
        expect(not np.iscomplexobj(got), f"{what} is complex, and real numbers are expected")
        steps = got / step
        if np.abs(got).max() > 2:
            expect(
                False,
                f"{what} goes up to {np.abs(got).max():g}: count in steps to round, "
                "then go back to samples between -1 and 1",
            )
        expect(abs(got[0]) < 1e-9, f"{what} turns 0 into {got[0]:g}: silence must stay silent")
        expect(
            np.abs(steps - np.round(steps)).max() < 1e-3,
            f"{what} holds {got[np.abs(steps - np.round(steps)).argmax()]:.6g}, which is no multiple of the step, "
            f"2^(1 - {bits}) = {step:g}",
        )
        expect(
            got.max() < 1 - step / 2,
            f"{what} goes up to {got.max():g}, the {2**bits} values end at 1 - step = {1 - step:g}",
        )
        expect(
            got.min() > -1 - step / 2, f"{what} goes down to {got.min():g}, the {2**bits} values begin at -1"
        )
        inside = x < 1 - step
        error = np.abs(got - x)[inside].max()
        expect(
            error <= step / 2 * (1 + 1e-3),
            f"{what} is off by up to {error:g}, more than half a step of {step:g}: "
            "take the nearest value, also for negative x",
        )
        expect_equal(got, np.minimum(np.floor(x / step + 0.5) * step, 1 - step), what, tolerance=1e-3 * step)
    loud = np.array([-3.0, -1.2, 1.2, 5.0])
    got = expect_array(answer(loud, 3), "quantise of samples beyond full scale")
    expect_equal(got, [-1, -1, 0.75, 0.75], "of samples beyond full scale, the 3-bit version", tolerance=1e-6)


@lesson.exercise(
    reference=15,
    minutes=1,
    hints=(
        "Turn 6.02 · bits + 1.76 ≥ 90 round: how large must bits be?",
        "(90 - 1.76) / 6.02 is not whole. With fewer bits than that the noise is louder than allowed.",
    ),
)
def bits_needed(answer, rng: np.random.Generator) -> None:
    """The least whole number of bits with 6.02 · bits + 1.76 ≥ 90."""
    number = expect_number(answer, "bits_needed")
    expect(number == round(number), f"there is no {number:g}th of a bit: which whole number is enough?")
    ratio = 6.02 * number + 1.76
    expect(ratio >= 90, f"{number:g} bits give {ratio:.1f} dB, which is less than 90 dB")
    fewer = 6.02 * (number - 1) + 1.76
    expect(number == 15, f"{number:g} bits give {ratio:.1f} dB; one fewer would do, they give {fewer:.1f} dB")


@lesson.exercise(
    reference=synthesis.envelope,
    minutes=8,
    hints=(
        "The envelope is five points joined by straight lines. When is each of them reached, and how high is it?",
        "`np.interp(t, corners, heights)` joins points by straight lines: `corners` are five times in s, "
        "`heights` five numbers that begin and end with 0.",
        "The times are 0, attack, attack + decay, …; the release begins at `duration - release`.",
        "The heights are 0, 1, sustain, sustain, 0.",
    ),
)
def envelope(answer, rng: np.random.Generator) -> None:
    """From 0 to 1, down to the sustained level, along it, and down to 0 at the end."""
    rate = int(rng.integers(8_000, 24_000))
    rise, fall, hold, end = (int(n) for n in rng.integers((200, 380, 200, 200), (340, 500, 500, 500)))
    samples = rise + fall + hold + end
    sustain = float(rng.uniform(0.2, 0.8))
    times = [n / rate for n in (samples, rise, fall)]
    what = (
        f"envelope({times[0]:.4f}, {times[1]:.4f}, {times[2]:.4f}, {sustain:.2f}, {end / rate:.4f}, {rate})"
    )
    curve = answer(*times, sustain, end / rate, rate)
    got = expect_array(curve, what)
    expect(
        not isinstance(curve, list),
        f"{what} is a list: make it an array, so that sounds can be multiplied with it",
    )
    expect_length(got, samples, rate, what)
    expect(abs(got[0]) < 0.02, f"{what} begins at {got[0]:.3f}: it must begin at 0")
    expect(got.max() < 1.01, f"{what} goes up to {got.max():.3f}: its highest point is 1")
    half = got[rise // 2]
    expect(abs(half - 0.5) < 0.02, f"half-way through the attack {what} is {half:.3f} where 0.5 is expected")
    top = int(got.argmax())
    expect(got[top] > 0.98, f"{what} only reaches {got[top]:.3f}: after the attack it must be 1")
    expect(
        abs(top - rise) < 3,
        f"{what} is highest after {top / rate:.4f} s, and not after the attack of {rise / rate:.4f} s",
    )
    half, wanted = got[rise + fall // 2], (1 + sustain) / 2
    expect(
        abs(half - wanted) < 0.02,
        f"half-way through the decay, which follows the attack, {what} is {half:.3f} where {wanted:.3f} is expected",
    )
    held = got[rise + fall + hold // 2]
    expect(
        abs(held - sustain) < 0.01,
        f"between decay and release {what} is {held:.3f}: it must stay at the level sustain = {sustain:.3f}",
    )
    early = got[rise + fall + 5]
    expect(
        abs(early - sustain) < 0.02,
        f"{what} is {early:.3f} after attack and decay, {(rise + fall) / rate:.4f} s, where {sustain:.3f} is expected",
    )
    expect(got[-1] < 0.02, f"{what} ends at {got[-1]:.3f}: the release must go down to 0")
    wanted = np.concatenate(
        [
            np.arange(rise) / rise,
            1 - (1 - sustain) * np.arange(fall) / fall,
            np.full(hold, sustain),
            sustain * (1 - np.arange(end) / end),
        ]
    )
    expect_equal(got, wanted, what, tolerance=0.01)
    t = np.arange(12_800) / 16_000
    wanted = np.minimum(np.clip(t / 0.02, 0, 1), np.clip(1 - 4 * (t - 0.02), 0.6, 1))
    got = expect_array(answer(0.8), "envelope(0.8)")
    expect_length(got, len(t), 16_000, "envelope(0.8)")
    expect_equal(
        got,
        np.minimum(wanted, 6 * (0.8 - t)),
        "envelope(0.8), with the values given in the first line,",
        tolerance=0.01,
    )


@lesson.exercise(
    reference=synthesis.fm,
    minutes=5,
    hints=(
        "Begin with a sine of the carrier's frequency. Something is added to its angle.",
        "What is added is a sine, too: `index * np.sin(2 * np.pi * modulator * t)`.",
        "`amplitude * np.sin(2 * np.pi * carrier * t + …)`, and the line above in the place of the dots.",
    ),
)
def fm(answer, rng: np.random.Generator) -> None:
    """The carrier where the index is 0; else sidebands c ± k m whose amplitudes are Bessel functions of the index."""
    from scipy.special import jv

    rate, samples, duration = some_time(rng, 500, 900)
    t = np.arange(samples) / rate
    carrier, modulator = float(rng.uniform(0.1, 0.3)) * rate, float(rng.uniform(0.01, 0.05)) * rate
    x = expect_sound(answer(carrier, modulator, 0.0, duration, rate), samples, rate, "fm with an index of 0")
    expect_equal(
        x,
        np.exp(2j * np.pi * carrier * t).imag,
        f"with an index of 0 the carrier of {carrier:.1f} Hz is left; this",
        tolerance=2e-3,
    )
    index = float(rng.uniform(1, 4))
    what = f"fm({carrier:.1f}, {modulator:.1f}, {index:.2f}, …)"
    x = expect_sound(answer(carrier, modulator, index, duration, rate), samples, rate, what)
    wanted = sum(jv(k, index) * np.sin(2 * np.pi * (carrier + k * modulator) * t) for k in range(-24, 25))
    change = np.exp(2j * np.pi * modulator * t)
    swung = np.sin(2 * np.pi * carrier * t + index * change.real)
    expect(
        np.abs(x - swung).max() > 1e-2,
        f"{what} is swung by a cosine: at the time 0 the modulator is a sine, and 0",
    )
    expect_equal(x, wanted, what, tolerance=2e-3)
    amplitude, fading = float(rng.uniform(0.2, 0.7)), index * np.linspace(1, 0, samples)
    x = expect_sound(
        answer(carrier, modulator, fading, duration, rate, amplitude),
        samples,
        rate,
        "fm with an index for each sample",
    )
    wanted = amplitude * np.imag(np.exp(2j * np.pi * carrier * t + 1j * fading * change.imag))
    expect_equal(
        x, wanted, f"with an index for each sample, and an amplitude of {amplitude:.2f}, fm", tolerance=2e-3
    )
    x = expect_sound(answer(300.0, 50.0, 2.0, 0.01), 160, 16_000, "without a rate, fm(…, 0.01)")
    t = np.arange(160) / 16_000
    wanted = np.imag(np.exp(1j * (600 * np.pi * t + 2 * np.sin(100 * np.pi * t))))
    expect_equal(x, wanted, "without a rate and amplitude, fm", tolerance=2e-3)


@lesson.exercise(
    reference=synthesis.pluck,
    points=2,
    minutes=12,
    hints=(
        "Three steps: find N, the samples in one turn; fill an array with noise; "
        "then go through it from left to right and replace each sample by a mean of two earlier ones.",
        "One turn takes N + 1/2 samples, so N is `round(rate / frequency - 0.5)`. Noise between -1 and 1 is "
        "`np.random.default_rng(seed).uniform(-1, 1, how_many)`, and there are `round(duration * rate)` samples.",
        "`for n in range(N + 1, len(y)):` leaves the first N + 1 samples alone, so that both earlier ones exist.",
        "In the loop: `y[n] = (y[n - N] + y[n - N - 1]) / 2`. After it: `return Sound(y, rate)`.",
    ),
)
def pluck(answer, rng: np.random.Generator) -> None:
    """Noise at first, then each sample the mean of two that came one turn before; the seed decides the noise."""
    for fraction in rng.permutation([0.1, 0.35, 0.65, 0.9])[:3]:
        turn = int(rng.integers(60, 110))
        rate = int(rng.integers(6_000, 24_000))
        frequency = rate / (turn + fraction)
        n = round(rate / frequency - 0.5)
        samples = 4 * turn + int(rng.integers(20, 60))
        duration, seed = (samples + float(rng.choice([-0.3, 0.3]))) / rate, int(rng.integers(1000))
        what = f"pluck({frequency:.1f}, {duration:.4f}, {rate}, {seed})"
        y = expect_sound(answer(frequency, duration, rate, seed), samples, rate, what)
        expect_noise(y[:n], what)
        _expect_turns(y, n, what, f"rate / frequency = {turn + fraction:.2f}")
        again = expect_array(answer(frequency, duration, rate, seed), what)
        expect(
            np.array_equal(y, again),
            f"{what} is another sound the second time: draw the noise from `default_rng(seed)`",
        )
        other = expect_array(answer(frequency, duration, rate, seed + 1), what)
        expect(
            not np.array_equal(y, other),
            f"{what} is the same sound for another seed: draw the noise from `default_rng(seed)`",
        )
    y = expect_sound(answer(100.0, 0.03), 480, 16_000, "without a rate and a seed, `pluck(100, 0.03)`")
    zero = expect_array(answer(100.0, 0.03, 16_000, 0), "`pluck(100, 0.03, 16_000, 0)`")
    expect(
        np.array_equal(y, zero),
        "without a seed pluck must be what it is for the seed 0, as the first line says",
    )


def expect_noise(burst: np.ndarray, what: str) -> None:
    """Values on both sides of 0, within [-1, 1], that do not follow from each other."""
    expect(
        np.abs(burst).max() > 0,
        f"{what} begins with silence, which stays silent: fill the first turn with noise",
    )
    expect(
        np.abs(burst).max() <= 1,
        f"{what} begins with samples up to {np.abs(burst).max():.3f}: the noise lies between -1 and 1",
    )
    expect(
        burst.min() < -0.5 and burst.max() > 0.5,
        f"{what} begins with samples from {burst.min():.3f} to {burst.max():.3f}: "
        "the noise fills the range from -1 to 1",
    )
    likeness = abs(np.corrcoef(burst[1:], burst[:-1])[0, 1])
    expect(likeness < 0.75, f"{what} does not begin with noise: neighbouring samples follow from each other")


def _expect_turns(y: np.ndarray, n: int, what: str, given: str) -> None:
    """Each sample the mean of those N and N + 1 before it, after the first N + 1."""

    def follows(turn: int, weights: tuple[float, float]) -> bool:
        one, other = y[1 : len(y) - turn], y[: len(y) - turn - 1]
        wrong = y[turn + 1 :] - weights[0] * one - weights[1] * other
        return bool(np.abs(wrong[max(0, n - turn) :]).max() < 1e-4)

    if follows(n, (0.5, 0.5)):
        return
    for turn in (n - 1, n + 1, n - 2, n + 2):
        expect(
            not follows(turn, (0.5, 0.5)),
            f"{what} goes round in {turn} + 1/2 samples where {n} + 1/2 are nearest to {given}: how is N rounded?",
        )
    for turn in (n, n - 1, n + 1):
        expect(
            not follows(turn, (1.0, 0.0)),
            f"{what} never fades: each turn is the same as the one before, without the mean",
        )
        expect(
            not follows(turn, (0.5, -0.5)),
            f"{what} takes half the difference of two earlier samples, and not their mean",
        )
    ratio = np.abs(y[-n:]).max() / np.abs(y[:n]).max()
    expect(ratio < 2, f"{what} grows louder and louder: divide the sum of the two samples by 2")
    wrong = y[n + 1 :] - (y[1 : len(y) - n] + y[: len(y) - n - 1]) / 2
    at = n + 1 + int(np.flatnonzero(np.abs(wrong) >= 1e-4)[0])
    expect(
        False,
        f"sample {at} of {what} is {y[at]:.4f}, where the mean of samples {at - n - 1} and {at - n} is "
        f"{(y[at - n] + y[at - n - 1]) / 2:.4f} (N = {n})",
    )
