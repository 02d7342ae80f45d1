"""The newer REST calls: accounts and invoices, and how all of them refuse."""

from zuora_mock.api.rest import accounts, invoices, splits, statuses

routers = (accounts.router, invoices.router, splits.router, statuses.router, statuses.posting)
