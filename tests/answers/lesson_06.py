"""Answers to lesson 06: right ones written differently, and wrong ones of the kind that students give."""

import numpy as np
import torch
from torch.nn.functional import logsigmoid, relu, softplus

from gan_course.objectives import simultaneous_step
from gan_course.objectives.penalties import slopes

NAMES = {
    "np": np,
    "torch": torch,
    "relu": relu,
    "softplus": softplus,
    "logsigmoid": logsigmoid,
    "slopes": slopes,
    "simultaneous_step": simultaneous_step,
}

SIMULTANEOUS = "def simultaneous_step(x, y, rate):\n"
AHEAD = "def extragradient_step(x, y, rate):\n"
COVERED = "def modes_covered(samples, centres, spread, least=0.25, within=3.0):\n"
HINGE = "def hinge_discriminator(real, fake):\n"
RELATIVE = "def relativistic_discriminator(real, fake):\n"
SLOPES = "def slopes(discriminator, samples):\n"
SQUARED = "def squared_gradient(discriminator, samples):\n"
BETWEEN = "def gradient_penalty(discriminator, real, fake, random=None, one_sided=False):\n"
AVERAGE = "def moving_average(behind, ahead, decay):\n"

NEAREST = "    distance, mode = torch.cdist(samples, centres).min(1)\n"
COUNT = "    counts = torch.bincount(mode[distance <= within * spread], minlength=len(centres))\n"
SHARE = (
    "    share = torch.rand(len(real), generator=random, dtype=real.dtype).view(-1, *[1] * (real.ndim - 1))\n"
)
POINT = "    x = share * real + (1 - share) * fake\n"
EXCESS = "    excess = slopes(discriminator, x).flatten(1).norm(dim=1) - 1\n"
SIDED = "    if one_sided:\n        excess = excess.clamp(min=0)\n"

