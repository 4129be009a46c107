# %% [markdown]
# # 09 · The spectrogram GAN
#
# At the end of this lesson a generator that you trained yourself plays you a tune. This is what the same program plays when it has
# trained for longer than a lesson has time:

# %%
import math
from dataclasses import replace
from timeit import timeit

import numpy as np
import torch
from torch.nn import functional as F
from gan_course import datasets, evaluation, zoo
from gan_course.display import Monitor, column, configure, explore, listen, plot_lines, quiz
from gan_course.display.monitor import tiles
from gan_course.exercises import lesson
from gan_course.sound import Sound
from gan_course.synthesis import note_name
from gan_course.training import Recipe, Training, cards, train

configure(coding="mp3")  # small files; nothing here depends on the last bit
torch.set_num_threads(1)  # for networks as small as these one core is as quick as two
checks = lesson("09")
TUNE = "C4 E4 G4 C5 A4 G4:2 F4 D4 E4 C4:2"
trained = zoo.load("notes-full")
listen(*[zoo.tune(trained, TUNE, tempo=200, seed=4, instrument=name) for name in ("plucked", "bell")], labels=["plucked", "bell"],
       say="Ten notes; the generator drew each of their seven pitches. The latent vector is the same for all, so it is one instrument.")

# %% [markdown]
# ## What you will be able to do
#
# - tell both networks what is asked for, and say why the discriminator must hear it too;
# - put the pieces of lessons 05 to 08 together, one at a time, and measure what each is good for;
# - write a training that goes on after a break as if there had been none;
# - read what a training says while it runs, and decide when to stop it;
# - train on a folder of your own sounds, on a laptop or on a graphics card.
#
# **Builds on:** lessons 04 to 08. **Time:** 60 minutes to read and listen, about 58 for the exercises; the cells take about a minute
# on 2 CPU cores that have units for bfloat16, and three minutes on slow ones that have none, most of it training. With a graphics card the same cells train more, and the longest of them takes eight minutes (nobody has tried it yet).
#
# ## Ask, and you shall hear
#
# Lesson 05's generator played whatever it liked. An instrument does what you ask: *this* pitch, *this* timbre. So the generator gets
# two things: $z$, which is chance, and a vector $c$, which says what is wanted:
#
# $$ x = G(z, c) $$
#
# Each kind of label makes a block of $c$, with a single 1 at its place.
#
# > **Guess first:** pitches could go in as one number, such as 60 for C4. Why do we give each a place of its own?
#
# **Exercise 1** (5 minutes, 1 point). Write these blocks, as floating-point numbers, in the order of `classes`.

# %%
def one_hot_blocks(labels, classes):
    """Labels by kind, each (batch,), to (batch, sum of the classes); classes: by kind, how many values it has."""
    ### BEGIN SOLUTION
    blocks = [F.one_hot(labels[kind], number).float() for kind, number in classes.items()]
    return torch.cat(blocks, dim=1)
    ### END SOLUTION

# %%
checks.one_hot_blocks(one_hot_blocks)

# %% tags=["demo"]
notes = datasets.notes(1024, seed=0)
CLASSES = {kind: len(names) for kind, names in notes.classes.items()}
wanted = one_hot_blocks({kind: label[:3] for kind, label in notes.labels.items()}, CLASSES)
if wanted is not None:
    print(f"{CLASSES} make {wanted.shape[1]} places")
    for number, row in enumerate(wanted):
        print(f"{notes.says(number):12} ones at {row.nonzero().flatten().tolist()}")

# %% [markdown]
# A place of its own costs nothing, and promises nothing: the network need not believe that A3 lies between G♯3 and B♭3, or that a
# pitch twice as large is twice as much of anything. The price: it has no idea of a pitch that it never met. We come back to that.
#
# ## The discriminator must hear it too
#
# Suppose $D$ were only asked whether a sound is real. Then $G$ could answer every wish with a lovely bell at A4: real, and not what you
# asked for. So $D$ is asked two things at once, *is it real* and *is it what was wanted*. With $f(x)$ the features that $D$ finds in a
# sound, $n$ of them, and $e(c)$ the features that the labels want, the logit is
#
# $$ D(x, c) = w \cdot f(x) + \frac{1}{\sqrt{n}}\; e(c) \cdot f(x) $$
#
# This is **projection** (Miyato and Koyama 2018). The root is ours. Both parts are sums of $n$ terms of either sign, and such a sum is
# about $\sqrt n$ times as large as one of them. The weights $w$ make up for that, since they are drawn the smaller the larger $n$ is; those of $e(c)$ are not, so we divide.
#
# **Exercise 2** (6 minutes, 2 points). Write it. `bare` is $w \cdot f(x)$, already made.

# %%
def projection_logit(features, bare, wanted):
    """features and wanted are (batch, n), bare is (batch,); the logits (batch,)."""
    ### BEGIN SOLUTION
    return bare + (wanted * features).sum(1) / math.sqrt(features.shape[1])
    ### END SOLUTION

# %%
checks.projection_logit(projection_logit)

# %% [markdown]
# That logit holds a classifier that nobody trains: compare the features with what *each* instrument wants, and $e_1 \cdot f / \sqrt n$, $e_2 \cdot f / \sqrt n$, … are a logit for each.
# One can train it: add the cross-entropy of these (lesson 04) to $D$'s loss, for real sounds, and to $G$'s, for its own. Then $D$ has to know what it hears, and $G$ to
# be heard as what it was asked for. That is an auxiliary classifier (Odena, Olah and Shlens 2017; theirs has weights of its own, and learns to name generated sounds as well). In a recipe `naming` is its weight.
#
# ## One piece at a time
#
# A **recipe** is everything that decides what a training does, as plain data. It is saved with the weights, so that you know years later
# how they came about.
#
# The first piece is new. Lesson 08 convolved along both axes, as one does with pictures: a thing moved is the same thing. Along time that holds. Along
# frequency it does not: a note moved by some bands is another note. So the networks of these first trainings slide along time only, and every layer connects all bands with all: they are *banded*.
# What is a step of each worth in time?

# %% tags=["demo"]
for networks, up, down in (("convolutional", (128, 96, 64, 32), (32, 64, 96, 128)), ("banded", (160, 128, 96, 96), (96, 96, 128, 160))):
    tried = Training(Recipe(networks=networks, generator_widths=up, discriminator_widths=down, precision="32-true"), notes.select(range(64)))
    taken = [timeit(lambda tried=tried: tried.step()["D"].item(), number=1) for _ in range(8)]
    weights = sum(w.numel() for w in tried.generator.parameters())
    print(f"{networks:14}{weights / 1e6:.2f} million weights in G, {1000 * np.median(taken):.0f} ms a step")

# %% [markdown]
# Banded networks are several times as quick, with half the weights. That is why we begin with them. They have two weaknesses, grain and pitches that they never heard; both come further down.
#
# ## What a pitch is
#
# A place of its own says *which* pitch is wanted. It does not say what a pitch **is**. Which bands light up at A3 the generator has to find out from the examples, and then again for A♯3.
# Yet we know it, since lesson 01: partials at $f, 2f, 3f, \dots$ So let us draw it beforehand. This is the picture of a sound in which all partials are equally loud, the **comb** of its pitch:
# its level in dB, scaled so that a partial is 1, and all that is 40 dB or more below one is 0.

# %% tags=["demo"]
from gan_course.networks import comb
from gan_course.spectral import LogMel

pair = comb(LogMel(), ["A3", "A4"])
plot_lines(LogMel().frequencies(), {"A3": pair[0], "A4": pair[1]}, "frequency (Hz)", "comb", log="x", height=230, title="Where the partials are, in 64 mel bands",
           alt="Teeth at the multiples of 220 Hz and of 440 Hz, apart at low frequencies; above 2.5 kHz those of A3 run together, above 6 kHz those of A4.")

