"""One piece of work by us and by a peer, the bar that was set, and the table of all of them."""

import json
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

PEERS = (
    "torch", "librosa", "scikit-learn", "scipy", "soxr", "sed_eval", "sed_scores_eval", "audiomentations",
    "transformers",
)  # fmt: skip
THREAD_LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
HEADER = ("work", "peer", "ours", "theirs", "ratio", "bar", "")


@dataclass(frozen=True)
class Comparison:
    """A row of the table; less is better in every row.

    Parameters
    ----------
    work, peer : str
        What is done, and who does it besides us.
    ours, theirs : float, optional
        What it takes, in `unit`; None if it was not measured.
    ratio : float, optional
        Ours by theirs: the median of the rounds, which need not be the ratio of the medians.
    bar : float, optional
        The largest ratio that was promised.
    note : str
        Why there is no ratio: "not installed".
    """

    work: str
    peer: str
    ours: float | None = None
    theirs: float | None = None
    ratio: float | None = None
    bar: float | None = None
    unit: str = "ms"
    note: str = ""

    @property
    def verdict(self) -> str:
        """What the last column says."""
        if self.ratio is None or self.bar is None:
            return self.note
        return "met" if self.ratio <= self.bar else "**missed**"

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        ratio, bar = ("" if x is None else f"{x:.2f}" for x in (self.ratio, self.bar))
        return self.work, self.peer, *(shown(x, self.unit) for x in (self.ours, self.theirs)), ratio, bar, self.verdict

    def __str__(self):
        figures = dict(zip(HEADER, self.cells(), strict=True))
        text = f"  {figures['work']}: {figures['ours']}; {figures['peer']} {figures['theirs']}"
        return f"{text}; ratio {figures['ratio']} (bar {figures['bar'] or 'none'}) {self.verdict}".replace("*", "")


def shown(value: float | None, unit: str) -> str:
    """Three digits and the unit."""
    if value is None:
        return ""
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def markdown(rows: Iterable[Comparison]) -> str:
    """The table."""
    lines = [HEADER, ("---", "---", "---:", "---:", "---:", "---:", "---"), *(row.cells() for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def summary(rows: list[Comparison]) -> str:
    """How many bars were met, in a sentence."""
    judged = [row for row in rows if row.verdict in ("met", "**missed**")]
    missed = sum(row.verdict != "met" for row in judged)
    absent = sum(row.bar is not None for row in rows) - len(judged)
    text = f"{len(judged) - missed} of {len(judged)} bars are met."
    return text + (f" {absent} could not be measured." if absent else "")


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    about = {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(terse=True),
        "load at the start": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        "BLAS": f"{blas['name']} {blas['version']}",
    }
    limits = {name: os.environ[name] for name in THREAD_LIMITS if name in os.environ}
    return about | limits | {name: installed_version(name) for name in PEERS}


def processor() -> str:
    """Its name, which Python knows on some systems only."""
    try:
        names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def write_rows(path: Path, rows: Iterable[Comparison], about: dict[str, Any]) -> None:
    """As JSON, for `read_rows`."""
    contents = {"machine": about, "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")


def read_rows(path: Path) -> tuple[list[Comparison], dict[str, Any]]:
    """Rows and machine."""
    contents = json.loads(path.read_text(encoding="utf-8"))
    return [Comparison(**row) for row in contents["rows"]], contents["machine"]
