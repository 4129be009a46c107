"""Pictures of sounds and of numbers, each with a text that says what is to be seen. Lessons 01 to 03."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from gan_course.display import drawing
from gan_course.display.stored import picture_source, small_png, unseen
from gan_course.sound import Sound
from gan_course.spectral import amplitude_to_db, hann, stft

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FLOOR_DB = -120.0
_SHORTEST_SPECTROGRAM = 16
_RANGE_DB = 80.0
_WIDE = 560

Line = ArrayLike | tuple[ArrayLike, ArrayLike]


@dataclass(frozen=True, eq=False, repr=False)
class Picture:
    """A picture as a notebook stores it.

    png: the file's bytes. alt: what is to be seen, in words. width, height: its size (pixels).
    """

    png: bytes
    alt: str
    width: int
    height: int

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"

    def html(self) -> str:
        """An `<img>` element with alternative text."""
        return (
            f'<img alt="{escape(self.alt)}" src="{picture_source(self.png)}"'
            f' width="{self.width}" height="{self.height}"'
            ' style="display:block;max-width:100%;height:auto;border-radius:4px">'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": self.html()}


def picture(figure: "Figure", alt: str) -> Picture:
    """A figure of matplotlib as a Picture; if pyplot made it, it is closed.

    alt: what is to be seen, for those who cannot see it.
    """
    import sys

    shown = figure.figure if hasattr(figure, "figure") else figure
    png, size = _pixels_of(shown)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close(shown)
    return Picture(png, alt or "A figure", *size)


def plot_lines(
    x: ArrayLike,
    lines: Mapping[str, Line],
    x_label: str = "",
    y_label: str = "",
    title: str = "",
    alt: str = "",
    log: str = "",
    points: Mapping[str, Line] | None = None,
    limits: tuple[float, float] | None = None,
    width: int = _WIDE,
    height: int = 270,
) -> Picture:
    """Lines over a common x, each with its name.

    x: `(point,)`. lines: for each name its y `(point,)`, or a pair of its own x and y. points: the same,
    drawn as dots. x_label and y_label name quantity and unit, as in "time (s)". log: the axes that are
    logarithmic, "", "x", "y" or "xy". limits: the two ends of the vertical axis; what lies beyond them is
    not drawn. alt: made from names and ranges where it is not given.

    Raises ValueError if an x and a y differ in length, or for another `log`.
    """
    if log not in ("", "x", "y", "xy", "yx"):
        raise ValueError(f'log names the logarithmic axes, "", "x", "y" or "xy", and not {log!r}.')
    drawn = {name: _pair(x, line, name) for name, line in lines.items()}
    dotted = {name: _pair(x, line, name) for name, line in (points or {}).items()}
    with drawing.our_look():
        figure = drawing.blank(width, height, layout="constrained")
        axes = figure.subplots()
        for (name, pair), dash in zip(drawn.items(), _dashes(drawn), strict=True):
            axes.plot(*pair, dash, label=name)
        for name, pair in dotted.items():
            axes.plot(*pair, "o", markersize=4.5, label=name)
        _dress(axes, x_label, y_label, title, log)
        if limits:
            axes.set_ylim(*limits)
        if len(drawn) + len(dotted) > 1:
            _legend(axes)
        png = drawing.rendered(figure)
    return Picture(png, alt or _lines_in_words(drawn | dotted, x_label, y_label, title), width, height)


def plot_waveform(
    *sounds: Sound, labels: Sequence[str] | None = None, title: str = "", alt: str = ""
) -> Picture:
    """The waveforms of one or more sounds below each other, on one scale of time (s) and of amplitude."""
    names = names_of(sounds, labels)
    row, gap, left = 96, 28, 58
    top = 8 + 20 * bool(title) + 14 * (len(sounds) > 1)
    height = top + len(sounds) * (row + gap) + 14
    duration, peak = max(sound.duration for sound in sounds), max(sound.peak for sound in sounds)
    with drawing.our_look():
        figure = drawing.blank(_WIDE, height)
        for position, (sound, name) in enumerate(zip(sounds, names, strict=True)):
            box = (left, top + position * (row + gap), _WIDE - left - 12, row)
            axes = drawing.axes_at(figure, *box)
            draw_waveform(axes, sound, duration, peak)
            if len(sounds) > 1:
                axes.set_title(name, fontsize=10, pad=3)
                axes.tick_params(labelbottom=position == len(sounds) - 1)
        axes.set_xlabel(time_label(duration))
        _headline(figure, title)
        png = drawing.rendered(figure)
    words = alt or "Waveform of " + "; of ".join(map(in_words, sounds, names)) + "."
    return Picture(png, words, _WIDE, height)


def plot_spectrogram(
    shown: Sound | ArrayLike | Mapping[str, Sound | ArrayLike],
    rate: int = 16_000,
    hop: int = 256,
    n_fft: int = 1024,
    frequencies: ArrayLike | None = None,
    unit: str = "dB",
    low: float | None = None,
    high: float | None = None,
    title: str = "",
    alt: str = "",
) -> Picture:
    """A spectrogram with its axes; several, given with their names, side by side on one scale of colours.

    shown: a Sound (its STFT is drawn), or an array `(frequency, frame)`: complex values are drawn in dB,
        real ones as they are, in `unit`.
    rate: samples in a second (Hz) of the sound that an array was made from. hop: samples between its frames.
    n_fft: length of the window (samples) with which a Sound is analysed.
    frequencies: the centre of each row (Hz), `(frequency,)`, for rows that are not spread evenly from 0 to
        rate / 2, such as mel bands.
    low, high: the values at the two ends of the scale of colours; 80 dB below the largest, and the largest,
        if `unit` is "dB" and they are not given.

    Raises ValueError for arrays of another shape.
    """
    named = dict(shown) if isinstance(shown, Mapping) else {"": shown}
    sounds = {name: one for name, one in named.items() if isinstance(one, Sound)}
    arrays = {name: _values(one, n_fft, hop) for name, one in named.items()}
    rates = {name: one.rate if isinstance(one, Sound) else rate for name, one in named.items()}
    largest = max(float(np.nanmax(values)) for values in arrays.values())
    smallest = min(float(np.nanmin(values)) for values in arrays.values())
    high = largest if high is None else high
    low = (max(smallest, high - _RANGE_DB) if unit == "dB" else smallest) if low is None else low
    panel = 400 if len(arrays) == 1 else max(150, 560 // len(arrays))
    left, gap, top, tall = 58, 26, 24 + 20 * bool(title), 190  # in the gap two ticks' numbers have room
    width, height = left + len(arrays) * (panel + gap) + 60, top + tall + 44
    with drawing.our_look():
        figure = drawing.blank(width, height)
        for position, (name, values) in enumerate(arrays.items()):
            axes = drawing.axes_at(figure, left + position * (panel + gap), top, panel, tall)
            image = _paint(axes, values, rates[name], hop, frequencies, low, high)
            axes.set_title(name, fontsize=10, pad=4)
            axes.set_xlabel(time_label(values.shape[1] * hop / rates[name]))
            if position == 0:
                axes.set_ylabel("frequency (kHz)")
            else:
                axes.tick_params(labelleft=False)
        _colour_bar(figure, image, unit, width - 60, top, tall)
        _headline(figure, title)
        png = drawing.rendered(figure, mapped=True)
    return Picture(png, alt or _spectrograms_in_words(named, sounds, low, high, unit), width, height)


def plot_spectrum(
    *sounds: Sound,
    labels: Sequence[str] | None = None,
    log: str = "",
    low: float | None = None,
    title: str = "",
    alt: str = "",
    height: int = 270,
) -> Picture:
    """The level (dB; 0 is a sine at full scale) at each frequency (Hz), each sound as a whole under a Hann
    window.

    log: "x" for a logarithmic frequency axis, from 20 Hz. low: the lower end of the level axis (dB); 100 dB
    below the largest value where it is not given.
    """
    names = names_of(sounds, labels)
    spectra = [spectrum(sound) for sound in sounds]
    highest = max(float(levels.max()) for _, levels in spectra)
    low = highest - 100 if low is None else low
    columns = _WIDE
    with drawing.our_look():
        figure = drawing.blank(_WIDE, height, layout="constrained")
        axes = figure.subplots()
        for name, (every_frequency, every_level) in zip(names, spectra, strict=True):
            frequencies, levels = _thinned(every_frequency, every_level, columns, "x" in log)
            axes.plot(frequencies, levels, label=name, linewidth=1.2, alpha=0.85)
        _dress(axes, "frequency (Hz)", "level (dB)", title, log)
        axes.set_ylim(low, highest + 5)
        axes.set_xlim(20 if "x" in log else 0, max(sound.rate for sound in sounds) / 2)
        if len(sounds) > 1:
            _legend(axes)
        png = drawing.rendered(figure)
    words = alt or "Spectrum of " + "; of ".join(map(in_words, sounds, names)) + "."
    return Picture(png, words, _WIDE, height)


def portrait(
    sound: Sound,
    shown: str,
    duration: float,
    peak: float,
    highest_db: float,
    label: str = "",
    width: int = 440,
) -> Picture:
    """The picture beside a player: the waveform above the spectrogram, "both", or one of them.

    shown: "both", "waveform" or "spectrogram". duration (s), peak, highest_db (dB): the ends of the scales,
    common to all sounds that are compared.
    """
    left, right, wave, spec = 52, 56, 56, 128
    with_wave, with_spec = shown in ("both", "waveform"), shown in ("both", "spectrogram")
    if len(sound) < _SHORTEST_SPECTROGRAM:
        with_wave, with_spec = True, False
    top, gap, below = 8 if with_wave else 22, 10, 34  # the colour bar's unit stands above it
    height = top + wave * with_wave + gap * (with_wave and with_spec) + spec * with_spec + below
    across = width - left - right
    with drawing.our_look():
        figure = drawing.blank(width, height)
        if with_wave:
            axes = drawing.axes_at(figure, left, top, across, wave)
            draw_waveform(axes, sound, duration, peak)
            axes.tick_params(labelbottom=not with_spec)
            axes.yaxis.set_label_coords(-38 / across, 0.5)
        if with_spec:
            axes = drawing.axes_at(figure, left, height - below - spec, across, spec)
            levels, hop = fine_spectrogram(sound, across)
            image = _paint(axes, levels, sound.rate, hop, None, highest_db - _RANGE_DB, highest_db)
            axes.set_xlim(0, duration * _time_factor(duration))
            axes.set_ylabel("kHz")
            axes.yaxis.set_label_coords(-38 / across, 0.5)
            _colour_bar(figure, image, "dB", width - right, height - below - spec, spec)
        axes.set_xlabel(time_label(duration))
        png = drawing.rendered(figure, mapped=True)
    drawn = {(1, 1): "Waveform and spectrogram", (1, 0): "Waveform", (0, 1): "Spectrogram"}
    return Picture(png, f"{drawn[with_wave, with_spec]} of {in_words(sound, label)}.", width, height)


def draw_waveform(axes: "Axes", sound: Sound, duration: float, peak: float) -> None:
    """The waveform: its outline where samples are many, a line where they are few, dots where very few."""
    factor = _time_factor(duration)
    columns = 800
    if len(sound) > 2 * columns:
        middles, least, greatest = drawing.outline(sound.samples, columns)
        axes.fill_between(
            middles / sound.rate * factor, least, greatest, color=drawing.COLOURS[0], linewidth=0.6
        )
    else:
        dots = "o-" if len(sound) <= 60 else "-"
        axes.plot(sound.times * factor, sound.samples, dots, markersize=3.5, linewidth=1.0)
    axes.set_xlim(0, duration * factor)
    axes.set_ylim(-1.08 * (peak or 1), 1.08 * (peak or 1))
    axes.locator_params(axis="y", nbins=3)
    axes.set_ylabel("amplitude" if axes.get_window_extent().height > 80 else "ampl.")


def fine_spectrogram(sound: Sound, columns: int) -> tuple[NDArray[np.floating], int]:
    """Levels `(frequency, frame)` (dB; 0 is a sine at full scale) for so many pixels across, and the hop."""
    n_fft = _window_for(sound)
    hop = max(1, n_fft // 4, len(sound) // columns)
    return _levels(sound, n_fft, hop), hop


def spectrum(sound: Sound) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Frequencies (Hz) and levels (dB; 0 is a sine at full scale), each `(frequency,)`, of the whole
    sound."""
    window = hann(len(sound) + 1, torch.float64).numpy()[1:] if len(sound) > 2 else np.ones(len(sound))
    amplitudes = 2 * np.abs(np.fft.rfft(sound.samples * window)) / window.sum()
    levels = amplitude_to_db(torch.from_numpy(amplitudes), 2 * _FLOOR_DB).numpy()
    return np.fft.rfftfreq(len(sound), 1 / sound.rate), levels


