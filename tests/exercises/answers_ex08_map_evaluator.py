"""Wrong and right answers to exercise 08."""

from tests.exercises.planting import Planted

SORTED = '[np.argsort(-np.asarray(y_scores), kind="stable")]'
AREA = "np.trapezoid(np.append(1, precision), np.append(0, recall))"
EACH = "[self.compute_ap(y, scores) for y, scores in zip(Y_true.T, Y_scores.T, strict=True)]"
ORDER = "{bool(np.all(np.diff(aps) < 0))}"

PLANTED = [
    Planted("lowest score first", {"np.argsort(-np.asarray(y_scores)": "np.argsort(np.asarray(y_scores)"},
            says="you sort upwards"),
    Planted("no point at recall 0", {AREA: "np.trapezoid(precision, recall)"}, says="left of the first point"),
    Planted("starts at precision 0", {"np.append(1, precision)": "np.append(0, precision)"}, says="at precision 0"),
    Planted("steps", {AREA: "np.sum(np.diff(np.append(0, recall)) * precision)"}, says="AP by steps"),
    Planted("mean precision at the positives", {AREA: "np.mean(precision[positive == 1])"}, says="AP by steps"),
    Planted("best precision from here on", {AREA:
            "np.sum(np.diff(np.append(0, recall)) * np.maximum.accumulate(precision[::-1])[::-1])"},
            says="interpolated AP of object detection"),
    Planted("labels not sorted", {SORTED: ""}, says="not sorted along"),
    Planted("recall of all clips", {"tp / tp[-1]": "tp / len(tp)"}, says="divided by the number of clips"),
    Planted("a grid of thresholds", code="""
        class MultiLabelEvaluator(MultiLabelEvaluator):
            def compute_ap(self, y_true, y_scores):
                precisions, recalls = [], []
                for t in np.linspace(0, 1, 101)[::-1]:
                    pred = y_scores >= t
                    tp = np.sum(pred & (y_true == 1))
                    precisions.append(tp / pred.sum() if pred.sum() else 1)
                    recalls.append(tp / y_true.sum())
                return np.trapezoid(precisions, recalls)
        """, says="on a fixed grid"),
    Planted("greater, not greater or equal", code="""
        class MultiLabelEvaluator(MultiLabelEvaluator):
            def compute_ap(self, y_true, y_scores):
                points = [(0, 1)]
                for t in sorted(y_scores, reverse=True)[1:]:
                    pred = y_scores > t
                    points.append((y_true[pred].sum() / y_true.sum(), y_true[pred].mean()))
                return np.trapezoid([p for _, p in points], [r for r, _ in points])
        """, says="the last clip is never reached"),
    Planted("mean over clips", {"zip(Y_true.T, Y_scores.T, strict=True)])": "zip(Y_true, Y_scores, strict=True)])"},
            says="AP of each clip"),
    Planted("sum over classes", {f"np.mean({EACH})": f"np.sum({EACH})"}, says="sum of the APs"),
    Planted("all numbers as one class", {f"np.mean({EACH})": "self.compute_ap(Y_true.ravel(), Y_scores.ravel())"},
            says="micro average"),
    Planted("ten positives in the inverted class", {"[8, 8, 7, 6, 1]": "[8, 8, 7, 6, 10]"},
            says="With 10 positives of 20 even inverted scores"),
    Planted("a row a class", {"return Y_true, strength * Y_true + rng.uniform(size=(20, 5))":
            "return Y_true.T, (strength * Y_true + rng.uniform(size=(20, 5))).T"}, says="a column is a class"),
    Planted("no seed", {"default_rng(99)": "default_rng()"}, says="two calls on two objects give different data"),
    Planted("moderate is perfect", {"0.25, 0.0": "2.0, 0.0"}, says="Class 2, moderate"),
    Planted("verified without looking", {ORDER: "True"}, says="in reverse order it prints the same words"),
    Planted("mean verified without looking", {"{bool(np.isclose(mean_ap, sum(aps) / len(aps)))}": "True"},
            says="not the mean of the APs it prints the same words"),
    Planted("no mAP printed", {"{mean_ap:>8.3f}": "{aps[-1]:>8.3f}"}, says="the mAP, the mean of the APs"),
    Planted("another scenario in run", {"= self.make_scenario()": "= MultiLabelEvaluator().make_scenario()"},
            says="does not use self.make_scenario()"),
    Planted("AP a hundredth too low", {f"float({AREA})": f"0.99 * float({AREA})"}),
    Planted("k counted from two", {"np.arange(1, len(tp) + 1)": "np.arange(2, len(tp) + 2)"}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("loops and lists, anchor with the first precision", code="""
        class MultiLabelEvaluator:
            def compute_ap(self, y_true, y_scores):
                pairs = sorted(zip(y_scores, y_true), key=lambda pair: pair[0], reverse=True)
                positives = sum(int(y) for y in y_true)
                recalls, precisions, tp = [], [], 0
                for k, (_, y) in enumerate(pairs, 1):
                    tp += int(y)
                    recalls.append(tp / positives)
                    precisions.append(tp / k)
                recalls, precisions = [0] + recalls, [precisions[0]] + precisions
                area = 0
                for i in range(1, len(recalls)):
                    area += (recalls[i] - recalls[i - 1]) * (precisions[i] + precisions[i - 1]) / 2
                return area

            def compute_map(self, Y_true, Y_scores):
                aps = []
                for c in range(len(Y_true[0])):
                    aps.append(self.compute_ap([row[c] for row in Y_true], [row[c] for row in Y_scores]))
                return sum(aps) / len(aps)

            def make_scenario(self):
                ranks = ["11111000000000000000", "11110100000000000000", "10010100010010010000",
                         "00010000010000010001", "00000000000000000011"]
                Y_true = [[int(ranks[c][i]) for c in range(5)] for i in range(20)]
                Y_scores = [[1 - i / 20 for c in range(5)] for i in range(20)]
                return [Y_true, Y_scores]

            def run(self):
                Y_true, Y_scores = self.make_scenario()
                aps = []
                for c in range(5):
                    aps.append(self.compute_ap([row[c] for row in Y_true], [row[c] for row in Y_scores]))
                    print("Class", c, "AP = %.1f%%" % (100 * aps[-1]))
                m = self.compute_map(Y_true, Y_scores)
                print("mAP = %.1f%%" % (100 * m))
                assert sorted(aps, reverse=True) == aps
                assert abs(m - sum(aps) / 5) < 1e-9
                print("verified")
                return aps
        """),
    Planted("equal scores as one threshold", code="""
        class MultiLabelEvaluator(MultiLabelEvaluator):
            def compute_ap(self, y_true, y_scores):
                y_true, y_scores = np.asarray(y_true).astype(bool), np.asarray(y_scores)
                recall, precision = [0.0], [1.0]
                for t in np.unique(y_scores)[::-1]:
                    pred = y_scores >= t
                    recall.append((pred & y_true).sum() / y_true.sum())
                    precision.append((pred & y_true).sum() / pred.sum())
                return np.float32(np.trapezoid(precision, recall))
        """),
    Planted("ties the other way round, global seed", code="""
        class MultiLabelEvaluator(MultiLabelEvaluator):
            def compute_ap(self, y_true, y_scores):
                order = np.argsort(y_scores, kind="stable")[::-1]
                tp = np.cumsum(np.asarray(y_true)[order])
                precision = np.concatenate([[1.0], tp / (1.0 + np.arange(len(tp)))])
                recall = np.concatenate([[0.0], tp / np.sum(y_true)])
                return np.sum(np.diff(recall) * (precision[1:] + precision[:-1]) / 2)

            def make_scenario(self):
                np.random.seed(99)
                Y_true, Y_scores = super().make_scenario()
                return Y_true.astype(bool), Y_scores + 1e-9 * np.random.rand(20, 5)

            def run(self):
                Y_true, Y_scores = self.make_scenario()
                aps = [self.compute_ap(Y_true[:, c], Y_scores[:, c]) for c in range(5)]
                for c, ap in enumerate(aps):
                    print(f"class {c}: {ap:.2f}")
                m = self.compute_map(Y_true, Y_scores)
                print(f"mAP {m:.2f}", "mean: ok" if np.isclose(m, np.mean(aps)) else "mean: WRONG")
                print("order:", "ok" if np.all(np.diff(aps) < 0) else "WRONG", aps, m)
        """),
    Planted("npaudio's average precision", code="""
        from npaudio import metrics

        class MultiLabelEvaluator(MultiLabelEvaluator):
            def compute_ap(self, y_true, y_scores):
                y_true, y_scores = np.asarray(y_true), np.asarray(y_scores, float)
                ranks = np.empty(len(y_scores))
                ranks[np.argsort(-y_scores, kind="stable")] = -np.arange(len(y_scores))
                return metrics.average_precision(y_true, ranks, method="trapezoid")

            def compute_map(self, Y_true, Y_scores):
                return np.mean(list(map(self.compute_ap, np.transpose(Y_true), np.transpose(Y_scores))))
        """),
    Planted("recursion, a rectangle and a triangle at a time", code="""
        class MultiLabelEvaluator(MultiLabelEvaluator):
            def compute_ap(self, y_true, y_scores):
                hits = [int(y) for _, y in sorted(zip(y_scores, y_true), key=lambda pair: -pair[0])]

                def area(k, tp, before):
                    if k == len(hits):
                        return 0.0
                    tp += hits[k]
                    now = tp / (k + 1)
                    return hits[k] * (now + (before - now) / 2) / sum(hits) + area(k + 1, tp, now)

                return area(0, 0, 1.0)

            def compute_map(self, Y_true, Y_scores):
                aps = [self.compute_ap(*column) for column in zip(np.array(Y_true).T, np.array(Y_scores).T)]
                return sum(aps, 0.0) / len(aps)
        """),
]  # fmt: skip
