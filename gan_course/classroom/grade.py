"""A class graded: every notebook in processes of its own, goes on after whatever happens, and where it was left.

Everything is written to one folder: ``notebooks/`` holds a JSON file and a page for each submission, as soon as it is
graded; ``grades.csv``, ``totals.csv`` and ``summary.md`` are made from these at the end. Submissions are only read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from gan_course.classroom.feedback import page
from gan_course.classroom.grading import COLUMNS
from gan_course.classroom.sittings import Limits, can_cut_off, digest, grade_one
from gan_course.classroom.submissions import without_formulas

Result = dict[str, Any]


class GradingError(Exception):
    """Why a class cannot be graded, as one sentence."""


def submissions_in(folder: Path) -> list[Path]:
    """Every notebook below a folder, or the one notebook; Jupyter's own copies are left out. Raises GradingError."""
    if not folder.exists():
        raise GradingError(f"there is no {folder}: name the folder that holds the submissions")
    found = [folder] if folder.is_file() else sorted(folder.rglob("*.ipynb"))
    found = [path for path in found if path.is_file() and ".ipynb_checkpoints" not in path.parts]
    if not found:
        raise GradingError(
            f"{folder} holds no notebook (*.ipynb): name the folder that holds the submissions"
        )
    return found


def grade(
    submissions: Path,
    to: Path,
    limits: Limits | None = None,
    workers: int = 1,
    again: bool = False,
    say: Callable[[str], Any] = lambda text: None,
) -> list[Result]:
    """Grade all notebooks below ``submissions`` and write what is found to the folder ``to``; the results.

    A notebook that was graded before, by the same limits and not changed since, is not graded ``again``. Raises
    GradingError where there is nothing to grade or the folder cannot be used.
    """
    limits = limits or Limits()
    paths = submissions_in(submissions)
    root = submissions if submissions.is_dir() else submissions.parent
    if to.resolve() == root.resolve() or root.resolve() in to.resolve().parents:
        raise GradingError(f"{to} lies among the submissions, which are only read: name another folder")
    kept = to / "notebooks"
    kept.mkdir(parents=True, exist_ok=True)
    possible = limits.network or can_cut_off()
    if not possible:
        say(
            "This system does not let the network be cut off: submissions can reach it. A container can help."
        )
    results: dict[Path, Result] = {}
    for path in paths:
        stored = _stored(_file(kept, path.relative_to(root)))
        if not again and stored and stored["digest"] == digest(path) and stored["limits"] == vars(limits):
            results[path] = stored
    if results:
        say(f"{len(results)} of {len(paths)} were graded before")
    waiting = [path for path in paths if path not in results]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        begun = {pool.submit(_graded, path, root, kept, limits, possible): path for path in waiting}
        try:
            for number, done in enumerate(as_completed(begun), 1):
                path = begun[done]
                results[path] = done.result()
                say(f"[{number}/{len(waiting)}] {path.relative_to(root)}: {in_a_line(results[path])}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    ordered = [results[path] for path in paths]
    _write_tables(to, ordered)
    return ordered


def _graded(path: Path, root: Path, kept: Path, limits: Limits, possible: bool) -> Result:
    place = path.relative_to(root)
    try:
        result = grade_one(path, limits, possible)
    except Exception as error:  # one submission must never end the grading of the others
        result = {"status": f"could not be graded: {error}", "rows": [], "seconds": 0.0, "memory": 0.0}
        result |= {"digest": digest(path), "limits": vars(limits)}
    result["file"] = place.as_posix()
    for row in result["rows"]:
        row["file"] = place.as_posix()
    file = _file(kept, place)
    _write(file.with_suffix(".html"), page(result))
    _write(file, json.dumps(result, indent=1) + "\n")
    return result


def _file(kept: Path, place: Path) -> Path:
    """Where a submission's result lies: a name that can be read, and is another for every place."""
    name = re.sub(r"[^\w.-]+", "_", place.with_suffix("").as_posix())[-80:]
    return kept / f"{name}-{hashlib.sha256(place.as_posix().encode()).hexdigest()[:8]}.json"


def _stored(file: Path) -> Result | None:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if {"digest", "limits", "rows", "status"} <= set(found) else None


def _write(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    part.write_text(text, "utf-8", newline="")
    os.replace(part, file)


def in_a_line(result: Mapping[str, Any]) -> str:
    """A result in a line: points, time, and how it ended if not as it should."""
    points, most = (sum(row[key] for row in result["rows"]) for key in ("points", "max_points"))
    said = f"{points:g} of {most:g} points, {result['seconds']:.0f} s"
    flags = sorted({flag for row in result["rows"] if (flag := row["flags"])})
    ended = [] if result["status"] == "graded" else [result["status"]]
    return "; ".join([said, *ended, *flags])


# Tables -----------------------------------------------------------------------------------------------------

TOTALS = ("student", "lesson", "file", "points", "max_points", "passed", "exercises", "seconds", "memory", "status",
          "flags")  # fmt: skip


def totals(results: Iterable[Result]) -> list[dict[str, Any]]:
    """A row for each notebook."""
    rows = []
    for result in results:
        own = result["rows"]
        rows.append(
            {
                "student": own[0]["student"] if own else "",
                "lesson": own[0]["lesson"] if own else "",
                "file": result["file"],
                "points": sum(row["points"] for row in own),
                "max_points": sum(row["max_points"] for row in own),
                "passed": sum(row["status"] == "passed" for row in own),
                "exercises": len(own),
                "seconds": result["seconds"],
                "memory": result["memory"],
                "status": result["status"],
                "flags": "; ".join(f"{row['exercise']}: {row['flags']}" for row in own if row["flags"]),
            }
        )
    several = Counter((row["student"], row["lesson"]) for row in rows)
    for row in rows:
        if several[row["student"], row["lesson"]] > 1:
            more = "several notebooks of one student and lesson"
            row["flags"] = "; ".join(filter(None, [row["flags"], more]))
    return rows


def summary(results: list[Result]) -> str:
    """What a teacher wants to know first, as Markdown: points, what was hard, what went wrong, what to look at."""
    rows, notebooks = [row for result in results for row in result["rows"]], totals(results)
    points = [row["points"] for row in notebooks]
    lines = [
        f"# {len(results)} notebooks",
        "",
        f"Points: median {statistics.median(points):g}, from {min(points):g} to {max(points):g}. "
        f"Time: {sum(row['seconds'] for row in notebooks) / 60:.1f} minutes in all.",
        "",
        "| lesson | exercise | passed | most frequent fault of the others |",
        "|---|---|---|---|",
    ]
    for lesson, exercise in dict.fromkeys(
        (row["lesson"], row["exercise"]) for row in rows if row["exercise"]
    ):
        own = [row for row in rows if (row["lesson"], row["exercise"]) == (lesson, exercise)]
        passed = sum(row["status"] == "passed" for row in own)
        faults = Counter(row["fault"] for row in own if row["status"] != "passed")
        often = "; ".join(f"{count} × {fault}" for fault, count in faults.most_common(1))
        often = " ".join(often.split()).replace("|", "\\|")[:160]
        lines.append(f"| {lesson} | {exercise} | {passed} of {len(own)} | {often} |")
    odd = [row for row in notebooks if row["status"] != "graded" or row["flags"]]
    if odd:
        lines += ["", "## To look at yourself", ""]
        lines += [
            f"- {row['file']}: {'; '.join(filter(None, [row['status'] * (row['status'] != 'graded'), row['flags']]))}"
            for row in odd
        ]
    return "\n".join(lines) + "\n"


def _write_tables(to: Path, results: list[Result]) -> None:
    rows = [row for result in results for row in result["rows"]]
    for name, columns, table in (
        ("grades.csv", COLUMNS, rows),
        ("totals.csv", TOTALS, totals(results)),
    ):
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(dict(without_formulas({key: row[key] for key in columns})) for row in table)
        _write_beside(to / name, text.getvalue())
    _write_beside(to / "summary.md", summary(results))


def _write_beside(file: Path, text: str) -> None:
    """Write a table; one that is there and differs, which somebody may have edited, stays under another name."""
    if file.exists() and file.read_text("utf-8") != text:
        older = next(p for i in range(1, 10_000) if not (p := file.with_stem(f"{file.stem}-{i}")).exists())
        os.replace(file, older)
    _write(file, text)
