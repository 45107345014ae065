"""Claims of a change and of an association that cannot be: each is refused in words that say what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import any_study
from surveypipe.problems import SurveyError

REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "the same question": ("ROSE", {"before": "useful"}, "is the later answer too"),
    "no range": ("ROSE", {"range": None}, "least and the greatest possible answer"),
    "range turned": ("ROSE", {"range": [5, 1]}, "write the least first"),
    "no such model": ("ODDS", {"model": "linear"}, "has no linear model of 'read'; it has read"),
    "no predictor": ("ODDS", {"term": "health"}, "not a predictor of that model"),
    "no odds ratio": ("ODDS", {"threshold": 0}, "an odds ratio is above 0"),
    "by group": ("ODDS", {"by": "trade"}, "claimed of the whole model"),
    "another base": ("ODDS", {"base": "readers"}, "give both one base"),
    "no level": ("ODDS", {"level": None}, "each set against 1; name one of these"),
    "a level of a number": ("A_STEP", {"level": 2}, "enters the model as a number"),
    "another question": ("ROSE", {"before": "health"}, "a change is of one question asked twice"),
    "a level of no list": ("ROSE", {"variable": "years", "before": "income", "level": 2}, "with a number"),
    "no level of a list": ("ROSE", {"variable": "read", "before": "by_post"}, "name with `level`"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_claimed_is_refused_in_words(name: str, tmp_path: Path) -> None:
    key, changed, words = REFUSED[name]
    config = any_study.configuration(tmp_path, any_study.CLAIMED[1])
    said = {**any_study.CLAIMS[key], **changed}
    claims = {"SHARE": any_study.CLAIMS["SHARE"], key: {k: v for k, v in said.items() if v is not None}}
    config["claims"] = claims
    with pytest.raises(SurveyError) as refused:
        any_study.run_stages(config, tmp_path / "results", last="analyse")
    assert words in str(refused.value)
