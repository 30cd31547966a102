"""Markdown as HTML, as far as lessons, glossary and errata use it; formulas become MathML.

Blocks are separated by empty lines: headings, paragraphs, lists, quotations, tables, code, formulas.
"""

import html
import re
from collections.abc import Callable

from book.mathml import mathml
from reading import items

INLINE = re.compile(
    r"`(?P<code>[^`]+)`"
    r"|(?<![\\$])\$(?!\s)(?P<formula>[^$]+?)(?<!\s)\$(?!\d)"
    r"|\[(?P<words>[^\]]+)\]\((?P<target>[^)\s]+)\)"
    r"|\b(?P<lesson>[Ll]esson \d\d)\b"
    r"|\*\*(?P<strong>.+?)\*\*"
    r"|(?<![\w*])\*(?=\S)(?P<emphasis>[^*]+?)(?<=\S)\*(?![\w*])",
    re.DOTALL,
)
QUANTITY = re.compile(r"[+−-]?\d[\d.,e+−-]*( ?(%|dB|k?Hz|m?s|ms|MB))?( of \d+)?")  # set to the right in a table
Link = Callable[[str, str], str]  # from a target and the HTML of its words to a link


def plain_link(target: str, words: str) -> str:
    """A link as it stands; the mention of a lesson, whose target is `lesson:02`, stays text."""
    if target.startswith("lesson:"):
        return words
    return f'<a href="{html.escape(target)}">{words}</a>'


def inline(text: str, link: Link = plain_link) -> str:
    """The text of a block: code, formulas, links, bold, emphasis."""
    parts, end = [], 0
    for found in INLINE.finditer(text):
        parts += [html.escape(text[end : found.start()], quote=False), _inline_element(found, link)]
        end = found.end()
    return "".join([*parts, html.escape(text[end:], quote=False)])


def _inline_element(found: re.Match[str], link: Link) -> str:
    if found["code"]:
        return f"<code>{html.escape(found['code'], quote=False)}</code>"
    if found["formula"]:
        return mathml(found["formula"])
    if found["lesson"]:
        return link(f"lesson:{found['lesson'][-2:]}", found["lesson"])
    if found["words"]:
        return link(found["target"], inline(found["words"], link))
    element, words = ("strong", found["strong"]) if found["strong"] else ("em", found["emphasis"])
    return f"<{element}>{inline(words, link)}</{element}>"


def to_html(text: str, link: Link = plain_link) -> str:
    """Blocks of markdown as HTML."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip("\n")) if block.strip()]
    return "\n".join(_block(block, link) for block in blocks)


def _block(block: str, link: Link) -> str:
    lines = block.splitlines()
    if lines[0].startswith("#"):
        return _heading(" ".join(block.split()), link)
    if block.startswith("$$"):
        return f'<div class="formula" tabindex="0">{mathml(block.strip("$ "), block=True)}</div>'
    if lines[0].startswith(("```", "    ")):
        code = "\n".join(line.removeprefix("    ") for line in lines if not line.startswith("```"))
        return f'<pre tabindex="0"><code>{html.escape(code, quote=False)}</code></pre>'
    if lines[0].startswith("|"):
        return _markdown_table(lines, link)
    if lines[0].startswith(">"):
        return _quotation(" ".join(line.lstrip("> ").strip() for line in lines), link)
    if mark := re.match(r"(?:[-*]|\d+\.) ", lines[0].lstrip()):
        return _list(items(lines), "ol" if mark[0][0].isdigit() else "ul", link)
    return f"<p>{inline(' '.join(lines), link)}</p>"


def anchor_of(heading: str) -> str:
    """The fragment that GitHub, too, gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _heading(text: str, link: Link) -> str:
    marks, words = text.split(" ", 1)
    level = min(len(marks), 6)
    return f'<h{level} id="{anchor_of(words)}">{inline(words, link)}</h{level}>'


def _quotation(text: str, link: Link) -> str:
    """A quotation; one that opens with a bold word has that as its class, as questions and answers do."""
    opening = re.match(r"\*\*(\w+)", text)
    kind = f' class="{opening[1].lower()}"' if opening else ""
    return f"<blockquote{kind}><p>{inline(text, link)}</p></blockquote>"


def _list(texts: list[str], element: str, link: Link) -> str:
    rows = (re.sub(r"^\s*(?:[-*]|\d+\.) +", "", text) for text in texts)
    return f"<{element}>" + "".join(f"<li>{inline(row, link)}</li>" for row in rows) + f"</{element}>"


def _markdown_table(lines: list[str], link: Link) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    return table(rows[0], rows[2:], lambda text: inline(text, link))


def table(header: list[str], rows: list[list[str]], show: Callable[[str], str] = html.escape) -> str:
    """A table that scrolls by itself if it is too wide; columns of numbers are set to the right."""
    numeric = [_is_numeric([row[i] for row in rows]) for i in range(len(header))]
    head = "".join(_table_cell('th scope="col"', show(text), n) for text, n in zip(header, numeric, strict=True))
    body = ""
    for row in rows:
        shown = (_table_cell("td", show(text), n) for text, n in zip(row, numeric, strict=True))
        body += f"<tr>{''.join(shown)}</tr>"
    grid = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scrolls" role="region" aria-label="Table" tabindex="0">{grid}</div>'


def _is_numeric(column: list[str]) -> bool:
    """Whether a column holds quantities, here and there none: an empty cell, a dash, nan."""
    given = [cell for cell in column if cell not in ("", "-", "–", "nan")]
    return bool(given) and all(QUANTITY.fullmatch(cell) for cell in given)


def _table_cell(element: str, shown: str, numeric: bool) -> str:
    kind = ' class="number"' if numeric else ""
    return f"<{element}{kind}>{shown}</{element.split()[0]}>"
