"""One transaction on behalf of one tenant and one entity, and the verbs on Zuora's objects in it.

Records are dictionaries of Zuora's field names and kept values, without the nulls. Every statement names the tenant and
the entity; every write leaves a `Change` behind for the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, update

from zuora_mock.clock import whole_seconds
from zuora_mock.domain.catalogue import INVOICE, ObjectType
from zuora_mock.domain.values import Record, Value
from zuora_mock.ids import object_id, object_ids
from zuora_mock.storage import originals, stored
from zuora_mock.storage.changes import Changes
from zuora_mock.storage.database import Database
from zuora_mock.storage.insertion import NOTHING, insert_records
from zuora_mock.storage.leading import lead
from zuora_mock.storage.places import columns, equal, table_of, value, whose
from zuora_mock.storage.records import columns_of, record_of
from zuora_mock.storage.statements import Connection, Prepared, execute
from zuora_mock.storage.tenants import Image, Tenant, counts, image_of, put_back, save_counters
from zuora_mock.storage.trouble import DuplicateRow

_EARLIEST, _LATEST = "0001-01-02", "9999-12-30"


@dataclass(slots=True, eq=False, repr=False)
class Transaction:
    """Opened by `begin` alone; `connection` is for this room.

    `stream` keeps the ids of background work apart from those of calls, so that their order does not matter; `ahead` is
    what steps that were taken before have come to, for work that is too long for one transaction. `request` is the
    number of the call that it is about, if it is about one. `checked` are ids of what one row of the call has found in
    order, and no other row changes.
    """

    connection: Connection
    tenant: Tenant
    entity: int
    stream: str = ""
    request: int | None = None
    changes: Changes = field(default_factory=Changes)
    jobs: list[str] = field(default_factory=list)
    checked: set[str] = field(default_factory=set)
    ahead: Any = None
    _made: int = 0

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of which nothing remains if anything is raised; what was done before it stays."""
        image, changes, jobs = image_of(self.tenant), self.changes.mark(), len(self.jobs)
        execute(self, "SAVEPOINT part")
        try:
            yield
        except BaseException:
            execute(self, "ROLLBACK TO part")
            put_back(self.tenant, image)
            self.changes.back_to(changes)
            del self.jobs[jobs:]
            raise
        finally:
            execute(self, "RELEASE part")

    @property
    def scope(self) -> dict[str, int]:
        return {"tenant": self.tenant.world, "entity": self.entity}

    def for_entity(self, number: int) -> Transaction:
        """The same transaction on the rows of another entity; changes are listed apart from those of this one."""
        return Transaction(self.connection, self.tenant, number, request=self.request)

    def now(self) -> int:
        return self.tenant.clock.now()

    def today(self) -> str:
        """The day in the tenant's zone."""
        return datetime.fromtimestamp(self.now() / 1000, self.tenant.zone).date().isoformat()

    def at(self, day: str) -> int:
        """The first moment of a day in the tenant's zone, in epoch milliseconds; a moment that every zone can print."""
        day = min(max(day, _EARLIEST), _LATEST)
        return int(datetime.fromisoformat(day).replace(tzinfo=self.tenant.zone).timestamp()) * 1000

    def new_id(self) -> str:
        if not self.stream:
            return self.tenant.next_id()
        self._made += 1
        return object_id(self.tenant.seed, self.stream, self._made)

    def new_ids(self, count: int) -> list[str]:
        """Those that as many calls of `new_id` give."""
        if not self.stream:
            return self.tenant.next_ids(count)
        first, self._made = self._made + 1, self._made + count
        return list(islice(object_ids(self.tenant.seed, self.stream, first), count))

    def get(self, kind: ObjectType, id: str, *only: str) -> Record | None:
        """With these fields only, if some are named: each costs. They have a column."""
        row = _select_by_id(kind, only).first(self, {**self.scope, "_id": id})
        return record_of(kind, row, only) if row is not None else None

    def find(self, kind: ObjectType, *only: str, **equal: object) -> list[Record]:
        """The records whose fields equal these, in the order of their creation; `only` as in `get`."""
        rows = _select_where(kind, only, tuple(equal)).all(self, {**self.scope, **_prefixed(equal)})
        return [record_of(kind, row, only) for row in rows]

    def any(self, kind: ObjectType, **equal: object) -> Record | None:
        """One of the records whose fields equal these, whichever is found first."""
        row = _select_any(kind, tuple(equal)).first(self, {**self.scope, **_prefixed(equal)})
        return record_of(kind, row) if row is not None else None

    def any_value(self, kind: ObjectType, name: str, **equal: object) -> Value:
        """One field of one of these records; None where it has none, or there is no record."""
        row = _select_value(kind, name, tuple(equal)).first(self, {**self.scope, **_prefixed(equal)})
        return row[0] if row is not None else None

    def count(self, kind: ObjectType, **equal: object) -> int:
        """How many records have fields that equal these."""
        row = _count(kind, tuple(equal)).first(self, {**self.scope, **_prefixed(equal)})
        return int(row[0]) if row else 0

    def all(self, kind: ObjectType) -> list[Record]:
        return self.find(kind)

    def insert(self, kind: ObjectType, records: Sequence[Record], common: Record | None = None) -> None:
        """`common` is what all have that do not say otherwise, where the object has a table of its own."""
        if records:
            self.load(kind, records, common or NOTHING)
            self.changes.add_new(kind, records, common)

    def load(self, kind: ObjectType, records: Sequence[Record], common: Mapping[str, Value] = NOTHING) -> None:
        """As `insert`, but a null may stand in a record, and the journal learns nothing. Raises DuplicateRow."""
        try:
            if kind.stored:
                stored.add(self, kind, [(self.tenant.next_seq(), each) for each in records])
                stored.add_keys(self, kind, records)
            else:
                insert_records(self, kind, records, self.tenant.next_seqs(len(records)), common)
        except self.connection.IntegrityError as error:
            raise DuplicateRow(str(error)) from None

    def update(self, kind: ObjectType, before: Record, values: Record) -> Record:
        """Writes `values` over the record; None empties a field. Returns the record as it is now."""
        after: Record = {name: value for name, value in {**before, **values}.items() if value is not None}
        originals.keep(self, table_of(kind), "Id", [before["Id"]])
        if kind.stored:
            stored.replace(self, kind, before, after)
        else:
            self._update(kind, before, columns_of(kind, values, after))
        self.changes.add_changed(kind, [before], [values])
        return after

    def _update(self, kind: ObjectType, before: Record, columns: Mapping[str, object]) -> None:
        parameters = {**_prefixed(self.scope), "_id": before["Id"], **_prefixed(columns)}
        _update(kind, tuple(columns)).run(self, parameters)

    def update_many(self, kind: ObjectType, updates: Sequence[tuple[Record, Record]], by: str = "Id") -> None:
        """Writes values over several records at once; they name the same fields each time, no custom ones.

        `by` is as in `delete`.
        """
        if updates:
            records, values = zip(*updates, strict=True)
            originals.keep(self, table_of(kind), by, _values(records, by))
            columns = [columns_of(kind, each, {**record, **each}) for record, each in updates]
            scope = self.scope.values()
            rows = [(*each.values(), *scope, one["Id"]) for each, one in zip(columns, records, strict=True)]
            _update(kind, tuple(columns[0])).run_many_with(self, rows)
            self.changes.add_changed(kind, records, values)

    def delete(self, kind: ObjectType, records: Sequence[Record], by: str = "Id") -> None:
        """`by` is a field of which nothing but these records has the values that they have."""
        if not records:
            return
        values = _values(records, by)
        originals.keep(self, table_of(kind), by, values)
        if kind.stored:
            stored.remove(self, kind, records)
        else:
            _delete(kind, by).run_many(self, [{**self.scope, f"_{by}": value} for value in values])
        self.changes.add_gone(kind, records)

    def stamp_new(self, record: Record) -> Record:
        """The record with its creation noted, as Zuora notes it."""
        now, user = whole_seconds(self.now()), user_id(self.tenant)
        return {"CreatedById": user, "CreatedDate": now, "UpdatedById": user, "UpdatedDate": now, **record}

    def stamp(self) -> Record:
        return {"UpdatedById": user_id(self.tenant), "UpdatedDate": whole_seconds(self.now())}

    def next_invoice_number(self) -> str:
        """The next free number of the sequence `INV%08d`."""
        while True:
            self.tenant.counters.invoices += 1
            number = _invoice_number(self.tenant.counters.invoices)
            if not self.has(INVOICE, "InvoiceNumber", number):
                return number

    def next_invoice_numbers(self, count: int) -> list[str]:
        """Those that as many calls of `next_invoice_number` give."""
        last = self.tenant.counters.invoices
        numbers = [_invoice_number(each) for each in range(last + 1, last + 1 + count)]
        if not numbers or len(numbers[0]) < len(numbers[-1]) or self._any_between(numbers[0], numbers[-1]):
            return [self.next_invoice_number() for _ in numbers]
        self.tenant.counters.invoices += count
        return numbers

    def _any_between(self, first: str, last: str) -> bool:
        """Whether an invoice has one of these numbers, or one that is sorted in among them."""
        return _numbers_between().first(self, {**self.scope, "_first": first, "_last": last}) is not None

    def has(self, kind: ObjectType, name: str, value: str) -> bool:
        """Whether there is a record with this field."""
        return _exists(kind, name).first(self, {**self.scope, f"_{name}": value}) is not None