# %% [markdown]
# Now $G$ makes two pictures instead of one, $B$ of what is between the partials and $H$ of what is at them, and the comb $k$ of the wished pitch puts them together:
#
# $$ x = \tanh(B + k \odot H) $$
#
# where $\odot$ multiplies place by place. So $G$ can speak of *the partials*, wherever these are: how loud they are and how they die away is a matter of the instrument, and need not be learnt for
# each pitch anew. A **source** with its partials, and a **filter** that gives each its strength: so Fant (1960) described speech, and so work networks that speak (Wang, Takaki and Yamagishi 2019) and that play notes (Engel et al. 2020).
# $D$ is not shown the comb; it hears what it heard before.
#
# > **Guess first:** a bell's partials are no multiples of its pitch. What will such a generator do with it?
#
# Most of its partials lie between the teeth, so $G$ has to draw them in $B$, for each pitch anew, as it would without a comb. It can: the blocks of ones and zeros stay, and $B$ may put anything anywhere. A comb helps, and forbids nothing.
#
# The other pieces you know. We begin without them all, and add one after the other: *pairs* is lesson 06's relativistic loss, which compares each real sound with a generated one; *R1 and R2* are its penalties; *average* keeps the averaged generator, with a half-life of a tenth of the steps; *labels* tells both networks what is asked for; *partials* shows $G$ the comb; *naming* is the classifier's loss, with its weight.

# %% tags=["demo"]
small = Recipe(conditions=(), representation={"representation": "LogMel", "n_mels": 32, "hop": 512, "n_fft": 2048}, latent=32, networks="banded",
               generator_widths=(64, 64, 48), discriminator_widths=(48, 64, 64), steps=200, seed=1, learning_rate=2e-3,
               objective="non_saturating", penalties=(), average=0.0, precision="32-true")
print({name: value for name, value in small.to_dict().items() if name in ("objective", "penalties", "conditions", "steps", "batch")})

# %% tags=["demo"]
PIECES = {"the loss of 2014": {}, "+ pairs": {"objective": "relativistic_pairing"}, "+ R1 and R2": {"penalties": ("r1", "r2")},
          "+ average": {"average": 0.1}, "+ labels": {"conditions": ("pitch", "instrument")}, "+ partials": {"partials": True}, "+ naming": {"naming": 0.3}}
examine = evaluation.Examination(small, notes)
runs, recipe = {}, small
for name, change in PIECES.items():
    recipe = replace(recipe, **change)
    runs[name] = train(recipe, notes)
    said = examine(runs[name])
    print(f"{name:17}", ", ".join(f"{k} {said[k]:.2f}" for k in ("kernel distance x 100", "precision", "recall", "coverage")))

# %% [markdown]
# Pictures of 32 × 32, 200 steps each, one seed: too little to be good, enough to see a direction. Here a sound is described by the means over 8 × 8 parts of its picture, and the real ones are training notes: good enough to watch a training by, and not to judge a model. *Precision* is the share of the
# generated sounds that lie among real ones, *recall* the share of the real ones that lie among generated ones, *coverage* that of the real ones that have a generated one near them, and the *kernel distance*
# measures the two as wholes (lesson 10 has them all).
#
# > **Read your table:** which piece moves the distance most? And does precision tell you the same as recall?
#
# When we ran it, the pairs alone made it worse. R1 and R2 moved the distance most, to a tenth of what it was or less. In that same row precision *fell*, to half or less: sounds that all lie in one crowd of real ones have precision, and leave the rest out. The average and the labels changed little in so short a training. What grew from the labels on was recall.

# %% tags=["demo"]
pictures = [picture for run in runs.values() for picture in run.heard()[0][:2]]
tiles(np.stack(pictures), "made by the seven trainings, two by each, in the order of the table")

# %% [markdown]
# The last three trainings were told what to play. Do they? For each of 256 wishes, look which real note is most like the picture that came back:

# %% tags=["demo"]
asked = {kind: label[:256] for kind, label in notes.labels.items()}
for name in ("+ labels", "+ partials", "+ naming"):
    run = runs[name]
    made = run.game.sample(256, asked, seed=5)
    nearest = torch.cdist(made.flatten(1), run.real.flatten(1)).argmin(1).cpu()
    for kind, label in asked.items():
        hit = (notes.labels[kind][nearest] == label).float().mean()
        print(f"{name:12}{kind}: the nearest real note has the one that was asked for in {hit:.0%}; by chance {1 / CLASSES[kind]:.0%}")

# %% [markdown]
# A timbre fills the whole picture, a pitch is a few lines in it: what is large is learnt first. The comb says where the lines are, and naming asks whether they can be heard.
# (Here naming has a weight of 0.3, since 200 steps are few; `lite` has 0.1.)
#
# ## Rates that know the step
#
# At first large steps are good, at the end they only shake the result. So the learning rate is held over the first half and then falls in
# a straight line, to a tenth. Written as a *function of the step* it needs no memory: a run that is taken up at step 1,700 finds the rate
# of step 1,700. (Schedules that count for themselves are a known source of silent faults: they never begin, or begin again.)
#
# **Exercise 3** (6 minutes, 2 points). Write it. Steps count from 0, and where `steps` is 0 nothing ever falls.

# %%
def held_then_falling(step, steps, end=0.1):
    """A factor: 1 up to step = steps / 2, then in a straight line to `end` at step = steps, and `end` after it."""
    ### BEGIN SOLUTION
    if not steps:
        return 1.0
    late = min(1.0, max(0.0, 2 * step / steps - 1))
    return 1 - (1 - end) * late
    ### END SOLUTION

# %%
checks.held_then_falling(held_then_falling)

# %% [markdown]
# The *averaged* generator of lesson 06 is the one that is kept. How much does it keep at each step? Think in **half-lives**: after so many
# steps half of what was there is left. With a half-life of $h$ steps the share that is kept is $2^{-1/h}$. At the beginning that would be
# far too long: half of a random network would still be in it after $h$ steps. So there the half-life is half of the steps done.
#
# **Exercise 4** (6 minutes, 1 point). Write the share. The half-life that you use is at least 1.

# %%
def average_decay(step, half_life):
    """The share of the averaged weights that is kept at a step; the half-life is at most half of the steps done."""
    ### BEGIN SOLUTION
    return 0.5 ** (1 / max(1.0, min(half_life, 0.5 * step)))
    ### END SOLUTION

# %%
checks.average_decay(average_decay)

# %% tags=["demo"]
from gan_course.training import average_decay as decay_at

STEPS = np.arange(1001)
left = {f"half-life {h}": np.cumprod([decay_at(step, h) for step in STEPS]) for h in (20, 80, 320)}
plot_lines(STEPS, left, "step", "share", log="y", limits=(1e-9, 1), height=230,
           title="What is left of the random weights at the beginning",
           alt="All three fall alike at first; then each becomes a straight line, the steeper the shorter its half-life.")

# %% [markdown]
# ## A break that leaves no trace
#
# A training is killed: the battery, a power cut, the end of your hour on a shared machine. Everything that the next step needs has to be in
# the checkpoint: both networks, both optimisers with their running means, the average, the number of the step. And chance. Step 1,701 must
# draw the same sounds and the same $z$ as if nothing had happened.
#
# One could store the state of the random generator. There is a simpler way: let each step have *its own*, made from the seed and the number
# of the step. Then nothing has to be stored at all.
#
# **Exercise 5** (4 minutes, 1 point). Write it. It must leave everybody else's random numbers alone, and no other seed and step may get the
# same ones: think of some hundred seeds, and of runs of a hundred thousand steps. (Of the number that a generator of torch is seeded with, it uses the lowest 32 bits.)

