"""Does the interval keep its promise? Populations of known truth, surveyed again and again.

Staff lists and answers are drawn from the simulation's design; everybody then answers the survey or not,
independently, with a known chance. Each weighting scheme is set up anew in every draw, the merging of its
cells included, and each interval is held against the value of *that draw's own* finite population.

Under response at random within cells the chance depends on the group and the variables of the design's
response model and on nothing else. Under response not at random it depends on the reader question too.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveypipe import intervals, replicates, weighting
from surveypipe.calibration import kish_deff
from surveypipe.cleaning import derive
from surveypipe.codebook import Codebook
from surveypipe.estimation import indicator
from surveypipe.problems import SurveyError
from surveypipe.simulation import (
    merged,
    response_propensity,
    simulate_answers,
    simulate_frame,
    stream,
)
from surveypipe.study.cleaning import Cleaning
from surveypipe.study.weighting import Weighting
from surveypipe.variance import response_cells, second_phase_means

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

SECOND_PHASE, JACKKNIFE = "second phase", "jackknife"
INTERVALS_COMPARED = ("logit", "korn_graubard_capped")
# Coverage that is called right, and under which an interval is called unreliable.
BAND = (0.93, 0.97)
UNRELIABLE = "interval unreliable"
# Greatest bias that simulation error explains, in Monte Carlo standard errors.
BIAS_LIMIT = 3.5
# Fewest expected respondents in each answer and group for which coverage is promised.
MIN_EXPECTED = 5


@dataclass(frozen=True)
class Mechanism:
    """How response comes about.

    Attributes
    ----------
    key, label
        Name in files, and in figures and text.
    selection
        Multiple of the design's effect of having read on the log-odds of response; 0: at random within
        cells.
    leave_out
        Whether respondents leave answers out as well, at the design's rates, when coverage is studied.
    """

    key: str
    label: str
    selection: float
    leave_out: bool = False


MECHANISMS = {
    one.key: one
    for one in (
        Mechanism("at_random", "Response at random within cells", 0.0),
        Mechanism("not_at_random", "Readers respond more readily", 1.0),
        Mechanism("strong", "Readers respond far more readily", 2.0),
        Mechanism("left_out", "Response at random, answers left out", 0.0, leave_out=True),
    )
}


@dataclass(frozen=True)
class Draws:
    """Surveys drawn from populations of known truth; one row per eligible person, sorted by survey and id.

    Attributes
    ----------
    staff
        Columns survey (0, 1, ...), id, the variables of the staff list, respondent, propensity.
    truth
        Everybody's answers and derived variables, as they would have been.
    given
        The same with answers left out; read it only where `respondent`.
    """

    staff: pd.DataFrame
    truth: pd.DataFrame
    given: pd.DataFrame

    def rows(self) -> list[slice]:
        """Rows of each survey."""
        counts = self.staff["survey"].value_counts(sort=False).to_numpy()
        ends = np.cumsum(counts)
        return [slice(int(end - n), int(end)) for n, end in zip(counts, ends, strict=True)]


def purpose_seed(seed: int, *purpose: str) -> int:
    """Seed of one purpose, so that draws for one leave those for another as they were."""
    return zlib.crc32(" / ".join([str(seed), "simulation study", *purpose]).encode())


def draw_surveys(
    design: Mapping[str, Any],
    config: Mapping[str, Any],
    codebook: Codebook,
    mechanism: Mechanism,
    *,
    count: int,
    seed: int,
    leave_out: bool = False,
) -> Draws:
    """Draw populations and who answers.

    Parameters
    ----------
    design
        Design of the simulation (staff, teams, response, respondents, answers, ...).
    config
        Sections ``cleaning`` (scales and recodes) and ``frame`` (recodes).
    codebook
        The questionnaire.
    mechanism
        How response comes about.
    count
        Number of surveys.
    seed
        Seed; frames, answers, response and answers left out have streams of their own.
    leave_out
        Whether respondents leave answers out, at the design's rates (blank, don't know, refused).

    Returns
    -------
    Draws
    """
    frames = [simulate_frame(design, purpose_seed(seed, "frame", str(number))) for number in range(count)]
    people = pd.concat(frames, ignore_index=True)
    people.insert(0, "survey", np.repeat(np.arange(count), [len(one) for one in frames]))
    answers = simulate_answers(people, design, codebook, purpose_seed(seed, "answers"))
    reads = answers[design["answers"]["reader"]] == 1
    people["propensity"] = response_propensity(people, reads, _response_design(design, mechanism, count))
    drawn = stream(purpose_seed(seed, "response"), mechanism.key).random(len(people))
    people["respondent"] = drawn < people["propensity"]
    for recode in config["frame"].get("recodes", []):
        people[recode["variable"]] = people[recode["from"]].map(recode["map"])
    numeric = [v.name for v in codebook.analysed() if v.type not in ("string", "date")]
    answers = answers[numeric]
    left = _left_out(answers, design, codebook, purpose_seed(seed, "left out")) if leave_out else answers
    order = people[people["eligible"]].sort_values(["survey", "id"]).index
    cleaning = msgspec.convert(config["cleaning"], Cleaning)
    truth, given = (
        derive(table.loc[order].reset_index(drop=True), cleaning, codebook) for table in (answers, left)
    )
    return Draws(people.loc[order].drop(columns="eligible").reset_index(drop=True), truth, given)


def _response_design(design: Mapping[str, Any], mechanism: Mechanism, count: int) -> dict[str, Any]:
    """Scale the effect of reading; one constant per group gives the design's totals on average."""
    effect = mechanism.selection * float(design["response"]["reader"])
    totals = {group: total * count for group, total in design["respondents"].items()}
    return merged(design, {"response": {"reader": effect}, "respondents": totals})


