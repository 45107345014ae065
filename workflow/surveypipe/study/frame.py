"""Sections ``frame`` and ``groups``: how the staff list is read, and by what results are shown."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from surveypipe.study.base import Name, Settings

# Where no group is named everybody is one: this variable of the frame has the same level for all.
EVERYBODY, EVERYBODY_LEVEL = "everybody", "all"


class FrameRecode(Settings):
    """One recode."""

    variable: Annotated[Name, Meta(description="Name of the new variable.")]
    from_: Annotated[str, Meta(description="Frame variable it is made from.")] = field(name="from")
    map: Annotated[dict[str, str], Meta(description="Level of the old variable: level of the new.")]


class Frame(Settings):
    """How the staff list is read. Its columns are text unless they are declared numbers."""

    id: Annotated[str, Meta(description="Column that identifies a person.")]
    survey_id: Annotated[str, Meta(description="Variable of the survey that holds the same identifier.")]
    group: Annotated[
        Name,
        Meta(description="Frame variable by which results are compared; weighting never merges across it."),
    ]
    columns: Annotated[dict[str, str], Meta(description="Name in the pipeline: column of the staff list.")]
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


class Group(Settings):
    """One grouping variable."""

    label: Annotated[str, Meta(description="Name in tables and figures.")]
    levels: Annotated[
        dict[str, str],
        Meta(
            description="Level in the data: name in tables and figures, in the order to show.", min_length=2
        ),
    ]


Groups = dict[str, Group]
