"""How a run stands to its sealed plan: facts for the methods and the reviewer's questions, and a line."""

from __future__ import annotations

from typing import Any

from surveypipe.formatting import numeral, period
from surveypipe.sealing.standing import Departed, Standing

Facts = dict[str, Any]
# A value that is longer is in the file of the plan, and not in a sentence.
SHORT = 60
KNOWN = {
    "absent": "no answers read by then",
    "unread": "no answers read by then",
    "read": "the answers read by then",
}


def facts(standing: Standing) -> Facts:
    """Tell of a plan what the templates ``methods/sealed`` and ``questions/what_is_set`` ask.

    Parameters
    ----------
    standing
        How the run stands to its plan.

    Returns
    -------
    dict
        ``sealed`` (whether one is) and, where one is, days as they are printed, what was known of the
        answers, and each departure with its place and values in words.
    """
    if not standing.sealed:
        return {"sealed": False}
    return {
        "sealed": True,
        "day": _day(standing.sealed),
        "dated_by": standing.dated_by,
        "answers": standing.answers,
        "record_whole": standing.record_whole,
        "replaces": _day(standing.replaces) if standing.replaces else "",
        "stamp": standing.stamp.state,
        "stamped": _day(standing.stamp.at) if standing.stamp.at else "",
        "departures": [_departure(one) for one in standing.departures],
        "stated": [
            {"what": one.what, "why": _sentence(one.why), "when": _day(one.when)} for one in standing.stated
        ],
    }


def line(standing: Standing) -> str:
    """Sum a standing up in the line that ends a run."""
    if not standing.sealed:
        return "No plan is sealed."
    known = KNOWN.get(standing.answers, "") if standing.record_whole else ""
    text = f"Sealed on {_day(standing.sealed)}, {known or 'whether answers were read by then is not known'}"
    if not standing.departures:
        return f"{text}; no setting that decides was changed since."
    number, undeclared = len(standing.departures), len(standing.undeclared)
    return (
        f"{text}; {numeral(number, 'setting')} {'is' if number == 1 else 'are'} otherwise now, "
        f"{numeral(undeclared) if undeclared else 'none'} undeclared."
    )


def place(steps: tuple[str, ...]) -> str:
    """Name a setting as a reader of the article finds it: a claim by its key, any other by its way.

    >>> place(("claims", "C1", "threshold")), place(("analysis", "ci_level"))
    ('claim C1, threshold', 'analysis, ci_level')
    """
    section, *within = steps
    if section == "claims" and within:
        section, within = f"claim {within[0]}", within[1:]
    return ", ".join([section, *within])


def _departure(one: Departed) -> Facts:
    found = one.departure
    return {
        "place": place(found.steps),
        "change": found.change,
        "before": _value(found.before),
        "after": _value(found.after),
        "why": _sentence(one.why),
        "when": _day(one.when) if one.when else "",
    }


def _value(value: Any) -> str:
    """Print a value on the line; '' for a block, and for what is too long."""
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, list | tuple):
        parts = [_value(entry) for entry in value]
        text = ", ".join(parts) if all(parts) else ""
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= SHORT else ""


def _sentence(text: str) -> str:
    return text if not text or text.rstrip().endswith((".", "?", "!")) else f"{text.rstrip()}."


def _day(moment: str) -> str:
    return period(moment[:10], moment[:10])
