"""The explorer of studies with claims of every kind: what can be moved, and where there is none."""

from __future__ import annotations

import pytest

import any_study
import made_up
from surveypipe.reporting.explorer import explorer, has_explorer, page
from surveypipe.study.grades import Grade


def test_each_kind_of_claim_says_what_can_be_moved(tmp_path_factory: pytest.TempPathFactory) -> None:
    given = any_study.released(tmp_path_factory, any_study.COUNTED)
    made = page(given, made_up.words_of(given.vocabulary))
    assert [claim["key"] for claim in made["claims"]] == list(given.claims)
    ledger = given.table("claims").query("group == 'overall'").set_index("claim")
    for shown in made["claims"]:
        claim, row = given.claims[shown["key"]], ledger.loc[shown["key"]]
        under = shown["schemes"][made["scheme"]]
        estimate, spans, _, grades = under["random"]
        assert estimate == claim.with_unit(row["estimate"])
        assert spans[0] == claim.span_printed(row["ci_low"], row["ci_high"])
        assert grades[shown["start"]] == str(int(row["grade"])), shown["key"]
        movable = any(state is not None for state in under["thetas"])
        assert movable == claim.describes, shown["key"]
        assert len(shown["limitTexts"]) == len(under["sentences"]) == len(grades)


def test_where_nothing_is_known_of_the_silent_there_is_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    given = any_study.released(tmp_path_factory, any_study.CLAIMED[0])
    assert given.claims and not has_explorer(given)
    assert explorer(given, made_up.words_of(given.vocabulary)) == ""


def test_who_the_silent_are_like_is_told_as_the_weights_chosen_have_it(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Without weights they are like all who answered, and not like those of a cell."""
    given = any_study.released(tmp_path_factory, any_study.COUNTED)
    made = page(given, made_up.words_of(given.vocabulary))
    number = list(Grade).index(Grade.IF_AT_RANDOM)
    assert given.unweighted and made["scheme"] != given.unweighted
    assert made["alike"][made["scheme"]].endswith(" of their cell who answered")
    assert made["alike"][given.unweighted] == "They are like those who answered"
    assert "cell" in made["clauses"][made["scheme"]][number]
    assert made["clauses"][given.unweighted][number].endswith("are like those who answered.")
    assert "cell" not in made["clauses"][given.unweighted][number]
    only = [made["clauses"][scheme][list(Grade).index(Grade.AMONG_RESPONDENTS)] for scheme in made["clauses"]]
    assert [text.endswith("the primary weights.") for text in only] == [
        scheme == made["scheme"] for scheme in made["clauses"]
    ]
