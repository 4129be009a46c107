"""The sounds that lesson 01 teaches, and the engines below the instruments."""

import io
import math

import librosa
import numpy as np
import pytest
import scipy.signal
import scipy.special
import soundfile
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course.sound import Sound
from gan_course.synthesis import (
    additive,
    alias_frequency,
    chirp,
    envelope,
    exponential_decay,
    fm,
    frequency_of,
    level_db,
    midi_number,
    noise,
    note_name,
    pluck,
    quantise,
    sawtooth,
    sine,
    square,
)
from gan_course.synthesis.partials import damped_partials, harmonics, running_phase

RATE = 16_000
quick = settings(max_examples=40, deadline=None)


def spectrum(sound: Sound) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (Hz) and amplitudes of a sound; a sine of amplitude 1 has about 1 at its peak."""
    window = scipy.signal.windows.blackmanharris(len(sound), sym=False)
    amplitude = 2 * np.abs(np.fft.rfft(np.asarray(sound) * window)) / window.sum()
    return np.fft.rfftfreq(len(sound), 1 / sound.rate), amplitude


def amplitude_at(sound: Sound, frequency: float) -> float:
    f, amplitude = spectrum(sound)
    return float(amplitude[np.abs(f - frequency) < 3].max())


@given(st.integers(0, 127))
@quick
def test_a_notes_name_and_number_are_each_others_inverse_as_librosa_names_them(midi):
    assert midi_number(note_name(midi)) == midi
    assert librosa.note_to_midi(note_name(midi)) == midi
    assert frequency_of(midi) == pytest.approx(librosa.midi_to_hz(midi))


@pytest.mark.parametrize(
    "name, midi", [("A4", 69), ("C4", 60), ("Bb3", 58), ("f#3", 54), ("C-1", 0), ("B♯3", 60)]
)
def test_notes_are_found_by_sharps_flats_and_small_letters(name, midi):
    assert midi_number(name) == midi


@pytest.mark.parametrize("name", ["", "H4", "A", "A##4", "4A", "A4.5", 69, None])
def test_what_names_no_note_is_refused_in_one_sentence(name):
    with pytest.raises(ValueError, match="A note is named by a letter"):
        midi_number(name)


@given(st.floats(20, 7900), st.floats(0, 6.28), st.floats(0.01, 1))
@quick
def test_a_sine_turns_its_frequency_times_a_second(frequency, phase, amplitude):
    sound = sine(frequency, 0.25, RATE, phase, amplitude)
    turns = frequency * np.arange(len(sound)) / RATE
    expected = amplitude * np.imag(np.exp(1j * (2 * np.pi * turns + phase)))
    assert len(sound) == 4000
    np.testing.assert_allclose(np.asarray(sound), expected, atol=1e-9)


@given(st.floats(0, 100_000), st.sampled_from([8000, 11_025, 16_000, 44_100]))
@quick
def test_sampling_cannot_tell_a_tone_from_its_alias(frequency, rate):
    alias = float(alias_frequency(frequency, rate))
    assert 0 <= alias <= rate / 2
    original, aliased = (np.asarray(sine(f, 0.02, rate, phase=math.pi / 2)) for f in (frequency, alias))
    np.testing.assert_allclose(original, aliased, atol=1e-6)


def test_a_chirp_passes_each_frequency_at_its_time():
    sound = np.asarray(chirp(500, 3500, 2.0, RATE))
    instantaneous = np.diff(np.unwrap(np.angle(scipy.signal.hilbert(sound)))) * RATE / (2 * np.pi)
    expected = 500 + 1500 * (np.arange(len(sound) - 1) + 0.5) / RATE
    middle = slice(3000, -3000)
    np.testing.assert_allclose(instantaneous[middle], expected[middle], atol=5)


@pytest.mark.parametrize("frequency", [50.0, 110.0, 441.7])
@pytest.mark.parametrize("wave, ideal", [(square, scipy.signal.square), (sawtooth, scipy.signal.sawtooth)])
def test_away_from_its_jumps_a_wave_is_the_ideal_one(wave, ideal, frequency):
    rate = 192_000
    sound = np.asarray(wave(frequency, 0.1, rate))
    turns = frequency * np.arange(len(sound)) / rate
    # scipy's sawtooth rises
    expected = ideal(2 * np.pi * turns) * (1 if wave is square else -1)
    away = np.abs((2 * turns + 0.5) % 1 - 0.5) > 0.1
    assert np.max(np.abs(sound - expected)[away]) < 0.03


@pytest.mark.parametrize("wave", [square, sawtooth])
def test_a_wave_near_half_the_rate_has_no_aliases(wave):
    frequency = 1300.0
    f, amplitude = spectrum(wave(frequency, 1.0, RATE))
    distance = np.abs(f - frequency * np.round(f / frequency))
    assert amplitude[distance > 10].max() < 1e-4 < amplitude.max()


def test_additive_synthesis_is_a_sum_of_sines_without_what_would_alias():
    expected = 0.5 * np.asarray(sine(700, 0.3)) + 0.25 * np.asarray(sine(1400, 0.3))
    np.testing.assert_allclose(np.asarray(additive(700, [0.5, 0.25], 0.3)), expected, atol=1e-12)
    bell = np.asarray(sine(220, 0.3)) + np.asarray(sine(220 * 2.76, 0.3))
    np.testing.assert_allclose(np.asarray(additive(220, [1, 1], 0.3, ratios=[1, 2.76])), bell, atol=1e-12)
    np.testing.assert_array_equal(additive(5000, [1, 1], 0.3), additive(5000, [1], 0.3))


def test_the_partials_of_fm_are_bessel_functions_of_the_index():
    sound = fm(2000, 300, 1.7, 1.0)
    for n in range(-3, 4):
        expected = abs(scipy.special.jv(n, 1.7))
        assert amplitude_at(sound, 2000 + 300 * n) == pytest.approx(expected, abs=1e-3)


def test_an_envelope_reaches_its_corners():
    e = envelope(1.0, attack=0.1, decay=0.2, sustain=0.5, release=0.3, rate=1000)
    assert e.shape == (1000,)
    np.testing.assert_allclose(
        e[[0, 50, 100, 200, 300, 500, 699, 850]], [0, 0.5, 1, 0.75, 0.5, 0.5, 0.5, 0.25]
    )
    assert 0 < e[-1] < 0.002
    assert (sine(440, 1.0, 1000) * e).peak <= 1


def test_an_envelope_that_fits_but_for_rounding_is_taken():
    assert 0.1 + 0.2 + 0.3 > 0.6
    e = envelope(0.6, attack=0.1, decay=0.2, sustain=0.5, release=0.3, rate=1000)
    np.testing.assert_allclose(e[[0, 50, 100, 200, 300, 450]], [0, 0.5, 1, 0.75, 0.5, 0.25], atol=1e-9)
    with pytest.raises(ValueError, match=r"must fit into 0\.6 s together"):
        envelope(0.6, attack=0.1, decay=0.2, release=0.301)


@given(st.floats(0.01, 3))
@quick
def test_a_decay_falls_to_37_percent_in_each_time_constant(time_constant):
    e = exponential_decay(1.0, time_constant)
    assert e[0] == 1
    np.testing.assert_allclose(-np.diff(np.log(e)), 1 / (RATE * time_constant), rtol=1e-6)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_plucked_string_is_the_filter_of_karplus_and_strong(seed):
    turn = 81  # 16,000 / 196 - 1/2, rounded
    sound = np.asarray(pluck(196, 1.0, RATE, seed))
    feedback = np.zeros(turn + 2)
    feedback[[0, turn, turn + 1]] = 1, -0.5, -0.5
    start = sound[: turn + 1]
    excitation = np.zeros(len(sound))
    excitation[: turn + 1] = scipy.signal.lfilter(feedback, [1], start)
    expected = scipy.signal.lfilter([1], feedback, excitation)
    np.testing.assert_allclose(sound[turn + 1 :], expected[turn + 1 :], atol=1e-9)
    assert np.ptp(start) > 1.5 and np.max(np.abs(start)) <= 1


@pytest.mark.parametrize("frequency", [82.4, 196.0, 440.0])
def test_a_plucked_string_sounds_at_the_rate_over_its_length_and_a_half_and_grows_dull(frequency):
    sound = pluck(frequency, 1.0)
    length = round(RATE / frequency - 0.5)
    f, amplitude = spectrum(sound.cut(0.3, 1.0))
    near = np.abs(f - frequency) < 0.2 * frequency
    assert f[near][amplitude[near].argmax()] == pytest.approx(RATE / (length + 0.5), abs=1.5)

    def above_2_khz(part: Sound) -> float:
        f, amplitude = spectrum(part)
        return np.sum(amplitude[f > 2000] ** 2) / np.sum(amplitude**2)

    assert above_2_khz(sound.cut(0.7, 1.0)) < 0.1 * above_2_khz(sound.cut(0, 0.3))


def test_another_seed_is_another_pluck_and_other_noise():
    for made in (lambda seed: pluck(196, 0.1, seed=seed), lambda seed: noise(0.1, seed=seed)):
        np.testing.assert_array_equal(made(1), made(1))
        assert np.any(np.asarray(made(1)) != np.asarray(made(2)))


@pytest.mark.parametrize("colour, slope", [("white", 0), ("pink", -3.01), ("brown", -6.02)])
def test_the_power_of_noise_falls_by_its_colour_in_each_octave(colour, slope):
    sound = noise(8.0, RATE, colour, amplitude=0.1, seed=3)
    assert sound.level == pytest.approx(-20, abs=0.01)
    f, power = scipy.signal.welch(np.asarray(sound), RATE, nperseg=2048)
    octaves = [10 * np.log10(power[(f >= low) & (f < 2 * low)].mean()) for low in 125 * 2.0 ** np.arange(5)]
    assert np.polyfit(np.arange(5), octaves, 1)[0] == pytest.approx(slope, abs=0.3)


@given(st.integers(1, 16), st.lists(st.floats(-1, 1), min_size=1, max_size=50))
@quick
def test_quantising_is_off_by_half_a_step_at_most_and_done_once_is_done(bits, samples):
    step = 2 / 2**bits
    rounded = quantise(np.array(samples), bits)
    inside = np.array(samples) <= 1 - step
    assert np.all(np.abs(rounded - samples)[inside] <= step / 2 + 1e-12)
    assert len(set(np.round(rounded / step).tolist())) <= 2**bits
    np.testing.assert_array_equal(quantise(rounded, bits), rounded)


@pytest.mark.parametrize("bits", [4, 8, 12])
def test_a_full_scale_sine_stands_6_db_a_bit_above_its_quantising_noise(bits):
    x = np.asarray(sine(997.13, 2.0, amplitude=1 - 2.0 ** (1 - bits)))
    noise_db = level_db(quantise(x, bits) - x)
    assert level_db(1.0) - 3.01 - noise_db == pytest.approx(6.02 * bits + 1.76, abs=0.6)


def test_sixteen_bits_are_what_a_wav_file_holds():
    x = np.asarray(noise(0.2, amplitude=0.2))
    file = io.BytesIO()
    soundfile.write(file, np.round(x * 2**15).astype(np.int16), RATE, format="WAV", subtype="PCM_16")
    file.seek(0)
    np.testing.assert_array_equal(quantise(x, 16), soundfile.read(file)[0])


def test_a_quantised_sound_is_a_sound_and_an_array_stays_an_array():
    sound = quantise(sine(440, 0.1), 3)
    assert isinstance(sound, Sound) and sound.rate == RATE
    np.testing.assert_array_equal(sound, quantise(np.asarray(sine(440, 0.1)), 3))


@given(st.floats(-60, 0))
@quick
def test_the_level_is_that_of_the_sound_and_rises_with_its_gain(db):
    sound = sine(440, 1.0)
    assert level_db(sound) == pytest.approx(-3.0103, abs=1e-3)
    assert level_db(sound.gain(db)) == pytest.approx(level_db(sound) + db, abs=1e-6)
    assert level_db(sound.gain(db)) == pytest.approx(sound.gain(db).level, abs=1e-6)
    assert level_db(np.sign(np.asarray(sine(440.1, 1.0, phase=0.1)))) == pytest.approx(0)
    assert level_db(np.zeros(5)) == -math.inf


def test_the_mean_of_brown_noise_holds_a_fifth_of_its_power():
    noises = [noise(0.1, colour="brown", amplitude=1.0, seed=seed).samples for seed in range(300)]
    assert np.mean([np.mean(samples) ** 2 for samples in noises]) == pytest.approx(0.2, abs=0.04)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sine(440, 0),
        lambda: sine(440, -1.0),
        lambda: sine(440, math.nan),
        lambda: sine(math.inf, 1.0),
        lambda: sine(440, 1.0, rate=0),
        lambda: square(0, 1.0),
        lambda: sawtooth(-5, 1.0),
        lambda: additive(100, [1, 2], 1.0, ratios=[1]),
        lambda: fm(100, 100, np.zeros(3), 1.0),
        lambda: envelope(0.1, attack=0.2),
        lambda: envelope(1.0, sustain=2),
        lambda: exponential_decay(1.0, 0),
        lambda: pluck(0, 1.0),
        lambda: pluck(7000, 1.0),
        lambda: noise(1.0, colour="green"),
        lambda: quantise([0.1], 0),
        lambda: quantise([0.1], 2.5),
        lambda: alias_frequency(100, 0),
        lambda: level_db([]),
        lambda: note_name(60.5),
    ],
)
def test_what_makes_no_sound_is_refused_in_one_sentence(call):
    with pytest.raises(ValueError) as refusal:
        call()
    assert str(refusal.value).rstrip().endswith(".") and "\n" not in str(refusal.value)


def test_damped_partials_are_the_sum_that_they_stand_for():
    generator = torch.Generator().manual_seed(0)
    frequency = 50 + 7000 * torch.rand(3, 20, generator=generator)
    amplitude, decay = torch.rand(3, 20, generator=generator), 200 * torch.rand(3, 20, generator=generator)
    onset = torch.tensor([[0.0], [0.0123], [0.0451]])
    made = damped_partials(frequency, amplitude, decay, onset, 10_000, RATE)
    t = torch.arange(10_000, dtype=torch.float64) / RATE - onset[:, :, None].double()
    waves = torch.exp(-decay[:, :, None] * t) * torch.sin(2 * math.pi * frequency[:, :, None].double() * t)
    expected = (amplitude[:, :, None] * waves).sum(1) * (t[:, 0] >= 0)
    assert made.shape == (3, 10_000)
    torch.testing.assert_close(made.double(), expected, atol=2e-5, rtol=0)


def test_harmonics_are_the_sum_that_they_stand_for():
    generator = torch.Generator().manual_seed(0)
    amplitude = torch.rand(2, 90, generator=generator) / torch.arange(1, 91)
    radius = 0.8 + 0.2 * torch.rand(2, 5000, generator=generator)
    cents = 30 * torch.sin(torch.arange(5000) / 400).repeat(2, 1)
    frequency = torch.tensor([[82.4], [87.3]])
    angle = running_phase(frequency, cents, RATE)
    made = harmonics(angle, amplitude, radius)
    k = torch.arange(1, 91, dtype=torch.float64)[:, None]
    turns = torch.cumsum(frequency.double() * 2 ** (cents.double() / 1200) / RATE, 1)[:, None]
    waves = radius.double()[:, None] ** k * torch.sin(2 * math.pi * k * turns)
    expected = (amplitude[:, :, None] * waves).sum(1)
    torch.testing.assert_close(made.double(), expected, atol=3e-4, rtol=0)
