"""Section ``vocabulary``: what the people and things of a study are called in every sentence and exhibit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from surveypipe.study.base import Settings

# Signs that mean something to Markdown would be printed in one exhibit and obeyed in another.
Words = Annotated[str, Meta(pattern=r"^[^\\`*_{}\[\]<>#|~^$@&\n]+$")]


class Noun(Settings):
    """A noun, as it stands inside a sentence: with a small first letter, unless it is a name."""

    one: Annotated[Words, Meta(description="Of one: 'pupil'.")]
    many: Annotated[Words, Meta(description="Of several: 'pupils'.")]
    article: Annotated[Literal["a", "an"], Meta(description="What stands before `one`.")] = "a"


class Described(Noun, kw_only=True):
    """People who are also told by an adjective."""

    adjective: Annotated[Words, Meta(description="Before another noun: 'reading' in 'reading respondents'.")]


class ScenarioGroup(Described, kw_only=True):
    """Those at the scenario's level, and what is theirs."""

    state: Annotated[Words, Meta(description="What a claim about them is about: 'readership'.")]


class Silent(Settings):
    """Those who were asked and did not answer."""

    many: Annotated[Words, Meta(description="After 'the': 'silent', 'non-respondents'.")]
    adjective: Annotated[Words, Meta(description="Before another noun: 'silent' in 'silent readers'.")]


class Vocabulary(Settings):
    """Names of the people and things of a study. Keys of the configuration stay as they are."""

    people: Annotated[
        Noun,
        Meta(description="Those whom the survey is about, if not 'people': 'pupils', say."),
    ] = Noun(one="person", many="people")
    respondents: Annotated[
        Noun,
        Meta(description="Those who answered, if not 'respondents'."),
    ] = Noun(one="respondent", many="respondents")
    silent: Annotated[
        Silent,
        Meta(description="Those who were asked and did not answer, if not 'the silent'."),
    ] = Silent(many="silent", adjective="silent")
    questionnaire: Annotated[
        Noun, Meta(description="What was answered, if not a 'questionnaire': a 'form', an 'interview'.")
    ] = Noun(one="questionnaire", many="questionnaires")
    list: Annotated[
        Words, Meta(description="What holds everybody invited, after 'the': 'list', 'roll' or 'register'.")
    ] = "list"
    readers: Annotated[
        ScenarioGroup,
        Meta(
            description="Those with the answer of `sensitivity.scenario`, if not 'readers'; they name the "
            "scenario."
        ),
    ] = ScenarioGroup(one="reader", many="readers", adjective="reading", state="readership")
    non_readers: Annotated[
        Described,
        Meta(description="All others, if not 'non-readers'."),
    ] = Described(one="non-reader", many="non-readers", adjective="non-reading")

    bases: Annotated[
        dict[str, Words],
        Meta(
            description="What the people of a base are called, in the plural; left out: its key in words, or "
            "the name of those with the answer of the scenario where the base is just these."
        ),
    ] = msgspec.field(default_factory=dict)

    units: Annotated[
        tuple[Words, ...],
        Meta(
            description="What was drawn at each stage of a sample, in the plural: [districts, schools]; left "
            "out: the labels of the variables under `design.clusters`."
        ),
    ] = ()

    def everywhere(self) -> Mapping[str, Noun | Silent | str | tuple[str, ...]]:
        """Give each name as what a template calls it by: ``people.many``, ``silent.adjective``, ``list``."""
        return msgspec.structs.asdict(self)

    def fill(self, text: str, **more: str) -> str:
        """Put the names, and whatever else is given, into a text that calls them as a template would.

        Examples
        --------
        >>> Vocabulary().fill("too few {respondents.many} on the {list}")
        'too few respondents on the list'
        """
        return text.format(**self.everywhere(), **more)
