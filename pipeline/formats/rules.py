"""What the rules of a format do with the tags of a record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from pipeline.formats.draft import Claim, Draft, Rule, claim_of


class Rules:
    """The rules of a format, which remember what they do with a record of these tags: most records have the same.

    Args:
        rules: what each tag fills; they claim in this order.
        aside: tags that the reader itself gives to their columns.
    """

    def __init__(self, rules: Iterable[Rule], aside: Collection[str] = frozenset()) -> None:
        self._rules = tuple(rules)
        self._aside = frozenset(aside)
        self._plan = lru_cache(maxsize=1000)(self._made)

    def fill(self, draft: Draft, values: Mapping[str, list[str]]) -> None:
        """Let every rule claim the values of its tag; tags that no rule names go to extra.

        Args:
            draft: the entry on its way.
            values: tag -> values.
        """
        claims, rest = self._plan(tuple(values))
        for claim, rule, tag in claims:
            found = values[tag]
            if found:
                claim(draft, rule, found)
        for tag in rest:
            draft.keep_all(tag, values[tag])

    def _made(self, tags: tuple[str, ...]) -> tuple[tuple[tuple[Claim, Rule, str], ...], tuple[str, ...]]:
        """Return what is done with a record of these tags: the rules that apply, and the tags that no rule names."""
        rules = [rule for rule in self._rules if rule.tag in tags and rule.tag not in self._aside]
        named = {rule.tag for rule in rules} | self._aside
        return tuple((claim_of(rule), rule, rule.tag) for rule in rules), tuple(tag for tag in tags if tag not in named)
