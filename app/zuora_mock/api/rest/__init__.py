"""The newer REST calls: accounts and invoices, and how all of them refuse."""

from zuora_mock.api.rest import accounts, batches, files, invoices, reversals, splits, statuses

routers = (
    accounts.router,
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
