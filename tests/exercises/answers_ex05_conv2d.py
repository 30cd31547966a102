"""Wrong and right answers to exercise 05."""

from tests.exercises.planting import Planted

PLANTED = [
    Planted("flipped kernel", {"seen, w[:, :, u, v])": "seen, w[:, :, kf - 1 - u, kt - 1 - v])"}, says="mathematics"),
    Planted("no bias", {" + b[:, np.newaxis, np.newaxis]": ""}, says="bias b is missing"),
    Planted("bias in the loop", {" + b[:, np.newaxis, np.newaxis]": "", "w[:, :, u, v])\n    return out":
            "w[:, :, u, v]) + b[:, None, None]\n    return out"}, says="for every position"),
    Planted("no padding", {"(pad, pad), (pad, pad)": "(0, 0), (0, 0)"}, says="padding is missing"),
    Planted("reflected padding", {"(pad, pad)))": '(pad, pad)), mode="reflect")'}, says="mirror"),
    Planted("mean over the batch", {"xp[here])": "xp[here]) / len(xp)"}, says="mean over the batch"),
    Planted("overwritten", {"dxp[here] +=": "dxp[here] ="}, says="overwrites the others"),
    Planted("padding left on", {"dxp[:, :, pad : xp.shape[2] - pad, pad : xp.shape[3] - pad]": "dxp"},
            says="still has the padding on it"),
    Planted("upstream gradient forgotten", {"rows, columns = dout.shape[2:]":
            "rows, columns = dout.shape[2:]\n    dout = np.ones_like(dout)"}, says="upstream gradient is forgotten"),
    Planted("kernel flipped in the backward pass", {"dout, w[:, :, u, v])": "dout, w[:, :, -1 - u, -1 - v])"},
            says="flipped in the backward pass"),
    Planted("db without the batch", {"dout.sum(axis=(0, 2, 3))": "dout.sum(axis=(2, 3))"}, says="over i and j only"),
    Planted("stride in one direction", {"v : v + columns * stride : stride]  #": "v : v + columns]  #"}),
    Planted("pad:-pad, which is empty without padding", {"pad : xp.shape[2] - pad, pad : xp.shape[3] - pad":
            "pad:-pad, pad:-pad"}, says="dx of conv2d_backward"),
    Planted("a global in place of the cache", code="""
        def conv2d_forward(x, w, b, stride=1, pad=0, forward=conv2d_forward):
            global KEPT
            out, KEPT = forward(x, w, b, stride, pad)
            return out, 0

        def conv2d_backward(dout, cache, backward=conv2d_backward):
            return backward(dout, KEPT)
        """, says="keep what you need in the cache"),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("seven loops and lists", code="""
        def conv2d_forward(x, w, b, stride=1, pad=0):
            x = np.array(x, dtype=float)
            N, C, F, T = x.shape
            O, _, kf, kt = w.shape
            out = np.zeros((N, O, (F + 2 * pad - kf) // stride + 1, (T + 2 * pad - kt) // stride + 1))
            for n, o, i, j in np.ndindex(out.shape):
                total = b[o]
                for u in range(kf):
                    for v in range(kt):
                        f, t = i * stride + u - pad, j * stride + v - pad
                        if 0 <= f < F and 0 <= t < T:
                            total += np.dot(w[o, :, u, v], x[n, :, f, t])
                out[n, o, i, j] = total
            return out.tolist(), {"x": x, "w": w, "stride": stride, "pad": pad}

        def conv2d_backward(dout, cache):
            x, w, stride, pad = cache.values()
            dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
            for n, o, i, j in np.ndindex(dout.shape):
                db[o] += dout[n, o, i, j]
                for u, v in np.ndindex(w.shape[2:]):
                    f, t = i * stride + u - pad, j * stride + v - pad
                    if 0 <= f < x.shape[2] and 0 <= t < x.shape[3]:
                        dw[o, :, u, v] += dout[n, o, i, j] * x[n, :, f, t]
                        dx[n, :, f, t] += dout[n, o, i, j] * w[o, :, u, v]
            return [dx.tolist(), dw.tolist(), list(db)]
        """),
    Planted("im2col by strides", code="""
        def conv2d_forward(x, w, b, stride=1, pad=0):
            xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
            windows = np.lib.stride_tricks.sliding_window_view(xp, w.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
            out = np.tensordot(windows, w, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
            return out + b.reshape(1, -1, 1, 1), (windows, xp.shape, w, stride, pad)

        def conv2d_backward(dout, cache):
            windows, shape, w, stride, pad = cache
            dw = np.tensordot(dout, windows, axes=([0, 2, 3], [0, 2, 3]))
            dxp = np.zeros(shape)
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    f, t = i * stride, j * stride
                    dxp[:, :, f : f + w.shape[2], t : t + w.shape[3]] += np.tensordot(dout[:, :, i, j], w, axes=1)
            return dxp[:, :, pad : shape[2] - pad, pad : shape[3] - pad], dw, dout.sum((0, 2, 3))
        """),
    Planted("the convolution as one matrix", code="""
        def matrix_of(w, shape, stride, pad):
            _, C, F, T = shape
            O, _, kf, kt = w.shape
            rows, columns = (F + 2 * pad - kf) // stride + 1, (T + 2 * pad - kt) // stride + 1
            M = np.zeros((O, rows, columns, C, F + 2 * pad, T + 2 * pad))
            for i in range(rows):
                for j in range(columns):
                    M[:, i, j, :, i * stride : i * stride + kf, j * stride : j * stride + kt] = w
            return M[..., pad : pad + F, pad : pad + T]

        def conv2d_forward(x, w, b, stride=1, pad=0):
            M = matrix_of(w, x.shape, stride, pad)
            return np.tensordot(x, M, axes=([1, 2, 3], [3, 4, 5])) + np.reshape(b, (-1, 1, 1)), (x, w, stride, pad)

        def conv2d_backward(dout, cache):
            x, w, stride, pad = cache
            dx = np.tensordot(dout, matrix_of(w, x.shape, stride, pad), axes=([1, 2, 3], [0, 1, 2]))
            xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
            dw = np.zeros_like(w)
            for (o, c, u, v), _ in np.ndenumerate(w):
                seen = xp[:, c, u:, v:][:, ::stride, ::stride][:, : dout.shape[2], : dout.shape[3]]
                dw[o, c, u, v] = np.sum(dout[:, o] * seen)
            return dx, dw, np.einsum("noij->o", dout)
        """),
    Planted("im2col with index arrays, and np.add.at", code="""
        def places(shape, w, stride, pad):
            kf, kt = w.shape[2:]
            rows, columns = (shape[2] + 2 * pad - kf) // stride + 1, (shape[3] + 2 * pad - kt) // stride + 1
            f = stride * np.arange(rows)[:, None, None, None] + np.arange(kf)[:, None]
            t = stride * np.arange(columns)[:, None, None] + np.arange(kt)
            return f, t  # (rows, 1, kf, 1) and (columns, 1, kt)

        def conv2d_forward(x, w, b, stride=1, pad=0):
            f, t = places(x.shape, w, stride, pad)
            cols = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, f, t]  # (N, C, rows, columns, kf, kt)
            out = np.einsum("ncijuv,ocuv->noij", cols, w) + b[None, :, None, None]
            return out, {"cols": cols, "w": w, "shape": x.shape, "stride": stride, "pad": pad}

        def conv2d_backward(dout, cache):
            cols, w, pad = cache["cols"], cache["w"], cache["pad"]
            N, C, F, T = cache["shape"]
            dx = np.zeros((N, C, F + 2 * pad, T + 2 * pad))
            f, t = places(cache["shape"], w, cache["stride"], pad)
            np.add.at(dx, (slice(None), slice(None), f, t), np.einsum("noij,ocuv->ncijuv", dout, w))
            dw = np.einsum("noij,ncijuv->ocuv", dout, cols)
            return dx[:, :, pad : pad + F, pad : pad + T], dw, dout.sum((0, 2, 3))
        """),
    Planted("backwards by a convolution with the turned kernel", code="""
        def conv2d_backward(dout, cache):
            xp, w, stride, pad = cache
            kf, kt = w.shape[2:]
            spread = np.zeros((len(dout), len(w), xp.shape[2] + kf - 1, xp.shape[3] + kt - 1))
            rows, columns = kf - 1 + stride * np.arange(dout.shape[2]), kt - 1 + stride * np.arange(dout.shape[3])
            spread[:, :, rows[:, None], columns] = dout
            windows = np.lib.stride_tricks.sliding_window_view(spread, (kf, kt), axis=(2, 3))
            dxp = np.einsum("noftuv,ocuv->ncft", windows, w[:, :, ::-1, ::-1])
            dw = np.stack([np.stack([np.einsum("noij,ncij->oc", dout, xp[:, :, (rows - kf + 1 + u)[:, None],
                                     columns - kt + 1 + v]) for v in range(kt)], -1) for u in range(kf)], -2)
            ends = [slice(pad, size - pad) for size in xp.shape[2:]]
            return dxp[:, :, ends[0], ends[1]], dw, dout.sum(axis=3).sum(axis=2).sum(axis=0)
        """),
]  # fmt: skip
