"""One process of the distributed training in `python -m benchmarks outgrow`; started by torchrun, not by hand."""

import sys
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from safetensors.torch import load_file, save_file
from torch.nn.parallel import DistributedDataParallel

from benchmarks.esc10 import torch_twin
from npaudio.models import AudioCNN


def main() -> None:
    folder, epochs = Path(sys.argv[1]), int(sys.argv[2])
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    data = np.load(folder / "data.npz")
    x, y = torch.from_numpy(data["x"]), torch.from_numpy(data["y"].astype(np.int64))
    weights = {name: tensor.numpy() for name, tensor in load_file(folder / "before.safetensors").items()}
    twin = torch_twin(AudioCNN(num_classes=int(y.max()) + 1, dropout=0.0), weights).eval()
    with torch.no_grad():
        gap = float((twin(x).numpy() - data["ours"]).__abs__().max())
    train(DistributedDataParallel(twin.train()), x, y, epochs, rank, world)
    if rank == 0:
        twin.eval()
        with torch.no_grad():
            logits = twin(x).numpy()
        print(f"training by PyTorch in {world} processes, {epochs} epochs:")
        print(
            f"  logits before, our weights in PyTorch: differ by {gap:.1e} (bar: 1e-05) "
            f"{'ok' if gap <= 1e-5 else 'MISSED'}"
        )
        save_file(
            {name: tensor.contiguous() for name, tensor in twin.state_dict().items()}, folder / "after.safetensors"
        )
        np.save(folder / "logits.npy", logits)
    dist.destroy_process_group()


def train(network, x, y, epochs: int, rank: int, world: int) -> None:
    """Each process takes its part of every batch; the gradients are averaged over the processes."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    order = torch.Generator().manual_seed(0)
    for _ in range(epochs):
        for batch in torch.randperm(len(x), generator=order).split(32):
            part = batch[rank::world]
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(network(x[part]), y[part]).backward()
            optimizer.step()


if __name__ == "__main__":
    main()
