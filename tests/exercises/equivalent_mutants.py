"""Changes to a solution that make no difference to the task, each with the reason.

A key is what stands before and after, as `census.py` prints it; the start of a key stands for all that begin so.
"""

EQUIVALENT: dict[str, dict[str, list[str]]] = {
    "ex01_stft": {"a signal has one axis": ["frame_signal: len(y) -> y.shape[-1]"]},
    "ex02_mel_filterbank": {"sample rates are even": ["mel_filterbank: sr / 2 -> sr // 2"]},
    "ex03_feature_comparator": {
        "the last axis is the default":
            ["AudioFeatureComparator.temporal_variation: np.diff(self.mel_db(y), axis=1) ->"],
        "the lengths agree": ["AudioFeatureComparator.verify: strict=True"],
    },
    "ex04_spec_augment": {
        "the masks copy what they are given": ["spec_augment: mel.copy() -> mel"],
        "a signal has one axis": ["add_noise: len(y) -> y.shape[-1]"],
        "noise may have either sign": ["add_noise: y + noise * np.sqrt(wanted / np.mean(noise ** 2)) -> y - noise",
                                       "add_noise: noise -> -noise"],
    },
    "ex05_conv2d": {
        "it is the type or the length that is asked for, and both have the same": [
            "conv2d_forward: w -> b #2", "conv2d_forward: x -> w #3", "conv2d_forward: x -> b #3"],
        "every place is set, and once": [
            "conv2d_backward: np.zeros_like(w) -> np.ones_like(w)",
            "conv2d_backward: dw[:, :, u, v] = np.einsum('noij,ncij->oc', dout, xp[here]) -> dw[:, :, u, v] +="],
        "axes that are summed have no order": ["conv2d_backward: (0, 2, 3) -> (2, 0, 3)",
                                               "conv2d_backward: (0, 2, 3) -> (0, 3, 2)"],
    },
    "ex06_batch_norm": {
        "the two are multiplied, and constant in a column":
            ["batch_norm_forward: (x_hat, inv_std, gamma) -> (x_hat, gamma, inv_std)"],
    },
    "ex07_bce_loss": {
        "targets are 0 or 1, which are their own squares": [
            "bce_with_logits: 1 - targets -> 1 - targets ** 2", "bce_with_logits: p - targets -> p - targets ** 2",
            "focal_loss: 2 * targets -> 2 * targets ** 2"],
    },
    "ex08_map_evaluator": {
        "the lengths agree": ["MultiLabelEvaluator.compute_map: strict=True"],
        "data are free as long as the APs are those of the task": [
            *(f"MultiLabelEvaluator.make_scenario: {change}" for change in (
                "99 -> 100", "99 -> 990",
                "8 -> 9", "8 -> 7", "8 -> 16", "8 -> 4", "8 -> 80", "7 -> 8", "6 -> 7", "6 -> 5", "1 -> 2",
                "rng.permutation(20) < n -> rng.permutation(20) <", "2.0 -> 4.0", "2.0 -> 1.0", "2.0 -> 3.0",
                "2.0 -> 20.0",
                "strength * Y_true + rng.uniform(size=(20, 5)) -> strength * Y_true + rng.uniform(size=(20, 5)) **",
                "strength * Y_true -> strength * Y_true ** 2"))],
        "what the classes are called is free": [
            f"MultiLabelEvaluator.run: '{name}' ->"
            for name in ("perfect", "nearly perfect", "moderate", "random", "inverted")],
    },
    "ex09_attention": {
        "any number of a row may be taken away, as long as exp does not overflow": [
            "softmax: x.max(axis=-1, keepdims=True) -> x.min", "softmax: x.max(axis=-1, keepdims=True) -> x.mean"],
        "the last of two axes is axis 1": ["softmax: -1 -> 1"],
        "queries and keys have the same length": ["attention_forward: q -> k #2"],
    },
    "ex10_patch_embedding": {
        "every place is set, and once": [
            "extract_patches: np.zeros((n_rows * n_columns, patch * patch), mel.dtype) -> np.ones",
            "extract_patches: patches[p] = mel[f:f + patch, t:t + patch].ravel() -> patches[p] +="],
        "a longer type holds the same numbers":
            ["extract_patches: np.zeros((n_rows * n_columns, patch * patch), mel.dtype) -> np.zeros"],
        "NumPy takes any negative length for the one to be found":
            [f"interpolate_positions: 1 -> {n}" for n in ("2 #3", "2 #4", "10 #3", "10 #4")],
        "the two limits enclose the number in either order":
            ["_between_places: np.clip((np.arange(n_new) + 0.5) * n_old / n_new - 0.5, 0, n_old - 1) -> np.clip(0,"],
        "two signs, along both axes, cancel": ["_between_places: np.maximum(0, 1 - np.abs(centres[:, np.newaxis] - "
                                               "np.arange(n_old))) -> -np.maximum"],
        "only the distance counts": ["_between_places: centres[:, np.newaxis] - np.arange(n_old) ->"],
    },
    "ex11_sed_postprocessor": {
        "the frame beside a gap or run has that value already": [
            "SEDPostProcessor.fill_gaps: end:start -> end - 1:start",
            "SEDPostProcessor.fill_gaps: end:start -> end:start + 1",
            "SEDPostProcessor.remove_short: start:end -> start:end + 1"],
        "any number that is not 0 is an active frame":
            ["SEDPostProcessor.fill_gaps: 1 -> 2", "SEDPostProcessor.fill_gaps: 1 -> 10"],
        "the lengths agree": ["SEDPostProcessor.extract_events: strict=True"],
        "a list has one axis": ["runs: changes.reshape(-1, 2) -> changes.T"],
        "NumPy takes any negative length for the one to be found": ["runs: 1 -> 2", "runs: 1 -> 10"],
    },
    "ex12_event_f1": {
        "NaN has no sign": ["event_f1: float('nan') -> -float('nan')"],
        "only the distance counts": ["fit: e.onset - r.onset -> r.onset", "fit: e.offset - r.offset -> r.offset"],
    },
    "ex13_text_normalizer": {
        "numbers are whole": ["TextNormBenchmark.num_to_words: n >= size -> n >= size - 1e-06"],
        "an amount has two digits behind its point, or none, and one comma at the most": [
            r"TextNormBenchmark.normalize: '\\$(\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.(\\d\\d))?(?!\\d)' -> "
            r"'\\$(\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.(\\d\\d))?'",
            r"TextNormBenchmark.normalize: '\\$(\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.(\\d\\d))?(?!\\d)' -> "
            r"'\\$(\\d{1,3}(?:,\\d{3})|"],
        "letters and digits before a time or an ordinal are left open": [
            r"TextNormBenchmark.normalize: '\\b(\\d{1,2}):(\\d\\d)\\b' -> '(\\d{1,2})",
            r"TextNormBenchmark.normalize: '\\b(\\d{1,2}):(\\d\\d)\\b' -> '\\b(\\d{1,2}):(\\d\\d)'",
            r"TextNormBenchmark.normalize: '\\b(\\d+)(?:st|nd|rd|th)\\b' -> '(\\d+)"],
    },
    "ex14_mel_reconstruction": {
        "the sign of a sound is not heard": [
            "MelReconstructionEval.generate_mel: 0.3 -> -0.3",
            "MelReconstructionEval.generate_mel: y += 0.3 * np.sin(2 * np.pi * (f0 * t + (f1 - f0) * t ** 2 / "
            "(2 * duration))) -> y -="],
        "noise may have either sign": [
            f"MelReconstructionEval.run: ref + self.rng.normal(0, {std}, ref.shape) -> ref - self.rng.normal"
            for std in (2.0, 0.5)],
        "both have as many bands": ["MelReconstructionEval.compute_mcd: ref -> gen"],
        "a sum has no order, and a cosine no sign": [
            "MelReconstructionEval.compute_mcd: np.arange(1, 13) -> np.arange(1, 13)[::-1]",
            "MelReconstructionEval.compute_mcd: np.arange(n_mels) -> np.arange(n_mels)[::-1]",
            "MelReconstructionEval.compute_mcd: np.pi -> -np.pi"],
        "only the distance counts": [
            "MelReconstructionEval.compute_mcd: np.asarray(ref) - np.asarray(gen) ->",
            "MelReconstructionEval.compute_sc: np.subtract(ref, gen) -> np.subtract(gen, ref)",
            "MelReconstructionEval.score: self.compute_mcd(ref, gen) -> self.compute_mcd(gen, ref)"],
    },
    "ex15_vocoder_upsampling": {
        "a convolution has no order": ["VocoderUpsampleSim.nearest_neighbor: np.convolve(steps, np.ones(16) / 16, "
                                       "mode='same') -> np.convolve(np.ones"],
        "kernel and signal have one axis": ["VocoderUpsampleSim.transposed_conv: len(kernel) -> kernel.shape[-1]",
                                            "VocoderUpsampleSim.analyze: len(signal) -> signal.shape[-1]"],
    },
}  # fmt: skip


def is_listed(exercise: str, key: str) -> bool:
    """Whether a change is among those that make no difference."""
    return any(key.startswith(start) for keys in EQUIVALENT.get(exercise, {}).values() for start in keys)
