"""Say what stands as in the template in a study of real data; never stop the run."""

from __future__ import annotations

import argparse

from _shared import parser, run
from surveypipe.placeholders import placeholders, report
from surveypipe.study.reading import read_yaml


def main(args: argparse.Namespace) -> None:
    """Compare the authors' file and the section `study` with the template; write and print what is found."""
    template = read_yaml(args.template)
    authors = read_yaml(args.authors)
    found = placeholders(str(args.authors), authors, template["authors"])
    found += placeholders(args.name, args.config, template["configuration"])
    simulated = args.config["study"]["data"] == "simulated"
    text = report(found, simulated=simulated)
    args.report.write_text(f"{text}\n" if text else "", encoding="utf-8")
    print(text or "placeholders: " + ("not looked for in simulated data" if simulated else "none"))


if __name__ == "__main__":
    options = parser(__doc__ or "", inputs=("authors", "template"), outputs=("report",))
    options.add_argument("--name", required=True, help="path of the configuration, for the messages")
    run(options, main)
