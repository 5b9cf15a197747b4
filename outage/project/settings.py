"""The one settings file. Everything that differs between machines comes from the environment; see docs/operation.md."""

import base64
import os
import re
import tomllib
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from contacts.own_files import keep_to_ourselves
from outage.project.environment import number, options
from outage.project.trail import trail_handler

# Here, and not where a server or a command starts: none of them is without the settings.
keep_to_ourselves()

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# Of a variable that is set and empty, as in a file of them, the default holds.
VAR_DIR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default).strip().lower() in {"1", "true", "yes", "ja"}


def _package_dir(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ImproperlyConfigured(f"Paketet {name} saknas. Kör: make setup")
    return Path(next(iter(spec.submodule_search_locations)))


def _own_key(name: str, make: Callable[[], str]) -> str:
    """A key that this installation generates once and keeps, for a machine where none is set."""
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = VAR_DIR / f"{name}.{os.getpid()}"
        own.touch(mode=0o600)
        own.write_text(make(), encoding="utf-8")
        # Linked into place atomically: of two processes that start at once, both get the key of the first.
        with suppress(FileExistsError):
            path.hardlink_to(own)
        own.unlink()
    return path.read_text(encoding="utf-8").strip()


def _new_data_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


# The only definition of the version. The application runs from its folder and is never installed as a package.
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
PRODUCTION = _flag("PRODUCTION")
DEMO = _flag("DEMO")
DEBUG = False
SECRET_KEY = os.environ.get("SECRET_KEY") or (
    "" if PRODUCTION else _own_key("secret_key", get_random_secret_key)
)
# The routine that a new outage starts under: the name of a file in outage/routine/content.
ROUTINE = os.environ.get("ROUTINE") or "prator-2023-04-03"
# Where each row of the trace is told as it is written: a file, syslog:/dev/log or udp://host:514 (docs/operation.md).
TRAIL_LOG = os.environ.get("TRAIL_LOG", "")
# How many long prints and readings go on at once, each in a process of its own (`manage.py work`).
LONG_WORK = number("LONG_WORK", 1)
# What a monitoring server shows to read /matt; without it there are no metrics.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
ALLOWED_HOSTS = [h for h in (os.environ.get("ALLOWED_HOSTS") or "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "contacts",
    "outage",
    "forms",
    # Only in demo mode: production loads nothing of it.
    *(["forms.demo"] if DEMO else []),
]

MIDDLEWARE = [
    "outage.project.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "outage.project.policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "outage.project.tracing.TracingMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "outage.project.typed.TidyTypedMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "outage.project.shared_pc.SharedPcMiddleware",
    "outage.project.middleware.TypedByMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "outage.project.middleware.ActingMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "outage.project.middleware.PrivatePagesMiddleware",
    "outage.project.middleware.PressedOnlyMiddleware",
    "outage.project.middleware.AdminInputMiddleware",
    "outage.project.middleware.OpeningMiddleware",
    "forms.views.late.PurgedMiddleware",
    "outage.project.busy.BusyMiddleware",
]

ROOT_URLCONF = "outage.project.urls"
# Loading the typesetter takes over a second: each process of the server does it before it answers anybody.
TYPESETTER_WARM_UP = "forms.rendering.warm_up"
WSGI_APPLICATION: str | None = "outage.project.wsgi.application"
AUTH_USER_MODEL = "contacts.User"
AUTHENTICATION_BACKENDS = ["contacts.backends.AssignmentBackend"]
# What a page says once, such as whose call was saved, goes with the log-in and never to the next person's.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "status"
LOGOUT_REDIRECT_URL = "account_login"

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
                "outage.project.context.page",
            ],
            # The last one makes every form carry the mark of whose it is, those of the admin pages too.
            "builtins": [
                "outage.templatetags.swedish",
                "outage.templatetags.icons",
                "outage.templatetags.parts",
                "outage.templatetags.typed_by",
            ],
        },
    },
]
# Widgets of our own stand among the other templates.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'driftstopp.sqlite3'}",
        conn_max_age=None,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE: a read that turns into a write never meets "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: what the page has called saved survives a power cut.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        " PRAGMA cache_size=-20000;",
    }
else:
    # Compiling the query for Att ringa nu takes PostgreSQL a second; running it takes 40 ms.
    # Whoever serves pages says how long one may wait for a lock (outage/project/wsgi.py); a command waits.
    _options = f"-c jit=off -c lock_timeout={number('LOCK_SECONDS', 0)}s"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", _options)

# What is guessed is counted by all processes together.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

# Long work lies in line in the database. Under development and in tests it is done at once, by whoever asks.
_AT_ONCE = "django_tasks.backends.immediate.ImmediateBackend"
_IN_LINE = "django_tasks_db.DatabaseBackend"
TASKS = {"default": {"BACKEND": _AT_ONCE if _flag("WORK_AT_ONCE") else _IN_LINE}}

PASSWORD_HASHERS = [
    "outage.project.passwords.Argon2Hasher",
    # Passwords of before, hashed anew at the next log-in.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# A sorted file of SHA-1 hashes of leaked passwords, a line each (HASH or HASH:COUNT); see docs/operation.md.
BREACHED_PASSWORDS = os.environ.get("BREACHED_PASSWORDS", "")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "outage.project.passwords.HouseWordsValidator"},
    {"NAME": "outage.project.passwords.BreachedPasswordValidator"},
]

