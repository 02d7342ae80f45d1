"""Bodies of the calls that create and change invoices.

Sources: API reference, Create a standalone invoice, Update an invoice, Create taxation items for an invoice. Of a tax
inclusive item the amount has the tax in it, which the charge that is kept has not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from zuora_mock.api.rest.bodies import (
    Day,
    Decimals,
    Flag,
    Key,
    Moment,
    Money,
    RestBody,
    Text32,
    Text50,
    Text64,
    Text100,
    Text255,
    Text500,
    objects_in,
    refused,
    required,
)
from zuora_mock.api.rest.records import field_name
from zuora_mock.billing.drafts import DISCOUNTED, Item
from zuora_mock.billing.standalone import ItemChange, NewInvoice
from zuora_mock.domain.catalogue import CONTACT, INVOICE, INVOICE_ITEM, TAXATION_ITEM, ObjectType
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.invoices import CHARGE, TAX, micros
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal
from zuora_mock.pointers import pointer

MOST_ITEMS, MOST_INVOICES, MOST_TAXES = 1000, 50, 500
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,32}")

Transferred = Literal["Processing", "Yes", "No", "Error", "Ignore"]
TaxMode = Literal["TaxExclusive", "TaxInclusive"]


def _invoice_number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise ValueError("1 to 32 letters, digits, - or _ are needed")
    return text


class KeptBody(RestBody):
    """A body whose members are fields of an object of the catalogue."""

    kind: ClassVar[ObjectType]

    def kept(self, custom: CustomFields) -> Record:
        """The fields that are given, as they are kept."""
        given = {field_name(self.kind, name): getattr(self, name) for name in self.model_fields_set}
        known = {name: value for name, value in given.items() if name in self.kind.by_name and value is not None}
        return known | self.custom_fields(custom)


class NetSuiteBody(KeptBody):
    """With the fields that Zuora's connector for NetSuite brings."""

    IntegrationId__NS: Text255 | None = None
    IntegrationStatus__NS: Text255 | None = None
    SyncDate__NS: Text255 | None = None


class ContactBody(KeptBody):
    """A contact that is made with the invoice, for its account."""

    kind = CONTACT

    firstName: Annotated[str, Field(min_length=1, max_length=100)]
    lastName: Annotated[str, Field(min_length=1, max_length=100)]
    address1: Text255 | None = None
    address2: Text255 | None = None
    city: Annotated[str, Field(max_length=40)] | None = None
    country: Text32 | None = None
    county: Text32 | None = None
    fax: Annotated[str, Field(max_length=40)] | None = None
    homePhone: Annotated[str, Field(max_length=40)] | None = None
    mobilePhone: Annotated[str, Field(max_length=40)] | None = None
    nickname: Text100 | None = None
    otherPhone: Annotated[str, Field(max_length=40)] | None = None
    otherPhoneType: Literal["Work", "Mobile", "Home", "Other"] | None = None
    personalEmail: Annotated[str, Field(max_length=80)] | None = None
    state: Annotated[str, Field(max_length=40)] | None = None
    taxRegion: Text32 | None = None
    workEmail: Annotated[str, Field(max_length=80)] | None = None
    workPhone: Annotated[str, Field(max_length=40)] | None = None
    zipCode: Annotated[str, Field(max_length=20)] | None = None
    contactDescription: Text100 | None = None


class TaxBody(KeptBody):
    """A tax of an item that is made with it."""

    kind = TAXATION_ITEM

    name: Annotated[str, Field(min_length=1, max_length=128)]
    taxAmount: Money
    taxDate: Day
    taxMode: TaxMode
    taxRate: Decimals
    taxRateType: Literal["Percentage", "FlatFee"]
    exemptAmount: Money | None = None
    jurisdiction: Text255 | None = None
    locationCode: Text32 | None = None
    taxCode: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    taxCodeDescription: Text255 | None = None
    taxRateDescription: Text255 | None = None


Taxes = Annotated[list[TaxBody], Field(max_length=5)]


