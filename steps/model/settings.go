package model

import (
	"net/url"

	"sftrun.local/steps"
)

// Revised returns the settings with Revision filled in for their provider. A step that has settings in the config of
// its actions calls it when it reads its own config, so that new code of a provider gives new keys.
func (s Settings) Revised() Settings {
	if s.Revision == "" {
		s.Revision = familyOf(s.Provider).revision
	}
	return s
}

// CheckSettings finds settings that contradict themselves, for the New of a step. The error is a *steps.FieldError
// about "model.baseURL": only for some providers does the address tell what answers, and those have no default.
func CheckSettings(s Settings) error {
	f, listed := families[s.Provider]
	switch {
	case !listed:
		return nil // who could answer is found out when something is asked
	case !f.address && s.BaseURL != "":
		return steps.Mistake("model.baseURL", "it says nothing about provider %q, whose address is fixed: leave it out, or use provider: \"openai\"", s.Provider)
	case f.address && s.BaseURL == "":
		return steps.Mistake("model.baseURL", "provider %q needs the address of its server, such as \"http://localhost:8000/v1\"", s.Provider)
	case f.address && !isAddress(s.BaseURL):
		return steps.Mistake("model.baseURL", "%q is no address of a server: want something like \"http://localhost:8000/v1\"", s.BaseURL)
	}
	return nil
}

func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
