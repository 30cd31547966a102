"""The event detectors in PyTorch, with the same parameter names as ours: for golden values and benchmarks."""

from typing import Any

import torch


class GatedLinearUnit(torch.nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2) * torch.sigmoid(x)


class Body(torch.nn.Module):
    """Blocks of convolutions over images (B, 1, time, frequency)."""

    def __init__(self, channels: Any, pools: Any, *, gated: bool, dropout: float, **norm: float) -> None:
        super().__init__()
        self.cnn = torch.nn.Sequential()
        for k, (n_in, n_out) in enumerate(zip((1, *channels), channels, strict=False)):
            self.cnn.add_module(f"conv{k}", torch.nn.Conv2d(n_in, n_out, 3, padding=1))
            self.cnn.add_module(f"batchnorm{k}", torch.nn.BatchNorm2d(n_out, **norm))
            self.cnn.add_module(
                f"glu{k}" if gated else f"relu{k}", GatedLinearUnit(n_out) if gated else torch.nn.ReLU()
            )
            if gated:
                self.cnn.add_module(f"dropout{k}", torch.nn.Dropout(dropout))
            self.cnn.add_module(f"pooling{k}", torch.nn.AvgPool2d(pools[k]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.cnn(x)


class Recurrent(torch.nn.Module):
    def __init__(self, n_in: int, hidden: int, layers: int) -> None:
        super().__init__()
        self.rnn = torch.nn.GRU(n_in, hidden, layers, bidirectional=True, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.rnn(x)[0]


class Detector(torch.nn.Module):
    """Frame logits (B, K, N') and clip logits (B, K) of spectrograms (B, 1, n_mels, n_frames)."""

    def heads(self, n_features: int, n_classes: int) -> None:
        self.dense = torch.nn.Linear(n_features, n_classes)
        self.dense_softmax = torch.nn.Linear(n_features, n_classes)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = self.features(x.transpose(2, 3))  # (B, N', D)
        logits = self.dense(h)
        strong = torch.sigmoid(logits)
        weights = torch.softmax(self.dense_softmax(h), dim=-1).clamp(min=1e-7, max=1)
        weak = (strong * weights).sum(1) / weights.sum(1)
        return logits.transpose(1, 2), torch.logit(weak)


class CRNN(Detector):
    def __init__(
        self, n_classes: int, *, channels: Any, pools: Any, hidden: int, layers: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.cnn = Body(channels, pools, gated=True, dropout=dropout, momentum=0.99, eps=0.001)
        self.rnn = Recurrent(channels[-1], hidden, layers)
        self.dropout = torch.nn.Dropout(dropout)
        self.heads(2 * hidden, n_classes)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return self.dropout(self.rnn(self.cnn(x).squeeze(-1).transpose(1, 2)))


class FrameCNN(Detector):
    def __init__(self, n_classes: int, *, channels: Any, pools: Any, context: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.cnn = Body(channels, pools, gated=False, dropout=0.0)
        width = channels[-1]
        self.over_time = torch.nn.Sequential(
            torch.nn.Conv2d(width, width, (context, 1), padding=(context // 2, 0)),
            torch.nn.BatchNorm2d(width),
            torch.nn.ReLU(),
            torch.nn.Dropout(dropout),
        )
        self.heads(width, n_classes)

    def features(self, x: torch.Tensor) -> torch.Tensor:
        return self.over_time(self.cnn(x)).squeeze(-1).transpose(1, 2)
