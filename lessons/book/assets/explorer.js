"use strict";
// Draw the spectrogram with the settings of the sliders, and say what they mean.

const RANGE = 80;  // dB below the loudest
const KINDS = Object.keys(WINDOWS);
const { sr, colors, golden } = EXPLORER;
const samples = decoded(EXPLORER.samples);
const canvas = document.getElementById("picture");
const form = document.getElementById("explorer");
let waiting = false;

function decoded(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 2 }, (_, i) => view.getInt16(2 * i, true) / 32768);
}

function settings() {
  return { nFft: 2 ** form.n_fft.value, hop: 2 ** form.hop.value, kind: KINDS[form.window.value] };
}

/** One spectrum a column of pixels: of the frame that is nearest in time. */
function columns({ nFft, hop, kind }) {
  const window = windowOf(kind, nFft), last = frameCount(samples.length, hop) - 1, known = new Map();
  return Array.from({ length: canvas.width }, (_, x) => {
    const time = (x / (canvas.width - 1)) * samples.length;
    const k = Math.min(Math.round(time / hop), last);
    if (!known.has(k)) known.set(k, magnitudes(samples, k, hop, window));
    return known.get(k);
  });
}

/** The loudest bin of each row of pixels, from the highest frequency down. */
function rowsOf(spectrum) {
  const bins = spectrum.length - 1, height = canvas.height;
  return Float64Array.from({ length: height }, (_, row) => {
    const low = Math.floor(((height - 1 - row) * bins) / height);
    const high = Math.max(Math.floor(((height - row) * bins) / height), low + 1);
    let loudest = 0;
    for (let bin = low; bin < high; bin++) loudest = Math.max(loudest, spectrum[bin]);
    return loudest;
  });
}

function draw() {
  waiting = false;
  const chosen = settings(), spectra = columns(chosen), rows = new Map();
  for (const spectrum of new Set(spectra)) rows.set(spectrum, rowsOf(spectrum));
  const top = Math.max(...[...rows.values()].map((levels) => Math.max(...levels)), 1e-12);
  const context = canvas.getContext("2d"), picture = context.createImageData(canvas.width, canvas.height);
  spectra.forEach((spectrum, x) => {
    rows.get(spectrum).forEach((level, row) => {
      const share = 1 + (20 * Math.log10(Math.max(level, 1e-12) / top)) / RANGE;
      const color = 3 * Math.round(255 * Math.max(share, 0));
      picture.data.set([colors[color], colors[color + 1], colors[color + 2], 255], 4 * (row * canvas.width + x));
    });
  });
  context.putImageData(picture, 0, 0);
  say(chosen);
}

function say({ nFft, hop, kind }) {
  for (const [id, value] of [["n_fft", nFft], ["hop", hop], ["window", kind]]) {
    document.getElementById(`${id}_value`).textContent = value;
    document.getElementById(id).setAttribute("aria-valuetext", value);
  }
  const gap = hop > nFft ? ` Between two frames, ${hop - nFft} samples are never looked at.` : "";
  document.getElementById("said").textContent =
    `${nFft / 2 + 1} bins, one every ${(sr / nFft).toFixed(1)} Hz. ${frameCount(samples.length, hop)} frames, ` +
    `one every ${((1000 * hop) / sr).toFixed(0)} ms, each ${((1000 * nFft) / sr).toFixed(0)} ms long.${gap}`;
}

/** The largest difference from npaudio.stft on the frame that it has computed, as a share of its loudest bin. */
function differenceFromGolden() {
  const ours = magnitudes(samples, golden.frame, golden.hop_length, windowOf(golden.window, golden.n_fft));
  const apart = ours.map((value, bin) => Math.abs(value - golden.magnitudes[bin]));
  return Math.max(...apart) / Math.max(...golden.magnitudes);
}

form.addEventListener("input", () => {
  if (!waiting) requestAnimationFrame(draw);
  waiting = true;
});
document.getElementById("check").textContent =
  `Frame ${golden.frame} with n_fft ${golden.n_fft}, hop ${golden.hop_length} and the ${golden.window} window, ` +
  `computed in this page, equals npaudio.stft to ${differenceFromGolden().toExponential(0)} of its loudest bin.`;
draw();
