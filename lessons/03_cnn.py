# %% [markdown]
# # 03 A network that learns sounds
#
# *Reading: 30 minutes. Running: 40 seconds on two cores.*
#
# At the end you will know what a convolution computes, why it is done as a matrix product, where each of the
# parameters of a network sits, how to check a gradient that was derived by hand, and what a network looks at when it
# tells a siren from a dog. You will have trained one.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import npaudio
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, models, nn, plot

lesson = Lesson("03_cnn", takes_data=True)
FRONTEND = Frontend(name="lesson", sr=16000, n_fft=1024, hop_length=1000, n_mels=64)
SEED = 0

# %% [markdown]
# ## One convolution, by hand
# A kernel of 3 x 3 numbers slides over the picture; at each place it multiplies what lies under it, and adds up. This
# one has -1 in its left column and +1 in its right one. Before you look: what in a spectrogram will it answer to?

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


layer = nn.Conv2d(1, 1, 3, bias=False)
layer.weight.data[0, 0] = kernel
ways = {
    "four loops": lambda: convolve_by_loops(picture, kernel),
    "im2col": lambda: convolve_by_columns(picture, kernel),
    "nn.Conv2d": lambda: layer(picture[None, None])[0, 0],
}
rows = []
for way, convolve in ways.items():
    start = time.perf_counter()
    result = convolve()
    seconds = time.perf_counter() - start
    rows.append([way, f"{1000 * seconds:.2f} ms", f"{np.abs(result - ways['im2col']()).max():.0e}"])
print_table(["way", "time", "largest difference"], rows)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
plot.mel_spectrogram(picture, frontend=FRONTEND, unit="standard deviations", ax=left)
left.set_title("a dog, as the network sees it")
plot.mel_spectrogram(convolve_by_columns(picture, kernel), frontend=FRONTEND, unit="answer of the kernel", ax=right)
right.set_title("bright where a sound begins, dark where it ends")
lesson.figure(figure, "1_one_convolution")

# %% [markdown]
# ## The whole network, and where its 401,650 parameters are
# Four times convolution, BatchNorm, ReLU, each at half the resolution of the last. Before you run the next cell: which
# layer do you expect to hold most parameters, and which to take most time?

# %%
article = models.AudioCNN(num_classes=50, rng=SEED)
summary = models.summary(article, (1, 1, 64, 173))
print()
print(summary)

print("\nThe count by hand: a convolution has 9 C_in C_out weights and C_out offsets, a BatchNorm a line per channel.")
by_hand = []
for c_in, c_out in ((1, 32), (32, 64), (64, 128), (128, 256)):
    by_hand.append(
        [f"block {c_in} -> {c_out}", f"9*{c_in}*{c_out} + {c_out} + 2*{c_out}", 9 * c_in * c_out + 3 * c_out]
    )
by_hand.append(["linear 256 -> 50", "256*50 + 50", 256 * 50 + 50])
by_hand.append(["sum", "", sum(row[2] for row in by_hand)])
print_table(["part", "weights + offsets + lines", "parameters"], [[*row[:2], f"{row[2]:,}"] for row in by_hand])
print(f"Counted in the network itself: {sum(p.size for p in article.parameters()):,}")

# %% [markdown]
# ## Is the gradient right?
# Every backward pass here was derived by hand, so every one is compared with a measurement: move one weight a little,
# run the network twice, and see how the output changed. How small should the little step be? Guess before you look.

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
print()
print(report)

small.to(np.float64)
upstream = rng.standard_normal((2, 4))
small.zero_grad()
small(x)
small.backward(upstream)
weight = small[0].weight
flat, analytic = weight.data.reshape(-1), weight.grad.ravel().copy()


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


steps = np.logspace(-1, -11, 21)
errors = [np.abs(measured_gradient(h) - analytic).max() / np.abs(analytic).max() for h in steps]
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
numeric = measured_gradient(1e-6)
left.plot(analytic, numeric, "o", color="#1f4e79")
left.axline((0, 0), slope=1, color="#c8553d", linewidth=1)
left.set(xlabel="by the chain rule", ylabel="by moving the weight", title="27 weights of the first layer")
right.loglog(steps, np.maximum(errors, 1e-16), "o-", color="#1f4e79")
right.invert_xaxis()
right.set(xlabel="step", ylabel="largest relative error", title="too large bends, too small rounds")
lesson.figure(figure, "2_gradient_check")

# %% [markdown]
# ## Sounds to learn
# Ten classes from our synthesizers, no two clips alike, with rooms, microphones and noise. The clips that test the
# network come from other seeds, so it has never heard them. With `--data DIR` it learns your recordings instead: a
# folder in the layout of ESC-50, whose last fold is the test.

# %%
N_TRAIN, N_TEST, EPOCHS = (20, 10, 3) if lesson.quick else (64, 40, 8)


