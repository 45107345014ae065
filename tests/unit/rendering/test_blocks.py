"""Which stretches of a text are prose, and on which lines they begin."""

from __future__ import annotations

from surveypipe.rendering.blocks import abstract_blocks, marked_abstract, marked_blocks, prose_blocks

TEXT = """# A heading {#sec-a}
Text right below it
over two lines.

::: {.content-visible when-meta="simulated"}
Within a condition.
:::

- An item,
  over two lines
- another

| a |
|---|
| 1 |

: A caption over
two lines {#tbl-a}

![A figure.](f){#fig-a}

{{< include tables/a.md >}}

```
Code.

More code.
```

[^note]: A note.

1. First
2. Second

{{< meta num.n >}} people answered.
"""


def test_each_block_of_prose_begins_on_its_line() -> None:
    found = {block.line: TEXT[block.start : block.stop] for block in prose_blocks(TEXT)}
    assert found == {
        1: "A heading {#sec-a}",
        2: "Text right below it\nover two lines.",
        6: "Within a condition.",
        9: "An item,\n  over two lines",
        11: "another",
        30: "A note.",
        32: "First",
        33: "Second",
        35: "{{< meta num.n >}} people answered.",
    }


def test_a_mark_stands_before_the_words_and_adds_no_line() -> None:
    marked = marked_blocks(TEXT, 1)
    assert marked.count("\n") == TEXT.count("\n")
    assert '# []{.at line="1"}A heading {#sec-a}\n' in marked
    assert '- []{.at line="11"}another\n' in marked
    assert '[^note]: []{.at line="30"}A note.\n' in marked


def test_paragraphs_of_the_abstract_are_blocks_too() -> None:
    front = "title: A\nabstract: |\n  One.\n\n  Two,\n  over two lines.\nkeywords: [a]\n"
    assert [front[b.start : b.stop] for b in abstract_blocks(front)] == ["One.", "Two,\n  over two lines."]
    assert [block.line for block in abstract_blocks(front)] == [3, 5]
    assert '  []{.at line="6"}Two,\n' in marked_abstract(front)
    assert abstract_blocks("title: A\n") == []
