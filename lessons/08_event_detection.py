# %% [markdown]
# # 08 What happens when
#
# *Reading: 35 minutes. Running: 110 seconds on two cores.*
#
# At the end you will know how a network that scores every frame becomes a detector that says "dog, from 2.5 to 3.5 s":
# threshold, median filter, gaps and minimum durations, and how to choose them. You will have trained such a detector
# from random weights on scenes of overlapping sounds, once with labels that say when, once with labels that only say
# what, and once with few labels and many clips without any. And you will know why one and the same output can have an F
# of 0.9 by one measure and of 0 by another.
#
# Guess before you read on, as before.

# %%
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import npaudio

sys.path.append(str(Path(npaudio.__file__).parents[1] / "lessons"))  # classroom.py, wherever this is opened
from classroom import Lesson, print_table
from npaudio import Frontend, metrics, models, nn, plot, sed, training
from npaudio.datasets import ESC50, SyntheticScenes
from npaudio.streaming import StreamingDetector
from several_seeds import difference_of_seeds, error

lesson = Lesson("08_event_detection", takes_audio=True, takes_data=True)
plot.use_style()
BLUE, ORANGE, GREEN, PURPLE = plot.PALETTE[:4]
SR = 16000

# %% [markdown]
# ## From scores to events
#
# A sound with a beginning and an end, its [onset](GLOSSARY.md#onset) and [offset](GLOSSARY.md#offset), is an event. A
# detector gives every frame a score for every class; the step that turns these scores into events is called
# [post-processing](GLOSSARY.md#post-processing). The article invents the scores of its example: six seconds, a frame
# every 32 ms, speech from 1 to 4 s, a dog from 2.5 to 3.5 s, and noise of up to 0.15 everywhere. Three steps follow:
# apply a threshold, make one event of each unbroken run of frames above it, and drop runs of fewer than three frames as
# blips.
#
# > **Question.** With the threshold at 0.5 the two events come out. The noise alone reaches 0.15. If the threshold is
# > lowered to 0.14, how many events come out of the same scores, and how many if runs of one frame count too?

# %%
ARTICLE = ["Speech", "Music", "Dog", "Siren", "Bird"]
draw = np.random.RandomState(42)
simulated = np.zeros((5, 187))
simulated[0, 31:125] = draw.uniform(0.7, 0.95, 94)
simulated[2, 78:109] = draw.uniform(0.6, 0.85, 31)
simulated = np.clip(simulated + draw.uniform(0, 0.15, simulated.shape), 0, 1)
about = {"labels": ARTICLE, "hop_length": 512, "sr": SR}

found = sed.detect_events(simulated, **about)
print_table(["event", "onset (s)", "offset (s)", "mean score"],
            [[e.label, f"{e.onset:.3f}", f"{e.offset:.3f}", f"{e.confidence:.2f}"] for e in found])  # fmt: skip
low = {n: len(sed.detect_events(simulated, threshold=0.14, min_duration_frames=n, **about)) for n in (1, 3)}

figure, axes = plt.subplots(3, 1, figsize=(9, 6), sharex=True, height_ratios=(2, 1, 1))
seconds = np.arange(187) * 512 / SR
for k, style in ((0, "-"), (2, "--"), (4, ":")):
    axes[0].step(seconds, simulated[k], style, where="post", label=ARTICLE[k], linewidth=1.0)
for level in (0.5, 0.14):
    axes[0].axhline(level, color="black", linewidth=0.6)
    axes[0].text(5.98, level + 0.02, f"threshold {level}", ha="right", fontsize=8)
axes[0].set(ylabel="score", title="scores of three of the five classes, and two thresholds")
axes[0].legend(ncols=3, loc="upper right")
for ax, level in zip(axes[1:], (0.5, 0.14), strict=True):
    events = sed.detect_events(simulated, threshold=level, min_duration_frames=1, **about)
    for event in events:
        lane = 4 - ARTICLE.index(event.label)
        ax.barh(
            lane, event.offset - event.onset, left=event.onset, height=0.8, color=BLUE, edgecolor="white", linewidth=0.3
        )
    ax.set(yticks=range(5), yticklabels=ARTICLE[::-1], ylim=(-0.5, 4.5), xlim=(0, 6))
    ax.set_title(f"threshold {level}: {len(events)} runs")
axes[2].set_xlabel("time (s)")
lesson.figure(figure, "1_threshold")
lesson.answer(
    f"{low[3]} events, and {low[1]} if single frames count. A run of three frames needs three scores in a row above "
    "the threshold; noise manages one easily, three hardly ever. A minimum duration is the cheapest cure for noise."
)

