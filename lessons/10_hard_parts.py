# %% [markdown]
# # 10 The hard parts
#
# *Reading: 30 minutes. Running: 90 seconds on two cores.*
#
# At the end you will know what rare classes, wrong labels, another microphone and vague borders do to a
# classifier, what the usual cure for each of them buys and what it costs, and how to tell a cure from luck: every
# figure comes from several trainings and has an error bar.

# %%
import itertools
from functools import partial

import matplotlib.pyplot as plt
import numpy as np

import npaudio
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, nn, sed, training
from npaudio.augment import Compose, OneOf, Step, add_noise, reverb
from npaudio.datasets import SyntheticScenes
from several_seeds import error, paired_bars, plus_minus, verdict

lesson = Lesson("10_hard_parts")
SR = 16000
FRONTEND = Frontend(name="lesson", sr=SR, n_fft=1024, hop_length=1000, n_mels=32)
CLASSES = list(npaudio.SOUND_CLASSES)
SEEDS = range(2) if lesson.quick else range(5)
EPOCHS = 8 if lesson.quick else 15
BLUE, RED, GREEN = "#1f4e79", "#c8553d", "#2a7f62"

# %% [markdown]
# ## The sounds, a small network, and how sure we may be
# Ten synthetic classes, a second each, and a network of three convolutions that learns them in about a second. It has
# to be that quick: one training tells nothing about a cure, for the next one, from another seed, comes out differently.
# So everything here is trained from five seeds: other first weights, another order, and in the first two experiments
# other training clips. A figure is the mean of five, plus or minus its standard error; the test clips are the same for
# all. Two ways to train meet on the same seeds, and we look at the five differences: their mean is more than chance if
# it is beyond 2.8 standard errors (the 95 % point of Student's t for five values).


