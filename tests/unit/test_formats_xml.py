"""PubMed and EndNote XML: nothing is fetched or expanded, nothing vanishes, one broken record costs no other."""

from __future__ import annotations

import contextlib
import re
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.errors import BAD_DATA, InputError
from pipeline.formats import read_export
from pipeline.formats.decode import decode
from pipeline.records import ParsedEntry, Reading

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"


def read(text: str) -> Reading:
    return read_export("x.xml", text.encode("utf-8")).reading


def pubmed(*titles: str) -> str:
    return f"<PubmedArticleSet>{''.join(article(title) for title in titles)}</PubmedArticleSet>"


def article(title: str, more: str = "") -> str:
    return (
        "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article>"
        f"<ArticleTitle>{title}</ArticleTitle>{more}</Article></MedlineCitation></PubmedArticle>"
    )


def endnote(inside: str) -> ParsedEntry:
    return read(f"<xml><records><record>{inside}</record></records></xml>").entries[0]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
SUBSETS = {
    "external": '<!ENTITY x SYSTEM "file:///etc/hostname">',
    "network": '<!ENTITY x PUBLIC "-//x" "http://example.invalid/x">',
    "parameter": '<!ENTITY % x SYSTEM "http://example.invalid/x.dtd"> %x;',
    "laughs": f'<!ENTITY l0 "ha">{LAUGHS}',
    "small letters": '<!entity x "<PubmedArticle>">',
    "behind a comment": '<!-- <PubmedArticle></PubmedArticle> --><!ENTITY x "y">',
}


@pytest.mark.parametrize("kind", SUBSETS)
@pytest.mark.parametrize("root", ["PubmedArticleSet", "xml"])
def test_a_file_that_declares_entities_is_refused(kind: str, root: str) -> None:
    body = pubmed("&x; &l9;") if root != "xml" else "<xml><records><record><title>&x;</title></record></records></xml>"
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        read(f'<?xml version="1.0"?><!DOCTYPE {root} [{SUBSETS[kind]}]>{body}')
    assert time.process_time() - begun < 1
    assert str(caught.value).startswith("x.xml: refused")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_status == BAD_DATA


def test_a_second_document_in_the_file_declares_none_either() -> None:
    with pytest.raises(InputError, match="refused"):
        read(pubmed("One") + f"<!DOCTYPE PubmedArticleSet [{SUBSETS['external']}]>" + pubmed("&x;"))


def test_the_usual_document_type_is_fine_and_two_documents_are_read() -> None:
    head = '<?xml version="1.0"?><!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://dtd.invalid/pubmed.dtd">\n'
    found = read(head + pubmed("One") + "\n" + head + pubmed("Two"))
    assert [entry.fields["title"] for entry in found.entries] == ["One", "Two"]
    assert not [remark for remark in found.remarks if not remark.startswith("no abstract")]


