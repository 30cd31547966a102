"""The book: what the lessons said, printed and made, as pages for a browser.

`recording` keeps what happens while a lesson runs, `markup`, `mathml` and `highlight` turn text, formulas and code into
HTML, `sounds` draws a spectrogram beside each player, `pages` puts a page together, and `build` writes the folder.
"""
