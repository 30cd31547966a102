"""Wrong and right answers to exercise 07."""

from tests.exercises.planting import Planted

PLANTED = [
    Planted("the formula as it stands", code="""
        def bce_with_logits(logits, targets):
            p = 1 / (1 + np.exp(-logits))
            loss = -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))
            return loss, (p - targets) / logits.size
        """, says="an exp or a log overflows"),
    Planted("clipped probabilities", code="""
        def bce_with_logits(logits, targets):
            p = np.clip(1 / (1 + np.exp(-logits)), 1e-7, 1 - 1e-7)
            loss = -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))
            return loss, (p - targets) / logits.size
        """, says="it stops growing"),
    Planted("a small number in the logarithm", code="""
        def bce_with_logits(logits, targets):
            p = 1 / (1 + np.exp(-logits))
            loss = -np.mean(targets * np.log(p + 1e-9) + (1 - targets) * np.log(1 - p + 1e-9))
            return loss, (p - targets) / logits.size
        """, says="Don't clip p or add a small number"),
    Planted("no sigmoid", code="""
        def bce_with_logits(logits, targets):
            loss = -np.mean(targets * np.log(logits) + (1 - targets) * np.log(1 - logits))
            return loss, (logits - targets) / logits.size
        """, says="the sigmoid is missing"),
    Planted("sum", {"float(losses.mean())": "float(losses.sum())"}, says="the task asks for their mean"),
    Planted("mean over clips", {"float(losses.mean()), (p - targets) / losses.size":
            "losses.sum(axis=1).mean(), (p - targets) / len(losses)"}, says="mean over the clips only"),
    Planted("a loss for each number", {"float(losses.mean())": "losses"}, says="a loss for each number"),
    Planted("log2", {"float(losses.mean())": "float(losses.mean() / np.log(2))"}, says="base 2"),
    Planted("gradient of the sum", {"(p - targets) / losses.size": "p - targets"}, says="gradient of the sum"),
    Planted("slope of the sigmoid twice", {"(p - targets) /": "(p - targets) * p * (1 - p) /"},
            says="the slope of the sigmoid"),
    Planted("y - p", {"(p - targets)": "(targets - p)"}, says="opposite sign, y - p"),
    Planted("softmax", code="""
        def bce_with_logits(logits, targets):
            p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
            losses = -targets * np.log(p) - (1 - targets) * np.log(1 - p)
            return losses.mean(), (p - targets) / p.size
        """, says="softmax over the classes"),
    Planted("gradient left out", {"float(losses.mean()), (p - targets) / losses.size": "float(losses.mean())"},
            says="a tuple (loss, grad) was expected"),
    Planted("no alpha", {"np.where(targets == 1, alpha, 1 - alpha)": "1"}, says="alpha_t is missing"),
    Planted("alpha for all", {"np.where(targets == 1, alpha, 1 - alpha)": "alpha"},
            says="the negatives with alpha too"),
    Planted("alpha turned", {"alpha, 1 - alpha)": "1 - alpha, alpha)"}, says="have changed places"),
    Planted("factor as a constant", {"(gamma * np.exp(log_p) * log_p - miss)": "-miss"}, says="as a constant"),
    Planted("not turned back", {"grad = sign * weight": "grad = weight"}, says="this is dloss/dz"),
    Planted("hard examples fade", {"miss**gamma": "np.exp(log_p)**gamma"}, says="the *hard* examples fade"),
    Planted("gamma ignored", {"miss**gamma": "miss**2"}, says="whatever is passed as gamma"),
    Planted("naive focal loss", code="""
        def focal_loss(logits, targets, gamma=2.0, alpha=0.25):
            p = 1 / (1 + np.exp(-logits))
            p_t = np.where(targets == 1, p, 1 - p)
            a_t = np.where(targets == 1, alpha, 1 - alpha)
            slope = a_t * (1 - p_t) ** gamma * (gamma * p_t * np.log(p_t) - (1 - p_t)) / p.size
            return np.mean(-a_t * (1 - p_t) ** gamma * np.log(p_t)), np.where(targets == 1, slope, -slope)
        """, says="all wrong: loss: your loss is inf"),
    Planted("the square of the focal factor", {"miss**gamma": "miss**(2 * gamma)"}),
    Planted("loss a hundredth too high", {"float(losses.mean())": "float(1.01 * losses.mean())"}),
]  # fmt: skip