def test_entities_inside_a_record_are_never_expanded() -> None:
    found = read(pubmed("One", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>&x;', "Three"))
    assert [entry.fields["title"] for entry in found.entries] == ["One", "Three"]
    assert len(found.rejects) == 1


@pytest.mark.parametrize(
    "text",
    [
        "<rss><item/></rss>",
        "<mods><title>T</title></mods>",
        "<svg><title>T</title></svg>",
        "<collection><record><leader/></record></collection>",
        "<records><record><titel>T</titel></record></records>",
        '<?xml version="1.0"?><OAI-PMH><ListRecords><record/></ListRecords></OAI-PMH>',
    ],
)
def test_other_xml_is_refused_by_name(text: str) -> None:
    with pytest.raises(InputError, match="XML is not read yet"):
        read(text)


@pytest.mark.parametrize(
    "text",
    [
        "<PubmedArticleSet></PubmedArticleSet>",
        "<PubmedArticleSet>",
        "<xml><records></records></xml>",
        "<xml><records><record/></records></xml>",
        "<PubmedArticleSet><PubmedArticle>wrong</PubmedArticleSet>",
    ],
)
def test_no_records(text: str) -> None:
    with pytest.raises(InputError, match=r"no records in x\.xml"):
        read(text)


def told(entry: ParsedEntry) -> str:
    """Return all that an entry says, without blanks, hyphens and capitals."""
    parts: list[str] = []
    for value in [*entry.fields.values(), *entry.extra.values()]:
        parts += [str(item) for item in value] if isinstance(value, list) else [str(value)]
    return re.sub(r"[\s-]", "", "\x1f".join(parts)).casefold()


@pytest.mark.parametrize("name", ["core.pubmed.xml", "awkward.pubmed.xml", "core.endnote.xml", "awkward.endnote.xml"])
def test_every_text_and_attribute_is_found_again(name: str) -> None:
    walked = 0
    for entry in read((EXPORTS / name).read_text("utf-8")).entries:
        raw = re.sub(r"(</?)[pm]+l?:", r"\1", entry.raw.replace("&nbsp;", "\u00a0"))
        try:
            root = ElementTree.fromstring(raw)
        except ElementTree.ParseError:
            continue
        everything = told(entry)
        for element in root.iter():
            for text in (element.text, element.tail, *element.attrib.values()):
                for line in (text or "").splitlines():
                    needle = re.sub(r"[\s-]", "", line).casefold().rstrip(",;")
                    for part in needle.split(";"):
                        assert part in everything, (element.tag, text)
                        walked += bool(part)
    assert walked > 40


def test_the_same_work_as_nbib_and_as_xml_fills_the_same_columns() -> None:
    tagged = read((EXPORTS / "core.nbib").read_text("utf-8")).entries
    marked = {entry.fields["pmid"]: entry for entry in read((EXPORTS / "core.pubmed.xml").read_text("utf-8")).entries}
    for pmid in ("11111111", "22222222", "33333333"):
        one = next(entry for entry in tagged if entry.fields.get("pmid") == pmid)
        other = dict(marked[pmid].fields)
        other.pop("cited_references", None)  # nbib has none
        assert other == dict(one.fields)
        assert marked[pmid].extra["database"] == one.extra["database"]


def test_numbers_of_cited_works_are_not_those_of_the_work() -> None:
    more = (
        "</Article></MedlineCitation><PubmedData><ReferenceList><Reference><ArticleIdList>"
        "<ArticleId IdType='doi'>10.5555/cited</ArticleId><ArticleId IdType='pmc'>PMC9</ArticleId>"
        "</ArticleIdList></Reference></ReferenceList></PubmedData><MedlineCitation><Article>"
    )
    fields = read(f"<PubmedArticleSet>{article('T', more)}</PubmedArticleSet>").entries[0].fields
    assert "doi" not in fields
    assert "pmcid" not in fields
    assert fields["cited_references"] == ["[doi 10.5555/cited] [pmc PMC9]"]


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("windows-1251", "cp1251"), ("ISO-8859-1", "latin-1"), ("iso-8859-2", "iso-8859-2"), ("koi8-r", "koi8-r"),
     ("UTF-16", "utf-16"), ("GB18030", "gb18030"), ("Shift_JIS", "shift_jis")],
)  # fmt: skip
def test_declared_encodings_are_honoured(declared: str, codec: str) -> None:
    words = {"windows-1251": "Соседи", "koi8-r": "Соседи", "GB18030": "邻居们", "Shift_JIS": "隣人たち"}
    title = words.get(declared, "Žluťoučký kůň" if codec.endswith("-2") else "Müller café")
    data = f'<?xml version="1.0" encoding="{declared}"?>{pubmed(title, "Second")}'.encode(codec)
    found = read_export("x.xml", data)
    assert [entry.fields["title"] for entry in found.reading.entries] == [title, "Second"]
    assert not any("guess" in remark for remark in found.remarks)


def test_a_declared_encoding_is_not_believed_against_the_bytes() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?><a>Müller</a>'
    assert decode(text.encode("utf-8")).text == text
    odd = text.replace("windows-1251", "rot13").encode("cp1252")
    assert decode(odd).encoding == "cp1252"


