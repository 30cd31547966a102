# %% [markdown]
# # 09 The complete pipeline
#
# *Reading: 20 minutes. Running: 30 seconds on two cores.*
#
# At the end you will have gone the whole way with files on a disk: a folder of recordings, a classifier trained on it,
# an evaluation that shows what an accuracy hides, its worst mistakes to hear and to see, a model file, and what the
# model answers to a kind of sound that it has never met. The same steps work on your own folder.

# %%
import shutil
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import metrics, plot
from npaudio.datasets import AudioFolder, SyntheticSounds
from npaudio.pipeline import AudioClassificationPipeline, Evaluation, Mistake, open_dataset

lesson = Lesson("09_pipeline", takes_audio=True, takes_data=True)
plot.use_style()
SR = 16000
STRANGERS = ("clock_tick", "bird_chirp")  # kept for the end
COUNTS = {name: 6 if name == "alarm" else 24 for name in npaudio.SOUND_CLASSES if name not in STRANGERS}
if lesson.quick:
    COUNTS = dict.fromkeys(("rain", "siren", "dog_bark"), 6)

# %% [markdown]
# ## From a waveform to what the network sees
#
# Every recording has its own length and its own level, but a network needs one size. The article's preprocessing scales
# the waveform so that its largest sample is 1, cuts or pads it to 4 s, and takes a [mel](GLOSSARY.md#mel) spectrogram
# of 64 bands in frames of 1,024 samples, one every 512, without padding at the ends. Its values are in
# [decibels](GLOSSARY.md#decibel-db), with the floor added under the logarithm.
#
# > **Question.** At 16,000 samples a second, how many frames do 4 s give? And what becomes of a recording of digital
# > silence, which has no largest sample to scale by?

# %%
article = AudioClassificationPipeline()
short = npaudio.synthesize("dog_bark", sr=SR, duration=1.5, rng=0)
shape = article.preprocess(short).shape
silence = article.preprocess(np.zeros(SR, np.float32))
print(f"1.5 s of a dog: {len(short):,} samples, picture {shape}")
lesson.answer(
    f"{shape[1]}: (64,000 − 1,024) // 512 + 1, whether the recording was shorter or longer. Silence is left as it is, "
    f"and every value of its picture is {silence.mean():.0f} dB, ten times the logarithm of the floor $10^{{-10}}$."
)

# %% [markdown]
# ## A folder of recordings
#
# Most people's data is a folder with one subfolder per class. Here the lesson writes such a folder itself: eight
# classes of synthetic sounds, one of them rare, dealt into three [folds](GLOSSARY.md#fold). With `--data DIR` it reads
# yours instead, in the layout and with the folds of ESC-50. The first fold is left out of the training and serves as
# the test.

# %%
folder = lesson.folder / "recordings"
if lesson.options.data:
    folder = Path(lesson.options.data)
else:
    shutil.rmtree(folder, ignore_errors=True)  # of an earlier run
    for label, count in COUNTS.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        one_class = SyntheticSounds(count, classes=(label,), sr=SR, duration=2.0, rng=9)
        for i in range(count):
            npaudio.save(folder / label / f"{i:02d}.wav", one_class[i][0], SR)
dataset = open_dataset(folder, sr=SR) if lesson.options.data else AudioFolder(folder, sr=SR, n_folds=3)
train, test = dataset.split(1)
names, in_train = np.unique(dataset.labels[train], return_counts=True)
_, in_test = np.unique(dataset.labels[test], return_counts=True)
print_table(
    ["class", "to learn from", "to test on"],
    [[dataset.class_names[k], a, b] for k, a, b in zip(names, in_train, in_test, strict=False)],
)

# %% [markdown]
# ## Training
#
# Three lines do it. `fit` loads every recording, makes the pictures, trains the article's network with changes to each
# clip (a shift in time, another speed, stripes masked, two clips mixed), and measures the left-out fold after each
# [epoch](GLOSSARY.md#epoch). It keeps the last weights, not the best ones: choosing an epoch by its test score would
# make the score too good. Do not wonder if the loss on the changed clips ends above that on the left-out ones, which
# are not changed: with mixed clips and smoothed labels the loss cannot reach zero.

# %%
seconds = 5.0 if lesson.options.data else 2.0
pipeline = AudioClassificationPipeline(duration=seconds, epochs=4 if lesson.quick else 32, seed=1)
pipeline.fit(dataset, fold=1)
curve = pipeline.history["val_accuracy"]
print(f"accuracy on the left-out fold: {curve[0]:.1%} after one epoch, {curve[-1]:.1%} after {len(curve)}")
figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
curves = {"changed clips to learn from": pipeline.history["loss"], "left-out fold": pipeline.history["val_loss"]}
plot.learning_curves(curves, ax=ax)
ax.set_title(f"Training: the left-out fold ends at an accuracy of {curve[-1]:.0%}")
lesson.figure(figure, "1_training")

