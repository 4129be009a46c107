"""Which names a cell reads from other cells, and which it leaves for them.

Only what is sure to be read inside is taken off: a name too many in ``read`` makes a cell run that could have been
left out, and a name too few would leave one out that is needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_ANY = {"eval", "exec", "globals", "locals", "vars"}
"""What reads names that do not stand in a cell's text."""
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Names:
    """``read``: those taken from cells above. ``bound``: those left for cells below. ``any``: it may read all."""

    read: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()
    any: bool = False

    def may_read(self, names: frozenset[str]) -> bool:
        """Whether one of these names is read."""
        return bool(names) and (self.any or "*" in names or not self.read.isdisjoint(names))

    def after(self, above: Names) -> Names:
        """The names that are read from above by a cell, ``above``, and these, which follow it."""
        return Names(self.read | above.read, any=self.any or above.any)


def names_of(source: str) -> Names:
    """The names of a cell; one that is not plain Python may read anything."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return Names(any=True)
    read: set[str] = set()
    _follow(body, set(), read)
    bound = frozenset(name for statement in body for name in _bound(statement))
    return Names(frozenset(read), bound, any=not read.isdisjoint(_ANY))


def _follow(body: list[ast.stmt], bound: set[str], read: set[str]) -> None:
    """Add to ``read`` what these statements read and ``bound`` does not hold, and to ``bound`` what they bind.

    A branch, or the inside of a loop, may not be run: what it binds counts for itself alone.
    """
    for statement in body:
        if isinstance(statement, (ast.For, ast.AsyncFor)):
            read |= set(_read(statement.iter)) - bound
            inside = bound | set(_bound(statement.target))
            _follow(statement.body, set(inside), read)
            _follow(statement.orelse, set(inside), read)
        elif isinstance(statement, (ast.If, ast.While)):
            read |= set(_read(statement.test)) - bound
            for branch in (statement.body, statement.orelse):
                _follow(branch, bound | set(_bound(statement.test)), read)
        elif isinstance(statement, (ast.With, ast.AsyncWith)):
            taken = {name for item in statement.items for name in _read(item)}
            read |= taken - bound
            bound |= {name for item in statement.items for name in _bound(item)}
            # What suppresses an error may end the inside anywhere.
            whole = taken.isdisjoint({"suppress", "contextlib", "pytest"})
            _follow(statement.body, bound if whole else set(bound), read)
        elif isinstance(statement, (ast.Try, ast.TryStar)):
            _follow(statement.body, set(bound), read)
            for handler in statement.handlers:
                read |= set(_read(handler.type) if handler.type else ()) - bound
                _follow(handler.body, bound | {handler.name or ""}, read)
            _follow(
                statement.orelse, bound | {name for tried in statement.body for name in _bound(tried)}, read
            )
            _follow(statement.finalbody, set(bound), read)
        else:
            defined = (
                {statement.name} if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)) else set()
            )
            read |= set(_read(statement)) - bound - defined
            if not isinstance(statement, ast.Match):  # whose cases are branches, too
                bound |= set(_bound(statement))


def _read(node: ast.AST) -> Iterator[str]:
    """Every name that is read anywhere inside, less what a function or comprehension calls its own."""
    inner = set(_own(node))
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Load, ast.Del)):
        yield node.id
    for outside in _outside(node):
        yield from _read(outside)
    for child in ast.iter_child_nodes(node):
        yield from (name for name in _read(child) if name not in inner)


def _outside(node: ast.AST) -> list[ast.expr]:
    """What stands inside a function or comprehension and is computed outside of it."""
    if isinstance(node, _COMPREHENSIONS):
        return [node.generators[0].iter]
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        return [default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None]
    return []


def _own(node: ast.AST) -> Iterator[str]:
    """What a function or comprehension binds for itself alone."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        every = node.args
        for argument in (*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg):
            if argument is not None:
                yield argument.arg
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        outer = {
            name
            for inner in ast.walk(node)
            if isinstance(inner, (ast.Global, ast.Nonlocal))
            for name in inner.names
        }
        for statement in node.body:
            # A name that is bound only after it was read is an error in a function, or read from elsewhere in a branch.
            yield from set(_bound(statement)) - outer
    elif isinstance(node, _COMPREHENSIONS):
        for part in node.generators:
            yield from (name.id for name in ast.walk(part.target) if isinstance(name, ast.Name))


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that running a statement binds in its own scope."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield node.id
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id
    elif isinstance(node, ast.Global):
        yield from node.names
    if isinstance(node, _COMPREHENSIONS):
        yield from (name.target.id for name in ast.walk(node) if isinstance(name, ast.NamedExpr))
    elif not isinstance(node, _SCOPES):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)
