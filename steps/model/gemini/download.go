package gemini

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A download reads a file of the service to its end. When the connection breaks it goes on from there.
type download struct {
	client  *Client
	ctx     context.Context
	address string
	at      int64 // bytes that were read
	body    io.ReadCloser
	tries   tries
}

// open makes a download of an address. Nothing is fetched before the first Read.
func (c *Client) open(ctx context.Context, address string) *download {
	return &download{client: c, ctx: ctx, address: address, tries: tries{client: c}}
}

// Read implements io.Reader. Its errors are a *Failure or that of the context.
func (d *download) Read(p []byte) (int, error) {
	for {
		err := d.connect()
		if err == nil {
			var n int
			n, err = d.body.Read(p)
			d.at += int64(n)
			switch {
			case n > 0:
				d.tries.progress()
				return n, nil
			case errors.Is(err, io.EOF):
				return 0, io.EOF
			case err == nil:
				continue
			}
			d.Close()
			err = d.client.broken(d.ctx, err, true)
		}
		if err := d.tries.again(d.ctx, err); err != nil {
			return 0, err
		}
	}
}

// Close implements io.Closer.
func (d *download) Close() error {
	if d.body == nil {
		return nil
	}
	body := d.body
	d.body = nil
	return body.Close()
}

// connect asks for the rest of the file, unless a reply is open.
func (d *download) connect() error {
	if d.body != nil {
		return nil
	}
	header := http.Header{"Accept-Encoding": {"identity"}} // offsets count the bytes of the file
	if d.at > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", d.at))
	}
	resp, err := d.client.send(d.ctx, http.MethodGet, d.address, header, nil)
	var f *Failure
	if d.at > 0 && errors.As(err, &f) && f.Status == http.StatusRequestedRangeNotSatisfiable {
		d.body = http.NoBody // it had been read to its end
		return nil
	}
	if err != nil {
		return err
	}
	d.body = resp.Body
	return d.skip(resp)
}

// skip leaves out what was read before, if the service begins anew.
func (d *download) skip(resp *http.Response) error {
	if resp.StatusCode == http.StatusPartialContent {
		if !strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", d.at)) {
			d.Close()
			return d.client.unreadable("another part of the file than was asked for")
		}
		return nil
	}
	if _, err := io.CopyN(io.Discard, resp.Body, d.at); err != nil {
		d.Close()
		return d.client.broken(d.ctx, err, true)
	}
	return nil
}