# %% [markdown]
# ## What an accuracy hides
#
# The evaluation counts right answers, and then looks at each class alone. [Recall](GLOSSARY.md#recall) is the share of
# a class that was found, [precision](GLOSSARY.md#precision) the share of right ones among the answers of that name.
#
# > **Question.** If the network got all recordings of the rarest class wrong and made no other mistake, what would its
# > accuracy be? (If all classes have as many recordings, take the class with the lowest recall.)

# %%
evaluation = pipeline.evaluate(dataset, fold=1)
print(evaluation.report())
scores = metrics.precision_recall_fscore(
    evaluation.y_true, evaluation.y_pred, labels=range(len(dataset.class_names)), zero_division=np.nan
)
counts = np.bincount(evaluation.y_true, minlength=len(dataset.class_names))
uneven = counts.min() < counts.max()
rare = int(np.argmin(counts) if uneven else np.argmin(scores.recall))
recall, count = scores.recall[rare], int(counts[rare])
without = 1 - count / len(evaluation.names)
which = "the rarest class" if uneven else "the class that it knows worst"
low, high = evaluation.interval.low, evaluation.interval.high
rare_name = dataset.class_names[rare]
lesson.answer(
    f"{without:.1%}: {count} of the {len(evaluation.names)} test recordings are {rare_name}. The network's accuracy is "
    f"{evaluation.accuracy:.1%}, and its recall of {rare_name} {recall:.0%}. An accuracy says little about a "
    f"single class. And it is rough: 95 % of test sets drawn from these clips lie between {low:.0%} and {high:.0%}."
)
figure, ax = plt.subplots(figsize=(6.5, 5.5), layout="constrained")
plot.confusion_matrix(evaluation.confusion, evaluation.class_names, ax=ax)
ax.set_title(f"{evaluation.accuracy:.0%} of {len(evaluation.names)} left-out recordings are right")
lesson.figure(figure, "2_confusion")

# %% [markdown]
# ## The worst mistakes
#
# Numbers say how often, recordings say why. The clips that got a wrong answer with the highest probability are saved
# for you to hear, and their pictures are drawn. Listen before you read on: which of them would you have got wrong, too?

# %%
mistakes = evaluation.mistakes(3)
least_sure = np.argsort(evaluation.probabilities.max(axis=1))[:3]
shown = mistakes or [
    Mistake(evaluation.names[i], "right", "right", float(evaluation.probabilities[i].max())) for i in least_sure
]
figure, axes = plt.subplots(len(shown), 1, figsize=(8, 2.6 * len(shown)), layout="constrained", squeeze=False)
for k, (ax, mistake) in enumerate(zip(axes[:, 0], shown, strict=True)):
    y = dataset.load(dataset.names.index(mistake.name), sr=SR)
    plot.mel_spectrogram(pipeline.preprocess(y), frontend=pipeline.recipe, colorbar=False, ax=ax, vmin=-20, vmax=40)
    ax.set_title(f"{mistake.name}: {mistake.label}, answer {mistake.predicted} ({mistake.probability:.0%})")
    lesson.sound(f"mistake_{k + 1}", y, SR)
plot.shared_colorbar(axes[:, 0], "dB")
lesson.figure(figure, "3_worst_mistakes")
print("\n".join(map(str, mistakes)) if mistakes else "no mistake; these three were the least certain")

# %% [markdown]
# ## One file
#
# A model is more than weights: without the front end, the mean and deviation of the training pictures, and the order of
# the names, the weights are meaningless. `save` puts all of it into one file, and reading that file runs no code from
# it.
#
# > **Question.** The model is saved and loaded again. By how much will its probabilities differ from those before?

# %%
path = lesson.folder / "model.npz"
pipeline.save(path)
loaded = AudioClassificationPipeline.load(path)
clips = [dataset.path(int(row)) for row in test]
before, after = pipeline.predict_proba(clips), loaded.predict_proba(clips)
difference = float(np.abs(before - after).max())
lesson.answer(
    f"By {difference:g}. The weights are stored as the numbers that they are, {path.stat().st_size / 1e6:.1f} MB of "
    "float32, and every setting beside them."
)

