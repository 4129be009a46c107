"""How far apart two sets of sounds are, by their features `(clip, feature)`. Lesson 10.

The features are those of an embedding, such as an ear's. No distance means anything without the number of clips, the
embedding, and the floor: the same distance between two halves of the real sounds.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from gan_course.synthesis.edge import edge

ROWS = 256
"""How many clips are compared with all others at a time, so that memory stays small."""
MANY = 4000
"""From so many clips on, distances between clips are computed in 32 bit: in 64 they would take three times as long."""


@edge(lambda real, generated: _comparable(real, generated))
def frechet_distance(real: Tensor, generated: Tensor) -> float:
    """‖μ − ν‖² + tr(Σ + T − 2 (ΣT)^½) of the Gaussians fitted to two sets of features `(clip, feature)`.

    The squared 2-Wasserstein distance of those Gaussians (Dowson and Landau 1982), which Heusel et al. (2017) use for
    images and Kilgour et al. (2019) for sound. It shrinks with the number of clips: see :func:`frechet_infinity`.
    Raises ValueError for features that cannot be compared. Lesson 10.
    """
    mean = (real.mean(0) - generated.mean(0)).square().sum()
    one, other = covariance(real), covariance(generated)
    # the eigenvalues of ΣT are those of Σ^½ T Σ^½, which is symmetric, so none of them is negative or complex
    half = square_root(one)
    crossed = torch.linalg.eigvalsh(half @ other @ half).clamp(min=0).sqrt().sum()
    return float(mean + one.trace() + other.trace() - 2 * crossed)


def covariance(features: Tensor) -> Tensor:
    """The covariance `(feature, feature)` of features `(clip, feature)`, divided by clip − 1. Lesson 10."""
    centred = features - features.mean(0)
    return centred.T @ centred / (len(features) - 1)


def square_root(symmetric: Tensor) -> Tensor:
    """The matrix whose product with itself is `symmetric` `(n, n)`, which has no negative eigenvalue. Lesson 10."""
    values, vectors = torch.linalg.eigh(symmetric)
    return vectors * values.clamp(min=0).sqrt() @ vectors.T


def frechet_infinity(
    real: Tensor, generated: Tensor, sizes: int = 12, repeats: int = 3, seed: int = 0
) -> dict[str, float]:
    """The Fréchet distance that endlessly many generated clips would have: `{"value", "error", "n"}`.

    The bias falls as 1/n (Chong and Forsyth 2020), so the distance of random parts of the generated clips is fitted
    by a line in 1/n, whose value at 1/n = 0 is wanted. `sizes` sizes from a fifth of the clips to all are tried
    `repeats` times each; `error` is the standard error of the fit. The real set is used whole, and its own bias
    stays. Lesson 10.
    """
    _comparable(real, generated)
    random = torch.Generator().manual_seed(seed)
    count = len(generated)
    counts, distance = [], []
    for n in torch.linspace(max(count // 5, 2), count, sizes).long().tolist():
        for _ in range(repeats):
            part = generated[torch.randperm(count, generator=random)[:n]]
            counts.append(n)
            distance.append(frechet_distance(real, part))
    inverse, values = 1 / torch.tensor(counts).double(), torch.tensor(distance, dtype=torch.float64)
    fit = line_in_inverse(torch.tensor(counts).double(), values)
    line = torch.stack([torch.ones_like(inverse), inverse], 1)
    left = (values - line @ fit).square().sum() / max(len(values) - 2, 1)
    error = (left * torch.linalg.inv(line.T @ line)[0, 0]).sqrt()
    return {"value": float(fit[0]), "error": float(error), "n": count}


def line_in_inverse(counts: Tensor, distances: Tensor) -> Tensor:
    """The straight line a + b / n that is nearest to `distances` at `counts` n, both `(measurement,)`: `(2,)`, a and b.

    Nearest in the sum of squares. a is where it arrives for endlessly many clips. Float64, as both are. Lesson 10.
    """
    line = torch.stack([torch.ones_like(counts), 1 / counts], 1)
    return torch.linalg.lstsq(line, distances[:, None]).solution[:, 0]


@edge(lambda real, generated, sigma: (*_comparable(real, generated), _above_0(sigma)))
def mean_discrepancy(real: Tensor, generated: Tensor, sigma: float) -> float:
    """The squared maximum mean discrepancy of two sets of features `(clip, feature)`, in its shortest form.

    `kernel_distance` is the same for thousands of clips, of which this would compare all with all at once. `sigma`, in
    the features' units, is how far apart two clips may be and still be similar. Raises ValueError for features that
    cannot be compared. Gretton et al. (2012). Lesson 10.
    """

    def similarity(a: Tensor, b: Tensor) -> Tensor:
        return torch.exp(-torch.cdist(a, b).square() / (2 * sigma**2))

    n, m = len(real), len(generated)
    within_real = (similarity(real, real).sum() - n) / (n * (n - 1))
    within_generated = (similarity(generated, generated).sum() - m) / (m * (m - 1))
    return float(within_real + within_generated - 2 * similarity(real, generated).mean())


def kernel_distance(real: Tensor, generated: Tensor, bandwidth: float | None = None) -> float:
    """The squared maximum mean discrepancy of two sets of features `(clip, feature)`, without bias.

    The mean similarity exp(−‖a − b‖² / 2σ²) within each set, each clip with every *other*, less twice that between the
    sets (Gretton et al. 2012). σ, the `bandwidth`, is the median distance of the real clips from each other unless it
    is given, as in the Kernel Audio Distance of Chung et al. (2025), who print it times 100. Its mean is 0 for equal
    distributions, so that it is often negative then. Lesson 10.
    """
    real, generated = _comparable(real, generated)
    sigma = median_distance(real) if bandwidth is None else bandwidth
    if not sigma > 0:
        raise ValueError("all real clips have the same features: the kernel distance needs some that differ")
    real, generated = _lighter(real, generated)

    def similarity(a: Tensor, b: Tensor) -> Tensor:
        return sum(
            (
                torch.exp(-_squared(part, b) / (2 * sigma**2)).sum(dtype=torch.float64)
                for part in a.split(ROWS)
            ),
            torch.zeros((), dtype=torch.float64),
        )

    n, m = len(real), len(generated)
    within = (similarity(real, real) - n) / (n * (n - 1)) + (similarity(generated, generated) - m) / (
        m * (m - 1)
    )
    return float(within - 2 * similarity(real, generated) / (n * m))


def median_distance(features: Tensor, at_most: int = 2048) -> float:
    """The median Euclidean distance between any two of `features` `(clip, feature)`; of evenly chosen ones if many."""
    chosen = features[:: -(-len(features) // at_most)].double()
    return float(torch.pdist(chosen).median())


def precision_recall(real: Tensor, generated: Tensor, k: int = 5) -> dict[str, float]:
    """Precision, the share of generated clips that lie among the real ones, and recall, the converse.

    A clip lies among a set if it is no further from one of its members than that one's k-th nearest neighbour there
    (Kynkäänniemi et al. 2019). Features are `(clip, feature)`. Lesson 10.
    """
    found = neighbourhoods(real, generated, k)
    return {name: found[name] for name in ("precision", "recall")}


def density_coverage(real: Tensor, generated: Tensor, k: int = 5) -> dict[str, float]:
    """Density, in how many real neighbourhoods a generated clip lies (over k), and coverage, the share of real
    neighbourhoods in which any generated clip lies.

    A neighbourhood reaches from a real clip to its k-th nearest real neighbour (Naeem et al. 2020). Density may be
    above 1; unlike precision it is not fooled by one outlier with a wide neighbourhood. Features are `(clip, feature)`.
    Lesson 10.
    """
    found = neighbourhoods(real, generated, k)
    return {name: found[name] for name in ("density", "coverage")}


def share_among(clips: Tensor, others: Tensor, k: int = 5) -> float:
    """The share of `clips` that lie among `others`: no further from one of them than its k-th nearest neighbour there.

    Features `(clip, feature)`, of at least k + 1 others. The precision of generated clips among real ones, the recall
    of real clips among generated ones; `neighbourhoods` has both for thousands. Kynkäänniemi et al. (2019). Lesson 10.
    """
    radius = nearest(others, others, k, itself=True)
    return float((torch.cdist(clips, others) <= radius).any(1).double().mean())


def coverage(real: Tensor, generated: Tensor, k: int = 5) -> float:
    """The share of real clips that have a generated one no further away than their k-th nearest real neighbour.

    Features `(clip, feature)`, of at least k + 1 real clips. `neighbourhoods` has it for thousands. Naeem et al.
    (2020). Lesson 10.
    """
    radius = nearest(real, real, k, itself=True)
    return float((nearest(real, generated) <= radius).double().mean())


def neighbourhoods(real: Tensor, generated: Tensor, k: int = 5) -> dict[str, float]:
    """Precision, recall, density and coverage at once, as `precision_recall` and `density_coverage` define them."""
    real, generated = _lighter(*_comparable(real, generated, least=k + 1))
    around_real, around_generated = (
        nearest(real, real, k, itself=True),
        nearest(generated, generated, k, itself=True),
    )
    hits = torch.zeros(len(generated), dtype=torch.int64)
    recalled, covered = [], []
    for part, radius in zip(real.split(ROWS), around_real.split(ROWS), strict=True):
        distance = _squared(part, generated).sqrt_()
        within = distance <= radius[:, None]
        hits += within.sum(0)
        covered.append(within.any(1))
        recalled.append((distance <= around_generated).any(1))
    return {
        "precision": float((hits > 0).double().mean()),
        "recall": float(torch.cat(recalled).double().mean()),
        "density": float(hits.double().mean() / k),
        "coverage": float(torch.cat(covered).double().mean()),
    }


def nearest(features: Tensor, among: Tensor, k: int = 1, itself: bool = False) -> Tensor:
    """The distance `(clip,)` of each clip to its k-th nearest neighbour `among` others; features `(clip, feature)`.

    itself: the two sets are the same, and no clip is its own neighbour. Raises ValueError for too few others.
    """
    if len(among) < k + itself:
        raise ValueError(
            f"there are {len(among)} clips, and the nearest {k} others are asked for: give more clips"
        )
    parts = [
        _squared(part, among).topk(k + itself, largest=False).values[:, -1] for part in features.split(ROWS)
    ]
    return torch.cat(parts).sqrt()


def memorisation(
    generated: Tensor, training: Tensor, held_out: Tensor | None, fresh: Tensor
) -> dict[str, float]:
    """Whether generated clips lie nearer to training clips than new real clips do: `{"auc", "error", "n"}`.

    How much nearer a clip is to its nearest training clip than to its nearest held-out one, as a ratio, is found for
    the generated clips and for `fresh` ones, real clips that are in neither set. `auc` is the probability that it is
    nearer for a generated clip than for a fresh one: 0.5 for a generator that learnt the distribution, more for one
    that copies, and 1 for one that learnt its training set by heart. *All* training clips are compared, since a copy
    of one is no copy of another. held_out: None compares distances to training clips alone (Meehan, Chaudhuri and
    Dasgupta 2020), which is for training clips that differ from all new ones, as in their labels; copies that are badly
    drawn are not noticed then, and 0.5 or less shows nothing. `error` is the standard error (DeLong, DeLong and
    Clarke-Pearson 1988), and no smaller than that of half a clip. Features are `(clip, feature)`. `nearer_share` asks
    where both sets are equally large. Lesson 10.
    """
    sets = [training, fresh] if held_out is None else [training, fresh, held_out]
    for real in sets:
        _comparable(real, generated)
    generated, training, fresh, *others = _lighter(generated.double(), *(real.double() for real in sets))

    def nearer(clips: Tensor) -> Tensor:
        far = [nearest(clips, one).double().clamp(min=1e-9).log() for one in (training, *others)]
        return far[1] - far[0] if others else -far[0]

    made, new = nearer(generated), nearer(fresh)
    above, below = _shares_below(made, new), _shares_below(new, made)
    error = float((above.var() / len(made) + below.var() / len(new)).sqrt())
    return {"auc": float(above.mean()), "error": max(error, 0.5 / min(len(made), len(new))), "n": len(made)}


def _shares_below(scores: Tensor, others: Tensor) -> Tensor:
    """For each score the share of `others` that are below it, equal ones counted half; `(clip,)` float64."""
    ranked = others.sort().values
    ends = (torch.searchsorted(ranked, scores), torch.searchsorted(ranked, scores, right=True))
    return (ends[0] + ends[1]).double() / (2 * len(ranked))


def nearer_share(generated: Tensor, training: Tensor, held_out: Tensor) -> float:
    """The share of `generated` clips whose nearest training clip is nearer than their nearest held-out one.

    Features `(clip, feature)`, of as many training clips as held-out ones: of more, one is nearer by chance. Equally
    near counts half. `memorisation` is for sets of any size. Lesson 10.
    """
    to_training, to_held_out = nearest(generated, training), nearest(generated, held_out)
    nearer = (to_training < to_held_out).double() + 0.5 * (to_training == to_held_out).double()
    return float(nearer.mean())


@edge(lambda positive, negative: _scored(positive, negative))
def area_under_curve(positive: Tensor, negative: Tensor) -> float:
    """The probability that a score of `positive` is above one of `negative`, ties counted half: the AUC of the two.

    0.5: the scores do not tell them apart. 1: they always do (Hanley and McNeil 1982). Scores are tensors `(clip,)` or
    lists; ValueError for none. Lesson 10.
    """
    ranked = negative.sort().values
    below = torch.searchsorted(ranked, positive)
    up_to = torch.searchsorted(ranked, positive, right=True)
    return float((below + up_to).double().mean() / (2 * len(negative)))


def _squared(a: Tensor, b: Tensor) -> Tensor:
    """Squared Euclidean distances `(a, b)`: ‖a‖² + ‖b‖² − 2 a·b, which is one product of matrices."""
    return torch.addmm(b.square().sum(1), a, b.T, alpha=-2).add_(a.square().sum(1)[:, None]).clamp_(min=0)


def _lighter(*sets: Tensor) -> tuple[Tensor, ...]:
    """Float32 where there are `MANY` clips, the mean of the first set being 0, so that little is lost."""
    if max(map(len, sets)) < MANY:
        return sets
    centre = sets[0].mean(0)
    return tuple((x - centre).float() for x in sets)


def _comparable(real: Tensor, generated: Tensor, least: int = 2) -> tuple[Tensor, Tensor]:
    for name, features in (("real", real), ("generated", generated)):
        if features.ndim != 2:
            raise ValueError(
                f"the {name} features have shape {tuple(features.shape)}: (clip, feature) is expected"
            )
        if len(features) < least:
            raise ValueError(f"there are features of {len(features)} {name} clips: give {least} or more")
        if not bool(features.isfinite().all()):
            raise ValueError(
                f"the {name} features hold NaN or infinity: look for silent or broken clips first"
            )
    if real.shape[1] != generated.shape[1]:
        raise ValueError(
            f"the real clips have {real.shape[1]} features each, the generated ones {generated.shape[1]}: use one "
            f"embedding for both"
        )
    return real.double(), generated.double()


def _above_0(sigma: float) -> float:
    if not sigma > 0:
        raise ValueError(f"sigma is {sigma}, and a distance above 0 is expected")
    return sigma


def _scored(positive: Tensor | Sequence[float], negative: Tensor | Sequence[float]) -> tuple[Tensor, Tensor]:
    one, other = (torch.as_tensor(scores, dtype=torch.float64) for scores in (positive, negative))
    if not len(one) or not len(other):
        raise ValueError(f"there are {len(one)} and {len(other)} scores: at least one of each kind is needed")
    if bool(one.isnan().any() or other.isnan().any()):
        raise ValueError("some of the scores are NaN: look for silent or broken clips first")
    return one, other
