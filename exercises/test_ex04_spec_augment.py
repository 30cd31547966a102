"""Checks of exercise 04, SpecAugment and noise, and the mistakes that it knows by name."""

import numpy as np

from exercises.checking import Mistakes, Wrong, claim, expect
from exercises.checking.comparing import mistaken
from exercises.checking.verdicts import Exhibit

BANDS, FRAMES, NOISE = Mistakes("freq_mask"), Mistakes("time_mask"), Mistakes("add_noise")
SR = 16000
DRAWS = 1500


def picture(n_mels=7, n_frames=11):
    """Values from 1 to 2, so that nothing but a fill is 0 or below."""
    return 1 + np.random.default_rng(n_mels * n_frames).random((n_mels, n_frames))


def filled(mel, fill, *where):
    masked = mel.copy()
    masked[where] = fill
    return masked


def everywhere(masks, fill_axis):
    """The mistakes that can be made with both masks; `fill_axis` turns a range along one's own axis into an index."""

    @masks.mistake("your stripe is one too wide.", "start : start + width already holds width places; no + 1.")
    def too_wide(mel, start, width, fill=0.0):
        return filled(mel, fill, *fill_axis(slice(start, start + width + 1)))

    @masks.mistake("your stripe is one too narrow.", "start : start + width holds width places; no - 1.")
    def too_narrow(mel, start, width, fill=0.0):
        return filled(mel, fill, *fill_axis(slice(start, max(start, start + width - 1))))

    @masks.mistake("your stripe ends at `width`.", "It ends at start + width: width is its length, not its end.")
    def width_as_end(mel, start, width, fill=0.0):
        return filled(mel, fill, *fill_axis(slice(start, width)))

    @masks.mistake("you fill everything but the stripe.", "The stripe is what is filled; the rest stays.")
    def the_rest(mel, start, width, fill=0.0):
        kept = fill_axis(slice(start, start + width))
        masked = np.full_like(mel, fill)
        masked[kept] = mel[kept]
        return masked

    @masks.mistake("you fill with 0 whatever `fill` says.", "Use the argument.")
    def always_zero(mel, start, width, fill=0.0):
        return filled(mel, 0, *fill_axis(slice(start, start + width)))

    @masks.mistake("you fill with the mean of the spectrogram.", "Use the argument `fill`.")
    def with_mean(mel, start, width, fill=0.0):
        return filled(mel, mel.mean(), *fill_axis(slice(start, start + width)))

    @masks.mistake("nothing is filled.", "Assign to a slice of the copy, and return the copy.")
    def nothing(mel, start, width, fill=0.0):
        return mel.copy()


@BANDS.mistake("you fill frames; the bands are the rows.", "masked[start : start + width] is along the first axis.")
def frames_for_bands(mel, start, width, fill=0.0):
    return filled(mel, fill, slice(None), slice(start, start + width))


@FRAMES.mistake("you fill bands; the frames are the columns.", "masked[:, start : start + width].")
def bands_for_frames(mel, start, width, fill=0.0):
    return filled(mel, fill, slice(start, start + width))


everywhere(BANDS, lambda stripe: (stripe,))
everywhere(FRAMES, lambda stripe: (slice(None), stripe))


def scaled_noise(y, power, rng):
    noise = rng.normal(size=len(y))
    return y + noise * np.sqrt(power / np.mean(noise**2))


def with_power(power_of):
    """A wrong version of add_noise that gives its noise this power."""
    return lambda y, snr_db, rng: scaled_noise(y, power_of(y, snr_db), rng)


