# %% [markdown]
# # 02 · Fourier
#
# At the end of this lesson you play a string in a hall that was never built. It is made of noise, and you put the string
# into it by multiplying two rows of numbers:

# %%
import time

import numpy as np

from gan_course import Sound, spectral, synthesis
from gan_course.datasets import note
from gan_course.display import explore, listen, plot_lines, plot_waveform, quiz
from gan_course.exercises import lesson
from gan_course.sound import silence

checks = lesson("02")

# %% tags=["demo"]
strings = silence(0.72)
for i, name in enumerate(("A3", "C4", "E4")):
    plucked = note("plucked", name, seed=1).cut(0, 0.7 - 0.2 * i)
    strings = strings + silence(0.02 + 0.2 * i).then(plucked)
strings = strings.fade(0, 0.03).at_level(-20)

# %% tags=["demo"]
hall = synthesis.noise(0.6, seed=1) * synthesis.exponential_decay(0.6, 0.12)
hall = hall / np.linalg.norm(hall.samples)
answer = Sound(spectral.convolve(strings.samples, hall.samples))
listen((answer + 0.7 * strings).cut(0, 1.1).at_level(-20), labels=["a string in a hall"], picture="spectrogram",
       say="Three notes, and the hall answers each. Listen to how it goes on after the last one has stopped.")

# %% [markdown]
# ## What you will be able to do
#
# - measure how much of any sinusoid is in a sound, amplitude and phase;
# - write the discrete Fourier transform and its inverse, and the fast one, and say why it is fast;
# - name the frequency of a bin, and choose a window for what you want to see;
# - say what is in the magnitudes of a sound, and what in its phases;
# - put a sound into a room by multiplying spectra, without wrapping around;
# - say how sharp a pitch can be, at most, in a sound that lasts so long.
#
# **Builds on:** lesson 01 (samples and rate, sines, decibels). **Time:** about 50 minutes to read and listen, about 56 for
# the exercises; the cells take about 15 seconds on 2 CPU cores, no graphics card needed.
#
# ## How much of this sinusoid is in there?
#
# A telephone key plays two tones at once: one says in which row it is, the other in which column. Here somebody pressed
# three keys, on a very bad line.
#
# > **Guess first:** can you hear how many tones there are at once? Could you say which keys?

# %% tags=["demo"]
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)  # Hz, ITU-T Q.23
KEYS = ("123", "456", "789", "*0#")


def press(row, column):
    both = synthesis.sine(ROWS[row], 0.13, 8_000) + synthesis.sine(COLUMNS[column], 0.13, 8_000)
    return (0.05 * both).fade(0.005, 0.005).pad(0.18)


secret = np.random.default_rng(1).integers((4, 3), size=(3, 2))
call = press(*secret[0]).then(press(*secret[1])).then(press(*secret[2]))
call = call + synthesis.noise(call.duration, 8_000, amplitude=0.12)
print(f"a key {press(0, 0).cut(0, 0.13).level:.0f} dB, the noise {20 * np.log10(0.12):.0f} dB")
listen(call, labels=["three keys"], picture="waveform", say="Three short notes under a rush that is louder than they are.")

# %% [markdown]
# The idea that answers it is the oldest in this lesson: **multiply by what you are looking for, and add up**. Where the
# sound swings as the sinusoid does, both are positive or both negative, and all products are positive. Where it does not,
# they are now positive, now negative, and cancel. Such a sum of products is called a **correlation**.
#
# > **Guess first:** we look for 440 Hz with a cosine. Which of these three sums will grow: of the same cosine, of the same
# > tone a quarter of a turn later, of 600 Hz?

# %% tags=["demo"]
t = synthesis.times(0.02)
cosine = np.cos(2 * np.pi * 440 * t)
tones = {"440 Hz in step": cosine, "a quarter turn late": np.sin(2 * np.pi * 440 * t), "600 Hz": np.cos(2 * np.pi * 600 * t)}
sums = {name: np.cumsum(x * cosine) for name, x in tones.items()}
plot_lines(1000 * t, sums, "time (ms)", "sum of the products so far", height=230,
           alt="The first sum climbs steadily to 160. The other two stay near 0: the tone that comes late is not found.")

# %% [markdown]
# The middle one is the trap: the *right* frequency, and the cosine does not find it. We cannot know in which phase a
# tone will come. So let us see what a cosine and a sine find together, in a tone with amplitude $A$ and phase $\varphi$.
# With $\theta = 2\pi f n / \text{rate}$, the angle at sample $n$:
#
# $$ x[n] = A \cos(\theta + \varphi) = A \cos\varphi \, \cos\theta - A \sin\varphi \, \sin\theta $$
#
# Over whole turns the mean of $\cos^2\theta$ is ½, so is that of $\sin^2\theta$, and that of $\cos\theta\sin\theta$ is 0:
#
# $$ a = \frac2N \sum_n x[n] \cos\theta = A \cos\varphi, \qquad b = \frac2N \sum_n x[n] \sin\theta = -A \sin\varphi $$
#
# Each alone may be 0. Together they hold all: $a - ib = A(\cos\varphi + i \sin\varphi) = A e^{i\varphi}$, a complex number
# whose magnitude is the amplitude and whose angle is the phase. And as $\cos\theta - i\sin\theta = e^{-i\theta}$, both sums are one:
#
# $$ \frac2N \sum_{n=0}^{N-1} x[n]\, e^{-2\pi i f n / \text{rate}} $$
#
# **Exercise 1** (6 minutes, 2 points). Write it. In Python, $i$ is `1j`, and `np.exp` takes complex numbers.

# %%
def amount(x, frequency, rate=16_000):
    """How much of a sinusoid of `frequency` (Hz) is in the samples x: amplitude · exp(i · phase)."""
    ### BEGIN SOLUTION
    n = np.arange(len(x))
    return 2 / len(x) * np.sum(x * np.exp(-2j * np.pi * frequency * n / rate))
    ### END SOLUTION

# %%
checks.amount(amount)

