// Package providers makes whoever answers the questions of a pipeline: a client for each service that its models name,
// when it is asked first, behind the limits and the retries of these models.
package providers

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"strings"
	"sync"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/gemini"
	"sftrun.local/steps/model/limit"
	"sftrun.local/steps/model/offline"
	"sftrun.local/steps/model/openai"
	"sftrun.local/steps/model/retry"
)

// Options say as whom services are asked, and where. Zero values work for models that need neither.
type Options struct {
	Key       string // for Google's models; "" = none was found
	OpenAIKey string // for servers of provider openai; "" = none
	GeminiURL string // in place of the Gemini API; "" = Google's
	VertexURL string // in place of Vertex AI; "" = Google's
	Thinking  []gemini.Thinking
	Token     string       // for Vertex AI, in a rehearsal; "" = the credentials of this machine
	Tell      func(string) // of what passes and a user may want to know, once each; may be nil
}

// A Model is a model as a pipeline declares it.
type Model struct {
	Path string `json:"-"` // where in the pipeline: "models.flash", "steps.transform.model"
	model.Settings
	model.Delivery
}

// A Set answers for the models of a pipeline.
type Set struct {
	opt    Options
	models map[service]Model
	limits limit.Set

	mu      sync.Mutex
	clients map[place]model.Client
	told    map[string]bool
}

// service is what limits are counted for.
type service struct{ provider, address, name string }

// place is what a client is made for.
type place struct{ provider, address, project, location, bucket string }

func serviceOf(s model.Settings) service {
	return service{s.Provider, strings.TrimRight(s.BaseURL, "/"), s.Name}
}

func placeOf(m Model) place {
	return place{m.Provider, strings.TrimRight(m.BaseURL, "/"), m.Project, m.Location, m.Bucket}
}

// New returns a set. It makes no client. Several declarations of one model share the lowest of their limits and the most
// of their tries; an error says that they cannot be one.
func New(models []Model, o Options) (*Set, error) {
	s := &Set{opt: o, models: map[service]Model{}, clients: map[place]model.Client{}, told: map[string]bool{}}
	for _, m := range models {
		was, known := s.models[serviceOf(m.Settings)]
		if known && placeOf(was) != placeOf(m) {
			return nil, fmt.Errorf("%s and %s are the same model in different places: give both the same project, location and bucket", was.Path, m.Path)
		}
		if known {
			m.Retry.Tries = max(m.Retry.Tries, was.Retry.Tries)
			m.Limits.Concurrency = min(m.Limits.Filled().Concurrency, was.Limits.Filled().Concurrency)
		}
		s.models[serviceOf(m.Settings)] = m
		s.limits.Of(m.Settings, m.Limits)
	}
	return s, nil
}

// Clients are the providers that can be asked, by name.
func (s *Set) Clients() map[string]model.Client {
	all := map[string]model.Client{"offline": offline.Client{}}
	for _, provider := range []string{gemini.Gemini, gemini.Express, gemini.Vertex, "openai"} {
		all[provider] = late{s}
	}
	return all
}

// Concurrency is how many questions that cost something may be asked at once, of all models; 0 if there is no such model.
func (s *Set) Concurrency() (most int) {
	for _, m := range s.models {
		if m.Provider != "offline" {
			most = max(most, m.Limits.Filled().Concurrency)
		}
	}
	return most
}

// Limit returns a client that keeps to the limits of each model.
func (s *Set) Limit(next model.Client) model.Client { return paced{s, next} }

// Retry returns a client that tries again, as each model says.
func (s *Set) Retry(next model.Client) model.Client {
	return telling{s, retry.Client(next, func(m model.Settings) model.Retry { return s.models[serviceOf(m)].Retry })}
}

type paced struct {
	set  *Set
	next model.Client
}

// Generate implements model.Client.
func (p paced) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	l := p.set.limits.Of(r.Model, p.set.models[serviceOf(r.Model)].Limits)
	return l.Client(p.next).Generate(ctx, r)
}

// late is a client that is made when it is asked first.
type late struct{ set *Set }

// Generate implements model.Client.
func (l late) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	c, err := l.set.client(r.Model)
	if err != nil {
		return model.Answer{}, model.Provenance{}, err
	}
	return c.Generate(ctx, r)
}

// client returns whoever answers for a model.
func (s *Set) client(m model.Settings) (model.Client, error) {
	at := placeOf(Model{Settings: m, Delivery: s.models[serviceOf(m)].Delivery})
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[at]; c != nil {
		return c, nil
	}
	c, err := s.opt.make(at)
	if err == nil {
		s.clients[at] = c
	}
	return c, err
}

func (o Options) make(at place) (model.Client, error) {
	if at.provider == "openai" {
		return openai.New(openai.Options{BaseURL: at.address, Key: o.OpenAIKey})
	}
	log.SetOutput(io.Discard) // the SDK of Google writes there of variables that are not looked at here
	base := o.VertexURL
	if at.provider == gemini.Gemini {
		base = o.GeminiURL
	}
	own := gemini.Options{
		Provider: at.provider, Key: o.Key, Project: at.project, Location: at.location, Bucket: at.bucket, BaseURL: base, Thinking: o.Thinking,
	}
	if o.Token != "" && at.provider == gemini.Vertex {
		own.Token = gemini.FixedToken(o.Token)
	}
	return gemini.New(own)
}

// Close closes the connections of all clients.
func (s *Set) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clients {
		if c, ok := c.(interface{ Close() }); ok {
			c.Close()
		}
	}
}

// NeedsKey tells whether a provider is not asked without the key for Google's models.
func NeedsKey(provider string) bool { return provider == gemini.Gemini || provider == gemini.Express }

// Check finds settings of a model that its service does not take: a *steps.FieldError. What is not certain is a warning.
func (o Options) Check(m model.Settings) (warning string, err error) {
	if cmp.Or(m.Provider, "offline") == "offline" || m.Provider == "openai" {
		return "", nil
	}
	return gemini.CheckSettings(o.Thinking, m)
}
