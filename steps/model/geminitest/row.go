package geminitest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// row is one request of a batch job, and what became of it.
type row struct {
	key      *string
	metadata any
	request  map[string]any // on Vertex AI it is sent back
	hash     string
	fault    Fault
	response any
	trouble  map[string]any
	charge   *Charge
}

func (r *row) failed() bool { return r.trouble != nil }

// rowShape is a line of the input. Vertex AI ignores what it does not know.
type rowInput struct {
	Key      *string         `json:"key"`
	Metadata any             `json:"metadata"`
	Request  json.RawMessage `json:"request"`
}

// answer answers one line of the input.
func (w *working) answer(text []byte) *row {
	var in rowInput
	if err := json.Unmarshal(text, &in); err != nil {
		return &row{trouble: status(3, "Invalid JSON: "+err.Error())}
	}
	r := &row{key: in.Key, metadata: in.Metadata}
	a := asked{call: Row, vertex: w.j.Parent != "", parent: w.j.Parent, model: w.j.Model, version: "v1beta", verb: "batchGenerateContent"}
	as := dialect(a).generate
	if w.j.Embeds {
		as = dialect(a).embed
	}
	v, f := parse(in.Request, as)
	if f != nil {
		w.s.book.violation("row: %s", f.message)
		r.trouble = status(f.rowCode(), f.message)
		return r
	}
	r.request = v
	if w.j.Embeds {
		w.embedRow(r, a, v)
	} else {
		w.generateRow(r, a, v)
	}
	return r
}

func status(code int, message string) map[string]any {
	return map[string]any{"code": code, "message": message}
}

func (w *working) generateRow(r *row, a asked, v map[string]any) {
	q, f := ask(a, v)
	if f != nil {
		r.trouble = status(f.rowCode(), f.message)
		return
	}
	t := w.roll(r, a, q.Hash, q.System+q.User)
	if r.failed() {
		return
	}
	said := w.s.say(q, t)
	w.bills(r, said.charge(q, true))
	r.response = said.message(q, a.vertex)
}

func (w *working) embedRow(r *row, a asked, v map[string]any) {
	one, f := oneText(a, v, v)
	if f != nil {
		r.trouble = status(f.rowCode(), f.message)
		return
	}
	w.roll(r, a, one.hash, one.text)
	if r.failed() {
		return
	}
	known, _ := modelNamed(w.j.Model)
	w.bills(r, one.charge(w.j.Model, true))
	r.response = map[string]any{"embedding": map[string]any{"values": vector(one.text, one.dims, known.Unit)}, "tokenCount": decimal(int64(one.in))}
}

// roll finds what goes wrong with a row. Rules match its key, a colon and its text.
func (w *working) roll(r *row, a asked, hash, text string) throw {
	t := throw{call: Row, asked: a, hash: hash, text: r.name() + ": " + text}
	w.s.dice.roll(&t)
	r.hash, r.fault = hash, t.fault
	code := cmp.Or(t.rule.Code, 13)
	bad := t.fault == RowError || t.fault == RowStatus
	if w.j.Fault == AllRowsFail || w.j.Fault == HalfRowsFail && w.at%2 == 1 {
		bad, code = true, cmp.Or(w.j.Code, 13)
	}
	if bad {
		r.trouble = status(code, rowErrors[code])
	}
	return t
}

var rowErrors = map[int]string{3: "Request contains an invalid argument.", 4: "Deadline expired before operation could complete.",
	8: "Resource has been exhausted (e.g. check quota).", 13: "Internal error encountered.", 14: "The service is currently unavailable."}

// name is the key of the row, or what stands for it in the metadata or, on Vertex AI, in the labels.
func (r *row) name() string {
	if r.key != nil {
		return *r.key
	}
	for _, v := range []any{r.metadata, r.request["labels"]} {
		if m, ok := v.(map[string]any); ok && m["key"] != nil {
			return fmt.Sprint(m["key"])
		}
	}
	return ""
}

// bills takes down what a row costs.
func (w *working) bills(r *row, c Charge) {
	c.Key, c.Job = r.name(), "batches/"+w.j.ID
	if w.j.Parent != "" {
		c.Job = w.j.Parent + "/batchPredictionJobs/" + w.j.ID
	}
	switch r.fault {
	case MissingRow, UnknownKey, BadLine:
		c.Lost = true
	case NoKey:
		c.Lost = w.j.Parent == "" && !w.j.Inline
	}
	r.charge = &c
}

// text is the line of the output, without its end.
func (r *row) text(j job) ([]byte, error) {
	line := map[string]any{}
	switch {
	case j.Parent != "":
		r.vertexLine(j, line)
	case j.Inline && j.Fault != NoMetadata && r.metadata != nil:
		line["metadata"] = r.metadata
	case !j.Inline && r.key != nil && r.fault != NoKey:
		line["key"] = *r.key
		if r.fault == UnknownKey {
			line["key"] = "unknown-" + *r.key
		}
	}
	if j.Parent == "" {
		r.geminiLine(line)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(line); err != nil {
		return nil, err
	}
	text := bytes.TrimSpace(out.Bytes())
	if r.fault == BadLine {
		text = text[:len(text)*2/3]
	}
	return text, nil
}

func (r *row) geminiLine(line map[string]any) {
	switch {
	case !r.failed():
		line["response"] = r.response
	case r.fault == RowStatus:
		line["status"] = r.trouble
	default:
		line["error"] = r.trouble
	}
}

// vertexLine has the request with its fields in an order of its own, and no key.
func (r *row) vertexLine(j job, line map[string]any) {
	line["status"], line["processed_time"] = "", strings.TrimSuffix(stamp(j.Created), "000Z")+"+00:00"
	line["request"], line["response"] = r.request, r.response
	if r.fault == UnknownKey {
		line["request"] = map[string]any{"contents": []any{}}
	}
	if r.failed() {
		line["status"], line["response"] = fmt.Sprintf("Error: %v", r.trouble["message"]), map[string]any{}
	}
}
