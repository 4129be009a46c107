"""Clips that took time to read, kept on disk: whole and as they were written, or not at all. Lesson 04."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from gan_course.datasets.archive import data_folder
from gan_course.datasets.clips import Clips

_VERSION = 2
"""Raised whenever clips are read otherwise than before, so that nothing stale is ever used."""
_KEPT = 4
"""How many caches of one data set stay: other options make another one."""


def cached(name: str, options: Mapping[str, Any], files: Sequence[Path], build: Callable[[], Clips]) -> Clips:
    """The clips that `build()` makes of these files with these options, or those that it made before.

    A cache belongs to the options and to every file's path, size and time of change. It is written under another name
    and renamed when it is whole; its checksum is verified before it is used, and a damaged one is made anew. Of several
    processes that ask at once, one builds and the others wait for it; the lock goes with the process that holds it.
    Where nothing can be written, a warning says so and the clips come all the same. The clips' `report` is written
    beside it, as a text. Raises what `build` raises.
    """
    path = cache_folder() / f"{name}-{_key(name, options, files)}.safetensors"
    if (found := _read(path)) is not None:
        return found
    import filelock

    lock = filelock.FileLock(path.with_suffix(".lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=1)
        except filelock.Timeout:
            print(f"Another process is reading {name} already: waiting for it.")
            lock.acquire()
    except (OSError, NotImplementedError) as wrong:  # the second where a file system knows no locks
        return _kept_nowhere(name, wrong, build())
    try:
        if (found := _read(path)) is not None:
            return found
        for leftover in path.parent.glob(f"{path.name}.*.part"):
            _forget(leftover)
        clips = build()
        try:
            _write(path, clips)
        except OSError as wrong:
            return _kept_nowhere(name, wrong, clips)
        _forget_oldest(name, path)
        return clips
    finally:
        lock.release()


def _kept_nowhere(name: str, wrong: Exception, clips: Clips) -> Clips:
    warnings.warn(f"The clips of {name} are not kept for the next time: {wrong}", stacklevel=4)
    return clips


def cache_folder() -> Path:
    """Where caches are: `cache/` in the data folder."""
    return data_folder() / "cache"


def cache_size() -> int:
    """Bytes that all caches take together, with what dead processes left."""
    sizes = []
    for path in cache_folder().glob("*"):
        try:
            sizes.append(path.stat().st_size)
        except OSError:  # another process has just renamed or deleted it
            continue
    return sum(sizes)


def clear_cache() -> int:
    """Delete all caches, and return how many bytes that freed; what they were made from stays."""
    before = cache_size()
    shutil.rmtree(cache_folder(), ignore_errors=True)
    return before - cache_size()


def _key(name: str, options: Mapping[str, Any], files: Sequence[Path]) -> str:
    content = json.dumps(
        [_VERSION, name, options, [_state(path) for path in files]], sort_keys=True, default=str
    )
    return hashlib.sha256(content.encode("utf-8", "surrogateescape")).hexdigest()[:20]


def _state(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:  # a link to nowhere, or deleted meanwhile: reading counts it as missing
        return str(path), -1, -1
    return str(path), status.st_size, status.st_mtime_ns


def _checksum(tensors: Mapping[str, Tensor], about: str) -> str:
    total = hashlib.blake2b(about.encode("utf-8", "surrogateescape"), digest_size=16)
    for name in sorted(tensors):
        total.update(f"{name} {tuple(tensors[name].shape)}".encode())
        total.update(tensors[name].contiguous().numpy().data)
    return total.hexdigest()


def _write(path: Path, clips: Clips) -> None:
    from safetensors.torch import save_file

    tensors = {"audio": clips.audio.contiguous()}
    tensors |= {f"label/{name}": values.contiguous() for name, values in clips.labels.items()}
    tensors |= {f"parameter/{name}": values.contiguous() for name, values in clips.parameters.items()}
    told = {"rate": clips.rate, "classes": clips.classes, "name": clips.name, "note": clips.note}
    told |= {"report": clips.report, "labels": list(clips.labels), "parameters": list(clips.parameters)}
    about = json.dumps(told)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        if clips.report:
            path.with_suffix(".txt").write_text(clips.report + "\n", "utf-8", "backslashreplace")
        part.touch()
        rights = part.stat().st_mode
        save_file(tensors, part, metadata={"about": about, "checksum": _checksum(tensors, about)})
        with contextlib.suppress(OSError):  # as on a drive of somebody else's
            part.chmod(rights)  # those of any new file; safetensors writes for the owner alone
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except Exception as wrong:  # safetensors has an error class of its own for a full disk
        raise OSError(f"{path.parent} cannot be written ({wrong})") from wrong
    finally:
        part.unlink(missing_ok=True)


def _read(path: Path) -> Clips | None:
    """The clips of a cache, or None if there is none or it is damaged."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if metadata["checksum"] != _checksum(tensors, metadata["about"]):
            return None
        about = json.loads(metadata["about"])
        clips = Clips(
            audio=tensors["audio"],
            rate=about["rate"],
            labels={name: tensors[f"label/{name}"] for name in about["labels"]},
            classes={name: tuple(values) for name, values in about["classes"].items()},
            parameters={name: tensors[f"parameter/{name}"] for name in about["parameters"]},
            name=about["name"],
            note=about["note"],
            report=about["report"],
        )
    except (SafetensorError, OSError, KeyError, ValueError):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the ones not used for longest are forgotten first
    return clips


def _forget_oldest(name: str, newest: Path) -> None:
    """Leave the last few caches of a data set. Their locks stay: another process may be waiting at one."""
    others = [path for path in newest.parent.glob(f"{name}-*.safetensors") if path != newest]
    for path in sorted(others, key=_changed)[: -(_KEPT - 1)]:
        _forget(path)
        _forget(path.with_suffix(".txt"))


def _forget(path: Path) -> None:
    """Delete a file if that can be done: it may be open elsewhere, or not ours."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _changed(path: Path) -> int:
    return _state(path)[2]
