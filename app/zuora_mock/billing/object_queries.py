"""Object Query: lists of records and single ones, with what is related to them.

A page is one statement and each expansion of it one more, however many records there are. Lists of related records are
cut at the size of a page, the latest first (recorded; the order is that of lists whose order nobody asked for).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from zuora_mock.billing import keys
from zuora_mock.domain.catalogue import is_custom
from zuora_mock.domain.conditions import Selection
from zuora_mock.domain.lifecycle import InvoiceState
from zuora_mock.domain.object_query import cursors
from zuora_mock.domain.object_query.printing import ShowValue, shower
from zuora_mock.domain.object_query.reading import Asked, Branch, read, show
from zuora_mock.domain.object_query.resources import Member, Relation, Resource, member_name
from zuora_mock.domain.values import Record, Value, is_id
from zuora_mock.storage import object_queries
from zuora_mock.storage.transaction import Transaction

ShownRecord = dict[str, Any]
"""A record as it is printed, with those that are related to it."""

ReadMember = Callable[[Record], Value]


class Extent(NamedTuple):
    """How much is shown: the size of a page and of expanded lists, and whether nulls are."""

    size: int
    nulls: bool


def find_many(
    transaction: Transaction, resource: Resource, asked: Asked, cursor: str | None, extent: Extent
) -> tuple[list[ShownRecord], str | None]:
    """A page and the cursor of the next, None on the last. Raises Refusal: the `object-query.*` rules."""
    tenant = transaction.tenant
    wish = read(resource, asked, zone=tenant.zone, custom=tenant.custom_fields)
    after = None if cursor is None else cursors.read(cursor, wish.order, tenant.zone)
    selection = Selection(resource.kind, (), (wish.where,) if wish.where else ())
    found = object_queries.page(transaction, selection, wish.order, after, extent.size + 1)
    records = found[: extent.size]
    further = cursors.write(wish.order, records[-1], tenant.zone) if len(found) > extent.size else None
    return _printed(transaction, wish.shown, records, extent), further


def find_one(transaction: Transaction, resource: Resource, asked: Asked, key: str, extent: Extent) -> ShownRecord:
    """By id or number. Raises Refusal: `object.key`, `object-query.parameter`."""
    shown = show(resource, asked, transaction.tenant.custom_fields)
    record = transaction.get(resource.kind, key.lower()) if is_id(key) else None
    if record is None and resource.number is not None:
        record = transaction.any(resource.kind, **{resource.number: key})
    if record is None:
        raise keys.unknown(key, resource.kind.name)
    return _printed(transaction, shown, [record], extent)[0]


def _printed(transaction: Transaction, branch: Branch, records: Sequence[Record], extent: Extent) -> list[ShownRecord]:
    readers = [(each.name, _reader(transaction, branch, each, records)) for each in branch.members]
    shown = [_show(transaction, branch, readers, record, extent) for record in records]
    for relation, below in branch.expansions:
        _expand(transaction, relation, below, records, shown, extent)
    return shown


def _reader(transaction: Transaction, branch: Branch, member: Member, records: Sequence[Record]) -> ReadMember:
    """What takes the member from any of the records and prints it."""
    field, through = member.field, member.through
    compute = _COMPUTED.get(f"{branch.resource.kind.name}.{member.name}")
    if field is None or compute is not None:
        return compute or _never
    print_value = shower(field.type, transaction.tenant.zone, as_text=member.as_text)
    if through is not None:
        values = {each["Id"]: each.get(field.name) for each in _ones(transaction, through, records)}
        return lambda record: _show_value(values.get(record.get(through.field)), print_value)
    if print_value is None:
        return lambda record: record.get(field.name)
    return lambda record: _show_value(record.get(field.name), print_value)


def _show_value(value: Value, print_value: ShowValue | None) -> Value:
    return value if value is None or print_value is None else print_value(value)


def _never(_record: Record) -> Value:
    return None


def _ones(transaction: Transaction, relation: Relation, records: Sequence[Record]) -> list[Record]:
    """The records that a relation to one leads to."""
    keys = dict.fromkeys(str(each[relation.field]) for each in records if each.get(relation.field))
    kind = relation.kind
    return object_queries.related(transaction, kind, "Id", list(keys), 1) if kind and keys else []


def _expand(
    transaction: Transaction,
    relation: Relation,
    branch: Branch | None,
    records: Sequence[Record],
    shown: Sequence[ShownRecord],
    extent: Extent,
) -> None:
    if relation.many:
        lists = _lists(transaction, relation, branch, records, extent)
        for record, each in zip(records, shown, strict=True):
            each[relation.name] = lists.get(record["Id"], [])
        return
    found = _ones(transaction, relation, records)
    printed = _printed(transaction, branch, found, extent) if branch else []
    by_id = dict(zip((each["Id"] for each in found), printed, strict=False))
    for record, each in zip(records, shown, strict=True):
        one = by_id.get(record.get(relation.field))
        if one is not None or extent.nulls:
            each[relation.name] = one


def _lists(
    transaction: Transaction, relation: Relation, branch: Branch | None, records: Sequence[Record], extent: Extent
) -> Mapping[Value, list[ShownRecord]]:
    """The related records of each, by its id."""
    if branch is None or branch.resource.kind.find_field(relation.field) is None:
        return {}
    ids, lists = [str(each["Id"]) for each in records], dict[Value, list[ShownRecord]]()
    found = object_queries.related(transaction, branch.resource.kind, relation.field, ids, extent.size)
    for record, printed in zip(found, _printed(transaction, branch, found, extent), strict=True):
        lists.setdefault(record[relation.field], []).append(printed)
    return lists


def _show(
    transaction: Transaction,
    branch: Branch,
    readers: Sequence[tuple[str, ReadMember]],
    record: Record,
    extent: Extent,
) -> ShownRecord:
    shown: ShownRecord = {}
    for name, take in readers:
        value = take(record)
        if value is not None or (extent.nulls and not name.endswith(_OF_CONNECTOR)):
            shown[name] = value
    customs = _customs(transaction, branch, record, extent)
    return dict(sorted({**shown, **customs}.items())) if customs else shown


_OF_CONNECTOR = "__NS"
"""Members that a tenant without the connector has not (observed)."""


def _customs(transaction: Transaction, branch: Branch, record: Record, extent: Extent) -> ShownRecord:
    kind, wanted = branch.resource.kind, branch.customs
    declared: Iterable[str] = transaction.tenant.custom_fields.names(kind) if extent.nulls else ()
    names = dict.fromkeys((*(name for name in record if is_custom(name)), *declared))
    return {
        member_name(name): record.get(name)
        for name in names
        if (wanted is None or name.lower() in wanted) and (extent.nulls or record.get(name) is not None)
    }


_COMPUTED: Mapping[str, ReadMember] = {
    "Invoice.isSplit": lambda invoice: "_Group" in invoice and invoice["Status"] != InvoiceState.SPLIT,
    "Invoice.reversed": lambda invoice: bool(invoice.get("Reversed")),
    "RatePlan.reverted": lambda plan: bool(plan.get("Reverted")),
    "Subscription.isInvoiceSeparate": lambda subscription: bool(subscription.get("IsInvoiceSeparate")),
    "Subscription.isSingleVersioned": lambda _: False,
    "Subscription.prepayment": lambda _: False,
}
"""Members that no field has, or only where they are true. A part of a split is split, the original not (assumed)."""
