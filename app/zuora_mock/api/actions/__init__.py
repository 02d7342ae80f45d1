"""`/v1/action/*`."""

from zuora_mock.api.actions.routes import router

routers = (router,)
