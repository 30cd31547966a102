"""Hostile and damaged files: five thousand of each format, each refused with a reason, in bounded time and memory."""

import os
import pickle
import struct
import time
import tracemalloc
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest

from npaudio.checkpoints import CheckpointError, load_checkpoint
from tests import checkpoint_bytes as made

HUGE = (2**31, 2**40, 2**62, 2**63, 2**64, 10**30)
N_HOSTILE, N_FLIPPED = 4000, 1000
MOST_MEGABYTES, MOST_SECONDS = 20, 3.0  # of any one file


def pick(rng, options):
    return options[int(rng.integers(len(options)))]


# --- safetensors ---


def hostile_safetensors(rng) -> bytes:
    """A file that claims something impossible; which, is drawn."""
    good = {"a": made.entry(), "b": made.entry("I16", [3], [8, 14])}
    data, n = bytes(14), int(rng.integers(1, 50))
    kinds = [
        lambda: made.safetensors(good, data[: -min(n, 14)]),  # cut off
        lambda: made.safetensors(good, data + bytes(n)),  # bytes that belong to nothing
        lambda: made.safetensors(good, data, length=pick(rng, [*HUGE[:4], 14 + n, 10**6 + n])),
        lambda: made.safetensors(good, data)[: int(rng.integers(0, 60))],
        lambda: made.safetensors({**good, "b": made.entry("I16", [3], [8 + n, 14 + n])}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", [3], [8 - 2 * (n % 4 + 1), 14])}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", [3], [14, 8])}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", [3], [-n, 6 - n])}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", [-3], [8, 14])}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", [3 + n], [8, 14])}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", [pick(rng, HUGE), pick(rng, [0, 1, 2**40])])}, data),
        lambda: made.safetensors({**good, "b": made.entry(pick(rng, ["F8", "f32", 7, None, []]), [3], [8, 14])}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", pick(rng, [3, "3", [3.0], [True], None, {}]))}, data),
        lambda: made.safetensors({**good, "b": made.entry("I16", [1] * (33 + n), [8, 10])}, data),
        lambda: made.safetensors({**good, "b": pick(rng, [7, [], {}, "x", {"dtype": "I16"}])}, data),
        lambda: made.safetensors('{"a":' + pick(rng, ["NaN", "Infinity", "-Infinity", "1e999", "tru", ""]) + "}"),
        lambda: made.safetensors('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}}', bytes(4)),
        lambda: made.safetensors("[" * int(rng.integers(1, 20_000))),
        lambda: made.safetensors('{"a":' * int(rng.integers(1, 20_000))),
        lambda: made.safetensors("9" * (5000 + n)),
        lambda: made.safetensors(pick(rng, ["[]", "7", '"a"', "null"]) + " " * n),
        lambda: rng.bytes(n),
    ]
    return pick(rng, kinds)()


# --- pth ---


def hostile_pth(rng) -> bytes:
    n, huge = int(rng.integers(1, 50)), pick(rng, HUGE)
    file, count = pick(rng, [made.pth, made.older_pth]), (6).to_bytes(8, "little")
    kinds = [
        lambda: file(made.table({"w": made.tensor(shape=(huge, 3))})),
        lambda: file(made.table({"w": made.tensor(shape=(2, 3 + n))})),
        lambda: file(made.table({"w": made.tensor(shape=(2, -3))})),
        lambda: file(made.table({"w": made.tensor(strides=(pick(rng, [3 + n, -1, huge]), 1))})),
        lambda: file(made.table({"w": made.tensor(strides=(0, 0), shape=(1000 + n, 1000))})),
        lambda: file(made.table({"w": made.tensor(offset=pick(rng, [n, -n, huge, None]))})),
        lambda: file(made.table({"w": made.tensor(shape=pick(rng, [7, "23", None, (2.5,), (2,)]))})),
        lambda: file(made.table({"w": made.tensor(stored=made.value(n))})),
        lambda: file(made.table({"w": made.tensor(stored=made.storage(count=pick(rng, [6 + n, huge, -6, None])))})),
        lambda: file(made.table({"w": made.tensor(stored=made.storage(key=f"missing{n}"))})),
        lambda: file(made.table({"w": made.tensor(stored=made.storage(kind="QUInt8Storage"))})),
        lambda: file(made.table({"w": made.value(("storage", n)) + b"Q"})),
        lambda: file(made.table([("w", made.tensor()), ("w", made.value(n))])),
        lambda: file(made.table([(("deep",), made.value(n))])),
        lambda: file(made.call(made.name(*pick(rng, ATTACKS)), f"echo {n}")),
        lambda: file(made.value(n) + made.value((n,)) + b"R"),  # calls a number
        lambda: file(pick(rng, [b"0", b"e", b"s", b"u", b"R", b"\x86", b"h\x09", b"Q", b"t", b"b"]) * n),
        lambda: file(made.table({})[:-1]),
        lambda: file(made.value("x") + made.value("y") + b"\x93" + made.value(()) + b"R"),
        lambda: file(pick(rng, [b"\x81", b"i", b"o", b"P0\n", b"\x82\x01"])),  # NEWOBJ, INST, OBJ, PERSID, EXT1
        lambda: file(b"X" + struct.pack("<I", 2**32 - n) + b"short"),
        lambda: file(b"]" * (40 + n) + b"a" * (39 + n)),  # lists within lists
        lambda: made.pth(made.table({"w": made.tensor()}), members={"data/0": made.NUMBERS[: -n % 24]}),
        lambda: made.pth(made.table({"w": made.tensor()}), members={}),
        lambda: made.pth(made.table({"w": made.tensor()}), compression=zipfile.ZIP_DEFLATED),
        lambda: made.pth(made.table({"w": made.tensor()}))[:-n],
        lambda: made.pth(b"").replace(b"data.pkl", b"data.plk"),
        lambda: made.older_pth(made.table({"w": made.tensor()}), data=count + made.NUMBERS[: -n % 24]),
        lambda: made.older_pth(made.table({"w": made.tensor()}), data=(6 + n).to_bytes(8, "little") + made.NUMBERS),
        lambda: made.older_pth(made.table({"w": made.tensor()}), keys=("0", f"{n}x")),
        lambda: made.older_pth(made.table({"w": made.tensor()}), magic=n),
        lambda: made.older_pth(made.table({}), version=n, keys=()),
        lambda: rng.bytes(n),
    ]
    return pick(rng, kinds)()


