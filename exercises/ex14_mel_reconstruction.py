r"""Exercise 14: judging a reconstructed mel spectrogram.

A vocoder or a codec gives back a sound that is nearly the original. Two measures say how nearly; they are the
second exercise of "Learn AI Series (#94)", solved in the article after it, "Learn AI Series (#95) – Audio
Classification".

**Mel cepstral distortion** compares the broad shape of the spectrum frame by frame. Take M, in dB, to the natural
logarithm of the amplitude, L = M ln(10) / 20, and that apart into cosines over the n_mels bands:

    c[k, t] = 2 / n_mels * sum_j  L[j, t] * cos(pi * k * (2 j + 1) / (2 * n_mels)),       k = 1 ... 12
    MCD = mean over t of  10 sqrt(2) / ln(10) * sqrt( sum_k (c_ref[k, t] - c_gen[k, t])^2 )

c0 is left out: it is the loudness. The factor, 6.1419, belongs to cepstra of natural logarithms and brings the
result back to dB: MCD is the root mean square difference of the two spectra, smoothed to twelve cosines. A ripple of
a dB over the bands, a cos(pi k (2 j + 1) / (2 n_mels)), gives a / sqrt(2). The article has neither the factor nor
2 / n_mels and takes the cosines of dB: its figures are n_mels / sqrt(2) times as large, 56.6 for 80 bands, and can't
be compared with published ones.

**Spectral convergence** is the distance in relation to the reference, over all bands and frames at once:

    SC = ||S_ref - S_gen|| / ||S_ref||,   ||S|| = sqrt( sum of all S^2 )

It is meant for magnitudes. Of decibels, as in the article, it depends on what 0 dB happens to be.

Use npaudio for the mel spectrogram, and write both measures yourself.

Check:  pytest exercises/test_ex14_mel_reconstruction.py        Hints:  python -m exercises hint 14
Lesson: lessons/01_sound_to_mel.py
"""

import numpy as np

import npaudio


class MelReconstructionEval:
    """A mel spectrogram, three reconstructions of it from excellent to poor, and two measures.

    Parameters
    ----------
    sr, n_mels, n_fft, hop : int
        Sampling rate in Hz, bands, samples of a frame and from frame to frame.
    rng : np.random.Generator or int
        Where the errors of the reconstructions come from.
    """

    def __init__(
        self, sr: int = 16000, n_mels: int = 80, n_fft: int = 1024, hop: int = 256, rng: np.random.Generator | int = 42
    ) -> None:
        self.sr, self.n_mels, self.n_fft, self.hop = sr, n_mels, n_fft, hop
        self.rng = np.random.default_rng(rng)

    def generate_mel(self, freqs: list[tuple[float, float]], duration: float = 2.0) -> np.ndarray:
        """Mel spectrogram in dB of some sweeps that swell four times a second.

        The signal is the sum of the sweeps, each of amplitude 0.3, times 0.5 + 0.5 sin(2 pi 4 t). A sweep from f0 to
        f1 has the phase 2 pi (f0 t + (f1 - f0) t^2 / (2 duration)). Then `npaudio.melspectrogram` in its power, with
        n_fft, hop and n_mels of the object, without centring, scale="htk", norm=None; then 10 log10(M + 1e-10).

        Parameters
        ----------
        freqs : list of (float, float)
            First and last frequency of each sweep in Hz; none gives silence, -100 dB.
        duration : float
            Seconds.

        Returns
        -------
        np.ndarray (n_mels, n_frames)
            dB.
        """
        raise NotImplementedError  # npaudio.sweep or np.sin, the swelling, the mel spectrogram, decibels

    def compute_mcd(self, ref: np.ndarray, gen: np.ndarray) -> float:
        """Mel cepstral distortion as in the task above, c1 to c12.

        Parameters
        ----------
        ref, gen : np.ndarray (n_mels, n_frames)
            Mel spectrograms in dB of one shape, with more than 12 bands.

        Returns
        -------
        float
            dB; 0 for equal ones, and for ones that differ in loudness only.
        """
        raise NotImplementedError  # a (12, n_mels) matrix of cosines; the distance of each frame; the mean

    def compute_sc(self, ref: np.ndarray, gen: np.ndarray) -> float:
        """Spectral convergence ||ref - gen|| / ||ref|| of two arrays as they are.

        Parameters
        ----------
        ref, gen : np.ndarray (n_mels, n_frames)
            Spectrograms of one shape.

        Returns
        -------
        float
            0 for equal ones, 1 if gen is all zeros.
        """
        raise NotImplementedError  # the root of the sum of squares, twice

    def run(self) -> dict[str, tuple[float, float]]:
        """Judge three reconstructions of the sweep from 150 to 3000 Hz, and print a line for each.

        "excellent" is the reference with Gaussian noise of 0.5 dB on every value; "moderate" with noise of 2 dB, and
        three of its bands, drawn at random, lost (at the minimum of the reference); "poor" is another sound, the
        sweep from 2000 to 500 Hz.

        Returns
        -------
        dict of (float, float)
            MCD of the mel spectrograms in dB, and SC of their magnitudes 10^(dB / 20), by quality.
        """
        raise NotImplementedError  # the three, both measures of each, a table


if __name__ == "__main__":
    MelReconstructionEval().run()
