package cli

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/offline"
)

// clients are the providers that can be asked, by name.
func clients() map[string]model.Client {
	return map[string]model.Client{"offline": offline.Client{}}
}

func (p *project) openGateway(readOnly bool) *model.Gateway {
	return model.New(model.Options{
		Bucket: p.bucket, Path: filepath.Join(p.state, "ledger.sqlite"), ReadOnly: readOnly, Clients: clients(),
		Warn: func(err error) { fmt.Fprintln(p.Err, "warning:", err) },
	})
}

// unanswered says which models of the pipeline nobody can ask, one line each.
func (p *project) unanswered() []string {
	var lines []string
	known := clients()
	for _, name := range p.modelNames() {
		provider := p.model(name).Provider
		if known[provider] != nil {
			continue
		}
		path := "models." + name + ".provider"
		at, _ := p.pipeline.Position(path)
		lines = append(lines, fmt.Sprintf(`%s: %s: %q is not built in yet.  To try the pipeline, for nothing and on this machine: provider: "offline"`, at, path, provider))
	}
	return lines
}

// costs tells whether asking some model of the pipeline costs money.
func (p *project) costs() (bool, error) {
	for _, name := range p.modelNames() {
		r := model.Request{Model: p.model(name)}
		body, err := json.Marshal(r)
		if err != nil {
			return false, err
		}
		quote, err := p.gateway.Quote(steps.Question{Key: r.Key(), Body: body})
		if err != nil {
			return false, err
		}
		if !quote.Free {
			return true, nil
		}
	}
	return false, nil
}

func (p *project) modelNames() []string {
	var names []string
	for name := range p.pipeline.Models {
		names = append(names, name)
	}
	slices.SortFunc(names, strings.Compare)
	return names
}

// model returns the settings of one of the pipeline's models, which the schema has checked.
func (p *project) model(name string) model.Settings {
	var s model.Settings
	_ = json.Unmarshal(p.pipeline.Models[name], &s)
	return s
}
