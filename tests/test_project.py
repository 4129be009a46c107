"""The project's own shape: the environment's three files agree, and imports go one way only."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "sound",
    "synthesis",
    "spectral",
    "datasets",
    "networks",
    "objectives",
    "training",
    "evaluation",
    "zoo",
    "display",
    "exercises",
    "classroom",
    "cli",
)
BESIDE = {"doctor": "cli", "lab": "cli", "promptly": "classroom"}
"""Modules that stand beside the rooms, and the room that each belongs to."""


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    wanted = [Requirement(one) for one in [*project["dependencies"], *extras]]
    return [requirement for requirement in wanted if requirement.name != project["name"]]


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().split()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def test_every_requirement_is_pinned_to_a_version_that_it_allows() -> None:
    for requirement in requirements():
        version = pins().get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in constraints.txt"
        assert requirement.specifier.contains(version), (
            f"constraints.txt pins {requirement.name} to {version}"
        )


def test_torch_and_torchaudio_are_the_same_pinned_version() -> None:
    assert pins()["torch"] == pins()["torchaudio"] == "2.11.0"


def test_conda_installs_this_project_with_these_constraints_and_lists_nothing_twice() -> None:
    text = (ROOT / "environment.yml").read_text()
    entries = [e.strip() for e in re.findall(r"^\s+- (.+)$", text, re.MULTILINE)]
    assert entries == ["conda-forge", "python=3.12", "pip", "pip:", "-c constraints.txt", "-e .[develop]"]
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert Requirement(f"python{wanted}").specifier.contains("3.12")


def room_of(path: Path) -> str | None:
    first = path.relative_to(ROOT / "gan_course").parts[0].removesuffix(".py")
    return BESIDE.get(first, first) if first != "__init__" else None


@pytest.mark.parametrize("path", sorted((ROOT / "gan_course").rglob("*.py")), ids=lambda p: p.stem)
def test_every_room_imports_only_from_rooms_before_it(path: Path) -> None:
    room = room_of(path)
    if room is None:
        return
    assert room in ROOMS, f"{path.name} belongs to no room"
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gan_course"):
            within = (node.module or "").split(".")[1:2]
            names = within or [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name.split(".")[1] for a in node.names if a.name.startswith("gan_course.")]
        for name in names:
            target = BESIDE.get(name, name)
            if target in ROOMS:
                assert ROOMS.index(target) <= ROOMS.index(room), (
                    f"{room} imports {target}, which stands above it"
                )


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = (
        "matplotlib",
        "librosa",
        "torchaudio",
        "IPython",
        "ipywidgets",
        "scipy.signal",
        "lightning_fabric",
    )
    code = f"import gan_course, sys; print([m for m in {heavy!r} if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


FORBIDDEN = re.compile(r"/(?:root|work|home/\w+)/")


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda p: p.name)
def test_notebooks_are_small_and_name_no_folder_of_a_machine(path: Path) -> None:
    text = path.read_text()
    assert len(text) < 1_500_000
    assert not FORBIDDEN.search(text)
    assert "Warning" not in re.sub(r'"data:[^"]*"', "", text)


def test_shipped_weights_are_small_and_each_has_a_card() -> None:
    weights = sorted((ROOT / "gan_course" / "zoo" / "weights").glob("*.safetensors"))
    assert weights
    assert all(w.stat().st_size < 10e6 for w in weights)
    assert sum(w.stat().st_size for w in weights) < 25e6
    assert all(w.with_suffix(".md").is_file() for w in weights)
