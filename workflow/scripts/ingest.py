"""Stage 1: survey file and staff list, checked against codebook and configuration, as Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from _shared import Output, run, section, write_json, write_parquet
from surveypipe.intake.ingest import Files, ingest
from surveypipe.intake.labels import FileLabels
from surveypipe.sealing.readings import add_reading
from surveypipe.study.codebook import code_text
from surveypipe.study.design import Sampling
from surveypipe.study.frame import Frame, Groups
from surveypipe.study.response import Response


def main(
    *,
    config: dict[str, Any],
    survey: Path,
    staff_list: Annotated[Path | None, "CSV with a row for each person invited"] = None,
    counts: Annotated[Path | None, "CSV of headcounts, where there is no list"] = None,
    checksums: Path,
    codebook: Path,
    headcounts: Annotated[Path | None, "CSV of variable, level, n"] = None,
    encoding: Annotated[str | None, "encoding of the text in the survey file"] = None,
    record: Annotated[Path, "record of readings, to which a line is added"],
    configuration: Annotated[
        Sequence[Path], "files of the configuration, of which the record says the sum"
    ] = (),
    numeric: Annotated[Sequence[str], "columns of the staff list with numbers"] = (),
    responses: Output,
    frame: Output,
    labels: Output,
) -> None:
    """Read, check and write; all problems at once."""
    add_reading(record, survey, configuration, "snakemake")
    files = Files(survey, checksums, codebook, staff_list, counts, headcounts, encoding, numeric)
    found = ingest(
        files,
        section(config, "frame", Frame),
        section(config, "groups", Groups),
        section(config, "response", Response),
        section(config, "design", Sampling),
    )
    for note in found.notes:
        print(f"Note: {note}")
    write_parquet(found.records, responses)
    write_parquet(found.people, frame)
    write_json(_labels_json(found.labels), labels)
    known = f", {len(found.people)} people known of" if staff_list or counts else ""
    print(f"{len(found.records)} records in the file{known}.")


def _labels_json(labels: FileLabels) -> dict:
    def text(code: object) -> str:
        return code_text(float(code)) if isinstance(code, int | float) else str(code)

    return {
        "file_label": labels.file_label,
        "variables": labels.variables,
        "values": {n: {text(c): v for c, v in codes.items()} for n, codes in labels.values.items()},
        "missing": {n: [[text(lo), text(hi)] for lo, hi in ranges] for n, ranges in labels.missing.items()},
        "set_aside": [
            {"column": column, "row": row, "value": value} for column, row, value in labels.set_aside
        ],
    }


if __name__ == "__main__":
    run(main)
