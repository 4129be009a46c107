"""What a notebook shows: players, pictures, controls, quizzes and the monitor, without a browser."""

import base64
import io
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any

import matplotlib
import numpy as np
import pytest
import soundfile
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image

from gan_course import Sound, display
from gan_course.classroom.kernels import GRADED
from gan_course.display import monitor as monitor_room
from gan_course.display import stored
from gan_course.display.drawing import outline
from gan_course.display.monitor import Monitor, tiles
from gan_course.display.pictures import Picture, fine_spectrogram, spectrum

RATE = 16_000


def tone(
    frequency: float = 440.0, duration: float = 1.024, rate: int = RATE, amplitude: float = 0.25
) -> Sound:
    times = np.arange(round(duration * rate)) / rate
    wave = sum(np.sin(2 * np.pi * frequency * k * times) / k * np.exp(-k * times) for k in range(1, 8))
    return Sound(amplitude * wave, rate, f"{frequency:.0f} Hz")


class Elements(HTMLParser):
    """The elements of some HTML: (tag, attributes), and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.found if found == tag]


def html_of(shown: Any) -> Elements:
    return Elements(shown._repr_mimebundle_()["text/html"])


def content(source: str | None) -> bytes:
    return base64.b64decode(str(source).split("base64,")[1])


def played(element: dict[str, str | None]) -> tuple[np.ndarray, int]:
    return soundfile.read(io.BytesIO(content(element["src"])))


def image(element: dict[str, str | None]) -> Image.Image:
    return Image.open(io.BytesIO(content(element["src"])))


@pytest.fixture
def shell() -> InteractiveShell:
    """An IPython of this process, as a notebook's kernel has one."""
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def shown_in(code: Any) -> list[Any]:
    with capture_output() as captured:
        code()
    return captured.outputs


# players


def test_a_sound_shows_itself_with_player_picture_and_words() -> None:
    bundle = tone()._repr_mimebundle_()
    shown = Elements(bundle["text/html"])
    (audio,), (drawn,) = shown.all("audio"), shown.all("img")
    assert "controls" in audio and str(audio["src"]).startswith("data:audio/flac;base64,")
    assert not shown.all("source") and not shown.all("script")
    assert str(drawn["alt"]).startswith("Waveform and spectrogram of 440 Hz: 1.02 s, 16 kHz")
    assert "strongest near 440 Hz" in str(drawn["alt"])
    assert image(drawn).size == (int(str(drawn["width"])), int(str(drawn["height"])))
    assert bundle["text/plain"] == f"Player: 440 Hz (1.02 s, 16 kHz, −{-tone().level:.1f} dB)."


@pytest.mark.parametrize("coding", ["flac", "wav"])
def test_what_is_played_is_what_was_computed_to_16_bits(coding: str) -> None:
    s = tone()
    samples, rate = played(html_of(display.listen(s, coding=coding)).all("audio")[0])
    assert rate == RATE and len(samples) == len(s)
    assert np.max(np.abs(samples - s.samples)) <= 2.0**-16 + 1e-12


def test_mp3_is_small_and_only_on_request() -> None:
    s = tone()
    try:
        display.configure(coding="mp3")
        small = html_of(s).all("audio")[0]
    finally:
        display.configure()
    assert str(small["src"]).startswith("data:audio/mpeg") and len(content(small["src"])) < 8000
    assert played(small)[1] == RATE
    assert str(html_of(s).all("audio")[0]["src"]).startswith("data:audio/flac")


def test_a_second_of_sound_takes_less_than_45_kib() -> None:
    assert len(tone()._repr_mimebundle_()["text/html"]) < 45 * 1024


STORED = """
import hashlib, numpy as np
from gan_course import Sound, display as d
s = Sound(np.sin(np.arange(16000) / 7) / 2, 16000, 'a')
shown = [s, d.plot_spectrum(s)]
found = hashlib.sha256(str([one._repr_mimebundle_() for one in shown]).encode()).hexdigest()
"""


def fresh_process(program: str) -> str:
    """What a program prints in a Python of its own."""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.slow
