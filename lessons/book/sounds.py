"""A player for a sound: the audio element under a drawing of its spectrogram, on which a cursor moves."""

import html
import re
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

N_FFT, RANGE = 1024, 80.0  # samples a frame; dB below the loudest
COLUMNS, ROWS = 600, 180  # pixels of a drawing, at most


def player(path: Path, source: str) -> str:
    """Draw the spectrogram of a WAV file beside it, and return the HTML of its player.

    Parameters
    ----------
    path : Path
        The sound.
    source : str
        Its address as seen from the page.
    """
    y, sr = npaudio.load(path)
    levels, frequency = picture(y, sr)
    plt.imsave(path.with_suffix(".spectrogram.png"), levels, cmap="magma", vmin=-RANGE, vmax=0, origin="lower")
    seconds, top = len(y) / sr, sr / 2000
    name = re.sub(r"^\d+_", "", path.stem).replace("_", " ")
    alt = f"Spectrogram of {name}: {seconds:.1f} seconds, 0 to {top:g} kHz, strongest near {frequency:,.0f} Hz"
    drawing = source.removesuffix(path.suffix) + ".spectrogram.png"
    return (
        f'<figure class="sound"><figcaption><code>{html.escape(path.name)}</code></figcaption>'
        f'<div class="screen" data-seconds="{seconds:.4f}">'
        f'<img src="{html.escape(drawing)}" alt="{html.escape(alt)}" width="{COLUMNS}" height="{ROWS}">'
        f'<span class="cursor"></span><span class="top">{top:g} kHz</span><span class="bottom">0</span></div>'
        f'<audio controls preload="metadata" src="{html.escape(source)}" aria-label="{html.escape(name)}"></audio>'
        "</figure>"
    )


def picture(y: np.ndarray, sr: int) -> tuple[np.ndarray, float]:
    """Levels in dB below the loudest, at most (ROWS, COLUMNS); and the frequency in Hz with the most power."""
    hop = max(len(y) // COLUMNS, 1)
    S = np.abs(npaudio.stft(npaudio.fix_length(y, size=max(len(y), N_FFT)), n_fft=N_FFT, hop_length=hop)) ** 2
    strongest = float(np.argmax(S.sum(axis=1))) * sr / N_FFT
    edges = np.linspace(0, len(S) - 1, ROWS, endpoint=False).astype(int)
    rows = np.maximum.reduceat(S, edges, axis=0)  # the loudest bin of each row of pixels, so that no line is lost
    return npaudio.power_to_db(rows, ref=np.max, top_db=RANGE), strongest