# %% tags=["demo"]
t = synthesis.times(0.1)
for phase in (0.3, 1, np.pi / 2, 3):
    found = amount(0.3 * np.cos(2 * np.pi * 440 * t + phase), 440)
    print(f"phase {phase:.2f}: cosine {found.real:+.2f}, sine {-found.imag:+.2f};",
          f"amplitude {abs(found):.3f}, phase {np.angle(found):.2f}")

# %% [markdown]
# Whatever the phase is, the amplitude is found. Now ask the telephone call for every frequency from 650 to 1,500 Hz:

# %% tags=["demo"]
presses = call.samples.reshape(3, -1)[:, :1040]  # 130 ms each
for x in presses:
    row = np.argmax([abs(amount(x, f, 8_000)) for f in ROWS])
    column = np.argmax([abs(amount(x, f, 8_000)) for f in COLUMNS])
    print(f"{ROWS[row]} Hz and {COLUMNS[column]} Hz: key {KEYS[row][column]}")
asked = np.arange(650, 1500, 6)
found = [abs(amount(presses[0], f, 8_000)) for f in asked]
plot_lines(asked, {"first key": found}, "frequency asked for (Hz)", "amplitude found", title="The first key", height=230,
           alt="A curve near 0.01 all along, with two peaks of about 0.05, at 770 Hz and at 1,336 Hz.")

# %% [markdown]
# The noise finds itself in all frequencies a little; each tone finds itself in one. Telephone exchanges do this, with a
# way to add up that needs one multiplication a sample (Goertzel 1958).
#
# ## Sinusoids that do not disturb each other
#
# Around each peak there are small bumps, and they are not all noise: a tone is also found a little at frequencies that it
# does not have. Where not?
#
# > **Guess first:** a sinusoid makes 5 turns in 64 samples. How much of one with 6 turns do you find in it? With 5½?

# %% tags=["demo"]
n = np.arange(64)
five = np.cos(2 * np.pi * 5 * n / 64)
turns, whole = np.linspace(0.01, 12, 600), np.arange(1, 13)
curve = [abs(amount(five, k, 64)) for k in turns]
at_whole = [abs(amount(five, k, 64)) for k in whole]
print("6 turns:", f"{at_whole[5]:.0e},", "5½ turns:", f"{abs(amount(five, 5.5, 64)):.2f}")
plot_lines(turns, {"any number of turns": curve}, "turns in 64 samples, asked for", "amount found",
           points={"whole numbers": (whole, at_whole)}, title="In five turns", height=230,
           alt="The curve has its top, 1, at five turns, small bumps on both sides, and is 0 at every other whole number.")

# %% [markdown]
# At whole numbers of turns: nothing, but for rounding. Why? Take two sinusoids with $k$ and $m$ whole turns in $N$ samples, and
# correlate them. With $r = e^{2\pi i (m-k)/N}$ the sum is a geometric one:
#
# $$ \sum_{n=0}^{N-1} e^{2\pi i m n/N} \, e^{-2\pi i k n/N} = \sum_{n=0}^{N-1} r^n =
# \begin{cases} N & \text{if } k = m \text{, as } r = 1 \\ \dfrac{r^N - 1}{r - 1} = 0 & \text{if not, as } r^N = e^{2\pi i (m-k)} = 1 \end{cases} $$
#
# ($k$ and $m$ from 0 to $N-1$.) Sinusoids whose correlation is 0 are **orthogonal**: like directions at right angles, you can go
# along one without moving along another. There are $N$ of them, as many as samples. So whatever is said in $N$ samples can
# be said as $N$ amounts of sinusoids, and in one way only.
#
# ## The discrete Fourier transform
#
# These amounts, without the factor $2/N$, are the **discrete Fourier transform** of $x$, the DFT:
#
# $$ X[k] = \sum_{n=0}^{N-1} x[n]\, e^{-2\pi i k n / N}, \qquad k = 0, 1, \dots, N-1 $$
#
# $X$ is the **spectrum** of $x$, and each $k$ is called a **bin**. $|X[k]|$ is its **magnitude**, its angle the **phase**.
#
# **Exercise 2** (5 minutes, 1 point). Write the DFT: all $N$ values. A loop over $k$ will do. Or no loop: `np.outer(n, n)`
# holds all products $k \cdot n$, and `@` multiplies a matrix by a vector.

# %%
def dft(x):
    """The DFT of the samples x: one complex number for each of as many bins."""
    ### BEGIN SOLUTION
    n = np.arange(len(x))
    return np.exp(-2j * np.pi * np.outer(n, n) / len(x)) @ x
    ### END SOLUTION

# %%
checks.dft(dft)

# %% [markdown]
# Everybody's arrays are transformed by numpy. Do the two agree?

# %% tags=["demo"]
rng = np.random.default_rng(0)
for length in (1, 8, 100, 1009):
    x = rng.normal(size=length)
    off = np.abs(dft(x) - np.fft.fft(x)).max() / np.abs(np.fft.fft(x)).max()
    print(f"{length:4} samples: {off:.0e} of the largest bin apart")

# %% [markdown]
# > **Guess first:** the DFT of 1,024 *real* samples has 1,024 *complex* values. That is twice as many numbers. Are they all
# > needed?

# %% tags=["demo"]
reed = note("reed", "A3", seed=0)
x = reed.samples[6_000:7_024].astype(float)
X = dft(x)
print("X[30] =", X[30].round(3), "  X[1024 − 30] =", X[1024 - 30].round(3))
plot_lines(np.arange(1024), {"": np.abs(X)}, "bin k", "magnitude |X|", title="64 ms of a reed", height=230,
           alt="Peaks that fall off towards the middle, and the same once more, mirrored, from the middle to the end.")

