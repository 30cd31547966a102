"""Mel scales, filterbanks, mel spectrograms, cepstra, and Kaldi's variant."""

from npaudio.mel.cepstrum import mfcc
from npaudio.mel.filterbank import EmptyFilterWarning, mel_filterbank
from npaudio.mel.kaldi import kaldi_fbank
from npaudio.mel.scales import hz_to_mel, mel_centers, mel_to_hz
from npaudio.mel.spectrogram import log_mel, melspectrogram

__all__ = [
    "EmptyFilterWarning",
    "hz_to_mel",
    "kaldi_fbank",
    "log_mel",
    "mel_centers",
    "mel_filterbank",
    "mel_to_hz",
    "melspectrogram",
    "mfcc",
]
