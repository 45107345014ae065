"""What work at a desk costs: the whole of the shipped study, nothing to do, and the edits of every day.

    python tests/benchmark/desk.py [COMMIT]

writes what it measured into ``docs/performance.md``, and the ratios into the README. All is measured in one
run, beside a loop of Python's and a Snakefile of as many rules that touch their files. With a commit, the
study as it was then is run too, from a copy that git makes, with the packages of today; where it no longer
runs, that is said.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmark import environment
from benchmark.budget import loop
from studies import ROOT, copy_project
from surveypipe.weighting.calibration import margin, rake

PAGE = ROOT / "docs/performance.md"
MARKS = ("<!-- desk: by tests/benchmark/desk.py -->\n", "<!-- /desk -->")
README = ROOT / "README.md"
RATIOS = ("<!-- ratios: by tests/benchmark/desk.py -->\n", "<!-- /ratios -->")
# Runs with nothing to do; the best is taken.
TIMES = 3
# Of a survey of a million people.
ANSWERS = 400_000
# With which the work on speed began: seconds of a processor's work, and of bare Snakemake beside it.
OLD = {"whole": 65.0, "word": 46.0, "nothing": 3.4, "bare": 1.1}
WORD = ("word", "report/manuscript.qmd", "Busy people return few", "Busy persons return few")
LABEL = ("label", "config/codebook.yaml", "label: ", "label: Now ")
THRESHOLD = ("threshold", "config/config.yaml", "threshold: 0.5\n", "threshold: 0.55\n")


@dataclass(frozen=True)
class Cost:
    """What a run cost.

    Parameters
    ----------
    seconds
        Processor work, of the run and of all that it called.
    clock
        Seconds that went by.
    told
        What it said.
    first
        Seconds until the file that was waited for was new; None where none was.
    """

    seconds: float
    clock: float
    told: str
    first: float | None = None


def run(folder: Path, tool: Path, *words: str, cores: int = 1, awaited: Path | None = None) -> Cost:
    """Run Snakemake in a folder, with the tool of a checkout."""
    line = [sys.executable, "-m", "snakemake", "-s", str(tool / "Snakefile"), "--cores", str(cores), *words]
    old = awaited.stat().st_mtime_ns if awaited else 0
    before, start, first = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), None
    with tempfile.TemporaryFile("w+") as said:
        job = subprocess.Popen(
            line, cwd=folder, env=environment(PYTHONPATH=str(tool / "workflow")),
            stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
        while job.poll() is None:
            if awaited and first is None and awaited.is_file() and awaited.stat().st_mtime_ns > old:
                first = time.monotonic() - start
            time.sleep(0.05)
        clock, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        said.seek(0)
        told = said.read()
    if job.returncode:
        raise RuntimeError(told[-3000:])
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds, clock, told, first)


def rules_of(told: str) -> dict[str, int]:
    """Rules that a run planned, with the number of their jobs."""
    stats = told.partition("Job stats:")[2].partition("total")[0]
    return {
        name: int(number) for name, number in re.findall(r"^(\w+)\s+(\d+)$", stats, re.M) if name != "all"
    }


def bare(folder: Path, rules: int, files: int) -> Path:
    """Write a Snakefile of rules in a row that touch so many files between them."""
    folder.mkdir()
    shares = [files // rules + (number < files % rules) for number in range(rules)]
    text = ["rule all:", f"    input: 'made/{rules - 1}-0'"]
    for number, share in enumerate(shares):
        text += [f"rule r{number}:", *([f"    input: 'made/{number - 1}-0'"] if number else [])]
        made = ", ".join(f"'made/{number}-{at}'" for at in range(max(share, 1)))
        text += [f"    output: {made}", "    shell: 'touch {output}'"]
    (folder / "Snakefile").write_text("\n".join(text) + "\n", encoding="utf-8")
    return folder


def edit(study: Path, path: str, old: str, new: str) -> None:
    """Change the first place of a file that holds some words."""
    file = study / path
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise RuntimeError(f"{path} does not hold {old!r}; name another place in tests/benchmark/desk.py")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def files_of(results: Path) -> int:
    """Count what a run has made, but for logs and records."""
    inner = (path.relative_to(results).parts[0] for path in results.rglob("*") if path.is_file())
    return sum(part not in ("logs", "stage_records", "build") for part in inner)


def raking() -> float:
    """Seconds of work to rake so many answers to three margins from which they depart."""
    draw = np.random.default_rng(15)
    levels = {"first": 8, "second": 6, "third": 12}
    people = pd.DataFrame({name: draw.integers(0, count, ANSWERS * 5 // 2) for name, count in levels.items()})
    chance = (
        0.4 + 0.1 * (people["first"] % 3 - 1) + 0.05 * (people["second"] % 2) - 0.02 * (people["third"] % 4)
    )
    answered = people[draw.random(len(people)) < chance].head(ANSWERS).astype(str)
    start = time.process_time()
    margins = [
        margin(name, answered[name], people[name].astype(str).value_counts().to_dict()) for name in levels
    ]
    rake(np.ones(len(answered)), margins)
    return time.process_time() - start


@dataclass(frozen=True)
class Found:
    """What was measured: seconds of work, whole runs, and the rules that an edit runs."""

    loop: float
    raked: float
    whole: Cost
    bare: float
    nothing: float
    word: Cost
    label: dict[str, int]
    threshold: dict[str, int]


def measure(folder: Path) -> Found:
    """Measure the checkout; see the module."""
    study = copy_project(folder / "project")
    turns, raked = min(loop() for _ in range(TIMES)), min(raking() for _ in range(TIMES))
    whole = run(study, study)
    rules = len(run(study, study, "--list-rules", "--quiet").told.split())
    beside = bare(folder / "bare", rules, files_of(study / "results"))
    run(beside, beside)
    # In turn, so that what else the machine does falls on both.
    pairs = [(run(beside, beside).seconds, run(study, study).seconds) for _ in range(TIMES)]
    _, path, old, new = WORD
    edit(study, path, old, new)
    word = run(study, study, cores=2, awaited=study / "results/report/manuscript.docx")
    planned = {}
    for name, path, old, new in (LABEL, THRESHOLD):
        state = (study / path).stat()
        edit(study, path, old, new)
        planned[name] = rules_of(run(study, study, "-n").told)
        edit(study, path, new, old)
        os.utime(study / path, ns=(state.st_atime_ns, state.st_mtime_ns))
    return Found(
        turns, raked, whole, min(one for one, _ in pairs), min(one for _, one in pairs), word,
        planned["label"], planned["threshold"],
    )  # fmt: skip


def earlier(folder: Path, commit: str) -> Cost | None:
    """Run the study of a commit; None where it no longer runs with the packages of today."""
    then = folder / "then"
    then.mkdir()
    packed = subprocess.run(["git", "-C", str(ROOT), "archive", commit], check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(then)], input=packed.stdout, check=True)
    # As the copy of today, which what is compiled goes along with.
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(then / "workflow")], check=True)
    try:
        return run(then, then)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return None


def listed(rules: dict[str, int]) -> str:
    """Name rules, each that runs more than once with its number."""
    return ", ".join(f"{name}{f' ×{count}' if count > 1 else ''}" for name, count in rules.items())


def told(found: Found, then: Cost | None, commit: str) -> Iterable[str]:
    """Lay the measurements out for the page."""
    whole, word = found.whole.seconds, found.word.seconds
    yield "Seconds of one processor's work, user and system of all processes, and beside them the figures"
    yield "with which the work on speed began, of another hour. A loop of Python's"
    yield "(`tests/benchmark/budget.py`) took"
    yield f"{found.loop:.2f} s meanwhile. Python keeps what it compiled, as it does unless it is told"
    yield "not to; for the figures of then it was told not to.\n"
    yield "| what | s | then | part |\n|---|---|---|---|"
    yield f"| whole run with Pandoc | {whole:.1f} | {OLD['whole']:.0f} | {whole / OLD['whole']:.2f} |"
    if then is not None:
        yield (
            f"| the same beside commit `{commit}`, in one run | {whole:.1f} | {then.seconds:.1f} | "
            f"{whole / then.seconds:.2f} |"
        )
    yield f"| a word of the manuscript | {word:.1f} | {OLD['word']:.0f} | {word / OLD['word']:.2f} |"
    yield f"| nothing to do | {found.nothing:.1f} | {OLD['nothing']:.1f} | |"
    yield f"| bare Snakemake, as many rules and files | {found.bare:.1f} | {OLD['bare']:.1f} | |"
    yield (
        f"\nWith nothing to do a run costs {found.nothing / found.bare:.1f} times bare Snakemake (then "
        f"{OLD['nothing'] / OLD['bare']:.1f})."
    )
    if found.word.first is not None:
        yield f"After a changed word `manuscript.docx` is there in {found.word.first:.0f} s, and all is done"
        yield f"in {found.word.clock:.0f} s, on two processors that others use too."
    if then is None and commit:
        yield f"Commit `{commit}` does not run with the packages of today."
    yield f"\nTo rake {ANSWERS:,} answers to three margins takes {found.raked:.2f} s."
    yield "\n| edit | runs |\n|---|---|"
    yield f"| a word of the manuscript | {listed(rules_of(found.word.told))} |"
    yield f"| a label of the codebook | {listed(found.label)} |"
    yield f"| a threshold of a claim | {listed(found.threshold)} |"


def ratios(page: str) -> str:
    """Put the ratios that stand in ``docs/performance.md`` into the sentence of the README."""

    def first(pattern: str) -> tuple[str, ...]:
        found = re.search(pattern, page)
        if found is None:
            raise ValueError(f"docs/performance.md does not hold {pattern!r}; run tests/benchmark/desk.py")
        return found.groups()

    whole, word = (
        float(first(rf"\| {what} \| ([\d.]+) \|")[0])
        for what in ("whole run with Pandoc", "a word of the manuscript")
    )
    (nothing,) = first(r"a run costs ([\d.]+) times bare Snakemake")
    at, theirs = first(r"At ([\d,]+) people R's package survey takes ([\d.]+) times the work")
    return (
        f"A changed word of the manuscript costs {word / whole:.2f} of a whole run, a run with nothing to do "
        f"{nothing} times one of bare\nSnakemake. At {at} people R's package survey takes {theirs} times "
        "the work of the pipeline for the same estimates\n([docs/performance.md](docs/performance.md)).\n"
    )


def write_ratios() -> None:
    """Write the sentence into the README."""
    text = README.read_text(encoding="utf-8")
    start, end = text.index(RATIOS[0]) + len(RATIOS[0]), text.index(RATIOS[1])
    README.write_text(text[:start] + ratios(PAGE.read_text(encoding="utf-8")) + text[end:], encoding="utf-8")


def main(commit: str = "") -> None:
    """Measure, and write the page."""
    with tempfile.TemporaryDirectory() as place:
        then = earlier(Path(place), commit) if commit else None
        found = measure(Path(place))
    page = PAGE.read_text(encoding="utf-8")
    start, end = page.index(MARKS[0]) + len(MARKS[0]), page.index(MARKS[1])
    PAGE.write_text(page[:start] + "\n".join(told(found, then, commit)) + "\n" + page[end:], encoding="utf-8")
    write_ratios()


if __name__ == "__main__":
    main(*sys.argv[1:])
