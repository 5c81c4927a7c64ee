package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

// proof returns a fresh hash, and what it must come to over all bytes of a file; nil if its digest is not known.
func proof(p place, size int64, digest string) (sum hash.Hash, want []byte, err error) {
	oid, git := strings.CutPrefix(digest, GitDigest)
	switch {
	case size < 0:
		return nil, nil, fmt.Errorf("%s: a size of %d bytes", p.short(), size)
	case digest == "":
		return nil, nil, nil
	case sha256Form.MatchString(digest):
		sum = sha256.New()
	case git && commitForm.MatchString(oid):
		sum = sha1.New() // git's choice; what comes in is checked against what was listed, not against forgery
		fmt.Fprintf(sum, "blob %d\x00", size)
	default:
		return nil, nil, fmt.Errorf("%s: %q is no digest of a file on the Hub", p.short(), digest)
	}
	want, err = hex.DecodeString(oid)
	return sum, want, err
}
