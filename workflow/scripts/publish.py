"""Write the manifest of the release and the summary shown at the end of a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from _shared import Output, read_json, run, write_json
from surveypipe import provenance
from surveypipe.archiving.taking_up import inputs_of
from surveypipe.place import library_folder, tool_folder
from surveypipe.problems import SurveyError
from surveypipe.rendering.staging import FORMATS
from surveypipe.study.marks import MARKS
from surveypipe.study.reading import read_yaml


def main(
    *,
    config: dict[str, Any],
    released: Annotated[list[Path], "released files"],
    rules: Annotated[list[str], "for each of them, the rule that makes it"],
    headlines: Path,
    placeholders: Path,
    codebook: Path,
    raw: Annotated[list[Path], "inputs of which only the checksum is kept"],
    before: Annotated[Path | None, "manifest of the release that this run began at"] = None,
    wording: Annotated[Sequence[Path], "templates in words of the study's own"] = (),
    renderer: str,
    renderer_version: str,
    manifest: Output,
    summary: Output,
) -> None:
    """Check that every released file is there, then describe them all."""
    rule_of = dict(zip(released, rules, strict=True))
    missing = [path for path in rule_of if not path.is_file()]
    if missing:
        raise SurveyError(f"{path}: this file should be released but is not there." for path in missing)
    root = manifest.parent.parent
    described = provenance.manifest(
        {str(path.relative_to(root)): path.read_bytes() for path in rule_of},
        {str(path.relative_to(root)): rule for path, rule in rule_of.items()},
        study=config["study"],
        note=f"{mark.record}." if (mark := MARKS.get(config["study"]["data"])) else "",
        config=config,
        codebook=read_yaml(codebook),
        code=provenance.code_checksums(tool_folder(), library_folder()),
        withheld=inputs_of(read_json(before) if before else {"inputs": []})
        | {str(path): provenance.checksum(path) for path in raw},
        renderer=renderer,
        renderer_version=renderer_version,
        wording={str(path): provenance.checksum(path) for path in wording},
    )
    write_json(described, manifest)
    documents = [path for path in rule_of if path.parent.name == "report" and path.suffix[1:] in FORMATS]
    unfilled = placeholders.read_text(encoding="utf-8").strip()
    text = told(documents, json.loads(headlines.read_text(encoding="utf-8")), manifest.parent, unfilled)
    summary.write_text(text, encoding="utf-8")


def told(documents: list[Path], numbers: dict[str, Any], public: Path, unfilled: str) -> str:
    """Lay out who answered, where the documents lie, the plan and what became of each claim."""
    stems = dict.fromkeys(str(path.with_suffix("")) for path in documents)
    named = [stem for stem in stems if not stem.endswith("-blinded")]
    mark = f" ({numbers['mark']})" if numbers["mark"] else ""
    lines = ["", f"The survey{mark}:", f"  {numbers['answered']}", f"  {numbers['asked']}", ""]
    lines += ["The documents:"] + [f"  {stem}.html, .docx, .pdf" for stem in named]
    if len(named) < len(stems):
        lines.append("  and, blinded for review, those whose names end in -blinded")
    lines += ["", "The plan:", f"  {numbers['plan']}"]
    lines += ["", f"The claims{mark}:"] if numbers["claims"] else []
    lines += [f"  {claim['text']}" for claim in numbers["claims"]]
    lines += ["", f"All numbers: {public}/estimates.csv", ""]
    # Last, where it is seen.
    return "\n".join([*lines, *([unfilled, ""] if unfilled else [])])


if __name__ == "__main__":
    run(main)
