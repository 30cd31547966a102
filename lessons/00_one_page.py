# %% [markdown]
# # 00 The whole idea on one page
#
# *Reading: 10 minutes. Running: 3 seconds on two cores.*
#
# At the end you will have seen audio classification from the first sample to the test score, with nothing but NumPy:
# two kinds of sound, their mel spectrograms, one convolution, one linear layer, the gradients by hand. Each line
# has a lesson of its own later. Nothing here is imported from this project; send the file to a friend.
#
# ## Two sounds
#
# A whistle that rises and one that falls, at any pitch, in noise. Both hold the same frequencies; only their order in
# time differs. So no list of loud frequencies can tell them apart.

# %%
import numpy as np

rng = np.random.default_rng(0)
SR, N_FFT, HOP, N_MELS = 8000, 512, 128, 32  # samples per second, per frame, from frame to frame; frequency bands


def whistle(rising: bool) -> np.ndarray:
    """Half a second of a gliding tone in noise that has twelve times its power: 4,000 samples."""
    t = np.arange(SR // 2) / SR
    low, glide = rng.uniform(300, 2000), rng.uniform(500, 1500)  # Hz
    start, slope = (low, 2 * glide) if rising else (low + glide, -2 * glide)  # Hz, Hz a second
    phase = 2 * np.pi * (start * t + slope * t**2 / 2)  # the integral of the frequency
    return np.sin(phase + rng.uniform(0, 2 * np.pi)) + 2.5 * rng.standard_normal(len(t))


labels = np.arange(400) % 2  # 1: rising
sounds = np.array([whistle(label == 1) for label in labels])
print(f"{len(sounds)} sounds of {sounds.shape[1]} samples")

# %% [markdown]
# ## A picture of each
#
# Cut the sound into overlapping frames, fade each in and out, and take the power of its frequencies: the short-time
# Fourier transform. Sum the power in bands that widen with frequency, as in the ear: the mel spectrogram. In decibels,
# a picture of 32 bands over 28 frames.


# %%
def mel_filterbank() -> np.ndarray:
    """Triangles at equal steps of the mel scale, 2595 log10(1 + f / 700): (N_MELS, N_FFT // 2 + 1)."""
    corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + SR / 2 / 700), N_MELS + 2) / 2595) - 1)  # Hz
    f = np.arange(N_FFT // 2 + 1) * SR / N_FFT
    low, middle, high = (corners[k : k + N_MELS, np.newaxis] for k in range(3))
    return np.maximum(0, np.minimum((f - low) / (middle - low), (high - f) / (high - middle)))


frames = np.lib.stride_tricks.sliding_window_view(sounds, N_FFT, axis=1)[:, ::HOP]  # (400, 28, 512)
power = np.abs(np.fft.rfft(frames * np.hanning(N_FFT))) ** 2  # (400, 28, 257)
images = 10 * np.log10(power @ mel_filterbank().T + 1e-6).transpose(0, 2, 1)  # (400, 32, 28), dB
images = (images - images[:200].mean()) / images[:200].std()
print(f"pictures: {images.shape}")

# %% [markdown]
# ## A network, there and back
#
# Slide 8 small pictures of 5 x 5 over each spectrogram: at every place, how well does it fit? (A convolution.) Drop
# what does not fit (ReLU), average over all places, and let a linear layer weigh the 8 averages: one score, above 0 for
# "rising". The loss is the cross entropy. Then the backward pass: by the chain rule, each line of the forward pass
# gives one line.

# %%
parameters = {"kernels": rng.normal(0, 0.2, (25, 8)), "weights": rng.normal(0, 0.3, 8), "bias": np.zeros(1)}


def windows_of(x: np.ndarray) -> np.ndarray:
    """All 5 x 5 windows of pictures (B, 32, 28), each as a row: (B, 28 * 24, 25)."""
    return np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(1, 2)).reshape(len(x), -1, 25)


def forward(x: np.ndarray) -> tuple[np.ndarray, ...]:
    windows = windows_of(x)
    fit = windows @ parameters["kernels"]  # (B, places, 8)
    means = np.maximum(fit, 0).mean(axis=1)  # (B, 8)
    return windows, fit, means, means @ parameters["weights"] + parameters["bias"]  # scores (B,)


def gradients(x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    windows, fit, means, scores = forward(x)
    d_scores = (1 / (1 + np.exp(-scores)) - y) / len(y)  # of the cross entropy: probability minus truth
    d_means = d_scores[:, np.newaxis] * parameters["weights"]
    d_fit = d_means[:, np.newaxis] * (fit > 0) / fit.shape[1]
    d_kernels = np.einsum("bpk,bpo->ko", windows, d_fit, optimize=True)
    return {"kernels": d_kernels, "weights": means.T @ d_scores, "bias": d_scores.sum(keepdims=True)}


def accuracy(rows: slice) -> float:
    return float(np.mean((forward(images[rows])[-1] > 0) == labels[rows]))


# %% [markdown]
# ## Learning
#
# 200 sounds to learn from, 200 others to test on. Before the first step the network guesses. Each step takes 20
# sounds and moves every parameter a little downhill, with momentum.
#
# > **Question.** How many of the 200 unheard sounds does it get right before the first step, and how many after 300?

# %%
print(f"before: {accuracy(slice(200, 400)):.1%} of the unheard sounds are right")
velocity = {name: np.zeros_like(value) for name, value in parameters.items()}
for _ in range(300):
    batch = rng.choice(200, 20, replace=False)
    for name, gradient in gradients(images[batch], labels[batch]).items():
        velocity[name] = 0.9 * velocity[name] - 0.2 * gradient
        parameters[name] += velocity[name]
print(f"after:  {accuracy(slice(200, 400)):.1%}, and {accuracy(slice(0, 200)):.1%} of those that were learned from")
