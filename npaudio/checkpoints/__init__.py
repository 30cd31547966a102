"""Named arrays in one file: the weights of a network, or the state of a training.

`files` has the public functions, and each format its own module (`npz`, `safetensors`, `pth`). `key_styles` and
`loading` bring published weights into the networks of `npaudio.models`.
"""

from npaudio.checkpoints.files import CheckpointFile, load_checkpoint, open_checkpoint, save_checkpoint
from npaudio.checkpoints.loading import LoadReport
from npaudio.checkpoints.stored_array import CheckpointError

__all__ = ["CheckpointError", "CheckpointFile", "LoadReport", "load_checkpoint", "open_checkpoint", "save_checkpoint"]
