# %% [markdown]
# # 01 From a sound to a picture of it
#
# When you are through, you will know what stands between a sound file and the image that a network sees: samples,
# frames, window, spectrum, power, mel bands, decibels. You will have seen what each step keeps and what it throws
# away, and why two libraries give two pictures of one file.

# %%
import matplotlib.pyplot as plt
import numpy as np

import npaudio
from classroom import Lesson, print_table
from npaudio import Frontend, plot

lesson = Lesson("01_sound_to_mel", takes_audio=True)


def barks_and_siren() -> tuple[np.ndarray, int, str]:
    """Three seconds: a siren far away, and a dog that minds."""
    siren = npaudio.synthesize("siren", sr=16000, duration=3.0, rng=102)
    dog = npaudio.synthesize("dog_bark", sr=16000, duration=3.0, rng=105)
    return npaudio.normalize_peak(0.35 * siren + dog, peak=0.9), 16000, "a dog and a siren"


y, sr, name = lesson.sound_to_look_at(barks_and_siren)
lesson.sound("1_what_we_look_at", y, sr)
N_FFT, HOP = 1024, 512
y = npaudio.fix_length(y, size=max(len(y), 2 * N_FFT))

# %% [markdown]
# ## Samples
# A recording is a row of numbers: the air pressure, measured `sr` times a second. Before you look: at this rate,
# how many of them is one period of a 440 Hz tone, and what is the highest frequency that so many numbers can tell?

# %%
loudest = int(np.argmax(np.abs(y)))
first = int(np.clip(loudest - 0.005 * sr, 0, len(y) - 0.02 * sr))
zoom = y[first : first + int(0.02 * sr)]

figure, (whole, close) = plt.subplots(2, 1, figsize=(9, 5), layout="constrained")
plot.waveform(y, sr=sr, ax=whole)
whole.axvspan(first / sr, (first + len(zoom)) / sr, color="#c8553d", alpha=0.4)
whole.set_title(f"{name}: {len(y):,} samples, {len(y) / sr:.2f} s at {sr:,} Hz")
plot.waveform(zoom, sr=sr, start=first / sr, ax=close, marker="o", markersize=2.5)
close.set_title("20 ms of it, the part marked above: dots are the samples")
lesson.figure(figure, "1_samples")

print(f"One period of 440 Hz is {sr / 440:.1f} samples; the highest frequency is sr / 2 = {sr / 2:,.0f} Hz.")

# %% [markdown]
# ## One frame, and why it is faded in and out
# The spectrum of the whole file says which frequencies there are, but not when. So we look at one frame of 1,024
# samples at a time. Cutting it out makes two jumps at its ends, and jumps have all frequencies. A window fades the
# frame in and out.

