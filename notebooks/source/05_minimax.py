# %% [markdown]
# # 05 · Minimax
#
# At the end of this lesson a network plays you these notes. Nobody showed it a tune: it only ever heard how well it had
# fooled another network.

# %%
import math
import torch
from torch import nn
from torch.nn.functional import softplus
from gan_course.display import GameMonitor, column, configure, explore, listen, quiz
from gan_course.display import plot_bars, plot_densities, plot_lines, plot_notes
from gan_course.exercises import lesson
from gan_course.sound import silence
from gan_course.synthesis import additive, exponential_decay, frequency_of, midi_number

configure(coding="mp3")  # small files; nothing here depends on the last bit
checks = lesson("05")


# %% tags=["demo"]
def tune(x, loudness=1.0, rate=8_000):
    """Numbers as notes, one after the other, each so many semitones above C#4 (36 at most)."""
    x = torch.as_tensor(x, dtype=torch.float64).clamp(-36, 36)
    piece = silence(0.11 * len(x) + 0.2, rate)
    for place, (semitones, loud) in enumerate(zip(x.tolist(), (x * 0 + loudness).tolist())):
        pitch = frequency_of(midi_number("C#4") + semitones)
        note = additive(pitch, [1, 0.6, 0.4, 0.2, 0.1], 0.3, rate) * exponential_decay(0.3, 0.08, rate)
        piece = piece + silence(0.01 + 0.11 * place, rate).then(0.2 * loud * note)
    return piece


def hear(tunes, say):
    """Tunes by name: what is played, drawn, and players."""
    return column(plot_notes(tunes, "semitones above C#4"),
                  listen(*map(tune, tunes.values()), labels=list(tunes), picture=None, say=say))


# %% tags=["demo"]
DRAWN = [-0.1, 3.7, -3.2, -4.1, -4.6, -0.4, 1.2, 2.9, 0.2, -4.0, -4.2, -4.3]  # by the generator of the last cells
hear({"a generator's notes": DRAWN}, "Three different notes, none quite in tune, and the low one is played most.")

# %% [markdown]
# ## What you will be able to do
#
# - play the game of a GAN as a table, and say what the best discriminator answers, and why;
# - derive what that answer is worth, and check it with numbers;
# - write what both players minimise, from logits, and say which loss keeps teaching when the other is sure;
# - say what changes when minimum and maximum change places, and what does not;
# - write a training step, train a GAN live, and recognise by ear three ways in which it fails.
#
# **Builds on:** lesson 01 (notes and their frequencies), and having trained some network once. **Time:** 55 minutes to
# read and listen, about 57 for the exercises; the cells take about 25 seconds on 2 CPU cores, no graphics card needed.
#
# ## A forger and a detective
#
# A musician improvises on five notes. She has her favourites: $p(x)$ is the probability that she plays the note $x$. A
# forger would like to be taken for her. He plays each note with probability $q(x)$.

# %% tags=["demo"]
NOTES = ["A3", "B3", "C#4", "E4", "F#4"]
x = torch.tensor([midi_number(name) - midi_number("C#4") for name in NOTES])
p = torch.tensor([0.40, 0.10, 0.25, 0.20, 0.05])
q = torch.tensor([0.10, 0.30, 0.25, 0.10, 0.25])



def spread(count, seed=1):
    """Numbers from 0 to 1, evenly spread, in random order: with them a few notes show a distribution well."""
    return (torch.randperm(count, generator=torch.Generator().manual_seed(seed)) + 0.5) / count


def draw(table, count=12):
    """Which note: the first at which the running sum of the table exceeds a number from 0 to 1."""
    return (spread(count)[:, None] >= table.cumsum(0)).sum(1).clamp(max=len(table) - 1)


plot_bars(NOTES, {"p, the musician": p, "q, the forger": q}, x_label="note x")

# %% tags=["demo"]
hear({"the musician": x[draw(p)], "the forger": x[draw(q)]},
     "Twelve notes of each. Who likes the lowest note, and who the highest?")

# %% [markdown]
# Now the game. A coin is tossed, heads for the musician, tails for the forger. You hear *one* note, and bet on who played
# it. You are a detective who knows $p$ and $q$. Of your purse you put the share $D(x)$ on "real" and the rest,
# $1 - D(x)$, on "forged". What lies on the right side comes back doubled. The rest is lost.
#
# > **Guess first:** you hear A3. The musician plays it four times as often as the forger. How much do you put on
# > "real": everything? Four fifths? A half?
#
# If you put everything on one side, the first wrong bet empties your purse. After $n$ notes it holds a *product* of $n$
# factors $2 D$ or $2 (1 - D)$. Its logarithm is a sum, so what counts in the long run is the mean of the logarithm. Half
# of the notes are real, half are forged:
#
# $$ \text{growth} = \tfrac12 \sum_x p(x) \log 2 D(x) + \tfrac12 \sum_x q(x) \log 2 (1 - D(x)) = \log 2 + \tfrac12 V(D, G) $$
#
# Here $\log$ is the natural logarithm, $G$ stands for the forger, and
#
# $$ V(D, G) = \underbrace{\sum_x p(x) \log D(x)}_{\text{mean over real notes}} + \underbrace{\sum_x q(x) \log (1 - D(x))}_{\text{mean over forged notes}} $$
#
# This $V$ is the **value function** of Goodfellow et al. (2014). The detective is the **discriminator** $D$, and wants it
# large. The forger is the **generator** $G$, and wants it small. That is all that a GAN is.
#
# **Exercise 1** (8 minutes, 2 points). Write $V$. The last axis is the note. Later we will use densities on a grid instead
# of tables; then sums become integrals, and each term counts `dx`, the distance between two points of the grid. What
# never happens costs nothing, even where the logarithm is −∞: `torch.xlogy(a, b)` is $a \log b$, and 0 where $a$ is 0.

# %%
def value(D, p, q, dx=1.0):
    """V of a discriminator D, with real p and generated q; all (…, place). dx: 1 for tables."""
    ### BEGIN SOLUTION
    return dx * (torch.xlogy(p, D) + torch.xlogy(q, 1 - D)).sum(-1)
    ### END SOLUTION

# %%
checks.value(value)

# %% tags=["demo"]
bets = {"half of it": torch.full((5,), 0.5), "nearly all": torch.where(p > q, 0.99, 0.01), "p": p}
for name, D in bets.items():
    growth = math.log(2) + value(D, p, q) / 2
    print(f"{name:10}  V = {value(D, p, q):6.3f}  each note multiplies the purse by {math.exp(growth):.3f}")

# %% [markdown]
# If you always put half on each side, you can neither win nor lose: $V = 2 \log \tfrac12 = -\log 4 \approx -1.386$. Betting nearly
# all is ruin. What is best? Try: each slider is the share that you put on "real" when you hear that note. You hear 24 notes,
# and the more is in your purse, the louder they are.
#
# > **Can you** bring $V$ above −1.15?

