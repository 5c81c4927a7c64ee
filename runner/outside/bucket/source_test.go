package bucket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/runner/outside/bucket"
	"sftrun.local/runner/outside/ranges"
	"sftrun.local/runner/store/blob/blobtest"
	"sftrun.local/steps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is a service in memory, and the network to it.
type world struct {
	t       *testing.T
	scheme  string
	shelf   *blobtest.Shelf
	network *blobtest.Network
	waits   atomic.Int64 // between tries
}

// inEach tells a story of both services.
func inEach(t *testing.T, story func(t *testing.T, w *world)) {
	t.Run("s3", func(t *testing.T) { story(t, newS3(t, &blobtest.S3{})) })
	t.Run("gs", func(t *testing.T) { story(t, newGCS(t, &blobtest.GCS{})) })
}

func newS3(t *testing.T, s *blobtest.S3) *world {
	w := newWorld(t, "s3", &s.Shelf)
	t.Setenv("AWS_ENDPOINT_URL", w.serve(s))
	t.Setenv("AWS_ACCESS_KEY_ID", blobtest.Key)
	t.Setenv("AWS_SECRET_ACCESS_KEY", "verysecret")
	t.Setenv("AWS_REGION", "us-east-1")
	for _, name := range []string{"AWS_SESSION_TOKEN", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return w
}

func newGCS(t *testing.T, s *blobtest.GCS) *world {
	w := newWorld(t, "gs", &s.Shelf)
	t.Setenv("STORAGE_EMULATOR_HOST", w.serve(s))
	return w
}

func newWorld(t *testing.T, scheme string, shelf *blobtest.Shelf) *world {
	shelf.Bucket = "traces"
	return &world{t: t, scheme: scheme, shelf: shelf, network: &blobtest.Network{}}
}

func (w *world) serve(service http.Handler) string {
	server := httptest.NewServer(service)
	w.t.Cleanup(func() {
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		server.Close()
	})
	return server.URL
}

// source reads blocks of 1,000 bytes and does not really wait.
func (w *world) source() *bucket.Source {
	s := bucket.New(bucket.Options{Transport: w.network, Ranges: ranges.Options{
		BlockSize: 1000, CacheSize: 4000, Stall: 5 * time.Second,
		Sleep: func(ctx context.Context, _ time.Duration) error { w.waits.Add(1); return ctx.Err() },
	}})
	w.t.Cleanup(s.Close)
	return s
}

func (w *world) from(pattern string) steps.Wanted {
	return steps.Wanted{From: w.scheme + "://traces/" + pattern, Split: "train"}
}

func (w *world) list(pattern string) []steps.Shard {
	w.t.Helper()
	found, err := w.source().List(w.t.Context(), w.from(pattern))
	if err != nil {
		w.t.Fatal(err)
	}
	return found.Shards
}

func names(shards []steps.Shard) string {
	var all []string
	for _, s := range shards {
		all = append(all, s.Name)
	}
	return strings.Join(all, " ")
}

// noise is n bytes that do not repeat.
func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

func TestObjectsAreNamedLikeFiles(t *testing.T) {
	inEach(t, func(t *testing.T, w *world) {
		for _, key := range []string{"top.jsonl", "v1/a.parquet", "v1/b.parquet", "v1/x.txt", "v1/deep/c.parquet", "v1/deep/er/d.parquet", "v1/ü b.parquet", "v1/", "v10/a.parquet", "day=1/a.parquet"} {
			w.shelf.Set(key, []byte(key))
		}
		for pattern, want := range map[string]string{
			"v1/*.parquet":        "a.parquet b.parquet ü b.parquet",
			"v1/**/*.parquet":     "a.parquet b.parquet deep/c.parquet deep/er/d.parquet ü b.parquet",
			"v1/**":               "a.parquet b.parquet deep/c.parquet deep/er/d.parquet x.txt ü b.parquet",
			"v*/a.parquet":        "v1/a.parquet v10/a.parquet",
			"v1/a.parquet":        "a.parquet",
			"v1/{a,b}.parquet":    "a.parquet b.parquet",
			"v1/{deep/er,.}/*":    "deep/er/d.parquet",
			"*/deep/*.parquet":    "v1/deep/c.parquet",
			"*.jsonl":             "top.jsonl",
			"v1/[!a].parquet":     "b.parquet",
			"day=?/*":             "day=1/a.parquet",
			"v?/*/c.parq*":        "v1/deep/c.parquet",
			"v1/deep/**/d.*":      "er/d.parquet",
			"v1/ü b.parquet":      "ü b.parquet",
			"{v1,v10}/a.parquet":  "v1/a.parquet v10/a.parquet",
			"v1/d*/er/*.{parq*,}": "deep/er/d.parquet",
		} {
			shards := w.list(pattern)
			if got := names(shards); got != want {
				t.Errorf("%s: %s, want %s", pattern, got, want)
			}
			for _, s := range shards {
				key := strings.TrimPrefix(s.Place, w.scheme+"://traces/")
				if s.Size != int64(len(key)) || !strings.Contains(s.Digest, ":") || !w.source().Claims(s.Place) {
					t.Errorf("%s: %+v", pattern, s)
				}
			}
		}
	})
}

func TestOnlyFoldersThatMatterAreAskedFor(t *testing.T) {
	inEach(t, func(t *testing.T, w *world) {
		for i := range 300 {
			w.shelf.Set(fmt.Sprintf("other/%03d.parquet", i), nil)
			w.shelf.Set(fmt.Sprintf("v1/deep%03d/x.txt", i%3), nil)
		}
		w.shelf.Set("v1/deep001/a.parquet", []byte("a"))
		w.shelf.PageSize = 100
		if got := names(w.list("v1/deep*/*.parquet")); got != "deep001/a.parquet" {
			t.Error(got)
		}
		if n := len(w.network.Sent()); n != 4 {
			t.Errorf("%d requests for one folder of three folders", n)
		}
	})
}

func TestAListingOfManyPages(t *testing.T) {
	inEach(t, func(t *testing.T, w *world) {
		for i := range 2500 {
			w.shelf.Set(fmt.Sprintf("v1/train-%05d.parquet", i), []byte{1})
		}
		shards := w.list("v1/train-*.parquet")
		if len(shards) != 2500 || shards[2499].Name != "train-02499.parquet" || len(w.network.Sent()) != 3 {
			t.Errorf("%d shards after %d requests", len(shards), len(w.network.Sent()))
		}
	})
}

// read reads all of a shard from its beginning to its end, n bytes at a time.
func read(t *testing.T, s *bucket.Source, shard steps.Shard, n int) ([]byte, error) {
	r, err := s.Open(t.Context(), shard)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []byte
	for buf := make([]byte, n); ; {
		n, err := r.ReadAt(buf, int64(len(all)))
		all = append(all, buf[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

func TestWhatIsReadIsWhatIsThereWhateverTheNetworkDoes(t *testing.T) {
	faults := []blobtest.Fault{
		blobtest.Reset, blobtest.LoseReply, blobtest.CutReply,
		blobtest.Answer(503, "<Error><Code>SlowDown</Code></Error>", "Retry-After", "3"), blobtest.Answer(429, ""), blobtest.Answer(500, ""),
	}
	inEach(t, func(t *testing.T, w *world) {
		data := noise(25_500)
		w.shelf.Set("a.jsonl", data)
		dice := rand.New(rand.NewPCG(7, 7))
		w.network.Fault = func(*http.Request) blobtest.Fault {
			if i := dice.IntN(3 * len(faults)); i < len(faults) {
				return faults[i]
			}
			return nil
		}
		for _, n := range []int{100, 1000, 1700, 30_000} {
			s := w.source()
			found, err := s.List(t.Context(), w.from("*.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := read(t, s, found.Shards[0], n)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d at a time: %d bytes, %v", n, len(got), err)
			}
			if s.Received() > 4*int64(len(data)) {
				t.Errorf("%d at a time: received %d of %d bytes", n, s.Received(), len(data))
			}
		}
		if w.waits.Load() == 0 {
			t.Error("nothing was tried again")
		}
	})
}

func TestReadsInOrderGoOnInOneRequest(t *testing.T) {
	inEach(t, func(t *testing.T, w *world) {
		w.shelf.Set("a.jsonl", noise(100_000))
		s := w.source()
		found, err := s.List(t.Context(), w.from("*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := read(t, s, found.Shards[0], 500); err != nil || len(w.network.Sent()) > 6 || s.Received() != 100_000 {
			t.Errorf("%d requests, %d bytes, %v", len(w.network.Sent()), s.Received(), err)
		}
	})
}

func TestAnObjectThatChangesIsNotMixed(t *testing.T) {
	inEach(t, func(t *testing.T, w *world) {
		data := noise(50_000)
		w.shelf.Set("a.jsonl", data)
		s := w.source()
		found, err := s.List(t.Context(), w.from("*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), found.Shards[0])
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := r.ReadAt(make([]byte, 10), 40_000); err != nil {
			t.Fatal(err)
		}
		w.shelf.Set("a.jsonl", append([]byte("x"), data[1:]...)) // of the same size
		_, err = r.ReadAt(make([]byte, 10), 0)
		if !errors.Is(err, ranges.ErrChanged) || !strings.Contains(err.Error(), w.scheme+"://traces/a.jsonl changed while it was being read: nothing was made of it.  Run apply again") {
			t.Errorf("in mid-read: %v", err)
		}
		if _, err := s.Open(t.Context(), found.Shards[0]); !errors.Is(err, ranges.ErrChanged) {
			t.Errorf("between listing and opening: %v", err)
		}
		if again := w.list("*.jsonl"); again[0].Digest == found.Shards[0].Digest {
			t.Error("the digest is the same")
		}
	})
}

func TestTheSameBytesHaveTheSameDigestWhereTheServiceTellsTheirMD5(t *testing.T) {
	w := newGCS(t, &blobtest.GCS{})
	w.shelf.Set("a.jsonl", []byte("x"))
	w.shelf.Set("old/b.jsonl", []byte("x"))
	if all := w.list("**/*.jsonl"); all[0].Digest != all[1].Digest || !strings.HasPrefix(all[0].Digest, "md5:") {
		t.Errorf("%+v", all)
	}
	w = newGCS(t, &blobtest.GCS{Composed: true})
	w.shelf.Set("a.jsonl", []byte("x"))
	before := w.list("*.jsonl")
	w.shelf.Set("a.jsonl", []byte("y"))
	if after := w.list("*.jsonl"); before[0].Digest == after[0].Digest || !strings.HasPrefix(after[0].Digest, "generation:") {
		t.Errorf("%+v", after)
	}
}

func TestABucketIsReadWhereverItIs(t *testing.T) {
	w := newS3(t, &blobtest.S3{Region: "eu-west-3"})
	w.shelf.Set("a.jsonl", []byte("x"))
	if got := names(w.list("*.jsonl")); got != "a.jsonl" {
		t.Error(got)
	}
	first := true
	w.network.Fault = func(*http.Request) blobtest.Fault { // an answer that has the region in words alone
		if !first {
			return nil
		}
		first = false
		return blobtest.Answer(400, "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-3'</Message></Error>")
	}
	if got := names(w.list("*.jsonl")); got != "a.jsonl" {
		t.Error(got)
	}
}

func TestWhatEverybodyMayReadNeedsNoKeys(t *testing.T) {
	w := newS3(t, &blobtest.S3{Shelf: blobtest.Shelf{Public: true}})
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	w.shelf.Set("a.jsonl", []byte("x"))
	if got := names(w.list("*.jsonl")); got != "a.jsonl" {
		t.Error(got)
	}
}

func TestMistakesAreToldInTheUsersWords(t *testing.T) {
	answer := func(status int, text string) func(*testing.T, *world) {
		return func(_ *testing.T, w *world) {
			w.network.Fault = func(*http.Request) blobtest.Fault { return blobtest.Answer(status, text) }
		}
	}
	nothing := func(*testing.T, *world) {}
	for name, c := range map[string]struct {
		scheme, from string
		spoil        func(t *testing.T, w *world)
		want         string
	}{
		"bucket":           {"s3", "s3://trces/*", nothing, `s3://trces: there is no bucket "trces" (asked at http://127.0.0.1`},
		"bucket of Google": {"gs", "gs://trces/*", nothing, `gs://trces: there is no bucket "trces"; correct its name`},
		"no match":         {"s3", "s3://traces/v2/*.parquet", nothing, `no object matches "s3://traces/v2/*.parquet"; looked in s3://traces/v2/`},
		"no object":        {"gs", "gs://traces/v1/b.jsonl", nothing, `gs://traces/v1/b.jsonl: there is no such object`},
		"folder":           {"s3", "s3://traces/v1", nothing, `s3://traces/v1 is a folder; write s3://traces/v1/*.parquet`},
		"slash":            {"gs", "gs://traces/v1/", nothing, `"gs://traces/v1/" names no objects; write gs://traces/v1/*.parquet`},
		"no keys": {"s3", "s3://traces/*", func(t *testing.T, _ *world) {
			t.Setenv("AWS_ACCESS_KEY_ID", "")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "")
		}, "s3://traces: strangers may not read it, and no AWS keys were found ("},
		"wrong key": {"s3", "s3://traces/*", func(t *testing.T, _ *world) { t.Setenv("AWS_ACCESS_KEY_ID", "AKIAOTHER") }, "s3://traces: the AWS keys are not accepted (InvalidAccessKeyId)"},
		"expired":   {"s3", "s3://traces/*", answer(400, "<Error><Code>ExpiredToken</Code></Error>"), "the AWS keys have expired; sign in again"},
		"rights":    {"s3", "s3://traces/*", answer(403, "<Error><Code>AccessDenied</Code></Error>"), "the AWS keys do not give the right to read it (AccessDenied); they need s3:ListBucket on the bucket"},
		"rights of Google": {"gs", "gs://traces/v1/a.jsonl", answer(403, `{"error":{"message":"a@b does not have access."}}`),
			"the Google credentials do not give the right to read it (a@b does not have access.); they need storage.objects.get"},
		"expired at Google": {"gs", "gs://traces/*", answer(401, `{"error":{"message":"Invalid"}}`), "the Google credentials are not accepted or have expired; run `gcloud auth"},
		"busy":              {"s3", "s3://traces/*", answer(503, "<Error><Code>SlowDown</Code></Error>"), "s3://traces/* could not be read: tried 5 times in "},
		"other tools":       {"s3", "s3a://traces/*", nothing, `write s3://traces/*`},
		"case":              {"s3", "S3://traces/*", nothing, `write s3://traces/*`},
		"one slash":         {"s3", "s3:/traces/*", nothing, `write s3://traces/*`},
		"name":              {"s3", "s3://tr:aces/*", nothing, `"tr:aces" is no name of a bucket`},
		"key in it":         {"s3", "s3://AKIA:verysecret@traces/*", nothing, `keys belong into the environment or a profile`},
		"parameter":         {"s3", "s3://traces/v1/*?region=verysecret", nothing, `s3://traces/v1/*?…: an address of shards takes no parameters`},
		"brace":             {"s3", "s3://traces/{a", nothing, `a bracket or brace is not closed`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newS3(t, &blobtest.S3{})
			if c.scheme == "gs" {
				w = newGCS(t, &blobtest.GCS{})
			}
			w.shelf.Set("v1/a.jsonl", []byte("x"))
			c.spoil(t, w)
			_, err := w.source().List(t.Context(), steps.Wanted{From: c.from})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "verysecret") {
				t.Errorf("%v, want %s", err, c.want)
			}
			if !w.source().Claims(c.from) {
				t.Error("not claimed")
			}
		})
	}
}

func TestAServiceWithoutRangesIsRefused(t *testing.T) {
	w := newGCS(t, &blobtest.GCS{})
	w.shelf.Set("a.jsonl", noise(5000))
	w.network.Fault = func(r *http.Request) blobtest.Fault {
		r.Header.Del("Range")
		return nil
	}
	s := w.source()
	found, err := s.List(t.Context(), w.from("*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(t, s, found.Shards[0], 100); err == nil || len(got) > 0 || !strings.Contains(err.Error(), "sends whole files and no parts of them") {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestAnObjectWhoseBytesAreAlteredOnTheWayIsNotBelieved(t *testing.T) {
	w := newGCS(t, &blobtest.GCS{})
	w.shelf.Set("a.jsonl", noise(5000))
	w.network.Fault = func(r *http.Request) blobtest.Fault {
		if r.URL.Query().Get("alt") != "media" {
			return nil
		}
		return func(r *http.Request, network http.RoundTripper) (*http.Response, error) {
			answer, err := network.RoundTrip(r)
			if err == nil {
				text, _ := io.ReadAll(answer.Body)
				text[0] ^= 1
				answer.Body = io.NopCloser(bytes.NewReader(text))
			}
			return answer, err
		}
	}
	s := w.source()
	found, err := s.List(t.Context(), w.from("*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, found.Shards[0], 100); !errors.Is(err, ranges.ErrChanged) {
		t.Error(err)
	}
}

func TestAStoppedRunDoesNotWait(t *testing.T) {
	w := newS3(t, &blobtest.S3{})
	ctx, cancel := context.WithCancel(t.Context())
	w.network.Fault = func(*http.Request) blobtest.Fault {
		cancel()
		return blobtest.Answer(503, "", "Retry-After", "300")
	}
	s := bucket.New(bucket.Options{Transport: w.network})
	defer s.Close()
	if _, err := s.List(ctx, w.from("*")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
