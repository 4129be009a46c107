"""Stored outputs without what changes from run to run or belongs to one machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_LINE = "interactive control: run this cell to move it"
NO_AUDIO_LINE = "(this sound is not stored: run the cell to hear it)"

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,}")
_PROGRESS = re.compile(
    r"\d+%\|.*\|.*\[.*\]|^\s*\d+(\.\d+)?[kMG]?(it|B)? \[\d\d:\d\d.*\]|\d+(\.\d+)?(it|[kMG]?B)/s"
)
_AUDIO = re.compile(r"<audio\b.*?(?:</audio\s*>|/>)", re.DOTALL | re.IGNORECASE)
_DATA = re.compile(r"(data:[\w.+-]+/[\w.+-]+[^\"'\s>)]*)")

Output = dict[str, Any]


def tidied(outputs: Sequence[Output], places: Mapping[str, str], *, audio: bool = True) -> list[Output]:
    """``outputs`` of one cell as they are stored.

    stderr, progress bars, widget views and object addresses go, and every folder named in ``places`` becomes
    what it is mapped to. Streams are joined. Without ``audio``, sounds go as well and a line says so.
    """
    kept: list[Output] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            if output["name"] != "stderr":
                _append_text(kept, output["text"])
        elif kind in ("display_data", "execute_result") and (data := _tidy_bundle(output["data"], audio)):
            kept.append({**output, "data": data})
        elif kind == "error":
            kept.append(dict(output))
    for output in kept:
        if output["output_type"] == "stream":
            output["text"] = _impersonal(_without_progress(output["text"]), places)
        elif "data" in output:
            output["data"] = {
                kind: _impersonal_value(kind, value, places) for kind, value in output["data"].items()
            }
    return [output for output in kept if output.get("text") != ""]


def _append_text(kept: list[Output], text: str) -> None:
    if kept and kept[-1]["output_type"] == "stream":
        kept[-1]["text"] += text
    else:
        kept.append({"output_type": "stream", "name": "stdout", "text": text})


def _tidy_bundle(data: Mapping[str, Any], audio: bool) -> dict[str, Any]:
    bundle = dict(data)
    if WIDGET_VIEW in bundle:
        if _PROGRESS.search(str(bundle.get("text/plain", ""))):
            return {}
        del bundle[WIDGET_VIEW]
        if "text/html" not in bundle:  # its author has not said what stands in its place
            return {"text/plain": WIDGET_LINE}
    if not audio:
        for kind in [kind for kind in bundle if kind.startswith("audio/")]:
            del bundle[kind]
        for kind in ("text/html", "text/markdown"):
            if kind in bundle:
                bundle[kind] = _AUDIO.sub(f"<em>{NO_AUDIO_LINE}</em>", bundle[kind])
        bundle = bundle or {"text/plain": NO_AUDIO_LINE}
    return bundle


def _without_progress(text: str) -> str:
    """What is left on the screen of ``text``: a carriage return begins the line again; no progress bars."""
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return "\n".join(line for line in lines if not _PROGRESS.search(line))


def _impersonal_value(kind: str, value: Any, places: Mapping[str, str]) -> Any:
    if not isinstance(value, str) or not (kind.startswith("text/") or kind == "application/javascript"):
        return value
    # A sound or picture in base64 may contain any letters; it is not text.
    parts = _DATA.split(value)
    return "".join(part if i % 2 else _impersonal(part, places) for i, part in enumerate(parts))


def _impersonal(text: str, places: Mapping[str, str]) -> str:
    text = _ADDRESS.sub("", text)
    for folder in sorted(places, key=len, reverse=True):
        if len(folder) > 3:
            # Spliced, not substituted: what stands for a folder is no pattern.
            text = places[folder].join(re.split(rf"(?<![\w/+=.-]){re.escape(folder)}(?![\w-])", text))
    return text