# %% tags=["demo"]
def game_night(p, q, notes, seed):
    """Notes of the game: whether each is real, and which it is."""
    random = torch.Generator().manual_seed(seed)
    real = torch.rand(notes, generator=random) < 0.5
    by_her, by_him = (torch.multinomial(table, notes, True, generator=random) for table in (p, q))
    return real, torch.where(real, by_her, by_him)


def purse(D, real, heard):
    """What becomes of one coin, note by note."""
    return torch.cumsum(torch.log(2 * torch.where(real, D[heard], 1 - D[heard])), 0).exp()


# %% tags=["demo"]
REAL, HEARD = game_night(p, q, 24, seed=11)


def bet(**shares):
    D = torch.tensor([*shares.values()])
    coins = purse(D, REAL, HEARD)
    return column(
        plot_bars(NOTES, {"p, the musician": p, "q, the forger": q}, {"D, your bet": D}, "note x"),
        listen(tune(x[HEARD], (coins / 2).clamp(0.02, 2)), labels=["the notes that you bet on"], picture=None,
               say=f"V = {value(D, p, q):.3f}. After 24 notes one coin has become {coins[-1]:.2f} coins."))


explore(bet, **{name: (0.05, 0.95, 0.05, 0.5) for name in NOTES})

# %% [markdown]
# ## The best bet
#
# $V$ is a sum over notes, and you may choose $D(x)$ for each note *separately*. So look at one note, and call $D(x)$ for
# short $d$. We want the largest value of
#
# $$ f(d) = p(x) \log d + q(x) \log (1 - d), \qquad 0 \le d \le 1 $$

# %% tags=["demo"]
d = torch.linspace(0.01, 0.99, 99)
curves = {f"{NOTES[i]}: p = {p[i]:.2f}, q = {q[i]:.2f}": p[i] * d.log() + q[i] * (1 - d).log()
          for i in (0, 2, 4)}
tops = torch.stack([torch.stack([d[y.argmax()], y.max()]) for y in curves.values()])
plot_lines(d, curves, "d, the share on “real”", "f(d)", title="What one note adds to V",
           points={"highest point": (tops[:, 0], tops[:, 1])})

# %% [markdown]
# Where it is highest inside the interval, the slope is zero. With $\tfrac{d}{dt} \log t = \tfrac1t$:
#
# $$ f'(d) = \frac{p}{d} - \frac{q}{1 - d} = 0 \;\Longleftrightarrow\; p\,(1 - d) = q\,d \;\Longleftrightarrow\; d = \frac{p}{p + q} $$
#
# It is a maximum, and the only one, since the slope falls all the way: $f''(d) = -\tfrac{p}{d^2} - \tfrac{q}{(1 - d)^2} < 0$. (Where $p$ or
# $q$ is 0, one term is left, and the best $d$ is the end 0 or 1, which the same formula says.) So the **optimal
# discriminator** is
#
# $$ D^*(x) = \frac{p(x)}{p(x) + q(x)} $$
#
# It is the probability that the note $x$ is real (Bayes' rule, as both players are equally likely to play). For A3 it is 0.4 / 0.5:
# four fifths.
#
# **Exercise 2** (4 minutes, 1 point). Write $D^*$. A note that neither of the two ever plays has 0 / 0: give ½ there, since
# any answer will do. `torch.where(condition, a, b)` chooses entry by entry.

# %%
def optimal_discriminator(p, q):
    """D* for real p and generated q (…, place); ½ where both are 0."""
    ### BEGIN SOLUTION
    both = p + q
    return torch.where(both > 0, p / both, 0.5)
    ### END SOLUTION

# %%
checks.optimal_discriminator(optimal_discriminator)

# %% [markdown]
# Is it really the best? We try a hundred thousand others, and we move one entry of $D^*$ a little:

# %% tags=["demo"]
best = optimal_discriminator(p, q)
others = torch.rand(100_000, 5, generator=torch.Generator().manual_seed(0))
print(f"D*: V = {value(best, p, q):.4f}; best of {len(others):,} random ones: {value(others, p, q).max():.4f}")
CHANGE, NOTE = 0.05, 0
for change in (-CHANGE, CHANGE):
    moved = best + change * (torch.arange(5) == NOTE)
    print(f"D* moved by {change:+} at {NOTES[NOTE]}: V = {value(moved, p, q):.4f}")

# %% [markdown]
# > **In doubt?** Change `CHANGE` or `NOTE` and find a better $D$. Or replace `best` by your own: `torch.tensor([…])`.
#
# Now let the forger improve. `skill` moves him from his own table (0) to the musician's (100). `courage` says how you bet: at 1 you
# play $D^*$; at 0 you always put half on each side; above 1 you trust your ears too much.

# %% tags=["demo"]
def play(skill, courage):
    forger = q + skill / 100 * (p - q)
    D = torch.sigmoid(courage * (p / forger).log())
    coins = purse(D, *game_night(p, forger, 200, seed=2))
    return column(
        plot_bars(NOTES, {"p, the musician": p, "q, the forger": forger}, {"D, your bet": D}, "note x"),
        plot_lines(range(1, 201), {"": coins}, "notes heard", "coins", "What becomes of one coin", log="y", height=180),
        listen(tune(x[draw(p)]), tune(x[draw(forger)]), labels=["the musician", "the forger"], picture=None,
               say=f"V = {value(D, p, forger):.3f}; after 200 notes the purse holds {coins[-1]:.3g} coins."))


explore(play, skill=(0, 100, 10, 0), courage=(0.0, 4.0, 0.25, 1.0))

# %% [markdown]
# At `courage` 1 the purse grows fastest *in the long run*; a lucky stretch may favour the bold for a while. And at `skill`
# 100 there is nothing left to earn.
#
# ## What the best bet is worth
#
# > **Guess first:** the forger improves, and $q$ comes nearer to $p$. What is the smallest value to which he can push
# > $V(D^*, G)$?
#
# Put $D^*$ into $V$, and write $m = \tfrac12 (p + q)$ for the mixture of both, so that $p + q = 2m$:
#
# $$ V(D^*, G) = \sum_x p \log \frac{p}{2m} + \sum_x q \log \frac{q}{2m} = \underbrace{\sum_x p \log \frac{p}{m}}_{\mathrm{KL}(p \,\|\, m)} + \underbrace{\sum_x q \log \frac{q}{m}}_{\mathrm{KL}(q \,\|\, m)} - 2 \log 2 $$
#
# The last step takes $\log \tfrac12$ out of both sums, and $\sum_x p = \sum_x q = 1$. The two sums are **Kullback-Leibler
# divergences** (1951), and their mean is the **Jensen-Shannon divergence** of $p$ and $q$ (Lin 1991):
#
# $$ \mathrm{KL}(p \,\|\, q) = \sum_x p \log \frac{p}{q}, \qquad \mathrm{JSD}(p, q) = \tfrac12 \mathrm{KL}(p \,\|\, m) + \tfrac12 \mathrm{KL}(q \,\|\, m) $$
#
# $$ \boxed{\; V(D^*, G) = 2\,\mathrm{JSD}(p, q) - \log 4 \;} $$
#
# **Exercise 3** (6 minutes, 2 points). Write the Jensen-Shannon divergence, with the `kl` of the next cell.

