"""What a lesson's files look like: learner notebook, solution notebook, and its entry in the manifest.

Notebooks here are plain data (the JSON of nbformat 4.5), so that comparing them takes no kernel and no
validator.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gan_course.classroom.sources import Cell, LessonSource, blanked, digest
from gan_course.classroom.tidy import Output

Notebook = dict[str, Any]
Outputs = Mapping[str, Sequence[Output]]
"""Stored outputs of the worked run, by cell id."""

LEARNER, SOLUTION = "learner", "solution"
RECEIPT = "gan_course"
"""The key of a check's receipt in the metadata of its output."""


def notebook(lesson: LessonSource, outputs: Outputs, points: Mapping[str, float], version: str) -> Notebook:
    """The learner's (``LEARNER``) or the instructor's (``SOLUTION``) notebook.

    The learner's has exercises blanked, and stored outputs only of cells that speak of nobody's progress.
    """
    cells = []
    count = 0
    for cell in lesson.cells:
        count += cell.is_code
        stored = [] if version == LEARNER and cell.speaks_of_progress else list(outputs.get(cell.id, ()))
        cells.append(_cell(cell, stored, count, points, version))
    return {
        "cells": cells,
        "metadata": {
            "gan_course": {
                "cells": digest(cell["source"] for cell in cells),
                "lesson": lesson.number,
                "name": lesson.name,
                "outputs": digest(cell.get("outputs", []) for cell in cells),
                "source": lesson.digest,
                "version": version,
            },
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(
    cell: Cell, outputs: list[Output], count: int, points: Mapping[str, float], version: str
) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.tags:
        metadata["tags"] = list(cell.tags)
    if cell.kind in ("exercise", "check"):
        metadata["gan_course"] = {"exercise": cell.exercise, "role": cell.kind}
        metadata["nbgrader"] = _nbgrader(cell, points)
    if cell.kind == "check":
        # JupyterLab then keeps it from being changed by accident.
        metadata |= {"deletable": False, "editable": False}
    source = blanked(cell.source) if version == LEARNER and cell.kind == "exercise" else cell.source
    made: dict[str, Any] = {"cell_type": "markdown", "id": cell.id, "metadata": metadata, "source": source}
    if cell.is_code:
        # nbval takes outputs without a count for a mistake, and a count for a promise to compare outputs.
        made |= {
            "cell_type": "code",
            "execution_count": count if outputs or version == SOLUTION else None,
            "outputs": [_output(output, count) for output in outputs],
        }
    return made


def _output(output: Output, count: int) -> Output:
    if output["output_type"] == "execute_result":
        return {**output, "execution_count": count}
    return output


def _nbgrader(cell: Cell, points: Mapping[str, float]) -> dict[str, Any]:
    check = cell.kind == "check"
    metadata: dict[str, Any] = {
        "grade": check,
        "grade_id": cell.id,
        "locked": check,
        "schema_version": 3,
        "solution": not check,
        "task": False,
    }
    if check:
        metadata["points"] = points[cell.exercise]
    return metadata


def manifest_entry(lesson: LessonSource, points: Mapping[str, float]) -> dict[str, Any]:
    """What graders need to know of a released lesson: each check, where it stands and what it is worth."""
    return {
        "checks": [
            {
                "cell": cell.id,
                "exercise": cell.exercise,
                "exercise_cell": f"{lesson.number}-{cell.exercise}",
                "points": points[cell.exercise],
                "source": cell.source,
            }
            for cell in lesson.cells
            if cell.kind == "check"
        ],
        "name": lesson.name,
        "source": lesson.digest,
        "title": lesson.title,
    }


def dumps(data: Any) -> str:
    """JSON as Jupyter writes notebooks, one line of text a line, so that differences can be read."""
    return json.dumps(_split(data), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _split(data: Any) -> Any:
    if not (isinstance(data, dict) and "cells" in data):
        return data
    return {**data, "cells": [_split_cell(cell) for cell in data["cells"]]}


def _split_cell(cell: dict[str, Any]) -> dict[str, Any]:
    split = {**cell, "source": cell["source"].splitlines(True)}
    if "outputs" in cell:
        split["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return split


def _split_output(output: Output) -> Output:
    if "text" in output:
        return {**output, "text": output["text"].splitlines(True)}
    if "data" in output:
        data = {k: v.splitlines(True) if _is_text(k, v) else v for k, v in output["data"].items()}
        return {**output, "data": data}
    return output


def _is_text(kind: str, value: Any) -> bool:
    return isinstance(value, str) and (
        kind.startswith("text/") or kind in ("application/javascript", "image/svg+xml")
    )


def load(path: Path) -> Notebook:
    """Read a notebook file with its lines joined.

    Raises ValueError (of which JSON's and UTF-8's errors are kinds) when it is no notebook, and OSError.
    """
    data = json.loads(path.read_bytes().decode("utf-8-sig"))  # some editors put a mark before it
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list) or not all(
        isinstance(cell, dict) and "cell_type" in cell for cell in cells
    ):
        raise ValueError("it holds no list of notebook cells")
    for cell in cells:
        cell["source"] = _joined(cell.get("source", ""))
        for output in cell.get("outputs", ()):
            if "text" in output:
                output["text"] = _joined(output["text"])
            for kind, value in output.get("data", {}).items():
                if not (kind == "application/json" or kind.endswith("+json")):
                    output["data"][kind] = _joined(value)
    data.setdefault("metadata", {})
    return data


def _joined(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
