"""The mistakes that exercise 05, the convolution, knows by name."""

import numpy as np

from exercises.checking.mistakes import Mistakes

FORWARD = Mistakes("conv2d_forward")
DX, DW, DB = (Mistakes("conv2d_backward", plantable=False, part=i) for i in range(3))


def forward(x, w, b, stride, pad, mode="constant"):
    """The definition, a position of the kernel at a time."""
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode=mode)
    rows, columns = (1 + (xp.shape[2 + i] - w.shape[2 + i]) // stride for i in (0, 1))
    out = np.zeros((len(x), len(w), rows, columns)) + b[:, None, None]
    for u, v in np.ndindex(w.shape[2:]):
        out += np.einsum("ncij,oc->noij", part(xp, u, v, rows, columns, stride), w[:, :, u, v])
    return out


def part(xp, u, v, rows, columns, stride):
    return xp[:, :, u : u + rows * stride : stride, v : v + columns * stride : stride]


def backward(dout, x, w, b, stride, pad):
    """The derivatives with respect to the *padded* image and to the kernels."""
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for u, v in np.ndindex(w.shape[2:]):
        dw[:, :, u, v] = np.einsum("noij,ncij->oc", dout, part(xp, u, v, *dout.shape[2:], stride))
        part(dxp, u, v, *dout.shape[2:], stride)[...] += np.einsum("noij,oc->ncij", dout, w[:, :, u, v])
    return dxp, dw


def inner(dxp, pad):
    return dxp[:, :, pad : dxp.shape[2] - pad, pad : dxp.shape[3] - pad]


@FORWARD.mistake(
    "you flip the kernel, as a convolution in mathematics does.",
    "Here w[..., u, v] meets x[..., i + u, j + v]: no flip.",
)
def flipped(x, w, b, stride, pad):
    return forward(x, w[:, :, ::-1, ::-1], b, stride, pad), None


@FORWARD.mistake("the two axes of the kernel are swapped.", "u goes along F, v along T.")
def swapped(x, w, b, stride, pad):
    return forward(x, w.swapaxes(2, 3), b, stride, pad), None


@FORWARD.mistake("the bias b is missing.", "Add b[o] to every value of output channel o.")
def no_bias(x, w, b, stride, pad):
    return forward(x, w, 0 * b, stride, pad), None


@FORWARD.mistake("b is added once for every position of the kernel.", "Add it once, outside of the loop.")
def bias_each_time(x, w, b, stride, pad):
    return forward(x, w, b * w.shape[2] * w.shape[3], stride, pad), None


@FORWARD.mistake("b is added once for every input channel.", "Add it once, after the sum over c.")
def bias_each_channel(x, w, b, stride, pad):
    return forward(x, w, b * w.shape[1], stride, pad), None


@FORWARD.mistake("only the first input channel is used.", "The sum goes over c, too.")
def first_channel(x, w, b, stride, pad):
    return forward(x[:, :1], w[:, :1], b, stride, pad), None


@FORWARD.mistake("you take the mean over the input channels.", "It is a sum over c, u and v.")
def channel_mean(x, w, b, stride, pad):
    return forward(x, w / w.shape[1], b, stride, pad), None


@FORWARD.mistake("the padding is missing.", "Put `pad` zeros on each side of both axes: np.pad.")
def no_padding(x, w, b, stride, pad):
    return forward(x, w, b, stride, 0), None


@FORWARD.mistake("you continue the image with its edge; the padding is of zeros.", "np.pad without a mode.")
def edge_padding(x, w, b, stride, pad):
    return forward(x, w, b, stride, pad, mode="edge"), None


@FORWARD.mistake("you pad with the image's mirror; the padding is of zeros.", "np.pad without a mode.")
def mirror_padding(x, w, b, stride, pad):
    return forward(x, w, b, stride, pad, mode="reflect"), None


@FORWARD.mistake("the stride is missing.", "Step by `stride` along both axes.")
def no_stride(x, w, b, stride, pad):
    return forward(x, w, b, 1, pad), None


@FORWARD.mistake("the stride is used along the first axis only.", "Step by `stride` along both axes.")
def half_stride(x, w, b, stride, pad):
    return forward(x, w, b, 1, pad)[:, :, ::stride], None


@DX.mistake("dx still has the padding on it.", "Cut off `pad` rows and columns on each side.")
def with_padding(dout, x, w, b, stride, pad):
    return backward(dout, x, w, b, stride, pad)[0]


@DX.mistake(
    "the kernel is flipped in the backward pass.",
    "What w[u, v] took from x[i + u, j + v] it gives back there: dxp[i + u, j + v] += dout[i, j] * w[u, v].",
)
def flipped_back(dout, x, w, b, stride, pad):
    return inner(backward(dout, x, w[:, :, ::-1, ::-1], b, stride, pad)[0], pad)


@DX.mistake("the upstream gradient is forgotten: you assume that dout is 1.", "Multiply with dout.")
def dx_of_ones(dout, x, w, b, stride, pad):
    return inner(backward(np.ones_like(dout), x, w, b, stride, pad)[0], pad)


@DX.mistake("where windows overlap, the last one overwrites the others.", "Add up: dxp[...] += ..., not =.")
def overwritten(dout, x, w, b, stride, pad):
    dxp = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for u, v in np.ndindex(w.shape[2:]):
        part(dxp, u, v, *dout.shape[2:], stride)[...] = np.einsum("noij,oc->ncij", dout, w[:, :, u, v])
    return inner(dxp, pad)


@DX.mistake("where windows overlap, the last one overwrites the others.", "Add up: dxp[...] += ..., not =.")
def overwritten_by_windows(dout, x, w, b, stride, pad):
    dxp = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for i, j in np.ndindex(dout.shape[2:]):
        window = np.s_[:, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
        dxp[window] = np.einsum("no,ocuv->ncuv", dout[:, :, i, j], w)
    return inner(dxp, pad)


@DX.mistake("the stride is forgotten in the backward pass.", "out[i, j] came from xp[i * stride + u, j * stride + v].")
def dx_without_stride(dout, x, w, b, stride, pad):
    dxp = np.zeros((*x.shape[:2], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    for u, v in np.ndindex(w.shape[2:]):
        part(dxp, u, v, *dout.shape[2:], 1)[...] += np.einsum("noij,oc->ncij", dout, w[:, :, u, v])
    return inner(dxp, pad)


@DW.mistake("you take the mean over the batch.", "The loss's derivative is a sum; a mean is in dout if there is one.")
def dw_mean(dout, x, w, b, stride, pad):
    return backward(dout, x, w, b, stride, pad)[1] / len(x)


@DW.mistake("only one image of the batch is used.", "w was used for all of them: sum over n.")
def dw_first(dout, x, w, b, stride, pad):
    return backward(dout[:1], x[:1], w, b, stride, pad)[1]


@DW.mistake("only one image of the batch is used.", "w was used for all of them: dw[...] += ..., not =.")
def dw_last(dout, x, w, b, stride, pad):
    return backward(dout[-1:], x[-1:], w, b, stride, pad)[1]


@DW.mistake("the upstream gradient is forgotten: you assume that dout is 1.", "Multiply with dout.")
def dw_of_ones(dout, x, w, b, stride, pad):
    return backward(np.ones_like(dout), x, w, b, stride, pad)[1]


@DW.mistake("dw is flipped.", "dw[u, v] belongs to xp[i * stride + u, j * stride + v].")
def dw_flipped(dout, x, w, b, stride, pad):
    return backward(dout, x, w, b, stride, pad)[1][:, :, ::-1, ::-1]


@DW.mistake("the stride is forgotten in the backward pass.", "out[i, j] came from xp[i * stride + u, j * stride + v].")
def dw_without_stride(dout, x, w, b, stride, pad):
    return backward(dout, x, w, b, 1, pad)[1]


@DB.mistake("you take a mean.", "b[o] was added to every value of out[:, o]: sum them up.")
def db_mean(dout, *inputs):
    return dout.mean(axis=(0, 2, 3))


@DB.mistake("you take the mean over the batch.", "b[o] was added in every image: sum over n, too.")
def db_batch_mean(dout, *inputs):
    return dout.sum(axis=(2, 3)).mean(axis=0)


@DB.mistake("you sum over i and j only.", "b[o] was added in every image: sum over n, too.")
def db_without_batch(dout, *inputs):
    return dout.sum(axis=(2, 3))


@DB.mistake("you sum over n only.", "b[o] was added at every place: sum over i and j, too.")
def db_without_places(dout, *inputs):
    return dout.sum(axis=0)


@DB.mistake("you sum over the output channels, too.", "Each channel has its own b[o].")
def db_all(dout, *inputs):
    return dout.sum()


@DB.mistake("the upstream gradient is forgotten: you assume that dout is 1.", "Sum up dout.")
def db_of_ones(dout, *inputs):
    return np.ones_like(dout).sum(axis=(0, 2, 3))
