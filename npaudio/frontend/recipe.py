"""Front ends: a whole recipe from waveform to network input in one value.

"Why do my mel spectrograms differ?" is what users of audio networks ask most, and the answer is always in the recipe:
the window, the padding, the mel scale, the norm, the floor under the logarithm, the unit. A `Frontend` holds all of it;
`print(frontend)` shows it, and `print(a.diff(b))` says in words what differs and by how much.

Conventions
-----------
A front end is called on a waveform (..., n_samples) and gives (..., n_mels, n_frames), float32 for float32. It is a
frozen dataclass: two are equal if all their settings are, and `dataclasses.replace(frontend, n_mels=80)` makes another.
"""

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.types import MelSpectrogram, Waveform
from npaudio.audio.resampling import reduced_ratio, resampled
from npaudio.audio.waveform import cut_or_padded
from npaudio.frontend.differences import describe_differences
from npaudio.frontend.settings import LOGARITHMS, Settings
from npaudio.mel.band_power import band_power
from npaudio.mel.kaldi import emphasized
from npaudio.spectrum.decibels import raise_to_range


class Frontend(Settings):
    """A recipe from waveform to (log-)mel spectrogram; callable on a waveform.

    Explained in lesson 01.

    Parameters
    ----------
    name : str
        What to call it in print.
    sr : int
        Sample rate in Hz that the recipe is for.
    n_fft, hop_length, win_length, window, center, pad_mode
        Frames, as in `npaudio.stft`.
    periodic : bool
        Whether the window is periodic (`get_window`) or symmetric (`np.hanning`).
    kaldi : bool
        Frames as Kaldi takes them (`npaudio.kaldi_fbank`): as long as the window, without their mean, with
        pre-emphasis. Its bands are scale="htk", norm=None, triangles="mel".
    power : float
        Exponent of the magnitude before the bands are summed: 2 for power, 1 for magnitude.
    n_mels, fmin, fmax, scale, norm, triangles
        Filterbank, as in `npaudio.mel_filterbank`.
    logarithm : {"power_db", "amplitude_db", "ln", "none"}
        10 log10, 20 log10, natural logarithm, or the bands as they are.
    floor : float
        Smallest value of the bands; it keeps the logarithm of silence finite. 0 for none, without a logarithm.
    floor_added : bool
        Add the floor to every value (the article) instead of raising small ones to it.
    top_db : float or None
        Raise everything further than this below the maximum of the clip, in dB. A factor of ten in the bands is 10 dB,
        with "amplitude_db" 20 dB.
    clip : (float, float) or None
        Limits of the values after the logarithm.
    n_frames : int or None
        Pad with zeros at the end, or cut, to this many frames.
    mean, scale_by : float
        Last step: (x - mean) / scale_by.

    Raises
    ------
    ValueError
        A setting of the wrong type or range, or settings that do not go together.

    See Also
    --------
    npaudio.log_mel : the same as a function, with librosa's defaults.

    Examples
    --------
    >>> frontend = Frontend(sr=16000, n_fft=512, hop_length=160, n_mels=40)
    >>> frontend(np.zeros(16000, np.float32)).shape
    (40, 101)
    >>> print(frontend.diff(Frontend(sr=16000, n_fft=512, hop_length=320, n_mels=40, name="coarse")))
    custom against coarse: 1 difference
      - hop: 160 samples (10 ms) against 320 samples (20 ms)
    """

    @classmethod
    def article(cls) -> "Frontend":
        """The article's pipeline: 16 kHz, no centering, `np.hanning`, HTK bands with rounded corners, dB.

        4 s give (64, 124). The floor is added under the logarithm, so that silence is -100 dB.
        """
        return cls(
            name="article", periodic=False, center=False, scale="htk", norm=None, triangles="rounded", floor_added=True
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
        """The front end of the Audio Spectrogram Transformer (Gong et al. 2021): Kaldi's, 1,024 frames, normalized.

        Shorter clips are padded with zeros *before* the normalization, as the published code does, so that padding
        becomes 0.467 and not 0.
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
            triangles="mel",
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
        minimum and maximum inside the network; this front end leaves that to the caller.
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

    def __call__(self, y: Waveform, *, sr: int | None = None) -> MelSpectrogram:
        """Apply the recipe to a waveform.

        Parameters
        ----------
        y : np.ndarray (..., n_samples)
            Waveform.
        sr : int, optional
            Its sample rate in Hz; if it is not the recipe's, the waveform is resampled first. None means that it is.

        Returns
        -------
        np.ndarray (..., n_mels, n_frames)

        Raises
        ------
        ValueError
            As `npaudio.melspectrogram`.
        """
        check = Check(f"Frontend {self.name}")
        return self._output(self._logarithm(self._bands(self._waveform(check, y, sr))))

    def _waveform(self, check: Check, y: Waveform, sr: int | None) -> Waveform:
        """A finite waveform at the recipe's sample rate, long enough for a frame."""
        y = check.waveform(y)
        check.time_last(y)
        if sr is not None and sr != self.sr:
            y = resampled(y, *reduced_ratio(sr, self.sr))
        return check.samples(y, least=self.framing.shortest)

    def _bands(self, y: Waveform) -> MelSpectrogram:
        prepare = emphasized if self.kaldi else None
        return band_power(y, self.framing, self.bands, power=self.power, prepare=prepare)

    def _logarithm(self, bands: MelSpectrogram) -> MelSpectrogram:
        """The bands, raised to the floor and to the range below their maximum, and their logarithm. All in place."""
        raise_to_floor = np.add if self.floor_added else np.maximum
        raise_to_floor(bands, bands.dtype.type(self.floor), out=bands)
        if self.top_db is not None:
            raise_to_range(bands, self.top_db, db_per_decade=20.0 if self.logarithm == "amplitude_db" else 10.0)
        logarithm, factor = LOGARITHMS[self.logarithm]
        logarithm(bands, out=bands)
        bands *= factor
        return bands

    def _output(self, logs: MelSpectrogram) -> MelSpectrogram:
        """Clipped, padded or cut to its number of frames, normalized."""
        if self.clip is not None:
            np.clip(logs, *self.clip, out=logs)
        if self.n_frames is not None:
            logs = cut_or_padded(logs, self.n_frames)
        if (self.mean, self.scale_by) != (0.0, 1.0):
            logs = (logs - logs.dtype.type(self.mean)) / logs.dtype.type(self.scale_by)
        return logs

    def diff(self, other: "Frontend") -> str:
        """What differs between two recipes, in words: a line each, with its size where it can be computed.

        Parameters
        ----------
        other : Frontend
            The recipe to compare with.

        Returns
        -------
        str
            A headline and a line for each difference; or one line which says that there is none.
        """
        return describe_differences(self, other)
