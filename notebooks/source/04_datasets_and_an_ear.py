# %% [markdown]
# # 04 · Datasets and an ear
#
# At the end of this lesson you have an **ear**: a network, trained by you in seconds, that hears what plays a note and how
# high it is. Later lessons judge GANs with it. First be warned. Another network, also of this lesson, is right about 99 of
# 100 notes that it has never met. It names the six instruments of the first sound without a mistake. In the second sound it
# gets at least half of them wrong:

# %%
import time
from dataclasses import replace

import numpy as np
import torch
from gan_course.datasets import archive, digits, note, notes
from gan_course.display import Monitor, contact_sheet, explore, listen, plot_confusion, plot_lines, plot_spectrogram, quiz
from gan_course.exercises import lesson
from gan_course.sound import Sound
from gan_course.spectral import LogMel, mel_griffin_lim, stft

checks = lesson("04")

# %% tags=["demo"]
def with_hiss(audio, db, seed=1):
    """Clips (…, sample) with white noise, so many dB below (or above) the level of each."""
    hiss = torch.randn(audio.shape, generator=torch.Generator().manual_seed(seed))
    return audio + 10 ** (db / 20) * audio.square().mean(-1, keepdim=True).sqrt() * hiss


six = [note(*name.split(), seed=3) for name in ("bowed A3", "plucked E4", "struck C4", "reed G3", "organ D4", "bell A4")]
clean = torch.stack([sound.tensor() for sound in six])
hissed = with_hiss(clean, -35)

# %% tags=["demo"]
listen(*(Sound(audio[:, :3000].flatten()) for audio in (clean, hissed)), labels=["six notes", "the same, with a faint hiss"],
       say="You hear the same six instruments in both; behind the second there is a hiss, 35 dB softer than each note.")

# %% [markdown]
# ## What you will be able to do
#
# - look at a data set, listen to it and read its card before you use it, and find what is wrong with it;
# - bring recordings to one length and one scale, and go through them in shuffled batches;
# - split data so that a test means something, and notice when it does not;
# - train a classifier, read its confusion matrix, and find out where it fails;
# - decide what you may do with a recording, by its licence and by the consent of whoever is heard.
#
# **Builds on:** lesson 03 (mel spectrograms, decibels, Griffin-Lim). **Time:** 50 minutes to read and listen, about 86 for
# the exercises; the cells take about 50 seconds on 2 CPU cores, no graphics card needed.
#
# ## Look and listen first
#
# > **Guess first:** somebody gives you a dozen notes, named by instrument and pitch. How many of them are what they claim to be?

# %% tags=["demo"]
from gan_course.datasets.found import found

dozen = found()
contact_sheet(dozen, labels=[f"{i}: {dozen.says(i)}" for i in range(12)],
              say="Play each. Does it sound as it should by its name? Does it look like others of its kind?")

# %% [markdown]
# A **contact sheet** is what photographers call a page of small pictures. It takes a minute, and nothing finds faults as
# fast as your eyes and ears. Numbers find the rest. For each clip we take its peak, how many of its samples lie at that peak
# (more than a few do where a recording was too loud for its format), and how like it the most similar other clip is
# (1 is the same wave, louder or softer):

# %% tags=["demo"]
x = dozen.audio
peak = x.abs().amax(1)
at_limit = (x.abs() >= 0.999 * peak[:, None]).float().mean(1) * (peak > 0)
unit = x / x.norm(dim=1, keepdim=True).clamp(min=1e-9)
alike = (unit @ unit.T - 2 * torch.eye(len(x))).amax(1)
print("                peak   at its limit   most like another")
for i in range(len(x)):
    print(f"{i:2}: {dozen.says(i):11} {peak[i]:5.2f} {at_limit[i]:11.1%} {alike[i]:14.2f}")

# %% [markdown]
# **Exercise 1** (8 minutes, 2 points). Five of the twelve have one fault each. Which is which? Write the number of the clip
# for each fault. "A copy" is another clip once more (either of the two will do); "too fast" was read as if it had been
# recorded at twice its rate; "wrong name" is not the instrument that it is said to be.

# %%
faults = {"silent": None, "clipped": None, "a copy": None, "too fast": None, "wrong name": None}
### BEGIN SOLUTION
faults = {"silent": 4, "clipped": 5, "a copy": 8, "too fast": 9, "wrong name": 10}
### END SOLUTION

# %%
checks.faults(faults)

# %% [markdown]
# We planted these five. But real archives have the same ones. Among the 3,032 notes of the Philharmonia Orchestra that we
# looked at, one file is empty and 65 do not sound as their names say. All very loud notes of the clarinet from C#5 up, for
# one, are a semitone too low. If the recordings are on your machine, the next cell measures it, and you can hear it. (They
# must not be passed on as samples, so this notebook stores their pictures and not their sound.)

# %% tags=["demo", "no-audio"]
from gan_course.datasets import orchestra
from gan_course.evaluation import cents, track_pitch

if archive.at_hand(orchestra.ARCHIVE):
    clarinet = orchestra.load(instruments=["clarinet"], pitches=["D5", "F5", "A5"], lengths=["1"], with_misnamed=True, peak=-3)
    off = cents(track_pitch(clarinet.audio, 16_000, high=2000), clarinet.parameters["frequency"])
    named = [f"{clarinet.says(i).removeprefix('clarinet ')}: {off[i]:+.0f} cents" for i in range(len(clarinet))]
    shown = contact_sheet(clarinet, labels=named, say="A semitone is 100 cents. Compare the fortissimo with the others of its pitch.")
else:
    shown = "No orchestra is here: `gan-course data orchestra`, in a terminal, fetches it (the archive is large)."
shown

# %% [markdown]
# ## Read the card
#
# A data set should come with a card that says who made it, of what, for what, and what is known to be wrong with it (Gebru
# et al. 2021 proposed this, after the data sheets of electronic parts). The course has one for each of its sets, in the folder
# `data`. This is some of what `data/digits.md` says of the **Free Spoken Digit Dataset** (Zohar Jackson and contributors):
#
# - what: the words *zero* to *nine* in English, 50 takes of each by each of six speakers, 3,000 recordings at 8 kHz;
# - licence: CC BY-SA 4.0. Use it, share it and build on it, with attribution, under the same licence;
# - test split: takes 0 to 4 of each digit and speaker;
# - six speakers, all male. **They differ in level by more than 20 dB.** Nothing above 4 kHz. One of the voices has a
#   background of noise only 20 dB below the word.
#
# > **Guess first:** which of these lines will come back to bite us?