def synthetic_pictures(per_class: int, first_seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Spectrograms (n, 1, 64, 33) and labels (n,) of fresh sounds."""
    labels = np.repeat(np.arange(len(npaudio.SOUND_CLASSES)), per_class)
    sounds = [
        npaudio.synthesize(npaudio.SOUND_CLASSES[label], sr=16000, duration=2.0, rng=first_seed + i)
        for i, label in enumerate(labels)
    ]
    return FRONTEND(np.stack(sounds))[:, None], labels


def recorded_pictures(folder: str) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray], list[str]]:
    """Spectrograms and labels of a folder in ESC-50 layout: all folds but the last, then the last, and the classes."""
    from npaudio.datasets import ESC50, extract_features

    table = extract_features(ESC50(folder), FRONTEND, duration=5.0)
    train, test = table.split(int(max(table.folds)))
    pictures, labels = np.asarray(table.X)[:, None], np.asarray(table.labels)
    return (pictures[train], labels[train]), (pictures[test], labels[test]), list(table.class_names)


start = time.perf_counter()
if lesson.options.data:
    (x_train, y_train), (x_test, y_test), classes = recorded_pictures(lesson.options.data)
else:
    classes = list(npaudio.SOUND_CLASSES)
    (x_train, y_train), (x_test, y_test) = synthetic_pictures(N_TRAIN, 10_000), synthetic_pictures(N_TEST, 90_000)
mean, std = x_train.mean(), x_train.std()
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std
print(f"\n{len(x_train)} clips to learn from, {len(x_test)} to test, in {time.perf_counter() - start:.1f} s")

# %% [markdown]
# ## Learning
# Forward, loss, backward, a step downhill; batch after batch. That is all of it, in ten lines.

# %%
BATCH = 32
model = models.AudioCNN(num_classes=len(classes), rng=SEED)
kernels_before = model.features[0].weight.data.copy()
loss_function = nn.CrossEntropyLoss(label_smoothing=0.05)
optimizer = nn.AdamW(model.parameters(), weight_decay=0.01)
schedule = nn.OneCycle(optimizer, max_lr=4e-3, total_steps=EPOCHS * (len(x_train) // BATCH))
history = {"training loss": [], "test loss": []}
accuracies = []

for epoch in range(EPOCHS):
    model.train()
    losses = []
    order = np.random.default_rng([SEED, epoch]).permutation(len(x_train))
    for batch in order[: len(order) // BATCH * BATCH].reshape(-1, BATCH):
        model.zero_grad()
        losses.append(loss_function(model(x_train[batch]), y_train[batch]))
        model.backward(loss_function.backward())
        optimizer.step()
        schedule.step()
    model.eval()
    logits = model(x_test)
    history["training loss"].append(np.mean(losses))
    history["test loss"].append(loss_function(logits, y_test))
    accuracies.append(metrics.accuracy(y_test, logits.argmax(axis=1)))
    print(f"epoch {epoch + 1:2d}: loss {history['training loss'][-1]:.3f}, test accuracy {accuracies[-1]:.1%}")

# %% [markdown]
# ## How well, and on what does it stumble?
# Before you look at the matrix: which two of the ten classes would *you* mix up?

# %%
predicted = logits.argmax(axis=1)
matrix = metrics.confusion_matrix(y_test, predicted, labels=range(len(classes)))
figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.4), layout="constrained", width_ratios=(1, 1.25))
plot.learning_curves(history, ax=left)
left.set_title("the loss goes down")
plot.confusion_matrix(matrix, classes, ax=right)
right.set_title(f"{accuracies[-1]:.1%} of {len(y_test)} test clips are right")
lesson.figure(figure, "3_learning")

mistakes = matrix - np.diag(np.diag(matrix))
worst = np.unravel_index(mistakes.argmax(), matrix.shape)
print(f"Most often mixed up: {classes[worst[0]]} taken for {classes[worst[1]]}, {mistakes.max()} times.")

# %% [markdown]
# ## What has the first layer learned?
# 32 kernels of 3 x 3, random before, edges and blobs after. And *where* does the network look? The backward pass can
# tell: it goes on from the weights to the picture. How would the score of "siren" change if this pixel got brighter?

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3), layout="constrained")
plot.kernels(kernels_before, ax=left)
left.set_title("32 kernels before")
plot.kernels(model.features[0].weight.data, ax=right)
right.set_title("and after the training")
lesson.figure(figure, "4_kernels")

sure = [int(np.argmax(np.where(y_test == k, logits[:, k], -np.inf))) for k in (0, 1, 4)]
figure, axes = plt.subplots(2, 3, figsize=(13, 6.4), layout="constrained")
for column, i in enumerate(sure):
    one_hot = np.eye(len(classes), dtype=np.float32)[[y_test[i]]]
    model(x_test[[i]])
    saliency = np.abs(model.backward(one_hot))[0, 0]
    plot.mel_spectrogram(std * x_test[i, 0] + mean, frontend=FRONTEND, ax=axes[0, column])
    axes[0, column].set_title(classes[y_test[i]])
    plot.mel_spectrogram(saliency, frontend=FRONTEND, unit="|d score / d pixel|", ax=axes[1, column])
    axes[1, column].set_title("what the score depends on")
lesson.figure(figure, "5_saliency")

# %%
lesson.finding(
    f"Trained from random weights in {EPOCHS} passes over {len(x_train)} clips, the article's network gets "
    f"{accuracies[-1]:.1%} of {len(x_test)} unheard clips right; its gradients agree with measurement to "
    f"{report.max_error:.0e}."
)
