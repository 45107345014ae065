"""The templates of methods and reviewer's questions: every branch rendered, each rendering fit to print."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest
import test_all_sentences as cases
import yaml
from wording_branches import Counting, counted, faults

import made_up_questions
from _wording import check_wording, wording_of
from sealed import STANDINGS
from stages import whole
from surveypipe.intake.files import read_codebook
from surveypipe.ledger.outcomes import IMPUTED
from surveypipe.problems import SurveyError
from surveypipe.rendering.typed_numbers import template_number_problems
from surveypipe.reporting.planned import planned
from surveypipe.reporting.released import Released
from surveypipe.reporting.wording import methods, reviewers
from surveypipe.sealing.standing import Standing
from surveypipe.study.analysis import Analysis
from surveypipe.study.base import plain
from surveypipe.study.design import GivenReplicates, Sampling
from surveypipe.study.vocabulary import Vocabulary
from surveypipe.wording import Markdown, Wording

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "workflow/wording/en"
FOLDERS = ("methods/", "questions/")
Change = Callable[[Released], Released]


def scheme(**keys: Any) -> Change:
    """The primary scheme made otherwise."""

    def change(made: Released) -> Released:
        weighting = made.config["weighting"]
        schemes = weighting["schemes"] | {made.primary: weighting["schemes"][made.primary] | keys}
        return cases.configured(weighting={"schemes": schemes})(made)

    return change


def of_profession(made: Released) -> Released:
    """Cells made by profession alone, merged within nothing, as a scheme without `within` makes them."""
    table = made.tables["weight_cells"]
    names = table["members"].str.replace(r"\w+ × ", "", regex=True)
    return cases.celled("weight_cells", by="profession", within="", members=names)(made)


def scales(**keys: Any) -> Change:
    """The first scale of the study changed."""

    def change(made: Released) -> Released:
        first, *others = made.config["cleaning"]["scales"]
        return cases.configured(cleaning={"scales": [{**first, **keys}, *others]})(made)

    return change


def merged(rows: int) -> Change:
    """So many cells of the primary scheme merged, out of two."""

    def change(made: Released) -> Released:
        cells = made.tables["weight_cells"]
        kept = cells[cells["scheme"] == made.primary].head(2)
        kept = kept.assign(merged=["True"] * rows + ["False"] * (2 - rows))
        return dataclasses.replace(made, tables={**made.tables, "weight_cells": kept})

    return change


def adjusted(p: float, holm: float) -> Change:
    """Every claim's test with this p-value, and this one after adjustment."""

    def change(made: Released) -> Released:
        table = made.tables["estimates"].copy()
        table.loc[table["statistic"].str.endswith("_p_holm"), ["p_value", "estimate"]] = p, holm
        return dataclasses.replace(made, tables={**made.tables, "estimates": table})

    return change


def claimed(key: str, **keys: Any) -> Change:
    def change(made: Released) -> Released:
        claims = made.config["claims"] | {key: made.config["claims"][key] | keys}
        return dataclasses.replace(made, config={**made.config, "claims": claims})

    return change


def one_cell(made: Released) -> Released:
    """Primary weights of a single cell, by no rule of merging."""
    made = scheme(collapse=None)(made)
    table = made.tables["weight_cells"]
    kept = table[~table.duplicated("scheme")]
    return dataclasses.replace(made, tables={**made.tables, "weight_cells": kept})


PROPORTION_INTERVALS = get_args(get_type_hints(Analysis)["proportion_interval"])


def drawn(population: str = "none", spread: float = 52.0, method: str = "design", **design: Any) -> Change:
    """A sample, or whoever came: how it was drawn, and by what its weights were adjusted."""

    def change(made: Released) -> Released:
        descriptive = made_up_questions.descriptive(groups=False, population="none")
        primary = {"label": "Weighted", "method": method}
        if method in ("rake", "poststratify"):
            primary["margins" if method == "rake" else "by"] = ["agency"]
        margins = {"agency": {"AMH": 0.5, "CSC": 0.5}} if method in ("rake", "poststratify") else {}
        config = dict(descriptive.config) | {
            "population": population,
            "design": plain(Sampling(**{"kind": "sample", **design})),
            "weighting": {
                "primary": "own",
                "schemes": {"none": {"label": "Unweighted", "method": "none"}, "own": primary},
            },
        }
        config["frame"] = dict(config["frame"]) | {"margins": margins}
        corrected = bool(design.get("fpc"))
        config["analysis"] = dict(config["analysis"]) | {"fpc": {"descriptive": corrected, "tests": False}}
        tables = dict(descriptive.tables)
        for name in ("weight_diagnostics", "weight_cells"):
            own = tables[name].assign(scheme="own")
            if name == "weight_diagnostics":
                own = own.assign(sum_weights=spread * own["n"], N=spread * own["n"], w_min=0.5, w_max=2.0)
            tables[name] = pd.concat([tables[name], own])
        return dataclasses.replace(descriptive, config=config, tables=tables)

    return change


