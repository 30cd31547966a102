# %% [markdown]
# # 01 From a sound to a picture of it
#
# *Reading: 30 minutes. Running: 5 seconds on two cores.*
#
# At the end you will know what stands between a sound file and the image that a network sees: samples, the DFT, bins,
# windows, frames and hops, decibels, mel bands. You will have computed one bin of a spectrum by hand, and you will know
# what each step keeps, what it throws away, and why two libraries give two pictures of one file.
#
# Each section asks a question before it shows the answer. Guess first: you will remember a wrong guess, but not a right
# answer that you have only read. Terms are explained where they first appear, and again in the [glossary](GLOSSARY.md).

# %%
import sys
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import Frontend, plot

lesson = Lesson("01_sound_to_mel", takes_audio=True)
plot.use_style()
BLUE, ORANGE, GREEN, PURPLE = plot.PALETTE[:4]


def barks_and_siren() -> tuple[np.ndarray, int, str]:
    """Three seconds: a distant siren, and a dog that objects to it."""
    siren = npaudio.synthesize("siren", sr=16000, duration=3.0, rng=102)
    dog = npaudio.synthesize("dog_bark", sr=16000, duration=3.0, rng=105)
    return npaudio.normalize_peak(0.35 * siren + dog, peak=0.9), 16000, "a dog and a siren"


y, sr, name = lesson.sound_to_look_at(barks_and_siren)
print(f"The sound of this lesson: {name}, {len(y) / sr:.2f} s at {sr:,} Hz")
lesson.sound("1_what_we_look_at", y, sr)
N_FFT, HOP = 1024, 512
y = npaudio.fix_length(y, size=max(len(y), 2 * N_FFT))

# %% [markdown]
# ## Samples
#
# A recording is a row of numbers, the [samples](GLOSSARY.md#sample): the air pressure, measured again and again at
# equal intervals. The number of measurements per second is the [sample rate](GLOSSARY.md#sample-rate), `sr`.
#
# > **Question.** At this sample rate, how many samples is one period of a 440 Hz tone? And what is the highest
# > frequency that such a row of numbers can hold?

# %%
loudest = int(np.argmax(np.abs(y)))
first = int(np.clip(loudest - 0.005 * sr, 0, len(y) - 0.02 * sr))
zoom = y[first : first + int(0.02 * sr)]

figure, (whole, close) = plt.subplots(2, 1, figsize=(9, 5))
plot.waveform(y, sr=sr, ax=whole)
whole.axvspan(first / sr, (first + len(zoom)) / sr, color=ORANGE, alpha=0.5, linewidth=0)
whole.set_title(f"{name}: {len(y):,} samples are {len(y) / sr:.2f} s at {sr:,} Hz")
close.plot(1000 * np.arange(len(zoom)) / sr, zoom, "o-", markersize=3, linewidth=0.8)
close.set(xlabel=f"time after {first / sr:.3f} s (ms)", ylabel="amplitude", xlim=(0, 20))
close.set_title(f"the marked 20 ms: {len(zoom)} samples, one every {1000 / sr:.4g} ms")
lesson.figure(figure, "1_samples")

lesson.answer(
    f"One period of 440 Hz is {sr / 440:.1f} samples. A period needs at least two samples, one for its peak and one "
    f"for its trough, so the highest frequency is half the sample rate, {sr / 2:,.0f} Hz: the [Nyquist "
    "frequency](GLOSSARY.md#nyquist-frequency)."
)

# %% [markdown]
# ## Which frequencies? Correlate and see
#
# How much of a frequency is there in $N$ samples? Multiply them, one by one, by a cosine of that frequency and add up
# the products: a correlation. If the two swing together, every product is positive and the sum is large; if not,
# products of both signs cancel. A cosine alone would miss a sine, which is the same tone started a quarter of a period
# later, so we correlate with both. The [DFT](GLOSSARY.md#dft-fft), the discrete Fourier transform, does this for all
# frequencies with a whole number $k$ of periods in the $N$ samples:
#
# $$X[k] = \sum_{n=0}^{N-1} x[n] \cos(2\pi k n / N) - i \sum_{n=0}^{N-1} x[n] \sin(2\pi k n / N)$$
#
# Each $k$ is one [bin](GLOSSARY.md#bin) of the spectrum. The FFT is a fast way to compute the same numbers.
#
# Eight samples are few enough to do it with a pencil. Ours are a cosine with two periods: 1, 0, −1, 0, 1, 0, −1, 0.
#
# > **Question.** What is the sum of the products with a cosine of two periods? And with a cosine of three?

