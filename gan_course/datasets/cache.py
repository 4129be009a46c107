"""Clips that took time to read, kept on disk: whole and as they were written, or not at all. Lesson 04."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from gan_course.datasets.archive import data_folder
from gan_course.datasets.clips import Clips

_VERSION = 1
"""Raised whenever clips are read otherwise than before, so that nothing stale is ever used."""
_KEPT = 4
"""How many caches of one data set stay: other options make another one."""
_DAY = 86_400
"""Seconds after which an unfinished file belongs to nobody any more."""


def cached(name: str, options: Mapping[str, Any], files: Sequence[Path], build: Callable[[], Clips]) -> Clips:
    """The clips that `build()` makes of these files with these options, or those that it made before.

    A cache belongs to the options and to every file's path, size and time of change. It is written under another name
    and renamed when it is whole; its checksum is verified before it is used, and a damaged one is made anew. Of several
    processes that ask at once, one builds and the others wait for it. Where it cannot be written, a warning says so and
    the clips come all the same.
    """
    key = _key(name, options, files)
    path = cache_folder() / f"{name}-{key}.safetensors"
    if (found := _read(path)) is not None:
        return found
    import filelock

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path.with_suffix(".lock"))
        lock.acquire()
    except OSError as wrong:
        return _kept_nowhere(name, wrong, build())
    try:
        if (found := _read(path)) is not None:
            return found
        clips = build()
        try:
            _write(path, clips)
        except OSError as wrong:
            return _kept_nowhere(name, wrong, clips)
        _forget_oldest(name, path)
        return clips
    finally:
        lock.release()


def _kept_nowhere(name: str, wrong: OSError, clips: Clips) -> Clips:
    warnings.warn(f"The clips of {name} are not kept for the next time: {wrong}", stacklevel=4)
    return clips


def cache_folder() -> Path:
    """Where caches are: `cache/` in the data folder."""
    return data_folder() / "cache"


def cache_size() -> int:
    """Bytes that all caches take together."""
    return sum(path.stat().st_size for path in cache_folder().glob("*.safetensors"))


def clear_cache() -> int:
    """Delete all caches, and return how many bytes that freed; what they were made from stays."""
    freed = cache_size()
    shutil.rmtree(cache_folder(), ignore_errors=True)
    return freed


def _key(name: str, options: Mapping[str, Any], files: Sequence[Path]) -> str:
    told = [(str(path), (status := path.stat()).st_size, status.st_mtime_ns) for path in files]
    content = json.dumps([_VERSION, name, options, told], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:20]


def _checksum(tensors: Mapping[str, Tensor]) -> str:
    total = hashlib.blake2b(digest_size=16)
    for name in sorted(tensors):
        total.update(name.encode())
        total.update(tensors[name].contiguous().numpy().data)
    return total.hexdigest()


def _write(path: Path, clips: Clips) -> None:
    from safetensors.torch import save_file

    tensors = {"audio": clips.audio.contiguous()}
    tensors |= {f"label/{name}": values.contiguous() for name, values in clips.labels.items()}
    tensors |= {f"parameter/{name}": values.contiguous() for name, values in clips.parameters.items()}
    about = {"rate": clips.rate, "classes": clips.classes, "name": clips.name, "note": clips.note}
    about |= {"report": clips.report, "labels": list(clips.labels), "parameters": list(clips.parameters)}
    metadata = {"about": json.dumps(about), "checksum": _checksum(tensors)}
    part = path.with_name(f"{path.name}.part")
    try:
        save_file(tensors, part, metadata=metadata)
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
        if metadata["checksum"] != _checksum(tensors):
            return None
        about = json.loads(metadata["about"])
        return Clips(
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


def _forget_oldest(name: str, newest: Path) -> None:
    """Leave the last few caches of a data set, and no unfinished one of a process that died."""
    folder = newest.parent
    others = [path for path in folder.glob(f"{name}-*.safetensors") if path != newest]
    for path in sorted(others, key=lambda path: path.stat().st_mtime)[: -(_KEPT - 1)]:
        path.unlink(missing_ok=True)
        path.with_suffix(".lock").unlink(missing_ok=True)
    for part in folder.glob("*.part"):
        if time.time() - part.stat().st_mtime > _DAY:
            part.unlink(missing_ok=True)
