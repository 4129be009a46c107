# %% [markdown]
# # 10 · Judging
#
# At the end of this lesson you have judged a generator: by numbers, each of which you wrote yourself and have seen fooled, and by a listening test that counts. Below are two players with
# the same four notes. One holds real notes of our data set, the other what a GAN made when it was asked for them. Which is which?

# %%
import math
import torch
from gan_course.datasets import note, notes
from gan_course.display import abx_test, column, configure, explore, forced_choice_test, listen, plot_bars, plot_lines, plot_planes, plot_spectrogram, quiz
from gan_course.evaluation import Mixture, blurred, noisy, ring
from gan_course.exercises import lesson
from gan_course.sound import Sound
from gan_course.zoo import load, load_ear, load_texture_ear, load_vocoder

configure(coding="mp3")  # small files; everything that is measured is measured on the samples themselves
torch.set_num_threads(1)  # a second thread gains little here, and loses much where the machine is busy
checks = lesson("10")
RATE, FOUR = 16_000, (("bowed", "C4"), ("bell", "G4"), ("reed", "E3"), ("organ", "C3"))
gan, vocoder = load("notes-full"), load_vocoder("vocoder-notes")

# %% tags=["demo"]
asked = {"instrument": [name for name, _ in FOUR], "pitch": [pitch for _, pitch in FOUR]}
played = torch.stack([note(name, pitch, seed=5).tensor() for name, pitch in FOUR])
drawn = gan.pictures(gan.z(2, 4), **asked)  # (4, 1, mel, frame)
both = [Sound(vocoder.decode(x).flatten(), RATE).at_level(-23) for x in (vocoder.encoding.encode(played), drawn)]
first = int(torch.randint(2, (1,), generator=torch.Generator().manual_seed(4)))
listen(both[first], both[1 - first], labels=["one", "the other"], picture="spectrogram",
       say="The same notes, made into sound by the same vocoder. Decide, and say how sure you are; the answer comes with the listening test.")

# %% [markdown]
# ## What you will be able to do
#
# - write the Fréchet distance, the kernel distance, precision, recall, density, coverage, band levels, modulation, a classifier's score, a test for copying and the AUC, each in a few lines;
# - say of each what it does not notice, and which other number does;
# - report a number so that it means something: with n, the embedding, and what real sounds get in its place;
# - compare generators, Griffin-Lim and a vocoder in one table;
# - find out whether a model has learnt its training sounds by heart;
# - make a blind listening test, and say what its result shows and what it does not.
#
# **Builds on:** lesson 04 (the ear), 05 (divergences), 06 (modes), 09 (the generator). **Time:** 55 minutes to read and listen, about 66 for the exercises; the cells take
# about a minute on 2 CPU cores, no graphics card needed.
#
# ## Two sets, and no pairs
#
# A vocoder is easy to judge: there is a sound that it should have made. A generator should make what *nobody has played*, so no sound is right and none is wrong. What can be right is the whole **set**: the sounds should
# be of the kind of the real ones, and as varied as these, and not the very ones that it was trained on.
#
# So we compare two sets of points. For a start, each clip is a point of two numbers, which one can see. The real clips come from a ring of eight heaps (lesson 06).
#
# > **Guess first:** six generators, below. Which of them would you call good? For each of the others, say in a word what is wrong.

# %% tags=["demo"]
def draw(mixture, seed, count=240):
    return mixture(count, torch.Generator().manual_seed(seed)).double()


eight, chance = ring(8, 1.0, 0.08), torch.Generator().manual_seed(0)
known, real2 = draw(eight, 1), draw(eight, 2)  # what the generators were trained on, and real clips that they never saw
toys = {"another draw": draw(eight, 3), "half of the heaps": draw(Mixture(eight.centres[:4], 0.08), 4), "too tidy": draw(ring(8, 1.0, 0.02), 5),
        "too wide": draw(ring(8, 1.0, 0.2), 6), "one Gaussian": torch.randn(240, 2, generator=chance).double() / 2**0.5,
        "copies": known[torch.randint(240, (240,), generator=chance)]}
plot_planes({name: {"real": real2, "generated": x} for name, x in toys.items()}, reach=1.7, x_label="first number", y_label="second number",
            alt="Six planes with the same ring of eight heaps of real points. Generated points lie on all heaps, on four of them, in their middles only, far around them, in one cloud over the whole ring, and exactly on the training points.")

# %% [markdown]
# ## Two sets as two clouds: the Fréchet distance
#
# The number that most papers print takes each set for a Gaussian. It fits a mean and a covariance to the real clips, $\mu$ and $\Sigma$, and to the generated ones, $\nu$ and $T$. The squared distance of the two Gaussians is then known in closed form (Dowson and Landau 1982):
#
# $$ \lVert \mu - \nu \rVert^2 \;+\; \operatorname{tr} \Sigma + \operatorname{tr} T - 2 \operatorname{tr} (\Sigma T)^{1/2} $$
#
# For images it is called FID (Heusel et al. 2017), for sound **Fréchet audio distance**, FAD (Kilgour et al. 2019). The root of a matrix is a matrix that gives it when multiplied with itself; its eigenvalues are the roots of the eigenvalues, and a trace is the sum of the eigenvalues. $\Sigma T$ is not symmetric. But it
# has the same eigenvalues as $\Sigma^{1/2}\, T\, \Sigma^{1/2}$, which is, so that `torch.linalg.eigvalsh` may be used. `covariance(x)` and `square_root(matrix)` are there for you.
#
# **Exercise 1** (10 minutes, 2 points). Both sets are `(clip, feature)`, with at least two features. Rounding can leave an eigenvalue slightly below 0; `.clamp(min=0)` puts it back.

# %%
from gan_course.evaluation import covariance, square_root


def frechet_distance(real, generated):
    """Of the Gaussians fitted to two sets of features (clip, feature)."""
    ### BEGIN SOLUTION
    mean = (real.mean(0) - generated.mean(0)).square().sum()
    one, other = covariance(real), covariance(generated)
    half = square_root(one)
    crossed = torch.linalg.eigvalsh(half @ other @ half).clamp(min=0).sqrt().sum()
    return float(mean + one.trace() + other.trace() - 2 * crossed)
    ### END SOLUTION

# %%
checks.frechet_distance(frechet_distance)

# %% tags=["demo"]
for name, x in toys.items():
    print(f"{name:18} {frechet_distance(real2, x):.3f}")

