"""Judging generated sounds."""

from gan_course.evaluation.confusion import confusion_matrix
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
from gan_course.evaluation.ear import Ear, train_ear
from gan_course.evaluation.pitch import cents, pitch_accuracy, track_pitch
from gan_course.evaluation.two_sample import tell_apart

__all__ = [
    "Ear",
    "area_under_curve",
    "cents",
    "confusion_matrix",
    "density_coverage",
    "frechet_distance",
    "frechet_infinity",
    "kernel_distance",
    "memorisation",
    "nearest",
    "pitch_accuracy",
    "precision_recall",
    "tell_apart",
    "track_pitch",
    "train_ear",
]
