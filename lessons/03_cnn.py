# %% [markdown]
# # 03 A network that learns sounds
#
# *Reading: 30 minutes. Running: 35 seconds on two cores.*
#
# At the end you will know what a convolution computes, why it is done as a matrix product, where each of the parameters
# of a network sits, how to check a gradient that was derived by hand, and what a network has learned when it tells a
# siren from a dog. You will have trained one.

# %%
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, models, nn, plot

lesson = Lesson("03_cnn", takes_data=True)
plot.use_style()
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, BLACK = plot.PALETTE
FRONTEND = Frontend(name="lesson", sr=16000, n_fft=1024, hop_length=1000, n_mels=64)
SEED = 0

# %% [markdown]
# ## One convolution, by hand
#
# A mel spectrogram is a picture, so a network for pictures can look at it. Its basic step is the
# [convolution](GLOSSARY.md#convolution): a [kernel](GLOSSARY.md#kernel) of 3 × 3 numbers slides over the picture $x$;
# at each place it multiplies what lies under it, and adds up:
#
# $$y[f, t] = \sum_{i=0}^{2} \sum_{j=0}^{2} w[i, j] \, x[f + i, t + j]$$
#
# Computed as written, this is four loops. [im2col](GLOSSARY.md#im2col) writes every 3 × 3 window out as a row of a
# matrix; then one matrix product gives the result at all places, and a processor does that at its full speed. Our
# kernel has −1 in its left column and +1 in its right one.
#
# > **Question.** What in a spectrogram will this kernel respond to? And how much faster is the matrix product than four
# > loops in Python?

# %%
bark = npaudio.synthesize("dog_bark", sr=16000, duration=2.0, rng=105)
picture = FRONTEND(bark)
picture = (picture - picture.mean()) / picture.std()  # (64, 33)
kernel = np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]], np.float32)


