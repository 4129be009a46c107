"""Does a generator play what it is asked for? ``python -m benchmarks.control orchestra-full``.

`gan-course evaluate` asks with the labels of some hundred sounds. This asks with those of *every* real sound of the
data, as often as the data have them, so that a difference of a point or two can be told from chance: those of the
sounds that the generator was trained on, those of the sounds held out, and all together. Beside each figure stands what
the same listeners hear in the real sounds themselves, and in these after they went through the representation and back.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from gan_course import datasets
from gan_course.datasets import Clips
from gan_course.evaluation.ear import Ear
from gan_course.evaluation.pitch import cents, search_range, track_pitch
from gan_course.synthesis import frequency_of, midi_number
from gan_course.zoo import Model, load, load_ear, load_vocoder
from gan_course.zoo.judging import JUDGES, generated_like, through

TUNE = "in tune"


def right(audio: Tensor, clips: Clips, ear: Ear, kinds: Sequence[str]) -> dict[str, Tensor]:
    """Which of the sounds are heard as their labels say: for every kind by the ear, and pitches by a tracker too.

    In tune is what an autocorrelation, which knows nothing of any model, finds within 50 cents of the label.
    """
    heard = {kind: [] for kind in kinds}
    for part, places in zip(audio.split(256), torch.arange(len(clips)).split(256), strict=True):
        some = replace(clips.select(places.tolist()), audio=part, parameters={})
        logits = ear.hear(some)
        for kind in kinds:
            heard[kind].append(logits[kind].argmax(1) == ear.truth(some, kind))
    said = {kind: torch.cat(parts).float() for kind, parts in heard.items()}
    if "pitch" in kinds:
        wanted = torch.tensor([float(frequency_of(midi_number(name))) for name in clips.classes["pitch"]])
        off = cents(
            track_pitch(audio, clips.rate, *search_range(wanted, clips.rate)), wanted[clips.labels["pitch"]]
        ).abs()
        said[TUNE] = (off <= 50).float()
    return said


def rows(
    model: Model, parts: dict[str, Clips], ear: Ear, seed: int = 0
) -> list[tuple[str, int, dict[str, tuple[float, float, float]]]]:
    """For every part of the data, and for all of it: a name, how many sounds, and the share that is right of each kind.

    A share is of the generated sounds, of the real ones, and of the real ones through the representation.
    """
    kinds = [kind for kind in model.classes if kind in ear.classes]
    each: dict[str, list[dict[str, Tensor]]] = {}
    for name, clips in parts.items():
        sets = (generated_like(model, clips, seed).audio, clips.audio, through(model, clips).audio)
        each[name] = [right(audio, clips, ear, kinds) for audio in sets]
    together = [
        {
            kind: torch.cat([each[name][place][kind] for name in each])
            for kind in next(iter(each.values()))[place]
        }
        for place in range(3)
    ]
    return [
        (
            name,
            len(found[0][kinds[0]]),
            {kind: tuple(float(one[kind].mean()) for one in found) for kind in found[0]},
        )
        for name, found in (each | {"all, as the data have them": together}).items()
    ]


def main(words: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "model", nargs="?", default="orchestra-full", help="a shipped model, or a run's folder"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--vocoder", help="hear it through this one; as released, or as trained, if none")
    given = parser.parse_args(words)
    try:
        model = load(given.model)
        if given.vocoder:
            model.heard_through(load_vocoder(given.vocoder))
    except ValueError as error:
        parser.error(str(error))
    data = model.recipe.data
    if data not in JUDGES or data == "notes" or model.recipe.data_options.get("split") != "train":
        parser.error(
            f"{model.name} was trained on {data} {dict(model.recipe.data_options)}, and a data set that has an ear "
            "and is split is expected: name a model of the orchestra or of digits, trained on split train"
        )
    options = {"rate": model.rate, "samples": model.about["samples"], **model.recipe.data_options}
    parts = {
        "as in training": datasets.load(data, **options),
        "held out": datasets.load(data, **options | {"split": "test"}),
    }
    print(f"{model.name}: the share that is heard as asked for / of the real sounds / of these, decoded")
    for name, n, shares in rows(model, parts, load_ear(JUDGES[data]), given.seed):
        told = "   ".join(
            f"{kind} " + " / ".join(f"{share:.4f}" for share in of) for kind, of in shares.items()
        )
        print(f"{name:28} n = {n:5,}   {told}", flush=True)


if __name__ == "__main__":
    main()
