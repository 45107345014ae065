"""Write tables, methods paragraphs and every number that the text may call, from the released tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from _parts import text_of
from _released import read_released
from _shared import Output, run, write_csv, write_json
from _wording import check_wording, wording_of
from surveypipe.reporting import headlines as end_of_run
from surveypipe.reporting import number_sources, number_tips
from surveypipe.reporting import numbers as text_numbers
from surveypipe.reporting.explorer import explorer
from surveypipe.reporting.names import CHECKLISTS, REHEARSAL, REHEARSAL_ACCOUNT
from surveypipe.reporting.parts import parts_of
from surveypipe.reporting.tables import models, nonresponse, register
from surveypipe.reporting.tables.questionnaire import questionnaire
from surveypipe.reporting.tables.questions import answer_tables
from surveypipe.reporting.wording import answers, documents, results, reviewers
from surveypipe.reporting.wording import methods as methods_text
from surveypipe.reporting.wording import nonresponse as bias_text
from surveypipe.reporting.wording.level_contrasts import level_contrast
from surveypipe.reporting.wording.opinion import facts
from surveypipe.sealing.standing import read_standing


def main(
    *,
    config: dict[str, Any],
    released: list[Path],
    variables: Path,
    texts: Annotated[list[Path], "texts of the report, the article first"],
    wording: Annotated[Path, "folder of the study's own templates, if there is one"],
    plan: Annotated[Path, "how the run stands to the sealed plan"],
    opinion: Annotated[Path | None, "what R said of the estimates, if it was asked"] = None,
    index: Output,
    parts: Output,
    numbers: Output,
    headlines: Output,
    provenance: Output,
    number_list: Annotated[Output, "numbers of the article with their sources, beside the documents"],
) -> None:
    """Write Markdown beside the index that lists it, the numbers as YAML, headlines and sources as JSON."""
    given = read_released(config, released, variables)
    check_wording(wording)
    words = wording_of(wording, given.settings.vocabulary)
    folder = index.parent
    shown = {
        **register.TABLES,
        **nonresponse.TABLES,
        **models.TABLES,
        "questionnaire": questionnaire,
        "level_contrast": level_contrast,
    }
    tables = {name: make(given) for name, make in shown.items()} | answer_tables(given)
    has = parts_of(given, {name: table.rows for name, table in tables.items()})
    write_json(sorted(has), parts)
    written = {
        # What is checked against R holds nothing of the survey, real or not.
        f"{name}.md": table.markdown(
            mark="" if name == "verification" else given.mark, people=given.vocabulary.people.many
        )
        for name, table in tables.items()
    }
    standing = read_standing(plan.read_text(encoding="utf-8"))
    asked = read_opinion(opinion, released)
    methods = methods_text.paragraphs(given, words, asked, standing)
    written |= {f"methods_{name}.md": text + "\n" for name, text in methods.items()}
    written |= {
        **{f"{name}.md": text for name, text in answers.texts(given, words).items()},
        "nrba_summary.md": bias_text.summary(given, words),
        "explorer.md": explorer(given, words),
        "reviewer_questions.md": reviewers.questions(given, words, standing),
    }
    made = text_numbers.numbers(given) | results.sentences(given, words)
    made |= bias_text.sentences(given, words)
    of_documents = documents.texts(given, words, made)
    written |= {f"{name}.md": text for name, text in of_documents.items()}
    read = {path.stem: text_of(path, has) for path in texts}
    called = [*read.values(), *of_documents.values()]
    listed = number_sources.listed(given, number_sources.with_parts(called[0], of_documents), made)
    mark = given.settings.study.first_line
    write_csv(pd.DataFrame(listed, columns=number_sources.COLUMNS), number_list, mark)
    keys = [key for text in called for key, _ in number_sources.called(text)]
    found = number_sources.sources(given, keys)
    numbered = {name: number_tips.numbering(text, written) for name, text in read.items()}
    write_json(number_tips.with_tips(given, words, found, tables, numbered), provenance)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    numbers.write_text(text_numbers.as_yaml(made), encoding="utf-8")
    write_json(end_of_run.headlines(given, standing), headlines)
    # Rules of their own write these, into the same folder.
    elsewhere = [f"checklist_{name}" for name in CHECKLISTS]
    if given.settings.study.rehearsed:
        elsewhere += [*REHEARSAL, REHEARSAL_ACCOUNT]
    write_json([*written, *(f"{name}.md" for name in elsewhere)], index)
    print(f"tables: {len(tables)} tables, {len(methods)} methods texts, {len(made)} numbers")


def read_opinion(opinion: Path | None, released: list[Path]) -> dict[str, Any]:
    """Read what R said of the released estimates; nothing where it was not asked."""
    if opinion is None:
        return {}
    estimates = next(path for path in released if path.stem == "estimates")
    return facts(opinion.read_text(encoding="utf-8"), estimates.read_bytes())


if __name__ == "__main__":
    run(main)
