"""A Sound: what goes in, what comes out, what it does, and what it says to bad input."""

import errno
import inspect
import os
import signal
import struct
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gan_course import sound as room
from gan_course.sound import Sound, SoundError, silence

RATE = 16_000
PCM16 = hnp.arrays(np.int16, st.integers(1, 300))
WAVES = hnp.arrays(np.float64, st.integers(1, 300), elements=st.floats(-1, 1))


def sine(frequency: float = 440.0, duration: float = 0.5, rate: int = RATE, amplitude: float = 0.5) -> Sound:
    times = np.arange(round(duration * rate)) / rate
    return Sound(amplitude * np.sin(2 * np.pi * frequency * times), rate, "sine")


# what goes in, and what comes out


@given(WAVES)
def test_samples_come_out_as_they_went_in(x: np.ndarray) -> None:
    s = Sound(x, 8000)
    assert np.array_equal(np.asarray(s), x) and np.asarray(s).dtype == np.float64
    assert np.array_equal(torch.as_tensor(np.asarray(s)).numpy(), x)
    assert s.tensor().dtype == torch.float32 and np.array_equal(s.tensor().numpy(), x.astype(np.float32))
    assert len(s) == len(x) and s.duration == len(x) / 8000
    assert np.array_equal(s.times, np.arange(len(x)) / 8000)


@pytest.mark.parametrize(
    "given_samples",
    [
        [0.5, -0.5],
        (0.5, -0.5),
        [[0.5, -0.5]],
        np.array([0.5, -0.5], np.float16),
        torch.tensor([0.5, -0.5]),
        torch.tensor([[0.5, -0.5]], requires_grad=True),
        torch.tensor([0.5, -0.5], dtype=torch.bfloat16),
        np.array([16384, -16384], np.int16),
        np.array([64, -64], np.int8),
        np.array([192, 64], np.uint8),
        np.array([2**30, -(2**30)], np.int32),
        torch.tensor([16384, -16384], dtype=torch.int16),
    ],
    ids=lambda given_samples: f"{type(given_samples).__name__} {getattr(given_samples, 'dtype', '')}",
)
def test_lists_arrays_and_tensors_of_any_type_become_the_same_sound(given_samples) -> None:
    s = Sound(given_samples)
    assert s.samples.shape == (2,) and s.samples.tolist() == [0.5, -0.5]
    assert s.samples.dtype in (np.float32, np.float64) and s.rate == 16_000


def test_a_sound_is_not_changed_through_the_array_it_was_made_from_or_one_it_gave() -> None:
    x = np.array([0.1, 0.2])
    s = Sound(x)
    x[0] = 9
    np.asarray(s)[0] = 9
    s.tensor()[0] = 9
    assert s.samples.tolist() == [0.1, 0.2]


def test_no_warning_is_given_when_a_sound_becomes_a_tensor() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        torch.as_tensor(np.asarray(sine()))
        torch.as_tensor(sine().samples)


def test_functions_of_numpy_take_a_sound_as_an_array() -> None:
    s = sine()
    assert np.array_equal(np.abs(s), np.abs(s.samples))
    assert np.array_equal(np.fft.rfft(s), np.fft.rfft(s.samples))


def test_the_rate_may_be_any_kind_of_whole_number() -> None:
    for rate in (8000, 8000.0, np.int64(8000), np.float32(8000)):
        assert Sound([0.0], rate).rate == 8000 and type(Sound([0.0], rate).rate) is int


# what it does


@given(WAVES, st.floats(-40, 40))
def test_gain_changes_level_and_peak_by_that_many_db(x: np.ndarray, db: float) -> None:
    s = Sound(x)
    if s.peak > 1e-3:
        assert s.gain(db).level == pytest.approx(s.level + db, abs=1e-6)
        assert s.at_level(db).level == pytest.approx(db, abs=1e-6)
        assert 20 * np.log10(s.at_peak(db).peak) == pytest.approx(db, abs=1e-6)


def test_level_of_a_full_scale_sine_is_3_db_below_that_of_a_square_wave() -> None:
    square = Sound(np.tile([1.0, -1.0], 100))
    assert square.level == pytest.approx(0.0, abs=1e-12)
    assert sine(400, 1.0, amplitude=1.0).level == pytest.approx(-20 * np.log10(np.sqrt(2)), abs=1e-3)
    assert silence(0.1).level == -np.inf and silence(0.1).peak == 0


