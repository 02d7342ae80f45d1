"""The URL of a database of PostgreSQL: apart from the settings, since help needs no pydantic."""

from urllib.parse import parse_qsl, unquote, urlsplit

_SCHEMES = ("postgresql://", "postgres://")


class DatabaseUrl:
    """As text it is without user, password and options."""

    __slots__ = ("whole",)

    def __init__(self, whole: str) -> None:
        self.whole = whole

    def __str__(self) -> str:
        parts = urlsplit(self.whole)
        return f"postgresql://{parts.netloc.rpartition('@')[2]}{parts.path}"

    def hide(self, text: str) -> str:
        """The text without the passwords."""
        parts = urlsplit(self.whole)
        _, _, password = parts.netloc.rpartition("@")[0].partition(":")
        options = {value for name, value in parse_qsl(parts.query) if name in {"password", "sslpassword"}}
        for each in {password, unquote(password), *options} - {""}:
            text = text.replace(each, "…")
        return text


def database_url(text: str) -> DatabaseUrl | None:
    """None for what names no database of PostgreSQL."""
    return DatabaseUrl(text) if text.startswith(_SCHEMES) else None
