# %% [markdown]
# # 08 · Convolutional generators
#
# At the end of this lesson a network draws spectrograms, each from 32 random numbers, and plays you notes like these. On the way you hear what
# its layers add of their own.

# %%
import itertools, math
import torch
from torch import nn
from torch.nn import functional as F
from gan_course.datasets import note, notes
from gan_course.display import GameMonitor, column, configure, contact_sheet, explore, listen, quiz
from gan_course.display import plot_bars, plot_lines, plot_spectrogram, plot_spectrum
from gan_course.display.monitor import tiles
from gan_course.exercises import lesson
from gan_course.sound import Sound
from gan_course.spectral import LogMel, amount, amplitude_to_db
from gan_course.zoo.clips import clip

configure(coding="mp3")  # small files; every level is measured on the samples themselves
torch.set_num_threads(1)  # networks as small as these gain little from a second one, and lose much where it is busy
checks = lesson("08")
RATE = 16_000
listen(clip("lesson-08"), labels=["six notes of this lesson's generator"], picture="spectrogram")

# %% [markdown]
# ## What you will be able to do
#
# - write a transposed convolution, and say from its kernel and stride which tone it will add, and how loud;
# - hear a checkerboard: a tone in a waveform, a flutter in a spectrogram;
# - choose between a transposed convolution, a resize and a pixel shuffle, and say what each costs;
# - compute how many milliseconds and hertz one output of a network sees;
# - keep signals at one size through a network, with batch normalisation and without it, and say why a discriminator under a gradient penalty
#   has none;
# - build a small DCGAN (a deep convolutional GAN), train it on spectrograms, and measure what your choice of layer did to it.
#
# **Builds on:** lesson 02 (the DFT), 03 (log-mel pictures), 06 (slopes, R1). **Time:** 55 minutes to read and listen, about 68 for the
# exercises; the cells take about a minute on 2 CPU cores, no graphics card needed.
#
# ## Stamps
#
# A generator makes many numbers of few: 32 of $z$ become the 4,096 of a picture, or 16,384 samples. It does so in steps, and each step **stretches**
# its signal by a factor, the **stride** $s$. The usual layer for it lets every sample $x[m]$ stamp the same small pattern $w$, the **kernel**, times itself. The
# stamps lie $s$ apart, and where they overlap they add up:
#
# $$ y[n] = \sum_m x[m]\; w[n - m s] $$
#
# This is a **transposed convolution**. One can also read it so: put $s - 1$ zeros between neighbouring samples, and convolve with $w$.
#
# > **Guess first:** three samples, five taps (numbers in the kernel), stride 2. How many samples come out?
#
# **Exercise 1** (8 minutes, 2 points). Write it, for one or many rows at once: `x` is `(…, sample)`. The result ends where the last stamp ends. `x.new_zeros(*x.shape[:-1],
# length)` makes rows of zeros that go with x.

# %%
def transposed_convolution(x, kernel, stride):
    """x (…, sample), stretched with a kernel (tap,): (…, (sample − 1) · stride + tap)."""
    ### BEGIN SOLUTION
    length = (x.shape[-1] - 1) * stride + 1
    y = x.new_zeros(*x.shape[:-1], length - 1 + len(kernel))
    for tap, weight in enumerate(kernel):
        y[..., tap : tap + length : stride] += weight * x
    return y
    ### END SOLUTION

# %%
checks.transposed_convolution(transposed_convolution)

# %% tags=["demo"]
x, kernel = torch.tensor([1.0, 0.5, -0.8]), torch.tensor([0.3, 0.8, 1.0, 0.6, 0.2])
y = torch.as_tensor(transposed_convolution(x, kernel, 2)).float()
theirs = F.conv_transpose1d(x[None, None], kernel[None, None], stride=2)[0, 0]
print(f"{len(x)} samples → {len(y)} samples; torch makes the same of them: {torch.allclose(y, theirs)}")
stamps = {f"stamp of x[{m}]": (2 * m + torch.arange(5), x[m] * kernel) for m in range(3)}
plot_lines([], stamps | {"their sum": (torch.arange(9), y)}, "sample", "amplitude", title="Three stamps, two samples apart")

# %% [markdown]
# *Why "transposed"?* A convolution with stride 2 takes nine samples to three. It is linear, so it is a matrix $A$ with 3 rows and 9 columns. Stretching with the same kernel
# is the matrix $A^\top$ (what networks call a convolution does not turn the kernel round, $y_m = \sum_t w_t\, x_{ms + t}$; it is lesson 02's with $w$ the other way round):

# %% tags=["demo"]
A = torch.stack([F.conv1d(one[None, None], kernel[None, None], stride=2)[0, 0] for one in torch.eye(9)], 1)
print("A has the shape", tuple(A.shape), "and Aᵀx is what we had:", torch.allclose(A.T @ x, y))

# %% [markdown]
# So the backward pass of a convolution is a transposed convolution, and the other way round. It does not undo the convolution: $A^\top A$ is no identity.
#
# ## The checkerboard, heard
#
# > **Guess first:** every sample is 1 and every tap is 1. With five taps and stride 2, is the result constant?

# %% tags=["demo"]
for taps, stride in ((5, 2), (4, 2), (9, 4), (8, 4)):
    y = torch.as_tensor(transposed_convolution(torch.ones(12), torch.ones(taps), stride))
    print(f"{taps} taps, stride {stride}:", *y.int().tolist()[:24])

# %% [markdown]
# Away from the ends, five taps with stride 2 give 3 2 3 2 3 2. At every other output three stamps meet, at the others two. In a picture this pattern runs along both axes, and
# is called the **checkerboard** (Odena, Dumoulin and Olah 2016).
#
# **Exercise 2** (5 minutes, 1 point). How many stamps meet at outputs $n$ with $n \bmod s = 0, 1, \dots, s - 1$? Return the $s$ numbers, zeros included, for outputs away from the ends.
# Tap $t$ of the stamp of $x[m]$ falls on $n = m s + t$.

# %%
def cover(taps, stride):
    """How many stamps reach the outputs with n % stride = 0, 1, …: whole numbers (stride,)."""
    ### BEGIN SOLUTION
    return torch.bincount(torch.arange(taps) % stride, minlength=stride)
    ### END SOLUTION

# %%
checks.cover(cover)

# %% tags=["demo"]
print("taps that cover evenly:")
for stride in (2, 3, 4, 5):
    print(f"  stride {stride}:", *(taps for taps in range(1, 21) if len(set(torch.as_tensor(cover(taps, stride)).tolist())) == 1))

# %% [markdown]
# Of kernels with *equal* taps, only those that the stride divides. Every other one leaves a pattern that repeats after $s$ samples. And a sound that repeats after $s$ samples is a **tone at the sample rate over
# the stride**, with its multiples: 4,000 Hz for 16,000 samples a second and $s = 4$.
#
# Here is a signal as there are many within a network, where a ReLU has cut off all that is negative: it swells three times a second. You cannot hear that. We stretch it by 4.

