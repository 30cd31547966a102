"""The names under which published files keep the weights of a network, translated to the names of ours.

The Audio Spectrogram Transformer is found in three styles; the patterns of each are in a table below. Whatever the
style, files often put a word before all names (`module.`, from training on several cards), add the state of the
optimizer, or hold weights that the network does not use.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

PREFIXES = ("model.", "state_dict.", "module.", "audio_spectrogram_transformer.")
TRAINING_STATE = ("optimizer", "optim", "sampler", "scheduler", "lr_scheduler", "iteration", "epoch", "scaler", "best")

# Each pattern with our name. A number after # is the position of the array among several that are joined into one.
ORIGINAL_STYLE = {
    r"v\.(cls_token|dist_token|pos_embed)": r"\1",
    r"v\.patch_embed\.proj\.(weight|bias)": r"patch_embed.proj.\1",
    r"v\.(blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.fc[12])\.(?:weight|bias))": r"\1",
    r"v\.norm\.(weight|bias)": r"norm.\1",
    r"(mlp_head\.[01]\.(?:weight|bias))": r"\1",
}
HUGGING_FACE = {
    r"embeddings\.cls_token": "cls_token",
    r"embeddings\.distillation_token": "dist_token",
    r"embeddings\.position_embeddings": "pos_embed",
    r"embeddings\.patch_embeddings\.projection\.(weight|bias)": r"patch_embed.proj.\1",
    r"layernorm\.(weight|bias)": r"norm.\1",
    r"classifier\.layernorm\.(weight|bias)": r"mlp_head.0.\1",
    r"classifier\.dense\.(weight|bias)": r"mlp_head.1.\1",
}
ON_DISK = HUGGING_FACE | {
    r"encoder\.layer\.(\d+)\.attention\.attention\.query\.(weight|bias)": r"blocks.\1.attn.qkv.\2#0",
    r"encoder\.layer\.(\d+)\.attention\.attention\.key\.(weight|bias)": r"blocks.\1.attn.qkv.\2#1",
    r"encoder\.layer\.(\d+)\.attention\.attention\.value\.(weight|bias)": r"blocks.\1.attn.qkv.\2#2",
    r"encoder\.layer\.(\d+)\.attention\.output\.dense\.(weight|bias)": r"blocks.\1.attn.proj.\2",
    r"encoder\.layer\.(\d+)\.intermediate\.dense\.(weight|bias)": r"blocks.\1.mlp.fc1.\2",
    r"encoder\.layer\.(\d+)\.output\.dense\.(weight|bias)": r"blocks.\1.mlp.fc2.\2",
    r"encoder\.layer\.(\d+)\.layernorm_before\.(weight|bias)": r"blocks.\1.norm1.\2",
    r"encoder\.layer\.(\d+)\.layernorm_after\.(weight|bias)": r"blocks.\1.norm2.\2",
}
IN_MEMORY = HUGGING_FACE | {
    r"layers\.(\d+)\.attention\.q_proj\.(weight|bias)": r"blocks.\1.attn.qkv.\2#0",
    r"layers\.(\d+)\.attention\.k_proj\.(weight|bias)": r"blocks.\1.attn.qkv.\2#1",
    r"layers\.(\d+)\.attention\.v_proj\.(weight|bias)": r"blocks.\1.attn.qkv.\2#2",
    r"layers\.(\d+)\.attention\.o_proj\.(weight|bias)": r"blocks.\1.attn.proj.\2",
    r"layers\.(\d+)\.mlp\.(fc[12])\.(weight|bias)": r"blocks.\1.mlp.\2.\3",
    r"layers\.(\d+)\.layernorm_before\.(weight|bias)": r"blocks.\1.norm1.\2",
    r"layers\.(\d+)\.layernorm_after\.(weight|bias)": r"blocks.\1.norm2.\2",
}
OWN_STYLE = {
    r"((?:cls_token|dist_token|pos_embed)|(?:patch_embed\.proj|norm|mlp_head\.[01])\.(?:weight|bias))": r"\1",
    r"(blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.fc[12])\.(?:weight|bias))": r"\1",
}
AST_STYLES = {
    "original": ORIGINAL_STYLE,
    "Hugging Face on disk": ON_DISK,
    "Hugging Face in memory": IN_MEMORY,
    "npaudio": OWN_STYLE,
}
AST_UNUSED = {r"v\.head(_dist)?\.(weight|bias)": "ImageNet's classes, not used for sounds"}

PANNS_STYLE = {
    r"(bn0\.(?:weight|bias|running_mean|running_var|num_batches_tracked))": r"\1",
    r"(conv_block\d\.conv[12]\.weight)": r"\1",
    r"(conv_block\d\.bn[12]\.(?:weight|bias|running_mean|running_var|num_batches_tracked))": r"\1",
    r"((?:fc1|fc_audioset)\.(?:weight|bias))": r"\1",
}
PANNS_UNUSED = {
    r"spectrogram_extractor\..*": "the front end, which Frontend.panns() computes",
    r"logmel_extractor\..*": "the front end, which Frontend.panns() computes",
}


@dataclass
class Match:
    """Which entries of a file belong to which of our names.

    Attributes
    ----------
    style : str
        Whose names they are.
    sources : dict from str to dict from int to str
        For each of our names the entries that make it up: one, or several that are joined along the first axis.
    ignored : dict from str to str
        Entries that are not used, and why.
    """

    style: str
    sources: dict[str, dict[int, str]] = field(default_factory=dict)
    ignored: dict[str, str] = field(default_factory=dict)


def match_ast(names: Iterable[str]) -> Match:
    """Names of an Audio Spectrogram Transformer in whichever style fits most of them."""
    matches = [_match(names, style, patterns, AST_UNUSED) for style, patterns in AST_STYLES.items()]
    return max(matches, key=lambda match: len(match.sources))


def match_panns(names: Iterable[str]) -> Match:
    """Names of Cnn6, Cnn10 or Cnn14."""
    return _match(names, "PANNs", PANNS_STYLE, PANNS_UNUSED)


def _match(names: Iterable[str], style: str, patterns: dict[str, str], unused: dict[str, str]) -> Match:
    match = Match(style)
    for name in names:
        bare = _without_prefixes(name)
        own = next((re.sub(pattern, to, bare) for pattern, to in patterns.items() if re.fullmatch(pattern, bare)), None)
        if own is None:
            match.ignored[name] = _reason(bare, unused)
            continue
        target, _, part = own.partition("#")
        if match.sources.setdefault(target, {}).setdefault(int(part or 0), name) != name:
            match.ignored[name] = f"the same as {match.sources[target][int(part or 0)]}"
    return match


def _without_prefixes(name: str) -> str:
    while prefix := next((p for p in PREFIXES if name.startswith(p)), None):
        name = name.removeprefix(prefix)
    return name


def _reason(bare: str, unused: dict[str, str]) -> str:
    if bare.split(".")[0] in TRAINING_STATE:
        return "state of the training"
    return next((why for pattern, why in unused.items() if re.fullmatch(pattern, bare)), "unknown")