# %% [markdown]
# Half of the heaps: noticed. All the others are as near as another draw is, even *one Gaussian*, which has no heaps at all. It has the ring's mean and covariance, and the distance sees no more than these.
#
# ### How many clips?
#
# Two numbers a clip are few. From now on a clip is described by an **embedding**: 64 numbers that a network makes of it before it decides anything. We use two of the ears that come with the course. The *label ear* was trained to hear pitch and instrument (lesson 04). The *texture ear* was trained to hear how a note was made: its attack, its vibrato,
# the rasp of its bow. No model was trained with their help. But recipes were compared by both (lesson 09), so they may think a little too well of our own models. The clips are 2,220 real notes that no model here was trained on; *real* is what our data set holds, although a formula made it.

# %% tags=["demo"]
pool = notes(2220, seed=1_000_003)
order = torch.randperm(2220, generator=torch.Generator().manual_seed(0))
real, other, training = order[:444], order[444:888], order[888:1332]  # three parts, drawn at random
ears = {"label": load_ear("ear-notes-judge"), "texture": load_texture_ear()}
pictures, pitch = ears["texture"].pictures(pool), pool.labels["pitch"]  # (2220, 1, 64 mel, 64 frame)
Z = {name: ear.describe(pictures).double() for name, ear in ears.items()}
print({name: tuple(z.shape) for name, z in Z.items()})

# %% [markdown]
# > **Guess first:** we compare real notes with other real notes. The two sets have one distribution, so the distance should be 0. Is it, with 64 notes? With 1,024?

# %% tags=["demo"]
counts = torch.tensor([64, 96, 128, 192, 256, 384, 512, 768, 1024]).double()
half, z = order[:1110], Z["texture"][order[1110:]]
parts = [[z[torch.randperm(len(z), generator=chance)[:int(n)]] for _ in range(4)] for n in counts]
distances = torch.tensor([sum(frechet_distance(Z["texture"][half], x) for x in some) / 4 for some in parts]).double()
print("n       ", *(f"{int(n):6}" for n in counts))
print("distance", *(f"{d:6.1f}" for d in distances))

# %% [markdown]
# It is a matter of n. A covariance of 64 × 64 numbers that is fitted to a few clips is off by chance, and to be off is to be at a distance. This **bias** falls as $1/n$ (Chong and Forsyth 2020). So one can draw the distance over $1/n$, where it is nearly a straight line $a + b/n$, and read off $a$, where the line arrives for endlessly many clips. For sounds that is **FAD∞** (Gui et al. 2024).
#
# **Exercise 2** (6 minutes, 1 point). Return $a$ and $b$, as a tensor `(2,)`, of the line that is nearest, in the sum of squares. `torch.linalg.lstsq(A, y).solution` solves $A\,(a, b)^\top \approx y$; here $y$ is `(measurement, 1)`, and the solution `(2, 1)`.

# %%
def line_in_inverse(counts, distances):
    """a and b of a + b / n, for distances (measurement,) that were measured with counts n."""
    ### BEGIN SOLUTION
    line = torch.stack([torch.ones_like(counts), 1 / counts], 1)
    return torch.linalg.lstsq(line, distances[:, None]).solution[:, 0]
    ### END SOLUTION

# %%
checks.line_in_inverse(line_in_inverse)

# %% tags=["demo"]
a, b = (float(value) for value in line_in_inverse(counts, distances))
print(f"with 64 notes {distances[0]:.1f}, with 1,024 notes {distances[-1]:.1f}, for endlessly many {a:.1f}")
plot_lines([], {"a + b / n": ([0, 1 / 64], [a, a + b / 64])}, "1 / n", "Fréchet distance", points={"real against real": (1 / counts, distances)},
           title="Real notes against other real notes")

# %% [markdown]
# Two habits follow. *Never compare two Fréchet distances of different n.* And print the **floor** beside each: the same distance, by the same embedding, of as many real clips in the place of the generated ones. What is left at $a$ is the bias of the *real* set, which has an n of its own.
#
# ## How alike are they? The kernel distance
#
# The other common number fits nothing. It asks how similar two clips are, $k(x, y) = \exp(-\lVert x - y\rVert^2 / 2\sigma^2)$, 1 for equal ones and 0 for those far apart. If both sets come from one distribution, a real and a generated clip are as similar, in the mean, as two real ones, or two generated ones:
#
# $$ \operatorname{mean}_{i \ne j} k(x_i, x_j) + \operatorname{mean}_{i \ne j} k(y_i, y_j) - 2 \operatorname{mean}_{i, j} k(x_i, y_j) $$
#
# This is the squared **maximum mean discrepancy** (Gretton et al. 2012). With $\sigma$ the median distance of the real clips it is the **kernel audio distance**, KAD (Chung et al. 2025), which is printed times 100.
#
# **Exercise 3** (10 minutes, 2 points). Mind the $i \ne j$: within a set, no clip is compared with itself. `torch.cdist(a, b)` has all distances `(a, b)`.

# %%
def mean_discrepancy(real, generated, sigma):
    """The squared maximum mean discrepancy of two sets of features (clip, feature)."""
    ### BEGIN SOLUTION
    def similarity(a, b):
        return torch.exp(-torch.cdist(a, b).square() / (2 * sigma**2))

    n, m = len(real), len(generated)
    within_real = (similarity(real, real).sum() - n) / (n * (n - 1))
    within_generated = (similarity(generated, generated).sum() - m) / (m * (m - 1))
    return float(within_real + within_generated - 2 * similarity(real, generated).mean())
    ### END SOLUTION

# %%
checks.mean_discrepancy(mean_discrepancy)

# %% tags=["demo"]
from gan_course.evaluation import median_distance

sigma = {name: median_distance(z[real]) for name, z in Z.items()}
wide = median_distance(real2)
print(f"× 100               σ = {wide:.2f}   σ = 0.15")
for name, x in toys.items():
    print(f"{name:18} {100 * mean_discrepancy(real2, x, wide):9.2f} {100 * mean_discrepancy(real2, x, 0.15):10.2f}")
print("\nreal notes against real notes, n:", ", ".join(
    f"{int(n)}: {100 * mean_discrepancy(Z['texture'][half], some[0], sigma['texture']):.2f}" for n, some in zip(counts, parts)))

