"""The catalogue of rules: every refusal the mock can make, with its provenance and source.

`/__admin/rules`, the explanation of a refusal and the fidelity ledger are printed from these objects.
"""

from __future__ import annotations

from zuora_mock.errors import Kind, Provenance, Rule

DOCUMENTED, OBSERVED, ASSUMED = Provenance.DOCUMENTED, Provenance.OBSERVED, Provenance.ASSUMED

EXECUTE = "Older API, Action_POSTexecute"
SOAP_SPLIT = "SOAP API, InvoiceSplit"
SOAP_SPLIT_ITEM = "SOAP API, InvoiceSplitItem"
SOAP_ERRORS = "SOAP API, Errors"
SOAP_ZOQL = "SOAP API, ZOQL"
KC_SPLIT = "Knowledge Center, Split invoices overview"
SPLIT_REFERENCE = "API reference, Split an invoice"
OURS = "zuora-mock"

# Who is calling
UNAUTHENTICATED = Rule(
    "auth.credential",
    Kind.UNAUTHENTICATED,
    DOCUMENTED,
    "Older API, ProxyUnauthorizedResponse",
    "A call needs a token, a session or the key headers that are known and not expired",
)
SIGN_IN = Rule(
    "auth.sign-in",
    Kind.UNAUTHENTICATED,
    OBSERVED,
    "recorded /v1/connections",
    "POST /v1/connections needs a known user name and its password",
)
USER_INFO = Rule(
    "auth.user-info",
    Kind.UNAUTHENTICATED,
    DOCUMENTED,
    "Older API, ProxyUnauthorizedResponse",
    "A passing failure of the sign-in service; retry",
)
CLIENT_ID = Rule(
    "token.client-id",
    Kind.TOKEN,
    OBSERVED,
    "Zuora's Ruby gem, token errors",
    "client_id is exactly 36 characters and known",
)
CLIENT_SECRET = Rule(
    "token.client-secret",
    Kind.TOKEN,
    OBSERVED,
    "Zuora's Ruby gem, token errors",
    "client_secret is the one that belongs to client_id",
)
CLIENT_INACTIVE = Rule(
    "token.client-inactive",
    Kind.TOKEN,
    OBSERVED,
    "Zuora's Ruby gem, token errors",
    "A deactivated client gets no token",
)
TOKEN_REQUEST = Rule(
    "token.request",
    Kind.TOKEN,
    ASSUMED,
    OURS,
    "A token request carries client_id, client_secret and grant_type=client_credentials",
)
TOKEN_MEDIA = Rule("token.media-type", Kind.TOKEN, ASSUMED, OURS, "A token request is a form")
ENTITY = Rule(
    "entity.header",
    Kind.UNREADABLE,
    DOCUMENTED,
    "API reference, createToken",
    "A token of several entities names one of them in Zuora-Entity-Ids",
)
ORGS = Rule(
    "orgs.header",
    Kind.FORBIDDEN,
    DOCUMENTED,
    "API reference, Actions",
    "Zuora-Org-Ids names organisations that the caller may see",
)

# What the call is
NO_ROUTE = Rule(
    "route.unknown-path", Kind.NO_ROUTE, OBSERVED, "zuora-cli notes against a sandbox", "The path does not exist"
)
NO_ROUTE_AT_GATEWAY = Rule(
    "route.gateway", Kind.NO_ROUTE, OBSERVED, "zuora-cli notes against a sandbox", "The gateway knows no such path"
)
WRONG_METHOD = Rule(
    "route.method",
    Kind.WRONG_METHOD,
    OBSERVED,
    "zuora-cli notes against a sandbox",
    "The path takes other methods",
)
INVALID_ACTION = Rule(
    "action.unknown", Kind.INVALID_ACTION, OBSERVED, "Guardian client tests, 2025", "The action does not exist"
)
INVALID_VERSION = Rule(
    "wsdl-version.range",
    Kind.FAULT,
    ASSUMED,
    SOAP_ERRORS,
    "X-Zuora-WSDL-Version is a number from 1 to 153",
)
TRACK_ID = Rule(
    "track-id.form",
    Kind.UNREADABLE,
    ASSUMED,
    "API reference, Zuora-Track-Id",
    "Zuora-Track-Id has at most 64 characters of US-ASCII and none of : ; \" '",
)
UNSUPPORTED = Rule("mock.unsupported", Kind.NO_ROUTE, ASSUMED, OURS, "Zuora has this operation; the mock has it not")