ATTACKS = [
    ("os", "system"),
    ("posix", "system"),
    ("builtins", "eval"),
    ("builtins", "getattr"),
    ("torch.storage", "_load_from_bytes"),
    ("torch", "load"),
    ("subprocess", "Popen"),
    ("runpy", "run_path"),
]


# --- npz ---


def hostile_npz(rng) -> bytes:
    n, huge = int(rng.integers(1, 50)), pick(rng, HUGE)
    good = ("a.npy", made.npy())
    kinds = [
        lambda: made.npz([good, ("b.npy", made.npy(shape=(2, 3 + n)))]),
        lambda: made.npz([good, ("b.npy", made.npy(shape=(huge, pick(rng, [1, 0, 3]))))]),
        lambda: made.npz([good, ("b.npy", made.npy(shape=pick(rng, [(-2, -3), (-6,), (2.5,), "x", 6, None])))]),
        lambda: made.npz(
            [good, ("b.npy", made.npy(dtype=pick(rng, ["|O", "<f3", "V4", "<M8[s]", "[('a','<f4')]", ""])))]
        ),
        lambda: made.npz([good, ("b.npy", made.npy(data=made.NUMBERS + bytes(n)))]),
        lambda: made.npz([good, ("b.npy", made.npy(data=made.NUMBERS[: -n % 24]))]),
        lambda: made.npz([good, ("b.npy", made.npy(fortran=pick(rng, [7, "x", None])))]),
        lambda: made.npz([good, ("b.npy", rng.bytes(n))]),
        lambda: made.npz([good, ("b.npy", b"\x93NUMPY" + bytes([n % 7 + 3, 0]) + made.npy()[8:])]),
        lambda: made.npz([good, ("b.npy", made.npy().replace(b"'shape'", b"'shale'"))]),
        lambda: made.npz([good, ("b.npy", made.npy()[:10] + b"(" * 70 + made.npy()[80:])]),
        lambda: made.npz([good, ("b.npy", pickle.dumps({"n": n}))]),
        lambda: made.npz([good])[:-n],
        lambda: shifted(made.npz([good, ("b.npy", made.npy())]), int(rng.integers(1, 100))),
        lambda: made.npz([good]).replace(made.NUMBERS, made.NUMBERS[:-1] + bytes([n + 1])),
        lambda: rng.bytes(n),
    ]
    return pick(rng, kinds)()


def shifted(archive: bytes, by: int) -> bytes:
    """The directory of the archive points to somewhere inside the first member for the second one."""
    entry = archive.rindex(b"PK\x01\x02")
    return archive[: entry + 42] + struct.pack("<I", by) + archive[entry + 46 :]


FORMATS = {
    ".safetensors": (
        hostile_safetensors,
        made.safetensors({"a": made.entry(), "b": made.entry("I16", [3], [8, 14])}, bytes(14)),
    ),
    ".pth": (hostile_pth, made.pth(made.table({"w": made.tensor()}))),
    ".npz": (hostile_npz, made.npz([("a.npy", made.npy()), ("b.npy", made.npy())])),
}


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("suffix", FORMATS)
def test_thousands_of_hostile_files_are_refused_with_a_reason(tmp_path, suffix):
    """Every one of them is `CheckpointError`, never anything else; time and memory of each are bounded."""
    make, rng, path = FORMATS[suffix][0], np.random.default_rng(0), tmp_path / f"a{suffix}"
    reasons = set()
    for number in range(N_HOSTILE):
        path.write_bytes(make(rng))
        with within_bounds(MOST_SECONDS, MOST_MEGABYTES if number % 10 == 0 else None):
            reasons.add(reason(path))
    assert len(reasons) > 5


