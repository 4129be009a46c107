# %% [markdown]
# # 07 · Bug hunt
#
# A program that was meant to be a first audio GAN has eighteen faults. You find them one by one, mend them, and end with a small one
# that trains in a minute and plays you notes like these.

# %%
import builtins, dis, itertools, math, tempfile
from pathlib import Path
import numpy as np
import soundfile
import soxr
import torch
from torch import nn
from gan_course.datasets import notes
from gan_course.display import GameMonitor, column, configure, explore, listen, plot_bars, plot_lines, quiz
from gan_course.display.monitor import tiles
from gan_course.exercises import lesson
from gan_course.sound import Sound
from gan_course.spectral import LogMel, amplitude_to_db, stft
from gan_course.zoo.failures import failures

configure(coding="mp3")  # small files; where clipping and phase matter, FLAC
checks = lesson("07")
RATE, SAMPLES = 16_000, 16_384  # of every sound that a network gets or makes: 1.024 s
examples = failures()  # sounds of broken trainings, which come with the course
listen(examples["as it should be"].sound, labels=["the repaired program: three of its notes"])

# %% [markdown]
# ## What you will be able to do
#
# - find a fault by what it makes you *see or hear*: an error, a curve that does not move, a buzz, a wrong speed, silence;
# - write a test that tells whether it is that fault;
# - write every piece of a small spectrogram GAN right, from the folder of sounds to the sound file;
# - compute why the order of minimum and maximum matters to a generator, and say when a training may stop;
# - read a table of diagnoses: symptom, likely fault, test.
#
# **Builds on:** lesson 03 (log-mel pictures), 05 (losses, training steps, max-min) and 06 (least squares, R1). **Time:** 60 minutes to
# read and listen, about 102 for the exercises; the cells take one to two minutes on 2 CPU cores, no graphics card needed.
#
# ## The suspect
#
# One tutorial on audio GANs has been copied so often that many people's first program goes back to it. Ours is our own, in PyTorch,
# but it has the same faults. It was to read sounds, train a generator against a discriminator, and write a sound
# file. It has never run to its end. And when the errors are gone, most of the faults are still there, because **a program that runs is
# not a program that learns**.
#
# The hunt, piece by piece:
#
# | | fault | what gives it away | exercise |
# |---|---|---|---|
# | 5 | a module is used and never imported | an error | 1 |
# | 8 | an iterator that is nowhere, unpacked in two ways; the data that is given is ignored | errors, or nothing at all | 1, 4 |
# | 12 | the loader's pair (samples, rate) is taken for the samples | an error, then a wrong speed | 2 |
# | 17 | the data is one file | it plays that file, whatever z is | 2 |
# | 14 | no spectrogram is computed or inverted | a buzz | 3 |
# | 1 | 1,024 numbers are arranged as 4,096 | an error | 5 |
# | 2 | the generator never grows beyond 8 × 8 | 4 ms of sound | 5 |
# | 18 | its last layer is unbounded, and clipped later | silence | 6 |
# | 3 | the discriminator is built for other pictures than it gets | an error | 7 |
# | 4 | nothing but convolutions: it is linear | a mixture of all notes at once | 7 |
# | 9 | a sigmoid under a least-squares loss | a slope that is zero when it is needed | 8 |
# | 15 | max-min is taken for min-max | one note for ever | 9 |
# | 6 | networks are called for inference, so there is no gradient | a curve that does not move | 10 |
# | 7 | the generator is stepped in the discriminator's turn | a loss that is too good | 11 |
# | 10 | 10,000 passes, no checkpoint, no progress, no sound | an hour of nothing | 12 |
# | 16 | the stopping rule is the wrong way round | it stops at once, with noise | 13 |
# | 11 | sounds in [−1, 1] are mapped by 2x − 1 | a clipped waveform | 14 |
# | 13 | a writing function that is gone, arguments in the wrong places | errors | 14 |
#
# An error would end a lesson, so we catch it, and show its first line:

# %% tags=["demo"]
def caught(function, *arguments):
    """What became of a call: its result, or the error in one line."""
    try:
        return function(*arguments)
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).splitlines()[0][:150]}")

# %% [markdown]
# ## Names that are nowhere (faults 5 and 8)
#
# Here are two pieces of the program. The first builds a network, the second goes through the data.
#
# > **Guess first:** both have been in a tutorial, and in many notebooks. How can a name be missing that nobody missed?

# %% tags=["demo"]
def first_network():
    return layers.Sequential(layers.Linear(64, 1024), layers.ReLU())


def first_epoch(dataset, D, G):
    for real, label in sound_iterator:
        train_discriminator(D, real, label)
    for real in sound_iterator:
        train_generator(G, real)


caught(first_network)
caught(first_epoch, [], None, None)

# %% [markdown]
# A name that a function looks up outside is only searched for when that line *runs*. In a notebook it may be left from a cell that has
# been deleted since. Python stops at the first one, so you would find the others one run at a time. But a function knows all
# its names beforehand: `dis.get_instructions(function)` lists what it does, each instruction with an `opname` and an `argval`.

# %% tags=["demo"]
for instruction in itertools.islice(dis.get_instructions(first_epoch), 1, 5):
    print(f"{instruction.opname:14} {instruction.argval}")

# %% [markdown]
# **Exercise 1** (8 minutes, 2 points). Write a detector: the sorted names that a function looks up outside (`LOAD_GLOBAL`) and that are
# neither in its module, `function.__globals__`, nor built into Python, `dir(builtins)`.

# %%
def missing_names(function):
    """The names, sorted, that a function looks up outside itself and that nobody has defined."""
    ### BEGIN SOLUTION
    used = {step.argval for step in dis.get_instructions(function) if step.opname == "LOAD_GLOBAL"}
    known = set(function.__globals__) | set(dir(builtins))
    return sorted(used - known)
    ### END SOLUTION

# %%
checks.missing_names(missing_names)

# %% tags=["demo"]
for function in (first_network, first_epoch, caught):
    print(f"{function.__name__}: {', '.join(missing_names(function)) or 'nothing is missing'}")

# %% [markdown]
# Four names in two functions: that is fault 5 (`layers` was never imported), and half of fault 8 (`sound_iterator` is nowhere). Note
# something else in `first_epoch`: it is *given* a `dataset`, and does not use it. We come back to that.
#
# > **In doubt?** Write `layers = nn` in a cell above, and run the last one again.
#
# ## The data (faults 12 and 17)
#
# A folder of notes, as one gets it: wav files, and not all of one sample rate. (We write the course's own synthetic notes to a temporary
# folder: bells, plucked strings and reeds, six pitches. The reeds were "recorded" at 8,000 Hz.)

