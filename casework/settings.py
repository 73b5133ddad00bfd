"""Every setting of casework, driven by the environment and safe when nothing is set.

CASEWORK_STATE        folder for the embedded database, the store, the secret key (default: var/ in the checkout)
CASEWORK_BASE_URL     the address people use, e.g. https://casework.example.org (default: http://127.0.0.1:8000)
CASEWORK_SECRET_KEY   signing key (default: made on first use and kept in the state folder, mode 0600)
CASEWORK_DEMO         whether this is a demonstration (default: what the state folder was made for)
CASEWORK_STORE        folder of the evidence store (default: store/ in the state folder)
CASEWORK_S3_BUCKET    keep evidence in this bucket, or bucket/folder, of S3-compatible storage (default: on disk)
CASEWORK_S3_ENDPOINT  address of that storage (default: AWS); credentials are read from AWS_ACCESS_KEY_ID and so on
CASEWORK_S3_LOCK, CASEWORK_S3_LOCK_DAYS   object lock of what is kept: governance, compliance or off; its days (3650)
CASEWORK_FIXITY_DAYS, CASEWORK_FIXITY_DAYS_DISCLOSED   how often stored files are hashed again (90; disclosed ones 30)
CASEWORK_FIXITY_PACE  most megabytes a second that this reads (default: 40)
CASEWORK_CLAMD        malware scanner: unix:/run/clamav/clamd.ctl or tcp://host:3310 (default: none)
CASEWORK_CLAMD_DAYS   scan again after so many days, with newer signatures (default: 30)
CASEWORK_MAX_UPLOAD   largest accepted file, bytes (default: 20 GB)
CASEWORK_MAX_IMPORT   most bytes that an archive to import may hold once unpacked (default: 200 GB)
CASEWORK_UPLOAD_DAYS, CASEWORK_UPLOAD_FILES, CASEWORK_UPLOAD_BYTES   how long an upload that nobody goes on with, or
                      takes into a record, is kept; how many, how large all of one person (default: 7 days, 500, 200 GB)
CASEWORK_UPLOAD_CHUNK largest piece that our pages send at once, bytes (default: 16 MiB)
CASEWORK_REQUIRE_SECOND_FACTOR   whether administrators need one for their pages (default: yes; no in a demonstration)
CASEWORK_OFFICE       the office's name, printed on dossiers
CASEWORK_EMAIL_URL    how mail leaves, e.g. smtp://user:password@host:587 (default: written to the log's folder)
CASEWORK_HEAD_KEY, CASEWORK_HEADS_FILE, CASEWORK_HEADS_URL, CASEWORK_HEAD_MINUTES, CASEWORK_TSA   signed heads of the
                      chains: their key, where they go, how often, time-stamp authorities (docs/operations.md)
DATABASE_URL, DATABASE_OWNER_URL     an outside PostgreSQL 15+ (default: the embedded one)
"""

from __future__ import annotations

import sys
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from casework.core.database import database_config
from casework.core.logging import logging_config
from casework.core.state import holds_demonstration, kept_secret

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env.str("CASEWORK_STATE", default=str(BASE_DIR / "var"))).expanduser().resolve()

