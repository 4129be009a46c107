"""The workflows as configuration: they are read, and what they name is there. No server is asked."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MODULES = {"pip", "pytest", "ruff"}
"""Modules run by ``python -m`` that are not of this repository; each is required in pyproject.toml, or pip."""


def problems(text: str) -> list[str]:
    """A sentence for everything in a workflow that cannot be right."""
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        return [f"no YAML: {error}"]
    # YAML takes the bare word `on` for true
    wrong = [f"no {key}" for key in ("name", "permissions", "jobs") if key not in read] + (
        [] if (read.get("on") or read.get(True)) else ["nothing starts it"]
    )
    for name, job in read.get("jobs", {}).items():
        for key in ("runs-on", "timeout-minutes", "steps"):
            if key not in job:
                wrong.append(f"{name} has no {key}")
        axes = job.get("strategy", {}).get("matrix", {})
        wrong += [f"{name}: {one}" for one in unknown_axes(job, axes)]
        for step in job.get("steps", ()):
            if ("uses" in step) == ("run" in step):
                wrong.append(f"{name}: a step either uses an action or runs something: {step}")
            if "uses" in step and not re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+", step["uses"]):
                wrong.append(f"{name}: {step['uses']} is not pinned to a major version")
            wrong += [f"{name}: {one}" for line in commands(step, axes) for one in wrong_in_command(line)]
    return wrong


def unknown_axes(job: Any, axes: dict[str, Any]) -> Iterator[str]:
    known = set(axes) | {key for entry in axes.get("include", ()) for key in entry}
    for named in re.findall(r"matrix\.(\w+)", str(job)):
        if named not in known:
            yield f"there is no matrix.{named}"
    for entry in axes.get("include", ()):
        for key, value in entry.items():
            if key in axes and value not in axes[key]:
                yield f"{value} is not among the values of {key}"


def commands(step: Any, axes: dict[str, Any]) -> Iterator[str]:
    """Each line that a step runs, with each value that the matrix puts in."""
    for line in str(step.get("run", "")).splitlines():
        values = [""]
        if found := re.search(r"\$\{\{ *matrix\.(\w+) *\}\}", line):
            values = [str(v) for v in axes.get(found[1], ())]
            values += [str(entry[found[1]]) for entry in axes.get("include", ()) if found[1] in entry]
        for value in values:
            yield re.sub(r"\$\{\{[^}]*\}\}", value, line)


def wrong_in_command(line: str) -> Iterator[str]:
    words = shlex.split(line)
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    if words[0] == "make":
        named = [word for word in words[1:] if "=" not in word]
        if not named:
            yield f"`{line}` names no target"
        yield from (f"the Makefile has no target {word}" for word in named if word not in targets)
    elif words[0] == "gan-course":
        source = (ROOT / "gan_course" / "cli.py").read_text("utf-8")
        if f"def {words[1].replace('-', '_')}(" not in source:
            yield f"gan-course has no command {words[1]}"
    elif words[0] != "python":
        yield f"`{words[0]}` is not known here"
    elif words[1] == "-m":
        top = words[2].partition(".")[0]
        if top not in MODULES and not (ROOT / top).is_dir():
            yield f"there is no module {top}"
    elif not (ROOT / words[1]).is_file():
        yield f"there is no {words[1]}"
    for word in words[1:]:
        place = word.partition("=")[2] if word.startswith("--ignore=") else word
        if re.search(r"\.(?:py|txt|toml|md)$", place) and not (ROOT / place).is_file():
            yield f"there is no {place}"
    if extras := re.search(r"\.\[([\w,]+)\]", line):
        known = PROJECT["project"]["optional-dependencies"]
        yield from (f"there is no extra {one}" for one in extras[1].split(",") if one not in known)


def test_there_are_workflows_for_tests_site_and_addresses() -> None:
    assert {path.stem for path in WORKFLOWS} == {"tests", "site", "addresses"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_can_be_read_and_names_only_what_is_there(path: Path) -> None:
    assert problems(path.read_text("utf-8")) == []


def test_modules_that_workflows_run_are_required() -> None:
    extras = [one for extra in PROJECT["project"]["optional-dependencies"].values() for one in extra]
    required = " ".join([*PROJECT["project"]["dependencies"], *extras])
    assert all(module in required for module in MODULES - {"pip"})


def test_tests_run_on_three_systems_and_three_pythons_and_wholly_on_the_oldest() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8"))["jobs"]
    axes = jobs["quick"]["strategy"]["matrix"]
    assert [one.partition("-")[0] for one in axes["os"]] == ["ubuntu", "macos", "windows"]
    assert axes["python"] == ["3.11", "3.12", "3.13"]
    allowed = SpecifierSet(PROJECT["project"]["requires-python"])
    assert all(allowed.contains(f"{one}.9") for one in axes["python"])
    assert "make PYTHON=python test" in str(jobs["whole"]["steps"])
    assert "ignore" not in str(jobs), (
        "every file of tests is for all systems: skip in it what one of them lacks"
    )
    alarming = r"^(import|from) (resource|fcntl|pwd|grp|termios)\b|signal\.(SIGALRM|alarm)\b"
    for path in (ROOT / "tests").rglob("*.py"):
        assert not re.search(alarming, path.read_text("utf-8"), re.MULTILINE), (
            f"{path.name} is for Unix alone"
        )


def test_addresses_are_asked_once_a_week() -> None:
    read = yaml.safe_load((ROOT / ".github" / "workflows" / "addresses.yml").read_text("utf-8"))
    (when,) = (read.get("on") or read[True])["schedule"]
    minute, hour, day, month, weekday = when["cron"].split()
    assert (day, month) == ("*", "*") and weekday.isdigit() and minute.isdigit() and hour.isdigit()


GOOD = (ROOT / ".github" / "workflows" / "tests.yml").read_text("utf-8")
PYTHONS = '        python: ["3.11", "3.12", "3.13"]\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("jobs:", "jobs: [", "no YAML"),
        ("make PYTHON=python test", "make PYTHON=python tests", "no target tests"),
        ("actions/checkout@v6", "actions/checkout@main", "not pinned"),
        ("pytest -q", "pytest -q --ignore=tests/test_sounds.py", "no tests/test_sounds.py"),
        ("pytest -q", "pytest -q tests/test_sounds.py", "no tests/test_sounds.py"),
        ("-c constraints.txt", "-c constraint.txt", "no constraint.txt"),
        (".[develop]", ".[tests]", "no extra tests"),
        ("gan-course build", "gan-course make", "no command make"),
        ("matrix.python }}\n    runs", "matrix.version }}\n    runs", "no matrix.version"),
        (
            PYTHONS,
            f"{PYTHONS}        include: [{{os: windows-2016, with: x}}]\n",
            "not among the values of os",
        ),
        ("python -m pytest", "python -m nose", "no module nose"),
        ("    timeout-minutes: 150\n", "", "no timeout-minutes"),
    ],
)
def test_what_cannot_be_right_is_found(old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert said in " ".join(problems(GOOD.replace(old, new)))


def test_what_a_matrix_puts_into_a_command_is_read_too() -> None:
    axis = f"{PYTHONS}        include: [{{os: windows-latest, without: --ignore=tests/test_sounds.py}}]\n"
    with_axis = GOOD.replace(PYTHONS, axis).replace("pytest -q", "pytest -q ${{ matrix.without }}")
    assert problems(with_axis) == ["quick: there is no tests/test_sounds.py"]


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("addresses", ROOT / ".github" / "addresses.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_addresses_are_found_in_the_texts(script: Any, tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text(
        "See [it](https://a.org/x_(y)), <https://b.org/z#part>. Or https://c.org/w. Not https://mirror.example/q"
        " nor `http://` nor https://colab.org/{name}."
    )
    assert set(script.addresses(tmp_path)) == {
        "https://a.org/x_(y)",
        "https://b.org/z",
        "https://c.org/w",
        "https://colab.org/",
    }
    assert "https://github.com/Jakobovski/free-spoken-digit-dataset" in script.addresses()


def test_an_address_counts_as_wrong_if_it_is_wrong_every_time(script: Any) -> None:
    answers = {"a": ["", "", ""], "b": ["busy", "", ""], "c": ["gone", "gone", "gone"]}
    waited: list[float] = []
    wrong = script.silent({key: ["x.md"] for key in answers}, lambda a: answers[a].pop(0), waited.append)
    assert wrong == ["c gone; named in x.md"]
    assert len(waited) == 3