# %% [markdown]
# The second half is the mirror image of the first: for real $x$, $X[N-k]$ is $X[k]$ with the other sign of $i$, since
# $e^{-2\pi i (N-k) n/N} = e^{+2\pi i k n/N}$. Read so, bin $N - k$ is bin $-k$: it turns as fast, the other way round. A
# cosine is both, half and half, which is where the 2 in $2/N$ came from. `np.fft.rfft` returns the first half alone.
#
# Bin $k$ makes $k$ turns in $N$ samples, and these last $N / \text{rate}$ seconds.
#
# **Exercise 3** (5 minutes, 1 point). What is the frequency of bin $k$, in Hz? From 0 up to half the rate it is positive, and
# beyond the middle, for $k > N/2$, negative: that of bin $k - N$. `k` may be a number or an array.

# %%
def bin_frequency(k, length, rate=16_000):
    """The frequency (Hz) of bin k of a DFT of `length` samples; negative beyond the middle."""
    ### BEGIN SOLUTION
    return np.where(k > length / 2, k - length, k) * rate / length
    ### END SOLUTION

# %%
checks.bin_frequency(bin_frequency)

# %% tags=["demo"]
k = np.argsort(-np.abs(X[:512]))[:3]
print("the three strongest bins:", [f"{bin_frequency(one, 1024):.1f} Hz" for one in k], "  A3 is 220 Hz")
print(f"bins are {bin_frequency(1, 1024):.1f} Hz apart: rate / N, which is 1 / duration")
plot_lines(bin_frequency(np.arange(512), 1024), {"": 2 / 1024 * np.abs(X[:512])}, "frequency (Hz)", "amplitude",
           title="The same half spectrum, with its frequencies", height=230,
           alt="Peaks at 219, 656 and 1,094 Hz, each less than half as high as the one before, and ever smaller ones above.")

# %% [markdown]
# ## And back
#
# Every sample must be the sum of all sinusoids, each as strong as was found. Put the $X[k]$ in, and let orthogonality work
# (now it is the sum over $k$ that is $N$ for $m = n$ and else 0):
#
# $$ \frac1N \sum_k X[k]\, e^{2\pi i k n/N} = \frac1N \sum_m x[m] \sum_k e^{2\pi i k (n-m)/N} = x[n] $$
#
# **Exercise 4** (4 minutes, 1 point). Write the inverse DFT. Return complex numbers; for the spectrum of a real sound their
# imaginary parts will be 0, but for rounding.

# %%
def inverse_dft(X):
    """The samples whose DFT is X, as complex numbers."""
    ### BEGIN SOLUTION
    k = np.arange(len(X))
    return np.exp(2j * np.pi * np.outer(k, k) / len(X)) @ X / len(X)
    ### END SOLUTION

# %%
checks.inverse_dft(inverse_dft)

# %% tags=["demo"]
back = inverse_dft(X)
print(f"largest error {np.abs(back - x).max():.0e}, largest imaginary part {np.abs(back.imag).max():.0e}")
energy, of_bins = np.sum(x**2), np.sum(np.abs(X) ** 2) / 1024
print(f"sum of squares: {energy:.6f} of the samples, {of_bins:.6f} of the bins, divided by N")

# %% [markdown]
# Nothing is lost: the spectrum is the same sound, told otherwise. Even its energy is the same (Parseval's theorem).
#
# ## The fast one
#
# > **Guess first:** your `dft` multiplies $N$ samples by $N$ sinusoids. If 1,024 samples take it 30 ms, how long does it take
# > for one second of sound, 16,384 samples? For three minutes?

# %% tags=["demo"]
for samples in (16_384, 180 * 16_000):
    times_as_many = samples / 1024
    print(f"{samples:9,} samples: {samples**2:.1e} products, {times_as_many:,.0f}² times the work,",
          f"{0.03 * times_as_many**2:,.0f} s")

# %% [markdown]
# Not usable. But most of this work is done more than once. Cooley and Tukey (1965) split the samples into even and odd
# ones (Gauss had done so in 1805, Heideman and others 1984 tell):
#
# $$ X[k] = \underbrace{\sum_{j=0}^{N/2-1} x[2j]\, e^{-2\pi i k j/(N/2)}}_{E[k]} + e^{-2\pi i k/N} \underbrace{\sum_{j=0}^{N/2-1} x[2j+1]\, e^{-2\pi i k j/(N/2)}}_{O[k]} $$
#
# $E$ and $O$ are DFTs themselves, of half the length, so they repeat: $E[k + N/2] = E[k]$. And $e^{-2\pi i (k + N/2)/N} = -e^{-2\pi i k/N}$.
# So each pair of values serves twice:
#
# $$ X[k] = E[k] + e^{-2\pi i k/N}\, O[k], \qquad X[k + N/2] = E[k] - e^{-2\pi i k/N}\, O[k], \qquad k = 0 \dots N/2 - 1 $$
#
# Halve again, and again, until one sample is left, which is its own DFT. That is the **fast Fourier transform**, FFT.
#
# **Exercise 5** (12 minutes, 2 points). Write it, for lengths that are powers of two. A function may call itself.

# %%
def fft(x):
    """The DFT of the samples x, 1, 2, 4, 8, … of them, by splitting into even and odd ones."""
    ### BEGIN SOLUTION
    if len(x) == 1:
        return x
    even, odd = fft(x[::2]), fft(x[1::2])
    turned = np.exp(-2j * np.pi * np.arange(len(odd)) / len(x)) * odd
    return np.concatenate([even + turned, even - turned])
    ### END SOLUTION

# %%
checks.fft(fft)

# %% [markdown]
# There are $\log_2 N$ halvings, and each takes about $N$ steps: $N \log_2 N$ in all. Does the clock agree? On paper with
# logarithms on both sides, time $\propto N^p$ is a straight line, and its slope is $p$.

# %% tags=["demo"]
def shortest_times(function, lengths):
    """Processor time (ms) of the function on so many samples each, the shortest of five rounds."""
    sounds, taken = [rng.normal(size=length) + 0j for length in lengths], np.full(len(lengths), np.inf)
    for _ in range(5):
        for i, x in enumerate(sounds):
            begun = time.thread_time()  # what else the machine does is not counted
            function(x)
            taken[i] = min(taken[i], 1000 * (time.thread_time() - begun))
    return taken