# %% tags=["demo"]
clips = notes(480, seed=0, instruments=("bell", "plucked", "reed"), pitches=("C4", "D4", "E4", "G4", "A4", "C5"))
place = tempfile.TemporaryDirectory()
FOLDER = Path(place.name)
for i, sound in enumerate(clips):
    rate = 8_000 if "reed" in clips.says(i) else 16_000
    sound.resample(rate).save(FOLDER / f"{i:03}_{clips.says(i).replace(' ', '_')}.wav")
print(len(list(FOLDER.glob("*.wav"))), "files")

# %% [markdown]
# The program's loader:

# %% tags=["demo"]
def first_load(folder):
    file = sorted(folder.glob("*.wav"))[0]
    samples = soundfile.read(file)
    return torch.from_numpy(np.array(samples))


caught(first_load, FOLDER)

# %% [markdown]
# `soundfile.read` returns *two* things, the samples and their rate. The error is the lucky case. The usual way to make it go away is to
# take the first of the two and to forget the other (fault 12).
#
# > **Guess first:** the program takes all sounds to have 16,000 Hz. What will the reeds sound like?

# %% tags=["demo"]
reed = next(file for file in sorted(FOLDER.glob("*.wav")) if "reed" in file.name)
samples, own_rate = soundfile.read(reed)


def played_as(rate):
    sound = Sound(samples, rate, f"taken for {rate:,} Hz")
    semitones = 12 * math.log2(rate / own_rate)
    return listen(Sound(samples, own_rate, f"as recorded, {own_rate:,} Hz"), sound,
                  say=f"{semitones:+.1f} semitones, and {own_rate / rate:.2f} times as long.")


explore(played_as, rate=[16_000, 8_000, 11_025, 22_050, 44_100])

# %% [markdown]
# An octave too high and half as long. Nothing in the losses would ever show it: the network would learn wrong notes faithfully. **The
# test: play one clip of the data, as the network gets it.**
#
# The other fault of the loader is the `[0]` (fault 17). A GAN that sees one file has one thing to learn, and learns it by heart. Its losses
# do not show it. Here is what the same training made of *four* files, next to those of the four that are nearest:

# %% tags=["demo"]
from gan_course.zoo.failures import LENGTH, distance, training_notes

learnt = examples["memorised"]
few = training_notes(4)
nearest = distance(learnt.notes, few.audio).min(1)
pairs = [Sound(x.numpy(), 16_000) for i in range(2) for x in (learnt.notes[i], few.audio[nearest.indices[i], :LENGTH])]
print({name: f"{value:.1f}" for name, value in learnt.measured.items()})
listen(*pairs, labels=["generated", "a file it learnt from", "generated", "a file it learnt from"], picture="spectrogram",
       say="Copies, and worse than the files. Other notes of the same kind are further from the files than these are.")

# %% [markdown]
# **Exercise 2** (10 minutes, 2 points). Read *every* wav file of the folder, sorted by name. Bring each from its own rate to the one that is
# asked for, `soxr.resample(x, own_rate, rate)`, cut it to `samples`, or fill it up with zeros at the end. Return a float32 tensor
# `(clip, sample)`. (All files are mono. `soundfile.read` has `dtype="float32"`.)

# %%
def read_folder(folder, rate, samples):
    """All wav files of a folder, in the order of their names, as clips (clip, sample) of one rate and length."""
    ### BEGIN SOLUTION
    clips = []
    for file in sorted(Path(folder).glob("*.wav")):
        x, own_rate = soundfile.read(file, dtype="float32")
        x = soxr.resample(x, own_rate, rate)[:samples]
        clips.append(np.pad(x, (0, samples - len(x))))
    return torch.from_numpy(np.stack(clips))
    ### END SOLUTION

# %%
checks.read_folder(read_folder)

# %% tags=["demo"]
audio = read_folder(FOLDER, RATE, SAMPLES)
labels = clips.labels["pitch"]
print("clips:", tuple(audio.shape), " loudest sample:", f"{audio.abs().max():.2f}")
listen(*(Sound(audio[i].numpy(), RATE, clips.says(i)) for i in (0, 1)), say="Two clips of the data, as the network gets them.")

# %% [markdown]
# ## No spectrogram anywhere (fault 14)
#
# The program wants "pictures" for its convolutions, and takes 4,096 samples in 64 rows of 64.

# %% tags=["demo"]
rows = audio[:2, 2048:2048 + 4096].reshape(2, 64, 64)
mel = LogMel()
column(tiles(rows.numpy(), "of samples in rows"), tiles(mel.encode(audio[:2])[:, 0].numpy(), "of mel bands"))

# %% [markdown]
# Above: what a convolution sees of two notes when samples are arranged in rows (its axes are neither time nor frequency). Sample 64 stands below sample 0, which means nothing. Below:
# the same notes as log-mel pictures (lesson 03); a note is a stack of lines.
#
# The program takes 64 of the samples, in 8 rows of 8. Here a GAN was trained on such rows for 400 steps, and what it gives was played over and over:

# %% tags=["demo"]
buzz = examples["buzz"]
print({name: f"{value:.2f}" for name, value in buzz.measured.items()})
listen(buzz.sound, say="Whatever it was trained on, it buzzes at 250 Hz and its multiples: 16,000 samples a second, 64 at a time.")

# %% [markdown]
# The shares say how much of the power lies at multiples of 250 Hz, in this sound and in that of the repaired program. **The test: send a
# real note through the program's own way in and out. If you do not hear it again, no training will help.** A way out that fits is as
# important as the way in, and here it is `LogMel.decode`, which guesses phases by Griffin-Lim.
#
# **Exercise 3** (10 minutes, 2 points). Write the way in: the magnitudes of the STFT (window 1,024, hop 256) without its last frame; the mel
# bands, `filters @ magnitude`; decibels, `amplitude_to_db(…, floor, 256)`, where 256 is the magnitude of a sine of amplitude 1; then floor …
# ceiling becomes −1 … 1, clipped at 1; and a channel axis: `(batch, 1, mel, frame)`.

