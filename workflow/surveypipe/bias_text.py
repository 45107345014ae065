"""The non-response bias analysis in words: a summary of one page, and sentences for the text.

Every sentence is composed from the released tables, so that it is true whatever the results are; where what
it needs is withheld, it says so or is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from surveypipe import claims as rules
from surveypipe import formatting as fmt
from surveypipe import results_text
from surveypipe.bias_tables import (
    beside,
    counted_otherwise,
    first_of,
    heckman_sentence,
    level_label,
    rows_of,
    variables_of,
)
from surveypipe.formatting import escape
from surveypipe.level_contrast_text import level_contrast_sentence
from surveypipe.model_tables import coded_questions, imputation_preferred, imputations_made, imputed_rows
from surveypipe.released import SUPPRESSED, Released
from surveypipe.worst_cases import (
    farthest,
    known,
    largest_shift,
    number_of,
    place,
    places,
    shown_value,
    weighting_shifts,
)

if TYPE_CHECKING:
    import pandas as pd

LIMIT_P = 0.05
# Under this Cramér's V is called weak (Cohen's convention for a small to medium effect).
WEAK_V = 0.3


def sentences(released: Released) -> dict[str, str]:
    """Compose the sentences that the manuscript and the supplement call by their keys.

    Returns
    -------
    dict
        Key under ``num:`` to Markdown: ``bias__rates-sentence``, ``…__representativity-sentence``,
        ``…__representativity-short``, ``…__list-sentence``, ``…__weighting-sentence``,
        ``…__waves-sentence``, ``…__proxy-sentence``,
        ``…__heckman-sentence``, ``…__multiverse-sentence``, ``…__multiverse-short``,
        ``…__imputation-sentence`` and ``…__open-answers-sentence``.
    """
    made = {name: compose(released) for name, compose in SENTENCES.items()}
    return {f"bias__{name}": text or results_text.WITHHELD_SENTENCE for name, text in made.items()}


def main_claims(released: Released) -> list[pd.Series]:
    """Rows of the ledger over all."""
    return [row for row in released.claim_rows() if not row["group_level"]]


# --- who answered -------------------------------------------------------------------------------------


def rates_sentence(released: Released) -> str:
    """Say how many answered and where fewest and most did."""
    rates = rows_of(released.table("nonresponse"), step="rates")
    overall = first_of(rates, measure="response_rate", variable="")
    n, size = number_of(overall, "n"), number_of(overall, "N")
    found = []
    if known(n, size) and size > 0:
        found.append(
            f"Of {fmt.count(size)} eligible people, {fmt.count(n)} gave a usable questionnaire "
            f"({fmt.percent(n / size)})."
        )
    for variable in variables_of(rates):
        found.append(_rate_range(released, rates, variable))
    return " ".join(text for text in found if text)


def _rate_range(released: Released, rates: pd.DataFrame, variable: str) -> str:
    own = rows_of(rates, variable=variable, measure="response_rate")
    own = own[own["estimate"].notna()]
    test = number_of(first_of(rates, variable=variable, measure="chi2_test"), "p_value")
    if len(own) < 2 or not known(test):
        return ""
    ranked = sorted((row for _, row in own.iterrows()), key=lambda row: float(row["estimate"]))
    least, most = ranked[0], ranked[-1]

    def shown(row: pd.Series) -> str:
        name = released.in_text(level_label(released, variable, str(row["level"])))
        return f"{fmt.percent(float(row['estimate']))} ({escape(name)})"

    name = escape(released.in_text(released.label(variable)))
    if fmt.percent(float(least["estimate"])) == fmt.percent(float(most["estimate"])):
        ran = f"By {name}, taken alone, the rate was {fmt.percent(float(most['estimate']))} in each group"
    else:
        ran = f"By {name}, taken alone, the rate ran from {shown(least)} to {shown(most)}"
    return f"{ran}; the test of equal rates gives {fmt.p_statement(test)}.{_held_equal(released, variable)}"


def _held_equal(released: Released, variable: str) -> str:
    """Set the test with the list's other variables held equal beside that of the variable alone."""
    model = rows_of(released.table("nonresponse"), step="response_model", measure="wald_test")
    p = number_of(first_of(model, variable=variable), "p_value")
    others = [
        escape(released.in_text(released.label(name))) for name in variables_of(model) if name != variable
    ]
    if not known(p) or not others:
        return ""
    return f" With {fmt.sentence_list(others)} held equal, the response model gives {fmt.p_statement(p)}."


