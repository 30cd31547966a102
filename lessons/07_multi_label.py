# %% [markdown]
# # 07 Many sounds at once
#
# *Reading: 25 minutes. Running: 25 seconds on two cores.*
#
# At the end you will know why a network that tags recordings ends in sigmoids and not in a softmax, what
# binary cross entropy asks of it, how one threshold a class is found, why papers report mean average precision, and how
# one set of scores gets three different "APs". You will have trained a tagger on overlapping sounds.

# %%
import matplotlib.pyplot as plt
import numpy as np

import npaudio
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, models, nn, plot

lesson = Lesson("07_multi_label")
SEED = 0


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Each number alone: 1 / (1 + e^-x)."""
    return 1 / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    """All numbers together: e^x, divided by their sum over the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# %% [markdown]
# ## One winner, or several?
# The article's clip holds speech, music and rain, and a network gave it these eight scores. Before you look: which
# probability will softmax give to music, the second best?

# %%
CLASSES = ["Speech", "Music", "Dog", "Siren", "Rain", "Traffic", "Bird", "Wind"]
scores = np.array([2.1, 1.8, -1.0, -2.5, 1.5, -0.3, -1.2, -0.8])
together, alone = softmax(scores), sigmoid(scores)
tagged = [name for name, p in zip(CLASSES, alone, strict=True) if p > 0.5]
rows = [
    [name, f"{s:.1f}", f"{a:.3f}", f"{b:.3f}"] for name, s, a, b in zip(CLASSES, scores, together, alone, strict=True)
]
print_table(["class", "score", "softmax", "sigmoid"], rows)
print(f"softmax picks {CLASSES[together.argmax()]}; sigmoid above 0.5: {', '.join(tagged)}")

figure, axes = plt.subplots(1, 2, figsize=(11, 3.8), layout="constrained", sharey=True)
for ax, p, title in zip(axes, (together, alone), ("softmax: shares of one", "sigmoid: eight questions"), strict=True):
    chosen = p == p.max() if p is together else p > 0.5
    hatches = ["//" if picked else "" for picked in chosen]
    ax.bar(CLASSES, p, color=np.where(chosen, "#e8a592", "#1f4e79"), edgecolor="black", hatch=hatches)
    for x, value in enumerate(p):
        ax.text(x, value + 0.02, f"{value:.2f}", ha="center", fontsize=8)
    ax.axhline(0.5, color="black", linewidth=0.8, linestyle="--")
    ax.set(title=title, ylim=(0, 1.05))
    ax.tick_params(axis="x", rotation=45)
axes[0].set_ylabel("probability")
lesson.figure(figure, "1_softmax_or_sigmoid")

# %% [markdown]
# ## What the loss asks for
# Binary cross entropy asks each class alone: -log p if the sound is there, -log(1 - p) if not. Its derivative with
# respect to the score is simply p - y, the error. Before you look: what happens to the gradient where the network is
# very sure, and very wrong?

# %%
score = np.linspace(-6, 6, 241)
there = np.log1p(np.exp(-score))
absent = np.log1p(np.exp(score))
bce = nn.BCEWithLogitsLoss()
targets = np.array([[1.0, 1, 0, 0, 1, 0, 0, 0]])
loss = bce(scores[None], targets)
from_layer = bce.backward()[0] * scores.size  # the layer takes the mean over the classes
by_hand = (alone - targets)[0]

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
left.plot(score, there, "-", label="the sound is there")
left.plot(score, absent, "--", label="it is not")
left.set(xlabel="score", ylabel="loss", title="binary cross entropy")
left.legend()
right.plot(score, sigmoid(score) - 1, "-", label="the sound is there")
right.plot(score, sigmoid(score), "--", label="it is not")
right.plot(scores, from_layer, "o", color="black", label="the article's clip, from nn")
right.set(xlabel="score", ylabel="d loss / d score", title="its gradient: p - y")
right.legend()
lesson.figure(figure, "2_binary_cross_entropy")
print(f"\nLoss of the clip: {loss:.4f}; gradient of nn against p - y: {np.abs(from_layer - by_hand).max():.0e} apart")

# %% [markdown]
# ## Recordings with up to three sounds
# We mix our synthetic sounds, one to three at a time, at levels that differ by up to 12 dB, over noise. The sounds in
# the test mixtures come from other seeds than those of the training mixtures.

