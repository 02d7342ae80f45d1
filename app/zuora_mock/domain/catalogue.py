"""The objects of Zuora that the mock keeps: their fields, types, limits and the WSDL version that brought them.

Create, update, query, CRUD, the tables and the fixture format all read this one description.
Sources: SOAP API field pages; Older API, Object_GET*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import cached_property

from zuora_mock.domain.values import Type

CUSTOM_SUFFIX = "__c"
LATEST_WSDL = 153
DEFAULT_WSDL = 79


class Access(Flag):
    """What a client may do with a field besides reading it."""

    READ = 0
    CREATE = auto()
    UPDATE = auto()
    REQUIRED = auto()
    WRITE = CREATE | UPDATE


READ, CREATE, UPDATE, WRITE = Access.READ, Access.CREATE, Access.UPDATE, Access.WRITE
NEEDED = WRITE | Access.REQUIRED
NEEDED_ONCE = CREATE | Access.REQUIRED


@dataclass(frozen=True, slots=True)
class Field:
    """`limit` is the greatest length in characters (0: none); `since` the first WSDL version that knows the field."""

    name: str
    type: Type
    access: Access = READ
    limit: int = 0
    since: int = 0
    values: tuple[str, ...] = ()
    indexed: bool = False

    @property
    def required(self) -> bool:
        return Access.REQUIRED in self.access


@dataclass(frozen=True)
class ObjectType:
    """One object. `hidden` fields are kept beside the others and never leave through Zuora's face.

    `since` is the first WSDL version that knows the object.
    """

    name: str
    path: str
    table: str
    fields: tuple[Field, ...]
    hidden: tuple[Field, ...] = ()
    creatable: bool = False
    updatable: bool = False
    deletable: bool = False
    since: int = 0
    by_name: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {each.name: each for each in self.fields})

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def _by_folded_name(self) -> dict[str, Field]:
        return {each.name.lower(): each for each in self.fields}

    def find_field(self, name: str) -> Field | None:
        """The field by its name in any case; a custom field by its exact name."""
        known = self._by_folded_name.get(name.lower())
        return known or (custom_field(name) if is_custom(name) else None)

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields if each.required)

    def writable(self, access: Access) -> frozenset[str]:
        return self._writable[access]

    @cached_property
    def _writable(self) -> dict[Access, frozenset[str]]:
        return {way: frozenset(each.name for each in self.fields if way in each.access) for way in (CREATE, UPDATE)}

    @property
    def stored(self) -> tuple[Field, ...]:
        return self.fields + self.hidden


def is_custom(name: str) -> bool:
    stem = name.removesuffix(CUSTOM_SUFFIX)
    return stem != name and stem.isascii() and stem.replace("_", "a").isalnum()


def custom_field(name: str) -> Field:
    return Field(name, Type.STRING, WRITE, limit=255)


def _of(kind: Type, names: str, access: Access = READ, *, limit: int = 0, since: int = 0) -> tuple[Field, ...]:
    return tuple(Field(name, kind, access, limit, since) for name in names.split())


def _text(name: str, limit: int, access: Access = WRITE, *, since: int = 0, indexed: bool = False) -> Field:
    return Field(name, Type.STRING, access, limit, since, indexed=indexed)


def _choice(name: str, *values: str, access: Access = WRITE, limit: int = 0, since: int = 0) -> Field:
    return Field(name, Type.STRING, access, limit, since, values)


def _reference(name: str, access: Access = READ, *, since: int = 0) -> Field:
    return Field(name, Type.ID, access, 32, since, indexed=True)


IDENTITY = (Field("Id", Type.ID, limit=32),)
AUDIT = (
    *_of(Type.ID, "CreatedById UpdatedById", limit=32),
    *_of(Type.DATETIME, "CreatedDate UpdatedDate"),
)
NETSUITE = _of(Type.STRING, "IntegrationId__NS IntegrationStatus__NS SyncDate__NS", WRITE, limit=255)

ACCOUNT = ObjectType(
    "Account",
    "account",
    "accounts",
    IDENTITY
    + (
        _text("AccountNumber", 70, indexed=True),
        _text("Name", 255, NEEDED, indexed=True),
        _text("Currency", 3, NEEDED_ONCE),
        _choice("Status", "Draft", "Active", "Canceled"),
        Field("BillCycleDay", Type.INTEGER, WRITE),
        _text("Batch", 20),
        _choice("BcdSettingOption", "AutoSet", "ManualSet", limit=9),
        _text("PaymentTerm", 100),
        *_of(Type.BOOLEAN, "AllowInvoiceEdit AutoPay InvoiceDeliveryPrefsEmail InvoiceDeliveryPrefsPrint", WRITE),
        Field("PartnerAccount", Type.BOOLEAN, WRITE, since=131),
        *_of(Type.MONEY, "Balance CreditBalance TotalInvoiceBalance"),
        *_of(Type.ID, "BillToId SoldToId ParentId", WRITE, limit=32),
        *_of(Type.ID, "CommunicationProfileId DefaultPaymentMethodId InvoiceTemplateId", WRITE, limit=32),
        _text("AdditionalEmailAddresses", 120),
        _text("CrmId", 100, indexed=True),
        _text("CustomerServiceRepName", 50),
        Field("Notes", Type.TEXT, WRITE, 65_535),
        _text("PaymentGateway", 40),
        _text("PurchaseOrderNumber", 100),
        _text("SalesRepName", 50),
        _text("TaxCompanyCode", 50),
        *_of(Type.STRING, "TaxExemptCertificateID TaxExemptCertificateType", WRITE, limit=32),
        _text("TaxExemptIssuingJurisdiction", 32),
        _text("TaxExemptDescription", 500),
        _choice("TaxExemptStatus", "Yes", "No", "PendingVerification"),
        *_of(Type.DATE, "TaxExemptEffectiveDate TaxExemptExpirationDate", WRITE),
        _text("VATId", 25),
        Field("LastInvoiceDate", Type.DATE),
        Field("LastMetricsUpdate", Type.DATETIME, since=131),
    )
    + AUDIT
    + NETSUITE,
    creatable=True,
    updatable=True,
    deletable=True,
)

CONTACT = ObjectType(
    "Contact",
    "contact",
    "contacts",
    IDENTITY
    + (
        _reference("AccountId", NEEDED_ONCE),
        *_of(Type.STRING, "FirstName LastName", NEEDED, limit=100),
        *_of(Type.STRING, "Address1 Address2", WRITE, limit=255),
        *_of(Type.STRING, "City State", WRITE, limit=40),
        _text("PostalCode", 20),
        _text("Country", 64),
        _text("WorkEmail", 80),
        _text("WorkPhone", 40),
    )
    + AUDIT,
    creatable=True,
    updatable=True,
    deletable=True,
)

INVOICE = ObjectType(
    "Invoice",
    "invoice",
    "invoices",
    IDENTITY
    + (
        _reference("AccountId"),
        _text("InvoiceNumber", 32, READ, indexed=True),
        _choice("Status", "Draft", "Posted", "Canceled", access=UPDATE, limit=8),
        *_of(Type.DATE, "InvoiceDate DueDate TargetDate"),
        *_of(Type.MONEY, "Amount AmountWithoutTax TaxAmount TaxExemptAmount Balance"),
        *_of(Type.MONEY, "AdjustmentAmount PaymentAmount RefundAmount CreditBalanceAdjustmentAmount CreditMemoAmount"),
        Field("Body", Type.TEXT),
        _text("Comments", 255, READ),
        *_of(Type.BOOLEAN, "IncludesOneTime IncludesRecurring IncludesUsage"),
        Field("PostedBy", Type.ID, limit=32),
        *_of(Type.DATETIME, "PostedDate LastEmailSentDate"),
        _choice("TransferredToAccounting", "Processing", "Yes", "Error", "Ignore", access=UPDATE, limit=10),
        Field("RegenerateInvoicePDF", Type.BOOLEAN, UPDATE),
        Field("BillToContactId", Type.ID, limit=32, since=118),
        _text("PaymentTerm", 100, READ, since=118),
        _text("SourceType", 16, READ, since=118),
        Field("SequenceSetId", Type.ID, limit=32, since=127),
    )
    + AUDIT
    + NETSUITE,
    hidden=(Field("_Group", Type.STRING, indexed=True), Field("_Original", Type.STRING)),
    updatable=True,
    deletable=True,
)

INVOICE_ITEM = ObjectType(
    "InvoiceItem",
    "invoice-item",
    "invoice_items",
    IDENTITY
    + (
        _reference("InvoiceId"),
        _reference("SubscriptionId"),
        *_of(Type.ID, "RatePlanChargeId AppliedToInvoiceItemId", limit=32),
        *_of(Type.MONEY, "ChargeAmount TaxAmount TaxExemptAmount"),
        *_of(Type.DOUBLE, "UnitPrice Quantity"),
        Field("ProcessingType", Type.INTEGER),
        Field("ChargeDate", Type.DATETIME),
        _text("ChargeName", 50, READ),
        *_of(Type.STRING, "ProductName SKU", limit=255),
        _text("ProductDescription", 500, READ),
        _text("UOM", 255, READ),
        _text("AccountingCode", 100, READ),
        *_of(Type.DATE, "ServiceStartDate ServiceEndDate RevRecStartDate"),
        _text("TaxCode", 64, READ),
        _choice("TaxMode", "TaxExclusive", "TaxInclusive", access=READ, limit=12),
        _text("SourceItemType", 32, READ, since=118),
        Field("excludeItemBillingFromRevenueAccounting", Type.BOOLEAN, since=116),
    )
    + AUDIT
    + NETSUITE,
    hidden=(Field("_Row", Type.INTEGER),),
)

TAXATION_ITEM = ObjectType(
    "TaxationItem",
    "taxation-item",
    "taxation_items",
    IDENTITY
    + (
        _reference("InvoiceId"),
        _reference("InvoiceItemId"),
        _text("Name", 128, READ),
        *_of(Type.MONEY, "TaxAmount ExemptAmount"),
        Field("TaxRate", Type.DOUBLE),
        _choice("TaxRateType", "Percentage", "FlatFee", access=READ),
        _text("TaxCode", 64, READ),
        _choice("TaxMode", "TaxExclusive", "TaxInclusive", access=READ, limit=12),
        Field("TaxDate", Type.DATE),
        _text("Jurisdiction", 255, READ),
        _text("LocationCode", 32, READ),
    )
    + AUDIT,
    hidden=(Field("_Row", Type.INTEGER),),
)

INVOICE_SPLIT = ObjectType(
    "InvoiceSplit",
    "invoice-split",
    "invoice_splits",
    IDENTITY + (_reference("InvoiceId", NEEDED_ONCE),) + AUDIT,
    creatable=True,
    since=43,
)

INVOICE_SPLIT_ITEM = ObjectType(
    "InvoiceSplitItem",
    "invoice-split-item",
    "invoice_split_items",
    IDENTITY
    + (
        _reference("InvoiceSplitId", NEEDED_ONCE),
        Field("InvoiceDate", Type.DATE, NEEDED),
        Field("SplitPercentage", Type.PERCENT, NEEDED),
        _text("PaymentTerm", 100),
        _reference("InvoiceId"),
    )
    + AUDIT,
    creatable=True,
    updatable=True,
    deletable=True,
    since=43,
)

OBJECTS: tuple[ObjectType, ...] = (
    ACCOUNT,
    CONTACT,
    INVOICE,
    INVOICE_ITEM,
    TAXATION_ITEM,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
)
BY_NAME: Mapping[str, ObjectType] = {each.name: each for each in OBJECTS}
_BY_FOLDED_NAME = {each.name.lower(): each for each in OBJECTS}


def find_object(name: str, wsdl: int = LATEST_WSDL) -> ObjectType | None:
    """The object by its name in any case, if the WSDL version knows it."""
    kind = _BY_FOLDED_NAME.get(name.lower())
    return kind if kind is not None and kind.since <= wsdl else None


def known_at(fields: Iterable[Field], wsdl: int) -> tuple[Field, ...]:
    """The fields that a WSDL version knows."""
    return tuple(each for each in fields if each.since <= wsdl)
