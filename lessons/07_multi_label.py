# %% [markdown]
# # 07 Many sounds at once
#
# *Reading: 25 minutes. Running: 20 seconds on two cores.*
#
# At the end you will know why a network that tags recordings ends in sigmoids and not in a softmax, what binary cross
# entropy asks of it, how one threshold per class is found, why papers report mean average precision, and how one set of
# scores gets four different "APs". You will have trained a tagger on overlapping sounds.

# %%
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, faded, print_table
from npaudio import Frontend, metrics, models, nn, plot

lesson = Lesson("07_multi_label", takes_audio=True)
plot.use_style()
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, BLACK = plot.PALETTE
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
#
# A recording can hold several sounds, so it can have several labels: the task is
# [multi-label](GLOSSARY.md#multi-label-tagging), and is called tagging. The article's example is a clip of speech,
# music and rain, with eight scores that its author typed in. Softmax turns them into shares that add up to 1. The
# [sigmoid](GLOSSARY.md#sigmoid) looks at each score alone, $p = 1 / (1 + e^{-s})$: eight questions, each answered yes
# or no.
#
# > **Question.** Speech has the score 2.1 and music 1.8. What probability will softmax give to music, and what will the
# > sigmoid give?

# %%
CLASSES = ["Speech", "Music", "Dog", "Siren", "Rain", "Traffic", "Bird", "Wind"]
scores = np.array([2.1, 1.8, -1.0, -2.5, 1.5, -0.3, -1.2, -0.8])
together, alone = softmax(scores), sigmoid(scores)
tagged = [name for name, p in zip(CLASSES, alone, strict=True) if p > 0.5]
rows = [
    [name, f"{s:.1f}", f"{a:.3f}", f"{b:.3f}"] for name, s, a, b in zip(CLASSES, scores, together, alone, strict=True)
]
print_table(["class", "score", "softmax", "sigmoid"], rows)

figure, axes = plt.subplots(1, 2, figsize=(11, 3.8), sharey=True)
titles = (
    f"softmax: shares of one; it picks {CLASSES[together.argmax()]}",
    f"sigmoid: eight questions; yes to {len(tagged)}",
)
for ax, p, title in zip(axes, (together, alone), titles, strict=True):
    chosen = p == p.max() if p is together else p > 0.5
    ax.bar(
        CLASSES, p, color=np.where(chosen, ORANGE, BLUE), hatch=["//" if c else "" for c in chosen], edgecolor="white"
    )
    for x, value in enumerate(p):
        ax.text(x, value + 0.02, f"{value:.2f}", ha="center", fontsize=9)
    ax.set(title=title, ylim=(0, 1.05))
    ax.tick_params(axis="x", rotation=35)
axes[1].axhline(0.5, color="black", linewidth=0.8, linestyle="--")
axes[0].set_ylabel("probability")
lesson.figure(figure, "1_softmax_or_sigmoid")
lesson.answer(
    f"Softmax gives {together[1]:.2f}, although music is surely there: it has to share with speech "
    f"({together[0]:.2f}) and rain ({together[4]:.2f}). The sigmoid gives {alone[1]:.2f}, and puts "
    f"{', '.join(tagged)} above 0.5."
)

# %% [markdown]
# ## What the loss asks for
#
# [Binary cross entropy](GLOSSARY.md#binary-cross-entropy-bce) (BCE) asks each class alone: $-\log p$ if the sound is
# there, $-\log(1 - p)$ if not. Its derivative with respect to the score is simply $p - y$, where the target $y$ is 1 or
# 0: the error.
#
# > **Question.** What happens to the gradient where the network is very sure, and very wrong?

# %%
score = np.linspace(-6, 6, 241)
bce = nn.BCEWithLogitsLoss()
targets = np.array([[1.0, 1, 0, 0, 1, 0, 0, 0]])
loss = bce(scores[None], targets)
from_layer = bce.backward()[0] * scores.size  # the layer takes the mean over the classes
by_hand = (alone - targets)[0]

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8))
left.plot(score, np.log1p(np.exp(-score)), "-", label="the sound is there")
left.plot(score, np.log1p(np.exp(score)), "--", label="it is not")
left.set(xlabel="score", ylabel="loss", title="a confident mistake: the loss is about the size of the score")
left.legend(loc="upper center")
right.plot(score, sigmoid(score) - 1, "-", label="the sound is there")
right.plot(score, sigmoid(score), "--", label="it is not")
right.plot(scores, from_layer, "o", color="black", label="the article's clip, from nn")
right.set(xlabel="score", ylabel="d loss / d score", title="the gradient is p − y: never above 1")
right.legend(loc="upper left")
lesson.figure(figure, "2_binary_cross_entropy")
lesson.answer(
    f"It approaches 1 in size and never exceeds it: {sigmoid(-6.0) - 1:.4f} at a score of −6 for a sound that is "
    f"there. The loss of the clip is {loss:.4f}, and the gradients of `nn.BCEWithLogitsLoss` are p − y to "
    f"{np.abs(from_layer - by_hand).max():.0e}."
)

