# %% [markdown]
# # 06 · Why GANs fail, and what mends them
#
# At the end of this lesson a generator plays you a scale of eight notes, each of them, and you know what it took. Here are two
# generators that were shown the same notes for the same number of steps:

# %%
import math
import torch
from torch import nn
from torch.nn.functional import interpolate, relu, softplus
from gan_course import Sound
from gan_course.display import GameMonitor, column, configure, explore, listen, quiz
from gan_course.display import plot_bars, plot_lines, plot_notes, plot_planes
from gan_course.exercises import lesson
from gan_course.sound import silence
from gan_course.synthesis import additive, exponential_decay, frequency_of, midi_number, note_name

configure(coding="mp3")  # small files; nothing here depends on the last bit
torch.set_num_threads(1)  # networks as small as these gain nothing from a second one
checks = lesson("06")


# %% tags=["demo"]
SCALE = "C4 D4 E4 F4 G4 A4 B4 C5".split()


def tune(names, loudness, seconds=0.22, rate=8_000):
    """Notes by name, one after the other, each as loud as it is given (0: a rest; 1: as it should be)."""
    piece = silence(seconds * len(names) + 0.3, rate)
    for place, (name, loud) in enumerate(zip(names, loudness)):
        pitch, loud = frequency_of(midi_number(name)), min(float(loud), 2.0)
        note = additive(pitch, [1, 0.6, 0.4, 0.2, 0.1], 0.5, rate) * exponential_decay(0.5, 0.15, rate)
        piece = piece + silence(0.01 + seconds * place, rate).then(0.2 * loud * note)
    return piece


# %% tags=["demo"]
COLLAPSED = [0.09, 0.95, 0.18, 1.02, 0.17, 0.96, 0.15, 0.93]  # how often each note comes, over how often it should
MENDED = [0.62, 0.54, 0.69, 0.63, 0.42, 0.57, 0.67, 0.67]  # both from the table below: hinge loss, seed 1
column(plot_bars(SCALE, {"without a penalty": COLLAPSED, "with R1 and R2": MENDED}, y_label="× what is due"),
       listen(tune(SCALE, COLLAPSED), tune(SCALE, MENDED), labels=["without a penalty", "with R1 and R2"], picture=None,
              say="The first has nearly given up every other note, the second plays the whole scale."))

# %% [markdown]
# ## What you will be able to do
#
# - say why two players who both go downhill may circle for ever, or drift apart, and show it in a game of two numbers;
# - read the eigenvalues of a game, and say what a penalty does to them;
# - measure mode collapse: modes covered, share of good samples, divergence of the modes;
# - write the losses and penalties that GANs of the last ten years are trained with, and know what each is for;
# - compare them fairly, over several seeds, and report what comes out, whichever way.
#
# **Builds on:** lesson 05 (the two losses and the two steps). **Time:** 60 minutes to read and listen, about 66 for the exercises; the
# cells take about a minute on 2 CPU cores, no graphics card needed.
#
# ## The smallest game
#
# A GAN is trained by two who go downhill, each on a hill of its own, and each moves the other's hill. How bad can that be? Take
# the smallest game that there is. One player has a number $x$, the other a number $y$, and they play for
#
# $$ f(x, y) = x\,y $$
#
# The first wants $f$ small, the second wants it large. The slopes are $\tfrac{\partial f}{\partial x} = y$ and $\tfrac{\partial f}{\partial y} = x$. Both are 0 at $(0, 0)$ only:
# that is the one point at which nobody wants to move.
#
# > **Guess first:** both take small steps, $x$ downhill and $y$ uphill, at the same time. Do they arrive at $(0, 0)$?
#
# **Exercise 1** (4 minutes, 1 point). Write this *simultaneous* step. `rate` is the learning rate.

# %%
def simultaneous_step(x, y, rate):
    """x goes down the slope of x·y, and y goes up, both from where they stand; the new x and the new y."""
    ### BEGIN SOLUTION
    return x - rate * y, y + rate * x
    ### END SOLUTION

# %%
checks.simultaneous_step(simultaneous_step)

# %% [markdown]
# In lesson 05 the players moved by turns: first one, and then the other *answers the new position*.

# %% tags=["demo"]
def alternating_step(x, y, rate):
    x = x - rate * y
    return x, y + rate * x


def walk(step, rate, steps, start=1.0):
    """The points (step, 2) of a game that begins at (start, 0)."""
    at, path = (start, 0.0), [(start, 0.0)]
    for _ in range(steps):
        at = step(*at, rate)
        path.append(at)
    return torch.tensor(path, dtype=torch.float64)


paths = {"at once": {"path": walk(simultaneous_step, 0.15, 90)}, "by turns": {"path": walk(alternating_step, 0.15, 90)}}
plot_planes(paths, joined=["path"], reach=3, size=240, title="90 steps from (1, 0), rate 0.15")

# %% [markdown]
# At once, they drift apart. By turns, they circle. Neither arrives. How fast do they drift? With $r^2 = x^2 + y^2$ and the rate $h$,
#
# $$ (x - h y)^2 + (y + h x)^2 = (1 + h^2)\,(x^2 + y^2) $$
#
# since the two mixed terms cancel. **Every simultaneous step makes the distance $\sqrt{1 + h^2}$ times as large**: a smaller rate only takes longer. By
# turns, the step is $x' = x - h y$, $y' = y + h x' = (1 - h^2)\,y + h x$, a matrix with determinant $(1 - h^2) + h^2 = 1$ and trace $2 - h^2$.
# Its eigenvalues $\lambda$ solve $\lambda^2 - (2 - h^2) \lambda + 1 = 0$; for $h < 2$ they are complex, and their product is 1, so both have length 1: the players go round
# an ellipse.
#
# What would draw them in? Look before you move: find where *both* would be after a simultaneous step, and take your real step by the slopes
# that you find **there**. This is the **extragradient** method (Korpelevich 1976).
#
# **Exercise 2** (6 minutes, 2 points). Write it, with your `simultaneous_step`.

# %%
def extragradient_step(x, y, rate):
    """A step from (x, y), by the slopes that are found a simultaneous step ahead; the new x and the new y."""
    ### BEGIN SOLUTION
    x_ahead, y_ahead = simultaneous_step(x, y, rate)
    return x - rate * y_ahead, y + rate * x_ahead
    ### END SOLUTION

# %%
checks.extragradient_step(extragradient_step)

