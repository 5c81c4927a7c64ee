package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// A record is a small JSON text under a name that is not its digest, sealed by a second line with the digest of the
// first, so that a torn or flipped one is never taken for what was written.

// PutRecord stores a record under name if there is none. A damaged one is replaced. stored is false if a sound
// record was there already; that one stays.
func (s *Store) PutRecord(ctx context.Context, name string, text []byte) (stored bool, err error) {
	sealed := Seal(text)
	err = s.bucket.Create(ctx, name, sealed)
	if err == nil {
		return true, nil
	}
	if !errors.Is(err, fs.ErrExist) {
		return false, fmt.Errorf("store record %s: %w", name, err)
	}
	var damaged *Damaged
	if _, err := s.Record(ctx, name); !errors.As(err, &damaged) {
		return false, err
	}
	if err := s.bucket.Delete(ctx, name); err != nil {
		return false, err
	}
	return true, s.bucket.Create(ctx, name, sealed)
}

// Record returns the text of a record. The error is fs.ErrNotExist if there is none and a *Damaged if the seal does
// not fit.
func (s *Store) Record(ctx context.Context, name string) ([]byte, error) {
	sealed, err := s.bucket.Read(ctx, name)
	if err != nil {
		return nil, err
	}
	return Unseal(name, sealed)
}

// Seal adds the digest of a text, which must not contain a line end.
func Seal(text []byte) []byte {
	sealed := make([]byte, 0, len(text)+66)
	sealed = append(append(sealed, text...), '\n')
	return append(append(sealed, Digest(text)...), '\n')
}

// Unseal returns the text that Seal was given, or a *Damaged that names it.
func Unseal(name string, sealed []byte) ([]byte, error) {
	text, sum, ok := bytes.Cut(sealed, []byte("\n"))
	if !ok || string(sum) != Digest(text)+"\n" {
		return nil, &Damaged{Name: name, Text: "its seal does not fit its text"}
	}
	return text, nil
}
