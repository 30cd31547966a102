# %% [markdown]
# # 04 More data from the data you have
#
# *Reading: 30 minutes. Running: 80 seconds on two cores.*
#
# At the end you will know what each audio augmentation does to a sound and to its picture, why a change of speed needs
# a filter, which augmentations helped a small network here on clean and on noisy sounds, by how much, and how sure that
# is.

# %%
import functools
import sys
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import Frontend, nn, plot
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
from several_seeds import draw_differences, paired_difference

lesson = Lesson("04_augmentation", takes_audio=True)
plot.use_style()
BLUE, ORANGE, GREEN = plot.PALETTE[:3]
SEED = 0

# %% [markdown]
# ## Heard and seen: what is done to the samples
#
# [Augmentation](GLOSSARY.md#augmentation) changes a training clip in ways that leave its label true, a little
# differently each time, so that the network cannot learn the clips by heart. Here is one sound and thirteen ways to
# change its samples. "At 10 dB" is the [signal-to-noise ratio](GLOSSARY.md#signal-to-noise-ratio-snr): the sound has
# ten times the power of what is added. Listen to the files while you look; they are all saved with the same gain, so
# that louder is louder.
#
# > **Question.** Which of the thirteen does not change the picture at all, and which changes only its level?

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
    "gain −12 dB": Step(gain, db=-12.0),
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
heard = {"original": y, **{title: step(y, rng=SEED) for title, step in on_samples.items()}}
pictures = {title: recipe(sound) for title, sound in heard.items()}
loudest = pictures["original"].max()
same_gain = 0.9 / max(float(np.abs(sound).max()) for sound in heard.values())
figure, axes = plt.subplots(3, 5, figsize=(16, 8.4), sharey=True, sharex=True)
axes.flat[-1].axis("off")
for ax, (title, sound) in zip(axes.flat, heard.items(), strict=False):
    plot.mel_spectrogram(pictures[title], frontend=recipe, ax=ax, colorbar=False, vmin=loudest - 70, vmax=loudest)
    ax.set(title=f"{title}: {len(sound) / sr:.2f} s", xlim=(0, 1.35 * len(y) / sr), xlabel="", ylabel="")
    file_name = title.replace(" ", "_").replace("+", "plus_").replace("−", "minus_").replace(",", "")
    lesson.sound(file_name, sound, sr, gain=same_gain)
for ax in axes[:, 0]:
    ax.set_ylabel("frequency (Hz, mel scale)")
for ax in [*axes[2, :4], axes[1, 4]]:
    ax.set_xlabel("time (s)")
axes[1, 4].tick_params(labelbottom=True)
plot.shared_colorbar(axes.flat[:-1], "dB")
lesson.figure(figure, "1_on_samples")

changes = {title: p - pictures["original"] for title, p in pictures.items() if p.shape == pictures["original"].shape}
rows = [[t, f"{np.abs(c).mean():.1f} dB", f"{np.ptp(c):.1f} dB"] for t, c in changes.items() if t != "original"]
print_table(["of the same length", "mean change", "from least to most"], rows)
lesson.answer(
    f"Flipping the polarity, the sign of all samples, changes it by {np.abs(changes['polarity']).max():g} dB: power "
    f"does not depend on the sign. A gain of −12 dB changes every pixel by {np.abs(changes['gain −12 dB']).mean():.1f} "
    "dB, so only the level. A network that sees such pictures learns nothing from polarity, and from a gain only if "
    "its front end keeps the level."
)

# %% [markdown]
# ## Seen: what is done to the picture
#
# [SpecAugment](GLOSSARY.md#specaugment) hides bands and stretches of time. An equaliser colours: it adds a smooth curve
# over frequency. [mixup](GLOSSARY.md#mixup) averages two pictures, and their labels in the same proportions.
#
# > **Question.** mixup averages pictures in decibels. Is that the picture of the two sounds played together?

# %%
picture = pictures["original"]
siren = npaudio.synthesize("siren", sr=sr, duration=len(y) / sr, rng=102)[: len(y)]
other = recipe(siren)
mixed, shares = mixup(np.stack([picture, other]), np.eye(2, dtype=np.float32), alpha=1.0, rng=8)
share = float(shares[0, 0])
overlaid = recipe(share * y + (1 - share) * siren)
apart = float(np.abs(mixed[0] - overlaid).mean())
on_pictures = {
    "original": picture,
    "SpecAugment, 2 + 2 masks": spec_augment(picture, freq_width=14, time_width=40, fill="floor", rng=51),
    "time warp": spec_augment(picture, freq_masks=0, time_masks=0, time_warp=60, rng=2),
    "equaliser of ±12 dB": equalizer(picture, db=(-12.0, 12.0), rng=SEED),
    f"mixup: {share:.0%} {name}, {1 - share:.0%} siren": mixed[0],
    f"the two sounds added: {apart:.0f} dB away": overlaid,
}
figure, axes = plt.subplots(2, 3, figsize=(13, 6.4), sharey=True, sharex=True)
for ax, (title, image) in zip(axes.flat, on_pictures.items(), strict=True):
    plot.mel_spectrogram(image, frontend=recipe, ax=ax, colorbar=False, vmin=loudest - 70, vmax=loudest)
    ax.set(title=title, xlabel="", ylabel="")