# %% tags=["demo"]
RATE = 0.15
for name, step, factor in (("at once", simultaneous_step, (1 + RATE**2) ** 0.5), ("by turns", alternating_step, 1),
                           ("looking ahead", extragradient_step, (1 - RATE**2 + RATE**4) ** 0.5)):
    far = walk(step, RATE, 400).norm(dim=1)
    grown = (far[400] / far[0]) ** (1 / 400)
    print(f"{name:14} a step changes the distance by {grown:.5f}; the formula says {factor:.5f}")

# %% [markdown]
# Multiply it out to see the last one: $x' = (1 - h^2)\,x - h y$ and $y' = (1 - h^2)\,y + h x$, so $r^2$ changes by $(1 - h^2)^2 + h^2 = 1 - h^2 + h^4$, which is below 1 for
# rates below 1.
#
# > **In doubt?** Change `RATE`. Above which rate does looking ahead no longer help?
#
# Now *listen*. We take 48,000 steps a second, and play $x$ as it is, each step a sample. Whoever circles is a tone.

# %% tags=["demo"]
STEPS = {"by turns": (alternating_step, 0.5), "at once": (simultaneous_step, 0.02),
         "looking ahead": (extragradient_step, 0.9)}


def orbit(rate, how="by turns"):
    step, start = STEPS[how]
    path = walk(step, rate, 24_000, start)
    gone = (path.norm(dim=1) > 1).nonzero()[:, 0]
    path = path[: int(gone[0])] if len(gone) else path
    shown = path[-4000:] if how == "at once" else path[:4000]
    say = f"One turn takes {2 * math.pi / rate:.0f} steps, so the tone has {48_000 * rate / 2 / math.pi:.0f} Hz."
    return column(plot_planes({how: {"path": shown}}, joined=["path"], reach=1.05, size=220),
                  listen(Sound(path[:, 0], 48_000), labels=[how], picture="waveform", say=say))


explore(orbit, rate=(0.01, 0.06, 0.005, 0.02), how=list(STEPS))

# %% tags=["demo"]
every = [orbit(0.02, how).things[1].sounds[0] for how in STEPS]
listen(*every, labels=list(STEPS), picture="waveform",
       say="By turns: a steady tone. At once: it swells until it leaves full scale (it began at 0.02, and is cut at"
           " 1). Looking ahead: it dies away like a plucked string.")

# %% [markdown]
# ## The Dirac-GAN
#
# One step nearer to a GAN, and still two numbers (Mescheder, Geiger and Nowozin 2018). What is real is always 0. What is generated is always
# $\theta$. The discriminator is a straight line through the origin, with the logit $D(x) = \psi x$. So the logit of what is real is 0, whatever $\psi$
# is, and that of what is generated is $\psi\theta$.
#
# With the losses of lesson 05, $\mathrm{softplus}(-0) + \mathrm{softplus}(\psi\theta)$ for $D$ and $\mathrm{softplus}(-\psi\theta)$ for $G$, and $\sigma$ as the slope of softplus, the players
# move downhill with the speeds
#
# $$ \dot\theta = \sigma(-\psi\theta)\,\psi, \qquad \dot\psi = -\sigma(\psi\theta)\,\theta $$
#
# Near $(0, 0)$ both $\sigma$ are ½, and what is left is linear:
#
# $$ \begin{pmatrix} \dot\theta \\ \dot\psi \end{pmatrix} \approx \underbrace{\begin{pmatrix} 0 & \tfrac12 \\ -\tfrac12 & 0 \end{pmatrix}}_{J} \begin{pmatrix} \theta \\ \psi \end{pmatrix}, \qquad \lambda^2 + \tfrac14 = 0, \qquad \lambda = \pm \tfrac{i}{2} $$
#
# $J$, the slopes of the speeds, is called the **Jacobian**. Its eigenvalues $\lambda$ tell what becomes of a small distance: it goes as $e^{\lambda t}$. The real
# part says how fast it grows or shrinks, the imaginary part how fast it turns. Here it *only turns*.
#
# And the other games? The library has the speeds for each, and autograd agrees:

# %% tags=["demo"]
from gan_course.objectives import OBJECTIVES, dirac_eigenvalues, dirac_field, dirac_jacobian

theta, psi = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.8, -0.5))
for name, objective in OBJECTIVES.items():
    real, fake = (psi * 0.0).reshape(1), (psi * theta).reshape(1)
    (by_theta,) = torch.autograd.grad(objective.generator(real, fake), theta, retain_graph=True)
    (by_psi,) = torch.autograd.grad(objective.discriminator(real, fake), psi)
    speeds = [v.item() for v in dirac_field(theta.detach(), psi.detach(), name)]
    print(f"{name:21} speeds {speeds[0]:6.3f} {speeds[1]:6.3f}, by autograd {-by_theta:6.3f} {-by_psi:6.3f};"
          f" λ = ±{dirac_eigenvalues(name)[0].imag:g} i")

# %% tags=["demo"]
def follow(objective="non_saturating", weight=0.0, between=0.0, steps=800, rate=0.045, start=(1.0, 0.0)):
    """Along the arrows, in small steps that look half a step ahead; the points (step, 2)."""
    at = torch.tensor(start, dtype=torch.float64)
    path = [at]
    for _ in range(steps):
        half = at + rate / 2 * torch.stack(dirac_field(*at, objective, weight, between))
        at = at + rate * torch.stack(dirac_field(*half, objective, weight, between))
        path.append(at)
    return torch.stack(path)


def arrows(objective="non_saturating", weight=0.0, between=0.0):
    line = torch.linspace(-1.3, 1.3, 10, dtype=torch.float64)
    t, p = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([t, p, *dirac_field(t, p, objective, weight, between)], -1).reshape(-1, 4)

# %% tags=["demo"]
NAMES = {name: name.replace("_", " ") for name in OBJECTIVES}
plot_planes({shown: {"path": follow(name)} for name, shown in NAMES.items()},
            {shown: arrows(name) for name, shown in NAMES.items()}, joined=["path"], reach=1.5,
            x_label="θ, the generator", y_label="ψ, the discriminator", title="Six games without a penalty",
            alt="Minimax, hinge and Wasserstein circle; non-saturating and relativistic come nearer very slowly;"
                " least squares does not move at all.")

