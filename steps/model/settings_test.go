package model_test

import (
	"errors"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A step reads its config with unknown fields forbidden, and the settings in it are no exception.
func TestSettingsHaveNoUnknownFields(t *testing.T) {
	var c struct{ Model model.Settings }
	err := steps.Decode([]byte(`{"model":{"provider":"gemini","name":"m","temprature":1}}`), &c)
	if err == nil || !strings.Contains(err.Error(), "temprature") {
		t.Errorf("got %v, want that the field is unknown", err)
	}
}

func TestCheckSettings(t *testing.T) {
	for _, c := range []struct {
		provider, baseURL, want string
	}{
		{"gemini", "", ""},
		{"offline", "", ""},
		{"openai", "http://localhost:8000/v1", ""},
		{"openai", "https://example.com", ""},
		{"not listed", "", ""},
		{"openai", "", "needs the address"},
		{"openai", "localhost:8000", "is no address"},
		{"openai", "http://", "is no address"},
		{"gemini", "http://localhost", "leave it out"},
		{"vertex", "http://localhost", "leave it out"},
		{"offline", "http://localhost", "leave it out"},
	} {
		err := model.CheckSettings(model.Settings{Provider: c.provider, BaseURL: c.baseURL})
		var field *steps.FieldError
		if c.want == "" && err == nil {
			continue
		}
		if !errors.As(err, &field) || field.Field != "model.baseURL" || c.want == "" || !strings.Contains(field.Text, c.want) {
			t.Errorf("%s at %q: got %v, want %q", c.provider, c.baseURL, err, c.want)
		}
	}
}
