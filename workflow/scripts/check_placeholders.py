"""Say what stands as in the template in a study of real data; never stop the run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from _shared import Output, run
from surveypipe.study import placeholders
from surveypipe.study.reading import read_yaml


def main(
    *,
    config: dict[str, Any],
    authors: Path,
    template: Path,
    name: Annotated[str, "path of the configuration, for the messages"],
    report: Output,
) -> None:
    """Compare the authors' file and the section `study` with the template; write and print what is found."""
    expected = read_yaml(template)
    found = placeholders.placeholders(str(authors), read_yaml(authors), expected["authors"])
    found += placeholders.placeholders(name, config, expected["configuration"])
    real = config["study"]["data"] == "real"
    text = placeholders.report(found, real=real)
    report.write_text(f"{text}\n" if text else "", encoding="utf-8")
    print(text or "placeholders: " + ("none" if real else "not looked for in data that are not real"))


if __name__ == "__main__":
    run(main)
