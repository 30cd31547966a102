"""Make metrics_labels.npz, metrics_events.npz, metrics_psds.npz and metrics_dtw.npz from the libraries of the field.

Run from the root of the repository with scikit-learn, sed_eval, psds_eval, sed_scores_eval and librosa installed:
`python -m tests.golden.make_metrics`. The cases come from tests/metric_cases.py; the files hold results only.
"""

import sys
import warnings
from pathlib import Path

import numpy as np

from tests.golden.metric_peers import psds_eval_score, sed_eval_figures, sed_scores_eval_psds
from tests.metric_cases import (
    LABELS,
    PSDS_SETTINGS,
    detection_case,
    event_case,
    label_case,
    score_case,
    single_label_case,
)

HERE = Path(__file__).parent
N_LABEL_CASES, N_EVENT_CASES, N_PSDS_CASES = 200, 400, 60


def labels() -> dict[str, np.ndarray]:
    from sklearn import metrics as sk

    rows: dict[str, list] = {
        key: [] for key in ("ap", "auc", "ap_micro", "ap_samples", "lrap", "lwlrap", "pr", "report")
    }
    for seed in range(N_LABEL_CASES):
        y_true, y_score = label_case(seed)
        columns = [(y_true[:, c], y_score[:, c]) for c in range(y_true.shape[1])]
        rows["ap"] += [sk.average_precision_score(t, s) for t, s in columns]
        rows["auc"] += [sk.roc_auc_score(t, s) if 0 < t.sum() < len(t) else np.nan for t, s in columns]
        rows["pr"] += [np.concatenate(sk.precision_recall_curve(t, s)) for t, s in columns[:1]]
        rows["ap_micro"].append(sk.average_precision_score(y_true.ravel(), y_score.ravel()))
        rows["ap_samples"].append(
            np.mean(
                [sk.average_precision_score(t, s) for t, s in zip(y_true, y_score, strict=True) if t.any()] or np.nan
            )
        )
        if y_true.shape[1] > 1:
            weight = y_true.sum(axis=1)
            rows["lrap"].append(sk.label_ranking_average_precision_score(y_true, y_score))
            weighted = (
                sk.label_ranking_average_precision_score(y_true, y_score, sample_weight=weight)
                if weight.any()
                else np.nan
            )
            rows["lwlrap"].append(weighted)
        report = sk.classification_report(*single_label_case(seed), output_dict=True)
        accuracy = report.pop("accuracy", None)
        rows["report"].append(np.array([*(v for row in report.values() for v in row.values()), accuracy or 0.0]))
    rows["pr"], rows["report"] = [np.concatenate(rows["pr"])], [np.concatenate(rows["report"])]
    return {key: np.concatenate(value) if key in ("pr", "report") else np.array(value) for key, value in rows.items()}


def events() -> dict[str, np.ndarray]:
    rows = []
    for seed in range(N_EVENT_CASES):
        reference, estimated, settings = event_case(seed)
        rows.append(sed_eval_figures(reference, estimated, LABELS, zero=bool(seed % 2), **settings))
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def psds() -> dict[str, np.ndarray]:
    from_detections = [
        [psds_eval_score(*detection_case(seed), **settings) for settings in PSDS_SETTINGS]
        for seed in range(N_PSDS_CASES)
    ]
    from_scores = [
        [sed_scores_eval_psds(*score_case(seed), LABELS, **settings) for settings in PSDS_SETTINGS]
        for seed in range(N_PSDS_CASES)
    ]
    return {"from_detections": np.array(from_detections), "from_scores": np.array(from_scores)}


def dtw() -> dict[str, np.ndarray]:
    import librosa

    costs = []
    for seed in range(20):
        rng = np.random.RandomState(seed)
        x, y = rng.normal(size=(3, rng.randint(1, 12))), rng.normal(size=(3, rng.randint(1, 12)))
        costs.append(librosa.sequence.dtw(x, y, backtrack=False)[-1, -1])
    return {"cost": np.array(costs)}


def main() -> int:
    warnings.simplefilter("ignore")
    for name, make in (("labels", labels), ("events", events), ("psds", psds), ("dtw", dtw)):
        path = HERE / f"metrics_{name}.npz"
        np.savez_compressed(path, **make())
        print(path.name, path.stat().st_size, "bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
