"""The newer REST calls: accounts and invoices, and how all of them refuse."""

from zuora_mock.api.rest import accounts, batches, catalog, invoices, reversals, splits, statuses, subscriptions

routers = (
    accounts.router,
    subscriptions.router,
    catalog.router,
    invoices.router,
    batches.router,
    splits.router,
    statuses.router,
    statuses.unposting,
    reversals.router,
    statuses.posting,
    batches.posting,
)
