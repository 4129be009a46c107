"""Lessons under ``pytest --nbval``: each code cell is an item, and a check passes if its receipt says so.

A learner's notebook is a program that runs with the grader's rights, in the same process as its checks. What
is done here keeps accidents and simple tricks from being counted as answers; it is no security boundary. Grade
the work of people whom you do not know in a container without network and without anything worth reading.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gan_course.classroom import notebooks
from gan_course.classroom.kernels import Ran, Sitting
from gan_course.classroom.submissions import (
    Step,
    lesson_of,
    released,
    steps,
    student_of,
    without_formulas,
)
from gan_course.classroom.tidy import tidied

CELL_SECONDS = 120
"""A cell's time where ``--nbval-cell-timeout`` does not say otherwise."""

COLUMNS = (
    "file", "student", "lesson", "exercise", "status", "points", "max_points", "seconds", "flags", "fault"
)  # fmt: skip
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class NotAsItShould(Exception):
    """Why an item fails, ready to be read; no traceback of the grader's adds to it."""


class LessonFile(pytest.File):
    """A notebook of a lesson, with one kernel for all its cells."""

    def __init__(self, *, lesson: str, cells: list[Any], version: str, **more: Any) -> None:
        super().__init__(**more)
        self.lesson, self.cells, self.version = lesson, cells, version
        self.sitting: Sitting | None = None
        self.errors: list[tuple[str, str]] = []

    @property
    def entry(self) -> dict[str, Any]:
        """The lesson's part of the manifest."""
        return dict(released()[self.lesson])

    @property
    def student(self) -> str:
        """Whose notebook it is."""
        return student_of(self.path, self.entry["name"])

    def collect(self) -> Iterator[pytest.Item]:
        """An item for each code cell, and for each check that has to be put back."""
        for step in steps(self.cells, self.entry, compare=self.version == notebooks.SOLUTION):
            kind = CheckItem if step.kind == "check" else CellItem
            yield kind.from_parent(self, name=step.name, step=step)

    def kernel(self) -> Sitting:
        """The notebook's kernel, started when the first cell is run."""
        if self.sitting is None:
            seconds = self.config.getoption("nbval_kernel_startup_timeout", 60)
            self.sitting = Sitting(self.path.parent, self.lesson, start_seconds=seconds)
        return self.sitting

    def teardown(self) -> None:
        """End the kernel."""
        if self.sitting is not None:
            self.sitting.stop()


