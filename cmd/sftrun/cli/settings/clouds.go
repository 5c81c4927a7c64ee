package settings

import "strings"

// cloudVariables are what the clouds' own tools read from the environment, as far as a store in a bucket needs it.
var cloudVariables = []string{
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION",
	"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "GOOGLE_APPLICATION_CREDENTIALS", "STORAGE_EMULATOR_HOST",
}

// clouds finds in .env what the environment does not say. Keys of which the environment has one come from there alone,
// as a pair must not be mixed.
func clouds(o Options) (map[string]string, error) {
	values, err := readDotenv(o)
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	for _, pair := range o.Environ {
		if name, value, _ := strings.Cut(pair, "="); value != "" {
			set[groupOf(name)] = true
		}
	}
	found := map[string]string{}
	for _, name := range cloudVariables {
		if value, _ := values[name].(string); value != "" && !set[groupOf(name)] {
			found[name] = value
		}
	}
	return found, nil
}

// groupOf a variable is what it counts together with.
func groupOf(name string) string {
	switch name {
	case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE":
		return "AWS keys"
	case "AWS_REGION", "AWS_DEFAULT_REGION":
		return "AWS region"
	case "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3":
		return "AWS endpoint"
	}
	return name
}
