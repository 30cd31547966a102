"""Probes of exercise 15, upsampling as in a vocoder."""

from exercises.checking.probes.asking import Probe

CLASS = "VocoderUpsampleSim"
AXES = dict.fromkeys(("nearest_neighbor", "linear_interp", "transposed_conv"), ("the bands", "the frames"))
WORDS = {"steps": "the steps", "frames": "the places of the frames", "output": "the output", "level": "the level",
         "convolve": "the smoothing", "interp": "the line", "signals": "the signals", "figures": "the figures", "i":
         "the number of the frame", "count_nonzero": "the count"}  # fmt: skip


def spectrogram(rng):
    """mel, hop."""
    return rng.normal(0.3, 0.2, (int(rng.integers(31, 36)), int(rng.integers(2, 7)))), int(rng.integers(17, 40))


def with_kernel(rng):
    """mel, hop, kernel."""
    mel, hop = spectrogram(rng)
    return mel, hop, rng.normal(0.2, 1, int(rng.integers(3, 3 * hop)))


def simulation(module, mel, hop):
    """An object with this spectrogram."""
    sim = module.VocoderUpsampleSim(n_mels=mel.shape[0], n_frames=mel.shape[1], hop=hop)
    sim.mel = mel
    return sim


def signal(rng):
    """A signal that crosses zero or not, and a name."""
    return rng.normal(float(rng.choice([0, 0.5, 6])), 1, int(rng.integers(2, 50))), "signal"


def analysed(module, y, name):
    """The figures of a signal."""
    return simulation(module, *spectrogram_of_two()).analyze(y, name)


def spectrogram_of_two():
    """The smallest one."""
    import numpy as np

    return np.ones((31, 2)), 4


def figure(key):
    """One of the figures."""
    return Probe(f"{CLASS}.analyze", signal, lambda m, y, name: analysed(m, y, name)[key], part=key)


PROBES = [
    Probe(f"{CLASS}.nearest_neighbor", spectrogram, lambda m, *args: simulation(m, *args).nearest_neighbor()),
    Probe(f"{CLASS}.linear_interp", spectrogram, lambda m, *args: simulation(m, *args).linear_interp()),
    Probe(f"{CLASS}.transposed_conv", with_kernel,
          lambda m, mel, hop, kernel: simulation(m, mel, hop).transposed_conv(kernel)),
    Probe(f"{CLASS}.transposed_conv", lambda rng: (*spectrogram(rng), int(rng.integers(99))),
          lambda m, mel, hop, seed: m.VocoderUpsampleSim(31, 3, hop, rng=seed).transposed_conv()),
    *(figure(key) for key in ("length", "smoothness", "drange", "zcr", "name")),
    Probe(f"{CLASS}.run", spectrogram, lambda m, *args: simulation(m, *args).run(),
          uses=("nearest_neighbor", "linear_interp", "transposed_conv", "analyze")),
]  # fmt: skip
