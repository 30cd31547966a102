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
    Planted("weighted averages, roots, and sorting", code="""
        class AudioFeatureComparator(AudioFeatureComparator):
            def spectral_centroid(self, y):
                S, f = self.magnitudes(y), np.fft.rfftfreq(self.n_fft, 1 / self.sr)
                return np.mean([np.average(f, weights=S[:, t]) for t in range(S.shape[1])])

            def spectral_flatness(self, y):
                S = np.clip(self.magnitudes(y), self.floor, None)
                return (np.prod(S ** (1 / len(S)), axis=0) / S.mean(0)).mean()

            def compare(self):
                methods = {"centroid": self.spectral_centroid, "flatness": self.spectral_flatness,
                           "variation": self.temporal_variation}
                signals = self.generate_signals()
                return {s: dict((f, float(m(signals[s]))) for f, m in methods.items()) for s in signals}

            def verify(self):
                made = self.compare()
                flat = sorted(made, key=lambda name: made[name]["flatness"])
                tones = [made[name]["variation"] for name in made if name in ("sine", "sweep", "music_like")]
                low, middle, high = (made[name]["centroid"] for name in ("sine", "sweep", "white_noise"))
                holds = [flat[-1] == "white_noise", flat[0] == "sine",
                         all(v < made["speech_like"]["variation"] for v in tones), low < middle and middle < high]
                return {text: bool(true) for text, true in zip(CLAIMS, holds)}
        """),
    Planted("matrices, and a phase that is added up", code="""
        class AudioFeatureComparator(AudioFeatureComparator):
            def generate_signals(self):
                count = round(self.sr * self.duration)
                t = np.arange(count) / self.sr
                tones = np.sin(2 * np.pi * np.outer([150, 300, 900, 2500], t))
                trembling = 1 + 0.01 * np.sin(2 * np.pi * 5 * t)
                notes = [np.sin(2 * np.pi * np.cumsum(f * trembling) / self.sr) for f in (440, 554, 659)]
                made = [np.sin(2 * np.pi * 440 * t), np.random.default_rng(42).standard_normal(count) / 10,
                        np.sin(2 * np.pi * (200 * t + 1900 / self.duration * t**2)),
                        tones.mean(axis=0) * (1 + np.sin(2 * np.pi * 4 * t)) / 2, np.mean(notes, axis=0)]
                return dict(zip(["sine", "white_noise", "sweep", "speech_like", "music_like"], made))

            def spectral_centroid(self, y):
                S = self.magnitudes(y)
                shares = S / np.ones((1, len(S))).dot(S)
                return float(np.mean(np.arange(len(S)) @ shares) * self.sr / self.n_fft)

            def temporal_variation(self, y):
                frames = self.mel_db(y).T
                return sum(np.mean(np.abs(b - a)) for a, b in zip(frames, frames[1:])) / (len(frames) - 1)
        """),
    Planted("single precision and one table of numbers", code="""
        class AudioFeatureComparator(AudioFeatureComparator):
            def generate_signals(self):
                return {k: np.float32(v) for k, v in super(AudioFeatureComparator, self).generate_signals().items()}

            def spectral_flatness(self, y):
                S = np.maximum(self.magnitudes(y), np.float32(self.floor))
                geometric = np.exp2(np.log2(S).sum(axis=0) / S.shape[0])
                return np.float32((geometric / (S.sum(axis=0) / S.shape[0])).mean())

            def verify(self):
                made = self.compare()
                names = ["sine", "white_noise", "sweep", "speech_like", "music_like"]
                c, f, v = np.array([list(made[name].values()) for name in names]).T
                return dict(zip(CLAIMS, (np.argmax(f) == 1, np.argmin(f) == 0, (v[[0, 2, 4]] < v[3]).all(),
                                         bool(c[0] < c[2] < c[1]))))
        """),
]  # fmt: skip
