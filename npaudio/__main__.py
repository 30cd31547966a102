"""`python -m npaudio`: the command line."""

import sys

from npaudio.cli import main

if __name__ == "__main__":
    sys.exit(main())
