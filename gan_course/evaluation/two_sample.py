"""The two-sample judge: can a small network of fixed size and budget tell generated sounds from real ones? Lesson 10.

Lopez-Paz and Oquab (2017): train a classifier to tell two samples apart, and see how well it does on clips that it
has not seen. An ear that was trained on labels hears whether a note is the note that was asked for; this one hears how
it is made. Its size and budget are part of what its number means, so they are constants, and the same for every model.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gan_course.evaluation.distances import area_under_curve

STEPS = 400
BATCH = 32
"""Clips of each kind in a step."""
LEARNING_RATE = 2e-3
WIDTHS = (16, 32, 48, 64)
DETAIL = 10.0
"""How much larger than the picture its finest detail, what a mean over 3 × 3 takes away, is shown to the judge."""
FLOOR = -0.9
"""What is below this, of the pictures' [−1, 1], counts as silence: 4.5 dB above a floor that nobody hears."""


def with_detail(x: Tensor) -> Tensor:
    """Pictures `(clip, channel, frequency, frame)` without what nobody hears, and their finest detail magnified.

    `(clip, 2 channel, frequency, frame)`: the detail is what a mean over 3 × 3 takes away.
    """
    x = x.clamp(FLOOR, 1.0)
    smooth = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return torch.cat([x, DETAIL * (x - smooth)], 1)


class TwoSampleJudge(nn.Module):
    """Pictures `(clip, channel, frequency, frame)` in [−1, 1] → a logit `(clip,)`, high for real ones.

    Convolutions that see texture, averaged over the whole picture: what it hears may be anywhere.
    """

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for narrow, wide in zip((2 * channels, *WIDTHS), WIDTHS, strict=False):
            layers += [nn.Conv2d(narrow, wide, 4, 2, 1), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers)
        self.output = nn.Linear(2 * WIDTHS[-1], 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits `(clip,)`."""
        found = self.layers(with_detail(x)).flatten(2)
        return self.output(torch.cat([found.mean(2), (found.var(2, correction=0) + 1e-6).sqrt()], 1)).squeeze(
            1
        )


def tell_apart(real: Tensor, generated: Tensor, seed: int = 0, steps: int = STEPS) -> dict[str, float]:
    """How well a judge trained on one half of both sets tells the other halves apart: `{"auc", "error", "n"}`.

    real, generated: pictures `(clip, channel, frequency, frame)` in [−1, 1]; conditions drawn alike in both, or the
    judge hears the difference in them. `auc` is the area under its curve on unseen clips (0.5: it cannot, 1: always),
    `n` how many of each kind these are at least, `error` the standard error of an AUC at chance. Deterministic from
    `seed`; the global random state is left alone. Raises ValueError for pictures that do not fit or are too few.
    Lesson 10.
    """
    _check(real, generated)
    random = torch.Generator().manual_seed(seed)
    sets = [x[torch.randperm(len(x), generator=random)].float() for x in (real, generated)]
    halves = [x.split([len(x) // 2, len(x) - len(x) // 2]) for x in sets]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        judge = TwoSampleJudge(real.shape[1]).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(judge.parameters(), LEARNING_RATE, weight_decay=1e-2, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, steps)
    truth = torch.cat([torch.ones(BATCH), torch.zeros(BATCH)])
    for _ in range(steps):
        x = torch.cat([half[0][torch.randint(len(half[0]), (BATCH,), generator=random)] for half in halves])
        loss = F.binary_cross_entropy_with_logits(judge(x), truth)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        scores = [torch.cat([judge(part) for part in half[1].split(256)]) for half in halves]
    counts = [len(part) for part in scores]
    error = ((sum(counts) + 1) / (12 * counts[0] * counts[1])) ** 0.5
    return {"auc": area_under_curve(scores[0], scores[1]), "error": error, "n": min(counts)}


def _check(real: Tensor, generated: Tensor) -> None:
    if real.ndim != 4 or real.shape[1:] != generated.shape[1:]:
        raise ValueError(
            f"the pictures have shapes {tuple(real.shape)} and {tuple(generated.shape)}: "
            f"(clip, channel, frequency, frame) is expected, alike in both but for the number of clips"
        )
    for name, pictures in (("real", real), ("generated", generated)):
        if len(pictures) < 4 * BATCH:
            raise ValueError(f"there are {len(pictures)} {name} pictures: give {4 * BATCH} or more")
        if not bool(pictures.isfinite().all()):
            raise ValueError(f"the {name} pictures hold NaN or infinity: look for broken clips first")
