"""Checks of lesson 05, minimax."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from gan_course import objectives
from gan_course.exercises.engine import Lesson
from gan_course.exercises.properties import (
    Fault,
    double,
    expect,
    expect_equal,
    expect_number,
    require_equal,
)
from gan_course.objectives import Objective, minimax, non_saturating
from gan_course.training import steps

lesson = Lesson("05", "Minimax")

LOSSES = ("torch.nn.functional.binary_cross_entropy_with_logits", "torch.nn.functional.binary_cross_entropy")

AS_PROBABILITIES = "the logits are taken for probabilities, but D = σ(logit)"


# The same things a second time, in numpy --------------------------------------------------------------------


def tables(rng: np.random.Generator, count: int, places: int) -> np.ndarray:
    """Random tables of probabilities `(count, place)`, none of them near 0."""
    weights = rng.uniform(0.15, 1, (count, places))
    return weights / weights.sum(1, keepdims=True)


def times_log(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a log b, and 0 where a is 0."""
    with np.errstate(all="ignore"):
        return np.where(a == 0, 0.0, a * np.log(b))


def divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """KL(p ‖ q) over the last axis."""
    return (times_log(p, p) - times_log(p, q)).sum(-1)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    """The logistic function."""
    return 0.5 * (1 + np.tanh(logit / 2))


def log_one_plus_exp(t: np.ndarray) -> np.ndarray:
    """log(1 + exp t), without overflow."""
    return np.logaddexp(0, t)


def log(t: np.ndarray) -> np.ndarray:
    """log t, NaN for what has none."""
    with np.errstate(all="ignore"):
        return np.log(t)


# The exercises ----------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=objectives.value,
    points=2,
    minutes=8,
    hints=(
        "Each note adds two terms: p(x) log D(x), and q(x) log(1 − D(x)). Which of them does `torch.xlogy` give you?",
        "`torch.xlogy(p, D)` is the first term for all notes at once. The second has q and 1 − D.",
        "`(torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum(-1)`, and that times `dx`.",
    ),
)
def value(answer, rng: np.random.Generator) -> None:
    """Both terms, weighted and summed over the last axis, natural logarithms, 0 log 0 = 0, times dx."""
    places = int(rng.integers(4, 8))
    p, q = tables(rng, 2, places)
    D = rng.uniform(0.1, 0.9, places)
    first, second = p * np.log(D), q * np.log(1 - D)
    wanted = (first + second).sum()
    require_equal(
        answer(double(D), double(p), double(q)),
        wanted,
        f"V of tables with {places} notes",
        {
            "its sign is wrong; V is a mean of logarithms of numbers below 1, so it is negative": -wanted,
            "logarithms are natural here, `torch.log` or `torch.xlogy`, not to base 2": wanted / np.log(2),
            "logarithms are natural here, `torch.log` or `torch.xlogy`, not to base 10": wanted / np.log(10),
            "each note counts as often as it is played: weigh with p and q, and add up": (
                np.log(D) + np.log(1 - D)
            ).mean(),
            "p and q are weights already: add up the terms, do not take their mean": wanted / places,
            "add up over the notes": first + second,
            "p belongs to log D, and q to log(1 − D); they have changed places": (
                q * np.log(D) + p * np.log(1 - D)
            ).sum(),
            "generated notes count with log(1 − D), not with log D": (first + q * np.log(D)).sum(),
            "the two terms are added, not subtracted": (first - second).sum(),
            "the part of the generated notes is missing": first.sum(),
            "the part of the real notes is missing": second.sum(),
        },
    )
    never = np.array([0.0, 1.0, 0.5, 0.5])
    p, q = np.array([0.0, 0.6, 0.4, 0.0]), np.array([0.7, 0.0, 0.3, 0.0])
    got = answer(double(never), double(p), double(q))
    got = np.asarray(got.detach() if hasattr(got, "detach") else got, dtype=float)
    expect(
        np.isfinite(got).all(),
        "V is no number where a note is never played (0 · log 0): use `torch.xlogy`, which is 0 there",
    )
    expect_equal(got, (0.4 + 0.3) * np.log(0.5), "V with notes that are never played")
    batch, p, q = rng.uniform(0.1, 0.9, (3, 5)), tables(rng, 3, 5), tables(rng, 3, 5)
    terms = p * np.log(batch) + q * np.log(1 - batch)
    require_equal(
        answer(double(batch), double(p), double(q)),
        terms.sum(-1),
        "V of a batch (3, note)",
        {
            "the last axis is the note: sum over it alone": terms.sum(),
            "the sum goes over the wrong axis; the last one is the note": terms.sum(0),
        },
    )
    dx = float(rng.uniform(0.1, 0.5))
    require_equal(
        answer(double(batch[0]), double(p[0]), double(q[0]), dx),
        dx * terms[0].sum(),
        f"V of densities on a grid with dx={dx:.2f}",
        {
            "each term counts dx": terms[0].sum(),
            "each term counts dx: multiply by it, do not divide": terms[0].sum() / dx,
        },
    )


