"""Section ``analysis``: what is estimated and how."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from surveypipe.study.base import Code, Name, Settings


class Fpc(Settings):
    """Finite population correction."""

    descriptive: Annotated[bool, Meta(description="In descriptive estimates of this workforce.")] = True
    tests: Annotated[bool, Meta(description="In tests and models.")] = False


class Comparison(Settings):
    """One comparison."""

    variable: Annotated[str, Meta(description="Variable.")]
    between: Annotated[str, Meta(description="Grouping variable.")]


class Model(Settings):
    """One model."""

    outcome: Annotated[str, Meta(description="Variable.")]
    kind: Annotated[
        Literal["logistic", "ordinal", "linear"],
        Meta(
            description="logistic for yes/no, ordinal (proportional odds) for ordered answers, linear for "
            "numbers."
        ),
    ]
    predictors: Annotated[
        tuple[str, ...],
        Meta(
            description="Variables; yes/no and categorical ones enter as indicators, others as numbers.",
            min_length=1,
        ),
    ]
    level: Annotated[
        Code | None,
        Meta(
            description="For logistic: the answer that is modelled; left out: the one that the "
            "codebook counts."
        ),
    ] = None
    reference: Annotated[
        dict[str, Code],
        Meta(
            description="Level that the others are compared with, by predictor; left out: of two "
            "answers the one "
            "that the codebook does not count, else the first of the codebook."
        ),
    ] = field(default_factory=dict)


class Reliability(Settings):
    """Reliability of scales: alpha, omega and their ordinal versions."""

    scales: Annotated[tuple[str, ...], Meta(description="Scales of cleaning.scales.", min_length=1)]
    interval: Annotated[Literal["feldt", "bootstrap"], Meta(description="Interval of alpha.")] = "feldt"


class Imputation(Settings):
    """Multiple imputation of unanswered items, shown beside complete cases for every claim."""

    scales: Annotated[tuple[str, ...], Meta(description="Scales of cleaning.scales whose items are imputed.")]
    single: Annotated[tuple[str, ...], Meta(description="Items outside any scale that are imputed.")] = ()
    auxiliaries: Annotated[
        tuple[str, ...],
        Meta(
            description="Further variables of the imputation model, known of every respondent; the response "
            "cells are always in it."
        ),
    ] = ()
    number: Annotated[
        Annotated[int, Meta(ge=2, le=1000)] | None,
        Meta(
            description="Number of imputed data sets; left out: 20, or the percentage of incomplete cases if "
            "that is more. At most 1,000, with which chance moves a standard error by less than "
            "2.3 %, however much is missing."
        ),
    ] = None
    reasons: Annotated[
        tuple[Literal["blank", "set_missing", "user_missing"], ...],
        Meta(
            description="What counts as unanswered; 'don't know' (user_missing) is an answer unless it is "
            "listed.",
            min_length=1,
        ),
    ] = ("blank", "set_missing")


class Family(Settings):
    """One family."""

    label: Annotated[
        str, Meta(description="What its tests have in common, as it is printed after 'tests of'.")
    ]
    method: Annotated[
        Literal["holm", "bh"],
        Meta(description="holm for confirmatory tests, bh (Benjamini-Hochberg) for exploratory ones."),
    ]
    statistics: Annotated[
        tuple[str, ...],
        Meta(
            description="Statistics of the table of estimates with a p-value under the primary scheme; "
            "claim_test tests each claim against its own threshold. Of two tests of one "
            "comparison the first named counts.",
            min_length=1,
        ),
    ]


class Multiplicity(Settings):
    """Families of tests within which p-values are adjusted."""

    families: Annotated[tuple[Family, ...], Meta(description="The families.")]


class Agreement(Settings):
    """Coded answers to open questions: agreement between coders, and how often each code was given."""

    questions: Annotated[
        dict[str, Annotated[dict[Name, Annotated[str, Meta(min_length=1)]], Meta(min_length=1)]],
        Meta(description="Code list of each open question.", min_length=1),
    ]
    agreed: Annotated[
        str | None,
        Meta(
            description="Coder under whose name the file holds the codes agreed after discussion; left out: "
            "a code counts where both coders gave it."
        ),
    ] = None


class FurtherTest(Settings):
    """One test."""

    variable: Annotated[str, Meta(description="Variable.")]
    between: Annotated[str, Meta(description="Grouping variable.")]
    test: Annotated[str, Meta(description="adjusted_wald, or one that you added (docs/extending.md).")]


class Analysis(Settings, kw_only=True):
    """What is estimated and how."""

    ci_level: Annotated[float, Meta(description="Confidence level.", gt=0.5, lt=1)] = 0.95
    proportion_interval: Annotated[
        Literal["logit", "korn_graubard", "korn_graubard_capped", "wilson", "arcsine", "t"],
        Meta(description="Interval of a proportion."),
    ] = "logit"
    mean_interval: Annotated[Literal["t"], Meta(description="Interval of a mean.")] = "t"
    fpc: Annotated[Fpc, Meta(description="Finite population correction.")] = Fpc()
    characteristics: Annotated[
        tuple[str, ...],
        Meta(description="Rows of Table 1; left out: the groups that are known of everybody."),
    ] = ()
    items: Annotated[
        tuple[str, ...],
        Meta(
            description="Questions shown answer by answer; left out: every question that something can be "
            "estimated of."
        ),
    ] = ()
    bins: Annotated[
        dict[str, Annotated[tuple[float, ...], Meta(min_length=2, max_length=200)]],
        Meta(
            description="Edges of the bins of a histogram, by question answered with a number: each bin "
            "holds its lower edge and not its upper one, and what lies beyond is one open bin at either "
            "side. At most 200 edges. Left out: by a rule. Bins of too few respondents join a neighbour; "
            "the highest number of the codebook's `range`, where it would stand alone, joins the bin below."
        ),
    ] = field(default_factory=dict)
    totals: Annotated[
        tuple[str, ...],
        Meta(
            description="Items whose totals over the population are estimated: the sum of a number, and how "
            "many people gave each answer. They need weights that add up to people; whoever did not answer "
            "counts for nothing in them."
        ),
    ] = ()
    tests: Annotated[tuple[Comparison, ...], Meta(description="Comparisons between groups (Rao-Scott).")] = ()
    compare: Annotated[
        tuple[str, ...],
        Meta(
            description="Groups between whose levels every item is compared and tested, beside what `tests` "
            "names. Left out: nothing is tested but what `tests` names. Where no `multiplicity` is said, the "
            "tests are adjusted for their number (Benjamini-Hochberg)."
        ),
    ] = ()
    models: Annotated[
        tuple[Model, ...],
        Meta(
            description="Regression models, each weighted by the primary scheme and unweighted; one to an "
            "outcome and kind."
        ),
    ] = ()
    reliability: Annotated[
        Reliability | None,
        Meta(description="Reliability of scales: alpha, omega and their ordinal versions."),
    ] = None
    imputation: Annotated[
        Imputation | None,
        Meta(
            description="Multiple imputation of unanswered items, shown beside complete cases for every "
            "claim."
        ),
    ] = None
    multiplicity: Annotated[
        Multiplicity | None, Meta(description="Families of tests within which p-values are adjusted.")
    ] = None
    agreement: Annotated[
        Agreement | None,
        Meta(
            description="Coded answers to open questions (inputs.codes): agreement between coders, and how "
            "often each code was given."
        ),
    ] = None
    further_tests: Annotated[
        tuple[FurtherTest, ...], Meta(description="Tests by name, beside those that every comparison has.")
    ] = ()