# %%
n = np.arange(8)
eight = np.cos(2 * np.pi * 2 * n / 8)
rows, sums = [], {}
figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), sharey=True)
fine = np.linspace(0, 7, 200)
axes[0].plot(n, eight, "o", label="x[n]")
axes[0].plot(fine, np.cos(2 * np.pi * 2 * fine / 8), color=BLUE, linewidth=0.8)
axes[0].set_title("eight samples, two periods")
for ax, k in zip(axes[1:], (2, 3), strict=True):
    products = eight * np.cos(2 * np.pi * k * n / 8)
    sums[k] = products.sum()
    rows.append([f"{k} periods", *(f"{round(p) + 0:+d}" for p in products), f"{round(sums[k]) + 0}"])
    ax.plot(fine, np.cos(2 * np.pi * k * fine / 8), color="grey", linewidth=0.8, label=f"cosine of {k} periods")
    ax.bar(n, products, width=0.5, color=np.where(products > 0, BLUE, ORANGE), label="products")
    ax.set_title(f"bin {k}: the products add up to {abs(round(sums[k], 9)):.0f}")
    ax.legend(loc="lower right", ncols=2, fontsize=8)
for ax in axes:
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set(xlabel="sample n", ylim=(-1.45, 1.15))
axes[0].set_ylabel("value")
lesson.figure(figure, "2_one_bin_by_hand")

print_table(["times a cosine of", *(f"n={i}" for i in n), "sum"], rows)
correlations = [np.sum(eight * np.exp(-2j * np.pi * k * n / 8)) for k in range(5)]
apart = np.abs(np.fft.rfft(eight) - correlations).max()
lesson.answer(
    f"{sums[2]:.0f}, which is half of N, and {abs(sums[3]):.0f}: a cosine of three periods opposes our tone as "
    f"often as it agrees with it. All five bins done this way equal `np.fft.rfft` to within {apart:.0e}."
)

# %% [markdown]
# ## The decibel
#
# What the ear calls twice as loud is about ten times the power, and recordings contain both whispers and bangs. So
# levels are given on a logarithmic scale, in [decibels](GLOSSARY.md#decibel-db). A level compares two powers, and power
# is the square of the [magnitude](GLOSSARY.md#magnitude) $|X[k]|$:
#
# $$L = 10 \log_{10}(P / P_0) = 20 \log_{10}(|X| / |X_0|)$$
#
# > **Question.** How many decibels is twice the magnitude, and how many is a thousandth of it?

# %%
ratios = {"twice the magnitude": 2.0, "ten times": 10.0, "half": 0.5, "a thousandth": 0.001}
levels = {label: 20 * np.log10(ratio) for label, ratio in ratios.items()}
print_table(["magnitude", "power", "level"], [[k, f"{ratios[k] ** 2:g}", f"{v:+.1f} dB"] for k, v in levels.items()])
lesson.answer(
    f"{levels['twice the magnitude']:+.1f} dB and {levels['a thousandth']:.0f} dB. Adding decibels multiplies "
    "magnitudes."
)

# %% [markdown]
# ## A tone between two bins
#
# The $N$ samples that the DFT looks at are called a [frame](GLOSSARY.md#frame). A frame of 1,024 samples at 16 kHz has
# bins at multiples of 16,000 / 1,024 = 15.625 Hz, from 0 to 8 kHz: 513 of them. A tone of 437.5 Hz has exactly 28
# periods in the frame, so it sits on bin 28. A tone of 440 Hz has 28.16: it starts and stops at different heights, and
# sits between two bins.
#
# > **Question.** Over how many of the 513 bins does each tone spread, if we count those above −60 dB, a thousandth of
# > the peak's magnitude?