# %% [markdown]
# The last line is small for every n, and now below 0, now above: it has no bias, since no clip was compared with itself.
#
# In the table, look at $\sigma$. The median distance is as wide as the ring, and at such a distance only the rough shape counts: the first column sees no more than the Fréchet distance did. A $\sigma$ as small as a heap sees *one Gaussian* and *too wide*, and *too tidy* less clearly: 0.81, where other draws of the ring scatter around 0 by 0.2. *Copies*, at 0.67, get a little more than a draw, since some points are in them twice; apart from that they look like another draw to either. And no number of this kind says *what* is wrong.
#
# ## Good, or varied? Precision and recall
#
# A generator can fail in two ways: by sounds that no real one is like, and by kinds of real sound that it never makes. These are two questions, so let us have two numbers (Sajjadi et al. 2018). Around each clip of a set lies its **neighbourhood**: a ball that reaches to its $k$-th nearest
# neighbour in that set. A clip lies *among* a set if it is in the neighbourhood of any of its members (Kynkäänniemi et al. 2019). Then
#
# - **precision** is the share of generated clips that lie among the real ones: is it good?
# - **recall** is the share of real clips that lie among the generated ones: is it varied?
#
# **Exercise 4** (8 minutes, 2 points). Write the share of `clips` that lie among `others`; both numbers are this one. A clip just as far away as the radius is within. `nearest(x, among, k=1, itself=False)` is the distance `(x,)` from each x to its k-th nearest neighbour; with
# `itself=True` both sets are one, and no clip is its own neighbour.

# %%
from gan_course.evaluation import nearest


def share_among(clips, others, k=5):
    """The share of clips (clip, feature) that lie among others (other, feature)."""
    ### BEGIN SOLUTION
    radius = nearest(others, others, k, itself=True)
    return float((torch.cdist(clips, others) <= radius).any(1).double().mean())
    ### END SOLUTION

# %%
checks.share_among(share_among)

# %% [markdown]
# Both have a weakness: a single clip that lies far off has a wide neighbourhood, and whatever falls into it counts. **Coverage** turns the question round (Naeem et al. 2020). It takes the neighbourhoods of the *real* clips alone, and asks in how many of them there is a generated clip.
#
# **Exercise 5** (5 minutes, 1 point). Write it.

# %%
def coverage(real, generated, k=5):
    """The share of real clips with a generated one no further away than their k-th nearest real neighbour."""
    ### BEGIN SOLUTION
    radius = nearest(real, real, k, itself=True)
    return float((nearest(real, generated) <= radius).double().mean())
    ### END SOLUTION

# %%
checks.coverage(coverage)

# %% [markdown]
# **Density**, the fourth, counts in how many real neighbourhoods a generated clip lies, over $k$. Above 1 means: more in the middle of the crowd than real clips are, as a generator that plays safe.

# %% tags=["demo"]
from gan_course.evaluation import neighbourhoods


def density(real, generated, k=5):
    """In how many neighbourhoods of real clips a generated one lies, over k."""
    return float((torch.cdist(generated, real) <= nearest(real, real, k, itself=True)).double().sum(1).mean() / k)


print("                    precision  recall  coverage   density")
for name, x in toys.items():
    mine = share_among(x, real2), share_among(real2, x), coverage(real2, x), density(real2, x)
    print(f"{name:18} {mine[0]:10.2f}{mine[1]:8.2f}{mine[2]:10.2f}{mine[3]:10.2f}")
print("the library of the last:", {name: round(value, 2) for name, value in neighbourhoods(real2, x).items()})

# %% [markdown]
# *Half of the heaps* has a precision near 1, and half the recall and half the coverage. *Too tidy* has all the precision there is and little recall: what is drawn into the middle of each heap leaves its rim out. *Too wide* is the other way round.
# And *one Gaussian*? Most of it lies between the heaps. Yet its recall is 1.00: clips that are strewn thinly have wide neighbourhoods, and these hold every real clip. Coverage, 0.38, is not deceived. *Copies* pass again.
#
# ## What an ear says: a score
#
# The first number that became a habit for GANs needs no real clips (Salimans et al. 2016; named *Inception score* after its classifier). An ear says $p(\text{class} \mid \text{clip})$. If each clip is surely of *one* class, and all classes come *equally often*, then $p$ of a clip differs much from the mean $\bar p$ over the clips:
#
# $$ \exp\; \operatorname{mean}_{\text{clips}} \mathrm{KL}(p \,\Vert\, \bar p), \qquad \mathrm{KL}(p \,\Vert\, \bar p) = \textstyle\sum_{\text{classes}} p \log \frac{p}{\bar p} $$
#
# It lies between 1 and the number of classes.
#
# **Exercise 6** (8 minutes, 1 point). `p` is `(clip, class)`. Where it is 0, clamp it to 1e-12 first, so that its logarithm is a number.

# %%
def score(p):
    """exp of the mean divergence of p (clip, class) from its mean over the clips."""
    ### BEGIN SOLUTION
    p = p.double().clamp(min=1e-12)
    return float((p * (p.log() - p.mean(0).log())).sum(1).mean().exp())
    ### END SOLUTION

# %%
checks.score(score)

# %% tags=["demo"]
heard = ears["label"].classifier.logits(Z["label"].float())["pitch"].softmax(1)  # (2220, 37 pitches)
rest = order[1332:]
one_each = torch.stack([rest[pitch[rest] == p][0] for p in range(37)])  # one note of each pitch
print(f"real notes {score(heard[other]):.1f} of 37;  the lower half of the pitches {score(heard[pitch < 18]):.1f};"
      f"  one note of each pitch, again and again {score(heard[one_each]):.1f}")

# %% [markdown]
# A generator with 37 notes in all gets the best score there is. The score hears what the labels say, and nothing else.
#
# ## By heart
#
# No number so far minds a generator that plays its training notes. For that one needs two sets of real clips: those that it was trained on, and as many that were **held out**. A generator that learnt the *kind* of sound lies as near to the ones as to the others.
#
# **Exercise 7** (5 minutes, 1 point). Return the share of generated clips whose nearest training clip is nearer than their nearest held-out clip. Equally near counts half. `nearest` helps again.

# %%
def nearer_share(generated, training, held_out):
    """0.5: nothing is learnt by heart. 1: everything. As many training as held-out clips (clip, feature)."""
    ### BEGIN SOLUTION
    to_training, to_held_out = nearest(generated, training), nearest(generated, held_out)
    nearer = (to_training < to_held_out).double() + 0.5 * (to_training == to_held_out).double()
    return float(nearer.mean())
    ### END SOLUTION

# %%
checks.nearer_share(nearer_share)

# %% tags=["demo"]
for name, x in toys.items():
    print(f"{name:18} nearer to what it was trained on: {nearer_share(x, known, real2):.2f} ± {2 * (0.25 / len(x)) ** 0.5:.2f}")

# %% [markdown]
# The ± is that of the generated clips alone. The real ones are a matter of luck as well: between the heaps, where most of *one Gaussian* lies, it hangs on the few real clips that lie there. Believe a share near 1, and not one of 0.4 or 0.6.
#
# ## Fooled on purpose
#
# Now all of them at once, on notes. Each "generator" here is real notes to which we have done one thing, so we know what is wrong, and see who notices:
#
# - the training notes themselves; only the lower half of the pitches; 37 notes, one of each pitch, twelve times over;
# - a *blur*: each value of the picture becomes the mean of the 3 × 3 around it; *grain*: each is put off by 2 dB or so, at random;
# - nothing wrong, but only 64 notes.
#
# > **Guess first:** for each of the six, which number will notice? Is there one that no number notices?

