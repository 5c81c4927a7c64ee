package blob

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"sftrun.local/runner/access"
	"sftrun.local/runner/store"
)

// s3Cloud speaks to Amazon S3, and to services that speak its protocol.
type s3Cloud struct {
	client *s3.Client
	place  place
}

func openS3(ctx context.Context, p place, opt Options) (c *s3Cloud, idle func(), err error) {
	cfg, err := access.AWS(ctx, opt.Env, p.query.Get("region"), p.query.Get("profile"))
	if err != nil {
		return nil, nil, &SetupError{Store: p.String(), Text: "its settings cannot be read: " + oneLine(err.Error())}
	}
	network := opt.Transport
	if built, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && network == nil {
		network = built.GetTransport() // with the certificates of AWS_CA_BUNDLE
	}
	c = &s3Cloud{place: p, client: s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: network, CheckRedirect: stay}
		adjust(o, p)
	})}
	if c.client.Options().Region == "" {
		return nil, nil, &SetupError{Store: p.String(), Text: "its region is not known; set AWS_REGION, or write " + p.String() + "?region=REGION"}
	}
	return c, access.Idler(network), nil
}

// stay follows no redirection, which a signature does not survive: where the bucket is, is for the user to say.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// adjust makes the client send each request once, as this package tries again by its own rules, and with checksums
// that all services know.
func adjust(o *s3.Options, p place) {
	o.Retryer = aws.NopRetryer{}
	o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	if endpoint := p.query.Get("endpoint"); endpoint != "" {
		o.BaseEndpoint = aws.String(endpoint)
	}
	if o.BaseEndpoint != nil {
		o.UsePathStyle = p.query.Get("path_style") != "false"
		if o.Region == "" {
			o.Region = "us-east-1" // what services without regions sign for
		}
	}
}

func (c *s3Cloud) onePut() int64 { return 5 << 30 }

func (c *s3Cloud) otherTag() string { return `"00000000000000000000000000000000"` }

// condition says what must be there for a put to be carried out.
func condition(old string) (ifMatch, ifNoneMatch *string) {
	if old == "" {
		return nil, aws.String("*")
	}
	return aws.String(old), nil
}

// md5Of is what the service compares the bytes with that it receives. The SDK signs their SHA-256 besides.
func md5Of(data []byte) *string {
	sum := md5.Sum(data)
	return aws.String(base64.StdEncoding.EncodeToString(sum[:]))
}

func (c *s3Cloud) put(ctx context.Context, key string, data []byte, mark, old string) (string, error) {
	in := &s3.PutObjectInput{
		Bucket: &c.place.bucket, Key: &key, Body: bytes.NewReader(data), ContentMD5: md5Of(data),
		ContentType: aws.String("application/octet-stream"), Metadata: map[string]string{markKey: mark},
	}
	in.IfMatch, in.IfNoneMatch = condition(old)
	out, err := c.client.PutObject(ctx, in)
	if err != nil {
		return "", c.failure(err)
	}
	return aws.ToString(out.ETag), nil
}

func (c *s3Cloud) get(ctx context.Context, key string, off, n int64) ([]byte, error) {
	in := &s3.GetObjectInput{Bucket: &c.place.bucket, Key: &key}
	if n >= 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", off, off+n-1))
	}
	out, err := c.client.GetObject(ctx, in)
	if status(err) == http.StatusRequestedRangeNotSatisfiable {
		return []byte{}, nil
	}
	if err != nil {
		return nil, c.failure(err)
	}
	return body(out.Body, aws.ToInt64(out.ContentLength))
}

// body reads an answer to its end. One that is cut short is asked for again.
func body(r io.ReadCloser, size int64) ([]byte, error) {
	defer r.Close()
	data := bytes.NewBuffer(make([]byte, 0, max(size, 0)+bytes.MinRead))
	if _, err := data.ReadFrom(r); err != nil {
		return nil, &failure{kind: passing, text: "an answer was cut short: " + oneLine(err.Error())}
	}
	return data.Bytes(), nil
}

func (c *s3Cloud) head(ctx context.Context, key string) (about, error) {
	out, err := c.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &c.place.bucket, Key: &key})
	if err != nil {
		return about{}, c.failure(err)
	}
	return about{size: aws.ToInt64(out.ContentLength), tag: aws.ToString(out.ETag), mark: out.Metadata[markKey]}, nil
}

func (c *s3Cloud) load(ctx context.Context, key string) ([]byte, about, error) {
	out, err := c.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &c.place.bucket, Key: &key})
	if err != nil {
		return nil, about{}, c.failure(err)
	}
	data, err := body(out.Body, aws.ToInt64(out.ContentLength))
	now, _ := middleware.GetServerTime(out.ResultMetadata)
	return data, about{tag: aws.ToString(out.ETag), written: aws.ToTime(out.LastModified), now: now}, err
}

func (c *s3Cloud) page(ctx context.Context, prefix, token string, n int) (found []store.Entry, next string, err error) {
	in := &s3.ListObjectsV2Input{Bucket: &c.place.bucket, Prefix: &prefix, MaxKeys: aws.Int32(int32(n))}
	if token != "" {
		in.ContinuationToken = &token
	}
	out, err := c.client.ListObjectsV2(ctx, in)
	if err != nil {
		return nil, "", c.failure(err)
	}
	for _, o := range out.Contents {
		found = append(found, store.Entry{Name: aws.ToString(o.Key), Size: aws.ToInt64(o.Size)})
	}
	if aws.ToBool(out.IsTruncated) {
		next = aws.ToString(out.NextContinuationToken)
	}
	return found, next, nil
}

func (c *s3Cloud) remove(ctx context.Context, key string) error {
	_, err := c.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &c.place.bucket, Key: &key})
	if err != nil {
		return c.failure(err)
	}
	return nil
}
