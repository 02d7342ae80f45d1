"""Exports: a query whose records a client fetches as a file of CSV.

The work is background work; once it is done the Export is Completed, and its FileId is the id of a file, which shows
the records as they were then. Sources: SOAP API, Export; tap-zuora. Assumed: the form of times, what is quoted; other
formats than csv fail; the file of an Export that a fixture brings is written when somebody reads it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, tzinfo
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME
from zuora_mock.domain.money import text
from zuora_mock.domain.values import Record, Type, Value, is_id
from zuora_mock.domain.zoql.exporting import Exported, ExportQuery, read
from zuora_mock.errors import Refusal
from zuora_mock.storage import queries
from zuora_mock.storage.jobs import Job
from zuora_mock.storage.transaction import Transaction
from zuora_mock.work import orders

EXPORT = BY_NAME["Export"]
JOB_TYPE = "Export"
MADE = ("FileId", "Size", "Status", "StatusReason")
"""What the work gives, whatever a client says of it."""

_EVERY = 2**31 - 1


def begin(transaction: Transaction, values: Record) -> Record:
    """The fields of a new one. Raises Refusal (`export.query`)."""
    _read(transaction, values)
    return {**{name: value for name, value in values.items() if name not in MADE}, "Status": "Pending"}


def order(transaction: Transaction, id: str) -> None:
    transaction.jobs.append(orders.enqueue(transaction, JOB_TYPE, id))


def run(transaction: Transaction, job: Job) -> None:
    record = transaction.get(EXPORT, job.object_id)
    if record is not None:
        transaction.update(EXPORT, record, {**_outcome(transaction, record), **transaction.stamp()})


def _outcome(transaction: Transaction, record: Record) -> Record:
    if record.get("Format") != "csv":
        return {"Status": "Failed", "StatusReason": f"{record.get('Format')} is not written by this mock: csv is"}
    try:
        content = _written(transaction, record)
    except Refusal as refusal:
        return _failed(refusal)
    size = len(_packed(record, content))
    return {"Status": "Completed", "FileId": transaction.new_id(), "Size": size, "_File": content}


def give_up(transaction: Transaction, job: Job, refusal: Refusal) -> None:
    """An Export whose work has failed has failed too."""
    record = transaction.get(EXPORT, job.object_id)
    if record is not None:
        transaction.update(EXPORT, record, {**_failed(refusal), **transaction.stamp()})


def _failed(refusal: Refusal) -> Record:
    return {"Status": "Failed", "StatusReason": refusal.message[: EXPORT.by_name["StatusReason"].limit]}


def find(transaction: Transaction, file_id: str) -> Record | None:
    """The Export that has the file."""
    return transaction.any(EXPORT, FileId=file_id.lower()) if is_id(file_id) else None


def draw(transaction: Transaction, record: Record) -> bytes:
    """The file. Raises Refusal where the query of one that a fixture brings has no sense."""
    kept = record.get("_File")
    return _packed(record, _written(transaction, record) if kept is None else str(kept))


def _written(transaction: Transaction, record: Record) -> str:
    """Raises Refusal where the query has lost its sense: a field is no longer declared."""
    written = StringIO()
    writer, query = csv.writer(written, lineterminator="\n"), _read(transaction, record)
    writer.writerow([each.head for each in query.columns])
    writer.writerows(_rows(transaction, query))
    return written.getvalue()


def _packed(record: Record, text: str) -> bytes:
    content = text.encode("utf-8-sig" if record.get("Encoding") == "UTF8_BOM" else "utf-8")
    return _zipped(content, str(record["Id"])) if record.get("Zip") else content


def _read(transaction: Transaction, values: Record) -> ExportQuery:
    tenant = transaction.tenant
    try:
        return read(str(values["Query"]), tenant.zone, tenant.custom_fields)
    except Refusal as refusal:
        expected, actual = refusal.expected, refusal.actual
        message = refusal.message
        raise rules.EXPORT_QUERY.refusal(message, at="/Query", expected=expected, actual=actual) from None


def _rows(transaction: Transaction, query: ExportQuery) -> Iterator[list[str]]:
    kind = query.selection.kind
    found = queries.first_rows(transaction, query.selection, _EVERY if query.order else query.limit or _EVERY)
    records = [record for row in found if (record := transaction.get(kind, str(row[0]))) is not None]
    if query.order is not None:
        name = query.order.name
        records.sort(key=lambda each: (name in each, each.get(name, "")), reverse=query.descending)
    for each in records[: query.limit]:
        yield _row(transaction, query.columns, each)


def _row(transaction: Transaction, columns: tuple[Exported, ...], record: Record) -> list[str]:
    """What a reference leads to is read once for a row."""
    others: dict[str, Record] = {}
    for each in columns:
        if each.by is not None and each.by.name not in others:
            others[each.by.name] = transaction.get(BY_NAME[each.by.target], str(record.get(each.by.name))) or {}
    zone = transaction.tenant.zone
    return [_cell(each, (others[each.by.name] if each.by else record).get(each.field.name), zone) for each in columns]


def _cell(column: Exported, value: Value, zone: tzinfo) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if column.field.type is Type.DATETIME:
        return datetime.fromtimestamp(int(value) / 1000, zone).strftime("%Y-%m-%dT%H:%M:%S%z")
    return text(int(value)) if column.field.type is Type.MONEY else str(value)


def _zipped(content: bytes, name: str) -> bytes:
    """With no time in it: the same records give the same bytes."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(ZipInfo(f"{name}.csv"), content, ZIP_DEFLATED)
    return packed.getvalue()
