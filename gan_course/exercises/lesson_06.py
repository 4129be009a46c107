"""Checks of lesson 06, why GANs fail, and what mends them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from gan_course import evaluation, objectives, training
from gan_course.exercises.engine import Lesson
from gan_course.exercises.lesson_05 import double, log_one_plus_exp, require_equal, sigmoid
from gan_course.exercises.properties import expect, expect_equal, expect_number
from gan_course.objectives import losses, penalties

lesson = Lesson("06", "Why GANs fail, and what mends them")

TWO = "two results are expected, the new x and the new y: `return …, …`"


# Steps of f = xy --------------------------------------------------------------------------------------------


def _judge_move(
    answer: Any,
    rng: np.random.Generator,
    wanted: Callable[[Any, Any, float], tuple[Any, Any]],
    faults: Mapping[str, Callable[[Any, Any, float], tuple[Any, Any]]],
) -> None:
    """A step of f = xy, for numbers and for many games at once; `faults` are other steps, by what is wrong in them."""
    for shape in ((), (4,)):
        x, y, rate = rng.uniform(0.5, 2, shape), rng.uniform(-2, -0.5, shape), float(rng.uniform(0.1, 0.6))
        got = answer(*((x.item(), y.item()) if shape == () else (double(x), double(y))), rate)
        expect(isinstance(got, (tuple, list)) and len(got) == 2, TWO)
        both = np.stack([np.asarray(one, dtype=float) for one in got])
        for sentence, other in faults.items():
            expect(not np.allclose(both, np.stack(other(x, y, rate)), rtol=1e-9), sentence)
        for name, one, should in zip(("x", "y"), got, wanted(x, y, rate), strict=True):
            expect_equal(one, should, f"the new {name}", tolerance=1e-9)


def _at_once(x: Any, y: Any, rate: float) -> tuple[Any, Any]:
    return x - rate * y, y + rate * x


def _by_turns(x: Any, y: Any, rate: float) -> tuple[Any, Any]:
    return x - rate * y, y + rate * (x - rate * y)


def _looking_ahead(x: Any, y: Any, rate: float) -> tuple[Any, Any]:
    return x - rate * (y + rate * x), y + rate * (x - rate * y)


@lesson.exercise(
    reference=objectives.simultaneous_step,
    minutes=4,
    hints=(
        "The slope of x y by x is y, and that by y is x. Who goes down, and who up?",
        "x − rate · y is the new x. For the new y use the *old* x.",
        "`return x - rate * y, y + rate * x`",
    ),
)
def simultaneous_step(answer, rng: np.random.Generator) -> None:
    """X goes down and y goes up, each along its own slope, both from where they stood."""
    _judge_move(
        answer,
        rng,
        _at_once,
        {
            "y answers the *new* x here; both shall move at once, from where they stood": _by_turns,
            "x answers the *new* y here; both shall move at once, from where they stood": _looking_at_new_y,
            "both go downhill; y wants x y *large*, so it goes up": lambda x, y, h: (x - h * y, y - h * x),
            "both go uphill; x wants x y *small*, so it goes down": lambda x, y, h: (x + h * y, y + h * x),
            "the two go the wrong way: x goes down, and y goes up": lambda x, y, h: (x + h * y, y - h * x),
            "the slope of x y by x is y, and by y it is x: the two have changed places": (
                lambda x, y, h: (x - h * x, y + h * y)
            ),
            "these are the slopes times the rate; add them to where the players stand": (
                lambda x, y, h: (-h * y, h * x)
            ),
            "the rate is not used": lambda x, y, h: (x - y, y + x),
        },
    )


def _looking_at_new_y(x: Any, y: Any, rate: float) -> tuple[Any, Any]:
    return x - rate * (y + rate * x), y + rate * x


@lesson.exercise(
    reference=objectives.extragradient_step,
    points=2,
    minutes=6,
    hints=(
        "First where both would be after a simultaneous step: call it x_ahead, y_ahead.",
        "Then step from x and y (not from there), by the slopes that you find *there*.",
        "`return x - rate * y_ahead, y + rate * x_ahead`",
    ),
)
def extragradient_step(answer, rng: np.random.Generator) -> None:
    """A step from where the players stand, by the slopes a simultaneous step ahead."""

    def two_steps(x: Any, y: Any, h: float) -> tuple[Any, Any]:
        return _at_once(*_at_once(x, y, h), h)

    _judge_move(
        answer,
        rng,
        _looking_ahead,
        {
            "this is the simultaneous step: look ahead with it, and then step by the slopes found there": _at_once,
            "this is the step by turns; here both look ahead before either moves": _by_turns,
            "these are two simultaneous steps: look ahead, but start the real step from where the players *stand*": (
                two_steps
            ),
            "x looks ahead, but y does not": _looking_at_new_y,
            "the step goes the wrong way from what is found ahead: x goes down, and y goes up": (
                lambda x, y, h: (x + h * (y + h * x), y - h * (x - h * y))
            ),
            "looking ahead, x goes down and y goes up, as in the step itself": (
                lambda x, y, h: (x - h * (y - h * x), y + h * (x + h * y))
            ),
            "look a whole step ahead, not half of one": (
                lambda x, y, h: (x - h * (y + h / 2 * x), y + h * (x - h / 2 * y))
            ),
        },
    )


@lesson.exercise(
    reference=1,
    minutes=4,
    hints=(
        "The two eigenvalues stop turning where the root is 0.",
        "γ² / 4 = 1 / 4.",
    ),
)
def critical_weight(answer, rng: np.random.Generator) -> None:
    """γ²/4 = ¼."""
    number = expect_number(answer, "critical_weight")
    expect(number > 0, "a penalty has a positive weight; a negative one would push the players apart")
    expect(
        abs(number - 0.5) > 1e-9, "0.5 is γ/2 at that weight, how fast they draw in; asked for is γ itself"
    )
    expect(abs(number - 0.25) > 1e-9, "0.25 is γ²/4 at that weight; asked for is γ itself")
    expect(abs(number - 2) > 1e-9, "at γ = 2 the root is √(1 − ¼), not 0: one player creeps")
    expect(abs(number - 1) < 1e-6, f"at γ = {number:g} the root √(γ²/4 − ¼) is not 0")


# Modes ------------------------------------------------------------------------------------------------------


@lesson.exercise(
    reference=evaluation.modes_covered,
    points=2,
    minutes=10,
    hints=(
        "`torch.cdist(samples, centres)` is the distance (sample, mode) of each from each. `.min(1)` gives two things: "
        "the smallest distance of each sample, and which mode it is.",
        "Keep the modes of the good samples, `mode[distance <= within * spread]`, and count them with "
        "`torch.bincount(…, minlength=len(centres))`.",
        "A mode is due `len(samples) / len(centres)` samples. How many counts are at least `least` times that?",
    ),
)
def modes_covered(answer, rng: np.random.Generator) -> None:
    """Good samples are counted at their nearest mode, and compared with a share of what is due to it."""
    modes, due = int(rng.integers(5, 9)), 8 * int(rng.integers(2, 5))
    angle = 2 * np.pi * np.arange(modes) / modes
    centres = 10 * np.stack([np.cos(angle), np.sin(angle)], 1)
    spread = float(rng.uniform(0.15, 0.25))

    def around(mode: int, count: int, low: float, high: float) -> np.ndarray:
        turn, far = rng.uniform(0, 2 * np.pi, count), spread * rng.uniform(low, high, count)
        return centres[mode] + far[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)

    def ask(groups: list[tuple[int, int, float, float]], **how: float) -> float:
        samples = np.concatenate([around(*group) for group in groups])
        samples = torch.from_numpy(rng.permutation(samples)).float()
        got = answer(samples, torch.from_numpy(centres).float(), spread, **how)
        return expect_number(got, "the number of modes covered")

    whole = [(mode, due, 0.1, 2.9) for mode in range(modes)]
    got = ask(whole)
    expect(got != 1, "every mode has its samples, and yours finds 1: is this a share? Count the modes")
    expect(got == modes, f"every one of {modes} modes has its samples, and yours counts {got:g}")
    for missing in (0, modes - 1):
        got = ask([(mode if mode != missing else 1, due, 0.1, 2.9) for mode in range(modes)])
        expect(
            got == modes - 1,
            f"one of {modes} modes has no sample at all, the {'first' if missing == 0 else 'last'} one, and yours "
            f"counts {got:g}",
        )
    blurred = [(0, due, 3.3, 3.8), *whole[1:]]
    got = ask(blurred)
    expect(
        got == modes - 1,
        f"the samples of one mode are all between 3.3 and 3.8 spreads away from it, so none is good, and yours counts "
        f"{got:g} of {modes} as covered: compare the *distance* with within · spread",
    )
    got = ask([(0, due, 2.4, 2.9), *whole[1:]])
    expect(
        got == modes,
        f"the samples of one mode are all between 2.4 and 2.9 spreads away, which is good, and yours counts {got:g} of "
        f"{modes}: compare with within · spread, and not with squares",
    )
    # The other modes get what one of them lacks, so that as many samples as ever are due to each.
    quarter = due // 4
    enough = [(0, quarter, 0.1, 2.9), (1, 2 * due - quarter, 0.1, 2.9), *whole[2:]]
    got = ask(enough)
    expect(
        got == modes,
        f"one mode has just a quarter of the samples that are due to it, and *at least* a quarter is asked for, and "
        f"yours counts {got:g} of {modes}",
    )
    too_few = [(0, quarter - 1, 0.1, 2.9), (1, 2 * due - quarter + 1, 0.1, 2.9), *whole[2:]]
    got = ask(too_few)
    expect(
        got == modes - 1,
        f"one mode has less than a quarter of the samples that are due to it ({quarter - 1} of {due}), and yours "
        f"counts {got:g} of {modes}",
    )
    astray = [(0, due // 8, 0.1, 2.9), *[(mode, due, 5.0, 9.0) for mode in range(modes)]]
    got = ask(astray)
    expect(
        got == 0,
        f"a few good samples at one mode, all others far from every mode, and yours counts {got:g} where none is "
        f"covered: what is due to a mode is a share of *all* samples, not of the good ones",
    )
    got = ask([(0, due // 2, 0.1, 2.9), (1, due + due // 2, 0.1, 2.9), *whole[2:]], least=0.75)
    expect(
        got == modes - 1, "`least` is not used: with least=0.75 a mode with half of its due is not covered"
    )
    got = ask([(0, due, 1.2, 1.9), *whole[1:]], within=1.0)
    expect(got <= modes - 1, "`within` is not used: with within=1 a sample 1.2 spreads away is not good")


# Losses -----------------------------------------------------------------------------------------------------


def _judge_loss(
    answer: Any,
    rng: np.random.Generator,
    sizes: tuple[int, int],
    wanted: Callable[[np.ndarray, np.ndarray], float],
    slopes: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    faults: Callable[[np.ndarray, np.ndarray], Mapping[str, Any]],
) -> None:
    """A discriminator's loss of logits: its value, its gradient, and a column of logits."""
    while True:  # on both sides of both hinges, and no mistake that happens to give the right number
        real, fake = (
            np.concatenate(
                [rng.uniform(-3, -1.1, n), rng.uniform(1.1, 3, n), rng.uniform(-0.9, 0.9, size - 2 * n)]
            )
            for n, size in ((size // 3, size) for size in sizes)
        )
        real, fake, right = rng.permutation(real), rng.permutation(fake), wanted(real, fake)
        mistaken = [value for value in faults(real, fake).values() if np.ndim(value) == 0]
        if min(abs(value - right) for value in mistaken) > 1e-2:
            break
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
        expect(one is not None, f"no gradient reaches the {name} logits: they are detached, or not used")
        expect_equal(one, should, f"the gradient with respect to the {name} logits")
    column = answer(double(real)[:, None], double(fake)[:, None])
    expect_equal(column, wanted(real, fake), "the loss of logits (batch, 1), as a network returns them,")


@lesson.exercise(
    reference=losses.hinge_discriminator,
    points=2,
    minutes=5,
    hints=(
        "`relu(t)` is max(0, t), entry by entry. For real logits t is 1 − D(x). And for generated ones?",
        "`relu(1 - real).mean()`, and `relu(1 + fake).mean()`; each by itself.",
        "Add the two.",
    ),
)
def hinge_discriminator(answer, rng: np.random.Generator) -> None:
    """Two means of hinges, with margins at 1 and −1, and slopes only inside of them."""

    def hinges(t: np.ndarray) -> np.ndarray:
        return np.maximum(0, t)

    def wanted(real: np.ndarray, fake: np.ndarray) -> float:
        return hinges(1 - real).mean() + hinges(1 + fake).mean()

    def faults(real: np.ndarray, fake: np.ndarray) -> Mapping[str, Any]:
        on_real, on_fake = hinges(1 - real), hinges(1 + fake)
        return {
            "its sign is wrong: the optimiser minimises": -wanted(real, fake),
            "take the mean of each part, not the sum": on_real.sum() + on_fake.sum(),
            "take the mean of each part by itself, since the batches differ in size": np.r_[
                on_real, on_fake
            ].mean(),
            "the two parts are added, not averaged": wanted(real, fake) / 2,
            "real and generated have changed places": hinges(1 + real).mean() + hinges(1 - fake).mean(),
            "generated samples shall have a logit *below* −1: the sign inside their hinge is wrong": on_real.mean()
            + hinges(1 - fake).mean(),
            "real samples shall have a logit *above* 1: the sign inside their hinge is wrong": hinges(
                1 + real
            ).mean()
            + on_fake.mean(),
            "the margin is missing: the hinge of real samples is at 1, that of generated ones at −1": (
                hinges(-real).mean() + hinges(fake).mean()
            ),
            "max(0, …), `relu`, is missing, or taken of the means; take it sample by sample, and then the mean": (
                max(0.0, (1 - real).mean()) + max(0.0, (1 + fake).mean())
            ),
            "the part of the generated samples is missing": on_real.mean(),
            "the part of the real samples is missing": on_fake.mean(),
            "the two parts are added, not subtracted": on_real.mean() - on_fake.mean(),
            "these are probabilities in the hinges; it takes the logits as they are": (
                hinges(1 - sigmoid(real)).mean() + hinges(1 + sigmoid(fake)).mean()
            ),
        }

    def slopes(real: np.ndarray, fake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return -1.0 * (real < 1) / len(real), 1.0 * (fake > -1) / len(fake)

    _judge_loss(answer, rng, (int(rng.integers(6, 9)), int(rng.integers(9, 13))), wanted, slopes, faults)


@lesson.exercise(
    reference=losses.relativistic_discriminator,
    points=2,
    minutes=5,
    hints=(
        "Pair by pair: by how much is the real logit the larger one? That difference is a logit too.",
        "−log σ(t) = softplus(−t), with t = real − fake.",
        "`softplus(-(real - fake)).mean()`",
    ),
    instead_of=(
        "torch.nn.functional.binary_cross_entropy_with_logits",
        "torch.nn.functional.binary_cross_entropy",
    ),
)
def relativistic_discriminator(answer, rng: np.random.Generator) -> None:
    """The mean of −log σ(real − fake), pair by pair, with gradients to both, finite for all logits."""

    def wanted(real: np.ndarray, fake: np.ndarray) -> float:
        return log_one_plus_exp(fake - real).mean()

    def faults(real: np.ndarray, fake: np.ndarray) -> Mapping[str, Any]:
        return {
            "its sign is wrong: the optimiser minimises −log σ": -wanted(real, fake),
            "take the mean over the pairs, not the sum": log_one_plus_exp(fake - real).sum(),
            "take the mean over the pairs, to one number": log_one_plus_exp(fake - real),
            "this is the generator's loss: the two logits have changed places": log_one_plus_exp(
                real - fake
            ).mean(),
            "this is log 2 at most: the difference of the two *means* is taken; each real sample has its own partner": (
                log_one_plus_exp(fake.mean() - real.mean())
            ),
            "this is the loss of the minimax game, in which each logit counts by itself": (
                log_one_plus_exp(-real).mean() + log_one_plus_exp(fake).mean()
            ),
            "the logits are taken apart before they are compared: σ of the difference, not the difference of two σ": (
                -np.log(np.clip(sigmoid(real) - sigmoid(fake), 1e-12, None)).mean()
            ),
            "every real sample is compared with every generated one; pair by pair is asked for": (
                log_one_plus_exp(fake[None, :] - real[:, None]).mean()
            ),
            "the two logits are added; their difference counts": log_one_plus_exp(-(real + fake)).mean(),
            "this is log σ without a logarithm: the mean of the differences": (fake - real).mean(),
        }

    def slopes(real: np.ndarray, fake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slope = sigmoid(fake - real) / len(real)
        return -slope, slope

    count = int(rng.integers(6, 10))
    _judge_loss(answer, rng, (count, count), wanted, slopes, faults)
    for real, fake in ((200.0, -200.0), (-200.0, 200.0)):
        got = answer(torch.tensor([real]), torch.tensor([fake]))
        got = float(got.detach() if hasattr(got, "detach") else got)
        expect(
            np.isfinite(got),
            f"with logits of {real:g} and {fake:g} the loss is {got}: write it with `softplus`",
        )
        expect(
            abs(got - max(0.0, fake - real)) < 1e-3,
            f"with logits of {real:g} and {fake:g} the loss is {got:.4g}",
        )


# Penalties --------------------------------------------------------------------------------------------------


class Bowl:
    """D(x) = ½ a ‖x‖² + b · x, whose gradient is a x + b: it knows its own slope, and where it was asked."""

    def __init__(self, rng: np.random.Generator, shape: tuple[int, ...]) -> None:
        self.a = torch.tensor(float(rng.uniform(0.5, 1.5)), dtype=torch.float64, requires_grad=True)
        self.b = double(rng.normal(size=shape)).requires_grad_()
        self.asked: list[torch.Tensor] = []

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Logits ``(batch,)`` of samples ``(batch, …)``."""
        self.asked.append(x.detach().clone())
        return (0.5 * self.a * x**2 + self.b * x).flatten(1).sum(1)

    def slopes(self, x: torch.Tensor) -> torch.Tensor:
        """∇D at ``x``, with a graph to a and b."""
        return self.a * x + self.b


class Column(Bowl):
    """The same, returning logits ``(batch, 1)`` as a network does."""

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """Logits ``(batch, 1)``."""
        return super().__call__(x)[:, None]


SHAPES = ((5, 2), (4, 1, 3, 2))
NO_GRAPH = (
    "the result has no graph, so the discriminator cannot be trained on it: its gradient is to be differentiated once "
    "more, which needs `create_graph=True`, and nothing detached"
)


def _batch(rng: np.random.Generator, shape: tuple[int, ...], middle: float = 0.0) -> torch.Tensor:
    """Samples that a gradient could flow into, as those of a generator are."""
    return double(rng.normal(middle, 1, shape)).requires_grad_()


def _expect_graph(result: Any, wanted: torch.Tensor, judge: Bowl, samples: torch.Tensor, what: str) -> None:
    """A sum of the result trains the discriminator as that of `wanted` does, and leaves the samples alone."""
    expect(isinstance(result, torch.Tensor) and result.requires_grad, NO_GRAPH)
    should = torch.autograd.grad(wanted, (judge.a, judge.b))
    got = torch.autograd.grad(result, (judge.a, judge.b, samples), allow_unused=True)
    expect(got[0] is not None and got[1] is not None, NO_GRAPH)
    for name, one, other in zip("ab", got, should, strict=False):
        expect_equal(one, other, f"the gradient of {what} with respect to the discriminator's weight {name}")
    expect(
        got[2] is None,
        "a gradient flows on into the samples, and from there into the generator: detach them at the beginning",
    )


@lesson.exercise(
    reference=penalties.slopes,
    points=2,
    minutes=8,
    hints=(
        "`x = samples.detach().requires_grad_(True)` is a new leaf, by which one can differentiate.",
        "`torch.autograd.grad(one_number, x, create_graph=True)` returns a tuple with one entry. Which number? The sum "
        "of all logits: each sample's logit depends on that sample alone.",
        "`(gradient,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)`",
    ),
    instead_of=("torch.func", "torch._functorch"),
)
def slopes(answer, rng: np.random.Generator) -> None:
    """The gradient at each sample, with a graph to the discriminator and none to the samples."""
    for shape in SHAPES:
        for kind in (Bowl, Column):
            judge = kind(rng, shape[1:])
            samples = _batch(rng, shape)
            got = answer(judge, samples)
            expect(
                not isinstance(got, tuple),
                "`torch.autograd.grad` returns a tuple, with an entry for each thing differentiated by: take the first",
            )
            wanted = judge.slopes(samples.detach())
            plain = wanted.detach().numpy()
            require_equal(
                got,
                plain,
                f"the gradient at samples {shape}",
                {
                    "the *sum* of the logits is differentiated; their mean divides each slope by the batch": (
                        plain / shape[0]
                    ),
                    "these are the logits, not their slopes": (judge(samples.detach()).detach().numpy()),
                    "its sign is wrong": -plain,
                    "this is the length of each gradient; the gradient itself is asked for": np.sqrt(
                        (plain.reshape(shape[0], -1) ** 2).sum(1)
                    ),
                },
            )
            weights = double(rng.uniform(0.5, 1.5, shape))
            expect(isinstance(got, torch.Tensor) and got.requires_grad, NO_GRAPH)
            _expect_graph((weights * got).sum(), (weights * wanted).sum(), judge, samples, "your slopes")
    samples = double(rng.normal(size=(3, 2)))
    answer(Bowl(rng, (2,)), samples)
    expect(
        not samples.requires_grad,
        "the caller's samples require a gradient now: `requires_grad_` changes a tensor in place, so detach first",
    )


@lesson.exercise(
    reference=objectives.squared_gradient,
    points=2,
    minutes=6,
    hints=(
        "‖∇D‖² is the sum of the squares over everything but the batch: `.flatten(1)` makes one row of each sample.",
        "`slopes(discriminator, samples).square().flatten(1).sum(1)` is ‖∇D‖² of each sample. Then the mean and ½.",
    ),
)
def squared_gradient(answer, rng: np.random.Generator) -> None:
    """½ the mean over the batch of the squared length, with a graph to the discriminator."""
    for shape in SHAPES:
        judge = Bowl(rng, shape[1:])
        samples = _batch(rng, shape)
        slope = judge.slopes(samples.detach())
        squares = slope.square().flatten(1).sum(1)
        wanted, each = 0.5 * squares.mean(), squares.detach().numpy()
        right = wanted.item()
        got = answer(judge, samples)
        require_equal(
            got,
            right,
            f"the penalty at samples {shape}",
            {
                "the ½ is missing": 2 * right,
                "take the mean over the batch, not the sum": 0.5 * each.sum(),
                "take the mean over the batch, to one number": 0.5 * each,
                "the squares of one sample are added up, and only over the batch a mean is taken": 0.5
                * slope.detach().square().mean().item(),
                "this is the length; square it": 0.5 * np.sqrt(each).mean(),
                "this is the length of all slopes together": 0.5 * np.sqrt(each.sum()),
                "the slopes are added up before they are squared; square first": (
                    0.5 * slope.detach().flatten(1).sum(1).square().mean().item()
                ),
                "the slopes are averaged over the batch before they are squared; square first": (
                    0.5 * slope.detach().mean(0).square().sum().item()
                ),
                "its sign is wrong: it is added to what the discriminator minimises": -right,
                "this is the gradient penalty, with a target of 1; here the target is 0": (
                    (np.sqrt(each) - 1) ** 2
                ).mean(),
            },
        )
        _expect_graph(got, wanted, judge, samples, "the penalty")


@lesson.exercise(
    reference=objectives.gradient_penalty,
    points=3,
    minutes=12,
    hints=(
        "One share for each pair: `torch.rand(len(real), generator=random, dtype=real.dtype)`, shaped (batch, 1, …) "
        "with `.view(-1, *[1] * (real.ndim - 1))`.",
        "`torch.lerp(fake, real, share)` is share · real + (1 − share) · fake. At that point take `slopes`.",
        "`.flatten(1).norm(dim=1) - 1` is by how much each is too long. One-sided: `.clamp(min=0)`. Square, and mean.",
    ),
)
def gradient_penalty(answer, rng: np.random.Generator) -> None:
    """Asked between each real and its generated sample, at a share of its own; (length − 1)², and its mean."""
    for shape in ((24, 2), (24, 1, 3, 2)):
        judge = Bowl(rng, shape[1:])
        real, fake = _batch(rng, shape), _batch(rng, shape, 3.0)
        seed = int(rng.integers(1 << 30))
        got = answer(judge, real, fake, torch.Generator().manual_seed(seed))
        at = _asked_between(judge, real.detach(), fake.detach())
        length = judge.slopes(at).flatten(1).norm(dim=1)
        wanted = (length - 1).square().mean()
        plain = length.detach().numpy()
        require_equal(
            got,
            wanted.item(),
            f"the penalty between samples {shape}",
            {
                "there is no ½ here": wanted.item() / 2,
                "take the mean over the batch, not the sum": ((plain - 1) ** 2).sum(),
                "take the mean over the batch, to one number": (plain - 1) ** 2,
                "the target is missing: (length − 1)², not length²": (plain**2).mean(),
                "the target belongs to the length, not to its square": ((plain**2 - 1) ** 2).mean(),
                "square each excess before taking the mean": (plain.mean() - 1) ** 2,
                "the excess is not squared": (plain - 1).mean(),
                "without `one_sided` slopes below 1 cost as well": (np.maximum(0, plain - 1) ** 2).mean(),
                "its sign is wrong: it is added to what the discriminator minimises": -wanted.item(),
                "this is the length of all gradients together; each sample has its own": (
                    (np.sqrt((plain**2).sum()) - 1) ** 2
                ),
            },
            tolerance=1e-9,
        )
        _expect_graph(got, wanted, judge, real, "the penalty")
        into = torch.autograd.grad(answer(judge, real, fake), fake, allow_unused=True)
        expect(
            into[0] is None, "a gradient flows on into the generated samples: detach them at the beginning"
        )
        again = answer(judge, real, fake, torch.Generator().manual_seed(seed))
        expect_equal(again, wanted.item(), "the penalty with the same `random`: draw the shares from it,")
    judge = Bowl(rng, (2,))
    real, fake = (double(rng.normal(0, 0.8, (24, 2))) for _ in range(2))
    for number, length in (
        (0, 0.3),
        (1, 1.8),
    ):  # in these two pairs the slope is sure to lie below 1 and above
        there = (length * double([0.6, 0.8]) - judge.b.detach()) / judge.a.detach()
        real[number], fake[number] = there, there
    for one_sided in (False, True):
        got = answer(judge, real, fake, torch.Generator().manual_seed(1), one_sided)
        excess = judge.slopes(judge.asked[-1]).detach().flatten(1).norm(dim=1) - 1
        both, above, below = (
            e.square().mean().item() for e in (excess, excess.clamp(min=0), excess.clamp(max=0))
        )
        if one_sided:
            faults = {
                "with `one_sided` slopes below 1 cost nothing": both,
                "with `one_sided` slopes *below* 1 cost nothing, those above cost": below,
            }
        else:
            faults = {"without `one_sided` slopes below 1 cost as well": above}
        require_equal(got, above if one_sided else both, f"the penalty with one_sided={one_sided}", faults)
    same = answer(judge, real, fake, torch.Generator().manual_seed(1))
    expect_equal(same, both, "the penalty without a word on `one_sided`, which is then False,")


def _asked_between(judge: Bowl, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    """Where the discriminator was asked last; a fault unless it is between, at shares of their own."""
    expect(judge.asked, "the discriminator is never asked")
    at = judge.asked[-1]
    expect(
        len(judge.asked) == 1 and at.shape == real.shape,
        f"the discriminator is asked {len(judge.asked)} times, last at samples {tuple(at.shape)}; once is enough, at "
        f"one point {tuple(real.shape)} between each pair",
    )
    expect(
        not torch.allclose(at, real),
        "the slopes are taken at the real samples; take them *between* real and generated",
    )
    expect(
        not torch.allclose(at, fake),
        "the slopes are taken at the generated samples; take them *between* the two",
    )
    shares = ((at - fake) / (real - fake)).flatten(1)
    expect(
        torch.allclose(shares, shares[:, :1].expand_as(shares), atol=1e-6),
        "the points are not on the lines between the pairs: one share for each pair, the same for all of its numbers",
    )
    share = shares[:, 0]
    expect(
        share.min() > -1e-9 and share.max() < 1 + 1e-9,
        "some points are not between real and generated: the shares are to lie from 0 to 1, as `torch.rand` gives them",
    )
    expect(
        share.max() - share.min() > 1e-6,
        "all pairs have the same share: draw one for each",
    )
    expect(
        share.max() - share.min() > 0.3,
        "the shares are nearly the same for all pairs: spread them evenly from 0 to 1, as `torch.rand` does it",
    )
    return at


@lesson.exercise(
    reference=training.moving_average,
    points=2,
    minutes=6,
    hints=(
        "decay is the share of the *old* average that is kept. With decay 0.99, how much of the new weight comes in?",
        "For each name: `decay * behind[name] + (1 - decay) * ahead[name]`, in a new dictionary.",
        "The weights carry a graph; `ahead[name].detach()` does not.",
    ),
)
def moving_average(answer, rng: np.random.Generator) -> None:
    """Decay times the old average, and the rest from the weights; every tensor, new, and without a graph."""
    shapes = {"0.weight": (3, 2), "0.bias": (3,), "2.weight": (1, 3)}
    behind = {name: double(rng.normal(size=shape)) for name, shape in shapes.items()}
    ahead = {name: double(rng.normal(size=shape)).requires_grad_() for name, shape in shapes.items()}
    decay = float(rng.uniform(0.8, 0.95))
    got = answer(behind, ahead, decay)
    expect(
        isinstance(got, dict),
        "a dictionary is expected, from names to the new averages: does it end in `return …`?",
    )
    expect(
        set(got) == set(shapes),
        f"the names {', '.join(got) or '(none)'} are there, and {', '.join(shapes)} are expected",
    )
    for name in shapes:
        old, new = behind[name].numpy(), ahead[name].detach().numpy()
        require_equal(
            got[name],
            decay * old + (1 - decay) * new,
            f"the average of {name}",
            {
                "it is the wrong way round: decay is the share of the old *average* that is kept": decay * new
                + (1 - decay) * old,
                "what comes in is 1 − decay of the weights": decay * old + new,
                "the old average is not made smaller: its share is decay": old + (1 - decay) * new,
                "this is the plain mean of the two": (old + new) / 2,
                "these are the weights themselves, nothing is averaged": new,
                "nothing has come in from the weights": old,
                "the old average has gone: only the part of the weights is here": (1 - decay) * new,
                "the difference is added the wrong way: towards the weights": old - (1 - decay) * (new - old),
            },
        )
        expect(
            isinstance(got[name], torch.Tensor) and not got[name].requires_grad,
            "the averages carry a graph, which would grow with every step: detach the weights",
        )
        expect(got[name] is not behind[name], "the old averages are changed in place: make new tensors")
