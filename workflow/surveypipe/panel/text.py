"""The plan of a follow-up study in words: one page for somebody who has to find the teams."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from surveypipe import formatting
from surveypipe.panel.design import (
    SETTINGS,
    before,
    change_without,
    no_effect,
    overdispersion,
    setting,
    shares_before,
)
from surveypipe.study.planning import Outcome, Planning
from surveypipe.study.vocabulary import Noun, Vocabulary
from surveypipe.wording import Wording

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "Outcome",
    "Effect to detect",
    "Teams per arm",
    "By formula",
    "With another ICC",
    "With another team size",
]


def effect_words(kind: str, effect: float, *, short: bool = False) -> str:
    """Name an effect as a reader would.

    Examples
    --------
    >>> effect_words("count", 0.8), effect_words("binary", 0.15)
    ('20% fewer', '+15 percentage points')
    """
    if kind == "count":
        return f"{_plain(100 * abs(effect - 1))}% {'more' if effect > 1 else 'fewer'}"
    sign = "+" if effect > 0 else ""
    if kind == "binary":
        return f"{sign}{_plain(100 * effect)} {'points' if short else 'percentage points'}"
    return f"{sign}{_plain(effect)}{' points' if kind == 'ordinal' else ''}"


def _plain(value: float) -> str:
    """Print a stated number with as many decimals as it has, two at most."""
    places = next((n for n in (0, 1) if abs(round(value, n) - value) < 1e-6), 2)
    return formatting.decimal(value, places)


def planning_page(
    power: pd.DataFrame,
    sizes: pd.DataFrame,
    config: Planning,
    words: Wording,
    vocabulary: Vocabulary,
    *,
    source: str,
    figure: str,
    alt: str,
) -> str:
    """Write the page.

    Parameters
    ----------
    power, sizes
        From :func:`surveypipe.panel.power.power_table` and :func:`surveypipe.panel.power.sample_size_table`.
    config
        The assumptions.
    words, vocabulary
        Templates, and what people are called.
    source
        The assumptions' file, as named to the reader.
    figure, alt
        File of the figure and its alternative text.

    Returns
    -------
    str
        Markdown.
    """
    named = {"source": source, "figure": figure, "alt": alt}
    return words.say("followup/planning", **named, **planning_facts(power, sizes, config, vocabulary)) + "\n"


def planning_facts(
    power: pd.DataFrame, sizes: pd.DataFrame, config: Planning, vocabulary: Vocabulary
) -> dict[str, Any]:
    """Gather the design, both tables, and how far simulation, formula and level of the test agree."""
    design = config.design
    null = {key: no_effect(about) for key, about in config.outcomes.items()}
    none = power["effect"] == power["outcome"].map(null)
    false_alarms = power.loc[none, "power"]
    gap = (power["power"] - power["closed_form"]).abs()
    return {
        "alpha": design.alpha,
        "power": design.power,
        "most": design.teams_per_arm.to,
        "simulations": design.simulations,
        "standard_error": 0.5 / np.sqrt(design.simulations),
        "false_alarms": {
            "mean": false_alarms.mean(),
            "least": false_alarms.min(),
            "most": false_alarms.max(),
        },
        "gap": {"mean": gap.mean(), "most": gap.max()},
        "sizes": _sizes_table(sizes, config),
        "assumptions": _assumptions_table(config, vocabulary.people),
    }


def _sizes_table(sizes: pd.DataFrame, config: Planning) -> str:
    rows = []
    for outcome, about in config.outcomes.items():
        block = sizes[sizes["outcome"] == outcome]
        for number, effect in enumerate(about.effects):
            of_effect = block[block["effect"] == effect]
            label = formatting.escape(about.label) if number == 0 else ""
            rows.append([label, effect_words(about.kind, effect), *_answers(of_effect, config, outcome)])
    return markdown_table(COLUMNS, rows, right_from=2)


def _answers(found: pd.DataFrame, config: Planning, outcome: str) -> list[str]:
    most = config.design.teams_per_arm.to
    main = found.iloc[0]
    needed = teams_words(main["teams_per_arm"], most)
    closed = teams_words(main["closed_form_teams_per_arm"], most)
    if config.outcomes[outcome].of == "team":
        return [f"**{needed}**", closed, "n/a", "n/a"]
    others = found.iloc[1:]
    by_icc = others[others["staff_per_team"] == main["staff_per_team"]].sort_values("icc")
    by_size = others[others["icc"] == main["icc"]].sort_values("staff_per_team")
    return [
        f"**{needed}**",
        closed,
        "; ".join(f"{row.icc:g}: {teams_words(row.teams_per_arm, most)}" for row in by_icc.itertuples()),
        "; ".join(
            f"{row.staff_per_team:g}: {teams_words(row.teams_per_arm, most)}" for row in by_size.itertuples()
        ),
    ]


def teams_words(value: Any, most: int) -> str:
    """Print a number of teams, or say that even the most tried are too few."""
    import pandas as pd

    return f"over {most}" if pd.isna(value) else formatting.count(int(value))


def _assumptions_table(config: Planning, people: Noun) -> str:
    head = ["Assumption", *(formatting.escape(about.label) for about in config.outcomes.values())]
    keys = list(config.outcomes)
    rows = [
        ["Before", *(_before(config.outcomes[key]) for key in keys)],
        ["Change without the intervention", *(_secular(config.outcomes[key]) for key in keys)],
        [
            formatting.escape(f"{formatting.capital(people.many)} per team before"),
            *(_shared(config, key, "per_team") for key in keys),
        ],
        ["Spread of team sizes (SD over mean)", *(_shared(config, key, "per_team_cv") for key in keys)],
        [
            formatting.escape(f"Drop-out of {people.many}"),
            *(_shared(config, key, "drop_out") for key in keys),
        ],
        ["ICC", *(_shared(config, key, "icc") for key in keys)],
        ["Correlation over time, team", *(_shared(config, key, "cluster_autocorrelation") for key in keys)],
        [
            formatting.escape(f"Correlation over time, {people.one}"),
            *(_shared(config, key, "individual_autocorrelation") for key in keys),
        ],
    ]
    return markdown_table(head, rows, right_from=1)


def _before(about: Outcome) -> str:
    if about.kind == "ordinal":
        return ", ".join(formatting.percent(share) for share in shares_before(about))
    if about.kind == "binary":
        return formatting.percent(before(about))
    if about.kind == "numeric":
        return f"mean {before(about):g}, SD {about.sd:g}"
    return f"mean {before(about):g}, variance {overdispersion(about):g} times the mean"


def _secular(about: Outcome) -> str:
    change = change_without(about)
    return "none" if change == no_effect(about) else effect_words(about.kind, change)


def _shared(config: Planning, outcome: str, name: str) -> str:
    by_team = config.outcomes[outcome].of == "team"
    if name not in SETTINGS or (by_team and name != "cluster_autocorrelation"):
        return "n/a"
    value = setting(config, outcome, name)
    if name == "drop_out":
        return formatting.percent(value)
    return f"{value:g}" if isinstance(value, float) else f"{value.assumed:g}"


def markdown_table(head: Iterable[str], rows: Iterable[Iterable[str]], *, right_from: int) -> str:
    """Lay out a pipe table, columns from `right_from` on set to the right."""
    names = list(head)
    rule = ["---" if place < right_from else "---:" for place in range(len(names))]
    lines = [names, rule, *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