def units(*named: str) -> Change:
    """What was drawn at each stage, named."""
    return lambda made: dataclasses.replace(made, config=made.config | {"vocabulary": {"units": list(named)}})


def sampled(**design: Any) -> Change:
    return drawn(weights="weight", **design)


RECORDS = cases.configured(study={"mode": "records"})


def held(**counts: float) -> Change:
    """From how many strata and units of the first stage the respondents are, as the stages tell it."""

    def change(made: Released) -> Released:
        table = made.tables["weight_diagnostics"].assign(**counts)
        return dataclasses.replace(made, tables={**made.tables, "weight_diagnostics": table})

    return change


HELD = {
    "units in strata": cases.both(
        sampled(strata="stratum", clusters=("school",)), held(n_strata=15.0, n_units=31.0)
    ),
    "named units": cases.both(
        sampled(clusters=("school", "pupil")), units("schools", "pupils"), held(n_units=40.0)
    ),
    "strata alone": cases.both(sampled(strata="stratum"), held(n_strata=3.0)),
}


def everybody_asked_everything(made: Released) -> Released:
    """No question that is put to some only."""
    every = {name: {**about, "asked_if": {}} for name, about in made.variables.items()}
    return dataclasses.replace(made, variables=every)


def a_mean(made: Released) -> Released:
    """One claim, of the mean of a scale."""
    claim = {
        "kind": "mean",
        "label": "It is clear",
        "short": "Clear",
        "variable": "guidance",
        "threshold": 3.0,
    }
    return dataclasses.replace(
        made, config={**made.config, "claims": {"C1": claim | {"threshold": 3.0, "range": [1, 5]}}}
    )


def two_margins(made: Released) -> Released:
    """The weights of a sample raked to two margins."""
    margins = {"agency": {"AMH": 0.5, "CSC": 0.5}, "profession_group": {"nurse": 0.5, "social worker": 0.5}}
    made = cases.configured(frame={"margins": margins})(made)
    schemes = made.config["weighting"]["schemes"]
    schemes = {**schemes, "own": {**schemes["own"], "margins": list(margins)}}
    return cases.configured(weighting={"schemes": schemes})(made)


def one_known(made: Released) -> Released:
    """A response model of one variable, which does not tell who answers."""
    table = made.tables["nonresponse"]
    model = (table["step"] == "response_model") & (table["measure"] == "wald_test")
    one = table[~model | (table["variable"] == table.loc[model, "variable"].iloc[0])]
    one = one.assign(p_value=one["p_value"].where(one["measure"] != "wald_test", 0.4))
    return dataclasses.replace(made, tables={**made.tables, "nonresponse": one})


TRIMMED = {"cap": 2.5, "iqr": 3.0, "potter": 0.01, "deff": 1.2}
# Weights of a sample whose list tells who did not answer: sums of base weights stand for numbers.
LISTED: dict[str, dict[str, Any]] = {
    "in cells": {"method": "poststratify", "by": ["agency"]},
    "in classes": {"method": "propensity", "predictors": ["agency"], "classes": 3},
    "by chances": {"method": "propensity", "predictors": ["agency"]},
    "smoothed": {"method": "ridge", "margins": ["agency", "profession_group"]},
    "raked": {"method": "rake", "margins": ["agency"]},
    "unadjusted": {"method": "design"},
}


def listed_sample(**keys: Any) -> Change:
    """A sample of people on a list, of whom some did not answer."""

    def change(made: Released) -> Released:
        made = drawn(population="list", weights="weight", fpc=("size",))(made)
        schemes = made.config["weighting"]["schemes"]
        return cases.configured(
            frame={"margins": {}}, weighting={"schemes": {**schemes, "own": {"label": "Weighted", **keys}}}
        )(made)

    return change


def calibrated_sample(made: Released) -> Released:
    """A sample calibrated to what is known of the population in total."""
    made = sampled(method="rake")(made)
    schemes = made.config["weighting"]["schemes"]
    own = {"label": "Weighted", "method": "calibrate", "margins": ["agency"], "numeric": ["years"]}
    return cases.configured(weighting={"schemes": {**schemes, "own": own}})(made)


