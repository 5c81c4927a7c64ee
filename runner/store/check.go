package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// checkPiece is the number of bytes that Check holds at a time.
const checkPiece = 1 << 20

// ObjectDigest is the digest of the object that lies under a name. ok is false if no object can lie there.
func ObjectDigest(name string) (digest string, ok bool) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(name, ObjectPrefix), "/")
	digest = first + rest
	return digest, IsDigest(digest) && ObjectName(digest) == name
}

// Check reads an object and compares it with its digest, holding a small piece of it at a time. It returns how many
// bytes it has. The error is a *Damaged if they are not what was stored, and fs.ErrNotExist if the object is missing.
func (s *Store) Check(ctx context.Context, digest string) (int64, error) {
	name := ObjectName(digest)
	size, err := s.bucket.Size(ctx, name)
	if err != nil {
		return 0, fmt.Errorf("read object %s: %w", digest, err)
	}
	h := sha256.New()
	for read := int64(0); read < size; {
		piece, err := s.bucket.ReadAt(ctx, name, read, min(size-read, checkPiece))
		if err != nil {
			return read, fmt.Errorf("read object %s: %w", digest, err)
		}
		if len(piece) == 0 {
			break // it has become shorter
		}
		h.Write(piece)
		read += int64(len(piece))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != digest {
		return size, &Damaged{Name: name, Text: "its bytes have the digest " + got}
	}
	return size, ctx.Err()
}