def names_of(sounds: Sequence[Sound], labels: Sequence[str] | None) -> list[str]:
    """A name for each sound: the one given, its own, or a letter. Raises ValueError if they do not fit."""
    if not sounds:
        raise ValueError("There is no sound to show: give at least one.")
    for sound in sounds:
        if not isinstance(sound, Sound):
            raise ValueError(
                f"Sounds are shown here, and {type(sound).__name__} is none: make it one with"
                f" Sound(samples, rate)."
            )
    if isinstance(labels, str) or (labels is not None and len(labels) != len(sounds)):
        raise ValueError(f"{len(sounds)} sounds need a list of {len(sounds)} labels; {labels!r} was given.")
    if labels is not None:
        return [str(label) for label in labels]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    unnamed = "" if len(sounds) == 1 else letters
    return [sound.label or unnamed[place : place + 1] for place, sound in enumerate(sounds)]


def in_words(sound: Sound, name: str = "") -> str:
    """A sound in words: what it is called, how long and how loud it is, and where it is strongest."""
    return f"{name or sound.label or 'a sound'}: {facts(sound)}{_strongest(sound)}"


def facts(sound: Sound) -> str:
    """Duration, rate and level, as a caption says them."""
    return f"{_spoken_duration(sound)}, {_spoken_rate(sound.rate)}, {_spoken_level(sound)}"