# %% tags=["demo"]
def judged(y, z, pitch):
    """Every number, of features by the label ear and by the texture ear, and the pitches that were asked for."""
    p, R = ears["label"].classifier.logits(y.float())["pitch"].softmax(1), Z["texture"][real]
    return {"right": float((p.argmax(1) == pitch).double().mean()), "score": score(p),
            "FAD lab.": frechet_distance(Z["label"][real], y), "KAD lab.": 100 * mean_discrepancy(Z["label"][real], y, sigma["label"]),
            "FAD tex.": frechet_distance(R, z), "KAD tex.": 100 * mean_discrepancy(R, z, sigma["texture"]),
            "precision": share_among(z, R), "recall": share_among(R, z), "coverage": coverage(R, z),
            "nearer": nearer_share(z, Z["texture"][training], R)}

# %% [markdown]
# First the floor: what eight draws of other real notes get. Their spread says how far a number goes by chance.

# %% tags=["demo"]
fair = torch.cat([other, rest])  # neither real nor training
chosen = [fair[torch.randperm(len(fair), generator=chance)[:444]] for _ in range(8)]
floor = [judged(Z["label"][i], Z["texture"][i], pitch[i]) for i in chosen]
values = {metric: torch.tensor([row[metric] for row in floor]) for metric in floor[0]}

# %% tags=["demo"]
low = fair[pitch[fair] < 18][:444]
sets = {"other real notes": (pictures[other], other), "copies of training notes": (pictures[training], training),
        "lower half of pitches": (pictures[low], low), "37 notes, 12 times": (pictures[one_each], one_each),
        "blurred, 3 × 3": (blurred(pictures[other]), other), "grain, σ = 0.05": (noisy(pictures[other], 0.05), other),
        "only 64 real notes": (pictures[other[:64]], other[:64])}
sets["37 notes, 12 times"] = tuple(x.repeat(12, *[1] * (x.ndim - 1)) for x in sets["37 notes, 12 times"])

# %% tags=["demo"]
print(" " * 25, *(f"{metric:>9} " for metric in values))
print(f"{'floor, mean of eight':25}", *(f"{v.mean():9.2f} " for v in values.values()))
for name, (x, index) in sets.items():
    row = judged(ears["label"].describe(x).double(), ears["texture"].describe(x).double(), pitch[index])
    far = {metric: abs(row[metric] - v.mean()) > 4 * v.std() + 0.005 for metric, v in values.items()}
    print(f"{name:25}", *(f"{value:9.2f}{'*' if far[metric] else ' '}" for metric, value in row.items()))

# %% [markdown]
# *lab.* is by the label ear, *tex.* and all from *precision* on by the texture ear. A star: further from the floor's mean than four times its spread (and 0.005). Read it line by line:
#
# - **Copies** pass everything but *nearer*. A perfect FAD may be a tape recorder. (By the label ear theirs, 24.9, is even less than the floor, and has no star: that number scatters widely among real notes.)
# - **The lower half** is as good as real, note for note: *precision* stays. *Score*, *recall* and *coverage* say that something is missing. The distances have grown, and do not say why.
# - **37 notes** have the best *score* of all, and every note is right. *Coverage* sees that they are few. *Recall* is 0: of twelve equal notes each has a neighbourhood of no size. (The star at *nearer* is the luck of so few.)
# - **The blur** is heard by all but *nearer*. Yet three of four pitches are still right: who reports nothing else, hides it.
# - **The grain** fools the label ear altogether: every note right, the full score, FAD and KAD at the floor. It was trained not to mind noise, and it **saturates**: it is sure of everything. The texture ear hears it.
# - **Only 64 notes** are real, and FAD is more than three times the floor by either ear. KAD is not fooled: it is near 0 by either ear, a little *below* in the scatter of so few. (The star at *precision* is such scatter, too: 5 of 64 notes.) Coverage is fooled: a clip lies in some five neighbourhoods, so 64 clips would reach some 320 of 444 if none of these overlapped, and they do. The *score* is, too: in 64 notes not all pitches come equally often.
#
# So no number judges alone, and *the embedding matters more than the formula*. Move the damage, look, listen, and see which ear notices first:

# %% tags=["demo"]
few = other[:111]


def damaged(grain, blur):
    x = noisy(blurred(pictures[few], blur), grain)
    y, z = (ear.describe(x).double() for ear in ears.values())
    right = (ears["label"].classifier.logits(y.float())["pitch"].argmax(1) == pitch[few]).double().mean()
    kad = {name: 100 * mean_discrepancy(Z[name][real], f, sigma[name]) for name, f in (("label", y), ("texture", z))}
    say = f"{len(few)} such notes: {right:.0%} of the pitches right; KAD {kad['label']:.2f} by the label ear, {kad['texture']:.2f} by the texture ear."
    sound = Sound(ears["texture"].encoding.decode(x[3:4])[0], RATE).at_level(-23)
    return column(plot_spectrogram({"as it was": 45 * pictures[few[3], 0] - 35, "damaged": 45 * x[3, 0] - 35},
                                   frequencies=ears["texture"].encoding.frequencies(),
                                   alt=f"A real note's spectrogram as it was, and with grain of {grain:.2f} and a blur over {blur} × {blur}"),
                  listen(sound, labels=[f"grain {grain:.2f}, blur {blur}"], picture=None, say=say))


explore(damaged, grain=(0.0, 0.2, 0.01, 0.05), blur=[1, 3, 5])

# %% [markdown]
# ### Two numbers without an ear
#
# What if no ear was trained for your sounds? Two properties can be measured as they are. **Band levels**: how loud is each mel band of a clip, over all of its time? **Modulation**: how deep does each band waver, and how often in a second? That is the spectrum of the band's level along time, its **modulation spectrum**. Each clip gives one level a band, and one depth a band and frequency; each of these has a
# distribution over the clips. How far are two such distributions apart? Sort both, and take the mean difference of what stands at the same place: of the smallest, of those at one tenth, of the middle ones, and so on (the 1-Wasserstein distance). It is in dB, and 0 is best.

# %% tags=["demo"]
def levels(x):
    """How loud each band of a picture is: the mean of its power along time, in dB (clip, band)."""
    return 10 * (10 ** (4.5 * x[:, 0].double() - 3.5)).mean(-1).log10()  # 45 x - 35 is in dB