def test_where_nobody_looks_nothing_is_drawn_or_coded_and_the_words_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shown() -> list[dict[str, str]]:
        drawn = display.plot_lines([1, 2], {"a": [3, 4]}, title="Two points")
        figure = matplotlib.figure.Figure()
        figure.add_subplot().plot([1, 2])
        things = (tone(), display.listen(tone(220), tone()), drawn, display.picture(figure, "A line"))
        return [thing._repr_mimebundle_() for thing in things]

    seen = shown()
    assert GRADED[stored.UNSEEN] == "1"
    monkeypatch.setenv(stored.UNSEEN, "1")
    unseen = shown()
    assert [bundle["text/plain"] for bundle in unseen] == [bundle["text/plain"] for bundle in seen]
    assert all("base64,i" in bundle["text/html"] for bundle in seen)
    assert not any(re.search(r"base64,\w", bundle["text/html"]) for bundle in unseen)
    sizes = [
        re.findall(r'width="(\d+)" height="(\d+)"', bundle["text/html"]) for bundle in (seen[3], unseen[3])
    ]
    assert sizes[0] == sizes[1]


def test_what_is_stored_is_the_same_from_run_to_run() -> None:
    here: dict[str, Any] = {}
    exec(STORED, here)
    assert fresh_process(STORED + "print(found)").strip() == here["found"]


def test_players_share_one_gain_and_say_so() -> None:
    soft, loud = tone(amplitude=0.1), tone(660) * 8
    shown = html_of(display.listen(soft, loud))
    first, second = (played(audio)[0] for audio in shown.all("audio"))
    assert np.max(np.abs(second)) == pytest.approx(1, abs=1e-3)
    assert np.allclose(first * loud.peak, soft.samples, atol=1e-3)
    assert f"{20 * np.log10(loud.peak):.1f} dB softer" in shown.text


def test_sounds_within_full_scale_are_played_at_their_own_levels() -> None:
    soft, loud = tone(amplitude=0.01), tone(660)
    shown = html_of(display.listen(soft, loud))
    for audio, s in zip(shown.all("audio"), (soft, loud), strict=True):
        assert np.allclose(played(audio)[0], s.samples, atol=2.0**-15)
    assert "softer" not in shown.text


def test_each_gain_brings_every_peak_to_minus_1_db_and_says_so() -> None:
    shown = html_of(display.listen(tone(amplitude=0.01), tone(660) * 8, gain="each"))
    for audio in shown.all("audio"):
        assert 20 * np.log10(np.max(np.abs(played(audio)[0]))) == pytest.approx(-1, abs=0.05)
    assert "not to be compared" in shown.text


def test_labels_and_the_sentence_are_shown_as_text() -> None:
    shown = html_of(display.listen(tone(), tone(), labels=["<b>& A", "B"], say="Listen for x < y."))
    assert "<b>& A" in shown.text and "Listen for x < y." in shown.text
    assert [audio["aria-label"] for audio in shown.all("audio")] == ["<b>& A", "B"]
    unnamed = Sound(tone().samples)
    assert re.match("Players: A .*; 440 Hz .*; C ", repr(display.listen(unnamed, tone(), unnamed)))


@pytest.mark.parametrize("picture", ["waveform", "spectrogram", None])
def test_a_player_may_have_another_picture_or_none(picture: Any) -> None:
    drawn = html_of(display.listen(tone(), picture=picture)).all("img")
    assert [str(one["alt"]).split(" of ")[0].lower() for one in drawn] == ([picture] if picture else [])


@pytest.mark.parametrize(
    "s",
    [
        Sound([0.25, -0.5, 0.125]),
        Sound([0.0]),
        Sound(np.zeros(RATE), label="silence"),
        tone(200, 0.5, 2000),
        tone(200, 0.05, 96_000),
        tone(200, 0.2, 384_000),
        Sound(np.ones(40)),
        tone(30, 20.0, 1000),
        Sound(np.full(100, 1e-30)),
        Sound(np.full(100, 1e30)),
    ],
    ids=["three", "one", "silence", "2 kHz", "96 kHz", "384 kHz", "constant", "long", "tiny", "huge"],
)
@pytest.mark.parametrize("coding", ["flac", "mp3", "wav"])
@pytest.mark.filterwarnings("error")
def test_any_sound_can_be_shown(s: Sound, coding: str) -> None:
    shown = html_of(display.listen(s, coding=coding, picture="both" if coding == "flac" else None))
    samples, rate = played(shown.all("audio")[0])
    assert np.isfinite(samples).all() and 3000 <= rate <= 192_000
    assert len(samples) / rate >= 0.0999 and all(image["alt"] for image in shown.all("img"))


