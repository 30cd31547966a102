"""Make tests/golden/models_*: `python -m tests.golden.make_models`, needs torch, transformers and torchlibrosa.

The networks other than Hugging Face's are written here, from the layer lists of the papers, with published key names.
"""

import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torchlibrosa.stft import LogmelFilterBank, Spectrogram
from transformers import ASTConfig, ASTFeatureExtractor, ASTForAudioClassification

from tests import model_cases as cases
from tests.nn_cases import numbers

HERE = Path(__file__).parent


def tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.asarray(array), dtype=torch.float32)


def fill(model: nn.Module, scale: float = 1.0) -> nn.Module:
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    model.load_state_dict({k: tensor(v) for k, v in cases.state(shapes, scale).items()}, strict=False)
    return model


# --- Hugging Face ---------------------------------------------------------------------------------------------------


def hugging_face(stride: int) -> ASTForAudioClassification:
    sizes = cases.AST_SIZES
    config = ASTConfig(
        hidden_size=sizes["dim"],
        num_hidden_layers=sizes["depth"],
        num_attention_heads=sizes["num_heads"],
        intermediate_size=sizes["mlp_dim"],
        num_labels=sizes["num_classes"],
        frequency_stride=stride,
        time_stride=stride,
        max_length=cases.AST_FRAMES,
        num_mel_bins=cases.AST_MELS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return fill(ASTForAudioClassification(config).eval(), scale=2.0)


def make_hugging_face() -> dict[str, np.ndarray]:
    values = {}
    x = tensor(numbers((2, cases.AST_FRAMES, cases.AST_MELS), 1))
    for stride in cases.AST_STRIDES:
        model = hugging_face(stride)
        with torch.inference_mode():
            output = model(x, output_hidden_states=True)
        values[f"hf{stride}/logits"] = output.logits.numpy()
        for number, state in enumerate(output.hidden_states):
            values[f"hf{stride}/hidden{number}"] = state.numpy()
        save_file({k: v.contiguous() for k, v in model.state_dict().items()}, HERE / f"ast{stride}_memory.safetensors")
        with tempfile.TemporaryDirectory() as folder:
            model.save_pretrained(folder)
            (HERE / f"ast{stride}_disk.safetensors").write_bytes((Path(folder) / "model.safetensors").read_bytes())
    return values


def make_front_ends() -> dict[str, np.ndarray]:
    ast = ASTFeatureExtractor()(cases.waveform(16000), sampling_rate=16000, return_tensors="np")["input_values"]
    y = torch.from_numpy(cases.waveform(32000))[None]
    spectrogram = Spectrogram(n_fft=1024, hop_length=320, pad_mode="reflect", freeze_parameters=True)
    bands = LogmelFilterBank(
        sr=32000, n_fft=1024, n_mels=64, fmin=50, fmax=14000, ref=1.0, amin=1e-10, top_db=None, freeze_parameters=True
    )
    with torch.inference_mode():
        panns = bands(spectrogram(y))[0, 0].numpy()
    return {"frontend/ast": ast[0, :120:4].astype(np.float32), "frontend/panns": panns[::4]}


# --- The original transformer ---------------------------------------------------------------------------------------


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).reshape(b, n, d))


class Block(nn.Module):
    def __init__(self, dim: int, heads: int, hidden: int, eps: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(dim, eps=eps), nn.LayerNorm(dim, eps=eps)
        self.attn = Attention(dim, heads)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(dim, hidden), "fc2": nn.Linear(hidden, dim)})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp["fc2"](nn.functional.gelu(self.mlp["fc1"](self.norm2(x))))


