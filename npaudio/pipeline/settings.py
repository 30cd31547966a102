"""The settings of a classification pipeline, kept as given and returned by `get_params`, as in scikit-learn."""

import inspect
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, Literal, Self

from npaudio.frontend import Frontend
from npaudio.pipeline.model_file import frontend_of


@dataclass(eq=False, repr=False)
class PipelineSettings:
    """The arguments of `AudioClassificationPipeline`, which says what they mean."""

    sr: int = 16000
    n_mels: int = 64
    duration: float = 4.0
    n_fft: int = 1024
    hop_length: int = 512
    num_classes: int = 10
    _: KW_ONLY
    frontend: Frontend | None = None
    model: Literal["cnn", "transformer"] = "cnn"
    multi_label: bool = False
    augment: bool = True
    epochs: int = 60
    batch_size: int = 16
    max_lr: float = 3e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    shifts: int = 1
    seed: int = 0

    @property
    def recipe(self) -> Frontend:
        """The front end: the given one, or the article's with this pipeline's settings."""
        if self.frontend is not None:
            return self.frontend
        return replace(Frontend.article(), sr=self.sr, n_mels=self.n_mels, n_fft=self.n_fft, hop_length=self.hop_length)

    @property
    def max_samples(self) -> int:
        """Samples of a clip, at the front end's rate."""
        return round(self.duration * self.recipe.sr)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The arguments of the constructor, as scikit-learn's estimators give them; `deep` changes nothing."""
        return {name: getattr(self, name) for name in self.parameter_names()}

    def set_params(self, **params: Any) -> Self:
        """Change `params` of the constructor; takes effect at the next `fit`. ValueError for an unknown one."""
        for name, value in params.items():
            if name not in self.parameter_names():
                raise ValueError(
                    f"set_params: there is no parameter {name!r}; there are {', '.join(self.parameter_names())}"
                )
            setattr(self, name, value)
        return self

    @classmethod
    def parameter_names(cls) -> list[str]:
        """The arguments of the constructor."""
        return list(inspect.signature(PipelineSettings).parameters)

    @staticmethod
    def from_plain(params: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments from `params`, which were read from JSON; ValueError if they are damaged."""
        frontend = params.get("frontend")
        return {**params, "frontend": None if frontend is None else frontend_of(frontend)}

    def __repr__(self) -> str:
        defaults = inspect.signature(PipelineSettings).parameters
        changed = {name: value for name, value in self.get_params().items() if value != defaults[name].default}
        settings = ", ".join(f"{name}={value!r}" for name, value in changed.items())
        return f"AudioClassificationPipeline({settings})"
