"""How a lesson is read: cells, markdown for a terminal, formulas, tables, progress, the glossary."""

import ast
import functools
import io
import re
import sys
from types import SimpleNamespace

import pytest

from lessons.__main__ import FOLDER, chosen

sys.path.insert(0, str(FOLDER))
import classroom
from formulas import formula, plain
from glossary import GLOSSARY, entries
from reading import Terminal, cells, question_in, wait_for_enter


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"10 \log_{10}(P / P_0)", "10 log₁₀(P / P₀)"),
        (r"\sum_{n=0}^{N-1} x[n]\,e^{-2\pi i k n/N}", "Σₙ₌₀^(N-1) x[n] e^(-2πi k n/N)"),
        (r"\frac{TP}{TP + FP}", "TP/(TP + FP)"),
        (r"\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}", "x = (x − μ)/(√(σ² + ε))"),
        (r"1 + \lfloor L / H\rfloor", "1 + ⌊L / H⌋"),
    ],
)
def test_formulas_are_readable(latex, text):
    assert formula(latex) == text
    assert plain(f"so ${latex}$ it is") == f"so {text} it is"


def test_money_is_no_formula():
    assert plain("it costs $5 or $6") == "it costs $5 or $6"


def test_cells_keep_their_lines_and_questions(tmp_path):
    script = tmp_path / "00_x.py"
    script.write_text("# %% [markdown]\n# # A\n#\n# > **Question.** Why\n# > not?\n\n# %%\nx = 1\n", encoding="utf-8")
    prose, code = cells(script)
    assert (prose.text, prose.is_prose, prose.line) == ("# A\n\n> **Question.** Why\n> not?", True, 2)
    assert (code.text, code.is_prose, code.line) == ("x = 1", False, 8)
    assert question_in(prose.text) == "Why not?"
    assert question_in("no question") is None


def shown(text):
    stream = io.StringIO()
    Terminal(stream).markdown(text)
    return stream.getvalue()


def test_markdown_is_wrapped_and_loses_its_marks():
    text = shown(
        "# 01 Title\n\n"
        + "word " * 30
        + "**bold** [link](GLOSSARY.md#hop)\n\n- one\n  more\n- two\n\n> **Question.** Why?"
    )
    lines = text.splitlines()
    assert lines[:2] == ["01 Title", "═" * 8]
    assert max(map(len, lines)) <= 80
    assert "bold link" in text.replace("\n", " ")
    assert lines[-5:] == ["- one more", "- two", "", "  │ Question. Why?", ""]


def test_asking_goes_on_at_the_end_of_the_input(capsys):
    def nobody(prompt):
        raise EOFError

    wait_for_enter(nobody)
    asked = []
    wait_for_enter(asked.append)
    assert asked == ["  Think, then press Enter. "]


def test_a_wide_table_fits_the_terminal(capsys):
    classroom.print_table(["what", "n"], [["many words " * 20, 7], ["few", 12]])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-1].split() == ["few", "12"]


def test_progress_speaks_after_three_seconds_and_cleans_up(monkeypatch):
    """On a clock, a terminal and modules of its own, which no other thread and no test before it can touch."""
    now, stream = [0.0], io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr(classroom, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(classroom, "sys", SimpleNamespace(stderr=stream, modules={}))
    for _ in classroom.progress(range(5), "training"):
        now[0] += 2.0
    assert "training: 1 of 5" not in stream.getvalue()
    assert "\rtraining: 2 of 5, about 6 s left" in stream.getvalue()
    assert stream.getvalue().endswith(" \r")


@functools.cache
def read_by_the_reader(script):
    """What a reader sees, headings and the opening left aside: prose cells, answers, and what else a lesson says."""
    parts = [(cell.line, re.sub(r"(?m)^#.*", "", cell.text)) for cell in cells(script)[1:] if cell.is_prose]
    tree = ast.parse(script.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("lesson.answer", "lesson.say", "lesson.finding"):
            words = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            parts.append((node.lineno, " ".join(words)))
    return [" ".join(text.split()) for _, text in sorted(parts)]


def uses(form, text):
    flags = 0 if re.search("[A-Z]", form) else re.IGNORECASE
    return [found.start() for found in re.finditer(rf"(?<![\w`/#.-]){re.escape(form)}s?(?![\w`/-])", text, flags)]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.forms[0])
def test_no_term_appears_before_its_explanation(entry):
    """The first use, headings and openings aside, is the link to the glossary, in the lesson that the entry names.

    Lesson 00 is a preview that explains its words as it goes; it must make sense to a reader who has this file alone.
    """
    for script in chosen([])[1:]:
        for text in read_by_the_reader(script):
            positions = [position for form in entry.forms for position in uses(form, text)]
            if not positions:
                continue
            link = re.search(rf"\[[^\]]*\]\(GLOSSARY\.md#{entry.anchor}\)", text)
            assert script.stem[:2] == entry.lesson, f"{script.stem} uses it before lesson {entry.lesson}: {text[:300]}"
            assert link, f"{script.stem} uses it before it is explained: {text[:300]}"
            assert link.start() <= min(positions) <= link.end(), text[:300]
            return
    pytest.fail("no lesson uses it")


def test_links_to_the_glossary_lead_somewhere():
    anchors = {entry.anchor for entry in entries()}
    for page in [*chosen([]), FOLDER / "ERRATA.md"]:
        if page.exists():
            assert set(re.findall(r"GLOSSARY\.md#([\w-]+)", page.read_text(encoding="utf-8"))) <= anchors
    headings = re.findall(r"^## (.+)$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) == len(entries())
    assert headings == sorted(headings, key=str.lower)