def wavering(x):
    """How deep each band wavers, 2 to 30 times a second, in dB (clip, band, frequency); 0 dB: between nothing and twice its mean."""
    level = 10 ** (2.25 * x[:, 0].double() - 1.75)
    swing = torch.hann_window(level.shape[-1]) * (level / level.mean(-1, keepdim=True) - 1)
    return 20 * (4 * torch.fft.rfft(swing)[..., 2:-1].abs() / level.shape[-1]).log10().clamp(min=-2)


def apart(one, other):
    """The mean difference of the quantiles of two sets (clip, …)."""
    at = torch.linspace(0.01, 0.99, 50).double()
    return float((one.quantile(at, 0) - other.quantile(at, 0)).abs().mean())


# %% tags=["demo"]
from gan_course.evaluation import band_distance, band_levels, modulation_spectra

softer = ears["texture"].encoding.softer(pictures[other], torch.full((444,), 3.0))
for name, x in {**{name: x for name, (x, _) in sets.items()}, "3 dB softer": softer}.items():
    print(f"{name:25} band levels {apart(levels(pictures[real]), levels(x)):5.2f} dB, modulation {apart(wavering(pictures[real]), wavering(x)):5.2f} dB")
bands, depths = ([f(pool.audio[i], RATE) for i in (real, other)] for f in (band_levels, lambda *x: modulation_spectra(*x)[0].flatten(1)))
print(f"the library, of other real notes, from sounds: {band_distance(*bands):.2f} dB and {band_distance(*depths):.2f} dB")

# %% [markdown]
# (The library looks closer: at 32 bands of the sound itself, every 8 ms, and at 1.5 to 35 Hz.) *Softer by 3 dB* moves the levels by nearly as much, and modulation hardly: it is measured against the band's own mean, and only what falls below the floor of the picture is lost. *The grain*, to which the label ear was deaf, is the worst by modulation: a band that is put off at random in each frame flutters. *The blur* smooths the wavering away. Fewer pitches have other levels. *Copies* pass, as
# they pass everything but *nearer*. And both numbers fall with n, as the Fréchet distance does: 64 notes with nothing wrong are further off by modulation than 37 notes, twelve times over. Compare at one n, with the floor beside it. With these two, and with the judge that comes next, recipes were compared for `orchestra-full` (lesson 09).

# %% [markdown]
# ## Can a judge tell them apart?
#
# A discriminator does for its generator what we want for ourselves. So train a new one, of fixed size and with a fixed number of steps, on half of the real and half of the generated clips, and try it on the other halves: a **two-sample test** (Lopez-Paz and Oquab 2017). It gives each clip a score. How far do the scores of real clips lie above those of generated ones? The **AUC** says
# how often a real clip scores higher than a generated one, of all pairs: 0.5 if the judge can only guess, 1 if it is never wrong. It needs no threshold.
#
# **Exercise 8** (6 minutes, 1 point). Of all pairs of a positive and a negative score, the share in which the positive one is higher; equal ones count half.

# %%
def area_under_curve(positive, negative):
    """The AUC of two sets of scores (clip,) float64."""
    ### BEGIN SOLUTION
    ranked = negative.sort().values
    below = torch.searchsorted(ranked, positive)
    up_to = torch.searchsorted(ranked, positive, right=True)
    return float((below + up_to).double().mean() / (2 * len(negative)))
    ### END SOLUTION

# %%
checks.area_under_curve(area_under_curve)

# %% tags=["demo"]
def detail(x):
    """A judge of one number: how far (dB) a picture is from its own 3 × 3 mean."""
    return 45 * (x - blurred(x)).abs().mean((1, 2, 3)).double()


for name in ("other real notes", "blurred, 3 × 3", "grain, σ = 0.05"):
    print(f"{name:18} AUC by the finest detail {area_under_curve(detail(pictures[real]), detail(sets[name][0])):.2f}")

# %% [markdown]
# This one number tells blurred pictures from real ones nearly always, and grainy ones hardly. An AUC of 0.38 is as far from guessing as one of 0.62: real pictures have *less* detail than grainy ones a little more often than not. A judge that learns would turn its score round.
#
# The course's two-sample judge is a small convolutional network that is shown each picture and its finest detail. In a report it gets 400 steps; here, to save time, 100:

# %% tags=["demo"]
from gan_course.evaluation import tell_apart

for name in ("copies of training notes", "grain, σ = 0.05"):
    found = tell_apart(pictures[real], sets[name][0], steps=100)
    print(f"{name:25} AUC {found['auc']:.2f} ± {2 * found['error']:.2f}")

# %% [markdown]
# The ± is twice the standard error of a judge that guesses: within 0.5 ± 0.05 it has shown nothing. What the label ear does not hear at all, it tells with hardly a mistake; and it finds nothing wrong with copies. This number is hard on generators: whatever is systematically different, however little a listener minds it, tells them apart.
#
# ## Models in one table
#
# Now for a real generator. To be fair to it, the table also has what real notes become when they are made into a picture and back, by Griffin-Lim and by the vocoder: no model that draws pictures can be expected to beat that. (`notes-lite` draws 64 bands, which the vocoder does not know: compare it with *Griffin-Lim, 64 bands*; both take 32 rounds.) Each model is asked for the labels of 111 real notes. A run of yours that
# makes such notes of one second, by `lite` or `notes`, goes into the list too. What makes other sounds is judged by `gan-course evaluate`.

# %% tags=["demo"]
MODELS = ["notes-full", "notes-lite"]  # names, or folders of your own runs


def made_by(name, seed=0):
    """Notes with the labels of as many real ones, decoded by the vocoder if it knows the pictures."""
    model = load(name)
    if model.recipe.data != "notes" or model.about["samples"] != pool.audio.shape[1]:
        raise ValueError(f"{name} makes other sounds than notes of one second: gan-course evaluate {name} judges it")
    wanted = {kind: [pool.classes[kind][i] for i in pool.labels[kind][few].tolist()] for kind in model.classes}
    decoder = vocoder if vocoder.encoding == model.encoding else model.encoding
    return decoder.decode(model.pictures(model.z(seed, len(few)), **wanted))


lite = load("notes-lite").encoding
sounds = {"real notes": pool.audio[few], "Griffin-Lim, 16 rounds": gan.encoding.decode(gan.encoding.encode(pool.audio[few]), 16),
          "through the vocoder": vocoder.decode(gan.encoding.encode(pool.audio[few])), "Griffin-Lim, 64 bands": lite.decode(lite.encode(pool.audio[few])),
          **{name: made_by(name) for name in MODELS}}

# %% tags=["demo"]
from gan_course.evaluation import pitch_accuracy

