"""Coverage-guided fuzzing with atheris, where it is installed (``pip install atheris``).

``python -m tests.hostile.fuzz.targets TARGET [libFuzzer options]``, such as ``.pdf
-max_total_time=600``. Targets are the suffixes of the loaders, ``spans``, ``analysis``, ``fields``
and ``bytes``. A finding is kept as a file by libFuzzer; make a test of it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["index", "striprtf", "feedparser", "email", "zipfile"]):
    from tests.hostile import properties


def run(target: str, data: bytes) -> None:
    """Hand the fuzzer's bytes to a target."""
    text = data.decode("utf-8", "ignore")
    if target in properties.SEEDS:
        properties.check_loader(target, data)
    elif target == "spans":
        properties.check_spans(text, "id")
    elif target == "analysis":
        properties.check_analysis(text, "id")
    elif target == "fields":
        properties.check_fields(text)
    elif target == "bytes":
        properties.check_bytes(data)
    else:
        sys.exit(f"no target {target!r}: {', '.join(properties.SEEDS)}, spans, analysis, ...")


def main() -> None:
    """Fuzz the target named first, from a good document where it has one."""
    target = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    with tempfile.TemporaryDirectory() as folder:
        if target in properties.SEEDS:
            (Path(folder) / "good").write_bytes(properties.SEEDS[target])
        atheris.Setup([*sys.argv, folder], lambda data: run(target, data))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
