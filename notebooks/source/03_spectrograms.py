# %% [markdown]
# # 03 · Spectrograms
#
# At the end of this lesson you draw a picture, and your own code turns it into sound. Here is one that we drew:
# nobody ever played it.

# %%
import math
import torch
from gan_course.datasets import note
from gan_course.display import explore, listen, plot_lines, plot_spectrogram, quiz
from gan_course.exercises import lesson
from gan_course.sound import Sound
from gan_course.spectral import LogMagnitudeIF, LogMel, amplitude_to_db, db_to_amplitude

checks = lesson("03")
paper = LogMel(n_mels=128, floor=-60)

# %% tags=["demo"]
LETTERS = """
.####..####..#...#
#.....#....#.##..#
#..##.######.#.#.#
#...#.#....#.#..##
.###..#....#.#...#""".split()


def drawing():
    """A picture (mel band, frame) from −1, silence, to 1: a chord, a rising line, and three letters."""
    picture = torch.full((128, 144), -1.0)
    for band in (26, 32, 38):
        picture[band, 4:40] = torch.linspace(0.6, 0.2, 36)
    picture[range(44, 84), range(40, 80)] = 0.4
    for row, line in enumerate(LETTERS):
        ink = torch.tensor([letter == "#" for letter in line]).repeat_interleave(3)
        picture[98 - 9 * row : 107 - 9 * row, 86:140] = torch.where(ink, 0.0, -1.0)
    return picture


# %% tags=["demo"]
drawn = paper.decode(drawing()[None, None])[0]
listen(Sound(drawn).at_peak(), labels=["a drawing"],
       say="Three tones at once, one that slides up, then the letters GAN, which are bursts of noise to the ear.")

# %% [markdown]
# ## What you will be able to do
#
# - turn a sound into a spectrogram and back, with functions of your own, and say when that is exact;
# - choose a window for what you want to see, and say what it hides;
# - build a mel spectrogram, and find a waveform for one, by Griffin and Lim's algorithm;
# - say what each representation that a GAN can learn costs, clean and with a generator's small errors;
# - get the same numbers from torch, torchaudio and librosa.
#
# **Builds on:** lesson 02 (the DFT, windows). **Time:** 60 minutes to read and listen, about 58 for the exercises; the
# cells take about 15 seconds on 2 CPU cores, no graphics card needed.
#
# What we need of lesson 02: the discrete Fourier transform (DFT) of $N$ samples tells how much of each frequency
# $k \cdot \text{rate} / N$ is in them, as one complex number for each $k$. Its magnitude is how strong that
# frequency is, its angle is the phase, which says where in its period it begins.
#
# ## One spectrum is not enough
#
# > **Guess first:** play a note backwards. How much does its spectrum change?

# %%
plucked = note("plucked", "E3", seed=0)
x = plucked.tensor()
forwards, backwards = torch.fft.rfft(x).abs(), torch.fft.rfft(x.flip(0)).abs()
difference = (forwards - backwards).abs().max() / forwards.max()
print(f"largest difference of the magnitudes: {difference:.0e} of the largest one")
listen(plucked, plucked.reversed(), labels=["forwards", "backwards"],
       say="One is struck and dies away, the other swells and stops. All their frequencies are equally strong.")

# %% [markdown]
# The two sound different, and their magnitudes are the same. *When* something happens is hidden in the phases of the
# whole sound, where nobody can read it. So we ask for less at a time.
#
# ## Many short spectra: the STFT
#
# We cut the sound into short pieces that overlap, fade each piece in and out with a window $w$, and take the DFT of
# each. That is the **short-time Fourier transform**, STFT (Allen and Rabiner 1977):
#
# $$ X[k, m] = \sum_{n=0}^{N-1} w[n]\; x[n + mH - N/2]\; e^{-2\pi i k n / N} $$
#
# $x$ is the waveform and $X$ its spectrum, now with two indices: $k$ counts frequencies, $m$ counts pieces, called
# **frames**. $N$ is the length of a piece (`n_fft`) and $H$ the step from one to the next (`hop`), both in samples.

# %%
from gan_course.spectral import frames, hann, reflect

pieces = frames(x, 1024, 256)
print("samples:", tuple(x.shape), "→ pieces:", tuple(pieces.shape), "(frame, sample)")
faded = {f"piece {m}": hann(1024) * pieces[m] + 0.3 * (8 - m) for m in (6, 7, 8)}
when = {name: torch.arange(1024) / 16 + 16 * m for m, name in zip((6, 7, 8), faded)}
plot_lines([], {name: (when[name], faded[name]) for name in faded}, "time (ms)", "amplitude, shifted",
           title="Three neighbouring pieces, times Hann's window")

# %% [markdown]
# Each sample is in four pieces, since the hop is a quarter of the length. At the ends it would be in fewer. The usual
# remedy is to mirror the sound there by $N/2$ samples, so that frame $m$ is *centred* on sample $m \cdot H$:

# %% tags=["demo"]
ends = reflect(x, 512)
print(len(x), "samples, mirrored at both ends:", len(ends))
print("pieces:", tuple(frames(ends, 1024, 256).shape), "(frame, sample)")
print("before the first sample comes the second, …:", torch.equal(ends[:512], x[1:513].flip(0)))

# %% [markdown]
# **Exercise 1** (8 minutes, 2 points). Write the STFT. `reflect`, `frames` and `torch.fft.rfft` do the work; mind the
# order of the axes. We write `(…, frequency, frame)` for it, where … are any axes that go before, such as a batch.

