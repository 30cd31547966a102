"""The checks of layers: those of `Check`, and the shapes that only networks know."""

import inspect
from typing import Any, Self

import numpy as np

from npaudio._core.checks import Check, is_whole
from npaudio._core.types import Images


class LayerCheck(Check):
    """The checks of one layer, for instance `LayerCheck("Conv2d")`."""

    def images(self, x: object, channels: int | None = None) -> Images:
        """Return `x` as a floating (B, C, F, T) array with a non-empty batch and, where given, `channels` channels."""
        array = self.floating(x, "x")
        if array.ndim != 4:
            raise self.error(
                f"x must have the axes (batch, channel, frequency, time), got shape {array.shape}; "
                "add the missing axes with x[None] or x[:, None]"
            )
        if array.size == 0:
            raise self.error(f"x is empty, got shape {array.shape}; pass at least one image")
        if channels is not None and array.shape[1] != channels:
            raise self.error(
                f"x has {array.shape[1]} channels in shape {array.shape}, expected {channels}; "
                f"build the layer for {array.shape[1]} channels, or check the order of the axes"
            )
        return array

    def features(self, x: object, *sizes: int) -> np.ndarray:
        """Return `x` as a floating array whose last axes have these sizes."""
        array = self.floating(x, "x")
        if array.shape[max(0, array.ndim - len(sizes)) :] != sizes:
            expected = ", ".join(map(str, sizes))
            raise self.error(
                f"x has shape {array.shape}, expected (..., {expected}); "
                "build the layer for that number of features, or check the order of the axes"
            )
        return array

    def pair(self, value: int | tuple[int, int], name: str, *, least: int = 1) -> tuple[int, int]:
        """Return a whole number, or a pair of them, as (frequency, time)."""
        both = value if isinstance(value, tuple | list) else (value, value)
        if len(both) != 2 or not all(is_whole(v) and v >= least for v in both):
            raise self.error(f"{name} must be a whole number of at least {least} or a pair of them, got {value!r}")
        return int(both[0]), int(both[1])


class Checked:
    """Base class of layers, losses, optimizers and schedules: every error names the class, also one about its options.

    An option that the class does not have is refused with a list of those that it has. Python's own error would name
    whichever `__init__` the class inherits.
    """

    def __new__(cls, *args: Any, **options: Any) -> Self:
        if args or options:  # copy and pickle make the object without any
            signature = inspect.signature(cls.__init__)
            try:
                signature.bind(None, *args, **options)
            except TypeError as error:
                takes = ", ".join(list(signature.parameters)[1:]) or "no options"
                raise TypeError(f"{cls.__name__}: {error}; it takes {takes}") from None
        return super().__new__(cls)

    @property
    def _checks(self) -> LayerCheck:
        return LayerCheck(type(self).__name__)
