"""Every sentence that the pipeline writes, composed for results and configurations at the extremes.

What is checked of each is what no result and no configuration may bring about: a missing value in words, an
empty bracket, "lower in one (50%) than in the other (50%)", a level or a scale that is not the study's own.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import made_up
from surveypipe.formatting import confidence
from surveypipe.reporting import numbers
from surveypipe.reporting.figures.register import DRAW
from surveypipe.reporting.figures.theme import themed
from surveypipe.reporting.released import Released
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.tables.questionnaire import questionnaire
from surveypipe.reporting.wording import methods as methods_text
from surveypipe.reporting.wording import nonresponse as bias_text
from surveypipe.reporting.wording import results, reviewers
from surveypipe.study.grades import Grade
from surveypipe.study.outcomes import Crossing
from surveypipe.study.vocabulary import Vocabulary

Change = Callable[[Released], Released]
ITEMS = [f"{block}_{number}" for block in ("guid", "risk", "joint", "contact") for number in range(1, 5)]
OFTEN = ("Never", "Rarely", "Often", "Always")
SATISFIED = tuple(f"Step {number}" for number in range(1, 8))


@cache
def base() -> Released:
    return made_up.with_further(made_up.released())


# --- changes ------------------------------------------------------------------------------------------


def configured(**sections: dict[str, Any]) -> Change:
    """Replace keys within sections of the configuration; a key with the value None is taken out."""

    def change(made: Released) -> Released:
        config = copy.deepcopy(dict(made.config))
        for section, keys in sections.items():
            config[section] = {k: v for k, v in {**config[section], **keys}.items() if v is not None}
        return dataclasses.replace(made, config=config)

    return change


def celled(name: str, **cells: Any) -> Change:
    def change(made: Released) -> Released:
        table = made.tables[name].assign(**cells)
        return dataclasses.replace(made, tables={**made.tables, name: table})

    return change


def both(*changes: Change) -> Change:
    def change(made: Released) -> Released:
        for one in changes:
            made = one(made)
        return made

    return change


def levelled(level: float) -> Change:
    """The same results at another confidence level."""

    def change(made: Released) -> Released:
        held = {
            name: table.assign(ci_level=level) if "ci_level" in table else table
            for name, table in made.tables.items()
        }
        return dataclasses.replace(configured(analysis={"ci_level": level})(made), tables=held)

    return change


def grouped(levels: dict[str, str]) -> Change:
    """Groups by other keys: rows of a key that is gone are left out, a new one gets those of CSC."""

    def change(made: Released) -> Released:
        held = {}
        for name, table in made.tables.items():
            if "group_level" in table:
                known = table["group_level"].fillna("").astype(str)
                parts = [table[~known.isin(["AMH", "CSC"]) | known.isin(list(levels))]]
                parts += [
                    table[known == "CSC"].assign(group_level=level)
                    for level in levels
                    if level not in ("AMH", "CSC")
                ]
                table = pd.concat(parts, ignore_index=True)
            held[name] = table
        groups = {"agency": {**made.config["groups"]["agency"], "levels": levels}}
        return dataclasses.replace(made, config={**made.config, "groups": groups}, tables=held)

    return change


def tied(made: Released) -> Released:
    """Everybody alike: one share, one mean, one rate, no shift, no difference."""
    held = dict(made.tables)
    estimates = held["estimates"].copy()
    share = estimates["statistic"].str.startswith("proportion")
    mean = estimates["statistic"].str.startswith("mean")
    difference = estimates["statistic"].str.startswith("difference")
    estimates.loc[share, ["estimate", "ci_low", "ci_high"]] = [0.5, 0.4, 0.6]
    estimates.loc[mean, ["estimate", "ci_low", "ci_high"]] = [3.0, 2.9, 3.1]
    estimates.loc[difference, ["estimate", "ci_low", "ci_high"]] = [0.0, -0.1, 0.1]
    held["estimates"] = estimates
    held["response_rates"] = held["response_rates"].assign(value=0.5)
    data = held["nonresponse"].copy()
    data.loc[data["measure"] == "response_rate", "estimate"] = 0.5
    data.loc[data["measure"].isin(["shift", "late_minus_early", "difference"]), "estimate"] = 0.0
    data.loc[data["p_value"].notna(), "p_value"] = 1.0
    held["nonresponse"] = data
    held["multiverse_summary"] = held["multiverse_summary"].assign(largest_shift=0.0, grade_changes="none")
    held["weight_diagnostics"] = held["weight_diagnostics"].assign(w_min=2.62, w_max=2.62)
    return dataclasses.replace(made, tables=held)


def withheld(made: Released) -> Released:
    """Nothing but words: every number that was computed is suppressed."""
    keep = {"threshold", "upper_threshold", "margin", "ci_level", "order"}
    held = {}
    for name, table in made.tables.items():
        if name in ("verification", "weight_cells", "weight_diagnostics", "cleaning_summary"):
            held[name] = table
            continue
        numeric = [c for c in table if table[c].dtype.kind in "if" and c not in keep]
        held[name] = table.assign(**dict.fromkeys(numeric, np.nan), status="suppressed")
    return dataclasses.replace(made, tables=held)


def scaled(labels: tuple[str, ...]) -> Change:
    """The items answered on another scale; single answers are not released, merged ones are."""

    def change(made: Released) -> Released:
        variables = {name: dict(about) for name, about in made.variables.items()}
        for item in ITEMS:
            variables[item]["values"] = {str(code): text for code, text in enumerate(labels, 1)}
        estimates = made.tables["estimates"]
        single = estimates["variable"].isin(ITEMS) & estimates["level"].astype(str).str.fullmatch(
            r"\d+(\.0)?"
        )
        held = {**made.tables, "estimates": estimates[~single]}
        return dataclasses.replace(made, variables=variables, tables=held)

    return change


def graded(grade: int) -> Change:
    return celled("claims", grade=grade, grade_label=Grade.of(grade).label(Vocabulary()))


def only_claims(kind: str) -> Change:
    def change(made: Released) -> Released:
        kept = {key: claim for key, claim in made.config["claims"].items() if claim["kind"] == kind}
        return dataclasses.replace(made, config={**made.config, "claims": kept})

    return change


def keys_in_words(made: Released) -> Released:
    """Claims whose keys are words, as a study may call them."""
    keys = {key: f"claim_{key.lower()}" for key in made.config["claims"]}
    tables = {
        name: table.assign(claim=table["claim"].replace(keys)) if "claim" in table else table
        for name, table in made.tables.items()
    }
    claims = {keys[key]: claim for key, claim in made.config["claims"].items()}
    return dataclasses.replace(made, config={**made.config, "claims": claims}, tables=tables)


def other_people(made: Released) -> Released:
    """The study's own words, in configuration and labels, speak of pupils and not of staff."""

    def said(value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"\bstaff\b", "pupils", re.sub(r"\bStaff\b", "Pupils", value))
        if isinstance(value, dict):
            return {key: said(inner) for key, inner in value.items()}
        return [said(inner) for inner in value] if isinstance(value, list) else value

    held = {
        name: table.apply(lambda column: column.map(said) if column.dtype.kind not in "biufM" else column)
        for name, table in made.tables.items()
    }
    variables = {name: said(dict(about)) for name, about in made.variables.items()}
    return dataclasses.replace(made, config=said(dict(made.config)), variables=variables, tables=held)