# %%
def encode(audio, filters, floor=-80.0, ceiling=10.0):
    """Sounds (batch, sample) as log-mel pictures (batch, 1, mel, frame) in [−1, 1]."""
    ### BEGIN SOLUTION
    magnitude = stft(audio, 1024, 256)[..., :-1].abs()
    db = amplitude_to_db(filters @ magnitude, floor, 256)
    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1).unsqueeze(1)
    ### END SOLUTION

# %%
checks.encode(encode)

# %% tags=["demo"]
filters = mel.filters(audio)
pictures = torch.cat([encode(part, filters) for part in audio.split(96)])
print("pictures:", tuple(pictures.shape), f" from {pictures.min():.2f} to {pictures.max():.2f}")
print(f"they differ from the library's by {(pictures[:96] - mel.encode(audio[:96])).abs().max():.0e} at most")
listen(Sound(audio[2].numpy(), RATE), Sound(mel.decode(pictures[2:3])[0].numpy(), RATE), labels=["a clip", "in and out again"], picture="spectrogram",
       say="The test. It is not the same sound, but it is the same note.")

# %% [markdown]
# > **In doubt?** Replace `pictures[2:3]` by `pictures[2:3].flip(2)`, low bands for high ones, and listen whether the test notices.
#
# ## One batch, two ways to unpack it (fault 8)
#
# In `first_epoch` one loop says `for real, label in …`, the other `for real in …`, of the same iterator. One of them must be wrong. Say
# the iterator gives pictures alone:

# %% tags=["demo"]
def unpack(batch):
    real, label = batch
    return {"real": real, "label": label}


caught(unpack, pictures[:16])
taken = caught(unpack, pictures[:2])
print("with a batch of 2, no error: 'real' has the shape", tuple(taken["real"].shape))

# %% [markdown]
# A batch of 16 cannot be unpacked into two, and says so. A batch of *two* can: the second picture has become the "label" of the first,
# and nobody complains. And since the function takes its data from a global name, it ignores what you give it. **The test: call it
# with other data. Does anything change?**
#
# **Exercise 4** (6 minutes, 2 points). Write the batches: always pairs, from the arguments, each picture once, in an order that
# `random` decides (`torch.randperm(…, generator=random)`), the last pair holding what is left. `order.split(size)` may help.

# %%
def paired_batches(pictures, labels, size, random):
    """All pictures once, in a new order, as pairs of so many pictures and their labels."""
    ### BEGIN SOLUTION
    order = torch.randperm(len(pictures), generator=random)
    return [(pictures[chosen], labels[chosen]) for chosen in order.split(size)]
    ### END SOLUTION

# %%
checks.paired_batches(paired_batches)

# %% [markdown]
# ## A generator that does not grow (faults 1 and 2)

# %% tags=["demo"]
def first_generator(numbers):
    return nn.Sequential(nn.Linear(64, numbers), nn.ReLU(), nn.Unflatten(1, (64, 8, 8)),
                         nn.ConvTranspose2d(64, 32, 5, stride=1, padding=2), nn.ReLU(),
                         nn.ConvTranspose2d(32, 1, 5, stride=1, padding=2))


torch.manual_seed(0)
z = torch.randn(4, 64)
caught(first_generator(1024), z)
small = caught(first_generator(64 * 8 * 8), z)
print("with 4,096 numbers:", tuple(small.shape))

# %% [markdown]
# The linear layer ends in 1,024 numbers, and the next line wants 64 · 8 · 8 = 4,096 (fault 1). That mended, there is no error any more. But each
# convolution has a stride of 1, and what comes out is as large as what went in: 8 × 8 (fault 2).
#
# > **Guess first:** how long is a sound of 8 × 8 = 64 samples?

# %% tags=["demo"]
tiny = Sound(small[0].detach().flatten().repeat(250).numpy(), RATE)
print(f"64 samples last {64 / RATE * 1000:.0f} ms")
listen(tiny.at_level(-25), labels=["8 × 8 samples, repeated for a second"], say="A buzz at 250 Hz: the rate at which 4 ms come again.")

# %% [markdown]
# A transposed convolution of kernel 4, stride 2 and padding 1 doubles height and width: $(n - 1) \cdot 2 - 2 \cdot 1 + 4 = 2n$. **The test: print the
# shape after every layer**, and compare the last with that of the data.
#
# **Exercise 5** (10 minutes, 2 points). Build a generator from `(batch, latent)` to `(batch, 1, 64, 64)`: a linear layer, 8 × 8 maps, and
# doublings up to 64 × 64, with an activation before each. Nothing after the last one: that is the next exercise. No batch
# normalisation. Ours has 64, 32 and 16 maps.

