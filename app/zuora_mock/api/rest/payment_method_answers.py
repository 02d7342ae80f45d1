"""Payment methods as REST answers them: what all have, then what those of their type have, with their nulls.

Sources: Guardian client types of 2025 (names, their order, nulls); API reference, List payment methods of an account
(arrays by the type); a client that was tried against Zuora in 2026 (`cardNumber`). Assumed: other types have no more
than what all have; a number of their own nobody keeps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from zuora_mock.api.rest.records import RestRecord, around, layout_of, plain
from zuora_mock.billing import holdings
from zuora_mock.billing.holdings import PAYMENT_METHOD
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

_ALL = layout_of(
    "id type isDefault accountKey paymentMethodNumber status lastTransaction useDefaultRetryRule "
    "bankIdentificationNumber deviceSessionId existingMandate ipAddress lastFailedSaleTransactionDate "
    "lastTransactionDateTime lastTransactionStatus maxConsecutivePaymentFailures numConsecutiveFailures "
    "paymentRetryWindow totalNumberOfProcessedPayments totalNumberOfErrorPayments createdDate updatedDate createdBy "
    "updatedBy"
)
_CARD = "cardNumber expirationMonth expirationYear creditCardType"
_OF_TYPE = {
    "CreditCard": layout_of(f"{_CARD} accountHolderInfo mandateInfo identityNumber"),
    "CreditCardReferenceTransaction": layout_of(
        f"tokenId secondTokenId mandateInfo {_CARD} accountHolderInfo identityNumber"
    ),
    "ACH": layout_of(
        "bankABACode bankAccountName bankAccountNumber bankAccountType bankName accountHolderInfo mandateInfo"
    ),
    "BankTransfer": layout_of(
        "bankTransferType IBAN businessIdentificationCode accountNumber bankCode branchCode identityNumber "
        "accountHolderInfo mandateInfo"
    ),
    "PayPal": layout_of("BAID email"),
}
_MANDATE = layout_of(
    "mitProfileAction mitProfileType mitConsentAgreementSrc mitConsentAgreementRef mitTransactionId mitProfileAgreedOn "
    "mandateStatus mandateReason mandateId mandateReceivedStatus existingMandateStatus mandateCreationDate "
    "mandateUpdateDate"
)
_HOLDER = layout_of("accountHolderName phone email addressLine1 addressLine2 zipCode city country state")
_HOLDERS: Mapping[str, Sequence[str]] = {
    "ACH": layout_of("AchAccountName Phone Email AchAddress1 AchAddress2 AchPostalCode AchCity AchCountry AchState"),
    "BankTransfer": layout_of("BankTransferAccountName Phone Email StreetName - PostalCode City Country State"),
}
_CARD_HOLDER = layout_of(
    "CreditCardHolderName Phone Email CreditCardAddress1 CreditCardAddress2 CreditCardPostalCode CreditCardCity "
    "CreditCardCountry CreditCardState"
)
"""Where the holder of an account or a card stands, in the order of the above."""

_BIN = dict.fromkeys(("brand", "cardClass", "productType", "issuer", "issuingCountryCode"))

_UNSAID: Record = {
    "UseDefaultRetryRule": False,
    "NumConsecutiveFailures": 0,
    "TotalNumberOfProcessedPayments": 0,
    "TotalNumberOfErrorPayments": 0,
}
"""Of what is never null."""


class ListedPaymentMethodView(RestRecord):
    """What those of a type have besides follows from the type."""

    kind, layout = PAYMENT_METHOD, _ALL
    isDefault: bool
    accountHolderInfo: dict[str, str | None] = Field(default={}, description="Of cards and bank accounts")
    mandateInfo: dict[str, str | None] = Field(default={}, description="Of cards and bank accounts")


class PaymentMethodView(ListedPaymentMethodView):
    cardBinInfo: dict[str, str | None] = Field(default={}, description="Of cards")
    success: bool


class PaymentMethodsView(BaseModel):
    """Beside these there is an array for each type, by its name in lower case: `creditcard` or `banktransfer`."""

    model_config = ConfigDict(extra="allow")
    defaultPaymentMethodId: str | None
    paymentGateway: str | None
    creditcard: list[ListedPaymentMethodView] = Field(default=[], description="Where there are such")
    success: bool


def show_methods(transaction: Transaction, account: Record, records: Sequence[Record]) -> dict[str, Any]:
    by_type: dict[str, list[dict[str, Any]]] = {}
    for each in records:
        by_type.setdefault(str(each.get("Type")).lower(), []).append(show_method(transaction, account, each))
    return {
        "defaultPaymentMethodId": account.get("DefaultPaymentMethodId"),
        "paymentGateway": account.get("PaymentGateway"),
        **by_type,
        "success": True,
    }


def show_method(transaction: Transaction, account: Record, record: Record) -> dict[str, Any]:
    status: Record = {"PaymentMethodStatus": "Active" if holdings.is_active(record) else "Closed"}
    whole = {**status, **_UNSAID, "AccountId": account.get("Id"), **record}
    kind = str(record.get("Type"))
    layout = _OF_TYPE.get("PayPal" if kind.startswith("PayPal") else kind, ())
    shown = {
        **plain(transaction, PAYMENT_METHOD, _ALL, whole),
        "isDefault": record["Id"] == account.get("DefaultPaymentMethodId"),
        **around(transaction, PAYMENT_METHOD, layout, (), whole),
    }
    inner = {"accountHolderInfo": _holder(kind, record), "mandateInfo": _mandate(transaction, record)}
    return {**shown, **{name: value for name, value in inner.items() if name in layout}}


def bin_info(record: Record) -> dict[str, Any]:
    """Of the card, where it is one; its number nobody has looked up."""
    return {"cardBinInfo": dict(_BIN)} if str(record.get("Type")).startswith("CreditCard") else {}


def _holder(kind: str, record: Record) -> dict[str, Any]:
    names = _HOLDERS.get(kind, _CARD_HOLDER)
    return {name: record.get(field) for name, field in zip(_HOLDER, names, strict=True)}


def _mandate(transaction: Transaction, record: Record) -> dict[str, Any]:
    return plain(transaction, PAYMENT_METHOD, _MANDATE, record)
