"""The book's pages about the library, which pdoc makes from the docstrings."""

import html
import os
import re
import shutil
import sys

import matplotlib
import pytest

matplotlib.use("Agg")

from lessons.__main__ import FOLDER, main

sys.path.insert(0, str(FOLDER))
from book import api
from book.build import write_book
from book.recording import Notes
from tests.public_docstrings import ROOMS, public_names, top_level

needs_pdoc = pytest.mark.skipif(not api.HAS_PDOC, reason="the pages about the library need pdoc")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The folder of a book with lesson 01, which has no outcomes, and the library."""
    folder = tmp_path_factory.mktemp("book")
    script = FOLDER / "01_sound_to_mel.py"
    (folder / script.stem).mkdir()
    Notes().save(folder / script.stem, script, quick=False)
    return write_book([script], folder).parent


def page(book, name):
    return (book / name).read_text(encoding="utf-8")


def text_of(fragment):
    return html.unescape(re.sub(r"<[^>]+>", "", fragment))


@needs_pdoc
@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_everything_that_is_public(book, room):
    body = page(book, f"npaudio.{room}.html")
    for public in (p for p in public_names() if p.room == room and (p.owner is None or p.own_doc)):
        level = "h2" if public.owner is None else "h3"
        inherited = public.owner is not None and public.name.split(".")[1] not in vars(public.owner)
        assert inherited or f'<{level} id="{public.name}">{public.name}</{level}>' in body
    for left in ("\ue000", "<h6", "http:", "https:", "codehilite", "&lt;pre", "Parameters\n---"):
        assert left not in body.split("<main", 1)[1]


@needs_pdoc
def test_a_page_says_how_a_function_is_called_and_links_its_neighbors(book):
    body = page(book, "npaudio.spectrum.html")
    part = body[body.index('<h2 id="stft">') : body.index("</main>")]
    signature = text_of(re.search(r'<pre class="signature".*?</pre>', part, re.DOTALL)[0])
    assert signature.startswith("stft(\n    y: Waveform,\n    *,\n    n_fft: int = 2048,\n")
    assert signature.endswith(") -> Spectrogram")
    assert "<strong>y</strong> (np.ndarray (..., n_samples)):" in part
    assert '<a href="npaudio.spectrum.html#istft">npaudio.istft</a>' in part
    assert '<a href="npaudio.mel.html#melspectrogram">npaudio.melspectrogram</a>' in part
    assert 'Explained in <a href="01_sound_to_mel.html">lesson 01</a>.' in part
    assert "Used in lesson 05" in page(book, "npaudio.checkpoints.html")  # which is not in this book
    assert "&gt;&gt;&gt; tone = np.cos(2 * np.pi * 3 * np.arange(16) / 16)" in part


@needs_pdoc
@pytest.mark.parametrize(
    ("room", "called"),
    [
        ("nn", "Linear( in_features: int, out_features: int, bias: bool = True, *, rng: Rng = None, "),
        ("sed", "Event(onset: float, offset: float, label: str, confidence: float | None = None)"),
        ("training", "EMA(decay: float = 0.999, warm_up: bool = True)"),
        ("models", "Summary.seconds: float"),
        ("augment", "augmentation(y: np.ndarray, *, rng: "),
        ("frontend", "Frontend( *, name: str = 'custom', sr: int = 16000, n_fft: int = 1024, "),
    ],
)
def test_a_class_is_called_as_its_constructor_has_it(book, room, called):
    signatures = re.findall(r'<pre class="signature".*?</pre>', page(book, f"npaudio.{room}.html"), re.DOTALL)
    texts = [" ".join(text_of(signature).split()) for signature in signatures]
    assert any(text.startswith(called) for text in texts), texts


@needs_pdoc
def test_the_library_is_in_contents_and_search_and_lessons_lead_to_it(book):
    assert '<a href="npaudio.html">The library</a>' in page(book, "01_sound_to_mel.html")
    assert '<a href="npaudio.mel.html"><code>npaudio/mel/scales.py</code></a>' in page(book, "01_sound_to_mel.html")
    assert 'on <a href="npaudio.html">pages of its own</a>' in page(book, "index.html")
    first = page(book, "npaudio.html")
    for public in top_level():
        assert f'<dt><a href="npaudio.{public.room}.html#{public.name}">' in first
    assert '["npaudio.metrics.html","npaudio.metrics","psds","psds","' in page(book, "search_index.js")


def test_without_pdoc_the_book_has_no_such_pages_and_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(api, "HAS_PDOC", False)
    monkeypatch.setattr("lessons.__main__.FOLDER", tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{FOLDER.parent}{os.pathsep}{FOLDER}")
    for name in ("00_one_page.py", "aloud.py"):
        shutil.copy(FOLDER / name, tmp_path)
    assert main(["--book", "--quick", "--out", str(tmp_path / "out")]) == 0
    index = page(tmp_path / "out" / "quick" / "book", "index.html")
    assert "npaudio.html" not in index
    assert "need pdoc: python -m pip install pdoc" in " ".join(capsys.readouterr().out.split())
