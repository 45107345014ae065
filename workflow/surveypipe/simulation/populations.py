"""The file ``workflow/populations.yaml``: populations on which every interval is tried, and their study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from msgspec import Meta, field

from surveypipe.intake.description import describe
from surveypipe.problems import SurveyError, shown
from surveypipe.simulation.population import merged
from surveypipe.study.base import Count, Name, Positive, Settings, Share, TwoOrMore, plain
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.codebook_parsing import codebook_from
from surveypipe.study.completion import completed
from surveypipe.study.reading import checked, read
from surveypipe.study.sections import Sections
from surveypipe.study.settings import Configuration

# What the list says of everybody.
UNIT, PROFESSION = "unit", "profession"
YES, NO = 1, 2
ByLevel = dict[str, float]


class Answer(Settings, kw_only=True):
    """What everybody would say to one question: Yes or No where it has a `share`, else a number."""

    label: Annotated[str, Meta(description="Name in tables.", min_length=1)]
    share: Annotated[Share | None, Meta(description="Share of Yes where no effect moves it.")] = None
    mean: Annotated[float, Meta(description="Mean of the number where no effect moves it.")] = 0.0
    shape: Annotated[
        Positive | None,
        Meta(description="Shape of the number's gamma distribution; left out: normal, standard deviation 1."),
    ] = None
    asked_if: Annotated[str, Meta(description="The share whose Yes leads to this question.")] = ""


class Effects(Settings, kw_only=True):
    """What professions add to the log-odds of response, and to what is answered."""

    response: Annotated[ByLevel, Meta(description="Profession: its effect; left out: none.")]
    answers: Annotated[ByLevel, Meta(description="Profession: its effect; left out: none.")]


class Clusters(Settings, kw_only=True):
    """Clusters within units, of which some are drawn, and some people in each."""

    number: Annotated[dict[str, Count], Meta(description="Unit: clusters in it.")]
    drawn: Annotated[dict[str, TwoOrMore], Meta(description="Unit: clusters drawn.")]
    people: Annotated[Count, Meta(description="People drawn in each; all, where there are no more.")]
    answers: Annotated[float, Meta(description="Standard deviation of its effect on answers.", ge=0)]
    response: Annotated[float, Meta(description="Standard deviation of its effect on response.", ge=0)]


class Simulated(Settings, kw_only=True):
    """One population, and how it is surveyed."""

    label: Annotated[str, Meta(description="Name in tables.", min_length=1)]
    staff: Annotated[dict[str, dict[str, int]], Meta(description="Unit: profession: people.")]
    respondents: Annotated[
        dict[str, Positive], Meta(description="Unit: respondents expected, if everybody were asked.")
    ]
    units: Annotated[ByLevel, Meta(description="Unit: its effect on answers; left out: none.")] = field(
        default_factory=dict
    )
    clusters: Annotated[
        Clusters | None, Meta(description="A sample in two stages; left out: everybody is asked.")
    ] = None
    study: Annotated[
        dict[str, Any], Meta(description="What its configuration has otherwise than that of all.")
    ] = field(default_factory=dict)
    surveys: Annotated[
        Count | None, Meta(description="How often it is surveyed; left out: as often as every other.")
    ] = None


class Populations(Settings, kw_only=True):
    """The whole file."""

    answers: Annotated[dict[Name, Answer], Meta(description="The questions.")]
    study: Annotated[dict[str, Any], Meta(description="Sections of the configuration of all of them.")]
    effects: Annotated[Effects, Meta(description="Effects in every population.")]
    surveys: Annotated[Count, Meta(description="How often each population is surveyed.")]
    populations: Annotated[dict[Name, Simulated], Meta(description="The populations.")]

    @property
    def schemes(self) -> dict[str, Any]:
        """Weighting schemes by key: those of every population, then those of one alone."""
        found = dict(self.study["weighting"]["schemes"])
        for population in self.populations.values():
            found |= population.study.get("weighting", {}).get("schemes", {})
        return found

    @property
    def primary(self) -> str:
        """Key of the scheme whose intervals are promised."""
        return str(self.study["weighting"]["primary"])

    def surveys_of(self, key: str) -> int:
        """How often a population is surveyed."""
        return self.populations[key].surveys or self.surveys

    def scheme_label(self, key: str) -> str:
        """Name of a scheme in tables."""
        return str(self.schemes[key]["label"])


@dataclass(frozen=True)
class Tried:
    """A population, with the study that surveys it.

    Attributes
    ----------
    key, population
        Its name in the file, and what the file says of it.
    surveys
        How often it is surveyed.
    answers, effects
        What everybody would say, and what moves it.
    document, codebook
        The two files that somebody who surveys this population would write.
    config
        The former, completed as for a run.
    variables
        What each variable is, as variables.json has it.
    """

    key: str
    population: Simulated
    surveys: int
    answers: Mapping[str, Answer]
    effects: Effects
    document: Mapping[str, Any]
    codebook: Mapping[str, Any]
    config: Sections
    variables: Mapping[str, Mapping[str, Any]]

    @property
    def units(self) -> list[str]:
        """Units in the order of the file."""
        return list(self.population.staff)


def read_population(path: Path, key: str) -> Tried:
    """Read one population of the file, and complete its study as a run does.

    Raises
    ------
    SurveyError
        With all that is wrong with the file, or if it has no such population.
    """
    whole = read(path, Populations)
    if key not in whole.populations:
        raise SurveyError(f"{path}: there is no population '{key}'; there are {shown(whole.populations)}.")
    population = whole.populations[key]
    codebook, document = {"variables": _columns(whole.answers)}, _document(key, population, whole)
    book = checked(codebook, CodebookFile, str(path))
    config = Sections(plain(completed(checked(document, Configuration, str(path)), book)))
    levels = pd.DataFrame({"id": list(population.staff), UNIT: list(population.staff)})
    variables = describe(codebook_from(book), levels, config.cleaning, config.groups)
    return Tried(
        key, population, whole.surveys_of(key), whole.answers, whole.effects, document, codebook, config,
        variables,
    )  # fmt: skip


def _document(key: str, population: Simulated, whole: Populations) -> dict[str, Any]:
    """Lay out the configuration of a study of this population."""
    base = {
        "study": {"id": key, "title": population.label, "data": "simulated", "setting": key, "mode": "web"},
        "inputs": {"survey": f"{key}.csv", "staff_list": f"{key}_list.csv"},
        "frame": {"columns": {UNIT: UNIT, PROFESSION: PROFESSION}},
        "groups": {UNIT: {"label": "Unit", "levels": {unit: unit for unit in population.staff}}},
    }
    return merged(merged(base, whole.study), population.study)


def _columns(answers: Mapping[str, Answer]) -> dict[str, Any]:
    found: dict[str, Any] = {"id": {"role": "id", "type": "string", "label": "Number"}}
    for name, answer in answers.items():
        kind: dict[str, Any] = {"type": "numeric"}
        if answer.share is not None:
            kind = {"type": "binary", "values": {str(YES): "Yes", str(NO): "No", "counts": YES}}
        routed = {"asked_if": {answer.asked_if: YES}} if answer.asked_if else {}
        found[name] = {"label": answer.label, **kind, **routed}
    return found