def test_resampling_keeps_a_tone_and_removes_what_would_alias() -> None:
    down = sine(440, 1.0, 44_100).resample(16_000)
    expected = sine(440, 1.0, 16_000)
    assert down.rate == 16_000 and len(down) == 16_000
    inner = slice(500, -500)
    assert np.max(np.abs(down.samples[inner] - expected.samples[inner])) < 1e-3
    assert sine(12_000, 1.0, 44_100).resample(16_000).cut(0.1, 0.9).level < -90


def test_resampling_to_the_same_rate_changes_nothing() -> None:
    s = sine()
    assert s.resample(RATE) is s


@given(st.integers(0, 50), st.integers(0, 50))
def test_trim_takes_away_just_the_quiet_ends(before: int, after: int) -> None:
    core = np.array([0.5, 0.0, 0.0, -0.2])
    quiet = 0.5 * 10 ** (-61 / 20)
    s = Sound(np.concatenate([np.full(before, quiet), core, np.full(after, -quiet)]))
    assert s.trim(-60).samples.tolist() == core.tolist()
    assert len(s.trim(-62)) == len(s)


def test_cut_pad_then_and_reversed_are_exact() -> None:
    s = Sound(np.arange(1, 9) / 10, 4, "ramp")
    assert s.cut(0.5, 1.5).samples.tolist() == [0.3, 0.4, 0.5, 0.6]
    assert s.cut(1.5).samples.tolist() == [0.7, 0.8]
    assert s.cut().samples.tolist() == s.samples.tolist()
    assert s.pad(2.5).samples.tolist() == [*s.samples.tolist(), 0, 0] and s.pad(1.0).duration == 2.0
    assert s.reversed().samples.tolist() == s.samples.tolist()[::-1]
    assert s.then(s.reversed()).samples.tolist() == [*s.samples, *s.samples[::-1]]
    assert s.cut(0, 1).label == s.pad(9).label == "ramp" and s.named("other").label == "other"


def test_fade_begins_and_ends_at_nothing_and_leaves_the_middle() -> None:
    flat = Sound(np.ones(1000), 1000)
    faded = flat.fade(0.1, 0.2).samples
    assert faded[0] < 1e-3 and faded[-1] < 1e-3 and np.all(faded[100:800] == 1)
    assert np.all(np.diff(faded[:100]) > 0) and np.all(np.diff(faded[800:]) < 0)
    assert faded[49:51].mean() == pytest.approx(0.5)
    assert np.array_equal(flat.fade(0, 0).samples, flat.samples)


@given(WAVES, WAVES)
def test_mixing_adds_samples_and_pads_the_shorter(x: np.ndarray, y: np.ndarray) -> None:
    mixed = (Sound(x) + Sound(y)).samples
    expected = np.zeros(max(len(x), len(y)))
    expected[: len(x)] += x
    expected[: len(y)] += y
    assert np.array_equal(mixed, expected)
    assert (Sound(x) - Sound(x)).peak == 0


def test_a_sound_times_a_number_is_a_sound_from_either_side() -> None:
    s = sine()
    for product in (2 * s, s * 2, np.float64(2) * s, s * np.float32(2), s / 0.5, -(-2 * s)):
        assert isinstance(product, Sound) and np.allclose(product.samples, 2 * s.samples)
    envelope = np.linspace(0, 1, len(s))
    assert np.allclose((s * envelope).samples, s.samples * envelope)
    assert isinstance(envelope * s, Sound)


def test_float32_stays_float32() -> None:
    s = Sound(np.full(100, 0.25, np.float32))
    for made in (s * 2.0, s.gain(3), s.fade(0.001, 0.001), s + s, s.pad(1), s.at_peak(), s.resample(8000)):
        assert made.samples.dtype == np.float32


# files


