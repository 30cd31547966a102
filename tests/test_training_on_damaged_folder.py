"""A folder as users have them: a few files are damaged, stereo, at another rate or no sound at all. It trains."""

import numpy as np

from npaudio import Frontend, nn, training
from npaudio.datasets import AudioFolder, extract_features
from tests.sound_folders import folder_of_classes, write_tone

FRONTEND = Frontend(name="small", sr=8000, n_fft=128, hop_length=128, n_mels=8)


def spoil(root):
    """Files that can't be used by name, and two that can: stereo, and at 44.1 kHz."""
    whole = write_tone(root / "low" / "cut.wav").read_bytes()
    bad = {"empty.wav": b"", "cut.wav": whole[:30], "text.wav": b"this is no sound", "picture.jpg": b"\xff\xd8\xff"}
    for name, content in bad.items():
        (root / "low" / name).write_bytes(content)
    write_tone(root / "low" / "stereo.wav", 3, channels=2)
    write_tone(root / "high" / "fast.wav", 4, sr=44100)
    return set(bad)


def test_it_trains_and_the_report_names_every_skipped_file(tmp_path):
    folder_of_classes(tmp_path, {"low": 20, "high": 20})
    bad = spoil(tmp_path)
    table = extract_features(AudioFolder(tmp_path, sr=8000), FRONTEND, duration=0.25, processes=1)
    assert len(table) == 42  # stereo and 44.1 kHz are among them
    assert {skipped.name.replace("\\", "/").split("/")[-1] for skipped in table.skipped} == bad
    report = table.report()
    assert all(name in report for name in bad)

    x, labels = np.asarray(table.X), np.asarray(table.labels)
    x = ((x - x.mean()) / x.std()).reshape(len(x), -1)
    model = nn.Sequential(nn.Linear(x.shape[1], 2, rng=0))
    optimizer = nn.AdamW(model.parameters(), lr=0.01)
    history = training.fit(model, x, labels, epochs=20, batch_size=8, optimizer=optimizer, progress=False)
    losses = history["loss"]
    assert losses[-1] < 0.5 * losses[0]