# What this process is for
CASEWORK_TESTING = "pytest" in sys.modules
CASEWORK_DEMO = env.bool("CASEWORK_DEMO", default=not CASEWORK_TESTING and holds_demonstration(STATE_DIR))
CASEWORK_OFFICE = env.str("CASEWORK_OFFICE", default="Casework office")
CASEWORK_BASE_URL = env.str("CASEWORK_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
CASEWORK_STORE = Path(env.str("CASEWORK_STORE", default=str(STATE_DIR / "store")))
_bucket, _slash, _prefix = env.str("CASEWORK_S3_BUCKET", default="").strip("/").partition("/")
CASEWORK_S3 = {
    "name": _bucket,
    "prefix": _prefix + _slash,
    "endpoint": env.str("CASEWORK_S3_ENDPOINT", default=""),
    "lock": env.str("CASEWORK_S3_LOCK", default="governance").lower().replace("off", ""),
    "lock_days": env.int("CASEWORK_S3_LOCK_DAYS", default=3650),
}
CASEWORK_MAX_UPLOAD = env.int("CASEWORK_MAX_UPLOAD", default=20 * 10**9)
CASEWORK_HEAD_KEY = Path(env.str("CASEWORK_HEAD_KEY", default=str(STATE_DIR / "head-key.pem")))
CASEWORK_HEADS_FILE = Path(env.str("CASEWORK_HEADS_FILE", default=str(STATE_DIR / "heads.jsonl")))
CASEWORK_HEADS_URL = env.str("CASEWORK_HEADS_URL", default="")
CASEWORK_HEAD_MINUTES = env.int("CASEWORK_HEAD_MINUTES", default=5)
CASEWORK_TSA = env.list("CASEWORK_TSA", default=[])
CASEWORK_MAX_IMPORT = env.int("CASEWORK_MAX_IMPORT", default=200 * 10**9)
CASEWORK_UPLOAD_DAYS = env.int("CASEWORK_UPLOAD_DAYS", default=7)
CASEWORK_UPLOAD_FILES = env.int("CASEWORK_UPLOAD_FILES", default=500)
CASEWORK_UPLOAD_BYTES = env.int("CASEWORK_UPLOAD_BYTES", default=200 * 10**9)
CASEWORK_UPLOAD_CHUNK = env.int("CASEWORK_UPLOAD_CHUNK", default=16 << 20)
CASEWORK_FIXITY_DAYS = env.int("CASEWORK_FIXITY_DAYS", default=90)
CASEWORK_FIXITY_DAYS_DISCLOSED = env.int("CASEWORK_FIXITY_DAYS_DISCLOSED", default=30)
CASEWORK_FIXITY_PACE = env.float("CASEWORK_FIXITY_PACE", default=40.0)
CASEWORK_CLAMD = env.str("CASEWORK_CLAMD", default="")
CASEWORK_CLAMD_DAYS = env.int("CASEWORK_CLAMD_DAYS", default=30)
CASEWORK_STEP_UP_SECONDS = env.int("CASEWORK_STEP_UP_SECONDS", default=10 * 60)
CASEWORK_REQUIRE_SECOND_FACTOR = env.bool("CASEWORK_REQUIRE_SECOND_FACTOR", not (CASEWORK_DEMO or CASEWORK_TESTING))

DEBUG = env.bool("CASEWORK_DEBUG", default=False)
SECRET_KEY = env.str("CASEWORK_SECRET_KEY", default="") or kept_secret(STATE_DIR)
_address = urlsplit(CASEWORK_BASE_URL)
_secure = _address.scheme == "https"
ALLOWED_HOSTS = env.list("CASEWORK_ALLOWED_HOSTS", default=[_address.hostname or "127.0.0.1", "127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [CASEWORK_BASE_URL] if _secure else []

INSTALLED_APPS = [
    "casework.office",
    "casework.figures",
    "casework.referrals",
    "casework.statements",
    "casework.findings",
    "casework.imports",
    "casework.recognition",
    "casework.integrity",
    "casework.evidence",
    "casework.care",
    "casework.cases",
    "casework.accounts",
    "casework.core",
    "casework.audit",
    "pghistory",
    "pgtrigger",
    "procrastinate.contrib.django",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
    "csp",
    "casework.accounts.apps.ReferenceDataAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
]

# People are known, and required, before a request's body is read: a stranger cannot stream bytes into the store by
# way of the CSRF check, which parses the form.
MIDDLEWARE = [
    "casework.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "casework.accounts.middleware.AccountMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "casework.core.http.DomainErrorMiddleware",
]

ROOT_URLCONF = "casework.urls"
WSGI_APPLICATION = "casework.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "casework.office.context.navigation",
            ],
            "builtins": ["casework.core.templatetags.casework", "django.templatetags.i18n"],
        },
    }
]
FORM_RENDERER = "casework.core.forms.Renderer"