def convolve_by_loops(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The definition: one output pixel after the other."""
    height, width = w.shape
    y = np.zeros((x.shape[0] - height + 1, x.shape[1] - width + 1), x.dtype)
    for f in range(y.shape[0]):
        for t in range(y.shape[1]):
            for i in range(height):
                for j in range(width):
                    y[f, t] += w[i, j] * x[f + i, t + j]
    return y


def convolve_by_columns(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Every window written out as a row of a matrix (im2col); then all pixels are one matrix product."""
    windows = sliding_window_view(x, w.shape)  # (F', T', 3, 3)
    columns = windows.reshape(-1, w.size)  # (F' T', 9)
    return (columns @ w.ravel()).reshape(windows.shape[:2])


def milliseconds(work, repeats: int) -> np.ndarray:
    """How long a few runs take, after one that warms up."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return np.array(times)


layer = nn.Conv2d(1, 1, 3, bias=False)
layer.weight.data[0, 0] = kernel
ways = {
    "four loops": (lambda: convolve_by_loops(picture, kernel), 5),
    "im2col": (lambda: convolve_by_columns(picture, kernel), 50),
    "nn.Conv2d": (lambda: layer(picture[None, None])[0, 0], 50),
}
answer_of_kernel = convolve_by_columns(picture, kernel)  # (62, 31): one pixel less at each side
rows, medians = [], {}
for way, (convolve, repeats) in ways.items():
    times, apart = milliseconds(convolve, repeats), np.abs(convolve() - answer_of_kernel).max()
    medians[way] = np.median(times)
    low, high = np.percentile(times, (25, 75))
    rows.append([way, f"{medians[way]:.2f} ms", f"{low:.2f} to {high:.2f}", f"{apart:.0e}"])
print_table(["way", "median time", "middle half", "largest difference"], rows)

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), sharey=True)
plot.mel_spectrogram(picture, frontend=FRONTEND, unit="standard deviations from the mean", ax=left)
left.set_title("a dog, as the network sees it")
bordered = np.pad(answer_of_kernel, 1, constant_values=np.nan)  # no answer where the kernel would stick out
plot.mel_spectrogram(bordered, frontend=FRONTEND, unit="response of the kernel", ax=right, **plot.symmetric(bordered))
right.set(title="red where a sound begins, blue where it ends", ylabel="")
lesson.figure(figure, "1_one_convolution")

lesson.answer(
    "It responds to changes in time: positive where the picture gets brighter from left to right, where a bark begins, "
    f"negative where the bark ends. The matrix product is {medians['four loops'] / medians['im2col']:,.0f} times "
    "faster than the loops. Times here are medians of warm runs: on a machine that does other things too, a single "
    "measurement can be ten times off."
)

# %% [markdown]
# ## The whole network, and where its parameters are
#
# The article's network does this four times: 32, 64, 128 and 256 kernels, each as deep as the number of
# [channels](GLOSSARY.md#channel), which are the pictures that the layer before has made. After each convolution, [batch
# normalisation](GLOSSARY.md#batch-normalisation-batchnorm) (BatchNorm) brings every channel to mean 0 and variance 1
# over all clips that are computed together, then to a scale and a shift that are learned; [ReLU](GLOSSARY.md#relu) sets
# negative values to 0, without which four convolutions would be no more than one; and [pooling](GLOSSARY.md#pooling)
# keeps the largest of 2 × 2 values, so that the next layer sees more of the picture with the same kernel. At the end
# the mean over frequency and time leaves 256 numbers, and a linear layer makes a score for each of 50 classes.
#
# > **Question.** It has 401,650 parameters. Which of the four convolutions has the most, and which takes the most time?

# %%
article = models.AudioCNN(num_classes=50, rng=SEED)
summaries = [models.summary(article, (1, 1, 64, 173)) for _ in range(5)]
seconds = np.array([[row.seconds for row in summary.rows] for summary in summaries])  # (runs, layers)
shares = 100 * seconds / seconds.sum(axis=1, keepdims=True)
rows = [
    [row.kind, "×".join(map(str, row.output_shape[1:])), f"{row.parameters:,}", f"{row.multiply_adds / 1e6:,.1f} M",
     f"{np.median(share):.0f} ± {np.ptp(share) / 2:.0f} %"]
    for row, share in zip(summaries[0].rows, shares.T, strict=True)
]  # fmt: skip
print_table(["layer", "output", "parameters", "multiply-adds", "time"], rows)

print()
by_hand = [
    [f"block {c_in} -> {c_out}", f"9·{c_in}·{c_out} + {c_out} + 2·{c_out}", 9 * c_in * c_out + 3 * c_out]
    for c_in, c_out in ((1, 32), (32, 64), (64, 128), (128, 256))
]
by_hand += [["linear 256 -> 50", "256·50 + 50", 256 * 50 + 50]]
by_hand += [["sum", "", sum(row[2] for row in by_hand)]]
print_table(["part", "weights + biases + scales, shifts", "by hand"], [[*row[:2], f"{row[2]:,}"] for row in by_hand])
kinds = [row.kind for row in summaries[0].rows]
convolutions = [i for i, kind in enumerate(kinds) if kind == "Conv2d"]
slowest = convolutions.index(max(convolutions, key=lambda i: np.median(shares[:, i]))) + 1
biggest = summaries[0].rows[convolutions[-1]].parameters
norm_share = np.median(shares[:, [i for i, kind in enumerate(kinds) if kind == "BatchNorm2d"]].sum(axis=1))
lesson.answer(
    f"The last has the most, {biggest:,} of {sum(p.size for p in article.parameters()):,}, as each of its 256 kernels "
    "is 128 channels deep. But the second does as many multiplications on its larger pictures, and here convolution "
    f"{slowest} takes the longest. The four BatchNorms have few parameters and take {norm_share:.0f} % of the time: "
    "they do little arithmetic but touch every pixel. The column of times is the median of five runs and half their "
    "range."
)

# %% [markdown]
# ## Is the gradient right?
#
# A network learns by its [gradient](GLOSSARY.md#gradient): the derivative of the loss with respect to every parameter.
# Every backward pass of this library was derived by hand, so every one is compared with a measurement: move one weight
# by a small step $h$ up and down, run the network twice, and see how the output changed. This is a [gradient
# check](GLOSSARY.md#gradient-check):
#
# $$\partial L / \partial w \approx (L(w + h) - L(w - h)) / 2h$$
#
# > **Question.** How small should the step $h$ be? And what is the gradient of the bias of a convolution that is
# > followed by a BatchNorm?

# %%
rng = np.random.default_rng(SEED)
small = nn.Sequential(
    nn.Conv2d(1, 3, 3, padding=1, rng=rng),
    nn.BatchNorm2d(3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(3 * 4 * 5, 4, rng=rng),
)
x = rng.standard_normal((2, 1, 8, 11))
report = nn.gradcheck(small, x)
rows = [[row.array, f"{row.analytic:.2e}", f"{row.numeric:.2e}", f"{row.error:.0e}"] for row in report.rows]
print_table(["array", "by the chain rule", "measured", "largest error"], rows)

small.to(np.float64)
upstream = rng.standard_normal((2, 4))
small.zero_grad()
small(x)
small.backward(upstream)
weight, bias = small[0].weight, small[0].bias
flat, analytic = weight.data.reshape(-1), weight.grad.ravel().copy()
bias_gradient = np.abs(bias.grad).max()


def measured_gradient(h: float) -> np.ndarray:
    """Central differences for each weight of the first layer, with the step h."""
    slopes = np.empty_like(analytic)
    for k, original in enumerate(flat.copy()):
        flat[k] = original + h
        up = np.sum(upstream * small(x))
        flat[k] = original - h
        slopes[k] = (up - np.sum(upstream * small(x))) / (2 * h)
        flat[k] = original
    return slopes


steps = np.logspace(-11, -1, 21)
errors = np.array([np.abs(measured_gradient(h) - analytic).max() / np.abs(analytic).max() for h in steps])
best_step = steps[errors.argmin()]
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4))
numeric = measured_gradient(1e-6)
left.axline((0, 0), slope=1, color="grey", linewidth=1)
left.plot(analytic, numeric, "o", color=BLUE)
left.set(xlabel="by the chain rule", ylabel="by moving the weight")
left.set_title(f"27 weights of the first layer agree to {np.abs(numeric - analytic).max():.0e}")
right.loglog(steps, errors, "o-", color=BLUE)
right.annotate("rounding", (3e-10, 3e-6), ha="center", fontsize=9)
right.annotate("a kink of ReLU or of the\nmaximum is stepped over", (steps[-4], errors[-4]), (1e-6, 3e-2), fontsize=9,
               ha="center", arrowprops={"arrowstyle": "->"})  # fmt: skip
right.set(xlabel="step h", ylabel="largest error / largest gradient")
right.set_title(f"the best step is near {best_step:.0e}")
lesson.figure(figure, "2_gradient_check")

worst_row = max(report.rows, key=lambda row: row.error)
lesson.answer(
    f"Near {best_step:.0e}, in float64. A smaller step drowns in rounding; a larger one crosses a kink: where a ReLU "
    "switches on, or another of four pixels becomes the largest, the slope jumps, and so does the error. And the "
    f"gradient of the bias is zero ({bias_gradient:.0e}, which is rounding): BatchNorm subtracts the mean, and the "
    "bias with it. The convolutions of this network could do without a bias. The largest error of the table, "
    f"{worst_row.error:.0e}, is that of "
    f"`{worst_row.array}`{', where rounding is all there is to compare' if worst_row.array == '0.bias' else ''}."
)

# %% [markdown]
# ## Sounds to learn
#
# Ten classes from our synthesizers, no two clips alike, with rooms, microphones and noise. The test clips come from
# other seeds, so the network has never heard them. With `--data DIR` it learns your recordings instead: a folder in the
# layout of ESC-50, whose clips are divided into [folds](GLOSSARY.md#fold). A fold is a part of the data that is kept
# together; all but the last are for training, the last is the test.

# %%
N_TRAIN, N_TEST, EPOCHS = (12, 10, 2) if lesson.quick else (64, 40, 8)


def synthetic_pictures(per_class: int, first_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectrograms (n, 1, 64, 33) and labels (n,) of fresh sounds."""
    labels = np.repeat(np.arange(len(npaudio.SOUND_CLASSES)), per_class)
    sounds = [
        npaudio.synthesize(npaudio.SOUND_CLASSES[label], sr=16000, duration=2.0, rng=first_seed + i)
        for i, label in enumerate(lesson.progress(labels, "making sounds"))
    ]
    return FRONTEND(np.stack(sounds))[:, None], labels


def recorded_pictures(folder: str) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray], list[str]]:
    """Spectrograms and labels of a folder in ESC-50 layout: all folds but the last, then the last, and the classes."""
    from npaudio.datasets import ESC50, extract_features

    table = extract_features(ESC50(folder), FRONTEND, duration=5.0)
    train, test = table.split(int(max(table.folds)))
    pictures, labels = np.asarray(table.X)[:, None], np.asarray(table.labels)
    return (pictures[train], labels[train]), (pictures[test], labels[test]), list(table.class_names)


