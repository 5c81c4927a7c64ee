package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// proof hashes a file whose bytes come in order, and tells at the end whether they are the right ones. Bytes out of
// order end it without a verdict, as do bytes that came before: those are not hashed again.
type proof struct {
	place  place
	size   int64
	want   string // hex, "" if nothing is known
	sum    hash.Hash
	next   int64 // offset of the byte that is to come
	broken bool
}

func newProof(p place, size int64, digest string) (*proof, error) {
	oid, git := strings.CutPrefix(digest, GitDigest)
	switch {
	case size < 0:
		return nil, fmt.Errorf("%s: a size of %d bytes", p.short(), size)
	case digest == "" || sha256Form.MatchString(digest):
		return &proof{place: p, size: size, want: digest, sum: sha256.New()}, nil
	case git && commitForm.MatchString(oid):
		sum := sha1.New() // git's choice; what comes in is checked against what was listed, not against forgery
		fmt.Fprintf(sum, "blob %d\x00", size)
		return &proof{place: p, size: size, want: oid, sum: sum}, nil
	}
	return nil, fmt.Errorf("%s: %q is no digest of a file on the Hub", p.short(), digest)
}

// add takes bytes from an offset on. Its error says that the file is complete, and wrong.
func (p *proof) add(data []byte, off int64) error {
	if off != p.next || p.want == "" {
		return nil
	}
	p.sum.Write(data)
	p.next += int64(len(data))
	if p.next < p.size {
		return nil
	}
	if got := hex.EncodeToString(p.sum.Sum(nil)); got != p.want {
		p.broken = true
		return fmt.Errorf("%s: %w: its bytes have the digest %s…, and the Hub says %s….  Something on the way alters them; run the command again",
			p.place.short(), ErrChanged, got[:12], p.want[:12])
	}
	return nil
}
