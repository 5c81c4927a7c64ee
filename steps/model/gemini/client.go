package gemini

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"google.golang.org/genai"
)

// A Client asks one provider as one user. Its methods may be called from several goroutines.
type Client struct {
	opt  Options
	sdk  *genai.Client
	http *http.Client
	own  *http.Transport // set if the connections are the client's own

	// answered holds the settings (model.Settings, embedSettings) with which a question was answered: a question with
	// the same ones that the service calls invalid is itself at fault.
	answered sync.Map
}

// patience is how long a service may take to begin its answer. Models think for minutes.
const patience = 15 * time.Minute

// New returns a client. It sends nothing, and looks for no credentials.
func New(o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	c := &Client{opt: o}
	if err := c.connect(); err != nil {
		return nil, err
	}
	var err error
	c.sdk, err = genai.NewClient(context.Background(), c.config())
	if err != nil {
		return nil, fmt.Errorf("provider %s: the SDK does not take the settings: %s", o.Provider, c.clean(err.Error()))
	}
	return c, nil
}

// Close closes idle connections, if they are the client's own.
func (c *Client) Close() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// connect makes the HTTP client through which all requests leave.
func (c *Client) connect() error {
	var plain http.Client
	if c.opt.HTTP != nil {
		plain = *c.opt.HTTP
	}
	if plain.Transport == nil {
		c.own = &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1000, IdleConnTimeout: 90 * time.Second,
			TLSHandshakeTimeout: 30 * time.Second, ResponseHeaderTimeout: patience,
		}
		plain.Transport = c.own
	}
	token := c.opt.Token
	if token == nil && c.opt.Provider == Vertex {
		token = (&machineKeys{network: plain.Transport}).token
	}
	service, err := url.Parse(c.opt.base())
	if err != nil {
		return fmt.Errorf("provider %s: %w", c.opt.Provider, err)
	}
	storage, err := url.Parse(c.opt.storage())
	if err != nil {
		return fmt.Errorf("provider %s: %w", c.opt.Provider, err)
	}
	plain.Transport = &transport{client: c, network: plain.Transport, token: token, hosts: []string{service.Host, storage.Host}}
	plain.CheckRedirect = readsOnly
	c.http = &plain
	return nil
}

// readsOnly follows redirects of reads alone: a question or a job must not be sent twice.
func readsOnly(r *http.Request, before []*http.Request) error {
	if before[0].Method != http.MethodGet || len(before) >= 10 {
		return http.ErrUseLastResponse
	}
	return nil
}

// noKey stands where the SDK wants a key. The transport puts in the real one, so that none is where the SDK prints it.
const noKey = "none"

// config configures the SDK so that it takes nothing from the environment.
func (c *Client) config() *genai.ClientConfig {
	config := &genai.ClientConfig{
		Backend: genai.BackendGeminiAPI, APIKey: noKey, HTTPClient: c.http,
		HTTPOptions: genai.HTTPOptions{BaseURL: c.opt.base(), APIVersion: c.opt.version()},
	}
	switch c.opt.Provider {
	case Express:
		config.Backend = genai.BackendVertexAI
	case Vertex:
		config.Backend, config.APIKey = genai.BackendVertexAI, ""
		config.Project, config.Location = c.opt.Project, c.opt.Location
	}
	return config
}
