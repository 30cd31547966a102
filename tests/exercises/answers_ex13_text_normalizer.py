"""Wrong and right answers to exercise 13."""

from tests.exercises.planting import Planted

C = "class TextNormBenchmark(TextNormBenchmark):"
WHOLE = {1: "first", 2: "second", 3: "third", 5: "fifth", 8: "eighth", 9: "ninth", 12: "twelfth", 20: "twentieth"}

PLANTED = [
    Planted("twenty onth, as in the article", code=f"""
        {C}
            def num_to_ordinal(self, n):
                whole = {WHOLE}
                if n in whole:
                    return whole[n]
                w = self.num_to_words(n)
                return w[:-1] + "ieth" if w.endswith("y") else w[:-1] + "th" if w.endswith("e") else w + "th"
        """, says="twenty onth"),
    Planted("the last digit decides", code=f"""
        {C}
            def num_to_ordinal(self, n):
                if n % 10 and n > 10:
                    return self.num_to_words(n - n % 10) + " " + self.num_to_ordinal(n % 10)
                w = self.num_to_words(n)
                return IRREGULAR.get(w) or (w[:-1] + "ieth" if w.endswith("y") else w + "th")
        """, says="also in 11 to 19"),
    Planted("ninth forgotten", {' "nine": "ninth",': ""}, says="as if it were regular"),
    Planted("hyphen", {'joined(TENS[n // 10], n % 10 and ONES[n % 10])':
            '"-".join([TENS[n // 10]] + [ONES[n % 10]] * (n % 10 > 0))'}, says="you write a hyphen"),
    Planted("British and", {
        'return f"{first} {rest}"': 'return first + (" and " if "hundred" in first else " ") + str(rest)',
    }, says='you say "and" after the hundreds'),
    Planted("hundreds before thousands", {'((1000, " thousand"), (100, " hundred"))':
            '((100, " hundred"), (1000, " thousand"))'}),
    Planted("no commas, as in the article", {r"\d{1,3}(?:,\d{3})+|": ""}, says="ends at its comma"),
    Planted("comma in the pattern, but not in the number", {'.replace(",", "")': ""}, says="ValueError"),
    Planted("float money", code=f"""
        {C}
            def spoken_money(self, match):
                amount = float(match[0].strip("$").replace(",", ""))
                parts = [self.counted(int(amount), "dollar"), self.counted(int(amount * 100) % 100, "cent")]
                return " and ".join(part for part in parts if not part.startswith("zero")) or "zero dollars"
        """, says="a cent gets lost"),
    Planted("always plural", {'("" if count == 1 else "s")': '"s"'}, says='you say "one dollars"'),
    Planted("zero cents", {'"cent")) if count]': '"cent"))]'}, says="zero cents"),
    Planted("no o'clock", {'''" " + (self.num_to_words(minute) if minute else "o'clock")''':
            '(" " + self.num_to_words(minute) if minute else "")'}, says="has no o'clock"),
    Planted("oh nine", {"(self.num_to_words(minute)": '("oh " * (0 < minute < 10) + self.num_to_words(minute)'},
            says="five oh nine"),
    Planted("str.replace", {r're.sub(r"\b" + re.escape(short), long, text)': "text.replace(short, long)"},
            says="longer words"),
    Planted("point not escaped", {"re.escape(short)": "short"}, says="full stop"),
    Planted("one ending forgotten", {"st|nd|rd|th": "st|nd|th"}, says="'3rd'"),
    Planted("all cases count as passed", {"passed += got == expected": "passed += 1"}, says="should return 2"),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("tables, suffixes and one big pattern", code=f"""
        {C}
            def __init__(self):
                low = ONES + [TENS[t] + (" " + ONES[o] if o else "") for t in range(2, 10) for o in range(10)]
                self.words = list(low)
                for n in range(100, 10000):
                    size, name = (100, "hundred") if n < 1000 else (1000, "thousand")
                    self.words.append(self.words[n // size] + " " + name
                                      + ("" if n % size == 0 else " " + self.words[n % size]))

            def num_to_words(self, n):
                return self.words[n] if 0 <= n < 10000 else str(n)

            def num_to_ordinal(self, n):
                w = self.num_to_words(n)
                for plain, ordinal in IRREGULAR.items():
                    if re.search(r"\\b" + plain + "$", w):
                        return w[: -len(plain)] + ordinal
                return re.sub("y$", "ie", w) + "th"

            def normalize(self, text):
                def spoken(m):
                    if m["d"]:
                        d, c = int(m["d"].replace(",", "")), int(m["c"] or "0")
                        said = []
                        if d or not c:
                            said.append("one dollar" if d == 1 else self.num_to_words(d) + " dollars")
                        if c:
                            said.append("one cent" if c == 1 else self.num_to_words(c) + " cents")
                        return " and ".join(said)
                    if m["h"]:
                        minute = int(m["m"])
                        return self.num_to_words(int(m["h"])) + (" o'clock" if not minute else " " + self.words[minute])
                    if m["o"]:
                        return self.num_to_ordinal(int(m["o"]))
                    return ABBREVIATIONS[m[0]]
                pattern = (r"\\$(?P<d>\\d{{1,3}}(?:,\\d{{3}})+|\\d+)(?:\\.(?P<c>\\d\\d))?|(?P<h>\\d?\\d):(?P<m>\\d\\d)"
                           r"|(?P<o>\\d+)(?:st|nd|rd|th)\\b|" + "|".join(r"\\b" + re.escape(a) for a in ABBREVIATIONS))
                return re.sub(pattern, spoken, text)
        """),
    Planted("twelve oh five from ten o'clock on, other names for the result", code=f"""
        {C}
            def spoken_time(self, match):
                hour, minute = map(int, match[0].split(":"))
                oh = "oh " if hour >= 10 and 0 < minute < 10 else ""
                return self.num_to_words(hour) + " " + (oh + self.num_to_words(minute) if minute else "o'clock")

            def run_tests(self, cases=None):
                cases = [c for c in CASES if c[0] != "12:05"] if cases is None else cases
                failed = [(t, e, self.normalize(t)) for t, e in cases if self.normalize(t) != e]
                for t, e, got in failed:
                    print("wrong:", t, "->", got, "instead of", e)
                print("passed", f"{{len(cases) - len(failed)}}/{{len(cases)}}")
                return len(cases) - len(failed)
        """),
    Planted("digits by divmod, endings by rules", code=f"""
        {C}
            def num_to_words(self, n):
                if n not in range(10000):
                    return f"{{n}}"
                thousands, rest = divmod(n, 1000)
                hundreds, rest = divmod(rest, 100)
                said = [f"{{ONES[thousands]}} thousand"] * (thousands > 0)
                said += [f"{{ONES[hundreds]}} hundred"] * (hundreds > 0)
                if rest >= 20:
                    said.append(TENS[rest // 10])
                    rest %= 10
                return " ".join(said + [ONES[rest]] * (rest > 0)) or "zero"

            def num_to_ordinal(self, n):
                said = self.num_to_words(n)
                for end, changed in [*IRREGULAR.items(), ("y", "ieth")]:
                    if said.endswith(end) and (end == "y" or said.split()[-1] == end):
                        return said.removesuffix(end) + changed
                return said + "th"
        """),
    Planted("one piece after the other", code=f"""
        {C}
            def normalize(self, text):
                kinds = [(r"\\$(\\d+(?:,\\d{{3}})*)(?:\\.(\\d\\d))?", self.spoken_money),
                         (r"\\b(\\d\\d?):(\\d\\d)\\b", self.spoken_time),
                         (r"\\b(\\d+)(st|nd|rd|th)\\b", lambda m: self.num_to_ordinal(int(m[1]))),
                         *((r"\\b" + re.escape(a), lambda m: ABBREVIATIONS[m[0]]) for a in ABBREVIATIONS)]
                out, at = "", 0
                while at < len(text):
                    found = next(((m, say) for kind, say in kinds if (m := re.compile(kind).match(text, at))), None)
                    out += found[1](found[0]) if found else text[at]
                    at = found[0].end() if found else at + 1
                return out

            def run_tests(self, cases=None):
                results = [(t, self.normalize(t), e) for t, e in (CASES if cases is None else cases)]
                print(*(f"{{t}}: {{got}} instead of {{e}}" for t, got, e in results if got != e), sep="\\n")
                right = [got == e for _, got, e in results]
                print(f"{{sum(right)}} of {{len(right)}} pass")
                return int(sum(right))
        """),
    Planted("a function that makes the words of every number once", code=f"""
        import functools

        @functools.cache
        def every():
            small = [*ONES, *(f"{{ten}} {{one}}" if one != "zero" else ten for ten in TENS[2:] for one in ONES[:10])]
            tail = lambda n: "" if n == 0 else " " + small[n]
            hundreds = small + [f"{{ONES[h]}} hundred{{tail(n)}}" for h in range(1, 10) for n in range(100)]
            return hundreds + [f"{{ONES[k]}} thousand" + (f" {{hundreds[n]}}" if n else "")
                               for k in range(1, 10) for n in range(1000)]

        {C}
            def num_to_words(self, n):
                return every()[n] if 0 <= n < len(every()) else str(n)

            def num_to_ordinal(self, n):
                head, _, last = self.num_to_words(n).rpartition(" ")
                last = IRREGULAR.get(last) or re.sub("yth$", "ieth", last + "th")
                return (head + " " + last).strip()
        """),
]  # fmt: skip
