"""Golden values of the signal-processing floor, from librosa 0.11, torchaudio 2.11 and scipy.

Run `python tests/golden/make_signal.py` where those are installed; it writes signal.npz beside itself.
"""

from pathlib import Path

import librosa
import numpy as np
import scipy.signal
import torch
from torchaudio.compliance import kaldi

SR = 16000


def signal() -> np.ndarray:
    """A glide over noise that fades to silence and back: every frame differs, and some are empty."""
    t = np.arange(4000) / SR
    y = 0.6 * np.sin(2 * np.pi * (300 * t + 9000 * t**2)) + 0.05 * np.random.default_rng(7).standard_normal(t.size)
    y[2200:3100] = 0
    return y.astype(np.float32).astype(np.float64)  # so that both precisions begin with the same numbers


def main() -> None:
    y = signal()
    golden = {"y": y}
    for name in ("hann", "hamming", "blackman", "boxcar"):
        golden[f"window/{name}/periodic"] = scipy.signal.get_window(name, 25, fftbins=True)
        golden[f"window/{name}/symmetric"] = scipy.signal.get_window(name, 25, fftbins=False)

    golden["stft/default"] = librosa.stft(y, n_fft=256, hop_length=300)
    golden["stft/short_window"] = librosa.stft(
        y, n_fft=200, hop_length=301, win_length=151, window="hamming", center=False
    )
    golden["stft/odd_reflect"] = librosa.stft(y, n_fft=255, hop_length=303, window="blackman", pad_mode="reflect")

    for htk in (True, False):
        for norm in ("slaney", None):
            golden[f"filterbank/{'htk' if htk else 'slaney'}/{norm}"] = librosa.filters.mel(
                sr=SR, n_fft=512, n_mels=40, fmin=50, fmax=7000, htk=htk, norm=norm, dtype=np.float64
            )
    golden["filterbank/default"] = librosa.filters.mel(sr=22050, n_fft=2048, dtype=np.float64)

    short = {"sr": SR, "n_fft": 512, "hop_length": 160, "n_mels": 32}
    mel = librosa.feature.melspectrogram(y=y, **short)
    golden["mel/power"] = mel
    golden["mel/magnitude"] = librosa.feature.melspectrogram(y=y, **short, power=1.0, htk=True, norm=None)
    golden["db/default"] = librosa.power_to_db(mel)
    golden["db/top_30"] = librosa.power_to_db(mel, top_db=30)
    golden["db/no_top"] = librosa.power_to_db(mel, top_db=None, amin=1e-6)
    golden["db/ref_max"] = librosa.power_to_db(mel, ref=np.max)
    golden["mfcc/default"] = librosa.feature.mfcc(y=y, n_mfcc=13, **short)
    golden["mfcc/liftered"] = librosa.feature.mfcc(y=y, n_mfcc=13, lifter=22, norm=None, **short)

    frames = {"n_fft": 512, "hop_length": 128}
    S = np.abs(librosa.stft(y, **frames))
    golden["centroid"] = librosa.feature.spectral_centroid(y=y, sr=SR, **frames)
    golden["bandwidth"] = librosa.feature.spectral_bandwidth(y=y, sr=SR, **frames)
    golden["bandwidth/p3"] = librosa.feature.spectral_bandwidth(S=S, sr=SR, p=3)
    golden["rolloff"] = librosa.feature.spectral_rolloff(y=y, sr=SR, **frames)
    golden["rolloff/50"] = librosa.feature.spectral_rolloff(y=y, sr=SR, roll_percent=0.5, **frames)
    golden["flatness"] = librosa.feature.spectral_flatness(y=y, **frames)
    golden["flatness/magnitude"] = librosa.feature.spectral_flatness(S=S, power=1)
    golden["zcr"] = librosa.feature.zero_crossing_rate(y, frame_length=400, hop_length=160)
    golden["zcr/not_centred"] = librosa.feature.zero_crossing_rate(y, frame_length=401, hop_length=160, center=False)
    golden["rms"] = librosa.feature.rms(y=y, frame_length=400, hop_length=160, dtype=np.float64)
    rectangular = np.abs(librosa.stft(y, **frames, window="boxcar"))
    golden["rms/S"] = librosa.feature.rms(S=rectangular, frame_length=512, dtype=np.float64)

    fbank = kaldi.fbank(
        torch.from_numpy(y[np.newaxis].astype(np.float32)),
        htk_compat=True,
        sample_frequency=SR,
        use_energy=False,
        window_type="hanning",
        num_mel_bins=128,
        dither=0.0,
        frame_shift=10,
    )
    golden["kaldi"] = fbank.numpy().T
    np.savez_compressed(Path(__file__).with_name("signal.npz"), **golden)


if __name__ == "__main__":
    main()
