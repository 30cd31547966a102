"""Find where a training failed: at which step, and in which layer a number first was NaN or infinite.

A NaN spreads: through the rest of the forward pass into the loss, from there into every gradient, and with the next
step into every weight. Afterwards its origin can no longer be found. So check once per step, between `backward` and the
optimizer's step:

    loss = criterion.forward(model(x), targets)
    model.backward(criterion.backward())
    nn.require_finite(model, x, loss, step=step)
    optimizer.step()

As long as all is finite this reads the gradients once, which takes almost no time.
"""

import numpy as np

from npaudio._core.checks import all_finite
from npaudio.nn.module import Module
from npaudio.nn.trace import LayerCall, trace


class NonFiniteError(ValueError):
    """A loss or a gradient is NaN or infinite; the message names the step and the layer, `layer` holds its name."""

    def __init__(self, message: str, *, step: int, layer: str) -> None:
        super().__init__(message)
        self.step, self.layer = step, layer


def require_finite(model: Module, x: np.ndarray, loss: float, *, step: int) -> None:
    """Raise `NonFiniteError` if the loss or a gradient is not finite, naming the layer where it first appeared.

    Goes with lesson 03.

    Parameters
    ----------
    model : Module
        The network, after `backward` and before the optimizer's step.
    x : np.ndarray (B, ...)
        The batch of this step. If the loss is not finite, the forward pass is repeated with it.
    loss : float
        The loss of the batch.
    step : int
        Number of the step, for the message.

    Raises
    ------
    NonFiniteError
        The forward pass is searched from the input to the loss, the backward pass from the loss to the input.

    See Also
    --------
    clip_grad_norm : keeps gradients from exploding.

    Examples
    --------
    >>> from npaudio.nn import Linear
    >>> model = Linear(1, 1, rng=0)
    >>> try:
    ...     require_finite(model, np.array([[np.inf]]), loss=np.nan, step=7)
    ... except NonFiniteError as error:
    ...     print(error)
    step 7: the loss is nan; it first appeared in the input x; look at the recordings of this batch
    """
    if not np.isfinite(loss):
        layer, cure = _first_in_forward(model, x)
        raise NonFiniteError(
            f"step {step}: the loss is {loss}; it first appeared in {layer}; {cure}", step=step, layer=layer
        )
    broken = [name for name, parameter in model.named_parameters() if not all_finite(parameter.grad)]
    if broken:
        last = broken[-1]
        layer, _, parameter = last.rpartition(".")
        raise NonFiniteError(
            f"step {step}: the loss is finite, but a gradient is not; in the backward pass it first appeared in "
            f"{layer or 'the model'} (gradient of {parameter}); lower the learning rate, or look at the loss",
            step=step,
            layer=layer,
        )


def _first_in_forward(model: Module, x: np.ndarray) -> tuple[str, str]:
    """What was not finite first in the forward pass, and what to do about it."""
    if not all_finite(x):
        return "the input x", "look at the recordings of this batch"
    for name, parameter in model.named_parameters():
        if not all_finite(parameter.data):
            return f"the parameter {name}", "the step before broke it: lower the learning rate, or clip gradients"
    outputs: list[str] = []

    def visit(call: LayerCall) -> None:
        if not all_finite(call.output):
            outputs.append(f"the output of layer {call.name} ({type(call.layer).__name__})")

    with np.errstate(all="ignore"):
        trace(model, x, visit)
    if outputs:
        return outputs[0], "its input is finite: lower the learning rate, or look at the scale of the input"
    return "the loss itself", "every layer is finite: look at the targets"
