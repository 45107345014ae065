"""What the supplement says of the estimates that R computed once more."""

from __future__ import annotations

import hashlib
import json

import pytest

import made_up
from surveypipe.reporting.wording import methods
from surveypipe.reporting.wording.opinion import facts

HELD = b"estimate_id,estimate\n"
SAID = {
    "asked": "2024-05-07", "estimates": hashlib.md5(HELD).hexdigest(), "r": "4.2.2", "survey": "4.1.1",
    "rows": 2680, "numbers": 13180, "largest_difference": 3.2e-10, "rows_not_computed": 473,
}  # fmt: skip


def said(**changed: object) -> str:
    """The paragraph on software, on one line."""
    told = facts(json.dumps(SAID | changed), HELD)
    text = methods.paragraphs(made_up.released(), made_up.words(), told)["software"]
    return " ".join(text.split())


def test_the_supplement_tells_when_r_was_asked_and_what_it_said() -> None:
    text = said()
    for part in (
        "on 7 May 2024, in R 4.2.2",
        "2,680 rows",
        "13,180 numbers",
        "below 10^−9^",
        "473 further rows",
    ):
        assert part in text
    assert "further rows" not in said(rows_not_computed=0)


def test_estimates_that_have_changed_since_are_not_said_to_agree() -> None:
    text = said(estimates="of another run")
    assert "they have changed since" in text
    assert "numbers were compared" not in text


def test_without_r_nothing_is_said() -> None:
    assert facts("", HELD) == {}
    text = methods.paragraphs(made_up.released(), made_up.words())["software"]
    assert " R " not in text


@pytest.mark.parametrize(("largest", "power"), [(0, 16), (2e-11, 10), (1e-12, 12)])
def test_the_bound_is_not_under_the_greatest_difference(largest: float, power: int) -> None:
    assert facts(json.dumps(SAID | {"largest_difference": largest}), HELD)["bound"] == f"10^−{power}^"
