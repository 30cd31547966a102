"""Wrong and right answers to exercise 03."""

from tests.exercises.planting import Planted


def instead(method):
    """A class that differs from the solution's in one method."""
    lines = ["class AudioFeatureComparator(AudioFeatureComparator):", *method.strip("\n").splitlines()]
    return "\n".join(line if i == 0 else f"    {line}" for i, line in enumerate(lines))


def signal(name, formula):
    return instead(f"""
def generate_signals(self):
    t = np.arange(round(self.sr * self.duration)) / self.sr
    signals = npaudio.signals.article_signals(sr=self.sr, duration=self.duration, dtype=np.float64)
    signals["{name}"] = {formula}
    return signals
""")


TONES = "sum(np.sin(2 * np.pi * f * t) for f in {})"

PLANTED = [
    Planted("no 2 pi", code=signal("sine", "np.sin(440 * t)"), says="440 / (2 pi)"),
    Planted("uniform noise", code=signal("white_noise", "np.random.default_rng(42).uniform(-1, 1, len(t))"),
            says="bell curve"),
    Planted("noise that is never negative", code=signal("white_noise", "np.random.RandomState(42).rand(len(t))"),
            says="never negative"),
    Planted("noise without a seed", code=signal("white_noise", "np.random.default_rng().normal(size=len(t))"),
            says="other noise each time"),
    Planted("sweep with f(t) t for a phase",
            code=signal("sweep", "np.sin(2 * np.pi * (200 + 3800 * t / self.duration) * t)"), says="*integral*"),
    Planted("speech without modulation", code=signal("speech_like", TONES.format((150, 300, 900, 2500))),
            says="modulation at 4 Hz is missing"),
    Planted("tremolo for vibrato", code=signal("music_like", "(1 + 0.5 * np.sin(2 * np.pi * 5 * t)) * "
            + TONES.format((440, 554, 659))), says="tremolo"),
    Planted("no vibrato", code=signal("music_like", TONES.format((440, 554, 659))), says="vibrato at 5 Hz is missing"),
    Planted("power for magnitude", {"S = self.magnitudes(y)\n": "S = self.magnitudes(y) ** 2\n"}, says="by power"),
    Planted("bins for Hz", {" * self.sr / self.n_fft\n        return": "\n        return"}, says="not Hz"),
    Planted("floor forgotten", {"np.maximum(self.magnitudes(y), self.floor)": "self.magnitudes(y)"},
            says="floor is missing"),
    Planted("floor added", {"np.maximum(self.magnitudes(y), self.floor)": "self.magnitudes(y) + self.floor"},
            says="add the floor"),
    Planted("a product that underflows", {"np.exp(np.mean(np.log(S), axis=0))": "np.prod(S, axis=0) ** (1 / len(S))"},
            says="product underflows"),
    Planted("bands for frames", {"self.mel_db(y), axis=1": "self.mel_db(y), axis=0"}, says="neighbouring bands"),
    Planted("claims that always hold", {"{'holds' if holds else 'does NOT hold'}": "holds"}, says="read the same"),
    Planted("believing the article", {"return dict(zip(CLAIMS, holds, strict=True))":
            "return dict.fromkeys(CLAIMS, True)"}, says="but the numbers say False"),
    Planted("features mixed up", {'"centroid": self.spectral_centroid(y)': '"centroid": self.spectral_flatness(y)'}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("formulas and loops", code="""
        class AudioFeatureComparator(AudioFeatureComparator):
            def generate_signals(self):
                n = int(self.sr * self.duration)
                t = np.linspace(0, self.duration, n, endpoint=False)
                speech = sum(np.sin(2 * np.pi * f * t) for f in [150, 300, 900, 2500])
                vibrato = 0.02 * np.sin(2 * np.pi * 5 * t) / (2 * np.pi * 5)
                return {
                    "sine": np.cos(2 * np.pi * 440 * t).astype(np.float32),
                    "white_noise": np.random.RandomState(42).randn(n) * 0.1,
                    "sweep": np.sin(2 * np.pi * np.cumsum(np.linspace(200, 4000, n)) / self.sr),
                    "speech_like": list(speech / 4 * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * t))),
                    "music_like": sum(np.sin(2 * np.pi * f * (t + vibrato)) for f in [440, 554, 659]) / 3,
                }

            def spectral_centroid(self, y):
                S = self.magnitudes(np.asarray(y, float))
                f = np.linspace(0, self.sr / 2, S.shape[0])
                return np.mean([np.dot(f, frame) / frame.sum() for frame in S.T])

            def spectral_flatness(self, y):
                ratios = []
                for frame in self.magnitudes(np.asarray(y, float)).T:
                    frame = np.where(frame < self.floor, self.floor, frame)
                    ratios.append(10 ** np.mean(np.log10(frame)) / frame.mean())
                return sum(ratios) / len(ratios)

            def temporal_variation(self, y):
                M = self.mel_db(np.asarray(y, float))
                return np.abs(M[:, 1:] - M[:, :-1]).mean()
        """),
    Planted("the library's features and a table in capitals", code="""
        class AudioFeatureComparator(AudioFeatureComparator):
            def spectral_centroid(self, y):
                return npaudio.spectral_centroid(S=self.magnitudes(y), sr=self.sr).mean()

            def spectral_flatness(self, y):
                return npaudio.spectral_flatness(S=self.magnitudes(y), power=1, amin=self.floor).mean()

            def temporal_variation(self, y):
                return npaudio.temporal_variation(self.mel_db(y))

            def print_table(self):
                for name, f in self.compare().items():
                    print("|", name.replace("_", " ").upper(), "|", *(f"{value:.5g} |" for value in f.values()))
                print([(text, "yes" if holds else "no") for text, holds in self.verify().items()])
                return True
        """),
]  # fmt: skip
