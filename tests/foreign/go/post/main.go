// A web application with go-auth0.
package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/auth0/go-auth0/authentication"
	"github.com/auth0/go-auth0/authentication/oauth"

	"harbour.example/foreign/sessions"
)

func main() {
	domain, origin := os.Getenv("DOMAIN"), os.Getenv("ORIGIN") // id.example.com, without https:// and slash
	clientID := os.Getenv("CLIENT_ID")
	auth0, err := authentication.New(context.Background(), domain,
		authentication.WithClientID(clientID),
		authentication.WithClientSecret(os.Getenv("CLIENT_SECRET")),
		authentication.WithIDTokenSigningAlg("RS256"),
	)
	if err != nil {
		log.Fatal(err)
	}
	var browsers sessions.Sessions

	http.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		if email := browsers.Of(w, r).Email; email != "" {
			fmt.Fprint(w, "Signed in as ", email)
			return
		}
		fmt.Fprint(w, "Signed out")
	})

	http.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		session := browsers.Of(w, r)
		session.State, session.Nonce = rand.Text(), rand.Text()
		query := url.Values{
			"response_type": {"code"},
			"client_id":     {clientID},
			"redirect_uri":  {origin + "/callback"},
			"scope":         {"openid profile email offline_access"},
			"audience":      {"https://api.harbour.example/"},
			"state":         {session.State},
			"nonce":         {session.Nonce},
		}
		http.Redirect(w, r, "https://"+domain+"/authorize?"+query.Encode(), http.StatusFound)
	})

	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		session := browsers.Of(w, r)
		if session.State == "" || r.FormValue("state") != session.State {
			http.Error(w, "This sign-in was not begun here.", http.StatusBadRequest)
			return
		}
		session.State = ""
		// Verifies the ID token, its nonce included.
		tokens, err := auth0.OAuth.LoginWithAuthCode(r.Context(), oauth.LoginWithAuthCodeRequest{
			Code:        r.FormValue("code"),
			RedirectURI: origin + "/callback",
		}, oauth.IDTokenValidationOptions{Nonce: session.Nonce})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		session.Email = emailIn(tokens.IDToken)
		session.AccessToken, session.RefreshToken = tokens.AccessToken, tokens.RefreshToken
		http.Redirect(w, r, "/", http.StatusFound)
	})

	http.HandleFunc("/profile", func(w http.ResponseWriter, r *http.Request) {
		user, err := auth0.UserInfo(r.Context(), browsers.Of(w, r).AccessToken)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		json.NewEncoder(w).Encode(user)
	})

	http.HandleFunc("/refresh", func(w http.ResponseWriter, r *http.Request) {
		session := browsers.Of(w, r)
		tokens, err := auth0.OAuth.RefreshToken(r.Context(), oauth.RefreshTokenRequest{
			RefreshToken: session.RefreshToken,
		}, oauth.IDTokenValidationOptions{})
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		// Each refresh brings the next refresh token. Where the answer is lost, the former one may be used again.
		session.AccessToken, session.RefreshToken = tokens.AccessToken, tokens.RefreshToken
		fmt.Fprint(w, "Refreshed")
	})

	http.HandleFunc("/revoke", func(w http.ResponseWriter, r *http.Request) {
		token := oauth.RevokeRefreshTokenRequest{Token: browsers.Of(w, r).RefreshToken}
		if err := auth0.OAuth.RevokeRefreshToken(r.Context(), token); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, "Revoked")
	})

	http.HandleFunc("/logout", func(w http.ResponseWriter, r *http.Request) {
		browsers.End(r)
		query := url.Values{"client_id": {clientID}, "returnTo": {origin + "/"}}
		http.Redirect(w, r, "https://"+domain+"/v2/logout?"+query.Encode(), http.StatusFound)
	})

	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}

// emailIn reads a claim of an ID token that the SDK has verified and gives on as text.
func emailIn(idToken string) string {
	parts := strings.Split(idToken, ".")
	if len(parts) != 3 {
		return ""
	}
	var claims struct{ Email string }
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	json.Unmarshal(text, &claims)
	return claims.Email
}
