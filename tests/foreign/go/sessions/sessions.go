// Package sessions keeps what belongs to a browser in memory. A real application keeps it in its database.
package sessions

import (
	"crypto/rand"
	"net/http"
	"sync"
)

type Session struct {
	State, Nonce, Verifier, Email      string
	AccessToken, RefreshToken, IDToken string
}

type Sessions struct {
	mutex sync.Mutex
	byID  map[string]*Session
}

// Of gives the session of a browser, a new one where it has none.
func (s *Sessions) Of(w http.ResponseWriter, r *http.Request) *Session {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if cookie, err := r.Cookie("session"); err == nil && s.byID[cookie.Value] != nil {
		return s.byID[cookie.Value]
	}
	id, session := rand.Text(), &Session{}
	if s.byID == nil {
		s.byID = map[string]*Session{}
	}
	s.byID[id] = session
	http.SetCookie(w, &http.Cookie{Name: "session", Value: id, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return session
}

// End forgets the session of a browser.
func (s *Sessions) End(r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if cookie, err := r.Cookie("session"); err == nil {
		delete(s.byID, cookie.Value)
	}
}