features = {name: ears["texture"].features(x).double() for name, x in sounds.items()}
R, learnt = Z["texture"][real], ears["texture"].features(notes(444, seed=0)).double()
print(" " * 22, *(f"{word:>10}" for word in ("in tune", "cents", "FAD tex.", "KAD tex.", "precision", "recall", "coverage", "nearer")))
for name, z in features.items():
    tune = pitch_accuracy(sounds[name], RATE, pool.parameters["frequency"][few])
    row = [tune["share"], tune["median_cents"], frechet_distance(R, z), 100 * mean_discrepancy(R, z, sigma["texture"]),
           share_among(z, R), share_among(R, z), coverage(R, z), nearer_share(z, learnt, R)]
    print(f"{name:22}", *(f"{value:10.2f}" for value in row))

# %% [markdown]
# *In tune* and *cents* come from a tracker by autocorrelation, which knows nothing of any model (lesson 04): the share of notes within 50 cents of the note that was asked for, and the median error. *Nearer* compares with 444 of the notes that `notes-full` was trained on.
#
# - **The way through a picture and back** costs next to nothing, with 64 bands a little.
# - **`notes-full`** plays every note in tune, and nearly all of its notes lie within the crowd of real ones, by the texture ear. What it lacks is *recall*: more than a quarter of the real notes lie where it draws none. And that is too kind. Recall depends on n as well, since few generated notes have wide neighbourhoods: with 444 of them it is 0.39 (the model's card). Good notes, of too few kinds. That its *coverage* is above that of as many real notes is no praise either: it draws where the crowd is dense (see its *density* below), and there each of so few notes covers more of the real ones. (With 444 notes it is below: 0.94 against 0.98.)
# - **`notes-lite`**, two and a half minutes of two cores, misses three notes in a hundred. Its recall is no smaller, but the texture ear takes a quarter of its notes for something else, and they cover less than half of the real ones, where as many real notes cover six tenths.
# - **The distances** disagree about the two: by KAD `notes-lite` is nearer, by FAD `notes-full`. But the interval of a KAD of 111 notes, below, holds both; with 444, `notes-full` is nearer by either.
# - ***Nearer*** can show nothing here, whatever it says: we look at 444 of 16,384 training notes, and of a model that only copied, one note in 37 would have its original among them. `gan-course evaluate` compares with all of them: how much nearer is a note to its nearest training note than to its nearest unseen one, and how often is that more for a generated note than for a new real one? In 0.52 of all pairs by the texture ear and 0.53 by the label ear: a copyist would get 1 (Meehan, Chaudhuri and Dasgupta 2020 compare distances so).
#
# **Control, quality, variety, copying: four questions, four answers.**
#
# The library asks them all at once, and adds two things that a number needs: the floor, *real*, and an interval, *95%*.

# %% tags=["demo"]
from gan_course.evaluation import judge_features

print(judge_features(R, features[MODELS[0]], features["real notes"], training=learnt, embedding="texture ear"))

# %% [markdown]
# (That real notes get a FAD∞ of −1, and how wide its interval is, shows how few 111 clips are for it.)
#
# `gan-course evaluate notes-full` makes a whole page of it, with both ears, the two-sample judge, pictures and sounds; it takes some minutes. With
# recordings there is one thing more to ask. What was held out of the orchestra is whole notes, such as all takes of a flute's B4, so their labels came together in no training sound. Its report measures control twice, and the card of `orchestra-full` shows both: with labels that it has met together
# .98 of its notes are heard as the right instrument, with new ones .95 (of recordings, brought back from pictures as its notes are, .97 and .98). (Lesson 09 has .97 and .94: there all labels of the data were asked for, here those of 277 recordings.) Which of the two do you want to know? That depends on what you will ask it for.
#
# ## One that learnt by heart
#
# `memoriser` was trained on 64 notes, for 3,000 steps of 16: it has seen each of them 750 times. `gan-course train memoriser --folder runs/memoriser --measure-every 0` trains it again, in ten minutes or so. We ask it for the pitches of these notes, and compare with the 64 and with 64 others of the same pitches and instruments.

# %% tags=["demo"]
from gan_course.zoo.failures import memoriser

parrot, learnt64 = memoriser(), notes(64, seed=0)
names = [learnt64.classes["pitch"][i] for i in learnt64.labels["pitch"].tolist()]
made = parrot.pictures(parrot.z(1, 256), pitch=names * 4)
wanted = [(pitch[fair] == p) & (pool.labels["instrument"][fair] == i) for p, i in zip(learnt64.labels["pitch"], learnt64.labels["instrument"])]
seen, unseen = ears["texture"].pictures(learnt64), pictures[torch.stack([fair[same][0] for same in wanted])]
kinds = {"the pictures themselves": lambda x: x.flatten(1), "label ear": ears["label"].describe, "texture ear": ears["texture"].describe}
for name, describe in kinds.items():
    print(f"by {name:24} {nearer_share(*(describe(x).double() for x in (made, seen, unseen))):.2f} of its notes are nearer to one that it learnt")

# %% tags=["demo"]
flat = [x.flatten(1) for x in (made, seen, unseen)]
near, far = (torch.cdist(flat[0], x).min(1) for x in flat[1:])
which = int((far.values / near.values).argsort(descending=True)[10])  # a clear case, and not the clearest
three = {"generated": made[which], "nearest that it learnt": seen[near.indices[which]], "nearest of the others": unseen[far.indices[which]]}
column(plot_spectrogram({name: 45 * x[0] - 35 for name, x in three.items()}, frequencies=parrot.encoding.frequencies(),
                        alt="Three spectrograms: a generated note, the nearest note that the model learnt, which agrees with it partial by partial, and the nearest of 64 other notes, whose partials end at other times."),
       listen(*(Sound(parrot.encoding.decode(x[None])[0], RATE).at_level(-23) for x in three.values()), labels=list(three), picture=None,
              say="The first two are nearly one note: the same partials, which end at the same times. The third is the same pitch on the same instrument, and another note: its upper partials end sooner."))

# %% tags=["demo"]
z64 = ears["texture"].describe(made).double()
print(f"memoriser:   precision {share_among(z64, R):.2f}, recall {share_among(R, z64):.2f}, coverage {coverage(R, z64):.2f}")
z64 = ears["texture"].describe(seen).double()
print(f"its 64 notes: precision {share_among(z64, R):.2f}, recall {share_among(R, z64):.2f}, coverage {coverage(R, z64):.2f}")

