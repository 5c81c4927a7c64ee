package hub_test

import (
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/runner/outside/hub"
)

func TestTheTokenIsFoundWhereTheHubsLibraryFindsIt(t *testing.T) {
	home := t.TempDir()
	in := func(p string) string { return filepath.Join(home, p) }
	for path, text := range map[string]string{
		".cache/huggingface/token": "hf_cache\n", "xdg/huggingface/token": " hf_xdg ", "hf/token": "hf_home\r\n", "my/token": "hf_path", "empty": "\n", "bad": "hf_a b",
	} {
		write(t, in(path), []byte(text))
	}
	for _, c := range []struct {
		environ     []string
		token, from string
	}{
		{nil, "hf_cache", in(".cache/huggingface/token")},
		{[]string{"XDG_CACHE_HOME=" + in("xdg")}, "hf_xdg", in("xdg/huggingface/token")},
		{[]string{"XDG_CACHE_HOME=" + in("xdg"), "HF_HOME=" + in("hf")}, "hf_home", in("hf/token")},
		{[]string{"HF_HOME=~/hf"}, "hf_home", in("hf/token")},
		{[]string{"HF_HOME=" + in("hf"), "HF_TOKEN_PATH=" + in("my/token")}, "hf_path", in("my/token")},
		{[]string{"HF_TOKEN_PATH=" + in("my/token"), "HUGGING_FACE_HUB_TOKEN=hf_old"}, "hf_old", "HUGGING_FACE_HUB_TOKEN"},
		{[]string{"HUGGING_FACE_HUB_TOKEN=hf_old", "HF_TOKEN= hf_new\n"}, "hf_new", "HF_TOKEN"},
		{[]string{"HF_TOKEN=", "HF_TOKEN_PATH=" + in("empty")}, "", ""},
		{[]string{"HF_TOKEN_PATH=" + in("nowhere")}, "", ""},
		{[]string{"HF_TOKEN=hf_new", "HF_HUB_DISABLE_IMPLICIT_TOKEN=1"}, "", ""},
	} {
		token, from, err := hub.FindToken(c.environ, home)
		if err != nil || string(token) != c.token || from != c.from {
			t.Errorf("%q: %q from %q, %v; want %q from %q", c.environ, string(token), from, err, c.token, c.from)
		}
	}
	for _, environ := range [][]string{{"HF_TOKEN_PATH=" + in("bad")}, {"HF_TOKEN_PATH=" + in("hf")}, {"HF_TOKEN=hf_ä"}} {
		if _, _, err := hub.FindToken(environ, home); err == nil || strings.Contains(err.Error(), "hf_") {
			t.Errorf("%q: %v", environ, err)
		}
	}
}
