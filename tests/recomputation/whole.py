"""All recomputed parts of a study, made once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from recomputation.bias import Bias
from recomputation.coding import Question, Reliability, open_questions, reliability
from recomputation.design import Estimate
from recomputation.estimates import Survey
from recomputation.imputation import Imputation, Points, Pooled, points, points_otherwise
from recomputation.ledger import Entry, Ledger
from recomputation.modelling import Model, models
from recomputation.raw import Study, read_study
from recomputation.silent import PRIORS, Posterior, Proxy, bayes, missing_information, proxy


class Whole:
    """The study, its estimates, claims and analysis of non-response."""

    def __init__(self, root: Path) -> None:
        self.study: Study = read_study(root)
        self.survey = Survey(self.study)
        self.ledger = Ledger(self.survey)
        self.bias = Bias(self.survey, self.ledger)
        self.config = self.study.config
        self.staff = self.study.eligible
        self.levels = self.survey.levels
        self.names = self.config["groups"][self.survey.group]["levels"]

    def name(self, place: str) -> str:
        text = self.names[place]
        return text[0].lower() + text[1:]

    def short(self, entry: Entry) -> str:
        return f"{entry.key} {entry.claim['short']}" if entry.place == "all" else self.names[entry.place]

    def source(self, entry: Entry) -> str:
        return f"claim-{entry.key.lower()}" + ("" if entry.place == "all" else f"-{entry.place.lower()}")

    @property
    def headlines(self) -> list[Entry]:
        return [e for e in self.ledger.entries if e.place == "all"]

    def count(self, place: str = "all") -> int:
        part = self.staff if place == "all" else self.staff[self.staff[self.survey.group] == place]
        return len(part)

    def answered(self, place: str = "all", codes: tuple[str, ...] = ("1.1", "1.2")) -> int:
        part = self.staff if place == "all" else self.staff[self.staff[self.survey.group] == place]
        return int(part["code"].isin(codes).sum())

    def label(self, variable: str) -> str:
        for part in (*self.config["cleaning"]["recodes"], *self.config["cleaning"]["scales"]):
            if part["variable"] == variable:
                return str(part["label"])
        entry = self.study.codebook["variables"].get(variable)
        return str(entry["label"]) if entry else variable.replace("_", " ").capitalize()

    def item(self, variable: str) -> str:
        return str(self.study.codebook["variables"][variable].get("short") or self.label(variable))

    def agreement(self, scale: str, place: str = "all") -> dict[str, Estimate]:
        items = next(s["items"] for s in self.config["cleaning"]["scales"] if s["variable"] == scale)
        return {i: self.survey.share(self.survey.agrees(i), place) for i in items}

    @cached_property
    def imputation(self) -> Imputation:
        return Imputation(self.survey)

    @cached_property
    def imputed(self) -> dict[tuple[str, str], Pooled]:
        return {(e.key, e.place): self.imputation.pooled(e, self.survey.primary) for e in self.ledger.entries}

    @cached_property
    def points(self) -> dict[tuple[str, str], Points]:
        return {
            (e.key, e.place): points(self.survey, self.ledger, self.imputation, e)
            for e in self.ledger.entries
        }

    @cached_property
    def otherwise(self) -> dict[tuple[str, str], Points]:
        """Claim and variable that counts its answer by another rule."""
        return {
            (e.key, name): points_otherwise(self.survey, self.imputation, e.claim, name)
            for e in self.headlines
            for name in e.claim.get("alternatives", [])
        }

    def counted(self, key: str, name: str) -> float:
        """Estimate of a claim counted otherwise, all else as published."""
        made = self.otherwise[key, name].values
        return next(v for scheme, imputed, v, _ in made if scheme == self.survey.primary.name and not imputed)

    @cached_property
    def information(self) -> dict[tuple[str, str], tuple[float, float]]:
        return {(e.key, e.place): missing_information(self.bias, e) for e in self.ledger.entries}

    @cached_property
    def proxies(self) -> dict[tuple[str, str], Proxy]:
        return {(e.key, e.place): proxy(self.bias, e) for e in self.estimable}

    @cached_property
    def posteriors(self) -> dict[tuple[str, str], dict[str, Posterior]]:
        return {
            (e.key, e.place): {name: bayes(self.bias, e, prior) for name, prior in PRIORS.items()}
            for e in self.estimable
            if not e.equivalence
        }

    @property
    def estimable(self) -> list[Entry]:
        """Claims for which the silent's membership of the base is known."""
        return [e for e in self.ledger.entries if e.claim["base"] != "readers"]

    @cached_property
    def models(self) -> list[Model]:
        return models(self.survey)

    @cached_property
    def reliabilities(self) -> dict[str, Reliability]:
        return {
            s["variable"]: reliability(self.study, s["items"], self.survey.level)
            for s in self.config["cleaning"]["scales"]
        }

    @cached_property
    def questions(self) -> dict[str, Question]:
        return open_questions(self.study, self.survey.group, self.levels, self.survey.level)

    @cached_property
    def interval_percent(self) -> float:
        return 100 * self.survey.level
