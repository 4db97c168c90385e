"""A web application with mozilla-django-oidc and Django: settings, addresses and pages in one file."""

import os
import sys
from urllib.parse import urlencode

import django
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse
from django.urls import include, path

ISSUER = os.environ["ISSUER"]  # https://id.example.com/
ORIGIN = os.environ["ORIGIN"]  # http://localhost:8000


def end_session(request):
    """Where mozilla-django-oidc sends a browser that signed out here."""
    query = urlencode({"id_token_hint": request.session["oidc_id_token"], "post_logout_redirect_uri": f"{ORIGIN}/"})
    return f"{ISSUER}oidc/logout?{query}"


settings.configure(
    SECRET_KEY=os.environ["COOKIE_SECRET"],
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["localhost"],
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "mozilla_django_oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        # Asks the server with prompt=none whether the session lives, when the time below is over.
        "mozilla_django_oidc.middleware.SessionRefresh",
    ],
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGIN_REDIRECT_URL="/",
    LOGOUT_REDIRECT_URL="/",
    OIDC_RP_CLIENT_ID=os.environ["CLIENT_ID"],
    OIDC_RP_CLIENT_SECRET=os.environ["CLIENT_SECRET"],
    OIDC_RP_SIGN_ALGO="RS256",
    OIDC_RP_SCOPES="openid profile email",
    OIDC_USE_PKCE=True,
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{ISSUER}authorize",
    OIDC_OP_TOKEN_ENDPOINT=f"{ISSUER}oauth/token",
    OIDC_OP_USER_ENDPOINT=f"{ISSUER}userinfo",
    OIDC_OP_JWKS_ENDPOINT=f"{ISSUER}.well-known/jwks.json",
    OIDC_OP_LOGOUT_URL_METHOD=f"{__name__}.end_session",
    OIDC_STORE_ID_TOKEN=True,
    # One second, so that the tests see it. The default is 15 minutes.
    OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS=int(os.environ.get("RENEW_AFTER_SECONDS", "900")),
    ALLOW_LOGOUT_GET_METHOD=True,
)
django.setup()


def home(request):
    return HttpResponse(f"Signed in as {request.user.email}" if request.user.is_authenticated else "Signed out")


urlpatterns = [path("", home), path("oidc/", include("mozilla_django_oidc.urls"))]

if __name__ == "__main__":
    execute_from_command_line([sys.argv[0], "migrate", "--verbosity=0"])
    execute_from_command_line([sys.argv[0], "runserver", "--noreload", os.environ["PORT"]])
