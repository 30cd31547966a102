"""Attention, transformer block and patch embedding: the definition, finite differences, bounded memory, refusals."""

import doctest
import math
import tracemalloc

import numpy as np
import pytest

from npaudio import nn
from npaudio.nn import attention, patch_embed, transformer_block
from npaudio.nn.attention import MultiHeadAttention
from npaudio.nn.fast import attention_blocks
from npaudio.nn.fast.exponential import lower_large_rows, quickest_exp
from npaudio.nn.gradient_check import gradcheck
from npaudio.nn.patch_embed import PatchEmbed
from npaudio.nn.transformer_block import TransformerBlock

RNG = np.random.default_rng(0)
MODULES = (attention, patch_embed, transformer_block)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_examples_can_be_redone_with_a_pencil(module):
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


def loops(x: np.ndarray, layer: MultiHeadAttention) -> np.ndarray:
    """The definition, one query after the other."""
    d = layer.embed_dim // layer.num_heads
    y = np.zeros_like(x)
    for b in range(len(x)):
        joined = x[b] @ layer.qkv.weight.data.T + layer.qkv.bias.data
        for head in range(layer.num_heads):
            q, k, v = (joined[:, part * layer.embed_dim + head * d :][:, :d] for part in range(3))
            for i in range(len(q)):
                powers = np.exp([q[i] @ k[j] / np.sqrt(d) for j in range(len(k))])
                y[b, i, head * d : (head + 1) * d] = sum(p * v[j] for j, p in enumerate(powers)) / sum(powers)
    return y @ layer.proj.weight.data.T + layer.proj.bias.data


def random_attention(dtype=np.float64) -> MultiHeadAttention:
    layer = MultiHeadAttention(6, 2, rng=0, dtype=dtype)
    for parameter in layer.parameters():
        parameter.data = RNG.standard_normal(parameter.shape).astype(dtype)
    return layer


# Blocks of one query, of some, of a whole head, of several heads, of several images.
@pytest.mark.parametrize("block", [1, 7, 25, 60, 1000])
def test_blocks_change_neither_output_nor_gradient(monkeypatch, block):
    layer, x, g = random_attention(), RNG.standard_normal((3, 5, 6)), RNG.standard_normal((3, 5, 6))
    monkeypatch.setattr(attention_blocks, "BLOCK", block)
    assert np.max(np.abs(layer(x) - loops(x, layer))) < 1e-12
    got, got_weight = layer.backward(g), layer.qkv.weight.grad.copy()
    monkeypatch.undo()
    layer.zero_grad()
    layer(x)
    assert np.max(np.abs(got - layer.backward(g))) < 1e-12
    assert np.max(np.abs(got_weight - layer.qkv.weight.grad)) < 1e-12


@pytest.mark.parametrize("block", [4, 1000])
def test_gradient_of_attention(monkeypatch, block):
    monkeypatch.setattr(attention_blocks, "BLOCK", block)
    report = gradcheck(random_attention(), RNG.standard_normal((2, 5, 6)))
    assert report.max_error <= 1e-7, report


@pytest.mark.parametrize("training", [True, False])
def test_gradient_of_a_block(training):
    block = TransformerBlock(6, 2, 10, rng=0).train(training)
    report = gradcheck(block, RNG.standard_normal((2, 4, 6)))
    assert report.max_error <= 1e-7, report


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("scores", [3, 1000])
@pytest.mark.parametrize("first", [1, 2, 5])
def test_a_block_for_the_first_tokens_alone_equals_the_whole_one(monkeypatch, first, scores, training):
    """Outputs, and all gradients where the other outputs are read by nobody."""
    monkeypatch.setattr(attention_blocks, "BLOCK", scores)
    block = TransformerBlock(6, 2, 10, rng=0, dtype=np.float64).train(training)
    x, g = RNG.standard_normal((3, 5, 6)), np.zeros((3, 5, 6))
    g[:, :first] = RNG.standard_normal((3, first, 6))
    whole = block(x)
    expected = [block.backward(g), *(p.grad.copy() for p in block.parameters())]
    block.zero_grad()
    assert np.max(np.abs(block.forward(x, first=first) - whole[:, :first])) < 1e-12
    got = [block.backward(g[:, :first]), *(p.grad for p in block.parameters())]
    assert max(np.max(np.abs(a - b)) for a, b in zip(got, expected, strict=True)) < 1e-12


@pytest.mark.parametrize("first", [0, -1, 1.5])
def test_first_must_be_a_number_of_tokens(first):
    with pytest.raises(ValueError, match="first"):
        TransformerBlock(6, 2, 10, rng=0).forward(np.ones((1, 5, 6), np.float32), first=first)


def test_gradient_of_a_block_with_dropout():
    report = gradcheck(TransformerBlock(4, 1, 5, dropout=0.3, rng=0), RNG.standard_normal((2, 3, 4)))
    assert report.max_error <= 1e-7, report


@pytest.mark.parametrize(("patch", "stride"), [((4, 3), (3, 2)), (3, None)])
def test_gradient_of_patches(patch, stride):
    report = gradcheck(PatchEmbed(patch, stride, dim=5, rng=0), RNG.standard_normal((2, 1, 9, 8)))
    assert report.max_error <= 1e-7, report


def test_the_first_weights_of_patches_keep_the_variance():
    weight = PatchEmbed((16, 16), dim=200, rng=0).proj.weight.data
    assert 0.85 < weight.std() * np.sqrt(16 * 16) < 1.0  # a normal distribution, cut at two standard deviations