# %% [markdown]
# ## Scenes
#
# Now sounds instead of invented scores. A scene lasts five seconds: up to five events of six classes over noise of some
# colour, at most two of them at once, each with a signal-to-noise ratio between 0 and 20 dB. Because we mix the scenes
# ourselves, onsets and offsets are known to the sample. All scenes come from different seeds: 480 to learn from, 100 to
# choose settings on, and 100 that are kept for the end.
#
# The network sees a mel spectrogram with a frame every 20 ms, and answers every 80 ms. For training we need the same
# grid for the truth: a frame of a class is 1 if an event touches it.
#
# > **Question.** In a scene with two or three events, what share of the cells in the table of classes × frames is 1?

# %%
FRONTEND = Frontend(name="events", sr=SR, n_fft=1024, hop_length=320, n_mels=64)
SECONDS = 5.0
N_TRAIN, N_VALID, N_TEST, EPOCHS = (32, 10, 10, 1) if lesson.quick else (480, 100, 100, 6)
if lesson.options.data:
    recordings = ESC50(lesson.options.data, esc10=True, missing="skip")
    LABELS = list(recordings.class_names)
    held_out = int(recordings.folds.max())
    apart = {"train": recordings.folds != held_out, "test": recordings.folds == held_out}
else:
    recordings, LABELS = None, ["alarm", "dog_bark", "engine", "glass_break", "rain", "siren"]


def make_scenes(n: int, seed: int, fold: str = "train", **settings: object) -> tuple[np.ndarray, list]:
    """Waveforms (n, samples) and their events; with the reader's recordings, the last fold is kept for the test."""
    options = {"duration": SECONDS, "rng": seed, **settings}
    if recordings is None:
        scenes = SyntheticScenes(n, classes=LABELS, **options)
        return tuple(zip(*(scenes[i] for i in range(n)), strict=True))
    scenes = SyntheticScenes(n * len(np.unique(recordings.folds)), sounds=recordings, **options)
    wanted = scenes.folds == held_out if fold == "test" else scenes.folds != held_out
    return tuple(zip(*(scenes[i] for i in np.flatnonzero(wanted)[:n]), strict=True))


sets = {}
for name, n, seed in lesson.progress(
    (("train", N_TRAIN, 1), ("valid", N_VALID, 2), ("test", N_TEST, 3)), "mixing scenes"
):
    sets[name] = make_scenes(n, seed, "test" if name == "test" else "train")
S = np.stack([FRONTEND(wave) for wave in sets["train"][0]])
FRONTEND = replace(FRONTEND, mean=float(S.mean()), scale_by=float(S.std()))  # from now on mean 0, deviation 1
x = {name: np.stack([FRONTEND(wave) for wave in waves])[:, np.newaxis] for name, (waves, _) in sets.items()}

POOLING = 4
N_FRAMES = x["train"].shape[-1] // POOLING
GRID = {"labels": LABELS, "hop_length": POOLING * FRONTEND.hop_length, "sr": SR}
y = {
    name: np.stack([sed.events_to_frames(clip, n_frames=N_FRAMES, **GRID) for clip in events]).astype(np.float32)
    for name, (_, events) in sets.items()
}
reference = {name: {f"scene {k}": list(clip) for k, clip in enumerate(events)} for name, (_, events) in sets.items()}
lesson.sound("2_a_scene", sets["test"][0][0], SR)
print_table(["event in 2_a_scene.wav", "onset (s)", "offset (s)"],
            [[e.label, f"{e.onset:.2f}", f"{e.offset:.2f}"] for e in sets["test"][1][0]])  # fmt: skip
lesson.answer(
    f"{y['train'].mean():.1%}. A network that always says no is right in {1 - y['train'].mean():.0%} of the cells, "
    "which is why nobody measures detectors by accuracy."
)

# %% [markdown]
# ## Learning when
#
# `FrameCNN` is the network of lesson 03 with a different end: pooling shrinks frequency to a single pixel, but time
# only by a factor of four. What is left is a row of feature vectors, one every 80 ms, and from each the last layer
# computes six scores. The loss is the binary cross entropy of lesson 07, over all frames of all scenes.
#
# The [segment-based F](GLOSSARY.md#segment-based-f) cuts time into seconds, and asks for every second and class: does
# it sound or not?
#
# > **Question.** Some of the six are noise like the background, some are tones, some are over in half a second. Which
# > is found best, and which worst?

# %%
SIZES = {"channels": (16, 32, 64), "pools": ((2, 4), (2, 4), (1, 4))}
N_CLASSES = len(LABELS)
RATE = 6e-3