def representativity_sentence(released: Released) -> str:
    """Give the R-indicator, before and after adjustment, and what it leaves room for."""
    data = rows_of(released.table("nonresponse"), step="representativity")
    text = _r_indicator(data, "is")
    spread = number_of(first_of(data, measure="cv_adjusted"), "estimate")
    if not text:
        return ""
    room = (
        " Through what the list knows alone, response as uneven as that could shift a respondents' mean by "
        f"at most {fmt.decimal(spread)} standard deviations of the answer."
        if known(spread)
        else ""
    )
    return text + room


def _r_indicator(data: pd.DataFrame, verb: str) -> str:
    plain = number_of(first_of(data, measure="R"), "estimate")
    found = first_of(data, measure="R_adjusted")
    value, se = number_of(found, "estimate"), number_of(found, "se")
    if not known(value, se):
        return ""
    before = f"{fmt.decimal(plain)} before, " if known(plain) else ""
    return (
        f"The R-indicator, which is 1 where all groups known from the list answer alike, {verb} "
        f"{fmt.decimal(value)} after adjustment for its bias ({before}standard error {fmt.decimal(se)})."
    )


def list_sentence(released: Released) -> str:
    """Say whether what is known of everybody has anything to do with the answers."""
    data = rows_of(released.table("nonresponse"), step="auxiliaries", measure="v_answer")
    links = [
        (claim, row)
        for claim in released.claim_rows()
        for _, row in beside(data, claim).iterrows()
        if known(number_of(row, "estimate"))
    ]
    found = []
    if links:
        claim, top = max(links, key=lambda pair: float(pair[1]["estimate"]))
        word = "little" if float(top["estimate"]) < WEAK_V else "something"
        found.append(
            f"What the list holds has {word} to do with the answers. Its strongest link is that of "
            f"{escape(released.in_text(released.label(str(top['variable']))))} with "
            f"{place(claim, released)} (Cramér's *V*, or for a mean the correlation ratio, "
            f"{fmt.held(top['estimate'])})."
        )
    found.append(_information(released))
    return " ".join(text for text in found if text)


def _information(released: Released) -> str:
    """Say for which rows of the ledger the list makes the estimate no more precise."""
    data = rows_of(released.table("nonresponse"), step="missing_information", measure="fmi")
    found = [(claim, first_of(beside(data, claim))) for claim in released.claim_rows()]
    notes = [
        (claim, str(row["note"]))
        for claim, row in found
        if row is not None and known(number_of(row, "estimate"))
    ]
    if not notes:
        return ""
    about = [claim for claim, note in notes if note.startswith("about")]
    if not about:
        return (
            "For every claim the fraction of missing information is below the share of those of whom no "
            "answer is known, so that the list makes the estimates more precise."
        )
    which = "every claim" if len(about) == len(notes) else places(about, released)
    return (
        f"For {which} the fraction of missing information is about as large as the share of those of whom "
        "no answer is known: there the list makes the estimate no more precise. Whether weighting removes "
        "bias is another question, which the shift of each estimate answers in part."
    )