class _CodedBody(NetSuiteBody):
    """What items and discounts have in common."""

    kind = INVOICE_ITEM

    accountingCode: Text100 | None = None
    accountsReceivableAccountingCode: Text100 | None = None
    adjustmentLiabilityAccountingCode: Text100 | None = None
    adjustmentRevenueAccountingCode: Text100 | None = None
    bookingReference: Text100 | None = None
    chargeDate: Moment | None = None
    chargeName: Annotated[str, Field(max_length=130)] | None = None
    contractAssetAccountingCode: Text100 | None = None
    contractLiabilityAccountingCode: Text100 | None = None
    contractRecognizedRevenueAccountingCode: Text100 | None = None
    deferredRevenueAccountingCode: Text100 | None = None
    description: Text500 | None = None
    itemType: Text50 | None = None
    productRatePlanChargeId: Text32 | None = None
    purchaseOrderNumber: Text100 | None = None
    recognizedRevenueAccountingCode: Text100 | None = None
    revRecCode: Text100 | None = None
    revRecStartDate: Day | None = None
    revRecTriggerCondition: str | None = None
    revenueRecognitionRuleName: Text50 | None = None
    sku: Text255 | None = None
    unbilledReceivablesAccountingCode: Text100 | None = None
    unitPrice: Decimals | None = None


class DiscountBody(_CodedBody):
    """A discount of a new item."""

    amount: Money
    taxItems: Taxes | None = None

    def item(self, custom: CustomFields) -> Item:
        record, taxes = _with_taxes(self, self.taxItems, custom)
        return Item({"ProcessingType": DISCOUNTED, "Quantity": 0, **record}, taxes)


class DiscountChangeBody(DiscountBody):
    """A discount of an item that is there: one that is changed, by its id, or a new one."""

    amount: Money | None = None  # type: ignore[assignment]  # a change need not change it
    id: Text32 | None = None


class _ItemFields(_CodedBody):
    excludeItemBillingFromRevenueAccounting: Flag | None = None
    quantity: Decimals | None = None
    serviceEndDate: Day | None = None
    taxCode: Text64 | None = None
    taxItems: Taxes | None = None
    taxMode: TaxMode | None = None
    uom: Text255 | None = None


class ItemBody(_ItemFields):
    """An item of a new invoice."""

    amount: Money
    serviceStartDate: Day
    discountItems: Annotated[list[DiscountBody], Field(max_length=10)] | None = None

    def item(self, custom: CustomFields) -> Item:
        record, taxes = _with_taxes(self, self.taxItems, custom)
        return Item(record, taxes, [each.item(custom) for each in self.discountItems or ()])

    def contradictions(self) -> Iterator[Refusal]:
        if not self.chargeName and not self.productRatePlanChargeId:
            yield required("chargeName")


class ItemChangeBody(_ItemFields):
    """An item that is changed or, with `delete`, goes, both by its id; without an id it is a new one."""

    amount: Money | None = None
    delete: Flag | None = None
    discountItems: Annotated[list[DiscountChangeBody], Field(max_length=10)] | None = None
    id: Text32 | None = None
    serviceStartDate: Day | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if self.id and self.taxItems:
            yield refused("taxItems", "only a new item brings taxes with it", "no taxItems")
        if self.id:
            return
        for name in ("amount", "serviceStartDate"):
            if getattr(self, name) is None:
                yield required(name)
        if not self.chargeName and not self.productRatePlanChargeId:
            yield required("chargeName")
        for position, discount in objects_in(self.discountItems):
            if discount.amount is None:
                yield required("discountItems", position, "amount")

    def changes(self, custom: CustomFields, at: str) -> Iterator[ItemChange]:
        """That of the item, then those of discounts of one that is there already."""
        record, taxes = _with_taxes(self, self.taxItems, custom)
        discounts = [each.item(custom) for each in self.discountItems or ()]
        if self.id is None:
            yield ItemChange(Item(record, taxes, discounts), at)
            return
        yield ItemChange(Item(record), at, self.id, deleted=self.delete is True)
        for position, (body, discount) in enumerate(zip(self.discountItems or (), discounts, strict=True)):
            own = discount if body.id else Item({**discount.record, "AppliedToInvoiceItemId": self.id}, discount.taxes)
            yield ItemChange(own, f"{at}/discounts/{position}", body.id)


def _with_taxes(body: KeptBody, taxes: Sequence[TaxBody] | None, custom: CustomFields) -> tuple[Record, list[Record]]:
    """An item and its taxes; of one whose amount was given with the tax in it, the charge alone."""
    record, kept = body.kept(custom), [tax.kept(custom) for tax in taxes or ()]
    inclusive = "TaxInclusive" in {record.get("TaxMode"), *(tax.get("TaxMode") for tax in kept)}
    if inclusive and CHARGE in record:
        charge = micros(record, CHARGE) - sum(micros(tax, TAX) for tax in kept)
        record = {**record, "TaxMode": "TaxInclusive", CHARGE: charge}
    return record, kept


