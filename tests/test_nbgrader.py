"""A class graded by the real nbgrader: it gives the points that our checks give, and tampering gains none."""

from __future__ import annotations

import copy
import csv
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gan_course import lab
from gan_course.classroom import notebooks
from gan_course.classroom.course import Course
from gan_course.classroom.notebooks import LEARNER, SOLUTION
from gan_course.classroom.sources import LessonError
from tests.classroom_course import built_course, cell, command, environment, saved

pytest.importorskip("nbgrader")
ours = pytest.importorskip("gan_course.classroom.nbgrader")

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
NAME = "91_averages"
MOST = {"mean": 2, "largest": 1, "count": 1}
Notebook = dict[str, Any]


# The folder -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return built_course(tmp_path_factory.mktemp("course"))


def prepared(course: Course, folder: Path, **more: Any) -> list[str]:
    """What is said when ``folder`` is made."""
    said: list[str] = []
    ours.prepare(course, folder, say=said.append, **more)
    return said


def test_a_folder_is_made_once_and_nothing_that_somebody_changed_is_replaced(
    course: Course, tmp_path: Path
) -> None:
    source, configuration = tmp_path / "source" / NAME / f"{NAME}.ipynb", tmp_path / "nbgrader_config.py"
    assert prepared(course, tmp_path) == [f"wrote {source}", f"wrote {configuration}"]
    assert prepared(course, tmp_path) == []
    text = source.read_text("utf-8")
    source.write_text(text + "\n", "utf-8")
    configuration.write_text("c = get_config()\n")
    with pytest.raises(LessonError, match="--overwrite"):
        prepared(course, tmp_path)
    said = prepared(course, tmp_path, overwrite=True)
    assert f"wrote {source}" in said and any("it needs the lines" in line for line in said)
    assert source.read_text("utf-8") == text
    assert configuration.read_text() == "c = get_config()\n"
    with pytest.raises(LessonError, match="there is no lesson '77'"):
        prepared(course, tmp_path, numbers=["77"])


@pytest.mark.parametrize("path", Course(ROOT).lessons(), ids=lambda path: path.stem)
def test_what_nbgrader_makes_of_a_source_is_the_learners_notebook(path: Path) -> None:
    from nbformat import reads
    from nbgrader.utils import is_grade, is_locked, is_solution

    made = reads(ours.source(Course(ROOT), path.stem), 4)
    learner = notebooks.load(Course(ROOT).notebook(path.stem, LEARNER))
    points = {check["cell"]: check["points"] for check in Course(ROOT).released()[path.stem[:2]]["checks"]}
    found = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in made.cells if is_grade(c)}
    assert found == points
    assert sum(map(is_locked, made.cells)) == sum(map(is_solution, made.cells)) == len(points)
    blank = ours.Blank()
    blank.preprocess(made, {})
    assert made.metadata == learner["metadata"]
    for one, other in zip(made.cells, learner["cells"], strict=True):
        assert (one.id, one.source, one.metadata) == (other["id"], other["source"], other["metadata"])
        assert not one.get("outputs")


# A class --------------------------------------------------------------------------------------------------


@dataclass
class School:
    """The folder of a class, and how nbgrader is run in it."""

    course: Course
    folder: Path
    own: Path

    def run(self, *words: str, status: int = 0) -> str:
        """What nbgrader says."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        places = {name: str(self.own) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.folder,
            env=environment(self.course, PATH=path, **places),
            capture_output=True,
            text=True,
            timeout=500,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr


def answered(cells: Notebook, **answers: str) -> None:
    """Put answers into the exercises' cells."""
    for name, text in answers.items():
        cell(cells, f"91-{name}")["source"] = text


def without(cells: Notebook, name: str) -> None:
    cells["cells"].remove(cell(cells, f"91-{name}"))


def wrong(handed: Notebook) -> None:
    answered(handed, mean="def mean(x):\n    return sum(x)", count="count = 4")


def edited(handed: Notebook) -> None:
    """Nothing is solved, and the checks print that it is, display a receipt, or are a number."""
    cell(handed, "91-mean-check")["source"] = "print('passed: mean (2 of 2 points)')"
    receipt = {"exercise": "largest", "status": "passed", "points": 1, "max_points": 1, "lesson": "91"}
    shown = f"display({{'text/plain': 'passed'}}, raw=True, metadata={{'gan_course': {receipt}}})"
    cell(handed, "91-largest-check")["source"] = shown
    cell(handed, "91-count-check")["source"] = "1.0"


def deleted(handed: Notebook) -> None:
    """Two checks are gone, and one has lost its metadata; only the mean is right, and writes to stderr."""
    text = "import sys\nloud = sys.stderr\ndef mean(x):\n    print('here', file=loud)\n    return sum(x) / len(x)"
    answered(handed, mean=text, largest="largest = min", count="count = 4")
    without(handed, "mean-check")
    without(handed, "count-check")
    cell(handed, "91-largest-check")["metadata"] = {}


def skipped(handed: Notebook) -> None:
    """A check that is not to be run, one that is not to be code, and one that says it is worth more."""
    cell(handed, "91-mean-check")["metadata"]["tags"] = ["skip-execution", "raises-exception"]
    check = cell(handed, "91-largest-check")
    check["cell_type"] = "markdown"
    del check["outputs"], check["execution_count"]
    cell(handed, "91-count-check")["metadata"]["nbgrader"]["points"] = 100
    answered(handed, count="count = 3")


