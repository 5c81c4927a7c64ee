package hubtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// Hub is the emulator. It answers until Close.
type Hub struct {
	o      Options
	shelf  shelf
	dice   dice
	book   book
	apiURL string
	cdnURL string

	mu      sync.Mutex
	links   int             // signed addresses given out
	revoked map[string]bool // their numbers

	servers []*http.Server
	done    sync.WaitGroup
}

// freePort is an address on the loopback interface that takes a port that is free.
const freePort = "127.0.0.1:0"

// Start serves on two ports of the loopback interface. Any other address is refused: an emulator is nothing for a
// network.
func Start(o Options) (*Hub, error) {
	if info, err := os.Stat(o.Dir); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%q is no folder of repositories (DIR/OWNER/NAME/...)", o.Dir)
	}
	o.fill()
	h := &Hub{o: o, revoked: map[string]bool{}}
	h.shelf = shelf{dir: o.Dir, large: o.Large, memo: map[stamp]sums{}}
	h.dice = dice{seed: o.Seed, rate: o.Rate, faults: o.Faults, turns: map[string]int{}, ordered: map[string][]Fault{}}
	h.book = book{files: map[string]Count{}}
	var err error
	if h.apiURL, err = h.serve(o.Address, h.api()); err == nil {
		h.cdnURL, err = h.serve(freePort, http.HandlerFunc(h.cdn))
	}
	if err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

func (h *Hub) serve(address string, handler http.Handler) (string, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("%q is no address of this machine alone; give 127.0.0.1:PORT", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	h.servers = append(h.servers, server)
	h.done.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			h.book.violation("the emulator stopped serving: " + err.Error())
		}
	})
	return "http://" + listener.Addr().String(), nil
}

// URL is what HF_ENDPOINT should be.
func (h *Hub) URL() string { return h.apiURL }

// Close ends all answers and waits for them.
func (h *Hub) Close() {
	for _, s := range h.servers {
		s.Close()
	}
	h.done.Wait()
}

// sign makes an address on the CDN that serves a file for a while, to requests of one method.
func (h *Hub) sign(f file, id, method string) string {
	h.mu.Lock()
	h.links++
	number := strconv.Itoa(h.links)
	h.mu.Unlock()
	path := "/" + id + "/" + f.sha256
	until := strconv.FormatInt(time.Now().Add(h.o.Life).Unix(), 10)
	return h.cdnURL + path + "?Expires=" + until + "&Key-Pair-Id=" + number + "&Signature=" + h.signature(method, path, until, number)
}

func (h *Hub) signature(method, path, until, number string) string {
	mac := hmac.New(sha256.New, fmt.Appendf(nil, "seed %d", h.o.Seed))
	fmt.Fprintf(mac, "%s %s %s %s", method, path, until, number)
	return hex.EncodeToString(mac.Sum(nil))
}

// valid tells whether a signed address may still be used.
func (h *Hub) valid(r *http.Request) bool {
	q := r.URL.Query()
	until, number := q.Get("Expires"), q.Get("Key-Pair-Id")
	ends, err := strconv.ParseInt(until, 10, 64)
	h.mu.Lock()
	defer h.mu.Unlock()
	return err == nil && time.Now().Unix() < ends && !h.revoked[number] &&
		hmac.Equal([]byte(h.signature(r.Method, r.URL.Path, until, number)), []byte(q.Get("Signature")))
}

func (h *Hub) revoke(number string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.revoked[number] = true
}
