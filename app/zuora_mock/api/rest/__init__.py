"""The newer REST calls: invoices, and how all of them refuse."""

from zuora_mock.api.rest import invoices, splits, statuses

routers = (invoices.router, splits.router, statuses.router, statuses.posting)
