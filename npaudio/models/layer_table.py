"""What a network is made of, layer by layer: shapes, parameters, work and time.

Conventions: one multiply-add is one multiplication and the addition of its result to a sum (two floating-point
operations). Only those of convolutions and linear layers are counted; the other layers compute little, but read and
write much memory, which the column of times shows.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from npaudio.nn import Conv2d, Linear, Module
from npaudio.nn.modes import evaluation
from npaudio.nn.trace import LayerCall, trace

ROUNDS = 3


@dataclass(frozen=True)
class SummaryRow:
    """One layer: its name and type, the shape of its output, its number of parameters, and its cost."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    seconds: float


@dataclass(frozen=True)
class Summary:
    """The rows of a summary in the order of the forward pass; prints as a table.

    Explained in lesson 03.

    Attributes
    ----------
    rows : list of SummaryRow
        Name, shape, parameters, multiply-adds and seconds of each layer.
    input_shape : tuple of int
        Shape of the batch.
    parameters : int
        Of the whole network.

    See Also
    --------
    summary : makes it.
    """

    rows: list[SummaryRow]
    input_shape: tuple[int, ...]
    parameters: int

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds of the whole forward pass."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def seconds(self) -> float:
        """Seconds of the whole forward pass, layer by layer."""
        return sum(row.seconds for row in self.rows)

    def __str__(self) -> str:
        cells = [("layer", "output shape", "parameters", "multiply-adds", "time")]
        for row in self.rows:
            share = f"{row.seconds / self.seconds:.1%}"
            name = f"{row.name} {row.kind}".strip()
            cells.append((name, str(row.output_shape), f"{row.parameters:,}", f"{row.multiply_adds:,}", share))
        total = f"{self.seconds * 1e3:.1f} ms"
        cells.append(("total", f"from {self.input_shape}", f"{self.parameters:,}", f"{self.multiply_adds:,}", total))
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [_line(row, widths) for row in cells]
        rule = "-" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def summary(model: Module, input_shape: tuple[int, ...], *, rng: np.random.Generator | int = 0) -> Summary:
    """Run random numbers through the layers of a network in evaluation mode and write down what every layer did.

    The article's count of parameters, and what `torchinfo` shows beside it. Explained in lesson 03.

    Parameters
    ----------
    model : Module
        Left as it was, except for what its layers save for a backward pass.
    input_shape : tuple of int
        With the batch, for instance (1, 1, 64, 173). The time of each layer is the shortest of three runs.
    rng : np.random.Generator or int
        For the input.

    Returns
    -------
    Summary
        `print` it; `rows`, `parameters`, `multiply_adds` and `seconds` hold the figures.

    See Also
    --------
    npaudio.nn.Module : what it can describe.

    Examples
    --------
    >>> from npaudio.models import AudioCNN
    >>> table = summary(AudioCNN(num_classes=50, rng=0), (1, 1, 64, 173))
    >>> table.parameters, table.rows[0].output_shape
    (401650, (1, 32, 64, 173))
    """
    dtype = next((parameter.data.dtype for parameter in model.parameters()), np.dtype(np.float32))
    x = np.random.default_rng(rng).standard_normal(input_shape).astype(dtype)
    with evaluation(model):
        runs = [_watched(model, x.copy()) for _ in range(ROUNDS)]
    fastest = [min(calls, key=lambda row: row.seconds) for calls in zip(*runs, strict=True)]
    return Summary(fastest, tuple(input_shape), sum(parameter.size for parameter in model.parameters()))


def _watched(model: Module, x: np.ndarray) -> list[SummaryRow]:
    """One forward pass; the calls of a layer that is called more than once are added up."""
    rows: dict[str, SummaryRow] = {}

    def visit(call: LayerCall) -> None:
        parameters = sum(parameter.size for parameter in call.layer.parameters())
        work, shape = _multiply_adds(call.layer, call.output.shape), call.output.shape
        row = SummaryRow(call.name, type(call.layer).__name__, shape, parameters, work, call.seconds)
        rows[call.name] = _joined(rows[call.name], row) if call.name in rows else row

    trace(model, x, visit)
    return list(rows.values())


def _joined(first: SummaryRow, second: SummaryRow) -> SummaryRow:
    return replace(
        first,
        output_shape=(first.output_shape[0] + second.output_shape[0], *first.output_shape[1:]),
        multiply_adds=first.multiply_adds + second.multiply_adds,
        seconds=first.seconds + second.seconds,
    )


def _multiply_adds(layer: Module, output_shape: tuple[int, ...]) -> int:
    """Every output number sums over the numbers under its kernel, or over all inputs."""
    if isinstance(layer, Conv2d):
        return math.prod(output_shape) * layer.in_channels * math.prod(layer.kernel_size)
    return math.prod(output_shape) * layer.in_features if isinstance(layer, Linear) else 0


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    """Text to the left, numbers to the right."""
    left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    return "  ".join(left + [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)])
