from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")
import matplotlib.pyplot as plt

import npaudio
from npaudio import Frontend, plot
from npaudio.sed import Event

RNG = np.random.default_rng(0)
Y = 0.1 * RNG.standard_normal(16000)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def drawn_on(function, *arguments, **settings):
    """Axes of a picture drawn on axes that were given; they must be the ones that come back."""
    ax = plt.subplots()[1]
    assert function(*arguments, **settings, ax=ax) is ax
    return ax


def test_waveform_is_in_seconds():
    ax = drawn_on(plot.waveform, Y, sr=16000, start=2.0)
    np.testing.assert_allclose(ax.lines[0].get_xdata()[[0, -1]], [2, 3 - 1 / 16000])
    assert ax.get_xlabel() == "time (s)"
    with pytest.raises(ValueError, match="waveform: y must be mono"):
        plot.waveform(np.stack([Y, Y]), sr=16000)


def test_spectrum_reaches_to_nyquist():
    ax = drawn_on(plot.spectrum, np.zeros(513), sr=16000)
    assert ax.lines[0].get_xdata()[-1] == 8000
    assert ax.get_xlabel() == "frequency (Hz)"
    assert ax.get_ylabel() == "level (dB)"


def test_spectrogram_puts_frames_and_bins_where_they_are():
    S = np.zeros((9, 5))
    ax = drawn_on(plot.spectrogram, S, sr=1600, hop_length=160, start=0.5, unit="dB")
    left, right, bottom, top = ax.images[0].get_extent()
    assert (left, right) == pytest.approx((0.45, 0.95))  # five columns of 0.1 s, the first centred on 0.5 s
    assert (bottom, top) == pytest.approx((-0.05, 0.85))  # nine rows of 0.1 kHz, the first centred on 0
    assert ax.figure.axes[1].get_ylabel() == "dB"
    assert ax.get_ylabel() == "frequency (kHz)"


@pytest.mark.parametrize("preset", ["article", "ast", "panns", "librosa"])
@pytest.mark.parametrize("height", [1.2, 2.0, 4.8])
def test_mel_spectrogram_s_labels_do_not_overlap(preset, height):
    figure, ax = plt.subplots(figsize=(6, height))
    frontend = getattr(Frontend, preset)()
    plot.mel_spectrogram(frontend(Y), frontend=frontend, ax=ax)
    figure.draw_without_rendering()
    boxes = [tick.get_window_extent() for tick in ax.get_yticklabels()]
    assert len(boxes) >= 3
    assert all(high.y0 > low.y0 + 0.7 * low.height for low, high in pairwise(boxes))


@pytest.mark.parametrize("preset", ["article", "ast", "panns", "librosa"])
def test_mel_spectrogram_labels_round_frequencies_where_they_fall(preset):
    frontend = getattr(Frontend, preset)()
    ax = drawn_on(plot.mel_spectrogram, frontend(Y), frontend=frontend)
    labels = [tick.get_text() for tick in ax.get_yticklabels()]
    assert labels[:6] == ["125", "250", "500", "1k", "2k", "4k"]
    fmax = frontend.fmax or frontend.sr / 2
    centers = npaudio.mel.mel_centers(n_mels=frontend.n_mels, fmin=frontend.fmin, fmax=fmax, scale=frontend.scale)
    in_hz = np.interp(ax.get_yticks(), np.arange(frontend.n_mels), centers)
    np.testing.assert_allclose(in_hz[:6], [125, 250, 500, 1000, 2000, 4000], rtol=0.01)
    length = (frontend.win_length or frontend.n_fft) / frontend.sr
    start = 0 if frontend.center else length / 2
    assert ax.images[0].get_extent()[0] == pytest.approx(start - frontend.hop_length / frontend.sr / 2)


def test_mel_spectrogram_refuses_rows_that_are_no_bands():
    with pytest.raises(ValueError, match=r"M has 62 rows, but front end 'article' makes 64 bands; .* pad M with NaN"):
        plot.mel_spectrogram(np.zeros((62, 31)), frontend=Frontend.article())
    padded = np.pad(np.zeros((62, 31)), 1, constant_values=np.nan)
    assert drawn_on(plot.mel_spectrogram, padded, frontend=Frontend.article()).images[0].get_array().shape == (64, 33)


def test_pictures_that_are_compared_share_a_colour_bar_and_its_range():
    axes = plt.subplots(1, 2, layout="constrained")[1]
    for ax, top in zip(axes, (1.0, 9.0), strict=True):
        plot.spectrogram(np.linspace(0, top, 12).reshape(3, 4), sr=100, hop_length=10, colorbar=False, ax=ax)
    assert len(axes[0].figure.axes) == 2
    plot.shared_colorbar(axes, "dB")
    assert [ax.images[0].get_clim() for ax in axes] == [(0, 1), (0, 1)]
    assert axes[0].figure.axes[2].get_ylabel() == "dB"


def test_signed_values_have_white_at_zero():
    settings = plot.symmetric(np.array([[-3.0, 1.0], [np.nan, 2.0]]))
    assert (settings["vmin"], settings["vmax"]) == (-3, 3)
    assert min(plt.get_cmap(settings["cmap"])(0.5)[:3]) > 0.95


def test_the_style_is_set_on_demand_and_can_be_undone():
    assert mpl.rcParams["axes.spines.top"]
    with mpl.rc_context():
        plot.use_style()
        assert not mpl.rcParams["axes.spines.top"]
        assert mpl.rcParams["savefig.dpi"] == 2 * mpl.rcParams["figure.dpi"]
        assert [entry["color"] for entry in mpl.rcParams["axes.prop_cycle"]] == list(plot.PALETTE)