# %%
def build_generator(latent):
    """Layers from z (batch, latent) to unbounded pictures (batch, 1, 64, 64)."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Linear(latent, 64 * 8 * 8),
        nn.Unflatten(1, (64, 8, 8)),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(64, 32, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(32, 16, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(16, 1, kernel_size=4, stride=2, padding=1),
    )
    ### END SOLUTION

# %%
checks.build_generator(build_generator)

# %% tags=["demo"]
h = z
for layer in build_generator(64):
    h = layer(h)
    print(f"{type(layer).__name__:16} {tuple(h.shape)}")

# %% [markdown]
# ## Clipping that hides, and teaches nothing (fault 18)
#
# The data lies in [−1, 1]. The program's generator may give any number, and what is too large is clipped, later. It looks right.
#
# > **Guess first:** a number of the picture is −1.3, clipped to −1, and should be −0.8. Which way does the gradient push it?

# %% tags=["demo"]
h = torch.linspace(-3, 3, 241, requires_grad=True)
heads = {"clipped": h.clamp(-1, 1), "tanh": torch.tanh(h)}
slopes = {name: torch.autograd.grad(x.sum(), h)[0] for name, x in heads.items()}
plot_lines(h.detach(), {f"slope of {name}": slope for name, slope in slopes.items()}, "h, before the last layer", "slope",
           title="What reaches the generator", alt="Clipped: 1 between −1 and 1, and 0 outside. tanh: a smooth hill, above 0 everywhere.")

# %% [markdown]
# No way at all: where the clipping acts, its slope is 0. Most of a log-mel picture is silence, −1, so the generator is pushed down,
# and a long step can take it below −1 *everywhere*. Then no gradient comes through any more, ever. The losses do not tell: $D$ still moves.

# %% tags=["demo"]
silent = examples["silence"]
steps = silent.losses["step"]
print(silent.fault + ";", f"level {silent.measured['level_db']:.0f} dB")
plot_lines(steps, {"G": silent.losses["G"], "D": silent.losses["D"]}, "step", "loss", title="A generator that has gone silent", height=200)

# %% [markdown]
# **Exercise 6** (3 minutes, 1 point). Write the last layer: any number to (−1, 1), rising, with a slope everywhere, 0 for 0.

# %%
def bounded(h):
    """Any numbers, each into (−1, 1), rising, and with a slope everywhere."""
    ### BEGIN SOLUTION
    return torch.tanh(h)
    ### END SOLUTION

# %%
checks.bounded(bounded)

# %% tags=["demo"]
class Generator(nn.Module):
    """z (batch, latent) → pictures (batch, 1, 64, 64) in (−1, 1)."""

    def __init__(self, latent=64):
        super().__init__()
        self.layers = build_generator(latent)

    def forward(self, z):
        return bounded(self.layers(z))

# %% [markdown]
# ## A discriminator for other pictures, and a linear one (faults 3 and 4)

# %% tags=["demo"]
def first_discriminator(channels):
    return nn.Sequential(nn.Conv2d(channels, 32, 4, stride=2, padding=1), nn.Conv2d(32, 64, 4, stride=2, padding=1),
                         nn.Flatten(), nn.LazyLinear(1))


caught(first_discriminator(64), pictures[:16])

# %% [markdown]
# It was declared for the generator's *first* maps, 64 of them, and is given its last picture, one map (fault 3). With 1 in place of 64 it
# runs. But there is nothing between its layers (fault 4), and a chain of linear maps is one linear map. For such a $D$
#
# $$ D\Bigl(\tfrac1n \sum_i x_i\Bigr) = \tfrac1n \sum_i D(x_i) $$
#
# > **Guess first:** what, then, can a generator play that this $D$ finds exactly as real as the notes are on average?

# %% tags=["demo"]
D = first_discriminator(1)
with torch.no_grad():
    each, of_mean = D(pictures[:96]), D(pictures[:96].mean(0, keepdim=True))
print(f"mean of what it says of 96 notes: {each.mean():.4f}; of their mean picture: {of_mean.item():.4f}")
mean_note, one_note = (Sound(mel.decode(x)[0].numpy(), RATE) for x in (pictures[:96].mean(0, keepdim=True), pictures[:1]))
listen(mean_note.at_level(-25), one_note.at_level(-25), labels=["the mean picture", "a note"], picture="spectrogram",
       say="To a linear discriminator the first is as good as any note: all pitches and all instruments at once.")

# %% [markdown]
# **The test: superposition.** Give it two pictures and their mean.
#
# **Exercise 7** (8 minutes, 2 points). Build a discriminator from `(batch, 1, 64, 64)` to one logit each, `(batch, 1)`: convolutions with a
# stride of 2, an activation after each, then a linear layer with nothing after it. No batch normalisation. Ours has 16, 32 and 64 maps.

# %%
def build_discriminator():
    """Layers from pictures (batch, 1, 64, 64) to one logit each, (batch, 1), unbounded."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(16, 32, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, kernel_size=4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Flatten(),
        nn.Linear(64 * 8 * 8, 1),
    )
    ### END SOLUTION

# %%
checks.build_discriminator(build_discriminator)

# %% [markdown]
# ## Three things that do not belong together (fault 9)
#
# The program's $D$ ends in a sigmoid, its losses are squares, and its text speaks of cross-entropy. Each is fine with its own partner. Cross-entropy
# wants a logit, and has the sigmoid inside (lesson 05). Least squares (Mao et al. 2017; lesson 06) wants the logit to *be* 1 or 0, so it must be free to
# reach these numbers and to be far from them. A sigmoid between the two does harm:

# %% tags=["demo"]
logit = torch.linspace(-10, 10, 201, requires_grad=True)
for_generator = {"least squares": (logit - 1).square() / 2, "with a sigmoid": (torch.sigmoid(logit) - 1).square() / 2,
                 "cross-entropy": nn.functional.softplus(-logit)}
found = {name: torch.autograd.grad(loss.sum(), logit)[0] for name, loss in for_generator.items()}
print({name: f"{slope[30].item():.4f}" for name, slope in found.items()}, f"at a logit of {logit[30].item():.0f}")
plot_lines(logit.detach(), {name: slope.clamp(-2, 2) for name, slope in found.items()}, "logit of a generated sample",
           "slope of G's loss", title="What G learns from a sure discriminator (cut at ±2)",
           alt="Far left least squares is steep, cross-entropy −1, and with a sigmoid the slope is nearly 0.")

# %% [markdown]
# On the left, where $D$ is sure, the combination teaches nothing. **The test: the size of the gradient that reaches $G$ while $D$ is
# winning.**
#
# **Exercise 8** (5 minutes, 1 point). The discriminator's loss for least squares, of raw logits: $\tfrac12 E (D(x) - 1)^2 + \tfrac12 E\, D(G(z))^2$.

# %%
def least_squares_discriminator(real, fake):
    """½ E (D(x) − 1)² + ½ E D(G(z))², from logits (batch, …); a scalar."""
    ### BEGIN SOLUTION
    return 0.5 * (real - 1).square().mean() + 0.5 * fake.square().mean()
    ### END SOLUTION

# %%
checks.least_squares_discriminator(least_squares_discriminator)

# %% tags=["demo"]
from gan_course.objectives import Objective, least_squares

objective = Objective(least_squares_discriminator, least_squares.generator)

# %% [markdown]
# ## Who moves first (fault 15)
#
# The program's text says: "The discriminator solves $\max_D \min_G V$", and takes that for the same as $\min_G \max_D V$. Compute both. A musician plays
# three notes equally often, $D$ may be one of many tables, and $q$ any mixture of the three, in sixths.

# %% tags=["demo"]
grid = torch.arange(1, 10) / 10
tables = torch.cartesian_prod(*[grid] * 3)  # D of three notes
p = torch.tensor([1, 1, 1]) / 3
sixths = torch.cartesian_prod(*[torch.arange(7)] * 3) / 6
mixtures = sixths[(sixths.sum(1) - 1).abs() < 1e-6]
single = torch.eye(3)
print(f"{len(tables)} discriminators; {len(mixtures)} mixtures of three notes, or {len(single)} single notes")

# %% [markdown]
# **Exercise 9** (8 minutes, 2 points). Return both values, max-min first, for discriminators `D` `(discriminator, place)`, real `p` `(place,)` and generated
# `q` `(generator, place)`. `value(D, p, q)` is that of lesson 05: its last axis is the place, and the others broadcast, so `D[:, None]` meets every `q`.

