"""A study's results against the manifest that is committed with it."""

from __future__ import annotations

from pathlib import Path

from surveypipe.comparison.expected import as_json, expected, read_expected
from surveypipe.comparison.release import read_release
from surveypipe.comparison.verification import report, verify
from surveypipe.problems import SurveyError
from surveypipe.stage_record import state_of


def verify_results(results: Path, committed: Path) -> tuple[list[str], bool]:
    """Hold results against the committed manifest, and every file of them against what its stage recorded.

    Parameters
    ----------
    results
        Folder of a run.
    committed
        The manifest to hold them against.

    Returns
    -------
    tuple of list of str and bool
        Lines for the screen, and whether every number and word is as released and no file was changed since
        its stage wrote it. One that is missing and is not released is told, and is no failure: whoever got
        the released files alone has no others.

    Raises
    ------
    SurveyError
        If there is no such manifest, or no results.
    """
    if not committed.is_file():
        raise SurveyError(
            f"{committed}: there is no manifest to hold the results against. Write it from results that are "
            "to be released with: surveypipe verify --accept"
        )
    found, now = verify(results, read_expected(committed)), state_of(results)
    lines = report(found)
    if now.changed:
        first = "NOT as the run left it: files were changed after their stage wrote them."
        lines = [first, *now.changed, *lines]
    if now.missing:
        lines += ["Files that the run made are missing:", *now.missing]
    return lines, found.passed and not now.changed


def accept(results: Path, committed: Path) -> list[str]:
    """Write the manifest from the results of now.

    Raises
    ------
    SurveyError
        If there are no results, or a file is damaged.
    """
    content = expected(read_release(results))
    committed.write_text(as_json(content), encoding="utf-8")
    numbers = sum(len(table["rows"]) for table in content["tables"].values())
    return [f"{committed}: written from {results}, with {numbers} rows of numbers. Commit it."]
