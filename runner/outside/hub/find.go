package hub

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// FindToken looks for the user's token as huggingface_hub does: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, then the file named
// by HF_TOKEN_PATH or else the file "token" that `hf auth login` writes into HF_HOME, which is
// $XDG_CACHE_HOME/huggingface or HOME/.cache/huggingface where it is not set. Environ is as os.Environ has it, home the
// user's home folder. From says where the token was found. No token is no error: public datasets need none. With
// HF_HUB_DISABLE_IMPLICIT_TOKEN set, none is looked for.
func FindToken(environ []string, home string) (token Token, from string, err error) {
	if TokenForbidden(environ) {
		return "", "", nil
	}
	env := variables(environ)
	for _, name := range []string{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"} {
		if t := clean(env[name]); t != "" {
			return t, name, t.check()
		}
	}
	path := tokenPath(env, home)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("the file with the token for the Hub cannot be read: %w", err)
	}
	t := clean(string(data))
	if t == "" {
		return "", "", nil
	}
	return t, path, t.check()
}

// TokenForbidden tells whether HF_HUB_DISABLE_IMPLICIT_TOKEN is set in environ: no token is to be used that was not
// handed over by hand.
func TokenForbidden(environ []string) bool {
	return truthy(variables(environ)["HF_HUB_DISABLE_IMPLICIT_TOKEN"])
}

func tokenPath(env map[string]string, home string) string {
	cache := cmp.Or(env["XDG_CACHE_HOME"], filepath.Join(home, ".cache"))
	folder := cmp.Or(env["HF_HOME"], filepath.Join(cache, "huggingface"))
	path := cmp.Or(env["HF_TOKEN_PATH"], filepath.Join(folder, "token"))
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(home, rest)
	}
	return path
}

// variables maps names to values; of a name that is there twice the last one counts, as for programs that are started.
func variables(environ []string) map[string]string {
	env := map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	return env
}

func clean(text string) Token { return Token(strings.TrimSpace(text)) }

func truthy(text string) bool {
	switch strings.ToUpper(text) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}
