"use strict";
// The STFT as npaudio.stft computes it: periodic windows, frames centered on multiples of the hop, zeros outside.

const WINDOWS = {
  rectangular: () => 1,
  hann: (x) => 0.5 - 0.5 * Math.cos(x),
  hamming: (x) => 0.54 - 0.46 * Math.cos(x),
  blackman: (x) => 0.42 - 0.5 * Math.cos(x) + 0.08 * Math.cos(2 * x),
};

/** The n samples of a window. */
function windowOf(kind, n) {
  return Float64Array.from({ length: n }, (_, i) => WINDOWS[kind]((2 * Math.PI * i) / n));
}

/** How many frames a sound of so many samples has. */
function frameCount(samples, hop) {
  return 1 + Math.floor(samples / hop);
}

/** Discrete Fourier transform in place; the length is a power of two. */
function fft(re, im) {
  const n = re.length;
  for (let i = 1, j = 0; i < n; i++) {  // bring the samples into bit-reversed order
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j |= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
  }
  for (let half = 1; half < n; half *= 2) {  // join transforms of half the length
    for (let k = 0; k < half; k++) {
      const c = Math.cos((Math.PI * k) / half), s = -Math.sin((Math.PI * k) / half);
      for (let i = k; i < n; i += 2 * half) {
        const j = i + half;
        const a = re[j] * c - im[j] * s, b = re[j] * s + im[j] * c;
        re[j] = re[i] - a;
        im[j] = im[i] - b;
        re[i] += a;
        im[i] += b;
      }
    }
  }
}

/** Magnitudes of frame number k: one value a bin, window.length / 2 + 1 of them. */
function magnitudes(y, k, hop, window) {
  const n = window.length, start = k * hop - n / 2;
  const re = Float64Array.from(window, (w, i) => w * (y[start + i] ?? 0)), im = new Float64Array(n);
  fft(re, im);
  return Float64Array.from({ length: n / 2 + 1 }, (_, bin) => Math.hypot(re[bin], im[bin]));
}

if (typeof module !== "undefined") module.exports = { windowOf, frameCount, fft, magnitudes };