CHANGES: dict[str, Change] = {
    "other people": other_people,
    "as shipped": lambda made: made,
    "keys in words": keys_in_words,
    "ties": tied,
    "no comparison": configured(analysis={"tests": []}),
    "three groups": grouped(
        {"AMH": "Adult mental health", "CSC": "Children's social care", "HSG": "Housing"}
    ),
    "three groups, tied": both(tied, grouped({"AMH": "Ward A", "CSC": "Ward B", "HSG": "Ward C"})),
    "everything withheld": withheld,
    "level 0.8": levelled(0.8),
    "level 0.99": levelled(0.99),
    "level 0.995": levelled(0.995),
    "four answers": scaled(OFTEN),
    "seven answers": scaled(SATISFIED),
    **{f"all of grade {grade.number}": graded(grade.number) for grade in Grade},
    "no estimate is sure": celled(
        "claims",
        tipping_theta=np.nan,
        tipping_theta_interval=np.nan,
        tipping_outcome=Crossing.NEVER,
        tipping_interval_outcome=Crossing.MISSED,
    ),
    "all yes": both(
        celled("claims", estimate=1.0, ci_low=0.97, ci_high=1.0, bound_low=0.4, bound_high=1.0),
    ),
    "none yes": celled("claims", estimate=0.0, ci_low=0.0, ci_high=0.03, bound_low=0.0, bound_high=0.6),
    "no silent readers": configured(
        sensitivity={"scenario": {"variable": "read", "k": [0, 1], "k_grade": 0}}
    ),
    "readers a quarter": configured(
        sensitivity={"scenario": {"variable": "read", "k": [0, 0.25, 1], "k_grade": 0.25}}
    ),
    "as many silent readers": configured(
        sensitivity={"scenario": {"variable": "read", "k": [0, 1], "k_grade": 1}}
    ),
    "a sample": configured(design={"kind": "sample", "weights": "profession"}),
    "a list not verified": configured(frame={"verified": False}),
    "no rule of cleaning": configured(cleaning={"rules": [], "reverse": None}),
    "one scale": configured(
        cleaning={"scales": [{"variable": "risk", "label": "Risk", "items": ITEMS[4:8], "min_share": 0.5}]}
    ),
    "unweighted": both(
        configured(weighting={"primary": "none"}),
        celled("claims", scheme_primary="none"),
    ),
    "no other analysis": configured(
        analysis={"multiplicity": None, "imputation": None, "models": None, "agreement": None}
    ),
    "no journal": configured(report={"journal": None}),
    "no field period": configured(study={"field_period": None}),
    "no claim of equivalence": only_claims("share"),
    "one claim": lambda made: dataclasses.replace(
        made, config={**made.config, "claims": {"C1": made.config["claims"]["C1"]}}
    ),
    "tests with the correction": configured(analysis={"fpc": {"descriptive": True, "tests": True}}),
    "no correction": configured(analysis={"fpc": {"descriptive": False, "tests": False}}),
}


