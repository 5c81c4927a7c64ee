package settings

import (
	"path/filepath"
	"strings"

	"github.com/knadh/koanf/parsers/dotenv"

	"sftrun.local/runner/outside/hub"
)

// leftToken is the token of the Hub in the file that `hf auth login` writes. A file that cannot be read is as if it were
// not there: most projects need no token, and those that do are told by the Hub. What no token can be is refused when it
// is to be used.
func leftToken(o Options) (layer, error) {
	if o.Home == "" {
		return layerOf("", nil)
	}
	var places []string
	for _, pair := range withDotenv(o) {
		if name, _, _ := strings.Cut(pair, "="); !isToken(name) {
			places = append(places, pair)
		}
	}
	token, path, _ := hub.FindToken(places, o.Home)
	if token == "" {
		return layerOf("", nil)
	}
	return layerOf(path, map[string]any{hubToken: string(token)})
}

func isToken(variable string) bool {
	t, _ := byName(hubToken)
	for _, v := range t.variables {
		if v == variable {
			return true
		}
	}
	return false
}

// noToken takes the token away where HF_HUB_DISABLE_IMPLICIT_TOKEN forbids to use what was found.
func noToken(o Options) (layer, error) {
	if !hub.TokenForbidden(withDotenv(o)) {
		return layerOf("", nil)
	}
	return layerOf("not looked for: HF_HUB_DISABLE_IMPLICIT_TOKEN is set", map[string]any{hubToken: ""})
}

// withDotenv is the environment over what .env says. One that cannot be read is told of by its own layer.
func withDotenv(o Options) []string {
	var all []string
	if text, err := readSmall(filepath.Join(o.Dir, ".env")); err == nil {
		values, _ := dotenv.Parser().Unmarshal(text)
		for name, value := range values {
			if v, ok := value.(string); ok {
				all = append(all, name+"="+v)
			}
		}
	}
	return append(all, o.Environ...)
}
