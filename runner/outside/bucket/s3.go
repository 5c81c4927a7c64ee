package bucket

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"sftrun.local/runner/access"
	"sftrun.local/runner/outside/ranges"
)

// s3Cloud speaks to Amazon S3, and to services that speak its protocol.
type s3Cloud struct {
	client  *s3.Client
	keyless string // why no keys were found, "" if some were

	mu     sync.Mutex
	region map[string]string // of buckets that are not where the settings say
}

// openS3 finds the keys. Without any it asks as a stranger.
func openS3(ctx context.Context, env map[string]string, network http.RoundTripper) (c *s3Cloud, idle func(), err error) {
	cfg, err := access.AWS(ctx, env, "", "")
	if err != nil {
		return nil, nil, fmt.Errorf("the settings of AWS cannot be read: %s", ranges.OneLine(err.Error()))
	}
	if built, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok && network == nil {
		network = built.GetTransport() // with the certificates of AWS_CA_BUNDLE
	}
	c = &s3Cloud{region: map[string]string{}}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		c.keyless, cfg.Credentials = ranges.OneLine(err.Error()), aws.AnonymousCredentials{}
	}
	c.client = s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.HTTPClient = &http.Client{Transport: network, CheckRedirect: stay}
		adjust(o)
	})
	return c, access.Idler(network), nil
}

// stay follows no redirection, which a signature does not survive.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// adjust makes the client send each request once, with what all services know. A bucket tells its region when it is asked
// in another, so one to begin with is enough.
func adjust(o *s3.Options) {
	o.Retryer = aws.NopRetryer{}
	o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	o.UsePathStyle = o.BaseEndpoint != nil
	if o.Region == "" {
		o.Region = "us-east-1"
	}
}

// in sends a request to where the bucket is.
func (c *s3Cloud) in(bucket string) func(*s3.Options) {
	c.mu.Lock()
	defer c.mu.Unlock()
	region := c.region[bucket]
	return func(o *s3.Options) {
		if region != "" {
			o.Region = region
		}
	}
}

func (c *s3Cloud) page(ctx context.Context, bucket, prefix string, deep bool, token string) (page, error) {
	in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
	if !deep {
		in.Delimiter = aws.String("/")
	}
	if token != "" {
		in.ContinuationToken = &token
	}
	out, err := c.client.ListObjectsV2(ctx, in, c.in(bucket))
	if err != nil {
		return page{}, c.failure(err, asked{bucket: bucket})
	}
	var p page
	for _, o := range out.Contents {
		p.objects = append(p.objects, s3Object(bucket, aws.ToString(o.Key), aws.ToInt64(o.Size), aws.ToString(o.ETag)))
	}
	for _, f := range out.CommonPrefixes {
		p.folders = append(p.folders, aws.ToString(f.Prefix))
	}
	if aws.ToBool(out.IsTruncated) {
		p.next = aws.ToString(out.NextContinuationToken)
	}
	return p, nil
}

// s3Object describes an object. Some services write an ETag with quotes in one answer and without in another.
func s3Object(bucket, key string, size int64, etag string) object {
	etag = strings.Trim(etag, `"`)
	digest := ranges.Digest("etag", placed("s3", bucket, key), etag, strconv.FormatInt(size, 10))
	return object{key: key, size: size, tag: etag, digest: digest}
}

// about asks for the first byte: unlike the answer to a HEAD, that to a GET says in words what is wrong.
func (c *s3Cloud) about(ctx context.Context, bucket, key string) (object, error) {
	out, err := c.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, Range: aws.String("bytes=0-0")}, c.in(bucket))
	if status(err) == http.StatusRequestedRangeNotSatisfiable {
		return c.empty(ctx, bucket, key)
	}
	if err != nil {
		return object{}, c.failure(err, asked{bucket: bucket, key: key})
	}
	io.Copy(io.Discard, io.LimitReader(out.Body, 1)) // the connection is used again
	out.Body.Close()
	size, ok := ranges.Total(aws.ToString(out.ContentRange))
	if !ok {
		return object{}, ranges.Check(placed("s3", bucket, key), 0, 1, -1, aws.ToString(out.ContentRange), -1)
	}
	return s3Object(bucket, key, size, aws.ToString(out.ETag)), nil
}

// empty tells of an object without bytes.
func (c *s3Cloud) empty(ctx context.Context, bucket, key string) (object, error) {
	out, err := c.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key}, c.in(bucket))
	if err != nil {
		return object{}, c.failure(err, asked{bucket: bucket, key: key})
	}
	return s3Object(bucket, key, aws.ToInt64(out.ContentLength), aws.ToString(out.ETag)), nil
}

func (c *s3Cloud) read(ctx context.Context, bucket string, o object, off, end int64) (io.ReadCloser, error) {
	out, err := c.client.GetObject(ctx, &s3.GetObjectInput{
		Bucket: &bucket, Key: &o.key, Range: aws.String(ranges.Header(off, end)), IfMatch: aws.String(`"` + o.tag + `"`),
	}, c.in(bucket))
	if err != nil {
		return nil, c.failure(err, asked{bucket: bucket, key: o.key, reading: true})
	}
	name := placed("s3", bucket, o.key)
	err = ranges.Check(name, off, end, o.size, aws.ToString(out.ContentRange), aws.ToInt64(out.ContentLength))
	if err == nil && strings.Trim(aws.ToString(out.ETag), `"`) != o.tag { // of a service that does not know the condition
		err = ranges.Changed(name)
	}
	if err != nil {
		out.Body.Close()
		return nil, err
	}
	return out.Body, nil
}
