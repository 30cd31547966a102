# %% [markdown]
# # 02 What one number can say about a sound
#
# *Reading: 20 minutes. Running: 4 seconds on two cores.*
#
# At the end you will know the descriptors that came before networks: spectral centroid, flatness, temporal variation.
# You will have put four claims about them to the test, in 75 settings each, and seen that two of them hold everywhere
# and two depend on choices that are seldom mentioned: the floor under the logarithm, the window, the frequency of the
# tone.

# %%
import sys
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import plot, signals

lesson = Lesson("02_features", takes_audio=True)
plot.use_style()
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, BLACK = plot.PALETTE
SR, N_FFT, HOP, N_MELS = 16000, 1024, 256, 64
NO_FLOOR = 1e-300  # as good as none: smaller than any rounding error in a spectrum

sounds = signals.article_signals(sr=SR, duration=2.0, dtype=np.float64)
ARTICLE_SOUNDS = tuple(sounds)
own_name = ""
if lesson.options.audio:
    own, own_sr, own_name = lesson.sound_to_look_at(lambda: (sounds["sine"], SR, ""))
    own = own.astype(np.float64)
    own = own if own_sr == SR else npaudio.resample(own, orig_sr=own_sr, target_sr=SR)
    sounds[own_name] = npaudio.fix_length(own, size=max(len(own), 2 * N_FFT))
for name, y in sounds.items():
    lesson.sound(name.rsplit(".", 1)[0], y, SR)

# %% [markdown]
# ## Five sounds, and their mean frequency
#
# A tone, noise, a sweep, something like speech and something like music: the article's five test signals. Listen to
# them. A [descriptor](GLOSSARY.md#descriptor) is one number that says something about a sound. The first is the
# [spectral centroid](GLOSSARY.md#spectral-centroid-centroid), the mean frequency of a frame, each frequency $f_k$
# weighted by its magnitude:
#
# $$\mathrm{centroid} = \frac{\sum_k f_k |X[k]|}{\sum_k |X[k]|}$$
#
# > **Question.** Speech-like is the sum of tones at 150, 300, 900 and 2,500 Hz, all equally strong. Where is its
# > centroid? And where is that of white noise, whose frequencies from 0 to 8 kHz are all equally strong?


# %%
def magnitudes(y: np.ndarray, window: np.ndarray | None = None) -> np.ndarray:
    """|STFT| with the article's settings: frames of 1,024, hop 256, `np.hanning`, nothing padded; (513, frames)."""
    window = np.hanning(N_FFT) if window is None else window
    return np.abs(npaudio.stft(y, n_fft=N_FFT, hop_length=HOP, center=False, window=window))


def heard(S: np.ndarray) -> np.ndarray:
    """Which frames are not silent: less than 80 dB below the loudest."""
    power = np.sum(S**2, axis=0)
    return power > 1e-8 * power.max()


spectra = {name: magnitudes(y) for name, y in sounds.items()}
centroids = {name: npaudio.spectral_centroid(S=S, sr=SR)[0] for name, S in spectra.items()}
mean_centroid = {name: float(c[heard(spectra[name])].mean()) for name, c in centroids.items()}
TOP_KHZ = {"sine": 1.2, "sweep": 4.5, "speech_like": 3.0, "music_like": 1.2}  # where the sound is, to see it larger
figure, axes = plt.subplots(len(sounds), 1, figsize=(9, 2.1 * len(sounds)), sharex=not own_name)
for ax, (name, S) in zip(axes, spectra.items(), strict=True):
    levels = npaudio.power_to_db(S**2, ref=np.max, top_db=60)
    plot.spectrogram(levels, sr=SR, hop_length=HOP, start=N_FFT / 2 / SR, colorbar=False, ax=ax, vmin=-60, vmax=0)
    times = (N_FFT / 2 + HOP * np.arange(S.shape[1])) / SR
    ax.plot(times, np.where(heard(S), centroids[name], np.nan) / 1000, color=SKY, linewidth=2.2, label="centroid")
    ax.set(title=f"{name}: centroid {mean_centroid[name]:,.0f} Hz", ylim=(0, TOP_KHZ.get(name, SR / 2000)), xlabel="")
    ax.set_ylabel("kHz")