# %%
def level_db(frame: np.ndarray, points: int = N_FFT) -> np.ndarray:
    """Levels of the frame's spectrum in dB, the highest at 0; with more points than samples, also between the bins."""
    return npaudio.power_to_db(np.abs(np.fft.rfft(frame, points)) ** 2, ref=np.max, top_db=160)


TONES = {f: npaudio.sine(f, sr=16000, duration=N_FFT / 16000, amplitude=1.0, dtype=np.float64) for f in (437.5, 440.0)}
on, off = (int(np.count_nonzero(level_db(tone) > -60)) for tone in TONES.values())
figure, axes = plt.subplots(1, 2, figsize=(12, 4), sharey=True)
for ax, (f, tone), count in zip(axes, TONES.items(), (on, off), strict=True):
    ax.plot(np.arange(32 * 512 + 1) * 16000 / N_FFT / 32, level_db(tone, 32 * N_FFT), color="grey", linewidth=0.8,
            label="correlation with any frequency")  # fmt: skip
    ax.plot(np.arange(513) * 16000 / N_FFT, level_db(tone), "o", color=ORANGE, label="the bins")
    ax.axhline(-60, color="black", linestyle=":", linewidth=1)
    ax.set(xlim=(310, 565), ylim=(-78, 4), xlabel="frequency (Hz)")
    ax.set_title(f"{f:g} Hz, {f * N_FFT / 16000:g} periods: {count} bin{'s' * (count > 1)} above −60 dB")
axes[0].text(
    0.98, 0.97, "all other bins lie\nbelow the picture", ha="right", va="top", transform=axes[0].transAxes, fontsize=9
)
axes[0].set_ylabel("level (dB)")
axes[1].legend(loc="upper right")
lesson.figure(figure, "3_on_and_off_the_bin")

lesson.answer(
    f"437.5 Hz stays in {on} bin, 440 Hz spreads over {off}. This is [leakage](GLOSSARY.md#leakage). The curve behind "
    "the points has the same shape for both; if the tone is on a bin, all other bins are at the zeros of that curve, "
    "in the valleys."
)

# %% [markdown]
# ## A window costs something
#
# The cure for leakage is to fade the frame in and out, so that nothing jumps at its ends: multiply it by a
# [window](GLOSSARY.md#window), such as Hann's, which rises along one half of a cosine and falls along the other.
# Applying no window is called using a rectangular one.
#
# > **Question.** With a Hann window, over how many bins do 440 Hz and 437.5 Hz spread? And what does the window cost?

# %%
WINDOWS = ["rectangular", "hamming", "hann", "blackman"]
rows, leaks = [], {}
figure, axes = plt.subplots(1, 2, figsize=(12, 4.2), sharey=True)
for kind, colour, marker, line in zip(WINDOWS, plot.PALETTE[:4], "osD^", ("-", "--", "-.", ":"), strict=True):
    window = npaudio.get_window(kind, N_FFT)
    leaks[kind] = [int(np.count_nonzero(level_db(tone * window) > -60)) for tone in TONES.values()]
    levels = level_db(TONES[440.0] * window)
    finely = np.abs(np.fft.rfft(window, 64 * N_FFT))  # 64 points to a bin
    width = 2 * np.count_nonzero(finely > finely[0] / 2) / 64
    rows.append([kind, *leaks[kind], f"{levels[200:].max():.0f} dB", f"{width:.2f} bins"])
    axes[0].plot(np.arange(513) * 16000 / N_FFT, levels, line, color=colour, linewidth=1.4, label=kind)
    axes[1].plot(np.arange(513) * 16000 / N_FFT, levels, marker, color=colour, markersize=4, label=kind)
    between = level_db(TONES[440.0] * window, 32 * N_FFT)
    axes[1].plot(np.arange(len(between)) * 16000 / N_FFT / 32, between, color=colour, linewidth=0.8, alpha=0.7)