# %%
def recordings(per_class: int, first_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Waveforms (n, 16000) and labels (n,) of fresh sounds."""
    labels = np.repeat(np.arange(len(CLASSES)), per_class)
    sounds = [npaudio.synthesize(CLASSES[k], sr=SR, duration=1.0, rng=first_seed + i) for i, k in enumerate(labels)]
    return np.stack(sounds), labels


waves_pool, y_pool = recordings(80, 10_000)
waves_test, y_test = recordings(20 if lesson.quick else 40, 90_000)
S_pool = FRONTEND(waves_pool)
MEAN, STD = S_pool.mean(), S_pool.std()


def pictures(waves: np.ndarray) -> np.ndarray:
    """Normalised spectrograms (n, 1, 32, 17)."""
    return ((FRONTEND(waves) - MEAN) / STD)[:, None]


x_pool, x_test = pictures(waves_pool), pictures(waves_test)
print(f"{len(x_pool)} clips to draw training sets from, {len(x_test)} to test.")


def small_network(seed: int) -> nn.Sequential:
    """Three convolutions, each at half the resolution of the one before; a mean, and a linear layer."""
    rng = np.random.default_rng(seed)
    layers: list[nn.Module] = []
    for n_in, n_out in ((1, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(n_in, n_out, 3, stride=2, padding=1, rng=rng), nn.BatchNorm2d(n_out), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(64, len(CLASSES), rng=rng))


print(f"The small network has {sum(p.size for p in small_network(0).parameters()):,} parameters.")
ONE_CYCLE = partial(nn.OneCycle, max_lr=0.02)


def trained(x: np.ndarray, y: np.ndarray, seed: int, **settings) -> nn.Sequential:
    """A network that has learned these clips."""
    model = small_network(seed)
    training.fit(model, x, y, schedule=ONE_CYCLE, seed=seed, **{"epochs": EPOCHS, **settings})
    return model


def drawn(counts: np.ndarray, *key: int) -> np.ndarray:
    """Indices of a training set with so many clips of each class, drawn from the pool."""
    rng = np.random.default_rng(key)
    members = (np.flatnonzero(y_pool == k) for k in range(len(CLASSES)))
    return np.concatenate([rng.choice(m, n, replace=False) for m, n in zip(members, counts, strict=True)])


# %% [markdown]
# ## 1. Classes that are rare
# In AudioSet music is in four clips of ten, and a skateboard in three of ten thousand. Here five classes have 60 clips
# each, and the other five 4 each. The test has the same number of all. Before you run it: what will the accuracy be if
# a network never names a rare class, and how will you notice?
#
# Three cures. *Weights*: the loss of a rare clip counts for more. *Balanced sampling*: a rare clip comes more often.
# *Focal loss*: whatever is classified well already counts for less, be it rare or not. What will they cost?

# %%
counts = np.array([60, 4] * 5)
common, rare = counts == 60, counts == 4
recalls: dict[str, list[np.ndarray]] = {}
for seed in SEEDS:
    chosen = drawn(counts, 1, seed)
    x, y = x_pool[chosen], y_pool[chosen]
    ways = {"plain": {}, "weighted": {"loss": nn.CrossEntropyLoss(training.class_weights(y))},
            "balanced": {"sampler": training.ClassBalanced()}, "focal": {"loss": nn.FocalLoss(gamma=2.0)}}  # fmt: skip
    for way, settings in ways.items():
        predicted = training.predict(trained(x, y, seed, **settings), x_test).argmax(axis=1)
        matrix = metrics.confusion_matrix(y_test, predicted, labels=range(len(CLASSES)), normalize="true")
        recalls.setdefault(way, []).append(np.diag(matrix))
recall = {way: np.array(values) for way, values in recalls.items()}  # (seeds, classes)

print("\nRecall of each class in %, mean of the seeds ± standard error:")
rows = [[name, n, *(plus_minus(r[:, k]) for r in recall.values())]
        for k, (name, n) in enumerate(zip(CLASSES, counts, strict=True))]  # fmt: skip
print_table(["class", "clips", *recall], sorted(rows, key=lambda row: -row[1]))
by_part = {"common": {way: r[:, common].mean(1) for way, r in recall.items()},
           "rare": {way: r[:, rare].mean(1) for way, r in recall.items()},
           "all": {way: r.mean(1) for way, r in recall.items()}}  # fmt: skip
rows = [[way, *(plus_minus(values[way]) for values in by_part.values())] for way in recall]
print("\nMean recall, ± standard error:")
print_table(["way", *by_part], rows)
print("\nAgainst plain training on the same seeds, in points:")
rows = [[way, *(verdict(values[way], values["plain"]) for values in by_part.values())] for way in list(recall)[1:]]
print_table(["way", *by_part], rows)

figure, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
shown = {f"five {part} classes": np.stack(list(by_part[part].values()), axis=1) for part in ("common", "rare")}
paired_bars(ax, list(recall), shown, ylabel="recall")
lesson.figure(figure, "1_imbalance")

# %% [markdown]
# ## 2. Labels that are wrong
# One training label in five is flipped to some other class. The test labels are right. Cross entropy punishes a
# confident mistake without limit, so in the end it learns wrong labels by heart. The generalised cross entropy of Zhang
# and Sabuncu, (1 - p^q) / q, punishes it by 1 / q at the most. Before you look: which of the two will be ahead in the
# first epochs, and which at the end?

# %%
NOISE_EPOCHS = 10 if lesson.quick else 22
losses = {"cross entropy": nn.CrossEntropyLoss, "generalised, q = 0.7": partial(nn.GeneralizedCrossEntropyLoss, q=0.7)}
curves: dict[tuple[str, str], list[list[float]]] = {}
by_heart: dict[str, list[float]] = {}
for seed in SEEDS:
    chosen = drawn(np.full(10, 40), 2, seed)
    x, right = x_pool[chosen], y_pool[chosen]
    rng = np.random.default_rng([3, seed])
    flipped = rng.permutation(len(right)) < len(right) // 5
    wrong = np.where(flipped, (right + rng.integers(1, 10, len(right))) % 10, right)
    for labels, y in (("right labels", right), ("20 % wrong", wrong)):
        for name, make_loss in losses.items():
            model = small_network(seed)
            # the test clips are only watched here: nothing is chosen by them, and the last weights are what counts
            history = training.fit(
                model, x, y, epochs=NOISE_EPOCHS, loss=make_loss(), schedule=ONE_CYCLE, seed=seed,
                validation=(x_test, y_test), metric=training.accuracy, keep_best=False,
            )  # fmt: skip
            curves.setdefault((labels, name), []).append(history["val_accuracy"])
            if labels == "20 % wrong":
                learned = training.predict(model, x).argmax(axis=1)
                by_heart.setdefault(name, []).append(np.mean(learned[flipped] == wrong[flipped]))
accuracy = {key: np.array(values) for key, values in curves.items()}  # (seeds, epochs)

print("\nAccuracy on right labels in %, after the last epoch:")
rows = []
for name in losses:
    on_right, on_wrong = (accuracy[labels, name][:, -1] for labels in ("right labels", "20 % wrong"))
    against = "" if name == "cross entropy" else verdict(on_wrong, accuracy["20 % wrong", "cross entropy"][:, -1])
    rows.append([name, plus_minus(on_right), plus_minus(on_wrong), against, plus_minus(by_heart[name])])
print_table(["loss", "right labels", "20 % wrong", "against cross entropy", "wrong labels known by heart"], rows)

figure, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
epochs = np.arange(1, NOISE_EPOCHS + 1)
looks = dict(zip(losses, ((BLUE, "o"), (RED, "s")), strict=True))
for (labels, name), values in accuracy.items():
    (colour, marker), line = looks[name], "--" if labels == "right labels" else "-"
    ax.errorbar(epochs, values.mean(0), error(values), color=colour, fmt=marker + line, markersize=4, capsize=2,
                label=f"{name}, {labels}")  # fmt: skip
ax.set(
    xlabel="epoch",
    ylabel="accuracy on the test clips",
    title=f"what wrong labels do while a network learns (mean of {len(SEEDS)} seeds, bars are standard errors)",
)
ax.legend(loc="lower right", fontsize=9)
lesson.figure(figure, "2_label_noise")

# %% [markdown]
# ## 3. Another microphone
# Trained on clean recordings, used over a telephone in the corner of a bare hall: 300 to 3400 Hz, reverberation, noise
# at 0 to 10 dB. You can listen to both. Before you look: which of the three hurts most?
#
# The cure is to have heard such things in training. Each training clip gets four more versions, out of a chain whose
# ranges are wide and whose noises have other colours than that of the test: it must not be the test itself.


# %%
def telephone(y: np.ndarray, *, low: tuple, high: tuple, rng: np.random.Generator) -> np.ndarray:
    """Keep what lies between two frequencies, drawn from their ranges; beyond them it falls by 24 dB an octave."""
    below, above, f = rng.uniform(*low), rng.uniform(*high), np.fft.rfftfreq(len(y), 1 / SR)
    response = 1 / np.sqrt((1 + (below / np.maximum(f, 1)) ** 8) * (1 + (f / above) ** 8))
    return np.fft.irfft(np.fft.rfft(y) * response.astype(y.dtype), len(y))


band = Step(telephone, low=(300.0, 300.0), high=(3400.0, 3400.0))
hall = Step(reverb, sr=SR, decay=(0.5, 0.8), direct_db=(-6.0, 0.0))
noise = Step(add_noise, snr_db=(0.0, 10.0), color="pink")
conditions = {"clean": Compose([]), "band": band, "noise": noise, "reverb": hall}
conditions["all three"] = Compose([hall, noise, band])
heard_before = Compose([
    Step(reverb, sr=SR, decay=(0.1, 1.0), direct_db=(-10.0, 10.0), p=0.5),
    OneOf([Step(add_noise, snr_db=(0.0, 30.0), color=c) for c in ("white", "brown")], p=0.5),
    Step(telephone, low=(20.0, 600.0), high=(2500.0, 8000.0), p=0.5),
])  # fmt: skip
print(f"\nThe chain of the cure:\n{heard_before}\n")
x_far, shown = {}, np.flatnonzero(y_test == 7)[2]
for name, change in conditions.items():
    far = np.stack([change(wave, rng=(4, i)) for i, wave in enumerate(waves_test)])
    x_far[name] = pictures(far)
    if name in ("clean", "all three"):
        lesson.sound(f"glass_{name.replace(' ', '_')}", far[shown], SR)

half = np.arange(0, len(x_pool), 2)
versions = [x_pool[half]]  # the same for all seeds
for k in range(4):
    changed = [heard_before(wave, rng=(5, k, i)) for i, wave in enumerate(waves_pool[half])]
    versions.append(pictures(np.stack(changed)))
x_versions = np.concatenate(versions, axis=1)  # (n, 5, 32, 17)


def one_version(x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Of each clip one of its versions, drawn anew in each epoch."""
    return x[np.arange(len(x)), rng.integers(x.shape[1], size=len(x))][:, None], y


results: dict[str, list[list[float]]] = {"clean": [], "augmented": []}
for seed in SEEDS:
    for way, x, augment in (("clean", x_versions[:, :1], None), ("augmented", x_versions, one_version)):
        model = trained(x, y_pool[half], seed, augment=augment, epochs=EPOCHS + 5)
        results[way].append([training.accuracy(y_test, training.predict(model, far)) for far in x_far.values()])
shift = {way: np.array(values) for way, values in results.items()}  # (seeds, conditions)

print("\nAccuracy in %, by what was heard in training and what is heard now:")
rows = []
for name, clean, augmented in zip(conditions, shift["clean"].T, shift["augmented"].T, strict=True):
    rows.append([name, plus_minus(clean), plus_minus(augmented), verdict(augmented, clean)])
print_table(["tested on", "trained clean", "trained augmented", "difference"], rows)

figure, axes = plt.subplots(1, 2, figsize=(13, 4.2), layout="constrained", width_ratios=(1.2, 1))
paired_bars(axes[0], list(conditions), {f"trained {way}": values for way, values in shift.items()}, ylabel="accuracy")
axes[0].set_xlabel("tested on")
pair = np.concatenate([x_far["clean"][shown, 0], x_far["all three"][shown, 0]], axis=1) * STD + MEAN
image = axes[1].imshow(pair, origin="lower", aspect="auto", cmap="magma")
axes[1].axvline(16.5, color="white")
axes[1].set(
    xticks=[8, 25],
    xticklabels=["clean", "all three"],
    xlabel="one second each",
    ylabel="mel band, of 32 up to 8 kHz",
    title="the same breaking glass",
)
figure.colorbar(image, ax=axes[1], label="dB")
lesson.figure(figure, "3_domain_shift")

# %% [markdown]
# ## 4. When does a sound end?
# A glass breaks in a moment, and rings on. One annotator ends the event there, the other later; and both are right. We
# train a small network that names the sounds of every 50 ms, turn its answers into events, and score *the same* events
# with collars from 20 ms to one second. Beside it we score a second annotator, who hears every event, but puts onsets
# 50 ms and ends 150 ms off (standard deviations of chance, not a measurement of people). Guess the F of such a perfect
# listener with a collar of 50 ms.

# %%
SOUNDS = ("dog_bark", "siren", "glass_break", "bird_chirp", "alarm")
FRAMES = Frontend(name="frames", sr=SR, n_fft=1024, hop_length=800, n_mels=32)
N_SCENES, N_LEARN = (60, 40) if lesson.quick else (120, 80)
scenes = SyntheticScenes(N_SCENES, classes=SOUNDS, duration=8.0, n_events=(2, 5), event_duration=(0.3, 2.5),
                         snr=(5.0, 20.0), rng=0)  # fmt: skip
mixtures = [scenes[i] for i in range(len(scenes))]
S = FRAMES(np.stack([y for y, _ in mixtures]))  # (scenes, 32, 161)
S = (S - S[:N_LEARN].mean()) / S[:N_LEARN].std()
active = np.stack([
    sed.events_to_frames(events, labels=SOUNDS, hop_length=800, sr=SR, n_frames=S.shape[2]) for _, events in mixtures
]).transpose(0, 2, 1).astype(np.float32)  # (scenes, 161, 5)  # fmt: skip

around = np.lib.stride_tricks.sliding_window_view(np.pad(S, ((0, 0), (0, 0), (5, 5))), 11, axis=2)  # 5 on each side
context = around.transpose(0, 2, 1, 3).reshape(N_SCENES, S.shape[2], -1)  # (scenes, 161, 32 * 11)
reference = {f"scene {i}": mixtures[i][1] for i in range(N_LEARN, N_SCENES)}


def detected(seed: int) -> dict[str, list[sed.Event]]:
    """Events of the test scenes, found by a network from this seed: two hidden layers, five scores a frame."""
    rng, n_in = np.random.default_rng(seed), context.shape[2]
    hidden = [[nn.Linear(n, 64, rng=rng), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.2, rng=rng)] for n in (n_in, 64)]
    model = nn.Sequential(*hidden[0], *hidden[1], nn.Linear(64, len(SOUNDS), rng=rng))
    x, y = (a[:N_LEARN].reshape(-1, a.shape[2]) for a in (context, active))
    training.fit(model, x, y, epochs=5, batch_size=64, loss=nn.BCEWithLogitsLoss(), seed=seed,
                 schedule=partial(nn.OneCycle, max_lr=0.01))  # fmt: skip
    on = [training.predict(model, frames, batch_size=256).T > 0 for frames in context[N_LEARN:]]  # likelier than not
    tidy = [sed.remove_short(sed.fill_gaps(frames, 5), 3) for frames in on]
    events = [sed.frames_to_events(frames, labels=SOUNDS, hop_length=800, sr=SR) for frames in tidy]
    return dict(zip(reference, events, strict=True))


