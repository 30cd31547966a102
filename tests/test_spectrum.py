import numpy as np
import pytest

from npaudio import spectrum
from npaudio._core.checks import Check
from npaudio.spectrum.framing import PAD_MODES, Framing, continued
from tests.oracles import stft_loops

RNG = np.random.default_rng(0)
WINDOWS = ["hann", "hamming", "blackman", "rectangular"]


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize(("n_fft", "hop_length"), [(16, 5), (15, 4), (7, 9), (1, 1)])
def test_stft_equals_its_definition(window, n_fft, hop_length):
    y = RNG.standard_normal(50)
    ours = spectrum.stft(y, n_fft=n_fft, hop_length=hop_length, window=window, center=False)
    expected = stft_loops(y, n_fft, hop_length, spectrum.get_window(window, n_fft))
    np.testing.assert_allclose(ours, expected, atol=1e-13)


@pytest.mark.parametrize(
    ("window", "values"),
    [
        ("hann", [0, 0.25, 0.75, 1, 0.75, 0.25]),
        ("hamming", [0.08, 0.31, 0.77, 1, 0.77, 0.31]),
        ("blackman", [0, 0.13, 0.63, 1, 0.63, 0.13]),
        ("rectangular", [1, 1, 1, 1, 1, 1]),
    ],
)
def test_windows_worked_out_by_hand(window, values):
    np.testing.assert_allclose(spectrum.get_window(window, 6), values, atol=1e-15)
    np.testing.assert_allclose(spectrum.get_window(window, 7, periodic=False), [*values, values[0]], atol=1e-15)


def test_a_tone_on_a_bin_has_its_amplitude_there():
    n_fft, k, amplitude = 64, 5, 0.3
    y = amplitude * np.cos(2 * np.pi * k * np.arange(640) / n_fft)
    S = np.abs(spectrum.stft(y, n_fft=n_fft, window="rectangular", center=False))
    np.testing.assert_allclose(S[k], amplitude * n_fft / 2)
    np.testing.assert_allclose(np.delete(S, k, axis=0), 0, atol=1e-12)


def test_parseval():
    y = RNG.standard_normal(64)
    S = np.abs(spectrum.stft(y, n_fft=64, window="rectangular", center=False))[:, 0] ** 2
    assert (S[0] + 2 * S[1:-1].sum() + S[-1]) / 64 == pytest.approx(np.sum(y**2))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("hop_length", [1, 17, 32, 50, 64])
