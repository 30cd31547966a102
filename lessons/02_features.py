# %% [markdown]
# # 02 What one number can tell about a sound
#
# *Reading: 20 minutes. Running: 5 seconds on two cores.*
#
# At the end you will know the descriptors that came before networks: spectral centroid, flatness, temporal
# variation. You will have put four claims about them to the test, and seen one of them fail because of the window, not
# because of the sound.

# %%
import matplotlib.pyplot as plt
import numpy as np

import npaudio
from classroom import Lesson, print_table
from npaudio import Frontend, plot, signals

lesson = Lesson("02_features", takes_audio=True)
SR, N_FFT, HOP, N_MELS = 16000, 1024, 256, 64
ARTICLE = {"n_fft": N_FFT, "hop_length": HOP, "center": False, "window": np.hanning(N_FFT)}
NO_FLOOR = 1e-300

sounds = signals.article_signals(sr=SR, duration=2.0, dtype=np.float64)
if lesson.options.audio:
    own, own_sr, own_name = lesson.sound_to_look_at(lambda: (sounds["sine"], SR, ""))
    own = (
        own.astype(np.float64)
        if own_sr == SR
        else npaudio.resample(own.astype(np.float64), orig_sr=own_sr, target_sr=SR)
    )
    sounds[own_name] = npaudio.fix_length(own, size=max(len(own), 2 * N_FFT))
for name, y in sounds.items():
    lesson.sound(name.rsplit(".", 1)[0], y, SR)

# %% [markdown]
# ## Five sounds
# A tone, noise, a sweep, something like speech and something like music: the article's five test signals. Listen to
# them under outputs/02_features. Before you look at the pictures: where would you put the *mean* frequency of each?

# %%
recipe = Frontend(
    name="exercise", n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS, periodic=False, center=False, scale="htk", norm=None
)
TOP_KHZ = {"sine": 1.2, "sweep": 4.5, "speech_like": 3.0, "music_like": 1.2}  # where the sound is, to see it larger
figure, axes = plt.subplots(len(sounds), 1, figsize=(9, 2.1 * len(sounds)), layout="constrained")
for ax, (name, y) in zip(axes, sounds.items(), strict=True):
    S = np.abs(npaudio.stft(y, **ARTICLE))
    plot.spectrogram(
        npaudio.power_to_db(S**2, ref=np.max), sr=SR, hop_length=HOP, start=N_FFT / 2 / SR, ax=ax, vmin=-60
    )
    centroid = npaudio.spectral_centroid(S=S, sr=SR)[0] / 1000
    times = (N_FFT / 2 + HOP * np.arange(len(centroid))) / SR
    ax.plot(times, centroid, color="#1b9cd8", linewidth=2, label="centroid")
    ax.set(title=name, ylim=(0, TOP_KHZ.get(name, SR / 2000)))
axes[0].legend(loc="upper right", fontsize=8, facecolor="black", labelcolor="white")
lesson.figure(figure, "1_five_sounds")

# %% [markdown]
# ## Three numbers each
# **Centroid**: the mean frequency, weighted by magnitude. **Flatness**: the geometric mean of the magnitudes over their
# arithmetic mean, 1 if all are equal, near 0 if few stick out. **Temporal variation**: how much a mel band changes from
# one frame to the next, on average. Here with the article's settings: `np.hanning`, 1,024/256, 64 HTK bands, no floor.

# %%
measured = {}
for name, y in sounds.items():
    S = np.abs(npaudio.stft(y, **ARTICLE))
    mel_db = recipe(y)
    measured[name] = {
        "centroid": npaudio.spectral_centroid(S=S, sr=SR).mean(),
        "flatness": npaudio.spectral_flatness(S=S, power=1, amin=NO_FLOOR).mean(),
        "variation": npaudio.temporal_variation(np.maximum(mel_db, mel_db.max() - 80)),
    }
rows = [
    [name, f"{m['centroid']:.0f} Hz", f"{m['flatness']:.2e}", f"{m['variation']:.3f} dB"]
    for name, m in measured.items()
]
print()
print_table(["sound", "centroid", "flatness", "temporal variation"], rows)

figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained")
units = {"centroid": "centroid (Hz)", "flatness": "flatness", "variation": "temporal variation (dB a frame)"}
for ax, (feature, label) in zip(axes, units.items(), strict=True):
    values = [m[feature] for m in measured.values()]
    ax.barh(range(len(values)), values, color="#1f4e79")
    ax.set_yticks(range(len(values)), list(measured))
    ax.invert_yaxis()
    ax.set(xlabel=label, xscale="log" if feature == "flatness" else "linear")
lesson.figure(figure, "2_three_numbers")

# %% [markdown]
# ## Four claims
# The article asks you to verify four things. Before you run the next cell: which one would you bet against?

