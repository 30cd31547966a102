"""Small data sets on disk, sound and unsound, for the tests of npaudio.datasets."""

import csv

import numpy as np

import npaudio
from tests.wav_bytes import chunk, fmt, pcm16, riff

SR = 8000
SECONDS = 0.25


def tone(number, *, sr=SR, seconds=SECONDS):
    """A quiet tone; another for each number."""
    return 0.5 * np.sin(2 * np.pi * (200 + 7 * number) * np.arange(round(sr * seconds)) / sr)


def write_tone(path, number=0, *, sr=SR, seconds=SECONDS, channels=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    y = np.tile(tone(number, sr=sr, seconds=seconds), (channels, 1))
    npaudio.save(path, y, sr)
    return path


def folder_of_classes(root, counts, **settings):
    """root/CLASS/K.wav for {class: number of files}."""
    number = 0
    for name, count in counts.items():
        for k in range(count):
            write_tone(root / name / f"{k}.wav", number, **settings)
            number += 1
    return root


def write_table(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def esc_row(fold, target, take):
    source = 1000 * fold + target
    return {
        "filename": f"{fold}-{source}-{take}-{target}.wav",
        "fold": fold,
        "target": target,
        "category": {0: "dog", 1: "rooster", 7: "rain"}[target],
        "esc10": str(target != 7),
        "src_file": source,
        "take": take,
    }


def esc50(root, *, folds=3, sr=44100):
    """Three classes, two takes of each in each fold; the class rain (7) is not of ESC-10."""
    rows = [esc_row(fold, target, take) for fold in range(1, folds + 1) for target in (7, 0, 1) for take in "AB"]
    write_table(root / "meta" / "esc50.csv", rows)
    for number, row in enumerate(rows):
        write_tone(root / "audio" / row["filename"], number, sr=sr, seconds=0.1)
    return root


def urbansound(root):
    """Four classes in ten folds, at four rates, every third in stereo."""
    rows = []
    for number in range(40):
        fold, label = number % 10 + 1, number // 10
        names = ("air_conditioner", "car_horn", "children_playing", "dog_bark")
        name = f"{100 + number}-{label}-0-0.wav"
        rows.append(
            {"slice_file_name": name, "fsID": 100 + number, "fold": fold, "classID": label, "class": names[label]}
        )
        sr, channels = (8000, 22050, 44100, 96000)[number % 4], 1 + (number % 3 == 0)
        write_tone(root / "audio" / f"fold{fold}" / name, number, sr=sr, channels=channels, seconds=0.1)
    write_table(root / "metadata" / "UrbanSound8K.csv", rows)
    return root


def add_faulty_files(folder, whole):
    """Files that no data set can use, {name: what the reason must say}; `whole` is a good WAV file to spoil."""
    content = whole.read_bytes()
    nan = np.array([0.0, np.nan, 0.5], dtype="<f4").tobytes()
    files = {
        "empty.wav": (b"", "is empty"),
        "cut.wav": (content[: len(content) // 2], "breaks off"),
        "header.wav": (content[:20], "truncated header"),
        "headless.wav": (b"\0" * len(content), "not a RIFF WAV file"),
        "no_samples.wav": (riff(fmt(), chunk(b"data", b"")), "no samples"),
        "codec.wav": (riff(fmt(codec=0x55), chunk(b"data", pcm16())), "codec"),
        "song.mp3.txt": (b"buy milk", "not a RIFF WAV file"),
        "picture.jpg": (b"\xff\xd8\xff\xe0 JFIF", "not a RIFF WAV file"),
        "nan.wav": (riff(fmt(3, bits=32), chunk(b"data", nan)), "NaN"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    return {name: reason for name, (_, reason) in files.items()}
