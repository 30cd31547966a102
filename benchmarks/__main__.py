"""`python -m benchmarks NAME [options]` runs one benchmark; `python -m benchmarks` lists them."""

import importlib
import os
import pkgutil
import sys

# PyTorch's OpenMP threads spin after their work and slow NumPy threefold in the same process. The variable is read
# when the libraries are loaded, so it is set before a benchmark imports any of them.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

NOT_BENCHMARKS = {"__main__", "timing", "torch_ddp"}


def names() -> list[str]:
    found = [module.name for module in pkgutil.iter_modules(__import__("benchmarks").__path__)]
    return sorted(set(found) - NOT_BENCHMARKS)


def main(argv: list[str]) -> int:
    if not argv or argv[0] in {"-h", "--help"}:
        print(__doc__)
        for name in names():
            summary = (importlib.import_module(f"benchmarks.{name}").__doc__ or "").strip().splitlines()[0]
            print(f"  {name:<12}{summary}")
        return 0
    if argv[0] not in names():
        print(f"benchmarks: unknown benchmark {argv[0]!r}; choose one of {', '.join(names())}", file=sys.stderr)
        return 2
    return importlib.import_module(f"benchmarks.{argv[0]}").main(argv[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
