"""Mistakes that exercise 11, the post-processor of sound events, knows by name."""

import numpy as np

from exercises.checking.mistakes import Mistakes
from npaudio import sed

CLASSES = ("Speech", "Music", "Dog")
STAGES = ("threshold", "fill_gaps", "remove_short")
THRESHOLD, GAPS = Mistakes("SEDPostProcessor.threshold"), Mistakes("SEDPostProcessor.fill_gaps")
SHORT, EVENTS = Mistakes("SEDPostProcessor.remove_short"), Mistakes("SEDPostProcessor.extract_events")
RUN = Mistakes("SEDPostProcessor.run")


def strung(method, binary, size):
    """The stage on all rows in one."""
    flat = np.asarray(binary).reshape(1, -1)
    return method(flat, size).reshape(np.shape(binary))


def triples(binary):
    """(class, start, end) by np.diff, end exclusive."""
    edges = np.diff(np.pad(np.asarray(binary, int), ((0, 0), (1, 1))))
    starts, ends = np.argwhere(edges == 1).tolist(), np.argwhere(edges == -1).tolist()
    return [(CLASSES[row], start, end) for (row, start), (_, end) in zip(starts, ends, strict=True)]


@THRESHOLD.mistake(
    "a score equal to t counts as active in yours.", "Active is what lies *above* t: preds > t, not preds >= t."
)
def at_least(preds, t=0.5):
    return preds >= t


@THRESHOLD.mistake("your threshold is 0.5, whatever t is.", "Compare with t.")
def always_one_half(preds, t=0.5):
    return preds > 0.5


@THRESHOLD.mistake("your decisions are inverted: active where the score is low.", "preds > t.")
def turned_round(preds, t=0.5):
    return preds <= t


@THRESHOLD.mistake("you keep the scores of active frames.", "A decision is yes or no: return preds > t itself.")
def scores_kept(preds, t=0.5):
    return np.where(preds > t, preds, 0)


@GAPS.mistake(
    "you fill gaps of exactly max_gap frames too.", "Fewer than max_gap is start - end < max_gap, with < and not <=."
)
def gap_or_equal(binary, max_gap=5):
    return sed.fill_gaps(binary, max_gap + 1)


@GAPS.mistake(
    "you leave gaps of max_gap - 1 frames open: the gap is counted one too long.",
    "Between an exclusive end and the next start lie start - end frames.",
)
def gap_one_less(binary, max_gap=5):
    return sed.fill_gaps(binary, max_gap - 1)


@GAPS.mistake(
    "you also fill what comes before the first run or after the last.",
    "A gap has a run on both sides. An event must not begin earlier because the clip begins there.",
)
def borders_filled(binary, max_gap=5):
    return sed.fill_gaps(np.pad(binary, ((0, 0), (1, 1)), constant_values=1), max_gap)[:, 1:-1]


@GAPS.mistake("you string the rows together.", "The end of one class has nothing to do with the start of the next.")
def gaps_across_rows(binary, max_gap=5):
    return strung(sed.fill_gaps, binary, max_gap)


@GAPS.mistake("you fill every gap, however long.", "Only those of fewer than max_gap frames.")
def every_gap(binary, max_gap=5):
    return sed.fill_gaps(binary, np.shape(binary)[1])


@GAPS.mistake(
    "the last frame of each gap stays open.", "A slice is exclusive at its end already: row[end:start], not start - 1."
)
def last_frame_open(binary, max_gap=5):
    filled = sed.fill_gaps(binary, max_gap)
    before_run = ~np.asarray(binary, bool) & np.roll(np.asarray(binary, bool), -1, axis=1)
    return filled & ~before_run


@GAPS.mistake("your max_gap is 5, whatever was passed.", "Use the argument.")
def always_five(binary, max_gap=5):
    return sed.fill_gaps(binary, 5)


@SHORT.mistake(
    "you remove runs of exactly min_dur frames too, or count them one too short.",
    "A run has end - start frames (end exclusive), and is too short if that is < min_dur, not <=.",
)
def short_or_equal(binary, min_dur=8):
    return sed.remove_short(binary, min_dur + 1)


@SHORT.mistake(
    "runs of min_dur - 1 frames stay: they are counted one too long.", "A run has end - start frames (end exclusive)."
)
def short_one_less(binary, min_dur=8):
    return sed.remove_short(binary, min_dur - 1)


