"""Judging generated sounds."""

from gan_course.evaluation.distances import (
    area_under_curve,
    density_coverage,
    frechet_distance,
    frechet_infinity,
    kernel_distance,
    memorisation,
    nearest,
    precision_recall,
)
from gan_course.evaluation.pitch import cents, pitch_accuracy, track_pitch

__all__ = [
    "area_under_curve",
    "cents",
    "density_coverage",
    "frechet_distance",
    "frechet_infinity",
    "kernel_distance",
    "memorisation",
    "nearest",
    "pitch_accuracy",
    "precision_recall",
    "track_pitch",
]