# %% tags=["demo"]
spoken, word, voice, apart = notes(1200, seed=9), "pitch", "instrument", ("bell", "plucked")
try:
    if archive.at_hand(digits.ARCHIVE):
        spoken, word, voice, apart = digits.load(), "digit", "speaker", digits.HELD_OUT
except OSError as error:
    print(error)
if word != "digit":
    print("No spoken digits are here: `gan-course data digits`, in a terminal, fetches them (20 MB). Until then 1,200 notes of "
          "ours stand in: for digit read pitch, for speaker read instrument.")
print(spoken)

# %% tags=["demo"]
contact_sheet(spoken, count=9, gain="each",
              say="Nine at random. What differs from speaker to speaker, besides the voice? Listen to the background.")

# %% [markdown]
# We did not choose these nine. They are drawn at random, since whoever chooses sees what they want to see. The sound is
# of the Free Spoken Digit Dataset, Zohar Jackson and contributors, CC BY-SA 4.0.
#
# Now count and measure. Does every class have as many clips? How long are they, and how loud?

# %% tags=["demo"]
for kind in (word, voice):
    counts = torch.bincount(spoken.labels[kind], minlength=len(spoken.classes[kind]))
    print(f"{kind}: {len(counts)} classes of {counts.min()} to {counts.max()} clips")
if "duration" in spoken.parameters:
    least, middle, most = spoken.parameters["duration"].quantile(torch.tensor([0.0, 0.5, 1.0])).tolist()
    print(f"duration: {least:.2f} s to {most:.2f} s, half of them below {middle:.2f} s")
level = 10 * spoken.audio.square().mean(1).clamp(min=1e-10).log10()
bins, curves, middles = torch.arange(-60.0, -4.0, 2), {}, []
for i, name in enumerate(spoken.classes[voice]):
    own = level[spoken.labels[voice] == i]
    curves[name] = torch.histc(own, len(bins), -61, -5) / len(own)
    middles.append(f"{name} {own.median():.0f} dB")
plot_lines(bins, curves, "level of the clip (dB)", "share of the clips", title=f"How loud each {voice} is",
           alt=f"How loud each {voice} is, with one hump each; the medians are {', '.join(middles)}.")

# %% [markdown]
# Two of the speakers hardly overlap with the others. Keep that picture in mind.
#
# ## One length
#
# A network reads clips of one length, ours 16,384 samples, and recordings have any. A shorter one gets silence on both sides.
# Of a longer one we keep a part. Which? The beginning, say most programs, and that is what they get:

# %% tags=["demo"]
late = Sound(np.zeros(11_000)).then(note("reed", "E4", seed=2)).then(Sound(np.zeros(6_000)))
first = Sound(late.samples[:16_384])
print(f"{late.duration:.2f} s; the first 1.024 s hold {(first.samples**2).sum() / (late.samples**2).sum():.0%} of the energy")
listen(late, first, labels=["a recording", "its first 16,384 samples"], picture="waveform", coding="mp3",
       say="In the second the note is cut off as soon as it has begun.")

# %% [markdown]
# **Exercise 2** (10 minutes, 2 points). Fit a recording `x`, a numpy array `(sample,)`, to `samples` samples. A shorter one is
# centred in silence; if an odd number of zeros is missing, the odd one goes to the end. Of a longer one, keep the stretch with the
# most energy, the sum of the squared samples; of several with the same energy, the first.

# %%
def fit(x, samples):
    """A recording (sample,) brought to a length: centred in silence, or its stretch with the most energy."""
    ### BEGIN SOLUTION
    missing = samples - len(x)
    if missing >= 0:
        return np.pad(x, (missing // 2, missing - missing // 2))
    energy = np.concatenate([[0.0], np.cumsum(np.square(x, dtype=np.float64))])
    start = int(np.argmax(energy[samples:] - energy[:-samples]))
    return x[start : start + samples]
    ### END SOLUTION

# %%
checks.fit(fit)

# %% tags=["demo"]
fitted = Sound(fit(late.samples, 16_384))
print(f"now {(fitted.samples**2).sum() / (late.samples**2).sum():.1%} of the energy are kept")
listen(fitted, labels=["fitted"], picture="waveform", coding="mp3", say="The note is whole. What was cut is silence.")

# %% [markdown]
# ## Batches
#
# A network does not learn from all clips at once, nor from one at a time. At each step it is shown a **batch**, a few dozen,
# and moves a little way down their mean cost. One pass through all clips is an **epoch**.
#
# > **Guess first:** files come sorted, all bowed notes first, then all plucked ones. What would a network learn from batches in
# > that order?

# %% tags=["demo"]
data, new = notes(2048, seed=0), notes(666, seed=1)
print(data)
by_name = data.labels["instrument"].argsort()
for name, order in (("sorted", by_name), ("shuffled", torch.randperm(2048, generator=torch.Generator().manual_seed(0)))):
    print(f"{name:9} first batches of 32:", [data.labels["instrument"][part].unique().tolist() for part in order.split(32)[:3]])

# %% [markdown]
# From sorted batches it would learn to say "bowed" to everything, then to say "plucked" to everything, and forget each in turn.
# So clips are shuffled, anew for each epoch. And the order comes from a **seed**, so that a run can be repeated, when you want to
# know whether a change of yours made things better or just the order.
#
# **Exercise 3** (8 minutes, 2 points). Write it: the indices 0 to `count` − 1 in a random order that the seed decides, cut into
# batches of `size`; the last one holds what is left. Take a generator of your own, so that nobody else's random numbers change.

# %%
def batches(count, size, seed):
    """The indices of `count` clips in a new order, in batches; the last one holds what is left."""
    ### BEGIN SOLUTION
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))
    return list(order.split(size))
    ### END SOLUTION

