r"""The gated recurrent unit: a layer with a memory that it rewrites, frame by frame, as far as its gates allow.

The state h (H numbers) of a sequence starts at zero. From the input x of a frame and the state before it,

    r  = sigmoid(W_r x + b_r + U_r h + c_r)           reset gate: how much of the old state the candidate sees
    z  = sigmoid(W_z x + b_z + U_z h + c_z)           update gate: how much of the old state is kept
    n  = tanh(W_n x + b_n + r · (U_n h + c_n))        the candidate
    h' = (1 - z) · n + z · h

and h' is also the output of the frame. `weight_ih` stacks W_r, W_z, W_n, `weight_hh` stacks U_r, U_z, U_n (Cho et al.
2014, with the reset gate after the product, as in cuDNN and PyTorch).

W x depends on no state, so it is one matrix product for all frames. What is left for the loop over frames is one
product with U and a few operations on B·H numbers; both directions of a bidirectional layer go through it together.

In the backward pass let d be dL/dh' of a frame. From h' = n + z (h - n) it follows that

    dn = d (1 - z)      dz = d (h - n)      and through tanh' = 1 - n², sigmoid' = z (1 - z):
    da_n = dn (1 - n²)    da_z = dz z (1 - z)    da_r = da_n (U_n h + c_n) r (1 - r)

where a_r, a_z, a_n are the arguments of the three functions. All are d times something that `forward` has saved for all
frames, so only d itself must be computed frame by frame, from the last to the first:

    dL/dh = d z + U_rᵀ da_r + U_zᵀ da_z + U_nᵀ (da_n r)

Conventions: sequences (B, N, D) in, (B, N, H · directions) out. Inside, arrays have directions first, then frames,
(S, N, B, ...); the backward direction stores its frames from the last to the first, so that both run forward.
"""

import math
from typing import NamedTuple

import numpy as np

from npaudio._core.checks import Check
from npaudio._core.threads import one_blas_thread, product
from npaudio.nn.fast.channels_last import sum_rows
from npaudio.nn.init import Rng, as_rng, uniform
from npaudio.nn.lengths import Lengths, is_padding
from npaudio.nn.module import Module, Parameter


class Trajectory(NamedTuple):
    """What the forward pass of a layer saves, all (S, N, B, H): gates, candidate, its recurrent part, state before."""

    r: np.ndarray
    z: np.ndarray
    n: np.ndarray
    recurrent: np.ndarray  # U_n h + c_n
    before: np.ndarray  # h


