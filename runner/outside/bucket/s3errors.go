package bucket

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"sftrun.local/runner/access"
	"sftrun.local/runner/outside/ranges"
)

// asked is what a request was about.
type asked struct {
	bucket, key string // no key for a listing
	reading     bool   // of an object that was there
}

// in is how errors name it.
func (a asked) in(scheme string) string {
	return strings.TrimSuffix(placed(scheme, a.bucket, a.key), "/")
}

// status is the number that a service answered with, or 0.
func status(err error) int {
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.Response != nil {
		return answered.HTTPStatusCode()
	}
	return 0
}

// failure says what an error of the SDK means.
func (c *s3Cloud) failure(err error, a asked) error {
	number := status(err)
	var missing access.KeysError
	if errors.As(err, &missing) {
		return fmt.Errorf("%s: the AWS keys could not be renewed (%s); sign in again, for example with `aws sso login`", a.in("s3"), ranges.OneLine(missing.Error()))
	}
	if number == 0 {
		return &ranges.Passing{Text: "no answer came (" + ranges.OneLine(ranges.Bare(err).Error()) + ")"}
	}
	var answered *smithyhttp.ResponseError
	errors.As(err, &answered)
	var api smithy.APIError
	if !errors.As(err, &api) {
		api = &smithy.GenericAPIError{Code: http.StatusText(number)}
	}
	header, code := answered.Response.Header, api.ErrorCode()
	if c.moved(a.bucket, region(header, api)) {
		return &ranges.Passing{Text: "the bucket is in another region"}
	}
	if number/100 == 2 || ranges.Passes(number) || code == "RequestTimeout" || code == "SlowDown" {
		return &ranges.Passing{Text: ranges.OneLine(fmt.Sprintf("the service answered %d %s", number, code)), Wait: ranges.RetryAfter(header)}
	}
	return c.final(number, code, api.ErrorMessage(), a)
}

// expected is where Amazon S3 names the region of a bucket if its header does not.
var expected = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// region is that of the bucket, as far as an error tells it.
func region(h http.Header, api smithy.APIError) string {
	found := expected.FindStringSubmatch(api.ErrorMessage())
	if named := h.Get("X-Amz-Bucket-Region"); named != "" || found == nil {
		return named
	}
	return found[1]
}

// moved notes the region of a bucket, and tells whether requests went to another one.
func (c *s3Cloud) moved(bucket, region string) bool {
	o := c.client.Options()
	c.in(bucket)(&o)
	if region == "" || region == o.Region {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.region[bucket] = region
	return true
}

// final says what to do about what no further try will mend.
func (c *s3Cloud) final(number int, code, message string, a asked) error {
	where := a.in("s3")
	switch {
	case number == http.StatusPreconditionFailed || a.reading && number == http.StatusRequestedRangeNotSatisfiable:
		return ranges.Changed(where)
	case code == "NoSuchBucket":
		return fmt.Errorf("%s: there is no bucket %q (%s); correct its name", where, a.bucket, c.whose())
	case number == http.StatusNotFound && a.reading:
		return fmt.Errorf("%s was deleted while it was being read: nothing was made of it", where)
	case number == http.StatusNotFound:
		return fmt.Errorf("%s: %w", where, errAbsent)
	case strings.HasPrefix(code, "ExpiredToken") || code == "TokenRefreshRequired":
		return fmt.Errorf("%s: the AWS keys have expired; sign in again, for example with `aws sso login`, and run the same command", where)
	case code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch" || code == "InvalidToken":
		return fmt.Errorf("%s: the AWS keys are not accepted (%s); check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", where, code)
	case code == "RequestTimeTooSkewed":
		return fmt.Errorf("%s: the clock of this machine is wrong by more than the service allows; set it", where)
	case number == http.StatusUnauthorized || number == http.StatusForbidden:
		return c.forbidden(code, a)
	case number/100 == 3 || code == "AuthorizationHeaderMalformed":
		return fmt.Errorf("%s: the bucket is not in the region %s; set AWS_REGION to its own", where, c.client.Options().Region)
	}
	return fmt.Errorf("%s: the service answered %d %s: %s", where, number, code, ranges.OneLine(message))
}

func (c *s3Cloud) forbidden(code string, a asked) error {
	right, hint := "s3:GetObject on it", ""
	if a.key == "" {
		right, hint = "s3:ListBucket on the bucket", "; without it, name objects one by one"
	}
	if c.keyless != "" {
		return fmt.Errorf("%s: strangers may not read it, and no AWS keys were found (%s).  Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`",
			a.in("s3"), c.keyless)
	}
	return fmt.Errorf("%s: the AWS keys do not give the right to read it (%s); they need %s%s", a.in("s3"), code, right, hint)
}

// whose says at which service was asked.
func (c *s3Cloud) whose() string {
	if endpoint := c.client.Options().BaseEndpoint; endpoint != nil {
		return "asked at " + aws.ToString(endpoint) + ", as AWS_ENDPOINT_URL says"
	}
	return "asked at Amazon S3; for another service, set AWS_ENDPOINT_URL"
}