def time_label(duration: float) -> str:
    """The label of a time axis that is so long (s)."""
    return "time (s)" if _time_factor(duration) == 1 else "time (ms)"


def _time_factor(duration: float) -> int:
    return 1 if duration >= 0.1 else 1000


def _spoken_duration(sound: Sound) -> str:
    if len(sound) < 100:
        return f"{len(sound)} sample{'s' if len(sound) > 1 else ''}"
    return f"{sound.duration:.2f} s" if sound.duration >= 0.1 else f"{sound.duration * 1000:.1f} ms"


def _spoken_rate(rate: int) -> str:
    return f"{rate / 1000:g} kHz" if rate >= 1000 else f"{rate} Hz"


def _spoken_level(sound: Sound) -> str:
    return f"{sound.level:.1f} dB".replace("-", "−") if sound.peak else "silence"


def _strongest(sound: Sound) -> str:
    if not sound.peak or len(sound) < _SHORTEST_SPECTROGRAM:
        return ""
    frequencies, levels = spectrum(sound.cut(0, min(sound.duration, 30.0)))
    return f", strongest near {frequencies[np.argmax(levels)]:.0f} Hz"


def _window_for(sound: Sound) -> int:
    """About a twentieth of a second, as a power of two that the sound can fill."""
    wanted = round(np.log2(max(sound.rate / 20, 16)))
    longest = int(np.log2(len(sound)))
    return int(2 ** max(3, min(wanted, longest)))


