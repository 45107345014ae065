"""What the page tells of a number: in words, with its table, and nothing of what was set."""

from __future__ import annotations

from pathlib import Path

import pytest
from wording_branches import counted, faults

import made_up
from surveypipe.reporting import number_sources, number_tips, numbers
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import register

SHIPPED = Path(__file__).resolve().parents[2] / "workflow/wording/en"
NUMBERED = {"article": {"tbl-ledger": "Table 2"}, "supplement": {"tbl-shares": "Table 9"}}


@pytest.fixture(scope="module")
def released() -> Released:
    return made_up.released()


@pytest.fixture(scope="module")
def tips(released: Released) -> dict:
    keys = [*numbers.numbers(released), "theta-strong", "ci-level"]
    keys += [f"claim-{key.lower()}__groups-sentence" for key in released.claims]
    tables = {name: make(released) for name, make in register.TABLES.items()}
    found = number_sources.sources(released, keys)
    return number_tips.with_tips(released, made_up.words(), found, tables, NUMBERED)


def test_a_share_is_told_with_its_interval_its_people_and_its_weights(released: Released, tips: dict) -> None:
    row = next(row for row in released.claim_rows() if row["claim"] == "C1" and not row["group_level"])
    fields = numbers.estimate_fields(released.estimate_of(row))
    (line,) = tips["claim-c1__pct"]["told"]
    level = released.settings.analysis.ci_level
    assert f"{fields['pct']}, {level:.0%} interval {fields['ci']}; {fields['n']} " in line
    assert f"weights: {released.in_text(released.schemes[released.primary])}." in line


def test_what_was_set_has_no_tip_and_is_no_part_of_one(released: Released, tips: dict) -> None:
    assert not {"theta-strong", "ci-level"} & set(tips)
    claim = released.claims["C1"]
    assert claim.printed(claim.threshold) in tips["claim-c1__pct"]["constants"]


def test_the_first_table_that_is_printed_is_named(tips: dict) -> None:
    of_claims = [tip for key, tip in tips.items() if key.startswith("claim-")]
    assert {tip["label"] for tip in of_claims} <= {"tbl-ledger", "tbl-shares"}
    assert all(tip["places"] == {"article": "Table 2"} for tip in of_claims if tip["label"] == "tbl-ledger")


def test_tables_and_figures_are_counted_in_the_order_of_the_text() -> None:
    text = "{{< include tables/outer.md >}}\n![A](figures/a){#fig-a}\n: B {#tbl-b}\n{{< include inner.md >}}"
    included = {"outer.md": ": O {#tbl-o}\n{{< include inner.md >}}\n", "inner.md": ": I {#tbl-i}"}
    assert number_tips.numbering(text, included) == {
        "tbl-o": "Table 1",
        "tbl-i": "Table 2",
        "fig-a": "Figure 1",
        "tbl-b": "Table 3",
    }


def test_every_branch_of_a_tip_is_rendered_and_fit_to_print() -> None:
    told = {
        "of": "Read it",
        "among": "",
        "compared": False,
        "value": "73%",
        "interval": "65% to 80%",
        "level": 0.95,
        "n": 117.0,
        "total": 119.0,
        "people": "respondents",
        "scheme": "agency",
        "unweighted": False,
    }
    changes: list[dict] = [
        {},
        {"among": "the north"},
        {"among": "agency", "compared": True},
        {"interval": "", "n": float("nan"), "scheme": ""},
        {"total": 117.0, "scheme": "", "unweighted": True},
        {"of": ""},
    ]
    with counted([SHIPPED]) as (words, counting):
        made = [words.say("numbers/tip", **told | change) for change in changes]
        made += [words.say("numbers/whole_table", method="bounds", scheme=s) for s in ("", "all schemes")]
        missed = [branch for branch in counting.missed if branch.startswith("numbers/")]
    assert missed == []
    assert [fault for text in made for fault in faults(text)] == []
    assert made[0] == "Read it: 73%, 95% interval 65% to 80%; 117 of 119 respondents, weights: agency."
    assert made[2].startswith("Read it by agency: 73%")
