"""Presets beside the default one, and the pieces of the audit, on numbers small enough to follow by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from surveypipe.disclosure.answers import release_estimates
from surveypipe.disclosure.atoms import Atom, Place, Question, statements
from surveypipe.disclosure.audit_answers import protect
from surveypipe.disclosure.audit_characteristics import Counts
from surveypipe.disclosure.characteristics import release_characteristics
from surveypipe.disclosure.linear import Statement, System
from surveypipe.disclosure.published_counts import Published
from surveypipe.disclosure.rounding import round_counts
from surveypipe.disclosure.rules import PRESETS, Rules
from surveypipe.problems import SurveyError


def estimate(**changes: object) -> dict:
    row = {"estimate_id": "e", "variable": "q", "level": "1", "statistic": "proportion", "group": "overall",
           "group_level": "", "scheme": "none", "n": 180.0, "estimate": 0.5, "se": 0.04, "df": 100.0,
           "base": "all", "n_level": 90.0}  # fmt: skip
    return row | changes


def statuses(rules: Rules, *rows: dict) -> list[str]:
    table = pd.DataFrame([row | {"estimate_id": f"e{i}"} for i, row in enumerate(rows)])
    return release_estimates(table, rules, []).table["status"].tolist()


def test_ons_hides_nine_and_nobody_but_not_ten():
    rows = [estimate(n_level=n, level=str(i)) for i, n in enumerate((10, 9, 0))]
    assert statuses(PRESETS["ons_srs"], *rows) == ["released", "suppressed", "suppressed"]
    assert statuses(PRESETS["research"], *rows) == ["released"] * 3


def test_ons_wants_ten_degrees_of_freedom_of_a_model_but_not_of_a_share():
    model = estimate(statistic="odds_ratio", n_level=np.nan, df=9.0)
    assert statuses(PRESETS["ons_srs"], model, model | {"df": 10.0}, estimate(df=9.0)) == [
        "suppressed", "released", "released",
    ]  # fmt: skip


def test_nhs_hides_one_to_seven_and_shows_nought():
    rows = [estimate(n_level=n, level=str(i)) for i, n in enumerate((8, 7, 1, 0))]
    assert statuses(PRESETS["nhs_hes"], *rows) == ["released", "suppressed", "suppressed", "released"]


def test_manitoba_hides_the_only_other_answer_too():
    """Two answers of 180 people, one given by five: gtsummary's issue 1691."""
    rows = [estimate(level="yes", n_level=5.0), estimate(level="no", n_level=175.0)]
    assert statuses(PRESETS["manitoba"], *rows) == ["suppressed", "suppressed"]
    assert statuses(PRESETS["manitoba"], *[row | {"n_level": 90.0} for row in rows]) == ["released"] * 2
    three = [*rows, estimate(level="perhaps", n_level=60.0)]
    assert statuses(PRESETS["manitoba"], *three) == ["suppressed", "released", "released"]


def test_marker_says_what_the_count_is_below():
    assert PRESETS["manitoba"].shown(180) == "<6 (<3.3%)"
    assert PRESETS["nhs_hes"].shown(180) == PRESETS["nhs_hes"].shown() == "*"


def test_counts_are_rounded_after_they_were_judged():
    rules = PRESETS["nhs_hes"]
    flow = pd.DataFrame({"stage": list("abcd"), "n": [0.0, 7.0, 12.0, 123.0], "status": "released"})
    made = round_counts("flow", flow, rules)
    assert made["n"].tolist()[0] == 0 and np.isnan(made["n"][1]) and made["n"].tolist()[2:] == [10, 125]
    assert made["status"].tolist() == ["released", "suppressed", "released", "released"]


def test_unweighted_share_is_that_of_the_rounded_counts():
    row = estimate(n=42.0, estimate=13 / 42) | {"status": "released"}
    made = round_counts("estimates", pd.DataFrame([row, row | {"scheme": "cells"}]), PRESETS["nhs_hes"])
    # 13 becomes 15 and 42 becomes 40.
    assert made["estimate"].tolist() == [pytest.approx(0.38), 0.31]
    assert made["n"].tolist() == [40, 40]