class CreateInvoiceRequest(NetSuiteBody):
    """`customRates` are of currencies that no answer prints, and `sequenceSet` is kept as it is."""

    kind = INVOICE

    invoiceDate: Day
    invoiceItems: Annotated[list[ItemBody], Field(min_length=1, max_length=MOST_ITEMS)]
    accountId: Text32 | None = None
    accountNumber: Text50 | None = None
    autoPay: Flag = False
    billToContact: ContactBody | None = None
    billToContactId: Text32 | None = None
    comments: Text255 | None = None
    communicationProfileId: Key | None = None
    currency: str | None = None
    customRates: Annotated[list[dict[str, object]], Field(max_length=2)] | None = None
    dueDate: Day | None = None
    invoiceNumber: Annotated[str, AfterValidator(_invoice_number)] | None = None
    paymentTerm: Text100 | None = None
    sequenceSet: Text50 | None = None
    shipToContact: ContactBody | None = None
    shipToContactId: Text32 | None = None
    shipToSameAsBillTo: Flag = False
    soldToContact: ContactBody | None = None
    soldToContactId: Text32 | None = None
    soldToSameAsBillTo: Flag = False
    status: Literal["Draft", "Posted"] = "Draft"
    templateId: Key | None = None
    transferredToAccounting: Transferred | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if not self.accountId and not self.accountNumber:
            yield required("accountId")

    def new_invoice(self, custom: CustomFields) -> NewInvoice:
        header = {name: value for name, value in self.kept(custom).items() if name != "Status"}
        if self.sequenceSet:
            header["SequenceSetId"] = self.sequenceSet
        bodies = {name: getattr(self, name) for name in ("billToContact", "soldToContact", "shipToContact")}
        contacts = {f"{field_name(INVOICE, name)}Id": body.kept(custom) for name, body in bodies.items() if body}
        for name, same in (("SoldToContactId", self.soldToSameAsBillTo), ("ShipToContactId", self.shipToSameAsBillTo)):
            if same and "BillToContactId" in contacts:
                contacts[name] = contacts["BillToContactId"]
            elif same and "BillToContactId" in header:
                header[name] = header["BillToContactId"]
        items = [each.item(custom) for each in self.invoiceItems]
        return NewInvoice(header, items, self.accountNumber, contacts, posted=self.status == "Posted")


class UpdateInvoiceRequest(NetSuiteBody):
    kind = INVOICE

    autoPay: Flag | None = None
    comments: Text255 | None = None
    dueDate: Day | None = None
    invoiceDate: Day | None = None
    invoiceItems: Annotated[list[ItemChangeBody], Field(min_length=1, max_length=MOST_ITEMS)] | None = None
    templateId: Key | None = None
    transferredToAccounting: Transferred | None = None

    def contradictions(self) -> Iterator[Refusal]:
        if self.invoiceDate and self.dueDate:
            yield refused("dueDate", "invoiceDate and dueDate are not changed together", "one of the two")

    def items(self, custom: CustomFields) -> list[ItemChange]:
        bodies = enumerate(self.invoiceItems or ())
        return [each for at, body in bodies for each in body.changes(custom, pointer("items", at))]


class TaxOfItemBody(KeptBody):
    """A tax of an item that is there already."""

    kind = TAXATION_ITEM

    invoiceItemId: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1, max_length=128)]
    jurisdiction: Annotated[str, Field(min_length=1, max_length=255)]
    taxAmount: Money
    taxDate: Day
    taxRate: Decimals
    taxRateType: Literal["Percentage", "FlatFee"]
    applicableTaxUnRounded: Decimals | None = None
    country: str | None = None
    exemptAmount: Money | None = None
    financeInformation: dict[str, object] | None = None
    locationCode: Text32 | None = None
    taxCode: Text64 | None = None
    taxCodeDescription: Text255 | None = None
    taxMode: TaxMode | None = None
    taxRateDescription: Text255 | None = None


class TaxationItemsRequest(RestBody):
    taxationItems: Annotated[list[TaxOfItemBody], Field(min_length=1, max_length=MOST_TAXES)]