axes[-1].set_xlabel("time (s)")
axes[0].legend(loc="upper right", labelcolor="white")
plot.shared_colorbar(axes, "dB below the loudest", aspect=60)
lesson.figure(figure, "1_five_sounds")

rows = [[name, f"{mean_centroid[name]:,.0f} Hz", S.shape[1] - int(heard(S).sum())] for name, S in spectra.items()]
print_table(["sound", "centroid", "silent frames left out"], rows)
lesson.answer(
    f"Speech-like: {mean_centroid['speech_like']:.0f} Hz, near the mean of its four tones, "
    f"{np.mean((150, 300, 900, 2500)):.1f} Hz. Noise: {mean_centroid['white_noise']:,.0f} Hz, the middle of the range. "
    "Silent frames have no centroid, so they are left out: frames more than 80 dB below the loudest, of which these "
    f"recordings have {sum(row[2] for row in rows)}."
)

# %% [markdown]
# ## Two more: how flat, and how restless
#
# [Spectral flatness](GLOSSARY.md#spectral-flatness-flatness) is the geometric mean of the magnitudes of a frame over
# their arithmetic mean: 1 if all are equal, near 0 if few stick out. [Temporal
# variation](GLOSSARY.md#temporal-variation) is the mean difference, in dB, between a mel band and the same band one
# frame later.
#
# Both have a logarithm in them, so both need to know what to do with bins in which there is nearly nothing. The usual
# way out is a [floor](GLOSSARY.md#floor): smaller values are raised to it. We try three: none, $10^{-10}$ in power (the
# article's, under its mel picture), and 80 dB below the loudest bin (librosa's usual `top_db`).
#
# > **Question.** Which of the five sounds changes most from frame to frame? Does the answer depend on the floor?

# %%
FLOORS = ("none", "1e-10", "80 dB below")
bank = npaudio.mel_filterbank(sr=SR, n_fft=N_FFT, n_mels=N_MELS, scale="htk", norm=None)


def floored(power: np.ndarray, floor: str) -> np.ndarray:
    """Powers with one of the three floors under them."""
    return np.maximum(power, {"none": NO_FLOOR, "1e-10": 1e-10, "80 dB below": 1e-8 * power.max()}[floor])


def flatness(S: np.ndarray, floor: str) -> float:
    """Mean flatness of the magnitudes of the frames that are not silent."""
    S = np.sqrt(floored(S[:, heard(S)] ** 2, floor))
    return float(npaudio.spectral_flatness(S=S, power=1, amin=NO_FLOOR).mean())


def variation(S: np.ndarray, floor: str) -> float:
    """Temporal variation in dB a frame, of 64 mel bands; silent frames left out."""
    decibels = 10 * np.log10(floored(bank @ S[:, heard(S)] ** 2, floor))
    return float(npaudio.temporal_variation(decibels))


flat = {name: {floor: flatness(S, floor) for floor in FLOORS} for name, S in spectra.items()}
restless = {name: {floor: variation(S, floor) for floor in FLOORS} for name, S in spectra.items()}
print_table(
    ["temporal variation (dB)", *FLOORS],
    [[name, *(f"{value:.2f}" for value in by_floor.values())] for name, by_floor in restless.items()],
)
print()
print_table(
    ["flatness", *FLOORS],
    [[name, *(f"{value:.1e}" for value in by_floor.values())] for name, by_floor in flat.items()],
)

figure, axes = plt.subplots(1, 2, figsize=(12, 3.8), sharey=True)
for floor, colour, marker in zip(FLOORS, (BLUE, ORANGE, GREEN), "osD", strict=True):
    for ax, values in zip(axes, (flat, restless), strict=True):
        ax.plot(
            [v[floor] for v in values.values()], range(len(values)), marker, color=colour, markersize=7, label=floor
        )
for ax in axes:
    ax.grid(axis="both")
    ax.set_yticks(range(len(sounds)), list(sounds))
axes[0].invert_yaxis()
tone, chord = list(flat["sine"].values()), list(restless["music_like"].values())
axes[0].set(xscale="log", xlabel="flatness of magnitudes")
axes[0].set_title(f"with the floor, a tone's flatness goes from {min(tone):.0e} to {max(tone):.0e}".replace("-", "−"))
axes[1].set(xlabel="temporal variation (dB per frame)", xlim=(-0.1, None))
axes[1].set_title(f"and a chord's variation from {min(chord):.1f} to {max(chord):.1f} dB")
axes[1].legend(title="floor", loc="upper right")
lesson.figure(figure, "2_with_three_floors")

