"""Spoken digits come with the right labels, in the split that was asked for, whatever some files are."""

import hashlib
import io
import itertools
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.signal
import soundfile
import torch
from hypothesis import given
from hypothesis import strategies as st

from gan_course.datasets import archive, digits
from gan_course.datasets.recordings import fit, read

PEOPLE = ("george", "jackson", "theo", "yweweler")


def tone(seconds: float = 0.4, rate: int = 8_000, frequency: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def wav(samples: np.ndarray, rate: int = 8_000, subtype: str = "PCM_16") -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, subtype, format="WAV")
    return target.getvalue()


def small_set(takes: range = range(8)) -> dict[str, bytes]:
    """Two digits by four speakers, each a tone whose pitch says the digit."""
    return {
        f"recordings/{digit}_{name}_{take}.wav": wav(tone(frequency=400.0 + 100 * digit))
        for digit, name, take in itertools.product((3, 7), PEOPLE, takes)
    }


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, bytes], int], None]:
    """Call it with files to have them as the data set, fetched as the real one is."""
    (tmp_path / "mirror").mkdir()
    monkeypatch.setenv(archive.MIRROR, str(tmp_path / "mirror"))
    monkeypatch.setenv(archive.DATA, str(tmp_path / "data"))

    def use(files: dict[str, bytes], count: int | None = None) -> None:
        with zipfile.ZipFile(tmp_path / "mirror" / digits.ARCHIVE.file, "w") as packed:
            for path, content in files.items():
                packed.writestr(f"free-spoken-digit-dataset-master/{path}", content)
        whole = archive.digest({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
        published = (
            {"digest": whole, "count": len(files)} if count is None else {"subsets": (whole,), "count": count}
        )
        monkeypatch.setattr(digits, "ARCHIVE", replace(digits.ARCHIVE, **published))

    return use


@pytest.fixture(scope="module")
def real(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which the mirror's archive of digits was unpacked."""
    if not (mirror / digits.ARCHIVE.file).is_file():
        pytest.skip(f"no {digits.ARCHIVE.file} in {mirror}")
    folder = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(archive.MIRROR, str(mirror))
        patched.setenv(archive.DATA, str(folder))
        archive.fetch(digits.ARCHIVE)
    return folder


@pytest.fixture
def real_digits(real: Path, monkeypatch: pytest.MonkeyPatch) -> archive.Held:
    monkeypatch.setenv(archive.DATA, str(real))
    held = archive.find(digits.ARCHIVE)
    assert held is not None
    return held


def test_shipped_hashes_are_those_of_the_real_recordings(real_digits: archive.Held) -> None:
    known = digits.known_hashes()
    assert len(known) == 2_700
    for path in real_digits.files:
        if path in known:
            content = (real_digits.folder / path).read_bytes()
            assert hashlib.sha256(content).hexdigest().startswith(known[path])
    assert known.keys() <= set(real_digits.files) or not real_digits.complete


def test_real_set_is_verified_counted_and_loaded(real_digits: archive.Held) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clips = digits.load("train")
    assert real_digits.counted in ("2,700 of 3,000 recordings", "3,000 recordings")
    assert real_digits.counted in clips.note and "15 longer than 1.024 s are cut" in clips.note
    assert clips.audio.shape == (2_700, 16_384) and clips.audio.dtype == torch.float32
    counts = torch.zeros(10, 6, dtype=torch.int64)
    counts.index_put_((clips.labels["digit"], clips.labels["speaker"]), torch.tensor(1), accumulate=True)
    assert (counts == 45).all()
    assert sorted(set(clips.parameters["take"].tolist())) == list(range(5, 50))
    assert clips.parameters["duration"].max() == pytest.approx(2.28275, abs=1e-3)


def test_real_recordings_labels_are_what_their_files_say(real_digits: archive.Held) -> None:
    clips = digits.load("train")
    for index in range(0, len(clips), 157):
        take = int(clips.parameters["take"][index])
        digit, speaker = clips.says(index).split()
        samples, _ = soundfile.read(real_digits.folder / f"recordings/{digit}_{speaker}_{take}.wav")
        expected = scipy.signal.resample_poly(samples, 2, 1)
        if len(expected) > 16_384:
            continue
        start = (16_384 - len(expected)) // 2
        clip = clips.audio[index].numpy()
        within = clip[start : start + len(expected)]
        # the resamplers differ only close to 4 kHz
        assert np.corrcoef(within, expected)[0, 1] > 0.99
        assert np.std(within) == pytest.approx(np.std(expected), rel=0.03)
        assert not clip[:start].any() and not clip[start + len(expected) :].any()


def test_test_split_that_the_real_subset_lacks_says_so(real_digits: archive.Held) -> None:
    if real_digits.complete:
        pytest.skip("the mirror holds the complete set")
    with pytest.raises(archive.DataError) as wrong:
        digits.load("test")
    told = str(wrong.value)
    assert "takes 0 to 4" in told and "2,700 of 3,000" in told and 'by="speaker"' in told and "\n" not in told


def test_official_splits_part_the_takes(install: Callable[..., None]) -> None:
    install(small_set())
    test, train, both = (digits.load(split, samples=4_096) for split in ("test", "train", "all"))
    assert set(test.parameters["take"].tolist()) == {0, 1, 2, 3, 4}
    assert set(train.parameters["take"].tolist()) == {5, 6, 7}
    assert len(test) + len(train) == len(both) == 64
    assert "test split by take" in test.note and "64 recordings" in test.note


def test_late_takes_are_held_out_and_the_official_test_is_in_neither_part(
    install: Callable[..., None],
) -> None:
    install(small_set(range(3, 47)))
    test, train = (digits.load(split, by="take", samples=4_096) for split in ("test", "train"))
    assert set(test.parameters["take"].tolist()) == {45, 46}
    assert set(train.parameters["take"].tolist()) == set(range(5, 45))
    assert "test split by take" in test.note


@pytest.mark.parametrize(
    ("asked", "held_out"),
    [
        (None, set(digits.HELD_OUT)),
        (("george",), {"george"}),
        (["theo", "jackson"], {"theo", "jackson"}),
        ("theo", {"theo"}),
    ],
)
def test_speaker_splits_share_no_speaker(
    install: Callable[..., None], asked: list[str] | None, held_out: set[str]
) -> None:
    install(small_set(range(5, 8)), count=64)
    for split, expected in (("test", held_out), ("train", set(PEOPLE) - held_out)):
        clips = digits.load(split, by="speaker", held_out_speakers=asked, samples=4_096)
        assert {clips.classes["speaker"][index] for index in clips.labels["speaker"]} == expected
        assert len(clips) == 6 * len(expected)
        assert f"24 of 64 recordings; {split} split by speaker" in clips.note


def test_split_that_is_absent_says_what_to_use_instead(install: Callable[..., None]) -> None:
    install(small_set(range(5, 8)), count=64)
    with pytest.raises(archive.DataError, match='use load\\("test", by="take"\\) or by="speaker"'):
        digits.load("test")


def test_classes_stay_the_same_whatever_the_split_holds(install: Callable[..., None]) -> None:
    install(small_set())
    test = digits.load("test", by="speaker", samples=4_096)
    assert test.classes == {"digit": tuple("0123456789"), "speaker": digits.SPEAKERS}
    assert {test.classes["digit"][i] for i in test.labels["digit"]} == {"3", "7"}


def test_tones_keep_their_frequency_at_any_rate(install: Callable[..., None]) -> None:
    install(small_set())
    for rate in (8_000, 16_000, 22_050):
        clips = digits.load("test", rate=rate, samples=rate)
        for clip, digit in zip(clips.audio.numpy(), clips.labels["digit"], strict=True):
            peak = np.argmax(np.abs(np.fft.rfft(clip)))
            assert peak == pytest.approx(400 + 100 * int(digit), abs=2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"split": "validation"}, '"all", "train" or "test"'),
        ({"by": "digit"}, '"official", "take" or "speaker"'),
        ({"held_out_speakers": ("theo",)}, 'by="speaker"'),
        ({"by": "speaker", "held_out_speakers": ("nobody",)}, "nobody"),
        ({"by": "speaker", "held_out_speakers": ()}, "none"),
        ({"by": "speaker", "held_out_speakers": digits.SPEAKERS}, "not all"),
        ({"rate": 0}, "rate"),
        ({"rate": 16_000.5}, "rate"),
        ({"samples": 0}, "samples"),
        ({"samples": 1.5}, "samples"),
        ({"samples": True}, "samples is a whole number above 0, and not True"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    install: Callable[..., None], options: dict[str, object], says: str
) -> None:
    install(small_set())
    with pytest.raises(ValueError, match=says):
        digits.load(**options)  # type: ignore[arg-type]


def bad_files() -> dict[str, tuple[bytes, str]]:
    """What a file may hold, and the word that a warning has for it."""
    good = wav(tone())
    return {
        "empty": (b"", "empty"),
        "header only": (wav(np.zeros(0)), "empty"),
        "cut short": (good[: len(good) // 2], "cut short"),
        "text": (b"this is no sound at all" * 50, "not readable as sound"),
        "random": (np.random.default_rng(0).bytes(5_000), "not readable as sound"),
        "broken header": (good[:20] + bytes(16) + good[36:], "not readable as sound"),
        "nan": (wav(np.full(3_000, np.nan), subtype="FLOAT"), "with NaN"),
        "infinite": (wav(np.full(3_000, np.inf), subtype="FLOAT"), "with NaN"),
        "silent": (wav(np.zeros(3_000)), "silent"),
        "flickering": (wav(np.tile([0, 1 / 32_768], 2_000)), "silent"),
        "three samples": (wav(np.array([0.1, -0.2, 0.3])), "too short"),
    }


@pytest.mark.parametrize("kind", bad_files())
def test_each_kind_of_bad_file_is_left_out_and_counted(install: Callable[..., None], kind: str) -> None:
    content, word = bad_files()[kind]
    install(small_set() | {"recordings/3_theo_2.wav": content})
    with pytest.warns(UserWarning) as told:
        clips = digits.load("test", samples=4_096)
    assert len(told) == 1 and "\n" not in str(told[0].message)
    assert f"1 of 40 recordings are left out: 1 {word}" in str(told[0].message)
    assert "3_theo_2.wav" in str(told[0].message) and "gan-course data digits --again" in str(told[0].message)
    assert told[0].filename == __file__
    assert len(clips) == 39 and torch.isfinite(clips.audio).all()
    left = {(clips.says(i), int(take)) for i, take in enumerate(clips.parameters["take"])}
    assert ("3 theo", 2) not in left and len(left) == 39


def test_many_bad_files_make_one_warning_with_counts(install: Callable[..., None]) -> None:
    files = small_set()
    for path, (content, _) in zip(sorted(files), bad_files().values(), strict=False):
        files[path] = content
    install(files)
    with pytest.warns(UserWarning) as told:
        clips = digits.load(samples=4_096)
    assert len(told) == 1 and len(clips) == 64 - 11
    assert all(
        count in str(told[0].message) for count in ("11 of 64", "2 empty", "3 not readable", "2 silent")
    )


def test_deleted_file_is_counted_as_missing(install: Callable[..., None], tmp_path: Path) -> None:
    install(small_set())
    digits.load(samples=4_096)
    (tmp_path / "data" / "digits" / "recordings" / "7_george_0.wav").unlink()
    with pytest.warns(UserWarning, match="1 of 64 recordings are left out: 1 missing"):
        assert len(digits.load(samples=4_096)) == 63


def test_nothing_but_bad_files_is_an_error(install: Callable[..., None]) -> None:
    install(dict.fromkeys(small_set(), b""))
    with pytest.raises(ValueError, match=r"all 64 are bad \(64 empty") as wrong:
        digits.load()
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(("rate", "channels", "subtype"), [(44_100, 1, "PCM_16"), (96_000, 2, "PCM_24")])
def test_recording_at_another_rate_keeps_its_pitch_and_is_counted(
    install: Callable[..., None], rate: int, channels: int, subtype: str
) -> None:
    sound = np.repeat(tone(rate=rate, frequency=700.0)[:, None], channels, axis=1)
    install(small_set() | {"recordings/3_george_0.wav": wav(sound, rate, subtype)})
    with pytest.warns(
        UserWarning, match=f"1 of 40 recordings are not at the usual rate: 1 at {rate:,} Hz; first"
    ):
        clips = digits.load("test", samples=16_000)
    assert clips.says(0) == "3 george" and clips.parameters["take"][0] == 0
    assert np.argmax(np.abs(np.fft.rfft(clips.audio[0].numpy()))) == pytest.approx(700, abs=2)


def test_own_folder_is_read_without_the_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(archive.DATA, str(tmp_path / "nothing"))
    for name in ("7_ada_0.wav", "2_ada_1.wav", "2_grace_0.wav"):
        (tmp_path / name).write_bytes(wav(tone()))
    (tmp_path / "notes.wav").write_bytes(b"something else")
    clips = digits.load(folder=tmp_path)
    assert [clips.says(index) for index in range(3)] == ["2 ada", "7 ada", "2 grace"]
    assert clips.classes["speaker"] == ("ada", "grace")
    whole = digits.load(folder=tmp_path, rate=np.int64(8_000), samples=np.int64(4_096))
    assert type(whole.rate) is int and whole.audio.shape == (3, 4_096)
    assert len(digits.load("test", by="speaker", held_out_speakers=["grace"], folder=tmp_path)) == 1


def test_folder_without_recordings_says_how_they_are_named(tmp_path: Path) -> None:
    with pytest.raises(archive.DataError, match="7_ada_0"):
        digits.load(folder=tmp_path)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=60).map(np.array), st.integers(1, 60))
def test_fit_keeps_all_or_the_loudest_stretch(x: np.ndarray, samples: int) -> None:
    fitted = fit(x, samples)
    assert len(fitted) == samples
    if len(x) <= samples:
        before = (samples - len(x)) // 2
        assert np.array_equal(fitted[before : before + len(x)], x)
        assert np.count_nonzero(fitted) == np.count_nonzero(x)
    else:
        stretches = [x[start : start + samples] for start in range(len(x) - samples + 1)]
        assert any(np.array_equal(fitted, stretch) for stretch in stretches)
        loudest = max(float(np.sum(stretch**2)) for stretch in stretches)
        assert float(np.sum(fitted**2)) == pytest.approx(loudest, abs=1e-9)


def test_no_files_are_an_error() -> None:
    with pytest.raises(ValueError, match="there are no files"):
        read([], 16_000, 100)
