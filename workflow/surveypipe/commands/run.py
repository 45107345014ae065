"""The program `surveypipe`: a study made from files, checked, sealed, rehearsed, its edited Word files read.

surveypipe new FOLDER --survey FILE   makes a study's folder from a survey file
surveypipe check [FOLDER]             says everything that is wrong with one, and computes nothing
surveypipe run [FOLDER]               runs everything, also after a run that was killed
surveypipe seal [FOLDER]              seals the plan of one, before its answers are read
surveypipe rehearse [FOLDER]          makes up answers, and runs everything on them in a folder apart
surveypipe review EDITED.docx         says what a co-author changed in a Word file, and makes a patch of it
surveypipe compare OLD NEW            says which numbers, grades and words moved between two results
surveypipe verify                     holds results against the manifest that is committed with the study
surveypipe where                      prints the place of the tool's Snakefile
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from surveypipe.place import snakefile
from surveypipe.problems import SurveyError, numbered


def parser() -> argparse.ArgumentParser:
    """Build the parser of the program."""
    made = argparse.ArgumentParser(
        prog="surveypipe",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = made.add_subparsers(
        dest="command",
        required=True,
        metavar="new | check | run | seal | rehearse | review | compare | verify | where",
    )
    new = commands.add_parser("new", help="make a study's folder from a survey file", allow_abbrev=False)
    new.add_argument("folder", type=Path, help="folder to make; it must not exist, or be empty")
    new.add_argument("--survey", type=Path, required=True, help="survey file, as it came")
    new.add_argument("--list", type=Path, help="CSV with one row for each person invited")
    new.add_argument("--counts", type=Path, help="CSV of headcounts, where there is no list")
    new.add_argument("--id", help="variable of the survey that identifies the person")
    new.add_argument("--encoding", help="encoding of the survey's text, such as windows-1252")
    new.add_argument("--link", action="store_true", help="link the files instead of copying them")
    check = commands.add_parser("check", help="say everything that is wrong with a study", allow_abbrev=False)
    check.add_argument("folder", type=Path, nargs="?", default=Path("."), help="the study's folder")
    run = commands.add_parser("run", help="run everything in a study's folder", allow_abbrev=False)
    run.add_argument("folder", type=Path, nargs="?", default=Path("."), help="the study's folder")
    run.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="jobs at a time")
    seal = commands.add_parser("seal", help="seal the plan of a study", allow_abbrev=False)
    seal.add_argument("folder", type=Path, nargs="?", default=Path("."), help="the study's folder")
    rehearse = commands.add_parser(
        "rehearse", help="make up answers, and run everything on them", allow_abbrev=False
    )
    rehearse.add_argument("folder", type=Path, nargs="?", default=Path("."), help="the study's folder")
    rehearse.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="jobs at a time")
    review = commands.add_parser("review", help="read an edited Word file back", allow_abbrev=False)
    review.add_argument("edited", type=Path, help="the Word file that came back")
    review.add_argument("folder", type=Path, nargs="?", default=Path("."), help="the study's folder")
    review.add_argument("--original", type=Path, help="the file that was sent out, if no longer in results/")
    review.add_argument("--apply", action="store_true", help="write the changes into the text")
    against = commands.add_parser("compare", help="lay two results beside each other", allow_abbrev=False)
    against.add_argument("old", help="a folder of results, or a commit of the study")
    against.add_argument("new", help="the same")
    against.add_argument("--study", type=Path, default=Path("."), help="the study's folder")
    against.add_argument("--out", type=Path, default=Path("comparison"), help="folder to write into")
    held = commands.add_parser("verify", help="hold results against the manifest", allow_abbrev=False)
    held.add_argument("results", type=Path, nargs="?", default=Path("results"), help="folder of a run")
    held.add_argument("--against", type=Path, default=Path("config/manifest.json"), help="the manifest")
    held.add_argument("--accept", action="store_true", help="write the manifest from these results")
    commands.add_parser("where", help="print the place of the tool's Snakefile", allow_abbrev=False)
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; give 1 where there is something to put right, told on the terminal."""
    args = parser().parse_args(words)
    runs: dict[str, Callable[[argparse.Namespace], bool | None]] = {
        "new": _new,
        "check": _check,
        "run": _run,
        "seal": _seal,
        "rehearse": _rehearse,
        "review": _review,
        "compare": _compare,
        "verify": _verify,
        "where": _where,
    }
    try:
        failed = runs[args.command](args) is False
        sys.stdout.flush()
    except SurveyError as error:
        print(numbered(error.problems, "{count} to put right:"), file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads the lines, such as `head`, has enough; nothing more is written, at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return int(failed)


def _new(args: argparse.Namespace) -> None:
    from surveypipe.commands.new import Request, new_study

    asked = Request(args.folder, args.survey, args.list, args.counts, args.id, args.encoding, link=args.link)
    print(*new_study(asked, _progress), sep="\n")


def _check(args: argparse.Namespace) -> None:
    from surveypipe.commands.check import check_study

    print(*check_study(args.folder, _progress), sep="\n")


def _run(args: argparse.Namespace) -> bool:
    from surveypipe.commands.check import require_study
    from surveypipe.commands.running import run_snakemake

    require_study(args.folder)
    return run_snakemake(args.folder, "-s", snakefile(), "--cores", str(args.cores)).returncode == 0


def _seal(args: argparse.Namespace) -> None:
    from surveypipe.commands.seal import seal_study

    print(*seal_study(args.folder), sep="\n")


def _rehearse(args: argparse.Namespace) -> None:
    from surveypipe.commands.rehearse import Request, rehearse_study

    print(*rehearse_study(Request(args.folder, cores=args.cores), _progress), sep="\n")


def _review(args: argparse.Namespace) -> None:
    from surveypipe.commands.review import review_file

    print(*review_file(args.folder, args.edited, args.original, apply=args.apply), sep="\n")


def _compare(args: argparse.Namespace) -> None:
    from surveypipe.commands.compare import compare

    print(*compare(args.old, args.new, args.study, args.out, _progress).lines, sep="\n")


def _verify(args: argparse.Namespace) -> bool:
    from surveypipe.commands.verify import accept, verify_results

    if args.accept:
        print(*accept(args.results, args.against), sep="\n")
        return True
    lines, passed = verify_results(args.results, args.against)
    print(*lines, sep="\n")
    return passed


def _where(args: argparse.Namespace) -> None:
    print(snakefile())


def _progress(text: str) -> None:
    """Say what is being done, beside what is to be read later."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
