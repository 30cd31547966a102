"""Wrong and right answers to exercise 11."""

from tests.exercises.planting import Planted

C = "class SEDPostProcessor(SEDPostProcessor):"

PLANTED = [
    Planted("threshold inclusive", {"np.asarray(preds) > t": "np.asarray(preds) >= t"}, says="equal to t counts"),
    Planted("rounded scores", {"np.asarray(preds) > t": "np.round(preds).astype(bool)"}, says="0.5, whatever t is"),
    Planted("gap inclusive", {"start - end < max_gap": "start - end <= max_gap"}, says="exactly max_gap frames too"),
    Planted("duration inclusive", {"end - start < min_dur": "end - start <= min_dur"}, says="exactly min_dur frames"),
    Planted("loop that misses the end", code=f"""
        {C}
            def extract_events(self, binary):
                events = []
                for label, row in zip(CLASSES, binary):
                    start = None
                    for i, active in enumerate(row):
                        if active and start is None:
                            start = i
                        elif not active and start is not None:
                            events.append((label, start, i))
                            start = None
                return events
        """, says="lasts to the last frame is missing"),
    Planted("np.diff without padding", code=f"""
        {C}
            def extract_events(self, binary):
                events = []
                for label, row in zip(CLASSES, np.asarray(binary).astype(int)):
                    d = np.diff(row)
                    starts, ends = np.where(d == 1)[0], np.where(d == -1)[0]
                    events += [(label, s, e) for s, e in zip(starts, ends)]
                return events
        """, says="paired wrongly"),
    Planted("end inclusive", {"[(label, start, end) for label": "[(label, start, end - 1) for label"},
            says="inclusive, the last active frame"),
    Planted("dictionary of classes", code=f"""
        {C}
            def extract_events(self, binary):
                return {{label: runs(row) for label, row in zip(CLASSES, binary)}}
        """, says="expected a list of (class, start_frame, end_frame)"),
    Planted("closing by dilation, which also fills at the borders", code=f"""
        {C}
            def fill_gaps(self, binary, max_gap=5):
                out = np.array(binary)
                for row in out:
                    last = -1
                    for i, active in enumerate(list(row) + [1]):
                        if active:
                            if i - last - 1 < max_gap:
                                row[last + 1 : i] = 1
                            last = i
                return out
        """, says="before the first run or after the last"),
    Planted("works in place", {"filled = np.array(binary)": "filled = binary"}, says="changes its input binary"),
    Planted("sounds too long", {"index(label), start:stop]": "index(label), start : stop + 1]"}, says="frame too long"),
    Planted("variance for standard deviation", {"normal(0.0, 0.1,": "normal(0.0, 0.1**0.5,"}, says="*variance* 0.1"),
    Planted("noise overwritten", {"stop] += score": "stop] = score"}, says="no noise on the sounds"),
    Planted("one noise for all", {"(len(CLASSES), N_FRAMES))": "N_FRAMES) + np.zeros((3, 1))"}, says="the same noise"),
    Planted("uniform noise", {"normal(0.0, 0.1,": "uniform(0.0, 0.1,"}, says="the mean of your noise is 0.0"),
    Planted("global state", {"self.rng.normal": "np.random.normal"}, says="Draw from self.rng"),
    Planted("short runs first", {
        "binary = self.fill_gaps(binary)": "binary = self.remove_short(binary)",
        "self.remove_short(binary))": "self.fill_gaps(binary))",
    }, says="run(preds)['fill_gaps']: missing"),
    Planted("a class left out of the print", {"for label in CLASSES:": "for label in CLASSES[:2]:"}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("loops, lists and numbers", code=f"""
        {C}
            def generate_predictions(self):
                noise = self.rng.standard_normal((3, 320)) * 0.1
                clean = [[0.0] * 320 for _ in CLASSES]
                for label, start, stop, score in SCHEDULE:
                    for frame in range(start, stop):
                        clean[CLASSES.index(label)][frame] = score
                return [[min(1.0, max(0.0, a + b)) for a, b in zip(*rows)] for rows in zip(clean, noise.tolist())]

            def threshold(self, preds, t=0.5):
                return [[1 if score > t else 0 for score in row] for row in preds]

            def fill_gaps(self, binary, max_gap=5):
                out = [list(map(int, row)) for row in binary]
                for row in out:
                    active = [i for i, value in enumerate(row) if value]
                    for a, b in zip(active, active[1:]):
                        if b - a - 1 < max_gap:
                            row[a:b] = [1] * (b - a)
                return out

            def remove_short(self, binary, min_dur=8):
                out = [[0] * len(row) for row in binary]
                for label, start, end in self.extract_events(binary):
                    if not end - start < min_dur:
                        out[CLASSES.index(label)][start:end] = [1] * (end - start)
                return out

            def extract_events(self, binary):
                events = []
                for label, row in zip(CLASSES, binary):
                    start = 0
                    for i in range(1, len(row) + 1):
                        if i == len(row) or bool(row[i]) != bool(row[start]):
                            if row[start]:
                                events.append([label, start, i])
                            start = i
                return events[::-1]
        """),
    Planted("floats and the library", code=f"""
        from npaudio import sed

        {C}
            def threshold(self, preds, t=0.5):
                return (np.asarray(preds) > t).astype(np.float32)

            def fill_gaps(self, binary, max_gap=5):
                return sed.fill_gaps(binary, max_gap)

            def remove_short(self, binary, min_dur=8):
                return sed.remove_short(binary, min_dur).astype(np.float32)

            def extract_events(self, binary):
                events = sed.frames_to_events(binary, labels=CLASSES, hop_length=1, sr=1)
                return [(event.label, int(event.onset), int(event.offset)) for event in events]
        """),
    Planted("groupby and text", code=f"""
        import itertools
        import re

        {C}
            def threshold(self, preds, t=0.5):
                return np.greater(preds, t).astype(np.uint8)

            def fill_gaps(self, binary, max_gap=5):
                rows = ["".join("01"[bool(v)] for v in row) for row in binary]
                fill = lambda m: "1" * len(m[0]) if len(m[0]) < max_gap else m[0]
                return np.array([[int(c) for c in re.sub("(?<=1)0+(?=1)", fill, row)] for row in rows])

            def remove_short(self, binary, min_dur=8):
                rows = []
                for row in binary:
                    groups = [list(group) for _, group in itertools.groupby(bool(v) for v in row)]
                    rows.append([v and len(group) >= min_dur for group in groups for v in group])
                return rows

            def extract_events(self, binary):
                rows = ["".join("01"[bool(v)] for v in row) for row in binary]
                return [(label, m.start(), m.end()) for label, row in zip(CLASSES, rows)
                        for m in re.finditer("1+", row)]
        """),
    Planted("running counts, frame by frame", code=f"""
        {C}
            def fill_gaps(self, binary, max_gap=5):
                out = np.array(binary, bool)
                for row in out:
                    last = None
                    for i in np.flatnonzero(row):
                        if last is not None and 0 < i - last - 1 < max_gap:
                            row[last + 1 : i] = True
                        last = i
                return out

            def remove_short(self, binary, min_dur=8):
                out = np.array(binary, bool)
                for row in out:
                    count = 0
                    for i, on in enumerate([*row.tolist(), False]):
                        if on:
                            count += 1
                        else:
                            if 0 < count < min_dur:
                                row[i - count : i] = False
                            count = 0
                return out

            def extract_events(self, binary):
                padded = np.pad(np.array(binary, np.int8), ((0, 0), (1, 1)))
                starts, ends = (np.argwhere(np.diff(padded) == step) for step in (1, -1))
                return [(CLASSES[c], int(a), int(b)) for (c, a), (_, b) in zip(starts, ends)]
        """),
    Planted("recursion along the row", code=f"""
        def pieces(row, at=0):
            if not len(row):
                return []
            n = next((i for i, v in enumerate(row) if bool(v) != bool(row[0])), len(row))
            return [(bool(row[0]), at, at + n)] + pieces(row[n:], at + n)

        {C}
            def fill_gaps(self, binary, max_gap=5):
                rows = []
                for row in binary:
                    cut = pieces(row)
                    rows.append([on or (0 < k < len(cut) - 1 and b - a < max_gap)
                                 for k, (on, a, b) in enumerate(cut) for _ in range(a, b)])
                return np.array(rows)

            def remove_short(self, binary, min_dur=8):
                return np.array([[on and b - a >= min_dur for on, a, b in pieces(row) for _ in range(a, b)]
                                 for row in binary])

            def extract_events(self, binary):
                return [(CLASSES[c], a, b) for c in (2, 1, 0) for on, a, b in pieces(binary[c]) if on]
        """),
]  # fmt: skip
