"""Words by which answers are known: yes and no, no answer at all, and the order of a scale.

A draft rests on them, and a draft is read before it is believed: what is missing here leaves a question
categorical, which is never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from surveypipe.intake.bands import by_numbers

# Words for yes, each with its no: only such a pair says by itself which answer is counted.
YES_AND_NO = {
    "yes": "no", "true": "false", "y": "n", "t": "f", "ja": "nein", "oui": "non", "sí": "no", "si": "no",
    "sì": "no", "sim": "não", "tak": "nie", "да": "нет", "예": "아니요", "네": "아니요", "はい": "いいえ",
    "是": "否", "نعم": "لا", "ναι": "όχι", "evet": "hayır", "kyllä": "ei", "ano": "ne", "igen": "nem",
    "da": "nu", "wahr": "falsch", "vrai": "faux", "checked": "unchecked", "selected": "unselected",
    "ticked": "unticked", "on": "off", "agree": "disagree", "correct": "incorrect",
    "genannt": "nicht genannt",
    "ausgewählt": "nicht ausgewählt", "present": "absent",
}  # fmt: skip
# "Ja" has its no in several languages.
MORE_PAIRS = {("ja", "nee"), ("ja", "nej"), ("ja", "nei"), ("да", "не"), ("da", "ne")}
NEGATIONS = ("not ", "no ", "non-", "non ", "un", "did not ", "nicht ", "kein ", "keine ", "pas ", "sin ")
NO_ANSWER = re.compile(
    r"(n\.?/?a\.?|not? (answer(ed)?|response|information|info|data|reply|opinion given)|missing.*|"
    r"(not applicable|does not apply|inapplicable|inap\.?|inapp\.?|iap)( .*)?|refus(ed|al)( .*)?|"
    r"prefer not.*|"
    r"(rather|would) not (say|answer)|not (stated|ascertained|available|asked|given)|skipped|blank|"
    r"system.missing|user.missing|unanswered|keine angaben?|k\.?\s?a\.?|entfällt|trifft nicht zu \(filter\)|"
    r"verweigert|sans réponse|non réponse|sin respuesta|no contesta|ns/nc|geen antwoord|nicht beantwortet|"
    r"нет ответа|無回答|무응답|decline[ds]?( .*)?|invalid.*|unknown)\W*"
)
DONT_KNOW = re.compile(
    r"(do ?n[o']t know|don.?t know|dk|d\.k\.|do not know|unsure|not sure|can'?t (say|choose|tell|remember)|"
    r"cannot (say|choose|tell)|no opinion|undecided|weiß (ich )?nicht|weiss nicht|ne sai[ts] pas|no sab?e|"
    r"nsp|weet niet|vet ej|vet inte|не знаю|затрудняюсь ответить|わからない|모름|不知道)( .*|\W.*)?"
)
# Answers from the lowest to the highest; a question may use some of them.
ORDERS = (
    ("never", "almost never", "very rarely", "hardly ever", "rarely", "seldom", "occasionally", "sometimes",
     "about half the time", "half the time", "regularly", "frequently", "often", "usually", "mostly",
     "most of the time", "very often", "nearly always", "almost always", "all of the time", "always"),
    ("never", "less than once a year", "once a year", "yearly", "annually", "a few times a year",
     "several times a year", "quarterly", "less than once a month", "once a month", "monthly",
     "a few times a month", "several times a month", "once a week", "weekly", "a few times a week",
     "several times a week", "every day", "daily", "once a day", "several times a day"),
    ("strongly disagree", "completely disagree", "totally disagree", "disagree strongly", "disagree",
     "mostly disagree", "moderately disagree", "rather disagree", "tend to disagree", "somewhat disagree",
     "slightly disagree", "disagree somewhat", "disagree slightly", "neither agree nor disagree",
     "neither disagree nor agree", "neither", "neutral", "undecided", "slightly agree", "agree slightly",
     "somewhat agree", "agree somewhat", "tend to agree", "rather agree", "moderately agree", "mostly agree",
     "agree", "agree strongly", "totally agree", "completely agree", "strongly agree"),
    ("very dissatisfied", "extremely dissatisfied", "dissatisfied", "rather dissatisfied",
     "somewhat dissatisfied", "fairly dissatisfied", "neither satisfied nor dissatisfied",
     "neither dissatisfied nor satisfied", "neither", "neutral", "fairly satisfied", "somewhat satisfied",
     "rather satisfied", "satisfied", "extremely satisfied", "very satisfied"),
    ("very unlikely", "extremely unlikely", "unlikely", "rather unlikely", "somewhat unlikely",
     "neither likely nor unlikely", "neutral", "somewhat likely", "rather likely", "likely", "very likely",
     "extremely likely"),
    ("not at all important", "unimportant", "not important", "not very important", "slightly important",
     "somewhat important", "moderately important", "neutral", "fairly important", "quite important",
     "rather important", "important", "very important", "extremely important"),
    ("very poor", "very bad", "terrible", "poor", "bad", "below average", "fair", "average", "neutral", "ok",
     "acceptable", "satisfactory", "above average", "good", "very good", "excellent", "outstanding"),
    ("none", "not at all", "very little", "hardly at all", "a little", "little", "slightly", "a bit",
     "not very much", "to some extent", "some", "somewhat", "moderately", "a moderate amount", "fairly",
     "quite", "quite a bit", "quite a lot", "rather", "to a great extent", "a lot", "a great deal", "much",
     "very", "very much", "extremely", "completely", "entirely"),
    ("very low", "low", "rather low", "medium", "moderate", "middle", "average", "rather high", "high",
     "very high"),
    ("much worse", "a lot worse", "worse", "somewhat worse", "a little worse", "slightly worse",
     "about the same", "the same", "same", "no change", "unchanged", "slightly better", "a little better",
     "somewhat better", "better", "a lot better", "much better"),
    ("very difficult", "difficult", "rather difficult", "neutral", "neither easy nor difficult",
     "rather easy", "easy", "very easy"),
    ("nie", "fast nie", "sehr selten", "selten", "gelegentlich", "manchmal", "regelmäßig", "häufig", "oft",
     "meistens", "sehr oft", "fast immer", "immer"),
    ("stimme überhaupt nicht zu", "stimme gar nicht zu", "stimme nicht zu", "stimme eher nicht zu",
     "teils/teils", "teils teils", "weder noch", "neutral", "unentschieden", "stimme eher zu", "stimme zu",
     "stimme voll zu", "stimme voll und ganz zu"),
    ("trifft überhaupt nicht zu", "trifft gar nicht zu", "trifft nicht zu", "trifft eher nicht zu",
     "teils/teils", "teils teils", "trifft teilweise zu", "trifft eher zu", "trifft zu",
     "trifft voll zu", "trifft voll und ganz zu"),
    ("sehr unzufrieden", "unzufrieden", "eher unzufrieden", "teils/teils", "weder noch", "neutral",
     "eher zufrieden", "zufrieden", "sehr zufrieden"),
    ("sehr schlecht", "schlecht", "mittelmäßig", "mittel", "gut", "sehr gut"),
    ("jamais", "presque jamais", "rarement", "parfois", "quelquefois", "souvent", "très souvent",
     "presque toujours", "toujours"),
    ("nunca", "casi nunca", "rara vez", "a veces", "algunas veces", "a menudo", "casi siempre", "siempre"),
    ("pas du tout d'accord", "plutôt pas d'accord", "ni d'accord ni pas d'accord", "plutôt d'accord",
     "d'accord", "tout à fait d'accord"),
)  # fmt: skip
# A label with one of these grades something.
GRADED = re.compile(
    r"\b(very|rather|quite|somewhat|slightly|extremely|not at all|completely|totally|strongly|fully|mostly|"
    r"always|never|often|rarely|seldom|sometimes|occasionally|usually|(dis)?agree|(dis|un)?satisfied|"
    r"(un)?important|(un)?likely|good|bad|poor|excellent|fair|low|high|medium|moderate|better|worse|same|"
    r"every day|daily|weekly|monthly|yearly|every|some|most|few|many|half|all|less than|more than|at least|"
    r"or more|or less|a lot|a little|little|much|"
    r"sehr|eher|überhaupt|stimme|trifft|(un)?zufrieden|(un)?wichtig|nie|immer|oft|selten|manchmal|häufig|"
    r"jamais|toujours|souvent|rarement|parfois|d'accord|nunca|siempre|a veces|acuerdo|muy|très|helemaal|"
    r"heel|mycket|ganska|aldrig|alltid)\b|(^|\W)(never|не|очень)\b"
)


def word(text: object) -> str:
    """Reduce an answer to what a reader would call the same: no capitals, spaces or full stop at its end."""
    return " ".join(str(text).replace("\u2019", "'").split()).rstrip(".").casefold()


def yes_of(answers: Sequence[str]) -> str | None:
    """Give the one of two answers that means yes; None where neither says so."""
    if len(answers) != 2:
        return None
    for yes, no in (tuple(answers), tuple(reversed(answers))):
        plain, against = word(yes), word(no)
        if YES_AND_NO.get(plain) == against or (plain, against) in MORE_PAIRS:
            return yes
        if any(against == negation + plain for negation in NEGATIONS):
            return yes
        first, other = re.match(r"(\w+)\b[ ,:(-]", plain), re.match(r"(\w+)\b[ ,:(-]", against)
        if first and other and YES_AND_NO.get(first[1]) == other[1]:
            return yes
    return None


def no_answer(text: object) -> bool:
    """Whether an answer says that there is none."""
    return NO_ANSWER.fullmatch(word(text)) is not None


def dont_know(text: object) -> bool:
    """Whether an answer says that the respondent does not know."""
    return DONT_KNOW.fullmatch(word(text)) is not None


def in_order(answers: Sequence[str]) -> list[str] | None:
    """Put answers into the order of a scale that has them all, or by the numbers that they hold.

    Returns
    -------
    list of str
        The answers from the lowest to the highest; None where no order is known.
    """
    plain = {word(answer): answer for answer in answers}
    if len(plain) < 3 or len(plain) != len(answers):
        return None
    for order in ORDERS:
        if set(plain) <= set(order):
            return [plain[step] for step in order if step in plain]
    return by_numbers(answers)


def graded(answers: Sequence[str]) -> bool:
    """Whether answers in the order of their codes read as a scale."""
    ordered = in_order(answers)
    if ordered is not None:
        return list(answers) in (ordered, ordered[::-1])
    if len(answers) < 3:
        return False
    hits = sum(GRADED.search(word(answer)) is not None for answer in answers)
    return hits >= max(2, len(answers) / 2)
