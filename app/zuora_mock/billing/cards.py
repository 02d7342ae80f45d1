"""Credit cards that are made from what is printed on them (API reference, Create a credit card payment method)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zuora_mock.billing import stored
from zuora_mock.billing.holdings import PAYMENT_METHOD
from zuora_mock.domain.catalogue import LATEST_WSDL
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

TYPE = "CreditCard"


def create(transaction: Transaction, account: Record | None, fields: Mapping[str, Any]) -> str:
    """Its id. Of its number what hides it is kept. Raises Refusal."""
    owner = {"AccountId": account["Id"]} if account else {}
    return stored.create(transaction, PAYMENT_METHOD, {"Type": TYPE, **owner, **fields}, LATEST_WSDL)


def give(transaction: Transaction, card: str, account: Record) -> None:
    """A card of nobody to an account."""
    record = transaction.get(PAYMENT_METHOD, card) or {}
    transaction.update(PAYMENT_METHOD, record, {"AccountId": account["Id"]})
