"""A lesson's source (jupytext py:percent) as a list of cells that know what they are for.

A code cell with ``### BEGIN SOLUTION`` and ``### END SOLUTION`` is an exercise, and the cell below it, which
is just ``checks.NAME(NAME)``, is its check.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_course.promptly import GRAMMAR, without

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
HERE = "# your code here"
CHECK = re.compile(r"checks\.([A-Za-z_]\w*)\(\1\)")
SOURCE_NAME = re.compile(r"(\d\d)_[a-z0-9_]+")
STUDENT_TAGS = {"raises-exception", "nbval-skip", "nbval-raises-exception", "nbval-ignore-output"}
"""Tags that would let a cell fail unnoticed; no lesson may use them."""


class LessonError(ValueError):
    """A lesson's source, its run or its files are not as they should be; the message says where."""


@dataclass(frozen=True)
class Cell:
    """One cell of a source: ``kind`` is ``"markdown"``, ``"code"``, ``"exercise"`` or ``"check"``."""

    id: str
    kind: str
    source: str
    tags: tuple[str, ...] = ()
    exercise: str = ""

    @property
    def is_code(self) -> bool:
        """Whether the cell is run: everything but markdown."""
        return self.kind != "markdown"

    @property
    def speaks_of_progress(self) -> bool:
        """Whether its output would show what the author has passed: it calls the checks."""
        return self.kind in ("exercise", "check") or bool(re.search(r"\bchecks\.\w", self.source))


@dataclass(frozen=True)
class LessonSource:
    """A lesson as its author wrote it; ``number`` is like ``"03"``, ``name`` like ``"03_spectrograms"``."""

    number: str
    name: str
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The first heading."""
        for cell in self.cells:
            if cell.kind == "markdown" and (found := re.search(r"^#\s+(.+)$", cell.source, re.MULTILINE)):
                return found[1].strip()
        return self.name

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of the exercises, in order."""
        return tuple(cell.exercise for cell in self.cells if cell.kind == "check")

    @property
    def digest(self) -> str:
        """Changes whenever a cell's text, kind, place or tags do."""
        return digest([cell.id, cell.kind, cell.source, *cell.tags] for cell in self.cells)


def digest(parts: Iterable[Any]) -> str:
    """A short fingerprint of plain data."""
    return hashlib.sha256(json.dumps(list(parts), ensure_ascii=False, sort_keys=True).encode()).hexdigest()[
        :16
    ]


def read_source(path: Path) -> LessonSource:
    """Read a lesson's source.

    Raises LessonError when an exercise lacks its check or a check its exercise, a solution's markers are not
    paired, a blanked cell would leave the exercise's name unbound, or a tag could hide a failure.
    """
    name = path.stem
    if not (found := SOURCE_NAME.fullmatch(name)):
        raise LessonError(
            f"{path.name} is no lesson's name: expected two digits and a name, as in 03_spectrograms.py"
        )
    cells = tuple(_cells(found[1], _read_percent(path), path.name))
    lesson = LessonSource(found[1], name, cells)
    _refuse_loose_ends(lesson, path.name)
    return lesson


def blanked(source: str) -> str:
    """An exercise's cell as the learner gets it: a comment in place of each solution.

    Inside a function, ``raise NotImplementedError()`` follows the comment; at top level nothing does, so that
    the notebook runs through with nothing solved.
    """
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        mark = line.strip()
        if mark == BEGIN:
            if inside:
                raise LessonError(f"a second {BEGIN} before {END}")
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            lines.append(indent + HERE)
            if indent:
                lines.append(indent + "raise NotImplementedError()")
        elif mark == END:
            if not inside:
                raise LessonError(f"{END} without {BEGIN}")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise LessonError(f"{BEGIN} without {END}")
    return "\n".join(lines)


def names_bound(source: str) -> set[str]:
    """The names that a cell binds at top level. Raises SyntaxError for what is not plain Python."""
    bound: set[str] = set()
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(statement.name)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            bound.update((alias.asname or alias.name).partition(".")[0] for alias in statement.names)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                bound.update(node.id for node in ast.walk(target) if isinstance(node, ast.Name))
    return bound


