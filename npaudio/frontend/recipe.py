"""Front ends: a whole recipe from waveform to network input in one value, and what differs between two of them.

"Why do my mel spectrograms differ?" is what users of audio networks ask most, and the answer is always in the recipe:
the window, the padding, the mel scale, the norm, the floor under the logarithm, the unit. A `Frontend` holds all of it;
`print(frontend)` shows it, and `print(a.diff(b))` says in words what differs and by how much.

Conventions
-----------
A front end is called on a waveform (..., n_samples) and gives (..., n_mels, n_frames), float32 for float32. It is a
frozen dataclass: two are equal if all their settings are, and `dataclasses.replace(frontend, n_mels=80)` makes another.
"""

from dataclasses import dataclass

import numpy as np

from npaudio._core.checks import check_choice, check_positive, check_positive_int, check_waveform
from npaudio.audio import resample
from npaudio.frontend.differences import describe_differences
from npaudio.mel.filterbank import cached_filterbank
from npaudio.mel.kaldi import kaldi_fbank
from npaudio.mel.spectrogram import filtered_power
from npaudio.spectrum.decibels import power_to_db
from npaudio.spectrum.framing import Framing, get_window

LOGARITHMS = ("power_db", "amplitude_db", "ln", "none")


@dataclass(frozen=True, kw_only=True)
class Frontend:
    """A recipe from waveform to (log-)mel spectrogram; callable on a waveform.

    Parameters
    ----------
    name : str
        What to call it in print.
    sr : int
        Sampling rate in Hz that the recipe is for.
    n_fft, hop_length, win_length, window, center, pad_mode
        Frames, as in `npaudio.stft`.
    periodic : bool
        Whether the window is periodic (`get_window`) or symmetric (`np.hanning`).
    kaldi : bool
        Frames and bands by Kaldi's recipe (`npaudio.kaldi_fbank`): mean removed, pre-emphasis, triangles linear in mel.
    power : float
        Exponent of the magnitude before the bands are summed: 2 for power, 1 for magnitude.
    n_mels, fmin, fmax, scale, norm, triangles
        Filterbank, as in `npaudio.mel_filterbank`.
    logarithm : {"power_db", "amplitude_db", "ln", "none"}
        10 log10, 20 log10, natural logarithm, or the bands as they are.
    floor : float
        Smallest value under the logarithm.
    floor_added : bool
        Add the floor to every value (the article) instead of raising small ones to it.
    top_db : float or None
        Cut off everything further than this below the maximum of the clip, in dB.
    clip : (float, float) or None
        Limits of the values after the logarithm.
    n_frames : int or None
        Pad with zeros at the end, or cut, to this many frames.
    mean, scale_by : float
        Last step: (x - mean) / scale_by.
    """

    name: str = "custom"
    sr: int = 16000
    n_fft: int = 1024
    hop_length: int = 512
    win_length: int | None = None
    window: str = "hann"
    periodic: bool = True
    center: bool = True
    pad_mode: str = "constant"
    kaldi: bool = False
    power: float = 2.0
    n_mels: int = 64
    fmin: float = 0.0
    fmax: float | None = None
    scale: str = "slaney"
    norm: str | None = "slaney"
    triangles: str = "exact"
    logarithm: str = "power_db"
    floor: float = 1e-10
    floor_added: bool = False
    top_db: float | None = None
    clip: tuple[float, float] | None = None
    n_frames: int | None = None
    mean: float = 0.0
    scale_by: float = 1.0

    def __post_init__(self) -> None:
        check_choice(self.logarithm, LOGARITHMS, caller="Frontend", name="logarithm")
        check_positive(self.floor, caller="Frontend", name="floor")
        if self.n_frames is not None:
            check_positive_int(self.n_frames, caller="Frontend", name="n_frames")
        self._framing()  # refuses impossible frames and bands now, and not at the first clip
        if not self.kaldi:
            self._filterbank()

    @classmethod
    def article(cls) -> "Frontend":
        """The article's pipeline: 16 kHz, no centring, `np.hanning`, HTK bands with rounded corners, dB.

        4 s give (64, 124). The floor is added under the logarithm, so that silence is -100 dB.
        """
        return cls(
            name="article",
            periodic=False,
            center=False,
            scale="htk",
            norm=None,
            triangles="rounded",
            floor_added=True,
        )

    @classmethod
    def librosa(cls) -> "Frontend":
        """Librosa's defaults: `power_to_db(melspectrogram(y))` at 22,050 Hz, cut off 80 dB below the maximum."""
        return cls(name="librosa", sr=22050, n_fft=2048, n_mels=128, top_db=80.0)

    @classmethod
    def panns(cls) -> "Frontend":
        """The front end of Cnn6, Cnn10 and Cnn14 (Kong et al. 2020): 32 kHz, 64 bands from 50 Hz to 14 kHz, mirrored.

        10 s give (64, 1001).
        """
        return cls(name="panns", sr=32000, hop_length=320, pad_mode="reflect", fmin=50.0, fmax=14000.0)

    @classmethod
    def ast(cls) -> "Frontend":
        """The front end of the Audio Spectrogram Transformer (Gong et al. 2021): Kaldi's, 1,024 frames, normalised.

        Shorter clips are padded with zeros *before* the normalisation, as the published code does, so that padding
        comes out as 0.467 and not as 0.
        """
        return cls(
            name="ast",
            n_fft=512,
            win_length=400,
            hop_length=160,
            periodic=False,
            center=False,
            kaldi=True,
            n_mels=128,
            fmin=20.0,
            scale="htk",
            norm=None,
            logarithm="ln",
            floor=1.1920929e-07,
            n_frames=1024,
            mean=-4.2677393,
            scale_by=2 * 4.5689974,
        )

    @classmethod
    def desed(cls) -> "Frontend":
        """The front end of the DESED baseline (DCASE task 4): 16 kHz, 2048/256, 128 bands of *magnitude*, Hamming.

        Decibels of amplitude (20 log10) clipped to -50 ... 80. The baseline then scales each clip to 0 ... 1 by its own
        minimum and maximum inside the network, which is left to the caller.
        """
        return cls(
            name="desed",
            n_fft=2048,
            hop_length=256,
            window="hamming",
            periodic=False,
            pad_mode="reflect",
            power=1.0,
            n_mels=128,
            scale="htk",
            norm=None,
            logarithm="amplitude_db",
            floor=1e-5,
            clip=(-50.0, 80.0),
        )

    def __call__(self, y: np.ndarray, *, sr: int | None = None) -> np.ndarray:
        """Apply the recipe to a waveform.

        Parameters
        ----------
        y : np.ndarray (..., n_samples)
            Waveform.
        sr : int, optional
            Its rate; if it is another than the recipe's, the waveform is resampled first. None: it is the recipe's.

        Returns
        -------
        np.ndarray (..., n_mels, n_frames)

        Raises
        ------
        ValueError
            As `npaudio.melspectrogram`.
        """
        y = check_waveform(y, caller=f"Frontend {self.name}")
        if sr is not None and sr != self.sr:
            y = resample(y, orig_sr=sr, target_sr=self.sr)
        logs = self._kaldi(y) if self.kaldi else self._logarithm(self._bands(y))
        if self.clip is not None:
            np.clip(logs, *self.clip, out=logs)
        if self.n_frames is not None:
            logs = _fix_frames(logs, self.n_frames)
        if (self.mean, self.scale_by) != (0.0, 1.0):
            logs = (logs - logs.dtype.type(self.mean)) / logs.dtype.type(self.scale_by)
        return logs

    def diff(self, other: "Frontend") -> str:
        """What differs between two recipes, in words: a sentence a difference, with its size where it can be told.

        Parameters
        ----------
        other : Frontend
            The recipe to compare with.

        Returns
        -------
        str
            A headline and one line a difference; or one line that says that there is none.
        """
        return describe_differences(self, other)

    def __str__(self) -> str:
        """Table of the settings, grouped by step."""
        rate = f"{self.sr:,} Hz, a frame every {1000 * self.hop_length / self.sr:.4g} ms"
        lines = [f"Frontend {self.name!r}: {rate}"]
        for step, names in STEPS.items():
            settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
            lines.append(f"  {step:<11}{settings}")
        return "\n".join(lines)

    def _framing(self) -> Framing:
        length = self.win_length or self.n_fft
        return Framing.checked(
            caller=f"Frontend {self.name}",
            n_fft=self.n_fft,
            hop_length=self.hop_length,
            win_length=self.win_length,
            window=get_window(self.window, length, periodic=self.periodic),
            center=self.center,
            pad_mode=self.pad_mode,
        )

    def _filterbank(self) -> np.ndarray:
        return cached_filterbank(
            sr=self.sr,
            n_fft=self.n_fft,
            n_mels=self.n_mels,
            fmin=self.fmin,
            fmax=self.fmax,
            scale=self.scale,
            norm=self.norm,
            triangles=self.triangles,
        )

    def _bands(self, y: np.ndarray) -> np.ndarray:
        framing = self._framing()
        y = framing.check(y, caller=f"Frontend {self.name}")
        return filtered_power(y, framing, self._filterbank(), self.power)

    def _kaldi(self, y: np.ndarray) -> np.ndarray:
        length, shift = (1000 * samples / self.sr for samples in (self.win_length or self.n_fft, self.hop_length))
        return kaldi_fbank(
            y,
            sr=self.sr,
            n_mels=self.n_mels,
            frame_length=length,
            frame_shift=shift,
            fmin=self.fmin,
            fmax=self.fmax,
        )

    def _logarithm(self, bands: np.ndarray) -> np.ndarray:
        if self.logarithm == "none":
            return bands
        floor = bands.dtype.type(self.floor)
        floored = bands + floor if self.floor_added else np.maximum(bands, floor)
        if self.logarithm == "ln":
            return np.log(floored)
        decibels = power_to_db(floored, amin=self.floor, top_db=None)
        decibels *= 2 if self.logarithm == "amplitude_db" else 1
        if self.top_db is not None:
            np.maximum(decibels, decibels.max(axis=(-2, -1), keepdims=True) - self.top_db, out=decibels)
        return decibels


STEPS = {
    "frames": ("n_fft", "hop_length", "win_length", "window", "periodic", "center", "pad_mode", "kaldi"),
    "bands": ("power", "n_mels", "fmin", "fmax", "scale", "norm", "triangles"),
    "logarithm": ("logarithm", "floor", "floor_added", "top_db", "clip"),
    "output": ("n_frames", "mean", "scale_by"),
}


def _fix_frames(M: np.ndarray, n_frames: int) -> np.ndarray:
    """Cut (..., n_mels, t) to n_frames, or fill up with zeros."""
    missing = n_frames - M.shape[-1]
    if missing <= 0:
        return M[..., :n_frames]
    return np.pad(M, [(0, 0)] * (M.ndim - 1) + [(0, missing)])
