"""A real browser in a real JupyterLab, as a learner uses them. For tests; needs playwright and Chromium."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gan_course.lab import SETTINGS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

_RUN = re.compile(r"\[\d+\]:")


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its folder of notebooks, and its address without a token."""

    folder: Path
    address: str
    token: str

    def of(self, notebook: str) -> str:
        """The address of a notebook in the folder."""
        return f"{self.address}/lab/tree/{notebook}?token={self.token}&reset"


@contextmanager
def lab(folder: Path, own: Path, dark: bool = False) -> Iterator[Lab]:
    """JupyterLab on a free port, with notebooks in `folder`; its settings and its trust live in `own`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = Lab(folder, f"http://127.0.0.1:{port}", secrets.token_hex(16))
    _settings(own, dark)
    options = [
        "--no-browser",
        f"--port={port}",
        f"--IdentityProvider.token={running.token}",
        "--port-retries=0",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gan_course.promptly",
            "jupyterlab",
            *options,
            f"--ServerApp.root_dir={folder}",
        ],
        stdout=(own / "lab.log").open("w"),
        stderr=subprocess.STDOUT,
        env={
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(own / "config"),
            "JUPYTER_CONFIG_PATH": str(SETTINGS),
            "JUPYTER_DATA_DIR": str(own / "data"),
            "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
            "IPYTHONDIR": str(own / "ipython"),
        },
    )
    try:
        _wait_until_up(running, server, own / "lab.log")
        yield running
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _settings(own: Path, dark: bool) -> None:
    """No news, no recommendations, no cell left out of the page because it is out of view."""
    chosen: dict[str, dict[str, Any]] = {
        "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "@jupyterlab/apputils-extension/themes": {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"},
        "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, values in chosen.items():
        path = own / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


def _wait_until_up(running: Lab, server: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{running.address}/api?token={running.token}", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@contextmanager
def browser(height: int = 3000, width: int = 1400) -> Iterator[Any]:
    """A page of a headless Chromium in which sounds may play; the test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium browser is installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        try:
            page = chromium.new_page(viewport={"width": width, "height": height})
            # a notebook with unsaved changes asks before it is left, and would stay
            page.on("dialog", lambda dialog: dialog.accept())
            yield page
        finally:
            chromium.close()


