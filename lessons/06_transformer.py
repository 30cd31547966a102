# %% [markdown]
# # 06 A network in which everything sees everything
#
# *Reading: 25 minutes. Running: 40 seconds on two cores.*
#
# At the end you will know how a spectrogram becomes a sequence of tokens, what attention computes, number by number,
# what it costs when the sequence grows, how the network knows where a token comes from, and what happens to it when the
# recording is longer than those that it was trained on. You will have trained a transformer, and compared it with the
# network of lesson 03 on the same sounds.

# %%
import sys
import time
import tracemalloc
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, models, nn, plot
from npaudio.models.positions import axis_map, fit_positions
from npaudio.nn.attention import attention, attention_weights

lesson = Lesson("06_transformer")
plot.use_style()
BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER, BLACK = plot.PALETTE
FRONTEND = Frontend(name="lesson", sr=16000, n_fft=1024, hop_length=1000, n_mels=64)
SEED = 0

# %% [markdown]
# ## From a picture to a sequence
#
# A transformer reads sequences of vectors, called [tokens](GLOSSARY.md#token). So the Audio Spectrogram Transformer
# (AST) cuts the spectrogram into patches of 16 bands × 16 frames, writes each out as 256 numbers, and a linear layer,
# the same for all patches, makes 768 numbers of them: a token. The article's AST cuts 128 bands × 1,024 frames, 10 s of
# sound, into patches that do not overlap. The published one moves on by 10 bands and 10 frames, not by 16.
#
# > **Question.** How many tokens does each of the two have? (Guess the ratio: 16/10 is 1.6.)

# %%
counts = {}
for stride in (16, 10):
    rows, columns = nn.PatchEmbed(16, stride, dim=8, rng=SEED).grid(128, 1024)
    counts[stride] = rows * columns
    print(f"stride {stride}: {rows} rows × {columns} columns = {rows * columns:,} tokens")

bark = npaudio.synthesize("dog_bark", sr=16000, duration=2.0, rng=105)
picture = FRONTEND(bark)  # (64, 33)
PATCH = (16, 4)  # bands, frames: for the short clips of this lesson
embed = nn.PatchEmbed(PATCH, dim=96, rng=SEED)
grid = embed.grid(*picture.shape)
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), width_ratios=(1.2, 1))
plot.mel_spectrogram(picture, frontend=FRONTEND, ax=left)
seconds = FRONTEND.hop_length / FRONTEND.sr
for row in range(grid[0] + 1):
    left.plot([0, grid[1] * PATCH[1] * seconds], [row * PATCH[0] - 0.5] * 2, color="white", linewidth=0.8)
for column in range(grid[1] + 1):
    left.plot([column * PATCH[1] * seconds] * 2, [-0.5, grid[0] * PATCH[0] - 0.5], color="white", linewidth=0.8)
left.set_title(f"{grid[0]} × {grid[1]} patches of {PATCH[0]} bands × {PATCH[1]} frames")
tokens = embed((picture[None, None] + 40) / 20)[0]  # (32, 96)
image = right.imshow(tokens, aspect="auto", **plot.symmetric(tokens))
right.set(xlabel="number within the token", ylabel="token, row by row of patches")
right.set_title(f"{len(tokens)} tokens of {tokens.shape[1]} numbers: what the network reads")
figure.colorbar(image, ax=right, label="value")
lesson.figure(figure, "1_patches_and_tokens")
lesson.answer(
    f"{counts[16]} and {counts[10]:,}: {counts[10] / counts[16]:.2f} times as many, nearly 1.6², as both axes have "
    "more. The published network adds two more tokens, which stand for no patch: one that collects what is needed to "
    "name the class, and one left over from the network for images from which it started."
)

# %% [markdown]
# ## Attention, number by number
#
# In [attention](GLOSSARY.md#attention) each token sends out three vectors, made by three linear layers: a
# [query](GLOSSARY.md#query) $q$ (what am I looking for?), a key $k$ (what do I offer?) and a value $v$ (what do I
# say?). The scores $s_{ij} = q_i \cdot k_j / \sqrt{d}$ say how well the key of token $j$ fits the query of token $i$;
# softmax turns each row of scores into weights; and what token $i$ hears is the mean of all values with its weights:
#
# $$o_i = \sum_j p_{ij} v_j$$
#
# Take four tokens: a bark, silence, another bark, a siren. Every token looks for its own kind; a match scores $\log 3$,
# and everything else 0. Only the siren has something to say, the number 24.
#
# > **Question.** What does the first bark hear, and what does the siren hear? A pencil is enough: $e^{\log 3} = 3$.