def weighting_sentence(released: Released) -> str:
    """Say how far weighting moved the claims, and whether that is more than chance."""
    shifts = weighting_shifts(released)
    text = largest_shift([(row, shift) for row, shift, _ in shifts], released, lead="Through weighting the")
    if not text:
        return ""
    clear = [row for row, shift, p in shifts if known(shift, p) and p < LIMIT_P]
    if not clear:
        return f"{text} In the test on paired replicates no shift differs from zero (*p* of 0.05 or more)."
    subject = "the shift differs" if len(clear) == 1 else "the shifts differ"
    return (
        f"{text} On {places(clear, released)} {subject} from zero (*p* below 0.05 in the test on paired "
        "replicates, unadjusted): there the groups known from the list differ both in response and in "
        "answer."
    )


def waves_sentence(released: Released) -> str:
    """Say whether late respondents differ from early ones, and where the silent would lead."""
    data = released.table("nonresponse")
    late = [row for _, row in rows_of(data, step="early_late").iterrows()]
    late = [row for row in late if known(number_of(row, "estimate"), number_of(row, "p_value"))]
    if not late:
        return "Early and late respondents could not be compared: too few answered, or no date is known."
    over_all = _early_late([row for row in late if not row["group_level"]], released)
    inside = _early_late([row for row in late if row["group_level"]], released)
    texts = [
        f"Taken over the groups, those who answered late {over_all}." if over_all else "",
        f"Within the groups, they {inside}." if inside else "",
        *(_continued(released, data, *scenario) for scenario in SCENARIOS),
    ]
    return " ".join(filter(None, texts))


def _early_late(rows: list[pd.Series], released: Released) -> str:
    if not rows:
        return ""
    clear = [row for row in rows if float(row["p_value"]) < LIMIT_P]
    if clear:
        listed = [f"{place(row, released)} ({fmt.p_statement(float(row['p_value']))})" for row in clear]
        return f"differed from those who answered early on {fmt.sentence_list(listed)}"
    least = min(rows, key=lambda row: float(row["p_value"]))
    return (
        "did not clearly differ from those who answered early on any claim (the smallest "
        f"*p* is {fmt.p_value(float(least['p_value']))}, on {place(least, released)})"
    )


# Where the silent are supposed to stand, by the measure that gives the estimate for all.
SCENARIOS = (
    ("all_staff_as_last_wave", "Were all the silent like the last to answer"),
    ("all_staff_on_line", "Were they where a line through the waves leads"),
)


def _continued(released: Released, data: pd.DataFrame, measure: str, condition: str) -> str:
    """Say which estimate would move most, and which would cross a threshold or margin."""
    found = [(row, number_of(first_of(beside(data, row), measure=measure), "estimate"))
             for row in released.claim_rows()]  # fmt: skip
    found = [(row, value) for row, value in found if known(value, number_of(row, "estimate"))]
    moves = farthest((row, value - float(row["estimate"])) for row, value in found)
    if not moves:
        return ""
    row, move = moves[0]
    kind = "mean difference" if row["kind"] == "equivalence" else "share"
    now = float(row["estimate"])
    text = (
        f"{condition}, the {kind} to move most would be that of {place(row, released)}, from "
        f"{shown_value(now, row)} to {shown_value(now + move, row)}"
    )
    return f"{text}; {_crossed(released, found)}."


def _crossed(released: Released, found: list[tuple[pd.Series, float]]) -> str:
    """List the estimates that a move takes from one side of their threshold or margin to the other."""
    crossed = []
    for row, value in found:
        claim, now = released.config["claims"][row["claim"]], float(row["estimate"])
        if rules.supported(claim, now, now) != rules.supported(claim, value, value):
            crossed.append(f"{place(row, released)} (to {shown_value(value, row)})")
    if not crossed:
        return "no estimate would cross its threshold or margin"
    whose = "its" if len(crossed) == 1 else "their"
    return f"{fmt.sentence_list(crossed)} would cross {whose} threshold or margin"


# --- if the silent differ -----------------------------------------------------------------------------


