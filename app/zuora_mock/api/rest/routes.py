"""The routers of REST; earlier ones come first where the operations are listed."""

from zuora_mock.api.rest import (
    accounts,
    amendments,
    batches,
    catalog,
    files,
    invoices,
    orders,
    payment_methods,
    reversals,
    splits,
    statuses,
    subscriptions,
    transactions,
)

routers = (
    accounts.router,
    subscriptions.router,
    amendments.router,
    orders.router,
    catalog.router,
    payment_methods.router,
    transactions.router,
    transactions.stored,
    invoices.router,
    files.router,
    batches.router,
    splits.router,
    statuses.router,
    statuses.unposting,
    reversals.router,
    statuses.posting,
    batches.posting,
)
