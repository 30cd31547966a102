"""Make audio_files.npz (WAV files by soundfile and scipy) and audio_resample.npz (soxr): needs all three.

Run from the root of the project: python tests/golden/make_audio.py
"""

import io
from pathlib import Path

import numpy as np
import soundfile
import soxr
from scipy.io import wavfile

HERE = Path(__file__).parent
SUBTYPES = ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"]


def written(write):
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()


def wav_files():
    """{name: bytes} of good files, and of files with codecs that npaudio refuses (name starts with refused_)."""
    rng = np.random.default_rng(0)
    files = {}
    for container in ("WAV", "WAVEX"):
        for subtype in SUBTYPES:
            for channels in (1, 2, 5):
                y = rng.uniform(-1, 1, (37, channels))
                files[f"{container}_{subtype}_{channels}"] = written(
                    lambda s, y=y, container=container, subtype=subtype: soundfile.write(
                        s, y, 22050, format=container, subtype=subtype
                    )
                )
    for dtype in (np.uint8, np.int16, np.int32, np.float32, np.float64):
        y = rng.uniform(-1, 1, (37, 2))
        if np.issubdtype(dtype, np.integer):
            y = (y * 100 + (128 if dtype == np.uint8 else 0)) * (1 if dtype == np.uint8 else 200)
        y = y.astype(dtype)
        files[f"scipy_{y.dtype.name}"] = written(lambda s, y=y: wavfile.write(s, 22050, y))
    for subtype in ("ULAW", "ALAW"):  # all 256 codes in place of as many zeros
        header = written(lambda s, code=subtype: soundfile.write(s, np.zeros(256), 22050, code, format="WAV"))[:-256]
        files[f"WAV_{subtype}_1"] = header + bytes(range(256))
    for subtype in ("IMA_ADPCM", "MS_ADPCM", "GSM610"):
        y = rng.uniform(-1, 1, 64)
        files[f"refused_{subtype}"] = written(
            lambda s, y=y, subtype=subtype: soundfile.write(s, y, 8000, format="WAV", subtype=subtype)
        )
    return files


def band_limited(n, sr, nyquist):
    """Tones up to 0.85 of a Nyquist frequency, faded in and out."""
    times = np.arange(n) / sr
    tones = sum(np.sin(2 * np.pi * share * nyquist * times + share) for share in (0.05, 0.21, 0.5, 0.77, 0.85))
    return tones * np.hanning(n)


def main():
    arrays = {}
    for name, content in wav_files().items():
        arrays[f"{name}_bytes"] = np.frombuffer(content, dtype=np.uint8)
        if not name.startswith("refused"):
            arrays[f"{name}_samples"] = soundfile.read(io.BytesIO(content), dtype="float64", always_2d=True)[0].T
    np.savez_compressed(HERE / "audio_files.npz", **arrays)
    arrays = {}
    for orig_sr, target_sr in ((44100, 16000), (16000, 44100), (44100, 16001)):
        y = band_limited(1500, orig_sr, min(orig_sr, target_sr) / 2)
        out = soxr.resample(y, orig_sr, target_sr, quality="VHQ")
        size = -(-len(y) * target_sr // orig_sr)
        arrays[f"{orig_sr}_{target_sr}_in"] = y
        arrays[f"{orig_sr}_{target_sr}_soxr"] = np.pad(out, (0, max(0, size - len(out))))[:size]
    np.savez_compressed(HERE / "audio_resample.npz", **arrays)


if __name__ == "__main__":
    main()