# %%
checks.batches(batches)

# %% tags=["demo"]
epoch = batches(len(data), 32, seed=0)
print(f"{len(epoch)} batches; one of them: audio {tuple(data.audio[epoch[0]].shape)}, (clip, sample)")
print("the same seed, the same batches:", all(map(torch.equal, epoch, batches(len(data), 32, seed=0))))

# %% [markdown]
# ## One scale, and its floor
#
# Mel magnitudes reach from 0.00001 to 10, and most are tiny. A network learns best from numbers of about the size of 1. So we take
# decibels, cut off what is below a **floor**, and map what is left to $[-1, 1]$:
#
# $$ z = 2 \, \frac{L - \text{floor}}{\text{ceiling} - \text{floor}} - 1, \qquad L = 20 \log_{10} |X| \text{, no less than the floor} $$
#
# **Exercise 4** (8 minutes, 2 points). Write it for magnitudes of any shape. Silence is −1, and so is all that lies below the
# floor; what is above the ceiling is 1.

# %%
def to_unit(magnitude, floor=-80.0, ceiling=10.0):
    """Magnitudes as numbers in [−1, 1]: −1 is `floor` dB and all below, 1 is `ceiling` dB and all above."""
    ### BEGIN SOLUTION
    db = 20 * torch.log10(magnitude.clamp(min=10 ** (floor / 20)))
    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1)
    ### END SOLUTION

# %%
checks.to_unit(to_unit)

# %% [markdown]
# **Exercise 5** (6 minutes, 1 point). And back. A generator will draw numbers a little beyond ±1: take them for the end that they are
# beyond. And −1 is not "−80 dB", it is silence, a magnitude of 0. (Otherwise every pause of a generated sound would hiss.)

# %%
def from_unit(z, floor=-80.0, ceiling=10.0):
    """Numbers in [−1, 1] as magnitudes, the inverse of `to_unit`; −1 is silence."""
    ### BEGIN SOLUTION
    db = floor + (z.clamp(max=1) + 1) / 2 * (ceiling - floor)
    return 10 ** (db / 20) * (z > -1)
    ### END SOLUTION

# %%
checks.from_unit(from_unit)

# %% [markdown]
# With the mel filters of lesson 03 this is the `LogMel` that we know, number for number. (A sine of amplitude 1 has the
# magnitude 256 there; we divide by that, so that 0 dB is full scale.)

# %% tags=["demo"]
log_mel = LogMel()


def mel_of(audio):
    """Mel magnitudes (…, band, frame) of clips (…, sample), 1 for a sine at full scale."""
    magnitude = stft(audio)[..., :-1].abs()
    return log_mel.filters(magnitude) @ magnitude / 256

# %% tags=["demo"]
difference = (to_unit(mel_of(data.audio[:8])) - log_mel.encode(data.audio[:8])[:, 0]).abs().max()
print(f"largest difference from the library's LogMel: {difference:.0e}")

# %% [markdown]
# Which floor? That is not a matter of taste. Too high, and the ends of notes and their weak partials are gone. Move it, look and
# listen:
#
# > **Guess first:** from where on will you miss something: −60, −40 or −20 dB?

# %% tags=["demo"]
def through(floor):
    z = to_unit(mel_of(clean[1]), floor)
    wave = mel_griffin_lim(256 * from_unit(z, floor), log_mel.filters(z), length=16_384)
    picture = plot_spectrogram(z, unit="", low=-1, high=1, frequencies=log_mel.frequencies(),
                               title=f"A plucked E4 with a floor of {floor} dB")
    return [picture, listen(six[1], Sound(wave), labels=["as it was", f"floor {floor} dB"], picture=None,
                            say=f"{(z <= -1).float().mean():.0%} of the picture is at the floor. Listen to the end of the note.")]


explore(through, floor=(-100, -10, 5, -50))

# %% [markdown]
# So take the lowest floor there is? Below the notes there is nothing but hiss, 16-bit rounding, and the noise of the room. A low
# floor gives all that a large part of $[-1, 1]$. We measure what it does to the simplest classifier that there is, which
# needs no training: find the **nearest neighbour**, the picture among 1,024 known ones that differs least, and say what that one is.

# %% tags=["demo"]
def nearest(z, known):
    """For each picture the index of the one among the known ones that is least different."""
    return torch.cdist(z.flatten(1), known.flatten(1)).argmin(1)

# %% tags=["demo"]
known, others = mel_of(data.audio[:1024]), new.select(slice(200))
truth, names = others.labels["instrument"], data.labels["instrument"][:1024]
faint = 0.001 * torch.randn(200, 16_384, generator=torch.Generator().manual_seed(0))
tests = {"clean": mel_of(others.audio), "hiss at −60 dB": mel_of(others.audio + faint)}
floors = [-140, -120, -100, -80, -60, -40, -30, -20, -10]
curves = {}
for name, mel in tests.items():
    curves[name] = [(names[nearest(to_unit(mel, f), to_unit(known, f))] == truth).float().mean() for f in floors]
    print(f"{name}: right at a floor of −60 dB {curves[name][4]:.0%}, of −140 dB {curves[name][0]:.0%}")
plot_lines(floors, curves, "floor (dB)", "share of instruments heard right", title="Too high loses sound, too low drowns it")

# %% [markdown]
# On the left a hiss that you can hardly hear fills half of the range, and the nearest picture is whichever is brightest: each dark cell of a clean picture counts as a difference. On the right
# the notes themselves are cut off. A floor belongs a little above the noise of your recordings: measure it in their pauses. And
# it belongs to the data set, as one fixed number. A floor "80 dB below the loudest point of *this* clip" makes a soft
# note and a loud one the same picture.
#
# ### Statistics from the training part only
#
# Many recipes then **standardise**: take away each band's mean and divide by its standard deviation. Both must come from the
# *training* part, whatever they are applied to. They are part of the model, as its weights are.
#
# **Exercise 6** (8 minutes, 2 points). Write it for pictures `(clip, frequency, frame)`, with the statistics of `train`, over clips and
# frames, for each band. In some bands there may never be any sound: divide by 0.001 at least.