@given(PCM16)
def test_sixteen_bit_samples_survive_wav_and_flac_bit_by_bit(tmp_path_factory, whole: np.ndarray) -> None:
    folder = tmp_path_factory.mktemp("files")
    for ending in (".wav", ".flac"):
        path = Sound(whole, 16_000).save(folder / f"x{ending}")
        stored, rate = soundfile.read(path, dtype="int16")
        assert rate == 16_000 and np.array_equal(stored, whole)
        assert np.array_equal(Sound.load(path).samples * 32768, whole)


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg", ".mp3", ".WAV"])
def test_each_format_gives_back_a_like_sound(tmp_path: Path, ending: str) -> None:
    s = sine(440, 1.0)
    back = Sound.load(s.save(tmp_path / f"tone{ending}"))
    assert back.rate == RATE and len(back) == len(s) and back.label == "tone"
    error = (back - s).cut(0.1, 0.9).level
    assert error < s.level - (80 if ending.lower() in (".wav", ".flac") else 20)


@pytest.mark.parametrize(
    ("subtype", "worst"), [("PCM_24", 2.0**-24), ("PCM_32", 2.0**-32), ("FLOAT", 2.0**-25)]
)
def test_finer_sample_formats_keep_more(tmp_path: Path, subtype: str, worst: float) -> None:
    s = sine()
    back = Sound.load(s.save(tmp_path / "x.wav", subtype=subtype))
    assert np.max(np.abs(back.samples - s.samples)) <= worst + 2.0**-25 * (subtype == "PCM_24")


def test_a_sound_above_full_scale_is_kept_in_float_and_clipped_in_integers_with_a_warning(
    tmp_path: Path,
) -> None:
    loud = Sound([1.5, -1.5, 0.5])
    with pytest.warns(UserWarning, match=r"peak 1\.5 is above full scale"):
        path = loud.save(tmp_path / "x.wav")
    assert Sound.load(path).samples.tolist() == pytest.approx([1, -1, 0.5], abs=1e-4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Sound.load(loud.save(tmp_path / "f.wav", subtype="FLOAT")).samples.tolist() == [1.5, -1.5, 0.5]


def test_stereo_24_bit_at_96_khz_becomes_mono_at_the_rate_asked_for(tmp_path: Path) -> None:
    times = np.arange(96_000) / 96_000
    left, right = 0.5 * np.sin(2 * np.pi * 500 * times), 0.1 * np.sin(2 * np.pi * 500 * times)
    soundfile.write(tmp_path / "x.flac", np.stack([left, right], 1), 96_000, "PCM_24")
    s = Sound.load(tmp_path / "x.flac")
    assert s.rate == 96_000 and np.max(np.abs(s.samples - (left + right) / 2)) < 2.0**-22
    down = Sound.load(tmp_path / "x.flac", rate=16_000)
    assert down.rate == 16_000 and len(down) == 16_000
    assert down.level == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.05)


def test_three_samples_are_a_sound(tmp_path: Path) -> None:
    s = Sound([0.25, -0.5, 0.125])
    for ending in (".wav", ".flac"):
        assert Sound.load(s.save(tmp_path / f"x{ending}")).samples.tolist() == [0.25, -0.5, 0.125]
    assert (
        len(s.resample(48_000)) == 9 and len(s.trim()) == 3 and s.cut(0, 1 / RATE).samples.tolist() == [0.25]
    )


def test_minutes_of_ogg_are_written(tmp_path: Path) -> None:
    long = Sound(np.zeros(3_000_000, np.float32), 48_000)
    assert len(Sound.load(long.save(tmp_path / "x.ogg"))) == len(long)


def test_of_channels_that_cancel_the_loudest_is_heard(tmp_path: Path) -> None:
    x = 0.5 * np.sin(np.arange(8_000) * 0.2)
    for second, heard in (
        (-x, x),
        (-0.95 * x, x),
        (-1.1 * x, -1.1 * x),
        (-0.5 * x, 0.25 * x),
        (x, x),
        (0 * x, x / 2),
    ):
        soundfile.write(tmp_path / "two.wav", np.stack([x, second], 1), 16_000, subtype="DOUBLE")
        np.testing.assert_allclose(Sound.load(tmp_path / "two.wav").samples, heard, atol=1e-12)
    soundfile.write(tmp_path / "none.wav", np.zeros((100, 2)), 16_000)
    assert Sound.load(tmp_path / "none.wav").peak == 0


