"""An API with PyJWT and Flask."""

import os

import jwt
from flask import Flask, request

ISSUER = os.environ["ISSUER"]  # https://id.example.com/, with the slash: it is compared as it stands
AUDIENCE = "https://api.harbour.example/"

app = Flask(__name__)
keys = jwt.PyJWKClient(f"{ISSUER}.well-known/jwks.json", lifespan=300)


@app.get("/orders")
def orders():
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise jwt.InvalidTokenError("no token")
        key = keys.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key.key, algorithms=["RS256"], issuer=ISSUER, audience=AUDIENCE)
    except (jwt.InvalidTokenError, jwt.PyJWKClientError):
        return {"error": "invalid_token"}, 401, {"WWW-Authenticate": "Bearer"}
    return {"orders": [], "of": claims["sub"]}


if __name__ == "__main__":
    app.run(port=int(os.environ["PORT"]))
