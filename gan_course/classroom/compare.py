"""Whether source, notebooks and manifest are in step, found without running anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gan_course.classroom import notebooks
from gan_course.classroom.course import Course
from gan_course.classroom.notebooks import LEARNER, SOLUTION, Notebook
from gan_course.classroom.sources import LessonError, LessonSource, read_source, refuse_unmatched


def out_of_step(course: Course, numbers: Sequence[str] = ()) -> list[str]:
    """A sentence for everything in which source, notebooks and manifest disagree; runs nothing.

    The stored outputs are taken from the solution notebook and held against their fingerprint; everything
    else in both notebooks and in the manifest is made again from the source and compared to the byte.
    """
    problems: list[str] = []
    try:
        released = course.released()
    except LessonError as error:
        return [str(error)]
    sources = course.lessons(numbers)
    for path in sources:
        try:
            lesson = read_source(path)
            points = stated_points(course, lesson)
        except LessonError as error:
            problems.append(str(error))
            continue
        found = [*_compared(course, lesson, points), *_compared_entry(course, lesson, points, released)]
        problems += [f"{sentence}; `gan-course build {lesson.number}` makes it new" for sentence in found]
    if not numbers:
        problems += _strays(course, {path.stem for path in sources}, released)
    return problems


def stated_points(course: Course, lesson: LessonSource) -> dict[str, float]:
    """Each exercise's points as its lesson's checks state them, read without running them."""
    if not lesson.exercises:
        return {}
    file = course.checks / f"lesson_{lesson.number}.py"
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except FileNotFoundError:
        raise LessonError(f"{lesson.name} has checks, and there is no {course.place(file)}") from None
    except SyntaxError as error:
        raise LessonError(f"{course.place(file)} is no Python: {error}") from None
    points = dict(_points_in(tree, course.place(file)))
    refuse_unmatched(lesson, points)
    return points


def _points_in(tree: ast.Module, file: str) -> Iterator[tuple[str, float]]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "lesson.exercise":
                stated = {word.arg: word.value for word in decorator.keywords}.get("points", ast.Constant(1))
                try:
                    yield node.name, ast.literal_eval(stated)
                except ValueError:
                    raise LessonError(
                        f"{file}: the points of {node.name} must be a number, written out"
                    ) from None


def _compared(course: Course, lesson: LessonSource, points: Mapping[str, float]) -> Iterator[str]:
    present: dict[str, Notebook] = {}
    for version in (SOLUTION, LEARNER):
        file = course.notebook(lesson.name, version)
        try:
            present[version] = notebooks.load(file)
        except FileNotFoundError:
            yield f"{course.place(file)} is missing"
        except (ValueError, OSError) as error:
            yield f"{course.place(file)} cannot be read ({error})"
    if SOLUTION not in present:
        return
    outputs = {cell.get("id"): cell.get("outputs", []) for cell in present[SOLUTION]["cells"]}
    for version, found in present.items():
        file = course.notebook(lesson.name, version)
        wanted = notebooks.notebook(lesson, outputs, points, version)
        sentence = difference(found, wanted)
        if sentence is None and file.read_bytes() != notebooks.dumps(wanted).encode():
            sentence = "the file is laid out otherwise"
        if sentence:
            yield f"{course.place(file)}: {sentence}"


def difference(found: Notebook, wanted: Notebook) -> str | None:
    """The first way in which a notebook differs from the one wanted, in words; None where it does not."""
    ids = [cell.get("id") for cell in found["cells"]]
    for index, cell in enumerate(wanted["cells"]):
        name = f"cell {index} ({cell['id']})"
        if cell["id"] not in ids:
            return f"{name} is missing"
        if index >= len(ids) or ids[index] != cell["id"]:
            return f"{name} is not in its place, where {ids[index] if index < len(ids) else 'nothing'} stands"
        here = found["cells"][index]
        for part in ("cell_type", "source", "metadata", "outputs", "execution_count"):
            if here.get(part) != cell.get(part):
                what = {"source": "text", "outputs": "stored output", "execution_count": "number"}.get(
                    part, part
                )
                return f"{name}: its {what} differs"
    if len(ids) > len(wanted["cells"]):
        more = ids[len(wanted["cells"]) :]
        return f"it has {len(more)} more cells than its source, the first is {more[0]}"
    for key, value in wanted["metadata"].items():
        if (here := found["metadata"].get(key)) != value:
            inner = [k for k in value if not isinstance(here, dict) or here.get(k) != value[k]]
            if key == "gan_course" and inner == ["outputs"]:
                return "its stored outputs are not those of the run that it was built from"
            return f"its metadata {key} ({', '.join(inner) or 'more than expected'}) differs"
    if surplus := set(found["metadata"]) - set(wanted["metadata"]):
        return f"its metadata holds {', '.join(sorted(surplus))}, which its source does not ask for"
    return None


def _compared_entry(
    course: Course, lesson: LessonSource, points: Mapping[str, float], released: Mapping[str, Any]
) -> Iterator[str]:
    wanted, found = notebooks.manifest_entry(lesson, points), released.get(lesson.number)
    place = course.place(course.manifest)
    if found is None:
        yield f"{place}: lesson {lesson.number} is missing"
    elif found != wanted:
        parts = [key for key in wanted if found.get(key) != wanted[key]]
        yield f"{place}: lesson {lesson.number} differs in {', '.join(parts) or 'what it holds beside'}"


def _strays(course: Course, names: set[str], released: Mapping[str, Any]) -> Iterator[str]:
    numbers = {name[:2] for name in names}
    for number in sorted(set(released) - numbers):
        place = course.place(course.manifest)
        yield f"{place} lists lesson {number}, which has no source: `gan-course build` makes it new"
    for version in (LEARNER, SOLUTION):
        folder = course.notebook("any", version).parent
        for file in sorted(folder.glob("[0-9][0-9]_*.ipynb")):
            if file.stem not in names:
                yield f"{course.place(file)} has no source: remove or rename it"
