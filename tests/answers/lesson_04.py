"""Answers to lesson 04: right ones written differently, and wrong ones of the kind that students give."""

FIT = "def fit(x, samples):\n    missing = samples - len(x)\n"
PADDED = FIT + "    if missing >= 0:\n        return np.pad(x, (missing // 2, missing - missing // 2))\n"
SPLIT = (
    "def split_by_group(groups, share, seed):\n    names = groups.unique()\n"
    "    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed))\n"
)
CONFUSION = (
    "def confusion_matrix(truth, heard, count):\n    counts = torch.zeros(count, count, dtype=torch.int64)\n"
)
STANDARDISE = "def standardise(x, train):\n"
ENTROPY = "def cross_entropy(logits, labels):\n"
TO_UNIT = "def to_unit(magnitude, floor=-80.0, ceiling=10.0):\n"
FROM_UNIT = "def from_unit(z, floor=-80.0, ceiling=10.0):\n"
BATCHES = "def batches(count, size, seed):\n"


def faults(silent=4, clipped=5, copy=8, fast=9, name=10):
    said = {"silent": silent, "clipped": clipped, "a copy": copy, "too fast": fast, "wrong name": name}
    return f"faults = {said}"


def allowed(**changed):
    right = {"A": False, "B": True, "C": False, "D": True, "E": False, "F": False, "G": True, "H": False}
    return f"allowed = {right | changed}"