def bounds_sentence(released: Released) -> str:
    """Say for how many claims the bounds decide, which needs least to fall, and which might yet stand."""
    judged = [row for row in released.claim_rows() if known(number_of(row, "grade"))]
    held = [row for row in judged if int(row["grade"]) in (2, 3)]
    sure = [row for row in judged if int(row["grade"]) == 1]
    found = []
    if sure:
        found.append(f"The bounds decide for {places(sure, released)} whatever the silent think.")
    if held:
        other = "other " if sure else ""
        found.append(
            f"The bounds decide no {other}claim: with so many silent, some answers of theirs would overturn "
            "each that is supported."
        )
        found.append(_weakest(released, held))
    if judged and not sure and not held:
        found.append("No claim is supported, so that there is none for the silent to overturn.")
    return " ".join([text for text in found if text] + _might_stand(released, judged))


def _might_stand(released: Released, judged: list[pd.Series]) -> list[str]:
    """Say which claims that are not supported some answers of the silent would support, and which none."""
    failed = [row for row in judged if int(row["grade"]) in (0, 4) and known(number_of(row, "bound_low"))]
    could = [row for row in failed if _reachable(released, row)]
    never = [row for row in failed if not any(row is one for one in could)]
    found = []
    if could:
        found.append(f"Some answers of the silent would make {places(could, released)} true.")
    if never:
        found.append(f"No answers of the silent could make {places(never, released)} true.")
    return found


def _reachable(released: Released, row: pd.Series) -> bool:
    low, high = float(row["bound_low"]), float(row["bound_high"])
    sides = rules.sides(released.config["claims"][row["claim"]])
    return all(high > side.limit if side.direction == "above" else low < side.limit for side in sides)


def _weakest(released: Released, held: list[pd.Series]) -> str:
    points = [(row, number_of(row, "tipping_theta")) for row in held]
    points = [(row, max(theta, 1 / theta)) for row, theta in points if known(theta) and theta > 0]
    if not points:
        return ""
    row, theta = min(points, key=lambda pair: pair[1])
    strong = float(released.config["sensitivity"]["theta_strong"])
    word = (
        "which counts as a strong difference" if theta >= strong else "which does not count as a strong one"
    )
    only = "The tipping point" if len(points) == 1 else "The smallest tipping point of a supported claim"
    return (
        f"{only} is {fmt.decimal(theta, 1)} ({place(row, released)}): odds of answering that differ by "
        "this factor between those of whom it is true and the others would bring the estimate to the "
        f"threshold, {word}."
    )


def reader_outcomes(released: Released) -> tuple[list[pd.Series], list[pd.Series]]:
    """Claims supported under the primary weights: those that stand in the reader scenario, and that fall."""
    stands: list[pd.Series] = []
    falls: list[pd.Series] = []
    for row in released.claim_rows():
        limit = number_of(row, "reader_limit")
        if not known(limit, number_of(row, "grade")) or int(row["grade"]) not in (1, 2, 3):
            continue
        claim = released.config["claims"][row["claim"]]
        (stands if all(side.holds(limit, limit) for side in rules.sides(claim)) else falls).append(row)
    return stands, falls


def readers_sentence(released: Released) -> str:
    """Say which claims survive when there are fewer readers among the silent."""
    stands, falls = reader_outcomes(released)
    if not stands and not falls:
        return "No claim is supported, so that the reader scenario has none to overturn."
    k = float(released.config["sensitivity"]["reader_scenario"]["k_grade"])
    condition = f"With {results_text.readers_among_silent(k)}, "
    if not falls:
        return f"{condition}every supported claim would still be supported ({places(stands, released)})."
    whose = "its" if len(falls) == 1 else "their"
    kept = f"; {places(stands, released)} would stand" if stands else ""
    return f"{condition}{places(falls, released)} would lose {whose} support{kept}."


def _readers_if_any(released: Released) -> str:
    return readers_sentence(released) if any(reader_outcomes(released)) else ""


