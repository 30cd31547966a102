r"""Formulas for a browser: a little LaTeX becomes MathML, `x^2` is `<msup><mi>x</mi><mn>2</mn></msup>`.

A parser by recursive descent: a row is a sequence of atoms, each with its raised and lowered parts. It knows what the
lessons use, which is also what `formulas.py` writes for a terminal, and refuses the rest.
"""

import html
import re

from formulas import FUNCTIONS, SYMBOLS

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:[.,]\d+)*|\S")
SPACES = {r"\,": "0.17em", r"\;": "0.28em", r"\quad": "1em", r"\qquad": "2em"}
THIN = '<mspace width="0.17em"></mspace>'  # before and after the name of a function
NOTHING = {r"\left", r"\right", r"\displaystyle", r"\!"}
LARGE = {"sum", "prod", "int"}  # operators that carry their limits above and below
LARGE_SIGNS = {"sum": "∑", "prod": "∏", "int": "∫"}
TEXTS = {r"\mathrm", r"\text", r"\operatorname"}


def mathml(latex: str, *, block: bool = False) -> str:
    """A formula without its dollar signs as a `<math>` element.

    Parameters
    ----------
    latex : str
        The formula.
    block : bool
        Whether it stands in a paragraph of its own.

    Raises
    ------
    ValueError
        For a command that is not known, or a brace without its partner.
    """
    source = " ".join(latex.split())
    parser = Parser(source)
    row = parser.row(end=None)
    display = ' display="block"' if block else ""
    note = f'<annotation encoding="application/x-tex">{html.escape(source)}</annotation>'
    return f"<math{display}><semantics><mrow>{row}</mrow>{note}</semantics></math>"


class Parser:
    """Reads one formula from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = TOKEN.findall(source)[::-1]  # the next one is the last

    def row(self, end: str | None) -> str:
        """Everything up to a token that ends the row, or to the end of the formula."""
        parts = []
        while self.tokens and self.tokens[-1] != end:
            parts.append(self.with_scripts())
        if end is not None:
            self.take(end)
        return "".join(parts)

    def take(self, expected: str | None = None) -> str:
        """The next token."""
        if not self.tokens or (expected and self.tokens[-1] != expected):
            raise ValueError(f"mathml: {expected or 'something'} is missing in the formula {self.source!r}")
        return self.tokens.pop()

    def with_scripts(self) -> str:
        """An atom and what is raised or lowered beside it."""
        large = self.tokens[-1].lstrip("\\") in LARGE and self.tokens[-1].startswith("\\")
        atom, scripts = self.atom(), {}
        while self.tokens and self.tokens[-1] in "_^":
            place = self.take()
            scripts[place] = self.atom()
        if not scripts:
            return atom
        below, above = ("munder", "mover") if large else ("msub", "msup")
        if len(scripts) == 2:
            element = "munderover" if large else "msubsup"
            return f"<{element}>{atom}{scripts['_']}{scripts['^']}</{element}>"
        (sign, script), *_ = scripts.items()
        element = below if sign == "_" else above
        return f"<{element}>{atom}{script}</{element}>"

    def atom(self) -> str:
        """A group in braces, a command, a number, a letter or a sign."""
        token = self.take()
        if token == "{":
            return f"<mrow>{self.row('}')}</mrow>"
        if token.startswith("\\"):
            return self.command(token)
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        return sign(token)

    def command(self, token: str) -> str:
        """What a backslash begins."""
        if token in NOTHING:
            return ""
        if token in SPACES:
            return f'<mspace width="{SPACES[token]}"></mspace>'
        if token == r"\frac":
            return f"<mfrac>{self.atom()}{self.atom()}</mfrac>"
        if token == r"\sqrt":
            return f"<msqrt>{self.atom()}</msqrt>"
        if token == r"\hat":
            return f'<mover accent="true">{self.atom()}<mo stretchy="false">^</mo></mover>'
        if token == r"\mathbf":
            return f'<mrow style="font-weight: bold">{self.atom()}</mrow>'
        if token in TEXTS:
            return self.text()
        return self.symbol(token[1:])

    def text(self) -> str:
        """Upright letters in braces."""
        self.take("{")
        words = []
        while self.tokens and self.tokens[-1] != "}":
            words.append(self.take())
        self.take("}")
        return f'<mi mathvariant="normal">{html.escape("".join(words))}</mi>'

    def symbol(self, name: str) -> str:
        """A named letter, sign or function."""
        if name in FUNCTIONS:
            after = "" if self.tokens and self.tokens[-1] in "_^([" else THIN
            return f"<mrow>{THIN}<mi>{name}</mi>{after}</mrow>"
        if name not in SYMBOLS:
            raise ValueError(
                f"mathml: the command \\{name} in {self.source!r} is not known; add it to formulas.SYMBOLS"
            )
        character = LARGE_SIGNS.get(name, SYMBOLS[name].strip())
        return f"<mi>{character}</mi>" if character.isalpha() else sign(character)


def sign(character: str) -> str:
    """An operator or a bracket; a hyphen is a minus, and brackets keep their size."""
    if character in "|[](){}⌊⌋⌈⌉⟨⟩":
        return f'<mo stretchy="false" lspace="0" rspace="0">{character}</mo>'
    return f"<mo>{'−' if character == '-' else html.escape(character)}</mo>"
