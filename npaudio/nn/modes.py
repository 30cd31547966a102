"""Training and evaluation: a block in which a network evaluates, whatever its parts do otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager

from npaudio.nn.module import Module


@contextmanager
def evaluation(model: Module) -> Iterator[None]:
    """Within this block the whole network is in evaluation mode; afterwards every part has its former mode again."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
