"""Draft a codebook from what a survey file says of itself: the first step of a new study.

Usage, from the folder of the Snakefile::

    python workflow/scripts/draft_codebook.py --survey data/raw/my_survey.sav --out config/codebook.yaml \
        --checksums data/raw/SHA256SUMS

The draft takes labels, answers and user-missing codes from the file and guesses the rest; what to look at
stands at its top. It never overwrites a codebook.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from _reading import add_checksums, read_survey
from _shared import parser, run
from surveypipe.drafting import draft_codebook, draft_text
from surveypipe.problems import SurveyError


def main(args: argparse.Namespace) -> None:
    """Read the file, write the draft, record checksums."""
    if args.out.exists():
        raise SurveyError(f"{args.out}: the file exists; move it away, or give another name with --out.")
    raw, labels = read_survey(args.survey)
    draft = draft_codebook(raw, labels, args.id_variable)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(draft_text(draft, args.survey.name), encoding="utf-8")
    print(f"{args.out}: {len(draft['variables'])} variables drafted; read the list at its top.")
    if args.checksums:
        files = [args.survey, *([args.staff_list] if args.staff_list else [])]
        added = add_checksums(args.checksums, files)
        print(f"{args.checksums}: {', '.join(added) + ' added' if added else 'nothing to add'}.")


if __name__ == "__main__":
    options = parser("Draft a codebook from the labels of a survey file.", inputs=("survey", "out"))
    options.add_argument("--checksums", type=Path, help="SHA256SUMS to which missing lines are added")
    options.add_argument("--staff-list", type=Path, help="staff list, for its checksum")
    options.add_argument("--id-variable", default=None, help="variable that identifies the person")
    run(options, main)
