"""`npaudio detect`: which sounds, and from when to when; in files, or while they happen."""

import argparse
import csv
import json
import sys
from collections.abc import Iterable
from typing import Any

from npaudio.cli.live import live_blocks
from npaudio.cli.running import DONE, SOME_FAILED, sentence_of
from npaudio.cli.terminal import BOLD, RED, colored, complain, write_csv, write_json
from npaudio.cli.watched import watched_blocks
from npaudio.pipeline import EventDetector
from npaudio.pipeline.shipped import open_detector
from npaudio.sed import Event

COLUMNS = ("file", "onset", "offset", "label", "confidence", "error")


def run(options: argparse.Namespace) -> int:
    """Search the files one after the other; standard input as it comes."""
    detector = open_detector(options.model)
    if options.files == ["-"]:
        return listen(detector, options)
    results = [result_of(detector, name, options) for name in options.files]
    if options.json:
        write_json(results)
    if options.csv:
        write_csv([row for result in results for row in rows_of(result)], COLUMNS)
    return SOME_FAILED if any("error" in result for result in results) else DONE


def result_of(detector: EventDetector, name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Events of a file, or what is wrong with it; for people they are printed at once."""
    try:
        events = detector.detect(watched_blocks(name, detector.frontend.sr))
        result: dict[str, Any] = {"file": name, "events": [as_dict(event) for event in events]}
    except (ValueError, OSError) as error:
        result = {"file": name, "error": sentence_of(error)}
    if not (options.json or options.csv):
        print_result(result)
    return result


def listen(detector: EventDetector, options: argparse.Namespace) -> int:
    """Print events while they happen, a line each."""
    blocks = live_blocks(sys.stdin.buffer, detector.frontend.sr, raw=options.raw, channels=options.channels)
    if sys.stdin.isatty():
        complain("reading sound from the terminal; pipe a WAV stream in, as in `arecord ... | npaudio detect -`")
    print_stream(detector.stream(blocks), options)
    return DONE


def print_stream(events: Iterable[Event], options: argparse.Namespace) -> None:
    """One event per line, written out at once."""
    if options.csv:
        write_csv([], COLUMNS[1:5])
    nothing = not (options.json or options.csv)
    for event in events:
        nothing = False
        if options.json:
            print(json.dumps(as_dict(event)), flush=True)
        elif options.csv:
            csv.writer(sys.stdout, lineterminator="\n").writerow(as_dict(event).values())
            sys.stdout.flush()
        else:
            print(line_of(as_dict(event)), flush=True)
    if nothing:
        print("no event")


def as_dict(event: Event) -> dict[str, Any]:
    """An event for JSON: milliseconds are as fine as frames are."""
    confidence = None if event.confidence is None else round(event.confidence, 4)
    times = {"onset": round(event.onset, 3), "offset": round(event.offset, 3)}
    return {**times, "label": event.label, "confidence": confidence}


def rows_of(result: dict[str, Any]) -> list[dict[str, Any]]:
    """A row per event; a file that failed has a row with the error."""
    if "error" in result:
        return [result]
    return [{"file": result["file"], **event} for event in result["events"]]


def print_result(result: dict[str, Any]) -> None:
    """The file, then a line per event."""
    if "error" in result:
        print(f"{result['file']}: {colored('failed', RED)}")
        complain(result["error"])
        return
    print(colored(result["file"], BOLD) + ("" if result["events"] else ": no event"))
    for event in result["events"]:
        print(line_of(event))


def line_of(event: dict[str, Any]) -> str:
    """Times, label and confidence."""
    return f"  {event['onset']:>9.3f} - {event['offset']:>9.3f} s  {event['label']}  ({event['confidence']:.2f})"
