package model

import (
	"time"

	"sftrun.local/steps"
)

// Tokens are estimated from bytes. English prose and mathematics have 3 to 5 bytes a token in the vocabularies of
// current models, and no text has much more than a token for each byte.
const (
	bytesPerToken      = 4.0
	mostBytesPerToken  = 6.0
	leastBytesPerToken = 1.5

	// mostOutput is the longest answer, in tokens, that a model gives when its request sets no limit.
	mostOutput = 65536
)

// Quote estimates what it would cost to ask a question now, without asking anybody. The answer is taken to be as long
// as the text that it is about, with half as much thinking; at least it is a tenth of that, and at most what the
// request allows, thinking included.
func (g *Gateway) Quote(q steps.Question) (steps.Quote, error) {
	r, err := decode(q)
	if err != nil {
		return steps.Quote{}, err
	}
	e := estimateOf(r)
	quote := steps.Quote{TokensIn: int(e.in), TokensOut: int(e.out), Free: familyOf(r.Model.Provider).free}
	if quote.Free {
		return quote, nil
	}
	usual, found, err := g.price(r.Model, int(e.in), time.Now())
	if err != nil || !found {
		return quote, err
	}
	long, found, err := g.price(r.Model, int(e.mostIn), time.Now()) // a long prompt may have a higher price
	if err != nil || !found {
		return quote, err
	}
	quote.Priced = true
	quote.Least, quote.Likely = usual.usd(e.leastIn, e.leastOut), usual.usd(e.in, e.out)
	quote.Most = long.usd(e.mostIn, e.mostOut)
	return quote, nil
}

// An estimate is in tokens.
type estimate struct {
	leastIn, in, mostIn    float64
	leastOut, out, mostOut float64
}

func estimateOf(r Request) estimate {
	prompt, text := float64(len(r.System)+len(r.User)), float64(len(r.Input))
	if text == 0 {
		text = float64(len(r.User))
	}
	limit := float64(r.Model.MaxOutputTokens)
	if limit == 0 {
		limit = mostOutput
	}
	return estimate{
		leastIn: prompt / mostBytesPerToken, in: prompt / bytesPerToken, mostIn: prompt / leastBytesPerToken,
		leastOut: min(limit, 0.1*text/mostBytesPerToken), out: min(limit, 1.5*text/bytesPerToken), mostOut: limit,
	}
}
