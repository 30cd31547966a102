"""Optimizers: turn the gradients into a step of the weights.

Conventions: w is a weight, g its gradient, t the number of the step from 1. All is updated in place. The defaults
and the order of the operations are PyTorch's, so that both follow the same path to rounding. `lr` is a plain
attribute: a schedule, or you, may change it between the steps.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from npaudio.nn.module import Parameter


class Optimizer:
    """Base class: holds the parameters and, for each of them, the arrays that the method remembers between steps.

    Parameters
    ----------
    parameters : iterable of Parameter
        As from `model.parameters()`.
    lr : float
        Learning rate.
    """

    memory_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Iterable[Parameter], lr: float) -> None:
        self.parameters = list(parameters)
        if not self.parameters or not all(isinstance(p, Parameter) for p in self.parameters):
            raise ValueError(f"{type(self).__name__}: expected parameters to learn; pass model.parameters()")
        self.lr = _not_negative(lr, caller=type(self).__name__, name="lr")
        self.t = 0
        self.memory = {name: [np.zeros_like(p.data) for p in self.parameters] for name in self.memory_names}

    def step(self) -> None:
        """Move every weight once, using its present gradient."""
        self.t += 1
        for index, parameter in enumerate(self.parameters):
            self._update(parameter.data, parameter.grad, *(arrays[index] for arrays in self.memory.values()))

    def zero_grad(self) -> None:
        """Set all gradients to zero; call it once a step, for `backward` adds."""
        for parameter in self.parameters:
            parameter.zero_grad()

    def _update(self, w: np.ndarray, g: np.ndarray, *memory: np.ndarray) -> None:
        raise NotImplementedError(f"{type(self).__name__} does not define _update")

    def state_dict(self) -> dict[str, Any]:
        """What a resumed training needs: learning rate, number of steps, and copies of all remembered arrays."""
        arrays = {f"{name}.{i}": a.copy() for name, memory in self.memory.items() for i, a in enumerate(memory)}
        return {"lr": self.lr, "t": self.t, **arrays}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue where `state_dict()` was taken; the optimizer must be of the same kind, for the same parameters."""
        own = {f"{name}.{i}": a for name, memory in self.memory.items() for i, a in enumerate(memory)}
        wrong = [name for name, a in own.items() if name not in state or np.shape(state[name]) != a.shape]
        wrong += [name for name in state if name not in {"lr", "t", *own}]
        if wrong or "lr" not in state or "t" not in state:
            raise ValueError(
                f"{type(self).__name__}.load_state_dict: the state is of another optimizer or network; "
                f"missing, unexpected or misshapen: {', '.join(wrong) or 'lr, t'}"
            )
        self.lr, self.t = float(state["lr"]), int(state["t"])
        for name, array in own.items():
            array[...] = state[name]


class SGD(Optimizer):
    """Stochastic gradient descent: v ← momentum · v + (1 - dampening) · g, then w ← w - lr · v.

    Parameters
    ----------
    parameters, lr :
        See `Optimizer`.
    momentum, dampening : float
        How much of the last velocity v stays, and how much of the gradient is left out. The first v is g.
    weight_decay : float
        Adds weight_decay · w to the gradient: an L2 penalty.
    nesterov : bool
        Step along g + momentum · v, that is where v will lead; Sutskever et al. 2013.
    """

    memory_names = ("velocity",)

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum = _not_negative(momentum, caller="SGD", name="momentum")
        self.weight_decay = _not_negative(weight_decay, caller="SGD", name="weight_decay")
        self.dampening, self.nesterov = dampening, nesterov
        if nesterov and (momentum == 0 or dampening != 0):
            raise ValueError("SGD: nesterov needs a momentum above 0 and no dampening; set both, or leave it off")

    def _update(self, w: np.ndarray, g: np.ndarray, *memory: np.ndarray) -> None:
        (velocity,) = memory
        if self.weight_decay:
            g = g + self.weight_decay * w
        if self.momentum:
            velocity *= self.momentum
            velocity += g if self.t == 1 else (1 - self.dampening) * g
            g = g + self.momentum * velocity if self.nesterov else velocity
        w -= self.lr * g


class Adam(Optimizer):
    """Steps of about lr in every weight: the mean of its recent gradients over the root of their mean square.

    m ← beta1 · m + (1 - beta1) · g,  v ← beta2 · v + (1 - beta2) · g²,  both corrected for their start at zero, then
    w ← w - lr · m̂ / (sqrt(v̂) + eps).

    Parameters
    ----------
    parameters, lr :
        See `Optimizer`.
    betas : (float, float)
        Memory of m and of v.
    eps : float
        Added to the root, outside of it.
    weight_decay : float
        Adds weight_decay · w to the gradient; for the decay that Adam does not rescale, see `AdamW`.

    Notes
    -----
    Kingma and Ba 2015, algorithm 1.
    """

    memory_names = ("mean", "square")

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"{type(self).__name__}: betas must be at least 0 and below 1, got {betas}")
        self.betas, self.eps = betas, eps
        self.weight_decay = _not_negative(weight_decay, caller=type(self).__name__, name="weight_decay")

    def _update(self, w: np.ndarray, g: np.ndarray, *memory: np.ndarray) -> None:
        self._adapt(w, g + self.weight_decay * w if self.weight_decay else g, *memory)

    def _adapt(self, w: np.ndarray, g: np.ndarray, mean: np.ndarray, square: np.ndarray) -> None:
        beta1, beta2 = self.betas
        mean += (1 - beta1) * (g - mean)
        square *= beta2
        square += (1 - beta2) * np.square(g)
        root = np.sqrt(square)
        root /= np.sqrt(1 - beta2**self.t)
        root += self.eps
        w -= (self.lr / (1 - beta1**self.t)) * (mean / root)


class AdamW(Adam):
    """Adam whose weight decay does not pass through the gradient: first w ← (1 - lr · weight_decay) · w.

    Parameters
    ----------
    parameters, lr, betas, eps :
        See `Adam`.
    weight_decay : float
        Share of every weight, times lr, that is taken off at each step.

    Notes
    -----
    Loshchilov and Hutter 2019, algorithm 2.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay)

    def _update(self, w: np.ndarray, g: np.ndarray, *memory: np.ndarray) -> None:
        w *= 1 - self.lr * self.weight_decay
        self._adapt(w, g, *memory)


def clip_grad_norm(parameters: Iterable[Parameter], max_norm: float) -> float:
    """Shorten all gradients together so that their joint length is at most `max_norm`; returns the length before.

    As PyTorch's `clip_grad_norm_`, which scales by max_norm / (length + 1e-6) where that is below 1.
    """
    gradients = [parameter.grad for parameter in parameters]
    _not_negative(max_norm, caller="clip_grad_norm", name="max_norm")
    length = float(np.sqrt(sum(np.square(g, dtype=np.float64).sum() for g in gradients)))
    shrink = max_norm / (length + 1e-6)
    if shrink < 1:
        for gradient in gradients:
            gradient *= shrink
    return length


def _not_negative(value: float, *, caller: str, name: str) -> float:
    if not value >= 0:
        raise ValueError(f"{caller}: {name} must be at least 0, got {value!r}")
    return float(value)