def test_tokens_are_patches_in_reading_order():
    embed = PatchEmbed((2, 3), dim=6, rng=0, dtype=np.float64)
    embed.proj.weight.data = np.eye(6).reshape(6, 1, 2, 3)  # each token is its patch, written out
    x = np.arange(4 * 9.0).reshape(1, 1, 4, 9)
    tokens = embed(x)
    assert embed.grid(4, 9) == (2, 3)
    np.testing.assert_array_equal(tokens[0, 0], [0, 1, 2, 9, 10, 11])
    np.testing.assert_array_equal(tokens[0, 1], [3, 4, 5, 12, 13, 14])
    np.testing.assert_array_equal(tokens[0, 3], [18, 19, 20, 27, 28, 29])


def test_weights_to_look_at():
    layer, x = random_attention(), RNG.standard_normal((2, 5, 6))
    weights = layer.weights(x)
    assert weights.shape == (2, 2, 5, 5)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-12)
    np.testing.assert_allclose(layer.weights(x, slice(1, 2)), weights[:, :, 1:2], rtol=1e-12)


EXPONENTIALS = {"exp": (np.exp, 1.0), "exp2": (np.exp2, math.log2(math.e))}


@pytest.fixture(params=EXPONENTIALS)
def _each_exponential(request, monkeypatch):
    """Both, whichever is the quicker one on this processor."""
    monkeypatch.setattr(attention, "quickest_exp", lambda dtype: EXPONENTIALS[request.param])


@pytest.mark.usefixtures("_each_exponential")
@pytest.mark.parametrize("size", [0.01, 1, 3, 10], ids=str)  # the last has scores of several hundreds
def test_the_weights_in_float32_are_those_in_float64(size):
    q, k = (size * RNG.standard_normal((n, 8)).astype(np.float32) for n in (5, 7))
    scores = q.astype(np.float64) @ k.T.astype(np.float64) / np.sqrt(8)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    exact = powers / powers.sum(axis=1, keepdims=True)
    rounding = 4 * np.finfo(np.float32).eps * max(1, np.abs(scores).max())
    np.testing.assert_allclose(attention.attention_weights(q, k), exact, atol=rounding)


@pytest.mark.usefixtures("_each_exponential")
def test_huge_scores_do_not_overflow():
    q = np.array([[1e4, 0.0]], np.float32)
    k = np.array([[1e4, 0], [0, 1e4]], np.float32)
    np.testing.assert_array_equal(attention.attention_weights(q, k), [[1, 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_quickest_exponential_is_exp(dtype):
    function, factor = quickest_exp(np.dtype(dtype))
    x = np.linspace(-40, 40, 1001)
    np.testing.assert_allclose(function((factor * x).astype(dtype)), np.exp(x), rtol=300 * np.finfo(dtype).eps)


def test_float64_has_the_exponential_of_the_definition():
    assert quickest_exp(np.dtype(np.float64)) == (np.exp, 1.0)


@pytest.mark.parametrize("size", [1, 39, 41, 1e6])
@pytest.mark.parametrize("at_most", [0.9, 1.1, np.nan], ids=str)  # times the largest
def test_rows_are_lowered_only_where_exp_might_overflow(size, at_most):
    scores = size * np.array([[1.0, -1.0], [0.5, 0.25]])
    lower_large_rows(scores, at_most=size * at_most)
    lowered = size > 41 or (size == 41 and at_most != 0.9)
    assert np.array_equal(scores.max(axis=-1), [0, 0] if lowered else [size, size / 2])


def peak_megabytes(function) -> float:
    tracemalloc.start()
    function()
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return peak


def test_memory_grows_with_the_tokens_and_not_with_their_square():
    """Four times as many tokens: the weights alone would take 16 times the memory, 64 MB a head."""
    layer = MultiHeadAttention(16, 2, rng=0)
    peaks = []
    for n in (1024, 4096):
        x = np.ones((1, n, 16), np.float32)
        layer(x[:, :1])
        peaks.append(peak_megabytes(lambda x=x: (layer(x), layer.backward(x))))
    assert peaks[1] < 4 * peaks[0]
    assert peaks[1] < 20


def test_in_evaluation_a_block_keeps_its_input_only():
    block, x = TransformerBlock(32, 2, 64, rng=0), np.ones((1, 50, 32), np.float32)
    g = RNG.standard_normal(x.shape).astype(np.float32)
    block(x)
    trained = block.backward(g)
    block.eval()(x)
    assert all(module._kept is None for module in block.modules() if module is not block)
    np.testing.assert_allclose(block.backward(g), trained, atol=1e-6)
    block(x)
    block.train()
    with pytest.raises(ValueError, match="forward ran in evaluation, but the network is in training"):
        block.backward(g)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_type_stays(dtype):
    block = TransformerBlock(6, 2, 8, rng=0, dtype=dtype)
    y = block(np.ones((1, 3, 6), dtype))
    assert y.dtype == dtype
    assert block.backward(y).dtype == dtype
    assert {p.grad.dtype for p in block.parameters()} == {np.dtype(dtype)}


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="embed_dim=6 is not divisible by num_heads=4; choose"):
        MultiHeadAttention(6, 4)
    for shape in [(5, 6), (1, 5, 7), (0, 5, 6)]:
        with pytest.raises(ValueError, match=r"x has shape .*, expected tokens \(batch, n_tokens, 6\)"):
            MultiHeadAttention(6, 2)(np.ones(shape, np.float32))
    with pytest.raises(ValueError, match="an image of 4 x 9 is smaller than a patch of 5 x 3"):
        PatchEmbed((5, 3), dim=2)(np.ones((1, 1, 4, 9), np.float32))
    with pytest.raises(ValueError, match="call forward"):
        nn.MultiHeadAttention(6, 2).backward(np.ones((1, 2, 6), np.float32))