# %% tags=["demo"]
lengths = {"DFT": 2 ** np.arange(7, 12), "FFT": 2 ** np.arange(7, 14), "numpy's FFT": 2 ** np.arange(7, 18)}
taken = {}
for (name, longer), function in zip(lengths.items(), (dft, fft, np.fft.fft)):
    taken[name] = longer, shortest_times(function, longer)
    # the shortest lengths measure Python, not the method
    slope = np.polyfit(np.log(longer[-3:]), np.log(taken[name][1][-3:]), 1)[0]
    print(f"{name:12} time grows as N to the power {slope:.2f}")
plot_lines([], taken, "samples N", "processor time (ms)", log="xy", title="One transform", height=240,
           alt="On logarithmic axes three lines: the DFT's rises about twice as steeply as the others; numpy's lies far below.")

# %% [markdown]
# The time of the DFT grows about as $N^2$, that of the FFT hardly faster than $N$. numpy's takes the same way, in compiled code, and for
# any length. From here on we use it: `np.fft.rfft`, and `np.fft.irfft` to go back. You know what they do.
#
# Now a whole note can be taken apart. How few of its sinusoids make the note?
#
# > **Guess first:** half a second of a plucked string has 4,097 bins. How many of the strongest do you need to know it again?

# %% tags=["demo"]
def strongest(x, count):
    """The sum of the `count` strongest sinusoids of x alone."""
    X = np.fft.rfft(x)
    least = np.sort(np.abs(X))[-count]
    return np.fft.irfft(np.where(np.abs(X) >= least, X, 0), len(x))


plucked = note("plucked", "E3", seed=0).cut(0, 0.512).at_level(-20)
few = {f"{count} sinusoids": Sound(strongest(plucked.samples, count)) for count in (5, 50)}
for name, y in few.items():
    print(f"{name}: {np.sum(y.samples**2) / np.sum(plucked.samples**2):.1%} of the energy")
listen(*few.values(), plucked, labels=[*few, "all 4,097"], picture="waveform",
       say="Five make a hum, without beginning or end. Fifty are nearly the string, but nobody has plucked it.")

# %% [markdown]
# No sinusoid begins or ends. The beginning of a sound is made by many that agree there, and cancel before it. *Agree* is a
# matter of phase.
#
# ## What does phase sound like?
#
# > **Guess first:** these two have the same magnitudes: 20 harmonics of 220 Hz. Only the phases differ. Look at the
# > waveforms. How different will they sound?

# %% tags=["demo"]
t, k = synthesis.times(0.26), np.arange(1, 21)
aligned = np.sum(np.cos(2 * np.pi * 220 * k[:, None] * t) / k[:, None], 0)
random = rng.uniform(-np.pi, np.pi, (20, 1))
shifted = np.sum(np.cos(2 * np.pi * 220 * k[:, None] * t + random) / k[:, None], 0)
one, other = Sound(aligned).at_level(-22), Sound(shifted).at_level(-22)
plot_waveform(Sound(one.samples[:240]), Sound(other.samples[:240]), labels=["all phases 0", "random phases"])

# %% tags=["demo"]
listen(one.fade(), other.fade(), labels=["all phases 0", "random phases"], picture=None,
       say="Two waveforms that nobody would think alike, and nearly the same sound: a shade of colour, no more.")

# %% [markdown]
# In a steady tone, phase is almost inaudible (Helmholtz 1863; Plomp and Steeneken 1969 measured how little it is). So is it of
# no account? We take a sound that is not steady, a voice, and a noise, and exchange their phases. The voice is a recording of
# the Free Spoken Digit Dataset (Z. Jackson et al., CC BY-SA 4.0), if lesson 01 or 04 has fetched it.

# %% tags=["demo"]
from gan_course.datasets import archive, digits

tap = (synthesis.noise(0.3, 8_000, "pink") * synthesis.exponential_decay(0.3, 0.02, 8_000)).fade(0, 0.1)
voice = tap.then(tap.cut(0, 0.2)).named("two taps")
try:
    if archive.at_hand(digits.ARCHIVE):
        recordings = archive.fetch(digits.ARCHIVE).folder / "recordings"
        voice = Sound.load(recordings / "7_lucas_10.wav", rate=8_000).named("“seven”")
except OSError as error:
    print(error)
voice = voice.pad(0.52).at_level(-24)
if voice.label != "“seven”":
    print("No recordings are here yet: two taps take the voice's place. Where the text says word, hear taps.")
rush = Sound(np.random.default_rng(1).normal(size=len(voice)), 8_000)

# %% [markdown]
# > **Guess first:** in which of the two will you hear the word: in the magnitudes of the voice with the phases of noise, or in
# > the magnitudes of noise with the phases of the voice?
#
# **Exercise 6** (5 minutes, 1 point). Write the exchange. `np.abs` and `np.angle` take a spectrum apart, and $r e^{i\varphi}$ puts it
# together. Give `np.fft.irfft` the length, or it will return an even number of samples.

# %%
def swap_phase(x, y):
    """The waveform with the magnitudes of x and the phases of y; x and y are equally long."""
    ### BEGIN SOLUTION
    X, Y = np.fft.rfft(x), np.fft.rfft(y)
    return np.fft.irfft(np.abs(X) * np.exp(1j * np.angle(Y)), len(x))
    ### END SOLUTION

# %%
checks.swap_phase(swap_phase)

# %% tags=["demo"]
A = Sound(swap_phase(voice.samples, rush.samples), 8_000).at_level(-24)
B = Sound(swap_phase(rush.samples, voice.samples), 8_000).at_level(-24)
listen(voice, A, B, labels=[voice.label, "A: its magnitudes", "B: its phases"], picture="waveform",
       say="A, with the phases of noise, is a rush in the colour of the voice. B, with the magnitudes of noise, says the word.")

# %% tags=["demo"]
def loudness(x):
    """The root mean square over 20 ms around each sample."""
    return np.sqrt(np.convolve(x**2, np.ones(160) / 160, "same"))


