"""The tables of what disciplines share: cited works, coupling, co-citation, the graph, and who bridges them."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from pipeline.integration.anchors import bridging_flags
from pipeline.integration.corpus import Corpus, Flags
from pipeline.integration.coupling import Coupling, cocitation
from pipeline.integration.draws import p_low, percentile_interval
from pipeline.integration.network import bridging_papers, mixing
from pipeline.integration.overlap import common_works, overlap
from pipeline.integration.resampling import Resampled
from pipeline.integration.result_table import ResultTable, result_table
from pipeline.integration.settings import Measured, MeasureSettings
from pipeline.integration.sizes import INTERVAL_PAPERS, enough_for_index, interval_mark, size_of

_NAN = float("nan")


def index_pairs(corpus: Corpus) -> list[tuple[str, str]]:
    """Return the pairs of disciplines with enough papers or references for an index."""
    present = [
        code
        for place, code in enumerate(corpus.disciplines)
        if (corpus.primary == place).any() and enough_for_index(size_of(corpus, code))
    ]
    return list(combinations(present, 2))


def close_pairs(corpus: Corpus, settings: MeasureSettings) -> list[tuple[str, str]]:
    """Return the pairs that are looked at closely: those of the protocol, else the two disciplines with most papers."""
    sizes = {code: int((corpus.primary == place).sum()) for place, code in enumerate(corpus.disciplines)}
    if settings.pairs:
        return [pair for pair in settings.pairs if all(sizes.get(code) for code in pair)]
    largest = sorted((code for code in sizes if sizes[code]), key=lambda code: -sizes[code])[:2]
    order = [code for code in corpus.disciplines if code in largest]
    return [(order[0], order[1])] if len(order) == 2 else []


def overlap_table(corpus: Corpus, settings: MeasureSettings) -> ResultTable:
    """Return the overlap of the works that every two disciplines cite."""
    rows: list[tuple[object, ...]] = []
    for first, second in index_pairs(corpus):
        found = overlap(corpus, first, second, seed=settings.seed)
        sizes = found.first_works, found.second_works, found.common
        indices = found.jaccard, found.rarefied, found.salton, found.overlap, found.cosine
        rows.append((first, second, *sizes, *indices, found.top_first, found.top_second))
    header = ["first", "second", "works_first", "works_second", "common", "jaccard", "jaccard_rarefied", "salton"]
    header += ["overlap_coefficient", "cosine", "top50_of_first_in_second", "top50_of_second_in_first"]
    note = (
        "All works, resolved or not. Rarefied: the bigger discipline cut down to the smaller one's papers, 200 draws "
        "without replacement. No bootstrap: it biases an overlap low."
    )
    return result_table("overlap", "Works that two disciplines both cite", header, rows, note)


def common_table(corpus: Corpus, settings: MeasureSettings) -> ResultTable:
    """Return the works both disciplines of a close pair cite most."""
    rows = [
        (first, second, *work)
        for first, second in close_pairs(corpus, settings)
        for work in common_works(corpus, first, second)
    ]
    header = ["first", "second", "work", "cited_by_first", "cited_by_second"]
    note = "By the smaller of the two numbers; ties by the key of the work."
    return result_table("common_works", "Works cited by both", header, rows, note)


def coupling_table(resampled: Resampled) -> ResultTable:
    """Return bibliographic coupling within and across, for all disciplines and for every two."""
    corpus, sums = resampled.corpus, resampled.sums
    permuted, drawn = resampled.permuted_sums, resampled.bootstrapped_sums
    papers = int(((corpus.primary >= 0) & (corpus.reference_counts > 0)).sum())
    rows = [("all", "", *_coupling_cells(sums.overall(), permuted.overall(), drawn.overall(), papers))]
    for first, second in index_pairs(corpus):
        one, two = (corpus.disciplines.index(code) for code in (first, second))
        smaller = min(len(corpus.members(code)) for code in (first, second))
        found, chance, boot = (item.pair(one, two) for item in (sums, permuted, drawn))
        rows.append((first, second, *_coupling_cells(found, chance, boot, smaller)))
    header = ["first", "second", "pairs_within", "pairs_across", "within", "across", "ratio", "low", "high"]
    header += ["permuted_low", "permuted_high", "p_low", "remark"]
    note = (
        "Works both papers cite / sqrt(product of the lengths of their lists); pairs with none count. Ratio below 1: "
        "parallel streams. p_low: share of permuted labels with a ratio as low."
    )
    return result_table("coupling", "Bibliographic coupling within and across disciplines", header, rows, note)


def _coupling_cells(found: Coupling, permuted: Coupling, drawn: Coupling, papers: int) -> tuple[object, ...]:
    ratio = float(found.ratio)
    ends = percentile_interval(drawn.ratio) if papers >= INTERVAL_PAPERS else (_NAN, _NAN)
    known = permuted.ratio[np.isfinite(permuted.ratio)]
    p = p_low(ratio, known) if np.isfinite(ratio) and len(known) else _NAN
    pairs = int(found.pairs_within), int(found.pairs_across)
    means = float(found.within), float(found.across), ratio
    return *pairs, *means, *ends, *percentile_interval(known), p, interval_mark(papers)


def cocitation_table(corpus: Corpus) -> ResultTable:
    """Return how often works of different disciplines are cited together, with and without reviews."""
    reviews = np.array([paper.document_type == "review" for paper in corpus.papers], dtype=bool)
    rows: list[tuple[object, ...]] = []
    for name, part in (("all papers", corpus), ("without reviews", corpus.chosen(~reviews))):
        found = cocitation(part)
        rows.append((name, found.papers, found.pairs, found.cross, found.share, found.fractional))
    header = ["papers", "n", "pairs", "cross", "share", "share_fractional"]
    note = "Fractional: each list counts once, whatever its length."
    return result_table("cocitation", "Works of two disciplines in one list of references", header, rows, note)


def network_table(corpus: Corpus) -> ResultTable:
    """Return E-I index, assortativity and modularity of the coupling graph, for all disciplines and for every two."""
    rows: list[tuple[object, ...]] = []
    for pair in (None, *index_pairs(corpus)):
        found = mixing(corpus, pair)
        edges = found.papers, found.edges, found.external, found.internal
        values = found.e_i, found.expected, found.assortativity, found.modularity
        remark = "" if found.edges else "no edges"
        rows.append((*(pair or ("all", "")), *edges, *values, found.components, remark))
    header = ["first", "second", "papers", "edges", "external", "internal", "e_i", "e_i_expected", "assortativity"]
    header += ["modularity", "components", "remark"]
    note = "An edge: two papers share a cited work. Expected: from the sizes of the disciplines alone."
    return result_table("network", "The graph of coupled papers", header, rows, note)


def bridge_table(corpus: Corpus, settings: MeasureSettings) -> ResultTable:
    """Return the papers between two disciplines, by name."""
    rows = [
        (first, second, bridge.paper_id, bridge.name, bridge.betweenness, bridge.cites_first, bridge.cites_second)
        for first, second in close_pairs(corpus, settings)
        for bridge in bridging_papers(corpus, first, second, seed=settings.seed)
    ]
    header = ["first", "second", "record_id", "record", "betweenness", "cites_first", "cites_second"]
    note = "Shortest ways from papers of the first to papers of the second discipline that run through the paper."
    return result_table("bridging_records", "Records that bridge two disciplines", header, rows, note)


def anchor_flags(measured: Measured, settings: MeasureSettings) -> Flags | None:
    """Return which papers cite an anchor of both traditions; None where the protocol names no anchors."""
    if len(settings.anchor_traditions) != 2 or not measured.anchors:
        return None
    pair = settings.anchor_traditions[0], settings.anchor_traditions[1]
    return bridging_flags(measured.corpus, measured.anchors_cited, measured.anchors, pair)


def anchor_table(measured: Measured, settings: MeasureSettings) -> ResultTable:
    """Return for each discipline how many papers cite anchors of either tradition, and of both."""
    corpus, pair = measured.corpus, settings.anchor_traditions
    title = "Papers that cite anchor works of both traditions"
    header = ["discipline", "papers", "cite_first", "cite_second", "bridging", "share", "low", "high", "records"]
    flags = anchor_flags(measured, settings)
    if flags is None:
        return ResultTable(
            "bridging_share", title, tuple(header), reason="not computed: the protocol names no anchor works"
        )
    from statsmodels.stats.proportion import proportion_confint

    keys = [{anchor.key for anchor in measured.anchors if anchor.tradition == name} for name in pair]
    cited = [measured.anchors_cited.get(paper.paper_id, set()) for paper in corpus.papers]
    rows: list[tuple[object, ...]] = []
    listed = corpus.reference_counts > 0
    for code in ("", *corpus.disciplines):
        inside = listed & (corpus.primary == corpus.disciplines.index(code)) if code else listed
        total, both = int(inside.sum()), int((inside & flags).sum())
        if not total:
            continue
        each = [sum(bool(cited[place] & wanted) for place in np.flatnonzero(inside)) for wanted in keys]
        ends = proportion_confint(both, total, method="wilson") if total >= INTERVAL_PAPERS else (_NAN, _NAN)
        named = "; ".join(
            corpus.papers[place].name or corpus.papers[place].paper_id for place in np.flatnonzero(inside & flags)
        )
        rows.append((code or "all", total, *each, both, both / total, *ends, named if code else ""))
    note = (
        f"Traditions: {pair[0].replace('_', ' ')} and {pair[1].replace('_', ' ')}; papers without a list of references "
        "stay out. Wilson interval."
    )
    return result_table("bridging_share", title, header, rows, note)
