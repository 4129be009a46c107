"""Who is tested on: decisions that do not change with the order or the selection of the clips. Lesson 04."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import Literal

import torch
from torch import Tensor

Split = Literal["all", "train", "test"]
SPLITS: tuple[Split, ...] = ("all", "train", "test")
HELD_OUT_SEED = 1_000_003
"""Seed of the built-in notes that ears, vocoders and models are measured with; nothing trains on it."""


def drawn(group: str) -> float:
    """A number in [0, 1) that a group's name alone decides, as good as a random draw: the first 32 bits of its SHA-256.

    Names that look alike are alike: an "ä" of one code point and of two (as some file systems store it) are the same.
    """
    name = unicodedata.normalize("NFC", group).encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.sha256(name).digest()[:4], "big") / 2**32


def held_out(group: str, share: float = 0.15) -> bool:
    """Whether a group of clips that belong together, such as all clips of one file, is for testing.

    Decided by the group's name alone, so that no clip changes sides when others come or go. Lesson 04.
    """
    return drawn(group) < share


def held_out_of_each(groups: Mapping[str, str], share: float = 0.15) -> set[str]:
    """The groups that are for testing, such that every class is on both sides if it has two groups or more.

    groups: by name, the class of each group, such as {"flute A4": "A4", "oboe A4": "A4"}. Of each class those are held
    out that `held_out` holds out, but one at least and never all: the lowest that were `drawn`. Lesson 04.
    """
    classes: defaultdict[str, list[str]] = defaultdict(list)
    for group, kind in groups.items():
        classes[kind].append(group)
    chosen: set[str] = set()
    for members in classes.values():
        members.sort(key=lambda group: (drawn(group), group))
        count = sum(held_out(group, share) for group in members)
        chosen.update(members[: min(max(count, 1), len(members) - 1)])
    return chosen


def held_out_but_known(groups: Mapping[str, Collection[Hashable]], share: float = 0.15) -> set[str]:
    """The groups that are for testing, such that nothing occurs in them alone.

    groups: by name, all that occurs in each group, such as the labels of its clips. Those are held out that `held_out`
    holds out. Where something would then be in no other group, one that has it stays in training: that which was
    `drawn` nearest to it. Lesson 04.
    """
    tested = {group for group in groups if held_out(group, share)}
    missed = {one for group in tested for one in groups[group]}
    missed -= {one for group in groups.keys() - tested for one in groups[group]}
    for group in sorted(tested, key=lambda group: (drawn(group), group), reverse=True):
        if not missed.isdisjoint(groups[group]):
            tested.remove(group)
            missed.difference_update(groups[group])
    return tested


def split_by_group(groups: Tensor, share: float, seed: int) -> Tensor:
    """Which clips are for testing, `(clip,)` bool, such that no group is on both sides.

    groups: `(clip,)` int64, a number for what belongs together: one recording, one note, one speaker. Of the groups
    about `share` are drawn for testing, one at least. The same seed draws the same groups; the global random state is
    left alone. `held_out` decides by name instead, so that nothing changes sides when groups come or go. Lesson 04.
    """
    names = groups.unique()
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed))
    count = max(1, round(share * len(names)))
    return torch.isin(groups, names[order[:count]])


def check_split(split: str) -> None:
    """Raise ValueError unless `split` is one."""
    if split not in SPLITS:
        raise ValueError(f'split is "all", "train" or "test", and not {split!r}.')