def follows(x):
    """How much the loudness of x goes up and down with that of the voice: 1 for always, 0 for not at all."""
    return np.corrcoef(loudness(x), loudness(voice.samples))[0, 1]


noises = rng.normal(size=(20, len(voice)))
alike = [(follows(swap_phase(voice.samples, y)), follows(swap_phase(y, voice.samples))) for y in noises]
print("mean over 20 noises: A {:+.2f}, B {:+.2f}".format(*np.mean(alike, axis=0)))

# %% [markdown]
# The phases win (Oppenheim and Lim 1981 found the same with speech and with pictures). Both results are true: phase says **when**.
# In a tone that never changes there is no when. In the DFT of a *whole* sound, all that happens in time is in the phases.
# That is why lesson 03 cuts sound into pieces so short that little happens within one. Then the magnitudes say nearly all.
#
# ## Leakage: between two bins
#
# Sinusoids with a whole number of turns do not disturb each other. Real tones do not care about our $N$.
#
# > **Guess first:** 128 ms of a tone, over and over. It makes 56 turns in that time, or 56½. What will you hear in the second?

# %% tags=["demo"]
angle = 2 * np.pi * np.arange(1024) / 1024  # one turn
pieces = {"56 turns": np.cos(56 * angle), "56½ turns": np.cos(56.5 * angle)}
pieces["56½ turns, faded"] = (0.5 - 0.5 * np.cos(angle)) * pieces["56½ turns"]
loops = [Sound(0.3 * np.tile(piece, 5), 8_000) for piece in pieces.values()]
listen(*loops, labels=list(pieces), say="The first is a tone without a seam. The second clicks at each seam. The third beats: no click, but waves.")

# %% tags=["demo"]
def level(piece):
    """The spectrum's level (dB), 0 at its largest bin, and no less than −100."""
    magnitude = np.abs(np.fft.rfft(piece))
    return 20 * np.log10(np.maximum(magnitude / magnitude.max(), 1e-5))


k = np.arange(30, 84)
plot_lines(k, {name: level(piece)[k] for name, piece in pieces.items()}, "bin", "level (dB)", height=230,
           alt="56 turns: one bin, all others at the floor. 56½ turns: a wide tent, still at −26 dB ten bins away. "
               "Faded: a narrow peak, far down after five bins.")

# %% [markdown]
# That is what the DFT *sees*: all its sinusoids fit into the piece, so to it the piece goes on and on. A seam is part of
# the sound, and a click has all frequencies. This spreading into all bins is called **leakage**.
#
# The remedy is to fade the piece in and out, with a **window**. The one above is **Hann's**. It costs something, too. For a
# tone of exactly $m$ turns:
#
# $$ \Bigl(\tfrac12 - \tfrac12 \cos\tfrac{2\pi n}{N}\Bigr) e^{2\pi i m n/N} = \tfrac12 e^{2\pi i m n/N} - \tfrac14 e^{2\pi i (m+1) n/N} - \tfrac14 e^{2\pi i (m-1) n/N} $$
#
# One bin has become three. Three tones, one bin apart, *beat*: that is what you heard, once in each piece. What a window does to
# any tone is to draw its own spectrum around it: a bump, the **main lobe**, with small ones beside it, the **side lobes**.
#
# The windows in use are sums of cosines, as Hann's is (Harris 1978):
#
# $$ w[n] = a_0 - a_1 \cos\frac{2\pi n}{N} + a_2 \cos\frac{4\pi n}{N} - \dots = \sum_k (-1)^k a_k \cos\frac{2\pi k n}{N} $$
#
# **Exercise 7** (6 minutes, 1 point). Write it, for any number of coefficients $a_0, a_1, \dots$

# %%
def cosine_window(length, coefficients):
    """The window of `length` samples that is an alternating sum of cosines with these coefficients."""
    ### BEGIN SOLUTION
    n = np.arange(length)
    return sum((-1) ** k * a * np.cos(2 * np.pi * k * n / length) for k, a in enumerate(coefficients))
    ### END SOLUTION

# %%
checks.cosine_window(cosine_window)

# %% [markdown]
# To see the lobes, we look between the bins: a piece that is filled up with zeros has finer bins, and nothing new in it.

# %%
from gan_course.spectral import WINDOWS, main_lobe_width, side_lobe_level

lobes, beside = {}, np.arange(6 * 32 + 1)  # in steps of 1/32 of a bin
for name, coefficients in WINDOWS.items():
    w = cosine_window(1024, coefficients)
    W = np.abs(np.fft.fft(w, 32 * 1024)[beside])
    lobes[name] = 20 * np.log10(np.maximum(W / W.max(), 1e-4))
    print(f"{name:12} main lobe {main_lobe_width(w):.0f} bins wide,",
          f"highest side lobe {side_lobe_level(w):.0f} dB")
plot_lines(beside / 32, lobes, "distance from the tone (bins)", "level (dB)", height=240,
           alt="The right halves of four bumps. The rectangular one is narrowest, its side lobes begin at −13 dB; Blackman's is three times as wide, "
               "its side lobes lie below −58 dB; Hann's and Hamming's are in between.")

# %% [markdown]
# *Rectangular* means no window at all. A narrow main lobe tells near tones apart. Low side lobes show a soft tone beside a loud
# one. No window has both. Try it: a loud tone, some way between two bins, and a tone 60 dB softer, twelve bins above it. Which
# windows show the soft one? Does the sound say why?

# %% tags=["demo"]
def seen_through(off, window):
    x = np.cos((56 + off) * angle) + 0.001 * np.cos(68 * angle)
    piece = cosine_window(1024, WINDOWS[window]) * x
    seen, soft = level(piece), ([68], [level(piece)[68]])
    drawn = plot_lines(np.arange(36, 91), {"level": seen[36:91]}, "bin", "level (dB)",
                       points={"bin of the soft tone": soft}, title=f"{window}, {off:.1f} bins off", height=230)
    looped = Sound(0.3 * np.tile(piece, 5), 8_000)
    return [drawn, listen(looped, labels=["the piece, over and over"], picture="waveform")]