class CellItem(pytest.Item):
    """A cell that no points are given for: it passes if it runs."""

    parent: LessonFile

    def __init__(self, *, step: Step, **more: Any) -> None:
        super().__init__(**more)
        self.step = step

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the item is: the notebook and the cell."""
        return self.path, None, f"{self.path.name} {self.name}"

    def runtest(self) -> None:
        """Run the cell; a copy of a check may fail."""
        if self.step.demo and self.config.getoption("without_demos"):
            pytest.skip("a demo, left out with --without-demos")
        ran = self.run()
        if ran.status != "ok":
            self.parent.errors.append((self.step.source, ran.error))
        if ran.status == "ended" or (ran.status != "ok" and self.step.kind == "cell"):
            raise NotAsItShould(self._explained(ran))
        if self.step.stored is not None and (difference := _difference(self.step.stored, ran.outputs)):
            raise NotAsItShould(f"{self.name}: {difference}")

    def run(self) -> Ran:
        """Run the cell's text in the notebook's kernel."""
        return self.parent.kernel().run(self.step.source, cell_seconds(self.config))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *more: Any) -> Any:
        """What went wrong in the notebook, not where in the grader."""
        if isinstance(excinfo.value, NotAsItShould):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *more)

    def _explained(self, ran: Ran) -> str:
        traceback = ran.traceback if self.config.option.color != "no" else _COLOUR.sub("", ran.traceback)
        return "\n".join(part for part in (f"{self.name}: {ran.error}", self.step.source, traceback) if part)


class CheckItem(CellItem):
    """A check as it was released: it passes if it says, itself and once, that the exercise is passed."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.flags = [self.step.note] if self.step.note else []
        self.seconds = 0.0
        self.result = self._row("not run", 0, "this check was not reached")

    def runtest(self) -> None:
        """Judge the answer that the notebook holds at this place."""
        begun = time.monotonic()
        status, fault = self._judged()
        self.seconds = time.monotonic() - begun
        points = self.step.points if status == "passed" else 0
        self.result = self._row(status, points, fault)
        for key in ("lesson", "exercise", "status", "points", "max_points", "seconds", "flags", "fault"):
            self.user_properties.append((key, self.result[key]))
        if self.step.note:
            self.user_properties.append(("check", self.step.note))
        if status != "passed":
            note = f" (the check was {self.step.note})" if self.step.note else ""
            raise NotAsItShould(f"{self.step.exercise}: {status}: {fault}{note}")

    def _row(self, status: str, points: float, fault: str) -> dict[str, Any]:
        return {
            **_place(self),
            "student": self.parent.student,
            "lesson": self.parent.lesson,
            "exercise": self.step.exercise,
            "status": status,
            "points": points,
            "max_points": self.step.points,
            "seconds": round(self.seconds, 2),
            "flags": "; ".join(self.flags),
            "fault": fault,
        }

    def _judged(self) -> tuple[str, str]:
        sitting, name = self.parent.kernel(), self.step.exercise
        if (before := sitting.ask("before", name)) is None:
            return "failed", sitting.reason or "the kernel does not answer"
        if changed := sitting.changed(before["fingerprint"]):
            self.flags.append(f"changed {changed}")
            return "failed", f"the notebook changed what judges it ({changed}); take that out"
        ran = self.run()
        if ran.status == "interrupted":
            sitting.ask("stand_in", name)
        if ran.status in ("interrupted", "ended"):
            return "failed", ran.error
        if (after := sitting.ask("after", name, before["checks"])) is None:
            return "failed", sitting.reason or "the kernel does not answer"
        if changed := sitting.changed(after["fingerprint"]):
            self.flags.append(f"changed {changed}")
            return "failed", f"the answer changed what judges it ({changed})"
        receipt = self._receipt(ran)
        if after["status"] is None:  # cut short, by an exit for example
            sitting.ask("stand_in", name)
        if receipt is None or not after["same"] or after["status"] != receipt["status"]:
            return "failed", f"the check gave no verdict of its own {ran.error}".rstrip()
        if not before["defined"]:
            return "failed", self._why_undefined()
        if receipt["status"] == "passed" and ran.status != "ok":
            return "failed", f"the check passed and then raised {ran.error}"
        return receipt["status"], receipt["fault"]

    def _receipt(self, ran: Ran) -> dict[str, Any] | None:
        """The one receipt among the check's outputs, if it is of this exercise."""
        receipts = [output.get("metadata", {}).get(notebooks.RECEIPT) for output in ran.outputs]
        receipts = [receipt for receipt in receipts if receipt is not None]
        wanted = {
            "lesson": self.parent.lesson,
            "exercise": self.step.exercise,
            "max_points": self.step.points,
        }
        if len(receipts) != 1 or not isinstance(receipts[0], dict):
            return None
        same = all(receipts[0].get(key) == value for key, value in wanted.items())
        return receipts[0] if same and {"status", "fault"} <= set(receipts[0]) else None

    def _why_undefined(self) -> str:
        name = self.step.exercise
        for source, error in reversed(self.parent.errors):
            if re.search(rf"\b{re.escape(name)}\b", source):
                return f"{name} is not defined: its cell failed ({error})"
        return f"{name} is not defined"


class UnreadableItem(pytest.Item):
    """Stands for a notebook that cannot be graded at all."""

    def __init__(self, *, reason: str, rows: list[dict[str, Any]], **more: Any) -> None:
        super().__init__(**more)
        self.reason, self.rows = reason, rows

    def runtest(self) -> None:
        """Fail, saying why."""
        raise NotAsItShould(self.reason)

    repr_failure = CellItem.repr_failure  # type: ignore[assignment]


class UnreadableFile(pytest.File):
    """A notebook that cannot be graded: one failing item, so that the rest of the class is graded."""

    def __init__(self, *, reason: str, status: str, **more: Any) -> None:
        super().__init__(**more)
        self.reason, self.status = reason, status

    def collect(self) -> Iterator[pytest.Item]:
        """The one item, with a row for every exercise that the notebook might have solved."""
        number = lesson_of({}, self.path, released())
        entry = released().get(number or "", {"name": "", "checks": []})
        blank = {**_place(self), "student": student_of(self.path, entry["name"]), "lesson": number or ""}
        worth = [(check["exercise"], check["points"]) for check in entry["checks"]] or [("", 0)]
        rows = [
            {
                **blank,
                "exercise": name,
                "status": self.status,
                "points": 0,
                "max_points": points,
                "seconds": 0.0,
                "flags": "",
                "fault": self.reason,
            }
            for name, points in worth
        ]
        yield UnreadableItem.from_parent(
            self, name=self.status, reason=f"{self.path.name}: {self.reason}", rows=rows
        )


