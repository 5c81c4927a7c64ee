package model_test

import (
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

func quoteOf(t *testing.T, g *model.Gateway, r model.Request) steps.Quote {
	t.Helper()
	quote, err := g.Quote(question(t, r))
	if err != nil {
		t.Fatal(err)
	}
	return quote
}

func TestQuote(t *testing.T) {
	r := ask("gemini", 1)
	r.Model.Name, r.Model.MaxOutputTokens = "gemini-3-flash-preview", 20000
	r.User = strings.Repeat("word ", 8000) // about 10,000 tokens: 0.005 USD, and 15,000 in the answer: 0.045 USD
	r.Input = r.User
	q := quoteOf(t, model.New(model.Options{}), r)
	if !q.Priced || q.Free || q.TokensIn != 10000 || q.TokensOut != 15000 || q.Likely < 0.0499 || q.Likely > 0.0501 {
		t.Errorf("got %+v", q)
	}
	if q.Least <= 0 || q.Least >= q.Likely || q.Most < q.Likely || q.Most < 20000*3.0/1e6 {
		t.Errorf("bounds of %+v: the most includes the longest answer", q)
	}
}

func TestQuoteOfFreeAndUnknownModels(t *testing.T) {
	g := model.New(model.Options{Prices: []model.Price{{Model: "local", In: 1, Out: 1}}})
	if q := quoteOf(t, g, ask("offline", 1)); !q.Free {
		t.Errorf("offline: %+v, want it free", q)
	}
	if q := quoteOf(t, g, ask("gemini", 1)); q.Free || q.Priced {
		t.Errorf("unknown model: %+v, want neither free nor priced", q)
	}
	elsewhere := ask("openai", 1)
	elsewhere.Model.Name = "gemini-2.5-flash"
	if q := quoteOf(t, g, elsewhere); q.Priced {
		t.Errorf("%+v, want no price: Google's does not hold on another server", q)
	}
	elsewhere.Model.Name = "local"
	if q := quoteOf(t, g, elsewhere); !q.Priced || q.Likely <= 0 {
		t.Errorf("%+v, want the price that was given", q)
	}
}

func TestQuoteOfLongPrompts(t *testing.T) {
	r := ask("gemini", 1)
	r.Model.Name, r.Model.MaxOutputTokens = "gemini-3.1-pro-preview", 1
	r.User = strings.Repeat("x", 4*150_000)
	g := model.New(model.Options{})
	if q := quoteOf(t, g, r); q.Likely < 0.3 || q.Likely > 0.301 || q.Most < 1.6 {
		t.Errorf("%+v: 150,000 tokens cost 2 USD a million, but if they turn out to be 400,000 they cost 4", q)
	}
	r.Model.Name = "gemini-2.5-pro"
	if q := quoteOf(t, g, r); q.Priced {
		t.Errorf("%+v: the price of a prompt that may have more than 200,000 tokens is not known", q)
	}
}

func TestPricesEnd(t *testing.T) {
	g := model.New(model.Options{Prices: []model.Price{
		{Model: "m", In: 1, Until: "2020-01-01"}, {Model: "m", In: 2, Until: "9999-12-31"}, {Model: "m", In: 3},
	}})
	r := ask("gemini", 1)
	r.User = strings.Repeat("x", 4_000_000)
	if q := quoteOf(t, g, r); q.Likely != 2 {
		t.Errorf("%+v, want 2 USD: the first price has ended", q)
	}
}