# %%
def chance_at(seed, step):
    """A torch.Generator for one step of a run, which depends on the two numbers and on nothing else."""
    ### BEGIN SOLUTION
    return torch.Generator().manual_seed(seed * 1_000_003 + step)
    ### END SOLUTION

# %%
checks.chance_at(chance_at)

# %% [markdown]
# Does our training keep that promise? Twelve steps in one piece, against one step, a break, and eleven more that begin from the file:

# %%
import tempfile
from pathlib import Path

# %% tags=["demo"]
short = replace(small, steps=12, conditions=("pitch",), penalties=("r1", "r2"), penalty_every=4, average=0.1)
few = notes.select(range(64))
with tempfile.TemporaryDirectory() as place:
    part = train(short, few, place, seconds=0)  # a limit of 0 s: it stops after its first step, with everything saved
    rest = train(short, few, place)
    print("in the folder of the run:", ", ".join(sorted(file.name for file in Path(place).iterdir())))
whole = train(short, few)
same = all(torch.equal(w, whole.averaged[name]) for name, w in rest.averaged.items())
print(f"a break after step {part.done}; every bit of the {rest.done}-step generator is the same: {same}")

# %% [markdown]
# The files are safetensors and JSON: numbers and text. The usual way to store a network in Python, *pickle*, can run any program when it is
# opened; never open such a file from somebody that you do not trust. (*Every bit* is a promise for processors. A graphics card may add up in another order each time; expect nearly the same there.)
#
# ## How fast is this machine?
#
# A processor computes with numbers of 32 bits, or, if it has units for it, with **bfloat16**: as many bits for the exponent, but only 8
# significant ones. Where the units exist that is much faster. Where they do not, it is slower. So ask the machine (`bf16-mixed` rounds to bfloat16 what goes into convolutions and products of matrices and what comes out; inside they are added up in 32 bits. `32-true` is 32 bits for all):

# %% tags=["demo"]
from gan_course.training.loop import convolution_seconds, fastest_precision

x = torch.tensor([1.0, 1.003, 1.004, 256.0, 257.0])
print("as bfloat16:", *(f"{a:g} → {b:g}" for a, b in zip(x.tolist(), x.bfloat16().tolist())))
z = trained.z(0, 16)
with torch.autocast("cpu", torch.bfloat16):
    rounded = trained.pictures(z, pitch="A4", instrument="bell").float()
off = 45 * (rounded - trained.pictures(z, pitch="A4", instrument="bell")).abs().mean()  # 1 in a picture is 45 dB
print(f"sixteen bells drawn by a network that computes in bfloat16: {off:.2f} dB off, on average over all cells")
print("one step of a convolution here:", ", ".join(f"{name} {1000 * taken:.1f} ms" for name, taken in convolution_seconds().items()))

# %% [markdown]
# 257 is not there any more: from 256 on the steps are 2. A trained network hardly minds: its pictures are off by a few hundredths of a dB. But a **penalty** is made of slopes, and its own gradient is a slope of slopes: what is rounded at each layer, forwards and twice backwards, is too coarse in the end. So it is taken in 32 bits, always
# (`precision="bf16-mixed"` does that; a graphics card may round the factors of its products to 11 significant bits before, which is called TF32); weights and running means stay in 32 bits as well.
#
# ## Now train
#
# The recipe is called `lite`: 64 mel bands × 64 frames, one second at 16 kHz, six instruments and three octaves. Everything is in it that you
# have met, but its networks are not banded. They convolve along both axes, with few channels: where the partials lie the comb says anyhow, and neighbours stay neighbours (further down you will see what
# banded networks do to them). What are comb and naming worth here? After 75 seconds of two cores `lite` was about half as far from real notes, by a distance of lesson 10, as networks twice as large without the two after *twice* the time, from each of three seeds. (The page *Trainings compared* of this course's site, `docs/trainings.md` in a clone, has the numbers and the command.)
#
# A laptop needs a few minutes for all the steps of `lite`; the cell below stops after 30 seconds, or 75 where the processor has no units for bfloat16, wherever it is then; let it have more if you like. With a graphics card of 24 GB or more the
# same cell trains `full`: residual networks, 128 mel bands, two seconds of sound, for eight minutes, and keeps the run in the folder `runs/full`: run the cell again, and it goes on.
#
# Listen while it runs. How do you know that it works?
#
# - **The margin**, the mean difference of the logits of real and generated sounds, should stay between 0 and a few units. At 0 or below, $D$ has given
#   up, or is held too tightly (γ); if it grows without end, $G$ has. A jump that is gone some steps later does no harm: look where it settles.
# - **Naming** begins at $\ln 37 + \ln 6 = 5.4$, which is guessing among 37 pitches and 6 instruments, and should fall from then on.
# - **The losses** say little: each player's depends on how good the other is.
# - **Recall and coverage** should grow. When they have not for a long time, stop.

# %% tags=["demo"]
begun = (Path("runs") / "full" / "checkpoint.safetensors").is_file()
large = cards(gigabytes=24) or (begun and cards())  # a graphics card with so much memory free
NAME, SECONDS = ("full", 480) if large else ("lite", 30 if fastest_precision() == "bf16-mixed" else 75)
plan = Recipe.read(NAME)
sounds = datasets.load(plan.data, **plan.data_options)
mine = train(plan, sounds, observers=[Monitor(NAME)], sample_every=300, measure=evaluation.Examination(plan, sounds),
             measure_every=300, seconds=SECONDS, folder=Path("runs") / NAME if NAME == "full" else None)
print(f"{mine.done:,} of {plan.steps:,} steps, {mine.done / mine.game.seconds:.0f} a second")

# %% [markdown]
# What you have now is a generator, the averaged one. Play it. `zoo.load` opens a file; a run that is still in memory becomes a model like this.
# Beside it are the same recipe after all of its steps, `notes-lite`, and the model from the top, `notes-full`. That one was made not by `full` but by the recipe `notes` (`gan-course train notes --folder runs/notes`, 50 minutes on one thread of a processor): it has 128 bands, and
# banded networks with more pieces, which come further down.

# %% tags=["demo"]
with tempfile.TemporaryDirectory() as place:
    mine.save_generator(Path(place) / "mine" / "generator.safetensors")
    model = zoo.load(Path(place) / "mine")
player = {"yours": model, "at its end": zoo.load("notes-lite"), "trained for longer": trained}


def play(which="yours", instrument="organ", pitch=60, seed=1):
    return player[which].generate(seed, instrument=instrument, pitch=note_name(pitch))


explore(play, which=list(player), instrument=list(model.classes["instrument"]), pitch=(40, 76, 1, 60), seed=(0, 9, 1, 1))

# %% tags=["demo"]
listen(*[zoo.tune(one, TUNE, 200, seed=4, instrument="plucked") for one in player.values()], labels=list(player),
       say="The same notes. Listen for the noise behind the tones, and for the beginnings: which attacks are crisp?")

# %% [markdown]
# And a scale. $z$ is one for all fifteen notes, so pitch alone should change, and an instrument stay itself from the bottom to the top.

# %% tags=["demo"]
SCALE = "C3 D3 E3 F3 G3 A3 B3 C4 D4 E4 F4 G4 A4 B4 C5:3"
listen(*[zoo.tune(trained, SCALE, 300, seed=2, instrument=name) for name in ("organ", "bowed")], labels=["organ", "bowed"],
       say="Two octaves upwards, by the model that was trained for longer.")

