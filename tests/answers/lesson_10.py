"""Answers to lesson 10: right ones written differently, and wrong ones of the kind that students give."""

import math

import numpy as np
import torch

from gan_course.evaluation import covariance, nearest, square_root

NAMES = {
    "np": np,
    "math": math,
    "torch": torch,
    "covariance": covariance,
    "nearest": nearest,
    "square_root": square_root,
}

FRECHET = "def frechet_distance(real, generated):\n"
LINE = "def line_in_inverse(counts, distances):\n"
MMD = "def mean_discrepancy(real, generated, sigma):\n"
AMONG = "def share_among(clips, others, k=5):\n"
COVERAGE = "def coverage(real, generated, k=5):\n"
NEARER = "def nearer_share(generated, training, held_out):\n"
SCORE = "def score(p):\n"
AREA = "def area_under_curve(positive, negative):\n"
LEAST = "def at_least(right, n, share=0.5):\n"

PARTS = (
    "    step = (real.mean(0) - generated.mean(0)).square().sum()\n"
    "    one, other = covariance(real), covariance(generated)\n"
    "    half = square_root(one)\n"
    "    crossed = torch.linalg.eigvalsh(half @ other @ half).clamp(min=0).sqrt().sum()\n"
)
KERNEL = (
    "    k = lambda a, b: torch.exp(-torch.cdist(a, b) ** 2 / (2 * sigma**2))\n"
    "    n, m = len(real), len(generated)\n"
)
WITHIN = (
    "    within = (k(real, real).sum() - n) / (n * (n - 1))\n"
    "    within = within + (k(generated, generated).sum() - m) / (m * (m - 1))\n"
)
RADIUS = "    radius = nearest(others, others, k, itself=True)\n    d = torch.cdist(clips, others)\n"
REAL_RADIUS = "    radius = nearest(real, real, k, itself=True)\n"
TWO = "    t, h = nearest(generated, training), nearest(generated, held_out)\n"
CLAMPED = "    p = p.double().clamp(min=1e-12)\n    mean = p.mean(0)\n"
PAIRS = "    above = positive[:, None] > negative\n    level = positive[:, None] == negative\n"

