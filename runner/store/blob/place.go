package blob

import (
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// A place is an address of a store, taken apart.
type place struct {
	scheme, bucket, prefix string
	query                  url.Values
}

// parameters that an address may carry after a question mark, by scheme.
func parameters(scheme string) []string {
	if scheme == "s3" {
		return []string{"endpoint", "path_style", "profile", "region"}
	}
	return []string{"endpoint"}
}

// IsAddress tells whether a store's name is an address of a bucket, and not a folder.
func IsAddress(store string) bool { return strings.Contains(store, "://") }

// parsePlace reads s3://BUCKET/PREFIX?region=…&endpoint=… or gs://BUCKET/PREFIX?endpoint=…
func parsePlace(address string) (place, error) {
	u, err := url.Parse(address)
	if err != nil {
		return place{}, fmt.Errorf("store: the address is not one: %w", err.(*url.Error).Err) // not the address, which may hold a password
	}
	p := place{scheme: u.Scheme, bucket: u.Host, prefix: strings.Trim(u.Path, "/"), query: u.Query()}
	if p.scheme != "s3" && p.scheme != "gs" {
		return place{}, fmt.Errorf("store: there is no store of the kind %s://; it may be a folder, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX", p.scheme)
	}
	if u.User != nil {
		return place{}, fmt.Errorf("store: %s://…@%s holds a user name; keys belong into the environment or a profile, not into an address", p.scheme, p.bucket)
	}
	if p.bucket == "" || strings.Contains(p.bucket, ":") {
		return place{}, fmt.Errorf("store: %s names no bucket; write %s://BUCKET/PREFIX", p, p.scheme)
	}
	if p.prefix != "" && !isName(p.prefix) {
		return place{}, fmt.Errorf("store: %q is no prefix of names", p.prefix)
	}
	return p, p.checkQuery()
}

func (p place) checkQuery() error {
	for _, key := range slices.Sorted(maps.Keys(p.query)) {
		if !slices.Contains(parameters(p.scheme), key) {
			return fmt.Errorf("store: %s takes no parameter %q; there are %s", p, key, strings.Join(parameters(p.scheme), ", "))
		}
	}
	endpoint := p.query.Get("endpoint")
	if endpoint == "" {
		return nil
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return fmt.Errorf("store: the endpoint of %s is no address like https://HOST:PORT", p)
	}
	return nil
}

// String is the place as the user wrote it, without parameters.
func (p place) String() string {
	if p.prefix == "" {
		return p.scheme + "://" + p.bucket
	}
	return p.scheme + "://" + p.bucket + "/" + p.prefix
}

// key is the name that the service knows an object by.
func (p place) key(name string) string {
	if p.prefix == "" {
		return name
	}
	return p.prefix + "/" + name
}

// isName tells whether a string may name an object. It is stricter than a folder is: one name has one spelling, the
// services and their consoles show it as it is, and it would fit a disk.
func isName(name string) bool {
	odd := func(r rune) bool { return r < ' ' || r > '~' || r == '\\' }
	return name != "." && len(name) <= 800 && fs.ValidPath(name) && !strings.ContainsFunc(name, odd)
}
