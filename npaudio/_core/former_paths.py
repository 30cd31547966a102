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

# Modules that went one folder down and kept their names, by that folder; and modules that have another name today.
MOVED = {
    "datasets.downloading": "archive fetching",
    "datasets.features": "extraction worker",
    "metrics.events": "event_based event_results event_table explanation intersection matching psd_roc "
    "segment_based threshold_sweep",
    "metrics.tagging": "classification curves label_ranking report thresholds uncertainty",
}
FORMER = {
    **{f"{folder.split('.')[0]}.{name}": f"{folder}.{name}" for folder in MOVED for name in MOVED[folder].split()},
    "datasets.feature_cache": "datasets.features.cache",
    "datasets.feature_table": "datasets.features.table",
    "datasets.probe": "datasets.files",
    "datasets.progress": "_core.terminal",
    "datasets.tables": "datasets.published",
    "datasets.tuning": "datasets.features.kept_memory",
    "metrics.above_positives": "metrics.tagging.positive_ranks",
    "metrics.label_checks": "metrics.tagging.target_checks",
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
