"""The configuration of one study, ``config/config.yaml``: all its sections."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from surveypipe.study.about import Study
from surveypipe.study.analysis import Analysis
from surveypipe.study.archive import Archive
from surveypipe.study.base import Seed, Settings
from surveypipe.study.bases import Bases
from surveypipe.study.claims import AnyClaim
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.design import Sampling
from surveypipe.study.deviations import Deviation
from surveypipe.study.disclosure import Disclosure
from surveypipe.study.frame import Frame, Groups, Population
from surveypipe.study.inputs import Inputs
from surveypipe.study.nonresponse import Nonresponse
from surveypipe.study.rehearsal import Rehearsal
from surveypipe.study.report import Report
from surveypipe.study.response import Response
from surveypipe.study.sensitivity import Sensitivity
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.study.weighting import Weighting


class Configuration(Settings, kw_only=True):
    """All that the pipeline is told about one study. Nothing about a study stands in code."""

    study: Annotated[Study, Meta(description="What the study is.")]
    results: Annotated[
        str,
        Meta(
            description="Folder for everything generated; it may be deleted at any time. Give each study its "
            "own.",
            pattern="^[^/].*[^/]$|^[^/]$",
        ),
    ] = "results"
    inputs: Annotated[
        Inputs,
        Meta(description="The files that come from outside. Paths are relative to the folder of the study."),
    ]
    population: Annotated[
        Population | None,
        Meta(
            description="What is known of those who were asked: a list with a row for each person, "
            "headcounts, or nothing. Left out: list where inputs.staff_list names a file, counts where "
            "inputs.counts does, else none."
        ),
    ] = None
    design: Annotated[
        Sampling,
        Meta(description="How the respondents were drawn, from which every standard error follows."),
    ] = Sampling()
    frame: Annotated[
        Frame,
        Meta(
            description="How the staff list is read. Its columns are text unless they are declared numbers."
        ),
    ] = Frame()
    groups: Annotated[
        Groups,
        Meta(
            description="Variables by which results are shown: of the staff list, the headcounts or the "
            "questionnaire."
        ),
    ] = field(default_factory=dict)
    cleaning: Annotated[
        Cleaning, Meta(description="Declared rules of cleaning; each change is a row of the cleaning log.")
    ] = Cleaning()
    response: Annotated[
        Response, Meta(description="Dispositions and response rates (AAPOR Standard Definitions).")
    ] = Response()
    weighting: Annotated[
        Weighting, Meta(description="Weights for unit non-response, every scheme computed side by side.")
    ] = Weighting()
    analysis: Annotated[Analysis, Meta(description="What is estimated and how.")] = Analysis()
    bases: Annotated[
        Bases,
        Meta(
            description="Named domains that a claim may be about, each with its conditions, all of which "
            "must hold: variable: code, or a list of codes. `all` is everybody eligible and needs no entry."
        ),
    ] = field(default_factory=dict)
    claims: Annotated[
        dict[str, AnyClaim],
        Meta(
            description="One primary estimand to a claim, with its threshold or margin. Without claims the "
            "report is descriptive."
        ),
    ] = field(default_factory=dict)
    sensitivity: Annotated[Sensitivity, Meta(description="Answers not missing at random.")] = Sensitivity()
    nonresponse: Annotated[
        Nonresponse,
        Meta(
            description="Who did not answer: the non-response bias analysis. Context of the claims, never "
            "their grade."
        ),
    ] = Nonresponse()
    disclosure: Annotated[Disclosure, Meta(description="What may leave the private results.")] = Disclosure()
    deviations: Annotated[
        tuple[Deviation, ...],
        Meta(
            description="Departures from the sealed plan (docs/sealed_plan.md). The manuscript lists them, "
            "and calls what is changed and not named here undeclared."
        ),
    ] = ()
    vocabulary: Annotated[
        Vocabulary,
        Meta(
            description="What the people and things of the study are called in every sentence, table, figure "
            "and checklist that the pipeline writes."
        ),
    ] = Vocabulary()
    report: Annotated[Report, Meta(description="The documents.")] = Report()
    rehearsal: Annotated[
        Rehearsal,
        Meta(
            description="What is guessed before anybody has answered, for `snakemake rehearse` "
            "(docs/rehearsal.md). Nothing else reads it."
        ),
    ] = Rehearsal()
    archive: Annotated[
        Archive,
        Meta(
            description="What `snakemake archive` says of the study, and lets pass (docs/archive.md). "
            "Nothing else reads it."
        ),
    ] = Archive()
    seed: Annotated[
        Seed,
        Meta(description="Seed of whatever is drawn at random; each purpose has a stream of its own."),
    ] = 1
