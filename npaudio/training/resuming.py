"""The file that a training can be taken up from again."""

import os

from npaudio._core.atomic_write import remove_leftovers
from npaudio.checkpoints import load_checkpoint, save_checkpoint
from npaudio.training import inputs
from npaudio.training.run import Run
from npaudio.training.snapshot import restore, settings, snapshot

LEFTOVER_AGE = 60.0  # seconds; to write a checkpoint takes far less, so who wrote this was killed


class CheckpointFile:
    """A checkpoint of one training; `place` says in words what is in it.

    Parameters
    ----------
    path : str
        Ends in .npz.
    every : int or None
        Steps between two checkpoints within an epoch.
    source : str or None
        File to go on from, if it is there; None to begin anew, and overwrite what is there.
    """

    def __init__(self, path: str, *, every: int | None, source: str | None) -> None:
        self.path, self.every, self.source = path, every, source
        self.place = ""

    def attach(self, run: Run) -> None:
        """Go on from the file if there is one, else write the first; then save when the training asks.

        The first is written before the first step, since hours later would be too late to learn that it can't be.
        """
        remove_leftovers(self.path, older_than=LEFTOVER_AGE)
        run.settings = settings(run)
        if self.source is not None and os.path.exists(self.source):
            restore(run, load_checkpoint(self.source), path=self.source)
        else:
            self.save(run)
        self._note_place(run)
        run.save, run.save_every = lambda: self.save(run), self.every

    def save(self, run: Run) -> None:
        """Write the training as it stands."""
        save_checkpoint(self.path, snapshot(run))
        self._note_place(run)

    def _note_place(self, run: Run) -> None:
        self.place = f"after step {run.step} of epoch {run.epoch + 1}"


def checkpoint_file(
    path: str | os.PathLike[str] | None, *, every: int | None, resume: bool | str | os.PathLike[str] | None
) -> CheckpointFile | None:
    """The checkpoint that was asked for; one that is there already is refused unless `resume` says what to do."""
    every = inputs.positive(every, name="checkpoint_every")
    source = _named_source(resume)
    if source is not None and path is None:
        path = source
    if path is None:
        if resume or every is not None:
            raise ValueError("fit: resume and checkpoint_every need a file; pass checkpoint='run.npz'")
        return None
    path = os.path.abspath(os.fspath(path))
    decided = isinstance(resume, bool) or path == source
    if os.path.exists(path) and not decided:
        raise ValueError(
            f"fit: there is a checkpoint of an earlier training at {path!r}; pass resume=True to continue it, or "
            "resume=False to start anew and overwrite it"
        )
    return CheckpointFile(path, every=every, source=path if resume is True else source)


def _named_source(resume: bool | str | os.PathLike[str] | None) -> str | None:
    """The file that `resume` names, which must be there; None if it is True, False or None."""
    if resume is None or isinstance(resume, bool):
        return None
    if not isinstance(resume, str | os.PathLike):
        raise ValueError(f"fit: resume must be True, False, or the path of a checkpoint, got {resume!r}")
    source = os.path.abspath(os.fspath(resume))
    if not os.path.isfile(source):
        raise ValueError(
            f"fit: there is no checkpoint at {source!r} to resume; pass checkpoint={os.fspath(resume)!r} with "
            "resume=True to begin, and go on from it next time"
        )
    return source
