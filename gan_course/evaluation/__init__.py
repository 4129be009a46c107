"""Judging generated sounds."""

from gan_course.evaluation.confusion import confusion_matrix
from gan_course.evaluation.damage import blurred, noisy
from gan_course.evaluation.distances import (
    area_under_curve,
    covariance,
    coverage,
    density_coverage,
    frechet_distance,
    frechet_infinity,
    kernel_distance,
    line_in_inverse,
    mean_discrepancy,
    median_distance,
    memorisation,
    nearer_share,
    nearest,
    neighbourhoods,
    precision_recall,
    share_among,
    square_root,
)
from gan_course.evaluation.during import Examination
from gan_course.evaluation.ear import Ear, train_ear
from gan_course.evaluation.listening import abx_result, at_least, fewest_right, mos_result
from gan_course.evaluation.modes import (
    Mixture,
    grid,
    high_quality_share,
    kl_of_modes,
    mode_shares,
    modes_covered,
    ring,
)
from gan_course.evaluation.pitch import cents, pitch_accuracy, track_pitch
from gan_course.evaluation.report import Row, Verdict, judge, judge_features, score
from gan_course.evaluation.statistics import (
    band_centres,
    band_distance,
    band_levels,
    modulation_distance,
    modulation_spectra,
)
from gan_course.evaluation.texture import TextureEar, train_texture
from gan_course.evaluation.two_sample import tell_apart

__all__ = [
    "Ear",
    "Examination",
    "Mixture",
    "Row",
    "TextureEar",
    "Verdict",
    "abx_result",
    "area_under_curve",
    "at_least",
    "band_centres",
    "band_distance",
    "band_levels",
    "blurred",
    "cents",
    "confusion_matrix",
    "covariance",
    "coverage",
    "density_coverage",
    "fewest_right",
    "frechet_distance",
    "frechet_infinity",
    "grid",
    "high_quality_share",
    "judge",
    "judge_features",
    "kernel_distance",
    "kl_of_modes",
    "line_in_inverse",
    "mean_discrepancy",
    "median_distance",
    "memorisation",
    "mode_shares",
    "modes_covered",
    "modulation_distance",
    "modulation_spectra",
    "mos_result",
    "nearer_share",
    "nearest",
    "neighbourhoods",
    "noisy",
    "pitch_accuracy",
    "precision_recall",
    "ring",
    "score",
    "share_among",
    "square_root",
    "tell_apart",
    "track_pitch",
    "train_ear",
    "train_texture",
]
