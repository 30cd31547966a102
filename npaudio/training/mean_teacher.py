"""Mean teacher: a network that learns from clips without labels, because it should agree with its own average.

    loss = BCE on labelled clips + w · mean squared difference of student's and teacher's probabilities on all clips

The student is trained. The teacher has the same architecture, and its weights are a moving average of the student's:
steadier, so usually better. Dropout makes both see a clip a little differently, and the student learns to say what the
teacher says; from clips without labels it learns nothing else. The weight w grows from almost 0, because at first the
teacher knows nothing.

Tarvainen and Valpola 2017; with the ramp, the weight and the average of the DESED baseline (Turpault et al. 2019).
"""

import copy
import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np

from npaudio import nn
from npaudio._core.checks import Check
from npaudio.models.frame_detector import FrameDetector
from npaudio.nn.activation import sigmoid

Labelled = tuple[np.ndarray, np.ndarray]

_check = Check("fit_mean_teacher")


class Taught(NamedTuple):
    """The teacher, in evaluation mode, and both losses of every step, (steps,) each.

    Used in lesson 08.

    Attributes
    ----------
    teacher : FrameDetector
        The mean of the students, in evaluation mode.
    supervised, consistency : np.ndarray (n_steps,)
        Both losses of each step.

    See Also
    --------
    fit_mean_teacher : makes it.
    """

    teacher: FrameDetector
    supervised: np.ndarray
    consistency: np.ndarray


def fit_mean_teacher(
    student: FrameDetector,
    *,
    strong: Labelled | None = None,
    weak: Labelled | None = None,
    unlabelled: np.ndarray | None = None,
    steps: int,
    batch_size: int = 8,
    optimizer: Callable[[Iterable[nn.Parameter]], nn.Optimizer] = nn.AdamW,
    decay: float = 0.999,
    weight: float = 2.0,
    ramp: float = 0.25,
    seed: int = 0,
) -> Taught:
    """Train a detector in place from any mixture of labels, and return its teacher, the average of its weights.

    Explained in lesson 08.

    Parameters
    ----------
    student : FrameDetector
        It needs dropout, by which student and teacher see each clip a little differently.
    strong : (x, y), optional
        Spectrograms (n, 1, n_mels, n_frames) and targets of their frames (n, n_classes, N').
    weak : (x, y), optional
        Spectrograms and targets of the clips, (n, n_classes).
    unlabelled : np.ndarray, optional
        Spectrograms (n, 1, n_mels, n_frames).
    steps : int
        Each takes `batch_size` clips of every kind that is given.
    batch_size : int
    optimizer : callable
        Makes the optimizer of the student's parameters.
    decay : float
        Largest decay of the average; in step t it is min(1 - 1/(t + 1), decay). About 1 / (1 - decay) steps are
        averaged, so a short training needs less than the 0.999 of the paper.
    weight : float
        Final weight of the consistency loss; with 0 only the labels are used.
    ramp : float
        Share of the steps in which the weight grows, as exp(-5 (1 - t)²) for t from 0 to 1.
    seed : int
        For the order of the clips.

    Returns
    -------
    Taught
        (teacher, supervised, consistency).

    Raises
    ------
    ValueError
        No labels at all, targets that do not fit the network's output, or impossible settings.
    nn.NonFiniteError
        A loss or a gradient is NaN or infinite; the message names the step and the layer. The weights are those of the
        step before, but the running statistics of BatchNorm have seen the bad batch.

    See Also
    --------
    EMA : how the teacher is averaged.
    fit : with labels alone.
    """
    batches = _Batches(strong, weak, unlabelled, batch_size=batch_size, seed=seed)
    steps, ramp_steps = _check.whole_number(steps, "steps"), max(1.0, _check.number(ramp, "ramp") * steps)
    teacher, update = _teacher_of(student, seed), optimizer(student.train().parameters())
    losses = np.zeros((steps, 2))
    for step in range(steps):
        x, frame_targets, clip_targets = batches.draw(step)
        # With w = 0 too: the statistics of the teacher's BatchNorm come from its own forward passes.
        teacher_frames, teacher_clips = sigmoid(teacher(x)), sigmoid(teacher.clip_logits())
        frames, clips = student(x), student.clip_logits()
        w = weight * ramp_up(step / ramp_steps)
        of_frames, grad_frames = _losses(frames, frame_targets, teacher_frames, w)
        of_clips, grad_clips = _losses(clips, clip_targets, teacher_clips, w)
        student.zero_grad()
        student.backward(grad_frames, grad_clips)
        losses[step] = of_frames + of_clips
        nn.require_finite(student, x, losses[step].sum(), step=step + 1)
        update.step()
        follow(teacher, student, min(1 - 1 / (step + 1), decay))
    student.eval()
    return Taught(teacher.eval(), *losses.T)