# %% [markdown]
# ## Recordings with up to three sounds
#
# We mix our synthetic sounds, one to three at a time, at levels that differ by up to 12 dB, over noise. The sounds in
# the test mixtures come from other seeds than those of the training mixtures. The network is that of lesson 03 with a
# different last layer: ten scores, each a yes or no of its own.

# %%
LABELS = list(npaudio.SOUND_CLASSES)
FRONTEND = Frontend(name="lesson", sr=16000, n_fft=1024, hop_length=1000, n_mels=64)
N_EACH, N_TRAIN, N_TEST, EPOCHS = (8, 96, 100, 2) if lesson.quick else (40, 576, 300, 6)


def single_sounds(per_class: int, first_seed: int) -> np.ndarray:
    """Events alone, (classes, per_class, 32000), equally loud, and silent at both ends so that they can be turned."""
    sounds = [
        [
            faded(npaudio.synthesize(label, sr=16000, duration=2.0, rng=first_seed + i, dry=True), 16000, 0.02)
            for i in range(per_class)
        ]
        for label in lesson.progress(LABELS, "making sounds")
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
print(f"The sound in a_mixture.wav: {', '.join(np.array(LABELS)[y_rest[0] > 0])}")

x_train = FRONTEND(waves_train)[:, None]
mean, std = x_train.mean(), x_train.std()
x_train = (x_train - mean) / std
x_rest = (FRONTEND(waves_rest)[:, None] - mean) / std
x_valid, x_test, y_valid, y_test = x_rest[:N_TEST], x_rest[N_TEST:], y_rest[:N_TEST], y_rest[N_TEST:]

BATCH = 32
model = models.AudioCNN(num_classes=len(LABELS), rng=SEED)
loss_function = nn.BCEWithLogitsLoss()
optimizer = nn.AdamW(model.parameters(), weight_decay=0.01)
schedule = nn.OneCycle(optimizer, max_lr=4e-3, total_steps=EPOCHS * (N_TRAIN // BATCH))
todo = iter(lesson.progress(range(EPOCHS * (N_TRAIN // BATCH)), "training, batches"))
rows = []
for epoch in range(EPOCHS):
    model.train()
    losses = []
    order = np.random.default_rng([SEED, epoch]).permutation(N_TRAIN)
    for batch in order.reshape(-1, BATCH):
        next(todo)
        model.zero_grad()
        losses.append(loss_function(model(x_train[batch]), y_train[batch]))
        model.backward_to_parameters(loss_function.backward())
        optimizer.step()
        schedule.step()
    model.eval()
    valid_scores = model(x_valid)
    rows.append([epoch + 1, f"{np.mean(losses):.3f}", f"{loss_function(valid_scores, y_valid):.3f}"])
next(todo, None)
print_table(["epoch", "training loss", "validation loss"], rows)
test_scores = model(x_test)

# %% [markdown]
# ## How good is the ranking?
#
# Sort the test mixtures by the score of one class. Going down the list, [precision](GLOSSARY.md#precision) is the share
# of hits among the mixtures so far, $TP / (TP + FP)$, and [recall](GLOSSARY.md#recall) the share of all mixtures with
# this sound that we have found, $TP / (TP + FN)$, with TP true positives, FP false positives and FN false negatives.
# [Average precision](GLOSSARY.md#average-precision-ap) (AP) is the area under the curve of precision over recall, and
# its mean over the classes is [mAP](GLOSSARY.md#map). A list in random order has a precision near the
# [prevalence](GLOSSARY.md#prevalence), the share of mixtures with this sound.
#
# > **Question.** Which class do you expect to be hardest to hear under others?

# %%
ap = metrics.average_precision(y_test, test_scores)
interval = metrics.bootstrap_ci(metrics.mean_average_precision, y_test, test_scores, n_resamples=200, rng=SEED)
prevalence = y_test.mean(axis=0)
hardest_first = np.argsort(ap)
figure, ax = plt.subplots(figsize=(8, 5.4))
shown = [*hardest_first[:3], hardest_first[-1]]
for k, line, colour in zip(shown, ("-", "--", "-.", ":"), (ORANGE, BLUE, GREEN, BLACK), strict=True):
    label = f"{LABELS[k]} (AP {ap[k]:.2f})"
    plot.precision_recall(y_test[:, k], test_scores[:, k], ax=ax, linestyle=line, color=colour, label=label)
    ax.plot(1.012, prevalence[k], "<", color=colour, markersize=7, clip_on=False)
ax.text(1.0, prevalence[shown].min() - 0.03, "▴ prevalence: guessing", ha="right", va="top", fontsize=9)
ax.legend(loc="lower left")
ax.set_title(f"the three hardest classes and the easiest: AP {ap.min():.2f} to {ap.max():.2f}")
lesson.figure(figure, "3_precision_recall")
low, high = hardest_first[0], hardest_first[-1]
lesson.answer(
    f"{LABELS[low]}, with an AP of {ap[low]:.2f} where guessing has {prevalence[low]:.2f}; easiest is {LABELS[high]} "
    f"with {ap[high]:.2f}. The mean of all ten is a mAP of {interval.estimate:.3f}, and would be between "
    f"{interval.low:.3f} and {interval.high:.3f} on other test mixtures (95 % interval, by resampling them; it does "
    "not cover another training)."
)

# %% [markdown]
# ## Four APs of one list
#
# Papers join the points of that curve in four ways: by steps, as scikit-learn does; by straight lines (trapezoids, as
# the article does); by the best precision further right (interpolated); or by that precision at 11 fixed recalls from 0
# to 1 (11-point).
#
# > **Question.** Which of the four is largest, and does the choice matter? And what is the lowest AP that any order can
# > have?

# %%
methods = ["step", "trapezoid", "interpolated", "11-point"]
by_method = {method: metrics.average_precision(y_test, test_scores, method=method) for method in methods}
rows = [[LABELS[k], int(y_test[:, k].sum()), *(f"{by_method[m][k]:.3f}" for m in methods)] for k in hardest_first]
rows.append(["mean", "", *(f"{by_method[m].mean():.3f}" for m in methods)])
print_table(["class", "positives", *methods], rows)

few = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
few_scores = np.linspace(1, 0, 10)
of_few = {m: float(metrics.average_precision(few, few_scores, method=m)) for m in methods}
worst = {n: np.mean(np.arange(1, n + 1) / (20 - n + np.arange(1, n + 1))) for n in (1, 4, 10)}
print("\nThree positives among ten, at ranks 1, 4 and 5:")
print_table(methods, [[f"{value:.3f}" for value in of_few.values()]])
print("\nThe lowest AP that any order of 20 clips can have:")
print_table([f"{n} positives" for n in worst], [[f"{value:.3f}" for value in worst.values()]])

figure, ax = plt.subplots(figsize=(8, 4.8))
precision, recall, _ = metrics.precision_recall_curve(few, few_scores)
best_right = np.maximum.accumulate(precision)
eleven = np.linspace(0, 1, 11)
at_eleven = [precision[recall >= r - 1e-12].max() for r in eleven]
plot.precision_recall(few, few_scores, ax=ax, color=BLUE, linewidth=2.2, label=f"step: {of_few['step']:.3f}")
ax.plot(recall, precision, "--", color=ORANGE, label=f"trapezoid: {of_few['trapezoid']:.3f}")
ax.step(
    recall,
    best_right,
    where="post",
    linestyle=":",
    linewidth=2.2,
    color=GREEN,
    label=f"interpolated: {of_few['interpolated']:.3f}",
)
ax.plot(eleven, at_eleven, "x", color=PURPLE, markersize=8, label=f"11-point: {of_few['11-point']:.3f}")
ax.plot(recall, precision, "o", color="black", label="the points of the curve")
ax.set(
    xlabel="recall",
    ylabel="precision",
    ylim=(0, 1.05),
    title=f"positives at ranks 1, 4 and 5 of ten: AP {min(of_few.values()):.2f} to {max(of_few.values()):.2f}",
)
ax.legend(loc="lower left", ncols=2)
lesson.figure(figure, "4_four_areas")
largest = max(methods, key=lambda m: by_method[m].mean())
smallest = min(methods, key=lambda m: by_method[m].mean())
lesson.answer(
    f"Here {largest} is largest, with a mean of {by_method[largest].mean():.3f}, and {smallest} smallest, with "
    f"{by_method[smallest].mean():.3f}; with three positives they are "
    f"{max(of_few.values()) - min(of_few.values()):.2f} apart. So a paper has to say which. And an AP of 0 does not "
    f"exist: the worst order of 20 clips with 4 positives still has {worst[4]:.3f}, so the article's \"inverted "
    f'predictions: AP near 0" needs one positive ({worst[1]:.3f}).'
)

# %% [markdown]
# ## From scores to tags
#
# A probability becomes a tag above a threshold. [F](GLOSSARY.md#f-score-f), the harmonic mean of precision and recall,
# says how good the tags are: $F = 2 TP / (2 TP + FP + FN)$. Must the threshold be 0.5 for every class? We tune one for
# each class on the validation mixtures, and look at the test mixtures.
#
# > **Question.** How much better will F get, and will it get better for every class?

# %%
thresholds = metrics.tune_thresholds(y_valid, sigmoid(valid_scores))
rows, gains = [], []
for k in hardest_first:
    f_half, f_tuned = (
        2 * np.sum(y_test[:, k] * tags) / (np.sum(y_test[:, k]) + np.sum(tags))
        for tags in (sigmoid(test_scores[:, k]) > 0.5, sigmoid(test_scores[:, k]) > thresholds[k])
    )
    gains.append(f_tuned - f_half)
    rows.append([LABELS[k], f"{thresholds[k]:.2f}", f"{f_half:.3f}", f"{f_tuned:.3f}", f"{gains[-1]:+.3f}"])
print_table(["class", "threshold", "F at 0.5", "F at its own", "change"], rows)
gains = np.array(gains)
most = hardest_first[gains.argmax()]
lesson.answer(
    f"By {gains.mean():+.3f} on average, most for {LABELS[most]} ({gains.max():+.3f}); {np.sum(gains < 0)} of "
    f"{len(gains)} classes get worse, because a threshold tuned on {N_TEST} mixtures is itself uncertain."
)

# %% [markdown]
# ## Why not accuracy?
#
# Write the tags into a table of mixtures × classes, and count the cells that are right. A tagger that has heard nothing
# and always says no is right wherever a sound is absent.
#
# > **Question.** What is the accuracy of the tagger that always says no, and what is its mAP?

# %%
silent = np.zeros_like(y_test)
chance = np.random.default_rng(SEED).random(y_test.shape)
taggers = {
    "always no": (silent, silent),
    "dice": (chance > 0.5, chance),
    "our network": (sigmoid(test_scores) > 0.5, test_scores),
}
table = {
    name: (float(np.mean(tags == y_test)), float(metrics.mean_average_precision(y_test, ranking)))
    for name, (tags, ranking) in taggers.items()
}
print_table(
    ["tagger", "cells that are right", "mAP"], [[name, f"{a:.1%}", f"{m:.3f}"] for name, (a, m) in table.items()]
)
lesson.answer(
    f"{table['always no'][0]:.1%} of the cells, against {table['our network'][0]:.1%} for our network: the tagger that "
    f"has heard nothing is right in most of them. mAP tells the two apart: {table['always no'][1]:.3f}, which is the "
    f"mean prevalence, against {table['our network'][1]:.3f}."
)

# %%
own_words = ""
if lesson.options.audio:
    y, sr, own_name = lesson.sound_to_look_at(lambda: (waves_rest[0], 16000, ""))
    y = y if sr == 16000 else npaudio.resample(y, orig_sr=sr, target_sr=16000)
    parts = npaudio.fix_length(y, size=-(-len(y) // 32000) * 32000).reshape(-1, 32000)
    loud = np.sqrt(np.mean(parts**2, axis=1))
    kept = parts[loud > 0.01 * loud.max()] / loud[loud > 0.01 * loud.max(), None]  # as loud as the training sounds
    p = sigmoid(model((FRONTEND(kept.astype(np.float32))[:, None] - mean) / std)).max(axis=0)
    print(f"{own_name}, {len(kept)} parts of 2 s that are not silent, the highest probability of each class:")
    print_table(
        ["class", "probability", "threshold"],
        [[LABELS[k], f"{p[k]:.2f}", f"{thresholds[k]:.2f}"] for k in np.argsort(-p)],
    )
    tags = [LABELS[k] for k in np.argsort(-p) if p[k] > thresholds[k]]
    own_words = (
        f"In {own_name} the tagger hears {', '.join(tags) or 'none of its ten classes'}; it knows synthetic sounds "
        "only, so judge for yourself. "
    )
lesson.finding(
    f"{own_words}The tagger reaches a mAP of {interval.estimate:.3f} ({interval.low:.3f} to {interval.high:.3f}) on "
    f"unheard mixtures of up to three sounds; its accuracy is {table['our network'][0]:.1%}, but saying no to "
    f"everything already gets {table['always no'][0]:.1%}."
)

# %% [markdown]
# ## To take home
#
# 1. Sounds that can occur together need a sigmoid each and binary cross entropy, whose gradient is just the error $p -
#    y$.
# 2. Judge the order of the scores by average precision, say which of its four definitions you mean, and know that its
#    lowest value is not 0.
# 3. Thresholds are tuned on data that is neither for training nor for testing, and accuracy says little where most
#    answers are no.
#
# **Library files used:** `npaudio/nn/loss.py`, `npaudio/nn/activation.py`, `npaudio/metrics/tagging`,
# `npaudio/models/audio_cnn.py`.
#
# **Exercises that follow:** `ex07_bce_loss`, `ex08_map_evaluator`.
#
# With `--audio FILE` the tagger listens to a recording of yours; `npaudio.datasets.download("esc50", "recordings")`
# fetches real ones.