# %%
def standardise(x, train):
    """x (clip, frequency, frame) less the mean, over the standard deviation, that each band has in `train`."""
    ### BEGIN SOLUTION
    mean = train.mean((0, 2), keepdim=True)
    deviation = train.std((0, 2), keepdim=True)
    return (x - mean) / deviation.clamp(min=0.001)
    ### END SOLUTION

# %%
checks.standardise(standardise)

# %% [markdown]
# > **Guess first:** a colleague standardises the test part by *its own* mean and deviation. The accuracy is as good as with yours.
# > What is wrong with that?

# %% tags=["demo"]
train_z, test_z = to_unit(known), to_unit(tests["clean"])
learnt = standardise(train_z, train_z)
rows = {
    "statistics of the training part": standardise(test_z, train_z),
    "of the whole test part": standardise(test_z, test_z),
    "of each test clip alone": torch.cat([standardise(z[None], z[None]) for z in test_z]),
}
for name, z in rows.items():
    print(f"{name:32} {(names[nearest(z, learnt)] == truth).float().mean():.0%} of the instruments right")

# %% [markdown]
# On 200 balanced notes nobody notices. But the day somebody gives the network *one* clip, it fails: what a band's mean is
# over all notes is quite another thing than what it is in one. And with a test part that differs in kind, only bells, say, its own
# statistics would hide just that difference. Here, as in most of the course, we do without: one fixed floor and one ceiling, known before
# any data were seen, are the safest statistics there are.
#
# ## A result too good to be true
#
# A study, as one might read it. 120 notes were recorded, each in four takes, by players who are left-handed or right-handed. One fifth
# of the 480 clips is drawn at random for testing. A classifier hears from a single note which hand the player writes with.
#
# > **Guess first:** it is right in 99 of 100 cases. Do you believe it?

# %% tags=["demo"]
random = torch.Generator().manual_seed(0)
played = notes(120, seed=5)
takes = [with_hiss(torch.roll(played.audio, shift, 1), -45, seed=shift) for shift in (0, 300, 500, 700)]
clips = torch.stack(takes, 1).flatten(0, 1)
recording = torch.arange(120).repeat_interleave(4)
hand = torch.randint(2, (120,), generator=random)[recording]
pictures = to_unit(mel_of(clips))


def right_hand(test):
    """The share of the test clips (a mask) whose hand the nearest training clip tells."""
    return (hand[~test][nearest(pictures[test], pictures[~test])] == hand[test]).float().mean()


at_random = torch.rand(480, generator=random) < 0.2
print(f"right on clips that are not in the training part: {right_hand(at_random):.0%}")

# %% [markdown]
# Read the cell again. There are no hands in it. `hand` is **the toss of a coin** for each note, and nobody can hear a coin. Yet the
# test clips were *not* in the training part. What did it hear? Here are three of them, each with the training clip that was nearest:

# %% tags=["demo"]
tested, kept = at_random.nonzero()[:3, 0], (~at_random).nonzero()[:, 0]
pairs = torch.stack([tested, kept[nearest(pictures[tested], pictures[kept])]], 1).flatten()
contact_sheet([Sound(clips[i]) for i in pairs], seconds=0.5,
              labels=[f"note {i // 4}, take {i % 4}, {('test', 'training')[k % 2]}" for k, i in enumerate(pairs.tolist())],
              say="Each test clip has a sister in the training part: another take of the same note.")

# %% [markdown]
# It has heard nothing about hands. It has recognised the *note* and remembered the coin that was tossed for it. That is a **leak**: what is
# tested was seen in training, in another guise. Takes of one note, pieces of one recording, copies with added noise, a song and its
# remix: all of these leak. The mark of a leak is a result that is too good. For how many clips of the test part can it work?
#
# **Exercise 7** (4 minutes, 1 point). Each recording has four takes, and each clip is drawn for testing with probability 0.2, whatever the
# others are. With what probability has a test clip at least one other take of its recording in the training part?

# %%
leaked = None
### BEGIN SOLUTION
leaked = 1 - 0.2**3
### END SOLUTION

# %%
checks.leaked(leaked)

# %% tags=["demo"]
sisters = torch.tensor([bool((~at_random[4 * r : 4 * r + 4]).any()) for r in recording[at_random].tolist()])
print(f"computed {leaked:.1%}, counted in this split {sisters.float().mean():.1%}")

# %% [markdown]
# The remedy: draw *recordings*, and let all their clips go to the same side. What counts as one **group** depends on what you want
# to know. Will it work for new notes? Then group by note. For new speakers? By speaker. For new rooms? By room.
#
# **Exercise 8** (10 minutes, 2 points). `groups` holds a number for each clip, the same for all that belong together. Return a mask, True for
# testing, such that no group is on both sides. Draw `round(share · number of groups)` groups, one at least, by the seed and nothing else.

# %%
def split_by_group(groups, share, seed):
    """Which clips are for testing: a mask (clip,), such that no group is on both sides."""
    ### BEGIN SOLUTION
    names = groups.unique()
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed))
    count = max(1, round(share * len(names)))
    return torch.isin(groups, names[order[:count]])
    ### END SOLUTION

# %%
checks.split_by_group(split_by_group)

# %% tags=["demo"]
shares = torch.stack([right_hand(split_by_group(recording, 0.2, seed)) for seed in range(20)])
print(f"right, split by recording, over 20 splits: {shares.mean():.0%} on average ({shares.min():.0%} to {shares.max():.0%})")

# %% [markdown]
# Half on average: a coin is a coin. That it varies so much is right, too. There are only 24 recordings in the test part, so this is like counting heads in
# 24 tosses; their four takes each do not make it 96. (The library's data sets decide by a hash of each group's name, `datasets.splits.held_out`: then no clip
# changes sides when new ones come.) Before you believe a good result, ask what each test clip's nearest neighbour in the training part
# is. Lesson 10 asks the same of a generator, to see whether it has learnt notes by heart.
#
# ## The ear
#
# Now train a network: four convolutions that each halve the picture, then 64 numbers that describe the sound, then for each class one
# number, its **logit** $l_c$. Logits are logarithms of probabilities, but for a constant. The **cross-entropy** is the cost of
# a clip whose true class is $t$. It is the logarithm of how *improbable* the network thought the truth:
#
# $$ p_c = \frac{e^{l_c}}{\sum_k e^{l_k}}, \qquad -\log p_t = \log \sum_k e^{l_k} - l_t $$
#
# Written like this, it breaks: $e^{89}$ is infinite in 32 bits. But with the largest logit $m$ taken out,
# $\log \sum_k e^{l_k} = m + \log \sum_k e^{l_k - m}$, no exponent is above 0, and the sum is at least 1.
#
# **Exercise 9** (10 minutes, 2 points). Write it for a batch of logits `(batch, class)` and the true classes `(batch,)`: the mean over the
# batch, in nats (natural logarithm), finite for any logits.