# %%
start = int(np.clip(loudest - N_FFT // 2, 0, len(y) - N_FFT))
cut = y[start : start + N_FFT]
window = npaudio.get_window("hann", N_FFT)


def level_db(frame: np.ndarray) -> np.ndarray:
    """Magnitudes of the frame's spectrum in dB, the loudest at 0."""
    return npaudio.power_to_db(np.abs(np.fft.rfft(frame)) ** 2, ref=np.max, top_db=160)


figure, axes = plt.subplots(2, 2, figsize=(10, 6), layout="constrained")
plot.waveform(cut, sr=sr, start=start / sr, ax=axes[0, 0])
axes[0, 0].set_title(f"a frame of {N_FFT} samples ({1000 * N_FFT / sr:.0f} ms), as it was cut")
plot.waveform(cut * window, sr=sr, start=start / sr, ax=axes[0, 1])
axes[0, 1].plot(start / sr + np.arange(N_FFT) / sr, window * np.abs(cut).max(), "--", color="#c8553d", label="window")
axes[0, 1].legend(loc="upper right")
axes[0, 1].set_title("the same frame, times a Hann window")
for ax, frame, title in (
    (axes[1, 0], cut, "its spectrum"),
    (axes[1, 1], cut * window, "its spectrum: clearer valleys"),
):
    plot.spectrum(level_db(frame), sr=sr, ax=ax)
    ax.set(ylim=(-100, 5), title=title)
lesson.figure(figure, "2_one_frame")

# %% [markdown]
# ## What does a window cost?
# A 440 Hz tone falls between two bins. Before you run the next cell: how many of the 513 bins do you expect to hold
# more than a thousandth of the peak (-60 dB), without a window, and with one? And what does the window cost in return?

# %%
WINDOWS = ["rectangular", "hamming", "hann", "blackman"]
tone = npaudio.sine(440.0, sr=16000, duration=N_FFT / 16000, dtype=np.float64)
rows = []
figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
for kind, style in zip(WINDOWS, ["-", "--", "-.", ":"], strict=True):
    levels = level_db(tone * npaudio.get_window(kind, N_FFT))
    above = np.count_nonzero(levels > -60)
    finely = np.abs(np.fft.rfft(npaudio.get_window(kind, N_FFT), 64 * N_FFT))  # 64 points to a bin
    width = 2 * np.count_nonzero(finely > finely[0] / 2) / 64
    far = levels[200:].max()
    rows.append([kind, above, f"{far:.0f} dB", f"{width:.2f} bins"])
    for ax in axes:
        ax.plot(np.arange(513) * 16000 / N_FFT, levels, style, label=kind, linewidth=1.2)
for ax, limits, title in (
    (axes[0], (0, 8000), "a tone of 440 Hz through four windows"),
    (axes[1], (340, 540), "close"),
):
    ax.set(xlim=limits, ylim=(-125, 5), xlabel="frequency (Hz)", ylabel="level (dB)", title=title)
axes[1].legend(loc="lower right", fontsize=8)
lesson.figure(figure, "3_leakage")

print("\nOne tone, 440 Hz, 513 bins:")
print_table(["window", "bins above -60 dB", "leaks above 3 kHz", "width of the peak"], rows)
leaks = {row[0]: row[1] for row in rows}
print("The width is taken at half the height. A window trades a wider peak for leakage that dies out.")

# %% [markdown]
# ## When, or which?
# A long frame tells close frequencies apart, a short one close moments. Here are two tones 40 Hz apart and two clicks
# 12 ms apart, at three frame lengths. Before you look: which of 256, 1,024 and 4,096 samples separates which pair?

# %%
t = np.arange(16000) / 16000
pair = 0.3 * np.sin(2 * np.pi * 1000 * t) + 0.3 * np.sin(2 * np.pi * 1040 * t)
pair[[8000, 8000 + 192]] += 3.0  # 192 samples are 12 ms


def dip(levels: np.ndarray, near: int, far: int) -> float:
    """How deep the valley between two peaks is, in dB; 0 if there is none."""
    between = levels[near : far + 1]
    return float(min(between[0], between[-1]) - between.min())


rows = []
figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
for ax, n_fft in zip(axes, (256, 1024, 4096), strict=True):
    S = npaudio.power_to_db(np.abs(npaudio.stft(pair, n_fft=n_fft, hop_length=16)) ** 2, ref=np.max, top_db=70)
    plot.spectrogram(S, sr=16000, hop_length=16, ax=ax)
    ax.set(xlim=(0.4, 0.62), ylim=(0.5, 1.6), title=f"n_fft = {n_fft}: {n_fft / 16:.0f} ms, {16000 / n_fft:.1f} Hz")
    tones = dip(S[:, 200], round(1000 * n_fft / 16000), round(1040 * n_fft / 16000))
    clicks = dip(S[-n_fft // 8 :].mean(axis=0), 500, 512)
    rows.append(
        [n_fft, f"{1000 * n_fft / 16000:.0f} ms", f"{16000 / n_fft:.1f} Hz", f"{tones:.0f} dB", f"{clicks:.0f} dB"]
    )
lesson.figure(figure, "4_when_or_which")

print("\nTwo tones 40 Hz apart and two clicks 12 ms apart: how deep is the valley between them?")
print_table(["n_fft", "frame", "bin", "between the tones", "between the clicks"], rows)

# %% [markdown]
# ## Mel: as many rows as the ear needs
# 513 rows are too many, and most of them lie where the ear hardly tells frequencies apart. Mel bands are narrow below
# and wide above. Before you look: how many of the 64 bands lie below 1 kHz, which is one eighth of the range?

# %%
article = Frontend.article()
filters = npaudio.mel_filterbank(sr=16000, n_fft=N_FFT, n_mels=64, scale="htk", norm=None)
figure, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
f = np.linspace(0, 8000, 400)
for scale, style in (("htk", "-"), ("slaney", "--")):
    mels = npaudio.hz_to_mel(f, scale=scale)
    axes[0].plot(f, mels / mels[-1], style, label=f"{scale} scale")
axes[0].plot(f, f / 8000, ":", color="grey", label="linear in Hz")
axes[0].set(xlabel="frequency (Hz)", ylabel="share of the mel range", title="two mel scales")
axes[0].legend()
plot.filterbank(filters[::4], sr=16000, ax=axes[1])
axes[1].set_title("every fourth of 64 mel bands")
lesson.figure(figure, "5_mel_scale")

peaks = filters.argmax(axis=1) * 16000 / N_FFT
widths = np.count_nonzero(filters, axis=1)
print(f"\n{np.count_nonzero(peaks < 1000)} of 64 bands peak below 1 kHz.")
print(f"The lowest band adds up {widths[0]} bins, the highest {widths[-1]}.")

# %% [markdown]
# ## The whole way, step by step
# Magnitude, power, decibels, mel: the same half second four times. Before you look: in which of the four would you
# see the quiet parts of the sound?

# %%
recipe = Frontend(name="lesson", sr=sr, n_fft=N_FFT, hop_length=HOP, n_mels=64, scale="htk", norm=None)
S = npaudio.stft(y, n_fft=N_FFT, hop_length=HOP)
power = np.abs(S) ** 2
mel = npaudio.melspectrogram(y, sr=sr, n_fft=N_FFT, hop_length=HOP, n_mels=64, scale="htk", norm=None)
in_db = npaudio.power_to_db(mel, ref=np.max, top_db=80)

figure, axes = plt.subplots(2, 2, figsize=(12, 7), layout="constrained")
plot.spectrogram(np.abs(S), sr=sr, hop_length=HOP, unit="magnitude", ax=axes[0, 0])
plot.spectrogram(power, sr=sr, hop_length=HOP, unit="power", ax=axes[0, 1])
plot.spectrogram(npaudio.power_to_db(power, ref=np.max), sr=sr, hop_length=HOP, ax=axes[1, 0])
plot.mel_spectrogram(in_db, frontend=recipe, ax=axes[1, 1])
titles = [
    "1 |STFT|: the loudest spots",
    "2 power: even fewer spots",
    "3 power in dB: all of it",
    "4 64 mel bands in dB",
]
for ax, title in zip(axes.flat, titles, strict=True):
    ax.set_title(title)
lesson.figure(figure, "6_step_by_step")

visible = {
    "magnitude": np.mean(np.abs(S) > 0.05 * np.abs(S).max()),
    "power": np.mean(power > 0.05 * power.max()),
    "decibels": np.mean(in_db > -76),
}
print("\nHow much of the picture is brighter than the darkest 5 % of the colours?")
print_table(["step", "share"], [[step, f"{100 * share:.1f} %"] for step, share in visible.items()])
print(f"{len(y):,} samples became {in_db.size:,} numbers: {in_db.shape[0]} bands x {in_db.shape[1]} frames.")

# %% [markdown]
# ## What got lost?
# Phase, and everything finer than a band. We can hear it: give the sound's own phase to magnitudes that know only
# their mel band. `7_through_64_bands.wav` is that; compare it with `1_what_we_look_at.wav`.

# %%
weights = npaudio.mel_filterbank(sr=sr, n_fft=N_FFT, n_mels=64, scale="htk", norm=None)
weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)  # mean power of each band
smooth = weights.T @ (weights @ power) / np.maximum(weights.sum(axis=0)[:, np.newaxis], 1e-12)
phase = S / np.maximum(np.abs(S), 1e-12)
coarse = npaudio.istft((np.sqrt(smooth) * phase).astype(S.dtype), hop_length=HOP, length=len(y))
lesson.sound("7_through_64_bands", coarse, sr)

# %% [markdown]
# ## One file, three recipes
# "Why does my mel spectrogram differ from the one in the paper?" is what users of audio networks ask most. Here is one
# sound through three front ends. Look at the colour bars before you read what `Frontend.diff` says. And what may the
# black line at the bottom of the third picture be? (A band so narrow that no bin falls into it.)

# %%
recipes = [Frontend.article(), Frontend.librosa(), Frontend.ast()]
figure, axes = plt.subplots(1, 3, figsize=(15, 4.4), layout="constrained")
for ax, frontend in zip(axes, recipes, strict=True):
    at_rate = y if sr == frontend.sr else npaudio.resample(y, orig_sr=sr, target_sr=frontend.sr)
    at_rate = npaudio.fix_length(at_rate, size=max(len(at_rate), frontend.n_fft))
    picture = frontend(at_rate)
    plot.mel_spectrogram(picture, frontend=frontend, unit="normalised" if frontend.scale_by != 1 else "dB", ax=ax)
    ax.set_title(
        f"{frontend.name}: {picture.shape[0]} x {picture.shape[1]}, {picture.min():.1f} to {picture.max():.1f}"
    )
lesson.figure(figure, "8_three_recipes")

for other in recipes[1:]:
    print()
    print(recipes[0].diff(other))

# %%
differences = len(recipes[0].diff(recipes[1]).splitlines()) - 1
lesson.finding(
    f"A 440 Hz tone leaks into {leaks['rectangular']} of 513 bins without a window, into {leaks['hann']} with Hann's; "
    f"the article's mel recipe and librosa's differ in {differences} settings."
)
lesson.end()