for ax in axes[:, 0]:
    ax.set_ylabel("frequency (Hz, mel scale)")
for ax in axes[1]:
    ax.set_xlabel("time (s)")
plot.shared_colorbar(axes.flat, "dB")
lesson.figure(figure, "2_on_pictures")
lesson.answer(
    "No. Where one sound is loud and the other silent, the average is half-way between them in decibels; when the two "
    f"sounds are added, the louder one hides the other. The two pictures differ by {apart:.1f} dB on average. mixup "
    "does not imitate the world; it makes the scores change gradually from one class to another."
)

# %% [markdown]
# ## Speed is not a matter of picking samples
#
# The article speeds a sound up by taking every 1.3rd sample, the position rounded down. At 16 kHz a tone of 7 kHz would
# then be at 9.1 kHz, above what the sample rate can hold.
#
# > **Question.** Where will the tone of 7 kHz go?

# %%
tone = npaudio.sine(7000.0, sr=16000, duration=1.0, dtype=np.float64)
ways = {
    "original": tone,
    "samples picked": tone[np.arange(0, len(tone), 1.3).astype(int)],
    "band-limited": speed_perturb(tone, rate=1.3),
}
window = npaudio.get_window("blackman", 8192)
spectra = {title: np.abs(np.fft.rfft(sound[2000:10192] * window)) ** 2 for title, sound in ways.items()}
reference = spectra["original"].max()
levels = {t: 10 * np.log10(np.maximum(power / reference, 1e-14)) for t, power in spectra.items()}
alias = levels["samples picked"].argmax() * 16000 / 8192
lines = int(np.count_nonzero(levels["samples picked"] > -40))
rest = levels["band-limited"].max()
figure, axes = plt.subplots(1, 3, figsize=(13, 3.6), sharey=True)
titles = ("a tone of 7 kHz", f"picked: loudest at {alias / 1000:.1f} kHz", f"band-limited: −{-rest:.0f} dB is left")
for ax, level, title in zip(axes, levels.values(), titles, strict=True):
    plot.spectrum(level, sr=16000, ax=ax)
    ax.set(title=title, ylim=(-130, 10), ylabel="")
axes[0].set_ylabel("level (dB below the tone)")
strong = [
    k
    for k in range(1, 4096)
    if levels["samples picked"][k] > -40
    and levels["samples picked"][k] == levels["samples picked"][max(0, k - 8) : k + 9].max()
]
for k in strong:
    axes[1].annotate(
        f"{k * 16000 / 8192:.0f}", (k * 16000 / 8192, levels["samples picked"][k]), ha="center", va="bottom", fontsize=7
    )
lesson.figure(figure, "3_speed")
lesson.answer(
    f"To {alias:.0f} Hz = 16,000 − 9,100 Hz: it is folded back at the [Nyquist "
    "frequency](GLOSSARY.md#nyquist-frequency). And it does not come alone: rounding the positions makes the tone "
    f"jitter, which makes {len(strong)} lines above −40 dB out of one. Band-limited, the tone is gone, as it should "
    f"be: {rest:.0f} dB is left."
)

# %% [markdown]
# ## Measured: does it help?
#
# A small network learns ten classes from 12 clips each, with and without each augmentation, and is tested on 300 clips
# that it has not heard: as they are, and with white noise at 5 dB. Each is trained several times, from different
# initial weights and in different orders; the augmented versions of the clips, eight of each, are the same for all.
# (Polarity is left out: it changes no picture.)
#
# The article calls SpecAugment the most effective of all.
#
# > **Question.** Which augmentation will help most on the clean clips, and which on the noisy ones? Is it SpecAugment?

# %%
SMALL_SR = 8000
SMALL = Frontend(name="small", sr=SMALL_SR, n_fft=256, hop_length=512, n_mels=32)
N_TRAIN, N_TEST, EPOCHS, SEEDS, VARIANTS = (4, 6, 12, 2, 2) if lesson.quick else (12, 30, 60, 4, 8)
CLASSES, BATCH = npaudio.SOUND_CLASSES, 40