def ramp_up(t: float) -> float:
    """exp(-5 (1 - t)²) for t from 0 to 1, then 1."""
    return math.exp(-5 * (1 - min(t, 1)) ** 2)


def follow(teacher: nn.Module, student: nn.Module, decay: float) -> None:
    """Move the average a step: teacher = decay · teacher + (1 - decay) · student, parameter by parameter."""
    for average, newest in zip(teacher.parameters(), student.parameters(), strict=True):
        average.data += (1 - decay) * (newest.data - average.data)


def _losses(
    logits: np.ndarray, targets: tuple[slice, np.ndarray] | None, teacher_probability: np.ndarray, w: float
) -> tuple[np.ndarray, np.ndarray]:
    """Supervised and consistency loss of one kind of logits, and the gradient of the first + w · the second."""
    squares, probability = nn.MSELoss(), nn.Sigmoid()
    consistency = squares(probability(logits), teacher_probability)
    grad = w * probability.backward(squares.backward())
    if targets is None:
        return np.array([0.0, consistency]), grad
    rows, y = targets
    cross_entropy = nn.BCEWithLogitsLoss()
    supervised = cross_entropy(logits[rows], y)
    grad[rows] += cross_entropy.backward()
    return np.array([supervised, consistency]), grad


def _teacher_of(student: FrameDetector, seed: int) -> FrameDetector:
    """A copy with dropout of its own: with the student's generator it would drop the same numbers as the student."""
    teacher = copy.deepcopy(student).train()
    for k, module in enumerate(teacher.modules()):
        if isinstance(module, nn.Dropout):
            module.rng = np.random.default_rng([seed, 1, k])
    return teacher


class _Batches:
    """Batches of all kinds of clips, one kind after the other."""

    def __init__(
        self,
        strong: Labelled | None,
        weak: Labelled | None,
        unlabelled: np.ndarray | None,
        *,
        batch_size: int,
        seed: int,
    ) -> None:
        if strong is None and weak is None:
            raise _check.error("there are no labels; pass strong=(x, y) or weak=(x, y)")
        given = {"strong": strong, "weak": weak, "unlabelled": None if unlabelled is None else (unlabelled, None)}
        self.kinds = {name: pair for name, pair in given.items() if pair is not None}
        self.size, self.seed = _check.whole_number(batch_size, "batch_size"), seed
        for name, (x, y) in self.kinds.items():
            if np.ndim(x) != 4 or len(x) == 0 or (y is not None and len(x) != len(y)):
                targets = "" if y is None else f" and targets {np.shape(y)}"
                raise _check.error(
                    f"{name} has spectrograms {np.shape(x)}{targets}, expected (n, 1, n_mels, n_frames), at least one"
                    + (", and as many targets" if y is not None else "")
                )

    def draw(self, step: int) -> tuple[np.ndarray, tuple[slice, np.ndarray] | None, tuple[slice, np.ndarray] | None]:
        """Spectrograms; rows and targets of those with strong labels, and of those with weak ones."""
        rng = np.random.default_rng([self.seed, 0, step])
        spectrograms: list[np.ndarray] = []
        targets: dict[str, tuple[slice, np.ndarray]] = {}
        for k, (name, (x, y)) in enumerate(self.kinds.items()):
            chosen = rng.choice(len(x), size=self.size, replace=len(x) < self.size)
            spectrograms.append(x[chosen])
            if y is not None:
                targets[name] = slice(k * self.size, (k + 1) * self.size), y[chosen]
        return np.concatenate(spectrograms), targets.get("strong"), targets.get("weak")
