"""Answers to lesson 05: right ones written differently, and wrong ones of the kind that students give."""

import numpy as np
import torch
from torch.nn.functional import logsigmoid, softplus

from gan_course.objectives import kl

NAMES = {"np": np, "torch": torch, "softplus": softplus, "logsigmoid": logsigmoid, "kl": kl}

VALUE = "def value(D, p, q, dx=1.0):\n"
BEST = "def optimal_discriminator(p, q):\n"
JSD = "def jsd(p, q, dx=1.0):\n"
SLOPES = "def generator_slopes(logit):\n"
D_LOSS = "def discriminator_loss(real, fake):\n"
SATURATING = "def saturating_loss(real, fake):\n"
NON_SATURATING = "def non_saturating_loss(real, fake):\n"
ORDERS = "def pure_values(A):\n"
D_STEP = "def discriminator_step(objective, D, G, optimiser, real, z):\n"
G_STEP = "def generator_step(objective, D, G, optimiser, real, z):\n"
DOWN = "    optimiser.zero_grad()\n    loss.backward()\n    optimiser.step()\n    return loss\n"

RIGHT = {
    "value": {
        "two sums": VALUE + "    real = torch.xlogy(p, D).sum(-1)\n    fake = torch.xlogy(q, 1 - D).sum(-1)\n"
        "    return (real + fake) * dx",
        "numpy, with a mask": VALUE + "    D, p, q = map(np.asarray, (D, p, q))\n"
        "    with np.errstate(all='ignore'):\n"
        "        real = np.where(p > 0, p * np.log(D), 0)\n        fake = np.where(q > 0, q * np.log(1 - D), 0)\n"
        "    return (real + fake).sum(axis=-1) * dx",
        "note by note": VALUE + "    total = 0\n    for i in range(p.shape[-1]):\n"
        "        total = total + torch.xlogy(p[..., i], D[..., i]) + torch.xlogy(q[..., i], 1 - D[..., i])\n"
        "    return dx * total",
    },
    "optimal_discriminator": {
        "nan replaced": BEST + "    return torch.nan_to_num(p / (p + q), nan=0.5)",
        "from the ratio": BEST + "    return torch.where((p == 0) & (q == 0), 0.5, 1 / (1 + q / p))",
        "numpy": BEST + "    p, q = np.asarray(p), np.asarray(q)\n    D = np.full(p.shape, 0.5)\n"
        "    np.divide(p, p + q, out=D, where=p + q > 0)\n    return D",
        "a copy mended": BEST + "    D = p / (p + q)\n    D[torch.isnan(D)] = 0.5\n    return D",
    },
    "jsd": {
        "halves first": JSD + "    m = 0.5 * p + 0.5 * q\n    return 0.5 * kl(p, m, dx) + 0.5 * kl(q, m, dx)",
        "entropies": JSD + "    def entropy(t):\n        return -dx * torch.xlogy(t, t).sum(-1)\n"
        "    return entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2",
        "from the value": JSD + "    both = p + q\n"
        "    terms = torch.xlogy(p, p / both).nan_to_num() + torch.xlogy(q, q / both).nan_to_num()\n"
        "    return (dx * terms.sum(-1) + dx * np.log(2) * both.sum(-1)) / 2",
    },
    "coins": {"computed": "coins = 2**10", "as a float": "coins = 1024.0"},
    "generator_slopes": {
        "by hand": SLOPES + "    D = 1 / (1 + torch.exp(-logit))\n    return -D, D - 1",
        "numpy": SLOPES + "    D = 1 / (1 + np.exp(-np.asarray(logit)))\n    return [-D, -(1 - D)]",
        "autograd": SLOPES + "    one = logit.clone().requires_grad_()\n"
        "    return (torch.autograd.grad(-softplus(one).sum(), one)[0],"
        " torch.autograd.grad(softplus(-one).sum(), one)[0])",
    },
    "times_steeper": {"the number": "times_steeper = 99", "computed": "times_steeper = (1 - 0.01) / 0.01"},
    "discriminator_loss": {
        "log of the sigmoid": D_LOSS + "    return -(logsigmoid(real).mean() + logsigmoid(-fake).mean())",
        "logaddexp": D_LOSS + "    zero = torch.zeros(())\n"
        "    return torch.logaddexp(zero, -real).mean() + torch.logaddexp(zero, fake).mean()",
        "sums divided": D_LOSS
        + "    return softplus(-real).sum() / real.numel() + softplus(fake).sum() / fake.numel()",
    },
    "saturating_loss": {
        "log of the sigmoid": SATURATING + "    return logsigmoid(-fake).mean()",
        "mean first": SATURATING + "    return -torch.mean(softplus(fake))",
        "logit less softplus": SATURATING + "    return (-fake - softplus(-fake)).mean()",
    },
    "non_saturating_loss": {
        "log of the sigmoid": NON_SATURATING + "    return -logsigmoid(fake).mean()",
        "logaddexp": NON_SATURATING + "    return torch.logaddexp(torch.zeros(()), -fake).mean()",
        "summed": NON_SATURATING + "    return sum(softplus(-one).sum() for one in fake) / fake.numel()",
    },
    "pure_values": {
        "min and max": ORDERS + "    return A.min(1).values.max(), A.max(0).values.min()",
        "lists": ORDERS
        + "    A = A.tolist()\n    return max(min(row) for row in A), min(max(c) for c in zip(*A))",
        "numpy": ORDERS
        + "    A = np.asarray(A)\n    return np.max(np.min(A, axis=1)), np.min(np.max(A, axis=0))",
    },
    "discriminator_step": {
        "no_grad": D_STEP + "    with torch.no_grad():\n        fake = G(z)\n"
        "    loss = objective.discriminator(D(real), D(fake))\n" + DOWN,
        "cleared first": D_STEP + "    optimiser.zero_grad()\n"
        "    loss = objective.discriminator(real=D(real), fake=D(G(z).detach()))\n"
        "    loss.backward()\n    optimiser.step()\n    return loss.item()",
        "both at once": D_STEP + "    logits = D(torch.cat([real, G(z).detach()]))\n"
        "    loss = objective.discriminator(logits[: len(real)], logits[len(real) :])\n" + DOWN,
    },
    "generator_step": {
        "real without a gradient": G_STEP + "    with torch.no_grad():\n        on_real = D(real)\n"
        "    loss = objective.generator(on_real, D(G(z)))\n" + DOWN,
        "D frozen and released": G_STEP + "    D.requires_grad_(False)\n"
        "    loss = objective.generator(D(real), D(G(z)))\n"
        "    optimiser.zero_grad()\n    loss.backward()\n    optimiser.step()\n"
        "    D.requires_grad_(True)\n    return loss.detach()",
        "cleared first": G_STEP + "    optimiser.zero_grad()\n    fake = G(z)\n"
        "    loss = objective.generator(D(real), D(fake))\n"
        "    loss.backward()\n    optimiser.step()\n    return float(loss)",
    },
}

