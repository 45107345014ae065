"""Questions that a reviewer may ask, each answered from the results and the configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe import bias_text
from surveypipe import formatting as fmt
from surveypipe.bias_tables import beside, first_of, rows_of
from surveypipe.bias_text import main_claims
from surveypipe.formatting import escape
from surveypipe.released import SUPPRESSED, Released
from surveypipe.results_text import readers_among_silent
from surveypipe.worst_cases import known, number_of, place, places, ranked, shown_value

if TYPE_CHECKING:
    import pandas as pd


def questions(released: Released) -> str:
    """Write the questions with their answers: Markdown, one paragraph each.

    Parameters
    ----------
    released
        The released tables.
    """
    made = [(asked(released), answer(released)) for asked, answer in QUESTIONS]
    return "\n\n".join(f"**{question}** {text}" for question, text in made if text) + "\n"


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _labels(released: Released, variables: list[str]) -> str:
    return fmt.sentence_list([escape(released.in_text(released.label(name))) for name in variables])


# --- weights ------------------------------------------------------------------------------------------


def which_weight(released: Released) -> str:
    """Name the weight in force and what the others give."""
    label = escape(released.in_text(released.schemes[released.primary]))
    others = [escape(released.in_text(v)) for key, v in released.schemes.items() if key != released.primary]
    fallback = released.primary != released.config["weighting"]["primary"]
    return _joined(
        f"Every headline estimate carries one weight, *{label}*, "
        + (
            "the configured fallback: the scheme configured as primary had a cell with too few respondents."
            if fallback
            else "which the configuration names and which no result can change."
        ),
        f"The other schemes ({fmt.sentence_list(others)}) are computed beside it and shown in @tbl-schemes."
        if others
        else "",
        bias_text.multiverse_sentence(released),
    )


def why_these_cells(released: Released) -> str:
    """Say what the cells are made of, why some were merged, and what they leave."""
    scheme = released.config["weighting"]["schemes"][released.primary]
    variables = [str(name) for name in scheme.get("by", scheme.get("margins", []))]
    made_of = (
        f"They are made of {_labels(released, variables)}, which the list gives for everybody, those "
        "who answered and those who did not; nothing that only respondents told can make a weight."
        if variables
        else ""
    )
    rates = rows_of(released.table("nonresponse"), step="response_model", measure="wald_test")
    clear = [
        str(row["variable"]) for _, row in rates.iterrows() if number_of(row, "p_value") < bias_text.LIMIT_P
    ]
    differs = (
        f"Response differs by {_labels(released, clear)} with the rest held equal (@tbl-nrba-model)."
        if clear
        else "With the rest held equal, response does not clearly differ by any of them (@tbl-nrba-model)."
        if len(rates)
        else ""
    )
    return _joined(made_of, differs, _merging(released, scheme))


def _merging(released: Released, scheme: dict[str, object]) -> str:
    rule = scheme.get("collapse")
    cells = rows_of(released.table("weight_cells"), scheme=released.primary)
    sizes = cells["n"].astype(float)
    smallest = (
        f"; the smallest holds {fmt.count(sizes.min())} respondents"
        if len(cells) and sizes.notna().all()
        else ""
    )
    number = fmt.numeral(len(cells), "cell")
    if not isinstance(rule, dict):
        return f"There {'is' if len(cells) == 1 else 'are'} {number}{smallest}."
    merged = int((cells["merged"].astype(str).str.lower() == "true").sum())
    which = "all of them" if merged == len(cells) else f"{fmt.numeral(merged)} of them"
    return (
        f"Categories with fewer than {rule['min_n']} respondents were merged by a rule that reads numbers "
        f"of respondents and no answer; it left {number}, {which} merged{smallest} (@tbl-cells)."
    )


def population_correction(released: Released) -> str:
    """Justify the finite-population correction and say what it does."""
    plan = released.config["analysis"]["fpc"]
    n, size = released.base_size(), released.staff_size()
    if not plan["descriptive"]:
        return "There is none: no finite-population correction was applied."
    share = f"{fmt.count(n)} of {fmt.count(size)}" if known(n, size) else "a large part"
    tests = (
        "The tests between groups carry it too."
        if plan["tests"]
        else "Tests between groups and models leave it out, because they speak of populations like this "
        "one and not of these people."
    )
    return _joined(
        f"The estimates describe this population and no other, and {share} of its members were observed; "
        "what has been seen is not uncertain. The correction takes that part out of the standard error.",
        _without_correction(released),
        tests,
    )


def _without_correction(released: Released) -> str:
    """Compare each claim's interval and grade with and without the correction, all else as in the primary."""
    table = rows_of(released.table("multiverse"), what="specification")
    ratios, changed, compared = [], [], 0
    for claim in released.claim_rows():
        own = beside(table, claim)
        with_fpc = first_of(own[own["primary"].astype(str).str.lower() == "true"])
        if with_fpc is None or with_fpc["status"] == SUPPRESSED:
            continue
        same = {name: str(with_fpc[name]) for name in ("scheme", "missing", "interval")}
        without = first_of(rows_of(own, **same, fpc="False"))
        widths = [number_of(row, "ci_high") - number_of(row, "ci_low") for row in (with_fpc, without)]
        if not known(*widths) or widths[0] <= 0 or without is None:
            continue
        compared += 1
        ratios.append(widths[1] / widths[0] - 1)
        if number_of(with_fpc, "grade") != number_of(without, "grade"):
            changed.append(claim)
    if not compared:
        return ""
    least, most = fmt.percent(min(ratios)), fmt.percent(max(ratios))
    wider = f"{least} wider" if least == most else f"{least} to {most} wider"
    verdict = f"the grade of {places(changed, released)} would differ" if changed else "no grade would differ"
    return f"Without it the intervals of the claims would be {wider}, and {verdict}."


