"""Orchestral notes: what the names say, real recordings placed by their onset, and a split that does not leak."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from gan_course import datasets
from gan_course.datasets import Clips, archive, orchestra
from gan_course.evaluation import cents, track_pitch
from gan_course.synthesis import frequency_of, midi_number
from gan_course.synthesis.pitch import note_name


def mp3(frequency: float, seconds: float = 0.6, silence: float = 0.1, rate: int = 44_100) -> bytes:
    t = np.arange(round(seconds * rate)) / rate
    x = np.concatenate([np.zeros(round(silence * rate)), 0.3 * np.sin(2 * np.pi * frequency * t)])
    target = io.BytesIO()
    soundfile.write(target, x, rate, format="MP3")
    return target.getvalue()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, bytes]], None]:
    """Call it with files to have them as the data set, fetched as the real one is."""
    (tmp_path / "mirror").mkdir()
    monkeypatch.setenv(archive.MIRROR, str(tmp_path / "mirror"))
    monkeypatch.setenv(archive.DATA, str(tmp_path / "data"))

    def use(files: dict[str, bytes]) -> None:
        with zipfile.ZipFile(tmp_path / "mirror" / orchestra.ARCHIVE.file, "w") as packed:
            for path, content in files.items():
                packed.writestr(f"philharmonia-samples-master/{path}", content)
        whole = archive.digest({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
        monkeypatch.setattr(orchestra, "ARCHIVE", replace(orchestra.ARCHIVE, digest=whole, count=len(files)))

    return use


@pytest.mark.parametrize(
    ("path", "note"),
    [
        ("audio/flute/flute_As4_15_forte_normal.mp3", ("flute", "A#4", "15", "forte", "normal")),
        (
            "audio/double bass/double-bass_C1_025_mezzo-forte_arco-normal.mp3",
            ("double-bass", "C1", "025", "mezzo-forte", "arco-normal"),
        ),
        ("violin_G6_very-long_cresc-decresc_arco-tremolo.mp3", None),
        ("audio/percussion/tambourine/tambourine__025_forte_hand.mp3", None),
        ("audio/README.txt", None),
    ],
)
def test_a_files_name_says_what_it_is(path: str, note: tuple[str, ...] | None) -> None:
    found = orchestra.parse(path)
    if path.startswith("violin"):
        assert found == ("violin", "G6", "very-long", "cresc-decresc", "arco-tremolo")
    else:
        assert found == note


NAMES = [
    f"audio/{instrument}/{instrument}_{pitch}_{length}_{dynamic}_normal.mp3"
    for instrument in ("oboe", "flute")
    for pitch in ("A4", "Cs5", "D5", "E5", "Fs5", "G5")
    for length, dynamic in (("1", "forte"), ("15", "piano"))
]


def small_set() -> dict[str, bytes]:
    def frequency(path: str) -> float:
        note = orchestra.parse(path)
        assert note is not None
        return frequency_of(midi_number(note.pitch))

    return {path: mp3(frequency(path)) for path in NAMES}


def test_selections_choose_and_what_there_is_none_of_is_told(
    install: Callable[[dict[str, bytes]], None],
) -> None:
    install(small_set() | {"audio/percussion/gong__long_forte_hit.mp3": mp3(100.0)})
    assert len(orchestra.load()) == 24
    assert len(orchestra.load(instruments=["oboe"], dynamics=["forte"])) == 6
    chosen = orchestra.load(pitches=["A4", 76], lengths=None)
    assert chosen.classes["pitch"] == ("A4", "E5")
    assert len(chosen) == 8
    alone = orchestra.load(instruments="oboe", pitches="A4", dynamics="forte")
    assert [clip.label for clip in alone] == ["oboe A4 forte"]
    assert len(orchestra.load(pitches=69, lengths="1")) == 2
    with pytest.raises(
        ValueError, match="There is no instrument 'tuba' among the 25 recordings here: choose from flute"
    ):
        orchestra.load(instruments=["tuba"])
    with pytest.raises(
        ValueError, match="There is no length '15s' among the 25 recordings here: choose from 1, 15"
    ):
        orchestra.load(lengths=["1", "15s"])
    with pytest.raises(ValueError, match="in all that was selected"):
        orchestra.load(pitches=["C2"])
    with pytest.raises(ValueError, match="split is"):
        orchestra.load("validation")  # type: ignore[arg-type]
    for wrong in (0, True, 16_384.0):
        with pytest.raises(ValueError, match="samples is a whole number"):
            orchestra.load(samples=wrong)  # type: ignore[arg-type]
    assert (
        orchestra.load(pitches=69, lengths="1", rate=np.int64(8_000), samples=np.int64(4_096)).rate == 8_000
    )


def test_files_that_are_empty_as_published_are_counted_without_a_warning(
    install: Callable[[dict[str, bytes]], None],
) -> None:
    install(small_set() | {NAMES[0]: b""})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clips = orchestra.load()
    assert len(clips) == 23
    assert clips.note == "24 recordings; left out: 1 empty"


def test_broken_and_deleted_files_are_counted_and_not_fatal(
    install: Callable[[dict[str, bytes]], None],
) -> None:
    install(small_set() | {NAMES[1]: b"no sound"})
    archive.fetch(orchestra.ARCHIVE)
    (archive.data_folder() / "orchestra" / NAMES[2]).unlink()
    (archive.data_folder() / "orchestra" / NAMES[3]).write_bytes(b"")
    with pytest.warns(UserWarning, match="3 of 24 recordings are left out: ") as told:
        clips = orchestra.load()
    assert len(clips) == 21
    assert len(told) == 1
    for counted in ("1 missing", "1 empty", "1 not readable", "gan-course data orchestra --again"):
        assert counted in str(told[0].message)
        assert counted in clips.report


def test_notes_that_are_known_to_sound_at_another_pitch_are_left_out_unless_asked_for(
    install: Callable[[dict[str, bytes]], None],
) -> None:
    clarinet = [f"audio/clarinet/clarinet_{pitch}_1_fortissimo_normal.mp3" for pitch in ("B4", "Cs5", "C7")]
    install(small_set() | dict.fromkeys(clarinet, mp3(500.0)))
    clips = orchestra.load(instruments=["clarinet"])
    assert [clip.label for clip in clips] == ["clarinet B4 fortissimo"]
    assert clips.note == "27 recordings; left out: 2 misnamed"
    assert len(orchestra.load(instruments=["clarinet"], with_misnamed=True)) == 3
    with pytest.raises(ValueError, match="left out: 1 misnamed: select more"):
        orchestra.load(instruments="clarinet", pitches="C7")


def test_a_note_begins_at_its_onset_and_fades_where_it_is_cut(
    install: Callable[[dict[str, bytes]], None],
) -> None:
    install({"audio/oboe/oboe_A4_1_forte_normal.mp3": mp3(440.0, seconds=1.5, silence=0.4)})
    (clip,) = orchestra.load(samples=8_000, peak=-3.0)
    early = np.abs(clip.samples[:100]).max()
    assert early < 0.2 * clip.peak, "the clip begins after the onset"
    assert np.abs(clip.samples[200:400]).max() > 0.5 * clip.peak, "the clip begins long before the onset"
    assert clip.samples[-1] == 0
    assert 20 * np.log10(clip.peak) == pytest.approx(-3.0, abs=0.01)
    (short,) = orchestra.load(samples=40_000)
    assert np.abs(short.samples[32_000:]).max() == 0


@pytest.fixture(scope="module")
def real_load(mirror: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Clips]]:
    """`orchestra.load`, of the mirror's notes."""
    if not (mirror / orchestra.ARCHIVE.file).is_file():
        pytest.skip(f"no {orchestra.ARCHIVE.file} in {mirror}")
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("error")
        patched.setenv(archive.MIRROR, str(mirror))
        patched.setenv(archive.DATA, str(tmp_path_factory.mktemp("real")))
        yield orchestra.load


