package model

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A Price is what a model costs, in USD per million tokens, when it is asked one request at a time.
type Price struct {
	Model string  `json:"model"`           // the provider's name of the model
	In    float64 `json:"in"`              // prompts
	Out   float64 `json:"out"`             // answers, thinking included
	UpTo  int     `json:"upTo,omitempty"`  // holds for prompts of at most so many tokens; 0 = of any length
	Until string  `json:"until,omitempty"` // last day on which it holds, "2026-12-31"; "" = for now
}

// prices.json lists what Google charged in November 2026. The first entry that fits counts.
//
//go:embed prices.json
var builtInPrices []byte

var builtIn = sync.OnceValues(func() (prices []Price, err error) {
	if err := json.Unmarshal(builtInPrices, &prices); err != nil {
		return nil, fmt.Errorf("built-in prices: %w", err)
	}
	return prices, nil
})

// price finds what a model costs for a prompt of so many tokens on a day. found is false if no price is known.
func (g *Gateway) price(s Settings, tokens int, day time.Time) (p Price, found bool, err error) {
	known, err := builtIn()
	if err != nil {
		return Price{}, false, err
	}
	if familyOf(s.Provider).name != "google" {
		known = nil // a model of the same name elsewhere has another price
	}
	for _, p := range slices.Concat(g.opt.Prices, known) {
		if p.Model == s.Name && (p.UpTo == 0 || tokens <= p.UpTo) && (p.Until == "" || day.Format(time.DateOnly) <= p.Until) {
			return p, true, nil
		}
	}
	return Price{}, false, nil
}

// usd returns what so many tokens cost.
func (p Price) usd(in, out float64) float64 { return (in*p.In + out*p.Out) / 1e6 }
