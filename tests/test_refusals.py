"""Bad input is refused in one sentence that names the function, what came, and the cure."""

import numpy as np
import pytest

import npaudio

Y = np.linspace(-1, 1, 4096)
NAN = Y.copy()
NAN[17] = np.nan
INF = Y.copy()
INF[17] = -np.inf

TAKES_A_WAVEFORM = {
    "stft": npaudio.stft,
    "melspectrogram": npaudio.melspectrogram,
    "mfcc": npaudio.mfcc,
    "log_mel": npaudio.log_mel,
    "kaldi_fbank": npaudio.kaldi_fbank,
    "spectral_centroid": npaudio.spectral_centroid,
    "spectral_bandwidth": npaudio.spectral_bandwidth,
    "spectral_rolloff": npaudio.spectral_rolloff,
    "spectral_flatness": npaudio.spectral_flatness,
    "zero_crossing_rate": npaudio.zero_crossing_rate,
    "rms": npaudio.rms,
    "resample": lambda y: npaudio.resample(y, orig_sr=2, target_sr=1),
    "normalize_peak": npaudio.normalize_peak,
    "fix_length": lambda y: npaudio.fix_length(y, size=2),
    "to_mono": npaudio.to_mono,
    "Frontend": npaudio.Frontend.panns(),
}
BAD_WAVEFORMS = {
    "integers": (
        (32767 * Y).astype(np.int16),
        r"y must be floating point, got int16 with shape \(4096,\); load with npaudio.load, or divide by 32768",
    ),
    "unsigned bytes": (np.zeros(5000, np.uint8), "subtract 128 and divide by 128"),
    "complex": (Y + 0j, r"got complex128 with shape \(4096,\); take its real part"),
    "half precision": (Y.astype(np.float16), r"got float16 .* convert with \.astype\(np\.float32\)"),
    "NaN": (NAN, "y holds 1 values that are NaN or infinite"),
    "infinity": (INF, "y holds 1 values that are NaN or infinite"),
    "empty": (np.zeros(0), r"y is empty, got shape \(0,\); pass at least one sample"),
    "empty channels": (np.zeros((2, 0)), r"y is empty, got shape \(2, 0\)"),
    "a number": (np.float64(1.0), "y must have a time axis, got a single number"),
    "masked": (np.ma.masked_less(Y, 0), r"y is a masked array, .* replace the masked values with y\.filled\(0\)"),
}


@pytest.mark.parametrize("bad", BAD_WAVEFORMS)
@pytest.mark.parametrize("function", TAKES_A_WAVEFORM)
def test_bad_waveform(function, bad):
    y, message = BAD_WAVEFORMS[bad]
    name = "melspectrogram" if function in ("mfcc", "log_mel") else function  # the step that looks at the signal
    with pytest.raises(ValueError, match=f"^{name}.*: .*{message}") as refused:
        TAKES_A_WAVEFORM[function](y)
    assert "\n" not in str(refused.value)


