package gemini

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

const (
	chunkSize = 8 << 20 // bytes sent at once
	mostInput = 2 << 30 // bytes of an input file
)

// mediaTypes are tried one after the other: the service refuses the first now and then.
var mediaTypes = []string{"application/jsonl", "jsonl", "text/plain"}

// Upload carries an input file of size bytes to the service, and returns the name under which Create takes it. The name
// given is for people, and for Cloud Storage; it must be one that no other input has. Steps that fail for passing reasons
// are repeated from where they broke off; an upload costs nothing. Memory: one chunk of 8 MiB.
func (c *Client) Upload(ctx context.Context, name string, file io.ReaderAt, size int64) (string, error) {
	if err := c.HasJobs(); err != nil {
		return "", err
	}
	if size > mostInput {
		return "", fmt.Errorf("input file %s has %d bytes: a batch job takes at most %d; make smaller jobs", name, size, int64(mostInput))
	}
	if c.opt.Provider == Vertex {
		return c.putInput(ctx, name, file, size)
	}
	t := &tries{client: c}
	for kind := 0; ; {
		u := &upload{client: c, file: file, size: size, name: name, kind: mediaTypes[kind]}
		uploaded, err := u.run(ctx)
		if err == nil {
			return c.ready(ctx, uploaded)
		}
		var f *Failure
		if errors.As(err, &f) && f.Class == BadRequest && kind+1 < len(mediaTypes) {
			kind++
		} else if err := t.again(ctx, err); err != nil {
			return "", fmt.Errorf("upload %s: %w", name, err)
		}
	}
}

// An upload is one pass of the resumable protocol.
type upload struct {
	client  *Client
	file    io.ReaderAt
	size    int64
	name    string // for people
	kind    string // media type
	address string // where the bytes go
	at      int64  // bytes that have arrived
	most    int64  // the most that ever had: a service that forgets what it took is not sent it forever
}

// A fileInfo is what the Files API tells of a file.
type fileInfo struct {
	Name  string         `json:"name"`
	State string         `json:"state"`
	Error *serviceStatus `json:"error"`
}

func (u *upload) run(ctx context.Context) (fileInfo, error) {
	if err := u.start(ctx); err != nil {
		return fileInfo{}, err
	}
	t := &tries{client: u.client}
	for {
		done, err := u.chunk(ctx)
		if err == nil && done != nil {
			return *done, nil
		}
		if err == nil {
			if u.at > u.most {
				u.most = u.at
				t.progress()
			}
			continue
		}
		if err := t.again(ctx, err); err != nil {
			return fileInfo{}, err
		}
		if done, err = u.where(ctx); done != nil {
			return *done, nil
		} else if err != nil {
			return fileInfo{}, err
		}
	}
}

// start announces the file and learns where to send it.
func (u *upload) start(ctx context.Context) error {
	about, err := plainJSON(nil, map[string]any{"file": map[string]any{"displayName": u.name, "mimeType": u.kind}})
	if err != nil {
		return err
	}
	resp, err := u.client.send(ctx, http.MethodPost, u.client.opt.base()+"/upload/"+u.client.opt.version()+"/files", http.Header{
		"Content-Type":                        {"application/json"},
		"X-Goog-Upload-Protocol":              {"resumable"},
		"X-Goog-Upload-Command":               {"start"},
		"X-Goog-Upload-Header-Content-Type":   {u.kind},
		"X-Goog-Upload-Header-Content-Length": {strconv.FormatInt(u.size, 10)},
	}, bytes.NewReader(about))
	if err != nil {
		return err
	}
	resp.Body.Close()
	u.address, err = u.client.toBase(resp.Header.Get("X-Goog-Upload-Url"))
	return err
}

// toBase gives an address the scheme and host of the service that is asked, which may stand before the real one.
func (c *Client) toBase(address string) (string, error) {
	to, err := url.Parse(address)
	if err != nil || address == "" {
		return "", c.unreadable("the service says not where to send the file")
	}
	base, err := url.Parse(c.opt.base())
	if err != nil {
		return "", err
	}
	to.Scheme, to.Host = base.Scheme, base.Host
	return to.String(), nil
}

// chunk sends the next bytes. done is set when they were the last.
func (u *upload) chunk(ctx context.Context) (done *fileInfo, err error) {
	n := min(chunkSize, u.size-u.at)
	command := "upload"
	if u.at+n == u.size {
		command = "upload, finalize"
	}
	resp, err := u.command(ctx, command, io.NewSectionReader(u.file, u.at, n), n)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	switch status := resp.Header.Get("X-Goog-Upload-Status"); {
	case status == "final":
		return u.finished(ctx, resp.Body)
	case status == "active" && u.at+n < u.size:
		u.at += n
		return nil, nil
	default:
		return nil, u.client.unreadable(fmt.Sprintf("upload status %q after %s", status, command))
	}
}

// where asks how much has arrived. done is set if it was all.
func (u *upload) where(ctx context.Context) (done *fileInfo, err error) {
	resp, err := u.command(ctx, "query", http.NoBody, 0)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.Header.Get("X-Goog-Upload-Status") == "final" {
		return u.finished(ctx, resp.Body)
	}
	at, err := strconv.ParseInt(resp.Header.Get("X-Goog-Upload-Size-Received"), 10, 64)
	if err != nil || at < 0 || at > u.size {
		return nil, u.client.unreadable("the service says not how much has arrived")
	}
	u.at = at
	return nil, nil
}

func (u *upload) command(ctx context.Context, command string, body io.Reader, n int64) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.address, body)
	if err != nil {
		return nil, err
	}
	r.ContentLength = n
	r.Header.Set("X-Goog-Upload-Command", command)
	if command != "query" {
		r.Header.Set("X-Goog-Upload-Offset", strconv.FormatInt(u.at, 10))
	}
	resp, err := u.client.http.Do(r)
	if err != nil {
		return nil, u.client.settle(ctx, err)
	}
	return resp, nil
}

// finished reads what became of the file. A reply without one is no success, whatever its status.
func (u *upload) finished(ctx context.Context, body io.Reader) (*fileInfo, error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, u.client.broken(ctx, err, true)
	}
	var reply struct {
		File *fileInfo `json:"file"`
	}
	if json.Unmarshal(raw, &reply) != nil || reply.File == nil || reply.File.Name == "" {
		return nil, u.client.unreadable("the upload ended without a file")
	}
	return reply.File, nil
}
