"""The networks in PyTorch, written from the layer lists of the papers, with the key names of the published files."""

import torch
from torch import nn


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