def second_annotator(seed: int) -> dict[str, list[sed.Event]]:
    """The reference with borders put somewhat differently."""
    rng = np.random.default_rng([6, seed])

    def moved(event: sed.Event) -> sed.Event:
        onset, end = max(0.0, event.onset + rng.normal(0, 0.05)), event.offset + rng.normal(0, 0.15)
        return sed.Event(onset, max(end, onset + 0.05), event.label)

    return {name: [moved(event) for event in events] for name, events in reference.items()}


COLLARS = [0.02, 0.05, 0.1, 0.2, 0.5, 1.0]
answers = {"network": [detected(s) for s in SEEDS], "second annotator": [second_annotator(s) for s in SEEDS]}
rules = {"both borders": {"percentage_of_length": 0.0}, "end within half the length": {"percentage_of_length": 0.5},
         "onsets only": {"evaluate_offset": False}}  # fmt: skip
scores = {}  # (seeds, collars) for each who and what
for (who, sets), (what, rule) in itertools.product(answers.items(), rules.items()):
    results = [[metrics.event_based_metrics(reference, events, t_collar=c, **rule) for c in COLLARS] for events in sets]
    scores[who, what] = np.array([[result.overall["f_measure"] for result in row] for row in results])
print(f"\nF in % of the same events, {sum(map(len, reference.values()))} of them in the reference, by collar:")
rows = [[*names, *(plus_minus(f[:, i]) for i in range(len(COLLARS)))] for names, f in scores.items()]
print_table(["who", "what must fit", *(f"{c:g} s" for c in COLLARS)], rows)

