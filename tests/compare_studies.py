"""Run three studies from a checkout and keep what they release; compare two such runs.

python tests/compare_studies.py run --out FOLDER [--checkout FOLDER]
python tests/compare_studies.py compare OLD NEW [--added file:column] [--words-may-differ]

The first runs the shipped study, the one in which every claim is false, and the three hospitals of
docs/your_own_study.md. The second tells every difference and ends with 1 if there is one: released files and
figures byte for byte, the text of the web pages line by line. A change of the code that is meant to change no
number is held against the commit before it.
"""

from __future__ import annotations

import argparse
import csv
import difflib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.etree
import lxml.html

import studies

OWN = "config/config.yaml"
STUDIES = ("shipped", "false_claims", "three_hospitals")
# One date for the documents of every checkout; their own would be that of its last commit.
EPOCH = "1700000000"
LINES = {"p", "li", "td", "th", "dt", "dd", "figcaption", "caption", "pre", "title", "div", "section", "body"}
LINES |= {f"h{level}" for level in range(1, 7)}
UNREAD = {"script", "style", "math"}
# Checksums follow from files that are compared themselves.
CHECKSUMS = ("configuration_sha256", "sha256", "bytes")
# Differences told of one table, and unchanged words told on each side of a change.
SHOWN, NEAR = 12, 5


def run(out: Path, checkout: Path, cores: int, names: list[str]) -> None:
    """Run the studies in a copy of a checkout and keep of each what a reader gets."""
    page = studies.read_page(checkout)
    with tempfile.TemporaryDirectory() as scratch:
        folder = studies.copy_project(Path(scratch) / "project", checkout)
        make = {
            "shipped": lambda: studies.shipped(folder),
            "false_claims": lambda: studies.false_claims(folder),
        }
        for name in names:
            if name == "three_hospitals":
                place, study = studies.three_hospitals(folder, page), studies.Study(OWN, "results")
            else:
                place, study = folder, make[name]()
            whole_run(folder, place, study.configfile, cores)
            keep(place / study.results, out / name)
            print(f"{name}: kept in {out / name}")


def whole_run(folder: Path, place: Path, configfile: str, cores: int) -> None:
    """Run the pipeline of a checkout in a study's folder, or end with what it said."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "workflow"), "SOURCE_DATE_EPOCH": EPOCH}
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", configfile]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{configfile}: the run failed.\n{(done.stdout + done.stderr)[-4000:]}")


def keep(results: Path, target: Path) -> None:
    """Keep the released files, the vector figures, and the text of every web page."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(results / "public", target / "public")
    (target / "figures").mkdir()
    for path in results.glob("figures/*.svg"):
        shutil.copy(path, target / "figures")
    (target / "text").mkdir()
    for path in results.glob("report/*.html"):
        text = "\n".join(text_lines(path.read_text(encoding="utf-8")))
        (target / "text" / f"{path.stem}.txt").write_text(text + "\n", encoding="utf-8")


def text_lines(page: str) -> list[str]:
    """Text of a web page as it is read, a line for each paragraph, cell, heading and text of a picture."""
    lines = [""]
    for piece in _pieces(lxml.html.document_fromstring(page)):
        if piece == "\n":
            lines.append("")
        else:
            lines[-1] += piece
    return [told for line in lines if (told := " ".join(line.split()))]


def _pieces(element: Any) -> Iterator[str]:
    if isinstance(element.tag, str) and element.tag not in UNREAD:
        apart = element.tag in LINES
        yield "\n" if apart else ""
        told = element.get("alt") or (element.get("role") == "img" and element.get("aria-label"))
        yield from ("\n", f"[{told}]", "\n") if told else ()
        yield element.text or ""
        for child in element:
            yield from _pieces(child)
        yield "\n" if apart else ""
    elif isinstance(element.tag, str) and element.tag == "math":
        yield lxml.etree.tostring(element, method="text", encoding="unicode", with_tail=False)
    yield element.tail or ""


def compare(old: Path, new: Path, added: dict[str, set[str]]) -> tuple[list[str], list[str]]:
    """Tell where two runs differ: in released files and figures, and in words."""
    released, words = [], []
    kept = {path.relative_to(folder) for folder in (old, new) for path in folder.rglob("*") if path.is_file()}
    for path in sorted(kept):
        there = [folder for folder in (old, new) if (folder / path).is_file()]
        text = path.parts[1] == "text"
        if len(there) == 1:
            found = [f"{path}: only in {there[0]}"]
        elif (old / path).read_bytes() == (new / path).read_bytes():
            found = []
        elif text or path.suffix not in (".csv", ".json"):
            found = [f"{path}:", *differing_lines(old / path, new / path)]
        else:
            found = differing_values(old / path, new / path, path, added.get(path.name, set()))
        (words if text else released).extend(found)
    return released, words


