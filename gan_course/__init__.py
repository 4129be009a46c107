"""A course in generative adversarial networks for audio, and the small library it teaches and stands on.

Rooms, each built only on those before it:

- `sound`: a waveform with its rate; `synthesis`: sounds from formulas; `spectral`: DFT, STFT, pictures and back;
- `datasets`: clips with labels, built in, downloaded or from a folder;
- `networks`, `objectives`: generators and discriminators; losses and penalties;
- `training`: recipes, the loop, checkpoints, tables, vocoders; `evaluation`: ears, distances, verdicts;
- `zoo`: what comes trained, its cards, and how it is judged and released;
- `display`: pictures, players, monitors and listening tests in a notebook; reports;
- `exercises`: checks that judge answers; `classroom`: notebooks from their sources, and grading;
- `cli`: the commands, with `doctor`, which looks at an installation, and `lab`, which opens JupyterLab.
"""

from gan_course import sound
from gan_course.sound import Sound

__all__ = ["Sound"]
__version__ = "0.1.0"


def _draw(drawn: Sound) -> dict[str, str]:
    from gan_course.display import mimebundle

    return mimebundle(drawn)


sound.set_drawing(_draw)