# %% [markdown]
# Two things to notice.
#
# *The non-saturating path comes nearer, very slowly.* The eigenvalues speak of small distances, and there they only turn. What draws it in is what the
# linear part leaves out, and that fades as it comes nearer.
#
# *Least squares does not move.* It has the targets 1 and 0, and a line through the origin says 0 to what is real, always. At $\psi = 0$ it also says 0 to
# what is generated, just what it wants: so it rests, at *any* $\theta$. At $(0, 0)$ we have $J = \bigl(\begin{smallmatrix} 0 & 1 \\ 0 & 0 \end{smallmatrix}\bigr)$, whose square is 0: both eigenvalues are 0. That
# is the fault of our $D$, not of the loss. With a bias, $D(x) = \psi x + b$, the point of rest is $b = \tfrac12$, and there the pulls are $\pm\tfrac12$: it turns as the others do.

# %% tags=["demo"]
def speeds(at):
    """How fast θ, ψ and the bias b move in the game of least squares."""
    theta, psi, b = at
    game, real, fake = OBJECTIVES["least_squares"], b.reshape(1), (psi * theta + b).reshape(1)
    (by_theta,) = torch.autograd.grad(game.generator(real, fake), theta, create_graph=True)
    by_line = torch.autograd.grad(game.discriminator(real, fake), (psi, b), create_graph=True)
    return -torch.stack([by_theta, *by_line])


without = dirac_jacobian(*torch.zeros(2, dtype=torch.float64), "least_squares")
print("without a bias: J² =", (without @ without).tolist())
with_bias = torch.autograd.functional.jacobian(speeds, torch.tensor([0.0, 0.0, 0.5]))
print("with one: at rest it moves with", (speeds(torch.tensor([0.0, 0.0, 0.5], requires_grad=True)) + 0.0).tolist(),
      "and λ =", [f"{round(v.real, 3) + 0:g} {v.imag:+g} i" for v in torch.linalg.eigvals(with_bias).tolist()])

# %% [markdown]
# ### A penalty on the slope
#
# What would a good discriminator look like at the end? If the generator is perfect, nothing can be told apart, and $D$ should be *flat*. So let a slope cost
# something: add to $D$'s loss
#
# $$ R_1 = \frac{\gamma}{2}\, E_{x \text{ real}}\, \lVert \nabla_x D(x) \rVert^2 $$
#
# For our line the slope is $\psi$ everywhere, so $R_1 = \tfrac{\gamma}{2} \psi^2$, and the same at generated samples, where it is called $R_2$. Downhill on it means
# $-\gamma\psi$ more in $\dot\psi$. Now
#
# $$ J = \begin{pmatrix} 0 & \tfrac12 \\ -\tfrac12 & -\gamma \end{pmatrix}, \qquad \lambda^2 + \gamma \lambda + \tfrac14 = 0, \qquad \lambda = -\frac{\gamma}{2} \pm \sqrt{\frac{\gamma^2}{4} - \frac14} $$
#
# For every $\gamma > 0$ the real parts are negative: **the players arrive.**
#
# **Exercise 3** (4 minutes, 1 point). For small $\gamma$ they still turn on their way. For large $\gamma$ the root is real, and one of the two eigenvalues is near 0: they
# creep. At which $\gamma$ does the turning stop?

# %%
critical_weight = None
### BEGIN SOLUTION
critical_weight = 1
### END SOLUTION

# %%
checks.critical_weight(critical_weight)

# %% tags=["demo"]
def glide(path, seconds=2.5, rate=8_000):
    """θ as the pitch of one long tone: an octave for each 1."""
    octaves = interpolate(path[None, None, :, 0], int(seconds * rate), mode="linear")[0, 0]
    turns = (frequency_of(midi_number("C4")) * 2**octaves / rate).cumsum(0)
    return Sound(0.3 * torch.sin(2 * math.pi * turns), rate)


def dirac(weight, objective):
    path = follow(objective, weight)
    one, other = dirac_eigenvalues(objective, weight)
    say = f"λ = {one:.2f} and {other:.2f}. θ begins an octave above C4, where it should end."
    shown = NAMES[objective]
    field = {shown: arrows(objective, weight)}
    return column(plot_planes({shown: {"path": path}}, field, ["path"], 1.5, "θ", "ψ", size=230),
                  listen(glide(path), labels=[f"γ = {weight}"], picture=None, say=say))


explore(dirac, weight=(0.0, 3.0, 0.25, 0.25), objective={shown: name for name, shown in list(NAMES.items())[1:]})

# %% tags=["demo"]
weights = (0.0, 0.25, 1.0, 3.0)
paths = {f"γ = {w}": follow(weight=w) for w in weights}
column(plot_lines(torch.arange(801) * 0.045, {name: path[:, 0] for name, path in paths.items()},
                  "time", "θ (octaves above C4)", title="Too little, about right, too much"),
       listen(*map(glide, paths.values()), labels=list(paths), picture=None,
              say="A siren for ever; one that calms down; a glide that arrives; one that creeps."))

# %% [markdown]
# ### The gradient penalty
#
# Gulrajani et al. (2017) ask for something else: the slope shall be *1*, with the penalty $(\lVert \nabla D \rVert - 1)^2$. For our line this is $(|\psi| - 1)^2$. Its slope
# with respect to $\psi$ is $2(\psi - 1)$ to the right of 0, and $2(\psi + 1)$ to the left: it jumps from $+2$ to $-2$. At $\psi = 0$, where the players should come to rest, the penalty is *not
# differentiable*, and on both sides it pushes away:

# %% tags=["demo"]
near = torch.tensor([-0.01, 0.01], dtype=torch.float64)
print("ψ =", near.tolist(), " moves with", dirac_field(near * 0, near, "wasserstein", 0.0, 0.5)[1].tolist())
plot_planes({"Wasserstein": {"path": follow("wasserstein")},
             "with a gradient penalty": {"path": follow("wasserstein", between=0.5)},
             "with R1": {"path": follow("wasserstein", weight=0.5)}},
            {"Wasserstein": arrows("wasserstein"), "with a gradient penalty": arrows("wasserstein", between=0.5),
             "with R1": arrows("wasserstein", 0.5)}, ["path"], 1.9, "θ", "ψ")

