"""pytest's plugin: ``pytest --nbval`` on the course's notebooks tells the truth about them.

Without ``--nbval`` or ``--nbval-lax`` it adds two options and does nothing. With them, notebooks of lessons
are run by :mod:`gan_course.classroom.grading`; any other notebook is left to nbval itself.
"""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--grades``, ``--grades-log`` and ``--without-demos``."""
    group = parser.getgroup("gan-course", "Grading of the audio GAN course's notebooks (with --nbval)")
    group.addoption(
        "--grades", metavar="FILE.csv", help="Write each notebook's and exercise's points to a new file."
    )
    group.addoption(
        "--without-demos", action="store_true", help="Leave out the cells that no check depends on."
    )
    group.addoption(
        "--grades-log",
        metavar="FILE.jsonl",
        help="Add each exercise's points to a file as soon as it is judged.",
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take over the lessons where nbval is asked for; otherwise do nothing."""
    grades = config.getoption("--grades", None)
    if not (config.getoption("nbval", False) or config.getoption("nbval_lax", False)):
        if grades:
            raise pytest.UsageError("--grades needs --nbval, which runs the notebooks")
        return
    is_worker = hasattr(config, "workerinput")
    if grades and not is_worker and Path(grades).exists():
        raise pytest.UsageError(
            f"--grades: {grades} is there already; name a new file, or move that one away"
        )
    # A notebook's cells share a kernel, so they must stay together on one worker.
    if config.getoption("dist", "no") in ("load", "loadgroup", "worksteal"):
        config.option.dist = "loadfile"

    from gan_course.classroom.grading import Grading

    config.pluginmanager.register(Grading(config, None if is_worker else grades), "gan_course_grading")
