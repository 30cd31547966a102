"""Short cuts for evaluation: the same function of the input, with less to compute.

With its running statistics BatchNorm is a fixed line for each channel, scale · y + shift. A convolution followed by a
line is a convolution: scale · (W * x + b) + shift = (scale · W) * x + (scale · b + shift).

ReLU never changes the order of two numbers, so the maximum of what it lets through is what it lets through of the
maximum; and after pooling it has a quarter of the work.
"""

import copy
from collections.abc import Iterable

import numpy as np

from npaudio.nn.activation import ReLU
from npaudio.nn.conv import Conv2d
from npaudio.nn.module import Module, Parameter
from npaudio.nn.norm import BatchNorm2d
from npaudio.nn.pool import MaxPool2d


def short_cuts(layers: Iterable[Module]) -> list[Module]:
    """Layers that compute the same: one Conv2d for each Conv2d with its BatchNorm2d, and MaxPool2d before ReLU.

    For evaluation only, and without a way back: what the new layers would learn is lost. The old ones stay as they are.
    """
    shorter: list[Module] = []
    for layer in layers:
        before = shorter[-1] if shorter else None
        if isinstance(layer, BatchNorm2d) and isinstance(before, Conv2d) and layer.running_mean is not None:
            shorter[-1] = _joined(before, layer)
        elif isinstance(layer, MaxPool2d) and isinstance(before, ReLU):
            shorter[-1:] = [layer, before]
        else:
            shorter.append(layer)
    return shorter


def _joined(conv: Conv2d, norm: BatchNorm2d) -> Conv2d:
    scale, shift = norm.fixed_line()  # (O,), (O,)
    weight, dtype = conv.weight.data, conv.weight.data.dtype  # (O, C, kh, kw)
    bias = np.zeros(len(weight)) if conv.bias is None else conv.bias.data
    joined = copy.copy(conv)
    joined.weight = Parameter((weight * scale[:, None, None, None]).astype(dtype))
    joined.bias = Parameter((bias * scale + shift).astype(dtype))
    return joined
