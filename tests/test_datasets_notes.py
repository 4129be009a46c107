"""The built-in data set: what is claimed of its notes, and of the `Clips` that hold them."""

import itertools
import math
from pathlib import Path

import librosa
import numpy as np
import pytest
import scipy.signal
import scipy.stats
import soxr
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_course.datasets import Clips, note, notes
from gan_course.datasets.notes import INSTRUMENTS, PITCHES
from gan_course.sound import Sound
from gan_course.synthesis import frequency_of
from gan_course.synthesis.instruments import COMMON, MEANINGS, ORCHESTRA

RATE, SAMPLES = 16_000, 16_384
SILENT = {"noise_db": -200.0}


@pytest.fixture(scope="module")
def every_note() -> Clips:
    """Each instrument at each pitch once."""
    return notes(len(INSTRUMENTS) * len(PITCHES), seed=11)


def same(a: Clips, b: Clips) -> bool:
    parameters = (
        torch.equal(a.parameters[k].nan_to_num(-1), b.parameters[k].nan_to_num(-1)) for k in a.parameters
    )
    labels = (torch.equal(a.labels[k], b.labels[k]) for k in a.labels)
    return torch.equal(a.audio, b.audio) and all(parameters) and all(labels)


def label(clips: Clips, kind: str, index: int) -> str:
    return clips.classes[kind][int(clips.labels[kind][index])]


def level_over_time(sound: Sound, width: float = 0.016) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and levels (dB) of windows `width` (s) long."""
    size = round(width * sound.rate)
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(sound, np.float64), size)[:: size // 4]
    return (np.arange(len(windows)) * (size // 4) + size / 2) / sound.rate, 10 * np.log10(
        np.mean(windows**2, 1) + 1e-12
    )


def spectrum_db(sound: Sound) -> tuple[np.ndarray, np.ndarray]:
    window = scipy.signal.windows.blackmanharris(len(sound), sym=False)
    amplitude = np.abs(np.fft.rfft(np.asarray(sound) * window, 4 * len(sound)))
    return np.fft.rfftfreq(4 * len(sound), 1 / sound.rate), 20 * np.log10(amplitude / amplitude.max() + 1e-9)


def partial_db(sound: Sound, frequency: float, width: float = 15) -> float:
    f, db = spectrum_db(sound)
    return float(db[np.abs(f - frequency) < width].max())


def tracked_cents(sound: Sound, frequency: float, begins: float, ends: float) -> float:
    """How far from `frequency` librosa's YIN hears a sound from `begins` to `ends` (s), in the mean (cents)."""
    rate = 48_000
    samples = soxr.resample(np.asarray(sound), sound.rate, rate)
    track = librosa.yin(samples, fmin=60, fmax=1000, sr=rate, frame_length=6144, hop_length=512)
    when = np.arange(len(track)) * 512 / rate
    return 1200 * float(np.mean(np.log2(track[(when > begins) & (when < ends)] / frequency)))


# --- the data set as a whole


def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads_and_another_seed_other_notes():
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        alone = notes(40, seed=3)
        torch.set_num_threads(2)
        together = notes(40, seed=3)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
    assert same(alone, together) and same(alone, notes(40, seed=3))
    assert not same(alone, notes(40, seed=4))


def test_note_i_is_the_same_however_many_are_asked_for():
    many, few = notes(90, seed=5), notes(30, seed=5)
    for kind in few.labels:
        torch.testing.assert_close(many.labels[kind][:30], few.labels[kind], atol=0, rtol=0)
    for kind in few.parameters:
        torch.testing.assert_close(many.parameters[kind][:30], few.parameters[kind], equal_nan=True)
    torch.testing.assert_close(many.audio[:30], few.audio, atol=1e-5, rtol=0)


def test_every_instrument_plays_every_pitch_once_before_any_is_played_again(every_note):
    pairs = zip(every_note.labels["instrument"].tolist(), every_note.labels["pitch"].tolist(), strict=True)
    assert len(set(pairs)) == len(every_note) == 6 * 37
    assert len(INSTRUMENTS) >= 6 and max(PITCHES) - min(PITCHES) >= 36


