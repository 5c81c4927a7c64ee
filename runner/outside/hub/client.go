package hub

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// DefaultEndpoint is the Hub itself.
const DefaultEndpoint = "https://huggingface.co"

// Options make a Client. The zero value reads public datasets of the Hub.
type Options struct {
	Endpoint string // DefaultEndpoint if ""
	Token    Token  // "" reads what is public (HF_TOKEN: see FindToken)
	Agent    string // what the client calls itself, such as "sftrun/1.2"; "sftrun" if ""

	// Transport sends requests; one of the client's own, with the proxies of the environment, if nil.
	Transport http.RoundTripper

	BlockSize   int           // least bytes that are fetched at a time; 16 KB if 0
	CacheSize   int           // bytes of blocks that an open file keeps, at least two blocks; 16 MB if 0
	LongAfter   int           // bytes read in order behind which a request asks for all that is left of the file; 4 MB if 0
	Connections int           // most requests under way at once; 16 if 0
	Stall       time.Duration // an answer that brings no byte for so long is given up and asked for again; 60 s if 0

	// Tries is how often one thing is asked for, and Patience how long, waits included, before its failure is final. Both
	// start anew whenever bytes arrive. 8 and 10 minutes if 0: the Hub's limits are counted over 5 minutes. What is not
	// about the bytes of a file is asked for 5 times at most.
	Tries    int
	Patience time.Duration

	// Sleep waits between tries, and returns early with the error of a context that ends. Nil is a real wait.
	Sleep func(ctx context.Context, d time.Duration) error
}

// A Client reads from one Hub. Its methods may be called from several goroutines.
type Client struct {
	o        Options
	endpoint *url.URL
	http     http.Client
	lines    connections
	limits   limits
	received atomic.Int64
}

// New makes a client. It sends nothing.
func New(o Options) (*Client, error) {
	endpoint, err := parseEndpoint(cmp.Or(o.Endpoint, DefaultEndpoint))
	if err != nil {
		return nil, err
	}
	if err := o.Token.check(); err != nil {
		return nil, err
	}
	if o.Token != "" && endpoint.Scheme == "http" && !loopback(endpoint.Hostname()) {
		return nil, fmt.Errorf("the endpoint %s is not encrypted: the token could be read on the way there; use https, or give no token", endpoint)
	}
	o.fill()
	c := &Client{o: o, endpoint: endpoint, lines: connections{free: o.Connections}}
	c.http = http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return c, nil
}

func (o *Options) fill() {
	o.Agent = cmp.Or(o.Agent, "sftrun")
	o.BlockSize = cmp.Or(o.BlockSize, 16<<10)
	o.CacheSize = cmp.Or(o.CacheSize, 16<<20)
	o.LongAfter = cmp.Or(o.LongAfter, 4<<20)
	o.Connections = cmp.Or(o.Connections, 16)
	o.Stall = cmp.Or(o.Stall, time.Minute)
	o.Tries = cmp.Or(o.Tries, 8)
	o.Patience = cmp.Or(o.Patience, 10*time.Minute)
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = o.Connections
		o.Transport = t
	}
}

func parseEndpoint(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("the endpoint of the Hub (HF_ENDPOINT) is no address like %s", DefaultEndpoint)
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Received returns how many bytes of files have come in so far, those that were thrown away included. Listings are not
// counted.
func (c *Client) Received() int64 { return c.received.Load() }

// Close lets go of idle connections. Files that are open stay usable.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// String hides the token.
func (c *Client) String() string { return "client of " + c.endpoint.String() }

// GoString hides the token from %#v.
func (c *Client) GoString() string { return c.String() }

// page is the address of a repository's page, for people.
func (c *Client) page(repo string) string { return c.endpoint.JoinPath("datasets", repo).String() }
