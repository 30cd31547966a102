"""The options `--data` (recordings in the layout of ESC-50) and `--annotations`, checked before any work."""

import argparse
from pathlib import Path

from npaudio.datasets import ESC50
from npaudio.sed import read_events


def esc50_folder(text: str) -> Path:
    """The folder that `--data` names, for argparse: what cannot be read is refused in one line."""
    try:
        ESC50(text)
    except (ValueError, OSError) as error:
        where = "`npaudio download esc50 DIR` fetches the recordings and prints the folder to give here"
        raise argparse.ArgumentTypeError(f"{str(error).rstrip('.')}; {where}") from None
    return Path(text)


def annotations_folder(text: str) -> Path:
    """The folder that `--annotations` names, for argparse: it must hold the annotations of DCASE 2019 task 4."""
    try:
        read_events(Path(text) / "dcase2019t4_gt.csv")
    except (ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(f"{text}: no annotations of DCASE 2019 task 4 ({error})") from None
    return Path(text)