def bayes_sentence(released: Released) -> str:
    """Give the lowest posterior probability under the least favourable of the priors."""
    data = rows_of(released.table("not_at_random"), method="bayes")
    found = [row for _, row in data.iterrows() if known(number_of(row, "probability"))]
    if not found:
        return ""
    row = min(found, key=lambda line: float(line["probability"]))
    priors = fmt.numeral(data["value"].nunique(), "illustrative prior")
    return (
        f"Of the {priors} on how far response depends on the answer, elicited from nobody, the least "
        f"favourable leaves {place(row, released)} the lowest posterior probability of lying above its "
        f"threshold, {_probability(float(row['probability']))}."
    )


def _probability(value: float) -> str:
    """Print a probability, never as a certainty."""
    if value < 0.005:
        return "below 0.01"
    return "above 0.99" if value >= 0.995 else fmt.decimal(value)


def proxy_sentence(released: Released) -> str:
    """Say how good the best proxy is, and what follows for the mixture made from it."""
    rho = released.table("ledger_context")["rho"].astype(float).dropna()
    weak = float(released.config["nonresponse"]["weak_rho"])
    if rho.empty:
        return "No proxy for the answers could be made from the list."
    best = fmt.decimal(float(rho.max()))
    if float(rho.max()) < weak:
        return (
            "The list gives no proxy worth the name for any answer (the greatest correlation is "
            f"{best}), so that nothing rests on the proxy pattern mixtures."
        )
    good = fmt.numeral(int((rho >= weak).sum()), "row of the ledger", "rows of the ledger")
    return (
        f"For {good} the list gives a proxy that correlates by at least {fmt.decimal(weak, 1)} with "
        f"the answer (at most {best}); nothing rests on the other proxy pattern mixtures."
    )


def follow_up_sentence(released: Released) -> str:
    """Report a check of the silent, or say that there was none."""
    data = released.table("follow_up_check")
    rows = rows_of(data, measure="two_phase")
    rows = rows[rows["estimate"].notna()]
    if rows.empty:
        return (
            "No random part of the silent was asked afterwards. A single question put to a few of them "
            "would tell more than any model here."
        )
    parts = []
    for _, row in rows.iterrows():
        where = f" ({released.levels[row['group_level']]})" if row["group_level"] else ""
        ends = fmt.percent_interval(float(row["ci_low"]), float(row["ci_high"]))
        gap = first_of(beside(data, row), measure="difference")
        p = number_of(gap, "p_value")
        test = f"; against the primary estimate {fmt.p_statement(p)}" if known(p) else ""
        parts.append(
            f"{escape(str(row['claim']))}{escape(where)} {fmt.percent(float(row['estimate']))} ({ends}{test})"
        )
    return (
        f"A random part of the silent was asked afterwards; the two phases together give {'; '.join(parts)}."
    )


# --- the multiverse and unanswered items --------------------------------------------------------------


def multiverse_sentence(released: Released) -> str:
    """Say how far any specification moves an estimate, and whether any changes a grade."""
    largest = largest_shift(_largest_shifts(released), released)
    if not largest:
        return ""
    return (
        "Every claim was estimated under all weighting schemes, from complete cases and from imputed items. "
        f"{largest} {_changes(released, 'depends', 'on the specification')} "
        f"{counted_otherwise_sentence(released)}"
    ).strip()


def multiverse_short(released: Released) -> str:
    """Say the same in the past, for the article."""
    largest = largest_shift(_largest_shifts(released), released, verb="was")
    if not largest:
        return ""
    return (
        "Each estimate was made again under every other weighting scheme, with and without the "
        f"finite-population correction, and with unanswered items imputed. {largest} "
        f"{_changes(released, 'depended', 'on these choices')} {counted_otherwise_sentence(released)}"
    ).strip()