class GRU(Module):
    """Layers of gated recurrent units over sequences (B, N, D), in one direction or in both.

    The output has H numbers per frame, or 2 H if bidirectional: first the states of the forward direction, then those
    of the backward direction, which has seen the frame and all after it.

    Explained in lesson 08.

    Parameters
    ----------
    input_size, hidden_size : int
        D and H.
    num_layers : int
        Layers; each takes the output of the one below it.
    bidirectional : bool
        Whether a second unit runs from the last frame to the first.
    rng : np.random.Generator or int, optional
        For the initial weights, uniform within ±1 / sqrt(H), as in PyTorch.
    dtype : dtype
        Of the parameters; float32 or float64.

    Raises
    ------
    ValueError
        Sizes that are not positive whole numbers.

    See Also
    --------
    npaudio.models.CRNN : the network around it.

    Notes
    -----
    PyTorch's `nn.GRU(..., batch_first=True)`, with its parameter names (`weight_ih_l0`, `weight_hh_l0_reverse`) and
    shapes. `forward` returns the outputs alone; the final states are among them.

    Examples
    --------
    >>> GRU(64, 32, bidirectional=True, rng=0)(np.zeros((8, 100, 64), np.float32)).shape
    (8, 100, 64)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        *,
        rng: Rng = None,
        dtype: np.typing.DTypeLike = np.float32,
    ) -> None:
        super().__init__()
        check = Check("GRU")
        self.input_size = check.whole_number(input_size, "input_size")
        self.hidden_size = check.whole_number(hidden_size, "hidden_size")
        self.num_layers = check.whole_number(num_layers, "num_layers")
        self.bidirectional = bool(bidirectional)
        generator, bound = as_rng(rng), 1 / math.sqrt(hidden_size)
        for layer in range(self.num_layers):
            n_in = input_size if layer == 0 else hidden_size * len(self._directions)
            shapes = {"weight_ih": (n_in,), "weight_hh": (hidden_size,), "bias_ih": (), "bias_hh": ()}
            for direction in self._directions:
                for name, shape in shapes.items():
                    values = uniform((3 * hidden_size, *shape), bound, rng=generator, dtype=dtype)
                    setattr(self, f"{name}_l{layer}{direction}", Parameter(values))

    def forward(self, x: np.ndarray, lengths: Lengths = None) -> np.ndarray:  # (B, N, D)
        """Outputs (B, N, H · directions). With `lengths` (B,), frames from there on are padding and come out as 0."""
        x = Check("GRU").floating(x, "x")
        self._check_shape(x)
        padding = is_padding(lengths, len(x), x.shape[1], caller="GRU")
        inputs, trajectories = [np.ascontiguousarray(x.swapaxes(0, 1))], []  # (N, B, D)
        for layer in range(self.num_layers):
            y, trajectory = self._layer_forward(layer, inputs[-1], padding)
            inputs.append(y)
            trajectories.append(trajectory)
        y = np.ascontiguousarray(inputs.pop().swapaxes(0, 1))  # (B, N, S H)
        self._keep(y.shape, inputs, trajectories, padding)
        return y

    def backward(self, grad: np.ndarray) -> np.ndarray:
        """Through time, from the last frame to the first; see the top of the module. Layers in reverse order."""
        inputs, trajectories, padding = self._recall(grad)
        g = np.ascontiguousarray(grad.swapaxes(0, 1))  # (N, B, S H)
        for layer in reversed(range(self.num_layers)):
            g = self._layer_backward(layer, g, inputs[layer], trajectories[layer], padding)
        return np.ascontiguousarray(g.swapaxes(0, 1))  # (B, N, D)

    def _layer_forward(self, layer: int, x: np.ndarray, padding: np.ndarray | None) -> tuple[np.ndarray, Trajectory]:
        """Outputs (N, B, S H) of one layer for (N, B, D)."""
        hidden = self.hidden_size
        w_ih, w_hh, b_ih, b_hh = self._stacked(layer)  # (S, 3 H, D), (S, 3 H, H), (S, 3 H), (S, 3 H)
        from_input = self._from_input(x, w_ih, b_ih)  # (S, N, B, 3 H)
        from_input[..., : 2 * hidden] += b_hh[:, None, None, : 2 * hidden]
        if padding is not None:  # the gate keeps the state through the padding: z = sigmoid(inf) = 1
            for s, gates in enumerate(from_input):
                gates[..., hidden : 2 * hidden][flipped(padding.T, s)] = np.inf
        states, trajectory = run(from_input, w_hh, b_hh[:, None, 2 * hidden :])
        return self._joined(states, padding), trajectory

    def _layer_backward(
        self, layer: int, grad: np.ndarray, x: np.ndarray, trajectory: Trajectory, padding: np.ndarray | None
    ) -> np.ndarray:
        """dL/dx (N, B, D) of one layer from dL/dy (N, B, S H); adds to the gradients of its parameters."""
        w_ih, w_hh, _, _ = self._stacked(layer)
        grad_states = self._split(grad, padding)  # (S, N, B, H)
        to_state, to_input = run_back(grad_states, w_hh, trajectory)  # (S, N, B, 3 H) each
        grad_x = np.zeros_like(x)
        for s, direction in enumerate(self._directions):
            rows_x = flipped(x, s).reshape(-1, x.shape[-1])  # (N B, D)
            rows_h = trajectory.before[s].reshape(-1, self.hidden_size)  # (N B, H)
            rows_i, rows_s = (array[s].reshape(-1, 3 * self.hidden_size) for array in (to_input, to_state))
            for name, gradient in (
                ("weight_ih", product(rows_i.T, rows_x)),
                ("weight_hh", product(rows_s.T, rows_h)),
                ("bias_ih", sum_rows(rows_i)),
                ("bias_hh", sum_rows(rows_s)),
            ):
                getattr(self, f"{name}_l{layer}{direction}").grad += gradient
            grad_x += flipped(product(rows_i, w_ih[s]).reshape(x.shape), s)
        return grad_x

    def _from_input(self, x: np.ndarray, w_ih: np.ndarray, b_ih: np.ndarray) -> np.ndarray:
        """W x + b for all frames, (S, N, B, 3 H), the backward direction from the last frame to the first."""
        n, batch, size = x.shape
        return np.stack(
            [
                flipped((product(x.reshape(-1, size), w.T) + b).reshape(n, batch, -1), s)
                for s, (w, b) in enumerate(zip(w_ih, b_ih, strict=True))
            ]
        )

    def _joined(self, states: np.ndarray, padding: np.ndarray | None) -> np.ndarray:
        """States (S, N, B, H) of both directions side by side, (N, B, S H), and 0 in the padding."""
        y = np.concatenate([flipped(state, s) for s, state in enumerate(states)], axis=-1)
        if padding is not None:
            y[padding.T] = 0
        return y

    def _split(self, grad: np.ndarray, padding: np.ndarray | None) -> np.ndarray:
        """The backward pass of `_joined`."""
        if padding is not None:
            grad = np.where(padding.T[..., None], 0, grad)
        parts = np.split(grad, len(self._directions), axis=-1)
        return np.stack([flipped(part, s) for s, part in enumerate(parts)])

    def _stacked(self, layer: int) -> list[np.ndarray]:
        """The four kinds of parameters of a layer, directions first."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [
            np.stack([getattr(self, f"{name}_l{layer}{direction}").data for direction in self._directions])
            for name in names
        ]

    @property
    def _directions(self) -> tuple[str, ...]:
        return ("", "_reverse") if self.bidirectional else ("",)

    def _check_shape(self, x: np.ndarray) -> None:
        if x.ndim != 3 or x.shape[2] != self.input_size or x.size == 0:
            raise ValueError(
                f"GRU: x has shape {x.shape}, expected (batch, n_frames, {self.input_size}), none of them 0; "
                "add the batch axis with x[None], or check the order of the axes"
            )

    def _options(self) -> str:
        options = f"{self.input_size}, {self.hidden_size}"
        options += f", num_layers={self.num_layers}" if self.num_layers > 1 else ""
        return options + (", bidirectional=True" if self.bidirectional else "")