RIGHT = {
    "frechet_distance": {
        "eigenvalues of the product": FRECHET + "    S, T = torch.cov(real.T), torch.cov(generated.T)\n"
        "    roots = torch.linalg.eigvals(S @ T).real.clamp(min=0).sqrt()\n"
        "    return (real.mean(0) - generated.mean(0)).pow(2).sum() + S.trace() + T.trace() - 2 * roots.sum()",
        "singular values": FRECHET
        + "    S, T = square_root(covariance(real)), square_root(covariance(generated))\n"
        "    step = real.mean(0) - generated.mean(0)\n"
        "    return step @ step + (S**2).sum() + (T**2).sum() - 2 * torch.linalg.svdvals(S @ T).sum()",
        "numpy": FRECHET + "    a, b = real.numpy(), generated.numpy()\n"
        "    S, T = np.cov(a, rowvar=False), np.cov(b, rowvar=False)\n"
        "    roots = np.sqrt(np.maximum(np.linalg.eigvals(S @ T).real, 0))\n"
        "    return float(np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(S) + np.trace(T) - 2 * roots.sum())",
    },
    "line_in_inverse": {
        "polyfit": LINE + "    b, a = np.polyfit(1 / counts.numpy(), distances.numpy(), 1)\n    return a, b",
        "covariance over variance": LINE + "    x = 1 / counts\n"
        "    b = ((x - x.mean()) * (distances - distances.mean())).sum() / (x - x.mean()).square().sum()\n"
        "    return torch.stack([distances.mean() - b * x.mean(), b])",
        "normal equations": LINE
        + "    A = torch.stack([counts**0, counts**-1], 1)\n    return torch.linalg.solve(A.T @ A, A.T @ distances)",
    },
    "mean_discrepancy": {
        "off the diagonal": MMD
        + "    k = lambda a, b: torch.exp(-((a[:, None] - b[None]) ** 2).sum(-1) / (2 * sigma**2))\n"
        "    mean = lambda x: x[~torch.eye(len(x), dtype=torch.bool)].mean()\n"
        "    return mean(k(real, real)) + mean(k(generated, generated)) - 2 * k(real, generated).mean()",
        "pairs": MMD + "    near = lambda d: torch.exp(-d.square() / sigma**2 / 2).mean()\n"
        "    return (near(torch.pdist(real)) + near(torch.pdist(generated))\n"
        "            - 2 * near(torch.cdist(real, generated))).item()",
    },
    "share_among": {
        "sorted": AMONG + "    radius = torch.cdist(others, others).sort(1).values[:, k]\n"
        "    return (torch.cdist(clips, others) <= radius).any(1).float().mean().item()",
        "smallest ratio": AMONG
        + "    reach = torch.cdist(others, others).topk(k + 1, largest=False).values[:, k]\n"
        "    inside = (torch.cdist(clips, others) - reach).amin(1) <= 0\n    return inside.sum() / len(clips)",
        "a loop": AMONG + "    radius = nearest(others, others, k, True)\n"
        "    return sum(bool(((clip - others).norm(dim=1) <= radius).any()) for clip in clips) / len(clips)",
    },
    "coverage": {
        "all pairs": COVERAGE + "    radius = torch.cdist(real, real).sort(1).values[:, k]\n"
        "    return (torch.cdist(real, generated) <= radius[:, None]).any(1).double().mean()",
        "smallest": COVERAGE + "    radius = nearest(real, real, k, True)\n"
        "    return float(np.mean((torch.cdist(real, generated).amin(1) <= radius).numpy()))",
    },
    "nearer_share": {
        "signs": NEARER
        + "    t, h = torch.cdist(generated, training).amin(1), torch.cdist(generated, held_out).amin(1)\n"
        "    return ((h - t).sign() / 2 + 0.5).mean()",
        "where": NEARER + "    t, h = nearest(generated, training), nearest(generated, held_out)\n"
        "    return torch.where(t == h, 0.5, (t < h).double()).mean().item()",
    },
    "score": {
        "xlogy": SCORE
        + "    p = p.double()\n    return torch.exp((torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).sum(1).mean())",
        "entropies": SCORE + "    H = lambda q: -torch.xlogy(q, q).sum(-1)\n"
        "    return math.exp(H(p.mean(0)) - H(p).mean())",
    },
    "area_under_curve": {
        "all pairs": AREA + PAIRS + "    return (above.double() + 0.5 * level.double()).mean()",
        "signs": AREA + "    return (torch.sign(positive[:, None] - negative).mean() + 1) / 2",
        "one by one": AREA + "    wins = 0.0\n    for x in positive:\n"
        "        wins += (x > negative).sum().item() + 0.5 * (x == negative).sum().item()\n"
        "    return wins / len(positive) / len(negative)",
    },
    "at_least": {
        "the other side": LEAST
        + "    return 1 - sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right))",
        "trial by trial": LEAST + "    chances = [1.0]\n    for _ in range(n):\n"
        "        chances = [a * share + b * (1 - share) for a, b in zip([0.0] + chances, chances + [0.0])]\n"
        "    return sum(chances[right:])",
    },
}

