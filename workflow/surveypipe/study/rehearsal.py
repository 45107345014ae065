"""Section ``rehearsal``: what a researcher guesses before anybody has answered."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from surveypipe.study.base import Positive, Seed, Settings, Share, VariableName

ByCode = Annotated[dict[str, Share], Meta(min_length=1)]


class Marginal(Settings):
    """How the answers to one question are distributed; what is left out is flat."""

    shares: Annotated[
        ByCode | None,
        Meta(
            description="Of a question whose answers are listed, answer (code or words): share of those who "
            "answer; an answer that is not named is not given. The shares add up to 1."
        ),
    ] = None
    share: Annotated[
        Share | None,
        Meta(
            description="Of a question with a counted answer, the share that gives it, the others being "
            "alike; of open text, the share that writes anything."
        ),
    ] = None
    mean: Annotated[
        float | None, Meta(description="Of a number: its mean. With `range` in the codebook it lies within.")
    ] = None
    sd: Annotated[
        Positive | None,
        Meta(
            description="Of a number with a mean: its standard deviation. Left out: a quarter of the range."
        ),
    ] = None


class Guess(Marginal):
    """What is guessed of one question: its distribution, in all or by another variable, and its gaps."""

    by: Annotated[
        dict[str, Annotated[dict[str, Marginal], Meta(min_length=1)]],
        Meta(
            description="One variable known of everybody, or a question asked earlier; its level: the "
            "distribution there. Other levels have the distribution beside `by`.",
            max_length=1,
        ),
    ] = field(default_factory=dict)
    missing: Annotated[
        Share | None,
        Meta(description="Share of those asked who give no answer; left out: `rehearsal.missing`."),
    ] = None


class ResponseCell(Settings):
    """Some of those who are asked, and the share of them that answers."""

    levels: Annotated[
        dict[str, str], Meta(description="Variable of the list or the headcounts: level.", min_length=1)
    ]
    rate: Annotated[Share, Meta(description="Share that answers.")]


class ExpectedResponse(Settings):
    """Who will answer, of those who are asked."""

    rate: Annotated[Share, Meta(description="Share that answers, where no cell says otherwise.")] = 0.5
    cells: Annotated[
        tuple[ResponseCell, ...],
        Meta(description="Other shares for some; of several that hold for a person the last counts."),
    ] = ()


class DrawnUnits(Settings):
    """What a sample will look like whose selection is told in the survey's file, which does not exist yet."""

    population: Annotated[
        Positive | None,
        Meta(
            description="Number of people in the population, to which the weights add up. Left out: "
            "`frame.size`, else the sum of control totals, else a hundred times the respondents."
        ),
    ] = None
    strata: Annotated[
        Annotated[int, Meta(ge=1, le=10_000)] | None,
        Meta(
            description="Number of strata, where the codebook does not list them; all are alike. Left out: 4."
        ),
    ] = None
    allocation: Annotated[
        ByCode | None,
        Meta(
            description="Stratum: share of the respondents. Left out: as the population; where the share of "
            "the population differs, so do the weights."
        ),
    ] = None
    units: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=1_000_000)], ...],
        Meta(
            description="At each stage but that of persons, how many units: at the first in all, at the "
            "others in each unit of the stage before. Left out: ten respondents to a first unit."
        ),
    ] = ()
    correlation: Annotated[
        Share,
        Meta(
            description="How alike the answers of a first-stage unit are: the correlation of the normal "
            "scores behind them."
        ),
    ] = 0.05
    weight_spread: Annotated[
        Annotated[float, Meta(ge=0, le=3)],
        Meta(description="Coefficient of variation of the weights within a stratum."),
    ] = 0.0


class Rehearsal(Settings):
    """What is guessed before anybody has answered, for `snakemake rehearse`. Read by nothing else."""

    respondents: Annotated[
        Annotated[int, Meta(ge=2, le=1_000_000)],
        Meta(
            description="Number of people who will answer, where neither a list nor headcounts tell how many "
            "are asked; at most 1,000,000, as many as were tried."
        ),
    ] = 200
    response: Annotated[
        ExpectedResponse, Meta(description="Share that answers, of a list or of headcounts.")
    ] = ExpectedResponse()
    missing: Annotated[
        Share, Meta(description="Share of those asked a question who give no answer to it.")
    ] = 0.03
    answers: Annotated[
        dict[VariableName, Guess],
        Meta(
            description="Question: what is guessed of it. A question that is not named is flat: each answer, "
            "each number of its range, each day is as likely as another."
        ),
    ] = field(default_factory=dict)
    battery_correlation: Annotated[
        Annotated[float, Meta(ge=0, lt=1)],
        Meta(
            description="How alike the answers of a person to the items of one battery or scale are: the "
            "correlation of the normal scores behind them."
        ),
    ] = 0.4
    design: Annotated[
        DrawnUnits, Meta(description="Strata, units and weights of a sample that is still to be drawn.")
    ] = DrawnUnits()
    count: Annotated[
        int, Meta(description="Rehearsals for the expected widths and grades.", ge=10, le=10_000)
    ] = 200
    seed: Annotated[Seed | None, Meta(description="Seed; left out: that of the study.")] = None