class Notebook:
    """A notebook that is open in JupyterLab; ``live`` holds what trainings said of themselves while they ran."""

    def __init__(self, page: Any, running: Lab, name: str, seconds: float = 120) -> None:
        self.page = page
        self.live: list[str] = []
        page.goto(running.of(name))
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=1000 * seconds)
        page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=1000 * seconds)
        # the first cell stands in the page before the others do, and a cell before its stored outputs
        cells = json.loads((running.folder / name).read_text())["cells"]
        outputs = sum(len(cell.get("outputs", [])) for cell in cells)
        page.wait_for_function(
            """([cells, outputs]) => document.querySelectorAll('.jp-Notebook .jp-Cell').length >= cells
                 && document.querySelectorAll('.jp-Notebook .jp-OutputArea-child').length >= outputs""",
            arg=[len(cells), outputs],
            timeout=1000 * seconds,
        )

    def run_all(self, seconds: float = 240) -> None:
        """Menu Run, Run All Cells; then wait until every code cell's prompt is a number."""
        # before the kernel is up, the same click would ask which kernel to start
        self.page.wait_for_selector("#jp-main-statusbar >> text=/\\| Idle/", timeout=1000 * seconds)
        self.page.click(".lm-MenuBar-itemLabel:text-is('Run')")
        self.page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
        self.wait_until_run(seconds)

    def wait_until_run(self, seconds: float = 240) -> None:
        """Wait until every code cell has run. Raises AssertionError with the prompts if that takes too long."""
        end = time.monotonic() + seconds
        while not (prompts := self.prompts()) or not all(map(_RUN.fullmatch, prompts)):
            assert time.monotonic() < end, f"not all cells have run after {seconds} s: {prompts}"
            for said in self.page.locator(".gan-course-monitor").all_inner_texts():
                if said not in self.live:
                    self.live.append(said)
            self.page.wait_for_timeout(200)

    def prompts(self) -> list[str]:
        """The prompt of each code cell that is not empty: "[ ]:", "[*]:" or its number, "[3]:"."""
        found: list[str] = self.page.evaluate(
            """() => [...document.querySelectorAll('.jp-CodeCell')]
                 .filter(cell => cell.querySelector('.cm-content').innerText.trim())
                 .map(cell => cell.querySelector('.jp-InputPrompt').innerText.trim())"""
        )
        return found

    def errors(self) -> list[str]:
        """What is shown as an error or was written to stderr."""
        found: list[str] = self.page.evaluate(
            """() => ['application/vnd.jupyter.error', 'application/vnd.jupyter.stderr']
                 .flatMap(kind => [...document.querySelectorAll(`[data-mime-type="${kind}"]`)])
                 .map(shown => shown.innerText)"""
        )
        return found

    def sources(self, element: str) -> list[str]:
        """The `src` of every `img` or `audio` in the outputs, in order."""
        found: list[str] = self.page.evaluate(
            "element => [...document.querySelectorAll(`.jp-OutputArea-output ${element}`)].map(one => one.src)",
            element,
        )
        return found

    def move_slider(self, number: int = 0, presses: int = 1) -> None:
        """Put the focus on a slider's handle and press the right arrow."""
        self.page.locator(".noUi-handle").nth(number).focus()
        for _ in range(presses):
            self.page.keyboard.press("ArrowRight")

    def wait_for_change(self, element: str, before: list[str], seconds: float = 60) -> list[str]:
        """Wait until the sources of that element are others than before, and return them."""
        end = time.monotonic() + seconds
        while (now := self.sources(element)) == before or len(now) != len(before):
            assert time.monotonic() < end, f"no {element} has changed after {seconds} s"
            self.page.wait_for_timeout(100)
        return now

    def images(self) -> list[dict[str, Any]]:
        """For every image in the outputs: alt, and its natural and shown width (0 if it did not load)."""
        found: list[dict[str, Any]] = self.page.evaluate(
            """() => [...document.querySelectorAll('.jp-OutputArea-output img')].map(image => (
                 {alt: image.alt, natural: image.naturalWidth, shown: image.getBoundingClientRect().width}))"""
        )
        return found

    def play(self, number: int, seconds: float = 10) -> dict[str, Any]:
        """Play a sound until it moves: its duration (s), readyState, error, how far it came (s), ended."""
        state: dict[str, Any] = self.page.evaluate(
            """async ([number, seconds]) => {
                 const there = () => document.querySelectorAll('.jp-OutputArea-output audio')[number];
                 const end = performance.now() + 1000 * seconds;
                 let sound = there();
                 sound.play().catch(() => {});
                 while (sound.currentTime < 0.02 && !sound.ended && !sound.error && performance.now() < end) {
                   await new Promise(after => setTimeout(after, 50));
                   // A control that is still at work puts a new player in the place of the one that was begun.
                   if (!sound.isConnected && there()) {
                     sound = there();
                     sound.play().catch(() => {});
                   }
                 }
                 const came = sound.currentTime;
                 sound.pause();
                 return {duration: sound.duration, ready: sound.readyState, came, ended: sound.ended,
                         error: sound.error && sound.error.message};
               }""",
            [number, seconds],
        )
        return state

    def trusted(self) -> bool:
        """Whether JupyterLab trusts the notebook, and so would run scripts in its stored outputs."""
        shown = self.page.locator("[title^='Notebook trusted'], [title^='Notebook not trusted']")
        return str(shown.get_attribute("title")).startswith("Notebook trusted")

    def save(self, seconds: float = 30) -> None:
        """Save it, and wait until JupyterLab has done so."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_selector(
            ".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)", timeout=1000 * seconds
        )
