"""The page to play with: the STFT of a sound, computed in the page with the settings that the reader chooses.

The page's arithmetic is `assets/fft.js`. `explorer_data.js` hands it the sound, Matplotlib's colors, and one frame
computed by `npaudio.stft`, with which the page compares its own.
"""

import base64
import json
from pathlib import Path

import matplotlib
import numpy as np

import npaudio
from book.markup import Link, to_html

SR, SECONDS = 16000, 3.0
GOLDEN = {"n_fft": 1024, "hop_length": 512, "window": "hann", "frame": 40}
SOUND = "media/explorer.wav"
INTRODUCTION = """# Play with the STFT

Three seconds of a distant siren and a dog that objects to it. The spectrogram is computed in this page, each time that
you move a slider: frames of `n_fft` samples, one every `hop` samples, each multiplied by the window.
"""
THINGS_TO_TRY = """## Things to try

1. Make `n_fft` small. When does the bark begin? You see it to a few milliseconds, but where is the siren's pitch?
2. Make `n_fft` large. The siren becomes a thin line. What happens to the edges of the barks?
3. Take the rectangular window. Where does the haze between the lines come from?
4. Make the hop larger than `n_fft`. Which samples does nobody look at?

Lesson 01 explains each of these."""


def sound() -> np.ndarray:
    """A siren and a dog, 3 s at 16 kHz, float32: lesson 01's."""
    siren = npaudio.synthesize("siren", sr=SR, duration=SECONDS, rng=102)
    dog = npaudio.synthesize("dog_bark", sr=SR, duration=SECONDS, rng=105)
    return npaudio.normalize_peak(0.35 * siren + dog, peak=0.9)


def write_explorer(folder: Path, controls: str, link: Link) -> str:
    """Write the sound and the data into the book's folder; returns the main part of the page.

    Parameters
    ----------
    folder : Path
        The book.
    controls : str
        HTML of the picture and its sliders.
    link : callable
        Makes links of the book.
    """
    path = folder / SOUND
    path.parent.mkdir(parents=True, exist_ok=True)
    npaudio.save(path, sound(), SR)
    y, _ = npaudio.load(path)  # 16-bit samples: what is heard and what is drawn are the same
    (folder / "explorer_data.js").write_text(explorer_data(y), encoding="utf-8")
    return f"{to_html(INTRODUCTION, link)}\n{controls}\n{to_html(THINGS_TO_TRY, link)}"


def explorer_data(y: np.ndarray) -> str:
    """A script: `const EXPLORER = {sr, samples, colors, golden}`; samples are base64 of 16-bit integers."""
    samples = np.round(y * 32768).astype("<i2")
    colors = np.round(255 * matplotlib.colormaps["magma"](np.arange(256))[:, :3]).astype(int)
    content = {
        "sr": SR,
        "samples": base64.b64encode(samples.tobytes()).decode(),
        "colors": colors.ravel().tolist(),
        "golden": {**GOLDEN, "magnitudes": golden_frame(y)},
    }
    return f"const EXPLORER = {json.dumps(content, separators=(',', ':'))};\n"


def golden_frame(y: np.ndarray) -> list[float]:
    """Magnitudes of one frame of `npaudio.stft`, in double precision."""
    settings = {name: GOLDEN[name] for name in ("n_fft", "hop_length", "window")}
    return np.abs(npaudio.stft(y.astype(np.float64), **settings))[:, GOLDEN["frame"]].tolist()
