# %% [markdown]
# # 00 · Start here
#
# In the next minute you will hear a sound that nobody played: a small neural network made it up.
#
# *Run the first cell: click on it and press* **Shift + Enter**. *(Or choose* Run → Run All Cells.*)*

# %%
from gan_course import zoo
from gan_course.display import configure, explore, listen, plot_spectrogram, quiz
from gan_course.exercises import lesson

configure(coding="mp3")  # small files; nothing here depends on the last bit
checks = lesson("00")
model = zoo.load("notes-full")
model.generate(instrument="bell", pitch="A4", seed=2)

# %% [markdown]
# The picture above the player shows the same sound twice: its waveform, and below it how its frequencies change in time.
# You will learn to read both in lessons 01 and 03.
#
# ## What you will be able to do
#
# - play a trained generative adversarial network (GAN): choose an instrument and a pitch, draw again, blend two sounds;
# - say what goes into the generator and what comes out of it;
# - work on an exercise, check your answer, and ask for a hint.
#
# **Builds on:** a little Python. **Time:** 15 minutes to read and play; all cells together take about 8 seconds on 2 CPU
# cores. No graphics card and no internet are needed.

# %% [markdown]
# ## Play it
#
# The network has learnt from 16,384 notes, which this course makes itself, with a program, from a random seed
# (so they are *synthetic*: lesson 01 shows how). You ask for an instrument and a pitch; the rest is the network's choice.
#
# > **Before you move the controls:** do you think it can play a pitch higher than any it was trained on?

# %% tags=["demo"]
from gan_course.synthesis import note_name


def play(instrument, pitch, seed):
    return model.generate(seed, instrument=instrument, pitch=note_name(pitch))


explore(play, instrument=list(model.classes["instrument"]), pitch=(40, 76, 1, 57), seed=(0, 20, 1, 1))

# %% [markdown]
# Pitches are given as MIDI numbers: 57 is A3, and each step is a semitone. The slider ends where the training data
# ended. For this network a pitch is one of a list of names, not a place on a scale, so one cannot even ask it for the
# next one.
#
# The `seed` is where chance comes in. Same instrument, same pitch, another seed: another note, as no two notes of a
# violinist are quite the same.

# %% tags=["demo"]
listen(
    *[model.generate(instrument="plucked", pitch="E3", seed=seed) for seed in (0, 1, 2)],
    labels=["seed 0", "seed 1", "seed 2"],
    say="The pitch stays. Listen for what differs: loudness, brightness, how fast the note dies away.",
)

# %% [markdown]
# ## What just happened
#
# The **generator** $G$ is a function. It takes a list of random numbers $z$, called the **latent vector**, together with
# the instrument and the pitch, and returns a picture of a sound, a **spectrogram**: $x = G(z, \text{labels})$.
# The seed only decides which random numbers are drawn.

# %% tags=["demo"]
z = model.z(seed=2)
spectrogram = model.pictures(z, instrument="bell", pitch="A4")
print("z, the latent vector:", z[0, :6].numpy().round(2), "…")
print("G(z), the spectrogram:", tuple(spectrogram.shape), "(sounds, channels, frequencies, moments)")

# %% tags=["demo"]
plot_spectrogram(
    spectrogram[0, 0], rate=model.rate, hop=model.encoding.hop, frequencies=model.encoding.frequencies(),
    unit="as G gives it", title="What the generator drew: a bell at A4, seed 2",
)

# %% [markdown]
# How did $G$ learn to draw such pictures? It played a game against a second network, the **discriminator** $D$.
# $D$ sees spectrograms of real notes and of generated ones and learns to tell them apart; $G$ learns to make that hard.
# The two are *adversaries*, hence **generative adversarial network** (Goodfellow et al. 2014). Lesson 05 plays this
# game by hand, lesson 09 trains such networks, step by step.
#
# ## Between two sounds
#
# Two seeds give two latent vectors. Every point between them is a latent vector, too, and so a sound.
#
# > **Guess first:** half-way between two notes, will you hear both at once, or one note that is a bit of each?

# %% tags=["demo"]
steps = model.interpolate(start=3, end=11, steps=5, instrument="reed", pitch="C4")
listen(*steps, say="Five single notes, each a little further on the way. None is a mixture of two notes.")

# %% [markdown]
# ## Real or generated?
#
# The first of these is one more note of the kind that the network learnt from, the last is its own. You will judge such pairs
# with numbers and with a blind test in lesson 10; today use your ears.

# %% tags=["demo"]
from gan_course.datasets import note

program = note("reed", "A4", seed=1)
drawn = model.sounds(model.encoding.encode(program.tensor()[None]))[0]  # as a picture, and back
network = model.generate(instrument="reed", pitch="A4", seed=1)
names = ["made by the program", "the same, as a picture and back", "made by the network"]
for name, sound in zip(names, (program, drawn, network)):
    levels = [sound.cut(t / 20, (t + 1) / 20).level for t in range(4, 13)]
    print(f"{name}: from 0.2 s to 0.65 s the level moves by {max(levels) - min(levels):.1f} dB")
