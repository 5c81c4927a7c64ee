package hubtest

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	json.NewEncoder(w).Encode(v)
}

// revision tells of a repository at a revision.
func (h *Hub) revision(w http.ResponseWriter, _ *http.Request, r *repo) {
	siblings := []map[string]string{}
	for _, f := range r.files {
		siblings = append(siblings, map[string]string{"rfilename": f.path})
	}
	gated := any(false)
	if r.settings.Gated {
		gated = "manual"
	}
	reply(w, map[string]any{"id": r.id, "sha": r.commit, "private": r.settings.Private, "gated": gated,
		"disabled": r.settings.Disabled, "siblings": siblings})
}

// node is one entry of a listing, as the Hub writes it.
type node struct {
	Type string    `json:"type"`
	OID  string    `json:"oid"`
	Size int64     `json:"size"`
	Path string    `json:"path"`
	LFS  *largeRef `json:"lfs,omitempty"`
	Xet  string    `json:"xetHash,omitempty"`
}

type largeRef struct {
	OID         string `json:"oid"`
	Size        int64  `json:"size"`
	PointerSize int    `json:"pointerSize"`
}

// tree lists a folder, a page at a time.
func (h *Hub) tree(w http.ResponseWriter, req *http.Request, r *repo) {
	folder := strings.Trim(req.PathValue("path"), "/")
	nodes := r.nodes(folder, req.URL.Query().Get("recursive") == "true")
	if len(nodes) == 0 && folder != "" {
		refuse(w, http.StatusNotFound, "EntryNotFound", folder+" does not exist on \""+req.PathValue("rev")+"\"")
		return
	}
	w.Header().Set("X-Repo-Commit", r.commit)
	from, _ := strconv.Atoi(req.URL.Query().Get("cursor"))
	from = min(max(from, 0), len(nodes))
	page := nodes[from:min(from+h.o.PageSize, len(nodes))]
	if next := from + len(page); next < len(nodes) {
		q := req.URL.Query()
		q.Set("cursor", strconv.Itoa(next))
		w.Header().Set("Link", fmt.Sprintf("<%s%s?%s>; rel=\"next\"", h.apiURL, req.URL.EscapedPath(), q.Encode()))
	}
	reply(w, page)
}

// nodes are the entries below a folder, sorted by path.
func (r *repo) nodes(folder string, recursive bool) []node {
	nodes := []node{}
	folders := map[string]bool{"": true, folder: true}
	for _, f := range r.files {
		if folder != "" && !strings.HasPrefix(f.path, folder+"/") {
			continue
		}
		if recursive || parent(f.path) == folder {
			nodes = append(nodes, f.node())
		}
		for d := parent(f.path); !folders[d]; d = parent(d) {
			folders[d] = true
			if recursive || parent(d) == folder {
				sum := sha1.Sum([]byte(d))
				nodes = append(nodes, node{Type: "directory", OID: hex.EncodeToString(sum[:]), Path: d})
			}
		}
	}
	slices.SortFunc(nodes, func(a, b node) int { return strings.Compare(a.Path, b.Path) })
	return nodes
}

func parent(p string) string {
	if d := path.Dir(p); d != "." {
		return d
	}
	return ""
}

func (f file) node() node {
	n := node{Type: "file", OID: f.blob, Size: f.size, Path: f.path}
	if f.large {
		n.LFS = &largeRef{OID: f.sha256, Size: f.size, PointerSize: len(f.pointer(f.sha256))}
		n.Xet = f.tag()
	}
	return n
}

// tag is the CDN's ETag of a file, which is not its digest.
func (f file) tag() string {
	sum := sha1.Sum([]byte("cdn " + f.sha256))
	return hex.EncodeToString(sum[:])
}
