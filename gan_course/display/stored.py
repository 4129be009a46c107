"""How sounds and pictures are stored in a notebook: small, and the same bytes from run to run."""

import base64
import io
import os
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from gan_course.sound import Sound

Coding = Literal["flac", "mp3", "wav"]

# the rates that an MP3 file can have
_MP3_RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
# what browsers play in the other formats: Chromium refuses less than 3 kHz
_OTHER_RATES = (3_000, 192_000)
# a shorter sound is over before a browser has opened its device
_SHORTEST = 0.1
# Chromium cannot wind back a FLAC file of a single block; so short a sound is small as a WAV file too
_ONE_BLOCK = 4096
_COLOURS = 64

UNSEEN = "GAN_COURSE_UNSEEN"
"""The environment variable that says, with 1, that nobody looks or listens, as in a grader's kernel: nothing is
drawn or coded then, which is half of the time that many a lesson takes."""

_coding: Coding = "flac"


def unseen() -> bool:
    """Whether pictures and sounds are for nobody."""
    return os.environ.get(UNSEEN) == "1"


def configure(coding: Coding = "flac") -> None:
    """Choose how the sounds of every later player are stored.

    coding: "flac" (16 bit, what is heard is what was computed), "wav" (the same, larger), or "mp3" (a tenth
        of the size, with coding noise: not where quantisation, phase or coding is what one listens to).
    """
    global _coding
    _coding = known_coding(coding)


def known_coding(coding: Coding | None) -> Coding:
    """The coding named, or for None the configured one. Raises ValueError for one that is not known."""
    if coding is not None and coding not in get_args(Coding):
        raise ValueError(f"Sounds are stored as {', '.join(get_args(Coding))}, and not as {coding!r}.")
    return coding or _coding


def audio_source(sound: Sound, coding: Coding | None = None) -> str:
    """A data address for `<audio src="…">`: 16-bit samples, clipped at full scale, at a rate that browsers
    play."""
    coding = known_coding(coding)
    if unseen():
        return "data:,"
    played = sound.resample(_played_rate(sound.rate, coding)).pad(_SHORTEST)
    if played.peak > 1:
        played = Sound(np.clip(played.samples, -1, 1), played.rate)
    if coding == "flac" and len(played) <= _ONE_BLOCK:
        coding = "wav"
    kind = {"flac": "audio/flac", "mp3": "audio/mpeg", "wav": "audio/wav"}[coding]
    return _address(kind, played.encode(f".{coding}"))


def picture_source(png: bytes) -> str:
    """A data address for `<img src="…">`."""
    return _address("image/png", png)


def small_png(pixels: NDArray[np.uint8], palette: NDArray[np.uint8] | None = None) -> bytes:
    """A PNG of at most 64 colours from `pixels` `(row, column, 3 or 4)`, 0 to 255.

    palette: the colours `(colour, 3)` to use; those that fit the picture best where it is None.
    """
    from PIL import Image

    if unseen():
        return b""
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    known = None
    if palette is not None:
        known = Image.new("P", (1, 1))
        known.putpalette(palette[:_COLOURS].tobytes())
    stored = io.BytesIO()
    image.quantize(_COLOURS, palette=known, dither=Image.Dither.NONE).save(stored, "PNG", optimize=True)
    return stored.getvalue()


def _played_rate(rate: int, coding: Coding) -> int:
    if coding == "mp3":
        return next((known for known in _MP3_RATES if known >= rate), _MP3_RATES[-1])
    return int(np.clip(rate, *_OTHER_RATES))


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def bundle_of(shown: Any) -> dict[str, Any]:
    """The MIME bundle with which IPython would show any object, figures of matplotlib included."""
    from IPython.core.formatters import DisplayFormatter
    from IPython.core.getipython import get_ipython

    if type(shown).__module__ == "matplotlib.figure":
        from gan_course.display.pictures import picture

        shown = picture(shown, alt="")
    if isinstance(shown, str):
        return {"text/plain": shown}
    own = getattr(shown, "_repr_mimebundle_", None)
    if own is not None:
        return dict(own())
    shell = get_ipython()
    formatter = (shell and shell.display_formatter) or DisplayFormatter()
    return dict(formatter.format(shown)[0])
