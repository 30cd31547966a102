"""Mel scales, filterbank, mel spectrogram, MFCC, and Kaldi's log-mel filterbank features."""

from npaudio.mel.filterbank import EmptyFilterWarning, hz_to_mel, mel_centers, mel_filterbank, mel_to_hz
from npaudio.mel.kaldi import kaldi_fbank
from npaudio.mel.spectrogram import log_mel, melspectrogram, mfcc

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
