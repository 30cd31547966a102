"""The README: its code runs, and prints what the README says it prints; its tables, pictures and sources hold."""

import contextlib
import io
import re
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from tests import parity
from tests.public_docstrings import ROOT

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\s+prints\s+```text\n(.*?)```", README, re.DOTALL)


def test_every_example_prints_what_the_readme_says():
    assert EXAMPLES, "the README has lost its example"
    for code, printed in EXAMPLES:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(code, "README.md", "exec"), {})
        assert output.getvalue() == printed


def test_the_two_commands_stand_alone_on_their_lines():
    commands = re.findall(r"^python -m pip install .* && python -m (?:lessons|pytest)$", README, re.MULTILINE)
    assert [command.split()[-1] for command in commands] == ["lessons", "pytest"]


def test_the_differences_from_the_peers_are_at_most_those_in_the_table():
    """`python -m tests.parity` prints the table; another machine rounds in another order, so it says "less than"."""
    table = re.findall(r"^\| (.+) \| (.+) \| ([\d,]+) \| < (\S+) \|$", README, re.MULTILINE)
    measured = list(parity.rows())
    assert [row[:3] for row in table] == [(row.what, row.peer, f"{row.count:,}") for row in measured]
    for row, (*_, bound) in zip(measured, table, strict=True):
        assert row.difference < float(bound), row.what
        assert float(bound) <= 1e-3, row.what


def test_a_difference_cannot_hide():
    assert parity.difference(*map(parity.np.array, ([1.0, 2.0], [1.0, 2.1]))) > 0.04
    assert parity.difference(*map(parity.np.array, ([1.0, 2.0], [0.0, 0.0]))) == 2
    assert parity.Row("", "", 1, 4e-16).bound == 1e-14


def test_the_pictures_are_there_and_the_detection_is_what_it_says():
    for picture, most in (("lessons/a_detection.png", 60_000), ("lessons/three_recipes.png", 300_000)):
        assert f"]({picture})" in README
        assert (ROOT / picture).stat().st_size < most
    sys.path.insert(0, str(ROOT / "lessons"))
    import front_page

    events = front_page.heard()
    assert [event.label for event in events] == ["rain", "dog", "clock_tick"]
    placed = [second for _, _, second in front_page.SOUNDS]
    assert all(start <= event.onset < event.offset <= start + 3.1 for start, event in zip(placed, events, strict=True))


def test_every_source_is_cited_where_it_is_used():
    section = README[README.index("## Sources") :]
    names = re.findall(r"[A-Z]\w+ (?:(?:et al\.|and \w+) )?\d{4}", " ".join(section.split()))
    assert len(names) > 12
    files = [*(ROOT / "npaudio").rglob("*.py"), *(ROOT / "lessons").glob("*.*")]
    texts = " ".join(" ".join(path.read_text("utf-8").split()) for path in files if path.suffix in (".py", ".md"))
    assert [name for name in names if name not in texts] == []
