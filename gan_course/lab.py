"""Opening JupyterLab at the first lesson."""

from __future__ import annotations

import os
import subprocess
import sys
import webbrowser
from pathlib import Path

FIRST = "00_start_here.ipynb"
SETTINGS = Path(__file__).with_name("lab_settings")
"""Jupyter's settings for learners: without what nbgrader adds, such as a button that praises every answer."""


def notebooks_folder() -> Path:
    """The folder of the lessons: ``notebooks`` here, or beside the package.

    Raises FileNotFoundError where neither holds the first lesson.
    """
    for root in (Path.cwd(), Path(__file__).resolve().parents[1]):
        if (root / "notebooks" / FIRST).is_file():
            return root / "notebooks"
    raise FileNotFoundError(
        f"there is no notebooks/{FIRST} here: run this in the course's folder, the one that holds the README"
    )


def has_browser() -> bool:
    """Whether a browser could be opened on this machine."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_lab(*more: str) -> int:
    """Run JupyterLab at lesson 00 until it is stopped; the exit status.

    ``more`` is passed on to JupyterLab. Token authentication stays as Jupyter sets it.
    """
    folder = notebooks_folder()
    paths = (str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", ""))
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, "-m", "gan_course.promptly", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    command.append(f"--LabApp.default_url=/lab/tree/{FIRST}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container, say; Jupyter's token still guards the door
    if not has_browser() or "--no-browser" in more:
        print(
            "No browser can be opened from here. Open the address below that begins with http://", flush=True
        )
        more = ("--no-browser", *(argument for argument in more if argument != "--no-browser"))
    print("Lesson 00 opens in JupyterLab. To stop: press Ctrl+C twice here.", flush=True)
    try:
        return subprocess.call([*command, *more], env=environment)
    except KeyboardInterrupt:
        return 0
