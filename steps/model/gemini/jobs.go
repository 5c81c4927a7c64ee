package gemini

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// HasJobs tells whether the provider has batch jobs, and if not, why.
func (c *Client) HasJobs() error {
	switch {
	case c.opt.Provider == Express:
		return errors.New("provider express has no batch jobs: set batch: false, or use provider vertex")
	case c.opt.Provider == Vertex && c.opt.Bucket == "":
		return errors.New("provider vertex needs a bucket for its batch jobs, such as \"gs://my-bucket/batches\": name one, or set batch: false")
	}
	return nil
}

// Create makes a batch job of an uploaded file, once: this is never repeated here. The display name must be one that no
// other job has, for Find to know it again.
//
// If the error is a *Failure with Lost, or that of ctx, the job may exist all the same.
func (c *Client) Create(ctx context.Context, model, displayName, file string) (Job, error) {
	if err := c.HasJobs(); err != nil {
		return Job{}, err
	}
	if c.opt.Provider == Vertex {
		return c.createVertex(ctx, model, displayName, file)
	}
	body := map[string]any{"batch": map[string]any{"displayName": displayName, "inputConfig": map[string]any{"fileName": file}}}
	return c.job(ctx, http.MethodPost, "models/"+url.PathEscape(baseName(model))+":batchGenerateContent", body)
}

// Get tells how a job stands.
func (c *Client) Get(ctx context.Context, name string) (Job, error) {
	return c.job(ctx, http.MethodGet, c.jobPath(name), nil)
}

// Find returns the jobs of that display name, each as Get tells of it: none, one, or several, which nobody should have
// created. That a job is not listed does not mean that it does not exist: ask for it by its name, if that is known.
func (c *Client) Find(ctx context.Context, displayName string) ([]Job, error) {
	var found []Job
	for j, err := range c.Jobs(ctx) {
		if err != nil {
			return nil, err
		}
		if j.DisplayName != displayName {
			continue
		}
		whole, err := c.Get(ctx, j.Name)
		if err != nil {
			return nil, err
		}
		found = append(found, whole)
	}
	return found, nil
}

// Jobs lists the jobs that this key or project sees, as far as listings tell.
func (c *Client) Jobs(ctx context.Context) iter.Seq2[Job, error] {
	return func(yield func(Job, error) bool) {
		for token := ""; ; {
			page, next, err := c.page(ctx, token)
			if err != nil {
				yield(Job{}, err)
				return
			}
			for _, raw := range page {
				if j, err := c.readJob(raw); !yield(j, err) || err != nil {
					return
				}
			}
			if next == "" || next == token {
				return
			}
			token = next
		}
	}
}

const pageSize = 100 // without one, the Gemini API lists nothing

func (c *Client) page(ctx context.Context, token string) (jobs []json.RawMessage, next string, err error) {
	query := url.Values{"pageSize": {strconv.Itoa(pageSize)}}
	if token != "" {
		query.Set("pageToken", token)
	}
	var list struct {
		Operations []json.RawMessage `json:"operations"`
		Jobs       []json.RawMessage `json:"batchPredictionJobs"`
		Next       string            `json:"nextPageToken"`
	}
	path := "batches"
	if c.opt.Provider == Vertex {
		path = c.parent() + "/batchPredictionJobs"
	}
	raw, err := c.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil)
	if err == nil && json.Unmarshal(raw, &list) != nil {
		err = c.unreadable("the listing of jobs is no JSON object")
	}
	return append(list.Operations, list.Jobs...), list.Next, err
}

// Cancel asks the service to end a job, unless it has ended. It may answer more rows until it does; what is answered is
// paid for.
func (c *Client) Cancel(ctx context.Context, name string) error {
	_, err := c.call(ctx, http.MethodPost, c.jobPath(name)+":cancel", nil)
	var f *Failure
	if errors.As(err, &f) && f.Code == precondition {
		return nil
	}
	return err
}

// Delete makes the service forget a job.
func (c *Client) Delete(ctx context.Context, name string) error {
	_, err := c.call(ctx, http.MethodDelete, c.jobPath(name), nil)
	return err
}

// jobPath accepts a name with or without what stands before the id.
func (c *Client) jobPath(name string) string {
	if c.opt.Provider != Vertex {
		return "batches/" + url.PathEscape(baseName(name))
	}
	if strings.HasPrefix(name, "projects/") {
		return name // of this project, or of the same by its number
	}
	return c.parent() + "/batchPredictionJobs/" + url.PathEscape(baseName(name))
}

func (c *Client) job(ctx context.Context, method, path string, body any) (Job, error) {
	if err := c.HasJobs(); err != nil {
		return Job{}, err
	}
	raw, err := c.call(ctx, method, path, body)
	if err != nil {
		return Job{}, err
	}
	return c.readJob(raw)
}

func (c *Client) readJob(raw []byte) (Job, error) {
	if c.opt.Provider == Vertex {
		return c.readVertexJob(raw)
	}
	return c.readOperation(raw)
}

// call sends one request of the API, once, and returns the body of its reply.
func (c *Client) call(ctx context.Context, method, path string, body any) ([]byte, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = plainJSON(nil, body); err != nil {
			return nil, fmt.Errorf("provider %s: render a request: %w", c.opt.Provider, err)
		}
	}
	resp, err := c.send(ctx, method, c.opt.base()+"/"+c.opt.version()+"/"+path, http.Header{"Content-Type": {"application/json"}}, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, c.broken(ctx, err, true)
	}
	return raw, nil
}

// send sends one request, once. The error is a *Failure, or that of ctx.
func (c *Client) send(ctx context.Context, method, address string, header http.Header, body io.Reader) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, fmt.Errorf("provider %s: %s is no address: %w", c.opt.Provider, c.clean(address), err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, c.settle(ctx, err)
	}
	return resp, nil
}
