r"""Exercise 13: text as it is spoken.

Before a machine can read "$12.99" aloud, somebody must write "twelve dollars and ninety nine cents". That is the
first exercise of "Learn AI Series (#94)", the episode before the article. Its table of cases is CASES below, and
decides where opinions differ:

    numbers         "one thousand two hundred thirty four": no "and", no hyphen, from 0 to 9999
    ordinals        1st, 22nd, 113th: "first", "twenty second", "one hundred thirteenth", from 1 to 9999
    money           $1,234.50: dollars "and" cents; what is 0 is left out, but $0 is "zero dollars"; 1 is singular
    time            12:00 "twelve o'clock", 3:45 "three forty five", 5:09 "five nine" (many say "five oh nine")
    abbreviations   ABBREVIATIONS, whole words only: in "It revs." nothing is "versus"

Everything else in the text stays as it is, punctuation and capitals included.

The tricky part is ordinals: "twenty first" is made of a plain word and an irregular one. The solution in the article,
"Learn AI Series (#95) – Audio Classification", looks up 21 among the irregular ones, does not find it, and says
"twenty onth".

Check:  pytest exercises/test_ex13_text_normalizer.py        Hints:  python -m exercises hint 13
Lesson: none, since no sound comes into it; "Learn AI Series (#94)" explains the rules, and hint 2 the patterns.
"""

import re

ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
IRREGULAR = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
ABBREVIATIONS = {
    "Mr.": "mister", "Mrs.": "missus", "Dr.": "doctor", "Prof.": "professor",
    "vs.": "versus", "etc.": "et cetera", "Jr.": "junior", "Sr.": "senior",
}  # fmt: skip
CASES = [
    ("$12.99", "twelve dollars and ninety nine cents"),
    ("$0.01", "one cent"),
    ("$1.00", "one dollar"),
    ("$100.50", "one hundred dollars and fifty cents"),
    ("$1,234.50", "one thousand two hundred thirty four dollars and fifty cents"),
    ("3:45", "three forty five"),
    ("12:00", "twelve o'clock"),
    ("5:09", "five nine"),
    ("12:05", "twelve five"),
    ("1st", "first"),
    ("2nd", "second"),
    ("3rd", "third"),
    ("4th", "fourth"),
    ("21st", "twenty first"),
    ("Mr.", "mister"),
    ("Dr.", "doctor"),
    ("etc.", "et cetera"),
]


class TextNormBenchmark:
    """Numbers, ordinals, money, time and abbreviations in words, and a benchmark of that."""

    def num_to_words(self, n: int) -> str:
        """A whole number in words.

        Parameters
        ----------
        n : int
            0 to 9999; any other number comes back as its digits, str(n).

        Returns
        -------
        str
            Words with one space between them, such as "seven hundred six".
        """
        # [yours] below 20, below 100, below 1000, the rest: the larger ones ask for the smaller ones
        if not 0 <= n <= 9999:
            return str(n)
        if n < 20:
            return ONES[n]
        for size, name in ((1000, " thousand"), (100, " hundred")):
            if n >= size:
                return joined(ONES[n // size] + name, n % size and self.num_to_words(n % size))
        return joined(TENS[n // 10], n % 10 and ONES[n % 10])

    def num_to_ordinal(self, n: int) -> str:
        """The ordinal of a whole number in words.

        The last word changes, the others don't: an irregular one as IRREGULAR says, y to ieth, all others get th.

        Parameters
        ----------
        n : int
            1 to 9999.

        Returns
        -------
        str
            Such as "seven hundred sixth".
        """
        # [yours] cut the last word off, change it, put it back
        *before, last = self.num_to_words(n).split()
        if last in IRREGULAR:
            ordinal = IRREGULAR[last]
        elif last.endswith("y"):
            ordinal = last[:-1] + "ieth"
        else:
            ordinal = last + "th"
        return " ".join([*before, ordinal])

    def normalize(self, text: str) -> str:
        """The text with money, time, ordinals and abbreviations in words.

        Parameters
        ----------
        text : str
            Such as "Dr. Smith paid $12.99 at 3:30."

        Returns
        -------
        str
            Such as "doctor Smith paid twelve dollars and ninety nine cents at three thirty."
        """
        # [yours] a regular expression for each kind; re.sub takes a function that gets the match
        text = re.sub(r"\$(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d\d))?(?!\d)", self.spoken_money, text)
        text = re.sub(r"\b(\d{1,2}):(\d\d)\b", self.spoken_time, text)
        text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", lambda match: self.num_to_ordinal(int(match[1])), text)
        for short, long in ABBREVIATIONS.items():
            text = re.sub(r"\b" + re.escape(short), long, text)
        return text

    # [solution only]
    def spoken_money(self, match: re.Match[str]) -> str:
        """Dollars and cents of a match with the two as groups; cents as whole numbers, since 0.29 * 100 is 28.99..."""
        dollars, cents = int(match[1].replace(",", "")), int(match[2] or 0)
        parts = [self.counted(count, unit) for count, unit in ((dollars, "dollar"), (cents, "cent")) if count]
        return " and ".join(parts) or "zero dollars"

    # [solution only]
    def counted(self, count: int, unit: str) -> str:
        """Such as "one cent", "two cents"."""
        return f"{self.num_to_words(count)} {unit}" + ("" if count == 1 else "s")

    # [solution only]
    def spoken_time(self, match: re.Match[str]) -> str:
        """Hour and minute of a match with the two as groups."""
        hour, minute = int(match[1]), int(match[2])
        return self.num_to_words(hour) + " " + (self.num_to_words(minute) if minute else "o'clock")

    def run_tests(self, cases: list[tuple[str, str]] | None = None) -> int:
        """Normalise each case, print those that fail, and how many pass out of how many, such as "Tests: 17/17".

        Parameters
        ----------
        cases : list of (str, str), optional
            Texts and what they should become; CASES if there are none.

        Returns
        -------
        int
            How many pass.
        """
        # [yours] the failed ones with what came and what was expected
        cases = CASES if cases is None else cases
        passed = 0
        for text, expected in cases:
            got = self.normalize(text)
            passed += got == expected
            if got != expected:
                print(f"FAIL: {text!r} gives {got!r}, expected {expected!r}")
        print(f"Tests: {passed}/{len(cases)}")
        return passed


# [solution only]
def joined(first: str, rest: str | int) -> str:
    """`first rest`, or `first` alone if the rest is 0."""
    return f"{first} {rest}" if rest else first


if __name__ == "__main__":
    bench = TextNormBenchmark()
    bench.run_tests()
    print(bench.normalize("Dr. Smith paid $12.99 at 3:30 for his 2nd visit. Mr. Jones owes $0.50 etc."))