# --- all that is written ------------------------------------------------------------------------------


@cache
def written(name: str) -> dict[str, str]:
    """Everything in words under one change: place to text, the cells of tables left out."""
    made = CHANGES[name](base())
    found = {f"numbers {key}": text for key, text in numbers.numbers(made).items()}
    found |= {f"results {key}": text for key, text in results.sentences(made, made_up.words()).items()}
    found |= {f"bias {key}": text for key, text in bias_text.sentences(made, made_up.words()).items()}
    methods = methods_text.paragraphs(made, made_up.words())
    found |= {f"methods {key}": text for key, text in methods.items()}
    found |= {
        "summary": bias_text.summary(made, made_up.words()),
        "questions": reviewers.questions(made, made_up.words()),
    }
    laid_out = {**register.TABLES, **nonresponse.TABLES, **models.TABLES, "questionnaire": questionnaire}
    for key, make in laid_out.items():
        table = make(made)
        found[f"table {key}"] = "\n".join([table.caption, *filter(None, table.notes)])
    return found


@cache
def drawn(name: str) -> dict[str, str]:
    """Words within the figures whose words depend on results, and their alternative texts."""
    made, found = CHANGES[name](base()), {}
    for key in ("ledger", "likert", "scales", "multiverse"):
        with themed(key):
            figure = DRAW[key](made)
            legends = [t.get_text() for legend in figure.figure.legends for t in legend.get_texts()]
            words = [*(text.get_text() for text in figure.figure.texts), *legends]
        found[f"figure {key}"] = "\n".join([figure.alt, *words])
    return found


NEVER = {
    "a missing value": r"\bnan\b|\bNaN\b|\bNone\b(?! of)|\binf\b|\{[a-z_]+\}",
    "an empty bracket": r"\(\s*[,;]?\s*\)|\[\s*\](?!\()|\(\s*[,;]|[,;]\s*\)",
    "stops that double": r"(?<!\.)\.\.(?!\.)|[,;:]\s*\.(?!\d)|\s[.,;](?=\s|$)|,\s*,|;\s*;",
    "two spaces": r"(?<=\S)  +(?=\S)",
    "no number in words": r"\bin each of the one\b|\b[Oo]f (?:the )?one claims\b|\bAll (?:one|two)\b",
    "a unit of one": r"(?<![\d.])1 (?:percentage )?points\b",
    "times of nothing": r"(?<![\d.])[01](?:\.0+)? times as\b",
    "a plan that nobody sealed": r"beforehand|before any (?:answer|outcome)",
}
# Two ends of a comparison that print alike: '50%' beside '50%'.
SAME = (
    r"\blower in [^()]+\(([^()]+)\) than in [^()]+\(\1\)",
    r"\blowest in [^()]+\(([^()]+)\) and highest in [^()]+\(\1\)",
    r"\bfrom ([−\d.]+%?) \([^()]*\) to \1 \(",
    r"\bfrom ([−\d.]+%?) to \1(?![\d.])",
    r"\bmost frequent on '[^']+' \(([^()]+)\) and least on '[^']+' \(\1\)",
)


