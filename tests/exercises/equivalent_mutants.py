"""Changes to a solution that make no difference to the task, each with the reason.

A key is what stands before and after, as `census.py` prints it; the start of a key stands for all that begin so.
"""

EQUIVALENT: dict[str, dict[str, list[str]]] = {}


def is_listed(exercise: str, key: str) -> bool:
    """Whether a change is among those that make no difference."""
    return any(key.startswith(start) for keys in EQUIVALENT.get(exercise, {}).values() for start in keys)
