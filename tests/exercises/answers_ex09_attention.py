"""Wrong and right answers to exercise 09."""

from tests.exercises.planting import Planted

SUM = " - (weights * dweights).sum(axis=1, keepdims=True)"

PLANTED = [
    Planted("softmax down the columns", {"axis=-1": "axis=0"}, says="your columns sum to 1"),
    Planted("one softmax for all", {"axis=-1, keepdims=True": ""}, says="all your numbers together"),
    Planted("maximum forgotten", {"x - x.max(axis=-1, keepdims=True)": "x"}, says="exp overflows"),
    Planted("maximum of all rows", {"x.max(axis=-1, keepdims=True)": "x.max()"}, says="a row far below it"),
    Planted("sum forgotten", {"return powers / powers.sum(axis=-1, keepdims=True)": "return powers"},
            says="do not sum to 1"),
    Planted("no scale", {" / np.sqrt(q.shape[1]))": ")"}, says="the scale 1 / sqrt(d) is missing"),
    Planted("no scale on the way there", {"q @ k.T / np.sqrt(q.shape[1])": "q @ k.T"},
            says="Divide the scores by np.sqrt(q.shape[1])"),
    Planted("scale d", {"q @ k.T / np.sqrt(q.shape[1])": "q @ k.T / q.shape[1]"}, says="by d instead of by its root"),
    Planted("root of the number of tokens", {"q @ k.T / np.sqrt(q.shape[1])": "q @ k.T / np.sqrt(q.shape[0])"},
            says="the number of tokens"),
    Planted("softmax over the queries", {"softmax(q @ k.T / np.sqrt(q.shape[1]))":
            "softmax((q @ k.T / np.sqrt(q.shape[1])).T).T"}, says="runs over the queries"),
    Planted("weights for the output", {"return weights @ v, (": "return weights, ("}, says="the values are missing"),
    Planted("no scale backwards", {"dscores / np.sqrt(q.shape[1])": "dscores"}, says="so their gradient is too"),
    Planted("softmax as a product", {SUM: ""}, says="depend on its own score only"),
    Planted("softmax as a sigmoid", {f"weights * (dweights{SUM})": "weights * (1 - weights) * dweights"},
            says="as if it were a sigmoid"),
    Planted("sum over the queries", {"sum(axis=1": "sum(axis=0"}, says="runs over the queries"),
    Planted("mean in the bracket", {".sum(axis=1": ".mean(axis=1"}, says="the mean over the keys"),
    Planted("sum of dweights", {"(weights * dweights).sum": "dweights.sum"}, says="dweights is not weighted"),
    Planted("sum added", {"dweights - (": "dweights + ("}, says="the sum in the bracket is added"),
    Planted("softmax left out", {f"weights * (dweights{SUM})": "dweights"}, says="left out in the backward pass"),
    Planted("upstream forgotten", {"dv = weights.T @ dout": "dout = np.ones_like(dout)\n    dv = weights.T @ dout"},
            says="right for dout = 1 only"),
    Planted("order of the results", {"return dscores @ k, dscores.T @ q, dv": "return dscores.T @ q, dscores @ k, dv"},
            says="dq and dk have changed places"),
    Planted("dv not transposed", {"dv = weights.T @ dout": "dv = weights @ dout"}, says="not transposed"),
    Planted("dk from the keys", {"dscores.T @ q, dv": "dscores.T @ k, dv"}, says="that of the keys from the keys"),
    Planted("no cache", {"return weights @ v, (q, k, v, weights)": "return weights @ v"}, says="a tuple (out, cache)"),
    Planted("values weighted twice", {"dv = weights.T @ dout": "dv = weights.T @ weights @ weights.T @ dout"}),
    Planted("a hundredth too much", {"dweights = dout @ v.T": "dweights = 1.01 * dout @ v.T"}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("loops over queries and keys", code="""
        import math

        def softmax(x):
            rows = []
            for row in np.asarray(x).tolist():
                powers = [math.exp(value - max(row)) for value in row]
                rows.append([power / sum(powers) for power in powers])
            return rows

        def attention_forward(q, k, v):
            scale = 1 / math.sqrt(len(q[0]))
            scores = [[scale * sum(a * b for a, b in zip(query, key)) for key in k] for query in q]
            weights = softmax(scores)
            out = [[sum(w * value[j] for w, value in zip(row, v)) for j in range(len(v[0]))] for row in weights]
            return [out, {"q": q, "k": k, "v": v, "w": weights, "scale": scale}]

        def attention_backward(dout, cache):
            q, k, v, w, scale = cache["q"], cache["k"], cache["v"], np.array(cache["w"]), cache["scale"]
            dq, dk, dv = np.zeros(q.shape), np.zeros(k.shape), np.zeros(v.shape)
            for i in range(len(q)):
                jacobian = np.diag(w[i]) - np.outer(w[i], w[i])
                ds = jacobian @ (v @ dout[i]) * scale
                for j in range(len(k)):
                    dv[j] += w[i, j] * dout[i]
                    dq[i] += ds[j] * k[j]
                    dk[j] += ds[j] * q[i]
            return dq.tolist(), dk, dv
        """),
    Planted("einsum, an axis argument, scaled queries", code="""
        def softmax(x, axis=-1):
            x = np.asarray(x, dtype=np.float64)
            return np.exp(x - np.logaddexp.reduce(x, axis=axis, keepdims=True))

        def attention_forward(q, k, v):
            q = q * q.shape[-1] ** -0.5
            a = softmax(np.einsum("nd,md->nm", q, k))
            out = np.einsum("nm,me->ne", a, v)
            return out, (q, k, v, a, out)

        def attention_backward(dout, cache):
            q, k, v, a, out = cache
            along = np.sum(dout * out, axis=-1, keepdims=True)  # FlashAttention's shortcut for the sum over the keys
            ds = a * (np.einsum("ne,me->nm", dout, v) - along)
            dq = np.einsum("nm,md->nd", ds, k) * q.shape[-1] ** -0.5
            return dq, np.einsum("nm,nd->md", ds, q), np.einsum("nm,ne->me", a, dout)
        """),
    Planted("float32", code="""
        def softmax(x):
            powers = np.exp((x.T - x.max(axis=1)).T.astype(np.float32))
            return (powers.T / powers.sum(axis=1)).T
        """),
    Planted("all pairs at once in three axes", code="""
        def softmax(x):
            return 1 / np.sum(np.exp(np.minimum(x[:, None, :] - x[:, :, None], 700)), axis=2)

        def attention_forward(q, k, v):
            a = softmax(np.sum(q[:, None] * k, axis=2) / q.shape[-1] ** 0.5)
            return np.sum(a[:, :, None] * v, axis=1), dict(q=q, k=k, v=v, a=a)

        def attention_backward(dout, cache):
            q, k, v, a = (cache[name] for name in "qkva")
            jacobian = a[:, :, None] * (np.eye(len(k)) - a[:, None, :])  # (N, M, M)
            ds = np.einsum("nab,nb->na", jacobian, dout @ v.T) / q.shape[1] ** 0.5
            return np.tensordot(ds, k, 1), np.tensordot(ds.T, q, 1), np.tensordot(a.T, dout, 1)
        """),
    Planted("a query at a time, by an object", code="""
        class Query:
            def __init__(self, q, k, v):
                self.q, self.k, self.v = q, k, v
                self.weights = softmax((k @ q / np.sqrt(len(q)))[np.newaxis])[0]

            def back(self, d):
                ds = self.weights * (self.v @ d - self.weights @ self.v @ d) / len(self.q) ** 0.5
                return ds @ self.k, np.outer(ds, self.q), np.outer(self.weights, d)

        def softmax(x):
            shifted = x - np.amax(x, 1).reshape(-1, 1)
            return np.exp(shifted - np.log(np.exp(shifted).sum(1, keepdims=True)))

        def attention_forward(q, k, v):
            queries = [Query(row, k, v) for row in q]
            return np.vstack([one.weights @ v for one in queries]), queries

        def attention_backward(dout, cache):
            dq, dk, dv = zip(*(one.back(d) for one, d in zip(cache, dout)))
            return list(dq), sum(dk), sum(dv)
        """),
]  # fmt: skip
