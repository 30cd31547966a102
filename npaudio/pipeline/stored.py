"""A pipeline between `fit` and `predict`: what it has learned, and the file that holds it."""

import os
from typing import Self

import numpy as np

from npaudio import nn, training
from npaudio.pipeline.fitted import Fitted, restored
from npaudio.pipeline.model_file import damage_told, read_model, write_model
from npaudio.pipeline.settings import PipelineSettings


class NotFittedError(ValueError):
    """A pipeline that has no network yet was asked for predictions."""


class StoredPipeline(PipelineSettings):
    """Settings, what was learned with them, and `save` and `load`."""

    fitted: Fitted | None = None  # the constructor is that of the settings

    def save(self, path: str | os.PathLike[str], *, dtype: np.typing.DTypeLike = np.float32) -> None:
        """Write everything that predictions need to one file, readable without pickle.

        Parameters
        ----------
        path : str or path
            Ends in `.npz`.
        dtype : float32 or float16
            Of the weights in the file. With float32 the loaded pipeline predicts the same to the last bit; float16
            halves the file.

        Raises
        ------
        NotFittedError
            There is no network yet.
        OSError
            The file cannot be written.
        """
        fitted = self._fitted("save")
        header = {"params": self.get_params(), **fitted.header()}
        write_model(path, "classifier", header, fitted.network.state_dict(), dtype=dtype)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read a pipeline that `save` wrote.

        Parameters
        ----------
        path : str or path

        Returns
        -------
        AudioClassificationPipeline

        Raises
        ------
        ModelFileError
            A damaged file, something else, or a newer format.
        OSError
            There is no such file.
        """
        header, weights = read_model(path, "classifier")
        with damage_told(path):
            pipeline = cls(**cls.from_plain(header["params"]))
            pipeline.fitted = restored(pipeline, header, weights)
        return pipeline

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes, empty before `fit`."""
        return () if self.fitted is None else self.fitted.class_names

    @property
    def network(self) -> nn.Module | None:
        """The trained network, None before `fit`."""
        return None if self.fitted is None else self.fitted.network

    @property
    def history(self) -> training.History:
        """Curves of the training."""
        return self._fitted("history").history

    def _fitted(self, caller: str) -> Fitted:
        if self.fitted is None:
            raise NotFittedError(f"{caller}: there is no network yet; call fit, or AudioClassificationPipeline.load")
        return self.fitted