# %%
def kl(p, q, dx=1.0):
    """KL(p ‖ q) in nats, of tables or densities (…, place)."""
    return dx * (torch.xlogy(p, p) - torch.xlogy(p, q)).sum(-1)

# %%
def jsd(p, q, dx=1.0):
    """The Jensen-Shannon divergence in nats, of tables or densities (…, place)."""
    ### BEGIN SOLUTION
    m = (p + q) / 2
    return (kl(p, m, dx) + kl(q, m, dx)) / 2
    ### END SOLUTION

# %%
checks.jsd(jsd)

# %% tags=["demo"]
pairs = -torch.rand(2, 1000, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64).log()
pairs = pairs / pairs.sum(-1, keepdim=True)
left, right = value(optimal_discriminator(*pairs), *pairs), 2 * jsd(*pairs) - math.log(4)
print(f"1,000 random pairs of tables: the two sides differ by {(left - right).abs().max():.0e} at most")
print(f"ours: V(D*) = {value(best, p, q):.4f}, 2 JSD − log 4 = {2 * jsd(p, q) - math.log(4):.4f}")

# %% [markdown]
# Why is that useful? Because a divergence says how far apart two distributions are. $\log t \le t - 1$ for every $t > 0$, with
# equality only at $t = 1$. So
#
# $$ -\mathrm{KL}(p \,\|\, m) = \sum_{p > 0} p \log \frac{m}{p} \;\le\; \sum_{p > 0} p \left( \frac{m}{p} - 1 \right) = \sum_{p > 0} m - 1 \;\le\; 0 $$
#
# and KL is 0 only if $m = p$. Hence $\mathrm{JSD} \ge 0$, and it is 0 only if $q = p$. **The forger's best is to play exactly as the musician
# does; then $V = -\log 4$, and the best detective can but say ½.** At the other end, if no note is played by both, then
# $m = \tfrac12 p$ wherever $p > 0$, so both KL are $\log 2$, JSD is $\log 2$, and $V = 0$.
#
# And the purse? Its growth was $\log 2 + \tfrac12 V$. With $D^*$ that is *exactly the JSD*: the logarithm of the factor by which a
# detective who bets well grows richer with each note (the argument is Kelly's, 1956).

# %% tags=["demo"]
real, heard = game_night(p, q, 200_000, seed=0)
growth = torch.log(2 * torch.where(real, best[heard], 1 - best[heard])).mean()
print(f"growth over 200,000 notes: {growth:.4f} nats a note; JSD = {jsd(p, q):.4f}")

# %% [markdown]
# **Exercise 4** (2 minutes, 1 point). A clumsy forger plays only notes that the musician never plays. You begin with one
# coin and always bet as well as one can. How many coins are in your purse after 10 notes?

# %%
coins = None
### BEGIN SOLUTION
coins = 1024
### END SOLUTION

# %%
checks.coins(coins)

# %% [markdown]
# ## A generator of one number
#
# From notes to pitches that may lie anywhere. Now $x$ is a real number, in semitones above C#4, and $p$ and $q$ are
# *densities*: sums over notes become integrals over $x$, and every step above stays as it was. The musician aims at C#4, and is
# off by a semitone (standard deviation). The generator takes a random number $z$ from the same bell curve, the
# **latent** variable, and adds the only number that it can learn, $\theta$:
#
# $$ z \sim N(0, 1), \qquad G(z) = z + \theta $$

# %% tags=["demo"]
grid = torch.linspace(-24, 24, 4801, dtype=torch.float64)
dx = 0.01


def bell(x, mean=0.0):
    """The density of N(mean, 1)."""
    return torch.exp(-((x - mean) ** 2) / 2) / math.sqrt(2 * math.pi)


real = bell(grid)
for theta in (0, 1, 3, 6):
    D = optimal_discriminator(real, bell(grid, theta))
    D = D.clamp(max=1 - 1e-15)  # far out it rounds to 1, and log(1 − D) would be −∞
    V, divergence = value(D, real, bell(grid, theta), dx), jsd(real, bell(grid, theta), dx)
    print(f"θ = {theta}: V(D*) = {V:.4f}, 2 JSD − log 4 = {2 * divergence - math.log(4):.4f}")

# %% [markdown]
# Move $\theta$, look at what the best discriminator says, and listen:

# %% tags=["demo"]
from gan_course.objectives import wasserstein_1

z = torch.special.ndtri(spread(12))  # twelve latents, evenly spread over the bell
shown = slice(800, 4001, 10)


def one_number(theta):
    fake = bell(grid, theta)
    D = optimal_discriminator(real, fake)
    divergence, moved = jsd(real, fake, dx), wasserstein_1(real, fake, dx)
    say = (f"V(D*) = {2 * divergence - math.log(4):.3f}, JSD = {divergence:.3f} nats,"
           f" Wasserstein distance {moved:.2f} semitones.")
    return column(
        plot_densities(grid[shown], {"real": real[shown], "generated": fake[shown]}, {"D*": D[shown]},
                       "x (semitones above C#4)", "density (per semitone)", f"θ = {theta}", highest=0.45),
        listen(tune(z.flip(0)), tune(z + theta), labels=["real", "generated"], picture=None, say=say))


explore(one_number, theta=(-12.0, 12.0, 0.5, 3.0))

# %% [markdown]
# $D^*$ is a smooth step. Divide numerator and denominator of $p / (p + q)$ by $p$:
#
# $$ D^* = \frac{1}{1 + q / p} = \sigma\!\left( \log \frac{p}{q} \right), \qquad \sigma(\ell) = \frac{1}{1 + e^{-\ell}} $$
#
# What goes into the logistic function $\sigma$ is called a **logit**, and here we write $\ell$ for it. The optimal logit is $\log p - \log q$. For our
# two bells that is $\tfrac12 (x - \theta)^2 - \tfrac12 x^2 = \tfrac12 \theta^2 - \theta x$: a straight line.

# %% tags=["demo"]
theta = torch.linspace(-12, 12, 97, dtype=torch.float64)
fakes = bell(grid, theta[:, None])
V, W = 2 * jsd(real, fakes, dx) - math.log(4), wasserstein_1(real, fakes, dx)
plot_lines(theta, {"V(D*) (nats)": V, "Wasserstein (octaves)": W / 12}, "θ (semitones)", "nats; octaves",
           title="How far off",
           alt="V dips from 0 to −1.39 at θ = 0 and is flat beyond 6 semitones; the Wasserstein distance is a V with straight sides.")