def test_labels_and_parameters_say_the_same_pitch(every_note):
    for index in range(0, len(every_note), 7):
        name = label(every_note, "pitch", index)
        assert librosa.note_to_midi(name) == every_note.parameters["midi"][index]
        assert librosa.note_to_hz(name) == pytest.approx(
            float(every_note.parameters["frequency"][index]), rel=1e-6
        )


def test_levels_are_as_told_and_nothing_clips(every_note):
    audio, level = every_note.audio, every_note.parameters["level_db"]
    assert audio.dtype == torch.float32 and audio.shape == (222, SAMPLES) and audio.isfinite().all()
    assert audio.abs().max() <= 0.98 + 1e-6
    torch.testing.assert_close(20 * audio.square().mean(1).sqrt().log10(), level, atol=0.01, rtol=0)
    assert level.min() > -33 and level.max() < -12 and level.std() > 3


def test_notes_begin_in_time_and_end_in_silence(every_note):
    for clip, onset, sounding, release in zip(
        every_note.audio, *(every_note.parameters[k] for k in ("onset", "sounding", "release")), strict=True
    ):
        first = int(clip.nonzero()[0])
        assert 0.01 * RATE - 1 <= onset * RATE - 1 <= first <= onset * RATE + 20
        loud = (clip.abs() > 0.03 * clip.abs().max()).nonzero()
        assert int(loud[0]) <= 0.06 * RATE
        end = math.ceil(float(sounding * SAMPLES + release * RATE)) + 1
        assert end < SAMPLES and clip[end:].abs().max() == 0


def test_every_parameter_is_told_explained_in_its_range_and_absent_where_there_is_none(every_note):
    assert set(every_note.parameters) == set(MEANINGS)
    for which, name in enumerate(INSTRUMENTS):
        own = every_note.select(every_note.labels["instrument"] == which)
        ranges = ORCHESTRA[name].parameters
        for kind, values in own.parameters.items():
            if kind in ("midi", "frequency"):
                continue
            if kind not in ranges:
                assert values.isnan().all(), (name, kind)
                continue
            low, high = ranges[kind]
            assert values.max() <= high + 1e-6, (name, kind)
            assert values.min() >= low - 1e-6 or kind == "level_db", (name, kind)
            assert values.max() - values.min() > 0.5 * (high - low), (name, kind)


def test_the_parameters_are_all_there_is_to_a_note_but_its_noise(every_note):
    for index in range(0, len(every_note), 5):
        name = label(every_note, "instrument", index)
        given = {kind: float(every_note.parameters[kind][index]) for kind in ORCHESTRA[name].parameters}
        again = note(name, label(every_note, "pitch", index), seed=99, **{**given, **SILENT})
        clip = every_note.audio[index].double()
        likeness = torch.corrcoef(torch.stack([clip, again.tensor().double()]))[0, 1]
        assert likeness > 0.97, (name, float(likeness))


def heard_within_ten_cents(clips: Clips) -> float:
    length = clips.audio.shape[1] / clips.rate
    begins, ends = clips.parameters["onset"] + 0.15, clips.parameters["sounding"] * length - 0.03
    sounding = zip(clips.parameters["frequency"].tolist(), begins.tolist(), ends.tolist(), strict=True)
    return float(np.mean([abs(tracked_cents(clips[i], *told)) <= 10 for i, told in enumerate(sounding)]))


@pytest.mark.slow
def test_an_independent_tracker_hears_the_pitch_within_ten_cents(every_note):
    assert heard_within_ten_cents(every_note.select(slice(0, 222, 3))) >= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_an_independent_tracker_hears_many_pitches_within_ten_cents(seed):
    assert heard_within_ten_cents(notes(444, seed=seed)) >= 0.99


def seen_from_the_pitch(clips: Clips) -> torch.Tensor:
    """Log power in quarters of a harmonic × 12 times, whatever pitch and level are: `(clip, feature)`."""
    spectrum = torch.stft(clips.audio, 2048, 256, window=torch.hann_window(2048), return_complex=True)
    power = torch.nn.functional.adaptive_avg_pool1d(spectrum.abs().square(), 12)
    edges = (torch.arange(49) + 1.5) / 4 * clips.parameters["frequency"][:, None] * 2048 / clips.rate
    edges = edges.round().clamp(max=1024).long()[:, :, None].expand(-1, -1, 12)
    power = power.cumsum(1).gather(1, edges).diff(dim=1)
    return (power / power.sum((1, 2), keepdim=True) + 1e-6).log10().flatten(1)


