package providers

import (
	"fmt"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/gemini"
)

// hasJobs are the providers that take requests in batch jobs.
func hasJobs(provider string) bool { return provider == gemini.Gemini || provider == gemini.Vertex }

// Delivery says how questions to a model are sent: as the pipeline declares, and not in batch jobs where there are none.
func (s *Set) Delivery(m model.Settings) model.Delivery {
	d := s.models[serviceOf(m)].Delivery
	d.Batch = d.Batch && hasJobs(m.Provider)
	return d
}

// Jobs returns the batch jobs of a provider: those of the first place where the pipeline has a model of it.
func (s *Set) Jobs(provider string) (model.Jobs, error) {
	settings := model.Settings{Provider: provider}
	for _, m := range s.models {
		if m.Provider == provider {
			settings = m.Settings
		}
	}
	if !hasJobs(provider) {
		return nil, fmt.Errorf("provider %s has no batch jobs", provider)
	}
	c, err := s.client(settings)
	if err != nil {
		return nil, err
	}
	asked, ok := c.(*gemini.Client)
	if !ok {
		return nil, fmt.Errorf("provider %s has no batch jobs", provider)
	}
	return asked.AsJobs(), nil
}
