"""What an archive says of the study, in every form in which it says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from surveypipe.determinism import as_datetime
from surveypipe.study.authors import Author, Authors


class Level(StrEnum):
    """Who may have an archive."""

    PUBLIC = "public"
    RESTRICTED = "restricted"


@dataclass(frozen=True)
class About:
    """The study behind an archive.

    Attributes
    ----------
    identifier, title
        Of the study.
    level
        Who may have the archive.
    answers
        Whether the answers are in it, so that everything is rebuilt from them.
    mark
        What is said of data that are not real; '' of real ones.
    setting, people
        The place in words that identify nobody, and what the people are called.
    period
        First and last day of fieldwork; empty where it is not told.
    outcome
        Who answered and who was asked, each in a sentence.
    design, mode, weight
        How respondents came, how they were asked, and the weight of the published estimates.
    authors
        Who wrote it.
    licence
        SPDX identifier, of text, figures and released data.
    keywords
        Words under which it is listed.
    epoch
        Date of what is archived, in seconds since 1970.
    tool
        Version of the tool.
    """

    identifier: str
    title: str
    level: Level
    answers: bool
    mark: str
    setting: str
    people: str
    period: Sequence[str]
    outcome: Sequence[str]
    design: str
    mode: str | None
    weight: str
    authors: Authors
    licence: str
    keywords: Sequence[str]
    epoch: int
    tool: str

    @property
    def day(self) -> date:
        """Day of what is archived (UTC)."""
        return as_datetime(self.epoch).date()

    @property
    def description(self) -> str:
        """The archive in a few sentences."""
        data = {
            (Level.PUBLIC, True): "with the data",
            (Level.PUBLIC, False): "without the answers, from whose released aggregates the report rebuilds",
            (Level.RESTRICTED, True): "with the answers of persons: not to be handed on",
        }[self.level, self.answers]
        mark = f" {self.mark}." if self.mark else ""
        return (
            f"{self.title}. The survey's code, configuration, released results and documents, {data}."
            f"{mark} {' '.join(self.outcome)}"
        ).strip()

    @property
    def licence_address(self) -> str:
        """Address of the licence's text."""
        return f"https://spdx.org/licenses/{self.licence}"


def parted(author: Author) -> tuple[str, str]:
    """Given names and family name of an author, the last word being the family name."""
    *given, family = author.name.split() or [author.name]
    return " ".join(given), family


def institutions(author: Author, authors: Authors) -> list[str]:
    """Institutions of an author, in the order in which the authors' file lists them."""
    named: Mapping[str, str] = {str(one.id): one.name for one in authors.affiliations}
    return [named[str(key)] for key in author.affiliations if str(key) in named]
