"""Starts a module as ``python -m`` does, but some seconds sooner: ``python -m gan_course.promptly jupyterlab ...``.

jsonschema, which every part of Jupyter imports, builds a grammar of international web addresses at its import. That
takes two to six seconds, no notebook needs it, and jsonschema does without it where the package is missing.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager

GRAMMAR = "rfc3987_syntax"


@contextmanager
def without(package: str) -> Iterator[None]:
    """Imports inside do not find ``package``."""
    known = sys.modules.get(package)
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]
        if known is not None:
            sys.modules[package] = known


if __name__ == "__main__":
    del sys.argv[0]
    with without(GRAMMAR):
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