explore(seen_through, off=(0.0, 1.0, 0.1, 0.5), window=list(WINDOWS))

# %% [markdown]
# On the bin, even the rectangular window shows it. Off the bin, Hann's does and Hamming's does not, although its *highest* side
# lobe is lower: Hann's side lobes fall off more quickly. Lesson 03 uses Hann's: a main lobe four bins wide, side lobes
# that are soon gone, and copies that add up to a constant.
#
# ## A sound in a room
#
# Clap your hands in a room, and record what comes back: the **impulse response** $h$. Every sample of a sound is a clap, louder or
# softer, and sets off its own copy of $h$. What you hear is the sum of all these copies, the **convolution** of $x$ and $h$:
#
# $$ y[n] = \sum_m h[m]\, x[n-m] $$
#
# > **Guess first:** what must the impulse response of an echo be, that repeats everything after 0.2 s, half as loud?

# %% tags=["demo"]
echo = np.zeros(1_601)
echo[[0, 1_600]] = 1, 0.5  # 8,000 samples in a second
y = np.convolve(voice.samples, echo)
print(f"all 0 but for two numbers; {len(voice)} + {len(echo)} − 1 = {len(y)} samples come out")
listen(Sound(y, 8_000), labels=[f"{voice.label} with one echo"], picture="waveform",
       say="Everything comes twice, the second time half as loud.")

# %% [markdown]
# The response of a hall is more than one echo: thousands, ever denser and softer. Moorer (1979) found that noise that dies away
# exponentially is a fair likeness, and that is what `hall` is, at the top. But then each of its samples needs a copy of the whole
# sound. Here the spectrum helps. Let all run in circles of $N$ samples, as the DFT sees them. Write $n = m + l$:
#
# $$ Y[k] = \sum_n \sum_m h[m]\, x[n-m]\, e^{-2\pi i k n/N} = \sum_m h[m]\, e^{-2\pi i k m/N} \sum_l x[l]\, e^{-2\pi i k l/N} = H[k]\, X[k] $$
#
# That is the **convolution theorem**: to convolve, multiply the spectra. Each frequency passes the hall on its own.
#
# The catch is "in circles": what goes over the end comes back at the beginning. So make room first: with zeros, up to the length that
# the result needs, $N_x + N_h - 1$. `np.fft.rfft(x, length)` fills up with zeros by itself.
#
# **Exercise 8** (8 minutes, 2 points). Write it, through the spectrum.

# %%
def convolve(x, h):
    """The convolution of x and h, len(x) + len(h) − 1 samples, by multiplying their spectra."""
    ### BEGIN SOLUTION
    length = len(x) + len(h) - 1
    return np.fft.irfft(np.fft.rfft(x, length) * np.fft.rfft(h, length), length)
    ### END SOLUTION

# %%
checks.convolve(convolve)

# %% tags=["demo"]
x, h = strings.samples.astype(float), hall.samples.astype(float)
y, direct = convolve(x, h), np.convolve(x, h)
size = len(y)
print(f"{np.abs(y - direct).max() / np.abs(direct).max():.0e} of the largest sample apart")
print(f"{len(x) * len(h):.1e} multiplications one by one, about {3 * size * np.log2(size):.1e} through the spectrum")

# %% [markdown]
# Now leave out the zeros, and hear the circle:
#
# > **Guess first:** the hall's answer to the last note goes over the end. Where will you hear it?

# %% tags=["demo"]
circle = np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(h, len(x)), len(x))
listen(Sound(y[:12_800]), Sound(circle), labels=["with zeros", "in circles"], picture="waveform",
       say="On the right the hall is already sounding when the piece begins: with the end of what is still to come.")

# %% [markdown]
# ## Short sounds have no sharp pitch
#
# Here are two tones one after the other, 1,000 Hz and a semitone above it, in an order drawn by chance. In each player the tones
# last longer.
#
# > **Guess first:** does the pitch go up or down? From which player on can you tell?

# %% tags=["demo"]
def burst(frequency, duration):
    tone = synthesis.sine(frequency, duration)
    return tone * cosine_window(len(tone), WINDOWS["hann"])


goes_up, semitone = np.random.default_rng(3).random(3) < 0.5, 1000 * 2 ** (1 / 12)
pairs = []
for duration, up in zip((0.005, 0.03, 0.2), goes_up):
    first, second = (1000, semitone) if up else (semitone, 1000)
    pairs.append((0.5 * burst(first, duration)).pad(0.4).then(0.5 * burst(second, duration).pad(0.2)))
listen(*pairs, labels=["5 ms", "30 ms", "200 ms"], picture="waveform",
       say="Two clicks, two short notes, two notes. Write down up or down for each.")

# %% tags=["demo"]
print("they go", ", ".join("up" if up else "down" for up in goes_up))
f, lines = np.fft.rfftfreq(2**15, 1 / 16_000), {}
for duration in (0.005, 0.03, 0.2):
    magnitude = np.abs(np.fft.rfft(burst(1000, duration).samples, 2**15))
    lines[f"{1000 * duration:g} ms"] = magnitude[1200:2900] / magnitude.max()
plot_lines(f[1200:2900], lines, "frequency (Hz)", "magnitude, largest = 1", title="1,000 Hz, for so long", height=230,
           alt="The burst of 5 ms has a bump from 600 to 1,400 Hz, that of 200 ms a needle at 1,000 Hz.")

# %% [markdown]
# In the first player each tone covers hundreds of hertz, and the semitone, 59 Hz, is lost in it. This is not a fault of our ears.
# To measure it, we take the energy at each time as a weight, and ask how far it spreads around its mean; then the same for
# frequency. The **spread** is the standard deviation: with shares $p_j$ that add up to 1,
#
# $$ \mu = \sum_j p_j\, t_j, \qquad \sigma_t = \sqrt{\sum_j p_j\, (t_j - \mu)^2} $$
#
# **Exercise 9** (5 minutes, 1 point). Write it. The weights need not add up to 1: divide by their sum.

