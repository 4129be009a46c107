"""A course in generative adversarial networks for audio, and the small library it teaches and stands on.

Rooms, each built only on those before it: sound, synthesis, spectral, datasets, networks, objectives,
training, evaluation, zoo, display, exercises, classroom, cli.
"""

from gan_course import sound
from gan_course.sound import Sound

__all__ = ["Sound"]
__version__ = "0.1.0"


def _draw(drawn: Sound) -> dict[str, str]:
    from gan_course.display import mimebundle

    return mimebundle(drawn)


sound.set_drawing(_draw)
