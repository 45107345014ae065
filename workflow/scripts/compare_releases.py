"""Compare a new release with an old one before it is published: the two together may say too much.

python workflow/scripts/compare_releases.py --old published/public --new results/public
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from _shared import read_csv, run
from surveypipe.disclosure.rules import rules_of
from surveypipe.disclosure.versions import TABLES, compare_releases
from surveypipe.problems import SurveyError
from surveypipe.study.reading import read
from surveypipe.study.settings import Configuration


def main(
    *,
    old: Annotated[Path, "folder of the release that is out"],
    new: Annotated[Path, "folder of the release to come"],
    study: Annotated[Path, "configuration with the thresholds"] = Path("config/config.yaml"),
) -> None:
    """Print every place that needs a decision; exit with 1 if there is one."""
    settings = read(study, Configuration).disclosure
    found = compare_releases(released(old), released(new), rules_of(settings))
    if found.empty:
        print("The two releases may stand beside each other: no small difference was found.")
        return
    for reason, rows in found.groupby("reason", sort=False):
        print(f"{reason} ({len(rows)} places):")
        for table, places in rows.groupby("table", sort=False)["place"]:
            print("\n".join(f"  {table}: {place.strip('|')}" for place in places))
    sys.exit(1)


def released(folder: Path) -> dict:
    """Read the tables of a release that count people."""
    paths = {name: folder / f"{name}.csv" for name in TABLES}
    if not any(path.is_file() for path in paths.values()):
        raise SurveyError(f"{folder}: there is no released table here; name a folder such as results/public.")
    return {name: read_csv(path) for name, path in paths.items() if path.is_file()}


if __name__ == "__main__":
    run(main)
