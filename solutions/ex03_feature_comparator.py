r"""Exercise 03: compare five sounds by three numbers.

Write the class below: it makes five test signals, measures three features of each, and prints a table.

    spectral centroid     sum_k f_k |S_k| / sum_k |S_k|  a frame, in Hz; then the mean over the frames
    spectral flatness     exp(mean_k ln a_k) / mean_k a_k  a frame, with a_k = max(|S_k|, floor); then the mean
    temporal variation    mean of |M[m, t + 1] - M[m, t]|  over all bands m and frames t, M in dB

The exercise is the first of the article "Learn AI Series (#95) – Audio Classification". The article calls the
centroid "energy-weighted"; here, as in librosa, the weights are the magnitudes |S|.

**What to expect.** Three of the article's four claims hold. The fourth, that the pure tone has the lowest flatness,
depends on the window and on the floor: nearly all bins of a tone are empty, and what a geometric mean of them says is
what the window leaks. With the Hann window and floor=1e-10, which is as good as none, the chord is the lowest; with
floor=1e-5 it is the tone; with floor=1e-4 it is the sweep. So `verify` says what *your* numbers say, and a False is
as right an answer as a True.

Check:  pytest exercises/test_ex03_feature_comparator.py        Hints:  python -m exercises hint 03
Lesson: lessons/02_features.py
"""

import numpy as np

import npaudio

CLAIMS = (
    "white noise has the highest flatness",
    "the pure tone has the lowest flatness",
    "speech varies more than tone, sweep and music",
    "the sweep's centroid lies between tone and noise",
)


class AudioFeatureComparator:
    """Five signals, three features of each, and what they show.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    duration : float
        Length of the signals in seconds.
    n_fft, hop_length : int
        Frames in samples; Hann window, no centring.
    n_mels : int
        Bands of the mel spectrogram.
    floor : float
        Smallest magnitude that the flatness sees.
    """

    def __init__(
        self,
        sr: int = 16000,
        duration: float = 2.0,
        n_fft: int = 1024,
        hop_length: int = 256,
        n_mels: int = 64,
        floor: float = 1e-10,
    ) -> None:
        self.sr, self.duration = sr, duration
        self.n_fft, self.hop_length, self.n_mels = n_fft, hop_length, n_mels
        self.floor = floor

    def magnitudes(self, y: np.ndarray) -> np.ndarray:
        """Magnitude spectrogram |S|, (n_fft // 2 + 1, n_frames); bin k lies at k * sr / n_fft Hz."""
        return np.abs(npaudio.stft(y, n_fft=self.n_fft, hop_length=self.hop_length, center=False))

    def mel_db(self, y: np.ndarray) -> np.ndarray:
        """Mel spectrogram in dB, (n_mels, n_frames), no value more than 80 dB below the largest."""
        mel = npaudio.melspectrogram(
            y, sr=self.sr, n_fft=self.n_fft, hop_length=self.hop_length, n_mels=self.n_mels, center=False
        )
        return npaudio.power_to_db(mel, top_db=80.0)

    def generate_signals(self) -> dict[str, np.ndarray]:
        """The five signals, each (round(sr * duration),) and of any loudness within ±1.

        Returns
        -------
        dict of str to np.ndarray
            In this order: "sine" 440 Hz; "white_noise" Gaussian, seed 42; "sweep" linear from 200 to 4000 Hz;
            "speech_like" 150, 300, 900 and 2500 Hz together, their loudness modulated at 4 Hz; "music_like"
            440, 554 and 659 Hz together with a slow vibrato, a trembling of the *pitch*, at 5 Hz.
        """
        # [yours] NumPy formulas, or the functions of npaudio.signals; float64
        return npaudio.signals.article_signals(sr=self.sr, duration=self.duration, dtype=np.float64)

    def spectral_centroid(self, y: np.ndarray) -> float:
        """Mean frequency in Hz, weighted by magnitude in each frame, averaged over the frames.

        Parameters
        ----------
        y : np.ndarray (n_samples,)
            Signal without silent frames.
        """
        # [yours] the frequencies of the bins, then two sums over the bins
        S = self.magnitudes(y)
        f = np.arange(len(S))[:, np.newaxis] * self.sr / self.n_fft
        return float(np.mean(np.sum(f * S, axis=0) / np.sum(S, axis=0)))

    def spectral_flatness(self, y: np.ndarray) -> float:
        """Geometric mean of the magnitudes over their arithmetic mean in each frame, averaged over the frames.

        Parameters
        ----------
        y : np.ndarray (n_samples,)
            Signal. Magnitudes below self.floor count as self.floor.
        """
        # [yours] a product of 513 numbers underflows: take the mean of the logarithms
        S = np.maximum(self.magnitudes(y), self.floor)
        return float(np.mean(np.exp(np.mean(np.log(S), axis=0)) / np.mean(S, axis=0)))

    def temporal_variation(self, y: np.ndarray) -> float:
        """Mean absolute difference in dB between neighbouring frames of the mel spectrogram.

        Parameters
        ----------
        y : np.ndarray (n_samples,)
            Signal of at least two frames.
        """
        # [yours] one line with np.diff along the right axis
        return float(np.mean(np.abs(np.diff(self.mel_db(y), axis=1))))

    def compare(self) -> dict[str, dict[str, float]]:
        """The features of every signal: {"sine": {"centroid": Hz, "flatness": ratio, "variation": dB}, ...}."""
        # [yours] the three methods, for each of the five signals
        return {
            name: {
                "centroid": self.spectral_centroid(y),
                "flatness": self.spectral_flatness(y),
                "variation": self.temporal_variation(y),
            }
            for name, y in self.generate_signals().items()
        }

    def verify(self) -> dict[str, bool]:
        """Whether each of CLAIMS holds for the numbers that `compare` gives: {claim: bool}, in their order.

        "Between" and "more than" are meant strictly.
        """
        # [yours] honest comparisons of the numbers in compare()
        measured = self.compare()
        centroid, flatness, variation = (
            {name: features[which] for name, features in measured.items()}
            for which in ("centroid", "flatness", "variation")
        )
        holds = (
            max(flatness, key=lambda name: flatness[name]) == "white_noise",
            min(flatness, key=lambda name: flatness[name]) == "sine",
            variation["speech_like"] > max(variation[name] for name in ("sine", "sweep", "music_like")),
            centroid["sine"] < centroid["sweep"] < centroid["white_noise"],
        )
        return dict(zip(CLAIMS, holds, strict=True))

    def print_table(self) -> None:
        """Print a line a signal with its name and three features, then a line a claim: whether it holds."""
        # [yours] print compare() and verify()
        print(f"{'signal':<14}{'centroid (Hz)':>14}{'flatness':>12}{'variation (dB)':>16}")
        for name, features in self.compare().items():
            centroid, flatness, variation = features.values()
            print(f"{name:<14}{centroid:>14.1f}{flatness:>12.2e}{variation:>16.3f}")
        for claim, holds in self.verify().items():
            print(f"{claim}: {'holds' if holds else 'does NOT hold'}")


if __name__ == "__main__":
    for floor in (1e-10, 1e-5):
        print(f"\nA floor of {floor:g} under the magnitudes:")
        AudioFeatureComparator(floor=floor).print_table()
