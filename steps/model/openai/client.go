package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sftrun.local/steps/model"
)

const (
	// patience is how long a server may take to begin its answer. Models think for minutes, and local ones queue.
	patience = 30 * time.Minute

	mostReply = 64 << 20 // bytes of an answer
	mostError = 1 << 20  // bytes of an error
)

// Options say whom to ask, and as whom.
type Options struct {
	BaseURL string       // "http://localhost:8000/v1"
	Key     string       // "" = none is sent
	HTTP    *http.Client // nil = a client of its own
}

// A Client asks one server. Its methods may be called from several goroutines.
type Client struct {
	base string
	key  string
	http *http.Client
	own  *http.Transport // set if the connections are the client's own

	mu       sync.Mutex
	dialects map[string]*dialect // by model
}

// New returns a client. It sends nothing.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("provider openai: %q is no address of a server: want something like \"http://localhost:8000/v1\"", o.BaseURL)
	}
	if strings.ContainsFunc(o.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the key in OPENAI_API_KEY holds blanks, line ends or letters that no key has: copy it anew")
	}
	c := &Client{base: strings.TrimRight(o.BaseURL, "/"), key: o.Key, dialects: map[string]*dialect{}}
	var plain http.Client
	if o.HTTP != nil {
		plain = *o.HTTP
	} else {
		c.own = &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1000, IdleConnTimeout: 90 * time.Second,
			TLSHandshakeTimeout: 30 * time.Second, ResponseHeaderTimeout: patience,
		}
		plain.Transport = c.own
	}
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // the key is for this server
	c.http = &plain
	return c, nil
}

// Close closes idle connections, if they are the client's own.
func (c *Client) Close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// post sends a body once, and returns what came back with 200. Any other error than that of ctx is a *model.Trouble or a
// *failure.
func (c *Client) post(ctx context.Context, path string, body any) ([]byte, error) {
	text, err := encode(body)
	if err != nil {
		return nil, err
	}
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	r, err := http.NewRequestWithContext(traced, http.MethodPost, c.base+path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if c.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.key)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, c.broken(ctx, err, sent.Load())
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(resp.Body, mostError)) // what is missing of an error costs only words
		return nil, c.failed(resp, said)
	}
	said, err := io.ReadAll(io.LimitReader(resp.Body, mostReply+1))
	switch {
	case err != nil:
		return nil, c.broken(ctx, err, true)
	case len(said) > mostReply:
		return nil, c.unreadable(fmt.Sprintf("more than %d MB", mostReply>>20))
	}
	return said, nil
}

// encode leaves < and > as they are.
func encode(body any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(body)
	return b.Bytes(), err
}

// broken is a request without a reply. An error of ctx stays what it is.
func (c *Client) broken(ctx context.Context, err error, sent bool) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	class := model.Overloaded
	if sent {
		class = model.Lost
	}
	return &model.Trouble{Class: class, Detail: c.clean(err.Error()), Err: err}
}

// unreadable is a reply that says that all is well and makes no sense.
func (c *Client) unreadable(what string) error {
	return &model.Trouble{Class: model.Lost, Detail: "unreadable reply: " + c.clean(what)}
}
