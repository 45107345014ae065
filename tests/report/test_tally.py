"""How many claims stand, and how far, in words that fit one claim, two or several, in any mix of grades."""

import itertools

import numpy as np
import pytest

import made_up
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import results
from surveypipe.study.grades import Grade

NUMERALS = {1: "one", 2: "two", 3: "three"}
GRADES: tuple[float, ...] = (*(grade.number for grade in Grade), np.nan)
MIXES = [mix for n in (1, 2, 3) for mix in itertools.combinations_with_replacement(GRADES, n)]


@pytest.fixture(scope="module")
def survey() -> Released:
    return made_up.released()


def told(survey: Released, grades: tuple[float, ...]) -> dict[str, str]:
    """All that is said of claims of these grades together; NaN is withheld."""
    claims = survey.tables["claims"]
    kept = claims[claims["group_level"].fillna("") == ""].head(len(grades)).assign(grade=list(grades))
    return results.all_together(
        Released(survey.config, survey.variables, {**survey.tables, "claims": kept}), made_up.words()
    )


@pytest.mark.parametrize("grades", MIXES, ids=str)
def test_every_mix_of_grades_reads_as_it_should(survey: Released, grades: tuple[float, ...]) -> None:
    made = told(survey, grades)
    n, known = len(grades), [grade for grade in grades if not np.isnan(grade)]
    for name in ("tally", "tally-short", "by-grade"):
        text = made[f"claims__{name}"]
        assert text.endswith(".") and "  " not in text and " ." not in text, text
        for sentence in text.rstrip(".").split(". "):
            assert len(sentence.split()) <= 35, sentence
        if n == 1 and known:
            assert not any(word in text for word in ("one", "Of ", "claims")), text
        if len(known) < n:
            assert ("judged" if known else "withheld") in text
            assert "All" not in text and "Both" not in text and "Neither" not in text and "None" not in text
    if known and n > 1:
        # Each number is told once: what is counted adds up to all claims.
        words = made["claims__tally-short"]
        counted = sum(
            words.lower().replace(",", " ").split().count(word) * count for count, word in NUMERALS.items()
        )
        alike = {"All": n, "Both": 0, "Neither": n, "None": n, "Of": 2 * n - ("the other" in words)}
        assert counted == alike[words.split()[0]], words


@pytest.mark.parametrize(
    ("grades", "tally", "short"),
    [
        ((0,), "The claim is not supported.", "The claim was not supported."),
        ((1,), "The claim is supported whatever the silent think.",
         "The claim was supported whatever the silent think."),
        ((0, 0), "Neither of the two claims is supported.", "Neither of the two claims was supported."),
        ((1, 1), "Both claims are supported whatever the silent think.",
         "Both claims were supported whatever the silent think."),
        ((1, 0), "Of the two claims, one is supported whatever the silent think. The other is not supported.",
         "Of two claims, one was supported whatever the silent think and the other was not."),
        ((1, 1, 1), "All three claims are supported whatever the silent think.",
         "All three claims were supported whatever the silent think."),
        ((1, 1, 0),
         "Of the three claims, two are supported whatever the silent think. One is not supported.",
         "Of three claims, two were supported whatever the silent think and one was not supported."),
        ((1, np.nan),
         "Of the two claims, one is supported whatever the silent think. "
         "The other cannot be judged, because too few people stand behind it.",
         "Of two claims, one was supported whatever the silent think and the other could not be judged."),
        ((1, np.nan, np.nan),
         "Of the three claims, one is supported whatever the silent think. "
         "The other two cannot be judged, because too few people stand behind them.",
         "Of three claims, one was supported whatever the silent think and two could not be judged."),
    ],
    ids=str,
)  # fmt: skip
def test_one_claim_two_and_several(
    survey: Released, grades: tuple[float, ...], tally: str, short: str
) -> None:
    made = told(survey, grades)
    assert made["claims__tally"] == tally
    assert made["claims__tally-short"] == short
