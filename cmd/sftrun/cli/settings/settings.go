// Package settings gathers what this machine lays down for sftrun and a pipeline does not: API key, workers, where the
// store and the published files lie, colours.
//
// Layers are laid over each other, and the later one wins: what is built in; what other programs have left for us, such
// as the token of the Hub; settings.cue in the user's configuration folder, then the one in the project's .sftrun folder; .env in the project folder; the environment; the
// flags. A setting that nobody knows is an error in any of them. The package never looks at the pipeline, never writes
// a file, and never gives a secret away: see [Entry].
package settings

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"sftrun.local/runner/store/blob"
)

// Options say where settings are looked for. Dir is needed; all else works when zero.
type Options struct {
	Dir     string         // folder of the project
	UserDir string         // the user's configuration folder, which may hold sftrun/settings.cue; "" = none
	Home    string         // the user's home folder, in which other programs leave tokens; "" = none
	Environ []string       // "NAME=value"
	Flags   *pflag.FlagSet // flags of the names in the table; nil = none
}

// Settings are the values that hold.
type Settings struct {
	APIKey  string // for the services that need one; "" = none was found
	Workers int    // 0 = as many as there are CPUs
	Store   string // folder, absolute, or the address of a bucket
	Output  string // folder, absolute
	Color   string // "auto", "always" or "never"

	HubEndpoint string // address of the Hugging Face Hub
	HubToken    string // "" = none was found
	// Clouds are the variables of .env that say how a cloud is reached, for those that the environment does not set.
	Clouds map[string]string

	OpenAIKey string // "" = none was found
	GeminiURL string // "" = Google's
	VertexURL string // "" = Google's
	Prices    string // file, absolute; "" = none
	Thinking  string // file, absolute; "" = none

	entries []Entry
}

// An Entry tells of one setting, for people to read.
type Entry struct {
	Name   string `json:"name"`
	Value  string `json:"value"`  // a secret shows only whether it is set
	Origin string `json:"origin"` // where it was found: "SFTRUN_WORKERS in the environment"
	Doc    string `json:"doc"`
}

// Entries lists all settings in the order of their table.
func (s *Settings) Entries() []Entry { return s.entries }

// Load reads all layers.
func Load(o Options) (*Settings, error) {
	layers, err := layersOf(o)
	if err != nil {
		return nil, err
	}
	all := koanf.New(".")
	origins := map[string]string{}
	for _, l := range layers {
		if err := l.check(); err != nil {
			return nil, err
		}
		for _, name := range l.values.Keys() {
			origins[name] = l.origin(name)
		}
		if err := all.Merge(l.values); err != nil {
			return nil, fmt.Errorf("settings from %s: %w", l.place, err)
		}
	}
	s, err := settle(o.Dir, all, origins)
	if err == nil {
		s.Clouds, err = clouds(o)
	}
	return s, err
}

// settle checks and takes the values that hold.
func settle(dir string, all *koanf.Koanf, origins map[string]string) (*Settings, error) {
	s := &Settings{}
	for _, t := range table {
		value := all.String(t.name)
		if err := t.check(value); err != nil {
			return nil, fmt.Errorf("setting %s from %s: %w", t.name, origins[t.name], err)
		}
		s.entries = append(s.entries, Entry{Name: t.name, Value: t.shown(value), Origin: origins[t.name], Doc: t.doc})
	}
	s.APIKey, s.Color, s.Workers = all.String(apiKey), all.String(color), all.Int(workers)
	s.HubToken, s.HubEndpoint = strings.TrimSpace(all.String(hubToken)), strings.TrimSpace(all.String(hubEndpoint))
	s.OpenAIKey, s.GeminiURL, s.VertexURL = all.String(openaiKey), all.String(geminiURL), all.String(vertexURL)
	s.Prices, s.Thinking = within(dir, all.String(prices)), within(dir, all.String(thinking))
	s.Output = within(dir, all.String(output))
	if s.Store = all.String(store); !blob.IsAddress(s.Store) {
		s.Store = within(dir, s.Store)
	}
	return s, nil
}

// within makes a path absolute, relative to the project; "" stays "".
func within(dir, path string) string {
	path = filepath.FromSlash(path)
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
