"""The guide for instructors holds what the code says: exercises, minutes, points, sums, limits and file names."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "instructors"
NUMBERS = sorted(path.name[:2] for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))


def text(name: str) -> str:
    (path,) = GUIDE.glob(f"[0-9][0-9]_{name}.md")
    return path.read_text("utf-8")


def exercises(number: str) -> dict[str, Any]:
    return dict(importlib.import_module(f"gan_course.exercises.lesson_{number}").lesson.exercises)


def heading(number: str) -> str:
    (path,) = (ROOT / "notebooks" / "source").glob(f"{number}_*.py")
    found = re.search(r"^# # (.+)$", path.read_text("utf-8"), re.MULTILINE)
    assert found
    return found[1]


def section(number: str) -> str:
    found = re.search(rf"^## {number} · .*?(?=^## |\Z)", text("lessons"), re.MULTILINE | re.DOTALL)
    assert found, f"docs/instructors: the lessons' page says nothing about lesson {number}"
    return found[0]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_lesson_has_aims_timing_misunderstandings_and_questions(number: str) -> None:
    said, known = section(number), exercises(number)
    assert said.startswith(f"## {heading(number)}\n")
    count, minutes, points = (
        len(known),
        sum(e.minutes for e in known.values()),
        sum(e.points for e in known.values()),
    )
    assert f"**Timing.** {count} exercises, {minutes} minutes, {points:g} points" in said
    for part in ("**Aims.**", "**Usual misunderstandings**", "**To discuss**", "\n1. ", "\n2. ", "\n3. "):
        assert part in said
    held = importlib.import_module(f"tests.answers.lesson_{number}").WRONG
    items = re.findall(r"^- ((?:`\w+`(?:, )?)+):", said, re.MULTILINE)
    assert len(items) >= 4
    for name in re.findall(r"`(\w+)`", " ".join(items)):
        assert name in held, f"lesson {number} has no exercise {name}"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_lesson_says_at_its_top_the_minutes_that_the_guide_says(number: str) -> None:
    (path,) = (ROOT / "notebooks" / "source").glob(f"{number}_*.py")
    source = path.read_text("utf-8").replace("\n# ", " ")
    read = re.search(rf"^\| {number} [A-Z][^|]*\| (\d+) \|", text("plans"), re.MULTILINE)
    said = re.search(r"\*\*Time:\*\* (?:about )?(\d+) minutes (to read|with all exercises)", source)
    own = re.search(r"\*\*Time:\*\*[^\n]*?(\d+) (?:of them )?for the exercises", source)
    minutes = sum(e.minutes for e in exercises(number).values())
    assert read and said
    assert own or number == "00", "only in the first lesson are they part of the reading"
    assert own is None or int(own[1]) == minutes
    assert int(read[1]) == int(said[1]) - (0 if said[2] == "to read" else minutes)
    stated = re.findall(r"\*\*Exercise \d+\*\* \((\d+) minutes?, ([\d.]+) points?\)", source)
    named = [exercises(number)[name] for name in re.findall(r"^checks\.(\w+)\(\1\)$", source, re.MULTILINE)]
    assert [(int(took), float(worth)) for took, worth in stated] == [(e.minutes, e.points) for e in named]


def test_the_plans_table_has_each_lessons_numbers() -> None:
    rows = dict(re.findall(r"^\| (\d\d) [A-Z][^|]*(\|.*)$", text("plans"), re.MULTILINE))
    assert sorted(rows) == NUMBERS
    for number, row in rows.items():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        known = exercises(number).values()
        wanted = [sum(e.minutes for e in known), len(known), sum(e.points for e in known)]
        assert [float(cell) for cell in cells[1:4]] == wanted, f"lesson {number}"


def test_the_workshop_and_the_evening_add_up() -> None:
    plan = text("plans")
    read = dict(re.findall(r"^\| (\d\d) [A-Z][^|]*\| (\d+) \|", plan, re.MULTILINE))
    row = r"^\| (?:(\d) \| )?(\d\d) \| (`.+`) \| (\d+) \| (\d+) \| (\d+) \|$"
    together: dict[str, int] = {}
    for day, number, chosen, reading, minutes, both in re.findall(row, plan, re.MULTILINE):
        known = exercises(number)
        assert sum(known[name].minutes for name in re.findall(r"`(\w+)`", chosen)) == int(minutes), number
        assert reading == read[number] and int(reading) + int(minutes) == int(both), number
        together[day] = together.get(day, 0) + int(both)
    assert f"first day comes to {together['1']} minutes, the second to {together['2']}" in plan
    assert f"That is {together['']} minutes" in plan


def test_homework_of_the_semester_is_what_its_exercises_take() -> None:
    found = re.findall(r"exercises (\d+) to (\d+) of (\d\d) \((\d+)\)", text("plans"))
    assert len(found) == 6
    for first, last, number, minutes in found:
        (path,) = (ROOT / "notebooks" / "source").glob(f"{number}_*.py")
        stated = dict(re.findall(r"\*\*Exercise (\d+)\*\* \((\d+) minute", path.read_text("utf-8")))
        assert sum(int(stated[str(n)]) for n in range(int(first), int(last) + 1)) == int(minutes), number
    for number, minutes in re.findall(r"\| (?:the rest of )?(\d\d) \((\d+)\)", text("plans")):
        assert sum(e.minutes for e in exercises(number).values()) == int(minutes), number


def test_grading_names_the_columns_files_and_limits_that_there_are() -> None:
    from gan_course.classroom.grade import TOTALS
    from gan_course.classroom.grading import COLUMNS
    from gan_course.classroom.sittings import LARGEST_FILE, Limits

    said, limits = text("grading"), Limits()
    for column in COLUMNS:
        assert column in said, column
    assert {"points", "seconds", "memory"} <= set(TOTALS)
    assert f"`--minutes {limits.minutes:g}`, `--cell-seconds {limits.cell_seconds:g}`" in said
    assert f"`--memory {limits.memory:g}` (GiB), {limits.processes} processes" in said
    assert LARGEST_FILE == 2**30 and "1 GiB" in said


def test_the_mirrors_file_names_are_the_archives() -> None:
    from gan_course.datasets import digits, orchestra

    said = text("without_internet")
    for archive in (digits.ARCHIVE, orchestra.ARCHIVE):
        assert f"| `{archive.name}` | `{archive.file}` |" in said


@pytest.mark.parametrize("path", sorted(GUIDE.glob("*.md")), ids=lambda path: path.stem)
def test_commands_and_options_of_the_guide_exist(path: Path) -> None:
    source = (ROOT / "gan_course" / "cli.py").read_text("utf-8")
    said = path.read_text("utf-8")
    for command, rest in re.findall(r"gan-course ([a-z]+(?:-[a-z]+)?)\b([^\n`]*)", said):
        assert f"def {command.replace('-', '_')}(" in source, command
        for option in re.findall(r"--([a-z-]+)", rest):
            assert option.replace("-", "_") in source, f"{command} --{option}"
    for target in re.findall(r"`make ([\w-]+)`", said):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
