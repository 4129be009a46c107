"""One process or several, on one machine or more, through Lightning Fabric. Lesson 09."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch


def cards(gigabytes: float = 0) -> int:
    """How many graphics cards torch can compute on here, with about so many ``gigabytes`` of memory each, or more.

    A card whose driver is too old for this torch is there, and yet is none. A card keeps up to a tenth of its memory
    for itself.
    """
    count = torch.cuda.device_count()
    if not count:
        return 0
    own = int(os.environ.get("LOCAL_RANK", 0)) % count
    try:
        torch.zeros(1, device=f"cuda:{own}")  # of several processes not all on the first
    except RuntimeError:
        return 0
    memory = (torch.cuda.get_device_properties(number).total_memory for number in range(count))
    return sum(size >= 0.9 * gigabytes * 1e9 for size in memory)


def fabric(precision: str = "32-true", devices: int = 1, machines: int = 1) -> Any:
    """A Fabric for ``devices`` processes on each of ``machines``, launched: on graphics cards where there are any.

    Of several processes each holds both networks and takes its share of every batch; `Game` takes the mean of their
    gradients. A process that `torchrun` has started joins the others; otherwise the program is started once more for
    each further process on this machine. Raises ValueError where there are fewer graphics cards than ``devices``.
    """
    from lightning_fabric import Fabric
    from lightning_fabric.strategies import DDPStrategy

    class Shared(DDPStrategy):
        """Processes that share batches and add up their gradients themselves, so without a wrapper of networks."""

        def setup_module(self, module: Any) -> Any:
            return module

    found = cards()
    if found and devices > found:
        raise ValueError(
            f"{devices} graphics cards were asked for, and this machine has {found}: choose fewer devices"
        )
    # Where it works in 16 bit it says so, which a notebook shows in red, as if something were wrong.
    logging.getLogger("lightning_fabric.utilities.rank_zero").setLevel(logging.WARNING)
    several = devices * machines > 1
    made = Fabric(
        accelerator="cuda" if found else "cpu",
        devices=devices,
        num_nodes=machines,
        strategy=Shared() if several else "auto",
        precision=precision,  # type: ignore[arg-type]
    )
    if several:
        made.launch()
    return made


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold ``folder``, which is made if need be, for one training; raises ValueError where another process holds it.

    The system gives it free when the process ends, however it ends. A drive that knows no locks is gone on without.
    """
    import filelock

    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file, and the folder of a run is expected: name another")
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / ".training.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        # Where the system has no locks, a file stands in, which outlives its process: it proves nothing.
        if not isinstance(lock, filelock.SoftFileLock):
            raise ValueError(
                f"another training is running in {folder}: wait until it has ended, or choose another folder"
            ) from None
    except (OSError, NotImplementedError):
        pass
    try:
        yield
    finally:
        if lock.is_locked:
            # While it is held, so that it is nobody else's; some systems do it themselves.
            with suppress(OSError):
                os.unlink(lock.lock_file)
            lock.release()


def check_shares(batch: int, processes: int) -> None:
    """Raise ValueError where so many processes cannot share a batch evenly."""
    if batch % processes:
        raise ValueError(
            f"a batch of {batch} cannot be shared evenly by {processes} processes: choose a multiple of {processes}"
        )
