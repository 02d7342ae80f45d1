CREATE TABLE accounts (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "AccountNumber" VARCHAR,
    "Name" VARCHAR,
    "Currency" VARCHAR,
    "Status" VARCHAR,
    "BillCycleDay" INTEGER,
    "Batch" VARCHAR,
    "BcdSettingOption" VARCHAR,
    "PaymentTerm" VARCHAR,
    "AllowInvoiceEdit" BOOLEAN,
    "AutoPay" BOOLEAN,
    "InvoiceDeliveryPrefsEmail" BOOLEAN,
    "InvoiceDeliveryPrefsPrint" BOOLEAN,
    "Balance" BIGINT,
    "CreditBalance" BIGINT,
    "TotalInvoiceBalance" BIGINT,
    "BillToId" VARCHAR,
    "SoldToId" VARCHAR,
    "ParentId" VARCHAR,
    "DefaultPaymentMethodId" VARCHAR,
    "CrmId" VARCHAR,
    "LastInvoiceDate" VARCHAR,
    "LastMetricsUpdate" BIGINT,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE INDEX "accounts_AccountNumber" ON accounts (tenant, entity, "AccountNumber", seq) WHERE "AccountNumber" IS NOT NULL;

CREATE INDEX "accounts_CrmId" ON accounts (tenant, entity, "CrmId", seq) WHERE "CrmId" IS NOT NULL;

CREATE INDEX "accounts_DefaultPaymentMethodId" ON accounts (tenant, entity, "DefaultPaymentMethodId", seq) WHERE "DefaultPaymentMethodId" IS NOT NULL;

CREATE UNIQUE INDEX "accounts_Id" ON accounts (tenant, entity, "Id");

CREATE INDEX "accounts_Name" ON accounts (tenant, entity, "Name", seq) WHERE "Name" IS NOT NULL;

CREATE INDEX accounts_latest ON accounts (tenant, entity, "UpdatedDate", "Id");

CREATE TABLE charges (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    account VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,
    recurring BOOLEAN NOT NULL,
    billed INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (tenant, entity, account, position)
);

CREATE INDEX charges_seq ON charges (tenant, entity, seq);

CREATE TABLE clients (
    tenant INTEGER NOT NULL,
    client_id VARCHAR NOT NULL,
    secret VARCHAR NOT NULL,
    username VARCHAR NOT NULL,
    password VARCHAR NOT NULL,
    active BOOLEAN NOT NULL,
    entities TEXT NOT NULL,
    PRIMARY KEY (tenant, client_id)
);

CREATE UNIQUE INDEX clients_client_id ON clients (client_id);

CREATE INDEX clients_username ON clients (username);

CREATE TABLE contacts (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "AccountId" VARCHAR,
    "FirstName" VARCHAR,
    "LastName" VARCHAR,
    "Address1" VARCHAR,
    "Address2" VARCHAR,
    "City" VARCHAR,
    "State" VARCHAR,
    "PostalCode" VARCHAR,
    "Country" VARCHAR,
    "WorkEmail" VARCHAR,
    "WorkPhone" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE INDEX "contacts_AccountId" ON contacts (tenant, entity, "AccountId", seq) WHERE "AccountId" IS NOT NULL;

CREATE UNIQUE INDEX "contacts_Id" ON contacts (tenant, entity, "Id");

CREATE TABLE cursor_rows (
    tenant INTEGER NOT NULL,
    cursor VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    "row" TEXT NOT NULL,
    PRIMARY KEY (tenant, cursor, position)
)
 WITHOUT ROWID;

CREATE TABLE cursors (
    tenant INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    entity INTEGER NOT NULL,
    object VARCHAR NOT NULL,
    fields TEXT NOT NULL,
    size INTEGER NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE entities (
    tenant INTEGER NOT NULL,
    number INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    PRIMARY KEY (tenant, number)
);

CREATE TABLE exercised (
    tenant INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    PRIMARY KEY (tenant, kind, name)
);

CREATE TABLE faults (
    tenant INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,
    seen INTEGER NOT NULL,
    struck INTEGER NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE fixtures (
    digest VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (digest, position)
);

CREATE TABLE idempotency (
    tenant INTEGER NOT NULL,
    "key" VARCHAR NOT NULL,
    entity INTEGER NOT NULL,
    method VARCHAR NOT NULL,
    path VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    kept_at BIGINT NOT NULL,
    status INTEGER NOT NULL,
    content_type VARCHAR NOT NULL,
    body BLOB NOT NULL,
    rules TEXT NOT NULL,
    PRIMARY KEY (tenant, "key")
);

CREATE INDEX idempotency_kept_at ON idempotency (tenant, kept_at);

CREATE TABLE invoice_items (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceId" VARCHAR,
    "SubscriptionId" VARCHAR,
    "RatePlanChargeId" VARCHAR,
    "ChargeAmount" BIGINT,
    "TaxAmount" BIGINT,
    "TaxExemptAmount" BIGINT,
    "UnitPrice" FLOAT,
    "Quantity" FLOAT,
    "ProcessingType" INTEGER,
    "ChargeDate" BIGINT,
    "ChargeName" VARCHAR,
    "ProductName" VARCHAR,
    "SKU" VARCHAR,
    "AccountingCode" VARCHAR,
    "ServiceStartDate" VARCHAR,
    "ServiceEndDate" VARCHAR,
    "TaxCode" VARCHAR,
    "TaxMode" VARCHAR,
    "ChargeNumber" VARCHAR,
    "SubscriptionNumber" VARCHAR,
    "ChargeType" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    "_Row" INTEGER,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE UNIQUE INDEX "invoice_items_Id" ON invoice_items (tenant, entity, "Id");

CREATE INDEX "invoice_items_InvoiceId" ON invoice_items (tenant, entity, "InvoiceId", seq) WHERE "InvoiceId" IS NOT NULL;

CREATE INDEX "invoice_items_SubscriptionId" ON invoice_items (tenant, entity, "SubscriptionId", seq) WHERE "SubscriptionId" IS NOT NULL;

CREATE TABLE invoice_split_items (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceSplitId" VARCHAR,
    "InvoiceDate" VARCHAR,
    "SplitPercentage" BIGINT,
    "PaymentTerm" VARCHAR,
    "InvoiceId" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE UNIQUE INDEX "invoice_split_items_Id" ON invoice_split_items (tenant, entity, "Id");

CREATE INDEX "invoice_split_items_InvoiceId" ON invoice_split_items (tenant, entity, "InvoiceId", seq) WHERE "InvoiceId" IS NOT NULL;

CREATE INDEX "invoice_split_items_InvoiceSplitId" ON invoice_split_items (tenant, entity, "InvoiceSplitId", seq) WHERE "InvoiceSplitId" IS NOT NULL;

CREATE TABLE invoice_splits (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceId" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE UNIQUE INDEX "invoice_splits_Id" ON invoice_splits (tenant, entity, "Id");

CREATE INDEX "invoice_splits_InvoiceId" ON invoice_splits (tenant, entity, "InvoiceId", seq) WHERE "InvoiceId" IS NOT NULL;

CREATE TABLE invoices (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "AccountId" VARCHAR,
    "InvoiceNumber" VARCHAR,
    "Status" VARCHAR,
    "InvoiceDate" VARCHAR,
    "DueDate" VARCHAR,
    "TargetDate" VARCHAR,
    "Amount" BIGINT,
    "AmountWithoutTax" BIGINT,
    "TaxAmount" BIGINT,
    "TaxExemptAmount" BIGINT,
    "Balance" BIGINT,
    "AdjustmentAmount" BIGINT,
    "PaymentAmount" BIGINT,
    "RefundAmount" BIGINT,
    "CreditBalanceAdjustmentAmount" BIGINT,
    "CreditMemoAmount" BIGINT,
    "IncludesOneTime" BOOLEAN,
    "IncludesRecurring" BOOLEAN,
    "IncludesUsage" BOOLEAN,
    "PostedBy" VARCHAR,
    "PostedDate" BIGINT,
    "BillToContactId" VARCHAR,
    "PaymentTerm" VARCHAR,
    "SourceType" VARCHAR,
    "Currency" VARCHAR,
    "Source" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    "_Group" VARCHAR,
    "_Original" VARCHAR,
    "_Regenerated" INTEGER,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE INDEX "invoices_AccountId" ON invoices (tenant, entity, "AccountId", seq) WHERE "AccountId" IS NOT NULL;

CREATE UNIQUE INDEX "invoices_Id" ON invoices (tenant, entity, "Id");

CREATE INDEX "invoices_InvoiceNumber" ON invoices (tenant, entity, "InvoiceNumber", seq) WHERE "InvoiceNumber" IS NOT NULL;

CREATE INDEX "invoices__Group" ON invoices (tenant, entity, "_Group", seq) WHERE "_Group" IS NOT NULL;

CREATE INDEX invoices_latest ON invoices (tenant, entity, "UpdatedDate", "Id");

CREATE TABLE jobs (
    tenant INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    type VARCHAR NOT NULL,
    object_id VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    reason TEXT,
    rule VARCHAR,
    due_at BIGINT NOT NULL,
    request INTEGER,
    parameters TEXT NOT NULL,
    history TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
)
 WITHOUT ROWID;

CREATE INDEX jobs_object ON jobs (tenant, object_id);

CREATE INDEX jobs_state ON jobs (state, tenant, seq);

CREATE TABLE journal (
    tenant INTEGER NOT NULL,
    n INTEGER NOT NULL,
    at BIGINT NOT NULL,
    method VARCHAR NOT NULL,
    path TEXT NOT NULL,
    "query" TEXT NOT NULL,
    status INTEGER NOT NULL,
    track_id VARCHAR,
    request_id VARCHAR NOT NULL,
    operation VARCHAR,
    rule TEXT,
    fault VARCHAR,
    stub VARCHAR,
    milliseconds FLOAT NOT NULL,
    request_headers TEXT NOT NULL,
    request_body BLOB NOT NULL,
    response_headers TEXT NOT NULL,
    response_body BLOB NOT NULL,
    changed TEXT,
    explanation TEXT,
    notes TEXT,
    PRIMARY KEY (tenant, n)
);

CREATE TABLE orgs (
    tenant INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE original_accounts (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "AccountNumber" VARCHAR,
    "Name" VARCHAR,
    "Currency" VARCHAR,
    "Status" VARCHAR,
    "BillCycleDay" INTEGER,
    "Batch" VARCHAR,
    "BcdSettingOption" VARCHAR,
    "PaymentTerm" VARCHAR,
    "AllowInvoiceEdit" BOOLEAN,
    "AutoPay" BOOLEAN,
    "InvoiceDeliveryPrefsEmail" BOOLEAN,
    "InvoiceDeliveryPrefsPrint" BOOLEAN,
    "Balance" BIGINT,
    "CreditBalance" BIGINT,
    "TotalInvoiceBalance" BIGINT,
    "BillToId" VARCHAR,
    "SoldToId" VARCHAR,
    "ParentId" VARCHAR,
    "DefaultPaymentMethodId" VARCHAR,
    "CrmId" VARCHAR,
    "LastInvoiceDate" VARCHAR,
    "LastMetricsUpdate" BIGINT,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE TABLE original_charges (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    account VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,
    recurring BOOLEAN NOT NULL,
    billed INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (tenant, entity, account, position)
)
 WITHOUT ROWID;

CREATE TABLE original_contacts (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "AccountId" VARCHAR,
    "FirstName" VARCHAR,
    "LastName" VARCHAR,
    "Address1" VARCHAR,
    "Address2" VARCHAR,
    "City" VARCHAR,
    "State" VARCHAR,
    "PostalCode" VARCHAR,
    "Country" VARCHAR,
    "WorkEmail" VARCHAR,
    "WorkPhone" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE TABLE original_invoice_items (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceId" VARCHAR,
    "SubscriptionId" VARCHAR,
    "RatePlanChargeId" VARCHAR,
    "ChargeAmount" BIGINT,
    "TaxAmount" BIGINT,
    "TaxExemptAmount" BIGINT,
    "UnitPrice" FLOAT,
    "Quantity" FLOAT,
    "ProcessingType" INTEGER,
    "ChargeDate" BIGINT,
    "ChargeName" VARCHAR,
    "ProductName" VARCHAR,
    "SKU" VARCHAR,
    "AccountingCode" VARCHAR,
    "ServiceStartDate" VARCHAR,
    "ServiceEndDate" VARCHAR,
    "TaxCode" VARCHAR,
    "TaxMode" VARCHAR,
    "ChargeNumber" VARCHAR,
    "SubscriptionNumber" VARCHAR,
    "ChargeType" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    "_Row" INTEGER,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE TABLE original_invoice_split_items (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceSplitId" VARCHAR,
    "InvoiceDate" VARCHAR,
    "SplitPercentage" BIGINT,
    "PaymentTerm" VARCHAR,
    "InvoiceId" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE TABLE original_invoice_splits (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceId" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE TABLE original_invoices (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "AccountId" VARCHAR,
    "InvoiceNumber" VARCHAR,
    "Status" VARCHAR,
    "InvoiceDate" VARCHAR,
    "DueDate" VARCHAR,
    "TargetDate" VARCHAR,
    "Amount" BIGINT,
    "AmountWithoutTax" BIGINT,
    "TaxAmount" BIGINT,
    "TaxExemptAmount" BIGINT,
    "Balance" BIGINT,
    "AdjustmentAmount" BIGINT,
    "PaymentAmount" BIGINT,
    "RefundAmount" BIGINT,
    "CreditBalanceAdjustmentAmount" BIGINT,
    "CreditMemoAmount" BIGINT,
    "IncludesOneTime" BOOLEAN,
    "IncludesRecurring" BOOLEAN,
    "IncludesUsage" BOOLEAN,
    "PostedBy" VARCHAR,
    "PostedDate" BIGINT,
    "BillToContactId" VARCHAR,
    "PaymentTerm" VARCHAR,
    "SourceType" VARCHAR,
    "Currency" VARCHAR,
    "Source" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    "_Group" VARCHAR,
    "_Original" VARCHAR,
    "_Regenerated" INTEGER,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE TABLE original_splits (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    split VARCHAR NOT NULL,
    original VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    arithmetic TEXT NOT NULL,
    PRIMARY KEY (tenant, entity, split)
)
 WITHOUT ROWID;

CREATE TABLE original_stored_records (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    "Id" VARCHAR NOT NULL,
    object VARCHAR NOT NULL,
    body TEXT NOT NULL,
    seq BIGINT NOT NULL,
    custom TEXT,
    PRIMARY KEY (tenant, entity, "Id")
)
 WITHOUT ROWID;

CREATE TABLE original_taxation_items (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceId" VARCHAR,
    "InvoiceItemId" VARCHAR,
    "Name" VARCHAR,
    "TaxAmount" BIGINT,
    "ExemptAmount" BIGINT,
    "TaxRate" FLOAT,
    "TaxRateType" VARCHAR,
    "TaxCode" VARCHAR,
    "TaxMode" VARCHAR,
    "TaxDate" VARCHAR,
    "Jurisdiction" VARCHAR,
    "AccountingCode" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    "_Row" INTEGER,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE TABLE payment_terms (
    tenant INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    type VARCHAR NOT NULL,
    days INTEGER NOT NULL,
    cutoff_day INTEGER NOT NULL,
    months INTEGER NOT NULL,
    due_day INTEGER NOT NULL,
    active BOOLEAN NOT NULL,
    is_default BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE scenarios (
    tenant INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    PRIMARY KEY (tenant, name)
);

CREATE TABLE splits (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    split VARCHAR NOT NULL,
    original VARCHAR NOT NULL,
    seq BIGINT NOT NULL,
    arithmetic TEXT NOT NULL,
    PRIMARY KEY (tenant, entity, split)
);

CREATE INDEX splits_original ON splits (tenant, entity, original);

CREATE INDEX splits_seq ON splits (tenant, entity, seq);

CREATE TABLE stored_keys (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    value VARCHAR NOT NULL,
    object VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    "Id" VARCHAR NOT NULL,
    PRIMARY KEY (tenant, entity, value, object, field, "Id")
)
 WITHOUT ROWID;

CREATE TABLE stored_records (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    "Id" VARCHAR NOT NULL,
    object VARCHAR NOT NULL,
    body TEXT NOT NULL,
    seq BIGINT NOT NULL,
    custom TEXT,
    PRIMARY KEY (tenant, entity, "Id")
);

CREATE INDEX stored_records_seq ON stored_records (tenant, entity, object, seq);

CREATE TABLE stubs (
    tenant INTEGER NOT NULL,
    id VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE TABLE taxation_items (
    tenant INTEGER NOT NULL,
    entity INTEGER NOT NULL,
    seq BIGINT NOT NULL,
    "Id" VARCHAR NOT NULL,
    "InvoiceId" VARCHAR,
    "InvoiceItemId" VARCHAR,
    "Name" VARCHAR,
    "TaxAmount" BIGINT,
    "ExemptAmount" BIGINT,
    "TaxRate" FLOAT,
    "TaxRateType" VARCHAR,
    "TaxCode" VARCHAR,
    "TaxMode" VARCHAR,
    "TaxDate" VARCHAR,
    "Jurisdiction" VARCHAR,
    "AccountingCode" VARCHAR,
    "CreatedById" VARCHAR,
    "UpdatedById" VARCHAR,
    "CreatedDate" BIGINT,
    "UpdatedDate" BIGINT,
    "_Row" INTEGER,
    seldom TEXT,
    custom TEXT,
    PRIMARY KEY (tenant, entity, seq)
)
 WITHOUT ROWID;

CREATE UNIQUE INDEX "taxation_items_Id" ON taxation_items (tenant, entity, "Id");

CREATE INDEX "taxation_items_InvoiceId" ON taxation_items (tenant, entity, "InvoiceId", seq) WHERE "InvoiceId" IS NOT NULL;

CREATE INDEX "taxation_items_InvoiceItemId" ON taxation_items (tenant, entity, "InvoiceItemId", seq) WHERE "InvoiceItemId" IS NOT NULL;

CREATE TABLE tenants (
    "key" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR NOT NULL,
    snapshot_of INTEGER,
    world INTEGER NOT NULL,
    fixture VARCHAR NOT NULL,
    settings TEXT NOT NULL,
    policy TEXT NOT NULL,
    custom_fields TEXT NOT NULL,
    filled TEXT NOT NULL,
    clock_offset BIGINT NOT NULL,
    clock_frozen_at BIGINT,
    ids BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    invoices BIGINT NOT NULL,
    accounts BIGINT NOT NULL,
    tokens BIGINT NOT NULL
);

CREATE UNIQUE INDEX tenants_name ON tenants (name) WHERE snapshot_of IS NULL;

CREATE TABLE tokens (
    token VARCHAR NOT NULL,
    tenant INTEGER NOT NULL,
    client_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (token)
);

CREATE INDEX tokens_tenant ON tokens (tenant);

CREATE TABLE unfinished (
    tenant INTEGER NOT NULL,
    world INTEGER NOT NULL,
    ids BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    invoices BIGINT NOT NULL,
    accounts BIGINT NOT NULL,
    doomed TEXT NOT NULL,
    PRIMARY KEY (tenant)
);

CREATE TABLE worlds (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
);
