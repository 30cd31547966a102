"""The pages about the library: pdoc reads its docstrings and links them, the book gives them their frame.

pdoc is an extra for development. Without it the book has no such pages, and the command says so.
"""

import ast
import html
import importlib
import importlib.util
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from book.markup import inline
from book.signatures import signature

ASSETS = Path(__file__).resolve().parent / "assets"
HAS_PDOC = importlib.util.find_spec("pdoc") is not None
WITHOUT_PDOC = (
    "The pages about the library need pdoc: python -m pip install pdoc. Then write the book again; one lesson is "
    "enough for that: --book 01."
)
COLON = "\ue000"  # stands for a colon where pdoc would split a type at it


@dataclass(frozen=True)
class ApiPage:
    """A room of the library: its name, its main part as HTML, and the anchor and first sentence of each name."""

    name: str
    body: str
    entries: tuple[tuple[str, str], ...]

    @property
    def file(self) -> str:
        """The name of its page."""
        return f"{self.name}.html"


def api_pages() -> tuple[ApiPage, ...]:
    """The page of the package, which lists all rooms, and the page of each room; none without pdoc."""
    return _pages() if HAS_PDOC else ()


@cache
def _pages() -> tuple[ApiPage, ...]:
    import pdoc.doc
    import pdoc.render

    pdoc.render.configure(docformat="numpy", template_directory=ASSETS)
    pdoc.render.env.filters |= {"signature": signature, "numpydoc": as_pdoc_reads_it}
    pdoc.render.env.tests["described"] = is_described
    modules = {name: pdoc.doc.Module.from_name(name) for name in ["npaudio", *rooms()]}
    for module in modules.values():
        describe_constants(module)
    template = pdoc.render.env.get_template("module.jinja2")
    bodies = {name: template.render(module=module, all_modules=modules) for name, module in modules.items()}
    entries = {name: tuple(described(module)) for name, module in modules.items()}
    bodies["npaudio"] = first_page(bodies["npaudio"], entries)
    anchors = {f"{name}.html": set(re.findall(r'id="([^"]+)"', body)) for name, body in bodies.items()}
    return tuple(ApiPage(name, tidied(body, name, anchors, modules), entries[name]) for name, body in bodies.items())


def rooms() -> list[str]:
    """The packages that a user imports from, by their full names."""
    package = Path(importlib.import_module("npaudio").__path__[0])
    names = sorted(path.parent.name for path in package.glob("*/__init__.py"))
    return [f"npaudio.{name}" for name in names if name not in ("_core", "cli")]


def describe_constants(module: Any) -> None:
    """Give constants the string below their assignment; pdoc looks for it in the room itself, not in its files."""
    for name, text in constant_docstrings(Path(module.obj.__path__[0])).items():
        if name in module.obj.__all__:
            module.members[name].docstring = text


@cache
def constant_docstrings(folder: Path) -> dict[str, str]:
    """The strings that stand below assignments in the files of a folder, by the name of the constant."""
    found = {}
    for path in folder.rglob("*.py"):
        for statement, after in pairwise(ast.parse(path.read_text(encoding="utf-8")).body):
            is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if is_text and isinstance(statement, ast.Assign | ast.AnnAssign):
                target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
                found[ast.unparse(target)] = str(after.value.value)  # type: ignore[attr-defined]
    return found


def is_described(member: Any) -> bool:
    """Whether a member has a place on the page: it is public, and has a docstring."""
    is_public = member.name == "__call__" or not member.name.startswith("_")
    is_told = bool(member.docstring) and not member.docstring.startswith("Alias for field number")  # of a named tuple
    return is_public and is_told and member.kind != "module"


def described(module: Any) -> list[tuple[str, str]]:
    """Name and first sentence of all that a room has."""
    members = (member for member in module.members.values() if is_described(member))
    return [(member.qualname, member.docstring.split("\n\n")[0].replace("\n", " ")) for member in members]


def first_page(body: str, entries: dict[str, tuple[tuple[str, str], ...]]) -> str:
    """The docstring of the package, and all names of each room with their first sentences."""
    parts = [body.split("<h2", 1)[0]]
    for room in entries:
        if room != "npaudio":
            rows = (f'<dt><a href="{room}.html#{name}">{name}</a></dt><dd>{inline(words)}</dd>'
                    for name, words in entries[room])  # fmt: skip
            parts.append(
                f'<h2 id="{room}"><a href="{room}.html">{room}</a></h2>\n<dl class="names">{"".join(rows)}</dl>'
            )
    return "\n".join(parts)


def as_pdoc_reads_it(docstring: str) -> str:
    """A docstring without what pdoc misreads: commas in See Also, colons in types, asterisks of arguments."""
    head, see_also, rest = docstring.partition("See Also\n--------\n")
    names, blank, rest = rest.partition("\n\n")
    names = re.sub(r"(?m)^[\w., ]+(?= : )", lambda found: found[0].replace(",", ""), names)
    text = head + see_also + names + blank + rest
    text = re.sub(r"(?m)^([\w, ]+ : )(.+)$", lambda found: found[1] + found[2].replace(":", COLON), text)
    return re.sub(r"(?m)^[\w, ]*\*[\w, *]*(?= : |$)", lambda found: found[0].replace("*", "\\*"), text)


def tidied(body: str, name: str, anchors: dict[str, set[str]], modules: dict[str, Any]) -> str:
    """The body with links to the book's own files, sections headed by paragraphs, and code without pdoc's marks."""

    def flat(found: re.Match[str]) -> str:
        address, words = html.unescape(found[1]), found[2]
        file, _, anchor = address.partition("#")
        if re.match(r"[a-z]+:", address):
            return words
        path = posixpath.normpath(posixpath.join(posixpath.dirname(name.replace(".", "/")), file)) if file else name
        page = path.removesuffix(".html").replace("/", ".")
        page = _home(page, anchor, modules)
        is_there = f"{page}.html" in anchors and (not anchor or anchor in anchors[f"{page}.html"])
        target = f"{page}.html" + (f"#{anchor}" if anchor else "")
        return f'<a href="{target}">{words}</a>' if is_there else words

    body = re.sub(r'<a href="([^"]*)"[^>]*>(.*?)</a>', flat, body, flags=re.DOTALL)
    body = re.sub(r"<h6[^>]*>(.*?)</h6>", r'<p class="part">\1</p>', body)
    code = r'<div class="pdoc-code codehilite">\s*<pre>(.*?)</pre>\s*</div>'
    body = re.sub(code, lambda m: f'<pre tabindex="0">{re.sub("</?span[^>]*>", "", m[1])}</pre>', body, flags=re.DOTALL)
    return body.replace(COLON, ":").replace("<br />", "<br>")


def _home(page: str, anchor: str, modules: dict[str, Any]) -> str:
    """Where a name is described: what the package itself exports is described in its room."""
    if page != "npaudio" or not anchor:
        return page
    first = anchor.split(".")[0]
    value = getattr(modules[page].obj, first, None)
    return next((room for room in modules if room != page and getattr(modules[room].obj, first, None) is value), page)
