"""Adversarial losses and penalties, as pure functions of logits, or of a discriminator and samples."""

from gan_course.objectives.bilinear import alternating_step, extragradient_step, simultaneous_step
from gan_course.objectives.classification import cross_entropy
from gan_course.objectives.dirac import dirac_eigenvalues, dirac_field, dirac_jacobian
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
from gan_course.objectives.losses import (
    OBJECTIVES,
    Objective,
    hinge,
    least_squares,
    minimax,
    non_saturating,
    relativistic_pairing,
    wasserstein,
)
from gan_course.objectives.penalties import (
    gradient_penalty,
    lazily,
    r1,
    r2,
    spectral_normalisation,
    squared_gradient,
)

__all__ = [
    "OBJECTIVES",
    "Mixed",
    "Objective",
    "alternating_step",
    "cross_entropy",
    "dirac_eigenvalues",
    "dirac_field",
    "dirac_jacobian",
    "extragradient_step",
    "generator_slopes",
    "gradient_penalty",
    "hinge",
    "jsd",
    "kl",
    "lazily",
    "least_squares",
    "minimax",
    "mixed_value",
    "non_saturating",
    "optimal_discriminator",
    "optimal_value",
    "pure_values",
    "r1",
    "r2",
    "relativistic_pairing",
    "simultaneous_step",
    "spectral_normalisation",
    "squared_gradient",
    "value",
    "wasserstein",
    "wasserstein_1",
    "wasserstein_1_of_samples",
]
