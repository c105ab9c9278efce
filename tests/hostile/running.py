"""Load one hostile case and say what came of it; ``python -m tests.hostile.running`` for all.

The table it prints has for each case: outcome, articles, sentences, seconds of the processor and
megabytes (the peak of a fresh process and of its children), and what was wrong, if anything.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import ArticleError
from index.loading import find_files, isolation, load_file
from index.types import Article
from tests.hostile.make import GOOD, Case, all_cases, make_one

SECONDS, MEGABYTES = 10.0, 512
_WHOSE = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


@dataclass
class Result:
    """What came of a case; ``wrong`` is empty where all is as it should be."""

    name: str
    outcome: str
    articles: int
    errors: int
    seconds: float
    megabytes: float
    wrong: str


def load_case(folder: Path, case: Case) -> Result:
    """Load a written case and check what came of it."""
    began = _processor_time()
    errors: list[ArticleError] = []
    articles: list[Article] = []
    files = list(find_files(folder, on_error=errors.append))
    if case.between:
        case.between(folder)
    for file in files:
        articles += load_file(file, on_error=errors.append)
    isolation._POOL.close()  # a process is counted when it has ended
    seconds = _processor_time() - began
    peak = max(resource.getrusage(one).ru_maxrss / 1000 for one in _WHOSE)
    good = [one for one in articles if one.id == "zz-good.txt"]
    others = [one for one in articles if one.id != "zz-good.txt"]
    outcome = "IX" if others else "RJ" if errors else "NO"
    wrong = _wrong(case, outcome, good, others, errors)
    return Result(case.name, outcome, len(others), len(errors), seconds, peak, wrong)


def _processor_time() -> float:
    """Return the seconds of the processor that this process and its children have had."""
    usage = [resource.getrusage(one) for one in _WHOSE]
    return sum(one.ru_utime + one.ru_stime for one in usage)


def _wrong(
    case: Case,
    outcome: str,
    good: list[Article],
    others: list[Article],
    errors: list[ArticleError],
) -> str:
    """Say what is not as it should be."""
    if [one.text for one in good] != [GOOD]:
        return "the good article is not found"
    if outcome != case.outcome and not (case.outcome == "any" and outcome != "NO"):
        return f"{outcome} instead of {case.outcome}: {[str(error)[-150:] for error in errors[:2]]}"
    for error in errors:
        message = str(error)
        if not (
            message.isprintable() and message.endswith(".") and (";" in message or ":" in message)
        ):
            return f"not a sentence: {message[:200]!r}"
    if case.says and not any(case.says in str(error) for error in errors):
        return f"{case.says!r} is not said: {[str(error)[-200:] for error in errors[:2]]}"
    return next(filter(None, map(_strange, others)), "")


def _strange(article: Article) -> str:
    """Say what of an article could not be stored or shown."""
    values = [article.id, article.title, article.text, article.source, article.url or ""]
    values += [*article.authors, *article.metadata, *article.metadata.values()]
    if len(article.text) > 5_000_600 or len(article.title) > 512 or not article.text.strip():
        return f"{article.id!r} has {len(article.text)} characters"
    if any("\0" in value for value in values):
        return f"NUL in {article.id!r}"
    try:
        "".join(values).encode("utf-8")
    except UnicodeEncodeError:
        return f"a lone surrogate in {article.id!r}"
    return ""


def run_alone(name: str) -> Result:
    """Make and load a case, each in a fresh process, with the memory of the second measured.

    The peak of a process begins at that of its parent, so nothing large may happen in this one.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for step in ("--make", "--one"):
            ran = subprocess.run(
                [sys.executable, "-m", "tests.hostile.running", step, name, "--folder", folder],
                capture_output=True,
                text=True,
                check=False,
                cwd=Path(__file__).parents[2],
            )
            if ran.returncode:
                return Result(name, "??", 0, 0, 0.0, 0.0, ran.stderr[-500:])
    return Result(**json.loads(ran.stdout))


def main() -> int:
    """Run all cases, or one, and print what came of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--one", default="")
    parser.add_argument("--make", default="")
    parser.add_argument("--folder", default="")
    arguments = parser.parse_args()
    if arguments.make:
        make_one(Path(arguments.folder) / "case", all_cases()[arguments.make])
        return 0
    if arguments.one:
        result = load_case(Path(arguments.folder) / "case", all_cases()[arguments.one])
        sys.stdout.write(json.dumps(asdict(result)))
        return 0
    results = []
    for name in all_cases():
        one = run_alone(name)
        results.append(one)
        late = one.seconds > SECONDS or one.megabytes > MEGABYTES
        flag = "WRONG" if one.wrong else "LIMIT" if late else ""
        sys.stdout.write(
            f"{one.name} {one.outcome} {one.articles:6} {one.errors:5} {one.seconds:7.2f} s"
            f" {one.megabytes:6.0f} MB {flag} {one.wrong}\n"
        )
        sys.stdout.flush()
    bad = sum(bool(one.wrong) for one in results)
    slowest = max(one.seconds for one in results)
    largest = max(one.megabytes for one in results)
    sys.stdout.write(
        f"{len(results)} cases, {bad} wrong, slowest {slowest:.1f} s, largest {largest:.0f} MB\n"
    )
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
