"""Named arrays in one file: the weights of a network, or the state of a training."""

from npaudio.checkpoints.npz import CheckpointError, load_checkpoint, save_checkpoint

__all__ = [
    "CheckpointError",
    "load_checkpoint",
    "save_checkpoint",
]