axes[0].set(xlim=(0, 8000), ylim=(-125, 4), xlabel="frequency (Hz)", ylabel="level (dB)")
axes[0].set_title(
    f"440 Hz, bins above −60 dB: {leaks['rectangular'][1]} without a window, {leaks['hann'][1]} with Hann's"
)
axes[0].legend(loc="upper right")
axes[1].set(xlim=(360, 520), xlabel="frequency (Hz)")
axes[1].set_title(f"the price: a peak of {rows[2][4]} with Hann's instead of {rows[0][4]}")
axes[1].legend(loc="lower right", ncols=2)
lesson.figure(figure, "4_windows")

print_table(["window", "437.5 Hz", "440 Hz", "440 Hz, above 3 kHz", "width of peak"], rows)
lesson.answer(
    f"440 Hz spreads over {leaks['hann'][1]} bins instead of {leaks['rectangular'][1]}, and 437.5 Hz over "
    f"{leaks['hann'][0]} instead of {leaks['rectangular'][0]}: the price is a wider peak, {rows[2][4]} at half its "
    f"height instead of {rows[0][4]}. Real tones are hardly ever on a bin, so the price is worth paying."
)

# %% [markdown]
# ## One frame of our recording
#
# The spectrum of a whole file says which frequencies there are, but not when. So we cut out a frame, short enough for
# the sound to change little within it. This one was chosen because a window makes a large difference in it; in most
# frames the noise in the sound fills the valleys that a window would empty.
#
# > **Question.** With and without a Hann window: where in the spectrum will you see the difference, at the peaks or in
# > the valleys?

# %%
hann = npaudio.get_window("hann", N_FFT, dtype=y.dtype)
starts = range(0, len(y) - N_FFT + 1, HOP)
loud = [begin for begin in starts if np.ptp(y[begin : begin + N_FFT]) > 0.1 * np.ptp(y)]


def valley(frame: np.ndarray) -> float:
    """The level in dB below which a quarter of the bins lies."""
    return float(np.percentile(level_db(frame), 25))


