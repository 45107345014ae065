"""The templates about non-response: every branch rendered by some case, each rendering fit to print."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import test_all_sentences as cases
from wording_branches import Counting, counted, faults

from surveypipe.ledger.outcomes import COMPLETE, IMPUTED
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import nonresponse

SHIPPED = Path(__file__).resolve().parents[2] / "workflow/wording/en"
FOLDERS = ("nonresponse/", "shared/ledger")
Change = Callable[[Released], Released]


def cells(name: str, wanted: dict[str, Any], **values: Any) -> Change:
    """Set cells of the rows of a table that hold what is wanted."""

    def change(made: Released) -> Released:
        table = made.tables[name].copy()
        where = pd.Series(True, index=table.index)
        for column, value in wanted.items():
            where &= table[column].fillna("") == value
        assert where.any(), (name, wanted)
        for column, value in values.items():
            table[column] = table[column].astype(object) if isinstance(value, str) else table[column]
            table.loc[where, column] = value
        return dataclasses.replace(made, tables={**made.tables, name: table})

    return change


def more(name: str, *rows: dict[str, Any]) -> Change:
    """Add rows to a table."""

    def change(made: Released) -> Released:
        table = pd.concat([made.tables[name], pd.DataFrame(rows)], ignore_index=True)
        return dataclasses.replace(made, tables={**made.tables, name: table})

    return change


def no_rows(name: str, **wanted: str) -> Change:
    """Leave the rows of a table out that hold what is wanted."""

    def change(made: Released) -> Released:
        table = made.tables[name]
        where = pd.Series(True, index=table.index)
        for column, value in wanted.items():
            where &= table[column] == value
        return dataclasses.replace(made, tables={**made.tables, name: table[~where]})

    return change


def still(made: Released) -> Released:
    """The silent as those who answered: no scenario of the waves moves an estimate."""
    claims = made.tables["claims"].set_index(["claim", "group_level"])["estimate"]
    claims = {(claim, level if level == level else ""): value for (claim, level), value in claims.items()}
    data = made.tables["nonresponse"].copy()
    for index, row in data[data["step"] == "extrapolation"].iterrows():
        level = row["group_level"] if row["group_level"] == row["group_level"] else ""
        data.loc[index, "estimate"] = claims.get((row["claim"], level), np.nan)
    return dataclasses.replace(made, tables={**made.tables, "nonresponse": data})


def otherwise(grade: int, claims: Sequence[str] = ("C1",)) -> Change:
    """Claims counted by another rule, with a grade by it."""

    def change(made: Released) -> Released:
        summary = made.tables["multiverse_summary"].assign(measure="")
        rows = [summary[summary["claim"] == claim].iloc[0].to_dict() for claim in claims]
        counted = {"measure": "risk_above_half", "estimate": 0.3, "largest_shift": -0.3, "grade": grade}
        table = pd.concat([summary, pd.DataFrame([row | counted for row in rows])], ignore_index=True)
        return dataclasses.replace(made, tables={**made.tables, "multiverse_summary": table})

    return change


def readers(k: float) -> Change:
    return cases.configured(sensitivity={"scenario": {"variable": "read", "k": [0, k], "k_grade": k}})


def contrast(estimate: float, *, apart: float = 0.0) -> Change:
    """Shares and a mean of those at the scenario's level and of all others, in the form of the estimates.

    The difference is by so much another than that of the two.
    """
    numbers = {"n": 50, "se": 0.05, "ci_low": 0.2, "ci_high": 0.7, "ci_level": 0.95, "status": "released"}
    rows = []

    def change(made: Released) -> Released:
        for claim in made.config["claims"].values():
            statistic = "level_mean" if claim["kind"] == "equivalence" else "level_share"
            own = {"variable": claim["variable"], "scheme": made.primary, **numbers}
            rows.extend(
                {**own, "statistic": kind, "group_level": place, "estimate": value}
                for kind, place, value in (
                    (statistic, "level", 0.5),
                    (statistic, "others", estimate),
                    ("level_difference", "", 0.5 - estimate + apart),
                )
            )
        return more("estimates", *rows)(made)

    return change


LATE = {"step": "early_late"}
SHIFT = {"step": "weighting", "measure": "shift", "scheme": "cells"}
FMI = {"step": "missing_information", "measure": "fmi"}
FIRST = {"claim": "C1", "group_level": ""}
FOLLOWED = {"claim": "C1", "group": "overall", "stratum": "", "note": "", "n": 140, "N": 312}
SIXTY = {"estimate": 0.6, "ci_low": 0.5, "ci_high": 0.7}
ASKED_FOR = cases.configured(nonresponse={"exclusion": ["reminders"]})
HECKMAN = {"method": "heckman", "parameter": "estimate", "note": "", "status": "released"}
CASES: dict[str, Change] = {
    **cases.CHANGES,
    "rates withheld": cells("nonresponse", {"step": "rates"}, n=np.nan, estimate=np.nan),
    "no model": no_rows("nonresponse", step="response_model"),
    "R unadjusted withheld": cells("nonresponse", {"measure": "R"}, estimate=np.nan),
    "spread withheld": cells("nonresponse", {"measure": "cv_adjusted"}, estimate=np.nan),
    "a strong list": cells("nonresponse", {"measure": "v_answer"}, estimate=0.6),
    "one strong link": cases.both(
        cells("nonresponse", {"measure": "v_answer"}, estimate=0.1),
        cells("nonresponse", {"measure": "v_answer", "claim": "C1"}, estimate=0.6),
    ),
    "strong links, some links withheld": cases.both(
        cells("nonresponse", {"measure": "v_answer"}, estimate=0.6),
        cells("nonresponse", {"measure": "v_answer", "claim": "C2"}, estimate=np.nan),
    ),
    "one strong link, some links withheld": cases.both(
        cells("nonresponse", {"measure": "v_answer"}, estimate=0.1),
        cells("nonresponse", {"measure": "v_answer", "claim": "C1"}, estimate=0.6),
        cells("nonresponse", {"measure": "v_answer", "claim": "C2"}, estimate=np.nan),
    ),
    "weak links, some links withheld": cases.both(
        cells("nonresponse", {"measure": "v_answer"}, estimate=0.1),
        cells("nonresponse", {"measure": "v_answer", "claim": "C2"}, estimate=np.nan),
    ),
    "three strong links": cases.both(
        cells("nonresponse", {"measure": "v_answer"}, estimate=0.1),
        cells("nonresponse", {"measure": "v_answer", "variable": "agency", "claim": "C1"}, estimate=0.6),
        cells("nonresponse", {"measure": "v_answer", "variable": "agency", "claim": "C2"}, estimate=0.6),
        cells("nonresponse", {"measure": "v_answer", "variable": "agency", "claim": "C3"}, estimate=0.6),
    ),
    "a list that tells": cells("nonresponse", FMI, outcome="adds_something"),
    "a list that tells of one": cells("nonresponse", {**FMI, "claim": "C1"}, outcome="adds_something"),
    "every shift clear": cells("nonresponse", SHIFT, p_value=0.001),
    "one shift clear": cases.both(
        cells("nonresponse", SHIFT, p_value=0.5),
        cells("nonresponse", {**SHIFT, "claim": "C1"}, p_value=0.001),
    ),
    "shifts tested by linearisation": cases.both(
        cases.configured(weighting={"replicates": None}), cells("nonresponse", SHIFT, p_value=0.001)
    ),
    "no shift clear by linearisation": cases.both(
        cases.configured(weighting={"replicates": None}), cells("nonresponse", SHIFT, p_value=0.5)
    ),
    "late differ": cases.both(
        *(cells("nonresponse", {**LATE, **FIRST, "claim": f"C{n}"}, p_value=0.001) for n in (1, 2, 3))
    ),
    "late alike": cells("nonresponse", LATE, p_value=0.4),
    "late unknown": cells("nonresponse", LATE, p_value=np.nan),
    "only groups known": cells("nonresponse", {**LATE, "group_level": ""}, p_value=np.nan),
    "no move": still,
    "one would cross": cases.both(
        still, cells("nonresponse", {"step": "extrapolation", **FIRST}, estimate=0.02)
    ),
    "only a mean": cases.only_claims("equivalence"),
    "all would cross": cases.both(
        cases.celled("claims", estimate=0.7),
        cells("nonresponse", {"step": "extrapolation"}, estimate=0.02),
    ),
    "no theta": cases.both(cases.graded(3), cases.celled("claims", tipping_theta=np.nan)),
    "one theta": cases.both(
        cases.graded(3), cases.celled("claims", tipping_theta=np.nan),
        cells("claims", {"claim": "C1"}, tipping_theta=1.4),
    ),
    "one theta, of a mean": cases.both(
        cases.graded(3), cases.celled("claims", tipping_theta=np.nan),
        cells("claims", {"claim": "C6"}, tipping_theta=1.4),
    ),
    "out of reach": cases.both(cases.graded(0), cases.celled("claims", bound_low=0.3, bound_high=0.31)),
    "within reach": cases.both(cases.graded(0), cases.celled("claims", bound_low=0.0, bound_high=1.0)),
    **{
        f"all stand at {k}": cases.both(
            cases.graded(3), cases.celled("claims", reader_limit=0.6),
            cells("claims", {"claim": "C4"}, reader_limit=0.3),
            cells("claims", {"claim": "C6"}, reader_limit=0.0), readers(k),
        )
        for k in (0, 0.25, 0.5, 1.0)
    },
    "all fall": cases.both(cases.graded(3), cases.celled("claims", reader_limit=0.05), readers(0.25)),
    "one falls": cases.both(
        cases.graded(3), cases.celled("claims", reader_limit=0.6),
        cells("claims", {"claim": "C1"}, reader_limit=0.05),
    ),
    **{
        f"probability {p}": cells("not_at_random", {"method": "bayes"}, probability=p)
        for p in (0.001, 0.4, 0.999)
    },
    "no proxy": cases.celled("ledger_context", rho=np.nan),
    "a good proxy": cases.celled("ledger_context", rho=0.6),
    "asked afterwards": more(
        "follow_up_check",
        {**FOLLOWED, "group_level": "", "measure": "two_phase", **SIXTY},
        {**FOLLOWED, "group_level": "", "measure": "difference", "estimate": -0.1, "p_value": 0.03},
        {**FOLLOWED, "group_level": "AMH", "measure": "two_phase", **SIXTY},
    ),
    "no selection model": no_rows("not_at_random", method="heckman"),
    "a selection model refused": ASKED_FOR,
    "a selection model": cases.both(
        ASKED_FOR,
        more(
            "not_at_random",
            {**HECKMAN, "claim": "C1", "group_level": "", "estimate": 0.6, "ci_low": 0.5, "ci_high": 0.7},
            {**HECKMAN, "claim": "C6", "group_level": "", "estimate": 0.1, "ci_low": -0.1, "ci_high": 0.3},
            {**HECKMAN, "claim": "C5", "group_level": "AMH", "estimate": 0.6, "ci_low": 0.5, "ci_high": 0.7},
        ),
    ),
    "a selection model withheld": cases.both(
        ASKED_FOR,
        more("not_at_random", {**HECKMAN, "claim": "C1", "group_level": "", "status": "suppressed"}),
    ),
    "no item unanswered": cases.celled("multiverse", missing=COMPLETE),
    "nothing imputed": cases.both(
        cases.configured(analysis={"imputation": None}), cases.celled("multiverse", missing=COMPLETE)
    ),
    "records of which nothing is imputed": cases.both(
        cases.configured(study={"mode": "records"}, analysis={"imputation": None}),
        cases.celled("multiverse", missing=COMPLETE),
    ),
    "records of which values are imputed": cases.configured(study={"mode": "records"}),
    "items imputed beside alone": cases.both(
        cases.configured(analysis={"imputation": None}), cases.celled("multiverse", missing=IMPUTED)
    ),
    "no correction": cases.configured(analysis={"fpc": {"descriptive": False, "tests": False}}),
    "no correction, no item unanswered": cases.both(
        cases.configured(analysis={"fpc": {"descriptive": False, "tests": False}}),
        cases.celled("multiverse", missing=COMPLETE),
    ),
    "one weighting scheme": lambda made: cases.configured(
        weighting={"schemes": {made.primary: made.config["weighting"]["schemes"][made.primary]}}
    )(made),
    "no date of return": cases.both(
        cells("nonresponse", LATE, p_value=np.nan), cases.configured(nonresponse={"waves": None})
    ),
    "a shift of one": cases.celled("multiverse_summary", largest_shift=0.01),
    "grades change": cases.celled("multiverse_summary", grade_changes="not supported: x"),
    "no grade changes": cases.celled("multiverse_summary", grade_changes="none"),
    "counted otherwise, lost": cases.both(cases.graded(3), otherwise(0)),
    "counted otherwise, kept": cases.both(cases.graded(3), otherwise(3)),
    "counted otherwise, two alike": cases.both(cases.graded(3), otherwise(3, ("C1", "C3"))),
    "imputed is to prefer": cells(
        "estimates", {"statistic": "proportion_imputed"}, flag="primary; the conclusion differs"
    ),
    "complete is to prefer": cases.both(
        cells("estimates", {"statistic": "proportion_imputed"}, flag=""),
        cells("estimates", {"statistic": "mean_imputed"}, flag=""),
        cells("estimates", {"statistic": "proportion_complete_cases"}, flag="primary"),
        cells("estimates", {"statistic": "proportion_imputed"}, estimate=0.9),
    ),
    "answers not coded": lambda made: dataclasses.replace(
        made, tables={**made.tables, "estimates": cases.made_up.released().tables["estimates"]}
    ),
    "kappa withheld": cells("estimates", {"statistic": "pooled_kappa"}, estimate=np.nan),
    "kappas alike": cells("estimates", {"statistic": "pooled_kappa"}, estimate=0.8),
    "most of the others agree": contrast(0.6),
    "few of the others agree": contrast(0.49),
    "differences of unrounded figures": contrast(0.4, apart=0.01),
}  # fmt: skip


@cache
def rendered() -> tuple[dict[tuple[str, str], str], Counting]:
    """Every text under every case, and which branches of the templates that took."""
    texts = {}
    with counted([SHIPPED]) as (words, counting):
        for name, change in CASES.items():
            made = change(cases.base())
            said = nonresponse.sentences(made, words)
            for key, part in nonresponse.SENTENCES.items():
                texts[name, part] = said[f"bias__{key}"]
            for part in set(nonresponse.FACTS) - set(nonresponse.SENTENCES.values()):
                texts[name, part] = nonresponse.sentence(part, made, words)
            texts[name, "summary"] = nonresponse.summary(made, words)
    return texts, counting


@pytest.mark.slow
def test_every_branch_is_rendered_by_some_case() -> None:
    _, counting = rendered()
    assert [branch for branch in counting.missed if branch.startswith(FOLDERS)] == []
    assert len([branch for branch in counting.there if branch.startswith(FOLDERS)]) > 90


def test_every_template_about_nonresponse_is_used() -> None:
    shipped = {path.name.removesuffix(".md.j2") for path in (SHIPPED / "nonresponse").glob("*.md.j2")}
    assert shipped - set(nonresponse.FACTS) == {"summary", "withheld", "r_indicator"}
    assert set(nonresponse.SENTENCES.values()) <= set(nonresponse.FACTS) <= shipped


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_each_rendering_is_fit_to_print(name: str) -> None:
    texts, _ = rendered()
    wrong = {part: faults(text.rstrip("\n")) for (case, part), text in texts.items() if case == name}
    assert {part: found for part, found in wrong.items() if found} == {}


@pytest.mark.slow
def test_a_scenario_that_moves_nothing_names_no_move() -> None:
    texts, _ = rendered()
    assert "no estimate would move" in texts["no move", "waves"]
    assert "to move most" not in texts["no move", "waves"]


@pytest.mark.slow
def test_an_r_indicator_is_told_without_the_spread() -> None:
    texts, _ = rendered()
    assert texts["spread withheld", "representativity"].startswith("The R-indicator")
    assert "as uneven as that" not in texts["spread withheld", "representativity"]


@pytest.mark.slow
def test_a_selection_model_without_a_number_is_withheld() -> None:
    texts, _ = rendered()
    assert texts["a selection model withheld", "heckman"].startswith("This result is withheld")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("counted otherwise, kept", "the largest move is that of C1"),
        ("counted otherwise, two alike", "no move is larger than that of C1"),
    ],
)
def test_of_moves_that_print_alike_none_is_called_the_largest(case: str, said: str) -> None:
    texts, _ = rendered()
    assert any(said in " ".join(text.split()) for (name, _), text in texts.items() if name == case)