def differing_lines(old: Path, new: Path) -> list[str]:
    """Lines of a text that went and came, a changed one once, or only that two drawings differ."""
    if old.suffix != ".txt":
        return ["  the bytes differ"]
    before, after = (path.read_text(encoding="utf-8").splitlines() for path in (old, new))
    told: list[str] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "replace" and b - a == d - c:
            told += [changed_words(*pair) for pair in zip(before[a:b], after[c:d], strict=True)]
        elif kind != "equal":
            told += [f"  - {line}" for line in before[a:b]] + [f"  + {line}" for line in after[c:d]]
    return told


def changed_words(before: str, after: str) -> str:
    """A changed line with what went as ``[-words-]`` and what came as ``{+words+}``."""
    old, new = before.split(), after.split()
    told = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            short = b - a <= 2 * NEAR
            told += old[a:b] if short else [*old[a : a + NEAR], "…", *old[b - NEAR : b]]
        else:
            told += [f"[-{' '.join(old[a:b])}-]"] if b > a else []
            told += [f"{{+{' '.join(new[c:d])}+}}"] if d > c else []
    return "  ~ " + " ".join(told)


def differing_values(old: Path, new: Path, path: Path, added: set[str]) -> list[str]:
    """Say where the values of a table or a JSON file differ; what is named as added is passed over."""
    if path.suffix == ".json":
        before, after = (json.loads(file.read_text(encoding="utf-8")) for file in (old, new))
        after = {key: value for key, value in after.items() if key not in added or key in before}
        before, after = (
            json.dumps(without_checksums(content), indent=1, ensure_ascii=False).splitlines()
            for content in (before, after)
        )
        told = [line for line in difflib.unified_diff(before, after, lineterm="", n=0) if line[:2] != "@@"]
        passed = bool(added) or path.name == "manifest.json"
        return _short(path, [f"  {line}" for line in told[2:]]) or _bytes_only(path, passed)
    before, after = (table(file) for file in (old, new))
    head, new_head = before[0], after[0]
    told = [f"  column {name!r} went" for name in head if name not in new_head]
    told += [f"  column {name!r} came" for name in new_head if name not in head and name not in added]
    shared = [name for name in new_head if name in head]
    if shared != [name for name in head if name in new_head]:
        told.append("  the columns stand in another order")
    if len(before) != len(after):
        told.append(f"  {len(before) - 1} rows became {len(after) - 1}")
    for number, (row, new_row) in enumerate(zip(before[1:], after[1:], strict=False), start=2):
        told += [
            f"  line {number}, {name}: {row[head.index(name)]!r} became {new_row[new_head.index(name)]!r}"
            for name in shared
            if row[head.index(name)] != new_row[new_head.index(name)]
        ]
    return _short(path, told) or _bytes_only(path, any(name not in head for name in new_head))


def table(path: Path) -> list[list[str]]:
    """Rows of a CSV as text, the heading first."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file)) or [[]]


def without_checksums(content: Any) -> Any:
    """A manifest without the checksums and sizes of files that are compared themselves."""
    if isinstance(content, dict):
        return {key: without_checksums(value) for key, value in content.items() if key not in CHECKSUMS}
    return [without_checksums(value) for value in content] if isinstance(content, list) else content


def _short(path: Path, told: list[str]) -> list[str]:
    more = [f"  and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    return [f"{path}:", *told[:SHOWN], *more] if told else []


def _bytes_only(path: Path, explained: bool) -> list[str]:
    """The same values in other bytes are a difference too, unless something was passed over on purpose."""
    return [] if explained else [f"{path}:", "  the same values, written in another way"]


def named(texts: list[str]) -> dict[str, set[str]]:
    """Turn ``file:column`` into the columns that each file may have gained."""
    found: dict[str, set[str]] = {}
    for text in texts:
        file, _, column = text.partition(":")
        found.setdefault(file, set()).add(column)
    return found


def main(words: list[str] | None = None) -> int:
    """Run or compare, as the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="run the studies and keep what they release")
    runs.add_argument("--out", type=Path, required=True)
    runs.add_argument("--checkout", type=Path, default=studies.ROOT)
    runs.add_argument("--cores", type=int, default=2)
    runs.add_argument("--study", action="append", choices=STUDIES, help="only this one; may be repeated")
    against = commands.add_parser("compare", help="tell every difference of two kept runs")
    against.add_argument("old", type=Path)
    against.add_argument("new", type=Path)
    against.add_argument("--added", action="append", default=[], metavar="FILE:COLUMN")
    against.add_argument(
        "--words-may-differ", action="store_true", help="show changed sentences, accept them"
    )
    args = parser.parse_args(words)
    if args.command == "run":
        run(args.out.resolve(), args.checkout.resolve(), args.cores, args.study or list(STUDIES))
        return 0
    for folder in (args.old, args.new):
        if not any(folder.glob("*/public/estimates.csv")):
            parser.error(f"{folder}: no run was kept here")
    released, told = compare(args.old, args.new, named(args.added))
    print("\n".join([*released, *told]) or "No difference.")
    return int(bool(released) or (bool(told) and not args.words_may_differ))


if __name__ == "__main__":
    sys.exit(main())
