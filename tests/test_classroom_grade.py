"""``gan-course grade``: a class is graded whatever its notebooks do, and no submission is touched."""

from __future__ import annotations

import copy
import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from gan_course.classroom import grade, notebooks, offline
from gan_course.classroom.course import Course
from gan_course.classroom.feedback import page
from gan_course.classroom.notebooks import LEARNER, SOLUTION
from gan_course.classroom.sittings import Limits, can_cut_off, digest
from tests.classroom_course import built_course, cell, environment, saved

NAME = "91_averages"
RIGHT = "def mean(x):\n    return sum(x) / len(x)\n"
Notebook = dict[str, Any]


def answered(text: str) -> Callable[[Notebook], None]:
    return lambda notebook: cell(notebook, "91-mean").update(source=text)


CLASS: dict[str, Callable[[Notebook], None]] = {
    "solved": lambda notebook: None,
    "wrong": answered("def mean(x):\n    return x[0]"),
    "tidy": answered(
        RIGHT + "import pathlib, shutil\nfor path in [*pathlib.Path('.').iterdir(), pathlib.Path.home()]:\n"
        "    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink()"
    ),
    "writes": answered(
        RIGHT + "import os, pathlib\ndata = pathlib.Path(os.environ['GAN_COURSE_DATA'])\n"
        "data.mkdir(parents=True, exist_ok=True)\n(data / 'mine').write_text('left behind')"
    ),
    "asks around": answered(
        RIGHT
        + "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 3)\n    reached = 'somebody'\n"
        "except OSError as error:\n    reached = str(error)\n"
        "if 'unreachable' not in reached:\n    def mean(x):\n        return x[0]"
    ),
    "leaves somebody": answered(
        RIGHT + "import subprocess\nsubprocess.Popen(['sleep', '4321'], start_new_session=True)"
    ),
    "eats": answered(
        RIGHT + "eaten = []\nfor i in range(40):\n    eaten.append(bytearray(b'x') * 100_000_000)"
    ),
    "dawdles": answered(RIGHT + "import time\ntime.sleep(4321)"),
}
POINTS = {"solved": 4, "wrong": 2, "tidy": 4, "writes": 4, "leaves somebody": 4, "eats": 0, "dawdles": 0}