def _left_out(
    answers: pd.DataFrame, design: Mapping[str, Any], codebook: Codebook, seed: int
) -> pd.DataFrame:
    rates = design["item_missing"]
    share = sum(float(rates[reason]) for reason in ("blank", "98", "99"))
    rng = stream(seed, "items")
    made = answers.copy()
    for item in codebook.core_items():
        made[item] = made[item].mask(rng.random(len(made)) < share)
    return made


@dataclass(frozen=True)
class Target:
    """One quantity whose interval is put to the test: a claim's estimand over all staff or in a group."""

    claim: str
    short: str
    share: bool
    group: str
    level: str


def targets(config: Mapping[str, Any]) -> list[Target]:
    """Lay out the estimand of each claim, over all staff and in each level of the group."""
    group = config["frame"]["group"]
    places = [("overall", ""), *((group, str(level)) for level in config["groups"][group]["levels"])]
    return [
        Target(key, claim["short"], claim["kind"] == "share", name, level)
        for key, claim in config["claims"].items()
        for name, level in places
    ]


def claim_values(answers: pd.DataFrame, config: Mapping[str, Any], key: str) -> Floats:
    """Outcome of a claim for each person, NaN where it is missing or the person is not in its base."""
    claim, chosen = config["claims"][key], config["sensitivity"]
    column = answers[claim["variable"]]
    share = claim["kind"] == "share"
    values = indicator(column, claim.get("level", 1)) if share else column.to_numpy(float)
    if claim["base"] != "readers":
        return values
    reads = indicator(answers[chosen["reader_variable"]], chosen["reader_level"]) == 1.0
    return np.where(reads, values, np.nan)


def outcomes(answers: pd.DataFrame, staff: pd.DataFrame, config: Mapping[str, Any]) -> Floats:
    """Outcomes of all targets, shape (rows, targets), NaN outside the base or the group."""
    values = {key: claim_values(answers, config, key) for key in config["claims"]}
    level = staff[config["frame"]["group"]].astype(str).to_numpy()
    columns = [
        values[one.claim] if not one.level else np.where(level == one.level, values[one.claim], np.nan)
        for one in targets(config)
    ]
    return np.column_stack(columns)


@dataclass(frozen=True)
class Estimates:
    """Estimates of all targets under one scheme in one draw, each of shape (targets,).

    ``se`` holds the standard errors of each variance method.
    """

    estimate: Floats
    se: Mapping[str, Floats]
    df: Floats
    n: Floats
    start: Floats


def estimate(Y: Floats, plan: weighting.Plan, start: Floats, *, jackknife: bool = True) -> Estimates:
    """Estimate all targets under a scheme, as the analysis stage does.

    Parameters
    ----------
    Y
        Outcomes of the respondents, shape (n, targets).
    plan
        The scheme.
    start
        Base weights of the respondents.
    jackknife
        Whether to re-run the scheme in delete-one replicates as well.
    """
    weights = plan.reweight(start)
    table = second_phase_means(
        Y, plan.labels, plan.n_pop, weights=weights, linearised=plan.linearise(start, weights)
    )
    errors = {SECOND_PHASE: table.se}
    if jackknife:
        made = replicates.jackknife(plan, start)
        spread = replicates.variance(replicates.means(Y, made.matrix), table.estimate, made.coefs)
        errors[JACKKNIFE] = np.sqrt(spread)
    deff = np.array([kish_deff(weights[inside]) for inside in (~np.isnan(Y)).T])
    return Estimates(table.estimate, errors, table.df, table.n, table.n / deff)


