"""Parts of a text that only some studies have are taken out before anything else reads it."""

from __future__ import annotations

import pytest

from surveypipe.problems import SurveyError
from surveypipe.rendering.parts import resolved

KNOWN = ("claims", "groups", "rates")
TEXT = """---
title: A study
abstract: |
  Of all[, by group,]{.part has="groups"} many agreed.
---

# One

::: {.part has="claims"}
## Claims

::: {.note}
A note.
:::

::: {.part has="claims groups"}
By group.
:::
:::

::: {.part lacks="claims"}
No claims.
:::

```
::: {.part has="claims"}
```

The end.
"""


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def test_what_a_study_has_not_goes_and_the_marks_of_what_it_has():
    without = resolved(TEXT, [], KNOWN)
    assert "Claims" not in without and "By group" not in without and "note" not in without
    assert "No claims." in without and "Of all many agreed." in without
    with_both = resolved(TEXT, ["claims", "groups"], KNOWN)
    assert "By group." in with_both and "No claims." not in with_both
    assert "Of all, by group, many agreed." in with_both
    assert "::: {.note}\nA note.\n:::" in with_both


def test_several_names_must_all_be_there():
    assert "By group" not in resolved(TEXT, ["claims"], KNOWN)
    assert "## Claims" in resolved(TEXT, ["claims"], KNOWN)


def test_lines_are_counted_as_before_and_code_stays_as_it_is():
    for has in ([], ["claims"], list(KNOWN)):
        made = resolved(TEXT, has, KNOWN).split("\n")
        assert len(made) == len(TEXT.split("\n"))
        assert made.index("The end.") == TEXT.split("\n").index("The end.")
        assert '::: {.part has="claims"}' in made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('One [two]{.part has="groups"} three.', "One three."),
        ('One [two]{.part has="groups"}.', "One."),
        ('One [two [@smith2001] [x]{.given}]{.part has="groups"}, three', "One, three"),
        ('One [two [a]{.part has="claims"} b]{.part has="rates"} c', "One two b c"),
        ("One [two]{.part lacks=groups} three.", "One two three."),
    ],
)
def test_spans_hold_brackets_and_leave_no_space_behind(text: str, told: str):
    assert resolved(text, ["rates"], KNOWN) == told


def test_what_is_wrong_is_told_with_its_line():
    text = 'One.\n\n[x]{.part}\n\n::: {.part has="claim"}\nTwo.\n'
    with pytest.raises(SurveyError) as caught:
        resolved(text, [], KNOWN, "report/a.qmd")
    unknown, endless, bare = caught.value.problems
    assert unknown.startswith("report/a.qmd, line 5: ") and "Near it: claims" in unknown
    assert endless.startswith("report/a.qmd, line 5: ") and "no end" in endless
    assert bare.startswith("report/a.qmd, line 3: ") and "neither" in bare
