"""Neural networks written out by hand: layers with forward and backward passes, losses, optimizers, a gradient check.

Names, signatures, defaults and parameter shapes are PyTorch's. See `module` for the contract of a layer, and
`fast/channels_last.py` for how images are stored.
"""

from npaudio.nn.activation import GELU, ReLU, Sigmoid
from npaudio.nn.attention import MultiHeadAttention
from npaudio.nn.batch_norm import BatchNorm1d, BatchNorm2d
from npaudio.nn.conv import Conv2d
from npaudio.nn.dropout import Dropout
from npaudio.nn.finite import NonFiniteError, require_finite
from npaudio.nn.fusing import fuse
from npaudio.nn.gradient_check import GradCheckReport, gradcheck
from npaudio.nn.gru import GRU
from npaudio.nn.linear import Linear
from npaudio.nn.loss import BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss
from npaudio.nn.loss_robust import FocalLoss, GeneralizedCrossEntropyLoss
from npaudio.nn.module import Module, Parameter
from npaudio.nn.norm import LayerNorm
from npaudio.nn.optim import SGD, Adam, AdamW, Optimizer, clip_grad_norm
from npaudio.nn.patch_embed import PatchEmbed
from npaudio.nn.pool import AdaptiveAvgPool2d, AvgPool2d, Flatten, MaxPool2d
from npaudio.nn.schedule import OneCycle, WarmupCosine
from npaudio.nn.sequential import Sequential
from npaudio.nn.transformer_block import TransformerBlock

__all__ = [
    "GELU",
    "GRU",
    "SGD",
    "Adam",
    "AdamW",
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Dropout",
    "Flatten",
    "FocalLoss",
    "GeneralizedCrossEntropyLoss",
    "GradCheckReport",
    "LayerNorm",
    "Linear",
    "Loss",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "MultiHeadAttention",
    "NonFiniteError",
    "OneCycle",
    "Optimizer",
    "Parameter",
    "PatchEmbed",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "TransformerBlock",
    "WarmupCosine",
    "clip_grad_norm",
    "fuse",
    "gradcheck",
    "require_finite",
]