# %%
LABELS = list(npaudio.SOUND_CLASSES)
FRONTEND = Frontend(name="lesson", sr=16000, n_fft=1024, hop_length=1000, n_mels=64)
N_EACH, N_TRAIN, N_TEST, EPOCHS = (12, 160, 100, 3) if lesson.quick else (40, 576, 300, 6)


def single_sounds(per_class: int, first_seed: int) -> np.ndarray:
    """Events alone, (classes, per_class, 32000), equally loud."""
    sounds = [
        [npaudio.synthesize(label, sr=16000, duration=2.0, rng=first_seed + i, dry=True) for i in range(per_class)]
        for label in LABELS
    ]
    y = np.array(sounds)
    return y / np.sqrt(np.mean(y**2, axis=-1, keepdims=True))


def mixtures(sounds: np.ndarray, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Waveforms (n, 32000) and what is in them, 0 or 1 (n, classes)."""
    present = np.zeros((n, len(LABELS)), np.float32)
    y = 0.05 * rng.standard_normal((n, sounds.shape[-1])).astype(np.float32)
    for i in range(n):
        for label in rng.choice(len(LABELS), size=rng.integers(1, 4), replace=False):
            sound = np.roll(sounds[label, rng.integers(sounds.shape[1])], rng.integers(sounds.shape[-1]))
            y[i] += 10 ** (rng.uniform(-12, 0) / 20) * sound
            present[i, label] = 1
    return y, present


rng = np.random.default_rng(SEED)
waves_train, y_train = mixtures(single_sounds(N_EACH, 20_000), N_TRAIN, rng)
waves_rest, y_rest = mixtures(single_sounds(N_EACH // 2, 80_000), 2 * N_TEST, rng)
lesson.sound("a_mixture", waves_rest[0], 16000)
print(f"\nThe sound in a_mixture.wav: {', '.join(np.array(LABELS)[y_rest[0] > 0])}")

x_train = FRONTEND(waves_train)[:, None]
mean, std = x_train.mean(), x_train.std()
x_train = (x_train - mean) / std
x_rest = (FRONTEND(waves_rest)[:, None] - mean) / std
x_valid, x_test, y_valid, y_test = x_rest[:N_TEST], x_rest[N_TEST:], y_rest[:N_TEST], y_rest[N_TEST:]

# %% [markdown]
# ## Learning to tag
# The network of lesson 03, with another last line: ten scores, each its own yes or no.

# %%
BATCH = 32
model = models.AudioCNN(num_classes=len(LABELS), rng=SEED)
loss_function = nn.BCEWithLogitsLoss()
optimizer = nn.AdamW(model.parameters(), weight_decay=0.01)
schedule = nn.OneCycle(optimizer, max_lr=4e-3, total_steps=EPOCHS * (N_TRAIN // BATCH))
for epoch in range(EPOCHS):
    model.train()
    losses = []
    order = np.random.default_rng([SEED, epoch]).permutation(N_TRAIN)
    for batch in order.reshape(-1, BATCH):
        model.zero_grad()
        losses.append(loss_function(model(x_train[batch]), y_train[batch]))
        model.backward(loss_function.backward())
        optimizer.step()
        schedule.step()
    model.eval()
    valid_scores = model(x_valid)
    valid_map = metrics.mean_average_precision(y_valid, valid_scores)
    print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}, mAP of the validation mixtures {valid_map:.3f}")

test_scores = model(x_test)
interval = metrics.bootstrap_ci(metrics.mean_average_precision, y_test, test_scores, n_resamples=200, rng=SEED)

# %% [markdown]
# ## How good is the order?
# Sort the test mixtures by one class's score. Going down the list, precision is the share of hits so far, recall the
# share of all hits that we have met. Before you look: which class do you expect to be hardest to hear under others?

# %%
ap = metrics.average_precision(y_test, test_scores)
auc = metrics.roc_auc(y_test, test_scores)
hardest_first = np.argsort(ap)
figure, ax = plt.subplots(figsize=(7, 5), layout="constrained")
shown = [*hardest_first[:3], hardest_first[-1]]
for k, line, colour in zip(shown, ("-", "--", "-.", ":"), ("#c8553d", "#1f4e79", "#2a7f62", "black"), strict=True):
    label = f"{LABELS[k]} (AP {ap[k]:.2f})"
    plot.precision_recall(y_test[:, k], test_scores[:, k], ax=ax, linestyle=line, color=colour, label=label)
ax.axhline(y_test.mean(), color="grey", linewidth=0.8, label="guessing")
ax.legend(loc="lower left")
ax.set_title("precision and recall: the three hardest classes and the easiest")
lesson.figure(figure, "3_precision_recall")

# %% [markdown]
# ## Three APs of one list
# "Average precision" is the area under that curve, and papers join its points in three ways: by steps, by straight
# lines (trapezoids, as the article does), or by the best precision further right. Which one will be largest?

# %%
methods = ["step", "trapezoid", "interpolated", "11-point"]
by_method = {method: metrics.average_precision(y_test, test_scores, method=method) for method in methods}
rows = [[LABELS[k], int(y_test[:, k].sum()), *(f"{by_method[m][k]:.3f}" for m in methods)] for k in hardest_first]
rows.append(["mean", "", *(f"{by_method[m].mean():.3f}" for m in methods)])
print()
print_table(["class", "positives", *methods], rows)

few = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
few_scores = np.linspace(1, 0, 10)
worst = {n: np.mean(np.arange(1, n + 1) / (20 - n + np.arange(1, n + 1))) for n in (1, 4, 10)}
print("\nThree positives among ten, at ranks 1, 4 and 5:")
print_table(methods, [[f"{metrics.average_precision(few, few_scores, method=m):.3f}" for m in methods]])
print("And the lowest AP that any order of 20 clips can have is not 0:")
print_table([f"{n} positives" for n in worst], [[f"{value:.3f}" for value in worst.values()]])

figure, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
precision, recall, _ = metrics.precision_recall_curve(few, few_scores)
ax.plot(recall, precision, "o", color="black", label="the points of the curve")
ax.step(recall, precision, where="post", color="#1f4e79", label="step")
ax.plot(recall, precision, "--", color="#c8553d", label="trapezoid")
ax.step(recall, np.maximum.accumulate(precision), where="post", linestyle=":", color="#2a7f62", label="interpolated")
ax.set(xlabel="recall", ylabel="precision", ylim=(0, 1.05), title="positives at ranks 1, 4 and 5 of ten")
ax.legend()
lesson.figure(figure, "4_three_areas")

# %% [markdown]
# ## From scores to tags
# A score becomes a tag above a threshold. Must it be 0.5 for every class? We tune one a class on the validation
# mixtures, and look at the test mixtures. Before you run it: how much better will F get, and for which classes?

# %%
thresholds = metrics.tune_thresholds(y_valid, sigmoid(valid_scores))
rows, gains = [], []
for k in hardest_first:
    f_half, f_tuned = (
        2 * np.sum(y_test[:, k] * tags) / (np.sum(y_test[:, k]) + np.sum(tags))
        for tags in (sigmoid(test_scores[:, k]) > 0.5, sigmoid(test_scores[:, k]) > thresholds[k])
    )
    gains.append(f_tuned - f_half)
    rows.append([LABELS[k], f"{thresholds[k]:.2f}", f"{f_half:.3f}", f"{f_tuned:.3f}"])
print()
print_table(["class", "threshold", "F at 0.5", "F at its own"], rows)
print(f"On average F changes by {np.mean(gains):+.3f}.")

# %% [markdown]
# ## Why not accuracy?
# Count the cells of the table clips x classes that are right. A tagger that has heard nothing and says "no" every time
# is right wherever a sound is absent. Guess its accuracy, and its mAP.

# %%
silent = np.zeros_like(y_test)
chance = np.random.default_rng(SEED).random(y_test.shape)
taggers = {
    "always no": (silent, silent),
    "dice": (chance > 0.5, chance),
    "our network": (sigmoid(test_scores) > 0.5, test_scores),
}
rows = []
for name, (tags, ranking) in taggers.items():
    right = np.mean(tags == y_test)
    rows.append([name, f"{right:.1%}", f"{metrics.mean_average_precision(y_test, ranking):.3f}"])
print()
print_table(["tagger", "cells that are right", "mAP"], rows)

# %%
no_accuracy, our_accuracy = rows[0][1], rows[2][1]
lesson.finding(
    f"The tagger reaches mAP {interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f}) on unheard mixtures "
    f"of up to three sounds; by accuracy it has {our_accuracy}, and saying no to everything already {no_accuracy}."
)