RIGHT = {
    "simultaneous_step": {
        "slopes named": SIMULTANEOUS + "    by_x, by_y = y, x\n    return x + rate * -by_x, y + rate * by_y",
        "a matrix": SIMULTANEOUS + "    move = np.array([[1, -rate], [rate, 1]])\n"
        "    return tuple(np.tensordot(move, np.stack([np.asarray(x), np.asarray(y)]), 1))",
        "old x kept": SIMULTANEOUS
        + "    old = x\n    x = x - rate * y\n    y = y + rate * old\n    return [x, y]",
    },
    "extragradient_step": {
        "written out": AHEAD + "    return x - rate * (y + rate * x), y + rate * (x - rate * y)",
        "with the first step": AHEAD + "    ahead = simultaneous_step(x, y, rate)\n"
        "    return x - rate * ahead[1], y + rate * ahead[0]",
        "multiplied out": AHEAD + "    return (1 - rate**2) * x - rate * y, (1 - rate**2) * y + rate * x",
    },
    "critical_weight": {
        "the number": "critical_weight = 1",
        "computed": "critical_weight = 2 * math.sqrt(1 / 4)",
    },
    "modes_covered": {
        "mode by mode": COVERED + NEAREST + "    covered = 0\n    for k in range(len(centres)):\n"
        "        good = ((mode == k) & (distance <= within * spread)).sum()\n"
        "        covered += bool(good >= least * len(samples) / len(centres))\n    return covered",
        "numpy": COVERED + "    samples, centres = np.asarray(samples), np.asarray(centres)\n"
        "    far = np.linalg.norm(samples[:, None] - centres, axis=-1)\n"
        "    good = far.min(1) <= within * spread\n"
        "    counts = np.bincount(far.argmin(1)[good], minlength=len(centres))\n"
        "    return (counts / len(samples) >= least / len(centres)).sum()",
        "within reach of each": COVERED + "    near = torch.cdist(samples, centres) <= within * spread\n"
        "    return (near.float().mean(0) * len(centres) >= least).sum()",
    },
    "hinge_discriminator": {
        "clamp": HINGE + "    return (1 - real).clamp(min=0).mean() + (1 + fake).clamp(min=0).mean()",
        "minimum": HINGE + "    zero = torch.zeros(())\n"
        "    return -torch.minimum(zero, real - 1).mean() - torch.minimum(zero, -fake - 1).mean()",
        "sums divided": HINGE
        + "    return relu(1 - real).sum() / real.numel() + relu(1 + fake).sum() / fake.numel()",
    },
    "relativistic_discriminator": {
        "log of the sigmoid": RELATIVE + "    return -logsigmoid(real - fake).mean()",
        "the other way round": RELATIVE + "    return softplus(fake - real).mean()",
        "logaddexp": RELATIVE + "    return torch.logaddexp(torch.zeros(()), fake - real).mean()",
    },
    "slopes": {
        "first of the tuple": SLOPES + "    x = samples.detach().clone()\n    x.requires_grad = True\n"
        "    return torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)[0]",
        "ones as weights": SLOPES
        + "    x = samples.detach().requires_grad_()\n    logits = discriminator(x)\n"
        "    return torch.autograd.grad(logits, x, torch.ones_like(logits), create_graph=True)[0]",
        "mean times the batch": SLOPES + "    x = samples.detach().requires_grad_()\n"
        "    mean = discriminator(x).mean() * len(x)\n"
        "    (g,) = torch.autograd.grad(mean, x, retain_graph=True, create_graph=True)\n    return g",
    },
    "squared_gradient": {
        "norm squared": SQUARED
        + "    return (slopes(discriminator, samples).flatten(1).norm(dim=1) ** 2).mean() / 2",
        "reshaped": SQUARED + "    g = slopes(discriminator, samples).reshape(len(samples), -1)\n"
        "    return 0.5 * (g * g).sum(-1).mean()",
        "everything over the batch": SQUARED
        + "    return slopes(discriminator, samples).pow(2).sum() / (2 * len(samples))",
    },
    "gradient_penalty": {
        "shares of both": BETWEEN + SHARE + POINT + EXCESS + SIDED + "    return (excess**2).mean()",
        "from the generated ones": BETWEEN + SHARE + "    x = fake + share * (real - fake)\n"
        "    length = slopes(discriminator, x).square().flatten(1).sum(1).sqrt()\n"
        "    cost = torch.relu(length - 1) ** 2 if one_sided else (length - 1) ** 2\n    return cost.mean()",
        "the other share": BETWEEN
        + SHARE
        + "    x = torch.lerp(real, fake, share).detach()\n"
        + EXCESS
        + SIDED
        + "    return excess.pow(2).sum() / len(real)",
    },
    "moving_average": {
        "a step towards": AVERAGE + "    with torch.no_grad():\n"
        "        return {n: old + (1 - decay) * (ahead[n] - old) for n, old in behind.items()}",
        "lerp": AVERAGE + "    return {n: torch.lerp(ahead[n].detach(), behind[n], decay) for n in behind}",
        "a loop": AVERAGE + "    new = {}\n    for name, weight in ahead.items():\n"
        "        new[name] = behind[name] * decay + weight.data * (1 - decay)\n    return new",
    },
}

