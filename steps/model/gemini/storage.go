package gemini

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// splitObject reads gs://BUCKET/NAME; the name may be empty.
func splitObject(address string) (bucket, name string, ok bool) {
	rest, ok := strings.CutPrefix(address, "gs://")
	bucket, name, _ = strings.Cut(rest, "/")
	return bucket, strings.TrimRight(name, "/"), ok && bucket != ""
}

// putInput uploads an input file to the bucket, as a whole.
func (c *Client) putInput(ctx context.Context, name string, file io.ReaderAt, size int64) (string, error) {
	to := strings.TrimRight(c.opt.Bucket, "/") + "/" + name + ".jsonl"
	bucket, object, _ := splitObject(to)
	address := c.opt.storage() + "/upload/storage/v1/b/" + url.PathEscape(bucket) + "/o?" + url.Values{"uploadType": {"media"}, "name": {object}}.Encode()
	for t := (&tries{client: c}); ; {
		err := c.put(ctx, address, io.NewSectionReader(file, 0, size), size)
		if err == nil {
			return to, nil
		}
		if err := t.again(ctx, err); err != nil {
			return "", fmt.Errorf("upload %s: %w", to, err)
		}
	}
}

func (c *Client) put(ctx context.Context, address string, body io.Reader, size int64) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return err
	}
	r.ContentLength = size
	r.Header.Set("Content-Type", "application/jsonl")
	resp, err := c.http.Do(r)
	if err != nil {
		return c.settle(ctx, err)
	}
	return resp.Body.Close()
}

// objects lists the objects in a folder of a bucket, or the one of exactly that name, in the order of their names.
func (c *Client) objects(ctx context.Context, folder string) ([]string, error) {
	bucket, prefix, ok := splitObject(folder)
	if !ok {
		return nil, fmt.Errorf("provider %s: %q is no place in Cloud Storage", c.opt.Provider, folder)
	}
	var found []string
	for token := ""; ; {
		names, next, err := c.objectsPage(ctx, bucket, prefix, token)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if name == prefix || strings.HasPrefix(name, prefix+"/") {
				found = append(found, name)
			}
		}
		if next == "" || next == token {
			return found, nil
		}
		token = next
	}
}

func (c *Client) objectsPage(ctx context.Context, bucket, prefix, token string) (names []string, next string, err error) {
	query := url.Values{"prefix": {prefix}}
	if token != "" {
		query.Set("pageToken", token)
	}
	resp, err := c.send(ctx, http.MethodGet, c.opt.storage()+"/storage/v1/b/"+url.PathEscape(bucket)+"/o?"+query.Encode(), nil, nil)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	var list struct {
		Items []struct{ Name string } `json:"items"`
		Next  string                  `json:"nextPageToken"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return nil, "", c.settle(ctx, err)
	}
	for _, item := range list.Items {
		names = append(names, item.Name)
	}
	return names, list.Next, nil
}

// deleteObjects deletes an object, or all in a folder.
func (c *Client) deleteObjects(ctx context.Context, place string) error {
	bucket, _, _ := splitObject(place)
	names, err := c.objects(ctx, place)
	if err != nil {
		return err
	}
	for _, name := range names {
		resp, err := c.send(ctx, http.MethodDelete, c.objectAddress(bucket, name), nil, nil)
		if err != nil {
			return err
		}
		resp.Body.Close()
	}
	return nil
}

func (c *Client) objectAddress(bucket, name string) string {
	return c.opt.storage() + "/storage/v1/b/" + url.PathEscape(bucket) + "/o/" + url.PathEscape(name)
}