class Transformer(nn.Module):
    """`distilled` and `eps` as in the original; without distillation it is our `.tiny()`."""

    def __init__(
        self,
        *,
        dim: int,
        depth: int,
        num_heads: int,
        mlp_dim: int,
        num_classes: int,
        n_mels: int,
        n_frames: int,
        stride: int,
        distilled: bool = True,
        eps: float = 1e-6,
        head_eps: float = 1e-5,
    ) -> None:
        super().__init__()
        n_patches = ((n_mels - 16) // stride + 1) * ((n_frames - 16) // stride + 1)
        n_special = 2 if distilled else 1
        self.v = nn.Module()
        self.v.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        if distilled:
            self.v.dist_token = nn.Parameter(torch.zeros(1, 1, dim))
        self.v.pos_embed = nn.Parameter(torch.zeros(1, n_special + n_patches, dim))
        self.v.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(1, dim, 16, stride=stride)})
        self.v.blocks = nn.ModuleList([Block(dim, num_heads, mlp_dim, eps) for _ in range(depth)])
        self.v.norm = nn.LayerNorm(dim, eps=eps)
        self.mlp_head = nn.Sequential(nn.LayerNorm(dim, eps=head_eps), nn.Linear(dim, num_classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # (B, 1, F, T)
        patches = self.v.patch_embed["proj"](x).flatten(2).transpose(1, 2)
        special = [self.v.cls_token] + ([self.v.dist_token] if hasattr(self.v, "dist_token") else [])
        tokens = torch.cat([*(token.expand(len(x), -1, -1) for token in special), patches], dim=1) + self.v.pos_embed
        for block in self.v.blocks:
            tokens = block(tokens)
        return self.mlp_head(self.v.norm(tokens)[:, : len(special)].mean(dim=1))


def make_original() -> dict[str, np.ndarray]:
    model = Transformer(**cases.AST_SIZES, n_mels=cases.AST_MELS, n_frames=cases.AST_FRAMES, stride=10).eval()
    fill(model, scale=2.0)
    state = {f"module.{name}": value for name, value in model.state_dict().items()}
    state |= {"module.v.head.weight": torch.ones(3, 12), "module.v.head_dist.bias": torch.ones(3)}
    torch.save(state, HERE / "ast_original.pth")
    torch.save(state, HERE / "ast_original_older.pth", _use_new_zipfile_serialization=False)
    with torch.inference_mode():
        logits = model(tensor(numbers((2, 1, cases.AST_MELS, cases.AST_FRAMES), 1)))
    return {"original/logits": logits.numpy()}


# --- PANNs ----------------------------------------------------------------------------------------------------------


class ConvBlock(nn.Module):
    def __init__(self, n_in: int, n_out: int, kernel: int, n_convs: int, pool: int) -> None:
        super().__init__()
        self.n_convs, self.pool = n_convs, pool
        for number in range(1, n_convs + 1):
            setattr(self, f"conv{number}", nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2, bias=False))
            setattr(self, f"bn{number}", nn.BatchNorm2d(n_out))
            n_in = n_out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for number in range(1, self.n_convs + 1):
            x = torch.relu(getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x)))
        return nn.functional.avg_pool2d(x, self.pool)


class Panns(nn.Module):
    def __init__(self, kind: str, channels: tuple[int, ...], n_mels: int, embed_dim: int, num_classes: int) -> None:
        super().__init__()
        kernel, n_convs = (5, 1) if kind == "Cnn6" else (3, 2)
        self.kind, self.bn0 = kind, nn.BatchNorm2d(n_mels)
        self.n_blocks = len(channels)
        for number, (n_in, n_out) in enumerate(zip((1, *channels), channels, strict=False), 1):
            pool = 1 if number == 6 else 2
            setattr(self, f"conv_block{number}", ConvBlock(n_in, n_out, kernel, n_convs, pool))
        self.fc1, self.fc_audioset = nn.Linear(channels[-1], embed_dim), nn.Linear(embed_dim, num_classes)

    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:  # (B, 1, time, mel)
        # Without contiguous(), torch 2.13 gives bn0 a gradient that differs from finite differences, in float64 too.
        x = self.bn0(x.contiguous().transpose(1, 3)).transpose(1, 3).contiguous()
        for number in range(1, self.n_blocks + 1):
            x = getattr(self, f"conv_block{number}")(x)
        x = x.mean(dim=3)
        if self.kind == "Cnn14FrameWise":
            pool = nn.functional
            x = pool.max_pool1d(x, 3, stride=1, padding=1) + pool.avg_pool1d(x, 3, stride=1, padding=1)
            segments = self.fc_audioset(torch.relu(self.fc1(x.transpose(1, 2))))
            return {"logits": segments.max(dim=1).values, "segments": segments.transpose(1, 2)}
        embedding = torch.relu(self.fc1(x.max(dim=2).values + x.mean(dim=2)))
        return {"logits": self.fc_audioset(embedding), "embedding": embedding}


