"""Wrong and right answers to exercise 06."""

from tests.exercises.planting import Planted

DX = "dx = inv_std * (g - g.mean(axis=0) - x_hat * (g * x_hat).mean(axis=0))"

PLANTED = [
    Planted("unbiased variance", {"np.mean(centred**2, axis=0)": "x.var(axis=0, ddof=1)"}, says="*unbiased*"),
    Planted("layer norm", code="""
        def batch_norm_forward(x, gamma, beta, eps=1e-5):
            mu = x.mean(axis=1, keepdims=True)
            x_hat = (x - mu) / np.sqrt(x.var(axis=1, keepdims=True) + eps)
            return gamma * x_hat + beta, (x_hat, 1, gamma)
        """, says="layer normalisation"),
    Planted("eps behind the root", {"np.sqrt(np.mean(centred**2, axis=0) + eps)":
            "(np.sqrt(np.mean(centred**2, axis=0)) + eps)"}, says="behind the square root"),
    Planted("no eps", {"axis=0) + eps)": "axis=0))"}, says="eps is missing"),
    Planted("variance for deviation", {"1 / np.sqrt(np.mean(centred**2, axis=0) + eps)":
            "1 / (np.mean(centred**2, axis=0) + eps)"}, says="instead of by its square root"),
    Planted("out without cache", {"gamma * x_hat + beta, (x_hat, inv_std, gamma)": "gamma * x_hat + beta"},
            says="a tuple (out, cache) was expected"),
    Planted("mean and variance as constants", {DX: "dx = inv_std * g"}, says="as constants"),
    Planted("variance as a constant", {" - x_hat * (g * x_hat).mean(axis=0)": ""}, says="the variance as a constant"),
    Planted("mean as a constant", {"g - g.mean(axis=0) - ": "g - "}, says="the mean as a constant"),
    Planted("dx without gamma", {"g = gamma * dout": "g = dout"}, says="gamma is missing"),
    Planted("dx without the deviation", {"dx = inv_std * ": "dx = "}, says="the factor 1 / sqrt(var + eps) is missing"),
    Planted("sums for means in dx", {"g.mean(axis=0)": "g.sum(axis=0)",
            "(g * x_hat).mean(axis=0)": "(g * x_hat).sum(axis=0)"}, says="where <.> asks for means"),
    Planted("wrong sign in dx", {" - x_hat * (g": " + x_hat * (g"}, says="last term has the wrong sign"),
    Planted("means for sums", {"dout.sum(axis=0)": "dout.mean(axis=0)"}, says="asks for the sum"),
    Planted("mean in dgamma", {"(dout * x_hat).sum": "(dout * x_hat).mean"}, says="you take the mean over the rows"),
    Planted("dgamma of out", {"(x_hat, inv_std, gamma)": "(x_hat, inv_std, gamma, gamma * x_hat + beta)",
            "x_hat, inv_std, gamma = cache": "x_hat, inv_std, gamma, out = cache",
            "(dout * x_hat).sum": "(dout * out).sum"}, says="by out instead of by x_hat"),
    Planted("dgamma of x", {"(x_hat, inv_std, gamma)": "(x_hat, inv_std, gamma, x)",
            "x_hat, inv_std, gamma = cache": "x_hat, inv_std, gamma, x = cache",
            "(dout * x_hat).sum": "(dout * x).sum"}, says="by x instead of by x_hat"),
    Planted("dgamma not summed", {"(dout * x_hat).sum(axis=0)": "dout * x_hat"}, says="not summed over the rows"),
    Planted("dbeta not summed", {"dout.sum(axis=0)": "dout"}, says="it is not summed over the rows"),
    Planted("dbeta with gamma", {"dbeta = dout.": "dbeta = gamma * dout."}, says="dbeta is multiplied by gamma"),
    Planted("upstream forgotten", {"dout.sum(axis=0)": "np.ones_like(dout).sum(axis=0)"}, says="upstream gradient"),
    Planted("order of the results", {"return dx, dgamma, dbeta": "return dx, dbeta, dgamma"}, says="this is dgamma"),
    Planted("two results", {"return dx, dgamma, dbeta": "return dx, dgamma"}, says="has 2 parts"),
    Planted("variance over one row too few", {"np.mean(centred**2, axis=0)": "np.mean(centred[:-1] ** 2, axis=0)"}),
    Planted("half of the last term", {" - x_hat * (g": " - 0.5 * x_hat * (g"}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("the graph node by node", code="""
        def batch_norm_forward(x, gamma, beta, eps=1e-5):
            mu = np.mean(x, axis=0)
            var = np.var(x, axis=0)
            std = np.sqrt(var + eps)
            return gamma * ((x - mu) / std) + beta, {"x": x, "mu": mu, "std": std, "gamma": gamma}

        def batch_norm_backward(dout, cache):
            xmu, std, n = cache["x"] - cache["mu"], cache["std"], len(dout)
            dxhat = dout * cache["gamma"]
            dvar = np.sum(dxhat * xmu, axis=0) * -0.5 * std ** -3
            dmu = -np.sum(dxhat, axis=0) / std + dvar * np.mean(-2 * xmu, axis=0)
            dx = dxhat / std + dvar * 2 * xmu / n + dmu / n
            return dx, np.sum(dout * xmu / std, axis=0), np.sum(dout, axis=0)
        """),
    Planted("loops and lists", code="""
        import math

        def batch_norm_forward(x, gamma, beta, eps=1e-5):
            n, c = x.shape
            out = [[0.0] * c for _ in range(n)]
            hat, inv = [[0.0] * c for _ in range(n)], []
            for j in range(c):
                mean = sum(float(x[i, j]) for i in range(n)) / n
                var = sum((float(x[i, j]) - mean) ** 2 for i in range(n)) / n
                inv.append(1 / math.sqrt(var + eps))
                for i in range(n):
                    hat[i][j] = (float(x[i, j]) - mean) * inv[j]
                    out[i][j] = float(gamma[j]) * hat[i][j] + float(beta[j])
            return [out, (hat, inv, list(gamma))]

        def batch_norm_backward(dout, cache):
            hat, inv, gamma = cache
            n, c = len(hat), len(inv)
            dbeta = [sum(dout[i][j] for i in range(n)) for j in range(c)]
            dgamma = [sum(dout[i][j] * hat[i][j] for i in range(n)) for j in range(c)]
            dx = [[gamma[j] * inv[j] / n * (n * dout[i][j] - dbeta[j] - hat[i][j] * dgamma[j]) for j in range(c)]
                  for i in range(n)]
            return dx, dgamma, dbeta
        """),
    Planted("float32", code="""
        def batch_norm_forward(x, gamma, beta, eps=1e-5):
            x = x.astype(np.float32)
            x_hat = ((x - x.mean(0)) / np.sqrt(x.var(0) + eps)).astype(np.float32)
            inv_std = 1 / np.sqrt(x.var(0) + eps)
            return gamma.astype(np.float32) * x_hat + beta.astype(np.float32), (x_hat, inv_std, gamma)
        """),
    Planted("projections: matrices that take the mean away", code="""
        def batch_norm_forward(x, gamma, beta, eps=1e-5):
            n = len(x)
            centre = np.eye(n) - np.ones((n, n)) / n
            spread = np.sqrt(np.einsum("ij,ij->j", centre @ x, centre @ x) / n + eps)
            return (centre @ x) @ np.diag(gamma / spread) + beta, {"x": x, "spread": spread, "gamma": gamma}

        def batch_norm_backward(dout, cache):
            n = len(dout)
            centre, hat = np.eye(n) - 1 / n, (cache["x"] - cache["x"].mean(0)) / cache["spread"]
            dx = np.empty_like(dout)
            for j, column in enumerate(hat.T):
                dx[:, j] = (centre - np.outer(column, column) / n) @ dout[:, j] * cache["gamma"][j] / cache["spread"][j]
            return dx, np.diag(dout.T @ hat), np.ones(n) @ dout
        """),
    Planted("an object as the cache, channels first", code="""
        class Normalised:
            def __init__(self, x, eps):
                rows = np.ascontiguousarray(np.transpose(x))
                self.std = np.sqrt(np.var(rows, axis=1, ddof=0) + eps)
                self.hat = (rows - np.mean(rows, axis=1)[:, None]) / self.std[:, None]

        def batch_norm_forward(x, gamma, beta, eps=1e-5):
            kept = Normalised(x, eps)
            kept.gamma = np.array(gamma)
            return (kept.hat * gamma[:, None] + beta[:, None]).T, (kept,)

        def batch_norm_backward(dout, cache):
            kept, g = cache[0], dout.T
            dgamma, dbeta = np.sum(g * kept.hat, axis=1), np.sum(g, axis=1)
            n = g.shape[1]
            dx = (n * g - dbeta[:, None] - kept.hat * dgamma[:, None]) * (kept.gamma / kept.std / n)[:, None]
            return dx.T, dgamma, dbeta
        """),
    Planted("the Jacobian of each column", code="""
        def batch_norm_backward(dout, cache):
            x_hat, inv_std, gamma = cache
            n, c = x_hat.shape
            jacobian = np.eye(n)[:, :, None] - (1 + x_hat[:, None, :] * x_hat[None, :, :]) / n
            dx = np.einsum("ic,ijc,c->jc", dout, jacobian, gamma * inv_std)
            return dx, np.einsum("ic,ic->c", dout, x_hat), np.einsum("ic->c", dout)
        """),
]  # fmt: skip