# Log-in. Guessing is limited by outage/project/guessing.py: the library's own limits lock out a whole ward behind one
# address, and let anybody lock a named person.
ACCOUNT_ADAPTER = "outage.project.accounts.AccountAdapter"
USERSESSIONS_ADAPTER = "outage.project.log_ins.UserSessionsAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = False
ACCOUNT_EMAIL_VERIFICATION = "none"
# A second factor's codes are asked for after the password only, so these limits are of who has that.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/5m/key"}
MFA_ADAPTER = "outage.project.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# The clock of a telephone, or of the server when nothing sets it, may be half a minute off.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Driftstopp"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_RATE_LIMITS = {"webauthn_login": None}
# Log-in through an identity provider: the content file that says which, and its secret (docs/operation.md).
LOGIN_PROVIDER = os.environ.get("LOGIN_PROVIDER", "")
LOGIN_PROVIDER_SECRET = os.environ.get("LOGIN_PROVIDER_SECRET", "")
SOCIALACCOUNT_ADAPTER = "outage.project.sso.adapter.ProviderAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if _flag("BEHIND_PROXY") else 0

LANGUAGE_CODE = "sv"
TIME_ZONE = "Europe/Stockholm"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", _package_dir("bootstrap") / "css"),
    ("vendor/fonts", _package_dir("fontpkg_source_sans_3") / "files"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "outage.project.static_files.StaticFiles"},
    # Pictures of scanned sheets: outside everything that is served, and encrypted.
    "scans": {
        "BACKEND": os.environ.get("SCAN_STORAGE") or "forms.scan_files.DurableFiles",
        "OPTIONS": options("SCAN_STORAGE_OPTIONS"),
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# No other site's page is to read our files.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["ttf", "woff2", "png", "jpg", "map"]

# A ward PC is shared: a log-in left behind locks, and then ends, by itself. What was being typed then is held
# (docs/decisions/0007). None lasts longer than a long shift: browsers restore the cookies of a session.
LOCK_SECONDS = number("LOCK_MINUTES", 15) * 60
SESSION_COOKIE_AGE = number("SESSION_MINUTES", 60) * 60
LONGEST_LOG_IN = number("SESSION_HOURS", 12) * 3600
SESSION_ENGINE = "outage.project.sessions"
# A browser takes a cookie of such a name from this very host alone, and over HTTPS.
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
SESSION_SAVE_EVERY_REQUEST = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = PRODUCTION
# Read by our scripts too (app.js, session.js), which know both names.
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "outage.project.views.csrf_failure"

SECURE_SSL_REDIRECT = PRODUCTION
# Asked by machines: one that asks without TLS is to find out, not to be led on.
SECURE_REDIRECT_EXEMPT = [r"^(halsa(/lever)?|matt)$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# A pasted list of a hundred patients has twelve fields of each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# The limits above do not count files, and Django would put any file on the disk before a view sees it.
FILE_UPLOAD_HANDLERS = ["contacts.webforms.uploads.BoundedUploadHandler"]
# How many bytes of files the pages take that take more than a directory file, by the name of their address.
UPLOAD_ROOM = {"scan": 50_000_000, "verify_file": 20_000_000}
DATA_UPLOAD_MAX_NUMBER_FILES = 500

# The environment's keys, which wrap every key that patient text lies encrypted with: the first wraps, all unwrap.
# SCAN_KEYS and scan_key are their names of before.
DATA_KEYS = [
    k.strip()
    for k in (os.environ.get("DATA_KEYS") or os.environ.get("SCAN_KEYS", "")).split(",")
    if k.strip()
]
if any(not re.fullmatch(r"[\w-]{43}=", key) for key in DATA_KEYS):
    raise ImproperlyConfigured(
        "DATA_KEYS: varje nyckel är 44 tecken, av openssl rand -base64 32 | tr '+/' '-_'."
    )
if not DATA_KEYS and not PRODUCTION:
    DATA_KEYS = [_own_key("scan_key" if (VAR_DIR / "scan_key").exists() else "data_key", _new_data_key)]
# Where the scans lie, if on a disk.
SCAN_DIR = Path(os.environ.get("SCAN_DIR") or VAR_DIR / "scans")

# A line for each seal of the trace; it is to lie on another machine than the database (docs/operation.md).
TRAIL_CHECKPOINTS = Path(os.environ.get("TRAIL_CHECKPOINTS") or VAR_DIR / "trail" / "checkpoints.jsonl")

# What is printed is sealed with the key and certificate of this PKCS#12 file, if any (see docs/operation.md).
SEAL_P12 = os.environ.get("SEAL_P12", "")
SEAL_PASSPHRASE = os.environ.get("SEAL_PASSPHRASE", "")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# No address of ours carries patient data; what somebody types into one is not logged, and query strings never are.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "bare": {"format": "%(message)s"},
        "syslog": {"format": "driftstopp: %(message)s"},
    },
    "filters": {"page": {"()": "outage.project.logs.PageNotAddress"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["page"]},
        "trail": trail_handler(TRAIL_LOG),
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Each row and each seal of the trace as a line of JSON, for a log server; that sealing failed is told in any case.
    "loggers": {
        name: {"handlers": ["trail"], "level": "INFO" if TRAIL_LOG else "CRITICAL", "propagate": False}
        for name in ("trail.rows", "trail.security", "trail.seals")
    },
}
