"""An attack on the answers of a question from all numbers that are released of it, one by one.

The reader of the public files knows how many replied in each cell (group by part of the group), the weights
that follow, and the program that computed the numbers, which is public. Unknown is how many of each cell
answered a question, and how. Every combination of whole numbers is tried: the shares of each group sift it
first, those of all staff next, and what is left is put through the program and held against every other
number: standard errors, intervals, tests, effects, curves and bounds. What all remaining combinations agree
on is known. The attack shares no code with what decides what may be released.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog

import analyse
import nonresponse
from surveypipe.design.from_weights import replicates_of
from surveypipe.design.variance import second_phase_means
from surveypipe.estimation import comparisons
from surveypipe.estimation import estimates as estimation
from surveypipe.estimation import survey as estimation_survey
from surveypipe.identifiers import NOT_ANSWERED
from surveypipe.ledger import cases
from surveypipe.ledger.explorer import at_ks, at_thetas
from surveypipe.ledger.rows import claim_tables
from surveypipe.nonresponse import report
from surveypipe.nonresponse.study import Study
from surveypipe.study.base import plain
from surveypipe.study.bases import conditions_of
from surveypipe.study.codebook_file import CodebookFile
from surveypipe.study.completion import completed
from surveypipe.study.reading import read
from surveypipe.study.sections import Sections
from surveypipe.study.settings import Configuration

FEWEST, SMALL = 10, 5
TABLES = ("estimates", "claims", "theta", "theta_by_group", "nonresponse", "explorer")
MOST_PAIRS, MOST_TRIES, CHUNK = 20_000, 60, 250
CATEGORIES = ("low", "middle", "high")
# Columns of the tables of the claims that are functions of how each cell answered.
CLAIM_COLUMNS = ("estimate", "se", "ci_low", "ci_high", "bound_low", "bound_high", "scheme_low",
                 "scheme_high", "tipping_theta", "tipping_theta_interval")  # fmt: skip
SIGNIFICANT = ("p_value", "effect", "statistic")
TESTS = ("rao_scott", "rao_scott_fpc", "t_test", "t_test_fpc", "adjusted_wald")


def released(folder: Path, name: str) -> pd.DataFrame:
    """A public table as text, so that the digits of a number are those that were printed."""
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def slack(text: str, *, significant: bool, end: bool = False, halves: bool = False) -> float:
    """By how much the true number may differ from what is printed.

    Numbers of more than six digits are as they were computed; else half a unit of the last decimal (two at
    the fewest), of the last significant digit of a test, and a whole one at the end of an interval, which
    may have been kept on its side of a limit. Tests up to one and associations are in halves.
    """
    digits = text.lstrip("-0.").replace(".", "").split("e")[0]
    if len(digits) > 6:
        return 1e-9 + 1e-9 * abs(float(text))
    if halves and abs(float(text)) <= 1:
        return (0.5 if abs(float(text)) == 1 else 0.25) + 1e-9
    if significant:
        # An effect below one has one decimal, p its first digit.
        least = 1e-9 if end else 0.1
        size = max(10.0 ** np.floor(np.log10(abs(float(text)))) if float(text) else 0.1, least)
        return float(size) * (1.0 if end else 0.5) + 1e-9
    decimals = max(len(text.partition(".")[2]), 2)
    return (1.0 if end else 0.5) * 10.0**-decimals + 1e-9


@dataclass
class Survey:
    """What the reader knows beside the numbers: respondents by cell, weights, designs."""

    made: estimation_survey.Survey
    study: Study
    public: Path
    dispositions: pd.DataFrame
    weight_cells: pd.DataFrame
    part: str
    atoms: np.ndarray = field(init=False)
    cells: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        people = self.made.respondents
        weights = [c for c in people if str(c).startswith("w_")]
        keys = people[[self.group, self.part]].astype(str).assign(**people[weights].round(6))
        self.atoms = keys.groupby(list(keys.columns), sort=True).ngroup().to_numpy()
        first = people.assign(atom=self.atoms).groupby("atom").first()
        self.cells = first[[self.group, self.part, *weights]].assign(size=np.bincount(self.atoms))

    @property
    def group(self) -> str:
        return self.made.settings.frame.group

    def of_group(self, level: str) -> np.ndarray:
        return np.flatnonzero((self.cells[self.group].astype(str) == level).to_numpy())

    def weights(self, scheme: str) -> np.ndarray:
        return self.cells[f"w_{scheme}"].to_numpy(float)


def survey_of(results: Path, public: Path | None = None) -> Survey:
    """Load what the analysis of a finished run rests on."""
    settings = read(results.parent / "config/config.yaml", Configuration)
    codebook = read(results.parent / settings.inputs.codebook, CodebookFile)
    config = plain(completed(settings, codebook))
    data, private = results / "data", results / "private"
    chosen = Sections(config)
    replicates = replicates_of(*[
        pd.read_parquet(data / f"{name}.parquet")
        for name in ("weights", "replicate_weights", "replicate_coefs")
    ])  # fmt: skip
    made = analyse.load_survey(
        chosen, data / "analysis.parquet", data / "weights.parquet", data / "selection.parquet",
        private / "weight_cells.csv", data / "variables.json", replicates,
    )  # fmt: skip
    cells = pd.read_csv(private / "weight_cells.csv")
    study = nonresponse.load_study(
        chosen, private / "estimates.csv", data / "analysis.parquet", data / "dispositions.parquet",
        pd.read_parquet(data / "weights.parquet"), pd.read_parquet(data / "selection.parquet"), cells,
        replicates,
    )  # fmt: skip
    part = config["frame"]["recodes"][0]["variable"]
    dispositions = pd.read_parquet(data / "dispositions.parquet")
    return Survey(made, study, public or results / "public", dispositions, cells, part)


@dataclass
class Question:
    """A question, or one answer of it against the others, with the truth that nobody may find."""

    survey: Survey
    variable: str
    base: str
    level: str
    codes: tuple[str, ...]
    answered: np.ndarray
    gave: np.ndarray
    rows: pd.DataFrame

    @property
    def name(self) -> str:
        return f"{self.variable} ({self.base}): {self.level}"


def questions(survey: Survey) -> Iterator[Question]:
    """Every answer of every question of which a share is published."""
    estimates = released(survey.public, "estimates")
    shares = estimates[(estimates["statistic"] == "proportion") & (estimates["status"] == "released")]
    for (variable, base), rows in shares.groupby(["variable", "base"], sort=False):
        if variable not in survey.made.respondents or variable == survey.group:
            continue
        values = list(survey.made.values(str(variable)))
        column = survey.made.respondents[variable]
        if not pd.api.types.is_numeric_dtype(column):
            continue
        column = column.astype(float)
        column = column.where(survey.made.inside(str(base)))
        # Of a scale what is shown within groups: of all people alone a category leaves thousands.
        within = set(rows.loc[rows["group_level"] != "", "level"])
        scaled = bool(set(CATEGORIES) & set(rows["level"]))
        levels = [lv for lv in dict.fromkeys(rows["level"]) if not scaled or lv in within]
        for level in levels[:1] if len(values) == 2 else levels:
            codes = tuple(_parts(level, values))
            hit = column.isin([float(code) for code in codes]) & column.notna()
            yield Question(
                survey, str(variable), str(base), str(level), codes,
                np.bincount(survey.atoms, column.notna()).astype(int),
                np.bincount(survey.atoms, hit).astype(int),
                rows[rows["level"] == level],
            )  # fmt: skip


def _parts(level: str, codes: list[str]) -> list[str]:
    half = len(codes) // 2
    parts = {"low": codes[:half], "middle": codes[half : len(codes) - half], "high": codes[-half:]}
    return parts.get(level, [level])


def _compositions(total: int, limits: list[int]) -> Iterator[tuple[int, ...]]:
    if len(limits) == 1:
        if total <= limits[0]:
            yield (total,)
        return
    for first in range(max(0, total - sum(limits[1:])), min(total, limits[0]) + 1):
        for rest in _compositions(total - first, limits[1:]):
            yield (first, *rest)


def _in_group(question: Question, level: str, asked: int | None) -> np.ndarray:
    """Combinations (answered, gave) of one group that fit what is said of it; shape (K, 2, cells)."""
    survey = question.survey
    inside = survey.of_group(level)
    rows = question.rows[question.rows["group_level"] == level]
    limits = [int(n) for n in survey.cells["size"].to_numpy()[inside]]
    if len(rows):
        totals = {int(float(rows["n"].iloc[0]))}
    else:
        base = int(float(question.rows["n"].iloc[0]))
        totals = set(range(min(base, sum(limits), asked if asked is not None else base) + 1))
    found, said = [], _said(rows, survey, inside)
    for total in totals:
        for answered in _compositions(total, limits):
            grid = np.stack(np.meshgrid(*[np.arange(n + 1) for n in answered], indexing="ij"), -1)
            gave = grid.reshape(-1, len(answered))
            gave = gave[_fits(said, gave, np.array(answered)[None])]
            found.append(np.stack([np.broadcast_to(answered, gave.shape), gave], 1))
    return np.concatenate(found)


def _said(rows: pd.DataFrame, survey: Survey, inside: np.ndarray) -> list[tuple[np.ndarray, float, float]]:
    """Weights of the cells, the printed share and its slack, for each row."""
    return [
        (survey.weights(scheme)[inside], float(printed), slack(printed, significant=False))
        for scheme, printed in zip(rows["scheme"], rows["estimate"], strict=True)
    ]


def _fits(said: list[tuple[np.ndarray, float, float]], gave: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """Whether combinations agree with the printed shares of a group, or of all staff, under each scheme."""
    fits = np.ones(len(gave), bool)
    for w, printed, near in said:
        with np.errstate(invalid="ignore", divide="ignore"):
            fits &= np.abs((gave * w).sum(-1) / (answered * w).sum(-1) - printed) <= near
    return fits


def combinations(question: Question, asked: Mapping[str, int] | None = None) -> np.ndarray:
    """Combinations of all cells that fit the shares; shape (K, 2, cells), the true one first."""
    survey = question.survey
    levels = list(dict.fromkeys(survey.cells[survey.group].astype(str)))
    by_group = [_in_group(question, level, (asked or {}).get(level)) for level in levels]
    whole = question.rows[question.rows["group_level"] == ""]
    order = np.concatenate([survey.of_group(level) for level in levels])
    back = np.argsort(order)
    # Where there are too many, those nearest to the truth: another that fits is another wherever it lies.
    most = int(MOST_PAIRS ** (1 / len(levels)))
    if np.prod([float(len(one)) for one in by_group]) > MOST_PAIRS:
        for k, level in enumerate(levels):
            inside = survey.of_group(level)
            truth = np.stack([question.answered[inside], question.gave[inside]])
            far = np.abs(by_group[k] - truth).sum((1, 2))
            by_group[k] = by_group[k][np.argsort(far, kind="stable")[:most]]
    picks = np.array(list(product(*[range(len(one)) for one in by_group])), int).reshape(-1, len(levels))
    made = np.concatenate([by_group[k][picks[:, k]] for k in range(len(levels))], axis=2)[:, :, back]
    truth = np.stack([question.answered, question.gave])[None]
    made = np.concatenate([truth, made])
    if len(whole):
        made = made[made[:, 0].sum(1) == int(float(whole["n"].iloc[0]))]
        said = _said(whole, survey, np.arange(len(survey.cells)))
        made = made[_fits(said, made[:, 1], made[:, 0])]
    assert len(made) and (made[0] == truth[0]).all(), f"{question.name}: the truth does not fit the shares"
    return made


def column(question: Question, combination: np.ndarray) -> np.ndarray:
    """Answers 1, 0 and NaN of each respondent that give a combination: who of a cell gave them is all one."""
    atoms = question.survey.atoms
    y = np.full(len(atoms), np.nan)
    for cell, (answered, gave) in enumerate(combination.T):
        members = np.flatnonzero(atoms == cell)
        y[members[:answered]] = 0.0
        y[members[:gave]] = 1.0
    return y


def _spreads(question: Question, made: np.ndarray) -> np.ndarray:
    """Which combinations agree with the printed standard errors of the shares too."""
    survey, fits = question.survey, np.ones(len(made), bool)
    rows = question.rows[(question.rows["se"] != "")]
    for start in range(0, len(made), 4000):
        block = made[start : start + 4000]
        Y = np.column_stack([column(question, one) for one in block])
        for row in rows.to_dict("records"):
            inside = np.ones(len(Y), bool)
            if row["group_level"]:
                inside = (survey.made.respondents[survey.group].astype(str) == row["group_level"]).to_numpy()
            design = survey.made.designs[row["scheme"]]
            table = second_phase_means(
                np.where(inside[:, None], Y, np.nan), design.labels, design.n_pop, weights=design.weights,
                fpc=survey.made.fpc, linearised=design.linearised,
            )  # fmt: skip
            near = np.abs(table.se - float(row["se"])) <= slack(row["se"], significant=False)
            fits[start : start + 4000] &= near
    return fits


class Program:
    """The published program, run on an invented combination."""

    def __init__(self, question: Question) -> None:
        self.question, self.survey = question, question.survey
        config = self.survey.made.settings.given
        claims = {
            key: {**claim, "secondary": []}
            for key, claim in config["claims"].items()
            if claim["variable"] == question.variable and "level" in claim
        }
        tests = [t for t in config["analysis"]["tests"] if t["variable"] == question.variable]
        compared = {str(one["variable"]) for one in config["analysis"]["tests"]}
        self.claims = claims
        self.known = claims or question.variable in compared
        self.several = len(list(self.survey.made.values(question.variable))) > 2
        self.config = {**config, "claims": claims,
                       "analysis": {**config["analysis"], "items": [question.variable],
                                    "tests": tests}}  # fmt: skip
        self.tables = {
            name: released(self.survey.public, name)
            for name in TABLES
            if (self.survey.public / f"{name}.csv").exists()
        }

    def fits(self, combination: np.ndarray) -> bool:
        """Whether everything that is printed agrees with a combination."""
        return all(near for _, near in self.judged(combination))

    def judged(self, combination: np.ndarray) -> Iterator[tuple[str, bool]]:
        y = column(self.question, combination)
        people = self.survey.made.respondents.copy()
        values = list(self.survey.made.values(self.question.variable))
        other = next((v for v in values if v not in self.question.codes), "0")
        people[self.question.variable] = np.where(
            np.isnan(y), np.nan, np.where(y == 1, float(self.question.codes[0]), float(other))
        )
        bases = Sections(self.config).bases
        for name, codes in conditions_of(bases, self.question.base).items():
            people[name] = float(str(codes[0]))
        survey = replace(self.survey.made, respondents=people, settings=Sections(self.config))
        yield from self._estimates(survey)
        if self.claims:
            yield from self._of_claims(survey, people)

    def _estimates(self, survey: estimation_survey.Survey) -> Iterator[tuple[str, bool]]:
        wanted = estimation.estimands(survey)
        rows = [*estimation.descriptive_rows(survey, wanted), *comparisons.difference_rows(survey),
                *comparisons.test_rows(survey)]  # fmt: skip
        shown = self.tables["estimates"].set_index("estimate_id")
        for row in rows:
            if row["estimate_id"] not in shown.index:
                continue
            printed = shown.loc[row["estimate_id"]]
            if printed["status"] != "released" or printed["variable"] != self.question.variable:
                continue
            # Of more than two answers the others are not told apart here.
            if self.several and str(printed["level"]) != self.question.level:
                continue
            test = row["statistic"] in TESTS or row["statistic"] == "risk_ratio"
            for name in ("estimate", "se", "ci_low", "ci_high", "p_value", "effect", "deff_kish",
                         "deff_design", "df2", "se_jackknife"):  # fmt: skip
                value = row.get(name)
                if value is None or value == "" or not np.isfinite(float(value)):
                    continue
                sharp = name in SIGNIFICANT or name.startswith("deff") or test
                halves = name == "estimate" and row["statistic"] in TESTS
                near = _near(float(value), printed[name], name, sharp, halves)
                yield f"{row['estimate_id']} {name}", near

    def _of_claims(
        self, survey: estimation_survey.Survey, people: pd.DataFrame
    ) -> Iterator[tuple[str, bool]]:
        estimates = estimation.gather(estimation.descriptive_rows(survey, estimation.estimands(survey)))
        made = cases.setting(Sections(self.config), self.survey.weight_cells)
        gathered = cases.cases(made, estimates, people, self.survey.dispositions)
        if made.bases[self.question.base]:
            # Who reads is another question; the curves of this one rest on both.
            return
        ledger, common, single = claim_tables(made, gathered)
        columns = [c for c in ledger if c in CLAIM_COLUMNS or c.startswith("estimate_")]
        plan = made.sensitivity.scenario
        if (
            plan
            and self.question.variable != plan.variable
            and all("routed" not in str(note) for note in ledger.get("reader_note", []))
        ):
            columns = [c for c in columns if not c.startswith("reader")]
        yield from self._rows("claims", ledger, ["claim", "group_level"], columns)
        yield from self._rows("theta", common, ["claim", "group_level", "theta"], ["estimate"])
        yield from self._rows(
            "theta_by_group", single, ["claim", "group_level", "theta_in", "theta"], ["estimate"]
        )
        # At multiples of the scenario only its own question is told by itself.
        own = plan is not None and self.question.variable == plan.variable
        explored = pd.DataFrame(
            row
            for case in gathered
            if case.group == "overall"
            for row in (*at_thetas(case, made), *(at_ks(case, made) if own else ()))
        )
        ends = ["estimate", "ci_low", "ci_high"]
        yield from self._rows("explorer", explored, ["claim", "scheme", "assumption", "theta", "k"], ends)
        yield from self._nonresponse(people, gathered)

    def _nonresponse(self, people: pd.DataFrame, gathered: list[Any]) -> Iterator[tuple[str, bool]]:
        study = replace(self.survey.study, respondents=people, cases=gathered)
        made = pd.DataFrame(
            [*report.auxiliary_rows(study), *report.weighting_rows(study),
             *report.range_rows(study)]
        )  # fmt: skip
        made = made[made["claim"].notna()] if "claim" in made else made
        keys = ["step", "measure", "variable", "level", "claim", "group_level", "scheme"]
        yield from self._rows("nonresponse", made, keys, ["estimate", "se", "statistic", "p_value"])

    def _rows(
        self, name: str, made: pd.DataFrame, keys: list[str], columns: list[str]
    ) -> Iterator[tuple[str, bool]]:
        if name not in self.tables:
            return
        shown = self.tables[name]
        place = {tuple(_key(row[k]) for k in keys): row for row in shown.to_dict("records")}
        for row in made.to_dict("records"):
            printed = place.get(tuple(_key(row.get(k)) for k in keys))
            for column_name in columns if printed is not None else ():
                value = row.get(column_name)
                if value is None or not np.isfinite(float(value)) or column_name not in printed:
                    continue
                sharp = column_name in SIGNIFICANT or column_name.startswith("tipping")
                halves = column_name == "statistic" or row.get("measure") == "v_answer"
                near = _near(float(value), printed[column_name], column_name, sharp, halves)
                yield f"{name} {[_key(row.get(k)) for k in keys]} {column_name}", near


def _key(value: Any) -> str:
    if value is None or value != value:
        return ""
    with contextlib.suppress(ValueError, TypeError):
        return f"{float(value):g}"
    return str(value)


def _near(value: float, text: str, name: str, significant: bool, halves: bool = False) -> bool:
    if text == "" or text in ("True", "False"):
        return True
    end = name.startswith(("ci", "p_value", "reader_limit"))
    return abs(value - float(text)) <= slack(text, significant=significant, end=end, halves=halves)


def secrets(question: Question) -> Iterator[tuple[str, int, str]]:
    """Cells whose answers nobody may know: all alike, few who answered, few who gave an answer.

    That a cell gave the answer which all but a few of everybody gave is no secret: the share itself says so
    of each of them.
    """
    cells = question.survey.cells
    gave_it, did_not = question.gave.sum(), (question.answered - question.gave).sum()
    for cell, (answered, gave) in enumerate(zip(question.answered, question.gave, strict=True)):
        place = f"{cells.iloc[cell][question.survey.part]} in {cells.iloc[cell][question.survey.group]}"
        # That nobody chose one of three categories leaves two.
        common = did_not < FEWEST if gave == answered else gave == 0 and gave_it < FEWEST
        if answered and common:
            continue
        if answered and (gave == answered or (gave == 0 and question.level not in CATEGORIES)):
            yield f"all {answered} of {place} alike", cell, "alike"
        elif 0 < answered < FEWEST:
            yield f"{gave} of {answered} of {place}", cell, "few"


def _same(made: np.ndarray, truth: np.ndarray, cell: int, kind: str) -> np.ndarray:
    """Which combinations say of a cell what is true of it."""
    answered, gave = made[:, 0, cell], made[:, 1, cell]
    if kind == "alike":
        other = gave == 0 if truth[1, cell] == 0 else gave == answered
        return np.asarray(other & (answered > 0))
    if truth[1, cell] < SMALL or truth[0, cell] < FEWEST:
        same = gave == truth[1, cell]
        return same & (answered == truth[0, cell]) if truth[0, cell] < FEWEST else same
    return np.asarray(answered - gave == truth[0, cell] - truth[1, cell])


def leaks(question: Question, asked: Mapping[str, int] | None = None) -> list[str]:
    """Secrets of a question that every combination which fits all released numbers agrees on."""
    wanted = list(secrets(question))
    if not wanted:
        return []
    made = combinations(question, asked)
    truth, program = made[0], Program(question)
    assert (truth == np.stack([question.answered, question.gave])).all(), question.name
    if program.known:
        wrong = [name for name, near in program.judged(truth) if not near]
        assert not wrong, f"{question.name}: the truth does not fit {wrong[:5]}"
    # The nearest to the truth first: one other that fits refutes that a count is known.
    made = made[np.argsort(np.abs(made - truth).sum((1, 2)), kind="stable")]
    tried = dict.fromkeys(wanted, 0)
    for start in range(0, len(made), CHUNK):
        block = made[start : start + CHUNK]
        if all(_same(block, truth, cell, kind).all() for _, cell, kind in tried):
            continue
        block = block[_spreads(question, block)]
        for secret in list(tried):
            if secret not in tried:
                continue
            others = block[~_same(block, truth, *secret[1:])]
            others = others[: max(MOST_TRIES - tried[secret], 0)]
            tried[secret] += len(others)
            fitting = next((one for one in others if not program.known or program.fits(one)), None)
            if fitting is not None:
                tried = {s: n for s, n in tried.items() if _same(fitting[None], truth, *s[1:])[0]}
        if not tried:
            break
    return [f"{question.name}: {name} ({len(made)} fit the shares)" for name, _, _ in tried]


def asked_of(survey: Survey, about: Mapping[str, Any], variable: str) -> dict[str, int]:
    """How many of each group were asked, where the shares of the question before tell."""
    made: dict[str, int] = {}
    rows = released(survey.public, "estimates")
    rows = rows[(rows["statistic"] == "proportion") & (rows["status"] == "released")]
    for before, code in (about.get(variable, {}).get("asked_if") or {}).items():
        mine = rows[(rows["variable"] == before) & (rows["level"] == _key(code))]
        for row in mine[mine["group_level"] != ""].to_dict("records"):
            most = float(row["n"]) * (float(row["estimate"]) + 0.02)
            made[row["group_level"]] = min(int(most) + 1, made.get(row["group_level"], 10**6))
    return made


def means(survey: Survey) -> list[str]:
    """Groups whose suppressed mean is left near by other means and the weights.

    Linear algebra on sums: of each cell the sum of the scores is unknown, between the least and the greatest
    score of everybody in it. Of ten people or fewer a mean is known that is known to within a quarter of the
    scale; of more in proportion, because what counts is how far the sum of their scores is known.
    """
    estimates, found = released(survey.public, "estimates"), []
    rows = estimates[(estimates["statistic"] == "mean") & estimates["level"].eq("")]
    for variable, own in rows.groupby("variable", sort=False):
        if variable not in survey.made.respondents:
            continue
        scores = survey.made.respondents[variable].astype(float)
        told = own[own["status"] == "released"]
        for level in dict.fromkeys(survey.cells[survey.group].astype(str)):
            if level in set(told["group_level"]) or not len(told):
                continue
            low, high = _mean_between(survey, scores, told, survey.of_group(level))
            there = survey.made.respondents[survey.group].astype(str) == level
            people = int(scores[there].notna().sum())
            if people and (high - low) * max(people / FEWEST, 1) < (scores.max() - scores.min()) / 4:
                found.append(f"{variable}: the mean of {level} lies between {low:.2f} and {high:.2f}")
    return found


def _mean_between(
    survey: Survey, scores: pd.Series, told: pd.DataFrame, inside: np.ndarray
) -> tuple[float, float]:
    answered = np.bincount(survey.atoms, scores.notna(), len(survey.cells))
    least, most = float(scores.min()), float(scores.max())
    left, right = [], []
    for row in told.to_dict("records"):
        place = survey.of_group(row["group_level"]) if row["group_level"] else np.arange(len(answered))
        w = np.zeros(len(answered))
        w[place] = survey.weights(row["scheme"])[place]
        near = slack(row["estimate"], significant=False)
        for side in (1, -1):
            left.append(side * w)
            right.append(side * (w @ answered) * (float(row["estimate"]) + side * near) + 1e-6)
    cost = np.zeros(len(answered))
    cost[inside] = 1.0
    bounds = list(zip(least * answered, most * answered, strict=True))
    ends = [linprog(sign * cost, A_ub=np.array(left), b_ub=right, bounds=bounds) for sign in (1, -1)]
    assert all(end.status == 0 for end in ends), "the true means do not fit what is printed"
    size = max(answered[inside].sum(), 1)
    return float(ends[0].fun) / size, -float(ends[1].fun) / size


def characteristics(survey: Survey) -> list[str]:
    """Small counts of a characteristic in a cell that Table 1 leaves certain."""
    table, found = released(survey.public, "table_1"), []
    people = survey.made.respondents
    for variable, rows in table.groupby("variable", sort=False):
        if variable in (survey.group, survey.part) or variable not in people:
            continue
        levels = [lv for lv in dict.fromkeys(rows["level"])]
        codes = {code: lv for lv in levels if lv != NOT_ANSWERED for code in lv.split("+")}
        named = people[variable].map(_key).map(codes).fillna(NOT_ANSWERED)
        for group in dict.fromkeys(survey.cells[survey.group].astype(str)):
            mine = rows[(rows["group_level"] == group) & (rows["n"] != "")].set_index("level")
            if set(mine.index) != set(levels) or NOT_ANSWERED not in levels:
                continue
            found += _one_table(survey, str(variable), group, mine, named)
    return found


def _one_table(survey: Survey, variable: str, group: str, mine: pd.DataFrame, named: pd.Series) -> list[str]:
    inside = survey.of_group(group)
    sizes = [int(n) for n in survey.cells["size"].to_numpy()[inside]]
    w = survey.weights(survey.made.primary)[inside]
    open_ones = [np.array(list(_compositions(int(float(mine.loc[lv, "n"])), sizes))) for lv in mine.index]
    at = list(mine.index).index(NOT_ANSWERED)
    possible: list[np.ndarray] = []
    # Who did not answer fixes the base of the percentages.
    for missing in open_ones[at]:
        total = ((np.array(sizes) - missing) * w).sum()
        fit = []
        for lv, options in zip(mine.index, open_ones, strict=True):
            if mine.loc[lv, "percent"] == "":
                fit += [options] if lv != NOT_ANSWERED else []
            elif lv != NOT_ANSWERED:
                near = np.abs(100 * (options * w).sum(1) / total - float(mine.loc[lv, "percent"]))
                fit.append(options[near <= _percent_slack(mine.loc[lv, "percent"])])
        partial = missing[None, None]
        for options in fit:
            made = np.concatenate(
                [np.repeat(partial, len(options), 0), np.tile(options, (len(partial), 1))[:, None]], 1
            )
            partial = made[(made.sum(1) <= np.array(sizes)).all(1)]
        possible += list(partial[(partial.sum(1) == np.array(sizes)).all(1)])
    assert possible, f"{variable}: nothing fits Table 1"
    found, names = [], [NOT_ANSWERED, *[lv for lv in mine.index if lv != NOT_ANSWERED]]
    for row, lv in enumerate(names):
        for column, cell in enumerate(inside):
            values = {int(one[row, column]) for one in possible}
            truth = int(((named == lv).to_numpy() & (survey.atoms == cell)).sum())
            assert truth in values
            if lv != NOT_ANSWERED and 0 < truth < SMALL and len(values) == 1:
                found.append(
                    f"{variable}: {truth} of {lv} in {survey.cells.iloc[cell][survey.part]} of {group}"
                )
    return found


def _percent_slack(text: str) -> float:
    digits = text.partition(".")[2]
    return 1e-6 if len(digits) > 4 else 0.5 * 10.0 ** -len(digits) + 1e-6


def attack(results: Path, public: Path | None = None) -> list[str]:
    """Every leak of a release."""
    survey = survey_of(results, public)
    found = [*means(survey), *characteristics(survey)]
    for question in questions(survey):
        found += leaks(question, asked_of(survey, survey.made.variables, question.variable))
    return found
