# %% [markdown]
# # 05 Networks that have heard everything
#
# *Reading: 20 minutes. Running: 35 seconds on two cores.*
#
# At the end you will know how large the networks are that were trained on two million clips, and what their size buys;
# where their parameters are, and where their time goes; what rare classes do to the figure by which they are compared;
# and how much a network that has heard other sounds before needs to learn two new ones. If you have the published
# weights, a network of your own machine will name what is in your recording.

# %%
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, models, nn, plot
from npaudio.checkpoints.loading import no_draws
from several_seeds import error, plus_minus

lesson = Lesson("05_audioset_models", takes_audio=True)
plot.use_style()
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, BLACK = plot.PALETTE
SEED = 0

# %% [markdown]
# ## Size and score
#
# AudioSet has two million clips of 10 s and 527 classes. Networks are compared by [mAP](GLOSSARY.md#map): for each
# class, sort all clips by its score; a number between 0 and 1, its [AP](GLOSSARY.md#average-precision-ap), says how
# near the top the clips of that class are; and mAP is its mean over the classes. A perfect order has 1; what a random
# one has, we shall see. We build four of the networks here, without training, and count their parameters; the scores
# are those that the papers state.
#
# > **Question.** CNN14 has 15 times the parameters of CNN10. How much mAP does that buy? And does one need 80 million
# > parameters for it?

# %%
ours = {
    "CNN6": models.Cnn6(rng=no_draws()),  # no random first weights: we only count
    "CNN10": models.Cnn10(rng=no_draws()),
    "CNN14": models.Cnn14(rng=no_draws()),
    "AST": models.SpectrogramTransformer.base(rng=no_draws()),
}
counted = {name: sum(p.size for p in network.parameters()) for name, network in ours.items()}
results = {result.system: result for result in models.AUDIOSET_RESULTS}
rows = [
    [name, f"{r.parameters:g} M", f"{counted[name]:,}" if name in counted else "", f"{r.mAP:.3f}", r.source]
    for name, r in results.items()
]
print_table(["network", "paper", "counted here", "mAP", "source"], rows)

figure, ax = plt.subplots(figsize=(9, 4.6))
looks = {"convolutional": (BLUE, "o"), "transformer": (ORANGE, "s")}
for kind, (color, marker) in looks.items():
    chosen = [r for r in models.AUDIOSET_RESULTS if r.kind == kind]
    ax.plot([r.parameters for r in chosen], [r.mAP for r in chosen], marker, color=color, markersize=9, label=kind)
for r in models.AUDIOSET_RESULTS:
    to_the_left = r.system in ("BEATs iter3+", "PaSST-S", "AST", "CNN14")  # so that no two names overlap
    beside = {"ha": "right", "xytext": (-9, -3)} if to_the_left else {"ha": "left", "xytext": (9, -3)}
    ax.annotate(r.system, (r.parameters, r.mAP), textcoords="offset points", fontsize=9, **beside)
gain = results["CNN14"].mAP - results["CNN10"].mAP
ax.set(xscale="log", xlim=(3, 260), xlabel="parameters in millions", ylabel="mAP on AudioSet")
ax.set(xticks=(5, 10, 20, 50, 100), xticklabels=(5, 10, 20, 50, 100))
ax.minorticks_off()
small = results["EfficientAT mn10"]
ax.set_title(f"15 times the size bought {gain:.3f} mAP in 2020; in 2023 a small network has {small.mAP:.3f}")
ax.legend(loc="lower right")
lesson.figure(figure, "1_size_and_score")

ratio = counted["CNN14"] / counted["CNN10"]
lesson.answer(
    f"{ratio:.1f} times the parameters buy {gain:.3f} mAP. One does not need them: three years later EfficientAT has "
    f"{small.mAP:.3f} with {small.parameters:g} million, fewer than CNN10. It was trained to give the answers of large "
    "transformers (*distillation*): size helps to learn, and less is enough to keep what was learned."
)

# %% [markdown]
# ## Where the parameters are
#
# A convolution from $C$ to $O$ channels has $9 C O$ weights, and each of them is multiplied once for every pixel of its
# output. In CNN14 each block has twice the channels of the one before and a quarter of the pixels.
#
# > **Question.** Which share of CNN14's parameters is in the last of its six blocks? And which share of the
# > multiplications for a clip of 10 s?

