"""Ten lessons, each a script in `# %%` cells; `python -m lessons` runs them all."""
