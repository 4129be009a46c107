"""What a learner gets back: a page with each exercise's points, what was wrong, and the hints for it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
section { border-left: 4px solid #b3541e; padding: 0 1rem; margin: 1.5rem 0; }
section.passed { border-color: #1a7f5a; }
h2 { font-size: 1.1rem; margin: 0; }
code { font-size: .95em; }
@media (prefers-color-scheme: dark) { body { background: #151515; color: #e8e8e8; } }
"""


@cache
def hints(lesson: str, exercise: str) -> tuple[str, ...]:
    """The hints of an exercise, from the mildest; none where the lesson is not installed."""
    try:
        module = importlib.import_module(f"gan_course.exercises.lesson_{lesson}")
        return tuple(module.lesson.exercises[exercise].hints)
    except (ImportError, KeyError, AttributeError):
        return ()


def page(result: Mapping[str, Any]) -> str:
    """The page of one submission, as HTML that needs nothing else."""
    rows = result["rows"]
    points, most = (sum(row[key] for row in rows) for key in ("points", "max_points"))
    lesson = rows[0]["lesson"] if rows else ""
    student = rows[0]["student"] if rows else ""
    title = escape(f"{student}: lesson {lesson}" if lesson else result["file"])
    parts = [
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body><main>',
        f"<h1>{title}</h1><p><strong>{points:g} of {most:g} points.</strong></p>",
    ]
    if result["status"] != "graded":
        parts.append(f"<p>The notebook could not be graded to its end: {escape(result['status'])}.</p>")
    parts += [_section(row) for row in rows]
    return "\n".join([*parts, "</main></body></html>", ""])


def _section(row: Mapping[str, Any]) -> str:
    passed = row["status"] == "passed"
    points = f"{row['points']:g} of {row['max_points']:g}"
    head = f"<h2>{escape(row['exercise'] or 'the notebook')}: {escape(row['status'])}, {points} points</h2>"
    said = [] if passed or not row["fault"] else [f"<p>{_code(row['fault'])}</p>"]
    if row["flags"]:
        said.append(f"<p>Noticed: {escape(row['flags'])}.</p>")
    if not passed and row["status"] in ("failed", "not attempted"):
        items = "".join(f"<li>{_code(hint)}</li>" for hint in hints(row["lesson"], row["exercise"]))
        said += [f"<details><summary>Hints</summary><ol>{items}</ol></details>"] if items else []
    return f'<section class="{"passed" if passed else "open"}">{head}{"".join(said)}</section>'


def _code(text: str) -> str:
    """Escaped text, with what stands between backticks as code."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
