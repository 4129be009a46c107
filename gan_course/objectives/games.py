"""Games of two players: what a generator's loss teaches, and as a matrix, who moves first. Lesson 05.

In a matrix `A[i, j]` is what the row player gets and the column player loses if they play row i and column j. The row
player wants it large (the discriminator), the column player small (the generator).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gan_course.objectives.divergences import value


class Mixed(NamedTuple):
    """A game's value when both may throw dice, and the dice: `rows` `(row,)` and `columns` `(column,)` add up to 1."""

    value: float
    rows: Tensor
    columns: Tensor


def generator_slopes(logit: Tensor) -> tuple[Tensor, Tensor]:
    """The slopes of log(1 - D) and of -log D with respect to the logit, D = σ(logit): both `(…)` in (-1, 0).

    Where D is sure of a forgery, the first (minimax) is nearly 0 and the second (non-saturating) nearly -1. Goodfellow
    et al. (2014), section 3. Lesson 05.
    """
    return -torch.sigmoid(logit), -torch.sigmoid(-logit)


def pure_values(A: Tensor) -> tuple[Tensor, Tensor]:
    """(max min, min max) of the matrix A `(row, column)` without dice.

    In the first the row player moves first, and the column player answers; in the second it is the other way round. The
    first is never larger than the second: to answer is no drawback. Lesson 05.
    """
    return A.amin(1).amax(), A.amax(0).amin()


def mixed_value(A: Tensor) -> Mixed:
    """The value of the matrix game A `(row, column)` with dice, the same in both orders (von Neumann 1928).

    Found by linear programming: the largest v such that some dice of the row player get v or more in each column.
    Raises ValueError for entries that are not finite, and for a game that this cannot solve. Lesson 05.
    """
    from scipy.optimize import linprog

    matrix = A.detach().cpu().double().numpy()
    if matrix.ndim != 2 or not matrix.size or not np.isfinite(matrix).all():
        raise ValueError(
            f"a game is a matrix (row, column) of finite numbers; {tuple(matrix.shape)} with "
            f"{int((~np.isfinite(matrix)).sum())} others was given: leave out moves that cost infinitely much"
        )

    # a power of two, so that no entry is rounded; the tolerances of the linear programming are made for sizes near 1
    scale = 2.0 ** int(np.frexp(np.abs(matrix).max())[1] - 1)

    def dice(matrix: np.ndarray) -> tuple[float, Tensor]:
        rows, columns = matrix.shape
        found = linprog(
            np.r_[np.zeros(rows), -1],
            A_ub=np.c_[-matrix.T, np.ones(columns)],
            b_ub=np.zeros(columns),
            A_eq=np.r_[np.ones(rows), 0][None],
            b_eq=[1],
            bounds=[(0, 1)] * rows + [(None, None)],
        )
        if found.x is None:
            raise ValueError(f"this game could not be solved ({found.message}): give entries of like sizes")
        return found.x[-1], torch.from_numpy(found.x[:-1])

    value, rows = dice(matrix / scale)
    return Mixed(scale * float(value), rows, dice(-matrix.T / scale)[1])


def both_orders(D: Tensor, p: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """(max min, min max) of V over discriminators D `(discriminator, place)` and generated q `(generator, place)`.

    p: what is real, `(place,)`. In the first the generator answers a discriminator, in the second the discriminator
    answers a generator, as training is meant to be. Lesson 07.
    """
    V = value(D[:, None], p, q)
    return V.amin(1).amax(), V.amax(0).amin()