def trained(network: nn.Module, targets: np.ndarray, *, epochs: int = EPOCHS, what: str) -> None:
    """Train on all training scenes, with a rate that rises and falls."""
    with_progress = iter(lesson.progress(range(epochs), what))
    next(with_progress)
    training.fit(
        network,
        x["train"],
        targets,
        epochs=epochs,
        batch_size=16,
        loss=nn.BCEWithLogitsLoss(),
        optimizer=partial(nn.AdamW, weight_decay=0.01),
        schedule=partial(nn.OneCycle, max_lr=RATE),
        progress=False,
        after_epoch=lambda _: next(with_progress, None),
    )


def probabilities(model: nn.Module, name: str) -> dict[str, np.ndarray]:
    """{scene: (classes, frames)} of the validation or test scenes."""
    logits = training.predict(model, x[name])
    return dict(zip(reference[name], nn.Sigmoid()(logits), strict=True))


def segment_f(detected: dict, name: str = "test") -> float:
    return metrics.segment_based_metrics(reference[name], detected, time_resolution=1.0).overall["f_measure"]


EVENT_BASED = partial(metrics.event_based_metrics, t_collar=0.2, percentage_of_length=0.2)


def event_f(detected: dict, name: str = "test") -> float:
    return EVENT_BASED(reference[name], detected).overall["f_measure"]


model = models.FrameCNN(64, N_CLASSES, **SIZES, context=9, rng=0)
trained(model, y["train"], what="FrameCNN")
scores = {name: probabilities(model, name) for name in ("valid", "test")}
plain = sed.detect_events(scores["test"], **GRID)
by_class = metrics.segment_based_metrics(reference["test"], plain, time_resolution=1.0, labels=LABELS).class_wise
by_class = {label: figures["f_measure"] for label, figures in by_class.items()}
print_table(["class", "segment-based F"], [[k, "-" if np.isnan(f) else f"{f:.2f}"] for k, f in by_class.items()])
ranked = sorted((label for label in LABELS if not np.isnan(by_class[label])), key=by_class.get)
lesson.answer(
    f"Best is {ranked[-1]} with {by_class[ranked[-1]]:.2f}, worst {ranked[0]} with {by_class[ranked[0]]:.2f}; all "
    f"classes together have a segment-based F of {segment_f(plain):.2f}."
)

# %% [markdown]
# ## Looking at one scene
#
# Numbers hide what a picture shows: where the borders are off, and why. Below the spectrogram are the probabilities, a
# row for each class, and at the bottom the events: in each row the annotated ones above, the detected ones below.


# %%
def picture(S: np.ndarray, chances: np.ndarray, detected: list, truth: list | None, title: str) -> plt.Figure:
    """Spectrogram, frame probabilities, and events as lanes, over one time axis."""
    figure, axes = plt.subplots(3, 1, figsize=(9, 7.5), sharex=True, height_ratios=(2, 1.2, 1.5))
    length = S.shape[1] * FRONTEND.hop_length / SR
    bands = axes[0].imshow(S, origin="lower", aspect="auto", extent=(0, length, 0, S.shape[0]))
    axes[0].set(ylabel="mel band", title=title)
    figure.colorbar(bands, ax=axes[0], label="level (standard deviations)", pad=0.01)
    rows = axes[1].imshow(chances, aspect="auto", extent=(0, length, len(LABELS) - 0.5, -0.5), vmin=0, vmax=1,
                          interpolation="nearest", cmap="Greys")  # fmt: skip
    axes[1].set(yticks=range(len(LABELS)), yticklabels=LABELS, title="probability of each class in each frame")
    figure.colorbar(rows, ax=axes[1], label="probability", pad=0.01)
    for events, shift, color, hatch in ((truth or [], -0.2, BLUE, ""), (detected, 0.2, ORANGE, "//")):
        for event in events:
            axes[2].barh(LABELS.index(event.label) + shift, event.offset - event.onset, left=event.onset, height=0.38,
                         color=color, hatch=hatch, edgecolor="white")  # fmt: skip
    axes[2].set(yticks=range(len(LABELS)), yticklabels=LABELS, ylim=(len(LABELS) - 0.5, -0.5), xlim=(0, length))
    axes[2].set_xlabel("time (s)")
    names = "annotated (plain, above) and detected (hatched)" if truth is not None else "detected"
    axes[2].set_title(f"events: {names}")
    return figure


