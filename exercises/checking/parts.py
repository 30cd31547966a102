"""Results that have several parts, such as (loss, grad): taken apart with care."""

from typing import Any

from exercises.checking.comparing import claim


def parts(label: str, result: Any, *names: str) -> tuple[Any, ...]:
    """The parts of a result, or a sentence if there are not as many as there are names.

    Parameters
    ----------
    label : str
        What was called.
    result : tuple or list
        What it gave back.
    *names : str
        Names of the parts, as in the task's `-> (loss, grad)`.
    """
    wanted = f"a tuple ({', '.join(names)}) was expected"
    claim(isinstance(result, tuple | list), f"{label}: your result is of type {type(result).__name__}, {wanted}.")
    claim(len(result) == len(names), f"{label}: your result has {len(result)} parts, {wanted}.")
    return tuple(result)