def make_panns() -> dict[str, np.ndarray]:
    values = {}
    x = tensor(numbers((2, 1, cases.PANNS_MELS, cases.PANNS_FRAMES), 1))
    for kind, channels in cases.PANNS.items():
        model = Panns(kind, channels, cases.PANNS_MELS, cases.PANNS_EMBED, cases.PANNS_CLASSES).eval()
        fill(model, scale=2.0)
        front_end = {"spectrogram_extractor.stft.conv_real.weight": torch.ones(3, 1, 4)}
        optimizer = torch.optim.Adam(model.parameters())
        saved = {"iteration": 7, "model": front_end | model.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(saved, HERE / f"panns_{kind}.pth", _use_new_zipfile_serialization=kind == "Cnn6")
        with torch.inference_mode():
            output = model(x.transpose(2, 3))
        values |= {f"{kind}/{name}": value.numpy() for name, value in output.items()}
    return values


# --- Tensors of every kind ---------------------------------------------------------------------------------------


def make_tensors() -> dict[str, np.ndarray]:
    """Types, strides and shared storages as they occur in files, inside tables and lists."""
    base = torch.arange(24.0).reshape(4, 6) / 7
    tensors = {
        "float64": base.double(),
        "half": base.half(),
        "bfloat16": base.bfloat16(),
        "transposed": base.t(),
        "sliced": base[1:3, ::2],
        "column": base[:, 2],
        "again": base,
        "int64": torch.tensor([-(2**60), 5]),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 3),
        "parameter": nn.Parameter(base[0].clone()),
    }
    saved = {"tensors": tensors, "list": [torch.ones(2), 7, 0.5], "text": "left out", "numpy": np.arange(3)}
    torch.save(saved, HERE / "tensors.pth")
    torch.save(saved, HERE / "tensors_older.pth", _use_new_zipfile_serialization=False)
    values = {name: (t.float() if t.dtype in (torch.half, torch.bfloat16) else t) for name, t in tensors.items()}
    return {f"tensors/{name}": value.detach().numpy() for name, value in values.items()}


# --- One training step ----------------------------------------------------------------------------------------------


def training_step(model: nn.Module, forward: object, shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Loss, gradients (some of their entries, and their norms) and some weights after one step of SGD."""
    x = tensor(numbers(shape, 1)).requires_grad_()
    logits = forward(model, x)
    loss = nn.functional.cross_entropy(logits, torch.arange(shape[0]) % cases.STEP_CLASSES)
    loss.backward()
    values = {"loss": loss, "logits": logits, "grad_x": cases.some_entries(x.grad.numpy())}
    for name, parameter in model.named_parameters():
        values[f"grad_{name}"] = cases.some_entries(parameter.grad.numpy())
        values[f"norm_{name}"] = parameter.grad.double().norm()
    torch.optim.SGD(model.parameters(), lr=0.1).step()
    values |= {f"after_{name}": cases.some_entries(p.detach().numpy()) for name, p in model.named_parameters()}
    return {k: np.float32(v.detach().numpy() if torch.is_tensor(v) else v) for k, v in values.items()}


def make_steps() -> dict[str, np.ndarray]:
    cnn6 = fill(Panns("Cnn6", (64, 128, 256, 512), 64, 512, cases.STEP_CLASSES))
    sizes = {"dim": 96, "depth": 3, "num_heads": 4, "mlp_dim": 192, "num_classes": cases.STEP_CLASSES}
    eps = {"eps": 1e-6, "head_eps": 1e-6, "distilled": False}
    tiny = fill(Transformer(**sizes, n_mels=64, n_frames=128, stride=16, **eps))
    steps = {
        "step_cnn6": training_step(cnn6, lambda m, x: m(x.transpose(2, 3))["logits"], cases.CNN6_SHAPE),
        "step_tiny": training_step(tiny, lambda m, x: m(x), cases.TINY_SHAPE),
    }
    return {f"{case}/{name.replace('_v.', '_')}": value for case, step in steps.items() for name, value in step.items()}


if __name__ == "__main__":
    torch.manual_seed(0)
    everything = make_hugging_face() | make_front_ends() | make_original() | make_panns() | make_tensors()
    everything |= make_steps()
    np.savez_compressed(HERE / "models.npz", **everything)
