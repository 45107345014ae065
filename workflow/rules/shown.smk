"""What Snakemake's own report shows, under which heading and with which caption. No rule stands here.

`snakemake --report report.html` writes it after a run: one page with the released results, the graph of the rules
and how long each took.
"""


report: "../captions/workflow.rst"


def shown(path, category, caption, **labels):
    """Mark a file to be shown, with what tells it from others of its category."""
    return report(
        path, category=category, caption=f"../captions/{caption}.rst", labels=labels
    )


def in_words(name):
    """What a file is called, written as words: `weight_diagnostics` as `Weight diagnostics`."""
    return name.replace("_", " ").replace("-", " ").capitalize()


def shown_document(form, *, blinded=False):
    """A document in one format, with its authors or without."""
    suffix = SUFFIX["blinded" if blinded else "authors"]
    return shown(
        f"<results>/report/{{document}}{suffix}.{form}",
        "Documents",
        "document",
        document="{document}",
        authors="left out" if blinded else "named",
        format=FORMATS[form],
    )


def shown_figure(name):
    """The drawing of a figure."""
    return shown(
        f"<results>/figures/{name}.svg", "Figures", "figure", figure=in_words(name)
    )


def shown_table(name):
    """A released table."""
    return shown(
        f"<results>/public/{name}.csv",
        "Released tables",
        "table",
        table=in_words(name),
    )


FORMATS = {"html": "HTML", "docx": "Word", "pdf": "PDF"}