WRONG = {
    "frechet_distance": {
        "no means": (
            FRECHET + PARTS + "    return one.trace() + other.trace() - 2 * crossed",
            "means are not compared",
        ),
        "means not squared": (
            FRECHET + PARTS + "    return step.sqrt() + one.trace() + other.trace() - 2 * crossed",
            "is not squared",
        ),
        "means only": (FRECHET + PARTS + "    return step", "only the means"),
        "once": (
            FRECHET + PARTS + "    return step + one.trace() + other.trace() - crossed",
            "not taken twice",
        ),
        "added": (
            FRECHET + PARTS + "    return step + one.trace() + other.trace() + 2 * crossed",
            "is added",
        ),
        "no root": (
            FRECHET + PARTS + "    return step + (one + other - 2 * one @ other).trace()",
            "root is missing",
        ),
        "root of it all": (
            FRECHET + PARTS + "    return (step + one.trace() + other.trace() - 2 * crossed).sqrt()",
            "root of the distance",
        ),
        "product of the roots": (
            FRECHET
            + PARTS
            + "    return step + (one + other - 2 * square_root(one) @ square_root(other)).trace()",
            "product of the roots",
        ),
        "number by number": (
            FRECHET + PARTS + "    return step + (one + other - 2 * (one @ other).abs().sqrt()).trace()",
            "number by number",
        ),
        "variances only": (
            FRECHET + PARTS + "    return step + (real.std(0) - generated.std(0)).square().sum()",
            "only the variances",
        ),
        "divided by the count": (
            FRECHET
            + PARTS.replace("covariance(real)", "torch.cov(real.T, correction=0)").replace(
                "covariance(generated)", "torch.cov(generated.T, correction=0)"
            )
            + "    return step + one.trace() + other.trace() - 2 * crossed",
            "count − 1",
        ),
        "around zero": (
            FRECHET
            + PARTS.replace("covariance(real)", "real.T @ real / (len(real) - 1)").replace(
                "covariance(generated)", "generated.T @ generated / (len(generated) - 1)"
            )
            + "    return step + one.trace() + other.trace() - 2 * crossed",
            "around their mean",
        ),
        "not clamped": (
            FRECHET
            + PARTS.replace(".clamp(min=0)", "")
            + "    return step + one.trace() + other.trace() - 2 * crossed",
            "fewer clips than features",
        ),
    },
    "line_in_inverse": {
        "slope first": (
            LINE + "    b, a = np.polyfit(1 / counts.numpy(), distances.numpy(), 1)\n    return b, a",
            "wrong way round",
        ),
        "in n": (
            LINE + "    b, a = np.polyfit(counts.numpy(), distances.numpy(), 1)\n    return a, b",
            "a line in n",
        ),
        "in n, slope first": (
            LINE + "    return torch.tensor(np.polyfit(counts.numpy(), distances.numpy(), 1).copy())",
            "a line in n",
        ),
        "through zero": (
            LINE
            + "    x = 1 / counts\n    return torch.stack([0 * x.sum(), (x * distances).sum() / (x * x).sum()])",
            "through 0",
        ),
        "two ends": (
            LINE + "    x = 1 / counts\n    b = (distances[0] - distances[-1]) / (x[0] - x[-1])\n"
            "    return torch.stack([distances[-1] - b * x[-1], b])",
            "first and the last",
        ),
        "limit only": (
            LINE + "    return np.polyfit(1 / counts.numpy(), distances.numpy(), 1)[1]",
            "two are expected",
        ),
        "the last one": (LINE + "    return distances[-1], 0.0", "your line"),
    },
    "mean_discrepancy": {
        "itself counted": (
            MMD
            + KERNEL
            + "    return k(real, real).mean() + k(generated, generated).mean() - 2 * k(real, generated).mean()",
            "with itself too",
        ),
        "n squared": (
            MMD
            + KERNEL
            + WITHIN.replace("(n * (n - 1))", "n**2").replace("(m * (m - 1))", "m**2")
            + "    return within - 2 * k(real, generated).mean()",
            "still counted as n²",
        ),
        "itself in the sum": (
            MMD
            + KERNEL
            + WITHIN.replace(".sum() - n)", ".sum())").replace(".sum() - m)", ".sum())")
            + "    return within - 2 * k(real, generated).mean()",
            "still in the sum",
        ),
        "once": (MMD + KERNEL + WITHIN + "    return within - k(real, generated).mean()", "twice is right"),
        "added": (MMD + KERNEL + WITHIN + "    return within + 2 * k(real, generated).mean()", "is added"),
        "sign": (
            MMD + KERNEL + WITHIN + "    return 2 * k(real, generated).mean() - within",
            "other way round",
        ),
        "not squared": (
            MMD
            + KERNEL.replace("(a, b) ** 2", "(a, b)")
            + WITHIN
            + "    return within - 2 * k(real, generated).mean()",
            "distance is not squared",
        ),
        "no 2": (
            MMD
            + KERNEL.replace("(2 * sigma**2)", "sigma**2")
            + WITHIN
            + "    return within - 2 * k(real, generated).mean()",
            "the 2 of 2σ²",
        ),
        "sigma": (
            MMD
            + KERNEL.replace("sigma**2", "sigma")
            + WITHIN
            + "    return within - 2 * k(real, generated).mean()",
            "σ is not squared",
        ),
        "sums": (
            MMD
            + KERNEL
            + "    return k(real, real).sum() - n + k(generated, generated).sum() - m - 2 * k(real, generated).sum()",
            "these are sums",
        ),
        "growing": (
            MMD
            + KERNEL.replace("exp(-", "exp(")
            + WITHIN
            + "    return within - 2 * k(real, generated).mean()",
            "the discrepancy of",
        ),
    },
    "share_among": {
        "itself": (
            AMONG + RADIUS.replace(", itself=True", "") + "    return (d <= radius).any(1).double().mean()",
            "its own nearest",
        ),
        "count": (AMONG + RADIUS + "    return (d <= radius).any(1).sum()", "a count"),
        "over the clips": (
            AMONG + RADIUS + "    return (d <= radius).any(0).double().mean()",
            "others that have a clip near",
        ),
        "the other way round": (
            AMONG
            + "    radius = nearest(clips, clips, k, itself=True)\n"
            + "    return (torch.cdist(others, clips) <= radius).any(1).double().mean()",
            "other way round",
        ),
        "own radii": (
            AMONG
            + "    radius = nearest(clips, clips, k, itself=True)\n"
            + "    return (torch.cdist(clips, others) <= radius[:, None]).any(1).double().mean()",
            "belong to the others",
        ),
        "all": (AMONG + RADIUS + "    return (d <= radius).all(1).double().mean()", "and not all"),
        "one radius": (
            AMONG + RADIUS + "    return (d.amin(1) <= radius.mean()).double().mean()",
            "has its own",
        ),
        "nearest only": (
            AMONG + RADIUS + "    return (d.amin(1) <= radius[d.argmin(1)]).double().mean()",
            "may have a wider",
        ),
        "pairs": (AMONG + RADIUS + "    return (d <= radius).double().mean()", "share of pairs"),
        "outside": (AMONG + RADIUS + "    return 1 - (d <= radius).any(1).double().mean()", "share outside"),
        "edge": (AMONG + RADIUS + "    return (d < radius).any(1).double().mean()", "exactly as far"),
    },
    "coverage": {
        "itself": (
            COVERAGE
            + REAL_RADIUS.replace(", itself=True", "")
            + "    return (nearest(real, generated) <= radius).double().mean()",
            "its own nearest",
        ),
        "precision": (
            COVERAGE
            + REAL_RADIUS
            + "    return (torch.cdist(generated, real) <= radius).any(1).double().mean()",
            "precision",
        ),
        "recall": (
            COVERAGE
            + "    radius = nearest(generated, generated, k, itself=True)\n"
            + "    return (torch.cdist(real, generated) <= radius).any(1).double().mean()",
            "recall",
        ),
        "density": (
            COVERAGE
            + REAL_RADIUS
            + "    return (torch.cdist(generated, real) <= radius).sum(1).double().mean() / k",
            "density",
        ),
        "all": (
            COVERAGE
            + REAL_RADIUS
            + "    return (torch.cdist(real, generated) <= radius[:, None]).all(1).double().mean()",
            "is enough",
        ),
        "k-th": (
            COVERAGE + REAL_RADIUS + "    return (nearest(real, generated, k) <= radius).double().mean()",
            "nearest one is enough",
        ),
        "count": (
            COVERAGE + REAL_RADIUS + "    return (nearest(real, generated) <= radius).sum()",
            "a count",
        ),
        "not covered": (
            COVERAGE + REAL_RADIUS + "    return (nearest(real, generated) > radius).double().mean()",
            "*not* covered",
        ),
        "edge": (
            COVERAGE + REAL_RADIUS + "    return (nearest(real, generated) < radius).double().mean()",
            "exactly as far",
        ),
    },
    "nearer_share": {
        "held-out": (NEARER + TWO + "    return (t > h).double().mean()", "*held-out*"),
        "count": (NEARER + TWO + "    return (t < h).sum()", "a count"),
        "from the training clips": (
            NEARER + "    t, h = nearest(training, generated), nearest(held_out, generated)\n"
            "    return (t < h).double().mean()",
            "from the training clips",
        ),
        "means": (
            NEARER
            + "    t, h = torch.cdist(generated, training).mean(1), torch.cdist(generated, held_out).mean(1)\n"
            "    return (t < h).double().mean()",
            "mean distances",
        ),
        "farthest": (
            NEARER
            + "    t, h = torch.cdist(generated, training).amax(1), torch.cdist(generated, held_out).amax(1)\n"
            "    return (t < h).double().mean()",
            "farthest",
        ),
        "difference": (NEARER + TWO + "    return (t - h).mean()", "how far"),
        "ratio": (NEARER + TWO + "    return (t / h).mean()", "a ratio"),
        "ties lost": (NEARER + TWO + "    return (t < h).double().mean()", "each counts half"),
        "ties won": (NEARER + TWO + "    return (t <= h).double().mean()", "each counts half"),
        "no mean": (NEARER + TWO + "    return (t < h).double()", "one number"),
    },
    "score": {
        "no exp": (SCORE + CLAMPED + "    return (p * (p / mean).log()).sum(1).mean()", "exp is missing"),
        "sign": (SCORE + CLAMPED + "    return (p * (mean / p).log()).sum(1).mean().exp()", "negative"),
        "exp first": (
            SCORE + CLAMPED + "    return (p * (p / mean).log()).sum(1).exp().mean()",
            "mean comes first",
        ),
        "added up": (SCORE + CLAMPED + "    return (p * (p / mean).log()).sum().exp()", "added up"),
        "mean of all": (
            SCORE + CLAMPED + "    return (p * (p / mean).log()).mean().exp()",
            "over the classes",
        ),
        "reversed": (
            SCORE + CLAMPED + "    return (mean * (mean / p).log()).sum(1).mean().exp()",
            "from the mean to the clips",
        ),
        "across": (
            SCORE
            + CLAMPED
            + "    mean = p.mean(1, keepdim=True)\n    return (p * (p / mean).log()).sum(1).mean().exp()",
            "equal classes",
        ),
        "variety only": (
            SCORE + CLAMPED + "    return (-(mean * mean.log()).sum()).exp()",
            "only the variety",
        ),
        "log2": (SCORE + CLAMPED + "    return (p * (p / mean).log2()).sum(1).mean().exp()", "base 2"),
        "zeros": (SCORE + "    return (p * (p / p.mean(0)).log()).sum(1).mean().exp()", "0 · log 0"),
    },
    "area_under_curve": {
        "wrong way round": (
            AREA + "    return (positive[:, None] < negative).double().mean()\n",
            "wrong way round",
        ),
        "ties won": (AREA + PAIRS + "    return (above | level).double().mean()", "count half"),
        "ties lost": (AREA + PAIRS + "    return above.double().mean()", "count half"),
        "number": (AREA + PAIRS + "    return above.sum() + 0.5 * level.sum()", "number of pairs"),
        "paired": (
            AREA + "    n = min(len(positive), len(negative))\n"
            "    return (positive[:n] > negative[:n]).double().mean()",
            "one other only",
        ),
        "threshold": (
            AREA + "    return 0.5 * ((positive > 0).double().mean() + (negative <= 0).double().mean())",
            "one threshold",
        ),
        "means": (AREA + "    return positive.mean() - negative.mean()", "only the means"),
    },
    "at_least": {
        "exactly": (
            LEAST + "    return math.comb(n, right) * share**right * (1 - share) ** (n - right)",
            "exactly",
        ),
        "more than": (
            LEAST
            + "    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right + 1, n + 1))",
            "one too late",
        ),
        "end missing": (
            LEAST
            + "    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right, n))",
            "too early",
        ),
        "at most": (
            LEAST
            + "    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right + 1))",
            "at *most*",
        ),
        "fewer": (
            LEAST
            + "    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right))",
            "*fewer*",
        ),
        "no comb": (
            LEAST + "    return sum(share**k * (1 - share) ** (n - k) for k in range(right, n + 1))",
            "ways to be right",
        ),
        "wrong ones forgotten": (
            LEAST + "    return sum(math.comb(n, k) * share**k for k in range(right, n + 1))",
            "wrong answers are forgotten",
        ),
        "exchanged": (
            LEAST
            + "    return sum(math.comb(n, k) * (1 - share) ** k * share ** (n - k) for k in range(right, n + 1))",
            "changed places",
        ),
        "guessing": (
            LEAST + "    return sum(math.comb(n, k) / 2**n for k in range(right, n + 1))",
            "this is guessing",
        ),
        "share of right answers": (LEAST + "    return right / n", "share of right answers"),
        "two sides": (
            LEAST
            + "    return 2 * sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right, n + 1))",
            "two sides",
        ),
    },
}