# %% [markdown]
# With the gradient penalty they go round for ever: there is nowhere to rest. That is what it does to *this* game (Mescheder et al. 2018); it
# has trained many good networks all the same, with a small learning rate and several steps of $D$ for each of $G$.
#
# > **In doubt?** Give `follow` another `start`, or another `between`. Can you make it come to rest?
#
# ## Eight notes
#
# So much for single numbers. Now a generator of points in the plane. What is real is a *ring* of eight narrow heaps, each a Gaussian; a heap is
# called a **mode**. We play each mode as a note of the scale.

# %% tags=["demo"]
from gan_course.evaluation import grid, ring

RING = ring()  # eight modes at radius 2, each with a spread (standard deviation) of 0.05
real = RING(1000, torch.Generator().manual_seed(0))
plot_planes({"real": {"samples": real, "centres": RING.centres}}, reach=2.8, size=240,
            x_label="first number", y_label="second number",
            alt="Eight small clouds of points, evenly spaced on a circle of radius 2.")

# %% [markdown]
# How good is a generator? Three numbers, and each misses what another sees:
#
# - A sample is **good** if it is no more than 3 spreads from the nearest centre. Of real samples $1 - e^{-9/2} = 98.9\%$ are. The *share of good samples* says nothing of what is
#   missing.
# - A mode is **covered** if it gets at least a quarter of the good samples that are due to it. The *number of modes covered* sees what is missing.
# - The **divergence** $\mathrm{KL}(\text{shares of the modes} \,\|\, \text{equal shares})$ sees whether some are preferred; here each sample counts for its nearest mode, good or not.
#
# **Exercise 4** (10 minutes, 2 points). Count the modes covered. Due to a mode is one part in (number of modes) of *all* samples; `least` is the share of it that is
# enough, and `within` is how many spreads away is still good.

# %%
def modes_covered(samples, centres, spread, least=0.25, within=3.0):
    """How many modes (mode, 2) get at least the share `least` of the good samples, of (sample, 2), due to them."""
    ### BEGIN SOLUTION
    distance, mode = torch.cdist(samples, centres).min(1)
    counts = torch.bincount(mode[distance <= within * spread], minlength=len(centres))
    return int((counts >= least * len(samples) / len(centres)).sum())
    ### END SOLUTION

# %%
checks.modes_covered(modes_covered)

# %% tags=["demo"]
from gan_course.evaluation import high_quality_share, kl_of_modes


def judged(samples, real):
    """The three numbers, in words."""
    covered, good = (count(samples, real.centres, real.spread) for count in (modes_covered, high_quality_share))
    return (f"{covered} of {len(real.centres)} modes covered, {good:.0%} good,"
            f" KL {kl_of_modes(samples, real.centres):.3f}")


five = real[torch.cdist(real, RING.centres).argmin(1) < 5]
for name, samples in {"real": real, "five modes only": five, "a little blurred": real * 1.06}.items():
    print(f"{name:17} {judged(samples, RING)}")

# %% [markdown]
# To hear a generator we play the scale, each note as loud as it has good samples:

# %% tags=["demo"]
def shares(samples, real, within=3.0):
    """Good samples of each mode, over what is due to it: 1 is as it should be."""
    distance, mode = torch.cdist(samples, real.centres).min(1)
    counts = torch.bincount(mode[distance <= within * real.spread], minlength=len(real.centres))
    return counts * len(real.centres) / len(samples)


def hear(generated, real=RING, names=SCALE, say="", seconds=0.22, within=3.0):
    """Samples by name: where they lie, and players of the scale."""
    reach = 1.35 * float(real.centres.max())
    planes = {name: {"generated": samples[:500], "centres": real.centres} for name, samples in generated.items()}
    words = "; ".join(f"{name}: {judged(samples, real)}" for name, samples in generated.items())
    tunes = [tune(names, shares(samples, real, within), seconds) for samples in generated.values()]
    return column(plot_planes(planes, reach=reach, x_label="", y_label="", alt=words, size=180),
                  listen(*tunes, labels=list(generated), picture=None, say=f"{say} {words}."))


hear({"real": real, "five modes only": five}, say="Three notes of the second scale are missing.")

# %% [markdown]
# ## A generator that collapses
#
# Two small networks with two hidden layers of 64 units each, and the step of lesson 05. The library holds the game's rules as data. Here the generator learns ten times as fast as the
# discriminator.
#
# > **Guess first:** that is near the order max-min of lesson 05. What will you hear?

# %%
from gan_course.networks import perceptron
from gan_course.training import Game, Rules, play


def new_game(seed=0, **rules):
    """A game before its first step; what is not given is as in the table below."""
    common = dict(generator_rate=3e-3, discriminator_rate=3e-3, betas=(0.5, 0.9), penalty_every=4, average=100)
    torch.manual_seed(seed)
    return Game(perceptron(2, 2), perceptron(2, 1), Rules(**{**common, **rules}), latent=2, seed=seed)

# %% tags=["demo"]
hasty = new_game(generator_rate=1e-2, discriminator_rate=1e-3)
hops = []
play(hasty, RING, 800, show=lambda game: hops.append(game.sample(400, averaged=False)), show_every=100)
hear({f"after {100 * n} steps": hops[n - 1] for n in (2, 4, 6, 8)},
     say="The same generator at four moments; here every sample counts for its nearest note, however far. A few notes"
         " at a time, and other ones next time.", within=math.inf)

# %% [markdown]
# The samples run after the place where $D$ is largest, all together, and $D$ runs after the samples: the circle of $f = xy$, in a network. No loss
# tells you which notes are missing. That is **mode collapse**, and what follows is what people have invented against it.
#
# ## Other losses
#
# Write $D(x)$ for the logit, as is usual now. The library's losses all take `(real, fake)`, two batches of logits.
#
# | game | $D$ minimises | $G$ minimises |
# |---|---|---|
# | non-saturating (Goodfellow et al. 2014) | $E\,\mathrm{softplus}(-D(x)) + E\,\mathrm{softplus}(D(G(z)))$ | $E\,\mathrm{softplus}(-D(G(z)))$ |
# | least squares (Mao et al. 2017) | $\tfrac12 E (D(x) - 1)^2 + \tfrac12 E\, D(G(z))^2$ | $\tfrac12 E (D(G(z)) - 1)^2$ |
# | hinge (Lim and Ye 2017, Miyato et al. 2018) | $E \max(0, 1 - D(x)) + E \max(0, 1 + D(G(z)))$ | $-E\,D(G(z))$ |
# | Wasserstein (Arjovsky et al. 2017) | $E\,D(G(z)) - E\,D(x)$ | $-E\,D(G(z))$ |
# | relativistic (Jolicoeur-Martineau 2019) | $E\,\mathrm{softplus}(-(D(x) - D(G(z))))$ | $E\,\mathrm{softplus}(-(D(G(z)) - D(x)))$ |
#
# **Exercise 5** (5 minutes, 2 points). Write the hinge loss of the discriminator: each mean by itself, since the batches may differ in size. `relu(t)` is $\max(0, t)$.