most = {floor: max(ARTICLE_SOUNDS, key=lambda name, floor=floor: restless[name][floor]) for floor in FLOORS}
lesson.answer(
    f"It does: with no floor it is {most['none']} ({restless[most['none']]['none']:.2f} dB), with $10^{{-10}}$ "
    f"{most['1e-10']} ({restless[most['1e-10']]['1e-10']:.2f} dB), with 80 dB {most['80 dB below']} "
    f"({restless[most['80 dB below']]['80 dB below']:.2f} dB). Without a floor most of the 64 bands hold only leakage, "
    "and the vibrato moves that leakage around, which nobody can hear."
)

# %% [markdown]
# ## Four claims, 75 settings
#
# The article asks you to verify four things: white noise has the highest flatness; the pure tone has the lowest; the
# speech-like signal has high temporal variation, which we read as more than the tone, the sweep and the chord have; the
# sweep's centroid lies between those of tone and noise. It does not say with which floor or window, and a pure tone can
# have any frequency. So we take five windows, three floors and five tones.
#
# > **Question.** Which of the four claims would you bet on, and which would you bet against?

# %%
WINDOWS = {
    "np.hanning": np.hanning(N_FFT),
    **{kind: npaudio.get_window(kind, N_FFT) for kind in ("hann", "rectangular", "hamming", "blackman")},
}
TONES = (220.0, 437.5, 440.0, 500.0, 987.77)
CLAIMS = (
    "noise has the highest flatness",
    "the tone has the lowest flatness",
    "speech varies more than tone, sweep and chord",
    "the sweep's centroid is between tone and noise",
)
holds = np.zeros((len(CLAIMS), len(WINDOWS), len(FLOORS), len(TONES)), bool)
lowest: dict[tuple[int, int, int], str] = {}


def described(S: np.ndarray, floor: str) -> tuple[float, float, float]:
    """Flatness, variation in dB a frame, and centroid in Hz."""
    return flatness(S, floor), variation(S, floor), float(npaudio.spectral_centroid(S=S, sr=SR).mean())


tones = {f: npaudio.sine(f, sr=SR, duration=2.0, dtype=np.float64) for f in TONES}
for w, window in enumerate(lesson.progress(list(WINDOWS.values()), "windows")):
    S_others = {name: magnitudes(sounds[name], window) for name in ARTICLE_SOUNDS[1:]}
    S_tones = [magnitudes(tone, window) for tone in tones.values()]
    for i, floor in enumerate(FLOORS):
        others = {name: described(S, floor) for name, S in S_others.items()}
        for j, S_tone in enumerate(S_tones):
            sounds_now = {"sine": described(S_tone, floor), **others}
            F, V, C = ({name: values[k] for name, values in sounds_now.items()} for k in range(3))
            lowest[w, i, j] = min(F, key=F.__getitem__)
            holds[:, w, i, j] = (
                max(F, key=F.__getitem__) == "white_noise",
                lowest[w, i, j] == "sine",
                V["speech_like"] > max(V["sine"], V["sweep"], V["music_like"]),
                C["sine"] < C["sweep"] < C["white_noise"],
            )
count = holds.sum(axis=(1, 2, 3))
with_article = holds[:, 0, 0, 2]  # np.hanning, no floor, 440 Hz
settings = holds[0].size
rows = [[claim, f"{n} of {settings}", *(f"{holds[c, :, i].sum()} of {holds[c, :, i].size}" for i in range(3))]
        for c, (claim, n) in enumerate(zip(CLAIMS, count, strict=True))]  # fmt: skip
print_table(["claim", "holds in", *(f"floor: {floor}" for floor in FLOORS)], rows)

figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), sharey=True)
LETTERS = {
    "sine": ("tone", BLUE),
    "music_like": ("chord", ORANGE),
    "sweep": ("sweep", AMBER),
    "speech_like": ("speech", PURPLE),
}
for i, (ax, floor) in enumerate(zip(axes, FLOORS, strict=True)):
    for w, j in product(range(len(WINDOWS)), range(len(TONES))):
        word, colour = LETTERS[lowest[w, i, j]]
        ax.add_patch(plt.Rectangle((j - 0.48, w - 0.46), 0.96, 0.92, color=colour, alpha=0.85))
        ink = "black" if colour == AMBER else "white"
        ax.text(j, w, word, ha="center", va="center", color=ink, fontsize=9, weight="bold")
    ax.set(xlim=(-0.5, len(TONES) - 0.5), ylim=(len(WINDOWS) - 0.5, -0.5), xlabel="frequency of the tone (Hz)")
    ax.set_xticks(range(len(TONES)), [f"{f:g}" for f in TONES])
    ax.set_yticks(range(len(WINDOWS)), list(WINDOWS))
    ax.set_title(f"floor {floor}: the tone is lowest in {holds[1, :, i].sum()} of {holds[1, :, i].size}")
axes[0].set_ylabel("window")
figure.suptitle("Which sound has the lowest flatness?", x=0.01, ha="left", weight="bold")
lesson.figure(figure, "3_claims_and_settings")

lesson.answer(
    f"Noise is flattest in {count[0]} of {settings} settings and the sweep's centroid lies between in {count[3]}: safe "
    f"bets. The tone is lowest in {count[1]}, and speech varies most in {count[2]}: with the 80 dB floor in "
    f"{holds[2, :, 2].sum()} of {holds[2, :, 2].size}, with no floor in {holds[2, :, 0].sum()}. A claim about a "
    "descriptor is a claim about its settings."
)

# %% [markdown]
# ## Why is a chord "less flat" than a tone?
#
# Nearly all of the 513 bins of a tone are empty. The geometric mean is the mean of the *logarithms*, so the empty bins
# decide it, and what is in them is not the sound: it is what the window leaks. How much that is depends on where
# between two bins the tone lies.
#
# > **Question.** Replace one tone by three that are each as loud: by what factors do the geometric and the arithmetic
# > mean of the magnitudes grow? And at what share of the frequencies from 200 to 1,000 Hz is a tone less flat than the
# > chord after all?

# %%
chord = magnitudes(3 * sounds["music_like"])  # each of its notes as loud as the tone


def means(S: np.ndarray) -> tuple[float, float]:
    """Geometric and arithmetic mean of the magnitudes of a frame, averaged over the frames."""
    return float(np.exp(np.log(np.maximum(S, NO_FLOOR)).mean(axis=0)).mean()), float(S.mean())


geometric, arithmetic = (c / t for c, t in zip(means(chord), means(spectra["sine"]), strict=True))
frequencies = np.arange(200, 1000.01, 25.0 if lesson.quick else 3.125)
by_frequency = []
for f in lesson.progress(frequencies, "tones"):
    by_frequency.append(flatness(magnitudes(npaudio.sine(float(f), sr=SR, duration=2.0, dtype=np.float64)), "none"))
by_frequency = np.array(by_frequency)
chord_flatness = flat["music_like"]["none"]
below = by_frequency < chord_flatness
at_437 = flatness(magnitudes(tones[437.5]), "none")

floors = np.logspace(-9, -2, 36)
by_floor = {}
for name in ("sine", "music_like", "sweep"):
    by_floor[name] = np.array([npaudio.spectral_flatness(S=spectra[name], power=1, amin=a).mean() for a in floors])

figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.2))
left.plot(
    frequencies,
    by_frequency * 1e6,
    color=BLUE,
    linewidth=0.8,
    marker=".",
    markersize=3,
    label="a tone of this frequency",
)
left.axhline(chord_flatness * 1e6, color=ORANGE, linewidth=2, label="the chord")
for f, value, where in ((440.0, flat["sine"]["none"], (470, 27)), (437.5, at_437, (330, 1.2))):
    left.annotate(f"{f:g} Hz: {value * 1e6:.1f}", (f, value * 1e6), where, fontsize=9, arrowprops={"arrowstyle": "->"})
