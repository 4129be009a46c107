"""From a lesson's source to its notebooks: run, tidied, blanked and written."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gan_course.classroom import notebooks
from gan_course.classroom.course import Course
from gan_course.classroom.notebooks import LEARNER, RECEIPT, SOLUTION, Notebook
from gan_course.classroom.sources import (
    Cell,
    LessonError,
    LessonSource,
    digest,
    read_source,
    refuse_unmatched,
)
from gan_course.classroom.tidy import Output, tidied

if TYPE_CHECKING:
    from gan_course.exercises.engine import Exercise

CELL_SECONDS = 900
ROOMY, TOO_LARGE = 1_000_000, 1_500_000
"""Bytes of a notebook file: beyond the first the author is told, beyond the second the build fails."""


def build(
    course: Course,
    numbers: Sequence[str] = (),
    *,
    overwrite: bool = False,
    say: Callable[[str], None] = lambda text: None,
) -> list[str]:
    """Build the lessons ``numbers`` (all, if none is named); a sentence for each that could not be built.

    Of a lesson that fails, nothing is written. ``say`` is told what is happening. A learner notebook that
    somebody worked in is only replaced with ``overwrite``.
    """
    failures = []
    for path in course.lessons(numbers):
        try:
            build_lesson(course, path, overwrite=overwrite, say=say)
        except LessonError as error:
            failures.append(str(error))
            say(f"{path.stem}: not built: {error}")
    if not numbers and not failures:
        _forget_withdrawn(course)
    return failures


def build_lesson(course: Course, path: Path, *, overwrite: bool, say: Callable[[str], None]) -> None:
    """Run one lesson and write its two notebooks and its part of the manifest, or raise LessonError."""
    lesson = read_source(path)
    exercises = _exercises(lesson)
    _refuse_foreign_solutions(lesson, exercises)
    if not overwrite:
        _refuse_to_overwrite(course, lesson)
    points = {name: exercise.points for name, exercise in exercises.items()}
    outputs = run(lesson, course, say)
    files: dict[Path, str] = {}
    for version in (LEARNER, SOLUTION):
        made = notebooks.notebook(lesson, outputs, points, version)
        file = course.notebook(lesson.name, version)
        files[file] = _checked_text(made, file, say)
    # Read just before it is written: another lesson may have been built meanwhile.
    released = {**course.released(), lesson.number: notebooks.manifest_entry(lesson, points)}
    files[course.manifest] = notebooks.dumps(released)
    for file, text in files.items():
        write(file, text)
    say(f"{lesson.name}: built")


def write(file: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.write_text(text, "utf-8", newline="\n")
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)


def _exercises(lesson: LessonSource) -> Mapping[str, Exercise]:
    if not lesson.exercises:
        return {}
    module = f"gan_course.exercises.lesson_{lesson.number}"
    try:
        exercises: Mapping[str, Exercise] = importlib.import_module(module).lesson.exercises
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise LessonError(
            f"{lesson.name} has checks, and there is no {module.replace('.', '/')}.py"
        ) from None
    refuse_unmatched(lesson, list(exercises))
    return exercises


def _refuse_foreign_solutions(lesson: LessonSource, exercises: Mapping[str, Exercise]) -> None:
    from gan_course.classroom.references import differences

    for sentence in differences(lesson, exercises):
        raise LessonError(f"{lesson.name}, {sentence}")


def _refuse_to_overwrite(course: Course, lesson: LessonSource) -> None:
    for version in (LEARNER, SOLUTION):
        file = course.notebook(lesson.name, version)
        try:
            present = notebooks.load(file)
        except FileNotFoundError:
            continue
        except (ValueError, OSError):
            present = {"cells": [], "metadata": {}}
        built = present["metadata"].get("gan_course", {}).get("cells")
        if built != digest(cell["source"] for cell in present["cells"]):
            raise LessonError(
                f"somebody worked in {course.place(file)}: keep a copy under another name, then build with "
                f"--overwrite (what is for everybody belongs in {course.place(course.sources)})"
            )


def _checked_text(made: Notebook, file: Path, say: Callable[[str], None]) -> str:
    import nbformat

    nbformat.validate(nbformat.from_dict(made))
    text = notebooks.dumps(made)
    size = len(text.encode())
    if size > ROOMY:
        cells = sorted(made["cells"], key=lambda cell: len(json.dumps(cell)), reverse=True)[:3]
        largest = ", ".join(f"{cell['id']} ({len(json.dumps(cell)) / 1e6:.2f} MB)" for cell in cells)
        sentence = f"{file.name} takes {size / 1e6:.2f} MB; its largest cells are {largest}"
        if size > TOO_LARGE:
            raise LessonError(
                f"{sentence}: shorten or drop sounds and pictures, {TOO_LARGE / 1e6:g} MB is the limit"
            )
        say(sentence)
    return text


def _forget_withdrawn(course: Course) -> None:
    present = {path.name[:2] for path in course.lessons()}
    released = course.released()
    kept = {number: entry for number, entry in released.items() if number in present}
    if kept != released:
        write(course.manifest, notebooks.dumps(kept))


# Running --------------------------------------------------------------------------------------------------


def run(
    lesson: LessonSource, course: Course, say: Callable[[str], None] = lambda text: None
) -> dict[str, list[Output]]:
    """Run a lesson with its solutions in a kernel and a folder of its own; its tidied outputs, by cell id.

    Raises LessonError for the first cell that raises, takes too long or is a check that does not pass.
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from nbformat import from_dict

    say(f"{lesson.name}: running {sum(cell.is_code for cell in lesson.cells)} cells")
    made = from_dict(notebooks.notebook(lesson, {}, dict.fromkeys(lesson.exercises, 0.0), SOLUTION))
    outputs = {}
    with tempfile.TemporaryDirectory(prefix="gan-course-") as folder:
        work, settings = Path(folder, "work"), Path(folder, "ipython")
        work.mkdir()
        settings.mkdir()
        places = _places(course, work)
        client = notebook_client(made, km=_kernel_manager(), timeout=CELL_SECONDS, resources={})
        # What a library writes to the kernel's own stderr is no output of a cell.
        with client.setup_kernel(env=_environment(settings), cwd=str(work), stderr=subprocess.DEVNULL):
            for index, node in enumerate(made.cells):
                if node.cell_type != "code":
                    continue
                cell = lesson.cells[index]
                try:
                    client.execute_cell(node, index)
                except CellExecutionError as error:
                    raise LessonError(
                        f"{_named(lesson, cell)} raised {error.ename}: {error.evalue}"
                    ) from None
                except CellTimeoutError:
                    raise LessonError(f"{_named(lesson, cell)} took more than {CELL_SECONDS} s") from None
                except DeadKernelError:
                    raise LessonError(f"{_named(lesson, cell)} ended its kernel (out of memory?)") from None
        # Only now: a later cell may update what an earlier one displays.
        for cell, node in zip(lesson.cells, made.cells, strict=True):
            if cell.is_code:
                plain = json.loads(json.dumps(node.outputs))
                _refuse_unpassed(lesson, cell, plain)
                outputs[cell.id] = tidied(plain, places, audio="no-audio" not in cell.tags)
    return outputs