# %%
names = ["bark", "silence", "bark", "siren"]
k = np.eye(4)[[0, 1, 0, 2]]
q = 2 * np.log(3) * k  # sqrt(d) = 2 takes the 2 away again
v = np.array([[0.0], [0.0], [0.0], [24.0]])
scores = q @ k.T / np.sqrt(4)
powers = np.exp(scores)
weights = powers / powers.sum(axis=1, keepdims=True)
heard = (weights @ v)[:, 0]
assert np.allclose(weights, attention_weights(q, k))
assert np.allclose(heard, attention(q, k, v)[:, 0])
rows = [
    [name, "  ".join(f"{p:.0f}" for p in powers[i]), f"{powers[i].sum():.0f}",
     "  ".join(f"{w:.3f}" for w in weights[i]), f"{heard[i]:.0f}"]
    for i, name in enumerate(names)
]  # fmt: skip
print_table(["token", "e to its scores", "sum", "weights", "hears"], rows)
lesson.answer(
    f"The first bark hears {heard[0]:.0f}: it gives 3 parts of {powers[0].sum():.0f} to each bark and 1 to the siren, "
    f"so 24/{powers[0].sum():.0f}. The siren gives itself 3 parts of {powers[3].sum():.0f} and hears {heard[3]:.0f}. "
    "In a network several such *heads* work side by side, each on a part of the numbers, and what they hear is mixed "
    "by one more linear layer."
)

# %% [markdown]
# ## What it costs
#
# Every token looks at every token, so there are $N^2$ weights. But no row of weights needs another row: our layer takes
# the queries a block at a time and forgets their weights at once.
#
# > **Question.** From 10 s of sound to 20 s the tokens double. By how much do time and memory of attention grow, if all
# > weights are computed at once, and if they are computed in blocks?

# %%
LENGTHS = (256, 512, 1024) if lesson.quick else (256, 512, 1024, 2048, 4096)
layer = nn.MultiHeadAttention(64, 4, rng=SEED).eval()


def all_at_once(x: np.ndarray) -> np.ndarray:
    """The same layer by the definition: the weights of all queries, keys and heads in one array."""
    queries, keys, values = layer._project(x)  # (1, 4, N, 16)
    return attention(queries, keys, values)


def cost(work, x: np.ndarray) -> tuple[float, float]:
    """Seconds, the least of three runs, and the largest amount of memory in MB."""
    work(x)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work(x)
        times.append(time.perf_counter() - start)
    tracemalloc.start()
    work(x)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return min(times), megabytes


ways = {"all at once": all_at_once, "in blocks": layer}
costs = np.zeros((len(ways), len(LENGTHS), 2))
for i, n in enumerate(lesson.progress(LENGTHS, "lengths")):
    x = np.random.default_rng(n).standard_normal((1, n, 64)).astype(np.float32)
    for w, work in enumerate(ways.values()):
        costs[w, i] = cost(work, x)
rows = [
    [f"{n:,}", *(f"{1000 * costs[w, i, 0]:.1f} ms" for w in range(2)), *(f"{costs[w, i, 1]:.1f} MB" for w in range(2))]
    for i, n in enumerate(LENGTHS)
]
print_table(["tokens", *(f"time, {way}" for way in ways), *(f"memory, {way}" for way in ways)], rows)
growth = costs[:, -1] / costs[:, -2]  # of the last doubling: (ways, [time, memory])

figure, axes = plt.subplots(1, 2, figsize=(12, 4))
for ax, what, unit, factor in zip(axes, (0, 1), ("milliseconds", "MB"), (1000, 1), strict=True):
    for w, (color, marker) in enumerate(((ORANGE, "s"), (BLUE, "o"))):
        ax.loglog(LENGTHS, factor * costs[w, :, what], marker=marker, color=color, label=list(ways)[w])
    square = factor * costs[0, -1, what] * (np.array(LENGTHS) / LENGTHS[-1]) ** 2
    ax.loglog(LENGTHS, square, "--", color="grey", label="grows with the square")
    ax.set(xlabel="tokens", ylabel=unit, xticks=LENGTHS, xticklabels=LENGTHS)
    ax.minorticks_off()