ANOTHER_STYLE = [
    Planted("logaddexp and tanh", code="""
        def bce_with_logits(logits, targets):
            loss = np.mean(np.logaddexp(0, logits) - targets * logits)
            return loss, (0.5 + 0.5 * np.tanh(logits / 2) - targets) / logits.size

        def focal_loss(logits, targets, gamma=2.0, alpha=0.25):
            up = np.logaddexp(0, -logits)       # -log p
            down = np.logaddexp(0, logits)      # -log(1 - p)
            p, q = np.exp(-up), np.exp(-down)
            pos, neg = alpha * targets, (1 - alpha) * (1 - targets)
            loss = np.mean(pos * q**gamma * up + neg * p**gamma * down)
            grad = pos * q**gamma * (-gamma * p * up - q) - neg * p**gamma * (-gamma * q * down - p)
            return np.array(loss), grad / logits.size
        """),
    Planted("loops and lists", code="""
        import math

        def minus_log_p(s):
            return max(-s, 0) + math.log1p(math.exp(-abs(s)))

        def bce_with_logits(logits, targets):
            n, total, grad = logits.size, 0, []
            for row, wanted in zip(logits.tolist(), targets.tolist()):
                grad.append([])
                for s, y in zip(row, wanted):
                    total += minus_log_p(s) if y == 1 else minus_log_p(-s)
                    grad[-1].append((math.exp(-minus_log_p(s)) - y) / n)
            return [total / n, grad]
        """),
    Planted("float32 and a sigmoid by cases", code="""
        def sigmoid(s):
            e = np.exp(-np.abs(s))
            return np.where(s >= 0, 1 / (1 + e), e / (1 + e))

        def bce_with_logits(logits, targets):
            s, y = logits.astype(np.float32), targets.astype(np.float32)
            losses = np.maximum(s, 0) - s * y + np.log1p(np.exp(-np.abs(s)))
            return losses.mean(), (sigmoid(s) - y) / s.size
        """),
    Planted("log-sum-exp over two choices", code="""
        def log_shares(s):
            pair = np.stack([np.zeros_like(s), s])
            return pair - np.logaddexp.reduce(pair, axis=0)  # log(1 - p), log(p)

        def bce_with_logits(logits, targets):
            no, yes = log_shares(np.asarray(logits, float))
            return -np.average(np.where(targets > 0, yes, no)), (np.exp(yes) - targets) / np.size(logits)

        def focal_loss(logits, targets, gamma=2.0, alpha=0.25):
            no, yes = log_shares(np.asarray(logits, float))
            right, wrong = np.where(targets > 0, yes, no), np.where(targets > 0, no, yes)
            weight = np.where(targets > 0, alpha, 1 - alpha) * np.exp(gamma * wrong) / np.size(logits)
            slope = weight * (gamma * np.exp(right) * right - np.exp(wrong))
            return -np.sum(weight * right), np.where(targets > 0, slope, -slope)
        """),
    Planted("npaudio's losses", code="""
        from npaudio import nn

        def bce_with_logits(logits, targets):
            loss = nn.BCEWithLogitsLoss()
            return loss.forward(logits, targets), loss.backward()

        def focal_loss(logits, targets, gamma=2.0, alpha=0.25):
            loss = nn.FocalLoss(gamma=gamma, alpha=alpha)
            return loss.forward(logits, targets), loss.backward()
        """),
    Planted("one number at a time, positives and negatives apart", code="""
        import math

        def sure(s):
            return 1 / (1 + math.exp(-s)) if s > 0 else math.exp(s) / (1 + math.exp(s))

        def minus_log(s):
            return math.log1p(math.exp(-s)) if s > 0 else math.log1p(math.exp(s)) - s

        def one(s, gamma, weight):
            loss = weight * sure(-s) ** gamma * minus_log(s)
            return loss, -weight * sure(-s) ** gamma * (gamma * sure(s) * minus_log(s) + sure(-s))

        def focal_loss(logits, targets, gamma=2.0, alpha=0.25):
            total, grad = 0.0, np.zeros(logits.shape)
            for place, s in np.ndenumerate(logits):
                positive = targets[place] == 1
                loss, slope = one(s if positive else -s, gamma, alpha if positive else 1 - alpha)
                total += loss / logits.size
                grad[place] = (slope if positive else -slope) / logits.size
            return total, grad
        """),
]  # fmt: skip
