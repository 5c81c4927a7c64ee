package transform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

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
		if err := ctx.Err(); err != nil {
			return err
		}
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
	edits, notes, err := w.edits(ctx, messages)
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
	return w.out.Row(steps.Row{Bytes: jsonl.EditContents(row, edits), From: from, Provenance: notes.provenance()})
}

// count adds a row to the figures of the step's report.
func (w *writer) count(n notes) {
	w.out.Count("think blocks", "left blank", n.blank)
	w.out.Count("think blocks", "rewritten", n.rewritten)
	if n.rewritten == 0 {
		w.out.Count("rows", "nothing to rewrite", 1)
		return
	}
	w.out.Count("rows", "rewritten", 1)
	w.out.Count("words kept", wordsRange(n.share()), 1)
}

// edits asks for new texts of all think blocks, and returns what puts them into the messages, by index.
func (w *writer) edits(ctx context.Context, messages []jsonl.Message) (map[int][]jsonl.Edit, notes, error) {
	edits := map[int][]jsonl.Edit{}
	var n notes
	var open unanswered
	for i, m := range think.Assistants(messages) {
		var texts []string
		for _, b := range think.Blocks(m.Content) {
			text, err := w.block(ctx, b, &n)
			if err := open.note(err); err != nil {
				return nil, n, err
			}
			texts = append(texts, text)
		}
		edits[i] = think.Edits(m.Content, texts)
	}
	return edits, n, open.err()
}

// unanswered gathers what keeps a row from being rewritten, while all its blocks are asked for.
type unanswered struct {
	waits   error
	refused *steps.Refusal
}

// note takes an error of a block. It returns errors that end more than the row.
func (u *unanswered) note(err error) error {
	var refusal *steps.Refusal
	switch {
	case errors.Is(err, steps.ErrPending):
		u.waits = err
	case !errors.As(err, &refusal):
		return err
	case u.refused == nil:
		first := *refusal
		u.refused = &first
	default:
		u.refused.Questions = slices.Concat(u.refused.Questions, refusal.Questions)
	}
	return nil
}

// err returns the error of the row. One that both waits and is refused waits, so that the refusal it ends with is that
// of its first such block, whichever answer came first. That refusal names the questions of all, as a row is mended
// only if each of them is answered well.
func (u *unanswered) err() error {
	switch {
	case u.waits != nil:
		return u.waits
	case u.refused != nil:
		return u.refused
	}
	return nil
}

// block returns the new text of a think block. A blank one is never sent, and stays as it is.
func (w *writer) block(ctx context.Context, b think.Block, n *notes) (string, error) {
	if b.Blank() {
		n.blank++
		return "", nil
	}
	request := model.Request{
		Model: w.model, System: w.prompts.system, User: w.prompts.render(b.Text()), Input: b.Text(),
	}
	answer, provenance, err := model.Ask(ctx, w.in, request)
	if err != nil {
		return "", err
	}
	reply := think.Clean(answer.Text)
	if refusal := unfit(reply, answer); refusal != nil {
		refusal.Questions = []string{request.Key()}
		return "", refusal
	}
	return reply, n.add(b.Text(), reply, answer, provenance)
}

// unfit says why a reply cannot be put into a block, or returns nil.
func unfit(reply string, answer model.Answer) *steps.Refusal {
	switch {
	case reply == "":
		return &steps.Refusal{Reason: "empty", Detail: "finish reason " + answer.Finish}
	case holdsThinkTag(reply):
		return &steps.Refusal{Reason: "think tag in reply"}
	}
	return nil
}

// holdsThinkTag says whether a reply would not stay within the block that it is put into, or would look like two.
func holdsThinkTag(reply string) bool {
	return len(think.Blocks("<think>"+reply)) > 0 || len(think.Blocks(reply+"</think>")) > 0
}