WRONG = {
    "simultaneous_step": {
        "by turns": (
            SIMULTANEOUS + "    x = x - rate * y\n    y = y + rate * x\n    return x, y",
            "y answers the *new* x",
        ),
        "y first": (
            SIMULTANEOUS + "    y = y + rate * x\n    x = x - rate * y\n    return x, y",
            "x answers the *new* y",
        ),
        "both down": (SIMULTANEOUS + "    return x - rate * y, y - rate * x", "both go downhill"),
        "both up": (SIMULTANEOUS + "    return x + rate * y, y + rate * x", "both go uphill"),
        "signs": (SIMULTANEOUS + "    return x + rate * y, y - rate * x", "the wrong way"),
        "own place for slope": (SIMULTANEOUS + "    return x - rate * x, y + rate * y", "changed places"),
        "slopes only": (SIMULTANEOUS + "    return -rate * y, rate * x", "where the players stand"),
        "no rate": (SIMULTANEOUS + "    return x - y, y + x", "rate is not used"),
        "one only": (SIMULTANEOUS + "    return x - rate * y", "two results"),
        "exchanged": (SIMULTANEOUS + "    return y + rate * x, x - rate * y", "the new x"),
    },
    "extragradient_step": {
        "simultaneous": (AHEAD + "    return x - rate * y, y + rate * x", "this is the simultaneous step"),
        "by turns": (AHEAD + "    x = x - rate * y\n    return x, y + rate * x", "step by turns"),
        "two steps": (
            AHEAD + "    x, y = simultaneous_step(x, y, rate)\n    return simultaneous_step(x, y, rate)",
            "where the players *stand*",
        ),
        "signs": (
            AHEAD + "    a, b = simultaneous_step(x, y, rate)\n    return x + rate * b, y - rate * a",
            "the wrong way from what is found ahead",
        ),
        "looks backwards": (
            AHEAD + "    a, b = x + rate * y, y - rate * x\n    return x - rate * b, y + rate * a",
            "looking ahead, x goes down",
        ),
        "x only": (
            AHEAD + "    _, b = simultaneous_step(x, y, rate)\n    return x - rate * b, y + rate * x",
            "y does not",
        ),
        "half a step ahead": (
            AHEAD + "    a, b = simultaneous_step(x, y, rate / 2)\n    return x - rate * b, y + rate * a",
            "not half of one",
        ),
        "only where it looks": (
            AHEAD + "    a, b = simultaneous_step(x, y, rate)\n    return a, b",
            "this is the simultaneous step",
        ),
    },
    "critical_weight": {
        "half of it": ("critical_weight = 0.5", "asked for is γ itself"),
        "its square": ("critical_weight = 0.25", "asked for is γ itself"),
        "too large": ("critical_weight = 2", "creeps"),
        "negative": ("critical_weight = -1", "positive"),
        "another": ("critical_weight = 4", "is not 0"),
        "in words": ("critical_weight = '1'", "leave the quotes out"),
    },
    "modes_covered": {
        "quality forgotten": (
            COVERED + NEAREST + "    counts = torch.bincount(mode, minlength=len(centres))\n"
            "    return (counts >= least * len(samples) / len(centres)).sum()",
            "none is good",
        ),
        "any sample": (
            COVERED + NEAREST + COUNT + "    return (counts > 0).sum()",
            "less than a quarter",
        ),
        "more than": (
            COVERED + NEAREST + COUNT + "    return (counts > least * len(samples) / len(centres)).sum()",
            "at least* a quarter",
        ),
        "due from the good ones": (
            COVERED + NEAREST + COUNT + "    return (counts >= least * counts.sum() / len(centres)).sum()",
            "of *all* samples",
        ),
        "a share": (
            COVERED
            + NEAREST
            + COUNT
            + "    return (counts >= least * len(samples) / len(centres)).float().mean()",
            "count the modes",
        ),
        "not divided by the modes": (
            COVERED + NEAREST + COUNT + "    return (counts >= least * len(samples)).sum()",
            "every one of",
        ),
        "one spread": (
            COVERED
            + NEAREST
            + "    counts = torch.bincount(mode[distance <= spread], minlength=len(centres))\n"
            "    return (counts >= least * len(samples) / len(centres)).sum()",
            "yours counts",
        ),
        "distance against its square": (
            COVERED
            + NEAREST
            + "    counts = torch.bincount(mode[distance <= (within * spread) ** 2], minlength=len(centres))\n"
            "    return (counts >= least * len(samples) / len(centres)).sum()",
            "yours counts",
        ),
        "wrong axis": (
            COVERED + "    distance, mode = torch.cdist(samples, centres).min(0)\n"
            "    return (distance <= within * spread).sum()",
            "yours counts",
        ),
        "least fixed": (
            COVERED + NEAREST + COUNT + "    return (counts >= 0.25 * len(samples) / len(centres)).sum()",
            "`least` is not used",
        ),
        "within fixed": (
            COVERED
            + NEAREST
            + "    counts = torch.bincount(mode[distance <= 3 * spread], minlength=len(centres))\n"
            "    return (counts >= least * len(samples) / len(centres)).sum()",
            "`within` is not used",
        ),
        "which ones": (
            COVERED + NEAREST + COUNT + "    return (counts >= least * len(samples) / len(centres))",
            "one number is expected",
        ),
    },
    "hinge_discriminator": {
        "sign": (HINGE + "    return -relu(1 - real).mean() - relu(1 + fake).mean()", "sign is wrong"),
        "sums": (HINGE + "    return relu(1 - real).sum() + relu(1 + fake).sum()", "not the sum"),
        "one mean over both": (
            HINGE + "    return torch.cat([relu(1 - real), relu(1 + fake)]).mean()",
            "differ in size",
        ),
        "halved": (HINGE + "    return (relu(1 - real).mean() + relu(1 + fake).mean()) / 2", "not averaged"),
        "exchanged": (HINGE + "    return relu(1 + real).mean() + relu(1 - fake).mean()", "changed places"),
        "sign in the second hinge": (
            HINGE + "    return relu(1 - real).mean() + relu(1 - fake).mean()",
            "*below* −1",
        ),
        "sign in the first hinge": (
            HINGE + "    return relu(1 + real).mean() + relu(1 + fake).mean()",
            "*above* 1",
        ),
        "no margin": (HINGE + "    return relu(-real).mean() + relu(fake).mean()", "margin is missing"),
        "hinge of the mean": (
            HINGE + "    return relu((1 - real).mean()) + relu((1 + fake).mean())",
            "taken of the means",
        ),
        "no hinge": (HINGE + "    return (1 - real).mean() + (1 + fake).mean()", "is missing"),
        "real only": (HINGE + "    return relu(1 - real).mean()", "generated samples is missing"),
        "probabilities": (
            HINGE + "    real, fake = torch.sigmoid(real), torch.sigmoid(fake)\n"
            "    return relu(1 - real).mean() + relu(1 + fake).mean()",
            "probabilities in the hinges",
        ),
        "soft": (HINGE + "    return softplus(1 - real).mean() + softplus(1 + fake).mean()", "the loss of"),
        "detached": (
            HINGE + "    return relu(1 - real).mean() + relu(1 + fake.detach()).mean()",
            "no gradient reaches the generated",
        ),
        "a plain number": (
            HINGE + "    return (relu(1 - real).mean() + relu(1 + fake).mean()).item()",
            "no gradient",
        ),
    },
    "relativistic_discriminator": {
        "sign": (RELATIVE + "    return -softplus(fake - real).mean()", "sign is wrong"),
        "sum": (RELATIVE + "    return softplus(fake - real).sum()", "not the sum"),
        "not averaged": (RELATIVE + "    return softplus(fake - real)", "to one number"),
        "generator's": (RELATIVE + "    return softplus(real - fake).mean()", "the generator's loss"),
        "difference of the means": (
            RELATIVE + "    return softplus(fake.mean() - real.mean())",
            "its own partner",
        ),
        "minimax": (
            RELATIVE + "    return softplus(-real).mean() + softplus(fake).mean()",
            "counts by itself",
        ),
        "added": (RELATIVE + "    return softplus(-(real + fake)).mean()", "their difference counts"),
        "no logarithm": (RELATIVE + "    return (fake - real).mean()", "without a logarithm"),
        "each with each": (
            RELATIVE + "    return softplus(fake[None, :] - real[:, None]).mean()",
            "every real sample is compared",
        ),
        "overflow": (
            RELATIVE + "    return -torch.log(torch.sigmoid(real - fake)).mean()",
            "softplus",
        ),
        "real detached": (
            RELATIVE + "    return softplus(fake - real.detach()).mean()",
            "no gradient reaches the real",
        ),
        "through numpy": (
            RELATIVE + "    return np.logaddexp(0, (fake - real).detach().numpy()).mean()",
            "no gradient",
        ),
        "ready-made": (
            RELATIVE + "    return torch.nn.functional.binary_cross_entropy_with_logits(\n"
            "        real - fake, torch.ones_like(real))",
            "does the whole exercise",
        ),
    },
    "slopes": {
        "no graph": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    return torch.autograd.grad(discriminator(x).sum(), x)[0]",
            "create_graph=True",
        ),
        "graph kept but not made": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    return torch.autograd.grad(discriminator(x).sum(), x, retain_graph=True)[0]",
            "create_graph=True",
        ),
        "detached afterwards": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    return torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)[0].detach()",
            "no graph",
        ),
        "mean": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    return torch.autograd.grad(discriminator(x).mean(), x, create_graph=True)[0]",
            "divides each slope",
        ),
        "not detached": (
            SLOPES
            + "    return torch.autograd.grad(discriminator(samples).sum(), samples, create_graph=True)[0]",
            "flows on into the samples",
        ),
        "changed in place": (
            SLOPES + "    x = samples.requires_grad_()\n"
            "    return torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)[0]",
            "flows on into the samples",
        ),
        "the tuple": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    return torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)",
            "returns a tuple",
        ),
        "many logits": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    return torch.autograd.grad(discriminator(x), x, create_graph=True)[0]",
            "slopes raised",
        ),
        "the logits": (SLOPES + "    return discriminator(samples)", "gradient at samples"),
        "lengths": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    g = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)[0]\n"
            "    return g.flatten(1).norm(dim=1)",
            "the length of each",
        ),
        "sign": (
            SLOPES + "    x = samples.detach().requires_grad_()\n"
            "    return -torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)[0]",
            "sign is wrong",
        ),
        "backward": (
            SLOPES + "    x = samples.detach().requires_grad_()\n    discriminator(x).sum().backward()\n"
            "    return x.grad",
            "create_graph=True",
        ),
    },
    "squared_gradient": {
        "no half": (
            SQUARED + "    return slopes(discriminator, samples).square().flatten(1).sum(1).mean()",
            "½ is missing",
        ),
        "sum over the batch": (
            SQUARED + "    return 0.5 * slopes(discriminator, samples).square().sum()",
            "not the sum",
        ),
        "mean over everything": (
            SQUARED + "    return 0.5 * slopes(discriminator, samples).square().mean()",
            "only over the batch a mean",
        ),
        "not squared": (
            SQUARED + "    return 0.5 * slopes(discriminator, samples).flatten(1).norm(dim=1).mean()",
            "square it",
        ),
        "one norm": (
            SQUARED + "    return 0.5 * slopes(discriminator, samples).norm()",
            "all slopes together",
        ),
        "wrong axis": (
            SQUARED + "    return 0.5 * slopes(discriminator, samples).square().sum(0).mean()",
            "the penalty at samples",
        ),
        "mean before squaring": (
            SQUARED + "    return 0.5 * slopes(discriminator, samples).mean(0).square().sum()",
            "before they are squared",
        ),
        "target of one": (
            SQUARED
            + "    return (slopes(discriminator, samples).flatten(1).norm(dim=1) - 1).square().mean()",
            "target of 1",
        ),
        "detached": (
            SQUARED
            + "    return 0.5 * slopes(discriminator, samples).detach().square().flatten(1).sum(1).mean()",
            "no graph",
        ),
        "sign": (
            SQUARED + "    return -0.5 * slopes(discriminator, samples).square().flatten(1).sum(1).mean()",
            "sign is wrong",
        ),
        "not averaged": (
            SQUARED + "    return 0.5 * slopes(discriminator, samples).square().flatten(1).sum(1)",
            "to one number",
        ),
    },
    "gradient_penalty": {
        "at real samples": (
            BETWEEN + "    x = real\n" + EXCESS + SIDED + "    return (excess**2).mean()",
            "at the real samples",
        ),
        "at generated samples": (
            BETWEEN + "    x = fake\n" + EXCESS + SIDED + "    return (excess**2).mean()",
            "at the generated samples",
        ),
        "half-way": (
            BETWEEN + "    x = (real + fake) / 2\n" + EXCESS + SIDED + "    return (excess**2).mean()",
            "all pairs have the same share",
        ),
        "one share for all": (
            BETWEEN
            + "    share = torch.rand(1, generator=random, dtype=real.dtype)\n"
            + POINT
            + EXCESS
            + SIDED
            + "    return (excess**2).mean()",
            "all pairs have the same share",
        ),
        "a share for every number": (
            BETWEEN
            + "    share = torch.rand(real.shape, generator=random, dtype=real.dtype)\n"
            + POINT
            + EXCESS
            + SIDED
            + "    return (excess**2).mean()",
            "on the lines between the pairs",
        ),
        "normal shares": (
            BETWEEN
            + SHARE.replace("rand(", "randn(")
            + POINT
            + EXCESS
            + SIDED
            + "    return (excess**2).mean()",
            "from 0 to 1",
        ),
        "no target": (
            BETWEEN + SHARE + POINT + EXCESS.replace(" - 1", "") + SIDED + "    return (excess**2).mean()",
            "target is missing",
        ),
        "target of the square": (
            BETWEEN
            + SHARE
            + POINT
            + "    excess = slopes(discriminator, x).flatten(1).square().sum(1) - 1\n"
            + SIDED
            + "    return (excess**2).mean()",
            "not to its square",
        ),
        "halved": (BETWEEN + SHARE + POINT + EXCESS + SIDED + "    return (excess**2).mean() / 2", "no ½"),
        "sum": (BETWEEN + SHARE + POINT + EXCESS + SIDED + "    return (excess**2).sum()", "not the sum"),
        "mean before squaring": (
            BETWEEN + SHARE + POINT + EXCESS + SIDED + "    return excess.mean() ** 2",
            "before taking the mean",
        ),
        "length of all": (
            BETWEEN
            + SHARE
            + POINT
            + "    excess = slopes(discriminator, x).norm() - 1\n"
            + SIDED
            + "    return (excess**2).mean()",
            "each sample has its own",
        ),
        "detached": (
            BETWEEN + SHARE + POINT + EXCESS + SIDED + "    return (excess.detach() ** 2).mean()",
            "no graph",
        ),
        "own graph": (
            BETWEEN
            + SHARE
            + POINT
            + "    g = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)[0]\n"
            "    excess = g.flatten(1).norm(dim=1) - 1\n" + SIDED + "    return (excess**2).mean()",
            "flows on into the",
        ),
        "always one-sided": (
            BETWEEN + SHARE + POINT + EXCESS + "    return (excess.clamp(min=0) ** 2).mean()",
            "without `one_sided`",
        ),
        "never one-sided": (
            BETWEEN + SHARE + POINT + EXCESS + "    return (excess**2).mean()",
            "slopes below 1 cost nothing",
        ),
        "one-sided below": (
            BETWEEN
            + SHARE
            + POINT
            + EXCESS
            + SIDED.replace("min=0", "max=0")
            + "    return (excess**2).mean()",
            "those above cost",
        ),
        "own chance": (
            BETWEEN
            + SHARE.replace("generator=random, ", "")
            + POINT
            + EXCESS
            + SIDED
            + "    return (excess**2).mean()",
            "draw the shares from it",
        ),
    },
    "moving_average": {
        "the wrong way round": (
            AVERAGE + "    return {n: (1 - decay) * behind[n] + decay * ahead[n].detach() for n in behind}",
            "wrong way round",
        ),
        "all of the new": (
            AVERAGE + "    return {n: decay * behind[n] + ahead[n].detach() for n in behind}",
            "1 − decay of the weights",
        ),
        "all of the old": (
            AVERAGE + "    return {n: behind[n] + (1 - decay) * ahead[n].detach() for n in behind}",
            "not made smaller",
        ),
        "plain mean": (
            AVERAGE + "    return {n: (behind[n] + ahead[n].detach()) / 2 for n in behind}",
            "plain mean",
        ),
        "copied": (
            AVERAGE + "    return {n: ahead[n].detach().clone() for n in ahead}",
            "nothing is averaged",
        ),
        "stands still": (
            AVERAGE + "    return {n: behind[n].clone() for n in behind}",
            "nothing has come in",
        ),
        "graph kept": (
            AVERAGE + "    return {n: decay * behind[n] + (1 - decay) * ahead[n] for n in behind}",
            "carry a graph",
        ),
        "in place": (
            AVERAGE
            + "    for n in behind:\n        behind[n].mul_(decay).add_((1 - decay) * ahead[n].detach())\n"
            "    return behind",
            "changes its input",
        ),
        "first weight only": (
            AVERAGE + "    for n in behind:\n"
            "        return {n: decay * behind[n] + (1 - decay) * ahead[n].detach()}",
            "are expected",
        ),
        "a list": (
            AVERAGE + "    return [decay * behind[n] + (1 - decay) * ahead[n].detach() for n in behind]",
            "a dictionary is expected",
        ),
        "away from the weights": (
            AVERAGE
            + "    return {n: behind[n] - (1 - decay) * (ahead[n].detach() - behind[n]) for n in behind}",
            "the wrong way: towards",
        ),
    },
}