busiest = max(range(N_TEST), key=lambda k: len(sets["test"][1][k]))
name = f"scene {busiest}"
fates = EVENT_BASED({name: reference["test"][name]}, {name: plain[name]}).explain()[name]
shown = x["test"][busiest, 0], scores["test"][name], plain[name], reference["test"][name]
title = f"a test scene with {len(reference['test'][name])} events, of which {fates.n_matched} count as found"
lesson.figure(picture(*shown, title), "2_scene")
print_table(["event", "annotated (s)", "fate", "why"],
            [[fate.event.label, f"{fate.event.onset:.2f} to {fate.event.offset:.2f}", fate.status, fate.reason or ""]
             for fate in fates.reference])  # fmt: skip

# %% [markdown]
# ## Which threshold, which filter?
#
# The [event-based F](GLOSSARY.md#event-based-f) is stricter: an event counts only if its label is right, and both
# borders lie within a [collar](GLOSSARY.md#collar) of 0.2 s (for the offset of a long event 20 % of its length, if that
# is more). A [median filter](GLOSSARY.md#median-filter) replaces every decision by the majority of the frames around
# it, which closes short gaps and removes blips in one step. We try every combination on the validation scenes.
#
# > **Question.** Is the best threshold the same for both measures, and how much does the filter gain at the best
# > threshold?

# %%
THRESHOLDS = np.arange(0.05, 0.96, 0.05).round(2)
MEDIANS = (1, 3, 7, 15)
swept = {}
for median in lesson.progress(MEDIANS, "trying thresholds"):
    for level in THRESHOLDS:
        detected = sed.detect_events(scores["valid"], threshold=level, median_frames=median, **GRID)
        swept[median, level] = segment_f(detected, "valid"), event_f(detected, "valid")
curves = {m: np.nan_to_num([swept[m, level] for level in THRESHOLDS]) for m in MEDIANS}  # (thresholds, 2) each
best = {m: curves[m].argmax(axis=0) for m in MEDIANS}
figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
for kind, (ax, what) in enumerate(zip(axes, ("segment-based F", "event-based F"), strict=True)):
    for median, style in zip(MEDIANS, ("o-", "s--", "D-.", "^:"), strict=True):
        shown = "no filter" if median == 1 else f"median over {median * 0.08:.2f} s"
        ax.plot(THRESHOLDS, curves[median][:, kind], style, markersize=4, label=shown)
    ax.set(xlabel="threshold", ylim=(0, 1), xlim=(0, 1))
    top = max(MEDIANS, key=lambda m: curves[m][:, kind].max())
    ax.set_title(f"{what}: {curves[top][:, kind].max():.2f} at best, threshold {THRESHOLDS[best[top][kind]]:.2f}")
axes[0].set_ylabel("F on the validation scenes")
axes[0].legend()
lesson.figure(figure, "3_threshold_and_filter")
no_filter = curves[1][:, 1].max()
filtered = max(curves[m][:, 1].max() for m in MEDIANS[1:])
levels = [THRESHOLDS[best[1][kind]] for kind in (0, 1)]
lesson.answer(
    f"Without a filter the segment-based F is best at {levels[0]:.2f} and the event-based at {levels[1]:.2f}: "
    f"{'nearly the same' if abs(levels[0] - levels[1]) < 0.11 else 'not the same: each counts different mistakes'}. "
    f"With the best filter the event-based F is {filtered:.2f} instead of {no_filter:.2f}."
)

# %% [markdown]
# Classes differ: a siren lasts, a glass breaks in a moment. `sed.tune_postprocessing` finds the settings that suit each
# class on the validation scenes; its result can be printed, and passed to `sed.detect_events` as it is.
#
# > **Question.** How much of the gain on the validation scenes is left on the test scenes?

# %%
tuned = sed.tune_postprocessing(
    reference["valid"],
    scores["valid"],
    metric=EVENT_BASED,
    thresholds=THRESHOLDS[1:-1:2],
    median_frames=MEDIANS,
    min_duration_frames=(1, 3),
    **GRID,
)
print(tuned)
best_events = sed.detect_events(scores["test"], postprocessing=tuned, **GRID)
gains = {}
for name in ("valid", "test"):
    before, after = (sed.detect_events(scores[name], postprocessing=p, **GRID) for p in (None, tuned))
    gains[name] = event_f(before, name), event_f(after, name)
strong_f = segment_f(best_events), event_f(best_events)
lesson.answer(
    f"On the validation scenes the event-based F goes from {gains['valid'][0]:.2f} to {gains['valid'][1]:.2f}, on the "
    f"test scenes from {gains['test'][0]:.2f} to {gains['test'][1]:.2f}. The rest was luck: settings that fit these "
    f"{N_VALID} scenes and no others. The segment-based F of the test scenes is now {strong_f[0]:.2f}."
)

