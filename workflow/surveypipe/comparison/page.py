"""The web page of a comparison: the worst first, then what differs, grades, numbers and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from urllib.parse import quote

from surveypipe import formatting
from surveypipe.comparison.causes import Provenance
from surveypipe.comparison.moves import Move, Moves
from surveypipe.comparison.sentences import first_line, name, size, value
from surveypipe.comparison.tracked_documents import Change
from surveypipe.comparison.tracked_words import Piece, State

# Rows and paragraphs of a kind that the page shows; the table and the Word files hold all.
MOST = 200
# Unchanged words told on each side of a change in a long paragraph.
_NEAR = 160
_STYLE = """
ins { text-decoration: underline .12em; background: var(--tint); }
del { text-decoration: line-through .12em; color: var(--warn); background: var(--warn-paper); }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.lead { font-size: 1.15rem; font-weight: 600; }
.where { font: .86rem/1.4 var(--sans); color: var(--quiet); margin-bottom: .2rem; }
"""


def comparison_page(
    *,
    labels: tuple[str, str],
    found: Moves,
    known: Provenance,
    changes: Mapping[str, Sequence[Change]],
    files: Sequence[str],
    language: str,
    notice: str,
    style: str,
) -> str:
    """Write the page.

    Parameters
    ----------
    labels
        What the old and the new results are called.
    found
        Numbers and grades, each with its cause.
    known
        What differs between the two.
    changes
        Document to its changed paragraphs and cells.
    files
        Files beside the page.
    language
        Of the study.
    notice
        Sentence of the banner, of data that are not real; '' for none.
    style
        Style sheet of the documents' pages.
    """
    title = f"What changed from {labels[0]} to {labels[1]}"
    banner = f'<div class="simulated-banner" role="note">{escape(notice)}</div>' if notice else ""
    body = "\n".join(
        [
            f'<p class="lead">{escape(first_line(found))}</p>',
            *_causes(known),
            *_grades(found),
            *_numbers(found),
            *_sentences(changes),
            "<h2>Files</h2>",
            _listed(f'<a href="{escape(quote(file))}">{escape(file)}</a>' for file in files),
        ]
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}{_STYLE}</style>\n</head>\n<body>\n{banner}\n"
        f'<div class="page"><main id="text">\n<h1 class="title">{escape(title)}</h1>\n{body}\n</main></div>\n'
        "</body>\n</html>\n"
    )


def _listed(items: Iterator[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _causes(known: Provenance) -> Iterator[str]:
    yield "<h2>What differs between the two</h2>"
    if known.causes:
        yield _listed(escape(f"{one.kind.capitalize()}: {one.words}.") for one in known.causes)
    else:
        yield "<p>Data, configuration, code and software are the same, as far as the manifests tell.</p>"
    yield from (f"<p>{escape(sentence)}</p>" for sentence in known.unknown)


def _grades(found: Moves) -> Iterator[str]:
    if found.grades:
        yield "<h2>Grades that changed</h2>"
        rows = [(one.name, one.old or "no claim", one.new or "no claim", one.cause) for one in found.grades]
        yield _table(("Claim", "Old grade", "New grade", "Cause"), rows)


def _numbers(found: Moves) -> Iterator[str]:
    heads = {
        "moved": ("Number", "Old", "New", "Moved by", "Cause"),
        "appeared": ("Number", "New", "Cause"),
        "vanished": ("Number", "Old", "Cause"),
    }
    for happened, head in heads.items():
        some = found.worst_first(happened)
        if some:
            yield f"<h2>Numbers that {happened}</h2>"
            yield _table(head, [_row(move) for move in some[:MOST]])
            if len(some) > MOST:
                yield (f"<p>The {MOST} largest of {formatting.count(len(some))}; all are in numbers.csv.</p>")


def _row(move: Move) -> tuple[str, ...]:
    shown = [value(move, one) for one in (move.old, move.new) if one is not None]
    moved = [size(move)] if move.happened == "moved" else []
    return (name(move), *shown, *moved, move.cause)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Table">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _sentences(changes: Mapping[str, Sequence[Change]]) -> Iterator[str]:
    for document, some in changes.items():
        yield f"<h2>Changed words of the {escape(document.replace('-', ' '))}</h2>"
        if not some:
            yield "<p>None.</p>"
        for change in some[:MOST]:
            yield f'<p class="where">{escape(change.where)}</p>' if change.where else ""
            yield f"<p>{''.join(_pieces(change.pieces))}</p>"
        if len(some) > MOST:
            yield f"<p>The first {MOST} of {len(some)}; all are in {escape(document)}.docx.</p>"


def _pieces(pieces: Sequence[Piece]) -> Iterator[str]:
    for at, (text, state) in enumerate(pieces):
        if state == State.SAME:
            yield escape(_shortened(text, first=at == 0, last=at == len(pieces) - 1))
        else:
            tag = "ins" if state == State.ADDED else "del"
            yield f'<{tag}><span class="said">[{state}:] </span>{escape(text)}</{tag}>'


def _shortened(text: str, *, first: bool, last: bool) -> str:
    """Leave out what is far from a change."""
    if len(text) <= (_NEAR if first or last else 2 * _NEAR):
        return text
    before = "" if first else text[:_NEAR].rsplit(" ", 1)[0]
    after = "" if last else text[-_NEAR:].split(" ", 1)[-1]
    return f"{before} … {after}".strip() if first or last else f"{before} … {after}"
