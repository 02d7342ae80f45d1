"""Records as REST prints them: names in camel case, nulls as null, `success` where the call says so.

Custom fields stand beside the others; those that are declared are always there. Sources: API reference (names and their
order in its examples); recorded answers (nulls, custom fields, `yyyy-MM-dd HH:mm:ss`; fields of NetSuite only where
there are values).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from zuora_mock.api.rest.words import REST_WORDS
from zuora_mock.domain.catalogue import ACCOUNT, BY_NAME, CONTACT, INVOICE, INVOICE_ITEM, Field, ObjectType, is_custom
from zuora_mock.domain.custom_fields import NONE_DECLARED, CustomFields
from zuora_mock.domain.describing import SENT, field_schema
from zuora_mock.domain.money import number
from zuora_mock.domain.values import Record, Type, Value, as_number
from zuora_mock.errors import Refusal
from zuora_mock.pointers import pointer, steps_of
from zuora_mock.storage.transaction import Transaction

Layout = tuple[str, ...]
"""Names of REST, in their order."""

_OF_ANY_CHARGE = {
    "type": "ChargeType",
    "model": "ChargeModel",
    "uom": "UOM",
    "billingDay": "BillCycleType",
}

_OTHER_NAMES: Mapping[ObjectType, Mapping[str, str]] = {
    ACCOUNT: {
        "salesRep": "SalesRepName",
        "companyCode": "TaxCompanyCode",
        "exemptStatus": "TaxExemptStatus",
        "exemptCertificateId": "TaxExemptCertificateID",
        "exemptCertificateType": "TaxExemptCertificateType",
        "exemptIssuingJurisdiction": "TaxExemptIssuingJurisdiction",
        "exemptEffectiveDate": "TaxExemptEffectiveDate",
        "exemptExpirationDate": "TaxExemptExpirationDate",
        "exemptDescription": "TaxExemptDescription",
        "exemptEntityUseCode": "TaxExemptEntityUseCode",
    },
    CONTACT: {"nickname": "NickName", "zipCode": "PostalCode", "contactDescription": "Description"},
    INVOICE: {
        "number": "InvoiceNumber",
        "comment": "Comments",
        "totalTaxExemptAmount": "TaxExemptAmount",
        "postedById": "PostedBy",
        "postedOn": "PostedDate",
        "invoiceTargetDate": "TargetDate",
        "createdBy": "CreatedById",
    },
    INVOICE_ITEM: {
        "amount": "ChargeAmount",
        "sku": "SKU",
        "uom": "UOM",
        "unitOfMeasure": "UOM",
        "appliedToItemId": "AppliedToInvoiceItemId",
        "description": "ProductDescription",
        "subscriptionName": "SubscriptionNumber",
        "chargeId": "RatePlanChargeId",
        "excludeItemBillingFromRevenueAccounting": "excludeItemBillingFromRevenueAccounting",
    },
    BY_NAME["Payment"]: {"paymentType": "Type", "gatewayTransactionNumber": "ReferenceId"},
    BY_NAME["PaymentMethod"]: {
        "paymentMethodType": "Type",
        "creditCardNumber": "CreditCardMaskNumber",
        "accountKey": "AccountId",
        "status": "PaymentMethodStatus",
        "createdBy": "CreatedById",
        "updatedBy": "UpdatedById",
        "cardNumber": "CreditCardMaskNumber",
        "expirationMonth": "CreditCardExpirationMonth",
        "expirationYear": "CreditCardExpirationYear",
        "bankABACode": "AchAbaCode",
        "bankAccountName": "AchAccountName",
        "bankAccountNumber": "AchAccountNumberMask",
        "bankAccountType": "AchAccountType",
        "bankName": "AchBankName",
        "accountNumber": "BankTransferAccountNumberMask",
        "branchCode": "BankBranchCode",
        "BAID": "PaypalBaid",
        "email": "PaypalEmail",
        "mandateId": "MandateID",
        "mandateReceivedStatus": "MandateReceived",
        "existingMandateStatus": "ExistingMandate",
    },
    BY_NAME["Product"]: {"sku": "SKU"},
    BY_NAME["ProductRatePlanCharge"]: {**_OF_ANY_CHARGE, "numberOfPeriods": "NumberOfPeriod"},
    BY_NAME["RatePlan"]: {"ratePlanName": "Name"},
    BY_NAME["RatePlanCharge"]: {
        **_OF_ANY_CHARGE,
        "number": "ChargeNumber",
        "originalChargeId": "OriginalId",
        "originalOrderDate": "originalOrderDate",
        "amendedByOrderOn": "amendedByOrderOn",
        **{name: name.upper() for name in ("mrr", "dmrc", "tcv", "dtcv")},
    },
    BY_NAME["Subscription"]: {
        "subscriptionNumber": "Name",
        "invoiceSeparately": "IsInvoiceSeparate",
        "customerAcceptanceDate": "ContractAcceptanceDate",
        "createTime": "CreatedDate",
        "updateTime": "UpdatedDate",
    },
    BY_NAME["Usage"]: {"startDate": "StartDateTime", "unitOfMeasure": "UOM"},
}
"""The catalogue's names where they are not those of REST with a capital."""

_NETSUITE = "__NS"
_DAYS = frozenset({"postedDate", "lastBookingDate"})
"""Date-times of which REST prints the day."""

