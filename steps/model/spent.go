package model

import (
	"fmt"
	"time"
)

// Spent says that no more may be asked of a model today. It ends all sending.
type Spent struct {
	Model  string
	Reset  time.Time // when it may be asked again; zero if that is not known
	Detail string    // what the service said
}

func (s *Spent) Error() string {
	when := "tomorrow"
	if !s.Reset.IsZero() {
		when = s.Reset.Local().Format("Mon 2 Jan 15:04 MST")
	}
	return fmt.Sprintf("the daily quota of model %s is spent (%s): it is full again %s; apply again then, what is answered is kept", s.Model, s.Detail, when)
}
