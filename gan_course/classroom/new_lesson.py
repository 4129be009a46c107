"""The beginning of a lesson: every part that a lesson has, and one exercise that already works."""

from __future__ import annotations

import re
from pathlib import Path

from gan_course.classroom.build import write
from gan_course.classroom.course import Course
from gan_course.classroom.sources import SOURCE_NAME, LessonError

PARTS = Path(__file__).with_name("skeleton")


def new_lesson(course: Course, number: str, name: str) -> list[Path]:
    """Write a lesson's source, its checks and the answers that test them; the files, in this order.

    ``number`` is two digits and ``name`` small letters, digits and underscores. Raises LessonError for any
    other, and rather than replace anything.
    """
    stem = f"{number}_{name}"
    if not re.fullmatch(r"\d\d", number) or not SOURCE_NAME.fullmatch(stem):
        raise LessonError(
            f"{number!r} {name!r} names no lesson: expected two digits and small letters, as in `03 spectrograms`"
        )
    title = name.replace("_", " ").capitalize()
    files = {
        course.sources / f"{stem}.py": "source.py.txt",
        course.checks / f"lesson_{number}.py": "checks.py.txt",
        course.root / "tests" / "answers" / f"lesson_{number}.py": "answers.py.txt",
    }
    present = [*course.sources.glob(f"{number}_*.py"), *(file for file in files if file.exists())]
    if present:
        raise LessonError(
            f"{course.place(present[0])} is there already: choose another number, or edit that file"
        )
    for file, part in files.items():
        text = (PARTS / part).read_text("utf-8")
        write(file, text.format(number=number, title=title, lower=title.lower()))
    return list(files)
