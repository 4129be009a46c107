"""Answers to lesson 00: right ones written differently, and wrong ones of the kind that students give."""

RIGHT = {
    "frequency_of": {
        "by semitone": "def frequency_of(m):\n    return 440 * (2 ** (1 / 12)) ** (m - 69)",
        "by numpy": "def frequency_of(midi):\n    return np.exp2((np.asarray(midi) - 69) / 12) * 440",
        "by torch": "def frequency_of(midi):\n"
        "    return 440 * torch.exp((torch.tensor(float(midi)).double() - 69) * math.log(2) / 12)",
    },
    "latent_size": {
        "the number": "latent_size = 64",
        "as a float": "latent_size = 64.0",
        "from a shape": "latent_size = torch.zeros(1, 64).shape[1]",
    },
}

WRONG = {
    "frequency_of": {
        "not shifted": ("def frequency_of(midi):\n    return 440 * 2 ** (midi / 12)", "440 Hz"),
        "upside down": ("def frequency_of(midi):\n    return 440 * 2 ** ((69 - midi) / 12)", "not more than"),
        "brackets": ("def frequency_of(midi):\n    return 440 * 2 ** (midi - 69) / 12", "440 Hz"),
        "whole division": (
            "def frequency_of(midi):\n    return 440 * 2 ** ((midi - 69) // 12)",
            "is expected",
        ),
        "linear": ("def frequency_of(midi):\n    return 440 + (midi - 69) * 26.16", "double"),
        "rounded": ("def frequency_of(midi):\n    return round(440 * 2 ** ((midi - 69) / 12))", "frequency"),
        "printed": ("def frequency_of(midi):\n    print(440 * 2 ** ((midi - 69) / 12))", "is expected"),
        "ten steps": ("def frequency_of(midi):\n    return 440 * 2 ** ((midi - 69) / 10)", "double"),
        "a text": ("def frequency_of(midi):\n    return str(440 * 2 ** ((midi - 69) / 12))", "text"),
        "a number": ("frequency_of = 440", "def frequency_of"),
        "a typing error": ("def frequency_of(midi):\n    return 440 * 2 ** ((mdi - 69) / 12)", "NameError"),
    },
    "latent_size": {
        "those shown": ("latent_size = 6", "six are printed"),
        "the sounds": ("latent_size = 1", "number of sounds"),
        "the output": ("latent_size = 8192", "come *out*"),
        "the shape": ("latent_size = torch.zeros(1, 64).shape", "one number"),
        "in quotes": ("latent_size = '64'", "leave the quotes out"),
    },
}

EQUIVALENT: dict[str, dict[str, str]] = {}
