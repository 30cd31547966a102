r"""Formulas for a terminal: a little LaTeX becomes Unicode, `\sum_n x[n] e^{-2\pi i k n/N}` is Σₙ x[n] e^(-2πi k n/N).

Only what the lessons use is known. Whatever has no Unicode form (an exponent with a letter that has no raised
version) is written with ^ and brackets, as one would type it.
"""

import re
from collections.abc import Callable

SYMBOLS = {
    "pi": "π", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε", "varepsilon": "ε",
    "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω",
    "sum": "Σ", "prod": "Π", "int": "∫", "partial": "∂", "nabla": "∇", "infty": "∞", "cdot": "·", "times": "×",
    "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "to": "→",
    "rightarrow": "→", "in": "∈", "odot": "⊙", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "langle": "⟨", "rangle": "⟩", "dots": "…", "ldots": "…", "cdots": "…", "sqrt": "√", "propto": "∝", "circ": "°",
    "quad": "  ", "qquad": "    ", "mid": "|", "lvert": "|", "rvert": "|", "top": "ᵀ",
}  # fmt: skip
FUNCTIONS = ("log", "ln", "exp", "cos", "sin", "tan", "max", "min", "arg", "argmax", "mean", "Pr")
RAISED = dict(zip("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", strict=True))
LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"  # braces with at most one pair of braces inside


def plain(text: str) -> str:
    """Replace every $formula$ and $$formula$$ in a text."""
    text = re.sub(r"\$\$(.+?)\$\$", lambda found: formula(found[1]), text, flags=re.DOTALL)
    return re.sub(r"(?<![\\$])\$(?!\s)([^$\n]+?(?:\n[^$\n]+?)?)(?<!\s)\$(?!\d)", lambda found: formula(found[1]), text)


def formula(latex: str) -> str:
    """One formula without its dollar signs."""
    text = " ".join(latex.split())
    for pattern, replacement in RULES:
        while (changed := re.sub(pattern, replacement, text)) != text:  # until nothing is left inside something else
            text = changed
    for character in "\\{}":
        text = text.replace(character, "")
    return text.replace("\x01", "_").replace("\x02", "^").replace(" - ", " − ").strip()


def _symbol(found: re.Match[str]) -> str:
    name = found[1]
    if name in FUNCTIONS:
        return name + (" " if found[0].endswith(" ") else "")
    return SYMBOLS.get(name, name)


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"\\?[\w.]+|\w\[\w\]", text) else f"({text})"


def _script(found: re.Match[str], alphabet: dict[str, str], sign: str) -> str:
    """Raised or lowered characters if there are such; else the sign and brackets, marked so as to be left alone."""
    inside = found[1] if found[1] is not None else found[2]
    if inside and all(character in alphabet for character in inside):
        return "".join(alphabet[character] for character in inside)
    mark = "\x01" if sign == "_" else "\x02"
    return mark + (inside if len(inside) == 1 or (sign == "_" and inside.isalnum()) else f"({inside})")


RULES: list[tuple[str, str | Callable[[re.Match[str]], str]]] = [
    (r"\\(?:left|right|displaystyle|!)(?![a-z])", ""),
    (r"\\[,;]", " "),
    (r"\\(?:mathrm|text|mathbf|operatorname|mathit|hat)" + GROUP, r"\1"),
    (r"\\frac" + GROUP + GROUP, lambda found: f"{_bracketed(found[1])}/{_bracketed(found[2])}"),
    (r"\\sqrt" + GROUP, lambda found: f"√({found[1]})" if len(found[1]) > 1 else f"√{found[1]}"),
    (r"\\([A-Za-z]+) ?", _symbol),
    (r"_(?:" + GROUP + r"|(\S))", lambda found: _script(found, LOWERED, "_")),
    (r"\^(?:" + GROUP + r"|(\S))", lambda found: _script(found, RAISED, "^")),
]
