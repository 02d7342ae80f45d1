"""Accounts as REST answers them: members in the order of recorded answers, with their nulls.

What a tenant without the feature has not is not there: parents, partners, the ship-to contact unless there is one.
Sources: recorded answers of 2019 to 2025; API reference, Retrieve an account, Retrieve an account summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from zuora_mock.api.rest.records import Layout, layout_of, show
from zuora_mock.billing import customers
from zuora_mock.billing.customers import BILL_TO, SHIP_TO, SOLD_TO, Holdings
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE, ObjectType, is_custom
from zuora_mock.domain.custom_fields import NONE_DECLARED
from zuora_mock.domain.money import number
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

_BASIC = layout_of(
    "id name accountNumber notes status crmId batch invoiceTemplateId communicationProfileId profileNumber "
    "purchaseOrderNumber customerServiceRepName"
)
_BASIC_END = layout_of("salesRep summaryStatementTemplateId sequenceSetId")
_OF_FEATURES = layout_of("parentId partnerAccount")
_BILLING = layout_of(
    "billCycleDay currency paymentTerm paymentGateway paymentGatewayNumber defaultPaymentMethodId "
    "invoiceDeliveryPrefsPrint invoiceDeliveryPrefsEmail autoPay additionalEmailAddresses "
    "paymentMethodCascadingConsent gatewayRoutingEligible"
)
_METRICS = layout_of("balance currency totalInvoiceBalance creditBalance")
_CONTACT = layout_of(
    "accountId accountNumber address1 address2 city country county fax firstName homePhone id lastName mobilePhone "
    "nickname otherPhone otherPhoneType personalEmail state taxRegion workEmail workPhone zipCode"
)
_CONTACT_END = layout_of("contactDescription")
_TAX = layout_of(
    "exemptStatus exemptCertificateId exemptCertificateType exemptIssuingJurisdiction exemptEffectiveDate "
    "exemptExpirationDate exemptDescription exemptEntityUseCode companyCode VATId"
)
_SUMMARY = layout_of(
    "id name accountNumber balance lastInvoiceDate lastPaymentDate lastPaymentAmount currency status batch "
    "billCycleDay invoiceDeliveryPrefsPrint invoiceDeliveryPrefsEmail additionalEmailAddresses"
)
_SUMMARY_CONTACT = layout_of(
    "id firstName lastName address1 address2 city county state zipCode country workEmail workPhone taxRegion fax"
)
_SUMMARY_INVOICE = layout_of("id invoiceNumber invoiceDate dueDate amount balance status")
_METHOD = layout_of(
    "id paymentMethodType creditCardNumber creditCardExpirationMonth creditCardExpirationYear creditCardType"
)

_UNSAID: Record = {
    "AutoPay": False,
    "InvoiceDeliveryPrefsEmail": False,
    "InvoiceDeliveryPrefsPrint": False,
    "PaymentMethodCascadingConsent": False,
    "Balance": 0,
    "CreditBalance": 0,
    "TotalInvoiceBalance": 0,
    "TaxExemptStatus": "No",
}
"""Of what is never null (recorded)."""

_NETSUITE = "__NS"


class AccountView(BaseModel):
    basicInfo: dict[str, Any]
    billingAndPayment: dict[str, Any]
    metrics: dict[str, Any]
    billToContact: dict[str, Any] | None
    soldToContact: dict[str, Any] | None
    shipToContact: dict[str, Any] | None = Field(default=None, description="Where the account has one")
    taxInfo: dict[str, Any]
    success: bool


class AccountSummaryView(BaseModel):
    basicInfo: dict[str, Any]
    billToContact: dict[str, Any] | None
    soldToContact: dict[str, Any] | None
    shipToContact: dict[str, Any] | None = Field(default=None, description="Where the account has one")
    taxInfo: dict[str, Any]
    subscriptions: list[dict[str, Any]]
    invoices: list[dict[str, Any]] = Field(description="The last six by their dates")
    payments: list[dict[str, Any]]
    usage: list[dict[str, Any]] = Field(default=[], description="Not there with excludeUsage")
    success: bool


class NewAccountView(BaseModel):
    success: bool
    accountId: str
    accountNumber: str
    billToContactId: str
    soldToContactId: str
    shipToContactId: str | None = None
    paymentMethodId: str | None = None


def show_account(transaction: Transaction, account: Record) -> dict[str, Any]:
    whole, has = {**_UNSAID, **account}, customers.holdings(transaction, account)
    features = tuple(name for name in _OF_FEATURES if account.get(name[:1].upper() + name[1:]))
    return {
        "basicInfo": _around(transaction, ACCOUNT, _BASIC, _BASIC_END + features, whole),
        "billingAndPayment": _plain(transaction, ACCOUNT, _BILLING, whole) | _addresses(account),
        "metrics": _plain(transaction, ACCOUNT, _METRICS, whole) | {"contractedMrr": number(has.contracted_mrr)},
        **_contacts(transaction, account, _CONTACT, _CONTACT_END),
        "taxInfo": _plain(transaction, ACCOUNT, _TAX, whole),
        "success": True,
    }


def show_summary(transaction: Transaction, account: Record, *, usage: bool) -> dict[str, Any]:
    whole, has = {**_UNSAID, **account}, customers.holdings(transaction, account)
    invoices = customers.latest_invoices(transaction, account)
    basic = _around(transaction, ACCOUNT, _SUMMARY, (), _with_payment(whole, has)) | _addresses(account)
    return {
        "basicInfo": {**basic, "defaultPaymentMethod": _default_method(account, has)},
        **_contacts(transaction, account, _SUMMARY_CONTACT, ()),
        "taxInfo": _plain(transaction, ACCOUNT, _TAX, whole),
        "subscriptions": list(has.subscriptions),
        "invoices": [_plain(transaction, INVOICE, _SUMMARY_INVOICE, each) for each in invoices],
        "payments": list(has.payments),
        **({"usage": list(has.usage)} if usage else {}),
        "success": True,
    }


def show_new(account: Record) -> dict[str, Any]:
    others = {"shipToContactId": account.get(SHIP_TO), "paymentMethodId": account.get("DefaultPaymentMethodId")}
    return {
        "success": True,
        "accountId": account["Id"],
        "accountNumber": account["AccountNumber"],
        "billToContactId": account[BILL_TO],
        "soldToContactId": account[SOLD_TO],
        **{name: value for name, value in others.items() if value is not None},
    }


def _with_payment(account: Record, has: Holdings) -> Record:
    last = has.last_payment or {}
    return {**account, "LastPaymentDate": last.get("EffectiveDate"), "LastPaymentAmount": last.get("Amount")}


def _default_method(account: Record, has: Holdings) -> dict[str, Any] | None:
    if not account.get("DefaultPaymentMethodId"):
        return None
    return {**dict.fromkeys(_METHOD), "id": account["DefaultPaymentMethodId"], **(has.default_payment_method or {})}


def _contacts(transaction: Transaction, account: Record, first: Layout, last: Layout) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, field in (("billToContact", BILL_TO), ("soldToContact", SOLD_TO), ("shipToContact", SHIP_TO)):
        found = customers.contact(transaction, account, field)
        record = None if found is None else {**found, "AccountNumber": account["AccountNumber"]}
        if record is not None or field != SHIP_TO:
            shown[name] = None if record is None else _around(transaction, CONTACT, first, last, record)
    return shown


def _addresses(account: Record) -> dict[str, Any]:
    written = str(account.get("AdditionalEmailAddresses") or "")
    return {"additionalEmailAddresses": [each.strip() for each in written.split(",") if each.strip()]}


def _around(transaction: Transaction, kind: ObjectType, first: Layout, last: Layout, record: Record) -> dict[str, Any]:
    """Custom fields stand between the first and the last, those of NetSuite at the end."""
    own = {name: value for name, value in record.items() if not name.endswith(_NETSUITE)}
    return _shown(transaction, kind, first, own) | show(
        kind, last, _without_customs(record), transaction.tenant.zone, NONE_DECLARED
    )


def _plain(transaction: Transaction, kind: ObjectType, layout: Layout, record: Record) -> dict[str, Any]:
    own = {name: value for name, value in _without_customs(record).items() if not name.endswith(_NETSUITE)}
    return show(kind, layout, own, transaction.tenant.zone, NONE_DECLARED)


def _without_customs(record: Record) -> Record:
    return {name: value for name, value in record.items() if not is_custom(name)}


def _shown(transaction: Transaction, kind: ObjectType, layout: Sequence[str], record: Record) -> dict[str, Any]:
    tenant = transaction.tenant
    return show(kind, tuple(layout), record, tenant.zone, tenant.custom_fields)
