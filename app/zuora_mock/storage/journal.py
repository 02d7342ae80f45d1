"""The entries of a tenant's journal, and what its calls have exercised so far."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import to_json
from sqlalchemy import (
    ClauseElement,
    ColumnClause,
    ColumnElement,
    Update,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from zuora_mock.domain.rules import UNSUPPORTED
from zuora_mock.storage.changes import MOST_CHANGES, Changes
from zuora_mock.storage.dialect import ESCAPE, SqlDialect, literally, upsert
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import EXERCISED, JOURNAL
from zuora_mock.storage.transaction import Transaction


class KeptEntry(NamedTuple):
    """One call. `rule` has the names of its rules with commas; headers, changes, explanation and notes are JSON."""

    n: int
    at: int
    method: str
    path: str
    query: str
    status: int
    track_id: str | None
    request_id: str
    operation: str | None
    rule: str | None
    fault: str | None
    stub: str | None
    milliseconds: float
    request_headers: str
    request_body: bytes
    response_headers: str
    response_body: bytes
    changed: str | None
    explanation: str | None
    notes: str | None


class Summary(NamedTuple):
    n: int
    at: int
    method: str
    path: str
    status: int
    track_id: str | None
    operation: str | None
    rule: str | None
    fault: str | None
    stub: str | None
    milliseconds: float


class Recorded(NamedTuple):
    """A call as far as patterns ask for it."""

    n: int
    method: str
    path: str
    status: int
    track_id: str | None
    operation: str | None
    rule: str | None
    fault: str | None
    stub: str | None
    request_headers: str
    request_body: bytes


class Filters(NamedTuple):
    """Which entries are wanted; None is any.

    `*` in path and track_id stands for any text; times are epoch milliseconds, both inclusive; `unsupported` are calls
    of operations that Zuora has and the mock has not.
    """

    method: str | None = None
    path: str | None = None
    status: int | None = None
    track_id: str | None = None
    operation: str | None = None
    rule: str | None = None
    since: int | None = None
    until: int | None = None
    unsupported: bool = False


def add(transaction: Transaction, entry: KeptEntry) -> None:
    """In place of an older entry of this number. An empty text is kept as null."""
    values: list[object] = [transaction.tenant.key, *entry]
    for place, body in zip(_BODIES, (entry.request_body, entry.response_body), strict=True):
        values[place] = bytearray(body)  # of bytes, as of a null, the driver asks how they want to be adapted
    _INSERT.run_with(transaction, values)


def find(transaction: Transaction, n: int) -> KeptEntry | None:
    row = _ENTRY.first(transaction, {"whose": transaction.tenant.key, "wanted": n})
    return KeptEntry(*row) if row else None


def page(
    transaction: Transaction, filters: Filters, *, oldest: int, limit: int, before: int | None = None
) -> list[Summary]:
    """Newest first, from the one before `before` down to `oldest`."""
    parameters = {
        **filters._asdict(),
        "method": filters.method and filters.method.upper(),
        "path": _pattern(filters.path),
        "track_id": _pattern(filters.track_id),
        "rule": _among(filters.rule),
        "unsupported": _among(UNSUPPORTED.name) if filters.unsupported else None,
    }
    bounds = {"whose": transaction.tenant.key, "oldest": oldest, "before": before, "limit": limit}
    return [Summary(*row) for row in _PAGE.all(transaction, {**parameters, **bounds})]


def recorded(transaction: Transaction, oldest: int) -> list[Recorded]:
    """The calls from this one on, in their order."""
    rows = _RECORDED.all(transaction, {"whose": transaction.tenant.key, "oldest": oldest})
    return [Recorded(*row) for row in rows]


def forget(transaction: Transaction, last: int) -> None:
    """Removes the entries up to this one."""
    _FORGET.run(transaction, {"whose": transaction.tenant.key, "last": last})


def clear(transaction: Transaction) -> int:
    """How many entries there were."""
    return _CLEAR.write(transaction, {"whose": transaction.tenant.key})


def left_out(changes: Changes) -> list[str]:
    """What the notes say of changes that are not kept."""
    count = changes.told + changes.untold
    return [f"of {count} changes the first {MOST_CHANGES} are kept"] if changes.untold else []


def explanations_as_text(explanations: Sequence[Mapping[str, Any]]) -> str:
    return to_json(explanations, fallback=str).decode()


def append_changes(transaction: Transaction, n: int | None, changes: Changes) -> None:
    """Adds what background work changed to the entry of the call that ordered it, if the entry is still there."""
    text = changes.text()
    if n is not None and text is not None:
        entry = {"whose": transaction.tenant.key, "entry": n}
        _APPEND_CHANGES.run(transaction, {**entry, "more": text})
        for note in left_out(changes):
            _APPEND_NOTES.run(transaction, {**entry, "more": to_json([note]).decode()})


def append_explanation(transaction: Transaction, n: int | None, explanation: Mapping[str, Any]) -> None:
    """Adds why background work failed to the entry of the call that ordered it, if the entry is still there."""
    if n is not None:
        more = explanations_as_text([explanation])
        _APPEND_EXPLANATION.run(transaction, {"whose": transaction.tenant.key, "entry": n, "more": more})


def exercised(transaction: Transaction, *, by_all: bool = False) -> set[tuple[str, str]]:
    """(kind, name) of each operation and rule that calls have met, the forgotten ones too.

    Those of the tenant, or `by_all` that there are or were.
    """
    rows = _MET_BY_ALL.all(transaction, {}) if by_all else _MET.all(transaction, {"whose": transaction.tenant.key})
    return {(kind, name) for kind, name in rows}


def add_exercised(transaction: Transaction, met: Iterable[tuple[str, str]]) -> None:
    whose = transaction.tenant.key
    _MEET.run_many(transaction, [{"tenant": whose, "kind": kind, "name": name} for kind, name in met])


def _pattern(text: str | None) -> str | None:
    """With `*` as its only wildcard."""
    return text and literally(text).replace("*", "%")


def _among(rule: str | None) -> str | None:
    """A pattern for the names that an entry has with commas between them."""
    if rule is None:
        return None
    return f"%,{literally(rule)},%"


def _inserting(dialect: SqlDialect) -> ClauseElement:
    given: dict[str, ColumnElement[Any]] = {name: bindparam(name) for name in ("tenant", *KeptEntry._fields)}
    values = {name: func.nullif(each, _EMPTY) if name in _OPTIONAL else each for name, each in given.items()}
    return upsert(dialect, JOURNAL, _KEY, [name for name in KeptEntry._fields if name not in _KEY], values)


def _appending(column: ColumnClause[Any]) -> Update:
    """Adds the elements of one JSON array to another."""
    more = bindparam("more", type_=column.type)
    joined = func.rtrim(column, "]") + ", " + func.ltrim(more, "[")
    changed = {column.name: case((column.is_(None), more), else_=joined)}
    return update(JOURNAL).where(_WHOSE, JOURNAL.c.n == bindparam("entry")).values(changed)


def _if_wanted(name: str, column: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(bindparam(name, type_=column.type).is_(None), condition)


def _equal(column: ColumnClause[Any]) -> ColumnElement[bool]:
    return _if_wanted(column.name, column, column == bindparam(column.name))


def _alike(text: ColumnElement[str], parameter: str) -> ColumnElement[bool]:
    return _if_wanted(parameter, text, text.like(bindparam(parameter), escape=ESCAPE))


_WHOSE = JOURNAL.c.tenant == bindparam("whose")
_KEY = ("tenant", "n")
_OPTIONAL = frozenset({"track_id", "operation", "rule", "fault", "stub", "changed", "explanation", "notes"})
_EMPTY: ColumnElement[str] = literal_column("''")
_BODIES = tuple(1 + KeptEntry._fields.index(name) for name in ("request_body", "response_body"))
_INSERT = Prepared(_inserting)
_RULES = "," + JOURNAL.c.rule + ","
_ENTRY = Prepared(
    lambda _: select(*(JOURNAL.c[name] for name in KeptEntry._fields)).where(_WHOSE, JOURNAL.c.n == bindparam("wanted"))
)
_PAGE = Prepared(
    lambda _: (
        select(*(JOURNAL.c[name] for name in Summary._fields))
        .where(
            _WHOSE,
            JOURNAL.c.n >= bindparam("oldest"),
            _if_wanted("before", JOURNAL.c.n, JOURNAL.c.n < bindparam("before")),
            *(_equal(JOURNAL.c[name]) for name in ("method", "status", "operation")),
            *(_alike(JOURNAL.c[name], name) for name in ("path", "track_id")),
            _alike(_RULES, "rule"),
            _alike(_RULES, "unsupported"),
            _if_wanted("since", JOURNAL.c.at, JOURNAL.c.at >= bindparam("since")),
            _if_wanted("until", JOURNAL.c.at, JOURNAL.c.at <= bindparam("until")),
        )
        .order_by(JOURNAL.c.n.desc())
        .limit(bindparam("limit"))
    )
)
_RECORDED = Prepared(
    lambda _: (
        select(*(JOURNAL.c[name] for name in Recorded._fields))
        .where(_WHOSE, JOURNAL.c.n >= bindparam("oldest"))
        .order_by(JOURNAL.c.n)
    )
)
_FORGET = Prepared(lambda _: delete(JOURNAL).where(_WHOSE, JOURNAL.c.n <= bindparam("last")))
_CLEAR = Prepared(lambda _: delete(JOURNAL).where(_WHOSE))
_APPEND_CHANGES = Prepared(lambda _: _appending(JOURNAL.c.changed))
_APPEND_EXPLANATION = Prepared(lambda _: _appending(JOURNAL.c.explanation))
_APPEND_NOTES = Prepared(lambda _: _appending(JOURNAL.c.notes))
_MET = Prepared(lambda _: select(EXERCISED.c.kind, EXERCISED.c.name).where(EXERCISED.c.tenant == bindparam("whose")))
_MET_BY_ALL = Prepared(lambda _: select(EXERCISED.c.kind, EXERCISED.c.name).distinct())
_MEET = Prepared(lambda dialect: dialect.insert(EXERCISED).on_conflict_do_nothing())
