package bucket

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// address is one object, or the pattern of several.
type address struct {
	scheme, bucket string
	path           string // key or pattern of keys
}

// schemes are what addresses start with that are meant for a bucket, and how it is written rightly. Hadoop and its kin
// have their own names for S3.
var schemes = map[string]string{"s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gs", "gcs": "gs"}

// isAddress tells whether a text is meant to be an address of a bucket.
func isAddress(text string) bool {
	scheme, rest, ok := strings.Cut(text, ":")
	return ok && schemes[strings.ToLower(scheme)] != "" && strings.HasPrefix(rest, "/")
}

// bucketForm is how both services want the names of buckets, underscores and capitals of old ones included.
var bucketForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]$`)

// parameter is what stands behind an address of a store, or signs one of a web server.
var parameter = regexp.MustCompile(`(?i)\?(region|endpoint|profile|path_style|versionid|generation|signature|awsaccesskeyid|x-amz-[\w-]+|x-goog-[\w-]+)=`)

// parse reads s3://BUCKET/PATTERN or gs://BUCKET/PATTERN.
func parse(text string) (address, error) {
	scheme, rest, _ := strings.Cut(text, ":")
	right := schemes[strings.ToLower(scheme)]
	if rest, ok := strings.CutPrefix(rest, "//"); !ok || scheme != right {
		return address{}, fmt.Errorf("%q: write %s://%s", hidden(text), right, hidden(strings.TrimLeft(rest, "/")))
	}
	name, path, _ := strings.Cut(rest[2:], "/")
	if strings.Contains(name, "@") {
		return address{}, fmt.Errorf("%s: there is something before an @, as if it were a key; keys belong into the environment or a profile", right+"://"+hidden(name))
	}
	a := address{right, name, path}
	switch {
	case !bucketForm.MatchString(name):
		return address{}, fmt.Errorf("%q: %q is no name of a bucket; write %s://BUCKET/FOLDER/*.parquet", text, name, right)
	case parameter.MatchString(path):
		at := parameter.FindStringIndex(path)[0]
		return address{}, fmt.Errorf("%s?…: an address of shards takes no parameters, and ? stands for any character; set AWS_REGION, AWS_PROFILE or AWS_ENDPOINT_URL in the environment", a.at(path[:at]))
	case path == "" || strings.HasSuffix(path, "/"):
		return address{}, fmt.Errorf("%q names no objects; write %s/*.parquet", text, strings.TrimRight(text, "/"))
	case !doublestar.ValidatePattern(path):
		return address{}, fmt.Errorf("%q is no pattern of objects: a bracket or brace is not closed", text)
	}
	return a, nil
}

// hidden leaves out what stands before an @, which may be a key.
func hidden(text string) string {
	if at := strings.LastIndex(text, "@"); at >= 0 {
		return "…" + text[at:]
	}
	return text
}

// root is the bucket's own address.
func (a address) root() string { return a.scheme + "://" + a.bucket }

func (a address) String() string { return a.root() + "/" + a.path }

// at is the place of an object.
func (a address) at(key string) string { return a.root() + "/" + key }