# %% [markdown]
# How often is the pitch right? A tracker that knows nothing of the model listens to every third pitch of the organ. The comb told $G$ where the partials are, so pitch comes first: in one training that
# we looked into, an ear named it right in every note but one in a thousand after 500 steps (the tracker is stricter: a note that is 60 cents off still has its name), when the instrument was right in only 73%; after 2,000 steps that was right in 97%. Without comb and naming the pitch came late: right in 8% after 500 steps, when the instrument was right in 60%, and in 97% after 2,000.
# (In a clone of the project `python -m benchmarks.quality lite --seeds 1 --at 500 2000 --against "partials=false naming=0"` measures both again.)

# %% tags=["demo"]
from gan_course.synthesis import frequency_of, midi_number

pitches = list(model.classes["pitch"])[::3]
for name, one in player.items():
    drawn = one.pictures(one.z(0, len(pitches)), pitch=pitches, instrument="organ")
    heard = evaluation.pitch_accuracy(one.encoding.decode(drawn), one.rate, torch.tensor([frequency_of(midi_number(p)) for p in pitches]))
    print(f"{name}: {heard['share']:.0%} of {heard['n']} organ notes within 50 cents, median error {heard['median_cents']:.1f} cents")

# %% [markdown]
# ## Between two sounds
#
# Two seeds are two points in the space of $z$. What lies between? The obvious way is the chord, $(1 - t)\,a + t\,b$. But in 64 dimensions
# almost all of a normal distribution lies in a thin shell:

# %% tags=["demo"]
a, b = trained.z(1), trained.z(8)
lengths = torch.randn(10_000, 64).norm(dim=1)
print(f"lengths of z: {lengths.mean():.2f} ± {lengths.std():.2f}; half-way along a chord: {(a / 2 + b / 2).norm():.2f}")

# %% [markdown]
# Of 100,000 $z$ about one is as short as that: $G$ has hardly met any. So go along the **arc** (Shoemake 1985; White 2016). With $\omega$ the angle between $a$ and $b$,
#
# $$ \operatorname{slerp}(a, b, t) = \frac{\sin((1-t)\,\omega)}{\sin \omega}\,a + \frac{\sin(t\,\omega)}{\sin \omega}\,b $$
#
# **Exercise 6** (8 minutes, 2 points). Write it for vectors `(…, latent)`, which need not be equally long. Each pair has its own $\omega$; by rounding its cosine may be a little above 1. Where $\sin\omega$ is nearly 0, take the chord.

# %%
def slerp(a, b, share):
    """The vector at a share (0 to 1) of the arc from a to b, each (…, latent)."""
    ### BEGIN SOLUTION
    cosine = torch.nn.functional.cosine_similarity(a, b, dim=-1).clamp(-1, 1)
    angle = torch.arccos(cosine).unsqueeze(-1)
    arc = (torch.sin((1 - share) * angle) * a + torch.sin(share * angle) * b) / torch.sin(angle)
    return torch.where(torch.sin(angle) < 1e-4, (1 - share) * a + share * b, arc)
    ### END SOLUTION

# %%
checks.slerp(slerp)

# %% tags=["demo"]
from gan_course.zoo.model import slerp as arc_at

shares = torch.linspace(0, 1, 5).tolist()
ways = {"arc": [arc_at(a, b, t) for t in shares], "chord": [(1 - t) * a + t * b for t in shares]}
drawn = {name: trained.pictures(torch.cat(z), instrument="reed", pitch="D4") for name, z in ways.items()}
column(*[tiles(pictures[:, 0].numpy(), f"along the {name}") for name, pictures in drawn.items()],
       listen(*trained.sounds(drawn["arc"]), trained.sounds(drawn["chord"])[2], labels=[f"arc, {t:.0%}" for t in shares] + ["chord, 50%"],
              say="Along the arc; and last the middle of the chord, to compare with that of the arc, the third."))

# %% [markdown]
# > **Look:** is the middle of the chord worse here? We saw no great harm. A network may well be smooth where it was never trained; the arc
# > only makes sure that you never have to rely on it.
#
# ## Real instruments, and voices
#
# The built-in notes come from formulas. What of recordings? `orchestra-full` was trained on notes of the Philharmonia Orchestra, `digits-full` on spoken
# digits, in half an hour to an hour and a half on one thread of a processor. Their licences travel with them: read `zoo.load("orchestra-full").card` before you publish.

# %% tags=["demo"]
players, digits = zoo.load("orchestra-full"), zoo.load("digits-full")
said = [Sound(np.concatenate([digits.generate(2, digit=digit, speaker=name).samples for digit in "314"]), digits.rate) for name in ("jackson", "theo")]
tunes = [zoo.tune(players, TUNE, tempo=200, seed=3, instrument=name) for name in ("cello", "clarinet")]
listen(*[sound.at_level(-25) for sound in (*tunes, *said)],
       labels=["cello", "clarinet", "3 1 4, as jackson says it", "as theo says it"],
       say="No recording: ten notes and three digits, all drawn from a z. What breath and bow do is in the data, and so it is learnt.")

# %% [markdown]
# What are the pieces good for here? We trained `orchestra` with and without them, from one seed, by an earlier recipe without what the next two sections add. Of the orchestra some *pairs*, an instrument at a pitch, were kept from
# training altogether: can $G$ play a note of the cello that it never heard the cello play? For these there is one piece more. `unheard` is the share of $G$'s turns in which it is asked for any pitch in the
# range of the instrument, recorded or not; $D$ then says whether it sounds like that instrument.
#
# | trained with | right pitch, new pairs | right instrument, pairs trained on | right instrument, new pairs | covered, new pairs | AUC |
# |---|---|---|---|---|---|
# | no comb, no naming, no `unheard` | .89 | .92 | .81 | .79 | .84 |
# | naming | .87 | .99 | .82 | .77 | .82 |
# | comb | .94 | .94 | .79 | .79 | .82 |
# | comb, naming and `unheard` | .93 | .98 | .87 | .77 | .83 |
# | real notes, through the pictures and back | .95 | .96 | .97 | .95 | .53 |
#
# Pitch is what a tracker hears that knows nothing of the model; *covered* is said of the real notes by the texture ear of lesson 10. The *AUC*, of lesson 10 as well, is how often a judge that was trained for it scores a real sound above a generated one: 0.5 if it can only guess, 1 if it is never wrong. How far can one trust a row? One training was done twice, and differed by up to .04, and by .08 in *covered*: so a single difference of that size may be chance. We trust what all seven trainings of the page *Trainings compared* agree on. With naming the instrument is right in .98 or .99 of the pairs trained on, without it in .92 and .94. With the comb new pairs are in tune nearly as often as recordings are, .93 and .94, without it in .87 to .91.
# But a cello at a pitch that it was never heard at is not yet as much of a cello. How hard is that? An ear of the same kind as the one that judges here, but
# trained without the new pairs, names the instrument of the *real* ones right in only .75, and their pitch in .79 (the last row but one on the card of `ear-orchestra-judge`). It, too, knows a cello least where it never heard one. The ear that judges has heard them. (One can teach it better: see *Who names what was never heard?* below.)
#
# Banded networks have one fault. They have no idea that neighbouring bands belong together: what they draw is *grainy*, and no layer of theirs finds that
# odd. Grain is the power of the finest detail, of what a mean over 3 × 3 cells takes away:

# %% tags=["demo"]
from gan_course.evaluation.two_sample import with_detail


def grain(pictures):
    return float(with_detail(pictures)[:, 1:].square().mean())  # its second half is that detail


