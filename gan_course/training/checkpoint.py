"""Checkpoints: one safetensors file, written under another name first, so that it is whole or absent."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from gan_course.datasets import Clips


CHECKPOINT, GENERATOR = "checkpoint.safetensors", "generator.safetensors"
"""What the two are called in the folder of a run."""


class CheckpointError(ValueError):
    """A checkpoint that is missing, damaged or not one of ours."""


def save(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> None:
    """Write tensors and plain data ``about`` to ``path``; a checkpoint of that name stays until the new one is whole.

    Raises OSError, naming the folder and what to do, when the disk is full or not writable.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    part, metadata = path.with_name(path.name + ".part"), {"about": json.dumps(about)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        ready = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        part.touch()
        rights = part.stat().st_mode
        save_file(ready, part, metadata=metadata)
        with suppress(OSError):  # as on a drive of somebody else's
            part.chmod(rights)  # those of any new file; safetensors writes for the owner alone
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
    except (OSError, SafetensorError) as error:  # the latter for a full disk
        raise OSError(
            f"the checkpoint could not be written to {path.parent} ({error}): {remedy(error)}, or name another "
            f"folder; the checkpoint before it is untouched"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and the plain data of a checkpoint; raises :class:`CheckpointError` with what to do."""
    return _read(path, with_tensors=True)


def about(path: Path) -> dict[str, Any]:
    """The plain data of a checkpoint alone; raises :class:`CheckpointError` with what to do."""
    return _read(path, with_tensors=False)[1]


def _read(path: Path, with_tensors: bool) -> tuple[dict[str, Tensor], dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise CheckpointError(f"there is no checkpoint at {path}: name the folder of a run, or train first")
    try:
        with safe_open(path, framework="pt") as file:
            said = json.loads((file.metadata() or {})["about"])
            if not isinstance(said, dict):
                raise ValueError(f"it says {said!r} of itself")
            return {name: file.get_tensor(name) for name in file.keys() if with_tensors}, said  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError) as error:
        raise CheckpointError(
            f"{path} is not a checkpoint of this course, or is damaged ({error}): {_instead_of(path)}"
        ) from error


def _instead_of(path: Path) -> str:
    if path.name == CHECKPOINT:
        return (
            f"choose another folder to begin anew; what else is in {path.parent}, the last samples and losses, stays "
            f"as it is"
        )
    if path.name == GENERATOR and path.with_name(CHECKPOINT).is_file():
        return "the command that trained it writes it anew from the checkpoint beside it"
    return "use another file"


def remedy(error: BaseException) -> str:
    """What somebody can do who could not write a file, or make a folder, because of this error."""
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "allow yourself to write there"
    if number in (None, errno.ENOSPC, errno.EDQUOT):  # safetensors, where the disk is full, has no number
        return "free some space"
    return "see to that"


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file under another name first, so that it is whole or as it was before.

    Raises OSError, naming the file and what to do, when the disk is full or not writable.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def not_written(path: Path, error: OSError) -> OSError:
    """The error to raise where ``path``, a file or a folder, could not be written: it names it and what to do."""
    return OSError(
        f"{path} could not be written ({error.strerror or error}): {remedy(error)}, or name another folder"
    )


# Whether what was saved is what is there


def check_fit(
    tensors: Mapping[str, Tensor], state: Mapping[str, Tensor], players: Mapping[str, Sequence[Tensor]]
) -> None:
    """Raise CheckpointError unless the saved ``tensors`` have the names and shapes of ``state``.

    ``state`` is what a game that has the same networks would save. ``players`` are the weights of each network by its
    name; what its optimiser remembers, ``NAME.adam/INDEX/…``, comes with the first step, and must have the shape of the
    weight or be one number.
    """
    wanted, saved = (
        {name: tensor.shape for name, tensor in some.items() if ".adam/" not in name}
        for some in (state, tensors)
    )
    wrong = [name for name in wanted.keys() | saved.keys() if wanted.get(name) != saved.get(name)]
    for name in tensors.keys() - saved.keys():
        player, index, _ = name.split("/")
        weights = players.get(player.removesuffix(".adam"), ())
        fits = index.isdigit() and int(index) < len(weights)
        if not fits or tensors[name].shape not in ((), weights[int(index)].shape):
            wrong.append(name)
    if wrong:
        raise CheckpointError(
            f"what was saved is of other networks, which differ in {min(wrong)}: build the networks that were saved, "
            f"or name another file"
        )


def fingerprint(clips: Clips, labels: Iterable[str]) -> dict[str, Any]:
    """What tells ``clips`` from others, as plain data: how many, a hash of those of their ``labels``, and how loud.

    The last is the mean of their mean squares, in which later clips count more. It is compared with some tolerance,
    since another machine may compute the last bits of the same clips otherwise.
    """
    content = hashlib.blake2b(digest_size=8)
    for name in sorted(labels):
        content.update(clips.labels[name].numpy().tobytes())
    power = torch.cat([part.square().mean(1) for part in clips.audio.split(256)])
    weighted = power.double() @ torch.linspace(1, 2, len(power), dtype=torch.float64) / max(1, len(power))
    return {"count": len(clips), "labels": content.hexdigest(), "power": float(weighted)}


def check_data(saved: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Raise CheckpointError, saying what differs, unless a run in ``folder`` was trained on the data that are there."""
    if differing := differences(saved, now):
        raise CheckpointError(
            f"the run in {folder} was trained on other data ({'; '.join(differing)}): bring those back, move the run "
            f"away, or choose another folder"
        )


def differences(saved: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between the data that a checkpoint was trained on and those that are there; none if nothing does.

    Of what both say of themselves, "classes", "shape", "samples", "rate" and the `fingerprint` "clips" are compared; a
    checkpoint that does not say one of them is taken at its word.
    """
    differing = [
        f"the {name} were {saved[name]} and are {now[name]}"
        for name in ("shape", "samples", "rate")
        if saved.get(name, now.get(name)) != now.get(name)
    ]
    for name, values in now.get("classes", {}).items():
        before = saved.get("classes", {}).get(name, values)
        if before != values:
            gone, come = (
                ", ".join(v for v in one if v not in other) or "none"
                for one, other in ((before, values), (values, before))
            )
            moved = {gone, come} == {"none"}
            differing.append(
                f"the values of {name} {'are in another order' if moved else f'lost {gone} and won {come}'}"
            )
    then, clips = saved.get("clips"), now["clips"]
    if then and then["count"] != clips["count"]:
        differing.append(f"they were {then['count']:,} clips and are {clips['count']:,}")
    elif then and then["labels"] != clips["labels"]:
        differing.append("the clips have other labels")
    elif then and not math.isclose(then["power"], clips["power"], rel_tol=1e-4):
        differing.append("the clips sound otherwise")
    return differing
