"""Checks of exercise 13, the text normaliser; the mistakes that it knows are in checking/mistakes_ex13.py."""

import re
from functools import cache

from exercises.checking import claim
from exercises.checking.comparing import mistaken
from exercises.checking.mistakes_ex13 import NORMALIZE, ORDINAL, WORDS, clock, money, normal, ordinal, words

NUMBERS = (0, 1, 9, 10, 11, 13, 19, 20, 21, 40, 99, 100, 105, 110, 112, 320, 999, 1000, 1001, 1100, 1234, 2013, 9999)
ORDINALS = (1, 2, 3, 4, 5, 8, 9, 11, 12, 13, 18, 20, 21, 22, 23, 30, 45, 58, 99, 100, 101, 111, 112, 1000, 2040, 9999)
SENTENCE = "Dr. Smith paid $12.99 at 3:30 for his 2nd visit. Mr. Jones owes $0.50 etc."


def expect_words(label, yours, expected, mistakes=()):
    """Pass the expected text, or show both."""
    if yours == expected:
        return
    claim(isinstance(yours, str), f"{label}: expected text, yours is {yours!r:.60}, of type {type(yours).__name__}.")
    shown = f"\n  yours     {yours!r}\n  expected  {expected!r}"
    raise mistaken(label, yours, "something else was expected.", mistakes, shown=shown)


def expect_normal(answer, *texts):
    """A mistake in num_to_words or num_to_ordinal is told once, by their own checks, and not here again."""
    bench = answer.TextNormBenchmark()
    for text in texts:
        yours, expected = bench.normalize(text), normal(text)
        if yours == expected or yours == said_by(bench, text):
            continue
        shown = text if len(text) < 40 else text[:36] + "..."
        expect_words(f'normalize("{shown}")', yours, expected, NORMALIZE.on(text))


def said_by(bench, text):
    """What is right with the learner's own numbers and ordinals."""
    say = bench.num_to_words
    return normal(text, lambda d, c: money(d, c, say), lambda h, m: clock(h, m, say), bench.num_to_ordinal)


def ending(n):
    return {1: "st", 2: "nd", 3: "rd"}.get(n % 10 if n // 10 % 10 != 1 else 0, "th")


@cache
def every_ordinal():
    return [ordinal(n) for n in range(1, 10000)]


def test_numbers(answer):
    bench = answer.TextNormBenchmark()
    for n in NUMBERS:
        expect_words(f"num_to_words({n})", bench.num_to_words(n), words(n), WORDS.on(n))


def test_numbers_out_of_range(answer):
    bench = answer.TextNormBenchmark()
    for n in (10000, -1):
        expect_words(f"num_to_words({n})", bench.num_to_words(n), str(n))


def test_ordinals(answer):
    bench = answer.TextNormBenchmark()
    for n in ORDINALS:
        expect_words(f"num_to_ordinal({n})", bench.num_to_ordinal(n), ordinal(n), ORDINAL.on(n))


def test_every_ordinal_from_1_to_9999(answer):
    """All in one text: ten thousand calls through the guard would take a second."""
    text = "; ".join(f"{n}{ending(n)}" for n in range(1, 10000))
    yours, expected = answer.TextNormBenchmark().normalize(text), every_ordinal()
    claim(isinstance(yours, str), f"normalize(text): expected text, yours is of type {type(yours).__name__}.")
    found = yours.split("; ")
    claim(len(found) == 9999, f"normalize of 9999 ordinals with '; ' between them: {len(found)} came back.")
    wrong = [n for n in range(1, 10000) if found[n - 1] != expected[n - 1]]
    if wrong:
        told_first(answer, wrong, found[wrong[0] - 1])


def told_first(answer, wrong, in_the_text):
    """The first wrong ordinal, asked for on its own."""
    n = wrong[0]
    text = f"{n}{ending(n)}"
    alone = answer.TextNormBenchmark().normalize(text)
    claim(
        alone != ordinal(n),
        f'normalize: "{text}" alone becomes {alone!r}, but in a text with other ordinals it becomes {in_the_text!r}.\n'
        "Every place in the text is to be replaced, not only one.",
    )
    label = f'normalize("{text}"), the first of {len(wrong)} wrong ones among all up to 9999'
    expect_words(label, alone, ordinal(n), NORMALIZE.on(text))


def test_money(answer):
    expect_normal(answer, "$12.99", "$0.01", "$1.00", "$100.50", "$7", "$1.01", "$2.00", "$0.00", "$0.29", "$1.15")


def test_money_in_thousands(answer):
    expect_normal(
        answer, "$1,234.50", "$9,999", "$1234.50", "$1,000 and $2,000", "She has $20, 3 more than he.", "It costs $12."
    )


def test_time(answer):
    expect_normal(answer, "3:45", "12:00", "5:09", "11:30", "1:00", "from 9:05 to 10:50")


def test_five_past_twelve(answer):
    """The article has no such case: both ways are right."""
    if answer.TextNormBenchmark().normalize("12:05") != "twelve oh five":
        expect_normal(answer, "12:05")


def test_ordinals_in_text(answer):
    expect_normal(answer, "1st", "2nd", "3rd", "4th", "21st", "the 112th time", "He came 3rd, not 22nd.")
    expect_normal(answer, "4thing", "a 1stone", "the 2nds")


def test_abbreviations(answer):
    expect_normal(answer, "Mr.", "Dr.", "etc.", "Mrs. May vs. Prof. Lee Jr. and Sr.", "It revs. Dry vs wet")
    expect_normal(answer, "mr. and DR.", "VS. and ETC.", "Sr. Jr. vs. etc.")


def test_a_sentence(answer):
    expect_normal(answer, SENTENCE, "Nothing to do here.", "Room 12, 34 chairs")


def counts(answer, *cases):
    """What run_tests returns, and the whole numbers in the last line that it prints."""
    bench = answer.TextNormBenchmark()
    passed = bench.run_tests(*cases)
    printed = bench.run_tests.printed(*cases)
    last = (printed.strip().splitlines() or [""])[-1]
    return passed, [int(number) for number in re.findall(r"\d+", last)], last, printed


def test_the_benchmark_counts(answer):
    passed, numbers, last, _ = counts(answer)
    claim(
        isinstance(passed, int) and passed >= 15,
        f"run_tests() returns {passed!r}; the table CASES has 17 cases, and all of them should pass.",
    )
    claim(
        numbers.count(passed) >= 1 and all(number == passed for number in numbers),
        f"run_tests() returns {passed}, and its last line is {last!r}.\n"
        'It should tell how many pass out of how many, such as "Tests: 17/17".',
    )


def test_the_benchmark_tells_what_fails(answer):
    cases = [("1st", "first"), ("2nd", "twoth"), ("$1", "one dollar")]
    passed, numbers, last, printed = counts(answer, cases)
    claim(
        passed == 2, f"run_tests of three cases, one of which can't pass: it should return 2, yours returns {passed!r}."
    )
    claim(
        {2, 3} <= set(numbers) or numbers == [2, 1],
        f"run_tests of three cases, two of which pass: its last line is {last!r}.\n"
        'It should tell how many pass out of how many, such as "Tests: 2/3".',
    )
    for piece in ("2nd", "second", "twoth"):
        claim(
            piece in printed, f"run_tests: of a case that fails print text, result and expectation; {piece} is missing."
        )
    claim("1st" not in printed, "run_tests: print only the cases that fail.")
