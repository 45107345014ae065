"""What a study with two groupings, without dates or with mixed questions must not be told."""

from __future__ import annotations

import dataclasses

import pandas as pd
from test_all_sentences import configured

import made_up
import made_up_questions
from surveypipe.reporting.answer_blocks import of_variables
from surveypipe.reporting.figures.answer_lines import _share_lines
from surveypipe.reporting.tables.nonresponse import nrba_waves
from surveypipe.reporting.what_if import tipping_text
from surveypipe.study.claims import MeanClaim


def test_levels_of_one_name_in_two_groupings_are_told_apart():
    given = made_up.released()
    table = given.tables["estimates"]
    own = table[(table["group_level"] == "AMH") & (table["statistic"] == "mean")]
    other = own.assign(group="sex", estimate=99.0)
    both = dataclasses.replace(given, tables=given.tables | {"estimates": pd.concat([other, table])})
    variable = str(own["variable"].iloc[0])
    before, after = (one.mean(variable, group_level="AMH") for one in (given, both))
    assert after["estimate"] == before["estimate"] != 99.0


def test_without_a_date_of_return_no_table_follows_the_returns():
    given = made_up.with_further(made_up.released())
    assert nrba_waves(given).rows
    assert not nrba_waves(configured(nonresponse={"waves": None})(given)).rows


def test_a_yes_or_no_below_a_question_of_several_answers_has_a_heading_too():
    given = made_up_questions.descriptive()
    several = next(name for name in given.variables if len(given.values(name)) > 2)
    single = next(name for name in given.variables if len(given.answers_shown(name)) == 1)
    asked = {one.name: one for one in of_variables(given.variables)}
    lines = list(_share_lines(given, [asked[several], asked[single]]))
    label = given.short(single)
    assert [line.label for line in lines if not line.values and line.label == label] == [label]


def test_the_tipping_point_of_a_mean_is_how_far_it_must_lie_and_no_odds():
    row = pd.Series(
        {"kind": "mean", "tipping_theta": 0.0, "tipping_shift": 32.8, "tipping_outcome": "reached"}
    )
    claim = MeanClaim(label="", short="", variable="y", threshold=0, range=(0, 100))
    assert tipping_text(row, claim) == "(32.80)"
