"""The newer REST calls: invoices, and how all of them refuse."""

from zuora_mock.api.rest import invoices, statuses

routers = (invoices.router, statuses.router, statuses.posting)