lite, banded = player["at its end"], runs["+ naming"]
asked = {kind: [notes.classes[kind][i] for i in label[:256].tolist()] for kind, label in notes.labels.items()}
ratio = grain(lite.pictures(lite.z(0, 256), **asked)) / grain(lite.encoding.encode(notes.audio[:256]))
print(f"notes-lite, which convolves along both axes, draws {ratio:.2f} times the grain of real notes")
ratio = grain(banded.game.sample(256, {kind: label[:256] for kind, label in notes.labels.items()})) / grain(banded.real[:256])
print(f"the banded network that was told all, of the table at the top, {ratio:.2f} times that of its own")

# %% [markdown]
# Part of that is its short training: `lite` with banded networks, trained to its end (widths and batch as above, `steps=6000`), drew 1.25 times.
#
# So `notes-full`, `orchestra-full` and `digits-full` have banded networks called `textured`, with two pieces more. At its end
# $G$ has two small convolutions along both axes. And beside $D$ sits a judge of *patches* of 22 × 22 cells, whose findings are averaged over all places
# (Isola et al. 2017), so that it hears texture, wherever it is. It is told the labels as well: a flute's texture is not a cello's.
#
# > **Guess first:** what will you see if you take the two convolutions away from the trained generator?

# %% tags=["demo"]
def every_second(pictures):
    """Of all power that changes from frame to frame, the share that comes again every second frame."""
    power = torch.fft.rfft(pictures - pictures.mean(-1, keepdim=True)).abs().square().flatten(0, -2).sum(0)
    return float(power[-2:].sum() / power.sum())


without = zoo.load("orchestra-full")
for weight in without.generator.fine[1].parameters():
    weight.zero_()  # what the last convolution adds is nothing now
asked = {"pitch": ["C3", "A4", "E4", "G3"], "instrument": ["cello", "flute", "clarinet", "bassoon"]}
drawn = [one.pictures(players.z(3, 4), **asked) for one in (players, without)]
print("every second frame: with", " and without ".join(f"{every_second(pictures):.0%}" for pictures in drawn))
column(tiles(torch.cat(drawn)[:, 0].numpy(), "four notes with the last two convolutions, and the same without"),
       listen(*[zoo.tune(one, "A4 G4 E4:2", 200, seed=3, instrument="flute").at_level(-25) for one in (players, without)], labels=["with", "without"],
              say="A flute; and a flute behind a grid."))

# %% [markdown]
# The mosaic is lesson 08's flutter, at the frame rate divided by the stride: the last layer has stride 2, and what comes out of it differs from one frame to
# the next. The two convolutions wipe it away. All of it was learnt together, so what comes before them need no longer be a picture.
#
# ## A flutter that nobody meant
#
# The layers before the last double their frames as well. Lesson 08 foretold what each of them leaves: changes at the frame rate over 4, 8 and 16, which is 15.6, 7.8 and 3.9 Hz. How much does a note change, and how often in a second?
#
# > **Guess first:** `notes-lite` was trained for 4,000 steps, against a $D$ to which every cell of a picture is shown. Is anything to be seen at 15.6 Hz?

# %% tags=["demo"]
def changes(pictures):
    """How much the bands change at each frequency of change: power along time, mean over bands and notes, in dB."""
    x = (pictures - pictures.mean(-1, keepdim=True)) * torch.hann_window(pictures.shape[-1])
    return 10 * torch.fft.rfft(x).abs().square().flatten(0, -2).mean(0).log10()


def teeth(model, name):
    """How much real notes change and those of a model, of the same labels, as lines; the teeth are printed."""
    asked = {kind: [notes.classes[kind][i] for i in label[:256].tolist()] for kind, label in notes.labels.items()}
    curves = {"real notes": changes(model.encoding.encode(notes.audio[:256])), name: changes(model.pictures(model.z(0, 256), **asked))}
    for said, curve in curves.items():
        above = {k: curve[k] - (curve[k - 3] + curve[k + 3]) / 2 for k in (16, 24)}
        print(f"{said}:", ", ".join(f"at {hertz[k]:.1f} Hz {more:.1f} dB more than beside it" for k, more in above.items()))
    tooth = 10 ** (curve[16] / 10) - 10 ** ((curve[13] + curve[19]) / 20)  # of a sine of amplitude a, under this window, (a * 64 / 4)²
    print(f"as a swing of the level, at {hertz[16]:.1f} Hz in {name}: {45 * math.sqrt(max(tooth, 0)) / 16:.2f} dB up and down")  # 1 in a picture is 45 dB
    return {name: curve[1:] for name, curve in curves.items()}


hertz = [62.5 * k / 64 for k in range(33)]
plot_lines(hertz[1:], teeth(lite, "notes-lite"), "frequency of change (Hz)", "how much (dB)", height=260, title="How often a note changes",
           alt="Two lines that fall with the frequency of change. That of the real notes is smooth; that of notes-lite has teeth at 15.6 and 23.4 Hz, and rises at 31 Hz.")

# %% [markdown]
# Teeth, where they were foretold: what comes again every 16th frame has its overtones at all multiples of 3.9 Hz. 5 dB are much only beside the neighbours: as a swing of the level such a tooth is small, tenths of a dB up and down, and among the differences between one note and another that is next to nothing: it seems that no $D$ minded. There are five remedies.
#
# *Filter what was doubled.* A doubling leaves **images** of what was there, mirrored at half of the old frame rate: a slow swell comes again as a quick flutter, and the checkerboard is the image of what stands still. Wherever a rate has changed, a low-pass takes them
# away. Among networks that is called **antialiasing**, after a doubling too, where engineers say *anti-imaging*. With `antialiased=true` there is one after each doubling in $G$ but the last, a sinc of 13 taps under a window (Karras et al. 2021).
#
# > **Guess first:** a network that has learnt nothing yet, once with such filters and once without, with the same weights. After the last layer there is no filter. What will be left?

# %% tags=["demo"]
fresh = trained.untrained()
before = {}
for name, filtered in {"without filters": False, "with filters": True}.items():
    fresh.generator.antialiased = filtered
    before[name] = changes(fresh.pictures(fresh.z(0, 256), pitch="A4", instrument="organ"))
plot_lines(hertz[1:], {name: curve[1:] for name, curve in before.items()}, "frequency of change (Hz)", "how much (dB)", height=260, title="Before the first step",
           alt="Two lines. Without filters there are teeth at 8, 16, 23 and 31 Hz on a high plateau; with filters the line falls by 40 dB up to 16 Hz, and rises again towards 31 Hz.")

# %% [markdown]
# The slow changes, their image by the last layer at the other end, and nothing between. Training has to fill that gap with what notes do.
#
# *Magnify it for $D$.* With `detail=5` the judge of patches is shown, beside each picture, the picture less the mean of nine frames, five times as large. What is quick is plain there.
#
# *Show $D$ nothing else.* A third judge sees neither levels nor partials, but how deep each band wavers, and how often in a second: the logarithm of its **modulation spectrum**, which is the spectrum of a band's level along time. Let $x_t$ be a band in a picture of $T$ frames, $w_t$ the Hann window of lesson 03, of $T$ frames as well, and $\mu = \sum w_t x_t / \sum w_t$ the mean under it. Then
#
# $$ a_k = \frac{2}{\sum w_t} \sum_t w_t \, (x_t - \mu) \, e^{-2 \pi i k t / T}, \qquad k = 1, \dots, T/2 $$
#
# are its modulations: $|a_k|$ is how deep it wavers $k$ times in the picture, and a sine of amplitude $a$ that comes $k$ times has $|a_k| = a$, for $1 < k < T/2$.
#
# **Exercise 7** (8 minutes, 2 points). Write them, for all bands of a batch at once. `hann(length, dtype, device)` is the window.

# %%
from gan_course.spectral import hann


