"""What Zuora gives to a new record besides what a client says of it: a number, the mask of a number that is not kept.

Sources: SOAP API, field pages (which numbers are only read); a documented sample (`************1111`). Assumed: the
letters before a number; it follows how many there are; a new payment method is active.
"""

from __future__ import annotations

from collections.abc import Mapping

from zuora_mock.domain.catalogue import ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

_NUMBERS: Mapping[str, tuple[str, str]] = {
    "Amendment": ("Code", "A-AM"),
    "BillRun": ("BillRunNumber", "BR-"),
    "CreditBalanceAdjustment": ("Number", "CBA-"),
    "InvoiceAdjustment": ("AdjustmentNumber", "IA-"),
    "InvoiceItemAdjustment": ("AdjustmentNumber", "IIA-"),
    "Payment": ("PaymentNumber", "P-"),
    "Refund": ("RefundNumber", "R-"),
}
_MASKS: Mapping[str, str] = {
    "CreditCardNumber": "CreditCardMaskNumber",
    "AchAccountNumber": "AchAccountNumberMask",
    "BankTransferAccountNumber": "BankTransferAccountNumberMask",
}
_SHOWN = 4
"""Digits of a number that its mask leaves."""

_NEW: Mapping[str, Record] = {"PaymentMethod": {"Active": True, "PaymentMethodStatus": "Active"}}


def given(transaction: Transaction, kind: ObjectType, values: Record) -> Record:
    """What the record gets for fields that the client has left out."""
    fields: Record = dict(_NEW.get(kind.name, {}))
    name, prefix = _NUMBERS.get(kind.name, ("", ""))
    if name and not values.get(name):
        fields[name] = next_number(transaction, kind, name, prefix)
    masks = {mask: masked(str(values[number])) for number, mask in _MASKS.items() if values.get(number)}
    return {**fields, **{mask: text for mask, text in masks.items() if mask in kind.by_name and not values.get(mask)}}


def masked(number: str) -> str:
    return "*" * (len(number) - _SHOWN) + number[-_SHOWN:]


def next_number(transaction: Transaction, kind: ObjectType, name: str, prefix: str) -> str:
    """The first that is free beyond the count of those that there are."""
    count = transaction.count(kind)
    while True:
        count += 1
        number = f"{prefix}{count:08d}"
        if not transaction.has(kind, name, number):
            return number
