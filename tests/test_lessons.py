"""The lessons as people use them: opened and run with nothing solved, graded, and with the solutions."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from gan_course.classroom.build import notebook_client
from gan_course.classroom.submissions import released, steps
from tests.browser import CHROMIUM

ROOT = Path(__file__).resolve().parents[1]
LEARNER = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
CHECK = re.compile(r"checks\.(\w+)\(\1\)")
LIMIT = 600


def named(path: Path) -> str:
    return path.stem


def checks_in(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code" and CHECK.fullmatch(c.source.strip())]


def receipts(notebook: nbformat.NotebookNode) -> list[dict]:
    return [
        output.metadata["gan_course"]
        for cell in checks_in(notebook)
        for output in cell.outputs
        if "gan_course" in output.get("metadata", {})
    ]


def graded(path: Path, *options: str, plugin: bool = True) -> tuple[dict[str, str], str]:
    """Outcome of every cell of ``path`` under ``pytest``, by name, and what was printed."""
    report = path.parent / "report.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        path.name,
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junit-xml={report}",
    ]
    command += [] if plugin else ["-p", "no:gan_course"]
    environment = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    done = subprocess.run(
        [*command, *options], cwd=path.parent, capture_output=True, text=True, env=environment, timeout=LIMIT
    )
    cases = ElementTree.parse(report).getroot().iter("testcase")
    outcome = {}
    for case in cases:
        kinds = {child.tag for child in case}
        outcome[case.get("name", "")] = next(
            (k for k in ("failure", "error", "skipped") if k in kinds), "passed"
        )
    return outcome, done.stdout + done.stderr


def copied(path: Path, folder: Path) -> Path:
    copy = folder / path.name
    copy.write_bytes(path.read_bytes())
    return copy


def test_there_are_lessons() -> None:
    assert {"00", "01", "03"} <= {path.name[:2] for path in LEARNER}


@pytest.mark.parametrize("path", LEARNER, ids=named)
def test_a_lesson_has_every_part_that_lessons_have(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    text = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    assert re.match(rf"# {path.name[:2]} · ", notebook.cells[0].source)
    for part in (
        "What you will be able to do",
        "Builds on",
        "Time:",
        "What can go wrong",
        "Summary",
        "Terms",
        "To read",
    ):
        assert part in text, f"no {part!r}"
    assert "explore(" in code
    assert "quiz(" in code
    assert "listen(" in code
    least = {"00": 1, "01": 5, "03": 5}.get(path.name[:2], 6)
    assert len(checks_in(notebook)) >= least
    if path.name[:2] in ("01", "02", "03", "04"):
        assert "## Your turn" in text, "the learner's own recording or folder has no place"
    objectives = next(i for i, c in enumerate(notebook.cells) if "What you will be able to do" in c.source)
    top = [c for c in notebook.cells[:objectives] if c.cell_type == "code"]
    assert any("<audio" in str(c.outputs) for c in top), "nothing plays at the top, above the objectives"


@pytest.mark.parametrize("path", LEARNER, ids=named)
def test_a_learners_notebook_shows_the_worked_runs_sounds_and_no_check_result(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.outputs for cell in checks_in(notebook))
    sounds = [c for c in notebook.cells if c.cell_type == "code" and "<audio" in str(c.outputs)]
    assert len(sounds) >= 3
    for cell in sounds:
        pictures = re.findall(r"<img[^>]*>", str(cell.outputs))
        assert all(re.search(r'alt="[^"]{10}', picture) for picture in pictures)
    assert "BEGIN SOLUTION" not in path.read_text(encoding="utf-8")


def test_all_notebooks_together_stay_small_enough_to_clone() -> None:
    assert sum(path.stat().st_size for path in (ROOT / "notebooks").rglob("*.ipynb")) < 20e6


@pytest.mark.slow
@pytest.mark.skipif(
    CHROMIUM is not None, reason="the browser test runs all cells with nothing solved, and sees more"
)
@pytest.mark.parametrize("path", LEARNER, ids=named)
def test_run_all_with_nothing_solved_has_no_error_and_every_check_says_not_attempted(
    path: Path, tmp_path: Path
) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook_client(notebook, timeout=LIMIT, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = receipts(notebook)
    assert len(said) == len(checks_in(notebook))
    assert {receipt["status"] for receipt in said} == {"not attempted"}
    errors = [
        o for c in notebook.cells if c.cell_type == "code" for o in c.outputs if o.output_type == "error"
    ]
    assert not errors


@pytest.mark.slow
@pytest.mark.parametrize("path", LEARNER, ids=named)
def test_under_nbval_exactly_the_checks_of_an_unsolved_notebook_fail_and_none_needs_a_demo(
    path: Path, tmp_path: Path
) -> None:
    outcome, said = graded(copied(path, tmp_path), "--nbval", "--without-demos")
    notebook = nbformat.read(path, as_version=4)
    demos = [step for step in steps(notebook.cells, released()[path.name[:2]]) if step.demo]
    assert len(demos) == sum(result == "skipped" for result in outcome.values()), said
    failed = [name for name, result in outcome.items() if result not in ("passed", "skipped")]
    assert len(outcome) >= len(notebook.cells) // 4, said
    exercises = {CHECK.fullmatch(c.source.strip())[1] for c in checks_in(notebook)}
    assert len(failed) == len(exercises), said
    assert all(any(name in item for item in failed) for name in exercises), (failed, exercises)


@pytest.mark.slow
@pytest.mark.parametrize("path", LEARNER, ids=named)
def test_solutions_are_green_under_nbval(path: Path, tmp_path: Path) -> None:
    # The browser test runs the demos, with our answers in the place of nobody's.
    options = ["--nbval"] if CHROMIUM is None else ["--nbval", "--without-demos"]
    outcome, said = graded(copied(path.parent / "solutions" / path.name, tmp_path), *options)
    assert set(outcome.values()) <= {"passed", "skipped"} and "passed" in outcome.values(), said


@pytest.mark.slow
@pytest.mark.parametrize("path", LEARNER[:4], ids=named)
def test_solutions_are_green_under_plain_nbval_too(path: Path, tmp_path: Path) -> None:
    solution = copied(path.parent / "solutions" / path.name, tmp_path)
    outcome, said = graded(solution, "--nbval-lax", "--nbval-cell-timeout=300", plugin=False)
    assert set(outcome.values()) == {"passed"}, said
