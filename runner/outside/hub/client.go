package hub

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"sftrun.local/runner/outside/ranges"
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

	// Ranges says how files are read, and how long the Hub is waited for: its limits are counted over 5 minutes.
	Ranges ranges.Options
}

// A Client reads from one Hub. Its methods may be called from several goroutines.
type Client struct {
	o        Options
	endpoint *url.URL
	http     http.Client
	pool     *ranges.Pool
	limits   limits
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
	c := &Client{o: o, endpoint: endpoint}
	o.Ranges.Busy = c.busy
	c.pool = ranges.New(o.Ranges)
	c.http = http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	return c, nil
}

func (o *Options) fill() {
	o.Agent = cmp.Or(o.Agent, "sftrun")
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = cmp.Or(o.Ranges.Connections, 16)
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

// Received returns how many bytes of files have come in so far, those that were thrown away included. Listings are not
// counted.
func (c *Client) Received() int64 { return c.pool.Received() }

// Close lets go of idle connections. Files that are open stay usable.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// String hides the token.
func (c *Client) String() string { return "client of " + c.endpoint.String() }

// GoString hides the token from %#v.
func (c *Client) GoString() string { return c.String() }

// page is the address of a repository's page, for people.
func (c *Client) page(repo string) string { return c.endpoint.JoinPath("datasets", repo).String() }
