"""The sections of the configuration that a stage is given, each as its type."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from surveypipe.study.about import Study
from surveypipe.study.analysis import Analysis
from surveypipe.study.bases import Bases, conditions_of, without
from surveypipe.study.claims import AnyClaim
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.design import Sampling
from surveypipe.study.disclosure import Disclosure
from surveypipe.study.frame import Frame, Groups, Population
from surveypipe.study.nonresponse import Nonresponse
from surveypipe.study.report import Report
from surveypipe.study.response import Response
from surveypipe.study.sensitivity import Sensitivity
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import Weighting

T = TypeVar("T")


class Sections:
    """Sections of the configuration; one is converted when it is first asked for.

    Parameters
    ----------
    given
        The sections by name, as JSON holds them.

    Raises
    ------
    KeyError
        When a section is asked for that the stage is not given: its rule names it in ``params.config``.
    msgspec.ValidationError
        When a section does not fit its type.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given = given

    def _section(self, name: str, kind: type[T]) -> T:
        return msgspec.convert(self.given[name], kind)

    @cached_property
    def study(self) -> Study:
        """What the study is."""
        return self._section("study", Study)

    @cached_property
    def population(self) -> Population:
        """What is known of those who were asked."""
        return msgspec.convert(self.given["population"], Population)

    @cached_property
    def design(self) -> Sampling:
        """How the respondents were drawn."""
        return self._section("design", Sampling)

    @cached_property
    def frame(self) -> Frame:
        """How the staff list is read."""
        return self._section("frame", Frame)

    @cached_property
    def groups(self) -> Groups:
        """Variables by which results are shown."""
        return self._section("groups", Groups)

    @cached_property
    def cleaning(self) -> Cleaning:
        """Declared rules of cleaning, scales and derived variables."""
        return self._section("cleaning", Cleaning)

    @cached_property
    def response(self) -> Response:
        """Dispositions and response rates."""
        return self._section("response", Response)

    @cached_property
    def weighting(self) -> Weighting:
        """Weights for unit non-response."""
        return self._section("weighting", Weighting)

    @cached_property
    def analysis(self) -> Analysis:
        """What is estimated and how."""
        return self._section("analysis", Analysis)

    @cached_property
    def bases(self) -> Bases:
        """Named domains; none where the study has none."""
        return msgspec.convert(self.given.get("bases", {}), Bases)

    @cached_property
    def claims(self) -> dict[str, AnyClaim]:
        """The claims by key, in the order of the configuration."""
        return msgspec.convert(self.given["claims"], dict[str, AnyClaim])

    @cached_property
    def sensitivity(self) -> Sensitivity:
        """Answers not missing at random."""
        return self._section("sensitivity", Sensitivity)

    @cached_property
    def nonresponse(self) -> Nonresponse:
        """The non-response bias analysis."""
        return self._section("nonresponse", Nonresponse)

    @cached_property
    def disclosure(self) -> Disclosure:
        """What may leave the private results."""
        return self._section("disclosure", Disclosure)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the people and things of the study are called."""
        return self._section("vocabulary", Vocabulary)

    @cached_property
    def report(self) -> Report:
        """The documents."""
        return self._section("report", Report)

    def people_in(self, base: str) -> str:
        """Name the people of a base, in the plural."""
        named, plan = self.vocabulary.bases.get(base), self.sensitivity.scenario
        if named is not None or plan is None:
            return named or base.replace("_", " ")
        others = without(conditions_of(self.bases, base), plan.variable, plan.level)
        return self.vocabulary.readers.many if others == {} else base.replace("_", " ")

    @cached_property
    def seed(self) -> int:
        """Seed of whatever is drawn at random."""
        return int(self.given["seed"])