# %%
from gan_course.objectives import value

def both_orders(D, p, q):
    """(max min, min max) of V over discriminators D and generated q, for real p."""
    ### BEGIN SOLUTION
    V = value(D[:, None], p, q)
    return V.amin(1).amax(), V.amax(0).amin()
    ### END SOLUTION

# %%
checks.both_orders(both_orders)

# %% tags=["demo"]
for name, q in {"any mixture": mixtures, "single notes": single}.items():
    first, second = both_orders(tables, p, q)
    print(f"{name:13} max-min {first:.3f}, min-max {second:.3f}   (−log 4 = {-math.log(4):.3f})")
D = torch.tensor([0.50, 0.52, 0.49])
V = value(D, p, mixtures)
print("the best reply to D =", D.tolist(), "among all mixtures is", mixtures[V.argmin()].tolist())

# %% [markdown]
# For a free $D$ and any mixture the two values agree, at $-\log 4$. Within a limited family, here single notes, they do not. But look at the
# last line. In max-min the generator answers a *fixed* $D$, and its best reply is a single point, where $D$ is largest: **mode
# collapse**. Same value, another behaviour. Here both learnt for 300 steps. Then $D$ stood still, and $G$ alone went 100 steps up its logit:

# %% tags=["demo"]
stuck = examples["one note"]
print({name: f"{value_:.1f}" for name, value_ in stuck.measured.items()})
listen(stuck.sound, examples["as it should be"].sound, labels=["D stands still", "both learn"], picture="spectrogram",
       say="Three different z each. On the left you hear nearly the same thing three times.")

# %% [markdown]
# The spread says how much the three pictures differ (in dB, root mean square). **The test: always listen to several z.**
#
# > **In doubt?** Make `p` uneven in the cell above, or give $D$ fewer tables (`tables[::50]`), and compare the two orders again.
#
# ## A gradient that never was (fault 6)
#
# Two networks and their optimisers. The program calls networks through a helper that is meant for use, not for training:

# %% tags=["demo"]
torch.manual_seed(0)
G, D = Generator(), build_discriminator()
g_adam, d_adam = (torch.optim.Adam(network.parameters(), 1e-3, (0.0, 0.99)) for network in (G, D))


def predict(network, x):
    with torch.no_grad():
        return network(x)


def first_generator_step(objective, D, G, optimiser, real, z):
    loss = objective.generator(D(real), D(predict(G, z)))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss

# %% [markdown]
# > **Guess first:** an error, a loss that rises, or one that stays?

# %% tags=["demo"]
before = [w.clone() for w in G.parameters()]
z = torch.randn(16, 64)
curve = [first_generator_step(objective, D, G, g_adam, pictures[:16], z).item() for _ in range(12)]
moved = max((w - old).abs().max().item() for w, old in zip(G.parameters(), before))
print(f"the largest change of any of {sum(w.numel() for w in G.parameters()):,} weights: {moved}")
plot_lines(range(1, 13), {"loss of G": curve}, "step", "loss", title="A generator in training, it says", height=180)

# %% [markdown]
# No error: `backward()` finds a way back, into $D$. But $G$ was called under `no_grad`, so the graph ends at its samples. The optimiser steps over
# gradients that are `None`. **The test: has a weight moved?** (In other frameworks the same fault is a call of `predict` inside the gradient tape.)
#
# **Exercise 10** (6 minutes, 2 points). You wrote it in lesson 05; write it again, and this time look at what the gradient flows through.

# %%
def generator_step(objective, D, G, optimiser, real, z):
    """Move G, and only G, one step down its loss on a batch of real samples and of latents z."""
    ### BEGIN SOLUTION
    loss = objective.generator(D(real), D(G(z)))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss
    ### END SOLUTION

# %%
checks.generator_step(generator_step)

# %% tags=["demo"]
mended = [generator_step(objective, D, G, g_adam, pictures[:16], z).item() for _ in range(12)]
plot_lines(range(1, 13), {"as it was": curve, "mended": mended}, "step", "loss of G", title="The same, against a D that stands still", height=180)

# %% [markdown]
# ## Both moved at once, one of them the wrong way (fault 7)
#
# In the discriminator's turn the program steps the generator too, on the *discriminator's* loss. That loss wants the logits of generated samples to be
# 0: $G$ is taught to be found out.
#
# > **Guess first:** whose loss will look better than it should?

# %% tags=["demo"]
def first_discriminator_step(objective, D, G, optimisers, real, z):
    loss = objective.discriminator(D(real), D(G(z)))
    for optimiser in optimisers:
        optimiser.zero_grad()
    loss.backward()
    for optimiser in optimisers:
        optimiser.step()
    return loss

# %% [markdown]
# **Exercise 11** (8 minutes, 2 points). Write the discriminator's step: only $D$ moves, no gradient reaches $G$, and what is descended is the loss plus
# `gamma * r1(D, real)`, the penalty of lesson 06 (none, and not computed, if `gamma` is 0). Return the loss without the penalty.

# %%
from gan_course.objectives import r1

def discriminator_step(objective, D, G, optimiser, real, z, gamma):
    """Move D, and only D, one step down its loss and γ times R1; returns the loss without R1."""
    ### BEGIN SOLUTION
    fake = G(z).detach()
    loss = objective.discriminator(D(real), D(fake))
    penalty = gamma * r1(D, real) if gamma else 0.0
    optimiser.zero_grad()
    (loss + penalty).backward()
    optimiser.step()
    return loss
    ### END SOLUTION

# %%
checks.discriminator_step(discriminator_step)

# %% [markdown]
# Both versions, from the same start, thirty steps of the discriminator's turn alone:

# %% tags=["demo"]
def thirty_turns(both):
    torch.manual_seed(1)
    G, D = Generator(), build_discriminator()
    g_adam, d_adam = (torch.optim.Adam(network.parameters(), 1e-3, (0.0, 0.99)) for network in (G, D))
    start = G(z).detach()
    for i in range(30):
        if both:
            first_discriminator_step(objective, D, G, (d_adam, g_adam), pictures[16 * i:16 * i + 16], z)
        else:
            discriminator_step(objective, D, G, d_adam, pictures[16 * i:16 * i + 16], z, 0.0)
    return (G(z) - start).abs().mean().item()