def _levels(sound: Sound, n_fft: int, hop: int) -> NDArray[np.floating]:
    sound = sound.pad((n_fft // 2 + 1) / sound.rate)
    spectra = stft(torch.from_numpy(sound.samples), n_fft, hop)
    return amplitude_to_db(2 * spectra.abs() / hann(n_fft).sum(), _FLOOR_DB).numpy()


def _values(shown: Sound | ArrayLike, n_fft: int, hop: int) -> NDArray[np.floating]:
    if isinstance(shown, Sound):
        return _levels(shown, n_fft, hop)
    array = shown.detach().cpu().numpy() if isinstance(shown, torch.Tensor) else np.asarray(shown)
    if array.ndim != 2 or not array.size:
        raise ValueError(
            f"A spectrogram to draw has the shape (frequency, frame), and not {array.shape}: take"
            f" one clip, one channel."
        )
    if np.iscomplexobj(array):
        return amplitude_to_db(torch.from_numpy(np.abs(array)), _FLOOR_DB).numpy()
    return array.astype(np.float64)


def _paint(
    axes: "Axes",
    values: NDArray[np.floating],
    rate: int,
    hop: int,
    frequencies: ArrayLike | None,
    low: float,
    high: float,
) -> Any:
    """Values `(frequency, frame)` as colours; the axes say time and frequency (kHz)."""
    rows, frames = values.shape
    duration = frames * hop / rate
    factor = _time_factor(duration)
    half = hop / rate / 2
    extent = (-half * factor, (duration - half) * factor, -0.5, rows - 0.5)
    image = axes.imshow(
        values,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap=drawing.COLOUR_MAP,
        vmin=low,
        vmax=high if high > low else low + 1,
        interpolation="antialiased" if max(rows / 100, frames / 300) > 2 else "nearest",
    )
    axes.grid(False)
    axes.set_xlim(0, max(extent[1], half * factor))
    centres = (
        np.linspace(0, rate / 2, rows) if frequencies is None else np.asarray(frequencies, dtype=np.float64)
    )
    if centres.shape != (rows,):
        raise ValueError(f"frequencies has {centres.shape} entries for the {rows} rows of the spectrogram.")
    ticks = _frequency_ticks(centres)
    axes.set_yticks(np.interp(ticks, centres, np.arange(rows)), [f"{tick / 1000:g}" for tick in ticks])
    return image


def _frequency_ticks(centres: NDArray[np.floating]) -> NDArray[np.floating]:
    """Round frequencies (Hz) that lie well apart, whether the rows are spread evenly or not."""
    from matplotlib.ticker import MaxNLocator

    evenly = centres[len(centres) // 2] >= 0.45 * (centres[0] + centres[-1])
    octaves = np.array([0, 250, 500, 1000, 2000, 4000, 8000, 16000], dtype=float)
    spread = MaxNLocator(nbins=4, steps=[1, 2, 4, 5, 10]).tick_values(centres[0], centres[-1])
    ticks = np.asarray(spread) if evenly else octaves
    return ticks[(ticks >= centres[0]) & (ticks <= centres[-1])]


def _colour_bar(figure: "Figure", image: Any, unit: str, left: float, top: float, height: float) -> None:
    axes = drawing.axes_at(figure, left + 6, top, 8, height)
    bar = figure.colorbar(image, cax=axes)
    bar.outline.set_visible(False)
    bar.locator = _five_steps()
    axes.grid(False)
    axes.tick_params(length=2, pad=2)
    axes.set_title(unit, fontsize=10, pad=4, loc="left")


def _five_steps() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=4)


def _headline(figure: "Figure", title: str) -> None:
    if title:
        height = figure.get_size_inches()[1] * drawing.DPI
        figure.text(8 / (figure.get_size_inches()[0] * drawing.DPI), 1 - 14 / height, title, fontsize=12)


def _dress(axes: "Axes", x_label: str, y_label: str, title: str, log: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set(xlabel=x_label, ylabel=y_label, title=title)
    for letter in log:
        axis = axes.xaxis if letter == "x" else axes.yaxis
        axes.set(**{f"{letter}scale": "log"})
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if letter == "x" else (1.0,)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.01)


def _legend(axes: "Axes") -> None:
    """Outside the axes, where it hides nothing: above them, or to the right where names are many or long."""
    names = axes.get_legend_handles_labels()[1]
    title = axes.get_title(loc="left")
    if len(names) <= 4 and sum(map(len, (title, *names))) + 6 * len(names) <= 70:
        side: Any = "lower right" if title else "lower left"
        axes.legend(loc=side, bbox_to_anchor=(bool(title), 0.99), ncols=len(names), borderaxespad=0.2)
    else:
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), borderaxespad=0)