# %% [markdown]
# ## 0.9 and 0
#
# Suppose a detector makes no mistake except for one habit: it drops the fourth frame of every event, and every tenth
# frame after that. Frame by frame that is an excellent system.
#
# > **Question.** What is its event-based F? And which single step of post-processing repairs it?

# %%
truth = dict(zip(reference["test"], y["test"] > 0, strict=True))


def frames_since_onset(frames: np.ndarray) -> np.ndarray:
    """For every active frame how many frames of its event came before it."""
    position = np.broadcast_to(np.arange(N_FRAMES), frames.shape)
    return position - 1 - np.maximum.accumulate(np.where(frames, -1, position), axis=1)


dropping = {name: frames & (frames_since_onset(frames) % 10 != 3) for name, frames in truth.items()}


def frame_f(decisions: dict) -> float:
    """F over all cells of the tables."""
    hits = sum(np.sum(decisions[name] & truth[name]) for name in truth)
    return float(2 * hits / sum(decisions[name].sum() + truth[name].sum() for name in truth))


def as_events(decisions: dict) -> dict:
    return {name: sed.frames_to_events(frames, **GRID) for name, frames in decisions.items()}


broken = frame_f(dropping), event_f(as_events(dropping))
repaired = {name: sed.fill_gaps(frames, 2) for name, frames in dropping.items()}
lesson.answer(
    f"The frame F is {broken[0]:.2f}, the event-based F {broken[1]:.2f}: every event is cut into pieces, and hardly "
    "any piece has the borders of an event. Filling gaps of one frame brings it to "
    f"{event_f(as_events(repaired)):.2f}. The scores of a network can be good and its events worthless; then look at "
    "post-processing first."
)

# %% [markdown]
# ## One output, three measures
#
# Each measure forgives different errors. The event-based F is about borders, the segment-based F about seconds.
# [PSDS](GLOSSARY.md#psds) looks at overlap instead of borders, and at all thresholds at once: how many events are found
# at 0, 1, 2, ... false alarms an hour, averaged up to 100.
#
# > **Question.** Take the true events, and report every one of them 0.25 s late. Which measure minds most, and which
# > least?

# %%
late = {
    name: [sed.Event(e.onset + 0.25, e.offset + 0.25, e.label) for e in events]
    for name, events in reference["test"].items()
}
chance = {
    "durations": dict.fromkeys(reference["test"], SECONDS + 0.25),
    "labels": LABELS,
    "hop_time": POOLING * 320 / SR,
}
late_frames = {name: sed.events_to_frames(e, n_frames=N_FRAMES, **GRID) for name, e in late.items()}
systems = {
    "the network, threshold 0.5": (plain, scores["test"]),
    "the network, tuned": (
        best_events,
        {k: sed.median_filter(v, tuned.median_frames) for k, v in scores["test"].items()},
    ),
    "the truth, some frames dropped": (as_events(dropping), dropping),
    "the truth, 0.25 s late": (late, late_frames),
}
table = {}
for system, (events, frame_scores) in systems.items():
    as_scores = {name: frames.astype(float) for name, frames in frame_scores.items()}
    table[system] = segment_f(events), event_f(events), float(metrics.psds(reference["test"], as_scores, **chance))
print_table(
    ["system", "segment-based F", "event-based F", "PSDS1"],
    [[k, *(f"{v:.2f}" for v in row)] for k, row in table.items()],
)
of_late = dict(zip(("the segment-based F", "the event-based F", "PSDS1"), table["the truth, 0.25 s late"], strict=True))
least, most = max(of_late, key=of_late.get), min(of_late, key=of_late.get)
lesson.answer(
    f"The strictest is {most}, with {of_late[most]:.2f}; the most lenient is {least}, with {of_late[least]:.2f}. So "
    "ask what the detector is for: to cut out the sound, to count it, or to know that it was there."
)

# %% [markdown]
# ## How much noise?
#
# > **Question.** Our scenes have signal-to-noise ratios from 0 to 20 dB. We go down from 20 dB to 10, 5, 0 and −5 dB.
# > At which of these steps does the detector lose most?

