"""The complete pipeline: recordings in, labels out, with everything that is needed in between.

    pipeline = AudioClassificationPipeline().fit("recordings")     # one folder per class
    pipeline.predict(["unknown.wav"])
    pipeline.save("model.npz")

Each clip is scaled to a peak of 1, cut or padded to `duration`, turned into a log-mel spectrogram, and scored by a
network. A longer recording is scored in windows that overlap by half, and their scores are averaged.

Conventions: probabilities are (n_recordings, n_classes) in the order of `class_names`. A waveform is (n_samples,) or
(channels, n_samples), which is mixed; its rate is `sr` unless the call says another.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import numpy as np

from npaudio.audio import to_mono
from npaudio.pipeline import recordings
from npaudio.pipeline.evaluation import Evaluation, known_classes
from npaudio.pipeline.fitting import load_clips, train
from npaudio.pipeline.images import prepared
from npaudio.pipeline.stored import StoredPipeline
from npaudio.training import History

UNKNOWN = "unknown"


class AudioClassificationPipeline(StoredPipeline):
    """From waveforms to labels, in the style of scikit-learn's estimators.

    The first six parameters are the article's; front end, network and training are given by name.

    Explained in lesson 09.

    Parameters
    ----------
    sr, n_mels, duration, n_fft, hop_length
        Sample rate in Hz, mel bands, seconds of a clip, and frames, of the article's front end.
    num_classes : int
        Classes of the network. `fit` takes as many as the data has.
    frontend : Frontend, optional
        Another recipe in place of `Frontend.article()` with the settings above.
    model : {"cnn", "transformer"}
        The article's `AudioCNN`, or a tiny `SpectrogramTransformer`.
    multi_label : bool
        Whether a clip may hold several classes: a sigmoid for each class instead of a softmax over all.
    augment : bool
        Whether `fit` changes the clips as `npaudio.pipeline.images.TrainingImages` says.
    epochs, batch_size, max_lr, weight_decay, label_smoothing
        Of the training: AdamW under a one-cycle schedule. (Smoothing is for single labels only.)
    shifts : int
        Views of each clip at prediction, rolled in time by equal steps; their scores are averaged.
    seed : int
        For first weights, order and augmentation.

    Attributes
    ----------
    fitted : Fitted or None
        What `fit` or `load` has made: network, class names, history, calibration. None before.

    See Also
    --------
    EventDetector : also tells when.
    npaudio.datasets.AudioFolder : recordings in folders, to fit it on.

    Examples
    --------
    >>> from npaudio.datasets import SyntheticSounds
    >>> sounds = SyntheticSounds(4, classes=("rain", "siren"), duration=0.5)
    >>> pipeline = AudioClassificationPipeline(duration=0.5, n_mels=16, epochs=4).fit(sounds, progress=False)
    >>> pipeline.predict_proba(sounds).shape
    (8, 2)
    """

    def preprocess(self, waveform: np.ndarray) -> np.ndarray:
        """The article's preprocessing: peak to 1, pad or cut to `duration`, mel spectrogram, decibels.

        Parameters
        ----------
        waveform : np.ndarray (n_samples,) or (channels, n_samples)
            At the front end's rate.

        Returns
        -------
        np.ndarray (n_mels, n_frames)
            (64, 124) with the article's settings. Silence stays silence, -100 dB.

        Raises
        ------
        ValueError
            Integer samples, an empty waveform, NaN.
        """
        return prepared(to_mono(waveform), self.max_samples, self.recipe)

    # Training.

    def fit(
        self,
        X: Any,
        y: Sequence[str] | np.ndarray | None = None,
        *,
        fold: int | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        resume: bool | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        processes: int | None = None,
        progress: bool = True,
        after_epoch: Callable[[History], None] | None = None,
    ) -> Self:
        """Train a network from random weights.

        Parameters
        ----------
        X : path, SoundDataset, or sequence of paths or waveforms
            A folder in the layout of ESC-50 or UrbanSound8K, or with one folder per class; a data set; or a list.
        y : sequence of str, or array (n, n_classes) of 0 and 1, optional
            Labels of a list.
        fold : int, optional
            Leave out this fold, and measure the accuracy on it after each epoch. The weights of the last epoch are
            kept, so that no epoch is chosen by looking at the fold.
        checkpoint, resume
            As in `npaudio.training.fit`.
        cache_dir, processes
            As in `npaudio.datasets.extract_features`.
        progress : bool
            Whether to show a line on a terminal.
        after_epoch
            As in `npaudio.training.fit`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            Data that cannot be used, or a fold that does not exist.
        """
        dataset = recordings.as_dataset(X, y, sr=self.recipe.sr, caller="fit", min_per_class=2)
        clips = load_clips(dataset, self.recipe.sr, self.duration, cache_dir=cache_dir, processes=processes)
        self.fitted = train(
            self, clips, fold=fold, checkpoint=checkpoint, resume=resume, progress=progress, after_epoch=after_epoch
        )
        return self

    # Prediction.

    def decision_function(self, X: Any, *, sr: int | None = None) -> np.ndarray:
        """Scores before the softmax or sigmoid, averaged over the windows of each recording.

        Parameters
        ----------
        X : path, waveform, SoundDataset, or sequence of paths or waveforms
            A folder gives all its files in alphabetical order.
        sr : int, optional
            Sample rate in Hz of waveforms. None: the front end's.

        Returns
        -------
        np.ndarray (n_recordings, n_classes)

        Raises
        ------
        NotFittedError
            There is no network yet.
        ValueError
            A recording cannot be read; the message names it.
        """
        fitted, rate = self._fitted("decision_function"), self.recipe.sr
        given = rate if sr is None else sr
        blocks = (recordings.blocks_of(item, given, target_sr=rate) for _, item in recordings.listed(X))
        return np.array([fitted.scores(recordings.windows(y, self.max_samples)) for y in blocks])

    def predict_stream(self, blocks: Iterable[np.ndarray]) -> np.ndarray:
        """Probability of each class in one recording that comes in blocks, so that it need not fit into memory.

        Parameters
        ----------
        blocks : iterable of np.ndarray (n_samples,)
            Mono samples at the front end's rate, of any lengths, such as `npaudio.audio.load_blocks` gives.

        Returns
        -------
        np.ndarray (n_classes,)

        Raises
        ------
        NotFittedError, ValueError
            As `decision_function`.
        """
        fitted = self._fitted("predict_stream")
        return fitted.probabilities(fitted.scores(recordings.windows(blocks, self.max_samples)))

    def predict_proba(self, X: Any, *, sr: int | None = None) -> np.ndarray:
        """Probabilities (n_recordings, n_classes): rows sum to 1, or are independent with `multi_label`.

        `X`, `sr` and errors are those of `decision_function`.
        """
        return self._fitted("predict_proba").probabilities(self.decision_function(X, sr=sr))

    def predict(self, X: Any, *, sr: int | None = None) -> list[Any]:
        """The most likely label of each recording, "unknown" where no class reaches `fitted.unknown_below`.

        With `multi_label` the list of its labels. `X`, `sr` and errors are those of `decision_function`.
        """
        return [self.label(row) for row in self.predict_proba(X, sr=sr)]

    def label(self, probabilities: np.ndarray) -> Any:
        """The answer to one row of `probabilities` (n_classes,), as in `predict`; NotFittedError before `fit`."""
        if self.multi_label:
            return [name for name, p in zip(self.class_names, probabilities, strict=True) if p > 0.5]
        best = int(np.argmax(probabilities))
        return self.class_names[best] if probabilities[best] >= self._fitted("predict").unknown_below else UNKNOWN

    # Evaluation.

    def evaluate(self, X: Any, y: Sequence[str] | np.ndarray | None = None, *, fold: int | None = None) -> Evaluation:
        """Measure on recordings whose labels are known.

        Parameters
        ----------
        X, y
            As for `fit`.
        fold : int, optional
            Only the clips of this fold.

        Returns
        -------
        Evaluation
            `print` it; it has accuracy with interval, figures per class, confusion and worst mistakes.

        Raises
        ------
        ValueError
            The data has a class that the model does not know.
        """
        dataset = recordings.as_dataset(X, y, sr=self.recipe.sr, caller="evaluate", min_per_class=1)
        rows = np.arange(len(dataset)) if fold is None else dataset.split(fold)[1]
        known = known_classes(dataset, self.class_names)
        clips = [recordings.Clip(dataset, int(row)) for row in rows]
        labels = np.asarray(dataset.labels)[rows]
        truth = labels if labels.ndim == 2 else known[labels]
        return Evaluation(tuple(dataset.names[row] for row in rows), truth, self.predict_proba(clips), self.class_names)

    def score(self, X: Any, y: Sequence[str] | np.ndarray | None = None) -> float:
        """Accuracy, or mean average precision with `multi_label`, on recordings `X` with labels `y` as for `fit`."""
        evaluation = self.evaluate(X, y)
        return evaluation.mean_average_precision if self.multi_label else evaluation.accuracy
