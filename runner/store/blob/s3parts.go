package blob

import (
	"bytes"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (c *s3Cloud) begin(ctx context.Context, key, mark string) (string, error) {
	out, err := c.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &c.place.bucket, Key: &key,
		ContentType: aws.String("application/octet-stream"), Metadata: map[string]string{markKey: mark},
	})
	if err != nil {
		return "", c.failure(err)
	}
	return aws.ToString(out.UploadId), nil
}

func (c *s3Cloud) part(ctx context.Context, key, upload string, number int, data []byte) (string, error) {
	out, err := c.client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &c.place.bucket, Key: &key, UploadId: &upload, PartNumber: aws.Int32(int32(number)),
		Body: bytes.NewReader(data), ContentMD5: md5Of(data),
	})
	if err != nil {
		return "", c.failure(err)
	}
	return aws.ToString(out.ETag), nil
}

func (c *s3Cloud) finish(ctx context.Context, key, upload string, tags []string, old string) (string, error) {
	in := &s3.CompleteMultipartUploadInput{
		Bucket: &c.place.bucket, Key: &key, UploadId: &upload, MultipartUpload: &types.CompletedMultipartUpload{},
	}
	for i, tag := range tags {
		in.MultipartUpload.Parts = append(in.MultipartUpload.Parts, types.CompletedPart{ETag: aws.String(tag), PartNumber: aws.Int32(int32(i + 1))})
	}
	in.IfMatch, in.IfNoneMatch = condition(old)
	out, err := c.client.CompleteMultipartUpload(ctx, in)
	if err != nil {
		return "", c.failure(err)
	}
	return aws.ToString(out.ETag), nil
}

func (c *s3Cloud) abandon(ctx context.Context, key, upload string) error {
	_, err := c.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &c.place.bucket, Key: &key, UploadId: &upload})
	return err
}
