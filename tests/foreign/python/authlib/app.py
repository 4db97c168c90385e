"""A web application with Authlib and Flask."""

import os
import secrets

from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, redirect, session

ISSUER = os.environ["ISSUER"]  # https://id.example.com/
ORIGIN = os.environ["ORIGIN"]  # http://localhost:5001
AUDIENCE = "https://api.harbour.example/"

app = Flask(__name__)
app.secret_key = os.environ["COOKIE_SECRET"]
sojourn = OAuth(app).register(
    "sojourn",
    server_metadata_url=f"{ISSUER}.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email offline_access", "code_challenge_method": "S256"},
)
# Tokens stay here; the cookie holds an id. A real application keeps them in its database.
tokens_of = {}


@app.get("/")
def home():
    return f"Signed in as {session['email']}" if "email" in session else "Signed out"


@app.get("/login")
def login():
    return sojourn.authorize_redirect(f"{ORIGIN}/callback", audience=AUDIENCE)


@app.get("/callback")
def callback():
    # Checks state and nonce, and the ID token by the keys of the server.
    tokens = sojourn.authorize_access_token()
    session["id"] = secrets.token_urlsafe()
    session["email"] = tokens["userinfo"]["email"]
    tokens_of[session["id"]] = tokens
    return redirect("/")


@app.get("/profile")
def profile():
    return sojourn.userinfo(token=tokens_of[session["id"]])


@app.get("/refresh")
def refresh():
    tokens = tokens_of[session["id"]]
    # Each refresh brings the next refresh token. Where the answer is lost, the former one may be used again.
    tokens.update(sojourn.fetch_access_token(grant_type="refresh_token", refresh_token=tokens["refresh_token"]))
    return "Refreshed"


@app.get("/revoke")
def revoke():
    client = OAuth2Session(sojourn.client_id, sojourn.client_secret)
    token = tokens_of[session["id"]].pop("refresh_token")
    client.revoke_token(sojourn.load_server_metadata()["revocation_endpoint"], token)
    return "Revoked"


@app.get("/logout")
def logout():
    tokens = tokens_of.pop(session.get("id"), None)
    session.clear()
    if tokens is None:
        return redirect("/")
    return sojourn.logout_redirect(f"{ORIGIN}/", id_token_hint=tokens["id_token"])


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))