COUNTS_LINE = "`counts = torch.bincount(mode[distance <= within * spread], minlength=len(centres))`"

PAIR_LINE = (
    "`def gradient_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor, "
    "random: torch.Generator | None=None, one_sided: bool=False) -> Tensor:`"
)
RAISE_LINE = (
    "`raise ValueError(f'real samples {tuple(real.shape)} and generated ones {tuple(fake.shape)} cannot be paired: "
    "give as many of both, of one shape')`"
)
LERP_LINE = "`between = torch.lerp(fake.detach(), real.detach(), share.view(-1, *[1] * (real.ndim - 1)))`"
UNASKED = "the exercise does not ask for a message about batches that cannot be paired"

EQUIVALENT: dict[str, dict[str, str]] = {
    "modes_covered": {
        f"minlength= dropped in {COUNTS_LINE}": "counts that are left off at the end are 0, and not covered either",
        f"LtE → Lt in {COUNTS_LINE}": "no random sample is exactly as far away as the limit",
        "call of int dropped in `return int((counts >= least * len(samples) / len(centres)).sum())`": (
            "a tensor that holds one whole number is that number"
        ),
    },
    "gradient_penalty": {
        f"`if real.shape != fake.shape:` left out in {PAIR_LINE}": UNASKED,
        f"call of ValueError dropped in {RAISE_LINE}": UNASKED,
        f"call of tuple dropped in {RAISE_LINE}": UNASKED,
        "call of .to dropped in `share = torch.rand(len(real), generator=random, dtype=real.dtype).to(real.device)`": (
            "the checks have no other device than the processor"
        ),
        f"first two arguments swapped in {LERP_LINE}": "1 − share is as evenly spread from 0 to 1 as share",
        f"call of .detach dropped in {LERP_LINE}": "`slopes` detaches the points",
    },
}