def _dashes(lines: Mapping[str, Any]) -> list[str]:
    """Few lines differ in dash as well as in colour; many would only look restless."""
    return [drawing.DASHES[place] if len(lines) <= 4 else "-" for place in range(len(lines))]


def _pair(x: ArrayLike, line: Line, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    own: Any = line if isinstance(line, tuple) and len(line) == 2 and np.ndim(line[0]) == 1 else (x, line)
    across, up = map(_array, own)
    if across.shape != up.shape or across.ndim != 1:
        raise ValueError(
            f"The line {name!r} has {up.shape} values for {across.shape} positions: both need the"
            f" shape (point,)."
        )
    return across, up


def _array(values: Any) -> NDArray[Any]:
    return values.detach().cpu().numpy() if isinstance(values, torch.Tensor) else np.asarray(values)


def _thinned(
    frequencies: NDArray[np.floating], levels: NDArray[np.floating], columns: int, log: bool
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """The greatest level in each column of pixels, so that no partial is lost when points are many."""
    if len(levels) <= 4 * columns:
        return frequencies[1:] if log else frequencies, levels[1:] if log else levels
    if log:
        grid = np.geomspace(1, len(levels) - 1, 2 * columns)
        starts = np.unique(grid.astype(int))
    else:
        starts = np.linspace(0, len(levels), 2 * columns, endpoint=False).astype(int)
    return frequencies[starts], np.maximum.reduceat(levels, starts)


def _lines_in_words(drawn: Mapping[str, tuple[Any, Any]], x_label: str, y_label: str, title: str) -> str:
    what = f"{title}: " if title else ""
    ranges = "; ".join(
        f"{name or 'a line'} from {_number(up[0])} to {_number(up[-1])}"
        for name, (_, up) in drawn.items()
        if len(up)
    )
    return f"{what}{y_label or 'values'} over {x_label or 'position'}: {ranges}.".strip()


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _spectrograms_in_words(
    named: Mapping[str, Any], sounds: Mapping[str, Sound], low: float, high: float, unit: str
) -> str:
    each = [
        in_words(sounds[name], name)
        if name in sounds
        else f"{name or 'an array'}: {' by '.join(map(str, np.shape(values)))} values"
        for name, values in named.items()
    ]
    return f"Spectrogram of {'; of '.join(each)}; colours from {_number(low)} to {_number(high)} {unit}."


def _pixels_of(figure: "Figure") -> tuple[bytes, tuple[int, int]]:
    import io

    from PIL import Image

    if unseen():
        width, height = (int(side * drawing.DPI) for side in figure.get_size_inches())
        return b"", (width, height)
    stored = io.BytesIO()
    figure.savefig(stored, format="png", dpi=drawing.DPI, facecolor="white")
    pixels = np.asarray(Image.open(stored).convert("RGB"))
    return small_png(pixels), (pixels.shape[1], pixels.shape[0])
