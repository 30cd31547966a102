"""The file that a training can be resumed from: opened by one training at a time, and checked before it is used."""

import contextlib
import os
from collections.abc import Iterator

from npaudio._core.atomic_write import check_target, remove_leftovers
from npaudio._core.checks import Check
from npaudio._core.file_lock import only_writer
from npaudio.checkpoints import load_checkpoint, save_checkpoint
from npaudio.training.run import Run
from npaudio.training.settings import START_AGAIN, settings
from npaudio.training.snapshot import restore, snapshot

LEFTOVER_AGE = 60.0  # seconds; writing a checkpoint takes far less, so an older temporary file is from a killed process

Path = str | os.PathLike[str]


class CheckpointFile:
    """The checkpoint of one training, or, without a path, nothing.

    Parameters
    ----------
    path : str or None
        Ends in .npz.
    source : str or None
        File to resume from, if it exists; None to start from the beginning, and overwrite the file.
    """

    def __init__(self, path: str | None, source: str | None = None) -> None:
        self.path, self.source = path, source
        self.settings: dict[str, object] = {}
        self.place = ""  # how far the saved training has got

    def begin(self, run: Run) -> None:
        """Resume from the file if there is one, else write the first checkpoint.

        The first one is written before the first step: a path that cannot be written must not be found hours later.
        """
        if self.path is None:
            return
        remove_leftovers(self.path, older_than=LEFTOVER_AGE)
        self.settings = settings(run)  # now, because the loss and the optimizer may change during training
        if self.source is not None and os.path.exists(self.source):
            restore(run, load_checkpoint(self.source), self.settings, path=self.source)
            self._note_place(run)
        else:
            self.save(run)

    def save(self, run: Run) -> None:
        """Write the training as it is now."""
        if self.path is not None:
            save_checkpoint(self.path, snapshot(run, self.settings))
            self._note_place(run)

    def how_to_continue(self) -> str:
        """How to continue after the training was stopped, for messages."""
        if self.path is None:
            return "nothing was saved, pass checkpoint='run.npz' next time to be able to continue"
        return f"to continue {self.place}, make the same call with resume=True and checkpoint={self.path!r}"

    def _note_place(self, run: Run) -> None:
        self.place = f"after step {run.step} of epoch {run.epoch + 1}"


@contextlib.contextmanager
def opened_checkpoint(path: Path | None, *, every: int | None, resume: bool | Path | None) -> Iterator[CheckpointFile]:
    """The checkpoint file that was asked for; no other training can open it in the meantime.

    A file that exists is refused unless `resume` says what to do with it.
    """
    check = Check("fit")
    source = _named_source(resume)
    path = source if path is None else path
    if path is None:
        if resume or every is not None:
            raise check.error("resume and checkpoint_every need a file; pass checkpoint='run.npz'")
        yield CheckpointFile(None)
        return
    path = os.path.abspath(os.fspath(path))
    check_target(os.path.realpath(path), path, "fit")
    with only_writer(path, caller="fit"):
        if os.path.exists(path) and not isinstance(resume, bool) and path != source:
            cure = f"pass resume=True to continue it, or {START_AGAIN}"
            raise check.error(f"there is a checkpoint of an earlier training at {path!r}; {cure}")
        yield CheckpointFile(path, path if resume is True else source)


def _named_source(resume: bool | Path | None) -> str | None:
    """The file that `resume` names, which must exist; None if it is True, False or None."""
    if resume is None or isinstance(resume, bool):
        return None
    check = Check("fit")
    if not isinstance(resume, str | os.PathLike):
        raise check.error(f"resume must be True, False, or the path of a checkpoint, got {resume!r}")
    source = os.path.abspath(os.fspath(resume))
    if not os.path.isfile(source):
        cure = f"pass checkpoint={os.fspath(resume)!r} with resume=True to start one"
        raise check.error(f"there is no checkpoint at {source!r} to resume; {cure}")
    return source
