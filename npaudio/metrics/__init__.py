"""Metrics that equal those of the field's libraries to the last digit, and name the definition that they follow.

- One label per clip: `accuracy`, `confusion_matrix`, `precision_recall_fscore`, `classification_report`.
- Several labels per clip: `average_precision` and its mean, `roc_auc`, `d_prime`, `precision_recall_curve`, `lwlrap`,
  `tune_thresholds`, `bootstrap_ci`, `expected_calibration_error`.
- Sound events: `event_based_metrics`, `segment_based_metrics`, `intersection_based_metrics`, `psds`,
  `psds_from_detections`.
- Speech synthesis: `mel_cepstral_distortion`, `dtw_path`, `spectral_convergence`, `log_spectral_distance`.

Conventions
-----------
- The truth comes first: `(y_true, y_score)`, `(reference, estimated)`.
- Clip scores are `(n_clips, n_classes)`, frame scores `(n_classes, n_frames)`, events `{filename: [Event, ...]}` or the
  path of a tab-separated file.
- Undefined figures are NaN and left out of averages, with one `UndefinedMetricWarning` that counts them, unless the
  docstring names another convention.
"""

from npaudio.metrics.events.detection_score import psds, psds_from_detections
from npaudio.metrics.events.event_based import EventBasedMetrics, event_based_metrics
from npaudio.metrics.events.event_results import EventMetrics
from npaudio.metrics.events.explanation import Explanation, Fate, FileExplanation
from npaudio.metrics.events.intersection import intersection_based_metrics
from npaudio.metrics.events.psd_roc import PsdsScore, Staircase
from npaudio.metrics.events.segment_based import segment_based_metrics
from npaudio.metrics.synthesis import (
    Alignment,
    dtw_path,
    log_spectral_distance,
    mel_cepstral_distortion,
    spectral_convergence,
)
from npaudio.metrics.tagging.classification import PrecisionRecallF, accuracy, confusion_matrix, precision_recall_fscore
from npaudio.metrics.tagging.curves import d_prime, precision_recall_curve, roc_auc
from npaudio.metrics.tagging.label_ranking import label_ranking_average_precision, lwlrap
from npaudio.metrics.tagging.ranking import average_precision, mean_average_precision
from npaudio.metrics.tagging.report import classification_report
from npaudio.metrics.tagging.target_checks import UndefinedMetricWarning
from npaudio.metrics.tagging.thresholds import tune_thresholds
from npaudio.metrics.tagging.uncertainty import Interval, bootstrap_ci, expected_calibration_error

__all__ = [
    "Alignment",
    "EventBasedMetrics",
    "EventMetrics",
    "Explanation",
    "Fate",
    "FileExplanation",
    "Interval",
    "PrecisionRecallF",
    "PsdsScore",
    "Staircase",
    "UndefinedMetricWarning",
    "accuracy",
    "average_precision",
    "bootstrap_ci",
    "classification_report",
    "confusion_matrix",
    "d_prime",
    "dtw_path",
    "event_based_metrics",
    "expected_calibration_error",
    "intersection_based_metrics",
    "label_ranking_average_precision",
    "log_spectral_distance",
    "lwlrap",
    "mean_average_precision",
    "mel_cepstral_distortion",
    "precision_recall_curve",
    "precision_recall_fscore",
    "psds",
    "psds_from_detections",
    "roc_auc",
    "segment_based_metrics",
    "spectral_convergence",
    "tune_thresholds",
]