@pytest.mark.parametrize("n_fft", [128, 127])
@pytest.mark.parametrize("n_samples", [1, 100, 1000])
def test_istft_undoes_stft(window, hop_length, n_fft, n_samples):
    y = RNG.standard_normal(n_samples)
    settings = {"hop_length": hop_length, "window": window}
    S = spectrum.stft(y, n_fft=n_fft, **settings)
    back = spectrum.istft(S, n_fft=n_fft, length=n_samples, **settings)
    assert back.shape == y.shape
    # The last frame's centre may lie up to one hop before the end; within the frame's reach all comes back.
    reach = min(n_samples, (S.shape[-1] - 1) * hop_length + n_fft - n_fft // 2)
    np.testing.assert_allclose(back[:reach], y[:reach], atol=1e-10)


def test_istft_with_a_short_window_and_rectangular_frames_side_by_side():
    y = RNG.standard_normal(300)
    settings = {"hop_length": 20, "win_length": 50}
    S = spectrum.stft(y, n_fft=64, **settings)
    np.testing.assert_allclose(spectrum.istft(S, length=300, **settings), y, atol=1e-10)
    S = spectrum.stft(y, n_fft=30, hop_length=30, window="rectangular", center=False)
    np.testing.assert_allclose(spectrum.istft(S, hop_length=30, window="rectangular", center=False), y, atol=1e-10)


def test_istft_of_several_signals_without_a_length_gives_whole_hops():
    y = RNG.standard_normal((2, 320))
    back = spectrum.istft(spectrum.stft(y, n_fft=64, hop_length=16), hop_length=16)
    np.testing.assert_allclose(back, y, atol=1e-10)


def test_istft_without_a_length_gives_whole_hops_and_beyond_the_reach_zeros():
    y = RNG.standard_normal(1000)
    S = spectrum.stft(y, n_fft=128, hop_length=64)
    short = spectrum.istft(S, hop_length=64)
    assert short.shape == (15 * 64,)
    np.testing.assert_allclose(short, y[: 15 * 64], atol=1e-10)
    long = spectrum.istft(S, hop_length=64, length=2000)
    assert long.shape == (2000,)
    assert not long[1100:].any()


def test_batches_equal_their_items():
    y = RNG.standard_normal((2, 3, 700)).astype(np.float32)
    S = spectrum.stft(y, n_fft=128)
    assert S.shape == (2, 3, 65, 22)
    np.testing.assert_array_equal(S[1, 2], spectrum.stft(y[1, 2], n_fft=128))
    np.testing.assert_allclose(spectrum.istft(S, length=700), y, atol=1e-5)


def test_blocks_of_frames_join_without_a_seam():
    y = RNG.standard_normal(128 * 3 * 7 + 11)  # more than two blocks of frames
    S = spectrum.stft(y, n_fft=32, hop_length=7, center=False)
    frames = spectrum.frame(y, frame_length=32, hop_length=7)
    expected = np.fft.rfft(frames * spectrum.get_window("hann", 32)[:, np.newaxis], axis=0)
    np.testing.assert_allclose(S, expected, atol=1e-12)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("take", [slice(None, None, 3), slice(None, None, -1), slice(5, 900)])
def test_signals_that_are_views_of_others(take, center):
    y = RNG.standard_normal(3000)[take]
    settings = {"n_fft": 64, "hop_length": 20, "center": center}
    np.testing.assert_array_equal(spectrum.stft(y, **settings), spectrum.stft(y.copy(), **settings))


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("n", [1, 2, 5, 40])
def test_continued_equals_np_pad(pad_mode, n):
    y = RNG.standard_normal(n)
    np.testing.assert_array_equal(continued(y, -12, n + 12, pad_mode), np.pad(y, 12, mode=pad_mode))


def test_frame_is_a_view_and_cannot_be_written():
    y = np.arange(10.0)
    frames = spectrum.frame(y, frame_length=4, hop_length=3)
    np.testing.assert_array_equal(frames, [[0, 3, 6], [1, 4, 7], [2, 5, 8], [3, 6, 9]])
    assert np.shares_memory(frames, y)
    assert not frames.flags.writeable


@pytest.mark.parametrize("window", WINDOWS)
def test_periodic_and_symmetric_windows(window):
    periodic = spectrum.get_window(window, 12)
    symmetric = spectrum.get_window(window, 13, periodic=False)
    np.testing.assert_allclose(periodic, symmetric[:-1], atol=1e-15)  # one period, and its first sample once more
    np.testing.assert_allclose(symmetric, symmetric[::-1], atol=1e-15)
    np.testing.assert_allclose(spectrum.get_window("hann", 9, periodic=False), np.hanning(9), atol=1e-15)


def test_decibels():
    S = np.array([[1.0, 10.0], [1e-3, 0.0]])
    np.testing.assert_allclose(spectrum.power_to_db(S, top_db=None), [[0, 10], [-30, -100]])
    np.testing.assert_allclose(spectrum.power_to_db(S, top_db=25), [[0, 10], [-15, -15]])
    np.testing.assert_allclose(spectrum.power_to_db(S, ref=10.0, top_db=None), [[-10, 0], [-40, -110]])
    np.testing.assert_allclose(spectrum.db_to_power(spectrum.power_to_db(S, top_db=None)), S, atol=1e-9)
    np.testing.assert_allclose(spectrum.db_to_power(np.array([3.0]), ref=2.0), 2 * 10**0.3)


def test_a_clip_has_the_same_decibels_alone_and_in_a_batch():
    batch = RNG.random((3, 5, 7)) ** 8 * np.array([1, 1e-4, 1e3])[:, np.newaxis, np.newaxis]
    for ref in (1.0, np.max):
        together = spectrum.power_to_db(batch, ref=ref, top_db=20)
        for alone, of_batch in zip(batch, together, strict=True):
            np.testing.assert_allclose(of_batch, spectrum.power_to_db(alone, ref=ref, top_db=20), atol=1e-12)


def test_small_integers_of_numpy_do_not_overflow():
    y = RNG.standard_normal(3000)
    small, plain = {"n_fft": np.int16(256), "hop_length": np.int8(100)}, {"n_fft": 256, "hop_length": 100}
    S = spectrum.stft(y, **small)
    np.testing.assert_array_equal(S, spectrum.stft(y, **plain))
    back = spectrum.istft(S, **small, length=np.int16(3000))
    np.testing.assert_array_equal(back, spectrum.istft(S, **plain, length=3000))
    power = np.abs(S) ** 2
    decibels = spectrum.power_to_db(power, top_db=np.uint8(80), ref=np.int8(2))
    np.testing.assert_array_equal(decibels, spectrum.power_to_db(power, top_db=80.0, ref=2.0))
    np.testing.assert_array_equal(spectrum.get_window("hann", np.int8(100)), spectrum.get_window("hann", 100))


@pytest.mark.parametrize("ref", [np.nan, np.inf, "max"])
def test_what_is_no_reference(ref):
    with pytest.raises(ValueError, match=r"^power_to_db: ref must be a finite number, got"):
        spectrum.power_to_db(np.ones((3, 2)), ref=ref)
    with pytest.raises(ValueError, match=r"^db_to_power: ref must be a finite number, got"):
        spectrum.db_to_power(np.ones((3, 2)), ref=ref)


def test_a_window_of_three_samples_moves_by_one():
    y = np.random.default_rng(0).standard_normal(20)
    np.testing.assert_array_equal(spectrum.stft(y, n_fft=3), spectrum.stft(y, n_fft=3, hop_length=1))


@pytest.mark.parametrize("beyond", [0, 1, 5])
def test_samples_after_the_last_frame_are_zero(beyond):
    y = np.random.default_rng(0).standard_normal((2, 1024))
    S = spectrum.stft(y, n_fft=256, hop_length=64)
    reached = 1024 + 128  # the last frame reaches half its length beyond the end of the signal
    back = spectrum.istft(S, hop_length=64, length=reached + beyond)
    assert back.shape == (2, reached + beyond)
    np.testing.assert_allclose(back[:, :1024], y, atol=1e-12)
    np.testing.assert_array_equal(back[:, reached:], 0)


@pytest.mark.parametrize("window", [[1, 1, -1, 1], [1e-8, 2e-8, 2e-8, 1e-8]], ids=["with both signs", "tiny"])
def test_windows_of_any_sign_and_size_are_inverted(window):
    y, about = np.random.default_rng(0).standard_normal(100), {"hop_length": 2, "window": np.array(window)}
    np.testing.assert_allclose(spectrum.istft(spectrum.stft(y, n_fft=4, **about), length=100, **about), y, atol=1e-7)


def test_frames_that_may_share_the_callers_samples_cannot_be_written_to():
    y = np.random.default_rng(0).standard_normal(1000)
    framing = Framing.checked(Check("stft"), 64, center=False)
    assert all(not frames.flags.writeable for _, frames in framing.blocks(y))