# Database
DATABASES = {"default": database_config(STATE_DIR, env.str("DATABASE_URL", default="") or None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PGHISTORY_APPEND_ONLY = True
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["casework.accounts.backends.CaseworkBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "casework.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = CASEWORK_STEP_UP_SECONDS
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.bool("CASEWORK_BEHIND_PROXY", default=False))
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure
MFA_TOTP_ISSUER = "Casework"
MFA_ADAPTER = "casework.accounts.adapter.MFAAdapter"
ACCOUNT_FORMS = {
    "login": "casework.accounts.sign_in_forms.SignInForm",
    "reauthenticate": "casework.accounts.sign_in_forms.ProveForm",
    "change_password": "casework.accounts.sign_in_forms.PasswordForm",
}
MFA_FORMS = {
    "authenticate": "casework.accounts.sign_in_forms.SignInCodeForm",
    "reauthenticate": "casework.accounts.sign_in_forms.ProveByCodeForm",
    "activate_totp": "casework.accounts.sign_in_forms.AppForm",
    "add_webauthn": "casework.accounts.sign_in_forms.KeyForm",
}
USERSESSIONS_ADAPTER = "casework.accounts.adapter.SessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "casework.accounts.locking.stale_form"
CACHES = {
    # Counts of guesses live here. Room for many, or whoever guesses at many addresses pushes out what counts them.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}

# What a browser is told
SECURE_SSL_REDIRECT = _secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("CASEWORK_BEHIND_PROXY", default=False) else None
)
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _secure
# no-referrer would take the Origin from forms, and Django's CSRF check with it.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# Input
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 50
FILE_UPLOAD_HANDLERS = ["casework.evidence.uploads.StoreUploadHandler"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "casework.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["casework.core.json.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "casework.core.paging.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "casework.core.schema.CaseworkSchema",
    "EXCEPTION_HANDLER": "casework.core.api.exception_handler",
    "PAGE_SIZE": 25,
    # There is one renderer; ?format= is a parameter like any other that is not known.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Casework",
    "DESCRIPTION": "Cases, evidence, findings, referrals, statements and figures of one office.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # Sets of choices that several fields share, or that several kinds of record call by one name.
    "ENUM_NAME_OVERRIDES": {
        "ChannelEnum": "casework.referrals.models.Recipient.Channel",
        "EvidenceKindEnum": "casework.evidence.models.items.Kind",
        "MomentKindEnum": "casework.cases.models.progress.CaptureMoment.Kind",
        "PerpetratorKindEnum": "casework.cases.models.people.Perpetrator.Kind",
        "QualificationEnum": "casework.findings.models.Qualification",
        "SourceKindEnum": "casework.evidence.models.sources.Source.Kind",
        "StatementKindEnum": "casework.statements.models.Statement.Kind",
        "StatusAtDeathEnum": "casework.cases.models.people.StatusAtDeath",
        "VictimKindEnum": "casework.cases.models.people.Victim.Kind",
    },
}

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("uk", _("Ukrainian"))]
TIME_ZONE = "UTC"
USE_TZ = USE_I18N = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if CASEWORK_TESTING or DEBUG
        else "casework.core.static.HashedStatic"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = CASEWORK_TESTING or DEBUG
# Without these the first start compresses every file twice, and source maps of megabytes, for more than a minute.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# Mail and logs
_mail = env.str("CASEWORK_EMAIL_URL", default="")
if _mail:
    vars().update(env.email_url_config(_mail))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = STATE_DIR / "mail"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("CASEWORK_MAIL_FROM", default="casework@localhost")
if not parseaddr(DEFAULT_FROM_EMAIL)[1]:
    raise ValueError("CASEWORK_MAIL_FROM is not an e-mail address")
LOGGING_CONFIG = None
LOGGING = logging_config(env.str("CASEWORK_LOG_LEVEL", default="INFO"))

SILENCED_SYSTEM_CHECKS: list[str] = []
