"""Descriptors of spectra and frames: where the energy lies, how tonal, how loud, how changing."""

from npaudio.features.descriptors import (
    rms,
    spectral_bandwidth,
    spectral_centroid,
    spectral_flatness,
    spectral_rolloff,
    temporal_variation,
    zero_crossing_rate,
)

__all__ = [
    "rms",
    "spectral_bandwidth",
    "spectral_centroid",
    "spectral_flatness",
    "spectral_rolloff",
    "temporal_variation",
    "zero_crossing_rate",
]
