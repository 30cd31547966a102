"""Make the README's pictures: `python lessons/front_page.py`, after `python -m lessons 01`.

`three_recipes.png` is the last figure of lesson 01 at half its size, and `a_detection.png` is what `npaudio detect`
hears in a scene of three synthetic sounds.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from PIL import Image  # Matplotlib brings it

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]
import npaudio  # noqa: E402
from npaudio import Frontend, plot  # noqa: E402
from npaudio.pipeline.shipped import open_detector  # noqa: E402
from npaudio.sed import Event  # noqa: E402
from options import OUTPUTS  # noqa: E402

PICTURE, DETECTION = FOLDER / "three_recipes.png", FOLDER / "a_detection.png"
SR = 16000
SOUNDS = (("rain", 1, 0.4), ("dog_bark", 7, 3.6), ("clock_tick", 2, 6.6))  # class, seed, second at which it begins


def main(argv: list[str] | None = None) -> None:
    """Make both pictures, and print where they are."""
    parser = argparse.ArgumentParser(prog="python lessons/front_page.py", description=__doc__)
    parser.add_argument("--outputs", type=Path, default=OUTPUTS, help="where lesson 01 has written (outputs/)")
    three_recipes(parser.parse_args(argv).outputs / "01_sound_to_mel" / "10_three_recipes.png")
    a_detection()
    for picture in (PICTURE, DETECTION):
        print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")


def three_recipes(source: Path) -> None:
    """Average the figure over 2 x 2 pixels, and save it beside the lessons."""
    figure = plt.imread(source)[..., :3]
    height, width = figure.shape[0] // 2 * 2, figure.shape[1] // 2 * 2
    small = figure[:height, :width].reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    few_colors = np.round(small * 40) / 40  # for a smaller file
    plt.imsave(PICTURE, few_colors, metadata={"Software": None})  # no version in it: the same picture is the same file


def scene() -> np.ndarray:
    """Ten seconds with a faint noise, in which the three sounds follow each other."""
    y = 1e-3 * npaudio.white_noise(sr=SR, duration=10.0, rng=0)
    for label, seed, second in SOUNDS:
        sound = npaudio.synthesize(label, sr=SR, duration=3.0, rng=seed)
        y[round(second * SR) :][: len(sound)] += sound
    return npaudio.normalize_peak(y, peak=0.9)


def heard() -> list[Event]:
    """The events that the detector of the package finds in the scene."""
    return open_detector(None).detect(scene(), sr=SR)


def a_detection() -> None:
    """Draw the scene above its events, in 64 colours."""
    y = scene()
    figure = Figure(figsize=(9.0, 4.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    frontend = replace(Frontend.article(), hop_length=256, floor=1e-6)
    plot.mel_spectrogram(frontend(y), frontend=frontend, ax=above)
    events = heard()
    plot.detected_events(events, duration=len(y) / SR, ax=below)
    above.set(title=f"{len(SOUNDS)} sounds, {len(events)} events", xlabel="")
    figure.savefig(DETECTION, dpi=100)
    picture = Image.open(DETECTION).convert("RGB")
    picture.quantize(64, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(DETECTION, optimize=True)


if __name__ == "__main__":
    main()
