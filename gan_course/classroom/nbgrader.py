"""For schools that run nbgrader: a folder that it can use, and what it does differently with our checks.

Everything else is nbgrader's own: releases, submissions, the gradebook. Needs the extra ``nbgrader``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from nbformat.v4 import new_output
from nbgrader import preprocessors
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.utils import is_grade

from gan_course.classroom import notebooks
from gan_course.classroom.build import without_answering_widgets, write
from gan_course.classroom.course import Course
from gan_course.classroom.notebooks import LEARNER, RECEIPT, SOLUTION
from gan_course.classroom.sources import CHECK, LessonError, blanked
from gan_course.classroom.submissions import steps
from gan_course.exercises.engine import STRICT

CELL_SECONDS = 120
"""The time that a cell may take; nbgrader's own 30 seconds are too short for a training."""

CONFIGURATION = '''\
"""nbgrader's configuration of this folder."""

from gan_course.classroom.nbgrader import configure

c = get_config()
configure(c)

c.CourseDirectory.course_id = "gan-course"
'''


# The folder -----------------------------------------------------------------------------------------------


def prepare(
    course: Course,
    folder: Path,
    numbers: Sequence[str] = (),
    *,
    overwrite: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> None:
    """Make ``folder`` a course of nbgrader that has the lessons ``numbers`` (all, if none is named) as sources.

    A configuration that is there is left alone, and a source that somebody changed is only replaced with
    ``overwrite``: LessonError is raised, before anything is written. ``say`` is told what is written.
    """
    configuration = folder / "nbgrader_config.py"
    texts = {}
    for path in course.lessons(numbers):
        texts[folder / "source" / path.stem / f"{path.stem}.ipynb"] = source(course, path.stem)
    texts = {file: text for file, text in texts.items() if not _holds(file, text)}
    if changed := [file for file in texts if file.exists() and not overwrite]:
        raise LessonError(
            f"{changed[0]} is not what the course would write: keep a copy under another name if somebody worked "
            "in it, then give --overwrite"
        )
    if not configuration.exists():
        texts[configuration] = CONFIGURATION
    elif "configure(c)" not in configuration.read_text("utf-8"):
        say(f"{configuration} is left as it is: it needs the lines\n{CONFIGURATION}")
    for file, text in texts.items():
        write(file, text)
        say(f"wrote {file}")


def source(course: Course, name: str) -> str:
    """What nbgrader calls the source of an assignment: the lesson ``name`` with solutions and without outputs.

    Raises LessonError if the lesson is not built.
    """
    try:
        learner, solution = (notebooks.load(course.notebook(name, v)) for v in (LEARNER, SOLUTION))
    except FileNotFoundError as error:
        raise LessonError(
            f"there is no {course.place(Path(error.filename))}: build the lesson first"
        ) from None
    for cell in solution["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
    # The learner's metadata: what is made of it for the class is a learner's notebook.
    return notebooks.dumps({**solution, "metadata": learner["metadata"]})


def _holds(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text("utf-8") == text


# The configuration ----------------------------------------------------------------------------------------


def configure(c: Any) -> None:
    """Set in nbgrader's configuration ``c`` what the lessons need.

    Exercises are blanked as the course blanks them, a check that was deleted is put back, a cell may take
    ``CELL_SECONDS``, and a check's points are given only if the check itself says that it is passed.
    """
    c.GenerateAssignment.preprocessors = _with(Blank, GenerateAssignment.preprocessors)
    c.Autograde.autograde_preprocessors = _with(Judge, Autograde.autograde_preprocessors)
    c.OverwriteCells.add_missing_cells = True
    c.Execute.timeout = CELL_SECONDS


def _with(ours: type, listed: Any) -> list[type]:
    """The default of a list of preprocessors, with ``ours`` in the place of the one that it is derived from."""
    return [ours if issubclass(ours, theirs) else theirs for theirs in listed.default()]


class Blank(preprocessors.ClearSolutions):
    """Blanks our exercises as the learner's notebook has them.

    nbgrader's own stub raises at top level too, and Run All would then end at the first question.
    """

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """The cell without its solution; a cell that is none of our exercises is left to nbgrader."""
        if cell.metadata.get("gan_course", {}).get("role") != "exercise":
            return super().preprocess_cell(cell, resources, cell_index)
        cell.source = blanked(cell.source)
        return cell, resources


class Judge(preprocessors.Execute):
    """Runs a submission strictly, and lets a check's points depend on the verdict that it displayed.

    nbgrader gives a cell full points unless there is an error in its output. So a check raises here if it is not
    passed; and what says nothing (skipped by a tag, replaced in the kernel, never run) gets an error as well.
    Demos that nothing reads are left out.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Run the notebook."""
        code = [index for index, cell in enumerate(nb.cells) if cell.cell_type == "code"]
        # Of no checks: nbgrader has put them back already.
        planned = steps(nb.cells, {"checks": []})
        self.left_out = {index for index, step in zip(code, planned, strict=True) if step.demo}
        return super().preprocess(nb, resources)

    def setup_kernel(self, **more: Any) -> AbstractContextManager[None]:
        """A kernel in which checks raise."""
        without_answering_widgets(self)
        return super().setup_kernel(env={**os.environ, STRICT: "1"}, **more)

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        """Run the cell, unless it is left out; if it is a check, see what it said."""
        if index in self.left_out:
            return cell, resources
        cell, resources = super().preprocess_cell(cell, resources, index)
        # By its text, which nbgrader has just restored, and not by our metadata, which it has not.
        check = CHECK.fullmatch(cell.source.rpartition("\n")[2].strip())
        if check and cell.cell_type == "code" and is_grade(cell):
            _hold_to_its_verdict(cell, check[1])
        return cell, resources


def _hold_to_its_verdict(cell: Any, exercise: str) -> None:
    receipts = [output.get("metadata", {}).get(RECEIPT) for output in cell.outputs]
    verdicts = [(r.get("exercise"), r.get("status")) for r in receipts if isinstance(r, dict)]
    failed = any(output.output_type == "error" for output in cell.outputs)
    passed = verdicts == [(exercise, "passed")]
    if passed and not failed:
        # nbgrader takes any word on stderr for a failure.
        cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    elif not failed:
        said = "this check did not say that the exercise is passed"
        cell.outputs.append(
            new_output("error", ename="CheckFailed", evalue=said, traceback=[f"CheckFailed: {said}"])
        )