if lesson.options.data:
    (x_train, y_train), (x_test, y_test), classes = recorded_pictures(lesson.options.data)
else:
    classes = list(npaudio.SOUND_CLASSES)
    (x_train, y_train), (x_test, y_test) = synthetic_pictures(N_TRAIN, 10_000), synthetic_pictures(N_TEST, 90_000)
mean, std = x_train.mean(), x_train.std()
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std
print(f"{len(x_train)} clips to learn from, {len(x_test)} to test, {len(classes)} classes")

# %% [markdown]
# ## Learning
#
# Scores become probabilities through the [softmax](GLOSSARY.md#softmax), $p_k = e^{s_k} / \sum_j e^{s_j}$, and the loss
# is [cross entropy](GLOSSARY.md#cross-entropy): $-\log p$ of the right class. [Label
# smoothing](GLOSSARY.md#label-smoothing) asks for a little less than certainty, here 95 % for the right class. Then,
# batch after batch of 32 clips: forward, loss, backward, a step downhill. One pass over all clips is an
# [epoch](GLOSSARY.md#epoch). [AdamW](GLOSSARY.md#adamw) chooses the size of each parameter's step from its earlier
# gradients, and [one-cycle](GLOSSARY.md#one-cycle) lets all steps grow and then shrink to nothing. That is all of it,
# in ten lines.
#
# > **Question.** A network that guesses has a loss of $\log 10 \approx 2.30$ with ten classes, and is right in one clip
# > of ten. After how many epochs will half of the test clips be right? And will the loss on the test clips fall
# > steadily?

