"""A small course of one lesson, without torch, for the tests of the classroom."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from gan_course.classroom import notebooks
from gan_course.classroom.course import Course

PACKAGE = Path(__file__).resolve().parents[1] / "gan_course"

SOURCE = '''\
# %% [markdown]
# # 91 · Averages
#
# A promise.

# %%
import os
import sys
import warnings

import numpy as np
from IPython.display import HTML, display

from gan_course.exercises import lesson

checks = lesson("91")
warnings.warn("heard by nobody")
print(object(), sys.prefix, os.getcwd())

# %% [markdown]
# **Exercise 1.** The mean.

# %%
def mean(x):
    """The mean of the numbers x."""
    ### BEGIN SOLUTION
    total = 0.0
    for value in x:
        total = total + value
    return total / len(x)
    ### END SOLUTION

# %%
checks.mean(mean)

# %% [markdown]
# **Exercise 2.** The largest.

# %%
def largest(x):
    """The largest of the numbers x."""
    ### BEGIN SOLUTION
    best = x[0]
    for value in x:
        if value > best:
            best = value
    return best
    ### END SOLUTION

# %%
checks.largest(largest)

# %%
count = None
### BEGIN SOLUTION
count = 3
### END SOLUTION

# %%
checks.count(count)

# %% tags=["nbval-check-output"]
print("the mean is", mean([1, 2, 3]), "and the largest", largest([1, 2, 3]), "of", count)

# %% tags=["demo"]
print("a demo", 1 + 1)

# %% tags=["no-audio"]
display(HTML('<b>notes</b><audio controls src="data:audio/wav;base64,UklGRg=="></audio>'))

# %%
from ipywidgets import interact

interact(lambda a: print("a is", a), a=(0, 4));

# %%
checks.summary()
'''

CHECKS = '''\
"""Checks of lesson 91, averages."""

from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import expect, expect_number

lesson = Lesson("91", "Averages")


def reference_mean(x: list[float]) -> float:
    """The library has other words for it."""
    if len(x) == 0:
        raise ValueError("the mean of nothing")
    total = 0.0
    for value in x:
        total = total + value
    return total / len(x)


def reference_largest(x):
    best = x[0]
    for value in x:
        if value > best:
            best = value
    return best


@lesson.exercise(reference=reference_mean, points=2, hints=("Add them up.",), instead_of=("numpy.mean",))
def mean(answer, rng):
    x = list(rng.normal(size=5) + 3)
    expect(abs(expect_number(answer(x), "the mean") - sum(x) / 5) < 1e-9, "it is not the mean of five numbers")


@lesson.exercise(reference=reference_largest, instead_of=("numpy.max",))
def largest(answer, rng):
    x = list(rng.normal(size=5) + 3)
    expect(answer(x) == max(x), "it is not the largest of five numbers")


@lesson.exercise(reference=3)
def count(answer, rng):
    expect(expect_number(answer, "count") == 3, "it is not three")
'''


def make_course(root: Path) -> Course:
    """The parts of the package that lessons stand on, with one lesson of their own and nothing built yet."""
    package = root / "gan_course"
    for room in ("classroom", "exercises"):
        shutil.copytree(
            PACKAGE / room, package / room, ignore=shutil.ignore_patterns("__pycache__", "lesson_*", "*.json")
        )
    for module in ("cli.py", "promptly.py"):
        shutil.copy(PACKAGE / module, package)
    (package / "__init__.py").touch()  # ours imports torch, which none of this needs
    course = Course(root)
    course.sources.mkdir(parents=True)
    (course.sources / "91_averages.py").write_text(SOURCE)
    (course.checks / "lesson_91.py").write_text(CHECKS)
    return course


def environment(course: Course, **more: str) -> dict[str, str]:
    """Of a process that takes ``gan_course`` from the small course."""
    hidden = ("PYTEST_ADDOPTS", "GAN_COURSE_STRICT", "PYTEST_XDIST_WORKER_COUNT")
    kept = {key: value for key, value in os.environ.items() if key not in hidden}
    return {**kept, "PYTHONPATH": str(course.root), "OMP_NUM_THREADS": "1", **more}


def command(course: Course, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``gan-course`` in the small course."""
    run = [sys.executable, "-c", "from gan_course.cli import app; app()", *words]
    return subprocess.run(
        run, cwd=course.root, env=environment(course), capture_output=True, text=True, timeout=600
    )


def built_course(root: Path) -> Course:
    """The small course, built."""
    course = make_course(root)
    done = command(course, "build")
    assert done.returncode == 0, done.stdout + done.stderr
    return course


def cell(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The cell with an id that ends in ``name``."""
    return next(cell for cell in notebook["cells"] if cell["id"].endswith(name))


def saved(notebook: dict[str, Any], file: Path) -> Path:
    """Write a notebook."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(notebooks.dumps(notebook), "utf-8")
    return file