def reason(path) -> str:
    """Why a file was refused, its first words."""
    with pytest.raises(CheckpointError, match="take another copy") as error:
        load_checkpoint(path)
    return str(error.value).partition("(")[2][:20]


@contextmanager
def within_bounds(seconds, megabytes=None):
    """Measuring memory takes time, so only some files are measured so."""
    if megabytes:
        tracemalloc.start()
    start = time.perf_counter()
    yield
    elapsed = time.perf_counter() - start
    assert elapsed < seconds
    if megabytes:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < megabytes * 2**20


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_flipped_bit_is_refused_or_changes_little(tmp_path, suffix):
    """safetensors has no checksum, so a bit in its numbers or names goes unseen; the arrays are no larger for it."""
    good, rng, path = FORMATS[suffix][1], np.random.default_rng(1), tmp_path / f"a{suffix}"
    path.write_bytes(good)
    size = sum(array.nbytes for array in load_checkpoint(path).values())
    refused = 0
    for _ in range(N_FLIPPED):
        damaged = bytearray(good)
        damaged[rng.integers(len(good))] ^= 1 << int(rng.integers(8))
        path.write_bytes(damaged)
        try:
            assert sum(array.nbytes for array in load_checkpoint(path).values()) <= 2 * size
        except CheckpointError:
            refused += 1
    assert refused > N_FLIPPED / 3


@pytest.mark.parametrize("attack", ATTACKS, ids=".".join)
@pytest.mark.parametrize("file", [made.pth, made.older_pth], ids=["zip", "older"])
def test_the_name_that_a_pickle_asks_for_is_named(tmp_path, file, attack):
    (tmp_path / "a.pth").write_bytes(file(made.call(made.name(*attack), "whatever")))
    with pytest.raises(CheckpointError, match=f"it asks for '{'.'.join(attack)}'.*nothing of it was run"):
        load_checkpoint(tmp_path / "a.pth")


class RunsSomething:
    def __init__(self, path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_python_s_own_pickles_run_nothing(tmp_path, protocol):
    """Wherever in a file it stands: as the whole of it, in the zip format, in the older one."""
    attack = pickle.dumps({"weights": RunsSomething(tmp_path / "made")}, protocol)
    for raw in (attack, made.pth(attack[:-1]), made.older_pth(attack[:-1])):
        (tmp_path / "a.pth").write_bytes(raw)
        with pytest.raises(CheckpointError, match=r"it asks for '(posix|nt)\.mkdir'|instruction"):
            load_checkpoint(tmp_path / "a.pth")
    assert not (tmp_path / "made").exists()


def refused_within_bounds(path, raw: bytes, match: str) -> None:
    path.write_bytes(raw)
    with within_bounds(10, 60 + 8 * len(raw) / 2**20), pytest.raises(CheckpointError, match=match):
        load_checkpoint(path)


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    bomb = made.npz([("a.npy", made.npy(shape=(2**26,), dtype="|u1", data=bytes(2**26)))], zipfile.ZIP_DEFLATED)
    refused_within_bounds(tmp_path / "a.npz", bomb, "it would unpack .* bytes to 67,")
    pickled = made.pth(made.value("x" * 2**26), compression=zipfile.ZIP_DEFLATED)
    refused_within_bounds(tmp_path / "a.pth", pickled, "it would unpack")


def test_the_instructions_of_a_pickle_are_counted(tmp_path):
    refused_within_bounds(tmp_path / "a.pth", made.pth(b"N0" * 150_000), "more than 200,000 instructions")


def test_tables_that_double_again_and_again(tmp_path):
    """Sixty tables, each of which holds the one before twice, are 2^60 entries."""
    doubling = b"]q\x00" + b"".join(b"]q" + bytes([k + 1]) + b"(h" + bytes([k]) * 2 for k in ())
    for k in range(60):
        doubling += b"]q" + bytes([k + 1]) + b"(h" + bytes([k]) + b"h" + bytes([k]) + b"e"
    refused_within_bounds(tmp_path / "a.pth", made.pth(doubling), "nested too deeply, or have too many entries")


def test_a_table_that_holds_itself(tmp_path):
    refused_within_bounds(tmp_path / "a.pth", made.pth(b"]q\x00h\x00a"), "nested too deeply")


def test_many_tensors_on_one_storage(tmp_path):
    """A thousand tensors of 4 MB that are all the same bytes would fill 4 GB."""
    count = 1_000_000
    stored = made.storage(count=count)
    views = {f"w{k}": made.tensor((count,), (1,), 0, stored) for k in range(1000)}
    raw = made.pth(made.table(views), members={"data/0": bytes(4 * count)})
    refused_within_bounds(tmp_path / "a.pth", raw, "share storages so often")


def test_what_is_not_an_array_of_numbers_is_told_apart_from_damage(tmp_path):
    (tmp_path / "a.pth").write_bytes(made.pth(made.call(made.name("torchvision.models.resnet", "ResNet"))))
    with pytest.raises(CheckpointError, match=r"it asks for 'torchvision.models.resnet.ResNet'"):
        load_checkpoint(tmp_path / "a.pth")
