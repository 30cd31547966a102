"""Exercises: complete a file, run pytest, learn from what it says. `python -m exercises` shows where you are."""