# %% [markdown]
# Recall and coverage notice as well, each for a reason of its own. Recall falls since the notes are badly drawn: the 64 notes themselves have 0.99. Coverage falls since they are few: these have no more than 0.45.
#
# What does it show, and what not? This is 64 notes, a network that is large for them, and a weak penalty. With 16,384 notes this kind of training leaves no such trace, as the cards say. But nearest neighbours find only copies that are copies *to the embedding*: a note that is played later, or softer, may be one and pass. And one has to compare with *all* training notes.
#
# ## Listening, so that it counts
#
# A metric is right where listeners agree with it. So ask them, **blind**: nobody may know which sound is which.
#
# - *Is anything heard of what was done to a sound?* In an **ABX** test you hear A and B, one note before and after, say, a vocoder, and X, which is one of the two. Which?
# - *Is a generated sound heard to be one?* Here ABX would be no test. A and B are two notes, and any two notes differ, two real ones too; listeners would recognise X as the one note or the other, whoever made it. So one asks right out: A or B, which was generated? That is **forced choice** between two.
#
# In either, who hears no difference guesses, and is right in half of the trials. So how many right answers are too many for a guesser?
#
# If each answer is right with probability $s$, and the answers are independent, $k$ of $n$ are right with probability $\binom{n}{k} s^k (1 - s)^{n - k}$.
#
# **Exercise 9** (8 minutes, 2 points). Return the probability of *at least* `right` right answers. `math.comb(n, k)` is $\binom{n}{k}$.

# %%
def at_least(right, n, share=0.5):
    """How probable `right` or more right answers of n are for a listener who is right with probability `share`."""
    ### BEGIN SOLUTION
    return sum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(right, n + 1))
    ### END SOLUTION

# %%
checks.at_least(at_least)

# %% [markdown]
# With $s = 0.5$ this is the **p-value** of the test: how often one who guesses does so well or better. Usually less than 0.05 is asked for. With a larger $s$ it is the **power**: how often the test finds out a listener who *does* hear something.
#
# > **Guess first:** you hear the difference in half of the trials, and guess in the other half, so $s = 0.75$. Are 8 trials enough to show it?

# %% tags=["demo"]
from gan_course.evaluation import abx_result, fewest_right

n = [5, 8, 12, 16, 24, 32, 48]
power = {f"right in {s:.0%}": [at_least(fewest_right(count), count, s) for count in n] for s in (0.6, 0.75, 0.9)}
for place, count in enumerate(n):
    print(f"{count:2} trials: {fewest_right(count):2} right are needed (p = {at_least(fewest_right(count), count):.3f}); found out with probability",
          ", ".join(f"{values[place]:.2f} if {name}" for name, values in power.items()))
plot_lines(n, power, "trials", "probability of p < 0.05", title="The power of such a test", height=230)

# %% [markdown]
# No: with 8, such a listener is found out in 37% of tests, with 16 in 63%, and of the numbers above only 32 and 48 do it in more than four of five. We take 16, which find out one who is right in 90% nearly always (0.98).
#
# Now you. Sixteen trials, about five minutes; run the cell, and listen as often as you like. Both kinds of note come through the same vocoder, so that what you judge is the generator; the two of a trial were asked for by the same labels; no pair comes twice, since who hears one again only repeats the guess; and all have one level, since the louder of two is taken for the better. Your answers go to `listening.csv`, and at the end you see your result.

# %% tags=["demo"]
by = {name: [Sound(x, RATE) for x in sounds[name][:16]] for name in ("real notes", "through the vocoder", MODELS[0])}
forced_choice_test({"real": by["through the vocoder"], "generated": by[MODELS[0]]}, asked="generated", seed=1, name=f"which is by {MODELS[0]}")

# %% [markdown]
# And the vocoder, which both came through: is *it* heard? For that, ABX:

# %% tags=["demo"]
abx_test({"as it was": by["real notes"], "through the vocoder": by["through the vocoder"]}, seed=1)

# %% [markdown]
# A result is a share with an interval. Say, 12 of 16 are right:

# %% tags=["demo"]
for right, of in ((12, 16), (9, 16), (5, 8), (60, 96)):
    print(abx_result(right, of))

# %% [markdown]
# The interval is for both sides and p for one, so that the first interval can reach below 50% and p still be below 0.05. Read the third line twice. *Not shown* is not *shown not to be*: with 5 of 8, the truth may be anything from a quarter to nine in ten. To show that two sounds are alike, one needs many trials and an interval that ends close to 50%.
#
# *How good*, and not only *whether different*, is asked by a **mean opinion score**, MOS: many listeners rate many sounds from 1, bad, to 5, excellent, the real ones hidden among them. `mos_test(by)`, from `gan_course.display`, is such a test. Its result has an interval, too:

# %% tags=["demo"]
from gan_course.evaluation import mos_result

invented = {"real": [5, 4, 5, 4, 4, 5, 3, 5, 4, 5], "generated": [3, 4, 2, 3, 4, 3, 2, 4, 3, 3]}  # ratings of nobody
for name, ratings in invented.items():
    print(f"{name:10} {mos_result(ratings)}")

# %% [markdown]
# Ratings depend on who listens and on what else is in the test, so a MOS of one paper is not to be compared with that of another. And the two players at the top?

# %% tags=["demo"]
print(f"'one' is {('real', 'generated')[first]}, 'the other' is {('generated', 'real')[first]}; a guess is right half of the time")

# %% [markdown]
# > **In doubt?** Put the two models against each other: of a note by `notes-full` and one by `notes-lite`, which is that of the smaller model? The vocoder does not know the 64 bands of `notes-lite`, so let both come through Griffin-Lim: write `decoder = model.encoding` in `made_by`.
#
# ## What can go wrong
#
# Four sounds that a number praised in this lesson: the grain by the label ear, the blur by most of its pitches, a copy by everything but *nearer*, and two notes of a generator whose variety is 37 notes, by the score.

# %% tags=["demo"]
encoding = ears["texture"].encoding


def sound(x):
    return Sound(encoding.decode(x).flatten(), RATE).at_level(-23)


failures = {"a real note": sound(pictures[few[3:4]]), "grain, σ = 0.05": sound(noisy(pictures[few[3:4]], 0.05)), "blurred, 3 × 3": sound(blurred(pictures[few[3:4]])),
            "a copy": sound(pictures[training[:1]]), "always the same": sound(pictures[one_each[20]][None].repeat(2, 1, 1, 1))}
listen(*failures.values(), labels=list(failures), picture="spectrogram",
       say="A note that rustles; a note without an edge, whose partials have run into each other; a note that somebody else has played; and one that comes twice, to the last detail.")

