"""All settings, read from the environment. A production process that lacks one refuses to start."""

from pathlib import Path

import sentry_sdk
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from observatory.environment import (
    BASE_DIR,
    DEBUG,
    DEMO,
    RELAXED,
    TESTING,
    VAR_DIR,
    database,
    document_storage,
    env,
    logging_settings,
    required,
    single_sign_on,
)

LAPTOP_HOSTS = {"127.0.0.1", "localhost", "testserver", "[::1]"}
if RELAXED:
    VAR_DIR.mkdir(exist_ok=True)

SECRET_KEY = required("SECRET_KEY", "only-for-a-laptop-" + "0" * 40)
ALLOWED_HOSTS = required("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
if (DEBUG or DEMO) and not {*ALLOWED_HOSTS} <= LAPTOP_HOSTS:
    raise ImproperlyConfigured(
        f"ALLOWED_HOSTS nomina un sito vero ({', '.join(ALLOWED_HOSTS)}) e DEBUG o DEMO è acceso: i cookie "
        "viaggerebbero in chiaro. Togli DEBUG e DEMO dall’ambiente; sul tuo computer lascia solo localhost."
    )
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="" if RELAXED else f"https://{ALLOWED_HOSTS[0]}").rstrip("/")
SITE_URL = SITE_URL or "http://127.0.0.1:8000"
if not RELAXED and (len(SECRET_KEY) < 50 or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured(
        "SECRET_KEY vuole almeno 50 caratteri a caso e ALLOWED_HOSTS i nomi veri del portale, senza *."
    )

INSTALLED_APPS = [
    "lib.apps.LibConfig",
    "municipalities.apps.MunicipalitiesConfig",
    "accounts.apps.AccountsConfig",
    "protocols.apps.ProtocolsConfig",
    "cards.apps.CardsConfig",
    "projects.apps.ProjectsConfig",
    "imports.apps.ImportsConfig",
    "reuse.apps.ReuseConfig",
    "suitability.apps.SuitabilityConfig",
    "cities.apps.CitiesConfig",
    "feedback.apps.FeedbackConfig",
    "following.apps.FollowingConfig",
    "opendata.apps.OpenDataConfig",
    "api.apps.ApiConfig",
    "observatory.apps.ObservatoryConfig",
    "demo.apps.DemoConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "allauth.mfa",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "import_export",
    "csp",
]

# What features add to cards, in this order: cards/extensions.py.
CARD_EXTENSIONS = [
    "reuse.extension.ReuseExtension",
    "suitability.extension.SuitabilityExtension",
    "following.extension.FollowingExtension",
    "feedback.extension.FeedbackExtension",
]

MIDDLEWARE = [
    "observatory.public_cache.middleware.ErrorCachingMiddleware",
    # Public reads end here; the others serve sign-in and forms.
    "observatory.public_cache.middleware.PublicReadMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "observatory.middleware.DatabaseUnavailableMiddleware",
    "observatory.middleware.MethodMiddleware",
    "observatory.middleware.PlainTextMiddleware",
    "observatory.middleware.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "observatory.middleware.CleanFormMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.second_factor.SecondFactorMiddleware",
    "observatory.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "observatory.urls"
# URL namespaces (observatory/addresses.py) and what holds for all their pages.
# versioned: the response depends on the version of the public content alone; routes.py names exceptions.
# rated: readers may say how clear the page is. reserved: the menu is that of the signed-in person.
URL_NAMESPACES = {
    "public": {"versioned", "rated"},
    "pages": {"versioned", "rated"},
    "protocols": {"rated"},
    "opendata": {"rated"},
    "api": {"versioned"},
    "officer": {"reserved"},
    "desk": {"reserved"},
    "accounts": {"reserved"},
}
WSGI_APPLICATION = "observatory.wsgi.application"
# A URL typed without its scheme is https, the default of Django 6.
FORMS_URLFIELD_ASSUME_HTTPS = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [f"observatory.template_loaders.{name}" for name in ("DirectoryLoader", "AppLoader")],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "observatory.context.shell",
            ],
        },
    },
]

COPIES = enumerate(env.list("DATABASE_REPLICA_URLS", default=[]), 1)
DATABASES = {
    "default": database(required("DATABASE_URL", f"sqlite:///{VAR_DIR / 'osservatorio.sqlite3'}")),
    **{f"replica{number}": database(url) for number, url in COPIES},
}
if len(DATABASES) > 1:
    if any(config["ENGINE"].endswith("sqlite3") for config in DATABASES.values()):
        raise ImproperlyConfigured("DATABASE_REPLICA_URLS chiede PostgreSQL, anche in DATABASE_URL.")
    DATABASE_ROUTERS = ["observatory.public_cache.replicas.Router"]
    for name in DATABASES.keys() - {"default"}:
        # The primary takes their place: no request waits long for a replica that does not respond.
        DATABASES[name]["OPTIONS"] |= {"connect_timeout": 2, "tcp_user_timeout": 3000, "wait_seconds": 3}
