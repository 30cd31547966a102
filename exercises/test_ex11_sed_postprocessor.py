"""Checks of exercise 11, the post-processor of sound events; the mistakes are in checking/mistakes_ex11.py."""

import numpy as np

from exercises.checking import Wrong, claim, close, expect
from exercises.checking.comparing import mistaken
from exercises.checking.mistakes_ex11 import (
    CLASSES,
    EVENTS,
    GAPS,
    RUN,
    SHORT,
    STAGES,
    THRESHOLD,
    triples,
)
from npaudio import sed

SCHEDULE = ((0, 20, 120, 0.8), (1, 50, 250, 0.7), (2, 40, 55, 0.75), (2, 100, 110, 0.75), (2, 200, 215, 0.75))


def frames(*rows):
    """Rows of decisions from text, # for an active frame."""
    return np.array([[letter == "#" for letter in row] for row in rows])


def picture(row):
    return "".join("#" if active else "." for active in row)


GAPPY = frames(
    "..###....##.....####...#####.......##..",  # gaps of 4, 5, 3, 7; ends with two inactive frames
    ".#.####......##..###...................",  # 1, 6, 2; begins with one
    "####....#.....###......................",  # begins active
)
PATCHY = frames(
    "########..#######..#########..#..######",  # runs of 8, 7, 9, 1 and, at the end, 6
    "####..............########......###....",  # 4, 8, 3
    "#########.........................#####",  # 9, 5
)
STAGED = frames(  # each order of the stages, and each that is left out, gives something else
    "..#########...########.....#####..####..",
    "#####......#####.#####........##.......#",
    ".###.###.###..............#########..##.",
)


def expect_frames(label, yours, expected, mistakes):
    """As `expect`, but the row that differs is drawn."""
    array = np.asarray(yours)
    if array.shape == expected.shape and array.dtype.kind in "biuf" and not close(array, expected):
        row = np.flatnonzero((array != expected).any(axis=1))[0]
        shown = f"\n  yours     {picture(array[row])}\n  expected  {picture(expected[row])}"
        raise mistaken(label, array, f"{CLASSES[row]} differs (# is active).", mistakes, shown=shown)
    expect(label, yours, expected, mistakes)


def as_triples(label, events):
    """Sorted (class, start, end); a sentence if they are something else."""
    try:
        return sorted((str(name), float(start), float(end)) for name, start, end in events)
    except (TypeError, ValueError):
        raise Wrong(f"{label}: expected a list of (class, start_frame, end_frame), yours is {events!r:.80}.") from None


def expect_events(label, yours, expected, mistakes=()):
    found, right = as_triples(label, yours), as_triples(label, expected)
    if found != right:
        missing, extra = [e for e in right if e not in found], [e for e in found if e not in right]
        told = f"missing {short(missing)}; not expected {short(extra)}; {len(found)} events, expected {len(right)}."
        raise mistaken(label, found, told, mistakes)


def short(events):
    listed = ", ".join(f"({name}, {start:g}, {end:g})" for name, start, end in events[:3])
    return (listed or "nothing") + (" ..." if len(events) > 3 else "")


def test_scores_follow_the_schedule(answer):
    preds = answer.SEDPostProcessor(5).generate_predictions()
    clean = np.zeros((3, 320))
    for row, start, stop, score in SCHEDULE:
        clean[row, start:stop] = score
    array = np.asarray(preds)
    if array.shape != clean.shape:
        expect("generate_predictions()", preds, clean)
    after = [array[row, stop] for row, _, stop, _ in SCHEDULE]
    claim(min(after) < 0.35, "generate_predictions(): your sounds last a frame too long. The end is exclusive.")
    off = np.abs(array - clean) > 0.6
    if off.any():
        row, frame = np.argwhere(off)[0]
        told = f"{CLASSES[row]} has {array[row, frame]:.2f} in frame {frame}, where {clean[row, frame]:.2f} plus noise"
        raise Wrong(f"generate_predictions(): {told} of 0.1 was expected.")


def test_noise_is_gaussian_and_everywhere(answer):
    label = "generate_predictions()"
    array = np.asarray(answer.SEDPostProcessor(6).generate_predictions(), float)
    claim(array.shape == (3, 320), f"{label}: shape {array.shape}, expected (3, 320).")
    sounding = np.zeros((3, 320))
    for row, start, stop, score in SCHEDULE:
        sounding[row, start:stop] = score
    noise, silent = (array - sounding)[sounding > 0], array[sounding == 0]
    claim(np.std(silent) > 0.01, f"{label}: there is no noise where no sound is; it belongs on every frame.")
    claim(np.std(noise) > 0.01, f"{label}: there is no noise on the sounds; add it to the scores.")
    claim(
        abs(np.std(noise) - np.sqrt(0.1)) > 0.05,
        f"{label}: your noise has the *variance* 0.1. normal(0, s) takes the standard deviation.",
    )
    claim(abs(np.mean(noise)) < 0.03, f"{label}: the mean of your noise is {np.mean(noise):.3f}, expected 0.")
    claim(0.08 < np.std(noise) < 0.12, f"{label}: the noise's standard deviation is {np.std(noise):.3f}, expected 0.1.")
    spread = np.abs(noise - np.mean(noise)).max() / np.std(noise)
    claim(spread > 2, f"{label}: your noise never goes beyond two standard deviations; Gaussian noise does.")
    alike = close(array[0, 260:], array[1, 260:]) or close(array[1, 260:], array[2, 260:])
    claim(not alike, f"{label}: all classes have the same noise. Draw (3, 320) values.")