def test_a_flac_file_of_one_block_is_not_used_as_browsers_cannot_wind_it_back() -> None:
    assert stored.audio_source(tone(440, 4096 / RATE)).startswith("data:audio/wav")
    assert stored.audio_source(tone(440, 4097 / RATE)).startswith("data:audio/flac")


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda: display.listen(), "no sound to show"),
        (lambda: display.listen(np.zeros(100)), r"ndarray is none: make it one with Sound\(samples, rate\)"),
        (lambda: display.listen(tone(), labels=["a", "b"]), "1 sounds need a list of 1 labels"),
        (lambda: display.listen(tone(), labels="a"), "list of 1 labels"),
        (lambda: display.listen(tone(), coding="ogg"), "flac, mp3, wav, and not as 'ogg'"),
        (lambda: display.configure(coding="aac"), "and not as 'aac'"),
        (lambda: display.listen(tone(), picture="cat"), "and not 'cat'"),
        (lambda: display.listen(tone(), gain="loud"), "and not 'loud'"),
        (lambda: display.plot_spectrogram(np.zeros(5)), r"shape \(frequency, frame\), and not \(5,\)"),
        (lambda: display.plot_spectrogram(np.zeros((5, 4)), frequencies=[1, 2]), "for the 5 rows"),
        (lambda: display.plot_lines([1, 2], {"a": [1, 2, 3]}), r"'a' has \(3,\) values for \(2,\) positions"),
        (lambda: display.plot_lines([1, 2], {"a": [1, 2]}, log="z"), "and not 'z'"),
        (lambda: display.plot_waveform(), "no sound to show"),
        (lambda: display.quiz([]), "at least one question"),
        (lambda: tiles(np.zeros((4, 4)), ""), r"\(count, frequency, frame\)"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(attempt: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        attempt()
    assert "\n" not in str(caught.value)


# pictures


@pytest.mark.parametrize(
    "count, says", [(3, "3 spectrograms of now."), (40, "The first 16 of 40 spectrograms of now.")]
)
def test_a_caption_says_how_many_of_the_spectrograms_are_drawn(count: int, says: str) -> None:
    assert tiles(np.zeros((count, 4, 4)), "of now").alt == says


def all_pictures() -> dict[str, Picture]:
    s = tone()
    x = np.linspace(0, 1, 50)
    return {
        "lines": display.plot_lines(x, {"a": x, "b": x**2}, "time (s)", "level (dB)", "Two", log="y"),
        "points": display.plot_lines(x, {"a": x}, points={"b": (x[::5], x[::5])}, log="x"),
        "many": display.plot_lines(x, {f"line {k}": x * k for k in range(9)}),
        "tensors": display.plot_lines(torch.arange(4), {"a": torch.arange(4.0, requires_grad=True)}),
        "gaps": display.plot_lines(x, {"a": np.where(x > 0.5, np.nan, x)}),
        "waveform": display.plot_waveform(s, s, labels=["one", "two"]),
        "few samples": display.plot_waveform(s.cut(0, 0.002)),
        "spectrogram": display.plot_spectrogram(s, title="A tone"),
        "array": display.plot_spectrogram(np.random.default_rng(0).random((64, 40)), unit="", rate=8000),
        "complex": display.plot_spectrogram(
            torch.stft(s.tensor(), 512, return_complex=True, window=torch.ones(512))
        ),
        "mel": display.plot_spectrogram(np.eye(32), frequencies=np.geomspace(20, 8000, 32), unit="encoded"),
        "constant": display.plot_spectrogram(np.zeros((8, 8))),
        "several": display.plot_spectrogram({"a": s, "b": s * 0.1, "c": np.zeros((8, 8))}),
        "spectrum": display.plot_spectrum(s, s * 0.1, log="x"),
        "spectrum of three": display.plot_spectrum(Sound([0.1, 0.2, 0.3])),
        "tiles": tiles(np.random.default_rng(0).random((12, 16, 16)), "made after 3 steps"),
    }


@pytest.mark.filterwarnings("error")
def test_every_picture_is_small_has_64_colours_and_says_what_it_shows() -> None:
    for name, shown in all_pictures().items():
        opened = Image.open(io.BytesIO(shown.png))
        assert opened.size == (shown.width, shown.height), name
        assert len(opened.getcolors()) <= 64 and len(shown.png) < 40_000, name
        assert len(shown.alt) > 10 and shown._repr_mimebundle_()["text/plain"] == f"Picture: {shown.alt}", (
            name
        )
        assert html_of(shown).all("img")[0]["alt"] == shown.alt, name


@pytest.mark.slow
def test_drawing_imports_little_opens_no_figure_and_leaves_the_notebooks_style_alone() -> None:
    fresh_process("""
import sys, torch
before = set(sys.modules)
import gan_course.display
new = {name.split(".")[0] for name in set(sys.modules) - before}
assert not {"matplotlib", "IPython", "ipywidgets", "PIL", "scipy", "jupyterquiz"} & new, new
import matplotlib, numpy as np
from gan_course import Sound
matplotlib.rcParams["font.size"] = 31
s = Sound(np.sin(np.arange(9000)))
drawn = s._repr_mimebundle_()
assert "matplotlib.pyplot" not in sys.modules and matplotlib.rcParams["font.size"] == 31
import matplotlib.pyplot as plt
plt.style.use("dark_background")
assert s._repr_mimebundle_() == drawn and not plt.get_fignums()
""")


def test_a_figure_of_pyplot_becomes_a_picture_and_is_closed() -> None:
    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(4, 3))
    axes.plot([1, 2])
    shown = display.picture(figure, "A rising line")
    assert (shown.width, shown.height) == (288, 216) and shown.alt == "A rising line"
    assert not plt.get_fignums()


def test_levels_in_pictures_are_those_of_a_sine_at_full_scale() -> None:
    times = np.arange(RATE) / RATE
    full = Sound(np.sin(2 * np.pi * 1000 * times))
    levels, hop = fine_spectrogram(full, 300)
    assert levels[:, 2:-2].max() == pytest.approx(0, abs=0.1) and hop <= 256
    frequencies, spectrum_levels = spectrum(full * 0.1)
    assert frequencies[np.argmax(spectrum_levels)] == 1000
    assert spectrum_levels.max() == pytest.approx(-20, abs=0.05)


def test_the_scale_of_colours_has_even_steps_even_where_the_picture_has_few_colours() -> None:
    noise = Sound(0.1 * np.random.default_rng(0).standard_normal(RATE))
    shown = display.plot_spectrogram(noise, low=-100, high=0)
    bar = np.asarray(Image.open(io.BytesIO(shown.png)).convert("RGB"))[26:212, shown.width - 50]
    steps = np.flatnonzero(np.any(np.diff(bar.astype(int), axis=0), axis=1))
    assert len(steps) > 35 and np.diff(steps).max() <= 8


def test_the_spectrogram_is_drawn_the_right_way_up() -> None:
    """A high tone lights the upper half of the picture, a low one the lower half; a late one the right half."""

    def light(s: Sound) -> np.ndarray:
        shown = display.plot_spectrogram(s, low=-80, high=0)
        pixels = np.asarray(Image.open(io.BytesIO(shown.png)).convert("L"), dtype=float)
        return pixels[24:214, 58:458]

    times = np.arange(RATE) / RATE
    low, high = (light(Sound(np.sin(2 * np.pi * f * times))) for f in (1000, 7000))
    assert low[95:].sum() > 2 * low[:95].sum() and high[:95].sum() > 2 * high[95:].sum()
    assert np.argmax(low.sum(1)) == pytest.approx(190 * 7 / 8, abs=4)
    late = light(Sound(np.sin(2 * np.pi * 3000 * times) * (times > 0.5)))
    assert late[:, 210:].sum() > 3 * late[:, 20:190].sum()


def test_the_outline_of_a_waveform_keeps_every_extreme() -> None:
    x = np.random.default_rng(0).standard_normal(10_007)
    middles, least, greatest = outline(x, 300)
    assert least.min() == x.min() and greatest.max() == x.max()
    assert abs(middles[np.argmax(greatest)] - np.argmax(x)) < 10_007 / 300
    assert np.all(np.diff(middles) > 0) and len(middles) == 300


# controls


def test_explore_stores_its_first_state_as_an_ordinary_output(shell: InteractiveShell) -> None:
    controls, state = shown_in(lambda: display.explore(tone, frequency=(100, 900, 100), amplitude=[0.1, 0.2]))
    assert "application/vnd.jupyter.widget-view+json" in controls.data
    assert controls.data["text/plain"].startswith(
        "Controls (run this cell to move them): frequency from 100 to 900"
    )
    assert "amplitude (2 choices)" in controls.data["text/html"]
    assert set(state.data) == {"text/plain", "text/html"} and "500 Hz" in state.data["text/plain"]
    assert len(Elements(state.data["text/html"]).all("audio")) == 1


def widgets_of(shown: Any) -> list[Any]:
    from ipywidgets.widgets.widget import _instances

    return list(_instances[shown.data["application/vnd.jupyter.widget-view+json"]["model_id"]].children)


def test_moving_a_control_updates_the_same_output(shell: InteractiveShell) -> None:
    calls: list[dict[str, Any]] = []

    def recorded(**values: Any) -> str:
        calls.append(values)
        return str(values)

    shown = shown_in(
        lambda: display.explore(
            recorded, whole=(0, 10, 2), real=(0.0, 1.0, 0.25, 0.75), one={"first": 1, "second": 2}, on=True
        )
    )
    whole, real, one, on = widgets_of(shown[0])
    assert calls == [{"whole": 4, "real": 0.75, "one": 1, "on": True}] and type(calls[0]["whole"]) is int
    assert not whole.continuous_update and not real.continuous_update

    def move() -> None:
        whole.value, real.value, one.value, on.value = 6, 0.5, 2, False

    moved = shown_in(move)
    assert calls[-1] == {"whole": 6, "real": 0.5, "one": 2, "on": False} and len(calls) == 5
    assert "'whole': 6" in moved[-1].data["text/plain"] and moved[-1].update
    assert {output.transient["display_id"] for output in moved} == {shown[1].transient["display_id"]}


def test_several_things_are_shown_below_each_other(shell: InteractiveShell) -> None:
    def several(on: bool) -> list[Any]:
        return [tone(), display.plot_spectrum(tone()), "a <text>", None, 42]

    html = shown_in(lambda: display.explore(several, on=False))[1].data["text/html"]
    shown = Elements(html)
    assert len(shown.all("audio")) == 1 and len(shown.all("img")) == 2
    assert "a <text>" in shown.text and "42" in shown.text


def test_a_figure_of_matplotlib_is_shown_as_a_picture(shell: InteractiveShell) -> None:
    from matplotlib.figure import Figure

    shown = shown_in(lambda: display.explore(lambda on: Figure(figsize=(1, 1)), on=False))[1]
    assert len(Elements(shown.data["text/html"]).all("img")) == 1


def test_an_exception_is_shown_as_one_sentence_in_place(shell: InteractiveShell) -> None:
    def fails(x: int) -> Sound:
        raise ValueError("x is too <large>")

    state = shown_in(lambda: display.explore(fails, x=(0, 4, 1)))[1]
    assert state.data["text/plain"] == "This cannot be shown at x = 2. ValueError: x is too <large>"
    assert "x is too <large>" in Elements(state.data["text/html"]).text


def test_outside_a_notebook_explore_prints_its_first_state(capsys: pytest.CaptureFixture[str]) -> None:
    InteractiveShell.clear_instance()
    display.explore(tone, frequency=(100, 900, 100))
    assert capsys.readouterr().out.startswith("Player: 500 Hz")


@pytest.mark.parametrize(
    "control", [(1, 2), (2, 1, 1), (0, 1, 0), (0, 1, 0.1, 7), ("a", "b", "c"), [], {}, "text", None, 7]
)
def test_a_control_that_is_none_is_refused(control: Any) -> None:
    with pytest.raises(ValueError, match="'x'"):
        display.explore(tone, x=control)


# quizzes

QUESTIONS = [
    {
        "question": "How many samples has a second at <code>rate=16000</code>?",
        "answers": [
            {"answer": "16,000", "correct": True, "feedback": "The rate is samples in a second."},
            {"answer": "8,000", "correct": False, "feedback": "That is the highest frequency, in Hz."},
        ],
    }
]


def test_a_quiz_works_offline_and_is_readable_where_no_script_runs(shell: InteractiveShell) -> None:
    bundle = display.quiz(QUESTIONS)._repr_mimebundle_()
    html = bundle["text/html"]
    assert "show_questions" in html and "multiple_choice" in html
    assert not re.findall(r"https?://(?!www\.w3\.org)[\w.-]+\.\w+|appendChild\(script\)", html)
    folded = html[: html.index("</ol>")]
    assert "16,000" in folded and "Wrong: That is the highest frequency" in folded and "<details>" in folded
    assert bundle["text/plain"] == "1. How many samples has a second at rate=16000?\n   - 16,000\n   - 8,000"


def test_a_quiz_leaves_randomness_as_it_was(shell: InteractiveShell) -> None:
    import random

    random.seed(5)
    expected = random.random()
    random.seed(5)
    first = display.quiz(QUESTIONS)._repr_mimebundle_()
    assert random.random() == expected
    assert display.quiz(QUESTIONS)._repr_mimebundle_() == first


def test_two_correct_answers_make_a_question_of_many_choices(shell: InteractiveShell) -> None:
    question = {
        **QUESTIONS[0],
        "answers": [*QUESTIONS[0]["answers"], {**QUESTIONS[0]["answers"][0], "answer": "2⁴·10³"}],
    }
    kinds = [one["type"] for one in display.quiz([question, *QUESTIONS]).questions]
    assert kinds == ["many_choice", "multiple_choice"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda q: q.pop("question"), 'needs a "question"'),
        (lambda q: q["answers"].pop(), "at least two"),
        (lambda q: q["answers"][0].update(correct=False), "a correct answer and a wrong one"),
        (lambda q: q["answers"][1].update(correct=True), "a correct answer and a wrong one"),
        (lambda q: q["answers"][1].pop("feedback"), "lacks feedback"),
        (lambda q: q["answers"][1].update(feedback=""), "lacks feedback"),
        (lambda q: q.update(question="What is $x$?"), "no MathJax"),
    ],
)
def test_a_quiz_that_would_not_teach_is_refused(change: Any, says: str) -> None:
    import copy

    question = copy.deepcopy(QUESTIONS[0])
    change(question)
    with pytest.raises(ValueError, match=says):
        display.quiz([question])


