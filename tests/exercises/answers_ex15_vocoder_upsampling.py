"""Wrong and right answers to exercise 15."""

from tests.exercises.planting import Planted

C = "class VocoderUpsampleSim(VocoderUpsampleSim):"
ADD = "output[i * self.hop : i * self.hop + len(kernel)] += level * kernel"
LEVELS = "enumerate(self.mel.mean(axis=0))"

PLANTED = [
    Planted("kernel not normalised", {"np.ones(16) / 16": "np.ones(16)"}, says="16 times too loud"),
    Planted("steps not smoothed", {'np.convolve(steps, np.ones(16) / 16, mode="same")': "steps"}, says="not smoothed"),
    Planted("tile for repeat", {"np.repeat(": "np.tile("}, says="not np.tile"),
    Planted("full convolution", {', mode="same"': ""}, says="15 samples too long"),
    Planted("valid convolution", {'mode="same"': 'mode="valid"'}, says="15 samples too short"),
    Planted("hop for 16", {"np.ones(16) / 16": "np.ones(self.hop) / self.hop"}, says="as long as the hop"),
    Planted("smoothed levels", code=f"""
        {C}
            def nearest_neighbor(self):
                levels = np.convolve(self.mel.mean(axis=0), np.ones(16) / 16, mode="same")[: self.n_frames]
                return np.repeat(levels, self.hop)
        """, says="before you repeat them"),
    Planted("linspace", code=f"""
        {C}
            def linear_interp(self):
                x = np.linspace(0, self.n_frames - 1, self.n_frames * self.hop)
                return np.interp(x, np.arange(self.n_frames), self.mel.mean(axis=0))
        """, says="stretched"),
    Planted("frame centres", {"np.arange(self.n_frames) * self.hop\n": "(np.arange(self.n_frames) + 0.5) * self.hop\n"},
            says="middle of their frames"),
    Planted("zero after the last", {"frames, self.mel.mean(axis=0))": "frames, self.mel.mean(axis=0), right=0)"},
            says="your signal is 0"),
    Planted("n_frames - 1 hops", {"np.arange(self.n_frames * self.hop)": "np.arange((self.n_frames - 1) * self.hop)"},
            says="ends a hop early"),
    Planted("one sample after", {
        "np.arange(self.n_frames * self.hop)": "np.arange((self.n_frames - 1) * self.hop + 1)",
    }, says="ends with the last frame's sample"),
    Planted("steps for lines", code=f"""
        {C}
            def linear_interp(self):
                return np.repeat(self.mel.mean(axis=0), self.hop)
        """, says="made of steps"),
    Planted("kernels overwrite", {"] += level": "] = level"}, says="wipes out the earlier"),
    Planted("kernel flipped", {"level * kernel": "level * kernel[::-1]"}, says="flipped"),
    Planted("kernels side by side", {
        "(self.n_frames - 1) * self.hop + len(kernel)": "self.n_frames * len(kernel)",
        ADD: "output[i * len(kernel) : (i + 1) * len(kernel)] += level * kernel",
    }, says="side by side"),
    Planted("repeated levels convolved", code=f"""
        {C}
            def transposed_conv(self, kernel=None):
                kernel = self.kernel if kernel is None else kernel
                return np.convolve(np.repeat(self.mel.mean(axis=0), self.hop), kernel)
        """, says="you convolve repeated levels."),
    Planted("cut to the frames", {"        return output": "        return output[: self.n_frames * self.hop]"},
            says="cut off"),
    Planted("length as for a kernel of a hop", {
        "(self.n_frames - 1) * self.hop + len(kernel)": "self.n_frames * self.hop",
    }, says="ValueError"),
    Planted("a hop too long", {"(self.n_frames - 1) * self.hop + len": "self.n_frames * self.hop + len"},
            says="ends in zeros"),
    Planted("kernel divided by its sum", {"level * kernel": "level * kernel / kernel.sum()"},
            says="divided by its sum"),
    Planted("kernel not used", {"self.kernel if kernel is None else np.asarray(kernel)": "self.kernel"},
            says="that of self.kernel"),
    Planted("sum over bands", {"self.mel.mean(axis=0)": "self.mel.sum(axis=0)"}, says="sum over the bands"),
    Planted("mean over frames", {LEVELS: "enumerate(self.mel.mean(axis=1)[: self.n_frames])"}),
    Planted("zero crossings counted twice", {"np.sum(np.diff(np.sign(signal)) != 0)":
            "np.sum(np.abs(np.diff(np.sign(signal))))"}, says="counts twice"),
    Planted("smoothness without abs", {"np.mean(np.abs(np.diff(signal)))": "np.mean(np.diff(signal))"},
            says="ups and downs cancel"),
    Planted("key misspelt", {'"drange":': '"range":'}, says="drange"),
    Planted("columns of run mixed up", {'"Linear": self.linear_interp()': '"Linear": self.nearest_neighbor()'}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("loops and lists", code=f"""
        {C}
            def levels(self):
                return [sum(float(v) for v in column) / self.n_mels for column in self.mel.T]

            def nearest_neighbor(self):
                steps = [level for level in self.levels() for _ in range(self.hop)]
                return [sum(steps[max(0, n - 8) : n + 8]) / 16 for n in range(len(steps))]

            def linear_interp(self):
                levels = self.levels() + self.levels()[-1:]
                return [levels[i] + (levels[i + 1] - levels[i]) * m / self.hop
                        for i in range(self.n_frames) for m in range(self.hop)]

            def transposed_conv(self, kernel=None):
                kernel = list(self.kernel if kernel is None else kernel)
                out = [0.0] * ((self.n_frames - 1) * self.hop + len(kernel))
                for i, level in enumerate(self.levels()):
                    for m, weight in enumerate(kernel):
                        out[i * self.hop + m] += level * weight
                return out

            def analyze(self, signal, name):
                pairs = list(zip(signal[:-1], signal[1:]))
                return dict(zcr=sum(a * b < 0 for a, b in pairs) / len(signal), drange=max(signal) - min(signal),
                            smoothness=sum(abs(b - a) for a, b in pairs) / len(pairs), length=len(signal), name=name)
        """),
    Planted("zeros between the levels, single precision, another table", code=f"""
        {C}
            def linear_interp(self):
                return self.transposed_conv(1 - abs(np.arange(1, 2 * self.hop) / self.hop - 1))[
                    self.hop - 1 : -self.hop].tolist() + [float(self.mel[:, -1].mean())] * self.hop

            def transposed_conv(self, kernel=None):
                kernel = self.kernel if kernel is None else kernel
                spread = np.zeros((self.n_frames, self.hop), np.float32)
                spread[:, 0] = self.mel.mean(axis=0)
                return np.convolve(spread.ravel()[: (self.n_frames - 1) * self.hop + 1], kernel).astype(np.float32)

            def run(self):
                ways = dict(Nearest=self.nearest_neighbor, Linear=self.linear_interp, TransConv=self.transposed_conv)
                rows = {{name: self.analyze(way(), name) for name, way in ways.items()}}
                for name, row in rows.items():
                    print(name, *(f"{{key}}={{value}}" for key, value in row.items() if key != "name"), sep=" | ")
                return rows
        """),
    Planted("matrices", code=f"""
        {C}
            def nearest_neighbor(self):
                steps = np.kron(self.mel.mean(axis=0), np.ones(self.hop))
                sums = np.cumsum(np.pad(steps, (9, 7)))
                return (sums[16:] - sums[:-16])[: len(steps)] / 16

            def linear_interp(self):
                levels = np.mean(self.mel, axis=0)
                share = np.arange(self.hop) / self.hop
                after = np.append(levels[1:], levels[-1])
                return (np.outer(levels, 1 - share) + np.outer(after, share)).ravel()

            def transposed_conv(self, kernel=None):
                kernel = self.kernel if kernel is None else np.asarray(kernel)
                places = self.hop * np.arange(self.n_frames)[:, None] + np.arange(len(kernel))
                out = np.zeros(places.max() + 1)
                np.add.at(out, places, np.outer(self.mel.mean(0), kernel))
                return out
        """),
    Planted("signs, sorting and recursion", code=f"""
        {C}
            def transposed_conv(self, kernel=None):
                kernel = self.kernel if kernel is None else np.asarray(kernel)

                def laid(levels):
                    first = np.pad(levels[0] * kernel, (0, self.hop * (len(levels) - 1)))
                    return first if len(levels) == 1 else first + np.pad(laid(levels[1:]), (self.hop, 0))

                return laid(self.mel.sum(axis=0) / self.n_mels)

            def analyze(self, signal, name):
                y = np.asarray(signal, float)
                ordered = np.sort(y)
                up = y > 0
                return {{"zcr": np.count_nonzero(up[1:] ^ up[:-1]) / y.size, "drange": ordered[-1] - ordered[0],
                        "smoothness": np.abs(y[1:] - y[:-1]).mean(), "length": y.shape[0], "name": name}}

            def run(self):
                made = zip(("Nearest", "Linear", "TransConv"),
                           (self.nearest_neighbor(), self.linear_interp(), self.transposed_conv()))
                result = {{name: self.analyze(y, name) for name, y in made}}
                for name in result:
                    print(name, result[name])
                return result
        """),
    Planted("sample by sample", code=f"""
        {C}
            def linear_interp(self):
                levels, out = self.mel.mean(axis=0), []
                for n in range(self.n_frames * self.hop):
                    i, m = divmod(n, self.hop)
                    ahead = levels[min(i + 1, self.n_frames - 1)]
                    out.append(((self.hop - m) * levels[i] + m * ahead) / self.hop)
                return out

            def transposed_conv(self, kernel=None):
                kernel = self.kernel if kernel is None else kernel
                pulses = np.zeros((self.n_frames - 1) * self.hop + 1)
                pulses[:: self.hop] = self.mel.mean(axis=0)
                size = len(pulses) + len(kernel) - 1
                return np.fft.irfft(np.fft.rfft(pulses, size) * np.fft.rfft(kernel, size), size)
        """),
]  # fmt: skip
