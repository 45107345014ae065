"""Those at the scenario's level beside all others: numbers by brute force, and what may be read of them."""

from __future__ import annotations

import importlib.util
import io
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveypipe.disclosure.answers import release_estimates
from surveypipe.disclosure.rules import PRESETS
from surveypipe.estimation import level_contrasts
from surveypipe.estimation.rows import estimate_frame
from surveypipe.study.sections import Sections

_SPEC = importlib.util.spec_from_file_location(
    "made_up_survey", Path(__file__).with_name("test_estimates.py")
)
assert _SPEC and _SPEC.loader
base = sys.modules[_SPEC.name] = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(base)


@pytest.fixture(scope="module")
def survey():
    people = base.respondents()
    people.loc[:4, "read"] = np.nan
    return base.survey_of(people)


def rows(survey) -> pd.DataFrame:
    """The rows as the next stage reads them."""
    written = estimate_frame(list(level_contrasts.level_rows(survey))).to_csv(index=False)
    texts = {"level": "str", "group_level": "str"}
    read = pd.read_csv(io.StringIO(written), keep_default_na=False, na_values=[""], dtype=texts)
    return read.fillna({"group_level": ""})


def test_every_claim_asked_of_both_is_compared_and_no_other(survey):
    found = rows(survey)
    assert list(dict.fromkeys(found["variable"])) == ["used", "d"]
    assert set(found["scheme"]) == {survey.primary}
    assert set(found["group"]) == {"read"}


def test_estimates_and_difference_by_hand(survey):
    people, weights = survey.respondents, survey.designs[survey.primary].weights
    at = (people["read"] == 1).to_numpy()
    yes = (people["used"] == 1).to_numpy(float)
    here = (weights * yes)[at].sum() / weights[at].sum()
    others = (weights * yes)[~at].sum() / weights[~at].sum()
    found = rows(survey).set_index(["variable", "statistic", "group_level"])
    assert found.loc[("used", "level_share", "level"), "estimate"] == pytest.approx(here, abs=1e-12)
    assert found.loc[("used", "level_share", "others"), "estimate"] == pytest.approx(others, abs=1e-12)
    assert found.loc[("used", "level_difference", ""), "estimate"] == pytest.approx(here - others, abs=1e-12)
    # Whoever did not say stands with the others: nobody is left over.
    sizes = found.loc["used"]["n"]
    assert sizes["level_share", "level"] + sizes["level_share", "others"] == len(people)


def test_standard_error_of_the_difference_is_that_of_its_influence_values(survey):
    """Second way: σ² of w·(u₁/N₁ − u₀/N₀) within response cells, n(1 − f)s², summed over the cells."""
    people, design = survey.respondents, survey.designs[survey.primary]
    w = design.weights
    at = (people["read"] == 1).to_numpy()
    y = (people["used"] == 1).to_numpy(float)
    z = np.zeros(len(y))
    for inside, sign in ((at, 1.0), (~at, -1.0)):
        mean = (w * y)[inside].sum() / w[inside].sum()
        z[inside] += sign * (w * (y - mean))[inside] / w[inside].sum()
    total = 0.0
    for cell in np.unique(design.labels):
        mine = design.labels == cell
        n, f = mine.sum(), 1 - mine.sum() / w[mine].sum()
        total += n * f * z[mine].var(ddof=1)
    found = rows(survey).set_index(["variable", "statistic"])
    assert found.loc[("used", "level_difference"), "se"] == pytest.approx(np.sqrt(total), rel=1e-9)


def test_a_variable_that_the_level_fixes_is_left_out(survey):
    fixed = {
        "recodes": [{"variable": "used", "label": "Used", "type": "routed_no", "from": "x", "filter": "read"}]
    }
    changed = replace(survey, settings=Sections({**survey.settings.given, "cleaning": fixed}))
    assert set(rows(changed)["variable"]) == {"d"}


def test_nothing_finer_than_hundredths_is_released_and_a_small_side_hides_the_whole(survey):
    private = rows(survey)
    shown = release_estimates(private, PRESETS["research"], [], survey.primary).table
    values = shown[["estimate", "se", "ci_low", "ci_high"]].to_numpy(float)
    assert np.allclose(values, values.round(2), equal_nan=True)
    assert shown[["deff_kish", "deff_design", "effect", "p_value"]].isna().all().all()
    small = private.copy()
    small.loc[(small["variable"] == "used") & (small["group_level"] == "others"), "n"] = 9
    hidden = release_estimates(small, PRESETS["research"], [], survey.primary).table
    hidden = hidden[hidden["variable"] == "used"]
    assert (hidden["status"] == "suppressed").all() and hidden["estimate"].isna().all()


def test_a_side_of_one_mind_hides_the_whole(survey):
    private = rows(survey)
    mine = (private["variable"] == "used") & (private["group_level"] == "others")
    private.loc[mine, "n_level"] = private.loc[mine, "n"]
    hidden = release_estimates(private, PRESETS["research"], [], survey.primary).table
    assert (hidden.loc[hidden["variable"] == "used", "status"] == "suppressed").all()
