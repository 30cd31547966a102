"""The book: its pages and their links, search, contrast, the command, and the page to play with.

Its parts are tested in `test_book_markup.py`, and whether a browser shows it in `test_book_browser.py`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

import npaudio
from lessons.__main__ import FOLDER, chosen, main

sys.path.insert(0, str(FOLDER))
from book.api import api_pages
from book.build import ASSETS, write_book
from book.explorer import GOLDEN, SR, explorer_data
from book.recording import Notes
from glossary import entries

NODE = shutil.which("node")
TEXTS = {  # colors of texts that stand on --paper or --raised
    "ink", "faint", "link", "ask", "found", "comment", "string", "number", "keyword", "defined",
}  # fmt: skip


LESSON = f"""# %% [markdown]
# # 02 A short lesson
#
# *Reading: 1 minutes. Running: 1 seconds on two cores.*
#
# At the end you will know what a [hop](GLOSSARY.md#hop) is, as in lesson 02 and lesson 77.

# %%
import sys
sys.path.append({str(FOLDER)!r})
import matplotlib.pyplot as plt
import numpy as np
from classroom import Lesson, print_table
lesson = Lesson("02_short")
print("a < b")
lesson.sound("a_tone", np.sin(np.arange(9000.0)), 9000)
lesson.sound("other", np.sin(np.arange(9000.0) * 2), 9000)

# %% [markdown]
# ## A question
#
# $$x = \\frac{{1}}{{2}}$$
#
# > **Question.** How many?

