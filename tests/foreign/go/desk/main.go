// A web application with go-oidc and golang.org/x/oauth2.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"harbour.example/foreign/sessions"
)

func main() {
	issuer, origin := os.Getenv("ISSUER"), os.Getenv("ORIGIN") // https://id.example.com/ with the slash
	provider, err := oidc.NewProvider(context.Background(), issuer)
	if err != nil {
		log.Fatal(err)
	}
	config := oauth2.Config{
		ClientID:     os.Getenv("CLIENT_ID"),
		ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint:     provider.Endpoint(),
		RedirectURL:  origin + "/callback",
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: config.ClientID})
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
		session.State, session.Nonce, session.Verifier = rand.Text(), rand.Text(), oauth2.GenerateVerifier()
		http.Redirect(w, r, config.AuthCodeURL(session.State, oidc.Nonce(session.Nonce),
			oauth2.S256ChallengeOption(session.Verifier),
			oauth2.SetAuthURLParam("audience", "https://api.harbour.example/")), http.StatusFound)
	})

	http.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		session := browsers.Of(w, r)
		if session.State == "" || r.FormValue("state") != session.State {
			http.Error(w, "This sign-in was not begun here.", http.StatusBadRequest)
			return
		}
		session.State = ""
		token, err := config.Exchange(r.Context(), r.FormValue("code"), oauth2.VerifierOption(session.Verifier))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		raw, _ := token.Extra("id_token").(string)
		idToken, err := verifier.Verify(r.Context(), raw)
		if err != nil || idToken.Nonce != session.Nonce {
			http.Error(w, "The ID token does not hold.", http.StatusBadGateway)
			return
		}
		var claims struct{ Email string }
		if err := idToken.Claims(&claims); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		session.Email, session.IDToken = claims.Email, raw
		session.AccessToken, session.RefreshToken = token.AccessToken, token.RefreshToken
		http.Redirect(w, r, "/", http.StatusFound)
	})

	http.HandleFunc("/profile", func(w http.ResponseWriter, r *http.Request) {
		token := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: browsers.Of(w, r).AccessToken})
		info, err := provider.UserInfo(r.Context(), token)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		var claims map[string]any
		info.Claims(&claims)
		json.NewEncoder(w).Encode(claims)
	})

	http.HandleFunc("/refresh", func(w http.ResponseWriter, r *http.Request) {
		session := browsers.Of(w, r)
		// An access token that has expired, so that the source asks for another one.
		expired := &oauth2.Token{RefreshToken: session.RefreshToken, Expiry: time.Unix(1, 0)}
		token, err := config.TokenSource(r.Context(), expired).Token()
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		// Each refresh brings the next refresh token. Where the answer is lost, the former one may be used again.
		session.AccessToken, session.RefreshToken = token.AccessToken, token.RefreshToken
		fmt.Fprint(w, "Refreshed")
	})

	http.HandleFunc("/logout", func(w http.ResponseWriter, r *http.Request) {
		query := url.Values{
			"id_token_hint":            {browsers.Of(w, r).IDToken},
			"post_logout_redirect_uri": {origin + "/"},
		}
		browsers.End(r)
		http.Redirect(w, r, issuer+"oidc/logout?"+query.Encode(), http.StatusFound)
	})

	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), nil))
}
