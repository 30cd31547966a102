"""Weights from a file into a network: straight to their places, and a report of what went where.

Conventions: a network is filled as a whole or refused; nothing that it needs may be missing but for the entries that
the caller names as new.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from npaudio.checkpoints.files import CheckpointFile
from npaudio.checkpoints.key_styles import Match
from npaudio.checkpoints.stored_array import CheckpointError
from npaudio.nn.module import Module

OPTIONAL = "num_batches_tracked"  # files from before PyTorch 0.4.1 lack it, and nothing depends on it


@dataclass(frozen=True)
class LoadReport:
    """What became of the entries of a file; prints as a few lines.

    Used in lesson 05.

    Attributes
    ----------
    path, style : str
        The file, and whose names it uses.
    loaded : dict from str to int
        Our names that were filled, and how many numbers each has.
    adapted : dict from str to str
        Those that had to be changed on the way, and how.
    ignored : dict from str to str
        Entries of the file that are not used, and why.
    missing : list of str
        Our names that are not in the file and keep their new random values.

    See Also
    --------
    npaudio.models.SpectrogramTransformer : `from_checkpoint` makes one.
    """

    path: str
    style: str
    loaded: dict[str, int]
    adapted: dict[str, str]
    ignored: dict[str, str]
    missing: list[str]

    def __str__(self) -> str:
        lines = [f"{self.path}: names in the style of {self.style}"]
        lines.append(f"  loaded   {len(self.loaded)} arrays, {sum(self.loaded.values()):,} numbers")
        lines += [f"  adapted  {name}: {how}" for name, how in self.adapted.items()]
        reasons = list(self.ignored.values())
        lines += [
            f"  ignored  {reasons.count(why)} entries: {why}" for why in dict.fromkeys(reasons) if why != "unknown"
        ]
        unknown = [name for name, why in self.ignored.items() if why == "unknown"]
        if unknown:
            lines.append(f"  ignored  {len(unknown)} unknown entries: {_listed(unknown)}")
        lines.append(f"  missing  {_listed(self.missing) if self.missing else 'nothing'}")
        return "\n".join(lines)


Adapter = Callable[[np.ndarray], np.ndarray]


def fill(
    model: Module,
    file: CheckpointFile,
    match: Match,
    *,
    adapters: Mapping[str, tuple[Adapter, str]] | None = None,
    new: Collection[str] = (),
) -> LoadReport:
    """Read the arrays of a file into the parameters and buffers of a network.

    Parameters
    ----------
    model : Module
        Its arrays are overwritten.
    file : CheckpointFile
        Open; each array is read straight to its place.
    match : Match
        Which entries belong where.
    adapters : mapping from str to (function, str)
        For our names whose shape differs: what to do with the array of the file, and how to say so in the report.
    new : collection of str
        Our names that stay as they are.

    Returns
    -------
    LoadReport

    Raises
    ------
    ValueError
        Entries are missing or have another shape; all of them are named.
    """
    adapters, own = adapters or {}, dict(model._named_arrays())
    wanted = {name: array for name, array in own.items() if name not in new}
    found = {name: array for name, array in wanted.items() if name in match.sources}
    _refuse_misfits(model, file, match, found, adapters, missing=[name for name in wanted if name not in found])
    for name, out in found.items():
        if name in adapters:
            out[...] = adapters[name][0](file.read(match.sources[name][0]))
        else:
            for entry, place in _places(match.sources[name], out):
                file.read_into(entry, place)
    ignored = match.ignored | {e: "replaced by a new one" for n in new for e in match.sources.get(n, {}).values()}
    ignored |= {e: "unknown" for n, parts in match.sources.items() if n not in own for e in parts.values()}
    loaded = {name: array.size for name, array in found.items()}
    return LoadReport(file.path, match.style, loaded, {n: a[1] for n, a in adapters.items()}, ignored, sorted(new))


def no_draws() -> np.random.Generator:
    """A generator for networks that are filled from a file at once: their first weights are zeros, drawn in no time."""
    return _NoDraws(np.random.PCG64(0))


class _NoDraws(np.random.Generator):
    """Uniform and normal numbers are zeros that take no memory."""

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        return np.broadcast_to(np.float32(0), size).view(_Zeros)

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        return np.broadcast_to(np.float32(0), size).view(_Zeros)


class _Zeros(np.ndarray):
    """One zero in the place of many; only the arrays that are made of it take memory, and only once written to."""

    def astype(self, dtype: Any, *_: Any, **__: Any) -> Any:
        return np.zeros(self.shape, dtype)

    def __mul__(self, _: Any) -> Any:
        return self


def _refuse_misfits(
    model: Module,
    file: CheckpointFile,
    match: Match,
    found: Mapping[str, np.ndarray],
    adapters: Collection[str],
    missing: list[str],
) -> None:
    needed = [name for name in missing if not name.endswith(OPTIONAL)]
    misfits = [
        f"{entry} has shape {file.entries[entry].shape} instead of {place.shape}"
        for name, array in found.items()
        if name not in adapters
        for entry, place in _places(match.sources[name], array)
        if file.entries[entry].shape != place.shape
    ]
    if needed or misfits:
        faults = [f"missing: {_listed(needed)}"] * bool(needed) + [f"misshapen: {_listed(misfits)}"] * bool(misfits)
        raise CheckpointError(
            f"{type(model).__name__}: {file.path!r} (names in the style of {match.style}) does not fit; "
            f"{'; '.join(faults)}; check that the file belongs to this network"
        )


def _places(parts: Mapping[int, str], out: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Each entry and where it goes: to the whole array, or to its share of rows if several are joined."""
    places = [out] if len(parts) == 1 else np.array_split(out, len(parts))
    return zip((entry for _, entry in sorted(parts.items())), places, strict=True)


def _listed(names: list[str], most: int = 5) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