def run(course: Course, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from gan_course.cli import app; app()", "grade", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(course), capture_output=True, text=True, timeout=900
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return built_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def classroom(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the submissions in ``in``, graded to ``out``; what was printed is in ``said``."""
    folder = tmp_path_factory.mktemp("class")
    learner = notebooks.load(course.notebook(NAME, LEARNER))
    for one, other in zip(
        learner["cells"], notebooks.load(course.notebook(NAME, SOLUTION))["cells"], strict=True
    ):
        one["source"] = other["source"]
    for student, change in CLASS.items():
        notebook = copy.deepcopy(learner)
        change(notebook)
        saved(notebook, folder / "in" / student / f"{NAME}.ipynb")
    (folder / "in" / "broken").mkdir()
    (folder / "in" / "broken" / f"{NAME}.ipynb").write_text("{")
    checkpoints = folder / "in" / "solved" / ".ipynb_checkpoints"
    saved(learner, checkpoints / f"{NAME}-checkpoint.ipynb")
    before = {path: digest(path) for path in grade.submissions_in(folder / "in")}
    done = run(course, folder, "in", "--to", "out", "--minutes", "0.8", "--memory", "1.5")
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path: digest(path) for path in grade.submissions_in(folder / "in")} == before
    (folder / "said").write_text(done.stdout)
    return folder


def rows(classroom: Path, table: str = "grades.csv") -> list[dict[str, str]]:
    with (classroom / "out" / table).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="processes are limited and ended in the way of Unix")
def test_every_submission_gets_its_points_whatever_the_others_do(classroom: Path) -> None:
    found = {row["student"]: row for row in rows(classroom, "totals.csv")}
    assert set(found) == {*CLASS, "broken"}
    assert {name: float(found[name]["points"]) for name in POINTS} == POINTS
    assert found["eats"]["status"] == "ended: it took more than 1.5 GiB of memory"
    assert found["dawdles"]["status"] == "ended: it took more than 0.8 minutes"
    assert all(float(row["max_points"]) == 4 and row["exercises"] == "3" for row in found.values())
    if can_cut_off():
        assert float(found["asks around"]["points"]) == 4
    of_broken = [row for row in rows(classroom) if row["student"] == "broken"]
    assert [row["status"] for row in of_broken] == ["unreadable"] * 3
    of_eats = {row["exercise"]: row for row in rows(classroom) if row["student"] == "eats"}
    assert of_eats["count"]["status"] == "not run" and "1.5 GiB" in of_eats["count"]["fault"]
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not [words for words in commands if words[:2] == ["sleep", "4321"]]


@pytest.mark.slow
def test_what_is_no_notebook_of_a_lesson_is_to_be_looked_at(course: Course, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / f"{NAME}_ada.ipynb").write_text("nope")
    homework = copy.deepcopy(notebooks.load(course.notebook(NAME, LEARNER)))
    homework["metadata"], homework["cells"] = {}, homework["cells"][:1]
    homework["cells"][0].update(cell_type="code", source="open('ran', 'w')", outputs=[], execution_count=None)
    saved(homework, tmp_path / "in" / "homework.ipynb")
    done = run(course, tmp_path, "in", "--to", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    found = {row["file"]: row["status"] for row in rows(tmp_path, "totals.csv")}
    assert found == {f"{NAME}_ada.ipynb": "unreadable", "homework.ipynb": "unrecognised"}
    look = (tmp_path / "out" / "summary.md").read_text().partition("To look at yourself")[2]
    assert f"{NAME}_ada.ipynb: unreadable" in look and "homework.ipynb: unrecognised" in look


@pytest.mark.slow
def test_a_learner_gets_a_page_and_a_teacher_a_summary(classroom: Path) -> None:
    pages = {path.name.split("_91")[0]: path.read_text() for path in (classroom / "out").rglob("*.html")}
    assert len(pages) == len(CLASS) + 1
    assert "2 of 4 points" in pages["wrong"] and "Add them up." in pages["wrong"]
    assert "it is not the mean" in pages["wrong"]
    assert "Add them up." not in pages["solved"]
    text = (classroom / "out" / "summary.md").read_text()
    assert text in (classroom / "said").read_text()
    assert f"| 91 | mean | {4 + can_cut_off()} of {len(CLASS) + 1} |" in text
    assert "- eats/" in text.partition("To look at yourself")[2]


@pytest.mark.slow
def test_a_class_is_gone_on_with_and_what_was_changed_is_graded_again(
    classroom: Path, course: Course
) -> None:
    words = ("in", "--to", "out", "--minutes", "0.8", "--memory", "1.5")
    for student in set(CLASS) - {"solved", "wrong"}:  # enough of a class
        for path in (classroom / "in" / student).rglob("*.ipynb"):
            path.unlink()
    tables = classroom / "out" / "grades.csv"
    mine = tables.read_text() + "a remark of the teacher's\n"
    tables.write_text(mine)
    path = classroom / "in" / "wrong" / f"{NAME}.ipynb"
    mended = notebooks.load(path)
    answered(RIGHT)(mended)
    saved(mended, path)
    done = run(course, classroom, *words)
    assert done.returncode == 0, done.stderr
    assert "2 of 3 were graded before" in done.stdout
    assert "[1/1] wrong/91_averages.ipynb: 4 of 4 points" in done.stdout
    assert (classroom / "out" / "grades-1.csv").read_text() == mine


def test_a_folder_without_notebooks_and_one_among_the_submissions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(grade.GradingError, match="there is no"):
        grade.grade(tmp_path / "none", tmp_path / "out")
    (tmp_path / "in").mkdir()
    with pytest.raises(grade.GradingError, match="holds no notebook"):
        grade.grade(tmp_path / "in", tmp_path / "out")
    (tmp_path / "in" / "a.ipynb").write_text("{}")
    with pytest.raises(grade.GradingError, match="only read"):
        grade.grade(tmp_path / "in", tmp_path / "in" / "out")


def test_a_submission_that_breaks_the_grader_does_not_end_the_grading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "lesson.ipynb").write_text("{}")

    def breaks(path: Path, limits: Limits, possible: bool) -> dict[str, Any]:
        if path.parent.name == "a":
            raise OSError("no space left")
        row = {
            "student": "b",
            "lesson": "01",
            "exercise": "x",
            "status": "passed",
            "points": 1,
            "max_points": 1,
        }
        row |= {"seconds": 0.1, "flags": "check edited", "fault": ""}
        return {"status": "graded", "rows": [row], "seconds": 1.0, "memory": 0.1, "digest": digest(path),
                "limits": vars(limits)}  # fmt: skip

    monkeypatch.setattr(grade, "grade_one", breaks)
    results = grade.grade(tmp_path / "in", tmp_path / "out", Limits(network=True))
    assert [result["status"] for result in results] == ["could not be graded: no space left", "graded"]
    text = (tmp_path / "out" / "summary.md").read_text()
    assert "a/lesson.ipynb: could not be graded" in text and "b/lesson.ipynb: x: check edited" in text
    assert len(json.loads(next((tmp_path / "out" / "notebooks").glob("b_*.json")).read_text())["rows"]) == 1


def test_two_notebooks_of_one_student_and_lesson_are_pointed_out() -> None:
    row = {"student": "b", "lesson": "01", "exercise": "x", "status": "passed", "points": 1, "max_points": 1}
    row |= {"seconds": 0.1, "flags": "", "fault": ""}
    result = {"status": "graded", "rows": [row], "seconds": 1.0, "memory": 0.1}
    twice = [result | {"file": "b/1.ipynb"}, result | {"file": "b/2.ipynb"}]
    assert all("several notebooks" in found["flags"] for found in grade.totals(twice))
    assert not grade.totals(twice[:1])[0]["flags"]


def test_a_page_takes_what_a_learner_wrote_for_text() -> None:
    row = {
        "student": "<b>",
        "lesson": "01",
        "exercise": "x",
        "status": "failed",
        "points": 0,
        "max_points": 1,
    }
    row |= {"seconds": 0.1, "flags": "", "fault": "`<script>alert(1)</script>` is no number"}
    text = page({"status": "graded", "rows": [row], "seconds": 1.0, "memory": 0.1, "file": "b/1.ipynb"})
    assert "<script>" not in text and "<code>&lt;script&gt;" in text and "&lt;b&gt;" in text


@pytest.mark.skipif(not can_cut_off(), reason="the network cannot be cut off here")
def test_offline_leaves_the_loopback_alone() -> None:
    code = (
        "import socket\nown = socket.socket()\nown.bind(('127.0.0.1', 0))\nown.listen()\n"
        "socket.create_connection(own.getsockname())\n"
        "try:\n    socket.create_connection(('192.0.2.1', 80), 3)\nexcept OSError as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, offline.__file__, sys.executable, "-c", code], capture_output=True, text=True
    )
    assert "unreachable" in done.stdout, done.stderr


@pytest.mark.slow
def test_a_fault_of_the_grader_is_not_told_as_a_graded_notebook(course: Course, tmp_path: Path) -> None:
    shutil.copytree(course.root, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    spoilt = Course(tmp_path / "course")
    kernels = spoilt.root / "gan_course" / "classroom" / "kernels.py"
    text = kernels.read_text("utf-8")
    assert text.count("zmq.select(") == 1
    kernels.write_text(text.replace("zmq.select(", "zmq.no_such_thing("), "utf-8")
    saved(notebooks.load(course.notebook(NAME, SOLUTION)), tmp_path / "in" / "ann" / f"{NAME}.ipynb")
    done = run(spoilt, tmp_path, "in", "--to", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    (row,) = rows(tmp_path, "totals.csv")
    assert row["status"].startswith("could not be graded, which is no fault of the notebook's")
    assert "AttributeError" in row["status"] and "- ann/" in (tmp_path / "out" / "summary.md").read_text(
        "utf-8"
    )
