"""Make tests/golden/nn_*.npz with PyTorch in float64: `python -m tests.golden.make_nn` from the root, needs torch."""

from pathlib import Path

import numpy as np
import torch

from tests import nn_cases

HERE = Path(__file__).parent


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.asarray(array), dtype=torch.float64)


def layer_values(kind: str, options: dict, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    layer = getattr(torch.nn, kind)(**options).double()
    shapes = {name: tuple(value.shape) for name, value in layer.state_dict().items()}
    layer.load_state_dict({k: tensor(v) for k, v in nn_cases.state(shapes).items()}, strict=False)
    layer(tensor(nn_cases.numbers(shape, 3)))  # a first batch moves the running statistics
    x = tensor(nn_cases.numbers(shape, 1)).requires_grad_()
    y = layer(x)
    y.backward(tensor(nn_cases.numbers(tuple(y.shape), 2)))
    values = {"y": y, "grad_x": x.grad} | {f"grad_{name}": p.grad for name, p in layer.named_parameters()}
    values |= {f"state_{name}": value for name, value in layer.state_dict().items()}
    values = {name: value.detach().clone() for name, value in values.items()}
    layer.eval()
    x.grad = None
    y = layer(x)
    y.backward(tensor(nn_cases.numbers(tuple(y.shape), 2)))
    return {k: v.detach().numpy() for k, v in (values | {"eval_y": y, "eval_grad_x": x.grad}).items()}


class FocalLoss(torch.nn.Module):
    def __init__(self, gamma: float, alpha: float | None = None) -> None:
        super().__init__()
        self.gamma, self.alpha = gamma, alpha

    def forward(self, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        if targets.ndim == 1:
            p_t = torch.softmax(scores, 1).gather(1, targets[:, None])
            return ((1 - p_t) ** self.gamma * -torch.log(p_t)).mean()
        p = torch.sigmoid(scores)
        p_t = p * targets + (1 - p) * (1 - targets)
        alpha_t = self.alpha * targets + (1 - self.alpha) * (1 - targets)
        return (alpha_t * (1 - p_t) ** self.gamma * -torch.log(p_t)).mean()


class GeneralizedCrossEntropyLoss(torch.nn.Module):
    def __init__(self, q: float) -> None:
        super().__init__()
        self.q = q

    def forward(self, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        p = torch.softmax(scores, 1).gather(1, targets[:, None])
        return ((1 - p**self.q) / self.q).mean()


def loss_values(kind: str, options: dict, target_kind: str) -> dict[str, np.ndarray]:
    options = {k: tensor(v) if isinstance(v, list) else v for k, v in options.items()}
    loss = (globals().get(kind) or getattr(torch.nn, kind))(**options)
    scores = tensor(nn_cases.numbers((6, 4), 5, spread=4)).requires_grad_()
    targets = nn_cases.targets(target_kind)
    value = loss(scores, torch.tensor(targets) if target_kind == "classes" else tensor(targets))
    value.backward()
    return {"loss": value.detach().numpy(), "grad": scores.grad.numpy()}


def optimizer_values(kind: str, options: dict) -> dict[str, np.ndarray]:
    w = torch.nn.Parameter(tensor(nn_cases.numbers((3, 4), 11)))
    optimizer = getattr(torch.optim, kind)([w], **options)
    path = []
    for step in range(nn_cases.N_STEPS):
        optimizer.zero_grad()
        (torch.sin(w) * tensor(nn_cases.numbers((3, 4), 20 + step))).sum().backward()
        optimizer.step()
        path.append(w.detach().numpy().copy())
    return {"path": np.array(path)}


def one_cycle_values() -> dict[str, np.ndarray]:
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.3, total_steps=23)
    rates, momenta = [], []
    for _ in range(23):
        rates.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["betas"][0])
        optimizer.step()
        if len(rates) < 23:
            schedule.step()
    return {"lr": np.array(rates), "momentum": np.array(momenta)}


def clip_values() -> dict[str, np.ndarray]:
    parameters = [torch.nn.Parameter(torch.zeros(3, 4)), torch.nn.Parameter(torch.zeros(5))]
    for seed, parameter in enumerate(parameters):
        parameter.data = parameter.data.double()
        parameter.grad = tensor(nn_cases.numbers(tuple(parameter.shape), 60 + seed))
    norm = torch.nn.utils.clip_grad_norm_(parameters, 1.5)
    return {"norm": norm.numpy(), "first": parameters[0].grad.numpy(), "second": parameters[1].grad.numpy()}


def audio_cnn() -> torch.nn.Module:
    """The article's network, without dropout, whose chances are its own."""
    nn, layers, n_in = torch.nn, [], 1
    for n_out in (32, 64, 128, 256):
        pool = nn.AdaptiveAvgPool2d((1, 1)) if n_out == 256 else nn.MaxPool2d(2)
        layers += [nn.Conv2d(n_in, n_out, 3, padding=1), nn.BatchNorm2d(n_out), nn.ReLU(), pool]
        n_in = n_out
    classifier = nn.Sequential(nn.Flatten(), nn.Dropout(0.0), nn.Linear(256, nn_cases.CNN_CLASSES))
    return nn.ModuleDict({"features": nn.Sequential(*layers), "classifier": classifier}).double()


def audio_cnn_values() -> dict[str, np.ndarray]:
    model = audio_cnn()
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    model.load_state_dict({k: tensor(v) for k, v in nn_cases.state(shapes).items()}, strict=False)
    x = tensor(nn_cases.numbers(nn_cases.CNN_SHAPE, 1)).requires_grad_()
    logits = model["classifier"](model["features"](x))
    loss = torch.nn.functional.cross_entropy(logits, torch.arange(nn_cases.CNN_SHAPE[0]) * 7)
    loss.backward()
    values = {"logits": logits, "loss": loss, "grad_x": x.grad}
    for name, parameter in model.named_parameters():
        values[f"grad_{name}"] = nn_cases.some_entries(parameter.grad.numpy())
        values[f"norm_{name}"] = parameter.grad.norm()
    values |= {f"state_{k}": v for k, v in model.state_dict().items() if "running" in k}
    return {k: v.detach().numpy() if torch.is_tensor(v) else v for k, v in values.items()}


def flat(cases: dict[str, dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {f"{case}/{name}": value for case, values in cases.items() for name, value in values.items()}


if __name__ == "__main__":
    np.savez_compressed(HERE / "nn_layers.npz", **flat({k: layer_values(*v) for k, v in nn_cases.LAYERS.items()}))
    np.savez_compressed(HERE / "nn_losses.npz", **flat({k: loss_values(*v) for k, v in nn_cases.LOSSES.items()}))
    optimizers = {k: optimizer_values(*v) for k, v in nn_cases.OPTIMIZERS.items()}
    extras = {"one_cycle": one_cycle_values(), "clip": clip_values()}
    np.savez_compressed(HERE / "nn_optim.npz", **flat(optimizers | extras))
    np.savez_compressed(HERE / "nn_audio_cnn.npz", **audio_cnn_values())
