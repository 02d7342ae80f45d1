"""Accounts as REST answers them: members in the order of recorded answers, with their nulls.

What a tenant without the feature has not is not there: parents, partners, the ship-to contact unless there is one.
Sources: recorded answers of 2019 to 2025; API reference, Retrieve an account, Retrieve an account summary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from zuora_mock.api.rest.records import Layout, around, layout_of, plain, show_record
from zuora_mock.billing import customers, holdings, subscriptions
from zuora_mock.billing.customers import BILL_TO, SHIP_TO, SOLD_TO
from zuora_mock.billing.holdings import PAYMENT, PAYMENT_METHOD, SUBSCRIPTION, USAGE, Paid, Plan
from zuora_mock.domain.catalogue import ACCOUNT, CONTACT, INVOICE, ObjectType
from zuora_mock.domain.values import Record, as_number
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

_SUBSCRIPTION, _SUBSCRIPTION_END = (
    layout_of("id subscriptionNumber"),
    layout_of("subscriptionStartDate initialTerm autoRenew renewalTerm termStartDate termEndDate status termType"),
)
"""The rate plans stand in between."""
_PAYMENT = layout_of("id paymentType status paymentNumber effectiveDate")
_USAGE = layout_of("quantity startDate unitOfMeasure")
_HELD = (("subscriptions", SUBSCRIPTION), ("contractedMrr", SUBSCRIPTION), ("payments", PAYMENT), ("usage", USAGE))

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


class PaidView(BaseModel):
    invoiceId: str | None
    invoiceNumber: str | None
    appliedPaymentAmount: float | None


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
    subscriptionId: str | None = Field(default=None, description="This and the next with a subscription")
    subscriptionNumber: str | None = None
    contractedMrr: float | None = None
    totalContractedValue: float | None = Field(default=None, description="Null for what never ends")


def show_basic_info(transaction: Transaction, account: Record) -> dict[str, Any]:
    features = tuple(name for name in _OF_FEATURES if account.get(name[:1].upper() + name[1:]))
    return around(transaction, ACCOUNT, _BASIC, _BASIC_END + features, {**_UNSAID, **account})


def show_account(transaction: Transaction, account: Record) -> dict[str, Any]:
    whole, mrr = {**_UNSAID, **account}, subscriptions.contracted_mrr(transaction, account)
    return {
        "basicInfo": show_basic_info(transaction, account),
        "billingAndPayment": plain(transaction, ACCOUNT, _BILLING, whole) | _addresses(account),
        "metrics": plain(transaction, ACCOUNT, _METRICS, whole) | {"contractedMrr": as_number(mrr)},
        **_contacts(transaction, account, _CONTACT, _CONTACT_END),
        "taxInfo": plain(transaction, ACCOUNT, _TAX, whole),
        "success": True,
    }


def show_summary(transaction: Transaction, account: Record, *, usage: bool) -> dict[str, Any]:
    payments, invoices = holdings.payments(transaction, account), customers.latest_invoices(transaction, account)
    whole = {**_UNSAID, **account, **_of_last(payments)}
    basic = around(transaction, ACCOUNT, _SUMMARY, (), whole) | _addresses(account)
    return {
        "basicInfo": {**basic, "defaultPaymentMethod": _default_method(transaction, account)},
        **_contacts(transaction, account, _SUMMARY_CONTACT, ()),
        "taxInfo": plain(transaction, ACCOUNT, _TAX, whole),
        "subscriptions": [
            _subscription(transaction, each) for each in holdings.subscriptions(transaction, account)[: holdings.MOST]
        ],
        "invoices": [plain(transaction, INVOICE, _SUMMARY_INVOICE, each) for each in invoices],
        "payments": [_payment(transaction, each) for each in payments[: holdings.MOST]],
        **({"usage": [_usage(transaction, each) for each in holdings.usage(transaction, account)]} if usage else {}),
        "success": True,
    }


def rests_on(shown: Mapping[str, Any]) -> tuple[ObjectType, ...]:
    """The objects whose stored records an account or its summary shows."""
    return tuple(kind for name, kind in _HELD if shown.get(name) or shown.get("metrics", {}).get(name))


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


def show_new_subscription(transaction: Transaction, record: Record) -> dict[str, Any]:
    """Source: a client's recorded answer of 2016 (numbers; no value of what is evergreen)."""
    worth = subscriptions.worth(transaction, record)
    return {
        "subscriptionId": record["Id"],
        "subscriptionNumber": record["Name"],
        "contractedMrr": as_number(float(worth.mrr)),
        "totalContractedValue": as_number(float(worth.tcv)) if record.get("TermEndDate") else None,
    }


def _of_last(payments: Sequence[Record]) -> Record:
    last = payments[0] if payments else {}
    return {"LastPaymentDate": last.get("EffectiveDate"), "LastPaymentAmount": last.get("Amount")}


def _default_method(transaction: Transaction, account: Record) -> dict[str, Any] | None:
    named = account.get("DefaultPaymentMethodId")
    if not named:
        return None
    method = holdings.payment_method(transaction, account) or {"Id": named}
    return plain(transaction, PAYMENT_METHOD, _METHOD, method)


def _subscription(transaction: Transaction, record: Record) -> dict[str, Any]:
    plans = {"ratePlans": [_plan(each) for each in holdings.plans(transaction, record)]}
    return {
        **plain(transaction, SUBSCRIPTION, _SUBSCRIPTION, record),
        **plans,
        **show_record(transaction, SUBSCRIPTION, _SUBSCRIPTION_END, record),
    }


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "productId": plan.product.get("Id"),
        "productName": plan.product.get("Name"),
        "productSku": plan.product.get("SKU"),
        "productRatePlanId": plan.template.get("Id"),
        "ratePlanName": plan.record.get("Name"),
    }


def _payment(transaction: Transaction, record: Record) -> dict[str, Any]:
    invoices = [show_paid(each) for each in holdings.paid(transaction, record)]
    return {**plain(transaction, PAYMENT, _PAYMENT, record), "paidInvoices": invoices}


def show_paid(paid: Paid) -> dict[str, Any]:
    return {
        "invoiceId": paid.record.get("InvoiceId"),
        "invoiceNumber": paid.invoice.get("InvoiceNumber"),
        "appliedPaymentAmount": paid.record.get("Amount"),
    }


def _usage(transaction: Transaction, record: Record) -> dict[str, Any]:
    """Of the beginning the day is printed."""
    shown = plain(transaction, USAGE, _USAGE, record)
    return {**shown, "startDate": str(shown["startDate"])[:10] if shown["startDate"] else None}


def _contacts(transaction: Transaction, account: Record, first: Layout, last: Layout) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, field in (("billToContact", BILL_TO), ("soldToContact", SOLD_TO), ("shipToContact", SHIP_TO)):
        found = customers.contact(transaction, account, field)
        record = None if found is None else {**found, "AccountNumber": account["AccountNumber"]}
        if record is not None or field != SHIP_TO:
            shown[name] = None if record is None else around(transaction, CONTACT, first, last, record)
    return shown


def _addresses(account: Record) -> dict[str, Any]:
    written = str(account.get("AdditionalEmailAddresses") or "")
    return {"additionalEmailAddresses": [each.strip() for each in written.split(",") if each.strip()]}
