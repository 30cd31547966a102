"""The option `--data`: a folder of recordings in the layout of ESC-50, checked before any work."""

import argparse
from pathlib import Path

from npaudio.datasets import ESC50


def esc50_folder(text: str) -> Path:
    """The folder that `--data` names, for argparse: what cannot be read is refused in one line."""
    try:
        ESC50(text)
    except (ValueError, OSError) as error:
        where = "`npaudio download esc50 DIR` fetches the recordings and prints the folder to give here"
        raise argparse.ArgumentTypeError(f"{str(error).rstrip('.')}; {where}") from None
    return Path(text)