# %%
def spread(position, weight):
    """The standard deviation of the positions, each counted with its weight."""
    ### BEGIN SOLUTION
    share = weight / np.sum(weight)
    mean = np.sum(position * share)
    return np.sqrt(np.sum((position - mean) ** 2 * share))
    ### END SOLUTION

# %%
checks.spread(spread)

# %% tags=["demo"]
measured = []
for duration in (0.005, 0.01, 0.03, 0.1, 0.2):
    x = burst(1000, duration)
    in_time = spread(x.times, x.samples**2)
    in_frequency = spread(f, np.abs(np.fft.rfft(x.samples, 2**15)) ** 2)
    measured.append((1000 * in_time, in_frequency))
    print(f"{1000 * duration:3g} ms: spread {1000 * in_time:5.2f} ms and {in_frequency:6.2f} Hz,",
          f"product {in_time * in_frequency:.4f}, which is {4 * np.pi * in_time * in_frequency:.3f} / 4π")
ms = np.geomspace(0.5, 40, 9)
plot_lines(ms, {"product 1 / 4π": 1000 / (4 * np.pi * ms)}, "spread in time (ms)", "spread in frequency (Hz)",
           log="xy", points={"bursts": tuple(zip(*measured))}, title="Shorter is wider", height=230)

# %% [markdown]
# Twice as short is twice as wide, and the product stays just above $1/4\pi$. It can be no less, for any sound (Gabor 1946). Let $u(t)$
# be the envelope, with energy $\int |u|^2 dt = 1$, and both means at 0. Its slope $u'$ has the spectrum $2\pi i f\, U(f)$, so that
# $\int |u'|^2 dt = 4\pi^2 \sigma_f^2$. The slope of $|u|^2$ is $2 \operatorname{Re}(u\, \overline{u'})$, and by parts $\int t\, (|u|^2)'\, dt = -\int |u|^2 dt = -1$.
# With the inequality of Cauchy and Schwarz:
#
# $$ \tfrac12 = \Bigl| \operatorname{Re} \int t\, u\, \overline{u'}\, dt \Bigr| \le \sqrt{\int t^2 |u|^2\, dt \int |u'|^2\, dt} = \sigma_t \cdot 2\pi \sigma_f
# \quad\Longrightarrow\quad \sigma_t\, \sigma_f \ge \frac{1}{4\pi} $$
#
# It is equal for a bell curve alone. Hann's bursts come within 3% of it. So a spectrogram cannot be sharp in both directions,
# whatever the window: lesson 03 lives with that.
#
# ## Check yourself

# %%
quiz([
    {
        "question": "You correlate a sound with a cosine of 440 Hz and get 0. Is there no 440 Hz in it?",
        "answers": [
            {"answer": "There may be: a quarter of a turn late. Ask the sine, too", "correct": True, "feedback": "Yes: only both together find a tone in any phase."},
            {"answer": "There is none", "correct": False, "feedback": "A sine of 440 Hz gives 0 as well, and is all 440 Hz."},
            {"answer": "There is, but too softly", "correct": False, "feedback": "Soft tones give small numbers, not 0."},
        ],
    },
    {
        "question": "1,000 samples at 16 kHz, no window. In which bin is a tone of 440 Hz?",
        "answers": [
            {"answer": "Between 27 and 28, and so a little in all bins", "correct": True, "feedback": "Yes: bins are 16 Hz apart, 440 / 16 is 27.5, and half-way between leaks most."},
            {"answer": "In bin 440", "correct": False, "feedback": "That would be so for one second of sound. Here bins are 16 Hz apart."},
            {"answer": "In bins 27 and 28, and nowhere else", "correct": False, "feedback": "These are the strongest. But without a window their neighbours, 26 and 29, are still a third as strong."},
            {"answer": "In none", "correct": False, "feedback": "Its energy must go somewhere: the sums of squares are equal in time and frequency."},
        ],
    },
    {
        "question": "A recording of 3 s is to be put into a hall of 2 s. You multiply DFTs of 4 s each. What do you hear?",
        "answers": [
            {"answer": "The last second of the answer, at the beginning", "correct": True, "feedback": "Yes: the result needs nearly 5 s, and what does not fit comes back at the start."},
            {"answer": "The right thing: 4 s are more than each of them", "correct": False, "feedback": "The result is as long as both together: 5 s less one sample."},
            {"answer": "The last second is missing, all else is right", "correct": False, "feedback": "Nothing goes missing in a circle. It is added to the beginning."},
        ],
    },
    {
        "question": "You keep the magnitudes of the DFT of a whole sentence, and give it random phases. What is left?",
        "answers": [
            {"answer": "The colour of the voice, as a steady rush", "correct": True, "feedback": "Yes: how strong each frequency is on the whole is there, and when it came is not."},
            {"answer": "The sentence, slightly rough", "correct": False, "feedback": "That happens with pieces of some 30 ms each, where little is left to say when."},
            {"answer": "Silence", "correct": False, "feedback": "The energy is in the magnitudes, and these are all there."},
        ],
    },
    {
        "question": "How do you get two tones 10 Hz apart to be seen as two, with Hann's window?",
        "answers": [
            {"answer": "Take a piece of 0.4 s or more", "correct": True, "feedback": "Yes: the main lobe is 4 bins wide, and 4 / 0.4 s is 10 Hz."},
            {"answer": "Fill up the piece with zeros", "correct": False, "feedback": "That draws the same two bumps, run into one, with more points."},
            {"answer": "Take a higher rate", "correct": False, "feedback": "For the same duration it adds bins at the top, and they stay as far apart."},
        ],
    },
])

# %% [markdown]
# ## What can go wrong
#
# Two ways to spoil a sound in its spectrum, neither of which raises an error. Somebody wants a higher pitch, and *moves* all bins up.
# Somebody keeps the magnitudes, forgets the phases, and goes back.

