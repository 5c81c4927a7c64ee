package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
)

// A Store keeps objects by digest and sealed records by key in a bucket.
type Store struct {
	bucket Bucket
}

// New returns the store in a bucket.
func New(b Bucket) *Store { return &Store{bucket: b} }

// Bucket returns the bucket that the store lies in.
func (s *Store) Bucket() Bucket { return s.bucket }

// Digest returns the SHA-256 of data in hex, the name of an object.
func Digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// A Damaged error says that something in the store does not hold the bytes it was stored with.
type Damaged struct {
	Name string // within the bucket
	Text string // what is wrong with it
}

func (e *Damaged) Error() string { return fmt.Sprintf("store: %s is damaged: %s", e.Name, e.Text) }

// ObjectPrefix begins the names of all objects.
const ObjectPrefix = "objects/"

// IsDigest tells whether an object can have this digest.
func IsDigest(digest string) bool {
	raw, err := hex.DecodeString(digest)
	return err == nil && len(raw) == sha256.Size && hex.EncodeToString(raw) == digest
}

// ObjectName is the name of an object within the bucket. For what is no digest it is one under which nothing is stored.
func ObjectName(digest string) string {
	if !IsDigest(digest) {
		return fmt.Sprintf("%snone/%x", ObjectPrefix, digest)
	}
	return ObjectPrefix + digest[:2] + "/" + digest[2:]
}

// small is the number of bytes up to which an object is sent without asking first whether it is there: in a bucket at the
// end of a wire the question takes as long.
const small = 256 << 10

// Put stores an object and returns its digest. What is there already is not written again, unless its size shows
// that it is damaged.
func (s *Store) Put(ctx context.Context, data []byte) (string, error) {
	digest := Digest(data)
	name := ObjectName(digest)
	if len(data) <= small {
		if err := s.bucket.Create(ctx, name, data); err == nil {
			return digest, nil
		} else if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("store an object of %d bytes: %w", len(data), err)
		}
	}
	size, err := s.bucket.Size(ctx, name)
	if err == nil && size == int64(len(data)) {
		return digest, nil
	}
	if err == nil {
		if err := s.bucket.Delete(ctx, name); err != nil {
			return "", err
		}
	}
	err = s.bucket.Create(ctx, name, data)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("store an object of %d bytes: %w", len(data), err)
	}
	return digest, nil
}

// Get returns the bytes of an object, verified. The error is a *Damaged if they are not what was stored, and
// fs.ErrNotExist if it is missing.
func (s *Store) Get(ctx context.Context, digest string) ([]byte, error) {
	name := ObjectName(digest)
	data, err := s.bucket.Read(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read object %s: %w", digest, err)
	}
	if got := Digest(data); got != digest {
		return nil, &Damaged{Name: name, Text: "its bytes have the digest " + got}
	}
	return data, nil
}

// Has tells whether an object of this size is there. It reads no data.
func (s *Store) Has(ctx context.Context, digest string, size int64) (bool, error) {
	got, err := s.bucket.Size(ctx, ObjectName(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && got == size, err
}

// Discard removes an object that was found damaged, so that it is made again.
func (s *Store) Discard(ctx context.Context, name string) error {
	return s.bucket.Delete(ctx, name)
}

// Open gives random access to an object of a known size, without verifying it.
func (s *Store) Open(ctx context.Context, digest string, size int64) *Object {
	return &Object{ctx: ctx, bucket: s.bucket, name: ObjectName(digest), size: size}
}

// An Object is random access to the bytes of an object. It holds nothing open between reads.
type Object struct {
	ctx    context.Context
	bucket Bucket
	name   string
	size   int64
}

// ReadAt implements io.ReaderAt.
func (o *Object) ReadAt(p []byte, off int64) (int, error) {
	data, err := o.bucket.ReadAt(o.ctx, o.name, off, int64(len(p)))
	if err != nil {
		return 0, err
	}
	n := copy(p, data)
	if n < len(p) {
		return n, &Damaged{Name: o.name, Text: fmt.Sprintf("it ends at byte %d", off+int64(n))}
	}
	return n, nil
}

// Size returns the size of the object in bytes.
func (o *Object) Size() int64 { return o.size }

// Close implements io.Closer.
func (o *Object) Close() error { return nil }
