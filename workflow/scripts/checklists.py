"""Write the reporting checklists, each item with the place that answers it."""

from __future__ import annotations

import argparse
from pathlib import Path

from _shared import parser, run
from surveypipe.checklists import NAMES, check, checklist_table, sections
from surveypipe.study.reading import read_yaml

DOCUMENTS = ("manuscript", "supplement", "title-page")


def main(args: argparse.Namespace) -> None:
    """Check that the sections exist, then write one table for each checklist."""
    checklists = read_yaml(args.checklists)
    known = {path.stem: sections(path.read_text(encoding="utf-8")) for path in args.documents}
    check(checklists, known, DOCUMENTS)
    for name in NAMES:
        table = checklist_table(name, checklists[name], known, args.config["study"])
        # A checklist holds nothing of the survey, simulated or not.
        getattr(args, name).write_text(table.markdown(simulated=False), encoding="utf-8")
    print(f"checklists: {sum(len(checklists[name]['items']) for name in NAMES)} items in {len(NAMES)} tables")


if __name__ == "__main__":
    options = parser(__doc__ or "", inputs=("checklists",), outputs=NAMES)
    options.add_argument("--documents", type=Path, nargs="+", required=True, help="texts of the documents")
    run(options, main)
