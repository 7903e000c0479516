"""Candidates for the register: what tells of an event in a case is one, an aim, an argument or a list is not."""

from pathlib import Path

import pandas as pd
import pytest

from benchmarks.coding import ROLES, read_codes, shared_records
from benchmarks.dedup_sets import shared_data
from pipeline.synthesis.coding import read_frame, suggest_codes
from pipeline.synthesis.incident_answers import answered, known_codes, role_codes
from pipeline.synthesis.incidents import MOST_WORDS, IncidentRoles, event_kind, incident_candidates, passage

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


@pytest.mark.parametrize("name", TOLD)
def test_what_happened_in_a_case_is_a_candidate(name: str) -> None:
    found = candidates({name: TOLD[name]})
    assert len(found)
    assert set(found["coder_kind"]) == {"program"}
    assert set(found["source"]) == {"abstract"}


@pytest.mark.parametrize("name", NOT_TOLD)
def test_aims_arguments_lists_and_reviews_are_no_candidates(name: str) -> None:
    assert not len(candidates({name: NOT_TOLD[name]}))


@pytest.mark.parametrize(
    ("name", "factor", "direction"),
    [
        ("command", "T4_rules_hierarchy", "hinders"),
        ("arrangement", "T2_network_partnership", "fosters"),
        ("resistance", "professional_resistance", "hinders"),
        ("trust", "trust", "fosters"),
        ("money", "T5_resources_time_money", "hinders"),
        ("power", "power_imbalance", "hinders"),
        ("leader", "L1_shared_distributed", "fosters"),
        ("commitment", "L6_political_managerial_commitment", "hinders"),
    ],
)
def test_the_factor_and_its_direction_are_those_of_the_sentence(name: str, factor: str, direction: str) -> None:
    found = candidates({name: TOLD[name]})
    assert (factor, direction) in set(zip(found["factor"], found["direction"], strict=True))


def test_what_people_said_is_reported_and_what_was_seen_is_observed() -> None:
    kinds = {name: candidates({name: TOLD[name]})["claim_kind"].iloc[0] for name in ("commitment", "power")}
    assert kinds == {"commitment": "reported", "power": "observed"}


def test_a_passage_is_a_piece_of_the_text_of_at_most_thirty_words() -> None:
    for text in TOLD.values():
        for shown in candidates({"x": text})["passage"]:
            kept = shown.removeprefix("... ").removesuffix(" ...")
            assert len(kept.split()) <= MOST_WORDS
            assert kept in text


def test_a_long_sentence_is_cut_around_the_factor() -> None:
    text = " ".join(f"w{number}" for number in range(100))
    shown = passage(text, (0, len(text)), text.index("w70"))
    assert "w70" in shown
    assert shown.startswith("... ")
    assert shown.endswith(" ...")
    assert len(shown.split()) == MOST_WORDS + 2


def test_without_actors_or_a_case_there_is_no_candidate() -> None:
    rule = "Rules hindered it and it was dropped."
    assert not len(candidates({"x": rule}))
    assert len(candidates({"x": f"We studied a ward with its patients. {rule}"}))


def test_a_rule_for_another_frame_and_topic() -> None:
    frame = read_frame(b"dimension,code,pattern,kind\nobstacle,queue,queues?,directed\nwho,pupil,pupils?,plain\n")
    texts = [
        "We observed two schools. Long queues prevented pupils from eating.",
        "Queues should prevent pupils from running.",
    ]
    records = pd.DataFrame({"record_id": ["a", "b"], "study_id": ["a", "b"], "title": "", "abstract": texts})
    records["keywords_author"] = records["keywords_index"] = [[], []]
    roles = IncidentRoles(factors=("obstacle",), actors="who")
    found = incident_candidates(records, frame, suggest_codes(records, frame), roles)
    assert found[["record_id", "factor", "direction"]].to_numpy().tolist() == [["a", "queue", "hinders"]]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Results show that rules hindered the work.", "observed"),
        ("Nurses reported that rules hindered the work.", "reported"),
        ("The aim is to find what hindered the work.", ""),
        ("Rules may hinder the work.", ""),
        ("The tables were printed.", ""),
    ],
)
def test_which_sentences_tell_an_event(sentence: str, kind: str) -> None:
    assert event_kind(sentence) == kind


@pytest.mark.shared_data
def test_known_incidents_are_candidates_and_a_list_and_an_aim_are_not() -> None:
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared development data is not beside the project (set REVIEW_SHARED_DATA)")
    wanted = {"pg050": True, "pg108": True, "r0575": True, "pg048": False, "pg111": False}
    reading = read_codes(Path(__file__).parents[2] / "benchmarks" / "coding_by_reading.csv")
    records = shared_records(folder / "coproduction", wanted)
    assert set(records["record_id"]) == set(wanted) <= set(reading)
    found = set(incident_candidates(records, FRAME, suggest_codes(records, FRAME), ROLES)["record_id"])
    assert {key: key in found for key in wanted} == wanted


@pytest.mark.parametrize(
    ("note", "source"),
    [
        ("page: 12 | passage: they waited", "full_text:12"),
        ("page: 12", "full_text:12"),
        ("passage: they waited", "abstract"),
        ("actor: citizen", "not_stated"),
        ("", "not_stated"),
    ],
)
def test_the_source_of_an_answer_is_what_the_person_said_and_nothing_else(note: str, source: str) -> None:
    incident, problem = answered("hinders; observed", "incident.trust", note)
    assert problem == ""
    assert incident is not None
    assert incident["source"] == source


def test_words_in_the_cells_of_an_answer_that_are_no_codes_are_told_apart() -> None:
    codes = role_codes(FRAME, IncidentRoles(actors="actor"))
    assert known_codes("Citizen; nonsense, citizen", codes["actor"]) == ("citizen", ("nonsense",))
    assert known_codes("nonsense", codes["actor"]) == ("", ("nonsense",))
    assert known_codes("whatever", codes["phase"]) == ("whatever", ()), "no dimension names the phases"
