"""`/v1/object/*`."""

from zuora_mock.api.objects.routes import router

routers = (router,)
