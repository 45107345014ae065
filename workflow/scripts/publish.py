"""Write the manifest of the release and the summary shown at the end of a run."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import _shared
from surveypipe.problems import SurveyError
from surveypipe.provenance import manifest, sha256


def main(args: argparse.Namespace) -> None:
    """Check that every released file is there, then describe them all."""
    rule_of: dict[str, str] = args.rules
    missing = [path for path in rule_of if not Path(path).is_file()]
    if missing:
        raise SurveyError(f"{path}: this file should be released but is not there." for path in missing)
    root = args.manifest.parent.parent
    described = manifest(
        {str(Path(path).relative_to(root)): Path(path).read_bytes() for path in rule_of},
        {str(Path(path).relative_to(root)): rule for path, rule in rule_of.items()},
        study=args.config["study"],
        config=args.config,
        withheld={path: sha256(Path(path).read_bytes()) for path in args.raw},
        renderer=args.renderer,
        renderer_version=args.renderer_version,
        wording={path: sha256(Path(path).read_bytes()) for path in args.wording},
    )
    _shared.write_json(described, args.manifest)
    documents = [path for path in rule_of if Path(path).parent.name == "report"]
    args.summary.write_text(summary(args, documents), encoding="utf-8")


def summary(args: argparse.Namespace, documents: list[str]) -> str:
    """Lay out where the manuscript lies and what became of each claim."""
    numbers = json.loads(args.headlines.read_text(encoding="utf-8"))
    stems = dict.fromkeys(str(Path(path).with_suffix("")) for path in documents)
    named = [stem for stem in stems if not stem.endswith("-blinded")]
    lines = ["", "The documents:"] + [f"  {stem}.html, .docx, .pdf" for stem in named]
    if len(named) < len(stems):
        lines.append("  and, blinded for review, those whose names end in -blinded")
    mark = " (SIMULATED data: these figures describe nobody)" if numbers["simulated"] else ""
    lines += ["", f"The claims{mark}:"]
    lines += [f"  {claim['claim']}  {claim['text']}" for claim in numbers["claims"]]
    lines += ["", f"All numbers: {args.manifest.parent}/estimates.csv", ""]
    # Last, where it is seen.
    unfilled = args.placeholders.read_text(encoding="utf-8").strip()
    return "\n".join([*lines, *([unfilled, ""] if unfilled else [])])


if __name__ == "__main__":
    made = _shared.parser(
        __doc__ or "", inputs=("headlines", "placeholders"), outputs=("manifest", "summary")
    )
    made.add_argument("--rules", type=json.loads, required=True, help="released file: rule, as JSON")
    made.add_argument("--raw", nargs="+", required=True, help="inputs of which only the checksum is kept")
    made.add_argument("--wording", nargs="*", default=[], help="templates in words of the study's own")
    made.add_argument("--renderer", required=True)
    made.add_argument("--renderer-version", required=True)
    _shared.run(made, main)
