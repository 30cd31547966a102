"""Wrong and right answers to exercise 01."""

from tests.exercises.planting import Planted

PLANTED = [
    Planted("symmetric window", {"np.arange(n) / n)": "np.arange(n) / (n - 1))"}, says="*symmetric*"),
    Planted("numpy's hanning in the transform only", {"hann(n_fft)[": "np.hanning(n_fft)["}, says="*symmetric* Hann"),
    Planted("no window", {" * hann(n_fft)[:, np.newaxis]": ""}, says="no window"),
    Planted("magnitude", code="""
        def stft(y, n_fft, hop_length):
            return np.abs(np.fft.rfft(frame_signal(y, n_fft, hop_length).T * hann(n_fft))).T
        """, says="magnitudes"),
    Planted("a frame too few", {"1 + (len(y)": "(len(y)"}, says="last whole one is missing"),
    Planted("a range that leaves out the last start", code="""
        def frame_signal(y, n_fft, hop_length):
            return np.array([y[s : s + n_fft] for s in range(0, len(y) - n_fft, hop_length)]).T
        """, says="missing if it ends exactly at the last sample"),
    Planted("the same range in the transform", code="""
        def stft(y, n_fft, hop_length):
            starts = range(0, len(y) - n_fft, hop_length)
            return np.stack([np.fft.rfft(y[s : s + n_fft] * hann(n_fft)) for s in starts], axis=1)
        """, says="missing if it ends exactly at the last sample"),
    Planted("frames in rows", code="""
        def frame_signal(y, n_fft, hop_length):
            return [y[s : s + n_fft] for s in range(0, len(y) - n_fft + 1, hop_length)]
        """, says="lie in rows"),
    Planted("a window that is no column", {"hann(n_fft)[:, np.newaxis]": "hann(n_fft)"},
            says="one number for each row"),
    Planted("samples that are no column", {"np.arange(n_fft)[:, np.newaxis]": "np.arange(n_fft)"},
            says="make the first a column"),
    Planted("transform along the frames", {", axis=0)": ")"}, says="along the frames instead"),
    Planted("all n_fft bins", {"np.fft.rfft": "np.fft.fft"}, says="repeat the others as conjugates"),
    Planted("inverse transform", {"np.fft.rfft(frames": "n_fft * np.fft.ihfft(frames"}, says="complex conjugates"),
    Planted("square root of the window", {"0.5 - 0.5 * np.cos(2 * np.pi": "np.sin(np.pi"}, says="square root"),
    Planted("window a hundredth too low", {"0.5 - 0.5 *": "0.49 - 0.5 *"}, says="minus 0.01"),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("loops and lists", code="""
        import math

        def frame_signal(y, n_fft, hop_length):
            frames = []
            start = 0
            while start + n_fft <= len(y):
                frames.append([float(v) for v in y[start : start + n_fft]])
                start += hop_length
            return [list(row) for row in zip(*frames)]

        def hann(n):
            return [math.sin(math.pi * i / n) ** 2 for i in range(n)]

        def stft(y, n_fft, hop_length):
            columns = np.array(frame_signal(y, n_fft, hop_length)).T
            return np.array([np.fft.rfft(column * np.array(hann(n_fft))) for column in columns]).T
        """),
    Planted("strides and float32", code="""
        def frame_signal(y, n_fft, hop_length):
            return np.lib.stride_tricks.sliding_window_view(y, n_fft)[::hop_length].T.astype(np.float32)

        def hann(n):
            return np.hanning(n + 1)[:-1].astype(np.float32)
        """),
    Planted("the discrete Fourier transform as a matrix", code="""
        def stft(y, n_fft, hop_length):
            k, n = np.arange(n_fft // 2 + 1)[:, None], np.arange(n_fft)
            return np.exp(-2j * np.pi * k * n / n_fft) @ (hann(n_fft)[:, None] * frame_signal(y, n_fft, hop_length))
        """),
    Planted("recursion, a full transform and complex numbers", code="""
        def frame_signal(y, n_fft, hop_length):
            if len(y) < n_fft:
                return np.empty((n_fft, 0))
            return np.column_stack([y[:n_fft], frame_signal(y[hop_length:], n_fft, hop_length)])

        def hann(n):
            return np.abs(1 - np.exp(2j * np.pi * np.arange(n) / n)) ** 2 / 4

        def stft(y, n_fft, hop_length):
            return np.fft.fft(frame_signal(y, n_fft, hop_length).T * hann(n_fft)).T[: n_fft // 2 + 1]
        """),
    Planted("npaudio's own", code="""
        import npaudio

        def frame_signal(y, n_fft, hop_length):
            return npaudio.frame(y, frame_length=n_fft, hop_length=hop_length)

        def hann(n):
            return npaudio.get_window("hann", n)

        def stft(y, n_fft, hop_length):
            return npaudio.stft(y, n_fft=n_fft, hop_length=hop_length, center=False)
        """),
    Planted("sums of sines and cosines, frame by frame", code="""
        def stft(y, n_fft, hop_length):
            i, spectra = np.arange(n_fft), []
            for start in range(0, len(y) - n_fft + 1, hop_length):
                frame = [w * v for w, v in zip(hann(n_fft), y[start:])]
                turns = [2 * np.pi * k * i / n_fft for k in range(n_fft // 2 + 1)]
                spectra.append([complex(np.dot(frame, np.cos(t)), -np.dot(frame, np.sin(t))) for t in turns])
            return list(zip(*spectra))
        """),
]  # fmt: skip
