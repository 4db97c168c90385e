"""A web application with auth0-python and Flask."""

import os
import secrets
from urllib.parse import urlencode

from auth0.authentication import GetToken, RevokeToken, Users
from auth0.authentication.token_verifier import AsymmetricSignatureVerifier, TokenVerifier
from flask import Flask, redirect, request, session

DOMAIN = os.environ["DOMAIN"]  # id.example.com, without https:// and slash
CLIENT = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}
ORIGIN = os.environ["ORIGIN"]  # http://localhost:5000
AUDIENCE = "https://api.harbour.example/"

app = Flask(__name__)
app.secret_key = os.environ["COOKIE_SECRET"]
get_token = GetToken(DOMAIN, **CLIENT)
verifier = TokenVerifier(
    AsymmetricSignatureVerifier(f"https://{DOMAIN}/.well-known/jwks.json"),
    issuer=f"https://{DOMAIN}/",  # with the slash
    audience=CLIENT["client_id"],
)
# Tokens stay here; the cookie holds an id. A real application keeps them in its database.
tokens_of = {}


@app.get("/")
def home():
    return f"Signed in as {session['email']}" if "email" in session else "Signed out"


@app.get("/login")
def login():
    session["state"] = secrets.token_urlsafe()
    session["nonce"] = secrets.token_urlsafe()
    query = urlencode({
        "response_type": "code",
        "client_id": CLIENT["client_id"],
        "redirect_uri": f"{ORIGIN}/callback",
        "scope": "openid profile email offline_access",
        "audience": AUDIENCE,
        "state": session["state"],
        "nonce": session["nonce"],
    })
    return redirect(f"https://{DOMAIN}/authorize?{query}")


@app.get("/callback")
def callback():
    if not secrets.compare_digest(request.args["state"], session.pop("state", "")):
        return "This sign-in was not begun here.", 400
    tokens = get_token.authorization_code(request.args["code"], f"{ORIGIN}/callback")
    claims = verifier.verify(tokens["id_token"], nonce=session.pop("nonce"))
    session["id"] = secrets.token_urlsafe()
    session["email"] = claims["email"]
    tokens_of[session["id"]] = tokens
    return redirect("/")


@app.get("/profile")
def profile():
    return Users(DOMAIN).userinfo(tokens_of[session["id"]]["access_token"])


@app.get("/refresh")
def refresh():
    tokens = tokens_of[session["id"]]
    # Each refresh brings the next refresh token. Where the answer is lost, the former one may be used again.
    tokens.update(get_token.refresh_token(tokens["refresh_token"]))
    return "Refreshed"


@app.get("/revoke")
def revoke():
    RevokeToken(DOMAIN, **CLIENT).revoke_refresh_token(tokens_of[session["id"]].pop("refresh_token"))
    return "Revoked"


@app.get("/logout")
def logout():
    tokens_of.pop(session.get("id"), None)
    session.clear()
    query = urlencode({"client_id": CLIENT["client_id"], "returnTo": f"{ORIGIN}/"})
    return redirect(f"https://{DOMAIN}/v2/logout?{query}")


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))
