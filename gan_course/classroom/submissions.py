"""What a learner handed in, held against what was released: which lesson, which cells, which checks."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from gan_course.classroom.names import Names, names_of
from gan_course.classroom.sources import names_bound

MANIFEST = Path(__file__).with_name("manifest.json")
DELETED = "deleted, and put back"


@dataclass(frozen=True)
class Step:
    """One thing to run: ``kind`` is ``"cell"``, ``"check"`` or ``"copy"`` (of a check: run, and not counted).

    ``number`` counts the code cells of the learner's notebook; it is None for a check that was put back. A
    ``demo`` may be left out: nothing that is not left out reads a name that it sets.
    """

    kind: str
    source: str
    number: int | None
    exercise: str = ""
    points: float = 0
    note: str = ""
    demo: bool = False
    stored: tuple[Any, ...] | None = None

    @property
    def name(self) -> str:
        """What pytest calls it."""
        place = "" if self.number is None else f"Cell {self.number}"
        what = {"check": f"check of {self.exercise}", "copy": f"copy of the check of {self.exercise}"}.get(
            self.kind
        )
        return ": ".join(part for part in (place, what) if part) + (
            " (put back)" if self.number is None else ""
        )


@cache
def released() -> dict[str, Any]:
    """The manifest: every released lesson's checks, by the lesson's number."""
    try:
        return dict(json.loads(MANIFEST.read_text("utf-8")))
    except FileNotFoundError:
        return {}


def lesson_of(metadata: Any, path: Path, lessons: Mapping[str, Any]) -> str | None:
    """The number of the lesson that a notebook is of, by its metadata or else by its file's name."""
    ours = metadata.get("gan_course") if isinstance(metadata, dict) else None
    number = ours.get("lesson") if isinstance(ours, dict) else None
    if isinstance(number, str) and number in lessons:
        return number
    for number, entry in lessons.items():
        if re.search(rf"(?<!\d){re.escape(entry['name'])}(?![A-Za-z0-9])", path.stem):
            return number
    return None


def student_of(path: Path, lesson_name: str) -> str:
    """Whose notebook it is: what the file's name holds beside the lesson's, or else its folder's name."""
    rest = path.stem.replace(lesson_name, "", 1) if lesson_name in path.stem else ""
    return rest.strip(" _-.()") or path.parent.name


def steps(
    cells: Sequence[Mapping[str, Any]], entry: Mapping[str, Any], *, compare: bool = False
) -> list[Step]:
    """What to run, in order: the learner's code cells, with every released check as it was released.

    A check that was edited gets its own text again, one that was deleted is put back below its exercise, and of
    one that was copied the last counts; the step's ``note`` says so. Tags and comments that would let a cell
    fail are not looked at. With ``compare``, cells tagged ``nbval-check-output`` carry their stored outputs.
    """
    code = [cell for cell in cells if cell.get("cell_type") == "code"]
    planned = [_ordinary(i, cell, compare) for i, cell in enumerate(code)]
    put_back: dict[int, list[Step]] = {}
    for check in entry["checks"]:
        places, note = _places_of(check, code)
        for i in places:
            planned[i] = Step("copy", check["source"], i, check["exercise"])
        if places:
            last = planned[places[-1]]
            planned[places[-1]] = replace(last, kind="check", note=note, points=check["points"])
        else:
            step = Step("check", check["source"], None, check["exercise"], check["points"], DELETED)
            put_back.setdefault(_place_for(check, code), []).append(step)
    ordered = [step for i in range(len(planned) + 1) for step in (*put_back.get(i, ()), *planned[i : i + 1])]
    return _with_needed_demos(ordered)


def _with_needed_demos(ordered: Sequence[Step]) -> list[Step]:
    """A demo whose names are read by a later cell that is run, a learner's own for instance, is no demo."""
    later, done = Names(), []
    for step in reversed(ordered):
        names = names_of(step.source)
        if step.demo and later.may_read(names.bound):
            step = replace(step, demo=False)
        if not step.demo:
            later = later.after(names)
        done.append(step)
    return done[::-1]


def _ordinary(number: int, cell: Mapping[str, Any], compare: bool) -> Step:
    tags = _tags(cell)
    stored = tuple(cell.get("outputs", ())) if compare and "nbval-check-output" in tags else None
    return Step("cell", _source(cell), number, demo="demo" in tags and not _grade_id(cell), stored=stored)


def _places_of(check: Mapping[str, Any], code: Sequence[Mapping[str, Any]]) -> tuple[list[int], str]:
    untouched = [i for i, cell in enumerate(code) if _source(cell).strip() == check["source"]]
    same_id = [i for i, cell in enumerate(code) if check["cell"] in (cell.get("id"), _grade_id(cell))]
    edited = [i for i in same_id if i not in untouched]
    if untouched:
        notes = ["copied: the last one counts"] if len(untouched) > 1 else []
        # An edited check beside an untouched copy runs in its own text as well.
        return sorted(edited) + untouched, "; ".join([*notes, *(["edited, and put right"] if edited else [])])
    alike = same_id or [i for i, cell in enumerate(code) if _calls_check(_source(cell), check["exercise"])]
    return alike[-1:], "edited, and put right" if alike else ""


def _place_for(check: Mapping[str, Any], code: Sequence[Mapping[str, Any]]) -> int:
    """Before which code cell a deleted check is put back: below the one that answers it, or at the end."""
    name = check["exercise"]
    binding = {i for i, cell in enumerate(code) if name in _bound(_source(cell))}
    own = {i for i, cell in enumerate(code) if check["exercise_cell"] in (cell.get("id"), _grade_id(cell))}
    return max(own & binding or binding or own, default=len(code) - 1) + 1


def _bound(source: str) -> set[str]:
    try:
        return names_bound(source)
    except (SyntaxError, ValueError):
        return set(re.findall(r"^def +(\w+)", source, re.MULTILINE))


def _calls_check(source: str, name: str) -> bool:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return f"checks.{name}(" in source
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func) == f"checks.{name}" for node in ast.walk(tree)
    )


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else str(source)


def _metadata(cell: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = cell.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _tags(cell: Mapping[str, Any]) -> list[Any]:
    tags = _metadata(cell).get("tags")
    return tags if isinstance(tags, list) else []


def _grade_id(cell: Mapping[str, Any]) -> str | None:
    nbgrader = _metadata(cell).get("nbgrader")
    return nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None


def without_formulas(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A row of a table whose texts no spreadsheet takes for formulas: learners choose some of them."""
    for key, value in row.items():
        risky = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
        yield key, f"'{value}" if risky else value