for both, name in ((True, "as it was"), (False, "mended")):
    print(f"{name:10} G's pictures have changed by {thirty_turns(both):.3f} on average, in D's turn")

# %% [markdown]
# In a turn that is not its own, $G$ must not move: **the test is the same, whose weights have moved?** What it had learnt in its own turn, the other turn
# takes back.
#
# ## Ten thousand passes in the dark (fault 10)
#
# The program's loop, after which all is lost if the power fails at pass 9,999:
#
# ```python
# for i in range(10_000):
#     train_step()
# ```
#
# **Exercise 12** (6 minutes, 2 points). Write a loop that is not silent: `steps` times call `step()`, which returns losses; tell `watch(done, losses)` each
# time, with the number of steps done, from 1; and after every `every`-th step and after the last one call `keep(done)`, once, to save and to listen.

# %%
def train(step, steps, watch, keep, every=100):
    """Make steps; tell of each; keep what there is every so often, and at the end."""
    ### BEGIN SOLUTION
    for done in range(1, steps + 1):
        watch(done, step())
        if done % every == 0 or done == steps:
            keep(done)
    ### END SOLUTION

# %%
checks.train(train)

# %% [markdown]
# ## When to stop (fault 16)
#
# The text says: train "until the generator cannot tell the discriminator's output" from the real thing. But the generator judges nothing. It is $D$ that must
# not be able to tell. Turned into code, the rule stops when generated samples get a low score:

# %% tags=["demo"]
torch.manual_seed(0)
G, D = Generator(), build_discriminator()
with torch.no_grad():
    score = D(G(z)).mean().item()
    noise = Sound(mel.decode(G(z[:1]))[0].numpy(), RATE)
print(f"before the first step the mean score of generated samples is {score:.3f}; stop: {score < 0.1}")
listen(noise.at_level(-25), labels=["training is over"], say="Untrained networks: noise. The rule is content.")

# %% [markdown]
# A better rule looks at *pairs*: in what share of all pairs of a real and a generated sample has the real one the larger logit? If $D$ can tell them apart, in
# nearly all. If not, in half of them. And a $D$ that says the opposite of the truth, always, can tell them apart too.
#
# **Exercise 13** (8 minutes, 2 points). Return True if that share is ½, give or take `near`. Equal logits count as half a pair.

# %%
def may_stop(real, fake, near=0.05):
    """Whether a discriminator cannot tell generated from real by its logits (sample,) of each."""
    ### BEGIN SOLUTION
    larger = (real[:, None] > fake) + 0.5 * (real[:, None] == fake)
    return bool((larger.mean() - 0.5).abs() <= near)
    ### END SOLUTION

# %%
checks.may_stop(may_stop)

# %% tags=["demo"]
with torch.no_grad():
    print("untrained D, real against generated:", may_stop(D(pictures[:64]).flatten(), D(G(torch.randn(64, 64))).flatten()))
weak = torch.zeros(64)
print("a D that says 0 to everything:      ", may_stop(weak, weak))

# %% [markdown]
# The second line is a warning: a *weak* discriminator cannot tell anything. The rule is right about this $D$, and says little about the sounds. So, too, for a
# $D$ that has lagged behind for a moment. Judge with one that has had time to learn (lesson 10), on samples that it was not trained on, and listen.
#
# ## Out into the world (faults 11 and 13)
#
# The last lines of the program. A good sound comes in, between −1 and 1:

# %% tags=["demo"]
def first_ending(x):
    x = x.clamp(-1, 1)
    return 2 * x - 1  # "to the range of a sound file"


good = examples["as it should be"].sound.at_peak(-1)
bad = first_ending(good.tensor())
print(f"from {bad.min():.2f} to {bad.max():.2f}, mean {bad.mean():.2f}; below −1, and so clipped: {(bad < -1).float().mean():.0%}")
heard = Sound(bad.clamp(-1, 1).numpy(), RATE)
listen(good.cut(0.7, 1.4), heard.cut(0.7, 1.4), labels=["what came in", "what the loudspeaker gets"], coding="flac",
       say="The lower half of every wave is cut off, and all of it is shifted: harsh, with a thump at the beginning.")

# %% [markdown]
# $2x - 1$ takes [0, 1] to [−1, 1]. These samples were there already, so they land in [−3, 1] (fault 11). Then the file:

# %% tags=["demo"]
import librosa

caught(lambda: librosa.output.write_wav("first.wav", good.samples, RATE))
caught(lambda: soundfile.write(good.samples[:4], "first.wav", RATE))

# %% [markdown]
# The first function was taken out of its library years ago; the second exists, and wants its arguments in another order (fault 13).
#
# **Exercise 14** (6 minutes, 2 points). Write samples `x` `(sample,)` to a wav file of 16 bits. Leave them as they are, unless one is beyond [−1, 1]: then scale
# the whole sound down until none is. `soundfile.write(path, samples, rate)`.

# %%
def write_sound(path, x, rate):
    """Write samples (sample,) to a wav file of 16 bits, scaled down if any is beyond [−1, 1]."""
    ### BEGIN SOLUTION
    x = x / x.abs().max().clamp(min=1)
    soundfile.write(path, x.numpy(), rate)
    ### END SOLUTION

# %%
checks.write_sound(write_sound)

# %% [markdown]
# ## The repaired program
#
# These are all the pieces. Together they are a program; what is added is one line for an averaged generator (lesson 06), and the penalty at every
# fourth step, four times.

# %% tags=["demo"]
def repaired(pictures, labels, seed=0):
    """Networks, an averaged generator, and a step to be called again and again."""
    torch.manual_seed(seed)
    G, D = Generator(), build_discriminator()
    g_adam, d_adam = (torch.optim.Adam(network.parameters(), 1e-3, (0.0, 0.99)) for network in (G, D))
    averaged = torch.optim.swa_utils.AveragedModel(G, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.985))
    random = torch.Generator().manual_seed(seed)
    data = (pair for _ in itertools.count() for pair in paired_batches(pictures, labels, 16, random))

    def step(number=itertools.count()):
        (real, _), lazy = next(data), 4.0 * (next(number) % 4 == 0)
        z = torch.randn(2, len(real), 64, generator=random)
        d_loss = discriminator_step(objective, D, G, d_adam, real, z[0], lazy)
        g_loss = generator_step(objective, D, G, g_adam, real, z[1])
        averaged.update_parameters(G)
        return {"D": d_loss.item(), "G": g_loss.item()}

    return step, averaged, D

