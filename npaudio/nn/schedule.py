"""Schedules: how the learning rate changes during a training, rising at first and small in the end.

Conventions: a schedule sets the optimizer's `lr` for the first step when it is made, and `step()`, called once after
each step of the optimizer, sets it for the next. `lr_at(k)` gives the rate of step k, for plots; k counts from 0.
"""

import math

from npaudio.nn._checks import Checked
from npaudio.nn.optim import SGD, Adam, Optimizer


class Schedule(Checked):
    """Base class: counts the steps and sets the optimizer's learning rate."""

    def __init__(self, optimizer: Optimizer, total_steps: int) -> None:
        self.optimizer = optimizer
        self.total_steps = self._checks.whole_number(total_steps, "total_steps")
        self.k = 0
        self._apply()

    def lr_at(self, k: int) -> float:
        """Learning rate of step `k` = 0, 1, ..., total_steps - 1."""
        raise NotImplementedError(f"{type(self).__name__} does not define lr_at")

    def step(self) -> None:
        """Set the learning rate of the next step; past the end it stays at its last value."""
        self.k += 1
        self._apply()

    def _apply(self) -> None:
        self.optimizer.lr = self.lr_at(min(self.k, self.total_steps - 1))

    def state_dict(self) -> dict[str, int]:
        """The number of steps taken."""
        return {"k": self.k}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Continue from a `state`, as from `state_dict()`."""
        self.k = int(state["k"])
        self._apply()


class OneCycle(Schedule):
    """The rate rises to `max_lr` along half a cosine and falls again to almost zero; momentum does the opposite.

    Explained in lesson 03.

    Parameters
    ----------
    optimizer : Optimizer
        Its `lr` is set, and its momentum (SGD) or first beta (Adam).
    max_lr : float
        The highest rate.
    total_steps : int
        Steps of the whole training.
    pct_start : float
        Share of the steps in which the rate rises.
    cycle_momentum : bool
        Whether momentum falls from `max_momentum` to `base_momentum` and rises again.
    base_momentum, max_momentum : float
        Its range.
    div_factor, final_div_factor : float
        The first rate is max_lr / div_factor, and the last one is the first one / final_div_factor.

    Raises
    ------
    ValueError
        `total_steps` is not a positive whole number, or `pct_start` lies outside 0 to 1.

    See Also
    --------
    WarmupCosine : a linear rise; usual for transformers.

    Notes
    -----
    Smith and Topin 2018, as defined by PyTorch's OneCycleLR (two phases, cosine).

    Examples
    --------
    >>> import numpy as np
    >>> from npaudio.nn import Parameter
    >>> schedule = OneCycle(SGD([Parameter(np.ones(1))]), max_lr=1.0, total_steps=11)
    >>> [round(schedule.lr_at(k), 3) for k in (0, 1, 2, 6, 10)]
    [0.04, 0.422, 0.96, 0.531, 0.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int,
        *,
        pct_start: float = 0.3,
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.max_lr = max_lr
        self.pct_start = self._checks.between(pct_start, 0, 1, "pct_start")
        self.first_lr = max_lr / div_factor
        self.last_lr = self.first_lr / final_div_factor
        self.cycle_momentum, self.base_momentum, self.max_momentum = cycle_momentum, base_momentum, max_momentum
        super().__init__(optimizer, total_steps)

    def lr_at(self, k: int) -> float:
        return self._cycle(k, self.first_lr, self.max_lr, self.last_lr)

    def momentum_at(self, k: int) -> float:
        """Momentum, or first beta, of step `k` = 0, 1, ..."""
        return self._cycle(k, self.max_momentum, self.base_momentum, self.max_momentum)

    def _cycle(self, k: int, first: float, middle: float, last: float) -> float:
        top = self.pct_start * self.total_steps - 1
        if k <= top:
            return _cosine(first, middle, k / top if top else 1.0)
        return _cosine(middle, last, (k - top) / max(1e-12, self.total_steps - 1 - top))

    def _apply(self) -> None:
        super()._apply()
        if not self.cycle_momentum:
            return
        momentum = self.momentum_at(min(self.k, self.total_steps - 1))
        if isinstance(self.optimizer, Adam):
            self.optimizer.betas = (momentum, self.optimizer.betas[1])
        elif isinstance(self.optimizer, SGD) and self.optimizer.momentum:
            self.optimizer.momentum = momentum


class WarmupCosine(Schedule):
    """The rate rises linearly to the optimizer's `lr` in `warmup_steps`, then falls along half a cosine to `min_lr`.

    Step k of the warm-up has (k + 1) / warmup_steps of the rate, so that no step has the rate zero.

    The schedule of Hugging Face's `get_cosine_schedule_with_warmup`, half a cosine. Goes with lesson 03.

    Parameters
    ----------
    optimizer : Optimizer
        Its present `lr` is the highest rate.
    warmup_steps, total_steps : int
        Length of the warm-up, and of the whole training.
    min_lr : float
        The rate of the last step.

    Raises
    ------
    ValueError
        `total_steps` is not a positive whole number, or `warmup_steps` lies outside 0 to `total_steps`.

    See Also
    --------
    OneCycle : the other schedule.

    Examples
    --------
    >>> import numpy as np
    >>> from npaudio.nn import Parameter
    >>> schedule = WarmupCosine(SGD([Parameter(np.ones(1))], lr=1.0), warmup_steps=2, total_steps=5)
    >>> [round(schedule.lr_at(k), 3) for k in range(5)]
    [0.5, 1.0, 1.0, 0.5, 0.0]
    """

    def __init__(self, optimizer: Optimizer, warmup_steps: int, total_steps: int, *, min_lr: float = 0.0) -> None:
        self.max_lr, self.min_lr = optimizer.lr, min_lr
        self.warmup_steps = self._checks.whole_number(warmup_steps, "warmup_steps", least=0)
        if self.warmup_steps > total_steps:
            raise self._checks.error(f"warmup_steps must be 0 to total_steps = {total_steps}, got {warmup_steps}")
        super().__init__(optimizer, total_steps)

    def lr_at(self, k: int) -> float:
        if k < self.warmup_steps:
            return self.max_lr * (k + 1) / self.warmup_steps
        downhill = max(1, self.total_steps - 1 - self.warmup_steps)
        return _cosine(self.max_lr, self.min_lr, min(1.0, (k - self.warmup_steps) / downhill))


def _cosine(start: float, end: float, progress: float) -> float:
    """From start to end along half a cosine, flat at both ends; progress runs from 0 to 1."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
