# %% [markdown]
# # 01 · Sound as numbers
#
# By the end you will have built a guitar string from noise and a mean of two numbers, and it will play you this tune:

# %%
import numpy as np

from gan_course import Sound, synthesis
from gan_course.display import explore, listen, plot_lines, plot_spectrum, plot_waveform, quiz
from gan_course.exercises import lesson

checks = lesson("01")
synthesis.perform(synthesis.GREENSLEEVES, synthesis.pluck)

# %% [markdown]
# Nobody recorded this. Each note began as a row of random numbers.
#
# ## What you will be able to do
#
# - turn a formula into sound: sines, harmonics, frequency modulation, a plucked string;
# - say which tone you will hear when a tone is sampled too slowly, and how to prevent it;
# - measure a level in decibels, and say how many bits a recording needs;
# - recognise aliasing, quantisation and clipping by ear and in a picture;
# - shape a sound with an envelope.
#
# **Builds on:** Python with a little numpy, and lesson 00. **Time:** about 75 minutes with all exercises (46 of them
# for the exercises); the cells run in about 15 seconds on 2 CPU cores, and need no graphics card.
#
# ## A row of numbers
#
# A microphone measures air pressure, many thousand times in a second. Each measurement is a **sample**, and the number of
# samples in a second is the **sample rate**, in hertz. That is all a sound is here: the samples $x[0], x[1], x[2], \dots$
# and their rate. In this course a `Sound` holds both.
#
# Here is a real recording: somebody says a digit. It comes from the Free Spoken Digit Dataset (Zohar Jackson and others,
# CC BY-SA 4.0), about 20 MB that are fetched once. Without a connection you get a note of our own instead.

# %%
from gan_course.datasets import load, note

try:
    spoken = load("digits", rate=8_000, samples=8_192)
    takes = zip(spoken, spoken.parameters["take"], strict=True)
    voice = next(clip for clip, take in takes if clip.label == "7 george" and take == 29)
    voice = voice.trim(-35).at_peak(-1).named("“seven”, a recording")
except (OSError, ValueError, StopIteration):
    print("The recordings are not here: a note of our own stands in. Where the text speaks of a word or its s, hear a reed.")
    voice = note("reed", "A3", seed=5).resample(8_000).cut(0.05, 0.55).at_peak(-1).named("a reed, not a recording")

print("the first samples:", voice.samples[:6].round(4), "… and", len(voice) - 6, "more,", voice.rate, "a second")
listen(voice, say="Above, the waveform: the louder, the wider. Below, what frequencies there are: first only the hiss of the s.")

# %% [markdown]
# A second of this is 8,000 numbers. If we look at 7 milliseconds only, we can count them: each dot is one sample.

# %% tags=["demo"]
start = int(np.argmax(np.abs(voice.samples)))
plot_waveform(Sound(voice.samples[start : start + 56], voice.rate), title="56 samples from the loudest part")

# %% [markdown]
# The numbers do not know how fast they are to be played. The rate says so, and if it is lost, so is the sound.
#
# > **Before you run the next cell:** the same samples, played with 12,000 in a second instead of 8,000. What changes:
# > the pitch, the length, or both?

# %% tags=["demo"]
listen(Sound(voice.samples, 12_000, "the same samples, played at 12,000"),
       say="Compare with the player above. Both change: all is 1.5 times as high, and takes 2/3 of the time.")

# %% [markdown]
# Keep this in mind for your own data: a voice that is too high and too fast, or too low and too slow, has lost its rate.
#
# ## The simplest sound
#
# A tone without any colour is a sine. At frequency $f$ (Hz) it makes $f$ turns of $2\pi$ in a second. With an amplitude
# $A$ and a phase $\varphi$, which says where in its turn it begins:
#
# $$ x(t) = A \sin(2\pi f t + \varphi), \qquad t = n / \text{rate},\quad n = 0, 1, 2, \dots $$
#
# `times` makes those $t$: as many as fit into the duration.

# %%
from gan_course.synthesis import times

print(times(0.001, rate=8_000))

# %% [markdown]
# **Exercise 1** (4 minutes, 1 point). Write `sine`. Compute the samples with the formula, and hand them back as
# `Sound(samples, rate)`.

