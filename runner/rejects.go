package runner

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"sftrun.local/runner/store"
	"sftrun.local/steps/jsonl"
)

// mediaRejects is the media type of parts that name rows which were not handed on. The rows themselves stand in the
// parts that they came from; writing them again would double the store.
const mediaRejects = "application/x-sftrun-rejects+jsonl"

// rejected is one line of such a part.
type rejected struct {
	Part   string `json:"part"`            // digest of the part that holds the row
	Again  bool   `json:"again,omitempty"` // Part is itself a part of rejects
	Row    int    `json:"row"`             // its number there, from 0
	ID     string `json:"id"`
	State  string `json:"state"` // dropped or failed
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// restoreRejects puts together the rows of a part of rejects: each as it came in, with reject_meta telling what became
// of it.
func restoreRejects(ctx context.Context, s *store.Store, part []byte) ([]byte, error) {
	var out bytes.Buffer
	err := eachReject(ctx, s, part, func(r rejected, row []byte) error {
		meta := encodePlain(struct {
			State  string `json:"state"`
			Reason string `json:"reason"`
			Detail string `json:"detail"`
		}{r.State, r.Reason, r.Detail})
		out.Write(jsonl.Set(row, "reject_meta", meta))
		return out.WriteByte('\n')
	})
	return out.Bytes(), err
}

// eachReject calls f with each line of a part of rejects and the row that it names. Lines mostly name rows of one
// part in order, so one part is held at a time.
func eachReject(ctx context.Context, s *store.Store, part []byte, f func(rejected, []byte) error) error {
	var held string
	var rows [][]byte
	for i, line := range jsonl.Rows(part) {
		var r rejected
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("line %d of a part of rejects: %w", i, err)
		}
		if r.Part != held {
			data, err := readRows(ctx, s, r.Part, r.Again)
			if err != nil {
				return err
			}
			held, rows = r.Part, rows[:0]
			for _, row := range jsonl.Rows(data) {
				rows = append(rows, row)
			}
		}
		if r.Row < 0 || r.Row >= len(rows) {
			return fmt.Errorf("row %d of part %s is not there", r.Row, r.Part)
		}
		if err := f(r, rows[r.Row]); err != nil {
			return err
		}
	}
	return nil
}

// readRows returns the rows of a part, also of one of rejects.
func readRows(ctx context.Context, s *store.Store, digest string, rejects bool) ([]byte, error) {
	data, err := s.Get(ctx, digest)
	if err != nil || !rejects {
		return data, err
	}
	return restoreRejects(ctx, s, data)
}