left.set(xlabel="frequency of the tone (Hz)", ylabel="flatness × 10⁶", yscale="log", ylim=(1, None))
left.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
left.minorticks_off()
left.set_title(f"without a floor, {100 * below.mean():.0f} % of the tones are below the chord")
left.legend(loc="lower right")
right.semilogx(floors, by_floor["music_like"] / by_floor["sine"], "o-", color=ORANGE, markersize=3.5, label="chord")
right.semilogx(floors, by_floor["sweep"] / by_floor["sine"], "s-", color=AMBER, markersize=3.5, label="sweep")
right.axhline(1, color=BLUE, linewidth=2, label="tone of 440 Hz")
tone_is_lowest = floors[(by_floor["sine"] <= by_floor["music_like"]) & (by_floor["sine"] <= by_floor["sweep"])]
right.axvspan(tone_is_lowest[0], tone_is_lowest[-1], color=BLUE, alpha=0.1, linewidth=0)
right.set(xlabel="floor under the magnitudes", ylabel="flatness, as a multiple of the tone's", ylim=(0, 2.5))
right.set_title(f"from {tone_is_lowest[0]:.0e} to {tone_is_lowest[-1]:.0e} the tone is lowest")
right.legend(loc="upper right")
lesson.figure(figure, "4_why")

lesson.answer(
    f"The arithmetic mean grows by a factor of {arithmetic:.1f}, the geometric one only by {geometric:.1f}, because "
    f"the leakage of the three tones overlaps; so the flatness of the chord is {geometric / arithmetic:.2f} times the "
    f"tone's. Yet the tone is below the chord at {100 * below.mean():.0f} % of the frequencies, where it lies close to "
    f"a bin: 437.5 Hz has {at_437:.1e}, 440 Hz {flat['sine']['none']:.1e}, the chord {chord_flatness:.1e}."
)

# %% [markdown]
# ## Energy or magnitude?
#
# The article calls the centroid "energy-weighted", which would mean weighting by power, the square of the magnitude.
# librosa weights by magnitude, and so did we.
#
# > **Question.** For which of the five sounds will the two differ most?

# %%
by_power = {name: float(npaudio.spectral_centroid(S=S**2, sr=SR)[0][heard(S)].mean()) for name, S in spectra.items()}
apart = {name: by_power[name] - mean_centroid[name] for name in spectra}
rows = [
    [name, f"{mean_centroid[name]:,.1f} Hz", f"{by_power[name]:,.1f} Hz", f"{apart[name]:+.1f} Hz"] for name in spectra
]
print_table(["sound", "weighted by magnitude", "weighted by power", "difference"], rows)
widest = max(ARTICLE_SOUNDS, key=lambda name: abs(apart[name]) / mean_centroid[name])
lesson.answer(
    f"None by much. The largest difference, as a share of the centroid, is that of {widest}: {apart[widest]:+.1f} Hz, "
    f"{100 * abs(apart[widest]) / mean_centroid[widest]:.1f} %. Squaring makes leakage count for less. It would "
    "matter more for a sound with strong and weak partials far apart; in these sounds the partials are equally strong."
)

# %%
own_words = ""
if own_name:
    S = spectra[own_name]
    own_words = (
        f"{own_name} has a centroid of {mean_centroid[own_name]:,.0f} Hz, a flatness of "
        f"{flat[own_name]['80 dB below']:.1e} and a temporal variation of {restless[own_name]['80 dB below']:.2f} dB "
        f"(floor 80 dB below the loudest, {int((~heard(S)).sum())} of {S.shape[1]} frames left out as silent). "
    )
lesson.finding(
    f"{own_words}Of the article's four claims two hold in all {settings} settings; the tone has the lowest flatness in "
    f"{count[1]} of them (not with the article's window and no floor: {flat['sine']['none']:.1e} against the chord's "
    f"{chord_flatness:.1e}), speech varies most in {count[2]}."
)

# %% [markdown]
# ## To take home
#
# 1. The value of a descriptor depends on its settings as well as on the sound: floor, window and weighting can change
#    which of two sounds has the larger one.
# 2. A logarithm gives weight to what is nearly nothing, so the empty bins decide a geometric mean; put a floor where
#    hearing has one, some 80 dB below the loudest.
# 3. Silence has no centroid and no flatness: count the silent frames and leave them out.
#
# **Library files used:** `npaudio/features/spectral.py`, `npaudio/features/temporal.py`,
# `npaudio/signals/closed_forms.py`, `npaudio/signals/modulated.py`, `npaudio/spectrum/transform.py`.
#
# **Related library files:** `npaudio/mel/cepstrum.py` (MFCC).
#
# **Exercises that follow:** `ex03_feature_comparator`.
#
# With `--audio FILE` the lesson measures a recording of yours too. Real recordings to try:
# `npaudio.datasets.download("esc50", "recordings")`.
