"""Search open answers for what identifies a person, and release quotations without it.

Names of staff are not in the data (the staff list holds ids), so a name can only be known by its shape. The
search therefore takes out too much rather than too little, and is no substitute for reading: whoever chooses
a quotation reads it first, and reads what is left of it afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from surveypipe.problems import Problems

if TYPE_CHECKING:
    import pandas as pd

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTH = rf"(?:{MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
TITLE = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Prof|Professor|Sir|Dame|Lady|Lord|Rev|Reverend|Sister|Cllr|Councillor)"
)
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
COMMON = "The|This|That|These|They|There|We|It|He|She|You|My|Our|Not|No|Yes|But|And|If|When|More|Some"
WORD = (
    rf"(?!(?:{DAYS}|{MONTHS}|{COMMON})\b)"
    r"(?:[A-Z]['’])?[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?:['’\-][A-ZÀ-ÖØ-Þ]?[a-zà-öø-ÿ]+)*"
)
INTRODUCED = (
    r"(?:called|named|name is|name was|manager|supervisor|colleague|consultant|worker|nurse|psychiatrist|"
    r"psychologist|therapist|lead|leader|client|patient|mother|father|daughter|son|from|with|to|by|and|thank|"
    r"thanks to|ask|contact|phone|ring|emailed|rang)"
)
TWO_WORDS = rf"{WORD}(?: [A-Z]\.)? {WORD}(?: {WORD})*"
# In this order: a later pattern does not look inside what an earlier one took out.
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("e-mail", re.compile(r"[\w.+'-]+ ?(?:@| at )(?: ?[\w-]+(?:\.| dot ))+[A-Za-z]{2,}\b")),
    ("web address", re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)),
    ("national insurance number", re.compile(r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE)),
    ("date", re.compile(r"\b\d{1,2}[./\- ]\d{1,2}[./\- ](?:\d{4}|\d{2})\b")),
    ("date", re.compile(r"\b(?:19|20)\d{2}-\d{2}-\d{2}\b")),
    ("date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTH}\.?,?(?: \d{{4}}| '\d{{2}})?\b")),
    ("date", re.compile(rf"\b{MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}\b")),
    ("telephone", re.compile(r"(?<![\w.])(?:\+\d{1,3}[ -]?)?(?:\(?0\d{1,4}\)?)?(?:[ -]?\d){6,10}(?!\w)")),
    ("extension", re.compile(r"\bext(?:ension|n)?\.? ?\d{3,5}\b", re.IGNORECASE)),
    ("postcode", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)),
    ("name", re.compile(rf"\b{TITLE}\b\.? (?:[A-Z]\.? ?)*{WORD}(?:[ -]{WORD})*")),
    ("name", re.compile(rf"(?<=\s)(?<![.!?:] ){TWO_WORDS}")),
    ("name", re.compile(rf"\b(?:(?i:{INTRODUCED})) (?P<part>{WORD})\b")),
    ("name", re.compile(rf"\b(?P<part>{WORD}(?: {WORD})?)(?=,? (?:my|our|his|her|the|a) (?:manager|"
                        r"supervisor|colleague|consultant|social worker|nurse|psychiatrist|team leader)\b)")),
)  # fmt: skip


@dataclass(frozen=True)
class Redacted:
    """A text without what identifies.

    Parameters
    ----------
    text
        With a marker such as ``[name]`` in the place of each.
    kinds
        What was taken out, in the order of the text's search; empty if nothing was found.
    """

    text: str
    kinds: tuple[str, ...]


def redact(
    text: str, *, known: Mapping[str, Iterable[str]] | None = None, harmless: Iterable[str] = ()
) -> Redacted:
    """Put a marker in the place of everything that may identify a person.

    Parameters
    ----------
    text
        An open answer.
    known
        Kind to words that are taken out wherever they stand, whole and in any case: the names of teams and
        the ids of the staff list.
    harmless
        Phrases in capitals that are no names, such as those of the agencies.

    Returns
    -------
    Redacted

    Examples
    --------
    >>> redact("Ring Dr Jane Poe on 020 7946 0000.").text
    'Ring [name] on [telephone].'
    """
    kinds: list[str] = []
    kept: dict[str, str] = {}
    for number, phrase in enumerate(sorted(set(harmless), key=len, reverse=True)):
        # A control character stands in for a phrase that no pattern may touch.
        mark = f"\x00{number}\x00"
        kept[mark] = phrase
        text = re.sub(rf"\b{re.escape(phrase)}\b", mark, text)
    for kind, words in (known or {}).items():
        text = _take_known(text, kind, words, kinds)
    for kind, pattern in PATTERNS:
        text = pattern.sub(partial(_mark, kind=kind, kinds=kinds), text)
    for mark, phrase in kept.items():
        text = text.replace(mark, phrase)
    return Redacted(text, tuple(kinds))


def _take_known(text: str, kind: str, words: Iterable[str], kinds: list[str]) -> str:
    for word in sorted({w for w in words if w}, key=len, reverse=True):
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        text = pattern.sub(partial(_mark, kind=kind, kinds=kinds), text)
    return text


def _mark(found: re.Match[str], kind: str, kinds: list[str]) -> str:
    kinds.append(kind)
    part = found.groupdict().get("part")
    return f"[{kind}]" if part is None else found.group(0).replace(part, f"[{kind}]", 1)


def release_quotations(
    answers: pd.DataFrame,
    chosen: Sequence[Mapping[str, str]],
    group: str,
    *,
    known: Mapping[str, Iterable[str]],
    harmless: Iterable[str] = (),
    min_base: int = 10,
) -> pd.DataFrame:
    """Release the quotations that the configuration names, said by a member of a group and no more.

    Parameters
    ----------
    answers
        One row per respondent: ``id``, the group and the open answers.
    chosen
        ``question`` and ``id`` of each quotation.
    group
        Variable by whose levels a quotation is attributed.
    known, harmless
        As in :func:`redact`.
    min_base
        Fewest people of a group who must have answered the question for one to be quoted.

    Returns
    -------
    DataFrame
        ``question, group_level, quotation, redacted``, in an order that says nothing of who is who.

    Raises
    ------
    SurveyError
        If a quotation does not exist, or too few of its group wrote an answer.
    """
    import pandas as pd

    problems, rows = Problems(), []
    for quotation in chosen:
        question, who = quotation["question"], quotation["id"]
        said = answers.loc[answers["id"] == who, question] if question in answers else answers["id"].iloc[:0]
        if not "".join(said.dropna().astype(str)).strip():
            problems.add(
                f"disclosure.quotations: {who} gave no answer to '{question}' that was kept; correct the id "
                "or the question."
            )
            continue
        level = answers.loc[answers["id"] == who, group].iloc[0]
        wrote = answers.loc[answers[group] == level, question].fillna("").astype(str).str.strip() != ""
        if wrote.sum() < min_base:
            problems.add(
                f"disclosure.quotations: fewer than {min_base} of {level} answered '{question}', so nobody "
                "of that group may be quoted; leave the quotation out."
            )
        clean = redact(str(said.iloc[0]), known=known, harmless=harmless)
        rows.append((question, level, clean.text, "; ".join(dict.fromkeys(clean.kinds))))
    problems.raise_if_any()
    made = pd.DataFrame(rows, columns=["question", "group_level", "quotation", "redacted"], dtype=object)
    return made.sort_values(list(made.columns), ignore_index=True)