# %%
SNRS = (-5, 0, 5, 10, 20)
by_snr = []
for snr in lesson.progress(SNRS, "scenes with more and less noise"):
    waves, events = make_scenes(N_TEST // 2, 4, "test", snr=(snr, snr))
    quiet = {f"{k}": list(clip) for k, clip in enumerate(events)}
    logits = training.predict(model, np.stack([FRONTEND(wave) for wave in waves])[:, np.newaxis])
    heard = sed.detect_events(dict(zip(quiet, nn.Sigmoid()(logits), strict=True)), postprocessing=tuned, **GRID)
    by_snr.append((
        metrics.segment_based_metrics(quiet, heard, time_resolution=1.0).overall["f_measure"],
        EVENT_BASED(quiet, heard).overall["f_measure"],
    ))  # fmt: skip
by_snr = np.array(by_snr)
steps = np.diff(by_snr[:, 0])
steepest = int(steps.argmax())
figure, ax = plt.subplots(figsize=(7, 4))
ax.plot(SNRS, by_snr[:, 0], "o-", label="segment-based F")
ax.plot(SNRS, by_snr[:, 1], "s--", label="event-based F")
ax.axvspan(0, 20, color=GREEN, alpha=0.12, linewidth=0)
ax.text(10, 0.94, "the ratios of the training", ha="center", fontsize=9)
ax.set(xlabel="signal-to-noise ratio of all events (dB)", ylabel="F", ylim=(0, 1))
ax.set_title(f"from {by_snr[0, 0]:.2f} at −5 dB to {by_snr[-1, 0]:.2f} at 20 dB, segment-based")
ax.legend(loc="lower center")
lesson.figure(figure, "4_noise")
lesson.answer(
    f"Between {SNRS[steepest + 1]} and {SNRS[steepest]} dB the segment-based F falls most, by {steps[steepest]:.2f}; "
    f"the event-based F is {by_snr[0, 1]:.2f} at −5 dB and {by_snr[-1, 1]:.2f} at 20 dB."
)

# %% [markdown]
# ## Labels that only say what
#
# To annotate onsets and offsets takes many times as long as the recording. To say what sounds in a clip takes a single
# listen: [weak labels](GLOSSARY.md#weak-label). Can a network learn *when* from labels that only say *what*?
#
# `FrameCNN` has a second output for that. [Attention pooling](GLOSSARY.md#attention-pooling) makes the probability of a
# class in the clip a weighted mean of its frames, $P = \sum_n w_n p_n / \sum_n w_n$, and the network learns the
# weights: which frames to ask. The loss compares $P$ with the label; its gradient reaches the frames through the mean.
# The threshold of each class is tuned on the clip labels of the validation set, as in lesson 07, so that no border is
# ever seen.
#
# > **Question.** What share of the segment-based F with strong labels do weak labels reach?

# %%
weak = models.FrameCNN(64, N_CLASSES, **SIZES, context=9, rng=0)
trained(models.ClipTagger(weak), y["train"].max(axis=2), what="weak labels")
of_clips = nn.Sigmoid()(training.predict(models.ClipTagger(weak), x["valid"]))
clip_thresholds = np.clip(metrics.tune_thresholds(y["valid"].max(axis=2), of_clips), 0.1, 0.9)
weak_scores = probabilities(weak, "test")
weak_events = sed.detect_events(weak_scores, threshold=clip_thresholds, median_frames=5, **GRID)
weak_f = segment_f(weak_events), event_f(weak_events)
share = weak_f[0] / strong_f[0]
print_table(["labels", "segment-based F", "event-based F"],
            [["strong", *(f"{f:.3f}" for f in strong_f)], ["weak", *(f"{f:.3f}" for f in weak_f)]])  # fmt: skip
lesson.answer(
    f"{share:.0%}: {weak_f[0]:.2f} against {strong_f[0]:.2f}. The event-based F, which looks at borders, is "
    f"{weak_f[1]:.2f} against {strong_f[1]:.2f}. A label without times does not say where a sound begins and ends; the "
    "network has to find that out by itself."
)

# %% [markdown]
# ## A memory
#
# A frame of `FrameCNN` sees a second of sound and no more. A [recurrent network](GLOSSARY.md#recurrent-network) has a
# state that it carries from frame to frame, here a gated recurrent unit (GRU) that runs in both directions. `CRNN` puts
# it on top of the convolutions: the architecture that DCASE's sound event detection task has used as its baseline.
#
# > **Question.** With the same scenes and the same number of epochs, does the memory help, and what does it cost?

# %%
crnn = models.CRNN(64, N_CLASSES, **SIZES, hidden_size=48, rng=0)
trained(crnn, y["train"], what="CRNN")
recurrent = {name: probabilities(crnn, name) for name in ("valid", "test")}
crnn_settings = sed.tune_postprocessing(
    reference["valid"],
    recurrent["valid"],
    metric=EVENT_BASED,
    thresholds=THRESHOLDS[1:-1:2],
    median_frames=MEDIANS,
    **GRID,
)
crnn_events = sed.detect_events(recurrent["test"], postprocessing=crnn_settings, **GRID)
crnn_f = segment_f(crnn_events), event_f(crnn_events)
sizes = [sum(p.size for p in network.parameters()) for network in (model, crnn)]
print_table(["network", "parameters", "segment-based F", "event-based F"],
            [["FrameCNN", f"{sizes[0]:,}", *(f"{f:.3f}" for f in strong_f)],
             ["CRNN", f"{sizes[1]:,}", *(f"{f:.3f}" for f in crnn_f)]])  # fmt: skip
lesson.answer(
    f"The event-based F is {crnn_f[1]:.2f} with memory and {strong_f[1]:.2f} without, the segment-based "
    f"{crnn_f[0]:.2f} and {strong_f[0]:.2f}, from one training each. The price: a frame cannot be judged before the "
    "recording has ended, so that a live detector is better off with convolutions alone."
)

# %% [markdown]
# ## Clips without labels
#
# Recordings cost nothing, labels do. A [mean teacher](GLOSSARY.md#mean-teacher) learns from both: beside the network
# that is trained, the student, stands the moving average of its weights, the teacher, which is steadier. Both see the
# same scenes, each with its own dropout, and the student is asked to agree with the teacher, on the scenes without
# labels too. We keep the labels of 48 scenes and hide those of all others.
#
# > **Question.** What do the scenes without labels add to the segment-based F, beyond what the average of the weights
# > gives without them?

# %%
SEEDS, N_LABELLED, STEPS = ((0, 1), 8, 4) if lesson.quick else ((0, 1, 2), 48, 90)
SMALL = {"channels": (8, 16, 32), "pools": SIZES["pools"]}
arms = {"labels only": [], "average of the weights": [], "mean teacher": []}
for seed in lesson.progress(SEEDS, "students and teachers"):
    order = np.random.default_rng(seed).permutation(N_TRAIN)
    few, rest = order[:N_LABELLED], order[N_LABELLED:]
    settings = {"strong": (x["train"][few], y["train"][few]), "steps": STEPS, "decay": 0.95, "ramp": 0.5, "seed": seed,
                "optimizer": partial(nn.AdamW, lr=5e-3, weight_decay=0.01)}  # fmt: skip
    students = [models.FrameCNN(64, N_CLASSES, **SMALL, context=9, dropout=0.3, rng=seed) for _ in range(2)]
    averaged = training.fit_mean_teacher(students[0], **settings, weight=0.0).teacher
    taught = training.fit_mean_teacher(students[1], **settings, unlabelled=x["train"][rest]).teacher
    for arm, network in zip(arms, (students[0], averaged, taught), strict=True):
        detected = sed.detect_events(probabilities(network, "test"), threshold=0.4, median_frames=5, **GRID)
        arms[arm].append(segment_f(detected))
figure, ax = plt.subplots(figsize=(7, 4))
means = [np.mean(values) for values in arms.values()]
ax.bar(
    list(arms),
    means,
    yerr=[error(np.array(v)) for v in arms.values()],
    capsize=5,
    color=[BLUE, GREEN, ORANGE],
    width=0.6,
)
for k, values in enumerate(arms.values()):
    ax.plot(np.full(len(values), k) + 0.2, values, "o", color="black", markersize=4)
ax.set(ylabel="segment-based F on the test scenes", ylim=(0, 1))
ax.set_title(
    f"{N_LABELLED} labelled scenes: {means[0]:.2f}, {means[1]:.2f}, {means[2]:.2f} (mean of {len(SEEDS)} seeds)"
)
lesson.figure(figure, "5_mean_teacher")
gain = difference_of_seeds(np.array(arms["mean teacher"]), np.array(arms["average of the weights"]))
passes = 8 * STEPS / (N_TRAIN - N_LABELLED)
patience = "" if gain.verdict == "helps" else (
    f" Our training goes over the scenes without labels {passes:.1f} times; the DESED baseline raises the weight of "
    "the teacher's part of the loss over 50 epochs."
)  # fmt: skip
lesson.answer(
    f"{100 * gain.mean:+.1f} points, with a 95 % interval of ± {100 * gain.reach:.1f} over {len(SEEDS)} pairs of "
    f"trainings: {gain.verdict}. The average alone moves F from {means[0]:.2f} to {means[1]:.2f}; with the scenes "
    f"without labels as well it is {means[2]:.2f}. Bars are standard errors over the seeds, dots single "
    f"trainings.{patience}"
)

# %% [markdown]
# ## Live
#
# A recording ends, a microphone does not. `StreamingDetector` takes samples as they come. A frame of `FrameCNN` depends
# on a known stretch of sound around it, so the stream can be cut into blocks that overlap by this stretch, and the
# events are those that the whole recording would give.
#
# > **Question.** We play it test scenes one after the other, 50 ms at a time. How long after its end does an event come
# > out?

# %%
live = StreamingDetector(model, frontend=FRONTEND, labels=LABELS, postprocessing=tuned)
long = np.concatenate(sets["test"][0][:12])
waited, streamed = [], []
for end in range(800, len(long) + 1, 800):
    for event in live.push(long[end - 800 : end]):
        waited.append(end / SR - event.offset)
        streamed.append(event)
streamed += live.finish()
whole = sed.detect_events(nn.Sigmoid()(model(FRONTEND(long)[None, None])[0]), postprocessing=tuned, **GRID)
same = sorted(e[:3] for e in streamed) == sorted(e[:3] for e in whole)
waits = f"{np.mean(waited):.2f} s on average, {max(waited):.2f} s at most" if waited else "never here"
lesson.answer(
    f"{waits}; the detector promises {live.latency:.2f} s. Its {len(streamed)} events are "
    f"{'the same as' if same else 'nearly the same as'} those found in all {len(long) / SR:.0f} s at once "
    f"({len(whole)})."
)

# %% [markdown]
# ## A recording of your own
#
# `--audio FILE` looks at your recording here, with the classes that the network knows. With `--data DIR`, a folder in
# the layout of ESC-50, all of this lesson is about scenes of your sounds, also where the text says "six classes". A
# network knows only the classes that it has learned: a sound of any other kind gets the name of the class that is most
# like it.

# %%
mine, rate, title = lesson.sound_to_look_at(lambda: (long[: int(10 * SR)], SR, "two test scenes in a row"))
mine = npaudio.fix_length(npaudio.resample(mine, orig_sr=rate, target_sr=SR), size=max(SR, len(mine) * SR // rate))
S = FRONTEND(mine)
own_events = sed.detect_events(nn.Sigmoid()(model(S[None, None])[0]), postprocessing=tuned, **GRID)
chances = nn.Sigmoid()(model(S[None, None])[0])
lesson.figure(picture(S, chances, own_events, None, f"{title}: {len(own_events)} events"), "6_your_recording")
print(f"{title}: the detector finds {len(own_events)} event{'s' * (len(own_events) != 1)}")
print_table(["event", "onset (s)", "offset (s)", "mean score"],
            [[e.label, f"{e.onset:.2f}", f"{e.offset:.2f}", f"{e.confidence:.2f}"] for e in own_events])  # fmt: skip

# %%
kind = "your sounds" if recordings is not None else "six synthetic sounds"
of_file = f"In {title} the detector finds {len(own_events)} events. " if lesson.options.audio else ""
lesson.finding(
    f"{of_file}Trained from random weights on {N_TRAIN} scenes of {kind}, the detector has a segment-based F of "
    f"{strong_f[0]:.2f} and an event-based F of {strong_f[1]:.2f} on unheard scenes; with labels that only say what "
    f"sounds it keeps {share:.0%} of the first. A system with a frame F of {broken[0]:.2f} can have an event-based F "
    f"of {broken[1]:.2f}."
)

# %% [markdown]
# ## To take home
#
# 1. Between the scores of frames and events stand a threshold, a filter, and two durations; tune them for each class,
#    on scenes that are used for nothing else.
# 2. Say which measure you mean: one and the same output can be excellent by frames, fair by seconds and worthless by
#    events.
# 3. Labels that only say what sounds also teach a network when it sounds, but not where its borders are.
#
# **Library files used:** `npaudio/sed` (begin with `npaudio/sed/filters.py` and `npaudio/sed/detection.py`),
# `npaudio/metrics/events`, `npaudio/datasets/scene.py`, `npaudio/datasets/scenes.py`,
# `npaudio/models/frame_detector.py`, `npaudio/models/frame_cnn.py`, `npaudio/models/attention_pooling.py`,
# `npaudio/models/crnn.py`, `npaudio/nn/gru.py`, `npaudio/nn/loss.py`, `npaudio/training/mean_teacher.py`,
# `npaudio/streaming/detector.py`.
#
# **Related library files:** `npaudio/datasets/sound_scenes.py` (recordings with annotations),
# `npaudio/models/panns_frames.py`, `npaudio/training/averaging.py`, `npaudio/pipeline/detector.py` (what
# `npaudio detect` uses), `npaudio/audio/blocks.py`, `npaudio/plot/events.py`, `npaudio/plot/detections.py`.
#
# **Exercises that follow:** `ex11_sed_postprocessor`, `ex12_event_f1`.
