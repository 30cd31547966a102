"""A whole recipe from waveform to network input in one value, and what differs between two recipes."""

from npaudio.frontend.recipe import Frontend

__all__ = ["Frontend"]