def as_a_picture(clips: Clips) -> torch.Tensor:
    """Log power in 128 bands × 32 times, whatever the level is: `(clip, 1, band, time)`."""
    spectrum = torch.stft(clips.audio, 1024, 256, window=torch.hann_window(1024), return_complex=True)
    power = torch.nn.functional.adaptive_avg_pool2d(spectrum.abs().square()[:, None, 1:257], (128, 32))
    return (power / power.sum((2, 3), keepdim=True) + 1e-7).log10()


def small_convolutional_network() -> torch.nn.Module:
    layers = []
    for channels in ((1, 12), (12, 24), (24, 24)):
        layers += [torch.nn.Conv2d(*channels, 5, 2, 2), torch.nn.ReLU()]
    pooling = [torch.nn.AdaptiveAvgPool2d((4, 2)), torch.nn.Flatten()]
    return torch.nn.Sequential(*layers, *pooling, torch.nn.Linear(192, len(INSTRUMENTS)))


@pytest.mark.parametrize(
    "count, features, classifier, passes",
    [
        (444, seen_from_the_pitch, lambda: torch.nn.Linear(48 * 12, len(INSTRUMENTS)), 15),
        pytest.param(1332, as_a_picture, small_convolutional_network, 8, marks=pytest.mark.slow),
    ],
)
def test_a_small_classifier_separates_any_two_instruments_at_pitches_it_never_heard(
    count, features, classifier, passes
):
    learnt, unheard = notes(count, seed=1), notes(count, seed=2)
    learnt = learnt.select(learnt.parameters["midi"] % 3 != 0)
    unheard = unheard.select(unheard.parameters["midi"] % 3 == 0)
    x, fresh = features(learnt), features(unheard)
    mean, spread = x.mean(0), x.std(0) + 0.1
    torch.manual_seed(0)
    network = classifier()
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.05)
    for batch in (batch for _ in range(passes) for batch in torch.randperm(len(x)).split(32)):
        score = network((x[batch] - mean) / spread)
        loss = torch.nn.functional.cross_entropy(score, learnt.labels["instrument"][batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    score, truth = network((fresh - mean) / spread).detach(), unheard.labels["instrument"]
    for one, other in itertools.combinations(range(len(INSTRUMENTS)), 2):
        leaning = (score[:, one] - score[:, other]).numpy()
        ones, others = leaning[truth == one], leaning[truth == other]
        auc = scipy.stats.mannwhitneyu(ones, others).statistic / (len(ones) * len(others))
        assert auc >= 0.95, (INSTRUMENTS[one], INSTRUMENTS[other], auc)


# --- the instruments, each by what makes it one


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_brighter_notes_reach_further_up_the_spectrum(instrument):
    def centroid(brightness: float) -> float:
        f, db = spectrum_db(note(instrument, "A3", seed=2, brightness=brightness, **SILENT).cut(0, 0.4))
        power = 10 ** (db / 10)
        return float(np.sum(f * power) / np.sum(power))

    assert centroid(0.0) < centroid(0.5) < centroid(1.0)


@pytest.mark.parametrize("instrument", ["bowed", "reed", "organ"])
def test_nothing_aliases_at_the_highest_pitch(instrument):
    still = {"bowed": {"vibrato_cents": 0}, "reed": {"scoop_cents": 0, "tremolo_db": 0}}.get(
        instrument, {"detune_cents": 0, "click_db": -200}
    )
    sound = note(instrument, 76, brightness=1.0, sounding=0.8, **still, **SILENT).cut(0.25, 0.75)
    f, db = spectrum_db(sound)
    pitch = frequency_of(76)
    assert db[np.abs(f - pitch * np.round(f / pitch)) > 20].max() < -80


def test_a_bow_takes_its_time_where_a_pluck_does_not():
    def rise(instrument: str) -> float:
        when, level = level_over_time(note(instrument, "A3", seed=1, onset=0.02))
        highest = np.max(level[when < 0.4])
        return float(when[np.argmax(level > highest - 3)] - when[np.argmax(level > highest - 20)])

    assert rise("bowed") > 0.03
    assert rise("reed") > 0.01
    assert max(rise("plucked"), rise("struck"), rise("bell"), rise("organ")) < 0.02


@pytest.mark.parametrize("depth, rate", [(12.0, 5.0), (30.0, 6.3)])
def test_the_bows_vibrato_goes_as_far_and_as_fast_as_told(depth, rate):
    sound = note("bowed", "A4", vibrato_cents=depth, vibrato_rate=rate, sounding=0.84, **SILENT)
    samples = soxr.resample(np.asarray(sound), RATE, 48_000)
    track = librosa.yin(samples, fmin=300, fmax=600, sr=48_000, frame_length=1024, hop_length=240)
    cents = 1200 * np.log2(track / 440)
    when = np.arange(len(cents)) * 240 / 48_000
    use = (when > 0.4) & (when < 0.82)
    design = np.stack([f(2 * np.pi * rate * when[use]) for f in (np.sin, np.cos)] + [np.ones(use.sum())], 1)
    weights, residual, *_ = np.linalg.lstsq(design, cents[use], rcond=None)
    assert np.hypot(*weights[:2]) == pytest.approx(depth, rel=0.15)
    assert weights[2] == pytest.approx(0, abs=5)
    assert math.sqrt(residual[0] / use.sum()) < 0.2 * depth


def test_a_plucked_string_lacks_the_partials_that_rest_where_it_is_plucked():
    sound = note("plucked", "A2", position=0.25, damping=4, inharmonicity=0, brightness=1, **SILENT).cut(
        0.04, 0.4
    )
    for rests, sounds in ((4, 3), (4, 5), (8, 7), (8, 9)):
        assert partial_db(sound, 110 * rests) < partial_db(sound, 110 * sounds) - 20


@pytest.mark.parametrize("stiffness", [0.0001, 0.0003])
def test_a_struck_strings_partials_are_stretched_by_its_stiffness(stiffness):
    sound = note("struck", "A2", inharmonicity=stiffness, brightness=1, damping=3, **SILENT).cut(0.05, 0.6)
    f, db = spectrum_db(sound)

    def partial(k: int) -> float:
        expected = 110 * k * math.sqrt(1 + stiffness * k**2)
        near = np.abs(f - expected) < 30
        return float(f[near][db[near].argmax()])

    for k in (6, 12, 14):
        stretch = math.sqrt((1 + stiffness * k**2) / (1 + stiffness))
        assert partial(k) / (k * partial(1)) == pytest.approx(stretch, rel=0.004)
    assert partial(14) / (14 * partial(1)) > 1.005


@pytest.mark.parametrize("instrument", ["struck", "plucked"])
@pytest.mark.parametrize("brightness", [0.2, 1.0])
def test_the_stiffest_string_is_heard_in_tune_although_its_partials_are_not(instrument, brightness):
    stiffness = ORCHESTRA[instrument].ranges["inharmonicity"][1]
    sound = note(instrument, "E2", inharmonicity=stiffness, brightness=brightness, **SILENT)
    assert abs(tracked_cents(sound, frequency_of(40), 0.2, 0.6)) < 5


def test_a_struck_string_dies_fast_at_first_and_then_slowly():
    sound = note("struck", "A3", decay=0.8, sounding=0.84, aftersound_db=-12, detune_cents=0.5, **SILENT)
    when, level = level_over_time(sound, 0.03)

    def slope(start: float, stop: float) -> float:
        use = (when > start) & (when < stop)
        return -float(np.polyfit(when[use], level[use], 1)[0])

    assert slope(0.06, 0.2) > 2 * slope(0.6, 0.8) > 0


def test_a_reed_lacks_even_harmonics_and_slides_up_to_its_pitch():
    sound = note(
        "reed", "A3", even_db=-30, scoop_cents=120, scoop=0.045, attack=0.025, brightness=1, **SILENT
    )
    steady = sound.cut(0.3, 0.6)
    for k in (2, 4, 6):
        assert partial_db(steady, 220 * k) < min(partial_db(steady, 220 * (k + s)) for s in (-1, 1)) - 20
    samples = soxr.resample(np.asarray(sound), RATE, 48_000)
    track = 1200 * np.log2(
        librosa.yin(samples, fmin=150, fmax=300, sr=48_000, frame_length=1024, hop_length=240) / 220
    )
    assert -120 < track[round(0.06 * 200)] < -30 < track[round(0.2 * 200)] < 5


def test_an_organ_is_steady_and_its_stops_are_pulled_at_will():
    stops = {"rank_2_db": -6, "rank_3_db": -60, "rank_4_db": -60}
    sound = note("organ", "A3", detune_cents=0, **stops, **SILENT)
    when, level = level_over_time(sound, 0.03)
    assert np.ptp(level[(when > 0.1) & (when < 0.6)]) < 1
    without = note("organ", "A3", detune_cents=0, **{**stops, "rank_2_db": -60}, **SILENT)
    octave, alone = (partial_db(s.cut(0.1, 0.6), 440) for s in (sound, without))
    assert octave > alone + 3


def test_a_bells_inharmonic_partials_are_gone_before_it_is_and_it_beats():
    sound = note("bell", "A3", decay=5, beating=0.7, beat_rate=3, sounding=0.84, brightness=1, **SILENT)
    early, late = sound.cut(0.03, 0.2), sound.cut(0.6, 0.8)
    for ratio in (4.11, 5.43, 8.24):
        assert partial_db(early, 220 * ratio) - partial_db(late, 220 * ratio) > 10
    band = scipy.signal.sosfiltfilt(
        scipy.signal.butter(4, [180, 250], "band", fs=RATE, output="sos"), np.asarray(sound)
    )
    size = np.abs(scipy.signal.hilbert(band))[round(0.06 * RATE) : round(0.8 * RATE)]
    turning = np.diff(np.sign(np.diff(scipy.signal.savgol_filter(np.log(size), 801, 2))))
    assert 3 <= np.count_nonzero(turning) <= 6


# --- one note


def test_a_note_is_a_sound_that_says_what_it_is():
    sound = note("bell", "F#3", seed=1)
    assert isinstance(sound, Sound) and sound.rate == RATE and len(sound) == SAMPLES
    assert sound.label == "bell F#3"
    np.testing.assert_array_equal(sound, note("bell", 54, seed=1))
    assert np.any(np.asarray(sound) != np.asarray(note("bell", 54, seed=2)))


@pytest.mark.parametrize("instrument", INSTRUMENTS)
@pytest.mark.parametrize("rate, samples", [(8000, 8000), (48_000, 72_001)])
def test_a_note_sounds_alike_at_any_rate_and_length(instrument, rate, samples):
    sound = note(instrument, "A3", rate=rate, samples=samples, level_db=-25)
    assert len(sound) == samples and sound.level == pytest.approx(-25, abs=0.01)
    assert partial_db(sound, 220, 4) > -25


@given(st.sampled_from(INSTRUMENTS), st.integers(40, 76), st.floats(-40, -25))
@settings(max_examples=20, deadline=None)
def test_a_note_is_as_loud_as_asked(instrument, pitch, level):
    assert note(instrument, pitch, level_db=level).level == pytest.approx(level, abs=0.01)


@pytest.mark.parametrize(
    "call, told",
    [
        (lambda: note("kazoo", "A4"), "kazoo.*bowed, plucked"),
        (lambda: note("bell", "H4"), "H4"),
        (lambda: note("bell", 60.5), "60.5"),
        (lambda: note("bell", 140), "Hz"),
        (lambda: note("bell", 60, vibrato_cents=3), "no parameter 'vibrato_cents'"),
        (lambda: note("bell", 60, decay=math.nan), "finite"),
        (lambda: note("reed", 60, scoop=0), "cannot be played"),
        (lambda: note("bell", 60, seed=-1), "seed"),
        (lambda: note("bell", 60, samples=100), "4000 samples"),
        (lambda: notes(0), "count"),
        (lambda: notes(2.5), "count"),
        (lambda: notes(4, seed="a"), "seed"),
        (lambda: notes(4, rate=0), "rate"),
        (lambda: notes(4, instruments=[]), "at least one instrument"),
        (lambda: notes(4, instruments=["bell", "bell"]), "only once"),
        (lambda: notes(4, pitches=[]), "at least one pitch"),
        (lambda: notes(4, pitches=[69, "A4"]), "only once"),
    ],
)
def test_what_cannot_be_played_is_refused_in_one_sentence(call, told):
    with pytest.raises(ValueError, match=told) as refusal:
        call()
    assert str(refusal.value).endswith(".") and "\n" not in str(refusal.value)


# --- clips


@pytest.fixture
def clips() -> Clips:
    return notes(12, seed=1, instruments=["bell", "reed"], pitches=["A3", "C4", 62])


def test_a_clip_is_a_sound_with_its_labels(clips):
    sound = clips[3]
    assert isinstance(sound, Sound) and sound.rate == RATE
    np.testing.assert_array_equal(sound, clips.audio[3].numpy())
    assert sound.label == f"{label(clips, 'instrument', 3)} {label(clips, 'pitch', 3)}"
    assert clips[-1].label == clips[11].label and len(list(clips)) == 12
    with pytest.raises(IndexError):
        clips[12]


@given(st.data())
@settings(max_examples=20, deadline=None)
def test_selecting_by_mask_by_indices_and_by_slice_are_the_same(data):
    size = 8
    mask = torch.tensor(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    whole = Clips(
        torch.arange(size * 4.0).reshape(size, 4),
        4,
        {"kind": torch.arange(size) % 2},
        {"kind": ("odd", "even")},
        {"number": torch.arange(size * 1.0)},
    )
    by_mask, by_index = whole.select(mask), whole.select(mask.nonzero()[:, 0].tolist())
    assert same(by_mask, by_index) and len(by_mask) == int(mask.sum())
    assert torch.equal(by_mask.audio[:, 0], 4 * by_mask.parameters["number"])
    assert same(whole.select(slice(2, 6)), whole.select([2, 3, 4, 5]))
    assert same(whole.select([3, 0]), whole.select(np.array([3, 0])))


def test_the_summary_says_what_there_is(clips):
    for part in ("synthetic notes", "seed 1", "12 clips", "1.02 s", "16,000 Hz", "instrument (2", "pitch (3"):
        assert part in clips.summary()


@pytest.mark.parametrize(
    "change",
    [
        {"audio": torch.zeros(12)},
        {"labels": {"kind": torch.zeros(12, dtype=torch.int64)}},
        {"labels": {"kind": torch.zeros(3, dtype=torch.int64)}, "classes": {"kind": ("a",)}},
        {"labels": {"kind": torch.ones(12, dtype=torch.int64)}, "classes": {"kind": ("a",)}},
        {"parameters": {"level": torch.zeros(3)}},
    ],
)
def test_clips_whose_parts_do_not_fit_together_are_refused(change):
    fitting = {"audio": torch.zeros(12, 8), "rate": 8, "labels": {}, "classes": {}}
    Clips(**fitting)
    with pytest.raises(ValueError) as refusal:
        Clips(**{**fitting, **change})
    assert str(refusal.value).endswith(".")


def test_a_slice_in_brackets_is_refused_and_told_what_to_take(clips):
    with pytest.raises(TypeError, match=r"take several with \.select\(slice\(0, 2\)\), for example\.$"):
        clips[0:2]
    assert len(clips.select(slice(0, 2))) == 2


def test_a_mask_of_another_length_is_refused(clips):
    with pytest.raises(ValueError, match="mask"):
        clips.select(torch.ones(3, dtype=torch.bool))


@pytest.mark.slow
def test_the_card_says_what_is_in_the_notes_of_seed_0() -> None:
    text = (Path(__file__).parents[1] / "data" / "notes.md").read_text("utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    clips = notes(4096, seed=0)
    loud = 10 * clips.audio.square().mean(1).log10()
    for index, name in enumerate(clips.classes["instrument"]):
        own = clips.labels["instrument"] == index
        level, noise = (f"−{-v[own].median():.0f} dB" for v in (loud, clips.parameters["noise_db"]))
        assert [name, str(int(own.sum())), level, noise] in [row[:4] for row in rows]
    assert f"one of the {len(clips.classes['pitch'])} pitches" in text
    assert "from {} to {}".format(*(clips.classes["pitch"][i] for i in (0, -1))) in text
    low, high = COMMON["level_db"]
    assert f"between −{-low:.0f} and −{-high:.0f} dB" in text
