"""The shape of the input that all networks for spectrograms share."""

from typing import Any

from npaudio._core.checks import Check


def check_spectrograms(network: Any, shape: tuple[int, ...], *, shortest: int = 1, because: str = "") -> None:
    """Refuse anything but a batch of spectrograms of the network's `n_mels` bands, with at least `shortest` frames."""
    name = type(network).__name__
    if len(shape) != 4 or shape[1:3] != (1, network.n_mels) or shape[0] == 0:
        raise Check(name).error(
            f"expected spectrograms of shape (batch, 1, {network.n_mels}, n_frames), got {shape}; "
            f"add missing axes with S[None, None], or build {name}(n_mels=...) for your number of bands"
        )
    if shape[3] < shortest:
        raise Check(name).error(f"got {shape[3]} frames, at least {shortest} are needed {because}; pad the recording")
