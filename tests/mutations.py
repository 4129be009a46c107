"""Wrong answers that nobody thought of: every small change to a reference, made from its syntax tree."""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
}
COMPARISONS = {
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OTHER_NAMES = {
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "min": "max",
    "sin": "cos",
    "cos": "sin",
    "floor": "ceil",
    "ceil": "floor",
    "round": "floor",
    "real": "imag",
    "log10": "log",
    "log2": "log",
    "cumsum": "cumprod",
    "maximum": "minimum",
    "minimum": "maximum",
}


def source_of(function: Callable[..., Any]) -> str:
    """The function's own text, its docstring left out."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list = []
    if ast.get_docstring(definition) is not None:
        definition.body = definition.body[1:]
    return ast.unparse(tree)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the changed text) for every single change of the function in ``source``."""
    tree = ast.parse(source)
    seen = {ast.unparse(tree)}
    for index, node in enumerate(ast.walk(tree)):
        for what, change in changes(node):
            other = copy.deepcopy(tree)
            twin = next(n for i, n in enumerate(ast.walk(other)) if i == index)
            if not change(other, twin):
                continue
            text = ast.unparse(ast.fix_missing_locations(other))
            if text not in seen:
                seen.add(text)
                yield f"{what} in `{_line(tree, node)}`", text


def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST, Any], bool]]]:
    """(description, function that makes the change to the twin of ``node`` in a copy of the tree)."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in OPERATORS:
        new = OPERATORS[type(node.op)]
        yield f"{type(node.op).__name__} → {new.__name__}", lambda _, n: _set(n, "op", new())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "minus dropped", lambda tree, n: _replace(tree, n, n.operand)
    if isinstance(node, ast.Compare):
        for new in COMPARISONS.get(type(node.ops[0]), ()):
            yield (
                f"{type(node.ops[0]).__name__} → {new.__name__}",
                lambda _, n, new=new: _set(n, "ops", [new(), *n.ops[1:]]),
            )
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} → {not node.value}", lambda _, n: _set(n, "value", not n.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        for new in {node.value + 1, node.value - 1, node.value * 2} - {node.value}:
            yield f"{node.value} → {new}", lambda _, n, new=new: _set(n, "value", new)
    if isinstance(node, ast.Attribute) and node.attr in OTHER_NAMES:
        yield f"{node.attr} → {OTHER_NAMES[node.attr]}", lambda _, n: _set(n, "attr", OTHER_NAMES[n.attr])
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
            yield f"call of .{node.func.attr} dropped", lambda tree, n: _replace(tree, n, n.func.value)
        elif node.args and not isinstance(node.args[0], ast.Starred):
            name = ast.unparse(node.func)
            yield f"call of {name} dropped", lambda tree, n: _replace(tree, n, n.args[0])
        if len(node.args) >= 2:
            yield (
                "first two arguments swapped",
                lambda _, n: _set(n, "args", [n.args[1], n.args[0], *n.args[2:]]),
            )
        for i, keyword in enumerate(node.keywords):
            yield f"{keyword.arg}= dropped", lambda _, n, i=i: bool(n.keywords.pop(i))
    if isinstance(node, ast.Return) and node.value is not None:
        yield "sign of the result", lambda _, n: _set(n, "value", ast.UnaryOp(ast.USub(), n.value))
        yield "result not returned", lambda _, n: _set(n, "value", None)
    if isinstance(node, ast.IfExp):
        yield "branches swapped", lambda _, n: _swap_branches(n)
        yield "only the first branch", lambda tree, n: _replace(tree, n, n.body)
        yield "only the second branch", lambda tree, n: _replace(tree, n, n.orelse)
    body = getattr(node, "body", None)
    if isinstance(body, list) and not isinstance(node, ast.Module) and len(body) > 1:
        for i, statement in enumerate(body):
            if not isinstance(statement, ast.Return):
                text = ast.unparse(statement).splitlines()[0]
                yield f"`{text}` left out", lambda _, n, i=i: bool(n.body.pop(i))


def _set(node: Any, name: str, value: Any) -> bool:
    setattr(node, name, value)
    return True


def _swap_branches(node: ast.IfExp) -> bool:
    node.body, node.orelse = node.orelse, node.body
    return True


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> bool:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return True
            if isinstance(value, list):
                for i, entry in enumerate(value):
                    if entry is old:
                        value[i] = new
                        return True
    return False


def _is_module(node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in {"np", "torch", "math", "numpy", "F", "functional", "nn"}


def _line(tree: ast.AST, node: ast.AST) -> str:
    number = getattr(node, "lineno", 1)
    return ast.unparse(tree).splitlines()[number - 1].strip()
