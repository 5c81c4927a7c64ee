package geminitest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
)

// admit finds out who asks. The owner is a digest of the key or token, so that neither lies on the disk.
func (s *Server) admit(r *http.Request, a asked) (owner string, f *refusal) {
	if r.URL.Query().Has("key") {
		s.book.violation("a key in the address of %s", a.call)
	}
	key := r.Header.Get("X-Goog-Api-Key")
	token, isToken := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	open := len(s.opt.Keys) == 0 && len(s.opt.Tokens) == 0
	switch {
	case a.bucket != "" || a.parent != "" && key == "":
		if token == "" || !open && !slices.Contains(s.opt.Tokens, token) {
			return "", tokenError(a)
		}
		return owned("token", token), nil
	case isToken && key == "":
		if !a.vertex || a.parent == "" {
			s.book.violation("a token where a key is needed, in %s", a.call)
		}
		return "", keyError(a, "API key not valid. Please pass a valid API key.")
	case key == "":
		s.book.violation("%s without a key", a.call)
		return "", refuse(http.StatusForbidden, forbidden, "Method doesn't allow unregistered callers (callers without established identity). "+
			"Please use API Key or other form of API consumer identity to call this API.")
	case !open && !slices.Contains(s.opt.Keys, key):
		return "", keyError(a, "API key not valid. Please pass a valid API key.")
	}
	return owned("key", key), nil
}

func owned(kind, secret string) string {
	sum := sha256.Sum256([]byte("geminitest " + kind + " " + secret))
	return hex.EncodeToString(sum[:6])
}

func tokenError(a asked) *refusal {
	return refuse(http.StatusUnauthorized, noPassport, "Request had invalid authentication credentials. Expected OAuth 2 access token, "+
		"login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.").
		because("ErrorInfo", map[string]any{"reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED", "domain": "googleapis.com",
			"metadata": map[string]string{"service": service(a)}})
}

func keyError(a asked, message string) *refusal {
	return badRequest("%s", message).
		because("ErrorInfo", map[string]any{"reason": "API_KEY_INVALID", "domain": "googleapis.com",
			"metadata": map[string]string{"service": service(a)}}).
		because("LocalizedMessage", map[string]any{"locale": "en-US", "message": message})
}

func service(a asked) string {
	switch {
	case a.bucket != "":
		return "storage.googleapis.com"
	case a.vertex:
		return "aiplatform.googleapis.com"
	}
	return "generativelanguage.googleapis.com"
}
