"""What every layer shares: parameters, the two passes, and a state that can be exchanged with PyTorch.

A network here is a tree of modules, and there is no automatic differentiation. Each module has

    forward(x) -> y             computes its function and saves what `backward` needs
    backward(dL/dy) -> dL/dx    applies the chain rule, and *adds* dL/dw into `w.grad` of each of its parameters w

Conventions: a module's parameters and submodules are simply its attributes, or entries of the lists, tuples and dicts
among them, in the order in which they were set. The dotted path to a part is its name (`blocks.0.weight`), as PyTorch
names it in a ModuleList or ModuleDict. `backward` may be called again with another gradient after the same `forward`.

A module remembers one forward pass, the last. So one object cannot be at two places of a network, as it can in PyTorch;
that is refused by `Sequential.append`, and by whatever visits all modules (`parameters()`, `train()`, ...). Make a
layer for each place; to share weights, give them the same `Parameter`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from npaudio._core.checks import Check
from npaudio.nn._checks import Checked
from npaudio.nn.parameter import Parameter


class LoadResult(NamedTuple):
    """What `load_state_dict(..., strict=False)` had to leave out."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class Module(Checked):
    """Base class of layers and networks; a subclass sets its parts as attributes and defines `forward` and `backward`.

    Methods and names are those of PyTorch's `nn.Module`; `backward` takes the place of its automatic differentiation.

    Explained in lesson 03.

    Attributes
    ----------
    training : bool
        Whether Dropout drops and BatchNorm uses the statistics of the batch; changed by `train()` and `eval()`.
    buffer_names : tuple of str
        Class attribute: names of the arrays that belong to the state but are not learned.

    See Also
    --------
    Sequential : a module made of modules.
    gradcheck : checks the backward pass of your own.
    """

    buffer_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        self.training = True
        self._kept: tuple[Any, ...] | None = None

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Compute y from `x`, and save what `backward` will need; ValueError for a shape that it does not take."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """From dL/dy, `grad`, compute dL/dx, and add to each parameter's gradient; ValueError if its shape is wrong."""
        raise NotImplementedError(f"{type(self).__name__} does not define backward")

    def backward_to_parameters(self, grad: np.ndarray) -> None:
        """As `backward` with `grad`, but without dL/dx, which a training does not need.

        Modules that can save time by that override it, all others compute dL/dx as well; errors as `backward`.
        """
        self.backward(grad)

    def __call__(self, x: np.ndarray, *more: Any) -> np.ndarray:
        """The same as `forward`, of `x`; a layer for sequences takes their lengths too, in `more`."""
        return self.forward(x, *more)

    def _keep(self, *values: Any) -> None:
        """Save the shape of the output, for `_recall` to compare the gradient with, and what else `backward` needs."""
        self._kept = values

    def _recall(self, grad: np.ndarray) -> Any:
        """What `forward` saved, after a check that it ran and that `grad` is an array of the shape of its output."""
        check = Check(f"{type(self).__name__}.backward")
        if self._kept is None:
            raise check.error("there is no forward pass to differentiate; call forward(x) first")
        expected, *values = self._kept
        if np.shape(grad) != expected:
            raise check.error(
                f"grad has shape {np.shape(grad)}, but the output of forward had {expected}; "
                "pass the gradient with respect to that output"
            )
        if not isinstance(grad, np.ndarray):
            raise check.error(f"grad must be an array, got {type(grad).__name__}; convert with np.asarray(grad)")
        check.floating(grad, "grad")
        return values

    def named_parts(self) -> Iterator[tuple[str, "Module | Parameter"]]:
        """Submodules and parameters of this module alone, in the order in which they were set.

        Those in a list, tuple or dict are named by their place in it: `blocks.0`, `heads.speech`.
        """
        return _parts_among({name: value for name, value in vars(self).items() if name != "_kept"})

    def named_children(self) -> Iterator[tuple[str, "Module"]]:
        """Direct submodules with their names."""
        return ((name, part) for name, part in self.named_parts() if isinstance(part, Module))

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, "Module"]]:
        """Pairs (name, module): the module itself under the name `prefix`, then all below it, depth first.

        Raises
        ------
        ValueError
            If one module is at two places, because it remembers only the last forward pass through it.
        """
        found: dict[int, tuple[str, Module]] = {}
        self._find_modules(prefix, found)
        return iter(found.values())

    def _find_modules(self, path: str, found: dict[int, tuple[str, "Module"]]) -> None:
        if id(self) in found:
            raise ValueError(
                f"{type(self).__name__}: the same object is at two places of the network, {found[id(self)][0]!r} and "
                f"{path!r}, but it remembers a single forward pass; make one for each place (a Parameter may be shared)"
            )
        found[id(self)] = path, self
        for name, child in self.named_children():
            child._find_modules(_join(path, name), found)

    def modules(self) -> Iterator["Module"]:
        """The module itself and all below it."""
        return (module for _, module in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """Name and parameter, each parameter once even when two modules share it."""
        first_names: dict[Parameter, str] = {}
        for path, module in self.named_modules():
            for name, parameter in module._own_parameters():
                first_names.setdefault(parameter, _join(path, name))
        return ((path, parameter) for parameter, path in first_names.items())

    def parameters(self) -> Iterator[Parameter]:
        """All parameters, for an optimizer."""
        return (parameter for _, parameter in self.named_parameters())

    def _own_parameters(self) -> Iterator[tuple[str, Parameter]]:
        return ((name, part) for name, part in self.named_parts() if isinstance(part, Parameter))

    def _own_buffers(self) -> Iterator[tuple[str, np.ndarray]]:
        return ((name, getattr(self, name)) for name in self.buffer_names if getattr(self, name) is not None)

    def zero_grad(self) -> None:
        """Set every gradient to zero."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def train(self, mode: bool = True) -> Self:
        """Switch to training (with `mode` False to evaluation), everywhere below too; returns the module itself."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation: no dropout, and BatchNorm uses its running statistics."""
        return self.train(False)

    def to(self, dtype: np.typing.DTypeLike) -> Self:
        """Convert parameters, gradients and floating buffers in place to `dtype`, and return the module itself."""
        for parameter in self.parameters():
            parameter.data, parameter.grad = parameter.data.astype(dtype), parameter.grad.astype(dtype)
        for module in self.modules():
            for name, array in module._own_buffers():
                if array.dtype.kind == "f":
                    setattr(module, name, array.astype(dtype))
        return self

    def _named_arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """The arrays of the state themselves, in PyTorch's order: of each module first parameters, then buffers."""
        for path, module in self.named_modules():
            yield from ((_join(path, name), parameter.data) for name, parameter in module._own_parameters())
            yield from ((_join(path, name), array) for name, array in module._own_buffers())

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of all parameters and buffers under PyTorch's names, in PyTorch's shapes.

        PyTorch returns the live arrays. Here they are copies, so that a saved state does not change when training
        continues.
        """
        return {name: array.copy() for name, array in self._named_arrays()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> LoadResult:
        """Copy arrays into the parameters and buffers of the same name; either all of them or, on an error, none.

        Parameters
        ----------
        state : mapping from str to array
            As from `state_dict()`; anything that `np.asarray` understands, so a PyTorch state dict will do.
        strict : bool
            Whether missing and unexpected names are an error. A wrong shape always is.

        Returns
        -------
        LoadResult
            Missing and unexpected names.

        Raises
        ------
        ValueError
            Naming all missing, unexpected and misshapen entries at once.
        """
        own = dict(self._named_arrays())
        arrays = {name: np.asarray(value) for name, value in state.items()}
        result = LoadResult([name for name in own if name not in arrays], [name for name in arrays if name not in own])
        misshapen = [
            f"{name} has shape {arrays[name].shape} instead of {array.shape}"
            for name, array in own.items()
            if name in arrays and arrays[name].shape != array.shape
        ]
        _refuse_mismatch(type(self).__name__, result if strict else LoadResult([], []), misshapen)
        for name, array in own.items():
            if name in arrays:
                array[...] = arrays[name]
        return result

    def __getstate__(self) -> dict[str, Any]:
        """For pickle and deepcopy: everything but what `forward` saved."""
        return {**vars(self), "_kept": None}

    def _options(self) -> str:
        """The text between the parentheses of the printed module."""
        return ""

    def __repr__(self) -> str:
        children = [f"({name}): {child!r}".replace("\n", "\n  ") for name, child in self.named_children()]
        if not children:
            return f"{type(self).__name__}({self._options()})"
        return f"{type(self).__name__}(\n  " + "\n  ".join(children) + "\n)"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _parts_among(values: Mapping[Any, Any]) -> Iterator[tuple[str, Module | Parameter]]:
    """Modules and parameters among the values, and in their lists, tuples and dicts, with dotted names."""
    for name, value in values.items():
        if isinstance(value, Module | Parameter):
            yield str(name), value
        elif isinstance(value, list | tuple | dict):
            entries = value if isinstance(value, dict) else dict(enumerate(value))
            yield from ((_join(str(name), path), part) for path, part in _parts_among(entries))


def _refuse_mismatch(caller: str, result: LoadResult, misshapen: list[str]) -> None:
    """One sentence that names everything that does not fit."""
    faults = {"missing": result.missing_keys, "unexpected": result.unexpected_keys, "misshapen": misshapen}
    listed = [f"{kind}: {', '.join(names)}" for kind, names in faults.items() if names]
    if listed:
        raise ValueError(
            f"{caller}.load_state_dict: the state does not fit the network; {'; '.join(listed)}; "
            "build the network with the sizes of the state, or pass strict=False to skip missing and unexpected names"
        )
