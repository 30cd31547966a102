"""Layers one after the other, which is all that most networks are."""

from collections.abc import Iterator
from typing import Self

import numpy as np

from npaudio.nn.module import Module


class Sequential(Module):
    """Modules one after the other: y = layer_n(... layer_1(x)); the gradient goes back through them in reverse.

    Explained in lesson 03.

    Parameters
    ----------
    *layers : Module
        Named "0", "1", ... as in PyTorch. Indexing gives a layer, a slice gives a Sequential of the same layers.

    Raises
    ------
    ValueError
        A layer that is not a module, or is there twice.

    See Also
    --------
    Module : for networks with branches.

    Examples
    --------
    >>> from npaudio.nn import Linear, ReLU
    >>> net = Sequential(Linear(3, 2), ReLU(), Linear(2, 1))
    >>> net(np.zeros((4, 3), np.float32)).shape, len(net), net[1]
    ((4, 1), 3, ReLU())
    """

    def __init__(self, *layers: Module) -> None:
        super().__init__()
        for layer in layers:
            self.append(layer)

    def append(self, layer: Module) -> Self:
        """Add `layer` at the end, and return the network; ValueError for one that it already holds, here or deeper."""
        if not isinstance(layer, Module):
            raise ValueError(f"Sequential: every layer must be a Module, got {layer!r}; pass layers one by one")
        name, found = str(len(self)), dict[int, tuple[str, Module]]()
        self._find_modules("", found)
        layer._find_modules(name, found)  # refuses a layer that is here already
        setattr(self, name, layer)
        return self

    def forward(self, x: np.ndarray) -> np.ndarray:
        for layer in self:
            x = layer(x)
        return x

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """The chain rule from the outside in: each layer turns dL/d(its output) into dL/d(its input)."""
        for layer in reversed(list(self)):
            grad = layer.backward(grad)
        return grad

    def backward_to_parameters(self, grad: np.ndarray) -> None:
        """As `backward`, up to the parameters of the first layer."""
        first, *others = self
        for layer in reversed(others):
            grad = layer.backward(grad)
        first.backward_to_parameters(grad)

    def __iter__(self) -> Iterator[Module]:
        return (layer for _, layer in self.named_children())

    def __len__(self) -> int:
        return sum(1 for _ in self.named_children())

    def __getitem__(self, index: int | slice) -> Module:
        layers = list(self)[index]
        return Sequential(*layers) if isinstance(layers, list) else layers