# %%
def sine(frequency, duration, rate=16_000, phase=0.0, amplitude=1.0):
    """A sine of `frequency` (Hz) that lasts `duration` (s), as a Sound; phase in radians."""
    ### BEGIN SOLUTION
    t = times(duration, rate)
    return Sound(amplitude * np.sin(2 * np.pi * frequency * t + phase), rate, f"sine {frequency:g} Hz")
    ### END SOLUTION

# %%
checks.sine(sine)

# %% tags=["demo"]
listen(sine(440, 0.5, amplitude=0.3), sine(880, 0.5, amplitude=0.3), labels=["440 Hz", "880 Hz"],
       say="Twice the frequency is one octave higher: the same note, in a way. In the picture, a line twice as high.")

# %% [markdown]
# ## Too few samples
#
# Between two samples, anything may happen: nobody measured it.
#
# > **Guess:** at a rate of 8,000 Hz, how do the samples of a 3,000 Hz sine and of a 5,000 Hz sine differ?

# %% tags=["demo"]
low, high = sine(3_000, 0.5, 8_000), sine(5_000, 0.5, 8_000)
print("3,000 Hz:", low.samples[:7].round(3))
print("5,000 Hz:", high.samples[:7].round(3))
print("largest sum of the two:", np.abs(low.samples + high.samples).max().round(9))

# %% [markdown]
# Only in their sign. The samples of 5,000 Hz *are* those of 3,000 Hz upside down, and so that is what you hear. The high
# tone goes by the name of the low one: it has an **alias**.
#
# At a rate $R$, adding $R$ to a frequency adds whole turns between samples, which changes nothing. So what counts is the
# distance from the nearest multiple of $R$:
#
# $$ f_\text{heard} = \left| f - R \cdot \text{round}(f / R) \right| $$
#
# It is never above $R/2$, the **Nyquist frequency**.
#
# **Exercise 2** (5 minutes, 1 point). Write `alias_frequency`. Try it in your head first: $R = 8000$, $f = 7000$.

# %%
def alias_frequency(frequency, rate):
    """The frequency (Hz) that is heard when a sine of `frequency` (Hz) is sampled at `rate` (Hz)."""
    ### BEGIN SOLUTION
    return abs(frequency - rate * np.round(frequency / rate))
    ### END SOLUTION

# %%
checks.alias_frequency(alias_frequency)

# %% [markdown]
# Now move the frequency. The dots are all that the computer has; the orange line is your prediction of what is heard.
# Everything above 4,000 Hz comes back down.