# %%
def cross_entropy(logits, labels):
    """The mean over a batch of −log of the probability that is given to the true class, in nats."""
    ### BEGIN SOLUTION
    largest = logits.amax(1)
    log_of_sum = largest + (logits - largest[:, None]).exp().sum(1).log()
    of_truth = logits.gather(1, labels[:, None])[:, 0]
    return (log_of_sum - of_truth).mean()
    ### END SOLUTION

# %%
checks.cross_entropy(cross_entropy)

# %% [markdown]
# Your `batches` and your `cross_entropy` go into the loop that trains it. The first cell only shows how it is going. Read the second: that is all there is to
# training. `change` may do something to a batch before the network sees it; for now it does nothing.

# %% tags=["demo"]
class Watch:
    """Shows costs, and the time that is left, while a network trains."""

    def __init__(self, title, steps):
        self.monitor, self.steps, self.done, self.begun = Monitor(title), steps, 0, time.monotonic()
        self.monitor.started(steps)

    def __call__(self, costs):
        self.done += 1
        left = (time.monotonic() - self.begun) / self.done * (self.steps - self.done)
        self.monitor.step(self.done, {kind: cost.item() for kind, cost in costs.items()}, left)
        if self.done == self.steps:
            self.monitor.finished()


# %% tags=["demo"]
from gan_course.networks import Classifier


