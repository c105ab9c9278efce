"""Pack a trained reader for the repository: 8-bit layers, the heads, and a card.

    python -m training.export --reader RUN-OR-FILE --out FILE.safetensors [--figures FILE.json]

The file holds, by our tensor names, every matrix as ``NAME`` (uint8 codes, rows x columns) and
``NAME.scales`` (float16, rows x columns / 32; value = (code - 128) * scale, see
``index.models.weights``), and biases, norms and the head as float32. The embeddings are those of
the bundled encoder. The metadata's ``card`` is JSON.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.models.bundled import BUNDLED_NAME
from index.models.token_scoring import SCALES
from index.models.weights import quantize
from qa.reader.windows import LONGEST_QUESTION, LONGEST_WINDOW, STRIDE
from training.checkpoints import read_reader
from training.mixing import SHARES
from training.windows import bundled_weights

log = logging.getLogger("training")
FORMAT = 1
_LIMIT = 25_000_000
_SOURCES = {
    "rifkiaputri/IDK-MRC": "CC BY-SA 4.0", "IndoNLP/indonlu (FacQA)": "CC BY-SA 4.0",
    "SQuAD 1.1, SQuAD 2.0, machine translations of them": "CC BY-SA 4.0",
    "SQuADShifts": "CC BY 4.0", "google-research-datasets/QED": "CC BY-SA 3.0",
    "TyDi QA": "Apache-2.0", "JaQuAD": "CC BY-SA 3.0", "NorQuAD": "CC0", "AfriQA": "CC BY 4.0",
}  # fmt: skip
_LIMITS = (
    "Answers are spans of the text it is given; it counts nothing, compares nothing and combines "
    "nothing. Trained on Indonesian, English, Japanese, Norwegian, Korean and Swahili texts; other "
    "languages are carried over by the encoder. Answers to why and how questions may be cut short. "
    "Part of the cross-lingual data is machine-translated."
)


def pack(tensors: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the tensors of the file: layer matrices as 8-bit blocks, the rest as float32."""
    packed: dict[str, NDArray[Any]] = {}
    for name, values in tensors.items():
        if values.ndim == 2 and not name.startswith("head."):
            matrix = quantize(values, 8)
            packed[name] = matrix.codes
            packed[name + SCALES] = matrix.scales.astype(np.float16)
        else:
            packed[name] = np.ascontiguousarray(values, dtype=np.float32)
    return packed


def card(training: Any, figures: Any) -> dict[str, Any]:
    """Return the card: what the reader is, what it was made of, how good it is, where it ends."""
    return {
        "format": FORMAT,
        "name": "kutip extractive reader",
        "base": BUNDLED_NAME,
        "base_licence": "MIT",
        "base_fingerprint": bundled_weights().fingerprint(),
        "input": "<s> question </s> </s> passage </s>, the title and a line break in front",
        "output": "head.weight (2, hidden): start and end; position 0 stands for no answer",
        "longest_question": LONGEST_QUESTION,
        "longest_window": LONGEST_WINDOW,
        "stride": STRIDE,
        "licence": "CC BY-SA 4.0",
        "sources": _SOURCES,
        "shares": SHARES,
        "training": training,
        "figures": figures,
        "limits": _LIMITS,
    }


def main() -> None:
    """Run the command."""
    from safetensors import safe_open
    from safetensors.numpy import save_file

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reader", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--figures", type=Path, help="JSON for the card")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    tensors = {name: tensor.numpy() for name, tensor in read_reader(options.reader).items()}
    training = {}
    written = options.reader / "reader.safetensors" if options.reader.is_dir() else options.reader
    if written.is_file():
        with safe_open(written, "numpy") as file:
            training = json.loads((file.metadata() or {}).get("training", "{}"))
    figures = json.loads(options.figures.read_text("utf-8")) if options.figures else {}
    text = json.dumps(card(training, figures), ensure_ascii=False)
    partial = options.out.with_name(options.out.name + ".partial")
    save_file(pack(tensors), partial, metadata={"card": text})
    size = partial.stat().st_size
    if size > _LIMIT:
        raise SystemExit(f"The file would take {size} bytes, more than {_LIMIT}.")
    partial.rename(options.out)
    log.info("wrote %s, %d bytes", options.out.name, size)


if __name__ == "__main__":
    main()
