r"""Exercise 15: from frames to samples.

A vocoder has a number of frames a second and must give `hop` samples for each. The third exercise of "Learn AI
Series (#94)" reduces it to one level a frame, the mean over the mel bands, and compares three ways to fill the samples
in between:

    nearest neighbour     every level `hop` times, then a running mean of 16 samples to round the steps
    linear interpolation  level i at sample i * hop, straight lines between, and the last level held to the end
    transposed convolution   each level times a kernel, laid down at i * hop; where kernels overlap they add up:

        output[i * hop + m] += level[i] * kernel[m]            n_samples = (n_frames - 1) * hop + len(kernel)

The third contains the other two. With a kernel of `hop` ones it repeats each level; with the triangle
1 - |m - hop| / hop, m = 0 ... 2 hop - 1, it interpolates linearly, a hop late. A vocoder *learns* its kernels; here it
is a random one, so what it adds is noise and not speech.

What to expect: the article after it, "Learn AI Series (#95) – Audio Classification", finds the highest zero-crossing
rate and the highest dynamic range with the transposed convolution. The first holds always: the levels are above zero,
and only the kernel goes below. The second holds in about half of the draws, since nearest neighbour gains half a level
of range at its ends, where the running mean takes in zeros from outside (mode="same"); without the ends its range is
less than half of the other's. `run` prints what is so.

Check:  pytest exercises/test_ex15_vocoder_upsampling.py        Hints:  python -m exercises hint 15
Lesson: lessons/03_cnn.py
"""

import numpy as np

Figures = dict[str, str | int | float]


class VocoderUpsampleSim:
    """A made-up mel spectrogram, three ways to samples, and figures of each.

    Parameters
    ----------
    n_mels, n_frames, hop, sr : int
        Bands (more than 30), frames, samples a frame, sampling rate in Hz.
    rng : np.random.Generator or int
        Where the spectrogram and the kernel come from.

    Attributes
    ----------
    mel : np.ndarray (n_mels, n_frames)
        Bands 10 to 30 between 0.5 and 1, the others 0, and a little noise on all.
    kernel : np.ndarray (hop,)
        Random, standing for a learned one.
    """

    def __init__(
        self,
        n_mels: int = 80,
        n_frames: int = 100,
        hop: int = 256,
        sr: int = 16000,
        rng: np.random.Generator | int = 42,
    ) -> None:
        self.n_mels, self.n_frames, self.hop, self.sr = n_mels, n_frames, hop, sr
        rng = np.random.default_rng(rng)
        self.mel = rng.normal(0.0, 0.05, (n_mels, n_frames))
        self.mel[10:31] += rng.uniform(0.5, 1.0, (21, n_frames))
        self.kernel = rng.normal(0.0, 0.1, hop)

    def nearest_neighbor(self) -> np.ndarray:
        """Each level `hop` times, smoothed: the mean of 16 neighbours by np.convolve(..., mode="same").

        Returns
        -------
        np.ndarray (n_frames * hop,)
            Samples; near both ends lower, since the mean takes in zeros from outside.
        """
        raise NotImplementedError  # np.repeat, a kernel that sums to one, np.convolve

    def linear_interp(self) -> np.ndarray:
        """Straight lines from level i at sample i * hop to the next; after the last frame's sample its level.

        Returns
        -------
        np.ndarray (n_frames * hop,)
            Samples.
        """
        raise NotImplementedError  # np.interp with the places of the frames in samples

    def transposed_conv(self, kernel: np.ndarray | None = None) -> np.ndarray:
        """Each level times the kernel, laid down a hop apart and added up.

        Parameters
        ----------
        kernel : np.ndarray (n,), optional
            Of any length; `self.kernel` if there is none.

        Returns
        -------
        np.ndarray ((n_frames - 1) * hop + n,)
            Samples; n_frames * hop of them with a kernel as long as the hop.
        """
        raise NotImplementedError  # zeros, and a loop over the frames that adds

    def analyze(self, signal: np.ndarray, name: str) -> Figures:
        """Figures of a signal.

        Parameters
        ----------
        signal : np.ndarray (n_samples,)
            Samples, none of them exactly 0.
        name : str
            What it is called.

        Returns
        -------
        dict
            "name"; "length", n_samples; "smoothness", the mean absolute difference of neighbours (low is smooth);
            "drange", the largest value minus the smallest; "zcr", how many neighbours differ in sign, divided by
            n_samples.
        """
        raise NotImplementedError  # np.diff twice, and once more of np.sign

    def run(self) -> dict[str, Figures]:
        """Analyse the three ways, and print a line for each.

        Returns
        -------
        dict of dict
            What `analyze` gives, by the names "Nearest", "Linear" and "TransConv".
        """
        raise NotImplementedError  # three signals, three lines


if __name__ == "__main__":
    VocoderUpsampleSim().run()
