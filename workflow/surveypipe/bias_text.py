"""The non-response bias analysis in words: a summary of one page, and sentences for the text.

Every sentence is composed from the released tables, so that it is true whatever the results are; where what
it needs is withheld, it says so or is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from surveypipe import claims as rules
from surveypipe import formatting as fmt
from surveypipe import results_text
from surveypipe.bias_tables import (
    beside,
    first_of,
    heckman_sentence,
    level_label,
    rows_of,
    variables_of,
)
from surveypipe.formatting import escape
from surveypipe.model_tables import coded_questions, imputation_preferred, imputations_made, imputed_rows
from surveypipe.released import SUPPRESSED, Released

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


def number_of(row: pd.Series | None, column: str) -> float:
    """Value of a cell; NaN where row or value is absent."""
    if row is None:
        return math.nan
    value = row.get(column)
    return math.nan if value is None or value == "" else float(value)


def known(*values: float) -> bool:
    """Whether all values are there."""
    return all(math.isfinite(value) for value in values)


def main_claims(released: Released) -> list[pd.Series]:
    """Rows of the ledger over all staff."""
    return [row for row in released.claim_rows() if not row["group_level"]]


def names(claims: Iterable[pd.Series]) -> str:
    """List claims by key for a sentence: ``C1, C2 and C5 (adult mental health)``."""
    return fmt.sentence_list([escape(str(row["claim"])) for row in claims])


def shown_shift(value: float, claim: pd.Series) -> str:
    """Print the size of a move of an estimate with its unit."""
    if claim["kind"] == "equivalence":
        return f"{fmt.decimal(abs(value))} scale points"
    size = fmt.points(abs(value), 1)
    return f"{size} percentage {'point' if size == '1.0' else 'points'}"


def shown_value(value: float, claim: pd.Series) -> str:
    """Print a value of a claim: a share as a percentage, a mean in scale points."""
    return fmt.decimal(value) if claim["kind"] == "equivalence" else fmt.percent(value)


# --- who answered -------------------------------------------------------------------------------------


def rates_sentence(released: Released) -> str:
    """Say how many answered and where fewest and most did."""
    rates = rows_of(released.table("nonresponse"), step="rates")
    overall = first_of(rates, measure="response_rate", variable="")
    n, size = number_of(overall, "n"), number_of(overall, "N")
    found = []
    if known(n, size) and size > 0:
        found.append(
            f"Of {fmt.count(size)} eligible staff {fmt.count(n)} gave a usable questionnaire "
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
        name = fmt.lower_first(level_label(released, variable, str(row["level"])))
        return f"{fmt.percent(float(row['estimate']))} ({escape(name)})"

    name = escape(fmt.lower_first(released.label(variable)))
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
        escape(fmt.lower_first(released.label(name))) for name in variables_of(model) if name != variable
    ]
    if not known(p) or not others:
        return ""
    return f" With {fmt.sentence_list(others)} held equal, the response model gives {fmt.p_statement(p)}."


def representativity_sentence(released: Released) -> str:
    """Give the adjusted R-indicator and what it leaves room for."""
    data = rows_of(released.table("nonresponse"), step="representativity")
    found = first_of(data, measure="R_adjusted")
    value, se = number_of(found, "estimate"), number_of(found, "se")
    spread = number_of(first_of(data, measure="cv_adjusted"), "estimate")
    if not known(value, se):
        return ""
    text = (
        "The R-indicator, which is 1 where all groups known from the staff list answer alike, is "
        f"{fmt.decimal(value)} after adjustment for its bias (standard error {fmt.decimal(se)})"
    )
    if known(spread):
        text += (
            "; through what the list knows alone, response as uneven as that could shift a respondents' "
            f"mean by at most {fmt.decimal(spread)} standard deviations of the answer"
        )
    return f"{text}."


def list_sentence(released: Released) -> str:
    """Say whether what is known of everybody has anything to do with the answers."""
    data = rows_of(released.table("nonresponse"), step="auxiliaries", measure="v_answer")
    data = data[data["estimate"].notna()]
    claims = {str(row["claim"]): row for row in main_claims(released)}
    data = data[(data["group_level"] == "") & data["claim"].isin(list(claims))]
    found = []
    if len(data):
        top = max((row for _, row in data.iterrows()), key=lambda row: float(row["estimate"]))
        word = "little" if float(top["estimate"]) < WEAK_V else "something"
        claim = claims[str(top["claim"])]
        found.append(
            f"What the staff list holds has {word} to do with the answers: its strongest link is that of "
            f"{escape(fmt.lower_first(released.label(str(top['variable']))))} with "
            f"{escape(str(top['claim']))} ({escape(fmt.lower_first(str(claim['short'])))}; Cramér's *V* "
            f"{fmt.decimal(top['estimate'])})."
        )
    found.append(_information(released))
    return " ".join(text for text in found if text)


def _information(released: Released) -> str:
    data = rows_of(released.table("nonresponse"), step="missing_information", measure="fmi")
    data = data[(data["group_level"] == "") & data["estimate"].notna()]
    about = [row for _, row in data.iterrows() if str(row["note"]).startswith("about")]
    if data.empty:
        return ""
    total = fmt.numeral(len(data), "claim")
    if not about:
        return (
            f"For all {total} the fraction of missing information is below the share of staff of whom no "
            "answer is known, so that the list makes the estimates more precise."
        )
    which = f"all {total}" if len(about) == len(data) else f"{fmt.numeral(len(about))} of the {total}"
    return (
        f"For {which} the fraction of missing information is about as large as the share of staff of whom "
        "no answer is known: there the list makes the estimate no more precise. Whether weighting removes "
        "bias is another question, which the shift of each estimate answers in part."
    )


def weighting_sentence(released: Released) -> str:
    """Say how far weighting moved the claims, and whether that is more than chance."""
    data = rows_of(released.table("nonresponse"), step="weighting", measure="shift", scheme=released.primary)
    found = [(claim, first_of(beside(data, claim))) for claim in main_claims(released)]
    shifts = [(claim, number_of(row, "estimate"), number_of(row, "p_value")) for claim, row in found]
    shares = [(c, shift) for c, shift, _ in shifts if known(shift) and c["kind"] != "equivalence"]
    if not shares:
        return ""
    claim, shift = max(shares, key=lambda pair: abs(pair[1]))
    clear = [c for c, value, p in shifts if known(value, p) and p < LIMIT_P]
    text = (
        f"Weighting moved no claim's share by more than {shown_shift(shift, claim)} "
        f"({escape(str(claim['claim']))}). "
    )
    if not clear:
        return text + "In the test on paired replicates no shift differs from zero (*p* of 0.05 or more)."
    subject = "the shift differs" if len(clear) == 1 else "the shifts differ"
    return (
        text + f"On {names(clear)} {subject} from zero (*p* below 0.05 in the test on paired replicates, "
        "unadjusted): there the groups known from the list differ both in response and in answer."
    )


def waves_sentence(released: Released) -> str:
    """Say whether late respondents differ from early ones, and where the last wave would lead."""
    data = released.table("nonresponse")
    late = [(c, first_of(beside(data, c), step="early_late", group="overall")) for c in main_claims(released)]
    tested = [(c, number_of(row, "estimate"), number_of(row, "p_value")) for c, row in late]
    tested = [(c, gap, p) for c, gap, p in tested if known(gap, p)]
    if not tested:
        return "Early and late respondents could not be compared: too few answered, or no date is known."
    clear = [c for c, _, p in tested if p < LIMIT_P]
    subject = "Taken over the groups, those who answered late"
    text = (
        f"{subject} differed from those who answered early on {names(clear)}."
        if clear
        else f"{subject} did not clearly differ from those who answered early on any claim."
    )
    return " ".join(filter(None, [text, _last_wave(released, data)]))


def _last_wave(released: Released, data: pd.DataFrame) -> str:
    moves = []
    for claim in main_claims(released):
        row = first_of(beside(data, claim), measure="all_staff_as_last_wave")
        move = number_of(row, "estimate") - number_of(claim, "estimate")
        if known(move) and claim["kind"] != "equivalence":
            moves.append((claim, move))
    if not moves:
        return ""
    claim, move = max(moves, key=lambda pair: abs(pair[1]))
    return (
        "Were all the silent like the last to answer, no share of all staff would move by more than "
        f"{shown_shift(move, claim)} ({escape(str(claim['claim']))})."
    )


# --- if the silent differ -----------------------------------------------------------------------------


def bounds_sentence(released: Released) -> str:
    """Say for how many claims the bounds decide, which needs least to fall, and which might yet stand."""
    judged = [row for row in main_claims(released) if known(number_of(row, "grade"))]
    held = [row for row in judged if int(row["grade"]) in (2, 3)]
    sure = [row for row in judged if int(row["grade"]) == 1]
    found = []
    if sure:
        found.append(f"The bounds decide for {names(sure)} whatever the silent think.")
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
        found.append(
            f"Some answers of the silent would bring {names(could)} to where the claim needs its estimate."
        )
    if never:
        found.append(f"No answers of the silent could support {names(never)}.")
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
        f"{only} is {fmt.decimal(theta, 1)} ({escape(str(row['claim']))}): odds of answering that differ by "
        "this factor between staff of whom it is true and the others would bring the estimate to the "
        f"threshold, {word}."
    )


def reader_outcomes(released: Released) -> tuple[list[pd.Series], list[pd.Series]]:
    """Claims supported under the primary weights: those that stand in the reader scenario, and that fall."""
    stands: list[pd.Series] = []
    falls: list[pd.Series] = []
    for row in main_claims(released):
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
    common = "half" if k == 0.5 else f"{fmt.decimal(k)} times"
    condition = f"Were readers {common} as common among the silent as among those who answered, "
    if not falls:
        return f"{condition}every supported claim would still be supported ({names(stands)})."
    whose = "its" if len(falls) == 1 else "their"
    kept = f"; {names(stands)} would stand" if stands else ""
    return f"{condition}{names(falls)} would lose {whose} support{kept}."


def _readers_if_any(released: Released) -> str:
    return readers_sentence(released) if any(reader_outcomes(released)) else ""


def bayes_sentence(released: Released) -> str:
    """Give the lowest posterior probability under the least favourable of the priors."""
    data = rows_of(released.table("not_at_random"), method="bayes")
    found = [row for _, row in data.iterrows() if not row["group_level"] and known(row["probability"])]
    if not found:
        return ""
    row = min(found, key=lambda line: float(line["probability"]))
    priors = fmt.numeral(data["value"].nunique(), "illustrative prior")
    return (
        f"Of the {priors} on how far response depends on the answer, elicited from nobody, the least "
        f"favourable leaves {escape(str(row['claim']))} the lowest posterior probability of lying above its "
        f"threshold, {_probability(float(row['probability']))}."
    )


def _probability(value: float) -> str:
    """Print a probability, never as a certainty."""
    if value < 0.005:
        return "below 0.01"
    return "above 0.99" if value >= 0.995 else fmt.decimal(value)


def proxy_sentence(released: Released) -> str:
    """Say how good the best proxy is, and what follows for the mixture made from it."""
    data = rows_of(released.table("ledger_context"), group_level="")
    rho = data["rho"].astype(float).dropna()
    weak = float((released.config.get("nonresponse") or {}).get("weak_rho", 0.3))
    if rho.empty:
        return "No proxy for the answers could be made from the staff list."
    best = fmt.decimal(float(rho.max()))
    if float(rho.max()) < weak:
        return (
            "The staff list gives no proxy worth the name for any answer (the greatest correlation is "
            f"{best}), so that nothing rests on the proxy pattern mixtures."
        )
    good = fmt.numeral(int((rho >= weak).sum()), "claim")
    return (
        f"For {good} the staff list gives a proxy that correlates by at least {fmt.decimal(weak, 1)} with "
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
    """Say how far any specification moves a claim, and whether any changes a grade."""
    largest = _largest_move(released)
    if not largest:
        return ""
    changed = changed_rows(released)
    whole = [row for row in changed if not row["group_level"]]
    parts = [row for row in changed if row["group_level"]]
    text = (
        "Over all weighting schemes, from complete cases or imputed items, no headline share moves by more "
        f"than {largest}, and "
    )
    if whole:
        text += f"the grade of {names(whole)} depends on the specification"
    else:
        text += "no claim over all staff changes its grade"
    if parts:
        listed = [
            f"{escape(str(row['claim']))} in {escape(fmt.lower_first(released.levels[row['group_level']]))}"
            for row in parts
        ]
        text += f"; within groups, that of {fmt.sentence_list(listed)} does"
    return f"{text}."


def multiverse_short(released: Released) -> str:
    """Say the same of the claims over all staff alone, for the article."""
    largest = _largest_move(released)
    if not largest:
        return ""
    whole = [row for row in changed_rows(released) if not row["group_level"]]
    verdict = (
        f"the grade of {names(whole)} depended on the choice"
        if whole
        else "no claim over all staff changed its grade"
    )
    return (
        "Under every other weighting scheme, with or without the finite-population correction, and with "
        f"unanswered items imputed, no headline share moved by more than {largest} and {verdict}."
    )


def _largest_move(released: Released) -> str:
    data = released.table("multiverse_summary")
    moves = []
    for claim in main_claims(released):
        shift = number_of(first_of(beside(data, claim)), "largest_shift")
        if known(shift) and claim["kind"] != "equivalence":
            moves.append((abs(shift), claim))
    if not moves:
        return ""
    size, claim = max(moves, key=lambda pair: pair[0])
    return shown_shift(size, claim)


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
    found = {str(c["claim"]): (c, imputed_rows(data, c)) for c in main_claims(released)}
    usable = {key: pair for key, pair in found.items() if imputation_preferred(pair[1]) is not None}
    preferred = [claim for claim, rows in usable.values() if imputation_preferred(rows)]
    differs = [
        claim
        for claim, rows in usable.values()
        if any(row is not None and "differs" in str(row["flag"]) for row in rows.values())
    ]
    return " ".join(filter(None, [text, _preferred_sentence(preferred, differs, bool(usable))]))


def _preferred_sentence(preferred: list[pd.Series], differs: list[pd.Series], any_usable: bool) -> str:
    if not any_usable:
        return ""
    which = (
        f"Where at least 5% of the answers to a claim are lacking ({names(preferred)}) the imputed estimate "
        "is the one to prefer"
        if preferred
        else "For no claim are as many as 5% of the answers lacking, from where the imputed estimate would "
        "be the one to prefer"
    )
    if differs:
        return f"{which}; on {names(differs)} the two lead to different conclusions."
    return f"{which}; the two lead to the same conclusion on every claim."


def representativity_short(released: Released) -> str:
    """Give the adjusted R-indicator in one short sentence, for the article."""
    found = first_of(rows_of(released.table("nonresponse"), step="representativity"), measure="R_adjusted")
    value, se = number_of(found, "estimate"), number_of(found, "se")
    if not known(value, se):
        return ""
    return (
        "The R-indicator, which is 1 where all groups known from the staff lists answer alike, was "
        f"{fmt.decimal(value)} after adjustment for its bias (standard error {fmt.decimal(se)})."
    )


def imputation_short(released: Released) -> str:
    """Say in one sentence what was done with unanswered items, for the methods section."""
    if "imputation" not in released.config["analysis"]:
        return "Each estimate rests on those who answered the question; nothing was imputed."
    made = imputations_made(released.table("estimates"))
    number = f" ({fmt.count(made)} data sets)" if known(made) else ""
    return (
        "Each estimate rests on those who answered the question; beside it, each claim was estimated again "
        f"with unanswered items imputed by chained equations within the response cells{number}."
    )


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
        ("Can the staff list correct for it?", [list_sentence(released), weighting_sentence(released)]),
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
