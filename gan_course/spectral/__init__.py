"""From waveforms to spectra and spectrograms, and back: the short functions of lessons 02 and 03, and the
representations."""

from gan_course.spectral.decibels import amplitude_to_db, db_to_amplitude, from_unit, to_unit
from gan_course.spectral.fourier import (
    WINDOWS,
    amount,
    bin_frequency,
    convolve,
    cosine_window,
    dft,
    fft,
    inverse_dft,
    inverse_fft,
    main_lobe_width,
    side_lobe_level,
    spread,
    swap_phase,
)
from gan_course.spectral.griffin_lim import griffin_lim, mel_griffin_lim, random_phase, spectral_convergence
from gan_course.spectral.instantaneous_frequency import (
    expected_advance,
    instantaneous_frequency,
    phase_from_instantaneous_frequency,
    principal,
)
from gan_course.spectral.mel import (
    hertz_to_mel,
    mel_filters,
    mel_to_hertz,
    mel_to_magnitude,
    mel_update,
    triangles,
)
from gan_course.spectral.representations import LogMagnitudeIF, LogMel, Representation, representation
from gan_course.spectral.round_trip import (
    RoundTrip,
    RoundTripReport,
    log_mel_distance,
    round_trip_report,
    signal_to_noise,
)
from gan_course.spectral.stft import cola, frames, hann, istft, overlap_add, reflect, stft

__all__ = [
    "WINDOWS",
    "LogMagnitudeIF",
    "LogMel",
    "Representation",
    "RoundTrip",
    "RoundTripReport",
    "amount",
    "amplitude_to_db",
    "bin_frequency",
    "cola",
    "convolve",
    "cosine_window",
    "db_to_amplitude",
    "dft",
    "expected_advance",
    "fft",
    "frames",
    "from_unit",
    "griffin_lim",
    "hann",
    "hertz_to_mel",
    "instantaneous_frequency",
    "inverse_dft",
    "inverse_fft",
    "istft",
    "log_mel_distance",
    "main_lobe_width",
    "mel_filters",
    "mel_griffin_lim",
    "mel_to_hertz",
    "mel_to_magnitude",
    "mel_update",
    "overlap_add",
    "phase_from_instantaneous_frequency",
    "principal",
    "random_phase",
    "reflect",
    "representation",
    "round_trip_report",
    "side_lobe_level",
    "signal_to_noise",
    "spectral_convergence",
    "spread",
    "stft",
    "swap_phase",
    "to_unit",
    "triangles",
]