CASES: dict[str, Change] = {
    **cases.CHANGES,
    "raked": scheme(method="rake", margins=["agency", "profession_group"], collapse=None),
    "ridge": scheme(method="ridge", margins=["agency", "profession_group"], collapse=None),
    "calibrated": scheme(method="calibrate"),
    "calibrated to totals of a population": calibrated_sample,
    "propensities": scheme(method="propensity", predictors=["agency", "profession"], collapse=None),
    "classes of propensities": scheme(method="propensity", predictors=["agency"], classes=4, collapse=None),
    "in steps": scheme(
        method="compose",
        collapse=None,
        steps=[
            {"method": "poststratify", "by": ["agency"]},
            {"method": "rake", "margins": ["agency", "profession_group"], "trim": {"cap": 2.5}},
        ],
    ),
    "by a method of the study's own": scheme(method="ours", by=None, collapse=None),
    "one cell of margins": cases.both(
        scheme(method="rake", by=None, margins=["profession_group"], collapse=None),
        cases.celled("weight_diagnostics", n_cells=1),
    ),
    **{f"trimmed by {rule}": scheme(trim={rule: number}) for rule, number in TRIMMED.items()},
    "eligibility unknown": cases.configured(weighting={"unknown_eligibility": {"by": ["agency"]}}),
    "no least number": scheme(collapse={"min_n": 10, "inside": "equal", "within": "agency"}),
    **{f"a sample of a list {name}": listed_sample(**keys) for name, keys in LISTED.items()},
    "out of fold": scheme(method="cross_fitted", predictors=["agency", "profession"]),
    "doubly robust": scheme(method="doubly_robust", predictors=["agency", "profession"]),
    "doubly robust, out of fold": scheme(
        method="doubly_robust", predictors=["agency", "profession"], folds=4, products=True
    ),
    "one rule": cases.configured(cleaning={"rules": [{"type": "blank", "id": "blank", "action": "drop"}]}),
    "one cell merged": merged(1),
    "no cell merged": merged(0),
    "every cell merged": merged(2),
    "one cell": one_cell,
    "merged anywhere": cases.both(scheme(collapse={"min_n": 10, "inside": "equal"}), of_profession),
    "smoothed inside merged cells": cases.both(scheme(collapse={"min_n": 10}), of_profession),
    "the fallback": cases.celled("claims", scheme_primary="agency"),
    "weights withheld": cases.celled("weight_diagnostics", deff_kish=np.nan),
    "numbers withheld": cases.celled("weight_diagnostics", n=np.nan, N=np.nan),
    "lost by adjustment": adjusted(0.04, 0.06),
    "no small p": adjusted(0.3, 0.9),
    "cleaning withheld": cases.celled("cleaning_summary", records=np.nan, values=np.nan),
    "all eligible": cases.celled("flow", n=312.0),
    "scales of several sizes": scales(items=cases.ITEMS[:3], min_share=0.75),
    "one item reversed": cases.configured(cleaning={"reverse": ["guid_3"]}),
    "late left out": cases.configured(
        cleaning={
            "rules": [
                {
                    "type": "late",
                    "id": "late",
                    "action": "drop",
                    "variable": "returned",
                    "after": "2014-01-31",
                }
            ]
        }
    ),
    "strict": cases.configured(disclosure={"preset": "strict"}),
    "public data": cases.configured(disclosure={"preset": "open"}),
    "one theta": cases.configured(sensitivity={"theta_shown": [3.0]}),
    "below": claimed("C1", direction="below", by=None),
    **{
        f"interval {name}": cases.configured(analysis={"proportion_interval": name})
        for name in PROPORTION_INTERVALS
    },
    "no jackknife": cases.configured(weighting={"replicates": None}),
    "no scenario": cases.configured(sensitivity={"scenario": None}),
    "nothing known": lambda made: made_up_questions.descriptive(groups=False, population="none"),
    "nothing known, numbers withheld": lambda made: cases.celled("weight_diagnostics", n=np.nan)(
        made_up_questions.descriptive(groups=False, population="none")
    ),
    "final weights": sampled(final=True),
    "base weights within strata": sampled(strata="stratum", fpc=("size",)),
    "chances": drawn(probabilities="chance"),
    "clusters": sampled(clusters=("school",), single_unit="adjust"),
    "clusters within strata": sampled(strata="stratum", clusters=("school",), single_unit="average"),
    "two stages": sampled(clusters=("district", "school"), fpc=("first", "second"), single_unit="certainty"),
    "two stages within strata": drawn(strata="stratum", clusters=("district", "school"), fpc=("a", "b")),
    "clusters with a name": cases.both(sampled(strata="stratum", clusters=("school",)), units("schools")),
    "two stages with names": cases.both(
        sampled(clusters=("district", "school"), fpc=("first", "second")), units("districts", "schools")
    ),
    "two stages with names within strata": cases.both(
        sampled(strata="stratum", clusters=("district", "school")), units("districts", "schools")
    ),
    "items imputed beside alone": cases.both(
        cases.configured(analysis={"imputation": None}), cases.celled("multiverse", missing=IMPUTED)
    ),
    "clusters alone": drawn(clusters=("school",)),
    "a sample raked": sampled(method="rake", strata="stratum"),
    "a sample post-stratified": sampled(method="poststratify", spread=1.0),
    "a sample of a list": sampled(population="list", clusters=("school",), fpc=("size",), method="rake"),
    "replicates": sampled(kind="replicates", replicates=GivenReplicates(columns=("r1", "r2"), type="BRR")),
    "replicates raked": sampled(
        kind="replicates", method="rake", replicates=GivenReplicates(columns=("r1", "r2"), type="BRR")
    ),
    "an open link raked": drawn(kind="convenience", method="rake", spread=1.0),
    "totals of those asked": drawn(kind="census", population="counts", method="rake", fpc=()),
    "totals of those asked, corrected": lambda made: cases.configured(
        analysis={"fpc": {"descriptive": True, "tests": False}}
    )(drawn(kind="census", population="counts", method="rake")(made)),
    "a sample with tests": lambda made: cases.configured(
        analysis={"tests": [{"variable": "read", "between": "agency"}]}
    )(sampled()(made)),
    "tests of numbers alone": cases.configured(
        analysis={"tests": [{"variable": "guidance", "between": "agency"}]}
    ),
    "tests of shares and of numbers": cases.configured(
        analysis={
            "tests": [
                {"variable": "read", "between": "agency"},
                {"variable": "guidance", "between": "agency"},
            ]
        }
    ),
    "tests of numbers in three groups": lambda made: cases.configured(
        analysis={"tests": [{"variable": "guidance", "between": "agency"}]}
    )(cases.CHANGES["three groups"](made)),
    "tests by two groupings": cases.configured(
        analysis={
            "tests": [
                {"variable": "read", "between": "agency"},
                {"variable": "read", "between": "profession_group"},
            ]
        }
    ),
    "everybody counts alike": lambda made: cases.celled("weight_diagnostics", w_min=2.62, w_max=2.62)(
        cases.CHANGES["unweighted"](made)
    ),
    "one other scheme": lambda made: cases.configured(
        weighting={"schemes": {key: made.config["weighting"]["schemes"][key] for key in ("none", "cells")}}
    )(made),
    "headcounts": lambda made: made_up_questions.descriptive(population="counts"),
    "headcounts with their source": lambda made: cases.configured(frame={"source": "the register of 2011"})(
        made_up_questions.descriptive(population="counts")
    ),
    "no identifier": cases.configured(frame={"survey_id": None}),
    "any answer counts": cases.configured(response={"complete_from": 0.0, "partial_from": 0.0}),
    "records": cases.both(sampled(strata="stratum"), RECORDS),
    **HELD,
    "records that nobody drew": cases.both(drawn(kind="convenience", method="rake"), RECORDS),
    "records of any value": cases.both(
        sampled(), RECORDS, cases.configured(response={"complete_from": 0.0, "partial_from": 0.0})
    ),
    "records of which nothing else is known": cases.both(
        lambda made: made_up_questions.descriptive(groups=False, population="none"), RECORDS
    ),
    "records without a rule": cases.both(RECORDS, cases.configured(cleaning={"rules": []})),
    "records with items imputed beside": cases.both(
        RECORDS, cases.configured(analysis={"imputation": None}), cases.celled("multiverse", missing=IMPUTED)
    ),
    "no question routed": everybody_asked_everything,
    "a mean": a_mean,
    "a rehearsal": cases.configured(study={"data": "rehearsal"}),
    "cells as they are": cases.both(
        scheme(method="poststratify", by=["profession"], collapse={"min_n": 10, "inside": "equal"}),
        of_profession,
    ),
    "two margins": cases.both(sampled(method="rake"), two_margins),
    "one thing known": one_known,
    "tests and no claims": lambda made: cases.configured(
        analysis={"tests": [{"variable": "read", "between": "agency"}]}
    )(made_up_questions.descriptive()),
}


