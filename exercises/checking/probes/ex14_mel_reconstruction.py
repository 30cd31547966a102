"""Probes of exercise 14, MCD and spectral convergence."""

from functools import cache, partial

from exercises.checking.comparing import close
from exercises.checking.mutants import solution_of
from exercises.checking.probes.asking import Probe

CLASS = "MelReconstructionEval"
SHORT = {"sr": 8000, "n_fft": 256, "hop": 400}  # of run, which takes its time
AXES = {"compute_mcd": ("the coefficients", "the frames"), "compute_sc": ("the bands", "the frames")}
WORDS = {"t": "the time", "y": "the signal", "mel": "the mel spectrogram", "cosines": "the cosines", "cepstra":
         "the cepstra", "k": "the number of the cosine", "j": "the band", "ref": "the reference", "gen":
         "the reconstruction", "moderate": "the moderate reconstruction", "generate_mel": "the mel spectrogram",
         "score": "the two measures", "subtract": "the difference", "choice": "the bands drawn", "scores":
         "the measures"}  # fmt: skip


def sweeps(rng):
    """Some sweeps, now and then none, and a duration."""
    pairs = [(int(rng.integers(100, 6000)), int(rng.integers(100, 6000))) for _ in range(int(rng.integers(0, 3)))]
    if rng.random() < 0.3:
        pairs.append((float(rng.uniform(1e-7, 1e-6)), 2e-7))
    return pairs, float(rng.choice([1535, 1536, 1700, 1279]) / 16000)


def sweeps_and_settings(rng):
    """Sweeps for an object with settings of its own."""
    n_fft = int(rng.choice([256, 512]))
    return *sweeps(rng), {"sr": int(rng.choice([8000, 16000])), "n_mels": int(rng.integers(14, 20)), "n_fft": n_fft,
                          "hop": int(rng.integers(80, 140))}  # fmt: skip


def pair(rng):
    """A reference and a reconstruction in dB."""
    shape = int(rng.integers(14, 30)), int(rng.integers(1, 9))
    ref = rng.normal(-20, 15, shape)
    return ref, ref + rng.normal(1, 3, shape)


def seed(rng):
    """A seed, and the bands of a small object."""
    return int(rng.integers(1000)), int(rng.integers(14, 24))


def judged(module, seed, n_mels):
    """What run gives."""
    return module.MelReconstructionEval(n_mels=n_mels, **SHORT, rng=seed).run()


class Mirrored:
    """A generator whose noise has the other sign."""

    def __init__(self, rng):
        self.rng = rng

    def __getattr__(self, name):
        return getattr(self.rng, name)

    def normal(self, *args):
        """The noise."""
        return -self.rng.normal(*args)


@cache
def either_sign(seed, n_mels):
    """What the solution's run gives with its noise, and with that of the other sign."""
    evaluators = [solution_of("ex14_mel_reconstruction").right[CLASS](n_mels=n_mels, **SHORT, rng=seed)
                  for _ in range(2)]  # fmt: skip
    evaluators[1].rng = Mirrored(evaluators[1].rng)
    return [evaluator.run() for evaluator in evaluators]


def is_judged(scores, seed, n_mels):
    """Whether the measures are right for noise of either sign."""
    allowed = either_sign(seed, n_mels)
    return all(any(close(scores[quality], one[quality]) for one in allowed) for quality in allowed[0])


def poor(module, seed, n_mels, part):
    """MCD or SC of the reconstruction that is not drawn."""
    return judged(module, seed, 80)["poor"][("mcd", "sc").index(part)]


def poor_of_many(module, seed, n_mels, part):
    """The same with the settings of the checks."""
    return module.MelReconstructionEval(hop=800).run()["poor"][("mcd", "sc").index(part)]


USED = ("generate_mel", "compute_mcd", "compute_sc")
PROBES = [
    Probe(f"{CLASS}.generate_mel", sweeps, lambda m, *args: m.MelReconstructionEval().generate_mel(*args)),
    Probe(f"{CLASS}.generate_mel", sweeps_and_settings,
          lambda m, freqs, duration, s: m.MelReconstructionEval(**s).generate_mel(freqs, duration)),
    Probe(f"{CLASS}.compute_mcd", pair, lambda m, *args: m.MelReconstructionEval().compute_mcd(*args)),
    Probe(f"{CLASS}.compute_sc", pair, lambda m, *args: m.MelReconstructionEval().compute_sc(*args)),
    *(Probe(f"{CLASS}.run", seed, partial(poor_of_many, part=part), part=part, uses=USED, fixed=True)
      for part in ("mcd", "sc")),
    *(Probe(f"{CLASS}.run", seed, partial(poor, part=part), part=part, uses=USED) for part in ("mcd", "sc")),
    Probe(f"{CLASS}.run", seed, judged, right=is_judged, uses=USED),
]  # fmt: skip
