"""The process in which learners' code runs: it reads requests, runs one check each, and writes what it found.

Started by `supervising.py`, which kills it when a check does not end. Requests and replies are lines of JSON on the
standard input and output that it was given; learners' code sees an empty input and an output that leads nowhere.
"""

import json
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from exercises.checking.answers import Answer, read_answer
from exercises.checking.running import checks_of, run_check
from exercises.checking.verdicts import Outcome, Stopped


def main() -> None:
    """Serve requests until the input ends."""
    requests, replies = _take_channels()
    names: dict[str, dict[str, Any]] = {}
    for line in requests:
        request = json.loads(line)
        function = checks_of(request["exercise"])[request["check"]]
        _say(replies, started=True)
        read = partial(_read, request, names, replies)
        outcome = run_check(function, read, Path(request["outputs"]), partial(_say_plain, replies))
        _say(replies, outcome=asdict(outcome))


def _read(request: dict[str, Any], names: dict[str, dict[str, Any]], replies: TextIO) -> Answer:
    """The answer that a request is about; its file is run once. Every call is reported before it is made."""
    path = Path(request["path"])
    if path.stem not in names:
        names[path.stem] = read_answer(path)

    def calling(name: str) -> None:
        if name in request["stopped"]:
            raise Stopped(request["stopped"][name])
        _say(replies, calling=name)

    return Answer(path, names[path.stem], calling)


def _say_plain(replies: TextIO, outcome: Outcome) -> None:
    """What was found, before it is explained: the supervisor has it in case the explanation takes too long."""
    _say(replies, plain=asdict(outcome))


def _take_channels() -> tuple[TextIO, TextIO]:
    """Keep the pipes for ourselves; whoever reads or prints from now on meets nothing."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  (stays open as long as the process)
    return requests, replies


def _say(replies: TextIO, **message: object) -> None:
    replies.write(json.dumps(message) + "\n")
    replies.flush()


if __name__ == "__main__":
    main()
