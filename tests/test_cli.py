"""The commands as they are typed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

import numpy as np
import pytest

from gan_course import Sound
from gan_course.datasets import note

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from gan_course.cli import app; app()"]


def run(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=300
    )


def test_help_comes_at_once_and_names_every_command(tmp_path: Path) -> None:
    code = "import sys; import gan_course.cli; print('torch' in sys.modules)"
    assert "lab" in (said := run("--help", folder=tmp_path).stdout)
    for command in (
        "build",
        "new-lesson",
        "train",
        "grade",
        "nbgrader",
        "train-ear",
        "compare",
        "evaluate",
        "generate",
        "release",
        "doctor",
        "data",
    ):
        assert command in said
    heavy = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert heavy.strip() == "False", "help has to wait for torch"


@pytest.mark.slow
def test_generated_sounds_are_written_and_nothing_is_replaced(tmp_path: Path) -> None:
    asked = (
        "generate",
        "notes-full",
        "--pitch",
        "C4",
        "--instrument",
        "organ",
        "--count",
        "2",
        "--folder",
        "out",
    )
    done = run(*asked, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    files = sorted((tmp_path / "out").iterdir())
    assert [f.name for f in files] == ["notes-full_C4_organ_seed0.wav", "notes-full_C4_organ_seed1.wav"]
    one, other = map(Sound.load, files)
    assert one.duration == pytest.approx(1.024)
    assert not np.allclose(one.samples, other.samples, atol=1e-3)
    before = files[0].read_bytes()
    again = run(*asked, folder=tmp_path)
    assert again.returncode == 1
    assert "Traceback" not in again.stderr
    assert files[0].read_bytes() == before


@pytest.mark.slow
def test_a_tune_and_a_way_between_two_seeds_are_written(tmp_path: Path) -> None:
    done = run(
        *("generate", "notes-full", "--instrument", "organ", "--seed", "2"),
        *("--tune", "C4 E4 G4:2 -:1 C4", "--tempo", "240"),
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (file,) = (tmp_path / "generated").iterdir()
    assert file.name == "notes-full_organ_tune_seed2.wav"
    assert Sound.load(file).duration == pytest.approx(6 * 0.25 + 0.12, abs=1e-3)
    done = run("generate", "notes-full", "--to", "5", "--count", "3", "--folder", "way", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    files = sorted(f.name for f in (tmp_path / "way").iterdir())
    # What was not asked for is played, and said, too: the middle pitch and the middle instrument.
    assert files == [f"notes-full_A#3_reed_seed0to5_{n}of3.wav" for n in (1, 2, 3)]
    for arguments, said in (
        (("--tune", "C4:two"), "is no note"),
        (("--tune", "C4", "--count", "2"), "leave out"),
        (("--tune", "C4", "--label", "pitch=C4"), "a tune has its own pitches"),
        (("--to", "5"), "give --count"),
        (("--label", "digit"), "name=value"),
        (("--label", "digit=7"), "knows no digit"),
        (
            ("--label", "instrument=bell", "--label", "instrument=organ"),
            "instrument is given twice, as bell and as",
        ),
        (("--pitch", "A4", "--label", "pitch=C4"), "pitch is given twice, as A4 and as C4"),
    ):
        wrong = run("generate", "notes-full", *arguments, folder=tmp_path)
        assert wrong.returncode == 1 and said in wrong.stderr and "Traceback" not in wrong.stderr


def test_help_names_every_shipped_recipe(tmp_path: Path) -> None:
    from gan_course.training.recipe import RECIPES

    said = run("train", "--help", folder=tmp_path).stdout
    assert all(path.stem in said for path in RECIPES.glob("*.json"))


def test_a_wrong_pitch_is_answered_in_one_sentence(tmp_path: Path) -> None:
    done = run("generate", "notes-full", "--pitch", "H9", folder=tmp_path)
    assert done.returncode == 1
    assert "knows no pitch 'H9'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_an_ear_of_the_course_is_made_anew_with_its_card(tmp_path: Path) -> None:
    done = run("train-ear", "ear-notes", "--folder", "ears", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(f.name for f in (tmp_path / "ears").iterdir()) == ["ear-notes.md", "ear-notes.safetensors"]
    card = (tmp_path / "ears" / "ear-notes.md").read_text("utf-8")
    row = next(line for line in card.splitlines() if line.startswith("| notes of another seed"))
    instrument, pitch = (float(cell) for cell in row.split("|")[2:4])
    assert min(instrument, pitch) >= 0.97
    other = run("train-ear", "ear-whales", folder=tmp_path)
    assert other.returncode == 1
    assert "there is no ear 'ear-whales'" in other.stderr
    assert "Traceback" not in other.stderr


@pytest.mark.slow
def test_a_recipe_of_ones_own_is_trained_taken_up_and_played(tmp_path: Path) -> None:
    recipe = {
        "data_options": {"count": 30, "seed": 1},
        "generator_widths": [8, 8, 8, 8],
        "discriminator_widths": [4, 4, 4, 4],
        "steps": 20,
        "batch": 4,
        "precision": "32-true",
    }
    (tmp_path / "mine.json").write_text(json.dumps(recipe))
    done = run("train", "mine.json", "--folder", "run", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (
        (tmp_path / "run" / "losses.csv").read_text().startswith("step,D,penalty,G,margin,gradient norm D,")
    )
    assert (tmp_path / "run" / "metrics.csv").read_text().startswith("step,kernel distance x 100,")
    other = run("train", "mine.json", "--folder", "run", "--steps", "30", folder=tmp_path)
    assert other.returncode == 1
    assert "another recipe" in other.stderr
    # The further processes are started by the command's own name.
    shared = subprocess.run(
        [Path(sys.executable).with_name("gan-course"), "train", "mine.json", "--folder", "shared", "--devices", "2"],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert shared.returncode == 0, shared.stderr
    assert shared.stdout.count("The generator is in") == 1
    uneven = run("train", "mine.json", "--folder", "uneven", "--devices", "3", folder=tmp_path)
    assert uneven.returncode == 1
    assert "cannot be shared evenly by 3 processes" in uneven.stderr
    played = run("generate", "run", "--pitch", "E3", "--instrument", "bell", folder=tmp_path)
    assert played.returncode == 0, played.stderr
    assert len(list((tmp_path / "generated").iterdir())) == 1


@pytest.mark.slow
def test_a_folder_of_ones_own_sounds_is_trained_on_in_pieces_with_changes_as_they_are_typed(
    tmp_path: Path,
) -> None:
    for kind, pitch in (("low", "C3"), ("high", "C5")):
        (tmp_path / "mine" / kind).mkdir(parents=True)
        for seed in range(8):
            note("bowed", pitch, seed=seed).save(tmp_path / "mine" / kind / f"{seed}.wav")
    asked = ("train", "lite", "--folder", "run", "--sounds", "mine", "--set", "generator_widths=8,8,8,8")
    asked += ("--set", "discriminator_widths=4,4,4,4", "--set", "batch=4", "--set", "precision=32-true")
    (tmp_path / "mine" / "broken").mkdir()
    (tmp_path / "mine" / "broken" / "0.wav").write_bytes(b"no sound")
    (tmp_path / "mine" / "stray.wav").write_bytes((tmp_path / "mine" / "low" / "0.wav").read_bytes())
    stray = run(*asked, "--steps", "1", folder=tmp_path)
    assert stray.returncode == 1 and "--set data_options.labels=none" in stray.stderr
    bare = run(
        *asked, "--set", "data_options.labels=none", "--steps", "1", "--folder", "bare", folder=tmp_path
    )
    assert bare.returncode == 0, bare.stderr
    assert json.loads((tmp_path / "bare" / "recipe.json").read_text())["conditions"] == []
    again = run(
        *asked, "--set", "data_options.labels=none", "--steps", "1", "--folder", "bare", folder=tmp_path
    )
    assert again.returncode == 0 and "was at its end before, after 1 step." in again.stdout
    (tmp_path / "mine" / "stray.wav").unlink()
    small = (
        "--set",
        "generator_widths=8,8,8,8,8,8",
        "--set",
        "discriminator_widths=4,4,4,4,4,4",
        "--set",
        "batch=2",
    )
    long = run(
        *("train", "full", "--sounds", "mine", "--folder", "long", "--steps", "1", "--measure-every", "0"),
        *small,
        folder=tmp_path,
    )
    assert long.returncode == 0, long.stderr
    assert "as clips of 2.05 s at 16,000 Hz" in long.stdout
    assert json.loads((tmp_path / "long" / "recipe.json").read_text())["data_options"]["samples"] == 32_768
    first = run(*asked, "--within", "0.05", "--pause-after", "0.005", folder=tmp_path)
    assert first.returncode == 0, first.stderr
    for said in (
        "1 left out",
        "of folder broken nothing is left",
        "as clips of 1.02 s",
        "On the processor, with ",
    ):
        assert said in first.stdout
    assert "the same command goes on" in first.stdout
    second = run(*asked, "--within", "0.05", folder=tmp_path)
    assert second.returncode == 0, second.stderr
    recipe = json.loads((tmp_path / "run" / "recipe.json").read_text())
    assert recipe["conditions"] == ["folder"] and recipe["generator_widths"] == [8, 8, 8, 8]
    assert f"{recipe['steps']:,} steps" in first.stdout and f"{recipe['steps']:,} steps" in second.stdout
    played = run("generate", "run", "--label", "folder=low", folder=tmp_path)
    assert played.returncode == 0, played.stderr
    assert "Warning" not in played.stderr
    assert Sound.load(tmp_path / "generated" / "run_low_seed0.wav").peak <= 1
    twice = run("generate", "run", "--label", "folder=low", "--count", "2", folder=tmp_path)
    assert twice.returncode == 1 and "run_low_seed0.wav is there already" in twice.stderr
    assert len(list((tmp_path / "generated").iterdir())) == 1
    both = run(*asked, "--within", "1", "--steps", "3", folder=tmp_path)
    assert both.returncode == 1 and "give one of them" in both.stderr
    for change, said in (
        ("stepz=3", "changes nothing in a recipe"),
        ("steps=many", "a whole number is expected"),
        ("conditions=speaker", "no label speaker"),
        ("generator_widths=8,8,8,8,8,8,8", "cannot be halved"),
    ):
        wrong = run(*asked, "--set", change, "--folder", "other", folder=tmp_path)
        assert wrong.returncode == 1 and said in wrong.stderr and "Traceback" not in wrong.stderr, (
            wrong.stderr
        )


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="stops a group of processes")
def test_lab_opens_lesson_00_prints_its_address_and_keeps_the_token_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(tmp_path),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
    }
    with log.open("w") as file:
        process = subprocess.Popen(
            [*COMMAND, "lab", "--no-browser"],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
        )
    try:
        address, end = None, time.monotonic() + 90
        while address is None and time.monotonic() < end and process.poll() is None:
            address = re.search(r"(http://\S+?)/lab/tree/(\S+)\?token=(\w+)", log.read_text())
            time.sleep(0.3)
        assert address, log.read_text()
        base, opened, token = address.groups()
        assert opened == "00_start_here.ipynb"
        with urllib.request.urlopen(
            f"{base}/api/contents/{opened}?token={token}&content=0", timeout=20
        ) as answer:
            assert json.load(answer)["name"] == opened
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(f"{base}/api/contents/{opened}?content=0", timeout=20)
        assert refused.value.code == 403
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
