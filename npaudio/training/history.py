"""The record of a training, epoch by epoch."""

from collections.abc import Iterator, Mapping
from typing import Any, Self


class History(Mapping[str, list[float]]):
    """Curves by name, each with one number per epoch; it prints as a table and plots itself.

    `fit` records `loss` (mean over the examples of the epoch, while the weights changed), `lr` (of the last step), and
    with validation data `val_loss` and `val_` followed by the name of the metric.

    Used in lesson 10.

    Attributes
    ----------
    best_epoch : int or None
        The epoch whose weights were kept, counted from 1.
    stopped_early : bool
        Whether the training ended because nothing had improved for `patience` epochs.

    See Also
    --------
    npaudio.plot.learning_curves : draws it.

    Examples
    --------
    >>> history = History()
    >>> history.append({"loss": 0.5, "val_loss": 0.625})
    >>> print(history)
    epoch    loss  val_loss
        1  0.5000    0.6250
    """

    def __init__(self) -> None:
        self.curves: dict[str, list[float]] = {}
        self.best_epoch: int | None = None
        self.stopped_early = False

    def append(self, values: Mapping[str, float]) -> None:
        """Add one epoch: one number for each curve in `values`; ValueError if there were other curves before."""
        if self.curves and set(values) != set(self.curves):
            raise ValueError(f"History.append: got {list(values)}, expected one number for each of {list(self.curves)}")
        for name, value in values.items():
            self.curves.setdefault(name, []).append(float(value))

    @property
    def n_epochs(self) -> int:
        """How many epochs are recorded."""
        return len(next(iter(self.curves.values()), []))

    def __getitem__(self, name: str) -> list[float]:
        return self.curves[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.curves)

    def __len__(self) -> int:
        return len(self.curves)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, History) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __repr__(self) -> str:
        return f"<History: {self.n_epochs} epochs of {', '.join(self.curves) or 'nothing'}>"

    def __str__(self) -> str:
        header = ["epoch", *self.curves]
        rows = [[f"{i + 1}", *(_number(curve[i]) for curve in self.curves.values())] for i in range(self.n_epochs)]
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        lines = ["  ".join(f"{c:>{w}}" for c, w in zip(row, widths, strict=True)) for row in [header, *rows]]
        if self.best_epoch is not None and self.best_epoch < len(lines):
            lines[self.best_epoch] += "  best"
        return "\n".join(lines)

    def plot(self, *names: str, ax: Any = None, **style: Any) -> Any:
        """Draw curves over the epochs, and mark the epoch whose weights were kept.

        Parameters
        ----------
        *names : str
            Which curves; by default the losses.
        ax : matplotlib axes, optional
            Where to draw; new axes by default.
        **style
            Passed on to `plot.learning_curves`.

        Returns
        -------
        matplotlib axes

        Raises
        ------
        ValueError
            If there is no such curve.
        """
        from npaudio import plot

        chosen = names or tuple(name for name in self.curves if name.endswith("loss"))
        unknown = [name for name in chosen if name not in self.curves]
        if unknown:
            raise ValueError(f"History.plot: no curve is called {unknown[0]!r}; choose from {', '.join(self.curves)}")
        label = chosen[0] if len(chosen) == 1 else "loss" if not names else "value"
        ax = plot.learning_curves({name: self[name] for name in chosen}, ylabel=label, ax=ax, **style)
        if self.best_epoch is not None:
            color = ax.lines[-1].get_color()  # two trainings may be drawn on the same axes
            ax.axvline(self.best_epoch, color=color, linestyle=":", label=f"best epoch, {self.best_epoch}")
            ax.legend()
        return ax

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain lists and numbers, for JSON."""
        curves = {name: list(curve) for name, curve in self.curves.items()}
        return {"curves": curves, "best_epoch": self.best_epoch, "stopped_early": self.stopped_early}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """The history that `to_dict()` described, from `plain`."""
        history = cls()
        history.curves = {name: [float(value) for value in curve] for name, curve in plain["curves"].items()}
        history.best_epoch, history.stopped_early = plain["best_epoch"], plain["stopped_early"]
        return history


def _number(value: float) -> str:
    """Four decimals, or as many digits as a small number needs."""
    return f"{value:.4f}" if value == 0 or abs(value) >= 0.01 else f"{value:.1e}"
