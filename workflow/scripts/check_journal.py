"""Hold the finished manuscript against what the journal asks; say what is not met, and never stop the run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from _shared import Output, run, section
from surveypipe.rendering import journals
from surveypipe.study.journal import Journal
from surveypipe.study.reading import read
from surveypipe.study.report import Report


def main(
    *,
    config: dict[str, Any],
    profile: Path,
    pages: Annotated[list[Path], "HTML of the manuscript, then of the title page"],
    report: Output,
) -> None:
    """Write the findings, and repeat on the terminal those that are not met."""
    journal = read(profile, Journal)
    texts = [path.read_text(encoding="utf-8") for path in pages]
    found = journals.findings(journal, texts, csl=section(config, "report", Report).csl)
    report.write_text(journals.report(journal, found, journals.manuscript_words(texts[0])), encoding="utf-8")
    unmet = [finding.text for finding in found if finding.met is False]
    if unmet:
        print(f"Warning: {journal.name} asks for more; the documents are made all the same.")
        print(*(f"  {text}" for text in unmet), sep="\n")
    else:
        print(f"journal: nothing that {journal.name} limits is exceeded")


if __name__ == "__main__":
    run(main)
