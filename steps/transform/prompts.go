package transform

import (
	"bytes"
	"context"
	"strings"
	"unicode/utf8"

	"sftrun.local/steps"
)

// placeholder stands in the user prompt for the text of the think block. Nothing else in braces means anything, so
// prompts may hold LaTeX and JSON as they are.
const placeholder = "{think_text}"

// prompts are what the model is told.
type prompts struct {
	system string
	user   string // template
}

// render puts a text in all places of the user prompt where it belongs. The text itself may hold the placeholder: what
// was put in is not looked at again.
func (p prompts) render(text string) string { return strings.ReplaceAll(p.user, placeholder, text) }

// readPrompts reads the files that an action declares: the system prompt, then the user prompt.
func readPrompts(ctx context.Context, in steps.In, files []steps.File) (prompts, error) {
	system, err := in.File(ctx, files[0])
	if err != nil {
		return prompts{}, err
	}
	user, err := in.File(ctx, files[1])
	return prompts{system: string(system), user: string(user)}, err
}

// Check tells, before anything is spent, whether the prompts can be sent. Errors are *steps.FieldError.
func (c *config) Check(read func(steps.File) ([]byte, error)) error {
	if _, err := checkPrompt("prompts.system", c.Prompts.System, read); err != nil {
		return err
	}
	user, err := checkPrompt("prompts.user", c.Prompts.User, read)
	if err == nil && !strings.Contains(user, placeholder) {
		err = promptError("prompts.user", c.Prompts.User, "no "+placeholder+" in it, so the model would not see the trace")
	}
	return err
}

// checkPrompt reads a prompt, which must be text and not blank.
func checkPrompt(field string, f steps.File, read func(steps.File) ([]byte, error)) (string, error) {
	data, err := read(f)
	switch {
	case err != nil:
		return "", promptError(field, f, err.Error())
	case !utf8.Valid(data):
		return "", promptError(field, f, "is not UTF-8 text; save it as UTF-8")
	case bytes.IndexByte(data, 0) >= 0:
		return "", promptError(field, f, "holds a NUL byte, as UTF-16 does; save it as UTF-8")
	case bytes.HasPrefix(data, []byte("\ufeff")):
		return "", promptError(field, f, "starts with a byte-order mark, which the model would see; save it as UTF-8 without one")
	case strings.TrimSpace(string(data)) == "":
		return "", promptError(field, f, "is empty; write the prompt into it")
	}
	return string(data), nil
}

func promptError(field string, f steps.File, problem string) error {
	return steps.Mistake(field, "%s: %s", f.Path, problem)
}