def test_filterbank_draws_a_line_a_band():
    filters = npaudio.mel_filterbank(sr=16000, n_fft=512, n_mels=7)
    assert len(drawn_on(plot.filterbank, filters, sr=16000).lines) == 7


def test_pictures_make_their_own_axes_and_refuse_what_is_not_a_picture():
    assert plot.waveform(Y, sr=16000).figure is not plot.spectrum(np.zeros(5), sr=16000).figure
    with pytest.raises(ValueError, match=r"spectrogram: S must be one spectrogram .* pass S\[0\]"):
        plot.spectrogram(np.zeros((2, 3, 4)), sr=16000, hop_length=1)
    with pytest.raises(ValueError, match=r"spectrogram: S must be a real spectrogram, got complex"):
        plot.spectrogram(np.zeros((3, 4), complex), sr=16000, hop_length=1)


def test_one_pixel_and_one_sample():
    plot.waveform(np.array([0.5]), sr=10)
    plot.spectrogram(np.zeros((1, 1)), sr=10, hop_length=1)


def test_a_single_epoch_is_a_point():
    ax = drawn_on(plot.learning_curves, {"a": [3.0]})
    assert ax.lines[0].get_marker() == "o"
    assert all(tick == int(tick) for tick in ax.get_xticks())


def test_learning_curves_count_from_one():
    ax = drawn_on(plot.learning_curves, {"a": [3.0, 2.0, 1.0], "b": [4.0, 3.0]}, ylabel="loss")
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 3])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert ax.lines[0].get_linestyle() != ax.lines[1].get_linestyle()


def test_kernels_stand_side_by_side_with_low_frequencies_below():
    weight = np.arange(3 * 2 * 3, dtype=float).reshape(3, 1, 2, 3)
    sheet = np.asarray(drawn_on(plot.kernels, weight, columns=2).images[0].get_array())
    assert sheet.shape == (5, 7)  # 2 x 2 kernels of 2 x 3, a line between them
    np.testing.assert_array_equal(sheet[:2, :3], weight[0, 0, ::-1])
    np.testing.assert_array_equal(sheet[3:, :3], weight[2, 0, ::-1])
    with pytest.raises(ValueError, match=r"kernels: weight must have shape \(n_kernels, 1, height, width\)"):
        plot.kernels(np.zeros((3, 2, 3, 3)))


def test_confusion_matrix_shows_every_count():
    ax = drawn_on(plot.confusion_matrix, np.array([[1, 0], [2, 1]]), ["dog", "rain"])
    (bar,) = (other for other in ax.figure.axes if other is not ax)
    assert all(tick == round(tick) for tick in bar.get_yticks()), "clips are whole"
    ax = drawn_on(plot.confusion_matrix, np.array([[5, 0], [2, 7]]), ["dog", "rain"])
    assert sorted(text.get_text() for text in ax.texts) == ["2", "5", "7"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "true")
    with pytest.raises(ValueError, match=r"confusion_matrix: matrix has shape \(2, 3\), expected \(2, 2\)"):
        plot.confusion_matrix(np.zeros((2, 3)), ["a", "b"])


@pytest.mark.parametrize("seed", range(5))
def test_precision_recall_draws_steps_whose_area_is_the_average_precision(seed):
    rng = np.random.default_rng(seed)
    y_true, y_score = rng.random(40) < 0.3, rng.integers(0, 25, 40) / 25  # with ties
    line = drawn_on(plot.precision_recall, y_true, y_score).lines[0]
    assert line.get_drawstyle() == "steps-pre"
    area = np.sum(np.diff(line.get_xdata()) * line.get_ydata()[1:])
    assert area == pytest.approx(npaudio.metrics.average_precision(y_true, y_score))


def test_event_lanes_draw_each_event_once_and_number_each_loss():
    reference = {"a.wav": [(0.0, 1.0, "Dog"), (2.0, 3.0, "Dog"), (1.0, 4.0, "Rain")]}
    estimated = {"a.wav": [(0.1, 1.1, "Dog"), (2.5, 3.0, "Dog"), (5.0, 6.0, "Cat")]}
    explanation = npaudio.metrics.event_based_metrics(reference, estimated).explain()["a.wav"]
    ax = drawn_on(plot.event_lanes, explanation)
    assert len(ax.collections) == 6
    words = "\n".join(text.get_text() for text in ax.texts)
    losses = 2 + 2  # Dog at 2 s and Rain missed; Dog at 2.5 s and Cat are false alarms
    assert all(f"\n{number}  " in f"\n{words}" for number in range(1, losses + 1))
    assert "Dog, missed: onset 0.5 s late, collar 0.2 s" in words.replace("\n     ", " ")
    assert ax.get_xlabel() == "time (s)"


def test_detected_events_have_a_lane_a_label():
    events = [Event(0.5, 1.5, "dog", 0.75), Event(1.0, 2.0, "rain", 0.5), Event(3.0, 3.1, "dog", 0.9)]
    ax = plot.detected_events(events, duration=4.0, labels=["rain", "siren", "dog"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["dog", "siren", "rain"]
    bars = [(bar.get_x(), bar.get_width(), round(bar.get_y() + bar.get_height() / 2)) for bar in ax.patches]
    assert bars == [(0.5, 1.0, 0), (1.0, 1.0, 2), (3.0, pytest.approx(0.1), 0)]
    assert [text.get_text() for text in ax.texts] == ["75%", "50%"]  # the third is too narrow
    assert [text.get_text() for text in plot.detected_events([], duration=1.0).texts] == ["no event"]