@pytest.mark.parametrize(
    ("inside", "title", "flags"),
    [
        ("Soil &amp; water", "Soil & water", ()),
        ("Soil & water", "Soil & water", ("repaired",)),
        ("p < 0.05 & q", "p < 0.05 & q", ("repaired",)),
        ("a&nbsp;b&hellip;", "a\u00a0b…", ()),
        ("AT&T &c; &#x0; &#65;", "AT&T &c; A", ("repaired",)),
        ("a \x02b\x0bc", "a b c", ("repaired",)),
        ("<![CDATA[A & B </PubmedArticle>]]>", "A & B </PubmedArticle>", ()),
        ("<!-- </PubmedArticle> -->Said", "Said", ()),
        ("A ]]> b", "A ]]> b", ("repaired",)),
        ("H<sub>2</sub>O &lt;i&gt;x&lt;/i&gt;", "H2O x", ("markup_decoded",)),
    ],
)
def test_titles_of_all_sorts(inside: str, title: str, flags: tuple[str, ...]) -> None:
    found = read(pubmed("Before", inside, "After"))
    assert [entry.fields["title"] for entry in found.entries] == ["Before", title, "After"]
    assert found.entries[1].flags == flags


@pytest.mark.parametrize("inside", ["<i>a</b>", "a</ArticleTitle>b", "<a x=1>b</a>", "<!-- a", "<![CDATA[a", "<a " * 9])
def test_one_broken_record_costs_no_other(inside: str) -> None:
    found = read("\n".join([pubmed("Before", inside), article("After")]))
    assert [entry.fields["title"] for entry in found.entries] == ["Before", "After"]
    assert len(found.rejects) == 1
    assert found.rejects[0].line == 1


def test_too_deep_is_a_reject() -> None:
    found = read(pubmed("Before", "<a>" * 5000 + "x" + "</a>" * 5000, "After"))
    assert len(found.entries) == 2
    assert "nested" in found.rejects[0].reason


def test_cut_files() -> None:
    text = pubmed("One", "Two")
    start = text.index("<PubmedArticle>", 30)
    for end in range(start + 15, len(text)):
        found = read(text[:end])
        assert len(found.entries) + len(found.rejects) == 2
        whole = end >= text.index("</ArticleTitle>", start) + len("</ArticleTitle>")
        assert len(found.entries) == 1 + whole
        if whole and end < text.rindex("</PubmedArticle>"):
            assert found.entries[1].flags == ("incomplete",)
            assert found.entries[1].fields["title"] == "Two"


def test_a_number_the_file_cuts_through_fills_no_column() -> None:
    text = article("One", "<ELocationID EIdType='doi'>10.5555/half.a.num")
    entry = read("<PubmedArticleSet>" + text[: text.index("num")]).entries[0]
    assert "doi" not in entry.fields
    assert entry.extra["MedlineCitation/Article/ELocationID (cut off)"] == ["10.5555/half.a. [doi]"]


def test_styles_of_endnote_are_joined() -> None:
    entry = endnote(
        "<titles><title><style>On </style><style face='italic'>Hortus</style><style> and CO</style>"
        "<style face='subscript'>2</style></title></titles><pages>7</pages><isbn>9783161484100</isbn>"
    )
    assert entry.fields["title"] == "On Hortus and CO2"
    assert entry.fields["pages"] == "7"
    assert entry.fields["isbn"] == ["9783161484100"]


def test_styles_are_text_in_fields_that_nobody_maps_as_well() -> None:
    entry = endnote(
        "<titles><title>T</title></titles><edition><style face='bold'>2</style><style>nd</style></edition>"
        "<work-type><style>Letter&#xD;Review</style></work-type>"
    )
    assert entry.extra["edition"] == ["2nd"]
    assert entry.extra["style@face"] == ["bold"]
    assert "style" not in entry.extra
    assert entry.fields["type_raw"] == "Letter; Review"


def test_the_library_of_endnote_is_no_database() -> None:
    entry = endnote("<database name='My.enl'>My.enl</database><titles><title>T</title></titles>")
    assert "database" not in entry.extra
    assert entry.extra["library"] == ["My.enl"]


@pytest.mark.parametrize(
    "piece",
    ["<!-- ", "<![CDATA[", "<PubmedArticle ", "<PubmedArticle>", "</PubmedArticle>", "&", "<", "]]>", "-->", "a", " ",
     "<!DOCTYPE ", "<i>", "</PubmedArticleSet>", "&#65;", "<PubmedArticle", "<x a='"],
)  # fmt: skip
def test_time_is_linear_in_whatever_is_repeated(piece: str) -> None:
    text = "<PubmedArticleSet>" + article("T", piece * (400_000 // len(piece)))
    begun = time.process_time()
    with contextlib.suppress(InputError):
        read(text)
    assert time.process_time() - begun < 6