@lesson.exercise(
    reference=objectives.optimal_discriminator,
    minutes=4,
    hints=(
        "The formula is p / (p + q), entry by entry. Where is p + q zero?",
        "`torch.where(p + q > 0, …, 0.5)`",
        "`both = p + q`, then `torch.where(both > 0, p / both, 0.5)`.",
    ),
)
def optimal_discriminator(answer, rng: np.random.Generator) -> None:
    """p / (p + q), of any shape, for densities too, and ½ where nothing ever is."""
    for shape in ((int(rng.integers(4, 8)),), (2, 3)):
        p, q = rng.uniform(0.05, 3, (2, *shape))
        wanted = p / (p + q)
        require_equal(
            answer(double(p), double(q)),
            wanted,
            f"D* of p and q of shape {shape}",
            {
                "this is the probability that the sample is generated; D is that it is real": q / (p + q),
                "this is the odds p : q, not the probability": p / q,
                "the optimal D grades its answers; here it only says 0 or 1": (p > q) * 1.0,
                "this is its logit; put it into the logistic function": np.log(p / q),
                "p and q may be densities, which exceed 1: divide by p + q": p / 2,
                "divide each entry by its own p + q, not by the sum of all": p / (p + q).sum(),
            },
        )
    got = answer(double([0.5, 0.5, 0.0, 0.0]), double([0.0, 0.5, 0.5, 0.0]))
    got = np.asarray(got.detach() if hasattr(got, "detach") else got, dtype=float)
    expect(
        got.shape == (4,) and not np.isnan(got).any(),
        "where neither plays, 0 / 0 is no number (nan): give ½ there, with `torch.where`",
    )
    expect(got[3] == 0.5, f"where neither plays, ½ is asked for, and yours gives {got[3]:.3g}")
    expect_equal(got, [1, 0.5, 0, 0.5], "D* of tables with zeros")