# the monitor


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, dict[str, str]]]:
    """What the monitor puts where: (place, MIME bundle), as if there were a notebook."""
    put: list[tuple[int, dict[str, str]]] = []
    places = iter(range(1, 100))

    def recorded(handle: int | None, bundle: dict[str, str]) -> int:
        place = handle or next(places)
        put.append((place, bundle))
        return place

    monkeypatch.setattr(monitor_room, "_put", recorded)
    monkeypatch.setattr(monitor_room, "_in_notebook", lambda: True)
    return put


def test_the_monitor_shows_losses_pictures_sounds_and_time(
    notebook: list[tuple[int, dict[str, str]]],
) -> None:
    watched = Monitor("Notes")
    watched.started(40)
    for step in range(1, 41):
        watched.step(step, {"G": 1 / step, "D": 0.5} | ({"R1": 0.1} if step % 16 == 0 else {}), 40.0 - step)
        if step % 20 == 0:
            watched.sample(np.random.default_rng(step).random((3, 16, 16)), [tone(), tone(660)])
    assert np.flatnonzero(np.isfinite(watched._losses["R1"])).tolist() == [15, 31]
    watched._show()
    assert "step 40 of 40: G 0.025, D 0.5, R1 0.1, 0 s left" in notebook[-1][1]["text/plain"]
    watched.finished()
    progress, sounds = 1, 2
    assert {place for place, _ in notebook} == {progress, sounds}
    assert [place for place, _ in notebook].count(sounds) == 2
    final = Elements(notebook[-1][1]["text/html"])
    assert "left" not in final.text and "Notes" in final.text and len(final.all("img")) == 2
    assert "3 spectrograms made after 40 steps." in [one["alt"] for one in final.all("img")]
    assert len(Elements(next(b for p, b in reversed(notebook) if p == sounds)["text/html"]).all("audio")) == 2


