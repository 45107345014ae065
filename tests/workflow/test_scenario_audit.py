"""The scenario inside the audit of disclosure: numbers from counts, and none that gives an answer away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import disclose
from explored import Run, joint_attack, run_of
from surveypipe.disclosure import audit_scenario, tables
from surveypipe.disclosure.audit_scenario import GivenAway, given_away
from surveypipe.disclosure.kinds import KINDS, PUBLIC
from surveypipe.disclosure.release import RELEASED, Release, log_frame
from surveypipe.ledger.curves import curves_of
from surveypipe.ledger.scenario import reader_scenario
from surveypipe.ledger.scenario_counts import JOINT, ScenarioCurve, scenario_curves_of


@pytest.fixture(scope="module")
def run(finished: Path) -> Run:
    return run_of(finished / "results")


@pytest.fixture(scope="module")
def asked(run: Run, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, ...]:
    """What the stage asks the audit of the scenario, and what it answers."""
    return caught(run, tmp_path_factory.mktemp("released"))


def caught(run: Run, folder: Path) -> tuple[Any, ...]:
    results, seen = run.results, []

    def asked(*given: Any) -> GivenAway:
        seen.append((*given, given_away(*given)))
        return seen[0][-1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tables, "given_away", asked)
        tables_read = ("analysis", "weights", "dispositions", "selection")
        data = {name: results / f"data/{name}.parquet" for name in tables_read}
        disclose.main(
            config=joint_attack.survey_of(results).made.settings.given,
            private=[results / f"private/{name}.csv" for name in KINDS],
            cleaning_log=results / "private/cleaning_log.csv",
            variables=results / "data/variables.json",
            public=[folder / f"{name}.csv" for name in PUBLIC],
            disclosure_log=folder / "disclosure_log.csv",
            cleaning_summary=folder / "cleaning_summary.csv",
            public_variables=folder / "variables.json",
            **data,
        )
    return seen[0]


def scenarios(run: Run) -> tuple[dict[str, ScenarioCurve], list[str], np.ndarray]:
    survey = joint_attack.survey_of(run.results)
    ids = [str(who) for who in survey.made.respondents["id"]]
    gathered = list(run.cases[run.made.primary].values())
    halves = {key: one.half for key, one in curves_of(run.made, gathered, ids).items()}
    return scenario_curves_of(run.made, gathered, ids, halves), ids, survey.atoms


def counted(people: pd.DataFrame, atoms: np.ndarray) -> dict[tuple[bool | None, bool | None], np.ndarray]:
    counts = {state: np.zeros((1, atoms.max() + 1)) for state in JOINT}
    said = {1.0: True, 0.0: False}
    for read, y, within, atom in zip(people["read"], people["y"], people["within"], atoms, strict=True):
        if within == 1:
            counts[said.get(read), said.get(y)][0, atom] += 1
    return counts


def test_the_scenario_from_counts_is_that_of_the_explorer(run: Run) -> None:
    found, ids, atoms = scenarios(run)
    assert len(found) > 3 and any(one.among for one in found.values())
    part_of = dict(zip(ids, map(int, atoms), strict=True))
    for key, one in found.items():
        case = run.cases[run.made.primary][key]
        rows = run.exact[(run.exact["claim"] == key) & (run.exact["assumption"] == "scenario")]
        made = one.points(part_of, counted(case.people, atoms))[0]
        np.testing.assert_allclose(made, rows[["estimate", "ci_low", "ci_high"]], atol=1e-9)


def test_the_scenario_from_other_counts_is_that_of_people_who_answered_so(run: Run) -> None:
    """Answers drawn anew, few without the scenario's answer: a group may be too small to learn from."""
    found, ids, atoms = scenarios(run)
    part_of, draws = dict(zip(ids, map(int, atoms), strict=True)), np.random.default_rng(3)
    for key, one in found.items():
        people = run.cases[run.made.primary][key].people
        for share in (0.5, 0.96):
            drawn = people.copy()
            drawn["read"] = draws.choice([1.0, 0.0, np.nan], len(people), p=[share, 0.98 - share, 0.02])
            drawn["y"] = draws.choice([1.0, 0.0, np.nan], len(people), p=[0.6, 0.3, 0.1])
            inside = drawn[drawn["within"] == 1]
            made = one.points(part_of, counted(drawn, atoms))[0, :, 0]
            for k, estimate in zip(one.ks, made, strict=True):
                expected = reader_scenario(
                    inside, k, among=one.among, min_group=one.min_group, assumed=0.5, nonreaders=one.fixed
                )
                assert estimate == pytest.approx(expected.estimate), (key, share, k)


def test_multiples_that_would_give_a_count_away_are_left_out(run: Run, asked: tuple[Any, ...]) -> None:
    """Of one agency's other professions all who answered had read: the intervals would tell it."""
    told, headlines, respondents, rules, found = asked
    assert found.ks and not found.claims
    shown = set(run.table["k"].dropna())
    assert shown == set(run.exact["k"].dropna()) - found.ks
    assert run.made.sensitivity.k_grade in shown
    log = pd.read_csv(run.results / "public/disclosure_log.csv")
    assert {f"k {k:g}" for k in found.ks} <= set(log.loc[log["table"] == "explorer", "place"])
    left = {
        claim: replace(one, scenario=replace(one.scenario, ks=tuple(sorted(shown))))
        for claim, one in told.items()
    }
    assert given_away(left, headlines, respondents, rules) == GivenAway()


class Sharp:
    """A scenario that prints fifty times as finely as it may."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def points(self, *given: Any) -> np.ndarray:
        made = self._inner.points(*given)
        return made[:1] + 50 * (made - made[:1])


def test_a_claim_whose_estimates_would_give_a_count_away_is_named(asked: tuple[Any, ...]) -> None:
    told, headlines, respondents, rules, _ = asked
    sharp = {claim: replace(one, scenario=Sharp(one.scenario)) for claim, one in told.items()}
    assert given_away(sharp, headlines, respondents, rules).claims == list(told)


def test_what_may_not_be_told_is_in_no_table() -> None:
    def release(**columns: list[Any]) -> Release:
        table = pd.DataFrame({"claim": ["A", "A", "B", "B"], **columns})
        return Release(table.assign(status=RELEASED), log_frame([]))

    made = {
        "explorer": release(assumption=["at_random", "scenario"] * 2, k=[np.nan, 0.5] * 2),
        "claims": release(reader_k050=[0.1, 0.2, 0.3, 0.4], reader_limit=[0.1] * 4, estimate=[0.5] * 4),
        "multiverse": release(what=["specification", "reader scenario"] * 2),
        "flow": Release(pd.DataFrame({"n": [1]}), log_frame([])),
    }
    audit_scenario.withhold(made, GivenAway({0.25}, ["A"]))
    assert made["explorer"].table["assumption"].tolist() == ["at_random", "at_random", "scenario"]
    assert made["multiverse"].table["what"].tolist() == ["specification", "specification", "reader scenario"]
    claims = made["claims"].table
    assert claims["reader_k050"].isna().tolist() == claims["reader_limit"].isna().tolist()
    assert claims["reader_k050"].isna().tolist() == [True, True, False, False]
    assert claims["estimate"].notna().all()
    assert "A: scenario" in set(made["claims"].log["place"])
    assert "k 0.25" in set(made["explorer"].log["place"])
