"""What a notebook shows: players, pictures, controls, quizzes, and training as it runs.

Everything shown is ordinary HTML that a stored notebook keeps: sounds as `<audio src="data:…">`, pictures as
`<img alt="…">`. Importing this room is cheap; matplotlib, IPython and the rest are imported at first use.
"""

from gan_course.display.confusion import plot_confusion
from gan_course.display.contact_sheet import ContactSheet, contact_sheet
from gan_course.display.controls import explore
from gan_course.display.game import GameMonitor, column, plot_bars, plot_densities, plot_notes
from gan_course.display.listening import abx_test, forced_choice_test, mos_test
from gan_course.display.monitor import Monitor
from gan_course.display.pictures import (
    Picture,
    picture,
    plot_lines,
    plot_spectrogram,
    plot_spectrum,
    plot_waveform,
)
from gan_course.display.planes import plot_planes
from gan_course.display.players import Players, listen, mimebundle
from gan_course.display.quizzes import Quiz, quiz
from gan_course.display.stored import configure

__all__ = [
    "ContactSheet",
    "GameMonitor",
    "Monitor",
    "Picture",
    "Players",
    "Quiz",
    "abx_test",
    "column",
    "configure",
    "contact_sheet",
    "explore",
    "forced_choice_test",
    "listen",
    "mimebundle",
    "mos_test",
    "picture",
    "plot_bars",
    "plot_confusion",
    "plot_densities",
    "plot_lines",
    "plot_notes",
    "plot_planes",
    "plot_spectrogram",
    "plot_spectrum",
    "plot_waveform",
    "quiz",
]