RIGHT = {
    "faults": {"the later copy": faults(), "the earlier copy, as floats": faults(copy=3.0, silent=4.0)},
    "fit": {
        "a loop over all starts": FIT + "    if missing >= 0:\n"
        "        clip = np.zeros(samples)\n"
        "        clip[missing // 2 : missing // 2 + len(x)] = x\n"
        "        return clip\n"
        "    energies = [np.sum(x[n : n + samples] ** 2) for n in range(len(x) - samples + 1)]\n"
        "    best = max(energies)\n"
        "    start = next(n for n, energy in enumerate(energies) if energy >= best - 1e-9)\n"
        "    return x[start : start + samples]",
        "torch": "def fit(x, samples):\n"
        "    x = torch.as_tensor(x)\n"
        "    missing = samples - len(x)\n"
        "    if missing > 0:\n"
        "        return torch.nn.functional.pad(x, (missing // 2, (missing + 1) // 2))\n"
        "    energy = x.double().square().unfold(0, samples, 1).sum(1)\n"
        "    start = int((energy >= energy.max() - 1e-9).nonzero()[0])\n"
        "    return x[start : start + samples]",
        "sliding windows": PADDED + "    windows = np.lib.stride_tricks.sliding_window_view(x, samples)\n"
        "    energy = np.round((windows**2).sum(1), 9)\n"
        "    return windows[np.argmax(energy)].copy()",
    },
    "batches": {
        "slices": BATCHES
        + "    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))\n"
        "    return [order[start : start + size] for start in range(0, count, size)]",
        "numpy": BATCHES + "    order = np.random.default_rng(seed).permutation(count)\n"
        "    return [order[start : start + size] for start in range(0, count, size)]",
        "python, as lists": BATCHES + "    import random\n"
        "    order = list(range(count))\n"
        "    random.Random(seed).shuffle(order)\n"
        "    return [order[i : i + size] for i in range(0, len(order), size)]",
        "a generator": BATCHES + "    order = np.random.default_rng(seed).permutation(count)\n"
        "    while len(order):\n        yield order[:size]\n        order = order[size:]",
    },
    "leaked": {
        "computed": "leaked = 1 - 0.2**3",
        "added up": "leaked = 3 * 0.8 * 0.2**2 + 3 * 0.8**2 * 0.2 + 0.8**3",
        "in one collection, without replacement": "leaked = 1 - 95 / 479 * 94 / 478 * 93 / 477",
    },
    "split_by_group": {
        "a loop": SPLIT + "    chosen = set(names[order[: max(1, round(share * len(names)))]].tolist())\n"
        "    return torch.tensor([group in chosen for group in groups.tolist()])",
        "numpy": "def split_by_group(groups, share, seed):\n"
        "    groups = np.asarray(groups)\n"
        "    names = np.unique(groups)\n"
        "    count = max(1, round(share * len(names)))\n"
        "    chosen = np.random.default_rng(seed).choice(names, count, replace=False)\n"
        "    return np.isin(groups, chosen)",
        "compared with each": SPLIT + "    chosen = names[order][-max(1, round(share * len(names))) :]\n"
        "    return (groups[:, None] == chosen).any(1)",
    },
    "to_unit": {
        "clipped in dB": TO_UNIT
        + "    db = 20 * torch.log10(magnitude.clamp(min=1e-12)).clamp(floor / 20, ceiling / 20)\n"
        "    return (db - floor) / (ceiling - floor) * 2 - 1",
        "about the middle": TO_UNIT + "    middle, half = (floor + ceiling) / 2, (ceiling - floor) / 2\n"
        "    db = 8.685889638065037 * torch.log(torch.clamp(magnitude, min=1e-30))\n"
        "    return torch.clamp((db - middle) / half, -1, 1)",
        "numpy": TO_UNIT + "    with np.errstate(divide='ignore'):\n"
        "        db = 20 * np.log10(np.asarray(magnitude))\n"
        "    return np.interp(db, [floor, ceiling], [-1.0, 1.0])",
    },
    "from_unit": {
        "where": FROM_UNIT + "    z = z.clamp(-1, 1)\n"
        "    db = (z + 1) * (ceiling - floor) / 2 + floor\n"
        "    return torch.where(z > -1, 10 ** (db / 20), torch.zeros_like(z))",
        "numpy": FROM_UNIT + "    z = np.asarray(z)\n"
        "    db = np.interp(z, [-1, 1], [floor, ceiling])\n"
        "    return np.where(z <= -1, 0, np.exp(db * np.log(10) / 20))",
        "clamped in dB": FROM_UNIT
        + "    db = torch.clamp(floor + (z + 1) * (ceiling - floor) / 2, max=ceiling)\n"
        "    magnitude = torch.pow(10.0, db / 20)\n"
        "    magnitude[z <= -1] = 0\n"
        "    return magnitude",
    },
    "standardise": {
        "band by band": STANDARDISE + "    result = torch.empty_like(x)\n"
        "    for band in range(x.shape[1]):\n"
        "        values = train[:, band].reshape(-1)\n"
        "        result[:, band] = (x[:, band] - values.mean()) / max(values.std().item(), 0.001)\n"
        "    return result",
        "numpy": STANDARDISE + "    x, train = np.asarray(x), np.asarray(train)\n"
        "    mean, std = train.mean(axis=(0, 2)), train.std(axis=(0, 2))\n"
        "    return (x - mean[None, :, None]) / np.maximum(std, 0.001)[None, :, None]",
        "from the moments": STANDARDISE + "    mean = train.mean(2).mean(0)[:, None]\n"
        "    variance = (train - mean).square().mean((0, 2))[:, None]\n"
        "    return (x - mean) / variance.sqrt().clamp(min=1e-3)",
    },
    "cross_entropy": {
        "a loop": ENTROPY + "    costs = []\n"
        "    for row, label in zip(logits, labels):\n"
        "        shifted = row - row.max()\n"
        "        costs.append(torch.log(torch.exp(shifted).sum()) - shifted[label])\n"
        "    return torch.stack(costs).mean()",
        "numpy": ENTROPY + "    logits, labels = np.asarray(logits, dtype=np.float64), np.asarray(labels)\n"
        "    shifted = logits - logits.max(axis=1, keepdims=True)\n"
        "    sums = np.log(np.exp(shifted).sum(axis=1))\n"
        "    return np.mean(sums - shifted[np.arange(len(labels)), labels])",
        "relative to the truth": ENTROPY + "    rows = torch.arange(len(labels))\n"
        "    above = logits - logits[rows, labels][:, None]\n"
        "    m = above.max(dim=1, keepdim=True).values\n"
        "    return (m + (above - m).exp().sum(1, keepdim=True).log()).mean()",
    },
    "confusion_matrix": {
        "a loop": CONFUSION
        + "    for t, h in zip(truth, heard):\n        counts[t, h] += 1\n    return counts",
        "one-hot": "def confusion_matrix(truth, heard, count):\n"
        "    one = torch.nn.functional.one_hot\n"
        "    return one(truth, count).T @ one(heard, count)",
        "numpy": "def confusion_matrix(truth, heard, count):\n"
        "    counts = np.zeros((count, count))\n"
        "    np.add.at(counts, (np.asarray(truth), np.asarray(heard)), 1)\n"
        "    return counts",
        "list of lists": "def confusion_matrix(truth, heard, count):\n"
        "    pairs = list(zip(truth.tolist(), heard.tolist()))\n"
        "    return [[pairs.count((t, h)) for h in range(count)] for t in range(count)]",
    },
    "allowed": {
        "python's": allowed(),
        "numpy's": "allowed = {case: np.bool_(case in 'BDG') for case in 'ABCDEFGH'}",
    },
}