_IN_A_CALL = {"items": "invoiceItems", "taxes": "taxItems", "discounts": "discountItems", "parts": "splits"} | {
    name: wire for wire, name in _OTHER_NAMES[INVOICE_ITEM].items() if wire in {"amount", "sku", "uom"}
}
_IN_A_CALL |= {"BillToId": "billToContactId", "SoldToId": "soldToContactId", "ShipToId": "shipToContactId"}
"""How bodies call what use cases call otherwise."""

_NAMED = re.compile(r"^[A-Z]\w*(?=:)", re.ASCII)
"""The field that the message of a use case begins with."""


def layout_of(names: str) -> Layout:
    return tuple(names.split())


def field_name(kind: ObjectType, name: str) -> str:
    """The catalogue's name of a field of REST."""
    return _OTHER_NAMES.get(kind, {}).get(name) or name[:1].upper() + name[1:]


def wire_pointer(at: str) -> str:
    """A pointer into what a use case was given, as one into the body."""
    return pointer(*(_IN_A_CALL.get(step) or step[:1].lower() + step[1:] for step in steps_of(at)))


@contextmanager
def in_wire_terms() -> Iterator[None]:
    """What a use case refuses within points into the body of the call."""
    try:
        yield
    except Refusal as refusal:
        for each in refusal.all:
            each.pointer = wire_pointer(each.pointer)
            if each.remedy is not None:
                members = {wire_pointer(at): value for at, value in each.remedy.members.items()}
                each.remedy = replace(each.remedy, members=members)
        raise


@contextmanager
def in_wire_words() -> Iterator[None]:
    """As `in_wire_terms`; a message that begins with a field names the member of the body."""
    try:
        with in_wire_terms():
            yield
    except Refusal as refusal:
        for each in refusal.all:
            each.message = _NAMED.sub(lambda name: steps_of(wire_pointer(pointer(name[0])))[0], each.message, count=1)
        raise


def show(kind: ObjectType, layout: Layout, record: Record, zone: tzinfo, custom: CustomFields) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, field, printer in _printers(kind, layout, zone):
        value = record.get(field)
        shown[name] = printer(value) if printer is not None and value is not None else value
    shown |= {name: value for name, value in record.items() if name.endswith(_NETSUITE) and value is not None}
    shown |= dict.fromkeys(custom.names(kind))
    return shown | {name: value for name, value in record.items() if is_custom(name)}


def show_record(transaction: Transaction, kind: ObjectType, layout: Layout, record: Record) -> dict[str, Any]:
    tenant = transaction.tenant
    return show(kind, layout, record, tenant.zone, tenant.custom_fields)


def plain(transaction: Transaction, kind: ObjectType, layout: Layout, record: Record) -> dict[str, Any]:
    """Without custom fields, and without those of NetSuite."""
    own = {name: value for name, value in record.items() if not is_custom(name) and not name.endswith(_NETSUITE)}
    return show(kind, layout, own, transaction.tenant.zone, NONE_DECLARED)


def around(transaction: Transaction, kind: ObjectType, first: Layout, last: Layout, record: Record) -> dict[str, Any]:
    """Custom fields stand between the first and the last, those of NetSuite at the end."""
    own = {name: value for name, value in record.items() if not name.endswith(_NETSUITE)}
    others = {name: value for name, value in record.items() if not is_custom(name)}
    return show_record(transaction, kind, first, own) | show(kind, last, others, transaction.tenant.zone, NONE_DECLARED)


@lru_cache(maxsize=128)
def _printers(
    kind: ObjectType, layout: Layout, zone: tzinfo
) -> tuple[tuple[str, str, Callable[[Any], Value] | None], ...]:
    """Of a name that is no field of the object nothing is printed but its place kept."""
    fields = {name: field_name(kind, name) for name in layout}
    return tuple((name, field, _printer(kind.by_name.get(field), name, zone)) for name, field in fields.items())


def _printer(field: Field | None, name: str, zone: tzinfo) -> Callable[[Any], Value] | None:
    kind = field.type if field else Type.STRING
    if kind is Type.DATETIME:
        form = "%Y-%m-%d" if name in _DAYS else "%Y-%m-%d %H:%M:%S"
        return lambda value: datetime.fromtimestamp(value / 1000, zone).strftime(form)
    if field is not None and field.name in REST_WORDS:
        return REST_WORDS[field.name]
    return {Type.MONEY: number, Type.DOUBLE: as_number}.get(kind)


_PRINTED = {**SENT, Type.DATETIME: {"type": "string"}}


class RestRecord(BaseModel):
    """A record in an answer, described from its layout.

    Members of the model itself take their places in it, such as records inside of the record; `also` come behind.
    """

    model_config = ConfigDict(extra="allow")
    kind: ClassVar[ObjectType]
    layout: ClassVar[Layout]
    also: ClassVar[Mapping[str, Any]] = {}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        fields = {name: cls.kind.by_name.get(field_name(cls.kind, name)) for name in cls.layout}
        properties = {
            name: field_schema(field, _PRINTED, values=(), versioned=False, nullable=True)
            for name, field in fields.items()
            if field is not None
        }
        own = handler.resolve_ref_schema(handler(core)).get("properties", {})
        places = {name: own.get(name) or properties[name] for name in cls.layout if name in own or name in properties}
        return {"title": cls.__name__, "type": "object", "properties": {**places, **own, **cls.also}}
