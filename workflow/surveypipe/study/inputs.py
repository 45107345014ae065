"""Section ``inputs``: the files that come from outside."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from surveypipe.study.base import NULLABLE, Settings


class Inputs(Settings):
    """The files that come from outside. Paths are relative to the folder of the study."""

    survey: Annotated[
        str, Meta(description="The survey's data: .sav, .zsav, .por, .dta, .sas7bdat, .xpt, .csv or .xlsx.")
    ]
    staff_list: Annotated[
        str | None,
        Meta(
            description="CSV with one row for each person invited; left out where there is no list.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    counts: Annotated[
        str | None,
        Meta(
            description="CSV of headcounts where there is no list: one row for each cell, columns named as "
            "variables of the survey, and `n`. Of everybody who was asked; beside a sample, of the "
            "population.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    margins: Annotated[
        str | None,
        Meta(
            description="CSV of control totals where there is no list: variable, level, and n (numbers of "
            "people) or share; the same as frame.margins.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    encoding: Annotated[
        str | None,
        Meta(
            description="Encoding of the text in the survey file, such as windows-1252 or utf-8. Left out: "
            "what the file itself declares; where its text is not in it, Windows-1252, with a note.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    released: Annotated[
        str | None,
        Meta(
            description="Folder of what an earlier run released, as the public archive of a study of real "
            "data holds it (docs/archive.md). Where it is named the run begins there: no answer, list or "
            "headcount is read, and the files named beside it need not be there.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    checksums: Annotated[
        str,
        Meta(
            description="SHA-256 sums of the two files, as written by `sha256sum`; ingest stops where they "
            "differ."
        ),
    ] = "data/raw/SHA256SUMS"
    codebook: Annotated[str, Meta(description="YAML: what each column of the survey means.")] = (
        "config/codebook.yaml"
    )
    authors: Annotated[
        str,
        Meta(
            description="YAML: names, affiliations and all other words that identify; the blinded manuscript "
            "is built without it."
        ),
    ] = "config/authors.yaml"
    headcounts: Annotated[
        str | None,
        Meta(
            description="Optional CSV (variable, level, n) of headcounts that agree with the staff list.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    codes: Annotated[
        str | None,
        Meta(
            description="Optional CSV (case_id, question, coder, codes) of two coders' codes of open "
            "answers; several codes of an answer are joined by ;.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
    follow_up: Annotated[
        str | None,
        Meta(
            description="Optional CSV (id, one column for each question; blank: not reached) of a check of "
            "non-respondents.",
            extra_json_schema=NULLABLE,
        ),
    ] = None
