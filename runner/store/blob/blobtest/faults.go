package blobtest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
)

// A Network carries requests, and fails where Fault says so.
type Network struct {
	// Fault says how a request fails, or nil for one that does not. It may be called by several goroutines.
	Fault func(r *http.Request) Fault

	mu   sync.Mutex
	sent []string
}

// A Fault carries a request in its own way.
type Fault func(r *http.Request, network http.RoundTripper) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (n *Network) RoundTrip(r *http.Request) (*http.Response, error) {
	n.mu.Lock()
	n.sent = append(n.sent, r.Method+" "+r.URL.Path)
	n.mu.Unlock()
	if n.Fault != nil {
		if fault := n.Fault(r); fault != nil {
			return fault(r, http.DefaultTransport)
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Sent lists the requests so far, as method and path.
func (n *Network) Sent() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string{}, n.sent...)
}

// Reset breaks the connection before the service sees the request.
func Reset(*http.Request, http.RoundTripper) (*http.Response, error) {
	return nil, syscall.ECONNRESET
}

// LoseReply lets the service carry out the request, and breaks the connection before it can say so.
func LoseReply(r *http.Request, network http.RoundTripper) (*http.Response, error) {
	answer, err := network.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body.Close()
	return nil, syscall.ECONNRESET
}

// CutReply breaks the connection in the middle of the answer.
func CutReply(r *http.Request, network http.RoundTripper) (*http.Response, error) {
	answer, err := network.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	cut := io.MultiReader(bytes.NewReader(text[:len(text)/2]), broken{})
	answer.Body = io.NopCloser(cut)
	return answer, nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// FlipByte changes the last but 60th byte of what the service receives: it lies within the data of both protocols.
func FlipByte(r *http.Request, network http.RoundTripper) (*http.Response, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if len(text) < 100 {
		return nil, errors.New("too short to be corrupted")
	}
	text[len(text)-60] ^= 1
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(text))
	return network.RoundTrip(r)
}

// Answer is a fault in which the service answers with a status, a text, and headers in pairs.
func Answer(status int, text string, headers ...string) Fault {
	return func(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
		if r.Body != nil {
			io.Copy(io.Discard, r.Body)
			r.Body.Close()
		}
		h := http.Header{}
		for i := 0; i+1 < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header: h, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: r,
		}, nil
	}
}