BAD_SETTINGS = {
    "stft: y has 10 samples, at least 2048 are needed; pad it with npaudio.fix_length": lambda: npaudio.stft(
        Y[:10], center=False
    ),
    "kaldi_fbank: y has 10 samples, at least 400": lambda: npaudio.kaldi_fbank(Y[:10]),
    "rms: y has 10 samples, at least 2048": lambda: npaudio.rms(Y[:10], center=False),
    r"frame: y with shape \(10,\) is shorter than one frame of 11": lambda: npaudio.frame(
        Y[:10], frame_length=11, hop_length=1
    ),
    "stft: hop_length must be at least 1, got 0": lambda: npaudio.stft(Y, hop_length=0),
    "stft: hop_length must be at least 1, got -5": lambda: npaudio.stft(Y, hop_length=-5),
    "frame: hop_length must be at least 1, got 0": lambda: npaudio.frame(Y, frame_length=5, hop_length=0),
    r"stft: hop_length must be a whole number, got 2.5; round it with int\(hop_length\)": lambda: npaudio.stft(
        Y, hop_length=2.5
    ),
    "stft: n_fft must be at least 1, got 0": lambda: npaudio.stft(Y, n_fft=0),
    "stft: win_length must be at most n_fft, got 300 > 256; raise n_fft to 300": lambda: npaudio.stft(
        Y, n_fft=256, win_length=300
    ),
    "stft: unknown window 'hannn'; choose one of 'blackman', 'hamming', 'hann', 'rectangular'": lambda: npaudio.stft(
        Y, window="hannn"
    ),
    r"stft: window must have shape \(2048,\) as win_length says, got \(7,\)": lambda: npaudio.stft(
        Y, window=np.ones(7)
    ),
    "get_window: unknown window 'kaiser'": lambda: npaudio.get_window("kaiser", 5),
    "get_window: n must be at least 1, got 0": lambda: npaudio.get_window("hann", 0),
    "stft: unknown pad_mode 'wrap'; choose one of 'constant', 'edge', 'reflect'": lambda: npaudio.stft(
        Y, pad_mode="wrap"
    ),
    "istft: S must be complex, got float64": lambda: npaudio.istft(np.ones((9, 3))),
    r"istft: S must have shape \(..., n_freq, n_frames\)": lambda: npaudio.istft(np.ones(9) + 0j),
    "istft: n_fft=20 belongs to 11 frequencies, but S has 9; pass n_fft=16 or 17": lambda: npaudio.istft(
        np.ones((9, 3)) + 0j, n_fft=20
    ),
    "istft: frames 16 samples apart lose the samples where this window is zero; take a hop_length of at most": (
        lambda: npaudio.istft(np.ones((9, 3)) + 0j, hop_length=16)
    ),
    "istft: length must be at least 1": lambda: npaudio.istft(np.ones((9, 3)) + 0j, length=0),
    "istft: the real part of S holds 27 values that are NaN": lambda: npaudio.istft(np.full((9, 3), np.nan + 0j)),
    r"power_to_db: S must be power, got complex numbers .* np.abs\(S\) \*\* 2": lambda: npaudio.power_to_db(Y + 0j),
    "power_to_db: amin must be a finite number above 0, got 0": lambda: npaudio.power_to_db(Y**2, amin=0),
    "power_to_db: top_db must be at least 0, got -1; use None for no floor": lambda: npaudio.power_to_db(
        Y**2, top_db=-1
    ),
    "mel_filterbank: fmax must be at most sr / 2 = 8000 Hz, got 8001": lambda: npaudio.mel_filterbank(
        sr=16000, n_fft=512, fmax=8001
    ),
    "mel_filterbank: fmin must be at least 0 and below fmax, got fmin=9 and fmax=9": lambda: npaudio.mel_filterbank(
        sr=16000, n_fft=512, fmin=9, fmax=9
    ),
    "melspectrogram: unknown scale 'bark'; choose one of 'htk', 'slaney'": lambda: npaudio.melspectrogram(
        Y, scale="bark"
    ),
    "melspectrogram: unknown norm 'l2'": lambda: npaudio.melspectrogram(Y, norm="l2"),
    "melspectrogram: unknown triangles 'round'": lambda: npaudio.melspectrogram(Y, triangles="round"),
    "melspectrogram: sr must be a finite number above 0, got 0": lambda: npaudio.melspectrogram(Y, sr=0),
    "melspectrogram: n_mels must be at least 1, got 0": lambda: npaudio.melspectrogram(Y, n_mels=0),
    "hz_to_mel: unknown scale 'mel'": lambda: npaudio.hz_to_mel(5.0, scale="mel"),
    "hz_to_mel: frequencies must not be negative, got -1.0 Hz": lambda: npaudio.hz_to_mel(np.array([-1.0, 5])),
    "mel_to_hz: unknown scale 'mel'": lambda: npaudio.mel_to_hz(5.0, scale="mel"),
    "kaldi_fbank: fmax must be at most sr / 2 = 8000 Hz, got 9000": lambda: npaudio.kaldi_fbank(Y, fmax=9000),
    "kaldi_fbank: fmin must be at least 0 and below fmax": lambda: npaudio.kaldi_fbank(Y, fmin=-1),
    "melspectrogram: give either a signal y or a spectrogram S, and not both": npaudio.melspectrogram,
    "melspectrogram: S must be a real spectrogram, got complex numbers": lambda: npaudio.melspectrogram(
        S=np.ones((9, 3)) + 0j
    ),
    r"melspectrogram: S must be a real spectrogram with shape \(..., n_freq, n_frames\), got shape \(9,\)": (
        lambda: npaudio.melspectrogram(S=np.ones(9))
    ),
    "melspectrogram: n_fft=512 belongs to 257 frequencies, but S has 201; pass n_fft=400 or 401": (
        lambda: npaudio.melspectrogram(S=np.ones((201, 3)), n_fft=512)
    ),
    "melspectrogram: window has no effect on a spectrogram S": lambda: npaudio.melspectrogram(
        S=np.ones((201, 3)), window="hamming"
    ),
    "melspectrogram: power=1 has no effect on a spectrogram S": lambda: npaudio.melspectrogram(
        S=np.ones((201, 3)), power=1
    ),
    "melspectrogram: sr must be a finite number above 0, got inf": lambda: npaudio.melspectrogram(Y, sr=np.inf),
    "melspectrogram: sr must be a finite number above 0, got nan": lambda: npaudio.melspectrogram(Y, sr=np.nan),
    "melspectrogram: fmin must be a finite number, got None": lambda: npaudio.melspectrogram(Y, fmin=None),
    "mfcc: n_mels has no effect on a given log-mel spectrogram S": lambda: npaudio.mfcc(S=np.ones((20, 3)), n_mels=20),
    "frame: y is a masked array": lambda: npaudio.frame(np.ma.masked_less(Y, 0), frame_length=5, hop_length=1),
    "istft: S is a masked array": lambda: npaudio.istft(np.ma.masked_less(np.ones((9, 3)) + 0j, 0)),
    "power_to_db: S is a masked array": lambda: npaudio.power_to_db(np.ma.masked_less(Y**2, 0.1)),
    "db_to_power: S_db is a masked array": lambda: npaudio.db_to_power(np.ma.masked_less(Y, 0)),
    "hz_to_mel: frequencies is a masked array": lambda: npaudio.hz_to_mel(np.ma.masked_less(Y, 0)),
    "melspectrogram: S is a masked array": lambda: npaudio.melspectrogram(S=np.ma.masked_less(np.ones((9, 3)), 2)),
    "spectral_centroid: S is a masked array": lambda: npaudio.spectral_centroid(
        S=np.ma.masked_less(np.ones((9, 3)), 2)
    ),
    "mfcc: n_mfcc must be at most the number of bands, got 20 > 10; raise n_mels": lambda: npaudio.mfcc(Y, n_mels=10),
    "mfcc: lifter must be at least 0, got -1": lambda: npaudio.mfcc(Y, lifter=-1),
    "mfcc: unknown norm 'l2'": lambda: npaudio.mfcc(Y, norm="l2"),
    "spectral_centroid: give either a signal y or a magnitude spectrogram S": npaudio.spectral_centroid,
    "spectral_centroid: S must hold magnitudes, got -3; take db_to_power of decibels first": (
        lambda: npaudio.spectral_centroid(S=np.full((5, 2), -3.0))
    ),
    "spectral_centroid: sr must be a finite number above 0, got -1": lambda: npaudio.spectral_centroid(Y, sr=-1),
    "spectral_bandwidth: p must be a finite number above 0, got 0": lambda: npaudio.spectral_bandwidth(Y, p=0),
    "spectral_rolloff: roll_percent must lie between 0 and 1, got 85": lambda: npaudio.spectral_rolloff(
        Y, roll_percent=85
    ),
    "spectral_flatness: amin must be a finite number above 0, got 0": lambda: npaudio.spectral_flatness(Y, amin=0),
    "rms: frame_length=2048 belongs to 1025 frequencies, but S has 9; pass frame_length=16 or 17": lambda: npaudio.rms(
        S=np.ones((9, 2))
    ),
    "temporal_variation: S must be a real spectrogram": lambda: npaudio.temporal_variation(Y),
}


@pytest.mark.parametrize("message", BAD_SETTINGS)
def test_bad_setting(message):
    with pytest.raises(ValueError, match=f"^{message}") as refused:
        BAD_SETTINGS[message]()
    assert "\n" not in str(refused.value)
