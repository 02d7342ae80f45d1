"""`/v1/describe`."""

from zuora_mock.api.describe.routes import router

routers = (router,)
