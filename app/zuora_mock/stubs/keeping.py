"""The stubs of all tenants: kept, listed, and found for a call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from zuora_mock import ids
from zuora_mock.bounds import Bounds
from zuora_mock.storage import stubs as rows
from zuora_mock.storage.beginnings import begin_as_known
from zuora_mock.storage.database import Database
from zuora_mock.storage.stubs import KeptStub
from zuora_mock.storage.tenants import Tenant
from zuora_mock.storage.transaction import Transaction
from zuora_mock.storage.trouble import StorageTrouble
from zuora_mock.stubs.called import MOST_STEPS, Called, Exhausted

if TYPE_CHECKING:
    from zuora_mock.stubs.mapping import StubMapping

_EARLY = ("/request/method", "/request/url", "/requiredScenarioState")
"""Where a call differs that has nothing to do with the stub."""


_MOST_NOTES = 5
"""Stubs of which the journal tells why they did not answer a call."""


class TooManyStubs(ValueError):
    """There are as many as the settings allow."""


class Stub(NamedTuple):
    """`position` tells which of two is newer."""

    id: str
    position: int
    mapping: StubMapping

    @property
    def precedence(self) -> tuple[int, int]:
        return self.mapping.priority, -self.position


@dataclass(slots=True, eq=False, repr=False)
class Search:
    """The stub that answers a call, if there is one, and what the journal has to say of others."""

    stub: Stub | None = None
    notes: list[str] = field(default_factory=list)


def keep(transaction: Transaction, mappings: Sequence[StubMapping]) -> list[str]:
    """Each in place of the one of its id; all of them are newer than those that are there. Their ids."""
    if not mappings:
        return []
    last, name = rows.last_position(transaction), transaction.tenant.name
    kept = []
    for position, each in enumerate(sorted(mappings, key=lambda each: each.insertion_index), last + 1):
        kept.append(KeptStub(each.given_id or ids.uuid_text(name, "stub", position), position, _text(each)))
    rows.put(transaction, kept)
    return [each.id for each in kept]


def written(transaction: Transaction) -> list[dict[str, Any]]:
    """The mappings as they were given, with their ids: the oldest first, so that they can be given again."""
    return [_shown(each) for each in rows.all_of(transaction)]


class Stubs:
    """With this process's copy of them, which is asked for at every call."""

    def __init__(self, database: Database, bounds: Bounds) -> None:
        self._database, self._bounds = database, bounds
        self._live: dict[int, tuple[Stub, ...]] = {}

    def of(self, tenant: Tenant) -> tuple[Stub, ...]:
        """In the order in which they are asked; nearly always there is none. None too while they cannot be read."""
        stubs = self._live.get(tenant.key)
        if stubs is None:
            try:
                stubs = self._live[tenant.key] = self._load(tenant)
            except StorageTrouble:
                return ()
        return stubs

    def add(self, transaction: Transaction, mappings: Sequence[StubMapping]) -> list[str]:
        """Their ids. Raises TooManyStubs."""
        self.check_room(transaction, mappings)
        self.forget(transaction.tenant.key)
        return keep(transaction, mappings)

    def check_room(self, transaction: Transaction, more: Sequence[StubMapping]) -> None:
        """Whether there is room for these too, some of which may replace others. Raises TooManyStubs."""
        if not more:
            return
        most, given = self._bounds.settings.most_stubs, [each.given_id for each in more]
        named = {*filter(None, given), *(each.id for each in rows.all_of(transaction))}
        if len(named) + given.count("") > most:
            raise TooManyStubs(f"there is room for {most} stubs: remove some, or raise --most-stubs")

    def replace(self, transaction: Transaction, id: str, mapping: StubMapping) -> bool:
        """Whether there was such a stub. It stays as old as it was."""
        kept = rows.find(transaction, id)
        if kept is None:
            return False
        rows.put(transaction, [kept._replace(body=_text(mapping))])
        self.forget(transaction.tenant.key)
        return True

    def find(self, transaction: Transaction, id: str) -> dict[str, Any] | None:
        kept = rows.find(transaction, id)
        return None if kept is None else _shown(kept)

    def remove(self, transaction: Transaction, id: str) -> bool:
        """Whether there was such a stub."""
        self.forget(transaction.tenant.key)
        return rows.remove(transaction, id)

    def clear(self, transaction: Transaction) -> None:
        self.forget(transaction.tenant.key)
        rows.clear(transaction)

    def forget(self, tenant_key: int) -> None:
        """Drops this process's copy: the rows have changed under it."""
        self._live.pop(tenant_key, None)

    def forget_all(self) -> None:
        self._live.clear()

    def search(self, tenant: Tenant, called: Called, *, served: bool, signed_in: bool) -> Search:
        """`served` says that the mock has an operation of its own there, `signed_in` that the caller is welcome."""
        search, asked = Search(), self.of(tenant)
        try:
            states = self._states(tenant, asked)
            for each in asked:
                if signed_in or each.mapping.anonymous:
                    place = each.mapping.mismatch(called, states)
                    if not place and (each.mapping.override or not served):
                        return Search(each)
                    if len(search.notes) < _MOST_NOTES:
                        search.notes += _near(each, place, served=served)
        except StorageTrouble as trouble:
            search.notes.append(f"no stub was asked: the states of scenarios cannot be read: {trouble}")
        except Exhausted:
            search.notes.append(f"no stub was asked further: more than {MOST_STEPS} values were compared")
        return search

    def _states(self, tenant: Tenant, asked: Sequence[Stub]) -> Mapping[str, str]:
        if not any(each.mapping.scenario_name for each in asked):
            return {}
        with begin_as_known(self._database, tenant) as transaction:
            return rows.states(transaction)

    def _load(self, tenant: Tenant) -> tuple[Stub, ...]:
        with begin_as_known(self._database, tenant) as transaction:
            kept = rows.all_of(transaction)
        stubs = (Stub(each.id, each.position, _mapping(each)) for each in kept)
        return tuple(sorted(stubs, key=lambda each: each.precedence))


def answered(transaction: Transaction, stub: Stub) -> None:
    """Its scenario goes on."""
    if stub.mapping.new_scenario_state:
        rows.put_state(transaction, stub.mapping.scenario_name, stub.mapping.new_scenario_state)


def _near(stub: Stub, place: str, *, served: bool) -> Iterator[str]:
    """Why a stub does not answer that might have been meant to."""
    named = f"stub {stub.id}" + (f" ({stub.mapping.name})" if stub.mapping.name else "")
    if not place:
        yield f"{named} fits, but the mock answers this itself: it does not say override"
    elif not served and not place.startswith(_EARLY):
        yield f"{named} does not fit: {place}"


def _mapping(kept: KeptStub) -> StubMapping:
    from zuora_mock.stubs.mapping import StubMapping  # noqa: PLC0415  (few servers have stubs)

    return StubMapping.model_validate_json(kept.body)


def _text(mapping: StubMapping) -> str:
    return mapping.model_dump_json(by_alias=True, exclude_unset=True)


def _shown(kept: KeptStub) -> dict[str, Any]:
    return {**_mapping(kept).model_dump(mode="json", by_alias=True, exclude_unset=True), "id": kept.id}
