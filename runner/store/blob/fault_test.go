package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sftrun.local/runner/store/blob"
	"sftrun.local/runner/store/blob/blobtest"
)

// inEach runs a test on each service, after the probe.
func inEach(t *testing.T, test func(t *testing.T, w *world, b *blob.Bucket)) {
	t.Helper()
	for name, w := range worlds(t) {
		t.Run(name, func(t *testing.T) {
			b := w.open(t)
			if err := b.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, w, b)
		})
	}
}

func TestAPutWhoseReplyWasLostIsKnownAsOnesOwn(t *testing.T) {
	inEach(t, func(t *testing.T, w *world, b *blob.Bucket) {
		w.fail(1, blobtest.LoseReply, commits)
		if err := b.Create(t.Context(), "x", []byte("mine")); err != nil {
			t.Errorf("create: %v", err)
		}
		w.fail(1, blobtest.LoseReply, commits)
		if err := b.Create(t.Context(), "x", []byte("mine")); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a second put of the same bytes: %v", err)
		}
		v, err := b.Load(t.Context(), "x")
		if err != nil {
			t.Fatal(err)
		}
		w.fail(1, blobtest.LoseReply, commits)
		tag, err := b.Swap(t.Context(), "x", v.Tag, []byte("next"))
		if now, _ := b.Load(t.Context(), "x"); err != nil || tag != now.Tag || string(now.Data) != "next" {
			t.Errorf("swap: tag %s of %s, %v", tag, now.Tag, err)
		}
	})
}

func TestARivalWhoWinsWhileOnesOwnPutIsRepeatedHasTheName(t *testing.T) {
	inEach(t, func(t *testing.T, w *world, b *blob.Bucket) {
		calm := *w
		calm.options.Transport = &blobtest.Network{}
		rival := calm.open(t)
		w.fail(1, func(*http.Request, http.RoundTripper) (*http.Response, error) {
			if err := rival.Create(t.Context(), "x", []byte("theirs")); err != nil {
				t.Error(err)
			}
			return nil, errors.New("broken pipe")
		}, commits)
		if err := b.Create(t.Context(), "x", []byte("mine")); !errors.Is(err, fs.ErrExist) {
			t.Errorf("create: %v", err)
		}
		if got, _ := b.Read(t.Context(), "x"); string(got) != "theirs" {
			t.Errorf("it holds %q", got)
		}
	})
}

func TestAConflictOfTwoPutsInFlightIsRepeated(t *testing.T) {
	inEach(t, func(t *testing.T, w *world, b *blob.Bucket) {
		w.fail(1, blobtest.Answer(409, "<Error><Code>ConditionalRequestConflict</Code></Error>"), commits)
		if err := b.Create(t.Context(), "x", nil); err != nil {
			t.Error(err)
		}
	})
}

func TestAnOutageOfSecondsIsSurvived(t *testing.T) {
	slow := "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
	data := bytes.Repeat([]byte("a row\n"), 1000)
	inEach(t, func(t *testing.T, w *world, b *blob.Bucket) {
		for what, fault := range map[string]blobtest.Fault{
			"reset": blobtest.Reset, "lost": blobtest.LoseReply, "500": blobtest.Answer(500, "<html>oops"),
			"503": blobtest.Answer(503, slow), "429": blobtest.Answer(429, "{}"), "cut": blobtest.CutReply,
		} {
			step := func(name string, err error) {
				if err != nil {
					t.Errorf("%s after %s: %v", name, what, err)
				}
				w.fail(2, fault, every)
			}
			step("begin", nil)
			step("create", b.Create(t.Context(), what, data))
			got, err := b.Read(t.Context(), what)
			if !bytes.Equal(got, data) {
				t.Errorf("%s: read %d bytes of %d", what, len(got), len(data))
			}
			step("read", err)
			part, err := b.ReadAt(t.Context(), what, 2, 3)
			if string(part) != "row" {
				t.Errorf("%s: read %q", what, part)
			}
			step("read at", err)
			_, err = b.Size(t.Context(), what)
			step("size", err)
			var names []string
			for name, err := range b.List(t.Context(), what) {
				names = append(names, name)
				step("list", err)
			}
			if !slices.Equal(names, []string{what}) {
				t.Errorf("%s: listed %v", what, names)
			}
			step("delete", b.Delete(t.Context(), what))
		}
	})
}

