package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sftrun.local/cmd/sftrun/cli/providers"
	"sftrun.local/cmd/sftrun/cli/settings"
	"sftrun.local/runner"
	"sftrun.local/schema"
	"sftrun.local/steps"
)

// models lists the models of the pipeline: those under names of their own, and those in the config of steps, most of
// which are the same ones.
func (p *project) models() ([]providers.Model, error) {
	var all []providers.Model
	for _, name := range slices.Sorted(maps.Keys(p.pipeline.Models)) {
		m := providers.Model{Path: "models." + name}
		if err := json.Unmarshal(p.pipeline.Models[name], &m); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Path, err)
		}
		all = append(all, m)
	}
	for _, s := range p.pipeline.Steps {
		found, err := modelsOf(s)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// modelsOf lists the models in the config of a step: the structs with a provider and a name.
func modelsOf(s schema.Step) (all []providers.Model, err error) {
	var config any
	if err := json.Unmarshal(s.Config, &config); err != nil {
		return nil, fmt.Errorf("steps.%s: %w", s.Name, err)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		fields, ok := v.(map[string]any)
		if !ok {
			return
		}
		if fields["provider"] != nil && fields["name"] != nil {
			m := providers.Model{Path: path}
			err = errors.Join(err, json.Unmarshal(steps.Encode(fields), &m))
			all = append(all, m)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			walk(path+"."+name, fields[name])
		}
	}
	walk("steps."+s.Name, config)
	return all, err
}

// checkModels refuses settings that a model does not take, and warns of what is not certain.
func (p *project) checkModels() error {
	models, err := p.models()
	if err != nil {
		return err
	}
	o, _, err := p.providerOptions()
	if err != nil {
		return err
	}
	told := map[string]bool{}
	for _, m := range models {
		warning, err := o.Check(m.Settings)
		if field := (*steps.FieldError)(nil); errors.As(err, &field) {
			path := m.Path + strings.TrimPrefix(field.Field, "model")
			at, _ := p.pipeline.Position(path)
			return fmt.Errorf("%s: %s: %s", at, path, field.Text)
		}
		if err != nil {
			return err
		}
		if warning != "" && !told[warning] {
			p.warn([]string{warning})
			told[warning] = true
		}
	}
	return nil
}

// keyless says which steps of a plan would ask a service whose key was not found, one line each.
func (p *project) keyless(plan *runner.Plan) (lines []string, err error) {
	if p.settings.APIKey != "" {
		return nil, nil
	}
	for _, s := range p.pipeline.Steps {
		if !mayAskIn(plan, s.Name) {
			continue
		}
		models, err := modelsOf(s)
		if err != nil {
			return nil, err
		}
		for _, m := range models {
			if providers.NeedsKey(m.Provider) {
				lines = append(lines, p.keyMissing(s.Name, m))
			}
		}
	}
	return lines, nil
}

func (p *project) keyMissing(step string, m providers.Model) string {
	at, _ := p.pipeline.Position(m.Path + ".provider")
	return fmt.Sprintf("steps.%s needs an API key for provider %q (%s), and none was found.  Looked at: %s in the environment, then in .env, then apiKey in settings.cue",
		step, m.Provider, at, strings.Join(settings.KeyPlaces(), ", "))
}

// mayAskIn tells whether an apply may put questions of a step.
func mayAskIn(plan *runner.Plan, step string) bool {
	for _, s := range plan.Steps {
		if s.Name == step {
			asks, _ := mayAsk(&runner.Plan{Steps: []runner.StepPlan{s}})
			return asks
		}
	}
	return false
}