# %%
def stft(x, n_fft=1024, hop=256, window=None):
    """The STFT of x (…, sample): complex, (…, frequency, frame), centred, mirrored at both ends."""
    window = hann(n_fft, x.dtype, x.device) if window is None else window
    ### BEGIN SOLUTION
    pieces = frames(reflect(x, n_fft // 2), n_fft, hop)
    return torch.fft.rfft(pieces * window).transpose(-1, -2)
    ### END SOLUTION

# %%
checks.stft(stft)

# %% [markdown]
# A **spectrogram** is a picture of the magnitudes $|X|$: time to the right, frequency upwards, and brightness for how
# strong each frequency is at that moment. Backwards is now the mirror image of forwards.

# %% tags=["demo"]
X = stft(x)
print(len(x), "samples →", tuple(X.shape), "(frequency, frame), one frame every", 1000 * 256 / 16_000, "ms")
plot_spectrogram({"forwards": X, "backwards": stft(x.flip(0))}, title="The same spectrum, but not the same spectrogram")

# %% [markdown]
# ## And back
#
# > **Guess first:** each piece was faded in and out. If we transform each frame back and add the pieces where they
# > came from, do the fades add up to nothing, to a tremolo, or to a constant?

# %%
from gan_course.spectral import cola, overlap_add

sums = {}
for hop in (256, 512, 768):
    sums[f"hop {hop}"] = overlap_add(hann(1024).expand(16, 1024), hop)[:3600]
    print(f"hop {hop}: the windows add up to a constant: {cola(hann(1024), hop)}")
plot_lines(torch.arange(3600) / 16, sums, "time (ms)", "sum of the windows",
           title="Sixteen Hann windows of 1,024 samples, added up",
           alt="After the first few windows the sum is 2 for hop 256 and 1 for hop 512; for hop 768 it swings between 1 and 0.3.")

# %% [markdown]
# A window and a hop whose copies add up to a constant are said to fulfil **COLA**, constant overlap-add. Then adding the
# pieces is enough. But we can do better than hope for that, by dividing by whatever the windows add up to.
#
# Griffin and Lim (1984) asked for more. A generator will make arrays $X$ that are the STFT of *no* sound, because
# neighbouring frames share samples and need not agree on them. Which $x$ has the STFT that is *nearest* to $X$, in the
# sense of least squares? The answer windows each piece $x_m$ once more, and divides by the sum of the squared windows:
#
# $$ x[n] = \frac{\sum_m w[n - mH]\; x_m[n - mH]}{\sum_m w^2[n - mH]} $$
#
# **Exercise 2** (10 minutes, 2 points). Write it. `torch.fft.irfft(…, n_fft)` transforms back along the last axis;
# `overlap_add(pieces, hop)` adds pieces `(…, frame, sample)` in their places. The sum begins in the mirrored margin,
# `n_fft // 2` samples before the sound: cut out the `length` samples that are wanted.

# %%
def istft(X, hop=256, length=None, window=None):
    """The waveform (…, sample) whose STFT is nearest to X (…, frequency, frame)."""
    n_fft = 2 * (X.shape[-2] - 1)
    window = hann(n_fft, X.real.dtype, X.device) if window is None else window
    length = hop * (X.shape[-1] - 1) if length is None else length
    ### BEGIN SOLUTION
    pieces = window * torch.fft.irfft(X.transpose(-1, -2), n_fft)
    weight = overlap_add(window.square().expand(X.shape[-1], n_fft), hop)
    wanted = slice(n_fft // 2, n_fft // 2 + length)
    return overlap_add(pieces, hop)[..., wanted] / weight[wanted]
    ### END SOLUTION

# %%
checks.istft(istft)

# %% [markdown]
# There and back, for any hop at which every sample is in some window, COLA or not:

# %% tags=["demo"]
for hop in (256, 512, 768, 1000):
    back = istft(stft(x.double(), 1024, hop), hop, length=len(x) - 500)
    print(f"hop {hop:4}: largest error {(back - x[:-500]).abs().max():.0e}, COLA: {cola(hann(1024), hop)}")

# %% [markdown]
# ## Time or frequency
#
# The bins of a DFT are $\text{rate} / N$ apart in frequency, and a piece lasts $N / \text{rate}$. Their product is 1,
# whatever $N$ is: **what you gain in frequency, you lose in time** (Gabor 1946).
#
# To *hear* that, we throw the phases away and put random ones in their place. What a window tells apart survives, since
# it is in the magnitudes. What happens within one window, or within one bin, is smeared.
#
# > **Guess first:** the sound below is eight clicks over two tones a semitone apart, which beat against each other. With
# > a window of 8 ms, what will be lost, the clicks or the two tones? And with one of half a second?

# %%
from gan_course.spectral import random_phase
from gan_course.synthesis import sine

tones = sine(440.0, 1.024) + sine(440.0 * 2 ** (1 / 12), 1.024)
clicks = torch.zeros(16_384)
clicks[1000::2000] = 1.0
test = (0.08 * tones + Sound(clicks)).named("eight clicks and two tones")


# %% tags=["demo"]
def clicks_kept(y):
    """The part of what is above 2 kHz that lies within 2.5 ms of a click."""
    high = torch.fft.irfft(torch.fft.rfft(y) * (torch.arange(8193) > 2048)).square()
    return torch.stack([high[n - 40 : n + 40].sum() for n in range(1000, 16_384, 2000)]).sum() / high.sum()


def tones_kept(y):
    """The part of what is below 1.5 kHz that lies within 8 Hz of one of the two tones."""
    f, power = torch.arange(1536) * 16_000 / 16_384, torch.fft.rfft(y * hann(16_384))[:1536].abs().square()
    return power[((f - 440).abs() < 8) | ((f - 466.16).abs() < 8)].sum() / power.sum()


# %% tags=["demo"]


def seen_through(exponent):
    n_fft = 2**exponent
    magnitude = stft(test.tensor(), n_fft, n_fft // 4).abs()
    smeared = istft(torch.polar(magnitude, random_phase(magnitude)), n_fft // 4, length=16_384)
    title = f"{n_fft} samples: {n_fft / 16:g} ms, bins {16_000 / n_fft:.1f} Hz apart"
    level = amplitude_to_db(magnitude, reference=float(magnitude.max()))
    # the lowest quarter of the rows, drawn as a sound at a quarter of the rate would be
    return [plot_spectrogram(level[: n_fft // 8 + 1], 4000, n_fft // 16, low=-50, high=0, title=title),
            listen(test, Sound(smeared), labels=["as it was", "random phases"], picture="waveform",
                   say=f"{clicks_kept(smeared):.0%} of the clicks' energy is where they were, "
                       f"{tones_kept(smeared):.0%} of the tones' at their two pitches.")]


explore(seen_through, exponent=(6, 14, 1, 10))

# %% [markdown]
# The window has $2^{\text{exponent}}$ samples. Short ones keep the clicks sharp and turn the tones to noise, long ones keep
# the tones and turn the clicks to noise. No window keeps both.

# %% [markdown]
# How near may two tones be? A Hann window draws each tone as a bump, its *main lobe*, four bins wide (lesson 02). Two
# tones of equal strength are surely drawn as two when they are at least the width of one bump apart.
#
# **Exercise 3** (4 minutes, 1 point). At 16 kHz, how many samples must a Hann window have at least, so that a main lobe is
# no wider than the distance from A4 (440 Hz) to the semitone above it? Answer with a power of two.

# %%
window_length = None
### BEGIN SOLUTION
window_length = 4096
### END SOLUTION

# %%
checks.window_length(window_length)

# %% tags=["demo"]
lobe = 4 * 16_000 / window_length
print(f"{window_length} samples: {window_length / 16:.0f} ms; main lobe {lobe:.1f} Hz, semitone 26.2 Hz")
lines = {}
for n in (1024, 2048, window_length):
    level = amplitude_to_db(stft(test.tensor(), n, 2000)[:, 4].abs() * 4 / n, -80)
    k = torch.arange(math.ceil(300 * n / 16_000), math.ceil(600 * n / 16_000))
    lines[f"{n} samples"] = k * 16_000 / n, level[k]
plot_lines([], lines, "frequency (Hz)", "level (dB)", title="One frame of the two tones")

# %% [markdown]
# With 2,048 samples there is a dip between the two as well, but how deep it is depends on their phases; with 4,096 it is
# always there. A quarter of a second for a semitone: far too long to see a click. That is why a spectrogram for *speech* has windows of
# 20 to 30 ms, and one for *pitch* longer ones. Ours has 64 ms.
#
# ## Decibels
#
# > **Guess first:** in the spectrogram of a note, what part of the magnitudes is larger than a hundredth of the largest?

# %% tags=["demo"]
magnitude = X.abs()
share = (magnitude > 0.01 * magnitude.max()).float().mean()
print(f"{share:.1%} of the values are above a hundredth of the largest one")
level = amplitude_to_db(magnitude, -80, reference=float(magnitude.max()))
plot_spectrogram({"linear, scaled to these colours": 80 * magnitude / magnitude.max() - 80, "in dB": level},
                 title="The same array twice")

# %% [markdown]
# We hear ratios: from 0.001 to 0.002 is as large a step as from 0.1 to 0.2. **Decibels** make equal ratios equal steps
# (lesson 01), and show what the linear picture hides:
#
# $$ L = 20 \log_{10} \frac{|X|}{\text{reference}}\ \text{dB} $$
#
# Silence would be −∞ dB, so we choose a floor. For a GAN this matters twice. What lies at the floor is lost; and an
# error of the generator is now an error in *dB*, equally audible in loud and in soft parts.
#
# ## The mel scale
#
# Our ears tell 200 Hz from 220 Hz with ease, and 5000 Hz from 5020 Hz hardly. Stevens, Volkmann and Newman (1937) had
# listeners set tones to half the pitch of others, and named the unit of the scale they found the **mel**. Two formulas
# for it are in use, and they are not the same:
#
# $$ \text{HTK:}\quad m = 2595 \log_{10}\!\left(1 + \frac{f}{700}\right) \qquad
# \text{Slaney:}\quad m = \begin{cases} 3f/200 & f < 1000 \\ 15 + 27 \, \dfrac{\ln (f/1000)}{\ln 6.4} & f \ge 1000 \end{cases} $$
#
# The first is named after the Hidden Markov Toolkit, the second after Slaney's *Auditory Toolbox* (1998).
#
# **Exercise 4** (5 minutes, 1 point). Write both; `f` is a tensor of frequencies in Hz.

# %%
def hertz_to_mel(f, scale="htk"):
    """Mels of the frequencies f in Hz; the scale is "htk" or "slaney"."""
    ### BEGIN SOLUTION
    if scale == "htk":
        return 2595 * torch.log10(1 + f / 700)
    return torch.where(f < 1000, f * 3 / 200, 15 + 27 * torch.log(f / 1000) / math.log(6.4))
    ### END SOLUTION

# %%
checks.hertz_to_mel(hertz_to_mel)

# %% tags=["demo"]
f = torch.linspace(0, 8000, 400)
mels = {scale: hertz_to_mel(f, scale) for scale in ("htk", "slaney")}
print("8000 Hz in mels:", {scale: round(m[-1].item(), 1) for scale, m in mels.items()})
plot_lines(f, {scale: m / m[-1] for scale, m in mels.items()}, "frequency (Hz)", "mels, as part of those of 8 kHz",
           title="Both scales bend; Slaney's is straight up to 1 kHz")

# %% [markdown]
# A **mel spectrogram** adds up neighbouring bins of $|X|$ in bands that are equally wide *in mels*: narrow ones at the
# bottom, wide ones at the top. Each band is a triangle between three corners. It overlaps with its neighbours, so that
# nothing falls between two bands.
#
# **Exercise 5** (8 minutes, 2 points). Write the triangles. `corners` holds $M + 2$ frequencies in Hz, `f` those of the
# bins. Filter $i$ rises from 0 at `corners[i]` to 1 at `corners[i + 1]`, falls to 0 at `corners[i + 2]`, and is 0 elsewhere.

# %%
def triangles(corners, f):
    """Triangular filters (filter, frequency) between `corners`, at the frequencies f (frequency,)."""
    ### BEGIN SOLUTION
    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    return torch.minimum((f - left) / (centre - left), (right - f) / (right - centre)).clamp(min=0)
    ### END SOLUTION

# %%
checks.triangles(triangles)

# %% [markdown]
# Your two functions make the filters: corners equally far apart in mels, back to Hz, triangles.

# %% tags=["demo"]
from gan_course.spectral import mel_to_hertz

ends = hertz_to_mel(torch.tensor([40.0, 8000.0]))
corners = mel_to_hertz(torch.linspace(ends[0], ends[1], 64 + 2))
filters = triangles(corners, torch.linspace(0, 8000, 513))
print("filters:", tuple(filters.shape), "(mel, frequency)")
print(f"the lowest is {corners[2] - corners[0]:.0f} Hz wide, the highest {corners[-1] - corners[-3]:.0f} Hz")
plot_lines(torch.linspace(0, 8000, 513), {f"band {i}": filters[i] for i in range(0, 64, 9)}, "frequency (Hz)", "weight",
           title="Every ninth of the 64 filters",
           alt="Eight triangles, narrow at low frequencies and ever wider towards 8 kHz, all about 1 high.")

# %% tags=["demo"]
mel = filters @ magnitude
print(tuple(magnitude.shape), "→", tuple(mel.shape), f"{magnitude.numel() / mel.numel():.1f} times fewer numbers")
plot_spectrogram(amplitude_to_db(mel, -60, 256), frequencies=corners[1:-1],
                 title="The plucked string in 64 mel bands")

# %% [markdown]
# At the bottom each partial has a band of its own. Higher up, several partials share one, and the lines become a blur.
#
# > **Guess first:** two tones, 4000 Hz and 4040 Hz. By how much do their spectra differ, and their mel spectra?

# %% tags=["demo"]
low, high = (stft(sine(f, 0.5).tensor()).abs()[:, 16] for f in (4000.0, 4040.0))
for name, one, other in (("513 bins", low, high), ("64 bands", filters @ low, filters @ high)):
    print(f"{name}: a difference of {(one - other).norm() / one.norm():.0%}")
band = int((filters @ low).argmax())
print(f"the band that both are in reaches from {corners[band]:.0f} to {corners[band + 2]:.0f} Hz")

# %% [markdown]
# So a mel spectrogram throws two things away: *the phase*, all of it, and *detail within a band*. Ears miss little of the
# second where there are noises, and more of it where there are tones. To hear sound again, we have to invent both.
#
# ## A waveform for a magnitude: Griffin and Lim
#
# > **Guess first:** you keep all 513 magnitudes of each frame and give them random phases. Is the pitch still there?

# %% tags=["demo"]
start = torch.polar(magnitude, random_phase(magnitude))
noisy = Sound(istft(start, length=len(x)), label="random phases")
listen(plucked, noisy, labels=["original", "random phases"],
       say="The pitch stays, since it is in the magnitudes. The attack is smeared, and the tone is rough and hollow.")

# %% [markdown]
# Take that waveform's own STFT: its magnitudes are *not* those we asked for. Neighbouring frames disagree on the samples
# that they share, and cancel. But its phases agree better with each other than random ones did. So keep these phases, put
# the wanted magnitudes back in, and go round again:
#
# $$ \hat X \;\to\; x = \text{istft}(\hat X) \;\to\; \tilde X = \text{stft}(x) \;\to\; \hat X = |X| \, \frac{\tilde X}{|\tilde X|} \;\to\; \dots $$
#
# No round makes the distance between $\tilde X$ and $\hat X$ larger: each step goes to the nearest point of a set. That is
# the algorithm of Griffin and Lim (1984). Perraudin, Balazs and Søndergaard (2013) made it faster with a step that
# everybody who trains networks knows, **momentum**: take the phases not of $\tilde X$ but of
#
# $$ \tilde X + \alpha \, (\tilde X - \tilde X_{\text{of the round before}}) $$
#
# **Exercise 6** (15 minutes, 3 points). Write the loop and return the waveform of the last estimate. Begin without
# momentum; the check tells you when that part is right. `torch.sgn(c)` is $c / |c|$. Where `length` reaches one frame
# further than the magnitudes do, keep the first `count` frames of what comes back.

# %%
def griffin_lim(magnitude, hop=256, iterations=32, momentum=0.99, phase=None, length=None, seed=0):
    """A waveform (…, sample) whose STFT has nearly the given magnitude (…, frequency, frame)."""
    n_fft, count = 2 * (magnitude.shape[-2] - 1), magnitude.shape[-1]
    phase = random_phase(magnitude, seed) if phase is None else phase
    estimate, previous = torch.polar(magnitude, phase), 0.0
    ### BEGIN SOLUTION
    for _ in range(iterations):
        rebuilt = stft(istft(estimate, hop, length), n_fft, hop)[..., :count]
        estimate = magnitude * torch.sgn(rebuilt + momentum * (rebuilt - previous))
        previous = rebuilt
    return istft(estimate, hop, length)
    ### END SOLUTION

# %%
checks.griffin_lim(griffin_lim)

# %% [markdown]
# How good is it? Comparing waveforms says nothing here: the same sound with other phases is another waveform. We compare
# magnitudes instead, by *spectral convergence*: the distance to the wanted magnitudes, relative to their size. In dB, 0
# is as far off as silence, and each −20 is ten times nearer.

# %% tags=["demo"]
def convergence(y, magnitude):
    """Spectral convergence of a waveform y, in dB; less is better."""
    off = torch.linalg.norm(stft(y).abs() - magnitude) / torch.linalg.norm(magnitude)
    return 20 * torch.log10(off).item()


rounds = [0, 1, 2, 4, 8, 16, 32, 64]
curves = {}
for momentum in (0.0, 0.99):
    found = [griffin_lim(magnitude, iterations=n, momentum=momentum) for n in rounds]
    curves[f"momentum {momentum}"] = [convergence(y, magnitude) for y in found]
    print(f"momentum {momentum}: {convergence(found[6], magnitude):.1f} dB after 32 rounds")
plot_lines(rounds, curves, "rounds", "spectral convergence (dB)", title="Momentum is worth many rounds")

# %% tags=["demo"]
found = griffin_lim(magnitude, length=len(x))
error = 10 * torch.log10(x.square().sum() / (found - x).square().sum())
print(f"signal-to-noise ratio of the waveform: {error:.1f} dB, although it sounds like the original")
listen(noisy, Sound(found), labels=["random phases", "after 32 rounds"],
       say="The attack is back, and the tone is clear again. Listen to the decay: it is not quite even.")

# %% [markdown]
# ### From mel
#
# To invert a mel spectrogram we first need magnitudes, none of them negative, that add up to it. There are many such
# arrays. This finds one: it starts with all bins of a band alike, and multiplies each bin by how much its bands still
# lack (Lee and Seung 2001).

# %% tags=["demo"]
def from_mel(mel, filters, rounds=32):
    """Magnitudes (frequency, frame), none negative, for which filters @ magnitude is nearly mel."""
    magnitude = filters.T @ mel
    for _ in range(rounds):
        lacking = mel / (filters @ magnitude).clamp(min=1e-9)
        magnitude = magnitude * (filters.T @ lacking) / filters.sum(0).clamp(min=1e-9)[:, None]
    return magnitude


guess = from_mel(mel, filters)
print(f"in the 64 bands: {(filters @ guess - mel).norm() / mel.norm():.2%} off")
print(f"in the 513 bins: {(guess - magnitude).norm() / magnitude.norm():.0%} off")

# %% [markdown]
# ## Keeping the phase: instantaneous frequency
#
# Why not let the network learn phases, too? Look at them.
#
# > **Guess first:** a steady tone. Is its phase the same in every frame?

# %% tags=["demo"]
organ = stft(note("organ", "A3", seed=5).tensor())
level = amplitude_to_db(organ, -60, reference=float(organ.abs().max()))
loud = level > -45
plot_spectrogram({"level, scaled": level[:101] / 30 + 1, "phase / π": (organ.angle() * loud)[:101] / torch.pi},
                 rate=3125, hop=50, unit="", title="An organ, up to 1.5 kHz; phases are drawn where there is sound",
                 alt="On the left seven partials as steady horizontal lines; on the right their phases, chequered strips.")

# %% [markdown]
# A partial turns by $2\pi f H / \text{rate}$ from one frame to the next, so its phase runs round and round. But if the tone
# is steady, that *advance* is the same in every frame. It is the **instantaneous frequency** (Flanagan and Golden 1966;
# Engel et al. 2019 brought it to GANs). A phase is only known but for whole turns of $2\pi$, and so is an advance. We always
# take the one in $[-\pi, \pi)$, its *principal value*.
#
# **Exercise 7** (3 minutes, 1 point). Write it: take whole turns away until the angle lies in $[-\pi, \pi)$.

# %%
def principal(angle):
    """The angle in radians, less whole turns, in [−π, π)."""
    ### BEGIN SOLUTION
    return torch.remainder(angle + torch.pi, 2 * torch.pi) - torch.pi
    ### END SOLUTION

# %%
checks.principal(principal)

# %% [markdown]
# **Exercise 8** (5 minutes, 1 point). Now the advance: this frame's phase less that of the frame before (time is the last
# axis), less the `expected` advance, as a principal value. The first frame has none before it: keep its own phase
# (less `expected`), so that a running sum finds all phases again.
#
# For `expected` we will use how far a tone at the centre of bin $k$ turns in one hop, $2\pi k H / N$. What is left is how
# far the tone is from the centre of its bin.

# %%
def instantaneous_frequency(phase, expected=0.0):
    """The advance of the phase (…, frequency, frame) from frame to frame, less the expected one, in [−π, π)."""
    ### BEGIN SOLUTION
    advance = torch.diff(phase, dim=-1, prepend=torch.zeros_like(phase[..., :1]))
    return principal(advance - expected)
    ### END SOLUTION

# %%
checks.instantaneous_frequency(instantaneous_frequency)

# %% tags=["demo"]
expected = principal(2 * torch.pi * torch.arange(513)[:, None] * 256 / 1024)
advance = instantaneous_frequency(organ.angle(), expected)
again = torch.cumsum(advance + expected, dim=-1)
print(f"the running sum finds the phase again: largest error {principal(again - organ.angle()).abs().max():.0e} rad")
for name, angle in (("phase", organ.angle()), ("advance", advance)):
    change = principal(torch.diff(angle)).abs()[loud[:, 1:]].mean()
    print(f"where there is sound, the {name} changes by {change:.2f} rad from one frame to the next")
plot_spectrogram({"phase / π": (organ.angle() * loud)[:101] / torch.pi, "advance / π": (advance * loud)[:101] / torch.pi},
                 rate=3125, hop=50, unit="", title="The same phases, and their advance: now there are lines",
                 alt="Along each partial the phase is a chequered strip, while its advance is one colour from beginning to end.")

# %% [markdown]
# ## What a round trip costs
#
# Now we have two pictures that a GAN could learn to draw. The library keeps them as **representations**: they `encode`
# sounds `(batch, sample)` as arrays in $[-1, 1]$, `(batch, channel, frequency, frame)`, and `decode` them back.
#
# - `LogMel`: mel bands in dB, one channel. Decoded by Griffin and Lim, with one round of `from_mel` in each of theirs.
# - `LogMagnitudeIF`: magnitudes in dB and instantaneous frequency, two channels. Decoded by a running sum.

# %%
bowed = note("bowed", "A3", seed=5)
log_mel, magnitude_if = LogMel(), LogMagnitudeIF()
for representation in (log_mel, magnitude_if):
    z = representation.encode(bowed.tensor()[None])
    print(f"{type(representation).__name__:15}{tuple(z.shape)}: {z.numel():6} numbers for {len(bowed)} samples")

# %% [markdown]
# A generator never draws without error. Let us be kind and add no more than 1% noise: independent, Gaussian, with a
# standard deviation of 0.01 on each channel in $[-1, 1]$. The noise is what we expect a very good generator to add.
#
# > **Guess first:** which of the five below will you be able to tell from the original?

# %% tags=["demo"]
def round_trip(sound, representation, noise=0.0):
    """Encode, disturb and decode a sound."""
    z = representation.encode(sound.tensor()[None])
    error = noise * torch.randn(z.shape, generator=torch.Generator().manual_seed(0))
    return Sound(representation.decode(z + error)[0], sound.rate, sound.label)


magnitude = stft(bowed.tensor()).abs()
full = griffin_lim(magnitude, length=len(bowed))
from_bands = griffin_lim(from_mel(filters @ magnitude, filters), length=len(bowed))
listen(bowed, Sound(full), Sound(from_bands), round_trip(bowed, magnitude_if), round_trip(bowed, magnitude_if, 0.01),
       labels=["original", "Griffin-Lim, all magnitudes", "Griffin-Lim, 64 mel bands", "magnitude-IF",
               "magnitude-IF, 1% noise"],
       say="The third is hoarse and warbles: there is noise between its partials. In the last, listen for a faint tremble.")

# %% [markdown]
# One note proves little. We measure the same on a voice, if the recordings of lesson 04 are on this machine: the Free
# Spoken Digit Dataset (Z. Jackson et al., CC BY-SA 4.0).

# %%
from gan_course.datasets import archive, digits

voice = note("reed", "C4", seed=0)
try:
    if archive.at_hand(digits.ARCHIVE):
        recordings = archive.fetch(digits.ARCHIVE).folder / "recordings"
        voice = Sound.load(recordings / "7_lucas_10.wav", rate=16_000).pad(0.512).cut(0, 0.512).named("“seven”")
except OSError as error:
    print(error)
if voice.label != "“seven”":
    print("No recordings are here yet (lesson 04 fetches them): a reed takes the voice's place.")

# %% tags=["demo"]
listen(voice, round_trip(voice, log_mel), round_trip(voice, magnitude_if), round_trip(voice, magnitude_if, 0.01),
       labels=[voice.label, "log-mel", "magnitude-IF", "magnitude-IF, 1% noise"],
       say="The second is a little rough, since its phases are invented. The third is as good as the first, the fourth a shade less.")

# %% [markdown]
# The numbers: *SNR* is the signal-to-noise ratio of the waveform (none where the phase was thrown away: it says nothing
# there), *convergence* is spectral convergence (0 is perfect), *log-mel* is the mean error in dB of a mel spectrogram of
# 80 bands, which is nearer to what we hear.

# %%
from gan_course.spectral import round_trip_report

for sound in (bowed, voice):
    print(sound.label)
    for representation in (log_mel, magnitude_if):
        print(round_trip_report(representation, sound.tensor()[None], noise=(0, 0.01, 0.03, 0.1)))

# %% [markdown]
# Read the first line of each block: clean, magnitude-IF is near perfect, and log-mel is not. Now read down. One percent
# of noise costs magnitude-IF most of its decibels, and log-mel next to nothing. With 10%, the lead of
# magnitude-IF has melted: on the bowed note its convergence is no better than log-mel's.
#
# Why? The phase is a *running sum* of the advances, and a sum keeps every error it has ever met. The errors walk at
# random, further and further from the truth:

# %% tags=["demo"]
z = magnitude_if.encode(bowed.tensor()[None])
noise = 0.01 * torch.randn(z.shape, generator=torch.Generator().manual_seed(0))
for channel, name in enumerate(("magnitude", "advance")):
    disturbed = z.clone()
    disturbed[:, channel] += noise[:, channel]
    off = magnitude_if.decode(disturbed)[0] - bowed.tensor()
    ratios = [20 * torch.log10(a.norm() / b.norm()).item() for a, b in zip(bowed.tensor().chunk(4), off.chunk(4))]
    print(f"noise on the {name} alone: SNR of the four quarters", [f"{ratio:.0f} dB" for ratio in ratios])

# %% [markdown]
# So a figure of 40 dB and more for a clean round trip is not the whole story. What counts is what a representation does
# to the *errors of a generator*. Log-mel forgives small ones, since Griffin and Lim find phases that agree with whatever
# is drawn. Magnitude-IF keeps detail that ears notice in pitched notes. Engel et al. (2019) found it better for those;
# Gupta et al. (2021) found no gain for noisy, wideband sounds. Move the noise and judge for yourself:

# %% tags=["demo"]
def with_noise(percent):
    other = [round_trip(bowed, kind, percent / 100) for kind in (log_mel, magnitude_if)]
    return listen(*other, labels=[f"log-mel, {percent}% noise", f"magnitude-IF, {percent}% noise"],
                  say="Listen for how clear and how steady the tone is. Is there a noise at which you prefer the left one?")


explore(with_noise, percent=(0, 20, 1, 3))

# %% [markdown]
# There is a third way: let a network draw the phases. Griffin and Lim begin with random ones, and need dozens of rounds;
# but what a frame sounds like says much about how its phases go on. A **vocoder** is a network that has learnt to make
# sound of pictures. Ours has the shape of Vocos (Siuzdak 2023), half a million weights, and heard the built-in notes for
# its training. Since all that it draws need not fit together, a few rounds of Griffin and Lim come after it. It reads
# pictures of 128 bands.

# %% tags=["demo"]
from gan_course.spectral import log_mel_distance
from gan_course.zoo import load_vocoder

vocoder = load_vocoder("vocoder-notes")
fine = vocoder.encoding
z = fine.encode(bowed.tensor()[None])
ways = {"Griffin-Lim, 32 rounds": fine.decode, "the network alone": lambda z: vocoder.decode(z, 0),
        f"the network, then {vocoder.rounds} rounds": vocoder.decode}
sounds = {name: decode(z)[0] for name, decode in ways.items()}
for name, sound in sounds.items():
    print(f"{name:29}{log_mel_distance(sound[None], bowed.tensor()[None], 16_000).item():.2f} dB off, of log-mel")
listen(*map(Sound, sounds.values()), labels=list(sounds), picture=None,
       say="All from the same 128 bands. The network alone is furthest off, as the numbers say. Listen for what its rounds mend.")

# %% [markdown]
# As near as 32 rounds, in less than half of their time: `gan_course.zoo.vocoder_card("vocoder-notes")` has the measurements, of recordings
# too, of which it has heard none.
#
# ## The same numbers from torch, torchaudio and librosa
#
# Your functions are short, and they do the same as the libraries that everybody uses, *if* you set these to the same
# conventions. Then nothing but rounding is left:

# %% tags=["demo"]
import librosa, torchaudio
from torchaudio.functional import griffinlim

w, magnitude = hann(1024), X.abs()
theirs = torch.stft(x, 1024, 256, window=w, return_complex=True)
of_librosa = torch.from_numpy(librosa.stft(x.numpy(), n_fft=1024, hop_length=256, pad_mode="reflect"))
htk = torchaudio.functional.melscale_fbanks(513, 40, 8000, 64, 16_000).T
also_htk = torch.from_numpy(librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=64, fmin=40, htk=True, norm=None))
ours = griffin_lim(magnitude, iterations=8, phase=torch.zeros_like(magnitude))
found = griffinlim(magnitude, w, 1024, 256, 1024, power=1, n_iter=8, momentum=0.99, length=None, rand_init=False)
for name, one, other in (("torch.stft", X, theirs), ("librosa.stft", X, of_librosa),
                         ("torch.istft", istft(X), torch.istft(theirs, 1024, 256, window=w)),
                         ("torchaudio's filters", filters, htk), ("librosa's filters", filters, also_htk),
                         ("torchaudio's Griffin-Lim", ours, found)):
    print(f"{name:25} largest difference {(one - other).abs().max() / one.abs().max():.0e} of the largest value")

# %% [markdown]
# > **Guess first:** and if you set nothing? How many of the choices below do the two audio libraries make alike?

# %% tags=["demo"]
from inspect import signature
from torchaudio import transforms as T

questions = {
    "samples in a frame": ("n_fft", T.Spectrogram, "n_fft", librosa.stft),
    "hop (None: a half or a quarter)": ("hop_length", T.Spectrogram, "hop_length", librosa.stft),
    "beyond the ends": ("pad_mode", T.Spectrogram, "pad_mode", librosa.stft),
    "|X| to the power of": ("power", T.MelSpectrogram, "power", librosa.feature.melspectrogram),
    "mel scale": ("mel_scale", T.MelSpectrogram, "htk", librosa.filters.mel),
    "mel bands": ("n_mels", T.MelSpectrogram, "n_mels", librosa.filters.mel),
    "scaled to equal area": ("norm", T.MelSpectrogram, "norm", librosa.filters.mel),
    "dB: cut this far below the top": ("top_db", T.AmplitudeToDB, "top_db", librosa.amplitude_to_db),
    "Griffin-Lim: rounds": ("n_iter", T.GriffinLim, "n_iter", librosa.griffinlim),
    "Griffin-Lim: momentum": ("momentum", T.GriffinLim, "momentum", librosa.griffinlim),
    "Griffin-Lim: pads with": (None, T.GriffinLim, "pad_mode", librosa.griffinlim),
    "Griffin-Lim: power of its input": ("power", T.GriffinLim, None, librosa.griffinlim),
}


def default(name, function):
    return f"{name}={signature(function).parameters[name].default!r}" if name else "not to be set"


print(f"{'':34}{'torchaudio':22}{'librosa'}")
for question, (one, first, other, second) in questions.items():
    print(f"{question:34}{default(one, first):22}{default(other, second)}")
print(default("window", torch.stft), "in torch.stft, which means none: all ones;", default("sr", librosa.load), "in librosa.load")

# %% [markdown]
# Most differ. The ones that bite:
#
# - `torch.stft` has **no window** unless you pass one.
# - librosa fills with **zeros** beyond the ends, torch and torchaudio mirror. Only the outer frames differ.
# - A mel spectrogram is of **power**, $|X|^2$, unless you ask for magnitudes. torchaudio's Griffin-Lim expects power,
#   librosa's magnitudes.
# - torchaudio's mel is **HTK without norm**, librosa's **Slaney with norm**. A vocoder trained with one sounds wrong with
#   the other.
# - `librosa.load` resamples to its own rate unless you pass `sr=None`.
# - librosa's dB functions cut at 80 dB below the loudest point *of each call*, so the floor depends on the sound.
#
# A spectrogram without its settings is half a message. That is why ours are plain data that is saved with every model:

# %% tags=["demo"]
print(log_mel.to_dict())

# %% [markdown]
# ## Check yourself

# %%
quiz([
    {
        "question": "You double n_fft and keep everything else. What happens to two clicks 40 ms apart, at 16 kHz and n_fft 512 before?",
        "answers": [
            {"answer": "They are smeared into each other more than before", "correct": True, "feedback": "Yes: the window now lasts 64 ms and holds both clicks at once."},
            {"answer": "They are seen more sharply", "correct": False, "feedback": "No: a longer window is sharper in frequency, and blunter in time."},
            {"answer": "Nothing, since the hop is the same", "correct": False, "feedback": "No: the hop decides how often you look, the window how long each look lasts."},
        ],
    },
    {
        "question": "Why does Griffin-Lim give a waveform with a poor SNR that still sounds right?",
        "answers": [
            {"answer": "It finds other phases that agree with the magnitudes, and the ear cares little which", "correct": True, "feedback": "Yes. Compare magnitudes, not waveforms, when the phase was thrown away."},
            {"answer": "Because 32 rounds are too few", "correct": False, "feedback": "No: with more rounds the magnitudes come nearer, the waveform does not."},
            {"answer": "Because of float32", "correct": False, "feedback": "No: rounding errors are a million times smaller than this."},
        ],
    },
    {
        "question": "A generator for magnitude-IF makes a small error in one frame of the advance. Where is the phase wrong?",
        "answers": [
            {"answer": "In that frame and in all later ones", "correct": True, "feedback": "Yes: the phase is a running sum, and a sum forgets nothing."},
            {"answer": "In that frame only", "correct": False, "feedback": "No: that would be so if the network drew phases, not their differences."},
            {"answer": "In all frames before it", "correct": False, "feedback": "No: the sum runs forwards in time."},
        ],
    },
    {
        "question": "Your mel spectrograms are from librosa's defaults, your vocoder was trained on torchaudio's. What is wrong?",
        "answers": [
            {"answer": "Other band edges, other weights, other values beyond the ends", "correct": True, "feedback": "Yes: Slaney against HTK, equal areas against equal tops, zeros against mirroring, and other frame lengths, too."},
            {"answer": "Nothing: mel is mel", "correct": False, "feedback": "No: two scales share that name, and each library adds choices of its own."},
            {"answer": "Only the loudness", "correct": False, "feedback": "The weights change levels band by band, but the band edges differ as well: pitches move."},
        ],
    },
])

# %% [markdown]
# ## What can go wrong
#
# Two mistakes that run without any error message. In the first, the hop is too large for adding up alone, and nobody
# divides by the windows. In the second, power $|X|^2$ is taken for magnitude.

# %% tags=["demo"]
pieces = torch.fft.irfft(stft(bowed.tensor(), 1024, 768).transpose(-1, -2), 1024)
flutter = Sound(overlap_add(pieces, 768)[512 : 512 + 15_000])
Y = stft(bowed.tensor())
squared = Sound(istft(Y * Y.abs(), length=len(bowed))).at_level(bowed.level)
print(f"frames follow each other {16_000 / 768:.1f} times a second: count the waves in the second picture")
listen(bowed, flutter, squared, labels=["as it should be", "never divided", "power for magnitude"],
       say="The second flutters at the frame rate. The third is dull, with its weak partials gone, and swells too much.")

# %% [markdown]
# How to recognise them: a flutter at $\text{rate} / H$ is always something that happens once a frame. Too much contrast,
# with weak partials and quiet endings gone, is a square (or a dB) too many. And a tempo or pitch that is off by a round
# factor is a hop or a rate that differs between the two ends.
#
# ## A sound from a picture
#
# Now draw. The picture from the top of this lesson goes through *your* triangles, *your* `griffin_lim`, and so *your*
# `stft` and `istft`. Change `drawing`, run its cell and these again, and listen to what you have drawn. Each row is a
# mel band, from 40 Hz up to 8 kHz; each column is 16 ms; −1 is silence. A row that you set is a tone, a column is a click.

# %% tags=["demo"]
picture = drawing()
corners = mel_to_hertz(torch.linspace(ends[0], ends[1], 128 + 2))
fine = triangles(corners, torch.linspace(0, 8000, 513))
wanted = db_to_amplitude(35 * picture - 25, reference=256) * (picture > -1)
sound = griffin_lim(from_mel(wanted, fine), iterations=64)
listen(Sound(sound).at_peak(), labels=["your drawing"],
       say="A chord, a slide, and three bursts of noise. In the picture you can read them.")

# %% tags=["demo"]
heard = amplitude_to_db(fine @ stft(sound).abs(), -60, reference=256)
plot_spectrogram({"drawn": picture, "heard": (heard + 25) / 35}, unit="", low=-1, high=1, frequencies=corners[1:-1],
                 title="What was drawn, and the mel spectrogram of what came out")

# %% [markdown]
# This is what a spectrogram GAN does: its generator is the hand that draws, and the rest is the code that you have written.
#
# ## Your turn
#
# Which representation would suit *your* sounds? Put a recording (wav, flac, ogg or mp3) beside this notebook, write its
# name between the quotation marks, and run the cells from here on. We take at most the first two seconds.

# %%
MY_SOUND = ""  # such as "my_voice.wav"

mine = Sound.load(MY_SOUND, rate=16_000) if MY_SOUND else note("bell", "E4", seed=0).cut(0, 0.6)
print(mine.label if MY_SOUND else "No file is named, so a bell of ours stands in.")
mine = Sound(mine.samples[: min(len(mine) // 256, 125) * 256], 16_000, mine.label).at_peak(-1)  # whole hops
for representation in (log_mel, magnitude_if):
    print(round_trip_report(representation, mine.tensor()[None], noise=(0, 0.01)))

# %% tags=["demo"]
listen(mine, round_trip(mine, log_mel), round_trip(mine, magnitude_if, 0.01),
       labels=["as recorded", "log-mel", "magnitude-IF, 1% noise"],
       say="Which of the two loses what you care about? Voices and taps forgive log-mel more than long, pitched sounds do.")

# %% [markdown]
# ## Summary
#
# The STFT is many short spectra, and can be undone exactly. Its window chooses between time and frequency. Decibels and
# mels fit it to the ear; mel and the missing phase have to be paid for when going back. Griffin and Lim find phases that
# agree with the magnitudes. Instantaneous frequency keeps the phase in a form that can be learnt, exact when clean, and
# passes on every error. Which is better depends on the errors, not on the round trip.
#
# **Terms:** *short-time Fourier transform (STFT)*, *frame*, *hop*, *spectrogram*, *constant overlap-add (COLA)*, *decibel*,
# *mel scale*, *mel spectrogram*, *Griffin-Lim algorithm*, *spectral convergence*, *principal value*, *instantaneous
# frequency*, *representation*, *vocoder*.
#
# **To read:** D. Gabor, *Theory of Communication* (1946): part 1, on time and frequency. J. B. Allen and L. R. Rabiner, *A Unified Approach to Short-Time Fourier Analysis and Synthesis* (1977): the
# two ways to look at an STFT. D. Griffin and J. Lim, *Signal Estimation from Modified Short-Time Fourier Transform* (1984):
# section II for least squares, section III for the algorithm. N. Perraudin, P. Balazs and P. Søndergaard, *A Fast
# Griffin-Lim Algorithm* (2013): one page on momentum. S. Stevens, J. Volkmann and E. Newman, *A Scale for the Measurement of
# the Psychological Magnitude Pitch* (1937): how one measures a mel. D. D. Lee and H. S. Seung, *Algorithms for Non-negative
# Matrix Factorization* (2001): the updates in `from_mel`. J. L. Flanagan and R. M. Golden, *Phase Vocoder* (1966): where
# instantaneous frequency was first used for sound. J. Engel et al., *GANSynth: Adversarial Neural Audio Synthesis*
# (2019): why instantaneous frequency. C. Gupta et al., *Signal Representations for Synthesizing Audio Textures with
# Generative Adversarial Networks* (2021): when it does not help. H. Siuzdak, *Vocos: Closing the gap between time-domain
# and Fourier-based neural vocoders for high-quality audio synthesis* (2023): a vocoder that ends in an inverse STFT.
#
# Next: **04 · Datasets and an ear**.

# %%
checks.summary()
