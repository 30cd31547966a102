"""The book in a real browser, headless Chromium: a development check, skipped where that is not installed."""

import shutil
import sys

import pytest

from lessons.__main__ import FOLDER, chosen
from tests.browser import COMMAND, REASON, Browser
from tests.test_book import short_book  # noqa: F401  (a fixture)

sys.path.insert(0, str(FOLDER))
from book.api import HAS_PDOC
from book.build import write_book
from book.recording import Notes

pytestmark = pytest.mark.skipif(COMMAND is None, reason=REASON)
LOADED = """[...document.images].map(image => [image.src, image.complete && image.naturalWidth > 0])"""
HEARD = """Promise.all([...document.querySelectorAll("audio")].map(audio => new Promise(done => {
  if (audio.readyState >= 1) return done([audio.src, audio.duration]);
  audio.onloadedmetadata = () => done([audio.src, audio.duration]);
  audio.onerror = () => done([audio.src, 0]);
})))"""
OPEN_ALL = "for (const fold of document.querySelectorAll('details')) fold.open = true"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNMARKED = """[...document.querySelectorAll("main *")].filter(box => {
  const style = getComputedStyle(box);
  const scrolls = style.overflowX == "auto" && box.scrollWidth > box.clientWidth;
  return scrolls && !style.backgroundAttachment.includes("local");
}).map(box => box.outerHTML.slice(0, 99))"""
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture(scope="module")
def browser():
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def pages(short_book, tmp_path_factory):  # noqa: F811
    """The made-up lesson with its figure and sounds, and all real lessons without what they print."""
    folder = tmp_path_factory.mktemp("real")
    for script in chosen([]):
        (folder / script.stem).mkdir()
        Notes().save(folder / script.stem, script, quick=False)
    return [*sorted(short_book.glob("*.html")), *sorted(write_book(chosen([]), folder).parent.glob("[0-9]*.html"))]


@pytest.mark.parametrize(("width", "schemes"), [(380, ("light", "dark")), (1280, ("dark", "light"))])
def test_every_page_loads_without_complaint_and_fits_the_window(browser, pages, width, schemes):
    """Loaded in one scheme, then shown in the other."""
    for page in pages:
        browser.show_as(width, 800, schemes[0])
        browser.open(page)
        browser.evaluate(OPEN_ALL)
        assert all(is_loaded for _, is_loaded in browser.evaluate(LOADED)), page.name
        assert all(duration > 0 for _, duration in browser.evaluate(HEARD)), page.name
        for scheme in schemes:
            browser.show_as(width, 800, scheme)
            assert browser.evaluate(TOO_WIDE) == 0, f"{page.name} scrolls sideways at {width} px"
            assert browser.evaluate(UNMARKED) == [], f"{page.name}: nothing shows that this scrolls"
            is_dark = browser.evaluate(BACKGROUND) == "rgb(22, 24, 27)"
            assert is_dark == (scheme == "dark"), page.name
        assert browser.complaints() == [], page.name
        assert all(address.startswith(("file:", "data:")) for address in browser.requests()), page.name


def test_the_button_changes_the_colors_and_the_next_page_keeps_them(browser, short_book):  # noqa: F811
    browser.show_as(1280, 800, "light")
    browser.open(short_book / "index.html")
    light = browser.evaluate(BACKGROUND)
    browser.evaluate("document.getElementById('theme_button').click()")
    dark = browser.evaluate(BACKGROUND)
    browser.open(short_book / "glossary.html")
    assert browser.evaluate(BACKGROUND) == dark != light
    assert browser.evaluate("document.getElementById('theme_button').ariaLabel") == "Change to light colors"
    browser.evaluate("localStorage.clear()")


def test_search_finds_a_term_and_enter_goes_there(browser, short_book):  # noqa: F811
    browser.show_as(380, 800, "light")
    browser.open(short_book / "index.html")
    press(browser, "/", 191)
    assert browser.evaluate("document.activeElement.id") == "search_field"
    browser.call("Input.insertText", text="spectral flatness")
    assert "spectral flatness" in browser.evaluate("document.querySelector('#search_results a strong').textContent")
    assert browser.evaluate(TOO_WIDE) == 0
    press(browser, "Enter", 13)
    browser.evaluate("new Promise(done => setTimeout(done, 300))")
    assert browser.evaluate("location.href").endswith("glossary.html#spectral-flatness-flatness")


