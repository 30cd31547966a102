"""Optimizers: turn the gradients into a step of the weights.

Conventions: w is a weight, g its gradient, t the number of the step, counted from 1. All updates are in place. The
defaults and the formulas are PyTorch's, so the weights are PyTorch's to rounding. `lr` is a plain attribute, which a
schedule or the user may change between steps.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import numpy as np

from npaudio._core.checks import Check
from npaudio.nn._checks import Checked
from npaudio.nn.module import Parameter


class Optimizer(Checked):
    """Base class: holds the parameters and, for each of them, the arrays that the method keeps between steps.

    As PyTorch's `Optimizer`, without groups of parameters.

    Used in lesson 03.

    Parameters
    ----------
    parameters : iterable of Parameter
        As from `model.parameters()`.
    lr : float
        Learning rate.

    Raises
    ------
    ValueError
        No parameters, or a negative `lr`.

    See Also
    --------
    SGD, Adam, AdamW : the optimizers of this room.
    """

    memory_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Iterable[Parameter], lr: float) -> None:
        self.parameters = list(parameters)
        if not self.parameters or not all(isinstance(p, Parameter) for p in self.parameters):
            raise self._checks.error("expected parameters to learn; pass model.parameters()")
        self.lr = self._checks.between(lr, 0, np.inf, "lr")
        self.t = 0
        self.memory = {name: [np.zeros_like(p.data) for p in self.parameters] for name in self.memory_names}

    def step(self) -> None:
        """Change every weight once, by its present gradient."""
        self.t += 1
        for index, parameter in enumerate(self.parameters):
            self._update(parameter.data, parameter.grad, *(arrays[index] for arrays in self.memory.values()))

    def zero_grad(self) -> None:
        """Set all gradients to zero; call it once per step, because `backward` adds to them."""
        for parameter in self.parameters:
            parameter.zero_grad()

    def _update(self, w: np.ndarray, g: np.ndarray, *memory: np.ndarray) -> None:
        raise NotImplementedError(f"{type(self).__name__} does not define _update")

    def state_dict(self) -> dict[str, Any]:
        """What a resumed training needs: learning rate, number of steps, copies of the arrays kept between steps."""
        arrays = {f"{name}.{i}": a.copy() for name, memory in self.memory.items() for i, a in enumerate(memory)}
        return {"lr": self.lr, "t": self.t, **arrays}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from a `state`; ValueError if it is for another kind of optimizer, or for other parameters."""
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

    Goes with lesson 03.

    Parameters
    ----------
    parameters, lr
        See `Optimizer`.
    momentum, dampening : float
        The share of the last velocity v that is kept, and the share of the gradient that is left out. The first v is g.
    weight_decay : float
        Adds weight_decay · w to the gradient: an L2 penalty.
    nesterov : bool
        Step along g + momentum · v, the velocity after the next step; Sutskever et al. 2013.

    Raises
    ------
    ValueError
        A negative setting, `nesterov` without momentum, or no parameters.

    See Also
    --------
    AdamW : a step size for each weight.

    Examples
    --------
    >>> w = Parameter(np.array([1.0]))
    >>> w.grad += 2.0
    >>> SGD([w], lr=0.1).step()
    >>> w.data
    array([0.8])
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
        self.momentum = self._checks.between(momentum, 0, np.inf, "momentum")
        self.weight_decay = self._checks.between(weight_decay, 0, np.inf, "weight_decay")
        self.dampening, self.nesterov = dampening, nesterov
        if nesterov and (momentum == 0 or dampening != 0):
            raise self._checks.error("nesterov needs a momentum above 0 and no dampening; set both, or leave it off")

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

    m ← beta1 · m + (1 - beta1) · g  and  v ← beta2 · v + (1 - beta2) · g²  start at zero, which is corrected by
    m_hat = m / (1 - beta1^t)  and  v_hat = v / (1 - beta2^t);  then  w ← w - lr · m_hat / (sqrt(v_hat) + eps).

    Goes with lesson 03.

    Parameters
    ----------
    parameters, lr
        See `Optimizer`.
    betas : (float, float)
        The share of m and of v that is kept at each step.
    eps : float
        Added to the root of v_hat.
    weight_decay : float
        Adds weight_decay · w to the gradient; `AdamW` applies it to the weights directly.

    Raises
    ------
    ValueError
        Negative settings, betas outside 0 to 1, or no parameters.

    Notes
    -----
    Kingma and Ba 2015, algorithm 1.

    See Also
    --------
    OneCycle, WarmupCosine : change `lr` in the course of the training.

    Examples
    --------
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad += np.array([100.0, -0.01])
    >>> Adam([w], lr=0.1).step()
    >>> w.data.round(4)
    array([0.9, 1.1])
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
            raise self._checks.error(f"betas must be at least 0 and below 1, got {betas}")
        self.betas, self.eps = betas, eps
        self.weight_decay = self._checks.between(weight_decay, 0, np.inf, "weight_decay")

    def _update(self, w: np.ndarray, g: np.ndarray, *memory: np.ndarray) -> None:
        self._adapt(w, g + self.weight_decay * w if self.weight_decay else g, *memory)

    def _adapt(self, w: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> None:
        beta1, beta2 = self.betas
        m += (1 - beta1) * (g - m)
        v *= beta2
        v += (1 - beta2) * np.square(g)
        m_hat = m / (1 - beta1**self.t)
        v_hat = v / (1 - beta2**self.t)
        w -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class AdamW(Adam):
    """Adam with a weight decay that leaves the gradient alone: first w ← (1 - lr · weight_decay) · w.

    Used in lesson 03.

    Parameters
    ----------
    parameters, lr, betas, eps
        See `Adam`.
    weight_decay : float
        Times lr, the share of every weight that is subtracted at each step.

    Raises
    ------
    ValueError
        As `Adam`.

    See Also
    --------
    OneCycle, WarmupCosine : change `lr` in the course of the training.

    Notes
    -----
    Loshchilov and Hutter 2019, algorithm 2.

    Examples
    --------
    >>> w = Parameter(np.array([1.0]))
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> w.data
    array([0.95])
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
    """Scale all gradients by one factor so that their joint norm is at most `max_norm`; return the norm before.

    As PyTorch's `clip_grad_norm_`, the factor is max_norm / (norm + 1e-6) where that is below 1.

    Goes with lesson 03.

    Parameters
    ----------
    parameters : iterable of Parameter
        As from `model.parameters()`.
    max_norm : float
        Above 0.

    Returns
    -------
    float
        Norm before the scaling.

    See Also
    --------
    require_finite : for gradients that are not finite.
    """
    gradients = [parameter.grad for parameter in parameters]
    max_norm = Check("clip_grad_norm").between(max_norm, 0, np.inf, "max_norm")
    norm = float(np.sqrt(sum(np.square(g, dtype=np.float64).sum() for g in gradients)))
    factor = max_norm / (norm + 1e-6)
    if factor < 1:
        for gradient in gradients:
            gradient *= factor
    return norm