def notebook_client(made: Any, **settings: Any) -> Any:
    """An nbclient ``NotebookClient`` whose Output widgets do not answer the kernel."""
    from nbclient import NotebookClient

    client = NotebookClient(made, **settings)
    without_answering_widgets(client)
    return client


def without_answering_widgets(client: Any) -> None:
    """Keep the Output widgets of an nbclient ``NotebookClient`` from answering the kernel.

    What it sends on the shell channel while it awaits a cell's reply there can swallow the news that the reply
    has come, and it then waits for ever (jupyter/nbclient, issue 312): one cell with a control in sixteen, here.
    No kernel needs to be told what its own widget shows.
    """
    from nbclient.output_widget import OutputWidget

    class SilentOutput(OutputWidget):
        def sync_state(self) -> None:
            pass

    client.widget_registry["@jupyter-widgets/output"]["OutputModel"] = SilentOutput


def _named(lesson: LessonSource, cell: Cell) -> str:
    first = cell.source.strip().split("\n")[0]
    return f"{lesson.name}, cell {cell.id} (`{first[:60]}`)"


def _kernel_manager() -> Any:
    from jupyter_client.manager import AsyncKernelManager

    from gan_course.classroom.kernels import ThisPython

    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())


def _environment(settings: Path) -> dict[str, str]:
    from gan_course.classroom.kernels import environment

    number = os.environ.get("OMP_NUM_THREADS", "2")
    threads = {f"{library}_NUM_THREADS": number for library in ("OMP", "MKL", "OPENBLAS")}
    return environment(str(settings), COLUMNS="80", LINES="24", TZ="UTC", **threads)


def _places(course: Course, work: Path) -> dict[str, str]:
    import sys

    named = {work: ".", course.root: "gan-course", Path(sys.prefix): "python", Path.home(): "~"}
    return {str(form): name for path, name in named.items() for form in {path, path.resolve()}}


def _refuse_unpassed(lesson: LessonSource, cell: Cell, outputs: Sequence[Output]) -> None:
    if cell.kind != "check":
        return
    receipts = [output.get("metadata", {}).get(RECEIPT) for output in outputs]
    receipts = [receipt for receipt in receipts if receipt]
    if len(receipts) != 1:
        raise LessonError(f"{_named(lesson, cell)} displayed {len(receipts)} verdicts, and one is expected")
    (receipt,) = receipts
    if receipt["status"] != "passed" or receipt["exercise"] != cell.exercise:
        raise LessonError(
            f"{_named(lesson, cell)}: the solution's check says {receipt['status']}: {receipt['fault']}"
        )
