"""What published networks reach on AudioSet: mean average precision over 527 classes, one model, no ensembles.

Each figure is the one that its own paper states, so evaluation sets differ a little: AudioSet is a list of videos, and
every year fewer of them can still be fetched.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AudioSetResult:
    """One row of the comparison table.

    Explained in lesson 05.

    Attributes
    ----------
    system : str
        Name of the network.
    parameters : float
        In millions, as the paper states them.
    mAP : float
        Mean average precision on AudioSet's evaluation set, of a single model.
    kind : str
        "convolutional" or "transformer".
    pretraining : str
        What the network had learned before AudioSet's labels.
    source : str
        The paper that states the figures.

    See Also
    --------
    npaudio.models.AUDIOSET_RESULTS : the table of them.
    """

    system: str
    parameters: float
    mAP: float
    kind: str
    pretraining: str
    source: str


KONG = "Kong et al. 2020, PANNs, table III"
CHEN = "Chen et al. 2023, BEATs"
AUDIOSET_RESULTS: tuple[AudioSetResult, ...] = (
    AudioSetResult("CNN6", 4.84, 0.343, "convolutional", "nothing", KONG),
    AudioSetResult("CNN10", 5.22, 0.380, "convolutional", "nothing", KONG),
    AudioSetResult("CNN14", 80.75, 0.431, "convolutional", "nothing", KONG),
    AudioSetResult("AST", 86.6, 0.459, "transformer", "ImageNet", "Gong et al. 2021, AST"),
    AudioSetResult("EfficientAT mn10", 4.88, 0.471, "convolutional", "ImageNet", "Schmid et al. 2023, EfficientAT"),
    AudioSetResult("Audio-MAE", 85.7, 0.473, "transformer", "AudioSet without labels", "Huang et al. 2022, Audio-MAE"),
    AudioSetResult("PaSST-S", 86.0, 0.476, "transformer", "ImageNet", "Koutini et al. 2022, PaSST"),
    AudioSetResult("BEATs iter3", 90.0, 0.480, "transformer", "AudioSet without labels", CHEN),
    AudioSetResult("BEATs iter3+", 90.0, 0.486, "transformer", "AudioSet without labels", CHEN),
)
"""Published networks: parameters, mAP and source of each, as `AudioSetResult`. Explained in lesson 05."""
