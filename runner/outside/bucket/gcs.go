package bucket

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
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

// A gcsObject is the description of an object, as far as it is used here.
type gcsObject struct {
	Name       string `json:"name"`
	Size       string `json:"size"`
	Generation string `json:"generation"`
	MD5        string `json:"md5Hash"`
	CRC32C     string `json:"crc32c"`
}

// fields are what is asked for of an object.
const fields = "name,size,generation,md5Hash,crc32c"

func (o gcsObject) object(bucket string) (object, error) {
	size, err := strconv.ParseInt(o.Size, 10, 64)
	if err != nil || o.Generation == "" {
		return object{}, &ranges.Passing{Text: "an object is described in a way that is not understood"}
	}
	digest := ranges.Digest("generation", placed("gs", bucket, o.Name), o.Generation, o.CRC32C, o.Size)
	sum, err := base64.StdEncoding.DecodeString(o.MD5)
	if err != nil || len(sum) != 16 {
		return object{key: o.Name, size: size, tag: o.Generation, digest: digest}, nil
	}
	return object{key: o.Name, size: size, tag: o.Generation, digest: "md5:" + hex.EncodeToString(sum) + "-" + o.Size, md5: sum}, nil
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
