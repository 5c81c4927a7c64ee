package hubtest

import (
	"net/http"
	"strings"
	"sync"
)

// Count is what was asked for and sent of one file.
type Count struct {
	Resolves int   // requests to the Hub that ask where it lies
	Requests int   // requests for its bytes
	Bytes    int64 // of it that were sent
	Faults   int   // answers that went wrong on purpose
}

// book is what the emulator remembers of requests.
type book struct {
	mu         sync.Mutex
	files      map[string]Count
	violations []string
}

func (b *book) note(path string, change func(*Count)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.files[path]
	change(&c)
	b.files[path] = c
}

func (b *book) violation(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.violations = append(b.violations, text)
}

// Count returns what happened to a file, OWNER/NAME/PATH. Listings and all else that is no file are counted under "".
func (h *Hub) Count(path string) Count {
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	return h.book.files[path]
}

// Total sums up what happened to all files, and to what is no file.
func (h *Hub) Total() (all Count) {
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	for _, c := range h.book.files {
		all.Resolves += c.Resolves
		all.Requests += c.Requests
		all.Bytes += c.Bytes
		all.Faults += c.Faults
	}
	return all
}

// Violations lists what no client may do: show a token to the CDN, or in an address.
func (h *Hub) Violations() []string {
	h.book.mu.Lock()
	defer h.book.mu.Unlock()
	return append([]string(nil), h.book.violations...)
}

// inspect looks for tokens where they must not be.
func (h *Hub) inspect(r *http.Request, onCDN bool) {
	if onCDN && r.Header.Get("Authorization") != "" {
		h.book.violation("Authorization on the CDN: " + r.URL.Path)
	}
	for _, t := range h.o.Tokens {
		for name, values := range r.Header {
			if (onCDN || name != "Authorization") && strings.Contains(strings.Join(values, " "), t) {
				h.book.violation("token in header " + name + ": " + r.URL.Path)
			}
		}
		if strings.Contains(r.URL.String(), t) {
			h.book.violation("token in an address: " + r.URL.Path)
		}
	}
}
