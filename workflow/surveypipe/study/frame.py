"""Sections ``frame`` and ``groups``: how the staff list is read, and by what results are shown."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from surveypipe.study.base import Count, Name, Settings

# What is known of those who were asked: a list with a row for each person, headcounts, or nothing.
Population = Literal["list", "counts", "none"]
# Where no group is named everybody is in one: this variable of the frame has the same level for all.
EVERYBODY, EVERYBODY_LEVEL = "everybody", "all"


# Column of a table of headcounts that holds them.
HEADCOUNT = "n"

Margin = Annotated[dict[str, Annotated[float, Meta(ge=0)]], Meta(min_length=1)]


def in_shares(margin: dict[str, float]) -> bool:
    """Whether a margin is written as shares of all: none of its numbers is above 1."""
    return max(margin.values()) <= 1


class JointCell(Settings):
    """A cell of several questions together, and how many people of the population are in it."""

    levels: Annotated[
        dict[Name, str], Meta(min_length=1, description="Question: answer (code or words) of the cell.")
    ]
    n: Annotated[float, Meta(ge=0, description="Number of people of the population in the cell.")]


class FrameRecode(Settings):
    """One recode."""

    variable: Annotated[Name, Meta(description="Name of the new variable.")]
    from_: Annotated[str, Meta(description="Frame variable it is made from.")] = field(name="from")
    map: Annotated[dict[str, str], Meta(description="Level of the old variable: level of the new.")]


class Frame(Settings):
    """How the staff list is read. Its columns are text unless they are declared numbers."""

    id: Annotated[str, Meta(description="Column that identifies a person.")] = ""
    survey_id: Annotated[
        str,
        Meta(
            description="Variable of the survey that holds the same identifier; left out: the one with "
            "`role: id`."
        ),
    ] = ""
    group: Annotated[
        str,
        Meta(
            description="Frame variable by which results are compared; weighting never merges across it. "
            "Left out: the first of `groups` that is known of everybody."
        ),
    ] = ""
    columns: Annotated[
        dict[str, str], Meta(description="Name in the pipeline: column of the staff list.")
    ] = field(default_factory=dict)
    verified: Annotated[
        bool,
        Meta(
            description="true: all on the list were confirmed in post, so silence is eligible non-response; "
            "false: it is unknown eligibility."
        ),
    ] = False
    numeric: Annotated[
        tuple[str, ...],
        Meta(
            description="Frame variables that are numbers (years in post, a size): predictors take "
            "them as they "
            "are, not as one indicator for each value. The base weights and what a scheme calibrates to as "
            "`numeric` are numbers without being named here. A value that is no number stops the run."
        ),
    ] = ()
    categorical: Annotated[
        tuple[str, ...],
        Meta(
            description="Frame variables whose values look like numbers and are names of categories "
            "(ward 1, 2, "
            "3). A column that holds mostly numbers must be named here or under numeric."
        ),
    ] = ()
    recodes: Annotated[
        tuple[FrameRecode, ...], Meta(description="Frame variables made by merging levels of another.")
    ] = ()

    size: Annotated[
        Count | None,
        Meta(
            description="Number of people in the population, where it is known and no list or table of "
            "headcounts tells it."
        ),
    ] = None
    margins: Annotated[
        dict[str, Margin],
        Meta(
            description="Control totals of the population where there is no list: question: answer (code or "
            "words): number of people, or share of all (shares add up to 1)."
        ),
    ] = field(default_factory=dict)

    source: Annotated[
        str,
        Meta(
            description="Where headcounts, margins, cells and totals of the population come from, as it "
            "stands after 'according to': 'the census of 2021'. Left out: left for the authors to write."
        ),
    ] = ""
    cells: Annotated[
        tuple[JointCell, ...],
        Meta(
            description="Beside a sample, numbers of people by several questions together; a CSV under "
            "inputs.counts does the same."
        ),
    ] = ()
    totals: Annotated[
        dict[str, float],
        Meta(
            description="Totals over the population of variables that are numbers (years in post, pupils), "
            "for schemes that calibrate to them."
        ),
    ] = field(default_factory=dict)

    @property
    def characteristics(self) -> list[str]:
        """What tells people apart: the group, if it is not one that holds everybody, and the recodes."""
        group = [] if self.group == EVERYBODY else [self.group]
        return [*group, *(recode.variable for recode in self.recodes)]

    def describing(self, population: str | None) -> list[str]:
        """List what response is looked at by: what tells people apart; of headcounts, all that they tell."""
        known = self.variables if population == "counts" else []
        return list(dict.fromkeys([*self.characteristics, *known]))

    @property
    def variables(self) -> list[str]:
        """Variables known of everybody on the staff list, recodes included."""
        return [*self.columns, *(recode.variable for recode in self.recodes)]


class Group(Settings):
    """One grouping variable."""

    label: Annotated[
        str,
        Meta(
            description="Name in tables and figures; left out: the label of the codebook, else its own name."
        ),
    ] = ""
    levels: Annotated[
        dict[str, str],
        Meta(
            description="Level in the data: name in tables and figures, in the order to show; of a question, "
            "left out: its answers."
        ),
    ] = field(default_factory=dict)


Groups = dict[str, Group]
