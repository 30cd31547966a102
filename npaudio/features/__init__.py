"""Descriptors of spectra and frames: where the energy lies, how tonal, how loud, how changing."""

from npaudio.features.spectral import spectral_bandwidth, spectral_centroid, spectral_flatness, spectral_rolloff
from npaudio.features.temporal import rms, temporal_variation, zero_crossing_rate

__all__ = [
    "rms",
    "spectral_bandwidth",
    "spectral_centroid",
    "spectral_flatness",
    "spectral_rolloff",
    "temporal_variation",
    "zero_crossing_rate",
]