# %% [markdown]
# ## A sound it has never met
#
# The answer is always one of the names that the model knows, and the probabilities always sum to 1. So a sound of
# another kind gets a name as well.
#
# > **Question.** Clock ticks and bird calls (with `--data`: artificial chords and rising tones): neither is among the
# > classes. What is the highest probability that the network gives them, on average, compared with the recordings of
# > the left-out fold?

# %%
n_each = 3 if lesson.quick else 20
strangers = SyntheticSounds(n_each, classes=STRANGERS, sr=SR, duration=2.0, rng=3)
if lesson.options.data:  # whose classes may be any of our synthetic sounds
    pitches = np.geomspace(110, 880, n_each)  # Hz
    strangers = [npaudio.music_like((f, 1.25 * f, 1.5 * f), sr=SR) for f in pitches]
    strangers += [npaudio.sweep(f, 2 * f, sr=SR) for f in pitches]
surest_known = before.max(axis=1)
surest_strange = loaded.predict_proba(strangers).max(axis=1)
threshold = float(np.quantile(surest_known, 0.1))
refused = float(np.mean(surest_strange < threshold))
lesson.answer(
    f"{surest_strange.mean():.0%} against {surest_known.mean():.0%}. A threshold that keeps nine in ten of the known "
    f"recordings, {threshold:.2f}, answers `unknown` to {refused:.0%} of the strange ones. "
    + ("It helps. " if refused > 0.3 else "That helps little. ")
    + "A probability says which of the known classes fits best, not whether any does."
)
figure, ax = plt.subplots(figsize=(8, 4), layout="constrained")
bins = np.linspace(0, 1, 21)
ax.hist(surest_known, bins, density=True, alpha=0.6, color=plot.PALETTE[0], label="left-out recordings")
ax.hist(surest_strange, bins, density=True, alpha=0.6, color=plot.PALETTE[1], hatch="//", label="other kinds of sound")
ax.axvline(threshold, color="black", linestyle=":", label=f"threshold, {threshold:.2f}")
ax.set(xlabel="highest probability", ylabel="density")
ax.set_title(f'"unknown" below {threshold:.2f}: {refused:.0%} of the other kinds of sound are refused')
ax.legend()
lesson.figure(figure, "4_unknown")
if lesson.options.audio:
    own, own_sr, own_name = lesson.sound_to_look_at(lambda: (short, SR, ""))
    print(f"{own_name}: {loaded.predict(own, sr=own_sr)[0]} ({loaded.predict_proba(own, sr=own_sr).max():.0%})")

# %% [markdown]
# ## The article's example
#
# The [article](GLOSSARY.md#article) makes up fifteen answers and evaluates them. Here is the same evaluation of the
# same fifteen.
#
# > **Question.** 12 of 15 are right. Is that better than a classifier that is right three times in four?

# %%
y_true = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 0, 1, 2, 3, 4])
y_pred = np.array([0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 0, 1, 1, 3, 4])
typed = Evaluation(tuple(map(str, range(15))), y_true, np.eye(5)[y_pred], tuple(map(str, range(5))))
print(typed.report())
lesson.answer(
    f"Nobody can tell. The accuracy is {typed.accuracy:.0%}, and 95 % of test sets drawn from these fifteen lie "
    f"between {typed.interval.low:.0%} and {typed.interval.high:.0%}, on both sides of 75 %."
)

# %%
lesson.finding(
    f"A folder of {len(dataset)} recordings becomes a model that is right on {evaluation.accuracy:.0%} of the left-out "
    f"fold (95 % interval {low:.0%} to {high:.0%}); its recall of {which}, {rare_name}, is {recall:.0%}, and a "
    f"threshold that keeps nine in ten known sounds refuses {refused:.0%} of the sounds of other kinds."
)

# %% [markdown]
# ## To take home
#
# 1. The recipe belongs to the model: weights without their front end, statistics and names are worth nothing.
# 2. Look at each class, at the interval, and at the worst mistakes, before you believe an accuracy.
# 3. A classifier knows the classes that it learned; whether a sound is one of them is another question.
#
# **Library files used:** `npaudio/pipeline` (begin with `npaudio/pipeline/classifier.py`), `npaudio/audio/files.py`,
# `npaudio/datasets/base.py`, `npaudio/datasets/folder.py`, `npaudio/metrics/tagging`.
#
# **Related library files:** `npaudio/datasets` (the rest of it: published sets, folds, what is skipped).
#
# **Exercises that follow:** `ex08_map_evaluator` (of lesson 07).
#
# On the command line: `npaudio train recordings/ -o model.npz`, then `npaudio classify --model model.npz *.wav`.
# Real recordings to try: `npaudio.datasets.download("esc50", "recordings")`.
