"""The Dirac-GAN and f = xy: closed forms against the library's own losses and penalties, autograd and numpy."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course.objectives import (
    OBJECTIVES,
    alternating_step,
    dirac_eigenvalues,
    dirac_field,
    dirac_jacobian,
    extragradient_step,
    gradient_penalty,
    r1,
    r2,
    simultaneous_step,
)

NAMES = sorted(OBJECTIVES)
PENALTIES = {"none": (0.0, 0.0), "R1": (0.7, 0.0), "gradient penalty": (0.0, 0.4), "both": (0.3, 0.9)}


def by_autograd(
    theta: float, psi: float, name: str, weight: float, between: float
) -> tuple[list, np.ndarray]:
    """Field and Jacobian of the real losses and penalties, for a discriminator ψ x."""
    players = torch.tensor([theta, psi], dtype=torch.float64, requires_grad=True)

    def speed(players: torch.Tensor) -> torch.Tensor:
        theta, psi = players
        real, fake = torch.zeros(1, 1, dtype=torch.float64), theta.reshape(1, 1)
        logits = (psi * real).flatten(), (psi * fake).flatten()
        d_loss, g_loss = OBJECTIVES[name].discriminator(*logits), OBJECTIVES[name].generator(*logits)
        if weight:
            d_loss = d_loss + weight * r1(lambda x: (psi * x).flatten(), real)
        if between:
            d_loss = d_loss + between * gradient_penalty(lambda x: (psi * x).flatten(), real, fake)
        (by_theta,) = torch.autograd.grad(g_loss, theta, create_graph=True, retain_graph=True)
        (by_psi,) = torch.autograd.grad(d_loss, psi, create_graph=True)
        return -torch.stack([by_theta, by_psi])

    field = speed(players)
    rows = [
        torch.autograd.grad(one, players, retain_graph=True, allow_unused=True)[0]
        if one.requires_grad
        else None
        for one in field
    ]
    jacobian = np.array([np.zeros(2) if row is None else row.numpy() for row in rows])
    return field.tolist(), jacobian


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(theta=st.floats(-3, 3), psi=st.floats(-3, 3))
def test_field_and_jacobian_are_those_of_the_real_losses_and_penalties(
    name: str, penalty: str, theta: float, psi: float
) -> None:
    if abs(psi) < 1e-3 or abs(psi * theta + 1) < 1e-3:  # where the gradient penalty or the hinge jump
        return
    weight, between = PENALTIES[penalty]
    at = torch.tensor(theta, dtype=torch.float64), torch.tensor(psi, dtype=torch.float64)
    field, jacobian = by_autograd(theta, psi, name, weight, between)
    np.testing.assert_allclose([v.item() for v in dirac_field(*at, name, weight, between)], field, atol=1e-12)
    np.testing.assert_allclose(dirac_jacobian(*at, name, weight, between), jacobian, atol=1e-11)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("name", NAMES)
def test_eigenvalues_at_rest_are_numpys_of_the_jacobian(name: str, weight: float) -> None:
    rest = torch.zeros(2, dtype=torch.float64)
    found = np.linalg.eigvals(dirac_jacobian(*rest, name, weight).numpy())

    def order(values: object) -> list[complex]:
        return sorted(values, key=lambda v: (round(v.real, 6), round(v.imag, 6)))

    # a matrix with a double eigenvalue gives it with an error of the root of the machine's precision
    np.testing.assert_allclose(order(found), order(dirac_eigenvalues(name, weight)), atol=1e-7)


def test_without_a_penalty_no_objective_draws_in_and_with_one_all_but_least_squares_do() -> None:
    for name in NAMES:
        assert max(v.real for v in dirac_eigenvalues(name)) == 0
        drawn_in = max(v.real for v in dirac_eigenvalues(name, 0.5)) < 0
        assert drawn_in == (name != "least_squares")


def test_least_squares_rests_at_any_theta_and_its_jacobian_is_nilpotent() -> None:
    theta = torch.linspace(-2, 2, 9, dtype=torch.float64)
    speeds = dirac_field(theta, torch.zeros_like(theta), "least_squares")
    assert all(not speed.any() for speed in speeds)
    jacobian = dirac_jacobian(*torch.zeros(2, dtype=torch.float64), "least_squares")
    assert jacobian.any()
    assert not (jacobian @ jacobian).any()


def test_r1_and_r2_are_the_same_for_a_straight_line_and_are_half_psi_squared() -> None:
    def judge(x: torch.Tensor) -> torch.Tensor:
        return (1.7 * x).flatten()

    assert r1(judge, torch.zeros(3, 1)).item() == pytest.approx(1.7**2 / 2)
    assert r2(judge, torch.full((3, 1), 2.0)).item() == pytest.approx(1.7**2 / 2)


def test_the_gradient_penalty_pushes_psi_away_from_0_on_both_sides() -> None:
    zero, near = torch.zeros(2, dtype=torch.float64), torch.tensor([-1e-9, 1e-9], dtype=torch.float64)
    _, speed = dirac_field(zero, near, "wasserstein", gradient_penalty=0.5)
    np.testing.assert_allclose(speed, [-1, 1], atol=1e-8)
    jacobian = dirac_jacobian(zero, zero, "wasserstein", gradient_penalty=0.5)
    assert jacobian[:, 1, 1].isnan().all()


@given(rate=st.floats(0.01, 1.5), x=st.floats(-2, 2), y=st.floats(-2, 2))
def test_steps_of_xy_grow_keep_an_ellipse_and_shrink_as_their_formulas_say(
    rate: float, x: float, y: float
) -> None:
    def square(x: float, y: float) -> float:
        return x * x + y * y

    def ellipse(x: float, y: float) -> float:
        return x * x - rate * x * y + y * y

    before = square(x, y)
    assert square(*simultaneous_step(x, y, rate)) == pytest.approx((1 + rate**2) * before, abs=1e-12)
    assert ellipse(*alternating_step(x, y, rate)) == pytest.approx(ellipse(x, y), abs=1e-12)
    assert square(*extragradient_step(x, y, rate)) == pytest.approx(
        (1 - rate**2 + rate**4) * before, abs=1e-12
    )


def test_steps_of_xy_are_gradient_descent_and_ascent() -> None:
    x, y = torch.tensor(0.8, requires_grad=True), torch.tensor(-0.5, requires_grad=True)
    by_x, by_y = torch.autograd.grad(x * y, (x, y))
    moved = simultaneous_step(x, y, 0.1)
    assert torch.allclose(torch.stack(moved), torch.stack([x - 0.1 * by_x, y + 0.1 * by_y]))
