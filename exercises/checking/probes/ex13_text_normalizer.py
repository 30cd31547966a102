"""Probes of exercise 13, the text normaliser."""

import contextlib
import io

from exercises.checking.probes.asking import Probe

CLASS = "TextNormBenchmark"
WORDS = {"last": "the last word", "before": "the words before it", "irregular": "the irregular ones", "joined":
         "the two parts", "name": "the name of the size", "size": "the size", "counted": "the number with its unit",
         "spoken_money": "the amount", "spoken_time": "the time", "match": "the match", "short": "the abbreviation",
         "long": "its word", "parts": "the parts", "sub": "the replacement", "compile": "the pattern"}  # fmt: skip
SHORTS = ("Mr.", "Mrs.", "Dr.", "Prof.", "vs.", "etc.", "Jr.", "Sr.")


def number(rng, least=0):
    """A whole number, more often small or round."""
    kind = rng.integers(6)
    low = int(rng.integers(least, 130))
    special = max(least, int(rng.choice([0, 1, 2, 3, 5, 8, 9, 12]) + rng.choice([0, 0, 20, 100, 1000])))
    return (low, int(rng.integers(least, 10000)), 10 * max(low, 1), 100 * int(rng.integers(1, 100)),
            1000 * int(rng.integers(1, 10)), special)[kind]  # fmt: skip


def any_number(rng):
    """Now and then beyond the range."""
    return (number(rng) if rng.random() < 0.6 else int(rng.choice([-1, 0, 9999, 10000, 19, 20, 19998])),)


def ending(n):
    """st, nd, rd or th."""
    return {1: "st", 2: "nd", 3: "rd"}.get(n % 10 if n // 10 % 10 != 1 else 0, "th")


def money(rng):
    """An amount of dollars."""
    dollars = int(rng.choice([0, 0, 0, 1, 2, 20, 100, 999, 1000, 1234, 9999]))
    shown = f"{dollars:,}" if rng.random() < 0.5 else str(dollars)
    return f"${shown}" + (f".{int(rng.choice([0, 1, 5, 29, 50, 99])):02d}" if rng.random() < 0.6 else "")


def piece(rng):
    """One thing that is spoken otherwise, or a word that is not."""
    kind = rng.integers(6)
    if kind == 0:
        return money(rng)
    if kind == 1:
        return f"{rng.integers(1, 13)}:{rng.choice([0, 5, 15, 30, 45, 59]):02d}"
    if kind == 2:
        n = number(rng, 1)
        return f"{n}{ending(n)}"
    words = ("revs.", "Dry", "vs", "4thing", "mr.", "DR.", "Room 12", "a 1st.", "100", "3rd,", "$")
    return str(rng.choice(SHORTS)) if kind == 3 else str(rng.choice(words))


def text(rng):
    """A sentence of some such pieces, or one of them."""
    pieces = [piece(rng) for _ in range(int(rng.integers(1, 5)))]
    return ("the ".join(f"{each} " for each in pieces).strip() if rng.random() < 0.7 else pieces[0],)


def table(rng):
    """Cases, some of which can't pass."""
    return ([("1st", "first" if rng.random() < 0.6 else "onest"), ("$1", "one dollar"), ("x", "y"), ("z", "z")][
        : int(rng.integers(1, 5))],)  # fmt: skip


def tested(module, *cases):
    """What run_tests returns and prints."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        passed = module.TextNormBenchmark().run_tests(*cases)
    return [str(int(passed)), printed.getvalue()]


def spoken(module, method, value):
    """What a method says."""
    return getattr(module.TextNormBenchmark(), method)(value)


PROBES = [
    Probe(f"{CLASS}.num_to_words", lambda rng: (number(rng),), lambda m, n: spoken(m, "num_to_words", n)),
    Probe(f"{CLASS}.num_to_words", any_number, lambda m, n: spoken(m, "num_to_words", n)),
    Probe(f"{CLASS}.num_to_ordinal", lambda rng: (number(rng, 1),), lambda m, n: spoken(m, "num_to_ordinal", n)),
    Probe(f"{CLASS}.normalize", text, lambda m, t: spoken(m, "normalize", t)),
    Probe(f"{CLASS}.run_tests", table, tested),
    Probe(f"{CLASS}.run_tests", lambda rng: (), tested, fixed=True),
]
