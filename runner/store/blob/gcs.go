package blob

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"sftrun.local/runner/access"
	"sftrun.local/runner/store"
)

// gcsCloud speaks to Google Cloud Storage by its JSON interface. The service's own client library would add twelve
// megabytes to the program, and hides at what moment a request is sent again.
type gcsCloud struct {
	client *http.Client
	base   string // https://HOST
	place  place
	token  func(context.Context) (*oauth2.Token, error) // nil where none is needed
}

func openGCS(p place, opt Options) (c *gcsCloud, idle func()) {
	network := opt.Transport
	if network == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		access.Shape(t)
		network = t
	}
	c = &gcsCloud{place: p, client: &http.Client{Transport: network}, base: gcsBase(p, opt.Env)}
	if strings.HasPrefix(c.base, "https://") { // a token is not for a line that others read
		c.token = (&googleKeys{access.Google{Client: c.client, Rights: access.GoogleWrites, File: opt.Env["GOOGLE_APPLICATION_CREDENTIALS"]}}).token
	}
	return c, access.Idler(network)
}

func gcsBase(p place, env map[string]string) string {
	if endpoint := p.query.Get("endpoint"); endpoint != "" {
		return strings.TrimSuffix(endpoint, "/")
	}
	if host := cmp.Or(env["STORAGE_EMULATOR_HOST"], os.Getenv("STORAGE_EMULATOR_HOST")); host != "" {
		return "http://" + strings.TrimPrefix(strings.TrimSuffix(host, "/"), "http://")
	}
	return "https://storage.googleapis.com"
}

// onePut is the size of the largest object there is.
func (c *gcsCloud) onePut() int64 { return 5 << 40 }

func (c *gcsCloud) otherTag() string { return "1" }

// A gcsObject is the description of an object, as far as it is used here.
type gcsObject struct {
	Name       string            `json:"name,omitempty"`
	Size       string            `json:"size,omitempty"`
	Generation string            `json:"generation,omitempty"`
	Updated    time.Time         `json:"updated,omitzero"`
	Metadata   map[string]string `json:"metadata,omitempty"`
	CRC32C     string            `json:"crc32c,omitempty"`
	Type       string            `json:"contentType,omitempty"`
}

func (c *gcsCloud) objects() string {
	return c.base + "/storage/v1/b/" + url.PathEscape(c.place.bucket) + "/o"
}

func (c *gcsCloud) object(key string) string { return c.objects() + "/" + url.PathEscape(key) }

func (c *gcsCloud) get(ctx context.Context, key string, off, n int64) ([]byte, error) {
	asked := http.Header{}
	if n >= 0 {
		asked.Set("Range", fmt.Sprintf("bytes=%d-%d", off, off+n-1))
	}
	return c.media(ctx, c.object(key)+"?alt=media", asked)
}

func (c *gcsCloud) media(ctx context.Context, address string, asked http.Header) ([]byte, error) {
	r, err := c.send(ctx, http.MethodGet, address, asked, nil, 0)
	if err != nil {
		return nil, err
	}
	if r.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		r.Body.Close()
		return []byte{}, nil
	}
	if err := c.failure(r); err != nil {
		return nil, err
	}
	return body(r.Body, r.ContentLength)
}

func (c *gcsCloud) head(ctx context.Context, key string) (about, error) {
	var o gcsObject
	header, err := c.ask(ctx, http.MethodGet, c.object(key), &o)
	if err != nil {
		return about{}, err
	}
	size, err := strconv.ParseInt(o.Size, 10, 64)
	if err != nil || o.Generation == "" {
		return about{}, &failure{text: "an object is described in a way that is not understood"}
	}
	now, _ := http.ParseTime(header.Get("Date"))
	return about{size: size, tag: o.Generation, mark: o.Metadata[markKey], written: o.Updated, now: now}, nil
}

// load reads the description first and then the bytes of that generation, which are gone if another replaces it
// meanwhile: then it is asked again.
func (c *gcsCloud) load(ctx context.Context, key string) ([]byte, about, error) {
	got, err := c.head(ctx, key)
	if err != nil {
		return nil, about{}, err
	}
	data, err := c.media(ctx, c.object(key)+"?alt=media&generation="+got.tag, http.Header{})
	if isKind(err, absent) {
		err = &failure{kind: passing, text: "the object changed while it was read"}
	}
	return data, got, err
}

func (c *gcsCloud) page(ctx context.Context, prefix, token string, n int) (found []store.Entry, next string, err error) {
	query := url.Values{"prefix": {prefix}, "maxResults": {strconv.Itoa(n)}, "fields": {"nextPageToken,items(name,size)"}}
	if token != "" {
		query.Set("pageToken", token)
	}
	var listing struct {
		Next  string `json:"nextPageToken"`
		Items []gcsObject
	}
	if _, err := c.ask(ctx, http.MethodGet, c.objects()+"?"+query.Encode(), &listing); err != nil {
		return nil, "", err
	}
	for _, o := range listing.Items {
		size, err := strconv.ParseInt(o.Size, 10, 64)
		if err != nil {
			return nil, "", &failure{text: "a listing is not understood"}
		}
		found = append(found, store.Entry{Name: o.Name, Size: size})
	}
	return found, listing.Next, nil
}

func (c *gcsCloud) remove(ctx context.Context, key string) error {
	_, err := c.ask(ctx, http.MethodDelete, c.object(key), nil)
	return err
}

// ask sends a request without a body, and reads an answer in JSON.
func (c *gcsCloud) ask(ctx context.Context, method, address string, answer any) (http.Header, error) {
	r, err := c.send(ctx, method, address, http.Header{}, nil, 0)
	if err != nil {
		return nil, err
	}
	return c.understand(r, answer)
}

func (c *gcsCloud) understand(r *http.Response, answer any) (http.Header, error) {
	if err := c.failure(r); err != nil {
		return nil, err
	}
	data, err := body(r.Body, r.ContentLength)
	if err != nil || answer == nil {
		return r.Header, err
	}
	if err := json.Unmarshal(data, answer); err != nil {
		return nil, &failure{kind: passing, text: "an answer is not understood: " + oneLine(err.Error())}
	}
	return r.Header, nil
}