def test_the_monitor_shows_what_was_measured_and_the_pace_while_it_lasts(
    notebook: list[tuple[int, dict[str, str]]],
) -> None:
    watched = Monitor()
    watched.started(40)
    for step in range(1, 41):
        watched.details(step, {"gradient norm D": 2.25, "learning rate": 1e-3, "steps a second": 12.5})
        watched.step(step, {"G": 1.0, "D": 0.5}, 40.0 - step)
        if step % 20 == 0:
            watched.metrics(step, {"recall": step / 80, "kernel distance": 7.0})
    watched._show()
    shown = notebook[-1][1]["text/plain"]
    assert "12.5 steps a second\ngradient norm D 2.25, learning rate 0.001\n" in shown
    assert "gradient norm D 2.25, learning rate 0.001" in Elements(notebook[-1][1]["text/html"]).text
    assert "measured after 40 steps: recall 0.5, kernel distance 7" in shown
    watched.finished()
    final = Elements(notebook[-1][1]["text/html"])
    assert "a second" not in final.text and "learning rate" not in final.text and "recall 0.5" in final.text
    alts = [one["alt"] for one in final.all("img")]
    assert len(alts) == 2 and "recall" in alts[1] and "kernel" not in alts[1]


def test_a_loss_that_jumps_once_does_not_make_one_line_of_all_others() -> None:
    steady = [np.sin(np.arange(400) / 20), np.full(400, 0.5)]
    assert monitor_room._without_extremes(steady) is None
    jumps = [*steady, np.where(np.arange(400) == 180, 350.0, 1.0)]
    low, high = monitor_room._without_extremes(jumps)
    assert -1.5 < low < -1 and 1 < high < 1.5
    monitor = Monitor()
    monitor.started(400)
    for step in range(400):
        monitor.step(step + 1, {"margin": float(jumps[2][step]), "D": float(steady[0][step])})
    monitor.finished()
    assert "left out" in monitor._losses_drawn().alt


