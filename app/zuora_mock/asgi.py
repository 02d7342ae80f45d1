"""The application for servers that import one: `uvicorn zuora_mock.asgi:app`, with `ZUORA_MOCK_*` as settings."""

from zuora_mock.cli import settings_of_environment
from zuora_mock.main import create_app

app = create_app(settings_of_environment())