def test_real_recordings_are_read(mirror: Path, tmp_path: Path) -> None:
    archive = next(mirror.glob("*spoken-digit*.zip"), None)
    if archive is None:
        pytest.skip("no archive of spoken digits")
    with zipfile.ZipFile(archive) as recordings:
        names = [name for name in recordings.namelist() if name.endswith(".wav")][:20]
        for name in names:
            (tmp_path / "x.wav").write_bytes(recordings.read(name))
            samples, rate = soundfile.read(tmp_path / "x.wav")
            s = Sound.load(tmp_path / "x.wav")
            assert s.rate == rate and np.array_equal(s.samples, samples.astype(np.float32))


# bad input


def only_sentence(caught: pytest.ExceptionInfo[BaseException]) -> str:
    """The error's message, which is one sentence of no more than one line, and not the tail of a chain."""
    message = str(caught.value)
    assert "\n" not in message and len(message) < 400
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return message


@pytest.mark.parametrize(
    ("samples", "says"),
    [
        ([], "at least one sample"),
        (0.5, r"shape \(sample,\), and not \(\)"),
        (np.zeros((2, 100)), r"mono, .* not \(2, 100\)"),
        (np.zeros((100, 1)), r"mono"),
        ([0.0, np.nan, np.nan], r"2 of 3 are not, the first at index 1 \(nan\)"),
        ([np.inf, 0.0], r"1 of 2 are not, the first at index 0 \(inf\)"),
        ([1j, 2j], "real numbers"),
        ([True, False], "real numbers"),
        (["a", "b"], "real numbers"),
        ([[0.1, 0.2], [0.3]], "rows differ"),
        ([0, 12_000, -5], "int64 have no full scale"),
        (None, "real numbers|mono"),
        ("tone.wav", r"use Sound\.load"),
        (Path("tone.wav"), r"use Sound\.load"),
    ],
)
def test_what_is_no_row_of_samples_is_refused(samples, says: str) -> None:
    with pytest.raises(SoundError, match=says) as caught:
        Sound(samples)
    only_sentence(caught)


@pytest.mark.parametrize("rate", [0, -16_000, 16_000.5, "16000", None, True, float("nan"), float("inf"), 1j])
def test_a_wrong_rate_is_refused(rate) -> None:
    with pytest.raises(SoundError, match="a whole number such as 16000, and not") as caught:
        Sound([0.1], rate)
    assert repr(rate) in only_sentence(caught)
    with pytest.raises(SoundError, match="a whole number such as 16000"):
        sine().resample(rate)


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda s: s.trim(0), "dB below the peak"),
        (lambda s: silence(1).trim(), "is silent: it cannot be trimmed"),
        (lambda s: silence(1).at_level(-20), "is silent"),
        (lambda s: silence(1).at_peak(), "is silent"),
        (lambda s: s.at_level(float("nan")), "number of dB"),
        (lambda s: s.gain(float("inf")), "number of dB"),
        (lambda s: s.gain(10_000), "number of dB, and not 10000"),
        (lambda s: s.cut(0.2, 0.1), "nothing to cut"),
        (lambda s: s.cut(-0.1, 0.1), "nothing to cut"),
        (lambda s: s.cut(0.1, 0.6), r"nothing to cut from 0\.1 s to 0\.6 s in a sound of 0\.5 s"),
        (lambda s: s.cut(float("nan")), "nothing to cut from nan s to"),
        (lambda s: s.cut(0, float("inf")), "nothing to cut from 0 s to inf s"),
        (lambda s: s.pad(-1), "not negative"),
        (lambda s: s.fade(0.3, 0.3), "too short to fade"),
        (lambda s: s.fade(-0.1, 0), "not negative"),
        (lambda s: s.then(silence(1, 8000)), r"different rates, 16000 and 8000 Hz.*\.resample\(16000\)"),
        (lambda s: s + silence(1, 8000), "different rates"),
        (lambda s: s - silence(1, 8000), "different rates"),
        (lambda s: s * [1.0, 2.0], r"a number or by 8000 of them, and not by an array of shape \(2,\)"),
        (lambda s: s * float("nan"), "finite"),
        (lambda s: s * silence(1, 8000), "different rates"),
        (
            lambda s: s.resample(16_000_001),
            "at 16,000 Hz cannot be resampled to 16,000,001 Hz: choose a rate at most",
        ),
        (lambda s: s.resample(15), "cannot be resampled to 15 Hz"),
        (lambda s: Sound([0.1]).resample(100), "too short to be resampled to 100 Hz"),
        (lambda s: silence(0), "at least one sample"),
        (lambda s: silence(-1), "not negative"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(attempt, says: str) -> None:
    with pytest.raises(SoundError, match=says) as caught:
        attempt(sine())
    only_sentence(caught)


@pytest.mark.parametrize("wrong", ["text", None, object()])
def test_sounds_are_not_mixed_with_what_is_no_sound(wrong) -> None:
    with pytest.raises(TypeError):
        sine() + wrong
    with pytest.raises(TypeError):
        sine() - wrong
    with pytest.raises((TypeError, SoundError)):
        sine() * wrong


def written(folder: Path, ending: str) -> bytes:
    return sine(440, 1.0).save(folder / f"whole{ending}").read_bytes()


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_refused(tmp_path: Path, ending: str, kept: float) -> None:
    whole = written(tmp_path, ending)
    path = tmp_path / f"part{ending}"
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(SoundError, match=r"cut short|cannot be read|without a single sample") as caught:
        Sound.load(path)
    assert str(path) in only_sentence(caught)


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty: it holds 0 bytes"),
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "cannot be read as a sound file"),
        (b"<!DOCTYPE html><title>404</title>" * 30, "cannot be read as a sound file"),
        (b"RIFF", "cannot be read as a sound file"),
        (bytes(5000), "cannot be read as a sound file"),
    ],
    ids=["empty", "picture", "web page", "four bytes", "zeros"],
)
def test_a_file_that_is_no_sound_is_refused(tmp_path: Path, ending: str, content: bytes, says: str) -> None:
    path = tmp_path / f"x{ending}"
    path.write_bytes(content)
    with pytest.raises(SoundError, match=says) as caught:
        Sound.load(path)
    assert str(path) in only_sentence(caught)


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg"])
def test_a_file_with_damaged_header_is_refused(tmp_path: Path, ending: str) -> None:
    content = bytearray(written(tmp_path, ending))
    content[:40] = bytes(range(40))
    (tmp_path / f"x{ending}").write_bytes(content)
    with pytest.raises(SoundError, match="cannot be read as a sound file") as caught:
        Sound.load(tmp_path / f"x{ending}")
    only_sentence(caught)