for sentences, power_of in {
    ("you use 20 where power is meant.", "10 ** (snr_db / 10) is a ratio of powers; 20 belongs to amplitudes."):
        lambda y, snr_db: np.mean(y**2) / 10 ** (snr_db / 20),
    ("your noise is as far above the signal as it should be below.", "Divide the signal's power by the ratio."):
        lambda y, snr_db: np.mean(y**2) * 10 ** (snr_db / 10),
    ("you multiply the noise by a power; it wants an amplitude.", "Take the square root. Hint 2 says why."):
        lambda y, snr_db: (np.mean(y**2) / 10 ** (snr_db / 10)) ** 2,
    ("the power of the signal is left out.", "An SNR is a ratio: wanted = mean(y ** 2) / 10 ** (snr_db / 10)."):
        lambda y, snr_db: 10 ** (-snr_db / 10),
    ("you take the signal's peak for its power.", "Power is the mean of the squares."):
        lambda y, snr_db: np.max(np.abs(y)) ** 2 / 10 ** (snr_db / 10),
    ("you take the sum of the squares for the power.", "Power is their mean."):
        lambda y, snr_db: np.sum(y**2) / 10 ** (snr_db / 10),
    ("you take the signal's variance for its power.", "They differ by its mean: mean(y ** 2), not np.var(y)."):
        lambda y, snr_db: np.var(y) / 10 ** (snr_db / 10),
    ("you turn decibels into a ratio with exp.", "10 ** (snr_db / 10)."):
        lambda y, snr_db: np.mean(y**2) / np.exp(snr_db / 10),
}.items():  # fmt: skip
    NOISE.mistake(*sentences)(with_power(power_of))
    NOISE.mistake(*sentences)(lambda y, snr_db, rng, p=power_of: y + rng.normal(size=len(y)) * np.sqrt(p(y, snr_db)))


@NOISE.mistake("you return the noise alone.", "Add it to y.")
def noise_alone(y, snr_db, rng):
    return scaled_noise(y, np.mean(y**2) / 10 ** (snr_db / 10), rng) - y


@NOISE.mistake("the SNR is right on average only.", "Divide the noise by its own root mean square, then it is exact.")
def right_on_average(y, snr_db, rng):
    return y + rng.normal(size=len(y)) * np.sqrt(np.mean(y**2) / 10 ** (snr_db / 10))


def test_freq_mask(answer):
    mel = picture()
    for start, width, fill in ((2, 3, 0.0), (1, 4, -80.0), (6, 1, 0.5)):
        yours = answer.freq_mask(mel, start, width, fill)
        expected = filled(mel, fill, slice(start, start + width))
        label = f"freq_mask(mel, {start}, {width}, {fill})"
        expect(label, yours, expected, BANDS.on(mel, start, width, fill), see=True)


def test_time_mask(answer):
    mel = picture()
    for start, width, fill in ((2, 3, 0.0), (1, 6, -80.0), (10, 1, 0.5)):
        yours = answer.time_mask(mel, start, width, fill)
        expected = filled(mel, fill, slice(None), slice(start, start + width))
        label = f"time_mask(mel, {start}, {width}, {fill})"
        expect(label, yours, expected, FRAMES.on(mel, start, width, fill), see=True)


def test_masks_of_width_zero_fill_nothing(answer):
    mel = picture()
    expect("freq_mask(mel, 3, 0)", answer.freq_mask(mel, 3, 0), mel, BANDS.on(mel, 3, 0))
    expect("time_mask(mel, 3, 0)", answer.time_mask(mel, 3, 0), mel, FRAMES.on(mel, 3, 0))


def test_the_same_generator_gives_the_same_stripes(answer):
    mel = picture()

    def augmented(seed):
        return np.asarray(answer.spec_augment(mel, np.random.default_rng(seed), 2, 5, 2, 8))

    same = all(np.array_equal(augmented(seed), augmented(seed)) for seed in range(5))
    claim(same, "spec_augment: the same seed gives other stripes: you draw from np.random, not from `rng`.")
    others = any(not np.array_equal(augmented(seed), augmented(0)) for seed in range(1, 20))
    claim(others, "spec_augment: all seeds give the same stripes: draw with the `rng` that is passed, make none.")


def lines_filled(answer, axis, n_stripes, width, draws, fill=0.0):
    """For each of many draws: which lines along the axis are filled. Refuses what is neither kept nor a whole line."""
    mel, rng = picture(5, 7) if axis == 0 else picture(7, 5), np.random.default_rng(8)
    counts = (n_stripes, width, 0, 1) if axis == 0 else (0, 1, n_stripes, width)
    kind, other = ("band", "frame") if axis == 0 else ("frame", "band")
    yours = [np.asarray(answer.spec_augment(mel, rng, *counts, fill)) for _ in range(draws)]
    shapes = {one.shape for one in yours}
    claim(shapes == {mel.shape}, f"spec_augment: shape {min(shapes)}, expected {mel.shape}.")
    changed = ~np.isclose(np.stack(yours), mel, rtol=1e-6)  # (draws, n_mels, n_frames)
    claim(np.all(np.stack(yours)[changed] == fill), "spec_augment: values are neither kept nor `fill`.")
    lines = changed.any(axis=2 - axis)  # (draws, 5)
    partly = (changed != np.expand_dims(lines, 2 - axis)).any(axis=(1, 2))
    if partly.any():
        told = f"with n_{'time' if axis == 0 else 'freq'}=0 only whole {kind}s should be filled, not {other}s"
        raise Wrong(f"spec_augment: {told}: did you swap the two?", Exhibit(yours[np.argmax(partly)], mel))
    return lines, kind


