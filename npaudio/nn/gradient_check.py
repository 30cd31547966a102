"""Check a backward pass against finite differences: the test that every hand-written gradient has to pass.

For a random upstream gradient G, `backward(G)` computes the derivatives of L = Σ G · forward(x) with respect to every
number of x and of the parameters. Changing one number by a small h in both directions measures the same derivative:

    dL/dw ≈ Σ G · (forward(w + h) - forward(w - h)) / 2h          (error of the order h², plus rounding / h)

Conventions: everything runs in float64, whatever the dtype of the module. Where a function has a kink (ReLU at 0, two
equal maxima) it has no derivative: keep the values further than h from it. `backward` has to add to the gradients, not
to overwrite them; so the check starts with random gradients and looks at what was added.
"""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from npaudio.nn.init import Rng, as_rng
from npaudio.nn.loss import Loss
from npaudio.nn.module import Module

STEP = 1e-6
NEGLIGIBLE = 1e-2


@dataclass(frozen=True)
class GradCheckRow:
    """One array: both gradients where they differ most, and max |analytic - numeric| / scale as its error."""

    array: str
    analytic: float
    numeric: float
    worst_index: tuple[int, ...]
    error: float
    ok: bool
    checked: int
    size: int


@dataclass(frozen=True)
class GradCheckReport:
    """The rows of a gradient check. It prints as a table, and is true if every array passed.

    Explained in lesson 03.

    Attributes
    ----------
    rows : list of GradCheckRow
        What was checked, how many numbers, and the largest error of each.
    tolerance : float
        The largest relative error that passes.

    See Also
    --------
    gradcheck : makes it.
    """

    rows: list[GradCheckRow]
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether every array is within the tolerance."""
        return all(row.ok for row in self.rows)

    @property
    def max_error(self) -> float:
        """The largest error of all arrays."""
        return max(row.error for row in self.rows)

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        width = max(5, *(len(row.array) for row in self.rows))
        head = f"{'array':<{width}}  {'analytic':>14}  {'numeric':>14}  {'worst index':<16}"
        head += f"  {'checked':>13}  {'error':>8}  verdict"
        lines = [
            f"{row.array:<{width}}  {row.analytic:>14.6e}  {row.numeric:>14.6e}  {row.worst_index!s:<16}  "
            f"{f'{row.checked}/{row.size}':>13}  {row.error:>8.1e}  {'ok' if row.ok else 'WRONG'}"
            for row in self.rows
        ]
        return "\n".join([head, *lines])


def gradcheck(
    module: Module | Loss,
    x: np.ndarray,
    targets: Any = None,
    *,
    tolerance: float = 1e-7,
    max_entries: int = 1000,
    rng: Rng = 0,
) -> GradCheckReport:
    """Compare `module.backward` with finite differences, for the input and for every parameter.

    As PyTorch's `torch.autograd.gradcheck`, for layers instead of functions. Explained in lesson 03.

    Parameters
    ----------
    module : Module or Loss
        Left as it was: the check runs on a copy.
    x : np.ndarray
        Input (for a loss: the scores), of a shape that the module accepts.
    targets : array (n,) or (n, n_classes), optional
        For a loss.
    tolerance : float
        Largest relative error that passes.
    max_entries : int
        How many entries of a larger array are checked, chosen at random.
    rng : np.random.Generator or int
        For the upstream gradient and the choice.

    Returns
    -------
    GradCheckReport
        One row for x and one for each parameter. The error of an array is its largest difference divided by its largest
        gradient, or by a hundredth of the largest gradient of all arrays if that is more: a bias before BatchNorm has
        the gradient 0, and its rounding is not an error.

    See Also
    --------
    Module : the contract that is checked.

    Examples
    --------
    >>> from npaudio.nn import Linear
    >>> report = gradcheck(Linear(3, 2, rng=0), np.ones((1, 3)))
    >>> [row.array for row in report.rows], report.max_error < 1e-7
    (['x', 'weight', 'bias'], True)
    """
    generator = as_rng(rng)
    x = np.array(x, np.float64)
    checked = _LossOfScores(module, targets) if isinstance(module, Loss) else module
    checked = copy.deepcopy(checked).to(np.float64)
    arrays = {"x": x} | {name: parameter.data for name, parameter in checked.named_parameters()}
    upstream = generator.standard_normal(_forward(checked, x).shape)
    analytic = _analytic(checked, x, upstream, generator)
    chosen = {name: _choose(array, max_entries, generator) for name, array in arrays.items()}
    numeric = {name: _numeric(checked, x, upstream, arrays[name], chosen[name]) for name in arrays}
    return _report(analytic, numeric, chosen, tolerance)


class _LossOfScores(Module):
    """A loss with its targets as a layer from scores to one number."""

    def __init__(self, loss: Loss, targets: Any) -> None:
        super().__init__()
        self.loss, self.targets = loss, targets

    def forward(self, x: np.ndarray) -> np.ndarray:
        return np.array(self.loss.forward(x, self.targets))

    def backward(self, grad: np.ndarray) -> np.ndarray:
        return self.loss.backward() * grad


def _analytic(module: Module, x: np.ndarray, upstream: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """What `backward` returns for x, and what it *adds* to the gradients, which start from random numbers."""
    parameters = dict(module.named_parameters())
    before = {}
    for name, parameter in parameters.items():
        parameter.grad = rng.standard_normal(parameter.shape)
        before[name] = parameter.grad.copy()
    _forward(module, x)
    gradients = {"x": module.backward(np.array(upstream))}
    return gradients | {name: parameter.grad - before[name] for name, parameter in parameters.items()}


def _numeric(module: Module, x: np.ndarray, upstream: np.ndarray, array: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Central differences of Σ upstream · forward(x) for the chosen entries of `array`, changed in place."""
    flat = array.flat  # not reshape, which copies arrays that are not contiguous
    slopes = np.empty(len(chosen))
    for k, index in enumerate(chosen):
        value = flat[index]
        h = STEP * max(1.0, abs(value))
        flat[index] = value + h
        above = _forward(module, x)
        flat[index] = value - h
        below = _forward(module, x)
        flat[index] = value
        slopes[k] = np.sum(upstream * (above - below)) / ((value + h) - (value - h))
    return slopes


