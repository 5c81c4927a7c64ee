package blob_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"sftrun.local/runner/store/blob"
	"sftrun.local/runner/store/blob/blobtest"
)

// allFail does everything with a bucket, and returns the errors by what was done.
func allFail(t *testing.T, b *blob.Bucket) map[string]error {
	t.Helper()
	failed := map[string]error{}
	failed["create"] = b.Create(t.Context(), "x", []byte("x"))
	_, failed["read"] = b.Read(t.Context(), "x")
	_, failed["read at"] = b.ReadAt(t.Context(), "x", 1, 1)
	_, failed["size"] = b.Size(t.Context(), "x")
	_, failed["load"] = b.Load(t.Context(), "x")
	failed["delete"] = b.Delete(t.Context(), "x")
	failed["probe"] = b.Probe(t.Context())
	for _, err := range b.List(t.Context(), "") {
		failed["list"] = err
	}
	return failed
}

func TestAStoreThatIsSetUpWronglySaysWhatToDo(t *testing.T) {
	expired := blobtest.Answer(400, "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>")
	denied := blobtest.Answer(403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>")
	unknown := blobtest.Answer(501, "<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented</Message></Error>")
	for name, c := range map[string]struct {
		scheme string
		spoil  func(t *testing.T, w *world)
		want   string
	}{
		"bucket": {"s3", func(_ *testing.T, w *world) { w.address = strings.Replace(w.address, "traces", "trces", 1) },
			`there is no bucket "trces"; make it, or correct its name`},
		"region": {"s3", func(_ *testing.T, w *world) { w.address += "&region=eu-west-1" },
			"the bucket is in the region us-east-1, and not in eu-west-1; set AWS_REGION=us-east-1, or write s3://traces/team/one?region=us-east-1"},
		"key": {"s3", func(t *testing.T, _ *world) { t.Setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER") },
			"it does not accept the AWS keys (InvalidAccessKeyId); check AWS_PROFILE, or"},
		"no keys": {"s3", func(t *testing.T, _ *world) {
			t.Setenv("AWS_ACCESS_KEY_ID", "")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		}, "no valid AWS keys were found ("},
		"expired": {"s3", func(_ *testing.T, w *world) { w.fail(99, expired, every) }, "the AWS keys have expired; sign in again"},
		"rights":  {"s3", func(_ *testing.T, w *world) { w.fail(99, denied, every) }, "the AWS keys do not give the right to this (AccessDenied); the store needs s3:ListBucket"},
		"old":     {"s3", func(_ *testing.T, w *world) { w.fail(99, unknown, every) }, "it does not know a request that the store rests on (NotImplemented)"},
		"bucket of Google": {"gs", func(_ *testing.T, w *world) { w.address = strings.Replace(w.address, "traces", "trces", 1) },
			`there is no bucket "trces"; make it, or correct its name`},
		"expired at Google": {"gs", func(_ *testing.T, w *world) {
			w.fail(99, blobtest.Answer(401, `{"error":{"code":401,"message":"Invalid Credentials"}}`), every)
		}, "the Google credentials are not accepted or have expired; run `gcloud auth application-default login`"},
		"rights at Google": {"gs", func(_ *testing.T, w *world) {
			w.fail(99, blobtest.Answer(403, `{"error":{"message":"a@b does not have storage.objects.create access."}}`), every)
		}, "the Google credentials do not give the right to this (a@b does not have storage.objects.create access.); the store needs the role"},
	} {
		t.Run(name, func(t *testing.T) {
			w := worlds(t)[c.scheme]
			c.spoil(t, w)
			for did, err := range allFail(t, w.open(t)) {
				var setup *blob.SetupError
				if !errors.As(err, &setup) || !strings.Contains(setup.Error(), "cannot be used: "+c.want) || strings.Contains(setup.Error(), "\n") {
					t.Errorf("%s: %v", did, err)
				}
				if err != nil && strings.Contains(err.Error(), "verysecret") {
					t.Errorf("%s tells a secret: %v", did, err)
				}
			}
			if sent := w.network.Sent(); len(sent) > 16 {
				t.Errorf("%d requests: %v", len(sent), sent)
			}
		})
	}
}

func TestAServiceThatIgnoresConditionsIsRefused(t *testing.T) {
	for name, w := range worlds(t) {
		w.shelf.IgnoreConditions = true
		b := w.open(t)
		for range 2 {
			err := b.Create(t.Context(), "x", nil)
			if !errors.As(err, new(*blob.SetupError)) || !strings.Contains(err.Error(), "it ignores the condition that an object be new, so that two machines could overwrite each other's work.  Use a service") {
				t.Errorf("%s: %v", name, err)
			}
		}
		if names := w.shelf.Names(); len(names) > 0 {
			t.Errorf("%s: it holds %v", name, names)
		}
	}
}

func TestTheProbeIsSentOnceAndOnlyBeforeAWrite(t *testing.T) {
	for name, w := range worlds(t) {
		b := w.open(t)
		if _, err := b.Read(t.Context(), "x"); !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
		for range b.List(t.Context(), "") {
			t.Error("something is there")
		}
		if err := b.Delete(t.Context(), "x"); err != nil {
			t.Error(err)
		}
		if sent := strings.Join(w.network.Sent(), "\n"); strings.Contains(sent, "PUT") || strings.Contains(sent, "POST") {
			t.Errorf("%s: written without need: %s", name, sent)
		}
		before := len(w.network.Sent())
		for _, x := range []string{"a", "b", "c"} {
			if err := b.Create(t.Context(), x, nil); err != nil {
				t.Error(err)
			}
		}
		if sent := w.network.Sent()[before:]; len(sent) != 4+3 {
			t.Errorf("%s: %d requests: %v", name, len(sent), sent)
		}
	}
}

func TestAddressesThatAreNoneAreRefused(t *testing.T) {
	for address, want := range map[string]string{
		"azblob://x/y":                      "there is no store of the kind azblob://",
		"s3://":                             "s3:// names no bucket",
		"s3:///x":                           "s3:///x names no bucket",
		"s3://key:secret@b/x":               "holds a user name",
		"s3://b/a/../c":                     `"a/../c" is no prefix`,
		"s3://b/x?regoin=y":                 `s3://b/x takes no parameter "regoin"; there are endpoint, path_style, profile, region`,
		"gs://b/x?region=y":                 "gs://b/x takes no parameter \"region\"; there are endpoint",
		"s3://b?endpoint=localhost":         "the endpoint of s3://b is no address like https://HOST:PORT",
		"s3://b?endpoint=http://u:secret@h": "the endpoint of s3://b is no address",
		"s3://b\x7f:secret":                 "the address is not one",
	} {
		_, err := blob.Open(t.Context(), address, blob.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestARegionMustBeKnown(t *testing.T) {
	w := newS3(t, &blobtest.S3{})
	t.Setenv("AWS_REGION", "")
	t.Setenv("AWS_DEFAULT_REGION", "")
	if _, err := blob.Open(t.Context(), "s3://traces", blob.Options{}); err == nil || !strings.Contains(err.Error(), "its region is not known; set AWS_REGION, or write s3://traces?region=REGION") {
		t.Error(err)
	}
	if err := w.open(t).Probe(t.Context()); err != nil { // a service of one's own may have none
		t.Error(err)
	}
}

func TestNamesThatLookOddAreRefused(t *testing.T) {
	b := newGCS(t).open(t)
	for _, name := range []string{"", ".", "a//b", "a/./b", "a/", "/a", "a/../b", "a\nb", "a\\b", "ä", "a\xff", strings.Repeat("x", 900)} {
		if err := b.Create(t.Context(), name, nil); err == nil || !strings.Contains(err.Error(), "is no name of an object") {
			t.Errorf("%q: %v", name, err)
		}
	}
}