# %% tags=["demo"]
def sampled(frequency):
    heard, fine = sine(frequency, 0.4, 8_000, amplitude=0.3), np.arange(1_000) / 500_000
    predicted = alias_frequency(frequency, 8_000)
    sign = 1 if (frequency // 4_000) % 2 == 0 else -1
    lines = {f"sampled: {frequency} Hz": 0.3 * np.sin(2 * np.pi * frequency * fine),
             f"predicted: {predicted:.0f} Hz": sign * 0.3 * np.sin(2 * np.pi * predicted * fine)}
    dots = {"samples": (times(0.002, 8_000) * 1_000, heard.samples[:16])}
    return [plot_lines(fine * 1_000, lines, "time (ms)", "amplitude", points=dots), heard]


explore(sampled, frequency=(500, 12_000, 100, 5_000))

# %% [markdown]
# > **Guess:** a sine rises steadily from 0 to 8,000 Hz in two seconds, sampled 8,000 times a second. What will you hear?

# %% tags=["demo"]
t = times(2.0, 8_000)
listen(Sound(0.3 * np.sin(2 * np.pi * 2_000 * t**2), 8_000, "rising from 0 to 8,000 Hz"),
       say="It rises for one second and falls for one second. The picture shows the turn, at half the rate.")

# %% [markdown]
# Real recordings have the same trouble. To halve the rate of the voice we may not throw away every second sample: all
# above 2,000 Hz would come back as something else. It has to be removed first, by a low-pass filter, and then it is gone.

# %% tags=["demo"]
print(f"hiss at 3,400 Hz comes back at {alias_frequency(3_400, 4_000):.0f} Hz")
careless, careful = Sound(voice.samples[::2], 4_000), voice.resample(4_000)
listen(careless, careful, labels=["every second sample", "low-passed, then every second"],
       say="The first tenth of a second, softly: on the left the s has come back as a dull rush, on the right little is left.")

# %% [markdown]
# ## How loud?
#
# Level is measured on a logarithmic scale, as we hear ratios. The **level** in decibels (dB) of samples $x$ is
#
# $$ L = 20 \log_{10} \sqrt{\tfrac1N \sum_n x[n]^2}\ \text{dB} $$
#
# The root of the mean square (RMS) is what counts, not the peak. Full scale is 0 dB, so nearly all levels are negative.
#
# > **Before you write it:** a sine of amplitude 1 reaches full scale. Is its level 0 dB?
#
# **Exercise 3** (4 minutes, 1 point). Write `level_db` for an array $x$ of samples.

# %%
def level_db(x):
    """The root-mean-square level of the samples `x`, in dB."""
    ### BEGIN SOLUTION
    rms = np.sqrt(np.mean(x**2))
    return 20 * np.log10(rms)
    ### END SOLUTION

# %%
checks.level_db(level_db)

# %% tags=["demo"]
tone = sine(440, 0.4)
for factor in (1, 1 / 2, 1 / 10, 1 / 1_000):
    print(f"amplitude {factor:5.3f}: {level_db(factor * tone.samples):7.2f} dB")
listen(tone * 0.5, tone * 0.25, tone * 0.05, labels=["−9 dB", "−15 dB", "−29 dB"], picture="waveform",
       say="The second has half the amplitude of the first, the third a tenth. Is the second half as loud to you?")

# %% [markdown]
# Two numbers to remember: twice the amplitude is 6.02 dB more, ten times is 20 dB more. What most listeners call twice as
# loud is about 10 dB (Stevens 1955).
#
# ## How exact?
#
# Samples in most files are whole numbers: with 16 bits there are $2^{16}$ = 65,536 of them. A sample between two
# of these values is rounded. That is **quantisation**, and the rounding error is heard as noise. With $b$ bits the values
# lie one *step* apart, and go from −1 to one step below 1:
#
# $$ \text{step} = 2^{1-b}, \qquad x_q = \text{round}(x / \text{step}) \cdot \text{step} $$
#
# **Exercise 4** (7 minutes, 1 point). Write `quantise` for an array $x$. What lies beyond the last value is set to it.

# %%
def quantise(x, bits):
    """The samples `x`, each rounded to the nearest of 2**bits values from -1 to 1 - step."""
    ### BEGIN SOLUTION
    step = 2.0 ** (1 - bits)
    return np.clip(np.round(x / step) * step, -1, 1 - step)
    ### END SOLUTION

# %%
checks.quantise(quantise)

# %% tags=["demo"]
x, curve = 0.9 * sine(100, 0.01).samples, times(0.01) * 1_000
plot_lines(curve, {"as it was": x, "4 bits": quantise(x, 4), "2 bits": quantise(x, 2)}, "time (ms)", "amplitude")

# %% [markdown]
# > **Guess:** from which of these can you still understand the word: 16, 8, 4, 2 bits?

# %% tags=["demo"]
coarse = [Sound(quantise(voice.samples, bits), voice.rate, f"{bits} bits") for bits in (16, 8, 4, 2)]
listen(*coarse, say="At 8 bits a faint hiss, at 4 a rough noise that follows the voice, at 2 what is soft has vanished.")

# %% [markdown]
# How much noise is that? If the error is spread evenly over one step, its power is $\text{step}^2/12$, and a sine at full
# scale is louder than that by (Bennett 1948)
#
# $$ \text{SNR} = 6.02\, b + 1.76\ \text{dB} $$
#
# the **signal-to-noise ratio** of $b$ bits. Each bit buys 6 dB. Theory is cheap, so let us measure.

# %% tags=["demo"]
bits = range(2, 17)
measured = []
for b in bits:
    x = (1 - 2.0**-b) * sine(997, 1.0).samples  # the largest that is not clipped
    measured.append(level_db(x) - level_db(np.asarray(quantise(x, b)) - x))
theory = 6.02 * np.array(bits) + 1.76
print("4, 8, 16 bits:", [f"{measured[b - 2]:.1f} dB measured, {theory[b - 2]:.1f} in theory" for b in (4, 8, 16)])
plot_lines(bits, {"6.02 b + 1.76": theory}, "bits", "signal-to-noise ratio (dB)", points={"measured": measured})

# %% [markdown]
# At very few bits the dots fall below the line: the error is no longer spread evenly, and the largest sine that is not
# clipped stays half a step below full scale.
#
# **Exercise 5** (1 minute, 1 point). How many bits does a recording need at least for a signal-to-noise ratio of 90 dB?

# %%
bits_needed = None
### BEGIN SOLUTION
bits_needed = 15
### END SOLUTION

# %%
checks.bits_needed(bits_needed)

# %% [markdown]
# ### Aside: noise that helps
#
# Rounding a soft tone gives an error that repeats with the tone: not noise but harmonics, and below half a step nothing
# at all. A little random noise added *before* rounding, called **dither**, turns that into a steady hiss.

# %% tags=["demo"]
soft = sine(440, 1.2).samples * np.linspace(0.3, 0, 19_200)
rng = np.random.default_rng(0)
dither = (rng.uniform(-0.5, 0.5, 19_200) + rng.uniform(-0.5, 0.5, 19_200)) / 8  # of one step at 4 bits
listen(Sound(quantise(soft, 4), 16_000), Sound(quantise(soft + dither, 4), 16_000), labels=["4 bits", "4 bits with dither"],
       say="A tone that fades. Without dither it buzzes, then breaks off. With dither it fades on, into an even hiss.")

# %% [markdown]
# ## Too loud
#
# There is no sample above full scale. What is too large is cut off: **clipping**.
#
# > **Guess:** a sine is clipped. Will you hear the same tone louder, or other tones, too?

# %% tags=["demo"]
pure = sine(440, 0.5, amplitude=0.4)
clipped = Sound(np.clip(pure.samples, -0.1, 0.1), 16_000)
listen(pure, clipped.at_level(pure.level), labels=["sine", "clipped at a quarter, same level"],
       say="The pitch stays, the colour does not: clipped, it buzzes like an old door bell.")

# %% tags=["demo"]
plot_spectrum(clipped.at_level(pure.level), pure, labels=["clipped", "sine"], low=-100)

# %% [markdown]
# The sine had one line, the clipped tone has many: **harmonics**, at 3, 5, 7 … times 440 Hz. And there are smaller lines
# that are no odd multiple of 440 Hz at all. You can say where they come from:

# %% tags=["demo"]
for k in (17, 19, 21, 23):
    print(f"harmonic {k}: {k * 440} Hz, heard at {alias_frequency(k * 440, 16_000):.0f} Hz")

# %% [markdown]
# They are harmonics above 8,000 Hz, folded back. Nothing can remove them afterwards.
#
# ## The shape of a sound
#
# A tone that begins and ends in the middle of things clicks. And it does not sound like anything anybody plays: real notes
# grow and fade. The curve of that is the **envelope**, and one multiplies with it. The classic one has four parts:
# **attack** (from 0 to 1), **decay** (down to the level *sustain*), sustain, and **release** (down to 0 at the very end).
#
# **Exercise 6** (8 minutes, 1 point). Write `envelope`: those straight lines, as an array with one value for each sample.

# %%
def envelope(duration, attack=0.02, decay=0.1, sustain=0.6, release=0.1, rate=16_000):
    """From 0 to 1 in `attack` (s), down to `sustain` in `decay` (s), along, and to 0 in the last `release` (s)."""
    ### BEGIN SOLUTION
    corners = [0, attack, attack + decay, duration - release, duration]
    return np.interp(times(duration, rate), corners, [0, 1, sustain, sustain, 0])
    ### END SOLUTION

# %%
checks.envelope(envelope)

# %% tags=["demo"]
bare = sine(331, 0.7, amplitude=0.4)
shaped = bare * envelope(0.7, 0.05, 0.15, 0.4, 0.3)
listen(bare.pad(0.8), shaped.pad(0.8), labels=["bare", "with an envelope"],
       say="The bare one clicks at its end, a light column in the picture. The other is the same sine, and could be a flute.")

# %% [markdown]
# What is struck or plucked fades by the same *ratio* in each stretch of time: an exponential, $e^{-t/\tau}$, which is a
# straight line in dB:

# %% tags=["demo"]
fading = synthesis.exponential_decay(1.0, 0.3)
for t in (0, 0.3, 0.6, 0.9):
    print(f"after {t} s: {20 * np.log10(fading[int(16_000 * t)]):6.2f} dB")

# %% [markdown]
# How much of what a sound is lies in its envelope? Play one backwards. How strong each frequency is in the whole of it does
# not change:

# %% tags=["demo"]
piano = note("struck", "C4", seed=2)
forwards, backwards = (np.abs(np.fft.rfft(x.samples.astype(float))) for x in (piano, piano.reversed()))
print(f"largest difference of the two spectra: {np.abs(forwards - backwards).max() / forwards.max():.1e} of the largest value")
listen(piano, piano.reversed(), labels=["struck", "the same samples, backwards"],
       say="Left, a hammer on a string. Right, a tone that swells and stops dead, which no string does.")

# %% [markdown]
# ## Colours, by adding
#
# Most things that have a pitch vibrate at many frequencies at once, at whole multiples of one: $f, 2f, 3f, \dots$ How
# strong each **harmonic** is makes the colour. **Additive synthesis** adds them up:
#
# $$ x(t) = \sum_{k=1}^{K} a_k \sin(2\pi k f t) $$
#
# It should leave out those above half the rate. You know why.

# %% tags=["demo"]
def additive(frequency, amplitudes, duration, rate=16_000):
    tone = sine(frequency, duration, rate, amplitude=amplitudes[0])
    for k, a in enumerate(amplitudes[1:], start=2):
        if k * frequency < rate / 2:
            tone = tone + sine(k * frequency, duration, rate, amplitude=a)
    return tone


colours = {"1 harmonic": [1], "4": [1 / k for k in range(1, 5)], "36, a sawtooth": [1 / k for k in range(1, 37)]}
listen(*[additive(220, a, 0.5).gain(-12) * envelope(0.5) for a in colours.values()], labels=list(colours),
       say="One pitch, three colours: the more lines in the picture, the brighter. The last one is like a bowed string.")

# %% [markdown]
# And the voice? We take a stretch of the vowel in the recording, find its pitch, measure how strong each of its harmonics
# is (lesson 02 shows how), and add up sines that are as strong.

# %% tags=["demo"]
loudest = max(range(0, len(voice) - 512, 64), key=lambda n: np.sum(voice.samples[n : n + 512] ** 2))
vowel = voice.samples[loudest : loudest + 512]
likeness = [np.dot(vowel[lag:], vowel[:-lag]) for lag in range(25, 100)]
period = 25 + int(np.argmax(likeness))  # after so many samples it is most like itself
print(f"{1_000 * 512 / voice.rate:.0f} ms from the recording, with a pitch of {voice.rate / period:.0f} Hz")

# %% tags=["demo"]
pitch, t = voice.rate / period, np.arange(512) / voice.rate
strengths = [abs(np.mean(2 * vowel * 2 * np.hanning(512) * np.exp(-2j * np.pi * k * pitch * t)))
             for k in range(1, int(voice.rate / 2 / pitch))]
built = additive(pitch, strengths, 0.4, voice.rate) * envelope(0.4, rate=voice.rate)
repeated = Sound(np.tile(vowel[: 3 * period], 40)[: len(built)], voice.rate) * envelope(0.4, rate=voice.rate)
listen(repeated, built, labels=["three turns of the recording, over and over", "made of sines"],
       say="The same vowel twice: on the right nothing but sines. A voice needs one thing more, that it moves.")

# %% [markdown]
# ## Colours, by bending
#
# To add up 30 sines takes 30 sines. Chowning (1973) found rich sounds with *two*: one swings the phase of the other, so
# fast that we hear no vibrato but new frequencies. **Frequency modulation** (FM), with carrier $c$, modulator $m$ (Hz) and index $I$:
#
# $$ x(t) = A \sin\bigl(2\pi c\, t + I \sin(2\pi m\, t)\bigr) $$
#
# The new lines lie at $c \pm m, c \pm 2m, \dots$; the larger the index, the more of them are strong.
#
# **Exercise 7** (5 minutes, 1 point). Write `fm`. It works for an index that is a number and for an array of them.

# %%
def fm(carrier, modulator, index, duration, rate=16_000, amplitude=1.0):
    """A sine of `carrier` Hz, its phase swung by a sine of `modulator` Hz, as far as `index` says, as a Sound."""
    ### BEGIN SOLUTION
    t = times(duration, rate)
    samples = amplitude * np.sin(2 * np.pi * carrier * t + index * np.sin(2 * np.pi * modulator * t))
    return Sound(samples, rate, f"FM {carrier:g} / {modulator:g} Hz")
    ### END SOLUTION

# %%
checks.fm(fm)

# %% [markdown]
# Play with it. Try a ratio of 1, of 2, of 1.4, and slowly raise the index from 0.

# %% tags=["demo"]
def fm_tone(ratio, index):
    tone = fm(300, 300 * ratio, index, 0.5, amplitude=0.3)
    return [tone * envelope(0.5), plot_spectrum(tone, low=-90)]


explore(fm_tone, ratio=(0.2, 4.0, 0.2, 1.4), index=(0.0, 8.0, 0.5, 2.0))

# %% [markdown]
# With a ratio of 1, 2 or 3 the lines are harmonics of one pitch. With 1.4 they lie at 2, 5, 9, 12, … times 60 Hz: so few of the
# multiples of so low a tone that the ear finds no pitch in them, and it sounds like metal.
# If the index fades with the sound, the colour does, too, as it does in real instruments. Two of Chowning's own recipes:

# %% tags=["demo"]
fading = synthesis.exponential_decay(1.5, 0.35)
bell = fm(200, 280, 10 * fading, 1.5, amplitude=0.5) * fading
swell = np.asarray(envelope(0.8, attack=0.1, decay=0.1, sustain=0.75, release=0.1))
brass = fm(440, 440, 5 * swell, 0.8, amplitude=0.5) * swell
listen(bell, brass, labels=["bell: ratio 1.4, index fades", "brass: ratio 1, index follows the loudness"],
       say="The bell begins bright and ends as a hum. The brass grows brighter as it grows louder.")

# %% [markdown]
# ## A string from noise
#
# Karplus and Strong (1983) went further: no sines at all. Take a turn of noise, $N + 1$ random samples. Then let every
# next sample be the mean of two that came one turn before:
#
# $$ y[n] = \tfrac12 \bigl( y[n - N] + y[n - N - 1] \bigr) $$
#
# Repeating makes a pitch: one turn takes $N + \tfrac12$ samples, as the mean lies half-way between two. And taking the mean
# smooths: with each turn it takes the more from a frequency, the higher it is. So does a string.
#
# > **Guess:** which will last longer, a low string or a high one?
#
# **Exercise 8** (12 minutes, 2 points). Write `pluck`. Choose $N$ so that $N + \tfrac12$ is as near as possible to the
# samples in one period, `rate / frequency`. The noise is `np.random.default_rng(seed).uniform(-1, 1, …)`.

# %%
def pluck(frequency, duration, rate=16_000, seed=0):
    """A plucked string of `frequency` (Hz) that lasts `duration` (s), as a Sound; another `seed`, another pluck."""
    ### BEGIN SOLUTION
    turn = round(rate / frequency - 0.5)
    y = np.random.default_rng(seed).uniform(-1, 1, round(duration * rate))
    for n in range(turn + 1, len(y)):
        y[n] = (y[n - turn] + y[n - turn - 1]) / 2
    return Sound(y, rate, f"pluck {frequency:g} Hz")
    ### END SOLUTION

# %%
checks.pluck(pluck)

# %% tags=["demo"]
listen(pluck(110, 1.2).gain(-6), pluck(440, 1.2).gain(-6), labels=["110 Hz", "440 Hz"],
       say="A pick's noise at first, then a string. High lines fade first, and the high string sooner than the low one.")

# %% tags=["demo"]
string, turn = pluck(110, 1.2), round(16_000 / 110 - 0.5)
turns = {f"turn {k}": string.samples[k * turn : (k + 1) * turn] for k in (0, 5, 50)}
plot_lines(np.arange(turn) / 16, turns, "time in the turn (ms)", "amplitude", "Noise becomes a tone")

# %% [markdown]
# ## Your piece
#
# All that is left is to play. A score is a list: on which beat, which note. This is the tune from the top, the first line
# of *Greensleeves* (traditional, about 1580), played on *your* string, shaped by *your* envelope.

# %% tags=["demo"]
from gan_course.sound import silence
from gan_course.synthesis import frequency_of, midi_number

piece, ring = silence(0.1, 32_000), 1.2
for beat, name in synthesis.GREENSLEEVES:
    string = pluck(frequency_of(midi_number(name)), ring, 32_000, seed=int(10 * beat))
    string = string * envelope(ring, attack=0.002, decay=0.3, sustain=0.4, release=0.8, rate=32_000)
    piece = piece + silence(0.1 + 0.2 * beat, 32_000).then(string)
listen(piece.at_peak(-1).resample(16_000), labels=["played on your string"],
       say="Twenty-one strings, one for each note, and no recording of any.")

# %% [markdown]
# Try a score of your own: change the notes, the beats, the envelope.
#
# ## Your turn
#
# Record something with your phone: a word, a tap on a table, a note of an instrument. Put the file (wav, flac, ogg or
# mp3) beside this notebook, write its name between the quotation marks, and run the cells from here on.

# %%
MY_SOUND = ""  # such as "my_voice.wav"

mine = Sound.load(MY_SOUND) if MY_SOUND else note("struck", "A3", seed=0).cut(0, 0.6)
print(mine.label if MY_SOUND else "No file is named, so a struck note of ours stands in.")
at_full_scale = np.mean(np.abs(mine.samples) >= 0.999 * mine.peak)
print(f"{len(mine):,} samples, {mine.rate:,} a second: {mine.duration:.2f} s")
print(f"level {level_db(mine.samples):.1f} dB, peak {20 * np.log10(mine.peak):.1f} dB, reached by {at_full_scale:.2%} of the samples")
listen(mine, say="Is there silence at its ends, a hum, a rush? A recording that is good to learn from has little of these.")

# %% [markdown]
# Three questions for your recording. Is its peak reached by many samples? Then it was clipped, and no later step mends
# that. Is the level of a part without sound below −50 dB? Otherwise the room is in it. And what does it take to spoil it?

# %% tags=["demo"]
mine = mine.at_peak(-1)
listen(Sound(quantise(mine.samples, 5), mine.rate), Sound(mine.samples[::4], mine.rate // 4),
       labels=["5 bits", "every fourth sample"],
       say="On the left a noise comes and goes with the sound. On the right it is dull, and what was high is folded down.")

# %% [markdown]
# ## Check yourself

# %%
quiz([
    {
        "question": "A tone of 9,000 Hz is sampled 12,000 times a second, without a filter. What do you hear?",
        "answers": [
            {"answer": "3,000 Hz", "correct": True, "feedback": "Yes: the nearest multiple of the rate is 12,000 Hz, 3,000 Hz away."},
            {"answer": "9,000 Hz", "correct": False, "feedback": "No: nothing above 6,000 Hz, half the rate, can come out."},
            {"answer": "6,000 Hz", "correct": False, "feedback": "No: it does not stop at half the rate, it comes back down from there."},
            {"answer": "nothing", "correct": False, "feedback": "That is what a low-pass filter before sampling would do. Here there is none."},
        ],
    },
    {
        "question": "You record with 16 bits, but so softly that the peak is at −60 dB. How many bits does your signal use?",
        "answers": [
            {"answer": "about 6", "correct": True, "feedback": "Yes: each bit is 6 dB, so that 60 dB are 10 bits that stay empty."},
            {"answer": "16", "correct": False, "feedback": "The file has 16, but the large ones are 0 all the time."},
            {"answer": "about 10", "correct": False, "feedback": "Ten are the bits that are lost: 60 / 6. Six are left."},
        ],
    },
    {
        "question": "A tone was clipped, and then made softer by 20 dB. Is it clean again?",
        "answers": [
            {"answer": "No, its harmonics are softer by 20 dB, too", "correct": True, "feedback": "Yes: what was cut off is lost, and the new harmonics stay in proportion."},
            {"answer": "Yes, no sample is at full scale any more", "correct": False, "feedback": "Its flat tops are still flat, only lower."},
            {"answer": "Yes, if a low-pass filter follows", "correct": False, "feedback": "That takes away high harmonics of the voice as well, and leaves what was folded down."},
        ],
    },
    {
        "question": "You double N in the plucked string. What happens?",
        "answers": [
            {"answer": "It sounds about an octave lower and lasts longer", "correct": True, "feedback": "Yes: a turn takes twice as long, and there is one mean for each turn."},
            {"answer": "It sounds about an octave higher", "correct": False, "feedback": "N is the length of a turn, not the number of turns in a second."},
            {"answer": "It plays at half the speed, with the same pitch", "correct": False, "feedback": "The turn is the pitch: when it takes longer, the pitch is lower."},
        ],
    },
])

# %% [markdown]
# ## What can go wrong
#
# **Numbers that wrap around.** Clipping is harsh; this is worse. Whole numbers of 16 bits end at 32,767, and what is one
# more is −32,768. Numpy does not warn.

# %% tags=["demo"]
whole = (voice.samples * 32_767).astype(np.int16)
wrapped, cut = Sound(whole * np.int16(2), voice.rate), Sound(np.clip(2 * voice.samples, -1, 1), voice.rate)
listen(wrapped.gain(-6), cut.gain(-6), labels=["twice as loud, wrapped around", "twice as loud, clipped"],
       say="Wrapped samples crackle at each loud moment. In the picture: jumps between top and bottom, light columns below.")

# %% [markdown]
# *How to recognise it:* crackling that comes with loudness, and a waveform that leaps from one end to the other.
# *What to do:* compute with floating-point samples between −1 and 1, as this course does, and convert at the very end.
#
# **Strings out of tune.** $N$ is a whole number, so that high strings miss their pitch. A **cent** is a hundredth of a
# semitone; thirty of them are plainly out of tune.

# %% tags=["demo"]
for rate in (16_000, 32_000):
    for name in ("A2", "A3", "F5"):
        frequency = frequency_of(midi_number(name))
        played = rate / (round(rate / frequency - 0.5) + 0.5)
        print(f"{name} at {rate} Hz: {frequency:6.1f} Hz asked, {played:6.1f} played, {1200 * np.log2(played / frequency):+5.1f} cents")

# %% [markdown]
# That is why the piece was made at 32,000 samples a second. Jaffe and Smith (1983) tune the string with a small filter instead.
#
# **A lost rate, a click, a level.** If a voice is too high or too low, the rate is wrong. If a sound clicks at its ends, it has no
# fade. If two sounds are to be compared, bring them to one level first (`sound.at_level(-20)`), or you
# compare loudness.
#
# ## Summary
#
# A sound is samples and a rate. Below half the rate, samples hold all there is; above, tones come back as others. Each bit
# is worth 6 dB. What exceeds full scale turns into harmonics. An envelope shapes a sound in time, harmonics give it its
# colour, and a rule as small as the mean of two numbers can be an instrument.
#
# A GAN that makes sound has to get all of this right, and nobody tells it the formulas. Lesson 08 comes back to
# aliasing: networks that upsample make it, too.
#
# **Terms:** *sample*, *sample rate*, *alias*, *Nyquist frequency*, *level*, *decibel*, *root mean square*, *quantisation*,
# *signal-to-noise ratio*, *dither*, *clipping*, *harmonic*, *envelope*, *attack, decay, sustain, release*, *additive
# synthesis*, *frequency modulation*, *cent*.
#
# **To read:**
#
# - C. E. Shannon, *Communication in the Presence of Noise* (1949): section II, why samples are enough below half the rate.
# - S. S. Stevens, *The Measurement of Loudness* (1955): how much louder is twice as loud, as listeners judge it.
# - W. R. Bennett, *Spectra of Quantized Signals* (1948): where the step²/12 comes from, and when it does not hold.
# - S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, *Quantization and Dither: A Theoretical Survey* (1992): why the dither
#   above is the sum of two random numbers.
# - J. M. Chowning, *The Synthesis of Complex Audio Spectra by Means of Frequency Modulation* (1973): short, and full of recipes.
# - K. Karplus and A. Strong, *Digital Synthesis of Plucked-String and Drum Timbres* (1983): the string you built, and how one
#   more random choice turns it into a drum.
# - D. A. Jaffe and J. O. Smith, *Extensions of the Karplus-Strong Plucked-String Algorithm* (1983): tuning, loudness, and better plucks.
#
# Next: **02 · Fourier**.

# %%
checks.summary()
