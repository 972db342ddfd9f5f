"""Django settings. Safe by default; what differs between installations is in the environment.

QINGYUAN_DATA, DATABASE_URL, QINGYUAN_SECRET_KEY, QINGYUAN_HOSTS, QINGYUAN_ORIGINS, QINGYUAN_HTTPS,
QINGYUAN_REALTIME_DAYS, QINGYUAN_JUDGE_GRACE (seconds from the end of an hour to its judging),
QINGYUAN_JUDGE_GRACE_WATER (seconds that an hour of water waits for the values of its analysers),
QINGYUAN_UPLOAD_MB (largest attachment, default 20), QINGYUAN_GATEWAY_HTTP, QINGYUAN_DEBUG.
Messages: QINGYUAN_SMTP_HOST, _PORT, _TLS, _USER, _PASSWORD, _FROM; QINGYUAN_SMS_URL, _JSON, _TOKEN,
_GOOD; QINGYUAN_WEBHOOK_NETWORKS (docs/how-to/be-told.md).
"""

from qingyuan.project import config, outbound

PLACES = config.places()
SECRET_KEY = config.secret_key(PLACES)
DEBUG = config.yes("QINGYUAN_DEBUG")
ALLOWED_HOSTS = config.words("QINGYUAN_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = config.words("QINGYUAN_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "qingyuan.ui",
    "qingyuan.reporting",
    "qingyuan.areas.organisations",
    "qingyuan.areas.files",
    "qingyuan.areas.assets",
    "qingyuan.areas.rules",
    "qingyuan.areas.notices",
    "qingyuan.areas.findings",
    "qingyuan.areas.telemetry",
    "qingyuan.areas.parameters",
    "qingyuan.areas.reports",
    "qingyuan.areas.maintenance",
    "qingyuan.areas.watch",
    "qingyuan.areas.records",
    "qingyuan.areas.supervision",
    "qingyuan.areas.people",
    "qingyuan.areas.conduct",
    "qingyuan.areas.documents",
    "qingyuan.areas.means",
    "qingyuan.areas.laboratory",
    "qingyuan.areas.supplies",
    "qingyuan.areas.materials",
    "qingyuan.areas.search",
    "qingyuan.areas.capability",
    "qingyuan.areas.overview",
    "qingyuan.areas.periodic",
    "qingyuan.areas.waste",
    "qingyuan.areas.summaries",
    "qingyuan.areas.bundles",
    "qingyuan.areas.analysis",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "qingyuan.project.bodies.BodyLimit",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "qingyuan.project.headers.ContentSecurityPolicy",
    "qingyuan.areas.organisations.middleware.ScopeMiddleware",
]
ROOT_URLCONF = "qingyuan.project.urls"
WSGI_APPLICATION = "qingyuan.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "qingyuan.ui.context.house",
                "qingyuan.areas.organisations.context.person",
            ],
        },
    }
]
DATABASES = {"default": config.database(PLACES)}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

AUTH_USER_MODEL = "organisations.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 7 * 86_400  # seconds that the link for a first password holds
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"

STATIC_URL = "/static/"
# The static files are served where they lie, so that no collecting step can be forgotten.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 600
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]

HTTPS = config.yes("QINGYUAN_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 86_400
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 << 20
UPLOAD_MB = config.whole("QINGYUAN_UPLOAD_MB", 20, 1, 500)

REALTIME_DAYS = config.whole("QINGYUAN_REALTIME_DAYS", 90, 1, 36_500)
JUDGE_GRACE = config.whole("QINGYUAN_JUDGE_GRACE", 120, 0, 86_400)  # seconds after an hour's end
JUDGE_GRACE_WATER = config.whole("QINGYUAN_JUDGE_GRACE_WATER", 5400, 0, 86_400)
GATEWAY_HTTP = config.address("QINGYUAN_GATEWAY_HTTP", "http://127.0.0.1:9213")
SMTP = outbound.smtp()
SMS = outbound.sms()
WEBHOOK_NETWORKS = outbound.networks()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(levelname)s %(name)s: %(message)s"}},
    # A 503 of /healthz is an answer, not an error of ours; whoever asks reads it.
    "filters": {"health": {"()": "django.utils.log.CallbackFilter",
                           "callback": lambda record: "/healthz" not in record.getMessage()}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line",
                            "filters": ["health"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"apscheduler": {"level": "WARNING"}},
}