listen(program, drawn, network, labels=names,
       say="The program blows evenly, and its picture keeps that. The network's tone wavers in loudness.")

# %% [markdown]
# The wavering is $G$'s own: it has not learnt how steady a breath can be, for the picture in the middle is steady. What
# the picture does cost is the *phase*: it says how strong each frequency is, not where in its swing, and the sound has to
# be guessed back from it. Lesson 03 shows how, and measures what it costs.
#
# ## Your first exercise
#
# Musicians name pitches, physicists count oscillations a second (hertz, Hz). MIDI numbers are the bridge: 69 is A4,
# which is 440 Hz, and each semitone up adds 1 and multiplies the frequency by $2^{1/12}$:
#
# $$ f = 440 \cdot 2^{(m - 69)/12}\ \text{Hz} $$
#
# **Exercise 1** (2 minutes, 1 point). Write that function. Then run the check below it.

# %%
def frequency_of(midi):
    """Frequency in Hz of a MIDI number (69 is A4, 440 Hz)."""
    ### BEGIN SOLUTION
    return 440.0 * 2 ** ((midi - 69) / 12)
    ### END SOLUTION

# %%
checks.frequency_of(frequency_of)

# %% [markdown]
# A check tries your function on numbers of its own and says which property failed. Try it: make a mistake on purpose
# and run the check again. When you are stuck, `checks.frequency_of.hint()` gives a hint, and then a larger one.
# An unfinished exercise never stops the lesson: until yours passes, the later cells use ours.
#
# **Exercise 2** (1 minute, 1 point). How many random numbers does this generator get for one sound? The output two
# sections above shows the first six. Find out how many there are, from `z`, and write the number down.

# %%
latent_size = None
### BEGIN SOLUTION
latent_size = 64
### END SOLUTION

# %%
checks.latent_size(latent_size)

# %% [markdown]
# Now use what you wrote: your function decides how high this tune is.

# %% tags=["demo"]
from gan_course.synthesis import sine

tune = [69, 71, 73, 74, 76]
line = sine(frequency_of(tune[0]), 0.25).fade(0.01, 0.05)
for midi in tune[1:]:
    line = line.then(sine(frequency_of(midi), 0.25).fade(0.01, 0.05))
listen(line.gain(-12), labels=["five steps up from A4"], say="Five plain tones, the first five notes of A major.")

# %% [markdown]
# ## Check yourself

# %%
quiz([
    {
        "question": "You keep instrument and pitch and change the seed. What changes?",
        "answers": [
            {"answer": "the latent vector z", "correct": True, "feedback": "Yes: the seed decides which z is drawn."},
            {"answer": "the network's weights", "correct": False, "feedback": "No: training is over, G is a fixed function."},
            {"answer": "the training data", "correct": False, "feedback": "No: the data was used in training and is not needed now."},
        ],
    },
    {
        "question": "What does the discriminator do while you play these notes?",
        "answers": [
            {"answer": "Nothing: it is only needed in training", "correct": True, "feedback": "Yes. G alone is loaded."},
            {"answer": "It picks the best of several sounds", "correct": False, "feedback": "It could be used so, but here it is not even loaded."},
            {"answer": "It turns the spectrogram into sound", "correct": False, "feedback": "No: that is an algorithm without learning, Griffin-Lim (lesson 03)."},
        ],
    },
])

# %% [markdown]
# ## What can go wrong
#
# A generator that has not been trained gives pictures too, and they can be played. This is how the network above
# sounded before its first step of training:

# %% tags=["demo"]
before, after = [m.generate(instrument="bell", pitch="A4", seed=2) for m in (model.untrained(), model)]
listen(
    before.at_level(-25), after.at_level(-25), labels=["untrained", "trained"],
    say="The first is noise without a pitch: the picture has no horizontal lines. That is how to recognise it.",
)

# %% [markdown]
# If something else is wrong, no sound at all for example, open a terminal (File → New → Terminal) and run
# `gan-course doctor`: it looks at your installation and has a sentence for each thing that is amiss.
#
# ## Summary
#
# A generator turns random numbers and labels into a spectrogram, and an algorithm turns that into sound. Another seed
# is another note; points between two latent vectors are sounds, too. What it knows, it learnt in a game against a
# discriminator.
#
# **Terms:** *generator*, *discriminator*, *latent vector*, *seed*, *spectrogram*, *MIDI number*, *hertz*.
#
# **To read:** I. Goodfellow et al., *Generative Adversarial Nets* (2014): the first two pages, for the idea.
# J. Engel et al., *GANSynth: Adversarial Neural Audio Synthesis* (2019): the paper that made GANs play notes; listen
# to its examples.
#
# Next: **01 · Sound as numbers**.

# %%
checks.summary()
