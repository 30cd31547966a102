"""Write a wrong answer and the right one beside each other, to be heard or seen."""

from pathlib import Path

import numpy as np

import npaudio
from exercises.checking.catalogue import ROOT
from exercises.checking.verdicts import Exhibit


def write_exhibit(exhibit: Exhibit, folder: Path, name: str) -> list[str]:
    """Write two WAV files, or one PNG with two pictures, and return their paths as the learner would type them.

    What can't be drawn or played (wrong number of axes, NaN) is left out: the message has said why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if exhibit.sr is not None:
        return _write_sounds(exhibit, exhibit.sr, folder, name)
    return _write_pictures(exhibit, folder, name)


def _write_sounds(exhibit: Exhibit, sr: int, folder: Path, name: str) -> list[str]:
    files = []
    for which, sound in (("yours", exhibit.yours), ("expected", exhibit.expected)):
        if sound.ndim == 1 and sound.size and not np.iscomplexobj(sound):
            y = np.nan_to_num(np.asarray(sound, np.float64), posinf=0, neginf=0)
            path = folder / f"{name}_{which}.wav"
            npaudio.save(path, y / max(1.0, float(np.max(np.abs(y)))), sr)
            files.append(_shown(path))
    return files


def _write_pictures(exhibit: Exhibit, folder: Path, name: str) -> list[str]:
    from matplotlib.figure import Figure  # without pyplot: no window, no screen, no state left behind

    figure = Figure(figsize=(10, 4), layout="constrained")
    axes = figure.subplots(1, 2)
    for ax, array, title in zip(axes, (exhibit.yours, exhibit.expected), ("yours", "expected"), strict=True):
        ax.set_title(f"{title}, shape {array.shape}")
        array = np.abs(array) if np.iscomplexobj(array) else array.astype(np.float64)
        array = np.where(np.isfinite(array), array, np.nan)
        if array.ndim == 2 and array.size:
            figure.colorbar(ax.imshow(array, aspect="auto", origin="lower", cmap="magma"), ax=ax)
        elif array.ndim == 1:
            ax.plot(array, "." if len(array) < 50 else "-", linestyle="-", linewidth=0.8)
    path = folder / f"{name}.png"
    figure.savefig(path, dpi=100)
    return [_shown(path)]


def _shown(path: Path) -> str:
    return (path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).as_posix()
