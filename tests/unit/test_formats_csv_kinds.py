"""Every kind of table: headers as its exporter wrote them over the years, each cell where it belongs, none lost."""

from __future__ import annotations

import csv
import html
import io
import re
import time
import unicodedata
from dataclasses import dataclass, field

import pytest

from pipeline.formats import read_export
from pipeline.formats.cell_lists import outside_brackets, scopus_references, whole_names
from pipeline.formats.inverted_index import abstract_of_cell
from pipeline.records import ParsedEntry


@dataclass(frozen=True)
class Kind:
    """A table of one exporter: its rows (header first), what must come out of the first record, lines above."""

    rows: list[dict[str, str]]
    fields: dict[str, object]
    extra: dict[str, list[str]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    above: str = ""
    delimiter: str = ","

    @property
    def text(self) -> str:
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(self.rows[0]), delimiter=self.delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return self.above + stream.getvalue()


TWO = "Müller J., Nuñez A."
SCOPUS_LINK = "https://www.scopus.com/inward/record.uri?eid=2-s2.0-42&partnerID=40&md5=x"
SCOPUS_TAIL = {
    "DOI": "10.5555/s.1",
    "Link": SCOPUS_LINK,
    "Affiliations": "Univ of Nowhere; Inst of Elsewhere",
    "Authors with affiliations": "Müller, J., Univ of Nowhere; Nuñez, A., Inst of Elsewhere",
    "Abstract": "We asked.",
    "Author Keywords": "co-production; gardens",
    "Index Keywords": "Food; Human experiment",
    "Publisher": "Invented Press",
    "ISSN": "12345679",
    "ISBN": "9781234567897",
    "CODEN": "XXYY",
    "PubMed ID": "77",
    "Language of Original Document": "English; German",
    "Abbreviated Source Title": "J. Inv.",
    "Document Type": "Article",
    "Source": "Scopus",
    "EID": "2-s2.0-42",
}
SCOPUS = {
    "authors": ["Müller, J.", "Nuñez, A."],
    "title": "Kitchens",
    "year": 2006,
    "journal": "Journal of Inventions",
    "volume": "3",
    "pages": "10-19",
    "times_cited": 5,
    "doi": "10.5555/s.1",
    "affiliations": ["Univ of Nowhere", "Inst of Elsewhere"],
    "abstract": "We asked.",
    "keywords_author": ["co-production", "gardens"],
    "keywords_index": ["Food", "Human experiment"],
    "publisher": "Invented Press",
    "issn": ["1234-5679"],
    "isbn": ["9781234567897"],
    "pmid": "77",
    "language": ["English", "German"],
    "journal_abbr": "J. Inv.",
    "type": "article",
    "accession": "2-s2.0-42",
}
SCOPUS_HEAD = {"Title": "Kitchens", "Year": "2006", "Source title": "Journal of Inventions", "Volume": "3"}
SCOPUS_PLACE = {"Issue": "", "Art. No.": "", "Page start": "10", "Page end": "19", "Page count": "9", "Cited by": "5"}

KINDS: dict[str, Kind] = {
    "scopus 2004": Kind(
        [{"Authors": "Müller, J., Nuñez, A.", **SCOPUS_HEAD, "Page start": "10", "Page end": "19", "Cited by": "5",
          **SCOPUS_TAIL, "References": "Doe, A., Wells (1999) J Inv, 1, p. 2; Roe, B., (1998) Forms"}],
        SCOPUS | {"cited_references": ["Doe, A., Wells (1999) J Inv, 1, p. 2", "Roe, B., (1998) Forms"]},
        {"database": ["Scopus"], "Source": ["Scopus"], "CODEN": ["XXYY"]},
    ),
    "scopus 2016": Kind(
        [{"Authors": TWO, "Author(s) ID": "1;2;", **SCOPUS_HEAD, **SCOPUS_PLACE, **SCOPUS_TAIL, "Funding Text 1": "f",
          "References": "Doe, A., Wells, Soup (1999) J Inv, 1; An unsure part; Roe, B., Forms (1998) J Inv, 2"}],
        SCOPUS | {"cited_references": [
            "Doe, A., Wells, Soup (1999) J Inv, 1; An unsure part; Roe, B., Forms (1998) J Inv, 2"]},
        {"Author(s) ID": ["1;2;"], "Funding Text 1": ["f"], "Page count": ["9"]},
    ),
    "scopus 2023": Kind(
        [{"Authors": "Müller J.; Nuñez A.", "Author full names": "Müller, Jörg (57001); Nuñez, Ana (57002)",
          "Author(s) ID": "57001; 57002", **SCOPUS_HEAD, **SCOPUS_PLACE, **SCOPUS_TAIL,
          "References": "Doe A., Lee C., Wells, J. Inv., 1, pp. 2-3, (1999); Roe B., Forms, (1998)"}],
        SCOPUS | {"authors": ["Müller, Jörg", "Nuñez, Ana"], "cited_references": [
            "Doe A., Lee C., Wells, J. Inv., 1, pp. 2-3, (1999)", "Roe B., Forms, (1998)"]},
        {"Authors": ["Müller J.; Nuñez A."]},
    ),
    "scopus 2026": Kind(
        [{"Authors": "Müller J.; Nuñez A.", "Author full names": "Müller, Jörg (57001); Nuñez, Ana (57002)",
          "Author(s) ID": "57001; 57002", **SCOPUS_HEAD, **SCOPUS_PLACE, **SCOPUS_TAIL,
          "References": "Doe A.; Lee C., Wells, J. Inv., 1, (1999); Roe B.; Moss E., Forms, (1998)"}],
        SCOPUS | {"authors": ["Müller, Jörg", "Nuñez, Ana"], "cited_references": [
            "Doe A.; Lee C., Wells, J. Inv., 1, (1999)", "Roe B.; Moss E., Forms, (1998)"]},
    ),
    "scopus without author": Kind(
        [{"Authors": "[No author name available]",
          "Author(s) ID": "[No author id available]", **SCOPUS_HEAD, "EID": "2-s2.0-1"}],
        {"title": "Kitchens", "authors": None, "accession": "2-s2.0-1"},
        {"Authors": ["[No author name available]"]},
    ),
    "embase": Kind(
        [{"Title": "Kitchens", "Original Title": "Küchen", "Author Names": "Liu R., Adler D.G.",
          "Author Addresses": "(Liu R., r@x.invalid; Adler D.G.) Univ A; (Liu R.) Univ B",
          "Source": "J Inv (2019) 3:4 Article Number: 7. Date of Publication: 1 May 2019", "Source title": "J Inv",
          "Publication Year": "2019", "Volume": "3", "Issue": "4", "First Page": "7", "Last Page": "9",
          "Date of Publication": "1 May 2019", "Publication Type": "Article", "ISSN": "1234-5679 (electronic)",
          "Abstract": "We asked.", "Author Keywords": "gardens,food", "Emtree Drug Index Terms (Major Focus)": "salt",
          "Emtree Medical Index Terms": "cyst (diagnosis, surgery), human", "Article Language": "English",
          "Medline PMID": "77", "PUI": "L55", "DOI": "10.5555/e.1",
          "Full Text Link": "http://dx.doi.org/10.5555/e.1"}],
        {"title": "Kitchens", "title_other": "Küchen", "authors": ["Liu, R.", "Adler, D.G."], "journal": "J Inv",
         "affiliations": ["(Liu R., r@x.invalid; Adler D.G.) Univ A", "(Liu R.) Univ B"], "year": 2019, "volume": "3",
         "issue": "4", "pages": "7-9", "keywords_author": ["gardens", "food"], "issn": ["1234-5679"], "pmid": "77",
         "keywords_index": ["salt", "cyst (diagnosis, surgery)", "human"], "accession": "L55", "doi": "10.5555/e.1"},
        {"database": ["Embase"]},
        above='"SEARCH QUERY","kitchen:ti"\n----------\n\n',
    ),
    "embase, citation only": Kind(
        [{"Title": "Kitchens", "Author Names": "Liu R., Adler D.G.",
          "Source": "Journal of Inventions (2014) 3:4 (152-160). Date of Publication: 2014",
          "Emtree Medical Index Terms": "article, human",
          "Open URL Link": "http://sfx.invalid/x?sid=EMBASE&issn=1&id=doi:10.5555%2Fe.2&atitle=K"}],
        {"journal": "Journal of Inventions", "year": 2014, "volume": "3", "issue": "4", "pages": "152-160",
         "doi": "10.5555/e.2"},
        {"Source": ["Journal of Inventions (2014) 3:4 (152-160). Date of Publication: 2014"]},
    ),
    "ebscohost": Kind(
        [{"Article Title": "Kitchens", "Author": "LEE, KIM; Roe, B.", "Journal Title": "J Inv", "ISSN": '="12345679"',
          "ISBN": "", "Publication Date": '="4/3/2024"', "Volume": "1", "Issue": "2", "First Page": "5",
          "Page Count": "3", "Accession Number": "99", "DOI": "10.5555/b", "Publisher": "P", "Doctype": "Article",
          "Subjects": "FOOD; BODY size", "Keywords": "kitchen; home", "Abstract": "We asked.",
          "PLink": "https://search.ebscohost.com/login.aspx?direct=true&db=sih&AN=99"}],
        {"authors": ["LEE, KIM", "Roe, B."], "issn": ["1234-5679"], "year": 2024, "pages": "5", "accession": "99",
         "keywords_index": ["FOOD", "BODY size"], "keywords_author": ["kitchen", "home"], "type": "article"},
        {"database": ["EBSCOhost sih"], "Page Count": ["3"]},
    ),
    "cochrane": Kind(
        [{"Cochrane ID": "", "CENTRAL ID": "CN-1", "Author(s)": "Lee, K; Roe, B", "Title": "Kitchens",
          "Source": "Trials",
          "Year": "2011", "Abstract": "We asked.", "Volume": "12", "Pages": "39", "Database Name": "CENTRAL",
          "PubMed ID": "PUBMED 77", "Embase ID": "EMBASE 6", "Publication Type": "Journal article",
          "Keywords": "*Food; Human [physiology]", "DOI": "10.5555/c", "URL": "https://x.invalid/c",
          "Cochrane Review Group Code": "HS"}],
        {"authors": ["Lee, K", "Roe, B"], "journal": "Trials", "pmid": "77", "accession": "CN-1",
         "keywords_index": ["*Food", "Human [physiology]"], "keywords_author": None},
        {"database": ["CENTRAL"], "Embase ID": ["EMBASE 6"]},
    ),
    "pubmed": Kind(
        [{"PMID": "77", "Title": "Kitchens", "Authors": "Lim SM, Roe B.",
          "Citation": "J Inv. 2020 Feb;63(2):103-9. doi: "
          "10.5555/p. Epub 2019", "First Author": "Lim SM", "Journal/Book": "J Inv", "Publication Year": "2020",
          "Create Date": "2019/03/30", "PMCID": "PMC5", "NIHMS ID": "NIHMS1", "DOI": "10.5555/p"}],
        {"authors": ["Lim, SM", "Roe, B."], "volume": "63", "issue": "2", "pages": "103-9",
        "year": 2020, "pmcid": "PMC5"},
        {"Citation": ["J Inv. 2020 Feb;63(2):103-9. doi: 10.5555/p. Epub 2019"], "NIHMS ID": ["NIHMS1"]},
    ),
    "ieee": Kind(
        [{"Document Title": "Kitchens", "Authors": "P. Kogge; J. van der Berg",
          "Author Affiliations": "Univ A, X; Lab B",
          "Publication Title": "Inventions", "Date Added To Xplore": "4 Feb 2014", "Publication Year": "2013",
          "Volume": "15", "Issue": "6", "Start Page": "16", "End Page": "26", "Abstract": "We asked.",
          "ISSN": "1234-5679", "ISBNs": "978-1-234-56789-7", "DOI": "10.5555/i", "Funding Information": "F",
          "PDF Link": "https://ieeexplore.ieee.org/stamp/stamp.jsp?arnumber=123", "Author Keywords": "a;b",
          "IEEE Terms": "C;D", "INSPEC Controlled Terms": "e;f", "INSPEC Non-Controlled Terms": "g",
          "Mesh_Terms": "h",
          "Article Citation Count": "4", "Patent Citation Count": "1", "Document Identifier": "IEEE Conferences"}],
        {"authors": ["Kogge, P.", "van der Berg, J."], "affiliations": ["Univ A, X", "Lab B"], "accession": "123",
         "keywords_author": ["a", "b"], "keywords_index": ["C", "D", "e", "f", "g", "h"], "times_cited": 4,
         "type": "conference", "pages": "16-26", "isbn": ["9781234567897"]},
        {"database": ["IEEE Xplore"], "Patent Citation Count": ["1"]},
    ),
    "springer": Kind(
        [{"Item Title": "Kitchens", "Publication Title": "Handbook", "Book Series Title": "Lectures",
          "Journal Volume": "2",
          "Journal Issue": "1", "Item DOI": "10.5555/sp", "Authors": "Ada OneBo Two", "Publication Year": "2022",
          "URL": "http://link.x.invalid/1", "Content Type": "Chapter"}],
        {"series": "Lectures", "volume": "2", "issue": "1", "doi": "10.5555/sp", "year": 2022, "authors": None},
        {"Authors": ["Ada OneBo Two"]},
    ),
    "lens": Kind(
        [{"Lens ID": "000-1", "Title": "Kitchens", "Date Published": "2020-11-22", "Publication Year": "2020",
          "Publication Type": "journal article", "Source Title": "J Inv", "ISSNs": "12345679; 20000008",
          "Publisher": "P", "Source Country": "Norway", "Author/s": "Ada Lovelace; Max Van Kleek",
          "Abstract": "We\nasked.",
          "Volume": "1", "Issue Number": "2", "Start Page": "3", "End Page": "4", "Fields of Study": "Law; Food",
          "Keywords": "a; b", "MeSH Terms": "C; D", "Chemicals": "salt",
          "Source URLs": "https://x.invalid/1 https://x.invalid/2",
          "External URL": "http://dx.doi.org/10.5555/l", "PMID": "77", "DOI": "10.5555/l", "PMCID": "PMC5",
          "References": "000-2; 000-3", "Citing Works Count": "10"}],
        {"authors": ["Lovelace, Ada", "Van Kleek, Max"], "issn": ["1234-5679", "2000-0008"], "year": 2020,
         "date": "2020-11-22", "pages": "3-4", "subject_categories": ["Law", "Food"], "keywords_author": ["a", "b"],
         "keywords_index": ["C", "D"], "accession": "000-1", "times_cited": 10, "abstract": "We asked."},
        {"References": ["000-2; 000-3"], "Chemicals": ["salt"]},
    ),
    "dimensions": Kind(
        [{"Rank": "500", "Publication ID": "pub.1001", "DOI": "10.5555/d", "PMID": "77", "PMCID": "PMC5", "ISBN": "",
          "Title": "Kitchens", "Abstract": "We asked.", "Acknowledgements": "Thanks", "Funding": "F",
          "Source title": "J Inv", "Anthology title": "Collected", "Book editors": "Roe, B", "Publisher": "P",
          "ISSN": "1234-5679", "MeSH terms": "Food; Humans", "Publication date": "2020-05-01", "PubYear": "2020",
          "Publication date (online)": "2020-04-01", "Volume": "1", "Issue": "2", "Pagination": "3-9",
          "Open Access": "All OA; Gold", "Publication Type": "Article", "Authors": "Lee, Kim; Roe, B",
          "Authors Affiliations": "Lee, Kim (Univ A; Univ B); Roe, B (Univ C)",
          "Research Organizations - standardized": "Univ A; Univ C", "Times cited": "7", "Recent citations": "1",
          "Source Linkout": "https://x.invalid/d",
          "Dimensions URL": "https://app.dimensions.ai/details/publication/pub.1001",
          "Fields of Research (ANZSRC 2020)": "44 Human Society; 4407 Policy",
          "Cited references": "[Doe, A; Lee, C, Wells, 1999];[Moss, E, Forms, 1998]"}],
        {"authors": ["Lee, Kim", "Roe, B"], "editors": ["Roe, B"], "booktitle": "Collected", "year": 2020,
         "date": "2020-05-01", "pages": "3-9", "keywords_index": ["Food", "Humans"], "accession": "pub.1001",
         "affiliations": ["Lee, Kim (Univ A; Univ B)", "Roe, B (Univ C)"], "times_cited": 7,
         "subject_categories": ["44 Human Society", "4407 Policy"],
         "cited_references": ["[Doe, A; Lee, C, Wells, 1999]", "[Moss, E, Forms, 1998]"],
         "url": ["https://app.dimensions.ai/details/publication/pub.1001", "https://x.invalid/d"]},
        {"database": ["Dimensions"], "Acknowledgements": ["Thanks"]},
        above='"About the data: Exported on May 01, 2024. Criteria: \'kitchen\' in title."\n',
    ),
    "scielo": Kind(
        [{"Title": "Cocinas", "Author(s)": "Lee, Kim; Roe, B", "Journal": "Rev Inv", "Publication year": "2015",
          "Language(s)": "es; en", "Volume": "1", "Pages": "3-9", "ISSN": "1234-5679", "Abstract": "Preguntamos.",
          "Keywords": "comida; casa", "Fulltext URL": "http://x.invalid/es http://x.invalid/en", "ID": "S1-2-es"}],
        {"authors": ["Lee, Kim", "Roe, B"], "journal": "Rev Inv", "language": ["es", "en"], "year": 2015,
         "url": ["http://x.invalid/es", "http://x.invalid/en"], "keywords_author": ["comida", "casa"]},
        {"ID": ["S1-2-es"]},
    ),
    "web of science excel": Kind(
        [{"Publication Type": "J", "Authors": "Lee, K; Roe, B", "Author Full Names": "Lee, Kim; Roe, Bo",
          "Group Authors": "Kitchen Group", "Article Title": "Kitchens", "Source Title": "JOURNAL OF INVENTIONS",
          "Language": "English", "Document Type": "Article; Early Access", "Author Keywords": "a; b",
          "Keywords Plus": "C; D", "Abstract": "We asked.",
          "Addresses": "[Lee, Kim; Roe, Bo] Univ A, X; [Roe, Bo] Univ B",
          "Affiliations": "Univ A; Univ B", "Email Addresses": "k@x.invalid", "Funding Orgs": "F",
          "Cited References": "Doe A, 1999, J INV, V1, P2; Moss E, 1998, FORMS", "Cited Reference Count": "2",
          "Times Cited, WoS Core": "3", "Times Cited, All Databases": "4", "Publisher": "P", "ISSN": "1234-5679",
          "eISSN": "2000-0008", "Journal Abbreviation": "J INV", "Journal ISO Abbreviation": "J. Inv.",
          "Publication Date": "MAY", "Publication Year": "2019", "Volume": "1", "Issue": "2", "Start Page": "3",
          "End Page": "4", "Article Number": "", "DOI": "10.5555/w", "DOI Link": "http://dx.doi.org/10.5555/w",
          "WoS Categories": "Public Administration; Economics", "Research Areas": "Government & Law",
          "Pubmed Id": "77", "UT (Unique WOS ID)": "WOS:0001"}],
        {"authors": ["Lee, Kim", "Roe, Bo"], "journal": "JOURNAL OF INVENTIONS", "type": "article",
         "type_raw": "Article; Early Access", "keywords_author": ["a", "b"], "keywords_index": ["C", "D"],
         "affiliations": ["[Lee, Kim; Roe, Bo] Univ A, X", "[Roe, Bo] Univ B"], "times_cited": 3, "year": 2019,
         "cited_references": ["Doe A, 1999, J INV, V1, P2", "Moss E, 1998, FORMS"], "issn": ["1234-5679",
          "2000-0008"],
         "subject_categories": ["Public Administration", "Economics"], "research_areas": ["Government & Law"],
         "accession": "WOS:0001", "pmid": "77", "journal_abbr": "J INV"},
        {"database": ["Web of Science"], "Affiliations": ["Univ A; Univ B"], "Publication Type": ["J"]},
    ),
    "web of science excel, proceedings": Kind(
        [{"Publication Type": "C", "Authors": "Lee, K", "Article Title": "Kitchens",
          "Source Title": "PROC OF INVENTIONS",
          "Publication Year": "2019", "UT (Unique WOS ID)": "WOS:0002"}],
        {"booktitle": "PROC OF INVENTIONS", "journal": None, "type": "conference"},
    ),
    "publish or perish": Kind(
        [{"Cites": "7", "Authors": "A Smith, BC Lee", "Title": "Kitchens", "Year": "2020", "Source": "J Inv",
          "Publisher": "P", "ArticleURL": "https://x.invalid/a", "CitesURL": "https://x.invalid/c", "GSRank": "1",
          "QueryDate": "2020-12-08 15:34:55", "Type": "PDF", "DOI": "", "ISSN": "", "StartPage": "3", "EndPage": "9",
          "ECC": "7", "Abstract": "… we asked …"}],
        {"authors": ["Smith, A", "Lee, BC"], "journal": "J Inv", "pages": "3-9", "times_cited": 7},
        {"CitesURL": ["https://x.invalid/c"]},
        flags=("abstract_partial",),
    ),
    "google scholar": Kind(
        [{"Authors": "Lee, Kim A; Roe, Bo; ", "Title": "Kitchens", "Publication": "J Inv", "Volume": "76",
          "Number": "3",
          "Pages": "411-447", "Year": "2001", "Publisher": "P"}],
        {"authors": ["Lee, Kim A", "Roe, Bo"], "journal": "J Inv", "issue": "3", "pages": "411-447"},
    ),
    "zotero": Kind(
        [{"Key": "AB12", "Item Type": "journalArticle", "Publication Year": "2020", "Author": "Lee, Kim; Roe, Bo",
          "Title": "Kitchens", "Publication Title": "J Inv", "ISSN": "1234-5679", "DOI": "10.5555/z",
          "Url": "https://x.invalid/z",
          "Abstract Note": "We asked.", "Date": "2020-05-01", "Date Added": "2024-08-15", "Pages": "1-2",
          "Issue": "3",
          "Volume": "4", "Journal Abbreviation": "J. Inv.", "Language": "en", "Library Catalog": "PubMed",
          "Archive Location": "WOS:1", "Call Number": "C1", "Extra": "PMID: 77\nCitation Key: lee2020",
          "Manual Tags": "a; b", "Automatic Tags": "c", "Editor": "Moss, E"}],
        {"year": 2020, "date": "2020-05-01", "accession": "WOS:1", "pmid": "77", "keywords_author": ["a", "b", "c"],
         "editors": ["Moss, E"], "journal_abbr": "J. Inv."},
        {"database": ["PubMed"], "Call Number": ["C1"], "Date Added": ["2024-08-15"]},
    ),
    "endnote tabs": Kind(
        [{"Reference Type": "Journal Article", "Record Number": "12", "Author": "Lee, Kim//Roe, Bo", "Year": "2020",
          "Title": "Kitchens", "Journal": "J Inv", "Volume": "1", "Issue": "2", "Pages": "3-4", "ISSN": "1234-5679",
          "DOI": "10.5555/n", "Keywords": "a;b", "Abstract": "We asked.", "URL": "https://x.invalid/n",
          "Name of Database": "N"}],
        {"authors": ["Lee, Kim", "Roe, Bo"], "type": "article", "keywords_author": ["a", "b"], "journal": "J Inv"},
        {"Record Number": ["12"], "Name of Database": ["N"]},
        above="*Generic\n",
        delimiter="\t",
    ),
    "rayyan": Kind(
        [{"key": "rayyan-1", "title": "Kitchens", "year": "2020", "month": "5", "day": "1", "journal": "J Inv",
          "issn": '["1234-5679", "2000-0008"]', "volume": "1", "issue": "2", "pages": "3-4",
          "authors": "Lee, K. and Roe, B.",
          "url": "https://x.invalid/r", "language": "en", "publisher": "P", "location": "L", "abstract": "We asked.",
          "notes": 'RAYYAN-INCLUSION: {"Ann"=>"Maybe"}', "doi": "10.5555/r", "keywords": "a;b", "pubmed_id": "77",
          "pmc_id": "PMC5"}],
        {"authors": ["Lee, K.", "Roe, B."], "issn": ["1234-5679", "2000-0008"], "pmid": "77", "pmcid": "PMC5",
        "label": "maybe"},
        {"key": ["rayyan-1"], "month": ["5"], "decisions": ["rayyan; Ann; title_abstract; maybe"]},
    ),
    "covidence": Kind(
        [{"Title": "Kitchens", "Authors": "Lee, K.; Roe, B.", "Abstract": "We asked.", "Published Year": "2020",
          "Published Month": "May", "Journal": "J Inv", "Volume": "1", "Issue": "2", "Pages": "3",
          "Accession Number": "9",
          "DOI": "10.5555/v", "Ref": "55", "Covidence #": "#1", "Study": "Lee 2020", "Notes": "n", "Tags": "t"}],
        {"authors": ["Lee, K.", "Roe, B."], "year": 2020, "accession": "9"},
        {"Covidence #": ["#1"], "Notes": ["n"], "Tags": ["t"], "Published Month": ["May"]},
    ),
    "asreview": Kind(
        [{"record_id": "3", "title": "Kitchens", "authors": "Lee, K.; Roe, B.", "abstract": "We asked.",
          "year": "2020",
          "keywords": "a, b", "doi": "10.5555/y", "included": "1", "asreview_prior": "0", "asreview_ranking": "4"}],
        {"label": "included", "doi": "10.5555/y"},
        {"record_id": ["3"], "asreview_prior": ["0"], "asreview_ranking": ["4"], "included": ["1"]},
    ),
    "scite": Kind(
        [{"DOI": "10.5555/t", "Title": "Kitchens", "Authors": "Lee, Kim; Roe, Bo", "Journal": "J Inv", "Year": "2020",
          "Abstract": "We asked.", "Total Citations": "12", "Supporting": "2", "Contrasting": "1",
          "Mentioning": "9"}],
        {"authors": ["Lee, Kim", "Roe, Bo"], "times_cited": 12},
        {"Supporting": ["2"]},
    ),
    "proquest": Kind(
        [{"Title": "Kitchens", "Abstract": "We asked.", "StoreId": "123", "ArticleType": "Feature",
          "Authors": "Lee, Kim; Roe, Bo",
          "companies": "C", "copyright": "(c)", "documentType": "Journal Article", "entryDate": "2020-06-01",
          "issn": "12345679", "language": "English", "pages": "3-9", "pubdate": "May 2020", "pubtitle": "J Inv",
          "year": "2020", "DocumentURL": "https://www.proquest.com/docview/123", "identifierKeywords": "a; b",
          "subjectTerms": "C; D", "startPage": "3", "digitalObjectIdentifier": "10.5555/q", "volume": "1",
          "issue": "2",
          "Database": "Sociological Abstracts"}],
        {"journal": "J Inv", "doi": "10.5555/q", "keywords_author": ["a", "b"], "keywords_index": ["C", "D"],
         "accession": "123", "type": "article", "year": 2020, "url": ["https://www.proquest.com/docview/123"]},
        {"database": ["Sociological Abstracts"], "companies": ["C"]},
    ),
    "openalex": Kind(
        [{"id": "https://openalex.org/W1", "doi": "https://doi.org/10.5555/o", "title": "Kitchens",
          "display_name": "Kitchens",
          "publication_year": "2020", "publication_date": "2020-05-01", "language": "en", "type": "article",
          "cited_by_count": "3", "is_retracted": "True",
          "referenced_works": "https://openalex.org/W2|https://openalex.org/W3",
          "ids.pmid": "https://pubmed.ncbi.nlm.nih.gov/77", "primary_location.source.display_name": "J Inv",
          "primary_location.source.issn_l": "1234-5679", "primary_location.source.issn": "1234-5679|2000-0008",
          "primary_location.source.host_organization_name": "P",
          "primary_location.landing_page_url": "https://doi.org/10.5555/o",
          "biblio.volume": "1", "biblio.issue": "2", "biblio.first_page": "3", "biblio.last_page": "4",
          "primary_topic.display_name": "Food at Home", "primary_topic.subfield.display_name": "Sociology",
          "topics.display_name": "Food at Home|Gardens", "topics.subfield.display_name": "Sociology|Ecology",
          "authorships.author.display_name": "Ada Lovelace|Max van Kleek",
          "authorships.author.orcid": "None|https://orcid.org/1",
          "authorships.raw_affiliation_strings": "Univ A; X|Univ B", "keywords.display_name": "Kitchen|Soup",
          "concepts.display_name": "Food", "abstract_inverted_index": '{"asked.": [1], "We": [0]}'}],
        {"authors": ["Lovelace, Ada", "van Kleek, Max"], "affiliations": ["Univ A; X", "Univ B"], "pmid": "77",
         "cited_references": ["https://openalex.org/W2", "https://openalex.org/W3"], "issn": ["1234-5679",
          "2000-0008"],
         "subject_categories": ["Food at Home", "Sociology", "Gardens", "Ecology"], "keywords_index": ["Kitchen",
          "Soup"],
         "abstract": "We asked.", "pages": "3-4", "publisher": "P", "accession": "https://openalex.org/W1"},
        {"database": ["OpenAlex"], "concepts.display_name": ["Food"]},
        flags=("retracted",),
    ),
    "of no known exporter": Kind(
        [{"Titel": "Küchen", "Autoren": "Kim Lee, Bo van Dam", "Jahr": "2020", "Zeitschrift": "J Inv",
          "Eigenes": "x"}],
        {"authors": ["Lee, Kim", "van Dam, Bo"], "journal": "J Inv", "year": 2020},
        {"Eigenes": ["x"]},
        delimiter=";",
    ),
}  # fmt: skip
each = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def first(kind: Kind) -> ParsedEntry:
    found = read_export("x.csv", kind.text.encode("utf-8-sig")).reading
    assert (len(found.entries), found.rejects) == (len(kind.rows), ())
    return found.entries[0]


@each
def test_each_cell_is_where_it_belongs(kind: Kind) -> None:
    entry = first(kind)
    assert {column: entry.fields.get(column) for column in kind.fields} == kind.fields
    assert {tag: entry.extra.get(tag) for tag in kind.extra} == kind.extra
    assert set(kind.flags) <= set(entry.flags)
    if kind.rows[0].get("Abstract") == "We asked.":
        assert entry.fields["abstract"] == "We asked."


def words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", html.unescape(text)).casefold())


@each
def test_no_cell_vanishes(kind: Kind) -> None:
    """An independent census: every word of every cell, as csv.reader sees it, is in the fields or in extra."""
    body = kind.text.removeprefix(kind.above)
    header, *rows = csv.reader(io.StringIO(body, newline=""), delimiter=kind.delimiter)
    entries = read_export("x.csv", kind.text.encode()).reading.entries
    for cells, entry in zip(rows, entries, strict=True):
        told = [*entry.fields.values(), *(value for values in entry.extra.values() for value in values)]
        flat = [str(item) for value in told for item in (value if isinstance(value, list) else [value])]
        kept = {word for text in flat for word in words(text)}
        numbers = {re.sub(r"\W", "", text).casefold() for text in flat}
        for name, cell in zip(header, cells, strict=True):
            lost = [word for word in words(cell) if word not in kept | numbers | _SAID_BY_THE_COLUMN]
            assert not lost or "".join(words(cell)) in numbers, f"{name}: {lost}"


# What only stands round identifiers and between names.
_SAID_BY_THE_COLUMN = {"pubmed", "ncbi", "nlm", "nih", "gov", "http", "https", "dx", "doi", "org", "and"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a, b (c, d), e", ["a", "b (c, d)", "e"]),
        ("a (b, c", ["a (b", "c"]),
        ("[x, y] z, w", ["[x, y] z", "w"]),
        (",,", []),
    ],
)
def test_commas_outside_brackets(text: str, parts: list[str]) -> None:
    assert outside_brackets(text, ",") == parts


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ada Lovelace, Max van Dam", ["Lovelace, Ada", "van Dam, Max"]),
        ("Lim SM, Shiau CWC", ["Lim, SM", "Shiau, CWC"]),
        ("Lovelace, Ada", None),
        ("Lovelace, A. B., Dam, M.", None),
        ("van Dam, Ada B.", None),
        ("Ada Lovelace", None),
    ],
)
def test_whole_names(text: str, names: list[str] | None) -> None:
    assert whole_names(text) == names


@pytest.mark.parametrize("text", ["", "{}", "no index", "{bad", '{"a": 1}', '{"a": ["x"]}', "[" * 50_000, "{" * 50_000])
def test_what_is_no_inverted_abstract(text: str) -> None:
    assert abstract_of_cell(text) is None


@pytest.mark.parametrize("column", ["References", "Index Keywords", "Affiliations", "Authors", "Title"])
def test_cells_of_twenty_thousand_items_take_linear_time(column: str) -> None:
    cell = "; ".join(f"item {number} (1999)" for number in range(20_000))
    rows = [{"Title": "Kitchens", "Source title": "J", "EID": "2-s2.0-1", "Author(s) ID": "1", column: cell}]
    start = time.process_time()
    entry = first(Kind(rows=rows, fields={}))
    assert len(str(entry.fields) + str(entry.extra)) > len(cell)
    assert time.process_time() - start < 8


@pytest.mark.parametrize("text", ["a; " * 300_000, "(1999); " * 100_000, "(" * 10**6, "(19" * 300_000, "; " * 500_000])
def test_hostile_references_take_linear_time(text: str) -> None:
    start = time.process_time()
    scopus_references(text)
    outside_brackets(text, ";")
    assert time.process_time() - start < 5
