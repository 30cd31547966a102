"""Mutation of the core: of the mistakes that one changed operator makes, how many does the suite notice?

python -m tests.mutation                      300 mutants drawn from all five rooms: about half an hour on one core
python -m tests.mutation --count 50 nn sed    fewer, of two rooms
python -m tests.mutation --list               what would be changed; no test is run
python -m tests.mutation --at nn/gru.py:120   all mutants of this line

Works on a copy of the checkout. First the tests run on what is right, under coverage, to learn which lines each of them
reaches and how long it takes, which takes some minutes; a mutant is then given to those that reach it, the quickest
first, until one fails or `--patience` is over.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutation.changes import Mutant, mutants_of
from tests.mutation.running import Suite

ROOT = Path(__file__).parents[2]
CORE = ("spectrum", "mel", "nn", "sed", "metrics")
BAR = 0.9


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("rooms", nargs="*", metavar="room", help=f"of {', '.join(CORE)}; all without")
    parser.add_argument("--count", type=int, default=300, help="mutants to draw")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--list", action="store_true", help="print the mutants, run nothing")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds of tests that a mutant is given")
    parser.add_argument("--at", action="append", help="FILE:LINE, instead of drawing")
    options = parser.parse_args(argv)
    if unknown := set(options.rooms) - set(CORE):
        parser.error(f"no such room: {', '.join(sorted(unknown))}; choose from {', '.join(CORE)}")
    mutants = chosen(options.rooms or CORE, options.count, options.seed, options.at)
    if options.list:
        print(*mutants, sep="\n")
        return 0
    survivors = tried(mutants, options.patience)
    report(mutants, survivors)
    return int(len(survivors) > (1 - BAR) * len(mutants))


def chosen(rooms: list[str], count: int, seed: int, at: list[str] | None) -> list[Mutant]:
    """The mutants to try, in the order of the files."""
    paths = sorted(path for room in rooms for path in (ROOT / "npaudio" / room).rglob("*.py"))
    every = [mutant for path in paths for mutant in mutants_of(path.relative_to(ROOT), path.read_bytes())]
    if at:
        return [m for m in every if any(f"{m.path.as_posix()}:{m.line}".endswith(place) for place in at)]
    shuffled = random.Random(seed).sample(range(len(every)), min(2 * count, len(every)))
    return [every[k] for k in sorted([k for k in shuffled if not every[k].only_speed][:count])]


def tried(mutants: list[Mutant], patience: float) -> list[Mutant]:
    """Those that no test notices."""
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        suite = Suite(ROOT, Path(folder), patience)
        suite.learn()
        print(f"{len(suite.tests)} tests, {sum(test.seconds for test in suite.tests.values()):.0f} s", flush=True)
        for number, mutant in enumerate(mutants, 1):
            noticed = suite.noticed(mutant)
            print(f"{number:>4}/{len(mutants)} {'killed  ' if noticed else 'SURVIVED'} {mutant}", flush=True)
            if not noticed:
                survivors.append(mutant)
    return survivors


def room_of(mutant: Mutant) -> str:
    return mutant.path.parts[1]


def report(mutants: list[Mutant], survivors: list[Mutant]) -> None:
    drawn, left = (Counter(map(room_of, some)) for some in (mutants, survivors))
    print(f"\n{'room':<12}{'mutants':>8}{'killed':>8}{'survived':>10}{'share':>8}")
    for room, n, alive in [(room, drawn[room], left[room]) for room in drawn] + [("all", len(mutants), len(survivors))]:
        print(f"{room:<12}{n:>8}{n - alive:>8}{alive:>10}{(n - alive) / max(n, 1):>8.1%}")
    print("\nsurvivors:", *(f"  {mutant}" for mutant in survivors), sep="\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
