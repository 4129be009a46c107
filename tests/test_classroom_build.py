"""A lesson's source becomes its notebooks, and what is out of step is found."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course.classroom import build, notebooks
from gan_course.classroom.compare import out_of_step
from gan_course.classroom.course import Course
from gan_course.classroom.new_lesson import new_lesson
from gan_course.classroom.notebooks import LEARNER, SOLUTION
from gan_course.classroom.references import differences
from gan_course.classroom.sources import LessonError, blanked, names_bound, read_source
from gan_course.classroom.tidy import WIDGET_LINE, WIDGET_VIEW, tidied
from gan_course.exercises.engine import Exercise
from tests.classroom_course import SOURCE, built_course, cell, command, environment, make_course

NAME = "91_averages"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return built_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def course(built: Course, tmp_path: Path) -> Course:
    """A copy of the built course that a test may spoil."""
    shutil.copytree(built.root, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    return Course(tmp_path / "course")


@pytest.fixture(scope="module")
def learner(built: Course) -> dict[str, Any]:
    return notebooks.load(built.notebook(NAME, LEARNER))


@pytest.fixture(scope="module")
def solution(built: Course) -> dict[str, Any]:
    return notebooks.load(built.notebook(NAME, SOLUTION))


# Reading a source -----------------------------------------------------------------------------------------


def test_a_blank_raises_inside_a_function_at_its_indentation_and_nothing_at_top_level() -> None:
    marked = "        ### BEGIN SOLUTION\n        y = i\n        ### END SOLUTION\n"
    function = f"def f(x):\n    for i in x:\n{marked}    return y"
    assert blanked(function) == (
        "def f(x):\n    for i in x:\n        # your code here\n        raise NotImplementedError()\n    return y"
    )
    assert blanked("n = None\n### BEGIN SOLUTION\nn = 3\n### END SOLUTION") == "n = None\n# your code here"


@settings(max_examples=50)
@given(
    st.lists(st.sampled_from(["x = 1", "    y = 2", "### BEGIN SOLUTION", "### END SOLUTION", "secret = 3"]))
)
def test_no_line_of_a_solution_is_left_in_a_blank_and_every_other_line_is(lines: list[str]) -> None:
    try:
        left = blanked("\n".join(lines)).split("\n") if lines else []
    except LessonError:
        marks = [line for line in lines if line.startswith("###")]
        assert marks != ["### BEGIN SOLUTION", "### END SOLUTION"] * (len(marks) // 2)
        return
    inside, outside = False, []
    for line in lines:
        inside = (inside or line == "### BEGIN SOLUTION") and line != "### END SOLUTION"
        outside += [line] if not inside and not line.startswith("###") else []
    assert [line for line in left if line != "# your code here"] == outside


def test_names_bound_are_those_of_the_top_level() -> None:
    source = (
        "import a.b as c\nfrom d import e\ndef f():\n    g = 1\nh, (i, *j) = k\nl: int = 2\nclass M: pass"
    )
    assert names_bound(source) == {"c", "e", "f", "h", "i", "j", "l", "M"}


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("# %%\nchecks.mean(mean)\n", "", "must be just `checks.NAME(NAME)`"),
        ("### BEGIN SOLUTION\ncount = 3\n### END SOLUTION", "", "check of count does not follow"),
        ("count = None\n", "", "leaves count unbound"),
        ("    ### END SOLUTION\n\n# %%\nchecks.mean", "\n# %%\nchecks.mean", "without ### END SOLUTION"),
        ("# %%\nchecks.summary()", "# %%\nchecks.mean(mean)", "checked twice"),
        ('tags=["demo"]', 'tags=["raises-exception"]', "would hide a failure"),
        ('lesson("91")', 'lesson("19")', 'expected a cell with `checks = lesson("91")`'),
        ('print("a demo", 1 + 1)', "play(orchestra.load())", "no-audio"),
    ],
)
def test_a_source_with_a_loose_end_is_refused_in_words(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    assert SOURCE.count(old) == 1
    path = tmp_path / f"{NAME}.py"
    path.write_text(SOURCE.replace(old, new))
    with pytest.raises(LessonError, match=named.replace("(", r"\(").replace(")", r"\)").replace("`", ".")):
        read_source(path)


@pytest.mark.parametrize("name", ["9_x.py", "91-x.py", "91_Über.py", "averages.py"])
def test_a_source_needs_a_lessons_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SOURCE)
    with pytest.raises(LessonError, match="two digits"):
        read_source(tmp_path / name)


# Tidying --------------------------------------------------------------------------------------------------


def _stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def _shown(**data: Any) -> dict[str, Any]:
    return {
        "output_type": "display_data",
        "metadata": {},
        "data": {k.replace("_", "/", 1): v for k, v in data.items()},
    }


def test_stderr_and_progress_bars_go_and_streams_are_joined() -> None:
    bar = "\r  0%|          | 0/3 [00:00<?, ?it/s]\r100%|████| 3/3 [00:00<00:00, 9.9it/s]\n"
    outputs = [_stream("one\n"), _stream("noise", "stderr"), _stream(bar), _stream("two\n")]
    assert tidied(outputs, {}) == [_stream("one\ntwo\n")]
    assert tidied([_stream(bar)], {}) == []


def test_a_carriage_return_begins_the_line_again() -> None:
    assert tidied([_stream("step 1\rstep 2\rdone\n")], {}) == [_stream("done\n")]


def test_addresses_and_folders_go_from_text_but_not_from_base64() -> None:
    sound = "data:audio/flac;base64,/home/me/AAAA"
    html = f'<p>/home/me/x.wav</p><audio src="{sound}"></audio>'
    found = tidied(
        [_shown(text_html=html, text_plain="<f at 0x7f00aa00bb00>", image_png="/home/me")], {"/home/me": "~"}
    )
    data = found[0]["data"]
    assert data["text/html"] == f'<p>~/x.wav</p><audio src="{sound}"></audio>'
    assert data["text/plain"] == "<f>"
    assert data["image/png"] == "/home/me"


def test_a_widget_view_becomes_a_line_unless_its_author_put_something_there() -> None:
    plain = _shown(text_plain="interactive(children=())") | {}
    plain["data"][WIDGET_VIEW] = {"model_id": "1"}
    spoken = _shown(text_plain="a slider", text_html="<i>a slider</i>")
    spoken["data"][WIDGET_VIEW] = {"model_id": "2"}
    assert tidied([plain], {})[0]["data"] == {"text/plain": WIDGET_LINE}
    assert tidied([spoken], {})[0]["data"] == {"text/plain": "a slider", "text/html": "<i>a slider</i>"}


def test_sounds_that_may_not_be_passed_on_leave_a_line() -> None:
    one = _shown(text_html='<img src="x"><audio controls src="data:audio/wav;base64,AA"></audio>')
    other = _shown(audio_wav="AA")
    kept = tidied([one, other], {}, audio=False)
    assert "audio" not in json.dumps(kept).replace("no-audio", "")
    assert '<img src="x">' in kept[0]["data"]["text/html"]
    assert all("not stored" in json.dumps(output) for output in kept)


# Solutions are the library's ------------------------------------------------------------------------------


def _source_with(tmp_path: Path, solution: str) -> Any:
    path = tmp_path / f"{NAME}.py"
    path.write_text(
        f'# %%\nchecks = lesson("91")\n# %%\ndef f(x):\n    ### BEGIN SOLUTION\n    {solution}\n'
        "    ### END SOLUTION\n# %%\nchecks.f(f)\n"
    )
    return read_source(path)


def reference(x: float, y: int = 2) -> float:
    """The reference."""
    if x < 0:
        raise ValueError("below zero")
    total: float = x + y
    return reference(total) if total < 0 else total


@pytest.mark.parametrize(
    ("solution", "difference"),
    [
        ("total = x + y\n    return f(total) if total < 0 else total", None),
        ('"""Words."""\n    total = x + y\n    return f(total) if total < 0 else total', None),
        (
            "total = x - y\n    return f(total) if total < 0 else total",
            "`total = x - y` is only in the notebook",
        ),
        ("total = x + y\n    return f(total) if total <= 0 else total", "only in the notebook"),
        ("total = x + y", "only in the library"),
    ],
)
def test_a_solution_is_held_against_the_librarys_own_text(
    tmp_path: Path, solution: str, difference: str | None
) -> None:
    lesson = _source_with(tmp_path, solution)
    cells = tuple(
        replace(cell, source=cell.source.replace("def f(x)", "def f(x, y=2)"))
        if cell.kind == "exercise"
        else cell
        for cell in lesson.cells
    )
    exercise = Exercise("91", "f", reference, lambda answer, rng: None)
    found = list(differences(replace(lesson, cells=cells), {"f": exercise}))
    assert found == [] if difference is None else difference in found[0]


# Building -------------------------------------------------------------------------------------------------


def test_the_learners_exercises_are_blank_and_nothing_in_it_speaks_of_anybodys_progress(
    learner: dict[str, Any],
) -> None:
    assert cell(learner, "91-mean")["source"].endswith("# your code here\n    raise NotImplementedError()")
    assert cell(learner, "91-count")["source"] == "count = None\n# your code here"
    for one in learner["cells"]:
        if one["cell_type"] == "code" and ("checks." in one["source"] or "your code" in one["source"]):
            assert (one["outputs"], one["execution_count"]) == ([], None)
    text = json.dumps(learner)
    assert "passed" not in text and "SOLUTION" not in text and "total / len" not in text


def test_the_learner_keeps_the_outputs_of_the_worked_run(
    learner: dict[str, Any], solution: dict[str, Any]
) -> None:
    shown = next(c for c in learner["cells"] if c["source"].startswith('print("the mean'))
    assert shown["outputs"][0]["text"] == "the mean is 2.0 and the largest 3 of 3\n"
    assert shown["execution_count"] is not None
    assert shown == next(c for c in solution["cells"] if c["id"] == shown["id"])


def test_the_solution_is_executed_and_every_check_in_it_passed(solution: dict[str, Any]) -> None:
    code = [one for one in solution["cells"] if one["cell_type"] == "code"]
    assert [one["execution_count"] for one in code] == list(range(1, len(code) + 1))
    receipts = [
        cell(solution, f"91-{name}-check")["outputs"][0]["metadata"]["gan_course"]
        for name in ("mean", "count")
    ]
    assert [receipt["status"] for receipt in receipts] == ["passed", "passed"]
    assert receipts[0]["points"] == 2


def test_stored_outputs_hold_nothing_of_this_machine(learner: dict[str, Any], built: Course) -> None:
    text = json.dumps([one.get("outputs") for one in learner["cells"]])
    assert "0x7" not in text and "heard by nobody" not in text
    for place in (sys.prefix, str(built.root), str(Path.home()), "/tmp/"):
        assert place not in text
    assert WIDGET_LINE in text and "widget-view" not in text and "widgets" not in learner["metadata"]
    assert "data:audio" not in text and "not stored" in text


def test_both_notebooks_are_valid_and_laid_out_as_jupyter_saves_them(built: Course) -> None:
    for version in (LEARNER, SOLUTION):
        file = built.notebook(NAME, version)
        read = nbformat.read(file, as_version=4)
        nbformat.validate(read)
        assert nbformat.writes(read) + "\n" == file.read_text()


def test_nbgrader_finds_its_metadata(learner: dict[str, Any]) -> None:
    answer, check = (cell(learner, f"91-mean{end}")["metadata"]["nbgrader"] for end in ("", "-check"))
    assert (answer["solution"], answer["grade"], answer["locked"]) == (True, False, False)
    assert (check["solution"], check["grade"], check["locked"], check["points"]) == (False, True, True, 2)
    assert answer["grade_id"] != check["grade_id"]
    assert answer["schema_version"] == check["schema_version"] == 3


def test_the_manifest_lists_every_released_check(built: Course) -> None:
    checks = built.released()["91"]["checks"]
    assert [(check["exercise"], check["points"]) for check in checks] == [
        ("mean", 2),
        ("largest", 1),
        ("count", 1),
    ]
    assert checks[0]["cell"] == "91-mean-check" and checks[0]["source"] == "checks.mean(mean)"


@pytest.mark.slow
def test_building_twice_gives_the_same_bytes(course: Course) -> None:
    files = [course.notebook(NAME, LEARNER), course.notebook(NAME, SOLUTION), course.manifest]
    before = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    assert command(course, "build", "91").returncode == 0
    assert [file.read_bytes() for file in files] == before


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param(
            'print("a demo", 1 + 1)',
            "1 / 0",
            "91-011-code (`1 / 0`) raised ZeroDivisionError: division by zero",
            id="raises",
        ),
        pytest.param(
            "count = 3",
            "count = 4",
            "91-count-check (`checks.count(count)`): the solution's check says failed",
            id="not passed",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "total + value",
            "total - value",
            "91-mean: the solution of mean is not the library's",
            id="not the library's",
        ),
        pytest.param(
            'print("a demo", 1 + 1)',
            "print(3_000_000 * 'x')",
            "1.5 MB is the limit",
            id="too large",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_lesson_that_cannot_be_built_is_named_and_leaves_everything_as_it_was(
    course: Course, old: str, new: str, named: str
) -> None:
    files = [course.notebook(NAME, LEARNER), course.notebook(NAME, SOLUTION), course.manifest]
    before = [file.read_bytes() for file in files]
    source = course.sources / f"{NAME}.py"
    source.write_text(source.read_text().replace(old, new))
    done = command(course, "build")
    assert done.returncode == 1
    assert named in done.stdout
    assert [file.read_bytes() for file in files] == before
    assert not list(course.root.rglob("*.part"))


def test_a_notebook_that_somebody_worked_in_is_not_overwritten(course: Course) -> None:
    file = course.notebook(NAME, LEARNER)
    lesson = read_source(course.sources / f"{NAME}.py")
    build._refuse_to_overwrite(course, lesson)
    run_only = notebooks.load(file)
    cell(run_only, "91-mean-check")["outputs"] = [_stream("run")]
    file.write_text(notebooks.dumps(run_only))
    build._refuse_to_overwrite(course, lesson)  # a notebook that was only run holds nobody's work
    for spoilt in (notebooks.dumps(run_only).replace("# your code here", "return 1"), "no JSON", "{}"):
        file.write_text(spoilt)
        with pytest.raises(LessonError, match="somebody worked in notebooks/91_averages"):
            build._refuse_to_overwrite(course, lesson)


# Comparing ------------------------------------------------------------------------------------------------


def _edit_source(old: str, new: str) -> Callable[[Course], None]:
    def edit(course: Course) -> None:
        file = course.sources / f"{NAME}.py"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return edit


def _edit(version: str, change: Callable[[dict[str, Any]], Any]) -> Callable[[Course], None]:
    def edit(course: Course) -> None:
        file = course.notebook(NAME, version)
        notebook = notebooks.load(file)
        before = copy.deepcopy(notebook)
        change(notebook)
        assert notebook != before
        file.write_text(notebooks.dumps(notebook))

    return edit


def _edit_manifest(change: Callable[[dict[str, Any]], Any]) -> Callable[[Course], None]:
    def edit(course: Course) -> None:
        released = course.released()
        change(released)
        course.manifest.write_text(notebooks.dumps(released))

    return edit


def _edit_checks(course: Course) -> None:
    file = course.checks / "lesson_91.py"
    file.write_text(file.read_text().replace("points=2", "points=3"))


EDITS = {
    "source: text": (
        _edit_source("A promise.", "Another."),
        "91_averages.ipynb: cell 0 (91-000-markdown): its text",
    ),
    "source: code": (_edit_source("1 + 1", "1 + 2"), "cell 11 (91-011-code): its text differs"),
    "source: solution": (
        _edit_source("total / len(x)", "total / 5"),
        "solutions/91_averages.ipynb: cell 3 (91-mean)",
    ),
    "source: tag": (_edit_source('tags=["demo"]', ""), "(91-011-code): its metadata differs"),
    "source: a cell more": (
        _edit_source("# %%\nchecks.summary()", "# %%\n1\n\n# %%\nchecks.summary()"),
        "cell 14 (91-014-code)",
    ),
    "source: gone": (lambda course: (course.sources / f"{NAME}.py").unlink(), "has no source"),
    "checks: points": (_edit_checks, "its metadata differs"),
    "learner: text": (
        _edit(LEARNER, lambda nb: nb["cells"][1].update(source="x")),
        "cell 1 (91-001-code): its text",
    ),
    "learner: solved": (
        _edit(LEARNER, lambda nb: cell(nb, "91-count").update(source="count = 3")),
        "notebooks/91_averages.ipynb: cell 8 (91-count): its text differs",
    ),
    "learner: run": (
        _edit(LEARNER, lambda nb: cell(nb, "91-mean-check").update(outputs=[_stream("passed")])),
        "cell 4 (91-mean-check): its stored output differs",
    ),
    "learner: output": (
        _edit(LEARNER, lambda nb: cell(nb, "91-011-code")["outputs"][0].update(text="a demo 3\n")),
        "(91-011-code): its stored output differs",
    ),
    "learner: metadata": (
        _edit(LEARNER, lambda nb: nb["metadata"].update(author="me")),
        "its metadata holds author",
    ),
    "learner: kernel": (
        _edit(LEARNER, lambda nb: nb["metadata"]["kernelspec"].update(name="r")),
        "its metadata kernelspec (name) differs",
    ),
    "learner: cell metadata": (
        _edit(LEARNER, lambda nb: cell(nb, "91-mean-check")["metadata"]["nbgrader"].update(points=9)),
        "(91-mean-check): its metadata differs",
    ),
    "learner: a cell less": (
        _edit(LEARNER, lambda nb: nb["cells"].pop(2)),
        "cell 2 (91-002-markdown) is missing",
    ),
    "learner: a cell more": (
        _edit(LEARNER, lambda nb: nb["cells"].append(dict(nb["cells"][0], id="n"))),
        "1 more cells",
    ),
    "learner: order": (_edit(LEARNER, lambda nb: nb["cells"].reverse()), "is not in its place"),
    "learner: gone": (lambda course: course.notebook(NAME, LEARNER).unlink(), "91_averages.ipynb is missing"),
    "learner: broken": (lambda course: course.notebook(NAME, LEARNER).write_text("{"), "cannot be read"),
    "learner: layout": (
        lambda course: course.notebook(NAME, LEARNER).write_text(
            course.notebook(NAME, LEARNER).read_text() + "\n"
        ),
        "laid out otherwise",
    ),
    "solution: text": (
        _edit(SOLUTION, lambda nb: cell(nb, "91-mean").update(source="def mean(x): return 1")),
        "solutions/91_averages.ipynb: cell 3 (91-mean): its text differs",
    ),
    "solution: output": (
        _edit(SOLUTION, lambda nb: cell(nb, "91-011-code")["outputs"][0].update(text="a demo 3\n")),
        "its stored outputs are not those of the run",
    ),
    "solution: verdict": (
        _edit(SOLUTION, lambda nb: cell(nb, "91-mean-check")["outputs"].clear()),
        "its stored outputs are not those of the run",
    ),
    "solution: gone": (lambda course: course.notebook(NAME, SOLUTION).unlink(), "is missing"),
    "solution: a stray": (
        lambda course: shutil.copy(course.notebook(NAME, SOLUTION), course.notebook("90_old", SOLUTION)),
        "90_old.ipynb has no source",
    ),
    "manifest: points": (
        _edit_manifest(lambda m: m["91"]["checks"][0].update(points=3)),
        "manifest.json: lesson 91 differs in checks",
    ),
    "manifest: a check less": (_edit_manifest(lambda m: m["91"]["checks"].pop()), "differs in checks"),
    "manifest: lesson gone": (_edit_manifest(lambda m: m.pop("91")), "lesson 91 is missing"),
    "manifest: a lesson more": (_edit_manifest(lambda m: m.update({"92": m["91"]})), "lists lesson 92"),
    "manifest: broken": (lambda course: course.manifest.write_text("{"), "is no JSON"),
}


def test_what_was_just_built_is_in_step(built: Course) -> None:
    assert out_of_step(built) == []
    assert out_of_step(built, ["91"]) == []


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_of_any_part_is_found_and_named(course: Course, edit: str) -> None:
    change, named = EDITS[edit]
    change(course)
    problems = out_of_step(course)
    assert any(named in problem for problem in problems), problems


def test_comparing_runs_nothing_and_imports_neither_torch_nor_the_checks(course: Course) -> None:
    (course.root / "gan_course" / "exercises" / "engine.py").write_text("raise SystemExit('imported')")
    script = (
        "import sys, time; begun = time.perf_counter(); from gan_course.cli import app\n"
        "try: app(['build', '--check'])\n"
        "finally:\n"
        "    heavy = {'torch', 'nbclient', 'IPython', 'rfc3987_syntax'} & set(sys.modules)\n"
        "    print('heavy:', sorted(heavy), 'seconds:', time.perf_counter() - begun)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=course.root,
        env=environment(course),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "in step" in done.stdout and "heavy: []" in done.stdout
    assert float(done.stdout.split()[-1]) < 10  # about one second on an idle machine


def test_a_problem_ends_the_command_with_status_1(course: Course) -> None:
    course.notebook(NAME, LEARNER).unlink()
    done = command(course, "build", "--check")
    assert done.returncode == 1 and "notebooks/91_averages.ipynb is missing" in done.stderr
    done = command(course, "build", "55")
    assert done.returncode == 1 and "there is no lesson '55'; there are: 91" in done.stderr


def test_what_a_widget_shows_is_not_told_to_the_kernel_that_shows_it() -> None:
    # Telling it now and then lost the reply to the cell, and the build stood still until its time was over.
    said, asked = (
        nbformat.v4.new_code_cell(source)
        for source in (
            "from ipywidgets import Output\nshown = Output()\nwith shown:\n    print('within')\nprint('beside')",
            "print(shown.outputs)",
        )
    )
    notebook = nbformat.v4.new_notebook(cells=[said, asked])
    build.notebook_client(notebook, timeout=60).execute()
    assert [output["text"] for output in said.outputs] == ["beside\n"]
    assert asked.outputs[0]["text"] == "()\n"


# Commands -------------------------------------------------------------------------------------------------


def test_help_comes_without_torch(built: Course) -> None:
    script = (
        "import sys; from gan_course.cli import app\n"
        "try: app(['--help'])\n"
        "finally: print({'torch', 'numpy', 'nbformat', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=built.root, env=environment(built), capture_output=True, text=True
    )
    assert "build" in done.stdout and "new-lesson" in done.stdout and "set()" in done.stdout


def test_a_new_lesson_is_refused_rather_than_replace_anything(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    files = new_lesson(course, "92", "long_tones")
    assert [course.place(file) for file in files] == [
        "notebooks/source/92_long_tones.py",
        "gan_course/exercises/lesson_92.py",
        "tests/answers/lesson_92.py",
    ]
    files[0].write_text("my work")
    for number, name, named in [
        ("92", "other", "is there already"),
        ("92", "long_tones", "is there already"),
        ("91", "x", "91_averages.py is there already"),
        ("9", "x", "names no lesson"),
        ("93", "Long Tones", "names no lesson"),
        ("93", "../x", "names no lesson"),
    ]:
        with pytest.raises(LessonError, match=named):
            new_lesson(course, number, name)
    assert files[0].read_text() == "my work"
    assert len(list(course.sources.iterdir())) == 2


def test_a_new_lesson_has_every_part_that_a_lesson_has(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    source = read_source(new_lesson(course, "92", "long_tones")[0])
    prose = "\n".join(cell.source for cell in source.cells if cell.kind == "markdown")
    code = "\n".join(cell.source for cell in source.cells if cell.is_code)
    for part in (
        "able to do",
        "Builds on",
        "Time:",
        "go wrong",
        "Summary",
        "Terms:",
        "To read:",
        "Before you run",
    ):
        assert part in prose
    for call in ("listen(", "explore(", "quiz(", "checks.summary()", "plot_lines("):
        assert call in code
    assert source.exercises == ("frequency_of",)
    assert source.title == "92 · Long tones"


@pytest.mark.slow
def test_a_new_lesson_builds_and_its_answers_are_judged_rightly(tmp_path: Path) -> None:
    here = Path(__file__).resolve().parents[1]
    course = make_course(tmp_path)
    shutil.rmtree(course.root / "gan_course")
    hidden = shutil.ignore_patterns("__pycache__", "lesson_*", "*.safetensors", "manifest.json")
    shutil.copytree(here / "gan_course", course.root / "gan_course", ignore=hidden)
    shutil.copytree(here / "tests", course.root / "tests", ignore=hidden)
    (course.sources / f"{NAME}.py").unlink()
    new_lesson(course, "92", "long_tones")
    assert command(course, "build").returncode == 0
    assert out_of_step(course) == []
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    judged = subprocess.run(
        [*pytest_, "tests/test_answers.py", "-k", "92"],
        cwd=course.root,
        env=environment(course),
        capture_output=True,
    )
    assert judged.returncode == 0, judged.stdout.decode()
    solved = subprocess.run(
        [*pytest_, "--nbval", "notebooks/solutions"],
        cwd=course.root,
        env=environment(course),
        capture_output=True,
    )
    assert solved.returncode == 0, solved.stdout.decode()
