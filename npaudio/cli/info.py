"""`npaudio info`: what is in a model or a sound file."""

import argparse
import os
from typing import Any

from npaudio.audio import load
from npaudio.cli.running import DONE, SOME_FAILED, sentence_of
from npaudio.cli.terminal import complain, write_json
from npaudio.pipeline.model_file import read_model

NEVER_UNKNOWN = "this model never answers `unknown`, unless `npaudio classify --unknown-below P` sets a threshold"


def run(options: argparse.Namespace) -> int:
    """Describe each file."""
    described = []
    for name in options.files:
        try:
            described.append({"file": name, **describe(name)})
        except (ValueError, OSError) as error:
            described.append({"file": name, "error": sentence_of(error)})
    if options.json:
        write_json(described)
    else:
        for facts in described:
            print_facts(facts)
    return SOME_FAILED if any("error" in facts for facts in described) else DONE


def describe(name: str) -> dict[str, Any]:
    """Facts about a model, by its suffix, or a sound."""
    if os.path.splitext(name)[1].lower() == ".npz":
        return describe_model(name)
    y, sr = load(name, mono=False)
    channels = 1 if y.ndim == 1 else len(y)
    loudest = float(abs(y).max()) if y.size else 0.0
    return {"sample rate": sr, "channels": channels, "seconds": round(y.shape[-1] / sr, 3), "peak": round(loudest, 4)}


def describe_model(name: str) -> dict[str, Any]:
    """What a model file says of itself."""
    header, weights = read_model(name)
    params, statistics = header.get("params", {}), ("running_mean", "running_var", "num_batches_tracked")
    return {
        "kind": header.get("kind"),
        "classes": list(header.get("class_names", [])),
        "parameters": sum(array.size for key, array in weights.items() if not key.endswith(statistics)),
        "epochs": params.get("epochs"),
        "unknown below": None if params.get("multi_label") else header.get("unknown_below"),
        "versions": header.get("versions"),
    }


def print_facts(facts: dict[str, Any]) -> None:
    """A line per fact."""
    if "error" in facts:
        complain(f"{facts['file']}: {facts['error']}" if facts["file"] not in facts["error"] else facts["error"])
        return
    print(facts["file"])
    for name, value in facts.items():
        if name != "file" and value is not None:
            text = ", ".join(map(str, value)) if isinstance(value, list) else value
            if name == "unknown below" and not value:
                text = f"0: {NEVER_UNKNOWN}"
            print(f"  {name:<14} {text:,}" if isinstance(value, int) else f"  {name:<14} {text}")
