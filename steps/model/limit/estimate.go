package limit

import "sftrun.local/steps/model"

const (
	// densest is what is assumed, in tokens a byte, before anything is known: hardly any text has more.
	densest = 1 / 1.5

	// wrapping is what a service adds to a prompt, in tokens.
	wrapping = 32

	// remembered is over how many replies the densest prompt counts.
	remembered = 64
)

// density tells how many tokens a byte of a prompt has at most, by the last replies.
type density struct {
	last [remembered]float64
	at   int
}

func newDensity() density {
	var d density
	for i := range d.last {
		d.last[i] = densest
	}
	return d
}

// note takes down how many tokens a prompt had.
func (d *density) note(bytes, tokens int) {
	if bytes == 0 || tokens == 0 {
		return
	}
	d.last[d.at] = max(0, float64(tokens-wrapping)) / float64(bytes)
	d.at = (d.at + 1) % remembered
}

// tokens returns how many a prompt of so many bytes has at most, as far as that can be told.
func (d *density) tokens(bytes int) int {
	most := 0.0
	for _, one := range d.last {
		most = max(most, one)
	}
	return wrapping + int(most*float64(bytes))
}

// estimate returns how many tokens the service counts for a request at most.
func (l *Limiter) estimate(r model.Request) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	tokens := l.density.tokens(promptBytes(r))
	if countsAnswers(r.Model.Provider) {
		tokens += r.Model.MaxOutputTokens
	}
	return tokens
}

func promptBytes(r model.Request) int { return len(r.System) + len(r.User) }

// used returns how many tokens the service counted; 0 if it does not say.
func used(provider string, u model.Usage) int {
	if countsAnswers(provider) && u.In > 0 {
		return u.In + u.Out + u.Thought
	}
	return u.In
}

// countsAnswers tells whether tokens of answers count against the tokens a minute. Google counts prompts only.
func countsAnswers(provider string) bool { return provider == "openai" }