# Idempotency
KEY_FORM = Rule(
    "idempotency.key",
    Kind.UNREADABLE,
    DOCUMENTED,
    "Guide, Idempotent requests",
    "Idempotency-Key has 1 to 255 characters",
)
KEY_METHOD = Rule(
    "idempotency.method",
    Kind.UNREADABLE,
    OBSERVED,
    "zuora-cli notes against a sandbox",
    "Idempotency-Key goes with POST and PATCH only",
)
KEY_IN_PROGRESS = Rule(
    "idempotency.in-progress",
    Kind.IN_PROGRESS,
    DOCUMENTED,
    "Guide, Idempotent requests",
    "The first request with this key has not been answered yet",
)
KEY_REUSED = Rule(
    "idempotency.reused",
    Kind.KEY_REUSED,
    DOCUMENTED,
    "Guide, Idempotent requests",
    "A key belongs to one method and one path",
)
KEY_BODY = Rule("idempotency.body", Kind.KEY_REUSED, ASSUMED, OURS, "Strict mode: a key belongs to one body")

# The body
MEDIA_TYPE = Rule("body.media-type", Kind.UNSUPPORTED_MEDIA, ASSUMED, OURS, "The body is JSON")
ENCODING = Rule("body.encoding", Kind.UNSUPPORTED_MEDIA, ASSUMED, OURS, "Content-Encoding is gzip or identity")
NOT_GZIP = Rule(
    "body.gzip",
    Kind.UNREADABLE,
    ASSUMED,
    "Guide, Request and response compression",
    "A body announced as gzip is gzip",
)
TOO_LARGE = Rule("body.size", Kind.TOO_LARGE, ASSUMED, OURS, "The body fits the server's limit")
UNREADABLE = Rule(
    "body.json",
    Kind.UNREADABLE,
    ASSUMED,
    "Guide, Error codes, category 90",
    "The body is one well-formed JSON document",
)
SHAPE = Rule(
    "body.shape", Kind.UNREADABLE, ASSUMED, OURS, "The body has the members of this call, of the right JSON type"
)
UNKNOWN_FIELDS = Rule(
    "body.unknown-fields",
    Kind.UNKNOWN_FIELDS,
    DOCUMENTED,
    "Older API, rejectUnknownFields",
    "With rejectUnknownFields=true the body has no unknown field",
)
FIELD_REQUIRED = Rule(
    "field.required", Kind.FIELD, OBSERVED, "ActiveMerchant, wire transcript of 2017", "A required field is given"
)
FIELD_VALUE = Rule(
    "field.value",
    Kind.FIELD,
    DOCUMENTED,
    "Guide, Error codes, category 20",
    "A field has a value of its type, within its limits",
)
FIELD_UNKNOWN = Rule(
    "field.unknown",
    Kind.FIELD,
    OBSERVED,
    "Guardian client notes, 2024",
    "A body has the fields of its call, as its Zuora-Version knows them",
)
ENTITY_KEY = Rule(
    "object.key",
    Kind.NOT_FOUND,
    OBSERVED,
    "Guardian client tests, 2025",
    "A key in a path is that of an object",
)

CUT_SHORT = Rule(
    "body.cut-short", Kind.UNREADABLE, ASSUMED, OURS, "A call is executed once the whole of its body is there"
)

# Limits
RATE_LIMIT = Rule(
    "limit.rate",
    Kind.RATE,
    DOCUMENTED,
    "Guide, Rate limits",
    "Requests in one window stay below the tenant's quota",
)
CONCURRENCY_LIMIT = Rule(
    "limit.concurrency",
    Kind.CONCURRENCY,
    DOCUMENTED,
    "Guide, Concurrent request limits",
    "Requests at one time stay below the tenant's limit",
)
MAX_RECORDS = Rule(
    "action.max-records",
    Kind.FAULT,
    ASSUMED,
    "Actions reference, create",
    "A call takes at most 50 objects",
)