def test_zero_is_a_small_cell_of_table_1_where_zeros_disclose():
    cells = [("a", "", 30), ("b", "", 20), ("a", "X", 30), ("b", "X", 0), ("a", "Y", 0), ("b", "Y", 20)]
    table = pd.DataFrame(
        [
            {"variable": "v", "variable_label": "V", "level": level, "level_label": level, "n": n,
             "group": "agency" if group else "overall", "group_level": group, "percent": 1.0,
             "frame_n": np.nan, "frame_percent": np.nan, "std_diff": np.nan}
            for level, group, n in cells
        ]
    )  # fmt: skip
    assert release_characteristics(table, PRESETS["research"], []).log.empty
    with pytest.raises(SurveyError, match="2 cells of 'V' in Table 1 are too small"):
        release_characteristics(table, PRESETS["ons_srs"], [])


# --- the audit ---------------------------------------------------------------------------------------------


def test_interval_of_a_hidden_cell_by_hand():
    """Row totals 10 and 20, column totals 12 and 18: the first cell lies between 0 and 10."""
    cells = {"rows": (("a", "b"), ("c", "d")), "columns": (("a", "c"), ("b", "d"))}
    totals = {"rows": (10, 20), "columns": (12, 18)}
    told = [
        Statement((side, i), dict.fromkeys(cells[side][i], 1.0), totals[side][i])
        for side in cells
        for i in (0, 1)
    ]
    assert System(told).interval(["a"]) == pytest.approx((0, 10), abs=1e-4)
    assert System([*told, Statement("d", {"d": 1.0}, 15)]).interval(["a"]) == pytest.approx((7, 7), abs=1e-4)
    assert System(told).interval(["elsewhere"]) == (0.0, np.inf)


def test_whole_numbers_of_a_sum_are_those_that_counting_all_of_them_finds():
    """Three counts of which a weighted sum is told, rounded: what some of them may add up to."""
    weights = {"a": 1.3, "b": 2.1, "c": 0.7}
    told = [Statement("n", dict.fromkeys(weights, 1.0), 12), Statement("sum", weights, 14.2, 0.25)]
    system = System(told)
    counts = [(a, b, 12 - a - b) for a in range(13) for b in range(13 - a)]
    fits = [n for n in counts if abs(np.dot(n, list(weights.values())) - 14.2) <= 0.25]
    for target, cells in (("a", ["a"]), ("b", ["b"]), ("a and b", ["a", "b"])):
        wanted = {sum(n["abc".index(cell)] for cell in cells) for n in fits}
        assert {value for value in range(13) if system.whole(cells, value)} == wanted, target
    assert 0 < len({n[0] for n in fits}) < 13


def test_numbers_that_contradict_each_other_are_a_mistake():
    with pytest.raises(ValueError, match="contradict"):
        System([Statement(1, {"a": 1.0}, 1), Statement(2, {"a": 1.0}, 2)]).interval(["a"])