def test_the_monitor_draws_at_most_once_a_second(
    notebook: list[tuple[int, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(monitor_room.time, "monotonic", lambda: now[0])
    watched = Monitor()
    watched.started(1000)
    for step in range(1, 1001):
        now[0] += 0.01
        watched.step(step, {"G": 1.0}, None)
    watched.finished()
    assert len(notebook) == pytest.approx(12, abs=1)


def test_a_monitor_that_is_slow_to_draw_draws_less_often(
    notebook: list[tuple[int, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, html = [100.0], Monitor._html

    def slowly(monitor: Monitor) -> str:
        now[0] += 0.5
        return html(monitor)

    monkeypatch.setattr(monitor_room.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Monitor, "_html", slowly)
    watched = Monitor()
    watched.started(1000)
    for step in range(1, 3001):
        now[0] += 0.01
        watched.step(step, {"G": 1.0}, None)
    assert len(notebook) == pytest.approx(30 / 5, abs=2), (
        "half a second of drawing belongs to five of training"
    )


def test_outside_a_notebook_the_monitor_writes_lines_and_fails_at_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    InteractiveShell.clear_instance()
    watched = Monitor()
    watched.started(3)
    for step in range(1, 4):
        watched.step(step, {"G": 1.0}, 3.0 - step)
    watched.sample(np.zeros((2, 8, 8)), [tone()])
    watched.metrics(3, {"recall": 0.5})
    watched.finished()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "step 0 of 3" and lines[-1] == "step 3 of 3: G 1"
    assert lines[-2] == "measured after 3 steps: recall 0.5"


@pytest.mark.filterwarnings("error")
def test_a_long_training_with_strange_losses_is_drawn(notebook: list[tuple[int, dict[str, str]]]) -> None:
    watched = Monitor()
    watched.started(0)
    for step in range(5000):
        watched._steps.append(step)
    watched._losses = {
        "G": [1.0] * 5000,
        "late": [float("nan")] * 4000 + [2.0] * 1000,
        "never": [float("nan")] * 5000,
    }
    watched.sample(None, [])
    watched.sample(np.zeros((0, 8, 8)), [])
    watched.finished()
    assert "G 1, late 2, never nan" in notebook[-1][1]["text/plain"]
