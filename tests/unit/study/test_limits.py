"""Numbers that are right in form and cannot be meant, or cannot be run: each has a limit, and it is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from made_up import configuration
from surveypipe.problems import SurveyError
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.journal import Journal
from surveypipe.study.planning import Planning
from surveypipe.study.reading import checked
from surveypipe.study.schema import schema_of
from surveypipe.study.settings import Configuration

FILES = (Configuration, CodebookFile, Journal, Planning)


def without_limit(node: Any, place: str = "") -> Iterator[str]:
    """Places of a schema that take any whole number, however great."""
    if isinstance(node, list):
        for number, entry in enumerate(node):
            yield from without_limit(entry, f"{place}.{number}")
    elif isinstance(node, dict):
        kinds = node.get("type", [])
        if "integer" in ([kinds] if isinstance(kinds, str) else kinds) and "maximum" not in node:
            yield place
        for key, entry in node.items():
            yield from without_limit(entry, f"{place}.{key}")


@pytest.mark.parametrize("kind", FILES)
def test_every_whole_number_has_a_limit(kind):
    found = [place for place in without_limit(schema_of(kind)) if ".bases." not in place]
    # A code of an answer counts nothing: it is looked up.
    assert found == []


@pytest.mark.parametrize(
    ("section", "given", "told"),
    [
        ("seed", 10**30, "is above 2,147,483,647, the greatest number taken"),
        ("weighting.replicates", {"method": "bootstrap", "draws": 10**6}, "is above 10,000"),
        ("analysis.imputation.number", 100_000, "At most 1,000, with which chance moves a standard error"),
        ("nonresponse.imputations", 10**7, "at most 10,000, with which chance moves it by less than"),
        ("sensitivity.theta_grid", [1.5] * 101, "there should be at most 100 of these"),
        ("analysis.ci_level", float("nan"), "nan is no number to compute with"),
        ("analysis.ci_level", float("inf"), "inf is not below 1 (confidence level)"),
        ("sensitivity.theta_strong", float("inf"), "inf is no number to compute with"),
    ],
)
def test_what_cannot_be_run_is_told_with_its_reason(section, given, told):
    config = configuration()
    *path, last = section.split(".")
    block = config
    for key in path:
        block = block[key]
    block[last] = given
    with pytest.raises(SurveyError) as caught:
        checked(config, Configuration, "config.yaml")
    assert any(
        problem.startswith(f"config.yaml: {section}") and told in problem for problem in caught.value.problems
    )


def test_an_entry_that_stands_twice_in_a_list_is_told():
    config = configuration()
    config["analysis"]["tests"] = [{"variable": "read", "between": "agency"}] * 2
    config["analysis"]["items"] = ["read", "trained", "read"]
    # Numbers may be alike.
    config["sensitivity"]["theta_shown"] = [2.0, 2.0]
    with pytest.raises(SurveyError) as caught:
        checked(config, Configuration, "config.yaml")
    assert caught.value.problems == [
        "config.yaml: analysis.items: 'read' stands there twice; keep one of them.",
        "config.yaml: analysis.tests: {'between': 'agency', 'variable': 'read'} stands there twice; keep one "
        "of them.",
    ]
