"""Parts of a training as text: the same in every process, and of what they were made with."""

import sys
import zlib
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
import pytest

from npaudio import augment, nn, training
from npaudio.training.settings import DEEPEST, described, fingerprint, numbers


class Remembering(nn.CrossEntropyLoss):
    def __init__(self, weight=None, *, name="mine", **settings):
        super().__init__(weight, **settings)
        self.name, self.last = name, None


@dataclass
class Counting:
    calls: int = 0


@dataclass(frozen=True)
class Frozen:
    kinds: frozenset = field(default_factory=lambda: frozenset({"dog", "cat", "rain"}))
    curve: np.ndarray = field(default_factory=lambda: np.linspace(0, 1e-7, 9))


DAYS = (date(2026, 11, 24) - date(1970, 1, 1)).days  # what NumPy keeps of a date
PARTS = {
    "nothing": (None, "None"),
    "a number of NumPy": (np.float64(0.003), "0.003"),
    "a list": ([1, 2.5, "a", (True, None)], "[1, 2.5, 'a', [True, None]]"),
    "a function": (training.accuracy, "accuracy"),
    "a class": (nn.AdamW, "AdamW"),
    "a partial": (partial(training.accuracy, 1, a_max=np.float32(2.0)), "accuracy(1, a_max=2.0)"),
    "a sampler": (training.ClassBalanced(), "ClassBalanced()"),
    "an average": (training.EMA(np.float64(0.99)), "EMA(decay=0.99, warm_up=True)"),
    "a generator": (np.random.default_rng(0), "Generator()"),
    "a dataclass that may change": (Counting(3), "Counting()"),
    "an array of objects": (np.array([None, "a"], object), "[None, 'a']"),
    "dates": (
        np.array(["2026-11-24"], "M8[D]"),
        f"datetime64[D] (1,) with checksum {zlib.crc32(DAYS.to_bytes(8, sys.byteorder)):08x}",
    ),
    "a chain": (
        augment.Compose([augment.Step(augment.gain, db=(-6, 6), p=0.5)]),
        "Compose(steps=[Step(function=gain, p=0.5, settings={db=[-6, 6]})], p=1.0)",
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_parts_are_described_by_what_they_were_made_with(name):
    part, text = PARTS[name]
    assert described(part) == text


def test_what_a_part_remembers_and_how_numpy_prints_does_not_matter():
    loss = Remembering(np.ones(12), label_smoothing=0.1)
    before = described(loss), described(Frozen())
    loss.last = 1.5
    with np.printoptions(linewidth=20, suppress=True, precision=1):
        assert (described(loss), described(Frozen())) == before
    assert before[0].startswith("Remembering(weight=float")
    assert "(12,) with checksum" in before[0]
    assert "label_smoothing=0.1" in before[0]
    assert before[1].startswith("Frozen(kinds={'cat', 'dog', 'rain'}, curve=float64 (9,) with checksum ")


def test_parts_that_hold_each_other_come_to_an_end():
    class Node:
        def __init__(self, other=None):
            self.other = other

    node = Node()
    node.other = node
    assert described(node).count("Node") == DEEPEST + 1


def test_arrays_are_told_apart_and_long_ones_take_no_time():
    backgrounds = [np.random.default_rng(k).standard_normal(160_000) for k in range(5)]
    text = described(partial(augment.mix_background, background=backgrounds))
    assert len(text) < 400
    backgrounds[3][77] += 1e-9
    assert described(partial(augment.mix_background, background=backgrounds)) != text
    assert len(described(list(range(100_000)))) < 2100
    assert described(list(range(100_000))) != described([*range(99_999), 0])


def test_of_a_large_memory_map_little_is_read(tmp_path):
    mapped = np.lib.format.open_memmap(tmp_path / "x.npy", mode="w+", dtype=np.float32, shape=(24, 1_000_000))
    text = fingerprint(mapped)
    assert text == f"float32 (24, 1000000) with checksum {text[-8:]}"
    mapped[5, 100] = 1
    assert fingerprint(mapped) != text


def test_numbers_of_optimizers_and_schedules():
    optimizer = nn.AdamW(nn.Linear(2, 2, rng=0).parameters(), betas=[0.9, 0.99], lr=np.float32(0.5))
    assert numbers(optimizer) == "AdamW(lr=0.5, betas=[0.9, 0.99], eps=1e-08, weight_decay=0.01)"
    assert numbers(nn.OneCycle(optimizer, 0.1, 100)).startswith("OneCycle(max_lr=0.1, pct_start=0.3, ")