def clips(per_class: int, first_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Recordings (n, 12000) of 1.5 s and their labels (n,)."""
    labels = np.repeat(np.arange(len(CLASSES)), per_class)
    sounds = [
        npaudio.synthesize(CLASSES[label], sr=SMALL_SR, duration=1.5, rng=first_seed + i)
        for i, label in enumerate(lesson.progress(labels, "making sounds"))
    ]
    return np.stack(sounds), labels


train_sounds, y_train = clips(N_TRAIN, 30_000)
test_sounds, y_test = clips(N_TEST, 70_000)
noisy_sounds = np.stack([add_noise(sound, snr_db=5.0, rng=(SEED, i)) for i, sound in enumerate(test_sounds)])
mean, std = SMALL(train_sounds).mean(), SMALL(train_sounds).std()


def images(sounds: np.ndarray) -> np.ndarray:
    """Pictures (n, 1, 32, 24), normalised by the clean training clips."""
    return (SMALL(npaudio.fix_length(sounds, size=12000)) - mean)[:, None] / std


x_clean, x_noisy = images(test_sounds), images(noisy_sounds)

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
masks = functools.partial(spec_augment, freq_masks=1, freq_width=6, time_masks=1, time_width=8, fill=0.0)
PICTURE = {
    "SpecAugment": masks,
    "time warp": functools.partial(spec_augment, freq_masks=0, time_masks=0, time_warp=6),
    "equaliser": functools.partial(equalizer, db=(-6.0 / std, 6.0 / std)),
}


def variants(step: Step | None) -> np.ndarray:
    """The training pictures in several versions, (versions, n, 1, 32, 24): the first as it is."""
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


def right_after_training(pool: np.ndarray, seed: int, *, change: Callable | None, mix: bool) -> list[np.ndarray]:
    """Train on pictures drawn from `pool`; which clean test clips, noisy ones and training clips are right."""
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
            model.backward_to_parameters(criterion.backward())
            optimizer.step()
            schedule.step()
    model.eval()
    tests = ((x_clean, y_test), (x_noisy, y_test), (pool[0], y_train))
    return [model(x).argmax(axis=1) == y for x, y in tests]


pools = {
    title: variants(step)
    for title, step in lesson.progress({"nothing": None, **WAVEFORM}.items(), "augmenting", total=1 + len(WAVEFORM))
}
experiments = {title: (pool, {"change": None, "mix": False}) for title, pool in pools.items()}
experiments |= {title: (pools["nothing"], {"change": change, "mix": False}) for title, change in PICTURE.items()}
experiments["mixup"] = (pools["nothing"], {"change": None, "mix": True})
everything = np.concatenate([pools["nothing"], *(pools[title][1:] for title in WAVEFORM)])
experiments["all of them"] = (everything, {"change": Compose(list(PICTURE.values())), "mix": True})

WHERE = ("clean clips", "noisy clips", "training clips")
runs = [(title, seed) for title in experiments for seed in range(SEEDS)]
right: dict[str, dict[str, list[np.ndarray]]] = {title: {where: [] for where in WHERE} for title in experiments}
for title, seed in lesson.progress(runs, "trainings"):
    pool, settings = experiments[title]
    for where, correct in zip(WHERE, right_after_training(pool, seed, **settings), strict=True):
        right[title][where].append(correct)
correct = {title: {where: np.array(c) for where, c in by.items()} for title, by in right.items()}  # (seeds, clips)
accuracy = {title: {where: float(c.mean()) for where, c in by.items()} for title, by in correct.items()}
augmented = [title for title in experiments if title != "nothing"]
differences = {
    where: {title: paired_difference(correct[title][where], correct["nothing"][where]) for title in augmented}
    for where in WHERE[:2]
}
rows = [[title, *(f"{100 * value:.1f} %" for value in accuracy[title].values())] for title in experiments]
print_table(["augmentation", *WHERE], rows)

best = {where: max(augmented, key=lambda t, where=where: accuracy[t][where]) for where in WHERE[:2]}
masked = {where: differences[where]["SpecAugment"] for where in WHERE[:2]}
ranks = {where: 1 + sum(accuracy[t][where] > accuracy["SpecAugment"][where] for t in augmented) for where in best}
judged = (
    "Here it is the most effective."
    if min(ranks.values()) == 1
    else ("It may be the most effective for the large networks and long trainings of its paper; here it is not.")
)
lesson.answer(
    f"On clean clips '{best['clean clips']}' ({100 * accuracy['nothing']['clean clips']:.1f} % without, "
    f"{100 * accuracy[best['clean clips']]['clean clips']:.1f} % with), on noisy ones '{best['noisy clips']}' "
    f"({100 * accuracy['nothing']['noisy clips']:.1f} % and {100 * accuracy[best['noisy clips']]['noisy clips']:.1f} "
    f"%). SpecAugment changes the accuracy by {100 * masked['clean clips'].mean:+.1f} points on clean clips, number "
    f"{ranks['clean clips']} of {len(augmented)}, and by {100 * masked['noisy clips'].mean:+.1f} on noisy ones, number "
    f"{ranks['noisy clips']}. {judged}"
)

# %% [markdown]
# ## What may be concluded?
#
# Chance enters these numbers in two ways: through the training (initial weights, order of the clips) and through the
# choice of the 300 test clips. With and without an augmentation the networks are compared on the same seeds and the
# same clips, so we look at the differences, clip by clip and seed by seed. Their interval below covers both kinds of
# chance: 95 % for other seeds (Student's t, which is wide for few seeds) and 95 % for other clips, combined as the root
# of the sum of their squares.
#
# > **Question.** An accuracy of 60 % on 300 clips: how far off might it be because of the choice of clips alone? And of
# > all the differences, how many are more than chance?

# %%
plain = accuracy["nothing"]["clean clips"]
by_clips = np.sqrt(plain * (1 - plain) / len(y_test))
seed_means = correct["nothing"]["clean clips"].mean(axis=1)
by_seeds = np.std(seed_means, ddof=1) / np.sqrt(SEEDS)
order = sorted(augmented, key=lambda t: -differences["clean clips"][t].mean)
rows = [[title, *(str(differences[where][title]) for where in WHERE[:2])] for title in order]
print_table(["in points, against nothing", *WHERE[:2]], rows)

figure, axes = plt.subplots(1, 2, figsize=(12, 5.4), sharex=True, sharey=True)
helped = {}
for ax, where in zip(axes, WHERE[:2], strict=True):
    draw_differences(ax, differences[where], order)
    helped[where] = [title for title in order if differences[where][title].verdict == "helps"]
    hurt = sum(d.verdict == "hurts" for d in differences[where].values())
    ax.set_title(f"{where}: {len(helped[where])} help, {hurt} hurt, {len(order) - len(helped[where]) - hurt} unsure")
    ax.set_xlabel(f"difference to {100 * accuracy['nothing'][where]:.1f} % (points)")
lesson.figure(figure, "4_differences")
sure = sum(d.verdict != "within chance" for by in differences.values() for d in by.values())
total = sum(map(len, differences.values()))
lesson.answer(
    f"{plain:.0%} of {len(y_test)} clips have a standard error of {100 * by_clips:.1f} points from the choice of "
    f"clips; the {SEEDS} trainings add only {100 * by_seeds:.1f}, so an error bar over seeds alone would look far too "
    f"sure. {sure} of {total} differences are more than chance, of which one in twenty may be luck. 'All of them' gets "
    f"{accuracy['all of them']['training clips']:.0%} of its own training clips right, 'nothing' "
    f"{accuracy['nothing']['training clips']:.0%}: with everything at once, {EPOCHS} epochs are too few. Change "
    "`EPOCHS` and run it again."
)

# %%
words = []
for where in WHERE[:2]:
    if helped[where]:
        top = max(helped[where], key=lambda t, where=where: accuracy[t][where])
        words.append(
            f"on {where} {len(helped[where])} of {len(augmented)} augmentations help beyond chance, most '{top}', "
            f"from {100 * accuracy['nothing'][where]:.1f} to {100 * accuracy[top][where]:.1f} %"
        )
    else:
        words.append(f"on {where} nothing is sure to help")
lesson.finding(
    f"With {N_TRAIN} clips a class, {' and '.join(words)}; SpecAugment changes the accuracy on clean clips by "
    f"{masked['clean clips'].in_points} and on noisy ones by {masked['noisy clips'].in_points}."
)

# %% [markdown]
# ## To take home
#
# 1. Augment with what the test will bring: noise in training prepares for a noisy test.
# 2. Changing speed or pitch is resampling, and resampling needs a filter; picked samples alias.
# 3. An error bar says little until you know what it covers; compare on the same seeds and the same clips, and count
#    both kinds of chance.
#
# **Library files used:** `npaudio/augment` (begin with `npaudio/augment/masking.py` and `npaudio/augment/chain.py`),
# `npaudio/audio/resampling.py`.
#
# **Exercises that follow:** `ex04_spec_augment`.
