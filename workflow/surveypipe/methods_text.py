"""The methods section, written from the configuration and the results, so that it says what was computed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from surveypipe.bias_text import imputation_short
from surveypipe.equivalence import tost_level
from surveypipe.figures.response import cell_label
from surveypipe.formatting import (
    confidence,
    count,
    decimal,
    escape,
    lower_first,
    numeral,
    percent,
    period,
    sentence_list,
    setting,
)
from surveypipe.numbers import software_versions
from surveypipe.released import Released

if TYPE_CHECKING:
    import pandas as pd


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _groups(released: Released) -> str:
    return sentence_list([escape(lower_first(label)) for label in released.levels.values()])


def response(released: Released) -> str:
    """Say who was eligible, what counted as a response and which rate is reported."""
    section = released.config["response"]
    verified = released.config["frame"].get("verified")
    return _join(
        _invited(released),
        _field_period(released),
        _eligible_sentence(released),
        "The list had been verified, so a person on it who returned nothing counts as an eligible "
        "non-respondent."
        if verified
        else "Whether those who returned nothing were eligible is not known for certain.",
        f"A questionnaire counts as complete when at least {percent(section['complete_from'])} of the core "
        "questions that "
        f"applied to the person were answered, and as partial from {percent(section['partial_from'])}; "
        "below that it is a "
        "break-off and was not analysed.",
        "Final dispositions and outcome rates follow the Standard Definitions of the American Association "
        "for Public "
        "Opinion Research (AAPOR); the response rate reported is RR2, which counts complete and partial "
        "questionnaires.",
    )


def _invited(released: Released) -> str:
    """Say whether everybody was asked: base weights make a sample of what is else a census."""
    base = released.config["weighting"].get("base")
    if base:
        return (
            "The survey was of a sample. Base weights, the inverse of the chance to be selected, are known "
            f"for everybody invited ({escape(released.label(str(base)))})."
        )
    return "The survey was a census: everybody on the list was invited."


def _field_period(released: Released) -> str:
    days = released.config["study"].get("field_period")
    if not days:
        return ""
    late = [rule for rule in released.config["cleaning"]["rules"] if rule["type"] == "late"]
    kept = late and all(rule["action"] == "flag" for rule in late)
    after = "; questionnaires that came later were kept and marked" if kept else ""
    return f"Fieldwork ran from {period(days['first'], days['last'])}{after}."


def _eligible_sentence(released: Released) -> str:
    listed, eligible = released.flow_count("on_list"), released.flow_count("eligible")
    if not (math.isfinite(listed) and math.isfinite(eligible)):
        return ""
    if listed == eligible:
        return f"All {count(listed)} people on the list were eligible."
    return f"Of the {count(listed)} people on the list, {count(eligible)} were eligible."


_ACTIONS = {
    "drop": "leave out a record",
    "set_missing": "set an answer to missing",
    "flag": "only mark a record",
}
_RULES: dict[str, str] = {
    "not_on_frame": "a questionnaire from someone not on the list",
    "blank": "a blank questionnaire",
    "duplicate": "a second questionnaire from the same person",
    "frame_mismatch": "an answer that differs from the list",
    "range": "an answer outside the range or code list of its question",
    "skip": "an answer to a question that did not apply",
    "straight_lining": "the same answer throughout a block of items that holds reversed items",
    "late": "a questionnaire returned late",
}


def cleaning(released: Released) -> str:
    """Say by which rules the data were cleaned and how scales were scored."""
    rules = released.config["cleaning"]["rules"]
    parts = []
    for action, words in _ACTIONS.items():
        found = [
            _RULES.get(rule["type"], rule["id"].replace("_", " "))
            for rule in rules
            if rule["action"] == action
        ]
        if found:
            parts.append(
                f"{'Rules' if len(found) > 1 else 'One rule'} could {words} ({sentence_list(found)})."
            )
    if not rules:
        return _join("No rule of cleaning was configured, and no answer was changed.", _scales(released))
    return _join(
        "Cleaning followed rules set in the configuration of the analysis, and every change is logged.",
        *parts,
        _cleaned(released.table("cleaning_summary")),
        _scales(released),
    )


def _cleaned(summary: pd.DataFrame) -> str:
    dropped = float(summary.loc[summary["action"] == "drop", "records"].sum())
    changed = float(summary.loc[summary["action"] == "set_missing", "values"].sum())
    return (
        f"They left out {numeral(int(dropped), 'record')} and set {numeral(int(changed), 'answer')} to "
        "missing."
        if math.isfinite(dropped + changed)
        else ""
    )


def _scales(released: Released) -> str:
    scales = released.config["cleaning"].get("scales", [])
    if not scales:
        return ""
    shares = {float(scale["min_share"]) for scale in scales}
    sizes = {len(scale["items"]) for scale in scales}
    names = sentence_list([escape(lower_first(str(scale["label"]))) for scale in scales])
    each = "" if len(scales) == 1 else " each"
    items = f"{numeral(sizes.pop(), 'item')}{each}" if len(sizes) == 1 else "several items each"
    reverse = released.config["cleaning"].get("reverse", [])
    least, most = percent(min(shares)), percent(max(shares))
    share = least if least == most else f"{least} to {most} (it differs by scale)"
    return _join(
        f"{_capital(numeral(len(scales), 'scale'))} ({names}) of {items} {_was(len(scales))} scored as the "
        f"mean of the items answered, where at least {share} of them were.",
        f"Before that, {numeral(len(reverse), 'negatively worded item')} {_was(len(reverse))} reversed."
        if reverse
        else "No item was reversed.",
    )


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def weighting(released: Released) -> str:
    """Describe the primary weights, the cells merged and what the other schemes are."""
    schemes: Mapping[str, Any] = released.config["weighting"]["schemes"]
    scheme = schemes[released.primary]
    cells = released.table("weight_cells")
    cells = cells[cells["scheme"] == released.primary]
    others = [
        escape(lower_first(label)) for key, label in released.schemes.items() if key != released.primary
    ]
    fallback = released.primary != released.config["weighting"]["primary"]
    return _join(
        "Weights adjust for unit non-response." if scheme["method"] != "none" else "",
        _method_sentence(released, scheme),
        "The scheme configured as primary had a cell with too few respondents, and the fallback took its "
        "place."
        if fallback
        else "",
        _collapse_sentence(scheme, cells),
        _result_sentence(released),
        f"Every result was also computed under the other schemes ({sentence_list(others)})."
        if others
        else "",
    )


def _names(released: Released, variables: list[str]) -> list[str]:
    return [escape(lower_first(released.label(name))) for name in variables]


def _method_sentence(released: Released, scheme: Mapping[str, Any]) -> str:
    method = scheme["method"]
    if method == "none":
        return "The primary estimates are unweighted."
    if method == "rake":
        names = sentence_list(_names(released, scheme.get("margins", [])))
        return f"The primary weights were raked to the numbers of those eligible by {names}."
    if method == "poststratify":
        names = " and ".join(_names(released, scheme.get("by", [])))
        return (
            f"For the primary weights, those eligible were divided into response cells by {names}, and each "
            "respondent stands for "
            "the number eligible in the cell over the number who answered (post-stratification)."
        )
    return f"The primary weights are: {escape(lower_first(str(scheme['label'])))}."


def _collapse_sentence(scheme: Mapping[str, Any], cells: pd.DataFrame) -> str:
    rule = scheme.get("collapse")
    if not rule:
        return ""
    text = f"Categories with fewer than {rule['min_n']} respondents were merged"
    text += f" within {escape(str(rule['within']).replace('_', ' '))}" if rule.get("within") else ""
    merged = [
        f"{escape(lower_first(cell_label(str(row['members']))))} ({escape(str(row['within']))})"
        for _, row in cells.iterrows()
        if str(row["merged"]).lower() == "true"
    ]
    if not merged:
        return text + "; none had to be."
    left = f", which left {numeral(len(cells), 'cell')}"
    return f"{text}{left}; merged cells are {'; '.join(merged)}."


def _result_sentence(released: Released) -> str:
    table = released.table("weight_diagnostics")
    row = table[table["scheme"] == released.primary].iloc[0]
    names = ("w_min", "w_max", "deff_kish", "n_eff", "n")
    if any(not math.isfinite(float(row[name])) for name in names):
        return ""
    if decimal(row["w_min"]) == decimal(row["w_max"]):
        return f"Every respondent has the same weight, {decimal(row['w_min'])}."
    return (
        f"The weights run from {decimal(row['w_min'])} to {decimal(row['w_max'])} (design effect after Kish "
        f"{decimal(row['deff_kish'])}; the {count(row['n'])} respondents carry the information of about "
        f"{count(row['n_eff'])})."
    )


def analysis(released: Released) -> str:
    """Describe estimation, standard errors, intervals and tests."""
    section = released.config["analysis"]
    level = confidence(section["ci_level"])
    interval = {
        "logit": "on the logit scale",
        "arcsine": "on the arcsine scale",
        "korn_graubard": "by the method of Korn and Graubard",
        "wilson": "by Wilson's method",
    }.get(str(section["proportion_interval"]), escape(str(section["proportion_interval"])))
    fpc = section["fpc"]
    return _join(
        "Standard errors treat the respondents as a second phase of selection within response cells, by "
        "linearisation.",
        "Because the list is the whole population, descriptive estimates carry the finite-population "
        "correction."
        if fpc["descriptive"]
        else "No finite-population correction was applied.",
        f"Confidence intervals are at {level}: those of shares were computed {interval}, those of means "
        "from the *t* "
        "distribution, with degrees of freedom from the numbers of respondents and cells.",
        _jackknife(released),
        _tests(released),
        imputation_short(released),
        "Each claim has one estimand, set in the configuration, and is judged by its own interval; its "
        "*p*-value was also adjusted for the number of claims, and every other within its family."
        if "multiplicity" in section
        else "No adjustment was made for the number of tests; each claim has one estimand, set in the "
        "configuration.",
    )


def _jackknife(released: Released) -> str:
    plan = released.config["weighting"].get("replicates")
    if not plan or plan["method"] != "jackknife" or released.base_size() > plan["max_n"]:
        return ""
    return "As a check, a delete-one jackknife repeats every step of the weighting."


def _tests(released: Released) -> str:
    section = released.config["analysis"]
    if not section.get("tests") or len(released.levels) < 2:
        return ""
    off = (
        "with that correction"
        if section["fpc"]["tests"]
        else "without that correction, as a statement about populations like this one"
    )
    return (
        f"Differences between {_groups(released)} were tested by the Rao–Scott test of second order, {off}; "
        "the effect size is Cramér's *V*."
    )


def claims(released: Released) -> str:
    """State for each claim what was estimated and when it counts as supported."""
    level = confidence(released.config["analysis"]["ci_level"])
    lines = [
        "Each claim has one estimand and a threshold, both set in the configuration. It counts as supported "
        f"when the whole {level} confidence interval lies beyond the threshold:",
        "",
    ]
    for key, claim in released.config["claims"].items():
        lines.append(f"- **{escape(str(key))}** {escape(str(claim['label']))}: {_estimand(released, claim)}.")
    return "\n".join(lines)


_BASES = {
    "all": "all who were eligible",
    "answered": "those asked",
}


def _base(released: Released, base: str) -> str:
    if base == "readers":
        name = released.config["sensitivity"]["reader_variable"]
        return f"readers (*{escape(lower_first(released.label(name)))}*)"
    return _BASES.get(base, escape(base))


def _estimand(released: Released, claim: Mapping[str, Any]) -> str:
    name = escape(lower_first(released.label(str(claim["variable"]))))
    if claim["kind"] == "equivalence":
        margin = decimal(claim["margin"])
        level = released.config["analysis"]["ci_level"]
        return (
            f"*{name}*, the mean difference; equivalence is supported when the "
            f"{confidence(tost_level(level))} interval lies within ± {margin} scale points "
            f"(two one-sided tests at {confidence(1 - level)})"
        )
    text = f"*{name}*, as a share of {_base(released, str(claim['base']))}"
    text += f"; {claim.get('direction', 'above')} {percent(claim['threshold'])}"
    if claim.get("upper_threshold") is not None:
        text += f" and below {percent(claim['upper_threshold'])}"
    if claim.get("sensitivity_thresholds"):
        others = sentence_list([percent(value) for value in claim["sensitivity_thresholds"]])
        text += f" ({others} beside it, as a sensitivity)"
    if claim.get("by"):
        group = released.config["groups"].get(claim["by"], {}).get("label", claim["by"])
        text += f"; also by {escape(lower_first(str(group)))}"
    return text


def sensitivity(released: Released) -> str:
    """Describe what is asked of the silent and the grades that follow."""
    section = released.config["sensitivity"]
    scenario = section["reader_scenario"]
    steps = sentence_list([setting(k) for k in scenario["k"]])
    strong = setting(section["theta_strong"])
    shown = [each for each in map(setting, section.get("theta_shown", [])) if each != strong]
    beside = f", shown with {sentence_list(shown)}" if shown else ""
    return _join(
        "Weights cannot repair non-response that depends on the answers themselves. Each claim was "
        "therefore exposed to "
        "three questions.",
        "First, its bounds: the least and the greatest value it could take whatever the silent would have "
        "said, item "
        "non-response counted as unknown.",
        "Second, its tipping point: within each cell the odds of an answer among the silent are those among "
        "respondents "
        "divided by θ, and the tipping point is the θ nearest to 1 at which the estimate crosses the "
        "claim's own "
        f"threshold; a θ of {strong}, or of 1/{strong}, is taken as a strong difference, a "
        f"convention{beside}.",
        "Third, a reader scenario: the share of readers among the silent of a cell is *k* times that among "
        "its "
        f"respondents (*k* = {steps}); silent readers answer as reading respondents, and silent non-readers "
        "as non-reading "
        f"respondents where at least {scenario['min_group']} of these remain, else both a neutral and the "
        "worst answer "
        "are shown.",
        "A claim is then graded by the first rule that applies: *whatever the silent think*, when the "
        "bounds lie wholly on "
        "its side; *unless the silent differ strongly*, when it is supported under every weighting scheme, "
        "its tipping "
        f"point is at least {strong}, and it stands in the reader scenario at *k* = "
        f"{setting(scenario['k_grade'])}; *if "
        "response is at random within cells*, when it is supported under the primary weights; *among "
        "respondents only*, "
        "when it is supported unweighted alone; else *not supported*.",
        "The bounds of a difference between two means span nearly the whole scale, so an equivalence cannot "
        "earn the "
        "first grade."
        if any(claim["kind"] == "equivalence" for claim in released.config["claims"].values())
        else "",
    )


def disclosure(released: Released) -> str:
    """Describe disclosure control as it was applied."""
    from surveypipe.disclosure import rules_of

    rules = rules_of(released.config["disclosure"])
    answers = f" or fewer than {rules.min_answers} who gave it" if rules.min_answers else ""
    return _join(
        "Everything reported passed one step of disclosure control.",
        f"Answers with fewer than {rules.min_base} respondents behind them{answers} are suppressed, and so "
        "are answers that "
        "all members of a group share; within groups the items of a scale are reported in merged categories.",
        f"Characteristics of people were merged until each published cell held at least {rules.min_cell} "
        "respondents and "
        f"{rules.min_population} people on the list; what was still too small is suppressed.",
    )


def software(released: Released) -> str:
    """Name the software with its versions."""
    versions = software_versions()
    named = {"python": "Python", "svy": "svy", "pandas": "pandas", "scipy": "SciPy", "snakemake": "Snakemake"}
    listed = [
        f"{label} {versions[f'software-{key}']}"
        for key, label in named.items()
        if f"software-{key}" in versions
    ]
    return (
        f"The analysis runs from the raw file to this text as one workflow, in {sentence_list(listed)}; "
        "every number, "
        "table and figure was written by it and none was typed by hand."
    )


PARAGRAPHS: dict[str, Callable[[Released], str]] = {
    "response": response,
    "cleaning": cleaning,
    "weighting": weighting,
    "analysis": analysis,
    "claims": claims,
    "sensitivity": sensitivity,
    "disclosure": disclosure,
    "software": software,
}
