"""Wrong and right answers to exercise 04."""

from tests.exercises.planting import Planted

WIDTH, START = "rng.integers(min(freq_width, n_mels + 1))", "rng.integers(n_mels - width + 1)"

PLANTED = [
    Planted("axes swapped", {"masked[start : start + width]": "masked[:, start : start + width]"}, says="rows"),
    Planted("in place", {"masked = mel.copy()\n    masked[start": "masked = mel\n    masked[start"},
            says="changes its input mel"),
    Planted("fill ignored", {"start + width] = fill": "start + width] = 0"}, says="whatever `fill` says"),
    Planted("a band too wide", {"masked[start : start + width]": "masked[start : start + width + 1]"},
            says="one too wide"),
    Planted("widths from 1 to w", {WIDTH: "rng.integers(1, min(freq_width, n_mels) + 1)"},
            says="the widths 1, 2, 3, 4, 5 occur"),
    Planted("widths up to w", {WIDTH: "rng.integers(0, min(freq_width, n_mels), endpoint=True)"},
            says="the widths 0, 1, 2, 3, 4, 5 occur"),
    Planted("the article's last start", {START: "rng.integers(max(n_mels - width, 1))"},
            says="the last band is never filled"),
    Planted("stripes that stick out", {START: "rng.integers(n_mels)"}, says="stick out at the end"),
    Planted("one stripe only", {"range(n_freq)": "range(1)"}, says="anew for every stripe"),
    Planted("global random state", {"width = rng.integers(": "width = np.random.randint("}, says="not from `rng`"),
    Planted("a generator of its own", {"n_mels, n_frames = mel.shape":
            "n_mels, n_frames = mel.shape\n    rng = np.random.default_rng(0)"}, says="all seeds give the same"),
    Planted("n_freq for both kinds", {"range(n_freq)": "range(n_time)", "range(n_time)": "range(n_freq)"}),
    Planted("20 for 10", {"snr_db / 10": "snr_db / 20"}, says="20 where power is meant"),
    Planted("power for amplitude", code="""
        def add_noise(y, snr_db, rng):
            return y + rng.normal(size=len(y)) * np.mean(y**2) / 10 ** (snr_db / 10)
        """, says="wants an amplitude"),
    Planted("upside down", {"np.mean(y**2) / 10": "np.mean(y**2) * 10"}, says="as far above the signal"),
    Planted("article's noise", {"wanted / np.mean(noise**2)": "wanted"}, says="right on average only"),
    Planted("uniform noise", {"rng.normal(size": "rng.uniform(-1, 1, size"}, says="bell curve"),
    Planted("one number for all samples", {"rng.normal(size=len(y))": "rng.normal()"}, says="your noise has the mean"),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("boolean masks and lists", code="""
        def freq_mask(mel, start, width, fill=0.0):
            bands = np.arange(mel.shape[0])[:, None]
            return np.where((bands >= start) & (bands < start + width), fill, mel)

        def time_mask(mel, start, width, fill=0.0):
            rows = mel.tolist()
            for row in rows:
                row[start : start + width] = [fill] * width
            return rows

        def spec_augment(mel, rng, n_freq=2, freq_width=10, n_time=2, time_width=20, fill=0.0):
            out = np.array(mel)
            for axis, n, w in ((1, n_time, time_width), (0, n_freq, freq_width)):
                length = mel.shape[axis]
                for _ in range(n):
                    width = min(int(rng.random() * w), length)
                    start = int(rng.uniform(0, length - width + 1))
                    np.moveaxis(out, axis, 0)[start : start + width] = fill
            return out

        def add_noise(y, snr_db, rng):
            noise = rng.standard_normal(y.shape).astype(np.float32)
            gain = np.linalg.norm(y) / np.linalg.norm(noise) * 10 ** (-snr_db / 20)
            return list(y + gain * noise)
        """),
    Planted("all draws first", code="""
        def spec_augment(mel, rng, n_freq=2, freq_width=10, n_time=2, time_width=20, fill=0.0):
            n_mels, n_frames = mel.shape
            widths = rng.integers(0, min(freq_width, n_mels + 1), n_freq), rng.integers(
                0, min(time_width, n_frames + 1), n_time)
            out = mel
            for width in widths[0]:
                out = freq_mask(out, rng.choice(n_mels - width + 1), width, fill)
            for width in widths[1]:
                out = time_mask(out, rng.choice(n_frames - width + 1), width, fill)
            return out
        """),
    Planted("index lists and recursion", code="""
        def freq_mask(mel, start, width, fill=0.0):
            out = np.array(mel)
            for band in range(start, start + width):
                out[band, :] = np.full(mel.shape[1], fill)
            return out

        def time_mask(mel, start, width, fill=0.0):
            return freq_mask(np.asarray(mel).T, start, width, fill).T

        def spec_augment(mel, rng, n_freq=2, freq_width=10, n_time=2, time_width=20, fill=0.0):
            if n_freq == n_time == 0:
                return mel.copy()
            mask, n, w = (freq_mask, mel.shape[0], freq_width) if n_freq else (time_mask, mel.shape[1], time_width)
            width = rng.choice(min(w, n + 1))
            rest = (n_freq - 1, freq_width, n_time, time_width) if n_freq else (0, 1, n_time - 1, time_width)
            return spec_augment(mask(mel, rng.integers(0, n - width, endpoint=True), width, fill), rng, *rest, fill)

        def add_noise(y, snr_db, rng):
            noise = rng.standard_normal(len(y))
            noise /= np.sqrt(np.dot(noise, noise) / np.dot(y, y))
            return y + noise / np.sqrt(10 ** (snr_db / 10))
        """),
    Planted("one boolean picture for all stripes", code="""
        def spec_augment(mel, rng, n_freq=2, freq_width=10, n_time=2, time_width=20, fill=0.0):
            hidden = np.zeros(mel.shape, bool)
            for picture, n, w in ((hidden, n_freq, freq_width), (hidden.T, n_time, time_width)):
                for _ in range(n):
                    width = int(rng.integers(0, min(w - 1, len(picture)), endpoint=True))
                    begin = rng.permutation(len(picture) - width + 1)[0]
                    picture[begin : begin + width] |= True
            return np.ma.masked_array(mel, hidden).filled(fill)

        def add_noise(y, snr_db, rng):
            noise = rng.normal(0, 1, y.shape)
            loudness = lambda x: 10 * np.log10(np.mean(np.square(x)))
            return y + noise * 10 ** ((loudness(y) - loudness(noise) - snr_db) / 20)
        """),
    Planted("an object for the stripes", code="""
        class Stripe:
            def __init__(self, rng, n, w):
                self.width = min(int(np.floor(rng.random() * w)), n) if w <= n else int(rng.integers(n + 1))
                self.start = int(rng.integers(n - self.width + 1))

            def __contains__(self, place):
                return self.start <= place < self.start + self.width

        def spec_augment(mel, rng, n_freq=2, freq_width=10, n_time=2, time_width=20, fill=0.0):
            rows, columns = (range(n) for n in mel.shape)
            stripes = [Stripe(rng, len(rows), freq_width) for _ in range(n_freq)]
            bands = [f for f in rows if any(f in stripe for stripe in stripes)]
            stripes = [Stripe(rng, len(columns), time_width) for _ in range(n_time)]
            frames = [t for t in columns if any(t in stripe for stripe in stripes)]
            out = mel.tolist()
            for f in rows:
                for t in columns if f in bands else frames:
                    out[f][t] = fill
            return out

        def add_noise(y, snr_db, rng):
            noise = [rng.normal() for _ in y]
            gain = (sum(v * v for v in y) / sum(v * v for v in noise) / 10 ** (snr_db / 10)) ** 0.5
            return [v + gain * e for v, e in zip(y, noise)]
        """),
]  # fmt: skip
