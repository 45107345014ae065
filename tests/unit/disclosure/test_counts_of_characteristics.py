"""What Table 1 says of a characteristic that respondents told of themselves."""

from __future__ import annotations

import pandas as pd
import pytest

from surveypipe.disclosure.audit import audit_characteristics_of
from surveypipe.disclosure.audit_characteristics import answered_counts, staff_counts
from surveypipe.disclosure.release import RELEASED, SUPPRESSED, Release, log_frame
from surveypipe.disclosure.rules import PRESETS
from surveypipe.identifiers import NOT_ANSWERED

SHOWN = {("young", "A"): 12, ("young", "B"): 9, ("old", "A"): 8, ("old", "B"): 4, (NOT_ANSWERED, "A"): 1,
         (NOT_ANSWERED, "B"): 1}  # fmt: skip
WHOLE = {"young": 30, "old": 20, NOT_ANSWERED: 3}


def table_1() -> pd.DataFrame:
    rows = [("overall", None, level, n) for level, n in WHOLE.items()]
    rows += [("ward", group, level, n) for (level, group), n in SHOWN.items()]
    made = pd.DataFrame(rows, columns=["group", "group_level", "level", "n"])
    return made.assign(variable="age", status=RELEASED)


def test_respondents_of_no_published_group_are_counted_beside_the_groups():
    """18 respondents did not tell their ward: all are in the total, and none in a ward."""
    private = table_1()
    hidden = private["level"].eq("old") & private["group_level"].eq("B")
    released = private.assign(status=private["status"].where(~hidden, SUPPRESSED))
    groups = {"A": 21.0, "B": 14.0, "not stated": 18.0}
    told = answered_counts("age", private, released, groups, PRESETS["research"])
    assert [row.counts["n"] for row in told.published if row.row == -1] == [21.0, 14.0, 18.0]
    true = {("young", ""): 9, ("old", ""): 8, (NOT_ANSWERED, ""): 1} | SHOWN
    for row in told.published:
        assert sum(true[atom] for atom in row.atoms) == row.counts["n"], row
    # The ward's total less what is shown of it would be the hidden 4: something of ward B is given up.
    assert any(("old", "B") not in row.atoms and {g for _, g in row.atoms} == {"B"} for row in told.protect())


@pytest.mark.parametrize(("weight", "told"), [(1.0, 12.5), (2.5, 5.0), (None, None)])
def test_sums_of_weights_that_are_all_alike_are_read_as_counts(weight: float | None, told: float | None):
    staff = pd.DataFrame({"ward": ["A"] * 5 + ["B"] * 9, "respondent": True})
    cells = pd.DataFrame({"scheme": "cells", "cell": ["A", "B"], "by": "ward", "members": ["A", "B"],
                          "N": [12.5, 22.5], "n": [5, 9], "status": RELEASED})  # fmt: skip
    releases = {"weight_cells": Release(cells, log_frame([]))}
    counts = staff_counts(staff, ["ward"], "ward", releases, PRESETS["research"], staff_weight=weight)
    assert counts.published[0].counts.get("N") == told
    assert counts.published[0].counts["n"] == 5.0


def test_cells_are_read_as_categories_of_the_variable_that_made_them():
    """A cell '2' of another variable than the group is not the group '2'."""
    staff = pd.DataFrame({"unit": ["1", "2", "2"] * 6, "rank": ["1", "1", "2"] * 6, "respondent": True})
    cells = pd.DataFrame({"scheme": "soft", "cell": ["1", "2"], "by": "unit", "members": ["1", "2"],
                          "N": [12.0, 24.0], "n": [6, 12], "status": RELEASED})  # fmt: skip
    releases = {"weight_cells": Release(cells, log_frame([]))}
    told = staff_counts(staff, ["rank", "unit"], "rank", releases, PRESETS["research"])
    assert [row.atoms for row in told.published] == [{("1", "1")}, {("1", "2"), ("2", "2")}]
    assert not told.protect()


# Of each service and profession: who is on the list, and who of them answered.
PEOPLE = {("A", "nurse"): (7, 3), ("A", "other"): (3, 1), ("A", "worker"): (6, 4), ("B", "other"): (29, 15),
          ("B", "worker"): (108, 59)}  # fmt: skip
PLACES = ("variable", "level", "group_level")


def _counted(
    keys: dict[str, str], people: list[tuple[int, int]], names: tuple[str, str]
) -> dict[str, object]:
    size, answered = (sum(one[kind] for one in people) for kind in (0, 1))
    small = answered < 5 or size < 10
    told = {names[0]: size, names[1]: answered} if not small else dict.fromkeys(names)
    return {**keys, **told, "status": SUPPRESSED if small else RELEASED}


def test_a_characteristic_that_no_weight_and_no_row_of_table_1_is_made_of_is_held_together_too():
    """4 workers of service A are 63 less the 59 of B: rates by profession and by both tell of each other."""
    staff = pd.DataFrame(
        [(service, profession, number < answered)
         for (service, profession), (size, answered) in PEOPLE.items() for number in range(size)],
        columns=["service", "profession", "respondent"],
    )  # fmt: skip

    def people(**wanted: str) -> list[tuple[int, int]]:
        return [two for (service, profession), two in PEOPLE.items()
                if wanted.get("service", service) == service
                and wanted.get("profession", profession) == profession]  # fmt: skip

    table_1 = pd.DataFrame([
        _counted(dict(zip(PLACES, ("service", level, ""), strict=True)) | {"group": "overall"},
                 people(service=level), ("frame_n", "n"))
        for level in ("A", "B")
    ]).assign(percent=1.0)  # fmt: skip
    rates = pd.DataFrame([
        _counted(dict(zip(PLACES, ("profession", level, ""), strict=True)) | {"step": "rates"},
                 people(profession=level), ("N", "n"))
        for level in ("nurse", "other", "worker")
    ])  # fmt: skip
    beside = {"claim": "", "measure": "", "estimate": 0.123456}
    again = rates.assign(step="representativity", estimate=0.123456)
    tests = pd.DataFrame([
        {"step": step, "variable": variable, "level": "", "N": 153, "n": 82, "status": RELEASED}
        for step, variable in (("rates", "profession"), ("rates", "service"), ("representativity", ""))
    ])  # fmt: skip
    rates = pd.concat([rates, again, tests], ignore_index=True).assign(**beside)
    cells = pd.DataFrame([
        _counted({"group": "service:profession", "group_level": ":".join(place)}, [two],
                 ("denominator", "numerator"))
        for place, two in PEOPLE.items()
    ])  # fmt: skip
    margins = pd.DataFrame({"variable": [], "level": [], "frame_n": [], "unweighted_share": [], "status": []})
    tables = {"table_1": table_1, "nonresponse": rates, "response_cells": cells, "weight_margins": margins}
    releases = {name: Release(table.copy(), log_frame([])) for name, table in tables.items()}
    audit_characteristics_of(releases, table_1, staff, "service", PRESETS["research"])
    shown = {name: set(one.table.index[one.table["status"] == RELEASED]) for name, one in releases.items()}
    of_levels = releases["nonresponse"].table.query("level != ''")
    for profession, cell in {"other": 3, "worker": 4}.items():
        told = (of_levels["level"] == profession) & (of_levels["status"] == RELEASED)
        assert not (told.any() and cell in shown["response_cells"]), profession
    assert shown["nonresponse"] and shown["response_cells"]
    about_all = releases["nonresponse"].table.query("level == ''")
    assert list(about_all["status"]) == [SUPPRESSED, RELEASED, RELEASED]
    assert list(about_all["estimate"].iloc[1:]) == [0.123456, 0.12]