def question(**levels: tuple[int, int]) -> Question:
    """Counts of each answer in groups A (weight 2.2) and B (weight 2); A's first answer is suppressed."""
    counts, rows = {}, []
    sizes = {"A": sum(a for a, _ in levels.values()), "B": sum(b for _, b in levels.values())}
    sizes[""] = sizes["A"] + sizes["B"]
    first = next(iter(levels))
    for level, (a, b) in levels.items():
        for group, n in (("", a + b), ("A", a), ("B", b)):
            counts[Place(level, group)] = float(n)
            hidden = group == "A" and level == first
            weighted = {"": (2.2 * a + 2 * b) / (2.2 * sizes["A"] + 2 * sizes["B"])}.get(
                group, n / sizes[group]
            )
            for scheme, share in (("none", n / sizes[group]), ("w", weighted)):
                rows.append({"variable": "q", "base": "all", "level": level, "group_level": group,
                             "scheme": scheme, "statistic": "proportion", "n": float(sizes[group]),
                             "estimate": np.nan if hidden else share,
                             "status": "suppressed" if hidden else "released"})  # fmt: skip
    atoms = tuple(Atom(g, float(sizes[g]), {"none": 1.0, "w": w}) for g, w in (("A", 2.2), ("B", 2.0)))
    parts = {level: (level,) for level in levels}
    known = {(level, i): float(pair[i]) for level, pair in levels.items() for i in (0, 1)}
    return Question("q", "all", pd.DataFrame(rows), parts, counts, atoms, known, "w")


def test_one_suppressed_answer_takes_another_of_the_group_and_its_likes_elsewhere():
    made = question(a=(3, 20), b=(10, 30), c=(20, 40))
    headlines = {Place(level, "") for level in "abc"}
    log = protect(made, PRESETS["research"], headlines).steps
    assert made.hidden and not made.hidden & headlines
    # One more of the group, and one or two of the other; not everything.
    assert 2 <= len(made.hidden) <= 3 and len({p.group for p in made.hidden}) == 2
    assert all("give away" in reason for _, _, reason in log)


def test_weights_that_tell_a_hidden_answer_from_its_headline_take_more_of_the_question():
    made = question(a=(3, 20), b=(10, 30), c=(20, 40))
    made.atoms = tuple(
        Atom(g, float(n), {"none": 1.0, "w": w}) for g, n, w in (("A", 33, 9.0), ("B", 90, 1.0))
    )
    for level, (a, b) in {"a": (3, 20), "b": (10, 30), "c": (20, 40)}.items():
        overall = (
            (made.rows["group_level"] == "") & (made.rows["scheme"] == "w") & (made.rows["level"] == level)
        )
        made.rows.loc[overall, "estimate"] = (9 * a + b) / (9 * 33 + 90)
    headlines = {Place(level, "") for level in "abc"}
    before = System(statements(made)).width(made.cells(["a"], "A"))
    protect(made, PRESETS["research"], headlines)
    # Beside the headlines of both schemes nothing protects it.
    assert headlines & made.gone or ("none", "") in made.left_out
    assert before < 1 and System(statements(made)).width(made.cells(["a"], "A")) >= 3


def test_question_without_a_secret_is_left_alone():
    made = question(a=(30, 20), b=(10, 30))
    made.rows["status"] = "released"
    made.rows["estimate"] = made.rows["estimate"].fillna(0.75)
    assert protect(made, PRESETS["research"], set()).steps == []
    assert not made.gone and not made.left_out


def test_hidden_count_of_staff_takes_the_cheapest_row_that_tells_it():
    """All 50 = 3 + 20 + 27; the margins of the weights go before Table 1, and no more than is needed."""
    atoms = [frozenset({a}) for a in "xyz"]
    rows = [
        Published("table_1", 0, frozenset("xyz"), {"n": 50.0}, ("kept",)),
        Published("table_1", 1, atoms[1], {"n": 20.0}, (True, 20)),
        Published("table_1", 2, atoms[2], {"n": 27.0}, (True, 27)),
        Published("weight_margins", 0, atoms[0], {"n": 3.0}, (3,)),
    ]
    counts = Counts(list(rows), {"x": ("n", atoms[0], 5.0)})
    assert [(row.table, row.row) for row in counts.protect()] == [("table_1", 1), ("weight_margins", 0)]


def test_hidden_count_that_totals_alone_give_away_stops_the_build():
    rows = [Published("table_1", 0, frozenset("x"), {"n": 3.0}, ("kept",))]
    with pytest.raises(SurveyError, match="could be worked out from totals alone"):
        Counts(rows, {"x": ("n", frozenset("x"), 3.0)}).protect()