def lenient(handed: Notebook) -> None:
    """In the kernel, checks are told not to raise, and then they are replaced."""
    kind = "class Kind:\n    def __getattr__(self, name):\n        return lambda answer: None\n\n\nchecks = Kind()"
    answered(handed, mean="import os\nos.environ['GAN_COURSE_STRICT'] = '0'\nmean = max", largest=kind)


def died(handed: Notebook) -> None:
    answered(handed, largest="import os\nos._exit(1)")


NOTHING = dict.fromkeys(MOST, 0)
CLASS: dict[str, tuple[str, Callable[[Notebook], None] | None, dict[str, float]]] = {
    "right": (SOLUTION, None, MOST),
    "wrong": (SOLUTION, wrong, {"mean": 0, "largest": 1, "count": 0}),
    "edited": (LEARNER, edited, NOTHING),
    "deleted": (LEARNER, deleted, {"mean": 2, "largest": 0, "count": 0}),
    "skipped": (LEARNER, skipped, {"mean": 0, "largest": 0, "count": 1}),
    "lenient": (LEARNER, lenient, NOTHING),
    "died": (SOLUTION, died, NOTHING),
}
"""By student: which notebook is the beginning, what is done to it, and the points of each check."""


@pytest.fixture(scope="module")
def school(course: Course, tmp_path_factory: pytest.TempPathFactory) -> School:
    """A class whose work is handed in and graded."""
    school = School(course, tmp_path_factory.mktemp("school"), tmp_path_factory.mktemp("own"))
    done = command(course, "nbgrader", str(school.folder), "91")
    assert done.returncode == 0, done.stdout + done.stderr
    school.run("generate_assignment", NAME)
    released = notebooks.load(school.folder / "release" / NAME / f"{NAME}.ipynb")
    solution = notebooks.load(course.notebook(NAME, SOLUTION))
    for student, (version, change, _) in CLASS.items():
        handed = copy.deepcopy(released)
        if version == SOLUTION:
            for one, other in zip(handed["cells"], solution["cells"], strict=True):
                one["source"] = other["source"]
        if change:
            change(handed)
        saved(handed, school.folder / "submitted" / student / NAME / f"{NAME}.ipynb")
    said = school.run("autograde", NAME, status=1)
    (line,) = (line for line in said.splitlines() if "for student" in line)
    assert line.endswith("'died'"), said
    return school


def test_released_is_what_learners_get_elsewhere(school: School) -> None:
    released = notebooks.load(school.folder / "release" / NAME / f"{NAME}.ipynb")
    learner = notebooks.load(school.course.notebook(NAME, LEARNER))
    assert [one["source"] for one in released["cells"]] == [one["source"] for one in learner["cells"]]
    assert released["metadata"]["gan_course"] == learner["metadata"]["gan_course"]


@pytest.mark.parametrize("student", CLASS)
def test_every_check_has_the_points_that_it_should(school: School, student: str) -> None:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{school.folder / 'gradebook.db'}") as book:
        (graded,) = book.find_submission(NAME, student).notebooks
        points = {grade.name: (grade.score, grade.max_score) for grade in graded.grades}
    wanted = CLASS[student][2]
    assert points == {f"91-{name}-check": (wanted[name], MOST[name]) for name in MOST}


def test_the_exported_table_has_the_sums_and_a_page_of_feedback_the_reasons(school: School) -> None:
    school.run("export", "--to", "grades.csv")
    with (school.folder / "grades.csv").open(newline="") as file:
        rows = {
            row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)
        }
    assert rows == {student: (sum(points.values()), 4) for student, (_, _, points) in CLASS.items()}
    school.run("generate_feedback", NAME, "--student", "wrong")
    page = (school.folder / "feedback" / "wrong" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "the largest 3 of 3" in page and "a demo 2" not in page
    assert "CheckFailed" in page
    assert (
        "mean: failed: it is not the mean of five numbers" in page
        and "count: failed: it is not three" in page
    )


# Learners see nothing of it -------------------------------------------------------------------------------


def test_what_nbgrader_adds_to_jupyterlab_is_off_where_the_course_opens_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jupyterlab_server.config import get_page_config

    installed = Path(sys.prefix) / "etc" / "jupyter" / "jupyter_server_config.d"
    added = [
        json.loads((installed / f"{name}.json").read_text())["ServerApp"]["jpserver_extensions"]
        for name in ("nbgrader", "notebook")
    ]
    off = json.loads((lab.SETTINGS / "jupyter_server_config.d" / "without_nbgrader.json").read_text())
    names = {name for one in added for name, on in one.items() if on}
    assert off["ServerApp"]["jpserver_extensions"] == dict.fromkeys(names, False)
    seen: list[dict[str, str]] = []
    monkeypatch.setattr(lab, "subprocess", types.SimpleNamespace(call=lambda run, env: seen.append(env) or 0))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "elsewhere")
    assert lab.open_lab("--no-browser") == 0
    assert seen[0]["JUPYTER_CONFIG_PATH"] == os.pathsep.join([str(lab.SETTINGS), "elsewhere"])
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(lab.SETTINGS))
    extensions = str(Path(sys.prefix) / "share" / "jupyter" / "labextensions")
    disabled = get_page_config([extensions])["disabledExtensions"]
    off_here = {name for name in disabled if (Path(extensions) / name).is_dir()}
    assert off_here == {"@jupyter/nbgrader", "@jupyter-notebook/lab-extension"}