# Objects
INVALID_TYPE = Rule(
    "object.type",
    Kind.FAULT,
    OBSERVED,
    "hyeomans/zuora, error tests",
    "type names an object that this action takes",
)
INVALID_ID = Rule(
    "object.id",
    Kind.ROW,
    OBSERVED,
    "SOAP API, Errors; recorded update",
    "The id is 32 hexadecimal digits of an object that exists",
)
NOT_FOUND = Rule("object.not-found", Kind.NOT_FOUND, DOCUMENTED, "Older API, ProxyNoDataResponse", "The object exists")
MISSING_VALUE = Rule(
    "object.required",
    Kind.ROW,
    OBSERVED,
    "recorded create calls",
    "Required fields are given",
)
INVALID_VALUE = Rule(
    "object.value",
    Kind.ROW,
    DOCUMENTED,
    SOAP_ERRORS,
    "A value fits its field's type, limit and enumeration",
)
NULL_ROW = Rule("object.null", Kind.ROW, DOCUMENTED, "Actions reference, create", "No element of objects is null")
DUPLICATE = Rule("object.duplicate", Kind.ROW, DOCUMENTED, SOAP_ERRORS, "A number is used once")
REFERENCE = Rule("object.reference", Kind.ROW, ASSUMED, OURS, "A reference names an object that exists")
NEWER_FIELD = Rule(
    "object.newer-field",
    Kind.ROW,
    DOCUMENTED,
    "SOAP API, version history",
    "A field is known from its WSDL version on",
)
NOT_UPDATABLE = Rule("object.not-updatable", Kind.ROW, ASSUMED, OURS, "fieldsToNull names fields that may be empty")
CANNOT_DELETE = Rule("object.delete", Kind.ROW, DOCUMENTED, SOAP_ERRORS, "The object's state lets it be deleted")
ACCOUNT_CURRENCY = Rule(
    "account.currency", Kind.ROW, DOCUMENTED, "Older API, Object_POSTAccount", "Currency is a code of ISO 4217"
)
ACCOUNT_CYCLE_DAY = Rule(
    "account.bill-cycle-day", Kind.ROW, DOCUMENTED, "SOAP API, Account", "BillCycleDay is a whole number from 0 to 31"
)
ACCOUNT_CONTACTS = Rule(
    "account.contacts",
    Kind.ROW,
    DOCUMENTED,
    "SOAP API, Account",
    "An active account has a bill-to and a sold-to contact",
)
INVOICE_STATUS = Rule(
    "invoice.status",
    Kind.ROW,
    DOCUMENTED,
    "Older API, Object_PUTInvoice",
    "An invoice goes Draft to Posted or Canceled, and Posted to Draft",
)
INVOICE_FROZEN = Rule(
    "invoice.split-original",
    Kind.ROW,
    DOCUMENTED,
    "API reference, Split an invoice",
    "An invoice that was split does not change any more",
)
INVOICE_PDF = Rule(
    "invoice.regenerate-pdf",
    Kind.ROW,
    DOCUMENTED,
    "Older API, Object_PUTInvoice",
    "RegenerateInvoicePDF goes alone",
)
INVOICE_PDF_COUNT = Rule(
    "invoice.regenerate-pdf-count",
    Kind.ROW,
    DOCUMENTED,
    "Older API, Object_PUTInvoice",
    "RegenerateInvoicePDF is set at most 100 times for an invoice",
)
INVOICE_TRANSFERRED = Rule(
    "invoice.transferred",
    Kind.ROW,
    DOCUMENTED,
    "SOAP API, Invoice",
    "TransferredToAccounting changes on a posted invoice only",
)
REVERSIBLE = Rule(
    "invoice.reversible",
    Kind.ROW,
    DOCUMENTED,
    "API reference, Reverse an invoice",
    "Only a posted invoice of 0 or more, unpaid and of at most 50,000 items, is reversed, and only once",
)
REVERSAL_DATE = Rule(
    "invoice.reversal-date",
    Kind.FIELD,
    DOCUMENTED,
    "API reference, Reverse an invoice",
    "memoDate is not before any InvoiceDate, applyEffectiveDate not before memoDate; a missing one is today",
)
TAX_OF_DRAFT = Rule(
    "taxation-item.draft",
    Kind.ROW,
    DOCUMENTED,
    "SOAP API, TaxationItem",
    "Taxes are added to a Draft invoice, and their amounts change while it is one",
)
NOTHING_DUE = Rule(
    "generate.nothing-due",
    Kind.ROW,
    OBSERVED,
    "Guardian client tests, 2023",
    "A charge of the account is due: its service period begins on or before TargetDate",
)