# %% [markdown]
# > **Guess first:** what will come first, loudness, pitch, or the way a note dies away? Listen at step 100.

# %% tags=["demo"]
from gan_course.training import checkpoint

STEPS = 600
live = GameMonitor("The repaired program")
step, averaged, D = repaired(pictures, labels)
shown = torch.randn(16, 64, generator=torch.Generator().manual_seed(5))


@torch.no_grad()
def keep(done):
    checkpoint.save(FOLDER / "checkpoint.safetensors", averaged.module.state_dict(), {"steps": done})
    drawn = averaged.module(shown)
    live.sample(drawn[:, 0].numpy(), [Sound(x.numpy(), RATE, f"z {i + 1}") for i, x in enumerate(mel.decode(drawn[:3]))])


live.started(STEPS)
train(step, STEPS, live.step, keep)
live.finished()

# %% [markdown]
# The losses do not fall, and should not: each player's gain is the other's loss. What to look at is the pictures, and what to listen to is several of them.

# %% tags=["demo"]
from gan_course.evaluation import track_pitch
from gan_course.synthesis import frequency_of, midi_number

with torch.no_grad():
    made = torch.cat([mel.decode(averaged.module(part)) for part in torch.randn(48, 64, generator=torch.Generator().manual_seed(1)).split(16)])
wanted = torch.tensor([frequency_of(midi_number(name)) for name in clips.classes["pitch"]])
names = list(clips.classes["pitch"])


def on_the_scale(audio):
    """For each clip the note of the scale that is within a quarter of a tone, −1 for none."""
    off = (12 * torch.log2(track_pitch(audio, RATE)[:, None] / wanted)).abs()
    return torch.where(off.min(1).values < 0.5, off.argmin(1), -1)


found, real = on_the_scale(made), on_the_scale(mel.decode(pictures[:48]))
print(f"on the scale: {(found >= 0).float().mean():.0%} of the generated notes; of real ones, through the same picture: {(real >= 0).float().mean():.0%}")
plot_bars(names, {"generated": torch.bincount(found[found >= 0], minlength=6) / 48, "real": torch.bincount(real[real >= 0], minlength=6) / 48},
          y_label="share of 48", x_label="note")

# %% tags=["demo"]
write_sound(FOLDER / "repaired.wav", made[:3].flatten(), RATE)
broken = 2 * small[:1].detach().clamp(-1, 1).flatten().repeat(500) - 1
column(listen(Sound(broken.clamp(-1, 1).numpy(), RATE), Sound.load(FOLDER / "repaired.wav"),
              labels=["the program as it was, its errors alone removed", "the repaired program"], picture="spectrogram",
              say="Left: untrained, 64 samples, mapped into [−3, 1], repeated for two seconds. Right: three of its notes, drawn at random."))

# %% [markdown]
# Play it. `seed` draws two z, and `way` goes from the one to the other.

# %% tags=["demo"]
@torch.no_grad()
def play(seed, way):
    a, b = torch.randn(2, 64, generator=torch.Generator().manual_seed(seed))
    angle = math.pi / 2 * way / 100  # along an arc, so that z keeps its length
    picture = averaged.module((math.cos(angle) * a + math.sin(angle) * b)[None])
    return listen(Sound(mel.decode(picture)[0].numpy(), RATE, f"seed {seed}, {way}% of the way"))


explore(play, seed=(0, 20, 1, 1), way=(0, 100, 10, 0))

# %% [markdown]
# It has 600 steps behind it, and one can hear that. Look at the bars again: some of the six notes may be missing (mode collapse in part, lesson 06), and others of its notes lie
# on no note of the scale. Lesson 09 trains the same idea in full, with labels, so that you can ask for a note.
#
# > **In doubt?** Which of the mended pieces matter most? Put one of the `first_…` pieces back into `repaired`, and train again: the clipped head, the linear discriminator, `gamma` 0.
#
# ## What can go wrong: a table of diagnoses
#
# Come back to this table from later lessons. Each row begins with what you notice.
#
# | you hear | the losses | the picture | likely fault | the test that tells |
# |---|---|---|---|---|
# | silence | still move, since D does | −1 everywhere | 18: clipped output, step too long | share of outputs with slope 0; the level |
# | one note for ever, whatever z is | lively, swinging | all tiles alike | 15: G moves too often or D too seldom; one file (17) | spread over several z |
# | a buzz whose pitch never changes | look well | evenly spaced lines, bright through all time | 14, 2: rows of samples; a stride that is heard (lesson 08) | is its frequency rate / row, or frame rate / stride? |
# | hollow, watery, without attack | fine | fine | 14: the way back; phases not estimated | a real note in and out |
# | harsh, with a thump | fine | fine; the waveform is flat at ±1 | 11: mapped twice | share of samples at full scale; the mean |
# | notes of the training set, and no others | as in a good training | sharper than it should be | 17: too few data | nearest training note against held-out notes |
# | all pitches at once | D's stays high | a blur of all notes | 4: linear D | superposition |
# | noise, from first to last | G's constant while D and z stay the same; else it moves | noise | 6: no gradient; 16: stopped at once | has a weight moved? |
# | the right notes at the wrong speed | fine | shifted up or down | 12: the rate is lost | play one clip of the data |
# | nothing, for an hour | you cannot see them | you cannot see it | 10 | – |
# | | D's is too good from the start | does not improve | 7, 9: G moved in D's turn; a saturated slope | the gradient that reaches G, and in whose turn |
# | | an error | | 1, 3, 5, 8, 13 | shapes after every layer; `missing_names`; the manual's page of the function |
#
# And as sounds, each from a training that really had the fault:

# %% tags=["demo"]
kinds = ["silence", "one note", "buzz", "phase smear", "clipping", "memorised"]
for name in kinds:
    example = examples[name]
    figures = ", ".join(f"{key.replace('_', ' ')} {number:g}" for key, number in example.measured.items())
    print(f"{name}: {figures}\n    {example.fault} ({example.steps} steps, seed {example.seed})")

# %% tags=["demo"]
say = {"silence": "Nothing. The picture is black, and it is not your loudspeaker.",
       "one note": "Three different z, three times nearly the same.",
       "buzz": "250 Hz and its multiples, through all three outputs.",
       "memorised": "Clean notes. You cannot hear what is wrong: compare them with the training data."}
column(*(listen(examples[name].sound, labels=[name], picture="spectrogram", say=sentence) for name, sentence in say.items()))