axes[0].set_title(f"time: × {growth[1, 0]:.1f} in blocks when the tokens double")
axes[1].set_title(f"memory: × {growth[0, 1]:.1f} at once, × {growth[1, 1]:.1f} in blocks")
axes[0].legend(loc="upper left")
lesson.figure(figure, "2_cost")
lesson.answer(
    f"At the last doubling the time grew {growth[0, 0]:.1f} times at once and {growth[1, 0]:.1f} times in blocks. "
    "Every pair of tokens is looked at in either way, so the work grows 4 times, and what else the machine was doing "
    f"is in the times too. The memory grew {growth[0, 1]:.1f} times at once but only {growth[1, 1]:.1f} times in "
    f"blocks: with {LENGTHS[-1]:,} tokens it is {costs[1, -1, 1]:.0f} MB instead of {costs[0, -1, 1]:.0f} MB. Blocks "
    "save the memory of attention, not its work."
)

# %% [markdown]
# ## A tiny transformer against the network of lesson 03
#
# Now both learn the same sounds: ten classes, the same clips, the same number of epochs, the same batches, each with a
# learning rate that suits it. The transformer has 4 × 8 patches of 16 bands × 4 frames, three blocks, four heads, and a
# *class token*, which stands for no patch and whose last state is what the class is read from.
#
# > **Question.** Which of the two gets more of the unheard clips right after the same number of epochs? Think of what a
# > convolution knows about pictures before it has seen one.

# %%
N_TRAIN, N_TEST, EPOCHS = (8, 8, 2) if lesson.quick else (48, 40, 8)
classes = list(npaudio.SOUND_CLASSES)