# %%
figure, ax = plt.subplots(figsize=(9, 3))
ax.set_title("the finding, with 7 \\"numbers\\"")
lesson.figure(figure, "1_one")
print_table(["what", "n"], [["a_b_c *d*", 7]])
lesson.answer(f"Seven, as $x^{{{{-7}}}}$ says.")
lesson.finding(f"There are {{7}}.")
"""


@pytest.fixture(scope="module")
def short_book(tmp_path_factory):
    """A book of one made-up lesson, by the command's own path, and of one that has not been run: its folder."""
    folder = tmp_path_factory.mktemp("lesson")
    scripts = [folder / "02_short.py", folder / "03_later.py"]
    for script in scripts:
        script.write_text(LESSON.replace("02_short", script.stem), encoding="utf-8")
    started = [sys.executable, "-W", "error", scripts[0], "--out", folder]
    environment = {"PYTHONPATH": str(FOLDER.parent), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"}
    result = subprocess.run(started, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return write_book(scripts, folder).parent


def test_a_page_shows_what_its_cells_printed_and_made(short_book):
    page = (short_book / "02_short.html").read_text(encoding="utf-8")
    assert '<pre class="printed" tabindex="0">a &lt; b</pre>' in page
    question, fold = page.index('<blockquote class="question">'), page.index('<details class="outcome answer">')
    assert question < fold < page.index('alt="the finding, with 7 &quot;numbers&quot;"')
    assert page.index('<blockquote class="answer">') < page.index("</details>", page.index("There are 7."))
    assert '<td>a_b_c *d*</td><td class="number">7</td>' in page
    assert page.count("<audio controls") == 2
    assert 'alt="Spectrogram of a tone: 1.0 seconds, 0 to 4.5 kHz, strongest near 1,4' in page
    meaning = next(entry.text for entry in entries() if "hop" in entry.forms)
    assert f'href="glossary.html#hop" title="{" ".join(meaning.split())[:20]}' in page
    assert 'as in <a href="02_short.html">lesson 02</a> and lesson 77' in page


def test_the_first_page_lists_lessons_with_findings_and_how_to_add_one(short_book):
    page = (short_book / "index.html").read_text(encoding="utf-8")
    assert '<h3><a href="02_short.html">02 A short lesson</a></h3>' in page
    assert '<p class="finding">There are 7.</p>' in page
    assert "<code>python -m lessons --book 03</code> adds it" in page
    assert not (short_book / "03_later.html").exists()


def test_a_lesson_that_was_changed_since_its_run_is_not_in_the_book(short_book, tmp_path):
    shutil.copytree(short_book.parent, tmp_path, dirs_exist_ok=True)
    script = tmp_path / "02_short.py"
    script.write_text(LESSON + "\nprint('changed')\n", encoding="utf-8")
    assert "python -m lessons --book 02" in write_book([script], tmp_path).read_text(encoding="utf-8")
    assert not (tmp_path / "book" / "02_short.html").exists()


ONE_PAGE = """# %% [markdown]
# # 00 A page alone
#
# *Reading: 1 minutes. Running: 1 seconds on two cores.*
#
# Everything on one page.
#
# > **Question.** How many?

# %%
print("before: 10.0% of 20")
"""


def test_the_command_runs_lessons_and_writes_their_pages(tmp_path, monkeypatch, capsys):
    (tmp_path / "00_one_page.py").write_text(ONE_PAGE, encoding="utf-8")  # in the form of the real one: no Lesson(...)
    (tmp_path / "02_short.py").write_text(LESSON + "\nraise RuntimeError('on purpose')\n", encoding="utf-8")
    shutil.copy(FOLDER / "aloud.py", tmp_path)
    monkeypatch.setattr("lessons.__main__.FOLDER", tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{FOLDER.parent}{os.pathsep}{FOLDER}")
    assert main(["--book", "--quick", "--out", str(tmp_path / "out")]) == 1
    index = tmp_path / "out" / "quick" / "book" / "index.html"
    assert capsys.readouterr().out.endswith(f"The book begins with {index}\n")
    page = (index.parent / "00_one_page.html").read_text(encoding="utf-8")
    assert re.search(r'answer"><summary>Show what happens</summary>\s*<pre[^>]*>before: \d+\.\d% of', page)
    assert "This page shows a quick run" in page
    assert not (index.parent / "02_short.html").exists()
    assert "<code>python -m lessons --book 02 --quick</code>" in index.read_text(encoding="utf-8")


class Page(HTMLParser):
    """What a page has: ids, addresses, images, and elements that are still open."""

    VOID = ("meta", "link", "img", "input", "br")

    def __init__(self, text):
        super().__init__()
        self.ids, self.addresses, self.images, self.open, self.elements = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.addresses += [attributes[name] for name in ("href", "src") if name in attributes]
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"


@pytest.fixture(scope="module")
def all_pages(tmp_path_factory):
    """The pages of all lessons, as if each had run without printing anything: {file: Page}, and the folder."""
    folder = tmp_path_factory.mktemp("all")
    for script in chosen([]):
        (folder / script.stem).mkdir()
        Notes().save(folder / script.stem, script, quick=False)
    book = write_book(chosen([]), folder).parent
    return {path.name: Page(path.read_text(encoding="utf-8")) for path in book.glob("*.html")}, book


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(all_pages, short_book):
    pages, book = all_pages
    assert len(pages) == len(chosen([])) + 4 + len(api_pages())
    for name, page in pages.items():
        assert page.open == [], name
        for address in page.addresses:
            if address == "data:,":
                continue
            assert not re.match(r"[a-z]+:|//", address), f"{name} names {address}"
            file, _, anchor = address.partition("#")
            assert (book / (file or name)).is_file(), f"{name}: {address}"
            assert not anchor or anchor in pages[file or name].ids, f"{name}: {address}"
    for asset in [*book.glob("*.js"), *book.glob("*.css")]:
        assert not re.search(r"https?://", asset.read_text(encoding="utf-8")), asset.name


def test_the_errata_are_a_page_that_leads_to_the_lessons(all_pages):
    pages, _ = all_pages
    assert {"01_sound_to_mel.html", "02_features.html", "07_multi_label.html"} <= set(pages["errata.html"].addresses)
    assert all("errata.html" in page.addresses and "glossary.html" in page.addresses for page in pages.values())


def test_every_page_can_be_read_by_a_screen_reader(all_pages, short_book):
    pages = {**all_pages[0], "short": Page((short_book / "02_short.html").read_text(encoding="utf-8"))}
    for name, page in pages.items():
        tags = [tag for tag, _ in page.elements]
        assert ("html", {"lang": "en"}) in page.elements
        assert all(tag in tags for tag in ("header", "nav", "main", "footer")), name
        assert tags.count("h1") == 1, name
        assert len(page.ids) == len(set(page.ids)), f"{name}: an id is there twice"
        headings = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(b <= a + 1 for a, b in pairwise(headings)), f"{name}: a level is skipped"
        labels = {attributes.get("for") for tag, attributes in page.elements if tag == "label"}
        for tag, attributes in page.elements:
            assert tag != "img" or len(attributes["alt"]) > 5, name
            assert tag != "input" or attributes["id"] in labels, name
            assert tag not in ("nav", "audio") or attributes["aria-label"], name


def test_search_knows_every_section_and_term(all_pages):
    text = (all_pages[1] / "search_index.js").read_text(encoding="utf-8")
    rows = json.loads(text.removeprefix("const SECTIONS = ").removesuffix(";\n"))
    for file, _, anchor, _, words in rows:
        assert anchor in all_pages[0][file].ids, f"{file}#{anchor}"
        assert not re.search(r"\*\*|\]\(|\$[A-Za-z\\]", words), words
    assert {entry.anchor for entry in entries()} <= {anchor for file, _, anchor, *_ in rows if file == "glossary.html"}


def luminance(color):
    """Relative luminance (WCAG 2.2) of #rrggbb."""
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ (0.2126, 0.7152, 0.0722)


def test_every_text_has_contrast_in_light_and_dark():
    """At least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    css = (ASSETS / "style.css").read_text(encoding="utf-8")
    pairs = {name: colors for name, *colors in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\)", css)}
    assert set(pairs) == {*TEXTS, "paper", "raised", "line"}
    for name in TEXTS:
        for ground in ("paper", "raised"):
            for text, behind in zip(pairs[name], pairs[ground], strict=True):
                low, high = sorted((luminance(text), luminance(behind)))
                assert (high + 0.05) / (low + 0.05) >= 4.5, f"--{name} {text} on --{ground} {behind}"


@pytest.mark.skipif(NODE is None, reason="running the page's FFT outside a browser needs node")
@pytest.mark.parametrize("window", ["rectangular", "hann", "hamming", "blackman"])
@pytest.mark.parametrize(("n_fft", "hop"), [(64, 32), (1024, 512), (4096, 100)])
def test_the_page_computes_what_npaudio_computes(window, n_fft, hop):
    y = np.random.default_rng(n_fft).standard_normal(6000)
    expected = np.abs(npaudio.stft(y, n_fft=n_fft, hop_length=hop, window=window))
    frames = [0, 3, expected.shape[1] - 1]
    script = f"""
        const {{ magnitudes, windowOf, frameCount }} = require({json.dumps(str(ASSETS / "fft.js"))});
        const y = {json.dumps(y.tolist())}, window = windowOf("{window}", {n_fft});
        const spectra = {frames}.map((k) => Array.from(magnitudes(y, k, {hop}, window)));
        console.log(JSON.stringify([frameCount(y.length, {hop}), spectra]));
    """
    printed = subprocess.run([NODE, "-"], input=script, capture_output=True, text=True, check=True).stdout
    count, spectra = json.loads(printed)
    assert count == expected.shape[1]
    np.testing.assert_allclose(np.transpose(spectra), expected[:, frames], rtol=0, atol=1e-12 * expected.max())


def test_the_page_to_play_with_holds_the_sound_and_a_frame_of_ours():
    y = npaudio.sine(440.0, sr=SR, duration=3.0)
    content = json.loads(explorer_data(y).removeprefix("const EXPLORER = ").removesuffix(";\n"))
    assert len(content["samples"]) * 3 // 4 in range(2 * len(y), 2 * len(y) + 3)
    assert len(content["colors"]) == 3 * 256
    assert np.argmax(content["golden"]["magnitudes"]) == round(440 * GOLDEN["n_fft"] / SR)