def limits(made: Estimates, variance: str, shares: Bools, method: str, level: float) -> tuple[Floats, Floats]:
    """Intervals of all targets: of shares by the method, of means by t."""
    se = made.se[variance]
    low, high = intervals.t_interval(made.estimate, se, made.df, level=level)
    p = np.where(shares, made.estimate, 0.5)
    share_low, share_high = intervals.proportion_interval(
        p, se, made.df, made.n, method=method, level=level, n_start=made.start
    )
    return np.where(shares, share_low, low), np.where(shares, share_high, high)


def schemes_of(
    staff: pd.DataFrame, config: Mapping[str, Any]
) -> tuple[weighting.Population, dict[str, weighting.Plan]]:
    """Set up every scheme on one survey, cells merged anew; one that cannot be carried out is left out."""
    settings = msgspec.convert(config["weighting"], Weighting).schemes
    people = weighting.population(staff, group=config["frame"]["group"])
    plans = {}
    for key, scheme in settings.items():
        try:
            plans[key] = weighting.build(people, scheme, key)
            response_cells(plans[key].labels, plans[key].n_pop)
        except SurveyError:
            continue
    return people, plans


def run_draws(draws: Draws, config: Mapping[str, Any], methods: Sequence[str]) -> pd.DataFrame:
    """Put every interval of every draw to the test.

    Parameters
    ----------
    draws
        See :func:`draw_surveys`.
    config
        Sections claims, sensitivity, weighting, frame, groups, analysis.
    methods
        Interval methods of shares to compare.

    Returns
    -------
    pandas.DataFrame
        One row per draw, scheme, variance, interval and target (its place in :func:`targets`): estimate,
        se, covered, below, above (on which side of the interval the truth lies), length, truth, and the
        respondents of either answer.
    """
    Y_true, Y_given = (outcomes(table, draws.staff, config) for table in (draws.truth, draws.given))
    blocks: list[dict[str, Any]] = []
    for number, rows in enumerate(draws.rows()):
        people, plans = schemes_of(draws.staff.iloc[rows].reset_index(drop=True), config)
        Y = Y_given[rows][people.respondent]
        truth = np.nanmean(Y_true[rows], axis=0)
        for key, plan in plans.items():
            made = estimate(Y, plan, people.start)
            blocks += list(_tallies(made, Y, truth, config, methods, {"draw": number, "scheme": key}))
    size = len(targets(config))
    return pd.DataFrame(
        {name: np.concatenate([np.broadcast_to(block[name], size) for block in blocks]) for name in blocks[0]}
    )


