"""The files that a data set does not use, each with the reason."""

import re
from collections.abc import Sequence
from typing import NamedTuple


class Skipped(NamedTuple):
    """A file that is not used, and why.

    Goes with lesson 09.

    Parameters
    ----------
    name : str
        Path relative to the folder of the data set, with forward slashes on every platform.
    reason : str
        The fault, as a predicate: "is empty (0 bytes)".

    See Also
    --------
    SoundDataset : lists them in `skipped`.
    """

    name: str
    reason: str


def reason_of(error: Exception) -> str:
    """An error as the reason why a file is skipped, without the name of the file, which is shown beside it."""
    if isinstance(error, OSError):
        return f"cannot be opened ({error.strerror or error})"
    return re.sub(r"^load: (['\"]).*?\1 ", "", str(error))


def first_of(skipped: Sequence[Skipped]) -> str:
    """How many files were skipped, and why the first one was, in brackets; nothing if none was."""
    if not skipped:
        return ""
    return f" ({len(skipped)} skipped; {skipped[0].name!r} {skipped[0].reason})"


def describe_skipped(skipped: Sequence[Skipped]) -> str:
    """One line for each file, names aligned; or one line that says that nothing was skipped."""
    if not skipped:
        return "no file was skipped"
    names = [_printable(name) for name, _ in skipped]
    width = min(50, max(map(len, names)))
    noun = "file was" if len(skipped) == 1 else "files were"
    lines = [f"  {name:<{width}}  {_printable(item.reason)}" for name, item in zip(names, skipped, strict=True)]
    return "\n".join([f"{len(skipped)} {noun} skipped:", *lines])


def _printable(text: str) -> str:
    """The text, with escapes in place of line breaks and of bytes that are not UTF-8."""
    return text if text.isprintable() else repr(text)[1:-1]