@pytest.fixture(scope="module")
def real(real_load: Callable[..., Clips]) -> Clips:
    return real_load()


@pytest.fixture(scope="module")
def sides(real_load: Callable[..., Clips]) -> tuple[Clips, Clips, Clips]:
    """The training notes, the test notes, and the test notes of the flute when it alone is selected."""
    return real_load("train"), real_load("test"), real_load("test", instruments=["flute"])


@pytest.mark.slow
def test_the_real_set_is_counted_and_loaded(real: Clips) -> None:
    assert real.note.split(";")[0] in ("3,032 of 9,750 recordings", "9,750 recordings")
    assert "1 empty" in real.note
    assert len(real) >= 2_900
    assert real.audio.shape[1] == 16_384
    assert len(real.classes["instrument"]) >= 11
    assert real.audio.abs().amax(1).min() > 1e-3
    assert real.parameters["onset"].max() < 0.3


@pytest.mark.slow
def test_the_card_says_what_is_in_the_measured_set(real: Clips, sides: tuple[Clips, ...]) -> None:
    if not real.note.startswith("3,032 of"):
        pytest.skip("another archive than the one that was measured")
    text = (Path(__file__).parents[1] / "data" / "orchestra.md").read_text("utf-8")
    table = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"
    ]
    header = next(row for row in table if row[0] == "instrument")
    dynamics = [name.replace("-", " ") for name in real.classes["dynamic"]]
    assert header[3:10] == dynamics

    def row(name: str, which: torch.Tensor) -> list[str]:
        midi = real.parameters["midi"][which].int()
        counts = real.labels["dynamic"][which].bincount(minlength=len(dynamics)).tolist()
        seconds, level = (float(real.parameters[kind][which].median()) for kind in ("duration", "level_db"))
        ends = f"{note_name(int(midi.min()))}, {note_name(int(midi.max()))}"
        return [name, str(len(midi)), ends, *map(str, counts), f"{seconds:.2f} s", f"−{-level:.0f} dB"]

    for index, name in enumerate(real.classes["instrument"]):
        assert row(name, real.labels["instrument"] == index) in table
    assert row("all", torch.ones(len(real), dtype=torch.bool)) in table
    train, test, _ = sides
    assert f"Of the {len(real):,} clips {len(train):,} are for training and {len(test):,} for testing" in text
    kept = re.search(r"(\d+) misnamed", real.note)
    assert kept and f"One of them is empty and {kept[1]} do not sound as" in text


