"""The plain loop versions: what the fast array code must equal, written so that nobody can doubt them.

Each function here is the definition, a few lines long and slow. The tests hold the library equal to them at odd
sizes, strides and paddings.
"""

import numpy as np


def bessel_i0(x):
    """The modified Bessel function of order 0 by its series: Σ ((x / 2)^k / k!)²."""
    term = total = 1.0
    for k in range(1, 40):
        term *= (x / 2 / k) ** 2
        total += term
    return total


def resample_loops(y, orig_sr, target_sr, *, half_width=32, cutoff=0.933, beta=6.755):
    """Sum of the input samples around each output time, weighted by a sinc under a Kaiser window."""
    scale = min(1.0, target_sr / orig_sr)
    peak = bessel_i0(beta)
    out = []
    for m in range(-(-len(y) * target_sr // orig_sr)):
        total = 0.0
        for n in range(len(y)):
            t = scale * (m * orig_sr / target_sr - n)
            if abs(t) < half_width:
                window = bessel_i0(beta * np.sqrt(1 - (t / half_width) ** 2)) / peak
                total += y[n] * scale * cutoff * np.sinc(cutoff * t) * window
        out.append(float(total))
    return np.array(out)


def signals_tone_sum(f0: np.ndarray, coefficients: np.ndarray, sr: int) -> np.ndarray:
    """Each partial as a cosine of its own integrated phase; those that ever pass 0.96 of Nyquist are left out."""
    y = np.zeros(len(f0))
    for k, coefficient in enumerate(coefficients, start=1):
        if k * f0.max() <= 0.96 * sr / 2:
            phase = 0.0
            for i, frequency in enumerate(f0):
                phase += 2 * np.pi * k * frequency / sr
                y[i] += abs(coefficient) * np.cos(phase + np.angle(coefficient))
    return y


def signals_ring_loops(frequencies: np.ndarray, decays: np.ndarray, amplitudes: np.ndarray, *, n: int, sr: int):
    """Decaying sines, one after the other; partials from 0.96 of Nyquist on are left out."""
    y = np.zeros((len(frequencies), n))
    for row in range(len(frequencies)):
        for f, decay, amplitude in zip(frequencies[row], decays[row], amplitudes[row], strict=True):
            for i in range(n):
                if f < 0.96 * sr / 2:
                    y[row, i] += amplitude * np.sin(2 * np.pi * f * i / sr) * np.exp(-i / sr / decay)
    return y


def signals_scatter_loops(grains: np.ndarray, times: np.ndarray, *, n: int, sr: int) -> np.ndarray:
    """Add each grain from its sample on, and drop what lies past the end."""
    y = np.zeros(n)
    for grain, time in zip(grains, times, strict=True):
        for i, value in enumerate(grain):
            if round(time * sr) + i < n:
                y[round(time * sr) + i] += value
    return y


def stft_loops(y, n_fft, hop_length, window):
    """One frame at a time, one frequency at a time: the definition. No padding."""
    n_frames = 1 + (len(y) - n_fft) // hop_length
    S = np.zeros((n_fft // 2 + 1, n_frames), complex)
    for t in range(n_frames):
        for k in range(n_fft // 2 + 1):
            for n in range(n_fft):
                S[k, t] += window[n] * y[t * hop_length + n] * np.exp(-2j * np.pi * k * n / n_fft)
    return S


def triangle_filterbank_loops(corners, sr, n_fft):
    """One band at a time, one bin at a time: up to the peak, down from it."""
    filters = np.zeros((len(corners) - 2, n_fft // 2 + 1))
    for m in range(len(corners) - 2):
        low, peak, high = corners[m : m + 3]
        for k in range(n_fft // 2 + 1):
            f = k * sr / n_fft
            if low < f <= peak:
                filters[m, k] = (f - low) / (peak - low)
            elif peak < f < high:
                filters[m, k] = (high - f) / (high - peak)
    return filters


def rounded_filterbank_loops(corners, sr, n_fft):
    """The same with corners moved down to bin floor((n_fft + 1) f / sr): a side between equal bins is left out."""
    filters = np.zeros((len(corners) - 2, n_fft // 2 + 1))
    bins = [int((n_fft + 1) * f // sr) for f in corners]
    for m in range(len(corners) - 2):
        low, peak, high = bins[m : m + 3]
        for k in range(low, peak):
            filters[m, k] = (k - low) / (peak - low)
        for k in range(peak, min(high, n_fft // 2 + 1)):
            filters[m, k] = (high - k) / (high - peak)
    return filters


def article_mel_loops(y, sr=16000, n_fft=1024, hop_length=512, n_mels=64):
    """The front end of the article's pipeline, frame by frame: 10 log10(mel + 1e-10), (n_mels, n_frames)."""
    edges = np.linspace(0, 2595 * np.log10(1 + sr / 2 / 700), n_mels + 2)
    filters = rounded_filterbank_loops(700 * (10 ** (edges / 2595) - 1), sr, n_fft)
    columns = []
    for start in range(0, len(y) - n_fft + 1, hop_length):
        magnitudes = np.abs(np.fft.rfft(y[start : start + n_fft] * np.hanning(n_fft)))
        columns.append(10 * np.log10(filters @ magnitudes**2 + 1e-10))
    return np.array(columns).T


def conv2d_loops(x, weight, bias, stride, padding):
    """Convolution (B, C, F, T) by its definition: one window, one kernel, one sum at a time."""
    (sh, sw), (ph, pw) = stride, padding
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    kh, kw = weight.shape[2:]
    n_f, n_t = (padded.shape[2] - kh) // sh + 1, (padded.shape[3] - kw) // sw + 1
    y = np.zeros((len(x), len(weight), n_f, n_t))
    for b, o, f, t in np.ndindex(y.shape):
        y[b, o, f, t] = bias[o] + np.sum(weight[o] * padded[b, :, f * sh : f * sh + kh, t * sw : t * sw + kw])
    return y


def conv2d_backward_loops(x, weight, grad, stride, padding):
    """Gradients (x, weight, bias) of a convolution: every output hands its gradient to all that it was made of."""
    (sh, sw), (ph, pw) = stride, padding
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    kh, kw = weight.shape[2:]
    grad_padded, grad_weight, grad_bias = np.zeros_like(padded), np.zeros_like(weight), np.zeros(len(weight))
    for b, o, f, t in np.ndindex(grad.shape):
        window = (b, slice(None), slice(f * sh, f * sh + kh), slice(t * sw, t * sw + kw))
        grad_padded[window] += grad[b, o, f, t] * weight[o]
        grad_weight[o] += grad[b, o, f, t] * padded[window]
        grad_bias[o] += grad[b, o, f, t]
    return grad_padded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]], grad_weight, grad_bias


def batchnorm_loops(x, gamma, beta, eps):
    """Normalise each channel of (B, C, F, T) by its own mean and biased variance."""
    y = np.zeros_like(x)
    for c in range(x.shape[1]):
        mean = sum(float(v) for v in x[:, c].ravel()) / x[:, c].size
        var = sum((float(v) - mean) ** 2 for v in x[:, c].ravel()) / x[:, c].size
        y[:, c] = gamma[c] * (x[:, c] - mean) / np.sqrt(var + eps) + beta[c]
    return y


def batchnorm_backward_loops(x, gamma, grad, eps):
    """Gradient of x: every output k depends on every input i of its channel, dx_hat_k/dx_i written out."""
    result = np.zeros_like(x)
    for c in range(x.shape[1]):
        values, g, n = x[:, c].ravel(), grad[:, c].ravel() * gamma[c], x[:, c].size
        inv_std = 1 / np.sqrt(values.var() + eps)
        x_hat = (values - values.mean()) * inv_std
        dx = [sum(g[k] * inv_std * ((i == k) - 1 / n - x_hat[k] * x_hat[i] / n) for k in range(n)) for i in range(n)]
        result[:, c] = np.reshape(dx, x[:, c].shape)
    return result


def pool2d_loops(x, grad, kernel, stride, padding, kind):
    """Pooling of (B, C, F, T) and the gradient of x, window by window; kind is "max" or "mean"."""
    (kh, kw), (sh, sw), (ph, pw) = kernel, stride, padding
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=-np.inf if kind == "max" else 0)
    y, grad_padded = np.zeros_like(grad), np.zeros_like(padded)
    for b, c, f, t in np.ndindex(grad.shape):
        window = (b, c, slice(f * sh, f * sh + kh), slice(t * sw, t * sw + kw))
        if kind == "mean":
            y[b, c, f, t] = padded[window].mean()
            grad_padded[window] += grad[b, c, f, t] / (kh * kw)
        else:
            y[b, c, f, t] = padded[window].max()
            i, j = np.unravel_index(np.argmax(padded[window]), (kh, kw))  # the first of equals, in reading order
            grad_padded[b, c, f * sh + i, t * sw + j] += grad[b, c, f, t]
    return y, grad_padded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]]


def adaptive_avgpool2d_loops(x, n_f, n_t):
    """Means over bins from floor(k n / K) to ceil((k + 1) n / K)."""
    y = np.zeros((*x.shape[:2], n_f, n_t))
    for f, t in np.ndindex(n_f, n_t):
        rows = slice(f * x.shape[2] // n_f, -(-(f + 1) * x.shape[2] // n_f))
        cols = slice(t * x.shape[3] // n_t, -(-(t + 1) * x.shape[3] // n_t))
        y[:, :, f, t] = x[:, :, rows, cols].mean(axis=(2, 3))
    return y


def augment_masks_loops(S, values, freq, time):
    """SpecAugment on a batch: each item, each mask, each line. `freq` and `time` are (starts, widths)."""
    out = S.copy()
    for b in range(len(S)):
        for start, width in zip(freq[0][b], freq[1][b], strict=True):
            for band in range(start, start + width):
                out[b, band, :] = values[b]
        for start, width in zip(time[0][b], time[1][b], strict=True):
            for frame in range(start, start + width):
                out[b, :, frame] = values[b]
    return out


def augment_warp_loops(S, points, shifts):
    """Time warp on a batch: the time before the moved point is stretched evenly, and so is the time after it."""
    out = np.empty_like(S)
    last = S.shape[-1] - 1
    for b in range(len(S)):
        c, moved = points[b], points[b] + shifts[b]
        for t in range(last + 1):
            source = t * c / moved if t < moved else c + (t - moved) * (last - c) / (last - moved)
            left = min(int(source), last - 1)
            out[b, :, t] = S[b, :, left] + (source - left) * (S[b, :, left + 1] - S[b, :, left])
    return out


def augment_vocoder_loops(S, rate):
    """Phase vocoder of one spectrogram (n_freq, T): angles added up frame by frame, bin by bin."""
    n_freq, n_frames = S.shape
    S = np.concatenate([S, np.zeros((n_freq, 1))], axis=1)
    n_out = 0
    while n_out * rate < n_frames:
        n_out += 1
    out = np.empty((n_freq, n_out), complex)
    for k in range(n_freq):
        angle = np.angle(S[k, 0])
        for i in range(n_out):
            t = int(i * rate)
            share = i * rate - t
            out[k, i] = ((1 - share) * abs(S[k, t]) + share * abs(S[k, t + 1])) * np.exp(1j * angle)
            angle += np.angle(S[k, t + 1]) - np.angle(S[k, t])
    return out
