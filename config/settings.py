"""Settings: one file, typed from the environment, safe by default.

Nothing here has a default secret. What is missing stops the start with the name of what is
missing (`environ.ImproperlyConfigured`) or a system check with a hint (`manage.py check`).
`HEALTHCODE_ENV` is `production` unless said otherwise; `demo` and `test` loosen only what this
file says they loosen.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import logs, wake_ups

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if env_file := env.str("HEALTHCODE_ENV_FILE", ""):
    env.read_env(env_file)

HEALTHCODE_ENV = env.str("HEALTHCODE_ENV", "production")
if HEALTHCODE_ENV not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("HEALTHCODE_ENV is production, demo or test.")
PRODUCTION = HEALTHCODE_ENV == "production"
HTTPS = env.bool("HEALTHCODE_HTTPS", PRODUCTION)

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# What a health code is made of: keys, lives, clocks.
HEALTHCODE_ISSUER = env.str("HEALTHCODE_ISSUER", "SH")
HEALTHCODE_REGION = env.str("HEALTHCODE_REGION", "310000")
HEALTHCODE_KEYS_DIR = env.path("HEALTHCODE_KEYS_DIR", str(BASE_DIR / "var" / "keys"))
# Where the signer listens; empty: this process has the keys itself.
HEALTHCODE_SIGNER = env.str("HEALTHCODE_SIGNER", "")
HEALTHCODE_LIVE_ID_KEY = env.str("HEALTHCODE_LIVE_ID_KEY")
HEALTHCODE_FINGERPRINT_KEY = env.str("HEALTHCODE_FINGERPRINT_KEY")
HEALTHCODE_SEALING_KEYS = env.dict("HEALTHCODE_SEALING_KEYS")
HEALTHCODE_PULSE_SECONDS = env.int(
    "HEALTHCODE_PULSE_SECONDS", 3 if HEALTHCODE_ENV == "demo" else 15
)
# More people than this turning worse within a minute, without a confirmed case or newly activated
# rules behind it, pull the brake: two people look before any of them is shown the colour.
HEALTHCODE_WORSE_PER_MINUTE = env.int("HEALTHCODE_WORSE_PER_MINUTE", 1000)
# A trace that reaches more close and secondary contacts than this waits for two people. In the
# field 48 such contacts per infection were many (docs/operations.md); forty times as many come
# from a wrong date or a station, not from one person.
TRACE_BRAKE_LIMIT = env.int("TRACE_BRAKE_LIMIT", 2000)
# A trace with many close contacts reads whom they met over so many connections beside its own,
# for that time only: PostgreSQL answers each with one processor. 1: over its own.
TRACE_CONNECTIONS = env.int("TRACE_CONNECTIONS", 2)
# More meetings than this on one of its connections (half a kilobyte each) and a trace gives up
# before the machine does. Three hundred people of a busy city have 200,000 of them in a week.
TRACE_MOST_MEETINGS = env.int("TRACE_MOST_MEETINGS", 500_000)
# A venue that so many confirmed cases visited within so many days is proposed for a look. The
# national protocol (ninth edition) calls two cases within a week in one school, compound or
# factory a cluster; through a public venue two pass by chance, so here it takes a third.
LINKED_VENUE_CASES = env.int("LINKED_VENUE_CASES", 3)
LINKED_VENUE_DAYS = env.int("LINKED_VENUE_DAYS", 7)
HEALTHCODE_SMS_GATEWAY_URL = env.str("HEALTHCODE_SMS_GATEWAY_URL", "")
HEALTHCODE_SMS_GATEWAY_TOKEN = env.str("HEALTHCODE_SMS_GATEWAY_TOKEN", "")
HEALTHCODE_SHOW_SIGNIN_CODE = not PRODUCTION

INSTALLED_APPS = [
    "tracing",
    "healthcode",
    "accounts",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_structlog",
    "csp",
    "health_check",
    "config.oversight.OversightConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
            ]
        },
    }
]

# Two roles: the service may not change what is append-only; only migrations run as the owner.
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"] |= {
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        **DATABASES["default"].get("OPTIONS", {}),
        "connect_timeout": 5,
        "application_name": "healthcode",
    },
}
if owner_url := env.str("MIGRATE_DATABASE_URL", ""):
    DATABASES["owner"] = env.db_url_config(owner_url) | {"TEST": {"MIRROR": "default"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
if HEALTHCODE_ENV == "test":
    # Slow on purpose elsewhere; a test run makes hundreds of passwords.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "accounts:signin"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
# Officers sign in on allauth's pages; citizens by phone code (accounts.authentication).
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 180
# A venue's whole crowd may share one address; one phone needs few codes, and each may be guessed
# at three times.
ACCOUNT_RATE_LIMITS = {"request_login_code": "60/m/ip,3/m/key,10/h/key"}
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("HEALTHCODE_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_STORAGE_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if HEALTHCODE_ENV == "test"
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE_BACKEND},
}
# Tests start a hundred servers in one process: files are looked up when asked for, not ahead.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = HEALTHCODE_ENV == "test"

# Rate limits count in the database: exact enough, shared by every process, no second truth.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entry",
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Healthcode",
    "VERSION": "1",
    "DESCRIPTION": "Evidence in, verdicts out. Every error is {code, message, details}.",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {"OutcomeEnum": "healthcode.colours.Outcome"},
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

CELERY_BROKER_URL = env.str("BROKER_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 110
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 120}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_QUEUES = wake_ups.QUEUES
CELERY_TASK_ROUTES = wake_ups.ROUTES
CELERY_BEAT_SCHEDULE = wake_ups.SCHEDULE

logs.configure()
LOGGING = logs.logging_for(env.str("LOG_LEVEL", "WARNING" if HEALTHCODE_ENV == "test" else "INFO"))
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10  # the line at the end says all that the first does
