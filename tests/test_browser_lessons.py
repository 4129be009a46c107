"""The lessons in a real browser: Run All, move a control, see and hear the change; untrusted, sounds still play."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Lab, Notebook, browser, lab

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder, own = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("own")
    for name in LESSONS:
        shutil.copy(ROOT / "notebooks" / name, folder)
    with lab(folder, own) as started:
        yield started


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with browser() as opened:
        yield opened


def assert_plays(state: dict[str, Any]) -> None:
    assert state["error"] is None
    assert state["ready"] == 4
    assert state["duration"] > 0.05
    assert state["came"] > 0.01 or state["ended"]


@pytest.mark.parametrize("name", LESSONS)
def test_stored_sounds_and_pictures_work_in_a_notebook_that_nobody_trusts_or_runs(
    running: Lab, page: Any, name: str
) -> None:
    notebook = Notebook(page, running, name)
    sounds = notebook.sources("audio")
    assert len(sounds) >= 3
    assert all(source.startswith("data:audio/") for source in sounds)
    for number in (0, len(sounds) - 1):
        assert_plays(notebook.play(number))
    images = notebook.images()
    assert images
    assert all(image["natural"] > 0 and len(image["alt"]) > 10 for image in images)


@pytest.mark.parametrize("name", LESSONS)
def test_run_all_shows_no_error_and_a_control_changes_picture_and_sound(
    running: Lab, page: Any, name: str
) -> None:
    notebook = Notebook(page, running, name)
    notebook.run_all(seconds=400)
    assert notebook.errors() == []
    if "Monitor(" in (ROOT / "notebooks" / name).read_text(encoding="utf-8"):
        assert len([said for said in notebook.live if " left" in said]) >= 3, notebook.live
    said = page.locator("[role=status]").all_inner_texts()
    checks = re.findall(r'"checks\.(\w+)\(\1\)"', (ROOT / "notebooks" / name).read_text(encoding="utf-8"))
    assert len(said) >= len(checks) > 0
    assert all("not attempted" in text for text in said)
    images, sounds = notebook.sources("img"), notebook.sources("audio")
    notebook.move_slider(0, presses=3)
    changed = notebook.wait_for_change("audio", sounds)
    assert notebook.wait_for_change("img", images) != images
    which = next(i for i, (old, new) in enumerate(zip(sounds, changed, strict=True)) if old != new)
    assert_plays(notebook.play(which))