# What R may have said of the estimates.
ASKED = {
    "day": "7 May 2024", "r": "4.2.2", "survey": "4.1.1", "rows": 2680, "numbers": 13180,
    "bound": Markdown("10^−9^"),
    "rows_not_computed": 473, "outdated": False,
}  # fmt: skip
OPINIONS = {
    "R agrees": ASKED,
    "R computes all": ASKED | {"rows_not_computed": 0},
    "R is out of date": ASKED | {"outdated": True},
}


def said(made: Released, words: Wording, standing: Standing | None = None) -> dict[str, str]:
    """Every paragraph of the methods, and the questions with their answers."""
    questions = reviewers.questions(made, words, standing)
    return methods.paragraphs(made, words, None, standing) | {"questions": questions}


def a_plan() -> Released:
    """The shipped study before there is an answer, as its registration tells it."""
    settings = whole(yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8")))
    return planned(settings, read_codebook(ROOT / settings.inputs.codebook))


@cache
def rendered() -> tuple[dict[tuple[str, str], str], Counting]:
    """Every text under every case, and which branches of the templates that took."""
    with counted([SHIPPED]) as (words, counting):
        texts = {
            (name, part): text
            for name, change in CASES.items()
            for part, text in said(change(cases.base()), words).items()
        } | {
            (name, "software"): methods.paragraphs(cases.base(), words, opinion)["software"]
            for name, opinion in OPINIONS.items()
        }
        # What a plan says is held by the tests of its registration.
        methods.paragraphs(a_plan(), words)
        for name, standing in STANDINGS.items():
            texts |= {(name, part): text for part, text in said(cases.base(), words, standing).items()}
    return texts, counting


@pytest.mark.slow
def test_every_branch_is_rendered_by_some_case() -> None:
    _, counting = rendered()
    assert [branch for branch in counting.missed if branch.startswith(FOLDERS)] == []
    assert len([branch for branch in counting.there if branch.startswith(FOLDERS)]) > 60


@pytest.mark.parametrize(("part", "used"), [("methods", methods.FACTS), ("questions", reviewers.QUESTIONS)])
def test_every_template_is_used(part: str, used: dict[str, Any]) -> None:
    assert {path.name.removesuffix(".md.j2") for path in (SHIPPED / part).glob("*.md.j2")} == set(used)


@pytest.mark.slow
@pytest.mark.parametrize("name", [*CASES, *OPINIONS, *STANDINGS])
def test_each_rendering_is_fit_to_print(name: str) -> None:
    texts, _ = rendered()
    wrong = {part: faults(text) for (case, part), text in texts.items() if case == name}
    assert {part: found for part, found in wrong.items() if found} == {}


@pytest.mark.parametrize(
    "path", sorted(SHIPPED.rglob("*.md.j2")), ids=lambda path: str(path.relative_to(SHIPPED))
)
def test_no_number_is_typed_into_a_template(path: Path) -> None:
    assert template_number_problems(path.read_text(encoding="utf-8"), path.name) == []


def test_a_number_typed_into_a_template_is_told_with_its_line() -> None:
    text = "{# 3 of\n4 #}Of {{ n | decimal(1) }},\n{% if n > 2 %}\n38% answered.{% endif %}\n"
    (told,) = template_number_problems(text, "own/x.md.j2")
    assert told.startswith("own/x.md.j2, line 4: '38%' is typed by hand")


def test_the_stage_refuses_a_number_typed_into_a_studys_template_and_takes_its_words(tmp_path: Path) -> None:
    own = tmp_path / "wording/methods/software.md.j2"
    own.parent.mkdir(parents=True)
    own.write_text("Ours: {{ software | listed }}, 38% of it.", encoding="utf-8")
    with pytest.raises(SurveyError, match=r"software\.md\.j2, line 1: '38%'"):
        check_wording(tmp_path / "wording")
    own.write_text("Ours: {{ software | listed }}.", encoding="utf-8")
    check_wording(tmp_path / "wording")
    words = wording_of(tmp_path / "wording", Vocabulary())
    texts = methods.paragraphs(cases.base(), words)
    assert texts["software"].startswith("Ours: Python")
    assert texts["disclosure"].startswith("Everything reported")


@pytest.mark.slow
def test_the_units_of_a_sample_are_called_by_their_names() -> None:
    texts, _ = rendered()
    named = texts["two stages with names", "response"]
    assert "in two stages: districts, then schools within them." in named
    assert "over the districts drawn" in texts["two stages with names", "analysis"]
    assert "number of schools behind a figure, less that of their strata" in " ".join(
        texts["clusters with a name", "analysis"].split()
    )