WRONG = {
    "value": {
        "sign": (
            VALUE + "    return -dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum(-1)",
            "sign is wrong",
        ),
        "base 2": (
            VALUE + "    return dx * (p * torch.log2(D) + q * torch.log2(1 - D)).sum(-1)",
            "not to base 2",
        ),
        "mean": (
            VALUE + "    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).mean(-1)",
            "weights already",
        ),
        "not weighted": (
            VALUE + "    return (torch.log(D) + torch.log(1 - D)).mean(-1)",
            "weigh with p and q",
        ),
        "1 − forgotten": (
            VALUE + "    return (torch.xlogy(p, D) + torch.xlogy(q, D)).sum(-1)",
            "not with log D",
        ),
        "p and q exchanged": (
            VALUE + "    return dx * (torch.xlogy(q, D) + torch.xlogy(p, 1 - D)).sum(-1)",
            "changed places",
        ),
        "subtracted": (
            VALUE + "    return (torch.xlogy(p, D) - torch.xlogy(q, 1 - D)).sum(-1)",
            "added, not subtracted",
        ),
        "real only": (VALUE + "    return dx * torch.xlogy(p, D).sum(-1)", "generated notes is missing"),
        "0 log 0": (VALUE + "    return dx * (p * D.log() + q * (1 - D).log()).sum(-1)", "xlogy"),
        "all added up": (
            VALUE + "    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum()",
            "sum over it alone",
        ),
        "wrong axis": (
            VALUE + "    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum(0)",
            "wrong axis",
        ),
        "dx forgotten": (
            VALUE + "    return (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum(-1)",
            "counts dx",
        ),
        "not added up": (
            VALUE + "    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D))",
            "add up over the notes",
        ),
        "logits expected": (
            VALUE + "    return -dx * (p * softplus(-D) + q * softplus(D)).sum(-1)",
            "V of tables",
        ),
    },
    "optimal_discriminator": {
        "the other one": (BEST + "    return torch.where(p + q > 0, q / (p + q), 0.5)", "that it is real"),
        "odds": (BEST + "    return p / q", "the odds"),
        "nan": (BEST + "    return p / (p + q)", "no number (nan)"),
        "hard": (BEST + "    return (p > q).double()", "grades its answers"),
        "logit": (BEST + "    return torch.log(p / q)", "logistic function"),
        "halved": (BEST + "    return p / 2", "divide by p + q"),
        "divided by the whole": (BEST + "    return p / (p + q).sum()", "by its own p + q"),
        "zero where neither plays": (BEST + "    return torch.nan_to_num(p / (p + q))", "½ is asked for"),
        "a little added": (BEST + "    return p / (p + q + 1e-12)", "½ is asked for"),
    },
    "jsd": {
        "not halved": (
            JSD + "    m = (p + q) / 2\n    return kl(p, m, dx) + kl(q, m, dx)",
            "halve their sum",
        ),
        "m not halved": (
            JSD + "    m = p + q\n    return (kl(p, m, dx) + kl(q, m, dx)) / 2",
            "*half* of p + q",
        ),
        "no mixture": (JSD + "    return (kl(p, q, dx) + kl(q, p, dx)) / 2", "not to each other"),
        "from m": (JSD + "    m = (p + q) / 2\n    return (kl(m, p, dx) + kl(m, q, dx)) / 2", "not from m"),
        "one only": (JSD + "    return kl(p, (p + q) / 2, dx)", "two divergences"),
        "root": (
            JSD + "    m = (p + q) / 2\n    return ((kl(p, m, dx) + kl(q, m, dx)) / 2).sqrt()",
            "no root",
        ),
        "KL": (JSD + "    return kl(p, q, dx)", "this is KL"),
        "bits": (
            JSD + "    m = (p + q) / 2\n    return (kl(p, m, dx) + kl(q, m, dx)) / 2 / np.log(2)",
            "not base 2",
        ),
        "dx forgotten": (JSD + "    m = (p + q) / 2\n    return (kl(p, m) + kl(q, m)) / 2", "pass dx on"),
        "p twice": (
            JSD + "    m = (p + q) / 2\n    return (kl(p, m, dx) + kl(p, m, dx)) / 2",
            "two divergences",
        ),
        "added over everything": (
            JSD + "    m = (p + q) / 2\n    return ((kl(p, m, dx) + kl(q, m, dx)) / 2).sum()",
            "sum over it alone",
        ),
    },
    "coins": {
        "one coin a note": ("coins = 11", "*doubles*"),
        "twice ten": ("coins = 20", "*doubles*"),
        "one doubling too few": ("coins = 512", "too few"),
        "half of the notes": ("coins = 32", "*every* note"),
        "nothing to win": ("coins = 1", "tells who played"),
        "powers of e": ("coins = math.exp(10)", "how large a factor"),
        "in words": ("coins = '1024'", "leave the quotes out"),
    },
    "generator_slopes": {
        "signs": (SLOPES + "    return torch.sigmoid(logit), torch.sigmoid(-logit)", "its sign is wrong"),
        "exchanged": (
            SLOPES + "    return -torch.sigmoid(-logit), -torch.sigmoid(logit)",
            "minimax comes first",
        ),
        "with respect to D": (
            SLOPES + "    D = torch.sigmoid(logit)\n    return -1 / (1 - D), -1 / D",
            "respect to the *logit*",
        ),
        "of D itself": (
            SLOPES + "    D = torch.sigmoid(logit)\n    return D * (1 - D), D * (1 - D)",
            "slope of D itself",
        ),
        "logit for D": (SLOPES + "    return -logit, logit - 1", "taken for D"),
        "one only": (SLOPES + "    return -torch.sigmoid(logit)", "two results"),
        "both the same": (SLOPES + "    D = torch.sigmoid(logit)\n    return -D, -D", "changed places"),
        "the losses": (SLOPES + "    return -softplus(logit), softplus(-logit)", "the slope of log"),
    },
    "times_steeper": {
        "the steeper slope": ("times_steeper = 0.99", "divide it by the other"),
        "upside down": ("times_steeper = 1 / 99", "upside down"),
        "1 / D": ("times_steeper = 100", "1 / D"),
        "negative": ("times_steeper = -99", "positive"),
        "difference": ("times_steeper = 0.98", "not (1 − D) / D"),
    },
    "discriminator_loss": {
        "sign": (D_LOSS + "    return -softplus(-real).mean() - softplus(fake).mean()", "sign is wrong"),
        "sums": (D_LOSS + "    return softplus(-real).sum() + softplus(fake).sum()", "not the sum"),
        "one mean over both": (
            D_LOSS + "    return torch.cat([softplus(-real), softplus(fake)]).mean()",
            "differ in size",
        ),
        "halved": (
            D_LOSS + "    return (softplus(-real).mean() + softplus(fake).mean()) / 2",
            "not averaged",
        ),
        "exchanged": (D_LOSS + "    return softplus(real).mean() + softplus(-fake).mean()", "changed places"),
        "sign of the real logits": (
            D_LOSS + "    return softplus(real).mean() + softplus(fake).mean()",
            "−log σ(ℓ) = softplus(−ℓ)",
        ),
        "sign of the generated logits": (
            D_LOSS + "    return softplus(-real).mean() + softplus(-fake).mean()",
            "−log(1 − σ(ℓ)) = softplus(ℓ)",
        ),
        "real only": (D_LOSS + "    return softplus(-real).mean()", "generated samples is missing"),
        "logits for probabilities": (
            D_LOSS + "    return -torch.log(real).mean() - torch.log(1 - fake).mean()",
            "taken for probabilities",
        ),
        "overflow": (
            D_LOSS
            + "    return -torch.log(torch.sigmoid(real)).mean() - torch.log(1 - torch.sigmoid(fake)).mean()",
            "softplus",
        ),
        "detached": (
            D_LOSS + "    return softplus(-real).mean() + softplus(fake.detach()).mean()",
            "no gradient reaches",
        ),
        "a plain number": (
            D_LOSS + "    return (softplus(-real).mean() + softplus(fake).mean()).item()",
            "no gradient",
        ),
        "not averaged": (D_LOSS + "    return softplus(-real) + softplus(fake)", "discriminator_loss raised"),
        "wrong axis": (
            D_LOSS + "    return (softplus(-real).mean(-1) + softplus(fake).mean(-1))[..., None]",
            "has shape",
        ),
        "ready-made": (
            D_LOSS + "    bce = torch.nn.functional.binary_cross_entropy_with_logits\n"
            "    return bce(real, torch.ones_like(real)) + bce(fake, torch.zeros_like(fake))",
            "does the whole exercise",
        ),
    },
    "saturating_loss": {
        "sign": (SATURATING + "    return softplus(fake).mean()", "sign is wrong"),
        "sum": (SATURATING + "    return -softplus(fake).sum()", "not the sum"),
        "not averaged": (SATURATING + "    return -softplus(fake)", "to one number"),
        "the other loss": (SATURATING + "    return softplus(-fake).mean()", "the other of the two"),
        "real logits": (SATURATING + "    return -softplus(real).mean()", "the real logits"),
        "logits for probabilities": (
            SATURATING + "    return torch.log(1 - fake).mean()",
            "taken for probabilities",
        ),
        "overflow": (SATURATING + "    return torch.log(1 - torch.sigmoid(fake)).mean()", "softplus"),
        "detached": (SATURATING + "    return -softplus(fake.detach()).mean()", "no gradient"),
        "wrong axis": (SATURATING + "    return -softplus(fake).mean(-1, keepdim=True)", "has shape"),
    },
    "non_saturating_loss": {
        "sign": (NON_SATURATING + "    return -softplus(-fake).mean()", "sign is wrong"),
        "sum": (NON_SATURATING + "    return softplus(-fake).sum()", "not the sum"),
        "sign inside": (NON_SATURATING + "    return softplus(fake).mean()", "sign of the logits is wrong"),
        "the other loss": (NON_SATURATING + "    return -softplus(fake).mean()", "the other of the two"),
        "real logits": (NON_SATURATING + "    return softplus(-real).mean()", "the real logits"),
        "real ones too": (
            NON_SATURATING + "    return softplus(-fake).mean() + softplus(-real).mean()",
            "leave them out",
        ),
        "logits for probabilities": (
            NON_SATURATING + "    return -torch.log(fake).mean()",
            "taken for probabilities",
        ),
        "overflow": (NON_SATURATING + "    return -torch.log(torch.sigmoid(fake)).mean()", "softplus"),
        "through numpy": (
            NON_SATURATING + "    return np.logaddexp(0, -fake.detach().numpy()).mean()",
            "no gradient",
        ),
    },
    "pure_values": {
        "exchanged": (ORDERS + "    return A.amax(0).amin(), A.amin(1).amax()", "changed places"),
        "axes": (ORDERS + "    return A.amin(0).amax(), A.amax(1).amin()", "wrong axis"),
        "the same twice": (ORDERS + "    return A.amin(1).amax(), A.amin(1).amax()", "same as the other"),
        "extremes": (ORDERS + "    return A.amax(), A.amin()", "extreme of the whole"),
        "first axis wrong": (
            ORDERS + "    return A.amin(0).amax(), A.amax(0).amin()",
            "smallest entry of each *row*",
        ),
        "one only": (ORDERS + "    return A.amin(1).amax()", "two results"),
        "row, not value": (ORDERS + "    return A.amin(1).argmax(), A.amax(0).argmin()", "is expected"),
        "minimum with its place": (
            ORDERS + "    return A.min(1).max(), A.max(0).min()",
            "pure_values raised",
        ),
    },
    "discriminator_step": {
        "not detached": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z)))\n" + DOWN,
            "so detach them",
        ),
        "detached too late": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z)).detach())\n" + DOWN,
            "the step of D",
        ),
        "all detached": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z))).detach()\n" + DOWN,
            "discriminator_step raised",
        ),
        "not cleared": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n"
            "    loss.backward()\n    optimiser.step()\n    return loss",
            "zero_grad",
        ),
        "cleared too late": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n"
            "    loss.backward()\n    optimiser.zero_grad()\n    optimiser.step()\n    return loss",
            "has not moved",
        ),
        "no backward pass": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n"
            "    optimiser.step()\n    return loss",
            "call `loss.backward()`",
        ),
        "no step": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n"
            "    optimiser.zero_grad()\n    loss.backward()\n    return loss",
            "has not moved",
        ),
        "uphill": (
            D_STEP + "    loss = -objective.discriminator(D(real), D(G(z).detach()))\n" + DOWN,
            "*up* its loss",
        ),
        "generator's loss": (
            D_STEP + "    loss = objective.generator(D(real), D(G(z).detach()))\n" + DOWN,
            "on the generator's loss",
        ),
        "logits exchanged": (
            D_STEP + "    loss = objective.discriminator(D(G(z).detach()), D(real))\n" + DOWN,
            "changed places",
        ),
        "two steps": (
            D_STEP
            + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n"
            + DOWN.replace("    return", "    optimiser.step()\n    return"),
            "two steps",
        ),
        "both players stepped": (
            D_STEP
            + "    loss = objective.discriminator(D(real), D(G(z)))\n"
            + DOWN.replace(
                "    return loss\n",
                "    with torch.no_grad():\n        for w in G.parameters():\n            w -= 0.1 * w.grad\n"
                "    return loss\n",
            ),
            "moved as well",
        ),
        "nothing returned": (
            D_STEP + "    loss = objective.discriminator(D(real), D(G(z).detach()))\n"
            "    optimiser.zero_grad()\n    loss.backward()\n    optimiser.step()",
            "return",
        ),
    },
    "generator_step": {
        "samples detached": (
            G_STEP + "    loss = objective.generator(D(real), D(G(z).detach()))\n" + DOWN,
            "has not moved",
        ),
        "no gradient at all": (
            G_STEP + "    with torch.no_grad():\n        fake = D(G(z))\n"
            "    loss = objective.generator(D(real), fake)\n" + DOWN,
            "has not moved",
        ),
        "not cleared": (
            G_STEP + "    loss = objective.generator(D(real), D(G(z)))\n"
            "    loss.backward()\n    optimiser.step()\n    return loss",
            "zero_grad",
        ),
        "uphill": (G_STEP + "    loss = -objective.generator(D(real), D(G(z)))\n" + DOWN, "*up* its loss"),
        "discriminator's loss": (
            G_STEP + "    loss = objective.discriminator(D(real), D(G(z)))\n" + DOWN,
            "on the discriminator's loss",
        ),
        "logits exchanged": (
            G_STEP + "    loss = objective.generator(D(G(z)), D(real))\n" + DOWN,
            "changed places",
        ),
        "without D": (G_STEP + "    loss = objective.generator(real, G(z))\n" + DOWN, "the step of G"),
        "D frozen for ever": (
            G_STEP + "    D.requires_grad_(False)\n    loss = objective.generator(D(real), D(G(z)))\n" + DOWN,
            "no longer be trained",
        ),
        "no step": (
            G_STEP + "    loss = objective.generator(D(real), D(G(z)))\n"
            "    optimiser.zero_grad()\n    loss.backward()\n    return loss",
            "has not moved",
        ),
        "D stepped too": (
            G_STEP
            + "    loss = objective.generator(D(real), D(G(z)))\n"
            + DOWN.replace(
                "    return loss\n",
                "    with torch.no_grad():\n        for w in D.parameters():\n            w -= 0.1 * w.grad\n"
                "    return loss\n",
            ),
            "moved as well",
        ),
    },
}

EQUIVALENT: dict[str, dict[str, str]] = {}
