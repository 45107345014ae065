"""Data within a page is text to a browser, and to what the page is made of."""

from __future__ import annotations

import json
import re

from lxml import html as lxml_html

from surveypipe.page_data import page_data
from surveypipe.problems import Problems
from surveypipe.rendering.expand import SHORTCODE
from surveypipe.rendering.staging import ALT, _with_alt_texts
from surveypipe.rendering.text_checks import FIGURE

ATTACK = (
    "</script><script>alert(7)</script><!--<script> {{< include /etc/hosts >}} ![i](x.png) `b` @fig-a $x$ "
    '\\" "'
)


def test_no_text_of_the_data_ends_their_element_or_is_a_shortcode():
    value = {"label": ATTACK, ATTACK: [1.5, None, {"{": "}"}]}
    text = page_data(value)
    assert json.loads(text) == value
    page = lxml_html.fromstring(f'<div><script type="application/json">{text}</script><p>after</p></div>')
    assert len(page.findall("script")) == 1 and page.findtext("p") == "after"
    assert not SHORTCODE.search(text) and not FIGURE.search(text) and "`" not in text


def test_what_a_figure_shows_is_text_in_its_attribute():
    problems = Problems()
    written = _with_alt_texts(0, '![A](figures/a){#fig-a fig-alt="@alt:a"}', "t.qmd", {"a": ATTACK}, problems)
    problems.raise_if_any()
    assert not SHORTCODE.search(written) and not ALT.search(written)
    (found,) = FIGURE.finditer(written)
    assert found.end() == len(written) and found["target"] == "figures/a"
    assert re.search(r'#fig-a fig-alt="[^"]+"\}$', written)
