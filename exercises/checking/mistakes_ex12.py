"""Mistakes that exercise 12, event-based F1, knows by name."""

from exercises.checking.mistakes import Mistakes
from npaudio.metrics import event_based_metrics
from npaudio.sed import Event

PAIRS, F1 = Mistakes("match_events"), Mistakes("event_f1")


def gaps(r, e):
    return abs(e.onset - r.onset), abs(e.offset - r.offset)


def half(event):
    return 0.5 * (event.offset - event.onset)


def fit(r, e, collar):
    onset, offset = gaps(r, e)
    return r.label == e.label and onset <= collar and offset <= max(collar, half(r))


def pairs_by(rule):
    """Pairs for which a rule holds, the first free estimate for each reference event."""

    def match(reference, estimated, collar):
        taken, pairs = set(), []
        for i, r in enumerate(reference):
            j = next((j for j, e in enumerate(estimated) if j not in taken and rule(r, e, collar)), None)
            if j is not None:
                taken.add(j)
                pairs.append((i, j))
        return pairs

    return match


@PAIRS.mistake("you don't compare the labels.", "A siren at the time of a dog is not a detected dog.")
def any_label(reference, estimated, collar):
    return pairs_by(lambda r, e, c: fit(r, Event(*e[:2], r.label), c))(reference, estimated, collar)


@PAIRS.mistake("you reject an onset that differs by exactly the collar.", "All limits are inclusive: <=, not <.")
def onset_exclusive(reference, estimated, collar):
    return pairs_by(lambda r, e, c: fit(r, e, c) and gaps(r, e)[0] < c)(reference, estimated, collar)


@PAIRS.mistake("you reject an offset at exactly its limit.", "All limits are inclusive: <=, not <.")
def offset_exclusive(reference, estimated, collar):
    return pairs_by(lambda r, e, c: fit(r, e, c) and gaps(r, e)[1] < max(c, half(r)))(reference, estimated, collar)


@PAIRS.mistake(
    "you reject events whose onset or offset differs by exactly what is allowed.",
    "All limits are inclusive: <=, not <.",
)
def exclusive(reference, estimated, collar):
    def rule(r, e, c):
        return fit(r, e, c) and gaps(r, e)[0] < c and gaps(r, e)[1] < max(c, half(r))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake(
    "you take an onset that is far too early.", "The difference may have either sign: abs(e.onset - r.onset)."
)
def onset_signed(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and e.onset - r.onset <= c and gaps(r, e)[1] <= max(c, half(r))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake(
    "you take an offset that is far too early.", "The difference may have either sign: abs(e.offset - r.offset)."
)
def offset_signed(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and gaps(r, e)[0] <= c and e.offset - r.offset <= max(c, half(r))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake("you take onsets and offsets that are far too early.", "The differences may have either sign: abs(...).")
def signed(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and e.onset - r.onset <= c and e.offset - r.offset <= max(c, half(r))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake(
    "your limit for the offset is a fifth of the length, as in the DCASE challenges.", "This task has half of it."
)
def fifth(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and gaps(r, e)[0] <= c and gaps(r, e)[1] <= max(c, 0.4 * half(r))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake("you don't look at the offsets.", "The third condition of the task compares them.")
def onsets_only(reference, estimated, collar):
    return pairs_by(lambda r, e, c: r.label == e.label and gaps(r, e)[0] <= c)(reference, estimated, collar)


@PAIRS.mistake(
    "your limit for the offset is the collar alone.",
    "It is max(collar, half the length of the reference event): the ends of long events are hard to hear.",
)
def collar_for_both(reference, estimated, collar):
    return pairs_by(lambda r, e, c: r.label == e.label and max(gaps(r, e)) <= c)(reference, estimated, collar)


@PAIRS.mistake(
    "your limit for the offset is half the length alone.",
    "It is max(collar, half the length): for short events the collar is more.",
)
def half_length_alone(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and gaps(r, e)[0] <= c and gaps(r, e)[1] <= half(r)

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake(
    "your limit for the offset is the smaller of collar and half length.", "It is the larger one: max, not min."
)
def smaller_limit(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and gaps(r, e)[0] <= c and gaps(r, e)[1] <= min(c, half(r))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake(
    "your limit for the offset is half the length of the *estimated* event.",
    "It belongs to the reference event; a detector must not earn itself more room by long events.",
)
def length_of_the_estimate(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and gaps(r, e)[0] <= c and gaps(r, e)[1] <= max(c, half(e))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake(
    "your limit for the offset is the whole length of the reference event.", "Half of it: 0.5 * (offset - onset)."
)
def whole_length(reference, estimated, collar):
    def rule(r, e, c):
        return r.label == e.label and gaps(r, e)[0] <= c and gaps(r, e)[1] <= max(c, 2 * half(r))

    return pairs_by(rule)(reference, estimated, collar)


@PAIRS.mistake(
    "you match events that overlap in time.",
    "This measure compares onsets and offsets; overlap is what intersection-based measures look at.",
)
def overlapping(reference, estimated, collar):
    return pairs_by(lambda r, e, c: r.label == e.label and max(r[0], e[0]) < min(r[1], e[1]))(
        reference, estimated, collar
    )


def share(part, n, other):
    """Part of n; 0 of nothing, and NaN of two empty lists, as the task wants it."""
    return part / max(1, n) if n + other else float("nan")


def figures(reference, estimated, collar):
    """TP and the numbers of events, by the library."""
    overall = event_based_metrics({"a": reference}, {"a": estimated}, t_collar=collar).overall
    return round(overall["n_tp"]), len(reference), len(estimated)


@F1.mistake("your value is the precision, TP / n_estimated.", "F1 = 2 TP / (n_reference + n_estimated).")
def precision(reference, estimated, collar):
    tp, n_ref, n_est = figures(reference, estimated, collar)
    return share(tp, n_est, n_ref)


@F1.mistake("your value is the recall, TP / n_reference.", "F1 = 2 TP / (n_reference + n_estimated).")
def recall(reference, estimated, collar):
    tp, n_ref, n_est = figures(reference, estimated, collar)
    return share(tp, n_ref, n_est)


@F1.mistake("your value is the arithmetic mean of precision and recall.", "F1 is the harmonic one: 2 P R / (P + R).")
def arithmetic_mean(reference, estimated, collar):
    tp, n_ref, n_est = figures(reference, estimated, collar)
    return (share(tp, n_ref, n_est) + share(tp, n_est, n_ref)) / 2


@F1.mistake("your value is TP / (TP + FP + FN), the Jaccard index.", "F1 counts TP twice: 2 TP / (2 TP + FP + FN).")
def jaccard(reference, estimated, collar):
    tp, n_ref, n_est = figures(reference, estimated, collar)
    return tp / (n_ref + n_est - tp)


@F1.mistake("the 2 in 2 TP / (n_reference + n_estimated) is missing.", "A system without errors must get 1.")
def half_of_it(reference, estimated, collar):
    tp, n_ref, n_est = figures(reference, estimated, collar)
    return tp / (n_ref + n_est)


@F1.mistake(
    "your value is the mean of the classes' F1 (the macro average).", "Count the pairs of all classes together."
)
def macro(reference, estimated, collar):
    return event_based_metrics({"a": reference}, {"a": estimated}, t_collar=collar).class_wise_average["f_measure"]


@F1.mistake(
    "you return 0 or 1 when nothing is annotated and nothing found.", "The task wants NaN: there is nothing to judge."
)
def something_of_nothing(reference, estimated, collar):
    tp, n_ref, n_est = figures(reference, estimated, collar)
    return 2 * tp / max(1, n_ref + n_est)