def check_stripes(answer, axis):
    """Widths 0 ... 4 equally often, and every start at which such a stripe fits on five lines."""
    lines, kind = lines_filled(answer, axis, n_stripes=1, width=5, draws=DRAWS)
    label = f"spec_augment, one stripe of {kind}s, n 5, w 5, drawn {DRAWS} times: "
    widths = lines.sum(axis=1)
    jumps = np.abs(np.diff(lines.astype(int), axis=1, prepend=0, append=0)).sum(axis=1)
    claim(np.all(jumps <= 2), label + "a stripe has gaps; with one stripe the filled lines are neighbours.")
    found = ", ".join(map(str, sorted(set(widths.tolist()))))
    told = (
        f"the widths {found} occur, expected 0, 1, 2, 3, 4.\nrng.integers(w) gives 0 to w - 1; is each width that of "
    )
    claim(set(widths.tolist()) == set(range(5)), f"{label}{told}its own kind of stripes, and drawn anew?")
    check_starts(lines, widths, label, kind)
    shares = np.bincount(widths, minlength=5) / DRAWS
    claim(
        np.all(np.abs(shares - 0.2) < 0.045),
        f"{label}the widths 0 to 4 have shares of {', '.join(f'{share:.2f}' for share in shares)}, expected 0.2.\n"
        "Does a stripe stick out at the end, and lose its rest? Its start is at most n - width.",
    )


def check_starts(lines, widths, label, kind):
    for width in (1, 2, 3):
        starts = set(np.argmax(lines[widths == width], axis=1).tolist())
        missing = set(range(5 - width + 1)) - starts
        last = missing == {5 - width}
        told = f"the last {kind} is never filled" if last else f"a stripe of {width} never starts at {sorted(missing)}"
        told += f": n - width + 1 starts fit, so draw with rng.integers(n - width + 1). You drew {sorted(starts)}."
        claim(not missing, label + told)


def test_stripes_of_bands(answer):
    check_stripes(answer, axis=0)


def test_stripes_of_frames(answer):
    check_stripes(answer, axis=1)


def test_as_many_stripes_as_asked_for(answer):
    for axis, name in enumerate(("n_freq", "n_time")):
        lines, _ = lines_filled(answer, axis, n_stripes=3, width=2, draws=200, fill=-80.0)
        most = lines.sum(axis=1).max()
        told = f"spec_augment with {name}=3 and a width of 0 or 1: at most {most} filled, expected up to 3. "
        claim(most <= 3, told + "Draw no more stripes than asked for.")
        claim(most == 3, told + "Draw a width and a start anew for every stripe, and keep the stripes before it.")


def test_each_stripe_has_a_width_of_its_own(answer):
    mel, rng = picture(9, 9), np.random.default_rng(3)
    yours = [~np.isclose(answer.spec_augment(mel, rng, 3, 2, 3, 2), mel, rtol=1e-6) for _ in range(400)]
    for axis, kind in ((1, "bands"), (0, "frames")):
        none = np.mean([not changed.all(axis=axis).any() for changed in yours])
        told = f"spec_augment, three stripes of {kind} of width 0 or 1: {none:.2f} of the draws have width 0 throughout"
        claim(none < 0.25, f"{told}, expected 0.12.\nDraw a width for every stripe.")
    both = np.mean([changed.all(axis=1).any() == changed.all(axis=0).any() for changed in yours])
    told = f"spec_augment: bands and frames are filled or not together in a share of {both:.2f}, expected 0.78"
    claim(both < 0.9, f"{told}.\nDraw the widths of the frames' stripes for themselves.")


