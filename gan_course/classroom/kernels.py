"""Kernels that are this Python, whatever a notebook asks for."""

from __future__ import annotations

import ast
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

GRACE_SECONDS = 3
"""How long an interrupted cell may take to end; then its kernel is ended."""

MOST_OUTPUTS, MOST_TEXT = 1000, 20_000_000
"""Outputs of one cell that are looked at, and their characters: what prints must not fill the grader's memory."""


GRADED = {"GAN_COURSE_STRICT": "1", "GAN_COURSE_UNSEEN": "1", "MPLBACKEND": "agg"}
"""What a grader's kernel knows of itself: a check that fails is an error, and pictures are for nobody."""


class ThisPython(KernelSpecManager):
    """Finds the running Python under every kernel name: the installation to test is this one."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """The running Python, by whatever name."""
        return KernelSpec(resource_dir=str(RESOURCES), **get_kernel_dict())


def environment(ipython_folder: str, **more: str) -> dict[str, str]:
    """A kernel's environment: this process's, without what a user's own settings would change in outputs.

    ``ipython_folder`` is an empty folder that stands for the user's IPython settings. Graphics cards are not seen:
    with one, lesson 09 would train for eight minutes, and not for one.
    """
    kept = {key: value for key, value in os.environ.items() if key not in GRADED}
    own = {"IPYTHONDIR": ipython_folder, "PYTHONHASHSEED": "0", "CUDA_VISIBLE_DEVICES": ""}
    return kept | own | more


@dataclass
class Ran:
    """How a cell ended: ``"ok"``, ``"error"``, ``"interrupted"`` (after its time) or ``"ended"`` (the kernel did)."""

    status: str
    outputs: list[dict[str, Any]] = field(default_factory=list)
    error: str = ""
    traceback: str = ""
    answer: Any = None
    text: int = 0


class Sitting:
    """One learner's notebook in a kernel of its own, with the grader's probe in it.

    A kernel that died or had to be ended is not started again: what the notebook had made is lost, and whatever
    is run after that is told ``reason``.
    """

    def __init__(self, folder: Path, lesson: str, *, start_seconds: float = 60) -> None:
        self.folder, self.lesson, self.start_seconds = folder, lesson, start_seconds
        self.reason = ""
        self.fingerprint: dict[str, Any] = {}
        self._manager: KernelManager | None = None
        self._settings: tempfile.TemporaryDirectory[str] | None = None

    def run(self, source: str, seconds: float) -> Ran:
        """Run one cell; it is interrupted after ``seconds``, and the kernel ended if that does not stop it."""
        self._start()
        return self._execute(source, seconds)

    def ask(self, function: str, *arguments: Any) -> dict[str, Any] | None:
        """Call one of the probe's functions in the kernel; None if there is no answer."""
        self._start()
        ran = self._execute("", 30, _expression(function, (self.lesson, *arguments)))
        return ran.answer if isinstance(ran.answer, dict) else None

    def changed(self, fingerprint: Mapping[str, Any]) -> str:
        """The first name whose identity is not what it was before the learner's first cell, or ''."""
        for name, identity in self.fingerprint.items():
            if fingerprint.get(name) != identity:
                return name
        return ""

    def stop(self) -> None:
        """End the kernel and what it started, at once."""
        if self._manager is not None:
            with suppress(Exception):
                self._client.stop_channels()
            with suppress(Exception):  # its children, which are in its process group
                self._manager.signal_kernel(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            with suppress(Exception):
                self._manager.shutdown_kernel(now=True)
            self._manager = None
        if self._settings is not None:
            self._settings.cleanup()
            self._settings = None

    def _start(self) -> None:
        if self._manager is not None or self.reason:
            return
        for last in (False, True):
            try:
                self._start_kernel()
                break
            except Exception as error:
                self.stop()
                if last:
                    self._end(f"no kernel could be started ({error})")
                    return
        ran = self._execute("", 120, _expression("begin", (self.lesson,)))
        if not isinstance(ran.answer, dict):
            self._end(f"the checks of lesson {self.lesson} could not be loaded {ran.error}".rstrip())
        else:
            self.fingerprint = ran.answer["fingerprint"]

    def _start_kernel(self) -> None:
        """Start a kernel and wait until it answers.

        Its ports are free when they are chosen, but another process may take one before the kernel does: then
        it never answers, and a second try is all that is needed.
        """
        self._settings = tempfile.TemporaryDirectory(prefix="gan-course-", ignore_cleanup_errors=True)
        self._manager = KernelManager(kernel_name="python3", kernel_spec_manager=ThisPython())
        self._manager.start_kernel(
            env=environment(self._settings.name, **_shared_cores(), **GRADED),
            cwd=str(self.folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=self.start_seconds)

    def _end(self, reason: str) -> None:
        self.reason = reason
        self.stop()

    def _execute(self, source: str, seconds: float, expression: str = "") -> Ran:
        if self._manager is None:
            return Ran("ended", error=self.reason)
        asked = {"answer": expression} if expression else {}
        request = self._client.execute(
            source, silent=bool(expression), allow_stdin=False, stop_on_error=False, user_expressions=asked
        )
        ran = Ran("ok")
        reply: dict[str, Any] | None = None
        idle = interrupted = False
        deadline = time.monotonic() + seconds
        looked = heard = time.monotonic()
        # Where a flood of output made the kernel drop its last message, the reply must do.
        while not (reply and (idle or time.monotonic() - heard > 2)):
            message = self._next()
            now = time.monotonic()
            if message is not None and message["parent_header"].get("msg_id") == request:
                heard = now
                idle = idle or _is_idle(message)
                if message["msg_type"] == "execute_reply":
                    reply = message["content"]
                _collect(message, ran)
            if now - looked > 0.5 or message is None:
                looked = now
                if not self._manager.is_alive():
                    self._end("the kernel died (out of memory, or ended by the code that it ran)")
                    return Ran("ended", ran.outputs, self.reason)
            if now > deadline and not interrupted:
                interrupted, deadline = True, now + GRACE_SECONDS
                self._manager.interrupt_kernel()
            elif now > deadline and reply is None:
                self._end(
                    f"the kernel had to be ended: a cell ran for more than {seconds:g} s and did not stop"
                )
                return Ran("ended", ran.outputs, self.reason)
        if reply["status"] != "ok":
            ran.status = "error"
        if interrupted:
            ran.status, ran.error = "interrupted", f"it took more than {seconds:g} s"
        ran.answer = _answer(reply)
        return ran

    def _next(self) -> dict[str, Any] | None:
        """What the kernel says next, outputs before replies; None if it says nothing for a tenth of a second."""
        channels = (self._client.iopub_channel, self._client.shell_channel)
        waiting = [channel.socket for channel in channels]
        ready, _, _ = zmq.select(waiting, [], [], 0.1)
        for channel in channels:
            if channel.socket in ready:
                with suppress(Empty):
                    return dict(channel.get_msg(timeout=0))
        return None


def _expression(function: str, arguments: tuple[Any, ...]) -> str:
    # Nothing is taken from the learner's variables, which may be called anything, and nothing is left there.
    text = Path(__file__).with_name("probe.py").read_text("utf-8")
    return (
        f"(lambda python, names: (python.exec(python.compile({text!r}, '<probe>', 'exec'), names), "
        f"names['answer']({function!r}, {arguments!r}))[1])(__import__('builtins'), {{'__name__': 'probe'}})"
    )


def _answer(reply: Mapping[str, Any]) -> Any:
    given = reply.get("user_expressions", {}).get("answer", {})
    if given.get("status") != "ok":
        return None
    return json.loads(ast.literal_eval(given["data"]["text/plain"]))


def _is_idle(message: Mapping[str, Any]) -> bool:
    return message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"


def _collect(message: Mapping[str, Any], ran: Ran) -> None:
    kind, content = message["msg_type"], message["content"]
    if kind == "error":
        ran.error = f"{content['ename']}: {content['evalue']}".rstrip(": ")
        ran.traceback = "\n".join(content["traceback"])
    elif kind in ("stream", "display_data", "execute_result") and len(ran.outputs) < MOST_OUTPUTS:
        ran.text += sum(map(len, (content.get("text", ""), *map(str, content.get("data", {}).values()))))
        if ran.text > MOST_TEXT:
            return
        kept = ("name", "text", "data", "metadata")
        ran.outputs.append({"output_type": kind, **{key: content[key] for key in kept if key in content}})


def _shared_cores() -> dict[str, str]:
    """Threads for one of several kernels that run side by side, where the user has not said how many."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1 or "OMP_NUM_THREADS" in os.environ:
        return {}
    return {"OMP_NUM_THREADS": str(max(1, (os.cpu_count() or 1) // workers))}