# %% [markdown]
# Both are smallest at $\theta = 0$. But $V$ is flat far away: it *saturates* at 0, once the two bells no longer overlap. The
# other line keeps its slope. It is the **Wasserstein distance**, the mean way that the pitches of the one have to be moved to
# become the other. Lesson 06 builds a GAN on it. Here we stay with $V$, and look at what a generator can learn from it.
#
# ## Where the lesson stops
#
# The generator learns by gradient descent. It cannot change $p$ or $D$, only its own samples $x = G(z)$, and it feels $D$
# through the logit $\ell(x)$. There are two ways to say what it wants:
#
# - **minimax**, or *saturating*: make $\log (1 - D)$ small, as $V$ says;
# - **non-saturating**: make $-\log D$ small (also from Goodfellow et al. 2014).
#
# Both want the same thing, a larger $D$ for forged samples. But how hard do they pull?
#
# > **Guess first:** the discriminator is sure that a sample is forged, $D = 0.01$. Which of the two has the larger slope there?
#
# We need $\sigma'(\ell) = \sigma (1 - \sigma)$, since $\sigma' = e^{-\ell} / (1 + e^{-\ell})^2$, and $1 - \sigma = e^{-\ell} / (1 + e^{-\ell})$. Then by the chain rule
#
# $$ \frac{\partial}{\partial \ell} \log (1 - \sigma(\ell)) = \frac{-\sigma'}{1 - \sigma} = -\sigma(\ell) = -D, \qquad
# \frac{\partial}{\partial \ell} \bigl( -\log \sigma(\ell) \bigr) = \frac{-\sigma'}{\sigma} = -(1 - \sigma(\ell)) = -(1 - D) $$
#
# **Exercise 5** (4 minutes, 1 point). Return both slopes, the minimax one first.

# %%
def generator_slopes(logit):
    """The slopes of log(1 − D) and of −log D with respect to the logit, D = σ(logit)."""
    ### BEGIN SOLUTION
    return -torch.sigmoid(logit), -torch.sigmoid(-logit)
    ### END SOLUTION

# %%
checks.generator_slopes(generator_slopes)

# %% tags=["demo"]
logit = torch.linspace(-8, 8, 161, requires_grad=True)
D = torch.sigmoid(logit)
losses = {"minimax": torch.log(1 - D), "non-saturating": -torch.log(D)}
found = {name: torch.autograd.grad(loss.sum(), logit, retain_graph=True)[0] for name, loss in losses.items()}
for name, slope in zip(losses, generator_slopes(logit.detach())):
    print(f"{name}: autograd and your formula differ by {(found[name] - slope).abs().max():.0e} at most")
plot_lines(logit.detach(), found, "logit of a forged sample (left: D is sure that it is forged)", "slope of the loss",
           title="Who still teaches?",
           alt="Left: the minimax slope is 0, the non-saturating one −1. Right: the other way round.")

# %% [markdown]
# Early in training everything is on the left: the forgeries are bad, and $D$ knows. There the minimax slope is nearly 0. The
# generator is told "wrong", but not where to go.
#
# **Exercise 6** (2 minutes, 1 point). At $D = 0.01$, how many times as steep is the non-saturating loss as the minimax one?

# %%
times_steeper = None
### BEGIN SOLUTION
times_steeper = 99
### END SOLUTION

# %%
checks.times_steeper(times_steeper)

# %% [markdown]
# ## The losses, from logits
#
# A discriminator network returns logits, not probabilities, and there is a reason:

# %% tags=["demo"]
sure = torch.tensor([20.0, -120.0], requires_grad=True)
D = torch.sigmoid(sure)
one, other = torch.log(1 - D[0]), torch.log(D[1])
print("D:", D.tolist(), "  log(1 − D) of the first, log D of the second:", [one.item(), other.item()])
print("slopes with respect to the logits:", torch.autograd.grad(one + other, sure)[0].tolist())
print("the same two logarithms with softplus:", [-softplus(sure[0]).item(), -softplus(-sure[1]).item()])

# %% [markdown]
# In 32 bits $\sigma(20)$ is 1 and $\sigma(-120)$ is 0. Then a logarithm is $-\infty$, and its slope is no number (`nan`): one such sample
# ends a training. Written with $\mathrm{softplus}(t) = \log(1 + e^t)$ the same two are harmless:
#
# $$ \log \sigma(\ell) = -\log (1 + e^{-\ell}) = -\mathrm{softplus}(-\ell), \qquad \log (1 - \sigma(\ell)) = \log \frac{e^{-\ell}}{1 + e^{-\ell}} = -\mathrm{softplus}(\ell) $$
#
# In place of the two sums in $V$ we now have means over a batch of real and of generated samples. An optimiser *minimises*, so the
# discriminator's loss is $-V$.
#
# **Exercise 7** (5 minutes, 2 points). Write the discriminator's loss from the logits of real and of generated samples: the two
# means of $-V$ added up. The batches may differ in size. `softplus` is imported.

# %%
def discriminator_loss(real, fake):
    """−V from logits (batch, …) of real and of generated samples; a scalar."""
    ### BEGIN SOLUTION
    return softplus(-real).mean() + softplus(fake).mean()
    ### END SOLUTION

# %%
checks.discriminator_loss(discriminator_loss)

# %% [markdown]
# **Exercise 8** (4 minutes, 1 point). The generator's minimax loss: the mean of $\log (1 - D)$ over generated samples. It is
# given the real logits too, which it does not need. (Some games of lesson 06 do, and all losses shall be called alike.)

# %%
def saturating_loss(real, fake):
    """The mean of log(1 − D) over generated samples, from logits (batch, …); a scalar."""
    ### BEGIN SOLUTION
    return -softplus(fake).mean()
    ### END SOLUTION

# %%
checks.saturating_loss(saturating_loss)

# %% [markdown]
# **Exercise 9** (2 minutes, 1 point). The same for the non-saturating loss, the mean of $-\log D$.

# %%
def non_saturating_loss(real, fake):
    """The mean of −log D over generated samples, from logits (batch, …); a scalar."""
    ### BEGIN SOLUTION
    return softplus(-fake).mean()
    ### END SOLUTION

# %%
checks.non_saturating_loss(non_saturating_loss)

# %% [markdown]
# Now let $\theta$ descend. At each step the discriminator is the best there is, $\ell^* = \tfrac12 \theta^2 - \theta x$, *held fixed* while we ask for
# the slope with respect to $\theta$. May we do that, although $D^*$ moves with $\theta$? Yes: at its best, a small change of $D$
# does not change $V$ to first order, since there the slope of $V$ in every direction of $D$ is zero. (This is called the envelope
# theorem.) So the slope should be that of $2\,\mathrm{JSD}$:

# %% tags=["demo"]
z = torch.special.ndtri((torch.arange(200_000).double() + 0.5) / 200_000)  # evenly spread over the bell


def slope(loss, at):
    """The slope of a generator's loss with respect to θ, against the best discriminator."""
    theta = torch.tensor(float(at), dtype=torch.float64, requires_grad=True)
    logits = at**2 / 2 - at * (z + theta)
    return torch.autograd.grad(loss(None, logits), theta)[0].item()


for at in (0.5, 2.0, 6.0):
    near, far = (2 * jsd(real, bell(grid, at + step), dx) for step in (-1e-4, 1e-4))
    print(f"θ = {at}: minimax slope {slope(saturating_loss, at):.4f}, that of 2 JSD {(far - near) / 2e-4:.4f};"
          f" non-saturating {slope(non_saturating_loss, at):.4f}")

# %% [markdown]
# What does the non-saturating loss descend, then? Arjovsky and Bottou (2017) found that with the best $D$ its slope is that of
# $\mathrm{KL}(q \,\|\, p) - 2\,\mathrm{JSD}$. For our bells $\mathrm{KL}(q \,\|\, p) = \tfrac12 \theta^2$, whose slope is $\theta$: check it in the numbers above.

# %% tags=["demo"]
def descend(loss, theta, steps=60, rate=0.15):
    path = [theta]
    for _ in range(steps):
        theta = theta - rate * slope(loss, theta)
        path.append(theta)
    return torch.tensor(path)


z = z[50::100]
paths = {f"{name} from {start}": descend(loss, float(start)) for start in (3, 9)
         for name, loss in (("minimax", saturating_loss), ("non-saturating", non_saturating_loss))}
plot_lines(range(61), paths, "step", "θ (semitones above C#4)", title="The same start, two losses")

# %% tags=["demo"]
hear({name: paths[f"{name} from 9"][:24:2] for name in ("minimax", "non-saturating")},
     "Every other step as a note. One stays where it was, the other comes down to C#4.")

# %% [markdown]
# > **In doubt?** Change the 9 to 5 in both cells above, or raise `rate`. How far out does the minimax loss still learn?
#
# ## Swapping minimum and maximum
#
# The generator wants the best detective to earn little: $\min_G \max_D V$. May we write $\max_D \min_G V$ instead? Many texts do, without a
# word. It depends.
#
# Begin with coins again. Both put a coin on the table, unseen. If both show the same side, the detective gets a coin, else the forger
# does. The matrix $A$ holds what the detective gets: rows are the detective's moves, columns the forger's.
#
# $$ A = \begin{pmatrix} 1 & -1 \\ -1 & 1 \end{pmatrix} $$
#
# $\max_i \min_j A_{ij}$ means: the detective moves *first*, and the forger answers. $\min_j \max_i A_{ij}$ is the other order.
#
# > **Guess first:** which of the two is larger?
#
# **Exercise 10** (6 minutes, 2 points). Return both for any matrix, max-min first. `A.amin(1)` is the smallest entry of each row.

# %%
def pure_values(A):
    """(max min, min max) of a matrix (row, column); rows maximise, columns minimise."""
    ### BEGIN SOLUTION
    return A.amin(1).amax(), A.amax(0).amin()
    ### END SOLUTION

# %%
checks.pure_values(pure_values)

# %% tags=["demo"]
from gan_course.objectives import mixed_value

coin = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
print("max-min, min-max of the coins:", [v.item() for v in pure_values(coin)])
dice = mixed_value(coin)
print(f"with dice: {round(dice.value, 6) + 0.0:.3f} in both orders; the detective shows heads with"
      f" probability {dice.rows[0]:.2f}")

# %% [markdown]
# Whoever moves second sees the other's move, and never does worse for it: **max-min is at most min-max**, for every game, since for
# all $i$ and $j$ we have $\min_j A_{ij} \le A_{ij} \le \max_i A_{ij}$. Here they differ by 2. If both may throw *dice*, and only the dice are announced and not how they fall, the two orders agree: that is
# von Neumann's minimax theorem (1928), the beginning of game theory.
#
# Now our game. To see all of it, the musician plays just two notes, each half of the time. Four versions:
#
# 1. The detective knows two rules only: "the low note is real" ($D$ = 0.9 for it and 0.1 for the other) or "the high note is real".
#    The forger picks one note, and plays it for ever.
# 2. The same, but both may throw dice to pick.
# 3. The detective may bet anything, $D$ = any table. The forger still picks one note.
# 4. Any table $D$ against any distribution $q$: the game of the last sections.

# %% tags=["demo"]
pair = torch.tensor([0.5, 0.5])
shares = torch.arange(61) / 60
any_table, one_note = torch.cartesian_prod(shares, shares), torch.eye(2)
rules, any_q = torch.tensor([[0.9, 0.1], [0.1, 0.9]]), torch.stack([shares, 1 - shares], 1)


def game(discriminators, generators):
    """V (discriminator, generator) of each against each."""
    return value(discriminators[:, None], pair, generators)


dice = mixed_value(game(rules, one_note)).value
rows = {"two rules, one note": pure_values(game(rules, one_note)),
        "the same with dice": (dice, dice),
        "any table, one note": pure_values(game(any_table, one_note)),
        "any table, any q": pure_values(game(any_table, any_q))}
print(f"{'':22}max-min  min-max    (−log 4 = {-math.log(4):.3f})")
for name, (first, second) in rows.items():
    print(f"{name:22}{first:7.3f}  {second:7.3f}")

# %% [markdown]
# In 1 and 3 the order matters; in 2 and 4 it does not. Each number has a reason:
#
# - *Any table, any q.* One order we know: $\min_G \max_D V = -\log 4$, at $q = p$. Now the other. Whatever $D$ the detective
#   announces, one possible reply is $q = p$, which leaves at most $-\log 4$. And $D = \tfrac12$ earns $-\log 4$ against every $q$. So $\max_D \min_G V = -\log 4$
#   as well. **For a free $D$ and an arbitrary distribution the two orders have the same value.**
# - *Any table, one note.* If the forger must show his one note first, the best detective earns $V(D^*)$ with $q = 1$ there. With $a$
#   the musician's probability of that note, this is $a \log a - (1 + a) \log (1 + a) = -0.955$ for $a = \tfrac12$: far above $-\log 4$. In
#   the other order nothing changes: as we are about to see, the best reply to a given $D$ is a single note anyway.
# - *Two rules.* These are the coins again, with other stakes. Dice make peace between the two orders, but at $-2.408$: throwing
#   dice between two tables is worse than betting their mean ½, since $\log$ is concave. A free $D$ needs no dice.
#
# So is swapping harmless in the full game? The *value* is the same, but look at what the generator *does*. In $\max_D \min_G$ it answers
# a fixed $D$. Then $V$ depends on $q$ only through $\sum_x q(x) \log (1 - D(x))$, a mean of the numbers $\log (1 - D(x))$ with weights $q(x)$. A
# mean is smallest if all weight is on the smallest number. That is where $D$ is largest: **the best reply is one single
# note.** It has a name: **mode collapse**.
#
# > **In doubt?** Change `pair` or `rules` in the cell above (the tables are as fine as sixtieths). Do you find a game in which max-min is the
# > larger one?

