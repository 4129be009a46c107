"""One process or several, on one machine or more, through Lightning Fabric. Lesson 09."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch
from torch import Tensor


def cards(gigabytes: float = 0) -> int:
    """How many graphics cards torch can compute on here; 0 where this process's has less than about so much free.

    This process's card is the first, or that of its turn among several processes. ``gigabytes`` are as they are sold: a
    card keeps up to a tenth for itself. A card that is too old for this torch, or whose driver is, is there, and yet is
    none. Raises ValueError for one whose memory others have taken.
    """
    count = torch.cuda.device_count()
    if not count:
        return 0
    own = int(os.environ.get("LOCAL_RANK", 0)) % count
    try:
        torch.zeros(1, device=f"cuda:{own}")  # of several processes not all on the first
    except torch.OutOfMemoryError:
        raise ValueError(
            f"the graphics card {own} has no memory left for this program: end what else computes on it, or go without "
            f"it, by CUDA_VISIBLE_DEVICES= in the environment"
        ) from None
    except RuntimeError:
        return 0
    return count if torch.cuda.mem_get_info(own)[0] >= 0.9 * gigabytes * 1e9 else 0


def fabric(precision: str = "32-true", devices: int = 1, machines: int = 1) -> Any:
    """A Fabric for ``devices`` processes on each of ``machines``, launched: on graphics cards where there are any.

    Of several processes each holds both networks and takes its share of every batch; `Game` takes the mean of their
    gradients. A process that `torchrun` has started joins the others; otherwise the program is started once more for
    each further process on this machine. Raises ValueError where there are fewer graphics cards than ``devices``,
    where another number of processes has been started, and where several cannot be.
    """
    from lightning_fabric import Fabric
    from lightning_fabric.strategies import DDPStrategy

    class Shared(DDPStrategy):
        """Processes that share batches and add up their gradients themselves, so without a wrapper of networks."""

        def setup_module(self, module: Any) -> Any:
            return module

    several = devices * machines > 1
    if several:
        _check_that_several_can_start(devices, machines)
    found = cards()
    if found and devices > found:
        raise ValueError(
            f"{devices} graphics cards were asked for, and this machine has {found}: choose fewer devices"
        )
    # Where it works in 16 bit it says so, which a notebook shows in red, as if something were wrong.
    logging.getLogger("lightning_fabric.utilities.rank_zero").setLevel(logging.WARNING)
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


SYSTEM = os.name
STARTED_TOGETHER = ("TORCHELASTIC_RUN_ID", "MASTER_ADDR", "SLURM_JOB_ID")
"""One of these is in the environment of a process that was started together with others, on other machines too."""


def _check_that_several_can_start(devices: int, machines: int) -> None:
    if SYSTEM == "nt":
        raise ValueError("several processes train together on Linux and macOS alone: choose one device")
    if hasattr(sys, "ps1"):
        raise ValueError(
            f"a notebook trains in one process: in a terminal, gan-course train … --devices {devices} starts several"
        )
    if machines > 1 and not any(name in os.environ for name in STARTED_TOGETHER):
        raise ValueError(
            f"{machines} machines were asked for, and nothing has started them together: start on each of them "
            f"torchrun --nnodes {machines} --nproc-per-node {devices} --rdzv-backend c10d --rdzv-endpoint FIRST:29500 "
            f"--no-python and then this command, FIRST being the name of one of them"
        )
    started = torch.distributed.get_world_size() if torch.distributed.is_initialized() else devices * machines
    if started != devices * machines or _ended:
        raise ValueError(
            f"this program has started {started} processes before, and cannot start {devices * machines} now: begin a "
            f"new program"
        )


def mean_of_all(x: Tensor, processes: int) -> Tensor:
    """The mean of what all ``processes`` have in ``x``, which is overwritten; on a card nobody waits for it here."""
    if processes > 1:
        torch.distributed.all_reduce(x)
        x /= processes
    return x


_ended: set[int] = set()  # the processes that were ended; without them their group is of no more use


def end_others(made: Any) -> None:
    """End the processes that this one has started for the Fabric ``made``: they would wait for it in vain."""
    others = getattr(getattr(made.strategy, "launcher", None), "procs", [])
    for process in others:
        with suppress(OSError):
            process.kill()
        process.wait()
        _ended.add(process.pid)
    others.clear()  # Lightning ends the program soon after one of them was killed, unless it knows of none


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
