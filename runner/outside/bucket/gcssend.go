package bucket

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"sftrun.local/runner/outside/ranges"
)

// ask sends a request and reads an answer in JSON.
func (c *gcsCloud) ask(ctx context.Context, address string, a asked, answer any) error {
	r, err := c.send(ctx, address, "")
	if err != nil {
		return err
	}
	if r.StatusCode/100 != 2 {
		return c.failure(r, a)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	if err == nil {
		err = json.Unmarshal(data, answer)
	}
	if err != nil {
		return &ranges.Passing{Text: "an answer was cut short or is not understood: " + ranges.OneLine(err.Error())}
	}
	return nil
}

// send sends one request, with a token if one is to be had.
func (c *gcsCloud) send(ctx context.Context, address, ranged string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "gzip") // what is stored packed comes as it is stored; nothing else is packed
	if ranged != "" {
		r.Header.Set("Range", ranged)
	} else {
		r.Header.Set("Accept-Encoding", "identity")
	}
	if err := c.sign(ctx, r); err != nil {
		return nil, err
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return nil, &ranges.Passing{Text: "no answer came (" + ranges.OneLine(ranges.Bare(err).Error()) + ")"}
	}
	return answer, nil
}