# %% tags=["demo"]
D = torch.tensor([0.52, 0.47, 0.49, 0.54, 0.50])  # nearly ½ everywhere
reply = nn.functional.one_hot(D.argmax(), 5).float()
print(f"V of the reply: {value(D, p, reply):.4f}; of the musician's own table: {value(D, p, p):.4f}")
plot_bars(NOTES, {"p, the musician": p, "q, the best reply to this D": reply}, {"D": D}, "note x")

# %% [markdown]
# Only against a $D$ that says the same of every note, such as ½, is every $q$ as good as any other; and then nothing tells the generator to stay at $p$. And the
# game goes on: the detective notices the one note, the forger hops to the next. Let both give their best reply in turn:

# %% tags=["demo"]
hops, D = [], torch.tensor([0.52, 0.47, 0.49, 0.54, 0.50])
for _ in range(8):
    note = int((D + 0.001 * p).argmax())  # among equals, what the musician plays most
    hops += [x[note].item()] * 2
    D = optimal_discriminator(p, torch.eye(5)[note])
hear({"the musician": x[draw(p, 16)], "best replies in turn": hops},
     "The forger hops from one note to another and back, for ever. At no step does he play what the musician plays.")

# %% [markdown]
# Gradient descent by turns, as we do it next, does not know in which order we wrote the two. Many steps of $D$ for each
# step of $G$ come nearer to $\min_G \max_D$; many steps of $G$ for each of $D$ come nearer to $\max_D \min_G$, and collapse. You will hear both.
#
# ## One step of training
#
# Two networks, two optimisers, two losses, and each step must move *one* player only:
#
# - In the discriminator's step the generator is a mere source of samples. No gradient may flow into it. `t.detach()` is the same
#   tensor, cut off from what made it.
# - In the generator's step the gradient must flow *through* the discriminator, back into the generator. Here nothing is
#   detached, but only the generator's optimiser steps.
#
# A gradient is *added* to what is already in `.grad`. So each step begins by clearing: `optimiser.zero_grad()`.
#
# **Exercise 11** (8 minutes, 2 points). Write the discriminator's step. `objective.discriminator(real_logits, fake_logits)` is its
# loss. Return the loss.

# %%
def discriminator_step(objective, D, G, optimiser, real, z):
    """Move D, and only D, one step down its loss on a batch of real samples and of latents z."""
    ### BEGIN SOLUTION
    fake = G(z).detach()
    loss = objective.discriminator(D(real), D(fake))
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss
    ### END SOLUTION

# %%
checks.discriminator_step(discriminator_step)

# %% [markdown]
# **Exercise 12** (6 minutes, 2 points). Write the generator's step. `objective.generator(real_logits, fake_logits)` is its loss.

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

# %% [markdown]
# First on the generator of one number, against a *trained* discriminator. Its logit is a straight line, $w x + b$, with two weights
# to learn. We know the best ones: $w^* = -\theta$ and $b^* = \tfrac12 \theta^2$. Hold $\theta = 2$, and train $D$ alone:

# %%
from gan_course.objectives import Objective


class OneNumber(nn.Module):
    """G(z) = z + θ."""

    def __init__(self, theta):
        super().__init__()
        self.theta = nn.Parameter(torch.tensor(float(theta)))

    def forward(self, z):
        return z + self.theta


def straight_line():
    line = nn.Linear(1, 1)
    nn.init.zeros_(line.weight), nn.init.zeros_(line.bias)
    return line


# %%
game_of_two = Objective(discriminator_loss, non_saturating_loss)
torch.manual_seed(0)
D, G = straight_line(), OneNumber(2.0)
adam = torch.optim.Adam(D.parameters(), 0.05)
for _ in range(300):
    discriminator_step(game_of_two, D, G, adam, torch.randn(512, 1), torch.randn(512, 1))
print(f"w = {D.weight.item():.2f}, and the best is −2; b = {D.bias.item():.2f}, and the best is 2")

# %% [markdown]
# > **Guess first:** now both learn, by turns. Will $\theta$ walk straight to 0, as it did against the best $D$?

# %% tags=["demo"]
def chase(d_steps, theta=4.0, steps=150):
    """θ after each step of G, with so many steps of D before each."""
    torch.manual_seed(0)
    D, G = straight_line(), OneNumber(theta)
    d_sgd, g_sgd = torch.optim.SGD(D.parameters(), 0.05), torch.optim.SGD(G.parameters(), 0.5)
    path = []
    for _ in range(steps):
        for _ in range(d_steps):
            discriminator_step(game_of_two, D, G, d_sgd, torch.randn(256, 1), torch.randn(256, 1))
        generator_step(game_of_two, D, G, g_sgd, torch.randn(256, 1), torch.randn(256, 1))
        path.append(G.theta.item())
    return path


chases = {f"{k} step{'s' * (k > 1)} of D for each of G": chase(k) for k in (1, 10)}
plot_lines(range(1, 151), chases, "step of G", "θ (semitones above C#4)", title="Two who learn")

# %% tags=["demo"]
hear({name: path[:96:8] for name, path in chases.items()},
     "θ as notes, every eighth step. A discriminator that lags behind makes the generator overshoot, and swing.")

# %% [markdown]
# ## A GAN, live
#
# Now both are networks. The musician plays three notes, A3, C#4 and E4, each half a semitone off on average. Can a generator
# learn where they are, how often each comes, and how much they vary, from nothing but the gradient of $D$? Ours begins an
# octave too high, and with almost one single note.

# %%
CHORD, OFTEN, OFF = torch.tensor([-4.0, 0.0, 3.0]), torch.tensor([0.5, 0.3, 0.2]), 0.5


def real_notes(count):
    """Pitches (count, 1) in semitones above C#4, as the musician plays them."""
    note = torch.multinomial(OFTEN, count, replacement=True)
    return (CHORD[note] + OFF * torch.randn(count))[:, None]


def network(last_bias=0.0):
    """One number in, one number out."""
    layers = nn.Sequential(nn.Linear(1, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2),
                           nn.Linear(32, 1))
    layers[-1].bias.data += last_bias
    return layers

# %% [markdown]
# The whole of the training, with your two steps:

