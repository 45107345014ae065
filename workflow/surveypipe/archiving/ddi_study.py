"""The study as a whole in DDI-Codebook 2.5: who, what, whom, how, and under which conditions."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from surveypipe.archiving.about import About, Level, institutions
from surveypipe.archiving.ddi import heard

# Words of the DDI Alliance's controlled vocabularies (mode of collection, time method).
MODES = {
    "paper": "Self-administered questionnaire: paper",
    "web": "Self-administered questionnaire: web-based (CAWI)",
    "telephone": "Interview: telephone",
    "face_to_face": "Interview: face-to-face",
    "mixed": "Mixed modes",
    "records": "Content coding or measurements; nobody was asked",
}
UNFILLED = re.compile("to be filled in", re.IGNORECASE)
DESIGNS = {
    "census": "Total universe or complete enumeration: everybody was asked",
    "sample": "Probability: units drawn with known chances",
    "replicates": "Probability: a sample described by replicate weights",
    "convenience": "Non-probability: whoever answered",
}


def described(about: About) -> ET.Element:
    """Describe the study, elements in the order of the schema."""
    study = ET.Element("stdyDscr")
    _citation(study, about)
    info = ET.SubElement(study, "stdyInfo")
    subject = ET.SubElement(info, "subject")
    for word in about.keywords or ("survey",):
        _text(subject, "keyword", word)
    _text(info, "abstract", about.description)
    summary = ET.SubElement(info, "sumDscr")
    for event, day in zip(("start", "end"), about.period, strict=False):
        ET.SubElement(summary, "collDate", event=event, date=day).text = day
    _text(summary, "geogCover", about.setting)
    _text(summary, "universe", about.people)
    _text(summary, "dataKind", "Survey data")
    method = ET.SubElement(study, "method")
    collection = ET.SubElement(method, "dataColl")
    _text(collection, "timeMeth", "Cross-section")
    _text(collection, "sampProc", DESIGNS.get(about.design, about.design))
    if about.mode:
        _text(collection, "collMode", MODES[about.mode])
    _text(collection, "weight", about.weight)
    if about.outcome:
        _text(ET.SubElement(method, "anlyInfo"), "respRate", " ".join(about.outcome))
    _access(study, about)
    return study


def _citation(study: ET.Element, about: About) -> None:
    cited = ET.SubElement(study, "citation")
    titles = ET.SubElement(cited, "titlStmt")
    _text(titles, "titl", f"{about.title} ({about.mark})" if about.mark else about.title)
    ET.SubElement(titles, "IDNo").text = heard(about.identifier)
    responsible = ET.SubElement(cited, "rspStmt")
    for author in about.authors.authors:
        where = "; ".join(institutions(author, about.authors))
        entry = ET.SubElement(responsible, "AuthEnty", {"affiliation": heard(where)} if where else {})
        entry.text = heard(author.name)
    made = ET.SubElement(cited, "prodStmt")
    ET.SubElement(made, "prodDate", date=about.day.isoformat()).text = about.day.isoformat()
    _text(made, "software", f"surveypipe {about.tool}".strip())
    funding = about.authors.funding or ""
    if funding and not UNFILLED.search(funding):
        _text(made, "fundAg", funding)


def _access(study: ET.Element, about: About) -> None:
    access = ET.SubElement(ET.SubElement(study, "dataAccs"), "useStmt")
    if about.level is Level.RESTRICTED and not about.mark:
        _text(access, "confDec", "Required: the file holds answers of persons.")
        _text(access, "restrctn", "Only who was given leave may read the answers; they are not handed on.")
    elif not about.answers:
        released = "The answers are withheld; released are aggregates that passed disclosure control."
        _text(access, "restrctn", released)
    _text(access, "citReq", "Cite as CITATION.cff says.")
    _text(access, "conditions", f"{about.licence}, for text, figures and released data.")


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = heard(text)
