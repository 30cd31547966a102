# %% [markdown]
# # 04 More data from the data you have
#
# *Reading: 30 minutes. Running: 90 seconds on two cores.*
#
# At the end you will know what each audio augmentation does to a sound and to its picture, why speed must be
# changed with a filter, and which augmentation helped a small network here, on clean and on noisy sounds, by how much,
# and how sure that is.

# %%
import functools
import time
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np

import npaudio
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, nn, plot
from npaudio.augment import (
    Compose,
    Step,
    add_noise,
    equalizer,
    gain,
    mix_background,
    mixup,
    pitch_shift,
    polarity,
    random_crop,
    reverb,
    spec_augment,
    speed_perturb,
    time_shift,
    time_stretch,
)
from several_seeds import error, plus_minus, verdict

lesson = Lesson("04_augmentation", takes_audio=True)
SEED = 0

# %% [markdown]
# ## Heard and seen: what is done to the samples
# One sound, thirteen ways to change it without changing what it is. Listen to the files while you look. Before you
# look: which two of them can't be told from the original in the picture?

# %%
y, sr, name = lesson.sound_to_look_at(
    lambda: (npaudio.synthesize("dog_bark", sr=16000, duration=2.0, rng=105), 16000, "dog_bark"), longest=4.0
)
y = npaudio.fix_length(y, size=max(len(y), 4096))
rain = npaudio.synthesize("rain", sr=sr, duration=len(y) / sr, rng=1)
on_samples = {
    "noise at 10 dB": Step(add_noise, snr_db=10.0),
    "pink noise at 10 dB": Step(add_noise, snr_db=10.0, color="pink"),
    "brown noise at 10 dB": Step(add_noise, snr_db=10.0, color="brown"),
    "rain at 10 dB": Step(mix_background, background=rain, snr_db=10.0),
    "gain -12 dB": Step(gain, db=-12.0),
    "polarity": Step(polarity),
    "shift by a quarter": Step(time_shift, shift=0.25),
    "shift, padded": Step(time_shift, shift=0.25, mode="padded"),
    "speed 1.3": Step(speed_perturb, rate=1.3),
    "stretched to 1.3": Step(time_stretch, rate=1 / 1.3),
    "pitch +4 semitones": Step(pitch_shift, semitones=4.0),
    "reverberation": Step(reverb, sr=sr, decay=0.8, direct_db=0.0),
    "random crop": Step(random_crop, size=len(y) // 2),
}
recipe = Frontend(name="lesson", sr=sr, n_fft=512, hop_length=160, n_mels=64)
figure, axes = plt.subplots(3, 5, figsize=(18, 9), layout="constrained", sharey=True)
pictures = {"original": y, **{title: step(y, rng=SEED) for title, step in on_samples.items()}}
loudest = recipe(y).max()
axes.flat[-1].axis("off")
for ax, (title, sound) in zip(axes.flat, pictures.items(), strict=False):
    plot.mel_spectrogram(recipe(sound), frontend=recipe, ax=ax, vmin=loudest - 70, vmax=loudest)
    ax.set(title=f"{title}: {len(sound) / sr:.2f} s", xlim=(0, 1.35 * len(y) / sr))
    lesson.sound(title.replace(" ", "_").replace("+", "plus_"), sound, sr)
lesson.figure(figure, "1_on_samples")

# %% [markdown]
# ## Seen: what is done to the picture
# SpecAugment hides bands and stretches of time, an equaliser colours, mixup lays two sounds over each other and mixes
# their labels alike. Which of them could you still name with half of it hidden?

# %%
picture = recipe(y)
other = recipe(rain)[:, : picture.shape[1]]
mixed, shares = mixup(np.stack([picture, other]), np.eye(2, dtype=np.float32), alpha=1.0, rng=8)
on_pictures = {
    "original": picture,
    "SpecAugment, 2 + 2 masks": spec_augment(picture, freq_width=14, time_width=40, fill="floor", rng=51),
    "time warp": spec_augment(picture, freq_masks=0, time_masks=0, time_warp=60, rng=2),
    "equaliser of +-12 dB": equalizer(picture, db=(-12.0, 12.0), rng=SEED),
    f"mixup: {shares[0, 0]:.0%} {name}, {shares[0, 1]:.0%} rain": mixed[0],
}
figure, axes = plt.subplots(1, 5, figsize=(18, 3.6), layout="constrained", sharey=True)
for ax, (title, image) in zip(axes, on_pictures.items(), strict=True):
    plot.mel_spectrogram(image, frontend=recipe, ax=ax, vmin=loudest - 70, vmax=loudest)
    ax.set_title(title)
lesson.figure(figure, "2_on_pictures")

# %% [markdown]
# ## Speed is not a matter of picking samples
# The article speeds a sound up by taking every 1.3rd sample, rounded. At 16 kHz a tone of 7 kHz would then be at 9.1
# kHz, above what the rate can hold. Where will it go?

# %%
tone = npaudio.sine(7000.0, sr=16000, duration=1.0, dtype=np.float64)
picked = tone[np.arange(0, len(tone), 1.3).astype(int)]
filtered = speed_perturb(tone, rate=1.3)
figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained", sharey=True)
levels = {}
for ax, (title, sound) in zip(
    axes, {"7 kHz": tone, "samples picked": picked, "band-limited": filtered}.items(), strict=True
):
    window = npaudio.get_window("blackman", 8192)
    level = npaudio.power_to_db(np.abs(np.fft.rfft(sound[2000:10192] * window)) ** 2, ref=1e6, amin=1e-14, top_db=None)
    levels[title] = level
    plot.spectrum(level, sr=16000, ax=ax)
    ax.set(title=title, ylim=(-130, 10))
lesson.figure(figure, "3_speed")
alias = levels["samples picked"].argmax() * 16000 / 8192
print(f"\nThe tone comes back at {alias:.0f} Hz = 16,000 - 9,100 Hz; band-limited, what is left is "
      f"{levels['band-limited'].max() - levels['7 kHz'].max():.0f} dB.")  # fmt: skip

# %% [markdown]
# ## Measured: does it help?
# A small network learns ten classes from 12 clips each, with and without each augmentation, and is tested on 300 clips
# that it has not heard: as they are, and with white noise at 5 dB. (Polarity is left out: it changes no picture.) Every
# number is the mean of several trainings from different first weights, in different order; the bars are their standard
# errors. (What is drawn for the clips, eight versions of each, is the same for all of them.) Before you run it: which
# augmentation will help most on the clean clips, and which on the noisy ones?

# %%
SMALL_SR = 8000
SMALL = Frontend(name="small", sr=SMALL_SR, n_fft=256, hop_length=384, n_mels=32)
N_TRAIN, N_TEST, EPOCHS, SEEDS, VARIANTS = (6, 10, 30, 2, 2) if lesson.quick else (12, 30, 70, 4, 8)
CLASSES, BATCH = npaudio.SOUND_CLASSES, 40


def clips(per_class: int, first_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Recordings (n, 12000) of 1.5 s and their labels (n,)."""
    labels = np.repeat(np.arange(len(CLASSES)), per_class)
    sounds = [
        npaudio.synthesize(CLASSES[label], sr=SMALL_SR, duration=1.5, rng=first_seed + i)
        for i, label in enumerate(labels)
    ]
    return np.stack(sounds), labels


train_sounds, y_train = clips(N_TRAIN, 30_000)
test_sounds, y_test = clips(N_TEST, 70_000)
noisy_sounds = np.stack([add_noise(sound, snr_db=5.0, rng=(SEED, i)) for i, sound in enumerate(test_sounds)])
mean, std = SMALL(train_sounds).mean(), SMALL(train_sounds).std()


def images(sounds: np.ndarray) -> np.ndarray:
    """Pictures (n, 1, 32, 32), normalised by the clean training clips."""
    return (SMALL(npaudio.fix_length(sounds, size=12000)) - mean)[:, None] / std


x_clean, x_noisy = images(test_sounds), images(noisy_sounds)

print(f"Polarity changes the pictures by {np.abs(images(polarity(train_sounds)) - images(train_sounds)).max():g}.")

WAVEFORM = {
    "noise, 0 to 30 dB": Step(add_noise, snr_db=(0.0, 30.0)),
    "another clip behind": Step(mix_background, background=list(train_sounds), snr_db=(5.0, 20.0)),
    "gain": Step(gain, db=(-12.0, 12.0)),
    "time shift": Step(time_shift, shift=(-0.5, 0.5)),
    "random crop": Step(random_crop, size=SMALL_SR),
    "speed": Step(speed_perturb, rate=(0.85, 1.15)),
    "time stretch": Step(time_stretch, rate=(0.85, 1.15), n_fft=512),
    "pitch": Step(pitch_shift, semitones=(-2.0, 2.0), n_fft=512),
    "reverberation": Step(reverb, sr=SMALL_SR),
}
masks = functools.partial(spec_augment, freq_masks=1, freq_width=6, time_masks=1, time_width=10, fill=0.0)
PICTURE = {
    "SpecAugment": masks,
    "time warp": functools.partial(spec_augment, freq_masks=0, time_masks=0, time_warp=8),
    "equaliser": functools.partial(equalizer, db=(-6.0 / std, 6.0 / std)),
}


def variants(step: Step | None) -> np.ndarray:
    """The training pictures in several versions, (versions, n, 1, 32, 32): the first as it is."""
    versions = [images(train_sounds)]
    for v in range(0 if step is None else VARIANTS):
        changed = [step(sound, rng=(SEED, v, i)) for i, sound in enumerate(train_sounds)]
        versions.append(images(np.stack([npaudio.fix_length(sound, size=12000) for sound in changed])))
    return np.stack(versions)


def small_network(rng: np.random.Generator) -> nn.Sequential:
    """Three convolutions and a linear layer: 6,274 parameters, enough to learn 120 clips by heart."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=2, padding=1, bias=False, rng=rng),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False, rng=rng),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1, bias=False, rng=rng),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(),
        nn.Linear(32, len(CLASSES), rng=rng),
    )


def trained_accuracy(pool: np.ndarray, seed: int, *, change: Callable | None, mix: bool) -> list[float]:
    """Train on pictures drawn from `pool`; accuracy on clean test clips, noisy ones, and the training clips."""
    rng = np.random.default_rng([SEED, seed])
    model = small_network(rng)
    criterion = nn.CrossEntropyLoss()
    optimizer = nn.AdamW(model.parameters(), weight_decay=0.01)
    steps = len(y_train) // BATCH
    schedule = nn.OneCycle(optimizer, max_lr=1e-2, total_steps=EPOCHS * steps)
    for _ in range(EPOCHS):
        for batch in rng.permutation(len(y_train))[: steps * BATCH].reshape(steps, BATCH):
            x = pool[rng.integers(len(pool), size=BATCH), batch]
            targets = np.eye(len(CLASSES), dtype=np.float32)[y_train[batch]]
            if change is not None:
                x = change(x, rng=rng)
            if mix:
                x, targets = mixup(x, targets, alpha=0.3, rng=rng)
            model.zero_grad()
            criterion(model(x), targets)
            model.backward(criterion.backward())
            optimizer.step()
            schedule.step()
    model.eval()
    tests = ((x_clean, y_test), (x_noisy, y_test), (pool[0], y_train))
    return [metrics.accuracy(y, model(x).argmax(axis=1)) for x, y in tests]


start = time.perf_counter()
pools = {title: variants(step) for title, step in {"nothing": None, **WAVEFORM}.items()}
experiments = {title: (pool, {"change": None, "mix": False}) for title, pool in pools.items()}
experiments |= {title: (pools["nothing"], {"change": change, "mix": False}) for title, change in PICTURE.items()}
experiments["mixup"] = (pools["nothing"], {"change": None, "mix": True})
everything = np.concatenate([pools["nothing"], *(pools[title][1:] for title in WAVEFORM)])
experiments["all of them"] = (everything, {"change": Compose(list(PICTURE.values())), "mix": True})

results = {}
for title, (pool, settings) in experiments.items():
    results[title] = np.array([trained_accuracy(pool, seed, **settings) for seed in range(SEEDS)])  # (seeds, 3)
print(f"\n{len(experiments) * SEEDS} trainings in {time.perf_counter() - start:.0f} s")

rows = [[title, *(f"{plus_minus(values)} %" for values in result.T)] for title, result in results.items()]
print_table(["augmentation", "clean clips", "noisy clips", "training clips"], rows)

figure, axes = plt.subplots(1, 2, figsize=(12, 5.6), layout="constrained", sharey=True)
for column, (ax, title) in enumerate(zip(axes, ("clean test clips", "with white noise at 5 dB"), strict=True)):
    heights = [100 * result[:, column].mean() for result in results.values()]
    bars = [100 * error(result[:, column]) for result in results.values()]
    ax.barh(range(len(results)), heights, xerr=bars, color="#7fa8cf", edgecolor="black", capsize=3)
    ax.axvline(heights[0], color="#c8553d", linestyle="--", label="without augmentation")
    ax.set_yticks(range(len(results)), list(results))
    ax.set(title=title, xlabel="accuracy (%)", xlim=(0, 100), ylim=(len(results) - 0.4, -0.6))
figure.suptitle(f"mean of {SEEDS} trainings, bars are standard errors")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center")
lesson.figure(figure, "4_measured")

# %% [markdown]
# ## What may be concluded?
# With and without an augmentation the networks meet on the same seeds, so it is the differences seed by seed that
# count. Their mean is more than chance only if it is large beside its own error: with so few seeds about three times
# as large (Student's t), and even then one verdict in twenty is luck, and there are more than twenty of them. Noise in
# training is what a noisy test wants. And look at the last column above: what helps on clean clips also makes it harder
# to learn the training clips by heart; but all at once is so much that the training is over before they are learned at
# all. All trainings here are equally long. What do you expect if they are a third as long, or three times? Change
# EPOCHS and run it again.

# %%
plain = results["nothing"]
augmented = {title: result for title, result in results.items() if title != "nothing"}
columns = {"clean clips": 0, "noisy clips": 1}
verdicts = {t: {w: verdict(r[:, c], plain[:, c]) for w, c in columns.items()} for t, r in augmented.items()}
print("\nIn points, against no augmentation on the same seeds:")
print_table(["augmentation", *columns], [[title, *said.values()] for title, said in verdicts.items()])

helped = {where: [title for title, said in verdicts.items() if said[where].endswith("helps")] for where in columns}
best = max(helped["noisy clips"], key=lambda title: augmented[title][:, 1].mean(), default=None)
on_noisy = "on noisy clips nothing is sure to help"
if best is not None:
    on_noisy = f"'{best}' lifts the accuracy on noisy clips from {plus_minus(plain[:, 1])} to "
    on_noisy += f"{plus_minus(augmented[best][:, 1])} %"
on_clean = "nothing is sure to help"
if helped["clean clips"]:
    most = max(helped["clean clips"], key=lambda title: augmented[title][:, 0].mean())
    on_clean = (
        f"{len(helped['clean clips'])} of {len(augmented)} help, most '{most}', from {plus_minus(plain[:, 0])} to "
    )
    on_clean += f"{plus_minus(augmented[most][:, 0])} %"
lesson.finding(f"With {N_TRAIN} clips a class, {on_noisy}; on clean ones {on_clean}.")