# %%
BATCH = 32
model = models.AudioCNN(num_classes=len(classes), rng=SEED)
before = {name: p.data.copy() for name, p in model.named_parameters()}
loss_function = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = nn.AdamW(model.parameters(), weight_decay=0.01)
batches = len(x_train) // BATCH
schedule = nn.OneCycle(optimizer, max_lr=4e-3, total_steps=EPOCHS * batches)
history = {"training loss": [], "test loss": []}
accuracies = []
todo = iter(lesson.progress(range(EPOCHS * batches), "training, batches"))

for epoch in range(EPOCHS):
    model.train()
    losses = []
    order = np.random.default_rng([SEED, epoch]).permutation(len(x_train))
    for batch in order[: batches * BATCH].reshape(-1, BATCH):
        next(todo)
        model.zero_grad()
        losses.append(loss_function(model(x_train[batch]), y_train[batch]))
        model.backward_to_parameters(loss_function.backward())  # the pictures need none
        optimizer.step()
        schedule.step()
    model.eval()
    logits = model(x_test)
    history["training loss"].append(np.mean(losses))
    history["test loss"].append(loss_function(logits, y_test))
    accuracies.append(metrics.accuracy(y_test, logits.argmax(axis=1)))
next(todo, None)
rows = [[e + 1, *(f"{history[k][e]:.3f}" for k in history), f"{accuracies[e]:.1%}"] for e in range(EPOCHS)]
print_table(["epoch", *history, "test accuracy"], rows)
half = next((e + 1 for e, a in enumerate(accuracies) if a >= 0.5), None)
rises = sum(b > a for a, b in zip(history["test loss"], history["test loss"][1:], strict=False))
lesson.answer(
    f"Half are right {f'after epoch {half}' if half else 'in no epoch so far'}; at the end {accuracies[-1]:.1%} of "
    f"{len(x_test)} clips. The loss on the training clips falls from {history['training loss'][0]:.2f} to "
    f"{history['training loss'][-1]:.2f}. That on the test clips rises in {rises} of {EPOCHS - 1} steps on its way "
    f"from {history['test loss'][0]:.2f} to {history['test loss'][-1]:.2f}. With one-cycle the largest steps come "
    "early, and the loss settles as they shrink."
)
if lesson.options.data:
    lesson.say(
        f"On ESC-10, the README reports 0.87 and this lesson gets less, because it trains for {EPOCHS} epochs on the "
        "clips as they are. `python -m benchmarks esc10` trains for 150, and changes the clips each time by shifts, "
        "speed, masks and blends of two clips (lesson 04), and averages over eight shifts of each test clip."
    )

