"""Named arrays in one file: the weights of a network, or the state of a training.

`files` is the front door; one module for each format (`npz`, `safetensors`, `pth`); `key_styles` and `loading` bring
what others have trained into the networks of `npaudio.models`.
"""

from npaudio.checkpoints.files import CheckpointFile, load_checkpoint, open_checkpoint, save_checkpoint
from npaudio.checkpoints.loading import LoadReport
from npaudio.checkpoints.stored_array import CheckpointError

__all__ = [
    "CheckpointError",
    "CheckpointFile",
    "LoadReport",
    "load_checkpoint",
    "open_checkpoint",
    "save_checkpoint",
]
