"""The newer REST calls: accounts and invoices, and how all of them refuse."""

from zuora_mock.api.rest import accounts, invoices, statuses

routers = (accounts.router, invoices.router, statuses.router, statuses.posting)
