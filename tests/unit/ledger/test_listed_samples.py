"""Claims of a sample drawn from a list: the silent who were drawn count by the people they were drawn for."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from surveypipe.ledger.cases import Case, Setting, cases
from surveypipe.ledger.extremes import bounds
from surveypipe.ledger.not_at_random import bayesian_rows, heckman_rows, proxy_rows
from surveypipe.ledger.outcomes import MixtureRefusal
from surveypipe.study.claims import claims_of
from surveypipe.study.design import Sampling
from surveypipe.study.sensitivity import Sensitivity
from surveypipe.study.vocabulary import Vocabulary

# id: agency, weight, whether they used it and read it: 1 yes, 2 no; None: not answered; "-": silent
LISTED = {
    "p1": ("A", 4.0, 1, 1), "p2": ("A", 1.5, 2, 1), "p3": ("A", 8.0, "-", "-"), "p4": ("A", 2.0, None, 1),
    "p5": ("B", 3.0, 1, 2), "p6": ("B", 6.0, 1, None), "p7": ("B", 2.5, "-", "-"), "p8": ("B", 1.0, 2, 1),
}  # fmt: skip
CLAIM = {
    "label": "Used", "short": "Used", "kind": "share", "variable": "used", "level": 1, "base": "all",
    "threshold": 0.3, "by": "agency",
}  # fmt: skip


def common(sampling: Sampling, base: str = "all", primary: str = "cells") -> Setting:
    return Setting(
        claims=claims_of({"claims": {"C": CLAIM | {"base": base}}}),
        bases={"all": {}, "readers": {"read": (1,)}}, people_in={"all": "all", "readers": "readers"},
        known=frozenset({"agency"}), sensitivity=Sensitivity(), schemes=("none", "cells"), primary=primary,
        unweighted="none", group="agency", levels=("A", "B"), routed_no=frozenset(), vocabulary=Vocabulary(),
        sampling=sampling,
    )  # fmt: skip


def listed(sampling: Sampling, base: str = "all", primary: str = "cells") -> list[Case]:
    answered = {key: row for key, row in LISTED.items() if row[2] != "-"}
    people = pd.DataFrame(
        [(key, agency, used, read, weight) for key, (agency, weight, used, read) in answered.items()],
        columns=["id", "agency", "used", "read", "w_cells"],
    )
    share = {"A": 15.5 / 7.5, "B": 12.5 / 10}
    people["w_cells"] *= people["agency"].map(share)
    people["w_none"], people["cell_none"], people["cell_cells"] = 28 / 6, "All", people["agency"]
    staff = pd.DataFrame(
        [
            (key, agency, weight, "I" if used != "-" else "NC")
            for key, (agency, weight, used, _) in LISTED.items()
        ],
        columns=["id", "agency", "w", "category"],
    )
    staff.loc[len(staff)] = ["p9", "A", 50.0, "IE"]
    places = [("overall", ""), ("agency", "A"), ("agency", "B")]
    estimates = pd.DataFrame(
        [
            {"variable": "used", "statistic": "proportion", "level": "1", "group": group,
             "group_level": level, "scheme": scheme, "n": 5, "estimate": 0.5, "se": 0.1,
             "df": 4, "ci_low": 0.3, "ci_high": 0.7, "ci_level": 0.95}
            for group, level in places
            for scheme in ("none", "cells")
        ]
    )  # fmt: skip
    made = common(sampling, base, primary)
    return cases(made, estimates, people.astype({"used": float, "read": float}), staff)


def every_completion(level: str, base: str, weight: dict[str, float]) -> tuple[float, float]:
    """Least and greatest weighted share over every way in which the unknown may be filled in."""
    own = {key: row for key, row in LISTED.items() if level in ("", row[0])}
    ways = [
        [(u, r) for u in (1, 2) for r in (1, 2) if used in (u, None, "-") and read in (r, None, "-")]
        for _, _, used, read in own.values()
    ]
    shares = []
    for filled in itertools.product(*ways):
        inside = [weight[key] for key, (_, r) in zip(own, filled, strict=True) if base == "all" or r == 1]
        yes = [u == 1 for u, r in filled if base == "all" or r == 1]
        if inside:
            shares.append(float(np.average(yes, weights=inside)))
    return min(shares), max(shares)


SAMPLE = Sampling(kind="sample", weights="w")
WEIGHTS = {key: row[1] for key, row in LISTED.items()}
ALIKE = dict.fromkeys(LISTED, 1.0)


@pytest.mark.parametrize("base", ["all", "readers"])
@pytest.mark.parametrize(
    ("sampling", "weights"), [(SAMPLE, WEIGHTS), (Sampling(kind="census"), ALIKE)], ids=["sample", "census"]
)
def test_bounds_are_the_extremes_of_every_completion(sampling, weights, base):
    for case in listed(sampling, base):
        expected = every_completion(case.group_level, base, weights)
        assert bounds(case) == pytest.approx(expected, rel=1e-12), case.group_level


def test_a_scheme_without_weights_takes_everybody_drawn_alike():
    for case in listed(SAMPLE, primary="none"):
        assert bounds(case) == pytest.approx(every_completion(case.group_level, "all", ALIKE), rel=1e-12)


def test_models_made_for_a_census_refuse_a_sample_in_words():
    case = listed(SAMPLE)[0]
    rows = [
        *bayesian_rows(case),
        *proxy_rows(case, pd.DataFrame(), pd.DataFrame(), [], 1, 0.4),
        *heckman_rows(case, pd.DataFrame(), pd.DataFrame(), [], [], 1),
    ]
    assert [row["refusal"] for row in rows] == [MixtureRefusal.SAMPLE] * 3
    assert all("a sample was" in row["note"] for row in rows)


@pytest.mark.parametrize(
    ("low", "census", "sample"), [(0.35, True, False), (0.55, True, True), (0.2, False, False)]
)
def test_bounds_of_a_sample_decide_only_with_its_error_added(low, census, sample):
    """Threshold .3; the estimate may be .2 too high, and so may a bound that a sample gives."""
    for sampling, decides in ((Sampling(kind="census"), census), (SAMPLE, sample)):
        case = listed(sampling)[0]
        assert case.bounded(low, 0.9, common(sampling)) == decides
        assert not case.bounded(float("nan"), 0.9, common(sampling))
