"""Mistakes that exercise 13, the text normaliser, knows by name, beside what is right.

What is right is written as pieces that can be exchanged, so that a mistake is one exchanged piece.
"""

import re

from exercises.checking.mistakes import Mistakes

WORDS, ORDINAL = Mistakes("TextNormBenchmark.num_to_words"), Mistakes("TextNormBenchmark.num_to_ordinal")
NORMALIZE = Mistakes("TextNormBenchmark.normalize")

SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
TENS = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
THIRDS = {"one": "first", "two": "second", "three": "third"}
SPELLED = {"five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
SHORT = {
    "Mr.": "mister", "Mrs.": "missus", "Dr.": "doctor", "Prof.": "professor",
    "vs.": "versus", "etc.": "et cetera", "Jr.": "junior", "Sr.": "senior",
}  # fmt: skip


def words(n, small=SMALL, hyphen=" ", link=""):
    """A number from 0 to 9999 in words."""
    thousands, hundreds, rest = n // 1000, n // 100 % 10, n % 100
    parts = [f"{small[thousands]} thousand"] * (thousands > 0) + [f"{small[hundreds]} hundred"] * (hundreds > 0)
    if rest or not parts:
        tail = small[rest] if rest < 20 else hyphen.join([TENS[rest // 10 - 1], *small[rest % 10 : rest % 10 + 1]])
        parts.append(link * bool(parts) + (TENS[rest // 10 - 1] if rest >= 20 and rest % 10 == 0 else tail))
    return " ".join(parts)


def last_word(word, irregular=None):
    """The ordinal of one word."""
    irregular = {**THIRDS, **SPELLED} if irregular is None else irregular
    if word in irregular:
        return irregular[word]
    return word[:-1] + "ieth" if word.endswith("y") else word + "th"


def ordinal(n, irregular=None):
    """The ordinal of 1 to 9999."""
    *before, last = words(n).split()
    return " ".join([*before, last_word(last, irregular)])


def counted(n, unit, say=words):
    """Such as two cents."""
    return f"{say(n)} {unit}{'' if n == 1 else 's'}"


def money(dollars, cents, say=words):
    """Two whole numbers as an amount."""
    parts = [counted(dollars, "dollar", say)] * (dollars > 0) + [counted(cents, "cent", say)] * (cents > 0)
    return " and ".join(parts) or "zero dollars"


def clock(hour, minute, say=words):
    """A time of day."""
    return say(hour) + " " + (say(minute) if minute else "o'clock")


def normal(text, money=money, clock=clock, ordinal=ordinal, edge=r"\b", escape=re.escape, comma=",", flags=0):
    """The text in words; each piece can be exchanged for a wrong one."""
    number = rf"\d{{1,3}}(?:{comma}\d{{3}})+|\d+" if comma else r"\d+"
    text = re.sub(rf"\$({number})(?:\.(\d\d))?", lambda m: money(int(m[1].replace(",", "")), int(m[2] or 0)), text)
    text = re.sub(r"\b(\d{1,2}):(\d\d)\b", lambda m: clock(int(m[1]), int(m[2])), text)
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", lambda m: ordinal(int(m[1])), text)
    for short, long in SHORT.items():
        text = re.sub(edge + escape(short), long, text, flags=flags)
    return text


@WORDS.mistake("you write a hyphen.", 'The task joins all words by spaces: "twenty one".')
def hyphens(n):
    return words(n, hyphen="-")


@WORDS.mistake('you say "and" after the hundreds.', 'The table of the task does without: "one hundred five".')
def with_and(n):
    return words(n, link="and ")


@WORDS.mistake('you say "and" after the hundreds.', 'The table of the task does without: "one hundred five".')
def with_and_after_hundreds_only(n):
    return words(n, link="and ") if n // 100 % 10 else words(n)


@WORDS.mistake("nothing stands for 0.", 'Zero by itself is "zero"; only as a rest is it silent.')
def silent_zero(n):
    return words(n) if n else ""


@WORDS.mistake(
    'you say the rest also when it is 0: "twenty zero".', "When n % 10, n % 100 or n % 1000 is 0, stop there."
)
def zero_rest(n):
    said = words(n)
    return said + " zero" if n >= 20 and n % 10 == 0 else said


@WORDS.mistake("you put 11 to 19 together from ten and a digit.", "Below twenty every number has a word of its own.")
def ten_three(n):
    small = [*SMALL[:11], *(f"ten {digit}" for digit in SMALL[1:10])]
    return words(n, small=small)


@WORDS.mistake("the tens are missing for 10 to 19.", "Below twenty every number has a word of its own: ONES[n].")
def three_for_thirteen(n):
    return words(n, small=[*SMALL[:10], "", *SMALL[1:10]])


@WORDS.mistake(
    "you count thousands in hundreds.", 'Twelve hundred is heard, but the task wants "one thousand two hundred".'
)
def twelve_hundred(n):
    return f"{words(n // 100)} hundred {words(n % 100) if n % 100 else ''}".strip() if n >= 1000 else words(n)


@WORDS.mistake("there is a space at an end, or two in a row.", "Join only the parts that are there.")
def stray_spaces(n):
    return words(n) + " " if n >= 20 and n % 10 == 0 else words(n)


@ORDINAL.mistake(
    'you say "twenty onth": only numbers that are irregular as a whole are looked up.',
    "Look up the *last word*, not the number: 21 ends in one, and one becomes first.",
)
def onth(n):
    if n in (1, 2, 3, 5, 8, 9, 12):
        return ordinal(n)
    said = words(n)
    if said.endswith("y"):
        return said[:-1] + "ieth"
    return said[:-1] + "th" if said.endswith("e") else said + "th"


@ORDINAL.mistake(
    'you say "twenty oneth": only whole numbers are looked up.', "Look up the *last word*, not the number."
)
def oneth(n):
    if n in (1, 2, 3, 5, 8, 9, 12):
        return ordinal(n)
    return ordinal(n, irregular={})


@ORDINAL.mistake(
    "you spell an irregular word as if it were regular.",
    "Not only first, second and third are irregular: fifth, eighth, ninth and twelfth are, too.",
)
def three_irregular(n):
    return ordinal(n, irregular=THIRDS)


for forgotten in ("fifth", "eighth", "ninth", "twelfth", "first", "second", "third"):
    rest = {word: said for word, said in {**THIRDS, **SPELLED}.items() if said != forgotten}
    ORDINAL.mistake(f'you spell "{forgotten}" as if it were regular.', "IRREGULAR has the seven words that are not.")(
        lambda n, rest=rest: ordinal(n, irregular=rest)
    )


@ORDINAL.mistake("you treat no ordinal as irregular: oneth, twoth.", "IRREGULAR has the seven words that are.")
def all_regular(n):
    return ordinal(n, irregular={})


@ORDINAL.mistake('a final y stays: "twentyth".', "y becomes ieth: twentieth.")
def y_stays(n):
    *before, last = words(n).split()
    return " ".join([*before, last + "th" if last.endswith("y") else last_word(last)])


@ORDINAL.mistake('every word becomes an ordinal: "twentieth first".', "Only the last word changes.")
def every_word(n):
    return " ".join(last_word(word) for word in words(n).split())


@ORDINAL.mistake(
    "you go by the last digit, also in 11 to 19.", "They have words of their own: eleventh, twelfth, thirteenth."
)
def by_last_digit(n):
    if n % 10 == 0 or n < 10:
        return ordinal(n)
    return f"{words(n - n % 10)} {ordinal(n % 10)}"


@ORDINAL.mistake("you give digits and an ending.", 'Words are asked for: "twenty first".')
def digits(n):
    ending = {1: "st", 2: "nd", 3: "rd"}.get(n % 10 if n // 10 % 10 != 1 else 0, "th")
    return f"{n}{ending}"


@NORMALIZE.mistake(
    "your amount ends at its comma.",
    r"Thousands may be separated: \d{1,3}(?:,\d{3})+|\d+, then take the commas out.",
)
def no_commas(text):
    return normal(text, comma="")


@NORMALIZE.mistake('you say "one dollars".', "The s comes with any number but 1.")
def one_dollars(text):
    return normal(text, money=lambda d, c: re.sub(r"\bone (dollar|cent)\b", r"one \1s", money(d, c)))


@NORMALIZE.mistake('you say "and zero cents".', "Leave out what is 0.")
def zero_cents(text):
    return normal(text, money=lambda d, c: counted(d, "dollar") + " and " + counted(c, "cent") if d else money(d, c))


@NORMALIZE.mistake('you say "zero dollars and".', "Leave out what is 0: $0.01 is one cent.")
def zero_dollars(text):
    return normal(text, money=lambda d, c: " and ".join([counted(d, "dollar"), *[counted(c, "cent")] * (c > 0)]))


@NORMALIZE.mistake("of $0 nothing is left.", 'It is "zero dollars".')
def nothing_of_zero(text):
    return normal(text, money=lambda d, c: money(d, c) if d or c else "")


@NORMALIZE.mistake('there is no "and" between dollars and cents.', "The task's table has one.")
def no_and(text):
    return normal(text, money=lambda d, c: money(d, c).replace(" and ", " "))


@NORMALIZE.mistake(
    "a cent gets lost: you multiply a float by 100 and cut it off.",
    "0.29 * 100 is 28.999999999999996. Take the digits after the point as a whole number.",
)
def cut_cents(text):
    return normal(text, money=lambda d, c: money(d, int((d + c / 100) * 100) - 100 * d))


@NORMALIZE.mistake("the full hour has no o'clock.", "12:00 is twelve o'clock.")
def no_oclock(text):
    return normal(text, clock=lambda h, m: clock(h, m) if m else words(h))


@NORMALIZE.mistake('you say "zero" for the full hour.', "12:00 is twelve o'clock.")
def zero_oclock(text):
    return normal(text, clock=lambda h, m: f"{words(h)} {words(m)}")


@NORMALIZE.mistake(
    'you say "five oh nine".',
    'That is how many say it, but the article\'s table, which this task follows, has "five nine".',
)
def oh(text):
    return normal(text, clock=lambda h, m: f"{words(h)} oh {words(m)}" if 0 < m < 10 else clock(h, m))


@NORMALIZE.mistake(
    "you find abbreviations also at the end of longer words.",
    r"A word that revs. has no versus in it: put \b before the pattern.",
)
def inside_words(text):
    return normal(text, edge="")


@NORMALIZE.mistake(
    "you find abbreviations without their full stop.", r"In a pattern a point is any character: \., or re.escape(...)."
)
def any_character(text):
    return normal(text, escape=str)


@NORMALIZE.mistake("you find abbreviations without regard to case.", "mr. and DR. stay: take them as they are written.")
def any_case(text):
    return normal(text, flags=re.IGNORECASE)


@NORMALIZE.mistake("ordinals are still digits.", "Numbers followed by st, nd, rd or th: the third kind of the task.")
def no_ordinals(text):
    return normal(text, ordinal=digits)


@NORMALIZE.mistake("you say plain numbers for ordinals.", "Call num_to_ordinal.")
def plain_numbers(text):
    return normal(text, ordinal=words)


@NORMALIZE.mistake("your whole text is in small letters.", "Only what is spoken otherwise changes; capitals stay.")
def lowered(text):
    return normal(text).lower()
