"""Chains of augmentations: they can be printed, sent to other processes, and repeated from one seed.

A `Step` is a function with its settings and a probability; `Compose` applies steps one after the other, `OneOf` one of
several. All three are called in the same way, so that they nest:   y = step(y, rng=rng).

Whatever a chain draws comes from one generator, in order. `rng=(seed, epoch, index)` makes that generator from the
three numbers alone: item 7 of epoch 3 comes out the same in every process, on its own or after all others.
"""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.generators import Rng, as_generator, needed_generator


class Augmentation:
    """What `Step`, `Compose` and `OneOf` have in common: they are applied to a signal with probability p.

    Explained in lesson 04.

    Parameters
    ----------
    p : float
        Probability from 0 to 1 that it is applied; otherwise the signal itself is returned, not a copy.

    See Also
    --------
    Step, Compose, OneOf : the three kinds.
    """

    def __init__(self, *, p: float = 1.0) -> None:
        self.p = Check(type(self).__name__).between(p, 0, 1, "p", "it is a probability")

    def __call__(self, y: np.ndarray, *, rng: Rng | None = None) -> np.ndarray:
        """Apply it to a waveform or a spectrogram.

        Parameters
        ----------
        y : np.ndarray (..., n_samples) or (..., n_mels, n_frames)
            What the functions in it take.
        rng : numpy.random.Generator, int or tuple of int, optional
            Source of everything that is drawn; (seed, epoch, index) gives every item its own stream. NumPy fills
            short tuples with zeros: (5,), (5, 0) and 5 are the same stream.

        Returns
        -------
        np.ndarray (..., n_samples) or (..., n_mels, n_frames)
            Changed copy; the input itself where nothing was applied.

        Raises
        ------
        ValueError
            `rng` is missing, and something is to be drawn.
        """
        check = Check(type(self).__name__)
        generator = as_generator(check, rng)
        if self.p < 1 and needed_generator(check, generator).random() >= self.p:
            return y
        return self.apply(y, generator)

    def apply(self, y: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        """What a call does to `y` unless it is left out; `rng` is None or a generator. Errors as `Step`."""
        raise NotImplementedError

    def lines(self) -> list[str]:
        """Description in lines, one for each part; parts of parts are indented."""
        raise NotImplementedError

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _with_chance(self, text: str) -> str:
        return text if self.p == 1 else f"{text}  with p={self.p:g}"


class Step(Augmentation):
    """One function with its settings.

    Explained in lesson 04.

    Parameters
    ----------
    function : callable
        Called as function(y, rng=rng, **settings), or without `rng` if it takes none. To be sent to another process it
        must be defined by name in a module, so it can't be a lambda.
    p : float
        Probability that it is applied.
    **settings
        Its other arguments. Unknown and missing ones are refused here, not at the first clip.

    Raises
    ------
    ValueError
        Not a function, an unknown or a missing setting, or `rng` among the settings.

    See Also
    --------
    Compose : several steps.

    Examples
    --------
    >>> from npaudio.augment import add_noise
    >>> print(Step(add_noise, snr_db=(10, 30), p=0.5))
    add_noise(snr_db=(10, 30), color='white')  with p=0.5
    """

    def __init__(self, function: Callable[..., np.ndarray], *, p: float = 1.0, **settings: Any) -> None:
        super().__init__(p=p)
        check = Check("Step")
        if not callable(function):
            raise check.error(f"{function!r} is not a function; pass one that takes y, and rng if it draws")
        if "rng" in settings:
            raise check.error("rng is not a setting; give it when the step is called, step(y, rng=0)")
        self.function = function
        self.settings = settings
        self.takes_rng, self.defaults = _signature(check, function, settings)

    def apply(self, y: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        if self.takes_rng:
            return self.function(y, rng=rng, **self.settings)
        return self.function(y, **self.settings)

    def lines(self) -> list[str]:
        settings = ", ".join(f"{name}={_shown(value)}" for name, value in (self.defaults | self.settings).items())
        return [self._with_chance(f"{_name(self.function)}({settings})")]

    def __repr__(self) -> str:
        settings = {**self.settings, **({} if self.p == 1 else {"p": self.p})}
        return f"Step({', '.join([_name(self.function), *(f'{k}={_shown(v)}' for k, v in settings.items())])})"


class Compose(Augmentation):
    """Several steps, one after the other.

    Explained in lesson 04.

    Parameters
    ----------
    steps : sequence
        Of `Step`, `Compose` and `OneOf`; plain functions and `functools.partial` of them become a `Step`.
    p : float
        Probability that the chain is applied at all.

    Raises
    ------
    ValueError
        `steps` is a single step, not a list of them.

    See Also
    --------
    npaudio.augment.OneOf : one of several steps instead of all.

    Examples
    --------
    >>> from npaudio.augment import gain, polarity
    >>> chain = Compose([Step(gain, db=20.0), polarity])
    >>> chain(np.array([0.1, -0.2]))
    array([-1.,  2.])
    >>> print(chain)
    Compose
      gain(db=20.0)
      polarity()
    """

    def __init__(self, steps: Sequence[Callable[..., np.ndarray]], *, p: float = 1.0) -> None:
        super().__init__(p=p)
        if callable(steps) or isinstance(steps, str):
            raise Check(type(self).__name__).error(f"steps must be a list, got {steps!r}; pass [{steps!r}]")
        self.steps = [as_step(step) for step in steps]

    def apply(self, y: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        for step in self.steps:
            y = step(y, rng=rng)
        return y

    def lines(self) -> list[str]:
        return [self._with_chance(type(self).__name__), *(f"  {line}" for step in self.steps for line in step.lines())]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.steps!r}{'' if self.p == 1 else f', p={self.p}'})"


class OneOf(Compose):
    """One of several steps, each as likely as the others.

    Used in lesson 10.

    Parameters
    ----------
    steps : sequence
        As for `Compose`, at least one.
    p : float
        Probability that one of them is applied; a step's own p comes on top.

    Raises
    ------
    ValueError
        `steps` is empty, or a single step.

    See Also
    --------
    Compose : all steps, one after the other.
    """

    def __init__(self, steps: Sequence[Callable[..., np.ndarray]], *, p: float = 1.0) -> None:
        super().__init__(steps, p=p)
        if not self.steps:
            raise Check("OneOf").error("steps is empty; give at least one to choose from")

    def apply(self, y: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
        generator = needed_generator(Check("OneOf"), rng)
        return self.steps[int(generator.integers(len(self.steps)))](y, rng=generator)


def as_step(step: Callable[..., np.ndarray]) -> Augmentation:
    """Wrap a plain function or a partial of one as a Step."""
    if isinstance(step, Augmentation):
        return step
    if isinstance(step, functools.partial) and not step.args:
        return Step(step.func, **step.keywords)
    return Step(step)


def _signature(
    check: Check, function: Callable[..., np.ndarray], settings: dict[str, Any]
) -> tuple[bool, dict[str, Any]]:
    """Whether a function takes rng, and the defaults of its other arguments; refuses settings that it does not know."""
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # some functions written in C don't tell
        return False, {}
    signal = next(iter(parameters), "")  # the first one: it comes with the call
    kinds = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    named = {name: p for name, p in parameters.items() if p.kind in kinds and name != signal}
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        _check_known(check, function, settings, named)
    required = [name for name, p in named.items() if p.default is p.empty and name not in {*settings, "rng"}]
    if required:
        raise check.error(f"{_name(function)} needs {required[0]}; pass Step({_name(function)}, {required[0]}=...)")
    shown = {name: p.default for name, p in named.items() if p.default is not p.empty and name not in {"rng", "out"}}
    return "rng" in named, shown


def _check_known(check: Check, function: Callable, settings: Iterable[str], named: Iterable[str]) -> None:
    """Refuse a setting that the function does not have, and list those that it has."""
    unknown = sorted(set(settings) - set(named))
    if unknown:
        known = ", ".join(sorted(set(named) - {"rng"}))
        raise check.error(f"{_name(function)} has no setting {unknown[0]!r}; it has {known}")


def _name(function: Callable[..., np.ndarray]) -> str:
    return getattr(function, "__name__", None) or repr(function)


def _shown(value: object) -> str:
    """A setting in print; recordings by their shape."""
    if isinstance(value, np.ndarray):
        return f"<array {value.shape}>"
    if isinstance(value, list | tuple) and any(isinstance(item, np.ndarray) for item in value):
        return f"<{len(value)} arrays>"
    return repr(value)
