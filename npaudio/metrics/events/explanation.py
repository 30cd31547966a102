"""What happened to every event in an event-based evaluation, as text and as data.

Conventions
-----------
- Errors of time are estimate minus reference in seconds: a positive onset error means that the detection came late.
- The *nearest miss* of an event is the event of the same label in the other list of the same file that exceeds the
  collars least.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from npaudio.metrics.events.event_table import EventTable
from npaudio.metrics.events.matching import Tolerance, allowed_pairs, maximum_matching
from npaudio.sed import Event


@dataclass(frozen=True)
class Fate:
    """What happened to one event.

    Goes with lesson 10.

    Attributes
    ----------
    status : "matched", "missed" or "false alarm"
        The first two belong to reference events, the third to estimated ones.
    event : Event
        The event itself.
    counterpart : Event or None
        Its match, or its nearest miss in the other list; None if that list has no such label in this file.
    onset_error, offset_error : float or None
        Estimate minus reference in seconds, if there is a counterpart.
    onset_collar, offset_collar : float or None
        The errors that were allowed.
    confusion : Event or None
        An unmatched event of another label at the same time: the system detected it with the wrong label. Each event
        is confused with at most one other.
    reason : str
        Why it is not matched, in words; empty for a match.

    See Also
    --------
    Explanation : all fates.
    """

    status: str
    event: Event
    counterpart: Event | None = None
    onset_error: float | None = None
    offset_error: float | None = None
    onset_collar: float | None = None
    offset_collar: float | None = None
    confusion: Event | None = None
    reason: str = ""


@dataclass(frozen=True)
class FileExplanation:
    """The fates in one file: its reference events, and the estimated events without a match.

    Goes with lesson 10.

    Attributes
    ----------
    filename : str
        The key in `reference`.
    reference : list of Fate
        Of the reference events.
    false_alarms : list of Fate
        Of the estimated events without a match.

    See Also
    --------
    Explanation : all files.
    """

    filename: str
    reference: list[Fate]
    false_alarms: list[Fate]

    @property
    def n_matched(self) -> int:
        """Number of reference events that were found."""
        return sum(fate.status == "matched" for fate in self.reference)

    def __str__(self) -> str:
        fates = [*self.reference, *self.false_alarms]
        width = max((len(fate.event.label) for fate in fates), default=0)
        return "\n".join([self.filename, *(f"  {_fate_line(fate, width)}" for fate in fates)])


@dataclass(frozen=True)
class Explanation:
    """The fates of all events: `files[name]` has those of one file, `str` prints them, `rows` gives plain data.

    Goes with lesson 10.

    Attributes
    ----------
    files : {filename: FileExplanation}
        What happened in each file.

    See Also
    --------
    EventBasedMetrics : `explain()` makes it.
    """

    files: dict[str, FileExplanation]

    def __iter__(self) -> Iterator[FileExplanation]:
        return iter(self.files.values())

    def __getitem__(self, filename: str) -> FileExplanation:
        return self.files[filename]

    def __len__(self) -> int:
        return len(self.files)

    def __str__(self) -> str:
        return "\n".join(str(file) for file in self if file.reference or file.false_alarms)

    def rows(self) -> list[dict[str, object]]:
        """One dictionary for each event: `filename`, and the attributes of its `Fate`."""
        fates = [(file.filename, fate) for file in self for fate in file.reference + file.false_alarms]
        return [{"filename": name, **vars(fate)} for name, fate in fates]


def explain(
    files: list[str], reference: EventTable, estimated: EventTable, matching: dict[int, int], tolerance: Tolerance
) -> Explanation:
    """The fates of all events under `matching`, which maps rows of the reference to rows of the estimate."""
    confused = _confusions(reference, estimated, matching, tolerance)
    detected_as = {r: estimated.events[e] for r, e in confused.items()}
    annotated_as = {e: reference.events[r] for r, e in confused.items()}
    compare = partial(_Comparison, reference, estimated, matching, tolerance, detected_as, annotated_as)
    explained = {}
    rows = zip(_rows_by_file(reference, len(files)), _rows_by_file(estimated, len(files)), strict=True)
    for name, (ref_rows, est_rows) in zip(files, rows, strict=True):
        comparison = compare(ref_rows, est_rows)
        explained[name] = FileExplanation(name, comparison.reference_fates(), comparison.false_alarms())
    return Explanation(explained)


@dataclass(frozen=True)
class _Comparison:
    """The events of one file, each against each."""

    reference: EventTable
    estimated: EventTable
    matching: dict[int, int]
    tolerance: Tolerance
    detected_as: dict[int, Event]  # row of a missed reference -> unmatched estimate of another label
    annotated_as: dict[int, Event]  # row of that estimate -> the missed reference
    ref_rows: np.ndarray
    est_rows: np.ndarray

    def reference_fates(self) -> list[Fate]:
        """Every reference event in the order of the list."""
        fates = []
        for r in self.ref_rows.tolist():
            if r in self.matching:
                fates.append(self._fate("matched", r, self.matching[r]))
            else:
                same = self.est_rows[self.estimated.label[self.est_rows] == self.reference.label[r]]
                fates.append(self._fate("missed", r, self._nearest(r, same, same), self.detected_as.get(r)))
        return fates

    def false_alarms(self) -> list[Fate]:
        """Every estimated event without a match, in the order of the list."""
        taken = {self.matching[r] for r in self.ref_rows.tolist() if r in self.matching}
        fates = []
        for e in self.est_rows.tolist():
            if e not in taken:
                same = self.ref_rows[self.reference.label[self.ref_rows] == self.estimated.label[e]]
                fates.append(self._fate("false alarm", self._nearest(same, e, same), e, self.annotated_as.get(e)))
        return fates

    def _nearest(self, ref: np.ndarray | int, est: np.ndarray | int, rows: np.ndarray) -> int | None:
        """The entry of `rows` whose pair exceeds the collars least; among equals, the one with the smaller errors."""
        onset_error = np.abs(self.estimated.onset[est] - self.reference.onset[ref])
        offset_error = np.abs(self.estimated.offset[est] - self.reference.offset[ref])
        over_onset = np.maximum(onset_error - self.tolerance.t_collar, 0) * self.tolerance.evaluate_onset
        over_offset = np.maximum(offset_error - self.tolerance.offset_collar(self.reference.length[ref]), 0)
        excess = np.maximum(over_onset, over_offset * self.tolerance.evaluate_offset)
        best = np.lexsort((onset_error + offset_error, excess))[:1]
        return int(rows[best[0]]) if len(best) else None

    def _fate(self, status: str, r: int | None, e: int | None, confusion: Event | None = None) -> Fate:
        ref = None if r is None else self.reference.events[r]
        est = None if e is None else self.estimated.events[e]
        event, counterpart = (est, ref) if status == "false alarm" else (ref, est)
        assert event is not None
        if ref is None or est is None:
            return Fate(status, event, confusion=confusion, reason=_absence(status, event, confusion))
        errors = est.onset - ref.onset, est.offset - ref.offset
        collars = self.tolerance.t_collar, float(self.tolerance.offset_collar(ref.offset - ref.onset))
        reason = "" if status == "matched" else self._reason(status, errors, collars, confusion)
        return Fate(status, event, counterpart, *errors, *collars, confusion, reason)

    def _reason(
        self, status: str, errors: tuple[float, float], collars: tuple[float, float], confusion: Event | None
    ) -> str:
        """Whether the onset or the offset is wrong, by how much, and the collar."""
        evaluated = (self.tolerance.evaluate_onset, self.tolerance.evaluate_offset)
        parts = [
            f"{name} {abs(error):.3g} s {'late' if error > 0 else 'early'}, collar {collar:.3g} s"
            for name, error, collar, counts in zip(("onset", "offset"), errors, collars, evaluated, strict=True)
            if counts and abs(error) > collar
        ]
        if not parts:
            what = "detection" if status == "missed" else "annotation"
            parts = [f"the {what} that fits is matched with another event"]
        return "; ".join(parts + _confusion_words(status, confusion))


def _confusions(
    reference: EventTable, estimated: EventTable, matching: dict[int, int], tolerance: Tolerance
) -> dict[int, int]:
    """Pairs of unmatched events at the same time; their labels differ, else they would be matched."""
    ref, est = allowed_pairs(reference, estimated, tolerance, same_label=False)
    free = ~np.isin(ref, list(matching)) & ~np.isin(est, list(matching.values()))
    return maximum_matching(ref[free], est[free])


def _rows_by_file(table: EventTable, n_files: int) -> list[np.ndarray]:
    """Rows of each file; the table lists file after file."""
    return np.split(np.arange(len(table)), np.searchsorted(table.file, np.arange(1, n_files)))


def _absence(status: str, event: Event, confusion: Event | None) -> str:
    what = "detected" if status == "missed" else "annotated"
    return "; ".join([f"no {event.label} {what} in this file", *_confusion_words(status, confusion)])


def _confusion_words(status: str, confusion: Event | None) -> list[str]:
    if confusion is None:
        return []
    return [f"{'detected' if status == 'missed' else 'annotated'} as {confusion.label}"]


def _fate_line(fate: Fate, width: int) -> str:
    line = f"{fate.status:<11}{_span(fate.event, 7)}  {fate.event.label:<{width}}"
    what = {"matched": "detected", "missed": "nearest detection", "false alarm": "nearest annotation"}[fate.status]
    place = f"({what} {_span(fate.counterpart)})" if fate.counterpart else ""
    return "  ".join(part for part in (line, fate.reason, place) if part).replace("  (", " (")


def _span(event: Event, width: int = 0) -> str:
    return f"{event.onset:{width}.3f} - {event.offset:{width}.3f} s"