def modulations(x):
    """Bands x (…, frame), such as pictures (batch, channel, frequency, frame); complex a_k (…, frame / 2)."""
    ### BEGIN SOLUTION
    window = hann(x.shape[-1], x.dtype, x.device)
    mean = (x * window).sum(-1, keepdim=True) / window.sum()
    return torch.fft.rfft((x - mean) * window)[..., 1:] * (2 / window.sum())
    ### END SOLUTION

# %%
checks.modulations(modulations)

# %% [markdown]
# The judge is shown $\frac{1}{2} \ln(1 + (|a_k| / 0.005)^2)$. (0.005 in a picture is 0.225 dB; what is smaller hardly counts.) Beside each band it is shown 4, 16 and all of them together: what bands do alike is plain there, and lost among what each does for itself. A recipe has it with `modulation=0.1`; 0.1 is how large all this is drawn.
#
# > **Guess first:** we let real notes flutter by 0.3 dB, at 15.6 Hz. By how much does that change their pictures, as a share of how far notes lie from their mean? And by how much what the third judge is shown?

# %% tags=["demo"]
from gan_course.networks import ModulationJudge

third = ModulationJudge(trained.generator.shape, {}, scale=0.1)
still = trained.encoding.encode(notes.audio[:256])
fluttering = still + 0.3 / 45 * torch.cos(2 * torch.pi * 16 / 64 * torch.arange(64))  # 1 in a picture is 45 dB
shown = {"the pictures": lambda x: x.flatten(1), "what the third judge is shown": third.shown}
for name, seen in shown.items():
    print(f"{name}: changed by {torch.linalg.norm(seen(fluttering) - seen(still)) / torch.linalg.norm(seen(still) - seen(still).mean(0)):.1%}")

# %% [markdown]
# Of a band that swings by $a$ dB up and down, the third judge is shown $\frac{1}{2} \ln(1 + (a / 0.225)^2)$, made smaller by that factor of 0.1: before it, 0.5 for a flutter of 0.3 dB, and 4.5 for a swell of 20 dB, which is 67 times as large. In the logarithm it is nine times.
#
# *Let $D$ mind it.* Such a judge alone changed little: it saw the flutter and did not mind. The penalty forbade it. R1 and R2 want $D$ to be flat, so that pictures that lie near each other have nearly the same logit; and near is a matter of cells.
#
# > **Guess first:** a $D$ that tells a note from the same note with a flutter, by a difference of 1 between its logits, loses $\ln(1 + 1/e) = 0.31$ where one that does not know loses $\ln 2 = 0.69$: it gains 0.38. Over the way from one to the other it must rise by 1. What does R1 cost on such a slope, at γ = 0.5? And what if slopes were not by pictures, but by what the third judge is shown?

# %% tags=["demo"]
for name, seen in shown.items():
    way = (seen(fluttering) - seen(still)).norm(dim=1).median()
    print(f"{name}: {way:.2f} on the way, so a slope of {1 / way:.2f} or more; R1 costs {0.5 * 0.5 / way**2:.2f}")

# %% [markdown]
# By pictures, a difference of 1 costs more than it gains. A smaller one costs its square, so $D$ does best to know a little, but only 0.17 of a logit; by modulations it is 0.7. (With R2 as well, which costs as much again: 0.09 and 0.4.) So each judge is penalised by what it is shown: the first two by pictures, the third by modulations. What a gradient penalty calls near is part of what $D$ shall not notice, and worth a choice.
#
# *Let each judge play its own game.* The logits of the three were one sum until here, and the loss is flat where a sum is large: one judge that is sure leaves the others nothing to win. With `apart=true` there are three losses, as where several discriminators listen (Kumar et al. 2019).
#
# `notes-full` was trained with all of it:

# %% tags=["demo"]
plot_lines(hertz[1:], teeth(trained, "notes-full"), "frequency of change (Hz)", "how much (dB)", height=260, title="The same, with five remedies",
           alt="Two lines that fall with the frequency of change, close to each other, without teeth.")

# %% [markdown]
# Neither teeth nor the rise at the end are left. What does each remedy gain? Two distances of `gan-course evaluate` say it, by 32 mel bands: *band levels*, how loud each is, and *modulation*, how deep it wavers at each frequency from 1.5 to 35 Hz. Both compare the quantiles of generated sounds with those of real ones, and are a mean difference in dB, best if 0. We call one good that is less than twice as far as one half of the recordings is from the other: that is 0.60 dB for modulation, and 2.16 dB for band levels.
# Each row is a training of `orchestra`, of 30 to 40 minutes; where there are two numbers it was trained twice, and they show what is chance. (The page *Trainings compared* has thirteen such rows.)
#
# | trained with | modulation, dB | band levels, dB |
# |---|---|---|
# | nothing of it, and `softer=3` for real sounds alone | 1.21 | 1.9 |
# | filters; what is quick magnified | 1.03, 1.02 | 2.1, 2.1 |
# | … and the third judge, penalised by pictures | .85, 1.05 | 2.1, 2.2 |
# | … penalised by what it is shown | .63 | 2.1 |
# | … drawn three times as large, and `apart` | **.52** | **2.1** |
# | recordings, through the pictures and back | .40 | 1.4 |
#
# Brought back by the vocoder, recordings come to .40, by Griffin-Lim to .78, where a half of them is .30 from the other: so `orchestra-full` is heard through the vocoder, though that was trained on built-in notes alone.
#
# - Filters *alone* take the teeth away, and then there is as much power between them: what nobody minds is not unlearnt. It takes a $D$ that minds.
# - To be shown a thing was not enough. Penalised by pictures, the third judge did little; a weaker penalty let it look closer, at the cost of the levels. Penalised by what it is shown, it came to .63 dB at once.
# - `softer=3` had a price. It played each real sound to $D$ up to 3 dB softer, by chance; so $D$ never heard a note as loud as it had been recorded, and $G$ learnt to play softer, by 0.9 dB in the first row. **Augmentations leak** (Karras et al. 2020). This one does not if what $G$ makes is played softer as well, by as much at random: from how the levels that $D$ hears are distributed one can tell how those that were played were. Not every augmentation allows that. If every picture is turned by 0, 90, 180 or 270 degrees, equally often, nobody can tell any more which way was up. Today `softer` does both.
#
# The row in bold was then the recipe of `orchestra`. What did *not* follow is the instrument: a pitch that an instrument never played in training was still more often heard as another instrument than a recording is.
#
# ## Who names what was never heard?
#
# So back to the cello at a pitch that it never played. $G$ is asked for it all the same (`unheard`), and naming tells it what it was heard as. But who says so? Until here $D$ does, by the features that tell training sounds from generated ones.
#
# > **Guess first:** of the *recordings* that were kept from training, how often do such features name the instrument right?
#
# `python -m benchmarks.naming orchestra` (in a clone of the project; four minutes on one thread) trains three networks to do nothing but name, on the same recordings, and asks them of those that were kept apart:
#
# | who names | instrument, trained on | instrument, kept apart | pitch, trained on | pitch, kept apart |
# |---|---|---|---|---|
# | features of a banded $D$ | 1.00 | .70 | .99 | .66 |
# | a small classifier that convolves along both axes | 1.00 | .89 | 1.00 | .75 |
# | the same, and it learns in noise | 1.00 | .85 | 1.00 | .77 |
#
# A banded network has nothing that it could take from one pitch to the next. So just where $G$ has nothing else to go by, such features misname every third recording. The second network finds at any height what it learnt at one.
# The third knows no more of these recordings. Put beside $D$, such a network is a **namer**: it learns along from the real sounds, names what $G$ makes, and judges nothing.
#
# > **Guess first:** which of the three teaches $G$ best?
#
# We tried the second first, in a training of 14,000 steps with `naming=0.3`. Made to sound by Griffin-Lim, .95 of the new pairs were heard as the right instrument after 7,250 steps, nearly as many as of the recordings. At the end it was .90. And the namer itself? By then it named what $G$ made of these pairs right in 555 of 555 cases, and recordings of them in .92.
# $G$ had learnt to please *it*: with something that says *oboe* to this one network, and to nobody else. Such things are small and just so (**adversarial examples**, Goodfellow, Shlens and Szegedy 2015), and a generator that follows a network's slopes for long enough finds them. Who gives the marks must not be who can be talked round.
#
# What is small and just so is lost in noise (Cohen, Rosenfeld and Kolter 2019). So with `namer=true` the third names, and hears everything in noise, real or generated: normal noise with a standard deviation of 13.5 dB (0.3 in the picture) in every cell, and another each time.
#
# > **Guess first:** each cell is off by 13.5 dB. Will *you* still know which of two notes is the cello?

