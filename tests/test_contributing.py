"""CONTRIBUTING.md is true: its exercise, made step by step as the text says, passes its tests and is built."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
STEP = re.compile(r"<!-- tried: (\S+), (.+?) -->\n```python\n(.*?)```", re.DOTALL)
IMPORTS = re.compile(
    r"from gan_course\.exercises\.properties import .*\nfrom gan_course\.synthesis import .*\n"
)


def done(step: re.Match[str], root: Path) -> None:
    """Put a step's code where the step says."""
    file, where, code = root / step[1], step[2].replace("\\n", "\n"), step[3]
    text = file.read_text("utf-8")
    if where == "at the end":
        text += f"\n\n{code}"
    elif where == "imports":
        text, found = IMPORTS.subn(lambda _: code, text)
        assert found == 1
    elif where.startswith("above "):
        mark = where.removeprefix("above ")
        assert text.count(mark) == 1, mark
        text = text.replace(mark, f"{code}\n{mark}")
    else:
        mark = f"{where.removeprefix('first in ')} = {{\n"
        assert text.count(mark) == 1, mark
        text = text.replace(mark, mark + code)
    file.write_text(text, "utf-8")


@pytest.mark.slow
def test_the_exercise_of_the_text_can_be_made_as_the_text_says(tmp_path: Path) -> None:
    for folder in ("gan_course", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks" / "source").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", *arguments]
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    course = ("-c", "from gan_course.cli import app; app()")
    for line in re.findall(r"^gan-course ((?:new-lesson|build) .*90.*)$", TEXT, re.MULTILINE)[:2]:
        command = [sys.executable, *course, *line.split()]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    steps = list(STEP.finditer(TEXT))
    assert len(steps) == TEXT.count("<!-- tried:") == 7
    for step in steps:
        done(step, tmp_path)
    tests = re.search(r"python -m (pytest -q tests/test_answers\.py) -k \"(90-\w+)\"", TEXT)
    assert tests
    said = run(*tests[1].split(), "-k", tests[2], "-p", "no:cacheprovider")
    assert re.search(r"\b1[1-9] passed", said), said
    for line in ("build 90", "build --check 90"):
        assert f"gan-course {line}\n" in TEXT
        command = [sys.executable, *course, *line.split()]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert (tmp_path / "notebooks" / "90_short_demo.ipynb").is_file()


def test_paths_and_make_targets_of_the_text_are_there() -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`make ([\w-]+)`", TEXT)) <= set(targets)
    for path in re.findall(r"`((?:gan_course|tests|notebooks|docs|data)/[\w./]*)`", TEXT):
        assert "90" in path or (ROOT / path).exists(), path
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", TEXT):
        assert (ROOT / link).exists(), link