@lesson.exercise(
    reference=objectives.jsd,
    points=2,
    minutes=6,
    hints=(
        "First the mixture: m = (p + q) / 2.",
        "Then the mean of two divergences, from p to m and from q to m: `kl(p, m, dx)` and `kl(q, m, dx)`.",
        "`(kl(p, m, dx) + kl(q, m, dx)) / 2`",
    ),
    instead_of=("scipy.spatial.distance", "scipy.stats", "scipy.special"),
)
def jsd(answer, rng: np.random.Generator) -> None:
    """The mean of two divergences from the mixture, in nats, over the last axis, for densities too."""
    p, q = tables(rng, 2, int(rng.integers(4, 8)))
    m = (p + q) / 2
    wanted = (divergence(p, m) + divergence(q, m)) / 2
    require_equal(
        answer(double(p), double(q)),
        wanted,
        "the JSD of two tables",
        {
            "it is the mean of the two divergences: halve their sum": 2 * wanted,
            "no root is taken": np.sqrt(wanted),
            "it is in nats: natural logarithms, not base 2": wanted / np.log(2),
            "the divergences go from p and from q to m, KL(p ‖ m), not from m": (
                divergence(m, p) + divergence(m, q)
            )
            / 2,
            "the divergences go to the mixture m, not to each other": (divergence(p, q) + divergence(q, p))
            / 2,
            "this is KL(p ‖ q)": divergence(p, q),
            "m is *half* of p + q": (divergence(p, p + q) + divergence(q, p + q)) / 2,
            "it has two divergences, one from p and one from q": divergence(p, m),
            "the second divergence is that from q": divergence(p, m) / 2,
            "its sign is wrong: a divergence is never negative": -wanted,
        },
        tolerance=1e-6,
    )
    one, other = np.array([0.25, 0.75, 0.0, 0.0]), np.array([0.0, 0.0, 0.5, 0.5])
    apart = answer(double(one), double(other))
    apart = np.asarray(apart.detach() if hasattr(apart, "detach") else apart, dtype=float)
    expect(
        np.isfinite(apart).all(),
        "the JSD of tables with zeros is no finite number: 0 log 0 counts as 0, as `kl` does it",
    )
    expect_equal(apart, np.log(2), "the JSD of two tables that have no note in common, log 2,")
    p, q = tables(rng, 3, 5), tables(rng, 3, 5)
    m = (p + q) / 2
    several = (divergence(p, m) + divergence(q, m)) / 2
    require_equal(
        answer(double(p), double(q)),
        several,
        "the JSD of a batch (3, note)",
        {"the last axis is the note: sum over it alone": several.sum()},
    )
    dx = float(rng.uniform(0.1, 0.5))
    require_equal(
        answer(double(p[0]), double(q[0]), dx),
        dx * several[0],
        f"the JSD of densities with dx={dx:.2f}",
        {"pass dx on to both divergences": several[0]},
    )


@lesson.exercise(
    reference=1024,
    minutes=2,
    hints=(
        "You hear a note. Can there be any doubt who played it? How much do you put on the right side?",
        "Everything, and it comes back doubled. Ten times.",
    ),
)
def coins(answer, rng: np.random.Generator) -> None:
    """Ten doublings."""
    number = expect_number(answer, "coins")
    expect(
        number != 1, "1 coin is what half on each side leaves you; but here every note tells who played it"
    )
    expect(
        number not in (20, 11), f"{number:g} would be a gain of so many coins a note; but the purse *doubles*"
    )
    expect(number != 32, "32 is 2 to the 5th: *every* note is bet on, forged ones too")
    expect(number not in (512, 2048), f"{number:g} is one doubling too {'few' if number < 1024 else 'many'}")
    expect(number == 1024, f"{number:g} is not it: how large a factor does each note bring, and how often?")


@lesson.exercise(
    reference=objectives.generator_slopes,
    minutes=4,
    hints=(
        "Above you find both: −D and −(1 − D), and D = σ(logit).",
        "`torch.sigmoid(logit)` is D. What is 1 − D?",
        "1 − σ(ℓ) = σ(−ℓ): return `-torch.sigmoid(logit), -torch.sigmoid(-logit)`.",
    ),
)
def generator_slopes(answer, rng: np.random.Generator) -> None:
    """−D and −(1 − D), in this order, for logits of any shape."""
    for shape in ((int(rng.integers(4, 9)),), (2, 3)):
        logit = rng.uniform(-4, 4, shape)
        D = sigmoid(logit)
        got = answer(double(logit))
        expect(
            isinstance(got, (tuple, list)) and len(got) == 2,
            "two results are expected, the slope of log(1 − D) and that of −log D: `return …, …`",
        )
        for name, one, wanted, other in (
            ("log(1 − D)", got[0], -D, -(1 - D)),
            ("−log D", got[1], -(1 - D), -D),
        ):
            require_equal(
                one,
                wanted,
                f"the slope of {name}",
                {
                    "the two have changed places: minimax comes first": other,
                    "its sign is wrong: both losses fall as the logit grows": -wanted,
                    "the sign is wrong, and the two have changed places": -other,
                    "it is the slope with respect to the *logit*; this one is with respect to D": 1 / other,
                    "this is the slope of D itself, σ(1 − σ): go on with the chain rule": D * (1 - D),
                    "the logit is taken for D: D = σ(logit)": -logit if name != "−log D" else logit - 1,
                },
            )