def train(clips, kinds, epochs, title, change=lambda pictures, random: pictures):
    """A classifier of `kinds` of labels, after so many epochs."""
    pictures, per_epoch = log_mel.encode(clips.audio), -(-len(clips) // 32)
    torch.manual_seed(0)
    network = Classifier(pictures.shape[1:], {kind: len(clips.classes[kind]) for kind in kinds})
    optimiser = torch.optim.AdamW(network.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, epochs * per_epoch)
    watch, random = Watch(title, epochs * per_epoch), torch.Generator().manual_seed(0)
    for chosen in (batch for epoch in range(epochs) for batch in batches(len(clips), 32, epoch)):
        logits = network(change(pictures[chosen], random))
        costs = {kind: cross_entropy(logits[kind], clips.labels[kind][chosen]) for kind in kinds}
        optimiser.zero_grad()
        sum(costs.values()).backward()
        optimiser.step()
        schedule.step()
        watch(costs)
    return network


# %% [markdown]
# > **Guess first:** before training, the network knows nothing. What is the cross-entropy of six instruments then, and of 37 pitches?

# %% tags=["demo"]
print(f"log 6 = {np.log(6):.2f}, log 37 = {np.log(37):.2f}")
first = train(data, ["instrument", "pitch"], epochs=4, title="An ear of clean notes")

# %% tags=["demo"]
from gan_course.evaluation import Ear

deaf = Ear(first, log_mel, data.classes)
print({kind: f"{share:.1%}" for kind, share in deaf.accuracy(new).items()}, "of 666 notes that it never met")

# %% [markdown]
# Notes of another seed share no recording with those it has learnt from, so nothing leaks. Where are its few mistakes? A table of how
# often each class was heard as which shows it, a **confusion matrix**.
#
# **Exercise 10** (6 minutes, 2 points). Write it: counts `(truth, heard)`, true classes downwards. `truth` and `heard` hold a class from 0 to
# `count` − 1 for each clip; a class that no clip has keeps its row of zeros.

# %%
def confusion_matrix(truth, heard, count):
    """How often each of `count` classes was heard as which: counts (truth, heard)."""
    ### BEGIN SOLUTION
    pairs = count * truth + heard
    return torch.bincount(pairs, minlength=count**2).view(count, count)
    ### END SOLUTION

# %%
checks.confusion_matrix(confusion_matrix)

# %% tags=["demo"]
def confusion(ear, clips, kind):
    """The confusion matrix of an ear on clips, for one kind of label."""
    heard = ear.hear(clips)[kind].argmax(1)
    return confusion_matrix(clips.labels[kind], heard, len(clips.classes[kind]))


plot_confusion(confusion(deaf, new, "instrument"), data.classes["instrument"], title="The first ear, on new notes")

# %% [markdown]
# Nearly all on the diagonal. Shall we use it? Remember the two sounds at the top. Here is what it says of them:

# %% tags=["demo"]
print("six notes:      ", ", ".join(deaf.says(clean)))
print("with faint hiss:", ", ".join(deaf.says(hissed)))

# %% tags=["demo"]
hissy = replace(new, audio=with_hiss(new.audio, -30))
print({kind: f"{share:.1%}" for kind, share in deaf.accuracy(hissy).items()}, "with a hiss 30 dB below each note")
plot_confusion(confusion(deaf, hissy, "instrument"), data.classes["instrument"], title="The first ear, on the same notes with hiss")

# %% [markdown]
# The pitch is as clear to it as before, and the instruments are gone: it says nearly the same to every note. Why? In our training
# notes **silence is perfect**. Where a bell has died away, the picture is exactly −1. "How black is it after half a second?" is the
# easiest way to tell a bell from a bowed string, and it never failed in training. One percent of noise, and no note is black any more. The
# test part could not tell us, because its silence is just as perfect. A good test result holds for data *like the test data*, and for nothing else.
#
# The remedy is to show it, in training, what may differ and must not matter: **augmentation**. Each time a clip is shown, it comes a little
# earlier or later, up to 12 dB softer, and with a hiss of random loudness. Never higher or lower: pitch is a label.

# %% tags=["demo"]
from gan_course.evaluation.ear import varied

noise = log_mel.encode(0.1 * torch.randn(64, 16_384, generator=torch.Generator().manual_seed(0)))
second = train(data, ["instrument", "pitch"], epochs=5, title="An ear that is used to hiss",
               change=lambda pictures, random: varied(pictures, noise, log_mel, random))

# %% tags=["demo"]
ear = Ear(second, log_mel, data.classes)
for name, clips_ in (("clean notes", new), ("with hiss", hissy)):
    print(f"{name:12}", {kind: f"{share:.1%}" for kind, share in ear.accuracy(clips_).items()})
print("six notes with hiss:", ", ".join(ear.says(hissed)))

# %% [markdown]
# Move the hiss, and hear what both ears hear. Which of the two hears more like you?

# %% tags=["demo"]
def with_both_ears(hiss):
    audio = with_hiss(clean[[5]], hiss)[0]
    said = [f"{name}: {one.says(audio)[0]} ({one.hear(audio)['instrument'].max():.0%} sure of the instrument)"
            for name, one in (("the first ear", deaf), ("the second", ear))]
    return listen(Sound(audio).cut(0, 0.6), labels=[f"a bell, hiss at {hiss} dB"], say="; ".join(said))


explore(with_both_ears, hiss=(-70, 0, 5, -30))

# %% [markdown]
# That is the course's ear: this loop, with 500 batches of 64 and 4,096 notes, is `train_ear` in the library, and the weights that it made
# come with the course. There are two of each, `ear-notes` and `ear-notes-judge`, trained from other seeds on other notes. Whoever chooses the best of ten generators by what one ear
# says, must have it judged by the other.

# %% tags=["demo"]
from gan_course.zoo import load_ear

shipped = load_ear("ear-notes")
for name, clips_ in (("clean notes", new), ("with hiss", hissy)):
    print(f"{name:12}", {kind: f"{share:.1%}" for kind, share in shipped.accuracy(clips_).items()})

# %% [markdown]
# ## Real notes
#
# Your ear was trained on sounds made by formulas. What does it hear in a real orchestra?
#
# > **Guess first:** which will it hear better in a cello, the pitch or the kind of instrument?

# %% tags=["demo", "no-audio"]
if archive.at_hand(orchestra.ARCHIVE):
    real = orchestra.load(pitches=range(40, 77), peak=-3.0)
else:  # our own notes, as if played in a hall
    hall = torch.randn(16_384, generator=torch.Generator().manual_seed(2)) * torch.exp(-torch.arange(16_384) / 3000)
    spectra = torch.fft.rfft(notes(300, seed=11).audio, 32_768) * torch.fft.rfft(hall, 32_768)
    wet = torch.fft.irfft(spectra)[:, :16_384]
    real = replace(notes(300, seed=11), audio=0.7 * wet / wet.abs().amax(1, keepdim=True), name="notes in a hall, since no orchestra is here")
print(real)

# %% tags=["demo", "no-audio"]
heard = ear.hear(real)
pitch_right = heard["pitch"].argmax(1) == ear.truth(real, "pitch")
sure = {name: ear.hear(clips_)["instrument"].amax(1).mean() for name, clips_ in (("our notes", new), ("these", real))}
print(f"pitch: {pitch_right.float().mean():.1%} right")
print("how sure it is of the instrument, on average:", {name: f"{share:.0%}" for name, share in sure.items()})
table = confusion_matrix(real.labels["instrument"], heard["instrument"].argmax(1), len(real.classes["instrument"]))[:, :6]
plot_confusion(table, real.classes["instrument"], heard=ear.classes["instrument"], title="What it takes real instruments for")

# %% [markdown]
# Two things to see. *Pitch* has survived nearly whole. It is where the partials are, and that is the same physics in a cello and in a
# formula. The *kind of instrument* has not. A cello is bowed, but the ear takes more cellos for an organ than for a bowed string; and bassoon and English horn, which are reeds, are nearly all organs to it. It has no way to say "none of
# these": it must choose one of six, and it does so with confidence. This is **domain shift**: the labels mean the same, and the sounds come from
# elsewhere. Attacks, noise of breath and bow, rooms, and loudness all differ.
#
# And the pitches that it got wrong: is the ear at fault there, or the data?

# %% tags=["demo", "no-audio"]
off = cents(track_pitch(real.audio, real.rate), real.parameters["frequency"])
print(f"{'':16}{'pitch heard right':>18}{'tuning, median, without sign':>30}")
for i, name in enumerate(real.classes["instrument"]):
    own = real.labels["instrument"] == i
    print(f"{name:16}{pitch_right[own].float().mean():18.0%}{off[own].abs().nanmedian():24.0f} cents")

# %% [markdown]
# With the orchestra at hand, about three in four of the wrong pitches are the saxophone's. A tracker that has learnt nothing finds it half a semitone out of
# tune: there, "the nearest pitch" is a toss-up. The card says so, too. Whenever a class fails, look at its data before you blame the
# network.
#
# An ear that is trained on the orchestra itself (it comes with the course, `ear-orchestra`) has other troubles: by its card it hears .966 of the pitches right
# when other takes of the *same* notes were in its training part, and an ear that was trained without them .769. You know why.
#
# ## Voices, by take and by speaker
#
# Back to the spoken digits. Their own test split is takes 0 to 4 of each speaker: the same six voices are in both parts. Is that a leak? It depends on the
# question. For "does it understand *these six men*?" it is right. For "does it understand people?" it is not.

# %% tags=["demo"]
take = spoken.parameters.get("take", torch.arange(len(spoken)) % 50)
own_split = take < 5
by_take = own_split if own_split.any() else take >= 45
if not own_split.any():
    print("The official test takes, 0 to 4, are not in the part that is here: takes 45 to 49 are held out instead.")
held = torch.tensor([spoken.classes[voice].index(name) for name in apart])
by_voice = torch.isin(spoken.labels[voice], held)
print(f"by take {int(by_take.sum())} clips for testing; by {voice} {int(by_voice.sum())} ({', '.join(apart)})")

# %% [markdown]
# First the trap that the picture of levels warned us of. Here is a "recogniser of speakers" that hears nothing but one number, the level of the clip, and
# looks which speaker had that level most often:

# %% tags=["demo"]
labels = spoken.labels[voice]
near = (level[by_take][:, None] - level[~by_take]).abs().topk(51, largest=False).indices
guessed = labels[~by_take][near].mode(1).values
print(f"right by level alone: {(guessed == labels[by_take]).float().mean():.0%}; chance {1 / len(spoken.classes[voice]):.0%}")

# %% [markdown]
# A network takes such a present, if you leave it lying about. So we bring every clip to the same level first. Then we train twice, with the same code, and change only the split.

# %% tags=["demo"]
loudness = spoken.audio.square().mean(1, keepdim=True).sqrt().clamp(min=1e-5)
even = replace(spoken, audio=0.05 * spoken.audio / loudness)
results, heard_by = {}, {}
for name, test in (("by take", by_take), (f"by {voice}", by_voice)):
    network = train(even.select(~test), [word], epochs=4, title=f"Split {name}",
                    change=lambda pictures, random: varied(pictures, noise, log_mel, random))
    heard_by[name] = Ear(network, log_mel, {word: even.classes[word]})
    results[name] = heard_by[name].accuracy(even.select(test))[word]

# %% tags=["demo"]
print({name: f"{share:.1%}" for name, share in results.items()})
strangers = heard_by[f"by {voice}"]
for i in held.tolist():
    own = even.select(spoken.labels[voice] == i)
    print(f"{spoken.classes[voice][i]}, whom it never heard: {strangers.accuracy(own)[word]:.1%} of {len(own)} clips")
plot_confusion(confusion(strangers, even.select(by_voice), word), even.classes[word], title=f"Each {word}, by a {voice} that is new to it")

# %% [markdown]
# The same network, the same recordings, and two numbers. Neither is wrong; they answer different questions. The gap is the price of a new voice. Look
# at the matrix, too: mistakes are not spread evenly. With the recordings, the commonest one by far is *six*
# heard as *seven*, and the two begin alike.
#
# Why is a new voice so hard? For this question the network has not seen 1,800 examples. It has seen **four**, the speakers. Here is what it hears when it is trained on fewer:

# %% tags=["demo"]
trained_on = [i for i in range(len(spoken.classes[voice])) if i not in held.tolist()]
for count in (1, 2):
    some = even.select(torch.isin(spoken.labels[voice], torch.tensor(trained_on[:count])))
    network = train(some, [word], epochs=6 // count, title=f"Trained on {count} of the {voice}s",
                    change=lambda pictures, random: varied(pictures, noise, log_mel, random))
    share = Ear(network, log_mel, {word: even.classes[word]}).accuracy(even.select(by_voice))[word]
    print(f"trained on {count} of them: {share:.1%} of the new voices' clips; on {len(trained_on)}: {results[f'by {voice}']:.1%}")

# %% [markdown]
# ## May I?
#
# A recording has a maker, often a performer, and a licence. Whoever can be heard is a person. Two questions, then, and each can stop you:
#
# 1. **Licence:** may I copy, change and share this recording, and what is asked in return? No licence means no.
# 2. **Consent:** does whoever is heard agree to *this* use? A licence to share a recording is no consent to imitate a voice.
#
# The two data sets of this lesson, as their makers put it: the *Free Spoken Digit Dataset* is CC BY-SA 4.0, so give credit, name the licence and what you changed, and
# share what you make of the recordings under the same licence. The *Philharmonia's* notes are free to use, commercially too, but must not be sold or made available
# "as is", as samples or as a sampler instrument.
#
# **Exercise 11** (8 minutes, 2 points). Would you go ahead? True or False for each. (This is a course and not a lawyer: laws differ from country to country.)
#
# - **A** You put ten recordings of the Free Spoken Digit Dataset on your page, without a word on where they are from.
# - **B** You put them there with "Free Spoken Digit Dataset, Zohar Jackson and contributors, CC BY-SA 4.0, resampled to 16 kHz" beside them.
# - **C** You add noise to all of them, and publish that as a data set of your own, with credit, under a licence that forbids commercial use.
# - **D** You train a classifier on the Philharmonia's notes, and publish its accuracy, its confusion matrix and a few spectrograms.
# - **E** You cut the Philharmonia's notes to one second each, and offer them for download as a free sample pack.
# - **F** You train a generator on the talks of a colleague, which are on line, and let it congratulate her in her own voice at her birthday, as a surprise.
# - **G** You do so after she has agreed to just that, in writing; she hears it before anybody else does, and you delete the model afterwards.
# - **H** You copy 5,000 songs from a streaming service, whose terms forbid it, train a generator on them, and sell what it makes. No song itself is passed on.

# %%
allowed = {"A": None, "B": None, "C": None, "D": None, "E": None, "F": None, "G": None, "H": None}
### BEGIN SOLUTION
allowed = {"A": False, "B": True, "C": False, "D": True, "E": False, "F": False, "G": True, "H": False}
### END SOLUTION

# %%
checks.allowed(allowed)

# %% [markdown]
# ## Check yourself

# %%
quiz([
    {
        "question": "You cut 50 long recordings into 5,000 clips and split the clips at random. The test accuracy is 99.8%. What do you do first?",
        "answers": [
            {"answer": "Split by recording, and measure again", "correct": True, "feedback": "Yes: nearly every test clip has pieces of its own recording in the training part."},
            {"answer": "Publish: the test clips were not trained on", "correct": False, "feedback": "Not themselves, but their neighbours from the same recording were. Remember the coin."},
            {"answer": "Train for longer, to get the last 0.2%", "correct": False, "feedback": "That would only make it remember the recordings even better."},
        ],
    },
    {
        "question": "An ear is right on .999 of the test notes, and on .17 of the same notes with a faint hiss. What should you conclude?",
        "answers": [
            {"answer": "It relies on something that training and test data share, and that sounds elsewhere lack", "correct": True, "feedback": "Yes, perfect silence in this case. A test part of the same making cannot show it."},
            {"answer": "It was trained for too long", "correct": False, "feedback": "Overfitting would show on new clean notes, and there it is right."},
            {"answer": "Networks cannot stand noise", "correct": False, "feedback": "The second ear is the same network. It had met noise in training."},
        ],
    },
    {
        "question": "Where do the mean and the standard deviation for test clips come from?",
        "answers": [
            {"answer": "From the training part, computed once and stored with the model", "correct": True, "feedback": "Yes: then one clip alone is treated as it would be among others."},
            {"answer": "From the test part, since it is the test part that is normalised", "correct": False, "feedback": "Then the result for a clip depends on which others are tested with it."},
            {"answer": "From both together, which is more data", "correct": False, "feedback": "Then something about the test clips is known in training: a leak, if a small one."},
        ],
    },
    {
        "question": "An ear that knows six instruments says of a barking dog: 'reed, 97%'. What does the 97% mean?",
        "answers": [
            {"answer": "Of the six, reed fits by far best; that it is one of the six is taken for granted", "correct": True, "feedback": "Yes. The six probabilities add up to 1, whatever it is given."},
            {"answer": "Of 100 such sounds, 97 are reeds", "correct": False, "feedback": "That might hold for sounds like those of the training part. A dog is not one."},
            {"answer": "The dog was trained on", "correct": False, "feedback": "No: networks are often very sure of things that they have never met."},
        ],
    },
])

# %% [markdown]
# ## What can go wrong
#
# Two mistakes that give no error message. In the first, each clip is brought to full scale by its own peak, the silent ones too. In the second,
# two programs list the same classes in another order.

# %% tags=["demo"]
room = with_hiss(1e-4 * torch.sin(torch.arange(6400) / 40), 6)
pause = Sound(room, label="a pause in a recording")
listen(pause, pause.at_peak(-1), labels=["a pause", "the same, normalised"],
       say=f"The first is a room in which nobody plays, {-pause.level:.0f} dB below full scale. Beware of the second: it is loud.")

# %% tags=["demo"]
shuffled = torch.tensor([2, 0, 3, 1, 5, 4])
wrong = replace(new, labels=new.labels | {"instrument": shuffled[new.labels["instrument"]]})
print(f"{ear.accuracy(wrong)['instrument']:.1%} of the instruments right, where one in six would be chance")
plot_confusion(confusion(ear, wrong, "instrument"), data.classes["instrument"], title="Same ear, same notes, classes in another order")

# %% [markdown]
# How to recognise them: if silence in your data is loud, or all clips have exactly the same peak, somebody has normalised clip by clip.
# Find silent clips by their level first, and leave them out. And a matrix with *one bright cell in each row, in the wrong place* is never the fault of a network, which makes mistakes of
# all kinds. It is a matter of book-keeping: names in another order, labels shifted by one. An accuracy *below* chance says the same.
#
# ## Your turn
#
# Put sounds of yours into a folder, with a sub-folder for each kind: `my sounds/cat`, `my sounds/dog`. Any format, length, rate and number of channels will do. Ten files
# of each kind are a start. Write the folder's path between the quotation marks, and run the cells from here on.

# %%
MY_FOLDER = ""  # such as "my sounds"

import tempfile
from pathlib import Path
from gan_course.datasets import folder

path = Path(MY_FOLDER or tempfile.mkdtemp(prefix="my-sounds-"))
if not MY_FOLDER:
    print("No folder is named, so a small one is made here: bells, plucked strings and reeds, 12 of each.")
    for i, sound in enumerate(notes(36, seed=3, instruments=("bell", "plucked", "reed"), pitches=range(52, 76))):
        place = path / sound.label.split()[0]
        place.mkdir(exist_ok=True)
        sound.save(place / f"{i}.wav", overwrite=True)
mine = folder.load(path)
print("\n".join(mine.report.splitlines()[:6]))

# %% tags=["demo"]
contact_sheet(mine, count=6, seconds=0.6, say="Six of yours, at random. Are they what they should be?")

# %% [markdown]
# All clips of one *file* go to the same side. If several files are of one speaker or one place, say so: `group=` (see `data/folder.md`). The classifier
# is the nearest neighbour, which needs no training and is hard to beat for so few; with a few hundred clips, try `train`.

# %% tags=["demo"]
known, tested = (folder.load(path, part, test_share=0.3) for part in ("train", "test"))
if mine.classes:
    kind = next(iter(mine.classes))
    heard = known.labels[kind][nearest(to_unit(mel_of(tested.audio)), to_unit(mel_of(known.audio)))]
    counts = confusion_matrix(tested.labels[kind], heard, len(mine.classes[kind]))
    shown = plot_confusion(counts, mine.classes[kind], title=f"Your {len(tested)} test clips, by their nearest neighbour")
else:
    shown = "There are no sub-folders, and so no labels: nothing can be told apart."
shown

# %% [markdown]
# ## Summary
#
# Look at a data set, listen to it and read its card before you use it. Clips get one length and one scale; floor and statistics belong to the training part, and are fixed.
# A test means something only if nothing that belongs together is on both sides: split by what should be new. A classifier learns whatever tells the classes
# apart, perfect silence or level included, and its confusion matrix and data from elsewhere show it. A licence is one question, and consent another.
#
# **Terms:** *contact sheet*, *data card*, *batch*, *epoch*, *floor*, *standardise*, *nearest neighbour*, *leak*, *group*, *logit*, *cross-entropy*, *confusion
# matrix*, *augmentation*, *domain shift*, *ear*, *consent*.
#
# **To read:** T. Gebru et al., *Datasheets for Datasets* (2021): the questions that a card answers. S. Kaufman, S. Rosset and C. Perlich, *Leakage in Data Mining:
# Formulation, Detection, and Avoidance* (2012): many ways to fool oneself. B. L. Sturm, *A Simple Method to Determine if a Music Information Retrieval System is a "Horse"* (2014):
# classifiers of music that listen to something else. R. Geirhos et al., *Shortcut Learning in Deep Neural Networks* (2020): why they all do. Z. Jackson et al.,
# *Free Spoken Digit Dataset* (2016 on). J. Quiñonero-Candela et al., *Dataset Shift in Machine Learning* (2009): what to call which kind of shift.
#
# Next: **05 · Minimax**.

# %%
checks.summary()