def test_damage_inside_a_flac_file_is_noticed(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path, ".flac"))
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(200)
    (tmp_path / "x.flac").write_bytes(content)
    with pytest.raises(SoundError, match=r"damaged|cut short"):
        Sound.load(tmp_path / "x.flac")


@pytest.mark.parametrize("name", ["Info", "Xing"])
def test_an_mp3_file_that_does_not_state_its_length_is_read_whole(tmp_path: Path, name: str) -> None:
    # such as recordings with a title and a cover in front, whose length can only be guessed from their size
    whole = written(tmp_path, ".mp3")
    first = max(whole.find(b"Info"), whole.find(b"Xing"))
    assert first > 0, "the encoder did not state the length"
    cover = b"ID3\x02\x00\x00" + bytes([0, 0, 60, 0]) + name.encode() + bytes(60 * 128 - 4)
    path = tmp_path / "untold.mp3"
    path.write_bytes(cover + whole[:first] + bytes(4) + whole[first + 4 :])
    sound = Sound.load(path)
    assert sound.duration == pytest.approx(1.0, abs=0.15)  # the encoder pads
    assert sound.level == pytest.approx(sine(440, 1.0).level, abs=1)


def test_a_wav_file_of_a_writer_that_streams_is_read(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path, ".wav"))
    struct.pack_into("<I", content, 4, 0xFFFFFFFF)
    struct.pack_into("<I", content, 40, 0xFFFFFFFF)
    (tmp_path / "x.wav").write_bytes(content)
    assert len(Sound.load(tmp_path / "x.wav")) == 16_000


def test_a_file_with_nan_or_without_samples_is_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan]), RATE, "FLOAT")
    with pytest.raises(SoundError, match=r"nan\.wav cannot be used as a sound: .* 1 of 2 are not") as caught:
        Sound.load(tmp_path / "nan.wav")
    only_sentence(caught)
    soundfile.write(tmp_path / "none.wav", np.zeros(0), RATE)
    with pytest.raises(SoundError, match="without a single sample"):
        Sound.load(tmp_path / "none.wav")


