"""Answers that follow from others: subtraction between groups, between answers and between schemes.

For each question the unknown counts are those of each answer in each *atom*: the respondents of one group who
carry the same weights under every scheme. A published share says what some of them add up to; the same share
under another weighting scheme says it with other coefficients, and enough of these give away the parts. The
interval of each suppressed answer is worked out from all of them; while it holds fewer whole numbers than the
threshold, something more is hidden, the cheapest first:

1. another answer of the same group, or the same answer of another group (never a headline);
2. how many people gave an answer, within groups and then of everybody;
3. the other schemes within groups;
4. the rarer categories of an agreement item within groups;
5. the other schemes altogether, and the unweighted share where it belongs to no claim;
6. the groups.

Where a whole group is suppressed, step 5 is taken at once. Numbers are rounded in any case
(:mod:`surveypipe.disclosure.resolution`).

Atoms are printed nowhere, and protected all the same: one in which all answered alike, and the count of an
answer that few of an atom, or an atom of few, gave. Counts are whole numbers, and several of them must fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from surveypipe.disclosure.answers import COUNTED, DESCRIPTIVE, NOT_ABOUT_ANSWERS, SHARES
from surveypipe.disclosure.atoms import UNWEIGHTED, Place, Question, statements
from surveypipe.disclosure.errors import hidden_by_errors
from surveypipe.disclosure.linear import LEEWAY, Statement, System, whole_numbers
from surveypipe.disclosure.release import RELEASED, SUPPRESSED, Release, blank
from surveypipe.disclosure.rules import Rules
from surveypipe.disclosure.sensitive_counts import (
    POSSIBLE,
    WISHED,
    Secret,
    of_hidden_group,
    place_name,
    secrets,
    suppressed,
)
from surveypipe.identifiers import TOTAL
from surveypipe.study.poles import HIGH

if TYPE_CHECKING:
    import pandas as pd

# What the items table prints of a group.
KEPT = HIGH
# Of a question, parts for which other counts are looked for by integer programmes; more take minutes.
MOST_LOOKED_AT = 60


@dataclass
class Remedy:
    """What had to be hidden of a question beyond its own small numbers."""

    question: Question
    steps: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, place: str, status: str, reason: str) -> None:
        """Add to the log."""
        self.steps.append((place, status, reason))


def protect(question: Question, rules: Rules, headlines: set[Place]) -> Remedy:
    """Hide more of a question until no secret of it can be worked out.

    Parameters
    ----------
    question
        Changed: ``hidden`` and ``left_out`` say what is to be hidden.
    rules
        Thresholds; ``min_cell`` is the least width of an interval.
    headlines
        Places that stay, unless a suppressed answer cannot be protected beside them.
    """
    remedy = Remedy(question)
    wanted = secrets(question, rules)
    steps = _remedies(question, claimed=bool(headlines))
    always = _of_hidden_groups(question, steps, rules) if wanted else []
    everybody = [step for step in steps if "" in step.groups]
    cheap = [step for step in steps if not step.last and step not in everybody]
    kept = [step for step in steps if not step.last]
    must = [secret for secret in wanted if not secret.wished]
    # What is wished may cost no group and no scheme; where that fails, what must be, and the groups at last.
    ladders = [(wanted, cheap, WISHED), (must, kept, WISHED), (must, steps, POSSIBLE)]
    done: list[Step] | None = None
    for secret, left, possible in ladders:
        if done is None:
            done = _climb(question, secret, headlines, [*always, *left], always, possible)
    if done is None:
        exposed = _exposed(question, must, POSSIBLE)
        given_away = exposed is not None and of_hidden_group(question, exposed)
        if given_away and headlines:
            return protect(question, rules, set())
        # Without a headline nothing is left of the question then.
        done = steps if given_away else always
        _take(question, done)
    for step in done:
        remedy.note(step.place, step.status, step.reason)
    for place in sorted(question.hidden):
        remedy.note(place_name(question, place), SUPPRESSED, "would give away a suppressed answer")
    return remedy


def _climb(
    question: Question, wanted: list[Secret], headlines: set[Place], steps: list[Step], always: list[Step],
    possible: int,
) -> list[Step] | None:  # fmt: skip
    """Take one step after the other until no secret is exposed; None where no step is left."""
    question.hidden = set()
    done, left = list(always), [step for step in steps if step not in always]
    _take(question, done)
    while wanted and (exposed := _exposed(question, wanted, possible)):
        partner = _partner(question, exposed.place, headlines)
        if partner is not None:
            question.hidden.add(partner)
        elif left:
            done.append(left.pop(0))
            _take(question, done)
        else:
            return None
    done = _needed(question, wanted, done, always, possible)
    _needed_partners(question, wanted, possible)
    return done


@dataclass(frozen=True)
class Step:
    """One remedy, a scheme left out within some groups or places, and its line of the log."""

    place: str
    status: str
    reason: str
    scheme: str = ""
    groups: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset()
    totals: frozenset[str] = frozenset()
    last: bool = False


def _take(question: Question, steps: list[Step]) -> None:
    """Let a question be published as some steps, and no others, leave it."""
    question.left_out = {(step.scheme, group) for step in steps for group in step.groups}
    question.stepped = {place for step in steps for place in step.places}
    question.uncounted = {group for step in steps for group in step.totals}


def _of_hidden_groups(question: Question, steps: list[Step], rules: Rules) -> list[Step]:
    """Choose what is taken in any case where a group is too small to show, or all of it answered alike."""
    groups: dict[str, Counter[str]] = {}
    for (level, number), count in question.known.items():
        groups.setdefault(question.atoms[number].group, Counter())[level] += int(count)
    sizes = [(counts.total(), max(counts.values())) for counts in groups.values()]
    if not any(0 < size and (size < rules.min_base or size == most) for size, most in sizes):
        return []
    return [step for step in steps if step.groups == {""}]


def _needed_partners(question: Question, wanted: list[Secret], possible: int) -> None:
    """Publish again each answer that was hidden beside a suppressed one to no purpose, the largest first."""
    for place in sorted(question.hidden, key=lambda p: (-question.private.get(p, 0.0), p)):
        question.hidden.discard(place)
        if _exposed(question, wanted, possible):
            question.hidden.add(place)


def _needed(
    question: Question, wanted: list[Secret], done: list[Step], always: Iterable[Step], possible: int
) -> list[Step]:
    """Leave away each step that the others make superfluous, the dearest first."""
    kept = list(done)
    for step in reversed([step for step in done if step not in list(always)]):
        fewer = [other for other in kept if other is not step]
        _take(question, fewer)
        if not _exposed(question, wanted, possible):
            kept = fewer
    _take(question, kept)
    return kept


def _remedies(question: Question, *, claimed: bool) -> list[Step]:
    """List what protects without hiding another answer, the cheapest first."""
    name = f"{question.variable}|{question.base}"
    why = "this scheme beside another would give away a group"
    others = [s for s in reversed(list(dict.fromkeys(question.rows["scheme"]))) if s != question.primary]
    groups = frozenset(str(g) for g in question.rows["group_level"] if g)
    everybody = frozenset({""})
    made = _without_totals(question, why, groups, claimed=claimed)
    if groups:
        made += [Step(f"{name}|{s} within groups", SUPPRESSED, why, s, groups) for s in others]
    within = {place for place in question.published() if place.group}
    if question.scaled:
        rarer = frozenset(place for place in within if place.level != KEPT)
        small = "would give away a part of a group"
        made.append(Step(f"{name}|but {KEPT} within groups", SUPPRESSED, small, places=rarer))
    made += [Step(f"{name}|{s} for all", SUPPRESSED, why, s, everybody) for s in others if s != UNWEIGHTED]
    # Where nothing is weighted it is all that there is of the question.
    if not claimed and question.primary != UNWEIGHTED:
        made.append(Step(f"{name}|{UNWEIGHTED} for all", SUPPRESSED, why, UNWEIGHTED, everybody))
    if within:
        reason = "would give away a part of a group"
        made.append(Step(f"{name}|groups", SUPPRESSED, reason, places=frozenset(within), last=True))
    if not claimed:
        reason = "would give away a suppressed answer of a group"
        whole = frozenset(question.published())
        made.append(Step(f"{name}|all answers", SUPPRESSED, reason, places=whole, last=True))
    return made


def _without_totals(question: Question, why: str, groups: frozenset[str], *, claimed: bool) -> list[Step]:
    """Leave out how many people gave an answer, within groups and then of everybody."""
    if TOTAL not in set(question.rows["statistic"]):
        return []
    name = f"{question.variable}|{question.base}|totals"
    made = [Step(f"{name} within groups", SUPPRESSED, why, totals=groups)] if groups else []
    if not claimed:
        made.append(Step(f"{name} for all", SUPPRESSED, why, totals=frozenset({""})))
    return made


def _exposed(question: Question, wanted: list[Secret], possible: int) -> Secret | None:
    """Find a secret of which, given all that is published of the question, too few values remain.

    A suppressed answer before a part of a group: only for an answer can another one be hidden.
    """
    told = statements(question)
    system = System(told, question.found)
    answers = [secret for secret in wanted if secret.place is not None]
    alike = [secret for secret in wanted if secret.alike]
    narrow = (secret for secret in [*answers, *alike] if not _has_room(secret, system))
    return next(narrow, None) or _known_atom(question, wanted, told, system, possible)


def _has_room(secret: Secret, system: System) -> bool:
    return _wide(secret, *system.reached(secret.cells)) or _wide(secret, *system.interval(secret.cells))


def _wide(secret: Secret, low: float, high: float) -> bool:
    """Whether a count is kept that is known to lie between two ends."""
    if high < low:
        return False
    # Of an atom all alike the dissenters are asked for: there may be none, but so many must be possible.
    room = high if secret.place is None else whole_numbers(low, high)
    return room >= secret.width - LEEWAY


def _known_atom(
    question: Question, wanted: list[Secret], told: list[Statement], system: System, possible: int
) -> Secret | None:
    """Find a secret of an atom of which fewer counts agree with what is told than have to be possible."""
    walk = question.walk()
    # Among many parts a walk finds too few counts for those that print other errors to be left out.
    known = walk is not None and not walk.sampled and (bool(question.strata) or question.members is not None)
    strict = [secret for secret in wanted if known and of_hidden_group(question, secret)]
    parts = [secret for secret in wanted if secret.place is None and secret not in strict]
    mine = strict + [secret for secret in parts if len(system.values(secret.cells)) < possible]
    if walk is None or not mine:
        return None
    tried, hidden = dict[bytes, bool](), set[Secret]()

    def fits(secret: Secret, solutions: Any) -> bool:
        many = secret.many(possible)
        if walk.possible(secret.cells, solutions) < many:
            return False
        return secret not in strict or hidden_by_errors(question, walk, solutions, secret.cells, many, tried)

    def left(solutions: Any) -> list[Secret]:
        # What some solutions hide, more of them hide too.
        hidden.update(one for one in mine if one not in hidden and fits(one, solutions))
        return [secret for secret in mine if secret not in hidden]

    solutions = walk.solutions(told, lambda solutions: not left(solutions))
    found = left(solutions)
    system.keep(walk.examples([secret.cells for secret in mine if secret not in found], solutions, possible))
    for secret in found:
        if not walk.sampled or question.looked_at >= MOST_LOOKED_AT:
            return secret
        question.looked_at += 1
        if not _hidden_among_whole(question, secret, system, possible):
            return secret
    return None


def _hidden_among_whole(question: Question, secret: Secret, system: System, possible: int) -> bool:
    """Whether so many values of a count agree with what is told, the true one among them, near to it."""
    true = sum(count for cell, count in question.known.items() if cell in secret.cells)
    near = [true + step * side for step in range(1, possible + 1) for side in (1, -1)]
    agreeing = (value for value in near if value >= 0 and system.whole(secret.cells, value))
    return len(list(islice(agreeing, possible - 1))) == possible - 1


def _partner(question: Question, place: Place | None, headlines: set[Place]) -> Place | None:
    """Cheapest further answer: of the same group, then of another group; the rarest first."""
    if place is None:
        return None
    same = [p for p in question.published() if p.group == place.group and p.level != place.level]
    across = [p for p in question.published() if p.group != place.group and p.group]
    across = [p for p in across if set(question.parts[p.level]) & set(question.parts[place.level])] or across
    for candidates in (same, across):
        kept = [p for p in candidates if p not in headlines]
        if kept:
            return min(kept, key=lambda p: (question.private.get(p, 0.0), p))
    return None


def apply(release: Release, remedy: Remedy) -> None:
    """Hide in the released estimates what a remedy says.

    A comparison of groups, a model and a mean go with the answers that they would give away.
    """
    question, table = remedy.question, release.table
    mine = (table["variable"] == question.variable) & (table["base"] == question.base)
    mine &= ~table["statistic"].isin(NOT_ABOUT_ANSWERS)
    group, level = table["group_level"].fillna("").astype(str), table["level"].fillna("").astype(str)
    share = mine & table["statistic"].isin(SHARES)
    for answer, inside in question.gone:
        blank(table, share & (level == answer) & (group == inside))
    lost = {Place(str(r.level), str(r.group_level)) for r in suppressed(question).itertuples()}
    lost |= question.gone
    # An item shown in its commonest category alone keeps its comparisons, but not the means of its groups.
    thinned = {place for place in question.stepped if place.level != KEPT} if question.scaled else set()
    if not any(place.level == KEPT for place in question.stepped):
        lost -= thinned - question.hidden
    _hide_what_follows(table, mine & ~share, group, {place.group for place in lost})
    _hide_means(table, mine & ~share & group.isin({place.group for place in thinned}))
    blank(table, mine & (table["statistic"] == TOTAL) & group.isin(question.uncounted))
    for scheme, where in question.left_out:
        blank(table, mine & (table["scheme"] == scheme) & (group == where))
    for place, status, reason in remedy.steps:
        release.note("estimates", [place], status, reason)


def _hide_means(table: pd.DataFrame, where: pd.Series) -> None:
    """Empty what describes some groups beside their shares."""
    descriptive = table["statistic"].str.startswith(DESCRIPTIVE) & ~table["statistic"].isin(COUNTED)
    blank(table, where & descriptive & (table["status"] == RELEASED))


def _hide_what_follows(table: pd.DataFrame, rest: pd.Series, group: pd.Series, groups: set[str]) -> None:
    """Empty means and shares of missing answers of some groups, and whatever compares the groups."""
    descriptive = table["statistic"].str.startswith(DESCRIPTIVE)
    _hide_means(table, rest & group.isin(groups))
    if groups - {""}:
        blank(table, rest & ~descriptive & (table["status"] == RELEASED))