# %%
channels = (1, *models.Cnn14.published_channels)
parts, sizes, work = [], [], []
for number in range(1, 7):
    c, o = channels[number - 1 : number + 1]
    n_pixels = (1001 // 2 ** (number - 1)) * (64 // 2 ** (number - 1))  # before this block's pooling
    parts.append(f"block {number}")
    sizes.append(sum(p.size for p in getattr(ours["CNN14"], f"conv_block{number}").parameters()))
    work.append(n_pixels * 9 * (c * o + o * o))
linear = [ours["CNN14"].fc1, ours["CNN14"].fc_audioset]
parts.append("linear layers")
sizes.append(sum(p.size for layer in linear for p in layer.parameters()))
work.append(sum(layer.weight.size for layer in linear))
shares = [100 * np.array(values) / sum(values) for values in (sizes, work)]

attention = sum(p.size for block in ours["AST"].blocks for p in block.attn.parameters())
small_networks = sum(p.size for block in ours["AST"].blocks for p in block.mlp.parameters())
figure, axes = plt.subplots(1, 2, figsize=(12, 4), sharey=True, sharex=True)
for ax, values, what in zip(axes, shares, ("parameters", "multiplications"), strict=True):
    ax.barh(parts, values, color=BLUE)
    ax.bar_label(ax.containers[0], fmt="%.1f %%", padding=3, fontsize=9)
    ax.set(xlabel=f"share of all {what}, %", xlim=(0, 85))
axes[0].invert_yaxis()
axes[0].set_title(f"{sum(sizes) / 1e6:.1f} million parameters: {shares[0][5]:.0f} % in the last block")
axes[1].set_title(f"{sum(work) / 1e9:.1f} billion multiplications for 10 s: {shares[1][5]:.0f} % there")
lesson.figure(figure, "2_where_the_parameters_are")

print_table(
    ["part of the AST", "parameters", "share"],
    [[part, f"{n:,}", f"{100 * n / counted['AST']:.0f} %"]
     for part, n in {"attention, 12 blocks": attention, "small networks, 12 blocks": small_networks,
                     "all the rest": counted["AST"] - attention - small_networks}.items()],
)  # fmt: skip
lesson.answer(
    f"{shares[0][5]:.0f} % of the parameters, and {shares[1][5]:.0f} % of the multiplications: its weights are used "
    f"for only {1001 // 32 * (64 // 32)} pixels, those of the first block for {1001 * 64:,}. So the number of "
    "parameters says little about the time that a network takes. In the transformer (lesson 06) all blocks are alike; "
    f"{100 * small_networks / counted['AST']:.0f} % of its parameters are in small networks of two linear layers."
)

# %% [markdown]
# ## Rare classes
#
# The classes of AudioSet differ in size by more than three orders of magnitude: music is in a million clips, the rarest
# sounds are in about a hundred. So imagine a detector whose quality does not depend on the class: its scores for clips
# with the sound lie two standard deviations above those without. We ask it for a class that is in one clip of three, of
# ten, and so on to one of three thousand. Beside AP stands the area under the ROC curve: the probability that a clip
# with the sound scores above one without.
#
# > **Question.** The detector stays as good as it is. What happens to its AP when the class becomes a thousand times
# > rarer?

# %%
N_CLIPS, SEEDS = (5_000, 3) if lesson.quick else (50_000, 10)
commonness = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
ap, auc = np.zeros((SEEDS, len(commonness))), np.zeros((SEEDS, len(commonness)))
for seed in range(SEEDS):
    rng = np.random.default_rng([SEED, seed])
    for k, share in enumerate(commonness):
        present = np.zeros(N_CLIPS, int)
        present[: max(1, round(share * N_CLIPS))] = 1
        scores = rng.standard_normal(N_CLIPS) + 2 * present
        ap[seed, k] = metrics.average_precision(present, scores)
        auc[seed, k] = metrics.roc_auc(present, scores)
rows = [
    [f"1 clip in {1 / share:,.0f}", plus_minus(ap[:, k]), plus_minus(auc[:, k]), f"{100 * share:.2g}"]
    for k, share in enumerate(commonness)
]
print_table(["the class is in", "AP, %", "area under ROC, %", "AP of a random order, %"], rows)

figure, ax = plt.subplots(figsize=(9, 4.4))
for values, name, color, marker in ((auc, "area under the ROC curve", SKY, "s"), (ap, "average precision", BLUE, "o")):
    ax.errorbar(commonness, values.mean(0), 2 * error(values), marker=marker, color=color, capsize=3, label=name)
ax.plot(commonness, commonness, "--", color="grey", label="average precision of a random order")
ax.set(
    xscale="log",
    ylim=(0, 1.02),
    xlabel="share of the clips with the class",
    ylabel="figure of the same detector",
)
ax.invert_xaxis()
ax.set_title(f"AP falls from {ap[:, 0].mean():.2f} to {ap[:, -1].mean():.2f}, though the detector is the same")
ax.legend(loc="center right")
lesson.figure(figure, "3_rare_classes")
lesson.answer(
    f"It falls from {ap[:, 0].mean():.2f} to {ap[:, -1].mean():.2f}, and the area under the ROC curve stays at "
    f"{auc[:, -1].mean():.2f}. Clips with the sound get the scores that they had before, but a thousand times more "
    "clips compete with each of them for the top of the list. mAP is a mean of numbers that depend on how common each "
    "class is, so two mAPs can be compared on the same test clips only. Error bars reach two standard errors of the "
    f"mean of {SEEDS} draws."
)

# %% [markdown]
# ## Transfer, measured
#
# Few of us have two million clips. [Transfer learning](GLOSSARY.md#transfer-learning) starts from a network that has
# learned other sounds. We train a small network of CNN10's kind on eight of our synthetic classes. Then come two
# classes that it has never heard, with 2, 5, 10 or 20 clips each, and three ways to learn them:
#
# - **from random weights**, as if there were no other sounds;
# - **[fine-tuning](GLOSSARY.md#fine-tuning)**: the same training, from the weights that know the eight classes;
# - **frozen**: the network stays as it is. Its [embedding](GLOSSARY.md#embedding), the numbers that its last linear
#   layer would read, becomes the input of a new linear layer, and only that one learns.
#
# > **Question.** With two clips of each class: which of the three is best, and by how much? And with twenty?

# %%
FRONTEND = Frontend(name="lesson", sr=16000, n_fft=1024, hop_length=1000, n_mels=64)
NEW = ("dog_bark", "siren") if {"dog_bark", "siren"} <= set(npaudio.SOUND_CLASSES) else npaudio.SOUND_CLASSES[:2]
OLD = [name for name in npaudio.SOUND_CLASSES if name not in NEW]
SHOTS, REPEATS = ((2, 5), 2) if lesson.quick else ((2, 5, 10, 20), 4)
N_OLD, EPOCHS, N_TEST, STEPS = (8, 2, 10, 5) if lesson.quick else (32, 8, 60, 20)


def pictures(names, per_class: int, first_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectrograms (n, 1, 64, 33) and labels (n,) of fresh sounds."""
    labels = np.repeat(np.arange(len(names)), per_class)
    sounds = [
        npaudio.synthesize(names[label], sr=16000, duration=2.0, rng=first_seed + i)
        for i, label in enumerate(lesson.progress(labels, "making sounds"))
    ]
    return (FRONTEND(np.stack(sounds))[:, None] + 40) / 20, labels  # decibels to about ±1


def small_network(n_classes: int, seed: int) -> models.Cnn10:
    return models.Cnn10(n_classes, channels=(8, 16, 32, 64), embed_dim=64, rng=seed)


def learn(model, x, labels, *, steps: int, lr: float, seed: int, what: str = "") -> None:
    """Steps of AdamW on batches of up to 32 clips."""
    loss, optimizer = nn.CrossEntropyLoss(), nn.AdamW(model.parameters(), weight_decay=0.01)
    schedule, rng = nn.OneCycle(optimizer, max_lr=lr, total_steps=steps), np.random.default_rng(seed)
    model.train()
    for _ in lesson.progress(range(steps), what) if what else range(steps):
        batch = rng.permutation(len(x))[:32]
        optimizer.zero_grad()
        loss(model(x[batch]), labels[batch])
        model.backward_to_parameters(loss.backward())
        optimizer.step()
        schedule.step()
    model.eval()


x_old, y_old = pictures(OLD, N_OLD, 10_000)
pretrained = small_network(len(OLD), SEED)
learn(pretrained, x_old, y_old, steps=EPOCHS * len(x_old) // 32, lr=4e-3, seed=SEED, what="pretraining")
x_test, y_test = pictures(NEW, N_TEST, 90_000)
x_new, y_new = pictures(NEW, max(SHOTS) * REPEATS, 50_000)


def few_clips(shots: int, repeat: int) -> np.ndarray:
    """Other clips in each repeat."""
    return np.concatenate([np.flatnonzero(y_new == k)[repeat * max(SHOTS) :][:shots] for k in range(2)])


def with_old_weights(seed: int) -> models.Cnn10:
    """A network for the two new classes whose other layers are those of the pretrained one."""
    model = small_network(2, seed)
    kept = {name: array for name, array in pretrained.state_dict().items() if not name.startswith("fc_audioset")}
    model.load_state_dict(kept, strict=False)
    return model


WAYS = ("random weights", "fine-tuned", "frozen")
accuracy = np.zeros((REPEATS, len(SHOTS), len(WAYS)))
todo = [(repeat, i) for repeat in range(REPEATS) for i in range(len(SHOTS))]
for repeat, i in lesson.progress(todo, "learning new classes"):
    few = few_clips(SHOTS[i], repeat)
    linear = nn.Linear(64, 2, rng=repeat)
    tasks = {
        "random weights": (small_network(2, repeat), x_new[few], x_test, 4e-3),
        "fine-tuned": (with_old_weights(repeat), x_new[few], x_test, 1e-3),
        "frozen": (linear, pretrained.embed(x_new[few]), pretrained.embed(x_test), 2e-2),
    }
    for way, (model, x, x_unheard, lr) in tasks.items():
        learn(model, x, y_new[few], steps=STEPS * (5 if way == "frozen" else 1), lr=lr, seed=repeat)
        accuracy[repeat, i, WAYS.index(way)] = metrics.accuracy(y_test, model(x_unheard).argmax(axis=1))

print(f"New classes: {NEW[0]} and {NEW[1]}; {len(x_test)} test clips; {REPEATS} draws of clips and weights.")
rows = [[shots, *(plus_minus(accuracy[:, i, w]) for w in range(3))] for i, shots in enumerate(SHOTS)]
print_table(["clips of each class", *(f"{way}, % right" for way in WAYS)], rows)

figure, ax = plt.subplots(figsize=(9, 4.4))
for w, (color, marker) in enumerate(((ORANGE, "s"), (BLUE, "o"), (GREEN, "^"))):
    ax.errorbar(SHOTS, 100 * accuracy[:, :, w].mean(0), 100 * error(accuracy[:, :, w]), color=color, marker=marker,
                capsize=4, label=WAYS[w])  # fmt: skip
ax.axhline(50, color="grey", linestyle="--", label="guessing")
ax.set(xscale="log", xticks=SHOTS, xticklabels=SHOTS, ylim=(30, 102), xlabel="training clips of each new class")
ax.set(ylabel="% of unheard clips right")
ax.minorticks_off()
leads = 100 * (accuracy[:, :, 1:].mean(axis=2) - accuracy[:, :, 0])  # mean of both ways, (draws, shots)
ax.set_title(f"with {SHOTS[0]} clips old weights are {leads[:, 0].mean():.0f} points ahead of random ones")
ax.legend(loc="lower right")
lesson.figure(figure, "4_transfer")
apart = 100 * (accuracy[:, 0, 2] - accuracy[:, 0, 1])
level = abs(apart.mean()) <= 2 * error(apart)
of_two = (
    "level"
    if level
    else f"{abs(apart.mean()):.0f} points apart, the {'frozen' if apart.mean() > 0 else 'fine-tuned'} first"
)
lesson.answer(
    f"With {SHOTS[0]} clips the two ways that start from old weights get {100 * accuracy[:, 0, 1].mean():.0f} % "
    f"(fine-tuned) and {100 * accuracy[:, 0, 2].mean():.0f} % (frozen) and are {of_two}; random weights get "
    f"{100 * accuracy[:, 0, 0].mean():.0f} %. With {SHOTS[-1]} clips their lead is "
    f"{leads[:, -1].mean():.0f} points instead of {leads[:, 0].mean():.0f}. Error bars are standard errors over "
    f"{REPEATS} draws of clips and first weights. Each network learned for {STEPS} steps, the layer on the frozen "
    f"embedding for {5 * STEPS}, which cost next to nothing."
)

# %% [markdown]
# ## The published network on your recording
#
# `--checkpoint FILE` takes the weights as their authors published them (`Cnn14_mAP=0.431.pth`, or the
# `model.safetensors` of the AST), and `--audio FILE` your recording. The file is read without running anything from it;
# see `npaudio/checkpoints`.

# %%
SECONDS = 2.0


def published(path: str):
    """The network that a file belongs to, by the names in it."""
    from npaudio.checkpoints import open_checkpoint

    with open_checkpoint(path) as file:
        is_transformer = any("cls_token" in name for name in file.entries)
    if is_transformer:
        return models.SpectrogramTransformer.from_checkpoint(path, num_heads=12)
    return models.Cnn14.from_checkpoint(path)


if lesson.options.checkpoint:
    network = published(lesson.options.checkpoint)
    dog = npaudio.synthesize("dog_bark", sr=32000, duration=10.0, rng=1)
    y, sr, name = lesson.sound_to_look_at(lambda: (dog, 32000, "a synthetic dog"))
    probabilities = network.tag(y, sr=sr)["clipwise_output"]
    top = np.argsort(-probabilities)[:10]
    print_table(["class", "probability"], [[models.AUDIOSET_LABELS[k], f"{probabilities[k]:.3f}"] for k in top])
    starts = np.arange(0, max(len(y) - SECONDS * sr, 0) + 1, SECONDS * sr / 4).astype(int)
    over_time = np.stack([
        network.tag(npaudio.fix_length(y[s : s + int(SECONDS * sr)], size=int(SECONDS * sr)), sr=sr)["clipwise_output"]
        for s in lesson.progress(starts, "tags over time")
    ])  # fmt: skip
    figure, ax = plt.subplots(figsize=(11, 4.4))
    image = ax.imshow(over_time[:, top].T, aspect="auto", cmap="magma", vmin=0, vmax=1,
                      extent=(0, starts[-1] / sr + SECONDS, 9.5, -0.5))  # fmt: skip
    ax.set(yticks=range(10), yticklabels=[models.AUDIOSET_LABELS[k] for k in top], xlabel="seconds")
    ax.set_title(f"{name}: {models.AUDIOSET_LABELS[top[0]]} with {probabilities[top[0]]:.2f}")
    figure.colorbar(image, ax=ax, label=f"probability in {SECONDS:g} s")
    lesson.figure(figure, "5_tags_over_time")
else:
    lesson.say("No `--checkpoint` was given, so there is nothing to see here.")

# %%
lesson.finding(
    f"CNN14 has {counted['CNN14']:,} parameters, {shares[0][5]:.0f} % of them in a block with {shares[1][5]:.0f} % of "
    f"the multiplications. One detector has an AP of {ap[:, 0].mean():.2f} for a common class and "
    f"{ap[:, -1].mean():.2f} for one a thousand times rarer. With {SHOTS[0]} clips of each new class a network that "
    f"has heard other sounds gets {100 * accuracy[:, 0, 1:].max(axis=1).mean():.0f} % right, one with random weights "
    f"{100 * accuracy[:, 0, 0].mean():.0f} %."
)

# %% [markdown]
# ## To take home
#
# 1. Parameters, time and score are three different things, and a large network has most of the first where it spends
#    little of the second.
# 2. A mAP depends on how common the classes are; compare only on the same test clips.
# 3. With a handful of clips, start from a network that has heard other sounds.
#
# **Library files used:** `npaudio/models/panns.py`, `npaudio/models/spectrogram_transformer.py`,
# `npaudio/models/audioset_results.py`, `npaudio/models/audioset_labels.py`, `npaudio/checkpoints`.
#
# **Exercises that follow:** `ex08_map_evaluator` (of lesson 07).