# %% [markdown]
# How to recognise what goes wrong *in judging*:
#
# - *A FAD without n, embedding and floor* says nothing. With another n, resampling or ear it is another number.
# - *Everything is perfect:* the metric saturates. Damage real sounds a little; a metric that does not notice that is no help.
# - *FAD∞ below 0*, or jumping with the seed: too few clips for the line. Use KAD, or more clips.
# - *The ear that chose the model also judges it.* Choose by one, judge by another, trained from another seed.
# - *The held-out set holds copies of the training set* (lesson 04): then nobody seems to copy.
# - *The generator is asked for other labels than the real clips have:* every distance then measures the labels.
# - *An AUC well below 0.5, by a judge that was trained:* the two sets were not drawn independently, such as two halves of one balanced set. (One by a fixed number, as above, may just be the wrong way round.)
# - *The best of ten runs, and its own metric as evidence:* ten draws of the same lottery. Several seeds, and all of them reported.
# - *Listeners who know what they hear,* or sounds of unequal level.
#
# ## Check yourself

# %%
quiz([
    {
        "question": "Model A has a FAD of 8 with 2,000 clips, model B one of 15 with 200 clips. Which is better?",
        "answers": [
            {"answer": "One cannot say: the numbers of clips differ", "correct": True, "feedback": "Yes. With a tenth of the clips the bias is ten times as large. Judge both with 200, or compare FAD∞."},
            {"answer": "A, its distance is smaller", "correct": False, "feedback": "A few clips are at a distance even from their own distribution."},
            {"answer": "B, it needed fewer clips", "correct": False, "feedback": "How many clips one judges by says nothing of the model."},
        ],
    },
    {
        "question": "A generator has precision 0.98 and recall 0.5. What do you expect to hear?",
        "answers": [
            {"answer": "Good sounds, but half of the kinds are missing", "correct": True, "feedback": "Yes: what it makes lies among the real ones, and half of the real ones have nothing near them."},
            {"answer": "Every other sound is bad", "correct": False, "feedback": "That would be a precision of 0.5."},
            {"answer": "Copies of the training set", "correct": False, "feedback": "These would have a high recall as well. Neither number minds copies."},
        ],
    },
    {
        "question": "The ear hears the right pitch and instrument in every generated note. Why is that no proof of quality?",
        "answers": [
            {"answer": "It was trained to hear the labels through noise, and hears little else", "correct": True, "feedback": "Yes, it saturates: with the grain it was right in every note, too."},
            {"answer": "The ear is often wrong", "correct": False, "feedback": "It is hardly ever wrong about labels. That is not the question here."},
            {"answer": "Because the tracker says something else", "correct": False, "feedback": "Both are about pitch, and pitch is not quality."},
        ],
    },
    {
        "question": "A kernel distance comes out at −0.04 (× 100). What does that mean?",
        "answers": [
            {"answer": "Nothing but 'near 0': an unbiased estimate scatters around it, and often falls below", "correct": True, "feedback": "Yes. Look at how far real sets scatter around 0."},
            {"answer": "A mistake: a squared distance is never negative", "correct": False, "feedback": "The true one is not. Its unbiased estimate may be."},
            {"answer": "The generated clips are better than real ones", "correct": False, "feedback": "They are as near as real ones are, within chance."},
        ],
    },
    {
        "question": "In an ABX test 9 of 16 answers are right. What may you write?",
        "answers": [
            {"answer": "This test did not show a difference: 56% right, with an interval from 30% to 80%", "correct": True, "feedback": "Yes: and so small a test misses a listener who is right in 60% five times out of six."},
            {"answer": "Listeners cannot tell them apart", "correct": False, "feedback": "For that the interval would have to end close to 50%."},
            {"answer": "Listeners can tell them apart in 56% of the trials", "correct": False, "feedback": "One who guesses gets 9 or more of 16 in four of ten tests."},
        ],
    },
])

# %% [markdown]
# ## Summary
#
# A generator is judged by sets. The Fréchet distance compares means and covariances, and is biased by n; FAD∞ is where its line in $1/n$ arrives. The kernel distance has no bias. Both say *how far*, and neither says *why*. Precision asks for quality, recall and coverage ask for variety, the share of nearer clips asks for copies, an ear's accuracy asks for control, and its score for control and
# variety of labels. A two-sample judge hears whatever it can learn to hear. Each can be fooled, so they are reported together, with n, the embedding, the floor and an interval. The embedding matters more than the formula. And a listening test is blind, at one level, and large enough for what it claims.
#
# **Terms:** *embedding*, *Fréchet audio distance (FAD)*, *bias*, *FAD∞*, *floor*, *maximum mean discrepancy*, *kernel audio distance (KAD)*, *neighbourhood*, *precision*, *recall*, *density*, *coverage*, *band levels*, *modulation spectrum*, *Inception score*, *held-out set*, *memorisation*, *saturation*, *two-sample test*, *AUC*, *ABX test*, *forced choice*, *p-value*, *power*, *confidence interval*, *mean opinion score (MOS)*.
#
# **To read:** T. Salimans et al., *Improved Techniques for Training GANs* (2016): the score. D. C. Dowson and B. V. Landau, *The Fréchet Distance between Multivariate Normal Distributions* (1982): the formula. M. Heusel et al., *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium* (2017), and K. Kilgour et al., *Fréchet Audio Distance* (2019): what it became. M. J. Chong
# and D. Forsyth, *Effectively Unbiased FID and Inception Score and Where to Find Them* (2020): the line in 1/n. A. Gui et al., *Adapting Frechet Audio Distance for Generative Music Evaluation* (2024): the same for sound, and how much hangs on the embedding. A. Gretton et al., *A Kernel Two-Sample Test* (2012): the kernel distance, and when it is more than chance; Y. Chung et al., *KAD: No More FAD!* (2025): the same for sounds. C. Meehan, K. Chaudhuri and S. Dasgupta, *A Non-Parametric Test to Detect Data-Copying in Generative Models* (2020): copies, by distances alone. M. S. M. Sajjadi et al., *Assessing Generative Models via Precision and Recall* (2018): that these are two questions; T. Kynkäänniemi et al., *Improved Precision and Recall Metric for Assessing Generative Models* (2019): by neighbourhoods; M. F. Naeem et al.,
# *Reliable Fidelity and Diversity Metrics for Generative Models* (2020): density and coverage. D. Lopez-Paz and M. Oquab, *Revisiting Classifier Two-Sample Tests* (2017): a judge as a test. J. A. Hanley and B. J. McNeil, *The Meaning and Use of the Area under a Receiver Operating Characteristic (ROC) Curve* (1982): what an AUC means, and how sure one can be of it. W. A. Munson and M. B. Gardner, *Standardizing Auditory Tests* (1950): where ABX comes from. ITU-T Recommendation
# P.800, *Methods for subjective determination of transmission quality* (1996): ratings from 1 to 5. G. Stein et al., *Exposing Flaws of Generative Model Evaluation Metrics and Their Unfair Treatment of Diffusion Models* (2023): what people who look at images say to such numbers.
#
# Next: **11 · WaveGAN**.

# %%
checks.summary()
