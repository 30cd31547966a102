"""Wrong and right answers to exercise 05."""

from tests.exercises.planting import Planted

PLANTED = [
    Planted("flipped kernel", {"seen, w[:, :, u, v])": "seen, w[:, :, kf - 1 - u, kt - 1 - v])"}, says="mathematics"),
    Planted("no bias", {" + b[:, np.newaxis, np.newaxis]": ""}, says="offset b is missing"),
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
    Planted("kernel turned round on the way back", {"dout, w[:, :, u, v])": "dout, w[:, :, -1 - u, -1 - v])"},
            says="turned round on the way back"),
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
]  # fmt: skip