def test_where_there_is_no_file_the_operating_system_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.wav"):
        Sound.load(tmp_path / "none.wav")
    with pytest.raises(SoundError, match="no ordinary file"):
        Sound.load(tmp_path)
    with pytest.raises(FileNotFoundError, match="the folder for this file does not exist: create it"):
        sine().save(tmp_path / "none" / "x.wav")


def test_an_endless_device_is_neither_read_nor_replaced() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with pytest.raises(SoundError, match="no ordinary file"):
        Sound.load("/dev/full")
    with pytest.raises(SoundError, match="no ordinary file"):
        sine().save("/dev/full", overwrite=True)


def test_an_existing_file_is_kept_unless_overwriting_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"the only copy of something")
    with pytest.raises(FileExistsError, match="pass overwrite=True") as caught:
        sine().save(path)
    only_sentence(caught)
    assert path.read_bytes() == b"the only copy of something" and os.listdir(tmp_path) == ["x.wav"]
    sine().save(path, overwrite=True)
    assert Sound.load(path).duration == 0.5 and os.listdir(tmp_path) == ["x.wav"]


@pytest.mark.parametrize(
    ("name", "rate", "subtype", "says"),
    [
        ("x.txt", RATE, None, r"ends in \.wav, \.flac, \.ogg, \.mp3, and not in '\.txt'"),
        ("x", RATE, None, "and not in ''"),
        ("x.flac", 700_000, None, "cannot hold PCM_16 samples at 700000 Hz"),
        ("x.mp3", 96_000, None, "at 96000 Hz"),
        ("x.flac", RATE, "FLOAT", "cannot hold FLOAT"),
        ("x.wav", RATE, "nonsense", "cannot hold nonsense"),
    ],
)
def test_what_a_format_cannot_hold_is_said_and_nothing_is_written(
    tmp_path: Path, name: str, rate: int, subtype: str | None, says: str
) -> None:
    with pytest.raises(SoundError, match=says) as caught:
        Sound([0.1, 0.2], rate).save(tmp_path / name, subtype=subtype)
    only_sentence(caught)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ending", [".wav", ".flac", ".ogg", ".mp3"])
def test_on_a_full_disk_nothing_is_left_under_any_name(tmp_path: Path, ending: str) -> None:
    resource = pytest.importorskip("resource", reason="this system limits no file's size")
    existing = sine().save(tmp_path / f"old{ending}")
    before = existing.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="the sound was not written") as caught:
            sine(440, 2.0).save(tmp_path / f"new{ending}")
        with pytest.raises(OSError, match="the sound was not written"):
            sine(440, 2.0).save(existing, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    only_sentence(caught)
    assert os.listdir(tmp_path) == [f"old{ending}"] and existing.read_bytes() == before


def test_an_error_of_the_disk_keeps_its_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(room.os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        sine().save(tmp_path / "x.flac")
    assert caught.value.errno == errno.ENOSPC and os.listdir(tmp_path) == []


def test_an_interruption_while_writing_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(room.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sine().save(tmp_path / "x.wav")
    assert os.listdir(tmp_path) == []


# its place in the library


def test_a_sound_says_what_it_is_and_draws_itself_through_the_hook_only() -> None:
    s = sine().named("A4")
    drawing = room._drawing
    try:
        room.set_drawing(None)
        assert s._repr_mimebundle_() == {"text/plain": "Sound(0.500 s at 16,000 Hz, 'A4')"}
        room.set_drawing(lambda drawn: {"text/html": f"<b>{drawn.label}</b>"})
        assert s._repr_mimebundle_()["text/html"] == "<b>A4</b>"
    finally:
        room.set_drawing(drawing)


def test_importing_the_room_imports_nothing_heavy_and_nothing_above_it() -> None:
    program = (
        "import sys, torch; before = set(sys.modules); import gan_course;"
        "print(*sorted(name for name in set(sys.modules) - before))"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    new = shown.stdout.split()
    heavy = ("librosa", "matplotlib", "torchaudio", "scipy", "IPython", "ipywidgets", "soundfile", "soxr")
    assert "gan_course.sound" in new
    assert not [name for name in new if name.split(".")[0] in heavy or name.startswith("gan_course.display")]


def test_public_functions_are_typed_and_described() -> None:
    for name, member in inspect.getmembers(Sound, inspect.isfunction):
        if not name.startswith("_"):
            assert member.__doc__, name
            assert inspect.signature(member).return_annotation is not inspect.Signature.empty, name