def counted_otherwise_sentence(released: Released) -> str:
    """Say which claim moves most when its answer is counted by another rule, and which lose support."""
    data = released.table("multiverse_summary")
    found = [
        (claim, row)
        for claim in released.claim_rows()
        for row in counted_otherwise(data, claim)
        if known(number_of(row, "estimate"), number_of(row, "grade"), number_of(claim, "grade"))
    ]
    if not found:
        return ""
    claim, row = max(found, key=lambda pair: abs(number_of(pair[1], "largest_shift")))
    supported = {1, 2, 3}
    lost = [c for c, r in found if int(c["grade"]) in supported and int(r["grade"]) not in supported]
    unique = [one for number, one in enumerate(lost) if all(one is not other for other in lost[:number])]
    label = escape(released.in_text(released.label(str(row["measure"]))))
    before, after = (shown_value(number_of(one, "estimate"), claim) for one in (claim, row))
    text = (
        "How the answers are counted matters too: with a claim's answer counted by another rule, the largest "
        f"move is that of {place(claim, released)}, from {before} to {after} ({label})"
    )
    if not unique:
        return f"{text}; no claim loses its support by it."
    return f"{text}; by one such rule or more {places(unique, released)} would not be supported."


def _largest_shifts(released: Released) -> list[tuple[pd.Series, float]]:
    data = released.table("multiverse_summary")
    return [(row, number_of(first_of(beside(data, row)), "largest_shift")) for row in released.claim_rows()]


def _changes(released: Released, verb: str, on_what: str) -> str:
    changed = changed_rows(released)
    if not changed:
        return f"No grade {verb} {on_what}."
    return f"The grade of {places(changed, released)} {verb} {on_what}."


def changed_rows(released: Released) -> list[pd.Series]:
    """Rows of the ledger whose grade some specification changes."""
    data = released.table("multiverse_summary")
    found = []
    for claim in released.claim_rows():
        row = first_of(beside(data, claim))
        if row is not None and row["status"] != SUPPRESSED and str(row["grade_changes"]) not in ("", "none"):
            found.append(claim)
    return found


def imputation_sentence(released: Released) -> str:
    """Say what was done with unanswered items, and whether it matters."""
    data = released.table("estimates")
    if "imputation" not in released.config["analysis"]:
        return "Each estimate rests on those who answered the question; nothing was imputed."
    made = imputations_made(data)
    number = f" ({fmt.count(made)} data sets)" if known(made) else ""
    text = (
        "Each estimate rests on those who answered the question (complete cases). Beside it, each claim "
        "was estimated again with unanswered items imputed by chained equations within the response "
        f"cells{number} and combined by Rubin's rules."
    )
    found = [(row, imputed_rows(data, row)) for row in released.claim_rows()]
    usable = [(row, rows) for row, rows in found if imputation_preferred(rows) is not None]
    preferred = [row for row, rows in usable if imputation_preferred(rows)]
    differs = [
        row
        for row, rows in usable
        if any(part is not None and "differs" in str(part["flag"]) for part in rows.values())
    ]
    return " ".join(filter(None, [text, _preferred_sentence(preferred, differs, usable, released)]))


def _preferred_sentence(
    preferred: list[pd.Series],
    differs: list[pd.Series],
    usable: list[tuple[pd.Series, dict[str, pd.Series | None]]],
    released: Released,
) -> str:
    if not usable:
        return ""
    which = (
        f"Where at least 5% of the answers to a claim are lacking ({places(preferred, released)}) the "
        "imputed estimate is the one to prefer."
        if preferred
        else "For no claim are as many as 5% of the answers lacking, from where the imputed estimate would "
        "be the one to prefer."
    )
    verdict = (
        f"On {places(differs, released)} the two lead to different conclusions."
        if differs
        else "The two lead to the same conclusion on every claim."
    )
    return " ".join(filter(None, [which, _farthest_imputed(usable, released), verdict]))


def _farthest_imputed(usable: list[tuple[pd.Series, dict[str, pd.Series | None]]], released: Released) -> str:
    """Name the claim on which complete cases and imputed items lie farthest apart."""
    ends = [
        (row, number_of(rows["complete"], "estimate"), number_of(rows["imputed"], "estimate"))
        for row, rows in usable
    ]
    found = farthest((row, imputed - complete) for row, complete, imputed in ends)
    if not found:
        return ""
    complete, imputed = next((a, b) for row, a, b in ends if row is found[0][0])
    row = found[0][0]
    if shown_value(complete, row) == shown_value(imputed, row):
        return ""
    return (
        f"The two lie farthest apart on {place(row, released)} ({shown_value(complete, row)} from complete "
        f"cases, {shown_value(imputed, row)} imputed)."
    )