# %% tags=["demo"]
X, up = np.fft.rfft(plucked.samples), 78.125  # Hz: 40 bins
moved = Sound(np.fft.irfft(np.concatenate([np.zeros(40), X[:-40]])))
faster = Sound(plucked.samples, round(16_000 * (165 + up) / 165))
no_phases = Sound(np.fft.irfft(np.abs(X)))
print("harmonics at 165, 330, 494 Hz. Moved:", [round(f + up) for f in (165, 330, 494)],
      " played faster:", [round(f * (165 + up) / 165) for f in (165, 330, 494)])
listen(plucked, faster, moved, no_phases, picture="waveform",
       labels=["as it was", "played faster", "all bins moved up", "without phases"],
       say="The second is a string again, higher. The third clangs like metal. The fourth begins at its loudest and swells at the end.")

# %% [markdown]
# How to recognise them. A pitched sound that turns to metal: a *sum* where a *product* belongs, since harmonics are multiples. A
# sound that is its own mirror image in time: phases that are all 0. And sound before the beginning: circles, as above.
#
# ## Your hall
#
# Here is the sound from the top, now with *your* `convolve`. How long should the hall ring? Its time constant is in seconds; after 6.9 of
# them it is 60 dB softer, which is what builders call its reverberation time.

# %% tags=["demo"]
def in_a_hall(time_constant, distance):
    h = synthesis.noise(1.0, seed=1) * synthesis.exponential_decay(1.0, time_constant)
    h = distance * h.samples / np.linalg.norm(h.samples)
    h[0] += 1  # the string itself
    y = Sound(convolve(strings.samples, h)).cut(0, 0.95).fade(0, 0.1).at_level(-20)
    return listen(y, labels=[f"reverberation time {6.9 * time_constant:.1f} s"], picture="waveform",
                  say="Near, you hear the string and then the hall. Far, the hall is nearly all there is.")


explore(in_a_hall, time_constant=(0.02, 0.3, 0.02, 0.12), distance=(0.0, 4.0, 0.5, 1.5))

# %% [markdown]
# ## Your turn
#
# Put a recording (wav, flac, ogg or mp3) beside this notebook, write its name between the quotation marks, and run the cells from here
# on. What is it made of, what is left of it without its phases, and what does it sound like in your hall? We take at most the
# first two seconds.

# %%
MY_SOUND = ""  # such as "my_voice.wav"

mine = Sound.load(MY_SOUND, rate=16_000) if MY_SOUND else note("bell", "E4", seed=0).cut(0.02, 0.29)
print(mine.label if MY_SOUND else "No file is named, so a bell of ours stands in.")
mine = Sound(mine.samples[:32_000], 16_000, mine.label).at_level(-26)
w = cosine_window(len(mine), WINDOWS["blackman"])
magnitude = np.abs(np.fft.rfft(w * mine.samples))
peaks = 1 + np.flatnonzero((magnitude[1:-1] > magnitude[:-2]) & (magnitude[1:-1] >= magnitude[2:]))
strong = peaks[np.argsort(-magnitude[peaks])][:5]
print("its strongest sinusoids:", [f"{bin_frequency(k, len(mine)):.0f} Hz" for k in sorted(strong)])

# %% tags=["demo"]
scrambled = Sound(swap_phase(mine.samples, rng.normal(size=len(mine))), 16_000).at_level(-26)
heard = Sound(convolve(mine.samples, hall.samples), 16_000).at_level(-30) + 0.5 * mine
listen(mine, scrambled, heard.cut(0, mine.duration + 0.2).fade(0, 0.1), picture="waveform",
       labels=["as recorded", "phases of noise", "in the hall"],
       say="The second has all the frequencies of the first and nothing of its course. In the third, each sound has a tail.")

# %% [markdown]
# ## Summary
#
# To find a sinusoid, multiply by it and add up, with a cosine and a sine: one complex number. $N$ sinusoids with whole turns are orthogonal,
# so that $N$ samples and $N$ bins say the same; the FFT goes from one to the other in $N \log N$ steps. Magnitudes say what, phases
# say when. Between two bins a tone leaks, and a window trades a wider main lobe for lower side lobes. To convolve, multiply
# spectra, with room for the end. And no sound is short and sharp in pitch: $\sigma_t\, \sigma_f \ge 1/4\pi$.
#
# **Terms:** *correlation*, *orthogonal*, *discrete Fourier transform (DFT)*, *spectrum*, *bin*, *magnitude*, *phase*, *fast Fourier transform (FFT)*,
# *leakage*, *window*, *main lobe*, *side lobe*, *impulse response*, *convolution*, *convolution theorem*, *spread*.
#
# **To read:**
#
# - J. W. Cooley and J. W. Tukey, *An Algorithm for the Machine Calculation of Complex Fourier Series* (1965): five pages that changed
#   what can be computed. M. T. Heideman, D. H. Johnson and C. S. Burrus, *Gauss and the History of the Fast Fourier Transform*
#   (1984): who had known it before.
# - G. Goertzel, *An Algorithm for the Evaluation of Finite Trigonometric Series* (1958): one frequency at a time, as telephones do.
# - F. J. Harris, *On the Use of Windows for Harmonic Analysis with the Discrete Fourier Transform* (1978): all windows in one table, with
#   what each is good for.
# - A. V. Oppenheim and J. S. Lim, *The Importance of Phase in Signals* (1981): the exchange of phases, with pictures as well.
#   R. Plomp and H. J. M. Steeneken, *Effect of Phase on the Timbre of Complex Tones* (1969): how much of it is heard in steady tones.
# - T. G. Stockham, *High-Speed Convolution and Correlation* (1966): convolution through the spectrum. J. A. Moorer, *About This
#   Reverberation Business* (1979): halls from noise, and much else.
# - D. Gabor, *Theory of Communication* (1946): part 1, on what is the least area in time and frequency.
#
# Next: **03 · Spectrograms**.

# %%
checks.summary()
