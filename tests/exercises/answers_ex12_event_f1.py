"""Wrong and right answers to exercise 12."""

from tests.exercises.planting import Planted

PLANTED = [
    Planted("greedy, first fit", code="""
        def match_events(reference, estimated, collar):
            pairs, used = [], set()
            for i, r in enumerate(reference):
                for j, e in enumerate(estimated):
                    if j not in used and fit(r, e, collar):
                        pairs.append((i, j))
                        used.add(j)
                        break
            return pairs
        """, says="to take the first fit or the nearest is not enough"),
    Planted("greedy, the nearest first", code="""
        def match_events(reference, estimated, collar):
            near = sorted((abs(r.onset - e.onset), i, j) for i, r in enumerate(reference)
                          for j, e in enumerate(estimated) if fit(r, e, collar))
            pairs = []
            for _, i, j in near:
                if all(i != a and j != b for a, b in pairs):
                    pairs.append((i, j))
            return pairs
        """, says="to take the first fit or the nearest is not enough"),
    Planted("estimates used again", code="""
        def match_events(reference, estimated, collar):
            return [(i, next(j for j, e in enumerate(estimated) if fit(r, e, collar)))
                    for i, r in enumerate(reference) if any(fit(r, e, collar) for e in estimated)]
        """, says="in one pair only"),
    Planted("all pairs that fit", code="""
        def match_events(reference, estimated, collar):
            return [(i, j) for i, r in enumerate(reference) for j, e in enumerate(estimated) if fit(r, e, collar)]
        """, says="in one pair only"),
    Planted("onset exclusive", {"abs(e.onset - r.onset) <= collar": "abs(e.onset - r.onset) < collar"},
            says="differs by exactly the collar"),
    Planted("no labels", {"e.label == r.label and ": ""}, says="don't compare the labels"),
    Planted("offset not compared", {" and abs(e.offset - r.offset) <= offset_collar": ""}, says="look at the offsets"),
    Planted("half the estimate's length", {"0.5 * (r.offset - r.onset)": "0.5 * (e.offset - e.onset)"},
            says="*estimated* event"),
    Planted("min for max", {"max(collar, 0.5": "min(collar, 0.5"}, says="max, not min"),
    Planted("signed differences", {"abs(e.onset - r.onset)": "(e.onset - r.onset)"},
            says="onset that is far too early"),
    Planted("DCASE's 20 %", {"0.5 * (r": "0.2 * (r"}, says="DCASE"),
    Planted("events instead of indices", {"return [(i, j)": "return [(reference[i], estimated[j])"},
            says="expected a list of pairs (i, j)"),
    Planted("estimated first", {"return [(i, j)": "return [(j, i)"}, says="The reference comes first"),
    Planted("mean of precision and recall", {
        "return 2 * len(match_events(reference, estimated, collar)) / total": """
    tp = len(match_events(reference, estimated, collar))
    return (tp / max(1, len(reference)) + tp / max(1, len(estimated))) / 2"""
    }, says="the harmonic one"),
    Planted("accuracy of the pairs", {"return 2 * len(match_events": "total = max(len(reference), len(estimated))\n"
            "    return len(match_events"}),
    Planted("0 for nothing", {'float("nan")': "0.0"}, says="The task wants NaN"),
    Planted("division by zero", {"if total == 0:": "if False:"}, says="ZeroDivisionError"),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("an assignment of least cost, row by row", code="""
        import functools
        import numpy as np

        def match_events(reference, estimated, collar):
            rows = [sum(1 << j for j, e in enumerate(estimated) if fit(r, e, collar)) for r in reference]

            @functools.cache
            def best(i, free):
                if i == len(rows):
                    return ()
                ways = [best(i + 1, free)]
                for j in range(len(estimated)):
                    if rows[i] & free & (1 << j):
                        ways.append(((i, j),) + best(i + 1, free & ~(1 << j)))
                return max(ways, key=len)

            return np.array(best(0, (1 << len(estimated)) - 1), dtype=int).reshape(-1, 2)
        """),
    Planted("paths over a matrix, pairs as a dictionary, F from P and R", code="""
        def match_events(reference, estimated, collar):
            ok = [[r.label == e.label and not abs(r.onset - e.onset) > collar
                   and (abs(r.offset - e.offset) <= collar or abs(r.offset - e.offset) <= (r.offset - r.onset) / 2)
                   for e in estimated] for r in reference]
            of = [-1] * len(reference)
            def visit(j, seen):
                for i in range(len(reference)):
                    if ok[i][j] and i not in seen:
                        seen.append(i)
                        if of[i] < 0 or visit(of[i], seen):
                            of[i] = j
                            return True
                return False
            for j in range(len(estimated)):
                visit(j, [])
            return {i: j for i, j in enumerate(of) if j >= 0}

        def event_f1(reference, estimated, collar):
            if not reference and not estimated:
                return None or float("nan")
            tp = len(match_events(reference, estimated, collar))
            p = tp / len(estimated) if estimated else 0.0
            r = tp / len(reference) if reference else 0.0
            return 2 * p * r / (p + r) if p + r else 0.0
        """),
    Planted("all assignments tried", code="""
        from itertools import permutations

        def match_events(reference, estimated, collar):
            small, large = sorted((reference, estimated), key=len)
            turned, best = small is not reference, []
            for chosen in permutations(range(len(large)), len(small)):
                pairs = [(j, i) if turned else (i, j) for i, j in enumerate(chosen)]
                best = max(best, [(i, j) for i, j in pairs if fit(reference[i], estimated[j], collar)], key=len)
            return best
        """),
    Planted("layers of free events, and paths by breadth", code="""
        from collections import deque

        def match_events(reference, estimated, collar):
            near = {i: [j for j, e in enumerate(estimated) if fit(r, e, collar)] for i, r in enumerate(reference)}
            of = {}
            for root in near:
                came, waiting, end = {}, deque([root]), None
                while waiting and end is None:
                    i = waiting.popleft()
                    for j in near[i]:
                        if j not in came:
                            came[j] = i
                            if j not in of:
                                end = j
                                break
                            waiting.append(of[j])
                partner = {i: j for j, i in of.items()}
                while end is not None:
                    i = came[end]
                    of[end], end = i, partner.get(i)
            return [(i, j) for j, i in of.items()]

        def event_f1(reference, estimated, collar):
            hits = len(match_events(reference, estimated, collar))
            wrong = len(reference) + len(estimated) - 2 * hits
            return np.nan if not hits + wrong else hits / (hits + wrong / 2)

        import numpy as np
        """),
    Planted("recursion: each event with one of its partners or without", code="""
        def match_events(reference, estimated, collar, i=0, free=None):
            free = tuple(range(len(estimated))) if free is None else free
            if i == len(reference):
                return []
            fitting = [j for j in free if fit(reference[i], estimated[j], collar)]
            best = match_events(reference, estimated, collar, i + 1, free)
            for j in fitting:
                rest = match_events(reference, estimated, collar, i + 1, tuple(k for k in free if k != j))
                best = max(best, [(i, j), *rest], key=len)
            return best
        """),
]  # fmt: skip