# %%
def hinge_discriminator(real, fake):
    """E max(0, 1 − D(x)) + E max(0, 1 + D(G(z))), from logits (batch, …) of both; a scalar."""
    ### BEGIN SOLUTION
    return relu(1 - real).mean() + relu(1 + fake).mean()
    ### END SOLUTION

# %%
checks.hinge_discriminator(hinge_discriminator)

# %% [markdown]
# In the **relativistic** game each real sample is paired with one generated sample, and only the *difference* of the two logits counts. So $D$ cannot call everything
# forged, or everything real: it has to compare.
#
# **Exercise 6** (5 minutes, 2 points). Write its loss for the discriminator. The batches are of the same size, and pairs are made in order.

# %%
def relativistic_discriminator(real, fake):
    """The mean of −log σ(D(x) − D(G(z))) over pairs, from logits (batch, …) of both; a scalar."""
    ### BEGIN SOLUTION
    return softplus(-(real - fake)).mean()
    ### END SOLUTION

# %%
checks.relativistic_discriminator(relativistic_discriminator)

# %% tags=["demo"]
logit = torch.linspace(-3, 3, 121, requires_grad=True)
on_fake = {"non-saturating": softplus(logit), "least squares": logit**2 / 2, "hinge": relu(1 + logit), "Wasserstein": logit}
pushes = {name: torch.autograd.grad(loss.sum(), logit, retain_graph=True)[0] for name, loss in on_fake.items()}
plot_lines(logit.detach(), pushes, "logit of a generated sample", "slope of D's loss",
           title="How hard D pushes a generated sample's logit down",
           alt="Non-saturating: a smooth step from 0 to 1. Least squares: a straight line through 0. Hinge: 0 below −1, 1 above. Wasserstein: 1"
               " everywhere.")

# %% [markdown]
# Non-saturating and hinge let go of what is settled. Least squares pulls *back* what went too far. Wasserstein never lets go: nothing keeps $D$ from growing for ever, unless it is bounded.
#
# Why should one want that? For two notes $x$ and $y$ a $D$ with no slope above 1 has $D(x) - D(y) \le \lVert x - y \rVert$. Carry the heap of generated samples to that of the
# real ones in any way: the mean of $D$ over one less that over the other is a mean of such differences, so at most the mean way carried. The best way of carrying is the
# **Wasserstein distance** of lesson 05, so $E\,D(x) - E\,D(G(z))$ is never above it; and the best such $D$ reaches it (Kantorovich and Rubinstein 1958). It stays
# informative when the heaps do not overlap. But it needs the bound.
#
# ## Holding the discriminator back
#
# Four ways to keep $D$ from becoming steep. The first three need its gradient with respect to *samples*, and then a gradient of that with respect to its weights: a **second derivative**.
#
# **Exercise 7** (8 minutes, 2 points). Return $\nabla_x D(x)$ at each sample. Begin with `samples.detach()`, a copy that is cut off from the generator, and make it a leaf with
# `requires_grad_(True)`. Then `torch.autograd.grad(one_number, x, create_graph=True)`; it returns a tuple. Each logit depends on its own sample alone, so the gradient of the *sum* of all
# logits holds the gradient of each.

# %%
def slopes(discriminator, samples):
    """The gradient of D at each of samples (batch, …), in the same shape, with a graph to D's weights."""
    ### BEGIN SOLUTION
    x = samples.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(x).sum(), x, create_graph=True)
    return gradient
    ### END SOLUTION

# %%
checks.slopes(slopes)

# %% [markdown]
# **Exercise 8** (6 minutes, 2 points). Now $\tfrac12 E\,\lVert \nabla_x D(x) \rVert^2$: at real samples this is **R1**, at generated ones **R2** (Mescheder et al. 2018). The length is over
# everything but the batch; `.flatten(1)` makes one row of each sample.

# %%
def squared_gradient(discriminator, samples):
    """½ E ‖∇D‖² at samples (batch, …); a scalar with a graph."""
    ### BEGIN SOLUTION
    return 0.5 * slopes(discriminator, samples).square().flatten(1).sum(1).mean()
    ### END SOLUTION

# %%
checks.squared_gradient(squared_gradient)

# %% [markdown]
# The **gradient penalty** $E (\lVert \nabla D(\hat x) \rVert - 1)^2$ is taken *between*: $\hat x = \varepsilon x + (1 - \varepsilon)\,G(z)$ with a share $\varepsilon$ of its own for each pair, evenly
# from 0 to 1. Many programs that one finds take it at real samples only; then nothing bounds $D$ where the generator is.
#
# **Exercise 9** (12 minutes, 3 points). Write it. `torch.rand(len(real), generator=random, dtype=real.dtype)` draws the shares, and `.view(-1, *[1] * (real.ndim - 1))` gives them the
# shape `(batch, 1, …)`. With `one_sided` slopes *below* 1 cost nothing.

# %%
def gradient_penalty(discriminator, real, fake, random=None, one_sided=False):
    """E (‖∇D‖ − 1)² at one point between each real and generated sample (batch, …); a scalar with a graph."""
    ### BEGIN SOLUTION
    share = torch.rand(len(real), generator=random, dtype=real.dtype).to(real.device)
    between = torch.lerp(fake.detach(), real.detach(), share.view(-1, *[1] * (real.ndim - 1)))
    excess = slopes(discriminator, between).flatten(1).norm(dim=1) - 1
    if one_sided:
        excess = excess.clamp(min=0)
    return excess.square().mean()
    ### END SOLUTION

# %%
checks.gradient_penalty(gradient_penalty)

# %% [markdown]
# **Spectral normalisation** (Miyato et al. 2018) needs no gradient. It divides each layer's weights by their largest singular value, the most by which the layer can stretch
# anything. Leaky ReLU stretches nothing, so a network of such layers has no slope above 1:

# %%
from gan_course.objectives import spectral_normalisation