# %%
def train(objective, learning_rate=0.002, d_steps=1, g_steps=1, head_start=0, steps=1500, watch=None, seed=2):
    torch.manual_seed(seed)
    D, G = network(), network(12.0)
    d_adam, g_adam = (torch.optim.Adam(net.parameters(), learning_rate, (0.5, 0.9)) for net in (D, G))
    for step in range(1, steps + 1):
        for _ in range(d_steps + head_start * (step == 1)):
            d_loss = discriminator_step(objective, D, G, d_adam, real_notes(128), torch.randn(128, 1))
        for _ in range(g_steps):
            g_loss = generator_step(objective, D, G, g_adam, real_notes(128), torch.randn(128, 1))
        if watch:
            watch(step, D, G, {"D": d_loss.item(), "G": g_loss.item()})
    return D, G

# %% [markdown]
# To draw the generator's density, we take 500 evenly spread latents and put a narrow bell on each of their pitches. From that
# density and the true one follows $D^*$: how the best discriminator would answer *this* generator.

# %% tags=["demo"]
line = torch.linspace(-8, 16, 241)
musician = (OFTEN * bell((line[:, None] - CHORD) / OFF) / OFF).sum(1)
even = torch.special.ndtri((torch.arange(500) + 0.5) / 500)[:, None]


@torch.no_grad()
def picture(D, G, title):
    generated = (bell((line[:, None] - G(even)[:, 0]) / 0.2) / 0.2).mean(1)
    best = optimal_discriminator(musician, generated).where(musician + generated > 1e-3, torch.nan)
    return plot_densities(
        line, {"real": musician, "generated": generated}, {"D": torch.sigmoid(D(line[:, None]))[:, 0], "D*": best},
        "x (semitones above C#4)", "density (per semitone)", title, highest=0.6, ticks={"A3": -4, "C#4": 0, "E4": 3})

# %% [markdown]
# And twelve notes of each, to listen to:

# %% tags=["demo"]
@torch.no_grad()
def sample(G):
    return G(torch.special.ndtri(spread(12))[:, None])[:, 0]


def musicians_notes():
    return CHORD[draw(OFTEN)] + OFF * torch.special.ndtri(spread(12, seed=2))

# %% [markdown]
# > **Guess first:** will it find all three notes? And what will the loss of $D$ be at the end?
#
# Run the cell and watch; then move the controls: each change trains anew, in a few seconds. `d steps` is the number of steps of $D$
# for each of $G$, and `head start` the number of steps that $D$ has before the generator is allowed its first.

# %% tags=["demo"]
live = GameMonitor("A generator learns a chord")


def rehearse(objective, learning_rate, d_steps, head_start):
    steps, heard = 2000, {}

    def watch(step, D, G, losses):
        live.step(step, losses)
        if live.due or step == steps:
            live.show(picture(D, G, f"after {step} steps"))
        if step in (1, 150, steps):
            heard[f"after {step} step" + "s" * (step > 1)] = sample(G)

    live.started(steps)
    train(objective, learning_rate, d_steps, steps=steps, head_start=head_start, watch=watch)
    live.finished()
    return hear(heard | {"the musician": musicians_notes()},
                "As the settings are at first: one high note; then a smear; at the end three notes.")


explore(rehearse, objective={"non-saturating": Objective(discriminator_loss, non_saturating_loss),
                             "minimax": Objective(discriminator_loss, saturating_loss)},
        learning_rate=[0.002, 0.0005, 0.01], d_steps=(1, 5, 1, 1), head_start=[0, 1000])

# %% [markdown]
# Blue is what is real, orange what the generator makes. The full black line is $D$; the dashed one is $D^*$, the best answer to this
# generator, drawn where there is anything to hear. $D$ is a lazy pupil: it follows $D^*$ in broad strokes only, and that was enough. Where
# no sample ever falls, nobody corrects it. At the end its loss is near $\log 4 \approx 1.386$.
#
# *How to read the two losses:* they say who is ahead, not how good the generator is. The numbers that do are distances between the
# samples and the truth:

# %% tags=["demo"]
from gan_course.objectives import wasserstein_1_of_samples

D, G = train(Objective(discriminator_loss, non_saturating_loss), steps=2000)
with torch.no_grad():
    made = G(torch.randn(4000, 1))[:, 0]
found = [((made - note).abs() < 2 * OFF).float().mean().item() for note in CHORD]
hers, hers_too = real_notes(4000)[:, 0], real_notes(4000)[:, 0]
print("within a semitone of A3, C#4, E4:", [f"{share:.0%}" for share in found])
print("of the musician's notes:", [f"{((hers - note).abs() < 2 * OFF).float().mean():.0%}" for note in CHORD])
print(f"Wasserstein distance: {wasserstein_1_of_samples(made, hers):.2f} semitones;"
      f" between two sets of the musician's: {wasserstein_1_of_samples(hers, hers_too):.2f}")

# %% [markdown]
# It has found all three notes, and roughly how often each comes. It is not done: some pitches between them are left, and it varies some
# notes too little. Another seed errs elsewhere. Lesson 06 is about doing better.
#
# > **In doubt?** Give `train` another `seed`, set `OFTEN` to three equal numbers, or move a note of `CHORD`, and run the cells from there on.
#
# ## Check yourself

# %%
quiz([
    {
        "question": "A note is twice as likely in p as in q. What does the optimal discriminator say?",
        "answers": [
            {"answer": "2/3", "correct": True, "feedback": "Yes: p / (p + q) with p = 2q is 2q / 3q."},
            {"answer": "1, since real is more likely", "correct": False, "feedback": "No: it grades its answers. With 1 it would lose everything, log 0, whenever the note is forged after all."},
            {"answer": "2", "correct": False, "feedback": "No: that is the ratio p / q. Its logarithm is the optimal logit; D is a probability."},
        ],
    },
    {
        "question": "During training the discriminator's loss has settled at 1.386 = log 4. What do you know?",
        "answers": [
            {"answer": "As it bets, this discriminator gains nothing; a better one might", "correct": True, "feedback": "Yes: V = −log 4 means 2 JSD = 0 only if D is the optimal one. A weak or lagging D reaches it, too, and one that bets too boldly."},
            {"answer": "The generator is perfect", "correct": False, "feedback": "Only if D is optimal. A discriminator that always says ½ has the same loss against any generator."},
            {"answer": "The training has crashed", "correct": False, "feedback": "No: it is the value of the game at its solution. But look at the samples before you celebrate."},
        ],
    },
    {
        "question": "Why is −log D preferred to log(1 − D) for the generator?",
        "answers": [
            {"answer": "Its slope with respect to the logit is near −1 where D is sure of a forgery", "correct": True, "feedback": "Yes: −(1 − D) against −D. It teaches most when the samples are worst."},
            {"answer": "It has another solution", "correct": False, "feedback": "No: both are smallest where D is largest, and at q = p neither pulls anywhere on average."},
            {"answer": "It makes the discriminator weaker", "correct": False, "feedback": "No: the discriminator's loss is the same in both games."},
        ],
    },
    {
        "question": "max-min and min-max of the full game both are −log 4. Does the order then matter to the generator?",
        "answers": [
            {"answer": "Yes: its best reply to a fixed D is a single point", "correct": True, "feedback": "Yes: same value, other behaviour. Answering a fixed D means mode collapse."},
            {"answer": "No: equal values mean equal solutions", "correct": False, "feedback": "No: in min-max the generator's solution is q = p. In max-min it answers a given D: with one point, or, if D is the same everywhere, with anything."},
            {"answer": "The values are not equal", "correct": False, "feedback": "They are, for a free D and any distribution. They differ for limited families, such as single notes."},
        ],
    },
    {
        "question": "In the discriminator's step you forget detach, but clear the generator's gradients before its own step. What happens?",
        "answers": [
            {"answer": "The same numbers, at more cost", "correct": True, "feedback": "Yes: the gradient that flowed into G is computed and thrown away. Without clearing, it would push G the wrong way."},
            {"answer": "The generator is trained to help the discriminator", "correct": False, "feedback": "Only if those gradients are still there when its optimiser steps. Then, yes, with the wrong sign."},
            {"answer": "An error message", "correct": False, "feedback": "Not in general: only if the same samples are used again for G, whose graph is gone after the first backward pass."},
        ],
    },
])

