"""Whether what a lesson shows as the solution is what the library ships."""

from __future__ import annotations

import ast
import difflib
import inspect
import textwrap
from collections.abc import Iterator, Mapping

from gan_course.classroom.sources import BEGIN, END, LessonSource
from gan_course.exercises.engine import Exercise, code_of

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def differences(lesson: LessonSource, exercises: Mapping[str, Exercise]) -> Iterator[str]:
    """A sentence for each solution that is not the library's own code.

    Docstrings, annotations, decorators, the function's own name and guards against bad input (an ``if`` that
    only raises) may differ. Exercises that ask for a value are judged when the lesson runs.
    """
    for cell in lesson.cells:
        if cell.kind == "exercise" and callable(reference := exercises[cell.exercise].reference):
            shown = _definition(cell.source, cell.exercise)
            shipped = _shipped(reference)
            if shown is None or shipped is None:
                yield f"{cell.id}: the solution of {cell.exercise} or its reference is not one `def`"
            elif difference := _first_difference(shown, shipped):
                yield f"{cell.id}: the solution of {cell.exercise} is not the library's: {difference}"


def _shipped(reference: object) -> Definition | None:
    thing = reference if inspect.isclass(reference) else code_of(reference)
    try:
        source = textwrap.dedent(inspect.getsource(thing))  # type: ignore[arg-type]
    except (OSError, TypeError):
        return None
    return _definition(source)


def _definition(source: str, name: str | None = None) -> Definition | None:
    plain = "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))
    for node in ast.parse(plain).body:
        if isinstance(node, Definition) and name in (None, node.name):
            return node
    return None


def _first_difference(shown: Definition, shipped: Definition) -> str:
    one, other = (_essence(node).splitlines() for node in (shown, shipped))
    for line in difflib.ndiff(one, other):
        if line.startswith("- "):
            return f"`{line[2:].strip()}` is only in the notebook"
        if line.startswith("+ "):
            return f"`{line[2:].strip()}` is only in the library"
    return ""


def _essence(node: Definition) -> str:
    own = node.name
    stripped = _Essence(own).visit(node)
    return ast.unparse(ast.fix_missing_locations(stripped))


class _Essence(ast.NodeTransformer):
    """Takes away what may differ between a lesson and the library."""

    def __init__(self, own: str) -> None:
        self.own = own

    def _definition(self, node: Definition) -> Definition:
        node.decorator_list = []
        if node.body and _is_text(node.body[0]):
            node.body = node.body[1:]
        node.body = [part for part in node.body if not _is_guard(part)] or [ast.Pass()]
        if node.name == self.own:
            node.name = "answer"
        if not isinstance(node, ast.ClassDef):
            node.returns = None
        self.generic_visit(node)
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _definition

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value))

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id == self.own:
            node.id = "answer"
        return node


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and not node.orelse and [type(part) for part in node.body] == [ast.Raise]
