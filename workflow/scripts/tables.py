"""Write tables, methods paragraphs and every number that the text may call, from the released tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from _released import INPUTS, read_released
from _shared import parser, run, write_json
from _wording import check_wording, wording_beside
from surveypipe import (
    bias_tables,
    bias_text,
    checklists,
    methods_text,
    model_tables,
    number_sources,
    numbers,
    results_text,
    reviewer_text,
    tables,
)
from surveypipe.level_contrast_text import level_contrast
from surveypipe.questionnaire import questionnaire


def main(args: argparse.Namespace) -> None:
    """Write Markdown beside the index that lists it, the numbers as YAML, headlines and sources as JSON."""
    released = read_released(args)
    check_wording(args.texts[0])
    words = wording_beside(args.texts[0])
    folder: Path = args.index.parent
    shown = {
        **tables.TABLES,
        **bias_tables.TABLES,
        **model_tables.TABLES,
        "questionnaire": questionnaire,
        "level_contrast": level_contrast,
    }
    texts = {
        # What is checked against R holds nothing of the survey, simulated or not.
        f"{name}.md": make(released).markdown(simulated=released.simulated and name != "verification")
        for name, make in shown.items()
    }
    methods = methods_text.paragraphs(released, words)
    texts |= {f"methods_{name}.md": text + "\n" for name, text in methods.items()}
    texts |= {
        "nrba_summary.md": bias_text.summary(released),
        "reviewer_questions.md": reviewer_text.questions(released),
    }
    made = numbers.numbers(released) | results_text.sentences(released) | bias_text.sentences(released)
    called = [path.read_text(encoding="utf-8") for path in args.texts]
    texts["provenance.md"] = number_sources.table(released, called[0], made).markdown(
        simulated=released.simulated
    )
    keys = [key for text in called for key, _ in number_sources.called(text)]
    write_json(number_sources.as_json(number_sources.sources(released, keys)), args.provenance)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    args.numbers.write_text(numbers.as_yaml(made), encoding="utf-8")
    write_json(numbers.headlines(released), args.headlines)
    # A rule of their own writes the checklists, into the same folder.
    write_json([*texts, *(f"checklist_{name}.md" for name in checklists.NAMES)], args.index)
    print(f"tables: {len(shown)} tables, {len(methods)} methods texts, {len(made)} numbers")


if __name__ == "__main__":
    made = parser(__doc__ or "", inputs=INPUTS, outputs=("index", "numbers", "headlines", "provenance"))
    made.add_argument(
        "--texts", type=Path, nargs="+", required=True, help="texts of the report, the article first"
    )
    run(made, main)
