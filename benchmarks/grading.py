"""Times the grading of a class: ``python -m benchmarks.grading 01 07 --count 300``, of all lessons if none is named.

A third of the class hands in the notebook as it was given out, the others hand in the solutions.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from gan_course.classroom.grade import grade
from gan_course.classroom.notebooks import LEARNER, SOLUTION

ROOT = Path(__file__).resolve().parents[1]
CLASS = 300
"""Submissions for which a time is told."""


def graded(lesson: Path, count: int, workers: int = 2) -> tuple[float, float]:
    """Seconds for each of ``count`` submissions of a lesson, and the most memory that one of them took (GiB)."""
    versions = {SOLUTION: lesson.parent / "solutions" / lesson.name, LEARNER: lesson}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "submissions")
        for i in range(count):
            student = folder / f"student{i:03d}"
            student.mkdir(parents=True)
            shutil.copy(versions[LEARNER if i % 3 == 2 else SOLUTION], student / lesson.name)
        begun = time.perf_counter()
        results = grade(folder, Path(place, "graded"), workers=workers)
        taken = time.perf_counter() - begun
    for i, result in enumerate(results):
        points, most = (sum(row[key] for row in result["rows"]) for key in ("points", "max_points"))
        if result["status"] != "graded" or points != (0 if i % 3 == 2 else most):
            raise SystemExit(
                f"{lesson.stem}: {result['file']} got {points} of {most} points: {result['status']}"
            )
    return taken / count, max(result["memory"] for result in results)


def rows(numbers: Sequence[str] = (), count: int = 6) -> Iterator[tuple[str, str, str]]:
    """A row for each lesson."""
    for lesson in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        if not numbers or lesson.name[:2] in numbers:
            each, memory = graded(lesson, count)
            yield (
                f"{lesson.stem}: {count} submissions, two at a time",
                f"{each:.1f} s",
                f"{CLASS} in {CLASS * each / 60:.0f} min, {memory:.1f} GiB",
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 01")
    parser.add_argument("--count", type=int, default=6, help="submissions of each lesson")
    chosen = parser.parse_args()
    for what, taken, note in rows(chosen.lessons, chosen.count):
        print(f"{what:<62} {taken:>8} each  {note}", flush=True)
