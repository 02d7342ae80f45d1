"""The application for servers that import one: `uvicorn zuora_mock.asgi:app`, with `ZUORA_MOCK_*` as settings."""

from zuora_mock.cli import settings_of_environment
from zuora_mock.main import create_app
from zuora_mock.settings import Settings

app = create_app(Settings.model_validate(settings_of_environment()))
