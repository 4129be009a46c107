"""A graphics card that there is not: its tensors lie in this computer's memory, and refuse to meet those that do not.

torch takes it for a device of its own kind, so what must be moved to a card, and is not, is found without one: two
tensors of different devices in one operation, a random generator of the processor for numbers on the card, a tensor on
the card that is read as an array. Being known to torch, it stays for the rest of the process: use it in one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map_only

CARD = torch.device("privateuseone", 0)
aten = torch.ops.aten
COPIES = (aten._to_copy.default, aten.copy_.default)
INDEXED = (
    aten.index.Tensor,
    aten.index_put_.default,
    aten._index_put_impl_.default,
)  # by indices from anywhere


class OnCard(torch.Tensor):
    """A tensor that says that it is on the card; its numbers are in `held`."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> OnCard:
        made = torch.Tensor._make_wrapper_subclass(
            cls,
            held.shape,
            strides=held.stride(),
            storage_offset=held.storage_offset(),
            dtype=held.dtype,
            device=CARD,
        )
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(cls, operation: Any, kinds: Any, given: Any = (), named: Any = None) -> Any:
        return _computed(operation, given, named or {})


class _Placing(TorchDispatchMode):
    # New tensors, and those that move, have none on the card among what they come from.
    def __torch_dispatch__(self, operation: Any, kinds: Any, given: Any = (), named: Any = None) -> Any:
        return _computed(operation, given, named or {})


def _computed(operation: Any, given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    leaves = tree_leaves((given, named))
    tensors = [one for one in leaves if isinstance(one, torch.Tensor)]
    if operation in COPIES:
        there = isinstance(given[0], OnCard)
    else:
        # A number may lie anywhere, and so may the indices of what is taken out.
        met = (
            [one for one in (given[0], *given[2:]) if isinstance(one, torch.Tensor)]
            if operation in INDEXED
            else tensors
        )
        where = {one.device for one in met if one.dim() or isinstance(one, OnCard)}
        if len(where) > 1:
            raise RuntimeError(
                f"{operation}: expected all tensors to be on the same device, but found {where}"
            )
        there = CARD in where
    if named.get("device") is not None:
        there = torch.device(named["device"]).type == CARD.type
        named = {**named, "device": torch.device("cpu")}
    if there and any(isinstance(one, torch.Generator) for one in leaves):
        raise RuntimeError(f"{operation}: expected a generator of the card, but found one of the processor")
    given, named = tree_map_only(OnCard, lambda one: one.held, (given, dict(named)))
    found = operation(*given, **named)
    return tree_map_only(torch.Tensor, OnCard, found) if there else found


class _Module(backend_registration._DummyBackendModule):
    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


class OneProcess:
    """What `Game` asks of a Fabric, for one process on the card."""

    world_size, global_rank, is_global_zero, device = 1, 0, True, CARD

    def setup(self, network: torch.nn.Module, optimiser: torch.optim.Optimizer) -> tuple[Any, Any]:
        return network.to(CARD), optimiser

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()


@contextmanager
def card() -> Iterator[OneProcess]:
    """While it lasts there is such a card."""
    backend_registration._setup_privateuseone_for_python_backend("card", _Module())
    torch.__future__.set_swap_module_params_on_conversion(True)  # a parameter becomes one of another class
    with _Placing():
        yield OneProcess()
