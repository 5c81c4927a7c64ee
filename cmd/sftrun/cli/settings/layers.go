package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/knadh/koanf/parsers/dotenv"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/posflag"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// A layer is what one place says.
type layer struct {
	place  string            // for people: "in .env"
	names  map[string]string // what a setting is called there, if not by its own name
	values *koanf.Koanf
}

// origin tells where a setting was found.
func (l layer) origin(name string) string {
	if called, ok := l.names[name]; ok {
		return called + " " + l.place
	}
	return l.place
}

func layersOf(o Options) ([]layer, error) {
	read := []func(Options) (layer, error){presets, leftToken, userFile, projectFile, dotenvFile, environment, flags, noToken}
	layers := make([]layer, len(read))
	for i, f := range read {
		var err error
		if layers[i], err = f(o); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

func presets(Options) (layer, error) {
	values := map[string]any{}
	for _, t := range table {
		values[t.name] = t.preset
	}
	return layerOf("built in", values)
}

// layerOf makes a layer of values by name.
func layerOf(place string, values map[string]any) (layer, error) {
	l := layer{place: place, names: map[string]string{}, values: koanf.New(".")}
	return l, l.values.Load(confmap.Provider(values, ""), nil)
}

func userFile(o Options) (layer, error) {
	if o.UserDir == "" {
		return layerOf("", nil)
	}
	return cueFile(filepath.Join(o.UserDir, "sftrun", "settings.cue"))
}

func projectFile(o Options) (layer, error) {
	return cueFile(filepath.Join(o.Dir, ".sftrun", "settings.cue"))
}

// cueFile reads a file of settings; one that does not exist says nothing.
func cueFile(path string) (layer, error) {
	l := layer{place: path, values: koanf.New(".")}
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	values, err := plainCUE(path, text)
	if err != nil {
		return l, err
	}
	return l, l.values.Load(confmap.Provider(values, ""), nil)
}

// dotenvFile is what .env of the project says. It may hold variables of other programs too.
func dotenvFile(o Options) (layer, error) {
	values, err := readDotenv(o)
	if err != nil {
		return layer{}, err
	}
	return variables("in .env", func(name string) string {
		value, _ := values[name].(string)
		return value
	}, keys(values))
}

// readDotenv reads .env of the project. One that is not there holds nothing.
func readDotenv(o Options) (map[string]any, error) {
	path := filepath.Join(o.Dir, ".env")
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	values, err := dotenv.Parser().Unmarshal(text)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: not NAME=value, or a quote is not closed", path, firstBadLine(text))
	}
	return values, nil
}

func keys(m map[string]any) []string {
	all := make([]string, 0, len(m))
	for k := range m {
		all = append(all, k)
	}
	return all
}

func environment(o Options) (layer, error) {
	values := map[string]string{}
	var all []string
	for _, pair := range o.Environ {
		name, value, _ := strings.Cut(pair, "=")
		values[name] = value
		all = append(all, name)
	}
	return variables("in the environment", func(name string) string { return values[name] }, all)
}

// variables makes a layer of the variables of an environment. An empty one counts as not set.
func variables(place string, value func(string) string, all []string) (layer, error) {
	found, called := map[string]any{}, map[string]string{}
	known := map[string]bool{}
	for _, t := range table {
		for _, v := range t.variables {
			known[v] = true
			if _, taken := found[t.name]; !taken && value(v) != "" {
				found[t.name], called[t.name] = meaning(v, value(v)), v
			}
		}
	}
	for _, name := range all {
		if strings.HasPrefix(name, "SFTRUN_") && !known[name] && value(name) != "" {
			return layer{}, unknown(name+" "+place, name, allVariables())
		}
	}
	l, err := layerOf(place, found)
	l.names = called
	return l, err
}

// meaning is the value of the setting that a variable stands for. NO_COLOR counts by being set (no-color.org).
func meaning(variable, value string) string {
	if variable == "NO_COLOR" {
		return "never"
	}
	return value
}

func allVariables() []string {
	var all []string
	for _, t := range table {
		all = append(all, t.variables...)
	}
	return all
}

// flags reads the flags that were given.
func flags(o Options) (layer, error) {
	l := layer{place: "on the command line", names: map[string]string{}, values: koanf.New(".")}
	if o.Flags == nil {
		return l, nil
	}
	return l, l.values.Load(posflag.ProviderWithFlag(o.Flags, ".", nil, func(f *pflag.Flag) (string, any) {
		for _, t := range table {
			if t.flag == f.Name && f.Changed {
				l.names[t.name] = "--" + f.Name
				return t.name, flagMeaning(f)
			}
		}
		return "", nil
	}), nil)
}

// flagMeaning is the value of the setting that a flag stands for.
func flagMeaning(f *pflag.Flag) string {
	if f.Name != "no-color" {
		return f.Value.String()
	}
	if f.Value.String() == "true" {
		return "never"
	}
	return "auto"
}

// check refuses settings that do not exist.
func (l layer) check() error {
	for _, name := range l.values.Keys() {
		if _, ok := byName(name); !ok {
			return unknown(fmt.Sprintf("%s: %s", l.place, name), name, names())
		}
	}
	return nil
}