# --- who is counted -----------------------------------------------------------------------------------


def which_n(released: Released) -> str:
    """Tell apart the numbers that a reader meets."""
    n, size = released.base_size(), released.staff_size()
    first = (
        f"*N* is the {fmt.count(size)} eligible people, to whom all weights add up; *n* counts people who "
        f"answered, unweighted, {fmt.count(n)} in all."
        if known(n, size)
        else "*N* counts those eligible; *n* counts people who answered, unweighted."
    )
    found = ranked(released.claim_rows(), lambda row: number_of(row, "n"))
    spread = ""
    if found:
        low, high = found[0], found[-1]
        spread = (
            "Each estimate carries its own *n*, those who were asked its question and answered it: from "
            f"{fmt.count(low['n'])} ({place(low, released)}) to {fmt.count(high['n'])} "
            f"({place(high, released)})."
            if low["n"] != high["n"]
            else f"Each estimate carries its own *n*; for every claim it is {fmt.count(low['n'])}."
        )
    return _joined(first, spread, "Percentages are weighted, counts never are.", _effective(released))


def _effective(released: Released) -> str:
    row = first_of(released.table("weight_diagnostics"), scheme=released.primary)
    value = number_of(row, "n_eff")
    return (
        f"Unequal weights leave the respondents the information of about {fmt.count(value)} (@tbl-weights)."
        if known(value)
        else ""
    )


# --- the silent ---------------------------------------------------------------------------------------


def if_readers_answered(released: Released) -> str:
    """Answer the particular suspicion that mainly readers answered."""
    k = float(released.config["sensitivity"]["reader_scenario"]["k_grade"])
    reader = str(released.config["sensitivity"]["reader_variable"])
    own = next((row for row in main_claims(released) if row["variable"] == reader), None)
    return _joined(
        "Then readers are scarcer among the silent than among those who answered, and the reader scenario "
        "says what follows.",
        _own_claim(own, k) if own is not None else "",
        bias_text.readers_sentence(released),
        "Silent readers are taken to think as readers who answered, which the tipping points and the "
        "bounds do not suppose (@tbl-not-at-random, @fig-multiverse).",
    )


def _own_claim(row: pd.Series, k: float) -> str:
    values = {step: number_of(row, f"reader_k{round(100 * step):03d}") for step in (1.0, k, 0.0)}
    if not known(*values.values()):
        return ""
    between = {0.0: "", 1.0: ""}.get(k, f", {shown_value(values[k], row)} with {readers_among_silent(k)}")
    return (
        f"{escape(str(row['claim']))} ({escape(str(row['short']))}) is about readership itself. The estimate "
        f"would be {shown_value(values[1.0], row)} were readers as common among the silent{between}, and "
        f"{shown_value(values[0.0], row)} with {readers_among_silent(0)}."
        f"{_not_the_estimate(values[1.0], row)}"
    )


def _not_the_estimate(value: float, row: pd.Series) -> str:
    """Say why the scenario that supposes nothing is not the estimate, where they print differently."""
    estimate = number_of(row, "estimate")
    if not known(estimate) or shown_value(value, row) == shown_value(estimate, row):
        return ""
    return (
        f" The first of these is not the estimate of {shown_value(estimate, row)}, because the scenario also "
        "fills in respondents who left the question out, whom the estimate leaves aside."
    )


