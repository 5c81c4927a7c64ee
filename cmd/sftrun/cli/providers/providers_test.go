package providers_test

import (
	"strings"
	"testing"

	"sftrun.local/cmd/sftrun/cli/providers"
	"sftrun.local/steps/model"
)

func declared(path string, change func(*providers.Model)) providers.Model {
	m := providers.Model{Path: path, Settings: model.Settings{Provider: "vertex", Name: "gemini-3-flash-preview"}, Delivery: model.Delivery{Project: "p", Location: "global"}}
	if change != nil {
		change(&m)
	}
	return m
}

// One model has one place; two declarations of it must not disagree about whom to bill.
func TestAModelIsAskedInOnePlace(t *testing.T) {
	elsewhere := declared("models.b", func(m *providers.Model) { m.Project = "q" })
	_, err := providers.New([]providers.Model{declared("models.a", nil), elsewhere}, providers.Options{})
	if err == nil || !strings.Contains(err.Error(), "models.a and models.b are the same model in different places") {
		t.Error(err)
	}
	colder := declared("models.b", func(m *providers.Model) { m.Temperature = 1 })
	if _, err := providers.New([]providers.Model{declared("models.a", nil), colder}, providers.Options{}); err != nil {
		t.Error(err)
	}
}

// As many are asked at once as the models that cost something allow.
func TestConcurrencyIsThatOfPaidModels(t *testing.T) {
	few := declared("a", func(m *providers.Model) { m.Limits.Concurrency = 7 })
	free := declared("b", func(m *providers.Model) { m.Provider, m.Name = "offline", "outline" })
	for want, models := range map[int][]providers.Model{0: {free}, 7: {few, free}, 500: {declared("c", nil)}} {
		s, err := providers.New(models, providers.Options{})
		if err != nil || s.Concurrency() != want {
			t.Errorf("%d at once, want %d; %v", s.Concurrency(), want, err)
		}
	}
}

// Every provider of the schema has somebody who answers, made when asked: a key that is missing is no error before.
func TestEveryProviderIsThere(t *testing.T) {
	s, err := providers.New([]providers.Model{declared("a", nil)}, providers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, provider := range []string{"gemini", "express", "vertex", "openai", "offline"} {
		if s.Clients()[provider] == nil {
			t.Errorf("nobody answers for %s", provider)
		}
	}
	r := model.Request{Model: model.Settings{Provider: "gemini", Name: "m"}}
	if _, _, err := s.Clients()["gemini"].Generate(t.Context(), r); err == nil || !strings.Contains(err.Error(), "needs an API key") {
		t.Error(err)
	}
}