func TestBytesThatChangeOnTheWayAreSentAgain(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100)
	inEach(t, func(t *testing.T, w *world, b *blob.Bucket) {
		w.fail(1, blobtest.FlipByte, commits)
		if err := b.Create(t.Context(), "x", data); err != nil {
			t.Error(err)
		}
		if got, err := b.Read(t.Context(), "x"); !bytes.Equal(got, data) {
			t.Errorf("it holds %q, %v", got, err)
		}
	})
}

// The clock of these tests runs by itself, as no request leaves them.
func TestAnOutageOfMinutesIsReported(t *testing.T) {
	for name, w := range worlds(t) {
		w.options.Patience, w.options.Pause = 0, 0
		w.network.Fault = func(*http.Request) blobtest.Fault { return blobtest.Reset }
		synctest.Test(t, func(t *testing.T) {
			b, begin := w.open(t), time.Now()
			_, err := b.Read(t.Context(), "x")
			took := time.Since(begin)
			var outage *blob.OutageError
			if !errors.As(err, &outage) || outage.Tries < 8 || !outage.Since.Equal(begin) {
				t.Fatalf("%s: %v", name, err)
			}
			if took < 20*time.Second || took > 31*time.Second {
				t.Errorf("%s: it was waited for %s", name, took)
			}
			want := "the store " + name + "://traces/team/one has not answered since " + begin.Format("15:04:05")
			if !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "reset by peer)") || !strings.Contains(err.Error(), "Nothing that was made or paid for is lost") {
				t.Error(err)
			}
		})
	}
}

func TestAServiceThatAsksToWaitIsWaitedFor(t *testing.T) {
	for name, w := range worlds(t) {
		synctest.Test(t, func(t *testing.T) {
			w.options.Patience, w.options.Pause = 0, 0
			b, begin, answers := w.open(t), time.Now(), 0
			w.network.Fault = func(*http.Request) blobtest.Fault {
				if answers++; answers == 1 {
					return blobtest.Answer(503, "", "Retry-After", "11")
				}
				return blobtest.Answer(200, "bytes", "Content-Length", "5")
			}
			got, err := b.Read(t.Context(), "x")
			if took := time.Since(begin); string(got) != "bytes" || took < 11*time.Second || took > 12*time.Second {
				t.Errorf("%s: %q after %s, %v", name, got, took, err)
			}
			w.network.Fault = func(*http.Request) blobtest.Fault {
				return blobtest.Answer(503, "", "Date", "Tue, 01 Dec 2026 10:00:00 GMT", "Retry-After", "Tue, 01 Dec 2026 10:05:00 GMT")
			}
			begin = time.Now()
			if _, err = b.Read(t.Context(), "x"); time.Since(begin) > time.Second || !errors.As(err, new(*blob.OutageError)) {
				t.Errorf("%s: asked to wait for five minutes, it gave up after %s: %v", name, time.Since(begin), err)
			}
		})
	}
}

func TestAStoppedRunDoesNotWaitForTheService(t *testing.T) {
	for name, w := range worlds(t) {
		synctest.Test(t, func(t *testing.T) {
			w.options.Patience, w.options.Pause = 0, 0
			w.network.Fault = func(*http.Request) blobtest.Fault { return blobtest.Reset }
			ctx, cancel := context.WithCancelCause(t.Context())
			stopped := errors.New("stopped")
			var stopper sync.WaitGroup
			stopper.Go(func() {
				time.Sleep(2 * time.Second)
				cancel(stopped)
			})
			begin := time.Now()
			if _, err := w.open(t).Read(ctx, "x"); !errors.Is(err, stopped) || time.Since(begin) != 2*time.Second {
				t.Errorf("%s: %v after %s", name, err, time.Since(begin))
			}
			stopper.Wait()
		})
	}
}