# %%
flatness = {name: measured[name]["flatness"] for name in signals.article_signals(duration=0.1)}
centroid = {name: measured[name]["centroid"] for name in flatness}
variation = {name: measured[name]["variation"] for name in flatness}
claims = {
    "noise has the highest flatness": max(flatness, key=flatness.get) == "white_noise",
    "the pure tone has the lowest flatness": min(flatness, key=flatness.get) == "sine",
    "speech varies more than tone, sweep and music": variation["speech_like"]
    > max(variation[name] for name in ("sine", "sweep", "music_like")),
    "the sweep's centroid lies between tone and noise": centroid["sine"] < centroid["sweep"] < centroid["white_noise"],
}
print()
print_table(["claim", "holds"], [[claim, "yes" if holds else "NO"] for claim, holds in claims.items()])
print(f"The lowest flatness is that of {min(flatness, key=flatness.get)}: {min(flatness.values()):.2e}.")

# %% [markdown]
# ## Why is a chord "less flat" than a tone?
# Nearly all of the 513 bins of a tone are empty. The geometric mean is the mean of the *logarithms*, so the empty bins
# decide it, and what is in them is not the sound: it is what the window leaks. A chord leaks like a tone, but has
# three peaks and so a larger arithmetic mean. Change the window, or put a floor under the bins, and the order changes.

# %%
tone = sounds["sine"]
rows = []
for kind in ("rectangular", "hamming", "hann", "blackman"):
    for periodic in (False, True):
        window = npaudio.get_window(kind, N_FFT, periodic=periodic)
        pair = []
        for y in (tone, sounds["music_like"]):
            S = np.abs(npaudio.stft(y, **{**ARTICLE, "window": window}))
            pair.append(npaudio.spectral_flatness(S=S, power=1, amin=NO_FLOOR).mean())
        name = kind if kind == "rectangular" else f"{kind}, {'periodic' if periodic else 'symmetric'}"
        if [name] not in [row[:1] for row in rows]:
            rows.append([name, *(f"{value:.2e}" for value in pair), "tone" if pair[0] < pair[1] else "chord"])
print("\nFlatness of magnitudes without a floor, by window:")
print_table(["window", "tone", "chord", "lower is the"], rows)

floors = np.logspace(-9, -1, 33)
depths = np.linspace(0, 0.03, 13)


def flatness_of(y: np.ndarray, amin: float) -> float:
    """Mean flatness with the article's frames and a floor under the magnitudes."""
    return float(npaudio.spectral_flatness(S=np.abs(npaudio.stft(y, **ARTICLE)), power=1, amin=amin).mean())


by_floor = {name: [flatness_of(sounds[name], floor) for floor in floors] for name in ("sine", "music_like", "sweep")}
by_depth = [flatness_of(signals.music_like(vibrato_depth=d, dtype=np.float64), NO_FLOOR) for d in depths]

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
left.loglog(floors, by_floor["sine"], "-", label="tone")
left.loglog(floors, by_floor["music_like"], "--", label="chord with vibrato")
left.loglog(floors, by_floor["sweep"], ":", label="sweep")
left.set(xlabel="floor under the magnitudes", ylabel="flatness", title="a floor changes the order")
left.legend()
right.plot(100 * depths, by_depth, "o--", label="chord")
right.axhline(flatness["sine"], color="black", label="tone")
right.set(
    xlabel="depth of the vibrato (% of the frequency)", ylabel="flatness", title="no floor: the vibrato matters too"
)
right.set_ylim(0, None)
right.legend()
lesson.figure(figure, "3_why")

tone_is_lowest = floors[np.argmin(list(by_floor.values()), axis=0) == 0]
first, last = tone_is_lowest[[0, -1]]
print(f"\nWith a floor of {first:.0e} to {last:.0e} under the magnitudes the tone is the lowest, as the article says.")
print("Below that it is the chord, above it the sweep.")

# %% [markdown]
# ## Energy or magnitude?
# The article calls the centroid "energy-weighted"; librosa weighs by magnitude. Which of the two do you expect to lie
# higher for something like speech, whose high partials are no weaker than its low ones, and for noise?

# %%
rows = []
for name, y in sounds.items():
    S = np.abs(npaudio.stft(y, **ARTICLE))
    by_magnitude, by_power = (npaudio.spectral_centroid(S=weight, sr=SR).mean() for weight in (S, S**2))
    rows.append([name, f"{by_magnitude:.0f} Hz", f"{by_power:.0f} Hz"])
print()
print_table(["sound", "weighted by magnitude", "weighted by power"], rows)

# %%
held = sum(claims.values())
lesson.finding(
    f"{held} of the article's {len(claims)} claims hold: not the tone has the lowest flatness ({flatness['sine']:.1e}) "
    f"but the chord ({flatness['music_like']:.1e}), since empty bins hold what the window leaks."
)
