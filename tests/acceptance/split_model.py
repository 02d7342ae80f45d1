"""What becomes of invoices, in plain Python: who may be split, in how many cents each, and what moves together.

A verb returns the name of the rule that refuses it, empty where it is done. Amounts are rows of cents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

Rows: TypeAlias = tuple[int, ...]

WAITING = ("queued", "held")
_STATUSES = {
    ("Draft", "Posted"),
    ("Draft", "Canceled"),
    ("Posted", "Draft"),
    *((each, each) for each in ("Draft", "Posted", "Canceled")),
}
_JOB_MOVES = {
    ("queued", "hold"): "held",
    ("held", "release"): "queued",
    ("queued", "fail"): "failed",
    ("held", "fail"): "failed",
}


@dataclass
class Invoice:
    rows: Rows
    status: str = "Draft"
    group: str | None = None
    original: str | None = None


@dataclass
class Split:
    """`items` are shares by id, `job` is the state of the last work for it."""

    invoice: str
    items: dict[str, Decimal] = field(default_factory=dict)
    parts: list[str] = field(default_factory=list)
    job: str | None = None

    @property
    def closed(self) -> bool:
        return self.job is not None and self.job != "failed"


@dataclass
class World:
    invoices: dict[str, Invoice]
    splits: dict[str, Split] = field(default_factory=dict)

    def group_of(self, id: str) -> list[str]:
        """The invoice and, if it is a part, its siblings; nothing if it is gone."""
        invoice = self.invoices.get(id)
        if invoice is None:
            return []
        return [
            name for name, each in self.invoices.items() if name == id or (each.group and each.group == invoice.group)
        ]

    # What may be done

    def split_refusal(self, invoice: str) -> str:
        if invoice not in self.invoices:
            return "object.reference"
        return "" if self.invoices[invoice].status == "Draft" else "invoice-split.draft-only"

    def item_refusal(self, split: str) -> str:
        return "invoice-split.item-closed" if self.splits[split].closed else ""

    def execute_refusal(self, id: str) -> str:
        split = self.splits[id]
        group = self.group_of(split.invoice)
        rivals = (each for each in self.splits.values() if each is not split and each.invoice in group)
        if split.closed or any(each.job in WAITING for each in rivals):
            return "invoice-split.once"
        return self.work_refusal(id)

    def work_refusal(self, id: str) -> str:
        split = self.splits[id]
        group = self.group_of(split.invoice)
        if not group:
            return "invoice-split.invoice"
        if any(self.invoices[each].status != "Draft" for each in group):
            return "invoice-split.draft-only"
        if len(split.items) < 2:
            return "invoice-split.two-items"
        return "" if sum(split.items.values()) == 100 else "invoice-split.sum"

    def status_refusal(self, id: str, status: str) -> str:
        if id not in self.invoices:
            return "object.id"
        return "" if (self.invoices[id].status, status) in _STATUSES else "invoice.status"

    def delete_refusal(self, id: str) -> str:
        if id not in self.invoices:
            return "object.id"
        return "" if self.invoices[id].status == "Canceled" else "object.delete"

    # What is done

    def set_status(self, id: str, status: str) -> None:
        for each in self.group_of(id):
            self.invoices[each].status = status

    def move_job(self, split: str, verb: str) -> bool:
        """Whether the state of the work allowed it."""
        target = _JOB_MOVES.get((self.splits[split].job or "", verb))
        self.splits[split].job = target or self.splits[split].job
        return target is not None

    def work(self, id: str) -> list[Rows]:
        """Does what waits: the rows of each part, none where it failed. Parts are to be named by `parted`."""
        split = self.splits[id]
        if self.work_refusal(id):
            split.job = "failed"
            return []
        split.job = "succeeded"
        rows = [sum(column) for column in zip(*(self.invoices[each].rows for each in self._members(id)), strict=True)]
        return _shares(rows, list(split.items.values()))

    def parted(self, id: str, names: list[str], shares: list[Rows]) -> None:
        split, members = self.splits[id], self._members(id)
        original = self.invoices[split.invoice].original or split.invoice
        for each in members:
            del self.invoices[each]
        split.parts = names
        made = zip(names, shares, strict=True)
        self.invoices |= {name: Invoice(rows, group=id, original=original) for name, rows in made}

    def _members(self, id: str) -> list[str]:
        return self.group_of(self.splits[id].invoice)


def _shares(rows: list[int], percentages: list[Decimal]) -> list[Rows]:
    """Each row for itself, half up; the last part takes what is left."""
    columns = []
    for row in rows:
        cells = [int((row * each / 100).quantize(Decimal(1), ROUND_HALF_UP)) for each in percentages[:-1]]
        columns.append([*cells, row - sum(cells)])
    return list(zip(*columns, strict=True))
