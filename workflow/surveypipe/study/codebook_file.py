"""The codebook's file, ``config/codebook.yaml``: its form. Its meaning: :mod:`surveypipe.study.codebook`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from surveypipe.study.base import Code, Settings, Share, VariableName
from surveypipe.study.item_types import TypeName, meanings

Word = Annotated[str, Meta(min_length=1)]
Codes = Annotated[
    dict[str, Annotated[str, Meta(description="What it stands for, in words.", min_length=1)]],
    Meta(description="Code: what it stands for.", min_length=1),
]
Answers = Annotated[
    dict[str, Annotated[Word | float, Meta(description="The answer in words; after `counts`, a code.")]],
    Meta(
        description="Code: answer, in the order of the questionnaire. Codes are numbers; answers that "
        "YAML takes "
        "for true or false (Yes, No, On, Off) stand in quotes. The key `counts` among them says which "
        "code is "
        "counted, for every binary variable with these answers.",
        min_length=1,
    ),
]


class MissingCodes(Settings):
    """Codes that stand for no answer (SPSS: user-missing values)."""

    codes: Annotated[Codes | None, Meta(description="Code: what it stands for, such as 99: Refused.")] = None
    range: Annotated[
        tuple[float, float] | None, Meta(description="Lowest and highest code of a range of missing values.")
    ] = None


class Column(Settings, kw_only=True):
    """One column of the survey file."""

    role: Annotated[
        Literal["id", "question", "admin", "undocumented"],
        Meta(
            description="id: identifies the person, at most one variable, read as text; question; admin: "
            "written by the office, never by the person; undocumented: in the file, accounted for, never "
            "analysed."
        ),
    ] = "question"
    type: Annotated[
        TypeName,
        Meta(description=meanings()),
    ]
    label: Annotated[str, Meta(description="Name in tables.", min_length=1)]
    short: Annotated[
        Annotated[str, Meta(min_length=1)] | None,
        Meta(description="Name in figures; the label where left out."),
    ] = None
    question: Annotated[str, Meta(description="The question as asked.")] = ""
    section: Annotated[str, Meta(description="Key of `sections`.")] = ""
    battery: Annotated[
        str,
        Meta(
            description="Key of `batteries`. Ordered items of a battery are shown together, as shares of the "
            "lower, middle and upper answers."
        ),
    ] = ""
    core: Annotated[
        bool,
        Meta(
            description="Whether the item counts when the questionnaire is called complete, partial or blank."
        ),
    ] = False
    asked_if: Annotated[
        Annotated[dict[str, float | Annotated[tuple[float, ...], Meta(min_length=1)]], Meta(min_length=1)]
        | None,
        Meta(
            description="Filter question: code, or list of codes, for which this question is asked. With "
            "several filters all must hold."
        ),
    ] = None
    counts: Annotated[
        float | None,
        Meta(
            description="Code of the answer whose share stands for the variable in tables, tests, models and "
            'recodes, such as `counts: 1` for 1: "Yes". A binary variable must have it, here or in its value '
            "set; the order of the answers decides nothing. A categorical one may."
        ),
    ] = None
    set: Annotated[
        str,
        Meta(
            description='Key of `sets`: the variable is a box of a question of the kind "tick all that '
            'apply". A blank box is its other answer (No) where any box of the set was answered.'
        ),
    ] = ""
    in_file: Annotated[
        str,
        Meta(
            description="Name of its column in the survey file, where that is not its name here: a whole "
            "question at the head of a CSV, for example."
        ),
    ] = ""
    values: Annotated[str | Answers | None, Meta(description="The answers, or the name of a value set.")] = (
        None
    )
    missing: Annotated[
        str | MissingCodes | None, Meta(description="The user-missing codes, or the name of a missing set.")
    ] = None
    unit: Annotated[
        str, Meta(description="Unit of the numbers, such as minutes, as sentences and axes name it.")
    ] = ""
    range: Annotated[
        tuple[Code, Code] | None,
        Meta(
            description="Lowest and highest possible value: numbers for a numeric variable, days "
            "(YYYY-MM-DD, in quotes) for a date."
        ),
    ] = None


class BatteryEntry(Settings, kw_only=True):
    """A block of items with the same answers, and what their ends are called."""

    label: Annotated[str, Meta(description="Name in tables and figures.", min_length=1)]
    low: Annotated[
        str,
        Meta(
            description="What the lower half of the answers is called, such as dissatisfied or rarely; left "
            "out: their labels."
        ),
    ] = ""
    high: Annotated[
        str,
        Meta(
            description="What the upper half of the answers is called, such as satisfied or often; left out: "
            "their labels."
        ),
    ] = ""
    middle: Annotated[
        str, Meta(description="What the middle one of an odd number is called; left out: its label.")
    ] = ""


class CodebookFile(Settings, kw_only=True):
    """What each column of the survey file means. A column that is not listed stops the pipeline."""

    title: Annotated[str, Meta(description="Name of the questionnaire.")] = ""
    unknown_code_limit: Annotated[
        Share,
        Meta(
            description="Greatest share of a variable's answers that may be codes unknown to the codebook; "
            "above it ingest stops, below it the cleaning rule `range` sets them missing. In a "
            "categorical variable the first unknown code stops ingest."
        ),
    ] = 0.05
    sections: Annotated[
        dict[str, str], Meta(description="Sections of the questionnaire: key and heading.")
    ] = field(default_factory=dict)
    batteries: Annotated[
        dict[str, str | BatteryEntry],
        Meta(
            description="Blocks of items with the same answers. Key: the name in tables and figures, or "
            "{label, low, high, middle}, which also says what the ends are called."
        ),
    ] = field(default_factory=dict)
    sets: Annotated[
        dict[str, str],
        Meta(
            description="Questions of which several answers may be ticked (multiple response): key and name "
            "in tables and figures. Each box is a binary variable with `set: key`."
        ),
    ] = field(default_factory=dict)
    value_sets: Annotated[
        dict[str, Answers],
        Meta(description="Answers shared by several questions, called by name under `values`."),
    ] = field(default_factory=dict)
    missing_sets: Annotated[
        dict[str, MissingCodes],
        Meta(description="User-missing codes shared by several questions, called by name under `missing`."),
    ] = field(default_factory=dict)
    variables: Annotated[
        dict[VariableName, Column],
        Meta(description="One entry for each column, in the order of the questionnaire.", min_length=1),
    ]