@pytest.mark.skipif(not HAS_PDOC, reason="the pages about the library need pdoc")
def test_search_leads_to_the_page_of_a_function(browser, short_book):  # noqa: F811
    browser.open(short_book / "index.html")
    press(browser, "/", 191)
    browser.call("Input.insertText", text="mean_average_precision")
    press(browser, "Enter", 13)
    browser.evaluate("new Promise(done => setTimeout(done, 300))")
    assert browser.evaluate("location.href").endswith("npaudio.metrics.html#mean_average_precision")


def test_the_keyboard_reaches_the_text_and_opens_a_fold(browser, short_book):  # noqa: F811
    browser.show_as(1280, 800, "light")
    browser.open(short_book / "02_short.html")
    press(browser, "Tab", 9)
    assert browser.evaluate("document.activeElement.textContent") == "Skip to the text"
    press(browser, "Enter", 13)
    assert browser.evaluate("document.activeElement.id") == "main_text"
    for _ in range(30):
        press(browser, "Tab", 9)
        if browser.evaluate("document.activeElement.matches('details.answer > summary')"):
            break
    press(browser, "Enter", 13)
    assert browser.evaluate("document.querySelector('details.answer').open")


def press(browser, key, code):
    text = {"Enter": "\r"}.get(key, "")
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key=key, text=text, windowsVirtualKeyCode=code)


def test_the_cursor_follows_the_sound(browser, short_book):  # noqa: F811
    browser.open(short_book / "02_short.html")
    browser.evaluate(HEARD)
    left = browser.evaluate("""new Promise(done => {
        const audio = document.querySelector("audio");
        audio.onseeked = () => done(document.querySelector(".cursor").style.left);
        audio.currentTime = 0.5;
    })""")
    assert float(left.rstrip("%")) == pytest.approx(50, abs=0.1)


def test_the_spectrogram_follows_the_sliders(browser, short_book):  # noqa: F811
    browser.open(short_book / "explorer.html")
    assert "equals npaudio.stft to " in browser.evaluate("document.getElementById('check').textContent")
    assert browser.evaluate("differenceFromGolden()") < 1e-12
    pictures = set()
    for slider, value, words in (
        ("n_fft", 10, "513 bins, one every 15.6 Hz"),
        ("n_fft", 6, "33 bins, one every 250.0 Hz"),
        ("hop", 11, "24 frames, one every 128 ms, each 4 ms long. Between two frames, 1984 samples"),
        ("window", 0, "33 bins"),
    ):
        browser.evaluate(f"""{{ const slider = document.getElementById("{slider}"); slider.value = {value};
            slider.dispatchEvent(new Event("input", {{ bubbles: true }})); }}""")
        browser.evaluate("new Promise(done => setTimeout(done, 300))")
        assert words in browser.evaluate("document.getElementById('said').textContent")
        pictures.add(browser.evaluate("document.getElementById('picture').toDataURL()"))
    assert len(pictures) == 4


def test_the_browser_check_can_fail(browser, short_book, tmp_path):  # noqa: F811
    shutil.copytree(short_book, tmp_path, dirs_exist_ok=True)
    (tmp_path / "search_index.js").unlink()
    (tmp_path / "media" / "02_short" / "1_one.png").unlink()
    wide = '<div style="width: 900px">wide</div><div style="overflow-x: auto"><p style="width: 900px"></p></div></main>'
    page = tmp_path / "02_short.html"
    page.write_text(page.read_text(encoding="utf-8").replace("</main>", wide), encoding="utf-8")
    browser.show_as(380, 800, "light")
    browser.open(page)
    assert browser.complaints()
    assert browser.evaluate(TOO_WIDE) > 100
    assert len(browser.evaluate(UNMARKED)) == 1
    assert not all(is_loaded for _, is_loaded in browser.evaluate(LOADED))
