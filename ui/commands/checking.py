"""``kutip check``: find damage in an index, and repair what can be derived again."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.as_json import plain
from ui.commands.options import IndexOption, JsonOption, index_path
from ui.terminal import print_json, say

DAMAGED = 3


def check(
    index: IndexOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild what can be derived from the articles.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look for damage in the index, and repair it.

    The exit code is 3 where damage is found and not repaired.
    """
    folder = index_path(index)
    from index import ArticleIndex

    with ArticleIndex.open(folder, rescue=repair) as opened:
        findings = list(opened.check(repair=repair))
    if as_json:
        print_json({"findings": plain(findings)})
    else:
        for finding in findings:
            outcome = "repaired" if finding.repaired else "damaged"
            say(f"{outcome}: {finding.part}: {finding.problem}")
        if not findings:
            say("no damage found")
    if not all(finding.repaired for finding in findings):
        raise typer.Exit(DAMAGED)
