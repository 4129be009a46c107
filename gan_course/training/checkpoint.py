"""Checkpoints: one safetensors file, written under another name first, so that it is whole or absent."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor


class CheckpointError(ValueError):
    """A checkpoint that is missing, damaged or not one of ours."""


def save(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write tensors and plain data ``about`` to ``path``; a checkpoint of that name stays until the new one is whole.

    Raises OSError, naming the folder and what to do, when the disk is full or not writable.
    """
    from safetensors.torch import save_file

    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ready = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        save_file(ready, part, metadata={"about": json.dumps(about)})
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except Exception as error:  # safetensors has an error class of its own for a full disk
        part.unlink(missing_ok=True)
        raise OSError(
            f"the checkpoint could not be written to {path.parent} ({error}): free some space or name another "
            f"folder; the checkpoint before it is untouched"
        ) from error


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and the plain data of a checkpoint; raises :class:`CheckpointError` with what to do."""
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise CheckpointError(f"there is no checkpoint at {path}: name the folder of a run, or train first")
    try:
        with safe_open(path, framework="pt") as file:
            about = json.loads((file.metadata() or {})["about"])
            return {name: file.get_tensor(name) for name in file.keys()}, about  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(
            f"{path.name} is not a checkpoint of this course, or is damaged ({error}): use another file"
        ) from error
