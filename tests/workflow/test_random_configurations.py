"""Studies drawn at random from what the schema allows: each is released whole, or refused in words.

``RANDOM_STUDIES=1000 pytest -m slow tests/workflow/test_random_configurations.py`` runs more of them;
``RANDOM_FIRST=300`` begins with another seed.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest

from drawing.studies import drawn
from stages import run_stages, table
from surveypipe.disclosure.rules import Rules, rules_of
from surveypipe.problems import SurveyError
from surveypipe.study.disclosure import Disclosure

FEW = (1, 2, 4, 5)
# Stopped once: no groups were left to hide; the amount made the groups; the unweighted scheme has a name of
# its own; a sample with an explorer; some respondents are in no cell; a claim about nobody; cells of another
# variable than the groups.
ONCE_STOPPED = (92, 163, 425, 463, 444, 833, 997)
MANY = int(os.environ.get("RANDOM_STUDIES", "200"))
FIRST = int(os.environ.get("RANDOM_FIRST", "0"))
# Of ten studies drawn at least so many are released: else little is tried.
RELEASED_OF_TEN = 7.5
PLACE = ["variable", "base", "group", "group_level", "scheme"]
CATEGORIES = ["low", "middle", "high"]
# Describe answers of people, none of whom is counted twice.
DESCRIBED = ["proportion", "mean", "median", "lower_quartile", "upper_quartile"]


def released(seed: int, folder: Path) -> bool:
    """Run a drawn study and check what must hold; whether it was released, and not refused in words."""
    config = drawn(seed, folder)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            run_stages(config, folder / "results")
    except SurveyError as refused:
        assert refused.problems and all(len(words) > 20 for words in refused.problems), refused.problems
        return False
    rules = rules_of(msgspec.convert(config.get("disclosure", {}), Disclosure))
    broken = list(broken_in(folder / "results", rules))
    assert not broken, (seed, broken)
    return True


def broken_in(results: Path, rules: Rules) -> Iterator[str]:
    """Say what should be kept from one stage to the next, and is not."""
    staff = pd.read_parquet(results / "data/dispositions.parquet")
    respondents = int(staff["respondent"].sum())
    yield from _people_lost(results, staff)
    yield from _weights_lost(results, staff, respondents)
    estimates = table(results, "private/estimates")
    estimates = estimates.astype({"group_level": object, "level": object})
    estimates = estimates.fillna({"group_level": "", "level": ""})
    yield from _estimates_off(estimates, respondents)
    made = pd.concat([estimates, table(results, "private/further_estimates")])
    yield from _released_too_much(results, made, rules)


def _people_lost(results: Path, staff: pd.DataFrame) -> Iterator[str]:
    """Dispositions add up to the frame, and the flow of cases to both of its ends."""
    frame = pd.read_parquet(results / "data/frame.parquet")
    asked = set(frame["id"])
    if table(results, "private/response_rates").empty:
        # Nobody knows who was asked: those who answered are all there is.
        asked &= set(staff.loc[staff["respondent"], "id"])
    if sorted(asked) != sorted(staff["id"]) or staff["category"].isna().any():
        yield "dispositions do not add up to the frame"
    flow = table(results, "private/flow")
    flow = flow[flow["group"] == "overall"].set_index("stage")["n"]
    if {"on_list", "eligible", "ineligible"} <= set(flow.index):
        if flow["on_list"] != flow["eligible"] + flow["ineligible"] or flow["on_list"] != len(frame):
            yield "the flow of cases loses people of the list"
    if flow["analysed"] != staff["respondent"].sum():
        yield "the flow of cases ends in another number than that of the respondents"
    left = flow[flow.index.str.startswith("excluded")].sum()
    if flow["returned"] != flow["analysed"] + left:
        yield f"of {flow['returned']} questionnaires {flow['analysed']} are analysed and {left} left out"


def _weights_lost(results: Path, staff: pd.DataFrame, respondents: int) -> Iterator[str]:
    """Weights of each scheme add up to the population, and those of its margins to them."""
    weights = pd.read_parquet(results / "data/weights.parquet")
    diagnostics = table(results, "private/weight_diagnostics").set_index("scheme")
    cells = table(results, "private/weight_cells")
    if len(weights) != respondents:
        yield "there are more or fewer weights than respondents"
    for scheme, row in diagnostics.iterrows():
        total = weights[f"w_{scheme}"].sum()
        # Weights of the file stay as they are.
        due = row["sum_weights"] if row["method"] == "design" else row["N"]
        if not np.isclose(total, due, rtol=1e-8) or not (weights[f"w_{scheme}"] > 0).all():
            yield f"weights of {scheme} add up to {total}, not to {due}"
        if row["method"] == "none" and not np.isclose(row["w_min"], row["w_max"]):
            yield f"{scheme} weights people differently"
        mine = cells[cells["scheme"] == scheme]
        if mine["n"].sum() != respondents or not np.isclose(mine["N"].sum(), due):
            yield f"the cells of {scheme} lose people"
    margins = table(results, "private/weight_margins")
    margins = margins[margins["scheme"] == "raked"] if len(margins) else margins
    if len(margins) and not np.allclose(margins["weighted_share"], margins["frame_share"], atol=1e-6):
        yield "raking does not meet its margins"


def _estimates_off(estimates: pd.DataFrame, respondents: int) -> Iterator[str]:
    """No more people than answered; shares that add up; an estimate within its interval."""
    rows = estimates[estimates["statistic"].isin(DESCRIBED)]
    if estimates["estimate_id"].duplicated().any():
        yield "two rows have one identifier"
    if (rows["n"] > respondents).any() or (rows["n_level"] > rows["n"]).any():
        yield "a row counts more people than there are"
    known = rows[rows["ci_low"].notna() & rows["ci_high"].notna()]
    apart = known[
        (known["ci_low"] > known["estimate"] + 1e-9) | (known["ci_high"] < known["estimate"] - 1e-9)
    ]
    if len(apart):
        yield f"an estimate lies outside its interval: {apart['estimate_id'].tolist()[:5]}"
    shares = rows[rows["statistic"] == "proportion"]
    shares = shares[(shares["n"] > 0) & (shares["level"] != "")]
    for what, some in {
        "answers": shares[~shares["level"].isin(CATEGORIES)],
        "categories": shares[shares["level"].isin(CATEGORIES)],
    }.items():
        found = some.groupby(PLACE)[["estimate", "n_level", "n"]].agg(
            {"estimate": "sum", "n_level": "sum", "n": "first"}
        )
        wrong = found[~np.isclose(found["estimate"], 1.0, atol=1e-8) | (found["n_level"] != found["n"])]
        if len(wrong):
            yield f"{what} of {wrong.index.tolist()[:3]} do not add up to all"
    sizes = rows.drop_duplicates([*PLACE, "statistic"])
    whole = sizes[sizes["group"] == "overall"].set_index(["variable", "base", "scheme", "statistic"])["n"]
    parts = (
        sizes[sizes["group_level"] != ""]
        .groupby(["variable", "base", "scheme", "statistic", "group"])["n"]
        .sum()
    )
    more = [key for key, n in parts.items() if n > whole.get(key[:4], np.inf)]
    if more:
        yield f"groups hold more people than all together: {more[:3]}"


def _released_too_much(results: Path, private: pd.DataFrame, rules: Rules) -> Iterator[str]:
    """Every released row stood in a private one; a suppressed row has no number left."""
    public = table(results, "public/estimates")
    mine = private[private["statistic"].isin(DESCRIBED)].set_index("estimate_id")
    shown = public[public["statistic"].isin(DESCRIBED)]
    if not set(shown["estimate_id"]) <= set(mine.index):
        yield "an estimate is released that was never made"
        return
    if shown.loc[shown["status"] == "suppressed", ["estimate", "se", "n", "ci_low"]].notna().any(axis=None):
        yield "a suppressed row still says something"
    kept = shown[shown["status"] == "released"]
    known = mine.loc[kept["estimate_id"]]
    if (known["estimate"].notna() & (known["n"] < rules.min_base)).any():
        yield f"a row of fewer than {rules.min_base} people is released"
    exact = known["estimate"].to_numpy()
    # Where counts are rounded, a share is that of the rounded counts.
    coarse = 0.0051 + (rules.round_to or 0) / known["n"].clip(lower=1).to_numpy()
    if (np.abs(kept["estimate"].to_numpy() - exact) > coarse * np.maximum(1, np.abs(exact))).any():
        yield "a released estimate is not the private one, rounded"


@pytest.mark.parametrize(
    "seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in ONCE_STOPPED)]
)
def test_a_drawn_study_is_released_whole_or_refused_in_words(seed: int, tmp_path: Path):
    released(seed, tmp_path)


@pytest.mark.slow
def test_of_many_drawn_studies_most_are_released_whole(tmp_path: Path):
    seeds = range(FIRST, FIRST + MANY)
    whole = sum(released(seed, tmp_path / str(seed)) for seed in seeds)
    assert whole >= RELEASED_OF_TEN * MANY / 10, f"{whole} of {MANY} were released"


def test_a_seed_draws_one_study(tmp_path: Path):
    twice = [drawn(seed, tmp_path / str(seed)) for seed in (3, 3, 4)]
    assert twice[0] == twice[1] != twice[2]