def pictures(per_class: int, first_seed: int, duration: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Spectrograms (n, 1, 64, n_frames) and labels (n,) of fresh sounds."""
    labels = np.repeat(np.arange(len(classes)), per_class)
    sounds = [
        npaudio.synthesize(classes[label], sr=16000, duration=duration, rng=first_seed + i)
        for i, label in enumerate(lesson.progress(labels, "making sounds"))
    ]
    return FRONTEND(np.stack(sounds))[:, None], labels


(x_train, y_train), (x_test, y_test) = pictures(N_TRAIN, 10_000), pictures(N_TEST, 90_000)
mean, std = x_train.mean(), x_train.std()
x_train, x_test = (x_train - mean) / std, (x_test - mean) / std


def learn(model, lr: float, what: str, epochs: int = EPOCHS) -> tuple[list[float], float]:
    """Train; returns the accuracy on unheard clips after each epoch, and the seconds that it took."""
    loss, optimizer = nn.CrossEntropyLoss(label_smoothing=0.05), nn.AdamW(model.parameters(), weight_decay=0.01)
    n_batches, start = len(x_train) // 32, time.perf_counter()
    schedule = nn.OneCycle(optimizer, max_lr=lr, total_steps=epochs * n_batches)
    todo, accuracies = iter(lesson.progress(range(epochs * n_batches), what)), []
    for epoch in range(epochs):
        model.train()
        order = np.random.default_rng([SEED, epoch]).permutation(len(x_train))
        for batch in order[: n_batches * 32].reshape(-1, 32):
            next(todo)
            optimizer.zero_grad()
            loss(model(x_train[batch]), y_train[batch])
            model.backward_to_parameters(loss.backward())
            optimizer.step()
            schedule.step()
        accuracies.append(metrics.accuracy(y_test, model.eval()(x_test).argmax(axis=1)))
    next(todo, None)
    return accuracies, time.perf_counter() - start


def tiny() -> models.SpectrogramTransformer:
    return models.SpectrogramTransformer.tiny(10, n_mels=64, n_frames=33, patch_size=PATCH, rng=SEED)


EQUAL, LONGER, CNN = "transformer", "transformer, twice the epochs", "CNN of lesson 03"
networks = {EQUAL: tiny(), LONGER: tiny(), CNN: models.AudioCNN(num_classes=10, rng=SEED)}
transformer = networks[LONGER]
first_positions = transformer.pos_embed.data[0, 1:].copy()
curves = {
    EQUAL: learn(networks[EQUAL], 2e-3, "training the transformer"),
    LONGER: learn(networks[LONGER], 2e-3, "training it for longer", 2 * EPOCHS),
    CNN: learn(networks[CNN], 4e-3, "training the CNN"),
}
last = {name: curve[-1] for name, (curve, _) in curves.items()}
rows = [
    [
        name,
        f"{sum(p.size for p in networks[name].parameters()):,}",
        len(curve),
        f"{100 * curve[-1]:.1f} %",
        f"{spent:.0f} s",
    ]
    for name, (curve, spent) in curves.items()
]
print_table(["network", "parameters", "epochs", "unheard clips right", "training"], rows)
figure, ax = plt.subplots(figsize=(8, 4))
for (name, (curve, _)), color, marker in zip(curves.items(), (ORANGE, AMBER, BLUE), "s^o", strict=True):
    ax.plot(range(1, len(curve) + 1), 100 * np.array(curve), color=color, marker=marker, label=name)
ax.axhline(10, color="grey", linestyle="--", label="guessing")
ax.set(xlabel="epoch", ylabel="% of unheard clips right", ylim=(0, 100))
ax.legend(loc="lower right", bbox_to_anchor=(1, 0.12))
ax.set_title(
    f"CNN {100 * last[CNN]:.0f} %, transformer {100 * last[EQUAL]:.0f} %, with more epochs {100 * last[LONGER]:.0f} %"
)
lesson.figure(figure, "3_transformer_and_cnn")
interval = 196 * np.sqrt(0.25 / len(y_test))
lesson.answer(
    f"The transformer gets {100 * last[EQUAL]:.1f} % right, the CNN {100 * last[CNN]:.1f} % (one training each; with "
    f"{len(y_test)} test clips a difference below about {interval * np.sqrt(2):.0f} points could be chance). With "
    f"twice the epochs the transformer has {100 * last[LONGER]:.1f} %. A convolution is built on the knowledge that "
    "neighbors belong together, and that a shape means the same wherever it is. The transformer has to learn both, "
    f"from {len(x_train)} clips. That is why the AST started from a network that had seen a million photographs, and "
    "why transformers win where there is much to learn from. From here on we use the one that was trained for longer."
)

# %% [markdown]
# ## Where am I?
#
# Attention does not know in which order its tokens come: exchange two of them, and each hears what it heard before. So
# every place of the grid has a [position embedding](GLOSSARY.md#position-embedding), a vector that is learned like any
# weight and added to the token. For longer recordings there are more places than vectors. Then the grid of vectors is
# stretched by interpolation; for shorter ones, its middle is taken.
#
# > **Question.** Our transformer has heard clips of 2 s only. How many clips of 4 s, with twice the tokens, does it get
# > right?

# %%
trained_positions = transformer.pos_embed.data[0, 1:]  # (32, 96)


def similarity(vectors: np.ndarray, place: int) -> np.ndarray:
    """Cosine similarity of one place to all places, on the grid."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return (unit @ unit[place]).reshape(grid)


place = 1 * grid[1] + 3
figure, axes = plt.subplots(2, 2, figsize=(12, 5.6))
for ax, vectors, when in zip(axes[0], (first_positions, trained_positions), ("before", "after"), strict=True):
    similar = similarity(vectors, place)
    image = ax.imshow(similar, origin="lower", cmap="RdBu_r", vmin=-1, vmax=1)
    beside = np.mean([similar[1, 2], similar[1, 4]])
    ax.set(xlabel="column of patches (time)", ylabel="row (frequency)", yticks=range(4))
    ax.set_title(f"{when} training: similarity to its neighbors in time {beside:.2f}")
plot.shared_colorbar(axes[0], "similarity to row 1, column 3")
wide = (grid[0], 2 * grid[1])
stretched = fit_positions(trained_positions, grid, wide)
component = int(np.argmax(trained_positions.std(axis=0)))
limits = plot.symmetric(trained_positions[:, component])
for ax, vectors, size in zip(axes[1], (trained_positions, stretched), (grid, wide), strict=True):
    image = ax.imshow(vectors[:, component].reshape(size), origin="lower", aspect="auto", **limits)
    ax.set(xlabel="column of patches (time)", ylabel="row (frequency)", yticks=range(4))
    ax.set_title(f"number {component} of the vectors at {size[0]} × {size[1]} places")
plot.shared_colorbar(axes[1], "value")
lesson.figure(figure, "4_positions")

x_long, y_long = pictures(max(4, N_TEST // 2), 70_000, duration=4.0)
x_long = (x_long - mean) / std
long_right = metrics.accuracy(y_long, transformer(x_long).argmax(axis=1))
first_half = metrics.accuracy(y_long, transformer(x_long[..., :33]).argmax(axis=1))
print("How places 0 ... 3 of a doubled axis are made of two old ones:")
print(np.array2string(axis_map(8, 16)[:4, :3], precision=2, suppress_small=True))
lesson.answer(
    f"{100 * long_right:.0f} % of {len(y_long)} clips of 4 s, and {100 * first_half:.0f} % if it is given their first "
    f"2 s only; of the clips of 2 s it was {100 * last[LONGER]:.0f} %. It has never met these places, but each "
    "is a mixture of two that it knows."
)

# %% [markdown]
# ## Where does it look?
#
# The weights of the class token in the last block say which patches it asked. Weights of attention are not reasons: a
# patch may be asked and then not matter. But they can be looked at.
#
# > **Question.** Half of the class token's attention: on how many of the 32 patches does it lie? If it asked all alike,
# > it would be 16.

# %%
logits = transformer(x_test)
maps = transformer.attention_maps(x_test)[-1].mean(axis=1)  # (clips, 4, 8), mean of the heads
flat = maps.reshape(len(maps), -1) / maps.sum(axis=(1, 2))[:, None]
half = 1 + np.argmax(np.cumsum(-np.sort(-flat, axis=1), axis=1) >= 0.5, axis=1)
brightness = (
    x_test[:, 0, :, : grid[1] * PATCH[1]].reshape(len(x_test), grid[0], PATCH[0], grid[1], PATCH[1]).mean((2, 4))
)
bright = brightness.reshape(len(maps), -1)
on_bright = np.mean([w[b > np.median(b)].sum() for w, b in zip(flat, bright, strict=True)])
chosen = [int(np.argmax(np.where(y_test == c, logits[:, c], -np.inf))) for c in (0, 1, 4)]
figure, axes = plt.subplots(2, 3, figsize=(13, 6), sharex=True)
for column, i in enumerate(chosen):
    plot.mel_spectrogram(std * x_test[i, 0] + mean, frontend=FRONTEND, ax=axes[0, column], colorbar=False)
    axes[0, column].set(title=classes[y_test[i]], xlabel="")
    extent = (0, grid[1] * PATCH[1] * seconds, 0, grid[0])
    image = axes[1, column].imshow(100 * flat[i].reshape(grid), origin="lower", aspect="auto", cmap="viridis",
                                   extent=extent, vmin=0, vmax=100 * flat[chosen].max())  # fmt: skip
    axes[1, column].set(xlabel="seconds", ylabel="row of patches", yticks=range(5))
    axes[1, column].set_title(f"half of the attention on {half[i]} of 32 patches")
plot.shared_colorbar(axes[0], "dB")
plot.shared_colorbar(axes[1], "% of the attention")
lesson.figure(figure, "5_attention_maps")
lesson.answer(
    f"On {half.mean():.1f} patches, the mean of {len(half)} test clips; between {half.min()} and {half.max()} in "
    f"single ones. The brighter half of the patches gets {100 * on_bright:.0f} % of it: "
    + (
        "the network looks where something sounds."
        if on_bright > 0.6
        else "what is silent is asked nearly as much as what sounds. As in lesson 03, that nothing is there also tells."
    )
)

# %%
lesson.finding(
    f"With the tokens doubled attention in blocks takes {growth[1, 1]:.1f} times the memory, all at once "
    f"{growth[0, 1]:.1f} times. On {len(x_train)} clips a tiny transformer gets {100 * last[EQUAL]:.1f} % of unheard "
    f"clips right, the CNN {100 * last[CNN]:.1f} %; with twice the epochs it gets {100 * last[LONGER]:.1f} %, and of "
    f"clips twice as long as any it was trained on {100 * long_right:.0f} %."
)

# %% [markdown]
# ## To take home
#
# 1. Attention is a mean of values, weighted by how well keys fit a query; a pencil can check it.
# 2. Its work grows with the square of the length; its memory need not, if the weights are computed in blocks.
# 3. A transformer assumes little, so it needs much: more data, or weights that have learned from others.
#
# **Library files used:** `npaudio/nn/attention.py`, `npaudio/nn/transformer_block.py`, `npaudio/nn/patch_embed.py`,
# `npaudio/nn/norm.py`, `npaudio/nn/activation.py`, `npaudio/models/spectrogram_transformer.py`,
# `npaudio/models/positions.py`.
#
# **Exercises that follow:** `ex09_attention`, `ex10_patch_embedding`.
