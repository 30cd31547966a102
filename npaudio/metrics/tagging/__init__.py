"""Metrics of clips: accuracy, confusion, average precision, curves, thresholds, uncertainty."""