start = max(loud, key=lambda begin: valley(y[begin : begin + N_FFT]) - valley(y[begin : begin + N_FFT] * hann))
cut = y[start : start + N_FFT]
plain, windowed = level_db(cut), level_db(cut * hann)
valleys = [valley(cut), valley(cut * hann)]

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), width_ratios=(1, 1.6))
milliseconds = 1000 * np.arange(N_FFT) / sr
left.plot(milliseconds, cut, color="grey", linewidth=0.8, label="as cut")
left.plot(milliseconds, cut * hann, color=BLUE, linewidth=0.9, label="times the window")
left.plot(milliseconds, hann * np.abs(cut).max(), "--", color=ORANGE, label="Hann window")
left.set(xlabel=f"time after {start / sr:.2f} s (ms)", ylabel="amplitude")
left.set_title(f"a frame of {N_FFT:,} samples, {1000 * N_FFT / sr:.0f} ms")
left.legend(loc="lower center", ncols=3, fontsize=8)
left.set_ylim(-1.6 * np.abs(cut).max(), 1.15 * np.abs(cut).max())
f = np.arange(N_FFT // 2 + 1) * sr / N_FFT / 1000
right.plot(f, plain, color="grey", linewidth=1.1, label="as cut")
right.plot(f, windowed, color=BLUE, linewidth=1.1, label="with the window")
right.set(xlabel="frequency (kHz)", ylabel="level (dB)", xlim=(0, f[-1]), ylim=(-75, 4))
title = f"a quarter of the bins are below {valleys[0]:.0f} dB as cut, {valleys[1]:.0f} dB with the window"
right.set_title(title.replace("-", "−"))
right.legend(loc="upper right")
lesson.figure(figure, "5_one_frame")

lesson.answer(
    f"In the valleys. As cut, a quarter of the bins lies below {valleys[0]:.0f} dB; with the window, below "
    f"{valleys[1]:.0f} dB. What filled the valleys was leakage from the peaks, which would have hidden a "
    "quiet sound there."
)

# %% [markdown]
# ## Frame after frame: hop and overlap
#
# The [STFT](GLOSSARY.md#stft), the short-time Fourier transform, is the DFT of one frame after the other. The distance
# from the start of one frame to that of the next is the [hop](GLOSSARY.md#hop). A window makes the ends of a frame
# count for little, so frames overlap: what is at the end of one is in the middle of another. With $L$ samples, frames
# of $N$ and a hop of $H$ there are $1 + \lfloor (L - N) / H\rfloor$ frames; with half a frame of zeros added at both
# ends, as librosa does it, $1 + \lfloor L / H\rfloor$.
#
# > **Question.** Add up the weights that a sample has in all the frames that contain it. What is the sum, if the hop of
# > the Hann windows is a whole frame, half a frame or a quarter of one?

# %%
rows = []
for hop in (N_FFT, N_FFT // 2, N_FFT // 4):
    total = np.zeros(8 * N_FFT)
    for begin in range(0, 7 * N_FFT + 1, hop):
        total[begin : begin + N_FFT] += npaudio.get_window("hann", N_FFT)
    middle = total[2 * N_FFT : 6 * N_FFT]
    rows.append([hop, 1 + len(y) // hop, f"{middle.min():.2f}", f"{middle.max():.2f}"])
print_table(["hop", f"frames of {len(y):,} samples", "least weight", "largest weight"], rows)
lesson.answer(
    f"At a hop of a whole frame some samples weigh {rows[0][2]}: a click there is never seen. From half a frame on "
    f"every sample weighs the same, {rows[1][2]}, and {rows[2][2]} at a quarter, which costs twice as many frames."
)

# %% [markdown]
# ## When, or which?
#
# A picture of the STFT's levels is a [spectrogram](GLOSSARY.md#spectrogram): time to the right, frequency upwards. A
# long frame separates frequencies that are close to each other, a short one moments that are. Here are two tones 40 Hz
# apart, and two clicks 12 ms apart.
#
# > **Question.** Which of the frame lengths 256, 1,024 and 4,096 samples separates the tones, and which the clicks?

# %%
t = np.arange(16000) / 16000
pair = 0.3 * np.sin(2 * np.pi * 1000 * t) + 0.3 * np.sin(2 * np.pi * 1040 * t)
pair[[8000, 8000 + 192]] += 3.0  # 192 samples are 12 ms


def dip(levels: np.ndarray, near: int, far: int) -> float:
    """How deep the valley between two peaks is, in dB; 0 if there is none."""
    between = levels[near : far + 1]
    return float(min(between[0], between[-1]) - between.min())


rows, dips = [], {}
figure, axes = plt.subplots(1, 3, figsize=(13, 4.2), sharey=True)
for ax, n_fft in zip(axes, (256, 1024, 4096), strict=True):
    S = npaudio.power_to_db(np.abs(npaudio.stft(pair, n_fft=n_fft, hop_length=16)) ** 2, ref=np.max, top_db=70)
    tones = dip(S[:, 200], round(1000 * n_fft / 16000), round(1040 * n_fft / 16000))
    clicks = dip(S[-n_fft // 8 :].mean(axis=0), 500, 512)
    dips[n_fft] = tones, clicks
    plot.spectrogram(S, sr=16000, hop_length=16, colorbar=False, ax=ax, vmin=-70, vmax=0)
    found = [what for what, depth in (("tones", tones), ("clicks", clicks)) if depth > 3]
    ax.set(
        xlim=(0.42, 0.60),
        xticks=(0.45, 0.5, 0.55),
        ylim=(0.5, 1.6),
        title=f"{n_fft / 16:.0f} ms: separates {' and '.join(found) or 'neither'}",
    )
    rows.append(
        [f"{n_fft:,}", f"{n_fft / 16:.0f} ms", f"{16000 / n_fft:.1f} Hz", f"{tones:.0f} dB", f"{clicks:.0f} dB"]
    )
axes[0].annotate("two clicks,\n12 ms apart", (0.506, 1.42), (0.53, 1.4), color="white", fontsize=9, va="center",
                 arrowprops={"arrowstyle": "->", "color": "white"})  # fmt: skip
axes[2].annotate("two tones,\n40 Hz apart", (0.45, 1.05), (0.45, 1.32), color="white", fontsize=9, ha="center",
                 arrowprops={"arrowstyle": "->", "color": "white"})  # fmt: skip
axes[0].text(0.555, 0.86, "the tones beat\n40 times a second", color="white", fontsize=9, ha="center", va="top")
axes[2].text(0.51, 0.8, "the clicks are stripes\n256 ms long", color="white", fontsize=9, ha="center", va="center")
for ax in axes[1:]:
    ax.set_ylabel("")
plot.shared_colorbar(axes, "dB")
lesson.figure(figure, "6_when_or_which")

print_table(["frame", "length", "bin width", "valley between tones", "between clicks"], rows)
lesson.answer(
    f"256 samples separate the clicks, with a valley of {dips[256][1]:.0f} dB between them, and 4,096 the tones, with "
    f"{dips[4096][0]:.0f} dB. With 1,024 the valleys are {dips[1024][0]:.0f} dB (tones) and {dips[1024][1]:.0f} dB "
    f"(clicks). Frame length times bin width is always {256 * 62.5 / 16000:.0f}: no choice is best at both."
)

# %% [markdown]
# ## Mel: as many rows as the ear needs
#
# 513 rows are a lot, and most of them lie where the ear can hardly tell frequencies apart. The [mel](GLOSSARY.md#mel)
# scale follows the ear: equal steps on it sound like equal steps of pitch. There are two formulas.
# [HTK](GLOSSARY.md#htk)'s is
#
# $$m = 2595 \log_{10}(1 + f / 700)$$
#
# and [Slaney](GLOSSARY.md#slaney)'s, librosa's default, is linear up to 1 kHz, with 200/3 Hz per mel, and logarithmic
# above. A [mel band](GLOSSARY.md#mel-band-filterbank) adds up the power of the bins under a triangle; the corners of
# the triangles are equally spaced on the mel scale.
#
# > **Question.** How many of 64 mel bands (HTK) lie below 1 kHz, which is an eighth of the range?

# %%
filters = npaudio.mel_filterbank(sr=16000, n_fft=N_FFT, n_mels=64, scale="htk", norm=None)
peaks = filters.argmax(axis=1) * 16000 / N_FFT
widths = np.count_nonzero(filters, axis=1)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", npaudio.mel.EmptyFilterWarning)
    crowded = npaudio.mel_filterbank(sr=16000, n_fft=512, n_mels=80, scale="htk", norm=None, triangles="rounded")
below = np.count_nonzero(peaks < 1000)

figure, axes = plt.subplots(1, 2, figsize=(12, 4))
f = np.linspace(0, 8000, 400)
for scale, style in (("htk", "-"), ("slaney", "--")):
    mels = npaudio.hz_to_mel(f, scale=scale)
    axes[0].plot(f, 100 * mels / mels[-1], style, label={"htk": "HTK", "slaney": "Slaney"}[scale])
axes[0].plot(f, f / 80, ":", color="grey", label="equal steps in Hz")
axes[0].axvline(1000, color="black", linewidth=0.8)
axes[0].set(xlabel="frequency (Hz)", ylabel="share of the mel scale (%)", ylim=(0, 100), xlim=(0, 8000))
share = npaudio.hz_to_mel(1000, scale="htk") / npaudio.hz_to_mel(8000, scale="htk")
axes[0].set_title(f"{100 * share:.0f} % of the HTK scale lies below 1 kHz")
axes[0].legend()
plot.filterbank(filters[::4], sr=16000, ax=axes[1])
axes[1].axvline(1000, color="black", linewidth=0.8)
axes[1].set_title(
    f"every fourth band: the lowest adds {widths[0]} bin{'s' * int(widths[0] > 1)}, the highest {widths[-1]}"
)
lesson.figure(figure, "7_mel_scale")

lesson.answer(
    f"{below} of 64. The lowest band adds up {widths[0]} bin{'s' * int(widths[0] > 1)}, the highest {widths[-1]}: fine "
    "at low frequencies, coarse at high ones. With too many bands for a short frame, some contain no bin at all: "
    f"{np.count_nonzero(crowded.sum(axis=1) == 0)} of 80 bands with a frame of 512 samples and corners rounded down to "
    "bins, as in many programs."
)

# %% [markdown]
# ## The whole way, step by step
#
# Magnitude, power, decibels, mel bands: the same recording four times.
#
# > **Question.** In which of the four pictures will you see the quiet parts of the sound?

# %%
recipe = Frontend(name="lesson", sr=sr, n_fft=N_FFT, hop_length=HOP, n_mels=64, scale="htk", norm=None)
S = npaudio.stft(y, n_fft=N_FFT, hop_length=HOP)
power = np.abs(S) ** 2
mel = npaudio.melspectrogram(y, sr=sr, n_fft=N_FFT, hop_length=HOP, n_mels=64, scale="htk", norm=None)
power_db = npaudio.power_to_db(power, ref=np.max, top_db=80)
in_db = npaudio.power_to_db(mel, ref=np.max, top_db=80)


def share_seen(picture: np.ndarray) -> float:
    """How much of a picture, in %, is brighter than the darkest 5 % of its own range of values."""
    return float(100 * np.mean(picture > picture.min() + 0.05 * (picture.max() - picture.min())))


pictures = {"magnitude": np.abs(S), "power": power, "power in dB": power_db, "mel bands in dB": in_db}
seen = {step: share_seen(picture) for step, picture in pictures.items()}
figure, axes = plt.subplots(2, 2, figsize=(12, 7), sharex=True)
for ax, picture in zip(axes[0], pictures.values(), strict=False):
    share = picture / picture.max()
    plot.spectrogram(share, sr=sr, hop_length=HOP, colorbar=False, vmin=0, vmax=1, ax=ax)
plot.shared_colorbar(axes[0], "share of the maximum")
plot.spectrogram(power_db, sr=sr, hop_length=HOP, colorbar=False, vmin=-80, vmax=0, ax=axes[1, 0])
plot.mel_spectrogram(in_db, frontend=recipe, colorbar=False, ax=axes[1, 1])
plot.shared_colorbar(axes[1], "dB below the maximum")
for i, (ax, step) in enumerate(zip(axes.flat, pictures, strict=True), 1):
    ax.set_title(f"{i} {step}: {seen[step]:.0f} % can be seen")
for ax in axes[0]:
    ax.set_xlabel("")
lesson.figure(figure, "8_step_by_step")

print_table(["picture", "brighter than the darkest 5 % of its range"], [[k, f"{v:.1f} %"] for k, v in seen.items()])
lesson.answer(
    f"In the two pictures in decibels. Of the magnitudes {seen['magnitude']:.1f} % are bright enough to be seen, of "
    f"the powers {seen['power']:.1f} %, of the decibels {seen['power in dB']:.0f} %, of the mel bands in decibels "
    f"{seen['mel bands in dB']:.0f} %. And the {len(y):,} samples have become {in_db.size:,} numbers: {in_db.shape[0]} "
    f"bands × {in_db.shape[1]} frames."
)

# %% [markdown]
# ## What is lost?
#
# The phase, which says whether a tone is at a peak or in a trough when a frame begins, and everything finer than a
# band. You can hear the second: `9_through_64_bands.wav` keeps the recording's phase, but all magnitudes in a band are
# replaced by the mean of the band. Compare it with `1_what_we_look_at.wav`.
#
# > **Question.** This file still has the right phase. What share of the waveform's energy is wrong nevertheless: a
# > hundredth, a tenth, a half?

# %%
weights = npaudio.mel_filterbank(sr=sr, n_fft=N_FFT, n_mels=64, scale="htk", norm=None)
weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12)  # mean power of each band
smooth = weights.T @ (weights @ power) / np.maximum(weights.sum(axis=0)[:, np.newaxis], 1e-12)
phase = S / np.maximum(np.abs(S), 1e-12)
coarse = npaudio.istft((np.sqrt(smooth) * phase).astype(S.dtype), hop_length=HOP, length=len(y))
lesson.sound("9_through_64_bands", coarse, sr)
wrong = np.sum((coarse - y) ** 2) / np.sum(y**2)
lesson.answer(
    f"{100 * wrong:.0f} % of the energy differs, and the sound is hoarse: the partials of a voice or a siren that "
    "share a band have run together. That is enough to tell a dog from a siren; to make speech from it, a "
    "vocoder has to invent the rest."
)

# %% [markdown]
# ## One file, three recipes
#
# "Why does my mel spectrogram differ from the one in the paper?" is what users of audio networks ask most. Everything
# from the sample rate to the final normalisation makes up a [front end](GLOSSARY.md#front-end), and each network has
# its own. Here is one sound through three: [the article](GLOSSARY.md#article)'s, librosa's defaults, and that of the
# Audio Spectrogram Transformer (AST), each with its own range of values.
#
# > **Question.** What differs? Find three things in the pictures before you read what `Frontend.diff` says. And what
# > might the dark lines at the bottom of the third picture be?

# %%
recipes = [Frontend.article(), Frontend.librosa(), Frontend.ast()]
seconds = len(y) / sr
figure, axes = plt.subplots(1, 3, figsize=(15, 4.4))
pictures = {}
for ax, frontend in zip(axes, recipes, strict=True):
    at_rate = y if sr == frontend.sr else npaudio.resample(y, orig_sr=sr, target_sr=frontend.sr)
    pictures[frontend.name] = picture = frontend(npaudio.fix_length(at_rate, size=max(len(at_rate), frontend.n_fft)))
    plot.mel_spectrogram(picture, frontend=frontend, unit="normalised" if frontend.scale_by != 1 else "dB", ax=ax)
    ax.set_xlim(0, seconds)
    values = f"{picture.min():.1f} to {picture.max():.1f}".replace("-", "−")
    ax.set_title(f"{frontend.name}: {picture.shape[0]} × {picture.shape[1]:,}, {values}")
lesson.figure(figure, "10_three_recipes")

differences = {}
for other in recipes[1:]:
    report = recipes[0].diff(other)
    differences[other.name] = len(report.splitlines()) - 1
    lesson.say(report.replace("\n", "\n\n", 1))
ast = pictures["ast"]
padding = ast.shape[1] - min(ast.shape[1], int(1 + (seconds - 0.025) / 0.010))
empty = np.count_nonzero(np.ptp(ast[:, : ast.shape[1] - padding], axis=1) == 0)
lesson.answer(
    f"The article's recipe and librosa's differ in {differences['librosa']} settings, the article's and the AST's in "
    f"{differences['ast']}. The dark lines are mel bands so narrow that no bin falls into them, {empty} of them: 128 "
    f"bands are too many for a DFT of 512 points. And {padding} of the AST's {ast.shape[1]:,} frames, not shown here, "
    "are padding."
)

# %%
lesson.finding(
    f"A 440 Hz tone spreads over {leaks['rectangular'][1]} of 513 bins without a window and over {leaks['hann'][1]} "
    f"with Hann's, a tone on a bin over {leaks['rectangular'][0]} and {leaks['hann'][0]}; of {name}, "
    f"{seen['magnitude']:.0f} % can be seen in magnitudes and {seen['mel bands in dB']:.0f} % in decibels; the "
    f"article's recipe and librosa's differ in {differences['librosa']} settings."
)

# %% [markdown]
# ## To take home
#
# 1. A bin of a spectrum is a correlation: multiply by a cosine and a sine of that frequency, and add up.
# 2. A window buys empty valleys at the price of a wider peak, and a longer frame buys resolution in frequency at the
#    price of resolution in time: no setting is best at both.
# 3. A mel spectrogram is the result of a dozen choices; change one of them and the picture is a different one, which a
#    network trained on the old one cannot read.
#
# **Library files used:** `npaudio/spectrum` (begin with `npaudio/spectrum/transform.py`), `npaudio/mel/scales.py`,
# `npaudio/mel/filterbank.py`, `npaudio/mel/spectrogram.py`, `npaudio/mel/kaldi.py`, `npaudio/frontend`,
# `npaudio/audio/waveform.py`.
#
# **Related library files:** `npaudio/signals/fading.py`.
#
# **Exercises that follow:** `ex01_stft`, `ex02_mel_filterbank`, `ex14_mel_reconstruction`; and `ex13_text_normalizer`,
# which is about text and needs no lesson. (13 to 15 are the article's solutions to its previous episode, on speech
# synthesis.)