# Subscriptions
SUBSCRIPTION_STATUS = Rule(
    "subscription.active",
    Kind.ROW,
    OBSERVED,
    "messages that two clients look for",
    "Only an active subscription is cancelled or renewed",
)
CANCELLATION_DATE = Rule(
    "subscription.cancellation-date",
    Kind.FIELD,
    DOCUMENTED,
    "API reference, Cancel a subscription",
    "A subscription ends in its term, not before its contract and not in a period that has been invoiced",
)
ORDER_SCOPE = Rule(
    "order.scope",
    Kind.FIELD,
    ASSUMED,
    OURS,
    "The mock makes subscriptions from the catalogue, at once",
)
RENEWABLE = Rule(
    "subscription.renewable", Kind.ROW, ASSUMED, OURS, "A subscription that is renewed has a term that ends"
)

# Splitting
SPLIT_OFF = Rule(
    "invoice-split.allowed",
    Kind.ROW,
    DOCUMENTED,
    "Knowledge Center, Enable invoice splitting",
    "The billing rule Allow invoice splitting is on",
)
SPLIT_DRAFT = Rule("invoice-split.draft-only", Kind.ROW, DOCUMENTED, EXECUTE, "Only a Draft invoice can be split")
SPLIT_SOURCE = Rule(
    "invoice-split.source-type",
    Kind.ROW,
    DOCUMENTED,
    "Knowledge Center, Known limitations of splitting",
    "Standalone and consolidated invoices cannot be split",
)
SPLIT_NEGATIVE = Rule(
    "invoice-split.negative",
    Kind.ROW,
    ASSUMED,
    OURS,
    "An invoice with a negative total cannot be split",
)
SPLIT_COUNT = Rule("invoice-split.two-items", Kind.ROW, DOCUMENTED, SOAP_SPLIT, "A split has two items or more")
SPLIT_SUM = Rule(
    "invoice-split.sum",
    Kind.ROW,
    DOCUMENTED,
    SOAP_SPLIT_ITEM,
    "The percentages of a split add up to exactly 100",
)
SPLIT_GONE = Rule("invoice-split.invoice", Kind.ROW, ASSUMED, OURS, "The invoice of the split still exists")
SPLIT_ONCE = Rule("invoice-split.once", Kind.ROW, ASSUMED, OURS, "A split is executed once")
SPLIT_ASYNC = Rule("invoice-split.synchronous", Kind.ROW, DOCUMENTED, EXECUTE, "synchronous is false")
SPLIT_TERM = Rule(
    "invoice-split.payment-term",
    Kind.ROW,
    DOCUMENTED,
    SOAP_SPLIT_ITEM,
    "PaymentTerm names an active payment term",
)
SPLIT_PERCENTAGE = Rule(
    "invoice-split.percentage",
    Kind.ROW,
    DOCUMENTED,
    SOAP_SPLIT_ITEM,
    "SplitPercentage is above 0, at most 100, with up to nine decimals (whole up to WSDL 73)",
)
SPLIT_ITEM_CLOSED = Rule(
    "invoice-split.item-closed", Kind.ROW, ASSUMED, OURS, "Items change until their split is executed"
)
SPLIT_UNIT = Rule(
    "invoice-split.minor-units",
    Kind.ROW,
    ASSUMED,
    OURS,
    "Every amount of the invoice is a whole number of its currency's minor units",
)
SPLIT_PARTS = Rule(
    "invoice-split.parts",
    Kind.FIELD,
    DOCUMENTED,
    SPLIT_REFERENCE,
    "A split has 2 to 20 parts, or as many as the tenant's setting maxSplits says",
)
SPLIT_SHARE = Rule(
    "invoice-split.share",
    Kind.FIELD,
    DOCUMENTED,
    SPLIT_REFERENCE,
    "A share is a percentage above 0 up to 100, or an amount of one minor unit of the currency or more",
)
SPLIT_AMOUNTS = Rule(
    "invoice-split.amounts",
    Kind.FIELD,
    DOCUMENTED,
    SPLIT_REFERENCE,
    "The amounts of a split add up to exactly the invoice's total",
)
SPLIT_BALANCE = Rule(
    "invoice-split.balance",
    Kind.INTERNAL,
    DOCUMENTED,
    KC_SPLIT,
    "Rows and totals of the parts equal the original's",
)

