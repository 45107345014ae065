"""The follow-up study, ``config/followup.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from surveypipe.study.base import Name, Positive, Seed, Settings, Share

Autocorrelation = Annotated[float, Meta(ge=0, le=0.99)]


class TeamsPerArm(Settings):
    """Numbers of teams per arm to try."""

    from_: Annotated[int, Meta(description="Fewest teams per arm.", ge=2, le=500)] = field(name="from")
    to: Annotated[int, Meta(description="Most teams per arm.", ge=2, le=500)]


class Design(Settings):
    """The study and the simulation."""

    teams_per_arm: Annotated[TeamsPerArm, Meta(description="Numbers of teams per arm to try.")]
    alpha: Annotated[float, Meta(description="Two-sided significance level of the test.", gt=0, le=0.2)]
    power: Annotated[float, Meta(description="Power wanted.", ge=0.5, le=0.99)]
    simulations: Annotated[
        int, Meta(description="Simulated studies for each set of assumptions.", ge=200, le=100000)
    ]
    seed: Annotated[
        Seed, Meta(description="Start of the random numbers; the same seed gives the same results.")
    ]


class PerTeam(Settings):
    """People (staff or cases) of a team measured before."""

    assumed: Annotated[int, Meta(description="The value planned with.", ge=1, le=1000)]
    low: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None,
        Meta(description="A smaller value, tried with all else as assumed."),
    ] = None
    high: Annotated[
        Annotated[int, Meta(ge=1, le=1000)] | None,
        Meta(description="A larger value, tried with all else as assumed."),
    ] = None


class Icc(Settings):
    """Intracluster correlation: between two people of a team at one time, on the outcome's own scale."""

    assumed: Annotated[float, Meta(description="The value planned with.", ge=0, le=0.5)]
    low: Annotated[
        Annotated[float, Meta(ge=0, le=0.5)] | None,
        Meta(description="A smaller value, tried with all else as assumed."),
    ] = None
    high: Annotated[
        Annotated[float, Meta(ge=0, le=0.5)] | None,
        Meta(description="A larger value, tried with all else as assumed."),
    ] = None


class Assumptions(Settings, kw_only=True):
    """What holds for every outcome that does not state its own."""

    per_team: Annotated[PerTeam, Meta(description="People (staff or cases) of a team measured before.")]
    per_team_cv: Annotated[
        float,
        Meta(
            description="How unequal teams are: standard deviation of team size over its mean; 0 for equal "
            "teams.",
            ge=0,
            le=1.5,
        ),
    ]
    drop_out: Annotated[
        float,
        Meta(
            description="Share of those measured before who are not measured after, unrelated to their "
            "answers.",
            ge=0,
            lt=1,
        ),
    ]
    icc: Annotated[
        Icc,
        Meta(
            description="Intracluster correlation: between two people of a team at one time, on the "
            "outcome's own scale."
        ),
    ]
    cluster_autocorrelation: Annotated[
        float, Meta(description="Correlation between a team's level before and after.", ge=0, le=0.99)
    ]
    individual_autocorrelation: Annotated[
        float,
        Meta(
            description="Correlation between a person's deviations from the team before and after.",
            ge=0,
            le=0.99,
        ),
    ]


class Outcome(Settings, kw_only=True):
    """One outcome."""

    label: Annotated[str, Meta(description="Name in the table and the figure.", min_length=1)]
    kind: Annotated[
        Literal["binary", "ordinal", "count", "numeric"],
        Meta(
            description="binary: a share; ordinal: an item with a few ordered answers; count: a number of "
            "events; numeric: a score with a normal distribution."
        ),
    ]
    of: Annotated[
        Literal["staff", "cases", "team"],
        Meta(description="Whose outcome it is; team: one value per team and period."),
    ]
    baseline: Annotated[
        float | Annotated[tuple[Share, ...], Meta(min_length=3, max_length=11)],
        Meta(
            description="Before: the share (binary), the share of each answer from the lowest (ordinal), the "
            "mean (count, numeric)."
        ),
    ]
    sd: Annotated[Positive | None, Meta(description="For numeric: standard deviation between people.")] = None
    overdispersion: Annotated[
        Annotated[float, Meta(ge=1)] | None,
        Meta(description="For count: variance over mean; 1 is a Poisson count."),
    ] = None
    change_without: Annotated[
        float | None,
        Meta(
            description="Change from before to after in both arms without the intervention: a ratio of rates "
            "for count, else a difference."
        ),
    ] = None
    effects: Annotated[
        tuple[float, ...],
        Meta(
            description="Effects to detect, in the outcome's unit: ratios of rates for count, else "
            "differences in change between the arms.",
            min_length=1,
            max_length=5,
            extra_json_schema={"uniqueItems": True},
        ),
    ]
    per_team: Annotated[
        PerTeam | None, Meta(description="People (staff or cases) of a team measured before.")
    ] = None
    per_team_cv: Annotated[
        Annotated[float, Meta(ge=0, le=1.5)] | None,
        Meta(
            description="How unequal teams are: standard deviation of team size over its mean; 0 for equal "
            "teams."
        ),
    ] = None
    drop_out: Annotated[
        Annotated[float, Meta(ge=0, lt=1)] | None,
        Meta(
            description="Share of those measured before who are not measured after, unrelated to their "
            "answers."
        ),
    ] = None
    icc: Annotated[
        Icc | None,
        Meta(
            description="Intracluster correlation: between two people of a team at one time, on the "
            "outcome's own scale."
        ),
    ] = None
    cluster_autocorrelation: Annotated[
        Autocorrelation | None, Meta(description="Correlation between a team's level before and after.")
    ] = None
    individual_autocorrelation: Annotated[
        Autocorrelation | None,
        Meta(description="Correlation between a person's deviations from the team before and after."),
    ] = None


class SecondWave(Settings):
    """A second wave of the same survey, analysed by the same pipeline, for `snakemake waves`."""

    results: Annotated[
        str,
        Meta(
            description="Results of the second wave (`results` of its configuration); run it first.",
            min_length=1,
        ),
    ]
    variables: Annotated[
        tuple[str, ...],
        Meta(
            description="Variables of the analysis file to compare; both waves must have them.", min_length=1
        ),
    ]
    moved: Annotated[
        Literal["refuse", "set_aside", "keep"],
        Meta(
            description="People whose group differs between the waves: stop, leave them out of the change, "
            "or keep them under the group of the first wave."
        ),
    ] = "refuse"


class Planning(Settings):
    """Assumptions for the size of a longitudinal study, and where the second wave of this survey lies."""

    design: Annotated[Design, Meta(description="The study and the simulation.")]
    assumptions: Annotated[
        Assumptions, Meta(description="What holds for every outcome that does not state its own.")
    ]
    outcomes: Annotated[
        dict[Name, Outcome], Meta(description="Outcomes to plan for, by a short name.", min_length=1)
    ]
    second_wave: Annotated[
        SecondWave | None,
        Meta(
            description="A second wave of the same survey, analysed by the same pipeline, for `snakemake "
            "waves`."
        ),
    ] = None