def user_id(tenant: Tenant) -> str:
    """The user behind the tenant's clients."""
    return _user_of(tenant.seed)


@lru_cache(maxsize=256)
def _user_of(seed: str) -> str:
    return object_id(seed, "user", 1)


class Opening:
    """What `begin` is: a class, since every call goes through it, and a generator takes twice as long."""

    __slots__ = ("_before", "_begun", "database", "transaction")
    _before: Image
    _begun: bool

    def __init__(self, database: Database, transaction: Transaction) -> None:
        self.database, self.transaction = database, transaction

    def __enter__(self) -> Transaction:
        self.database.lock.acquire()
        try:
            self._begun = self.database.begin()
            if self.database.shared:
                self._lead()
            self._before = image_of(self.transaction.tenant)
        except BaseException:
            self.database.lock.release()
            raise
        return self.transaction

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        try:
            if error is None:
                self._commit()
            else:
                self._roll_back(error)
        finally:
            self.database.lock.release()

    def _lead(self) -> None:
        try:
            self.follow()
        except BaseException as error:
            if self._begun:
                self.database.roll_back(error)
            raise

    def follow(self) -> None:
        """Learns from the tenant's row what other servers have made of it."""
        lead(self.database, self.transaction.tenant)

    def _commit(self) -> None:
        try:
            if counts(self.transaction.tenant) != self._before[1]:
                save_counters(self.transaction, self.transaction.tenant)
            if self._begun:
                self.database.commit()
        except BaseException as error:
            self._roll_back(error)
            raise

    def _roll_back(self, error: BaseException) -> None:
        put_back(self.transaction.tenant, self._before)
        if self._begun:
            self.database.roll_back(error)


