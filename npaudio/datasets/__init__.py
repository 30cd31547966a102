"""Data sets: labelled sounds from a download, your own folder or a synthesizer; and their features, cached on disk.

>>> from npaudio import Frontend, datasets
>>> sounds = datasets.SyntheticSounds(4, classes=("rain", "siren"), duration=0.5)
>>> table = datasets.extract_features(sounds, Frontend(), duration=0.5, processes=1)
>>> table.X.shape
(8, 64, 16)
>>> train, test = table.split(1)
>>> len(train), len(test)
(6, 2)

Conventions
-----------
- `len(dataset)`; `dataset[i]` is (waveform, label), the waveform mono float32 (n_samples,) at `dataset.sr` Hz,
  the label an index into `dataset.class_names`, or a list of events for scenes. `dataset.labels` has all labels.
- Folds are numbered from 1. `dataset.split(fold)` gives indices (train, test), and warns if clips of one recording
  (`dataset.sources`) are on both sides, or a class in the test set has no clip in the training set.
- Files that cannot be used do not raise an error: they are skipped, and `dataset.skipped` and `dataset.report()` list
  them with the reason. Faults of the samples, such as NaN, are found when features are computed, and listed in
  `table.skipped` and `table.report()`.
"""

from npaudio._core.terminal import ProgressLine
from npaudio.datasets.base import SoundDataset
from npaudio.datasets.downloading.archive import ArchiveError
from npaudio.datasets.downloading.fetching import DownloadError
from npaudio.datasets.downloading.published_archives import download
from npaudio.datasets.features.extraction import extract_features
from npaudio.datasets.features.table import FeatureTable
from npaudio.datasets.folder import AudioFolder
from npaudio.datasets.folds import SourceLeakWarning, UntrainedClassWarning, leaked_sources, make_folds
from npaudio.datasets.published import ESC50, UrbanSound8K
from npaudio.datasets.scene import Scene
from npaudio.datasets.scenes import SyntheticScenes
from npaudio.datasets.skipped import Skipped
from npaudio.datasets.sound_scenes import SoundScenes
from npaudio.datasets.synthetic import SyntheticSounds

__all__ = [
    "ESC50",
    "ArchiveError",
    "AudioFolder",
    "DownloadError",
    "FeatureTable",
    "ProgressLine",
    "Scene",
    "Skipped",
    "SoundDataset",
    "SoundScenes",
    "SourceLeakWarning",
    "SyntheticScenes",
    "SyntheticSounds",
    "UntrainedClassWarning",
    "UrbanSound8K",
    "download",
    "extract_features",
    "leaked_sources",
    "make_folds",
]
