"""`python -m benchmarks NAME [options]` runs one benchmark, `python -m benchmarks all` every comparison with a peer.

NAME alone lists them. `--help` after a name shows its options, `--json FILE` keeps the rows of the table.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

# PyTorch's OpenMP threads spin after their work and slow NumPy threefold in the same process. The variable is read
# when the libraries are loaded, so it is set before a benchmark imports any of them.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

NOT_BENCHMARKS = {"__main__", "comparison", "recordings", "scenes", "timing", "torch_ddp"}


def names() -> list[str]:
    found = [module.name for module in pkgutil.iter_modules(__import__("benchmarks").__path__)]
    return sorted(set(found) - NOT_BENCHMARKS)


def main(argv: list[str]) -> int:
    if not argv or argv[0] in {"-h", "--help"}:
        print(__doc__)
        for name in names():
            summary = (importlib.import_module(f"benchmarks.{name}").__doc__ or "").strip().splitlines()[0]
            print(f"  {name:<18}{summary}")
        return 0
    if argv[0] not in names():
        print(f"benchmarks: unknown benchmark {argv[0]!r}; choose one of {', '.join(names())}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"benchmarks.{argv[0]}")
    if hasattr(module, "comparisons"):
        return compare(argv[0], module, argv[1:])
    return module.main(argv[1:]) or 0


def compare(name: str, module: ModuleType, argv: list[str]) -> int:
    """Print the rows of a benchmark as they come, then what else it has to say, or keep the rows for `all`."""
    from benchmarks.comparison import machine, write_rows

    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}", description=module.__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the rows, and print nothing else")
    module.options(parser)
    options, about, rows = parser.parse_args(argv), machine(), []
    for row in module.comparisons(options):
        print(row, flush=True)
        rows.append(row)
    if options.json:
        write_rows(options.json, rows, about)
        return 0
    return module.details(options) or 0 if hasattr(module, "details") else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
