"""Make the README's picture, the last figure of lesson 01 at half its size: `python lessons/front_page.py` after it."""

import argparse
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))
from options import OUTPUTS  # noqa: E402

PICTURE = FOLDER / "three_recipes.png"


def main(argv: list[str] | None = None) -> None:
    """Average the figure over 2 x 2 pixels, and save it beside the lessons."""
    parser = argparse.ArgumentParser(prog="python lessons/front_page.py", description=__doc__)
    parser.add_argument("--outputs", type=Path, default=OUTPUTS, help="where lesson 01 has written (outputs/)")
    figure = plt.imread(parser.parse_args(argv).outputs / "01_sound_to_mel" / "10_three_recipes.png")[..., :3]
    height, width = figure.shape[0] // 2 * 2, figure.shape[1] // 2 * 2
    small = figure[:height, :width].reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    plt.imsave(PICTURE, np.round(small * 40) / 40)  # fewer colours, a smaller file


if __name__ == "__main__":
    main()
