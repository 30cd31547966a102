"""Make tests/golden/sed.npz with PyTorch in float64: `python -m tests.golden.make_sed` from the root, needs torch."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from tests import sed_cases as cases
from tests.golden import sed_peers
from tests.nn_cases import numbers

HERE = Path(__file__).parent


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.asarray(array), dtype=torch.float64)


def with_state(module: torch.nn.Module) -> torch.nn.Module:
    module.double()
    shapes = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    module.load_state_dict({name: tensor(array) for name, array in cases.state(shapes).items()}, strict=False)
    return module


def gru_values(sizes: tuple, shape: tuple[int, ...], lengths: list[int] | None) -> dict[str, torch.Tensor]:
    n_in, hidden, layers, both = sizes
    gru = with_state(torch.nn.GRU(n_in, hidden, layers, bidirectional=both, batch_first=True))
    x = tensor(numbers(shape, 1)).requires_grad_()
    if lengths is None:
        y = gru(x)[0]
    else:
        rnn = torch.nn.utils.rnn
        packed = rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        y = rnn.pad_packed_sequence(gru(packed)[0], batch_first=True, total_length=shape[1])[0]
    y.backward(tensor(numbers(tuple(y.shape), 2)))
    return {"y": y, "grad_x": x.grad} | {f"grad_{name}": p.grad for name, p in gru.named_parameters()}


def pooling_values() -> dict[str, torch.Tensor]:
    x = tensor(numbers(cases.POOLING_SHAPE, 1)).requires_grad_()
    frames, attention = x.chunk(2, dim=-1)
    weights = torch.softmax(attention, dim=-1).clamp(min=1e-7, max=1)
    y = torch.logit((torch.sigmoid(frames) * weights).sum(1) / weights.sum(1))
    y.backward(tensor(numbers(tuple(y.shape), 2)))
    return {"y": y, "grad_x": x.grad}


def detector_values(model: torch.nn.Module) -> dict[str, Any]:
    with_state(model)
    x = tensor(numbers(cases.SHAPE, 1)).requires_grad_()
    frames, clips = model(x)
    weights = [tensor(numbers(tuple(y.shape), seed)) for seed, y in enumerate((frames, clips))]
    (frames * weights[0]).sum().add((clips * weights[1]).sum()).backward()
    values = {"frames": frames, "clips": clips, "grad_x": x.grad}
    values |= {f"grad_{name}": cases.some_entries(p.grad.numpy()) for name, p in model.named_parameters()}
    values |= {f"norm_{name}": p.grad.norm() for name, p in model.named_parameters()}
    model.eval()
    frames, clips = model(x)
    return values | {"eval_frames": frames, "eval_clips": clips}


def arrays(values: dict[str, Any]) -> dict[str, np.ndarray]:
    return {k: v.detach().numpy() if torch.is_tensor(v) else v for k, v in values.items()}


if __name__ == "__main__":
    sizes = dict(cases.CRNN)
    hidden, layers = sizes.pop("hidden_size"), sizes.pop("num_layers")
    everything = {name: gru_values(*case) for name, case in cases.GRUS.items()}
    everything["pooling"] = pooling_values()
    everything["crnn"] = detector_values(sed_peers.CRNN(cases.N_CLASSES, **sizes, hidden=hidden, layers=layers))
    everything["frame_cnn"] = detector_values(sed_peers.FrameCNN(cases.N_CLASSES, **cases.FRAME_CNN))
    flat = {f"{case}/{name}": value for case, values in everything.items() for name, value in arrays(values).items()}
    np.savez_compressed(HERE / "sed.npz", **flat)
