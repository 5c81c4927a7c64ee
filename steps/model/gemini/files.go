package gemini

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// ready waits until the service has taken in a file: a job cannot be made of it before.
func (c *Client) ready(ctx context.Context, file fileInfo) (string, error) {
	t := &tries{client: c}
	for wait := time.Second; ; wait = min(2*wait, 30*time.Second) {
		switch file.State {
		case "FAILED":
			return "", fmt.Errorf("upload: provider %s cannot use the file %s: %s", c.opt.Provider, file.Name, c.troubleText(file.Error))
		case "PROCESSING":
		default:
			return file.Name, nil
		}
		if err := c.opt.Sleep(ctx, wait); err != nil {
			return "", err
		}
		raw, err := c.call(ctx, http.MethodGet, filePath(file.Name), nil)
		if err == nil && json.Unmarshal(raw, &file) != nil {
			err = c.unreadable("what the service tells of a file is no JSON object")
		}
		if err == nil {
			t.progress()
		} else if err := t.again(ctx, err); err != nil {
			return "", err
		}
	}
}

func (c *Client) troubleText(s *serviceStatus) string {
	if s == nil {
		return "it does not say why"
	}
	return c.clean(s.Message)
}

// DeleteFile deletes an input or output file of a batch job: a name as Upload returns it or Job.Output holds it.
func (c *Client) DeleteFile(ctx context.Context, name string) error {
	if c.opt.Provider == Vertex {
		return c.deleteObjects(ctx, name)
	}
	_, err := c.call(ctx, http.MethodDelete, filePath(name), nil)
	return err
}

func filePath(name string) string { return "files/" + url.PathEscape(baseName(name)) }