def refuse_unmatched(lesson: LessonSource, defined: Iterable[str]) -> None:
    """Raise LessonError unless the source checks each exercise that is defined, and no other."""
    defined = list(defined)
    for name in lesson.exercises:
        if name not in defined:
            raise LessonError(f"{lesson.name} checks {name}, which lesson_{lesson.number}.py does not define")
    for name in defined:
        if name not in lesson.exercises:
            raise LessonError(f"lesson_{lesson.number}.py defines {name}, which {lesson.name} never checks")


def _read_percent(path: Path) -> list[Any]:
    with without(GRAMMAR):
        import jupytext
    try:
        return jupytext.read(path, fmt="py:percent").cells
    except UnicodeDecodeError:
        raise LessonError(f"{path.name} is not UTF-8 text: save it as UTF-8") from None


def _cells(number: str, read: list[Any], file: str) -> Iterator[Cell]:
    sources = [cell.source.strip("\n") for cell in read]
    checked = [
        CHECK.fullmatch(source.strip()) if cell.cell_type == "code" else None
        for cell, source in zip(read, sources, strict=True)
    ]
    for i, (cell, source) in enumerate(zip(read, sources, strict=True)):
        tags = tuple(cell.metadata.get("tags", ()))
        if hiding := STUDENT_TAGS & set(tags):
            raise LessonError(
                f"{file}, cell {i}: the tag {min(hiding)} would hide a failure; show an error with try"
            )
        if cell.cell_type != "code":
            yield Cell(f"{number}-{i:03d}-markdown", "markdown", source, tags)
        elif check := checked[i]:
            yield Cell(f"{number}-{check[1]}-check", "check", source.strip(), tags, check[1])
        elif BEGIN in source or END in source:
            following = checked[i + 1] if i + 1 < len(checked) else None
            if following is None:
                raise LessonError(
                    f"{file}, cell {i}: an exercise, so the next cell must be just `checks.NAME(NAME)`"
                )
            name = following[1]
            _refuse_unbound(source, name, f"{file}, cell {i} ({name})")
            yield Cell(f"{number}-{name}", "exercise", source, tags, name)
        else:
            yield Cell(f"{number}-{i:03d}-code", "code", source, tags)


def _refuse_unbound(source: str, name: str, where: str) -> None:
    try:
        bound = names_bound(blanked(source))
    except LessonError as error:
        raise LessonError(f"{where}: {error}") from None
    except SyntaxError as error:
        raise LessonError(f"{where}: without its solution the cell is no Python ({error.msg})") from None
    if name not in bound:
        raise LessonError(
            f"{where}: without its solution the cell leaves {name} unbound, and its check would stop the "
            f"notebook; keep `def {name}(…):` or `{name} = None` outside the solution"
        )


def _refuse_loose_ends(lesson: LessonSource, file: str) -> None:
    exercises = [cell.exercise for cell in lesson.cells if cell.kind == "exercise"]
    for name in lesson.exercises:
        if name not in exercises:
            raise LessonError(f"{file}: the check of {name} does not follow a cell with {BEGIN}")
        if lesson.exercises.count(name) > 1:
            raise LessonError(
                f"{file}: {name} is checked twice; a learner's second check must have a second exercise"
            )
    for cell in lesson.cells:
        if len(cell.id) > 64:
            raise LessonError(
                f"{file}: the exercise name {cell.exercise} is too long for a cell's id; use a shorter one"
            )
    for cell in lesson.cells:
        if cell.is_code and "no-audio" not in cell.tags and re.search(r"\borchestra\s*[.(]", cell.source):
            raise LessonError(
                f"{file}, {cell.id}: a cell with orchestra recordings needs the tag no-audio, because their "
                f"licence does not let them be passed on"
            )
    code = "\n".join(cell.source for cell in lesson.cells if cell.is_code)
    named = re.search(r"""\blesson\(["'](\w+)["']\)""", code)
    if lesson.exercises and (named is None or named[1] != lesson.number):
        raise LessonError(f'{file}: expected a cell with `checks = lesson("{lesson.number}")` at the top')
