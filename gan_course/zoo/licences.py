"""What each data set is, and what follows for weights that were trained on it."""

from __future__ import annotations

LICENCES = {
    "notes": ("the course's built-in synthetic notes; no recording of anybody", "CC BY 4.0"),
    "orchestra": (
        "the Philharmonia Orchestra's sound samples, packed by github.com/skratchdot/philharmonia-samples",
        "free to use; what it plays is, as the samples are, not to be sold or offered as samples or as a sampler "
        "instrument",
    ),
    "digits": (
        "the Free Spoken Digit Dataset, Zohar Jackson and contributors (CC BY-SA 4.0)",
        "CC BY-SA 4.0, since the recordings are: share alike, and name them",
    ),
}
"""By the name of a data set: what it is, and the licence of weights."""


def source_of(data: str) -> tuple[str, str]:
    """What the data set ``data`` is, and the licence of weights; of sounds of one's own, whatever theirs is."""
    return LICENCES.get(data, (data, "that of the sounds it was trained on"))
