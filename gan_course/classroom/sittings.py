"""One submission graded in processes of its own, with limits; the submission itself is never touched.

A notebook is copied into an empty folder and run there by ``pytest --nbval``. What it starts is watched as a whole,
and ended as a whole, also what has left its process group. This keeps accidents apart from each other and from the
class. It is no security boundary: the code runs with the rights of whoever grades.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from gan_course.classroom import notebooks, offline
from gan_course.classroom.submissions import lesson_of, released, student_of

MARK = "GAN_COURSE_SITTING"
"""The environment variable by which everything that a submission started is known."""

PLUGINS = ("-p", "nbval.plugin", "-p", "gan_course.classroom.plugin", "-p", "no:cacheprovider")
"""All that grading needs of pytest's: whatever else is installed would cost each notebook its time."""

LOOK_SECONDS = 0.25
STRANGE = ("unreadable", "unrecognised")
"""How a file is judged that is no notebook, or none of a lesson."""
LARGEST_FILE = 2**30
"""Bytes that a submission may write to one file."""


@dataclass(frozen=True)
class Limits:
    """What one notebook may take: minutes in all, seconds a cell, GiB of memory and processes together."""

    minutes: float = 10.0
    cell_seconds: float = 120.0
    memory: float = 4.0
    processes: int = 64
    threads: int = 1
    network: bool = False


def can_cut_off() -> bool:
    """Whether this system lets a submission be run without network."""
    if sys.platform != "linux":
        return False
    done = subprocess.run([sys.executable, offline.__file__, sys.executable, "-c", ""], capture_output=True)
    return done.returncode == 0


def digest(path: Path) -> str:
    """What tells one state of a submission from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def grade_one(path: Path, limits: Limits, offline_possible: bool) -> dict[str, Any]:
    """Grade one notebook; plain data: how it ended, its rows, its time and the most memory that it took."""
    begun, mark = time.monotonic(), uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="gan-course-grade-", ignore_cleanup_errors=True) as place:
        work, home, log = (Path(place) / name for name in ("work", "home", "log"))
        for folder in (work, home, log):
            folder.mkdir()
        copy = work / path.name
        shutil.copyfile(path, copy)
        (work / "pytest.ini").write_text("[pytest]\n")
        command = [sys.executable, "-m", "gan_course.promptly", "pytest", "--nbval", "--without-demos"]
        command += [copy.name, "-q", "--color=no", *PLUGINS, f"--nbval-cell-timeout={limits.cell_seconds:g}"]
        command += ["--grades-log", str(log / "rows.jsonl")]
        if offline_possible and not limits.network:
            command = [sys.executable, offline.__file__, *command]
        with (log / "said").open("wb") as said:
            started = subprocess.Popen(
                command,
                cwd=work,
                env=_environment(mark, home, limits.threads),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_limit_files if os.name == "posix" else None,
            )
            try:
                ended, most = _watch(started, mark, begun + 60 * limits.minutes, limits)
            finally:
                _end_all(started, mark)
        judged = [row for row in _rows(log / "rows.jsonl") if row["status"] != "not run"]
        tail = " ".join((log / "said").read_bytes()[-400:].decode("utf-8", "replace").split())
        if not ended and started.returncode not in (0, 1):
            ended = f"the grader ended with status {started.returncode}: {tail}"
        rows = _whole(path, judged, ended)
        # Every check is judged, whatever a notebook does, or its time is over: else the fault is the grader's.
        if not ended and any(row["exercise"] for row in rows[len(judged) :]):
            ended = f"could not be graded, which is no fault of the notebook's: {tail}"
            rows = _whole(path, judged, ended)
    strange = next((row["status"] for row in judged if row["status"] in STRANGE), "")
    return {
        "status": ended or strange or "graded",
        "rows": rows,
        "seconds": round(time.monotonic() - begun, 1),
        "memory": round(most / 2**30, 2),
        "digest": digest(path),
        "limits": asdict(limits),
    }


def _environment(mark: str, home: Path, threads: int) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "GAN_COURSE_"))}
    number = {f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "MKL", "OPENBLAS")}
    # Settings, caches and downloaded sounds of whoever grades are out of the way of a submission that tidies up.
    places = {"HOME": str(home), "USERPROFILE": str(home), "GAN_COURSE_DATA": str(home / "data")}
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return {**kept, **number, **places, **alone, MARK: mark, "PYTHONPATH": paths}


def _limit_files() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _watch(started: subprocess.Popen[bytes], mark: str, deadline: float, limits: Limits) -> tuple[str, float]:
    """Why it had to be ended, or ''; and the most memory that was seen."""
    most, looks = 0.0, 0
    while started.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            started.wait(LOOK_SECONDS)
        looks += 1
        # Those that have left the family are looked for less often: it takes the whole table of processes.
        family = list(_marked(mark) if looks % 20 == 0 else _family(started.pid))
        taken = 0.0
        for process in family:
            with suppress(psutil.Error):
                taken += process.memory_info().rss
        most = max(most, taken)
        if taken > limits.memory * 2**30:
            return f"ended: it took more than {limits.memory:g} GiB of memory", most
        if len(family) > limits.processes:
            return f"ended: it had more than {limits.processes} processes", most
        if time.monotonic() > deadline:
            return f"ended: it took more than {limits.minutes:g} minutes", most
    return "", most


def _family(pid: int) -> Iterator[psutil.Process]:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        yield parent
        yield from parent.children(recursive=True)


def _marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark:
                yield process


def _end_all(started: subprocess.Popen[bytes], mark: str) -> None:
    for _ in range(20):  # who is quick may start another before it is ended itself
        left = {process.pid: process for process in (*_family(started.pid), *_marked(mark))}
        left = {pid: process for pid, process in left.items() if _lives(process)}
        if not left:
            break
        for process in left.values():  # first all stand still, so that none starts another
            with suppress(psutil.Error):
                process.suspend()
        for process in left.values():
            with suppress(psutil.Error):
                process.kill()
        started.poll()
        time.sleep(0.05)
    with suppress(subprocess.TimeoutExpired):
        started.wait(10)
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(started.pid, signal.SIGKILL)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _rows(log: Path) -> list[dict[str, Any]]:
    if not log.is_file():
        return []
    rows = []
    for line in log.read_text("utf-8", "replace").splitlines():
        with suppress(ValueError):  # the last line of one that was ended may be cut short
            rows.append(json.loads(line))
    return rows


def _whole(path: Path, rows: list[dict[str, Any]], ended: str) -> list[dict[str, Any]]:
    """A row for every exercise: those that were not reached say why."""
    try:
        metadata = notebooks.load(path)["metadata"]
    except (ValueError, OSError):
        metadata = {}
    number = lesson_of(metadata, path, released())
    entry = released().get(number or "", {"name": "", "checks": []})
    student = student_of(path, entry["name"])
    done = {row["exercise"]: row for row in rows}
    blank = {"student": student, "lesson": number or "", "status": "not run", "points": 0, "seconds": 0.0}
    blank |= {"flags": "", "fault": ended or "it was not reached"}
    missing = [
        {**blank, "exercise": check["exercise"], "max_points": check["points"]}
        for check in entry["checks"]
        if check["exercise"] not in done
    ]
    if not entry["checks"] and not rows:
        missing = [{**blank, "exercise": "", "max_points": 0}]
    return [{**row, "student": student} for row in rows] + missing
