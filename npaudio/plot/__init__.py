"""Pictures: one function each, which draws on `ax`, or on new axes, and returns the axes.

Conventions
-----------
Times are in seconds, frequencies in Hz or kHz, levels in dB, and the axes say so. Wherever color carries a value
there is a color bar with its unit. The color map gets brighter with the level throughout (magma), so that a picture
can be read in gray; signed values get a diverging map with white at zero. Nothing here shows or saves a figure: that is
the caller's. `use_style()` gives a script the look of this project's figures.
"""

from npaudio.plot.detections import detected_events
from npaudio.plot.events import event_lanes
from npaudio.plot.network import kernels, learning_curves
from npaudio.plot.scores import confusion_matrix, precision_recall
from npaudio.plot.sound import filterbank, mel_spectrogram, spectrogram, spectrum, waveform
from npaudio.plot.style import PALETTE, shared_colorbar, symmetric, use_style

__all__ = [
    "PALETTE",
    "confusion_matrix",
    "detected_events",
    "event_lanes",
    "filterbank",
    "kernels",
    "learning_curves",
    "mel_spectrogram",
    "precision_recall",
    "shared_colorbar",
    "spectrogram",
    "spectrum",
    "symmetric",
    "use_style",
    "waveform",
]