def test_stripes_on_a_small_picture(answer):
    mel, rng = picture(3, 4), np.random.default_rng(1)
    widest = [0, 0]
    for k in range(120):
        counts = (1, 10, 0, 20) if k % 2 else (0, 10, 1, 20)
        yours = np.asarray(answer.spec_augment(mel, rng, *counts, -80.0))
        claim(
            np.all(np.isclose(yours, mel, rtol=1e-6) | (yours == -80)),
            "spec_augment of a (3, 4) picture: values are neither kept nor fill.",
        )
        widest[k % 2] = max(widest[k % 2], int((yours == -80).sum()))
    told = "spec_augment of a (3, 4) picture: not once were all {} filled.\nThe widest stripe is as wide "
    for name, filled in (("bands", widest[1]), ("frames", widest[0])):
        claim(filled == 12, told.format(name) + "as the spectrogram.")


def test_stripes_as_usual(answer):
    mel, rng = picture(64, 90), np.random.default_rng(2)
    filled = [np.asarray(answer.spec_augment(mel, rng)) == 0 for _ in range(120)]
    for axis, kind, most in ((1, "bands", 18), (0, "frames", 38)):
        counts = [int(one.all(axis=axis).sum()) for one in filled]
        told = (
            f"spec_augment(mel, rng): {min(counts)} to {max(counts)} {kind} filled in 120 draws, expected 0 to {most}"
        )
        claim(0.6 * most < max(counts) <= most, f"{told}: two stripes of 0 to {most // 2}.")


def loud_and_soft(n=4001):
    """A sound with a peak far above its root mean square, and a mean."""
    t = np.arange(n) / n
    return 0.1 + 0.6 * np.sin(2 * np.pi * 40 * t) * np.exp(-6 * t)


def snr_of(y, noisy):
    return 10 * np.log10(np.mean(y**2) / np.mean((noisy - y) ** 2))


def test_add_noise_has_the_snr(answer):
    y = loud_and_soft()
    for snr_db in (12.0, 0.0, -7.0):
        yours = np.asarray(answer.add_noise(y, snr_db, np.random.default_rng(5)), np.float64)
        label = f"add_noise(y, {snr_db:g}, rng)"
        claim(yours.shape == y.shape, f"{label}: shape {yours.shape}, expected {y.shape}: a noise sample a sample.")
        claim(not np.array_equal(yours, y), f"{label}: nothing was added.")
        measured = snr_of(y, yours)
        exhibit = Exhibit(yours, scaled_noise(y, np.mean(y**2) / 10 ** (snr_db / 10), np.random.default_rng(5)), SR)
        if not abs(measured - snr_db) < 1e-3:  # NaN is no SNR either
            known = NOISE.on(y, snr_db, np.random.default_rng(5))
            raise mistaken(label, yours, snr_told(snr_db, measured), known, exhibit)


def snr_told(snr_db, measured):
    """The two figures, and what to do if they differ a little."""
    told = f"the SNR is {measured:.2f} dB, expected {snr_db:g} dB."
    return told + "\nDivide the noise by its own root mean square." if abs(measured - snr_db) < 0.5 else told


def test_add_noise_is_gaussian(answer):
    y = loud_and_soft()
    noise = np.asarray(answer.add_noise(y, 3.0, np.random.default_rng(6)), np.float64) - y
    noise /= np.sqrt(np.mean(noise**2))
    told = f"add_noise: your noise has the mean {noise.mean():.2g} times its standard deviation, expected about 0."
    claim(
        abs(noise.mean()) < 0.1, f"{told}\nDraw a number for each sample; rng.random is never negative, use rng.normal."
    )
    bell = abs(np.mean(noise**4) - 3) < 0.5
    claim(bell, "add_noise: your noise does not follow the bell curve; Gaussian noise comes from rng.normal.")


def test_add_noise_draws_from_rng(answer):
    y = loud_and_soft(300)
    first, again = (np.asarray(answer.add_noise(y, 3.0, np.random.default_rng(2))) for _ in range(2))
    other = np.asarray(answer.add_noise(y, 3.0, np.random.default_rng(3)))
    claim(np.array_equal(first, again), "add_noise: the same seed gives other noise: draw from `rng`, not np.random.")
    claim(not np.array_equal(first, other), "add_noise: all seeds give the same noise: draw with the `rng` passed.")