# ZOQL
QUERY_SYNTAX = Rule("zoql.syntax", Kind.FAULT, OBSERVED, "nuora integration tests", "The query is ZOQL")
QUERY_LIMITS = Rule("zoql.limits", Kind.FAULT, DOCUMENTED, SOAP_ZOQL, "At most 10,000 characters and 200 conditions")
QUERY_OBJECT = Rule("zoql.object", Kind.FAULT, OBSERVED, "hyeomans/zuora, error tests", "The object exists")
QUERY_FIELD = Rule("zoql.field", Kind.FAULT, OBSERVED, "Guardian client tests, 2025", "The field exists on the object")
QUERY_VALUE = Rule("zoql.value", Kind.FAULT, DOCUMENTED, SOAP_ZOQL, "A literal fits its field and operator")
QUERY_BODY = Rule(
    "zoql.invoice-body",
    Kind.FAULT,
    OBSERVED,
    "iron_bank, describe",
    "A query that selects Body finds one invoice at most",
)
QUERY_SELECT = Rule(
    "zoql.select",
    Kind.FAULT,
    OBSERVED,
    "iron_bank, describe",
    "A field that only filters is not selected",
)
QUERY_LOCATOR = Rule(
    "zoql.locator",
    Kind.FAULT,
    ASSUMED,
    "SOAP API, InvalidQueryLocatorFault",
    "The locator came from a query and has not expired",
)
BATCH_SIZE = Rule(
    "zoql.batch-size",
    Kind.FAULT,
    ASSUMED,
    "Actions reference, query",
    "batchSize is a whole number, not negative",
)

# Exports
EXPORT_QUERY = Rule(
    "export.query",
    Kind.ROW,
    OBSERVED,
    "tap-zuora, errors",
    "Query is Export ZOQL of an object and fields that there are",
)

# Object Query
OBJECT_QUERY = Rule(
    "object-query.parameter",
    Kind.FAULT,
    DOCUMENTED,
    "API reference, Object Queries; guide, Expand, filter, fields, and sort",
    "Parameters of an object query name what its object offers, with values that fit",
)
OBJECT_QUERY_FILTER = Rule(
    "object-query.filter",
    Kind.FAULT,
    DOCUMENTED,
    "API reference, queryInvoiceItems",
    "Invoice items are listed with a filter",
)

# Faults that a test orders, and our own
LOCK_COMPETITION = Rule(
    "fault.lock-competition",
    Kind.FAULT,
    OBSERVED,
    "Zuora's Ruby gem",
    "Ordered: concurrent change, retry",
)
INTERNAL_ERROR = Rule(
    "fault.internal-error",
    Kind.INTERNAL,
    ASSUMED,
    "Guide, Error codes, category 60",
    "Ordered, or a defect of the mock",
)
ORDERED_FAILURE = Rule("fault.job", Kind.INTERNAL, ASSUMED, OURS, "Ordered: background work fails")
BAD_GATEWAY = Rule(
    "fault.bad-gateway", Kind.BAD_GATEWAY, OBSERVED, "Zuora's Ruby gem", "Ordered: the gateway found no server"
)
ORDERED_ERROR = Rule("fault.error", Kind.FAULT, ASSUMED, OURS, "Ordered: an error of Zuora by its code")
GATEWAY_TIMEOUT = Rule(
    "fault.gateway-timeout",
    Kind.GATEWAY_TIMEOUT,
    DOCUMENTED,
    "Guide, Rate and concurrency limits",
    "Ordered: the server took longer than 120 seconds",
)


TENANT_RESET = Rule(
    "mock.tenant-reset",
    Kind.UNAVAILABLE,
    ASSUMED,
    OURS,
    "A call that is under way when its tenant is reset, restored or removed ends with the state that it began in",
)


NOT_WRITTEN = Rule(
    "mock.not-written",
    Kind.UNAVAILABLE,
    ASSUMED,
    OURS,
    "What cannot be written, because the disk is full, is not done; reads go on",
)


def _catalogue() -> dict[str, Rule]:
    return {rule.name: rule for rule in globals().values() if isinstance(rule, Rule)}


RULES = _catalogue()
