"""Hold the finished manuscript against what the journal asks; say what is not met, and never stop the run."""

from __future__ import annotations

import argparse
from pathlib import Path

from _shared import parser, run
from surveypipe.journals import findings, manuscript_words, report
from surveypipe.study.journal import Journal
from surveypipe.study.reading import read


def main(args: argparse.Namespace) -> None:
    """Write the findings, and repeat on the terminal those that are not met."""
    profile = read(args.profile, Journal)
    pages = [path.read_text(encoding="utf-8") for path in args.pages]
    found = findings(profile, pages, csl=args.config["report"]["csl"])
    args.report.write_text(report(profile, found, manuscript_words(pages[0])), encoding="utf-8")
    unmet = [finding.text for finding in found if finding.met is False]
    if unmet:
        print(f"Warning: {profile.name} asks for more; the documents are made all the same.")
        print(*(f"  {text}" for text in unmet), sep="\n")
    else:
        print(f"journal: nothing that {profile.name} limits is exceeded")


if __name__ == "__main__":
    options = parser(__doc__ or "", inputs=("profile",), outputs=("report",))
    options.add_argument(
        "--pages", type=Path, nargs="+", required=True, help="HTML of the manuscript, then of the title page"
    )
    run(options, main)
