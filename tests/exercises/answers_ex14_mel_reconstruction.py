"""Wrong and right answers to exercise 14."""

from tests.exercises.planting import Planted

C = "class MelReconstructionEval(MelReconstructionEval):"

PLANTED = [
    Planted("the article's MCD", code=f"""
        {C}
            def compute_mcd(self, ref, gen):
                n = ref.shape[0]
                basis = np.array([[np.cos(np.pi * k * (2 * j + 1) / (2 * n)) for j in range(n)] for k in range(13)])
                diff = (basis @ ref)[1:] - (basis @ gen)[1:]
                return float(np.sqrt((diff**2).sum(axis=0)).mean())
        """, says="the figure of the article"),
    Planted("c0 included", {"np.arange(1, 13)": "np.arange(13)"}, says="you count c0, the loudness."),
    Planted("arange one short", {"np.arange(1, 13)": "np.arange(1, 12)"}, says="c1 to c11"),
    Planted("factor on dB", {" * np.log(10) / 20  #": "  #"}, says="turn into dB what is in dB"),
    Planted("log of the power", {"np.log(10) / 20": "np.log(10) / 10"}, says="logarithm of the power"),
    Planted("log10 for ln", {"np.sqrt(2) / np.log(10)": "np.sqrt(2) / np.log10(10)"}, says="log10 for ln"),
    Planted("mean inside the root", {"np.mean(np.sqrt(np.sum(cepstra**2, axis=0)))":
            "np.sqrt(np.mean(np.sum(cepstra**2, axis=0)))"}, says="root of the mean"),
    Planted("sum over the wrong axis", {"cepstra**2, axis=0": "cepstra**2, axis=1"},
            says="the mean over the coefficients"),
    Planted("DCT along time", {"n_mels = len(ref)\n": "ref, gen = ref.T, gen.T\n        n_mels = len(ref)\n"},
            says="along the frames"),
    Planted("SC by the generated one", {"/ np.linalg.norm(ref))": "/ np.linalg.norm(gen))"}, says="norm of gen"),
    Planted("SC without roots", code=f"""
        {C}
            def compute_sc(self, ref, gen):
                return float(((ref - gen) ** 2).sum() / (ref**2).sum())
        """, says="squared"),
    Planted("SC of dB", {"self.compute_sc(10 ** (ref / 20), 10 ** (gen / 20))": "self.compute_sc(ref, gen)"},
            says="that of dB, as in the article"),
    Planted("sweep twice as fast", {"t**2 / (2 * duration)": "t**2 / duration"}, says="ends at 2 f1 - f0"),
    Planted("centred", {"center=False": "center=True"}, says="centre the frames"),
    Planted("library's mel", {'            scale="htk",\n            norm=None,\n': ""}, says="the library's defaults"),
    Planted("ln for log10", {"10 * np.log10(mel": "10 * np.log(mel"}, says="natural logarithm"),
    Planted("no floor", {"mel + 1e-10": "mel"}, says="NaN or infinite"),
    Planted("settings ignored", {"n_fft=self.n_fft": "n_fft=1024"}),
    Planted("SC of powers", {"(10 ** (ref / 20), 10 ** (gen / 20))": "(10 ** (ref / 10), 10 ** (gen / 10))"},
            says="that of powers"),
    Planted("no band lost", {"        moderate[self.rng.choice(self.n_mels, 3, replace=False)] = ref.min()\n": ""},
            says="0 of 60 bands lie at the minimum of the reference"),
    Planted("variance for deviation", {"self.rng.normal(0, 0.5,": "self.rng.normal(0, 0.25,"},
            says="a standard deviation of 0.2"),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("loops, and sums over frames", code=f"""
        import math

        {C}
            def compute_mcd(self, ref, gen):
                n_mels, n_frames = ref.shape
                total = 0.0
                for t in range(n_frames):
                    distance = 0.0
                    for k in range(1, 13):
                        c = sum((ref[j, t] - gen[j, t]) * math.cos(math.pi * k * (j + 0.5) / n_mels)
                                for j in range(n_mels))
                        distance += (c * 2 / n_mels) ** 2
                    total += math.sqrt(distance / 2)
                return total / n_frames

            def compute_sc(self, ref, gen):
                above = below = 0.0
                for r, g in zip(np.ravel(ref), np.ravel(gen)):
                    above += (r - g) ** 2
                    below += r * r
                return math.sqrt(above / below)
        """),
    Planted("the library, single precision, and the article's window", code=f"""
        from npaudio.metrics import mel_cepstral_distortion, spectral_convergence

        {C}
            def generate_mel(self, freqs, duration=2.0):
                y = np.zeros(round(self.sr * duration), np.float32)
                for f0, f1 in freqs:
                    y += npaudio.sweep(f0, f1, sr=self.sr, duration=duration, amplitude=0.3)
                y *= 1 - np.cos(np.pi * (4 * np.arange(len(y)) / self.sr + 0.25)) ** 2
                return npaudio.power_to_db(1e-10 + npaudio.melspectrogram(
                    y, sr=self.sr, n_fft=self.n_fft, hop_length=self.hop, n_mels=self.n_mels, center=False,
                    window=np.hanning(self.n_fft), scale="htk", norm=None), amin=1e-10, top_db=None)

            def compute_mcd(self, ref, gen):
                c = [npaudio.mfcc(S=np.asarray(S, float) * np.log(10) / 20, n_mfcc=13) for S in (ref, gen)]
                return mel_cepstral_distortion(*c) * np.sqrt(2 / len(ref))

            def compute_sc(self, ref, gen):
                return np.float32(spectral_convergence(ref, gen))
        """),
    Planted("the cosine transform by a Fourier transform", code=f"""
        {C}
            def compute_mcd(self, ref, gen):
                gap = np.asarray(ref, float) - gen
                n = len(gap)
                mirrored = np.fft.rfft(np.concatenate([gap, gap[::-1]]), axis=0)[1:13]
                turned = np.real(mirrored * np.exp(-1j * np.pi * np.arange(1, 13) / (2 * n))[:, None])
                return np.mean(np.linalg.norm(turned / n, axis=0)) / np.sqrt(2)

            def compute_sc(self, ref, gen):
                gap = np.ravel(np.asarray(ref, float) - gen)
                return np.sqrt(gap @ gap) / np.sqrt(np.vdot(ref, ref))
        """),
    Planted("a phase that is added up, and noise band by band", code=f"""
        {C}
            def generate_mel(self, freqs, duration=2.0):
                n = int(round(self.sr * duration))
                t = np.array(range(n)) / self.sr
                y = np.zeros(n) + sum(0.3 * np.sin(2 * np.pi * t * (a + (b - a) / 2 * t / duration)) for a, b in freqs)
                power = np.abs(npaudio.stft(y * (1 + np.sin(8 * np.pi * t)) / 2, n_fft=self.n_fft,
                                            hop_length=self.hop, center=False)) ** 2
                bank = npaudio.mel_filterbank(sr=self.sr, n_fft=self.n_fft, n_mels=self.n_mels, scale="htk", norm=None)
                return 4.342944819032518 * np.log(bank @ power + 1e-10)

            def run(self):
                ref = self.generate_mel(freqs=[(150, 3000)])
                lost = set(self.rng.permutation(self.n_mels)[:3].tolist())
                noisy = lambda std: np.array([row + std * self.rng.standard_normal(len(row)) for row in ref])
                moderate = [np.full(len(row), ref.min()) if m in lost else row for m, row in enumerate(noisy(2))]
                made = [noisy(0.5), np.stack(moderate), self.generate_mel([(2000, 500)])]
                result = {{}}
                for quality, gen in zip(("excellent", "moderate", "poor"), made):
                    sc = self.compute_sc(*(np.power(10, dB / 20) for dB in (ref, gen)))
                    result[quality] = [self.compute_mcd(ref, gen), sc]
                    print(quality, "MCD %.3f dB" % result[quality][0], "SC %.4f" % sc)
                return result
        """),
    Planted("cepstra of both, frame by frame", code=f"""
        def cepstrum(frame):
            places = (np.arange(len(frame)) + 0.5) / len(frame)
            return np.array([2 * np.mean(frame * np.log(10) / 20 * np.cos(np.pi * k * places)) for k in range(1, 13)])

        {C}
            def compute_mcd(self, ref, gen):
                gaps = [cepstrum(r) - cepstrum(g) for r, g in zip(np.transpose(ref), np.transpose(gen))]
                return np.mean([10 / np.log(10) * np.sqrt(2 * np.sum(gap**2)) for gap in gaps])

            def compute_sc(self, ref, gen):
                return np.std(np.append(gap := np.subtract(ref, gen), -gap)) / np.std(np.append(ref, -np.asarray(ref)))
        """),
]  # fmt: skip