def begin(
    database: Database, tenant: Tenant, entity: int = 0, stream: str = ""
) -> AbstractContextManager[Transaction, None]:
    """One transaction, or a part of the one that this thread is in. If anything is raised nothing of it remains.

    That goes for the tenant's clock, counters and settings too. Raises Elsewhere.
    """
    return Opening(database, Transaction(database.connection, tenant, entity, stream))


def _values(records: Iterable[Record], name: str) -> list[Value]:
    """Those that the records have in this field."""
    return list(dict.fromkeys([record[name] for record in records]))


def _prefixed(values: Mapping[str, object]) -> dict[str, object]:
    return {f"_{name}": value for name, value in values.items()}


def _rows(kind: ObjectType, names: tuple[str, ...], only: tuple[str, ...] = ()) -> Select[Any]:
    return select(*columns(kind, only)).where(whose(kind), *_equal(kind, names))


@cache
def _select_by_id(kind: ObjectType, only: tuple[str, ...]) -> Prepared:
    return Prepared(_rows(kind, (), only).where(table_of(kind).c.Id == bindparam("_id")))


@cache
def _select_any(kind: ObjectType, names: tuple[str, ...]) -> Prepared:
    return Prepared(_rows(kind, names).limit(1))


@cache
def _select_value(kind: ObjectType, name: str, names: tuple[str, ...]) -> Prepared:
    return Prepared(select(value(kind, name)).where(whose(kind), *_equal(kind, names)).limit(1))


@cache
def _select_where(kind: ObjectType, only: tuple[str, ...], names: tuple[str, ...]) -> Prepared:
    return Prepared(_rows(kind, names, only).order_by(table_of(kind).c.seq))


@cache
def _count(kind: ObjectType, names: tuple[str, ...]) -> Prepared:
    return Prepared(select(func.count()).select_from(table_of(kind)).where(whose(kind), *_equal(kind, names)))


def _invoice_number(count: int) -> str:
    return f"INV{count:08d}"


@cache
def _numbers_between() -> Prepared:
    table = table_of(INVOICE)
    among = table.c.InvoiceNumber.between(bindparam("_first"), bindparam("_last"))
    return Prepared(select(table.c.Id).where(whose(INVOICE), among).limit(1))


@cache
def _exists(kind: ObjectType, name: str) -> Prepared:
    return Prepared(select(table_of(kind).c.Id).where(whose(kind), *_equal(kind, (name,))).limit(1))


def _equal(kind: ObjectType, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [equal(kind, name, f"_{name}") for name in names]


@lru_cache(maxsize=256)
def _update(kind: ObjectType, names: tuple[str, ...]) -> Prepared:
    """In an UPDATE a parameter may not have the name of a column, hence the underscores."""
    table = table_of(kind)
    values: dict[str, object] = {name: bindparam(f"_{name}") for name in names}
    return Prepared(update(table).where(whose(kind, "_"), table.c.Id == bindparam("_id")).values(values))


@cache
def _delete(kind: ObjectType, by: str) -> Prepared:
    return Prepared(delete(table_of(kind)).where(whose(kind), *_equal(kind, (by,))))
