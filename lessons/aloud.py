"""Read a script aloud that makes no `Lesson` of its own, such as lesson 00: `python lessons/aloud.py SCRIPT --ask`."""

import sys
from pathlib import Path

from classroom import Lesson

if __name__ == "__main__":
    script = Path(sys.argv.pop(1)).resolve()
    sys.modules["__main__"].__file__ = str(script)
    Lesson(script.stem)