@lesson.exercise(
    reference=99,
    minutes=2,
    hints=("The two slopes are −D and −(1 − D).", "At D = 0.01 they are −0.01 and −0.99. Divide."),
)
def times_steeper(answer, rng: np.random.Generator) -> None:
    """(1 − D) / D."""
    number = expect_number(answer, "times_steeper")
    expect(number > 0, "a ratio of two slopes of the same sign is positive")
    expect(
        abs(number - 1 / 99) > 1e-3, "that is upside down: the non-saturating loss is the steeper one here"
    )
    expect(
        abs(number - 100) > 0.5,
        "100 is 1 / D, the ratio of slopes with respect to something else; divide 1 − D by D",
    )
    expect(abs(number - 0.99) > 0.005, "0.99 is the steeper of the two slopes; divide it by the other one")
    expect(abs(number - 99) < 0.01, f"{number:g} is not (1 − D) / D at D = 0.01")


def _logits(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Real and generated logits, of different numbers, and all of them ordinary."""
    real = rng.uniform(-2, 3, int(rng.integers(4, 7)))
    return real, rng.uniform(-3, 2, int(rng.integers(7, 11)))


def _judge_loss(
    answer: Any,
    rng: np.random.Generator,
    wanted: Callable[..., float],
    slopes: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray | None, np.ndarray]],
    faults: Callable[[np.ndarray, np.ndarray], Mapping[str, Any]],
    far: Mapping[str, tuple[float, float]],
) -> None:
    """A loss of logits: its value, its gradient, a column of logits, and logits that are far out."""
    real, fake = _logits(rng)
    require_equal(
        answer(double(real), double(fake)),
        wanted(real, fake),
        f"the loss of {len(real)} real and {len(fake)} generated logits",
        faults(real, fake),
    )
    a, b = double(real).requires_grad_(), double(fake).requires_grad_()
    loss = answer(a, b)
    expect(
        isinstance(loss, torch.Tensor) and loss.requires_grad,
        "the loss has no gradient: nothing in it may be detached, turned into numpy or into a plain number",
    )
    got = torch.autograd.grad(loss, (a, b), allow_unused=True)
    for name, one, should in zip(("real", "generated"), got, slopes(real, fake), strict=True):
        if should is None:
            continue
        expect(
            one is not None,
            f"no gradient reaches the {name} logits: they are detached, or not used",
        )
        expect_equal(one, should, f"the gradient with respect to the {name} logits")
    column = answer(double(real)[:, None], double(fake)[:, None])
    expect_equal(column, wanted(real, fake), "the loss of logits (batch, 1), as a network returns them,")
    for what, (one, other) in far.items():
        result = answer(torch.tensor([one]), torch.tensor([other]))
        result = float(result.detach() if hasattr(result, "detach") else result)
        expect(
            np.isfinite(result),
            f"with {what} the loss is {result}: write it with `softplus`, which does not overflow",
        )
        should = wanted(np.array([one]), np.array([other]))
        expect(
            abs(result - should) < 1e-3,
            f"with {what} the loss is {result:.4g} where {should:.4g} is expected",
        )


@lesson.exercise(
    reference=minimax.discriminator,
    points=2,
    minutes=5,
    hints=(
        "−V has two parts: the mean of −log σ(real), and the mean of −log(1 − σ(fake)).",
        "−log σ(ℓ) = softplus(−ℓ), and −log(1 − σ(ℓ)) = softplus(ℓ).",
        "`softplus(-real).mean() + softplus(fake).mean()`",
    ),
    instead_of=LOSSES,
)
def discriminator_loss(answer, rng: np.random.Generator) -> None:
    """−V: two means, from logits, with gradients to both, finite for all logits."""

    def wanted(real: np.ndarray, fake: np.ndarray) -> float:
        return log_one_plus_exp(-real).mean() + log_one_plus_exp(fake).mean()

    def faults(real: np.ndarray, fake: np.ndarray) -> Mapping[str, Any]:
        on_real, on_fake = log_one_plus_exp(-real), log_one_plus_exp(fake)
        right = wanted(real, fake)
        return {
            "its sign is wrong: the optimiser minimises, so the loss is −V": -right,
            "take the mean of each part, not the sum": on_real.sum() + on_fake.sum(),
            "take the mean of each part by itself, since the batches differ in size": np.r_[
                on_real, on_fake
            ].mean(),
            "the two parts are added, not averaged": right / 2,
            "real and generated have changed places": log_one_plus_exp(real).mean()
            + log_one_plus_exp(-fake).mean(),
            "the part of the real samples has the wrong sign inside: −log σ(ℓ) = softplus(−ℓ)": (
                log_one_plus_exp(real).mean() + on_fake.mean()
            ),
            "the part of the generated samples has the wrong sign inside: −log(1 − σ(ℓ)) = softplus(ℓ)": (
                on_real.mean() + log_one_plus_exp(-fake).mean()
            ),
            "the part of the generated samples is missing": on_real.mean(),
            "the part of the real samples is missing": on_fake.mean(),
            "the two parts are added, not subtracted": on_real.mean() - on_fake.mean(),
            AS_PROBABILITIES: -log(real).mean() - log(1 - fake).mean(),
        }

    def slopes(real: np.ndarray, fake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return -sigmoid(-real) / len(real), sigmoid(fake) / len(fake)

    far = {"logits of 200 for real and −200 for generated": (200.0, -200.0)}
    _judge_loss(answer, rng, wanted, slopes, faults, far | {"the same the wrong way round": (-200.0, 200.0)})


def _generator_faults(
    wanted: Callable[..., float],
    other: Callable[..., float],
    named: str,
    each: Callable[..., np.ndarray],
    taken: Callable[..., np.ndarray],
) -> Callable[[np.ndarray, np.ndarray], Mapping[str, Any]]:
    def faults(real: np.ndarray, fake: np.ndarray) -> Mapping[str, Any]:
        return {
            f"its sign is wrong: it should be {named}": -wanted(real, fake),
            "take the mean over the batch, not the sum": each(fake).sum(),
            "take the mean over the batch, to one number": each(fake),
            "these are the real logits; the generator's samples are the second argument": each(real).mean(),
            f"this is the other of the two losses; here it should be {named}": other(real, fake),
            "the sign of the logits is wrong, and that of the loss": -other(real, fake),
            "here the real logits are not needed; leave them out": wanted(real, fake)
            + log_one_plus_exp(-real).mean(),
            AS_PROBABILITIES: taken(fake).mean(),
        }

    return faults


def _saturating(real: np.ndarray, fake: np.ndarray) -> float:
    return -log_one_plus_exp(fake).mean()


def _non_saturating(real: np.ndarray, fake: np.ndarray) -> float:
    return log_one_plus_exp(-fake).mean()


@lesson.exercise(
    reference=minimax.generator,
    minutes=4,
    hints=(
        "log(1 − σ(ℓ)) = −softplus(ℓ), see above. Which logits, and what then?",
        "`-softplus(fake)`, and its mean.",
    ),
    instead_of=LOSSES,
)
def saturating_loss(answer, rng: np.random.Generator) -> None:
    """The mean of log(1 − σ(fake)), with a gradient, finite for all logits."""
    _judge_loss(
        answer,
        rng,
        _saturating,
        lambda real, fake: (None, -sigmoid(fake) / len(fake)),
        _generator_faults(
            _saturating,
            _non_saturating,
            "the mean of log(1 − D)",
            lambda t: -log_one_plus_exp(t),
            lambda t: log(1 - t),
        ),
        {"a generated logit of 200": (0.0, 200.0), "a generated logit of −200": (0.0, -200.0)},
    )


@lesson.exercise(
    reference=non_saturating.generator,
    minutes=2,
    hints=("−log σ(ℓ) = softplus(−ℓ).", "`softplus(-fake)`, and its mean."),
    instead_of=LOSSES,
)
def non_saturating_loss(answer, rng: np.random.Generator) -> None:
    """The mean of −log σ(fake), with a gradient, finite for all logits."""
    _judge_loss(
        answer,
        rng,
        _non_saturating,
        lambda real, fake: (None, -sigmoid(-fake) / len(fake)),
        _generator_faults(
            _non_saturating,
            _saturating,
            "the mean of −log D",
            lambda t: log_one_plus_exp(-t),
            lambda t: -log(t),
        ),
        {"a generated logit of 200": (0.0, 200.0), "a generated logit of −200": (0.0, -200.0)},
    )


@lesson.exercise(
    reference=objectives.pure_values,
    points=2,
    minutes=6,
    hints=(
        "Max-min: the row player chooses a row, knowing that the column player will answer with its smallest entry. So "
        "first the smallest entry of each row, then the largest of these.",
        "`A.amin(1)` is the smallest entry of each row, `.amax()` the largest of all that is left. Min-max: first the "
        "largest entry of each column.",
        "`A.amin(1).amax()` and `A.amax(0).amin()`",
    ),
)
def pure_values(answer, rng: np.random.Generator) -> None:
    """Both orders, max-min first, of matrices that have no saddle point and no symmetry."""
    while True:
        A = rng.normal(size=(int(rng.integers(3, 5)), int(rng.integers(5, 8))))
        first, second = A.min(1).max(), A.max(0).min()
        others = [A.max(1).min(), A.min(0).max(), A.max(), A.min()]
        if min(abs(first - second), *(abs(a - b) for a in (first, second) for b in others)) > 1e-3:
            break
    got = answer(double(A))
    expect(
        isinstance(got, (tuple, list)) and len(got) == 2,
        "two results are expected, max-min and min-max: `return …, …`",
    )
    first_got, second_got = (
        expect_number(one, name) for one, name in zip(got, ("max-min", "min-max"), strict=True)
    )

    def same(one: float, other: float) -> bool:
        return abs(one - other) < 1e-9

    expect(
        not (same(first_got, second) and same(second_got, first)),
        "the two have changed places: max-min comes first, and it is never the larger one",
    )
    swapped = {
        "max-min": (
            first_got,
            first,
            "in max-min the row player chooses the row: take the smallest entry of each *row*",
        ),
        "min-max": (
            second_got,
            second,
            "in min-max the column player chooses: take the largest entry of each *column*",
        ),
    }
    for name, (given, wanted, sentence) in swapped.items():
        if same(given, wanted):
            continue
        if any(same(given, other) for other in others[:2]):
            raise Fault(f"{name} goes along the wrong axis: {sentence}")
        if any(same(given, other) for other in others[2:]):
            raise Fault(f"{name} is {given:.3g}, an extreme of the whole matrix; {sentence}")
        if same(given, first) or same(given, second):
            raise Fault(f"{name} is the same as the other one, and in this matrix they differ; {sentence}")
        raise Fault(f"{name} is {given:.4g} where {wanted:.4g} is expected; {sentence}")


# One step ---------------------------------------------------------------------------------------------------


class Line(nn.Module):
    """x ↦ a x + b, with chosen numbers, in double precision."""

    def __init__(self, a: float, b: float) -> None:
        super().__init__()
        self.a, self.b = (nn.Parameter(torch.tensor(v, dtype=torch.float64)) for v in (a, b))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """A x + b."""
        return self.a * x + self.b

    def numbers(self) -> np.ndarray:
        """Its two parameters."""
        return np.array([self.a.item(), self.b.item()])


def little_game(rng: np.random.Generator) -> tuple[Objective, Line, Line, torch.Tensor, torch.Tensor]:
    """An objective that nobody knows, two straight lines, and a batch of each kind."""
    u, v, w = rng.uniform(0.5, 2, 3)

    def for_discriminator(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        return u * (real - 1).square().mean() + v * (fake + 1).square().mean()

    def for_generator(real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        return w * (fake - 1).square().mean() + u * (real.mean() - fake.mean()).square()

    D = Line(rng.uniform(0.5, 1.5), rng.uniform(-1, 1))
    G = Line(rng.uniform(0.5, 1.5), rng.uniform(1, 2))
    real, z = double(rng.normal(size=(6, 1))), double(rng.normal(size=(6, 1)))
    return Objective(for_discriminator, for_generator), D, G, real, z


def _slopes(loss_of: Callable[..., torch.Tensor], game: tuple[Any, ...], moves: nn.Module) -> np.ndarray:
    """The gradient of a loss of the logits with respect to the parameters of the one that moves."""
    _, D, G, real, z = game
    loss = loss_of(D(real), D(G(z)))
    return np.array([slope.item() for slope in torch.autograd.grad(loss, list(moves.parameters()))])


def judge_step(answer: Any, rng: np.random.Generator, player: str) -> None:
    """One step of "discriminator" or "generator": what it moves, by how much, and what it leaves alone."""
    other = "generator" if player == "discriminator" else "discriminator"
    letter, rest = ("D", "G") if player == "discriminator" else ("G", "D")
    game = objective, D, G, real, z = little_game(rng)
    moves, stays = (D, G) if player == "discriminator" else (G, D)
    loss_of, rate = getattr(objective, player), float(rng.uniform(0.02, 0.1))
    slopes = _slopes(loss_of, game, moves)
    wrong_loss = _slopes(getattr(objective, other), game, moves)
    exchanged = _slopes(lambda of_real, of_fake: loss_of(of_fake, of_real), game, moves)
    loss = loss_of(D(real), D(G(z))).item()
    optimiser = torch.optim.SGD(moves.parameters(), rate)
    for parameter in moves.parameters():  # left there by the other player's step
        parameter.grad = torch.full_like(parameter, float(rng.uniform(1, 2)))
    junk = np.array([parameter.grad.item() for parameter in moves.parameters()])
    before, still = moves.numbers(), stays.numbers()
    returned = answer(objective, D, G, optimiser, real, z)
    step = before - moves.numbers()
    expect(np.isfinite(step).all(), f"after the step {letter} holds numbers that are not finite")
    expect(
        np.array_equal(stays.numbers(), still),
        f"{rest} has moved as well: in the {player}'s step only {letter} moves",
    )
    expect(
        player == "generator" or not any(g is not None and g.any() for g in (q.grad for q in G.parameters())),
        "a gradient has flowed into the generator: in the discriminator's step its samples are data, so detach them",
    )
    for sentence, mistaken in {
        f"{letter} has not moved: does a gradient reach it (`loss.backward()`), and does the optimiser step?": 0,
        f"{letter} has moved *up* its loss: the optimiser minimises already": -slopes,
        "the gradients that were there before are in this step too: `optimiser.zero_grad()` first": slopes
        + junk,
        "this step goes down the gradients that were there before: call `loss.backward()` before stepping": junk,
        "two steps were taken": 2 * slopes,
        f"this is a step on the {other}'s loss; the {player}'s is `objective.{player}`": wrong_loss,
        "the logits have changed places: those of the real samples come first": exchanged,
    }.items():
        expect(not np.allclose(step, rate * mistaken, rtol=1e-6, atol=1e-12), sentence)
    expect_equal(step, rate * slopes, f"the step of {letter} (by how much its two parameters have fallen)")
    expect(
        all(parameter.requires_grad for parameter in [*D.parameters(), *G.parameters()]),
        f"{rest} can no longer be trained: what you freeze for a step has to be released after it",
    )
    expect_equal(expect_number(returned, "what is returned, the loss,"), loss, "the returned loss")


@lesson.exercise(
    reference=steps.discriminator_step,
    points=2,
    minutes=8,
    hints=(
        "Four things: make samples, compute the loss from D's logits, get gradients, step. Which tensor has to be cut "
        "off from what made it?",
        "`fake = G(z).detach()`, then `objective.discriminator(D(real), D(fake))`.",
        "Then `optimiser.zero_grad()`, `loss.backward()`, `optimiser.step()`, in this order, and `return loss`.",
    ),
)
def discriminator_step(answer, rng: np.random.Generator) -> None:
    """D moves down its own loss, old gradients are cleared, and G neither moves nor gets a gradient."""
    judge_step(answer, rng, "discriminator")


@lesson.exercise(
    reference=steps.generator_step,
    points=2,
    minutes=6,
    hints=(
        "The same four things. Which of the two networks must the gradient reach, and through what does it flow?",
        "`objective.generator(D(real), D(G(z)))`, with nothing detached.",
        "Then `optimiser.zero_grad()`, `loss.backward()`, `optimiser.step()`, and `return loss`.",
    ),
)
def generator_step(answer, rng: np.random.Generator) -> None:
    """G moves down its own loss through D, old gradients are cleared, and D stays where it is."""
    judge_step(answer, rng, "generator")
