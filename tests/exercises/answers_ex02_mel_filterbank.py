"""Wrong and right answers to exercise 02."""

from tests.exercises.planting import Planted

PLANTED = [
    Planted("natural logarithm", {"np.log10(1 + ": "np.log(1 + "}, says="natural logarithm"),
    Planted("f itself in the logarithm", {"1 + np.asarray(f) / 700": "np.asarray(f) / 700"}, says="1 + inside"),
    Planted("exp for powers of ten", {"10 ** (np.asarray(m) / 2595)": "np.exp(np.asarray(m) / 2595)"}, says="with exp"),
    Planted("brackets of the inverse", {"(10 ** (np.asarray(m) / 2595) - 1)": "10 ** (np.asarray(m) / 2595) - 1"},
            says="after the multiplication"),
    Planted("equally spaced in Hz", {"mel_to_hz(np.linspace(0, hz_to_mel(sr / 2), n_mels + 2))":
            "np.linspace(0, sr / 2, n_mels + 2)"}, says="equally spaced in Hz"),
    Planted("bins up to sr", {"np.arange(n_fft // 2 + 1) * sr / n_fft": "np.linspace(0, sr, n_fft // 2 + 1)"},
            says="they end at sr / 2"),
    Planted("no clipping", {"np.maximum(0, np.minimum(rising, falling))": "np.minimum(rising, falling)"},
            says="below zero"),
    Planted("librosa's norm", {"return np.maximum(0, np.minimum(rising, falling))":
            "return np.maximum(0, np.minimum(rising, falling)) * 2 / (upper - lower)"}, says="Slaney's norm"),
    Planted("a point too few", {"n_mels + 2": "n_mels + 1"}, says="a triangle is missing"),
    Planted("corners at bins, as tutorials do", code="""
        def mel_filterbank(sr, n_fft, n_mels):
            hz = mel_to_hz(np.linspace(0, hz_to_mel(sr / 2), n_mels + 2))
            bins = np.floor(n_fft * hz / sr).astype(int)
            bank = np.zeros((n_mels, n_fft // 2 + 1))
            for m in range(n_mels):
                for k in range(bins[m], bins[m + 1]):
                    bank[m, k] = (k - bins[m]) / (bins[m + 1] - bins[m])
                for k in range(bins[m + 1], bins[m + 2]):
                    bank[m, k] = (bins[m + 2] - k) / (bins[m + 2] - bins[m + 1])
            return bank
        """, says="round the corners to whole bins (down)"),
    Planted("the smaller side for the larger", {"np.minimum(": "np.maximum("}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("loops and plain Python", code="""
        import math

        def hz_to_mel(f):
            if isinstance(f, (int, float)):
                return 1127.01048 * math.log(1 + f / 700)
            return [hz_to_mel(float(one)) for one in f]

        def mel_to_hz(m):
            return [700 * (math.exp(one / 1127.01048) - 1) for one in m]

        def mel_filterbank(sr, n_fft, n_mels):
            top = hz_to_mel(sr / 2)
            p = mel_to_hz([top * i / (n_mels + 1) for i in range(n_mels + 2)])
            bank = []
            for m in range(n_mels):
                row = []
                for k in range(n_fft // 2 + 1):
                    f = k * sr / n_fft
                    if p[m] <= f <= p[m + 1]:
                        row.append((f - p[m]) / (p[m + 1] - p[m]))
                    elif p[m + 1] < f < p[m + 2]:
                        row.append((p[m + 2] - f) / (p[m + 2] - p[m + 1]))
                    else:
                        row.append(0)
                bank.append(row)
            return bank
        """),
    Planted("np.interp and float32", code="""
        def mel_filterbank(sr, n_fft, n_mels):
            f = np.fft.rfftfreq(n_fft, 1 / sr)
            p = mel_to_hz(np.linspace(hz_to_mel(0.0), hz_to_mel(sr / 2), n_mels + 2))
            rows = [np.interp(f, p[m : m + 3], [0, 1, 0], left=0, right=0) for m in range(n_mels)]
            return np.float32(rows)
        """),
    Planted("hats interpolated between the points", code="""
        def hz_to_mel(f):
            return 2595 * np.log1p(np.divide(f, 700)) / np.log(10)

        def mel_to_hz(m):
            return 700 * np.expm1(np.multiply(m, np.log(10) / 2595))

        def mel_filterbank(sr, n_fft, n_mels):
            points = mel_to_hz(np.arange(n_mels + 2) * hz_to_mel(sr / 2) / (n_mels + 1))
            return np.array([np.interp(np.fft.rfftfreq(n_fft) * sr, points, hat) for hat in np.eye(n_mels + 2)[1:-1]])
        """),
    Planted("npaudio's own", code="""
        import npaudio

        def hz_to_mel(f):
            return npaudio.hz_to_mel(f, scale="htk")

        def mel_to_hz(m):
            return npaudio.mel_to_hz(m, scale="htk")

        def mel_filterbank(sr, n_fft, n_mels):
            return npaudio.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels, scale="htk", norm=None)
        """),
    Planted("an object a triangle", code="""
        class Triangle:
            def __init__(self, low, top, high):
                self.low, self.top, self.high = low, top, high

            def __call__(self, f):
                up = (f - self.low) / (self.top - self.low)
                return max(0.0, min(up, (self.high - f) / (self.high - self.top)))

        def mel_filterbank(sr, n_fft, n_mels):
            p = [float(mel_to_hz(m)) for m in np.linspace(0, float(hz_to_mel(sr / 2)), n_mels + 2)]
            return [[Triangle(*p[m : m + 3])(k * sr / n_fft) for k in range(n_fft // 2 + 1)] for m in range(n_mels)]
        """),
    Planted("sides chosen by np.select", code="""
        def mel_to_hz(m):
            return np.vectorize(lambda one: 700 * 10.0 ** (one / 2595) - 700)(m)

        def mel_filterbank(sr, n_fft, n_mels):
            f = sr / n_fft * np.arange(1 + n_fft // 2)
            p = mel_to_hz(np.linspace(hz_to_mel(0), hz_to_mel(sr / 2), n_mels + 2))
            bank = np.zeros((n_mels, len(f)), order="F")
            for m, (a, b, c) in enumerate(zip(p, p[1:], p[2:])):
                bank[m] = np.select([(a <= f) & (f <= b), (b < f) & (f <= c)], [(f - a) / (b - a), (c - f) / (c - b)])
            return bank
        """),
]  # fmt: skip
