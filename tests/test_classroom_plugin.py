"""``pytest --nbval`` tells the truth about what learners hand in."""

from __future__ import annotations

import copy
import csv
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from gan_course.classroom import notebooks, plugin
from gan_course.classroom.course import Course
from gan_course.classroom.grading import write_grades
from gan_course.classroom.notebooks import LEARNER, SOLUTION
from gan_course.classroom.submissions import lesson_of, steps, student_of, without_formulas
from tests.classroom_course import built_course, cell, environment, saved

NAME = "91_averages"
Notebook = dict[str, Any]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return built_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def learner(course: Course) -> Notebook:
    return notebooks.load(course.notebook(NAME, LEARNER))


@pytest.fixture(scope="module")
def solved(course: Course, learner: Notebook) -> Notebook:
    """The learner's notebook with every exercise solved."""
    return solve(learner, notebooks.load(course.notebook(NAME, SOLUTION)))


def solve(learner: Notebook, solution: Notebook) -> Notebook:
    answered = copy.deepcopy(learner)
    for one, other in zip(answered["cells"], solution["cells"], strict=True):
        one["source"] = other["source"]
    return answered


def pytest_in(folder: Path, course: Course, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder that has a pytest.ini of its own."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "-rA", *words]
    return subprocess.run(
        run, cwd=folder, env=environment(course, **env), capture_output=True, text=True, timeout=500
    )


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Each item's outcome, by its id."""
    lines = re.findall(r"^(PASSED|FAILED|ERROR|XFAIL|XPASS) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in lines}


def failed(done: subprocess.CompletedProcess[str]) -> set[str]:
    return {name.rpartition("::")[2] for name, outcome in outcomes(done).items() if outcome != "PASSED"}


# What is run ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def entry(course: Course) -> dict[str, Any]:
    return course.released()["91"]


def checks_in(cells: list[Any], entry: dict[str, Any]) -> dict[str, tuple[int | None, str]]:
    planned = steps(cells, entry)
    found = {step.exercise: (step.number, step.note) for step in planned if step.kind == "check"}
    assert len([step for step in planned if step.kind == "check"]) == len(entry["checks"])
    assert all(step.source == f"checks.{step.exercise}({step.exercise})" for step in planned if step.exercise)
    return found


def test_an_untouched_notebook_runs_its_own_cells_in_order(learner: Notebook, entry: dict[str, Any]) -> None:
    planned = steps(learner["cells"], entry)
    assert [step.source for step in planned] == [
        c["source"] for c in learner["cells"] if c["cell_type"] == "code"
    ]
    assert [step.number for step in planned] == list(range(len(planned)))
    assert not any(step.note for step in planned)


def test_a_demo_is_run_after_all_where_a_cell_reads_a_name_that_it_sets(entry: dict[str, Any]) -> None:
    def planned(answer: str) -> dict[str, bool]:
        demos = ("helper = 3", "twice = 2 * helper", "print('beside')")
        cells = [{"cell_type": "code", "source": demo, "metadata": {"tags": ["demo"]}} for demo in demos]
        cells.append({"cell_type": "code", "source": answer, "metadata": {}})
        return {step.source: step.demo for step in steps(cells, entry) if step.kind == "cell"}

    assert planned("count = 3") == {
        "helper = 3": True, "twice = 2 * helper": True, "print('beside')": True, "count = 3": False
    }  # fmt: skip
    assert planned("def mean(x):\n    return helper")["helper = 3"] is False
    both = planned("count = twice")
    assert both["twice = 2 * helper"] is False and both["helper = 3"] is False and both["print('beside')"]
    anything = planned("%run mine.py")
    assert not (anything["helper = 3"] or anything["twice = 2 * helper"]) and anything["print('beside')"]


@pytest.mark.parametrize("without_ids", [False, True])
def test_a_deleted_check_is_put_back_below_its_answer(
    solved: Notebook, entry: dict[str, Any], without_ids: bool
) -> None:
    cells = [copy.deepcopy(one) for one in solved["cells"] if one["source"] != "checks.largest(largest)"]
    if without_ids:
        for one in cells:
            del one["id"]
            one["metadata"] = {}
    planned = steps(cells, entry)
    place = next(i for i, step in enumerate(planned) if step.exercise == "largest")
    assert planned[place].note == "deleted, and put back" and planned[place].number is None
    assert "def largest" in planned[place - 1].source


def test_checks_are_put_back_in_an_empty_notebook(entry: dict[str, Any]) -> None:
    assert [step.exercise for step in steps([], entry)] == ["mean", "largest", "count"]
    assert [step.points for step in steps([], entry)] == [2, 1, 1]


@pytest.mark.parametrize(
    "text", ["checks.mean(max)", "", "print('passed')", "checks.mean(mean)  # NBVAL_SKIP"]
)
def test_an_edited_check_gets_its_own_text_again(solved: Notebook, entry: dict[str, Any], text: str) -> None:
    cells = copy.deepcopy(solved["cells"])
    next(one for one in cells if one["id"] == "91-mean-check")["source"] = text
    assert checks_in(cells, entry)["mean"] == (2, "edited, and put right")


def test_an_edited_check_is_known_by_its_text_where_ids_are_lost(
    solved: Notebook, entry: dict[str, Any]
) -> None:
    cells = copy.deepcopy(solved["cells"])
    next(one for one in cells if one["id"] == "91-mean-check")["source"] = "checks.mean(sum)"
    for one in cells:
        del one["id"]
        one["metadata"] = {}
    assert checks_in(cells, entry)["mean"] == (2, "edited, and put right")


def test_of_copies_of_a_check_the_last_counts(solved: Notebook, entry: dict[str, Any]) -> None:
    cells = copy.deepcopy(solved["cells"])
    cells.append({**copy.deepcopy(cell(solved, "91-mean-check")), "id": "copy"})
    planned = steps(cells, entry)
    assert [step.kind for step in planned if step.exercise == "mean"] == ["copy", "check"]
    assert checks_in(cells, entry)["mean"] == (12, "copied: the last one counts")


def test_odd_cells_do_not_stop_the_reading(entry: dict[str, Any]) -> None:
    odd = [
        {"cell_type": "code", "source": 3, "metadata": None},
        {"cell_type": "code", "metadata": {"tags": "x"}},
    ]
    assert len(steps(odd, entry)) == 2 + len(entry["checks"])


@pytest.mark.parametrize(
    ("metadata", "name", "lesson"),
    [
        ({"gan_course": {"lesson": "91"}}, "final version", "91"),
        ({}, "91_averages", "91"),
        ({}, "jane-91_averages (2)", "91"),
        ({"gan_course": {"lesson": "77"}}, "91_averages", "91"),
        ({"gan_course": "odd"}, "91_averagesof", None),
        ({}, "191_averages", None),
        (None, "averages", None),
    ],
)
def test_a_lesson_is_known_by_metadata_and_then_by_name(
    entry: dict[str, Any], metadata: Any, name: str, lesson: str | None
) -> None:
    assert lesson_of(metadata, Path("x") / f"{name}.ipynb", {"91": entry}) == lesson


def test_the_student_is_named_by_the_file_or_its_folder() -> None:
    assert student_of(Path("in/jane/91_averages.ipynb"), NAME) == "jane"
    assert student_of(Path("in/joe_91_averages.ipynb"), NAME) == "joe"
    assert student_of(Path("in/ann/final.ipynb"), NAME) == "ann"


def test_no_text_in_the_grades_is_a_formula() -> None:
    row = dict(without_formulas({"student": "=cmd()", "fault": "-1", "points": -1, "lesson": "91"}))
    assert row == {"student": "'=cmd()", "fault": "'-1", "points": -1, "lesson": "91"}


# A quick run ----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_exactly_the_checks_of_an_unsolved_notebook_fail_and_a_solution_is_green(
    course: Course, tmp_path: Path, learner: Notebook
) -> None:
    saved(learner, tmp_path / f"{NAME}.ipynb")
    saved(notebooks.load(course.notebook(NAME, SOLUTION)), tmp_path / "solutions" / f"{NAME}.ipynb")
    done = pytest_in(tmp_path, course, "--nbval", "--without-demos", ".")
    assert failed(done) == {"Cell 2: check of mean", "Cell 4: check of largest", "Cell 6: check of count"}
    assert not any("solutions" in name for name, outcome in outcomes(done).items() if outcome != "PASSED")
    assert f"{NAME}.ipynb: 0 of 4 points" in done.stdout
    assert f"solutions/{NAME}.ipynb: 4 of 4 points" in done.stdout
    assert "2 skipped" in done.stdout
    assert "mean: not attempted: mean is still empty" in done.stdout


# A class --------------------------------------------------------------------------------------------------


@dataclass
class Submission:
    """What one learner handed in, and what ought to come of it: ``faults`` of what did not pass, in part."""

    change: Callable[[Notebook], Any]
    faults: dict[str, str]
    also_fails: tuple[str, ...] = ()
    file: str = f"{NAME}.ipynb"
    says: str = ""


def source(name: str, text: str) -> Callable[[Notebook], None]:
    return lambda notebook: cell(notebook, name).update(source=text)


def first(text: str) -> Callable[[Notebook], None]:
    """A cell of the learner's own after the first, with a wrong answer to the mean."""

    def change(notebook: Notebook) -> None:
        own = {
            "cell_type": "code",
            "id": "own",
            "metadata": {},
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        notebook["cells"].insert(2, own)
        cell(notebook, "91-mean").update(source="def mean(x):\n    return x[0]")

    return change


def each(*changes: Callable[[Notebook], Any]) -> Callable[[Notebook], None]:
    def change(notebook: Notebook) -> None:
        for one in changes:
            one(notebook)

    return change


def unsolved(notebook: Notebook) -> None:
    for name in ("mean", "largest"):
        one = cell(notebook, f"91-{name}")
        one["source"] = f"def {name}(x):\n    raise NotImplementedError()"
    cell(notebook, "91-count")["source"] = "count = None"


def with_stored_errors(notebook: Notebook) -> None:
    error = {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": []}
    for one in notebook["cells"]:
        if one["cell_type"] == "code":
            one["outputs"] = [dict(error)]
            one["execution_count"] = None


def without_metadata(notebook: Notebook) -> None:
    notebook["metadata"] = {}
    for one in notebook["cells"]:
        one["metadata"] = {}
        del one["id"]
    notebook["nbformat_minor"] = 2


def copied_check(notebook: Notebook) -> None:
    cell(notebook, "91-mean").update(source="def mean(x):\n    return x[0]")
    at = notebook["cells"].index(cell(notebook, "91-mean-check"))
    notebook["cells"].insert(at + 1, {**copy.deepcopy(notebook["cells"][at]), "id": "again"})


WRONG = "def mean(x):\n    return x[0]"
RECEIPT = {"lesson": "91", "exercise": "mean", "status": "passed", "points": 2, "max_points": 2, "fault": ""}
FAKE = f'display({{"text/plain": "passed"}}, raw=True, metadata={{"gan_course": {RECEIPT!r}}})'
NOT_MEAN = {"mean": "it is not the mean"}
DEAD = {"largest": "the kernel", "count": "the kernel"}

CLASS = {
    "solved": Submission(lambda nb: None, {}),
    "unsolved": Submission(unsolved, dict.fromkeys(("mean", "largest", "count"), "still empty")),
    "wrong": Submission(source("91-mean", WRONG), NOT_MEAN),
    "syntax error": Submission(
        source("91-mean", "def mean(x)\n    return 1"),
        {"mean": "mean is not defined: its cell failed (SyntaxError"},
        ("Cell 1",),
    ),
    "stored error": Submission(with_stored_errors, {}),
    "foreign kernel": Submission(
        lambda nb: nb["metadata"].update(kernelspec={"name": "r", "display_name": "R"}), {}
    ),
    "noisy": Submission(
        source(
            "91-mean",
            "def mean(x):\n    import sys, warnings\n    warnings.warn('loud')\n    print('loud', file=sys.stderr)\n"
            "    return sum(x) / len(x)",
        ),
        {},
    ),
    "check edited": Submission(
        each(source("91-mean", WRONG), source("91-mean-check", "print('passed: mean')")),
        NOT_MEAN,
        says="mean: check edited, and put right",
    ),
    "check deleted": Submission(
        each(source("91-mean", WRONG), lambda nb: nb["cells"].remove(cell(nb, "91-mean-check"))),
        NOT_MEAN,
        says="mean: check deleted, and put back",
    ),
    "check made text": Submission(
        each(source("91-mean", WRONG), lambda nb: cell(nb, "91-mean-check").update(cell_type="markdown")),
        NOT_MEAN,
        says="mean: check deleted, and put back",
    ),
    "tagged": Submission(
        each(
            source("91-mean", WRONG),
            lambda nb: cell(nb, "91-mean-check")["metadata"].update(
                tags=["nbval-skip", "raises-exception", "demo"]
            ),
        ),
        NOT_MEAN,
    ),
    "commented": Submission(
        each(
            source("91-mean", WRONG), source("91-mean-check", "# NBVAL_RAISES_EXCEPTION\nchecks.mean(mean)")
        ),
        NOT_MEAN,
    ),
    "copied check": Submission(
        copied_check, {"mean": "holds our version"}, says="mean: check copied: the last one counts"
    ),
    "not strict": Submission(first("import os\nos.environ.pop('GAN_COURSE_STRICT', None)"), NOT_MEAN),
    "engine changed": Submission(
        first(
            "from gan_course.exercises import engine\n"
            "engine.Exercise.verdict = lambda self, answer, seed=None: engine.Verdict(\n"
            "    self.lesson, self.name, 'passed', self.points, self.points)"
        ),
        dict.fromkeys(
            ("mean", "largest", "count"), "changed what judges it (gan_course.exercises.engine.Exercise.verd"
        ),
    ),
    "engine's code changed": Submission(
        first(
            "from gan_course.exercises import engine\ndef quick(self, answer, seed=None): return engine.Verdict(\n"
            "    self.lesson, self.name, 'passed', self.points, self.points)\n"
            "engine.Exercise.verdict.__code__ = quick.__code__"
        ),
        dict.fromkeys(("mean", "largest", "count"), "Exercise.verdict"),
    ),
    "judge changed": Submission(
        first(
            "from dataclasses import replace\nfrom gan_course.exercises.lesson_91 import lesson as held\n"
            "held.exercises['mean'] = replace(held.exercises['mean'], judge=lambda answer, rng: None)"
        ),
        dict.fromkeys(("mean", "largest", "count"), "the exercise mean.judge"),
    ),
    "reference changed": Submission(
        first("from gan_course.exercises import lesson_91\nlesson_91.reference_mean = lambda x: x[0]"),
        dict.fromkeys(("mean", "largest", "count"), "lesson_91.reference_mean"),
    ),
    "numpy changed": Submission(
        first("np.asarray = lambda *a, **k: 3"), dict.fromkeys(("mean", "largest", "count"), "numpy.asarray")
    ),
    "checks rebound": Submission(
        first(f"class Fake:\n    def __getattr__(self, name): return lambda answer: {FAKE}\nchecks = Fake()"),
        NOT_MEAN,
    ),
    "a receipt of its own": Submission(
        source("91-mean", f"def mean(x):\n    {FAKE}\n    raise KeyboardInterrupt"),
        {"mean": "no verdict of its own"},
    ),
    "two receipts": Submission(
        source("91-mean", f"def mean(x):\n    {FAKE}\n    return x[0]"), {"mean": "no verdict of its own"}
    ),
    "the reference": Submission(
        source("91-mean", "from gan_course.exercises.lesson_91 import reference_mean as mean"),
        {"mean": "library's own"},
    ),
    "ready-made": Submission(
        source("91-mean", "def mean(x):\n    return np.mean(x)"), {"mean": "numpy.mean"}
    ),
    "without metadata": Submission(without_metadata, {}),
    "renamed": Submission(lambda nb: None, {}, file="final version.ipynb"),
    "scribbles": Submission(
        lambda nb: nb["cells"].append(
            {"cell_type": "code", "metadata": {}, "source": "1 / 0", "outputs": []}
        ),
        {},
        ("Cell 12",),
    ),
    "endless": Submission(
        source("91-mean", "def mean(x):\n    while True:\n        pass"), {"mean": "it took more than 4 s"}
    ),
    "stubborn": Submission(
        source(
            "91-mean",
            "def mean(x):\n    while True:\n        try:\n            print('still here')\n"
            "        except KeyboardInterrupt:\n            pass",
        ),
        {"mean": "the kernel had to be ended"} | DEAD,
        ("Cell 3", "Cell 5", "Cell 7", "Cell 8", "Cell 9", "Cell 10", "Cell 11"),
    ),
    "exit": Submission(
        source("91-mean", "def mean(x):\n    import os\n    os._exit(0)"),
        {"mean": "the kernel died"} | DEAD,
        ("Cell 3", "Cell 5", "Cell 7", "Cell 8", "Cell 9", "Cell 10", "Cell 11"),
    ),
    "killed": Submission(
        source("91-largest", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"),
        DEAD,
        ("Cell 3", "Cell 5", "Cell 7", "Cell 8", "Cell 9", "Cell 10", "Cell 11"),
    ),
}
CHECK_CELLS = {"mean": "Cell 2", "largest": "Cell 4", "count": "Cell 6"}
RIGHT = "def mean(x):\n    return sum(x) / len(x)"


def with_stored_megabytes(notebook: Notebook) -> None:
    shown = {"output_type": "stream", "name": "stdout", "text": "y" * 50_000_000}
    cell(notebook, "91-mean")["outputs"] = [shown]


def with_receipts_of_another(notebook: Notebook) -> None:
    cell(notebook, "91-mean").update(source=WRONG)
    data = {"text/plain": "passed"}
    shown = {"output_type": "display_data", "data": data, "metadata": {notebooks.RECEIPT: RECEIPT}}
    cell(notebook, "91-mean-check")["outputs"] = [shown]


CLASS |= {
    "enormous output": Submission(source("91-mean", f"{RIGHT}\nprint('x' * 40_000_000)"), {}),
    "floods": Submission(source("91-mean", f"{RIGHT}\nfor i in range(2_000):\n    print(i, flush=True)"), {}),
    "deletes files": Submission(
        source(
            "91-mean",
            f"{RIGHT}\nimport os\nfor name in os.listdir():\n    if os.path.isfile(name):\n        os.remove(name)",
        ),
        {},
    ),
    "starts processes": Submission(
        source("91-mean", f"{RIGHT}\nimport subprocess\nsubprocess.Popen(['sleep', '987'])"), {}
    ),
    "forks": Submission(
        source(
            "91-mean", f"{RIGHT}\nimport os, time\nif os.fork() == 0:\n    time.sleep(987)\n    os._exit(0)"
        ),
        {},
    ),
    "sleeps": Submission(
        source("91-mean", "def mean(x):\n    import time\n    time.sleep(987)"),
        {"mean": "it took more than 4 s"},
    ),
    "another language": Submission(
        each(
            source("91-mean", "mean <- function(x) { sum(x) / length(x) }"),
            lambda nb: nb["metadata"].update(
                kernelspec={"name": "ir", "display_name": "R", "language": "R"}, language_info={"name": "R"}
            ),
        ),
        {"mean": "mean is not defined: its cell failed ("},
        ("Cell 1",),
    ),
    "stored megabytes": Submission(with_stored_megabytes, {}),
    "two kernels": Submission(
        source(
            "91-mean",
            f"{RIGHT}\nfrom jupyter_client.manager import start_new_kernel\n"
            "manager, client = start_new_kernel(kernel_name='python3')\nclient.execute('mean = max')",
        ),
        {},
    ),
    "name changed": Submission(source("91-count", "counted = 3"), {"count": "count is not defined"}),
    "receipt printed": Submission(
        source("91-mean", f"{WRONG}\nprint({RECEIPT!r})\nprint('passed: mean, 2 of 2 points')"), NOT_MEAN
    ),
    "receipt displayed": Submission(first(f"from IPython.display import display\n{FAKE}"), NOT_MEAN),
    "receipt of another": Submission(with_receipts_of_another, NOT_MEAN),
}
WINDOWS = "windows"
"""Another student's notebook, as some editors save it: with a mark at the beginning, and \\r\\n in every line."""


@dataclass
class Graded:
    """The run over the class."""

    done: subprocess.CompletedProcess[str]
    rows: list[dict[str, str]]
    junit: ET.Element

    def rows_of(self, student: str) -> dict[str, dict[str, str]]:
        return {row["exercise"]: row for row in self.rows if row["student"] == student}


@pytest.fixture(scope="module")
def graded(course: Course, solved: Notebook, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    folder = tmp_path_factory.mktemp("class")
    for student, submission in CLASS.items():
        notebook = copy.deepcopy(solved)
        submission.change(notebook)
        saved(notebook, folder / student / submission.file)
    for student, text in {"broken": "{'cells': ", "binary": "\x00", "empty": "", "a list": "[]"}.items():
        (folder / student).mkdir()
        (folder / student / f"{NAME}.ipynb").write_text(text)
    saved({**solved, "metadata": {}}, folder / "stranger" / "homework.ipynb")
    text = notebooks.dumps(solved).replace("\\n", "\\r\\n").replace("\n", "\r\n")
    (folder / WINDOWS).mkdir()
    (folder / WINDOWS / f"{NAME}.ipynb").write_bytes(b"\xef\xbb\xbf" + text.encode())
    words = ["--nbval", ".", "--grades", "grades.csv", "--junitxml", "junit.xml", "--nbval-cell-timeout", "4"]
    done = pytest_in(folder, course, *words)
    with (folder / "grades.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    return Graded(done, rows, ET.parse(folder / "junit.xml").getroot())


@pytest.mark.slow
@pytest.mark.parametrize("student", CLASS)
def test_every_kind_of_submission_is_graded_as_it_should_be(graded: Graded, student: str) -> None:
    rows, faults = graded.rows_of(student), CLASS[student].faults
    assert list(rows) == ["mean", "largest", "count"]
    for name, row in rows.items():
        worth = {"mean": 2, "largest": 1, "count": 1}[name]
        assert (row["lesson"], float(row["max_points"])) == ("91", worth)
        if name in faults:
            assert (row["status"] != "passed", float(row["points"])) == (True, 0), name
            assert faults[name] in row["fault"], row["fault"]
        else:
            assert (row["status"], float(row["points"])) == ("passed", worth), row["fault"]


@pytest.mark.slow
@pytest.mark.parametrize("student", CLASS)
def test_what_fails_are_the_checks_not_passed_and_the_cells_that_raise(graded: Graded, student: str) -> None:
    submission = CLASS[student]
    found = {
        name.rpartition("::")[2]: outcome
        for name, outcome in outcomes(graded.done).items()
        if name.startswith(f"{student}/")
    }
    assert set(found.values()) <= {"PASSED", "FAILED"}
    bad = {name for name, outcome in found.items() if outcome == "FAILED"}
    checks = {
        name.partition("check of ")[2].removesuffix(" (put back)") for name in bad if "check of" in name
    }
    assert checks - {""} == set(submission.faults)
    assert {name for name in bad if "check of" not in name} == set(submission.also_fails)
    if submission.says:
        assert submission.says in graded.done.stdout


@pytest.mark.slow
def test_a_notebook_with_a_byte_order_mark_and_windows_line_ends_is_graded_as_any_other(
    graded: Graded,
) -> None:
    assert [row["status"] for row in graded.rows_of(WINDOWS).values()] == ["passed"] * 3


@pytest.mark.slow
def test_what_submissions_started_is_ended_with_them(graded: Graded) -> None:
    commands = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert not [words for words in commands if words[:2] == ["sleep", "987"]]


@pytest.mark.slow
def test_notebooks_that_cannot_be_graded_fail_once_each_and_do_not_stop_the_class(graded: Graded) -> None:
    for student in ("broken", "binary", "empty", "a list"):
        rows = graded.rows_of(student)
        assert [row["status"] for row in rows.values()] == ["unreadable"] * 3
        assert [name for name in outcomes(graded.done) if name.startswith(f"{student}/")] == [
            f"{student}/{NAME}.ipynb::unreadable"
        ]
    (row,) = [row for row in graded.rows if row["file"] == "stranger/homework.ipynb"]
    assert (row["status"], row["lesson"], row["points"]) == ("unrecognised", "", "0")
    assert "error" not in graded.done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_the_reports_for_machines_agree_with_the_table(graded: Graded) -> None:
    found = {}
    for case in graded.junit.iter("testcase"):
        held = {p.get("name"): p.get("value") for p in case.iter("property")}
        if "exercise" in held:
            found[case.get("classname"), held["exercise"]] = (held["status"], float(held["points"]))
    ran = [row for row in graded.rows if row["status"] not in ("unreadable", "unrecognised")]
    assert len(found) == len(ran) == 3 * (len(CLASS) + 1)
    assert sorted(found.values()) == sorted((row["status"], float(row["points"])) for row in ran)


@pytest.mark.slow
def test_the_summary_says_each_notebooks_points(graded: Graded) -> None:
    assert f"solved/{NAME}.ipynb: 4 of 4 points" in graded.done.stdout
    assert f"wrong/{NAME}.ipynb: 2 of 4 points" in graded.done.stdout
    assert f"broken/{NAME}.ipynb: 0 of 4 points" in graded.done.stdout


# Beside other plugins -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_without_nbval_the_plugin_does_nothing(course: Course, tmp_path: Path, solved: Notebook) -> None:
    saved(solved, tmp_path / f"{NAME}.ipynb")
    (tmp_path / "test_inert.py").write_text(
        "import sys\ndef test_inert():\n    assert 'gan_course.classroom.plugin' in sys.modules\n"
        "    assert not {'gan_course.classroom.grading', 'gan_course.classroom.kernels'} & set(sys.modules)\n"
    )
    done = pytest_in(tmp_path, course)
    assert done.returncode == 0 and "1 passed" in done.stdout and "points" not in done.stdout


class Options:
    """A pytest configuration, as far as the plugin looks at it before a run."""

    def __init__(self, **options: Any) -> None:
        self.options = options

    def getoption(self, name: str, default: Any = None) -> Any:
        return self.options.get(name.removeprefix("--"), default)


def test_grades_need_nbval() -> None:
    with pytest.raises(pytest.UsageError, match="--grades needs --nbval"):
        plugin.pytest_configure(Options(grades="grades.csv"))  # type: ignore[arg-type]


def test_grades_are_not_written_over_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "grades.csv").write_text("mine")
    with pytest.raises(pytest.UsageError, match="is there already"):
        plugin.pytest_configure(Options(grades=str(tmp_path / "grades.csv"), nbval=True))  # type: ignore[arg-type]
    write_grades(tmp_path / "grades.csv", [])
    assert (tmp_path / "grades.csv").read_text() == "mine"
    assert (tmp_path / "grades-1.csv").read_text().startswith("file,student,lesson")


@pytest.mark.slow
def test_a_notebook_that_is_no_lesson_is_left_to_nbval(course: Course, tmp_path: Path) -> None:
    def other(stored: str) -> Notebook:
        shown = {
            "output_type": "execute_result",
            "execution_count": 1,
            "metadata": {},
            "data": {"text/plain": stored},
        }
        one = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1 + 1", "outputs": [shown]}
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        return {
            "cells": [one | {"execution_count": 1}],
            "metadata": kernel,
            "nbformat": 4,
            "nbformat_minor": 5,
        }

    saved(other("2"), tmp_path / "right.ipynb")
    saved(other("3"), tmp_path / "wrong.ipynb")
    done = pytest_in(tmp_path, course, "--nbval", "--nbval-current-env")
    assert outcomes(done) == {"right.ipynb::Cell 0": "PASSED", "wrong.ipynb::Cell 0": "FAILED"}
    assert "Cell outputs differ" in done.stdout


@pytest.mark.slow
def test_solutions_pass_nbval_without_the_plugin(course: Course, tmp_path: Path) -> None:
    for version in (LEARNER, SOLUTION):
        saved(notebooks.load(course.notebook(NAME, version)), tmp_path / version / f"{NAME}.ipynb")
    lax = ["--nbval-lax", "--nbval-current-env", "-p", "no:gan_course"]
    assert pytest_in(tmp_path, course, *lax, SOLUTION).returncode == 0
    run_all = pytest_in(tmp_path, course, *lax, LEARNER)
    # The one output that is compared there depends on answers, for which ours stand in: Run All never dies.
    assert run_all.returncode == 0, run_all.stdout
    strict = pytest_in(tmp_path, course, *lax, LEARNER, GAN_COURSE_STRICT="1")
    assert failed(strict) == {"Cell 2", "Cell 4", "Cell 6"}


@pytest.mark.slow
def test_a_solutions_tagged_text_is_compared_and_a_learners_is_not(
    course: Course, tmp_path: Path, learner: Notebook, solved: Notebook
) -> None:
    for version, notebook in ((SOLUTION, notebooks.load(course.notebook(NAME, SOLUTION))), (LEARNER, solved)):
        spoilt = copy.deepcopy(notebook)
        shown = next(one for one in spoilt["cells"] if one["source"].startswith('print("the mean'))
        shown["outputs"][0]["text"] = "the mean is 9"
        saved(spoilt, tmp_path / version / f"{NAME}.ipynb")
    done = pytest_in(tmp_path, course, "--nbval")
    bad = {name for name, outcome in outcomes(done).items() if outcome != "PASSED"}
    assert bad == {f"solution/{NAME}.ipynb::Cell 7"}
    assert "its text was 'the mean is 9'" in done.stdout


@pytest.mark.slow
def test_workers_share_a_class_by_the_notebook(course: Course, tmp_path: Path, solved: Notebook) -> None:
    wrong = copy.deepcopy(solved)
    cell(wrong, "91-mean").update(source=WRONG)
    for i in range(2):
        saved(solved, tmp_path / f"right{i}" / f"{NAME}.ipynb")
        saved(wrong, tmp_path / f"wrong{i}" / f"{NAME}.ipynb")
    done = pytest_in(tmp_path, course, "--nbval", "-n", "2", "--grades", "grades.csv")
    assert failed(done) == {"Cell 2: check of mean"}
    with (tmp_path / "grades.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    totals = {
        s: sum(float(row["points"]) for row in rows if row["student"] == s) for s in ("right0", "wrong1")
    }
    assert (len(rows), totals) == (12, {"right0": 4, "wrong1": 2})
    assert [row["file"] for row in rows] == sorted(row["file"] for row in rows)


def test_stored_verdicts_in_a_receipt_are_plain_data(course: Course) -> None:
    stored = notebooks.load(course.notebook(NAME, SOLUTION))
    receipt = cell(stored, "91-mean-check")["outputs"][0]["metadata"][notebooks.RECEIPT]
    assert receipt == json.loads(json.dumps(RECEIPT))


def test_a_kernel_that_does_not_answer_at_first_is_started_once_more(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gan_course.classroom.kernels import Sitting

    starts = []
    original = Sitting._start_kernel

    def deaf_at_first(self: Sitting) -> None:
        starts.append(self)
        original(self)
        if len(starts) == 1:
            raise RuntimeError("Kernel didn't respond in 60 seconds")

    monkeypatch.setattr(Sitting, "_start_kernel", deaf_at_first)
    sitting = Sitting(tmp_path, "00")
    try:
        assert sitting.run("1 + 1", 60).status == "ok"
    finally:
        sitting.stop()
    assert len(starts) == 2
    monkeypatch.setattr(Sitting, "_start_kernel", lambda self: (_ for _ in ()).throw(OSError("no ports")))
    dead = Sitting(tmp_path, "00")
    assert dead.run("1 + 1", 60).status == "ended"
    assert dead.reason == "no kernel could be started (no ports)"
