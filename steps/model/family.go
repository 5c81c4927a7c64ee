package model

import (
	"fmt"
	"slices"
	"strings"
)

// A family is a group of providers that give the same answers, as far as keys are concerned.
type family struct {
	name     string
	address  bool   // the server's address tells what answers
	input    bool   // the answer depends on Request.Input, and not only on what stands in User
	free     bool   // nothing is ever billed
	revision string // version of this program's code that the answer depends on, or ""
}

// offlineRevision names the code in model/offline that makes answers; a test compares them. So an answer of older
// code is never taken for one of the present code.
const offlineRevision = "offline-1"

// families lists the providers. The Gemini API and both ways to Vertex AI serve the same models.
var families = map[string]family{
	"gemini":  {name: "google"},
	"express": {name: "google"},
	"vertex":  {name: "google"},
	"openai":  {name: "openai", address: true},
	"offline": {name: "offline", input: true, free: true, revision: offlineRevision},
}

// familyOf returns the family of a provider. A provider that is not listed is a family of its own, so that its keys
// cannot be those of another.
func familyOf(provider string) family {
	if f, ok := families[provider]; ok {
		return f
	}
	return family{name: provider, address: true, input: true}
}

// client returns who answers for the settings.
func (g *Gateway) client(s Settings) (Client, error) {
	c, ok := g.opt.Clients[s.Provider]
	if !ok {
		return nil, fmt.Errorf("model %s: provider %q is not built in yet: %s", s.Name, s.Provider, g.instead())
	}
	if now := familyOf(s.Provider).revision; s.Revised().Revision != now {
		return nil, fmt.Errorf("model %s: the request is for %s, and this program has %s: use the program that made the plan, or plan again",
			s.Name, s.Revision, now)
	}
	if familyOf(s.Provider).free {
		return c, nil
	}
	return g.guarded(c), nil
}

// guarded puts in front of a client what waits and counts.
func (g *Gateway) guarded(c Client) Client {
	c = last{g, c}
	if g.opt.Limit != nil {
		c = g.opt.Limit(c)
	}
	c = frugal{g, c}
	if g.opt.Retry != nil {
		c = g.opt.Retry(c)
	}
	return c
}

func (g *Gateway) instead() string {
	if len(g.opt.Clients) == 0 {
		return "this program has no provider at all"
	}
	var names []string
	for name := range g.opt.Clients {
		names = append(names, fmt.Sprintf("provider: %q", name))
	}
	slices.Sort(names)
	return "use " + strings.Join(names, " or ")
}
