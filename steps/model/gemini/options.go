package gemini

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// The providers.
const (
	Gemini  = "gemini"  // the Gemini API, with a key
	Express = "express" // Vertex AI, with a key
	Vertex  = "vertex"  // Vertex AI, with a project, a location, and application-default credentials
)

// Options say whom to ask, and as whom. Nothing is taken from the environment but, for provider vertex without Token,
// the credentials of the machine.
type Options struct {
	Provider string // Gemini, Express or Vertex

	Key      string // gemini, express: the API key
	Project  string // vertex
	Location string // vertex: "global", "europe-west4"

	// Bucket is where provider vertex keeps the files of batch jobs: "gs://BUCKET" or "gs://BUCKET/FOLDER". Needed for
	// batch jobs only.
	Bucket string

	// Token returns an access token for provider vertex. If nil, the application-default credentials are looked for at
	// the first request.
	Token func(context.Context) (*oauth2.Token, error)

	BaseURL    string // of another server, such as an emulator; "" = Google's
	StorageURL string // of another Cloud Storage; "" = BaseURL, or Google's

	HTTP     *http.Client // its Transport, Timeout and Jar are used; nil = a client of its own
	Thinking []Thinking   // take precedence over the built-in table

	Now   func() time.Time                           // nil = time.Now
	Sleep func(context.Context, time.Duration) error // waits between the tries of an upload or download; nil = really
}

// check finds what is missing.
func (o Options) check() error {
	switch o.Provider {
	case Gemini, Express:
		if o.Key == "" {
			return fmt.Errorf("provider %s needs an API key", o.Provider)
		}
		if strings.ContainsFunc(o.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return fmt.Errorf("the API key for provider %s holds blanks, line ends or letters that no key has: copy it anew", o.Provider)
		}
	case Vertex:
		if o.Project == "" || o.Location == "" {
			return errors.New("provider vertex needs a project and a location, such as \"europe-west4\" or \"global\"")
		}
	default:
		return fmt.Errorf("provider %q is none of gemini, express and vertex", o.Provider)
	}
	return o.checkPlaces()
}

func (o Options) checkPlaces() error {
	for _, address := range []string{o.BaseURL, o.StorageURL} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf("provider %s: %q is no address of a server: want something like \"http://localhost:8000\"", o.Provider, address)
		}
	}
	if bucket, _, ok := splitObject(o.Bucket); o.Bucket != "" && (!ok || bucket == "") {
		return fmt.Errorf("provider %s: %q is no bucket: want something like \"gs://my-bucket/batches\"", o.Provider, o.Bucket)
	}
	return nil
}

// base is the address of the service, without a slash at its end.
func (o Options) base() string {
	switch {
	case o.BaseURL != "":
		return strings.TrimRight(o.BaseURL, "/")
	case o.Provider == Gemini:
		return "https://generativelanguage.googleapis.com"
	case o.Provider == Express || o.Location == "global":
		return "https://aiplatform.googleapis.com"
	case o.Location == "us" || o.Location == "eu":
		return "https://aiplatform." + o.Location + ".rep.googleapis.com"
	}
	return "https://" + o.Location + "-aiplatform.googleapis.com"
}

func (o Options) storage() string {
	return strings.TrimRight(cmp.Or(o.StorageURL, o.BaseURL, "https://storage.googleapis.com"), "/")
}

// version is the version of the API that is called: that which the SDK takes.
func (o Options) version() string {
	if o.Provider == Gemini {
		return "v1beta"
	}
	return "v1beta1"
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