# %% tags=["demo"]
from gan_course.networks.namer import in_noise

pair = players.pictures(players.z(3, 2), pitch=["A3", "A3"], instrument=["cello", "clarinet"])
heard = torch.cat([pair, in_noise(pair, torch.arange(2))])
column(tiles(heard[:, 0].numpy(), "a cello and a clarinet, as G drew them and as the namer hears them"),
       listen(*[sound.at_level(-25) for sound in players.sounds(heard)], labels=["cello", "clarinet", "one of them in noise", "the other in noise"],
              say="What is left in noise is what makes a cello a cello: there is little room for a secret sign."))

# %% [markdown]
# The first of the two in noise is the cello.
#
# Trainings of `orchestra`, each heard through the vocoder and judged with all labels that the recordings have, by an ear that knows all pairs (`python -m benchmarks.control`), and by `gan-course evaluate`:
#
# | who names | instrument, pairs trained on | instrument, new pairs | pitch, new pairs | band levels, dB |
# |---|---|---|---|---|
# | $D$'s features, `naming=0.1`: the row in bold above | .98 | .90 | .94 | 2.1 |
# | a namer without noise, `naming=0.3` | .96 | .88 | .96 | 2.0 |
# | a namer in noise (`namer=true`), `naming=0.3` | .98 | .95 | .94 | 2.3 |
# | **… `naming=0.2`, `unheard=0.2`: `orchestra-full`** | **.97** | **.94** | **.93** | **1.8** |
# | recordings, through the pictures and back | .98 | .98 | .97 | 1.3 |
#
# With a namer that hears in noise, new pairs are heard as the right instrument nearly as often as recordings are. Of the two namers the one that knows recordings no better teaches better: what counts is not only how often it is right about what is real, but how hard it is to please.
# The price: with a namer in noise and `naming=0.3`, band levels were 2.2 to 2.6 dB from recordings. Named at 0.2, and asked less often for what it never heard, the training that we kept has 1.8 dB here, and 2.0 in the mean of four draws of sounds. It is the recipe of `orchestra`, and `orchestra-full`.
#
# It is one training each, so differences of .03, and of .3 dB, may be chance; that of noise was seen twice. And of nine trainings, all on the page *Trainings compared*, we kept the one with the best band levels, by this very table: by other draws of $z$ and of recordings it looks a little worse (its card has four).
#
# ## Few sounds: play them differently
#
# With a few hundred sounds $D$ soon knows each by heart, and every *other* sound becomes a fake to it, good ones too. One remedy is cheap:
# never play a sound twice in quite the same way. Begin it a little later. Play it a little softer, and what $G$ makes too, or $G$ learns to play softer itself, as we saw above. (A delay is put on real sounds alone, and $G$ learns it: with up to 10 ms its notes begin up to 10 ms late, which nobody minds.) What we must not touch is what the labels
# say: **never shift the pitch** of a sound that is labelled with one.
#
# **Exercise 8** (9 minutes, 2 points). Write the delay. Each clip has its own number of samples; before it there is silence, and what runs over
# the end is lost, all of it if the delay is longer than the clip. A negative number is no delay: raise a `ValueError`.

# %%
def delayed(audio, samples):
    """audio (clip, sample), samples (clip,) whole numbers; each clip later by its own number of samples."""
    ### BEGIN SOLUTION
    if bool((samples < 0).any()):
        raise ValueError(f"a delay is 0 or more samples, and not {int(samples.min())}")
    places = torch.arange(audio.shape[-1], device=samples.device) - samples[:, None]
    return audio.gather(-1, places.clamp(min=0)) * (places >= 0)
    ### END SOLUTION

# %%
checks.delayed(delayed)

# %% [markdown]
# ## Your own sounds
#
# A folder of sounds, of any format, rate and length, is a data set (lesson 04). Its sub-folders become labels. Two numbers have to fit: hop × frames =
# samples, and frames that can be halved as often as the networks do it. Many a failed training began with these two.
#
# **Exercise 9** (6 minutes, 1 point). How many samples shall a clip have?

# %%
def fitting_samples(seconds, rate, hop, halvings):
    """The fewest samples that last `seconds` or longer, and make a number of frames that can be halved so often."""
    ### BEGIN SOLUTION
    step = hop * 2**halvings
    return step * math.ceil(seconds * rate / step - 1e-9)
    ### END SOLUTION

# %%
checks.fitting_samples(fitting_samples)

# %% tags=["demo"]
MY_SOUNDS = ""  # the path of a folder; without one, 40 notes of ours are written into one and stand in

with tempfile.TemporaryDirectory() as place:
    if not MY_SOUNDS:
        for number in range(40):
            folder = Path(place) / "stand-ins" / ("low" if number % 2 else "high")
            folder.mkdir(parents=True, exist_ok=True)
            datasets.note("plucked", ("E3" if number % 2 else "E5"), seed=number).save(folder / f"{number}.wav")
    own = datasets.load("folder", path=MY_SOUNDS or Path(place) / "stand-ins", samples=16_384)
print("Your sounds:" if MY_SOUNDS else "Our stand-ins:", own)

# %% tags=["demo"]
ours = replace(small, conditions=tuple(own.classes), penalties=("r1", "r2"), objective="relativistic_pairing", average=0.1,
               shift=0.01, softer=6.0, steps=100)
folder_run = train(ours, own)
listen(*folder_run.heard()[1], say="After 100 steps: hardly more than a beginning. In a terminal it goes on for as long as you like.")

# %% [markdown]
# In a terminal, the same training with more time, on the graphics card if there is one:
#
# ```
# gan-course train lite --sounds my_folder --folder runs/mine --within 60
# gan-course train full --folder runs/full --pause-after 8
# gan-course generate runs/mine --label folder=low --count 4
# gan-course generate runs/full --tune "C4 E4 G4:2"
# ```
#
# `low` stands for one of your sub-folders; a tune needs a model that knows the label *pitch*. Each sound becomes a clip of one second for `lite`, of two for `full`; `--set data_options.samples=49152` makes it three. `--within 60` takes as many steps as fit in an hour, `--pause-after 8` stops after eight minutes, loading included, and the same command goes on. Ctrl-C stops
# at any time with everything saved. `losses.csv`, `metrics.csv` and `samples` in the folder hold numbers, pictures and sounds. `--set gamma=2` and the like change the recipe;
# `--devices 2` shares each batch among two graphics cards. **Whose sounds are they?** A model gives back what it learnt: train on what is yours, or what
# its owners let you use for this.
#
# ## What can go wrong
#
# The same small training, with one thing wrong in each.

# %% tags=["demo"]
class Margins:
    """What watches a training: `train` tells it when it starts, after each step, and when it has ended."""

    def started(self, total_steps):
        self.seen = []

    def step(self, step, losses, seconds_left):
        self.seen.append(losses["margin"])

    def finished(self):
        pass


