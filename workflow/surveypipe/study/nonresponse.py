"""Section ``nonresponse``: the non-response bias analysis."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from surveypipe.study.base import MOST_PEOPLE, Code, Names, Settings, Share


class Waves(Settings):
    """How returns are ordered in time; left out: no analysis by wave."""

    variable: Annotated[str, Meta(description="Date of return.")]
    since: Annotated[
        str | None,
        Meta(
            description="Variable with the date from which days are counted, such as that of the invitation; "
            "left out: the first return."
        ),
    ] = None
    number: Annotated[int, Meta(description="Waves of about equal size, at most 50.", ge=2, le=50)] = 4


class Benchmark(Settings, kw_only=True):
    """One benchmark."""

    variable: Annotated[str, Meta(description="Variable of the analysis file.")]
    level: Annotated[Code | None, Meta(description="Code whose share is known; left out: the mean is.")] = (
        None
    )
    value: Annotated[float, Meta(description="Value known from elsewhere.")]
    se: Annotated[float, Meta(description="Its standard error.", ge=0)] = 0.0
    source: Annotated[str, Meta(description="Where it is from.")]


class FollowUp(Settings):
    """What a check of non-respondents asked; used once inputs.follow_up names its file."""

    variables: Annotated[
        dict[str, str], Meta(description="Variable of a claim: column of the file.", min_length=1)
    ]
    within: Annotated[
        str | None,
        Meta(
            description="Frame variable within whose levels the silent were drawn at random; left out: from "
            "all."
        ),
    ] = None


class Nonresponse(Settings):
    """Who did not answer: the non-response bias analysis. Context of the claims, never their grade."""

    auxiliaries: Annotated[
        Names | None,
        Meta(
            description="Frame variables to look at, the most important first; left out: the group and the "
            "recodes, and of headcounts all that people are counted by."
        ),
    ] = None
    waves: Annotated[
        Waves | None, Meta(description="How returns are ordered in time; left out: no analysis by wave.")
    ] = None
    fewest: Annotated[
        int,
        Meta(
            description="Fewest answers in a wave and in each part of early against late; fewer are not "
            "estimable.",
            ge=2,
            le=MOST_PEOPLE,
        ),
    ] = 10
    benchmarks: Annotated[
        tuple[Benchmark, ...],
        Meta(description="Values known from elsewhere, against which estimates are tested."),
    ] = ()
    imputations: Annotated[
        int,
        Meta(
            description="Draws for the fraction of missing information; at most 10,000, with which chance "
            "moves it by less than a hundredth.",
            ge=20,
            le=10_000,
        ),
    ] = 400
    weak_rho: Annotated[
        Share,
        Meta(
            description="Correlation of proxy and answer under which nothing beyond phi = .5 is a headline."
        ),
    ] = 0.3
    exclusion: Annotated[
        tuple[str, ...],
        Meta(
            description="Frame variables that drive response and not the answer; without one Heckman's model "
            "is refused."
        ),
    ] = ()
    follow_up: Annotated[
        FollowUp | None,
        Meta(description="What a check of non-respondents asked; used once inputs.follow_up names its file."),
    ] = None
