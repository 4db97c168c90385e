// An API with go-jwt-middleware.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"net/url"
	"os"

	jwtmiddleware "github.com/auth0/go-jwt-middleware/v3"
	"github.com/auth0/go-jwt-middleware/v3/jwks"
	"github.com/auth0/go-jwt-middleware/v3/validator"
)

func main() {
	issuer, err := url.Parse(os.Getenv("ISSUER")) // https://id.example.com/, with the slash
	if err != nil {
		log.Fatal(err)
	}
	keys, err := jwks.NewCachingProvider(jwks.WithIssuerURL(issuer))
	if err != nil {
		log.Fatal(err)
	}
	tokens, err := validator.New(
		validator.WithKeyFunc(keys.KeyFunc),
		validator.WithAlgorithm(validator.RS256),
		validator.WithIssuer(issuer.String()),
		validator.WithAudience("https://api.harbour.example/"),
	)
	if err != nil {
		log.Fatal(err)
	}
	guard, err := jwtmiddleware.New(jwtmiddleware.WithValidator(tokens))
	if err != nil {
		log.Fatal(err)
	}

	http.Handle("/orders", guard.CheckJWT(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, err := jwtmiddleware.GetClaims[*validator.ValidatedClaims](r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(map[string]any{"orders": []string{}, "of": claims.RegisteredClaims.Subject})
	})))
	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}