# %% tags=["demo"]
def swelling(stride, seconds=4 / 3):
    """From 0 to 1 and back three times a second, at RATE / stride samples a second."""
    t = torch.arange(int(seconds * RATE / stride)) * stride / RATE
    return (0.5 - 0.5 * torch.cos(2 * math.pi * 3 * t)).double()


def stretched(x, kernel, stride):
    """x through a transposed convolution, scaled so that a constant of 1 becomes 0.4 on average."""
    return Sound(0.4 * stride / kernel.sum() * transposed_convolution(x, kernel, stride), RATE)


listen(*(stretched(swelling(4), torch.ones(taps).double(), 4) for taps in (8, 9)), labels=["8 taps", "9 taps"],
       say="8 taps, stride 4: nothing to hear. 9 taps: three times a second a whistle at 4,000 Hz, which nobody put there.")

# %% [markdown]
# How loud is the whistle? Stretch a constant. One period of what comes out is $p[r] = \sum_j w[r + j s]$, the sum of the weights that meet at the remainder $r$. Its DFT (lesson 02) has a line at
# 0 Hz, the constant itself, and lines at $\tfrac{\text{rate}}{s}, \tfrac{2\,\text{rate}}{s}, \dots$ up to half the rate. These are what is too much.
#
# **Exercise 3** (8 minutes, 2 points). Return their levels in dB, 0 dB being the line at 0 Hz. The kernel may have any length, and a weight that does not exist counts as 0. `torch.fft.rfft` gives the lines. `amplitude_to_db(ratio, -120.0)` is $20 \log_{10}$ with a
# floor of −120 dB, which stands for nothing at all.

# %%
def tone_levels(kernel, stride):
    """Levels (dB) of the lines at rate / stride, 2 rate / stride, … against that at 0 Hz, for a kernel (tap,)."""
    ### BEGIN SOLUTION
    period = kernel.new_zeros(stride)
    for tap, weight in enumerate(kernel):
        period[tap % stride] += weight
    lines = torch.fft.rfft(period).abs()
    return amplitude_to_db(lines[1:] / lines[0], -120.0)
    ### END SOLUTION

# %%
checks.tone_levels(tone_levels)

# %% tags=["demo"]
for taps, stride in ((9, 4), (8, 4), (5, 2), (13, 5)):
    even = torch.ones(taps, dtype=torch.float64)
    y = torch.as_tensor(transposed_convolution(torch.ones(2000, dtype=torch.float64), even, stride))[20:][:1000 * stride].numpy()
    one = abs(amount(y, RATE / stride)) / 2  # lesson 02's amplitude; half of it is the line
    print(f"{taps:2} equal taps, stride {stride}: a tone at {RATE / stride:.0f} Hz, {tone_levels(even, stride)[0]:6.1f} dB by the"
          f" formula, {amplitude_to_db(one / y.mean(), -120.0):6.1f} dB in the stretched constant")

# %% [markdown]
# Now try kernels of your own. *All equal* is the kernel of ones. *Left to chance* is how a network begins: weights drawn from a normal distribution. A plucked string, unlike the swelling, is spread
# evenly around zero. It has next to no constant, so there is hardly a tone; but what it has at $f$ comes back at $\tfrac{\text{rate}}{s} \pm f$, a **replica**.