# %% tags=["demo"]
listen(*(examples[name].sound.cut(0, 1.4) for name in ("as it should be", "phase smear", "clipping")),
       labels=["as it should be", "phase smear", "clipping"], coding="flac",
       say="The same two notes: as they should be; with phases left to chance, hollow and without attack; mapped by 2x − 1.")

# %% tags=["demo"]
column(*(plot_lines(examples[name].losses["step"], {player: examples[name].losses[player] for player in "DG"}, "step", "loss",
                    title=name, height=170) for name in ("as it should be", "silence", "one note", "buzz", "memorised")))

# %% [markdown]
# Phase smear and clipping have no curve of their own: they happen after a training whose losses are those of "as it should be". Of the others only
# “one note” shows in its curves, and only because $D$ was stopped there (from then on $G$'s curve is minus its logit, and falls without end). **Losses hardly ever tell which failure it is.** That is why
# this course plays you sounds.
#
# ## Check yourself

# %%
quiz([
    {
        "question": "You take steps of G alone, always with the same z. Its loss is 0.5312 at every step, to the last digit. What do you look at first?",
        "answers": [
            {"answer": "Whether any of its weights has moved", "correct": True, "feedback": "Yes: no gradient, a clipped head, or an optimiser of other weights."},
            {"answer": "The learning rate: it must be too small", "correct": False, "feedback": "With a small one the last digits would still change."},
            {"answer": "Nothing: it has converged", "correct": False, "feedback": "Even near a minimum the last digits would still change. A loss that does not even tremble is not a training."},
        ],
    },
    {
        "question": "All sounds come out an octave too high, the losses are fine. Where is the fault?",
        "answers": [
            {"answer": "Where the data is read", "correct": True, "feedback": "Yes: a rate was lost, 8,000 Hz taken for 16,000. Play a clip of the data."},
            {"answer": "In the generator's last layer", "correct": False, "feedback": "It could not know of an octave: it draws what the discriminator has seen."},
            {"answer": "In the discriminator", "correct": False, "feedback": "It was shown wrong notes, and judged them well."},
        ],
    },
    {
        "question": "You take many steps of G for each step of D. Why do all z soon give one sound?",
        "answers": [
            {"answer": "The best reply to a D that stands still is a single point", "correct": True, "feedback": "Yes: near max-min, fault 15."},
            {"answer": "It is as if G's learning rate were larger", "correct": False, "feedback": "It has moved further, but the direction is the point: each step goes to where this D is largest."},
            {"answer": "max-min has a smaller value than min-max", "correct": False, "feedback": "For a free D and any mixture the values are equal. What differs is what G does."},
        ],
    },
    {
        "question": "Your discriminator can no longer tell generated from real. May you stop?",
        "answers": [
            {"answer": "Only if a good discriminator, with time to learn, cannot either", "correct": True, "feedback": "Yes. A weak or lagging one is fooled by anything."},
            {"answer": "Yes, that is the definition", "correct": False, "feedback": "It is, of the best D. This one may be linear, or have a saturated slope."},
            {"answer": "No, one stops when the generator cannot tell", "correct": False, "feedback": "That is fault 16: the generator judges nothing."},
        ],
    },
    {
        "question": "Why is clipping to [−1, 1] worse than tanh as a last layer, although both give numbers in [−1, 1]?",
        "answers": [
            {"answer": "Where it clips, no gradient gets through", "correct": True, "feedback": "Yes: what is once below −1 everywhere stays silent."},
            {"answer": "It distorts the sound", "correct": False, "feedback": "The picture is clipped, not the waveform, and most of it is −1 anyway."},
            {"answer": "It is slower", "correct": False, "feedback": "It is faster, if anything."},
        ],
    },
])

# %% [markdown]
# ## Your turn
#
# Give the repaired program a folder of your own: short sounds, wav, mono, of any rate; twenty or more, all of one kind. Its path goes between the quotation marks.

# %% tags=["demo"]
MY_FOLDER = ""  # such as "sounds/drums"

if MY_FOLDER:
    mine = encode(read_folder(MY_FOLDER, RATE, SAMPLES), filters)
else:
    print("No folder is given, so the plucked notes of ours stand in, for 40 steps.")
    mine = pictures[[i for i in range(len(clips)) if "plucked" in clips.says(i)]]
step, my_average, _ = repaired(mine, torch.zeros(len(mine)))
train(step, 600 if MY_FOLDER else 40, lambda done, losses: None, lambda done: None)
with torch.no_grad():
    sounds = mel.decode(my_average.module(shown[:2]))
listen(*(Sound(x.numpy(), RATE).named(f"z {i + 1}") for i, x in enumerate(sounds)), picture="spectrogram",
       say="After 40 steps you hear that something is learnt, and not yet what. Which row of the table is it?")

# %% [markdown]
# ## Summary
#
# Errors are the kind faults. The others let a program run: a lost rate, a gradient that is cut, a turn that moves the wrong player, a sigmoid too many, a clipping that hides and teaches nothing, one file, a stopping rule the
# wrong way round. Each has a sign that you can see or hear, and a test that takes a minute: play a clip of the data; send a note in and out; print the shapes; ask whose weights have moved; give a mean to the discriminator; listen to several z; find the nearest
# training sound. Losses tell you little of all this.
#
# **Terms:** *superposition test*, *linear classifier*, *no-gradient call*, *saturation*, *phase smear*, *memorisation*, *checkpoint*, *stopping rule*, *mode collapse*, *best reply*.
#
# **To read:** A. Radford, L. Metz and S. Chintala, *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks* (2016): section 3, for which layers a generator and a
# discriminator want. X. Mao et al., *Least Squares Generative Adversarial Networks* (2017): section 3, the loss without a sigmoid. I. Goodfellow, *NIPS 2016 Tutorial: Generative Adversarial Networks* (2016): section 5.1.1, on max-min and mode
# collapse. L. Mescheder, A. Geiger and S. Nowozin, *Which Training Methods for GANs do actually Converge?* (2018): R1. D. Griffin and J. Lim, *Signal Estimation from Modified Short-Time Fourier Transform* (1984): why a spectrogram has a way back. D. Lopez-Paz and
# M. Oquab, *Revisiting Classifier Two-Sample Tests* (2017): a stopping rule with a discriminator that has had time to learn.
#
# Next: **08 · Convolutional generators**.

# %%
checks.summary()
