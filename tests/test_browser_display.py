"""In a real JupyterLab: sounds play, a slider changes picture and sound, a quiz answers, also without trust."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.browser import Lab, Notebook, browser, lab

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = (
    """
    import numpy as np
    from gan_course import Sound
    from gan_course.display import explore, listen, quiz

    def tone(frequency, seconds=1.0):
        return Sound(np.sin(2 * np.pi * frequency * np.arange(16000 * seconds) / 16000) / 4, 16000, "tone")

    tone(440)
    """,
    'listen(tone(440), tone(660), Sound([0.1, -0.2, 0.3]), tone(300, 0.2), say="Listen for the fifth.")',
    "explore(tone, frequency=(100, 900, 100))",
    """
    quiz([{"question": "Which is higher?", "answers": [
        {"answer": "660 Hz", "correct": True, "feedback": "Yes: more periods in a second."},
        {"answer": "440 Hz", "correct": False, "feedback": "No: fewer periods in a second."}]}])
    """,
)
SOUNDS = 6


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("notebooks")
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    for number, cell in enumerate(CELLS):
        lines = [line.removeprefix("    ") for line in cell.strip("\n").splitlines()]
        notebook.cells.append(nbformat.v4.new_code_cell("\n".join(lines).strip(), id=f"cell-{number}"))
    nbformat.write(notebook, folder / "fresh.ipynb")
    with lab(folder, tmp_path_factory.mktemp("own")) as started:
        yield started


@pytest.fixture(scope="module")
def page(running: Lab) -> Iterator[Any]:
    with browser() as opened:
        opened.asked = []  # whom the page asked besides JupyterLab itself
        opened.on("request", lambda request: opened.asked.append(request.url))
        yield opened


def elsewhere(page: Any) -> list[str]:
    return [url for url in page.asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))]


def check_everything_is_there(opened: Notebook) -> None:
    for image in opened.images():
        assert image["alt"] and image["natural"] > 0 and image["shown"] > 300, image
    assert len(opened.images()) == len(opened.sources("audio")) == SOUNDS
    for number in range(SOUNDS):
        state = opened.play(number)
        assert state["error"] is None and state["ready"] == 4 and state["came"] > 0, (number, state)
        assert state["duration"] == pytest.approx({3: 0.1, 4: 0.2}.get(number, 1.0), abs=0.01)


def test_run_all_plays_and_a_slider_changes_picture_and_sound(running: Lab, page: Any) -> None:
    opened = Notebook(page, running, "fresh.ipynb")
    opened.run_all()
    assert opened.errors() == []
    check_everything_is_there(opened)

    sounds, pictures = opened.sources("audio"), opened.sources("img")
    opened.move_slider()
    new_sounds = opened.wait_for_change("audio", sounds)
    new_pictures = opened.sources("img")
    assert new_sounds[:-1] == sounds[:-1] and new_sounds[-1] != sounds[-1]
    assert new_pictures[:-1] == pictures[:-1] and new_pictures[-1] != pictures[-1]
    assert "strongest near 600 Hz" in opened.images()[-1]["alt"]
    assert opened.play(SOUNDS - 1)["came"] > 0

    page.click(".MCButton:has-text('440 Hz')")
    assert page.inner_text(".Feedback") == "No: fewer periods in a second."
    assert not page.is_visible(".gan-course-quiz ol")
    assert elsewhere(page) == []
    opened.save()


def test_what_was_stored_plays_without_trust(running: Lab, page: Any) -> None:
    stored = nbformat.read(running.folder / "fresh.ipynb", 4)
    assert sum("text/html" in output.data for cell in stored.cells for output in cell.outputs) == 5
    # another text has no signature, as a notebook that was downloaded has none
    stored.cells[0].source += "  # from elsewhere"
    nbformat.write(stored, Path(running.folder) / "stored.ipynb")

    opened = Notebook(page, running, "stored.ipynb")
    page.wait_for_selector(".jp-OutputArea-output audio")
    assert not opened.trusted()
    check_everything_is_there(opened)
    page.click("summary:has-text('440 Hz')")
    assert page.is_visible("text=Wrong: No: fewer periods in a second.")
    assert elsewhere(page) == []
