package stratify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/rank"
)

// A candidate is what the merge knows of a row. Keys are short because there is one for each row that came in.
type candidate struct {
	Stratum string `json:"s,omitempty"`
	Outside string `json:"x,omitempty"` // why the row belongs to no stratum: "tokens: 12", or ""
	ID      string `json:"i,omitempty"` // "" if the row has none
	Rank    uint64 `json:"r"`           // by which it is drawn
	Order   uint64 `json:"o"`           // by which what was drawn is ordered
	Digest  string `json:"d"`           // of the row's bytes
	Offset  int64  `json:"at"`          // in the part, bytes
	Length  int    `json:"n"`           // bytes, without line end

	shared bool // whether other rows have the same id; known only once all candidates have been seen
}

// candidates notes what the merge must know of each row of a part, and of its fields.
func (n noting) candidates(ctx context.Context, in steps.In, out steps.Out) error {
	data, err := in.Read(ctx, in.Parts(0)[0])
	if err != nil {
		return err
	}
	offset := int64(0)
	var fields sighting
	for _, row := range jsonl.Rows(data) {
		if err := ctx.Err(); err != nil {
			return err
		}
		values := fieldsOf(n.By, row)
		fields.note(n.By, row, values)
		c := n.candidate(row, values)
		c.Offset, c.Length = offset, len(row)
		if err := out.Line(candidatesStream, steps.Encode(c)); err != nil {
			return err
		}
		offset += int64(len(row)) + 1
	}
	return out.Line(fieldsStream, steps.Encode(fields))
}

func (n noting) candidate(row []byte, values [][]byte) candidate {
	c := candidate{ID: rowID(row), Digest: digest(row)}
	c.Stratum, c.Outside = stratum(n.By, values)
	c.identify(n.Seed, c.ID != "")
	return c
}

// identify computes the hashes of a row's identity: of its id where that is the row's alone, else of id and digest.
func (c *candidate) identify(seed int64, unique bool) {
	if unique {
		c.Rank, c.Order = rank.Hash(seed, "draw", c.ID), rank.Hash(seed, "order", c.ID)
		return
	}
	c.Rank, c.Order = rank.Hash(seed, "draw", c.ID, c.Digest), rank.Hash(seed, "order", c.ID, c.Digest)
}

// rowID returns a row's id, as JSON text if it is not a string, or "" if it has none.
func rowID(row []byte) string {
	value, _ := jsonl.Field(row, "id")
	if id, ok := jsonl.Text(value); ok || string(value) == "null" {
		return id
	}
	return string(value)
}

// digest is the first half of the SHA-256 of a row, in hex: it tells rows apart, and proves that what is fetched later
// is what was seen here.
func digest(row []byte) string {
	sum := sha256.Sum256(row)
	return hex.EncodeToString(sum[:16])
}
