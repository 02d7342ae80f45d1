"""The resources of Object Query: `resources.txt` against the catalogue.

A resource is what is offered of one object: its members, its relations to others, and which of them filter, sort and
are expanded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from zuora_mock.domain.catalogue import BY_NAME, Field, ObjectType

_NOTHING = "-"

Lines = Mapping[str, Sequence[str]]
"""Of a resource, all the words by what they say."""


def member_name(name: str) -> str:
    """`AccountId` is accountId, `SKU` is sKU (observed)."""
    return name[:1].lower() + name[1:]


class Relation(NamedTuple):
    """`field` is of the object that has the relation where it leads to one, of the other where it leads to many."""

    name: str
    object: str
    field: str
    many: bool

    @property
    def kind(self) -> ObjectType | None:
        """None for an object that the mock has not."""
        return BY_NAME.get(self.object)


class Member(NamedTuple):
    """`field` is None where the object keeps no such thing; `as_text`: whatever the value, it is printed as text.

    `through` is the relation to the one object that has the field, where it is not the record itself.
    """

    name: str
    field: Field | None
    as_text: bool = False
    through: Relation | None = None


@dataclass(frozen=True, eq=False)
class Resource:
    """`number` is the field that is a key besides the id. Names of `filters`, `sorts` and `expansions` are folded.

    One without a path is met only where others are expanded.
    """

    path: str | None
    kind: ObjectType
    number: str | None = None
    lines: Lines = field(default_factory=dict, repr=False)

    @property
    def needs_filter(self) -> bool:
        return "filter!" in self.lines

    @cached_property
    def filters(self) -> dict[str, str]:
        """Members by their folded names."""
        return _folded((*self._words("filter!"), *self._words("filter")))

    @cached_property
    def sorts(self) -> dict[str, str]:
        return _folded(self._words("sort"))

    @cached_property
    def expansions(self) -> dict[str, str]:
        return _folded(self._words("expand"))

    @cached_property
    def relations(self) -> dict[str, Relation]:
        return {each.name.lower(): each for each in self._relations()}

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """In the order in which they are printed: that of ASCII (observed)."""
        shown = [each.name for each in self.kind.fields if each.shown and each.name not in self._words("without")]
        named = {member_name(name): name for name in shown} | dict(map(_alias, self._words("also")))
        return tuple(self._member(name, named[name]) for name in sorted(named))

    @cached_property
    def by_folded_name(self) -> dict[str, Member]:
        return {each.name.lower(): each for each in self.members}

    def field_of(self, name: str) -> Field | None:
        """The field of the record behind a member; None where nothing is kept."""
        member = self.by_folded_name[name.lower()]
        return None if member.through else member.field

    def along(self, path: str) -> Iterator[ObjectType]:
        """The objects that an expansion leads to, one after the other, as far as the mock has them."""
        at = self
        for name in path.lower().split("."):
            kind = at.relations[name].kind
            if kind is None:
                return
            yield kind
            at = resource_of(kind)

    def _member(self, name: str, of: str) -> Member:
        through, _, there = of.rpartition(".")
        relation = self.relations.get(through.lower())
        if relation is not None:
            return Member(name, relation.kind.find_field(there) if relation.kind else None, through=relation)
        return Member(name, self.kind.find_field(of), name in self._words("text"))

    def _relations(self) -> Iterator[Relation]:
        for word in ("one", "many"):
            words = iter(self._words(word))
            for name, kind, of in zip(words, words, words, strict=True):
                yield Relation(name, kind, of, word == "many")

    def _words(self, of: str) -> Sequence[str]:
        return self.lines.get(of, ())


def _folded(names: Iterable[str]) -> dict[str, str]:
    return {name.lower(): name for name in names}


def _alias(written: str) -> tuple[str, str]:
    name, _, of = written.partition("=")
    return name, of or name


def read_resources(text: str) -> Iterator[Resource]:
    """The resources of a table such as `resources.txt` whose objects there are."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        path, name, number = lines[start].split()
        if name in BY_NAME:
            yield Resource(_named(path), BY_NAME[name], _named(number), _said(lines[start + 1 : end]))


def _named(text: str) -> str | None:
    return None if text == _NOTHING else text


def _said(lines: Iterable[str]) -> Lines:
    said: dict[str, list[str]] = {}
    for line in lines:
        of, *words = line.split()
        said.setdefault(of, []).extend(words)
    return said


@cache
def resources() -> tuple[Resource, ...]:
    return tuple(read_resources(Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")))


@cache
def resource_of(kind: ObjectType) -> Resource:
    """Of an object that has no resource of its own: just its fields."""
    named = {each.kind.name: each for each in resources()}
    return named.get(kind.name) or Resource(None, kind)