# %% [markdown]
# ## How well, and where does it go wrong?
#
# A [confusion matrix](GLOSSARY.md#confusion-matrix) has a row for each true class and a column for each predicted one;
# whatever is off the diagonal is wrong.
#
# > **Question.** Which two of the ten classes would *you* confuse, and which will the network?

# %%
predicted = logits.argmax(axis=1)
matrix = metrics.confusion_matrix(y_test, predicted, labels=range(len(classes)))
mistakes = matrix - np.diag(np.diag(matrix))
worst = np.unravel_index(mistakes.argmax(), matrix.shape)
per_class = np.diag(matrix) / matrix.sum(axis=1)
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.4), width_ratios=(1, 1.25))
plot.learning_curves(history, ax=left)
left.axhline(np.log(len(classes)), color="grey", linewidth=1, linestyle=":")
left.text(EPOCHS, np.log(len(classes)), "guessing", ha="right", va="bottom", fontsize=9, color="grey")
left.set(
    ylim=(0, None),
    title=f"test loss {history['test loss'][0]:.2f} to {history['test loss'][-1]:.2f} in {EPOCHS} epochs",
)
plot.confusion_matrix(matrix, classes, ax=right)
right.set_title(f"{accuracies[-1]:.1%} of {len(y_test)} test clips are right")
lesson.figure(figure, "3_learning")
lesson.answer(
    f"{classes[worst[0]]} is taken for {classes[worst[1]]} most often, {mistakes.max()} times out of "
    f"{matrix.sum(axis=1)[worst[0]]}. Easiest is {classes[per_class.argmax()]} with {per_class.max():.0%} right, "
    f"hardest {classes[per_class.argmin()]} with {per_class.min():.0%}."
)

# %% [markdown]
# ## What has it learned, and where?
#
# It is often said that the first layer begins as noise and ends as edge detectors. Let us measure: the cosine
# similarity of each kernel before and after the training is 1 if only its size has changed, and 0 if the two have
# nothing in common.
#
# > **Question.** What is the similarity of a typical first-layer kernel before and after? And which layer has changed
# > the most?

