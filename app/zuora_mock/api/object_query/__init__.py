"""`/object-query/*`."""

from zuora_mock.api.object_query.routes import router

routers = (router,)
