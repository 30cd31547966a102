"""Random initial weights, of a size at which signals neither vanish nor explode from layer to layer.

A sum of n products of independent numbers has n times the variance of one product. For the output to have the variance
of the input, weights need a standard deviation of gain / sqrt(n). Here n is the fan: how many inputs an output sums
over (fan_in), or how many outputs an input contributes to (fan_out).

Conventions: shapes are (out, in) or (out, in, kernel_f, kernel_t); `rng` is a generator or a seed; numbers are
drawn in float64 and then converted, so that float32 and float64 models start from the same values.
"""

import math
from collections.abc import Sequence

import numpy as np

from npaudio._core import generators

Rng = generators.Rng | None


def as_rng(rng: Rng) -> np.random.Generator:
    """A generator from a generator (the same object), a seed or a tuple of them, or None: an unpredictable one."""
    return np.random.default_rng(rng)


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """Fan-in and fan-out of a weight (out, in, ...): products with the size of the kernel."""
    if len(shape) < 2:
        raise ValueError(f"fans: a weight needs at least the axes (out, in), got shape {tuple(shape)}")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def uniform(
    shape: Sequence[int], bound: float, *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32
) -> np.ndarray:
    """Uniform on [-bound, bound]; its standard deviation is bound / sqrt(3)."""
    return as_rng(rng).uniform(-bound, bound, tuple(shape)).astype(dtype)


def kaiming_uniform(
    shape: Sequence[int], *, gain: float = math.sqrt(2), rng: Rng = None, dtype: np.typing.DTypeLike = np.float32
) -> np.ndarray:
    """Standard deviation gain / sqrt(fan_in); the gain sqrt(2) compensates for the half that a ReLU sets to zero.

    Source: He et al. 2015, eq. 10. PyTorch's layers start with gain sqrt(1/3): see `torch_default`.
    """
    return uniform(shape, gain * math.sqrt(3 / fans(shape)[0]), rng=rng, dtype=dtype)


def kaiming_normal(
    shape: Sequence[int], *, gain: float = math.sqrt(2), rng: Rng = None, dtype: np.typing.DTypeLike = np.float32
) -> np.ndarray:
    """Normal with standard deviation gain / sqrt(fan_in); He et al. 2015, eq. 10."""
    return (as_rng(rng).standard_normal(tuple(shape)) * (gain / math.sqrt(fans(shape)[0]))).astype(dtype)


def xavier_uniform(shape: Sequence[int], *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32) -> np.ndarray:
    """Variance 2 / (fan_in + fan_out): a compromise between the forward and the backward pass.

    Source: Glorot and Bengio 2010, eq. 16.
    """
    return uniform(shape, math.sqrt(6 / sum(fans(shape))), rng=rng, dtype=dtype)


def truncated_normal(
    shape: Sequence[int], *, std: float = 0.02, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32
) -> np.ndarray:
    """Normal with standard deviation `std`; values beyond two deviations are drawn again. For transformers."""
    generator = as_rng(rng)
    values = generator.standard_normal(tuple(shape))
    while (outside := np.abs(values) > 2).any():
        values[outside] = generator.standard_normal(np.count_nonzero(outside))
    return (values * std).astype(dtype)


def torch_default(
    shape: Sequence[int], *, rng: Rng = None, dtype: np.typing.DTypeLike = np.float32
) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias as PyTorch's Linear and Conv2d draw them: both uniform within ±1 / sqrt(fan_in).

    PyTorch writes it as Kaiming's bound with a = sqrt(5), that is sqrt(6 / ((1 + 5) fan_in)) = 1 / sqrt(fan_in).
    """
    generator = as_rng(rng)
    bound = 1 / math.sqrt(fans(shape)[0])
    weight = uniform(shape, bound, rng=generator, dtype=dtype)
    return weight, uniform(shape[:1], bound, rng=generator, dtype=dtype)
