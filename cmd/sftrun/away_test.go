package main_test

import (
	"bufio"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// awayStore names a service of S3 in a process of its own, on which the tests of edits, kills and workers are to keep
// their stores, by the address of a bucket whose objects lie as files in TMPDIR. With versitygw, and $ROOT in memory:
//
//	mkdir -p $ROOT/tests; versitygw --port 127.0.0.1:7070 --access AKIATEST --secret secret posix $ROOT &
//	TMPDIR=$ROOT/tests SFTRUN_TEST_STORE='s3://tests?endpoint=http://127.0.0.1:7070' go test ./cmd/sftrun -run 'Edit|Killed|Workers'
const awayStore = "SFTRUN_TEST_STORE"

// away is a bucket of which a test sees the objects as files. What a project keeps in its store lies where it would lie
// in a folder, so that all that holds of the one can be asked of the other.
type away struct {
	bucket   string
	endpoint string
	root     string // folder that the objects lie in
}

// wherever is where tests keep stores: nil = in folders.
func wherever(t testing.TB) *away {
	t.Helper()
	address := os.Getenv(awayStore)
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &away{bucket: u.Host, endpoint: u.Query().Get("endpoint"), root: os.TempDir()}
}

// emulator starts a service in a process of its own, that ends with the test.
func emulator(t testing.TB) *away {
	t.Helper()
	a := &away{bucket: "tests", root: os.TempDir()}
	cmd := exec.Command("s3server", a.bucket, a.root)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	if a.endpoint, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	a.endpoint = strings.TrimSpace(a.endpoint)
	return a
}

// address is that of the store whose objects lie in a folder.
func (a *away) address(t testing.TB, folder string) string {
	t.Helper()
	prefix, err := filepath.Rel(a.root, folder)
	if err != nil || !filepath.IsLocal(prefix) {
		t.Fatalf("%s does not lie in %s, where the bucket is", folder, a.root)
	}
	u := url.URL{Scheme: "s3", Host: a.bucket, Path: "/" + filepath.ToSlash(prefix), RawQuery: url.Values{"endpoint": {a.endpoint}}.Encode()}
	return u.String()
}

// env is what a process needs to know of the service.
func (a *away) env(t testing.TB, store string) []string {
	return []string{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=us-east-1", "SFTRUN_STORE=" + a.address(t, store)}
}

// storeAt is how the place of a store is named that lies in a folder.
func (p *project) storeAt(folder string) string {
	p.t.Helper()
	if p.away == nil {
		return folder
	}
	return p.away.address(p.t, folder)
}

// What holds of a store in a folder holds of one in a bucket. This is the short version, on a service in a process of
// its own; the long one is told of at awayStore.
func TestStoreInABucket(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	a := emulator(t)
	t.Run("workers", func(t *testing.T) { anyNumberOfWorkers(t, a) })
	t.Run("edits", func(t *testing.T) {
		rerun(t, a, named(edits(), "nothing", "a step renamed", "fewer shards", "the output deleted", "the index of the ledger deleted", "the store moved",
			"another machine with the same store and files of other times", "an object deleted that a step in the middle made", "a record deleted"))
	})
	t.Run("kills", func(t *testing.T) { strikeAll(t, a, 3) })
}

// named are edits by their names.
func named(all []edit, names ...string) []edit {
	return slices.DeleteFunc(all, func(e edit) bool { return !slices.Contains(names, e.name) })
}
