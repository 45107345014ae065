"""The templates about claims and response: every branch rendered, each rendering fit to print."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import test_all_sentences as cases
from test_wording_of_methods import claimed
from test_wording_of_nonresponse import SHIPPED, cells, more, readers
from wording_branches import Counting, counted, faults

from surveypipe.ledger.outcomes import ScenarioSource
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import methods, results, together
from surveypipe.study.claims import AnyClaim
from surveypipe.study.outcomes import Bounding, Crossing

FOLDERS = ("claims/", "response/", "shared/grades", "shared/readers")
Change = Callable[[Released], Released]
IN_SCENARIO = {"reader_k000": 0.2, "reader_k025": 0.3, "reader_k050": 0.4, "reader_k100": 0.5}
SEEN = {"ci_low": 0.6, "ci_high": 0.7, "ci_tost_low": -0.1, "ci_tost_high": 0.1}
UNSEEN = {"ci_low": 0.02, "ci_high": 0.7, "ci_tost_low": -0.4, "ci_tost_high": 0.4}


def crossing(outcome: Crossing, interval: Crossing, theta: float = np.nan) -> Change:
    """Every claim with this tipping point, and this of the end of its interval."""
    return cases.celled(
        "claims", tipping_outcome=str(outcome), tipping_interval_outcome=str(interval), tipping_theta=theta,
        tipping_theta_interval=theta if interval is Crossing.REACHED else np.nan,
    )  # fmt: skip


def scenario(k: float, *, now: bool, then: bool, source: str = "group") -> Change:
    """The reader scenario of every claim; a limit of 0.2 lies within a margin, and beyond one threshold."""
    return cases.both(
        cases.celled("claims", **IN_SCENARIO, **(SEEN if now else UNSEEN)),
        cases.celled("claims", reader_limit=0.6 if then else 0.05, scenario_source=source),
        cells("claims", {"claim": "C6"}, reader_limit=0.05 if then else 0.6),
        readers(k),
    )


def differing(p: float, low: float, high: float) -> Change:
    """Every difference between groups with this interval, and every test with this p-value."""
    return cases.both(
        cells("estimates", {"statistic": "rao_scott"}, p_value=p),
        cells("estimates", {"statistic": "difference"}, estimate=(low + high) / 2, ci_low=low, ci_high=high),
    )


def shifted(shift: float, theta: float) -> Change:
    """The claim of equivalence with this tipping shift."""
    return cases.both(
        cases.celled("claims", tipping_shift=np.nan),
        cells("claims", {"claim": "C6"}, tipping_shift=shift, tipping_theta=theta, tipping_outcome="reached"),
    )


def made_up_of(weighted: float, eligible: float) -> Change:
    """Respondents of whom each category is this per cent weighted, and that of all who were eligible."""
    return cells("table_1", {"group_level": ""}, percent=weighted, frame_percent=eligible)


def claims(*keys: str) -> Change:
    """These claims and no others."""

    def change(made: Released) -> Released:
        kept = {key: made.config["claims"][key] for key in keys}
        return dataclasses.replace(made, config={**made.config, "claims": kept})

    return change


MODELS = [
    {
        "outcome": "read",
        "kind": "logistic",
        "predictors": ["agency", "tenure"],
        "reference": {"agency": "AMH"},
    },
    {"outcome": "read", "kind": "ordinal", "predictors": ["tenure"]},
    {"outcome": "joint", "kind": "linear", "predictors": ["agency", "tenure"]},
]  # fmt: skip
AGENCIES = {"variable": "agency", "of": "AMH", "minus": "CSC"}
# Keys of a claim of each kind, by what is said of it.
KINDS: dict[str, dict[str, object]] = {
    "mean": {"kind": "mean", "variable": "joint", "threshold": 3.0, "range": (1, 5), "unit": "scale points",
             "upper_threshold": 4.0, "sensitivity_thresholds": (3.5,), "by": "agency"},
    "difference": {"kind": "difference", "variable": "contact_minus_joint", "range": (-4, 4)},
    "difference of means": {"kind": "difference", "variable": "joint", "range": (1, 5), "groups": AGENCIES},
    "difference of shares": {"kind": "difference", "variable": "read", "level": 1, "groups": AGENCIES},
    "equal means": {"kind": "equivalence", "variable": "joint", "range": (1, 5), "margin": 0.5,
                    "groups": AGENCIES},
    "equal shares": {"kind": "equivalence", "variable": "read", "level": 1, "margin": 0.1,
                     "groups": AGENCIES},
    "ratio": {"kind": "ratio", "variable": "joint", "over": "risk", "threshold": 1.0, "unit": "points"},
    "total": {"kind": "total", "variable": "joint", "threshold": 300.0, "unit": "points"},
    "total without a unit": {"kind": "total", "variable": "joint", "threshold": 300.0},
    "total of people": {"kind": "total", "variable": "read", "level": 1, "threshold": 100.0, "unit": "staff"},
    "median": {"kind": "median", "variable": "joint", "threshold": 3.0, "range": (1, 5)},
    "change": {"kind": "change", "variable": "joint", "before": "risk", "range": (1, 5),
               "unit": "scale points"},
    "change of a share": {"kind": "change", "variable": "read", "before": "received", "level": 1},
    "changes of groups": {"kind": "change", "variable": "joint", "before": "risk", "range": (1, 5),
                          "groups": AGENCIES},
    "odds ratio": {"kind": "association", "variable": "read", "model": "logistic", "term": "agency",
                   "level": "CSC", "threshold": 1.0},
    "odds ratio of a step": {"kind": "association", "variable": "read", "model": "ordinal", "term": "tenure",
                             "threshold": 1.0},
    "coefficient": {"kind": "association", "variable": "joint", "model": "linear", "term": "agency",
                    "level": "CSC", "threshold": 0.0, "unit": "scale points", "by": None},
}  # fmt: skip


def of_kind(name: str, *changes: Change) -> Change:
    """A claim of another kind in the place of the first, with its rows of the ledger changed."""
    said = {"label": "A claim", "short": "Claim", **KINDS[name]}
    return cases.both(
        cases.configured(claims={"C1": said}, analysis={"models": MODELS}),
        cells("claims", {"claim": "C1"}, kind=said["kind"], variable=said["variable"]),
        *changes,
    )


def tipped(outcome: Crossing, shift: float = np.nan, theta: float = np.nan) -> Change:
    """The first claim with this tipping point."""
    found = {
        "tipping_outcome": str(outcome), "tipping_interval_outcome": str(outcome), "tipping_shift": shift,
        "tipping_theta": theta, "tipping_theta_interval": theta,
    }  # fmt: skip
    return cases.both(cases.celled("claims", tipping_shift=np.nan), cells("claims", {"claim": "C1"}, **found))


UP, DOWN, UNKNOWN = (Crossing.REACHED, 0.2, 1.4), (Crossing.REACHED, -0.2, 0.4), (Crossing.REACHED, -0.2)
OF_KINDS: dict[str, Change] = {
    f"{name}: {number}": of_kind(name, tipped(*found))
    for name, every in {
        "mean": (UP, UNKNOWN, (Crossing.SURE,), (Crossing.MISSED,)),
        "difference": (DOWN,),
        "difference of means": (UP, DOWN),
        "difference of shares": (UP, DOWN),
        "equal means": (UP, UNKNOWN),
        "equal shares": (UP,),
        "ratio": (UP, DOWN, (Crossing.SURE,), (Crossing.MISSED,)),
        "total": (UP, DOWN, (Crossing.SURE,), (Crossing.MISSED,)),
        "total without a unit": (UP,),
        "total of people": (UP, DOWN),
        "median": (UP, DOWN, (Crossing.MISSED,)),
        "change": (UP, DOWN, (Crossing.SURE,), (Crossing.MISSED,)),
        "change of a share": (UP, DOWN),
        "changes of groups": (UP, DOWN),
        "odds ratio": ((Crossing.UNDEFINED,),),
        "odds ratio of a step": ((Crossing.UNDEFINED,),),
        "coefficient": ((Crossing.UNDEFINED,),),
    }.items()
    for number, found in enumerate(every)
}

RAKED: Change = cases.configured(
    weighting={
        "schemes": {
            "cells": {
                "label": "Raked",
                "method": "rake",
                "margins": ["agency", "profession_group"],
                "by": None,
                "collapse": None,
            }
        }
    }
)

CASES: dict[str, Change] = {
    **OF_KINDS,
    "no scenario of this kind": cases.celled("claims", scenario_source="undefined", reader_limit=np.nan),
    **cases.CHANGES,
    **{
        f"theta {outcome}, {interval}, {theta}": crossing(outcome, interval, theta)
        for outcome, interval, theta in (
            (Crossing.SURE, Crossing.SURE, np.nan),
            (Crossing.NEVER, Crossing.NEVER, np.nan),
            (Crossing.MISSED, Crossing.MISSED, np.nan),
            (Crossing.REACHED, Crossing.REACHED, 4.0),
            (Crossing.REACHED, Crossing.NEVER, 0.25),
            (Crossing.REACHED, Crossing.MISSED, 1.4),
        )
    },
    **{
        f"readers {k}, {now}, {then}": scenario(k, now=now, then=then)
        for k, now, then in (
            (0.0, True, True),
            (0.25, True, False),
            (0.5, False, True),
            (1.0, False, False),
        )
    },
    "answers of all non-readers": scenario(0.5, now=True, then=True, source="all"),
    "answers supposed": scenario(0.5, now=True, then=True, source="assumed"),
    **{
        f"difference {p}, {low}": differing(p, low, low + 0.2)
        for p in (0.01, 0.4, np.nan)
        for low in (-0.15, 0.05)
    },
    **{
        f"equivalence {found}": cases.celled("claims", equivalence=found)
        for found in ("equivalent", "both", "different", "inconclusive")
    },
    "shift up": shifted(0.2, 1.4),
    "shift down, no theta": shifted(-0.2, np.nan),
    "no recode": cases.both(cases.configured(cleaning={"recodes": None}), shifted(0.2, 1.4)),
    "no recode, down": cases.both(cases.configured(cleaning={"recodes": None}), shifted(-0.2, 1.4)),
    "nothing known of the silent": cases.both(
        cases.celled(
            "claims",
            bound_low=np.nan,
            bounds_outcome=Bounding.SILENT_UNKNOWN,
            tipping_outcome=Crossing.SILENT_UNKNOWN,
        ),
        cases.graded(5),
    ),
    "no tipping point of this kind": cases.celled("claims", tipping_outcome=Crossing.UNDEFINED),
    "no bounds of this kind": cases.celled(
        "claims", bound_low=np.nan, bounds_outcome=Bounding.UNDEFINED, tipping_outcome=Crossing.UNDEFINED
    ),
    "no limits of the answers": cases.celled("claims", bound_low=np.nan, bounds_outcome=Bounding.UNLIMITED),
    "bounds withheld": cases.celled("claims", bound_low=np.nan),
    "one of each grade": cases.both(
        *(cells("claims", {"claim": f"C{n}", "group_level": ""}, grade=n - 1) for n in range(1, 6))
    ),
    "groups weaker": cases.both(cases.graded(2), cells("claims", {"group_level": "AMH"}, grade=4)),
    "groups withheld": cells("estimates", {"statistic": "difference"}, estimate=np.nan),
    "items withheld": cases.celled("estimates", estimate=np.nan, status="suppressed"),
    "claims withheld": cases.celled(
        "claims", estimate=np.nan, ci_low=np.nan, ci_high=np.nan, status="suppressed"
    ),
    "nothing graded": cases.celled("claims", grade=np.nan),
    "three of one grade": cases.both(
        cases.graded(3),
        cells("claims", {"claim": "C1"}, grade=0),
        cells("claims", {"claim": "C6"}, grade=0),
    ),
    **{
        f"{' and '.join(keys)} alone, grade {grade}": cases.both(claims(*keys), cases.graded(grade))
        for keys in (("C1",), ("C1", "C4"))
        for grade in (0, 3)
    },
    **{
        f"{' and '.join(map(str, grades))} of {len(grades)}": cases.both(
            claims(*(f"C{n}" for n in range(1, len(grades) + 1))),
            *(
                cells("claims", {"claim": f"C{n}", "group_level": ""}, grade=grade)
                for n, grade in enumerate(grades, start=1)
            ),
        )
        for grades in ((3, 0), (0, np.nan), (3, 3, np.nan), (3, np.nan, np.nan), (1, 4, 0, np.nan))
    },
    "no scenario": cases.celled("claims", scenario_source=ScenarioSource.ABSENT, reader_limit=np.nan),
    "four of one grade": cases.both(cases.graded(3), cells("claims", {"claim": "C1"}, grade=0)),
    "a difference of one": differing(0.4, -0.08, 0.1),
    "means compared": more(
        "estimates",
        {
            "variable": "contact_minus_joint",
            "statistic": "difference",
            "scheme": "cells",
            "group_level": "",
            "estimate": 0.02,
            "ci_low": -0.2,
            "ci_high": 0.24,
            "ci_level": 0.95,
            "status": "released",
        },
    ),
    "a correction for tests alone": cases.configured(analysis={"fpc": {"descriptive": False, "tests": True}}),
    "three other thresholds": claimed("C1", sensitivity_thresholds=[0.1, 0.6, 0.67]),
    "no test": cells("estimates", {"statistic": "rao_scott"}, statistic="none"),
    "no groups": cases.configured(groups={"agency": None}, frame={"group": "everybody"}),
    "balance met": made_up_of(50.0, 50.0),
    "all overshot": cases.both(made_up_of(50.0, 40.0), cells("weight_cells", {}, merged="False")),
    "all too few": made_up_of(40.0, 50.0),
    "one overshot": cases.both(
        made_up_of(40.0, 50.0), cells("table_1", {"level": "AMH", "group_level": ""}, percent=60.0)
    ),
    "primary weights raked": RAKED,
    "equal means, raked": cases.both(of_kind("equal means", tipped(*UP)), RAKED),
}


@cache
def rendered() -> tuple[dict[tuple[str, str], str], Counting]:
    """Every text under every case, and which branches of the templates that took."""
    with counted([SHIPPED]) as (words, counting):
        texts = {
            (name, key): text
            for name, change in CASES.items()
            for key, text in results.sentences(change(cases.base()), words).items()
        }
        # How a kind words its estimand is said among the methods.
        for name in ("", *KINDS):
            made = of_kind(name)(cases.base()) if name else cases.base()
            words.say("methods/claims", **methods.claims(made))
    return texts, counting


@pytest.mark.slow
def test_every_branch_is_rendered_by_some_case() -> None:
    _, counting = rendered()
    assert [branch for branch in counting.missed if branch.startswith(FOLDERS)] == []
    assert len([branch for branch in counting.there if branch.startswith(FOLDERS)]) > 100


def test_every_template_about_claims_and_response_is_used() -> None:
    named = {f"claims/{name}" for name in {**results.FIELDS, **results.HEADLINE_FIELDS}.values()}
    named |= {template for template, _ in together.FACTS.values()}
    # The explorer words what becomes of a claim under an assumption.
    named |= {"claims/assumed", "claims/share_phrase", "claims/share_short", "claims/score_phrase"}
    shipped = [path for part in ("claims", "response") for path in (SHIPPED / part).rglob("*.md.j2")]
    names = {str(path.relative_to(SHIPPED)).removesuffix(".md.j2") for path in shipped}
    parts = {"claims/withheld", "claims/all/alike", "claims/common"}
    assert names - named - parts == {
        f"claims/kinds/{kind.__struct_config__.tag}" for kind in get_args(AnyClaim)
    }


def macros(path: Path) -> set[str]:
    return {name for name in re.findall(r"{%-? macro (\w+)\(", path.read_text("utf-8")) if name[0] != "_"}


def test_each_kind_of_claim_words_what_every_kind_words() -> None:
    kinds = {path.name: macros(path) for path in (SHIPPED / "claims/kinds").glob("*.md.j2")}
    assert len(kinds) >= 2
    for name, found in kinds.items():
        assert found == kinds["share.md.j2"], name


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_each_rendering_is_fit_to_print(name: str) -> None:
    texts, _ = rendered()
    wrong = {key: faults(text) for (case, key), text in texts.items() if case == name}
    assert {key: found for key, found in wrong.items() if found} == {}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_short_text_on_doubt_holds_no_number_that_the_long_ones_lack(name: str) -> None:
    texts, _ = rendered()
    for (case, key), short in texts.items():
        if case == name and key.endswith("__doubt-sentence"):
            stem = key.removesuffix("doubt-sentence")
            long = " ".join(
                texts.get((case, f"{stem}{part}-sentence"), "") for part in ("tipping", "bounds", "reader")
            )
            assert set(re.findall(r"[−\d.]*\d", short)) <= set(re.findall(r"[−\d.]*\d", long)), key


@pytest.mark.slow
def test_what_a_study_does_not_have_is_not_said_to_be_withheld() -> None:
    texts, _ = rendered()
    said = {key: text for (case, key), text in texts.items() if case == "no scenario"}
    assert not any(key.endswith("__reader-sentence") for key in said)
    assert any(key.endswith("__doubt-sentence") for key in said)
    assert not any("scenario" in text for text in said.values())
