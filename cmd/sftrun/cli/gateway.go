package cli

import (
	"errors"
	"fmt"
	"os"

	"sftrun.local/cmd/sftrun/cli/providers"
	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/gemini"
	"sftrun.local/steps/model/ledger"
)

// openGateway makes the gateway of the project, and who answers behind it.
func (p *project) openGateway(readOnly bool) (*model.Gateway, error) {
	models, err := p.models()
	if err != nil {
		return nil, err
	}
	options, prices, err := p.providerOptions()
	if err != nil {
		return nil, err
	}
	options.Tell = func(text string) { p.pause(func() { p.warn([]string{text}) }) }
	if p.providers, err = providers.New(models, options); err != nil {
		return nil, err
	}
	limits := p.pipeline.Limits
	return model.New(model.Options{
		Bucket: p.bucket, Path: p.index, ReadOnly: readOnly, Clients: p.providers.Clients(), Prices: prices,
		Limit: p.providers.Limit, Retry: p.providers.Retry, Concurrency: p.providers.Concurrency(),
		Budget: model.Budget{PerApply: limits.CostPerApply, InAll: limits.CostInAll},
		Warn:   p.warnOfLedger, Admit: p.admit,
	}), nil
}

// providerOptions are what the settings of this machine say of services and prices.
func (p *project) providerOptions() (o providers.Options, prices []model.Price, err error) {
	s := p.settings
	o = providers.Options{Key: s.APIKey, OpenAIKey: s.OpenAIKey, GeminiURL: s.GeminiURL, VertexURL: s.VertexURL}
	if p.rehearsal != nil {
		o.Token = rehearsalFolder // any will do
	}
	if prices, err = readTable(s.Prices, model.ReadPrices); err == nil {
		o.Thinking, err = readTable(s.Thinking, gemini.ReadThinking)
	}
	return o, prices, err
}

// readTable reads a file that a setting names; without one there is nothing in it.
func readTable[T any](path string, read func([]byte) ([]T, error)) ([]T, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	table, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return table, nil
}

// admit refuses to send what costs something while another process may be sending it too.
func (p *project) admit() error {
	if p.mayAsk == nil {
		return nil
	}
	return p.mayAsk()
}

// warnOfLedger tells of damage in the ledger; of what is gone with the store that it is gone from.
func (p *project) warnOfLedger(err error) {
	var lost *ledger.Lost
	if errors.As(err, &lost) {
		err = fmt.Errorf("the store at %s: %w (sftrun verify says more)", p.storePlace(), err)
	}
	fmt.Fprintln(p.Err, "warning:", err)
}

// costs tells whether asking some model of the pipeline costs money.
func (p *project) costs() (bool, error) {
	models, err := p.models()
	if err != nil {
		return false, err
	}
	for _, m := range models {
		r := model.Request{Model: m.Settings}
		quote, err := p.gateway.Quote(steps.Question{Key: r.Key(), Body: steps.Encode(r)})
		if err != nil {
			return false, err
		}
		if !quote.Free {
			return true, nil
		}
	}
	return false, nil
}
