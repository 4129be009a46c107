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
LOGARITHM = "    return (p * (p / p.mean(0)).log()).sum(1)"
LINES = "    A = torch.stack([counts**0, 1 / counts], 1)\n"
FITTED = "    b, a = np.polyfit(1 / counts.numpy(), distances.numpy(), 1)\n"
HALF = "    return ((t < h).double() + 0.5 * (t == h)).mean()"
CURVE = (
    "    zero, t = torch.zeros(1).double(), torch.cat([positive, negative]).unique().flip(0)\n"
    "    x = torch.cat([zero, torch.stack([(negative >= s).double().mean() for s in t])])\n"
    "    y = torch.cat([zero, torch.stack([(positive >= s).double().mean() for s in t])])\n"
)
THE_REST = "    return step + one.trace() + other.trace() - 2 * crossed"
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
        "in 32 bits": FRECHET + "    real, generated = real.float(), generated.float()\n" + PARTS + THE_REST,
        "a root of the product": FRECHET + "    from scipy.linalg import sqrtm\n"
        "    a, b = real.numpy(), generated.numpy()\n    S, T = np.cov(a.T), np.cov(b.T)\n"
        "    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(S + T - 2 * sqrtm(S @ T).real)",
    },
    "line_in_inverse": {
        "polyfit": LINE + "    b, a = np.polyfit(1 / counts.numpy(), distances.numpy(), 1)\n    return a, b",
        "covariance over variance": LINE + "    x = 1 / counts\n"
        "    b = ((x - x.mean()) * (distances - distances.mean())).sum() / (x - x.mean()).square().sum()\n"
        "    return torch.stack([distances.mean() - b * x.mean(), b])",
        "normal equations": LINE
        + "    A = torch.stack([counts**0, counts**-1], 1)\n    return torch.linalg.solve(A.T @ A, A.T @ distances)",
        "in 32 bits": LINE
        + LINES
        + "    return torch.linalg.lstsq(A.float(), distances[:, None].float()).solution[:, 0]",
        "a fit of any curve": LINE + "    from scipy.optimize import curve_fit\n"
        "    return curve_fit(lambda n, a, b: a + b / n, counts.numpy(), distances.numpy())[0]",
    },
    "mean_discrepancy": {
        "off the diagonal": MMD
        + "    k = lambda a, b: torch.exp(-((a[:, None] - b[None]) ** 2).sum(-1) / (2 * sigma**2))\n"
        "    mean = lambda x: x[~torch.eye(len(x), dtype=torch.bool)].mean()\n"
        "    return mean(k(real, real)) + mean(k(generated, generated)) - 2 * k(real, generated).mean()",
        "pairs": MMD + "    near = lambda d: torch.exp(-d.square() / sigma**2 / 2).mean()\n"
        "    return (near(torch.pdist(real)) + near(torch.pdist(generated))\n"
        "            - 2 * near(torch.cdist(real, generated))).item()",
        "in 32 bits": MMD
        + "    real, generated = real.float(), generated.float()\n"
        + KERNEL
        + WITHIN
        + "    return within - 2 * k(real, generated).mean()",
        "twice a triangle": MMD
        + KERNEL
        + "    one = 2 * k(real, real).triu(1).sum() / (n * (n - 1))\n"
        + "    other = 2 * k(generated, generated).triu(1).sum() / (m * (m - 1))\n"
        + "    return one + other - 2 * k(real, generated).mean()",
    },
    "share_among": {
        "sorted": AMONG + "    radius = torch.cdist(others, others).sort(1).values[:, k]\n"
        "    return (torch.cdist(clips, others) <= radius).any(1).float().mean().item()",
        "smallest ratio": AMONG
        + "    reach = torch.cdist(others, others).topk(k + 1, largest=False).values[:, k]\n"
        "    inside = (torch.cdist(clips, others) - reach).amin(1) <= 0\n    return inside.sum() / len(clips)",
        "a loop": AMONG + "    radius = nearest(others, others, k, True)\n"
        "    return sum(bool(((clip - others).norm(dim=1) <= radius).any()) for clip in clips) / len(clips)",
        "in 32 bits": AMONG
        + "    clips, others = clips.float(), others.float()\n"
        + RADIUS
        + "    return (d <= radius).any(1).float().mean()",
    },
    "coverage": {
        "all pairs": COVERAGE + "    radius = torch.cdist(real, real).sort(1).values[:, k]\n"
        "    return (torch.cdist(real, generated) <= radius[:, None]).any(1).double().mean()",
        "smallest": COVERAGE + "    radius = nearest(real, real, k, True)\n"
        "    return float(np.mean((torch.cdist(real, generated).amin(1) <= radius).numpy()))",
        "in 32 bits": COVERAGE
        + "    real, generated = real.float(), generated.float()\n"
        + REAL_RADIUS
        + "    return (nearest(real, generated) <= radius).float().mean()",
    },
    "nearer_share": {
        "signs": NEARER
        + "    t, h = torch.cdist(generated, training).amin(1), torch.cdist(generated, held_out).amin(1)\n"
        "    return ((h - t).sign() / 2 + 0.5).mean()",
        "where": NEARER + "    t, h = nearest(generated, training), nearest(generated, held_out)\n"
        "    return torch.where(t == h, 0.5, (t < h).double()).mean().item()",
        "in 32 bits": NEARER
        + "    generated, training, held_out = generated.float(), training.float(), held_out.float()\n"
        + TWO
        + HALF,
    },
    "score": {
        "xlogy": SCORE
        + "    p = p.double()\n    return torch.exp((torch.xlogy(p, p) - torch.xlogy(p, p.mean(0))).sum(1).mean())",
        "entropies": SCORE + "    H = lambda q: -torch.xlogy(q, q).sum(-1)\n"
        "    return math.exp(H(p.mean(0)) - H(p).mean())",
        "in 32 bits": SCORE + "    p = p.float().clamp(min=1e-12)\n" + LOGARITHM + ".mean().exp()",
        "a millionth for 0": SCORE + "    p = p.clamp(min=1e-6)\n" + LOGARITHM + ".mean().exp()",
        "0 · log 0 is 0": SCORE + LOGARITHM.replace(".sum(1)", ".nan_to_num(0).sum(1)") + ".mean().exp()",
    },
    "area_under_curve": {
        "all pairs": AREA + PAIRS + "    return (above.double() + 0.5 * level.double()).mean()",
        "signs": AREA + "    return (torch.sign(positive[:, None] - negative).mean() + 1) / 2",
        "one by one": AREA + "    wins = 0.0\n    for x in positive:\n"
        "        wins += (x > negative).sum().item() + 0.5 * (x == negative).sum().item()\n"
        "    return wins / len(positive) / len(negative)",
        "in 32 bits": AREA
        + "    positive, negative = positive.float(), negative.float()\n"
        + PAIRS
        + "    return "
        "(above.float() + 0.5 * level.float()).mean()",
        "the curve": AREA + CURVE + "    return torch.trapezoid(y, x)",
        "ranks": AREA + "    from scipy.stats import rankdata\n    n = len(positive)\n"
        "    ranks = rankdata(torch.cat([positive, negative]).numpy())[:n].sum()\n"
        "    return (ranks - n * (n + 1) / 2) / (n * len(negative))",
    },
    "at_least": {
        "the other side": LEAST
        + "    return 1 - sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right))",
        "trial by trial": LEAST + "    chances = [1.0]\n    for _ in range(n):\n"
        "        chances = [a * share + b * (1 - share) for a, b in zip([0.0] + chances, chances + [0.0])]\n"
        "    return sum(chances[right:])",
        "in 32 bits": LEAST + "    k = torch.arange(right, n + 1).float()\n"
        "    return torch.distributions.Binomial(n, torch.tensor(share)).log_prob(k).exp().sum()",
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
        "mean of squares": (
            FRECHET + PARTS.replace("square().sum()", "square().mean()") + THE_REST,
            "this is their mean",
        ),
        "differences of the means": (
            FRECHET + PARTS.replace("square().sum()", "abs().sum()") + THE_REST,
            "squared before they are added",
        ),
        "one trace": (FRECHET + PARTS + "    return step + one.trace() - 2 * crossed", "tr T is missing"),
        "the other trace": (
            FRECHET + PARTS + "    return step + other.trace() - 2 * crossed",
            "tr Σ is missing",
        ),
        "sums for traces": (
            FRECHET + PARTS + "    return step + one.sum() + other.sum() - 2 * crossed",
            "sum of the diagonal",
        ),
        "root of the sum": (
            FRECHET + PARTS.replace(".sqrt().sum()", ".sum().sqrt()") + THE_REST,
            "a root of its own",
        ),
        "Σ on both sides": (
            FRECHET + PARTS.replace("half @ other @ half", "one @ other @ one") + THE_REST,
            "its root belongs there",
        ),
        "the product as it is": (
            FRECHET + PARTS.replace("half @ other @ half", "one @ other") + THE_REST,
            "ΣT is not symmetric",
        ),
        "half the product": (
            FRECHET + PARTS.replace("half @ other @ half", "half @ other") + THE_REST,
            "Σ^½ T is not symmetric",
        ),
        "stars": (
            FRECHET + PARTS.replace("half @ other @ half", "half * other * half") + THE_REST,
            "is written `@`",
        ),
        "squared difference": (
            FRECHET + PARTS + "    return step + (one - other).square().sum()",
            "compared number by number",
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
        "all of lstsq": (
            LINE + LINES + "    return torch.linalg.lstsq(A, distances[:, None])",
            "all that `lstsq` returns",
        ),
        "all of numpy's lstsq": (
            LINE + LINES + "    return np.linalg.lstsq(A.numpy(), distances.numpy(), rcond=None)",
            "all that `lstsq` returns",
        ),
        "all of curve_fit": (
            LINE + "    from scipy.optimize import curve_fit\n"
            "    return curve_fit(lambda n, a, b: a + b / n, counts.numpy(), distances.numpy())",
            "two numbers are expected",
        ),
        "a column": (
            LINE + LINES + "    return torch.linalg.lstsq(A, distances[:, None]).solution",
            "shape (2, 1)",
        ),
        "a list in a list": (LINE + FITTED + "    return [[a, b]]", "a list that holds list; two numbers"),
        "a pair and nothing": (
            LINE + FITTED + "    return (a, b), None",
            "a tuple that holds tuple and NoneType; two numbers",
        ),
        "texts": (LINE + FITTED + "    return f'{a}', f'{b}'", "a tuple that holds str; two numbers"),
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
        "cut off at 0": (
            MMD + KERNEL + WITHIN + "    return max(0.0, float(within - 2 * k(real, generated).mean()))",
            "do not cut it off",
        ),
        "without its sign": (
            MMD + KERNEL + WITHIN + "    return abs(within - 2 * k(real, generated).mean())",
            "leave the sign",
        ),
        "root": (
            MMD + KERNEL + WITHIN + "    return (within - 2 * k(real, generated).mean()).clamp(min=0).sqrt()",
            "the root of it",
        ),
        "a triangle": (
            MMD
            + KERNEL
            + "    one = k(real, real).triu(1).sum() / (n * (n - 1))\n"
            + "    other = k(generated, generated).triu(1).sum() / (m * (m - 1))\n"
            + "    return one + other - 2 * k(real, generated).mean()",
            "which counts it twice",
        ),
        "mean of a triangle": (
            MMD
            + KERNEL
            + "    within = k(real, real).triu(1).mean() + k(generated, generated).triu(1).mean()\n"
            + "    return within - 2 * k(real, generated).mean()",
            "zeros are counted",
        ),
        "ready-made": (
            MMD
            + "    from gan_course.evaluation import kernel_distance\n"
            + "    return kernel_distance(real, generated, sigma)",
            "calls gan_course.evaluation.kernel_distance",
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
        "along the axes": (
            AMONG + "    radius = torch.cdist(others, others, p=1).sort(1).values[:, k]\n"
            "    return (torch.cdist(clips, others, p=1) <= radius).any(1).double().mean()",
            "along the axes",
        ),
        "widest radius": (
            AMONG + RADIUS + "    return (d.amin(1) <= radius.max()).double().mean()",
            "widest radius",
        ),
        "one too far": (
            AMONG + RADIUS.replace(" k,", " k + 1,") + "    return (d <= radius).any(1).double().mean()",
            "one clip too far",
        ),
        "always 5": (
            AMONG
            + RADIUS.replace(" k,", " min(5, len(others) - 1),")
            + "    return (d <= radius).any(1).double().mean()",
            "k is not used",
        ),
        "radius of the clip": (
            AMONG + "    radius = nearest(clips, others, k)\n"
            "    return (torch.cdist(clips, others) <= radius[:, None]).any(1).double().mean()",
            "there are always some",
        ),
        "3 if none is given": (
            AMONG.replace("k=5", "k=3") + RADIUS + "    return (d <= radius).any(1).double().mean()",
            "k is 5 where none is given, and here it is 3",
        ),
        "1 if none is given": (
            AMONG.replace("k=5", "k=1") + RADIUS + "    return (d <= radius).any(1).double().mean()",
            "k is 5 where none is given, and here it is 1",
        ),
        "precision_recall": (
            AMONG
            + "    from gan_course.evaluation import precision_recall\n"
            + "    return precision_recall(others, clips, k)['precision']",
            "calls gan_course.evaluation.precision_recall",
        ),
        "neighbourhoods": (
            AMONG
            + "    from gan_course.evaluation import neighbourhoods\n"
            + "    return neighbourhoods(others, clips, k)['precision']",
            "calls gan_course.evaluation.neighbourhoods",
        ),
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
        "along the axes": (
            COVERAGE + "    radius = torch.cdist(real, real, p=1).sort(1).values[:, k]\n"
            "    return (torch.cdist(real, generated, p=1).amin(1) <= radius).double().mean()",
            "along the axes",
        ),
        "widest radius": (
            COVERAGE + REAL_RADIUS + "    return (nearest(real, generated) <= radius.max()).double().mean()",
            "widest radius",
        ),
        "mean radius": (
            COVERAGE + REAL_RADIUS + "    return (nearest(real, generated) <= radius.mean()).double().mean()",
            "has its own",
        ),
        "one too far": (
            COVERAGE
            + REAL_RADIUS.replace(" k,", " k + 1,")
            + "    return (nearest(real, generated) <= radius).double().mean()",
            "one clip too far",
        ),
        "always 5": (
            COVERAGE
            + REAL_RADIUS.replace(" k,", " min(5, len(real) - 1),")
            + "    return (nearest(real, generated) <= radius).double().mean()",
            "k is not used",
        ),
        "3 if none is given": (
            COVERAGE.replace("k=5", "k=3")
            + REAL_RADIUS
            + "    return (nearest(real, generated) <= radius).double().mean()",
            "k is 5 where none is given, and here it is 3",
        ),
        "1 if none is given": (
            COVERAGE.replace("k=5", "k=1")
            + REAL_RADIUS
            + "    return (nearest(real, generated) <= radius).double().mean()",
            "k is 5 where none is given, and here it is 1",
        ),
        "ready-made": (
            COVERAGE
            + "    from gan_course.evaluation import density_coverage\n"
            + "    return density_coverage(real, generated, k)['coverage']",
            "calls gan_course.evaluation.density_coverage",
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
        "half of the ties, cut off": (
            NEARER + TWO + "    return ((t < h).sum() + (t == h).sum() // 2) / len(generated)",
            "`//` cuts it off",
        ),
        "without the ties": (
            NEARER + TWO + "    return (t < h).sum() / (t != h).sum()",
            "left out of the mean",
        ),
        "second nearest": (
            NEARER + TWO.replace("training)", "training, 2)").replace("held_out)", "held_out, 2)") + HALF,
            "the second nearest",
        ),
        "along the axes": (
            NEARER
            + "    t, h = torch.cdist(generated, training, 1).amin(1), torch.cdist(generated, held_out, 1).amin(1)\n"
            + HALF,
            "along the axes",
        ),
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
        "a hundred-thousandth for 0": (
            SCORE + "    p = p.clamp(min=1e-5)\n" + LOGARITHM + ".mean().exp()",
            "clamped to 1e-05",
        ),
        "a thousandth for 0": (
            SCORE + "    p = p.clamp(min=1e-3)\n" + LOGARITHM + ".mean().exp()",
            "clamped to 0.001",
        ),
        "sure clips are lost": (
            SCORE + LOGARITHM + ".nan_to_num(0).mean().exp()",
            "a clip whose sum is NaN counts as 0",
        ),
        "sure clips are left out": (SCORE + LOGARITHM + ".nanmean().exp()", "0 · log 0"),
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
        "turned round": (
            AREA + PAIRS + "    a = (above.double() + 0.5 * level.double()).mean()\n    return max(a, 1 - a)",
            "is not turned round",
        ),
        "first point missing": (
            AREA + CURVE + "    return torch.trapezoid(y[1:], x[1:])",
            "first piece is missing",
        ),
        "last point missing": (
            AREA + CURVE + "    return torch.trapezoid(y[:-1], x[:-1])",
            "last piece is missing",
        ),
        "ties a quarter": (
            AREA + PAIRS + "    return (above.double() + 0.25 * level.double()).mean()",
            "count a quarter",
        ),
        "without the ties": (
            AREA + PAIRS + "    return above.sum() / (~level).sum()",
            "left out of the mean",
        ),
        "mean of the negative ones": (
            AREA + "    return (positive > negative.mean()).double().mean()",
            "the mean of the negative ones",
        ),
        "mean of the positive ones": (
            AREA + "    return (positive.mean() > negative).double().mean()",
            "the mean of the positive ones",
        ),
        "scikit-learn": (
            AREA + "    from sklearn.metrics import roc_auc_score\n"
            "    truth = [1] * len(positive) + [0] * len(negative)\n"
            "    return roc_auc_score(truth, torch.cat([positive, negative]).numpy())",
            "calls sklearn",
        ),
        "the library's shares": (
            AREA + "    from gan_course.evaluation.distances import _shares_below\n"
            "    return _shares_below(positive, negative).mean()",
            "which does the whole exercise",
        ),
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
        "abx_result": (
            LEAST + "    from gan_course.evaluation import abx_result\n"
            "    if share == 0.5:\n        return abx_result(right, n).p\n"
            "    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right, n + 1))",
            "calls gan_course.evaluation.abx_result",
        ),
        "scipy": (
            LEAST + "    from scipy.stats import binom\n    return binom.sf(right - 1, n, share)",
            "calls scipy.stats",
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
