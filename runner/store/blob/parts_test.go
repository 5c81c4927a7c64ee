package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sftrun.local/runner/store/blob"
	"sftrun.local/runner/store/blob/blobtest"
)

// large is an object for which one request is too small, in a bucket that takes 1,000 bytes at once.
var large = bytes.Repeat([]byte("0123456789"), 1234)

func largeWorld(t *testing.T) (*world, *blob.Bucket) {
	t.Helper()
	w := newS3(t, &blobtest.S3{})
	w.options.OnePut, w.options.PartSize = 1000, 5000
	b := w.open(t)
	if err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w, b
}

func finishes(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

func TestALargeObjectIsStoredInPartsAndCommittedOnce(t *testing.T) {
	w, b := largeWorld(t)
	w.fail(1, blobtest.FlipByte, func(r *http.Request) bool { return r.URL.Query().Get("partNumber") == "2" })
	if err := b.Create(t.Context(), "x", large); err != nil {
		t.Fatal(err)
	}
	if got, err := b.Read(t.Context(), "x"); !bytes.Equal(got, large) {
		t.Errorf("%d bytes of %d, %v", len(got), len(large), err)
	}
	if err := b.Create(t.Context(), "x", large); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a taken name: %v", err)
	}
	w.fail(1, blobtest.LoseReply, finishes)
	if err := b.Create(t.Context(), "y", large); err != nil {
		t.Errorf("a lost reply: %v", err)
	}
	if names := w.shelf.Names(); !slices.Equal(names, []string{"team/one/x", "team/one/y"}) || w.shelf.Uploads() != 0 {
		t.Errorf("it holds %v and %d uploads", names, w.shelf.Uploads())
	}
}

func TestAnUploadThatIsStoppedLeavesNoParts(t *testing.T) {
	w, b := largeWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.fail(1, func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
		cancel()
		return blobtest.Reset(r, network)
	}, finishes)
	if err := b.Create(ctx, "x", large); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if names := w.shelf.Names(); len(names) > 0 || w.shelf.Uploads() != 0 {
		t.Errorf("it holds %v and %d uploads", names, w.shelf.Uploads())
	}
}

func TestAListingIsFetchedAsItIsRead(t *testing.T) {
	for name, w := range worlds(t) {
		w.shelf.PageSize = 2
		b := w.open(t)
		for _, x := range []string{"a", "b", "c", "d", "e"} {
			if err := b.Create(t.Context(), x, nil); err != nil {
				t.Fatal(err)
			}
		}
		before := len(w.network.Sent())
		for x := range b.List(t.Context(), "") {
			if x == "c" {
				break
			}
		}
		if sent := w.network.Sent()[before:]; len(sent) != 2 {
			t.Errorf("%s: the third of five names, in pages of two, took %v", name, sent)
		}
	}
}

func TestAServiceThatListsOutOfOrderIsRefused(t *testing.T) {
	w := newS3(t, &blobtest.S3{})
	w.fail(1, blobtest.Answer(200, "<ListBucketResult><Contents><Key>team/one/b</Key></Contents><Contents><Key>team/one/a</Key></Contents></ListBucketResult>"), every)
	var last error
	for _, err := range w.open(t).List(t.Context(), "") {
		last = err
	}
	if !errors.As(last, new(*blob.SetupError)) || !strings.Contains(last.Error(), "directory buckets") {
		t.Error(last)
	}
}