def semitone_of_most_energy(clips: Clips) -> torch.Tensor:
    """By how many semitones, of -2 to 2, each clip's frequency is to be moved so that its multiples hold most."""
    spectrum = (
        torch.fft.rfft(clips.audio[:, 800:] * torch.hann_window(clips.audio.shape[1] - 800), 1 << 17)
        .abs()
        .sqrt()
    )
    spectrum = torch.nn.functional.avg_pool1d(spectrum, 61, 1, 30)  # 7 Hz wide
    moves = torch.arange(-2, 3)
    held = torch.zeros(len(clips), len(moves))
    for index, frequency in enumerate(clips.parameters["frequency"]):
        for place, move in enumerate(moves):
            partials = frequency * 2 ** (move / 12) * torch.arange(1, 21)
            bins = (partials[partials < 7_800] / clips.rate * (1 << 17)).round().long()
            held[index, place] = spectrum[index, bins].mean()
    return moves[held.argmax(1)]


@pytest.mark.slow
def test_what_is_left_out_as_misnamed_is_misnamed_and_what_is_kept_is_not(
    real: Clips, real_load: Callable[..., Clips]
) -> None:
    clarinet = {"instruments": "clarinet", "pitches": range(73, 97), "dynamics": "fortissimo"}
    with pytest.raises(ValueError, match=r"All that was selected .* misnamed"):
        real_load(**clarinet)
    assert (semitone_of_most_energy(real_load(**clarinet, with_misnamed=True)) == -1).float().mean() > 0.9
    some = real.select((real.parameters["frequency"] > 150).nonzero()[::9, 0])
    # the saxophone is out of tune by up to a quarter tone and more
    assert (semitone_of_most_energy(some) == 0).float().mean() > 0.9


@pytest.mark.slow
def test_real_notes_sound_at_the_pitch_that_their_names_say(real: Clips) -> None:
    middle = (real.parameters["frequency"] > 150) & (real.parameters["frequency"] < 900)
    chosen = real.select(middle.nonzero()[::5, 0])
    heard = track_pitch(chosen.audio, chosen.rate)
    off = cents(heard, chosen.parameters["frequency"]).abs()
    assert (off < 50).float().mean() > 0.9  # the tracker errs as well
    assert off.median() < 15


@pytest.mark.slow
def test_no_note_is_on_both_sides_and_every_class_is_in_training(sides: tuple[Clips, ...]) -> None:
    train, test, flute = sides

    def notes(clips: Clips) -> set[tuple[int, int]]:
        return set(zip(clips.labels["instrument"].tolist(), clips.labels["pitch"].tolist(), strict=True))

    assert not notes(train) & notes(test)
    assert train.classes == test.classes
    assert 0.1 < len(test) / (len(train) + len(test)) < 0.25
    for kind in ("instrument", "pitch"):
        assert set(train.labels[kind].tolist()) >= set(test.labels[kind].tolist())
    assert set(test.labels["instrument"].tolist()) == set(train.labels["instrument"].tolist())
    by_pitch: dict[int, set[int]] = {}
    for instrument, pitch in notes(train) | notes(test):
        by_pitch.setdefault(pitch, set()).add(instrument)
    shared = {pitch for pitch, players in by_pitch.items() if len(players) > 1}
    assert set(test.labels["pitch"].tolist()) == shared
    # a selection moves no note to the other side
    assert {clip.label for clip in flute} == {clip.label for clip in test if "flute" in clip.label}


def test_a_recipe_can_name_it(install: Callable[[dict[str, bytes]], None]) -> None:
    install(small_set())
    clips = datasets.load("orchestra", instruments=["flute"], samples=4_000)
    assert clips.audio.shape == (12, 4_000)
    assert torch.equal(clips.parameters["midi"].unique(), torch.tensor([69.0, 73, 74, 76, 78, 79]))