def representativity_short(released: Released) -> str:
    """Give the adjusted R-indicator in one short sentence, for the article."""
    return _r_indicator(rows_of(released.table("nonresponse"), step="representativity"), "was")


def open_answers_sentence(released: Released) -> str:
    """Say whether the answers to the open questions were coded, and how far the coders agreed."""
    data = released.table("estimates")
    if not coded_questions(data):
        return "The answers to the open questions were not coded."
    kappas = rows_of(data, statistic="pooled_kappa")["estimate"].dropna()
    text = "Two coders read the answers to the open questions independently, from one list of codes"
    if kappas.empty:
        return f"{text}."
    low, high = fmt.decimal(float(kappas.min())), fmt.decimal(float(kappas.max()))
    return f"{text}; their pooled kappa was {low if low == high else f'{low} to {high}'}."


SENTENCES: dict[str, Callable[[Released], str]] = {
    "rates-sentence": rates_sentence,
    "representativity-sentence": representativity_sentence,
    "representativity-short": representativity_short,
    "list-sentence": list_sentence,
    "weighting-sentence": weighting_sentence,
    "waves-sentence": waves_sentence,
    "proxy-sentence": proxy_sentence,
    "heckman-sentence": heckman_sentence,
    "multiverse-sentence": multiverse_sentence,
    "multiverse-short": multiverse_short,
    "imputation-sentence": imputation_sentence,
    "open-answers-sentence": open_answers_sentence,
    "level-contrast-sentence": level_contrast_sentence,
}


# --- the summary --------------------------------------------------------------------------------------


def summary(released: Released) -> str:
    """Write the summary of the non-response bias analysis: one page of Markdown.

    Parameters
    ----------
    released
        The released tables.
    """
    points: list[tuple[str, list[str]]] = [
        ("Who answered.", [rates_sentence(released), representativity_sentence(released)]),
        ("Can the list correct for it?", [list_sentence(released), weighting_sentence(released)]),
        ("Does readiness to answer go with the answer?", [waves_sentence(released)]),
        (
            "What if the silent differ in what the list does not show?",
            [bounds_sentence(released), _readers_if_any(released), proxy_sentence(released)],
        ),
        ("Would other choices have led elsewhere?", [multiverse_sentence(released)]),
        ("What would settle it?", [follow_up_sentence(released)]),
    ]  # fmt: skip
    paragraphs = [
        f"**{head}** {' '.join(text for text in texts if text)}" for head, texts in points if any(texts)
    ]
    verdicts = [_verdict(released, row) for row in released.claim_rows()]
    return (
        "\n\n".join(
            [
                *paragraphs,
                "**Verdict, claim by claim** (estimate with interval; bounds; supported how far).",
                "\n".join(verdicts),
            ]
        )
        + "\n"
    )


def _verdict(released: Released, row: pd.Series) -> str:
    about = released.levels[row["group_level"]] if row["group_level"] else str(row["short"])
    name = f"**{escape(str(row['claim']))}** {escape(about)}"
    if row["status"] == SUPPRESSED or not known(number_of(row, "estimate"), number_of(row, "ci_low")):
        return f"- {name}: withheld, because too few people answered."
    ends = f"{shown_value(float(row['ci_low']), row)} to {shown_value(float(row['ci_high']), row)}"
    text = f"{shown_value(float(row['estimate']), row)} ({ends})"
    if known(number_of(row, "bound_low"), number_of(row, "bound_high")):
        limits = (shown_value(float(row[end]), row) for end in ("bound_low", "bound_high"))
        text += f"; {' to '.join(limits)}"
    return f"- {name}: {text}; *{escape(str(row['grade_label']))}*."