def _report(
    analytic: dict[str, np.ndarray], numeric: dict[str, np.ndarray], chosen: dict[str, np.ndarray], tolerance: float
) -> GradCheckReport:
    largest = {name: max(_largest(analytic[name]), _largest(numeric[name])) for name in numeric}
    floor = max(NEGLIGIBLE * max(largest.values()), np.finfo(np.float64).tiny)
    rows = []
    for name, slopes in numeric.items():
        claims = np.reshape(analytic[name], -1)[chosen[name]]
        differences = np.abs(claims - slopes)
        worst = int(np.argmax(differences))  # argmax finds NaN too
        error = float(differences[worst] / max(largest[name], floor))
        index = tuple(int(i) for i in np.unravel_index(chosen[name][worst], analytic[name].shape))
        ok = error <= tolerance
        size = analytic[name].size
        rows.append(GradCheckRow(name, float(claims[worst]), float(slopes[worst]), index, error, ok, len(slopes), size))
    return GradCheckReport(rows, tolerance)


def _largest(values: np.ndarray) -> float:
    return float(np.max(np.abs(values), initial=0))


def _choose(array: np.ndarray, max_entries: int, rng: np.random.Generator) -> np.ndarray:
    if array.size <= max_entries:
        return np.arange(array.size)
    return np.sort(rng.choice(array.size, max_entries, replace=False))


def _forward(module: Module, x: np.ndarray) -> np.ndarray:
    """The output of a forward pass, after which running statistics and random generators are as before it."""
    parts = list(module.modules())
    buffers = [(part, name, array) for part in parts for name, array in part._own_buffers()]
    generators = [part.rng.bit_generator for part in parts if hasattr(part, "rng")]
    states = [generator.state for generator in generators]
    for part, name, array in buffers:
        setattr(part, name, array.copy())
    try:
        return np.array(module.forward(x.copy()))
    finally:
        for part, name, array in buffers:
            setattr(part, name, array)
        for generator, state in zip(generators, states, strict=True):
            generator.state = state
