"""What an archive says of itself has the form that each standard asks for."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
import yaml

from archived import about
from surveypipe.archiving.about import Level
from surveypipe.archiving.citation import citation, codemeta
from surveypipe.archiving.ddi import NAMESPACE, asked, ddi_codebook
from surveypipe.archiving.ddi_study import described

# Order of the children that are written here, by codebook.xsd of the DDI Alliance (DDI-Codebook 2.5 and
# 2.6). The schema itself is on no package index, so that it cannot be read in a test.
ORDER = {
    "codeBook": ["docDscr", "stdyDscr", "fileDscr", "dataDscr", "otherMat"],
    "stdyDscr": ["citation", "stdyInfo", "method", "dataAccs", "othrStdyMat", "notes"],
    "citation": ["titlStmt", "rspStmt", "prodStmt", "distStmt", "serStmt", "verStmt", "biblCit"],
    "titlStmt": ["titl", "subTitl", "altTitl", "parTitl", "IDNo"],
    "rspStmt": ["AuthEnty", "othId"],
    "prodStmt": ["producer", "copyright", "prodDate", "prodPlac", "software", "fundAg", "grantNo"],
    "stdyInfo": ["studyBudget", "subject", "abstract", "sumDscr", "qualityStatement", "notes"],
    "subject": ["keyword", "topcClas"],
    "sumDscr": ["timePrd", "collDate", "nation", "geogCover", "geogUnit", "anlyUnit", "universe", "dataKind"],
    "method": ["dataColl", "notes", "anlyInfo", "stdyClas"],
    "dataColl": ["timeMeth", "dataCollector", "frequenc", "sampProc", "deviat", "collMode", "resInstru",
                 "sources", "collSitu", "actMin", "ConOps", "weight", "cleanOps"],
    "anlyInfo": ["respRate", "EstSmpErr", "dataAppr"],
    "dataAccs": ["setAvail", "useStmt", "notes"],
    "useStmt": ["confDec", "specPerm", "restrctn", "contact", "citReq", "deposReq", "conditions",
                "disclaimer"],
    "dataDscr": ["varGrp", "nCubeGrp", "var", "nCube", "notes"],
    "var": ["location", "labl", "imputation", "security", "embargo", "respUnit", "anlysUnit", "qstn",
            "valrng", "invalrng", "undocCod", "universe", "TotlResp", "sumStat", "txt", "stdCatgry",
            "catgryGrp", "catgry", "codInstr", "verStmt", "concept", "derivation", "varFormat", "geoMap",
            "catLevel", "notes"],
    "qstn": ["preQTxt", "qstnLit", "postQTxt"],
    "catgry": ["catValu", "labl", "txt", "catStat"],
}  # fmt: skip
REQUIRED = {
    "codeBook": ["stdyDscr"],
    "stdyDscr": ["citation"],
    "citation": ["titlStmt"],
    "titlStmt": ["titl"],
}
VARIABLES = {
    "uses": {"label": "Uses it", "question": "Do you?", "values": {"1": "Yes"}, "type": "binary"},
    "hours": {"label": "Hours", "question": "How many?", "values": {}, "type": "numeric"},
}


@pytest.mark.parametrize(
    "archive",
    [about(), about(Level.RESTRICTED, answers=True), about(mark="SIMULATED data", answers=True)],
    ids=["public", "restricted", "simulated"],
)
def test_the_codebook_has_the_order_of_the_schema(archive):
    root = ET.fromstring(ddi_codebook(described(archive), asked(VARIABLES)))
    seen = set()
    for element in root.iter():
        name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        children = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
        if children:
            places = [ORDER[name].index(child) for child in children]
            assert places == sorted(places), name
            assert set(REQUIRED.get(name, [])) <= set(children), name
        seen.add(name)
    assert {"AuthEnty", "respRate", "collDate", "qstnLit", "conditions"} <= seen


def test_the_citation_names_everybody_and_has_what_the_format_requires():
    told = yaml.safe_load(citation(about()))
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    assert told["cff-version"] == "1.2.0" and told["date-released"] == "2023-11-14"
    first, second = told["authors"]
    assert (first["given-names"], first["family-names"]) == ("Ana María", "Ruiz")
    assert first["orcid"] == "https://orcid.org/0000-0001-2345-678X"
    assert second["family-names"] == "Li" and second["affiliation"] == "One, City; Two, City"


def test_the_software_is_described_by_codemeta():
    told = json.loads(codemeta(about(), ">=3.11"))
    assert (told["@context"], told["@type"]) == ("https://w3id.org/codemeta/3.0", "SoftwareSourceCode")
    assert told["softwareRequirements"] == "requirements.lock" and told["version"] == "0.1.0"
    assert [one["familyName"] for one in told["maintainer"]] == ["Ruiz", "Li"]