def _tallies(
    made: Estimates,
    Y: Floats,
    truth: Floats,
    config: Mapping[str, Any],
    methods: Sequence[str],
    keys: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    wanted = targets(config)
    shares = np.array([one.share for one in wanted])
    yes = np.where(shares, (Y == 1).sum(axis=0), np.nan)
    for variance in made.se:
        for method in methods:
            low, high = limits(made, variance, shares, method, float(config["analysis"]["ci_level"]))
            yield {
                **keys,
                "variance": variance,
                "interval": method,
                "target": np.arange(len(wanted)),
                "estimate": made.estimate,
                "se": made.se[variance],
                "covered": (low <= truth) & (truth <= high),
                "below": truth < low,
                "above": truth > high,
                "length": high - low,
                "truth": truth,
                "yes": yes,
                "no": made.n - yes,
            }


KEYS = ["scheme", "variance", "interval", "target"]


def coverage_table(tallies: pd.DataFrame, config: Mapping[str, Any], mechanism: Mechanism) -> pd.DataFrame:
    """Summarise the draws: bias, coverage and length, with their simulation errors.

    Parameters
    ----------
    tallies
        See :func:`run_draws`.
    config
        As there.
    mechanism
        How response came about.

    Returns
    -------
    pandas.DataFrame
        One row per scheme, variance, interval and target. ``bias`` is the mean of estimate less truth,
        ``bias_mcse`` its Monte Carlo standard error, ``sd`` the standard deviation of estimate less truth
        and ``mean_se`` the mean of the standard errors that should equal it. ``below`` and ``above`` are
        the shares of intervals that the truth lies below and above. ``min_expected`` is the least expected
        number of respondents in an answer and group (empty for means); ``promised`` says whether coverage
        is promised; ``flag`` marks coverage under 93 %.
    """
    part = tallies.assign(error=tallies["estimate"] - tallies["truth"])
    grouped = part.groupby(KEYS, sort=False)
    table = grouped.agg(
        draws=("covered", "size"),
        truth_mean=("truth", "mean"),
        estimate_mean=("estimate", "mean"),
        bias=("error", "mean"),
        sd=("error", "std"),
        mean_se=("se", "mean"),
        coverage=("covered", "mean"),
        below=("below", "mean"),
        above=("above", "mean"),
        mean_length=("length", "mean"),
        yes=("yes", "mean"),
        no=("no", "mean"),
    ).reset_index()
    table["bias_mcse"] = table["sd"] / np.sqrt(table["draws"])
    table["bias_ratio"] = table["bias"] / table["bias_mcse"]
    table["coverage_mcse"] = np.sqrt(table["coverage"] * (1 - table["coverage"]) / table["draws"])
    table["flag"] = np.where(table["coverage"] < BAND[0], UNRELIABLE, "")
    return _described(table, config, mechanism)


def _described(table: pd.DataFrame, config: Mapping[str, Any], mechanism: Mechanism) -> pd.DataFrame:
    wanted = targets(config)
    of = [wanted[place] for place in table["target"]]
    schemes = config["weighting"]["schemes"]
    table = table.assign(
        mechanism=mechanism.key,
        mechanism_label=mechanism.label,
        claim=[one.claim for one in of],
        short=[one.short for one in of],
        group=[one.group for one in of],
        group_level=[one.level for one in of],
        scheme_label=[str(schemes[key].get("label", key)) for key in table["scheme"]],
        interval=[name if one.share else "t" for name, one in zip(table["interval"], of, strict=True)],
        min_expected=_least_expected(table, wanted),
    )
    # A mean has one interval, whatever the method of shares.
    table = table.drop_duplicates(["scheme", "variance", "interval", "target"])
    table["promised"] = (
        (mechanism.selection == 0 and not mechanism.leave_out)
        & (table["group"] == "overall")
        & (table["scheme"] == config["weighting"]["primary"])
        & table["interval"].isin([config["analysis"]["proportion_interval"], "t"])
        & ~(table["min_expected"] < MIN_EXPECTED)
    )
    return table[COLUMNS].reset_index(drop=True)


COLUMNS = [
    "mechanism", "mechanism_label", "claim", "short", "group", "group_level", "scheme", "scheme_label",
    "variance", "interval", "draws", "truth_mean", "estimate_mean", "bias", "bias_mcse", "bias_ratio", "sd",
    "mean_se", "coverage", "coverage_mcse", "below", "above", "mean_length", "min_expected", "promised",
    "flag",
]  # fmt: skip


def _least_expected(table: pd.DataFrame, wanted: Sequence[Target]) -> Floats:
    """Least expected number in an answer: in the group itself, or over all groups for all staff."""
    first = table[(table["scheme"] == table["scheme"].iloc[0])].drop_duplicates("target").set_index("target")
    least = np.minimum(first["yes"], first["no"])
    found = {}
    for place, one in enumerate(wanted):
        inside = [
            k for k, other in enumerate(wanted)
            if other.claim == one.claim and other.level and one.level in ("", other.level)
        ]  # fmt: skip
        found[place] = min((float(least[k]) for k in inside), default=float(least[place]))
    return np.array([found[place] for place in table["target"]])


def broken_promises(table: pd.DataFrame) -> list[str]:
    """Say in words where a promised coverage or bias lies outside its limits; empty where none does."""
    found = []
    for row in table[table["promised"]].to_dict("records"):
        name = f"{row['claim']} ({row['variance']})"
        if not BAND[0] <= row["coverage"] <= BAND[1]:
            found.append(f"{name}: coverage {100 * row['coverage']:.1f} %")
        if not abs(row["bias_ratio"]) <= BIAS_LIMIT:
            found.append(f"{name}: bias of {row['bias_ratio']:.1f} Monte Carlo standard errors")
    return found