def if_the_silent_differ(released: Released) -> str:
    """Point to what is asked of the silent beyond readership."""
    return _joined(
        "The bounds allow them any answer, the tipping points say how different they would have to be, and "
        "the grade of each claim says what has to be believed of them for it to stand (@sec-nrba-summary).",
        bias_text.bayes_sentence(released),
        bias_text.heckman_sentence(released),
    )


# --- choices, missing items, many tests -----------------------------------------------------------------


def what_is_set(released: Released) -> str:
    """List what the configuration sets and what it leaves to exploration."""
    config = released.config
    strong = fmt.setting(config["sensitivity"]["theta_strong"])
    cleaning = fmt.numeral(len(config["cleaning"]["rules"]), "cleaning rule")
    claims = fmt.numeral(len(config["claims"]), "claim")
    return (
        f"All that bears on a verdict is set in the configuration: the {cleaning} and what each may do, "
        "the scoring of the scales, the primary weights with their fallback and the rule of merging. "
        f"Also set there, for each of the {claims}, is one estimand with its threshold or margin, and the "
        f"rule of the grades with its conventions (a tipping point of {strong} counts as strong). The run "
        "knows of no sealed plan and cannot show when these choices were made. The models, the comparisons "
        "by item and all that is tested beside the claims are exploratory."
    )


def missing_items(released: Released) -> str:
    """Say how unanswered items were handled."""
    table = " (@tbl-imputation)" if "imputation" in released.config["analysis"] else ""
    shares = [s for s in released.config["cleaning"].get("scales", [])]
    scales = (
        "A scale is the mean of the items answered, where at least "
        f"{fmt.percent(min(float(scale['min_share']) for scale in shares))} of them were."
        if shares
        else ""
    )
    bounds = "In the bounds an unanswered item counts as unknown, like a questionnaire never returned."
    return _joined(scales, bias_text.imputation_sentence(released).rstrip(".") + table + ".", bounds)


def many_tests(released: Released) -> str:
    """Say how the number of tests was allowed for."""
    data = released.table("estimates")
    holm = data[data["statistic"].str.endswith("_p_holm")]
    known_rows = [
        row for _, row in holm.iterrows() if known(number_of(row, "estimate"), number_of(row, "p_value"))
    ]
    if "multiplicity" not in released.config["analysis"]:
        return "No. Each claim has one estimand and is judged by its own interval."
    if not known_rows:
        return "The adjusted *p*-values are in @tbl-multiplicity."
    raw = [row for row in known_rows if row["p_value"] < bias_text.LIMIT_P]
    lost = [row for row in raw if row["estimate"] >= bias_text.LIMIT_P]
    verdict = (
        f"of the {fmt.numeral(len(raw))} with *p* below 0.05, {places(lost, released)} would not be so after "
        "Holm's adjustment"
        if lost
        else "Holm's adjustment takes none of those with *p* below 0.05 above it"
        if raw
        else "none has *p* below 0.05 even without adjustment"
    )
    return (
        "The claims are judged one by one, each by its own interval. As a check, their tests were adjusted "
        f"for their number: {verdict}. All other tests are adjusted within their family (@tbl-multiplicity)."
    )


def trusted(released: Released) -> str:
    """Say against what the computations are checked."""
    data = released.table("verification")
    checked = rows_of(data, status="checked")
    exact = rows_of(checked, tolerance_kind="relative")
    if checked.empty:
        return ""
    published = checked[checked["through"].fillna("") != ""]
    return (
        f"The tests of the project hold {fmt.count(len(exact))} results of R on public data and "
        f"{fmt.numeral(len(checked) - len(exact), 'set')} of known answers against what the same code gives "
        f"(@tbl-verification), {fmt.count(len(published))} of them on what the stages publish from a raw "
        "file. Nothing of the survey enters these checks."
    )


def _fixed(text: str) -> Callable[[Released], str]:
    return lambda released: text


QUESTIONS: tuple[tuple[Callable[[Released], str], Callable[[Released], str]], ...] = (
    (_fixed("Which weight?"), which_weight),
    (_fixed("Why these cells?"), why_these_cells),
    (_fixed("What if mainly readers answered, and non-readers did not?"), if_readers_answered),
    (_fixed("And if the silent differ in some other way?"), if_the_silent_differ),
    (_fixed("Which *n*?"), which_n),
    (_fixed("Why the finite-population correction?"), population_correction),
    (_fixed("What is set, and what is exploratory?"), what_is_set),
    (_fixed("How were missing items handled?"), missing_items),
    (_fixed("Was the number of tests allowed for?"), many_tests),
    (_fixed("How is it known that the computations are right?"), trusted),
)
