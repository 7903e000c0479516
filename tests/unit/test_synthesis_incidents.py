"""Candidates for the register: what tells of an event in a case is one, an aim, an argument or a list is not."""

from pathlib import Path

import pandas as pd

from benchmarks.coding import ROLES
from pipeline.synthesis.coding import read_frame, suggest_codes
from pipeline.synthesis.incidents import incident_candidates

FRAME = read_frame((Path(__file__).parents[2] / "screening" / "coding_frame.csv").read_bytes())

TOLD = {
    "command": "We followed two ambulance stations for a year. Crews wanted to plan shifts with local first aiders, "
    "but the command culture of the service hindered them, and the joint rota was dropped after four months.",
    "arrangement": "The study draws on a case study of a day centre for children with epilepsy. The findings "
    "show that a "
    "partnership between the clinic, the school and a parents' association prompted joint planning of the week.",
    "resistance": "Interviews in three town halls form the data of this paper. Co-creation with residents "
    "was slowed down "
    "because employees resisted it and managers did not defend the pilot against them.",
    "trust": "Based on fieldwork in a village in Malawi, we found that trust between the pump committee and "
    "the district "
    "office made it possible for residents to repair their own wells.",
    "money": "A survey of 40 libraries and ten interviews with volunteers were analysed. Results indicate that cuts to "
    "funding undermined the reading groups that volunteers had built up with the staff.",
    "rules": "In Ljubljana a housing association let tenants choose their caretaker. Interviews with tenants "
    "reveal that "
    "procurement rules prevented them from doing so in half of the blocks.",
    "technology": "The article reports on a pilot of a repair app in Ghent. Residents who reported faults online were "
    "answered sooner, and the platform encouraged neighbours to mend small things together.",
    "power": "Drawing on observations of twelve meetings between probation officers and former prisoners, "
    "the paper shows "
    "that an imbalance of power limited what the former prisoners could change in their own plans.",
    "facilitator": "We studied a school in Oslo where parents cook lunch twice a week. A facilitator employed by the "
    "municipality helped parents and kitchen staff to agree on the menu, and the number of cooks doubled.",
    "leader": "Focus groups with carers and nurses in four hospices suggest that distributed leadership "
    "encouraged carers "
    "to take part in the daily rounds.",
    "commitment": "In a qualitative study of five Danish job centres, participants reported that political support for "
    "peer mentors vanished after the election, which weakened the mentors' role.",
    "time": "This is a case study of a river restoration in which anglers count fish for the water agency. "
    "Lack of time "
    "among rangers limited the help that anglers received, and several groups stopped counting.",
}
NOT_TOLD = {
    "topics": "This chapter considers a range of topics in peer work, including barriers to its spread, leadership, "
    "budgets, trust, the motivation of volunteers, and risks for staff.",
    "aim": "The aim of this paper is to explore how leadership and organisational rules foster or hinder the work of "
    "volunteers with the police. A case study of two towns is planned.",
    "question": "This study asks whether political support and trust between parents and teachers help "
    "schools to involve "
    "families. It will use interviews in six municipalities.",
    "argument": "We argue that hierarchies must give way if patients are to shape hospital care, and that "
    "leaders should "
    "share power with them. The essay ends with proposals for reform.",
    "concept": "The article proposes a typology of networks in which citizens and agencies work together. It "
    "distinguishes "
    "four forms by the distribution of power and discusses their implications for theory.",
    "description": "The book describes the history of voluntary fire brigades in Austria. Their rules and "
    "budgets are set "
    "out in an appendix.",
    "agenda": "Future research should examine how budget cuts limit tenant boards and which facilitators could support "
    "them. We outline six questions for such work.",
    "recommendation": "It is recommended that councils provide funding and training so that residents can support each "
    "other. Managers need to commit themselves to such schemes.",
    "measure": "We develop and validate a scale of trust between patients and nurses. A survey of 612 people "
    "shows that "
    "the scale has four dimensions and good reliability.",
    "protocol": "This protocol describes a trial that will compare two ways of training peer workers in clinics. "
    "Interviews with staff will explore barriers to their work.",
    "review": "This systematic review of 44 studies found that hierarchy and lack of resources hindered the "
    "involvement of "
    "patients, while trust fostered it.",
    "promise": "Digital platforms promise to improve the ways in which citizens and municipalities work "
    "together. They may "
    "strengthen trust and could reduce costs.",
}


def candidates(texts: dict[str, str]) -> pd.DataFrame:
    """Return the candidates in a set of made-up abstracts."""
    records = pd.DataFrame(
        {"record_id": list(texts), "study_id": list(texts), "title": "", "abstract": list(texts.values())}
    )
    records["keywords_author"] = records["keywords_index"] = [[] for _ in texts]
    return incident_candidates(records, FRAME, suggest_codes(records, FRAME), ROLES)
