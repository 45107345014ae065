"""Claims of every kind, about all or a base, with and without groups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from drawing.study import RandomStudy

Made = dict[str, Any]


def claim(study: RandomStudy) -> None:
    """Draw the claims, or none; and the bases that they are about."""
    if study.some(0.3):
        return
    group = study.one(["", *study.grouping])
    claims: dict[str, Made] = {}
    taken: set[str] = {group}
    for kind, make in KINDS.items():
        made = make(study, taken, group) if study.some(CHANCE) else None
        if made:
            taken.add(made["variable"])
            claims[kind] = {"kind": made.pop("kind", kind), **made}
            if group and "groups" not in made:
                claims[kind]["by"] = group
    _based(study, claims, taken)
    if claims:
        # From a stream of its own: nothing else that is drawn moves.
        apart = replace(study, draw=study.draw.spawn(1)[0])
        for kind, make_own in {"change": _change, "association": _association}.items():
            made = make_own(apart, taken) if apart.some(0.3) else None
            claims |= {kind: {"kind": kind, **made}} if made else {}
    study.config["claims"] = {
        key: {"label": f"Claim {key}", "short": key, **about} for key, about in claims.items()
    }


CHANCE = 0.6


def _one(study: RandomStudy, names: list[str], taken: set[str]) -> str | None:
    free = [name for name in names if name not in taken]
    return study.one(free) if free else None


def _mixed(study: RandomStudy, name: str) -> bool:
    """Whether neither answer is rare; a headline of few people is refused, which is tried now and then."""
    share = (study.answers[name] == study.codebook[name]["counts"]).mean()
    return bool(0.2 < share < 0.8) or study.some(0.1)


def _share(study: RandomStudy, taken: set[str], group: str) -> Made | None:
    shares = study.made("above", "routed_no")
    name = _one(study, [*(n for n in study.named("binary") if _mixed(study, n)), *shares], taken)
    if name is None:
        return None
    level = 1 if name in shares else study.codebook[name]["counts"]
    made = {"variable": name, "level": level, "threshold": study.one([0.1, 0.5, 0.67])}
    made |= study.perhaps(0.3, upper_threshold=0.8) or study.perhaps(0.3, direction="below")
    made |= study.perhaps(0.2, sensitivity_thresholds=[0.25, 0.75])
    others = [n for n in study.made("items_high", "above") if n not in (*taken, name)]
    if name in shares and others:
        made |= study.perhaps(0.5, alternatives=others[:1])
    secondary = [n for n in study.named("binary", "ordinal") if n != name]
    return made | study.perhaps(0.2, secondary=secondary[:2])


def _ordered(study: RandomStudy, taken: set[str]) -> tuple[str, list[float]] | None:
    name = _one(study, study.named("ordinal"), taken)
    return (name, [float(code) for code in study.answers_of(name)]) if name else None


def _mean(study: RandomStudy, taken: set[str], group: str) -> Made | None:
    found = _ordered(study, taken)
    if found is None:
        return None
    name, codes = found
    made = {"variable": name, "threshold": (codes[0] + codes[-1]) / 2, "range": [codes[0], codes[-1]]}
    made |= study.perhaps(0.2, sensitivity_thresholds=[codes[0] + 0.5])
    return made | (study.perhaps(0.2, upper_threshold=codes[-1]) or study.perhaps(0.2, direction="below"))


def _between(study: RandomStudy, taken: set[str]) -> Made | None:
    """Two groups, whose shares or means of a question are compared."""
    levels = {name: list(about.get("levels") or study.answers_of(name))
              for name, about in study.config.get("groups", {}).items()}  # fmt: skip
    several = [name for name, codes in levels.items() if len(codes) > 1]
    if not several:
        return None
    group = study.one(several)
    names = [name for name in study.named("binary", "ordinal", "numeric") if name not in (*taken, group)]
    if not names:
        return None
    name = study.one(names)
    made: Made = {
        "variable": name,
        "groups": {"variable": group, "of": levels[group][0], "minus": levels[group][-1]},
    }
    if study.codebook[name]["type"] == "binary":
        return made | {"level": study.codebook[name]["counts"]}
    if study.codebook[name]["type"] == "numeric":
        return made | {"range": [0, 1_000_000]} | study.perhaps(0.5, unit="minutes")
    codes = [float(code) for code in study.answers_of(name)]
    return made | {"range": [codes[0], codes[-1]]}


def _equal(study: RandomStudy, taken: set[str], group: str) -> Made | None:
    if study.some() and (made := _between(study, taken)):
        return made | {"margin": 0.2}
    name = _one(study, study.made("difference"), taken)
    return {"variable": name, "margin": 0.5, "range": [-11, 11]} if name else None


def _different(study: RandomStudy, taken: set[str], group: str) -> Made | None:
    if study.some() and (made := _between(study, taken)):
        return made | study.perhaps(0.5, threshold=study.one([-0.2, 0.1]))
    name = _one(study, study.made("difference"), taken)
    made = {"variable": name, "range": [-11, 11]} | study.perhaps(0.5, threshold=study.one([-1.0, 1.0]))
    made |= study.perhaps(0.2, sensitivity_thresholds=[0.5]) | study.perhaps(0.2, upper_threshold=4.0)
    return made | study.perhaps(0.2, direction="below") if name else None


def _beyond(study: RandomStudy) -> Made:
    made: Made = study.perhaps(0.2, sensitivity_thresholds=[3]) | study.perhaps(0.3, unit="minutes")
    return made | (study.perhaps(0.2, upper_threshold=1e6) or study.perhaps(0.2, direction="below"))


def _ratio(study: RandomStudy, taken: set[str], group: str) -> Made | None:
    names = study.named("numeric")
    if len(names) < 2:
        return None
    above, below = names[:2]
    if (study.answers[below] < 0).any():
        return None
    made = {"variable": above, "over": below, "threshold": 1.0} | _beyond(study)
    return made | study.perhaps(0.5, range=[-1e6, 1e6], range_over=[0, 1e6])


def _median(study: RandomStudy, taken: set[str], group: str) -> Made | None:
    names = study.named("numeric")
    made = {"variable": study.one(names), "threshold": 2.0} if names else None
    return made | _beyond(study) | study.perhaps(0.5, range=[-1e6, 2e6]) if made else None


def _total(study: RandomStudy, taken: set[str], group: str) -> Made | None:
    names = [*study.named("numeric"), *(n for n in study.named("binary") if _mixed(study, n))]
    if not names:
        return None
    name = study.one(names)
    # Of people of whom nobody knows how many there are, a total is refused: it is drawn now and then.
    if study.population == "none" and not study.drawn and not study.some(0.1):
        return None
    made = {"variable": name, "threshold": 100} | _beyond(study)
    if study.codebook[name]["type"] == "binary":
        return made | {"level": study.codebook[name]["counts"]}
    return made | study.perhaps(0.5, range=[-1e6, 1e6])


KINDS: dict[str, Callable[[RandomStudy, set[str], str], Made | None]] = {
    "share": _share, "mean": _mean, "equivalence": _equal, "difference": _different, "ratio": _ratio,
    "median": _median, "total": _total,
}  # fmt: skip


def _change(study: RandomStudy, taken: set[str]) -> Made | None:
    """Two questions of one form, as though the second were the first asked again."""
    names = study.named("binary", "ordinal", "numeric")

    def form(name: str) -> tuple[str, list[Any]]:
        kind = study.codebook[name]["type"]
        return kind, [] if kind == "numeric" else list(study.answers_of(name))

    pairs = [(now, then) for now in names for then in names if now != then and form(now) == form(then)]
    if not pairs:
        return None
    now, then = study.one(pairs)
    made: Made = {"variable": now, "before": then}
    made |= study.perhaps(0.5, threshold=study.one([-0.2, 0.1])) | study.perhaps(0.2, direction="below")
    kind, codes = form(now)
    if kind == "binary":
        return made | {"level": study.codebook[now]["counts"]}
    return made | {"range": [0, 1_000_000] if kind == "numeric" else [float(codes[0]), float(codes[-1])]}


def _association(study: RandomStudy, taken: set[str]) -> Made | None:
    """A predictor of one of the models; of an outcome that no other claim is about."""
    models = study.config.get("analysis", {}).get("models", [])
    models = [model for model in models if model["outcome"] not in taken]
    if not models:
        return None
    model = study.one(models)
    term = study.one(model["predictors"])
    made: Made = {"variable": model["outcome"], "model": model["kind"], "term": term}
    made |= {"threshold": 0.0 if model["kind"] == "linear" else 1.0} | study.perhaps(0.2, direction="below")
    if study.codebook[term]["type"] in ("binary", "categorical"):
        codes = list(study.answers_of(term))
        made["level"] = codes[0] if "reference" in model and term in model["reference"] else codes[-1]
    return made


def _based(study: RandomStudy, claims: dict[str, Made], taken: set[str]) -> None:
    filters = [name for name in study.named("binary") if name not in taken]
    filters = [name for name in filters if _mixed(study, name)]
    if filters and claims and study.some(0.4):
        name = study.one(filters)
        code = study.codebook[name]["counts"]
        study.config["bases"] = {"some": {name: [code] if study.some(0.2) else code}}
        for about in claims.values():
            about |= study.perhaps(0.6, base="some")
