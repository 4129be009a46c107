"""Where a course's files stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_course.classroom.notebooks import LEARNER
from gan_course.classroom.sources import LessonError


@dataclass(frozen=True)
class Course:
    """Where a course's files stand, below ``root``."""

    root: Path

    @classmethod
    def here(cls) -> Course:
        """The course in the working folder, or the one that this package is part of.

        Raises LessonError where neither has ``notebooks/source``.
        """
        for root in (Path.cwd(), Path(__file__).parents[2]):
            if (root / "notebooks" / "source").is_dir():
                return cls(root)
        raise LessonError(
            "there is no notebooks/source here: run this in the course's folder, which holds the README"
        )

    @property
    def sources(self) -> Path:
        """The folder of what authors edit."""
        return self.root / "notebooks" / "source"

    @property
    def checks(self) -> Path:
        """The folder of the lessons' checks."""
        return self.root / "gan_course" / "exercises"

    @property
    def manifest(self) -> Path:
        """The list of every released check."""
        return self.root / "gan_course" / "classroom" / "manifest.json"

    def notebook(self, name: str, version: str) -> Path:
        """The learner's or the instructor's notebook of the lesson ``name``."""
        folder = self.root / "notebooks"
        return (folder if version == LEARNER else folder / "solutions") / f"{name}.ipynb"

    def lessons(self, numbers: Sequence[str] = ()) -> list[Path]:
        """The sources of the lessons ``numbers``, or of all. Raises LessonError for a number without one."""
        found = {path.name[:2]: path for path in sorted(self.sources.glob("[0-9][0-9]_*.py"))}
        if len(found) < len(list(self.sources.glob("[0-9][0-9]_*.py"))):
            raise LessonError(f"two sources in {self.sources} begin with the same number: rename one")
        for number in numbers:
            if number not in found:
                raise LessonError(
                    f"there is no lesson {number!r}; there are: {', '.join(found) or 'none yet'}"
                )
        return [found[number] for number in (numbers or found)]

    def released(self) -> dict[str, Any]:
        """The manifest's lessons, by number."""
        try:
            return dict(json.loads(self.manifest.read_text("utf-8")))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise LessonError(f"{self.manifest} is no JSON ({error}): build all lessons again") from None

    def place(self, file: Path) -> str:
        """``file`` as seen from the course's folder."""
        return str(file.relative_to(self.root)) if file.is_relative_to(self.root) else str(file)
