package hubtest

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// resolve tells where a file lies: large ones on the CDN, small ones on another path of the Hub.
func (h *Hub) resolve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("owner") + "/" + r.PathValue("name") + "/" + r.PathValue("path")
	h.book.note(name, func(c *Count) { c.Resolves++ })
	if f, _ := h.dice.roll("resolve " + name); f != None {
		h.book.note(name, func(c *Count) { c.Faults++ })
		if !busy(w, f) {
			busy(w, ServerError)
		}
		return
	}
	repo, f := h.entry(w, r)
	if f == nil {
		return
	}
	w.Header().Set("X-Repo-Commit", repo.commit)
	if !f.large {
		w.Header().Set("Location", "/api/resolve-cache/datasets/"+repo.id+"/"+repo.commit+"/"+escaped(f.path)+
			"?"+url.QueryEscape(r.URL.Path)+"=&etag="+url.QueryEscape(quoted(f.blob)))
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	w.Header().Set("X-Linked-Etag", quoted(f.sha256))
	w.Header().Set("X-Linked-Size", strconv.FormatInt(f.size, 10))
	w.Header().Set("X-Xet-Hash", f.tag())
	w.Header().Set("Location", h.sign(*f, name, r.Method))
	w.WriteHeader(http.StatusFound)
}

// entry returns the file that a request names, or answers why it does not get it.
func (h *Hub) entry(w http.ResponseWriter, r *http.Request) (*repo, *file) {
	repo := h.find(w, r)
	if repo == nil {
		return nil, nil
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if repo.settings.Gated && !slices.Contains(repo.settings.Allow, token) {
		status := http.StatusForbidden
		if token == "" {
			status = http.StatusUnauthorized
		}
		refuse(w, status, "GatedRepo", "Access to dataset "+repo.id+" is restricted and you are not in the authorized list.")
		return nil, nil
	}
	i := slices.IndexFunc(repo.files, func(f file) bool { return f.path == r.PathValue("path") })
	if i < 0 {
		refuse(w, http.StatusNotFound, "EntryNotFound", "Entry not found")
		return nil, nil
	}
	return repo, &repo.files[i]
}

// cached serves the bytes of a small file.
func (h *Hub) cached(w http.ResponseWriter, r *http.Request) {
	repo, f := h.entry(w, r)
	if f == nil {
		return
	}
	w.Header().Set("X-Repo-Commit", repo.commit)
	name := repo.id + "/" + f.path
	if r.Method == http.MethodHead {
		w.Header().Set("ETag", quoted(f.blob))
		w.Header().Set("Content-Length", strconv.FormatInt(f.size, 10))
		return
	}
	h.bytes(w, r, name, *f, quoted(f.blob))
}

// cdn serves the bytes of a large file to whoever has a signed address.
func (h *Hub) cdn(w http.ResponseWriter, r *http.Request) {
	h.inspect(r, true)
	slash := strings.LastIndex(r.URL.Path, "/")
	name, digest := strings.TrimPrefix(r.URL.Path[:max(slash, 0)], "/"), r.URL.Path[slash+1:]
	f, ok := h.shelf.find(name, digest)
	if !ok || !h.valid(r) {
		denied(w)
		return
	}
	h.bytes(w, r, name, f, quoted(f.tag()))
}

// find looks up a file by its name and digest, in any state of its repository.
func (s *shelf) find(name, digest string) (file, bool) {
	parts := strings.SplitN(name, "/", 3)
	if len(parts) < 3 {
		return file{}, false
	}
	folders, err := os.ReadDir(s.dir + "/" + parts[0])
	for _, folder := range folders {
		if first, _, _ := strings.Cut(folder.Name(), "@"); err != nil || first != parts[1] {
			continue
		}
		f, err := s.file(s.dir+"/"+parts[0]+"/"+folder.Name(), parts[2])
		if err == nil && f.sha256 == digest {
			return f, true
		}
	}
	return file{}, false
}

// denied is what a CDN says of a signature that has run out.
func denied(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
}

func quoted(tag string) string { return `"` + tag + `"` }

func escaped(path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}