print("\nThe cure is a ruler no finer than what it measures. Narrowest collar with an annotator's F above 90 %:")
for what in rules:
    wide_enough = [c for c, f in zip(COLLARS, scores["second annotator", what].mean(0), strict=True) if f > 0.9]
    print(f"  {what}: {min(wide_enough):g} s")

figure, ax = plt.subplots(figsize=(11, 4.4), layout="constrained")
looks = dict(zip(rules, ((BLUE, "o"), (GREEN, "^"), (RED, "s")), strict=True))
for (who, what), f in scores.items():
    (colour, marker), line = looks[what], "-" if who == "network" else "--"
    ax.errorbar(COLLARS, f.mean(0), error(f), color=colour, fmt=marker + line, capsize=3, label=f"{who}, {what}")
ax.set(xscale="log", xticks=COLLARS, xticklabels=[f"{c:g}" for c in COLLARS], xlabel="collar in s", ylabel="F",
       ylim=(0, 1.02))  # fmt: skip
ax.set_title(f"one set of events, many scores (mean of {len(SEEDS)} seeds, bars are standard errors)")
ax.minorticks_off()
figure.legend(loc="outside right center", fontsize=9)
lesson.figure(figure, "4_collars")

# %%
best = max(recall, key=lambda way: recall[way].mean())
rare_plain, rare_best, common_plain, common_best = (
    plus_minus(by_part[part][way]) for part in ("rare", "common") for way in ("plain", best)
)
noisy = [plus_minus(accuracy["20 % wrong", name][:, -1]) for name in losses]
far = [plus_minus(shift[way][:, -1]) for way in ("clean", "augmented")]
f_tight, f_wide = (plus_minus(scores["network", "both borders"][:, i]) for i in (1, 5))
lesson.finding(
    f"In %, means of {len(SEEDS)} seeds: '{best}' training takes the recall of rare classes from {rare_plain} to "
    f"{rare_best} and that of common ones from {common_plain} to {common_best}; with 20 % wrong labels cross entropy "
    f"reaches {noisy[0]}, the robust loss {noisy[1]}; over the telephone {far[0]} trained clean, {far[1]} augmented; "
    f"and the same events have an F of {f_tight} at 50 ms, {f_wide} at 1 s."
)