@SHORT.mistake(
    "a run that lasts to the last frame is never removed.",
    "Nothing becomes inactive after it, so you don't see its end: add an inactive frame there, or look after the loop.",
)
def last_run_kept(binary, min_dur=8):
    ending = np.cumprod(np.asarray(binary)[:, ::-1], axis=1)[:, ::-1].astype(bool)
    return sed.remove_short(binary, min_dur) | ending


@SHORT.mistake(
    "a run that lasts to the last frame is always removed.",
    "Nothing becomes inactive after it, so you don't see its end: add an inactive frame there, or look after the loop.",
)
def last_run_lost(binary, min_dur=8):
    ending = np.cumprod(np.asarray(binary)[:, ::-1], axis=1)[:, ::-1].astype(bool)
    return sed.remove_short(binary, min_dur) & ~ending


@SHORT.mistake("you string the rows together.", "A run ends with its row, however the next one begins.")
def runs_across_rows(binary, min_dur=8):
    return strung(sed.remove_short, binary, min_dur)


@SHORT.mistake("your min_dur is 8, whatever was passed.", "Use the argument.")
def always_eight(binary, min_dur=8):
    return sed.remove_short(binary, 8)


@SHORT.mistake("you keep the short runs and remove the long ones.", "Remove those of fewer than min_dur frames.")
def long_ones_removed(binary, min_dur=8):
    return np.asarray(binary, bool) & ~sed.remove_short(binary, min_dur)


@EVENTS.mistake(
    "your ends are inclusive, the last active frame.",
    "The task wants the frame after it, so that end - start is the length.",
)
def inclusive_end(binary):
    return [(label, start, end - 1) for label, start, end in triples(binary)]


@EVENTS.mistake(
    "an event that lasts to the last frame is missing.",
    "Nothing becomes inactive after it: add an inactive frame at the end, or look once more after the loop.",
)
def last_event_lost(binary):
    return [event for event in triples(binary) if event[2] < np.shape(binary)[1]]


@EVENTS.mistake(
    "an event that begins with frame 0 is missing.",
    "np.diff sees no step there: add an inactive frame before the first.",
)
def first_event_lost(binary):
    return [event for event in triples(binary) if event[1] > 0]


@EVENTS.mistake("start and end are one frame early.", "np.diff(row)[i] is the step from frame i to frame i + 1: add 1.")
def one_early(binary):
    return [(label, start - 1, end - 1) for label, start, end in triples(binary)]


@EVENTS.mistake(
    "start and end are one frame early, and events at the ends of the clip are missing or paired wrongly.",
    "np.diff(row)[i] is the step from frame i to frame i + 1. Add an inactive frame at both ends, then it is in step.",
)
def bare_diff(binary):
    events = []
    for label, row in zip(CLASSES, np.asarray(binary, int), strict=True):
        steps = np.diff(row)
        events += [(label, *times) for times in zip(np.where(steps == 1)[0], np.where(steps == -1)[0], strict=False)]
    return events


@EVENTS.mistake("the third part of your events is the length.", "It should be the end: start + length.")
def lengths(binary):
    return [(label, start, end - start) for label, start, end in triples(binary)]


@EVENTS.mistake("your classes are numbers.", "Give their names, CLASSES[row].")
def numbered(binary):
    return [(CLASSES.index(label), start, end) for label, start, end in triples(binary)]


@EVENTS.mistake("your times are seconds.", "Here events have frames: leave out the factor 512 / 16000.")
def seconds(binary):
    return [(label, start * 0.032, end * 0.032) for label, start, end in triples(binary)]


def staged(preds, *stages):
    """Events after thresholding and after each of the stages."""
    binary = [sed.threshold(np.asarray(preds, float))]
    for stage in stages:
        binary.append(stage(binary[-1]))
    return dict(zip(STAGES, map(triples, binary), strict=True))


def fill(binary):
    return sed.fill_gaps(binary, 5)


def prune(binary):
    return sed.remove_short(binary, 8)


@RUN.mistake(
    "you remove short runs before you fill the gaps.", "Gaps first: two short runs with a small gap are one event."
)
def wrong_order(preds=None):
    events = staged(preds, prune, fill)
    return {**events, "fill_gaps": triples(fill(sed.threshold(preds)))}


@RUN.mistake(
    "each of your stages starts from the thresholded frames again.", "remove_short works on what fill_gaps gave."
)
def not_in_sequence(preds=None):
    return staged(preds, fill, lambda filled: prune(sed.threshold(preds)))
