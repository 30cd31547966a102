"""Python code as HTML: comments, strings, numbers, keywords and defined names in `<span>`s, by `tokenize`."""

import html
import io
import keyword
import tokenize

KINDS = {tokenize.COMMENT: "comment", tokenize.STRING: "string", tokenize.NUMBER: "number"}
for _name in ("FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"):  # one token before Python 3.12
    if hasattr(tokenize, _name):
        KINDS[getattr(tokenize, _name)] = "string"


def highlighted(code: str) -> str:
    """Code with its parts marked; the text itself is unchanged."""
    lines = code.splitlines(keepends=True)
    parts, position, previous = [], (1, 0), ""
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        kind = kind_of(token, previous)
        if kind:
            parts += [_text(lines, position, token.start), f'<span class="{kind}">']
            parts += [_text(lines, token.start, token.end), "</span>"]
            position = token.end
        if not token.string.isspace():
            previous = token.string
    return "".join(parts) + _text(lines, position, (len(lines) + 1, 0))


def kind_of(token: tokenize.TokenInfo, previous: str) -> str | None:
    """The class of a token; None for one that is not marked."""
    if token.type == tokenize.NAME:
        if keyword.iskeyword(token.string):
            return "keyword"
        return "defined" if previous in ("def", "class") else None
    return KINDS.get(token.type)


def _text(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The escaped text between two positions (line from 1, column)."""
    (first, from_column), (last, to_column) = start, end
    if first == last:
        return html.escape(lines[first - 1][from_column:to_column], quote=False) if first <= len(lines) else ""
    rest = lines[last - 1][:to_column] if last <= len(lines) else ""
    middle = "".join(lines[first : last - 1])
    return html.escape(lines[first - 1][from_column:] + middle + rest, quote=False) if first <= len(lines) else ""