# %%
first_before, first_after = before["features.0.weight"], model.features[0].weight.data
a, b = first_before.reshape(32, -1), first_after.reshape(32, -1)
similarity = np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
changes = {
    name: float(np.linalg.norm(p.data - before[name]) / np.linalg.norm(before[name]))
    for name, p in model.named_parameters()
    if name.endswith("weight") and before[name].ndim > 1
}
names = [f"convolution {i}" for i in range(1, 5)] + ["the linear layer"]
figure, axes = plt.subplots(1, 3, figsize=(15, 3.4), width_ratios=(1.4, 1.4, 1))
plot.kernels(first_before, ax=axes[0], colorbar=False)
axes[0].set_title("32 kernels before the training")
plot.kernels(first_after, ax=axes[1], colorbar=False)
axes[1].set_title(f"and after: median similarity {np.median(similarity):.2f}")
plot.shared_colorbar(axes[:2], "weight")
axes[2].barh(names, [100 * change for change in changes.values()], color=BLUE)
axes[2].invert_yaxis()
axes[2].set(xlabel="change (% of the norm before)")
most_changed = names[int(np.argmax(list(changes.values())))]
axes[2].set_title(f"change by layer: {100 * min(changes.values()):.0f} to {100 * max(changes.values()):.0f} %")
lesson.figure(figure, "4_kernels")
print_table(["layer", "change"], [[n, f"{100 * c:.0f} %"] for n, c in zip(names, changes.values(), strict=True)])
lesson.answer(
    f"The median is {np.median(similarity):.2f}: you would not see the difference. 32 random kernels already contain "
    f"edges in all directions, and {EPOCHS} epochs leave them nearly as they were "
    f"({100 * changes['features.0.weight']:.0f} % change). The learning happens in later layers: {most_changed} has "
    f"changed by {100 * max(changes.values()):.0f} %."
)

# %% [markdown]
# ## What does a channel look for?
#
# So look at a later layer. After the third convolution there are 128 channels, and each of their pixels sees a patch of
# 18 × 18 pixels of the picture. For four channels, here are the patches of test clips that excite them most: the
# *maximally activating* patches.
#
# > **Question.** Does a single channel know a class? Guess how many of a channel's five favourite clips are of the same
# > class.

# %%
activations = x_test
for stage in list(model.features)[:11]:  # up to the third ReLU
    activations = stage(activations)
strongest = activations.max(axis=(2, 3))  # (clips, 128)
favourites = np.argsort(-strongest, axis=0)[:5]  # (5, 128)
by_class = np.array([strongest[y_test == k].mean(axis=0) for k in range(len(classes))])  # (classes, 128)
selectivity = by_class.max(axis=0) / (by_class.mean(axis=0) + 1e-6)
channels = []
for c in np.argsort(-selectivity):  # the most selective ones of four different classes
    if by_class[:, c].argmax() not in [by_class[:, other].argmax() for other in channels]:
        channels.append(int(c))
    if len(channels) == 4:
        break
figure, axes = plt.subplots(4, 5, figsize=(10, 8.4))
for row, c in zip(axes, channels, strict=False):
    for ax, clip in zip(row, favourites[:, c], strict=True):
        f, t = np.unravel_index(activations[clip, c].argmax(), activations.shape[2:])
        around = np.pad(x_test[clip, 0], 9, mode="edge")  # a pixel at (f, t) is centred on (4 f + 2, 4 t + 2)
        patch = around[4 * f + 2 : 4 * f + 20, 4 * t + 2 : 4 * t + 20]
        ax.imshow(patch, origin="lower", cmap="magma", vmin=-2, vmax=2.5)
        ax.set(xticks=[], yticks=[])
        ax.set_title(classes[y_test[clip]], fontsize=9, weight="normal", loc="center")
    row[0].set_ylabel(f"channel {c}:\n{classes[by_class[:, c].argmax()]}, {selectivity[c]:.1f} × the mean", fontsize=9)
figure.suptitle("The patches that excite four channels most: 18 bands × 18 frames", x=0.01, ha="left", weight="bold")
lesson.figure(figure, "5_favourite_patches")
same = np.array([np.bincount(y_test[favourites[:, c]]).max() for c in range(128)])
lesson.answer(
    f"On average over all 128 channels {same.mean():.1f} of the five favourites are of one class, and in "
    f"{np.mean(same == 5):.0%} of the channels all five. By chance it would be about "
    f"{np.mean([np.bincount(np.random.default_rng(i).integers(len(classes), size=5)).max() for i in range(500)]):.1f}. "
    "Channels look for shapes, such as a slope or a short burst, that are common in some classes and rare in others."
)