def test_noise_comes_from_rng(answer):
    first, second = (np.asarray(answer.SEDPostProcessor(seed).generate_predictions()) for seed in (9, 9))
    claim(close(first, second), "generate_predictions(): two processors with the seed 9 differ. Draw from self.rng.")
    other = np.asarray(answer.SEDPostProcessor(10).generate_predictions())
    claim(not close(first, other), "generate_predictions(): another seed gives the same noise. Draw from self.rng.")


def test_threshold(answer):
    preds = np.array([[0.2, 0.5, 0.51, 0.9], [0.25, 0.49, 0.75, 1.1], [-0.2, 0.0, 0.7, 0.5]])
    processor = answer.SEDPostProcessor()
    expect_frames("threshold(preds)", processor.threshold(preds), preds > 0.5, THRESHOLD.on(preds))
    for t in (0.25, 0.75):
        expect_frames(f"threshold(preds, {t})", processor.threshold(preds, t), preds > t, THRESHOLD.on(preds, t))


def test_gaps_are_filled(answer):
    processor = answer.SEDPostProcessor()
    expect_frames("fill_gaps(binary)", processor.fill_gaps(GAPPY), sed.fill_gaps(GAPPY, 5), GAPS.on(GAPPY))
    for max_gap in (3, 7):
        yours, expected = processor.fill_gaps(GAPPY, max_gap), sed.fill_gaps(GAPPY, max_gap)
        expect_frames(f"fill_gaps(binary, {max_gap})", yours, expected, GAPS.on(GAPPY, max_gap))


def test_short_runs_are_removed(answer):
    processor = answer.SEDPostProcessor()
    expect_frames("remove_short(binary)", processor.remove_short(PATCHY), sed.remove_short(PATCHY, 8), SHORT.on(PATCHY))
    for min_dur in (4, 7):
        yours, expected = processor.remove_short(PATCHY, min_dur), sed.remove_short(PATCHY, min_dur)
        expect_frames(f"remove_short(binary, {min_dur})", yours, expected, SHORT.on(PATCHY, min_dur))


def test_stages_take_rows_without_events(answer):
    processor, silent = answer.SEDPostProcessor(), np.zeros((3, 9), dtype=int)
    for name in ("fill_gaps", "remove_short"):
        expect(f"{name} of frames that are all inactive", getattr(processor, name)(silent), silent)
    expect_events("extract_events of frames that are all inactive", processor.extract_events(silent), [])


def test_events(answer):
    processor = answer.SEDPostProcessor()
    for binary in (PATCHY, GAPPY.astype(int)):
        expect_events("extract_events(binary)", processor.extract_events(binary), triples(binary), EVENTS.on(binary))


def test_your_own_noise(answer):
    """However often the noise cuts a bark: what counts is that the events are those of the scores."""
    processor = answer.SEDPostProcessor()
    preds = np.asarray(processor.generate_predictions(), float)
    binary = np.asarray(processor.threshold(preds))
    yours, expected = processor.extract_events(binary), triples(preds > 0.5)
    expect_events("events of your own noisy scores after thresholding", yours, expected, EVENTS.on(preds > 0.5))


def test_run_applies_the_stages_in_sequence(answer):
    """By your own stages: a mistake in one of them is told by its own check, and not here again."""
    processor, preds = answer.SEDPostProcessor(), np.where(STAGED, 0.75, 0.25)
    yours = processor.run(preds)
    claim(
        isinstance(yours, dict) and set(STAGES) <= set(yours),
        f"run(preds): expected a dict with the keys {', '.join(STAGES)}, yours is {yours!r:.60}.",
    )
    binary = processor.threshold(preds)
    for stage in STAGES:
        binary = binary if stage == "threshold" else getattr(processor, stage)(binary)
        known = RUN.on(preds, part=stage)
        expect_events(f"run(preds)[{stage!r}]", yours[stage], processor.extract_events(binary), known)


def test_run_prints_events(answer):
    processor, preds = answer.SEDPostProcessor(), np.where(PATCHY, 0.75, 0.25)
    printed = processor.run.printed(preds)
    for event in processor.extract_events(processor.threshold(preds)):
        told = f"run(preds): the event {event!r:.60} is not among what you print after the first stage."
        claim(all(str(part) in printed for part in event), told)
    printed = answer.SEDPostProcessor().run.printed()
    claim(all(name in printed for name in CLASSES), "run(): print the events of all three classes.")
