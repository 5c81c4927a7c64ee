package access

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// AWS reads what the environment and the files of the AWS tools say of keys, region and endpoint. What env says by the
// names of the environment's variables goes before them, and a region or a profile that is not "" before that. Keys are
// looked for when they are needed; not finding any is a KeysError then.
func AWS(ctx context.Context, env map[string]string, region, profile string) (aws.Config, error) {
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(awshttp.NewBuildableClient().WithTransportOptions(Shape)),
		config.WithLogger(logging.Nop{}), // it would print
	}
	if region := cmp.Or(region, env["AWS_REGION"], env["AWS_DEFAULT_REGION"]); region != "" {
		load = append(load, config.WithRegion(region))
	}
	if id := env["AWS_ACCESS_KEY_ID"]; id != "" && profile == "" {
		given := aws.Credentials{AccessKeyID: id, SecretAccessKey: env["AWS_SECRET_ACCESS_KEY"], SessionToken: env["AWS_SESSION_TOKEN"]}
		load = append(load, config.WithCredentialsProvider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return given, nil })))
	}
	if profile := cmp.Or(profile, env["AWS_PROFILE"]); profile != "" {
		load = append(load, config.WithSharedConfigProfile(profile))
	}
	if endpoint := cmp.Or(env["AWS_ENDPOINT_URL_S3"], env["AWS_ENDPOINT_URL"]); endpoint != "" {
		load = append(load, config.WithBaseEndpoint(endpoint))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	cfg.Credentials = keys{cfg.Credentials}
	return cfg, err
}

// keys gives the credentials of the SDK, and marks the errors of looking for them.
type keys struct{ aws.CredentialsProvider }

// A KeysError says that no keys were found, and why.
type KeysError struct{ error }

// Unwrap returns what the SDK says.
func (e KeysError) Unwrap() error { return e.error }

// Retrieve implements aws.CredentialsProvider.
func (k keys) Retrieve(ctx context.Context) (aws.Credentials, error) {
	found, err := k.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return found, KeysError{err}
	}
	return found, nil
}
