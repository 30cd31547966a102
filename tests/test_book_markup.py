"""The book's parts: formulas as MathML, code with its parts marked, markdown and tables as HTML, what a cell leaves."""

import ast
import html
import re
import sys
import xml.etree.ElementTree as ET

import pytest

from lessons.__main__ import FOLDER, chosen

sys.path.insert(0, str(FOLDER))
from book.highlight import highlighted
from book.markup import INLINE, table, to_html
from book.mathml import THIN, mathml
from book.pages import code_fold
from book.recording import Notes
from reading import cells


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("10^{-10}", "<msup><mn>10</mn><mrow><mo>−</mo><mn>10</mn></mrow></msup>"),
        ("f_k", "<msub><mi>f</mi><mi>k</mi></msub>"),
        (r"\frac{1}{2}", "<mfrac><mrow><mn>1</mn></mrow><mrow><mn>2</mn></mrow></mfrac>"),
        (r"\sum_{n}^N x", "<munderover><mo>∑</mo><mrow><mi>n</mi></mrow><mi>N</mi></munderover><mi>x</mi>"),
        (r"\log_{10} P", f"<msub><mrow>{THIN}<mi>log</mi></mrow><mrow><mn>10</mn></mrow></msub><mi>P</mi>"),
        (r"-\log p", f"<mo>−</mo><mrow>{THIN}<mi>log</mi>{THIN}</mrow><mi>p</mi>"),
        (r"a < 3.5", "<mi>a</mi><mo>&lt;</mo><mn>3.5</mn>"),
        (r"\mathrm{centroid}", '<mi mathvariant="normal">centroid</mi>'),
    ],
)
def test_formulas_become_mathml(latex, expected):
    assert f"<mrow>{expected}</mrow><annotation" in mathml(latex)


@pytest.mark.parametrize("latex", [r"\unheardof{x}", "{x", "x^", r"\frac{1}"])
def test_a_formula_that_is_not_understood_is_refused(latex):
    with pytest.raises(ValueError, match="mathml: "):
        mathml(latex)


@pytest.mark.parametrize("script", chosen([]), ids=lambda path: path.stem)
def test_every_formula_of_a_lesson_can_be_shown(script):
    strings = [n.value for n in ast.walk(ast.parse(script.read_text("utf-8"))) if isinstance(n, ast.Constant)]
    texts = [cell.text for cell in cells(script) if cell.is_prose] + [s for s in strings if isinstance(s, str)]
    for text in texts:
        for found in re.findall(r"\$\$(.+?)\$\$", text, re.DOTALL):
            ET.fromstring(mathml(found, block=True))
        for found in INLINE.finditer(re.sub(r"(?s)\$\$.+?\$\$", "", text)):
            if found["formula"]:
                ET.fromstring(mathml(found["formula"]))


@pytest.mark.parametrize("script", chosen([]), ids=lambda path: path.stem)
def test_highlighted_code_is_the_code(script):
    for cell in cells(script):
        if not cell.is_prose:
            marked = highlighted(cell.text)
            assert html.unescape(re.sub(r"</?span[^>]*>", "", marked)) == cell.text
            assert '<span class="' in marked


def test_code_is_marked_by_its_kind():
    assert highlighted("def f(x):  # <x>\n    return 2\n") == (
        '<span class="keyword">def</span> <span class="defined">f</span>(x):  '
        '<span class="comment"># &lt;x&gt;</span>\n'
        '    <span class="keyword">return</span> <span class="number">2</span>\n'
    )


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("## A *b*", '<h2 id="a-b">A <em>b</em></h2>'),
        ("a **b `c*d*`** & <e>", "<p>a <strong>b <code>c*d*</code></strong> &amp; &lt;e&gt;</p>"),
        ("1. one\n   more\n2. two", "<ol><li>one more</li><li>two</li></ol>"),
        (
            "> **Question.** Why\n> not?",
            '<blockquote class="question"><p><strong>Question.</strong> Why not?</p></bloc',
        ),
        ("[a](b.md#c)", '<p><a href="b.md#c">a</a></p>'),
        ("it costs $5 or $6", "<p>it costs $5 or $6</p>"),
    ],
)
def test_markdown_becomes_html(markdown, expected):
    assert to_html(markdown).startswith(expected)


def test_notes_keep_what_a_cell_prints_and_makes_in_order():
    notes = Notes()
    notes.write("prose\n")
    with notes.cell(7):
        notes.write("a")
        notes.write("b\n")
        with notes.instead_of_print("figure", file="x.png", title="a rise"):
            notes.write("[x.png]\n")
        notes.write("c\n")
    assert notes.outcomes == {
        7: [
            {"kind": "text", "text": "ab\n"},
            {"kind": "figure", "file": "x.png", "title": "a rise"},
            {"kind": "text", "text": "c\n"},
        ]
    }


@pytest.mark.parametrize(
    ("column", "is_numeric"),
    [
        (["0.5", "-", "nan"], True),
        (["+3.1 dB", "-12 dB"], True),
        (["1.6e-05", "33 of 75"], True),
        (["2 periods", "3"], False),
        (["nan"], False),
    ],
)
def test_columns_of_quantities_stand_to_the_right(column, is_numeric):
    assert table(["what"], [[cell] for cell in column]).count('class="number"') == is_numeric * (1 + len(column))


def test_code_that_gives_the_answer_away_is_folded():
    assert code_fold("x = 1\ny = 2").startswith('<details class="code" open><summary>Code <small>2 lines</small>')
    assert code_fold("lesson.answer(f'{x}')").startswith('<details class="code"><summary>Code <small>1 line</small>')