class Grading:
    """What the plugin adds to a run of pytest with ``--nbval``."""

    def __init__(self, config: pytest.Config, grades: str | None) -> None:
        self.config, self.grades = config, grades
        self.rows: list[dict[str, Any]] = []
        self.notes: dict[str, list[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> Any:
        """Put our collector in the place of nbval's for notebooks of lessons."""
        found = yield
        if file_path.suffix != ".ipynb":
            return found
        if (ours := self._collector(file_path, parent)) is None:
            return found
        return [*(other for other in found if type(other).__module__ != "nbval.plugin"), ours]

    def _collector(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        try:
            read = notebooks.load(path)
        except (ValueError, OSError) as error:
            if lesson_of({}, path, released()) is None and _is_older_notebook(path):
                return None
            reason = f"it is no notebook that can be read ({error})"
            return UnreadableFile.from_parent(parent, path=path, reason=reason, status="unreadable")
        lesson = lesson_of(read["metadata"], path, released())
        if lesson is None:
            if not (self.config.getoption("grades") or self.config.getoption("grades_log", None)):
                return None
            reason = "it is no notebook of a lesson: neither its metadata nor its name says which"
            return UnreadableFile.from_parent(parent, path=path, reason=reason, status="unrecognised")
        ours = read["metadata"].get("gan_course")
        version = ours.get("version") if isinstance(ours, dict) else ""
        return LessonFile.from_parent(parent, path=path, lesson=lesson, cells=read["cells"], version=version)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Let a report carry its rows of the grades, from an xdist worker as well."""
        report = yield
        if report.when == "call":
            if isinstance(item, CheckItem):
                report.gan_course = {"rows": [item.result], "note": item.step.note}
            elif isinstance(item, UnreadableItem):
                report.gan_course = {"rows": item.rows, "note": ""}
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather the rows."""
        carried = getattr(report, "gan_course", None)
        if carried and not hasattr(self.config, "workerinput"):
            self.rows += carried["rows"]
            self._log(carried["rows"])
            if carried["note"]:
                row = carried["rows"][0]
                self.notes.setdefault(row["file"], []).append(f"{row['exercise']}: check {carried['note']}")

    def _log(self, rows: list[dict[str, Any]]) -> None:
        if log := self.config.getoption("grades_log", None):
            with Path(log).open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows)

    def pytest_sessionfinish(self) -> None:
        """Write the grades."""
        if self.grades:
            write_grades(Path(self.grades), self.rows)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say each notebook's points, and which checks were not as released."""
        if not self.rows:
            return
        terminalreporter.section("points")
        for file in dict.fromkeys(row["file"] for row in self.rows):
            rows = [row for row in self.rows if row["file"] == file]
            points, most = (sum(row[key] for row in rows) for key in ("points", "max_points"))
            terminalreporter.write_line(f"{file}: {points:g} of {most:g} points")
            for note in self.notes.get(file, ()):
                terminalreporter.write_line(f"    {note}")
        if self.grades:
            terminalreporter.write_line(f"grades: {self.grades}")


def cell_seconds(config: pytest.Config) -> float:
    """The time that a cell may take: nbval's option if it was given, and else far less than its default."""
    words = [*config.invocation_params.args, *config.getini("addopts"), os.environ.get("PYTEST_ADDOPTS", "")]
    if any("--nbval-cell-timeout" in str(word) for word in words):
        return float(config.getoption("nbval_cell_timeout"))
    return CELL_SECONDS


def write_grades(file: Path, rows: list[dict[str, Any]]) -> None:
    """Write the grades whole or not at all, never over a file that is there."""
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    ordered = sorted(enumerate(rows), key=lambda pair: (pair[1]["file"], pair[0]))
    writer.writerows(dict(without_formulas(row)) for _, row in ordered)
    if file.exists():
        file = next(p for i in range(1, 1000) if not (p := file.with_stem(f"{file.stem}-{i}")).exists())
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    file.parent.mkdir(parents=True, exist_ok=True)
    part.write_text(table.getvalue(), "utf-8", newline="")
    os.replace(part, file)


def _place(node: pytest.Item | pytest.File) -> dict[str, str]:
    root = node.config.rootpath
    path = node.path
    return {"file": path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)}


def _is_older_notebook(path: Path) -> bool:
    try:
        data = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, OSError):
        return False
    return isinstance(data, dict) and data.get("nbformat", 4) != 4


def _difference(stored: tuple[Any, ...], outputs: list[dict[str, Any]]) -> str:
    """How the text of outputs differs from what is stored; pictures and sounds are not compared."""
    was, now = (_text(tidied(list(part), {})) for part in (stored, outputs))
    return "" if was == now else f"its text was {was!r} and is {now!r}"


def _text(outputs: list[dict[str, Any]]) -> str:
    return "\n".join(
        str(o["text"] if "text" in o else o.get("data", {}).get("text/plain", "")) for o in outputs
    )
