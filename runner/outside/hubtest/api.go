package hubtest

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// api is the Hub itself.
func (h *Hub) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/datasets/{owner}/{name}/revision/{rev}", h.listing(h.revision))
	mux.HandleFunc("GET /api/datasets/{owner}/{name}/tree/{rev}", h.listing(h.tree))
	mux.HandleFunc("GET /api/datasets/{owner}/{name}/tree/{rev}/{path...}", h.listing(h.tree))
	mux.HandleFunc("GET /datasets/{owner}/{name}/resolve/{rev}/{path...}", h.resolve)
	mux.HandleFunc("GET /api/resolve-cache/datasets/{owner}/{name}/{rev}/{path...}", h.cached)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "", "Sorry, we can't find the page you are looking for.")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.inspect(r, false)
		mux.ServeHTTP(w, r)
	})
}

// listing wraps what is no file: faults, and the rights to look.
func (h *Hub) listing(answer func(http.ResponseWriter, *http.Request, *repo)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.book.note("", func(c *Count) { c.Requests++ })
		if f, _ := h.dice.roll(""); f != None {
			h.book.note("", func(c *Count) { c.Faults++ })
			if !busy(w, f) {
				busy(w, ServerError)
			}
			return
		}
		if repo := h.find(w, r); repo != nil {
			answer(w, r, repo)
		}
	}
}

// find returns the repository that a request names, or answers why it does not get it.
func (h *Hub) find(w http.ResponseWriter, r *http.Request) *repo {
	id := r.PathValue("owner") + "/" + r.PathValue("name")
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if token != "" && !slices.Contains(h.o.Tokens, token) {
		refuse(w, http.StatusUnauthorized, "", "Invalid credentials in Authorization header")
		return nil
	}
	set, err := h.shelf.settings(id)
	switch {
	case err == nil && set.MovedTo != "":
		moved(w, r, id, set.MovedTo)
	case err != nil || set.Private && !slices.Contains(set.Allow, token):
		missing(w, token)
	case set.Disabled:
		refuse(w, http.StatusForbidden, "", "Access to this resource is disabled.")
	default:
		return h.state(w, id, r.PathValue("rev"))
	}
	return nil
}

// missing is what is said of a repository that is not there, or that the asker may not know of.
func missing(w http.ResponseWriter, token string) {
	if token == "" {
		refuse(w, http.StatusUnauthorized, "RepoNotFound", "Invalid username or password.")
		return
	}
	refuse(w, http.StatusNotFound, "RepoNotFound", "Repository not found")
}

// moved redirects to the new name of a repository, on the same host.
func moved(w http.ResponseWriter, r *http.Request, from, to string) {
	w.Header().Set("Location", strings.Replace(r.URL.RequestURI(), "/"+from+"/", "/"+to+"/", 1))
	w.WriteHeader(http.StatusTemporaryRedirect)
}

func (h *Hub) state(w http.ResponseWriter, id, revision string) *repo {
	repo, err := h.shelf.open(id, revision)
	if errors.Is(err, fs.ErrNotExist) {
		refuse(w, http.StatusNotFound, "RevisionNotFound", "Invalid rev id: "+url.PathEscape(revision))
		return nil
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, "", "the emulator cannot read "+id)
		return nil
	}
	return repo
}
