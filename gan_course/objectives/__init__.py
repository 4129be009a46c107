"""Adversarial losses and penalties, as pure functions of logits, or of a discriminator and samples."""

from gan_course.objectives.divergences import (
    jsd,
    kl,
    optimal_discriminator,
    optimal_value,
    value,
    wasserstein_1,
    wasserstein_1_of_samples,
)
from gan_course.objectives.games import Mixed, generator_slopes, mixed_value, pure_values
from gan_course.objectives.losses import Objective, minimax, non_saturating, relativistic_pairing
from gan_course.objectives.penalties import squared_gradient

__all__ = [
    "Mixed",
    "Objective",
    "generator_slopes",
    "jsd",
    "kl",
    "minimax",
    "mixed_value",
    "non_saturating",
    "optimal_discriminator",
    "optimal_value",
    "pure_values",
    "relativistic_pairing",
    "squared_gradient",
    "value",
    "wasserstein_1",
    "wasserstein_1_of_samples",
]
