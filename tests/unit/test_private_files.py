"""Files with single answers belong to their owner alone, whatever umask the computer has."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

import _shared
from _shared import Output
from surveypipe import provenance
from surveypipe.private_files import folder_of


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("usual", [0o000, 0o022, 0o077])
def test_a_stage_closes_its_private_files_and_no_other(tmp_path: Path, monkeypatch, usual: int):
    results = tmp_path / "data/results"
    private, deeper = results / "private/rows.csv", results / "private/export/rows.csv"
    data, public = results / "data/rows.csv", results / "public/rows.csv"
    seen = []

    def main(*, private: Output, deeper: Output, data: Output, public: Output) -> None:
        for path in (private, deeper, data, public):
            path.write_text("id\n7\n", encoding="utf-8")
            seen.append(mode(path))

    words = {"private": private, "deeper": deeper, "data": data, "public": public}
    monkeypatch.setattr(sys, "argv", ["s.py", *(w for k, v in words.items() for w in (f"--{k}", str(v)))])
    # Snakemake makes the folders first, for everybody to read.
    private.parent.mkdir(parents=True, mode=0o755)
    before = os.umask(usual)
    try:
        _shared.run(main)
        after = os.umask(usual)
    finally:
        os.umask(before)
    assert after == usual
    # At no moment could anybody else read them.
    assert seen == [0o600] * 4
    assert [mode(path) for path in (private, deeper, data)] == [0o600] * 3
    assert [mode(path.parent) for path in (private, deeper, data)] == [0o700] * 3
    assert mode(public) == 0o666 & ~usual
    assert mode(public.parent) == 0o777 & ~usual


@pytest.mark.parametrize(
    "name", ["data/raw/survey.sav", "results/public/a.csv", "results/report/a.html", "a.csv"]
)
def test_what_is_not_private_stays_as_it_is(name: str):
    assert folder_of(Path(name)) is None


def test_who_said_what_is_quoted_is_in_no_manifest_and_cannot_be_tried_out():
    def config(who: str) -> dict[str, object]:
        return {"seed": 1, "disclosure": {"quotations": [{"question": "remark", "id": who}], "min_base": 10}}

    one, other = (
        provenance.manifest(
            {}, {}, study={"id": "s", "data": "real"}, config=config(who), codebook={}, code={}, withheld={},
            renderer="pandoc", renderer_version="3", wording={},
        )
        for who in ("S0117", "S0250")
    )  # fmt: skip
    assert one == other and one["configuration"]["disclosure"]["quotations"] == [{"question": "remark"}]
    assert provenance.without_ids({"seed": 1}) == {"seed": 1}