@pytest.mark.parametrize("name", CHANGES)
def test_no_sentence_says_what_no_result_can_make_true(name: str) -> None:
    wrong = [
        (place, fault, found[0], text[max(0, found.start() - 60) : found.end() + 30])
        for place, text in written(name).items()
        for fault, pattern in {**NEVER, **{f"a tie ({n})": same for n, same in enumerate(SAME)}}.items()
        for found in re.finditer(pattern, text)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", CHANGES)
def test_sentences_begin_and_end_as_sentences(name: str) -> None:
    for place, text in written(name).items():
        if place.endswith("-sentence"):
            assert text[0].isupper() or text[0].isdigit(), (place, text)
            assert text.endswith("."), (place, text)


@pytest.mark.parametrize("name", ["as shipped", "level 0.8", "level 0.99", "level 0.995"])
def test_every_interval_is_named_by_the_level_configured(name: str) -> None:
    level = CHANGES[name](base()).config["analysis"]["ci_level"]
    right = {confidence(level), confidence(round(2 * level - 1, 9))}
    named = re.compile(
        r"(\d+(?:\.\d+)?%) (?:\w+ )?(?:confidence |credible |Wald )?(?:intervals?\b|CI\b)|"
        r"intervals are at (\d+(?:\.\d+)?%)"
    )
    said = {**written(name), **drawn(name)}
    levels = {(place, found[1] or found[2]) for place, text in said.items() for found in named.finditer(text)}
    assert len(levels) > 20
    assert {pair for pair in levels if pair[1] not in right} == set()


@pytest.mark.parametrize(("name", "labels"), [("four answers", OFTEN), ("seven answers", SATISFIED)])
def test_answers_are_called_what_the_codebook_calls_them(name: str, labels: tuple[str, ...]) -> None:
    said = {**written(name), **drawn(name)}
    # An item may be about agreeing; that is the study's own word.
    own = {base().short(item) for item in ITEMS}
    spoken = {
        place: re.sub("|".join(map(re.escape, sorted(own, key=len, reverse=True))), "", text)
        for place, text in said.items()
    }
    strange = {
        place: text
        for place, text in spoken.items()
        if re.search(r"\b(?:dis)?agree(?:s|ment)?\b|\bfive[- ]points?\b|\bneutral point", text, re.I)
        # The agreement of two coders is another thing.
        and not re.search(r"coder|kappa", text)
    }
    assert strange == {}
    upper = labels[len(labels) - len(labels) // 2 :]
    assert all(label in said["table items"] for label in upper)
    drawn_words = said["figure likert"].casefold()
    assert all(label.casefold() in drawn_words for label in labels[: len(labels) // 2] + upper)


def test_a_census_is_claimed_only_where_there_is_one() -> None:
    assert "census" in written("as shipped")["methods response"]
    assert "census" not in written("a sample")["methods response"]
    assert "verified" not in written("a list not verified")["methods response"]
    assert "adjust" not in written("unweighted")["methods weighting"].split(".")[0]


def test_three_groups_are_named_by_the_ends_or_as_alike() -> None:
    three = written("three groups")["results survey__response-sentence"]
    assert three.startswith("Response was lowest in") and "highest in" in three
    tie = written("three groups, tied")["results survey__response-sentence"]
    assert tie == "Response was 50% in each of the three groups."


def test_who_was_asked_is_the_studys_own_word() -> None:
    said = {**written("other people"), **drawn("other people")}
    assert {place: text for place, text in said.items() if re.search(r"\bstaff\b", text, re.I)} == {}
