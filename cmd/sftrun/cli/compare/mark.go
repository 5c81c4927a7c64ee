package compare

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"

	"sftrun.local/steps/jsonl"
)

// A Mark stands for a row, in 32 bytes. Two rows of ten million have the same id by mistake with a probability of
// about 10^-5 (64 bits), and the same bytes never (128 bits).
type Mark struct {
	ID    uint64 // start of the digest of the id; of the row itself if it has none
	Bytes [16]byte
	Place
}

// A Place is where a row stands in a dataset, from 0.
type Place struct{ Part, Row uint32 }

func byPlace(x, y Place) int {
	return cmp.Or(cmp.Compare(x.Part, y.Part), cmp.Compare(x.Row, y.Row))
}

// MarkOf a row that stands at a place.
func MarkOf(row []byte, at Place) Mark {
	whole := sha256.Sum256(row)
	id, ok := jsonl.Field(row, "id")
	if text, isText := jsonl.Text(id); isText {
		id = []byte(text)
	}
	m := Mark{ID: binary.BigEndian.Uint64(whole[16:]), Place: at}
	copy(m.Bytes[:], whole[:])
	if ok && len(id) > 0 && string(id) != "null" {
		sum := sha256.Sum256(id)
		m.ID = binary.BigEndian.Uint64(sum[:])
	}
	return m
}

// Unshared lists the numbers of the parts that only one of two datasets has, by the digests of their parts. What a
// dataset has twice has to be in the other one twice.
func Unshared(a, b []string) (onlyA, onlyB []int) {
	left := map[string]int{}
	for _, d := range b {
		left[d]++
	}
	shared := map[string]int{}
	for i, d := range a {
		if left[d] == 0 {
			onlyA = append(onlyA, i)
			continue
		}
		left[d]--
		shared[d]++
	}
	for i, d := range b {
		if shared[d] == 0 {
			onlyB = append(onlyB, i)
			continue
		}
		shared[d]--
	}
	return onlyA, onlyB
}
