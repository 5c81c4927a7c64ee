package web

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"
)

// isAddress tells whether a text is meant to be an address of a web server.
func isAddress(text string) bool {
	scheme, rest, ok := strings.Cut(strings.ToLower(text), ":")
	return ok && (scheme == "https" || scheme == "http") && strings.HasPrefix(rest, "/")
}

// parse reads https://HOST/PATH, or http://HOST/PATH on this machine. Its errors show neither query nor password.
func parse(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		bare, _, _ := strings.Cut(text, "?")
		return nil, fmt.Errorf("%q is no address like https://HOST/PATH/FILE.parquet", bare[strings.LastIndex(bare, "@")+1:])
	}
	shown := show(u)
	switch name := secret(u); {
	case u.User != nil:
		return nil, fmt.Errorf("%s: a name or password in an address would lie open in pipeline.cue, and is not sent.  Download the file and name it", shown)
	case name != "":
		return nil, fmt.Errorf("%s: the query of the address holds what looks like a key or signature (%s), which would lie open in pipeline.cue and its history.  Write s3:// or gs://BUCKET/PATH and keep keys in the environment, or download the file and name it", shown, name)
	case u.Scheme != "https" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%s is not encrypted, so that rows could be altered on the way; write https://", shown)
	case u.Path == "" || strings.HasSuffix(u.Path, "/"):
		return nil, fmt.Errorf("%s names no file; a web server cannot be asked which files it has, so name them one by one", shown)
	case strings.ContainsAny(u.Path, "*[{"):
		return nil, fmt.Errorf("%s: a web server cannot be asked which files match; name them one by one: from: [\"https://…/a.parquet\", \"https://…/b.parquet\"]", shown)
	}
	u.Fragment = ""
	return u, nil
}

// show is an address without its query and user.
func show(u *url.URL) string {
	text := u.Scheme + "://" + u.Host + u.Path
	if u.RawQuery != "" {
		text += "?…"
	}
	return text
}

// name is the last part of the path: what lies behind the fixed part of a pattern.
func name(u *url.URL) string { return path.Base(u.Path) }

// secretWords are parts of the names of parameters that carry a key, a signature or who has them.
var secretWords = []string{"sig", "token", "key", "secret", "pass", "cred", "auth", "x-amz-", "x-goog-", "policy", "jwt", "session"}

// mostValue is how long a parameter may be that is surely no key.
const mostValue = 40

// secret returns the name of a parameter that may be one, "" if there is none.
func secret(u *url.URL) string {
	for name, values := range u.Query() {
		for _, word := range secretWords {
			if strings.Contains(strings.ToLower(name), word) {
				return name
			}
		}
		if len(name) > mostValue || len(strings.Join(values, "")) > mostValue {
			return "a long one"
		}
	}
	if strings.Contains(u.RawQuery, ";") || len(u.RawQuery) > 0 && len(u.Query()) == 0 {
		return "one that is not understood"
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
