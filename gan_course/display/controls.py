"""Controls that change what a cell shows: pictures and sounds that follow a slider."""

from collections.abc import Callable, Mapping
from html import escape
from numbers import Integral, Real
from typing import Any

from gan_course.display.stored import bundle_of

Control = tuple[float, ...] | list[Any] | Mapping[str, Any] | bool


def explore(function: Callable[..., Any], /, **controls: Control) -> None:
    """Show `function(**values)`, and again whenever one of its controls is moved.

    function: returns anything that a notebook can show (a Sound, Players, a Picture, a text), or a list of
        it.
    controls: for each argument of the function a slider `(low, high, step)` or `(low, high, step, start)`,
        a list or a mapping from names to values to choose from, or True or False to switch. A slider of
        whole numbers gives whole numbers; it starts in the middle unless told.

    What is shown first is an ordinary output, so that it stays in the stored notebook where no control can be
    moved. An exception of the function is shown as one sentence in its place. Raises ValueError for a control
    that is none of these.
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    longest = max(map(len, controls), default=0)
    widgets = {name: _widget(name, control, longest) for name, control in controls.items()}

    def state() -> dict[str, Any]:
        return _bundle(function, {name: widget.value for name, widget in widgets.items()})

    if get_ipython() is None:
        print(state()["text/plain"])
        return
    display(_panel(widgets, controls), raw=True)
    shown = display(state(), raw=True, display_id=True)

    def follow(_change: Any) -> None:
        shown.update(state(), raw=True)

    for widget in widgets.values():
        widget.observe(follow, names="value")


def _widget(name: str, control: Control, longest: int) -> Any:
    import ipywidgets  # type: ignore[import-untyped]

    label = {"description": name.replace("_", " "), "style": {"description_width": f"{8 * longest + 8}px"}}
    wide = ipywidgets.Layout(width="440px", max_width="95%")
    if isinstance(control, bool):
        return ipywidgets.Checkbox(value=control, indent=False, **label)
    if isinstance(control, tuple):
        low, high, step, start = _range(name, control)
        whole = all(isinstance(number, Integral) for number in (low, high, step, start))
        slider = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        shown = {} if whole else {"readout_format": f".{_decimals(step)}f"}
        return slider(
            value=start, min=low, max=high, step=step, continuous_update=False, layout=wide, **shown, **label
        )
    options = list(control.items()) if isinstance(control, Mapping) else control
    if not isinstance(options, list) or not options:
        raise ValueError(
            f"The control {name!r} is {control!r}: give (low, high, step) for a slider, a list of"
            f" choices, or True"
            " or False."
        )
    return ipywidgets.Dropdown(options=options, layout=ipywidgets.Layout(width="max-content"), **label)


def _range(name: str, control: tuple[Any, ...]) -> tuple[Any, Any, Any, Any]:
    numbers = all(isinstance(number, Real) for number in control)
    if len(control) not in (3, 4) or not numbers or not control[0] < control[1] or not control[2] > 0:
        raise ValueError(
            f"The slider {name!r} is {control!r}: give (low, high, step) or (low, high, step,"
            f" start), with low below"
            " high and a step above 0."
        )
    low, high, step = control[:3]
    start = control[3] if len(control) == 4 else low + step * round((high - low) / step / 2)
    if not low <= start <= high:
        raise ValueError(f"The slider {name!r} starts at {start}, which is not between {low} and {high}.")
    return low, high, step, start


def _decimals(step: float) -> int:
    return len(f"{step:.6f}".rstrip("0").split(".")[1])


def _panel(widgets: Mapping[str, Any], controls: Mapping[str, Control]) -> dict[str, Any]:
    """The controls, and the text that stands for them in a notebook that nobody runs."""
    import ipywidgets  # type: ignore[import-untyped]

    ranges = ", ".join(_in_words(name, control) for name, control in controls.items())
    words = f"Controls (run this cell to move them): {ranges}."
    box = ipywidgets.VBox(list(widgets.values()))
    return box._repr_mimebundle_() | {
        "text/plain": words,
        "text/html": f'<div style="font-size:85%;opacity:0.8">{escape(words)}</div>',
    }


def _in_words(name: str, control: Control) -> str:
    name = name.replace("_", " ")
    if isinstance(control, tuple):
        return f"{name} from {control[0]:g} to {control[1]:g}"
    if isinstance(control, bool):
        return f"{name} on or off"
    return f"{name} ({len(control)} choices)"


def _bundle(function: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, str]:
    try:
        shown = function(**values)
        return together(list(shown) if isinstance(shown, (list, tuple)) else [shown])
    except Exception as wrong:
        words = f"{type(wrong).__name__}: {wrong}"
        sentence = f"This cannot be shown at {_values_in_words(values)}. {words}"
        return {
            "text/plain": sentence,
            "text/html": f'<p style="border-left:4px solid #d55e00;padding-left:8px">{escape(sentence)}</p>',
        }


def _values_in_words(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items()) or "any value"


def together(shown: list[Any]) -> dict[str, str]:
    """One MIME bundle that shows several things below each other."""
    bundles = [bundle_of(one) for one in shown if one is not None]
    return {
        "text/plain": "\n".join(str(bundle.get("text/plain", "")) for bundle in bundles),
        "text/html": "".join(f'<div style="margin-bottom:8px">{_html(bundle)}</div>' for bundle in bundles),
    }


def _html(bundle: Mapping[str, Any]) -> str:
    if "text/html" in bundle:
        return str(bundle["text/html"])
    if "image/svg+xml" in bundle:
        return str(bundle["image/svg+xml"])
    words = str(bundle.get("text/plain", ""))
    if "image/png" in bundle:
        return f'<img alt="{escape(words)}" src="data:image/png;base64,{bundle["image/png"]}">'
    return f"<div>{escape(words)}</div>"
