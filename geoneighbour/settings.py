"""Environment variables -> one frozen ``Settings``. Every variable is explained in docs/operators.md."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, env_file=None, extra="ignore")

    database_url: str | None = Field(None, description="libpq URL; replaces the private cluster")
    service_database_url: str | None = Field(
        None,
        description="libpq URL for web and workers, of a member of geoneighbour_service; unset: DATABASE_URL",
    )
    analyst_port: int | None = Field(None, description="loopback TCP port of the private cluster, for QGIS")
    state_dir: Path | None = Field(None, description="where the private cluster, keys and mail live")

    host: str = "127.0.0.1"
    port: int | None = Field(None, ge=1, le=65535)
    web_processes: int = Field(2, ge=1, le=64)
    web_threads: int = Field(8, ge=1, le=64)
    site_name: str = Field("geoneighbour", min_length=1, max_length=40)
    site_colour: str | None = Field(None, pattern="^#[0-9a-fA-F]{6}$")
    secret_key: str | None = None
    address_keys: str | None = Field(
        None,
        description="what seals addresses: 32 bytes each as URL-safe base64, with commas; the first seals",
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="how many proxies of ours stand before the service"
    )
    secure_cookies: bool = Field(False, description="set when the service stands behind HTTPS")

    smtp_host: str | None = Field(None, description="unset: mail is written as files")
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_tls: bool = False
    mail_from: str = "voisinage@localhost"

    sms_url: str | None = Field(None, description="of an HTTP gateway; unset: no SMS")
    sms_body: str = Field('{"to": "{to}", "from": "{sender}", "text": "{text}"}')
    sms_form: bool = Field(False, description="the fields as a form instead of JSON")
    sms_token: str | None = None
    sms_token_header: str = Field("Authorization: Bearer {token}", pattern=r"^[A-Za-z0-9-]+:[^\r\n]+$")
    sms_key_header: str = Field("Idempotency-Key", pattern="^[A-Za-z0-9-]+$")
    sms_sender: str = Field("", max_length=20)
    sms_countries: str = Field("FR", description="whose numbers are taken; commas")
    sms_budget: int = Field(500, ge=0, description="segments a commune and month, unless it has its own")

    alert_threads: int = Field(2, ge=1, le=32, description="of each sending process, for each channel")
    email_per_second: float | None = Field(None, gt=0, description="alerts by mail, of all machines together")
    sms_per_second: float | None = Field(10, gt=0)
    push_per_second: float | None = Field(None, gt=0)

    push_key: str | None = Field(
        None, description="VAPID: 32 bytes as URL-safe base64; unset: in the state folder"
    )
    push_hosts: str = Field(
        "fcm.googleapis.com,updates.push.services.mozilla.com,*.push.apple.com,*.notify.windows.com",
        description="where browsers' push services are; commas",
    )

    live_port: int | None = Field(None, ge=1, le=65535, description="of `geoneighbour live`; unset: none")
    live_url: str | None = Field(
        None, pattern=r"^(https?://[^/?#\s]+)?/[^?#\s]*$", description="where pages find it behind a proxy"
    )

    alert_most_alone: int = Field(5000, ge=0, description="an alert for more people takes a second person")

    oidc_issuer: str | None = Field(None, description="OpenID Connect provider to log in with; unset: none")
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_name: str = Field("OpenID", min_length=1, max_length=40, description="what its button says")

    geocoder_url: str | None = Field(
        None, description="BAN-compatible /search endpoint; unset: no address search"
    )
    cache_dir: Path | None = Field(None, description="where downloads are kept")
    fetch_allowed_hosts: str = Field("", description="hosts that may be inner ones and speak http; commas")
    fetch_largest_mb: int = Field(2048, ge=1)
    fetch_seconds: int = Field(3600, ge=1, description="the longest that one download may take")
    commune_sources: Path | None = Field(None, description="a TOML file of sources beside the official ones")

    photo_dir: Path | None = Field(None, description="where photos are kept; unset: in the state folder")
    s3_endpoint: str | None = Field(None, description="of an S3-compatible service; with S3_BUCKET")
    s3_bucket: str | None = Field(None, description="where photos are kept instead of a folder")
    s3_access_key: str | None = None
    s3_secret_key: str | None = None
    s3_region: str = "us-east-1"

    verification_ways: str = Field(
        "postcard,vouching,document", description="postcard, vouching, document, connection; with commas"
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+$",
        description="under which residents reach the service; stands on what is printed",
    )
    geoip_database: Path | None = Field(None, description="a local .mmdb file, for the way `connection`")
    letter_sender: str = Field("", max_length=200, description="who sends the letters: name and address")
    vouchers_needed: int = Field(2, ge=1, le=2, description="how many neighbours must vouch for somebody")

    review_cron: str = Field("0 4 * * 1", description="when the weekly review runs")

    # The rule's numbers (docs/nearness.md). `db upgrade` writes them into nearness_setting, where SQL reads them.
    k: int = Field(
        11, ge=2, le=1000, description="least number of verified members ever shown or opened with"
    )
    spread_members: int = Field(
        28, ge=1, le=10_000, description="M: how many people make a place full enough"
    )
    largest_neighbourhood_km2: float = Field(25.0, gt=0, le=1000)
    vouches_most: int = Field(3, ge=1, le=100, description="how often a member may vouch within VOUCHES_DAYS")
    vouches_days: int = Field(365, ge=30, le=3650)


def data_folder() -> Path:
    """The folder `data` of the checkout, or what the installed package has of it."""
    checkout = ROOT / "data"
    return checkout if (checkout / "communes").is_dir() else Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def load() -> Settings:
    """The process's settings, read once."""
    return Settings()
