package transform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/model"
	"sftrun.local/steps/think"
)

// do rewrites the rows of one part. Rows whose answers are still to come do not keep the others from asking.
func do(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	var c rewriting
	if err := json.Unmarshal(a.Config, &c); err != nil {
		return fmt.Errorf("read config of action: %w", err)
	}
	p, err := readPrompts(ctx, in, a.Files)
	if err != nil {
		return err
	}
	data, err := in.Read(ctx, in.Parts(0)[0])
	if err != nil {
		return err
	}
	w := writer{model: c.Model, prompts: p, in: in, out: out}
	var waits error
	for i, row := range jsonl.Rows(data) {
		err := w.row(ctx, i, row, c.Take == nil || i < *c.Take)
		if errors.Is(err, steps.ErrPending) {
			waits = err
		} else if err != nil {
			return err
		}
	}
	return waits
}

// A writer rewrites rows.
type writer struct {
	model   model.Settings
	prompts prompts
	in      steps.In
	out     steps.Out
}

// row brings a row to the state in which it ends, or returns steps.ErrPending.
func (w *writer) row(ctx context.Context, number int, row []byte, wanted bool) error {
	from := steps.From{Row: number}
	id, _ := jsonl.String(row, "id")
	if !wanted {
		return w.out.Drop(from, id, "past maxRows", "")
	}
	messages, err := jsonl.Messages(row)
	if err != nil {
		return w.out.Fail(from, id, steps.Refusal{Reason: think.InvalidMessages, Detail: err.Error()})
	}
	contents, notes, err := w.contents(ctx, messages)
	var refusal *steps.Refusal
	if errors.As(err, &refusal) {
		return w.out.Fail(from, id, *refusal)
	}
	if err != nil {
		return err
	}
	w.count(notes)
	if notes.rewritten == 0 {
		return w.out.Row(steps.Row{Bytes: row, From: from})
	}
	return w.out.Row(steps.Row{Bytes: jsonl.SetContents(row, contents), From: from, Provenance: notes.provenance()})
}

// contents rewrites the assistant messages, and returns those contents that changed by index. The other messages are
// not even encoded anew.
func (w *writer) contents(ctx context.Context, messages []jsonl.Message) (map[int]string, notes, error) {
	contents := map[int]string{}
	var n notes
	var open unanswered
	for i, m := range messages {
		if m.Role != "assistant" || !m.IsText {
			continue
		}
		var texts []string
		for _, b := range think.Blocks(m.Content) {
			text, err := w.block(ctx, b, &n)
			if err := open.note(err); err != nil {
				return nil, n, err
			}
			texts = append(texts, text)
		}
		if content := think.Replace(m.Content, texts); content != m.Content {
			contents[i] = content
		}
	}
	return contents, n, open.err()
}

// unanswered gathers what keeps a row from being rewritten, while all its blocks are asked for.
type unanswered struct{ waits, refused error }

// note takes an error of a block. It returns errors that end more than the row.
func (u *unanswered) note(err error) error {
	var refusal *steps.Refusal
	switch {
	case errors.Is(err, steps.ErrPending):
		u.waits = err
	case !errors.As(err, &refusal):
		return err
	case u.refused == nil:
		u.refused = refusal
	}
	return nil
}

// err returns the error of the row. One that both waits and is refused waits, so that the refusal it ends with is that
// of its first such block, whichever answer came first.
func (u *unanswered) err() error {
	if u.waits != nil {
		return u.waits
	}
	return u.refused
}

// block returns the new text of a think block. A blank one is never sent, and stays as it is.
func (w *writer) block(ctx context.Context, b think.Block, n *notes) (string, error) {
	if b.Blank() {
		n.blank++
		return "", nil
	}
	answer, provenance, err := model.Ask(ctx, w.in, model.Request{
		Model: w.model, System: w.prompts.system, User: w.prompts.render(b.Text()), Input: b.Text(),
	})
	if err != nil {
		return "", err
	}
	reply := think.Clean(answer.Text)
	switch {
	case reply == "":
		return "", &steps.Refusal{Reason: "empty", Detail: "finish reason " + answer.Finish}
	case holdsThinkTag(reply):
		return "", &steps.Refusal{Reason: "think tag in reply"}
	}
	return reply, n.add(b.Text(), reply, answer, provenance)
}

// holdsThinkTag says whether a reply would not stay within the block that it is put into, or would look like two.
func holdsThinkTag(reply string) bool {
	return len(think.Blocks("<think>"+reply)) > 0 || len(think.Blocks(reply+"</think>")) > 0
}
