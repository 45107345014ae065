"""Section ``study``: what the study is."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from surveypipe.formatting import lower_first
from surveypipe.study.base import Day, Settings, Word
from surveypipe.study.marks import MARKS, Mark


class FieldPeriod(Settings):
    """First and last day of fieldwork; without it the dates are left for the authors to write."""

    first: Annotated[Day, Meta(description="The day the questionnaire first went out, YYYY-MM-DD.")]
    last: Annotated[Day, Meta(description="The day it was closed, YYYY-MM-DD.")]


class Study(Settings):
    """What the study is."""

    id: Annotated[Word, Meta(description="Short name, used in messages and the manifest.")]
    title: Annotated[str, Meta(description="Title of the manuscript.", min_length=1)]
    data: Annotated[
        Literal["simulated", "real", "rehearsal"],
        Meta(
            description="simulated prints a banner on every page and a note in every exported table; real "
            "removes them. rehearsal is what `snakemake rehearse` says of the answers that it makes up."
        ),
    ]
    setting: Annotated[
        str, Meta(description="The place in words that identify nobody; what the blinded manuscript prints.")
    ]
    mode: Annotated[
        Literal["paper", "web", "telephone", "face_to_face", "mixed", "records"] | None,
        Meta(
            description="How the questionnaire was given; records where there was none, and the data are "
            "measurements or were taken from files. Left out: the authors have to say it."
        ),
    ] = None
    labels_in_text: Annotated[
        Literal["as_written", "small_first_letter"],
        Meta(
            description="How labels (of groups, variables, schemes, claims, answers) stand inside a "
            "sentence. as_written: as they are, which destroys no name; small_first_letter: without their "
            "first capital ('Adult mental health' becomes 'adult mental health'), but for abbreviations, "
            "names of several words with capitals, and what `names` lists."
        ),
    ] = "as_written"
    names: Annotated[
        tuple[str, ...],
        Meta(description="Labels that keep their capital inside a sentence: names of one word (Flanders)."),
    ] = ()
    short_title: Annotated[
        str | None,
        Meta(description="Running title at the head of each page; left out: the title."),
    ] = None
    follows: Annotated[
        str | None,
        Meta(description="Citation key of the study whose form this one follows, if there is one."),
    ] = None
    field_period: Annotated[
        FieldPeriod | None,
        Meta(
            description="First and last day of fieldwork; without it the dates are left for the authors to "
            "write."
        ),
    ] = None

    @property
    def mark(self) -> Mark | None:
        """What everything made of the data says of them; None of real data."""
        return MARKS.get(self.data)

    @property
    def first_line(self) -> str:
        """First line of every released table, where it must say what it is; else ''."""
        return self.mark.first_line if self.mark else ""

    @property
    def rehearsed(self) -> bool:
        """Whether the answers were made up before anybody gave any."""
        return self.data == "rehearsal"

    @property
    def recorded(self) -> bool:
        """Whether nobody was asked, and the data are measurements or were taken from files."""
        return self.mode == "records"

    def in_text(self, label: str) -> str:
        """Write a label as it stands inside a sentence.

        As it is written, which destroys no name; with a small first letter where the study says of its labels
        that they may have one (``labels_in_text``), and not of this one that it is a name.
        """
        if self.labels_in_text != "small_first_letter" or label in self.names:
            return label
        return lower_first(label)
