package hub

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A declared configuration is what the card of a dataset says of one (field "configs" of its YAML).
type declared struct {
	Name    string  `yaml:"config_name"`
	Default bool    `yaml:"default"`
	Folder  string  `yaml:"data_dir"`
	Files   globsOf `yaml:"data_files"`
}

// globsOf are the globs of each split, in the order of the card. The card has one of three forms: a glob, a list
// of globs, both for the split train, or a list of {split, path}.
type globsOf []splitGlobs

type splitGlobs struct {
	Split string
	Globs []string
}

// UnmarshalYAML reads the three forms.
func (g *globsOf) UnmarshalYAML(node *yaml.Node) error {
	var items []struct {
		Split string `yaml:"split"`
		Path  globs  `yaml:"path"`
	}
	if node.Kind == yaml.SequenceNode && len(node.Content) > 0 && node.Content[0].Kind == yaml.MappingNode {
		if err := node.Decode(&items); err != nil {
			return err
		}
	} else {
		var all globs
		if err := node.Decode(&all); err != nil {
			return err
		}
		*g = globsOf{{"train", all}}
		return nil
	}
	for _, item := range items {
		if item.Split == "" || len(item.Path) == 0 {
			return errors.New("an entry of data_files lacks split or path")
		}
		*g = append(*g, splitGlobs{item.Split, item.Path})
	}
	return nil
}

// globs is one glob or a list of them.
type globs []string

// UnmarshalYAML reads both.
func (g *globs) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return node.Decode((*[]string)(g))
	}
	*g = globs{node.Value}
	return nil
}

// readCard returns the configurations that a card declares: the YAML between the first line "---" and the next one.
func readCard(text []byte) ([]declared, error) {
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(string(text), "\ufeff"), "\r\n", "\n"), "\n")
	if strings.TrimRight(lines[0], " ") != "---" {
		return nil, nil
	}
	end := slices.IndexFunc(lines[1:], func(l string) bool { return strings.TrimRight(l, " ") == "---" })
	if end < 0 {
		return nil, nil
	}
	return readConfigs([]byte(strings.Join(lines[1:1+end], "\n")))
}

// readConfigs reads the field "configs" of YAML.
func readConfigs(text []byte) ([]declared, error) {
	var card struct {
		Configs []declared `yaml:"configs"`
	}
	if err := yaml.Unmarshal(text, &card); err != nil {
		return nil, fmt.Errorf("its YAML is not understood (%s)", strings.Join(strings.Fields(err.Error()), " "))
	}
	for _, d := range card.Configs {
		if d.Name == "" {
			return nil, errors.New("one of its configs has no config_name")
		}
	}
	return card.Configs, nil
}

// choose returns the configuration of a name, or the default one for "": the only one, the one named "default", or the
// one that the card marks.
func choose(all []declared, name string) (declared, error) {
	if name == "" && len(all) == 1 {
		return all[0], nil
	}
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.Name
		if d.Name == name || name == "" && d.Default {
			return d, nil
		}
	}
	if name == "" && slices.Contains(names, "default") {
		return choose(all, "default")
	}
	if name == "" {
		return declared{}, fmt.Errorf("has %d configurations and no default: %s.  Say which, or name the files behind the address", len(all), listed(names))
	}
	return declared{}, fmt.Errorf("has no configuration %q; it has %s", name, listed(names))
}

// mostListed is how many names an error lists.
const mostListed = 12

func listed(names []string) string {
	more := ""
	if n := len(names) - mostListed; n > 0 {
		names, more = names[:mostListed], fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(names, ", ") + more
}
