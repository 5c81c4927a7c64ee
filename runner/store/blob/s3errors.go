package blob

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"sftrun.local/runner/access"
)

// status is the number that a service answered with, or 0.
func status(err error) int {
	var answered *smithyhttp.ResponseError
	if errors.As(err, &answered) && answered.Response != nil {
		return answered.HTTPStatusCode()
	}
	return 0
}

// failure says what an error of the SDK means.
func (c *s3Cloud) failure(err error) error {
	var missing access.KeysError
	var api smithy.APIError
	var answered *smithyhttp.ResponseError
	errors.As(err, &answered)
	switch {
	case errors.As(err, &missing):
		return &failure{kind: setup, text: "no valid AWS keys were found (" + oneLine(missing.Error()) + ").  Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"}
	case status(err) == 0:
		return unreachable(err)
	case !errors.As(err, &api) && status(err)/100 == 2:
		return &failure{kind: passing, text: "an answer was cut short, or is not understood"}
	case !errors.As(err, &api):
		api = &smithy.GenericAPIError{Code: http.StatusText(status(err))}
	}
	return c.answer(api, answered)
}

func (c *s3Cloud) answer(api smithy.APIError, r *smithyhttp.ResponseError) error {
	number, code := r.HTTPStatusCode(), api.ErrorCode()
	f := &failure{kind: s3Kind(number, code), after: retryAfter(r.Response.Header)}
	f.text = oneLine(fmt.Sprintf("%d %s: %s", number, code, api.ErrorMessage()))
	if text := c.advice(number, code, r.Response.Header.Get("X-Amz-Bucket-Region")); text != "" && f.kind == other {
		f.kind, f.text = setup, text
	}
	if asked := r.Response.Request; asked != nil && asked.Method == http.MethodHead && (f.kind == other || f.kind == setup) {
		f.kind = mute // its answer had no room for a code
	}
	return f
}

// s3Kind goes by the code where it says more than the number.
func s3Kind(number int, code string) kind {
	switch code {
	case "NoSuchBucket":
		return other
	case "PreconditionFailed":
		return refused
	case "NoSuchUpload":
		return absent
	case "BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout":
		return passing
	}
	if number/100 == 2 { // the end of an upload may fail after it was promised to succeed
		return passing
	}
	return statusKind(number)
}

// advice says what to do about what no further try will mend.
func (c *s3Cloud) advice(number int, code, region string) string {
	switch {
	case code == "NoSuchBucket":
		return fmt.Sprintf("there is no bucket %q; make it, or correct its name", c.place.bucket)
	case region != "" && region != c.client.Options().Region:
		return fmt.Sprintf("the bucket is in the region %s, and not in %s; set AWS_REGION=%s, or write %s?region=%s",
			region, c.client.Options().Region, region, c.place, region)
	case number/100 == 3 || code == "AuthorizationHeaderMalformed":
		return fmt.Sprintf("the bucket is not in the region %s; set AWS_REGION to its own", c.client.Options().Region)
	case strings.HasPrefix(code, "ExpiredToken") || code == "TokenRefreshRequired":
		return "the AWS keys have expired; sign in again, for example with `aws sso login`, and run the same command"
	case code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch" || code == "InvalidToken":
		return "it does not accept the AWS keys (" + code + "); check AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
	case code == "RequestTimeTooSkewed":
		return "the clock of this machine is wrong by more than the service allows; set it"
	case number == http.StatusUnauthorized || number == http.StatusForbidden:
		return "the AWS keys do not give the right to this (" + code + "); the store needs s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects"
	case number == http.StatusNotImplemented:
		return "it does not know a request that the store rests on (" + code + ").  Use a service that honours conditional writes (Amazon S3, Google Cloud Storage, Cloudflare R2, MinIO), or a folder"
	}
	return ""
}