torch.manual_seed(0)
steep = perceptron(2, 1)
with torch.no_grad():
    for weight in steep.parameters():
        weight *= 4
places = 4 * torch.randn(2000, 2)
before = slopes(steep, places).norm(dim=1).max()
spectral_normalisation(steep)
for _ in range(20):  # each call in training mode follows the singular values a little further
    steep(places)
print(f"steepest slope: {before:.1f} before, {slopes(steep, places).norm(dim=1).max():.3f} after")

# %% [markdown]
# ### No batch normalisation in D
#
# All three penalties took for granted that *each logit depends on its own sample alone*. Batch normalisation breaks that: it subtracts the batch's mean. Here is the gradient at one and the same
# sample, in the company of two different batches:

# %%
torch.manual_seed(0)
plain = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
normed = nn.Sequential(nn.Linear(2, 32), nn.BatchNorm1d(32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
x, one, other = torch.randn(1, 2), torch.randn(7, 2), 3 * torch.randn(7, 2)
for name, D in {"without": plain, "with": normed}.items():
    here, there = (slopes(D, torch.cat([x, company]))[0] for company in (one, other))
    batch = torch.cat([x, one]).requires_grad_()
    (felt,) = torch.autograd.grad(D(batch)[0].sum(), batch)
    print(f"{name:8} batch norm: gradient {here.tolist()} in one batch, {there.tolist()} in another;"
          f" the other seven move this logit by {felt[1:].norm():.3f}")

# %% [markdown]
# With batch norm "the gradient at a sample" is not defined, and the penalty punishes something else. Normalise each sample by itself (layer norm), or, as most do today, nothing at all.
#
# > **In doubt?** Put `nn.LayerNorm(32)` in its place.
#
# ## Averaging
#
# Look once more at the circle of $f = xy$. The players never arrive, but their *mean* does:

# %% tags=["demo"]
path = walk(alternating_step, 0.15, 2000)
for name, point in {"the last point": path[-1], "the mean of all": path.mean(0)}.items():
    print(f"{name:15} {point[0]:6.3f} {point[1]:6.3f}")

# %% [markdown]
# So keep a second generator whose weights are a running mean of the first one's, and listen to that one. The **exponential moving average** (EMA) forgets what is long past: after each
# step, the average keeps the share `decay` of itself, and takes the rest from the weights (Yazıcı et al. 2019). It costs next to nothing, and the training does not notice it.
#
# **Exercise 10** (6 minutes, 2 points). Write that step, for weights by name. What you return must not carry a graph, nor change what was there.

# %%
def moving_average(behind, ahead, decay):
    """The averages `behind` a step on towards the weights `ahead`: a new dictionary from names to tensors."""
    ### BEGIN SOLUTION
    return {name: decay * behind[name] + (1 - decay) * ahead[name].detach() for name in behind}
    ### END SOLUTION

# %%
checks.moving_average(moving_average)

# %% [markdown]
# ## A game of your own, live
#
# One more remedy needs no code: **two time scales** (Heusel et al. 2017), another learning rate for $D$ than for $G$. Ours is twice as large for $D$ and half as large for $G$. Now choose, and watch. Each change plays
# 1,500 steps anew. What you hear is the *averaged* generator, and beside it the one that plays.

# %% tags=["demo"]
from gan_course.evaluation.comparison import REMEDIES, measure, selected, stored

# %% tags=["demo"]
live = GameMonitor("A generator learns a scale")


def rehearse(objective, remedy, seed):
    game = new_game(seed, objective=objective, **REMEDIES[remedy])

    def show(game):
        planes = {"the generator": {"generated": game.sample(500, averaged=False), "centres": RING.centres},
                  "its average": {"generated": game.sample(500), "centres": RING.centres}}
        live.show(plot_planes(planes, reach=2.8, size=180, title=f"after {game.done} steps", x_label="", y_label=""))

    play(game, RING, 1500, [live], show=show, show_every=100)
    return hear({"the generator": game.sample(2500, averaged=False), "its average": game.sample(2500)})


explore(rehearse, objective={shown: name for name, shown in list(NAMES.items())[::-1]},
        remedy=list(REMEDIES)[::-1], seed=(0, 9, 1, 0))

# %% [markdown]
# ## The table
#
# One training proves nothing. The command `gan-course compare rows.json` plays every objective with every remedy, on five seeds each: 180 games on the ring, and 20 on a grid that comes below. Networks, learning
# rates (0.003, Adam with β 0.5 and 0.9), batch (128) and steps (1,500) are the same for all, the penalties have the same weight 0.1 and are taken at every 4th step, times 4. *Nothing was tuned for one row.* The results come with the course: `gan_course/evaluation/comparison.json`, a line for each game.
#
# > **Guess first:** which objective will be best without a remedy? Which remedy will help most objectives?
#
# First make a row yourself, and then another: change `ROW`.

# %% tags=["demo"]
ROW = dict(task="ring", objective="hinge", remedy="none", seed=1)
for name, row in {"here": measure(**ROW), "stored": selected(stored(), **ROW)[0]}.items():
    print(f"{name:7} averaged {row['averaged']}, as it is at the end {row['last']}, {row['seconds']} s")

# %% [markdown]
# (On another processor sums are rounded otherwise, and a game of 1,500 steps may go another way. The picture as a whole stays.) Now all of them. Each entry is the number of modes covered by the averaged generator, seed by seed:

# %% tags=["demo"]
rows = stored()


def table(entry, task="ring", remedies=tuple(REMEDIES), width=17, objectives=tuple(NAMES)):
    """One entry for each objective (down) and remedy (across)."""
    print(f"{'':15}" + "".join(f"{remedy:>{width}}" for remedy in remedies))
    for name in objectives:
        games = (selected(rows, task=task, objective=name, remedy=remedy) for remedy in remedies)
        print(f"{NAMES[name].split(' pairing')[0]:15}" + "".join(f"{entry(some):>{width}}" for some in games))


def modes(which):
    return lambda some: " ".join(str(row[which]["modes"]) for row in some)


def mean(which, number):
    return lambda some: f"{sum(row[which][number] for row in some) / len(some):.2f}"


table(modes("averaged"))

# %% tags=["demo"]
def full(which, task="ring"):
    """Objective and remedy of all that cover every mode on every seed."""
    least = len(RING.centres) if task == "ring" else 25
    pairs = {(row["objective"], row["remedy"]) for row in selected(rows, task=task)}
    return sorted(pair for pair in pairs if all(
        row[which]["modes"] == least for row in selected(rows, task=task, objective=pair[0], remedy=pair[1])))


print("every mode on every seed, averaged:", *full("averaged"), sep="\n  ")
print("every mode on every seed, as it is at the end:", *full("last") or ["none"], sep="\n  ")

# %% [markdown]
# What comes out, here:
#
# - *Without a remedy no objective covers all eight notes on every seed*, the relativistic one neither. Wasserstein, with nothing to bound $D$, covers none.
# - *With R1 and R2 three of the six do: non-saturating, hinge and relativistic.* So yes, the loss of Huang et al. (2024), relativistic with R1 and R2, covers every mode on every seed. But two older losses do so as well,
#   and minimax and least squares miss one note on one seed: it is the penalty that mends, more than the loss. R1 alone comes close.
# - *Without the average, none of the 36 does.* At any one moment some notes are out of tune; the circle has been damped, not stopped.
# - *Two time scales make five of the six worse*, counted over all seeds (the sixth has nothing to lose). In this harness a faster $D$ and a slower $G$ did not help.
# - *Spectral normalisation* helps minimax and least squares, is uneven for non-saturating and relativistic (one game covers nothing), and ruins hinge. Multiply it out: as long as all logits lie between −1 and 1, the
#   hinge loss is the Wasserstein loss plus 2, whose push never fades; and a $D$ as flat as this one stays inside (look at `play(new_game(objective="hinge", spectral_norm=True), RING, 1500).judge(real)`).
# - *Wasserstein* comes last in every column, under spectral normalisation together with hinge. This harness is hard on it: one step of $D$ for each of $G$ (its authors take five), and an optimiser with momentum (they advise
#   against it).
#
# The share of good samples, the divergence of the modes, and the seconds of computing for one game, each as a mean over the five seeds:

# %% tags=["demo"]
for title, entry in {"good samples": mean("averaged", "good"), "KL of the modes": mean("averaged", "kl"),
                     "seconds": lambda some: f"{sum(row['seconds'] for row in some) / len(some):.1f}"}.items():
    print(title)
    table(entry)

# %% [markdown]
# Read all three together. Without a remedy hinge and relativistic have nearly as many good samples as with R1 and R2; only the modes and KL tell that notes are missing. Wasserstein with R1 and R2 is the other way round: KL
# near 0, so no note is forgotten, but few samples are good. And 60% good is far from the 99% of real samples: after 1,500 steps nobody has finished. R1 and R2 cost little time, as they are taken at every 4th step; spectral normalisation doubles
# it.
#
# > **In doubt?** Put `modes("last")` into `table`, and see what averaging does. Run one row with another `seed`, 0 to 4. Or change the harness: other learning rates, another spread of the ring. Rankings of GANs are known to depend on it: Lucic
# > et al. (2018, "Are GANs created equal?") found that with enough tuning most losses reach similar scores.
#
# ## Twenty-five notes
#
# A harder task: 25 modes on a grid, two octaves of semitones from C3 to C5, row by row. Spread 0.2, 2 apart: an even blur over the whole square would have
# $\tfrac{\pi}{4} \cdot 0.6^2 = 28\%$ good samples, so do not be impressed by less. One game, heard at three moments:

# %% tags=["demo"]
GRID, CHROMATIC = grid(), [note_name(48 + n) for n in range(25)]
made, game = {}, new_game(objective="relativistic_pairing", **REMEDIES["R1 + R2"])
for steps in (250, 500, 1000):
    made[f"after {steps} steps"] = play(game, GRID, steps).sample(2500, averaged=False)
made["real"] = GRID(2500, torch.Generator().manual_seed(0))
hear(made, GRID, CHROMATIC, "Two octaves upwards. Notes that are faint have few good samples.", seconds=0.1)

# %% [markdown]
# It is not done. The table gives the grid 2,500 steps, for two objectives, without a remedy and with R1 + R2:

# %% tags=["demo"]
for title, entry in {"modes covered of 25, averaged": modes("averaged"), "good samples": mean("averaged", "good"),
                     "KL of the modes": mean("averaged", "kl")}.items():
    print(title)
    table(entry, "grid", ("none", "R1 + R2"), 20, ("non_saturating", "relativistic_pairing"))

# %% [markdown]
# *Here nobody covers all 25*, and R1 + R2 make no clear difference; one of their games has found only 11. The picture shows two failures: after 250 steps samples lie everywhere *between* the heaps; after 1,000 many lie along a frame, and the heaps of one column and one row are left out, as notes were on the ring. In the table fewer than half are good. These
# games are not finished. The table does not say how long it would take.
#
# > **In doubt?** Give the game above more steps, or `perceptron(2, 2, 128)` in `new_game`. When does the last note come in?
#
# ## Check yourself

# %%
quiz([
    {
        "question": "Two players make simultaneous steps in f = xy, and spiral outwards. You halve the learning rate. What happens?",
        "answers": [
            {"answer": "They still spiral outwards, more slowly", "correct": True, "feedback": "Yes: the factor is √(1 + h²), which is above 1 for every h."},
            {"answer": "They now arrive at (0, 0)", "correct": False, "feedback": "No: no rate makes √(1 + h²) smaller than 1. Look ahead, or damp one of the two."},
            {"answer": "They circle", "correct": False, "feedback": "Only in the limit of a rate of 0, or by turns."},
        ],
    },
    {
        "question": "The eigenvalues of a game at its point of rest are ±2i. What do they say of small distances?",
        "answers": [
            {"answer": "They turn, and neither grow nor shrink", "correct": True, "feedback": "Yes: real part 0. What the linear part leaves out may still draw in, slowly, or push out."},
            {"answer": "They double in each step", "correct": False, "feedback": "No: growth is the real part, which is 0 here. The imaginary part is how fast they turn."},
            {"answer": "They shrink, since i² is negative", "correct": False, "feedback": "No: the real part decides, and it is 0."},
        ],
    },
    {
        "question": "95% of a generator's samples are good, and KL of the modes is 1.4 on the ring of eight. What do you hear?",
        "answers": [
            {"answer": "Clear notes, but few of the eight", "correct": True, "feedback": "Yes: KL = log(8 / k) when k modes are played equally often; 1.4 is about k = 2."},
            {"answer": "All eight notes, a little out of tune", "correct": False, "feedback": "No: then few samples would be good, and KL near 0."},
            {"answer": "Nearly everything right: 95%", "correct": False, "feedback": "One number alone misses the rest. Missing modes do not lower the share of good samples."},
        ],
    },
    {
        "question": "You write R1 with torch.autograd.grad(…) but without create_graph=True. What happens?",
        "answers": [
            {"answer": "The penalty is a constant for D's optimiser, and damps nothing", "correct": True, "feedback": "Yes: its value is right in every log, and its gradient with respect to the weights is missing."},
            {"answer": "Its value is wrong", "correct": False, "feedback": "No: the value is right. That is why one does not notice."},
            {"answer": "It trains the generator", "correct": False, "feedback": "No: the samples are detached. It trains nobody."},
        ],
    },
    {
        "question": "Why does a discriminator under a gradient penalty have no batch normalisation?",
        "answers": [
            {"answer": "A logit would depend on the other samples of the batch", "correct": True, "feedback": "Yes: the gradient of the sum is then no longer the gradient of each."},
            {"answer": "Batch normalisation has no second derivative", "correct": False, "feedback": "It has one. What it lacks is a logit that belongs to one sample."},
            {"answer": "It is too slow", "correct": False, "feedback": "The second derivative costs more than the normalisation does."},
        ],
    },
])

# %% [markdown]
# ## What can go wrong
#
# Three trainings with the same networks and the same seed, and one thing wrong in each:
#
# 1. **Hopping.** The generator learns ten times as fast as the discriminator.
# 2. **Unbounded.** The Wasserstein loss, and nothing that bounds the slope of $D$.
# 3. **Numb.** R1 with a weight of 300: $D$ dares no slope at all.

# %% tags=["demo"]
wrong = {"hopping": new_game(generator_rate=1e-2, discriminator_rate=1e-3),
         "unbounded": new_game(objective="wasserstein"), "numb": new_game(r1=300.0),
         "as it should be": new_game(r1=0.1, r2=0.1)}
steepness = {name: [] for name in wrong}
for name, game in wrong.items():
    play(game, RING, 400, show_every=25, show=lambda g, to=steepness[name]: to.append(
        slopes(g.bare_discriminator, real).norm(dim=1).mean().item()))
hear({name: game.sample(1000, averaged=False) for name, game in wrong.items()},
     say="After 400 steps; here a sample counts up to 10 spreads away. A heap; a streak; a blur with all notes faint;"
         " eight notes in the making.", within=10.0)

# %% tags=["demo"]
plot_lines(range(25, 401, 25), steepness, "step", "mean slope of D", log="y", title="How steep D is at real samples",
           alt="Unbounded lies highest, mostly above 1; numb lowest, below 0.1 and falling; the two others lie between.")

# %% [markdown]
# How to recognise them:
#
# - *Hopping:* listen to many samples at once, at two moments: all alike, and elsewhere next time. Slow the generator down, and add R1 and R2.
# - *Unbounded:* $D$ is several times as steep as in the game that works, and the samples sweep through the plane as a streak. Bound the slope of $D$.
# - *Numb:* the margin between the logits of real and generated samples is nearly 0 from the start, and the samples stay a blur. A smaller weight.
# - *A penalty that does nothing:* without `create_graph=True`, or taken of a detached logit. Train $D$ alone with a huge weight: it must become flat.
# - *Good numbers, dull samples:* look at the averaged generator *and* at the one that plays; an average over a generator that hops is no good generator either.

# %% [markdown]
# ## Your turn
#
# Put your own notes on the ring, as many as you like up to 16; a name that comes twice is a mode of its own. Choose a loss and a remedy.

# %% tags=["demo"]
MY_NOTES = ""  # such as "D4 F4 A4 C5 D5"
MY_RULES = dict(objective="relativistic_pairing", r1=0.1, r2=0.1)

names = (MY_NOTES or "A3 C4 E4 G4 B4").split()[:16]
print("Your notes." if MY_NOTES else "No notes are given, so five of ours stand in:", *names)
mine = ring(len(names))
learned = play(new_game(**MY_RULES), mine, 800).sample(1000)
hear({"real": mine(1000, torch.Generator().manual_seed(0)), "the generator's": learned}, mine, names, "Is each of your notes there?")

# %% [markdown]
# ## Summary
#
# Two who each go downhill need not arrive: at once they spiral outwards, by turns they circle. In the Dirac-GAN players who are near the goal only turn round it, with every loss (least squares needs a bias for that); and a penalty on the slope of $D$ at the samples makes the players arrive. On a ring of notes the same forces make a generator hop, or
# leave notes out. Whether it does is measured by the modes it covers, over several seeds, and never by the losses. In our table no loss was enough by itself; R1 and R2, *and* the average, let three of six cover every note on every seed.
#
# **Terms:** *simultaneous and alternating steps*, *extragradient*, *Dirac-GAN*, *Jacobian*, *eigenvalue*, *mode*, *mode collapse*, *high-quality share*, *least-squares loss*, *hinge loss*, *Wasserstein loss*, *relativistic loss*, *R1*, *R2*, *gradient
# penalty*, *spectral normalisation*, *two time scales*, *exponential moving average*.
#
# **To read:** L. Mescheder, A. Geiger and S. Nowozin, *Which Training Methods for GANs do actually Converge?* (2018): the Dirac-GAN, R1 and R2. G. M. Korpelevich, *The Extragradient Method for Finding Saddle Points and Other
# Problems* (1976). X. Mao et al., *Least Squares Generative Adversarial Networks* (2017). J. H. Lim and J. C. Ye, *Geometric GAN* (2017): the hinge. M. Arjovsky, S. Chintala and L. Bottou, *Wasserstein Generative Adversarial Networks* (2017). I. Gulrajani et al.,
# *Improved Training of Wasserstein GANs* (2017): the gradient penalty. T. Miyato et al., *Spectral Normalization for Generative Adversarial Networks* (2018). M. Heusel et al., *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
# Equilibrium* (2017). A. Jolicoeur-Martineau, *The Relativistic Discriminator* (2019), and Y. Huang et al., *The GAN is Dead; Long Live the GAN!* (2024): its loss with R1 and R2. Y. Yazıcı et al., *The Unusual Effectiveness of
# Averaging in GAN Training* (2019). M. Lucic et al., *Are GANs Created Equal?* (2018): on comparing fairly.
#
# Next: **07 · Bug hunt**.

# %%
checks.summary()
