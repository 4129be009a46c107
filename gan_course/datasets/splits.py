"""Who is tested on: decisions that do not change with the order or the selection of the clips. Lesson 04."""

from __future__ import annotations

import hashlib
from typing import Literal

Split = Literal["all", "train", "test"]
SPLITS: tuple[Split, ...] = ("all", "train", "test")


def held_out(group: str, share: float = 0.15) -> bool:
    """Whether a group of clips that belong together, such as all takes of "flute A4", is for testing.

    Decided by the group's name alone, so that no clip changes sides when others come or go: the first 32 bits of the
    name's SHA-256 are as good as a draw from [0, 1), and those below `share` are held out. Lesson 04.
    """
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") < share * 2**32


def check_split(split: str) -> None:
    """Raise ValueError unless `split` is one."""
    if split not in SPLITS:
        raise ValueError(f'split is "all", "train" or "test", and not {split!r}.')