LOUDEST = "    start = int(np.argmax(energy[samples:] - energy[:-samples]))\n"
SUMS = "    energy = np.concatenate([[0.0], np.cumsum(x**2)])\n"

WRONG = {
    "faults": {
        "counted from one": (faults(5, 6, 9, 10, 11), "clip 5, bowed B3, is not the one for 'silent'"),
        "soft is not clipped": (faults(clipped=6), "many of its samples are at the limit"),
        "fast and misnamed swapped": (faults(fast=10, name=9), "an octave too high"),
        "the other bell": (faults(name=7), "another instrument than its name"),
        "one left out": (faults(fast=None), "nothing for 'too fast'"),
        "a name": (faults(copy="reed D4"), "a number is expected"),
        "beyond the end": (faults(name=12), "from 0 to 11"),
        "a list": ("faults = [4, 5, 8, 9, 10]", "no dictionary"),
    },
    "fit": {
        "silence at the end": (
            FIT + "    if missing >= 0:\n        return np.pad(x, (0, missing))\n    return x[:samples]",
            "centre the sound",
        ),
        "the odd zero first": (
            FIT
            + "    if missing >= 0:\n        return np.pad(x, (missing - missing // 2, missing // 2))\n"
            + SUMS
            + LOUDEST
            + "    return x[start : start + samples]",
            "the odd one goes to the end",
        ),
        "half on both sides": (
            FIT
            + "    if missing >= 0:\n        return np.pad(x, (missing // 2, missing // 2))\n    return x[:samples]",
            "shape",
        ),
        "the beginning": (PADDED + "    return x[:samples]", "it is the beginning"),
        "the middle": (
            PADDED + "    start = (len(x) - samples) // 2\n    return x[start : start + samples]",
            "it is the middle",
        ),
        "about the peak": (
            PADDED + "    start = int(np.argmax(np.abs(x))) - samples // 2\n"
            "    start = min(max(start, 0), len(x) - samples)\n    return x[start : start + samples]",
            "around the largest sample",
        ),
        "a sum without squares": (
            PADDED
            + "    energy = np.concatenate([[0.0], np.cumsum(x)])\n"
            + LOUDEST
            + "    return x[start : start + samples]",
            "fit of",
        ),
        "one too late": (
            PADDED + SUMS + LOUDEST + "    return x[start + 1 : start + 1 + samples]",
            "one sample too late",
        ),
        "the end forgotten": (
            PADDED
            + "    energy = np.cumsum(x**2)\n    start = int(np.argmax(energy[samples:] - energy[:-samples]))\n"
            "    return x[start : start + samples]",
            "one sample too early",
        ),
        "repeated": ("def fit(x, samples):\n    return np.resize(x, samples)", "repeated"),
    },
    "batches": {
        "in order": (
            BATCHES + "    return list(torch.arange(count).split(size))",
            "shuffle",
        ),
        "batches shuffled, clips not": (
            BATCHES + "    parts = list(torch.arange(count).split(size))\n"
            "    rest = [parts.pop()] if count % size else []\n"
            "    order = torch.randperm(len(parts), generator=torch.Generator().manual_seed(seed))\n"
            "    return [parts[i] for i in order] + rest",
            "not only the batches",
        ),
        "the rest left out": (
            BATCHES + "    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))\n"
            "    return [order[i * size : (i + 1) * size] for i in range(count // size)]",
            "in no batch",
        ),
        "drawn with replacement": (
            BATCHES + "    random = torch.Generator().manual_seed(seed)\n"
            "    return list(torch.randint(count, (count,), generator=random).split(size))",
            "takes others twice",
        ),
        "another order each time": (
            BATCHES + "    return list(torch.randperm(count).split(size))",
            "same seed give different orders",
        ),
        "the global generator seeded": (
            BATCHES + "    torch.manual_seed(seed)\n    return list(torch.randperm(count).split(size))",
            "global random generator",
        ),
        "the seed left out": (
            BATCHES + "    random = torch.Generator().manual_seed(0)\n"
            "    return list(torch.randperm(count, generator=random).split(size))",
            "another seed gives the same order",
        ),
        "as many batches as size": (
            BATCHES + "    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed))\n"
            "    return list(order.chunk(size))",
            "batches of the sizes",
        ),
        "counted from one": (
            BATCHES + "    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed)) + 1\n"
            "    return list(order.split(size))",
            "counted from 0",
        ),
        "a loader": (
            BATCHES + "    from torch.utils.data import DataLoader\n"
            "    random = torch.Generator().manual_seed(seed)\n"
            "    return list(DataLoader(range(count), size, shuffle=True, generator=random))",
            "torch.utils.data",
        ),
    },
    "leaked": {
        "the opposite": ("leaked = 0.2**3", "no* sister"),
        "four of them": ("leaked = 1 - 0.2**4", "three sisters"),
        "all three": ("leaked = 0.8**3", "one is enough"),
        "one sister": ("leaked = 0.8", "there are three"),
        "in percent": ("leaked = 99.2", "percentage"),
        "another number": ("leaked = 0.75", "all three sisters in the test part"),
    },
    "split_by_group": {
        "clips drawn": (
            "def split_by_group(groups, share, seed):\n"
            "    return torch.rand(len(groups), generator=torch.Generator().manual_seed(seed)) < share",
            "on both sides",
        ),
        "the last clips": (
            "def split_by_group(groups, share, seed):\n"
            "    return torch.arange(len(groups)) >= (1 - share) * len(groups)",
            "on both sides",
        ),
        "true for training": (
            SPLIT + "    return ~torch.isin(groups, names[order[: max(1, round(share * len(names)))]])",
            "True is for testing",
        ),
        "indices": (
            SPLIT + "    chosen = names[order[: max(1, round(share * len(names)))]]\n"
            "    return torch.isin(groups, chosen).nonzero()[:, 0]",
            "one entry for each",
        ),
        "numbers": (
            SPLIT + "    chosen = names[order[: max(1, round(share * len(names)))]]\n"
            "    return torch.isin(groups, chosen).int()",
            "a mask of True",
        ),
        "positions for names": (
            SPLIT + "    return torch.isin(groups, order[: max(1, round(share * len(names)))])",
            "",
        ),
        "not shuffled": (
            "def split_by_group(groups, share, seed):\n    names = groups.unique()\n"
            "    return torch.isin(groups, names[: max(1, round(share * len(names)))])",
            "another seed gives the same split",
        ),
        "none of a few": (
            SPLIT + "    return torch.isin(groups, names[order[: round(share * len(names))]])",
            "take one at least",
        ),
        "the global generator": (
            "def split_by_group(groups, share, seed):\n    names = groups.unique()\n    torch.manual_seed(seed)\n"
            "    order = torch.randperm(len(names))\n"
            "    return torch.isin(groups, names[order[: max(1, round(share * len(names)))]])",
            "global random generator",
        ),
    },
    "to_unit": {
        "ten times": (
            TO_UNIT + "    db = 10 * torch.log10(magnitude.clamp(min=10 ** (floor / 10)))\n"
            "    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(-1, 1)",
            "10 times is for power",
        ),
        "from 0 to 1": (
            TO_UNIT + "    db = 20 * torch.log10(magnitude.clamp(min=10 ** (floor / 20)))\n"
            "    return ((db - floor) / (ceiling - floor)).clamp(0, 1)",
            "from −1 to 1 is expected",
        ),
        "silence forgotten": (
            TO_UNIT + "    return 2 * (20 * torch.log10(magnitude) - floor) / (ceiling - floor) - 1",
            "NaN or infinity",
        ),
        "the floor is the range": (
            TO_UNIT + "    db = 20 * torch.log10(magnitude.clamp(min=10 ** (floor / 20)))\n"
            "    return (2 * (db - floor) / -floor - 1).clamp(-1, 1)",
            "whole range is ceiling − floor",
        ),
        "natural logarithm": (
            TO_UNIT + "    db = 20 * torch.log(magnitude.clamp(min=10 ** (floor / 20)))\n"
            "    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(-1, 1)",
            "log10",
        ),
        "above the ceiling": (
            TO_UNIT + "    db = 20 * torch.log10(magnitude.clamp(min=10 ** (floor / 20)))\n"
            "    return 2 * (db - floor) / (ceiling - floor) - 1",
            "above the ceiling",
        ),
        "a floor of its own": (
            TO_UNIT + "    db = 20 * torch.log10(magnitude.clamp(min=1e-4))\n"
            "    return (2 * (db - floor) / (ceiling - floor) - 1).clamp(max=1)",
            "to_unit",
        ),
        "still dB": (
            TO_UNIT + "    return 20 * torch.log10(magnitude.clamp(min=10 ** (floor / 20)))",
            "still in dB",
        ),
    },
    "from_unit": {
        "power": (
            FROM_UNIT
            + "    db = floor + (z.clamp(max=1) + 1) / 2 * (ceiling - floor)\n    return 10 ** (db / 10) * (z > -1)",
            "10 is for power",
        ),
        "still dB": (FROM_UNIT + "    return floor + (z + 1) / 2 * (ceiling - floor)", "this is in dB"),
        "from 0 to 1": (
            FROM_UNIT + "    return 10 ** ((floor + z * (ceiling - floor)) / 20)",
            "not from 0 to 1",
        ),
        "silence hisses": (
            FROM_UNIT
            + "    db = floor + (z.clamp(-1, 1) + 1) / 2 * (ceiling - floor)\n    return 10 ** (db / 20)",
            "stands for silence",
        ),
        "beyond the ceiling": (
            FROM_UNIT
            + "    db = floor + (z + 1) / 2 * (ceiling - floor)\n    return 10 ** (db / 20) * (z > -1)",
            "a generator may draw",
        ),
        "e instead of 10": (
            FROM_UNIT + "    db = floor + (z.clamp(max=1) + 1) / 2 * (ceiling - floor)\n"
            "    return torch.exp(db / 20) * (z > -1)",
            "not the natural one",
        ),
    },
    "standardise": {
        "by its own statistics": (
            STANDARDISE
            + "    return (x - x.mean((0, 2), keepdim=True)) / x.std((0, 2), keepdim=True).clamp(min=0.001)",
            "statistics of x itself",
        ),
        "by all values": (
            STANDARDISE + "    return (x - train.mean()) / train.std().clamp(min=0.001)",
            "each band has its own",
        ),
        "frames apart": (
            STANDARDISE + "    return (x - train.mean(0)) / train.std(0).clamp(min=0.001)",
            "the frames belong to it",
        ),
        "the mean only": (
            STANDARDISE + "    return x - train.mean((0, 2), keepdim=True)",
            "divide by the standard",
        ),
        "by the variance": (
            STANDARDISE
            + "    return (x - train.mean((0, 2), keepdim=True)) / train.var((0, 2), keepdim=True)",
            "variance",
        ),
        "nothing keeps it from zero": (
            STANDARDISE
            + "    return (x - train.mean((0, 2), keepdim=True)) / train.std((0, 2), keepdim=True)",
            "never changes in training",
        ),
        "the training part": (
            STANDARDISE
            + "    return (train - train.mean((0, 2), keepdim=True)) / train.std((0, 2), keepdim=True)",
            "it is the training part",
        ),
        "in place": (
            STANDARDISE + "    x -= train.mean((0, 2), keepdim=True)\n"
            "    return x / train.std((0, 2), keepdim=True).clamp(min=0.001)",
            "changes its input",
        ),
    },
    "cross_entropy": {
        "overflows": (
            ENTROPY + "    p = logits.exp() / logits.exp().sum(1, keepdim=True)\n"
            "    return -p[torch.arange(len(labels)), labels].log().mean()",
            "overflows",
        ),
        "stable softmax, then its logarithm": (
            ENTROPY
            + "    p = logits.softmax(1)\n    return -p[torch.arange(len(labels)), labels].log().mean()",
            "the logarithm of 0",
        ),
        "the sign": (
            ENTROPY + "    largest = logits.amax(1)\n"
            "    total = largest + (logits - largest[:, None]).exp().sum(1).log()\n"
            "    return (logits[torch.arange(len(labels)), labels] - total).mean()",
            "the sign is wrong",
        ),
        "the sum": (
            ENTROPY + "    largest = logits.amax(1)\n"
            "    total = largest + (logits - largest[:, None]).exp().sum(1).log()\n"
            "    return (total - logits[torch.arange(len(labels)), labels]).sum()",
            "take the mean",
        ),
        "the largest not put back": (
            ENTROPY + "    shifted = logits - logits.amax(1, keepdim=True)\n"
            "    return (shifted.exp().sum(1).log() - logits[torch.arange(len(labels)), labels]).mean()",
            "is expected",
        ),
        "one maximum for all": (
            ENTROPY + "    m = logits.max()\n"
            "    total = m + (logits - m).exp().sum(1).log()\n"
            "    return (total - logits[torch.arange(len(labels)), labels]).mean()",
            "overflow",
        ),
        "over the batch": (
            ENTROPY + "    m = logits.amax(0)\n    total = m + (logits - m).exp().sum(0).log()\n"
            "    return (total[labels] - logits[torch.arange(len(labels)), labels]).mean()",
            "over the classes",
        ),
        "in bits": (
            ENTROPY + "    largest = logits.amax(1)\n"
            "    total = largest + (logits - largest[:, None]).exp().sum(1).log()\n"
            "    return (total - logits[torch.arange(len(labels)), labels]).mean() / math.log(2)",
            "bits",
        ),
        "ready made": (
            ENTROPY + "    return torch.nn.functional.cross_entropy(logits, labels)",
            "does the whole exercise",
        ),
    },
    "confusion_matrix": {
        "transposed": (
            CONFUSION + "    for t, h in zip(truth, heard):\n        counts[h, t] += 1\n    return counts",
            "swapped",
        ),
        "pairs counted once": (CONFUSION + "    counts[truth, heard] += 1\n    return counts", "only once"),
        "shares": (
            CONFUSION + "    for t, h in zip(truth, heard):\n        counts[t, h] += 1\n"
            "    return counts / counts.sum(1, keepdim=True).clamp(min=1)",
            "shares of the rows",
        ),
        "in one row": (
            "def confusion_matrix(truth, heard, count):\n"
            "    return torch.bincount(count * truth + heard, minlength=count**2)",
            "in one row",
        ),
        "mistakes only": (
            CONFUSION
            + "    for t, h in zip(truth, heard):\n        counts[t, h] += t != h\n    return counts",
            "only mistakes",
        ),
        "classes that come": (
            "def confusion_matrix(truth, heard, count):\n"
            "    count = int(max(truth.max(), heard.max())) + 1\n"
            "    return torch.bincount(count * truth + heard, minlength=count**2).view(count, count)",
            "without a clip",
        ),
    },
    "allowed": {
        "no credit": (allowed(A=True), "name the authors"),
        "afraid of everything": (
            "allowed = dict.fromkeys('ABCDEFGH', False)",
            "credit, licence and what you changed",
        ),
        "everything goes": ("allowed = dict.fromkeys('ABCDEFGH', True)", "case A should be False"),
        "another licence": (allowed(C=True), "under the same licence"),
        "a free pack": (allowed(E=True), "whether or not there is a price"),
        "a surprise": (allowed(F=True), "no consent"),
        "consent is never enough": (allowed(G=False), "agreed to this very use"),
        "what is on line": (allowed(H=True), "not free to copy"),
        "words": (allowed(A="no"), "True, go ahead"),
        "one left out": (allowed(H=None), "nothing for 'H'"),
    },
}

START = "start = int(np.argmax(energy[samples:] - energy[:-samples]))"
ENERGY = "energy = np.concatenate([[0.0], np.cumsum(np.square(x, dtype=np.float64))])"
SAME_LENGTH = (
    "where nothing is missing there is one stretch only, the whole sound, and it is returned as it is"
)

EQUIVALENT = {
    "fit": {
        "GtE → Gt in `if missing >= 0:`": SAME_LENGTH,
        "0 → 1 in `if missing >= 0:`": SAME_LENGTH,
        f"call of int dropped in `{START}`": "a whole number of numpy's cuts a sound at the same place",
        f"dtype= dropped in `{ENERGY}`": "the sounds of the check are float64, and so are their squares",
    },
    "batches": {
        "call of list dropped in `return list(order.split(size))`": "a tuple of batches is gone through like a list",
    },
    "split_by_group": {
        "first two arguments swapped in `count = max(1, round(share * len(names)))`": "the larger of two is the same",
    },
    "cross_entropy": {
        "0 → -1 in `of_truth = logits.gather(1, labels[:, None])[:, 0]`": "of one column, the first is the last",
    },
}
