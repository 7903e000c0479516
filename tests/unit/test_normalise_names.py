"""Names of people: one person is the same in every layout an export uses."""

from __future__ import annotations

import pytest

from pipeline.normalise.names import Name, parse_name, people, split_names


@pytest.mark.parametrize(
    "text",
    ["Brandsen, Taco", "Brandsen, T", "Brandsen, T.", "Brandsen T.", "Brandsen T", "Taco Brandsen", "BRANDSEN, Taco"],
)
def test_one_person_in_every_layout(text: str) -> None:
    assert parse_name(text) == Name("brandsen", "t")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("van Heck, Eric", Name("van heck", "e")),
        ("Eric van Heck", Name("van heck", "e")),
        ("Lewis G. F.", Name("lewis", "gf")),
        ("Lewis GF", Name("lewis", "gf")),
        ("O'Sullivan, S. E.", Name("osullivan", "se")),
        ("Fehér, Zsófia", Name("feher", "z")),
        ("Pestoff, Victor A., Jr.", Name("pestoff", "va")),
        ("Ostrom", Name("ostrom", "")),
        ("Brunton-Smith, Ian", Name("brunton smith", "i")),
        ("World Health Organization", Name("organization", "wh")),
    ],
)
def test_family_name_and_initials(text: str, name: Name) -> None:
    assert parse_name(text) == name


@pytest.mark.parametrize("text", ["", "  ", "Anonymous", "et al.", "et al", "No authors listed", "[Anonymous]", "123"])
def test_nobody(text: str) -> None:
    assert parse_name(text) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Adeli K.Lewis G. F.", ["Adeli K.", "Lewis G. F."]),
        ("Pala A.Schmitz A. L.Knoll A.", ["Pala A.", "Schmitz A. L.", "Knoll A."]),
        ("Sicilia, M.; Guarini, E.", ["Sicilia, M.", "Guarini, E."]),
        ("Zuber, J and Le Quintrec, M and Loirat, C", ["Zuber, J", "Le Quintrec, M", "Loirat, C"]),
        ("Aasen, J., Galaaen, K., & Lien, L.", ["Aasen, J.", "Galaaen, K.", "Lien, L."]),
        ("Taco Brandsen, Marlies Honingh, Elinor Ostrom", ["Taco Brandsen", "Marlies Honingh", "Elinor Ostrom"]),
        ("Brandsen, Taco", ["Brandsen, Taco"]),
        ("Pestoff, Victor, Jr", ["Pestoff, Victor, Jr"]),
        ("", []),
        (" ; ", []),
    ],
)
def test_lists_in_one_text_are_split(text: str, names: list[str]) -> None:
    assert split_names(text) == names


def test_people_reads_elements_that_hold_whole_lists() -> None:
    one = people(["Sicilia, Mariafrancesca", "Sancino, Alessandro"])
    other = people(["Sicilia, M.; Sancino, A."])
    assert one == other == [Name("sicilia", "m"), Name("sancino", "a")]


def test_people_drops_nobody_and_stops_at_the_limit() -> None:
    assert people(["Anonymous", "Ostrom, E.", "et al."]) == [Name("ostrom", "e")]
    assert len(people([f"Family{letter}, A." for letter in "abcdefghijklmnopqrst"])) == 12
    assert len(people(["A, B.; C, D.; E, F."], most=2)) == 2
    assert people([]) == []