A_TENSOR = "a tensor of one number is as good an answer as the number"
EQUIVALENT: dict[str, dict[str, str]] = {
    "frechet_distance": {
        "call of float dropped in `return float(mean + one.trace() + other.trace() - 2 * crossed)`": A_TENSOR,
    },
    "line_in_inverse": {
        "0 → -1 in `return torch.linalg.lstsq(line, distances[:, None]).solution[:, 0]`": "there is one column",
    },
    "mean_discrepancy": {
        "call of float dropped in `return float(within_real + within_generated - 2 * similarity(real, "
        "generated).mean())`": A_TENSOR,
        "first two arguments swapped in `return float(within_real + within_generated - 2 * similarity(real, "
        "generated).mean())`": "the same pairs, in another order",
        "first two arguments swapped in `return torch.exp(-torch.cdist(a, b).square() / (2 * sigma ** 2))`": (
            "the same pairs, in another order"
        ),
    },
    "share_among": {
        "call of float dropped in `return float((torch.cdist(clips, others) <= radius).any(1).double().mean())`": (
            A_TENSOR
        ),
    },
    "coverage": {
        "call of float dropped in `return float((nearest(real, generated) <= radius).double().mean())`": A_TENSOR,
    },
    "nearer_share": {
        "call of float dropped in `return float(nearer.mean())`": A_TENSOR,
        "call of .double dropped in `nearer = (to_training < to_held_out).double() + 0.5 * (to_training == "
        "to_held_out).double()`": "torch counts True as 1 where it is added to numbers or multiplied by them",
    },
    "score": {
        "call of float dropped in `return float((p * (p.log() - p.mean(0).log())).sum(1).mean().exp())`": A_TENSOR,
        "call of .double dropped in `p = p.double().clamp(min=1e-12)`": "what is given is in 64 bit",
        "1e-12 → 2e-12 in `p = p.double().clamp(min=1e-12)`": (
            "either stands for 0: the score differs by less than one part in a thousand million"
        ),
    },
    "area_under_curve": {
        "call of float dropped in `return float((below + up_to).double().mean() / (2 * len(negative)))`": A_TENSOR,
    },
    "at_least": {
        "1 → 2 in `return sum((math.comb(n, k) * share ** k * (1 - share) ** (n - k) for k in range(right, n + 1)))`": (
            "nobody is right n + 1 times of n: comb(n, n + 1) is 0"
        ),
    },
}
