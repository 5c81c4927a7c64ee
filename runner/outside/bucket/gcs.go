package bucket

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"golang.org/x/oauth2"

	"sftrun.local/runner/access"
	"sftrun.local/runner/outside/ranges"
)

// gcsCloud speaks to Google Cloud Storage by its JSON interface.
type gcsCloud struct {
	client *http.Client
	base   string                                       // https://HOST
	token  func(context.Context) (*oauth2.Token, error) // nil where none is needed
	alone  atomic.Pointer[string]                       // why no credentials were found, nil if some were
}

func openGCS(env map[string]string, network http.RoundTripper) (c *gcsCloud, idle func()) {
	if network == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		access.Shape(t)
		network = t
	}
	c = &gcsCloud{base: gcsBase(env), client: &http.Client{Transport: network, CheckRedirect: stay}}
	if strings.HasPrefix(c.base, "https://") { // a token is not for a line that others read
		keys := &access.Google{Client: &http.Client{Transport: network}, Rights: access.GoogleReads, File: env["GOOGLE_APPLICATION_CREDENTIALS"]}
		c.token = keys.Token
	}
	return c, access.Idler(network)
}

func gcsBase(env map[string]string) string {
	host := strings.TrimSuffix(cmp.Or(env["STORAGE_EMULATOR_HOST"], os.Getenv("STORAGE_EMULATOR_HOST")), "/")
	switch {
	case host == "":
		return "https://storage.googleapis.com"
	case strings.Contains(host, "://"):
		return host
	}
	return "http://" + host
}

func (c *gcsCloud) objects(bucket string) string {
	return c.base + "/storage/v1/b/" + url.PathEscape(bucket) + "/o"
}

func (c *gcsCloud) page(ctx context.Context, bucket, prefix string, deep bool, token string) (page, error) {
	query := url.Values{"prefix": {prefix}, "maxResults": {"1000"}, "fields": {"nextPageToken,prefixes,items(" + fields + ")"}}
	if !deep {
		query.Set("delimiter", "/")
	}
	if token != "" {
		query.Set("pageToken", token)
	}
	var listing struct {
		Next     string `json:"nextPageToken"`
		Prefixes []string
		Items    []gcsObject
	}
	if err := c.ask(ctx, c.objects(bucket)+"?"+query.Encode(), asked{bucket: bucket}, &listing); err != nil {
		return page{}, err
	}
	p := page{folders: listing.Prefixes, next: listing.Next}
	for _, o := range listing.Items {
		found, err := o.object(bucket)
		if err != nil {
			return page{}, err
		}
		p.objects = append(p.objects, found)
	}
	return p, nil
}

func (c *gcsCloud) about(ctx context.Context, bucket, key string) (object, error) {
	var o gcsObject
	address := c.objects(bucket) + "/" + url.PathEscape(key) + "?fields=" + url.QueryEscape(fields)
	if err := c.ask(ctx, address, asked{bucket: bucket, key: key}, &o); err != nil {
		return object{}, err
	}
	o.Name = key
	return o.object(bucket)
}

func (c *gcsCloud) read(ctx context.Context, bucket string, o object, off, end int64) (io.ReadCloser, error) {
	address := c.objects(bucket) + "/" + url.PathEscape(o.key) + "?alt=media&generation=" + url.QueryEscape(o.tag)
	a := asked{bucket: bucket, key: o.key, reading: true}
	r, err := c.send(ctx, address, ranges.Header(off, end))
	if err != nil {
		return nil, err
	}
	if r.StatusCode/100 != 2 {
		return nil, c.failure(r, a)
	}
	if err := ranges.Check(a.in("gs"), off, end, o.size, r.Header.Get("Content-Range"), r.ContentLength); err != nil {
		r.Body.Close()
		return nil, err
	}
	return r.Body, nil
}
