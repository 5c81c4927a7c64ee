package model

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
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

var builtIn = sync.OnceValues(func() ([]Price, error) {
	prices, err := ReadPrices(builtInPrices)
	if err != nil {
		return nil, fmt.Errorf("built-in prices: %w", err)
	}
	return prices, nil
})

// ReadPrices reads a file of prices, in the form of prices.json beside this file:
// {"asOf": "2026-11", "prices": [{"model": "gemini-3-flash-preview", "in": 0.50, "out": 3.00}]}.
func ReadPrices(text []byte) ([]Price, error) {
	var file struct {
		AsOf   string  `json:"asOf"` // month or day on which they were looked up
		Source string  `json:"source"`
		Prices []Price `json:"prices"`
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("want {\"asOf\": \"2026-11\", \"prices\": [{\"model\": …, \"in\": …, \"out\": …}]}: %w", err)
	}
	for i, p := range file.Prices {
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("price %d: %w", i+1, err)
		}
	}
	return file.Prices, nil
}

func (p Price) check() error {
	_, err := time.Parse(time.DateOnly, p.Until)
	switch {
	case p.Model == "":
		return errors.New("it names no model")
	case p.In < 0 || p.Out < 0 || p.UpTo < 0:
		return fmt.Errorf("model %s: nothing in it can be below 0", p.Model)
	case p.Until != "" && err != nil:
		return fmt.Errorf("model %s: until %q is no day; want \"2026-12-31\"", p.Model, p.Until)
	}
	return nil
}

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
