"""Modules that moved: `import npaudio.metrics.curves` goes on working now that it is `npaudio.metrics.tagging.curves`.

Python asks each finder in `sys.meta_path` for a module that it does not find elsewhere. This one knows the former
paths, and answers with the module of today, so that both names are the same object.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

FORMER = {
    "datasets.archive": "datasets.downloading.archive",
    "datasets.extraction": "datasets.features.extraction",
    "datasets.feature_cache": "datasets.features.cache",
    "datasets.feature_table": "datasets.features.table",
    "datasets.fetching": "datasets.downloading.fetching",
    "datasets.probe": "datasets.files",
    "datasets.progress": "_core.terminal",
    "datasets.tables": "datasets.published",
    "datasets.tuning": "datasets.features.kept_memory",
    "datasets.worker": "datasets.features.worker",
    "metrics.above_positives": "metrics.tagging.positive_ranks",
    "metrics.classification": "metrics.tagging.classification",
    "metrics.curves": "metrics.tagging.curves",
    "metrics.event_based": "metrics.events.event_based",
    "metrics.event_results": "metrics.events.event_results",
    "metrics.event_table": "metrics.events.event_table",
    "metrics.explanation": "metrics.events.explanation",
    "metrics.intersection": "metrics.events.intersection",
    "metrics.label_checks": "metrics.tagging.target_checks",
    "metrics.label_ranking": "metrics.tagging.label_ranking",
    "metrics.matching": "metrics.events.matching",
    "metrics.psd_roc": "metrics.events.psd_roc",
    "metrics.report": "metrics.tagging.report",
    "metrics.segment_based": "metrics.events.segment_based",
    "metrics.threshold_sweep": "metrics.events.threshold_sweep",
    "metrics.thresholds": "metrics.tagging.thresholds",
    "metrics.uncertainty": "metrics.tagging.uncertainty",
    "nn.columns": "nn.fast.row_statistics",
    "nn.layout": "nn.fast.channels_last",
    "nn.normal": "nn.fast.normal_distribution",
    "nn.short_cuts": "nn.fusing",
    "nn.threads": "_core.threads",
    "training.best": "training.evaluation",
    "training.describing": "training.settings",
    "training.inputs": "training.arguments",
    "training.progress": "_core.terminal",
    "training.resuming": "training.checkpoint_file",
    "training.streams": "training.batches",
    "training.validation": "training.evaluation",
}


class FormerPaths(MetaPathFinder, Loader):
    """Finds the modules of `FORMER`, and loads today's in their place."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """A spec for the former path of a module, None for every other name."""
        package, _, rest = name.partition(".")
        return ModuleSpec(name, self) if package == "npaudio" and rest in FORMER else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module of today."""
        return importlib.import_module("npaudio." + FORMER[spec.name.partition(".")[2]])

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it has been run under today's name."""


def keep_former_paths() -> None:
    """Ask this finder last."""
    sys.meta_path.append(FormerPaths())
