package gemini

import (
	"strings"

	"sftrun.local/steps/model"
)

// As implements the interface that errors.As looks for: a question that may be answered later is a *model.Trouble, by
// which others slow down, wait and try again.
func (f *Failure) As(target any) bool {
	to, ok := target.(**model.Trouble)
	if !ok || !f.Class.Passes() {
		return false
	}
	*to = &model.Trouble{
		Class: f.troubleClass(), Wait: f.Wait, Tokens: f.Class == RateLimit && strings.Contains(f.Quota, "Token"), Reset: f.Resets, Detail: f.detail(),
	}
	return true
}

// troubleClass tells what can be done. A status says that the service came to nothing, even where it leaves open what
// became of a job; a connection that broke, and a reply that makes no sense, may have been billed.
func (f *Failure) troubleClass() model.TroubleClass {
	switch {
	case f.Class == DailyQuota:
		return model.DayQuota
	case f.Class == RateLimit:
		return model.MinuteQuota
	case f.Class == Unreadable, f.Class == Broken && f.Lost:
		return model.Lost
	}
	return model.Overloaded
}

// NothingDone tells that the request certainly came to nothing, and was not billed.
func (f *Failure) NothingDone() bool { return !f.Lost }