# %% tags=["demo"]
def trying(taps, stride, weights, signal):
    random = torch.Generator().manual_seed(taps)
    kernel = torch.ones(taps).double() if weights == "all equal" else torch.randn(taps, generator=random).double()
    string = note("plucked", "E3", rate=RATE // stride, samples=int(1.3 * RATE / stride)).tensor().double()
    sound = stretched(swelling(stride) if signal == "swelling" else string, kernel, stride)
    period = torch.stack([kernel[r::stride].sum() for r in range(stride)]) / kernel.sum() * stride
    say = f"The tone at {RATE / stride:.0f} Hz lies at {tone_levels(kernel, stride)[0]:.0f} dB against the constant."
    return column(plot_bars([str(r) for r in range(stride)], {"sum of the weights": period}, x_label="n modulo the stride",
                            y_label="× their mean", title="One period of a stretched constant", height=180),
                  listen(sound, labels=[f"{taps} taps, stride {stride}, {weights}"], picture="spectrogram", say=say))


explore(trying, taps=(2, 16, 1, 9), stride=(3, 8, 1, 4), weights=["all equal", "left to chance"],
        signal=["swelling", "plucked string"])

# %% [markdown]
# > **Guess first:** choose *left to chance* with 8 taps and stride 4. The stride divides the taps. Is the tone gone?

# %%
from gan_course.networks.upsampling import DOUBLINGS, alike

torch.manual_seed(0)
for taps, stride in ((4, 2), (5, 2), (8, 4), (9, 4)):
    even, chance = torch.ones(taps).double(), torch.randn(500, taps).double()
    median = torch.as_tensor([tone_levels(kernel, stride)[0] for kernel in chance]).median()
    print(f"{taps} taps, stride {stride}: all equal {tone_levels(even, stride)[0]:6.1f} dB; left to chance {median:5.1f} dB (median of 500)")

# %% [markdown]
# *An even cover helps only equal weights.* With weights left to chance the sums differ, and the tone is about as loud as the constant, whether the stride divides the taps or not. Any kernel with $s$ taps or more *can* be even, as ½, 1, ½ is with stride 2. If the stride divides the number of taps, equal weights are already enough, and so that is what
# is advised (Odena et al. 2016). That it begins uneven all the same, and how such *tonal artifacts* sound, was shown for audio by Pons et al. (2021).
#
# And in a whole network? WaveGAN (Donahue, McAuley and Puckette 2019) makes 16,384 samples of 16 by five transposed convolutions with 25 taps and stride 4. Here is a narrow one of that shape, before any training. Each layer
# leaves its own tone: the last one at 4,000 Hz, the one before it at 1,000 Hz, then 250 Hz. Beside it is the same with another layer, to which we come next.

# %%
def untrained(layer, seed=1):
    """16 numbers become 16,384 samples, in five layers of 16 channels with weights left to chance."""
    torch.manual_seed(seed)
    h = torch.randn(1, 16, 16)
    for outputs in (16, 16, 16, 16, 1):
        h = layer(16, outputs)(F.leaky_relu(h, 0.2))
        h = h / h.std()
    return Sound(0.1 * h[0, 0].detach().clamp(-8, 8), RATE)


def repeated_convolution(i, o):
    return nn.Sequential(nn.Upsample(scale_factor=4), nn.Conv1d(i, o, 25, padding=12))


networks = {"transposed": untrained(lambda i, o: nn.ConvTranspose1d(i, o, 25, 4, 11, output_padding=1)),
            "repeat, convolve": untrained(repeated_convolution)}
column(plot_spectrum(*networks.values(), labels=list(networks), title="Spectra of two untrained networks", height=220),
       listen(*networks.values(), labels=list(networks), picture="waveform", say="Neither is trained. The left one hisses, with"
              " a whistle at 4,000 Hz and a buzz below it. The right one rumbles, and nothing whistles."))

# %%
def above_neighbours(sound, f):
    """By how much (dB) the spectrum at f (Hz) stands out from what is 8 to 40 Hz away."""
    lines = torch.fft.rfft(sound.tensor() * torch.hann_window(len(sound))).abs()
    place = round(f * len(sound) / RATE)
    beside = torch.cat([lines[place - 40 : place - 8], lines[place + 9 : place + 41]]).square().mean().sqrt()
    return amplitude_to_db(lines[place] / beside).item()


for name, sound in networks.items():
    print(f"{name:17}", ", ".join(f"{f} Hz: {above_neighbours(sound, f):5.1f} dB" for f in (250, 1000, 4000)))

# %% [markdown]
# ## Two ways out
#
# ### Repeat, then convolve
#
# Repeating every sample $s$ times is a transposed convolution too, with $s$ equal taps, and that cover is even. What follows is an ordinary convolution: a filter (lesson 02). It makes every
# frequency stronger or weaker, and adds none. *What is not there after the repeating cannot come back, whatever the weights are.* Repeating $s$ times and convolving with $w$ is stretching with the kernel $(1, \dots, 1) * w$:

# %% tags=["demo"]
worst = max(tone_levels(torch.as_tensor(transposed_convolution(torch.ones(4).double(), w.double(), 1)), 4).max() for w in torch.randn(500, 9))
print(f"repeat 4 times, then 9 taps left to chance: the loudest tone of 500 kernels lies at {worst:.0f} dB")
sine = torch.sin(2 * math.pi * 500 / 4000 * torch.arange(4000)).double()
y = sine.repeat_interleave(4).numpy()
print("and of a sine at 500 Hz:", ", ".join(f"{f} Hz {amplitude_to_db(abs(amount(y, f))):.1f} dB" for f in (500, 3500, 4500, 7500)))

# %% [markdown]
# It has a price. The replicas of what is *not* constant are still there, only weaker, and the network has to learn to filter them out. And repeating weakens high frequencies, in every layer: hence the rumble above. Pons et al. (2021) call that a *filtering artifact*.
#
# **Exercise 4** (5 minutes, 1 point). Write it for pictures: a layer that repeats each value twice along both axes, and then convolves so that the size stays. `nn.Upsample`, `nn.Conv2d` and `nn.Sequential` are what you need; the kernel is
# odd.

# %%
def resize_convolution(inputs, outputs, kernel=3):
    """A layer: (batch, inputs, frequency, frame) → (batch, outputs, 2 frequency, 2 frame)."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="nearest"),
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2),
    )
    ### END SOLUTION

# %%
checks.resize_convolution(resize_convolution)

# %% [markdown]
# ### Pixel shuffle
#
# The other way never overlaps. An ordinary convolution at the *low* rate makes $s$ times as many channels as are wanted, and these take turns in time (Shi et al. 2016):
#
# $$ y[c,\; t s + i] = x[c s + i,\; t], \qquad i = 0, \dots, s - 1 $$
#
# **Exercise 5** (8 minutes, 2 points). Write it for one axis. $s$ is `factor`; `reshape` splits an axis in two or makes one of two, `permute` puts axes in another order.

# %%
def pixel_shuffle(x, factor):
    """(batch, channel · factor, time) → (batch, channel, time · factor)."""
    batch, channels, time = x.shape
    ### BEGIN SOLUTION
    turns = x.reshape(batch, channels // factor, factor, time)
    return turns.permute(0, 1, 3, 2).reshape(batch, channels // factor, time * factor)
    ### END SOLUTION

# %%
checks.pixel_shuffle(pixel_shuffle)

# %% tags=["demo"]
x = torch.tensor([[[1, 2, 3], [10, 20, 30]]])
print("two channels:", x[0].tolist(), "→ one, twice as long:", pixel_shuffle(x, 2)[0].tolist())

# %% [markdown]
# No overlap, so no checkerboard? The channels that take turns have weights *of their own*. Left to chance they are unlike, and a constant becomes $a\ b\ a\ b$ again. Aitken et al. (2017) begin with weights that are alike
# in all channels of a turn: then a pixel shuffle begins as a repeat, and is free to become something else.
#
# All of them, on pictures, with weights left to chance: how far from even is a constant afterwards? And what does each cost?

# %%
def unevenness(layer):
    """Deviation of a stretched constant from its mean, over its size (root mean square), in dB."""
    with torch.no_grad():
        y = layer(torch.randn(1, 16, 1, 1).expand(1, 16, 8, 8))[..., 4:12, 4:12]
    return amplitude_to_db(y.std((2, 3)).square().mean().sqrt() / y.square().mean().sqrt(), -120.0).item()


def alike_at_first(i, o):
    layer = DOUBLINGS["pixel shuffle"](i, o)
    layer[0].weight.data.copy_(alike(layer[0].weight.data, 4))
    layer[0].bias.data.zero_()
    return layer

# %%
torch.manual_seed(0)
for name, double in (DOUBLINGS | {"shuffle, alike": alike_at_first}).items():
    level = sum(unevenness(double(16, 16)) for _ in range(50)) / 50
    weights = sum(w.numel() for w in double(16, 16).parameters() if w.ndim == 4)
    once = 1 if name == "resize" else 4  # a resize uses each weight at every output, the others at one of four
    print(f"{name:15} uneven by {level:6.1f} dB; {weights:6,} weights, {weights // once // 16:4} multiplications for an output")

# %% [markdown]
# Both transposed convolutions and the pixel shuffle begin uneven, the resize does not, nor does the shuffle whose channels begin alike. The resize has the fewest weights, and costs more than twice the multiplications of a kernel of 4.
#
# A network can *learn* to be even. Will it? That is what we measure at the end.
#
# ## In a spectrogram: a flutter
#
# Our generator will not make samples but pictures of 64 mel bands and 64 frames. Along time, one step is a frame: with a hop of 256 samples there are $16{,}000 / 256 = 62.5$ in a second. So the last layer's checkerboard is a
# **flutter at the frame rate over the stride**, 31.25 Hz: every other frame louder. The layer before it gives 15.6 Hz, since its frames last twice as long. Along the bands it is a comb.
#
# To know it when we hear it, we put it into a real note.

# %%
mel = LogMel()
organ = mel.encode(note("organ", "C4", seed=1).tensor()[None])  # (1, 1, mel, frame), in [−1, 1], which is 90 dB


def fluttering(period, depth):
    """The organ's note, its levels swung by ± depth (dB) once in so many frames."""
    turn = torch.cos(2 * math.pi * torch.arange(64) / period)
    return (organ + (organ > -0.6) * depth / 45 * turn).clamp(-1, 1)


def flutter(pictures, period):
    """How far (± dB) levels swing once in so many frames, over frames 6 to 45: a mean over (picture, 1, mel, …)."""
    levels = 45 * pictures[:, 0, :, 6:46]
    turn = torch.exp(-2j * math.pi * torch.arange(40) / period)
    swing = ((levels - levels.mean(-1, keepdim=True)) * turn).mean(-1).abs().mean().item()
    # ± a in every other frame is one line of the DFT; a slower swing is two, of a / 2 each (lesson 02)
    return swing if period == 2 else 2 * swing

# %% [markdown]
# Does it get into the sound? We can look at the sound's own spectrogram, or at the sound: how deep does its power go up and down at that rate?

# %% tags=["demo"]
def throb(x, f):
    """How deep the power of x (sample,) swings f times a second: 0 not at all, 1 a sine down to nothing, 2 at most."""
    power = x[2048:10_240].square() * torch.hann_window(8192)
    turn = torch.exp(-2j * math.pi * f * torch.arange(8192) / RATE)
    return (2 * (power * turn).sum().abs() / power.sum()).item()

# %% [markdown]
# > **Guess first:** we draw a flutter of ± 6 dB every 2 frames, make a sound of the picture with Griffin-Lim, and a picture of that sound. How much flutter does the second picture show?

# %% tags=["demo"]
print("                      drawn     in the picture of the sound     throb of the sound")
for period in (2, 4, 8):
    for depth in (0, 6):
        drawn = fluttering(period, depth)
        x = mel.decode(drawn)
        print(f"every {period} frames, {62.5 / period:5.2f} Hz: ± {flutter(drawn, period):3.1f} dB, {flutter(mel.encode(x), period):20.1f} dB,"
              f" {throb(x[0], 62.5 / period):24.2f}")

# %% tags=["demo"]
drawn = {"as it was": organ, "every 2 frames": fluttering(2, 6), "every 4 frames": fluttering(4, 6)}
heard = [Sound(mel.decode(picture)[0], RATE, name) for name, picture in drawn.items()]
column(plot_spectrogram({name: 45 * picture[0, 0] - 35 for name, picture in drawn.items()}, frequencies=mel.frequencies(),
                        title="What was drawn"),
       listen(*heard, picture="waveform", say="A steady organ; a rough one, at 31 throbs a second; a purr, at 16."))

# %% [markdown]
# (*Drawn* says 4 dB where we drew 6: it is a mean over all bands, and silent ones were left alone. Compare the columns.) The flutter of the last layer is plain to hear, and to see in the waveform. But *the picture of that sound hides most of it*. A window of 1,024 samples lasts 64 ms, two whole swings, and sees their mean. Griffin-Lim was asked for frames that no sound can have, and made a sound that throbs in trying. So do not
# measure flutter on log-mel pictures of finished sounds. Measure it on what the generator draws, or on the waveform.
#
# ## What one output sees
#
# A discriminator goes the other way, from many numbers to few. One number behind several layers depends on a stretch of the input, its **receptive field**. Take convolutions with kernel $k$ and stride $s$, one after the
# other from the input on. The **jump** is how far two neighbouring outputs are apart, counted in inputs.
#
# - Before any layer an output is an input: size 1, jump 1.
# - A layer looks at $k$ values that are a jump apart, so it sees $(k - 1)$ jumps more.
# - After it the jump is $s$ times as long.
#
# **Exercise 6** (8 minutes, 2 points). Write it (Araujo, Norris and Sim 2019 give the formula for much more than that).

# %%
def receptive_field(layers):
    """Size and jump, of layers [(kernel, stride), …] from the input on, along one axis."""
    ### BEGIN SOLUTION
    size, jump = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump *= stride
    return size, jump
    ### END SOLUTION

# %%
checks.receptive_field(receptive_field)

# %% [markdown]
# For waveforms one divides by the rate. WaveGAN's critic has five convolutions with 25 taps and stride 4; here is what they see, and the lowest frequency of which a whole period fits in:

# %% tags=["demo"]
for depth in range(1, 6):
    size, jump = receptive_field([(25, 4)] * depth)
    print(f"{depth} layers: {size:5} samples = {1000 * size / RATE:6.2f} ms, one period of {RATE / size:6.1f} Hz; jump {1000 * jump / RATE:5.2f} ms")

# %% [markdown]
# The first layers see single periods, and only the last sees how a note goes on.
#
# In a spectrogram each frame is already a window of sound. How long is the piece of sound that `frames` neighbouring frames are made from?
#
# **Exercise 7** (4 minutes, 1 point). In milliseconds; windows of `n_fft` samples, each `hop` samples after the one before.

# %%
def heard_milliseconds(frames, n_fft=1024, hop=256, rate=16_000):
    """How long (ms) the sound is that so many neighbouring frames are made from."""
    ### BEGIN SOLUTION
    return 1000 * ((frames - 1) * hop + n_fft) / rate
    ### END SOLUTION

# %%
checks.heard_milliseconds(heard_milliseconds)

# %% [markdown]
# Along the other axis the field is so many mel bands, and what these are in hertz depends on where they lie. For the discriminator that we build below, with kernel 4 and stride 2, around band 20 and as far as there are bands:

# %% tags=["demo"]
f = mel.frequencies()
for depth in range(1, 5):
    size = int(receptive_field([(4, 2)] * depth)[0])
    low, high = f[max(0, 20 - size // 2)], f[min(63, 19 + size // 2)]
    print(f"{depth} layers: {size:2} × {size:2}, {heard_milliseconds(size):4.0f} ms; from {low:4.0f} to {high:4.0f} Hz around {f[20]:.0f} Hz")

# %% [markdown]
# That is what an output *can* see. What does it look at? Take the slope of one output with respect to each frame. Luo et al. (2016) found that in deep networks the middle of the field counts far more than its
# margins, since many more paths lead there. They call what counts the **effective receptive field**. With our four layers:

# %%
def judging_layers(norm=nn.Identity, depth=4, widths=(1, 8, 16, 32, 64)):
    """Convolutions of kernel 4 and stride 2, each followed by a norm and a leaky ReLU."""
    layers = ([nn.Conv2d(i, o, 4, 2, 1), norm(), nn.LeakyReLU(0.2)] for i, o in itertools.pairwise(widths[:depth + 1]))
    return nn.Sequential(*(layer for some in layers for layer in some))


torch.manual_seed(0)
x = torch.randn(64, 1, 64, 64, requires_grad=True)
(slope,) = torch.autograd.grad(sum(judging_layers()(part)[:, 0, 2, 2].sum() for part in x.split(4)), x)
felt = slope.square().sum((0, 1, 2)) / slope.square().sum()  # (frame,)
size, seen = receptive_field([(4, 2)] * 4)[0], int((felt > 0).sum())
ranked = felt.sort(descending=True).values.cumsum(0)
print(f"{size} frames by the formula, {seen} with any slope; {int((ranked < 0.9).sum()) + 1} of them hold 90% of the squared slope")
plot_lines(torch.arange(64), {"": felt}, "frame", "share of the squared slope", title="What one of 4 × 4 outputs looks at", height=200,
           alt=f"A jagged hump over {seen} of 64 frames: high in the middle, nothing beyond.")

# %% [markdown]
# If all frames counted alike, it would take 42 of 46. So with four layers the middle leads a little.
#
# *Hear what a short field does not.* Here is a melody, and the same with its four notes in another order. A discriminator that sees short pieces, and takes the mean of what it found over time, is the one below. How much does its
# answer change? (Untrained, ten times; its field decides, not its weights.)

# %%
def play_four(instrument, pitches=("C4", "E4", "G4", "C5")):
    """Four notes of 256 ms, as one sound of 16,384 samples."""
    return Sound(torch.cat([note(instrument, p, seed=3).cut(0.1, 0.356).fade(0.01, 0.03).tensor() for p in pitches]), RATE)


melody = play_four("organ")
one, reed = (mel.encode(tune.tensor()[None]) for tune in (melody, play_four("reed")))
quarters = one.split(16, -1)
other = torch.cat([quarters[n] for n in (2, 0, 3, 1)], -1)
for depth in range(1, 5):
    size, changes = receptive_field([(4, 2)] * depth)[0], []
    for seed in range(10):
        torch.manual_seed(seed)
        D = judging_layers(depth=depth)
        here, *there = (D(picture).mean(-1) for picture in (one, other, reed))
        changes.append(torch.stack([(here - new).norm() / (here - here.mean()).norm() for new in there]))
    order, instrument = torch.stack(changes).mean(0)
    print(f"sees {heard_milliseconds(size):4.0f} ms: another order changes its mean over time by {order:5.1%}, a reed in place of the organ by {instrument:5.1%}")

# %% tags=["demo"]
listen(*[Sound(mel.decode(x)[0], RATE) for x in (one, other)], labels=["a melody", "another order"], picture="spectrogram",
       say="Two melodies to you. To a discriminator that sees a tenth of a second they are nearly the same sound.")

# %% [markdown]
# One layer sees 112 ms. To it the order matters only where two notes meet, and changes a tenth of what another instrument changes. Four layers see three notes at once, and to them another order is nearly as much as another instrument.
#
# Our discriminator does not take a mean: it keeps all 4 × 4 places, and a last layer looks at all of them, so it sees the whole second. Discriminators for long sounds cannot do that. They judge in pieces, and have several with different
# fields.
#
# ## The size of signals
#
# A network of four layers multiplies its signal four times by random weights. If each layer halves it, one sixteenth is left, and the slopes on their way back shrink as well.
#
# How large should the weights be? Take `channels` inputs whose values lie evenly around 0, with mean square 1. First comes a leaky ReLU with slope $a$. It keeps the positive half, and of the mean square of the other half it keeps $a^2$, so $\tfrac{1 + a^2}{2}$ is left. Then comes the
# transposed convolution, $k \times k$ with stride $s$ along both axes: each output sums $n$ of these values, and by exercise 2 $n = \text{channels} \cdot (k / s)^2$ on average. With random weights of variance $v$ the sum has the mean square $n \cdot v \cdot \tfrac{1 + a^2}{2}$.
#
# **Exercise 8** (6 minutes, 2 points). For which standard deviation $\sqrt v$ is that 1? `slope` is $a$. (After He et al. 2015.)

# %%
def starting_deviation(channels, kernel, stride, slope=0.2):
    """The standard deviation of weights with which a transposed convolution of pictures keeps its signal's size."""
    ### BEGIN SOLUTION
    summed = channels * (kernel / stride) ** 2
    return math.sqrt(2 / ((1 + slope**2) * summed))
    ### END SOLUTION

# %%
checks.starting_deviation(starting_deviation)

# %%
def sizes(deviation, norm=lambda h: h):
    """The size (root mean square) after each of four transposed convolutions of kernel 4 and stride 2."""
    torch.manual_seed(0)
    h, said = torch.randn(16, 64, 4, 4), []
    for i, o in ((64, 48), (48, 24), (24, 8), (8, 8)):
        weight = deviation(i) * torch.randn(i, o, 4, 4)
        h = norm(F.conv_transpose2d(F.leaky_relu(h, 0.2), weight, stride=2, padding=1))
        said.append(h.square().mean().sqrt().item())
    return said


for name, deviation in {"0.02": lambda i: 0.02, "yours": lambda i: starting_deviation(i, 4, 2)}.items():
    print(f"{name:5}", *(f"{size:9.5f}" for size in sizes(deviation)))
print(f"0.02 would be right for {2 / (1.04 * 4 * 0.02**2):,.0f} channels, with kernel 4 and stride 2")

# %% [markdown]
# (Yours stays a little below 1, as fewer stamps reach the outputs at the margins.) 0.02 is what Radford, Metz and Chintala (2016) took in DCGAN, whose widest layers have 1,024 channels. In a network as narrow as ours next to nothing would come out at the end. DCGAN has something else that mends it.
#
# ### Batch normalisation
#
# Ioffe and Szegedy (2015) bring every channel to mean 0 and variance 1, over *all samples of the batch* and all places:
#
# $$ \hat x = \frac{x - \mu_c}{\sqrt{\sigma_c^2 + \varepsilon}} $$
#
# (then a scale and a shift for each channel, which are learnt; we leave them out). When a sound is made later, perhaps a single one, there is no batch. So in training the layer keeps **running** statistics, which move by a share, `momentum`, towards each batch's, and uses
# those afterwards.
#
# **Exercise 9** (12 minutes, 3 points). Write it for x `(batch, channel, …)` with any number of further axes. In training: normalise with the batch's own mean and variance (`correction=0`, the mean of the squared deviations), and return the running pair moved on, the variance with
# `correction=1`, as new tensors without a graph (`detach`). Otherwise: use the running pair, and return it as it is.

# %%
def batch_norm(x, running, training, momentum=0.1, eps=1e-5):
    """x, normalised in each channel, and the running (mean, variance), (channel,) each, afterwards."""
    ### BEGIN SOLUTION
    axes = [0, *range(2, x.ndim)]
    mean, variance = running
    if training:
        mean, variance = x.mean(axes), x.var(axes, correction=0)
        latest = x.detach().var(axes, correction=1)
        running = running[0].lerp(mean.detach(), momentum), running[1].lerp(latest, momentum)
    shape = [-1] + [1] * (x.ndim - 2)
    return (x - mean.view(shape)) / (variance.view(shape) + eps).sqrt(), running
    ### END SOLUTION

# %%
checks.batch_norm(batch_norm)

# %% tags=["demo"]
running = torch.zeros(8), torch.ones(8)
print("0.02, with batch norm:", *(f"{size:.5f}" for size in sizes(lambda i: 0.02, lambda h: batch_norm(
    h, (torch.zeros(h.shape[1]), torch.ones(h.shape[1])), True)[0])))
for batch in range(1, 41):
    h, running = batch_norm(3 + 2 * torch.randn(16, 8, 4, 4), running, True)
    if batch in (1, 10, 40):
        print(f"after {batch:2} batches with mean 3 and variance 4: running {running[0].mean():.2f} and {running[1].mean():.2f}")

# %% [markdown]
# Now a sample's output depends on its *company*. For a generator that is strange, but it works: DCGAN was trained so. For a discriminator under a gradient penalty it is wrong, as lesson 06 found with points: "the slope at this sample" also holds what the others feel. Gulrajani et al. (2017) therefore leave batch norm out of
# their critic.
#
# What else is there? *Layer norm* (Ba, Kiros and Hinton 2016) takes mean and variance over everything in one sample, *instance norm* (Ulyanov, Vedaldi and Lempitsky 2016) over one channel of one sample. **Pixel norm** (Karras et al. 2018) only divides, at every place by itself, by the root of the mean square over the channels.
#
# **Exercise 10** (4 minutes, 1 point). Write it: $x / \sqrt{\tfrac1C \sum_c x_c^2 + \varepsilon}$.

# %%
def pixel_norm(x, eps=1e-8):
    """x (batch, channel, …) over the root of its mean square over the channels."""
    ### BEGIN SOLUTION
    return x / (x.square().mean(1, keepdim=True) + eps).sqrt()
    ### END SOLUTION

# %%
checks.pixel_norm(pixel_norm)

# %% [markdown]
# Each of them in the discriminator's four layers. We take the slope of *one* logit. How much of it lies at that logit's own sample, and how much at the seven others of its batch?

# %%
from gan_course.networks.normalisation import normalised

NORMS = {"none": lambda h: h, "batch norm": lambda h: normalised(h, (0, 2, 3)), "layer norm": lambda h: normalised(h, (1, 2, 3)),
         "instance norm": lambda h: normalised(h, (2, 3)), "pixel norm": pixel_norm}


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.function = NORMS[name]

    def forward(self, h):
        return self.function(h)


x = mel.encode(notes(8, seed=5, instruments=("bowed", "organ"), pitches=("C4", "G4")).audio).requires_grad_()
for name in NORMS:
    torch.manual_seed(0)
    D = nn.Sequential(judging_layers(Norm), nn.Flatten(), nn.Linear(64 * 16, 1))
    own, others = (part.norm() for part in torch.autograd.grad(D(x)[0, 0], x)[0].split([1, 7]))
    print(f"{name:14} slope at its own sample {own:.4f}, at the seven others together {others:.4f}")

# %% [markdown]
# Only batch norm mixes samples: that is the second column. (The first is small without a norm because torch's own starting weights make signals smaller from layer to layer; ours, below, do not.) Any of the other norms may stand in a discriminator under a gradient penalty. Or none: ours, here and in lesson 09, normalises nothing. It begins with weights of the right size, and R1 (lesson 06) keeps the discriminator from becoming steep.
#
# ## A small DCGAN
#
# We have all that it takes. The generator: a linear layer to 4 × 4 places, then four times a leaky ReLU and a layer that doubles both axes. The discriminator goes back the same way. Weights of your deviation (it reckons with a leaky ReLU before each layer; the first has none, and enlarges its signal by $\sqrt{2 / 1.04} \approx 1.39$), no normalisation; the relativistic loss with R1 and R2, at every eighth step, times 8 (lesson 06).

# %%
class SpectrogramGenerator(nn.Module):
    def __init__(self, double, latent=32, widths=(64, 48, 24, 8)):
        super().__init__()
        self.project = nn.Linear(latent, widths[0] * 4 * 4)
        self.up = nn.ModuleList(double(i, o) for i, o in zip(widths, (*widths[1:], 1)))

    def forward(self, z):
        h = self.project(z).view(len(z), -1, 4, 4)
        for layer in self.up:
            h = layer(F.leaky_relu(h, 0.2))
        return torch.tanh(h)

# %%
def begun(network):
    """Every layer with weights that keep a signal's size after a leaky ReLU, and no offset."""
    for layer in network.modules():
        if isinstance(layer, nn.ConvTranspose2d):
            nn.init.normal_(layer.weight, std=starting_deviation(layer.in_channels, layer.kernel_size[0], 2))
        elif isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.normal_(layer.weight, std=starting_deviation(layer.weight[0].numel(), 1, 1))
        if getattr(layer, "bias", None) is not None:
            nn.init.zeros_(layer.bias)
    return network.to(memory_format=torch.channels_last)  # the order that convolutions are quickest in


def discriminator():
    return begun(nn.Sequential(judging_layers(), nn.Flatten(), nn.Linear(64 * 4 * 4, 1)))


for name, double in DOUBLINGS.items():
    G = SpectrogramGenerator(double)
    print(f"{name:13} {sum(w.numel() for w in G.parameters()):7,} weights; z (5, 32) → {tuple(G(torch.randn(5, 32)).shape)}")
print(f"discriminator {sum(w.numel() for w in discriminator().parameters()):7,} weights")

# %% [markdown]
# The data: 512 notes of three instruments that hold their tone, on four pitches of a C major chord.
#
# > **Guess first:** three generators, equal but for the layer that doubles: a transposed convolution with kernel 5, one with kernel 4, and a resize. Before training, whose pictures flutter? After 150 steps?

# %% tags=["demo"]
from gan_course.training import Game, Rules, play

CHORD = ("C4", "E4", "G4", "C5")
clips = notes(512, seed=0, instruments=("organ", "bowed", "reed"), pitches=CHORD)
pictures = mel.encode(clips.audio).contiguous(memory_format=torch.channels_last)
RULES = Rules(objective="relativistic_pairing", r1=1.0, r2=1.0, penalty_every=8, average=40, batch=16)


def real(count, random):
    return pictures[torch.randint(len(pictures), (count,), generator=random)]


def new_game(double, seed=0):
    torch.manual_seed(seed)
    return Game(begun(SpectrogramGenerator(double)), discriminator(), RULES, latent=32, seed=seed)

# %% tags=["demo"]
live = GameMonitor("Three generators, one after the other")
games = {name: new_game(DOUBLINGS[name]) for name in ("kernel 5", "kernel 4", "resize")}
course = {name: [] for name in games}
for name, game in games.items():
    def show(game, name=name):
        made = game.sample(64)
        course[name].append((game.done, flutter(made, 2), flutter(made, 4)))
        live.show(tiles(made[:8, 0].numpy(), f"{name}, after {game.done} steps"))

    show(game)
    play(game, real, 150, [live], show=show, show_every=50)

# %% tags=["demo"]
for which, period in ((1, 2), (2, 4)):
    print(f"flutter every {period} frames ({62.5 / period:.1f} Hz), ± dB; in the real notes {flutter(pictures, period):.2f}")
    for name, said in course.items():
        print(f"  {name:9}", ", ".join(f"{row[which]:5.2f} after {row[0]}" for row in said[:3] + said[-1:]))
lines = {name: [row[1] for row in said] for name, said in course.items()}
lines["real notes"] = [flutter(pictures, 2)] * len(said)
plot_lines([row[0] for row in said], lines, "step", "flutter every 2 frames (± dB)", log="y")

# %% [markdown]
# Three things to read off:
#
# - *Before training* both transposed convolutions swing by many dB, the resize by far less. This is the checkerboard of weights left to chance.
# - *Training works against it*, though not at every step: every 4 frames kernel 4 swings more at first. The discriminator sees flutter that real notes do not have, and the generator unlearns a good part of it. It does not get down to the resize within these 150 steps.
# - *Kernel 4 is hardly better than kernel 5*, although the stride divides it. What counts is whether a layer's weights *can* add up unevenly at all. Those of both kernels can; those of a resize cannot.
#
# One seed is one seed. When the lesson was written we ran three, 300 steps each, and the three findings held on each. A pixel shuffle whose weights are left to chance went the way of the transposed convolutions. One whose channels begin alike began at ± 0.00 dB every 2 frames, and *learned* a flutter: 0.86 to 2.82 dB after 150 steps, still 0.66 to 1.05 after 300, and the resize 0.22 to 0.28. To see for yourself, write
# `seed=1` or `seed=2` into `new_game(DOUBLINGS[name])`, add `"pixel shuffle"` to the names, and let 300 stand for 150. How to begin alike is said further down, at *In doubt?*
#
# Does it make the better sounds? That is another question. Listen:

# %% tags=["demo"]
def heard_from(game, count=3, seed=4):
    """A few of the generator's notes, one after the other, as one sound."""
    return Sound(mel.decode(game.sample(count, seed=seed)).flatten(), RATE)


listen(*(heard_from(game) for game in games.values()), labels=list(games), picture="spectrogram",
       say="Three notes each, after 150 steps. Listen for a rough or purring tone, and look for upright stripes.")

# %% [markdown]
# And in numbers? `throb` at the two rates of the flutter, and at 25 Hz, where no stride leads:

# %% tags=["demo"]
def throbs(pictures):
    sounds = mel.decode(pictures)
    return ", ".join(f"{f:6.3f} Hz {sum(throb(x, f) for x in sounds) / len(sounds):.2f}" for f in (31.25, 15.625, 25.0))


for name, game in games.items():
    print(f"{name:10} {throbs(game.sample(16))}")
print(f"real notes {throbs(pictures[:16])}")

# %% [markdown]
# All three throb several times as deep as real notes do, and at 25 Hz as well, where nothing but chance leads. In our training kernel 5 throbbed twice as deep at both rates of the flutter as at 25 Hz, and neither of the others did; with three other seeds kernel 5 did not do so either. So what the pictures told apart clearly, the sounds tell less clearly: after so few steps you hear roughness of every kind, and not the flutter alone. Flutter is *one* fault, and the resize buys its absence with more computing, and with high frequencies that it has to make up for.
#
# ### On with one of them
#
# 250 more steps for the resize:

# %% tags=["demo"]
final, live = games["resize"], GameMonitor("A small DCGAN on spectrograms")
final = play(final, real, 400, [live], show_every=50, show=lambda game: live.show(tiles(game.sample(16)[:, 0].numpy(), f"after {game.done} steps")))

# %% tags=["demo"]
from gan_course.evaluation import track_pitch
from gan_course.synthesis import frequency_of, midi_number

wanted = torch.tensor([frequency_of(midi_number(name)) for name in CHORD])


def on_the_chord(audio):
    """For each clip the note of the chord within a quarter of a tone, −1 for none."""
    off = (12 * torch.log2(track_pitch(audio, RATE)[:, None] / wanted)).abs()
    return torch.where(off.min(1).values < 0.5, off.argmin(1), -1)


made = mel.decode(final.sample(48, seed=1))
found = {"generated": on_the_chord(made), "real": on_the_chord(mel.decode(pictures[:48]))}
print(", ".join(f"{name}: {(which >= 0).float().mean():.0%} on the chord" for name, which in found.items()))
plot_bars(CHORD, {name: torch.bincount(which[which >= 0], minlength=4) / 48 for name, which in found.items()}, x_label="note", y_label="share of 48")

# %% tags=["demo"]
contact_sheet([Sound(x, RATE, f"z {n + 1}") for n, x in enumerate(made[:6])], say="Six of its notes. Is every instrument and every pitch among them?")

# %% [markdown]
# Three of four of its notes are in tune with the chord, and hardly any is an E: a mode that it has nearly lost (lesson 06).
#
# Play it: `seed` draws two z, and `way` goes from the one to the other.

# %% tags=["demo"]
def between(seed, way):
    a, b = torch.randn(2, 32, generator=torch.Generator().manual_seed(seed))
    angle = math.pi / 2 * way / 100  # along an arc, so that z keeps its length
    picture = final.generate((math.cos(angle) * a + math.sin(angle) * b)[None])
    return listen(Sound(mel.decode(picture)[0], RATE, f"seed {seed}, {way}% of the way"))


explore(between, seed=(0, 20, 1, 2), way=(0, 100, 10, 0))

# %% [markdown]
# > **In doubt?** Train a pixel shuffle that begins even: does it stay so? In `new_game` write `G = begun(SpectrogramGenerator(DOUBLINGS["pixel shuffle"]))` and `for layer in G.up: layer[0].weight.data.copy_(alike(layer[0].weight.data, 4))`, and give this `G` to `Game`. Or train another seed, and see which of the three findings still holds.
#
# ## What can go wrong
#
# Four failures of this lesson, as sounds: a *whistle*, a string that does not lie evenly around zero, stretched by 4 with weights left to chance; a *purr*, the organ with the flutter of the last layer but one; a *hiss that never changes*, what a generator with weights of 0.02 and no normalisation makes of any z; and *all or nothing*, a generator whose weights are three times too large.

# %%
def drawn_by(deviation):
    """What an untrained generator makes of two z, with weights of so many times the right deviation, or of 0.02."""
    torch.manual_seed(2)
    G = begun(SpectrogramGenerator(DOUBLINGS["kernel 4"]))
    for layer in G.up:
        nn.init.normal_(layer.weight, std=deviation if deviation < 1 else deviation * layer.weight.std().item())
    with torch.no_grad():
        return G(torch.randn(2, 32))


small, large = drawn_by(0.02), drawn_by(3.0)
for name, picture in {"weights of 0.02": small, "three times too large": large}.items():
    print(f"{name:22} two z differ by {45 * (picture[0] - picture[1]).abs().mean():8.5f} dB; {(picture.abs() > 0.99).float().mean():.0%} of the picture is at ± 1")

# %% tags=["demo"]
string = note("plucked", "E3", rate=4000, samples=4000).tensor().double() + 0.1
whistle = stretched(string, torch.randn(8, generator=torch.Generator().manual_seed(8)).double(), 4)
failures = {"whistle": whistle.at_level(-25), "purr": heard[2],
            "the same hiss for every z": Sound(mel.decode(small[:1])[0], RATE).at_level(-25),
            "all or nothing": Sound(mel.decode(large[:1])[0], RATE).at_level(-25)}
listen(*(sound.cut(0, 0.9) for sound in failures.values()), labels=list(failures), picture="spectrogram",
       say="A line that stands still; upright stripes; no form at all; a quilt of loud and silent patches, as large as the layers' steps.")

# %% [markdown]
# How to recognise them:
#
# - *Whistle:* a line at rate / stride, or rate / stride², that is there whatever z is. Send a constant through the layer, and look at its spectrum.
# - *Purr:* upright stripes 2, 4 or 8 frames apart. Measure `flutter` on what is drawn and `throb` on the sound; a picture of the sound may hide it.
# - *The same hiss:* print the size after each layer. If it falls from layer to layer, z does not reach the output, and no slope gets back.
# - *All or nothing:* tanh is at its ends, where it has no slope. Smaller weights, or a normalisation.
# - *Good in training, strange when you play it:* batch norm with running statistics that have not settled. Compare both modes on the same z.
# - *Sharp details, no form:* the discriminator's field is too short. Compute it in milliseconds.
#
# ## Check yourself

# %%
quiz([
    {
        "question": "A waveform generator whistles at 5,333 Hz, whatever z is. It makes 16,000 samples a second. What do you suspect?",
        "answers": [
            {"answer": "A layer with stride 3", "correct": True, "feedback": "Yes: 16,000 / 3. Its weights do not add up to the same at all three remainders."},
            {"answer": "A layer with kernel 3", "correct": False, "feedback": "The pattern repeats after a stride. The kernel decides how loud it is, not where."},
            {"answer": "A training set that whistles", "correct": False, "feedback": "Possible, but a tone at exactly rate / stride that never moves points to the layer: send a constant through it."},
        ],
    },
    {
        "question": "You change a transposed convolution from kernel 5 to kernel 4, stride 2. Before training, what do you hear?",
        "answers": [
            {"answer": "The tone is still there: the weights are left to chance", "correct": True, "feedback": "Yes: an even cover helps only weights that are equal, or add up to the same."},
            {"answer": "The tone is gone, since 2 divides 4", "correct": False, "feedback": "It would be, if all weights were equal. They are drawn at random."},
            {"answer": "The tone has moved an octave up", "correct": False, "feedback": "The stride is the same, so its frequency is too."},
        ],
    },
    {
        "question": "Why does repeating and then convolving never make a tone at rate / stride from a constant?",
        "answers": [
            {"answer": "A repeated constant is constant, and a filter adds no frequency", "correct": True, "feedback": "Yes, whatever the filter's weights are."},
            {"answer": "The convolution learns to remove it", "correct": False, "feedback": "There is nothing to remove, not even before training."},
            {"answer": "Its kernel is odd", "correct": False, "feedback": "An odd kernel keeps the size. The tone would not be there with an even one either."},
        ],
    },
    {
        "question": "A discriminator of spectrograms sees 10 frames, with windows of 1,024 samples and a hop of 256 at 16 kHz. How long is that?",
        "answers": [
            {"answer": "208 ms", "correct": True, "feedback": "Yes: 9 hops and a window, 3,328 samples."},
            {"answer": "160 ms", "correct": False, "feedback": "That is ten hops; the last frame hears a whole window."},
            {"answer": "640 ms", "correct": False, "feedback": "Ten windows one after the other: but they overlap."},
        ],
    },
    {
        "question": "You need R1 on a discriminator with batch norm. Why is that no penalty on the slope at each sample?",
        "answers": [
            {"answer": "A logit also depends on the other samples of its batch", "correct": True, "feedback": "Yes: the slope of the sum mixes what each sample does to all logits."},
            {"answer": "Batch norm makes slopes zero", "correct": False, "feedback": "It makes them depend on the company, not vanish."},
            {"answer": "R1 works only without any normalisation", "correct": False, "feedback": "Norms that look at one sample alone leave its slope its own."},
        ],
    },
])

# %% [markdown]
# ## Summary
#
# A layer that stretches by $s$ leaves whatever its weights do not add up evenly to, once in $s$ steps: a tone at rate / stride in a waveform, a flutter at frame rate / stride in a spectrogram. A kernel that the stride divides is even where its weights are equal; weights left to chance are not. Repeating before convolving begins even and stays so, at a price in computing. A pixel
# shuffle whose channels begin alike only begins so. Training takes a good part of a flutter away, and can put one in. A spectrogram of the finished sound may hide it from you. A receptive field is a time and a band of frequencies: compute it in ms and Hz before you ask a discriminator to hear something. Batch norm keeps signals at one size and mixes samples, so under a gradient penalty the
# discriminator goes without; weights of the right size do as well.
#
# **Terms:** *transposed convolution*, *stride*, *kernel, tap*, *checkerboard*, *tonal artifact*, *replica*, *pixel shuffle*, *flutter*, *receptive field*, *jump*, *effective receptive field*, *batch normalisation*, *running statistics*, *layer norm*, *instance norm*, *pixel norm*, *DCGAN*.
#
# **To read:** A. Radford, L. Metz and S. Chintala, *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks* (2016): the shape of both networks. A. Odena, V. Dumoulin and C. Olah, *Deconvolution and Checkerboard Artifacts* (2016): with pictures that explain themselves. J. Pons et al., *Upsampling Artifacts in Neural Audio
# Synthesis* (2021): the same for sound. W. Shi et al., *Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network* (2016), and A. Aitken et al., *Checkerboard Artifact Free Sub-Pixel Convolution* (2017): pixel shuffle, and how to begin it. C. Donahue, J. McAuley and M. Puckette, *Adversarial Audio Synthesis* (2019): WaveGAN.
# A. Araujo, W. Norris and J. Sim, *Computing Receptive Fields of Convolutional Neural Networks* (2019): the formula, with pictures, for any network. W. Luo et al., *Understanding the Effective Receptive Field in Deep Convolutional Neural Networks* (2016): why the middle counts most. K. He et al., *Delving Deep into Rectifiers* (2015): weights of the right size. S. Ioffe and C. Szegedy, *Batch Normalization* (2015): the method, and what its authors thought it does. J. L. Ba, J. R. Kiros and
# G. E. Hinton, *Layer Normalization* (2016): each sample by itself. D. Ulyanov, A. Vedaldi and V. Lempitsky, *Instance Normalization* (2016): each channel too. I. Gulrajani et al., *Improved Training of Wasserstein GANs* (2017): no batch norm in the critic. T. Karras et al., *Progressive Growing of GANs* (2018): pixel norm.
#
# Next: **09 · The spectrogram GAN**.

# %%
checks.summary()