# %% [markdown]
# ## Where does it look?
#
# The backward pass can go on from the weights to the picture: how would the score of "siren" change if this pixel got
# brighter? The size of that gradient is a [saliency map](GLOSSARY.md#saliency-map).
#
# > **Question.** In what share of the picture does half of the saliency lie?

# %%
chosen = (0, 1, 4) if len(classes) > 4 else range(min(3, len(classes)))
sure = [int(np.argmax(np.where(y_test == k, logits[:, k], -np.inf))) for k in chosen]
figure, axes = plt.subplots(1, 3, figsize=(14, 4.2), sharey=True)
parts, on_sound = [], []
for ax, i in zip(axes, sure, strict=True):
    one_hot = np.eye(len(classes), dtype=np.float32)[[y_test[i]]]
    model(x_test[[i]])
    saliency = np.abs(model.backward(one_hot))[0, 0]
    descending = np.sort(saliency.ravel())[::-1]
    enough = int(np.searchsorted(np.cumsum(descending), saliency.sum() / 2)) + 1
    parts.append(enough / saliency.size)
    on_sound.append(np.mean(x_test[i, 0][saliency >= descending[enough - 1]] > x_test[i, 0].mean()))
    plot.mel_spectrogram(std * x_test[i, 0] + mean, frontend=FRONTEND, ax=ax, colorbar=False)
    f, t = np.nonzero(saliency >= descending[enough - 1])
    ax.plot(t * FRONTEND.hop_length / FRONTEND.sr, f, ".", color=SKY, markersize=4, label="half of the saliency")
    ax.set_title(f"{classes[y_test[i]]}: half of it in {100 * parts[-1]:.0f} % of the pixels")
for ax in axes[1:]:
    ax.set_ylabel("")
axes[0].legend(loc="upper right", labelcolor="white", frameon=True, facecolor="black", framealpha=0.8)
plot.shared_colorbar(axes, "dB")
lesson.figure(figure, "6_saliency")
lesson.answer(
    f"In {100 * min(parts):.0f} to {100 * max(parts):.0f} % of it, and only {100 * min(on_sound):.0f} to "
    f"{100 * max(on_sound):.0f} % of these pixels are brighter than the mean of the picture. The others lie where "
    "nothing sounds, and silence there is evidence for a class, too. A gradient says what a small change would do, not "
    "what the network has used; read such maps with care."
)

# %%
data_words = f"{len(x_test)} unheard clips" if not lesson.options.data else f"{len(x_test)} clips of the last fold"
lesson.finding(
    f"Trained from random weights in {EPOCHS} passes over {len(x_train)} clips, the article's network gets "
    f"{accuracies[-1]:.1%} of {data_words} right; its gradients agree with measurement to {report.max_error:.0e}; its "
    f"first kernels hardly change (median similarity {np.median(similarity):.2f}), {most_changed} changes by "
    f"{100 * max(changes.values()):.0f} %."
)

# %% [markdown]
# ## To take home
#
# 1. A convolution is a small pattern looked for everywhere; written as a matrix product it is fast.
# 2. A gradient derived by hand is a claim, and a gradient check with a step near 1e-6 settles it.
# 3. A nice story about what a layer learns can be tested, and the one about the first layer is not true here.
#
# **Library files used:** `npaudio/nn` (begin with `npaudio/nn/module.py` and `npaudio/nn/conv.py`),
# `npaudio/models/audio_cnn.py`, `npaudio/models/layer_table.py`.
#
# **Related library files:** `npaudio/datasets/features` (with `--data`).
#
# **Exercises that follow:** `ex05_conv2d`, `ex06_batch_norm`, `ex15_vocoder_upsampling`.
#
# Real recordings to learn from: `npaudio.datasets.download("esc50", "recordings")`, then `python -m lessons 03 --data
# recordings`.
