package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
	"sftrun.local/steps/model/offline"
)

// clients are the providers that can be asked, by name.
func clients() map[string]model.Client {
	return map[string]model.Client{"offline": offline.Client{}}
}

func (p *project) openGateway(readOnly bool) *model.Gateway {
	return model.New(model.Options{
		Bucket: p.bucket, Path: p.index, ReadOnly: readOnly, Clients: clients(),
		Warn: p.warnOfLedger, Admit: p.admit,
	})
}

// admit refuses to send what costs something while another process may be sending it too.
func (p *project) admit() error {
	if p.mayAsk == nil {
		return nil
	}
	return p.mayAsk()
}

// warnOfLedger tells of damage in the ledger; of what is gone with the store that it is gone from.
func (p *project) warnOfLedger(err error) {
	var lost *ledger.Lost
	if errors.As(err, &lost) {
		err = fmt.Errorf("the store at %s: %w (sftrun verify says more)", p.storePlace(), err)
	}
	fmt.Fprintln(p.Err, "warning:", err)
}

// unanswered says which models of the pipeline nobody can ask, one line each.
func (p *project) unanswered() ([]string, error) {
	models, err := p.models()
	if err != nil {
		return nil, err
	}
	var lines []string
	known := clients()
	for _, name := range slices.Sorted(maps.Keys(models)) {
		if known[models[name].Provider] != nil {
			continue
		}
		path := "models." + name + ".provider"
		at, _ := p.pipeline.Position(path)
		lines = append(lines, fmt.Sprintf(`%s: %s: %q is not built in yet.  To try the pipeline on this machine, for nothing: provider: "offline"`, at, path, models[name].Provider))
	}
	return lines, nil
}

// costs tells whether asking some model of the pipeline costs money.
func (p *project) costs() (bool, error) {
	models, err := p.models()
	if err != nil {
		return false, err
	}
	for _, m := range models {
		r := model.Request{Model: m}
		quote, err := p.gateway.Quote(steps.Question{Key: r.Key(), Body: steps.Encode(r)})
		if err != nil {
			return false, err
		}
		if !quote.Free {
			return true, nil
		}
	}
	return false, nil
}

// models reads the settings of the pipeline's models.
func (p *project) models() (map[string]model.Settings, error) {
	models := map[string]model.Settings{}
	for name, text := range p.pipeline.Models {
		var s model.Settings
		if err := json.Unmarshal(text, &s); err != nil {
			return nil, fmt.Errorf("models.%s: %w", name, err)
		}
		models[name] = s
	}
	return models, nil
}
