"""System checks: settings with which casework refuses to work (E) or says what is weak (W).

E001  DEBUG is on at an address that others can reach        E005  the store cannot be written
E002  the signing key is weak or absent                      E006  the signing key can be read by others
E003  any host name is accepted                              E007  the largest upload is not a positive number
E004  cookies may travel unencrypted                         E008  the address people use is not one
E009  the bucket's lock is not one, or has no days           E010  a bucket is named, and its library is not installed
E021 to E024 are those of heads (casework/integrity/checks.py):
E021  heads would travel unencrypted                         E022  heads are made at no possible number of minutes
E023  an authority's address or CA file is not one           E024  the key of heads can be read by others
W101  pages connect as the owner of the database             W102  sign-in at an address without https
W103  a demonstration at an address that others can reach    W104  a bucket without a lock
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from casework.core.database import application_role
from casework.core.health import store_writable

SHORTEST_KEY = 50
FEWEST_LETTERS = 10
Apps = Sequence[AppConfig] | None


def is_loopback(host: str | None) -> bool:
    """Whether only this machine can reach `host`."""
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).strip("[]")).is_loopback
    except ValueError:
        return str(host).endswith(".localhost")


def _public_hosts() -> list[str]:
    hosts = [urlsplit(settings.CASEWORK_BASE_URL).hostname or "", *settings.ALLOWED_HOSTS]
    # pytest's runner adds its own name.
    return sorted({host for host in hosts if host != "testserver" and not is_loopback(host)})


def check_address(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """The address people use, and what may be done at it."""
    found: list[CheckMessage] = []
    address = urlsplit(settings.CASEWORK_BASE_URL)
    public = _public_hosts()
    if address.scheme not in ("http", "https") or not address.hostname:
        hint = "Write it as https://casework.example.org."
        found.append(Error("CASEWORK_BASE_URL is not the address of a web site.", hint=hint, id="casework.E008"))
    if settings.DEBUG and public:
        hint = "Unset CASEWORK_DEBUG: its error pages show records to whoever makes an error."
        found.append(Error(f"DEBUG is on, and {public[0]} can be reached by others.", hint=hint, id="casework.E001"))
    if any(host.strip() == "*" for host in settings.ALLOWED_HOSTS):
        hint = "Name the hosts: with any name accepted, links in mail can be made to point elsewhere."
        found.append(Error('ALLOWED_HOSTS holds "*".', hint=hint, id="casework.E003"))
    if address.scheme == "http" and not is_loopback(address.hostname):
        hint = "Serve casework behind https and set CASEWORK_BASE_URL to that address."
        found.append(Warning("Passwords travel unencrypted: CASEWORK_BASE_URL is http.", hint=hint, id="casework.W102"))
    if settings.CASEWORK_DEMO and public:
        hint = "Its accounts are written to a file and printed. Put no real case into it."
        found.append(Warning("A demonstration can be reached by others.", hint=hint, id="casework.W103"))
    return found


def check_cookies(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Behind https, no cookie may travel without it."""
    if urlsplit(settings.CASEWORK_BASE_URL).scheme != "https":
        return []
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY"]
    off = [name for name in names if not getattr(settings, name)]
    return [Error(f"{name} is off although the address is https.", id="casework.E004") for name in off]


def check_secret_key(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """The key that signs sessions, links and tokens."""
    found: list[CheckMessage] = []
    key = str(getattr(settings, "SECRET_KEY", "") or "")
    weak = len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS or key.startswith("django-insecure-")
    if weak and not settings.DEBUG:
        hint = "Unset CASEWORK_SECRET_KEY to have one made and kept, or give one of at least 50 random characters."
        found.append(Error("The signing key is weak or absent.", hint=hint, id="casework.E002"))
    path = Path(settings.STATE_DIR) / "secret-key"
    if path.exists() and path.stat().st_mode & 0o077:
        hint = "Run: chmod 600 on it. If others may have read it, delete it: a new one ends all sessions."
        found.append(Error(f"{path} can be read by others.", hint=hint, id="casework.E006"))
    return found


def check_store(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Evidence has a place to go."""
    found: list[CheckMessage] = []
    if not store_writable():
        hint = (
            "Make the folder writable for the user casework runs as and leave room on its disk, or set CASEWORK_STORE."
        )
        found.append(Error(f"The store {settings.CASEWORK_STORE} cannot be written.", hint=hint, id="casework.E005"))
    if settings.CASEWORK_MAX_UPLOAD <= 0:
        found.append(Error("CASEWORK_MAX_UPLOAD is not a positive number of bytes.", id="casework.E007"))
    return found


def check_bucket(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """A bucket is kept as evidence has to be. Asks the settings, not the storage."""
    bucket, found = settings.CASEWORK_S3, list[CheckMessage]()
    if not bucket["name"]:
        return found
    if bucket["lock"] not in ("", "governance", "compliance") or bucket["lock_days"] < 1:
        hint = "Say governance, compliance or off in CASEWORK_S3_LOCK, and at least 1 in CASEWORK_S3_LOCK_DAYS."
        found.append(Error("The lock of the evidence bucket is not one.", hint=hint, id="casework.E009"))
    if find_spec("boto3") is None:
        hint = "Run: uv sync --extra s3."
        found.append(Error("Evidence is in a bucket, and boto3 is not installed.", hint=hint, id="casework.E010"))
    if not bucket["lock"]:
        hint = "Make the bucket with versions and object lock, and set CASEWORK_S3_LOCK to governance or compliance."
        found.append(Warning("Whoever holds the bucket's keys can remove evidence.", hint=hint, id="casework.W104"))
    return found


def check_database_roles(app_configs: Apps, **kwargs: Any) -> list[CheckMessage]:
    """Pages should not own the tables they must not change. Asks the settings, not the database."""
    if application_role() is not None:
        return []
    hint = "Make a role that owns nothing, use it in DATABASE_URL, and put the owner into DATABASE_OWNER_URL."
    return [Warning("Pages connect as the owner of the database.", hint=hint, id="casework.W101")]


def register_all() -> None:
    """Have Django run these with its own, before every command and with `manage.py check`."""
    for check in (check_address, check_cookies, check_secret_key, check_database_roles):
        register(check, Tags.security)
    register(check_store)
    register(check_bucket)
