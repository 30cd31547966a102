"""The README: its code runs, and prints what the README says it prints."""

import contextlib
import io
import re
from pathlib import Path

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
