"""The account of the simulation study in Markdown; every number comes from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from surveypipe import formatting
from surveypipe.simulation.coverage import BAND, BIAS_LIMIT, MIN_EXPECTED, broken_promises
from surveypipe.simulation.draws import MECHANISMS
from surveypipe.simulation.grades import AT_RANDOM, POPULATIONS, STRONG, SUPPORTING
from surveypipe.simulation.markdown import grid, percent
from surveypipe.simulation.study import JACKKNIFE, SECOND_PHASE
from surveypipe.study.grades import Grade
from surveypipe.study.sections import Sections


def account(coverage: pd.DataFrame, grades: pd.DataFrame, config: Sections) -> str:
    """Write what was run, what came out, and how to read it.

    Parameters
    ----------
    coverage, grades
        Tables of coverage, and of wrong grades.
    config
        Sections study, claims, weighting, groups, analysis, sensitivity of the configuration.
    """
    parts = [
        "# Simulation study",
        "Written by `snakemake simulation` from its own tables; no number here is typed. All data are "
        "SIMULATED." if config.study.data == "simulated" else
        "Written by `snakemake simulation` from its own tables; no number here is typed. Its populations are "
        "simulated.",
        *_what_was_run(coverage, grades),
        *_promise(coverage, config),
        *_elsewhere(coverage, config),
        *_grades(grades, config),
        *_reading(coverage, config),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _what_was_run(coverage: pd.DataFrame, grades: pd.DataFrame) -> list[str]:
    draws = formatting.count(coverage["draws"].max())
    surveys = formatting.count(grades.groupby(["population", "mechanism", "claim"])["n_all"].max().max())
    kinds = formatting.numeral(len(POPULATIONS))
    effects = [
        f"- {one.label}: the design's effect of having read on the log-odds of response, times "
        f"{one.selection:g}"
        + ("; respondents leave answers out at the design's rates." if one.leave_out else ".")
        for one in MECHANISMS.values()
    ]
    return [
        "## What was run",
        f"{draws} populations were drawn from `config/simulation.yaml`, staff list and answers anew each "
        "time. Everybody eligible then answered or not, independently, with a chance that depends on agency "
        "and profession (the design's effects; on average the design's number of respondents per agency), "
        "and:",
        "\n".join(effects),
        "In each draw the cells were merged anew, every scheme was weighted, and each 95 % interval was held "
        "against the value of that draw's own eligible staff. Effects, seed and thresholds are those of the "
        "configuration.",
        f"For the grades, {surveys} surveys of each of {kinds} kinds of population were graded under each "
        "mechanism, with answers left out at the design's rates: populations of the design; of its scenario "
        "in which every claim is false; of ten designs evenly spaced between the two, where truths come to "
        "lie close to the thresholds; and of these ten with four in five answering, without which grade 1 "
        "would hardly ever be given.",
        "Full tables: `results/simulation/coverage.csv` and `grades.csv`; figure: `coverage.svg`.",
    ]


def _published(coverage: pd.DataFrame, config: Sections) -> pd.DataFrame:
    return coverage[coverage["interval"].isin([config.analysis.proportion_interval, "t"])]


def _records(table: pd.DataFrame, *keys: str) -> dict[Any, dict[str, Any]]:
    """Rows of a table by one key, or by several together."""
    rows: list[dict[str, Any]] = [
        {str(name): value for name, value in row.items()} for row in table.to_dict("records")
    ]
    return {tuple(row[key] for key in keys) if len(keys) > 1 else row[keys[0]]: row for row in rows}


def _least(row: Mapping[str, Any]) -> str:
    """Least expected number in an answer; a mean has no answers to count."""
    return "mean" if pd.isna(row["min_expected"]) else formatting.decimal(row["min_expected"], 1)


def _promise(coverage: pd.DataFrame, config: Sections) -> list[str]:
    by = _records(coverage[coverage["promised"]], "claim", "variance")
    rows = []
    for claim in dict.fromkeys(key[0] for key in by):
        first, second = by[claim, SECOND_PHASE], by[claim, JACKKNIFE]
        rows.append(
            [
                f"{claim} {formatting.escape(first['short'])}",
                _least(first),
                percent(first["coverage"]),
                percent(second["coverage"]),
                formatting.decimal(first["bias_ratio"], 1),
                formatting.decimal(first["mean_se"] / first["sd"]),
                formatting.decimal(second["mean_se"] / first["sd"]),
                formatting.decimal(first["mean_length"], 3),
            ]
        )
    broken = broken_promises(coverage)
    verdict = (
        "**Outside the limits:** " + "; ".join(broken) + "."
        if broken
        else "Every coverage and every bias lies within its limits."
    )
    error = 1.96 * (0.95 * 0.05 / coverage["draws"].max()) ** 0.5
    header = ["Claim", "Least expected in an answer", "Coverage, second phase (%)"]
    header += ["Coverage, jackknife (%)", "Bias (Monte Carlo SE)", "SE / true SD", "Jackknife SE / true SD"]
    return [
        "## What is promised",
        f"Response at random within cells, primary scheme, all staff, at least {MIN_EXPECTED} expected in "
        f"each answer and agency: coverage of {percent(BAND[0])} to {percent(BAND[1])} % (simulation error "
        f"± {percent(error)} points) and a bias of at most {BIAS_LIMIT:g} Monte Carlo standard errors. "
        f"{verdict}",
        grid([*header, "Mean length"], rows),
    ]


def _elsewhere(coverage: pd.DataFrame, config: Sections) -> list[str]:
    table = _published(coverage, config)
    table = table[table["variance"] == SECOND_PHASE]
    groups = (table["scheme"] == config.weighting.primary) & (table["group"] != "overall")
    return [
        "## By scheme and mechanism, all staff",
        "Coverage in per cent, in brackets the bias in standard deviations of the estimate; second phase.",
        *_by_scheme(table[table["group"] == "overall"]),
        "## By agency, primary scheme, second phase",
        _by_level(table[groups], coverage, config),
        f"Coverage under {percent(BAND[0])} % is flagged 'interval unreliable' in the table, in any row.",
        *_unreliable(table, config),
    ]


def _unreliable(table: pd.DataFrame, config: Sections) -> list[str]:
    """Name the published intervals that are unreliable though response is at random within cells."""
    low = table[(table["flag"] != "") & (table["mechanism"] == next(iter(MECHANISMS)))]
    named = [
        f"{_name(row['claim'], row['group_level'], config)}, "
        f"{formatting.escape(row['scheme_label'])} ({percent(row['coverage'])} %)"
        for row in low.to_dict("records")
    ]
    if not named:
        return ["With response at random within cells no interval is flagged under any scheme."]
    return [f"Flagged with response at random within cells, over all schemes: {'; '.join(named)}."]


def _by_scheme(table: pd.DataFrame) -> list[str]:
    schemes = list(dict.fromkeys(table["scheme_label"]))
    by = _records(table, "mechanism_label", "claim", "scheme_label")
    shorts = dict(zip(table["claim"], table["short"], strict=True))
    blocks = []
    for label in dict.fromkeys(table["mechanism_label"]):
        rows = []
        for claim, short in shorts.items():
            found = [by[label, claim, scheme] for scheme in schemes]
            cells = [
                f"{percent(one['coverage'])} ({formatting.decimal(one['bias'] / one['sd'])})" for one in found
            ]
            rows.append([f"{claim} {formatting.escape(short)}", *cells])
        blocks += [f"**{label}**", grid(["Claim", *map(formatting.escape, schemes)], rows)]
    return blocks


def _by_level(primary: pd.DataFrame, coverage: pd.DataFrame, config: Sections) -> str:
    mechanisms = list(dict.fromkeys(primary["mechanism_label"]))
    header = ["Claim", "Group", "Least expected in an answer"]
    header += [f"{name} (%)" for name in mechanisms] + ["Korn-Graubard capped, at random (%)"]
    capped = _records(
        coverage[
            (coverage["interval"] == "korn_graubard_capped")
            & (coverage["scheme"] == config.weighting.primary)
            & (coverage["variance"] == SECOND_PHASE)
            & (coverage["mechanism_label"] == mechanisms[0])
        ],
        "claim",
        "group_level",
    )
    by = _records(primary, "claim", "group_level", "mechanism_label")
    rows = []
    for claim, level in dict.fromkeys(key[:2] for key in by):
        found = [by[claim, level, name] for name in mechanisms]
        other = capped.get((claim, level))
        rows.append(
            [f"{claim} {formatting.escape(found[0]['short'])}", _level_label(level, config), _least(found[0])]
            + [percent(one["coverage"]) + (" *flagged*" if one["flag"] else "") for one in found]
            + [percent(other["coverage"]) if other else formatting.NOT_APPLICABLE]
        )
    return grid(header, rows)


def _level_label(level: str, config: Sections) -> str:
    for about in config.groups.values():
        if level in about.levels:
            return formatting.escape(about.levels[level])
    return level


def _grades(grades: pd.DataFrame, config: Sections) -> list[str]:
    strong = config.sensitivity.theta_strong
    shown = grades[grades["grade"].isin(SUPPORTING)]
    return [
        "## Wrong grades",
        "A grade is wrong where it supports a claim that is false in that survey's own population. Grade 1 "
        "names no condition; grade 2 that the silent do not differ strongly (this survey's response odds "
        f"ratio within cells stays under {strong:g} on the harmful side); grade 3 that response is at random "
        "within cells. Where its condition is true a grade can still be wrong by the interval's own error: "
        "of the surveys in which a claim is false, at most 2.5 % (a share) or 5 % (an equivalence, on a 90 % "
        "interval) have an interval that clears the limit, fewer the further the truth lies from it.",
        _summary(shown, config),
        "By claim, over all populations and mechanisms: wrong with the condition true / surveys with the "
        "grade and the condition true / surveys in which the claim is false and the condition true.",
        _by_claim(shown, config),
        *_beyond(shown, config),
    ]


def _summary(shown: pd.DataFrame, config: Sections) -> str:
    columns = ["n_surveys", "n_wrong", "n_condition", "n_wrong_condition", "n_wrong_mechanism"]
    sums = shown.groupby(["grade", "mechanism", "population"], sort=False)[columns].sum().reset_index()
    sums = sums.sort_values("grade", kind="stable")
    rows = [
        [
            f"{row['grade']} {Grade.of(int(row['grade'])).label(config.vocabulary)}",
            MECHANISMS[row["mechanism"]].label,
            POPULATIONS[row["population"]].label,
            *(formatting.count(row[name]) for name in columns),
        ]
        for row in sums.to_dict("records")
        if row["n_surveys"]
    ]
    header = ["Grade", "Mechanism", "Population", "Times given", "Wrong", "Its condition true"]
    header += ["Wrong, condition true", "Wrong, condition true of the mechanism"]
    return grid(header, rows)


def _totals(shown: pd.DataFrame) -> dict[Any, dict[str, Any]]:
    columns = ["n_surveys", "n_wrong", "n_condition", "n_wrong_condition", "n_false"]
    keys = ["claim", "group_level", "grade"]
    return _records(shown.groupby(keys, sort=False)[columns].sum().reset_index(), *keys)


def _name(claim: str, level: str, config: Sections) -> str:
    return f"{claim}, {_level_label(level, config)}" if level else claim


def _by_claim(shown: pd.DataFrame, config: Sections) -> str:
    totals = _totals(shown)
    rows = []
    for claim, level in dict.fromkeys(key[:2] for key in totals):
        found = [totals[claim, level, number] for number in SUPPORTING]
        cells = [
            " / ".join(
                formatting.count(one[name]) for name in ("n_wrong_condition", "n_condition", "n_false")
            )
            for one in found
        ]
        rows.append([_name(claim, level, config), *cells])
    return grid(["Claim", *(f"({number})" for number in SUPPORTING)], rows)


def beyond_interval_error(grades: pd.DataFrame, config: Sections) -> list[str]:
    """Say where a grade is wrong, its condition true, more often than an interval errs.

    Grade 1 has no error to spend: one wrong is too many. For the others the number wrong is compared with a
    binomial of the one-sided error of the interval that decides, over the surveys in which the claim is
    false and the condition true; beyond its 99.9 % quantile it is reported.
    """
    from scipy.stats import binom

    found, claims = [], config.claims
    published = config.analysis.ci_level
    for (claim, level, number), row in _totals(grades[grades["grade"].isin(SUPPORTING)]).items():
        wrong, false = int(row["n_wrong_condition"]), int(row["n_false"])
        error = round((1 - claims[claim].deciding_level(published)) / 2, 12)
        allowed = int(binom.ppf(0.999, false, error)) if number in (STRONG, AT_RANDOM) and false else 0
        if wrong > allowed:
            name = _name(claim, level, config)
            found.append(f"grade {number} of {name}: {wrong} wrong of {false} (at most {allowed})")
    return found


def _beyond(shown: pd.DataFrame, config: Sections) -> list[str]:
    found = beyond_interval_error(shown, config)
    if found:
        return ["**More often wrong than an interval errs:** " + "; ".join(found) + "."]
    columns = ["n_surveys", "n_condition", "n_wrong", "n_wrong_condition"]
    count = _records(shown.groupby("grade")[columns].sum().reset_index(), "grade")
    later = [
        f"grade {number} was wrong {formatting.count(count[number]['n_wrong'])} times, with its condition "
        f"true {formatting.count(count[number]['n_wrong_condition'])} of "
        f"{formatting.count(count[number]['n_condition'])}"
        for number in (STRONG, AT_RANDOM)
    ]
    return [
        f"Grade 1 was given {formatting.count(count[1]['n_surveys'])} times and never wrong; "
        f"{'; '.join(later)}. None was wrong under its own condition more often than its interval errs "
        "(beyond the 99.9 % quantile of a binomial over the surveys in which the claim is false: a generous "
        "limit where the truth lies far off)."
    ]


def _reading(coverage: pd.DataFrame, config: Sections) -> list[str]:
    table = _published(coverage, config)
    table = table[(table["group"] == "overall") & (table["variance"] == SECOND_PHASE)]
    primary = table[table["scheme"] == config.weighting.primary]
    rows = primary[primary["mechanism"] == "not_at_random"].to_dict("records")
    worst = min(rows, key=lambda row: row["coverage"])
    left = primary[(primary["mechanism"] == "left_out") & (primary["interval"] != "t")].to_dict("records")
    lines = [
        "- In the design answers depend on agency and on having read, not on profession. So agency alone is "
        "a fine enough scheme here, merging cells costs no bias, and the study cannot tell `cells` from "
        "`agency` but by the length of intervals. It says nothing of a workforce in which professions answer "
        "differently *and* cells of different professions are merged.",
        "- Where readers respond more readily no scheme repairs the estimate, because none knows who had "
        f"read: the primary interval of {worst['claim']} "
        f"({formatting.escape(worst['short'])}) covers "
        f"the truth in {percent(worst['coverage'])} % of surveys. That is what θ, bounds and the reader "
        "scenario are for, and why a supported claim carries a grade.",
        "- The finite-population correction is part of every second-phase interval. Korn-Graubard capped at "
        "n forgoes it, and is longer than it need be.",
        "- Grade 2 is held against this survey's own silent. Chances of responding whose odds ratio stays "
        "under the convention can still leave silent who differ more; the last column counts by the chances.",
    ]
    if left:
        biased = max(left, key=lambda row: abs(row["bias_ratio"]))
        lines.append(
            "- Answers left out at random are not quite harmless: a scale cut above neutral is cut elsewhere "
            "when it is the mean of three items and not of four. The greatest bias of a share is that of "
            f"{biased['claim']}, {formatting.points(biased['bias'], 1)} percentage points "
            f"({formatting.decimal(biased['bias_ratio'], 1)} Monte Carlo standard errors), with coverage of "
            f"{percent(biased['coverage'])} %. No promise is made for it."
        )
    return ["## How to read it", "\n".join(lines)]
