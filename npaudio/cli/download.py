"""`npaudio download`: fetch a published data set."""

import argparse

from npaudio.cli.running import DONE
from npaudio.datasets import download


def run(options: argparse.Namespace) -> int:
    """Fetch, check and unpack."""
    print(download(options.name, options.folder))
    return DONE