def run(from_input: np.ndarray, w_hh: np.ndarray, bias_n: np.ndarray) -> tuple[np.ndarray, Trajectory]:
    """States (S, N, B, H) after each frame, from W x + b (S, N, B, 3 H), U (S, 3 H, H) and c_n (S, 1, H)."""
    n_directions, n_frames, batch, triple = from_input.shape
    hidden = triple // 3
    gates = np.empty((n_directions, n_frames, batch, 2 * hidden), from_input.dtype)  # r and z
    n, recurrent = (np.empty((n_directions, n_frames, batch, hidden), from_input.dtype) for _ in range(2))
    states = np.zeros((n_directions, n_frames + 1, batch, hidden), from_input.dtype)
    u = np.ascontiguousarray(w_hh.swapaxes(1, 2))  # (S, H, 3 H)
    from_state = np.empty((n_directions, batch, triple), from_input.dtype)
    with one_blas_thread():
        for t in range(n_frames):
            h = states[:, t]
            np.matmul(h, u, out=from_state)
            rz = sigmoid_of_sum(from_input[:, t, :, : 2 * hidden], from_state[..., : 2 * hidden], out=gates[:, t])
            np.add(from_state[..., 2 * hidden :], bias_n, out=recurrent[:, t])
            candidate = np.multiply(rz[..., :hidden], recurrent[:, t], out=n[:, t])
            candidate += from_input[:, t, :, 2 * hidden :]
            np.tanh(candidate, out=candidate)
            h_next = np.subtract(h, candidate, out=states[:, t + 1])
            h_next *= rz[..., hidden:]
            h_next += candidate  # n + z (h - n)
    trajectory = Trajectory(gates[..., :hidden], gates[..., hidden:], n, recurrent, states[:, :-1])
    return states[:, 1:], trajectory


def run_back(grad: np.ndarray, w_hh: np.ndarray, trajectory: Trajectory) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of U h + c and of W x + b, (S, N, B, 3 H) each, from those of the states (S, N, B, H).

    The two differ only in the part of n. Every factor of d is computed for all frames at once, before the loop.
    """
    r, z, n, recurrent, before = trajectory
    in_n = (1 - z) * (1 - n * n)  # da_n / d
    factors = np.stack(
        [in_n * recurrent * r * (1 - r), (before - n) * z * (1 - z), in_n * r], axis=3
    )  # (S, N, B, 3, H)
    to_state = np.empty((*grad.shape[:3], 3 * grad.shape[3]), grad.dtype)
    d_all = np.empty_like(grad)
    later = np.zeros_like(grad[:, 0])  # dL/dh from all later frames
    with one_blas_thread():
        for t in reversed(range(grad.shape[1])):
            d = np.add(grad[:, t], later, out=d_all[:, t])
            gates = to_state[:, t]  # (S, B, 3 H)
            np.multiply(d[:, :, None], factors[:, t], out=gates.reshape(factors[:, t].shape))
            np.matmul(gates, w_hh, out=later)
            later += d * z[:, t]
    to_input = to_state.copy()
    to_input[..., 2 * grad.shape[3] :] = d_all * in_n
    return to_state, to_input


def sigmoid_of_sum(a: np.ndarray, b: np.ndarray, *, out: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-(a + b))) = (1 + tanh((a + b) / 2)) / 2, which cannot overflow."""
    np.add(a, b, out=out)
    out *= 0.5
    np.tanh(out, out=out)
    out += 1
    out *= 0.5
    return out


def flipped(frames: np.ndarray, direction: int) -> np.ndarray:
    """A view (N, ...) from the first frame to the last, or for direction 1 from the last to the first."""
    return frames[::-1] if direction else frames