# %% [markdown]
# ## What can go wrong
#
# Three trainings with the same networks, the same notes and the same seed, and something changed in each:
#
# 1. **Stuck.** The minimax loss, against a discriminator with a head start of 1,000 steps. It is sure of itself, and the generator hears
#    nothing. (With the non-saturating loss the same head start does no harm: try it with the controls above.)
# 2. **Collapsed.** Five steps of $G$ for each of $D$: near the order max-min.
# 3. **Restless.** A learning rate of 0.05.

# %% tags=["demo"]
quiet, loud = Objective(discriminator_loss, saturating_loss), Objective(discriminator_loss, non_saturating_loss)
tracks = {}


def followed(name, *how, **more):
    """A training, with the mean pitch of the generator after every fifth step."""
    track = tracks[name] = []
    return train(*how, **more, watch=lambda step, D, G, _: step % 5 or track.append(sample(G).mean().item()))


bad = {"stuck": followed("stuck", quiet, steps=500, head_start=1000),
       "collapsed": followed("collapsed", loud, steps=500, g_steps=5),
       "restless": followed("restless", loud, steps=500, learning_rate=0.05)}
hear({name: sample(failed) for name, (_, failed) in bad.items()} | {"as it should be": sample(G)},
     "The high note of the beginning, for ever; nearly one note; notes that are smeared, and not all of the musician's; the chord.")

# %% tags=["demo"]
followed("as it should be", loud, steps=500)
plot_notes({name: track[::4] for name, track in tracks.items()}, "semitones above C#4", "20 steps of G each",
           title="The generator's mean pitch during training",
           alt="Stuck stays an octave too high. Collapsed jumps up and down by ten semitones, to the end; restless begins as wildly, and goes on by a few."
               " As it should be comes down and stays between A3 and C#4.")

# %% tags=["demo"]
with torch.no_grad():
    for name, (critic, failed) in bad.items():
        fake = failed(torch.randn(2000, 1))
        of_real, of_fake = torch.sigmoid(critic(real_notes(2000))), torch.sigmoid(critic(fake))
        print(f"{name:10} D of real notes {of_real.mean():.3f}, of generated ones {of_fake.mean():.3f}")
picture(*bad["stuck"], "stuck: D is 1 here and 0 there, and flat where the generator is")

# %% tags=["demo"]
picture(*bad["collapsed"], "collapsed: nearly all in one place")

# %% [markdown]
# How to recognise them:
#
# - *Stuck:* $D$ of real samples near 1, of generated ones near 0, and the samples do not change. Use the non-saturating loss, fewer
#   steps of $D$, a smaller learning rate for it; lesson 06 adds penalties that keep $D$ from becoming so steep.
# - *Collapsed:* the samples all alike, whatever $z$ is; from time to time all of them hop together. The losses look lively. Listen to several
#   samples at once, never to one.
# - *Restless:* the losses swing and do not settle, and so do the samples. A smaller learning rate, and averaging (lesson 06).
# - *`nan`:* a sigmoid and a logarithm in one place. Work with logits.

# %% [markdown]
# ## Your turn
#
# Give the musician your own notes, and let a generator learn them. Their names go between the quotation marks. Repeat a name
# to make it more frequent.

# %% tags=["demo"]
MY_NOTES = ""  # such as "D4 F4 A4 A4 C5"

names = (MY_NOTES or "E3 E3 A3 D4").split()
print("Your notes." if MY_NOTES else "No notes are given, so four of ours stand in:", *names)
CHORD = torch.tensor([midi_number(name) - midi_number("C#4") for name in names]).float()
OFTEN = torch.full((len(names),), 1 / len(names))
_, mine = train(loud, steps=1000)
hear({"your notes": musicians_notes(), "the generator's": sample(mine)},
     "Is each of your notes there? The further apart they are, the longer it takes, and the sooner one is forgotten.")

# %% [markdown]
# ## Summary
#
# A discriminator bets on what is real. Its best bet is $p / (p + q)$, and what this is worth is $2\,\mathrm{JSD} - \log 4$: the generator's best is to be
# real. Both learn from samples, through logits. The minimax loss falls silent when $D$ is sure, the non-saturating one does not. Who moves first
# matters less to the value of the game than to what the generator does: it should answer a discriminator that has had time to
# answer *it*.
#
# **Terms:** *generator*, *discriminator*, *value function*, *optimal discriminator*, *Kullback-Leibler divergence*, *Jensen-Shannon
# divergence*, *latent variable*, *logit*, *saturating loss*, *non-saturating loss*, *Wasserstein distance*, *minimax*, *mixed strategy*, *best
# reply*, *mode collapse*.
#
# **To read:** I. Goodfellow et al., *Generative Adversarial Nets* (2014): section 4 for both derivations, the end of section 3 for the
# non-saturating loss. I. Goodfellow, *NIPS 2016 Tutorial: Generative Adversarial Networks* (2016): on max-min and mode collapse. M. Arjovsky
# and L. Bottou, *Towards Principled Methods for Training Generative Adversarial Networks* (2017): what both losses teach
# against the best discriminator. J. von Neumann, *Zur Theorie der Gesellschaftsspiele* (1928): the minimax theorem. J. L. Kelly, *A New
# Interpretation of Information Rate* (1956): why a gambler wants the mean of the logarithm. S. Kullback and R. A. Leibler, *On Information
# and Sufficiency* (1951), and J. Lin, *Divergence Measures Based on the Shannon Entropy* (1991): the two divergences.
#
# Next: **06 · Why GANs fail, and what mends them**.

# %%
checks.summary()