base = replace(small, objective="relativistic_pairing", penalties=("r1", "r2"), average=0.1, conditions=("pitch", "instrument"), steps=80)
WRONG = {"as it should be": {}, "rate × 30": {"learning_rate": 0.06}, "γ × 1000": {"gamma": 1000.0},
         "half-life of all steps": {"average": 1.0}}
tried = {}
for name, change in WRONG.items():
    watch = Margins()
    try:
        tried[name] = train(replace(base, **change), notes, observers=[watch])
        distance = f"{examine(tried[name])['kernel distance x 100']:.2f}"
    except FloatingPointError as stopped:
        distance = f"none: {stopped}"
    print(f"{name:23} margin over the last 40 steps {np.mean(watch.seen[-40:]):8.3g}; kernel distance x 100 {distance}")

# %% tags=["demo"]
made = {name: run.heard()[1][0] for name, run in tried.items()}
listen(*[sound.at_level(-25) for sound in made.values()], labels=[f"{name} (made at {sound.level:.0f} dB)" for name, sound in made.items()],
       say="The same z and the same labels in each, all played at one level.")

# %% [markdown]
# How to recognise them:
#
# - *A rate that is too large:* the margin leaves every scale, and jumps from step to step; the sound is noise, and changes all the time. Divide the rate by ten.
# - *A penalty that is too strong:* the margin is below 0 at first, since the penalty moves $D$ and not the game, and then stays within a few tenths of 0. $D$ dares no slope, and $G$ learns next to nothing. Divide γ by ten.
# - *An average that is too slow:* the generator in training is fine, and its average, which is the one that you hear, lags behind. Listen to both. (Here the half-life may not exceed half of the
#   steps done, which mends most of it.)
# - *Losses that look wonderful:* see above. Listen.
# - *A run that cannot be repeated:* somebody changed the data. The recipe names the data and its seed; keep the folder as it was.
#
# ## Check yourself

# %%
quiz([
    {
        "question": "With the comb, which notes can G play in tune without having learnt how?",
        "answers": [
            {"answer": "Those whose partials lie at multiples of the pitch", "correct": True, "feedback": "Yes: it has learnt how strong each partial is, and the comb of any pitch says where they are."},
            {"answer": "All, bells too", "correct": False, "feedback": "No: a bell's partials lie between the teeth, and have to be drawn for each pitch anew."},
            {"answer": "None: the comb is only a hint", "correct": False, "feedback": "It forbids nothing, but what G says of the partials lands on the teeth of whatever pitch is asked for."},
        ],
    },
    {
        "question": "Why does the namer hear everything in noise?",
        "answers": [
            {"answer": "So that G cannot please it with something small that nobody else hears", "correct": True, "feedback": "Yes: what is small and just so is lost in noise, and what makes a cello is not."},
            {"answer": "So that it names recordings better", "correct": False, "feedback": "No: it names them no better. It is harder to please."},
            {"answer": "So that G learns to play without noise", "correct": False, "feedback": "No: G is not shown the noise. It is put on what the namer hears, real or generated."},
        ],
    },
    {
        "question": "Only G is told the labels, D is not. What will you hear?",
        "answers": [
            {"answer": "Good sounds that need not be what you asked for", "correct": True, "feedback": "Yes: nobody ever complains about the wrong pitch."},
            {"answer": "Noise", "correct": False, "feedback": "No: D still forces G to make real sounds; it is only that any real sound will do."},
            {"answer": "The right sounds, since G knows the labels", "correct": False, "feedback": "No: knowing is not obeying. Nothing in the loss depends on the labels then."},
        ],
    },
    {
        "question": "A run of 10,000 steps is stopped at 9,000 and taken up with steps=20,000. What changes at step 9,000?",
        "answers": [
            {"answer": "The learning rate jumps up", "correct": True, "feedback": "Yes: 9,000 is now in the first half, where the rate is held. That is why the program refuses another recipe."},
            {"answer": "Nothing", "correct": False, "feedback": "No: the rate is a function of the step *and* of the number of steps."},
            {"answer": "The random numbers", "correct": False, "feedback": "No: these depend on seed and step only."},
        ],
    },
    {
        "question": "Why is the penalty taken in 32 bits where the networks otherwise compute in bfloat16?",
        "answers": [
            {"answer": "Its gradient is a slope of slopes: 8 significant bits at every layer, forwards and twice backwards, are too coarse", "correct": True, "feedback": "Yes. The penalty itself would hardly change; the gradient that moves D would."},
            {"answer": "Gradients of gradients do not exist in bfloat16", "correct": False, "feedback": "They do; they are only too coarse."},
            {"answer": "It is taken too seldom to matter", "correct": False, "feedback": "That makes the cost bearable, and is no reason for the precision."},
        ],
    },
])

# %% [markdown]
# ## Summary
#
# Labels go into $G$ as blocks of ones and zeros, and into $D$ as features that are compared with those of the sound. The comb of a pitch tells $G$ where its partials are, and naming makes both players care for the labels. A relativistic loss, penalties on the
# slope of $D$, an averaged generator and rates that fall make a training that works on a laptop. Everything that changes is a function of the step, so a break leaves no
# trace. What you hear and what is measured tell you whether it works; the losses do not. Lesson 10 asks how good it is.
#
# **Terms:** *conditional GAN*, *one-hot vector*, *projection discriminator*, *auxiliary classifier*, *comb*, *source and filter*, *recipe*, *learning-rate schedule*, *half-life*, *checkpoint*, *bfloat16*, *mixed precision*, *spherical interpolation*, *image*, *antialiasing*, *modulation spectrum*, *adversarial example*, *augmentation*.
#
# **To read:** M. Mirza and S. Osindero, *Conditional Generative Adversarial Nets* (2014): the first to ask for something. T. Miyato and M. Koyama, *cGANs with Projection Discriminator* (2018): the term of exercise 2, and where it comes from. I. Goodfellow, J. Shlens and C. Szegedy, *Explaining and Harnessing Adversarial Examples* (2015): networks that can be talked round; J. Cohen, E. Rosenfeld and J. Z. Kolter, *Certified Adversarial Robustness via Randomized Smoothing* (2019): noise against it. K. Kumar et al., *MelGAN: Generative Adversarial Networks for Conditional Waveform Synthesis* (2019): several discriminators. A. Odena, C. Olah and J. Shlens, *Conditional Image Synthesis with Auxiliary Classifier GANs* (2017): naming, by $D$ itself. Y. Huang et al., *The GAN is Dead; Long Live the GAN!* (2024): the loss and the penalties of our
# recipe. J. Engel et al., *GANSynth: Adversarial Neural Audio Synthesis* (2019): notes, in full. T. Karras et al., *Training Generative Adversarial Networks with Limited Data* (2020): what happens with few samples. P. Isola et al.,
# *Image-to-Image Translation with Conditional Adversarial Networks* (2017): a judge of patches. K. Shoemake, *Animating Rotation with Quaternion Curves* (1985), and
# T. White, *Sampling Generative Networks* (2016): the arc. R. Zhang, *Making Convolutional Networks Shift-Invariant Again* (2019), and T. Karras et al., *Alias-Free Generative Adversarial Networks* (2021): filters wherever a rate changes. G. Fant, *Acoustic Theory of Speech Production* (1960): source and filter; X. Wang, S. Takaki and J. Yamagishi, *Neural Source-Filter Waveform Models for Statistical
# Parametric Speech Synthesis* (2019), and J. Engel et al., *DDSP: Differentiable Digital Signal Processing* (2020): the same in networks. P. Micikevicius et al., *Mixed Precision Training* (2018): what may be computed in 16 bits, and what may not.
#
# Next: **10 · Judging**.

# %%
checks.summary()