# Seconds that a public page read from a replica may be behind the primary.
REPLICA_MAX_LAG = env.int("REPLICA_MAX_LAG", default=5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
# A cache in memory is of one process: see observatory/public_cache/response_cache.py.
CACHE_IS_SHARED = not CACHES["default"]["BACKEND"].endswith(("LocMemCache", "DummyCache"))
if CACHES["default"]["BACKEND"].endswith("RedisCache"):
    CACHES["default"]["BACKEND"] = "observatory.public_cache.redis_cache.RedisOrLocal"
ANSWER_CACHE_BYTES = env.int("ANSWER_CACHE_MB", default=32) * 1024 * 1024
# The province whose municipalities the dashboard counts.
HOME_PROVINCE = env.str("HOME_PROVINCE", default="TO")
# Seconds for which a CDN may serve a public page without revalidation.
CDN_SECONDS = env.int("CDN_SECONDS", default=10)

# Bearer token of /metrics, which responds 404 without one.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:landing"
ACCOUNT_ADAPTER = "accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGOUT_REDIRECT_URL = "public:home"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Osservatorio Smart City] "
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reset_password": "accounts.forms.PasswordResetForm",
    "reset_password_from_key": "accounts.forms.PasswordResetKeyForm",
    "change_password": "accounts.forms.PasswordChangeForm",
    "set_password": "accounts.forms.PasswordSetForm",
    "reauthenticate": "accounts.forms.ReauthenticationForm",
    "add_email": "accounts.forms.AddEmailForm",
}
# Sign-ins are limited by accounts.throttle.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}

# SPID, CIE or a body's own directory, through OpenID Connect: accounts/single_sign_on.py.
SOCIALACCOUNT_PROVIDERS = single_sign_on()
SOCIALACCOUNT_ADAPTER = "accounts.single_sign_on.Adapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False

# Whether staff must sign in with a second factor.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not RELAXED)
MFA_ADAPTER = "accounts.second_factor.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Osservatorio Smart City"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "accounts.second_factor.CodeForm",
    "reauthenticate": "accounts.second_factor.CodeAgainForm",
    "activate_totp": "accounts.second_factor.ActivateForm",
}

LANGUAGE_CODE = "it"
LANGUAGES = [("it", "Italiano"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Rome"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
MEDIA_URL = "/media/"
# Where `export_national --out` writes the files of /dati/.
EXPORT_ROOT = Path(env.str("EXPORT_ROOT", default=str(VAR_DIR / "export")))
# Publisher of the data in the catalogue: name and IPA code.
PUBLISHER = env.str("PUBLISHER", default="Osservatorio Smart City")
PUBLISHER_IPA = env.str("PUBLISHER_IPA", default="non_indicato")
STORAGES = {
    "default": document_storage(env.str("STORAGE_URL", default="")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
MAX_UPLOAD_BYTES = 10 * 1024 * 1024
MAX_IMAGE_PIXELS = 20_000_000
# host:port of clamd, which scans every upload.
CLAMAV = env.str("CLAMAV", default="")

EMAIL_CONFIG = env.email_url_config(required("EMAIL_URL", "consolemail://"))
vars().update({k: v for k, v in EMAIL_CONFIG.items() if k != "OPTIONS"})
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="osservatorio@example.org")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who is responsible for personal data, in the privacy notice: name, address to write to, data protection
# officer. Without a name the notice says that this installation has not given one.
PRIVACY = {
    "controller": env.str("PRIVACY_CONTROLLER", default=""),
    "contact": env.str("PRIVACY_CONTACT", default=DEFAULT_FROM_EMAIL),
    "officer": env.str("PRIVACY_OFFICER", default=""),
}
# The statement on AgID's site; without one the portal's page says that this is a demonstration.
ACCESSIBILITY_URL = env.str("ACCESSIBILITY_URL", default="")
# Working days within which the desk promises a decision or an answer.
ANSWER_WORKING_DAYS = 10
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default=DEFAULT_FROM_EMAIL)

MESSAGE_STORAGE = "lib.message_storage.Storage"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "observatory.refusals.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if not RELAXED:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^salute/"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Browsers apply form-action to the redirect that the button of single sign-on is answered with.
if OIDC_SERVER_URL := env.str("OIDC_SERVER_URL", default=""):
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append("/".join(OIDC_SERVER_URL.split("/")[:3]))

# Proxies in front of the portal: entries of X-Forwarded-For beyond them are ignored.
NUM_PROXIES = env.int("NUM_PROXIES", default=0)
ALLAUTH_TRUSTED_PROXY_COUNT = NUM_PROXIES
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": NUM_PROXIES,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "api.problems.handle",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Osservatorio Smart City",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
}
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# One JSON object per line, for a collector of logs; ACCESS_LOG adds a line per request.
LOG_FORMAT = env.str("LOG_FORMAT", default="text" if RELAXED else "json")
ACCESS_LOG = env.bool("ACCESS_LOG", default=False)
LOGGING = logging_settings(as_json=LOG_FORMAT == "json")
if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    # Neither addresses nor forms nor cookies leave the portal: only the error and where it is.
    sentry_sdk.init(SENTRY_DSN, send_default_pii=False, max_request_body_size="never", traces_sample_rate=0)
